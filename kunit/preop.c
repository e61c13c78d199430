// SPDX-License-Identifier: GPL-2.0
/*
 * Suite preop: who is called in which order with what, and the two values that pass an operation
 * on (PREOP-04 to PREOP-34, PREOP-89, PREOP-90).
 */
#include <linux/kthread.h>
#include "fltmgr/filter.h"
#include "kunit/world.h"

#define COOKIE(n)	((void *)(0xdead4ead00000000UL + (n)))

/* Major functions in all three forms. */
static const UCHAR preop_majors[] = {
	IRP_MJ_CREATE, IRP_MJ_CLOSE, IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_QUERY_INFORMATION,
	IRP_MJ_SET_INFORMATION, IRP_MJ_QUERY_EA, IRP_MJ_SET_EA, IRP_MJ_FLUSH_BUFFERS,
	IRP_MJ_QUERY_VOLUME_INFORMATION, IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_FILE_SYSTEM_CONTROL,
	IRP_MJ_LOCK_CONTROL, IRP_MJ_CLEANUP, IRP_MJ_QUERY_SECURITY, IRP_MJ_SET_SECURITY,
	IRP_MJ_QUERY_OPEN, IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION,
	IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, IRP_MJ_ACQUIRE_FOR_CC_FLUSH,
	IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE, IRP_MJ_NETWORK_QUERY_OPEN, IRP_MJ_VOLUME_MOUNT,
	IRP_MJ_VOLUME_DISMOUNT,
};

static void preop_order(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "CAB");
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PREOP-07", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	FLT_PROVES(test, "INST-05", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
}

static void preop_only_what_is_registered(struct kunit *test)
{
	static const struct probe_op ops[] = {
		{ IRP_MJ_CREATE, true, true },
		{ IRP_MJ_OPERATION_END },
		{ IRP_MJ_READ, true, true },	/* behind the end: must not be seen */
	};
	static const struct probe_config config = { .ops = ops };
	struct world *w = world_of(test);
	unsigned int i;

	world_probe(w, 'A', &config);
	FLT_PROVES(test, "REG-20", flt_volume_wants(w->fake->volume, FLT_WANT(IRP_MJ_CREATE)));
	FLT_PROVES(test, "REG-20", !flt_volume_wants(w->fake->volume, FLT_WANT(IRP_MJ_READ)));
	for (i = 0; i < ARRAY_SIZE(preop_majors); i++) {
		if (preop_majors[i] != IRP_MJ_CREATE)
			world_do(w, preop_majors[i]);
	}
	FLT_PROVES(test, "PREOP-04", world_count(w, 'A', WORLD_PRE) == 0 &&
		   world_count(w, 'A', WORLD_POST) == 0);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "PREOP-04", world_count(w, 'A', WORLD_PRE) == 1 &&
		   world_count(w, 'A', WORLD_POST) == 1);
}

static void preop_one_routine_for_several(struct kunit *test)
{
	static const struct probe_op ops[] = {
		{ IRP_MJ_READ, true, true },
		{ IRP_MJ_WRITE, true, true },
		{ IRP_MJ_OPERATION_END },
	};
	static const struct probe_config config = { .ops = ops };
	struct world *w = world_of(test);

	world_probe(w, 'A', &config);
	world_do(w, IRP_MJ_READ);
	world_do(w, IRP_MJ_FLUSH_BUFFERS);
	world_do(w, IRP_MJ_WRITE);
	FLT_PROVES(test, "PREOP-05", world_trace_is(w, "A+ F A- F A+ F A-"));
	FLT_PROVES(test, "PREOP-05",
		   world_event(w, 'A', WORLD_PRE, 0)->iopb.MajorFunction == IRP_MJ_READ &&
		   world_event(w, 'A', WORLD_PRE, 1)->iopb.MajorFunction == IRP_MJ_WRITE);
}

