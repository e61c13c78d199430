// SPDX-License-Identifier: GPL-2.0
/*
 * Conversion of the bytes of a Linux name to UTF-16 and back (NAME-40, NAME-41, NAME-43).
 */
#include "fs/name.h"
#include "kunit/world.h"

#define CONVERT_MAX	64

/* Does it become these units, and these the same bytes again? */
static bool convert_is(const char *bytes, const WCHAR *units)
{
	size_t len = strlen(bytes), expected = 0;
	WCHAR got[CONVERT_MAX];
	char back[CONVERT_MAX * 3];
	int n;

	while (units[expected])
		expected++;
	n = fltfs_name_to_utf16(bytes, len, false, got, CONVERT_MAX);
	if (n != (int)expected || memcmp(got, units, n * sizeof(WCHAR)))
		return false;
	if (fltfs_name_to_utf16(bytes, len, false, NULL, 0) != n)
		return false;
	return fltfs_name_from_utf16(got, n, back, sizeof(back)) == (int)len &&
	       !memcmp(back, bytes, len);
}

static bool convert_returns(const char *bytes, size_t len)
{
	WCHAR units[CONVERT_MAX];
	char back[CONVERT_MAX * 3];
	int n = fltfs_name_to_utf16(bytes, len, false, units, CONVERT_MAX);

	return n >= 0 && fltfs_name_from_utf16(units, n, back, sizeof(back)) == (int)len &&
	       !memcmp(back, bytes, len);
}

static void convert_meaningful(struct kunit *test)
{
	static const char special[] = "\\:\"*<>?|";
	unsigned int i;

	for (i = 0; special[i]; i++) {
		const WCHAR unit[] = { 0xf000 + special[i], 0 };
		const char name[] = { special[i], 0 };

		FLT_PROVES(test, "NAME-40", convert_is(name, unit));
	}
	for (i = 1; i < 32; i++) {
		const WCHAR unit[] = { 0xf000 + i, 0 };
		const char name[] = { i, 0 };

		FLT_PROVES(test, "NAME-40", convert_is(name, unit));
	}
	for (i = 0x80; i < 0x100; i++) {
		const WCHAR unit[] = { 'a', 0xf700 + i, 'b', 0 };
		const char name[] = { 'a', i, 'b', 0 };

		FLT_PROVES(test, "NAME-40", convert_is(name, unit));
	}
	FLT_PROVES(test, "NAME-40", convert_is("x:y", u"x\xf03ay"));
	FLT_PROVES(test, "NAME-40", convert_is("x\\y", u"x\xf05cy"));
	FLT_PROVES(test, "NAME-40", convert_is("a*", u"a\xf02a"));
	FLT_PROVES(test, "NAME-40", convert_is("caf\xe9", u"caf\xf7e9"));
	/* An incomplete character at the end, an overlong one, a surrogate in UTF-8. */
	FLT_PROVES(test, "NAME-40", convert_is("x\xe2\x82", u"x\xf7e2\xf782"));
	FLT_PROVES(test, "NAME-40", convert_is("\xc0\xaf", u"\xf7c0\xf7af"));
	FLT_PROVES(test, "NAME-40", convert_returns("\xed\xa0\x80", 3));
	FLT_PROVES(test, "DIR-14", convert_is("\xff\xfe", u"\xf7ff\xf7fe"));
	FLT_PROVES(test, "NAME-44", convert_is("Aa", u"Aa"));
}

static void convert_wide(struct kunit *test)
{
	FLT_PROVES(test, "NAME-43", convert_is("\xf0\x9f\x98\x80.txt", u"\xd83d\xde00.txt"));
	FLT_PROVES(test, "NAME-43", convert_is("\xf0\x90\x80\x80", u"\xd800\xdc00"));
	FLT_PROVES(test, "NAME-43", convert_is("\xf4\x8f\xbf\xbf", u"\xdbff\xdfff"));
	FLT_PROVES(test, "NAME-43", convert_is("gr\xc3\xbc\xc3\x9f", u"gr\xfc\xdf"));
}

/*
 * All names of one and of two characters out of those that could be confused: no two of them look
 * alike, and each comes back as it was.
 */
static void convert_collisions(struct kunit *test)
{
	struct convert_piece {
		char bytes[4];
		unsigned int len;
	} *piece;
	unsigned int n = 0, i, j, c, wrong = 0, lost = 0;
	WCHAR (*seen)[8];

	piece = kunit_kcalloc(test, 512, sizeof(*piece), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, piece);
	for (c = 1; c < 256; c++) {
		if (c == '/' || (c > ' ' && c < 0x80 && !strchr("\\:\"*<>?|", c)))
			continue;
		piece[n].bytes[0] = c;
		piece[n++].len = 1;
	}
	/* U+F001 to U+F0FF and U+F780 to U+F7FF themselves. */
	for (c = 0xf001; c <= 0xf7ff; c++) {
		if (c > 0xf0ff && c < 0xf780)
			continue;
		if (c > 0xf03f && c < 0xf0f0)
			continue;
		piece[n].bytes[0] = 0xe0 | c >> 12;
		piece[n].bytes[1] = 0x80 | (c >> 6 & 0x3f);
		piece[n].bytes[2] = 0x80 | (c & 0x3f);
		piece[n++].len = 3;
	}
	seen = kunit_kcalloc(test, n, sizeof(*seen), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, seen);
	for (i = 0; i < n; i++) {
		lost += !convert_returns(piece[i].bytes, piece[i].len);
		fltfs_name_to_utf16(piece[i].bytes, piece[i].len, false, seen[i], 7);
		for (j = 0; j < i; j++)
			wrong += !memcmp(seen[i], seen[j], sizeof(*seen));
		for (j = 0; j < n; j++) {
			char two[8];

			memcpy(two, piece[i].bytes, piece[i].len);
			memcpy(two + piece[i].len, piece[j].bytes, piece[j].len);
			lost += !convert_returns(two, piece[i].len + piece[j].len);
		}
	}
	FLT_PROVES(test, "NAME-41", n > 300 && !wrong);
	FLT_PROVES(test, "NAME-41", !lost);
	FLT_PROVES(test, "NAME-40", !lost);
}

static struct kunit_case convert_cases[] = {
	KUNIT_CASE(convert_meaningful),
	KUNIT_CASE(convert_wide),
	KUNIT_CASE(convert_collisions),
	{}
};

static struct kunit_suite convert_suite = {
	.name = "name_convert",
	.test_cases = convert_cases,
};

kunit_test_suite(convert_suite);
