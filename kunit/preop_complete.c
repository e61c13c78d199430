// SPDX-License-Identifier: GPL-2.0
/*
 * Suite preop_complete: operations that end in a pre-operation callback (PREOP-35 to PREOP-49).
 */
#include "kunit/world.h"
#include "nt/rtl_status.h"

/* B completes with the status and Information that the test put here. */
static NTSTATUS complete_status;
static ULONG_PTR complete_information;

static void complete_with(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->IoStatus.Status = complete_status;
	data->IoStatus.Information = complete_information;
	*status = FLT_PREOP_COMPLETE;
}

/* One operation that B of A, B, C, D completes. */
static struct request *complete_one(struct world *w, UCHAR major, NTSTATUS status,
				    ULONG_PTR information)
{
	struct request *r = request_new(w, major);

	complete_status = status;
	complete_information = information;
	world_clear(w);
	request_run(r);
	return r;
}

static struct world *complete_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->probe[1]->on_pre = complete_with;
	return w;
}

static void complete_goes_no_further(struct kunit *test)
{
	struct world *w = complete_world(test);

	complete_one(w, IRP_MJ_READ, STATUS_ACCESS_DENIED, 0);
	FLT_PROVES(test, "PREOP-35", world_count(w, 'C', WORLD_PRE) == 0 &&
		   atomic_read(&w->fake->performed) == 0);
	FLT_PROVES(test, "PREOP-37", world_count(w, 'B', WORLD_POST) == 0);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ A-"));
}

static void complete_upper_posts_lowest_first(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABCD");
	w->probe[2]->on_pre = complete_with;
	complete_one(w, IRP_MJ_READ, STATUS_ACCESS_DENIED, 0);
	FLT_PROVES(test, "PREOP-36", world_trace_is(w, "A+ B+ C+ B- A-"));
}

static void complete_status_is_final(struct kunit *test)
{
	struct world *w = complete_world(test);
	struct request *r = complete_one(w, IRP_MJ_CREATE, STATUS_ACCESS_DENIED, 0);

	FLT_PROVES(test, "PREOP-38", r->status == STATUS_ACCESS_DENIED &&
		   flt_errno_from_status(r->status, NULL) == -EACCES);
	FLT_PROVES(test, "PREOP-38", world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_ACCESS_DENIED);
	/* Nobody marked the data dirty. */
	FLT_PROVES(test, "PREOP-40", r->status == STATUS_ACCESS_DENIED);
}

static void complete_information_is_kept(struct kunit *test)
{
	struct world *w = complete_world(test);
	struct request *r = complete_one(w, IRP_MJ_WRITE, STATUS_SUCCESS, PAGE_SIZE);

	FLT_PROVES(test, "PREOP-39", r->status == STATUS_SUCCESS && r->information == PAGE_SIZE);
	r = complete_one(w, IRP_MJ_READ, STATUS_SUCCESS, 17);
	FLT_PROVES(test, "PREOP-39", r->information == 17);
}

static void complete_information_is_capped(struct kunit *test)
{
	struct world *w = complete_world(test);
	struct request *r;

	w->breaches = true;
	r = complete_one(w, IRP_MJ_WRITE, STATUS_SUCCESS, 1 << 20);
	FLT_PROVES(test, "PREOP-39", r->information == PAGE_SIZE);
	FLT_PROVES(test, "PREOP-39", world_violations(w) == 1);
	r = complete_one(w, IRP_MJ_READ, STATUS_SUCCESS, PAGE_SIZE + 1);
	FLT_PROVES(test, "PREOP-39", r->information == PAGE_SIZE);
	FLT_PROVES(test, "PREOP-39", world_violations(w) == 2);
}

static void complete_untouched(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	world_probes(w, "ABC");
	w->probe[1]->pre_status = FLT_PREOP_COMPLETE;
	FLT_PROVES(test, "PREOP-41", request_run(r) == STATUS_SUCCESS && r->information == 0);
}

static void complete_with_pending(struct kunit *test)
{
	struct world *w = complete_world(test);
	struct request *r;

	FLT_EXPECT(test, !prove_log_start(test, "broke the contract"));
	w->breaches = true;
	r = complete_one(w, IRP_MJ_READ, STATUS_PENDING, 0);
	FLT_PROVES(test, "PREOP-42", r->status == STATUS_UNSUCCESSFUL &&
		   flt_errno_from_status(r->status, NULL) == -EIO);
	FLT_PROVES(test, "PREOP-42", world_violations(w) == 1 && prove_log_count() == 1 &&
		   prove_log_last_has("probeB"));
	FLT_PROVES(test, "PREOP-42", world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_UNSUCCESSFUL);
	r = complete_one(w, IRP_MJ_CLEANUP, STATUS_PENDING, 0);
	FLT_PROVES(test, "PREOP-42", r->status == STATUS_SUCCESS);
	r = complete_one(w, IRP_MJ_CLOSE, STATUS_PENDING, 0);
	FLT_PROVES(test, "PREOP-42", r->status == STATUS_SUCCESS);
	FLT_PROVES(test, "PREOP-42", world_violations(w) == 3);
}

static void complete_with_disallow_fast_io(struct kunit *test)
{
	struct world *w = complete_world(test);
	struct request *r;

	w->breaches = true;
	r = complete_one(w, IRP_MJ_READ, STATUS_FLT_DISALLOW_FAST_IO, 0);
	FLT_PROVES(test, "PREOP-43", r->status == STATUS_UNSUCCESSFUL);
	FLT_PROVES(test, "PREOP-43", world_violations(w) == 1);
}

