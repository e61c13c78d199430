// SPDX-License-Identifier: GPL-2.0
/*
 * What a filter asks of an open file: information, flushes and control codes (information.md). The
 * middle one of three probes asks; the fake volume answers, and tells what reached it.
 */
#include "kunit/name_ask.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

static u8 request_in[64], request_out[64];

/* What the file system was asked last, and what it answers with. */
static struct {
	FLT_IO_PARAMETER_BLOCK iopb;
	ULONG flags;
	unsigned int count;
	u8 system[64];
	const void *answer;
	unsigned int size;
} request_seen;

static void *request_buffer(FLT_IO_PARAMETER_BLOCK *iopb)
{
	FLT_PARAMETERS *p = &iopb->Parameters;

	switch (iopb->MajorFunction) {
	case IRP_MJ_QUERY_INFORMATION:
		return p->QueryFileInformation.InfoBuffer;
	case IRP_MJ_QUERY_VOLUME_INFORMATION:
		return p->QueryVolumeInformation.VolumeBuffer;
	case IRP_MJ_FILE_SYSTEM_CONTROL:
	case IRP_MJ_DEVICE_CONTROL:
		if ((p->FileSystemControl.Common.FsControlCode & 3) == METHOD_BUFFERED)
			return p->FileSystemControl.Buffered.SystemBuffer;
		return p->FileSystemControl.Direct.OutputBuffer;
	}
	return NULL;
}

static void request_perform(struct fake_volume *fake, struct flt_operation *op,
			    struct fake_order *order)
{
	void *buffer = request_buffer(&op->iopb);

	request_seen.iopb = op->iopb;
	request_seen.flags = op->data.Flags;
	request_seen.count++;
	if (buffer && (op->iopb.MajorFunction == IRP_MJ_FILE_SYSTEM_CONTROL ||
		       op->iopb.MajorFunction == IRP_MJ_DEVICE_CONTROL))
		memcpy(request_seen.system, buffer, 8);
	if (buffer && request_seen.answer) {
		memcpy(buffer, request_seen.answer, request_seen.size);
		order->information = request_seen.size;
	}
}

static struct world *request_world(struct kunit *test)
{
	struct world *w = ask_world(test, "ABC");

	memset(&request_seen, 0, sizeof(request_seen));
	w->fake->on_perform = request_perform;
	return w;
}

/* As the middle probe. */
static NTSTATUS request_query(struct world *w, FILE_INFORMATION_CLASS class, void *buffer,
			      ULONG length, ULONG *returned)
{
	return FltQueryInformationFile(w->probe[1]->instance[0], w->file, buffer, length, class,
				       returned);
}

static NTSTATUS request_set(struct world *w, FILE_INFORMATION_CLASS class, void *buffer,
			    ULONG length)
{
	return FltSetInformationFile(w->probe[1]->instance[0], w->file, buffer, length, class);
}

