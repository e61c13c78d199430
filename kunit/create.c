// SPDX-License-Identifier: GPL-2.0
/*
 * Suite create: files that a filter opens itself (create.md). The middle one of three probes opens;
 * the fake volume answers, and tells what reached it.
 */
#include "kunit/name_ask.h"
#include "kunit/opening.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* What the file system was asked last. */
static struct {
	FLT_IO_PARAMETER_BLOCK iopb;
	IO_SECURITY_CONTEXT security;
	ACCESS_STATE state;
	FLT_CALLBACK_DATA data;
	WCHAR name[128];
	USHORT length;
	PFILE_OBJECT related;
	ULONG flags;
} create_seen;

static void create_perform(struct fake_volume *fake, struct flt_operation *op,
			   struct fake_order *order)
{
	PFILE_OBJECT file = op->iopb.TargetFileObject;

	if (op->iopb.MajorFunction != IRP_MJ_CREATE)
		return;
	create_seen.iopb = op->iopb;
	create_seen.data = op->data;
	create_seen.security = *op->iopb.Parameters.Create.SecurityContext;
	create_seen.state = *create_seen.security.AccessState;
	create_seen.length = file->FileName.Length;
	memcpy(create_seen.name, file->FileName.Buffer, file->FileName.Length);
	create_seen.related = file->RelatedFileObject;
	create_seen.flags = file->Flags;
	order->information = FILE_OPENED;
}

static struct world *create_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	memset(&create_seen, 0, sizeof(create_seen));
	w->fake->on_perform = create_perform;
	return w;
}

static bool create_named(const WCHAR *expected)
{
	UNICODE_STRING seen = { create_seen.length, create_seen.length, create_seen.name };

	return ask_text_is(&seen, expected);
}

