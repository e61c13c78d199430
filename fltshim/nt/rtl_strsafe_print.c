// SPDX-License-Identifier: GPL-2.0
/*
 * The printing routines of safe strings (ntstrsafe.h). Those with Cb in their names count bytes,
 * those with Cch units; those with a V take a va_list. What does not fit is cut and terminated.
 */
#include <linux/export.h>
#include "nt/rtl_format.h"
#include "nt/rtl_strsafe.h"

static NTSTATUS rtl_safe_print(const struct rtl_dest *dest, size_t *at, ULONG flags,
			       const void *format, struct rtl_args *args)
{
	NTSTATUS status = STATUS_SUCCESS;
	size_t n = 0;

	*at = 0;
	if (!rtl_safe_valid(dest, flags))
		return STATUS_INVALID_PARAMETER;
	if (format)
		n = rtl_format(dest->buffer, dest->size - 1, dest->wide, format, args);
	else if (!(flags & STRSAFE_IGNORE_NULLS))
		status = STATUS_INVALID_PARAMETER;
	return rtl_safe_finish(dest, 0, n, status, flags, at);
}

static NTSTATUS rtl_print_a(PSTR to, size_t size, PSTR *end, PSIZE_T remaining, ULONG flags,
			    PCSTR format, struct rtl_args *args)
{
	struct rtl_dest dest = { .buffer = to, .size = size };
	size_t at;
	NTSTATUS status = rtl_safe_print(&dest, &at, flags, format, args);

	if (end)
		*end = to + at;
	if (remaining)
		*remaining = size - at;
	return status;
}

/* @unit is what the caller counts @size and @remaining in: bytes or units. */
static NTSTATUS rtl_print_w(PWSTR to, size_t size, size_t unit, PWSTR *end, PSIZE_T remaining,
			    ULONG flags, PCWSTR format, struct rtl_args *args)
{
	size_t extra = unit == sizeof(WCHAR) ? 0 : size % sizeof(WCHAR), at;
	struct rtl_dest dest = {
		.buffer = to,
		.size = unit == sizeof(WCHAR) ? size : size / sizeof(WCHAR),
		.wide = true,
	};
	NTSTATUS status = rtl_safe_print(&dest, &at, flags, format, args);

	if (end)
		*end = to + at;
	if (remaining)
		*remaining = (dest.size - at) * (sizeof(WCHAR) / unit) + extra;
	return status;
}