static void request_routes(struct kunit *test)
{
	struct world *w = request_world(test);
	FILE_BASIC_INFORMATION basic = { .FileAttributes = FILE_ATTRIBUTE_HIDDEN }, got = {};
	const FLT_PARAMETERS *p = &request_seen.iopb.Parameters;
	FILE_FS_SIZE_INFORMATION size = {};
	ULONG returned = 99;
	NTSTATUS status;

	request_seen.answer = &basic;
	request_seen.size = sizeof(basic);
	status = request_query(w, FileBasicInformation, &got, sizeof(got), &returned);
	FLT_PROVES(test, "INFO-01", NT_SUCCESS(status) && world_trace_is(w, "C+ F C-"));
	FLT_PROVES(test, "INFO-04", returned == sizeof(basic) &&
		   got.FileAttributes == FILE_ATTRIBUTE_HIDDEN);
	FLT_PROVES(test, "INFO-08", p->QueryFileInformation.Length == sizeof(got) &&
		   p->QueryFileInformation.FileInformationClass == FileBasicInformation &&
		   p->QueryFileInformation.InfoBuffer == &got &&
		   request_seen.flags & FLTFL_CALLBACK_DATA_SYSTEM_BUFFER &&
		   request_seen.iopb.IrpFlags & IRP_BUFFERED_IO);
	status = request_query(w, FileBasicInformation, &got, sizeof(got), NULL);
	FLT_EXPECT(test, NT_SUCCESS(status));
	request_seen.answer = NULL;
	world_clear(w);
	status = request_set(w, FileBasicInformation, &basic, sizeof(basic));
	FLT_PROVES(test, "INFO-01", NT_SUCCESS(status) && world_trace_is(w, "C+ F C-"));
	FLT_PROVES(test, "INFO-08", p->SetFileInformation.Length == sizeof(basic) &&
		   p->SetFileInformation.FileInformationClass == FileBasicInformation &&
		   p->SetFileInformation.InfoBuffer == &basic &&
		   !p->SetFileInformation.ParentOfTarget &&
		   request_seen.flags & FLTFL_CALLBACK_DATA_SYSTEM_BUFFER);
	world_clear(w);
	status = FltQueryVolumeInformationFile(w->probe[1]->instance[0], w->file, &size,
					       sizeof(size), FileFsSizeInformation, &returned);
	FLT_EXPECT(test, NT_SUCCESS(status) && world_trace_is(w, "C+ F C-") &&
		   p->QueryVolumeInformation.VolumeBuffer == &size);

	/* Somebody below takes its time: it is waited for. */
	w->fake->when = FAKE_WORKER;
	w->fake->delay_ms = 20;
	status = request_query(w, FileBasicInformation, &got, sizeof(got), NULL);
	FLT_PROVES(test, "INFO-02", status == STATUS_SUCCESS);
	status = request_set(w, FileBasicInformation, &basic, sizeof(basic));
	FLT_PROVES(test, "INFO-02", status == STATUS_SUCCESS);
	w->fake->when = FAKE_INLINE;
	w->fake->status = STATUS_FILE_LOCK_CONFLICT;
	status = request_query(w, FileBasicInformation, &got, sizeof(got), NULL);
	FLT_EXPECT(test, status == STATUS_FILE_LOCK_CONFLICT);
	w->fake->status = STATUS_SUCCESS;
}

static void request_refusals(struct kunit *test)
{
	struct world *w = request_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	s64 before = atomic64_read(&fsh_violations);
	FILE_BASIC_INFORMATION basic = {};
	NTSTATUS query, set;
	BOOLEAN directory;
	KIRQL irql;

	w->breaches = true;
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	query = request_query(w, FileBasicInformation, &basic, sizeof(basic), NULL);
	set = request_set(w, FileBasicInformation, &basic, sizeof(basic));
	KeLowerIrql(irql);
	FLT_PROVES(test, "INFO-02", query == STATUS_INVALID_PARAMETER &&
		   set == STATUS_INVALID_PARAMETER && !request_seen.count &&
		   atomic64_read(&fsh_violations) == before + 2);
	irql = KfRaiseIrql(APC_LEVEL);
	query = request_query(w, FileBasicInformation, &basic, sizeof(basic), NULL);
	set = request_set(w, FileBasicInformation, &basic, sizeof(basic));
	KeLowerIrql(irql);
	FLT_PROVES(test, "INFO-02", NT_SUCCESS(query) && NT_SUCCESS(set) &&
		   request_seen.count == 2 && atomic64_read(&fsh_violations) == before + 4);

	w->file->FsContext = NULL;
	query = request_query(w, FileBasicInformation, &basic, sizeof(basic), NULL);
	set = request_set(w, FileBasicInformation, &basic, sizeof(basic));
	FLT_PROVES(test, "INFO-03", query == STATUS_INVALID_DEVICE_REQUEST &&
		   set == STATUS_INVALID_DEVICE_REQUEST && request_seen.count == 2 &&
		   atomic64_read(&fsh_violations) == before + 6);
	FLT_PROVES(test, "INFO-14", FltIsDirectory(w->file, b, &directory) ==
		   STATUS_INVALID_DEVICE_REQUEST &&
		   atomic64_read(&fsh_violations) == before + 7);
	w->file->FsContext = w->file;

	/* The instance goes: nothing is started for it any more. */
	FLT_REQUIRE(test, NT_SUCCESS(FltObjectReference(b)));
	FLT_REQUIRE(test, NT_SUCCESS(FltDetachVolume(w->probe[1]->filter,
						     (PFLT_VOLUME)w->fake->volume, NULL)));
	query = request_query(w, FileBasicInformation, &basic, sizeof(basic), NULL);
	FLT_EXPECT(test, query == STATUS_FLT_DELETING_OBJECT && request_seen.count == 2);
	FltObjectDereference(b);
}

