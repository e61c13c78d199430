// SPDX-License-Identifier: GPL-2.0
/*
 * Suite pend: FLT_PREOP_PENDING and FltCompletePendedPreOperation (PREOP-20, PREOP-58 to
 * PREOP-64, PEND-01 to PEND-22).
 */
#include <linux/sched/signal.h>
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/rtl_status.h"
#include "nt/violation.h"

#define COOKIE	((void *)0xdead4ead0000bead)

static struct world *pend_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	return w;
}

static void pend_deny(PFLT_CALLBACK_DATA data)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
}

static void pend_silence_until_resumed(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	struct request *r = request_new(w, IRP_MJ_READ);

	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	msleep(100);
	FLT_PROVES(test, "PREOP-58", world_trace_is(w, "A+ B+") && request_busy(r));
	keeper_resume(k);
	FLT_PROVES(test, "PREOP-58", request_wait(r) &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	FLT_PROVES(test, "PREOP-59", world_violations(w) == 0);
	w->breaches = false;
}

static void pend_each_status(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_COMPLETE);
	struct request *r = request_new(w, IRP_MJ_READ);

	k->change = pend_deny;
	request_run(r);
	FLT_PROVES(test, "PEND-01", r->status == STATUS_ACCESS_DENIED);
	FLT_PROVES(test, "PEND-02", world_trace_is(w, "A+ B+ A-") &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_ACCESS_DENIED && flt_errno_from_status(r->status, NULL) == -EACCES);
	FLT_PROVES(test, "PEND-17", r->status == STATUS_ACCESS_DENIED);

	k = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_NO_CALLBACK);
	world_clear(w);
	FLT_PROVES(test, "PEND-01", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PEND-03", world_trace_is(w, "A+ B+ C+ F C- A-"));

	k = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	k->context = COOKIE;
	world_clear(w);
	FLT_PROVES(test, "PEND-01", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PEND-04", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
}

static void pend_context_that_may_not_be(struct kunit *test)
{
	static const FLT_PREOP_CALLBACK_STATUS statuses[] = {
		FLT_PREOP_COMPLETE, FLT_PREOP_SUCCESS_NO_CALLBACK,
	};
	struct world *w = pend_world(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		struct keeper *k = keeper_pend(w->probe[1], KEEPER_WORKER, statuses[i]);

		k->context = COOKIE;
		world_clear(w);
		FLT_PROVES(test, "PEND-05", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		FLT_PROVES(test, "PEND-05", world_count(w, 'B', WORLD_POST) == 0 &&
			   !world_event(w, 'A', WORLD_POST, 0)->context);
		FLT_PROVES(test, "PEND-05", world_violations(w) == i + 1);
	}
}

static void pend_status_that_may_not_be(struct kunit *test)
{
	static const struct {
		int status;
		bool post;
	} cases[] = {
		{ FLT_PREOP_PENDING, false },
		{ FLT_PREOP_SYNCHRONIZE, true },
		{ FLT_PREOP_DISALLOW_FASTIO, false },
		{ FLT_PREOP_DISALLOW_FSFILTER_IO, false },
		{ 0x7fff, false },
	};
	struct world *w = pend_world(test);
	unsigned int i;

	w->breaches = true;
	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct keeper *k = keeper_pend(w->probe[1], KEEPER_WORKER, cases[i].status);
		s64 before = atomic64_read(&fsh_violations);

		k->context = COOKIE;
		world_clear(w);
		FLT_PROVES(test, "PEND-06", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		if (cases[i].post)
			FLT_PROVES(test, "PEND-06", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
		else
			FLT_PROVES(test, "PEND-06", world_trace_is(w, "A+ B+ C+ F C- A-"));
		FLT_PROVES(test, "PEND-06", atomic64_read(&fsh_violations) == before + 1);
		if (cases[i].post)
			FLT_PROVES(test, "PEND-07",
				   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
	}
}

static void pend_resumed_early(struct kunit *test)
{
	struct world *w = pend_world(test);
	unsigned int i;

	/* The worker resumes while the callback has not returned. */
	keeper_pend(w->probe[1], KEEPER_CALLBACK, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	for (i = 0; i < 2; i++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		world_clear(w);
		if (i)
			request_start(r);
		else
			request_spawn(r);
		FLT_PROVES(test, "PREOP-62", request_wait(r) && atomic_read(&r->ended) == 1 &&
			   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	}
}

static void pend_resumed_early_stress(struct kunit *test)
{
	enum { TIMES = 500 };
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_WORKER,
				       FLT_PREOP_SUCCESS_WITH_CALLBACK);
	struct request *r = request_new(w, IRP_MJ_READ);
	unsigned int i, good = 0;

	w->quiet = true;
	for (i = 0; i < TIMES; i++) {
		flt_operation_init(&r->op, w->fake->volume, IRP_MJ_READ, w->file);
		good += NT_SUCCESS(flt_operation_run(&r->op));
		flt_operation_fini(&r->op);
		wait_for_completion(&k->resumed);
	}
	FLT_PROVES(test, "PREOP-62", good == TIMES);
	FLT_PROVES(test, "PREOP-62", atomic_read(&w->probe[1]->pre) == TIMES &&
		   atomic_read(&w->probe[1]->post) == TIMES &&
		   atomic_read(&w->probe[2]->pre) == TIMES);
}

static void pend_every_synchronous_kind(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_CREATE, IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_SET_INFORMATION,
		IRP_MJ_QUERY_INFORMATION, IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_FLUSH_BUFFERS,
	};
	struct world *w = pend_world(test);
	unsigned int i;

	keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_NO_CALLBACK);
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		struct request *r = request_new(w, majors[i]);

		world_clear(w);
		w->fake->status = i & 1 ? STATUS_DISK_FULL : STATUS_SUCCESS;
		request_run(r);
		FLT_PROVES(test, "PREOP-63", r->status == w->fake->status &&
			   world_trace_is(w, "A+ B+ C+ F C- A-"));
	}
}

static void pend_cleanup_and_close(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_CLEANUP, IRP_MJ_CLOSE };
	struct world *w = pend_world(test);
	unsigned int i;

	keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_NO_CALLBACK);
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		world_clear(w);
		FLT_PROVES(test, "PREOP-64", NT_SUCCESS(world_do(w, majors[i])));
		FLT_PROVES(test, "PREOP-64", world_trace_is(w, "A+ B+ C+ F C- A-"));
	}
}

