// SPDX-License-Identifier: GPL-2.0
/*
 * Suite async: FltPerformAsynchronousIo and its completion callback (ASYNC-026 to ASYNC-069).
 */
#include <linux/kthread.h>
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "kunit/keeper.h"
#include "nt/violation.h"

static struct world *async_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	return w;
}

static void async_arguments(struct kunit *test)
{
	int (*typed)(PFLT_CALLBACK_DATA data, PFLT_COMPLETED_ASYNC_IO_CALLBACK routine,
		     PVOID context) = FltPerformAsynchronousIo;
	void (*callback)(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context) = issue_callback;
	PFLT_COMPLETED_ASYNC_IO_CALLBACK as_declared = callback;
	struct world *w = async_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	struct request *r = request_new(w, IRP_MJ_READ);
	FLT_CALLBACK_DATA own = { };
	s64 before = atomic64_read(&fsh_violations);

	FLT_PROVES(test, "ASYNC-027", typed(NULL, as_declared, i) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "ASYNC-027", typed(&own, as_declared, i) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "ASYNC-027",
		   typed(&r->op.data, as_declared, i) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "ASYNC-027", atomic64_read(&fsh_violations) == before + 3);
	FLT_PROVES(test, "ASYNC-028", typed(i->data, NULL, i) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "ASYNC-028", atomic64_read(&fsh_violations) == before + 4);
	FLT_PROVES(test, "ASYNC-027", world_trace_is(w, "") && !atomic_read(&i->calls));
	FLT_PROVES(test, "ASYNC-028", world_trace_is(w, ""));
	FLT_PROVES(test, "ASYNC-026", typed(i->data, as_declared, i) == STATUS_SUCCESS);
	FLT_PROVES(test, "ASYNC-056", atomic_read(&i->calls) == 1);
	issue_free(i);
}

/* Contexts arrive as they are given. */
static void *async_context;
static int async_context_calls;

static void async_take_context(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
	async_context = context;
	async_context_calls++;
}

static void async_context_arrives(struct kunit *test)
{
	static void *const contexts[] = { NULL, (void *)0xdead4ead0000bead, (void *)1 };
	struct world *w = async_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	unsigned int n;

	async_context_calls = 0;
	for (n = 0; n < ARRAY_SIZE(contexts); n++) {
		async_context = i;
		FltPerformAsynchronousIo(i->data, async_take_context, contexts[n]);
		FLT_PROVES(test, "ASYNC-029", async_context == contexts[n] &&
			   async_context_calls == n + 1);
		FltReuseCallbackData(i->data);
		issue_fill(i, IRP_MJ_READ);
	}
	issue_free(i);
}

static void async_every_major(struct kunit *test)
{
	struct world *w = async_world(test);
	unsigned int major;

	/* Not every operation may have a post-operation callback. */
	w->probe[2]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	for (major = 0; major < FLT_NR_IRP_CODES; major++) {
		const struct flt_op_desc *desc = flt_op_desc(major);
		struct issue *i;

		if (!desc || major == IRP_MJ_CREATE)
			continue;
		world_clear(w);
		i = issue_new(w, 'B', major);
		FLT_PROVES(test, "ASYNC-031", issue_start(i) == STATUS_SUCCESS &&
			   atomic_read(&i->calls) == 1 && i->major == major);
		FLT_PROVES(test, "ASYNC-032", world_count(w, 'F', WORLD_FAKE_PERFORM) == 1);
		issue_free(i);
	}
	/* Legal use, reads and writes included. */
	FLT_PROVES(test, "ASYNC-032", world_violations(w) == 0);
	w->breaches = false;
}

