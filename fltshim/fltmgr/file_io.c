// SPDX-License-Identifier: GPL-2.0
/*
 * Reads and writes that a minifilter makes on an open file: FltReadFile, FltWriteFile and their
 * Ex forms. One routine does all four; the request itself goes the way of every other operation
 * of a filter's own (generated.c).
 */
#include <linux/export.h>
#include "fltmgr/file_call.h"
#include "fltmgr/file_object.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_IO_FLAGS	(FLTFL_IO_OPERATION_NON_CACHED | FLTFL_IO_OPERATION_PAGING | \
			 FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET | \
			 FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING)

/* What the four routines are called with. */
struct flt_file_io {
	const char *routine;
	const char *caller;
	bool write;
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	PLARGE_INTEGER offset;
	ULONG length;
	PVOID buffer;
	FLT_IO_OPERATION_FLAGS flags;
	PULONG count;
	PFLT_COMPLETED_ASYNC_IO_CALLBACK callback;
	PVOID context;
	PULONG key;
	PMDL mdl;
};

static NTSTATUS flt_file_io_misuse(const struct flt_file_io *io, const char *what)
{
	fsh_violation(io->caller, io->routine, "%s", what);
	return STATUS_INVALID_PARAMETER;
}

/* An open file of the instance's volume; the flags make sense; one description of the memory. */
static NTSTATUS flt_file_io_check(const struct flt_file_io *io,
				  const struct flt_instance *instance)
{
	const FILE_OBJECT *file = io->file;

	if (!instance || !file)
		return flt_file_io_misuse(io, "no instance, or no file object");
	if (flt_file_of(io->file)->volume != instance->volume)
		return flt_file_io_misuse(io, "the file is on another volume than the instance");
	if (!file->FsContext || file->Flags & FO_CLEANUP_COMPLETE)
		return flt_file_io_misuse(io, "the file is not open");
	if (io->flags & ~FLT_IO_FLAGS)
		return flt_file_io_misuse(io, "unknown flags");
	if (io->flags & FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING &&
	    !(io->flags & FLTFL_IO_OPERATION_PAGING))
		return flt_file_io_misuse(io, "SYNCHRONOUS_PAGING without PAGING");
	if (io->buffer && io->mdl)
		return flt_file_io_misuse(io, "both a buffer and an MDL");
	if (io->mdl && io->length > io->mdl->ByteCount)
		return flt_file_io_misuse(io, "more bytes than the MDL describes");
	if (!io->buffer && !io->mdl && io->length)
		return flt_file_io_misuse(io, "neither a buffer nor an MDL");
	if (!ke_level_at_most(PASSIVE_LEVEL) &&
	    !ke_level_breach(io->caller, io->routine, PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return STATUS_SUCCESS;
}

/**
 * flt_transfer_offset() - the offset that a caller means
 * @file: file object
 * @write: of a write
 * @given: what it says, or NULL
 * @offset: receives it
 *
 * Markers and a missing offset stand for the file position, which only a file opened for
 * synchronous I/O has.
 *
 * Return: false when it means none
 */
bool flt_transfer_offset(const FILE_OBJECT *file, bool write, const LARGE_INTEGER *given,
			 LARGE_INTEGER *offset)
{
	if (given && given->HighPart != -1) {
		*offset = *given;
		return given->QuadPart >= 0;
	}
	if (given && write && given->LowPart == FILE_WRITE_TO_END_OF_FILE) {
		*offset = *given;
		return true;
	}
	if ((given && given->LowPart != FILE_USE_FILE_POINTER_POSITION) ||
	    !(file->Flags & FO_SYNCHRONOUS_IO))
		return false;
	*offset = file->CurrentByteOffset;
	return true;
}

/* Noncached requests are for whole sectors of an aligned buffer (ASYNC-106). */
static bool flt_file_io_aligned(const struct flt_file_io *io, LARGE_INTEGER offset)
{
	unsigned int mask = io->file->DeviceObject ? io->file->DeviceObject->SectorSize : 512;

	mask = (mask ?: 512) - 1;
	if (io->length & mask || (unsigned long)io->buffer & mask)
		return false;
	return offset.HighPart == -1 || !(offset.LowPart & mask);
}

static void flt_file_io_fill(const struct flt_file_io *io, struct flt_generated *gen,
			     LARGE_INTEGER offset, bool noncached)
{
	FLT_IO_PARAMETER_BLOCK *iopb = &gen->op.iopb;
	FLT_PARAMETERS *p = &iopb->Parameters;

	iopb->MajorFunction = io->write ? IRP_MJ_WRITE : IRP_MJ_READ;
	iopb->IrpFlags = io->write ? IRP_WRITE_OPERATION : IRP_READ_OPERATION;
	if (noncached)
		iopb->IrpFlags |= IRP_NOCACHE;
	if (io->flags & FLTFL_IO_OPERATION_PAGING)
		iopb->IrpFlags |= IRP_PAGING_IO;
	if (io->flags & FLTFL_IO_OPERATION_SYNCHRONOUS_PAGING)
		iopb->IrpFlags |= IRP_SYNCHRONOUS_PAGING_IO;
	if (!io->callback)
		iopb->IrpFlags |= IRP_SYNCHRONOUS_API;
	if (io->write) {
		p->Write.Length = io->length;
		p->Write.Key = io->key ? *io->key : 0;
		p->Write.ByteOffset = offset;
		p->Write.WriteBuffer = io->buffer;
		p->Write.MdlAddress = io->mdl;
	} else {
		p->Read.Length = io->length;
		p->Read.Key = io->key ? *io->key : 0;
		p->Read.ByteOffset = offset;
		p->Read.ReadBuffer = io->buffer;
		p->Read.MdlAddress = io->mdl;
	}
	/* A kernel address that the filter made: nothing is substituted for it. */
	gen->op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
}

static NTSTATUS flt_file_io(const struct flt_file_io *io)
{
	struct flt_instance *instance = flt_instance_check(io->instance);
	LARGE_INTEGER offset;
	struct flt_generated *gen;
	NTSTATUS status;
	bool noncached;

	status = flt_file_io_check(io, instance);
	if (!NT_SUCCESS(status))
		return status;
	if (!flt_transfer_offset(io->file, io->write, io->offset, &offset))
		return STATUS_INVALID_PARAMETER;
	noncached = io->flags & FLTFL_IO_OPERATION_NON_CACHED ||
		    io->file->Flags & FO_NO_INTERMEDIATE_BUFFERING;
	if (noncached && !flt_file_io_aligned(io, offset))
		return STATUS_INVALID_PARAMETER;

	gen = flt_generated_alloc(instance, io->file, true, 0);
	if (!gen)
		return STATUS_INSUFFICIENT_RESOURCES;
	flt_file_io_fill(io, gen, offset, noncached);
	gen->keep_position = io->flags & FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET;
	gen->position = io->file->CurrentByteOffset.QuadPart;
	if (io->callback)
		return flt_generated_start(gen, io->callback, io->context);

	flt_generated_run(gen);
	status = gen->op.data.IoStatus.Status;
	if (io->count)
		*io->count = gen->op.data.IoStatus.Information;
	flt_generated_release(gen);
	return status;
}

/**
 * FltReadFileEx() - read from an open file, below the calling instance
 * @InitiatingInstance: only instances below it see the request
 * @FileObject: open file of the same volume
 * @ByteOffset: where, in bytes; NULL or the marker FILE_USE_FILE_POINTER_POSITION (high part -1)
 *	for the file position
 * @Length: bytes
 * @Buffer: kernel memory for them; NULL with @Mdl
 * @Flags: FLTFL_IO_OPERATION_*
 * @BytesRead: receives the count when the read is synchronous; may be NULL
 * @CallbackRoutine: NULL for a synchronous read; otherwise called when the read is over, at
 *	IRQL <= DISPATCH_LEVEL, if it was dispatched
 * @CallbackContext: handed to it
 * @Key: byte-range lock key; may be NULL
 * @Mdl: describes the memory instead of @Buffer; stays the caller's
 *
 * WDK page: fltreadfileex. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the read; STATUS_INVALID_PARAMETER before it is dispatched
 */
NTSTATUS FltReadFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
		       PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
		       FLT_IO_OPERATION_FLAGS Flags, PULONG BytesRead,
		       PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext,
		       PULONG Key, PMDL Mdl)
{
	struct flt_file_io io = {
		__func__, fsh_caller(), false, InitiatingInstance, FileObject, ByteOffset, Length,
		Buffer, Flags, BytesRead, CallbackRoutine, CallbackContext, Key, Mdl
	};

	return flt_file_io(&io);
}
EXPORT_SYMBOL_GPL(FltReadFileEx);

/**
 * FltReadFile() - read from an open file, below the calling instance
 * @InitiatingInstance: see FltReadFileEx()
 * @FileObject: likewise
 * @ByteOffset: likewise
 * @Length: likewise
 * @Buffer: likewise
 * @Flags: likewise
 * @BytesRead: likewise
 * @CallbackRoutine: likewise
 * @CallbackContext: likewise
 *
 * WDK page: fltreadfile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS FltReadFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
		     PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
		     FLT_IO_OPERATION_FLAGS Flags, PULONG BytesRead,
		     PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext)
{
	struct flt_file_io io = {
		__func__, fsh_caller(), false, InitiatingInstance, FileObject, ByteOffset, Length,
		Buffer, Flags, BytesRead, CallbackRoutine, CallbackContext, NULL, NULL
	};

	return flt_file_io(&io);
}
EXPORT_SYMBOL_GPL(FltReadFile);

/**
 * FltWriteFileEx() - write to an open file, below the calling instance
 * @InitiatingInstance: only instances below it see the request
 * @FileObject: open file of the same volume
 * @ByteOffset: as for FltReadFileEx(); the marker FILE_WRITE_TO_END_OF_FILE (high part -1)
 *	appends
 * @Length: bytes
 * @Buffer: kernel memory with them; NULL with @Mdl
 * @Flags: FLTFL_IO_OPERATION_*
 * @BytesWritten: receives the count when the write is synchronous; may be NULL
 * @CallbackRoutine: NULL for a synchronous write
 * @CallbackContext: handed to it
 * @Key: byte-range lock key; may be NULL
 * @Mdl: describes the memory instead of @Buffer; stays the caller's
 *
 * WDK page: fltwritefileex. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the write; STATUS_INVALID_PARAMETER before it is dispatched
 */
NTSTATUS FltWriteFileEx(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
			PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
			FLT_IO_OPERATION_FLAGS Flags, PULONG BytesWritten,
			PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext,
			PULONG Key, PMDL Mdl)
{
	struct flt_file_io io = {
		__func__, fsh_caller(), true, InitiatingInstance, FileObject, ByteOffset, Length,
		Buffer, Flags, BytesWritten, CallbackRoutine, CallbackContext, Key, Mdl
	};

	return flt_file_io(&io);
}
EXPORT_SYMBOL_GPL(FltWriteFileEx);

/**
 * FltWriteFile() - write to an open file, below the calling instance
 * @InitiatingInstance: see FltWriteFileEx()
 * @FileObject: likewise
 * @ByteOffset: likewise
 * @Length: likewise
 * @Buffer: likewise
 * @Flags: likewise
 * @BytesWritten: likewise
 * @CallbackRoutine: likewise
 * @CallbackContext: likewise
 *
 * WDK page: fltwritefile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS FltWriteFile(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
		      PLARGE_INTEGER ByteOffset, ULONG Length, PVOID Buffer,
		      FLT_IO_OPERATION_FLAGS Flags, PULONG BytesWritten,
		      PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine, PVOID CallbackContext)
{
	struct flt_file_io io = {
		__func__, fsh_caller(), true, InitiatingInstance, FileObject, ByteOffset, Length,
		Buffer, Flags, BytesWritten, CallbackRoutine, CallbackContext, NULL, NULL
	};

	return flt_file_io(&io);
}
EXPORT_SYMBOL_GPL(FltWriteFile);
