// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting of misused NT routines: one rate-limited line that names the driver, the routine and
 * the offending value, and an exact count.
 */
#include <linux/ratelimit.h>
#include "nt/violation.h"
#include "nt/violation_limit.h"

atomic64_t fsh_violations;

DEFINE_RATELIMIT_STATE(fsh_violation_limit, 5 * HZ, 10);

static void fsh_report(const char *who, const char *routine, enum fsh_misuse kind,
		       struct va_format *what)
{
	atomic64_inc(&fsh_violations);
	fsh_driver_misused(who, kind);
	if (__ratelimit(&fsh_violation_limit))
		pr_warn("fltshim: driver %s misused %s: %pV\n", who, routine, what);
}

/**
 * fsh_violation() - report that a driver misused a routine
 * @who: the driver, as fsh_caller() says it
 * @routine: name of the routine
 * @fmt: what was wrong and with which value
 *
 * Any context.
 */
void fsh_violation(const char *who, const char *routine, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	fsh_report(who, routine, FSH_MISUSE_OTHER, &vaf);
	va_end(args);
}

/**
 * fsh_level_violation() - report that a driver called a routine at a level that is not allowed
 * @who: the driver, as fsh_caller() says it
 * @routine: name of the routine
 * @fmt: at which level, and which is the limit
 *
 * Any context.
 */
void fsh_level_violation(const char *who, const char *routine, const char *fmt, ...)
{
	struct va_format vaf;
	va_list args;

	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	fsh_report(who, routine, FSH_MISUSE_LEVEL, &vaf);
	va_end(args);
}
