// SPDX-License-Identifier: GPL-2.0
/*
 * Suite preop_refuse: the two values that refuse an operation of another form, and values that
 * are no status or not allowed where they were returned (PREOP-50 to PREOP-56, PREOP-83 to
 * PREOP-91).
 */
#include "kunit/world.h"

static struct world *refuse_world(struct kunit *test, int status)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->probe[1]->pre_status = status;
	return w;
}

/* Fast I/O that is not asked for again as an IRP, so that its own result is seen. */
static struct request *refuse_fast_read(struct world *w)
{
	struct request *r = request_new(w, IRP_MJ_MDL_READ);

	world_clear(w);
	request_run(r);
	return r;
}

static void refuse_set_status(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->IoStatus.Status = STATUS_SUCCESS;
	data->IoStatus.Information = 99;
}

static void refuse_fast_io(struct kunit *test)
{
	struct world *w = refuse_world(test, FLT_PREOP_DISALLOW_FASTIO);
	struct request *r;

	w->probe[1]->on_pre = refuse_set_status;
	r = refuse_fast_read(w);
	FLT_PROVES(test, "PREOP-50", r->status == STATUS_FLT_DISALLOW_FAST_IO &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_FLT_DISALLOW_FAST_IO);
	FLT_PROVES(test, "PREOP-50", !NT_SUCCESS(STATUS_FLT_DISALLOW_FAST_IO));
	FLT_PROVES(test, "PREOP-51", world_count(w, 'C', WORLD_PRE) == 0 &&
		   atomic_read(&w->fake->performed) == 0);
	FLT_PROVES(test, "PREOP-52", world_trace_is(w, "A+ B+ A-"));
	FLT_PROVES(test, "PREOP-50", world_violations(w) == 0);
}

static void refuse_fast_io_of_an_irp(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_QUERY_OPEN };
	struct world *w = refuse_world(test, FLT_PREOP_DISALLOW_FASTIO);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		world_clear(w);
		FLT_PROVES(test, "PREOP-53", NT_SUCCESS(world_do(w, majors[i])));
		FLT_PROVES(test, "PREOP-53", world_trace_is(w, "A+ B+ C+ F C- A-"));
		FLT_PROVES(test, "PREOP-53", world_violations(w) == i + 1);
	}
}

static void refuse_fast_io_never(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_SHUTDOWN, IRP_MJ_VOLUME_MOUNT, IRP_MJ_VOLUME_DISMOUNT,
	};
	struct world *w = refuse_world(test, FLT_PREOP_DISALLOW_FASTIO);
	unsigned int i;

	w->breaches = true;
	w->probe[0]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	w->probe[2]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		struct request *r = request_new(w, majors[i]);

		request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
		world_clear(w);
		FLT_PROVES(test, "PREOP-54", NT_SUCCESS(request_run(r)));
		FLT_PROVES(test, "PREOP-54", world_trace_is(w, "A+ B+ C+ F"));
		FLT_PROVES(test, "PREOP-54", world_violations(w) == i + 1);
	}
}

static void refuse_fast_io_with_context(struct kunit *test)
{
	struct world *w = refuse_world(test, FLT_PREOP_DISALLOW_FASTIO);
	struct request *r;

	w->probe[1]->context = (void *)0xdead4ead00000002UL;
	r = refuse_fast_read(w);
	FLT_PROVES(test, "PREOP-56", r->status == STATUS_FLT_DISALLOW_FAST_IO &&
		   world_trace_is(w, "A+ B+ A-"));
	FLT_PROVES(test, "PREOP-56", world_violations(w) == 1 &&
		   probe_violations(w->probe[1], FLT_VIOLATION_PREOP_CONTEXT) == 1);
}

static void refuse_query_open(struct kunit *test)
{
	struct world *w = refuse_world(test, FLT_PREOP_DISALLOW_FSFILTER_IO);
	NTSTATUS status = world_do(w, IRP_MJ_QUERY_OPEN);

	FLT_PROVES(test, "PREOP-83", status == STATUS_FLT_DISALLOW_FSFILTER_IO &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_FLT_DISALLOW_FSFILTER_IO);
	FLT_PROVES(test, "PREOP-84", world_trace_is(w, "A+ B+ A-"));
	FLT_PROVES(test, "PREOP-84", world_violations(w) == 0);
}

