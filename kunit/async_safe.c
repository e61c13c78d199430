// SPDX-License-Identifier: GPL-2.0
/*
 * Suite async_safe: FltDoCompletionProcessingWhenSafe (POSTOP-22, POSTOP-46, POSTOP-52 to
 * POSTOP-65), and a request that outlives its issuer (ASYNC-050).
 */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include <linux/sched/task_stack.h>
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "nt/violation.h"

#define COOKIE	((void *)0xdead4ead0000bead)

/* What B's post-operation callback and its safe part saw. */
struct safe {
	BOOLEAN returned;
	FLT_POSTOP_CALLBACK_STATUS status;
	int post_irql;
	atomic_t runs;
	PFLT_CALLBACK_DATA data, data_seen;
	FLT_RELATED_OBJECTS objects, objects_seen;
	void *context_seen;
	ULONG flags_seen;
	int irql;
	bool worker;
	struct task_struct *task;
	FLT_POSTOP_CALLBACK_STATUS verdict;	/* of the safe part */
	unsigned int delay_ms;
	bool follow_pattern;			/* fail the operation after FALSE */
	struct work_struct resume;
	struct completion go;			/* for @resume */
};

static struct safe safe;

static FLT_POSTOP_CALLBACK_STATUS safe_part(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
					    PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
	if (safe.delay_ms)
		msleep(safe.delay_ms);
	safe.data_seen = data;
	safe.objects_seen = *objects;
	safe.context_seen = context;
	safe.flags_seen = flags;
	safe.irql = KeGetCurrentIrql();
	safe.worker = current->flags & PF_WQ_WORKER;
	safe.task = current;
	data->IoStatus.Status = STATUS_DISK_FULL;
	data->IoStatus.Information = 0;
	atomic_inc(&safe.runs);
	if (safe.verdict == FLT_POSTOP_MORE_PROCESSING_REQUIRED)
		queue_work(system_unbound_wq, &safe.resume);
	return safe.verdict;
}

static void safe_resume(struct work_struct *work)
{
	wait_for_completion(&safe.go);
	FltCompletePendedPostOperation(safe.data);
}

static int safe_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     void *context)
{
	safe.data = data;
	safe.objects = *objects;
	safe.post_irql = KeGetCurrentIrql();
	safe.status = 0x77;
	safe.returned = FltDoCompletionProcessingWhenSafe(data, objects, context, 0, safe_part,
							  &safe.status);
	if (!safe.returned && safe.follow_pattern) {
		data->IoStatus.Status = STATUS_UNSUCCESSFUL;
		data->IoStatus.Information = 0;
	}
	return safe.status;
}

static struct world *safe_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	memset(&safe, 0, sizeof(safe));
	safe.verdict = FLT_POSTOP_FINISHED_PROCESSING;
	INIT_WORK(&safe.resume, safe_resume);
	init_completion(&safe.go);
	w->probe[1]->on_post = safe_post;
	w->probe[1]->context = COOKIE;
	return w;
}

/* An asynchronous read that ends in softirq. */
static struct request *safe_soft(struct world *w, ULONG irp_flags)
{
	struct request *r = request_new(w, IRP_MJ_READ);

	w->fake->when = FAKE_HOLD;
	r->op.iopb.IrpFlags |= irp_flags;
	world_clear(w);
	request_start(r);
	fake_release_in_softirq(w->fake);
	return r;
}

static bool safe_as_given(void)
{
	return safe.data_seen == safe.data && safe.context_seen == COOKIE && !safe.flags_seen &&
	       !memcmp(&safe.objects_seen, &safe.objects, sizeof(safe.objects));
}

