// SPDX-License-Identifier: GPL-2.0
/*
 * Suite altitude: the grammar and order of altitudes.
 */
#include "fltmgr/altitude.h"
#include "kunit/prove.h"

static UNICODE_STRING altitude_text(const WCHAR *text)
{
	UNICODE_STRING s = { .Buffer = (PWSTR)text };

	while (text[s.Length / sizeof(WCHAR)])
		s.Length += sizeof(WCHAR);
	s.MaximumLength = s.Length + sizeof(WCHAR);
	return s;
}

static bool altitude_is_valid(const WCHAR *text)
{
	UNICODE_STRING s = altitude_text(text);

	return flt_altitude_valid(&s);
}

static int altitude_order(const WCHAR *a, const WCHAR *b)
{
	UNICODE_STRING sa = altitude_text(a), sb = altitude_text(b);
	int order = flt_altitude_compare(&sa, &sb);

	/* It is an order: the other way round gives the opposite. */
	if (flt_altitude_compare(&sb, &sa) != -order)
		return 99;
	return order < 0 ? -1 : order > 0;
}

static void altitude_grammar(struct kunit *test)
{
	static const WCHAR *const bad[] = {
		u"", u".", u"1.2.3", u"-5", u"+5", u" 5", u"5 ", u"5a", u"0x10", u"1,5", u"..",
		u"1..2", u"\u0665", u"\uff15",
	};
	static const WCHAR *const good[] = {
		u"0", u"5", u"370030", u"0370030.50", u"1.5", u"00", u"0.0",
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(bad); i++)
		FLT_PROVES(test, "INST-01", !altitude_is_valid(bad[i]));
	for (i = 0; i < ARRAY_SIZE(good); i++)
		FLT_PROVES(test, "INST-01", altitude_is_valid(good[i]));
}

static void altitude_compares(struct kunit *test)
{
	static const WCHAR long_a[] =
		u"1.000000000000000000000000000000000000000000000000000000000001";
	static const WCHAR long_b[] =
		u"1.000000000000000000000000000000000000000000000000000000000002";
	static const WCHAR huge_a[] = u"999999999999999999999999999999999999998";
	static const WCHAR huge_b[] = u"999999999999999999999999999999999999999";

	FLT_PROVES(test, "INST-02", altitude_order(u"03333", u"100.123456") > 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"100", u"100.0") == 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"100.0", u"0100.00") == 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"325000.3", u"325000.25") > 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"9", u"10") < 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"321000", u"141000") > 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"0.1", u"0.09") > 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"0", u"0.000") == 0);
	FLT_PROVES(test, "INST-02", altitude_order(u"1", u"1.00001") < 0);
	FLT_PROVES(test, "INST-02", altitude_order(long_a, long_b) < 0);
	FLT_PROVES(test, "INST-02", altitude_order(long_a, long_a) == 0);
	FLT_PROVES(test, "INST-02", altitude_order(huge_a, huge_b) < 0);
}

static void altitude_one_sided(struct kunit *test)
{
	FLT_PROVES(test, "INST-03", altitude_is_valid(u"325000."));
	FLT_PROVES(test, "INST-03", altitude_is_valid(u".5"));
	FLT_PROVES(test, "INST-03", altitude_order(u"325000.", u"325000") == 0);
	FLT_PROVES(test, "INST-03", altitude_order(u".5", u"0.5") == 0);
	FLT_PROVES(test, "INST-03", altitude_order(u".5", u"1.") < 0);
}

static struct kunit_case altitude_cases[] = {
	KUNIT_CASE(altitude_grammar),
	KUNIT_CASE(altitude_compares),
	KUNIT_CASE(altitude_one_sided),
	{}
};

static struct kunit_suite altitude_suite = {
	.name = "altitude",
	.test_cases = altitude_cases,
};

kunit_test_suite(altitude_suite);
