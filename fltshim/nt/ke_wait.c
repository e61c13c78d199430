// SPDX-License-Identifier: GPL-2.0
/*
 * The wait engine: KeWaitForSingleObject, KeWaitForMultipleObjects, KeDelayExecutionThread.
 * Touches the scheduler and the dispatcher objects, nothing else.
 *
 * Rules. An object's SignalState and WaitListHead are only touched under ke_object_lock(object).
 * A waiter lives on its task's stack, its wait blocks there or in the caller's array; they hang
 * in the lists of the objects. Whoever signals an object hands the signal to waiters in the order
 * in which they came: it claims a waiter by a compare-and-exchange of its state, because signals
 * of several objects may come at once, and consumes the signal for it. The waiter takes the lock
 * of each object once more to unlink its blocks, so it is never gone under a signaller. A waiter
 * for all of several objects is only woken, and tests all of them under all their locks itself.
 */
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/hrtimer.h>
#include <linux/sched/signal.h>
#include <linux/sched.h>
#include "nt/ke_irql.h"
#include "nt/ke_time.h"
#include "nt/ke_wait.h"
#include "nt/ps_thread.h"

#define KE_LOCK_BITS	6
#define KE_LOCKS	BIT(KE_LOCK_BITS)

static raw_spinlock_t ke_locks[KE_LOCKS];
static DEFINE_RAW_SPINLOCK(ke_all_lock);	/* outside the others when several are taken */

enum { KE_WAITING = -1, KE_RETRY = -2 };	/* else the index of the object that woke */

struct ke_waiter {
	struct task_struct *task;
	int state;
	bool all;
	const bool *stop;
};

/* One class for all of them, of which lockdep counts any number under ke_all_lock as one. */
void ke_wait_init(void)
{
	unsigned int i;

	for (i = 0; i < KE_LOCKS; i++)
		raw_spin_lock_init(&ke_locks[i]);
}

/**
 * ke_object_lock() - the lock of a dispatcher object
 * @object: its address; the memory need not exist
 */
raw_spinlock_t *ke_object_lock(const void *object)
{
	return &ke_locks[hash_ptr((void *)object, KE_LOCK_BITS)];
}

/**
 * ke_header_init() - initialise the header of an object
 * @header: the header
 * @type: a KE_ type
 * @size: size of the whole object in bytes
 * @state: initial SignalState
 */
void ke_header_init(DISPATCHER_HEADER *header, u8 type, unsigned int size, LONG state)
{
	header->Lock = 0;
	header->Type = type;
	header->Size = size / sizeof(LONG);
	header->SignalState = state;
	header->WaitListHead.Flink = &header->WaitListHead;
	header->WaitListHead.Blink = &header->WaitListHead;
}

/**
 * ke_header_is_valid() - whether an object looks initialised
 * @header: the header
 */
bool ke_header_is_valid(const DISPATCHER_HEADER *header)
{
	if (!header || !header->WaitListHead.Flink)
		return false;
	switch (header->Type) {
	case KE_EVENT_NOTIFICATION:
	case KE_EVENT_SYNCHRONIZATION:
	case KE_MUTANT:
	case KE_SEMAPHORE:
	case KE_THREAD:
	case KE_TIMER_NOTIFICATION:
	case KE_TIMER_SYNCHRONIZATION:
		return true;
	default:
		return false;
	}
}

static void ke_link(DISPATCHER_HEADER *header, KWAIT_BLOCK *block)
{
	LIST_ENTRY *head = &header->WaitListHead;

	block->WaitListEntry.Flink = head;
	block->WaitListEntry.Blink = head->Blink;
	head->Blink->Flink = &block->WaitListEntry;
	head->Blink = &block->WaitListEntry;
}

static void ke_unlink(KWAIT_BLOCK *block)
{
	block->WaitListEntry.Blink->Flink = block->WaitListEntry.Flink;
	block->WaitListEntry.Flink->Blink = block->WaitListEntry.Blink;
	block->WaitListEntry.Flink = NULL;
}

