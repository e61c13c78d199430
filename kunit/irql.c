// SPDX-License-Identifier: GPL-2.0
/*
 * Suite irql: the level in every context that Linux has, raising and lowering, and what routines
 * and callbacks meet at each (irql.md).
 */
#include <linux/delay.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include "fltmgr/callback.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* Runs a function elsewhere and waits for it. */
struct irql_errand {
	void (*run)(void *arg);
	void *arg;
	struct tasklet_struct tasklet;
	struct irq_work irq;
	struct completion done;
};

static void irql_errand_tasklet(struct tasklet_struct *tasklet)
{
	struct irql_errand *errand = from_tasklet(errand, tasklet, tasklet);

	errand->run(errand->arg);
	complete(&errand->done);
}

static void irql_in_softirq(void (*run)(void *arg), void *arg)
{
	struct irql_errand errand = { .run = run, .arg = arg };

	init_completion(&errand.done);
	tasklet_setup(&errand.tasklet, irql_errand_tasklet);
	tasklet_schedule(&errand.tasklet);
	wait_for_completion(&errand.done);
	tasklet_kill(&errand.tasklet);
}

static void irql_errand_irq(struct irq_work *irq)
{
	struct irql_errand *errand = container_of(irq, struct irql_errand, irq);

	errand->run(errand->arg);
	complete(&errand->done);
}

static void irql_in_hardirq(void (*run)(void *arg), void *arg)
{
	struct irql_errand errand = { .run = run, .arg = arg,
				      .irq = IRQ_WORK_INIT_HARD(irql_errand_irq) };

	init_completion(&errand.done);
	irq_work_queue(&errand.irq);
	wait_for_completion(&errand.done);
	irq_work_sync(&errand.irq);
}

static s64 irql_violations(void)
{
	return atomic64_read(&fsh_violations);
}

static void irql_note(void *arg)
{
	*(int *)arg = KeGetCurrentIrql();
}

static void irql_values(struct kunit *test)
{
	BUILD_BUG_ON(PASSIVE_LEVEL >= APC_LEVEL || APC_LEVEL >= DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-01", (KIRQL)PASSIVE_LEVEL < (KIRQL)APC_LEVEL &&
		   (KIRQL)APC_LEVEL < (KIRQL)DISPATCH_LEVEL);
}

