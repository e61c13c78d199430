// SPDX-License-Identifier: GPL-2.0
/*
 * Suite cancel: FltCancelIo, FltSetCancelCompletion and its companions, cancellable waits
 * (CBDQ-45 to CBDQ-78, ASYNC-129).
 */
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include "fltmgr/cancel.h"
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "kunit/keeper.h"
#include "nt/violation.h"

static struct world *cancel_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	return w;
}

struct cancel_call {
	PFLT_CALLBACK_DATA data;
	BOOLEAN result;
};

static void cancel_io(void *arg)
{
	struct cancel_call *call = arg;

	call->result = FltCancelIo(call->data);
}

static void cancel_own(struct kunit *test)
{
	struct world *w = cancel_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	struct cancel_call call = { };

	/* The file system can cancel. */
	w->fake->when = FAKE_HOLD;
	w->fake->cancellable = true;
	issue_start(i);
	FLT_PROVES(test, "CBDQ-46", FltCancelIo(i->data));
	FLT_PROVES(test, "CBDQ-45", issue_wait(i) && i->status == STATUS_CANCELLED &&
		   world_violations(w) == 0);
	FLT_PROVES(test, "ASYNC-129", i->status == STATUS_CANCELLED &&
		   atomic_read(&i->calls) == 1 && !fake_nr_held(w->fake));
	FLT_PROVES(test, "ASYNC-043", atomic_read(&i->calls) == 1);
	/* It is over. */
	FLT_PROVES(test, "CBDQ-49", !FltCancelIo(i->data) && i->status == STATUS_CANCELLED);
	issue_free(i);

	/* From softirq. */
	i = issue_new(w, 'B', IRP_MJ_READ);
	issue_start(i);
	call.data = i->data;
	async_in_softirq(cancel_io, &call);
	FLT_PROVES(test, "CBDQ-51", call.result && issue_wait(i) &&
		   i->status == STATUS_CANCELLED);
	FLT_PROVES(test, "IRQL-45", call.result);
	issue_free(i);
	w->breaches = false;
}

static void cancel_not_cancellable(struct kunit *test)
{
	struct world *w = cancel_world(test);
	const struct flt_volume_ops *usual = w->fake->volume->ops;
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	struct flt_volume_ops plain = *usual;
	unsigned int round;

	plain.cancel = NULL;
	w->fake->when = FAKE_HOLD;
	issue_start(i);
	FLT_PROVES(test, "CBDQ-47", !FltCancelIo(i->data));
	FLT_PROVES(test, "CBDQ-48", FltIsIoCanceled(i->data) && !atomic_read(&i->calls));
	FLT_PROVES(test, "CBDQ-61", FltIsIoCanceled(i->data));
	FLT_PROVES(test, "CBDQ-47", !FltCancelIo(i->data));
	fake_release(w->fake);
	FLT_PROVES(test, "CBDQ-52", issue_wait(i) && NT_SUCCESS(i->status) &&
		   atomic_read(&i->calls) == 1);
	issue_free(i);

	/* A file system that cancels nothing, whatever it is. */
	WRITE_ONCE(w->fake->volume->ops, &plain);
	i = issue_new(w, 'B', IRP_MJ_READ);
	issue_start(i);
	FLT_PROVES(test, "CBDQ-47", !FltCancelIo(i->data));
	fake_release(w->fake);
	FLT_EXPECT(test, issue_wait(i) && NT_SUCCESS(i->status));
	WRITE_ONCE(w->fake->volume->ops, usual);
	issue_free(i);

	/* C holds it when it is cancelled; the file system, which gets it then, sees that. */
	for (round = 0; round < 2; round++) {
		struct keeper *k = keeper_pend(w->probe[2], KEEPER_TEST,
					       FLT_PREOP_SUCCESS_NO_CALLBACK);

		w->fake->cancellable = round;
		i = issue_new(w, 'B', IRP_MJ_READ);
		issue_start(i);
		FLT_REQUIRE(test, keeper_wait(k));
		FLT_PROVES(test, "CBDQ-47", !FltCancelIo(i->data));
		keeper_resume(k);
		if (!round)
			fake_release(w->fake);
		FLT_PROVES(test, "CBDQ-48", issue_wait(i) &&
			   i->status == (round ? STATUS_CANCELLED : STATUS_SUCCESS));
		issue_free(i);
	}
	FLT_PROVES(test, "CBDQ-48", world_violations(w) == 0);
	w->breaches = false;
}

