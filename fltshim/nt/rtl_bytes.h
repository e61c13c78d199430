/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Copying, filling and comparing for routines whose code stands for a driver's (nt/seh_fault.h):
 * inline, so that a fault in a driver's address happens in that code and not in the kernel's.
 */
#ifndef NT_RTL_BYTES_H
#define NT_RTL_BYTES_H

#include <linux/types.h>

/* From this size on the processor's own loop is faster than one of ours. */
#define RTL_LONG_COPY	128

typedef u64 __aligned(1) rtl_word;

static __always_inline void rtl_copy(void *to, const void *from, size_t n)
{
	u8 *d = to;
	const u8 *s = from;
	size_t words;

	if (n >= RTL_LONG_COPY) {
		words = n / sizeof(u64);
		n %= sizeof(u64);
		asm volatile("rep movsq" : "+D" (d), "+S" (s), "+c" (words) : : "memory");
	}
	for (; n >= sizeof(u64); n -= sizeof(u64), d += sizeof(u64), s += sizeof(u64))
		*(rtl_word *)d = *(const rtl_word *)s;
	while (n--)
		*d++ = *s++;
}

/* From the end on, for a target that begins inside the source. */
static __always_inline void rtl_copy_backward(void *to, const void *from, size_t n)
{
	u8 *d = to + n;
	const u8 *s = from + n;

	for (; n >= sizeof(u64); n -= sizeof(u64)) {
		d -= sizeof(u64);
		s -= sizeof(u64);
		*(rtl_word *)d = *(const rtl_word *)s;
	}
	while (n--)
		*--d = *--s;
}

static __always_inline void rtl_move(void *to, const void *from, size_t n)
{
	if ((size_t)((char *)to - (const char *)from) < n)
		rtl_copy_backward(to, from, n);
	else
		rtl_copy(to, from, n);
}

static __always_inline void rtl_fill(void *to, u8 byte, size_t n)
{
	u64 word = byte * 0x0101010101010101ULL;
	size_t words;
	u8 *d = to;

	if (n >= RTL_LONG_COPY) {
		words = n / sizeof(u64);
		n %= sizeof(u64);
		asm volatile("rep stosq" : "+D" (d), "+c" (words) : "a" (word) : "memory");
	}
	for (; n >= sizeof(u64); n -= sizeof(u64), d += sizeof(u64))
		*(rtl_word *)d = word;
	while (n--)
		*d++ = byte;
}

/* How many bytes are the same before the first difference; @n without one. */
static __always_inline size_t rtl_common(const void *one, const void *other, size_t n)
{
	const u8 *a = one, *b = other;
	size_t i = 0;

	for (; i + sizeof(u64) <= n; i += sizeof(u64)) {
		if (*(const rtl_word *)(a + i) != *(const rtl_word *)(b + i))
			break;
	}
	while (i < n && a[i] == b[i])
		i++;
	return i;
}

#endif
