/* SPDX-License-Identifier: GPL-2.0 */
/* The formatter behind every print routine of NT; 8-bit and 16-bit results share it. */
#ifndef NT_RTL_FORMAT_H
#define NT_RTL_FORMAT_H

#include <linux/stdarg.h>
#include "nt/nt.h"

/*
 * Arguments of a print routine: our own variadic ones are called as on Windows, where a 16-byte
 * structure travels by address; a va_list comes from a driver's own variadic function.
 */
struct rtl_args {
	bool ms;
	__builtin_ms_va_list ms_list;
	va_list list;
};

/* To be used in the variadic routine itself, around a use of @args. */
#define rtl_args_start(args, last) do { \
	(args)->ms = true; \
	__builtin_ms_va_start((args)->ms_list, last); \
} while (0)
#define rtl_args_end(args)	__builtin_ms_va_end((args)->ms_list)

static inline void rtl_args_copy(struct rtl_args *args, va_list from)
{
	args->ms = false;
	va_copy(args->list, from);
}

size_t rtl_format(void *buffer, size_t room, bool wide, const void *format,
		  struct rtl_args *args);

/**
 * struct rtl_converted - what a conversion did
 * @need: units of the whole result
 * @fit: units written; never part of a character
 * @bad: something had no counterpart and became U+FFFD
 */
struct rtl_converted {
	size_t need;
	size_t fit;
	bool bad;
};

struct rtl_converted rtl_utf8_from_utf16(char *to, size_t room, const WCHAR *from, size_t units);
struct rtl_converted rtl_utf16_from_utf8(WCHAR *to, size_t room, const char *from, size_t bytes);

#endif