static void safe_at_once(struct kunit *test)
{
	struct world *w = safe_world(test);

	FLT_PROVES(test, "POSTOP-52", world_do(w, IRP_MJ_READ) == STATUS_DISK_FULL &&
		   safe.returned && safe.status == FLT_POSTOP_FINISHED_PROCESSING &&
		   safe.task == current && atomic_read(&safe.runs) == 1);
	FLT_PROVES(test, "POSTOP-55", safe_as_given());
	FLT_PROVES(test, "POSTOP-57", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	/* It halts completion itself. */
	safe.verdict = FLT_POSTOP_MORE_PROCESSING_REQUIRED;
	complete(&safe.go);
	FLT_PROVES(test, "POSTOP-52", world_do(w, IRP_MJ_READ) == STATUS_DISK_FULL &&
		   safe.status == FLT_POSTOP_MORE_PROCESSING_REQUIRED);
	flush_work(&safe.resume);
}

static void safe_in_worker(struct kunit *test)
{
	struct world *w = safe_world(test);
	struct request *r;

	safe.delay_ms = 50;
	r = safe_soft(w, 0);
	FLT_PROVES(test, "POSTOP-53", request_wait(r) && safe.returned &&
		   safe.status == FLT_POSTOP_MORE_PROCESSING_REQUIRED &&
		   safe.post_irql == DISPATCH_LEVEL && safe.worker && safe.irql <= APC_LEVEL &&
		   r->status == STATUS_DISK_FULL);
	FLT_PROVES(test, "POSTOP-55", safe_as_given());
	FLT_PROVES(test, "POSTOP-56", safe_as_given());
	FLT_PROVES(test, "POSTOP-58", world_count(w, 'A', WORLD_POST) == 1 &&
		   atomic_read(&r->ended) == 1);
	FLT_PROVES(test, "POSTOP-22", safe.irql == PASSIVE_LEVEL && atomic_read(&r->ended) == 1);
	FLT_PROVES(test, "POSTOP-63", safe.post_irql == DISPATCH_LEVEL && safe.returned);
	FLT_PROVES(test, "POSTOP-57", world_count(w, 'A', WORLD_POST) == 1);

	safe.verdict = FLT_POSTOP_MORE_PROCESSING_REQUIRED;
	safe.delay_ms = 0;
	r = safe_soft(w, 0);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&safe.runs) == 2));
	msleep(20);
	FLT_PROVES(test, "POSTOP-59", request_busy(r) && !world_count(w, 'A', WORLD_POST));
	complete(&safe.go);
	FLT_PROVES(test, "POSTOP-59", request_wait(r) && atomic_read(&r->ended) == 1 &&
		   world_count(w, 'A', WORLD_POST) == 1);
	flush_work(&safe.resume);
}

static void safe_paging(struct kunit *test)
{
	struct world *w = safe_world(test);
	struct request *r;

	r = safe_soft(w, IRP_PAGING_IO);
	FLT_PROVES(test, "POSTOP-54", request_wait(r) && !safe.returned &&
		   safe.status == FLT_POSTOP_FINISHED_PROCESSING && !atomic_read(&safe.runs) &&
		   safe.post_irql == DISPATCH_LEVEL);
	msleep(50);
	FLT_PROVES(test, "POSTOP-54", !atomic_read(&safe.runs));
	FLT_PROVES(test, "POSTOP-61", !safe.returned && !atomic_read(&safe.runs));
	safe.follow_pattern = true;
	r = safe_soft(w, IRP_PAGING_IO);
	FLT_PROVES(test, "POSTOP-64", request_wait(r) && r->status == STATUS_UNSUCCESSFUL &&
		   !r->information);
	/* Lower, it runs as ever. */
	w->fake->when = FAKE_INLINE;
	r = request_new(w, IRP_MJ_READ);
	r->op.iopb.IrpFlags |= IRP_PAGING_IO;
	FLT_PROVES(test, "POSTOP-61", request_run(r) == STATUS_DISK_FULL && safe.returned &&
		   atomic_read(&safe.runs) == 1);
}

static void safe_in_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			int *status, void **context)
{
	safe.status = 0x77;
	safe.returned = FltDoCompletionProcessingWhenSafe(data, objects, NULL, 0, safe_part,
							  &safe.status);
}

static void safe_from_elsewhere(struct kunit *test)
{
	struct world *w = safe_world(test);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r = request_new(w, IRP_MJ_READ);

	w->probe[1]->on_post = NULL;
	w->probe[1]->on_pre = safe_in_pre;
	FLT_PROVES(test, "POSTOP-62", NT_SUCCESS(request_run(r)) && !safe.returned &&
		   safe.status == FLT_POSTOP_FINISHED_PROCESSING && !atomic_read(&safe.runs) &&
		   atomic64_read(&fsh_violations) == before + 1);
	/* Neither in a callback nor with an operation under way. */
	safe.status = 0x77;
	safe.returned = FltDoCompletionProcessingWhenSafe(&r->op.data, &safe.objects, NULL, 0,
							  safe_part, &safe.status);
	FLT_PROVES(test, "POSTOP-62", !safe.returned &&
		   safe.status == FLT_POSTOP_FINISHED_PROCESSING && !atomic_read(&safe.runs) &&
		   atomic64_read(&fsh_violations) == before + 2);
	/* No IRP: inline, and said. */
	w->probe[1]->on_pre = NULL;
	w->probe[1]->on_post = safe_post;
	r = request_new(w, IRP_MJ_READ);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	FLT_PROVES(test, "POSTOP-60", request_run(r) == STATUS_DISK_FULL && safe.returned &&
		   atomic_read(&safe.runs) == 1 && safe.task == current &&
		   atomic64_read(&fsh_violations) == before + 3);
}