static void async_routing(struct kunit *test)
{
	struct world *w = world_of(test);
	struct issue *i;
	PFILE_OBJECT file;

	world_second_volume(w);
	world_probes(w, "ABCD");
	i = issue_new(w, 'B', IRP_MJ_READ);
	issue_start(i);
	FLT_PROVES(test, "ASYNC-033", world_trace_is(w, "C+ D+ F D- C-"));
	FLT_PROVES(test, "ASYNC-034", world_trace_is(w, "C+ D+ F D- C-"));
	FLT_PROVES(test, "ASYNC-035", i->events == 5 && atomic_read(&i->calls) == 1);
	issue_free(i);
	world_clear(w);
	i = issue_new(w, 'D', IRP_MJ_READ);
	issue_start(i);
	FLT_PROVES(test, "ASYNC-036", world_trace_is(w, "F"));
	issue_free(i);

	if (flt_volume_ready(w->other->volume) || !w->probe[2]->instance[1])
		KUNIT_FAIL(test, "no instance on the second volume");
	world_clear(w);
	file = fake_open(w->other);
	i = issue_on(w, 'C', w->probe[2]->instance[1], file, IRP_MJ_READ);
	issue_start(i);
	FLT_PROVES(test, "ASYNC-037", world_trace_is(w, "D+ F D-") &&
		   world_event(w, 'F', WORLD_FAKE_PERFORM, 0)->volume == 1 &&
		   world_event(w, 'D', WORLD_PRE, 0)->volume == 1);
	issue_free(i);
	fake_close(file);
}

/* C halts completion: the callback waits for that as well. */
static void async_callback_after_posts(struct kunit *test)
{
	struct world *w = async_world(test);
	struct keeper *k = keeper_halt(w->probe[2], KEEPER_TEST);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);

	FLT_PROVES(test, "ASYNC-040", issue_start(i) == STATUS_PENDING);
	FLT_PROVES(test, "ASYNC-035", keeper_wait(k) && !atomic_read(&i->calls));
	keeper_resume(k);
	FLT_PROVES(test, "ASYNC-035", issue_wait(i) && i->events == 3);
	issue_free(i);

	w->probe[2]->on_post = NULL;
	k = keeper_pend(w->probe[2], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	i = issue_new(w, 'B', IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-040", issue_start(i) == STATUS_PENDING && keeper_wait(k) &&
		   !atomic_read(&i->calls));
	keeper_resume(k);
	FLT_PROVES(test, "ASYNC-040", issue_wait(i) && atomic_read(&i->calls) == 1);
	issue_free(i);
}

static void async_complete_no_access(struct probe *p, PFLT_CALLBACK_DATA data,
				     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
	*status = FLT_PREOP_COMPLETE;
}

static int async_post_changes(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->IoStatus.Status = STATUS_DISK_FULL;
	data->IoStatus.Information = 0;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void async_return_values(struct kunit *test)
{
	struct world *w = async_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);

	FLT_PROVES(test, "ASYNC-038", issue_start(i) == STATUS_SUCCESS &&
		   atomic_read(&i->calls) == 1 && i->information == PAGE_SIZE);
	FLT_PROVES(test, "ASYNC-047", i->seen == i->data);
	FLT_PROVES(test, "ASYNC-057", i->major == IRP_MJ_READ && i->status == STATUS_SUCCESS &&
		   i->information == PAGE_SIZE);
	FLT_PROVES(test, "ASYNC-061", i->task == current);
	/* Ours until we free it. */
	FLT_PROVES(test, "ASYNC-030", i->data->IoStatus.Information == PAGE_SIZE &&
		   i->data->Iopb->Parameters.Read.Length == PAGE_SIZE);
	issue_free(i);

	w->fake->status = STATUS_DISK_FULL;
	i = issue_new(w, 'B', IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-045", issue_start(i) == STATUS_SUCCESS &&
		   i->status == STATUS_DISK_FULL);
	FLT_PROVES(test, "ASYNC-043", atomic_read(&i->calls) == 1);
	issue_free(i);
	w->fake->status = STATUS_INSUFFICIENT_RESOURCES;
	i = issue_new(w, 'B', IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-013", issue_start(i) == STATUS_SUCCESS &&
		   i->status == STATUS_INSUFFICIENT_RESOURCES);
	issue_free(i);
	w->fake->status = STATUS_SUCCESS;

	w->probe[2]->on_post = async_post_changes;
	i = issue_new(w, 'B', IRP_MJ_READ);
	issue_start(i);
	FLT_PROVES(test, "ASYNC-046", i->status == STATUS_DISK_FULL && !i->information);
	issue_free(i);

	w->probe[2]->on_pre = async_complete_no_access;
	world_clear(w);
	i = issue_new(w, 'B', IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-039", issue_start(i) == STATUS_FLT_IO_COMPLETE &&
		   NT_SUCCESS(STATUS_FLT_IO_COMPLETE) && atomic_read(&i->calls) == 1 &&
		   world_trace_is(w, "C+"));
	FLT_PROVES(test, "ASYNC-045", i->status == STATUS_ACCESS_DENIED);
	issue_free(i);
}

