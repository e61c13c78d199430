// SPDX-License-Identifier: GPL-2.0
/*
 * Suite callback_data: what a filter may change in the callback data, what it may not, and who
 * sees it (CBD-003 to CBD-043, CBD-048 to CBD-059).
 */
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/violation.h"

typedef void (*cbd_hook)(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 int *status, void **context);

/* A, B and C, of which B does something in its pre-operation. */
static struct world *cbd_world(struct kunit *test, cbd_hook hook)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->probe[1]->on_pre = hook;
	return w;
}

static ULONG cbd_length(struct world *w, char who, enum world_event_kind kind)
{
	return world_event(w, who, kind, 0)->iopb.Parameters.Write.Length;
}

static void cbd_halve(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	data->Iopb->Parameters.Write.Length /= 2;
}

static void cbd_halve_dirty(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->Parameters.Write.Length /= 2;
	FltSetCallbackDataDirty(data);
}

static void cbd_change_counts_when_dirty(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_halve);

	world_do(w, IRP_MJ_WRITE);
	FLT_PROVES(test, "CBD-035", cbd_length(w, 'C', WORLD_PRE) == PAGE_SIZE &&
		   w->fake->seen.Parameters.Write.Length == PAGE_SIZE);
	FLT_PROVES(test, "PREOP-95", cbd_length(w, 'C', WORLD_PRE) == PAGE_SIZE);
	w->probe[1]->on_pre = cbd_halve_dirty;
	world_clear(w);
	world_do(w, IRP_MJ_WRITE);
	FLT_PROVES(test, "CBD-035", cbd_length(w, 'C', WORLD_PRE) == PAGE_SIZE / 2 &&
		   w->fake->seen.Parameters.Write.Length == PAGE_SIZE / 2);
	FLT_PROVES(test, "PREOP-95", cbd_length(w, 'C', WORLD_PRE) == PAGE_SIZE / 2);
	FLT_PROVES(test, "CBD-039", cbd_length(w, 'C', WORLD_PRE) == PAGE_SIZE / 2 &&
		   cbd_length(w, 'C', WORLD_POST) == PAGE_SIZE / 2);
	FLT_PROVES(test, "CBD-040", cbd_length(w, 'B', WORLD_POST) == PAGE_SIZE &&
		   cbd_length(w, 'A', WORLD_POST) == PAGE_SIZE);
	FLT_PROVES(test, "CBD-042", !(world_event(w, 'C', WORLD_PRE, 0)->data.Flags &
				      FLTFL_CALLBACK_DATA_DIRTY));
}

static void cbd_halve_and_repent(struct probe *p, PFLT_CALLBACK_DATA data,
				 PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->Parameters.Write.Length /= 2;
	FltSetCallbackDataDirty(data);
	FltClearCallbackDataDirty(data);
}

static void cbd_set_and_cleared(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_halve_and_repent);

	world_do(w, IRP_MJ_WRITE);
	FLT_PROVES(test, "CBD-037", cbd_length(w, 'C', WORLD_PRE) == PAGE_SIZE);
}

static void cbd_advance(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			int *status, void **context)
{
	data->Iopb->Parameters.Read.ByteOffset.QuadPart += 4096;
	FltSetCallbackDataDirty(data);
}

static void cbd_changes_unwind(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER };
	struct world *w = cbd_world(test, cbd_advance);
	unsigned int i, n;

	w->probe[0]->on_pre = cbd_advance;
	w->probe[2]->on_pre = cbd_advance;
	for (n = 0; n < ARRAY_SIZE(whens); n++) {
		world_clear(w);
		w->fake->when = whens[n];
		world_do(w, IRP_MJ_READ);
		for (i = 0; i < 3; i++) {
			const struct world_event *pre = world_event(w, 'A' + i, WORLD_PRE, 0);
			const struct world_event *post = world_event(w, 'A' + i, WORLD_POST, 0);

			FLT_PROVES(test, "CBD-041",
				   pre->iopb.Parameters.Read.ByteOffset.QuadPart == i * 4096 &&
				   post->iopb.Parameters.Read.ByteOffset.QuadPart == i * 4096);
		}
		FLT_PROVES(test, "CBD-041",
			   w->fake->seen.Parameters.Read.ByteOffset.QuadPart == 3 * 4096);
	}
}

