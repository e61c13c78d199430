// SPDX-License-Identifier: GPL-2.0
/*
 * Suite defer: deferred I/O work items (DEFER-01 to DEFER-38, PEND-15, PEND-22, PEND-23,
 * POSTOP-22, POSTOP-47).
 */
#include <linux/cred.h>
#include <linux/sched.h>
#include "fltmgr/generated.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "nt/violation.h"

/*
 * What a worker does with each operation that a probe posts: sleep, change it, free the item
 * before or after it resumes the operation, or leave the operation to the callback.
 */
struct defer {
	WORK_QUEUE_TYPE queue;
	bool post;		/* in post-operation callbacks */
	bool free_first;
	bool stay;		/* the worker does not resume */
	bool wait_for_worker;	/* the callback returns after the worker is through */
	int verdict;		/* what a callback that posted returns, if not pending */
	bool gated;		/* the worker waits until the test says so */
	bool late;		/* the callback returns when its instance is torn down */
	unsigned int delay_ms;
	FLT_PREOP_CALLBACK_STATUS status;
	NTSTATUS queued;
	PFLT_DEFERRED_IO_WORKITEM item;
	PFLT_DEFERRED_IO_WORKITEM item_seen;
	PFLT_CALLBACK_DATA data;
	PFLT_CALLBACK_DATA data_seen;
	PVOID context;
	PVOID context_seen;
	NTSTATUS result_seen;
	ULONG process;
	int irql;
	int nice;
	bool worker;
	bool root;
	atomic_t runs;
	atomic_t posts;
	struct completion ran;
	struct completion gate;
};

static void defer_worker(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	struct defer *d = ((struct probe *)context)->private;

	might_sleep();
	d->item_seen = item;
	d->data_seen = data;
	d->irql = KeGetCurrentIrql();
	d->nice = task_nice(current);
	d->worker = current->flags & PF_WQ_WORKER;
	d->root = uid_eq(current_uid(), GLOBAL_ROOT_UID);
	if (d->gated)
		wait_for_completion(&d->gate);
	if (d->delay_ms)
		msleep(d->delay_ms);
	d->process = FltGetRequestorProcessId(data);
	d->result_seen = data->IoStatus.Status;
	if (d->free_first)
		FltFreeDeferredIoWorkItem(item);
	if (!d->stay && d->post)
		FltCompletePendedPostOperation(data);
	else if (!d->stay)
		FltCompletePendedPreOperation(data, d->status, NULL);
	if (!d->free_first)
		FltFreeDeferredIoWorkItem(item);
	atomic_inc(&d->runs);
	complete(&d->ran);
}

static void defer_post(struct probe *p, PFLT_CALLBACK_DATA data)
{
	struct defer *d = p->private;

	d->data = data;
	d->item = FltAllocateDeferredIoWorkItem();
	atomic_inc(&d->posts);
	d->queued = FltQueueDeferredIoWorkItem(d->item, data, defer_worker, d->queue, p);
	if (!NT_SUCCESS(d->queued))
		FltFreeDeferredIoWorkItem(d->item);
	else if (d->wait_for_worker)
		wait_for_completion(&d->ran);
}

static void defer_on_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			 PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct defer *d = p->private;

	defer_post(p, data);
	if (d->late)
		WORLD_WAIT(!flt_instance_may_start(flt_instance_of(objects->Instance)));
	if (NT_SUCCESS(d->queued))
		*status = d->verdict ?: FLT_PREOP_PENDING;
}

static int defer_on_post(struct probe *p, PFLT_CALLBACK_DATA data,
			 PCFLT_RELATED_OBJECTS objects, void *context)
{
	struct defer *d = p->private;

	defer_post(p, data);
	if (!NT_SUCCESS(d->queued) || d->verdict)
		return FLT_POSTOP_FINISHED_PROCESSING;
	return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
}

/* Makes a probe post everything. */
static struct defer *defer_new(struct probe *p, bool post)
{
	struct defer *d = kunit_kzalloc(p->world->test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(p->world->test, d);
	d->queue = DelayedWorkQueue;
	d->post = post;
	d->status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	init_completion(&d->ran);
	init_completion(&d->gate);
	p->private = d;
	p->on_pre = post ? NULL : defer_on_pre;
	p->on_post = post ? defer_on_post : NULL;
	return d;
}

static struct world *defer_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	return w;
}

