// SPDX-License-Identifier: GPL-2.0
/*
 * Bug checks of drivers. What stops a Windows machine fails the operation here, and the machine
 * goes on; a module parameter makes it stop.
 */
#include <linux/export.h>
#include <linux/moduleparam.h>
#include <linux/panic.h>
#include "nt/seh.h"
#include "nt/violation.h"

static bool bugcheck_panics;
module_param(bugcheck_panics, bool, 0644);
MODULE_PARM_DESC(bugcheck_panics,
		 "stop the machine when a driver calls KeBugCheck (default: no, its operation fails)");

static seh_raises void ke_bugcheck(const char *who, ULONG code, const ULONG_PTR *parameters)
{
	if (READ_ONCE(bugcheck_panics))
		panic("fltshim: driver %s: bug check %#x (%#llx %#llx %#llx %#llx)\n", who, code,
		      parameters[0], parameters[1], parameters[2], parameters[3]);
	fsh_violation(who, "KeBugCheck", "code %#x (%#llx %#llx %#llx %#llx)", code,
		      parameters[0], parameters[1], parameters[2], parameters[3]);
	seh_raise_status(STATUS_UNSUCCESSFUL);
}

/**
 * KeBugCheckEx() - report what must not be
 * @BugCheckCode: code
 * @P1: parameter
 * @P2: parameter
 * @P3: parameter
 * @P4: parameter
 *
 * Logged with the driver's name; then raises STATUS_UNSUCCESSFUL, so that a handler of the driver
 * or else the call into it ends. Any IRQL. WDK: KeBugCheckEx. Does not return.
 */
seh_raises VOID KeBugCheckEx(ULONG BugCheckCode, ULONG_PTR P1, ULONG_PTR P2, ULONG_PTR P3,
			     ULONG_PTR P4)
{
	const ULONG_PTR parameters[] = { P1, P2, P3, P4 };

	ke_bugcheck(fsh_caller(), BugCheckCode, parameters);
}
EXPORT_SYMBOL_GPL(KeBugCheckEx);

/**
 * KeBugCheck() - report what must not be
 * @BugCheckCode: code
 *
 * As KeBugCheckEx(). Any IRQL. WDK: KeBugCheck. Does not return.
 */
seh_raises VOID KeBugCheck(ULONG BugCheckCode)
{
	static const ULONG_PTR parameters[4];

	ke_bugcheck(fsh_caller(), BugCheckCode, parameters);
}
EXPORT_SYMBOL_GPL(KeBugCheck);
