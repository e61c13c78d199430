// SPDX-License-Identifier: GPL-2.0
/*
 * Events, semaphores and mutexes of drivers, over the wait engine in ke_wait.c.
 */
#include <linux/export.h>
#include <linux/sched.h>
#include "nt/ke_irql.h"
#include "nt/ke_wait.h"

/* Reports an object that nobody initialised; the routine then does nothing. */
#define ke_valid(object) ({ \
	DISPATCHER_HEADER *ke_header_ = &(object)->Header; \
	bool ke_ok_ = ke_header_is_valid(ke_header_); \
	if (unlikely(!ke_ok_)) \
		fsh_violation(fsh_caller(), __func__, "object %pK is not initialised", \
			      ke_header_); \
	ke_ok_; \
})

/**
 * KeInitializeEvent() - make an event
 * @Event: storage of the driver
 * @Type: NotificationEvent stays signalled, SynchronizationEvent wakes one and resets itself
 * @State: TRUE for signalled
 *
 * WDK: KeInitializeEvent. IRQL: any.
 */
void KeInitializeEvent(PRKEVENT Event, EVENT_TYPE Type, BOOLEAN State)
{
	ke_header_init(&Event->Header, Type == SynchronizationEvent ? KE_EVENT_SYNCHRONIZATION :
		       KE_EVENT_NOTIFICATION, sizeof(*Event), !!State);
}
EXPORT_SYMBOL_GPL(KeInitializeEvent);

/**
 * KeSetEvent() - signal an event
 * @Event: the event
 * @Increment: not used
 * @Wait: not used: the wait that follows is a call of its own here
 *
 * WDK: KeSetEvent. IRQL: <= DISPATCH_LEVEL. Return: the state before, zero for not signalled.
 */
LONG KeSetEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
	raw_spinlock_t *lock = ke_object_lock(Event);
	unsigned long flags;
	LONG old;

	if (!ke_valid(Event))
		return 0;
	raw_spin_lock_irqsave(lock, flags);
	old = Event->Header.SignalState;
	Event->Header.SignalState = 1;
	ke_object_signalled(&Event->Header);
	raw_spin_unlock_irqrestore(lock, flags);
	return old;
}
EXPORT_SYMBOL_GPL(KeSetEvent);

/**
 * KeResetEvent() - make an event not signalled
 * @Event: the event
 *
 * WDK: KeResetEvent. IRQL: <= DISPATCH_LEVEL. Return: the state before.
 */
LONG KeResetEvent(PRKEVENT Event)
{
	raw_spinlock_t *lock = ke_object_lock(Event);
	unsigned long flags;
	LONG old;

	raw_spin_lock_irqsave(lock, flags);
	old = Event->Header.SignalState;
	Event->Header.SignalState = 0;
	raw_spin_unlock_irqrestore(lock, flags);
	return old;
}
EXPORT_SYMBOL_GPL(KeResetEvent);

/**
 * KeClearEvent() - make an event not signalled
 * @Event: the event
 *
 * WDK: KeClearEvent. IRQL: <= DISPATCH_LEVEL.
 */
void KeClearEvent(PRKEVENT Event)
{
	KeResetEvent(Event);
}
EXPORT_SYMBOL_GPL(KeClearEvent);

/**
 * KePulseEvent() - wake those who wait now
 * @Event: the event
 * @Increment: not used
 * @Wait: not used
 *
 * WDK: KePulseEvent. IRQL: <= DISPATCH_LEVEL. Return: the state before.
 */
LONG KePulseEvent(PRKEVENT Event, KPRIORITY Increment, BOOLEAN Wait)
{
	raw_spinlock_t *lock = ke_object_lock(Event);
	unsigned long flags;
	LONG old;

	if (!ke_valid(Event))
		return 0;
	raw_spin_lock_irqsave(lock, flags);
	old = Event->Header.SignalState;
	Event->Header.SignalState = 1;
	ke_object_signalled(&Event->Header);
	Event->Header.SignalState = 0;
	raw_spin_unlock_irqrestore(lock, flags);
	return old;
}
EXPORT_SYMBOL_GPL(KePulseEvent);

/**
 * KeReadStateEvent() - whether an event is signalled
 * @Event: the event
 *
 * WDK: KeReadStateEvent. IRQL: any. Return: nonzero if signalled.
 */
LONG KeReadStateEvent(PRKEVENT Event)
{
	return READ_ONCE(Event->Header.SignalState);
}
EXPORT_SYMBOL_GPL(KeReadStateEvent);

/**
 * KeInitializeSemaphore() - make a semaphore
 * @Semaphore: storage of the driver
 * @Count: how many waits it lets pass at first
 * @Limit: how many it may ever let pass
 *
 * WDK: KeInitializeSemaphore. IRQL: any.
 */
