// SPDX-License-Identifier: GPL-2.0
/*
 * The sprintf family of Microsoft's C library. A result that does not fit is not what C99 says:
 * _snprintf and its kin return -1 and leave out the terminator, the _s routines empty the buffer.
 * The WCHAR routines count units. Any IRQL.
 */
#include "nt/rtl_crt.h"
#include "nt/rtl_format.h"

#define RTL_UNBOUNDED	((size_t)INT_MAX)

static void rtl_terminate(void *buffer, size_t at, bool wide)
{
	if (wide)
		((WCHAR *)buffer)[at] = 0;
	else
		((char *)buffer)[at] = 0;
}

/* _snprintf: -1 when it does not fit, and a terminator only where there is room for it. */
static int rtl_print_old(void *buffer, size_t count, bool wide, const void *format,
			 struct rtl_args *args)
{
	size_t n;

	if (!format || (!buffer && count))
		return -1;
	n = rtl_format(buffer, min(count, RTL_UNBOUNDED), wide, format, args);
	if (n > RTL_UNBOUNDED || (buffer && n > count))
		return -1;
	if (n < count)
		rtl_terminate(buffer, n, wide);
	return n;
}

/* sprintf_s and, with a @count, _snprintf_s. */
static int rtl_print_safe(void *buffer, size_t size, size_t count, bool wide,
			  const void *format, struct rtl_args *args)
{
	bool cut = count < size || count == RTL_TRUNCATE;
	size_t room, n;

	if (!buffer || !size)
		return -1;
	rtl_terminate(buffer, 0, wide);
	if (!format)
		return -1;
	room = min(count, size - 1);
	n = rtl_format(buffer, room, wide, format, args);
	if (n <= room) {
		rtl_terminate(buffer, n, wide);
		return n;
	}
	rtl_terminate(buffer, cut ? room : 0, wide);
	return -1;
}

static int rtl_print_c99(char *buffer, size_t count, const char *format, struct rtl_args *args)
{
	size_t n = rtl_format(buffer, count ? count - 1 : 0, false, format, args);

	if (count)
		buffer[min(n, count - 1)] = 0;
	return min_t(size_t, n, INT_MAX);
}

int fsh_vsnprintf(char *Buffer, size_t Count, const char *Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_old(Buffer, Count, false, Format, &args);
}
EXPORT_SYMBOL_GPL(fsh_vsnprintf);

int fsh_vsnwprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_old(Buffer, Count, true, Format, &args);
}
EXPORT_SYMBOL_GPL(fsh_vsnwprintf);

int fsh_c99_vsnprintf(char *Buffer, size_t Count, const char *Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_c99(Buffer, Count, Format, &args);
}
EXPORT_SYMBOL_GPL(fsh_c99_vsnprintf);

int fsh_vsprintf(char *Buffer, const char *Format, FSH_VA_LIST ArgList)
{
	return fsh_vsnprintf(Buffer, RTL_UNBOUNDED, Format, ArgList);
}
EXPORT_SYMBOL_GPL(fsh_vsprintf);

int fsh_vswprintf(WCHAR *Buffer, const WCHAR *Format, FSH_VA_LIST ArgList)
{
	return fsh_vsnwprintf(Buffer, RTL_UNBOUNDED, Format, ArgList);
}
EXPORT_SYMBOL_GPL(fsh_vswprintf);

int fsh_vsnprintf_s(char *Buffer, size_t Size, size_t Count, const char *Format,
		    FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_safe(Buffer, Size, Count, false, Format, &args);
}
EXPORT_SYMBOL_GPL(fsh_vsnprintf_s);

int fsh_vsnwprintf_s(WCHAR *Buffer, size_t Size, size_t Count, const WCHAR *Format,
		     FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	rtl_args_copy(&args, ArgList);
	return rtl_print_safe(Buffer, Size, Count, true, Format, &args);
}
EXPORT_SYMBOL_GPL(fsh_vsnwprintf_s);

int fsh_vsprintf_s(char *Buffer, size_t Size, const char *Format, FSH_VA_LIST ArgList)
{
	return fsh_vsnprintf_s(Buffer, Size, Size, Format, ArgList);
}
EXPORT_SYMBOL_GPL(fsh_vsprintf_s);

int fsh_vswprintf_s(WCHAR *Buffer, size_t Size, const WCHAR *Format, FSH_VA_LIST ArgList)
{
	return fsh_vsnwprintf_s(Buffer, Size, Size, Format, ArgList);
}
EXPORT_SYMBOL_GPL(fsh_vswprintf_s);

int fsh_vscprintf(const char *Format, FSH_VA_LIST ArgList)
{
	return fsh_vsnprintf(NULL, 0, Format, ArgList);
}
EXPORT_SYMBOL_GPL(fsh_vscprintf);

int fsh_vscwprintf(const WCHAR *Format, FSH_VA_LIST ArgList)
{
	return fsh_vsnwprintf(NULL, 0, Format, ArgList);
}
EXPORT_SYMBOL_GPL(fsh_vscwprintf);

int FSH_MS_ABI fsh_snprintf(char *Buffer, size_t Count, const char *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_old(Buffer, Count, false, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_snprintf);

int FSH_MS_ABI fsh_snwprintf(WCHAR *Buffer, size_t Count, const WCHAR *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_old(Buffer, Count, true, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_snwprintf);

int FSH_MS_ABI fsh_c99_snprintf(char *Buffer, size_t Count, const char *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_c99(Buffer, Count, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_c99_snprintf);

int FSH_MS_ABI fsh_sprintf(char *Buffer, const char *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_old(Buffer, RTL_UNBOUNDED, false, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_sprintf);

int FSH_MS_ABI fsh_swprintf(WCHAR *Buffer, const WCHAR *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_old(Buffer, RTL_UNBOUNDED, true, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_swprintf);

int FSH_MS_ABI fsh_sprintf_s(char *Buffer, size_t Size, const char *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_safe(Buffer, Size, Size, false, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_sprintf_s);

int FSH_MS_ABI fsh_swprintf_s(WCHAR *Buffer, size_t Size, const WCHAR *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_safe(Buffer, Size, Size, true, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_swprintf_s);

int FSH_MS_ABI fsh_snprintf_s(char *Buffer, size_t Size, size_t Count, const char *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_safe(Buffer, Size, Count, false, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_snprintf_s);

int FSH_MS_ABI fsh_snwprintf_s(WCHAR *Buffer, size_t Size, size_t Count, const WCHAR *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_safe(Buffer, Size, Count, true, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_snwprintf_s);

int FSH_MS_ABI fsh_scprintf(const char *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_old(NULL, 0, false, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_scprintf);

int FSH_MS_ABI fsh_scwprintf(const WCHAR *Format, ...)
{
	struct rtl_args args;
	int n;

	rtl_args_start(&args, Format);
	n = rtl_print_old(NULL, 0, true, Format, &args);
	rtl_args_end(&args);
	return n;
}
EXPORT_SYMBOL_GPL(fsh_scwprintf);