static void irql_of_each_context(struct kunit *test)
{
	s64 before = irql_violations();
	KSPIN_LOCK lock;
	KIRQL old, now;
	int level;

	FLT_PROVES(test, "IRQL-04", KeGetCurrentIrql() == PASSIVE_LEVEL);
	KeInitializeSpinLock(&lock);
	old = KeAcquireSpinLockRaiseToDpc(&lock);
	now = KeGetCurrentIrql();
	KeReleaseSpinLock(&lock, old);
	FLT_PROVES(test, "IRQL-03", now == DISPATCH_LEVEL);
	preempt_disable();
	now = KeGetCurrentIrql();
	preempt_enable();
	FLT_PROVES(test, "IRQL-03", now == DISPATCH_LEVEL);
	local_bh_disable();
	now = KeGetCurrentIrql();
	local_bh_enable();
	FLT_PROVES(test, "IRQL-03", now == DISPATCH_LEVEL);
	local_irq_disable();
	now = KeGetCurrentIrql();
	local_irq_enable();
	FLT_PROVES(test, "IRQL-03", now >= DISPATCH_LEVEL);
	level = -1;
	irql_in_softirq(irql_note, &level);
	FLT_PROVES(test, "IRQL-03", level == DISPATCH_LEVEL);
	level = -1;
	irql_in_hardirq(irql_note, &level);
	FLT_PROVES(test, "IRQL-03", level > DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-02", irql_violations() == before &&
		   KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static void irql_apc_level(struct kunit *test)
{
	s64 before = irql_violations();
	FAST_MUTEX mutex;
	KIRQL old, inside[4];

	ExInitializeFastMutex(&mutex);
	ExAcquireFastMutex(&mutex);
	inside[0] = KeGetCurrentIrql();
	/* Sleeping is possible: DEBUG_ATOMIC_SLEEP would tell. */
	usleep_range(10, 20);
	ExReleaseFastMutex(&mutex);
	inside[1] = KeGetCurrentIrql();
	old = KfRaiseIrql(APC_LEVEL);
	inside[2] = KeGetCurrentIrql();
	usleep_range(10, 20);
	KeLowerIrql(old);
	ke_hold(KE_HOLD_PAGING);
	inside[3] = KeGetCurrentIrql();
	usleep_range(10, 20);
	ke_release(KE_HOLD_PAGING);
	FLT_EXPECT(test, inside[0] == APC_LEVEL && inside[1] == PASSIVE_LEVEL &&
		   inside[2] == APC_LEVEL && inside[3] == APC_LEVEL);
	FLT_EXPECT(test, old == PASSIVE_LEVEL && KeGetCurrentIrql() == PASSIVE_LEVEL);
	might_sleep();
	FLT_PROVES(test, "IRQL-06", irql_violations() == before && inside[2] == APC_LEVEL &&
		   inside[1] == PASSIVE_LEVEL);
}

static void irql_spin_locks_nest(struct kunit *test)
{
	s64 before = irql_violations();
	KSPIN_LOCK locks[3];
	KIRQL old[3], now[5];
	unsigned long flags;
	int i;

	for (i = 0; i < 3; i++)
		KeInitializeSpinLock(&locks[i]);
	now[0] = KeGetCurrentIrql();
	for (i = 0; i < 3; i++) {
		old[i] = KeAcquireSpinLockRaiseToDpc(&locks[i]);
		now[i + 1] = KeGetCurrentIrql();
	}
	for (i = 2; i >= 0; i--)
		KeReleaseSpinLock(&locks[i], old[i]);
	now[4] = KeGetCurrentIrql();
	FLT_PROVES(test, "IRQL-07", now[0] == PASSIVE_LEVEL && now[1] == DISPATCH_LEVEL &&
		   now[2] == DISPATCH_LEVEL && now[3] == DISPATCH_LEVEL &&
		   now[4] == PASSIVE_LEVEL);
	FLT_PROVES(test, "IRQL-07", old[0] == PASSIVE_LEVEL && old[1] == DISPATCH_LEVEL &&
		   old[2] == DISPATCH_LEVEL && irql_violations() == before);
	local_irq_save(flags);
	old[0] = KeAcquireSpinLockRaiseToDpc(&locks[0]);
	KeReleaseSpinLock(&locks[0], old[0]);
	local_irq_restore(flags);
	FLT_PROVES(test, "IRQL-07", irql_violations() == before + 1 && preemptible());
}

static void irql_regions(struct kunit *test)
{
	UNICODE_STRING name = { .Buffer = u"KeGetCurrentIrql", .Length = 32, .MaximumLength = 34 };
	s64 before = irql_violations();
	PVOID found[2];
	KIRQL now[3];

	KeEnterCriticalRegion();
	now[0] = KeGetCurrentIrql();
	/* A routine for PASSIVE_LEVEL. */
	found[0] = MmGetSystemRoutineAddress(&name);
	KeLeaveCriticalRegion();
	FsRtlEnterFileSystem();
	now[1] = KeGetCurrentIrql();
	FsRtlExitFileSystem();
	FLT_PROVES(test, "IRQL-08", now[0] == PASSIVE_LEVEL && now[1] == PASSIVE_LEVEL &&
		   found[0] && irql_violations() == before);
	KeEnterGuardedRegion();
	now[2] = KeGetCurrentIrql();
	found[1] = MmGetSystemRoutineAddress(&name);
	KeLeaveGuardedRegion();
	FLT_PROVES(test, "IRQL-09", now[2] == PASSIVE_LEVEL && found[1] &&
		   irql_violations() == before);
}

static void irql_raise_and_lower_wrongly(struct kunit *test)
{
	s64 before = irql_violations();
	KIRQL old, now;

	old = KfRaiseIrql(DISPATCH_LEVEL);
	KfRaiseIrql(APC_LEVEL);
	now = KeGetCurrentIrql();
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-10", now == DISPATCH_LEVEL && irql_violations() == before + 1 &&
		   KeGetCurrentIrql() == PASSIVE_LEVEL);
	KeLowerIrql(DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-10", KeGetCurrentIrql() == PASSIVE_LEVEL &&
		   irql_violations() == before + 2);
	KeLowerIrql(APC_LEVEL);
	FLT_PROVES(test, "IRQL-10", KeGetCurrentIrql() == PASSIVE_LEVEL &&
		   irql_violations() == before + 3);
	/* Not raised by a driver: not a driver's to lower. */
	preempt_disable();
	KeLowerIrql(PASSIVE_LEVEL);
	now = KeGetCurrentIrql();
	preempt_enable();
	FLT_PROVES(test, "IRQL-10", now == DISPATCH_LEVEL && irql_violations() == before + 4);
	FLT_EXPECT(test, preemptible());
}

static void irql_waits(struct kunit *test)
{
	LARGE_INTEGER second = { .QuadPart = -10000000 }, none = { };
	s64 before = irql_violations();
	NTSTATUS endless, timed, polled;
	unsigned long start;
	KSPIN_LOCK lock;
	KEVENT event;
	KIRQL old;

	KeInitializeEvent(&event, NotificationEvent, FALSE);
	KeInitializeSpinLock(&lock);
	start = jiffies;
	old = KeAcquireSpinLockRaiseToDpc(&lock);
	endless = KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
	timed = KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &second);
	KeReleaseSpinLock(&lock, old);
	FLT_PROVES(test, "IRQL-11", !NT_SUCCESS(endless) && !NT_SUCCESS(timed) &&
		   irql_violations() == before + 2);
	FLT_PROVES(test, "IRQL-11", time_before(jiffies, start + HZ / 2));
	old = KeAcquireSpinLockRaiseToDpc(&lock);
	polled = KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &none);
	KeReleaseSpinLock(&lock, old);
	FLT_PROVES(test, "IRQL-11", polled == STATUS_TIMEOUT && irql_violations() == before + 2);
}

