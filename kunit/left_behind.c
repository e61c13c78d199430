// SPDX-License-Identifier: GPL-2.0
/*
 * Suite left_behind: what a routine of a filter forgets to give back, the level, a spin lock, a
 * region, the floating-point unit, is put back for it and counted against it; who comes next in
 * the same thread or on the same CPU finds nothing of it.
 */
#include "kunit/async_issue.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

static KSPIN_LOCK left_lock;

static void left_level(void)
{
	KfRaiseIrql(DISPATCH_LEVEL);
}

static void left_interrupts(void)
{
	KfRaiseIrql(HIGH_LEVEL);
}

static void left_spin_lock(void)
{
	KeInitializeSpinLock(&left_lock);
	KeAcquireSpinLockRaiseToDpc(&left_lock);
}

static void left_fpu(void)
{
	KFLOATING_SAVE save;

	KeSaveFloatingPointState(&save);
}

static void left_region(void)
{
	KeEnterCriticalRegion();
}

static void left_apc_level(void)
{
	KfRaiseIrql(APC_LEVEL);
}

static void (*const left_by_walk[])(void) = {
	left_level, left_interrupts, left_spin_lock, left_fpu,
};

static void (*const left_by_others[])(void) = {
	left_level, left_interrupts, left_spin_lock, left_fpu, left_region, left_apc_level,
};

/* Is this thread, which does not move meanwhile, and its CPU as good as new? */
static bool left_nothing(void)
{
	KFLOATING_SAVE save;
	KSPIN_LOCK lock;
	KIRQL old;
	bool good;

	if (irqs_disabled() || preempt_count() || !ke_thread_is_clean())
		return false;
	KeInitializeSpinLock(&lock);
	old = KeAcquireSpinLockRaiseToDpc(&lock);
	KeReleaseSpinLock(&lock, old);
	good = KeGetCurrentIrql() == PASSIVE_LEVEL;
	if (!NT_SUCCESS(KeSaveFloatingPointState(&save)))
		return false;
	KeRestoreFloatingPointState(&save);
	return good && KeGetCurrentIrql() == PASSIVE_LEVEL;
}

static u64 left_counted(struct probe *p)
{
	return flt_violations_of((struct flt_filter *)p->filter, FLT_VIOLATION_LEVEL);
}

static void left_in_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			int *status, void **context)
{
	void (*leave)(void) = p->private;

	leave();
}

static void left_by_pre_operation(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	unsigned int i;

	p->on_pre = left_in_pre;
	migrate_disable();
	for (i = 0; i < ARRAY_SIZE(left_by_walk); i++) {
		u64 before = left_counted(p);

		p->private = left_by_walk[i];
		FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		FLT_EXPECT(test, left_nothing() && left_counted(p) == before + 1);
	}
	migrate_enable();
	w->breaches = true;
}

static void (*left_now)(void);

static void left_on_done(struct issue *i)
{
	left_now();
}

static void left_by_completion(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	unsigned int n;

	migrate_disable();
	for (n = 0; n < ARRAY_SIZE(left_by_others); n++) {
		struct issue *i = issue_new(w, 'A', IRP_MJ_READ);
		u64 before = left_counted(p);

		left_now = left_by_others[n];
		i->on_done = left_on_done;
		issue_start(i);
		FLT_EXPECT(test, left_nothing() && left_counted(p) == before + 1);
		FLT_EXPECT(test, issue_wait(i) && i->task == current);
		issue_free(i);
	}
	migrate_enable();
	w->breaches = true;
}

struct left_item {
	void (*leave)(void);
	bool found;		/* something that another one had left */
	struct completion ran;
};

static void left_in_item(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	struct left_item *left = context;

	FltFreeGenericWorkItem(item);
	left->found = KeGetCurrentIrql() != PASSIVE_LEVEL || KeAreApcsDisabled();
	left->leave();
	complete(&left->ran);
}

static void left_by_work_item(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	u64 before = left_counted(p);
	unsigned int i;

	for (i = 0; i < 4 * ARRAY_SIZE(left_by_others); i++) {
		struct left_item left = { left_by_others[i % ARRAY_SIZE(left_by_others)] };
		PFLT_GENERIC_WORKITEM item = FltAllocateGenericWorkItem();

		FLT_REQUIRE(test, item);
		init_completion(&left.ran);
		FLT_EXPECT(test, NT_SUCCESS(FltQueueGenericWorkItem(item, p->filter, left_in_item,
								    DelayedWorkQueue, &left)));
		wait_for_completion(&left.ran);
		FLT_EXPECT(test, !left.found);
		/* Counted when it is back. */
		FLT_EXPECT(test, WORLD_WAIT(left_counted(p) == before + i + 1));
	}
	w->breaches = true;
}

static void left_in_dpc(PKDPC dpc, PVOID context, PVOID argument1, PVOID argument2)
{
	KeAcquireSpinLockAtDpcLevel(&left_lock);
}

/* A lock that a DPC forgot, on this CPU: the next ones are released as ever. */
static void left_by_dpc(struct kunit *test)
{
	s64 before = atomic64_read(&fsh_violations);
	KDPC dpc;

	KeInitializeSpinLock(&left_lock);
	KeInitializeDpc(&dpc, left_in_dpc, NULL);
	migrate_disable();
	KeInsertQueueDpc(&dpc, NULL, NULL);
	KeFlushQueuedDpcs();
	FLT_EXPECT(test, left_nothing() && atomic64_read(&fsh_violations) == before + 1);
	migrate_enable();
}

static struct kunit_case left_cases[] = {
	KUNIT_CASE(left_by_pre_operation),
	KUNIT_CASE(left_by_completion),
	KUNIT_CASE(left_by_work_item),
	KUNIT_CASE(left_by_dpc),
	{}
};

static struct kunit_suite left_suite = {
	.name = "left_behind",
	.init = world_init,
	.exit = world_exit,
	.test_cases = left_cases,
};

kunit_test_suite(left_suite);
