// SPDX-License-Identifier: GPL-2.0
/*
 * Safe strings (ntstrsafe.h): the workers behind its inline routines; the printing ones are in
 * rtl_strsafe_print.c. A result that does not fit is cut, terminated, and answered with
 * STATUS_BUFFER_OVERFLOW; the STRSAFE_ flags change what is left in the destination. Sizes here
 * are in units.
 */
#include <linux/export.h>
#include "nt/rtl_crt.h"
#include "nt/rtl_strsafe.h"

static void *rtl_dest_at(const struct rtl_dest *dest, size_t at)
{
	return dest->buffer + at * (dest->wide ? sizeof(WCHAR) : 1);
}

static void rtl_dest_terminate(const struct rtl_dest *dest, size_t at)
{
	if (dest->wide)
		((WCHAR *)dest->buffer)[at] = 0;
	else
		((char *)dest->buffer)[at] = 0;
}

static void rtl_dest_fill(const struct rtl_dest *dest, size_t from, u8 byte)
{
	memset(rtl_dest_at(dest, from), byte, rtl_dest_at(dest, dest->size) -
	       rtl_dest_at(dest, from));
}

/* Units of terminated text, at most @max. */
static size_t rtl_text_length(const void *text, size_t max, bool wide)
{
	return wide ? fsh_wcsnlen(text, max) : fsh_strnlen(text, max);
}

/*
 * Everything that follows the writing: the text starts at @start (0, or the old end when it was
 * appended) and would end at @end, which is past the buffer if it did not fit.
 */
NTSTATUS rtl_safe_finish(const struct rtl_dest *dest, size_t start, size_t end, NTSTATUS status,
			 ULONG flags, size_t *at)
{
	if (status == STATUS_SUCCESS && end >= dest->size)
		status = STATUS_BUFFER_OVERFLOW;
	*at = min(end, dest->size - 1);
	rtl_dest_terminate(dest, *at);
	if (status == STATUS_SUCCESS) {
		if (flags & STRSAFE_FILL_BEHIND_NULL && *at + 1 < dest->size)
			rtl_dest_fill(dest, *at + 1, flags);
		return status;
	}
	if (!(flags & RTL_SAFE_ON_FAILURE))
		return status;
	if (flags & STRSAFE_NO_TRUNCATION)
		*at = start;
	if (flags & STRSAFE_FILL_ON_FAILURE) {
		rtl_dest_fill(dest, 0, flags);
		*at = flags & 0xff ? dest->size - 1 : 0;
	}
	if (flags & STRSAFE_NULL_ON_FAILURE)
		*at = 0;
	rtl_dest_terminate(dest, *at);
	return status;
}

bool rtl_safe_valid(const struct rtl_dest *dest, ULONG flags)
{
	return dest->buffer && dest->size && dest->size <= RTL_SAFE_MAX &&
	       !(flags & ~RTL_SAFE_FLAGS);
}

static NTSTATUS rtl_safe_join(const struct rtl_dest *dest, bool append, const void *source,
			      size_t max, size_t *at, ULONG flags)
{
	NTSTATUS status = STATUS_SUCCESS;
	size_t start = 0, n = 0, room;

	*at = 0;
	if (!rtl_safe_valid(dest, flags))
		return STATUS_INVALID_PARAMETER;
	if (append) {
		start = rtl_text_length(dest->buffer, dest->size, dest->wide);
		if (start == dest->size)
			return STATUS_INVALID_PARAMETER;
	}
	if (source)
		n = rtl_text_length(source, min(max, dest->size), dest->wide);
	else if (!(flags & STRSAFE_IGNORE_NULLS))
		status = STATUS_INVALID_PARAMETER;
	room = dest->size - start - 1;
	if (n)
		memmove(rtl_dest_at(dest, start), source,
			rtl_dest_at(dest, min(n, room)) - dest->buffer);
	return rtl_safe_finish(dest, start, start + n, status, flags, at);
}

