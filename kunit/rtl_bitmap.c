// SPDX-License-Identifier: GPL-2.0
/*
 * Suite rtl_bitmap: the routines of bitmaps (nt/rtl_bitmap.c). Each answer is compared with that of
 * an array of bytes, for bitmaps of many sizes and degrees of fullness whose buffers end with their
 * last ULONG.
 */
#include <linux/prandom.h>
#include <linux/slab.h>
#include "kunit/prove.h"
#include "nt/violation.h"

#define BITMAP_SIZE	200	/* bits at most */
#define BITMAP_NONE	0xffffffffU

/* A bitmap, and what it should hold. */
struct bitmap_pair {
	struct kunit *test;
	struct rnd_state rnd;
	RTL_BITMAP map;
	ULONG *buffer;
	ULONG size;
	u8 bits[BITMAP_SIZE];
	RTL_BITMAP_RUN all[BITMAP_SIZE];	/* runs of clear bits */
};

static u32 bitmap_random(struct bitmap_pair *p, u32 below)
{
	return prandom_u32_state(&p->rnd) % below;
}

/* One of this many bits, in runs of one kind of about @run bits. */
static void bitmap_make(struct bitmap_pair *p, ULONG size, u32 run)
{
	ULONG ulongs = DIV_ROUND_UP(size, 32), i;
	bool set = bitmap_random(p, 2);

	kfree(p->buffer);
	p->buffer = kmalloc_array(ulongs, sizeof(ULONG), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(p->test, p->buffer);
	p->size = size;
	/* What comes after the last bit is set or clear, and of no meaning. */
	memset(p->buffer, bitmap_random(p, 2) ? 0xff : 0, ulongs * sizeof(ULONG));
	for (i = 0; i < size; i++) {
		if (!bitmap_random(p, run))
			set = !set;
		p->bits[i] = set;
		if (set)
			p->buffer[i / 32] |= 1U << i % 32;
		else
			p->buffer[i / 32] &= ~(1U << i % 32);
	}
	RtlInitializeBitMap(&p->map, p->buffer, size);
}

static bool bitmap_same(struct bitmap_pair *p)
{
	ULONG i;

	for (i = 0; i < p->size; i++) {
		if (!!(p->buffer[i / 32] & 1U << i % 32) != p->bits[i] ||
		    RtlTestBit(&p->map, i) != p->bits[i])
			return false;
	}
	return true;
}

static ULONG bitmap_length(struct bitmap_pair *p, ULONG at, u8 kind)
{
	ULONG n = 0;

	while (at + n < p->size && p->bits[at + n] == kind)
		n++;
	return n;
}

/* The first place at or after @from from which @number bits of a kind follow. */
static ULONG bitmap_search(struct bitmap_pair *p, ULONG from, ULONG number, u8 kind)
{
	for (; from < p->size; from++) {
		if (bitmap_length(p, from, kind) >= number)
			return from;
	}
	return BITMAP_NONE;
}

static ULONG bitmap_found(struct bitmap_pair *p, ULONG hint, ULONG number, u8 kind)
{
	ULONG found;

	if (hint >= p->size)
		hint = 0;
	found = bitmap_search(p, hint, number, kind);
	return found == BITMAP_NONE ? bitmap_search(p, 0, number, kind) : found;
}

static void bitmap_note(struct bitmap_pair *p, ULONG at, ULONG number, u8 kind)
{
	memset(p->bits + at, kind, number);
}

static void bitmap_ask_finds(struct bitmap_pair *p)
{
	ULONG hint = bitmap_random(p, p->size + 3), number = 1 + bitmap_random(p, 40), found;

	KUNIT_EXPECT_EQ(p->test, RtlFindClearBits(&p->map, number, hint),
			bitmap_found(p, hint, number, 0));
	KUNIT_EXPECT_EQ(p->test, RtlFindSetBits(&p->map, number, hint),
			bitmap_found(p, hint, number, 1));
	found = bitmap_found(p, hint, number, 0);
	KUNIT_EXPECT_EQ(p->test, RtlFindClearBitsAndSet(&p->map, number, hint), found);
	if (found != BITMAP_NONE)
		bitmap_note(p, found, number, 1);
	FLT_EXPECT(p->test, bitmap_same(p));
	number = 1 + bitmap_random(p, 40);
	found = bitmap_found(p, hint, number, 1);
	KUNIT_EXPECT_EQ(p->test, RtlFindSetBitsAndClear(&p->map, number, hint), found);
	if (found != BITMAP_NONE)
		bitmap_note(p, found, number, 0);
	FLT_EXPECT(p->test, bitmap_same(p));
}

static void bitmap_ask_ranges(struct bitmap_pair *p)
{
	ULONG at = bitmap_random(p, p->size), number = bitmap_random(p, p->size - at + 1);
	ULONG i, set = 0;

	for (i = 0; i < p->size; i++)
		set += p->bits[i];
	KUNIT_EXPECT_EQ(p->test, RtlNumberOfSetBits(&p->map), set);
	KUNIT_EXPECT_EQ(p->test, RtlNumberOfClearBits(&p->map), p->size - set);
	KUNIT_EXPECT_EQ(p->test, RtlAreBitsClear(&p->map, at, number),
			number && bitmap_length(p, at, 0) >= number);
	KUNIT_EXPECT_EQ(p->test, RtlAreBitsSet(&p->map, at, number),
			number && bitmap_length(p, at, 1) >= number);
	RtlSetBits(&p->map, at, number);
	bitmap_note(p, at, number, 1);
	FLT_EXPECT(p->test, bitmap_same(p));
	KUNIT_EXPECT_EQ(p->test, RtlAreBitsSet(&p->map, at, number), !!number);
	at = bitmap_random(p, p->size);
	number = bitmap_random(p, p->size - at + 1);
	RtlClearBits(&p->map, at, number);
	bitmap_note(p, at, number, 0);
	FLT_EXPECT(p->test, bitmap_same(p));
	KUNIT_EXPECT_EQ(p->test, RtlAreBitsClear(&p->map, at, number), !!number);
	RtlSetBit(&p->map, at);
	p->bits[at] = 1;
	FLT_EXPECT(p->test, bitmap_same(p));
	at = bitmap_random(p, p->size);
	RtlClearBit(&p->map, at);
	p->bits[at] = 0;
	FLT_EXPECT(p->test, bitmap_same(p));
}

static void bitmap_ask_runs(struct bitmap_pair *p)
{
	ULONG from = bitmap_random(p, p->size), start, length, first, end;
	RTL_BITMAP_RUN runs[8], *all = p->all;
	ULONG nr, most, i, longest = 0;

	first = bitmap_search(p, from, 1, 0);
	length = RtlFindNextForwardRunClear(&p->map, from, &start);
	KUNIT_EXPECT_EQ(p->test, length, first == BITMAP_NONE ? 0 : bitmap_length(p, first, 0));
	if (length)
		KUNIT_EXPECT_EQ(p->test, start, first);
	first = bitmap_search(p, 0, 1, 0);
	length = RtlFindFirstRunClear(&p->map, &start);
	KUNIT_EXPECT_EQ(p->test, length, first == BITMAP_NONE ? 0 : bitmap_length(p, first, 0));
	if (length)
		KUNIT_EXPECT_EQ(p->test, start, first);

	/* Backward: up to the bit where it began. */
	for (end = from + 1; end && p->bits[end - 1]; end--)
		;
	for (first = end; first && !p->bits[first - 1]; first--)
		;
	length = RtlFindLastBackwardRunClear(&p->map, from, &start);
	KUNIT_EXPECT_EQ(p->test, length, end - first);
	if (length)
		KUNIT_EXPECT_EQ(p->test, start, first);

	for (i = 0, nr = 0; i < p->size; i += max(length, 1U)) {
		length = bitmap_length(p, i, 0);
		if (!length)
			continue;
		all[nr].StartingIndex = i;
		all[nr++].NumberOfBits = length;
		longest = max(longest, length);
	}
	KUNIT_EXPECT_EQ(p->test, RtlFindLongestRunClear(&p->map, &start), longest);
	if (longest)
		KUNIT_EXPECT_EQ(p->test, bitmap_length(p, start, 0), longest);
	most = 1 + bitmap_random(p, ARRAY_SIZE(runs));
	KUNIT_EXPECT_EQ(p->test, RtlFindClearRuns(&p->map, runs, most, FALSE), min(nr, most));
	FLT_EXPECT(p->test, !memcmp(runs, all, min(nr, most) * sizeof(*runs)));

	/* The longest ones: each is a run, no run left out is longer, and they are in order. */
	KUNIT_EXPECT_EQ(p->test, RtlFindClearRuns(&p->map, runs, most, TRUE), min(nr, most));
	for (i = 0; i < min(nr, most); i++) {
		ULONG longer = 0, n;

		start = runs[i].StartingIndex;
		FLT_EXPECT(p->test, bitmap_length(p, start, 0) == runs[i].NumberOfBits &&
			   (!start || p->bits[start - 1]));
		for (n = 0; n < nr; n++)
			longer += all[n].NumberOfBits > runs[i].NumberOfBits;
		FLT_EXPECT(p->test, longer <= i);
		for (n = 0; n < i; n++)
			FLT_EXPECT(p->test, runs[n].StartingIndex != start &&
				   runs[n].NumberOfBits >= runs[i].NumberOfBits);
	}
}

static void bitmap_ask_copies(struct bitmap_pair *p)
{
	ULONG other[DIV_ROUND_UP(BITMAP_SIZE, 32)], before[ARRAY_SIZE(other)], i, wrong = 0;
	ULONG size = 1 + bitmap_random(p, BITMAP_SIZE), target = bitmap_random(p, size + 1);
	ULONG at = bitmap_random(p, p->size + 1), number = bitmap_random(p, p->size + 5);
	RTL_BITMAP map;

	memset(other, 0x5a, sizeof(other));
	memcpy(before, other, sizeof(other));
	RtlInitializeBitMap(&map, other, size);
	RtlCopyBitMap(&p->map, &map, target);
	for (i = 0; i < BITMAP_SIZE; i++) {
		bool was = before[i / 32] & 1U << i % 32, is = other[i / 32] & 1U << i % 32;

		if (i >= target && i < size && i - target < p->size)
			wrong += is != p->bits[i - target];
		else
			wrong += is != was;
	}
	memcpy(other, before, sizeof(other));
	RtlExtractBitMap(&p->map, &map, at, number);
	for (i = 0; i < BITMAP_SIZE; i++) {
		bool was = before[i / 32] & 1U << i % 32, is = other[i / 32] & 1U << i % 32;

		if (i < size && i < number && at + i < p->size)
			wrong += is != p->bits[at + i];
		else
			wrong += is != was;
	}
	FLT_EXPECT(p->test, !wrong && bitmap_same(p));
}

static void bitmap_model(struct kunit *test)
{
	static const u32 lengths[] = { 1, 2, 5, 20, 100 };
	struct bitmap_pair *p = kunit_kzalloc(test, sizeof(*p), GFP_KERNEL);
	s64 before = atomic64_read(&fsh_violations);
	unsigned int round;

	KUNIT_ASSERT_NOT_NULL(test, p);
	p->test = test;
	prandom_seed_state(&p->rnd, 20261122);
	for (round = 0; round < 1000; round++) {
		bitmap_make(p, 1 + bitmap_random(p, BITMAP_SIZE),
			    lengths[round % ARRAY_SIZE(lengths)]);
		bitmap_ask_runs(p);
		bitmap_ask_copies(p);
		bitmap_ask_finds(p);
		bitmap_ask_ranges(p);
		if (test->status == KUNIT_FAILURE) {
			kunit_info(test, "round %u, %u bits", round, p->size);
			break;
		}
	}
	kfree(p->buffer);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before);
}