static void create_routes(struct kunit *test)
{
	struct world *w = create_world(test);
	struct opening o = opening_of(w, u"\\dir\\f");
	const FLT_PARAMETERS *p = &create_seen.iopb.Parameters;
	FILE_BASIC_INFORMATION basic;
	LARGE_INTEGER offset = {};
	IO_STATUS_BLOCK result;
	HANDLE handle;
	NTSTATUS status;
	u8 byte;

	o.file_attributes = FILE_ATTRIBUTE_HIDDEN;
	FLT_PROVES(test, "CREATE-30", NT_SUCCESS(opening_do(&o)) && world_trace_is(w, "C+ F C-"));
	FLT_REQUIRE(test, o.handle && o.object);
	FLT_EXPECT(test, create_named(u"\\dir\\f") && !create_seen.related);
	FLT_EXPECT(test, create_seen.data.RequestorMode == KernelMode &&
		   p->Create.Options == (FILE_OPEN << 24 | FILE_SYNCHRONOUS_IO_NONALERT) &&
		   p->Create.FileAttributes == FILE_ATTRIBUTE_HIDDEN &&
		   p->Create.ShareAccess == FILE_SHARE_READ);
	FLT_EXPECT(test, create_seen.security.DesiredAccess == o.access &&
		   create_seen.state.RemainingDesiredAccess == o.access &&
		   !create_seen.state.PreviouslyGrantedAccess);
	FLT_EXPECT(test, create_seen.flags & FO_SYNCHRONOUS_IO &&
		   !(create_seen.flags & (FO_ALERTABLE_IO | FO_HANDLE_CREATED)));
	FLT_EXPECT(test, o.result.Status == STATUS_SUCCESS &&
		   o.result.Information == FILE_OPENED && o.object->Flags & FO_HANDLE_CREATED);

	/* What is done with it goes the same way. */
	world_clear(w);
	FltReadFile(w->probe[1]->instance[0], o.object, &offset, 1, &byte, 0, NULL, NULL, NULL);
	FLT_PROVES(test, "CREATE-32", world_trace_is(w, "C+ F C-"));
	world_clear(w);
	status = ZwReadFile(o.handle, NULL, NULL, NULL, &result, &byte, 1, &offset, NULL);
	FLT_PROVES(test, "CREATE-32", NT_SUCCESS(status) && result.Information == 1 &&
		   world_trace_is(w, "C+ F C-"));
	world_clear(w);
	status = ZwQueryInformationFile(o.handle, &result, &basic, sizeof(basic),
					FileBasicInformation);
	FLT_PROVES(test, "CREATE-32", NT_SUCCESS(status) && world_trace_is(w, "C+ F C-"));
	world_clear(w);
	handle = o.handle;
	opening_end(&o);
	FLT_EXPECT(test, ZwFlushBuffersFile(handle, &result) == STATUS_INVALID_HANDLE);
	FLT_PROVES(test, "CREATE-35", world_count(w, 'C', WORLD_PRE) == 2 &&
		   !world_count(w, 'B', WORLD_PRE) && !world_count(w, 'A', WORLD_PRE) &&
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.MajorFunction == IRP_MJ_CLEANUP &&
		   world_event(w, 'C', WORLD_PRE, 1)->iopb.MajorFunction == IRP_MJ_CLOSE);

	world_clear(w);
	o = opening_of(w, u"\\dir\\f");
	o.top = true;
	FLT_PROVES(test, "CREATE-31", NT_SUCCESS(opening_do(&o)) &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	world_clear(w);
	opening_end(&o);
	FLT_PROVES(test, "CREATE-31", world_trace_is(w, "A+ B+ C+ F C- B- A- A+ B+ C+ F C- B- A-"));
}

/* What is asked by a handle is what FltQuery- and FltSetInformationFile ask. */
static void create_zw_information(struct kunit *test)
{
	struct {
		FILE_RENAME_INFORMATION info;
		WCHAR more[2];
	} rename = { .info.FileNameLength = 4, .info.ReplaceIfExists = TRUE };
	FILE_POSITION_INFORMATION position = { .CurrentByteOffset.QuadPart = 4711 };
	struct world *w = create_world(test);
	struct opening o = opening_of(w, u"\\f");
	PFILE_OBJECT foreign = fake_open(world_second_volume(w));
	const FLT_PARAMETERS *p;
	IO_STATUS_BLOCK result;
	NTSTATUS status;
	HANDLE other;

	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
	FLT_REQUIRE(test, NT_SUCCESS(ObOpenObjectByPointer(foreign, OBJ_KERNEL_HANDLE, NULL, 0,
							   *IoFileObjectType, KernelMode,
							   &other)));
	world_clear(w);
	status = ZwSetInformationFile(o.handle, &result, &position, sizeof(position),
				      FilePositionInformation);
	FLT_EXPECT(test, NT_SUCCESS(status) && NT_SUCCESS(result.Status) &&
		   o.object->CurrentByteOffset.QuadPart == 4711);
	position.CurrentByteOffset.QuadPart = 0;
	status = ZwQueryInformationFile(o.handle, &result, &position, sizeof(position),
					FilePositionInformation);
	FLT_EXPECT(test, NT_SUCCESS(status) && position.CurrentByteOffset.QuadPart == 4711 &&
		   result.Information == sizeof(position));
	status = ZwQueryInformationFile(o.handle, &result, &position, sizeof(position) - 1,
					FilePositionInformation);
	FLT_EXPECT(test, status == STATUS_INFO_LENGTH_MISMATCH && result.Status == status &&
		   !result.Information);

	status = ZwSetInformationFile(o.handle, &result, &rename, sizeof(rename),
				      FileAlignmentInformation);
	FLT_PROVES(test, "INFO-11", status == STATUS_INVALID_PARAMETER);
	rename.info.RootDirectory = other;
	status = ZwSetInformationFile(o.handle, &result, &rename, sizeof(rename),
				      FileRenameInformation);
	FLT_PROVES(test, "INFO-33", status == STATUS_NOT_SAME_DEVICE);
	FLT_EXPECT(test, world_trace_is(w, ""));

	rename.info.RootDirectory = NULL;
	status = ZwSetInformationFile(o.handle, &result, &rename, sizeof(rename),
				      FileRenameInformationBypassAccessCheck);
	FLT_REQUIRE(test, NT_SUCCESS(status) && world_trace_is(w, "C+ F C-"));
	p = &world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters;
	FLT_PROVES(test, "INFO-16",
		   p->SetFileInformation.FileInformationClass == FileRenameInformation);
	FLT_EXPECT(test, p->SetFileInformation.ReplaceIfExists &&
		   p->SetFileInformation.Length == sizeof(rename));
	ZwClose(other);
	fake_close(foreign);
	opening_end(&o);
}

static void create_ends(struct kunit *test)
{
	struct world *w = create_world(test);
	struct opening o = opening_of(w, u"\\f");
	int files = atomic_read(&w->fake->files);
	s64 before = atomic64_read(&fsh_violations);
	OBJECT_HANDLE_INFORMATION information;
	PVOID object;

	/* The handle first. */
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
	world_clear(w);
	FLT_PROVES(test, "CREATE-34", NT_SUCCESS(FltClose(o.handle)) &&
		   world_count(w, 'C', WORLD_PRE) == 1 && o.object->Flags & FO_CLEANUP_COMPLETE &&
		   atomic_read(&w->fake->files) == files + 1);
	ObDereferenceObject(o.object);
	FLT_PROVES(test, "CREATE-34", world_count(w, 'C', WORLD_PRE) == 2 &&
		   atomic_read(&w->fake->files) == files);

	/* The object first. */
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
	world_clear(w);
	ObDereferenceObject(o.object);
	FLT_PROVES(test, "CREATE-34", world_trace_is(w, "") &&
		   atomic_read(&w->fake->files) == files + 1);
	FLT_PROVES(test, "CREATE-34", NT_SUCCESS(FltClose(o.handle)) &&
		   world_trace_is(w, "C+ F C- C+ F C-") && atomic_read(&w->fake->files) == files);

	/* A handle alone, and the object by it. */
	o.no_object = true;
	o.object = NULL;
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
	FLT_PROVES(test, "CREATE-34", !o.object);
	FLT_EXPECT(test, NT_SUCCESS(ObReferenceObjectByHandle(o.handle, 0, *IoFileObjectType,
							      KernelMode, &object,
							      &information)) &&
		   ((PFILE_OBJECT)object)->Type == 5 && information.GrantedAccess == o.access);
	FLT_EXPECT(test, NT_SUCCESS(ZwClose(o.handle)));
	ObDereferenceObject(object);
	FLT_PROVES(test, "CREATE-34", atomic_read(&w->fake->files) == files);

	w->breaches = true;
	FLT_PROVES(test, "CREATE-35", FltClose(o.handle) == STATUS_INVALID_HANDLE &&
		   FltClose(NULL) == STATUS_INVALID_HANDLE &&
		   FltClose((HANDLE)~0UL) == STATUS_INVALID_HANDLE &&
		   atomic64_read(&fsh_violations) == before + 3);
}

static void create_levels(struct kunit *test)
{
	struct world *w = create_world(test);
	struct opening o = opening_of(w, u"\\f");
	s64 before = atomic64_read(&fsh_violations);
	FAST_MUTEX mutex;
	NTSTATUS status;
	KIRQL irql;

	w->breaches = true;
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	status = opening_do(&o);
	KeLowerIrql(irql);
	FLT_PROVES(test, "CREATE-33", status == STATUS_INVALID_DEVICE_REQUEST && !o.handle &&
		   world_trace_is(w, "") && atomic64_read(&fsh_violations) == before + 1);
	IoSetTopLevelIrp((PIRP)FSRTL_FSP_TOP_LEVEL_IRP);
	status = opening_do(&o);
	IoSetTopLevelIrp(NULL);
	FLT_PROVES(test, "CREATE-33", status == STATUS_INVALID_DEVICE_REQUEST && !o.handle &&
		   world_trace_is(w, "") && atomic64_read(&fsh_violations) == before + 2);
	ExInitializeFastMutex(&mutex);
	ExAcquireFastMutex(&mutex);
	status = opening_do(&o);
	FLT_PROVES(test, "CREATE-33", NT_SUCCESS(status) && o.handle &&
		   atomic64_read(&fsh_violations) == before + 3);
	ExReleaseFastMutex(&mutex);
	opening_end(&o);
	KeEnterGuardedRegion();
	status = opening_do(&o);
	FLT_PROVES(test, "CREATE-33", NT_SUCCESS(status) &&
		   atomic64_read(&fsh_violations) == before + 4);
	KeLeaveGuardedRegion();
	opening_end(&o);
}

static void create_names(struct kunit *test)
{
	static const WCHAR *const bad[] = {
		u"dir\\f", u"", u"\\dir\\f", u"\\Device", u"\\Device\\HarddiskVolumeX\\f",
	};
	struct world *w = create_world(test);
	struct opening root = opening_of(w, u"\\dir"), o = opening_of(w, u"\\*?<>\"|\\f");
	struct fake_volume *other = world_second_volume(w);
	unsigned int i;

	FLT_PROVES(test, "CREATE-37", NT_SUCCESS(opening_try(o)) &&
		   create_named(u"\\*?<>\"|\\f"));
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		o = opening_of(w, NULL);
		for (o.name.Length = 0; bad[i][o.name.Length / 2]; o.name.Length += 2)
			;
		o.name.Buffer = (PWSTR)bad[i];
		FLT_PROVES(test, "CREATE-37", opening_try(o) == STATUS_OBJECT_PATH_SYNTAX_BAD);
	}
	FLT_PROVES(test, "CREATE-37", opening_try(opening_of(w, u"\\dir\\\\f")) ==
		   STATUS_OBJECT_PATH_SYNTAX_BAD);
	o = opening_of(w, NULL);
	RtlInitUnicodeString(&o.name, u"\\Device\\HarddiskVolume9999\\f");
	FLT_PROVES(test, "CREATE-37", opening_try(o) == STATUS_OBJECT_PATH_NOT_FOUND);
	RtlInitUnicodeString(&o.name, u"\\??\\Q:\\f");
	FLT_PROVES(test, "CREATE-37", opening_try(o) == STATUS_OBJECT_PATH_NOT_FOUND);

	/* Relative to a directory. */
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&root)));
	o = opening_of(w, u"sub\\f");
	o.root = root.handle;
	FLT_PROVES(test, "CREATE-37", NT_SUCCESS(opening_try(o)) && create_named(u"sub\\f"));
	FLT_PROVES(test, "FILEOBJ-10", create_seen.related == root.object);
	o.path = u"";
	FLT_PROVES(test, "CREATE-43", NT_SUCCESS(opening_try(o)) && create_named(u"") &&
		   create_seen.related == root.object);
	o.path = u"\\f";
	FLT_PROVES(test, "CREATE-37", opening_try(o) == STATUS_OBJECT_PATH_SYNTAX_BAD);
	opening_end(&root);
	o.path = u"f";
	FLT_EXPECT(test, opening_try(o) == STATUS_INVALID_HANDLE);

	/* Where the instance is not. */
	o = opening_of(w, u"\\f");
	o.fake = other;
	world_clear(w);
	FLT_PROVES(test, "CREATE-38", opening_try(o) == STATUS_INVALID_DEVICE_OBJECT_PARAMETER &&
		   world_trace_is(w, ""));
	o.top = true;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)));
}