static void irql_passive_routine_at_apc(struct kunit *test)
{
	UNICODE_STRING name = { .Buffer = u"KeGetCurrentIrql", .Length = 32, .MaximumLength = 34 };
	s64 before = irql_violations();
	PVOID at_apc, at_dispatch;
	KIRQL old;

	old = KfRaiseIrql(APC_LEVEL);
	at_apc = MmGetSystemRoutineAddress(&name);
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-62", at_apc == (PVOID)KeGetCurrentIrql &&
		   irql_violations() == before + 1);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	at_dispatch = MmGetSystemRoutineAddress(&name);
	KeLowerIrql(old);
	FLT_EXPECT(test, !at_dispatch && irql_violations() == before + 2);
}

static void irql_of_post_operations(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER, FAKE_HOLD };
	struct world *w = world_of(test);
	unsigned int i, n;

	world_probes(w, "ABC");
	for (i = 0; i < ARRAY_SIZE(whens); i++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		world_clear(w);
		w->fake->when = whens[i];
		request_start(r);
		if (whens[i] == FAKE_HOLD)
			fake_release_in_softirq(w->fake);
		FLT_REQUIRE(test, request_wait(r));
		for (n = 0; n < 3; n++) {
			int level = world_event(w, 'A' + n, WORLD_POST, 0)->irql;

			FLT_PROVES(test, "IRQL-16", level >= PASSIVE_LEVEL &&
				   level <= DISPATCH_LEVEL);
			if (whens[i] == FAKE_HOLD)
				FLT_PROVES(test, "IRQL-16", level == DISPATCH_LEVEL);
		}
	}
}

