// SPDX-License-Identifier: GPL-2.0
/*
 * Suite defer_generic: generic work items (GENWORK-01 to GENWORK-16).
 */
#include <linux/sched.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "nt/violation.h"

/* What a routine does and sees. */
struct generic {
	PFLT_GENERIC_WORKITEM item, item_seen;
	PVOID object, object_seen;
	PVOID context_seen;
	WORK_QUEUE_TYPE queue;
	NTSTATUS queued;
	int irql, nice;
	bool worker;
	bool free;		/* in the routine, as its last act */
	unsigned int again;	/* queue it again so many times */
	unsigned int delay_ms;
	atomic_t runs;
	struct completion ran;
};

static struct generic generic;

static void generic_routine(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	struct generic *g = &generic;

	might_sleep();
	g->item_seen = item;
	g->object_seen = object;
	g->context_seen = context;
	g->irql = KeGetCurrentIrql();
	g->nice = task_nice(current);
	g->worker = current->flags & PF_WQ_WORKER;
	if (g->delay_ms)
		msleep(g->delay_ms);
	if (g->again) {
		g->again--;
		g->queued = FltQueueGenericWorkItem(item, object, generic_routine, g->queue,
						    context);
	} else if (g->free) {
		FltFreeGenericWorkItem(item);
	}
	if (atomic_inc_return(&g->runs) && !g->again)
		complete(&g->ran);
}

static void generic_reset(PVOID object)
{
	memset(&generic, 0, sizeof(generic));
	init_completion(&generic.ran);
	generic.object = object;
	generic.queue = DelayedWorkQueue;
	generic.item = FltAllocateGenericWorkItem();
}

static NTSTATUS generic_queue(PVOID context)
{
	generic.queued = FltQueueGenericWorkItem(generic.item, generic.object, generic_routine,
						 generic.queue, context);
	return generic.queued;
}

static void generic_arguments(struct kunit *test)
{
	static void *const contexts[] = { NULL, (void *)0xdead4ead0000bead };
	void (*routine)(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context) = generic_routine;
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	unsigned int n;

	FLT_PROVES(test, "GENWORK-03", routine);
	for (n = 0; n < 4; n++) {
		generic_reset(n & 1 ? (PVOID)a->filter : (PVOID)a->instance[0]);
		generic.free = true;
		FLT_PROVES(test, "GENWORK-05", NT_SUCCESS(generic_queue(contexts[n / 2])));
		wait_for_completion(&generic.ran);
		FLT_PROVES(test, "GENWORK-03", generic.item_seen == generic.item);
		FLT_PROVES(test, "GENWORK-05", generic.object_seen == generic.object);
		FLT_PROVES(test, "GENWORK-06", generic.context_seen == contexts[n / 2]);
		FLT_PROVES(test, "GENWORK-04", generic.irql == PASSIVE_LEVEL && generic.worker);
	}
	FLT_PROVES(test, "GENWORK-13", world_violations(w) == 0);
	w->breaches = false;
}

static void generic_misuse(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	s64 before = atomic64_read(&fsh_violations);

	generic_reset(NULL);
	FLT_PROVES(test, "GENWORK-05", generic_queue(NULL) == STATUS_INVALID_PARAMETER);
	generic.object = (PVOID)w->fake->volume;
	FLT_PROVES(test, "GENWORK-05", generic_queue(NULL) == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == before + 2);
	generic.object = a->filter;
	generic.queue = 0x77;
	FLT_PROVES(test, "GENWORK-10", generic_queue(NULL) == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == before + 3);
	generic.queue = HyperCriticalWorkQueue;
	FLT_PROVES(test, "GENWORK-10", NT_SUCCESS(generic_queue(NULL)));
	wait_for_completion(&generic.ran);
	FLT_PROVES(test, "GENWORK-10", generic.nice < 0 &&
		   atomic64_read(&fsh_violations) == before + 4);
	generic.queue = DelayedWorkQueue;
	FLT_EXPECT(test, NT_SUCCESS(generic_queue(NULL)));
	wait_for_completion(&generic.ran);
	FLT_PROVES(test, "GENWORK-10", generic.nice == 0);
	generic.queue = CriticalWorkQueue;
	FLT_EXPECT(test, NT_SUCCESS(generic_queue(NULL)));
	wait_for_completion(&generic.ran);
	FLT_PROVES(test, "GENWORK-10", generic.nice < 0 &&
		   atomic64_read(&fsh_violations) == before + 4);
	FltFreeGenericWorkItem(generic.item);
	FltFreeGenericWorkItem(generic.item);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 5);
}