static void create_arguments(struct kunit *test)
{
	static const struct {
		const char *id;
		ACCESS_MASK access;
		ULONG disposition;
		ULONG options;
		bool good;
	} rows[] = {
		{ "CREATE-23", FILE_READ_DATA, FILE_OPEN, FILE_DELETE_ON_CLOSE },
		{ "CREATE-23", DELETE, FILE_OPEN, FILE_DELETE_ON_CLOSE, true },
		{ "CREATE-24", FILE_READ_DATA, FILE_OPEN,
		  FILE_DIRECTORY_FILE | FILE_NON_DIRECTORY_FILE },
		{ "CREATE-24", FILE_READ_DATA, FILE_SUPERSEDE, FILE_DIRECTORY_FILE },
		{ "CREATE-24", FILE_READ_DATA, FILE_OVERWRITE, FILE_DIRECTORY_FILE },
		{ "CREATE-24", FILE_READ_DATA, FILE_OVERWRITE_IF, FILE_DIRECTORY_FILE },
		{ "CREATE-24", FILE_READ_DATA, FILE_OPEN, FILE_DIRECTORY_FILE, true },
		{ "CREATE-24", FILE_READ_DATA, FILE_OPEN_IF, FILE_DIRECTORY_FILE, true },
		{ "CREATE-24", FILE_READ_DATA, FILE_CREATE, FILE_DIRECTORY_FILE, true },
		{ "CREATE-25", FILE_APPEND_DATA, FILE_OPEN, FILE_NO_INTERMEDIATE_BUFFERING },
		{ "CREATE-25", FILE_APPEND_DATA | FILE_WRITE_DATA, FILE_OPEN,
		  FILE_NO_INTERMEDIATE_BUFFERING, true },
		{ "CREATE-25", FILE_READ_DATA, FILE_OPEN, FILE_SYNCHRONOUS_IO_ALERT },
		{ "CREATE-25", FILE_READ_DATA, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT },
		{ "CREATE-25", FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN,
		  FILE_SYNCHRONOUS_IO_NONALERT | FILE_SYNCHRONOUS_IO_ALERT },
		{ "CREATE-25", FILE_READ_DATA | SYNCHRONIZE, FILE_OPEN,
		  FILE_SYNCHRONOUS_IO_ALERT, true },
		{ NULL, FILE_READ_DATA, FILE_MAXIMUM_DISPOSITION + 1, 0 },
	};
	struct world *w = create_world(test);
	IO_DRIVER_CREATE_CONTEXT context;
	struct opening o;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		NTSTATUS status;

		o = opening_of(w, u"\\f");
		o.access = rows[i].access;
		o.disposition = rows[i].disposition;
		o.options = rows[i].options;
		world_clear(w);
		status = opening_try(o);
		FLT_PROVES(test, rows[i].id, rows[i].good ? NT_SUCCESS(status) :
			   status == STATUS_INVALID_PARAMETER && world_trace_is(w, ""));
	}
	FLT_PROVES(test, "CREATE-06", FILE_DIRECTORY_FILE == 1 && FILE_WRITE_THROUGH == 2 &&
		   FILE_SEQUENTIAL_ONLY == 4 && FILE_NO_INTERMEDIATE_BUFFERING == 8 &&
		   FILE_SYNCHRONOUS_IO_ALERT == 0x10 && FILE_SYNCHRONOUS_IO_NONALERT == 0x20 &&
		   FILE_NON_DIRECTORY_FILE == 0x40 && FILE_COMPLETE_IF_OPLOCKED == 0x100 &&
		   FILE_NO_EA_KNOWLEDGE == 0x200 && FILE_RANDOM_ACCESS == 0x800 &&
		   FILE_DELETE_ON_CLOSE == 0x1000 && FILE_OPEN_BY_FILE_ID == 0x2000 &&
		   FILE_OPEN_FOR_BACKUP_INTENT == 0x4000 &&
		   FILE_OPEN_REQUIRING_OPLOCK == 0x10000 && FILE_RESERVE_OPFILTER == 0x100000 &&
		   FILE_OPEN_REPARSE_POINT == 0x200000 && FILE_OPEN_NO_RECALL == 0x400000);

	FLT_PROVES(test, "FILEOBJ-17", FO_FILE_OPEN == 1 && FO_SYNCHRONOUS_IO == 2 &&
		   FO_ALERTABLE_IO == 4 && FO_NO_INTERMEDIATE_BUFFERING == 8 &&
		   FO_WRITE_THROUGH == 0x10 && FO_SEQUENTIAL_ONLY == 0x20 &&
		   FO_CACHE_SUPPORTED == 0x40 && FO_STREAM_FILE == 0x100 &&
		   FO_FILE_MODIFIED == 0x1000 && FO_FILE_SIZE_CHANGED == 0x2000 &&
		   FO_CLEANUP_COMPLETE == 0x4000 && FO_TEMPORARY_FILE == 0x8000 &&
		   FO_DELETE_ON_CLOSE == 0x10000 && FO_OPENED_CASE_SENSITIVE == 0x20000 &&
		   FO_HANDLE_CREATED == 0x40000 && FO_FILE_FAST_IO_READ == 0x80000 &&
		   FO_RANDOM_ACCESS == 0x100000 && FO_FILE_OPEN_CANCELLED == 0x200000 &&
		   FO_VOLUME_OPEN == 0x400000 && FO_REMOTE_ORIGIN == 0x1000000);

	o = opening_of(w, u"\\f");
	o.flags = IO_OPEN_TARGET_DIRECTORY;
	FLT_PROVES(test, "CREATE-42", NT_SUCCESS(opening_try(o)) &&
		   create_seen.iopb.OperationFlags & SL_OPEN_TARGET_DIRECTORY);
	o.flags = IO_FORCE_ACCESS_CHECK | IO_STOP_ON_SYMLINK;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)) &&
		   (create_seen.iopb.OperationFlags &
		    (SL_FORCE_ACCESS_CHECK | SL_STOP_ON_SYMLINK | SL_OPEN_TARGET_DIRECTORY)) ==
		   (SL_FORCE_ACCESS_CHECK | SL_STOP_ON_SYMLINK));

	IoInitializeDriverCreateContext(&context);
	o = opening_of(w, u"\\f");
	o.context = &context;
	FLT_PROVES(test, "CREATE-47", NT_SUCCESS(opening_try(o)));
	context.Size--;
	FLT_PROVES(test, "CREATE-47", opening_try(o) == STATUS_INVALID_PARAMETER);
	context.Size++;
	context.DeviceObjectHint = &context;
	FLT_PROVES(test, "CREATE-47", opening_try(o) == STATUS_INVALID_PARAMETER);
}

