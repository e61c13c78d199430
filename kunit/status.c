// SPDX-License-Identifier: GPL-2.0
/*
 * Suite status: errors across the border, against the tables of the contract (vfs-map.md,
 * section 7), written out here once more, all of it as numbers.
 */
#include "kunit/prove.h"
#include "nt/rtl_status.h"

struct status_pair {
	u16 err;
	u32 status;
};

/* 7.1: both ways */
static const struct status_pair status_both[] = {
	{ 1, 0xC0000061 }, { 2, 0xC0000034 }, { 4, 0xC0000703 }, { 5, 0xC0000185 },
	{ 6, 0xC000000E }, { 7, 0xC0000050 }, { 8, 0xC000007B }, { 9, 0xC0000008 },
	{ 11, 0xC00000D8 }, { 12, 0xC000009A }, { 13, 0xC0000022 }, { 14, 0xC00000E8 },
	{ 16, 0xC0000708 }, { 17, 0xC0000035 }, { 18, 0xC00000D4 }, { 19, 0xC00000C0 },
	{ 20, 0xC0000103 }, { 21, 0xC00000BA }, { 22, 0xC000000D }, { 24, 0xC000011F },
	{ 25, 0xC0000010 }, { 26, 0xC0000243 }, { 27, 0xC0000904 }, { 28, 0xC000007F },
	{ 29, 0xC00000AF }, { 30, 0xC00000A2 }, { 31, 0xC0000265 }, { 32, 0xC000014B },
	{ 34, 0xC0000023 }, { 35, 0xC0000194 }, { 36, 0xC0000106 }, { 38, 0xC0000002 },
	{ 39, 0xC0000101 }, { 40, 0xC0000280 }, { 61, 0xC0000051 }, { 71, 0xC00000C3 },
	{ 74, 0xC000003F }, { 75, 0xC0000095 }, { 84, 0xC0000161 }, { 95, 0xC00000BB },
	{ 101, 0xC000023C }, { 103, 0xC0000241 }, { 104, 0xC000020D }, { 107, 0xC000020C },
	{ 110, 0xC00000B5 }, { 111, 0xC0000236 }, { 113, 0xC000023D }, { 116, 0xC0000098 },
	{ 117, 0xC0000032 }, { 121, 0xC00000C4 }, { 122, 0xC0000802 }, { 123, 0xC0000013 },
	{ 124, 0xC0000014 }, { 125, 0xC0000120 }, { 126, 0xC000028B },
};

/* 7.2: from a status only */
static const struct status_pair status_one_way[] = {
	{ 2, 0xC000003A }, { 2, 0xC000000F }, { 2, 0xC0000225 }, { 2, 0x8000001A },
	{ 2, 0xC00002F0 }, { 2, 0xC0000123 }, { 2, 0xC0000056 }, { 2, 0xC01C0015 },
	{ 2, 0xC01C0014 }, { 2, 0xC01C0013 }, { 2, 0xC01C0018 }, { 2, 0xC01C0016 },
	{ 13, 0xC0000906 }, { 13, 0xC0000907 }, { 13, 0xC0000121 }, { 13, 0xC000005A },
	{ 13, 0xC0000361 }, { 13, 0xC0000804 }, { 13, 0xC0000293 }, { 13, 0xC000004E },
	{ 1, 0xC0000060 }, { 1, 0xC0000020 }, { 5, 0xC0000001 }, { 5, 0xC00000E5 },
	{ 5, 0xC000009C }, { 5, 0xC000003E }, { 5, 0xC0000102 }, { 5, 0xC0000222 },
	{ 5, 0xC0000278 }, { 5, 0xC01C000A }, { 5, 0xC0000128 }, { 5, 0xC0000277 },
	{ 5, 0xC00002B2 }, { 5, 0xC0000184 }, { 5, 0xC00000A3 }, { 5, 0x8000001E },
	{ 5, 0xC0000006 }, { 5, 0xC0000016 }, { 22, 0xC00000EF }, { 22, 0xC00000F0 },
	{ 22, 0xC00000F1 }, { 22, 0xC00000F2 }, { 22, 0xC0000003 }, { 22, 0xC0000004 },
	{ 22, 0xC0000206 }, { 22, 0xC0000077 }, { 22, 0xC0000078 }, { 22, 0xC0000079 },
	{ 22, 0xC0000058 }, { 22, 0xC0000033 }, { 22, 0xC000003B }, { 22, 0xC0000039 },
	{ 22, 0x80000014 }, { 22, 0x80000013 }, { 22, 0x80000002 }, { 22, 0xC0000275 },
	{ 22, 0xC0000276 }, { 22, 0xC0000220 }, { 22, 0xC00000E3 }, { 22, 0xC0000369 },
	{ 22, 0xC01C0005 }, { 22, 0xC01C0003 }, { 22, 0xC0000024 }, { 22, 0xC00000F3 },
	{ 22, 0xC00000F4 }, { 22, 0xC00000F5 }, { 22, 0xC00000F6 }, { 22, 0xC00000F7 },
	{ 22, 0xC00001A1 }, { 22, 0xC0000045 }, { 22, 0xC0000086 }, { 22, 0xC0000040 },
	{ 22, 0xC000011E }, { 22, 0xC0000019 }, { 22, 0xC0000018 }, { 22, 0xC000002A },
	{ 22, 0xC000007E }, { 22, 0xC000019F }, { 22, 0xC01C0017 }, { 22, 0xC01C000C },
	{ 16, 0xC0000043 }, { 16, 0x80000011 }, { 16, 0xC00000AE }, { 16, 0xC00000E2 },
	{ 16, 0xC0000909 }, { 16, 0xC000010E }, { 16, 0xC01C0010 }, { 16, 0xC0000281 },
	{ 16, 0xC000038E }, { 16, 0xC0000246 }, { 16, 0xC01C0023 }, { 11, 0xC0000054 },
	{ 11, 0xC0000055 }, { 11, 0xC000022D }, { 11, 0xC00000BF }, { 11, 0xC01C0006 },
	{ 11, 0xC01C0008 }, { 12, 0xC0000017 }, { 12, 0xC000012D }, { 12, 0xC0000205 },
	{ 12, 0xC00000A1 }, { 14, 0xC0000005 }, { 17, 0xC01C0002 }, { 17, 0xC01C0011 },
	{ 17, 0xC01C0012 }, { 17, 0xC00000BD }, { 17, 0xC01C001C }, { 18, 0xC0000368 },
	{ 19, 0xC000026E }, { 19, 0xC01C000B }, { 19, 0xC01C0019 }, { 19, 0xC00002B6 },
	{ 19, 0xC01C000F }, { 19, 0xC0000365 }, { 19, 0xC01C0007 }, { 95, 0xC000004F },
	{ 95, 0xC0000279 }, { 34, 0x80000005 }, { 61, 0xC0000052 }, { 61, 0x80000012 },
	{ 40, 0x8000002D }, { 122, 0xC0000044 }, { 9, 0xC0000037 }, { 110, 0xC0000267 },
	{ 125, 0xC0000240 }, { 125, 0xC01C000E }, { 4, 0xC000004B }, { 4, 0xC000010A },
};

