// SPDX-License-Identifier: GPL-2.0
/*
 * Bitmaps of drivers: bit n is bit n % 32 of ULONG n / 32. A buffer is made of ULONGs, aligned and
 * counted as such, while lib/bitmap works on longs and may read past the last ULONG; so everything
 * stands on three steps over the ULONGs of a range: write, count, and find the next bit of a kind.
 *
 * The driver locks its bitmaps. Bits after the last one of a bitmap are never looked at. A range
 * that is not within the bitmap would corrupt memory: it is reported, and nothing is done.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include "nt/nt.h"
#include "nt/violation.h"

#define RTL_BITS	32	/* in a ULONG */
#define RTL_NOT_FOUND	MAXULONG

/* Is it a range of the bitmap's bits? */
static bool rtl_bits_within(const RTL_BITMAP *map, ULONG start, ULONG number)
{
	return start <= map->SizeOfBitMap && number <= map->SizeOfBitMap - start;
}

/* The bits of the ULONG with bit @at which are within [@at, @end). */
static ULONG rtl_bits_mask(ULONG at, ULONG end)
{
	ULONG mask = ~0U << at % RTL_BITS;

	if (at / RTL_BITS == (end - 1) / RTL_BITS)
		mask &= ~0U >> (RTL_BITS - 1 - (end - 1) % RTL_BITS);
	return mask;
}

/* The first bit of the next ULONG, or @end. */
static ULONG rtl_bits_step(ULONG at, ULONG end)
{
	return end - at <= RTL_BITS - at % RTL_BITS ? end : at + RTL_BITS - at % RTL_BITS;
}

static void rtl_bits_write(RTL_BITMAP *map, ULONG at, ULONG end, bool set)
{
	for (; at < end; at = rtl_bits_step(at, end)) {
		if (set)
			map->Buffer[at / RTL_BITS] |= rtl_bits_mask(at, end);
		else
			map->Buffer[at / RTL_BITS] &= ~rtl_bits_mask(at, end);
	}
}

static ULONG rtl_bits_count(const RTL_BITMAP *map, ULONG at, ULONG end)
{
	ULONG n = 0;

	for (; at < end; at = rtl_bits_step(at, end))
		n += hweight32(map->Buffer[at / RTL_BITS] & rtl_bits_mask(at, end));
	return n;
}

/* The first bit in [@at, @end) that is as @set says, or @end. */
static ULONG rtl_bits_next(const RTL_BITMAP *map, ULONG at, ULONG end, bool set)
{
	for (; at < end; at = rtl_bits_step(at, end)) {
		ULONG bits = set ? map->Buffer[at / RTL_BITS] : ~map->Buffer[at / RTL_BITS];

		bits &= rtl_bits_mask(at, end);
		if (bits)
			return at / RTL_BITS * RTL_BITS + __ffs(bits);
	}
	return end;
}

/* A run of bits of a kind that begins at or after @at and before @end; 0 when there is none. */
static ULONG rtl_bits_run(const RTL_BITMAP *map, ULONG at, ULONG end, bool set, ULONG *start)
{
	*start = rtl_bits_next(map, at, end, set);
	return rtl_bits_next(map, *start, end, !set) - *start;
}

/* The first of @number bits in a row in [@at, the end), or RTL_NOT_FOUND. */
static ULONG rtl_bits_find_from(const RTL_BITMAP *map, ULONG at, ULONG number, bool set)
{
	ULONG run, start;

	while ((run = rtl_bits_run(map, at, map->SizeOfBitMap, set, &start))) {
		if (run >= number)
			return start;
		at = start + run;
	}
	return RTL_NOT_FOUND;
}

/* From the hint on, and when there are none from the beginning. */
static ULONG rtl_bits_find(const RTL_BITMAP *map, ULONG number, ULONG hint, bool set)
{
	ULONG found;

	if (hint >= map->SizeOfBitMap)
		hint = 0;
	/* Not any bit is asked for: Windows answers with the hint's byte. */
	if (!number)
		return hint & ~7U;
	found = rtl_bits_find_from(map, hint, number, set);
	if (found == RTL_NOT_FOUND && hint)
		found = rtl_bits_find_from(map, 0, number, set);
	return found;
}

/**
 * RtlInitializeBitMap() - make a bitmap of a buffer
 * @BitMapHeader: the bitmap
 * @BitMapBuffer: its bits, which stay as they are
 * @SizeOfBitMap: how many
 *
 * WDK: RtlInitializeBitMap. IRQL: any, as for all of these where the memory is resident.
 */