static void create_fails(struct kunit *test)
{
	struct world *w = create_world(test);
	int files = atomic_read(&w->fake->files);
	struct opening o = opening_of(w, u"\\f");

	/* Nothing is open, so nothing ends. */
	w->fake->status = STATUS_OBJECT_NAME_NOT_FOUND;
	FLT_EXPECT(test, opening_do(&o) == STATUS_OBJECT_NAME_NOT_FOUND && !o.handle &&
		   !o.object && world_trace_is(w, "C+ F C-") &&
		   atomic_read(&w->fake->files) == files);
	w->fake->status = STATUS_SUCCESS;
	/* A filter below is asked too. */
	w->probe[2]->pre_status = FLT_PREOP_COMPLETE;
	w->breaches = true;
	world_clear(w);
	FLT_EXPECT(test, opening_do(&o) == STATUS_NOT_SUPPORTED && !o.handle &&
		   world_trace_is(w, "C+") && atomic_read(&w->fake->files) == files);
	FLT_EXPECT(test, FltCreateNamedPipeFile(o.probe->filter, NULL, &o.handle, &o.object, 0,
						NULL, &o.result, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL,
						NULL) == STATUS_NOT_SUPPORTED);
	FLT_EXPECT(test, FltCreateMailslotFile(o.probe->filter, NULL, &o.handle, &o.object, 0,
					       NULL, &o.result, 0, 0, 0, NULL, NULL) ==
		   STATUS_NOT_SUPPORTED);
}