static void preop_pre_or_post_alone(struct kunit *test)
{
	static const struct probe_op pre_only[] = {
		{ IRP_MJ_READ, true, false }, { IRP_MJ_OPERATION_END } };
	static const struct probe_op post_only[] = {
		{ IRP_MJ_READ, false, true }, { IRP_MJ_OPERATION_END } };
	static const struct probe_op neither[] = {
		{ IRP_MJ_READ, false, false }, { IRP_MJ_OPERATION_END } };
	static const struct probe_config a = { .ops = pre_only }, b = { .ops = post_only },
					 d = { .ops = neither };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &a);

	p->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	world_probe(w, 'B', &b);
	world_probe(w, 'C', NULL);
	world_probe(w, 'D', &d);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "PREOP-06", world_trace_is(w, "A+ C+ F C- B-"));
	FLT_PROVES(test, "POSTOP-04", world_trace_is(w, "A+ C+ F C- B-"));
	FLT_PROVES(test, "POSTOP-05", !world_event(w, 'B', WORLD_POST, 0)->context &&
		   world_count(w, 'B', WORLD_POST) == 1);
}

static void preop_arguments(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i, n = 0;

	world_probes(w, "AB");
	for (i = 0; i < ARRAY_SIZE(preop_majors); i++) {
		const struct world_event *a, *b, *post;

		world_clear(w);
		world_do(w, preop_majors[i]);
		a = world_event(w, 'A', WORLD_PRE, 0);
		b = world_event(w, 'B', WORLD_PRE, 0);
		post = world_event(w, 'B', WORLD_POST, 0);
		n += a->iopb.MajorFunction == preop_majors[i] &&
		     a->data.RequestorMode == UserMode && a->data.Thread == (PETHREAD)current &&
		     a->address && b->address == a->address;
		FLT_PROVES(test, "PREOP-09", a->objects.Filter == w->probe[0]->filter &&
			   a->objects.Instance == w->probe[0]->instance[0] &&
			   a->objects.Volume == (PFLT_VOLUME)w->fake->volume &&
			   b->objects.Filter == w->probe[1]->filter &&
			   b->objects.Instance == w->probe[1]->instance[0] &&
			   a->objects.FileObject == a->iopb.TargetFileObject &&
			   a->objects.FileObject == w->file);
		FLT_PROVES(test, "PREOP-10", !a->context && !b->context);
		FLT_PROVES(test, "REG-06", post->objects.Filter == w->probe[1]->filter);
		FLT_PROVES(test, "CBD-029", a->iopb.TargetFileObject == a->objects.FileObject &&
			   post->iopb.TargetFileObject == post->objects.FileObject);
		FLT_PROVES(test, "CBD-030", a->iopb.TargetInstance == a->objects.Instance &&
			   b->iopb.TargetInstance == b->objects.Instance &&
			   post->iopb.TargetInstance == post->objects.Instance);
		FLT_PROVES(test, "CBD-058", a->objects.Size == sizeof(FLT_RELATED_OBJECTS) &&
			   post->objects.Size == sizeof(FLT_RELATED_OBJECTS) &&
			   !a->objects.Transaction);
		FLT_PROVES(test, "CBD-008", a->data.Iopb);
		FLT_PROVES(test, "CBD-002", hweight32(a->data.Flags & WORLD_FORMS) == 1 &&
			   hweight32(post->data.Flags & WORLD_FORMS) == 1);
	}
	FLT_PROVES(test, "PREOP-08", n == ARRAY_SIZE(preop_majors));
}

/* Blocks the first pre-operation callback that comes by until the test lets it go. */
struct preop_gate {
	atomic_t arrived;
	struct completion go;
};

static void preop_wait_at_gate(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct preop_gate *gate = p->private;

	if (atomic_inc_return(&gate->arrived) == 1)
		wait_for_completion(&gate->go);
}

static void preop_blocked_one_stops_nobody_else(struct kunit *test)
{
	struct world *w = world_of(test);
	struct preop_gate gate = { };
	struct request *first = request_new(w, IRP_MJ_READ);
	struct request *second = request_new(w, IRP_MJ_READ);

	init_completion(&gate.go);
	world_probes(w, "ABC");
	w->probe[1]->private = &gate;
	w->probe[1]->on_pre = preop_wait_at_gate;
	request_spawn(first);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&gate.arrived) == 1));
	msleep(20);
	FLT_PROVES(test, "PREOP-12", world_trace_is(w, "A+ B+"));
	request_spawn(second);
	FLT_PROVES(test, "PREOP-11", request_wait(second) && NT_SUCCESS(second->status));
	FLT_PROVES(test, "PREOP-11", request_busy(first));
	complete_all(&gate.go);
	FLT_EXPECT(test, request_wait(first) && NT_SUCCESS(first->status));
}

