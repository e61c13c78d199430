/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Text routines of Microsoft's C library, for the width that the includer chose:
 *   rtl_unit_t     the unit
 *   RTL_U          the unit as an unsigned number
 *   RTL_STR(x)     name of a str... or wcs... routine
 *   RTL_FOLD(u), RTL_RISE(u)  lower and upper case
 * rtl_crt_a.c and rtl_crt_w.c include it; their code stands for a driver's (nt/seh_fault.h). The
 * routines behave as the C standard or Microsoft's pages say; any IRQL.
 */

size_t RTL_STR(len)(const rtl_unit_t *String)
{
	size_t n;

	for (n = 0; String[n]; n++)
		;
	return n;
}
EXPORT_SYMBOL_GPL(RTL_STR(len));

size_t RTL_STR(nlen)(const rtl_unit_t *String, size_t Maximum)
{
	size_t n;

	for (n = 0; n < Maximum && String[n]; n++)
		;
	return n;
}
EXPORT_SYMBOL_GPL(RTL_STR(nlen));

static rtl_unit_t *rtl_put_units(rtl_unit_t *to, const rtl_unit_t *from, size_t n)
{
	rtl_copy(to, from, n * sizeof(rtl_unit_t));
	to[n] = 0;
	return to;
}

rtl_unit_t *RTL_STR(cpy)(rtl_unit_t *Destination, const rtl_unit_t *Source)
{
	return rtl_put_units(Destination, Source, RTL_STR(len)(Source));
}
EXPORT_SYMBOL_GPL(RTL_STR(cpy));

rtl_unit_t *RTL_STR(ncpy)(rtl_unit_t *Destination, const rtl_unit_t *Source, size_t Count)
{
	size_t n = RTL_STR(nlen)(Source, Count);

	rtl_copy(Destination, Source, n * sizeof(rtl_unit_t));
	rtl_fill(Destination + n, 0, (Count - n) * sizeof(rtl_unit_t));
	return Destination;
}
EXPORT_SYMBOL_GPL(RTL_STR(ncpy));

rtl_unit_t *RTL_STR(ncat)(rtl_unit_t *Destination, const rtl_unit_t *Source, size_t Count)
{
	rtl_put_units(Destination + RTL_STR(len)(Destination), Source,
		      RTL_STR(nlen)(Source, Count));
	return Destination;
}
EXPORT_SYMBOL_GPL(RTL_STR(ncat));

rtl_unit_t *RTL_STR(cat)(rtl_unit_t *Destination, const rtl_unit_t *Source)
{
	return RTL_STR(ncat)(Destination, Source, SIZE_MAX);
}
EXPORT_SYMBOL_GPL(RTL_STR(cat));

