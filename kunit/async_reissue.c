// SPDX-License-Identifier: GPL-2.0
/*
 * Suite async_reissue: FltPerformSynchronousIo and FltReissueSynchronousIo (ASYNC-070 to
 * ASYNC-093).
 */
#include <linux/sched/signal.h>
#include <linux/kthread.h>
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "kunit/keeper.h"
#include "nt/violation.h"

static struct world *reissue_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	return w;
}

static void reissue_synchronous(struct kunit *test)
{
	struct world *w = reissue_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	void (*typed)(PFLT_CALLBACK_DATA data) = FltPerformSynchronousIo;
	unsigned long start;

	w->fake->when = FAKE_WORKER;
	w->fake->delay_ms = 50;
	start = jiffies;
	typed(i->data);
	FLT_PROVES(test, "ASYNC-070", jiffies_to_msecs(jiffies - start) >= 45 &&
		   i->data->IoStatus.Status == STATUS_SUCCESS &&
		   i->data->IoStatus.Information == PAGE_SIZE);
	FLT_PROVES(test, "ASYNC-071", !atomic_read(&i->calls) &&
		   i->data->IoStatus.Information == PAGE_SIZE);
	FLT_PROVES(test, "ASYNC-072", world_trace_is(w, "C+ F f C-"));
	FLT_PROVES(test, "ASYNC-073", w->nr_events == 4);
	issue_free(i);
	w->fake->when = FAKE_INLINE;
	w->fake->status = STATUS_DISK_FULL;
	i = issue_new(w, 'B', IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-071", issue_run(i) == STATUS_DISK_FULL);
	w->fake->status = STATUS_SUCCESS;
	FltReuseCallbackData(i->data);
	issue_fill(i, IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-071", issue_run(i) == STATUS_SUCCESS);
	issue_free(i);
}

static void reissue_synchronous_every_major(struct kunit *test)
{
	struct world *w = reissue_world(test);
	unsigned int major;

	w->probe[2]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	for (major = 0; major < FLT_NR_IRP_CODES; major++) {
		struct issue *i;

		if (!flt_op_desc(major))
			continue;
		world_clear(w);
		i = issue_new(w, 'B', major);
		FLT_PROVES(test, "ASYNC-078", issue_run(i) == STATUS_SUCCESS &&
			   world_count(w, 'F', WORLD_FAKE_PERFORM) == 1);
		issue_free(i);
	}
	FLT_PROVES(test, "ASYNC-078", world_violations(w) == 0);
	w->breaches = false;
}

static void reissue_synchronous_misuse(struct kunit *test)
{
	struct world *w = reissue_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	KIRQL irql;

	FltPerformSynchronousIo(NULL);
	FltPerformSynchronousIo(&r->op.data);
	FLT_PROVES(test, "ASYNC-076", atomic64_read(&fsh_violations) == before + 2 &&
		   world_trace_is(w, ""));
	irql = KfRaiseIrql(APC_LEVEL);
	issue_run(i);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-077", NT_SUCCESS(i->data->IoStatus.Status) &&
		   world_violations(w) == 0);
	FltReuseCallbackData(i->data);
	issue_fill(i, IRP_MJ_READ);
	world_clear(w);
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	issue_run(i);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-077",
		   i->data->IoStatus.Status == STATUS_INVALID_DEVICE_STATE &&
		   world_trace_is(w, "") && world_violations(w) == 1);
	issue_free(i);
}