static int cbd_change_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->Iopb->Parameters.Write.Length = 1;
	FltSetCallbackDataDirty(data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void cbd_change_in_post_stays_below(struct kunit *test)
{
	struct world *w = cbd_world(test, NULL);

	w->probe[1]->on_post = cbd_change_in_post;
	world_do(w, IRP_MJ_WRITE);
	FLT_PROVES(test, "CBD-043", cbd_length(w, 'A', WORLD_POST) == PAGE_SIZE);
}

static void cbd_flip_flags(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Flags &= ~FLTFL_CALLBACK_DATA_IRP_OPERATION;
	data->Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
}

static void cbd_flags_are_restored(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_flip_flags);

	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "CBD-003", world_event(w, 'C', WORLD_PRE, 0)->data.Flags ==
		   world_event(w, 'A', WORLD_PRE, 0)->data.Flags);
	FLT_PROVES(test, "CBD-003", world_violations(w) == 1 &&
		   probe_violations(w->probe[1], FLT_VIOLATION_DATA) == 1);
}

static void cbd_flip_thread(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Thread = (PETHREAD)0xdead4ead00000010UL;
	data->RequestorMode = KernelMode;
}

static void cbd_thread_and_mode_are_restored(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_flip_thread);

	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "CBD-006",
		   world_event(w, 'C', WORLD_PRE, 0)->data.Thread == (PETHREAD)current &&
		   world_event(w, 'C', WORLD_PRE, 0)->data.RequestorMode == UserMode);
	FLT_PROVES(test, "CBD-006", world_violations(w) >= 1);
}

static FLT_IO_PARAMETER_BLOCK cbd_other_iopb;

static void cbd_flip_iopb(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	cbd_other_iopb = *data->Iopb;
	cbd_other_iopb.Parameters.Write.Length = 1;
	data->Iopb = &cbd_other_iopb;
}

static void cbd_iopb_pointer_is_restored(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_flip_iopb);

	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_WRITE)));
	FLT_PROVES(test, "CBD-009", world_event(w, 'C', WORLD_PRE, 0)->data.Iopb ==
		   world_event(w, 'A', WORLD_PRE, 0)->data.Iopb &&
		   cbd_length(w, 'C', WORLD_PRE) == PAGE_SIZE);
	FLT_PROVES(test, "CBD-009", world_violations(w) == 1);
}

static void cbd_flip_major(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->MajorFunction = IRP_MJ_WRITE;
	FltSetCallbackDataDirty(data);
}

static void cbd_major_is_restored(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_flip_major);

	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "CBD-026",
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.MajorFunction == IRP_MJ_READ &&
		   w->fake->seen.MajorFunction == IRP_MJ_READ);
	FLT_PROVES(test, "CBD-026", world_violations(w) == 1);
}

static void cbd_flip_reserved(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->Reserved = 0x5a;
	FltSetCallbackDataDirty(data);
}

static void cbd_reserved_is_restored(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_flip_reserved);

	w->breaches = true;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "CBD-027", !world_event(w, 'C', WORLD_PRE, 0)->iopb.Reserved);
}

static PFILE_OBJECT cbd_other_file;

static void cbd_redirect(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 int *status, void **context)
{
	data->Iopb->TargetFileObject = cbd_other_file;
	FltSetCallbackDataDirty(data);
}

static void cbd_other_file_object(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_redirect);
	const struct world_event *c, *b, *a;

	cbd_other_file = fake_open(w->fake);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	c = world_event(w, 'C', WORLD_PRE, 0);
	b = world_event(w, 'B', WORLD_POST, 0);
	a = world_event(w, 'A', WORLD_POST, 0);
	FLT_PROVES(test, "CBD-048", c->objects.FileObject == cbd_other_file &&
		   c->iopb.TargetFileObject == cbd_other_file &&
		   w->fake->seen.TargetFileObject == cbd_other_file);
	FLT_PROVES(test, "CBD-057", b->iopb.TargetFileObject == w->file &&
		   a->iopb.TargetFileObject == w->file && b->objects.FileObject == w->file);
	fake_close(cbd_other_file);
}

static void cbd_file_of_another_volume(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_redirect);

	w->breaches = true;
	cbd_other_file = fake_open(world_second_volume(w));
	FLT_PROVES(test, "CBD-049", world_do(w, IRP_MJ_READ) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-049", atomic_read(&w->fake->performed) == 0 &&
		   world_violations(w) == 1);
	fake_close(cbd_other_file);
}

static void cbd_other_instance(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->TargetInstance = p->world->probe[0]->instance[0];
	FltSetCallbackDataDirty(data);
}

static void cbd_instance_of_another_filter(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_other_instance);

	FLT_PROVES(test, "CBD-051", world_do(w, IRP_MJ_READ) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-051", world_violations(w) == 1 &&
		   atomic_read(&w->fake->performed) == 0);
	/* Everybody who asked for it hears of the failure once. */
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ B- A-"));
}

static void cbd_scribble_objects(struct probe *p, PFLT_CALLBACK_DATA data,
				 PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	memset((void *)objects, 0x5a, sizeof(*objects));
}

