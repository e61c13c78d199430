// SPDX-License-Identifier: GPL-2.0
/*
 * Suite cancel_open: FltCancelFileOpen (POSTOP-73, POSTOP-74, POSTOP-76 to POSTOP-80), and who
 * fails a create without it (VFS-783). What it does to files is shown in guests.
 */
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/violation.h"

/* What B does in its post-create, and what it saw. */
static NTSTATUS co_status;
static ULONG co_flags_before;
static ULONG co_flags;
static int co_level;

static void co_cancel(PFLT_CALLBACK_DATA data, PFLT_INSTANCE instance, PFILE_OBJECT file)
{
	KIRQL old = PASSIVE_LEVEL;

	file->Flags |= co_flags_before;
	if (co_level != PASSIVE_LEVEL)
		old = KfRaiseIrql(co_level);
	FltCancelFileOpen(instance, file);
	if (co_level != PASSIVE_LEVEL)
		KeLowerIrql(old);
	co_flags = file->Flags;
	if (co_status == STATUS_SUCCESS)
		return;
	data->IoStatus.Status = co_status;
	data->IoStatus.Information = 0;
}

static int co_in_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      void *context)
{
	co_cancel(data, objects->Instance, objects->FileObject);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* Three probes, of which B cancels; a create of a file of its own. */
static struct request *co_world(struct kunit *test, PFILE_OBJECT *file)
{
	struct world *w = world_of(test);

	co_status = STATUS_ACCESS_DENIED;
	co_flags_before = 0;
	co_flags = 0;
	co_level = PASSIVE_LEVEL;
	world_probes(w, "ABC");
	w->probe[1]->on_post = co_in_post;
	*file = fake_open(w->fake);
	return request_on(w, w->fake, *file, IRP_MJ_CREATE);
}

static void co_closes(struct kunit *test)
{
	struct world *w = world_of(test);
	const struct world_event *a, *cleanup, *close;
	s64 before = atomic64_read(&fsh_violations);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	FLT_PROVES(test, "POSTOP-73", request_run(r) == STATUS_ACCESS_DENIED);
	/* To those below the file is opened and closed, to those above it never was. */
	FLT_PROVES(test, "POSTOP-73", world_trace_is(w, "A+ B+ C+ F C- B- C+ F C- C+ F C- A-"));
	cleanup = world_event(w, 'C', WORLD_PRE, 1);
	close = world_event(w, 'C', WORLD_PRE, 2);
	FLT_PROVES(test, "POSTOP-73", cleanup->iopb.MajorFunction == IRP_MJ_CLEANUP &&
		   cleanup->objects.FileObject == file && close->objects.FileObject == file);
	FLT_PROVES(test, "POSTOP-74", close->iopb.MajorFunction == IRP_MJ_CLOSE &&
		   co_flags & FO_FILE_OPEN_CANCELLED);
	a = world_event(w, 'A', WORLD_POST, 0);
	FLT_PROVES(test, "POSTOP-73", a->iopb.MajorFunction == IRP_MJ_CREATE &&
		   a->data.IoStatus.Status == STATUS_ACCESS_DENIED);
	FLT_PROVES(test, "POSTOP-79", atomic64_read(&fsh_violations) == before);
	fake_close(file);
}

static void co_at_apc_level(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	co_level = APC_LEVEL;
	/* world_exit() sees to it that no filter was charged with anything. */
	FLT_PROVES(test, "POSTOP-79", request_run(r) == STATUS_ACCESS_DENIED &&
		   co_flags & FO_FILE_OPEN_CANCELLED &&
		   atomic64_read(&fsh_violations) == before);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ C+ F C- B- C+ F C- C+ F C- A-"));
	fake_close(file);
}

static void co_at_dispatch_level(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	co_level = DISPATCH_LEVEL;
	co_status = STATUS_SUCCESS;
	FLT_EXPECT(test, request_run(r) == STATUS_SUCCESS && !(co_flags & FO_FILE_OPEN_CANCELLED));
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 1);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	fake_close(file);
}

static void co_keeps_success(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	co_status = STATUS_SUCCESS;
	FLT_PROVES(test, "POSTOP-80", request_run(r) == STATUS_UNSUCCESSFUL);
	FLT_PROVES(test, "POSTOP-80", world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_UNSUCCESSFUL && world_violations(w) == 1);
	fake_close(file);
}