VOID RtlInitializeBitMap(PRTL_BITMAP BitMapHeader, PULONG BitMapBuffer, ULONG SizeOfBitMap)
{
	BitMapHeader->SizeOfBitMap = SizeOfBitMap;
	BitMapHeader->Buffer = BitMapBuffer;
}
EXPORT_SYMBOL_GPL(RtlInitializeBitMap);

/**
 * RtlClearAllBits() - clear every bit
 * @BitMapHeader: the bitmap
 *
 * WDK: RtlClearAllBits. Those of the last ULONG which are no more of the bitmap too.
 */
VOID RtlClearAllBits(PRTL_BITMAP BitMapHeader)
{
	memset(BitMapHeader->Buffer, 0,
	       DIV_ROUND_UP_ULL(BitMapHeader->SizeOfBitMap, RTL_BITS) * sizeof(ULONG));
}
EXPORT_SYMBOL_GPL(RtlClearAllBits);

/**
 * RtlSetAllBits() - set every bit
 * @BitMapHeader: the bitmap
 *
 * WDK: RtlSetAllBits. Those of the last ULONG which are no more of the bitmap too.
 */
VOID RtlSetAllBits(PRTL_BITMAP BitMapHeader)
{
	memset(BitMapHeader->Buffer, 0xff,
	       DIV_ROUND_UP_ULL(BitMapHeader->SizeOfBitMap, RTL_BITS) * sizeof(ULONG));
}
EXPORT_SYMBOL_GPL(RtlSetAllBits);

/* What is to be written is asked for first. */
static void rtl_bits_change(RTL_BITMAP *map, ULONG start, ULONG number, bool set, const char *who,
			    const char *routine)
{
	if (rtl_bits_within(map, start, number))
		rtl_bits_write(map, start, start + number, set);
	else
		fsh_violation(who, routine, "%u bits from %u of %u", number, start,
			      map->SizeOfBitMap);
}

/**
 * RtlClearBit() - clear one bit
 * @BitMapHeader: the bitmap
 * @BitNumber: which
 *
 * WDK: RtlClearBit.
 */
VOID RtlClearBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
	rtl_bits_change(BitMapHeader, BitNumber, 1, false, fsh_caller(), __func__);
}
EXPORT_SYMBOL_GPL(RtlClearBit);

/**
 * RtlSetBit() - set one bit
 * @BitMapHeader: the bitmap
 * @BitNumber: which
 *
 * WDK: RtlSetBit.
 */
VOID RtlSetBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
	rtl_bits_change(BitMapHeader, BitNumber, 1, true, fsh_caller(), __func__);
}
EXPORT_SYMBOL_GPL(RtlSetBit);

/**
 * RtlTestBit() - is a bit set?
 * @BitMapHeader: the bitmap
 * @BitNumber: which
 *
 * WDK: RtlTestBit.
 */
BOOLEAN RtlTestBit(PRTL_BITMAP BitMapHeader, ULONG BitNumber)
{
	if (!rtl_bits_within(BitMapHeader, BitNumber, 1)) {
		fsh_violation(fsh_caller(), __func__, "bit %u of %u", BitNumber,
			      BitMapHeader->SizeOfBitMap);
		return FALSE;
	}
	return rtl_bits_count(BitMapHeader, BitNumber, BitNumber + 1);
}
EXPORT_SYMBOL_GPL(RtlTestBit);

/**
 * RtlClearBits() - clear a range of bits
 * @BitMapHeader: the bitmap
 * @StartingIndex: the first
 * @NumberToClear: how many
 *
 * WDK: RtlClearBits.
 */
VOID RtlClearBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToClear)
{
	rtl_bits_change(BitMapHeader, StartingIndex, NumberToClear, false, fsh_caller(), __func__);
}
EXPORT_SYMBOL_GPL(RtlClearBits);

/**
 * RtlSetBits() - set a range of bits
 * @BitMapHeader: the bitmap
 * @StartingIndex: the first
 * @NumberToSet: how many
 *
 * WDK: RtlSetBits.
 */
VOID RtlSetBits(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG NumberToSet)
{
	rtl_bits_change(BitMapHeader, StartingIndex, NumberToSet, true, fsh_caller(), __func__);
}
EXPORT_SYMBOL_GPL(RtlSetBits);

/**
 * RtlFindClearBits() - find clear bits in a row
 * @BitMapHeader: the bitmap
 * @NumberToFind: how many
 * @HintIndex: where to begin; what is before it is looked at last
 *
 * WDK: RtlFindClearBits. Return: the first of them, or 0xFFFFFFFF
 */