static void status_every_errno_returns(struct kunit *test)
{
	unsigned int e, wrong = 0;

	for (e = 1; e <= MAX_ERRNO; e++) {
		NTSTATUS status = flt_status_from_errno(-(int)e);

		if (NT_SUCCESS(status) || flt_errno_from_status(status, NULL) != -(int)e)
			wrong++;
		if (flt_status_from_errno(e) != status)
			wrong++;
	}
	FLT_PROVES(test, "VFS-851", !wrong);
	FLT_PROVES(test, "VFS-851", flt_status_from_errno(0) == STATUS_SUCCESS);
}

static void status_table_both_ways(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(status_both); i++) {
		const struct status_pair *pair = &status_both[i];
		bool known = false;

		if (!FLT_EXPECT(test, (u32)flt_status_from_errno(-pair->err) == pair->status))
			kunit_info(test, "errno %u", pair->err);
		if (!FLT_EXPECT(test, flt_errno_from_status(pair->status, &known) == -pair->err &&
				known))
			kunit_info(test, "status %#x", pair->status);
	}
}

static void status_table_one_way(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(status_one_way); i++) {
		const struct status_pair *pair = &status_one_way[i];
		bool known = false;

		if (!FLT_EXPECT(test, flt_errno_from_status(pair->status, &known) == -pair->err &&
				known))
			kunit_info(test, "status %#x", pair->status);
	}
}

static void status_severity_first(struct kunit *test)
{
	static const u32 fine[] = { 0x00000000, 0x00000103, 0x00000104, 0x40000000, 0x40000016 };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fine); i++)
		FLT_EXPECT(test, flt_errno_from_status(fine[i], NULL) == 0);
}

static void status_unknown(struct kunit *test)
{
	bool known = true;

	FLT_EXPECT(test, flt_errno_from_status(0xC0DE0001, &known) == -EIO && !known);
	FLT_EXPECT(test, flt_errno_from_status(0x80DE0001, &known) == -EIO && !known);
}

static void status_linux_range(struct kunit *test)
{
	unsigned int e, wrong = 0;

	for (e = 1; e <= MAX_ERRNO; e++)
		wrong += flt_errno_from_status(0xE0F50000 | e, NULL) != -(int)e;
	FLT_PROVES(test, "VFS-854", !wrong);
	FLT_PROVES(test, "VFS-854", flt_errno_from_status(0xE0F50000, NULL) == -EIO);
	FLT_PROVES(test, "VFS-854", flt_errno_from_status(0xE0F50000 | 4096, NULL) == -EIO);
	FLT_PROVES(test, "VFS-854", flt_errno_from_status(0xE0F5FFFF, NULL) == -EIO);
}

static struct kunit_case status_cases[] = {
	KUNIT_CASE(status_every_errno_returns),
	KUNIT_CASE(status_table_both_ways),
	KUNIT_CASE(status_table_one_way),
	KUNIT_CASE(status_severity_first),
	KUNIT_CASE(status_unknown),
	KUNIT_CASE(status_linux_range),
	{}
};

static struct kunit_suite status_suite = {
	.name = "status",
	.test_cases = status_cases,
};

kunit_test_suite(status_suite);
