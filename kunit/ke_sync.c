// SPDX-License-Identifier: GPL-2.0
/*
 * Suite ke_sync: what mutexes, resources, events, timers and waits of drivers mean: who is kept
 * out, who goes first, at which level one is, and what a wait answers. Other threads are "actors":
 * each takes a lock, says so, and keeps it until it is told to give it back.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include "kunit/world.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

typedef bool (*sync_fn)(void *lock);

struct sync_actor {
	struct task_struct *task;
	sync_fn take;
	sync_fn give;
	void *lock;
	bool begun;
	bool got;
	bool taken;		/* what @take said */
	KIRQL irql;		/* after it */
	bool critical;		/* in a critical region then */
	ERESOURCE_THREAD thread;
	struct completion go;
	struct completion ended;
};

static s64 sync_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

/* Who has seen that something was said sees what the actor noted before. */
static void sync_say(bool *what)
{
	/* Pairs with sync_said(). */
	smp_store_release(what, true);
}

static bool sync_said(const bool *what)
{
	/* Pairs with sync_say(). */
	return smp_load_acquire(what);
}

static int sync_actor_thread(void *arg)
{
	struct sync_actor *a = arg;

	a->thread = ExGetCurrentResourceThread();
	sync_say(&a->begun);
	a->taken = a->take(a->lock);
	a->irql = KeGetCurrentIrql();
	a->critical = ke_holds(KE_HOLD_CRITICAL);
	sync_say(&a->got);
	wait_for_completion(&a->go);
	if (a->give)
		a->give(a->lock);
	complete(&a->ended);
	return 0;
}

static struct sync_actor *sync_actor(struct kunit *test, sync_fn take, sync_fn give, void *lock)
{
	struct sync_actor *a = kunit_kzalloc(test, sizeof(*a), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, a);
	a->take = take;
	a->give = give;
	a->lock = lock;
	init_completion(&a->go);
	init_completion(&a->ended);
	a->task = kthread_create(sync_actor_thread, a, "flt-actor");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a->task);
	get_task_struct(a->task);
	wake_up_process(a->task);
	return a;
}

/* It has what it asked for. */
static bool sync_got(struct sync_actor *a)
{
	return WORLD_WAIT(sync_said(&a->got));
}

/* It has asked and sleeps, or has got it. */
static bool sync_is_settled(struct sync_actor *a)
{
	return sync_said(&a->got) ||
	       (sync_said(&a->begun) && !task_is_running(a->task));
}

/* It is kept waiting. */
static bool sync_waits(struct sync_actor *a)
{
	return WORLD_WAIT(sync_is_settled(a)) && !sync_said(&a->got);
}

/* It gives the lock back and ends. */
static void sync_end(struct sync_actor *a)
{
	complete(&a->go);
	wait_for_completion(&a->ended);
	put_task_struct(a->task);
}

/* Resources */

static bool sync_exclusive(void *lock)
{
	return ExAcquireResourceExclusiveLite(lock, TRUE);
}

static bool sync_shared(void *lock)
{
	return ExAcquireResourceSharedLite(lock, TRUE);
}

static bool sync_starving(void *lock)
{
	return ExAcquireSharedStarveExclusive(lock, TRUE);
}

static bool sync_yielding(void *lock)
{
	return ExAcquireSharedWaitForExclusive(lock, TRUE);
}

static bool sync_release(void *lock)
{
	ExReleaseResourceLite(lock);
	return true;
}

static bool sync_flt_exclusive(void *lock)
{
	FltAcquireResourceExclusive(lock);
	return true;
}

static bool sync_flt_shared(void *lock)
{
	FltAcquireResourceShared(lock);
	return true;
}

static bool sync_flt_release(void *lock)
{
	FltReleaseResource(lock);
	return !ke_holds(KE_HOLD_CRITICAL);
}

static ERESOURCE sync_resource;

