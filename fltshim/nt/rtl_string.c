// SPDX-License-Identifier: GPL-2.0
/*
 * Counted strings: set up, copy, append, compare, hash. Nothing here allocates or sleeps, so all
 * of it works at any IRQL although the WDK documents PASSIVE_LEVEL for what may touch paged text.
 * A terminator is written after the text wherever the buffer has room: sources in the field read
 * counted strings as terminated ones. This is code that stands for a driver's (nt/seh_fault.h).
 */
#include <linux/export.h>
#include "nt/rtl_bytes.h"
#include "nt/rtl_case.h"

/* The longest text that leaves room for a terminator. */
#define RTL_MAX_TEXT	((USHORT)(UNICODE_STRING_MAX_BYTES - sizeof(WCHAR)))

static size_t rtl_wcsnlen(PCWSTR text, size_t max)
{
	size_t n;

	for (n = 0; n < max && text[n]; n++)
		;
	return n;
}

static void rtl_terminate(PUNICODE_STRING string)
{
	if (string->Length + sizeof(WCHAR) <= string->MaximumLength)
		string->Buffer[string->Length / sizeof(WCHAR)] = 0;
}

/**
 * RtlInitUnicodeStringEx() - describe terminated text
 * @DestinationString: filled in; points at @SourceString, nothing is copied
 * @SourceString: terminated text, or NULL for an empty string without a buffer
 *
 * Any IRQL. WDK: RtlInitUnicodeStringEx.
 *
 * Return: STATUS_NAME_TOO_LONG, with an empty string, for more than 32766 units
 */
NTSTATUS RtlInitUnicodeStringEx(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
	size_t n;

	DestinationString->Length = 0;
	DestinationString->MaximumLength = 0;
	DestinationString->Buffer = (PWCH)SourceString;
	if (!SourceString)
		return STATUS_SUCCESS;
	n = rtl_wcsnlen(SourceString, UNICODE_STRING_MAX_CHARS);
	if (n * sizeof(WCHAR) > RTL_MAX_TEXT) {
		DestinationString->Buffer = NULL;
		return STATUS_NAME_TOO_LONG;
	}
	DestinationString->Length = n * sizeof(WCHAR);
	DestinationString->MaximumLength = DestinationString->Length + sizeof(WCHAR);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlInitUnicodeStringEx);

/**
 * RtlValidateUnicodeString() - are the numbers of a counted string sound?
 * @Flags: 0
 * @String: string; NULL is sound
 *
 * Any IRQL. WDK: RtlValidateUnicodeString. The text itself is not looked at.
 *
 * Return: STATUS_INVALID_PARAMETER for odd lengths, a length above the maximum, a maximum without a
 * buffer, or flags
 */
NTSTATUS RtlValidateUnicodeString(ULONG Flags, PCUNICODE_STRING String)
{
	if (Flags)
		return STATUS_INVALID_PARAMETER;
	if (!String)
		return STATUS_SUCCESS;
	if (String->Length % sizeof(WCHAR) || String->MaximumLength % sizeof(WCHAR) ||
	    String->Length > String->MaximumLength || (String->MaximumLength && !String->Buffer))
		return STATUS_INVALID_PARAMETER;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlValidateUnicodeString);

/**
 * RtlInitUnicodeString() - describe terminated text
 * @DestinationString: filled in; points at @SourceString, nothing is copied
 * @SourceString: terminated text, or NULL for an empty string without a buffer; what is longer
 *	than 32766 units is cut
 *
 * Any IRQL. WDK: RtlInitUnicodeString.
 */
VOID RtlInitUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
	if (RtlInitUnicodeStringEx(DestinationString, SourceString) != STATUS_NAME_TOO_LONG)
		return;
	DestinationString->Buffer = (PWCH)SourceString;
	DestinationString->Length = RTL_MAX_TEXT;
	DestinationString->MaximumLength = UNICODE_STRING_MAX_BYTES;
}
EXPORT_SYMBOL_GPL(RtlInitUnicodeString);

/**
 * RtlInitString() - describe terminated 8-bit text
 * @DestinationString: filled in; points at @SourceString, nothing is copied
 * @SourceString: terminated text, or NULL; what is longer than 65534 bytes is cut
 *
 * Any IRQL. WDK: RtlInitString.
 */
