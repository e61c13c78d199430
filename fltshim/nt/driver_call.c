// SPDX-License-Identifier: GPL-2.0
/*
 * Calls of routines that a driver has handed over by their address alone: work items, DPCs, what
 * file locks, oplocks and extra create parameters call back. The address names the driver. Those
 * of minifilters that are known as such are fltmgr/callback.c's.
 */
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

/**
 * fsh_call() - call a routine of a driver
 * @routine: its address; what it does wrong is reported for the driver that has it
 * @what: what it is, for the log
 * @fn: calls it; seh_raises
 * @arg: its argument
 * @code: receives an exception that nobody handled
 *
 * What it leaves otherwise than it found it, the level, the regions, the count of locks, is put
 * back: it would stay with a thread or a CPU that others use next.
 *
 * Return: false after an exception
 */
bool fsh_call(unsigned long routine, const char *what, void (*fn)(void *arg), void *arg,
	      NTSTATUS *code)
{
	const char *breach;
	struct ke_mark mark;
	bool returned;

	ke_mark(&mark);
	returned = seh_call(fn, arg, code);
	breach = ke_mark_breach(&mark);
	if (unlikely(breach)) {
		ke_mark_restore(&mark);
		fsh_level_violation(fsh_driver_name_at(routine), what, "returned %s", breach);
	}
	if (unlikely(!returned))
		fsh_violation(fsh_driver_name_at(routine), what,
			      "raised %#x and nobody handled it", *code);
	return returned;
}