/* Readers beside each other, a writer alone, whichever family they use. */
static void sync_resources_exclude(struct kunit *test)
{
	static const struct {
		sync_fn exclusive, shared, release;
		bool critical;
	} families[] = {
		{ sync_exclusive, sync_shared, sync_release, false },
		{ sync_flt_exclusive, sync_flt_shared, sync_flt_release, true },
	};
	s64 before = sync_breaches();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(families); i++) {
		struct sync_actor *one, *two, *writer;

		ExInitializeResourceLite(&sync_resource);
		one = sync_actor(test, families[i].shared, families[i].release, &sync_resource);
		two = sync_actor(test, families[i].shared, families[i].release, &sync_resource);
		FLT_EXPECT(test, sync_got(one) && sync_got(two));
		FLT_EXPECT(test, one->taken && one->irql == PASSIVE_LEVEL &&
			   one->critical == families[i].critical);
		FLT_EXPECT(test, !ExAcquireResourceExclusiveLite(&sync_resource, FALSE));
		writer = sync_actor(test, families[i].exclusive, families[i].release,
				    &sync_resource);
		FLT_EXPECT(test, sync_waits(writer) &&
			   ExGetExclusiveWaiterCount(&sync_resource) == 1);
		sync_end(one);
		FLT_EXPECT(test, sync_waits(writer));
		sync_end(two);
		FLT_EXPECT(test, sync_got(writer) && writer->critical == families[i].critical);
		FLT_EXPECT(test, !ExAcquireResourceExclusiveLite(&sync_resource, FALSE) &&
			   !ExAcquireResourceSharedLite(&sync_resource, FALSE) &&
			   !ExAcquireSharedStarveExclusive(&sync_resource, FALSE) &&
			   !ExAcquireSharedWaitForExclusive(&sync_resource, FALSE));
		one = sync_actor(test, families[i].shared, families[i].release, &sync_resource);
		two = sync_actor(test, families[i].exclusive, families[i].release,
				 &sync_resource);
		FLT_EXPECT(test, sync_waits(one) && sync_waits(two));
		sync_end(writer);
		/* In the order in which they came, or the other way round. */
		FLT_EXPECT(test, WORLD_WAIT(READ_ONCE(one->got) || READ_ONCE(two->got)));
		FLT_EXPECT(test, one->got ? sync_waits(two) : sync_waits(one));
		complete(&one->go);
		complete(&two->go);
		FLT_EXPECT(test, sync_got(one) && sync_got(two));
		wait_for_completion(&one->ended);
		wait_for_completion(&two->ended);
		put_task_struct(one->task);
		put_task_struct(two->task);
		FLT_EXPECT(test, ExDeleteResourceLite(&sync_resource) == STATUS_SUCCESS);
	}
	FLT_EXPECT(test, sync_breaches() == before && !ke_holds(KE_HOLD_CRITICAL));
}

/* With a writer waiting: who may read all the same? */
static void sync_readers_and_waiting_writer(struct kunit *test)
{
	struct sync_actor *writer, *plain, *starving, *yielding;
	s64 before = sync_breaches();

	ExInitializeResourceLite(&sync_resource);
	FLT_REQUIRE(test, ExAcquireResourceSharedLite(&sync_resource, FALSE));
	writer = sync_actor(test, sync_exclusive, sync_release, &sync_resource);
	FLT_EXPECT(test, sync_waits(writer));
	plain = sync_actor(test, sync_shared, sync_release, &sync_resource);
	yielding = sync_actor(test, sync_yielding, sync_release, &sync_resource);
	FLT_EXPECT(test, sync_waits(plain) && sync_waits(yielding) &&
		   ExGetSharedWaiterCount(&sync_resource) == 2);
	starving = sync_actor(test, sync_starving, sync_release, &sync_resource);
	FLT_EXPECT(test, sync_got(starving) && sync_waits(writer));
	/* Who reads already may read once more, in the plain way. */
	FLT_EXPECT(test, ExAcquireResourceSharedLite(&sync_resource, FALSE) &&
		   ExIsResourceAcquiredSharedLite(&sync_resource) == 2);
	FLT_EXPECT(test, !ExAcquireSharedWaitForExclusive(&sync_resource, FALSE));
	FLT_EXPECT(test, ExAcquireSharedStarveExclusive(&sync_resource, FALSE) &&
		   ExIsResourceAcquiredSharedLite(&sync_resource) == 3);
	ExReleaseResourceLite(&sync_resource);
	ExReleaseResourceLite(&sync_resource);
	FLT_EXPECT(test, ExIsResourceAcquiredSharedLite(&sync_resource) == 1);
	sync_end(starving);
	FLT_EXPECT(test, sync_waits(writer));
	ExReleaseResourceLite(&sync_resource);
	/* The writer has waited longest. */
	FLT_EXPECT(test, sync_got(writer) && sync_waits(plain) && sync_waits(yielding));
	sync_end(writer);
	FLT_EXPECT(test, sync_got(plain) && sync_got(yielding));
	sync_end(plain);
	sync_end(yielding);
	FLT_EXPECT(test, ExDeleteResourceLite(&sync_resource) == STATUS_SUCCESS &&
		   sync_breaches() == before);
}

