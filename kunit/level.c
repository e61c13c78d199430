// SPDX-License-Identifier: GPL-2.0
/*
 * Suite level: operations and the routines that filters ask of them, at the levels at which
 * operations are resumed and completed (IRQL-39, IRQL-43, CBD-045, CBD-071, CBD-075, CBD-105). The
 * levels themselves are the suite irql's.
 */
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* Runs a function elsewhere and waits for it. */
struct level_errand {
	void (*run)(void *arg);
	void *arg;
	struct tasklet_struct tasklet;
	struct irq_work irq;
	struct completion done;
};

static void level_errand_tasklet(struct tasklet_struct *tasklet)
{
	struct level_errand *errand = from_tasklet(errand, tasklet, tasklet);

	errand->run(errand->arg);
	complete(&errand->done);
}

static void level_in_softirq(void (*run)(void *arg), void *arg)
{
	struct level_errand errand = { .run = run, .arg = arg };

	init_completion(&errand.done);
	tasklet_setup(&errand.tasklet, level_errand_tasklet);
	tasklet_schedule(&errand.tasklet);
	wait_for_completion(&errand.done);
	tasklet_kill(&errand.tasklet);
}

static void level_errand_irq(struct irq_work *irq)
{
	struct level_errand *errand = container_of(irq, struct level_errand, irq);

	errand->run(errand->arg);
	complete(&errand->done);
}

static void level_in_hardirq(void (*run)(void *arg), void *arg)
{
	struct level_errand errand = { .run = run, .arg = arg,
				      .irq = IRQ_WORK_INIT_HARD(level_errand_irq) };

	init_completion(&errand.done);
	irq_work_queue(&errand.irq);
	wait_for_completion(&errand.done);
	irq_work_sync(&errand.irq);
}

static s64 level_violations(void)
{
	return atomic64_read(&fsh_violations);
}

/* B performs a read of its own at APC_LEVEL. */
static void level_read_at_apc(struct probe *p, PFLT_CALLBACK_DATA data,
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

static void level_after_a_change_of_thread(struct kunit *test)
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
	w->probe[1]->on_pre = level_read_at_apc;
	world_clear(w);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_FLUSH_BUFFERS)));
	c = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "IRQL-39", c->iopb.MajorFunction == IRP_MJ_READ &&
		   c->task == current && c->irql == APC_LEVEL);
}

static void level_of_resumptions(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = level_violations();
	struct keeper *k;

	world_probes(w, "AB");
	k = keeper_halt(w->probe[1], KEEPER_TEST);
	request_start(r);
	FLT_REQUIRE(test, keeper_wait(k));
	keeper_resume_in_softirq(k);
	FLT_PROVES(test, "IRQL-43", request_wait(r) && NT_SUCCESS(r->status) &&
		   level_violations() == before && world_trace_is(w, "A+ B+ F B- A-"));
}

/* What a filter learns of the requestor. */
struct level_requestor {
	PEPROCESS process;
	ULONG id;
	HANDLE handle;
	int level;
};

static struct level_requestor level_asked[2];

static void level_ask(struct level_requestor *asked, PFLT_CALLBACK_DATA data)
{
	asked->level = KeGetCurrentIrql();
	asked->process = FltGetRequestorProcess(data);
	asked->id = FltGetRequestorProcessId(data);
	asked->handle = FltGetRequestorProcessIdEx(data);
}

static void level_ask_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	level_ask(&level_asked[0], data);
}