static void defer_pattern_pre(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_CREATE, IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_SET_INFORMATION,
		IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_CLEANUP, IRP_MJ_CLOSE,
	};
	int (*typed)(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data,
		     PFLT_DEFERRED_IO_WORKITEM_ROUTINE routine, WORK_QUEUE_TYPE queue,
		     PVOID context) = FltQueueDeferredIoWorkItem;
	void (*routine)(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data,
			PVOID context) = defer_worker;
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], false);
	unsigned int n;

	FLT_PROVES(test, "DEFER-08", typed);
	FLT_PROVES(test, "DEFER-09", routine);
	for (n = 0; n < 2 * ARRAY_SIZE(majors); n++) {
		d->free_first = n & 1;
		world_clear(w);
		FLT_PROVES(test, "DEFER-31", NT_SUCCESS(world_do(w, majors[n / 2])) &&
			   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
		wait_for_completion(&d->ran);
		FLT_PROVES(test, "DEFER-32", d->item_seen == d->item);
		FLT_PROVES(test, "DEFER-10", atomic_read(&d->runs) == n + 1);
		/* Every other time it is the last that the worker does with its item. */
		FLT_PROVES(test, "DEFER-04", atomic_read(&d->runs) == n + 1 &&
			   d->item_seen == d->item);
		FLT_PROVES(test, "DEFER-15", d->data_seen == d->data);
		FLT_PROVES(test, "DEFER-09", d->item_seen == d->item && d->data_seen == d->data);
		FLT_PROVES(test, "DEFER-14", d->irql == PASSIVE_LEVEL && d->worker);
	}
	FLT_PROVES(test, "DEFER-31", world_violations(w) == 0);
	w->breaches = false;
	FLT_PROVES(test, "DEFER-30", atomic_read(&d->runs) == 2 * ARRAY_SIZE(majors));
}

/* Starts it; an end in softirq comes after that has returned. */
static void defer_start(struct request *r)
{
	struct fake_volume *fake = r->world->fake;
	bool soft = fake->when == FAKE_SOFTIRQ;

	if (soft)
		fake->when = FAKE_HOLD;
	request_start(r);
	if (soft)
		fake_release_in_softirq(fake);
}

static void defer_pattern_post(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER, FAKE_SOFTIRQ };
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], true);
	unsigned int n;

	for (n = 0; n < 2 * ARRAY_SIZE(whens); n++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		w->fake->when = whens[n / 2];
		d->free_first = n & 1;
		world_clear(w);
		defer_start(r);
		FLT_PROVES(test, "DEFER-33", request_wait(r) && NT_SUCCESS(r->status) &&
			   world_count(w, 'A', WORLD_POST) == 1 &&
			   world_count(w, 'B', WORLD_POST) == 1 && NT_SUCCESS(d->queued));
		wait_for_completion(&d->ran);
		if (whens[n / 2] == FAKE_SOFTIRQ) {
			FLT_PROVES(test, "DEFER-28",
				   world_event(w, 'B', WORLD_POST, 0)->irql == DISPATCH_LEVEL &&
				   NT_SUCCESS(d->queued));
			FLT_PROVES(test, "POSTOP-22", d->irql == PASSIVE_LEVEL &&
				   atomic_read(&r->ended) == 1);
			FLT_PROVES(test, "DEFER-02", NT_SUCCESS(d->queued));
		}
	}
	FLT_PROVES(test, "DEFER-33", world_violations(w) == 0);
	w->breaches = false;
	FLT_PROVES(test, "DEFER-30", atomic_read(&d->runs) == 2 * ARRAY_SIZE(whens));
}

/* Nothing happens until the worker resumes. */
static void defer_only_runs(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], false);
	struct request *r = request_new(w, IRP_MJ_READ);

	d->gated = true;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(d->data_seen));
	msleep(20);
	FLT_PROVES(test, "DEFER-13", world_trace_is(w, "A+ B+") && request_busy(r));
	complete(&d->gate);
	FLT_PROVES(test, "DEFER-15", request_wait(r) && d->data_seen == d->data);
	FLT_PROVES(test, "PEND-15", atomic_read(&r->ended) == 1);
	/* The test is a kernel thread of the system process; the worker asks about it. */
	FLT_PROVES(test, "DEFER-38", d->root && d->process == 4);
	wait_for_completion(&d->ran);
}

