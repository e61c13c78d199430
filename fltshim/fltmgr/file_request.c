// SPDX-License-Identifier: GPL-2.0
/*
 * What a minifilter asks of an open file and waits for: information, flushes, control codes. Each
 * routine fills one request, which goes the way of every other operation of a filter's own
 * (generated.c), below the calling instance.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "fltmgr/file_call.h"
#include "fltmgr/file_object.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/* An open file of the instance's volume. */
NTSTATUS flt_file_call_objects(const struct flt_file_call *call)
{
	struct flt_instance *instance = flt_instance_check(call->instance);

	if (!instance || !call->file || flt_file_of(call->file)->volume != instance->volume) {
		fsh_violation(call->caller, call->routine, "no instance, or no file of its volume");
		return STATUS_INVALID_PARAMETER;
	}
	if (!call->file->FsContext) {
		fsh_violation(call->caller, call->routine, "the file is not open");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	return STATUS_SUCCESS;
}

/* The same, at PASSIVE_LEVEL; APC_LEVEL is a breach, but done (IRQL-62). */
NTSTATUS flt_file_call_check(const struct flt_file_call *call)
{
	if (!ke_level_at_most(PASSIVE_LEVEL) &&
	    !ke_level_breach(call->caller, call->routine, PASSIVE_LEVEL))
		return STATUS_INVALID_PARAMETER;
	return flt_file_call_objects(call);
}

/* A request of a call that was checked, to be filled and given to flt_file_call_run(). */
struct flt_generated *flt_file_call_alloc(const struct flt_file_call *call, UCHAR major)
{
	struct flt_generated *gen;

	gen = flt_generated_alloc(flt_instance_check(call->instance), call->file, true, 0);
	if (!gen)
		return NULL;
	gen->op.iopb.MajorFunction = major;
	gen->op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	return gen;
}

/* The same for one whose buffer is the driver's own memory. */
struct flt_generated *flt_file_call_buffered(const struct flt_file_call *call, UCHAR major)
{
	struct flt_generated *gen = flt_file_call_alloc(call, major);

	if (gen) {
		gen->op.iopb.IrpFlags |= IRP_BUFFERED_IO;
		gen->op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	}
	return gen;
}

/* The check and such a request in one; NULL, and why not. */
struct flt_generated *flt_file_call_begin(const struct flt_file_call *call, UCHAR major,
					  NTSTATUS *status)
{
	struct flt_generated *gen;

	*status = flt_file_call_check(call);
	if (!NT_SUCCESS(*status))
		return NULL;
	gen = flt_file_call_buffered(call, major);
	if (!gen)
		*status = STATUS_INSUFFICIENT_RESOURCES;
	return gen;
}

/* Sends it and waits. Return: its final status; @information, if there is one, gets Information. */
NTSTATUS flt_file_call_run(struct flt_generated *gen, ULONG *information)
{
	NTSTATUS status;

	flt_generated_run(gen);
	status = gen->op.data.IoStatus.Status;
	if (information)
		*information = gen->op.data.IoStatus.Information;
	flt_generated_release(gen);
	return status;
}

/* The classes for callers that get round access checks are the plain ones (INFO-16). */
static FILE_INFORMATION_CLASS flt_plain_class(FILE_INFORMATION_CLASS class)
{
	switch (class) {
	case FileRenameInformationBypassAccessCheck:
		return FileRenameInformation;
	case FileLinkInformationBypassAccessCheck:
		return FileLinkInformation;
	case FileRenameInformationExBypassAccessCheck:
		return FileRenameInformationEx;
	case FileLinkInformationExBypassAccessCheck:
		return FileLinkInformationEx;
	case FileCaseSensitiveInformationForceAccessCheck:
		return FileCaseSensitiveInformation;
	default:
		return class;
	}
}

/* Is what a rename or link names on the same volume, as far as a handle tells? (INFO-33) */
static NTSTATUS flt_check_target(PFILE_OBJECT file, const FILE_RENAME_INFORMATION *info,
				 ULONG length, bool ex, ULONG flags)
{
	const ULONG fixed = offsetof(FILE_RENAME_INFORMATION, FileName);
	NTSTATUS status;
	void *root;

	if (!info || length < fixed || info->FileNameLength > length - fixed)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (!info->FileNameLength || info->FileNameLength % sizeof(WCHAR) ||
	    (ex && info->Flags & ~flags))
		return STATUS_INVALID_PARAMETER;
	if (!info->RootDirectory)
		return STATUS_SUCCESS;
	status = ob_get_by_handle(info->RootDirectory, &ob_file_type, &root);
	if (!NT_SUCCESS(status))
		return status;
	if (flt_file_of(root)->volume != flt_file_of(file)->volume)
		status = STATUS_NOT_SAME_DEVICE;
	ob_put(root);
	return status;
}

/* What may be set at all (INFO-11), and what is looked at before anybody sees it. */
static NTSTATUS flt_check_set(PFILE_OBJECT file, const struct flt_information *info)
{
	const ULONG rename = FILE_RENAME_REPLACE_IF_EXISTS | FILE_RENAME_POSIX_SEMANTICS |
			     FILE_RENAME_SUPPRESS_PIN_STATE_INHERITANCE |
			     FILE_RENAME_SUPPRESS_STORAGE_RESERVE_INHERITANCE |
			     FILE_RENAME_NO_INCREASE_AVAILABLE_SPACE |
			     FILE_RENAME_NO_DECREASE_AVAILABLE_SPACE |
			     FILE_RENAME_IGNORE_READONLY_ATTRIBUTE;

	switch (info->class) {
	case FileAllocationInformation:
	case FileBasicInformation:
	case FileDispositionInformation:
	case FileDispositionInformationEx:
	case FileEndOfFileInformation:
	case FilePositionInformation:
	case FileValidDataLengthInformation:
	case FileCaseSensitiveInformation:
		return STATUS_SUCCESS;
	case FileRenameInformation:
	case FileLinkInformation:
		return flt_check_target(file, info->buffer, info->length, false, 0);
	case FileRenameInformationEx:
	case FileLinkInformationEx:
		/* The bits of a link are those of a rename. */
		return flt_check_target(file, info->buffer, info->length, true, rename);
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

/* The position, which the file object has. */
static NTSTATUS flt_position(PFILE_OBJECT file, const struct flt_information *info, ULONG *used)
{
	FILE_POSITION_INFORMATION *position = info->buffer;

	if (!position || info->length < sizeof(*position))
		return STATUS_INFO_LENGTH_MISMATCH;
	if (info->major == IRP_MJ_QUERY_INFORMATION) {
		position->CurrentByteOffset = file->CurrentByteOffset;
		*used = sizeof(*position);
		return STATUS_SUCCESS;
	}
	if (position->CurrentByteOffset.QuadPart < 0)
		return STATUS_INVALID_PARAMETER;
	file->CurrentByteOffset = position->CurrentByteOffset;
	return STATUS_SUCCESS;
}

/* Is it about a file, not its volume? */
static bool flt_is_of_file(UCHAR major)
{
	return major == IRP_MJ_QUERY_INFORMATION || major == IRP_MJ_SET_INFORMATION;
}

void flt_information_init(struct flt_information *info, UCHAR major, ULONG class, void *buffer,
			  ULONG length)
{
	info->major = major;
	info->class = flt_is_of_file(major) ? flt_plain_class(class) : class;
	info->buffer = buffer;
	info->length = length;
}

/**
 * flt_information_here() - what can be said without an operation
 * @file: open file
 * @info: what is asked or told
 * @used: receives how many bytes were written, if it is answered
 * @status: receives the answer
 *
 * Return: true when it is answered, or refused, by that
 */
bool flt_information_here(PFILE_OBJECT file, const struct flt_information *info, ULONG *used,
			  NTSTATUS *status)
{
	*used = 0;
	*status = STATUS_SUCCESS;
	if (!flt_is_of_file(info->major))
		return false;
	if (info->major == IRP_MJ_SET_INFORMATION)
		*status = flt_check_set(file, info);
	if (NT_SUCCESS(*status)) {
		if (info->class != FilePositionInformation)
			return false;
		*status = flt_position(file, info, used);
	}
	return true;
}

/* Fills the operation's parameters from what flt_information_here() left to be asked. */
void flt_information_fill(struct flt_operation *op, const struct flt_information *info)
{
	const FILE_RENAME_INFORMATION *rename = info->buffer;
	FLT_PARAMETERS *p = &op->iopb.Parameters;

	if (info->major == IRP_MJ_QUERY_INFORMATION) {
		p->QueryFileInformation.Length = info->length;
		p->QueryFileInformation.FileInformationClass = info->class;
		p->QueryFileInformation.InfoBuffer = info->buffer;
	} else if (info->major == IRP_MJ_QUERY_VOLUME_INFORMATION) {
		p->QueryVolumeInformation.Length = info->length;
		p->QueryVolumeInformation.FsInformationClass = info->class;
		p->QueryVolumeInformation.VolumeBuffer = info->buffer;
	} else if (info->major == IRP_MJ_SET_VOLUME_INFORMATION) {
		p->SetVolumeInformation.Length = info->length;
		p->SetVolumeInformation.FsInformationClass = info->class;
		p->SetVolumeInformation.VolumeBuffer = info->buffer;
	} else {
		p->SetFileInformation.Length = info->length;
		p->SetFileInformation.FileInformationClass = info->class;
		p->SetFileInformation.InfoBuffer = info->buffer;
		if (info->class == FileRenameInformation || info->class == FileLinkInformation)
			p->SetFileInformation.ReplaceIfExists = rename->ReplaceIfExists;
		else if (info->class == FileRenameInformationEx ||
			 info->class == FileLinkInformationEx)
			p->SetFileInformation.ReplaceIfExists =
				!!(rename->Flags & FILE_RENAME_REPLACE_IF_EXISTS);
	}
}

/* Asks it of the instances below, for a call that was checked. */
static NTSTATUS flt_information_ask(const struct flt_file_call *call,
				    const struct flt_information *info, ULONG *returned)
{
	struct flt_generated *gen = flt_file_call_buffered(call, info->major);

	if (!gen)
		return STATUS_INSUFFICIENT_RESOURCES;
	flt_information_fill(&gen->op, info);
	return flt_file_call_run(gen, returned);
}

/* All of a routine that asks or tells something by a class. */
static NTSTATUS flt_information(const struct flt_file_call *call,
				const struct flt_information *info, ULONG *returned)
{
	NTSTATUS status;
	ULONG used;

	if (returned)
		*returned = 0;
	status = flt_file_call_check(call);
	if (!NT_SUCCESS(status))
		return status;
	if (!flt_information_here(call->file, info, &used, &status))
		return flt_information_ask(call, info, returned);
	if (returned)
		*returned = used;
	return status;
}

/**
 * FltQueryInformationFile() - what a file is
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @FileInformation: receives the structure of the class
 * @Length: bytes there
 * @FileInformationClass: which; the position is answered from the file object
 * @LengthReturned: receives how many bytes were written; may be NULL
 *
 * WDK page: fltqueryinformationfile. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the operation; STATUS_INVALID_DEVICE_REQUEST for a file that is not open;
 * STATUS_INVALID_PARAMETER above APC_LEVEL
 */
NTSTATUS FltQueryInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				 PVOID FileInformation, ULONG Length,
				 FILE_INFORMATION_CLASS FileInformationClass,
				 PULONG LengthReturned)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	struct flt_information info;

	flt_information_init(&info, IRP_MJ_QUERY_INFORMATION, FileInformationClass,
			     FileInformation, Length);
	return flt_information(&call, &info, LengthReturned);
}
EXPORT_SYMBOL_GPL(FltQueryInformationFile);

/**
 * FltSetInformationFile() - change what a file is
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @FileInformation: structure of the class
 * @Length: bytes there
 * @FileInformationClass: which; the position is set in the file object
 *
 * WDK page: fltsetinformationfile. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the operation; STATUS_INVALID_PARAMETER for a class that cannot be set, and
 * above APC_LEVEL; STATUS_INVALID_DEVICE_REQUEST for a file that is not open;
 * STATUS_NOT_SAME_DEVICE; STATUS_INFO_LENGTH_MISMATCH
 */
NTSTATUS FltSetInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
			       PVOID FileInformation, ULONG Length,
			       FILE_INFORMATION_CLASS FileInformationClass)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	struct flt_information info;

	flt_information_init(&info, IRP_MJ_SET_INFORMATION, FileInformationClass, FileInformation,
			     Length);
	return flt_information(&call, &info, NULL);
}
EXPORT_SYMBOL_GPL(FltSetInformationFile);