ULONG RtlFindClearBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
	return rtl_bits_find(BitMapHeader, NumberToFind, HintIndex, false);
}
EXPORT_SYMBOL_GPL(RtlFindClearBits);

/**
 * RtlFindSetBits() - find set bits in a row
 * @BitMapHeader: the bitmap
 * @NumberToFind: how many
 * @HintIndex: as for RtlFindClearBits()
 *
 * WDK: RtlFindSetBits. Return: the first of them, or 0xFFFFFFFF
 */
ULONG RtlFindSetBits(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
	return rtl_bits_find(BitMapHeader, NumberToFind, HintIndex, true);
}
EXPORT_SYMBOL_GPL(RtlFindSetBits);

/* Finds bits in a row and turns them over. */
static ULONG rtl_bits_take(RTL_BITMAP *map, ULONG number, ULONG hint, bool set)
{
	ULONG found = rtl_bits_find(map, number, hint, set);

	if (found != RTL_NOT_FOUND)
		rtl_bits_write(map, found, found + number, !set);
	return found;
}

/**
 * RtlFindClearBitsAndSet() - find clear bits in a row and set them
 * @BitMapHeader: the bitmap
 * @NumberToFind: how many
 * @HintIndex: as for RtlFindClearBits()
 *
 * WDK: RtlFindClearBitsAndSet. Return: the first of them, or 0xFFFFFFFF
 */
ULONG RtlFindClearBitsAndSet(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
	return rtl_bits_take(BitMapHeader, NumberToFind, HintIndex, false);
}
EXPORT_SYMBOL_GPL(RtlFindClearBitsAndSet);

/**
 * RtlFindSetBitsAndClear() - find set bits in a row and clear them
 * @BitMapHeader: the bitmap
 * @NumberToFind: how many
 * @HintIndex: as for RtlFindClearBits()
 *
 * WDK: RtlFindSetBitsAndClear. Return: the first of them, or 0xFFFFFFFF
 */
ULONG RtlFindSetBitsAndClear(PRTL_BITMAP BitMapHeader, ULONG NumberToFind, ULONG HintIndex)
{
	return rtl_bits_take(BitMapHeader, NumberToFind, HintIndex, true);
}
EXPORT_SYMBOL_GPL(RtlFindSetBitsAndClear);

/* False for what is no range of the bitmap, too. */
static BOOLEAN rtl_bits_are(const RTL_BITMAP *map, ULONG start, ULONG length, bool set)
{
	if (!length || !rtl_bits_within(map, start, length))
		return FALSE;
	return rtl_bits_next(map, start, start + length, !set) == start + length;
}

/**
 * RtlAreBitsClear() - are all bits of a range clear?
 * @BitMapHeader: the bitmap
 * @StartingIndex: the first
 * @Length: how many
 *
 * WDK: RtlAreBitsClear. Return: FALSE too for no bits, and for bits which the bitmap has not
 */
BOOLEAN RtlAreBitsClear(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
	return rtl_bits_are(BitMapHeader, StartingIndex, Length, false);
}
EXPORT_SYMBOL_GPL(RtlAreBitsClear);

/**
 * RtlAreBitsSet() - are all bits of a range set?
 * @BitMapHeader: the bitmap
 * @StartingIndex: the first
 * @Length: how many
 *
 * WDK: RtlAreBitsSet. Return: as for RtlAreBitsClear()
 */
BOOLEAN RtlAreBitsSet(PRTL_BITMAP BitMapHeader, ULONG StartingIndex, ULONG Length)
{
	return rtl_bits_are(BitMapHeader, StartingIndex, Length, true);
}
EXPORT_SYMBOL_GPL(RtlAreBitsSet);

/**
 * RtlNumberOfSetBits() - count the set bits
 * @BitMapHeader: the bitmap
 *
 * WDK: RtlNumberOfSetBits.
 */
ULONG RtlNumberOfSetBits(PRTL_BITMAP BitMapHeader)
{
	return rtl_bits_count(BitMapHeader, 0, BitMapHeader->SizeOfBitMap);
}
EXPORT_SYMBOL_GPL(RtlNumberOfSetBits);

/**
 * RtlNumberOfClearBits() - count the clear bits
 * @BitMapHeader: the bitmap
 *
 * WDK: RtlNumberOfClearBits.
 */