/* Sends an open of \x to another name, so often. */
static struct {
	unsigned int times;
	const WCHAR *to;
	ULONG information;
} create_send;

static void create_redirect(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct opening o = { .fake = p->world->fake, .path = create_send.to };
	NTSTATUS replaced;

	if (data->Iopb->MajorFunction != IRP_MJ_CREATE || !create_send.times)
		return;
	create_send.times--;
	memcpy(o.text, o.fake->volume->name.Buffer, o.fake->volume->name.Length);
	o.name.Length = o.fake->volume->name.Length;
	for (; *o.path; o.path++, o.name.Length += sizeof(WCHAR))
		o.text[o.name.Length / sizeof(WCHAR)] = *o.path;
	replaced = IoReplaceFileObjectName(objects->FileObject, o.text, o.name.Length);
	data->IoStatus.Status = NT_SUCCESS(replaced) ? STATUS_REPARSE : replaced;
	data->IoStatus.Information = create_send.information;
	*status = FLT_PREOP_COMPLETE;
}

static void create_restarts(struct kunit *test)
{
	struct world *w = create_world(test);
	int files = atomic_read(&w->fake->files);
	struct opening o = opening_of(w, u"\\x");
	WCHAR name[] = u"\\y";
	PFILE_OBJECT file;
	NTSTATUS status;

	w->probe[2]->on_pre = create_redirect;
	create_send.to = u"\\y";
	create_send.information = IO_REPARSE;
	create_send.times = 1;
	FLT_PROVES(test, "CREATE-39", opening_try(o) == STATUS_SUCCESS && create_named(u"\\y"));
	create_send.times = 32;
	FLT_EXPECT(test, opening_try(o) == STATUS_SUCCESS);
	create_send.times = 1000;
	FLT_EXPECT(test, opening_try(o) == STATUS_REPARSE_POINT_NOT_RESOLVED &&
		   create_send.times >= 1000 - 65);
	create_send.times = 1;
	create_send.information = IO_REMOUNT;
	FLT_PROVES(test, "CREATE-39", opening_try(o) == STATUS_REPARSE_POINT_NOT_RESOLVED);
	FLT_EXPECT(test, atomic_read(&w->fake->files) == files);
	w->probe[2]->on_pre = NULL;

	file = fake_open(w->fake);
	status = IoReplaceFileObjectName(file, name, 4);
	FLT_PROVES(test, "CREATE-58", NT_SUCCESS(status) && ask_text_is(&file->FileName, u"\\y") &&
		   file->FileName.Buffer != name);
	FLT_PROVES(test, "CREATE-58", IoReplaceFileObjectName(file, NULL, 4) ==
		   STATUS_INVALID_PARAMETER && IoReplaceFileObjectName(file, name, 0) ==
		   STATUS_INVALID_PARAMETER && ask_text_is(&file->FileName, u"\\y"));
	status = IoReplaceFileObjectName(file, name + 1, 2);
	FLT_PROVES(test, "CREATE-58", NT_SUCCESS(status) && ask_text_is(&file->FileName, u"y"));
	kvfree(file->FileName.Buffer);
	fake_close(file);
}

static struct kunit_case create_cases[] = {
	KUNIT_CASE(create_routes),
	KUNIT_CASE(create_zw_information),
	KUNIT_CASE(create_ends),
	KUNIT_CASE(create_levels),
	KUNIT_CASE(create_names),
	KUNIT_CASE(create_arguments),
	KUNIT_CASE(create_fails),
	KUNIT_CASE(create_restarts),
	{}
};

static struct kunit_suite create_suite = {
	.name = "create",
	.init = world_init,
	.exit = world_exit,
	.test_cases = create_cases,
};

kunit_test_suite(create_suite);