static BOOLEAN cancel_foreign_result;

static void cancel_foreign_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	cancel_foreign_result = FltCancelIo(data);
}

static void cancel_foreign(struct kunit *test)
{
	struct world *w = cancel_world(test);
	s64 before = atomic64_read(&fsh_violations);

	cancel_foreign_result = TRUE;
	w->probe[1]->on_pre = cancel_foreign_pre;
	FLT_PROVES(test, "CBDQ-45", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   !cancel_foreign_result && atomic64_read(&fsh_violations) == before + 1);
	FLT_PROVES(test, "CBDQ-45", !FltCancelIo(NULL) &&
		   atomic64_read(&fsh_violations) == before + 2);
}

/* The end of the request and its cancellation meet. */
static int cancel_racer(void *arg)
{
	struct issue *i = arg;

	while (!kthread_should_stop()) {
		FltCancelIo(READ_ONCE(i->data));
		cond_resched();
	}
	return 0;
}

static void cancel_races(struct kunit *test)
{
	enum { TIMES = 1000 };
	struct world *w = cancel_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	unsigned int n, good = 0, canceled = 0;
	struct task_struct *racer;

	w->quiet = true;
	w->fake->cancellable = true;
	racer = kthread_run(cancel_racer, i, "flt-canceller");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, racer);
	for (n = 0; n < TIMES; n++) {
		w->fake->when = FAKE_HOLD;
		issue_start(i);
		if (n & 1)
			usleep_range(1, 50);
		fake_release(w->fake);
		good += issue_wait(i) && atomic_read(&i->calls) == n + 1;
		canceled += i->status == STATUS_CANCELLED;
		FltReuseCallbackData(i->data);
		issue_fill(i, IRP_MJ_READ);
	}
	kthread_stop(racer);
	kunit_info(test, "%u of %u were cancelled", canceled, n);
	FLT_PROVES(test, "CBDQ-50", good == TIMES && canceled);
	FLT_PROVES(test, "CBDQ-50", world_violations(w) == 0);
	w->breaches = false;
	issue_free(i);
}

/*
 * Cancel routines. B keeps reads with a routine armed; requests are B's own only seen from A: A
 * starts them, so A may cancel them.
 */
struct cancel_armed {
	PFLT_CALLBACK_DATA data;
	NTSTATUS armed;
	NTSTATUS again;
	NTSTATUS cleared;
	bool clear;
	bool block;
	atomic_t kept;
	atomic_t fired;
	int irql;
	int locks;
	struct completion blocked;
	struct completion go;
};

static struct cancel_armed cancel_armed;

static void cancel_routine(PFLT_CALLBACK_DATA data)
{
	struct cancel_armed *a = &cancel_armed;

	a->irql = KeGetCurrentIrql();
	if (a->block) {
		complete(&a->blocked);
		wait_for_completion(&a->go);
	}
	atomic_inc(&a->fired);
	data->IoStatus.Status = STATUS_CANCELLED;
	data->IoStatus.Information = 0;
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

static void cancel_arm_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct cancel_armed *a = &cancel_armed;

	a->armed = FltSetCancelCompletion(data, cancel_routine);
	if (!NT_SUCCESS(a->armed))
		return;
	*status = FLT_PREOP_PENDING;
	a->data = data;
	atomic_inc(&a->kept);
}

static struct world *cancel_armed_world(struct kunit *test)
{
	struct world *w = cancel_world(test);
	struct cancel_armed *a = &cancel_armed;

	memset(a, 0, sizeof(*a));
	init_completion(&a->blocked);
	init_completion(&a->go);
	w->probe[1]->on_pre = cancel_arm_pre;
	return w;
}

/* A's request, kept by B. */
static struct issue *cancel_kept(struct world *w)
{
	struct issue *i = issue_new(w, 'A', IRP_MJ_READ);

	atomic_set(&cancel_armed.kept, 0);
	issue_start(i);
	KUNIT_EXPECT_TRUE(w->test, WORLD_WAIT(atomic_read(&cancel_armed.kept)));
	return i;
}