static void preop_runs_in_the_issuer(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "AB");
	for (i = 0; i < ARRAY_SIZE(preop_majors); i++) {
		const struct world_event *a, *b;

		world_clear(w);
		w->fake->when = i & 1 ? FAKE_WORKER : FAKE_INLINE;
		world_do(w, preop_majors[i]);
		a = world_event(w, 'A', WORLD_PRE, 0);
		b = world_event(w, 'B', WORLD_PRE, 0);
		FLT_PROVES(test, "PREOP-23", a->task == current && b->task == current);
		FLT_PROVES(test, "PREOP-22", a->irql == PASSIVE_LEVEL && b->irql == PASSIVE_LEVEL);
	}
}

static void preop_may_sleep(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	might_sleep();
}

static void preop_level(struct kunit *test)
{
	static const enum fake_when whens[] = {
		FAKE_INLINE, FAKE_EARLY, FAKE_WORKER, FAKE_SOFTIRQ,
	};
	struct world *w = world_of(test);
	unsigned int i, j;

	world_probes(w, "AB");
	w->probe[0]->on_pre = preop_may_sleep;
	w->probe[1]->on_pre = preop_may_sleep;
	for (i = 0; i < ARRAY_SIZE(preop_majors); i++) {
		for (j = 0; j < ARRAY_SIZE(whens); j++) {
			struct request *r;

			world_clear(w);
			w->fake->when = whens[j];
			world_do(w, preop_majors[i]);
			if (flt_op_desc(preop_majors[i])->form != FLT_FORM_IRP ||
			    flt_op_desc(preop_majors[i])->cannot_fail)
				continue;
			r = request_new(w, preop_majors[i]);
			request_start(r);
			FLT_EXPECT(test, request_wait(r));
		}
	}
	FLT_PROVES(test, "PREOP-21", w->probe[0]->max_pre_irql <= APC_LEVEL &&
		   w->probe[1]->max_pre_irql <= APC_LEVEL);
}

static void preop_no_callback(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "ABC");
	w->probe[1]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "PREOP-25", world_trace_is(w, "A+ B+ C+ F C- A-"));
	FLT_PROVES(test, "PREOP-26", world_count(w, 'B', WORLD_POST) == 0 &&
		   world_count(w, 'A', WORLD_POST) == 1 && world_count(w, 'C', WORLD_POST) == 1);
	for (i = 0; i < ARRAY_SIZE(preop_majors); i++) {
		world_clear(w);
		world_do(w, preop_majors[i]);
		FLT_PROVES(test, "PREOP-27", world_trace_is(w, "A+ B+ C+ F C- A-"));
	}
	FLT_PROVES(test, "PREOP-27", probe_all_violations(w->probe[1]) == 0);
}

static void preop_no_callback_with_context(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	FLT_EXPECT(test, !prove_log_start(test, "broke the contract"));
	w->probe[1]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	w->probe[1]->context = COOKIE(1);
	FLT_PROVES(test, "PREOP-28", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PREOP-28", world_trace_is(w, "A+ B+ C+ F C- A-"));
	FLT_PROVES(test, "PREOP-28", world_violations(w) == 1 &&
		   probe_violations(w->probe[1], FLT_VIOLATION_PREOP_CONTEXT) == 1);
	FLT_PROVES(test, "PREOP-28", prove_log_count() == 1 && prove_log_last_has("probeB") &&
		   prove_log_last_has("IRP_MJ_READ"));
	/* The poisoned pointer goes nowhere: nobody gets it, and nothing followed it. */
	FLT_PROVES(test, "PREOP-89", !world_event(w, 'A', WORLD_POST, 0)->context &&
		   !world_event(w, 'C', WORLD_POST, 0)->context);
}

static void preop_with_callback(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "ABC");
	for (i = 0; i < 3; i++)
		w->probe[i]->context = COOKIE(i);
	for (i = 0; i < ARRAY_SIZE(preop_majors); i++) {
		const struct world_event *a, *b, *c;

		world_clear(w);
		world_do(w, preop_majors[i]);
		FLT_PROVES(test, "PREOP-29", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
		a = world_event(w, 'A', WORLD_POST, 0);
		b = world_event(w, 'B', WORLD_POST, 0);
		c = world_event(w, 'C', WORLD_POST, 0);
		FLT_PROVES(test, "PREOP-31", a->context == COOKIE(0) && b->context == COOKIE(1) &&
			   c->context == COOKIE(2));
		FLT_PROVES(test, "POSTOP-07", b->context == COOKIE(1));
	}
	FLT_PROVES(test, "PREOP-32", world_violations(w) == 0);
	w->breaches = false;
	w->probe[1]->context = NULL;
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "PREOP-30", world_count(w, 'B', WORLD_POST) == 1 &&
		   !world_event(w, 'B', WORLD_POST, 0)->context);
}

