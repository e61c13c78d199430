// SPDX-License-Identifier: GPL-2.0
/*
 * Spin locks of drivers: the kernel's queued spin lock inside the eight bytes of a KSPIN_LOCK,
 * with bottom halves disabled while the level is raised. Touches nothing else.
 *
 * Why not spinlock_t: with lock debugging it does not fit, and a KSPIN_LOCK of zeroes that nobody
 * initialised is a valid free lock on Windows. The upper half of the eight bytes names the CPU
 * that holds the lock; only the holder writes it. It finds the two mistakes that hang a machine:
 * taking a lock twice, which is counted here so that the driver goes on, and releasing a lock
 * that is not held, which is ignored. Both are reported.
 *
 * The level of a lock holder is raised once, by whichever routine raised it (nt/ke_irql.c), and
 * lowered once; the routines "at DPC level" touch the lock alone.
 */
#include <linux/export.h>
#include <linux/instruction_pointer.h>
#include <linux/smp.h>
#include <linux/spinlock.h>
#include "nt/ke_irql.h"

struct ke_spinlock {
	arch_spinlock_t lock;
	u16 owner;	/* CPU + 1 of the holder, 0: free */
	u16 depth;	/* mistaken acquisitions of the holder on top of its first */
};

static_assert(sizeof(struct ke_spinlock) == sizeof(KSPIN_LOCK));

static struct ke_spinlock *ke_spinlock(PKSPIN_LOCK lock)
{
	return (struct ke_spinlock *)lock;
}

static u16 ke_this_owner(void)
{
	return raw_smp_processor_id() + 1;
}

/* At DISPATCH_LEVEL. */
static void ke_spin_lock(PKSPIN_LOCK kspin, unsigned long ip, const char *routine)
{
	struct ke_spinlock *lock = ke_spinlock(kspin);

	if (unlikely(READ_ONCE(lock->owner) == ke_this_owner())) {
		lock->depth++;
		fsh_violation(fsh_driver_name_at(ip), routine,
			      "lock %pK is held by this processor already", kspin);
		return;
	}
	arch_spin_lock(&lock->lock);
	WRITE_ONCE(lock->owner, ke_this_owner());
	ke_lock_taken();
}

static bool ke_spin_trylock(PKSPIN_LOCK kspin)
{
	struct ke_spinlock *lock = ke_spinlock(kspin);

	if (!arch_spin_trylock(&lock->lock))
		return false;
	WRITE_ONCE(lock->owner, ke_this_owner());
	ke_lock_taken();
	return true;
}

static void ke_spin_unlock(PKSPIN_LOCK kspin, unsigned long ip, const char *routine)
{
	struct ke_spinlock *lock = ke_spinlock(kspin);

	if (unlikely(READ_ONCE(lock->owner) != ke_this_owner())) {
		fsh_violation(fsh_driver_name_at(ip), routine,
			      "lock %pK is not held by this processor", kspin);
		return;
	}
	if (unlikely(lock->depth)) {
		lock->depth--;
		return;
	}
	WRITE_ONCE(lock->owner, 0);
	arch_spin_unlock(&lock->lock);
	ke_lock_dropped();
}

/*
 * What the routines "at DPC level" do when the caller is below: say so, and raise for it until
 * its last lock is released.
 */
static bool ke_need_dispatch(unsigned long ip, const char *routine)
{
	if (likely(ke_is_atomic()))
		return false;
	fsh_level_violation(fsh_driver_name_at(ip), routine, "called below DISPATCH_LEVEL");
	ke_raise_until_unlocked();
	return true;
}

/**
 * KeInitializeSpinLock() - make a free spin lock
 * @SpinLock: storage of the driver
 *
 * WDK: KeInitializeSpinLock. IRQL: any.
 */
void KeInitializeSpinLock(PKSPIN_LOCK SpinLock)
{
	*SpinLock = 0;
}
EXPORT_SYMBOL_GPL(KeInitializeSpinLock);

/**
 * KeAcquireSpinLockRaiseToDpc() - raise to DISPATCH_LEVEL and take a spin lock
 * @SpinLock: the lock
 *
 * WDK: KeAcquireSpinLock, whose macro form stores the return value. IRQL: <= DISPATCH_LEVEL.
 * Return: the level before, for KeReleaseSpinLock().
 */
