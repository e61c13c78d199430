// SPDX-License-Identifier: GPL-2.0
/*
 * Suite skip: the SKIP flags of an operation's registration (REG-29 to REG-35, PREOP-15 to
 * PREOP-19), on every kind of read and write.
 */
#include "kunit/world.h"

enum skip_kind { SKIP_CACHED, SKIP_NOCACHE, SKIP_PAGING, SKIP_SYNC_PAGING, SKIP_FAST, SKIP_KINDS };

/* Runs one read or write of a kind, and tells whether B saw it before and after. */
static bool skip_seen(struct kunit *test, UCHAR major, enum skip_kind kind, const char *id)
{
	static const ULONG irp_flags[] = {
		[SKIP_CACHED] = IRP_SYNCHRONOUS_API,
		[SKIP_NOCACHE] = IRP_NOCACHE,
		[SKIP_PAGING] = IRP_NOCACHE | IRP_PAGING_IO,
		[SKIP_SYNC_PAGING] = IRP_NOCACHE | IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO,
		[SKIP_FAST] = 0,
	};
	struct world *w = world_of(test);
	struct request *r = request_new(w, major);
	bool pre, post;

	r->op.iopb.IrpFlags = irp_flags[kind];
	if (kind == SKIP_FAST)
		request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	world_clear(w);
	request_run(r);
	pre = world_count(w, 'B', WORLD_PRE) == 1;
	post = world_count(w, 'B', WORLD_POST) == 1;
	/* All or nothing, and the others see every one. */
	FLT_PROVES(test, "REG-35", pre == post);
	FLT_PROVES(test, "PREOP-19", pre == post && world_count(w, 'A', WORLD_PRE) == 1 &&
		   world_count(w, 'A', WORLD_POST) == 1 && world_count(w, 'C', WORLD_PRE) == 1 &&
		   world_count(w, 'C', WORLD_POST) == 1);
	return pre;
}

/* A, B and C, of which B has @flags on reads and writes. */
static struct world *skip_world(struct kunit *test, const struct probe_config *config)
{
	struct world *w = world_of(test);

	world_probe(w, 'A', NULL);
	world_probe(w, 'B', config);
	world_probe(w, 'C', NULL);
	return w;
}