static void refuse_fs_filter_outside_query_open(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_READ, IRP_MJ_CREATE, IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION,
		IRP_MJ_NETWORK_QUERY_OPEN,
	};
	struct world *w = refuse_world(test, FLT_PREOP_DISALLOW_FSFILTER_IO);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		world_clear(w);
		FLT_PROVES(test, "PREOP-85", NT_SUCCESS(world_do(w, majors[i])));
		FLT_PROVES(test, "PREOP-85", world_trace_is(w, "A+ B+ C+ F C- A-"));
		FLT_PROVES(test, "PREOP-85", world_violations(w) == i + 1);
	}
}

static void refuse_query_open_with_context(struct kunit *test)
{
	struct world *w = refuse_world(test, FLT_PREOP_DISALLOW_FSFILTER_IO);

	w->probe[1]->context = (void *)0xdead4ead00000003UL;
	FLT_PROVES(test, "PREOP-86",
		   world_do(w, IRP_MJ_QUERY_OPEN) == STATUS_FLT_DISALLOW_FSFILTER_IO);
	FLT_PROVES(test, "PREOP-86", world_trace_is(w, "A+ B+ A-") && world_violations(w) == 1);
}

static void refuse_unknown_values(struct kunit *test)
{
	static const int values[] = { 0x7fff, -1, 7, 0x40000000 };
	struct world *w = refuse_world(test, 0);
	unsigned int i;

	FLT_EXPECT(test, !prove_log_start(test, "broke the contract"));
	w->probe[1]->context = (void *)0xdead4ead00000004UL;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		w->probe[1]->pre_status = values[i];
		world_clear(w);
		FLT_PROVES(test, "PREOP-87", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		FLT_PROVES(test, "PREOP-87", world_trace_is(w, "A+ B+ C+ F C- A-"));
		FLT_PROVES(test, "PREOP-87", world_violations(w) == i + 1);
		if (!i)
			FLT_PROVES(test, "PREOP-87", prove_log_last_has("probeB") &&
				   prove_log_last_has("32767") &&
				   prove_log_last_has("pre-operation"));
	}
}

static void refuse_counts_them_all(struct kunit *test)
{
	enum { TIMES = 10000 };
	struct world *w = refuse_world(test, 0x7fff);
	struct request *r = request_new(w, IRP_MJ_READ);
	unsigned int i;

	w->quiet = true;
	FLT_EXPECT(test, !prove_log_start(test, "broke the contract"));
	for (i = 0; i < TIMES; i++) {
		flt_operation_init(&r->op, w->fake->volume, IRP_MJ_READ, w->file);
		flt_operation_run(&r->op);
		flt_operation_fini(&r->op);
	}
	FLT_PROVES(test, "PREOP-88", world_violations(w) == TIMES);
	/* The limit is the filter's own, which is new: some are told. */
	FLT_PROVES(test, "PREOP-88", prove_log_count() >= 1 && prove_log_count() < 100);
	FLT_PROVES(test, "PREOP-88", prove_log_last_has("filter probeB") &&
		   prove_log_last_has("IRP_MJ_READ") && prove_log_last_has("32767"));
}

static void refuse_raise(struct probe *p, PFLT_CALLBACK_DATA data,
			 PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	preempt_disable();
}

static void refuse_level_left_raised(struct kunit *test)
{
	struct world *w = refuse_world(test, FLT_PREOP_SUCCESS_WITH_CALLBACK);

	w->breaches = true;
	w->probe[1]->on_pre = refuse_raise;
	FLT_PROVES(test, "PREOP-91", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "PREOP-91", world_event(w, 'C', WORLD_PRE, 0)->irql == PASSIVE_LEVEL);
	FLT_PROVES(test, "PREOP-91", world_violations(w) == 1);
	FLT_PROVES(test, "PREOP-91", preemptible());
}

static struct kunit_case preop_refuse_cases[] = {
	KUNIT_CASE(refuse_fast_io),
	KUNIT_CASE(refuse_fast_io_of_an_irp),
	KUNIT_CASE(refuse_fast_io_never),
	KUNIT_CASE(refuse_fast_io_with_context),
	KUNIT_CASE(refuse_query_open),
	KUNIT_CASE(refuse_fs_filter_outside_query_open),
	KUNIT_CASE(refuse_query_open_with_context),
	KUNIT_CASE(refuse_unknown_values),
	KUNIT_CASE(refuse_counts_them_all),
	KUNIT_CASE(refuse_level_left_raised),
	{}
};

static struct kunit_suite preop_refuse_suite = {
	.name = "preop_refuse",
	.init = world_init,
	.exit = world_exit,
	.test_cases = preop_refuse_cases,
};

kunit_test_suite(preop_refuse_suite);
