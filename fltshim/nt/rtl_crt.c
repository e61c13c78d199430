// SPDX-License-Identifier: GPL-2.0
/*
 * The rest of Microsoft's C library that drivers use: conversions between the widths, sorting,
 * searching, random numbers. Comparison routines of a driver may raise, so no routine of the
 * kernel may stand between them and the driver: the sort is our own.
 */
#include "nt/rtl_crt.h"
#include "nt/rtl_format.h"
#include "nt/seh.h"

size_t fsh_mbstowcs(WCHAR *Destination, const char *Source, size_t Count)
{
	struct rtl_converted done = rtl_utf16_from_utf8(Destination, Destination ? Count : 0,
							Source, fsh_strlen(Source));

	if (!Destination)
		return done.need;
	if (done.fit < Count)
		Destination[done.fit] = 0;
	return done.fit;
}
EXPORT_SYMBOL_GPL(fsh_mbstowcs);

size_t fsh_wcstombs(char *Destination, const WCHAR *Source, size_t Count)
{
	struct rtl_converted done = rtl_utf8_from_utf16(Destination, Destination ? Count : 0,
							Source, fsh_wcslen(Source));

	if (!Destination)
		return done.need;
	if (done.fit < Count)
		Destination[done.fit] = 0;
	return done.fit;
}
EXPORT_SYMBOL_GPL(fsh_wcstombs);

int fsh_abs(int Value)
{
	return Value < 0 ? 0 - (unsigned int)Value : Value;
}
EXPORT_SYMBOL_GPL(fsh_abs);

/* One sequence for all, as good as what drivers use it for. */
static u32 rtl_rand_state = 1;

void fsh_srand(unsigned int Seed)
{
	WRITE_ONCE(rtl_rand_state, Seed);
}
EXPORT_SYMBOL_GPL(fsh_srand);

int fsh_rand(void)
{
	u32 state = READ_ONCE(rtl_rand_state) * 214013 + 2531011;

	WRITE_ONCE(rtl_rand_state, state);
	return state >> 16 & 0x7fff;
}
EXPORT_SYMBOL_GPL(fsh_rand);

static void rtl_swap(u8 *a, u8 *b, size_t width)
{
	while (width--)
		swap(a[width], b[width]);
}

/* Lets the element at @root sink to its place in the heap of the first @count. */
static seh_raises void rtl_sink(u8 *base, size_t root, size_t count, size_t width,
				int (*compare)(const void *a, const void *b))
{
	size_t child;

	for (; (child = 2 * root + 1) < count; root = child) {
		if (child + 1 < count && compare(base + child * width,
						 base + (child + 1) * width) < 0)
			child++;
		if (compare(base + root * width, base + child * width) >= 0)
			return;
		rtl_swap(base + root * width, base + child * width, width);
	}
}

seh_raises void fsh_qsort(void *Base, size_t Count, size_t Width,
			  int (*Compare)(const void *a, const void *b))
{
	size_t i;

	for (i = Count / 2; i-- > 0;)
		rtl_sink(Base, i, Count, Width, Compare);
	for (i = Count; i-- > 1;) {
		rtl_swap(Base, Base + i * Width, Width);
		rtl_sink(Base, 0, i, Width, Compare);
	}
}
EXPORT_SYMBOL_GPL(fsh_qsort);

seh_raises void *fsh_bsearch(const void *Key, const void *Base, size_t Count, size_t Width,
			     int (*Compare)(const void *a, const void *b))
{
	while (Count) {
		const void *middle = Base + Count / 2 * Width;
		int order = Compare(Key, middle);

		if (!order)
			return (void *)middle;
		if (order > 0) {
			Base = middle + Width;
			Count--;
		}
		Count /= 2;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(fsh_bsearch);
