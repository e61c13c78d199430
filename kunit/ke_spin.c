// SPDX-License-Identifier: GPL-2.0
/*
 * Suite ke_spin: that spin locks of drivers, in each way in which they may be taken, keep another
 * processor out, and at which level one is with one and after it.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include <linux/sched.h>
#include "kunit/prove.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

static s64 spin_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

/* The ways in which one may be taken; each from PASSIVE_LEVEL, and back to it. */
enum spin_way {
	SPIN_PLAIN,
	SPIN_AT_DPC,
	SPIN_TRY,
	SPIN_QUEUED,
	SPIN_QUEUED_AT_DPC,
	SPIN_WAYS
};

static struct spin_test {
	KSPIN_LOCK lock;
	enum spin_way way;
	atomic_t asked;
	bool got;
	KIRQL inside;
	KIRQL after;
	unsigned int rounds;
	unsigned long sum;
	struct completion ended;
} spin;

struct spin_hold {
	KLOCK_QUEUE_HANDLE handle;
	KIRQL old;
};

static void spin_take(enum spin_way way, struct spin_hold *hold)
{
	if (way == SPIN_AT_DPC || way == SPIN_TRY || way == SPIN_QUEUED_AT_DPC)
		hold->old = KfRaiseIrql(DISPATCH_LEVEL);
	switch (way) {
	case SPIN_AT_DPC:
		KeAcquireSpinLockAtDpcLevel(&spin.lock);
		break;
	case SPIN_TRY:
		while (!KeTryToAcquireSpinLockAtDpcLevel(&spin.lock))
			cpu_relax();
		break;
	case SPIN_QUEUED:
		KeAcquireInStackQueuedSpinLock(&spin.lock, &hold->handle);
		break;
	case SPIN_QUEUED_AT_DPC:
		KeAcquireInStackQueuedSpinLockAtDpcLevel(&spin.lock, &hold->handle);
		break;
	default:
		hold->old = KeAcquireSpinLockRaiseToDpc(&spin.lock);
		break;
	}
}

static void spin_give(enum spin_way way, struct spin_hold *hold)
{
	switch (way) {
	case SPIN_AT_DPC:
	case SPIN_TRY:
		KeReleaseSpinLockFromDpcLevel(&spin.lock);
		KeLowerIrql(hold->old);
		break;
	case SPIN_QUEUED:
		KeReleaseInStackQueuedSpinLock(&hold->handle);
		break;
	case SPIN_QUEUED_AT_DPC:
		KeReleaseInStackQueuedSpinLockFromDpcLevel(&hold->handle);
		KeLowerIrql(hold->old);
		break;
	default:
		KeReleaseSpinLock(&spin.lock, hold->old);
		break;
	}
}

/* Adds in a way that loses sums unless nobody else is here. */
static void spin_add(enum spin_way way)
{
	struct spin_hold hold;
	unsigned long sum;

	spin_take(way, &hold);
	sum = READ_ONCE(spin.sum);
	cpu_relax();
	WRITE_ONCE(spin.sum, sum + 1);
	spin_give(way, &hold);
}

static int spin_thread(void *arg)
{
	struct spin_hold hold;
	unsigned int i;

	atomic_set(&spin.asked, 1);
	spin_take(spin.way, &hold);
	spin.inside = KeGetCurrentIrql();
	WRITE_ONCE(spin.got, true);
	spin_give(spin.way, &hold);
	spin.after = KeGetCurrentIrql();
	for (i = 0; i < spin.rounds; i++)
		spin_add(spin.way);
	complete(&spin.ended);
	return 0;
}

