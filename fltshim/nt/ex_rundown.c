// SPDX-License-Identifier: GPL-2.0
/*
 * Rundown protection of drivers: a count of users that can be closed and waited out.
 *
 * The eight bytes hold twice the number of users while open. Closing puts the address of a
 * waiter on the closer's stack there, with the lowest bit set, and moves the number into the
 * waiter; the last user to leave wakes it. Closed for good is the bit alone.
 */
#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/export.h>
#include "nt/ke_irql.h"

#define EX_RUNDOWN_CLOSED	1UL
#define EX_RUNDOWN_USER		2UL

struct ex_rundown_waiter {
	atomic_long_t users;
	struct completion empty;
};

static atomic_long_t *ex_rundown(PEX_RUNDOWN_REF ref)
{
	return (atomic_long_t *)&ref->Count;
}

/**
 * ExInitializeRundownProtection() - make an open rundown reference
 * @RunRef: storage of the driver
 *
 * WDK: ExInitializeRundownProtection. IRQL: <= DISPATCH_LEVEL.
 */
void ExInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
	atomic_long_set(ex_rundown(RunRef), 0);
}
EXPORT_SYMBOL_GPL(ExInitializeRundownProtection);

/**
 * ExReInitializeRundownProtection() - open a rundown reference again
 * @RunRef: one that was waited out
 *
 * WDK: ExReInitializeRundownProtection. IRQL: <= DISPATCH_LEVEL.
 */
void ExReInitializeRundownProtection(PEX_RUNDOWN_REF RunRef)
{
	atomic_long_set(ex_rundown(RunRef), 0);
}
EXPORT_SYMBOL_GPL(ExReInitializeRundownProtection);

/**
 * ExAcquireRundownProtectionEx() - become several users
 * @RunRef: the reference
 * @Count: how many
 *
 * WDK: ExAcquireRundownProtectionEx. IRQL: <= DISPATCH_LEVEL. Return: FALSE if it is closed.
 */
BOOLEAN ExAcquireRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
	atomic_long_t *ref = ex_rundown(RunRef);
	long old = atomic_long_read(ref);

	do {
		if (old & EX_RUNDOWN_CLOSED)
			return FALSE;
	} while (!atomic_long_try_cmpxchg(ref, &old, old + EX_RUNDOWN_USER * Count));
	return TRUE;
}
EXPORT_SYMBOL_GPL(ExAcquireRundownProtectionEx);

/**
 * ExAcquireRundownProtection() - become a user
 * @RunRef: the reference
 *
 * WDK: ExAcquireRundownProtection. IRQL: <= DISPATCH_LEVEL. Return: FALSE if it is closed.
 */
BOOLEAN ExAcquireRundownProtection(PEX_RUNDOWN_REF RunRef)
{
	return ExAcquireRundownProtectionEx(RunRef, 1);
}
EXPORT_SYMBOL_GPL(ExAcquireRundownProtection);

static void ex_rundown_leave(PEX_RUNDOWN_REF RunRef, ULONG count, unsigned long ip,
			     const char *routine)
{
	atomic_long_t *ref = ex_rundown(RunRef);
	struct ex_rundown_waiter *waiter;
	long old = atomic_long_read(ref);

	do {
		if (old & EX_RUNDOWN_CLOSED) {
			waiter = (struct ex_rundown_waiter *)(old & ~EX_RUNDOWN_CLOSED);
			if (!waiter)
				goto excess;
			/* The waiter stays until the last user has counted itself out. */
			if (!atomic_long_sub_return(count, &waiter->users))
				complete(&waiter->empty);
			return;
		}
		if (old < (long)(EX_RUNDOWN_USER * count))
			goto excess;
	} while (!atomic_long_try_cmpxchg(ref, &old, old - EX_RUNDOWN_USER * count));
	return;
excess:
	fsh_violation(fsh_driver_name_at(ip), routine, "%u more than there are users of %pK",
		      count, RunRef);
}

/**
 * ExReleaseRundownProtectionEx() - stop being several users
 * @RunRef: the reference
 * @Count: how many
 *
 * WDK: ExReleaseRundownProtectionEx. IRQL: <= DISPATCH_LEVEL.
 */
void ExReleaseRundownProtectionEx(PEX_RUNDOWN_REF RunRef, ULONG Count)
{
	ex_rundown_leave(RunRef, Count, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(ExReleaseRundownProtectionEx);

/**
 * ExReleaseRundownProtection() - stop being a user
 * @RunRef: the reference
 *
 * WDK: ExReleaseRundownProtection. IRQL: <= DISPATCH_LEVEL.
 */
void ExReleaseRundownProtection(PEX_RUNDOWN_REF RunRef)
{
	ex_rundown_leave(RunRef, 1, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(ExReleaseRundownProtection);

/**
 * ExWaitForRundownProtectionRelease() - close a reference and wait until nobody uses it
 * @RunRef: the reference
 *
 * WDK: ExWaitForRundownProtectionRelease. IRQL: <= APC_LEVEL. Waiting for one that is closed
 * already returns at once.
 */
void ExWaitForRundownProtectionRelease(PEX_RUNDOWN_REF RunRef)
{
	atomic_long_t *ref = ex_rundown(RunRef);
	struct ex_rundown_waiter waiter;
	long old = atomic_long_read(ref);

	if (!ke_at_most(APC_LEVEL))
		return;
	init_completion(&waiter.empty);
	do {
		if (old & EX_RUNDOWN_CLOSED) {
			/* Somebody else waits already, or has done so. */
			while (atomic_long_read(ref) & ~EX_RUNDOWN_CLOSED)
				usleep_range(100, 500);
			return;
		}
		atomic_long_set(&waiter.users, old / (long)EX_RUNDOWN_USER);
	} while (!atomic_long_try_cmpxchg(ref, &old, old ? (long)&waiter | EX_RUNDOWN_CLOSED :
					  EX_RUNDOWN_CLOSED));
	if (old)
		wait_for_completion(&waiter.empty);
	atomic_long_set(ref, EX_RUNDOWN_CLOSED);
}
EXPORT_SYMBOL_GPL(ExWaitForRundownProtectionRelease);

/**
 * ExRundownCompleted() - close a reference for good
 * @RunRef: one that was waited out
 *
 * WDK: ExRundownCompleted. IRQL: <= DISPATCH_LEVEL.
 */
void ExRundownCompleted(PEX_RUNDOWN_REF RunRef)
{
	atomic_long_set(ex_rundown(RunRef), EX_RUNDOWN_CLOSED);
}
EXPORT_SYMBOL_GPL(ExRundownCompleted);
