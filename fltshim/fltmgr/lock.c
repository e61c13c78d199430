// SPDX-License-Identifier: GPL-2.0
/*
 * The locks that the filter manager offers: resources with the critical region around them, and
 * push locks, which are the same here without recursion as a feature. Touches nt/ only.
 */
#include <linux/export.h>
#include "nt/ex_resource.h"
#include "nt/ke_irql.h"

static_assert(sizeof(EX_PUSH_LOCK) >= sizeof(ERESOURCE));

static PERESOURCE flt_push_lock(PEX_PUSH_LOCK lock)
{
	return (PERESOURCE)lock;
}

/**
 * FltAcquireResourceExclusive() - enter a critical region and acquire a resource for writing
 * @Resource: the resource
 *
 * WDK: FltAcquireResourceExclusive. IRQL: <= APC_LEVEL; called higher it does nothing.
 */
void FltAcquireResourceExclusive(PERESOURCE Resource)
{
	if (!ke_at_most(APC_LEVEL))
		return;
	ke_hold(KE_HOLD_CRITICAL);
	ex_resource_exclusive(Resource, true, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(FltAcquireResourceExclusive);

/**
 * FltAcquireResourceShared() - enter a critical region and acquire a resource for reading
 * @Resource: the resource
 *
 * WDK: FltAcquireResourceShared. IRQL: <= APC_LEVEL; called higher it does nothing.
 */
void FltAcquireResourceShared(PERESOURCE Resource)
{
	if (!ke_at_most(APC_LEVEL))
		return;
	ke_hold(KE_HOLD_CRITICAL);
	ex_resource_shared(Resource, EX_SHARE_QUEUE, true, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(FltAcquireResourceShared);

/**
 * FltReleaseResource() - release a resource and leave the critical region
 * @Resource: the resource
 *
 * WDK: FltReleaseResource. IRQL: <= DISPATCH_LEVEL.
 */
void FltReleaseResource(PERESOURCE Resource)
{
	ex_resource_release(Resource, ExGetCurrentResourceThread(), _RET_IP_, __func__);
	if (!ke_is_atomic())
		ke_release(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(FltReleaseResource);

/**
 * FltInitializePushLock() - make a free push lock
 * @PushLock: storage of the driver
 *
 * WDK: FltInitializePushLock. IRQL: <= APC_LEVEL.
 */
void FltInitializePushLock(PEX_PUSH_LOCK PushLock)
{
	ExInitializeResourceLite(flt_push_lock(PushLock));
}
EXPORT_SYMBOL_GPL(FltInitializePushLock);

/**
 * FltDeletePushLock() - end of a push lock
 * @PushLock: one that nobody holds
 *
 * WDK: FltDeletePushLock. IRQL: <= APC_LEVEL.
 */
void FltDeletePushLock(PEX_PUSH_LOCK PushLock)
{
	ExDeleteResourceLite(flt_push_lock(PushLock));
}
EXPORT_SYMBOL_GPL(FltDeletePushLock);

static bool flt_push_lock_may(ULONG flags, unsigned long ip, const char *routine)
{
	if (flags & ~FLT_PUSH_LOCK_VALID_FLAGS)
		fsh_violation(fsh_driver_name_at(ip), routine, "flags 0x%x", flags);
	if (likely(!ke_is_atomic()))
		return true;
	return ke_level_breach(fsh_driver_name_at(ip), routine, APC_LEVEL);
}

/**
 * FltAcquirePushLockExclusiveEx() - enter a critical region and acquire a push lock for writing
 * @PushLock: the lock
 * @Flags: FLT_PUSH_LOCK_, about priorities, which have no effect here
 *
 * WDK: FltAcquirePushLockExclusiveEx. A thread that acquires it again would hang on Windows.
 * IRQL: <= APC_LEVEL; called higher it does nothing.
 */
void FltAcquirePushLockExclusiveEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
	if (!flt_push_lock_may(Flags, _RET_IP_, __func__))
		return;
	ke_hold(KE_HOLD_CRITICAL);
	ex_resource_exclusive(flt_push_lock(PushLock), true, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(FltAcquirePushLockExclusiveEx);

/**
 * FltAcquirePushLockSharedEx() - enter a critical region and acquire a push lock for reading
 * @PushLock: the lock
 * @Flags: as FltAcquirePushLockExclusiveEx()
 *
 * WDK: FltAcquirePushLockSharedEx. IRQL: <= APC_LEVEL; called higher it does nothing.
 */
void FltAcquirePushLockSharedEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
	if (!flt_push_lock_may(Flags, _RET_IP_, __func__))
		return;
	ke_hold(KE_HOLD_CRITICAL);
	ex_resource_shared(flt_push_lock(PushLock), EX_SHARE_QUEUE, true, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(FltAcquirePushLockSharedEx);

/**
 * FltReleasePushLockEx() - release a push lock and leave the critical region
 * @PushLock: the lock, held by the current thread
 * @Flags: as FltAcquirePushLockExclusiveEx()
 *
 * WDK: FltReleasePushLockEx. IRQL: <= APC_LEVEL.
 */
void FltReleasePushLockEx(PEX_PUSH_LOCK PushLock, ULONG Flags)
{
	if (!flt_push_lock_may(Flags, _RET_IP_, __func__))
		return;
	ex_resource_release(flt_push_lock(PushLock), ExGetCurrentResourceThread(), _RET_IP_,
			    __func__);
	ke_release(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(FltReleasePushLockEx);