ULONG RtlNumberOfClearBits(PRTL_BITMAP BitMapHeader)
{
	return BitMapHeader->SizeOfBitMap - rtl_bits_count(BitMapHeader, 0,
							   BitMapHeader->SizeOfBitMap);
}
EXPORT_SYMBOL_GPL(RtlNumberOfClearBits);

/**
 * RtlNumberOfSetBitsUlongPtr() - count the set bits of a number
 * @Target: the number
 *
 * WDK: RtlNumberOfSetBitsUlongPtr.
 */
ULONG RtlNumberOfSetBitsUlongPtr(ULONG_PTR Target)
{
	return hweight64(Target);
}
EXPORT_SYMBOL_GPL(RtlNumberOfSetBitsUlongPtr);

/**
 * RtlFindNextForwardRunClear() - find the next run of clear bits
 * @BitMapHeader: the bitmap
 * @FromIndex: where to begin
 * @StartingRunIndex: receives where the run begins
 *
 * WDK: RtlFindNextForwardRunClear. Return: the length of the run, 0 when there is none
 */
ULONG RtlFindNextForwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
				 PULONG StartingRunIndex)
{
	if (FromIndex >= BitMapHeader->SizeOfBitMap) {
		*StartingRunIndex = FromIndex;
		return 0;
	}
	return rtl_bits_run(BitMapHeader, FromIndex, BitMapHeader->SizeOfBitMap, false,
			    StartingRunIndex);
}
EXPORT_SYMBOL_GPL(RtlFindNextForwardRunClear);

/**
 * RtlFindFirstRunClear() - find the first run of clear bits
 * @BitMapHeader: the bitmap
 * @StartingIndex: receives where it begins
 *
 * WDK: RtlFindFirstRunClear. Return: the length of the run, 0 when there is none
 */
ULONG RtlFindFirstRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
	return RtlFindNextForwardRunClear(BitMapHeader, 0, StartingIndex);
}
EXPORT_SYMBOL_GPL(RtlFindFirstRunClear);

/* The last bit in [0, @end) that is as @set says, plus 1; 0 when there is none. */
static ULONG rtl_bits_last(const RTL_BITMAP *map, ULONG end, bool set)
{
	while (end) {
		ULONG first = (end - 1) / RTL_BITS * RTL_BITS;
		ULONG bits = set ? map->Buffer[first / RTL_BITS] : ~map->Buffer[first / RTL_BITS];

		bits &= rtl_bits_mask(first, end);
		if (bits)
			return first + fls(bits);
		end = first;
	}
	return 0;
}

/**
 * RtlFindLastBackwardRunClear() - find the run of clear bits before a bit
 * @BitMapHeader: the bitmap
 * @FromIndex: where to begin: the last bit that may be of the run
 * @StartingRunIndex: receives where the run begins
 *
 * WDK: RtlFindLastBackwardRunClear. Return: the length of the run up to @FromIndex, 0 when there is
 * none
 */
ULONG RtlFindLastBackwardRunClear(PRTL_BITMAP BitMapHeader, ULONG FromIndex,
				  PULONG StartingRunIndex)
{
	ULONG end;

	*StartingRunIndex = FromIndex;
	if (!BitMapHeader->SizeOfBitMap)
		return 0;
	end = rtl_bits_last(BitMapHeader, min(FromIndex, BitMapHeader->SizeOfBitMap - 1) + 1,
			    false);
	if (!end)
		return 0;
	*StartingRunIndex = rtl_bits_last(BitMapHeader, end, true);
	return end - *StartingRunIndex;
}
EXPORT_SYMBOL_GPL(RtlFindLastBackwardRunClear);

/**
 * RtlFindLongestRunClear() - find the longest run of clear bits
 * @BitMapHeader: the bitmap
 * @StartingIndex: receives where it begins
 *
 * WDK: RtlFindLongestRunClear. Return: the length of the run, the first of those which are as long;
 * 0 when there is none
 */
ULONG RtlFindLongestRunClear(PRTL_BITMAP BitMapHeader, PULONG StartingIndex)
{
	RTL_BITMAP_RUN longest = {};

	RtlFindClearRuns(BitMapHeader, &longest, 1, TRUE);
	*StartingIndex = longest.StartingIndex;
	return longest.NumberOfBits;
}
EXPORT_SYMBOL_GPL(RtlFindLongestRunClear);

