// SPDX-License-Identifier: GPL-2.0
/*
 * Counted strings made from others: upper and lower case, copies, and the way between UTF-16 and
 * 8-bit text. The 8-bit ("ANSI", "multi-byte") code page is UTF-8 here, as everywhere on Linux.
 * What is allocated is pool, so that drivers may free it with ExFreePool() too, as many do.
 */
#include <linux/export.h>
#include "nt/ex_pool.h"
#include "nt/rtl_case.h"
#include "nt/rtl_format.h"

#define RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE	1
#define RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING 2

static void *rtl_alloc(const void *caller, size_t size)
{
	return pool_alloc(caller, POOL_FLAG_NON_PAGED | POOL_FLAG_UNINITIALIZED, size,
			  POOL_TAG_STRING);
}

static NTSTATUS rtl_convert_case(const void *caller, PUNICODE_STRING to, PCUNICODE_STRING from,
				 bool allocate, u16 (*convert)(u16 unit))
{
	size_t i, n = from->Length / sizeof(WCHAR);

	if (allocate) {
		PWCH buffer = rtl_alloc(caller, n * sizeof(WCHAR) + sizeof(WCHAR));

		if (!buffer)
			return STATUS_NO_MEMORY;
		buffer[n] = 0;
		to->Buffer = buffer;
		to->MaximumLength = n * sizeof(WCHAR);
	} else if (to->MaximumLength < n * sizeof(WCHAR)) {
		return STATUS_BUFFER_OVERFLOW;
	}
	for (i = 0; i < n; i++)
		to->Buffer[i] = convert(from->Buffer[i]);
	to->Length = n * sizeof(WCHAR);
	return STATUS_SUCCESS;
}

static u16 rtl_convert_upper(u16 unit)
{
	return rtl_upper(unit);
}

static u16 rtl_convert_lower(u16 unit)
{
	return rtl_lower(unit);
}

/**
 * RtlUpcaseUnicodeString() - convert to upper case
 * @DestinationString: receives the text; may be the source
 * @SourceString: text
 * @AllocateDestinationString: allocate the buffer, to be freed by RtlFreeUnicodeString()
 *
 * Any IRQL up to DISPATCH_LEVEL. WDK: RtlUpcaseUnicodeString.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it does not fit, STATUS_NO_MEMORY
 */
NTSTATUS RtlUpcaseUnicodeString(PUNICODE_STRING DestinationString, PCUNICODE_STRING SourceString,
				BOOLEAN AllocateDestinationString)
{
	return rtl_convert_case(__builtin_return_address(0), DestinationString, SourceString,
				AllocateDestinationString, rtl_convert_upper);
}
EXPORT_SYMBOL_GPL(RtlUpcaseUnicodeString);

/**
 * RtlDowncaseUnicodeString() - convert to lower case
 * @DestinationString: receives the text; may be the source
 * @SourceString: text
 * @AllocateDestinationString: allocate the buffer, to be freed by RtlFreeUnicodeString()
 *
 * Any IRQL up to DISPATCH_LEVEL. WDK: RtlDowncaseUnicodeString.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it does not fit, STATUS_NO_MEMORY
 */
NTSTATUS RtlDowncaseUnicodeString(PUNICODE_STRING DestinationString,
				  PCUNICODE_STRING SourceString,
				  BOOLEAN AllocateDestinationString)
{
	return rtl_convert_case(__builtin_return_address(0), DestinationString, SourceString,
				AllocateDestinationString, rtl_convert_lower);
}
EXPORT_SYMBOL_GPL(RtlDowncaseUnicodeString);

/**
 * RtlCreateUnicodeString() - copy terminated text into a new string
 * @DestinationString: receives it, to be freed by RtlFreeUnicodeString()
 * @SourceString: text
 *
 * Any IRQL up to DISPATCH_LEVEL. WDK: RtlCreateUnicodeString.
 *
 * Return: FALSE without memory or for text that is too long
 */
