// SPDX-License-Identifier: GPL-2.0
/*
 * Suite preop_synchronize: FLT_PREOP_SYNCHRONIZE (PREOP-66 to PREOP-81).
 */
#include <linux/kthread.h>
#include <linux/lockdep.h>
#include <linux/sched/mm.h>
#include "fltmgr/instance.h"
#include "kunit/world.h"

#define COOKIE	((void *)0xdead4ead00005afeUL)

static struct world *synchronize_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->probe[1]->pre_status = FLT_PREOP_SYNCHRONIZE;
	w->probe[1]->context = COOKIE;
	return w;
}

static bool synchronize_same_thread(struct world *w, char who)
{
	return world_event(w, who, WORLD_PRE, 0)->task ==
	       world_event(w, who, WORLD_POST, 0)->task;
}

static void synchronize_in_the_same_thread(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_WORKER, FAKE_SOFTIRQ, FAKE_EARLY };
	struct world *w = synchronize_world(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(whens); i++) {
		world_clear(w);
		w->fake->when = whens[i];
		FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		FLT_PROVES(test, "PREOP-66", synchronize_same_thread(w, 'B'));
		FLT_PROVES(test, "PREOP-67",
			   world_event(w, 'B', WORLD_POST, 0)->irql <= APC_LEVEL &&
			   world_count(w, 'B', WORLD_POST) == 1);
		FLT_PROVES(test, "PREOP-69", world_count(w, 'C', WORLD_PRE) == 1 &&
			   world_count(w, 'F', WORLD_FAKE_PERFORM) == 1);
		FLT_PROVES(test, "PREOP-70",
			   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
	}
	w->probe[1]->context = NULL;
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "PREOP-70", world_count(w, 'B', WORLD_POST) == 1 &&
		   !world_event(w, 'B', WORLD_POST, 0)->context);
}

/* Asynchronous: the issuer waits after all, so that post runs where pre ran. */
static void synchronize_asynchronous(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_WORKER, FAKE_SOFTIRQ, FAKE_INLINE };
	struct world *w = synchronize_world(test);
	unsigned int i;

	w->breaches = true;
	for (i = 0; i < ARRAY_SIZE(whens); i++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		world_clear(w);
		w->fake->when = whens[i];
		request_start(r);
		FLT_PROVES(test, "PREOP-74", request_wait(r) && NT_SUCCESS(r->status));
		FLT_PROVES(test, "PREOP-74", synchronize_same_thread(w, 'B') &&
			   world_event(w, 'B', WORLD_POST, 0)->irql <= APC_LEVEL);
		FLT_PROVES(test, "PREOP-74", world_violations(w) == i + 1);
	}
}

/* A thread that starts a request, maybe while memory is reclaimed. */
struct synchronize_starter {
	struct request *r;
	bool reclaims;
	struct completion started;
};

static int synchronize_start(void *arg)
{
	struct synchronize_starter *s = arg;
	unsigned int flags = s->reclaims ? memalloc_noreclaim_save() : 0;

	request_start(s->r);
	if (s->reclaims)
		memalloc_noreclaim_restore(flags);
	complete(&s->started);
	return 0;
}