void KeInitializeSemaphore(PRKSEMAPHORE Semaphore, LONG Count, LONG Limit)
{
	ke_header_init(&Semaphore->Header, KE_SEMAPHORE, sizeof(*Semaphore), Count);
	Semaphore->Limit = Limit;
}
EXPORT_SYMBOL_GPL(KeInitializeSemaphore);

/**
 * KeReleaseSemaphore() - let further waits pass
 * @Semaphore: the semaphore
 * @Increment: not used
 * @Adjustment: how many, above zero
 * @Wait: not used
 *
 * WDK: KeReleaseSemaphore. Beyond the limit Windows raises STATUS_SEMAPHORE_LIMIT_EXCEEDED; here
 * the excess is dropped and reported. IRQL: <= DISPATCH_LEVEL. Return: the count before.
 */
LONG KeReleaseSemaphore(PRKSEMAPHORE Semaphore, KPRIORITY Increment, LONG Adjustment,
			BOOLEAN Wait)
{
	raw_spinlock_t *lock = ke_object_lock(Semaphore);
	unsigned long flags;
	bool fits;
	LONG old;

	if (!ke_valid(Semaphore))
		return 0;
	raw_spin_lock_irqsave(lock, flags);
	old = Semaphore->Header.SignalState;
	fits = Adjustment > 0 && Adjustment <= Semaphore->Limit - old;
	Semaphore->Header.SignalState = fits ? old + Adjustment : max(old, Semaphore->Limit);
	ke_object_signalled(&Semaphore->Header);
	raw_spin_unlock_irqrestore(lock, flags);
	if (!fits)
		fsh_violation(fsh_caller(), __func__, "%d more than %d of at most %d", Adjustment,
			      old, Semaphore->Limit);
	return old;
}
EXPORT_SYMBOL_GPL(KeReleaseSemaphore);

/**
 * KeReadStateSemaphore() - how many waits would pass now
 * @Semaphore: the semaphore
 *
 * WDK: KeReadStateSemaphore. IRQL: any. Return: the count.
 */
LONG KeReadStateSemaphore(PRKSEMAPHORE Semaphore)
{
	return READ_ONCE(Semaphore->Header.SignalState);
}
EXPORT_SYMBOL_GPL(KeReadStateSemaphore);

/**
 * KeInitializeMutex() - make a free mutex
 * @Mutex: storage of the driver
 * @Level: not used
 *
 * WDK: KeInitializeMutex. A wait takes it, and takes it again for its owner. IRQL: any.
 */
void KeInitializeMutex(PRKMUTEX Mutex, ULONG Level)
{
	ke_header_init(&Mutex->Header, KE_MUTANT, sizeof(*Mutex), 1);
	Mutex->MutantListEntry.Flink = NULL;
	Mutex->OwnerThread = NULL;
	Mutex->Abandoned = FALSE;
	Mutex->ApcDisable = 1;
}
EXPORT_SYMBOL_GPL(KeInitializeMutex);

/**
 * KeReleaseMutex() - undo one acquisition of a mutex
 * @Mutex: the mutex, owned by the current thread
 * @Wait: not used
 *
 * WDK: KeReleaseMutex. By another thread Windows raises STATUS_MUTANT_NOT_OWNED; here nothing is
 * released, and that is reported. IRQL: <= DISPATCH_LEVEL. Return: the state before; zero means
 * that it is free now.
 */
LONG KeReleaseMutex(PRKMUTEX Mutex, BOOLEAN Wait)
{
	raw_spinlock_t *lock = ke_object_lock(Mutex);
	unsigned long flags;
	bool owned;
	LONG old;

	if (!ke_valid(Mutex))
		return 0;
	raw_spin_lock_irqsave(lock, flags);
	old = Mutex->Header.SignalState;
	owned = Mutex->OwnerThread == (struct _KTHREAD *)current;
	if (owned) {
		Mutex->Header.SignalState++;
		if (Mutex->Header.SignalState == 1) {
			Mutex->OwnerThread = NULL;
			ke_object_signalled(&Mutex->Header);
		}
	}
	raw_spin_unlock_irqrestore(lock, flags);
	if (!owned)
		fsh_violation(fsh_caller(), __func__, "mutex %pK is not owned by this thread",
			      Mutex);
	else if (!ke_is_atomic())
		ke_release(KE_HOLD_CRITICAL);
	return old;
}
EXPORT_SYMBOL_GPL(KeReleaseMutex);

/**
 * KeReadStateMutex() - whether a mutex is free
 * @Mutex: the mutex
 *
 * WDK: KeReadStateMutex. IRQL: <= DISPATCH_LEVEL. Return: 1 if it is free.
 */
LONG KeReadStateMutex(PRKMUTEX Mutex)
{
	return READ_ONCE(Mutex->Header.SignalState);
}
EXPORT_SYMBOL_GPL(KeReadStateMutex);