static void cancel_fires(struct kunit *test)
{
	struct world *w = cancel_armed_world(test);
	struct cancel_armed *a = &cancel_armed;
	struct issue *i = cancel_kept(w);
	struct cancel_call call = { };

	FLT_PROVES(test, "CBDQ-53", a->armed == STATUS_SUCCESS && !atomic_read(&a->fired));
	FLT_PROVES(test, "CBDQ-46", FltCancelIo(i->data));
	FLT_PROVES(test, "CBDQ-53", issue_wait(i) && atomic_read(&a->fired) == 1 &&
		   i->status == STATUS_CANCELLED && world_trace_is(w, "B+"));
	FLT_PROVES(test, "CBDQ-60", !FltCancelIo(i->data) && atomic_read(&a->fired) == 1);
	issue_free(i);

	i = cancel_kept(w);
	call.data = i->data;
	async_in_softirq(cancel_io, &call);
	FLT_PROVES(test, "CBDQ-57", call.result && issue_wait(i) && a->irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-27", a->irql == DISPATCH_LEVEL);
	issue_free(i);
	FLT_PROVES(test, "CBDQ-53", world_violations(w) == 0);
	w->breaches = false;
}

static void cancel_killed(struct kunit *test)
{
	struct world *w = cancel_armed_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&cancel_armed.kept)));
	msleep(20);
	send_sig(SIGKILL, r->thread, 1);
	FLT_PROVES(test, "CBDQ-53", request_wait(r) && r->status == STATUS_CANCELLED &&
		   atomic_read(&cancel_armed.fired) == 1);
	FLT_PROVES(test, "PEND-19", atomic_read(&r->ended) == 1);
}

