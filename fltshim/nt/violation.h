/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Misuse of an NT routine: the calling driver is named in the log at a limited rate, and every
 * breach is counted, for that driver and in all. The filter manager shows a filter's with those
 * that it finds itself (fltmgr/violation.h).
 */
#ifndef NT_VIOLATION_H
#define NT_VIOLATION_H

#include <linux/atomic.h>
#include <linux/compiler.h>
#include <linux/types.h>

enum fsh_misuse {
	FSH_MISUSE_LEVEL,	/* called above the routine's level */
	FSH_MISUSE_OTHER,
	FSH_NR_MISUSES
};

/*
 * The driver that called the exported routine in which this stands: what a message names. To be
 * used in the exported routine itself, not in a helper.
 */
#define fsh_caller()	fsh_driver_name_at((unsigned long)__builtin_return_address(0))

const char *fsh_driver_name_at(unsigned long address);	/* io_driver.c */

void fsh_driver_misused(const char *name, enum fsh_misuse kind);	/* io_driver.c */

__printf(3, 4)
void fsh_violation(const char *who, const char *routine, const char *fmt, ...);
__printf(3, 4)
void fsh_level_violation(const char *who, const char *routine, const char *fmt, ...);

extern atomic64_t fsh_violations;

#endif