/* In loops: reissue, reuse, free. */
static void reissue_own(struct kunit *test)
{
	struct world *w = reissue_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	unsigned int n, good = 0;

	w->fake->status = STATUS_DISK_FULL;
	issue_run(i);
	w->fake->status = STATUS_SUCCESS;
	world_clear(w);
	FltReissueSynchronousIo(b, i->data);
	FLT_PROVES(test, "ASYNC-080", i->data->IoStatus.Status == STATUS_SUCCESS &&
		   i->data->IoStatus.Information == PAGE_SIZE);
	FLT_PROVES(test, "ASYNC-084", world_trace_is(w, "C+ F C-"));
	FLT_PROVES(test, "ASYNC-088",
		   FLT_IS_REISSUED_IO(&world_event(w, 'C', WORLD_PRE, 0)->data) &&
		   !FLT_IS_REISSUED_IO(i->data));
	w->quiet = true;
	for (n = 0; n < 100; n++) {
		FltReissueSynchronousIo(b, i->data);
		good += NT_SUCCESS(i->data->IoStatus.Status);
		if (!(n & 3)) {
			FltReuseCallbackData(i->data);
			issue_fill(i, IRP_MJ_READ);
			good += NT_SUCCESS(issue_run(i));
		}
	}
	FLT_PROVES(test, "ASYNC-075", good == 125 && world_violations(w) == 0);
	w->breaches = false;
	w->quiet = false;

	/* What is changed counts when it is marked. */
	world_clear(w);
	i->data->Iopb->Parameters.Read.Length = 17;
	FltReissueSynchronousIo(b, i->data);
	FLT_PROVES(test, "ASYNC-086",
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters.Read.Length == PAGE_SIZE);
	world_clear(w);
	i->data->Iopb->Parameters.Read.Length = 17;
	FltSetCallbackDataDirty(i->data);
	FltReissueSynchronousIo(b, i->data);
	FLT_PROVES(test, "ASYNC-086",
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters.Read.Length == 17);
	issue_free(i);
}

/* B's post-operation callback reissues once; @reissue_change may change parameters first. */
static void (*reissue_change)(PFLT_CALLBACK_DATA data);
static PFLT_INSTANCE reissue_instance;
static NTSTATUS reissue_next_status;
static unsigned int reissue_events;
static bool reissue_again;