static void bitmap_edges(struct kunit *test)
{
	ULONG *buffer = kunit_kzalloc(test, 3 * sizeof(ULONG), GFP_KERNEL), start = 7;
	RTL_BITMAP map, empty;
	RTL_BITMAP_RUN run;

	KUNIT_ASSERT_NOT_NULL(test, buffer);
	RtlInitializeBitMap(&map, buffer, 70);
	RtlInitializeBitMap(&empty, NULL, 0);
	FLT_EXPECT(test, map.SizeOfBitMap == 70 && map.Buffer == buffer);
	/* All, and no more ULONGs than it has. */
	RtlSetAllBits(&map);
	FLT_EXPECT(test, RtlNumberOfSetBits(&map) == 70 && RtlAreBitsSet(&map, 0, 70) &&
		   buffer[0] == ~0U && buffer[1] == ~0U);
	FLT_EXPECT(test, !RtlFindFirstRunClear(&map, &start) &&
		   !RtlFindLongestRunClear(&map, &start) &&
		   !RtlFindLastBackwardRunClear(&map, 69, &start) &&
		   !RtlFindClearRuns(&map, &run, 1, TRUE) &&
		   RtlFindClearBits(&map, 1, 0) == BITMAP_NONE);
	RtlClearAllBits(&map);
	FLT_EXPECT(test, RtlNumberOfSetBits(&map) == 0 && RtlAreBitsClear(&map, 0, 70) &&
		   !buffer[0] && !buffer[1] && !buffer[2]);
	FLT_EXPECT(test, RtlFindClearBits(&map, 70, 69) == 0 &&
		   RtlFindClearBits(&map, 71, 0) == BITMAP_NONE &&
		   RtlFindSetBits(&map, 1, 0) == BITMAP_NONE);
	/* None is asked for. */
	FLT_EXPECT(test, RtlFindClearBits(&map, 0, 21) == 16 && RtlFindSetBits(&map, 0, 21) == 16 &&
		   RtlFindClearBitsAndSet(&map, 0, 21) == 16 && RtlNumberOfSetBits(&map) == 0);
	FLT_EXPECT(test, !RtlAreBitsClear(&map, 3, 0) && !RtlAreBitsSet(&map, 3, 0));
	FLT_EXPECT(test, RtlFindNextForwardRunClear(&map, 70, &start) == 0 &&
		   RtlFindLastBackwardRunClear(&map, 1000, &start) == 70 && start == 0 &&
		   RtlFindClearRuns(&map, &run, 0, FALSE) == 0);
	/* One without bits. */
	RtlSetAllBits(&empty);
	RtlClearAllBits(&empty);
	FLT_EXPECT(test, !RtlNumberOfSetBits(&empty) && !RtlNumberOfClearBits(&empty) &&
		   RtlFindClearBits(&empty, 1, 0) == BITMAP_NONE &&
		   !RtlFindFirstRunClear(&empty, &start) &&
		   !RtlFindLastBackwardRunClear(&empty, 0, &start));

	FLT_EXPECT(test, (s8)RtlFindLeastSignificantBit(0) == -1 &&
		   (s8)RtlFindMostSignificantBit(0) == -1);
	FLT_EXPECT(test, RtlFindLeastSignificantBit(0x8000000000000000ULL) == 63 &&
		   RtlFindMostSignificantBit(0x8000000000000000ULL) == 63 &&
		   RtlFindLeastSignificantBit(0x90) == 4 && RtlFindMostSignificantBit(0x90) == 7 &&
		   RtlFindLeastSignificantBit(1ULL << 32 | 1ULL << 40) == 32 &&
		   RtlFindMostSignificantBit(1ULL << 32 | 1ULL << 40) == 40);
	FLT_EXPECT(test, RtlNumberOfSetBitsUlongPtr(0) == 0 &&
		   RtlNumberOfSetBitsUlongPtr(~0ULL) == 64 &&
		   RtlNumberOfSetBitsUlongPtr(0x8000000100000003ULL) == 4);
}

