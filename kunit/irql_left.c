// SPDX-License-Identifier: GPL-2.0
/*
 * Suite irql_left: levels and regions that are left in the wrong order, and by many threads at
 * once: what the shim keeps of them is never another thread's, and nothing stays behind.
 */
#include <linux/kthread.h>
#include "kunit/world.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

static bool irql_is_clean(void)
{
	return KeGetCurrentIrql() == PASSIVE_LEVEL && !softirq_count() && ke_thread_is_clean();
}

/* Lowered while a lock is held: it takes effect when the lock is gone. */
static void irql_lowered_too_early(struct kunit *test)
{
	s64 before = atomic64_read(&fsh_violations);
	KSPIN_LOCK lock;
	KIRQL old, inside, after;

	KeInitializeSpinLock(&lock);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	KeAcquireSpinLockAtDpcLevel(&lock);
	KeLowerIrql(old);
	inside = KeGetCurrentIrql();
	KeReleaseSpinLockFromDpcLevel(&lock);
	after = KeGetCurrentIrql();
	FLT_EXPECT(test, old == PASSIVE_LEVEL && inside == DISPATCH_LEVEL);
	FLT_EXPECT(test, after == PASSIVE_LEVEL && irql_is_clean());
	FLT_EXPECT(test, atomic64_read(&fsh_violations) > before);
	/* And the next raise is as good as the first. */
	old = KfRaiseIrql(DISPATCH_LEVEL);
	KeAcquireSpinLockAtDpcLevel(&lock);
	KeReleaseSpinLockFromDpcLevel(&lock);
	inside = KeGetCurrentIrql();
	KeLowerIrql(old);
	FLT_EXPECT(test, inside == DISPATCH_LEVEL && irql_is_clean());
}

/* Taken below DISPATCH_LEVEL by the routine for callers that are there. */
static void irql_never_raised(struct kunit *test)
{
	KSPIN_LOCK lock, other;
	KIRQL first, second, third;

	KeInitializeSpinLock(&lock);
	KeInitializeSpinLock(&other);
	KeAcquireSpinLockAtDpcLevel(&lock);
	first = KeGetCurrentIrql();
	KeAcquireSpinLockAtDpcLevel(&other);
	KeReleaseSpinLockFromDpcLevel(&lock);
	second = KeGetCurrentIrql();
	KeReleaseSpinLockFromDpcLevel(&other);
	third = KeGetCurrentIrql();
	FLT_EXPECT(test, first == DISPATCH_LEVEL && second == DISPATCH_LEVEL);
	FLT_EXPECT(test, third == PASSIVE_LEVEL && irql_is_clean());
}

static void irql_regions_are_counted(struct kunit *test)
{
	ke_hold(KE_HOLD_GUARDED);
	ke_hold(KE_HOLD_GUARDED);
	FLT_EXPECT(test, ke_release(KE_HOLD_GUARDED) && ke_holds(KE_HOLD_GUARDED));
	FLT_EXPECT(test, ke_release(KE_HOLD_GUARDED) && !ke_holds(KE_HOLD_GUARDED));
	FLT_EXPECT(test, !ke_release(KE_HOLD_GUARDED) && irql_is_clean());
}

#define IRQL_THREADS	160

/* Threads that are in a region all at once: some of them meet in the table. */
struct irql_crowd {
	atomic_t entered, wrong;
	struct completion all;
};

static int irql_enter(void *arg)
{
	struct irql_crowd *crowd = arg;

	if (KeAreApcsDisabled())
		atomic_inc(&crowd->wrong);
	KeEnterCriticalRegion();
	KeEnterCriticalRegion();
	if (atomic_inc_return(&crowd->entered) == IRQL_THREADS)
		complete_all(&crowd->all);
	wait_for_completion(&crowd->all);
	KeLeaveCriticalRegion();
	if (!KeAreApcsDisabled())
		atomic_inc(&crowd->wrong);
	KeLeaveCriticalRegion();
	if (KeAreApcsDisabled() || !ke_thread_is_clean())
		atomic_inc(&crowd->wrong);
	while (!kthread_should_stop())
		usleep_range(1000, 2000);
	return 0;
}

static void irql_crowded(struct kunit *test)
{
	struct irql_crowd crowd = { };
	struct task_struct **threads;
	unsigned int i;

	threads = kunit_kcalloc(test, IRQL_THREADS, sizeof(*threads), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, threads);
	init_completion(&crowd.all);
	for (i = 0; i < IRQL_THREADS; i++) {
		threads[i] = kthread_run(irql_enter, &crowd, "flt-crowd");
		KUNIT_ASSERT_FALSE(test, IS_ERR(threads[i]));
	}
	for (i = 0; i < IRQL_THREADS; i++)
		kthread_stop(threads[i]);
	FLT_EXPECT(test, atomic_read(&crowd.entered) == IRQL_THREADS);
	FLT_EXPECT(test, !atomic_read(&crowd.wrong) && irql_is_clean());
}

/*
 * A thread that ended in a region leaves it to nobody: one that lies where it lay began later, and
 * that tells them apart.
 */
static void irql_not_inherited(struct kunit *test)
{
	u64 began = current->start_time;
	bool before, first, second;

	ke_hold(KE_HOLD_GUARDED);
	before = ke_holds(KE_HOLD_GUARDED);
	current->start_time = began + 1;
	first = ke_holds(KE_HOLD_GUARDED);
	second = ke_holds(KE_HOLD_GUARDED);
	current->start_time = began;
	FLT_EXPECT(test, before && !first && !second && irql_is_clean());
}

/* Memory cannot be had at DISPATCH_LEVEL: that is said by the status. */
static void irql_allocates(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	PFLT_CALLBACK_DATA data = (void *)8;
	NTSTATUS status;
	KIRQL old;

	old = KfRaiseIrql(DISPATCH_LEVEL);
	status = FltAllocateCallbackDataEx(p->instance[0], w->file, 0, &data);
	KeLowerIrql(old);
	FLT_EXPECT(test, status == STATUS_INVALID_DEVICE_STATE && !data);
	w->breaches = true;
}

static struct kunit_case irql_left_cases[] = {
	KUNIT_CASE(irql_lowered_too_early),
	KUNIT_CASE(irql_never_raised),
	KUNIT_CASE(irql_regions_are_counted),
	KUNIT_CASE(irql_crowded),
	KUNIT_CASE(irql_not_inherited),
	KUNIT_CASE(irql_allocates),
	{}
};

static struct kunit_suite irql_left_suite = {
	.name = "irql_left",
	.init = world_init,
	.exit = world_exit,
	.test_cases = irql_left_cases,
};

kunit_test_suite(irql_left_suite);