static void cbd_related_objects_are_fresh(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_scribble_objects);
	const struct world_event *c, *b;

	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	c = world_event(w, 'C', WORLD_PRE, 0);
	b = world_event(w, 'B', WORLD_POST, 0);
	FLT_PROVES(test, "CBD-059", c->objects.Instance == w->probe[2]->instance[0] &&
		   c->objects.FileObject == w->file && c->objects.Size == sizeof(c->objects) &&
		   b->objects.Instance == w->probe[1]->instance[0]);
}

static void cbd_synchronous(struct kunit *test)
{
	FLT_IO_PARAMETER_BLOCK iopb = { .MajorFunction = IRP_MJ_READ };
	FLT_CALLBACK_DATA data = { .Iopb = &iopb, .Flags = FLTFL_CALLBACK_DATA_FAST_IO_OPERATION };

	FLT_PROVES(test, "CBD-067", FltIsOperationSynchronous(&data) == TRUE);
	data.Flags = FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION;
	FLT_PROVES(test, "CBD-067", FltIsOperationSynchronous(&data) == TRUE);
	data.Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION;
	FLT_PROVES(test, "CBD-067", FltIsOperationSynchronous(&data) == FALSE);
	iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	FLT_PROVES(test, "CBD-067", FltIsOperationSynchronous(&data) == TRUE);
	iopb.IrpFlags = IRP_PAGING_IO | IRP_SYNCHRONOUS_API;
	FLT_PROVES(test, "CBD-067", FltIsOperationSynchronous(&data) == FALSE);
	iopb.IrpFlags = IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO;
	FLT_PROVES(test, "CBD-067", FltIsOperationSynchronous(&data) == TRUE);
	iopb.IrpFlags = 0;
	iopb.MajorFunction = IRP_MJ_DEVICE_CONTROL;
	iopb.Parameters.DeviceIoControl.Common.IoControlCode = 0x220000;	/* buffered */
	FLT_PROVES(test, "CBD-068", FltIsOperationSynchronous(&data) == TRUE);
	iopb.Parameters.DeviceIoControl.Common.IoControlCode = 0x220003;	/* neither */
	FLT_PROVES(test, "CBD-068", FltIsOperationSynchronous(&data) == FALSE);
}

/* Every member under its documented name. */
static void cbd_members(struct kunit *test)
{
	FLT_IO_PARAMETER_BLOCK iopb = {
		.IrpFlags = 1, .MajorFunction = 2, .MinorFunction = 3, .OperationFlags = 4,
		.Reserved = 5, .TargetFileObject = (PFILE_OBJECT)6,
		.TargetInstance = (PFLT_INSTANCE)7, .Parameters.Read.Length = 8,
	};
	FLT_CALLBACK_DATA data = {
		.Flags = 1, .Thread = (PETHREAD)2, .Iopb = &iopb, .IoStatus.Status = 3,
		.IoStatus.Information = 4, .TagData = NULL, .RequestorMode = UserMode,
	};

	data.QueueLinks.Flink = &data.QueueLinks;
	data.QueueLinks.Blink = &data.QueueLinks;
	data.QueueContext[0] = (PVOID)5;
	data.QueueContext[1] = (PVOID)6;
	FLT_PROVES(test, "CBD-001", data.FilterContext[0] == &data.QueueLinks &&
		   data.FilterContext[1] == &data.QueueLinks &&
		   data.FilterContext[2] == (PVOID)5 && data.FilterContext[3] == (PVOID)6);
	FLT_PROVES(test, "CBD-001", sizeof(data.IoStatus.Information) == sizeof(void *));
	FLT_PROVES(test, "CBD-022", sizeof(iopb.MajorFunction) == 1 &&
		   sizeof(iopb.MinorFunction) == 1 && sizeof(iopb.OperationFlags) == 1 &&
		   sizeof(iopb.IrpFlags) == 4);
}

#define CBD_PATTERN(n)	((PVOID)(0xdead4ead0000f100UL + (n)))

static unsigned int cbd_patterns_good;

static void cbd_check_pattern(PFLT_CALLBACK_DATA data)
{
	int i;

	for (i = 0; i < 4; i++)
		cbd_patterns_good += data->FilterContext[i] == CBD_PATTERN(i);
}

/* Pends, with a pattern in the members that are its own meanwhile. */
static void cbd_pend_with_pattern(struct probe *p, PFLT_CALLBACK_DATA data,
				  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct keeper *k = p->private;
	int i;

	for (i = 0; i < 4; i++)
		data->FilterContext[i] = CBD_PATTERN(i);
	k->data = data;
	atomic_inc(&k->kept);
	*status = FLT_PREOP_PENDING;
}

