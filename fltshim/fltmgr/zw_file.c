// SPDX-License-Identifier: GPL-2.0
/*
 * Files by their handle: the Zw routines. What is asked goes to the instances below the one that
 * the file was opened for, or to all of them when it was opened for none (CREATE-32). Everything is
 * waited for: there are neither event handles nor APC routines.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/file_call.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/operation.h"
#include "fltmgr/own_file.h"
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/* A request for the file of a handle, which it has a reference to; NULL, and why not. */
static struct flt_operation *flt_zw_begin(HANDLE handle, UCHAR major, NTSTATUS *status)
{
	struct flt_instance *below;
	struct flt_operation *op;
	struct flt_file *file;
	void *object;

	*status = ob_get_by_handle(handle, &ob_file_type, &object);
	if (!NT_SUCCESS(*status))
		return NULL;
	file = flt_file_of(object);
	if (!file->own || !file->fo.FsContext) {
		flt_file_put(file);
		*status = STATUS_INVALID_HANDLE;
		return NULL;
	}
	*status = flt_own_file_begin(file, &below);
	if (!NT_SUCCESS(*status)) {
		flt_file_put(file);
		return NULL;
	}
	op = kmalloc(sizeof(*op), GFP_KERNEL);
	if (!op) {
		flt_own_file_done(below);
		flt_file_put(file);
		*status = STATUS_INSUFFICIENT_RESOURCES;
		return NULL;
	}
	flt_operation_init(op, file->volume, major, &file->fo);
	op->initiator = below;
	op->data.Flags |= FLTFL_CALLBACK_DATA_GENERATED_IO | FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op->data.RequestorMode = KernelMode;
	op->iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	return op;
}

/* The request goes, and its reference to @fo, whether it was sent or not. */
static void flt_zw_drop(struct flt_operation *op, PFILE_OBJECT fo)
{
	struct flt_instance *below = op->initiator;

	flt_operation_fini(op);
	kfree(op);
	flt_file_put(flt_file_of(fo));
	/* A CLOSE that this brought has been seen by then. */
	flt_own_file_done(below);
}

/* Sends it and waits. */
static NTSTATUS flt_zw_end(struct flt_operation *op, PIO_STATUS_BLOCK result)
{
	PFILE_OBJECT fo = op->iopb.TargetFileObject;
	NTSTATUS status = flt_operation_run(op);

	if (result)
		*result = op->data.IoStatus;
	flt_zw_drop(op, fo);
	return status;
}

/* What the two transfers are called with. */
struct flt_zw_transfer {
	HANDLE handle;
	HANDLE event;
	PIO_APC_ROUTINE routine;
	PIO_STATUS_BLOCK result;
	PVOID buffer;
	ULONG length;
	PLARGE_INTEGER offset;
	PULONG key;
};

static NTSTATUS flt_zw_transfer(const struct flt_zw_transfer *t, bool write)
{
	struct flt_operation *op;
	LARGE_INTEGER offset;
	FLT_PARAMETERS *p;
	PFILE_OBJECT fo;
	NTSTATUS status;

	if (t->event || t->routine || !t->result || (t->length && !t->buffer))
		return STATUS_INVALID_PARAMETER;
	op = flt_zw_begin(t->handle, write ? IRP_MJ_WRITE : IRP_MJ_READ, &status);
	if (!op)
		return status;
	fo = op->iopb.TargetFileObject;
	if (!flt_transfer_offset(fo, write, t->offset, &offset)) {
		flt_zw_drop(op, fo);
		return STATUS_INVALID_PARAMETER;
	}
	op->iopb.IrpFlags |= write ? IRP_WRITE_OPERATION : IRP_READ_OPERATION;
	if (fo->Flags & FO_NO_INTERMEDIATE_BUFFERING)
		op->iopb.IrpFlags |= IRP_NOCACHE;
	p = &op->iopb.Parameters;
	if (write) {
		p->Write.Length = t->length;
		p->Write.Key = t->key ? *t->key : 0;
		p->Write.ByteOffset = offset;
		p->Write.WriteBuffer = t->buffer;
	} else {
		p->Read.Length = t->length;
		p->Read.Key = t->key ? *t->key : 0;
		p->Read.ByteOffset = offset;
		p->Read.ReadBuffer = t->buffer;
	}
	flt_file_get(flt_file_of(fo));
	status = flt_zw_end(op, t->result);
	if (NT_SUCCESS(status) && fo->Flags & FO_SYNCHRONOUS_IO && offset.QuadPart >= 0)
		fo->CurrentByteOffset.QuadPart = offset.QuadPart + t->result->Information;
	flt_file_put(flt_file_of(fo));
	return status;
}

/**
 * ZwReadFile() - read from a file
 * @FileHandle: handle of a file that a filter opened
 * @Event: NULL
 * @ApcRoutine: NULL
 * @ApcContext: not looked at
 * @IoStatusBlock: receives the status and the count
 * @Buffer: kernel memory
 * @Length: bytes there
 * @ByteOffset: where; NULL for the file position
 * @Key: of byte-range locks; may be NULL
 *
 * WDK: ZwReadFile. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the read; STATUS_INVALID_PARAMETER, STATUS_INVALID_HANDLE
 */