/* What is not within the bitmap is not touched, and told. */
static void bitmap_outside(struct kunit *test)
{
	ULONG buffer[3] = { 0x12345678, 0x9abcdef0, 0x0fedcba9 }, was[3];
	s64 before = atomic64_read(&fsh_violations);
	RTL_BITMAP map;

	memcpy(was, buffer, sizeof(was));
	RtlInitializeBitMap(&map, buffer, 40);
	RtlSetBit(&map, 40);
	RtlClearBit(&map, 44);
	RtlSetBits(&map, 39, 2);
	RtlClearBits(&map, 2, ~0U);
	RtlSetBits(&map, ~0U, 2);
	FLT_EXPECT(test, !RtlTestBit(&map, 41));
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 6 &&
		   !memcmp(buffer, was, sizeof(was)));
	/* Questions about no range of it are answered. */
	FLT_EXPECT(test, !RtlAreBitsSet(&map, 39, 2) && !RtlAreBitsClear(&map, 39, 2) &&
		   !RtlAreBitsSet(&map, 40, 1) && !RtlAreBitsClear(&map, ~0U, 2) &&
		   atomic64_read(&fsh_violations) == before + 6);
	/* No bits at the end are none too many. */
	RtlSetBits(&map, 40, 0);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 6);
}

static struct kunit_case bitmap_cases[] = {
	KUNIT_CASE(bitmap_model),
	KUNIT_CASE(bitmap_edges),
	KUNIT_CASE(bitmap_outside),
	{}
};

static struct kunit_suite bitmap_suite = {
	.name = "rtl_bitmap",
	.test_cases = bitmap_cases,
};

kunit_test_suite(bitmap_suite);