VOID RtlInitString(PSTRING DestinationString, PCSTR SourceString)
{
	DestinationString->Length = 0;
	DestinationString->MaximumLength = 0;
	DestinationString->Buffer = (PCHAR)SourceString;
	if (!SourceString)
		return;
	DestinationString->Length = strnlen(SourceString, MAXUSHORT - 1);
	DestinationString->MaximumLength = DestinationString->Length + 1;
}
EXPORT_SYMBOL_GPL(RtlInitString);

/**
 * RtlInitAnsiString() - describe terminated 8-bit text
 * @DestinationString: filled in; points at @SourceString, nothing is copied
 * @SourceString: terminated text, or NULL
 *
 * Any IRQL. WDK: RtlInitAnsiString.
 */
VOID RtlInitAnsiString(PANSI_STRING DestinationString, PCSTR SourceString)
{
	RtlInitString(DestinationString, SourceString);
}
EXPORT_SYMBOL_GPL(RtlInitAnsiString);

/**
 * RtlCopyUnicodeString() - copy as much as fits
 * @DestinationString: has a buffer; what does not fit is cut
 * @SourceString: NULL empties the destination
 *
 * Any IRQL. WDK: RtlCopyUnicodeString.
 */
VOID RtlCopyUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString)
{
	if (!SourceString) {
		DestinationString->Length = 0;
		return;
	}
	DestinationString->Length = min_t(USHORT, SourceString->Length,
					  DestinationString->MaximumLength) & ~1;
	rtl_move(DestinationString->Buffer, SourceString->Buffer, DestinationString->Length);
	rtl_terminate(DestinationString);
}
EXPORT_SYMBOL_GPL(RtlCopyUnicodeString);

/**
 * RtlCopyString() - copy as much 8-bit text as fits
 * @DestinationString: has a buffer; what does not fit is cut
 * @SourceString: NULL empties the destination
 *
 * Any IRQL. WDK: RtlCopyString.
 */
VOID RtlCopyString(PSTRING DestinationString, const STRING *SourceString)
{
	if (!SourceString) {
		DestinationString->Length = 0;
		return;
	}
	DestinationString->Length = min(SourceString->Length, DestinationString->MaximumLength);
	rtl_move(DestinationString->Buffer, SourceString->Buffer, DestinationString->Length);
	if (DestinationString->Length < DestinationString->MaximumLength)
		DestinationString->Buffer[DestinationString->Length] = 0;
}
EXPORT_SYMBOL_GPL(RtlCopyString);

static NTSTATUS rtl_append(PUNICODE_STRING to, PCWSTR text, size_t bytes)
{
	if (to->Length + bytes > to->MaximumLength)
		return STATUS_BUFFER_TOO_SMALL;
	rtl_move((char *)to->Buffer + to->Length, text, bytes);
	to->Length += bytes;
	rtl_terminate(to);
	return STATUS_SUCCESS;
}

/**
 * RtlAppendUnicodeStringToString() - append a counted string
 * @Destination: has a buffer
 * @Source: what to append
 *
 * Any IRQL. WDK: RtlAppendUnicodeStringToString.
 *
 * Return: STATUS_BUFFER_TOO_SMALL, with nothing changed, when it does not fit
 */
NTSTATUS RtlAppendUnicodeStringToString(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
	if (!Source->Length)
		return STATUS_SUCCESS;
	return rtl_append(Destination, Source->Buffer, Source->Length);
}
EXPORT_SYMBOL_GPL(RtlAppendUnicodeStringToString);

/**
 * RtlAppendUnicodeToString() - append terminated text
 * @Destination: has a buffer
 * @Source: what to append; NULL appends nothing
 *
 * Any IRQL. WDK: RtlAppendUnicodeToString.
 *
 * Return: STATUS_BUFFER_TOO_SMALL, with nothing changed, when it does not fit
 */