static void sync_resource_converted(struct kunit *test)
{
	struct sync_actor *reader, *writer;
	s64 before = sync_breaches();

	ExInitializeResourceLite(&sync_resource);
	FLT_REQUIRE(test, ExAcquireResourceExclusiveLite(&sync_resource, FALSE) &&
		    ExAcquireResourceExclusiveLite(&sync_resource, FALSE));
	FLT_EXPECT(test, ExIsResourceAcquiredExclusiveLite(&sync_resource));
	reader = sync_actor(test, sync_shared, sync_release, &sync_resource);
	FLT_EXPECT(test, sync_waits(reader));
	ExConvertExclusiveToSharedLite(&sync_resource);
	FLT_EXPECT(test, sync_got(reader));
	FLT_EXPECT(test, !ExIsResourceAcquiredExclusiveLite(&sync_resource) &&
		   ExIsResourceAcquiredSharedLite(&sync_resource) == 2);
	sync_end(reader);
	writer = sync_actor(test, sync_exclusive, sync_release, &sync_resource);
	FLT_EXPECT(test, sync_waits(writer));
	ExReleaseResourceLite(&sync_resource);
	/* It was acquired twice. */
	FLT_EXPECT(test, sync_waits(writer) && sync_breaches() == before);
	ExReleaseResourceLite(&sync_resource);
	FLT_EXPECT(test, sync_got(writer));
	ExConvertExclusiveToSharedLite(&sync_resource);
	FLT_EXPECT(test, sync_breaches() == before + 1 &&
		   !ExAcquireResourceSharedLite(&sync_resource, FALSE));
	sync_end(writer);
	FLT_EXPECT(test, ExDeleteResourceLite(&sync_resource) == STATUS_SUCCESS);
}

/* Another thread releases what this one acquired, and may not what it did not. */
static void sync_resource_for_thread(struct kunit *test)
{
	struct sync_actor *holder, *waiter;
	s64 before = sync_breaches();
	unsigned int i;

	for (i = 0; i < 2; i++) {
		ExInitializeResourceLite(&sync_resource);
		holder = sync_actor(test, i ? sync_shared : sync_exclusive, NULL, &sync_resource);
		FLT_REQUIRE(test, sync_got(holder));
		waiter = sync_actor(test, sync_exclusive, sync_release, &sync_resource);
		FLT_EXPECT(test, sync_waits(waiter));
		ExReleaseResourceLite(&sync_resource);
		FLT_EXPECT(test, sync_waits(waiter) && sync_breaches() == before + 1);
		ExReleaseResourceForThreadLite(&sync_resource, waiter->thread);
		FLT_EXPECT(test, sync_waits(waiter) && sync_breaches() == before + 2);
		ExReleaseResourceForThreadLite(&sync_resource, holder->thread);
		FLT_EXPECT(test, sync_got(waiter) && sync_breaches() == before + 2);
		before += 2;
		sync_end(waiter);
		sync_end(holder);
		FLT_EXPECT(test, ExDeleteResourceLite(&sync_resource) == STATUS_SUCCESS);
	}
}

