// SPDX-License-Identifier: GPL-2.0
/*
 * Suite async_file: FltReadFile, FltWriteFile and their Ex forms (ASYNC-059, ASYNC-094 to
 * ASYNC-126). Each case runs through all four where it can.
 */
#include <linux/kthread.h>
#include <linux/sizes.h>
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "nt/violation.h"

/* What a call is made with; the rest is NULL or 0. */
struct file_io {
	bool write;
	bool ex;
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	PLARGE_INTEGER offset;
	ULONG length;
	PVOID buffer;
	ULONG flags;
	PULONG count;
	PFLT_COMPLETED_ASYNC_IO_CALLBACK callback;
	PVOID context;
	PULONG key;
	PMDL mdl;
};

static NTSTATUS file_do(const struct file_io *io)
{
	if (io->ex && io->write)
		return FltWriteFileEx(io->instance, io->file, io->offset, io->length, io->buffer,
				      io->flags, io->count, io->callback, io->context, io->key,
				      io->mdl);
	if (io->ex)
		return FltReadFileEx(io->instance, io->file, io->offset, io->length, io->buffer,
				     io->flags, io->count, io->callback, io->context, io->key,
				     io->mdl);
	if (io->write)
		return FltWriteFile(io->instance, io->file, io->offset, io->length, io->buffer,
				    io->flags, io->count, io->callback, io->context);
	return FltReadFile(io->instance, io->file, io->offset, io->length, io->buffer, io->flags,
			   io->count, io->callback, io->context);
}

/* The four routines in turn; a case proves its row for the plain forms and ASYNC-125 for Ex. */
#define FILE_FORMS	4

static const char *file_row(const struct file_io *io, const char *row)
{
	return io->ex ? "ASYNC-125" : row;
}

static struct world *file_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->file->FsContext = w;
	w->file->Flags |= FO_SYNCHRONOUS_IO;
	return w;
}

static struct file_io file_form(struct world *w, unsigned int form)
{
	struct file_io io = {
		.write = form & 1,
		.ex = form & 2,
		.instance = w->probe[1]->instance[0],
		.file = w->file,
		.length = SZ_1K,
		.buffer = kunit_kmalloc(w->test, SZ_4K, GFP_KERNEL),
	};

	KUNIT_ASSERT_NOT_NULL(w->test, io.buffer);
	world_clear(w);
	w->file->CurrentByteOffset.QuadPart = 0;
	return io;
}

static s64 file_offset(const FLT_IO_PARAMETER_BLOCK *iopb)
{
	return iopb->MajorFunction == IRP_MJ_READ ? iopb->Parameters.Read.ByteOffset.QuadPart :
						    iopb->Parameters.Write.ByteOffset.QuadPart;
}

static void file_routing(struct kunit *test)
{
	static const NTSTATUS statuses[] = {
		STATUS_SUCCESS, STATUS_DISK_FULL, STATUS_END_OF_FILE, STATUS_FILE_LOCK_CONFLICT,
	};
	struct world *w = file_world(test);
	unsigned int form, n;

	for (form = 0; form < FILE_FORMS; form++) {
		struct file_io io = file_form(w, form);
		ULONG count = 77;

		io.count = &count;
		FLT_PROVES(test, file_row(&io, "ASYNC-094"), NT_SUCCESS(file_do(&io)) &&
			   world_trace_is(w, "C+ F C-") &&
			   w->fake->seen.MajorFunction == (io.write ? IRP_MJ_WRITE : IRP_MJ_READ));
		FLT_PROVES(test, file_row(&io, "ASYNC-110"), count == io.length);
		FLT_PROVES(test, file_row(&io, "ASYNC-118"),
			   (io.write ? w->fake->seen.Parameters.Write.WriteBuffer :
				       w->fake->seen.Parameters.Read.ReadBuffer) == io.buffer &&
			   FLT_IS_SYSTEM_BUFFER(&world_event(w, 'C', WORLD_PRE, 0)->data));
		w->fake->information = 100;
		FLT_PROVES(test, file_row(&io, "ASYNC-110"), NT_SUCCESS(file_do(&io)) &&
			   count == 100);
		io.count = NULL;
		FLT_PROVES(test, file_row(&io, "ASYNC-110"), NT_SUCCESS(file_do(&io)));
		w->fake->information = FAKE_AS_ASKED;
		for (n = 0; n < ARRAY_SIZE(statuses); n++) {
			w->fake->status = statuses[n];
			FLT_PROVES(test, file_row(&io, "ASYNC-097"), file_do(&io) == statuses[n]);
		}
		w->fake->status = STATUS_SUCCESS;
	}
	FLT_PROVES(test, "ASYNC-094", world_violations(w) == 0);
	w->breaches = false;
}