/**
 * FltIsDirectory() - whether an open file is a directory
 * @FileObject: open file
 * @Instance: only instances below it see the request
 * @IsDirectory: receives the answer
 *
 * WDK page: fltisdirectory. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_DEVICE_REQUEST for a file that is not open; what the file
 * system says
 */
NTSTATUS FltIsDirectory(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance, PBOOLEAN IsDirectory)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	FILE_STANDARD_INFORMATION standard = {};
	struct flt_information info;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL) || !IsDirectory)
		return STATUS_INVALID_PARAMETER;
	status = flt_file_call_objects(&call);
	if (!NT_SUCCESS(status))
		return status;
	flt_information_init(&info, IRP_MJ_QUERY_INFORMATION, FileStandardInformation, &standard,
			     sizeof(standard));
	status = flt_information_ask(&call, &info, NULL);
	if (NT_SUCCESS(status))
		*IsDirectory = standard.Directory;
	return status;
}
EXPORT_SYMBOL_GPL(FltIsDirectory);

/**
 * FltQueryVolumeInformationFile() - what the volume of an open file is
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @FsInformation: receives the structure of the class
 * @Length: bytes there
 * @FsInformationClass: which
 * @LengthReturned: receives how many bytes were written; may be NULL
 *
 * WDK page: fltqueryvolumeinformationfile. IRQL: PASSIVE_LEVEL.
 *
 * Return: as FltQueryInformationFile()
 */
NTSTATUS FltQueryVolumeInformationFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				       PVOID FsInformation, ULONG Length,
				       FS_INFORMATION_CLASS FsInformationClass,
				       PULONG LengthReturned)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	struct flt_information info;

	flt_information_init(&info, IRP_MJ_QUERY_VOLUME_INFORMATION, FsInformationClass,
			     FsInformation, Length);
	return flt_information(&call, &info, LengthReturned);
}
EXPORT_SYMBOL_GPL(FltQueryVolumeInformationFile);

/* Asks it of the volume below an instance, which is opened for that. */
static NTSTATUS flt_volume_information(const struct flt_file_call *caller,
				       const struct flt_information *info, PIO_STATUS_BLOCK iosb)
{
	struct flt_file_call call = *caller;
	NTSTATUS status;
	ULONG used = 0;
	HANDLE handle;

	if (!iosb)
		return STATUS_INVALID_PARAMETER;
	if (!ke_level_at_most(PASSIVE_LEVEL) &&
	    !ke_level_breach(call.caller, call.routine, PASSIVE_LEVEL))
		return STATUS_INVALID_PARAMETER;
	status = FltOpenVolume(call.instance, &handle, &call.file);
	if (!NT_SUCCESS(status))
		return status;
	status = flt_information_ask(&call, info, &used);
	ObfDereferenceObject(call.file);
	FltClose(handle);
	iosb->Status = status;
	iosb->Information = used;
	return status;
}