static void async_create(struct kunit *test)
{
	struct world *w = async_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_CREATE);

	FLT_PROVES(test, "ASYNC-042",
		   issue_start(i) == STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST &&
		   !NT_SUCCESS(i->returned) && world_trace_is(w, ""));
	FLT_PROVES(test, "ASYNC-043", atomic_read(&i->calls) == 1);
	FLT_PROVES(test, "ASYNC-044", i->status == i->returned && !i->information);
	issue_free(i);
	i = issue_new(w, 'B', IRP_MJ_CREATE);
	world_clear(w);
	FLT_PROVES(test, "ASYNC-074", NT_SUCCESS(issue_run(i)) && world_trace_is(w, "C+ F C-"));
	issue_free(i);
}

/* What is no IRP cannot be started. */
static void async_not_irp(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_ACQUIRE_FOR_MOD_WRITE, IRP_MJ_MDL_READ, IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE,
		IRP_MJ_NETWORK_QUERY_OPEN, 0x77,
	};
	struct world *w = async_world(test);
	struct issue *i;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(majors); n++) {
		i = issue_new(w, 'B', majors[n]);
		FLT_PROVES(test, "ASYNC-009", issue_start(i) == STATUS_INVALID_PARAMETER &&
			   i->status == STATUS_INVALID_PARAMETER && !i->information &&
			   atomic_read(&i->calls) == 1);
		issue_free(i);
		i = issue_new(w, 'B', majors[n]);
		FLT_PROVES(test, "ASYNC-009", issue_run(i) == STATUS_INVALID_PARAMETER);
		issue_free(i);
	}
	i = issue_new(w, 'B', IRP_MJ_READ);
	i->data->Flags |= FLTFL_CALLBACK_DATA_FAST_IO_OPERATION;
	FLT_PROVES(test, "ASYNC-009", issue_start(i) == STATUS_INVALID_PARAMETER);
	issue_free(i);
	FLT_PROVES(test, "ASYNC-009", world_trace_is(w, "") &&
		   world_violations(w) == 2 * ARRAY_SIZE(majors) + 1);
}

static void async_held(struct kunit *test)
{
	struct world *w = async_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_WRITE);

	w->fake->when = FAKE_HOLD;
	FLT_PROVES(test, "ASYNC-040", issue_start(i) == STATUS_PENDING);
	msleep(50);
	FLT_PROVES(test, "ASYNC-060", !atomic_read(&i->calls) && fake_nr_held(w->fake) == 1);
	fake_release(w->fake);
	FLT_PROVES(test, "ASYNC-040", issue_wait(i) && atomic_read(&i->calls) == 1);
	msleep(20);
	FLT_PROVES(test, "ASYNC-060", atomic_read(&i->calls) == 1);
	FLT_PROVES(test, "ASYNC-057", i->major == IRP_MJ_WRITE);
	issue_free(i);
}

/* In the callback, on every way that leads to it, the data is freed. */
static void async_free_it(struct issue *i)
{
	FltFreeCallbackData(i->seen);
}