/* In write-back and in reclaim the issuer does not wait: the post-operation comes elsewhere. */
static void synchronize_not_in_reclaim(struct kunit *test)
{
	struct world *w = synchronize_world(test);
	unsigned int i;

	w->breaches = true;
	w->fake->when = FAKE_HOLD;
	for (i = 0; i < 2; i++) {
		struct request *r = request_new(w, i ? IRP_MJ_READ : IRP_MJ_WRITE);
		struct synchronize_starter s = { .r = r, .reclaims = i };
		struct task_struct *thread;

		world_clear(w);
		if (!i)
			r->op.iopb.IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE;
		init_completion(&s.started);
		thread = kthread_run(synchronize_start, &s, "flt-start");
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
		FLT_PROVES(test, "PREOP-74", WORLD_WAIT(completion_done(&s.started)) &&
			   request_busy(r) && world_trace_is(w, "A+ B+ C+ F"));
		fake_release_all(w->fake);
		wait_for_completion(&s.started);
		FLT_PROVES(test, "PREOP-74", request_wait(r) && NT_SUCCESS(r->status));
		FLT_PROVES(test, "PREOP-74", world_count(w, 'B', WORLD_POST) == 1 &&
			   world_event(w, 'B', WORLD_POST, 0)->task == current &&
			   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
		FLT_PROVES(test, "PREOP-74", world_violations(w) == i + 1);
	}
	w->fake->when = FAKE_INLINE;
}

struct synchronize_resume {
	struct work_struct work;
	PFLT_CALLBACK_DATA data;
};

static void synchronize_resume_work(struct work_struct *work)
{
	struct synchronize_resume *resume = container_of(work, struct synchronize_resume, work);

	FltCompletePendedPreOperation(resume->data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static void synchronize_pend(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct synchronize_resume *resume = p->private;

	resume->data = data;
	*status = FLT_PREOP_PENDING;
	queue_work(system_unbound_wq, &resume->work);
}

static void synchronize_below_one_that_pends(struct kunit *test)
{
	struct world *w = synchronize_world(test);
	struct synchronize_resume resume;

	INIT_WORK_ONSTACK(&resume.work, synchronize_resume_work);
	w->probe[0]->private = &resume;
	w->probe[0]->on_pre = synchronize_pend;
	w->fake->when = FAKE_WORKER;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PREOP-68", synchronize_same_thread(w, 'B') &&
		   world_count(w, 'B', WORLD_POST) == 1);
	flush_work(&resume.work);
	destroy_work_on_stack(&resume.work);
}

static int synchronize_keep(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			    void *context)
{
	p->private = data;
	return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
}

/* Once the post-operation has run in its thread, who keeps the operation above keeps no thread. */
static void synchronize_below_one_that_keeps(struct kunit *test)
{
	struct world *w = synchronize_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct synchronize_starter s = { .r = r };
	struct task_struct *thread;

	w->breaches = true;
	w->probe[0]->on_post = synchronize_keep;
	init_completion(&s.started);
	thread = kthread_run(synchronize_start, &s, "flt-start");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	FLT_PROVES(test, "PREOP-74", WORLD_WAIT(completion_done(&s.started)) && request_busy(r) &&
		   synchronize_same_thread(w, 'B'));
	FLT_REQUIRE(test, WORLD_WAIT(READ_ONCE(w->probe[0]->private)));
	FltCompletePendedPostOperation(w->probe[0]->private);
	wait_for_completion(&s.started);
	FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status));
}

