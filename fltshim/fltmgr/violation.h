/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Breaches of the contract by a minifilter: named in the log at a limited rate, counted exactly,
 * answered by the fallback that the contract states.
 */
#ifndef FLTMGR_VIOLATION_H
#define FLTMGR_VIOLATION_H

#include "nt/nt.h"

struct flt_filter;
struct flt_operation;

enum flt_violation_kind {
	FLT_VIOLATION_PREOP_STATUS,	/* value unknown or not allowed here */
	FLT_VIOLATION_PREOP_CONTEXT,	/* completion context where there must be none */
	FLT_VIOLATION_PREOP_PENDING,	/* pended what cannot be pended */
	FLT_VIOLATION_POSTOP_STATUS,
	FLT_VIOLATION_IO_STATUS,	/* forbidden final IoStatus */
	FLT_VIOLATION_DATA,		/* changed a member that must not be changed */
	FLT_VIOLATION_RESUME,		/* resumed what it does not hold */
	FLT_VIOLATION_DRAIN,		/* misbehaved in a draining call */
	FLT_VIOLATION_EXCEPTION,	/* raised, and nobody handled it */
	FLT_VIOLATION_LEVEL,		/* called a routine too high, returned at another level */
	FLT_VIOLATION_TEARDOWN,
	FLT_VIOLATION_REGISTRATION,
	FLT_VIOLATION_OBJECT,		/* wrong or stale pointer */
	FLT_VIOLATION_ROUTINE,		/* any other misuse of a routine */
	FLT_NR_VIOLATIONS
};

extern const char *const flt_violation_names[];

s64 flt_violations_of(const struct flt_filter *filter, enum flt_violation_kind kind);

__printf(4, 5)
void flt_violation(struct flt_filter *filter, enum flt_violation_kind kind,
		   const struct flt_operation *op, const char *fmt, ...);

#endif
