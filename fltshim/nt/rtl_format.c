// SPDX-License-Identifier: GPL-2.0
/*
 * Formatting as Microsoft's C library does it: LONG is 32 bits, %wZ and %Z take counted strings,
 * %S is the other width, %I64 and %I are sizes. The kernel's vsnprintf knows none of that. It
 * allocates nothing, takes no lock and works at any IRQL. Text of the other width is converted
 * between UTF-16 and UTF-8.
 */
#include <linux/ctype.h>
#include <linux/nls.h>
#include "nt/rtl_format.h"

#define RTL_BAD_CHAR	0xfffd

/* Where the text goes; what does not fit is only counted. */
struct rtl_sink {
	void *buffer;
	size_t room;
	size_t used;
	bool wide;
};

enum rtl_size {
	RTL_SIZE_NONE,
	RTL_SIZE_CHAR,
	RTL_SIZE_SHORT,
	RTL_SIZE_LONG,
	RTL_SIZE_64,
	RTL_SIZE_WIDE,
};

/* One conversion of a format. */
struct rtl_spec {
	bool left;
	bool plus;
	bool space;
	bool zero;
	bool alternate;
	int width;
	int precision;		/* -1: not given */
	enum rtl_size size;
	u16 type;
};

static u64 rtl_arg(struct rtl_args *args)
{
	return args->ms ? __builtin_va_arg(args->ms_list, u64) : va_arg(args->list, u64);
}

static const void *rtl_arg_pointer(struct rtl_args *args)
{
	return (const void *)rtl_arg(args);
}

/* Is the next argument neither NULL nor an address of the kernel? */
static bool rtl_arg_is_structure(struct rtl_args *args)
{
	va_list ahead;
	u64 value;

	if (args->ms)
		return false;
	va_copy(ahead, args->list);
	value = va_arg(ahead, u64);
	va_end(ahead);
	return value && value < TASK_SIZE_MAX;
}

static u16 rtl_unit(const void *text, size_t at, bool wide)
{
	return wide ? ((const WCHAR *)text)[at] : ((const u8 *)text)[at];
}

static void rtl_put(struct rtl_sink *sink, u16 unit)
{
	if (sink->used < sink->room) {
		if (sink->wide)
			((WCHAR *)sink->buffer)[sink->used] = unit;
		else
			((u8 *)sink->buffer)[sink->used] = unit;
	}
	sink->used++;
}

static void rtl_fill(struct rtl_sink *sink, u16 unit, int count)
{
	while (count-- > 0)
		rtl_put(sink, unit);
}

/* Puts a code point into a sink of either width. */
static void rtl_put_char(struct rtl_sink *sink, unicode_t c)
{
	u8 bytes[6];
	int i, n;

	if (sink->wide) {
		if (c >= 0x10000) {
			rtl_put(sink, 0xd800 + ((c - 0x10000) >> 10));
			c = 0xdc00 + (c & 0x3ff);
		}
		rtl_put(sink, c);
		return;
	}
	n = utf32_to_utf8(c, bytes, sizeof(bytes));
	for (i = 0; i < n; i++)
		rtl_put(sink, bytes[i]);
}

/* One code point of UTF-16; @used says how many units it took. False: half of a pair. */
static bool rtl_from_utf16(const WCHAR *text, size_t units, unicode_t *c, size_t *used)
{
	*c = text[0];
	*used = 1;
	if (*c < 0xd800 || *c > 0xdfff)
		return true;
	if (*c < 0xdc00 && units > 1 && text[1] >= 0xdc00 && text[1] <= 0xdfff) {
		*c = 0x10000 + ((*c & 0x3ff) << 10) + (text[1] & 0x3ff);
		*used = 2;
		return true;
	}
	*c = RTL_BAD_CHAR;
	return false;
}

