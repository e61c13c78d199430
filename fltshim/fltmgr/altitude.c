// SPDX-License-Identifier: GPL-2.0
/*
 * Grammar and order of altitude strings (contract INST-01 to INST-04): digits with at most one
 * decimal point, compared by numeric value without limit of length. Pure functions on strings.
 */
#include "fltmgr/altitude.h"

/* The digits of one side of the point. */
struct flt_digits {
	const WCHAR *digit;
	unsigned int count;
};

static bool flt_is_digit(WCHAR c)
{
	return c >= '0' && c <= '9';
}

/* Splits at the point; leading zeros of the integer and trailing ones of the fraction go. */
static void flt_altitude_split(const UNICODE_STRING *s, struct flt_digits *integer,
			       struct flt_digits *fraction)
{
	unsigned int n = s->Length / sizeof(WCHAR);
	unsigned int point = 0;

	while (point < n && s->Buffer[point] != '.')
		point++;
	integer->digit = s->Buffer;
	integer->count = point;
	while (integer->count && *integer->digit == '0') {
		integer->digit++;
		integer->count--;
	}
	fraction->digit = s->Buffer + point + (point < n);
	fraction->count = point < n ? n - point - 1 : 0;
	while (fraction->count && fraction->digit[fraction->count - 1] == '0')
		fraction->count--;
}

/**
 * flt_altitude_valid() - does a string have the form of an altitude?
 * @altitude: counted string
 *
 * "325000." and ".5" are accepted (INST-03), "." is not.
 */
bool flt_altitude_valid(PCUNICODE_STRING altitude)
{
	unsigned int n = altitude->Length / sizeof(WCHAR);
	unsigned int digits = 0, points = 0, i;

	for (i = 0; i < n; i++) {
		if (flt_is_digit(altitude->Buffer[i]))
			digits++;
		else if (altitude->Buffer[i] == '.')
			points++;
		else
			return false;
	}
	return digits && points <= 1;
}

/**
 * flt_altitude_compare() - compare two valid altitudes by value
 * @a: one altitude
 * @b: the other
 *
 * Return: below, equal to or above zero as @a is lower, equal or higher
 */
int flt_altitude_compare(PCUNICODE_STRING a, PCUNICODE_STRING b)
{
	struct flt_digits ai, af, bi, bf;
	unsigned int i;
	int order;

	flt_altitude_split(a, &ai, &af);
	flt_altitude_split(b, &bi, &bf);
	order = (int)ai.count - (int)bi.count;
	for (i = 0; !order && i < ai.count; i++)
		order = ai.digit[i] - bi.digit[i];
	for (i = 0; !order && i < min(af.count, bf.count); i++)
		order = af.digit[i] - bf.digit[i];
	/* Trailing zeros are gone, so what is left of the longer fraction is above zero. */
	return order ?: (int)af.count - (int)bf.count;
}