static void irql_of_instance_callbacks(struct kunit *test)
{
	static const enum world_event_kind kinds[] = {
		WORLD_SETUP, WORLD_QUERY, WORLD_UNLOAD, WORLD_START, WORLD_COMPLETE,
	};
	struct world *w = world_of(test);
	struct probe *p;
	unsigned int i;

	/* A volume that comes later has its setup in the trace. */
	p = world_probe(w, 'A', NULL);
	world_second_volume(w);
	flt_volume_ready(w->other->volume);
	flt_call_query_teardown(flt_instance_of(p->instance[0]));
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(p, false)));
	for (i = 0; i < ARRAY_SIZE(kinds); i++)
		FLT_PROVES(test, "IRQL-25",
			   world_event(w, 'A', kinds[i], 0)->irql == PASSIVE_LEVEL);
}

/* B performs a read of its own at APC_LEVEL. */
static void irql_read_at_apc(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	PFLT_CALLBACK_DATA own;
	KIRQL old;

	if (data->Iopb->MajorFunction != IRP_MJ_FLUSH_BUFFERS ||
	    !NT_SUCCESS(FltAllocateCallbackData(objects->Instance, objects->FileObject, &own)))
		return;
	own->Iopb->MajorFunction = IRP_MJ_READ;
	own->Iopb->IrpFlags = IRP_READ_OPERATION | IRP_SYNCHRONOUS_API;
	old = KfRaiseIrql(APC_LEVEL);
	FltPerformSynchronousIo(own);
	KeLowerIrql(old);
	FltFreeCallbackData(own);
}

static void irql_after_a_change_of_thread(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	const struct world_event *b, *c;
	struct keeper *k;

	world_probes(w, "ABC");
	/* A completes the hold in softirq, where the pre-operations below may not run. */
	k = keeper_pend(w->probe[0], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	request_start(r);
	keeper_resume_in_softirq(k);
	FLT_REQUIRE(test, request_wait(r));
	b = world_event(w, 'B', WORLD_PRE, 0);
	c = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "IRQL-39", b->irql <= APC_LEVEL && b->irql >= 0 && c->irql >= 0 &&
		   c->irql <= APC_LEVEL && b->task != current);
	w->probe[0]->on_pre = NULL;
	w->probe[1]->on_pre = irql_read_at_apc;
	world_clear(w);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_FLUSH_BUFFERS)));
	c = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "IRQL-39", c->iopb.MajorFunction == IRP_MJ_READ &&
		   c->task == current && c->irql == APC_LEVEL);
}

struct irql_data {
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	PFLT_CALLBACK_DATA data;
	NTSTATUS status;
};

static void irql_allocate(void *arg)
{
	struct irql_data *d = arg;

	d->status = FltAllocateCallbackData(d->instance, d->file, &d->data);
}

static void irql_free(void *arg)
{
	struct irql_data *d = arg;

	FltFreeCallbackData(d->data);
}

static void irql_of_callback_data(struct kunit *test)
{
	struct world *w = world_of(test);
	struct irql_data d = { .file = w->file };
	s64 before = irql_violations();
	KIRQL old;

	d.instance = world_probe(w, 'A', NULL)->instance[0];
	old = KfRaiseIrql(APC_LEVEL);
	irql_allocate(&d);
	KeLowerIrql(old);
	FLT_EXPECT(test, NT_SUCCESS(d.status) && d.data && irql_violations() == before);
	irql_in_softirq(irql_free, &d);
	FLT_PROVES(test, "IRQL-41", irql_violations() == before);
}

static void irql_of_resumptions(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = irql_violations();
	struct keeper *k;

	world_probes(w, "AB");
	k = keeper_halt(w->probe[1], KEEPER_TEST);
	request_start(r);
	FLT_REQUIRE(test, keeper_wait(k));
	keeper_resume_in_softirq(k);
	FLT_PROVES(test, "IRQL-43", request_wait(r) && NT_SUCCESS(r->status) &&
		   irql_violations() == before && world_trace_is(w, "A+ B+ F B- A-"));
}

/* What a filter learns of the requestor. */
struct irql_requestor {
	PEPROCESS process;
	ULONG id;
	HANDLE handle;
	int level;
};

static struct irql_requestor irql_asked[2];

static void irql_ask(struct irql_requestor *asked, PFLT_CALLBACK_DATA data)
{
	asked->level = KeGetCurrentIrql();
	asked->process = FltGetRequestorProcess(data);
	asked->id = FltGetRequestorProcessId(data);
	asked->handle = FltGetRequestorProcessIdEx(data);
}