static void pend_with_context(struct kunit *test)
{
	struct world *w = pend_world(test);

	keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	w->probe[1]->context = COOKIE;
	FLT_PROVES(test, "PREOP-61", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PREOP-61", world_violations(w) == 1 &&
		   world_count(w, 'B', WORLD_POST) == 1 &&
		   !world_event(w, 'B', WORLD_POST, 0)->context);
}

static void pend_of_what_is_no_irp(struct kunit *test)
{
	static const ULONG forms[] = {
		FLTFL_CALLBACK_DATA_FAST_IO_OPERATION, FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION,
	};
	struct world *w = pend_world(test);
	unsigned int i;

	keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		request_form(r, forms[i]);
		world_clear(w);
		FLT_PROVES(test, "PREOP-60", NT_SUCCESS(request_run(r)));
		FLT_PROVES(test, "PREOP-60", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
			   world_event(w, 'C', WORLD_PRE, 0)->task == current);
		FLT_PROVES(test, "PREOP-60", world_violations(w) == i + 1);
		FLT_PROVES(test, "PREOP-59",
			   probe_violations(w->probe[1], FLT_VIOLATION_PREOP_PENDING) == i + 1);
	}
}

/* Asynchronous: the rest runs in the worker, but the requestor stays who it was. */
static ULONG pend_requestor;

static void pend_ask_requestor(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	pend_requestor = FltGetRequestorProcessId(data);
}