/**
 * FshStringJoinA() - copy or append 8-bit text
 * @Destination: buffer
 * @Size: bytes of it
 * @Append: behind the text that is there
 * @Source: text
 * @SourceMax: bytes of it at most
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the bytes from there to the end; may be NULL
 * @Flags: STRSAFE_*
 *
 * Any IRQL. Behind RtlStringCbCopy, RtlStringCchCat and their kin.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FshStringJoinA(PSTR Destination, SIZE_T Size, BOOLEAN Append, PCSTR Source,
			SIZE_T SourceMax, PSTR *End, PSIZE_T Remaining, ULONG Flags)
{
	struct rtl_dest dest = { .buffer = Destination, .size = Size };
	size_t at;
	NTSTATUS status = rtl_safe_join(&dest, Append, Source, SourceMax, &at, Flags);

	if (End)
		*End = Destination + at;
	if (Remaining)
		*Remaining = Size - at;
	return status;
}
EXPORT_SYMBOL_GPL(FshStringJoinA);

/**
 * FshStringJoinW() - copy or append UTF-16 text
 * @Destination: buffer
 * @Size: units of it
 * @Append: behind the text that is there
 * @Source: text
 * @SourceMax: units of it at most
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the units from there to the end; may be NULL
 * @Flags: STRSAFE_*
 *
 * Any IRQL. Behind RtlStringCbCopy, RtlStringCchCat and their kin.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FshStringJoinW(PWSTR Destination, SIZE_T Size, BOOLEAN Append, PCWSTR Source,
			SIZE_T SourceMax, PWSTR *End, PSIZE_T Remaining, ULONG Flags)
{
	struct rtl_dest dest = { .buffer = Destination, .size = Size, .wide = true };
	size_t at;
	NTSTATUS status = rtl_safe_join(&dest, Append, Source, SourceMax, &at, Flags);

	if (End)
		*End = Destination + at;
	if (Remaining)
		*Remaining = Size - at;
	return status;
}
EXPORT_SYMBOL_GPL(FshStringJoinW);

static NTSTATUS rtl_safe_length(const void *text, size_t max, bool wide, SIZE_T *length)
{
	size_t n;

	if (length)
		*length = 0;
	if (!text || !max || max > RTL_SAFE_MAX)
		return STATUS_INVALID_PARAMETER;
	n = rtl_text_length(text, max, wide);
	if (n == max)
		return STATUS_INVALID_PARAMETER;
	if (length)
		*length = n;
	return STATUS_SUCCESS;
}

/**
 * FshStringLengthA() - length of 8-bit text
 * @String: text
 * @Maximum: bytes in which the terminator must be found
 * @Length: receives the bytes before it; may be NULL
 *
 * Any IRQL. Behind RtlStringCbLengthA and RtlStringCchLengthA.
 *
 * Return: STATUS_INVALID_PARAMETER without a terminator
 */
NTSTATUS FshStringLengthA(PCSTR String, SIZE_T Maximum, PSIZE_T Length)
{
	return rtl_safe_length(String, Maximum, false, Length);
}
EXPORT_SYMBOL_GPL(FshStringLengthA);

/**
 * FshStringLengthW() - length of UTF-16 text
 * @String: text
 * @Maximum: units in which the terminator must be found
 * @Length: receives the units before it; may be NULL
 *
 * Any IRQL. Behind RtlStringCbLengthW and RtlStringCchLengthW.
 *
 * Return: STATUS_INVALID_PARAMETER without a terminator
 */
NTSTATUS FshStringLengthW(PCWSTR String, SIZE_T Maximum, PSIZE_T Length)
{
	return rtl_safe_length(String, Maximum, true, Length);
}
EXPORT_SYMBOL_GPL(FshStringLengthW);

/**
 * FshStringPrefixW() - units of text before its terminator
 * @String: text
 * @Maximum: where to stop looking
 *
 * Any IRQL.
 */