/* Whether @task may have the object now. Under its lock. */
static bool ke_is_free_for(const DISPATCHER_HEADER *header, const struct task_struct *task)
{
	if (header->SignalState > 0)
		return true;
	return header->Type == KE_MUTANT &&
	       container_of(header, KMUTANT, Header)->OwnerThread == (struct _KTHREAD *)task;
}

/* @task gets the object. Under its lock. */
static void ke_consume(DISPATCHER_HEADER *header, struct task_struct *task)
{
	switch (header->Type) {
	case KE_EVENT_SYNCHRONIZATION:
	case KE_TIMER_SYNCHRONIZATION:
		header->SignalState = 0;
		break;
	case KE_SEMAPHORE:
		header->SignalState--;
		break;
	case KE_MUTANT:
		header->SignalState--;
		container_of(header, KMUTANT, Header)->OwnerThread = (struct _KTHREAD *)task;
		break;
	default:
		break;
	}
}

/**
 * ke_object_signalled() - hand the signal of an object to those who wait for it
 * @header: the object, its SignalState above zero
 *
 * Under the object's lock. Stops when the signal is used up.
 */
void ke_object_signalled(DISPATCHER_HEADER *header)
{
	LIST_ENTRY *entry = header->WaitListHead.Flink, *next;

	for (; entry != &header->WaitListHead && header->SignalState > 0; entry = next) {
		KWAIT_BLOCK *block = container_of(entry, KWAIT_BLOCK, WaitListEntry);
		struct ke_waiter *waiter = (struct ke_waiter *)block->Thread;

		next = entry->Flink;
		if (waiter->all) {
			WRITE_ONCE(waiter->state, KE_RETRY);
			wake_up_process(waiter->task);
			continue;
		}
		if (cmpxchg(&waiter->state, KE_WAITING, block->WaitKey) != KE_WAITING)
			continue;
		ke_consume(header, waiter->task);
		ke_unlink(block);
		wake_up_process(waiter->task);
	}
}

/* Links the blocks of a waiter for any object, unless one can be had at once. */
static int ke_start_any(struct ke_waiter *waiter, unsigned int count, void **objects,
			KWAIT_BLOCK *blocks, bool may_wait)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < count; i++) {
		DISPATCHER_HEADER *header = objects[i];
		raw_spinlock_t *lock = ke_object_lock(header);

		raw_spin_lock_irqsave(lock, flags);
		if (ke_is_free_for(header, waiter->task) &&
		    cmpxchg(&waiter->state, KE_WAITING, (int)i) == KE_WAITING)
			ke_consume(header, waiter->task);
		else if (may_wait && READ_ONCE(waiter->state) == KE_WAITING)
			ke_link(header, &blocks[i]);
		raw_spin_unlock_irqrestore(lock, flags);
		if (READ_ONCE(waiter->state) != KE_WAITING)
			break;
	}
	return READ_ONCE(waiter->state);
}

/* Takes all objects at once if that is possible, else links the blocks once. */
static bool ke_try_all(struct ke_waiter *waiter, unsigned int count, void **objects,
		       KWAIT_BLOCK *blocks, bool may_wait)
{
	DECLARE_BITMAP(locks, KE_LOCKS);
	bool free = true;
	unsigned long flags;
	unsigned int i;

	bitmap_zero(locks, KE_LOCKS);
	for (i = 0; i < count; i++)
		__set_bit(ke_object_lock(objects[i]) - ke_locks, locks);
	raw_spin_lock_irqsave(&ke_all_lock, flags);
	/* The checker cannot count locks that a loop takes: each step is balanced for it. */
	for_each_set_bit(i, locks, KE_LOCKS) {
		raw_spin_lock_nest_lock(&ke_locks[i], &ke_all_lock);
		__release(&ke_locks[i]);
	}
	WRITE_ONCE(waiter->state, KE_WAITING);
	for (i = 0; i < count && free; i++)
		free = ke_is_free_for(objects[i], waiter->task);
	for (i = 0; i < count; i++) {
		if (free)
			ke_consume(objects[i], waiter->task);
		else if (may_wait && !blocks[i].WaitListEntry.Flink)
			ke_link(objects[i], &blocks[i]);
	}
	for_each_set_bit(i, locks, KE_LOCKS) {
		__acquire(&ke_locks[i]);
		raw_spin_unlock(&ke_locks[i]);
	}
	raw_spin_unlock_irqrestore(&ke_all_lock, flags);
	return free;
}