static void request_directory(struct kunit *test)
{
	struct world *w = request_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	FILE_STANDARD_INFORMATION standard = { .Directory = TRUE };
	BOOLEAN directory = FALSE;
	NTSTATUS status;
	KIRQL irql;

	request_seen.answer = &standard;
	request_seen.size = sizeof(standard);
	FLT_PROVES(test, "INFO-14", NT_SUCCESS(FltIsDirectory(w->file, b, &directory)) &&
		   directory && world_trace_is(w, "C+ F C-"));
	standard.Directory = FALSE;
	irql = KfRaiseIrql(APC_LEVEL);
	status = FltIsDirectory(w->file, b, &directory);
	KeLowerIrql(irql);
	FLT_PROVES(test, "INFO-14", NT_SUCCESS(status) && !directory);
}

static void request_classes(struct kunit *test)
{
	static const struct {
		FILE_INFORMATION_CLASS class;
		int value;
	} values[] = {
		{ FileDirectoryInformation, 1 }, { FileFullDirectoryInformation, 2 },
		{ FileBothDirectoryInformation, 3 }, { FileBasicInformation, 4 },
		{ FileStandardInformation, 5 }, { FileInternalInformation, 6 },
		{ FileEaInformation, 7 }, { FileAccessInformation, 8 },
		{ FileNameInformation, 9 }, { FileRenameInformation, 10 },
		{ FileLinkInformation, 11 }, { FileNamesInformation, 12 },
		{ FileDispositionInformation, 13 }, { FilePositionInformation, 14 },
		{ FileFullEaInformation, 15 }, { FileModeInformation, 16 },
		{ FileAlignmentInformation, 17 }, { FileAllInformation, 18 },
		{ FileAllocationInformation, 19 }, { FileEndOfFileInformation, 20 },
		{ FileAlternateNameInformation, 21 }, { FileStreamInformation, 22 },
		{ FileReparsePointInformation, 33 }, { FileNetworkOpenInformation, 34 },
		{ FileAttributeTagInformation, 35 }, { FileIdBothDirectoryInformation, 37 },
		{ FileIdFullDirectoryInformation, 38 }, { FileValidDataLengthInformation, 39 },
		{ FileShortNameInformation, 40 }, { FileHardLinkInformation, 46 },
		{ FileNormalizedNameInformation, 48 }, { FileIdInformation, 59 },
		{ FileIdExtdDirectoryInformation, 60 },
		{ FileIdExtdBothDirectoryInformation, 63 }, { FileDispositionInformationEx, 64 },
		{ FileRenameInformationEx, 65 }, { FileStatInformation, 68 },
		{ FileStatLxInformation, 70 }, { FileCaseSensitiveInformation, 71 },
		{ FileLinkInformationEx, 72 }, { FileStatBasicInformation, 77 },
	};
	static const FS_INFORMATION_CLASS volume[] = {
		FileFsVolumeInformation, FileFsLabelInformation, FileFsSizeInformation,
		FileFsDeviceInformation, FileFsAttributeInformation, FileFsControlInformation,
		FileFsFullSizeInformation, FileFsObjectIdInformation, FileFsDriverPathInformation,
		FileFsVolumeFlagsInformation, FileFsSectorSizeInformation,
		FileFsDataCopyInformation, FileFsMetadataSizeInformation,
		FileFsFullSizeInformationEx,
	};
	unsigned int i, wrong = 0;

	for (i = 0; i < ARRAY_SIZE(values); i++)
		wrong += (int)values[i].class != values[i].value;
	FLT_PROVES(test, "INFO-18", !wrong);
	for (i = 0; i < ARRAY_SIZE(volume); i++)
		wrong += (int)volume[i] != (int)i + 1;
	FLT_PROVES(test, "INFO-47", !wrong);
}