static void file_misuse(struct kunit *test)
{
	struct world *w = file_world(test);
	s64 before = atomic64_read(&fsh_violations);
	PFILE_OBJECT foreign = fake_open(world_second_volume(w));
	unsigned int form;

	foreign->FsContext = w;
	for (form = 0; form < FILE_FORMS; form++) {
		struct file_io io = file_form(w, form);
		ULONG flags;

		io.instance = NULL;
		FLT_PROVES(test, file_row(&io, "ASYNC-095"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		io = file_form(w, form);
		io.file = foreign;
		FLT_PROVES(test, file_row(&io, "ASYNC-095"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		io.file = NULL;
		FLT_PROVES(test, file_row(&io, "ASYNC-096"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		io.file = w->file;
		w->file->FsContext = NULL;	/* a create that is not over */
		FLT_PROVES(test, file_row(&io, "ASYNC-096"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		w->file->FsContext = w;
		w->file->Flags |= FO_CLEANUP_COMPLETE;
		FLT_PROVES(test, file_row(&io, "ASYNC-096"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		w->file->Flags &= ~FO_CLEANUP_COMPLETE;
		FLT_PROVES(test, file_row(&io, "ASYNC-095"),
			   atomic64_read(&fsh_violations) == before + 5);
		io.flags = FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING;
		FLT_PROVES(test, file_row(&io, "ASYNC-108"),
			   file_do(&io) == STATUS_INVALID_PARAMETER &&
			   atomic64_read(&fsh_violations) == before + 6 && world_trace_is(w, ""));
		before += 6;
		for (flags = 0; flags < 3; flags++) {
			static const ULONG paging[] = {
				0, FLTFL_IO_OPERATION_PAGING,
				FLTFL_IO_OPERATION_PAGING | FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING,
			};

			io.flags = paging[flags];
			FLT_PROVES(test, file_row(&io, "ASYNC-108"), NT_SUCCESS(file_do(&io)) &&
				   !!(w->fake->seen.IrpFlags & IRP_SYNCHRONOUS_PAGING_IO) ==
				   (flags == 2));
			FLT_PROVES(test, file_row(&io, "ASYNC-107"),
				   !!(w->fake->seen.IrpFlags & IRP_PAGING_IO) == !!flags);
		}
	}
	fake_close(foreign);
}

static void file_offsets(struct kunit *test)
{
	struct world *w = file_world(test);
	LARGE_INTEGER offset;
	unsigned int form;

	for (form = 0; form < FILE_FORMS; form++) {
		struct file_io io = file_form(w, form);

		io.offset = &offset;
		w->file->CurrentByteOffset.QuadPart = 4096;
		offset.QuadPart = 8192;
		FLT_PROVES(test, file_row(&io, "ASYNC-098"), NT_SUCCESS(file_do(&io)) &&
			   file_offset(&w->fake->seen) == 8192);
		FLT_PROVES(test, file_row(&io, "ASYNC-103"),
			   w->file->CurrentByteOffset.QuadPart == 8192 + SZ_1K);
		w->file->CurrentByteOffset.QuadPart = 4096;
		io.offset = NULL;
		FLT_PROVES(test, file_row(&io, "ASYNC-099"), NT_SUCCESS(file_do(&io)) &&
			   file_offset(&w->fake->seen) == 4096);
		io.offset = &offset;
		offset.HighPart = -1;
		offset.LowPart = FILE_USE_FILE_POINTER_POSITION;
		FLT_PROVES(test, file_row(&io, "ASYNC-101"), NT_SUCCESS(file_do(&io)) &&
			   file_offset(&w->fake->seen) == 4096 + SZ_1K &&
			   w->file->CurrentByteOffset.QuadPart == 4096 + 2 * SZ_1K);

		/* It fails without a transfer: no byte, no step. */
		w->fake->status = STATUS_DISK_FULL;
		file_do(&io);
		FLT_PROVES(test, file_row(&io, "ASYNC-103"),
			   w->file->CurrentByteOffset.QuadPart == 4096 + 2 * SZ_1K);
		w->fake->status = STATUS_SUCCESS;

		io.flags = FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET;
		FLT_PROVES(test, file_row(&io, "ASYNC-104"), NT_SUCCESS(file_do(&io)) &&
			   w->file->CurrentByteOffset.QuadPart == 4096 + 2 * SZ_1K);
		io.flags = 0;
		if (io.write) {
			offset.HighPart = -1;
			offset.LowPart = FILE_WRITE_TO_END_OF_FILE;
			FLT_PROVES(test, file_row(&io, "ASYNC-126"), NT_SUCCESS(file_do(&io)) &&
				   file_offset(&w->fake->seen) == -1);
			FLT_PROVES(test, "ASYNC-126", file_offset(&w->fake->seen) == -1);
		}

		w->file->Flags &= ~FO_SYNCHRONOUS_IO;
		world_clear(w);
		io.offset = NULL;
		FLT_PROVES(test, file_row(&io, "ASYNC-100"),
			   file_do(&io) == STATUS_INVALID_PARAMETER && world_trace_is(w, ""));
		io.offset = &offset;
		offset.HighPart = -1;
		offset.LowPart = FILE_USE_FILE_POINTER_POSITION;
		FLT_PROVES(test, file_row(&io, "ASYNC-101"),
			   file_do(&io) == STATUS_INVALID_PARAMETER && world_trace_is(w, ""));
		w->file->CurrentByteOffset.QuadPart = 99;
		offset.QuadPart = 0;
		FLT_PROVES(test, file_row(&io, "ASYNC-103"), NT_SUCCESS(file_do(&io)) &&
			   w->file->CurrentByteOffset.QuadPart == 99);
		w->file->Flags |= FO_SYNCHRONOUS_IO;
	}
}

/* C's post-operation callback sees the position that the file system left. */
static s64 file_position_below;

static int file_note_position(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	file_position_below = objects->FileObject->CurrentByteOffset.QuadPart;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void file_position_kept(struct kunit *test)
{
	struct world *w = file_world(test);
	LARGE_INTEGER offset = { .QuadPart = 0 };
	unsigned int form, async;

	w->probe[2]->on_post = file_note_position;
	for (form = 0; form < 2 * FILE_FORMS; form++) {
		struct file_io io = file_form(w, form % FILE_FORMS);
		struct issue i = { .world = w };

		init_completion(&i.done);
		async = form / FILE_FORMS;
		io.offset = &offset;
		io.flags = FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET;
		io.callback = async ? issue_callback : NULL;
		io.context = &i;
		w->file->CurrentByteOffset.QuadPart = 5;
		FLT_PROVES(test, file_row(&io, "ASYNC-104"), NT_SUCCESS(file_do(&io)) &&
			   file_position_below == SZ_1K &&
			   w->file->CurrentByteOffset.QuadPart == 5);
	}
}

static void file_noncached(struct kunit *test)
{
	struct world *w = file_world(test);
	LARGE_INTEGER offset = { .QuadPart = 4096 };
	unsigned int form;

	for (form = 0; form < FILE_FORMS; form++) {
		struct file_io io = file_form(w, form);
		u8 *aligned = kunit_kmalloc(test, SZ_4K, GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, aligned);
		aligned = PTR_ALIGN(aligned, 512);
		io.buffer = aligned;
		io.offset = &offset;
		FLT_EXPECT(test, NT_SUCCESS(file_do(&io)));
		FLT_PROVES(test, file_row(&io, "ASYNC-105"),
			   !(w->fake->seen.IrpFlags & IRP_NOCACHE));
		io.flags = FLTFL_IO_OPERATION_NON_CACHED;
		FLT_PROVES(test, file_row(&io, "ASYNC-105"), NT_SUCCESS(file_do(&io)) &&
			   w->fake->seen.IrpFlags & IRP_NOCACHE);
		io.flags = 0;
		w->file->Flags |= FO_NO_INTERMEDIATE_BUFFERING;
		FLT_PROVES(test, file_row(&io, "ASYNC-105"), NT_SUCCESS(file_do(&io)) &&
			   w->fake->seen.IrpFlags & IRP_NOCACHE);
		w->file->Flags &= ~FO_NO_INTERMEDIATE_BUFFERING;

		io.flags = FLTFL_IO_OPERATION_NON_CACHED;
		world_clear(w);
		io.buffer = aligned + 1;
		FLT_PROVES(test, file_row(&io, "ASYNC-106"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		io.buffer = aligned;
		io.length = 1;
		FLT_PROVES(test, file_row(&io, "ASYNC-106"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		io.length = SZ_1K;
		offset.QuadPart = 1;
		FLT_PROVES(test, file_row(&io, "ASYNC-106"),
			   file_do(&io) == STATUS_INVALID_PARAMETER);
		offset.QuadPart = -4096 * 4096;
		FLT_PROVES(test, file_row(&io, "ASYNC-106"),
			   file_do(&io) == STATUS_INVALID_PARAMETER && world_trace_is(w, ""));
		offset.QuadPart = 4096;
	}
}

static void file_asynchronous(struct kunit *test)
{
	struct world *w = file_world(test);
	unsigned int form, mode;

	for (form = 0; form < 2 * FILE_FORMS; form++) {
		struct file_io io = file_form(w, form % FILE_FORMS);
		LARGE_INTEGER offset = { .QuadPart = 512 };
		struct issue *i = kunit_kzalloc(test, sizeof(*i), GFP_KERNEL);
		ULONG count = 77;

		KUNIT_ASSERT_NOT_NULL(test, i);
		mode = form / FILE_FORMS;	/* how the file was opened makes no difference */
		if (mode)
			w->file->Flags &= ~FO_SYNCHRONOUS_IO;
		else
			w->file->Flags |= FO_SYNCHRONOUS_IO;
		i->world = w;
		init_completion(&i->done);
		io.offset = &offset;
		io.count = &count;
		io.callback = issue_callback;
		io.context = i;
		w->fake->when = FAKE_HOLD;
		FLT_PROVES(test, file_row(&io, "ASYNC-113"), file_do(&io) == STATUS_PENDING &&
			   !atomic_read(&i->calls));
		FLT_PROVES(test, "ASYNC-059", !atomic_read(&i->calls));
		fake_release(w->fake);
		FLT_PROVES(test, file_row(&io, "ASYNC-113"), issue_wait(i) &&
			   atomic_read(&i->calls) == 1 && NT_SUCCESS(i->status));
		FLT_PROVES(test, "ASYNC-058", atomic_read(&i->calls) == 1);
		FLT_PROVES(test, "ASYNC-057", i->major == (io.write ? IRP_MJ_WRITE : IRP_MJ_READ) &&
			   i->information == io.length);
		FLT_PROVES(test, file_row(&io, "ASYNC-111"), count == 77 &&
			   i->information == io.length);

		/* Without a routine it waits, whatever the context says. */
		io.callback = NULL;
		io.context = (void *)0xdead4ead0000bead;
		w->fake->when = FAKE_WORKER;
		w->fake->delay_ms = 20;
		FLT_PROVES(test, file_row(&io, "ASYNC-112"), file_do(&io) == STATUS_SUCCESS &&
			   count == io.length);
		FLT_PROVES(test, file_row(&io, "ASYNC-114"), count == io.length);
		FLT_PROVES(test, "ASYNC-059", count == io.length);
		w->fake->delay_ms = 0;
		w->fake->when = FAKE_INLINE;

		/* One callback for what was dispatched, none for what was not. */
		io.callback = issue_callback;
		io.context = i;
		w->fake->status = STATUS_DISK_FULL;
		file_do(&io);
		FLT_PROVES(test, file_row(&io, "ASYNC-115"), atomic_read(&i->calls) == 2 &&
			   i->status == STATUS_DISK_FULL);
		w->fake->status = STATUS_SUCCESS;
		io.file = NULL;
		FLT_PROVES(test, file_row(&io, "ASYNC-115"), !NT_SUCCESS(file_do(&io)) &&
			   atomic_read(&i->calls) == 2);
		w->breaches = true;
	}
}

static void file_free_foreign(struct issue *i)
{
	FltFreeCallbackData(i->seen);
}

static void file_data_is_ours(struct kunit *test)
{
	struct world *w = file_world(test);
	s64 before = atomic64_read(&fsh_violations);
	unsigned int form;

	for (form = 0; form < FILE_FORMS; form++) {
		struct file_io io = file_form(w, form);
		struct issue *i = kunit_kzalloc(test, sizeof(*i), GFP_KERNEL);

		KUNIT_ASSERT_NOT_NULL(test, i);
		i->world = w;
		init_completion(&i->done);
		i->on_done = file_free_foreign;
		io.callback = issue_callback;
		io.context = i;
		w->fake->when = form & 1 ? FAKE_WORKER : FAKE_INLINE;
		file_do(&io);
		FLT_PROVES(test, "ASYNC-116", issue_wait(i) && NT_SUCCESS(i->status) &&
			   atomic64_read(&fsh_violations) == before + form + 1);
		FLT_PROVES(test, "ASYNC-015", atomic64_read(&fsh_violations) == before + form + 1);
	}
}

static int file_thread(void *arg)
{
	struct file_io *io = arg;

	file_do(io);
	while (!kthread_should_stop())
		schedule_timeout_idle(1);
	return 0;
}

static void file_not_serialized(struct kunit *test)
{
	struct world *w = file_world(test);
	struct file_io io = file_form(w, 0);
	struct task_struct *threads[2];
	unsigned int n;

	w->fake->when = FAKE_HOLD;
	for (n = 0; n < 2; n++) {
		threads[n] = kthread_run(file_thread, &io, "flt-reader");
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, threads[n]);
	}
	FLT_PROVES(test, "ASYNC-117", WORLD_WAIT(fake_nr_held(w->fake) == 2));
	fake_release_all(w->fake);
	for (n = 0; n < 2; n++)
		kthread_stop(threads[n]);
	FLT_PROVES(test, "ASYNC-117", w->file->CurrentByteOffset.QuadPart == SZ_1K);
}

static void file_levels(struct kunit *test)
{
	struct world *w = file_world(test);
	s64 before = atomic64_read(&fsh_violations);
	unsigned int form;
	NTSTATUS status;
	KIRQL irql;

	for (form = 0; form < FILE_FORMS; form++) {
		struct file_io io = file_form(w, form);

		irql = KfRaiseIrql(DISPATCH_LEVEL);
		status = file_do(&io);
		KeLowerIrql(irql);
		FLT_PROVES(test, file_row(&io, "ASYNC-119"),
			   status == STATUS_INVALID_DEVICE_STATE && world_trace_is(w, "") &&
			   atomic64_read(&fsh_violations) == ++before);
		irql = KfRaiseIrql(APC_LEVEL);
		status = file_do(&io);
		KeLowerIrql(irql);
		FLT_PROVES(test, "IRQL-62", NT_SUCCESS(status) &&
			   atomic64_read(&fsh_violations) == ++before);
	}
}

/* In its own pre-read a filter reads the file. */
static u8 file_small[64];
static NTSTATUS file_inner;

static void file_read_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	LARGE_INTEGER offset = { .QuadPart = 0 };

	file_inner = FltReadFile(objects->Instance, objects->FileObject, &offset,
				 sizeof(file_small), file_small,
				 FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET, NULL, NULL, NULL);
}

static void file_no_recursion(struct kunit *test)
{
	struct world *w = file_world(test);

	w->probe[1]->on_pre = file_read_in_pre;
	FLT_PROVES(test, "ASYNC-120", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   NT_SUCCESS(file_inner) && atomic_read(&w->probe[1]->pre) == 1 &&
		   world_trace_is(w, "A+ B+ C+ F C- C+ F C- B- A-"));
}

static void file_memory_and_key(struct kunit *test)
{
	struct world *w = file_world(test);
	unsigned int write;

	for (write = 0; write < 2; write++) {
		struct file_io io = file_form(w, 2 + write);
		s64 before = atomic64_read(&fsh_violations);
		ULONG key = 0x1234;
		MDL mdl = { .ByteCount = SZ_1K };

		io.key = &key;
		FLT_PROVES(test, "ASYNC-121", NT_SUCCESS(file_do(&io)));
		FLT_PROVES(test, "ASYNC-124",
			   (write ? world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters.Write.Key :
			    world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters.Read.Key) == key);
		io.mdl = &mdl;
		FLT_PROVES(test, "ASYNC-121", file_do(&io) == STATUS_INVALID_PARAMETER &&
			   atomic64_read(&fsh_violations) == before + 1);
		io.buffer = NULL;
		FLT_PROVES(test, "ASYNC-121", NT_SUCCESS(file_do(&io)));
		FLT_PROVES(test, "ASYNC-122",
			   (write ? w->fake->seen.Parameters.Write.MdlAddress :
			    w->fake->seen.Parameters.Read.MdlAddress) == &mdl &&
			   mdl.ByteCount == SZ_1K);
		io.length = SZ_1K + 1;
		FLT_PROVES(test, "ASYNC-123", file_do(&io) == STATUS_INVALID_PARAMETER &&
			   atomic64_read(&fsh_violations) == before + 2);
		io.length = SZ_1K;
		io.mdl = NULL;
		FLT_PROVES(test, "ASYNC-121", file_do(&io) == STATUS_INVALID_PARAMETER &&
			   atomic64_read(&fsh_violations) == before + 3);
		io.length = 0;
		FLT_PROVES(test, "ASYNC-121", NT_SUCCESS(file_do(&io)));
	}
}

static struct kunit_case file_cases[] = {
	KUNIT_CASE(file_routing),
	KUNIT_CASE(file_misuse),
	KUNIT_CASE(file_offsets),
	KUNIT_CASE(file_position_kept),
	KUNIT_CASE(file_noncached),
	KUNIT_CASE(file_asynchronous),
	KUNIT_CASE(file_data_is_ours),
	KUNIT_CASE(file_not_serialized),
	KUNIT_CASE(file_levels),
	KUNIT_CASE(file_no_recursion),
	KUNIT_CASE(file_memory_and_key),
	{}
};

static struct kunit_suite file_suite = {
	.name = "async_file",
	.init = world_init,
	.exit = world_exit,
	.test_cases = file_cases,
};

kunit_test_suite(file_suite);