static void cancel_cleared(struct kunit *test)
{
	struct world *w = cancel_armed_world(test);
	struct cancel_armed *a = &cancel_armed;
	struct issue *i = cancel_kept(w);

	FLT_PROVES(test, "CBDQ-58", FltClearCancelCompletion(a->data) == STATUS_SUCCESS);
	FLT_PROVES(test, "CBDQ-58", FltClearCancelCompletion(a->data) == STATUS_CANCELLED);
	FLT_PROVES(test, "CBDQ-59", !FltCancelIo(i->data) && !atomic_read(&a->fired));
	FLT_PROVES(test, "CBDQ-56",
		   FltSetCancelCompletion(a->data, cancel_routine) == STATUS_CANCELLED);
	FltCompletePendedPreOperation(a->data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_PROVES(test, "CBDQ-59", issue_wait(i) && NT_SUCCESS(i->status) &&
		   !atomic_read(&a->fired));
	issue_free(i);
}

static int cancel_thread(void *arg)
{
	cancel_io(arg);
	return 0;
}

static void cancel_in_progress(struct kunit *test)
{
	struct world *w = cancel_armed_world(test);
	struct cancel_armed *a = &cancel_armed;
	struct issue *i = cancel_kept(w);
	struct cancel_call call = { .data = i->data };
	struct task_struct *thread;

	a->block = true;
	thread = kthread_create(cancel_thread, &call, "flt-canceller");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	get_task_struct(thread);
	wake_up_process(thread);
	FLT_REQUIRE(test, wait_for_completion_timeout(&a->blocked, 10 * HZ));
	FLT_PROVES(test, "CBDQ-58", FltClearCancelCompletion(a->data) == STATUS_CANCELLED);
	FLT_PROVES(test, "CBDQ-59", !atomic_read(&i->calls));
	complete(&a->go);
	FLT_PROVES(test, "CBDQ-59", issue_wait(i) && atomic_read(&a->fired) == 1 &&
		   i->status == STATUS_CANCELLED);
	kthread_stop(thread);
	put_task_struct(thread);
	FLT_PROVES(test, "CBDQ-57", a->irql == PASSIVE_LEVEL && call.result);
	issue_free(i);
}

static void cancel_arming_misused(struct kunit *test)
{
	struct world *w = cancel_armed_world(test);
	s64 before = atomic64_read(&fsh_violations);
	struct cancel_armed *a = &cancel_armed;
	struct request *r = request_new(w, IRP_MJ_READ);
	FLT_CALLBACK_DATA own = { .Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION };
	struct issue *i;

	r->op.iopb.IrpFlags |= IRP_PAGING_IO;
	FLT_PROVES(test, "CBDQ-54", NT_SUCCESS(request_run(r)) &&
		   a->armed == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == ++before);
	r = request_new(w, IRP_MJ_READ);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	FLT_PROVES(test, "CBDQ-54", NT_SUCCESS(request_run(r)) &&
		   a->armed == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == ++before);
	i = cancel_kept(w);
	FLT_PROVES(test, "CBDQ-55",
		   FltSetCancelCompletion(NULL, cancel_routine) == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == ++before);
	FltClearCancelCompletion(a->data);
	FLT_PROVES(test, "CBDQ-55",
		   FltSetCancelCompletion(a->data, NULL) == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == ++before);
	FLT_PROVES(test, "CBDQ-61", !FltIsIoCanceled(a->data));
	FLT_PROVES(test, "CBDQ-61", !FltIsIoCanceled(&own) &&
		   atomic64_read(&fsh_violations) == ++before);
	/* Resumed with the routine armed: disarmed, and said. */
	FLT_EXPECT(test, NT_SUCCESS(FltSetCancelCompletion(a->data, cancel_routine)));
	FltCompletePendedPreOperation(a->data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_PROVES(test, "CBDQ-63", issue_wait(i) && NT_SUCCESS(i->status) &&
		   !atomic_read(&a->fired) && atomic64_read(&fsh_violations) == ++before);
	issue_free(i);
}

static void cancel_queries(void *arg)
{
	PFLT_CALLBACK_DATA data = arg;

	cancel_armed.again = FltSetCancelCompletion(data, cancel_routine);
	cancel_armed.clear = FltIsIoCanceled(data);
	cancel_armed.cleared = FltClearCancelCompletion(data);
}

static void cancel_levels(struct kunit *test)
{
	struct world *w = cancel_armed_world(test);
	struct cancel_armed *a = &cancel_armed;
	struct issue *i = cancel_kept(w);
	s64 before = atomic64_read(&fsh_violations);

	FltClearCancelCompletion(a->data);
	async_in_softirq(cancel_queries, a->data);
	FLT_PROVES(test, "CBDQ-62", NT_SUCCESS(a->again) && NT_SUCCESS(a->cleared) && !a->clear &&
		   atomic64_read(&fsh_violations) == before);
	FLT_PROVES(test, "IRQL-45", NT_SUCCESS(a->again));
	FltCompletePendedPreOperation(a->data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_EXPECT(test, issue_wait(i));
	issue_free(i);
}

/* Clear against cancel, many times. */
static void cancel_clear_races(struct kunit *test)
{
	enum { TIMES = 500 };
	struct world *w = cancel_armed_world(test);
	struct cancel_armed *a = &cancel_armed;
	unsigned int n, good = 0, won = 0;
	struct issue *i = issue_new(w, 'A', IRP_MJ_READ);
	struct task_struct *racer = kthread_run(cancel_racer, i, "flt-canceller");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, racer);
	w->quiet = true;
	w->breaches = true;
	for (n = 0; n < TIMES; n++) {
		int fired = atomic_read(&a->fired), now;
		bool cleared = false;

		atomic_set(&a->kept, 0);
		issue_start(i);
		/* Cancelled before B saw it, it was not kept. */
		if (atomic_read(&a->kept)) {
			cleared = FltClearCancelCompletion(a->data) == STATUS_SUCCESS;
			if (cleared)
				FltCompletePendedPreOperation(a->data,
							      FLT_PREOP_SUCCESS_NO_CALLBACK,
							      NULL);
		}
		if (!issue_wait(i))
			break;
		now = atomic_read(&a->fired);
		won += cleared;
		good += atomic_read(&i->calls) == n + 1 && now - fired <= 1 &&
			(!cleared || now == fired);
		FltReuseCallbackData(i->data);
		issue_fill(i, IRP_MJ_READ);
	}
	kthread_stop(racer);
	kunit_info(test, "cleared %u, fired %d of %u", won, atomic_read(&a->fired), n);
	FLT_PROVES(test, "CBDQ-59", good == TIMES);
	FLT_PROVES(test, "CBDQ-60", good == TIMES);
	issue_free(i);
}

/* Cancellable waits: B waits in its pre-operation callback. */
struct cancel_wait {
	KEVENT event;
	KEVENT other;
	KSEMAPHORE semaphore;
	KMUTEX mutex;
	KTIMER timer;
	LARGE_INTEGER timeout;
	PLARGE_INTEGER when;
	bool with_data;
	bool armed;
	NTSTATUS status;
	struct completion waits;
};

static struct cancel_wait cancel_wait;

static void cancel_wait_init(void)
{
	struct cancel_wait *c = &cancel_wait;

	memset(c, 0, sizeof(*c));
	KeInitializeEvent(&c->event, NotificationEvent, FALSE);
	KeInitializeEvent(&c->other, SynchronizationEvent, FALSE);
	KeInitializeSemaphore(&c->semaphore, 0, 10);
	KeInitializeMutex(&c->mutex, 0);
	init_completion(&c->waits);
}

static void cancel_wait_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct cancel_wait *c = &cancel_wait;

	if (c->armed)
		FltSetCancelCompletion(data, cancel_routine);
	complete(&c->waits);
	c->status = FltCancellableWaitForSingleObject(&c->event, c->when,
						      c->with_data ? data : NULL);
	if (c->armed)
		FltClearCancelCompletion(data);
}

static void cancel_wait_objects(struct kunit *test)
{
	struct cancel_wait *c = &cancel_wait;
	LARGE_INTEGER t = { .QuadPart = 0 };
	ktime_t start;

	cancel_wait_init();
	KeSetEvent(&c->event, 0, FALSE);
	FLT_PROVES(test, "CBDQ-64",
		   FltCancellableWaitForSingleObject(&c->event, NULL, NULL) == STATUS_SUCCESS);
	KeReleaseSemaphore(&c->semaphore, 0, 1, FALSE);
	FLT_PROVES(test, "CBDQ-64",
		   FltCancellableWaitForSingleObject(&c->semaphore, NULL, NULL) == STATUS_SUCCESS);
	FLT_PROVES(test, "CBDQ-64",
		   FltCancellableWaitForSingleObject(&c->mutex, NULL, NULL) == STATUS_SUCCESS);
	KeReleaseMutex(&c->mutex, FALSE);
	KeInitializeTimer(&c->timer);
	t.QuadPart = -100000;
	KeSetTimer(&c->timer, t, NULL);
	FLT_PROVES(test, "CBDQ-64",
		   FltCancellableWaitForSingleObject(&c->timer, NULL, NULL) == STATUS_SUCCESS);
	KeResetEvent(&c->event);
	t.QuadPart = 0;
	FLT_PROVES(test, "CBDQ-65",
		   FltCancellableWaitForSingleObject(&c->event, &t, NULL) == STATUS_TIMEOUT);
	t.QuadPart = 1;		/* long ago */
	FLT_PROVES(test, "CBDQ-65",
		   FltCancellableWaitForSingleObject(&c->event, &t, NULL) == STATUS_TIMEOUT);
	t.QuadPart = -500000;	/* 50 ms */
	start = ktime_get();
	FLT_PROVES(test, "CBDQ-65",
		   FltCancellableWaitForSingleObject(&c->event, &t, NULL) == STATUS_TIMEOUT &&
		   ktime_ms_delta(ktime_get(), start) >= 50);
	FLT_PROVES(test, "CBDQ-68", !NT_SUCCESS(STATUS_CANCELLED) &&
		   !NT_SUCCESS(STATUS_THREAD_IS_TERMINATING) && NT_SUCCESS(STATUS_SUCCESS) &&
		   NT_SUCCESS(STATUS_TIMEOUT) && NT_SUCCESS(STATUS_ABANDONED_WAIT_0));
}

/* Waits for the first of some events. */
static NTSTATUS cancel_wait_for(ULONG count, KEVENT *events, WAIT_TYPE type, PLARGE_INTEGER timeout,
				KWAIT_BLOCK *blocks)
{
	PVOID objects[MAXIMUM_WAIT_OBJECTS + 1];
	ULONG n;

	for (n = 0; n < count; n++)
		objects[n] = &events[n];
	return FltCancellableWaitForMultipleObjects(count, objects, type, timeout, blocks, NULL);
}

static void cancel_wait_many(struct kunit *test)
{
	const unsigned int most = MAXIMUM_WAIT_OBJECTS;
	KEVENT *events = kunit_kcalloc(test, most + 1, sizeof(*events), GFP_KERNEL);
	KWAIT_BLOCK *blocks = kunit_kcalloc(test, most, sizeof(*blocks), GFP_KERNEL);
	LARGE_INTEGER t = { .QuadPart = -200000 };
	s64 before = atomic64_read(&fsh_violations);
	unsigned int n;

	KUNIT_ASSERT_NOT_NULL(test, events);
	KUNIT_ASSERT_NOT_NULL(test, blocks);
	cancel_wait_init();
	for (n = 0; n <= most; n++)
		KeInitializeEvent(&events[n], SynchronizationEvent, n == 2);
	FLT_PROVES(test, "CBDQ-72", cancel_wait_for(3, events, WaitAny, NULL, NULL) ==
		   STATUS_WAIT_0 + 2);
	KeSetEvent(&events[0], 0, FALSE);
	/* One of two is there: it is not taken. */
	FLT_PROVES(test, "CBDQ-75", cancel_wait_for(2, events, WaitAll, &t, NULL) ==
		   STATUS_TIMEOUT && KeReadStateEvent(&events[0]));
	KeSetEvent(&events[1], 0, FALSE);
	FLT_PROVES(test, "CBDQ-72", cancel_wait_for(2, events, WaitAll, NULL, NULL) ==
		   STATUS_SUCCESS && !KeReadStateEvent(&events[0]));
	FLT_PROVES(test, "CBDQ-74", atomic64_read(&fsh_violations) == before);
	KeSetEvent(&events[3], 0, FALSE);
	FLT_PROVES(test, "CBDQ-74", cancel_wait_for(4, events, WaitAny, NULL, NULL) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBDQ-74", cancel_wait_for(4, events, WaitAny, NULL, blocks) ==
		   STATUS_WAIT_0 + 3);
	KeSetEvent(&events[most - 1], 0, FALSE);
	FLT_PROVES(test, "CBDQ-74", cancel_wait_for(most, events, WaitAny, NULL, blocks) ==
		   STATUS_WAIT_0 + most - 1);
	FLT_PROVES(test, "CBDQ-74", cancel_wait_for(most + 1, events, WaitAny, NULL, blocks) ==
		   STATUS_INVALID_PARAMETER && atomic64_read(&fsh_violations) == before + 2);
}

/* A's request waits in B; then A cancels it, or the thread is killed. */
static int cancel_wait_thread(void *arg)
{
	struct issue *i = arg;

	allow_signal(SIGKILL);
	allow_signal(SIGUSR1);
	issue_start(i);
	while (!kthread_should_stop())
		schedule_timeout_idle(1);
	return 0;
}

static struct task_struct *cancel_wait_start(struct kunit *test, struct issue *i)
{
	struct task_struct *thread = kthread_create(cancel_wait_thread, i, "flt-waiter");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	get_task_struct(thread);
	wake_up_process(thread);
	KUNIT_EXPECT_TRUE(test, wait_for_completion_timeout(&cancel_wait.waits, 10 * HZ));
	msleep(30);
	return thread;
}

static void cancel_wait_end(struct task_struct *thread)
{
	kthread_stop(thread);
	put_task_struct(thread);
}

static void cancel_wait_ends(struct kunit *test)
{
	struct world *w = cancel_world(test);
	struct cancel_wait *c = &cancel_wait;
	struct task_struct *thread;
	struct issue *i;

	w->probe[1]->on_pre = cancel_wait_pre;
	cancel_wait_init();
	c->with_data = true;
	i = issue_new(w, 'A', IRP_MJ_READ);
	thread = cancel_wait_start(test, i);
	FLT_PROVES(test, "CBDQ-66", FltCancelIo(i->data) && issue_wait(i) &&
		   c->status == STATUS_CANCELLED);
	/* The wait ended; what came of the request is another matter. */
	FLT_PROVES(test, "CBDQ-70", NT_SUCCESS(i->status) && world_count(w, 'C', WORLD_PRE) == 1);
	cancel_wait_end(thread);
	issue_free(i);

	cancel_wait_init();
	i = issue_new(w, 'A', IRP_MJ_READ);
	thread = cancel_wait_start(test, i);
	FLT_PROVES(test, "CBDQ-66", !FltCancelIo(i->data));
	msleep(50);
	FLT_PROVES(test, "CBDQ-66", !atomic_read(&i->calls));
	KeSetEvent(&c->event, 0, FALSE);
	FLT_PROVES(test, "CBDQ-66", issue_wait(i) && c->status == STATUS_SUCCESS);
	cancel_wait_end(thread);
	issue_free(i);

	cancel_wait_init();
	c->with_data = true;
	i = issue_new(w, 'A', IRP_MJ_READ);
	thread = cancel_wait_start(test, i);
	send_sig(SIGUSR1, thread, 1);
	msleep(50);
	FLT_PROVES(test, "CBDQ-67", !atomic_read(&i->calls));
	send_sig(SIGKILL, thread, 1);
	FLT_PROVES(test, "CBDQ-67", issue_wait(i) && c->status == STATUS_THREAD_IS_TERMINATING);
	cancel_wait_end(thread);
	issue_free(i);
}

/* Cancelled before it waits. */
static void cancel_then_wait(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct issue *i = p->private;

	FltCancelIo(i->data);
	cancel_wait_pre(p, data, objects, status, context);
}

static void cancel_wait_late(struct kunit *test)
{
	struct world *w = cancel_world(test);
	struct cancel_wait *c = &cancel_wait;
	s64 before;
	struct issue *i = issue_new(w, 'A', IRP_MJ_READ);
	LARGE_INTEGER never = { .QuadPart = -1000000 };
	FLT_CALLBACK_DATA own = { .Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION };
	KIRQL irql;

	w->probe[1]->on_pre = cancel_then_wait;
	w->probe[1]->private = i;
	cancel_wait_init();
	c->with_data = true;
	issue_start(i);
	FLT_PROVES(test, "CBDQ-78", issue_wait(i) && c->status == STATUS_CANCELLED);
	FltReuseCallbackData(i->data);
	issue_fill(i, IRP_MJ_READ);
	KeSetEvent(&c->event, 0, FALSE);
	issue_start(i);
	FLT_PROVES(test, "CBDQ-78", issue_wait(i) && c->status == STATUS_SUCCESS);
	issue_free(i);

	/* With a routine armed the operation does not count. */
	w->probe[1]->on_pre = cancel_wait_pre;
	cancel_wait_init();
	c->with_data = true;
	c->armed = true;
	c->when = &never;
	before = atomic64_read(&fsh_violations);
	FLT_PROVES(test, "CBDQ-71", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   c->status == STATUS_TIMEOUT && atomic64_read(&fsh_violations) == before + 1);

	FLT_PROVES(test, "CBDQ-77",
		   FltCancellableWaitForSingleObject(&c->event, &never, &own) == STATUS_TIMEOUT &&
		   atomic64_read(&fsh_violations) == before + 2);
	/* Levels. */
	irql = KfRaiseIrql(APC_LEVEL);
	FltCancellableWaitForSingleObject(&c->event, &never, NULL);
	KeLowerIrql(irql);
	FLT_PROVES(test, "CBDQ-76", atomic64_read(&fsh_violations) == before + 2);
	never.QuadPart = 0;
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	c->status = FltCancellableWaitForSingleObject(&c->event, &never, NULL);
	KeLowerIrql(irql);
	FLT_PROVES(test, "CBDQ-76", c->status == STATUS_TIMEOUT &&
		   atomic64_read(&fsh_violations) == before + 2);
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	c->status = FltCancellableWaitForSingleObject(&c->event, NULL, NULL);
	KeLowerIrql(irql);
	FLT_PROVES(test, "CBDQ-76", !NT_SUCCESS(c->status) &&
		   atomic64_read(&fsh_violations) == before + 3);
}

static struct kunit_case cancel_cases[] = {
	KUNIT_CASE(cancel_own),
	KUNIT_CASE(cancel_not_cancellable),
	KUNIT_CASE(cancel_foreign),
	KUNIT_CASE(cancel_races),
	KUNIT_CASE(cancel_fires),
	KUNIT_CASE(cancel_killed),
	KUNIT_CASE(cancel_cleared),
	KUNIT_CASE(cancel_in_progress),
	KUNIT_CASE(cancel_arming_misused),
	KUNIT_CASE(cancel_levels),
	KUNIT_CASE(cancel_clear_races),
	KUNIT_CASE(cancel_wait_objects),
	KUNIT_CASE(cancel_wait_many),
	KUNIT_CASE(cancel_wait_ends),
	KUNIT_CASE(cancel_wait_late),
	{}
};

static struct kunit_suite cancel_suite = {
	.name = "cancel",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cancel_cases,
};

kunit_test_suite(cancel_suite);
