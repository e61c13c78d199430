// SPDX-License-Identifier: GPL-2.0
/*
 * Numbers, GUIDs, network addresses and 8.3 names as text and back.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/in.h>
#include <linux/in6.h>
#include "nt/ex_pool.h"
#include "nt/rtl_case.h"

#define RTL_GUID_CHARS	38	/* with its braces */

/* Text as the number parser reads it: units of either width. */
struct rtl_digits {
	const void *text;
	size_t count;
	bool wide;
};

/* Past the end: 0, which is no digit. */
static u16 rtl_digit_at(const struct rtl_digits *digits, size_t at)
{
	if (at >= digits->count)
		return 0;
	return digits->wide ? ((const WCHAR *)digits->text)[at] : ((const u8 *)digits->text)[at];
}

/* Optional sign, prefix 0x, 0o, 0b when the base is 0, then digits as far as they go. */
static NTSTATUS rtl_parse_number(const struct rtl_digits *digits, ULONG base, ULONG *value)
{
	bool negative = false;
	size_t at = 0;
	ULONG sum = 0;
	u16 unit;

	if (base != 0 && base != 2 && base != 8 && base != 10 && base != 16)
		return STATUS_INVALID_PARAMETER;
	while ((unit = rtl_digit_at(digits, at)) && unit <= ' ')
		at++;
	if (unit == '-' || unit == '+') {
		negative = unit == '-';
		at++;
	}
	if (!base) {
		base = 10;
		if (rtl_digit_at(digits, at) == '0') {
			switch (rtl_digit_at(digits, at + 1)) {
			case 'x':
				base = 16;
				break;
			case 'o':
				base = 8;
				break;
			case 'b':
				base = 2;
				break;
			}
			if (base != 10)
				at += 2;
		}
	}
	for (;; at++) {
		int digit;

		unit = rtl_digit_at(digits, at);
		digit = unit < 0x80 ? hex_to_bin(unit) : -1;
		if (digit < 0 || digit >= base)
			break;
		sum = sum * base + digit;
	}
	*value = negative ? 0 - sum : sum;
	return STATUS_SUCCESS;
}

/**
 * RtlUnicodeStringToInteger() - read a number
 * @String: blanks, a sign and digits; what follows them is ignored
 * @Base: 2, 8, 10, 16, or 0 for what a prefix 0x, 0o or 0b says and 10 without one
 * @Value: receives the number, 0 without digits
 *
 * Any IRQL. WDK: RtlUnicodeStringToInteger.
 *
 * Return: STATUS_INVALID_PARAMETER for another base
 */
NTSTATUS RtlUnicodeStringToInteger(PCUNICODE_STRING String, ULONG Base, PULONG Value)
{
	struct rtl_digits digits = {
		.text = String->Buffer,
		.count = String->Length / sizeof(WCHAR),
		.wide = true,
	};

	return rtl_parse_number(&digits, Base, Value);
}
EXPORT_SYMBOL_GPL(RtlUnicodeStringToInteger);

/**
 * RtlCharToInteger() - read a number
 * @String: terminated text: blanks, a sign and digits; what follows them is ignored
 * @Base: 2, 8, 10, 16, or 0 for what a prefix 0x, 0o or 0b says and 10 without one
 * @Value: receives the number, 0 without digits
 *
 * Any IRQL. WDK: RtlCharToInteger.
 *
 * Return: STATUS_INVALID_PARAMETER for another base
 */
NTSTATUS RtlCharToInteger(PCSTR String, ULONG Base, PULONG Value)
{
	struct rtl_digits digits = { .text = String, .count = strlen(String) };

	return rtl_parse_number(&digits, Base, Value);
}
EXPORT_SYMBOL_GPL(RtlCharToInteger);

/* Puts ASCII text and a terminator. */
static NTSTATUS rtl_put_ascii(PUNICODE_STRING string, const char *text, size_t n)
{
	size_t i;

	if ((n + 1) * sizeof(WCHAR) > string->MaximumLength)
		return STATUS_BUFFER_OVERFLOW;
	for (i = 0; i < n; i++)
		string->Buffer[i] = text[i];
	string->Buffer[n] = 0;
	string->Length = n * sizeof(WCHAR);
	return STATUS_SUCCESS;
}

/**
 * RtlInt64ToUnicodeString() - write a number
 * @Value: number
 * @Base: 2, 8, 10, 16, or 0 for 10
 * @String: receives digits, upper-case ones in base 16, and a terminator
 *
 * Any IRQL. WDK: RtlInt64ToUnicodeString.
 *
 * Return: STATUS_INVALID_PARAMETER for another base, STATUS_BUFFER_OVERFLOW when it does not fit
 */