static void defer_context_none(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data,
			       PVOID context)
{
	struct defer *d = data->Iopb->Parameters.Read.ReadBuffer;

	d->context_seen = context;
	FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FltFreeDeferredIoWorkItem(item);
	complete(&d->ran);
}

static void defer_with_context(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct defer *d = p->private;

	d->item = FltAllocateDeferredIoWorkItem();
	data->Iopb->Parameters.Read.ReadBuffer = d;
	if (NT_SUCCESS(FltQueueDeferredIoWorkItem(d->item, data, defer_context_none,
						  CriticalWorkQueue, d->context)))
		*status = FLT_PREOP_PENDING;
}

static void defer_context(struct kunit *test)
{
	static void *const contexts[] = { NULL, (void *)0xdead4ead0000bead };
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], false);
	unsigned int n;

	w->probe[1]->on_pre = defer_with_context;
	for (n = 0; n < ARRAY_SIZE(contexts); n++) {
		d->context = contexts[n];
		d->context_seen = d;
		FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		wait_for_completion(&d->ran);
		FLT_PROVES(test, "DEFER-16", d->context_seen == contexts[n]);
	}
}

static void defer_priorities(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], false);
	int critical, ordinary;

	d->queue = CriticalWorkQueue;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	wait_for_completion(&d->ran);
	critical = d->nice;
	d->queue = DelayedWorkQueue;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	wait_for_completion(&d->ran);
	ordinary = d->nice;
	FLT_PROVES(test, "DEFER-17", critical < ordinary);
	FLT_PROVES(test, "DEFER-18", ordinary == 0 && d->worker);
}

/* Every refusal leaves item and operation as they were. */
static void defer_refused(struct kunit *test, struct world *w, struct request *r, NTSTATUS why,
			  const char *row)
{
	struct defer *d = w->probe[1]->private;

	d->queued = STATUS_SUCCESS;
	world_clear(w);
	FLT_PROVES(test, row, NT_SUCCESS(request_run(r)) && d->queued == why);
	FLT_PROVES(test, "DEFER-26", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   !atomic_read(&d->runs) && world_violations(w) == 0);
	if (why == STATUS_FLT_NOT_SAFE_TO_POST_OPERATION)
		FLT_PROVES(test, "DEFER-25", d->queued == why);
	/* The item was freed by the callback after that. */
	FLT_PROVES(test, "DEFER-05", world_violations(w) == 0);
	w->breaches = false;
}

static void defer_refusals(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct request *r;
	IRP *irp = kunit_kzalloc(test, PAGE_SIZE, GFP_KERNEL);
	s64 before = atomic64_read(&fsh_violations);
	struct defer *d;

	KUNIT_ASSERT_NOT_NULL(test, irp);
	d = defer_new(w->probe[1], false);
	r = request_new(w, IRP_MJ_READ);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	defer_refused(test, w, r, STATUS_FLT_NOT_SAFE_TO_POST_OPERATION, "DEFER-20");
	r = request_new(w, IRP_MJ_READ);
	request_form(r, FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION);
	defer_refused(test, w, r, STATUS_FLT_NOT_SAFE_TO_POST_OPERATION, "DEFER-20");
	r = request_new(w, IRP_MJ_WRITE);
	r->op.iopb.IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE;
	defer_refused(test, w, r, STATUS_FLT_NOT_SAFE_TO_POST_OPERATION, "DEFER-22");
	IoSetTopLevelIrp(irp);
	defer_refused(test, w, request_new(w, IRP_MJ_READ),
		      STATUS_FLT_NOT_SAFE_TO_POST_OPERATION, "DEFER-23");
	IoSetTopLevelIrp(NULL);
	FLT_PROVES(test, "DEFER-27", atomic64_read(&fsh_violations) == before);
	/* And the next one is taken again. */
	FLT_PROVES(test, "DEFER-23", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   NT_SUCCESS(d->queued));
	wait_for_completion(&d->ran);
	FLT_PROVES(test, "DEFER-23", atomic_read(&d->runs) == 1);
}

