// SPDX-License-Identifier: GPL-2.0
/*
 * Debug output of drivers: DbgPrint and its kin, assertions and break points. Every line goes to
 * the kernel log with the driver's name in front. Everything here works at any IRQL.
 */
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include "nt/rtl_format.h"
#include "nt/violation.h"
#include "include/fsh/crt.h"

/* What Windows transmits of one call at most; a frame must hold it. */
#define DBG_MAX		512

#define DPFLTR_ERROR	0
#define DPFLTR_WARNING	1
#define DPFLTR_INFO	3
#define DPFLTR_DEFAULT	101

static uint dbg_level_mask = ~0U;
module_param(dbg_level_mask, uint, 0644);
MODULE_PARM_DESC(dbg_level_mask,
		 "which DbgPrint levels are printed: bit 0 errors, 1 warnings, 2 trace, 3 info (default: all)");

static int dbg_component = -1;
module_param(dbg_component, int, 0644);
MODULE_PARM_DESC(dbg_component,
		 "the one component id whose DbgPrintEx messages are printed (default: -1, all)");

/* Levels up to 31 stand for one bit; larger ones are masks. */
static bool dbg_wanted(ULONG component, ULONG level)
{
	int only = READ_ONCE(dbg_component);

	if (only >= 0 && component != only)
		return false;
	return (level < 32 ? BIT(level) : level) & READ_ONCE(dbg_level_mask);
}

static void dbg_line(const char *who, ULONG level, const char *line, int n)
{
	switch (level) {
	case DPFLTR_ERROR:
		pr_err("%s: %.*s\n", who, n, line);
		break;
	case DPFLTR_WARNING:
		pr_warn("%s: %.*s\n", who, n, line);
		break;
	default:
		pr_info("%s: %.*s\n", who, n, line);
		break;
	}
}

/* One printk per line of the text, so that each has its prefix. */
static void dbg_log(const char *who, ULONG level, const char *text, size_t length)
{
	const char *end = text + length, *line, *stop;

	for (line = text; line < end; line = stop + 1) {
		size_t n;

		stop = memchr(line, '\n', end - line) ?: end;
		n = stop - line;
		while (n && line[n - 1] == '\r')
			n--;
		if (n)
			dbg_line(who, level, line, n);
	}
}

static noinline ULONG dbg_print(const char *who, const char *prefix, ULONG level,
				const char *format, struct rtl_args *args)
{
	char text[DBG_MAX];
	size_t at = 0;

	if (prefix)
		at = scnprintf(text, sizeof(text), "%s", prefix);
	at += rtl_format(text + at, sizeof(text) - at, false, format, args);
	dbg_log(who, level, text, min(at, sizeof(text)));
	return STATUS_SUCCESS;
}

/**
 * DbgPrint() - print to the kernel log
 * @Format: format of Microsoft's C library, with %wZ and %Z; floating point prints "?"
 *
 * The text is cut at 512 bytes. Any IRQL. WDK: DbgPrint.
 *
 * Return: STATUS_SUCCESS, also when the level is not printed
 */