/* Push locks */

static bool sync_push_exclusive(void *lock)
{
	FltAcquirePushLockExclusiveEx(lock, 0);
	return true;
}

static bool sync_push_shared(void *lock)
{
	FltAcquirePushLockSharedEx(lock, FLT_PUSH_LOCK_ENABLE_AUTO_BOOST);
	return true;
}

static bool sync_push_release(void *lock)
{
	FltReleasePushLockEx(lock, 0);
	return !ke_holds(KE_HOLD_CRITICAL);
}

static EX_PUSH_LOCK sync_push;

static void sync_push_locks(struct kunit *test)
{
	struct sync_actor *one, *two, *writer;
	s64 before = sync_breaches();
	void *resource = &sync_push;
	KIRQL old;

	FltInitializePushLock(&sync_push);
	one = sync_actor(test, sync_push_shared, sync_push_release, &sync_push);
	two = sync_actor(test, sync_push_shared, sync_push_release, &sync_push);
	FLT_EXPECT(test, sync_got(one) && sync_got(two) && one->critical &&
		   one->irql == PASSIVE_LEVEL);
	writer = sync_actor(test, sync_push_exclusive, sync_push_release, &sync_push);
	FLT_EXPECT(test, sync_waits(writer));
	sync_end(one);
	FLT_EXPECT(test, sync_waits(writer));
	sync_end(two);
	FLT_EXPECT(test, sync_got(writer) && writer->critical);
	one = sync_actor(test, sync_push_shared, sync_push_release, &sync_push);
	FLT_EXPECT(test, sync_waits(one));
	sync_end(writer);
	FLT_EXPECT(test, sync_got(one));
	sync_end(one);
	/* The critical region is this thread's, and ends with the lock. */
	FltAcquirePushLockExclusive(&sync_push);
	FLT_EXPECT(test, ke_holds(KE_HOLD_CRITICAL) && KeAreApcsDisabled());
	FltReleasePushLock(&sync_push);
	FLT_EXPECT(test, !ke_holds(KE_HOLD_CRITICAL) && !KeAreApcsDisabled() &&
		   sync_breaches() == before);
	/* What cannot wait is told, and takes nothing. */
	old = KfRaiseIrql(DISPATCH_LEVEL);
	FltAcquirePushLockExclusiveEx(&sync_push, 0);
	FltAcquirePushLockSharedEx(&sync_push, 0);
	FltAcquireResourceExclusive(resource);
	FltAcquireResourceShared(resource);
	KeLowerIrql(old);
	FLT_EXPECT(test, sync_breaches() == before + 4 && !ke_holds(KE_HOLD_CRITICAL));
	FltAcquirePushLockExclusiveEx(&sync_push, 4);
	FLT_EXPECT(test, sync_breaches() == before + 5);
	FltReleasePushLockEx(&sync_push, 0);
	FltDeletePushLock(&sync_push);
	FLT_EXPECT(test, sync_breaches() == before + 5);
}

/* Fast mutexes */

static bool sync_fast(void *lock)
{
	ExAcquireFastMutex(lock);
	return true;
}

static bool sync_fast_release(void *lock)
{
	ExReleaseFastMutex(lock);
	return true;
}