static int reissue_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, void *context)
{
	if (!reissue_again)
		return FLT_POSTOP_FINISHED_PROCESSING;
	reissue_again = false;
	p->world->fake->status = reissue_next_status;
	if (reissue_change)
		reissue_change(data);
	FltReissueSynchronousIo(reissue_instance ?: objects->Instance, data);
	reissue_events = p->world->nr_events;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static struct probe *reissue_prepare(struct world *w, int pre_status)
{
	struct probe *b = w->probe[1];

	b->pre_status = pre_status;
	b->on_post = reissue_in_post;
	reissue_change = NULL;
	reissue_instance = NULL;
	reissue_again = true;
	reissue_next_status = STATUS_SUCCESS;
	w->fake->status = STATUS_DISK_FULL;
	world_clear(w);
	return b;
}

static void reissue_synchronized(struct kunit *test)
{
	struct world *w = reissue_world(test);
	struct request *r;
	unsigned int how;

	for (how = 0; how < 4; how++) {
		reissue_prepare(w, FLT_PREOP_SYNCHRONIZE);
		w->fake->when = how & 1 ? FAKE_WORKER : FAKE_INLINE;
		r = request_new(w, how & 2 ? IRP_MJ_CREATE : IRP_MJ_READ);
		if (how & 2)
			w->probe[1]->pre_status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
		request_run(r);
		FLT_PROVES(test, "ASYNC-082", NT_SUCCESS(r->status) &&
			   world_trace_is(w, how & 1 ? "A+ B+ C+ F f C- B- C+ F f C- A-" :
					  "A+ B+ C+ F C- B- C+ F C- A-"));
		FLT_PROVES(test, "ASYNC-087", world_count(w, 'A', WORLD_PRE) == 1 &&
			   world_count(w, 'B', WORLD_PRE) == 1 &&
			   world_count(w, 'B', WORLD_POST) == 1);
		FLT_PROVES(test, "ASYNC-088",
			   !FLT_IS_REISSUED_IO(&world_event(w, 'C', WORLD_PRE, 0)->data) &&
			   FLT_IS_REISSUED_IO(&world_event(w, 'C', WORLD_PRE, 1)->data) &&
			   FLT_IS_REISSUED_IO(&world_event(w, 'C', WORLD_POST, 1)->data));
		FLT_PROVES(test, "ASYNC-093", world_count(w, 'A', WORLD_POST) == 1 &&
			   NT_SUCCESS(world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status) &&
			   !FLT_IS_REISSUED_IO(&world_event(w, 'A', WORLD_POST, 0)->data));
		FLT_PROVES(test, "CBD-064",
			   FLT_IS_REISSUED_IO(&world_event(w, 'C', WORLD_PRE, 1)->data) ==
			   FLTFL_CALLBACK_DATA_REISSUED_IO);
	}
	FLT_PROVES(test, "ASYNC-082", world_violations(w) == 0);
	w->breaches = false;
}

static void reissue_shorter(PFLT_CALLBACK_DATA data)
{
	data->Iopb->Parameters.Read.Length = 17;
}

static void reissue_shorter_dirty(PFLT_CALLBACK_DATA data)
{
	data->Iopb->Parameters.Read.Length = 17;
	FltSetCallbackDataDirty(data);
}

static void reissue_dirty(struct kunit *test)
{
	struct world *w = reissue_world(test);
	unsigned int round;

	for (round = 0; round < 2; round++) {
		ULONG expected = round ? 17 : PAGE_SIZE;

		reissue_prepare(w, FLT_PREOP_SYNCHRONIZE);
		reissue_change = round ? reissue_shorter_dirty : reissue_shorter;
		world_do(w, IRP_MJ_READ);
		FLT_PROVES(test, "ASYNC-086",
			   world_event(w, 'C', WORLD_PRE, 1)->iopb.Parameters.Read.Length ==
			   expected && w->fake->seen.Parameters.Read.Length == expected);
		FLT_PROVES(test, "CBD-043",
			   world_event(w, 'A', WORLD_POST, 0)->iopb.Parameters.Read.Length ==
			   PAGE_SIZE);
	}
}

static PFILE_OBJECT reissue_foreign;

static void reissue_elsewhere(PFLT_CALLBACK_DATA data)
{
	data->Iopb->TargetFileObject = reissue_foreign;
	FltSetCallbackDataDirty(data);
}

static void reissue_of_another(PFLT_CALLBACK_DATA data)
{
	data->Iopb->TargetInstance = NULL;
	FltSetCallbackDataDirty(data);
}

/* What a pre-operation callback may not change a reissue cannot either. */
static void reissue_illegal(struct kunit *test)
{
	struct world *w = reissue_world(test);
	struct flt_filter *b = (struct flt_filter *)w->probe[1]->filter;
	unsigned int round;

	for (round = 0; round < 3; round++) {
		s64 before = flt_violations_of(b, FLT_VIOLATION_DATA);

		reissue_foreign = round ? fake_open(world_second_volume(w)) : NULL;
		reissue_prepare(w, FLT_PREOP_SYNCHRONIZE);
		reissue_change = round < 2 ? reissue_elsewhere : reissue_of_another;
		FLT_EXPECT(test, world_do(w, IRP_MJ_READ) == STATUS_INVALID_PARAMETER);
		FLT_EXPECT(test, world_count(w, 'C', WORLD_PRE) == 1 &&
			   world_count(w, 'F', WORLD_FAKE_PERFORM) == 1);
		FLT_EXPECT(test, flt_violations_of(b, FLT_VIOLATION_DATA) == before + 1);
		if (reissue_foreign)
			fake_close(reissue_foreign);
	}
	w->breaches = true;
}

static void reissue_misuse(struct kunit *test)
{
	struct world *w = reissue_world(test);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r;

	/* Not synchronized. */
	reissue_prepare(w, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	FLT_PROVES(test, "ASYNC-083", world_do(w, IRP_MJ_READ) == STATUS_INVALID_PARAMETER &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   atomic64_read(&fsh_violations) == ++before);
	FLT_PROVES(test, "CBD-069", atomic64_read(&fsh_violations) == before);
	/* Somebody else's instance. */
	reissue_prepare(w, FLT_PREOP_SYNCHRONIZE);
	reissue_instance = w->probe[2]->instance[0];
	FLT_PROVES(test, "ASYNC-081", world_do(w, IRP_MJ_READ) == STATUS_INVALID_PARAMETER &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   atomic64_read(&fsh_violations) == ++before);
	/* No IRP: SYNCHRONIZE is WITH_CALLBACK for it. */
	reissue_prepare(w, FLT_PREOP_SYNCHRONIZE);
	r = request_new(w, IRP_MJ_READ);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	FLT_PROVES(test, "ASYNC-085", request_run(r) == STATUS_INVALID_PARAMETER &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   atomic64_read(&fsh_violations) == ++before);
}

static void reissue_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltReissueSynchronousIo(objects->Instance, data);
	reissue_next_status = data->IoStatus.Status;
}

static void reissue_from_pre(struct kunit *test)
{
	struct world *w = reissue_world(test);
	s64 before = atomic64_read(&fsh_violations);

	w->probe[1]->on_pre = reissue_in_pre;
	FLT_PROVES(test, "ASYNC-083", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   reissue_next_status == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == before + 1 &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
}

static void reissue_cancelled_create(struct kunit *test)
{
	struct world *w = reissue_world(test);

	reissue_prepare(w, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	w->file->Flags |= FO_FILE_OPEN_CANCELLED;
	FLT_PROVES(test, "ASYNC-089", world_do(w, IRP_MJ_CREATE) == STATUS_CANCELLED &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	w->file->Flags &= ~FO_FILE_OPEN_CANCELLED;
}

static void reissue_open_itself(PFLT_CALLBACK_DATA data)
{
	data->Iopb->Parameters.Create.Options |= FILE_OPEN_REPARSE_POINT;
	FltSetCallbackDataDirty(data);
}

static void reissue_reparse(struct kunit *test)
{
	struct world *w = reissue_world(test);
	FLT_TAG_DATA_BUFFER *tag = ExAllocatePool2(POOL_FLAG_PAGED, sizeof(*tag), 0x74736574);

	KUNIT_ASSERT_NOT_NULL(test, tag);
	reissue_prepare(w, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	w->fake->status = STATUS_REPARSE;
	w->fake->tag = tag;
	reissue_change = reissue_open_itself;
	FLT_PROVES(test, "ASYNC-091", world_do(w, IRP_MJ_CREATE) == STATUS_SUCCESS &&
		   w->fake->seen.Parameters.Create.Options & FILE_OPEN_REPARSE_POINT);
	FLT_PROVES(test, "ASYNC-090",
		   world_event(w, 'B', WORLD_POST, 0)->data.TagData == tag &&
		   !world_event(w, 'C', WORLD_PRE, 1)->data.TagData &&
		   !world_event(w, 'A', WORLD_POST, 0)->data.TagData);
}

static void reissue_levels(struct kunit *test)
{
	struct world *w = reissue_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);
	KIRQL irql;

	issue_run(i);
	irql = KfRaiseIrql(APC_LEVEL);
	FltReissueSynchronousIo(b, i->data);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-092", NT_SUCCESS(i->data->IoStatus.Status) &&
		   atomic64_read(&fsh_violations) == before + 1);
	i->data->Iopb->IrpFlags |= IRP_PAGING_IO;
	FltSetCallbackDataDirty(i->data);
	irql = KfRaiseIrql(APC_LEVEL);
	FltReissueSynchronousIo(b, i->data);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-092", NT_SUCCESS(i->data->IoStatus.Status) &&
		   atomic64_read(&fsh_violations) == before + 1);
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	FltReissueSynchronousIo(b, i->data);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-092",
		   i->data->IoStatus.Status == STATUS_INVALID_DEVICE_STATE &&
		   atomic64_read(&fsh_violations) == before + 2);
	issue_free(i);
}

/* What was refused when it was issued has its parameters still. */
static void reissue_refused(struct kunit *test)
{
	struct world *w = reissue_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	unsigned int start;
	KIRQL irql;

	w->breaches = true;
	for (start = 0; start < 2; start++) {
		i->data->Iopb->Parameters.Read.ByteOffset.QuadPart = 4096;
		irql = KfRaiseIrql(DISPATCH_LEVEL);
		if (start)
			issue_start(i);
		else
			issue_run(i);
		KeLowerIrql(irql);
		FLT_EXPECT(test, i->data->IoStatus.Status == STATUS_INVALID_DEVICE_STATE);
		FltReissueSynchronousIo(b, i->data);
		FLT_PROVES(test, "ASYNC-086", NT_SUCCESS(i->data->IoStatus.Status) &&
			   w->fake->seen.MajorFunction == IRP_MJ_READ &&
			   w->fake->seen.Parameters.Read.ByteOffset.QuadPart == 4096);
		FltReuseCallbackData(i->data);
		issue_fill(i, IRP_MJ_READ);
	}
	issue_free(i);
}

/* The reissue is held below while the instance that reissues is detached. */
struct reissue_detach {
	struct work_struct work;
	struct flt_instance *instance;
};

static void reissue_detach_work(struct work_struct *work)
{
	struct reissue_detach *d = container_of(work, struct reissue_detach, work);

	flt_instance_detach(d->instance, FLTFL_INSTANCE_TEARDOWN_MANUAL);
}

static struct fake_volume *reissue_fake;

static void reissue_hold_now(PFLT_CALLBACK_DATA data)
{
	reissue_fake->when = FAKE_HOLD;
}

static void reissue_detached(struct kunit *test)
{
	struct world *w = reissue_world(test);
	struct probe *b = reissue_prepare(w, FLT_PREOP_SYNCHRONIZE);
	struct reissue_detach *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);
	struct request *r = request_new(w, IRP_MJ_READ);

	KUNIT_ASSERT_NOT_NULL(test, d);
	reissue_fake = w->fake;
	reissue_change = reissue_hold_now;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	msleep(20);
	INIT_WORK(&d->work, reissue_detach_work);
	d->instance = flt_instance_of(b->instance[0]);
	queue_work(system_unbound_wq, &d->work);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&b->starts)));
	msleep(100);
	FLT_PROVES(test, "PREOP-92", !atomic_read(&b->completes) && !atomic_read(&b->drains));
	fake_release(w->fake);
	FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status));
	flush_work(&d->work);
	FLT_EXPECT(test, atomic_read(&b->completes) == 1 && atomic_read(&b->post) == 1);
}