static void async_free_in_callback(struct kunit *test)
{
	static const enum fake_when whens[] = {
		FAKE_INLINE, FAKE_EARLY, FAKE_WORKER, FAKE_SOFTIRQ,
	};
	struct world *w = async_world(test);
	struct issue *i;
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(whens); n++) {
		w->fake->when = whens[n];
		i = issue_new(w, 'B', IRP_MJ_READ);
		i->on_done = async_free_it;
		if (whens[n] == FAKE_SOFTIRQ)
			issue_start_soft(i);
		else
			issue_start(i);
		FLT_PROVES(test, "ASYNC-048", issue_wait(i) && NT_SUCCESS(i->status) &&
			   NT_SUCCESS(i->returned));
	}
	w->fake->when = FAKE_INLINE;
	FLT_PROVES(test, "ASYNC-020", i->irql == DISPATCH_LEVEL && !i->asleep);
	i = issue_new(w, 'B', IRP_MJ_CREATE);
	i->on_done = async_free_it;
	issue_start(i);
	FLT_PROVES(test, "ASYNC-048", issue_wait(i) &&
		   i->returned == STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST);
	w->probe[2]->on_pre = async_complete_no_access;
	i = issue_new(w, 'B', IRP_MJ_READ);
	i->on_done = async_free_it;
	issue_start(i);
	FLT_PROVES(test, "ASYNC-048", issue_wait(i) && i->returned == STATUS_FLT_IO_COMPLETE);
	FLT_PROVES(test, "ASYNC-048", world_violations(w) == 0);
	w->breaches = false;
	/* Long after is as good. */
	w->probe[2]->on_pre = NULL;
	i = issue_new(w, 'B', IRP_MJ_READ);
	issue_start(i);
	FLT_PROVES(test, "ASYNC-049", issue_wait(i));
	msleep(200);
	issue_free(i);
	FLT_PROVES(test, "ASYNC-049", world_violations(w) == 0);
	w->breaches = false;
}

static void async_from_everywhere(struct kunit *test)
{
	static const struct {
		enum fake_when when;
		int irql;
	} cases[] = {
		{ FAKE_INLINE, PASSIVE_LEVEL }, { FAKE_WORKER, PASSIVE_LEVEL },
		{ FAKE_SOFTIRQ, DISPATCH_LEVEL },
	};
	struct world *w = async_world(test);
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(cases); n++) {
		struct issue *i = issue_new(w, 'B', IRP_MJ_READ);

		w->fake->when = cases[n].when;
		if (cases[n].when == FAKE_SOFTIRQ)
			issue_start_soft(i);
		else
			issue_start(i);
		FLT_PROVES(test, "ASYNC-061", issue_wait(i) && i->task && i->seen == i->data);
		FLT_PROVES(test, "ASYNC-062", i->irql == cases[n].irql);
		FLT_PROVES(test, "ASYNC-063", (i->irql == DISPATCH_LEVEL) == !i->asleep);
		issue_free(i);
	}
}

/* The callback sends the same data down again, a thousand times and ten thousand times deep. */
enum { ASYNC_CHAIN = 10000 };
static struct completion async_chain_end;
static atomic_t async_chain_left;

static void async_chain_on(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
	struct issue *i = context;

	atomic_inc(&i->calls);
	if (atomic_dec_return(&async_chain_left) <= 0) {
		complete(&async_chain_end);
		return;
	}
	FltReuseCallbackData(data);
	issue_fill(i, IRP_MJ_READ);
	FltPerformAsynchronousIo(data, async_chain_on, i);
}

static void async_chain(struct kunit *test)
{
	struct world *w = async_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);

	w->quiet = true;
	init_completion(&async_chain_end);
	atomic_set(&async_chain_left, ASYNC_CHAIN);
	FltPerformAsynchronousIo(i->data, async_chain_on, i);
	FLT_PROVES(test, "ASYNC-050", wait_for_completion_timeout(&async_chain_end, 60 * HZ) &&
		   atomic_read(&i->calls) == ASYNC_CHAIN);
	FLT_PROVES(test, "ASYNC-024", atomic_read(&i->calls) == ASYNC_CHAIN &&
		   atomic_read(&w->probe[2]->pre) == ASYNC_CHAIN);
	FLT_PROVES(test, "ASYNC-024", world_violations(w) == 0);
	w->breaches = false;
	msleep(20);
	issue_free(i);
}

