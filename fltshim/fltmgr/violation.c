// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting of a minifilter's breaches of the contract: one rate-limited line that names filter,
 * operation and value, and a counter for each filter and kind.
 */
#include "fltmgr/filter.h"
#include "fltmgr/operation.h"
#include "fltmgr/violation.h"

const char *const flt_violation_names[] = {
	[FLT_VIOLATION_PREOP_STATUS] = "preop-status",
	[FLT_VIOLATION_PREOP_CONTEXT] = "preop-context",
	[FLT_VIOLATION_PREOP_PENDING] = "preop-pending",
	[FLT_VIOLATION_POSTOP_STATUS] = "postop-status",
	[FLT_VIOLATION_IO_STATUS] = "io-status",
	[FLT_VIOLATION_DATA] = "callback-data",
	[FLT_VIOLATION_RESUME] = "resume",
	[FLT_VIOLATION_DRAIN] = "drain",
	[FLT_VIOLATION_EXCEPTION] = "exception",
	[FLT_VIOLATION_LEVEL] = "level",
	[FLT_VIOLATION_TEARDOWN] = "teardown",
	[FLT_VIOLATION_REGISTRATION] = "registration",
	[FLT_VIOLATION_OBJECT] = "object",
	[FLT_VIOLATION_ROUTINE] = "routine",
};

static_assert(ARRAY_SIZE(flt_violation_names) == FLT_NR_VIOLATIONS);

/**
 * flt_violations_of() - how often a filter broke the contract, misused routines included
 * @filter: whose
 * @kind: which
 */
s64 flt_violations_of(const struct flt_filter *filter, enum flt_violation_kind kind)
{
	s64 count = atomic64_read(&filter->violations[kind]);

	if (kind == FLT_VIOLATION_LEVEL)
		count += atomic64_read(&filter->driver->misuses[FSH_MISUSE_LEVEL]);
	else if (kind == FLT_VIOLATION_ROUTINE)
		count += atomic64_read(&filter->driver->misuses[FSH_MISUSE_OTHER]);
	return count;
}

/**
 * flt_violation() - report and count a breach
 * @filter: whose
 * @kind: which
 * @op: the operation in which it happened, or NULL
 * @fmt: what happened and which value was offending
 *
 * Any context.
 */
void flt_violation(struct flt_filter *filter, enum flt_violation_kind kind,
		   const struct flt_operation *op, const char *fmt, ...)
{
	const struct flt_op_desc *desc = op ? flt_op_desc_at(op->op_index) : NULL;
	struct va_format vaf;
	va_list args;

	atomic64_inc(&filter->violations[kind]);
	if (!__ratelimit(&filter->violation_limit))
		return;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_warn("fltshim: filter %s broke the contract (%s)%s%s: %pV\n", filter->name_utf8,
		flt_violation_names[kind], desc ? " in " : "", desc ? desc->name : "", &vaf);
	va_end(args);
}