NTSTATUS ZwReadFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine, PVOID ApcContext,
		    PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
		    PLARGE_INTEGER ByteOffset, PULONG Key)
{
	const struct flt_zw_transfer t = {
		FileHandle, Event, ApcRoutine, IoStatusBlock, Buffer, Length, ByteOffset, Key
	};

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return flt_zw_transfer(&t, false);
}
EXPORT_SYMBOL_GPL(ZwReadFile);

/**
 * ZwWriteFile() - write to a file
 * @FileHandle: see ZwReadFile()
 * @Event: likewise
 * @ApcRoutine: likewise
 * @ApcContext: likewise
 * @IoStatusBlock: likewise
 * @Buffer: likewise
 * @Length: likewise
 * @ByteOffset: likewise; FILE_WRITE_TO_END_OF_FILE (high part -1) appends
 * @Key: likewise
 *
 * WDK: ZwWriteFile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS ZwWriteFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
		     PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock, PVOID Buffer, ULONG Length,
		     PLARGE_INTEGER ByteOffset, PULONG Key)
{
	const struct flt_zw_transfer t = {
		FileHandle, Event, ApcRoutine, IoStatusBlock, Buffer, Length, ByteOffset, Key
	};

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return flt_zw_transfer(&t, true);
}
EXPORT_SYMBOL_GPL(ZwWriteFile);

/* All of a routine that asks or tells something by a class. */
static NTSTATUS flt_zw_information(HANDLE handle, const struct flt_information *info,
				   PIO_STATUS_BLOCK result)
{
	struct flt_operation *op;
	PFILE_OBJECT fo;
	NTSTATUS status;
	ULONG used;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	op = flt_zw_begin(handle, info->major, &status);
	if (!op)
		return status;
	fo = op->iopb.TargetFileObject;
	if (flt_information_here(fo, info, &used, &status)) {
		if (result) {
			result->Status = status;
			result->Information = used;
		}
		flt_zw_drop(op, fo);
		return status;
	}
	op->iopb.IrpFlags |= IRP_BUFFERED_IO;
	flt_information_fill(op, info);
	return flt_zw_end(op, result);
}

/**
 * ZwQueryInformationFile() - what a file is
 * @FileHandle: handle of a file that a filter opened
 * @IoStatusBlock: receives the status and how many bytes were written
 * @FileInformation: receives the structure of the class
 * @Length: bytes there
 * @FileInformationClass: which
 *
 * WDK: ZwQueryInformationFile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS ZwQueryInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
				PVOID FileInformation, ULONG Length,
				FILE_INFORMATION_CLASS FileInformationClass)
{
	struct flt_information info;

	flt_information_init(&info, IRP_MJ_QUERY_INFORMATION, FileInformationClass, FileInformation,
			     Length);
	return flt_zw_information(FileHandle, &info, IoStatusBlock);
}
EXPORT_SYMBOL_GPL(ZwQueryInformationFile);

/**
 * ZwSetInformationFile() - change what a file is
 * @FileHandle: handle of a file that a filter opened
 * @IoStatusBlock: receives the status
 * @FileInformation: structure of the class
 * @Length: bytes there
 * @FileInformationClass: which
 *
 * WDK: ZwSetInformationFile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS ZwSetInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
			      PVOID FileInformation, ULONG Length,
			      FILE_INFORMATION_CLASS FileInformationClass)
{
	struct flt_information info;

	flt_information_init(&info, IRP_MJ_SET_INFORMATION, FileInformationClass, FileInformation,
			     Length);
	return flt_zw_information(FileHandle, &info, IoStatusBlock);
}
EXPORT_SYMBOL_GPL(ZwSetInformationFile);

/**
 * ZwQueryVolumeInformationFile() - what the volume of a file is
 * @FileHandle: handle of a file that a filter opened
 * @IoStatusBlock: receives the status and how many bytes were written
 * @FsInformation: receives the structure of the class
 * @Length: bytes there
 * @FsInformationClass: which
 *
 * WDK: ZwQueryVolumeInformationFile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS ZwQueryVolumeInformationFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock,
				      PVOID FsInformation, ULONG Length,
				      FS_INFORMATION_CLASS FsInformationClass)
{
	struct flt_information info;

	flt_information_init(&info, IRP_MJ_QUERY_VOLUME_INFORMATION, FsInformationClass,
			     FsInformation, Length);
	return flt_zw_information(FileHandle, &info, IoStatusBlock);
}
EXPORT_SYMBOL_GPL(ZwQueryVolumeInformationFile);

/**
 * ZwFlushBuffersFile() - have everything of a file written to its device
 * @FileHandle: handle of a file that a filter opened
 * @IoStatusBlock: receives the status
 *
 * WDK: ZwFlushBuffersFile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS ZwFlushBuffersFile(HANDLE FileHandle, PIO_STATUS_BLOCK IoStatusBlock)
{
	struct flt_operation *op;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	op = flt_zw_begin(FileHandle, IRP_MJ_FLUSH_BUFFERS, &status);
	return op ? flt_zw_end(op, IoStatusBlock) : status;
}
EXPORT_SYMBOL_GPL(ZwFlushBuffersFile);

/**
 * ZwQueryDirectoryFile() - list a directory
 * @FileHandle: handle of a directory that a filter opened with FILE_LIST_DIRECTORY
 * @Event: NULL
 * @ApcRoutine: NULL
 * @ApcContext: not looked at
 * @IoStatusBlock: receives the status and how many bytes were written
 * @FileInformation: receives entries
 * @Length: bytes there
 * @FileInformationClass: of the entries
 * @ReturnSingleEntry: one entry only
 * @FileName: pattern of the first call; NULL for all names
 * @RestartScan: begin at the first entry
 *
 * WDK: ZwQueryDirectoryFile. IRQL: PASSIVE_LEVEL.
 *
 * Return: as FltQueryDirectoryFile()
 */