/* Every operation gets a cookie of its own, which has to come back once. */
#define PREOP_COOKIES	10000

struct preop_cookies {
	atomic_t next;
	u8 *back;
	atomic_t wrong;
};

static void preop_give_cookie(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct preop_cookies *c = p->private;

	*context = COOKIE(atomic_inc_return(&c->next) - 1);
}

static int preop_take_cookie(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, void *context)
{
	struct preop_cookies *c = p->private;
	unsigned long n = (unsigned long)context - (unsigned long)COOKIE(0);

	if (n >= PREOP_COOKIES || xchg(&c->back[n], 1))
		atomic_inc(&c->wrong);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

struct preop_runner {
	struct world *w;
	struct flt_operation op;
	struct completion done;
	unsigned int count;
	enum fake_when when;
};

static int preop_run_many(void *arg)
{
	struct preop_runner *runner = arg;
	unsigned int i;

	for (i = 0; i < runner->count; i++) {
		flt_operation_init(&runner->op, runner->w->fake->volume, IRP_MJ_READ,
				   runner->w->file);
		flt_operation_run(&runner->op);
		flt_operation_fini(&runner->op);
	}
	kthread_complete_and_exit(&runner->done, 0);
}

static void preop_many_cookies(struct kunit *test)
{
	enum { THREADS = 4 };
	struct world *w = world_of(test);
	struct preop_cookies cookies = { };
	struct preop_runner *runners = kunit_kcalloc(test, THREADS, sizeof(*runners), GFP_KERNEL);
	unsigned int i, back = 0;

	KUNIT_ASSERT_NOT_NULL(test, runners);
	cookies.back = kunit_kzalloc(test, PREOP_COOKIES, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, cookies.back);
	world_probes(w, "ABC");
	w->quiet = true;
	w->probe[1]->private = &cookies;
	w->probe[1]->on_pre = preop_give_cookie;
	w->probe[1]->on_post = preop_take_cookie;
	for (i = 0; i < THREADS; i++) {
		runners[i].w = w;
		runners[i].count = PREOP_COOKIES / THREADS;
		init_completion(&runners[i].done);
		KUNIT_ASSERT_FALSE(test, IS_ERR(kthread_run(preop_run_many, &runners[i],
							    "flt-cookie%u", i)));
	}
	for (i = 0; i < THREADS; i++)
		wait_for_completion(&runners[i].done);
	for (i = 0; i < PREOP_COOKIES; i++)
		back += cookies.back[i];
	FLT_PROVES(test, "PREOP-30", atomic_read(&cookies.next) == PREOP_COOKIES);
	FLT_PROVES(test, "PREOP-30", back == PREOP_COOKIES && !atomic_read(&cookies.wrong));
}

static void preop_with_callback_but_no_post(struct kunit *test)
{
	static const struct probe_op pre_only[] = {
		{ IRP_MJ_READ, true, false }, { IRP_MJ_OPERATION_END } };
	static const struct probe_config config = { .ops = pre_only };
	struct world *w = world_of(test);
	struct probe *b;

	world_probe(w, 'A', NULL);
	b = world_probe(w, 'B', &config);
	b->context = COOKIE(7);
	FLT_PROVES(test, "PREOP-33", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PREOP-33", world_trace_is(w, "A+ B+ F A-"));
	FLT_PROVES(test, "PREOP-33", world_violations(w) == 1 &&
		   probe_violations(b, FLT_VIOLATION_PREOP_STATUS) == 1);
}

/* Exactly one post for each pre that asked for it, however the operation ended below. */
static void preop_one_post_each(struct kunit *test)
{
	static const enum fake_when whens[] = {
		FAKE_INLINE, FAKE_EARLY, FAKE_WORKER, FAKE_SOFTIRQ,
	};
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "ABC");
	for (i = 0; i < ARRAY_SIZE(whens); i++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		w->fake->when = whens[i];
		w->fake->status = i & 1 ? STATUS_DISK_FULL : STATUS_SUCCESS;
		world_clear(w);
		world_do(w, IRP_MJ_READ);
		FLT_PROVES(test, "PREOP-34", world_count(w, 'B', WORLD_POST) == 1);
		world_clear(w);
		request_start(r);
		FLT_PROVES(test, "PREOP-34", request_wait(r) &&
			   world_count(w, 'B', WORLD_POST) == 1 && atomic_read(&r->ended) == 1);
	}
	w->fake->when = FAKE_INLINE;
	w->probe[2]->pre_status = FLT_PREOP_COMPLETE;
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "PREOP-34", world_trace_is(w, "A+ B+ C+ B- A-"));
}