int RTL_STR(ncmp)(const rtl_unit_t *String1, const rtl_unit_t *String2, size_t Count)
{
	for (; Count; Count--, String1++, String2++) {
		RTL_U a = *String1, b = *String2;

		if (a != b)
			return a < b ? -1 : 1;
		if (!a)
			break;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(RTL_STR(ncmp));

int RTL_STR(cmp)(const rtl_unit_t *String1, const rtl_unit_t *String2)
{
	return RTL_STR(ncmp)(String1, String2, SIZE_MAX);
}
EXPORT_SYMBOL_GPL(RTL_STR(cmp));

int RTL_STR(nicmp)(const rtl_unit_t *String1, const rtl_unit_t *String2, size_t Count)
{
	for (; Count; Count--, String1++, String2++) {
		RTL_U a = RTL_FOLD((RTL_U)*String1), b = RTL_FOLD((RTL_U)*String2);

		if (a != b)
			return a < b ? -1 : 1;
		if (!a)
			break;
	}
	return 0;
}
EXPORT_SYMBOL_GPL(RTL_STR(nicmp));

int RTL_STR(icmp)(const rtl_unit_t *String1, const rtl_unit_t *String2)
{
	return RTL_STR(nicmp)(String1, String2, SIZE_MAX);
}
EXPORT_SYMBOL_GPL(RTL_STR(icmp));

rtl_unit_t *RTL_STR(chr)(const rtl_unit_t *String, RTL_CHARACTER Character)
{
	for (; *String != (rtl_unit_t)Character; String++) {
		if (!*String)
			return NULL;
	}
	return (rtl_unit_t *)String;
}
EXPORT_SYMBOL_GPL(RTL_STR(chr));

rtl_unit_t *RTL_STR(rchr)(const rtl_unit_t *String, RTL_CHARACTER Character)
{
	const rtl_unit_t *last = NULL;

	for (;; String++) {
		if (*String == (rtl_unit_t)Character)
			last = String;
		if (!*String)
			return (rtl_unit_t *)last;
	}
}
EXPORT_SYMBOL_GPL(RTL_STR(rchr));

rtl_unit_t *RTL_STR(str)(const rtl_unit_t *String, const rtl_unit_t *Search)
{
	size_t n = RTL_STR(len)(Search);

	if (!n)
		return (rtl_unit_t *)String;
	for (; *String; String++) {
		if (*String == *Search && !RTL_STR(ncmp)(String, Search, n))
			return (rtl_unit_t *)String;
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(RTL_STR(str));

static bool rtl_is_among(rtl_unit_t unit, const rtl_unit_t *set)
{
	while (*set && *set != unit)
		set++;
	return *set;
}

size_t RTL_STR(spn)(const rtl_unit_t *String, const rtl_unit_t *Accept)
{
	size_t n;

	for (n = 0; String[n] && rtl_is_among(String[n], Accept); n++)
		;
	return n;
}
EXPORT_SYMBOL_GPL(RTL_STR(spn));

size_t RTL_STR(cspn)(const rtl_unit_t *String, const rtl_unit_t *Reject)
{
	size_t n;

	for (n = 0; String[n] && !rtl_is_among(String[n], Reject); n++)
		;
	return n;
}
EXPORT_SYMBOL_GPL(RTL_STR(cspn));

rtl_unit_t *RTL_STR(pbrk)(const rtl_unit_t *String, const rtl_unit_t *Accept)
{
	String += RTL_STR(cspn)(String, Accept);
	return *String ? (rtl_unit_t *)String : NULL;
}
EXPORT_SYMBOL_GPL(RTL_STR(pbrk));

rtl_unit_t *RTL_STR(tok_s)(rtl_unit_t *String, const rtl_unit_t *Delimiters, rtl_unit_t **Context)
{
	rtl_unit_t *token = String ?: *Context;

	if (!token)
		return NULL;
	token += RTL_STR(spn)(token, Delimiters);
	if (!*token) {
		*Context = token;
		return NULL;
	}
	String = token + RTL_STR(cspn)(token, Delimiters);
	if (*String)
		*String++ = 0;
	*Context = String;
	return token;
}
EXPORT_SYMBOL_GPL(RTL_STR(tok_s));

rtl_unit_t *RTL_STR(upr)(rtl_unit_t *String)
{
	rtl_unit_t *at;

	for (at = String; *at; at++)
		*at = RTL_RISE((RTL_U)*at);
	return String;
}
EXPORT_SYMBOL_GPL(RTL_STR(upr));

rtl_unit_t *RTL_STR(lwr)(rtl_unit_t *String)
{
	rtl_unit_t *at;

	for (at = String; *at; at++)
		*at = RTL_FOLD((RTL_U)*at);
	return String;
}
EXPORT_SYMBOL_GPL(RTL_STR(lwr));

rtl_unit_t *RTL_STR(rev)(rtl_unit_t *String)
{
	size_t low = 0, high = RTL_STR(len)(String);

	for (; low + 1 < high; low++, high--)
		swap(String[low], String[high - 1]);
	return String;
}
EXPORT_SYMBOL_GPL(RTL_STR(rev));

/* The _s routines empty the destination when they fail. */
static int rtl_refuse(rtl_unit_t *to, size_t size, int error)
{
	if (to && size)
		*to = 0;
	return error;
}

/* Puts n units at @at of a buffer; @whole says whether nothing was left behind. */
static int rtl_put_safely(rtl_unit_t *to, size_t size, size_t at, const rtl_unit_t *from,
			  size_t count)
{
	bool cut = count == RTL_TRUNCATE;
	size_t n;

	if (!from)
		return rtl_refuse(to, size, RTL_EINVAL);
	n = RTL_STR(nlen)(from, min(count, size - at));
	if (n < size - at) {
		rtl_put_units(to + at, from, n);
		return 0;
	}
	if (!cut)
		return rtl_refuse(to, size, RTL_ERANGE);
	rtl_put_units(to + at, from, size - at - 1);
	return RTL_STRUNCATE;
}

int RTL_STR(ncpy_s)(rtl_unit_t *Destination, size_t Size, const rtl_unit_t *Source, size_t Count)
{
	if (!Destination && !Size && !Count)
		return 0;
	if (!Destination || !Size)
		return RTL_EINVAL;
	if (!Count)
		return rtl_refuse(Destination, Size, 0);
	return rtl_put_safely(Destination, Size, 0, Source, Count);
}
EXPORT_SYMBOL_GPL(RTL_STR(ncpy_s));

int RTL_STR(cpy_s)(rtl_unit_t *Destination, size_t Size, const rtl_unit_t *Source)
{
	if (!Destination || !Size)
		return RTL_EINVAL;
	return rtl_put_safely(Destination, Size, 0, Source, RTL_TRUNCATE - 1);
}
EXPORT_SYMBOL_GPL(RTL_STR(cpy_s));

int RTL_STR(ncat_s)(rtl_unit_t *Destination, size_t Size, const rtl_unit_t *Source, size_t Count)
{
	size_t at;

	if (!Destination || !Size)
		return RTL_EINVAL;
	at = RTL_STR(nlen)(Destination, Size);
	if (at == Size)
		return rtl_refuse(Destination, Size, RTL_EINVAL);
	if (!Count)
		return 0;
	return rtl_put_safely(Destination, Size, at, Source, Count);
}
EXPORT_SYMBOL_GPL(RTL_STR(ncat_s));

int RTL_STR(cat_s)(rtl_unit_t *Destination, size_t Size, const rtl_unit_t *Source)
{
	return RTL_STR(ncat_s)(Destination, Size, Source, RTL_TRUNCATE - 1);
}
EXPORT_SYMBOL_GPL(RTL_STR(cat_s));

int RTL_STR(upr_s)(rtl_unit_t *String, size_t Size)
{
	if (!String || RTL_STR(nlen)(String, Size) == Size)
		return rtl_refuse(String, Size, RTL_EINVAL);
	RTL_STR(upr)(String);
	return 0;
}
EXPORT_SYMBOL_GPL(RTL_STR(upr_s));

int RTL_STR(lwr_s)(rtl_unit_t *String, size_t Size)
{
	if (!String || RTL_STR(nlen)(String, Size) == Size)
		return rtl_refuse(String, Size, RTL_EINVAL);
	RTL_STR(lwr)(String);
	return 0;
}
EXPORT_SYMBOL_GPL(RTL_STR(lwr_s));

/* A number as text: blanks, a sign, digits. @max is the largest magnitude. */
static u64 rtl_read_number(const rtl_unit_t *text, rtl_unit_t **end, int base, u64 max,
			   u64 max_negative, bool *negative)
{
	const rtl_unit_t *at = text;
	bool any = false, full = false;
	u64 sum = 0;

	*negative = false;
	while (*at == ' ' || (*at >= '\t' && *at <= '\r'))
		at++;
	if (*at == '-' || *at == '+')
		*negative = *at++ == '-';
	if (*negative)
		max = max_negative;
	if ((base == 0 || base == 16) && at[0] == '0' && (at[1] | 0x20) == 'x' &&
	    rtl_digit(at[2]) < 16) {
		base = 16;
		at += 2;
	} else if (base == 0) {
		base = *at == '0' ? 8 : 10;
	}
	for (; rtl_digit(*at) < base; at++) {
		unsigned int digit = rtl_digit(*at);

		any = true;
		if (full || sum > (max - digit) / base || digit > max)
			full = true;
		else
			sum = sum * base + digit;
	}
	if (end)
		*end = (rtl_unit_t *)(any ? at : text);
	return full ? max : sum;
}

int RTL_STR(tol)(const rtl_unit_t *String, rtl_unit_t **End, int Base)
{
	bool negative;
	u64 value = rtl_read_number(String, End, Base, S32_MAX, (u64)S32_MAX + 1, &negative);

	return negative ? 0 - value : value;
}
EXPORT_SYMBOL_GPL(RTL_STR(tol));

unsigned int RTL_STR(toul)(const rtl_unit_t *String, rtl_unit_t **End, int Base)
{
	bool negative;
	u64 value = rtl_read_number(String, End, Base, U32_MAX, U32_MAX, &negative);

	return negative && value != U32_MAX ? 0 - value : value;
}
EXPORT_SYMBOL_GPL(RTL_STR(toul));

long long RTL_STR(toi64)(const rtl_unit_t *String, rtl_unit_t **End, int Base)
{
	bool negative;
	u64 value = rtl_read_number(String, End, Base, S64_MAX, (u64)S64_MAX + 1, &negative);

	return negative ? 0 - value : value;
}
EXPORT_SYMBOL_GPL(RTL_STR(toi64));

unsigned long long RTL_STR(toui64)(const rtl_unit_t *String, rtl_unit_t **End, int Base)
{
	bool negative;
	u64 value = rtl_read_number(String, End, Base, U64_MAX, U64_MAX, &negative);

	return negative && value != U64_MAX ? 0 - value : value;
}
EXPORT_SYMBOL_GPL(RTL_STR(toui64));

/* A number into text. */
static int rtl_write_number(u64 value, bool negative, rtl_unit_t *to, size_t size, int base)
{
	char digits[65];
	size_t n = 0, at = 0;

	if (!to || !size)
		return RTL_EINVAL;
	*to = 0;
	if (base < 2 || base > 36)
		return RTL_EINVAL;
	do {
		unsigned int digit = value % base;

		digits[n++] = digit < 10 ? '0' + digit : 'a' + digit - 10;
		value /= base;
	} while (value);
	if (n + negative >= size)
		return RTL_ERANGE;
	if (negative)
		to[at++] = '-';
	while (n)
		to[at++] = digits[--n];
	to[at] = 0;
	return 0;
}

/* Only base 10 has negative numbers. */
int RTL_TO(i)(int Value, rtl_unit_t *Buffer, size_t Size, int Radix)
{
	bool negative = Radix == 10 && Value < 0;

	return rtl_write_number(negative ? 0 - (u64)Value : (u32)Value, negative, Buffer, Size,
				Radix);
}
EXPORT_SYMBOL_GPL(RTL_TO(i));

int RTL_TO(ul)(unsigned int Value, rtl_unit_t *Buffer, size_t Size, int Radix)
{
	return rtl_write_number(Value, false, Buffer, Size, Radix);
}
EXPORT_SYMBOL_GPL(RTL_TO(ul));

int RTL_TO(i64)(long long Value, rtl_unit_t *Buffer, size_t Size, int Radix)
{
	bool negative = Radix == 10 && Value < 0;

	return rtl_write_number(negative ? 0 - (u64)Value : (u64)Value, negative, Buffer, Size,
				Radix);
}
EXPORT_SYMBOL_GPL(RTL_TO(i64));

int RTL_TO(ui64)(unsigned long long Value, rtl_unit_t *Buffer, size_t Size, int Radix)
{
	return rtl_write_number(Value, false, Buffer, Size, Radix);
}
EXPORT_SYMBOL_GPL(RTL_TO(ui64));