/**
 * FltQueryVolumeInformation() - what the volume of an instance is
 * @Instance: only instances below it see the request
 * @Iosb: receives the status and how many bytes were written
 * @FsInformation: receives the structure of the class
 * @Length: bytes there
 * @FsInformationClass: which
 *
 * WDK page: fltqueryvolumeinformation. IRQL: PASSIVE_LEVEL. The volume is opened for it.
 *
 * Return: as FltQueryVolumeInformationFile(); STATUS_INVALID_PARAMETER for a network volume
 */
NTSTATUS FltQueryVolumeInformation(PFLT_INSTANCE Instance, PIO_STATUS_BLOCK Iosb,
				   PVOID FsInformation, ULONG Length,
				   FS_INFORMATION_CLASS FsInformationClass)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, NULL };
	struct flt_information info;

	flt_information_init(&info, IRP_MJ_QUERY_VOLUME_INFORMATION, FsInformationClass,
			     FsInformation, Length);
	return flt_volume_information(&call, &info, Iosb);
}
EXPORT_SYMBOL_GPL(FltQueryVolumeInformation);

/**
 * FltSetVolumeInformation() - change what the volume of an instance is
 * @Instance: only instances below it see the request
 * @Iosb: receives the status
 * @FsInformation: structure of the class
 * @Length: bytes there
 * @FsInformationClass: FileFsLabelInformation, FileFsControlInformation or
 *	FileFsObjectIdInformation
 *
 * WDK page: fltsetvolumeinformation. IRQL: PASSIVE_LEVEL. Filters below see it; no file system of
 * Linux has a call for it.
 *
 * Return: what a filter below says, else STATUS_NOT_SUPPORTED, or STATUS_MEDIA_WRITE_PROTECTED;
 * STATUS_INVALID_INFO_CLASS; STATUS_INFO_LENGTH_MISMATCH; STATUS_INVALID_PARAMETER for a network
 * volume
 */