static int level_ask_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, void *context)
{
	level_ask(&level_asked[1], data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void level_of_requestor_routines(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct probe *p = world_probe(w, 'A', NULL);
	FLT_CALLBACK_DATA nobody = { };
	s64 before = level_violations();

	memset(level_asked, 0, sizeof(level_asked));
	p->on_pre = level_ask_in_pre;
	p->on_post = level_ask_in_post;
	w->fake->when = FAKE_HOLD;
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "IRQL-47", level_asked[1].level == DISPATCH_LEVEL &&
		   level_asked[1].process == level_asked[0].process && level_asked[0].process &&
		   level_asked[1].id == level_asked[0].id && level_asked[0].id &&
		   level_asked[1].handle == level_asked[0].handle &&
		   level_violations() == before);
	FLT_PROVES(test, "CBD-075", level_asked[0].handle == (HANDLE)(ULONG_PTR)level_asked[0].id);
	FLT_PROVES(test, "CBD-075", !FltGetRequestorProcessIdEx(&nobody) &&
		   !FltGetRequestorProcessId(&nobody));
}

struct level_mdl {
	PFLT_INSTANCE instance;
	PVOID memory;
	unsigned int good;
};

/* MDLs of nonpaged memory, and aligned nonpaged pool. */
static void level_use_mdl(void *arg)
{
	struct level_mdl *use = arg;
	PMDL mdl = IoAllocateMdl(use->memory, 512, FALSE, FALSE, NULL);
	PVOID pool;

	use->good += KeGetCurrentIrql() == DISPATCH_LEVEL;
	if (mdl) {
		MmBuildMdlForNonPagedPool(mdl);
		use->good += MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == use->memory;
		IoFreeMdl(mdl);
	}
	pool = FltAllocatePoolAlignedWithTag(use->instance, NonPagedPool, 512, 0x74736574);
	if (pool) {
		use->good += 1;
		FltFreePoolAlignedWithTag(use->instance, pool, 0x74736574);
	}
}

static void level_of_mdls(struct kunit *test)
{
	struct world *w = world_of(test);
	struct level_mdl use = {};
	s64 before = level_violations();

	use.instance = world_probe(w, 'A', NULL)->instance[0];
	use.memory = ExAllocatePool2(POOL_FLAG_NON_PAGED, 512, 0x74736574);
	FLT_REQUIRE(test, use.memory);
	level_in_softirq(level_use_mdl, &use);
	FLT_PROVES(test, "IRQL-49", use.good == 3 && level_violations() == before);
	ExFreePool(use.memory);
}

static void level_mark_and_ask(void *arg)
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

static void level_of_what_may_run_anywhere(struct kunit *test)
{
	s64 before = level_violations();
	unsigned int good[2] = { };

	level_in_softirq(level_mark_and_ask, &good[0]);
	level_in_hardirq(level_mark_and_ask, &good[1]);
	FLT_PROVES(test, "CBD-045", good[0] == 10 && good[1] == 10 &&
		   level_violations() == before);
	FLT_PROVES(test, "CBD-071", good[0] == 10 && good[1] == 10 &&
		   level_violations() == before);
	FLT_PROVES(test, "CBD-105", good[0] == 10 && good[1] == 10 &&
		   level_violations() == before);
}

/* Above DISPATCH_LEVEL and back, one raise at a time. */
static void level_above_dispatch(struct kunit *test)
{
	s64 before = level_violations();
	KIRQL first, second, now[3];
	bool off[2];

	first = KfRaiseIrql(DISPATCH_LEVEL);
	second = KfRaiseIrql(HIGH_LEVEL);
	now[0] = KeGetCurrentIrql();
	off[0] = irqs_disabled();
	KeLowerIrql(second);
	now[1] = KeGetCurrentIrql();
	off[1] = irqs_disabled();
	KeLowerIrql(first);
	now[2] = KeGetCurrentIrql();
	FLT_EXPECT(test, first == PASSIVE_LEVEL && second == DISPATCH_LEVEL);
	FLT_EXPECT(test, now[0] == HIGH_LEVEL && off[0] && now[1] == DISPATCH_LEVEL && !off[1] &&
		   now[2] == PASSIVE_LEVEL && preemptible());
	FLT_EXPECT(test, level_violations() == before);
	/* From the top to the bottom at once. */
	first = KfRaiseIrql(HIGH_LEVEL);
	KeLowerIrql(first);
	FLT_EXPECT(test, first == PASSIVE_LEVEL && KeGetCurrentIrql() == PASSIVE_LEVEL &&
		   preemptible() && level_violations() == before);
}

/* What is limited to DISPATCH_LEVEL is refused with interrupts off, in a task too. */
static void level_interrupts_off(struct kunit *test)
{
	s64 before = level_violations();
	bool legal[2];

	local_irq_disable();
	legal[0] = ke_level_at_most(DISPATCH_LEVEL);
	legal[1] = ke_level_at_most(HIGH_LEVEL);
	local_irq_enable();
	FLT_EXPECT(test, !legal[0] && legal[1] && ke_level_at_most(DISPATCH_LEVEL) &&
		   level_violations() == before);
}

/* Regions of many tasks at once are told apart, and their places are free again afterwards. */
static void level_regions_of_tasks(struct kunit *test)
{
	unsigned int i;
	KIRQL old;

	for (i = 0; i < 5000; i++) {
		KeEnterCriticalRegion();
		KeEnterCriticalRegion();
		KeLeaveCriticalRegion();
		if (!KeAreApcsDisabled())
			break;
		KeLeaveCriticalRegion();
		if (KeAreApcsDisabled())
			break;
	}
	FLT_EXPECT(test, i == 5000 && ke_thread_is_clean());
	/* Two kinds at a time. */
	old = KfRaiseIrql(APC_LEVEL);
	KeEnterCriticalRegion();
	KeLowerIrql(old);
	FLT_EXPECT(test, KeGetCurrentIrql() == PASSIVE_LEVEL && KeAreApcsDisabled() &&
		   !KeAreAllApcsDisabled() && !ke_thread_is_clean());
	KeLeaveCriticalRegion();
	FLT_EXPECT(test, !KeAreApcsDisabled() && ke_thread_is_clean());
	KeEnterGuardedRegion();
	FLT_EXPECT(test, KeAreAllApcsDisabled());
	ke_thread_clean();
	FLT_EXPECT(test, !KeAreAllApcsDisabled() && ke_thread_is_clean());
	FLT_EXPECT(test, !ke_release(KE_HOLD_GUARDED));
}

static struct kunit_case level_cases[] = {
	KUNIT_CASE(level_of_mdls),
	KUNIT_CASE(level_above_dispatch),
	KUNIT_CASE(level_interrupts_off),
	KUNIT_CASE(level_regions_of_tasks),
	KUNIT_CASE(level_after_a_change_of_thread),
	KUNIT_CASE(level_of_resumptions),
	KUNIT_CASE(level_of_requestor_routines),
	KUNIT_CASE(level_of_what_may_run_anywhere),
	{}
};

static struct kunit_suite level_suite = {
	.name = "level",
	.init = world_init,
	.exit = world_exit,
	.test_cases = level_cases,
};

kunit_test_suite(level_suite);