/* While B is in its pre-operation callback it is detached; then it posts. */
static struct completion defer_leaving;

static void defer_while_leaving(struct probe *p, PFLT_CALLBACK_DATA data,
				PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	complete(&defer_leaving);
	WORLD_WAIT(atomic_read(&p->starts));
	defer_on_pre(p, data, objects, status, context);
}

static void defer_start_leaving(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	msleep(100);
}

static int defer_drain_posts(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, void *context)
{
	defer_post(p, data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void defer_deleting(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct probe *b = w->probe[1];
	struct defer *d = defer_new(b, false);
	struct request *r = request_new(w, IRP_MJ_READ), *drained = request_new(w, IRP_MJ_READ);

	init_completion(&defer_leaving);
	/* One operation is below B, another in it. */
	b->on_pre = NULL;
	w->fake->when = FAKE_HOLD;
	request_spawn(drained);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	w->fake->when = FAKE_INLINE;
	b->on_pre = defer_while_leaving;
	b->on_start = defer_start_leaving;
	b->on_drain = defer_drain_posts;
	request_spawn(r);
	FLT_REQUIRE(test, wait_for_completion_timeout(&defer_leaving, 10 * HZ));
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(flt_instance_of(b->instance[0]),
							FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	FLT_PROVES(test, "DEFER-21", request_wait(r) && NT_SUCCESS(r->status) &&
		   d->queued == STATUS_FLT_DELETING_OBJECT && !NT_SUCCESS(d->queued) &&
		   !atomic_read(&d->runs));
	FLT_PROVES(test, "POSTOP-47", atomic_read(&b->drains) == 1 &&
		   atomic_read(&d->posts) == 2 && d->queued == STATUS_FLT_DELETING_OBJECT);
	fake_release(w->fake);
	FLT_EXPECT(test, request_wait(drained));
}

/* Misused arguments, from a callback. */
static NTSTATUS defer_misused[6];
static s64 defer_charged;	/* for the third */

static void defer_misuse_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();
	PFLT_DEFERRED_IO_WORKITEM gone = FltAllocateDeferredIoWorkItem();
	struct defer *d = p->private;

	FltFreeDeferredIoWorkItem(gone);
	defer_misused[0] = FltQueueDeferredIoWorkItem(NULL, data, defer_worker,
						      DelayedWorkQueue, p);
	defer_misused[1] = FltQueueDeferredIoWorkItem(gone, data, defer_worker,
						      DelayedWorkQueue, p);
	defer_charged = atomic64_read(&fsh_violations);
	defer_misused[2] = FltQueueDeferredIoWorkItem(item, data, NULL, DelayedWorkQueue, p);
	defer_charged = atomic64_read(&fsh_violations) - defer_charged;
	defer_misused[3] = FltQueueDeferredIoWorkItem(item, NULL, defer_worker,
						      DelayedWorkQueue, p);
	defer_misused[4] = FltQueueDeferredIoWorkItem(item, data, defer_worker, 0x77, p);
	defer_misused[5] = FltQueueDeferredIoWorkItem(item, data, defer_worker,
						      HyperCriticalWorkQueue, p);
	d->data = data;
	if (NT_SUCCESS(defer_misused[5]))
		*status = FLT_PREOP_PENDING;
}

static void defer_misuse(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], false);
	s64 before = atomic64_read(&fsh_violations);

	w->probe[1]->on_pre = defer_misuse_pre;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	wait_for_completion(&d->ran);
	FLT_PROVES(test, "DEFER-11", defer_misused[0] == STATUS_INVALID_PARAMETER &&
		   defer_misused[1] == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "DEFER-12", defer_misused[2] == STATUS_INVALID_PARAMETER &&
		   defer_charged == 1);
	FLT_PROVES(test, "DEFER-29", defer_misused[3] == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "DEFER-19", defer_misused[4] == STATUS_INVALID_PARAMETER &&
		   NT_SUCCESS(defer_misused[5]) && d->nice < 0);
	FLT_PROVES(test, "DEFER-19", atomic_read(&d->runs) == 1 &&
		   atomic64_read(&fsh_violations) == before + 6);
	FLT_PROVES(test, "DEFER-29", atomic64_read(&fsh_violations) == before + 6);
	FltFreeDeferredIoWorkItem(NULL);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 7);
}