static void complete_cleanup_and_close(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_CLEANUP, IRP_MJ_CLOSE };
	struct world *w = complete_world(test);
	struct request *r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		r = complete_one(w, majors[i], STATUS_SUCCESS, 0);
		FLT_PROVES(test, "PREOP-44", r->status == STATUS_SUCCESS);
		r = complete_one(w, majors[i], STATUS_NOTIFY_CLEANUP, 0);
		FLT_PROVES(test, "PREOP-44", r->status == STATUS_NOTIFY_CLEANUP);
	}
	FLT_PROVES(test, "PREOP-44", world_violations(w) == 0);
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		r = complete_one(w, majors[i], STATUS_ACCESS_DENIED, 0);
		FLT_PROVES(test, "PREOP-44", r->status == STATUS_SUCCESS);
		FLT_PROVES(test, "PREOP-44",
			   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
			   STATUS_SUCCESS);
		FLT_PROVES(test, "PREOP-44", world_violations(w) == i + 1);
	}
}

static void complete_with_context(struct kunit *test)
{
	struct world *w = complete_world(test);
	struct request *r;

	w->breaches = true;
	w->probe[1]->context = (void *)0xdead4ead00000001UL;
	r = complete_one(w, IRP_MJ_READ, STATUS_ACCESS_DENIED, 0);
	FLT_PROVES(test, "PREOP-46", r->status == STATUS_ACCESS_DENIED &&
		   world_trace_is(w, "A+ B+ A-"));
	FLT_PROVES(test, "PREOP-46", world_violations(w) == 1 &&
		   probe_violations(w->probe[1], FLT_VIOLATION_PREOP_CONTEXT) == 1);
	FLT_PROVES(test, "PREOP-46", !world_event(w, 'A', WORLD_POST, 0)->context);
}

static void complete_severities(struct kunit *test)
{
	static const struct {
		NTSTATUS status;
		bool success;
		int err;
	} codes[] = {
		{ STATUS_SUCCESS, true, 0 },
		{ 0x40000000, true, 0 },		/* informational */
		{ STATUS_BUFFER_OVERFLOW, false, -ERANGE },
		{ STATUS_ACCESS_DENIED, false, -EACCES },
	};
	struct world *w = complete_world(test);
	struct request *r;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		r = complete_one(w, IRP_MJ_QUERY_INFORMATION, codes[i].status, 8);
		FLT_PROVES(test, "PREOP-47", r->status == codes[i].status &&
			   NT_SUCCESS(r->status) == codes[i].success &&
			   flt_errno_from_status(r->status, NULL) == codes[i].err);
		FLT_PROVES(test, "PREOP-47", r->information == 8);
	}
}

static void complete_create_with_success(struct kunit *test)
{
	struct world *w = complete_world(test);
	struct request *r;

	w->breaches = true;
	r = complete_one(w, IRP_MJ_CREATE, STATUS_SUCCESS, FILE_OPENED);
	FLT_PROVES(test, "PREOP-48", r->status == STATUS_NOT_SUPPORTED &&
		   flt_errno_from_status(r->status, NULL) == -EOPNOTSUPP);
	FLT_PROVES(test, "PREOP-48", world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "PREOP-48", world_violations(w) == 1);
	r = complete_one(w, IRP_MJ_CREATE, STATUS_REPARSE, 0);
	FLT_PROVES(test, "PREOP-48", r->status == STATUS_REPARSE && world_violations(w) == 1);
}

static void complete_in_every_form(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_READ, IRP_MJ_QUERY_INFORMATION, IRP_MJ_QUERY_OPEN,
		IRP_MJ_ACQUIRE_FOR_CC_FLUSH, IRP_MJ_NETWORK_QUERY_OPEN,
		IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE,
	};
	struct world *w = complete_world(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		struct request *r = complete_one(w, majors[i], STATUS_ACCESS_DENIED, 0);

		FLT_PROVES(test, "PREOP-49", r->status == STATUS_ACCESS_DENIED &&
			   world_trace_is(w, "A+ B+ A-"));
	}
	FLT_PROVES(test, "PREOP-49", world_violations(w) == 0);
}

/* Completed above it, a filter that registered only a post-operation sees nothing. */
static void complete_above_post_only(struct kunit *test)
{
	static const struct probe_op post_only[] = {
		{ IRP_MJ_READ, false, true }, { IRP_MJ_OPERATION_END } };
	static const struct probe_config c = { .ops = post_only };
	struct world *w = world_of(test);

	world_probe(w, 'A', NULL)->on_pre = complete_with;
	world_probe(w, 'C', &c);
	complete_one(w, IRP_MJ_READ, STATUS_ACCESS_DENIED, 0);
	FLT_PROVES(test, "POSTOP-06", world_trace_is(w, "A+"));
}

static struct kunit_case preop_complete_cases[] = {
	KUNIT_CASE(complete_goes_no_further),
	KUNIT_CASE(complete_upper_posts_lowest_first),
	KUNIT_CASE(complete_status_is_final),
	KUNIT_CASE(complete_information_is_kept),
	KUNIT_CASE(complete_information_is_capped),
	KUNIT_CASE(complete_untouched),
	KUNIT_CASE(complete_with_pending),
	KUNIT_CASE(complete_with_disallow_fast_io),
	KUNIT_CASE(complete_cleanup_and_close),
	KUNIT_CASE(complete_with_context),
	KUNIT_CASE(complete_severities),
	KUNIT_CASE(complete_create_with_success),
	KUNIT_CASE(complete_in_every_form),
	KUNIT_CASE(complete_above_post_only),
	{}
};

static struct kunit_suite preop_complete_suite = {
	.name = "preop_complete",
	.init = world_init,
	.exit = world_exit,
	.test_cases = preop_complete_cases,
};

kunit_test_suite(preop_complete_suite);