NTSTATUS ZwQueryDirectoryFile(HANDLE FileHandle, HANDLE Event, PIO_APC_ROUTINE ApcRoutine,
			      PVOID ApcContext, PIO_STATUS_BLOCK IoStatusBlock,
			      PVOID FileInformation, ULONG Length,
			      FILE_INFORMATION_CLASS FileInformationClass,
			      BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
			      BOOLEAN RestartScan)
{
	struct flt_operation *op;
	FLT_PARAMETERS *p;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (Event || ApcRoutine)
		return STATUS_INVALID_PARAMETER;
	op = flt_zw_begin(FileHandle, IRP_MJ_DIRECTORY_CONTROL, &status);
	if (!op)
		return status;
	op->iopb.MinorFunction = IRP_MN_QUERY_DIRECTORY;
	op->iopb.OperationFlags = (ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0) |
				  (RestartScan ? SL_RESTART_SCAN : 0);
	p = &op->iopb.Parameters;
	p->DirectoryControl.QueryDirectory.Length = Length;
	p->DirectoryControl.QueryDirectory.FileName = FileName;
	p->DirectoryControl.QueryDirectory.FileInformationClass = FileInformationClass;
	p->DirectoryControl.QueryDirectory.DirectoryBuffer = FileInformation;
	return flt_zw_end(op, IoStatusBlock);
}
EXPORT_SYMBOL_GPL(ZwQueryDirectoryFile);

/**
 * ZwCreateFile() - open or create a file
 * @FileHandle: receives a kernel handle: ZwClose()
 * @DesiredAccess: what for
 * @ObjectAttributes: as for FltCreateFileEx2()
 * @IoStatusBlock: receives the status and what was done
 * @AllocationSize: bytes to set aside for a new file; may be NULL
 * @FileAttributes: of a new file
 * @ShareAccess: shown to filters
 * @CreateDisposition: FILE_OPEN and so on
 * @CreateOptions: FILE_*
 * @EaBuffer: extended attributes of a new file; may be NULL
 * @EaLength: bytes there
 *
 * WDK: ZwCreateFile. IRQL: PASSIVE_LEVEL. For minifilters, on volumes that filters attach to; every
 * instance sees the open, the caller's too.
 *
 * Return: as FltCreateFileEx2(); STATUS_NOT_SUPPORTED for a driver that is no minifilter
 */
NTSTATUS ZwCreateFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
		      POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
		      PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
		      ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
		      ULONG EaLength)
{
	struct fsh_driver *driver = fsh_driver_at((unsigned long)__builtin_return_address(0));

	if (!driver || !driver->filter)
		return STATUS_NOT_SUPPORTED;
	return FltCreateFile(flt_filter_opaque(driver->filter), NULL, FileHandle, DesiredAccess,
			     ObjectAttributes, IoStatusBlock, AllocationSize, FileAttributes,
			     ShareAccess, CreateDisposition, CreateOptions, EaBuffer, EaLength, 0);
}
EXPORT_SYMBOL_GPL(ZwCreateFile);

/**
 * ZwOpenFile() - open a file
 * @FileHandle: see ZwCreateFile()
 * @DesiredAccess: likewise
 * @ObjectAttributes: likewise
 * @IoStatusBlock: likewise
 * @ShareAccess: likewise
 * @OpenOptions: FILE_*
 *
 * WDK: ZwOpenFile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS ZwOpenFile(PHANDLE FileHandle, ACCESS_MASK DesiredAccess,
		    POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
		    ULONG ShareAccess, ULONG OpenOptions)
{
	struct fsh_driver *driver = fsh_driver_at((unsigned long)__builtin_return_address(0));

	if (!driver || !driver->filter)
		return STATUS_NOT_SUPPORTED;
	return FltCreateFile(flt_filter_opaque(driver->filter), NULL, FileHandle, DesiredAccess,
			     ObjectAttributes, IoStatusBlock, NULL, 0, ShareAccess, FILE_OPEN,
			     OpenOptions, NULL, 0, 0);
}
EXPORT_SYMBOL_GPL(ZwOpenFile);