static void request_settable(struct kunit *test)
{
	struct {
		FILE_RENAME_INFORMATION info;
		WCHAR more[16];
	} rename = { .info.FileNameLength = 4 };
	static const FILE_INFORMATION_CLASS settable[] = {
		FileAllocationInformation, FileBasicInformation, FileDispositionInformation,
		FileDispositionInformationEx, FileEndOfFileInformation, FileLinkInformation,
		FileLinkInformationEx, FileRenameInformation, FileRenameInformationEx,
		FileValidDataLengthInformation,
	};
	struct world *w = request_world(test);
	const FLT_PARAMETERS *p = &request_seen.iopb.Parameters;
	unsigned int class, i;
	NTSTATUS status;

	for (class = 1; class < FileMaximumInformation; class++) {
		bool good = false;

		for (i = 0; i < ARRAY_SIZE(settable); i++)
			good |= settable[i] == class;
		if (class == FilePositionInformation || class == FileCaseSensitiveInformation ||
		    class == FileRenameInformationBypassAccessCheck ||
		    class == FileLinkInformationBypassAccessCheck ||
		    class == FileRenameInformationExBypassAccessCheck ||
		    class == FileLinkInformationExBypassAccessCheck ||
		    class == FileCaseSensitiveInformationForceAccessCheck)
			continue;
		request_seen.count = 0;
		status = request_set(w, class, &rename, sizeof(rename));
		FLT_PROVES(test, "INFO-11", good ? NT_SUCCESS(status) && request_seen.count == 1 :
			   status == STATUS_INVALID_PARAMETER && !request_seen.count);
	}

	/* What gets round access checks on Windows is the plain class here. */
	request_set(w, FileRenameInformationBypassAccessCheck, &rename, sizeof(rename));
	FLT_PROVES(test, "INFO-16",
		   p->SetFileInformation.FileInformationClass == FileRenameInformation);
	request_set(w, FileLinkInformationBypassAccessCheck, &rename, sizeof(rename));
	FLT_PROVES(test, "INFO-16",
		   p->SetFileInformation.FileInformationClass == FileLinkInformation);
	request_set(w, FileRenameInformationExBypassAccessCheck, &rename, sizeof(rename));
	FLT_PROVES(test, "INFO-16",
		   p->SetFileInformation.FileInformationClass == FileRenameInformationEx);
	request_set(w, FileLinkInformationExBypassAccessCheck, &rename, sizeof(rename));
	FLT_PROVES(test, "INFO-16",
		   p->SetFileInformation.FileInformationClass == FileLinkInformationEx);
	request_query(w, FileCaseSensitiveInformationForceAccessCheck, request_out,
		      sizeof(request_out), NULL);
	FLT_PROVES(test, "INFO-16", p->QueryFileInformation.FileInformationClass ==
		   FileCaseSensitiveInformation);
}

static PFILE_OBJECT request_file;
static NTSTATUS request_late[3];

/* The volume goes; the instance's time to ask is over. */
static void request_at_end(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	FILE_STANDARD_INFORMATION standard;
	FILE_FS_SIZE_INFORMATION size;
	FILE_DISPOSITION_INFORMATION disposition = { .DeleteFile = TRUE };

	request_late[0] = FltQueryInformationFile(objects->Instance, request_file, &standard,
						  sizeof(standard), FileStandardInformation,
						  NULL);
	request_late[1] = FltSetInformationFile(objects->Instance, request_file, &disposition,
						sizeof(disposition), FileDispositionInformation);
	request_late[2] = FltQueryVolumeInformationFile(objects->Instance, request_file, &size,
							sizeof(size), FileFsSizeInformation, NULL);
	fake_close(request_file);
}