static void pend_requestor_stays(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	const struct world_event *c;
	struct keeper *k;

	k = keeper_pend(w->probe[0], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	w->probe[2]->on_pre = pend_ask_requestor;
	pend_requestor = 0;
	request_start(r);
	/* Not before nobody runs it: a worker that comes earlier leaves the rest to this thread. */
	queue_work(system_unbound_wq, &k->work);
	FLT_REQUIRE(test, request_wait(r));
	c = world_event(w, 'C', WORLD_PRE, 0);
	/* The test is a kernel thread, whose process is System. */
	FLT_PROVES(test, "PREOP-20", c->task != current && c->data.Thread == (PETHREAD)current &&
		   pend_requestor == 4);
	FLT_PROVES(test, "PEND-14", c->task && c->irql <= APC_LEVEL);
}

static void pend_resumes_what_is_not_pended(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_NO_CALLBACK);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);

	FltCompletePendedPreOperation(NULL, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_PROVES(test, "PEND-08", atomic64_read(&fsh_violations) == before + 1);
	FltCompletePendedPreOperation(&r->op.data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_PROVES(test, "PEND-09", atomic64_read(&fsh_violations) == before + 2);
	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	msleep(20);
	keeper_resume(k);
	FltCompletePendedPreOperation(k->data, FLT_PREOP_COMPLETE, NULL);
	FLT_PROVES(test, "PEND-09", request_wait(r) && NT_SUCCESS(r->status) &&
		   world_trace_is(w, "A+ B+ C+ F C- A-"));
	FLT_PROVES(test, "PEND-09", atomic64_read(&fsh_violations) == before + 3);
}

/* It resumes its operation in the callback and then returns something else. */
static void pend_resume_and_return(struct probe *p, PFLT_CALLBACK_DATA data,
				   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, COOKIE);
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	*status = FLT_PREOP_COMPLETE;
}

static void pend_resumed_but_not_pended(struct kunit *test)
{
	struct world *w = pend_world(test);

	w->probe[1]->on_pre = pend_resume_and_return;
	FLT_PROVES(test, "PEND-11", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PEND-11", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_event(w, 'B', WORLD_POST, 0)->context == COOKIE);
	FLT_PROVES(test, "PEND-11", world_violations(w) == 1);
}

/* Two resume the same operation at once: one wins. */
struct pend_racer {
	struct work_struct work;
	PFLT_CALLBACK_DATA data;
	atomic_t *ready;
};

static void pend_race(struct work_struct *work)
{
	struct pend_racer *racer = container_of(work, struct pend_racer, work);

	atomic_inc(racer->ready);
	while (atomic_read(racer->ready) < 2)
		cond_resched();
	FltCompletePendedPreOperation(racer->data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static void pend_two_resume(struct kunit *test)
{
	enum { TIMES = 50 };
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	struct pend_racer *racers = kunit_kcalloc(test, 2, sizeof(*racers), GFP_KERNEL);
	s64 before = atomic64_read(&fsh_violations);
	unsigned int i, j, good = 0;

	KUNIT_ASSERT_NOT_NULL(test, racers);
	for (i = 0; i < TIMES; i++) {
		struct request *r = request_new(w, IRP_MJ_READ);
		atomic_t ready = ATOMIC_INIT(0);

		atomic_set(&k->kept, 0);
		request_start(r);
		FLT_REQUIRE(test, keeper_wait(k));
		for (j = 0; j < 2; j++) {
			INIT_WORK(&racers[j].work, pend_race);
			racers[j].data = k->data;
			racers[j].ready = &ready;
			queue_work(system_unbound_wq, &racers[j].work);
		}
		flush_work(&racers[0].work);
		flush_work(&racers[1].work);
		good += request_wait(r) && atomic_read(&r->ended) == 1;
	}
	FLT_PROVES(test, "PEND-10", good == TIMES);
	/* The second may come so late that the operation is in the callback of the filter below. */
	FLT_PROVES(test, "PEND-10",
		   atomic64_read(&fsh_violations) + world_violations(w) == before + TIMES);
	FLT_PROVES(test, "PEND-10", atomic_read(&w->probe[1]->post) == TIMES);
}

static void pend_resumed_at_dispatch(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_COMPLETE);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);

	k->change = pend_deny;
	request_start(r);
	keeper_resume_in_softirq(k);
	FLT_PROVES(test, "PEND-12", request_wait(r) && r->status == STATUS_ACCESS_DENIED &&
		   world_event(w, 'A', WORLD_POST, 0)->irql <= DISPATCH_LEVEL &&
		   world_count(w, 'A', WORLD_POST) == 1);
	FLT_PROVES(test, "PEND-12", atomic64_read(&fsh_violations) == before &&
		   !world_violations(w));

	k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_NO_CALLBACK);
	r = request_new(w, IRP_MJ_READ);
	world_clear(w);
	request_start(r);
	keeper_resume_in_softirq(k);
	FLT_PROVES(test, "PEND-13", request_wait(r) && NT_SUCCESS(r->status) &&
		   world_event(w, 'C', WORLD_PRE, 0)->irql <= APC_LEVEL);
	FLT_PROVES(test, "PEND-13", atomic64_read(&fsh_violations) == before + 1);
}