/**
 * RtlStringCbVPrintfA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCbVPrintfA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCbVPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_a(Destination, Size, NULL, NULL, 0, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCbVPrintfA);

/**
 * RtlStringCbPrintfA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCbPrintfA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCbPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_a(Destination, Size, NULL, NULL, 0, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCbPrintfA);

/**
 * RtlStringCbVPrintfExA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the bytes from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCbVPrintfExA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCbVPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End, PSIZE_T Remaining,
			       ULONG Flags, PCSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_a(Destination, Size, End, Remaining, Flags, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCbVPrintfExA);

/**
 * RtlStringCbPrintfExA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the bytes from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCbPrintfExA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCbPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End,
					 PSIZE_T Remaining, ULONG Flags, PCSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_a(Destination, Size, End, Remaining, Flags, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCbPrintfExA);

/**
 * RtlStringCchVPrintfA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCchVPrintfA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCchVPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_a(Destination, Size, NULL, NULL, 0, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCchVPrintfA);

/**
 * RtlStringCchPrintfA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCchPrintfA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCchPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_a(Destination, Size, NULL, NULL, 0, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCchPrintfA);

/**
 * RtlStringCchVPrintfExA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the bytes from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCchVPrintfExA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCchVPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End, PSIZE_T Remaining,
				ULONG Flags, PCSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_a(Destination, Size, End, Remaining, Flags, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCchVPrintfExA);

/**
 * RtlStringCchPrintfExA() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the bytes from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCchPrintfExA.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCchPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End,
					  PSIZE_T Remaining, ULONG Flags, PCSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_a(Destination, Size, End, Remaining, Flags, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCchPrintfExA);

/**
 * RtlStringCbVPrintfW() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCbVPrintfW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCbVPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_w(Destination, Size, 1, NULL, NULL, 0, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCbVPrintfW);

/**
 * RtlStringCbPrintfW() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCbPrintfW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCbPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_w(Destination, Size, 1, NULL, NULL, 0, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCbPrintfW);

/**
 * RtlStringCbVPrintfExW() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the bytes from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCbVPrintfExW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCbVPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End, PSIZE_T Remaining,
			       ULONG Flags, PCWSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_w(Destination, Size, 1, End, Remaining, Flags, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCbVPrintfExW);

/**
 * RtlStringCbPrintfExW() - print safely
 * @Destination: buffer
 * @Size: bytes of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the bytes from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCbPrintfExW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCbPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End,
					 PSIZE_T Remaining, ULONG Flags, PCWSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_w(Destination, Size, 1, End, Remaining, Flags, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCbPrintfExW);

/**
 * RtlStringCchVPrintfW() - print safely
 * @Destination: buffer
 * @Size: units of it
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCchVPrintfW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCchVPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_w(Destination, Size, sizeof(WCHAR), NULL, NULL, 0, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCchVPrintfW);

/**
 * RtlStringCchPrintfW() - print safely
 * @Destination: buffer
 * @Size: units of it
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCchPrintfW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCchPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_w(Destination, Size, sizeof(WCHAR), NULL, NULL, 0, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCchPrintfW);

/**
 * RtlStringCchVPrintfExW() - print safely
 * @Destination: buffer
 * @Size: units of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the units from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlStringCchVPrintfExW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlStringCchVPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End, PSIZE_T Remaining,
				ULONG Flags, PCWSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_w(Destination, Size, sizeof(WCHAR), End, Remaining, Flags, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlStringCchVPrintfExW);

/**
 * RtlStringCchPrintfExW() - print safely
 * @Destination: buffer
 * @Size: units of it
 * @End: receives where the terminator is; may be NULL
 * @Remaining: receives the units from there to the end; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlStringCchPrintfExW.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlStringCchPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End,
					  PSIZE_T Remaining, ULONG Flags, PCWSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_w(Destination, Size, sizeof(WCHAR), End, Remaining, Flags, Format,
			     &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlStringCchPrintfExW);

static NTSTATUS rtl_print_counted(PUNICODE_STRING to, PUNICODE_STRING remaining, ULONG flags,
				  PCWSTR format, struct rtl_args *args)
{
	NTSTATUS status = STATUS_SUCCESS;
	size_t n = 0;

	if (!rtl_counted_valid(to) || flags & ~RTL_COUNTED_FLAGS)
		return STATUS_INVALID_PARAMETER;
	if (format)
		n = rtl_format(to->Buffer, to->MaximumLength / sizeof(WCHAR), true, format, args);
	else if (!(flags & STRSAFE_IGNORE_NULLS))
		status = STATUS_INVALID_PARAMETER;
	return rtl_counted_finish(to, 0, n, status, flags, remaining);
}

/**
 * RtlUnicodeStringVPrintf() - print safely
 * @Destination: string with a buffer
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlUnicodeStringVPrintf.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlUnicodeStringVPrintf(PUNICODE_STRING Destination, PCWSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_counted(Destination, NULL, 0, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlUnicodeStringVPrintf);

/**
 * RtlUnicodeStringPrintf() - print safely
 * @Destination: string with a buffer
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlUnicodeStringPrintf.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlUnicodeStringPrintf(PUNICODE_STRING Destination, PCWSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_counted(Destination, NULL, 0, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlUnicodeStringPrintf);

/**
 * RtlUnicodeStringVPrintfEx() - print safely
 * @Destination: string with a buffer
 * @Remaining: receives the unused part of the buffer; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 * @ArgList: arguments
 *
 * Any IRQL. WDK: RtlUnicodeStringVPrintfEx.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlUnicodeStringVPrintfEx(PUNICODE_STRING Destination, PUNICODE_STRING Remaining,
				   ULONG Flags, PCWSTR Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_counted(Destination, Remaining, Flags, Format, &args);
}
EXPORT_SYMBOL_GPL(RtlUnicodeStringVPrintfEx);

/**
 * RtlUnicodeStringPrintfEx() - print safely
 * @Destination: string with a buffer
 * @Remaining: receives the unused part of the buffer; may be NULL
 * @Flags: STRSAFE_*
 * @Format: format of Microsoft's C library
 *
 * Any IRQL. WDK: RtlUnicodeStringPrintfEx.
 *
 * Return: STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER
 */
NTSTATUS FSH_MS_ABI RtlUnicodeStringPrintfEx(PUNICODE_STRING Destination,
					     PUNICODE_STRING Remaining, ULONG Flags,
					     PCWSTR Format, ...)
{
	struct rtl_args args;
	NTSTATUS status;

	rtl_args_start(&args, Format);
	status = rtl_print_counted(Destination, Remaining, Flags, Format, &args);
	rtl_args_end(&args);
	return status;
}
EXPORT_SYMBOL_GPL(RtlUnicodeStringPrintfEx);
