// SPDX-License-Identifier: GPL-2.0
/*
 * Suite postop_values: what a post-operation callback returns: halting completion, refusing a
 * query by name, and what is no status (POSTOP-20, POSTOP-26 to POSTOP-39, POSTOP-72, PEND-24 to
 * PEND-29).
 */
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/violation.h"

static struct world *values_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	return w;
}

static void values_deny(PFLT_CALLBACK_DATA data)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
}

static void values_halts(struct kunit *test)
{
	struct world *w = values_world(test);
	struct keeper *k = keeper_halt(w->probe[1], KEEPER_TEST);
	struct request *r = request_new(w, IRP_MJ_READ);

	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	msleep(50);
	FLT_PROVES(test, "POSTOP-26", world_count(w, 'A', WORLD_POST) == 0 && request_busy(r));
	values_deny(k->data);
	msleep(20);
	FLT_PROVES(test, "POSTOP-27", world_count(w, 'A', WORLD_POST) == 0 && request_busy(r));
	keeper_resume(k);
	FLT_PROVES(test, "POSTOP-26", request_wait(r));
	FLT_PROVES(test, "POSTOP-27", r->status == STATUS_ACCESS_DENIED &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_ACCESS_DENIED);
	FLT_PROVES(test, "POSTOP-72", r->status == STATUS_ACCESS_DENIED);
	FLT_PROVES(test, "PEND-24", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	FLT_PROVES(test, "PEND-29", world_count(w, 'B', WORLD_POST) == 1);
}

static void values_resumed_from_anywhere(struct kunit *test)
{
	static const enum keeper_from froms[] = {
		KEEPER_WORKER, KEEPER_SOFTIRQ, KEEPER_CALLBACK,
	};
	struct world *w = values_world(test);
	unsigned int i, how;

	for (i = 0; i < ARRAY_SIZE(froms); i++) {
		struct keeper *k = keeper_halt(w->probe[1], froms[i]);

		k->change = values_deny;
		for (how = 0; how < 2; how++) {
			struct request *r = request_new(w, IRP_MJ_READ);

			reinit_completion(&k->resumed);
			world_clear(w);
			if (how)
				request_start(r);
			else
				request_spawn(r);
			FLT_PROVES(test, "POSTOP-30", request_wait(r) &&
				   r->status == STATUS_ACCESS_DENIED);
			if (froms[i] == KEEPER_CALLBACK)
				FLT_PROVES(test, "POSTOP-31",
					   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
					   atomic_read(&r->ended) == 1);
			FLT_PROVES(test, "PEND-25",
				   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
				   STATUS_ACCESS_DENIED);
			wait_for_completion_timeout(&k->resumed, HZ);
		}
	}
}

static void values_resumed_at_dispatch(struct kunit *test)
{
	struct world *w = values_world(test);
	struct keeper *k = keeper_halt(w->probe[1], KEEPER_TEST);
	struct request *r = request_new(w, IRP_MJ_READ);

	request_start(r);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ C+ F C- B-"));
	keeper_resume_in_softirq(k);
	FLT_PROVES(test, "PEND-28", request_wait(r) &&
		   world_event(w, 'A', WORLD_POST, 0)->irql == DISPATCH_LEVEL);
}

static void values_halted_create_returns_to_the_opener(struct kunit *test)
{
	struct world *w = values_world(test);

	keeper_halt(w->probe[1], KEEPER_SOFTIRQ);
	FLT_PROVES(test, "POSTOP-33", NT_SUCCESS(world_do(w, IRP_MJ_CREATE)));
	FLT_PROVES(test, "PEND-28", world_event(w, 'A', WORLD_POST, 0)->task == current &&
		   world_event(w, 'A', WORLD_POST, 0)->irql == PASSIVE_LEVEL);
}

static void values_halted_synchronized(struct kunit *test)
{
	struct world *w = values_world(test);

	keeper_halt(w->probe[1], KEEPER_WORKER);
	w->probe[0]->pre_status = FLT_PREOP_SYNCHRONIZE;
	w->probe[1]->pre_status = FLT_PREOP_SYNCHRONIZE;
	FLT_PROVES(test, "POSTOP-33", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "POSTOP-33", world_event(w, 'A', WORLD_POST, 0)->task == current);
}

/* Create pended below, or above and resumed elsewhere: all of it stays with the opener. */
static void values_create_pended(struct kunit *test)
{
	struct world *w = values_world(test);
	char who;

	keeper_pend(w->probe[2], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_CREATE)));
	for (who = 'A'; who <= 'B'; who++)
		FLT_PROVES(test, "POSTOP-20",
			   world_event(w, who, WORLD_PRE, 0)->task == current &&
			   world_event(w, who, WORLD_POST, 0)->task == current);
	w->probe[2]->on_pre = NULL;
	keeper_pend(w->probe[0], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	world_clear(w);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_CREATE)));
	for (who = 'B'; who <= 'C'; who++)
		FLT_PROVES(test, "POSTOP-20",
			   world_event(w, who, WORLD_PRE, 0)->task == current &&
			   world_event(w, who, WORLD_POST, 0)->task == current);
}