static void sync_fast_mutexes(struct kunit *test)
{
	static FAST_MUTEX mutex;
	struct sync_actor *other;
	s64 before = sync_breaches();

	ExInitializeFastMutex(&mutex);
	/* The unsafe way leaves the level as it is, and keeps the others out all the same. */
	KeEnterCriticalRegion();
	ExAcquireFastMutexUnsafe(&mutex);
	FLT_EXPECT(test, KeGetCurrentIrql() == PASSIVE_LEVEL);
	FLT_EXPECT(test, !ExTryToAcquireFastMutex(&mutex));
	other = sync_actor(test, sync_fast, sync_fast_release, &mutex);
	FLT_EXPECT(test, sync_waits(other));
	ExReleaseFastMutexUnsafe(&mutex);
	KeLeaveCriticalRegion();
	FLT_EXPECT(test, sync_got(other) && other->irql == APC_LEVEL);
	FLT_EXPECT(test, !ExTryToAcquireFastMutex(&mutex) && sync_breaches() == before);
	sync_end(other);
	FLT_EXPECT(test, ExTryToAcquireFastMutex(&mutex) && KeGetCurrentIrql() == APC_LEVEL);
	/* Nobody but its owner gives it back. */
	ExReleaseFastMutex(&mutex);
	FLT_EXPECT(test, KeGetCurrentIrql() == PASSIVE_LEVEL && sync_breaches() == before);
	ExReleaseFastMutexUnsafe(&mutex);
	FLT_EXPECT(test, sync_breaches() == before + 1);
}

/* Waits for several objects */

struct sync_wait {
	void *objects[THREAD_WAIT_OBJECTS + 2];
	ULONG count;
	WAIT_TYPE type;
	LARGE_INTEGER *timeout;
	KWAIT_BLOCK *blocks;
	NTSTATUS status;
};

static bool sync_wait_for(void *arg)
{
	struct sync_wait *wait = arg;

	wait->status = KeWaitForMultipleObjects(wait->count, wait->objects, wait->type, Executive,
						KernelMode, FALSE, wait->timeout, wait->blocks);
	return NT_SUCCESS(wait->status);
}

static NTSTATUS sync_test_wait(struct sync_wait *wait)
{
	LARGE_INTEGER none = { .QuadPart = 0 };

	wait->timeout = &none;
	sync_wait_for(wait);
	wait->timeout = NULL;
	return wait->status;
}

static void sync_wait_any(struct kunit *test)
{
	KEVENT notify, single;
	KSEMAPHORE semaphore;
	struct sync_wait wait = { .objects = { &notify, &single, &semaphore }, .count = 3 };
	LARGE_INTEGER soon = { .QuadPart = -10000 };
	struct sync_actor *other;

	KeInitializeEvent(&notify, NotificationEvent, FALSE);
	KeInitializeEvent(&single, SynchronizationEvent, FALSE);
	KeInitializeSemaphore(&semaphore, 0, 5);
	wait.type = WaitAny;
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_TIMEOUT);
	wait.timeout = &soon;
	sync_wait_for(&wait);
	FLT_EXPECT(test, wait.status == STATUS_TIMEOUT);
	wait.timeout = NULL;
	other = sync_actor(test, sync_wait_for, NULL, &wait);
	FLT_EXPECT(test, sync_waits(other));
	KeReleaseSemaphore(&semaphore, 0, 2, FALSE);
	FLT_EXPECT(test, sync_got(other) && wait.status == STATUS_WAIT_0 + 2 &&
		   KeReadStateSemaphore(&semaphore) == 1);
	sync_end(other);
	/* Of several the first; and only that one is taken. */
	KeSetEvent(&single, 0, FALSE);
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_WAIT_0 + 1 &&
		   !KeReadStateEvent(&single) && KeReadStateSemaphore(&semaphore) == 1);
	KeSetEvent(&notify, 0, FALSE);
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_WAIT_0 && KeReadStateEvent(&notify) &&
		   KeReadStateSemaphore(&semaphore) == 1);
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_WAIT_0);
	KeClearEvent(&notify);
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_WAIT_0 + 2 &&
		   sync_test_wait(&wait) == STATUS_TIMEOUT);
}