/* Blocks the only worker, so that what is queued stays queued: the items that follow. */
static struct completion defer_go;

static void defer_blocker(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	struct defer *d = ((struct probe *)context)->private;

	wait_for_completion(&defer_go);
	FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	atomic_inc(&d->runs);
	complete(&d->ran);
}

static NTSTATUS defer_twice;

static void defer_queued_twice(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct defer *d = p->private;

	d->item = FltAllocateDeferredIoWorkItem();
	d->queued = FltQueueDeferredIoWorkItem(d->item, data, defer_blocker, DelayedWorkQueue, p);
	defer_twice = FltQueueDeferredIoWorkItem(d->item, data, defer_blocker, DelayedWorkQueue,
						 p);
	FltFreeDeferredIoWorkItem(d->item);
	*status = FLT_PREOP_PENDING;
}

static struct completion defer_first, defer_first_go;

/* Keeps the only worker that its queue has for now. */
static void defer_keep_worker(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	complete(&defer_first);
	wait_for_completion(&defer_first_go);
	FltFreeGenericWorkItem(item);
}

static void defer_freed_while_queued(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct flt_instance *b = flt_instance_of(w->probe[1]->instance[0]);
	struct defer *d = defer_new(w->probe[1], false);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct workqueue_struct *wq = b->filter->queues.delayed;
	PFLT_GENERIC_WORKITEM first = FltAllocateGenericWorkItem();
	s64 before = atomic64_read(&fsh_violations);

	init_completion(&defer_go);
	init_completion(&defer_first);
	init_completion(&defer_first_go);
	workqueue_set_max_active(wq, 1);
	FLT_REQUIRE(test, first &&
		    NT_SUCCESS(FltQueueGenericWorkItem(first, w->probe[1]->instance[0],
						       defer_keep_worker, DelayedWorkQueue,
						       NULL)));
	wait_for_completion(&defer_first);
	w->probe[1]->on_pre = defer_queued_twice;
	request_spawn(r);
	FLT_EXPECT(test, WORLD_WAIT(d->queued == STATUS_SUCCESS && d->item));
	msleep(50);
	complete(&defer_first_go);
	complete(&defer_go);
	FLT_EXPECT(test, request_wait(r));
	wait_for_completion(&d->ran);
	workqueue_set_max_active(wq, WQ_UNBOUND_MAX_ACTIVE);
	FLT_PROVES(test, "DEFER-11", defer_twice == STATUS_INVALID_PARAMETER &&
		   atomic_read(&d->runs) == 1);
	FLT_PROVES(test, "DEFER-06", atomic64_read(&fsh_violations) == before + 2 &&
		   NT_SUCCESS(r->status) && atomic_read(&r->ended) == 1);
	/* It is gone by now. */
	FLT_EXPECT(test, WORLD_WAIT(!atomic_read(&b->owed)));
	FltFreeDeferredIoWorkItem(d->item);
	FLT_PROVES(test, "DEFER-06", atomic64_read(&fsh_violations) == before + 3);
}

static void defer_worker_first(struct kunit *test)
{
	enum { TIMES = 200 };
	struct world *w = defer_world(test);
	struct defer *d;
	unsigned int n, good = 0;

	for (n = 0; n < 2; n++) {
		d = defer_new(w->probe[1], n);
		d->wait_for_worker = true;
		world_clear(w);
		FLT_PROVES(test, "DEFER-34", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
			   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
			   atomic_read(&d->runs) == 1);
	}
	w->quiet = true;
	d = defer_new(w->probe[1], false);
	d->queue = CriticalWorkQueue;
	for (n = 0; n < TIMES; n++) {
		good += NT_SUCCESS(world_do(w, IRP_MJ_READ));
		wait_for_completion(&d->ran);
	}
	FLT_PROVES(test, "DEFER-34", good == TIMES && atomic_read(&d->runs) == TIMES);
}