/* Likewise of UTF-8. False: a byte that belongs to no character. */
static bool rtl_from_utf8(const char *text, size_t bytes, unicode_t *c, size_t *used)
{
	int n = utf8_to_utf32((const u8 *)text, min_t(size_t, bytes, 6), c);

	*used = n > 0 ? n : 1;
	if (n > 0 && *c <= 0x10ffff)
		return true;
	*c = RTL_BAD_CHAR;
	return false;
}

/* Puts text of either width. */
static void rtl_put_text(struct rtl_sink *sink, const void *text, size_t units, bool wide)
{
	size_t at, used;
	unicode_t c;

	if (wide == sink->wide) {
		for (at = 0; at < units; at++)
			rtl_put(sink, rtl_unit(text, at, wide));
		return;
	}
	for (at = 0; at < units; at += used) {
		if (wide)
			rtl_from_utf16((const WCHAR *)text + at, units - at, &c, &used);
		else
			rtl_from_utf8((const char *)text + at, units - at, &c, &used);
		rtl_put_char(sink, c);
	}
}

/**
 * rtl_utf8_from_utf16() - convert
 * @to: receives bytes; never part of a character
 * @room: bytes of it
 * @from: UTF-16
 * @units: of it
 *
 * Half of a surrogate pair becomes U+FFFD. Any context.
 *
 * Return: bytes of the whole result and of what fitted
 */
struct rtl_converted rtl_utf8_from_utf16(char *to, size_t room, const WCHAR *from, size_t units)
{
	struct rtl_sink sink = { .buffer = to, .room = room };
	struct rtl_converted done = { };
	size_t at, used;
	unicode_t c;

	for (at = 0; at < units; at += used) {
		size_t start = sink.used;

		if (!rtl_from_utf16(from + at, units - at, &c, &used))
			done.bad = true;
		rtl_put_char(&sink, c);
		if (sink.used > sink.room && start < sink.room)
			sink.room = start;
	}
	done.need = sink.used;
	done.fit = min(sink.used, sink.room);
	return done;
}

/**
 * rtl_utf16_from_utf8() - convert
 * @to: receives units
 * @room: units of it
 * @from: UTF-8
 * @bytes: of it
 *
 * A byte that belongs to no character becomes U+FFFD. Any context.
 *
 * Return: units of the whole result and of what fitted
 */
struct rtl_converted rtl_utf16_from_utf8(WCHAR *to, size_t room, const char *from, size_t bytes)
{
	struct rtl_sink sink = { .buffer = to, .room = room, .wide = true };
	struct rtl_converted done = { };
	size_t at, used;
	unicode_t c;

	for (at = 0; at < bytes; at += used) {
		size_t start = sink.used;

		if (!rtl_from_utf8(from + at, bytes - at, &c, &used))
			done.bad = true;
		rtl_put_char(&sink, c);
		if (sink.used > sink.room && start < sink.room)
			sink.room = start;
	}
	done.need = sink.used;
	done.fit = min(sink.used, sink.room);
	return done;
}

/* Text in its field. */
static void rtl_text_field(struct rtl_sink *sink, const struct rtl_spec *spec, const void *text,
			   size_t units, bool wide)
{
	struct rtl_sink measure = { .wide = sink->wide };
	int pad = 0;

	if (spec->width) {
		rtl_put_text(&measure, text, units, wide);
		if (measure.used < spec->width)
			pad = spec->width - measure.used;
	}
	if (!spec->left)
		rtl_fill(sink, spec->zero ? '0' : ' ', pad);
	rtl_put_text(sink, text, units, wide);
	if (spec->left)
		rtl_fill(sink, ' ', pad);
}

/* A terminated string: never looks behind the precision. */
static void rtl_string_field(struct rtl_sink *sink, const struct rtl_spec *spec,
			     const void *text, bool wide)
{
	size_t max = spec->precision < 0 ? INT_MAX : spec->precision, n;

	if (!text) {
		text = "(null)";
		wide = false;
	}
	for (n = 0; n < max && rtl_unit(text, n, wide); n++)
		;
	rtl_text_field(sink, spec, text, n, wide);
}