/* The end races with the return. */
static void async_end_races(struct kunit *test)
{
	enum { TIMES = 2000 };
	struct world *w = async_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	unsigned int n, good = 0;

	w->quiet = true;
	for (n = 0; n < TIMES; n++) {
		w->fake->when = n & 1 ? FAKE_WORKER : FAKE_SOFTIRQ;
		good += issue_start(i) == STATUS_PENDING && issue_wait(i) &&
			atomic_read(&i->calls) == n + 1;
		FltReuseCallbackData(i->data);
		issue_fill(i, IRP_MJ_READ);
	}
	FLT_PROVES(test, "ASYNC-041", good == TIMES);
	FLT_PROVES(test, "ASYNC-041", atomic_read(&i->calls) == TIMES);
	issue_free(i);
}

static void async_levels(struct kunit *test)
{
	static const struct {
		UCHAR major;
		bool may_page;
	} majors[] = {
		{ IRP_MJ_READ, true }, { IRP_MJ_WRITE, true }, { IRP_MJ_QUERY_INFORMATION, true },
		{ IRP_MJ_SET_INFORMATION, true }, { IRP_MJ_DIRECTORY_CONTROL, false },
		{ IRP_MJ_FLUSH_BUFFERS, false }, { IRP_MJ_QUERY_VOLUME_INFORMATION, false },
	};
	struct world *w = async_world(test);
	u64 before = world_violations(w);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	unsigned int n;
	KIRQL irql;

	issue_start(i);
	FLT_PROVES(test, "ASYNC-051", NT_SUCCESS(i->status) && world_violations(w) == before);
	issue_free(i);
	i = issue_new(w, 'B', IRP_MJ_READ);
	irql = KfRaiseIrql(APC_LEVEL);
	issue_start(i);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-051", NT_SUCCESS(i->status) && atomic_read(&i->calls) == 1 &&
		   world_violations(w) == ++before);
	issue_free(i);

	for (n = 0; n < ARRAY_SIZE(majors); n++) {
		i = issue_new(w, 'B', majors[n].major);
		i->data->Iopb->IrpFlags |= IRP_PAGING_IO;
		world_clear(w);
		irql = KfRaiseIrql(APC_LEVEL);
		issue_start(i);
		KeLowerIrql(irql);
		if (!majors[n].may_page)
			before += 2;	/* the flag, and then the level */
		FLT_PROVES(test, "ASYNC-053", atomic_read(&i->calls) == 1 &&
			   world_violations(w) == before &&
			   !!(world_event(w, 'C', WORLD_PRE, 0)->iopb.IrpFlags & IRP_PAGING_IO) ==
			   majors[n].may_page);
		if (majors[n].may_page)
			FLT_PROVES(test, "ASYNC-052", NT_SUCCESS(i->status) &&
				   world_violations(w) == before);
		issue_free(i);
	}

	i = issue_new(w, 'B', IRP_MJ_READ);
	world_clear(w);
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	issue_start(i);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-054", i->returned == STATUS_INVALID_DEVICE_STATE &&
		   i->status == STATUS_INVALID_DEVICE_STATE && atomic_read(&i->calls) == 1 &&
		   world_trace_is(w, "") && world_violations(w) == ++before);
	FLT_PROVES(test, "ASYNC-044", !i->information);
	issue_free(i);
}

/* At DISPATCH_LEVEL: what may be done in the callback, and what is refused. */
struct async_dispatch {
	KSPIN_LOCK spin;
	bool spun;
	PVOID paged;
	PVOID nonpaged;
	PFLT_CALLBACK_DATA other;
	NTSTATUS read;
	NTSTATUS other_status;
	bool queued;
	s64 breaches;
	PFLT_GENERIC_WORKITEM item;
	atomic_t ran;
	FAST_MUTEX mutex;
};

