// SPDX-License-Identifier: GPL-2.0
/*
 * Reporting of misused NT routines: one rate-limited line that names the driver, the routine and
 * the offending value, and an exact count.
 */
#include <linux/ratelimit.h>
#include "nt/violation.h"

atomic64_t fsh_violations;

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
	static DEFINE_RATELIMIT_STATE(limit, 5 * HZ, 10);
	struct va_format vaf;
	va_list args;

	atomic64_inc(&fsh_violations);
	if (!__ratelimit(&limit))
		return;
	va_start(args, fmt);
	vaf.fmt = fmt;
	vaf.va = &args;
	pr_warn("fltshim: driver %s misused %s: %pV\n", who, routine, &vaf);
	va_end(args);
}