ULONG FSH_MS_ABI DbgPrint(PCSTR Format, ...)
{
	struct rtl_args args;

	if (!dbg_wanted(DPFLTR_DEFAULT, DPFLTR_INFO))
		return STATUS_SUCCESS;
	rtl_args_start(&args, Format);
	dbg_print(fsh_caller(), NULL, DPFLTR_INFO, Format, &args);
	rtl_args_end(&args);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(DbgPrint);

/**
 * DbgPrintEx() - print to the kernel log if component and level are wanted
 * @ComponentId: DPFLTR_xxx_ID
 * @Level: DPFLTR_xxx_LEVEL, or a mask of them
 * @Format: as of DbgPrint()
 *
 * The module parameters dbg_level_mask and dbg_component say what is wanted. Any IRQL.
 * WDK: DbgPrintEx.
 *
 * Return: STATUS_SUCCESS, also when it is not printed
 */
ULONG FSH_MS_ABI DbgPrintEx(ULONG ComponentId, ULONG Level, PCSTR Format, ...)
{
	struct rtl_args args;

	if (!dbg_wanted(ComponentId, Level))
		return STATUS_SUCCESS;
	rtl_args_start(&args, Format);
	dbg_print(fsh_caller(), NULL, Level, Format, &args);
	rtl_args_end(&args);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(DbgPrintEx);

/**
 * DbgPrintReturnControlC() - print to the kernel log
 * @Format: as of DbgPrint()
 *
 * Any IRQL. WDK: DbgPrintReturnControlC; there is no debugger to type a Control-C at.
 *
 * Return: STATUS_SUCCESS
 */
ULONG FSH_MS_ABI DbgPrintReturnControlC(PCSTR Format, ...)
{
	struct rtl_args args;

	if (!dbg_wanted(DPFLTR_DEFAULT, DPFLTR_INFO))
		return STATUS_SUCCESS;
	rtl_args_start(&args, Format);
	dbg_print(fsh_caller(), NULL, DPFLTR_INFO, Format, &args);
	rtl_args_end(&args);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(DbgPrintReturnControlC);

/**
 * vDbgPrintEx() - print to the kernel log if component and level are wanted
 * @ComponentId: DPFLTR_xxx_ID
 * @Level: DPFLTR_xxx_LEVEL, or a mask of them
 * @Format: as of DbgPrint()
 * @ArgList: arguments
 *
 * Any IRQL. WDK: vDbgPrintEx.
 *
 * Return: STATUS_SUCCESS, also when it is not printed
 */
ULONG vDbgPrintEx(ULONG ComponentId, ULONG Level, PCCH Format, FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	if (!dbg_wanted(ComponentId, Level))
		return STATUS_SUCCESS;
	rtl_args_copy(&args, ArgList);
	dbg_print(fsh_caller(), NULL, Level, Format, &args);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(vDbgPrintEx);

/**
 * vDbgPrintExWithPrefix() - print to the kernel log if component and level are wanted
 * @Prefix: put in front of the text, as it is
 * @ComponentId: DPFLTR_xxx_ID
 * @Level: DPFLTR_xxx_LEVEL, or a mask of them
 * @Format: as of DbgPrint()
 * @ArgList: arguments
 *
 * Any IRQL. WDK: vDbgPrintExWithPrefix.
 *
 * Return: STATUS_SUCCESS, also when it is not printed
 */
ULONG vDbgPrintExWithPrefix(PCCH Prefix, ULONG ComponentId, ULONG Level, PCCH Format,
			    FSH_VA_LIST ArgList)
{
	struct rtl_args args;

	if (!dbg_wanted(ComponentId, Level))
		return STATUS_SUCCESS;
	rtl_args_copy(&args, ArgList);
	dbg_print(fsh_caller(), Prefix, Level, Format, &args);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(vDbgPrintExWithPrefix);

/* What a console program would print goes to the kernel log. */
int FSH_MS_ABI fsh_printf(const char *Format, ...)
{
	struct rtl_args args;

	rtl_args_start(&args, Format);
	dbg_print(fsh_caller(), NULL, DPFLTR_INFO, Format, &args);
	rtl_args_end(&args);
	return 0;
}
EXPORT_SYMBOL_GPL(fsh_printf);

/**
 * DbgBreakPointWithStatus() - what would stop in a debugger
 * @Status: told to the debugger
 *
 * There is none: the caller is logged and counted as a violation. Any IRQL.
 * WDK: DbgBreakPointWithStatus.
 */
VOID DbgBreakPointWithStatus(ULONG Status)
{
	fsh_violation(fsh_caller(), "DbgBreakPointWithStatus", "break point, status %#x, at %pS",
		      Status, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(DbgBreakPointWithStatus);

/**
 * DbgBreakPoint() - what would stop in a debugger
 *
 * There is none: the caller is logged and counted as a violation. Any IRQL. WDK: DbgBreakPoint.
 */
VOID DbgBreakPoint(void)
{
	fsh_violation(fsh_caller(), "DbgBreakPoint", "break point at %pS",
		      __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(DbgBreakPoint);

/**
 * FshAssertFailed() - an assertion of a checked driver does not hold
 * @File: source file
 * @Line: line in it
 * @Expression: text of the expression
 * @Message: the driver's own words, or NULL
 *
 * Logged and counted, never stopped at (SRC-106). Any IRQL.
 */
VOID FshAssertFailed(PCSTR File, ULONG Line, PCSTR Expression, PCSTR Message)
{
	fsh_violation(fsh_caller(), "ASSERT", "%s:%u: %s%s%s", File, Line, Expression,
		      Message ? ": " : "", Message ?: "");
}
EXPORT_SYMBOL_GPL(FshAssertFailed);
