// SPDX-License-Identifier: GPL-2.0
/*
 * Suite requestor: who asked for an operation, whoever looks at it, wherever and however late
 * (CBD-005, CBD-072, CBD-077 to CBD-082). In a unit test all threads are the system's; real
 * programs are in the guest test async-io.
 */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include "kunit/async_issue.h"
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/violation.h"

/* What was seen in a callback. */
static struct {
	PETHREAD thread;
	HANDLE thread_id;
	PEPROCESS process;
	ULONG id;
	HANDLE id_ex;
	NTSTATUS session_status;
	ULONG session;
	BOOLEAN is_32bit;
	int irql;
	struct task_struct *task;
} who;

static void requestor_look(PFLT_CALLBACK_DATA data)
{
	who.thread = data->Thread;
	who.thread_id = data->Thread ? PsGetThreadId(data->Thread) : NULL;
	who.process = FltGetRequestorProcess(data);
	who.id = FltGetRequestorProcessId(data);
	who.id_ex = FltGetRequestorProcessIdEx(data);
	who.irql = KeGetCurrentIrql();
	who.task = current;
	if (who.irql > APC_LEVEL)
		return;
	who.session = 0;
	who.session_status = FltGetRequestorSessionId(data, &who.session);
	who.is_32bit = FltIs32bitProcess(data);
}

static void requestor_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	requestor_look(data);
}

static int requestor_post(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, void *context)
{
	requestor_look(data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static bool requestor_is_system(void)
{
	return who.process == (PEPROCESS)&init_task && who.id == 4 && who.id_ex == (HANDLE)4;
}

static bool requestor_is_nobody(void)
{
	return !who.thread && !who.process && !who.id && !who.id_ex;
}

static void requestor_everywhere(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct keeper *k;

	world_probes(w, "AB");
	w->probe[0]->on_pre = requestor_pre;
	w->probe[0]->on_post = requestor_post;
	k = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	k->change = requestor_look;
	w->fake->when = FAKE_HOLD;
	request_start(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	FLT_PROVES(test, "CBD-072", requestor_is_system());
	fake_release_in_softirq(w->fake);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "CBD-077", who.irql == DISPATCH_LEVEL && requestor_is_system() &&
		   who.thread == (PETHREAD)current);
	FLT_PROVES(test, "CBD-077", atomic64_read(&fsh_violations) == before &&
		   who.session_status == STATUS_SUCCESS);
	/* From the worker that has it, before it goes on. */
	w->fake->when = FAKE_INLINE;
	r = request_new(w, IRP_MJ_READ);
	w->probe[0]->on_pre = NULL;
	w->probe[0]->on_post = NULL;
	memset(&who, 0, sizeof(who));
	request_start(r);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "CBD-072", who.task != current && who.thread == (PETHREAD)current &&
		   requestor_is_system());
	/* Kernel threads are in no session; nobody is nobody. */
	FLT_EXPECT(test, who.session_status == STATUS_SUCCESS && who.session == MAXULONG);
	w->probe[0]->on_pre = requestor_pre;
	w->probe[1]->on_pre = NULL;
	r = request_new(w, IRP_MJ_READ);
	r->op.data.Thread = NULL;
	request_run(r);
	FLT_PROVES(test, "CBD-005", requestor_is_nobody() && NT_SUCCESS(r->status));
	FLT_PROVES(test, "CBD-072", requestor_is_nobody());
}

static int requestor_thread(void *arg)
{
	struct request *r = arg;

	r->op.data.Thread = (PETHREAD)current;
	r->op.task = current;
	request_start(r);
	return 0;
}

/* The thread that asked is gone when the operation ends. */
static void requestor_exited(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct task_struct *thread;
	HANDLE id;

	world_probes(w, "AB");
	w->probe[0]->on_pre = requestor_pre;
	w->probe[0]->on_post = requestor_post;
	w->fake->when = FAKE_HOLD;
	thread = kthread_run(requestor_thread, r, "flt-requestor");
	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	id = who.thread_id;
	FLT_EXPECT(test, id);
	/* Nobody keeps it but the operation. */
	FLT_REQUIRE(test, WORLD_WAIT(READ_ONCE(thread->exit_state) == EXIT_DEAD));
	memset(&who, 0, sizeof(who));
	fake_release_in_softirq(w->fake);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "CBD-005", who.thread == (PETHREAD)thread &&
		   who.thread_id == id);
	FLT_PROVES(test, "CBD-078", who.irql == DISPATCH_LEVEL && requestor_is_system());
}

/* A thread of the test's that counts as one of a 32-bit program for a while. */
static void requestor_32bit(struct kunit *test)
{
	static const ULONG forms[] = { FLTFL_CALLBACK_DATA_FAST_IO_OPERATION,
				       FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION };
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r;
	struct keeper *k;
	struct issue *i;
	unsigned int form;
	BOOLEAN worker, own;
	KIRQL old;

	world_probes(w, "AB");
	w->probe[0]->on_pre = requestor_pre;
	FLT_PROVES(test, "CBD-079", FltIs32bitProcess(NULL) == 0);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-079", who.is_32bit == 0);
	set_thread_flag(TIF_ADDR32);
	FLT_PROVES(test, "CBD-079", FltIs32bitProcess(NULL) == 1);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-079", who.is_32bit == 1);
	for (form = 0; form < ARRAY_SIZE(forms); form++) {
		r = request_new(w, IRP_MJ_READ);
		request_form(r, forms[form]);
		request_run(r);
		FLT_PROVES(test, "CBD-079", who.is_32bit == 1);
	}
	/* From a worker, which is no 32-bit program. */
	w->probe[0]->on_pre = NULL;
	k = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	k->change = requestor_look;
	r = request_new(w, IRP_MJ_READ);
	request_start(r);
	FLT_EXPECT(test, request_wait(r));
	worker = who.is_32bit && who.task != current;
	FLT_PROVES(test, "CBD-080", worker);
	/* What a filter starts is the kernel's. */
	w->probe[1]->on_pre = requestor_pre;
	i = issue_new(w, 'A', IRP_MJ_READ);
	issue_run(i);
	own = who.is_32bit;
	issue_free(i);
	old = KfRaiseIrql(APC_LEVEL);
	FLT_PROVES(test, "CBD-082", FltIs32bitProcess(NULL) == 1);
	KeLowerIrql(old);
	clear_thread_flag(TIF_ADDR32);
	FLT_PROVES(test, "CBD-079", own == 0);
	FLT_PROVES(test, "CBD-082", atomic64_read(&fsh_violations) == before);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	FLT_EXPECT(test, FltIs32bitProcess(NULL) == 0);
	KeLowerIrql(old);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 1);
	w->breaches = true;
}

static struct kunit_case requestor_cases[] = {
	KUNIT_CASE(requestor_everywhere),
	KUNIT_CASE(requestor_exited),
	KUNIT_CASE(requestor_32bit),
	{}
};

static struct kunit_suite requestor_suite = {
	.name = "requestor",
	.init = world_init,
	.exit = world_exit,
	.test_cases = requestor_cases,
};

kunit_test_suite(requestor_suite);