KIRQL KeAcquireSpinLockRaiseToDpc(PKSPIN_LOCK SpinLock)
{
	KIRQL old = ke_raise_to_dispatch();

	if (unlikely(old > DISPATCH_LEVEL))
		ke_level_breach(fsh_caller(), "KeAcquireSpinLock", DISPATCH_LEVEL);
	ke_spin_lock(SpinLock, _RET_IP_, "KeAcquireSpinLock");
	return old;
}
EXPORT_SYMBOL_GPL(KeAcquireSpinLockRaiseToDpc);

/**
 * KeReleaseSpinLock() - release a spin lock and go back to a level
 * @SpinLock: the lock
 * @NewIrql: what the acquisition returned
 *
 * WDK: KeReleaseSpinLock. Locks released in another order than the reverse keep the level at
 * DISPATCH_LEVEL until the last one. IRQL: DISPATCH_LEVEL.
 */
void KeReleaseSpinLock(PKSPIN_LOCK SpinLock, KIRQL NewIrql)
{
	ke_spin_unlock(SpinLock, _RET_IP_, __func__);
	ke_lower_from_dispatch(NewIrql);
}
EXPORT_SYMBOL_GPL(KeReleaseSpinLock);

/**
 * KeAcquireSpinLockAtDpcLevel() - take a spin lock at DISPATCH_LEVEL
 * @SpinLock: the lock
 *
 * WDK: KeAcquireSpinLockAtDpcLevel. Called below DISPATCH_LEVEL it raises first and reports.
 * IRQL: >= DISPATCH_LEVEL.
 */
void KeAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
	ke_need_dispatch(_RET_IP_, __func__);
	ke_spin_lock(SpinLock, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(KeAcquireSpinLockAtDpcLevel);

/**
 * KeTryToAcquireSpinLockAtDpcLevel() - take a spin lock if it is free
 * @SpinLock: the lock
 *
 * WDK: KeTryToAcquireSpinLockAtDpcLevel. IRQL: >= DISPATCH_LEVEL. Return: TRUE if taken.
 */
BOOLEAN KeTryToAcquireSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock)
{
	bool raised = ke_need_dispatch(_RET_IP_, __func__);

	if (ke_spin_trylock(SpinLock))
		return TRUE;
	if (raised)
		ke_lower_from_dispatch(PASSIVE_LEVEL);
	return FALSE;
}
EXPORT_SYMBOL_GPL(KeTryToAcquireSpinLockAtDpcLevel);

/**
 * KeReleaseSpinLockFromDpcLevel() - release a spin lock and stay at DISPATCH_LEVEL
 * @SpinLock: the lock
 *
 * WDK: KeReleaseSpinLockFromDpcLevel. IRQL: DISPATCH_LEVEL.
 */