NTSTATUS FltSetVolumeInformation(PFLT_INSTANCE Instance, PIO_STATUS_BLOCK Iosb,
				 PVOID FsInformation, ULONG Length,
				 FS_INFORMATION_CLASS FsInformationClass)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, NULL };
	struct flt_information info;
	ULONG least;

	switch (FsInformationClass) {
	case FileFsLabelInformation:
		least = offsetof(FILE_FS_LABEL_INFORMATION, VolumeLabel);
		break;
	case FileFsControlInformation:
		least = sizeof(FILE_FS_CONTROL_INFORMATION);
		break;
	case FileFsObjectIdInformation:
		least = sizeof(FILE_FS_OBJECTID_INFORMATION);
		break;
	default:
		return STATUS_INVALID_INFO_CLASS;
	}
	if (!FsInformation || Length < least)
		return STATUS_INFO_LENGTH_MISMATCH;
	flt_information_init(&info, IRP_MJ_SET_VOLUME_INFORMATION, FsInformationClass,
			     FsInformation, Length);
	return flt_volume_information(&call, &info, Iosb);
}
EXPORT_SYMBOL_GPL(FltSetVolumeInformation);

static NTSTATUS flt_flush(const struct flt_file_call *call, UCHAR minor)
{
	struct flt_generated *gen = flt_file_call_alloc(call, IRP_MJ_FLUSH_BUFFERS);

	if (!gen)
		return STATUS_INSUFFICIENT_RESOURCES;
	gen->op.iopb.MinorFunction = minor;
	return flt_file_call_run(gen, NULL);
}

/**
 * FltFlushBuffers() - have everything of a file written to its device
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 *
 * WDK page: fltflushbuffers. IRQL: PASSIVE_LEVEL.
 *
 * Return: as FltQueryInformationFile(); STATUS_MEDIA_WRITE_PROTECTED
 */
NTSTATUS FltFlushBuffers(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	NTSTATUS status = flt_file_call_check(&call);

	return NT_SUCCESS(status) ? flt_flush(&call, 0) : status;
}
EXPORT_SYMBOL_GPL(FltFlushBuffers);