/* Not allowed for what is no IRP: reported, and the caller waits all the same. */
static void values_halts_fast_io(struct kunit *test)
{
	static const ULONG forms[] = {
		FLTFL_CALLBACK_DATA_FAST_IO_OPERATION, FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION,
	};
	struct world *w = values_world(test);
	unsigned int i;

	keeper_halt(w->probe[1], KEEPER_WORKER);
	for (i = 0; i < ARRAY_SIZE(forms); i++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		request_form(r, forms[i]);
		world_clear(w);
		FLT_PROVES(test, "POSTOP-28", NT_SUCCESS(request_run(r)));
		FLT_PROVES(test, "POSTOP-28", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
			   world_event(w, 'A', WORLD_POST, 0)->task == current);
		FLT_PROVES(test, "POSTOP-28", world_violations(w) == i + 1);
	}
}

static void values_refuses_query_open(struct kunit *test)
{
	struct world *w = values_world(test);
	NTSTATUS status;

	w->probe[1]->post_status = FLT_POSTOP_DISALLOW_FSFILTER_IO;
	status = world_do(w, IRP_MJ_QUERY_OPEN);
	FLT_PROVES(test, "POSTOP-36", status == STATUS_FLT_DISALLOW_FSFILTER_IO &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_FLT_DISALLOW_FSFILTER_IO);
	FLT_PROVES(test, "POSTOP-36", world_violations(w) == 0);
}

static void values_refuses_something_else(struct kunit *test)
{
	struct world *w = values_world(test);

	w->probe[1]->post_status = FLT_POSTOP_DISALLOW_FSFILTER_IO;
	FLT_PROVES(test, "POSTOP-37", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "POSTOP-37", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_violations(w) == 1);
	world_clear(w);
	FLT_PROVES(test, "POSTOP-38", NT_SUCCESS(world_do(w, IRP_MJ_NETWORK_QUERY_OPEN)));
	FLT_PROVES(test, "POSTOP-38", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_violations(w) == 2);
}

static void values_unknown(struct kunit *test)
{
	static const int values[] = { 0x7fff, -1, 3 };
	struct world *w = values_world(test);
	unsigned int i;

	FLT_EXPECT(test, !prove_log_start(test, "broke the contract"));
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		w->probe[1]->post_status = values[i];
		world_clear(w);
		FLT_PROVES(test, "POSTOP-39", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		FLT_PROVES(test, "POSTOP-39", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
			   world_violations(w) == i + 1);
	}
	FLT_PROVES(test, "POSTOP-39", prove_log_count() == 3 && prove_log_last_has("probeB"));
}

/* The routine is called for what is not halted. */
static void values_resumes_what_is_not_halted(struct kunit *test)
{
	struct world *w = values_world(test);
	struct keeper *k = keeper_halt(w->probe[1], KEEPER_TEST);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);

	FltCompletePendedPostOperation(NULL);
	FLT_PROVES(test, "PEND-26", atomic64_read(&fsh_violations) == before + 1);
	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	WORLD_WAIT(world_count(w, 'B', WORLD_POST) == 1);
	msleep(20);
	keeper_resume(k);
	FltCompletePendedPostOperation(k->data);
	FLT_PROVES(test, "PEND-27", request_wait(r) && atomic_read(&r->ended) == 1);
	FLT_PROVES(test, "PEND-27", atomic64_read(&fsh_violations) == before + 2);
	FltCompletePendedPostOperation(&r->op.data);
	FLT_PROVES(test, "PEND-27", atomic64_read(&fsh_violations) == before + 3);
	FLT_PROVES(test, "PEND-27", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
}

static struct kunit_case postop_values_cases[] = {
	KUNIT_CASE(values_halts),
	KUNIT_CASE(values_resumed_from_anywhere),
	KUNIT_CASE(values_resumed_at_dispatch),
	KUNIT_CASE(values_halted_create_returns_to_the_opener),
	KUNIT_CASE(values_halted_synchronized),
	KUNIT_CASE(values_create_pended),
	KUNIT_CASE(values_halts_fast_io),
	KUNIT_CASE(values_refuses_query_open),
	KUNIT_CASE(values_refuses_something_else),
	KUNIT_CASE(values_unknown),
	KUNIT_CASE(values_resumes_what_is_not_halted),
	{}
};

static struct kunit_suite postop_values_suite = {
	.name = "postop_values",
	.init = world_init,
	.exit = world_exit,
	.test_cases = postop_values_cases,
};

kunit_test_suite(postop_values_suite);