static void ke_finish(unsigned int count, void **objects, KWAIT_BLOCK *blocks)
{
	unsigned long flags;
	unsigned int i;

	for (i = 0; i < count; i++) {
		raw_spinlock_t *lock = ke_object_lock(objects[i]);

		/* Taken even when the block is out already: its signaller may still be here. */
		raw_spin_lock_irqsave(lock, flags);
		if (blocks[i].WaitListEntry.Flink)
			ke_unlink(&blocks[i]);
		raw_spin_unlock_irqrestore(lock, flags);
	}
}

static unsigned int ke_sleep_state(enum ke_wake wake)
{
	if (wake == KE_WAKE_SIGNAL)
		return TASK_INTERRUPTIBLE;
	if (wake == KE_WAKE_FATAL)
		return TASK_KILLABLE;
	/* A thread of a driver may wait for work for ever; a program's thread should not. */
	return current->flags & PF_KTHREAD ? TASK_IDLE : TASK_UNINTERRUPTIBLE;
}

/**
 * ke_deadline() - a Windows time as a point of the monotonic clock
 * @timeout: negative relative, else absolute, in 100 ns
 *
 * An absolute time is converted once, so a clock that is set meanwhile moves the end along.
 */
ktime_t ke_deadline(const LARGE_INTEGER *timeout)
{
	struct timespec64 now;
	s64 ticks = timeout->QuadPart;

	if (ticks > 0) {
		ktime_get_real_ts64(&now);
		ticks -= nt_time_from_timespec(&now);
		if (ticks < 0)
			ticks = 0;
	} else {
		ticks = ticks == S64_MIN ? S64_MAX : -ticks;
	}
	if (ticks > KTIME_MAX / 100 / 2)
		return KTIME_MAX;
	return ktime_add_ns(ktime_get(), ticks * 100);
}

/* Sleeps until the state changes. Return: false when the time is over or a signal came. */
static bool ke_sleep(struct ke_waiter *waiter, enum ke_wake wake, ktime_t deadline,
		     NTSTATUS *why)
{
	unsigned int state = ke_sleep_state(wake);
	bool woken = false;

	for (;;) {
		set_current_state(state);
		if (READ_ONCE(waiter->state) != KE_WAITING) {
			woken = true;
			break;
		}
		/* Pairs with the release of who sets it and then wakes this task. */
		if (waiter->stop && smp_load_acquire(waiter->stop)) {
			*why = STATUS_CANCELLED;
			break;
		}
		if (signal_pending_state(state, current)) {
			*why = STATUS_USER_APC;
			break;
		}
		if (deadline == KTIME_MAX) {
			schedule();
		} else if (!schedule_hrtimeout_range(&deadline, current->timer_slack_ns,
						     HRTIMER_MODE_ABS)) {
			*why = STATUS_TIMEOUT;
			break;
		}
	}
	__set_current_state(TASK_RUNNING);
	return woken;
}

/**
 * ke_wait() - wait for dispatcher objects
 * @count: how many
 * @objects: their headers, all valid
 * @all: for all of them rather than for any
 * @wake: what else ends the wait
 * @timeout: NULL for ever; zero only tests; negative relative, positive absolute, both in
 *           100 ns
 * @blocks: @count wait blocks, not needed for a test
 * @stop: NULL, or a flag that ends the wait: who sets it wakes the task
 *
 * Context: a task that may sleep, any for a test. Return: STATUS_WAIT_0 plus the index (or
 * STATUS_WAIT_0 for all), STATUS_TIMEOUT, STATUS_USER_APC after a signal, or STATUS_CANCELLED by
 * @stop.
 */