/**
 * FltFlushBuffers2() - have parts of a file written
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @FlushType: 0 for everything, or one of FLT_FLUSH_TYPE_*
 * @CallbackData: the operation on whose behalf it is; may be NULL
 *
 * WDK page: fltflushbuffers2. IRQL: PASSIVE_LEVEL.
 *
 * Return: as FltFlushBuffers(); STATUS_INVALID_PARAMETER for a type that does not exist, or not for
 * a volume
 */
NTSTATUS FltFlushBuffers2(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG FlushType,
			  PFLT_CALLBACK_DATA CallbackData)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	NTSTATUS status = flt_file_call_check(&call);
	UCHAR minor;

	if (!NT_SUCCESS(status))
		return status;
	switch (FlushType) {
	case 0:
		minor = 0;
		break;
	case FLT_FLUSH_TYPE_FLUSH_AND_PURGE:
		minor = IRP_MN_FLUSH_AND_PURGE;
		break;
	case FLT_FLUSH_TYPE_FILE_DATA_ONLY:
		minor = IRP_MN_FLUSH_DATA_ONLY;
		break;
	case FLT_FLUSH_TYPE_NO_SYNC:
		minor = IRP_MN_FLUSH_NO_SYNC;
		break;
	case FLT_FLUSH_TYPE_DATA_SYNC_ONLY:
		minor = IRP_MN_FLUSH_DATA_SYNC_ONLY;
		break;
	default:
		return STATUS_INVALID_PARAMETER;
	}
	if (FileObject->Flags & FO_VOLUME_OPEN && minor > IRP_MN_FLUSH_AND_PURGE)
		return STATUS_INVALID_PARAMETER;
	return flt_flush(&call, minor);
}
EXPORT_SYMBOL_GPL(FltFlushBuffers2);

/* A control code and its buffers. */
struct flt_control {
	ULONG code;
	PVOID input;
	ULONG input_length;
	PVOID output;
	ULONG output_length;
	PULONG returned;
};

/* With METHOD_BUFFERED one buffer is both: it has the input first and the output afterwards. */
static NTSTATUS flt_control_buffered(struct flt_generated *gen, const struct flt_control *control)
{
	ULONG size = max(control->input_length, control->output_length), used = 0;
	FLT_PARAMETERS *p = &gen->op.iopb.Parameters;
	void *buffer = NULL;
	NTSTATUS status;

	if (size) {
		buffer = kvzalloc(size, GFP_KERNEL | __GFP_NOWARN);
		if (!buffer) {
			flt_generated_release(gen);
			return STATUS_INSUFFICIENT_RESOURCES;
		}
		memcpy(buffer, control->input, control->input_length);
	}
	gen->op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	gen->op.iopb.IrpFlags |= IRP_BUFFERED_IO;
	p->FileSystemControl.Buffered.SystemBuffer = buffer;
	status = flt_file_call_run(gen, &used);
	used = min(used, control->output_length);
	/* A warning may come with data. */
	if (!NT_ERROR(status) && used)
		memcpy(control->output, buffer, used);
	if (control->returned)
		*control->returned = used;
	kvfree(buffer);
	return status;
}

/* With the direct methods the output's pages are locked before anybody sees the request. */
static NTSTATUS flt_control_direct(struct flt_generated *gen, const struct flt_control *control)
{
	FLT_PARAMETERS *p = &gen->op.iopb.Parameters;
	NTSTATUS status = STATUS_SUCCESS;
	PMDL mdl;

	p->FileSystemControl.Direct.InputSystemBuffer = control->input;
	p->FileSystemControl.Direct.OutputBuffer = control->output;
	if (control->output_length) {
		mdl = mm_mdl_new(control->output, control->output_length);
		if (!mdl)
			status = STATUS_INSUFFICIENT_RESOURCES;
		else
			status = mm_mdl_lock(mdl, current->mm, (control->code & 3) ==
					     METHOD_OUT_DIRECT ? IoWriteAccess : IoReadAccess);
		if (!NT_SUCCESS(status)) {
			if (mdl)
				mm_mdl_free(mdl);
			flt_generated_release(gen);
			return status;
		}
		mm_mdl_keep(&gen->op.locked, mdl);
		p->FileSystemControl.Direct.OutputMdlAddress = mdl;
	}
	return flt_file_call_run(gen, control->returned);
}