BOOLEAN RtlCreateUnicodeString(PUNICODE_STRING DestinationString, PCWSTR SourceString)
{
	UNICODE_STRING source;
	PWCH buffer;

	if (!NT_SUCCESS(RtlInitUnicodeStringEx(&source, SourceString)) || !SourceString)
		return FALSE;
	buffer = rtl_alloc(__builtin_return_address(0), source.MaximumLength);
	if (!buffer)
		return FALSE;
	memcpy(buffer, SourceString, source.MaximumLength);
	DestinationString->Buffer = buffer;
	DestinationString->Length = source.Length;
	DestinationString->MaximumLength = source.MaximumLength;
	return TRUE;
}
EXPORT_SYMBOL_GPL(RtlCreateUnicodeString);

/**
 * RtlDuplicateUnicodeString() - copy a string
 * @Flags: RTL_DUPLICATE_UNICODE_STRING_*
 * @StringIn: string; NULL is an empty one
 * @StringOut: receives it, to be freed by RtlFreeUnicodeString()
 *
 * Any IRQL up to DISPATCH_LEVEL. WDK: RtlDuplicateUnicodeString.
 *
 * Return: STATUS_INVALID_PARAMETER for other flags, or when the terminator makes it too long;
 * STATUS_NO_MEMORY
 */
NTSTATUS RtlDuplicateUnicodeString(ULONG Flags, PCUNICODE_STRING StringIn,
				   PUNICODE_STRING StringOut)
{
	bool terminate = Flags & RTL_DUPLICATE_UNICODE_STRING_NULL_TERMINATE;
	bool even_empty = Flags & RTL_DUPLICATE_UNICODE_STRING_ALLOCATE_NULL_STRING;
	size_t length = StringIn ? StringIn->Length : 0;
	PWCH buffer;

	if (Flags > 3 || !StringOut || (even_empty && !terminate) ||
	    (terminate && length > UNICODE_STRING_MAX_BYTES - sizeof(WCHAR)))
		return STATUS_INVALID_PARAMETER;
	StringOut->Length = 0;
	StringOut->MaximumLength = 0;
	StringOut->Buffer = NULL;
	if (!length && !even_empty)
		return STATUS_SUCCESS;
	buffer = rtl_alloc(__builtin_return_address(0), length + sizeof(WCHAR));
	if (!buffer)
		return STATUS_NO_MEMORY;
	if (length)
		memcpy(buffer, StringIn->Buffer, length);
	buffer[length / sizeof(WCHAR)] = 0;
	StringOut->Buffer = buffer;
	StringOut->Length = length;
	StringOut->MaximumLength = terminate ? length + sizeof(WCHAR) : length;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlDuplicateUnicodeString);

/**
 * RtlFreeUnicodeString() - free the buffer that a string routine allocated
 * @UnicodeString: string; emptied
 *
 * IRQL <= DISPATCH_LEVEL. WDK: RtlFreeUnicodeString.
 */
VOID RtlFreeUnicodeString(PUNICODE_STRING UnicodeString)
{
	if (UnicodeString->Buffer)
		pool_free(__builtin_return_address(0), __func__, UnicodeString->Buffer, 0);
	memset(UnicodeString, 0, sizeof(*UnicodeString));
}
EXPORT_SYMBOL_GPL(RtlFreeUnicodeString);

static void rtl_free_string(const void *caller, const char *routine, PSTRING string)
{
	if (string->Buffer)
		pool_free(caller, routine, string->Buffer, 0);
	memset(string, 0, sizeof(*string));
}

/**
 * RtlFreeAnsiString() - free the buffer that a string routine allocated
 * @AnsiString: string; emptied
 *
 * IRQL <= DISPATCH_LEVEL. WDK: RtlFreeAnsiString.
 */