/* Puts a run where it belongs in those found so far, the longest first; the last may fall out. */
static void rtl_bits_insert(RTL_BITMAP_RUN *runs, ULONG *nr, ULONG room, ULONG start, ULONG length)
{
	ULONG i = *nr;

	if (i == room && runs[i - 1].NumberOfBits >= length)
		return;
	if (i < room)
		(*nr)++;
	else
		i--;
	for (; i && runs[i - 1].NumberOfBits < length; i--)
		runs[i] = runs[i - 1];
	runs[i].StartingIndex = start;
	runs[i].NumberOfBits = length;
}

/**
 * RtlFindClearRuns() - find runs of clear bits
 * @BitMapHeader: the bitmap
 * @RunArray: receives them
 * @SizeOfRunArray: how many at most
 * @LocateLongestRuns: the longest, longest first; else the first ones
 *
 * WDK: RtlFindClearRuns. Return: how many were found
 */
ULONG RtlFindClearRuns(PRTL_BITMAP BitMapHeader, PRTL_BITMAP_RUN RunArray, ULONG SizeOfRunArray,
		       BOOLEAN LocateLongestRuns)
{
	ULONG run, start, at = 0, nr = 0;

	if (!SizeOfRunArray)
		return 0;
	while ((LocateLongestRuns || nr < SizeOfRunArray) &&
	       (run = rtl_bits_run(BitMapHeader, at, BitMapHeader->SizeOfBitMap, false,
				   &start))) {
		if (LocateLongestRuns) {
			rtl_bits_insert(RunArray, &nr, SizeOfRunArray, start, run);
		} else {
			RunArray[nr].StartingIndex = start;
			RunArray[nr++].NumberOfBits = run;
		}
		at = start + run;
	}
	return nr;
}
EXPORT_SYMBOL_GPL(RtlFindClearRuns);

/* Copies bits between ranges which have been checked. */
static void rtl_bits_copy(const RTL_BITMAP *from, ULONG at, RTL_BITMAP *to, ULONG target,
			  ULONG number)
{
	while (number) {
		bool set = from->Buffer[at / RTL_BITS] & 1U << at % RTL_BITS;
		ULONG run = rtl_bits_next(from, at, at + number, !set) - at;

		rtl_bits_write(to, target, target + run, set);
		at += run;
		target += run;
		number -= run;
	}
}

/**
 * RtlCopyBitMap() - copy a bitmap into another one
 * @Source: what is copied
 * @Destination: another one
 * @TargetBit: the bit there that the first one goes to; what does not fit is left out
 *
 * WDK: RtlCopyBitMap.
 */
VOID RtlCopyBitMap(PRTL_BITMAP Source, PRTL_BITMAP Destination, ULONG TargetBit)
{
	if (TargetBit < Destination->SizeOfBitMap)
		rtl_bits_copy(Source, 0, Destination, TargetBit,
			      min(Source->SizeOfBitMap, Destination->SizeOfBitMap - TargetBit));
}
EXPORT_SYMBOL_GPL(RtlCopyBitMap);

/**
 * RtlExtractBitMap() - copy a part of a bitmap to the beginning of another one
 * @Source: what is copied from
 * @Destination: another one
 * @TargetBit: the first bit of @Source
 * @NumberOfBits: how many; what is not there, or does not fit, is left out
 *
 * WDK: RtlExtractBitMap.
 */
VOID RtlExtractBitMap(PRTL_BITMAP Source, PRTL_BITMAP Destination, ULONG TargetBit,
		      ULONG NumberOfBits)
{
	if (TargetBit < Source->SizeOfBitMap)
		rtl_bits_copy(Source, TargetBit, Destination, 0,
			      min3(NumberOfBits, Source->SizeOfBitMap - TargetBit,
				   Destination->SizeOfBitMap));
}
EXPORT_SYMBOL_GPL(RtlExtractBitMap);

/**
 * RtlFindLeastSignificantBit() - the lowest bit that is set
 * @Set: the number
 *
 * WDK: RtlFindLeastSignificantBit. Return: its index, or -1 for 0
 */
CCHAR RtlFindLeastSignificantBit(ULONGLONG Set)
{
	return Set ? __ffs64(Set) : -1;
}
EXPORT_SYMBOL_GPL(RtlFindLeastSignificantBit);

/**
 * RtlFindMostSignificantBit() - the highest bit that is set
 * @Set: the number
 *
 * WDK: RtlFindMostSignificantBit. Return: its index, or -1 for 0
 */
CCHAR RtlFindMostSignificantBit(ULONGLONG Set)
{
	return fls64(Set) - 1;
}
EXPORT_SYMBOL_GPL(RtlFindMostSignificantBit);