NTSTATUS RtlInt64ToUnicodeString(ULONGLONG Value, ULONG Base, PUNICODE_STRING String)
{
	char digits[64];
	size_t at = sizeof(digits);

	if (!Base)
		Base = 10;
	if (Base != 2 && Base != 8 && Base != 10 && Base != 16)
		return STATUS_INVALID_PARAMETER;
	do {
		digits[--at] = hex_asc_upper[Value % Base];
		Value /= Base;
	} while (Value);
	return rtl_put_ascii(String, digits + at, sizeof(digits) - at);
}
EXPORT_SYMBOL_GPL(RtlInt64ToUnicodeString);

/**
 * RtlIntegerToUnicodeString() - write a number
 * @Value: number
 * @Base: 2, 8, 10, 16, or 0 for 10
 * @String: receives digits, upper-case ones in base 16, and a terminator
 *
 * Any IRQL. WDK: RtlIntegerToUnicodeString.
 *
 * Return: STATUS_INVALID_PARAMETER for another base, STATUS_BUFFER_OVERFLOW when it does not fit
 */
NTSTATUS RtlIntegerToUnicodeString(ULONG Value, ULONG Base, PUNICODE_STRING String)
{
	return RtlInt64ToUnicodeString(Value, Base, String);
}
EXPORT_SYMBOL_GPL(RtlIntegerToUnicodeString);

/**
 * RtlStringFromGUID() - write a GUID
 * @Guid: GUID
 * @GuidString: receives "{8-4-4-4-12}" in upper case, to be freed by RtlFreeUnicodeString()
 *
 * Any IRQL up to DISPATCH_LEVEL. WDK: RtlStringFromGUID.
 *
 * Return: STATUS_NO_MEMORY
 */
NTSTATUS RtlStringFromGUID(const GUID *Guid, PUNICODE_STRING GuidString)
{
	char text[RTL_GUID_CHARS + 1];

	GuidString->Length = 0;
	GuidString->MaximumLength = sizeof(text) * sizeof(WCHAR);
	GuidString->Buffer = pool_alloc(__builtin_return_address(0), POOL_FLAG_NON_PAGED,
					GuidString->MaximumLength, POOL_TAG_STRING);
	if (!GuidString->Buffer) {
		GuidString->MaximumLength = 0;
		return STATUS_NO_MEMORY;
	}
	return rtl_put_ascii(GuidString, text, scnprintf(text, sizeof(text), "{%pUL}", Guid));
}
EXPORT_SYMBOL_GPL(RtlStringFromGUID);

/**
 * RtlGUIDFromString() - read a GUID
 * @GuidString: "{8-4-4-4-12}"; what follows is ignored
 * @Guid: receives the GUID
 *
 * Any IRQL. WDK: RtlGUIDFromString.
 *
 * Return: STATUS_INVALID_PARAMETER for anything else
 */
NTSTATUS RtlGUIDFromString(PCUNICODE_STRING GuidString, GUID *Guid)
{
	static const char form[] = "{00112233-4455-6677-8899-AABBCCDDEEFF}";
	/* Where byte n of the text goes: the first three parts are little-endian. */
	static const u8 place[16] = { 3, 2, 1, 0, 5, 4, 7, 6, 8, 9, 10, 11, 12, 13, 14, 15 };
	unsigned int i, nibble = 0;
	u8 bytes[16] = { };

	if (!GuidString->Buffer || GuidString->Length < RTL_GUID_CHARS * sizeof(WCHAR))
		return STATUS_INVALID_PARAMETER;
	for (i = 0; i < RTL_GUID_CHARS; i++) {
		u16 unit = GuidString->Buffer[i];
		int digit;

		if (!isalnum(form[i])) {
			if (unit != form[i])
				return STATUS_INVALID_PARAMETER;
			continue;
		}
		digit = unit < 0x80 ? hex_to_bin(unit) : -1;
		if (digit < 0)
			return STATUS_INVALID_PARAMETER;
		bytes[place[nibble / 2]] |= nibble & 1 ? digit : digit << 4;
		nibble++;
	}
	memcpy(Guid, bytes, sizeof(bytes));
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlGUIDFromString);

static bool rtl_legal_8dot3(u16 unit)
{
	return unit > ' ' && unit != 0x7f && !(unit < 0x80 && strchr("\"*+,/:;<=>?[\\]|", unit));
}

/**
 * RtlIsNameLegalDOS8Dot3() - is a name of the old form?
 * @Name: one name without a path
 * @OemName: receives the upper-cased name as UTF-8 when it is legal; may be NULL
 * @NameContainsSpaces: receives whether blanks are in a legal name; may be NULL
 *
 * Any IRQL. WDK: RtlIsNameLegalDOS8Dot3.
 */
