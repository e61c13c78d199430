// SPDX-License-Identifier: GPL-2.0
/*
 * Suite ke_dpc: deferred procedure calls: their order, what they are called with, taking them
 * back, and waiting for them; and timers that nobody initialised.
 */
#include "kunit/world.h"
#include "nt/violation.h"

static s64 dpc_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

static struct dpc_call {
	KDPC dpc;
	PKDPC given;
	PVOID context, one, two;
	KIRQL irql;
	unsigned int order;	/* from 1; 0 before it ran */
	unsigned int times;
} dpc_calls[4];

static unsigned int dpc_ran;

static VOID dpc_routine(PKDPC dpc, PVOID context, PVOID one, PVOID two)
{
	struct dpc_call *call = container_of(dpc, struct dpc_call, dpc);

	call->given = dpc;
	call->context = context;
	call->one = one;
	call->two = two;
	call->irql = KeGetCurrentIrql();
	call->times++;
	call->order = ++dpc_ran;
}

static void dpc_prepare(void)
{
	unsigned int i;

	memset(dpc_calls, 0, sizeof(dpc_calls));
	dpc_ran = 0;
	for (i = 0; i < ARRAY_SIZE(dpc_calls); i++)
		KeInitializeDpc(&dpc_calls[i].dpc, dpc_routine, &dpc_calls[i]);
}

static bool dpc_queue(unsigned int i)
{
	return KeInsertQueueDpc(&dpc_calls[i].dpc, &dpc_calls[i].one, &dpc_calls[i].two);
}

static bool dpc_was_run(unsigned int i, unsigned int order)
{
	struct dpc_call *call = &dpc_calls[i];

	return call->order == order && call->times == 1 && call->given == &call->dpc &&
	       call->context == call && call->one == &call->one && call->two == &call->two &&
	       call->irql == DISPATCH_LEVEL;
}

/* While the processor is at DISPATCH_LEVEL they pile up; below it they run one after another. */
static void dpc_in_order(struct kunit *test)
{
	s64 before = dpc_breaches();
	bool queued, again;
	unsigned int i, inside;
	KIRQL old;

	dpc_prepare();
	old = KfRaiseIrql(DISPATCH_LEVEL);
	queued = dpc_queue(0) && dpc_queue(1) && dpc_queue(2);
	again = dpc_queue(1);
	inside = dpc_ran;
	KeLowerIrql(old);
	KeFlushQueuedDpcs();
	FLT_EXPECT(test, queued && !again && !inside && dpc_ran == 3);
	for (i = 0; i < 3; i++)
		FLT_EXPECT(test, dpc_was_run(i, i + 1));
	/* One that ran may be queued again. */
	FLT_EXPECT(test, dpc_queue(1));
	KeFlushQueuedDpcs();
	FLT_EXPECT(test, dpc_calls[1].times == 2 && dpc_breaches() == before);
}

/* Taken back from the front, the middle or the end, and nothing else is lost with it. */
static void dpc_taken_back(struct kunit *test)
{
	unsigned int taken, i;
	bool queued, removed, again, after;
	KIRQL old;

	for (taken = 0; taken < 3; taken++) {
		dpc_prepare();
		old = KfRaiseIrql(DISPATCH_LEVEL);
		queued = dpc_queue(0) && dpc_queue(1) && dpc_queue(2);
		removed = KeRemoveQueueDpc(&dpc_calls[taken].dpc);
		again = KeRemoveQueueDpc(&dpc_calls[taken].dpc);
		after = dpc_queue(3);
		KeLowerIrql(old);
		KeFlushQueuedDpcs();
		FLT_EXPECT(test, queued && removed && !again && after && dpc_ran == 3);
		FLT_EXPECT(test, !dpc_calls[taken].times && dpc_was_run(3, 3));
		for (i = 0; i < 3; i++)
			FLT_EXPECT(test, i == taken || dpc_was_run(i, i < taken ? i + 1 : i));
		/* And it may be queued afterwards. */
		FLT_EXPECT(test, dpc_queue(taken));
		KeFlushQueuedDpcs();
		FLT_EXPECT(test, dpc_was_run(taken, 4));
		FLT_EXPECT(test, !KeRemoveQueueDpc(&dpc_calls[taken].dpc));
	}
	/* The only one. */
	dpc_prepare();
	old = KfRaiseIrql(DISPATCH_LEVEL);
	queued = dpc_queue(0);
	removed = KeRemoveQueueDpc(&dpc_calls[0].dpc);
	after = dpc_queue(1);
	KeLowerIrql(old);
	KeFlushQueuedDpcs();
	FLT_EXPECT(test, queued && removed && after && !dpc_calls[0].times && dpc_was_run(1, 1));
}