void KeReleaseSpinLockFromDpcLevel(PKSPIN_LOCK SpinLock)
{
	ke_spin_unlock(SpinLock, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(KeReleaseSpinLockFromDpcLevel);

/**
 * KeTestSpinLock() - whether a spin lock is free
 * @SpinLock: the lock
 *
 * WDK: KeTestSpinLock. IRQL: >= DISPATCH_LEVEL. Return: TRUE if nobody holds it now.
 */
BOOLEAN KeTestSpinLock(PKSPIN_LOCK SpinLock)
{
	return !arch_spin_is_locked(&ke_spinlock(SpinLock)->lock);
}
EXPORT_SYMBOL_GPL(KeTestSpinLock);

/**
 * KeAcquireInStackQueuedSpinLock() - raise to DISPATCH_LEVEL and take a queued spin lock
 * @SpinLock: the lock
 * @LockHandle: filled in for the release
 *
 * WDK: KeAcquireInStackQueuedSpinLock. Every spin lock here is a queued one.
 * IRQL: <= DISPATCH_LEVEL.
 */
void KeAcquireInStackQueuedSpinLock(PKSPIN_LOCK SpinLock, PKLOCK_QUEUE_HANDLE LockHandle)
{
	LockHandle->LockQueue.Lock = SpinLock;
	LockHandle->OldIrql = ke_raise_to_dispatch();
	ke_spin_lock(SpinLock, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(KeAcquireInStackQueuedSpinLock);

/**
 * KeReleaseInStackQueuedSpinLock() - release a queued spin lock and restore the level
 * @LockHandle: as the acquisition filled it in
 *
 * WDK: KeReleaseInStackQueuedSpinLock. IRQL: DISPATCH_LEVEL.
 */
void KeReleaseInStackQueuedSpinLock(PKLOCK_QUEUE_HANDLE LockHandle)
{
	ke_spin_unlock(LockHandle->LockQueue.Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(LockHandle->OldIrql);
}
EXPORT_SYMBOL_GPL(KeReleaseInStackQueuedSpinLock);

/**
 * KeAcquireInStackQueuedSpinLockAtDpcLevel() - take a queued spin lock at DISPATCH_LEVEL
 * @SpinLock: the lock
 * @LockHandle: filled in for the release
 *
 * WDK: KeAcquireInStackQueuedSpinLockAtDpcLevel. IRQL: >= DISPATCH_LEVEL.
 */
void KeAcquireInStackQueuedSpinLockAtDpcLevel(PKSPIN_LOCK SpinLock,
					      PKLOCK_QUEUE_HANDLE LockHandle)
{
	ke_need_dispatch(_RET_IP_, __func__);
	LockHandle->LockQueue.Lock = SpinLock;
	LockHandle->OldIrql = DISPATCH_LEVEL;
	ke_spin_lock(SpinLock, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(KeAcquireInStackQueuedSpinLockAtDpcLevel);

/**
 * KeReleaseInStackQueuedSpinLockFromDpcLevel() - release a queued spin lock, keep the level
 * @LockHandle: as the acquisition filled it in
 *
 * WDK: KeReleaseInStackQueuedSpinLockFromDpcLevel. IRQL: DISPATCH_LEVEL.
 */
void KeReleaseInStackQueuedSpinLockFromDpcLevel(PKLOCK_QUEUE_HANDLE LockHandle)
{
	ke_spin_unlock(LockHandle->LockQueue.Lock, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(KeReleaseInStackQueuedSpinLockFromDpcLevel);

/**
 * ExInterlockedInsertHeadList() - put an entry at the head of a list under a spin lock
 * @ListHead: the list
 * @ListEntry: the entry
 * @Lock: guards the list
 *
 * WDK: ExInterlockedInsertHeadList. IRQL: <= DISPATCH_LEVEL.
 * Return: the first entry before, NULL if
 * the list was empty.
 */
PLIST_ENTRY ExInterlockedInsertHeadList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
					PKSPIN_LOCK Lock)
{
	KIRQL irql = ke_raise_to_dispatch();
	PLIST_ENTRY first;

	ke_spin_lock(Lock, _RET_IP_, __func__);
	first = ListHead->Flink;
	ListEntry->Flink = first;
	ListEntry->Blink = ListHead;
	first->Blink = ListEntry;
	ListHead->Flink = ListEntry;
	ke_spin_unlock(Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(irql);
	return first == ListHead ? NULL : first;
}
EXPORT_SYMBOL_GPL(ExInterlockedInsertHeadList);

/**
 * ExInterlockedInsertTailList() - put an entry at the tail of a list under a spin lock
 * @ListHead: the list
 * @ListEntry: the entry
 * @Lock: guards the list
 *
 * WDK: ExInterlockedInsertTailList. IRQL: <= DISPATCH_LEVEL.
 * Return: the last entry before, NULL if
 * the list was empty.
 */
PLIST_ENTRY ExInterlockedInsertTailList(PLIST_ENTRY ListHead, PLIST_ENTRY ListEntry,
					PKSPIN_LOCK Lock)
{
	KIRQL irql = ke_raise_to_dispatch();
	PLIST_ENTRY last;

	ke_spin_lock(Lock, _RET_IP_, __func__);
	last = ListHead->Blink;
	ListEntry->Flink = ListHead;
	ListEntry->Blink = last;
	last->Flink = ListEntry;
	ListHead->Blink = ListEntry;
	ke_spin_unlock(Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(irql);
	return last == ListHead ? NULL : last;
}
EXPORT_SYMBOL_GPL(ExInterlockedInsertTailList);

/**
 * ExInterlockedRemoveHeadList() - take the first entry of a list under a spin lock
 * @ListHead: the list
 * @Lock: guards the list
 *
 * WDK: ExInterlockedRemoveHeadList. IRQL: <= DISPATCH_LEVEL.
 * Return: the entry, NULL if the list is
 * empty.
 */
PLIST_ENTRY ExInterlockedRemoveHeadList(PLIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
	KIRQL irql = ke_raise_to_dispatch();
	PLIST_ENTRY entry;

	ke_spin_lock(Lock, _RET_IP_, __func__);
	entry = ListHead->Flink;
	if (entry == ListHead) {
		entry = NULL;
	} else {
		ListHead->Flink = entry->Flink;
		entry->Flink->Blink = ListHead;
	}
	ke_spin_unlock(Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(irql);
	return entry;
}
EXPORT_SYMBOL_GPL(ExInterlockedRemoveHeadList);

/**
 * ExInterlockedPushEntryList() - put an entry on a singly linked list under a spin lock
 * @ListHead: the list
 * @ListEntry: the entry
 * @Lock: guards the list
 *
 * WDK: ExInterlockedPushEntryList. IRQL: <= DISPATCH_LEVEL.
 * Return: the first entry before.
 */
PSINGLE_LIST_ENTRY ExInterlockedPushEntryList(PSINGLE_LIST_ENTRY ListHead,
					      PSINGLE_LIST_ENTRY ListEntry, PKSPIN_LOCK Lock)
{
	KIRQL irql = ke_raise_to_dispatch();
	PSINGLE_LIST_ENTRY first;

	ke_spin_lock(Lock, _RET_IP_, __func__);
	first = ListHead->Next;
	ListEntry->Next = first;
	ListHead->Next = ListEntry;
	ke_spin_unlock(Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(irql);
	return first;
}
EXPORT_SYMBOL_GPL(ExInterlockedPushEntryList);

/**
 * ExInterlockedPopEntryList() - take the first entry of a singly linked list under a spin lock
 * @ListHead: the list
 * @Lock: guards the list
 *
 * WDK: ExInterlockedPopEntryList. IRQL: <= DISPATCH_LEVEL.
 * Return: the entry, NULL if the list is empty.
 */
PSINGLE_LIST_ENTRY ExInterlockedPopEntryList(PSINGLE_LIST_ENTRY ListHead, PKSPIN_LOCK Lock)
{
	KIRQL irql = ke_raise_to_dispatch();
	PSINGLE_LIST_ENTRY first;

	ke_spin_lock(Lock, _RET_IP_, __func__);
	first = ListHead->Next;
	if (first)
		ListHead->Next = first->Next;
	ke_spin_unlock(Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(irql);
	return first;
}
EXPORT_SYMBOL_GPL(ExInterlockedPopEntryList);

/**
 * ExInterlockedAddUlong() - add to a number under a spin lock
 * @Addend: the number
 * @Increment: what to add
 * @Lock: guards the number
 *
 * WDK: ExInterlockedAddUlong. IRQL: <= DISPATCH_LEVEL.
 * Return: the value before.
 */
ULONG ExInterlockedAddUlong(PULONG Addend, ULONG Increment, PKSPIN_LOCK Lock)
{
	KIRQL irql = ke_raise_to_dispatch();
	ULONG old;

	ke_spin_lock(Lock, _RET_IP_, __func__);
	old = *Addend;
	*Addend = old + Increment;
	ke_spin_unlock(Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(irql);
	return old;
}
EXPORT_SYMBOL_GPL(ExInterlockedAddUlong);

/**
 * ExInterlockedAddLargeInteger() - add to a 64-bit number under a spin lock
 * @Addend: the number
 * @Increment: what to add
 * @Lock: guards the number
 *
 * WDK: ExInterlockedAddLargeInteger. IRQL: <= DISPATCH_LEVEL.
 * Return: the value before.
 */
LARGE_INTEGER ExInterlockedAddLargeInteger(PLARGE_INTEGER Addend, LARGE_INTEGER Increment,
					   PKSPIN_LOCK Lock)
{
	KIRQL irql = ke_raise_to_dispatch();
	LARGE_INTEGER old;

	ke_spin_lock(Lock, _RET_IP_, __func__);
	old = *Addend;
	Addend->QuadPart = old.QuadPart + Increment.QuadPart;
	ke_spin_unlock(Lock, _RET_IP_, __func__);
	ke_lower_from_dispatch(irql);
	return old;
}
EXPORT_SYMBOL_GPL(ExInterlockedAddLargeInteger);