static int co_success_again(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->IoStatus.Status = STATUS_SUCCESS;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* Nor can anybody above give the program a file that is closed. */
static void co_success_above(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	w->probe[0]->on_post = co_success_again;
	FLT_PROVES(test, "POSTOP-80", request_run(r) == STATUS_UNSUCCESSFUL &&
		   world_violations(w) == 1);
	fake_close(file);
}

static void co_with_a_handle(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	co_flags_before = FO_HANDLE_CREATED;
	co_status = STATUS_SUCCESS;
	FLT_PROVES(test, "POSTOP-77", request_run(r) == STATUS_SUCCESS &&
		   !(co_flags & FO_FILE_OPEN_CANCELLED));
	FLT_PROVES(test, "POSTOP-77", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_violations(w) == 1);
	fake_close(file);
}

static void co_after_reparse(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	w->fake->status = STATUS_REPARSE;
	co_status = STATUS_SUCCESS;
	/* world_exit() fails the case if anybody was charged. */
	FLT_PROVES(test, "POSTOP-78", request_run(r) == STATUS_REPARSE &&
		   !(co_flags & FO_FILE_OPEN_CANCELLED));
	FLT_PROVES(test, "POSTOP-78", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	fake_close(file);
}

static void co_in_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	FltCancelFileOpen(objects->Instance, objects->FileObject);
	co_flags = objects->FileObject->Flags;
}

static void co_elsewhere(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	w->probe[1]->on_post = NULL;
	w->probe[1]->on_pre = co_in_pre;
	FLT_PROVES(test, "POSTOP-76", request_run(r) == STATUS_SUCCESS &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   !(co_flags & FO_FILE_OPEN_CANCELLED) && world_violations(w) == 1);
	w->probe[1]->on_pre = NULL;
	w->probe[1]->on_post = co_in_post;
	co_status = STATUS_SUCCESS;
	world_clear(w);
	r = request_on(w, w->fake, file, IRP_MJ_READ);
	FLT_PROVES(test, "POSTOP-76", request_run(r) == STATUS_SUCCESS &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   !(co_flags & FO_FILE_OPEN_CANCELLED) && world_violations(w) == 2);
	/* Nor for a file that another create is about, or with another's instance. */
	FltCancelFileOpen(w->probe[0]->instance[0], file);
	FLT_PROVES(test, "POSTOP-76", !(file->Flags & FO_FILE_OPEN_CANCELLED) &&
		   world_violations(w) == 3);
	fake_close(file);
}

/* A create that the file system refused has nothing to be closed. */
static void co_of_a_failure(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	w->fake->status = STATUS_OBJECT_NAME_NOT_FOUND;
	FLT_PROVES(test, "POSTOP-76", request_run(r) == STATUS_ACCESS_DENIED &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") && world_violations(w) == 1);
	fake_close(file);
}

/* The failure is set first, and the file closed then: no different from the other order. */
static int co_fails_first(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			  void *context)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
	FltCancelFileOpen(objects->Instance, objects->FileObject);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void co_either_order(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	w->probe[1]->on_post = co_fails_first;
	FLT_EXPECT(test, request_run(r) == STATUS_ACCESS_DENIED &&
		   world_trace_is(w, "A+ B+ C+ F C- B- C+ F C- C+ F C- A-"));
	fake_close(file);
}

static void co_in_worker(PFLT_CALLBACK_DATA data)
{
	co_cancel(data, data->Iopb->TargetInstance, data->Iopb->TargetFileObject);
}

/* B halts its post-create and cancels in a worker: it holds the create there. */
static void co_while_halted(struct kunit *test)
{
	struct world *w = world_of(test);
	struct keeper *k;
	PFILE_OBJECT file;
	struct request *r = co_world(test, &file);

	k = keeper_halt(w->probe[1], KEEPER_WORKER);
	k->change = co_in_worker;
	FLT_EXPECT(test, request_run(r) == STATUS_ACCESS_DENIED &&
		   co_flags & FO_FILE_OPEN_CANCELLED);
	FLT_EXPECT(test, world_count(w, 'C', WORLD_PRE) == 3 &&
		   world_count(w, 'A', WORLD_PRE) == 1);
	fake_close(file);
}

static int co_only_denies(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void co_denied_later(PFLT_CALLBACK_DATA data)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
}

/* B fails the create and leaves the file open: it is closed for B, which is charged with that. */
static void co_left_open(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int held;
	PFILE_OBJECT file;
	struct request *r;

	r = co_world(test, &file);
	for (held = 0; held < 2; held++) {
		const struct world_event *cleanup, *close;

		if (held) {
			file = fake_open(w->fake);
			r = request_on(w, w->fake, file, IRP_MJ_CREATE);
			keeper_halt(w->probe[1], KEEPER_WORKER)->change = co_denied_later;
		} else {
			w->probe[1]->on_post = co_only_denies;
		}
		file->FsContext = file;
		world_clear(w);
		FLT_PROVES(test, "VFS-783", request_run(r) == STATUS_ACCESS_DENIED &&
			   file->Flags & FO_FILE_OPEN_CANCELLED &&
			   world_trace_is(w, "A+ B+ C+ F C- B- C+ F C- C+ F C- A-"));
		cleanup = world_event(w, 'C', WORLD_PRE, 1);
		close = world_event(w, 'C', WORLD_PRE, 2);
		FLT_PROVES(test, "FIELD-15", cleanup->iopb.MajorFunction == IRP_MJ_CLEANUP &&
			   close->iopb.MajorFunction == IRP_MJ_CLOSE &&
			   world_violations(w) == held + 1);
		fake_close(file);
	}
	/* Where nothing is open there is nothing to be closed, and nothing wrong. */
	w->probe[1]->on_post = co_only_denies;
	file = fake_open(w->fake);
	r = request_on(w, w->fake, file, IRP_MJ_CREATE);
	w->fake->status = STATUS_OBJECT_NAME_NOT_FOUND;
	world_clear(w);
	FLT_PROVES(test, "VFS-783", request_run(r) == STATUS_ACCESS_DENIED &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") && world_violations(w) == 2);
	fake_close(file);
}

static struct kunit_case cancel_open_cases[] = {
	KUNIT_CASE(co_closes),
	KUNIT_CASE(co_at_apc_level),
	KUNIT_CASE(co_at_dispatch_level),
	KUNIT_CASE(co_keeps_success),
	KUNIT_CASE(co_success_above),
	KUNIT_CASE(co_with_a_handle),
	KUNIT_CASE(co_after_reparse),
	KUNIT_CASE(co_elsewhere),
	KUNIT_CASE(co_of_a_failure),
	KUNIT_CASE(co_either_order),
	KUNIT_CASE(co_while_halted),
	KUNIT_CASE(co_left_open),
	{}
};

static struct kunit_suite cancel_open_suite = {
	.name = "cancel_open",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cancel_open_cases,
};

kunit_test_suite(cancel_open_suite);
