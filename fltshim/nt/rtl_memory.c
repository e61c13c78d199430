// SPDX-License-Identifier: GPL-2.0
/*
 * Memory routines behind RtlCopyMemory() and its kin and behind the C names, and the pseudo-random
 * numbers of Rtl. Drivers call these and never the kernel's own, whose types and checks differ.
 * This is code that stands for a driver's: see nt/seh_fault.h for what it may not do.
 */
#include <linux/export.h>
#include <linux/kasan-checks.h>
#include <linux/nospec.h>
#include <linux/uaccess.h>
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/rtl_bytes.h"
#include "nt/rtl_crt.h"

/* What a sanitizer of the kernel's would have said of memcpy(); an address that is none faults. */
static __always_inline void rtl_reads(const void *at, size_t n)
{
	if (IS_ENABLED(CONFIG_KASAN) && n && mm_kernel_page(at))
		kasan_check_read(at, n);
}

static __always_inline void rtl_writes(const void *at, size_t n)
{
	if (IS_ENABLED(CONFIG_KASAN) && n && mm_kernel_page(at))
		kasan_check_write(at, n);
}

static __always_inline bool rtl_is_user(const void *at)
{
	return (unsigned long)at < TASK_SIZE_MAX;
}

/*
 * From or to the memory of the running program, in the way of the kernel: the processor lets
 * nobody else touch it. What belongs to the driver may lie in any cache of objects, also in one
 * that is not meant for programs. Return: false where there is no such memory, or no program.
 */
static noinline bool rtl_copy_user(void *to, const void *from, size_t n)
{
	bool write = rtl_is_user(to);

	if (!current->mm || ke_is_atomic() || (write && rtl_is_user(from)) ||
	    !access_ok((const void __user *)(write ? to : from), n))
		return false;
	might_fault();
	barrier_nospec();
	if (write)
		return !raw_copy_to_user((void __user *)to, from, n);
	return !raw_copy_from_user(to, (const void __user *)from, n);
}

/* What was no user address, or a bad one, faults where it is touched, as in the driver's code. */
static __always_inline bool rtl_copied(void *to, const void *from, size_t n)
{
	return unlikely(rtl_is_user(to) || rtl_is_user(from)) && rtl_copy_user(to, from, n);
}

void *fsh_memcpy(void *Destination, const void *Source, size_t Length)
{
	if (rtl_copied(Destination, Source, Length))
		return Destination;
	rtl_reads(Source, Length);
	rtl_writes(Destination, Length);
	rtl_move(Destination, Source, Length);
	return Destination;
}
EXPORT_SYMBOL_GPL(fsh_memcpy);

void *fsh_memmove(void *Destination, const void *Source, size_t Length)
{
	if (rtl_copied(Destination, Source, Length))
		return Destination;
	rtl_reads(Source, Length);
	rtl_writes(Destination, Length);
	rtl_move(Destination, Source, Length);
	return Destination;
}
EXPORT_SYMBOL_GPL(fsh_memmove);

void *fsh_memset(void *Destination, int Fill, size_t Length)
{
	rtl_writes(Destination, Length);
	rtl_fill(Destination, Fill, Length);
	return Destination;
}
EXPORT_SYMBOL_GPL(fsh_memset);

int fsh_memcmp(const void *Buffer1, const void *Buffer2, size_t Length)
{
	const u8 *a = Buffer1, *b = Buffer2;
	size_t same;

	rtl_reads(a, Length);
	rtl_reads(b, Length);
	same = rtl_common(a, b, Length);
	return same == Length ? 0 : a[same] - b[same];
}
EXPORT_SYMBOL_GPL(fsh_memcmp);

void *fsh_memchr(const void *Buffer, int Character, size_t Length)
{
	const u8 *at = Buffer;

	rtl_reads(at, Length);
	for (; Length--; at++) {
		if (*at == (u8)Character)
			return (void *)at;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(fsh_memchr);

int fsh_memmove_s(void *Destination, size_t Size, const void *Source, size_t Count)
{
	if (!Count)
		return 0;
	if (!Destination)
		return RTL_EINVAL;
	if (!Source || Size < Count) {
		fsh_memset(Destination, 0, Size);
		return Source ? RTL_ERANGE : RTL_EINVAL;
	}
	fsh_memmove(Destination, Source, Count);
	return 0;
}
EXPORT_SYMBOL_GPL(fsh_memmove_s);

int fsh_memcpy_s(void *Destination, size_t Size, const void *Source, size_t Count)
{
	return fsh_memmove_s(Destination, Size, Source, Count);
}
EXPORT_SYMBOL_GPL(fsh_memcpy_s);

/**
 * RtlCompareMemory() - how much of two blocks is the same?
 * @Source1: block
 * @Source2: block
 * @Length: bytes to compare
 *
 * Any IRQL. WDK: RtlCompareMemory.
 *
 * Return: bytes before the first difference, @Length without one
 */
SIZE_T RtlCompareMemory(const VOID *Source1, const VOID *Source2, SIZE_T Length)
{
	rtl_reads(Source1, Length);
	rtl_reads(Source2, Length);
	return rtl_common(Source1, Source2, Length);
}
EXPORT_SYMBOL_GPL(RtlCompareMemory);

/**
 * RtlCompareMemoryUlong() - how much of a block repeats a pattern?
 * @Source: block, aligned to 4
 * @Length: bytes of it; a remainder below 4 is not looked at
 * @Pattern: what is expected
 *
 * Any IRQL. WDK: RtlCompareMemoryUlong.
 *
 * Return: bytes before the first difference
 */
SIZE_T RtlCompareMemoryUlong(PVOID Source, SIZE_T Length, ULONG Pattern)
{
	const u32 *at = Source;
	SIZE_T i, n = Length / sizeof(*at);

	for (i = 0; i < n && at[i] == Pattern; i++)
		;
	return i * sizeof(*at);
}
EXPORT_SYMBOL_GPL(RtlCompareMemoryUlong);

/**
 * RtlFillMemoryUlong() - fill a block with a pattern
 * @Destination: block, aligned to 4
 * @Length: bytes of it; a remainder below 4 stays as it is
 * @Pattern: what to fill in
 *
 * Any IRQL. WDK: RtlFillMemoryUlong.
 */
VOID RtlFillMemoryUlong(PVOID Destination, SIZE_T Length, ULONG Pattern)
{
	u32 *at = Destination;
	SIZE_T n = Length / sizeof(*at);

	while (n--)
		*at++ = Pattern;
}
EXPORT_SYMBOL_GPL(RtlFillMemoryUlong);

/**
 * RtlRandomEx() - the next of a sequence of pseudo-random numbers
 * @Seed: state of the sequence; updated
 *
 * Any IRQL. WDK: RtlRandomEx. Not for secrets.
 *
 * Return: a number from 0 to MAXLONG - 1
 */
ULONG RtlRandomEx(PULONG Seed)
{
	*Seed = ((u64)*Seed * 48271 + 11) % MAXLONG;
	return *Seed;
}
EXPORT_SYMBOL_GPL(RtlRandomEx);

/**
 * RtlRandom() - the next of a sequence of pseudo-random numbers
 * @Seed: state of the sequence; updated
 *
 * Any IRQL. WDK: RtlRandom. Not for secrets.
 *
 * Return: a number from 0 to MAXLONG - 1
 */
ULONG RtlRandom(PULONG Seed)
{
	return RtlRandomEx(Seed);
}
EXPORT_SYMBOL_GPL(RtlRandom);