static struct async_dispatch async_dispatch;

static void async_dispatch_item(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	FltFreeGenericWorkItem(item);
	atomic_inc(&async_dispatch.ran);
}

static void async_do_at_dispatch(struct issue *i)
{
	struct async_dispatch *d = &async_dispatch;
	s64 before;
	KIRQL irql;

	before = atomic64_read(&fsh_violations);
	irql = KeAcquireSpinLockRaiseToDpc(&d->spin);
	d->spun = irql == DISPATCH_LEVEL && KeGetCurrentIrql() == DISPATCH_LEVEL && d->spin;
	KeReleaseSpinLock(&d->spin, irql);
	d->spun = d->spun && KeGetCurrentIrql() == DISPATCH_LEVEL &&
		  atomic64_read(&fsh_violations) == before;
	d->nonpaged = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, 0x74736574);
	if (d->nonpaged) {
		memset(d->nonpaged, 1, 64);
		ExFreePool(d->nonpaged);
	}
	if (d->paged)
		memset(d->paged, 2, 64);
	d->item = FltAllocateGenericWorkItem();
	d->queued = d->item &&
		    NT_SUCCESS(FltQueueGenericWorkItem(d->item, i->probe->instance[0],
						       async_dispatch_item, DelayedWorkQueue,
						       NULL));
	before = atomic64_read(&fsh_violations);
	d->read = FltReadFile(i->probe->instance[0], i->world->file, NULL, 16, d->paged, 0, NULL,
			      NULL, NULL);
	FltPerformSynchronousIo(d->other);
	d->other_status = d->other->IoStatus.Status;
	ExAcquireFastMutex(&d->mutex);
	d->breaches = atomic64_read(&fsh_violations) - before;
	FltFreeCallbackData(i->seen);
}

static void async_at_dispatch(struct kunit *test)
{
	struct world *w = async_world(test);
	struct async_dispatch *d = &async_dispatch;
	struct issue *other = issue_new(w, 'B', IRP_MJ_READ);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);

	memset(d, 0, sizeof(*d));
	KeInitializeSpinLock(&d->spin);
	ExInitializeFastMutex(&d->mutex);
	d->paged = ExAllocatePool2(POOL_FLAG_PAGED, 64, 0x74736574);
	d->other = other->data;
	w->file->FsContext = w;
	w->file->Flags |= FO_SYNCHRONOUS_IO;
	w->breaches = true;
	i->on_done = async_do_at_dispatch;
	issue_start_soft(i);
	FLT_REQUIRE(test, issue_wait(i));
	FLT_EXPECT(test, i->irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "ASYNC-068", d->spun);
	FLT_PROVES(test, "ASYNC-065", d->nonpaged && d->paged && *(u8 *)d->paged == 2);
	FLT_PROVES(test, "ASYNC-069", d->queued && WORLD_WAIT(atomic_read(&d->ran) == 1));
	FLT_PROVES(test, "ASYNC-064", d->read == STATUS_INVALID_DEVICE_STATE);
	FLT_PROVES(test, "ASYNC-064", d->other_status == STATUS_INVALID_DEVICE_STATE);
	FLT_PROVES(test, "ASYNC-077", d->other_status == STATUS_INVALID_DEVICE_STATE &&
		   world_trace_is(w, "C+ F f C-"));
	FLT_PROVES(test, "ASYNC-119", d->read == STATUS_INVALID_DEVICE_STATE);
	/* FltReadFile() and the mutex; the other one is counted for the filter. */
	FLT_PROVES(test, "ASYNC-067", d->breaches == 2 && world_violations(w) == 1);
	ExFreePool(d->paged);
	issue_free(other);
}

/* Without memory the request ends like any other. */
static void async_fault_start(void *arg)
{
	issue_start(arg);
}