static void request_dismounted(struct kunit *test)
{
	struct world *w = world_of(test);
	struct fake_volume *other = world_second_volume(w);
	unsigned int i;

	flt_volume_ready(other->volume);
	request_world(test);
	other->on_perform = request_perform;
	request_file = fake_open(other);
	FLT_REQUIRE(test, request_file);
	request_file->FsContext = request_file;
	w->probe[1]->on_complete = request_at_end;
	memset(request_late, 0, sizeof(request_late));
	fake_volume_destroy(other);
	w->other = NULL;
	for (i = 0; i < ARRAY_SIZE(request_late); i++)
		FLT_PROVES(test, "INFO-17", request_late[i] == STATUS_VOLUME_DISMOUNTED ||
			   request_late[i] == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "INFO-17", !request_seen.count);
	FLT_EXPECT(test, atomic_read(&w->probe[1]->completes) == 1);
	w->probe[1]->on_complete = NULL;
}

static void request_renames(struct kunit *test)
{
	struct {
		FILE_RENAME_INFORMATION info;
		WCHAR more[16];
	} rename = { .info.FileNameLength = 4 };
	struct world *w = request_world(test);
	PFILE_OBJECT foreign = fake_open(world_second_volume(w));
	PFILE_OBJECT folder = fake_open(w->fake);
	HANDLE handle, other;
	NTSTATUS status;

	FLT_REQUIRE(test, NT_SUCCESS(ObOpenObjectByPointer(folder, OBJ_KERNEL_HANDLE, NULL, 0,
							   *IoFileObjectType, KernelMode,
							   &handle)));
	FLT_REQUIRE(test, NT_SUCCESS(ObOpenObjectByPointer(foreign, OBJ_KERNEL_HANDLE, NULL, 0,
							   *IoFileObjectType, KernelMode,
							   &other)));
	rename.info.RootDirectory = other;
	status = request_set(w, FileRenameInformation, &rename, sizeof(rename));
	FLT_PROVES(test, "INFO-33", status == STATUS_NOT_SAME_DEVICE && !request_seen.count);
	status = request_set(w, FileLinkInformationEx, &rename, sizeof(rename));
	FLT_PROVES(test, "INFO-33", status == STATUS_NOT_SAME_DEVICE && !request_seen.count);
	rename.info.RootDirectory = handle;
	rename.info.ReplaceIfExists = TRUE;
	status = request_set(w, FileRenameInformation, &rename, sizeof(rename));
	FLT_EXPECT(test, NT_SUCCESS(status) && request_seen.count == 1 &&
		   request_seen.iopb.Parameters.SetFileInformation.ReplaceIfExists);
	rename.info.RootDirectory = NULL;
	rename.info.FileNameLength = sizeof(rename);
	status = request_set(w, FileRenameInformation, &rename, sizeof(rename));
	FLT_EXPECT(test, status == STATUS_INFO_LENGTH_MISMATCH);
	rename.info.FileNameLength = 4;
	rename.info.Flags = 0x80;
	status = request_set(w, FileRenameInformationEx, &rename, sizeof(rename));
	FLT_EXPECT(test, status == STATUS_INVALID_PARAMETER);
	ZwClose(handle);
	ZwClose(other);
	fake_close(foreign);
	fake_close(folder);
}

static void request_position(struct kunit *test)
{
	struct world *w = request_world(test);
	FILE_POSITION_INFORMATION position = { .CurrentByteOffset.QuadPart = 4711 };
	ULONG returned;
	NTSTATUS status;

	status = request_set(w, FilePositionInformation, &position, sizeof(position));
	FLT_PROVES(test, "INFO-36", NT_SUCCESS(status) && !request_seen.count &&
		   w->file->CurrentByteOffset.QuadPart == 4711);
	position.CurrentByteOffset.QuadPart = 0;
	status = request_query(w, FilePositionInformation, &position, sizeof(position), &returned);
	FLT_PROVES(test, "INFO-36", NT_SUCCESS(status) &&
		   position.CurrentByteOffset.QuadPart == 4711 &&
		   returned == sizeof(position) && world_trace_is(w, ""));
}