static void cbd_filter_context(struct kunit *test)
{
	struct world *w = cbd_world(test, NULL);
	unsigned int async, who;

	/* B first, then C, which finds what B left behind. */
	for (async = 0; async < 2; async++) {
		struct request *r = request_new(w, IRP_MJ_READ);
		struct keeper *k[3];

		for (who = 1; who < 3; who++) {
			k[who] = keeper_pend(w->probe[who], KEEPER_TEST,
					     FLT_PREOP_SUCCESS_WITH_CALLBACK);
			k[who]->change = cbd_check_pattern;
			w->probe[who]->on_pre = cbd_pend_with_pattern;
		}
		cbd_patterns_good = 0;
		world_clear(w);
		if (async)
			request_start(r);
		else
			request_spawn(r);
		for (who = 1; who < 3; who++) {
			FLT_REQUIRE(test, keeper_wait(k[who]));
			msleep(20);
			keeper_resume(k[who]);
			if (who == 1)
				FLT_PROVES(test, "CBD-012", cbd_patterns_good == 4);
		}
		FLT_PROVES(test, "CBD-013", request_wait(r) && NT_SUCCESS(r->status) &&
			   cbd_patterns_good == 8 && world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	}
}

static char cbd_own_buffer[64];

/* Puts a buffer of its own in, and remembers the old one where it may: in the context. */
static void cbd_swap(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	*context = data->Iopb->Parameters.Read.ReadBuffer;
	data->Iopb->Parameters.Read.ReadBuffer = cbd_own_buffer;
	data->Iopb->Parameters.Read.Length = sizeof(cbd_own_buffer);
	FltSetCallbackDataDirty(data);
}

/* What a pre-operation changed is not in the data any more; the context is all it has. */
static void cbd_context_tells(struct kunit *test)
{
	struct world *w = cbd_world(test, cbd_swap);
	struct request *r = request_new(w, IRP_MJ_READ);
	const struct world_event *b;
	char buffer[64];

	w->breaches = true;	/* no MDL goes with the buffer */
	r->op.iopb.Parameters.Read.ReadBuffer = buffer;
	request_run(r);
	b = world_event(w, 'B', WORLD_POST, 0);
	FLT_PROVES(test, "CBD-044", b->context == buffer &&
		   b->iopb.Parameters.Read.ReadBuffer == buffer &&
		   b->iopb.Parameters.Read.Length == PAGE_SIZE &&
		   !(b->data.Flags & FLTFL_CALLBACK_DATA_DIRTY));
	FLT_PROVES(test, "CBD-044", w->fake->seen.Parameters.Read.ReadBuffer == cbd_own_buffer);
}

/* Valid while the filter has the operation; afterwards it is nothing that anybody knows. */
static void cbd_valid_while_held(struct kunit *test)
{
	struct world *w = cbd_world(test, NULL);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r = request_new(w, IRP_MJ_READ);
	PFLT_CALLBACK_DATA data;
	struct keeper *k;

	k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	request_start(r);
	FLT_REQUIRE(test, keeper_wait(k));
	data = k->data;
	FLT_PROVES(test, "CBD-014", data == &r->op.data && !FltIsIoCanceled(data) &&
		   data->Iopb->Parameters.Read.Length == PAGE_SIZE &&
		   atomic64_read(&fsh_violations) == before);
	keeper_resume(k);
	FLT_REQUIRE(test, request_wait(r));
	memset(&r->op.data, 0x6b, sizeof(r->op.data));
	/* A stale pointer is looked up and never followed. */
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
	FLT_PROVES(test, "CBD-014", atomic64_read(&fsh_violations) == before + 1 &&
		   atomic_read(&r->ended) == 1);
	memset(&r->op.data, 0, sizeof(r->op.data));
	w->breaches = true;
}

static struct kunit_case callback_data_cases[] = {
	KUNIT_CASE(cbd_context_tells),
	KUNIT_CASE(cbd_valid_while_held),
	KUNIT_CASE(cbd_members),
	KUNIT_CASE(cbd_filter_context),
	KUNIT_CASE(cbd_change_counts_when_dirty),
	KUNIT_CASE(cbd_set_and_cleared),
	KUNIT_CASE(cbd_changes_unwind),
	KUNIT_CASE(cbd_change_in_post_stays_below),
	KUNIT_CASE(cbd_flags_are_restored),
	KUNIT_CASE(cbd_thread_and_mode_are_restored),
	KUNIT_CASE(cbd_iopb_pointer_is_restored),
	KUNIT_CASE(cbd_major_is_restored),
	KUNIT_CASE(cbd_reserved_is_restored),
	KUNIT_CASE(cbd_other_file_object),
	KUNIT_CASE(cbd_file_of_another_volume),
	KUNIT_CASE(cbd_instance_of_another_filter),
	KUNIT_CASE(cbd_related_objects_are_fresh),
	KUNIT_CASE(cbd_synchronous),
	{}
};

static struct kunit_suite callback_data_suite = {
	.name = "callback_data",
	.init = world_init,
	.exit = world_exit,
	.test_cases = callback_data_cases,
};

kunit_test_suite(callback_data_suite);