/* Of the other family: the types keep them apart, and if a cast does not, the address does. */
static void generic_other_family(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	PFLT_DEFERRED_IO_WORKITEM deferred = FltAllocateDeferredIoWorkItem();
	s64 before = atomic64_read(&fsh_violations);

	FLT_PROVES(test, "GENWORK-16", !__same_type(PFLT_DEFERRED_IO_WORKITEM,
						    PFLT_GENERIC_WORKITEM));
	FLT_PROVES(test, "DEFER-03", __same_type(*deferred, struct _FLT_DEFERRED_IO_WORKITEM));
	generic_reset(a->filter);
	FLT_PROVES(test, "GENWORK-16",
		   FltQueueGenericWorkItem((PFLT_GENERIC_WORKITEM)deferred, a->filter,
					   generic_routine, DelayedWorkQueue, NULL) ==
		   STATUS_INVALID_PARAMETER && atomic64_read(&fsh_violations) == before + 1);
	FltFreeDeferredIoWorkItem((PFLT_DEFERRED_IO_WORKITEM)generic.item);
	FLT_PROVES(test, "GENWORK-16", atomic64_read(&fsh_violations) == before + 2);
	FltFreeGenericWorkItem(generic.item);
	FltFreeDeferredIoWorkItem(deferred);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 2);
}

static struct completion generic_first, generic_go;

/* Keeps the only worker that its queue has for now. */
static void generic_keep_worker(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	complete(&generic_first);
	wait_for_completion(&generic_go);
	FltFreeGenericWorkItem(item);
}

static void generic_again(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	struct workqueue_struct *wq = flt_instance_of(a->instance[0])->filter->queues.delayed;
	PFLT_GENERIC_WORKITEM other = FltAllocateGenericWorkItem();
	s64 before = atomic64_read(&fsh_violations);
	NTSTATUS twice;

	generic_reset(a->instance[0]);
	generic.again = 100;
	generic.free = true;
	FLT_EXPECT(test, NT_SUCCESS(generic_queue(NULL)));
	FLT_PROVES(test, "GENWORK-11", WORLD_WAIT(atomic_read(&generic.runs) == 101) &&
		   atomic64_read(&fsh_violations) == before);

	/* It cannot start before another one has ended. */
	generic_reset(a->instance[0]);
	init_completion(&generic_first);
	init_completion(&generic_go);
	workqueue_set_max_active(wq, 1);
	FLT_REQUIRE(test, other &&
		    NT_SUCCESS(FltQueueGenericWorkItem(other, a->instance[0], generic_keep_worker,
						       DelayedWorkQueue, NULL)));
	wait_for_completion(&generic_first);
	generic_queue(NULL);
	twice = generic_queue((PVOID)1);
	FltFreeGenericWorkItem(generic.item);
	complete(&generic_go);
	wait_for_completion(&generic.ran);
	workqueue_set_max_active(wq, WQ_UNBOUND_MAX_ACTIVE);
	msleep(50);
	FLT_PROVES(test, "GENWORK-12", twice == STATUS_INVALID_PARAMETER &&
		   atomic_read(&generic.runs) == 1 && !generic.context_seen);
	FLT_PROVES(test, "GENWORK-14", atomic_read(&generic.runs) == 1 &&
		   atomic64_read(&fsh_violations) == before + 2);
	FltFreeGenericWorkItem(generic.item);
	FLT_PROVES(test, "GENWORK-14", atomic64_read(&fsh_violations) == before + 3);
}

static void generic_allocate(void *arg)
{
	generic.item = FltAllocateGenericWorkItem();
	if (generic.item && generic.object)
		generic_queue(NULL);
}

static void generic_free(void *arg)
{
	FltFreeGenericWorkItem(arg);
}

static void generic_levels(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	s64 before = atomic64_read(&fsh_violations);

	generic_reset(a->filter);
	FltFreeGenericWorkItem(generic.item);
	async_in_softirq(generic_allocate, NULL);
	FLT_PROVES(test, "GENWORK-01", generic.item);
	wait_for_completion(&generic.ran);
	FLT_PROVES(test, "GENWORK-02", NT_SUCCESS(generic.queued) &&
		   atomic_read(&generic.runs) == 1);
	msleep(20);
	async_in_softirq(generic_free, generic.item);
	FLT_PROVES(test, "GENWORK-02", atomic64_read(&fsh_violations) == before);
	FLT_PROVES(test, "IRQL-44", atomic64_read(&fsh_violations) == before);
	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	generic.object = NULL;
	FLT_PROVES(test, "GENWORK-01", async_with_fault(1, generic_allocate, NULL) &&
		   !generic.item);
}

/* Queued from callbacks of every kind. */
static NTSTATUS generic_in_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	generic_reset(objects->Instance);
	generic.free = true;
	generic_queue(p);
	return STATUS_SUCCESS;
}

static void generic_hook_setup(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = generic_in_setup;
}

static void generic_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	generic_reset(objects->Filter);
	generic.free = true;
	generic_queue(p);
}

static int generic_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, void *context)
{
	generic_in_pre(p, data, objects, NULL, NULL);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void generic_in_done(struct issue *i)
{
	generic_reset(i->probe->instance[0]);
	generic.free = true;
	generic_queue(i);
}

static bool generic_ran(void *context)
{
	return wait_for_completion_timeout(&generic.ran, 10 * HZ) &&
	       atomic_read(&generic.runs) == 1 && generic.context_seen == context;
}

static void generic_from_callbacks(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = generic_hook_setup };
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', &config);
	struct issue *i;

	FLT_PROVES(test, "GENWORK-15", NT_SUCCESS(generic.queued) && generic_ran(a));
	a->on_pre = generic_in_pre;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "GENWORK-15", NT_SUCCESS(generic.queued) && generic_ran(a));
	a->on_pre = NULL;
	a->on_post = generic_in_post;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "GENWORK-15", NT_SUCCESS(generic.queued) && generic_ran(a));
	i = issue_new(w, 'A', IRP_MJ_READ);
	i->on_done = generic_in_done;
	issue_start_soft(i);
	FLT_EXPECT(test, issue_wait(i) && i->irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "GENWORK-15", NT_SUCCESS(generic.queued) && generic_ran(i));
	issue_free(i);
}

/* Teardown and unload wait for the routine; later, nothing is taken. */
static NTSTATUS generic_late;

static void generic_in_complete(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	PFLT_GENERIC_WORKITEM item = FltAllocateGenericWorkItem();

	generic_late = FltQueueGenericWorkItem(item, objects->Instance, generic_routine,
					       DelayedWorkQueue, NULL);
	FltFreeGenericWorkItem(item);
}

static void generic_holds_teardown(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a;
	unsigned int round;

	for (round = 0; round < 2; round++) {
		a = world_probe(w, 'A', NULL);
		a->on_complete = generic_in_complete;
		generic_reset(round ? (PVOID)a->filter : (PVOID)a->instance[0]);
		generic.delay_ms = 200;
		generic.free = true;
		FLT_EXPECT(test, NT_SUCCESS(generic_queue(NULL)));
		FLT_EXPECT(test, WORLD_WAIT(generic.item_seen));
		if (round) {
			FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(a, true)));
		} else {
			NTSTATUS status = flt_instance_detach(flt_instance_of(a->instance[0]),
							      FLTFL_INSTANCE_TEARDOWN_MANUAL);

			FLT_EXPECT(test, NT_SUCCESS(status));
		}
		FLT_PROVES(test, "GENWORK-09", atomic_read(&generic.runs) == 1);
		FLT_PROVES(test, "GENWORK-08", generic_late == STATUS_FLT_DELETING_OBJECT);
		probe_unload(a);
	}
}