/* Another processor is kept out while this one has the lock. */
static bool spin_keeps_out(struct kunit *test, enum spin_way mine, unsigned int rounds)
{
	struct spin_hold hold;
	struct task_struct *task;
	unsigned int i;
	bool good;

	migrate_disable();
	task = kthread_create(spin_thread, NULL, "flt-spin");
	if (IS_ERR(task)) {
		migrate_enable();
		return false;
	}
	kthread_bind(task, cpumask_any_but(cpu_online_mask, smp_processor_id()));
	atomic_set(&spin.asked, 0);
	spin.got = false;
	spin.rounds = rounds;
	spin.sum = 0;
	init_completion(&spin.ended);
	spin_take(mine, &hold);
	wake_up_process(task);
	while (!atomic_read(&spin.asked))
		cpu_relax();
	for (i = 0; i < 1000; i++)
		cpu_relax();
	good = !READ_ONCE(spin.got) && KeGetCurrentIrql() == DISPATCH_LEVEL &&
	       !KeTestSpinLock(&spin.lock) &&
	       !KeTryToAcquireSpinLockAtDpcLevel(&spin.lock);
	spin_give(mine, &hold);
	good &= KeGetCurrentIrql() == PASSIVE_LEVEL;
	for (i = 0; i < rounds; i++)
		spin_add(mine);
	wait_for_completion(&spin.ended);
	migrate_enable();
	return good && spin.inside == DISPATCH_LEVEL && spin.after == PASSIVE_LEVEL &&
	       spin.sum == 2 * rounds && KeTestSpinLock(&spin.lock);
}

static void spin_locks(struct kunit *test)
{
	s64 before = spin_breaches();
	enum spin_way mine;

	if (num_online_cpus() < 2)
		kunit_skip(test, "needs two processors");
	KeInitializeSpinLock(&spin.lock);
	for (mine = 0; mine < SPIN_WAYS; mine++) {
		for (spin.way = 0; spin.way < SPIN_WAYS; spin.way++) {
			if (!FLT_EXPECT(test, spin_keeps_out(test, mine, 200)))
				kunit_info(test, "way %d against %d: sum %lu", mine, spin.way,
					   spin.sum);
		}
	}
	FLT_EXPECT(test, spin_breaches() == before);
}

/* Below their level, which is told, they raise until the lock is given back. */
static void spin_below(struct kunit *test)
{
	KLOCK_QUEUE_HANDLE handle;
	s64 before = spin_breaches();
	KIRQL taken, given;

	KeInitializeSpinLock(&spin.lock);
	FLT_EXPECT(test, KeTryToAcquireSpinLockAtDpcLevel(&spin.lock));
	taken = KeGetCurrentIrql();
	KeReleaseSpinLockFromDpcLevel(&spin.lock);
	given = KeGetCurrentIrql();
	FLT_EXPECT(test, taken == DISPATCH_LEVEL && given == PASSIVE_LEVEL &&
		   spin_breaches() == before + 1);
	KeAcquireInStackQueuedSpinLockAtDpcLevel(&spin.lock, &handle);
	taken = KeGetCurrentIrql();
	KeReleaseInStackQueuedSpinLockFromDpcLevel(&handle);
	given = KeGetCurrentIrql();
	FLT_EXPECT(test, taken == DISPATCH_LEVEL && given == PASSIVE_LEVEL &&
		   spin_breaches() == before + 2 && KeTestSpinLock(&spin.lock));
}

/* Taken again by who has it, which is told: it is free after as many releases, not before. */
static void spin_twice(struct kunit *test)
{
	s64 before = spin_breaches();
	bool inner, outer;
	KIRQL old;

	KeInitializeSpinLock(&spin.lock);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	KeAcquireSpinLockAtDpcLevel(&spin.lock);
	KeAcquireSpinLockAtDpcLevel(&spin.lock);
	KeReleaseSpinLockFromDpcLevel(&spin.lock);
	inner = KeTestSpinLock(&spin.lock);
	KeReleaseSpinLockFromDpcLevel(&spin.lock);
	outer = KeTestSpinLock(&spin.lock);
	KeLowerIrql(old);
	FLT_EXPECT(test, !inner && outer && spin_breaches() == before + 1);
	/* Once more is one too many. */
	old = KfRaiseIrql(DISPATCH_LEVEL);
	KeReleaseSpinLockFromDpcLevel(&spin.lock);
	outer = KeTestSpinLock(&spin.lock);
	KeLowerIrql(old);
	FLT_EXPECT(test, outer && spin_breaches() == before + 2 &&
		   KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static struct kunit_case spin_cases[] = {
	KUNIT_CASE(spin_locks),
	KUNIT_CASE(spin_below),
	KUNIT_CASE(spin_twice),
	{}
};

static struct kunit_suite spin_suite = {
	.name = "ke_spin",
	.test_cases = spin_cases,
};

kunit_test_suite(spin_suite);