static void request_flushes(struct kunit *test)
{
	static const struct {
		ULONG type;
		UCHAR minor;
	} types[] = {
		{ 0, 0 }, { FLT_FLUSH_TYPE_FLUSH_AND_PURGE, 1 },
		{ FLT_FLUSH_TYPE_FILE_DATA_ONLY, 2 }, { FLT_FLUSH_TYPE_NO_SYNC, 3 },
		{ FLT_FLUSH_TYPE_DATA_SYNC_ONLY, 4 },
	};
	struct world *w = request_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	unsigned int i;
	NTSTATUS status;

	FLT_PROVES(test, "INFO-56", IRP_MN_FLUSH_AND_PURGE == 1 && IRP_MN_FLUSH_DATA_ONLY == 2 &&
		   IRP_MN_FLUSH_NO_SYNC == 3 && IRP_MN_FLUSH_DATA_SYNC_ONLY == 4);
	FLT_EXPECT(test, NT_SUCCESS(FltFlushBuffers(b, w->file)) &&
		   world_trace_is(w, "C+ F C-") && !request_seen.iopb.MinorFunction &&
		   request_seen.iopb.MajorFunction == IRP_MJ_FLUSH_BUFFERS);
	w->fake->status = STATUS_MEDIA_WRITE_PROTECTED;
	FLT_EXPECT(test, FltFlushBuffers(b, w->file) == STATUS_MEDIA_WRITE_PROTECTED);
	w->fake->status = STATUS_SUCCESS;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		status = FltFlushBuffers2(b, w->file, types[i].type, NULL);
		FLT_EXPECT(test, NT_SUCCESS(status) &&
			   request_seen.iopb.MinorFunction == types[i].minor);
	}
	FLT_EXPECT(test, FltFlushBuffers2(b, w->file, 3, NULL) == STATUS_INVALID_PARAMETER &&
		   FltFlushBuffers2(b, w->file, 0x10, NULL) == STATUS_INVALID_PARAMETER);
	w->file->Flags |= FO_VOLUME_OPEN;
	for (i = 0; i < ARRAY_SIZE(types); i++) {
		status = FltFlushBuffers2(b, w->file, types[i].type, NULL);
		FLT_EXPECT(test, i < 2 ? NT_SUCCESS(status) : status == STATUS_INVALID_PARAMETER);
	}
	w->file->Flags &= ~FO_VOLUME_OPEN;
}

static NTSTATUS request_control(struct world *w, bool device, ULONG code, ULONG *returned)
{
	PFLT_INSTANCE b = w->probe[1]->instance[0];

	world_clear(w);
	if (device)
		return FltDeviceIoControlFile(b, w->file, code, request_in, 8, request_out, 16,
					      returned);
	return FltFsControlFile(b, w->file, code, request_in, 8, request_out, 16, returned);
}

