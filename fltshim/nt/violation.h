/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Misuse of an NT routine: the calling driver is named in the log at a limited rate, and every
 * breach is counted. The filter manager adds a counter per filter (fltmgr/violation.h).
 */
#ifndef NT_VIOLATION_H
#define NT_VIOLATION_H

#include <linux/atomic.h>
#include <linux/compiler.h>

/*
 * The driver that called the exported routine in which this stands: what a message names. To be
 * used in the exported routine itself, not in a helper.
 */
#define fsh_caller()	fsh_driver_name_at((unsigned long)__builtin_return_address(0))

const char *fsh_driver_name_at(unsigned long address);	/* io_driver.c */

__printf(3, 4)
void fsh_violation(const char *who, const char *routine, const char *fmt, ...);

extern atomic64_t fsh_violations;

#endif