#define SKIP_CONFIG(name, flags)						\
	enum { name##_flags = (flags) };					\
	static const struct probe_op name##_ops[] = {				\
		{ IRP_MJ_READ, true, true, name##_flags },			\
		{ IRP_MJ_WRITE, true, true, name##_flags },			\
		{ IRP_MJ_CREATE, true, true, name##_flags },			\
		{ IRP_MJ_ACQUIRE_FOR_CC_FLUSH, true, true, name##_flags },	\
		{ IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE, true, true, name##_flags },	\
		{ IRP_MJ_OPERATION_END } };					\
	static const struct probe_config name = { .ops = name##_ops }

static void skip_kinds(struct kunit *test, const char *reg, const char *preop, u32 expected)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_WRITE };
	struct world *w = world_of(test);
	unsigned int i;
	int kind;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		for (kind = 0; kind < SKIP_KINDS; kind++) {
			bool seen = skip_seen(test, majors[i], kind, reg);
			bool right = seen == !!(expected & BIT(kind));

			if (!right)
				kunit_info(test, "kind %d of major %u: seen %d", kind, majors[i],
					   seen);
			FLT_PROVES(test, reg, right);
			FLT_PROVES(test, "FASTIO-49", right);
			if (preop)
				FLT_PROVES(test, preop, right);
		}
	}
	/* On anything else the flags 1, 2 and 8 mean nothing. */
	world_clear(w);
	world_do(w, IRP_MJ_CREATE);
	world_do(w, IRP_MJ_ACQUIRE_FOR_CC_FLUSH);
	world_do(w, IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE);
	FLT_PROVES(test, "REG-34", world_count(w, 'B', WORLD_PRE) == 3 &&
		   world_count(w, 'B', WORLD_POST) == 3);
	FLT_PROVES(test, reg, world_count(w, 'B', WORLD_PRE) == 3);
}

static void skip_paging(struct kunit *test)
{
	SKIP_CONFIG(config, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO);

	skip_world(test, &config);
	skip_kinds(test, "REG-29", "PREOP-15",
		   BIT(SKIP_CACHED) | BIT(SKIP_NOCACHE) | BIT(SKIP_FAST));
}

static void skip_cached(struct kunit *test)
{
	SKIP_CONFIG(config, FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO);

	skip_world(test, &config);
	skip_kinds(test, "REG-30", "PREOP-16",
		   BIT(SKIP_NOCACHE) | BIT(SKIP_PAGING) | BIT(SKIP_SYNC_PAGING));
}

static void skip_non_cached_non_paging(struct kunit *test)
{
	SKIP_CONFIG(config, FLTFL_OPERATION_REGISTRATION_SKIP_NON_CACHED_NON_PAGING_IO);

	skip_world(test, &config);
	skip_kinds(test, "REG-32", "PREOP-17",
		   BIT(SKIP_CACHED) | BIT(SKIP_PAGING) | BIT(SKIP_SYNC_PAGING) | BIT(SKIP_FAST));
}

static void skip_none(struct kunit *test)
{
	SKIP_CONFIG(config, 0);

	skip_world(test, &config);
	skip_kinds(test, "REG-33", NULL, BIT(SKIP_KINDS) - 1);
}

static void skip_non_dasd(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_CREATE, IRP_MJ_READ, IRP_MJ_ACQUIRE_FOR_CC_FLUSH,
		IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE,
	};
	SKIP_CONFIG(config, FLTFL_OPERATION_REGISTRATION_SKIP_NON_DASD_IO);
	struct world *w = skip_world(test, &config);
	PFILE_OBJECT dasd = fake_open(w->fake);
	unsigned int i;

	dasd->Flags |= FO_VOLUME_OPEN;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		world_clear(w);
		world_do(w, majors[i]);
		FLT_PROVES(test, "REG-31", world_trace_is(w, "A+ C+ F C- A-"));
		FLT_PROVES(test, "PREOP-18", world_count(w, 'B', WORLD_PRE) == 0);
		world_clear(w);
		request_run(request_on(w, w->fake, dasd, majors[i]));
		FLT_PROVES(test, "REG-31", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
		FLT_PROVES(test, "PREOP-18", world_count(w, 'B', WORLD_PRE) == 1);
	}
	fake_close(dasd);
}

static void skip_set_nocache(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->IrpFlags |= IRP_NOCACHE;
	FltSetCallbackDataDirty(data);
}

/* Decided for each operation: what a filter above made of it counts. */
static void skip_after_a_change(struct kunit *test)
{
	SKIP_CONFIG(config, FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO);
	struct world *w = skip_world(test, &config);

	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-33", world_trace_is(w, "A+ C+ F C- A-"));
	w->probe[0]->on_pre = skip_set_nocache;
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-33", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
}

/* The volume's mask lets an entry point pass by exactly when all would skip. */
static void skip_in_the_interest_mask(struct kunit *test)
{
	static const struct probe_op ops[] = {
		{ IRP_MJ_READ, true, true, FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO |
					   FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO },
		{ IRP_MJ_WRITE, true, true, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO },
		{ IRP_MJ_OPERATION_END } };
	static const struct probe_config config = { .ops = ops };
	struct world *w = world_of(test);
	struct flt_volume *v = w->fake->volume;

	FLT_EXPECT(test, !flt_volume_wants(v, ~0ULL));
	world_probe(w, 'A', &config);
	FLT_EXPECT(test, !flt_volume_wants(v, FLT_WANT(IRP_MJ_READ)));
	FLT_EXPECT(test, flt_volume_wants(v, FLT_WANT_READ_NOCACHE));
	FLT_EXPECT(test, !flt_volume_wants(v, FLT_WANT_READ_PAGING));
	FLT_EXPECT(test, flt_volume_wants(v, FLT_WANT(IRP_MJ_WRITE)));
	FLT_EXPECT(test, flt_volume_wants(v, FLT_WANT_WRITE_NOCACHE));
	FLT_EXPECT(test, !flt_volume_wants(v, FLT_WANT_WRITE_PAGING));
	FLT_PROVES(test, "REG-22", !flt_volume_wants(v, FLT_WANT(IRP_MJ_CREATE)));
}

static struct kunit_case skip_cases[] = {
	KUNIT_CASE(skip_paging),
	KUNIT_CASE(skip_cached),
	KUNIT_CASE(skip_non_cached_non_paging),
	KUNIT_CASE(skip_none),
	KUNIT_CASE(skip_non_dasd),
	KUNIT_CASE(skip_after_a_change),
	KUNIT_CASE(skip_in_the_interest_mask),
	{}
};

static struct kunit_suite skip_suite = {
	.name = "skip",
	.init = world_init,
	.exit = world_exit,
	.test_cases = skip_cases,
};

kunit_test_suite(skip_suite);
