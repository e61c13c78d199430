// SPDX-License-Identifier: GPL-2.0
/*
 * Suite ex_rundown: a driver's rundown references: who waits for the users waits for the last one,
 * nobody becomes one after that, and a user too many is told.
 */
#include <linux/completion.h>
#include <linux/kthread.h>
#include "kunit/world.h"
#include "nt/violation.h"

static s64 rundown_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

static struct rundown_test {
	EX_RUNDOWN_REF ref;
	struct completion ended[2];
	bool over[2];
} rundown;

static int rundown_wait(void *arg)
{
	unsigned int i = (unsigned long)arg;

	ExWaitForRundownProtectionRelease(&rundown.ref);
	WRITE_ONCE(rundown.over[i], true);
	complete(&rundown.ended[i]);
	return 0;
}

/* Somebody waits, from when nobody becomes a user any more. */
static void rundown_waiter(struct kunit *test, unsigned long i)
{
	struct task_struct *task;

	rundown.over[i] = false;
	init_completion(&rundown.ended[i]);
	task = kthread_run(rundown_wait, (void *)i, "flt-rundown");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, task);
}

static bool rundown_closed(void)
{
	if (!ExAcquireRundownProtection(&rundown.ref))
		return true;
	ExReleaseRundownProtection(&rundown.ref);
	return false;
}

static void rundown_waits(struct kunit *test)
{
	s64 before = rundown_breaches();

	ExInitializeRundownProtection(&rundown.ref);
	FLT_EXPECT(test, ExAcquireRundownProtection(&rundown.ref) &&
		   ExAcquireRundownProtectionEx(&rundown.ref, 3));
	rundown_waiter(test, 0);
	FLT_EXPECT(test, WORLD_WAIT(rundown_closed()));
	FLT_EXPECT(test, !ExAcquireRundownProtectionEx(&rundown.ref, 2));
	/* A second one waits as well. */
	rundown_waiter(test, 1);
	ExReleaseRundownProtectionEx(&rundown.ref, 2);
	ExReleaseRundownProtection(&rundown.ref);
	msleep(20);
	FLT_EXPECT(test, !READ_ONCE(rundown.over[0]) && !READ_ONCE(rundown.over[1]));
	ExReleaseRundownProtection(&rundown.ref);
	wait_for_completion(&rundown.ended[0]);
	wait_for_completion(&rundown.ended[1]);
	FLT_EXPECT(test, rundown_closed());
	/* Who waits for a closed one is back at once. */
	ExWaitForRundownProtectionRelease(&rundown.ref);
	FLT_EXPECT(test, rundown_closed() && rundown_breaches() == before);
}

static void rundown_again(struct kunit *test)
{
	s64 before = rundown_breaches();
	unsigned int i;

	ExInitializeRundownProtection(&rundown.ref);
	for (i = 0; i < 2; i++) {
		/* Nobody uses it. */
		ExWaitForRundownProtectionRelease(&rundown.ref);
		FLT_EXPECT(test, rundown_closed());
		ExReInitializeRundownProtection(&rundown.ref);
		FLT_EXPECT(test, ExAcquireRundownProtection(&rundown.ref));
		ExReleaseRundownProtection(&rundown.ref);
	}
	ExRundownCompleted(&rundown.ref);
	FLT_EXPECT(test, rundown_closed() && rundown_breaches() == before);
}

/* Counted out more often than in, whether it is open or closed; and waited for too high. */
static void rundown_misused(struct kunit *test)
{
	s64 before = rundown_breaches();
	KIRQL old;

	ExInitializeRundownProtection(&rundown.ref);
	ExReleaseRundownProtection(&rundown.ref);
	FLT_EXPECT(test, rundown_breaches() == before + 1 && !rundown_closed());
	FLT_EXPECT(test, ExAcquireRundownProtectionEx(&rundown.ref, 2));
	ExReleaseRundownProtectionEx(&rundown.ref, 3);
	FLT_EXPECT(test, rundown_breaches() == before + 2);
	ExReleaseRundownProtectionEx(&rundown.ref, 2);
	FLT_EXPECT(test, rundown_breaches() == before + 2);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	ExWaitForRundownProtectionRelease(&rundown.ref);
	KeLowerIrql(old);
	FLT_EXPECT(test, rundown_breaches() == before + 3 && !rundown_closed());
	ExWaitForRundownProtectionRelease(&rundown.ref);
	ExReleaseRundownProtection(&rundown.ref);
	FLT_EXPECT(test, rundown_breaches() == before + 4 && rundown_closed());
}

static struct kunit_case rundown_cases[] = {
	KUNIT_CASE(rundown_waits),
	KUNIT_CASE(rundown_again),
	KUNIT_CASE(rundown_misused),
	{}
};

static struct kunit_suite rundown_suite = {
	.name = "ex_rundown",
	.test_cases = rundown_cases,
};

kunit_test_suite(rundown_suite);