/* Killed while it waits: the request is cancelled where that is possible, and awaited. */
static int reissue_thread(void *arg)
{
	struct issue *i = arg;

	allow_signal(SIGKILL);
	issue_run(i);
	complete(&i->done);
	return 0;
}

static void reissue_killed(struct kunit *test)
{
	struct world *w = reissue_world(test);
	unsigned int round;

	for (round = 0; round < 2; round++) {
		struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
		struct task_struct *thread;

		w->fake->when = FAKE_HOLD;
		w->fake->cancellable = round;
		thread = kthread_create(reissue_thread, i, "flt-issuer");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
		get_task_struct(thread);
		wake_up_process(thread);
		FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
		msleep(20);
		send_sig(SIGKILL, thread, 1);
		msleep(50);
		if (!round) {
			FLT_PROVES(test, "ASYNC-079", !completion_done(&i->done));
			fake_release(w->fake);
		}
		FLT_PROVES(test, "ASYNC-079", issue_wait(i) && i->data->IoStatus.Status ==
			   (round ? STATUS_CANCELLED : STATUS_SUCCESS));
		kthread_stop(thread);
		put_task_struct(thread);
		issue_free(i);
	}
}

static struct kunit_case reissue_cases[] = {
	KUNIT_CASE(reissue_synchronous),
	KUNIT_CASE(reissue_synchronous_every_major),
	KUNIT_CASE(reissue_synchronous_misuse),
	KUNIT_CASE(reissue_own),
	KUNIT_CASE(reissue_synchronized),
	KUNIT_CASE(reissue_dirty),
	KUNIT_CASE(reissue_illegal),
	KUNIT_CASE(reissue_misuse),
	KUNIT_CASE(reissue_from_pre),
	KUNIT_CASE(reissue_cancelled_create),
	KUNIT_CASE(reissue_reparse),
	KUNIT_CASE(reissue_levels),
	KUNIT_CASE(reissue_refused),
	KUNIT_CASE(reissue_detached),
	KUNIT_CASE(reissue_killed),
	{}
};

static struct kunit_suite reissue_suite = {
	.name = "async_reissue",
	.init = world_init,
	.exit = world_exit,
	.test_cases = reissue_cases,
};

kunit_test_suite(reissue_suite);