NTSTATUS RtlAppendUnicodeToString(PUNICODE_STRING Destination, PCWSTR Source)
{
	if (!Source)
		return STATUS_SUCCESS;
	return rtl_append(Destination, Source,
			  rtl_wcsnlen(Source, UNICODE_STRING_MAX_CHARS + 1) * sizeof(WCHAR));
}
EXPORT_SYMBOL_GPL(RtlAppendUnicodeToString);

static bool rtl_same(const WCHAR *a, const WCHAR *b, size_t n, bool fold)
{
	size_t i;

	if (!fold)
		return rtl_common(a, b, n * sizeof(WCHAR)) == n * sizeof(WCHAR);
	for (i = 0; i < n; i++) {
		if (a[i] != b[i] && rtl_upper(a[i]) != rtl_upper(b[i]))
			return false;
	}
	return true;
}

/**
 * RtlCompareUnicodeStrings() - order two texts
 * @String1: text
 * @String1Length: units of it
 * @String2: text
 * @String2Length: units of it
 * @CaseInSensitive: compare upper-cased
 *
 * Any IRQL. WDK: RtlCompareUnicodeStrings.
 *
 * Return: below, equal to or above zero
 */
LONG RtlCompareUnicodeStrings(PCWCH String1, SIZE_T String1Length, PCWCH String2,
			      SIZE_T String2Length, BOOLEAN CaseInSensitive)
{
	SIZE_T i, n = min(String1Length, String2Length);

	for (i = 0; i < n; i++) {
		u16 a = String1[i], b = String2[i];

		if (a == b)
			continue;
		if (CaseInSensitive) {
			a = rtl_upper(a);
			b = rtl_upper(b);
			if (a == b)
				continue;
		}
		return a - b;
	}
	if (String1Length == String2Length)
		return 0;
	return String1Length < String2Length ? -1 : 1;
}
EXPORT_SYMBOL_GPL(RtlCompareUnicodeStrings);

/**
 * RtlCompareUnicodeString() - order two strings
 * @String1: string
 * @String2: string
 * @CaseInSensitive: compare upper-cased
 *
 * Any IRQL. WDK: RtlCompareUnicodeString.
 *
 * Return: below, equal to or above zero
 */
LONG RtlCompareUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			     BOOLEAN CaseInSensitive)
{
	return RtlCompareUnicodeStrings(String1->Buffer, String1->Length / sizeof(WCHAR),
					String2->Buffer, String2->Length / sizeof(WCHAR),
					CaseInSensitive);
}
EXPORT_SYMBOL_GPL(RtlCompareUnicodeString);

/**
 * RtlEqualUnicodeString() - are two strings the same?
 * @String1: string
 * @String2: string
 * @CaseInSensitive: compare upper-cased
 *
 * Any IRQL. WDK: RtlEqualUnicodeString.
 */
BOOLEAN RtlEqualUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			      BOOLEAN CaseInSensitive)
{
	return String1->Length == String2->Length &&
	       rtl_same(String1->Buffer, String2->Buffer, String1->Length / sizeof(WCHAR),
			CaseInSensitive);
}
EXPORT_SYMBOL_GPL(RtlEqualUnicodeString);

/**
 * RtlPrefixUnicodeString() - does a string start with another?
 * @String1: the prefix
 * @String2: the string
 * @CaseInSensitive: compare upper-cased
 *
 * Any IRQL. WDK: RtlPrefixUnicodeString.
 */
BOOLEAN RtlPrefixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			       BOOLEAN CaseInSensitive)
{
	return String1->Length <= String2->Length &&
	       rtl_same(String1->Buffer, String2->Buffer, String1->Length / sizeof(WCHAR),
			CaseInSensitive);
}
EXPORT_SYMBOL_GPL(RtlPrefixUnicodeString);

/**
 * RtlSuffixUnicodeString() - does a string end with another?
 * @String1: the suffix
 * @String2: the string
 * @CaseInSensitive: compare upper-cased
 *
 * Any IRQL. WDK: RtlSuffixUnicodeString.
 */
BOOLEAN RtlSuffixUnicodeString(PCUNICODE_STRING String1, PCUNICODE_STRING String2,
			       BOOLEAN CaseInSensitive)
{
	size_t n = String1->Length / sizeof(WCHAR), all = String2->Length / sizeof(WCHAR);

	return n <= all && rtl_same(String1->Buffer, String2->Buffer + all - n, n,
				    CaseInSensitive);
}
EXPORT_SYMBOL_GPL(RtlSuffixUnicodeString);

static LONG rtl_compare_bytes(const CHAR *a, const CHAR *b, size_t n, bool fold)
{
	size_t i;

	for (i = 0; i < n; i++) {
		UCHAR x = fold ? RtlUpperChar(a[i]) : a[i];
		UCHAR y = fold ? RtlUpperChar(b[i]) : b[i];

		if (x != y)
			return x - y;
	}
	return 0;
}

/**
 * RtlCompareString() - order two 8-bit strings
 * @String1: string
 * @String2: string
 * @CaseInSensitive: compare upper-cased; beyond ASCII nothing has case
 *
 * Any IRQL. WDK: RtlCompareString.
 *
 * Return: below, equal to or above zero
 */
LONG RtlCompareString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)
{
	LONG order = rtl_compare_bytes(String1->Buffer, String2->Buffer,
				       min(String1->Length, String2->Length), CaseInSensitive);

	return order ?: String1->Length - String2->Length;
}
EXPORT_SYMBOL_GPL(RtlCompareString);

/**
 * RtlEqualString() - are two 8-bit strings the same?
 * @String1: string
 * @String2: string
 * @CaseInSensitive: compare upper-cased; beyond ASCII nothing has case
 *
 * Any IRQL. WDK: RtlEqualString.
 */
BOOLEAN RtlEqualString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)
{
	return String1->Length == String2->Length &&
	       !RtlCompareString(String1, String2, CaseInSensitive);
}
EXPORT_SYMBOL_GPL(RtlEqualString);

/**
 * RtlPrefixString() - does an 8-bit string start with another?
 * @String1: the prefix
 * @String2: the string
 * @CaseInSensitive: compare upper-cased; beyond ASCII nothing has case
 *
 * Any IRQL. WDK: RtlPrefixString.
 */
BOOLEAN RtlPrefixString(const STRING *String1, const STRING *String2, BOOLEAN CaseInSensitive)
{
	return String1->Length <= String2->Length &&
	       !rtl_compare_bytes(String1->Buffer, String2->Buffer, String1->Length,
				  CaseInSensitive);
}
EXPORT_SYMBOL_GPL(RtlPrefixString);

/**
 * RtlUpperString() - copy in upper case as much as fits
 * @DestinationString: has a buffer; may be the source
 * @SourceString: 8-bit text; beyond ASCII nothing has case
 *
 * Any IRQL. WDK: RtlUpperString.
 */
VOID RtlUpperString(PSTRING DestinationString, const STRING *SourceString)
{
	USHORT i, n = min(SourceString->Length, DestinationString->MaximumLength);

	for (i = 0; i < n; i++)
		DestinationString->Buffer[i] = RtlUpperChar(SourceString->Buffer[i]);
	DestinationString->Length = n;
}
EXPORT_SYMBOL_GPL(RtlUpperString);

/**
 * RtlHashUnicodeString() - hash a string
 * @String: string
 * @CaseInSensitive: hash it upper-cased
 * @HashAlgorithm: HASH_STRING_ALGORITHM_DEFAULT or HASH_STRING_ALGORITHM_X65599, the same
 * @HashValue: receives the hash
 *
 * Any IRQL. WDK: RtlHashUnicodeString.
 *
 * Return: STATUS_INVALID_PARAMETER for another algorithm or a NULL pointer
 */
NTSTATUS RtlHashUnicodeString(PCUNICODE_STRING String, BOOLEAN CaseInSensitive,
			      ULONG HashAlgorithm, PULONG HashValue)
{
	ULONG hash = 0;
	size_t i;

	if (!String || !HashValue || HashAlgorithm > 1)
		return STATUS_INVALID_PARAMETER;
	for (i = 0; i < String->Length / sizeof(WCHAR); i++) {
		u16 unit = String->Buffer[i];

		hash = hash * 65599 + (CaseInSensitive ? rtl_upper(unit) : unit);
	}
	*HashValue = hash;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlHashUnicodeString);
