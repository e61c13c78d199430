// SPDX-License-Identifier: GPL-2.0
/*
 * Suite poison: an operation lies in its issuer's frame, whose memory holds anything. Whatever was
 * there before, an operation that was initialised runs as any other, and leaves nothing behind.
 */
#include <linux/slab.h>
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "kunit/keeper.h"
#include "kunit/world.h"

static const u8 poison_bytes[] = { 0x00, 0x6b, 0xff };

/* A request of which all that flt_operation_init() does not set is poison. */
static struct request *poison_request(struct world *w, UCHAR major, u8 byte)
{
	struct request *r = request_new(w, major);
	FLT_IO_PARAMETER_BLOCK iopb = r->op.iopb;

	memset(&r->op, byte, sizeof(r->op));
	flt_operation_init(&r->op, w->fake->volume, major, w->file);
	r->op.iopb = iopb;
	return r;
}

/* What every operation has to leave as it was. */
static bool poison_nothing_left(struct world *w, struct request *r)
{
	PFLT_CALLBACK_DATA data = &r->op.data;

	return !r->op.guard && !flt_operation_lookup(data) &&
	       !atomic_read(&flt_instance_of(w->probe[0]->instance[0])->owed) &&
	       !atomic_read(&flt_instance_of(w->probe[1]->instance[0])->owed);
}

static void poison_synchronous(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_CREATE, IRP_MJ_QUERY_INFORMATION };
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_EARLY, FAKE_WORKER };
	struct world *w = world_of(test);
	unsigned int i, j, k;

	world_probes(w, "ABCDEF");
	for (i = 0; i < ARRAY_SIZE(poison_bytes); i++) {
		for (j = 0; j < ARRAY_SIZE(majors); j++) {
			for (k = 0; k < ARRAY_SIZE(whens); k++) {
				struct request *r = poison_request(w, majors[j], poison_bytes[i]);
				u8 when = whens[k];

				world_clear(w);
				w->fake->when = when;
				FLT_EXPECT(test, NT_SUCCESS(request_run(r)));
				FLT_EXPECT(test, world_trace_is(w, when == FAKE_INLINE ?
					   "A+ B+ C+ D+ E+ F+ F F- E- D- C- B- A-" :
					   "A+ B+ C+ D+ E+ F+ F f F- E- D- C- B- A-"));
				FLT_EXPECT(test, poison_nothing_left(w, r));
			}
		}
	}
}

static void poison_asynchronous(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER, FAKE_SOFTIRQ };
	struct world *w = world_of(test);
	unsigned int i, j;

	world_probes(w, "AB");
	for (i = 0; i < ARRAY_SIZE(poison_bytes); i++) {
		for (j = 0; j < ARRAY_SIZE(whens); j++) {
			struct request *r = poison_request(w, IRP_MJ_WRITE, poison_bytes[i]);

			world_clear(w);
			w->fake->when = whens[j];
			request_start(r);
			FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status) &&
				   r->information == PAGE_SIZE);
			FLT_EXPECT(test, world_trace_is(w, whens[j] == FAKE_INLINE ?
				   "A+ B+ F B- A-" : "A+ B+ F f B- A-"));
			FLT_EXPECT(test, poison_nothing_left(w, r));
		}
	}
}

/* Kept on the way down, and on the way up. */
static void poison_kept(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i, asynchronous;

	world_probes(w, "AB");
	for (i = 0; i < ARRAY_SIZE(poison_bytes); i++) {
		for (asynchronous = 0; asynchronous < 2; asynchronous++) {
			struct request *r = poison_request(w, IRP_MJ_READ, poison_bytes[i]);

			world_clear(w);
			keeper_pend(w->probe[0], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
			keeper_halt(w->probe[1], KEEPER_WORKER);
			w->fake->when = FAKE_WORKER;
			if (asynchronous)
				request_start(r);
			else
				request_spawn(r);
			FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status) &&
				   r->information == PAGE_SIZE);
			FLT_EXPECT(test, world_trace_is(w, "A+ B+ F f B- A-"));
			FLT_EXPECT(test, poison_nothing_left(w, r));
		}
	}
}

/* Changed by both filters, so that each record keeps what was before. */
static void poison_shift(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 int *status, void **context)
{
	data->Iopb->Parameters.Read.ByteOffset.QuadPart += PAGE_SIZE;
	FltSetCallbackDataDirty(data);
}

static void poison_changed(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "AB");
	w->probe[0]->on_pre = poison_shift;
	w->probe[1]->on_pre = poison_shift;
	for (i = 0; i < ARRAY_SIZE(poison_bytes); i++) {
		struct request *r = poison_request(w, IRP_MJ_READ, poison_bytes[i]);

		world_clear(w);
		FLT_EXPECT(test, NT_SUCCESS(request_run(r)));
		FLT_EXPECT(test, w->fake->seen.Parameters.Read.ByteOffset.QuadPart ==
			   2 * PAGE_SIZE);
		FLT_EXPECT(test, world_event(w, 'B', WORLD_POST, 0)->iopb.Parameters.Read
			   .ByteOffset.QuadPart == PAGE_SIZE);
		FLT_EXPECT(test, !world_event(w, 'A', WORLD_POST, 0)->iopb.Parameters.Read
			   .ByteOffset.QuadPart);
		FLT_EXPECT(test, poison_nothing_left(w, r));
	}
}

static struct kunit_case poison_cases[] = {
	KUNIT_CASE(poison_synchronous),
	KUNIT_CASE(poison_asynchronous),
	KUNIT_CASE(poison_kept),
	KUNIT_CASE(poison_changed),
	{}
};

static struct kunit_suite poison_suite = {
	.name = "poison",
	.init = world_init,
	.exit = world_exit,
	.test_cases = poison_cases,
};

kunit_test_suite(poison_suite);