/*
 * %Z and %wZ: both structures are laid out alike. Sources pass the structure itself as well, which
 * Windows' convention turns into its address; under the compiler's own it arrives as it is.
 */
static void rtl_counted_field(struct rtl_sink *sink, const struct rtl_spec *spec,
			      struct rtl_args *args)
{
	bool wide = spec->size == RTL_SIZE_WIDE || spec->size == RTL_SIZE_LONG;
	const UNICODE_STRING *string;
	UNICODE_STRING copy;
	size_t n;

	if (rtl_arg_is_structure(args)) {
		copy = va_arg(args->list, UNICODE_STRING);
		string = &copy;
	} else {
		string = rtl_arg_pointer(args);
	}
	if (!string || !string->Buffer) {
		rtl_string_field(sink, spec, NULL, false);
		return;
	}
	n = wide ? string->Length / sizeof(WCHAR) : string->Length;
	if (spec->precision >= 0)
		n = min_t(size_t, n, spec->precision);
	rtl_text_field(sink, spec, string->Buffer, n, wide);
}

static void rtl_number_field(struct rtl_sink *sink, const struct rtl_spec *spec, u64 value,
			     bool negative, unsigned int base, bool upper)
{
	const char *prefix = "";
	char digits[24];
	int n = 0, zeros = 0, pad;

	do {
		unsigned int digit = value % base;

		digits[n++] = digit < 10 ? '0' + digit : (upper ? 'A' : 'a') + digit - 10;
		value /= base;
	} while (value);
	if (spec->precision == 0 && n == 1 && digits[0] == '0')
		n = 0;
	if (spec->alternate && base == 16 && n && !(n == 1 && digits[0] == '0'))
		prefix = upper ? "0X" : "0x";
	else if (spec->alternate && base == 8 && (!n || digits[n - 1] != '0'))
		prefix = "0";
	else if (negative)
		prefix = "-";
	else if (spec->plus)
		prefix = "+";
	else if (spec->space)
		prefix = " ";
	if (spec->precision > n)
		zeros = spec->precision - n;
	pad = spec->width - n - zeros - (int)strlen(prefix);
	if (spec->zero && !spec->left && spec->precision < 0 && pad > 0) {
		zeros = pad;
		pad = 0;
	}
	if (!spec->left)
		rtl_fill(sink, ' ', pad);
	while (*prefix)
		rtl_put(sink, *prefix++);
	rtl_fill(sink, '0', zeros);
	while (n)
		rtl_put(sink, digits[--n]);
	if (spec->left)
		rtl_fill(sink, ' ', pad);
}

/* Addresses are shown as the kernel shows them: hashed unless it was told otherwise. */
static void rtl_pointer_field(struct rtl_sink *sink, const struct rtl_spec *spec,
			      const void *pointer)
{
	char text[24];
	int i, n = scnprintf(text, sizeof(text), "%p", pointer);

	for (i = 0; i < n; i++)
		text[i] = toupper(text[i]);
	rtl_text_field(sink, spec, text, n, false);
}

static void rtl_guid_field(struct rtl_sink *sink, const struct rtl_spec *spec, const GUID *guid)
{
	char text[40];
	int n;

	if (!guid) {
		rtl_string_field(sink, spec, NULL, false);
		return;
	}
	n = scnprintf(text, sizeof(text), "%pUL", guid);
	rtl_text_field(sink, spec, text, n, false);
}

/*
 * %!NAME! of trace messages, @at behind the first '!'. Names without an argument were replaced
 * before the source was compiled.
 */