BOOLEAN RtlIsNameLegalDOS8Dot3(PCUNICODE_STRING Name, POEM_STRING OemName,
			       PBOOLEAN NameContainsSpaces)
{
	size_t i, n = Name->Length / sizeof(WCHAR), dot = n;
	bool blanks = false, dots_only;
	WCHAR upper[12];
	UNICODE_STRING copy = {
		.Buffer = upper,
		.Length = Name->Length,
		.MaximumLength = sizeof(upper),
	};

	if (!n || n > ARRAY_SIZE(upper))
		return FALSE;
	dots_only = n <= 2 && Name->Buffer[0] == '.' && Name->Buffer[n - 1] == '.';
	for (i = 0; i < n; i++) {
		u16 unit = Name->Buffer[i];

		upper[i] = rtl_upper(unit);
		if (dots_only)
			continue;
		if (unit == '.') {
			if (dot != n || i == 0 || i > 8 || Name->Buffer[i - 1] == ' ')
				return FALSE;
			dot = i;
		} else if (unit == ' ') {
			blanks = true;
		} else if (!rtl_legal_8dot3(unit)) {
			return FALSE;
		}
	}
	if (!dots_only && (dot > 8 || (dot < n && (n - dot - 1 > 3 || n - dot == 1)) ||
			   Name->Buffer[n - 1] == ' '))
		return FALSE;
	if (OemName && !NT_SUCCESS(RtlUnicodeStringToAnsiString(OemName, &copy, FALSE)))
		return FALSE;
	if (NameContainsSpaces)
		*NameContainsSpaces = blanks;
	return TRUE;
}
EXPORT_SYMBOL_GPL(RtlIsNameLegalDOS8Dot3);

static NTSTATUS rtl_put_address(PWSTR to, PULONG length, const char *text, size_t n)
{
	size_t i;

	if (!length || (!to && *length))
		return STATUS_INVALID_PARAMETER;
	if (*length <= n) {
		*length = n + 1;
		return STATUS_INVALID_PARAMETER;
	}
	for (i = 0; i <= n; i++)
		to[i] = text[i];
	*length = n + 1;
	return STATUS_SUCCESS;
}

/**
 * RtlIpv4AddressToStringExW() - write an IPv4 address
 * @Address: address
 * @Port: port in network byte order; 0 is not written
 * @AddressString: receives "a.b.c.d" or "a.b.c.d:port", terminated
 * @AddressStringLength: units that fit; receives the units with the terminator
 *
 * Any IRQL. WDK: RtlIpv4AddressToStringEx.
 *
 * Return: STATUS_INVALID_PARAMETER when it does not fit
 */
NTSTATUS RtlIpv4AddressToStringExW(const struct in_addr *Address, USHORT Port,
				   PWSTR AddressString, PULONG AddressStringLength)
{
	char text[24];
	int n = scnprintf(text, sizeof(text), "%pI4", Address);

	if (Port)
		n += scnprintf(text + n, sizeof(text) - n, ":%u", ntohs((__force __be16)Port));
	return rtl_put_address(AddressString, AddressStringLength, text, n);
}
EXPORT_SYMBOL_GPL(RtlIpv4AddressToStringExW);

/**
 * RtlIpv6AddressToStringExW() - write an IPv6 address
 * @Address: address
 * @ScopeId: scope in network byte order; 0 is not written
 * @Port: port in network byte order; 0 is not written
 * @AddressString: receives "a::b%scope" or "[a::b%scope]:port", terminated
 * @AddressStringLength: units that fit; receives the units with the terminator
 *
 * Any IRQL. WDK: RtlIpv6AddressToStringEx.
 *
 * Return: STATUS_INVALID_PARAMETER when it does not fit
 */
NTSTATUS RtlIpv6AddressToStringExW(const struct in6_addr *Address, ULONG ScopeId, USHORT Port,
				   PWSTR AddressString, PULONG AddressStringLength)
{
	char text[72];
	int n = scnprintf(text, sizeof(text), "%s%pI6c", Port ? "[" : "", Address);

	if (ScopeId)
		n += scnprintf(text + n, sizeof(text) - n, "%%%u",
			       ntohl((__force __be32)ScopeId));
	if (Port)
		n += scnprintf(text + n, sizeof(text) - n, "]:%u", ntohs((__force __be16)Port));
	return rtl_put_address(AddressString, AddressStringLength, text, n);
}
EXPORT_SYMBOL_GPL(RtlIpv6AddressToStringExW);