/* Waiting for them is for PASSIVE_LEVEL; above it that is told, and from softirq not done. */
static void dpc_flush_above(struct kunit *test)
{
	s64 before = dpc_breaches();
	unsigned int inside;
	KIRQL old;

	dpc_prepare();
	old = KfRaiseIrql(DISPATCH_LEVEL);
	dpc_queue(0);
	KeFlushQueuedDpcs();
	inside = dpc_ran;
	KeLowerIrql(old);
	FLT_EXPECT(test, !inside && dpc_breaches() == before + 1);
	KeFlushQueuedDpcs();
	FLT_EXPECT(test, dpc_was_run(0, 1) && dpc_breaches() == before + 1);
}

static KTIMER dpc_timer;

/* A timer's has no arguments of its own. */
static void dpc_of_timer(struct kunit *test)
{
	LARGE_INTEGER now = { .QuadPart = -1 };

	dpc_prepare();
	dpc_calls[0].one = test;
	dpc_calls[0].two = test;
	KeInitializeTimer(&dpc_timer);
	FLT_EXPECT(test, !KeSetTimer(&dpc_timer, now, &dpc_calls[0].dpc));
	FLT_EXPECT(test, WORLD_WAIT(READ_ONCE(dpc_calls[0].order)));
	FLT_EXPECT(test, dpc_calls[0].context == &dpc_calls[0] && !dpc_calls[0].one &&
		   !dpc_calls[0].two && dpc_calls[0].irql == DISPATCH_LEVEL);
	FLT_EXPECT(test, WORLD_WAIT(!KeCancelTimer(&dpc_timer)) && KeReadStateTimer(&dpc_timer));
	/* Without one it only becomes signalled. */
	KeSetTimer(&dpc_timer, now, NULL);
	FLT_EXPECT(test, WORLD_WAIT(KeReadStateTimer(&dpc_timer)) && dpc_calls[0].times == 1);
	KeCancelTimer(&dpc_timer);
}

/* Memory that is no timer is told, and left alone. */
static void dpc_no_timer(struct kunit *test)
{
	static const KTIMER nothing;
	LARGE_INTEGER now = { .QuadPart = -1 };
	s64 before = dpc_breaches();
	KEVENT event;

	memset(&dpc_timer, 0, sizeof(dpc_timer));
	FLT_EXPECT(test, !KeSetTimer(&dpc_timer, now, NULL) && dpc_breaches() == before + 1);
	FLT_EXPECT(test, !KeSetTimerEx(&dpc_timer, now, 5, NULL) &&
		   dpc_breaches() == before + 2);
	FLT_EXPECT(test, !KeCancelTimer(&dpc_timer) && dpc_breaches() == before + 3);
	FLT_EXPECT(test, !memcmp(&dpc_timer, &nothing, sizeof(nothing)));
	/* Nor is an event one. */
	KeInitializeEvent(&event, NotificationEvent, FALSE);
	memcpy(&dpc_timer, &event, sizeof(event.Header));
	FLT_EXPECT(test, !KeCancelTimer(&dpc_timer) && dpc_breaches() == before + 4);
}

static struct kunit_case dpc_cases[] = {
	KUNIT_CASE(dpc_in_order),
	KUNIT_CASE(dpc_taken_back),
	KUNIT_CASE(dpc_flush_above),
	KUNIT_CASE(dpc_of_timer),
	KUNIT_CASE(dpc_no_timer),
	{}
};

static struct kunit_suite dpc_suite = {
	.name = "ke_dpc",
	.test_cases = dpc_cases,
};

kunit_test_suite(dpc_suite);
