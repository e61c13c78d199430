// SPDX-License-Identifier: GPL-2.0
/*
 * Fast and guarded mutexes of drivers, with the mistakes that would hang a thread found and
 * reported. Touches the level of the current task (nt/ke_irql.c).
 *
 * Each is a semaphore of one, not a Linux mutex: the shim cannot know in which order the mutexes
 * of a driver are meant to be taken, so a lock class for all of them would report orders that are
 * right, and a class each could never be given back, because these objects have no end.
 */
#include <linux/export.h>
#include <linux/sched.h>
#include <linux/semaphore.h>
#include "nt/ke_irql.h"

#define EX_FAST_MUTEX_MAGIC	0x58544d46	/* "FMTX" */

struct ex_fast_mutex {
	u32 magic;
	u32 depth;			/* mistaken acquisitions on top of the first; owner's */
	struct task_struct *owner;	/* written by the holder only */
	struct semaphore sem;
};

static_assert(sizeof(struct ex_fast_mutex) <= sizeof(FAST_MUTEX));

static struct ex_fast_mutex *ex_fast_mutex(PFAST_MUTEX mutex)
{
	return (struct ex_fast_mutex *)mutex;
}

static void ex_fast_mutex_init(PFAST_MUTEX mutex)
{
	struct ex_fast_mutex *fm = ex_fast_mutex(mutex);

	fm->magic = EX_FAST_MUTEX_MAGIC;
	fm->depth = 0;
	fm->owner = NULL;
	sema_init(&fm->sem, 1);
}

static bool ex_fast_mutex_usable(struct ex_fast_mutex *fm, unsigned long ip,
				 const char *routine)
{
	if (unlikely(fm->magic != EX_FAST_MUTEX_MAGIC))
		fsh_violation(fsh_driver_name_at(ip), routine, "mutex %pK is not initialised", fm);
	else if (unlikely(ke_is_atomic()))
		ke_level_breach(fsh_driver_name_at(ip), routine, APC_LEVEL);
	else
		return true;
	return false;
}

static bool ex_fast_mutex_lock(PFAST_MUTEX mutex, bool wait, unsigned long ip,
			       const char *routine)
{
	struct ex_fast_mutex *fm = ex_fast_mutex(mutex);

	if (!ex_fast_mutex_usable(fm, ip, routine))
		return false;
	if (READ_ONCE(fm->owner) == current) {
		if (!wait)
			return false;
		fm->depth++;
		fsh_violation(fsh_driver_name_at(ip), routine,
			      "mutex %pK is owned by this thread already", mutex);
		return true;
	}
	if (wait)
		down(&fm->sem);
	else if (down_trylock(&fm->sem))
		return false;
	WRITE_ONCE(fm->owner, current);
	return true;
}

static bool ex_fast_mutex_unlock(PFAST_MUTEX mutex, unsigned long ip, const char *routine)
{
	struct ex_fast_mutex *fm = ex_fast_mutex(mutex);

	if (!ex_fast_mutex_usable(fm, ip, routine))
		return false;
	if (unlikely(READ_ONCE(fm->owner) != current)) {
		fsh_violation(fsh_driver_name_at(ip), routine,
			      "mutex %pK is not owned by this thread", mutex);
		return false;
	}
	if (unlikely(fm->depth)) {
		fm->depth--;
		return true;
	}
	WRITE_ONCE(fm->owner, NULL);
	up(&fm->sem);
	return true;
}

/**
 * ExInitializeFastMutex() - make a free fast mutex
 * @FastMutex: storage of the driver
 *
 * WDK: ExInitializeFastMutex. IRQL: <= DISPATCH_LEVEL.
 */
void ExInitializeFastMutex(PFAST_MUTEX FastMutex)
{
	ex_fast_mutex_init(FastMutex);
}
EXPORT_SYMBOL_GPL(ExInitializeFastMutex);

/**
 * ExAcquireFastMutex() - take a fast mutex and raise to APC_LEVEL
 * @FastMutex: the mutex
 *
 * WDK: ExAcquireFastMutex. Taking it twice hangs on Windows; here it is reported and counted.
 * IRQL: <= APC_LEVEL; called higher it does nothing.
 */
void ExAcquireFastMutex(PFAST_MUTEX FastMutex)
{
	if (ex_fast_mutex_lock(FastMutex, true, _RET_IP_, __func__))
		ke_hold(KE_HOLD_FAST_MUTEX);
}
EXPORT_SYMBOL_GPL(ExAcquireFastMutex);