static void pend_move_offset(PFLT_CALLBACK_DATA data)
{
	data->Iopb->Parameters.Read.ByteOffset.QuadPart = 0x12345000;
	FltSetCallbackDataDirty(data);
}

static void pend_changes_parameters(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_WORKER,
				       FLT_PREOP_SUCCESS_WITH_CALLBACK);

	k->change = pend_move_offset;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PEND-16",
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters.Read.ByteOffset.QuadPart ==
		   0x12345000 && w->fake->seen.Parameters.Read.ByteOffset.QuadPart == 0x12345000);
	FLT_PROVES(test, "PEND-16",
		   !world_event(w, 'B', WORLD_POST, 0)->iopb.Parameters.Read.ByteOffset.QuadPart);
}

static void pend_complete_with_pending(PFLT_CALLBACK_DATA data)
{
	data->IoStatus.Status = STATUS_PENDING;
}

static void pend_completed_with_pending(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_COMPLETE);

	k->change = pend_complete_with_pending;
	FLT_PROVES(test, "PEND-17", world_do(w, IRP_MJ_READ) == STATUS_UNSUCCESSFUL);
	FLT_PROVES(test, "PEND-17", world_do(w, IRP_MJ_CLOSE) == STATUS_SUCCESS);
	FLT_PROVES(test, "PEND-17", world_violations(w) == 2);
}

static void pend_killed(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	struct request *r = request_new(w, IRP_MJ_READ);

	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	msleep(20);
	send_sig(SIGKILL, r->thread, 1);
	msleep(50);
	FLT_PROVES(test, "PEND-19", request_busy(r) && world_trace_is(w, "A+ B+"));
	keeper_resume(k);
	FLT_PROVES(test, "PEND-19", request_wait(r) && atomic_read(&r->ended) == 1);
}

/* Held by the file system, a killed caller's operation is cancelled there. */
static void pend_killed_below(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct request *r = request_new(w, IRP_MJ_READ), *close;

	w->fake->when = FAKE_HOLD;
	w->fake->cancellable = true;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	msleep(20);
	send_sig(SIGKILL, r->thread, 1);
	FLT_EXPECT(test, request_wait(r) && r->status == STATUS_CANCELLED);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ C+ F f C- B- A-"));
	/* Cleanup and close are awaited whatever comes. */
	close = request_new(w, IRP_MJ_CLOSE);
	request_spawn(close);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	send_sig(SIGKILL, close->thread, 1);
	msleep(50);
	FLT_EXPECT(test, request_busy(close) && atomic_read(&w->fake->cancelled) == 1);
	fake_release(w->fake);
	FLT_EXPECT(test, request_wait(close) && NT_SUCCESS(close->status));
}

/* Five operations that B holds, and its teardown. */
enum { PEND_FIVE = 5 };
static PFLT_CALLBACK_DATA pend_held[PEND_FIVE];
static atomic_t pend_nr_held;

static void pend_hold(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	int n = atomic_inc_return(&pend_nr_held) - 1;

	if (n >= PEND_FIVE)
		return;
	pend_held[n] = data;
	*status = FLT_PREOP_PENDING;
}