/* The two routines differ in the major function; their parameters are laid out alike. */
static NTSTATUS flt_control(const struct flt_file_call *call, UCHAR major,
			    const struct flt_control *control)
{
	struct flt_generated *gen;
	FLT_PARAMETERS *p;
	NTSTATUS status;

	if (control->returned)
		*control->returned = 0;
	if ((control->input_length && !control->input) ||
	    (control->output_length && !control->output))
		return STATUS_INVALID_PARAMETER;
	status = flt_file_call_check(call);
	if (!NT_SUCCESS(status))
		return status;
	gen = flt_file_call_alloc(call, major);
	if (!gen)
		return STATUS_INSUFFICIENT_RESOURCES;
	gen->op.iopb.MinorFunction = IRP_MN_USER_FS_REQUEST;
	p = &gen->op.iopb.Parameters;
	p->FileSystemControl.Common.OutputBufferLength = control->output_length;
	p->FileSystemControl.Common.InputBufferLength = control->input_length;
	p->FileSystemControl.Common.FsControlCode = control->code;
	switch (control->code & 3) {
	case METHOD_BUFFERED:
		return flt_control_buffered(gen, control);
	case METHOD_NEITHER:
		p->FileSystemControl.Neither.InputBuffer = control->input;
		p->FileSystemControl.Neither.OutputBuffer = control->output;
		status = flt_file_call_run(gen, control->returned);
		break;
	default:
		status = flt_control_direct(gen, control);
		break;
	}
	/* A filter may have said anything; there are no more valid bytes than room. */
	if (control->returned)
		*control->returned = min(*control->returned, control->output_length);
	return status;
}

/**
 * FltFsControlFile() - send a control code to the file system
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @FsControlCode: FSCTL_*; its two lowest bits say how the buffers are handed over
 * @InputBuffer: kernel memory; may be NULL
 * @InputBufferLength: bytes there
 * @OutputBuffer: kernel memory; may be NULL
 * @OutputBufferLength: bytes there
 * @LengthReturned: receives how many bytes of the output are valid; may be NULL
 *
 * WDK page: fltfscontrolfile. IRQL: PASSIVE_LEVEL.
 *
 * Return: as FltQueryInformationFile(); STATUS_INVALID_DEVICE_REQUEST for a code that the file
 * system does not have
 */
NTSTATUS FltFsControlFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, ULONG FsControlCode,
			  PVOID InputBuffer, ULONG InputBufferLength, PVOID OutputBuffer,
			  ULONG OutputBufferLength, PULONG LengthReturned)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	const struct flt_control control = {
		FsControlCode, InputBuffer, InputBufferLength, OutputBuffer, OutputBufferLength,
		LengthReturned
	};

	return flt_control(&call, IRP_MJ_FILE_SYSTEM_CONTROL, &control);
}
EXPORT_SYMBOL_GPL(FltFsControlFile);

/**
 * FltDeviceIoControlFile() - send a control code to the device
 * @Instance: see FltFsControlFile()
 * @FileObject: likewise
 * @IoControlCode: IOCTL_*
 * @InputBuffer: likewise
 * @InputBufferLength: likewise
 * @OutputBuffer: likewise
 * @OutputBufferLength: likewise
 * @LengthReturned: likewise
 *
 * WDK page: fltdeviceiocontrolfile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS FltDeviceIoControlFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				ULONG IoControlCode, PVOID InputBuffer, ULONG InputBufferLength,
				PVOID OutputBuffer, ULONG OutputBufferLength, PULONG LengthReturned)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	const struct flt_control control = {
		IoControlCode, InputBuffer, InputBufferLength, OutputBuffer, OutputBufferLength,
		LengthReturned
	};

	return flt_control(&call, IRP_MJ_DEVICE_CONTROL, &control);
}
EXPORT_SYMBOL_GPL(FltDeviceIoControlFile);