/**
 * ExTryToAcquireFastMutex() - take a fast mutex if it is free
 * @FastMutex: the mutex
 *
 * WDK: ExTryToAcquireFastMutex. IRQL: <= APC_LEVEL. Return: TRUE if taken; the level is APC_LEVEL
 * then.
 */
BOOLEAN ExTryToAcquireFastMutex(PFAST_MUTEX FastMutex)
{
	if (!ex_fast_mutex_lock(FastMutex, false, _RET_IP_, __func__))
		return FALSE;
	ke_hold(KE_HOLD_FAST_MUTEX);
	return TRUE;
}
EXPORT_SYMBOL_GPL(ExTryToAcquireFastMutex);

/**
 * ExReleaseFastMutex() - release a fast mutex and restore the level
 * @FastMutex: the mutex, owned by the current thread
 *
 * WDK: ExReleaseFastMutex. IRQL: APC_LEVEL.
 */
void ExReleaseFastMutex(PFAST_MUTEX FastMutex)
{
	if (ex_fast_mutex_unlock(FastMutex, _RET_IP_, __func__))
		ke_release(KE_HOLD_FAST_MUTEX);
}
EXPORT_SYMBOL_GPL(ExReleaseFastMutex);

/**
 * ExAcquireFastMutexUnsafe() - take a fast mutex without raising the level
 * @FastMutex: the mutex
 *
 * WDK: ExAcquireFastMutexUnsafe. The caller is in a critical region. IRQL: <= APC_LEVEL.
 */
void ExAcquireFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
	ex_fast_mutex_lock(FastMutex, true, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(ExAcquireFastMutexUnsafe);

/**
 * ExReleaseFastMutexUnsafe() - undo ExAcquireFastMutexUnsafe()
 * @FastMutex: the mutex, owned by the current thread
 *
 * WDK: ExReleaseFastMutexUnsafe. IRQL: <= APC_LEVEL.
 */
void ExReleaseFastMutexUnsafe(PFAST_MUTEX FastMutex)
{
	ex_fast_mutex_unlock(FastMutex, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(ExReleaseFastMutexUnsafe);

/**
 * KeInitializeGuardedMutex() - make a free guarded mutex
 * @Mutex: storage of the driver
 *
 * WDK: KeInitializeGuardedMutex. IRQL: <= APC_LEVEL.
 */
void KeInitializeGuardedMutex(PKGUARDED_MUTEX Mutex)
{
	ex_fast_mutex_init(Mutex);
}
EXPORT_SYMBOL_GPL(KeInitializeGuardedMutex);

/**
 * KeAcquireGuardedMutex() - enter a guarded region and take a guarded mutex
 * @Mutex: the mutex
 *
 * WDK: KeAcquireGuardedMutex. The level stays as it is. IRQL: <= APC_LEVEL.
 */
void KeAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)
{
	if (ex_fast_mutex_lock(Mutex, true, _RET_IP_, __func__))
		ke_hold(KE_HOLD_GUARDED);
}
EXPORT_SYMBOL_GPL(KeAcquireGuardedMutex);

/**
 * KeTryToAcquireGuardedMutex() - take a guarded mutex if it is free
 * @Mutex: the mutex
 *
 * WDK: KeTryToAcquireGuardedMutex. IRQL: <= APC_LEVEL. Return: TRUE if taken.
 */
BOOLEAN KeTryToAcquireGuardedMutex(PKGUARDED_MUTEX Mutex)
{
	if (!ex_fast_mutex_lock(Mutex, false, _RET_IP_, __func__))
		return FALSE;
	ke_hold(KE_HOLD_GUARDED);
	return TRUE;
}
EXPORT_SYMBOL_GPL(KeTryToAcquireGuardedMutex);

/**
 * KeReleaseGuardedMutex() - release a guarded mutex and leave the guarded region
 * @Mutex: the mutex, owned by the current thread
 *
 * WDK: KeReleaseGuardedMutex. IRQL: <= APC_LEVEL.
 */
void KeReleaseGuardedMutex(PKGUARDED_MUTEX Mutex)
{
	if (ex_fast_mutex_unlock(Mutex, _RET_IP_, __func__))
		ke_release(KE_HOLD_GUARDED);
}
EXPORT_SYMBOL_GPL(KeReleaseGuardedMutex);