NTSTATUS ke_wait(unsigned int count, void **objects, bool all, enum ke_wake wake,
		 const LARGE_INTEGER *timeout, KWAIT_BLOCK *blocks, const bool *stop)
{
	struct ke_waiter waiter = {
		.task = current, .state = KE_WAITING, .all = all, .stop = stop,
	};
	bool may_wait = !timeout || timeout->QuadPart;
	ktime_t deadline = KTIME_MAX;
	NTSTATUS why = STATUS_TIMEOUT;
	unsigned int i;
	int index;

	if (timeout && may_wait)
		deadline = ke_deadline(timeout);
	for (i = 0; may_wait && i < count; i++) {
		blocks[i].WaitListEntry.Flink = NULL;
		blocks[i].Thread = (struct _KTHREAD *)&waiter;
		blocks[i].WaitKey = i;
	}
	if (all) {
		bool got = ke_try_all(&waiter, count, objects, blocks, may_wait);

		while (!got && may_wait && ke_sleep(&waiter, wake, deadline, &why))
			got = ke_try_all(&waiter, count, objects, blocks, true);
		if (!may_wait)
			return got ? STATUS_WAIT_0 : STATUS_TIMEOUT;
		ke_finish(count, objects, blocks);
		return got ? STATUS_WAIT_0 : why;
	}
	index = ke_start_any(&waiter, count, objects, blocks, may_wait);
	if (!may_wait)
		return index < 0 ? STATUS_TIMEOUT : STATUS_WAIT_0 + index;
	if (index == KE_WAITING)
		ke_sleep(&waiter, wake, deadline, &why);
	/* A signal that came just now is ours: refuse further ones, keep that one. */
	index = cmpxchg(&waiter.state, KE_WAITING, KE_RETRY);
	ke_finish(count, objects, blocks);
	return index < 0 ? why : STATUS_WAIT_0 + index;
}

static enum ke_wake ke_wake_of(KPROCESSOR_MODE mode, bool alertable)
{
	if (mode != UserMode)
		return KE_WAKE_OBJECT;
	return alertable ? KE_WAKE_SIGNAL : KE_WAKE_FATAL;
}

/**
 * ke_wait_checked() - wait for what a driver says are dispatcher objects
 * @count: how many
 * @objects: them; a thread is replaced by its header
 * @all: as for ke_wait(), like the following
 * @wake: likewise
 * @timeout: likewise
 * @blocks: likewise
 * @stop: likewise
 * @ip: the driver's code
 * @routine: what it called
 *
 * Return: as ke_wait(); STATUS_INVALID_PARAMETER and STATUS_INVALID_DEVICE_STATE for a misuse
 */
NTSTATUS ke_wait_checked(unsigned int count, void **objects, bool all, enum ke_wake wake,
			 const LARGE_INTEGER *timeout, KWAIT_BLOCK *blocks, const bool *stop,
			 unsigned long ip, const char *routine)
{
	DISPATCHER_HEADER *header;
	NTSTATUS status;
	u64 mutexes = 0;
	unsigned int i;

	for (i = 0; i < count; i++) {
		header = ps_thread_header(objects[i]);
		if (header)
			objects[i] = header;
		header = objects[i];
		if (!ke_header_is_valid(header)) {
			fsh_violation(fsh_driver_name_at(ip), routine,
				      "object %pK is not initialised", header);
			return STATUS_INVALID_PARAMETER;
		}
		if (header->Type == KE_MUTANT &&
		    container_of(header, KMUTANT, Header)->ApcDisable)
			mutexes |= BIT_ULL(i);
	}
	if (ke_is_atomic() && (!timeout || timeout->QuadPart)) {
		fsh_level_violation(fsh_driver_name_at(ip), routine,
				    "a wait with a time other than zero at DISPATCH_LEVEL");
		return STATUS_INVALID_DEVICE_STATE;
	}
	status = ke_wait(count, objects, all, wake, timeout, blocks, stop);
	if (!mutexes || status > STATUS_WAIT_63 || status < 0 || ke_is_atomic())
		return status;
	/*
	 * The holder of a mutex is in a critical region until it releases it. Other objects may be
	 * gone by now.
	 */
	if (!all)
		mutexes &= BIT_ULL(status - STATUS_WAIT_0);
	for (; mutexes; mutexes &= mutexes - 1)
		ke_hold(KE_HOLD_CRITICAL);
	return status;
}