static size_t rtl_trace_field(struct rtl_sink *sink, const struct rtl_spec *spec,
			      const void *format, size_t at, struct rtl_args *args)
{
	struct rtl_spec number = *spec;
	char name[16];
	size_t n = 0;
	u16 unit;

	while ((unit = rtl_unit(format, at, sink->wide)) != 0) {
		at++;
		if (unit == '!')
			break;
		if (n < sizeof(name) - 1)
			name[n++] = unit;
	}
	name[n] = 0;
	if (!strcmp(name, "GUID")) {
		rtl_guid_field(sink, spec, rtl_arg_pointer(args));
		return at;
	}
	number.alternate = true;
	number.precision = 8;
	rtl_number_field(sink, &number, (u32)rtl_arg(args), false, 16, false);
	return at;
}

static s64 rtl_signed(enum rtl_size size, struct rtl_args *args)
{
	s64 value = rtl_arg(args);

	switch (size) {
	case RTL_SIZE_64:
		return value;
	case RTL_SIZE_SHORT:
		return (s16)value;
	case RTL_SIZE_CHAR:
		return (s8)value;
	default:
		return (s32)value;
	}
}

static u64 rtl_unsigned(enum rtl_size size, struct rtl_args *args)
{
	u64 value = rtl_arg(args);

	switch (size) {
	case RTL_SIZE_64:
		return value;
	case RTL_SIZE_SHORT:
		return (u16)value;
	case RTL_SIZE_CHAR:
		return (u8)value;
	default:
		return (u32)value;
	}
}

/* Is the text of a %s, %c (@other: %S, %C) 16 bits wide? */
static bool rtl_is_wide(const struct rtl_sink *sink, const struct rtl_spec *spec, bool other)
{
	if (spec->size == RTL_SIZE_SHORT || spec->size == RTL_SIZE_CHAR)
		return false;
	if (spec->size == RTL_SIZE_LONG || spec->size == RTL_SIZE_WIDE)
		return true;
	return sink->wide != other;
}

static void rtl_char_field(struct rtl_sink *sink, struct rtl_spec *spec, bool wide,
			   struct rtl_args *args)
{
	WCHAR unit = (u32)rtl_arg(args);
	char byte = unit;

	rtl_text_field(sink, spec, wide ? (void *)&unit : (void *)&byte, 1, wide);
}

/* Width or precision: digits or '*'. */
static size_t rtl_parse_count(const void *format, size_t at, bool wide, int *count,
			      struct rtl_args *args)
{
	u16 unit = rtl_unit(format, at, wide);

	if (unit == '*') {
		*count = (s32)rtl_arg(args);
		return at + 1;
	}
	*count = 0;
	while (unit >= '0' && unit <= '9') {
		*count = min(*count * 10 + unit - '0', 100000);
		unit = rtl_unit(format, ++at, wide);
	}
	return at;
}

static size_t rtl_parse_size(const void *format, size_t at, bool wide, enum rtl_size *size)
{
	u16 unit = rtl_unit(format, at, wide), next;

	*size = RTL_SIZE_NONE;
	if (!unit)
		return at;
	next = rtl_unit(format, at + 1, wide);
	switch (unit) {
	case 'h':
		*size = next == 'h' ? RTL_SIZE_CHAR : RTL_SIZE_SHORT;
		return at + (next == 'h' ? 2 : 1);
	case 'l':
		*size = next == 'l' ? RTL_SIZE_64 : RTL_SIZE_LONG;
		return at + (next == 'l' ? 2 : 1);
	case 'w':
		*size = RTL_SIZE_WIDE;
		return at + 1;
	case 'L':
		return at + 1;
	case 'j':
	case 'z':
	case 't':
		*size = RTL_SIZE_64;
		return at + 1;
	case 'I':
		*size = RTL_SIZE_64;
		if (next == '6' && rtl_unit(format, at + 2, wide) == '4')
			return at + 3;
		if (next == '3' && rtl_unit(format, at + 2, wide) == '2') {
			*size = RTL_SIZE_LONG;
			return at + 3;
		}
		return at + 1;
	}
	return at;
}