static void irql_ask_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	irql_ask(&irql_asked[0], data);
}

static int irql_ask_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, void *context)
{
	irql_ask(&irql_asked[1], data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void irql_of_requestor_routines(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct probe *p = world_probe(w, 'A', NULL);
	FLT_CALLBACK_DATA nobody = { };
	s64 before = irql_violations();

	memset(irql_asked, 0, sizeof(irql_asked));
	p->on_pre = irql_ask_in_pre;
	p->on_post = irql_ask_in_post;
	w->fake->when = FAKE_HOLD;
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "IRQL-47", irql_asked[1].level == DISPATCH_LEVEL &&
		   irql_asked[1].process == irql_asked[0].process && irql_asked[0].process &&
		   irql_asked[1].id == irql_asked[0].id && irql_asked[0].id &&
		   irql_asked[1].handle == irql_asked[0].handle &&
		   irql_violations() == before);
	FLT_PROVES(test, "CBD-075", irql_asked[0].handle == (HANDLE)(ULONG_PTR)irql_asked[0].id);
	FLT_PROVES(test, "CBD-075", !FltGetRequestorProcessIdEx(&nobody) &&
		   !FltGetRequestorProcessId(&nobody));
}

static void irql_mark_and_ask(void *arg)
{
	FLT_IO_PARAMETER_BLOCK iopb = { .MajorFunction = IRP_MJ_READ };
	FLT_CALLBACK_DATA data = { .Iopb = &iopb };
	unsigned int *good = arg;
	int form;

	for (form = 0; form < 3; form++) {
		data.Flags = form == 0 ? FLTFL_CALLBACK_DATA_IRP_OPERATION :
			     form == 1 ? FLTFL_CALLBACK_DATA_FAST_IO_OPERATION :
					 FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION;
		FltSetCallbackDataDirty(&data);
		*good += FltIsCallbackDataDirty(&data) == TRUE;
		FltClearCallbackDataDirty(&data);
		*good += FltIsCallbackDataDirty(&data) == FALSE;
		*good += FltIsOperationSynchronous(&data) == (form != 0);
	}
	*good += !strcmp(FltGetIrpName(IRP_MJ_READ), "IRP_MJ_READ");
}

static void irql_of_what_may_run_anywhere(struct kunit *test)
{
	s64 before = irql_violations();
	unsigned int good[2] = { };

	irql_in_softirq(irql_mark_and_ask, &good[0]);
	irql_in_hardirq(irql_mark_and_ask, &good[1]);
	FLT_PROVES(test, "CBD-045", good[0] == 10 && good[1] == 10 &&
		   irql_violations() == before);
	FLT_PROVES(test, "CBD-071", good[0] == 10 && good[1] == 10 &&
		   irql_violations() == before);
	FLT_PROVES(test, "CBD-105", good[0] == 10 && good[1] == 10 &&
		   irql_violations() == before);
}

static struct kunit_case irql_cases[] = {
	KUNIT_CASE(irql_values),
	KUNIT_CASE(irql_of_each_context),
	KUNIT_CASE(irql_apc_level),
	KUNIT_CASE(irql_spin_locks_nest),
	KUNIT_CASE(irql_regions),
	KUNIT_CASE(irql_raise_and_lower_wrongly),
	KUNIT_CASE(irql_waits),
	KUNIT_CASE(irql_passive_routine_at_apc),
	KUNIT_CASE(irql_of_post_operations),
	KUNIT_CASE(irql_of_instance_callbacks),
	KUNIT_CASE(irql_after_a_change_of_thread),
	KUNIT_CASE(irql_of_callback_data),
	KUNIT_CASE(irql_of_resumptions),
	KUNIT_CASE(irql_of_requestor_routines),
	KUNIT_CASE(irql_of_what_may_run_anywhere),
	{}
};

static struct kunit_suite irql_suite = {
	.name = "irql",
	.init = world_init,
	.exit = world_exit,
	.test_cases = irql_cases,
};

kunit_test_suite(irql_suite);