static void synchronize_without_post(struct kunit *test)
{
	static const struct probe_op pre_only[] = {
		{ IRP_MJ_READ, true, false }, { IRP_MJ_OPERATION_END } };
	static const struct probe_config config = { .ops = pre_only };
	struct world *w = world_of(test);
	struct probe *b;

	world_probe(w, 'A', NULL);
	b = world_probe(w, 'B', &config);
	b->pre_status = FLT_PREOP_SYNCHRONIZE;
	b->context = COOKIE;
	FLT_PROVES(test, "PREOP-71", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PREOP-71", world_trace_is(w, "A+ B+ F A-"));
	FLT_PROVES(test, "PREOP-71", world_violations(w) == 1);
}

static void synchronize_other_forms(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_NETWORK_QUERY_OPEN, IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE, IRP_MJ_QUERY_OPEN,
		IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION,
	};
	struct world *w = synchronize_world(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		world_clear(w);
		FLT_PROVES(test, "PREOP-72", NT_SUCCESS(world_do(w, majors[i])));
		FLT_PROVES(test, "PREOP-72", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
			   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
	}
	FLT_PROVES(test, "PREOP-72", world_violations(w) == 0);
}

static void synchronize_create(struct kunit *test)
{
	struct world *w = synchronize_world(test);

	w->fake->when = FAKE_WORKER;
	FLT_PROVES(test, "PREOP-73", NT_SUCCESS(world_do(w, IRP_MJ_CREATE)));
	FLT_PROVES(test, "PREOP-73", world_count(w, 'B', WORLD_POST) == 1 &&
		   world_event(w, 'B', WORLD_POST, 0)->task == current &&
		   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
	FLT_PROVES(test, "PREOP-73", world_violations(w) == 0);
}

/* What may never end is not waited for, but the post-operation comes all the same. */
static void synchronize_never(struct kunit *test, const char *id, struct request *r)
{
	struct world *w = r->world;
	u64 before = world_violations(w);

	world_clear(w);
	FLT_PROVES(test, id, NT_SUCCESS(request_run(r)));
	FLT_PROVES(test, id, world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
	FLT_PROVES(test, id, world_violations(w) == before + 1);
}

static void synchronize_oplocks(struct kunit *test)
{
	static const ULONG codes[] = {
		FSCTL_REQUEST_FILTER_OPLOCK, FSCTL_REQUEST_BATCH_OPLOCK,
		FSCTL_REQUEST_OPLOCK_LEVEL_1, FSCTL_REQUEST_OPLOCK_LEVEL_2,
	};
	struct world *w = synchronize_world(test);
	struct request *r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		r = request_new(w, IRP_MJ_FILE_SYSTEM_CONTROL);
		r->op.iopb.Parameters.FileSystemControl.Common.FsControlCode = codes[i];
		synchronize_never(test, "PREOP-76", r);
	}
	/* Another control code is an ordinary operation. */
	r = request_new(w, IRP_MJ_FILE_SYSTEM_CONTROL);
	r->op.iopb.Parameters.FileSystemControl.Common.FsControlCode = FSCTL_GET_REPARSE_POINT;
	request_run(r);
	FLT_PROVES(test, "PREOP-76", world_violations(w) == ARRAY_SIZE(codes));
}

static void synchronize_notify(struct kunit *test)
{
	struct world *w = synchronize_world(test);
	struct request *r = request_new(w, IRP_MJ_DIRECTORY_CONTROL);

	r->op.iopb.MinorFunction = IRP_MN_NOTIFY_CHANGE_DIRECTORY;
	synchronize_never(test, "PREOP-77", r);
	r = request_new(w, IRP_MJ_DIRECTORY_CONTROL);
	r->op.iopb.MinorFunction = IRP_MN_QUERY_DIRECTORY;
	request_run(r);
	FLT_PROVES(test, "PREOP-77", world_violations(w) == 1);
}

static void synchronize_lock(struct kunit *test)
{
	struct world *w = synchronize_world(test);
	struct request *r = request_new(w, IRP_MJ_LOCK_CONTROL);

	r->op.iopb.MinorFunction = IRP_MN_LOCK;
	synchronize_never(test, "PREOP-78", r);
	r = request_new(w, IRP_MJ_LOCK_CONTROL);
	r->op.iopb.MinorFunction = IRP_MN_UNLOCK_SINGLE;
	request_run(r);
	FLT_PROVES(test, "PREOP-78", world_violations(w) == 1);
}

static void synchronize_drained(struct kunit *test)
{
	struct world *w = synchronize_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	w->fake->when = FAKE_HOLD;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(flt_instance_of(w->probe[1]->instance[0]),
							FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	FLT_PROVES(test, "PREOP-79", world_count(w, 'B', WORLD_DRAIN) == 1 && request_busy(r));
	FLT_PROVES(test, "PREOP-79", world_event(w, 'B', WORLD_DRAIN, 0)->context == COOKIE);
	fake_release(w->fake);
	FLT_PROVES(test, "PREOP-79", request_wait(r) && world_count(w, 'B', WORLD_POST) == 0);
}

static void synchronize_two(struct kunit *test)
{
	struct world *w = synchronize_world(test);

	w->probe[0]->pre_status = FLT_PREOP_SYNCHRONIZE;
	w->fake->when = FAKE_WORKER;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_WRITE)));
	FLT_PROVES(test, "PREOP-81", world_trace_is(w, "A+ B+ C+ F f C- B- A-"));
	FLT_PROVES(test, "PREOP-81", synchronize_same_thread(w, 'A') &&
		   synchronize_same_thread(w, 'B') &&
		   world_event(w, 'A', WORLD_POST, 0)->task == current);
}