static void pend_resume_all(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	int i;

	for (i = 0; i < PEND_FIVE; i++)
		FltCompletePendedPreOperation(pend_held[i], FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
}

static void pend_resumed_by_teardown(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct request *r[PEND_FIVE];
	unsigned int i, good = 0;

	atomic_set(&pend_nr_held, 0);
	w->probe[1]->on_pre = pend_hold;
	w->probe[1]->on_start = pend_resume_all;
	for (i = 0; i < PEND_FIVE; i++) {
		r[i] = request_new(w, IRP_MJ_READ);
		request_spawn(r[i]);
	}
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&pend_nr_held) == PEND_FIVE));
	msleep(20);
	FLT_PROVES(test, "PEND-20",
		   NT_SUCCESS(flt_instance_detach(flt_instance_of(w->probe[1]->instance[0]),
						  FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	for (i = 0; i < PEND_FIVE; i++)
		good += request_wait(r[i]) && NT_SUCCESS(r[i]->status);
	FLT_PROVES(test, "PEND-20", good == PEND_FIVE);
	FLT_PROVES(test, "PEND-20", atomic_read(&w->probe[1]->drains) == 0);
}

struct pend_detach {
	struct work_struct work;
	struct flt_instance *instance;
	NTSTATUS status;
};

static void pend_detach_work(struct work_struct *work)
{
	struct pend_detach *d = container_of(work, struct pend_detach, work);

	d->status = flt_instance_detach(d->instance, FLTFL_INSTANCE_TEARDOWN_MANUAL);
}

static void pend_teardown_waits(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct keeper *k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_NO_CALLBACK);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct pend_detach *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	INIT_WORK(&d->work, pend_detach_work);
	d->instance = flt_instance_of(w->probe[1]->instance[0]);
	flt_object_get(&d->instance->obj);
	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	msleep(20);
	queue_work(system_unbound_wq, &d->work);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&w->probe[1]->starts)));
	msleep(100);
	FLT_PROVES(test, "PEND-21", atomic_read(&w->probe[1]->completes) == 0 && request_busy(r));
	keeper_resume(k);
	flush_work(&d->work);
	FLT_PROVES(test, "PEND-21", NT_SUCCESS(d->status) &&
		   atomic_read(&w->probe[1]->completes) == 1 && request_wait(r));
	FLT_PROVES(test, "INST-37", atomic_read(&w->probe[1]->completes) == 1);
	flt_object_put(&d->instance->obj);
}

static struct completion pend_below, pend_go;

static void pend_wait_below(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	complete(&pend_below);
	wait_for_completion(&pend_go);
}

/*
 * Resumed with a post-operation callback owed, while the instance is detached: the teardown waits
 * for that, though the operation runs in a snapshot without the instance.
 */
static void pend_resumed_and_owed(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct probe *b = w->probe[1];
	struct keeper *k = keeper_pend(b, KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct pend_detach *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, d);
	INIT_WORK(&d->work, pend_detach_work);
	d->instance = flt_instance_of(b->instance[0]);
	flt_object_get(&d->instance->obj);
	init_completion(&pend_below);
	init_completion(&pend_go);
	w->probe[2]->on_pre = pend_wait_below;
	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	queue_work(system_unbound_wq, &d->work);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&b->starts)));
	keeper_resume(k);
	wait_for_completion(&pend_below);
	msleep(100);
	FLT_PROVES(test, "PEND-21", atomic_read(&b->completes) == 0);
	complete(&pend_go);
	flush_work(&d->work);
	FLT_PROVES(test, "PEND-21", NT_SUCCESS(d->status) && request_wait(r) &&
		   (world_trace_is(w, "A+ B+ Bt C+ F C- B- Bc A-") ||
		    world_trace_is(w, "A+ B+ Bt C+ F C- B- A- Bc")));
	flt_object_put(&d->instance->obj);
}

/* Stands for a routine of the manager that decides for the callback: it may pend on its own. */
static FLT_PREOP_CALLBACK_STATUS pend_helper_says;
static struct keeper *pend_helper_keeper;

static FLT_PREOP_CALLBACK_STATUS pend_helper(PFLT_CALLBACK_DATA data)
{
	if (pend_helper_says == FLT_PREOP_PENDING) {
		pend_helper_keeper->data = data;
		queue_work(system_unbound_wq, &pend_helper_keeper->work);
	} else if (pend_helper_says == FLT_PREOP_COMPLETE) {
		pend_deny(data);
	}
	return pend_helper_says;
}

static void pend_by_helper(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	*status = pend_helper(data);
}

static void pend_what_a_helper_returns(struct kunit *test)
{
	static const struct {
		FLT_PREOP_CALLBACK_STATUS says;
		UCHAR major;
		NTSTATUS status;
		const char *trace;
	} cases[] = {
		{ FLT_PREOP_PENDING, IRP_MJ_READ, STATUS_SUCCESS, "A+ B+ C+ F C- B- A-" },
		{ FLT_PREOP_COMPLETE, IRP_MJ_READ, STATUS_ACCESS_DENIED, "A+ B+ A-" },
		{ FLT_PREOP_SUCCESS_WITH_CALLBACK, IRP_MJ_READ, STATUS_SUCCESS,
		  "A+ B+ C+ F C- B- A-" },
		/* Fast I/O that has no other form. */
		{ FLT_PREOP_DISALLOW_FASTIO, IRP_MJ_MDL_READ, STATUS_FLT_DISALLOW_FAST_IO,
		  "A+ B+ A-" },
	};
	struct world *w = pend_world(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(cases); i++) {
		struct request *r = request_new(w, cases[i].major);

		pend_helper_keeper = keeper_pend(w->probe[1], KEEPER_TEST,
						 FLT_PREOP_SUCCESS_WITH_CALLBACK);
		pend_helper_says = cases[i].says;
		w->probe[1]->on_pre = pend_by_helper;
		world_clear(w);
		request_run(r);
		FLT_PROVES(test, "PREOP-65", r->status == cases[i].status &&
			   world_trace_is(w, cases[i].trace));
	}
}