static void request_controls(struct kunit *test)
{
	struct world *w = request_world(test);
	const FLT_PARAMETERS *p = &request_seen.iopb.Parameters;
	const ULONG buffered = CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 0x900, METHOD_BUFFERED, 0);
	unsigned int method, device;
	ULONG returned;
	NTSTATUS status;

	memset(request_in, 0x11, sizeof(request_in));
	request_seen.answer = "0123456789ab";
	request_seen.size = 12;
	for (device = 0; device < 2; device++) {
		UCHAR major = device ? IRP_MJ_DEVICE_CONTROL : IRP_MJ_FILE_SYSTEM_CONTROL;

		for (method = 0; method < 4; method++) {
			ULONG code = CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 0x900, method,
					      FILE_ANY_ACCESS);

			memset(request_out, 0, sizeof(request_out));
			returned = 99;
			status = request_control(w, device, code, &returned);
			FLT_PROVES(test, "INFO-58", NT_SUCCESS(status) &&
				   world_trace_is(w, "C+ F C-") &&
				   request_seen.iopb.MajorFunction == major &&
				   !request_seen.iopb.MinorFunction &&
				   p->FileSystemControl.Common.FsControlCode == code &&
				   p->FileSystemControl.Common.InputBufferLength == 8 &&
				   p->FileSystemControl.Common.OutputBufferLength == 16);
			FLT_PROVES(test, "INFO-59", returned == 12 &&
				   !memcmp(request_out, "0123456789ab", 12) && !request_out[12]);
			if (method == METHOD_BUFFERED) {
				const void *system = p->FileSystemControl.Buffered.SystemBuffer;

				FLT_PROVES(test, "INFO-59", system != request_in &&
					   system != request_out &&
					   !memcmp(request_seen.system, request_in, 8) &&
					   request_in[0] == 0x11);
			} else if (method == METHOD_NEITHER) {
				FLT_PROVES(test, "INFO-58",
					   p->FileSystemControl.Neither.InputBuffer == request_in &&
					   p->FileSystemControl.Neither.OutputBuffer ==
					   request_out);
			} else {
				FLT_PROVES(test, "INFO-58",
					   p->FileSystemControl.Direct.InputSystemBuffer ==
					   request_in &&
					   p->FileSystemControl.Direct.OutputBuffer == request_out);
			}
		}
	}

	/* It says that it has written more than there is room for. */
	w->fake->information = 1000;
	request_seen.answer = NULL;
	memset(request_out, 0x22, sizeof(request_out));
	status = request_control(w, false, buffered, &returned);
	FLT_PROVES(test, "INFO-59", NT_SUCCESS(status) && returned == 16 &&
		   request_out[16] == 0x22);
	/* The same where nothing is copied: no room, an error, buffers handed through. */
	returned = 99;
	status = FltFsControlFile(w->probe[1]->instance[0], w->file, buffered, request_in, 8, NULL,
				  0, &returned);
	FLT_EXPECT(test, NT_SUCCESS(status) && !returned);
	status = request_control(w, false, buffered | METHOD_NEITHER, &returned);
	FLT_EXPECT(test, NT_SUCCESS(status) && returned == 16);
	w->fake->status = STATUS_BUFFER_TOO_SMALL;
	memset(request_out, 0x22, sizeof(request_out));
	status = request_control(w, false, buffered, &returned);
	FLT_EXPECT(test, status == STATUS_BUFFER_TOO_SMALL && returned <= 16 &&
		   request_out[0] == 0x22);
	w->fake->status = STATUS_SUCCESS;
	w->fake->information = FAKE_AS_ASKED;
	/* More than there can be memory for. */
	status = FltFsControlFile(w->probe[1]->instance[0], w->file, buffered, NULL, 0, request_out,
				  0xfffffff0, &returned);
	FLT_EXPECT(test, status == STATUS_INSUFFICIENT_RESOURCES && !returned);
	/* Neither input nor output. */
	status = FltFsControlFile(w->probe[1]->instance[0], w->file, buffered, NULL, 0, NULL, 0,
				  NULL);
	FLT_EXPECT(test, NT_SUCCESS(status));
	status = FltFsControlFile(w->probe[1]->instance[0], w->file, buffered, NULL, 8, NULL, 0,
				  NULL);
	FLT_EXPECT(test, status == STATUS_INVALID_PARAMETER);
}

static struct kunit_case request_cases[] = {
	KUNIT_CASE(request_routes),
	KUNIT_CASE(request_refusals),
	KUNIT_CASE(request_directory),
	KUNIT_CASE(request_classes),
	KUNIT_CASE(request_settable),
	KUNIT_CASE(request_dismounted),
	KUNIT_CASE(request_renames),
	KUNIT_CASE(request_position),
	KUNIT_CASE(request_flushes),
	KUNIT_CASE(request_controls),
	{}
};

static struct kunit_suite request_suite = {
	.name = "file_request",
	.init = world_init,
	.exit = world_exit,
	.test_cases = request_cases,
};

kunit_test_suite(request_suite);