/**
 * KeWaitForSingleObject() - wait for an event, semaphore, mutex, timer or thread
 * @Object: the object
 * @WaitReason: not used
 * @WaitMode: in UserMode a fatal signal ends the wait
 * @Alertable: in UserMode any signal ends the wait
 * @Timeout: NULL for ever; zero only tests; negative relative, positive absolute, in 100 ns
 *
 * WDK: KeWaitForSingleObject. A KernelMode wait cannot be interrupted. IRQL: <= APC_LEVEL;
 * DISPATCH_LEVEL with a time of zero (IRQL-11).
 *
 * Return: STATUS_SUCCESS, STATUS_TIMEOUT, STATUS_USER_APC after a signal,
 * STATUS_INVALID_DEVICE_STATE when called too high, STATUS_INVALID_PARAMETER for something that
 * is no object.
 */
NTSTATUS KeWaitForSingleObject(PVOID Object, KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
			       BOOLEAN Alertable, PLARGE_INTEGER Timeout)
{
	KWAIT_BLOCK block;

	return ke_wait_checked(1, &Object, false, ke_wake_of(WaitMode, Alertable), Timeout,
			       &block, NULL, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(KeWaitForSingleObject);

/**
 * KeWaitForMultipleObjects() - wait for any or all of several objects
 * @Count: how many, at most MAXIMUM_WAIT_OBJECTS
 * @Object: the objects, each once
 * @WaitType: WaitAny or WaitAll
 * @WaitReason: not used
 * @WaitMode: as KeWaitForSingleObject()
 * @Alertable: as KeWaitForSingleObject()
 * @Timeout: as KeWaitForSingleObject()
 * @WaitBlockArray: @Count blocks; may be NULL up to THREAD_WAIT_OBJECTS objects
 *
 * WDK: KeWaitForMultipleObjects. IRQL: as KeWaitForSingleObject().
 *
 * Return: STATUS_WAIT_0 plus the index for WaitAny, else as KeWaitForSingleObject(); too many
 * objects are a violation and STATUS_INVALID_PARAMETER.
 */
NTSTATUS KeWaitForMultipleObjects(ULONG Count, PVOID Object[], WAIT_TYPE WaitType,
				  KWAIT_REASON WaitReason, KPROCESSOR_MODE WaitMode,
				  BOOLEAN Alertable, PLARGE_INTEGER Timeout,
				  PKWAIT_BLOCK WaitBlockArray)
{
	KWAIT_BLOCK own[THREAD_WAIT_OBJECTS];
	void *objects[MAXIMUM_WAIT_OBJECTS];

	if (!Count || Count > MAXIMUM_WAIT_OBJECTS ||
	    (!WaitBlockArray && Count > THREAD_WAIT_OBJECTS)) {
		fsh_violation(fsh_caller(), __func__, "%u objects%s", Count,
			      WaitBlockArray ? "" : " without an array of wait blocks");
		return STATUS_INVALID_PARAMETER;
	}
	memcpy(objects, Object, Count * sizeof(*objects));
	return ke_wait_checked(Count, objects, WaitType == WaitAll,
			       ke_wake_of(WaitMode, Alertable), Timeout,
			       WaitBlockArray ?: own, NULL, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(KeWaitForMultipleObjects);

/**
 * KeDelayExecutionThread() - sleep
 * @WaitMode: as KeWaitForSingleObject()
 * @Alertable: as KeWaitForSingleObject()
 * @Interval: negative relative, positive absolute, in 100 ns
 *
 * WDK: KeDelayExecutionThread. IRQL: <= APC_LEVEL. Return: STATUS_SUCCESS when the time is over,
 * STATUS_USER_APC after a signal, STATUS_INVALID_DEVICE_STATE when called too high.
 */
NTSTATUS KeDelayExecutionThread(KPROCESSOR_MODE WaitMode, BOOLEAN Alertable,
				PLARGE_INTEGER Interval)
{
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!Interval->QuadPart) {
		cond_resched();
		return STATUS_SUCCESS;
	}
	status = ke_wait(0, NULL, false, ke_wake_of(WaitMode, Alertable), Interval, NULL, NULL);
	return status == STATUS_TIMEOUT ? STATUS_SUCCESS : status;
}
EXPORT_SYMBOL_GPL(KeDelayExecutionThread);
