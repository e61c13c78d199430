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

#define FLT_VIOLATIONS(X)						\
	X(PREOP_STATUS, "preop-status")		/* value unknown or not allowed here */	\
	X(PREOP_CONTEXT, "preop-context")	/* context where there must be none */	\
	X(PREOP_PENDING, "preop-pending")	/* pended what cannot be pended */	\
	X(POSTOP_STATUS, "postop-status")						\
	X(IO_STATUS, "io-status")		/* forbidden IoStatus */		\
	X(DATA, "callback-data")		/* a member changed that must not be */	\
	X(RESUME, "resume")			/* resumed what it does not hold */	\
	X(DRAIN, "drain")			/* misbehaved in a draining call */	\
	X(EXCEPTION, "exception")		/* an exception nobody handled */	\
	X(CONTEXT_LEAK, "level")		/* returned at another level */		\
	X(TEARDOWN, "teardown")								\
	X(REGISTRATION, "registration")							\
	X(OBJECT, "object")			/* wrong or stale pointer */		\
	X(ROUTINE, "routine")			/* any other misuse of a routine */

enum flt_violation_kind {
#define FLT_VIOLATION_ENUM(kind, name)	FLT_VIOLATION_##kind,
	FLT_VIOLATIONS(FLT_VIOLATION_ENUM)
#undef FLT_VIOLATION_ENUM
	FLT_NR_VIOLATIONS
};

extern const char *const flt_violation_names[FLT_NR_VIOLATIONS];

__printf(4, 5)
void flt_violation(struct flt_filter *filter, enum flt_violation_kind kind,
		   const struct flt_operation *op, const char *fmt, ...);

#endif