/* Everything between '%' and the letter; returns the place of the letter. */
static size_t rtl_parse(const void *format, size_t at, bool wide, struct rtl_spec *spec,
			struct rtl_args *args)
{
	*spec = (struct rtl_spec){ .precision = -1 };
	for (;; at++) {
		switch (rtl_unit(format, at, wide)) {
		case '-':
			spec->left = true;
			continue;
		case '+':
			spec->plus = true;
			continue;
		case ' ':
			spec->space = true;
			continue;
		case '0':
			spec->zero = true;
			continue;
		case '#':
			spec->alternate = true;
			continue;
		}
		break;
	}
	at = rtl_parse_count(format, at, wide, &spec->width, args);
	if (spec->width < 0) {
		spec->left = true;
		spec->width = spec->width == INT_MIN ? 0 : -spec->width;
	}
	if (rtl_unit(format, at, wide) == '.')
		at = rtl_parse_count(format, at + 1, wide, &spec->precision, args);
	at = rtl_parse_size(format, at, wide, &spec->size);
	spec->type = rtl_unit(format, at, wide);
	return at;
}

/* One conversion whose letter stands at @at; returns where the format goes on. */
static size_t rtl_convert(struct rtl_sink *sink, struct rtl_spec *spec, const void *format,
			  size_t at, struct rtl_args *args)
{
	s64 number;

	switch (spec->type) {
	case 0:
		return at;
	case 'd':
	case 'i':
		number = rtl_signed(spec->size, args);
		rtl_number_field(sink, spec, number < 0 ? 0 - (u64)number : number, number < 0,
				 10, false);
		break;
	case 'u':
	case 'o':
	case 'x':
	case 'X':
		spec->plus = false;
		spec->space = false;
		rtl_number_field(sink, spec, rtl_unsigned(spec->size, args), false,
				 spec->type == 'u' ? 10 : spec->type == 'o' ? 8 : 16,
				 spec->type == 'X');
		break;
	case 'p':
		rtl_pointer_field(sink, spec, rtl_arg_pointer(args));
		break;
	case 's':
	case 'S':
		rtl_string_field(sink, spec, rtl_arg_pointer(args),
				 rtl_is_wide(sink, spec, spec->type == 'S'));
		break;
	case 'c':
	case 'C':
		rtl_char_field(sink, spec, rtl_is_wide(sink, spec, spec->type == 'C'), args);
		break;
	case 'Z':
		rtl_counted_field(sink, spec, args);
		break;
	case 'n':
		rtl_arg(args);
		break;
	case 'a':
	case 'A':
	case 'e':
	case 'E':
	case 'f':
	case 'F':
	case 'g':
	case 'G':
		rtl_arg(args);
		rtl_text_field(sink, spec, "?", 1, false);
		break;
	case '!':
		return rtl_trace_field(sink, spec, format, at + 1, args);
	default:
		rtl_put(sink, spec->type);
		break;
	}
	return at + 1;
}

/**
 * rtl_format() - format text
 * @buffer: receives the text, without a terminator
 * @room: units that fit
 * @wide: text and format are 16 bits wide, else 8
 * @format: terminated format
 * @args: the arguments; used up
 *
 * Floating-point conversions print a question mark and %n does nothing. Any context.
 *
 * Return: units of the whole text, also those that did not fit
 */
size_t rtl_format(void *buffer, size_t room, bool wide, const void *format,
		  struct rtl_args *args)
{
	struct rtl_sink sink = { .buffer = buffer, .room = room, .wide = wide };
	struct rtl_spec spec;
	size_t at = 0;
	u16 unit;

	while ((unit = rtl_unit(format, at, wide)) != 0) {
		at++;
		if (unit != '%') {
			rtl_put(&sink, unit);
			continue;
		}
		at = rtl_parse(format, at, wide, &spec, args);
		at = rtl_convert(&sink, &spec, format, at, args);
	}
	return sink.used;
}