static void sync_wait_all(struct kunit *test)
{
	KWAIT_BLOCK blocks[THREAD_WAIT_OBJECTS + 2];
	KEVENT events[THREAD_WAIT_OBJECTS + 2];
	struct sync_wait wait = { .type = WaitAll, .blocks = blocks };
	s64 before = sync_breaches();
	struct sync_actor *other;
	unsigned int i;

	wait.count = ARRAY_SIZE(events);
	for (i = 0; i < ARRAY_SIZE(events); i++) {
		KeInitializeEvent(&events[i], SynchronizationEvent, FALSE);
		wait.objects[i] = &events[i];
	}
	other = sync_actor(test, sync_wait_for, NULL, &wait);
	FLT_EXPECT(test, sync_waits(other));
	for (i = 1; i < ARRAY_SIZE(events); i++)
		KeSetEvent(&events[i], 0, FALSE);
	/* As long as one is missing none is taken. */
	FLT_EXPECT(test, sync_waits(other));
	for (i = 1; i < ARRAY_SIZE(events); i++)
		FLT_EXPECT(test, KeReadStateEvent(&events[i]));
	KeSetEvent(&events[0], 0, FALSE);
	FLT_EXPECT(test, sync_got(other) && wait.status == STATUS_WAIT_0);
	for (i = 0; i < ARRAY_SIZE(events); i++)
		FLT_EXPECT(test, !KeReadStateEvent(&events[i]));
	sync_end(other);
	KeSetEvent(&events[0], 0, FALSE);
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_TIMEOUT && KeReadStateEvent(&events[0]));
	/* So many objects need blocks; and there are none at all of none. */
	FLT_EXPECT(test, sync_breaches() == before);
	wait.blocks = NULL;
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_INVALID_PARAMETER);
	wait.count = 0;
	FLT_EXPECT(test, sync_test_wait(&wait) == STATUS_INVALID_PARAMETER &&
		   sync_breaches() == before + 2);
}

/* A pulse lets those go who wait, one or all of them, and nobody who comes later. */
static bool sync_wait_one(void *event)
{
	return KeWaitForSingleObject(event, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS;
}

static void sync_pulse(struct kunit *test)
{
	static KEVENT event;
	struct sync_actor *one, *two, *late;

	KeInitializeEvent(&event, NotificationEvent, FALSE);
	one = sync_actor(test, sync_wait_one, NULL, &event);
	two = sync_actor(test, sync_wait_one, NULL, &event);
	FLT_EXPECT(test, sync_waits(one) && sync_waits(two));
	FLT_EXPECT(test, KePulseEvent(&event, 0, FALSE) == 0);
	FLT_EXPECT(test, sync_got(one) && sync_got(two) && one->taken && two->taken &&
		   !KeReadStateEvent(&event));
	late = sync_actor(test, sync_wait_one, NULL, &event);
	FLT_EXPECT(test, sync_waits(late));
	KeSetEvent(&event, 0, FALSE);
	FLT_EXPECT(test, sync_got(late) && KePulseEvent(&event, 0, FALSE) &&
		   !KeReadStateEvent(&event));
	sync_end(one);
	sync_end(two);
	sync_end(late);

	KeInitializeEvent(&event, SynchronizationEvent, FALSE);
	one = sync_actor(test, sync_wait_one, NULL, &event);
	two = sync_actor(test, sync_wait_one, NULL, &event);
	FLT_EXPECT(test, sync_waits(one) && sync_waits(two));
	KePulseEvent(&event, 0, FALSE);
	FLT_EXPECT(test, WORLD_WAIT(READ_ONCE(one->got) || READ_ONCE(two->got)));
	FLT_EXPECT(test, one->got ? sync_waits(two) : sync_waits(one));
	KePulseEvent(&event, 0, FALSE);
	FLT_EXPECT(test, sync_got(one) && sync_got(two) && !KeReadStateEvent(&event));
	sync_end(one);
	sync_end(two);
}

/* Timers */

static KTIMER sync_timer;
static KDPC sync_timer_dpc;
static atomic_t sync_dpcs;

static VOID sync_dpc(PKDPC dpc, PVOID context, PVOID one, PVOID two)
{
	atomic_inc(&sync_dpcs);
}

static void sync_timer_cancelled(struct kunit *test)
{
	LARGE_INTEGER never = { .QuadPart = -36000000000LL }, now = { .QuadPart = -1 };
	struct sync_actor *waiter;

	atomic_set(&sync_dpcs, 0);
	KeInitializeTimer(&sync_timer);
	KeInitializeDpc(&sync_timer_dpc, sync_dpc, NULL);
	FLT_EXPECT(test, !KeCancelTimer(&sync_timer));
	FLT_EXPECT(test, !KeSetTimer(&sync_timer, never, &sync_timer_dpc) &&
		   KeSetTimer(&sync_timer, never, &sync_timer_dpc));
	waiter = sync_actor(test, sync_wait_one, NULL, &sync_timer);
	FLT_EXPECT(test, sync_waits(waiter));
	/* A timer taken back has not expired; who waits for it goes on waiting. */
	FLT_EXPECT(test, KeCancelTimer(&sync_timer) && !KeCancelTimer(&sync_timer));
	FLT_EXPECT(test, sync_waits(waiter) && !KeReadStateTimer(&sync_timer) &&
		   !atomic_read(&sync_dpcs));
	FLT_EXPECT(test, !KeSetTimer(&sync_timer, now, &sync_timer_dpc) && sync_got(waiter));
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&sync_dpcs) == 1) &&
		   KeReadStateTimer(&sync_timer) && !KeCancelTimer(&sync_timer));
	sync_end(waiter);
	/* Setting it makes it one that has not expired. */
	KeSetTimer(&sync_timer, never, NULL);
	FLT_EXPECT(test, !KeReadStateTimer(&sync_timer) && KeCancelTimer(&sync_timer));
	KeFlushQueuedDpcs();
	FLT_EXPECT(test, atomic_read(&sync_dpcs) == 1);
}

static void sync_timer_periodic(struct kunit *test)
{
	LARGE_INTEGER now = { .QuadPart = -1 };
	unsigned int i;
	int seen;

	atomic_set(&sync_dpcs, 0);
	KeInitializeTimerEx(&sync_timer, SynchronizationTimer);
	KeInitializeDpc(&sync_timer_dpc, sync_dpc, NULL);
	FLT_EXPECT(test, !KeSetTimerEx(&sync_timer, now, 2, &sync_timer_dpc));
	/* Each expiry lets one wait pass, and queues the DPC. */
	for (i = 0; i < 5; i++)
		FLT_EXPECT(test, sync_wait_one(&sync_timer));
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&sync_dpcs) >= 5));
	FLT_EXPECT(test, KeCancelTimer(&sync_timer));
	KeFlushQueuedDpcs();
	seen = atomic_read(&sync_dpcs);
	msleep(20);
	KeFlushQueuedDpcs();
	FLT_EXPECT(test, atomic_read(&sync_dpcs) == seen && !KeCancelTimer(&sync_timer));
	/* With a period of 0 it expires once. */
	atomic_set(&sync_dpcs, 0);
	KeSetTimerEx(&sync_timer, now, 0, &sync_timer_dpc);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&sync_dpcs) == 1));
	FLT_EXPECT(test, WORLD_WAIT(!KeCancelTimer(&sync_timer)));
}

static struct kunit_case sync_cases[] = {
	KUNIT_CASE(sync_resources_exclude),
	KUNIT_CASE(sync_readers_and_waiting_writer),
	KUNIT_CASE(sync_resource_converted),
	KUNIT_CASE(sync_resource_for_thread),
	KUNIT_CASE(sync_push_locks),
	KUNIT_CASE(sync_fast_mutexes),
	KUNIT_CASE(sync_wait_any),
	KUNIT_CASE(sync_wait_all),
	KUNIT_CASE(sync_pulse),
	KUNIT_CASE(sync_timer_cancelled),
	KUNIT_CASE(sync_timer_periodic),
	{}
};

static struct kunit_suite sync_suite = {
	.name = "ke_sync",
	.test_cases = sync_cases,
};

kunit_test_suite(sync_suite);