static void preop_set_status_and_pass(struct probe *p, PFLT_CALLBACK_DATA data,
				      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 4711;
}

static void preop_io_status_without_completing(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	world_probes(w, "ABC");
	w->probe[1]->on_pre = preop_set_status_and_pass;
	w->probe[1]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	FLT_PROVES(test, "PREOP-90", request_run(r) == STATUS_SUCCESS);
	FLT_PROVES(test, "PREOP-90", r->information == PAGE_SIZE);
	FLT_PROVES(test, "PREOP-90",
		   world_event(w, 'C', WORLD_PRE, 0)->data.IoStatus.Status == STATUS_SUCCESS);
}

static void preop_no_parameters(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_CLEANUP, IRP_MJ_CLOSE, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_SHUTDOWN,
		IRP_MJ_VOLUME_DISMOUNT, IRP_MJ_ACQUIRE_FOR_CC_FLUSH, IRP_MJ_RELEASE_FOR_CC_FLUSH,
		IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION,
	};
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		world_clear(w);
		a->pre_status = majors[i] == IRP_MJ_SHUTDOWN ? FLT_PREOP_SUCCESS_NO_CALLBACK :
							       FLT_PREOP_SUCCESS_WITH_CALLBACK;
		world_do(w, majors[i]);
		FLT_PROVES(test, "PREOP-93", world_count(w, 'A', WORLD_PRE) == 1 &&
			   !memchr_inv(&world_event(w, 'A', WORLD_PRE, 0)->iopb.Parameters, 0,
				       sizeof(FLT_PARAMETERS)));
	}
}

/* More instances than an operation has records for without an allocation. */
static void preop_deep_stack(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABCDEFGH");
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_WRITE)));
	FLT_PROVES(test, "PREOP-07",
		   world_trace_is(w, "A+ B+ C+ D+ E+ F+ G+ H+ F H- G- F- E- D- C- B- A-"));
}

static struct kunit_case preop_cases[] = {
	KUNIT_CASE(preop_order),
	KUNIT_CASE(preop_only_what_is_registered),
	KUNIT_CASE(preop_one_routine_for_several),
	KUNIT_CASE(preop_pre_or_post_alone),
	KUNIT_CASE(preop_arguments),
	KUNIT_CASE(preop_blocked_one_stops_nobody_else),
	KUNIT_CASE(preop_runs_in_the_issuer),
	KUNIT_CASE(preop_level),
	KUNIT_CASE(preop_no_callback),
	KUNIT_CASE(preop_no_callback_with_context),
	KUNIT_CASE(preop_with_callback),
	KUNIT_CASE(preop_many_cookies),
	KUNIT_CASE(preop_with_callback_but_no_post),
	KUNIT_CASE(preop_one_post_each),
	KUNIT_CASE(preop_io_status_without_completing),
	KUNIT_CASE(preop_no_parameters),
	KUNIT_CASE(preop_deep_stack),
	{}
};

static struct kunit_suite preop_suite = {
	.name = "preop",
	.init = world_init,
	.exit = world_exit,
	.test_cases = preop_cases,
};

kunit_test_suite(preop_suite);