VOID RtlFreeAnsiString(PANSI_STRING AnsiString)
{
	rtl_free_string(__builtin_return_address(0), __func__, AnsiString);
}
EXPORT_SYMBOL_GPL(RtlFreeAnsiString);

/**
 * RtlFreeUTF8String() - free the buffer that a string routine allocated
 * @Utf8String: string; emptied
 *
 * IRQL <= DISPATCH_LEVEL. WDK: RtlFreeUTF8String.
 */
VOID RtlFreeUTF8String(PUTF8_STRING Utf8String)
{
	rtl_free_string(__builtin_return_address(0), __func__, Utf8String);
}
EXPORT_SYMBOL_GPL(RtlFreeUTF8String);

/**
 * RtlAnsiStringToUnicodeSize() - bytes of an 8-bit string as UTF-16
 * @AnsiString: UTF-8
 *
 * Any IRQL. WDK: RtlAnsiStringToUnicodeSize.
 *
 * Return: bytes with the terminator
 */
ULONG RtlAnsiStringToUnicodeSize(PCANSI_STRING AnsiString)
{
	return (rtl_utf16_from_utf8(NULL, 0, AnsiString->Buffer, AnsiString->Length).need + 1) *
	       sizeof(WCHAR);
}
EXPORT_SYMBOL_GPL(RtlAnsiStringToUnicodeSize);

/**
 * RtlUnicodeStringToAnsiSize() - bytes of a string as 8-bit text
 * @UnicodeString: text
 *
 * Any IRQL. WDK: RtlUnicodeStringToAnsiSize.
 *
 * Return: bytes of UTF-8 with the terminator
 */
ULONG RtlUnicodeStringToAnsiSize(PCUNICODE_STRING UnicodeString)
{
	return rtl_utf8_from_utf16(NULL, 0, UnicodeString->Buffer,
				   UnicodeString->Length / sizeof(WCHAR)).need + 1;
}
EXPORT_SYMBOL_GPL(RtlUnicodeStringToAnsiSize);

/**
 * RtlAnsiStringToUnicodeString() - convert to UTF-16
 * @DestinationString: receives the text and a terminator
 * @SourceString: UTF-8; a byte that belongs to no character becomes U+FFFD
 * @AllocateDestinationString: allocate the buffer, to be freed by RtlFreeUnicodeString()
 *
 * Any IRQL up to DISPATCH_LEVEL. WDK: RtlAnsiStringToUnicodeString.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it does not fit, STATUS_INVALID_PARAMETER_2 when no
 * counted string can hold it, STATUS_NO_MEMORY
 */
NTSTATUS RtlAnsiStringToUnicodeString(PUNICODE_STRING DestinationString,
				      PCANSI_STRING SourceString,
				      BOOLEAN AllocateDestinationString)
{
	size_t size = RtlAnsiStringToUnicodeSize(SourceString);
	size_t units = size / sizeof(WCHAR) - 1;

	if (size > UNICODE_STRING_MAX_BYTES)
		return STATUS_INVALID_PARAMETER_2;
	if (AllocateDestinationString) {
		PWCH buffer = rtl_alloc(__builtin_return_address(0), size);

		if (!buffer)
			return STATUS_NO_MEMORY;
		DestinationString->Buffer = buffer;
		DestinationString->MaximumLength = size;
	} else if (size > DestinationString->MaximumLength) {
		return STATUS_BUFFER_OVERFLOW;
	}
	rtl_utf16_from_utf8(DestinationString->Buffer, units, SourceString->Buffer,
			    SourceString->Length);
	DestinationString->Buffer[units] = 0;
	DestinationString->Length = units * sizeof(WCHAR);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlAnsiStringToUnicodeString);

/**
 * RtlUnicodeStringToAnsiString() - convert to 8-bit text
 * @DestinationString: receives UTF-8 and a terminator
 * @SourceString: text; half of a surrogate pair becomes U+FFFD
 * @AllocateDestinationString: allocate the buffer, to be freed by RtlFreeAnsiString()
 *
 * Any IRQL up to DISPATCH_LEVEL. WDK: RtlUnicodeStringToAnsiString.
 *
 * Return: STATUS_BUFFER_OVERFLOW, with what fits, when it does not fit;
 * STATUS_INVALID_PARAMETER_2 when no counted string can hold it; STATUS_NO_MEMORY
 */
NTSTATUS RtlUnicodeStringToAnsiString(PANSI_STRING DestinationString,
				      PCUNICODE_STRING SourceString,
				      BOOLEAN AllocateDestinationString)
{
	size_t size = RtlUnicodeStringToAnsiSize(SourceString), room;
	NTSTATUS status = STATUS_SUCCESS;
	struct rtl_converted done;

	if (size > MAXUSHORT)
		return STATUS_INVALID_PARAMETER_2;
	if (AllocateDestinationString) {
		PCHAR buffer = rtl_alloc(__builtin_return_address(0), size);

		if (!buffer)
			return STATUS_NO_MEMORY;
		DestinationString->Buffer = buffer;
		DestinationString->MaximumLength = size;
	} else if (size > DestinationString->MaximumLength) {
		status = STATUS_BUFFER_OVERFLOW;
		if (!DestinationString->MaximumLength)
			return status;
	}
	room = min_t(size_t, size, DestinationString->MaximumLength) - 1;
	done = rtl_utf8_from_utf16(DestinationString->Buffer, room, SourceString->Buffer,
				   SourceString->Length / sizeof(WCHAR));
	DestinationString->Buffer[done.fit] = 0;
	DestinationString->Length = done.fit;
	return status;
}
EXPORT_SYMBOL_GPL(RtlUnicodeStringToAnsiString);