SIZE_T FshStringPrefixW(PCWSTR String, SIZE_T Maximum)
{
	return String ? fsh_wcsnlen(String, Maximum) : 0;
}
EXPORT_SYMBOL_GPL(FshStringPrefixW);

/* May a counted string be written to or read? */
bool rtl_counted_valid(const UNICODE_STRING *string)
{
	return string && string->Length % sizeof(WCHAR) == 0 &&
	       string->MaximumLength % sizeof(WCHAR) == 0 &&
	       string->Length <= string->MaximumLength &&
	       (string->Buffer || !string->MaximumLength);
}

/*
 * As rtl_safe_finish(), for a counted string, which needs no terminator; sizes in units. A
 * terminator is written where there is room.
 */
NTSTATUS rtl_counted_finish(PUNICODE_STRING string, size_t start, size_t end, NTSTATUS status,
			    ULONG flags, PUNICODE_STRING remaining)
{
	size_t size = string->MaximumLength / sizeof(WCHAR);
	struct rtl_dest dest = { .buffer = string->Buffer, .size = size, .wide = true };

	if (status == STATUS_SUCCESS && end > size)
		status = STATUS_BUFFER_OVERFLOW;
	end = min(end, size);
	if (status == STATUS_SUCCESS) {
		if (flags & STRSAFE_FILL_BEHIND_NULL)
			rtl_dest_fill(&dest, end, flags);
		else if (end < size)
			rtl_dest_terminate(&dest, end);
	} else {
		if (flags & STRSAFE_NO_TRUNCATION)
			end = start;
		if (flags & STRSAFE_FILL_ON_FAILURE) {
			rtl_dest_fill(&dest, 0, flags);
			end = flags & 0xff ? size : 0;
		}
		if (flags & STRSAFE_ZERO_LENGTH_ON_FAILURE)
			end = 0;
	}
	string->Length = end * sizeof(WCHAR);
	if (remaining) {
		remaining->Buffer = string->Buffer + end;
		remaining->Length = 0;
		remaining->MaximumLength = (size - end) * sizeof(WCHAR);
	}
	return status;
}

/**
 * FshUnicodeStringJoin() - copy or append to a counted string
 * @Destination: has a buffer
 * @Append: behind the text that is there
 * @Source: text
 * @SourceMax: units of it; (SIZE_T)-1 when it is terminated
 * @Remaining: receives the unused part of the buffer; may be NULL
 * @Flags: STRSAFE_*
 *
 * Any IRQL. Behind RtlUnicodeStringCopy, RtlUnicodeStringCat and their kin.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FshUnicodeStringJoin(PUNICODE_STRING Destination, BOOLEAN Append, PCWSTR Source,
			      SIZE_T SourceMax, PUNICODE_STRING Remaining, ULONG Flags)
{
	NTSTATUS status = STATUS_SUCCESS;
	size_t start, n = 0, room;

	if (!rtl_counted_valid(Destination) || Flags & ~RTL_COUNTED_FLAGS)
		return STATUS_INVALID_PARAMETER;
	start = Append ? Destination->Length / sizeof(WCHAR) : 0;
	room = Destination->MaximumLength / sizeof(WCHAR) - start;
	if (Source)
		n = SourceMax == (SIZE_T)-1 ? fsh_wcsnlen(Source, UNICODE_STRING_MAX_CHARS + 1) :
					      SourceMax;
	else if (SourceMax && !(Flags & STRSAFE_IGNORE_NULLS))
		status = STATUS_INVALID_PARAMETER;
	if (n > room && Flags & STRSAFE_NO_TRUNCATION)
		return rtl_counted_finish(Destination, Destination->Length / sizeof(WCHAR),
					  SIZE_MAX, status, Flags, Remaining);
	if (n)
		memmove(Destination->Buffer + start, Source, min(n, room) * sizeof(WCHAR));
	return rtl_counted_finish(Destination, start, start + n, status, Flags, Remaining);
}
EXPORT_SYMBOL_GPL(FshUnicodeStringJoin);