/* It posts, and returns as if it had not. */
static void defer_posted_but_not_kept(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct defer *d;
	struct request *r;

	/* The worker resumes too late: the callback's word counts, and the data is there. */
	d = defer_new(w->probe[1], false);
	d->verdict = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	d->verdict = FLT_PREOP_SUCCESS_NO_CALLBACK;
	d->delay_ms = 50;
	world_clear(w);
	FLT_PROVES(test, "DEFER-35", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   world_trace_is(w, "A+ B+ C+ F C- A-") && d->data_seen == d->data);
	wait_for_completion(&d->ran);
	FLT_PROVES(test, "DEFER-35", world_violations(w) == 1 && d->process == 4);

	/* The worker resumed before the callback returned: the worker's word counts. */
	d = defer_new(w->probe[1], false);
	d->verdict = FLT_PREOP_SUCCESS_NO_CALLBACK;
	d->wait_for_worker = true;
	world_clear(w);
	FLT_PROVES(test, "DEFER-35", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-"));

	/* In a post-operation callback that cannot wait, the operation is held for the worker. */
	d = defer_new(w->probe[1], true);
	d->verdict = 1;
	d->stay = true;
	d->delay_ms = 50;
	w->fake->when = FAKE_SOFTIRQ;
	world_clear(w);
	r = request_new(w, IRP_MJ_READ);
	defer_start(r);
	FLT_PROVES(test, "DEFER-35", request_wait(r) && atomic_read(&r->ended) == 1 &&
		   NT_SUCCESS(r->status) && world_count(w, 'B', WORLD_POST) == 1 &&
		   world_count(w, 'A', WORLD_POST) == 1);
	wait_for_completion(&d->ran);
	FLT_PROVES(test, "DEFER-35", d->result_seen == STATUS_SUCCESS && d->process == 4);
}

/* The item is queued again by its own routine, with another operation. */
static PFLT_CALLBACK_DATA defer_second;

static void defer_requeue(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	struct probe *p = context;
	struct defer *d = p->private;

	d->queued = FltQueueDeferredIoWorkItem(item, defer_second, defer_worker, CriticalWorkQueue,
					       p);
	FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
}

static void defer_two(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	struct defer *d = p->private;

	*status = FLT_PREOP_PENDING;
	if (atomic_inc_return(&d->posts) == 1) {
		defer_second = data;
		return;
	}
	FltQueueDeferredIoWorkItem(FltAllocateDeferredIoWorkItem(), data, defer_requeue,
				   DelayedWorkQueue, p);
}

static void defer_again(struct kunit *test)
{
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], false);
	struct request *first = request_new(w, IRP_MJ_READ), *second = request_new(w, IRP_MJ_READ);

	w->probe[1]->on_pre = defer_two;
	request_spawn(first);
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&d->posts) == 1));
	msleep(20);
	request_spawn(second);
	FLT_PROVES(test, "DEFER-07", request_wait(first) && request_wait(second) &&
		   NT_SUCCESS(first->status) && NT_SUCCESS(second->status) &&
		   NT_SUCCESS(d->queued));
	wait_for_completion(&d->ran);
	FLT_PROVES(test, "DEFER-07", atomic_read(&d->runs) == 1);
}

static void defer_items(void *arg)
{
	PFLT_DEFERRED_IO_WORKITEM *item = arg;

	*item = FltAllocateDeferredIoWorkItem();
}

static void defer_free_item(void *arg)
{
	FltFreeDeferredIoWorkItem(arg);
}

static void defer_allocation(struct kunit *test)
{
	PFLT_DEFERRED_IO_WORKITEM item = NULL;
	s64 before = atomic64_read(&fsh_violations);

	async_in_softirq(defer_items, &item);
	FLT_PROVES(test, "DEFER-01", item);
	FLT_PROVES(test, "DEFER-02", item);
	async_in_softirq(defer_free_item, item);
	FLT_PROVES(test, "DEFER-02", atomic64_read(&fsh_violations) == before);
	FLT_PROVES(test, "DEFER-05", atomic64_read(&fsh_violations) == before);
	FLT_PROVES(test, "IRQL-44", atomic64_read(&fsh_violations) == before);
	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	FLT_PROVES(test, "DEFER-01", async_with_fault(1, defer_items, &item) && !item);
}