/**
 * RtlUTF8ToUnicodeN() - convert UTF-8 to UTF-16
 * @UnicodeStringDestination: receives the text without a terminator; NULL to learn the size
 * @UnicodeStringMaxByteCount: bytes that fit
 * @UnicodeStringActualByteCount: receives the bytes written, or needed; may be NULL
 * @UTF8StringSource: text
 * @UTF8StringByteCount: bytes of it
 *
 * Any IRQL. WDK: RtlUTF8ToUnicodeN.
 *
 * Return: STATUS_SOME_NOT_MAPPED when a byte became U+FFFD, STATUS_BUFFER_TOO_SMALL with what
 * fits, STATUS_INVALID_PARAMETER_4 without a source, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlUTF8ToUnicodeN(PWSTR UnicodeStringDestination, ULONG UnicodeStringMaxByteCount,
			   PULONG UnicodeStringActualByteCount, PCCH UTF8StringSource,
			   ULONG UTF8StringByteCount)
{
	size_t room = UnicodeStringMaxByteCount / sizeof(WCHAR);
	struct rtl_converted done;

	if (!UTF8StringSource)
		return STATUS_INVALID_PARAMETER_4;
	if (!UnicodeStringDestination && !UnicodeStringActualByteCount)
		return STATUS_INVALID_PARAMETER;
	if (!UnicodeStringDestination)
		room = 0;
	done = rtl_utf16_from_utf8(UnicodeStringDestination, room, UTF8StringSource,
				   UTF8StringByteCount);
	if (UnicodeStringActualByteCount)
		*UnicodeStringActualByteCount = sizeof(WCHAR) *
			(UnicodeStringDestination ? done.fit : done.need);
	if (UnicodeStringDestination && done.fit < done.need)
		return STATUS_BUFFER_TOO_SMALL;
	return done.bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlUTF8ToUnicodeN);

/**
 * RtlUnicodeToUTF8N() - convert UTF-16 to UTF-8
 * @UTF8StringDestination: receives the text without a terminator; NULL to learn the size
 * @UTF8StringMaxByteCount: bytes that fit
 * @UTF8StringActualByteCount: receives the bytes written, or needed; may be NULL
 * @UnicodeStringSource: text
 * @UnicodeStringByteCount: bytes of it
 *
 * Any IRQL. WDK: RtlUnicodeToUTF8N.
 *
 * Return: STATUS_SOME_NOT_MAPPED when half of a surrogate pair became U+FFFD,
 * STATUS_BUFFER_TOO_SMALL with what fits, STATUS_INVALID_PARAMETER_4 without a source,
 * STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlUnicodeToUTF8N(PCHAR UTF8StringDestination, ULONG UTF8StringMaxByteCount,
			   PULONG UTF8StringActualByteCount, PCWCH UnicodeStringSource,
			   ULONG UnicodeStringByteCount)
{
	size_t room = UTF8StringMaxByteCount;
	struct rtl_converted done;

	if (!UnicodeStringSource)
		return STATUS_INVALID_PARAMETER_4;
	if (!UTF8StringDestination && !UTF8StringActualByteCount)
		return STATUS_INVALID_PARAMETER;
	if (!UTF8StringDestination)
		room = 0;
	done = rtl_utf8_from_utf16(UTF8StringDestination, room, UnicodeStringSource,
				   UnicodeStringByteCount / sizeof(WCHAR));
	if (UTF8StringActualByteCount)
		*UTF8StringActualByteCount = (UTF8StringDestination ? done.fit : done.need);
	if (UTF8StringDestination && done.fit < done.need)
		return STATUS_BUFFER_TOO_SMALL;
	return done.bad ? STATUS_SOME_NOT_MAPPED : STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlUnicodeToUTF8N);

/**
 * RtlMultiByteToUnicodeN() - convert 8-bit text to UTF-16
 * @UnicodeString: receives as much as fits, without a terminator
 * @MaxBytesInUnicodeString: bytes that fit
 * @BytesInUnicodeString: receives the bytes written; may be NULL
 * @MultiByteString: UTF-8
 * @BytesInMultiByteString: bytes of it
 *
 * Any IRQL. WDK: RtlMultiByteToUnicodeN.
 *
 * Return: STATUS_SUCCESS
 */
NTSTATUS RtlMultiByteToUnicodeN(PWCH UnicodeString, ULONG MaxBytesInUnicodeString,
				PULONG BytesInUnicodeString, const CHAR *MultiByteString,
				ULONG BytesInMultiByteString)
{
	struct rtl_converted done;

	done = rtl_utf16_from_utf8(UnicodeString, MaxBytesInUnicodeString / sizeof(WCHAR),
				   MultiByteString, BytesInMultiByteString);
	if (BytesInUnicodeString)
		*BytesInUnicodeString = done.fit * sizeof(WCHAR);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlMultiByteToUnicodeN);

/**
 * RtlUnicodeToMultiByteN() - convert UTF-16 to 8-bit text
 * @MultiByteString: receives as much UTF-8 as fits, without a terminator
 * @MaxBytesInMultiByteString: bytes that fit
 * @BytesInMultiByteString: receives the bytes written; may be NULL
 * @UnicodeString: text
 * @BytesInUnicodeString: bytes of it
 *
 * Any IRQL. WDK: RtlUnicodeToMultiByteN.
 *
 * Return: STATUS_SUCCESS
 */
NTSTATUS RtlUnicodeToMultiByteN(PCHAR MultiByteString, ULONG MaxBytesInMultiByteString,
				PULONG BytesInMultiByteString, PCWCH UnicodeString,
				ULONG BytesInUnicodeString)
{
	struct rtl_converted done;

	done = rtl_utf8_from_utf16(MultiByteString, MaxBytesInMultiByteString, UnicodeString,
				   BytesInUnicodeString / sizeof(WCHAR));
	if (BytesInMultiByteString)
		*BytesInMultiByteString = done.fit;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlUnicodeToMultiByteN);
