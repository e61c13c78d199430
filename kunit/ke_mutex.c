// SPDX-License-Identifier: GPL-2.0
/*
 * Suite ke_mutex: a driver's mutexes: taken again by their owner, kept from others, a critical
 * region while they are held, and one among as many objects as a wait may have.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include "kunit/world.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

static KMUTEX mutex_one;

static s64 mutex_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

static NTSTATUS mutex_take(KMUTEX *mutex, LARGE_INTEGER *timeout)
{
	return KeWaitForSingleObject(mutex, Executive, KernelMode, FALSE, timeout);
}

struct mutex_other {
	NTSTATUS tested;
	LONG released;
	s64 breaches;
	struct completion ended;
};

/* Another thread tests it, and gives back what it does not have. */
static int mutex_other_thread(void *arg)
{
	struct mutex_other *other = arg;
	LARGE_INTEGER none = { .QuadPart = 0 };
	s64 before = mutex_breaches();

	other->tested = mutex_take(&mutex_one, &none);
	if (other->tested != STATUS_SUCCESS)
		other->released = KeReleaseMutex(&mutex_one, FALSE);
	else
		KeReleaseMutex(&mutex_one, FALSE);
	other->breaches = mutex_breaches() - before;
	complete(&other->ended);
	return 0;
}

static struct mutex_other mutex_by_other(struct kunit *test)
{
	struct mutex_other other = { .released = 99 };
	struct task_struct *task;

	init_completion(&other.ended);
	task = kthread_run(mutex_other_thread, &other, "flt-mutex");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
	wait_for_completion(&other.ended);
	return other;
}

static void mutex_owner(struct kunit *test)
{
	s64 before = mutex_breaches();
	struct mutex_other other;

	KeInitializeMutex(&mutex_one, 0);
	FLT_EXPECT(test, KeReadStateMutex(&mutex_one) == 1 && !mutex_one.OwnerThread);
	FLT_EXPECT(test, mutex_take(&mutex_one, NULL) == STATUS_SUCCESS);
	FLT_EXPECT(test, !KeReadStateMutex(&mutex_one) && KeAreApcsDisabled() &&
		   mutex_one.OwnerThread == (struct _KTHREAD *)current &&
		   KeGetCurrentIrql() == PASSIVE_LEVEL);
	/* Once more, which has to be undone as well. */
	FLT_EXPECT(test, mutex_take(&mutex_one, NULL) == STATUS_SUCCESS &&
		   KeReadStateMutex(&mutex_one) == -1);
	FLT_EXPECT(test, KeReleaseMutex(&mutex_one, FALSE) == -1 && KeAreApcsDisabled());
	FLT_EXPECT(test, mutex_breaches() == before);
	other = mutex_by_other(test);
	FLT_EXPECT(test, other.tested == STATUS_TIMEOUT && other.breaches == 1 &&
		   other.released == 0 && !KeReadStateMutex(&mutex_one) &&
		   mutex_one.OwnerThread == (struct _KTHREAD *)current);
	FLT_EXPECT(test, KeReleaseMutex(&mutex_one, FALSE) == 0 && !KeAreApcsDisabled() &&
		   KeReadStateMutex(&mutex_one) == 1 && !mutex_one.OwnerThread);
	other = mutex_by_other(test);
	FLT_EXPECT(test, other.tested == STATUS_SUCCESS && !other.breaches &&
		   !mutex_one.OwnerThread);
	/* Given back once too often. */
	before = mutex_breaches();
	KeReleaseMutex(&mutex_one, FALSE);
	FLT_EXPECT(test, mutex_breaches() == before + 1 && KeReadStateMutex(&mutex_one) == 1 &&
		   !KeAreApcsDisabled() && ke_thread_is_clean());
}

/* The last of as many objects as there may be; then all of them. */
static void mutex_among_many(struct kunit *test)
{
	struct mutex_wait {
		KMUTEX mutexes[MAXIMUM_WAIT_OBJECTS];
		KWAIT_BLOCK blocks[MAXIMUM_WAIT_OBJECTS];
		void *objects[MAXIMUM_WAIT_OBJECTS];
		KEVENT event;
	} *w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	const unsigned int last = MAXIMUM_WAIT_OBJECTS - 1;
	s64 before = mutex_breaches();
	unsigned int i, held = 0;
	NTSTATUS status;

	KUNIT_ASSERT_NOT_NULL(test, w);
	KeInitializeEvent(&w->event, NotificationEvent, FALSE);
	for (i = 0; i <= last; i++) {
		KeInitializeMutex(&w->mutexes[i], 0);
		w->objects[i] = i < last ? (void *)&w->event : &w->mutexes[i];
	}
	status = KeWaitForMultipleObjects(last + 1, w->objects, WaitAny, Executive, KernelMode,
					  FALSE, NULL, w->blocks);
	FLT_EXPECT(test, status == STATUS_WAIT_63 && KeAreApcsDisabled() &&
		   !KeReadStateMutex(&w->mutexes[last]));
	KeReleaseMutex(&w->mutexes[last], FALSE);
	FLT_EXPECT(test, !KeAreApcsDisabled() && ke_thread_is_clean());

	for (i = 0; i <= last; i++)
		w->objects[i] = &w->mutexes[i];
	status = KeWaitForMultipleObjects(last + 1, w->objects, WaitAll, Executive, KernelMode,
					  FALSE, NULL, w->blocks);
	FLT_EXPECT(test, status == STATUS_WAIT_0);
	for (i = 0; i <= last; i++) {
		held += KeAreApcsDisabled();
		FLT_EXPECT(test, !KeReadStateMutex(&w->mutexes[i]));
		KeReleaseMutex(&w->mutexes[i], FALSE);
	}
	FLT_EXPECT(test, held == last + 1 && !KeAreApcsDisabled() && ke_thread_is_clean());
	FLT_EXPECT(test, mutex_breaches() == before);
}

static struct kunit_case mutex_cases[] = {
	KUNIT_CASE(mutex_owner),
	KUNIT_CASE(mutex_among_many),
	{}
};

static struct kunit_suite mutex_suite = {
	.name = "ke_mutex",
	.test_cases = mutex_cases,
};

kunit_test_suite(mutex_suite);