/* Teardown and unload wait for a worker. */
struct defer_detach {
	struct work_struct work;
	struct probe *probe;
	bool unload;
	NTSTATUS status;
};

static void defer_detach_work(struct work_struct *work)
{
	struct defer_detach *t = container_of(work, struct defer_detach, work);

	if (t->unload)
		t->status = probe_request_unload(t->probe, true);
	else
		t->status = flt_instance_detach(flt_instance_of(t->probe->instance[0]),
						FLTFL_INSTANCE_TEARDOWN_MANUAL);
}

static void defer_holds_teardown(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int round;

	for (round = 0; round < 2; round++) {
		struct probe *b = world_probe(w, 'B', NULL);
		struct defer *d = defer_new(b, false);
		struct defer_detach *t = kunit_kzalloc(test, sizeof(*t), GFP_KERNEL);
		struct request *r = request_new(w, IRP_MJ_READ);

		KUNIT_ASSERT_NOT_NULL(test, t);
		d->gated = true;
		d->late = true;
		request_spawn(r);
		FLT_REQUIRE(test, WORLD_WAIT(d->data_seen));
		t->probe = b;
		t->unload = round;
		INIT_WORK(&t->work, defer_detach_work);
		queue_work(system_unbound_wq, &t->work);
		FLT_EXPECT(test, WORLD_WAIT(atomic_read(&b->starts)));
		msleep(50);
		/* What it had posted before that is not pended too late. */
		FLT_PROVES(test, "PEND-22",
			   WORLD_WAIT(atomic_read(&r->op.hold) == FLT_HOLD_PENDED) &&
			   !probe_violations(b, FLT_VIOLATION_PREOP_PENDING));
		FLT_PROVES(test, "DEFER-37", !atomic_read(&b->completes) &&
			   !atomic_read(&d->runs));
		complete(&d->gate);
		flush_work(&t->work);
		FLT_PROVES(test, "DEFER-37", NT_SUCCESS(t->status) && atomic_read(&d->runs) == 1 &&
			   atomic_read(&b->completes) == 1);
		FLT_EXPECT(test, request_wait(r));
		probe_unload(b);
	}
}

/* Thousands at once, each with a thread or without one. */
static void defer_thousands(struct kunit *test)
{
	enum { MANY = 2048 };
	struct world *w = defer_world(test);
	struct defer *d = defer_new(w->probe[1], false);
	struct request **r = kvcalloc(MANY, sizeof(*r), GFP_KERNEL);
	unsigned int n, good = 0;

	KUNIT_ASSERT_NOT_NULL(test, r);
	w->quiet = true;
	d->delay_ms = 1;
	for (n = 0; n < MANY; n++) {
		r[n] = request_new(w, IRP_MJ_WRITE);
		request_start(r[n]);
	}
	for (n = 0; n < MANY; n++)
		good += request_wait(r[n]) && NT_SUCCESS(r[n]->status) &&
			atomic_read(&r[n]->ended) == 1;
	FLT_PROVES(test, "PEND-23", good == MANY &&
		   WORLD_WAIT(atomic_read(&d->runs) == MANY));
	kvfree(r);
}

static struct kunit_case defer_cases[] = {
	KUNIT_CASE(defer_pattern_pre),
	KUNIT_CASE(defer_pattern_post),
	KUNIT_CASE(defer_only_runs),
	KUNIT_CASE(defer_context),
	KUNIT_CASE(defer_priorities),
	KUNIT_CASE(defer_refusals),
	KUNIT_CASE(defer_deleting),
	KUNIT_CASE(defer_misuse),
	KUNIT_CASE(defer_freed_while_queued),
	KUNIT_CASE(defer_worker_first),
	KUNIT_CASE(defer_posted_but_not_kept),
	KUNIT_CASE(defer_again),
	KUNIT_CASE(defer_allocation),
	KUNIT_CASE(defer_holds_teardown),
	KUNIT_CASE(defer_thousands),
	{}
};

static struct kunit_suite defer_suite = {
	.name = "defer",
	.init = world_init,
	.exit = world_exit,
	.test_cases = defer_cases,
};

kunit_test_suite(defer_suite);