static struct {
	struct completion entered;
	PFLT_CALLBACK_DATA data;
} pend_late;

/* Comes back when the teardown-start callback has returned, and keeps its operation then. */
static void pend_too_late(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	complete(&pend_late.entered);
	WORLD_WAIT(!flt_instance_may_start(flt_instance_of(objects->Instance)));
	WRITE_ONCE(pend_late.data, data);
	*status = FLT_PREOP_PENDING;
}

static void pend_during_teardown(struct kunit *test)
{
	struct world *w = pend_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct pend_detach d = { .instance = flt_instance_of(w->probe[1]->instance[0]) };

	pend_late.data = NULL;
	init_completion(&pend_late.entered);
	w->probe[1]->on_pre = pend_too_late;
	request_spawn(r);
	FLT_REQUIRE(test, wait_for_completion_timeout(&pend_late.entered, 10 * HZ));
	INIT_WORK_ONSTACK(&d.work, pend_detach_work);
	queue_work(system_unbound_wq, &d.work);
	FLT_EXPECT(test, WORLD_WAIT(READ_ONCE(pend_late.data)) &&
		   WORLD_WAIT(atomic_read(&r->op.hold) == FLT_HOLD_PENDED));
	FLT_PROVES(test, "PEND-22",
		   probe_violations(w->probe[1], FLT_VIOLATION_PREOP_PENDING) == 1 &&
		   world_violations(w) == 1);
	msleep(20);
	FLT_PROVES(test, "PEND-22", request_busy(r) && !atomic_read(&w->probe[1]->completes));
	FltCompletePendedPreOperation(pend_late.data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_PROVES(test, "PEND-22", request_wait(r) && NT_SUCCESS(r->status));
	flush_work(&d.work);
	destroy_work_on_stack(&d.work);
	FLT_EXPECT(test, NT_SUCCESS(d.status) && atomic_read(&w->probe[1]->completes) == 1);
}

static struct kunit_case pend_cases[] = {
	KUNIT_CASE(pend_what_a_helper_returns),
	KUNIT_CASE(pend_silence_until_resumed),
	KUNIT_CASE(pend_each_status),
	KUNIT_CASE(pend_context_that_may_not_be),
	KUNIT_CASE(pend_status_that_may_not_be),
	KUNIT_CASE(pend_resumed_early),
	KUNIT_CASE(pend_resumed_early_stress),
	KUNIT_CASE(pend_every_synchronous_kind),
	KUNIT_CASE(pend_cleanup_and_close),
	KUNIT_CASE(pend_with_context),
	KUNIT_CASE(pend_of_what_is_no_irp),
	KUNIT_CASE(pend_requestor_stays),
	KUNIT_CASE(pend_resumes_what_is_not_pended),
	KUNIT_CASE(pend_resumed_but_not_pended),
	KUNIT_CASE(pend_two_resume),
	KUNIT_CASE(pend_resumed_at_dispatch),
	KUNIT_CASE(pend_changes_parameters),
	KUNIT_CASE(pend_completed_with_pending),
	KUNIT_CASE(pend_killed),
	KUNIT_CASE(pend_killed_below),
	KUNIT_CASE(pend_resumed_by_teardown),
	KUNIT_CASE(pend_teardown_waits),
	KUNIT_CASE(pend_resumed_and_owed),
	KUNIT_CASE(pend_during_teardown),
	{}
};

static struct kunit_suite pend_suite = {
	.name = "pend",
	.init = world_init,
	.exit = world_exit,
	.test_cases = pend_cases,
};

kunit_test_suite(pend_suite);