/* As a filter is expected to: only what its issuer waits for. */
static void synchronize_if_synchronous(struct probe *p, PFLT_CALLBACK_DATA data,
				       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	*status = FltIsOperationSynchronous(data) ? FLT_PREOP_SYNCHRONIZE :
						    FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static void synchronize_mixed_workload(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_WRITE };
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER, FAKE_SOFTIRQ };
	struct world *w = synchronize_world(test);
	unsigned int i, synchronous, good = 0;

	w->probe[1]->on_pre = synchronize_if_synchronous;
	for (i = 0; i < ARRAY_SIZE(majors) * ARRAY_SIZE(whens); i++) {
		w->fake->when = whens[i % ARRAY_SIZE(whens)];
		for (synchronous = 0; synchronous < 2; synchronous++) {
			struct request *r = request_new(w, majors[i / ARRAY_SIZE(whens)]);

			world_clear(w);
			if (synchronous)
				request_spawn(r);
			else
				request_start(r);
			good += request_wait(r) && NT_SUCCESS(r->status) &&
				world_count(w, 'B', WORLD_POST) == 1 &&
				(!synchronous || synchronize_same_thread(w, 'B'));
		}
	}
	FLT_PROVES(test, "PREOP-75", good == 12 && !world_violations(w));
	w->breaches = false;
}

/* The most locks that were held in a callback or below: RCU counts as one. */
static int synchronize_locks;

static void synchronize_look(void)
{
	if (lockdep_depth(current) > synchronize_locks)
		synchronize_locks = lockdep_depth(current);
}

static void synchronize_look_below(struct fake_volume *fake, struct flt_operation *op,
				   struct fake_order *order)
{
	synchronize_look();
}

static void synchronize_look_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
				    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	synchronize_look();
}

static int synchronize_look_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
				    PCFLT_RELATED_OBJECTS objects, void *context)
{
	synchronize_look();
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* Nothing of the shim's own that what a filter holds across the call could meet the wrong way. */
static void synchronize_without_locks(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_CLEANUP, IRP_MJ_QUERY_INFORMATION,
		IRP_MJ_SET_INFORMATION, IRP_MJ_QUERY_EA, IRP_MJ_SET_EA, IRP_MJ_FLUSH_BUFFERS,
		IRP_MJ_QUERY_SECURITY, IRP_MJ_SET_SECURITY, IRP_MJ_QUERY_VOLUME_INFORMATION,
		IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_READ, IRP_MJ_WRITE,
	};
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER };
	struct world *w = synchronize_world(test);
	unsigned int i, j;

	if (!IS_ENABLED(CONFIG_LOCKDEP))
		kunit_skip(test, "this kernel does not know which locks are held");
	synchronize_locks = 0;
	w->fake->on_perform = synchronize_look_below;
	w->probe[1]->on_pre = synchronize_look_in_pre;
	w->probe[1]->on_post = synchronize_look_in_post;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		for (j = 0; j < ARRAY_SIZE(whens); j++) {
			w->fake->when = whens[j];
			world_clear(w);
			world_do(w, majors[i]);
			FLT_PROVES(test, "PREOP-80", !synchronize_locks &&
				   world_count(w, 'B', WORLD_POST) == 1);
		}
	}
}

static struct kunit_case preop_synchronize_cases[] = {
	KUNIT_CASE(synchronize_in_the_same_thread),
	KUNIT_CASE(synchronize_asynchronous),
	KUNIT_CASE(synchronize_not_in_reclaim),
	KUNIT_CASE(synchronize_below_one_that_pends),
	KUNIT_CASE(synchronize_below_one_that_keeps),
	KUNIT_CASE(synchronize_without_post),
	KUNIT_CASE(synchronize_other_forms),
	KUNIT_CASE(synchronize_create),
	KUNIT_CASE(synchronize_oplocks),
	KUNIT_CASE(synchronize_notify),
	KUNIT_CASE(synchronize_lock),
	KUNIT_CASE(synchronize_drained),
	KUNIT_CASE(synchronize_two),
	KUNIT_CASE(synchronize_mixed_workload),
	KUNIT_CASE(synchronize_without_locks),
	{}
};

static struct kunit_suite preop_synchronize_suite = {
	.name = "preop_synchronize",
	.init = world_init,
	.exit = world_exit,
	.test_cases = preop_synchronize_cases,
};

kunit_test_suite(preop_synchronize_suite);