static int safe_drained(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			void *context)
{
	safe.status = 0x77;
	safe.returned = FltDoCompletionProcessingWhenSafe(data, objects, context,
							  FLTFL_POST_OPERATION_DRAINING,
							  safe_part, &safe.status);
	return safe.status;
}

static void safe_while_draining(struct kunit *test)
{
	struct world *w = safe_world(test);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r = request_new(w, IRP_MJ_READ);

	w->probe[1]->on_drain = safe_drained;
	w->fake->when = FAKE_HOLD;
	request_start(r);
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(flt_instance_of(w->probe[1]->instance[0]),
							FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	FLT_PROVES(test, "POSTOP-46", atomic_read(&w->probe[1]->drains) == 1 && !safe.returned &&
		   safe.status == FLT_POSTOP_FINISHED_PROCESSING && !atomic_read(&safe.runs) &&
		   atomic64_read(&fsh_violations) == before + 1);
	fake_release(w->fake);
	FLT_EXPECT(test, request_wait(r));
}

static void safe_outlives_detach(struct kunit *test)
{
	struct world *w = safe_world(test);
	struct request *r;

	safe.delay_ms = 300;
	r = safe_soft(w, 0);
	FLT_REQUIRE(test, WORLD_WAIT(safe.returned));
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(flt_instance_of(w->probe[1]->instance[0]),
							FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	FLT_PROVES(test, "POSTOP-65", atomic_read(&safe.runs) == 1 &&
		   atomic_read(&w->probe[1]->completes) == 1);
	FLT_PROVES(test, "POSTOP-65", request_wait(r) && r->status == STATUS_DISK_FULL);
}

/* With next to no stack left it starts a request, and ends: a worker goes on for it. */
static struct {
	struct issue *i;
	struct completion over;	/* the thread has been reaped */
	NTSTATUS returned;
	HANDLE requestor;
	unsigned long id;
	struct task_struct *worker;
} leaver;

static noinline void leaver_down(void)
{
	char frame[256];
	unsigned long left = (unsigned long)__builtin_frame_address(0) -
			     (unsigned long)task_stack_page(current);

	memset(frame, 0, sizeof(frame));
	barrier_data(frame);
	if (left > 5632)
		leaver_down();
	else
		leaver.returned = issue_start(leaver.i);
	barrier_data(frame);
}

static int leaver_thread(void *unused)
{
	leaver_down();
	return 0;
}

static void leaver_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       int *status, void **context)
{
	leaver.worker = current;
	wait_for_completion_timeout(&leaver.over, 10 * HZ);
	leaver.requestor = FltGetRequestorProcessIdEx(data);
	leaver.id = FltGetRequestorProcessId(data);
}

static void safe_issuer_exits(struct kunit *test)
{
	struct world *w = world_of(test);
	struct task_struct *thread;

	memset(&leaver, 0, sizeof(leaver));
	init_completion(&leaver.over);
	world_probes(w, "ABC");
	leaver.i = issue_new(w, 'B', IRP_MJ_READ);
	w->probe[2]->on_pre = leaver_pre;
	thread = kthread_create(leaver_thread, NULL, "flt-leaver");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	get_task_struct(thread);
	wake_up_process(thread);
	FLT_EXPECT(test, WORLD_WAIT(READ_ONCE(leaver.returned)));
	kthread_stop(thread);
	put_task_struct(thread);
	/* Nobody but the request refers to the thread now. */
	rcu_barrier();
	complete(&leaver.over);
	FLT_REQUIRE(test, issue_wait(leaver.i));
	FLT_PROVES(test, "ASYNC-050", leaver.returned == STATUS_PENDING &&
		   leaver.worker != thread && NT_SUCCESS(leaver.i->status));
	/* A kernel thread is of the system process. */
	FLT_EXPECT(test, leaver.requestor == (HANDLE)4 && leaver.id == 4);
	issue_free(leaver.i);
}

static struct kunit_case safe_cases[] = {
	KUNIT_CASE(safe_issuer_exits),
	KUNIT_CASE(safe_at_once),
	KUNIT_CASE(safe_in_worker),
	KUNIT_CASE(safe_paging),
	KUNIT_CASE(safe_from_elsewhere),
	KUNIT_CASE(safe_while_draining),
	KUNIT_CASE(safe_outlives_detach),
	{}
};

static struct kunit_suite safe_suite = {
	.name = "async_safe",
	.init = world_init,
	.exit = world_exit,
	.test_cases = safe_cases,
};

kunit_test_suite(safe_suite);