/* The filter goes: from a teardown callback during its unregistration. */
static void generic_in_unregister(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	PFLT_GENERIC_WORKITEM item = FltAllocateGenericWorkItem();

	generic_late = FltQueueGenericWorkItem(item, objects->Filter, generic_routine,
					       DelayedWorkQueue, NULL);
	FltFreeGenericWorkItem(item);
}

static void generic_unloading(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	s64 before = atomic64_read(&fsh_violations);

	generic_reset(a->filter);
	FltFreeGenericWorkItem(generic.item);
	generic_late = STATUS_SUCCESS;
	a->on_start = generic_in_unregister;
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(a, true)));
	FLT_PROVES(test, "GENWORK-07", generic_late == STATUS_FLT_DELETING_OBJECT &&
		   !NT_SUCCESS(generic_late) && !atomic_read(&generic.runs) &&
		   atomic64_read(&fsh_violations) == before);
}

/* More routines of A than a workqueue runs at a time, each waiting for B's. */
#define GENERIC_CROWD	(WQ_UNBOUND_MAX_ACTIVE + 8)

struct generic_crowd {
	struct completion go, out;
	atomic_t left;
};

static void generic_waits(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	struct generic_crowd *crowd = context;

	FltFreeGenericWorkItem(item);
	wait_for_completion(&crowd->go);
	if (atomic_dec_and_test(&crowd->left))
		complete(&crowd->out);
}

static void generic_lets_go(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	struct generic_crowd *crowd = context;

	FltFreeGenericWorkItem(item);
	complete_all(&crowd->go);
}

static void generic_of_others(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL), *b = world_probe(w, 'B', NULL);
	struct generic_crowd crowd = { };
	PFLT_GENERIC_WORKITEM item;
	unsigned int i;
	bool gone;

	init_completion(&crowd.go);
	init_completion(&crowd.out);
	atomic_set(&crowd.left, 1);
	for (i = 0; i <= GENERIC_CROWD; i++) {
		item = FltAllocateGenericWorkItem();
		if (!item)
			break;
		if (i < GENERIC_CROWD)
			atomic_inc(&crowd.left);
		if (!NT_SUCCESS(FltQueueGenericWorkItem(item, i < GENERIC_CROWD ? a->filter :
							b->filter, i < GENERIC_CROWD ?
							generic_waits : generic_lets_go,
							CriticalWorkQueue, &crowd)))
			break;
	}
	FLT_EXPECT(test, i == GENERIC_CROWD + 1);
	gone = WORLD_WAIT(completion_done(&crowd.go));
	FLT_EXPECT(test, gone);
	if (!gone)
		complete_all(&crowd.go);
	if (!atomic_dec_and_test(&crowd.left))
		wait_for_completion(&crowd.out);
}

static struct kunit_case generic_cases[] = {
	KUNIT_CASE(generic_arguments),
	KUNIT_CASE(generic_misuse),
	KUNIT_CASE(generic_other_family),
	KUNIT_CASE(generic_again),
	KUNIT_CASE(generic_levels),
	KUNIT_CASE(generic_from_callbacks),
	KUNIT_CASE(generic_holds_teardown),
	KUNIT_CASE(generic_unloading),
	KUNIT_CASE(generic_of_others),
	{}
};

static struct kunit_suite generic_suite = {
	.name = "defer_generic",
	.init = world_init,
	.exit = world_exit,
	.test_cases = generic_cases,
};

kunit_test_suite(generic_suite);