static void async_fault_run(void *arg)
{
	issue_run(arg);
}

static void async_no_memory(struct kunit *test)
{
	const ULONG all = FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY;
	struct world *w = world_of(test);
	PFLT_CALLBACK_DATA data;
	NTSTATUS status;
	struct issue *i;
	unsigned int n;

	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	/* Allocated while few are attached: more records are needed when it is issued. */
	world_probe(w, 'A', NULL);
	i = issue_new(w, 'A', IRP_MJ_READ);
	status = FltAllocateCallbackDataEx(w->probe[0]->instance[0], w->file, all, &data);
	FLT_REQUIRE(test, NT_SUCCESS(status));
	world_probes(w, "BCDEFGH");
	FLT_EXPECT(test, async_with_fault(1, async_fault_start, i));
	FLT_PROVES(test, "ASYNC-038", i->returned == STATUS_INSUFFICIENT_RESOURCES);
	FLT_PROVES(test, "ASYNC-014", i->status == STATUS_INSUFFICIENT_RESOURCES &&
		   atomic_read(&i->calls) == 1 && !world_count(w, 'B', WORLD_PRE));
	FLT_PROVES(test, "ASYNC-043", atomic_read(&i->calls) == 1);
	/* Whoever waits needs none. */
	FltReuseCallbackData(i->data);
	issue_fill(i, IRP_MJ_READ);
	FLT_EXPECT(test, !async_with_fault(1, async_fault_run, i));
	FLT_PROVES(test, "ASYNC-014", NT_SUCCESS(i->data->IoStatus.Status));
	issue_free(i);

	/* What was preallocated needs no memory. */
	i->data = data;
	for (n = 0; n < 2; n++) {
		bool failed;

		issue_fill(i, IRP_MJ_READ);
		failed = async_with_fault(1, n ? async_fault_run : async_fault_start, i);
		FLT_PROVES(test, "ASYNC-011", !failed && NT_SUCCESS(data->IoStatus.Status) &&
			   data->IoStatus.Information == PAGE_SIZE);
		FltReuseCallbackData(data);
	}
	issue_free(i);
}

/* Nothing is allocated for a synchronous operation, however many filters it visits. */
static void async_fault_request(void *arg)
{
	request_run(arg);
}

static void async_no_allocation(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct issue *i;

	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	world_probes(w, "ABCDEFGH");
	FLT_EXPECT(test, !async_with_fault(1, async_fault_request, r) && NT_SUCCESS(r->status) &&
		   atomic_read(&w->probe[7]->post) == 1);
	/* What a filter starts has its one allocation behind it. */
	i = issue_new(w, 'A', IRP_MJ_READ);
	FLT_EXPECT(test, !async_with_fault(1, async_fault_start, i) && NT_SUCCESS(i->status) &&
		   atomic_read(&w->probe[7]->post) == 2);
	issue_free(i);
}

static struct kunit_case async_cases[] = {
	KUNIT_CASE(async_arguments),
	KUNIT_CASE(async_context_arrives),
	KUNIT_CASE(async_every_major),
	KUNIT_CASE(async_routing),
	KUNIT_CASE(async_callback_after_posts),
	KUNIT_CASE(async_return_values),
	KUNIT_CASE(async_create),
	KUNIT_CASE(async_not_irp),
	KUNIT_CASE(async_held),
	KUNIT_CASE(async_free_in_callback),
	KUNIT_CASE(async_from_everywhere),
	KUNIT_CASE(async_chain),
	KUNIT_CASE(async_end_races),
	KUNIT_CASE(async_levels),
	KUNIT_CASE(async_at_dispatch),
	KUNIT_CASE(async_no_memory),
	KUNIT_CASE(async_no_allocation),
	{}
};

static struct kunit_suite async_suite = {
	.name = "async",
	.init = world_init,
	.exit = world_exit,
	.test_cases = async_cases,
};

kunit_test_suite(async_suite);
