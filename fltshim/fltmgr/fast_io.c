// SPDX-License-Identifier: GPL-2.0
/*
 * The fast I/O that a minifilter may start: reads and writes in the pages of a file's cache,
 * through MDLs. Each routine is one fast I/O operation below the calling instance; whether there is
 * a cache to hand out is the file system's matter. fltfs has none: data is cached by the lower file
 * system, and no interface of Linux lets anybody else hold its pages for writing (FASTIO-47).
 */
#include <linux/export.h>
#include "fltmgr/file_call.h"
#include "fltmgr/file_object.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* Sends the operation and waits for it. */
static noinline void flt_fast_run(const struct flt_file_call *call,
				  const FLT_IO_PARAMETER_BLOCK *iopb, PIO_STATUS_BLOCK result)
{
	struct flt_instance *instance = flt_instance_of(call->instance);
	struct flt_operation op FLT_NOT_CLEARED;

	flt_operation_init(&op, instance->volume, iopb->MajorFunction, call->file);
	op.initiator = instance;
	op.iopb.TargetInstance = call->instance;
	op.iopb.Parameters = iopb->Parameters;
	op.data.Flags |= FLTFL_CALLBACK_DATA_GENERATED_IO;
	op.data.RequestorMode = KernelMode;
	flt_operation_run(&op);
	*result = op.data.IoStatus;
	flt_operation_fini(&op);
}

/* The same for a call that was checked for its level. Return: whether it has succeeded. */
static bool flt_fast_call(const struct flt_file_call *call, const FLT_IO_PARAMETER_BLOCK *iopb,
			  PIO_STATUS_BLOCK result)
{
	NTSTATUS status = flt_file_call_objects(call);
	struct flt_instance *instance;

	*result = (IO_STATUS_BLOCK) { .Status = status };
	if (!NT_SUCCESS(status))
		return false;
	instance = flt_instance_of(call->instance);
	atomic_inc(&instance->owed);
	if (flt_instance_may_start(instance))
		flt_fast_run(call, iopb, result);
	else
		result->Status = STATUS_FLT_DELETING_OBJECT;
	flt_instance_settle(instance);
	return NT_SUCCESS(result->Status);
}

/* MDL_READ and PREPARE_MDL_WRITE, whose parameters are laid out alike. */
static bool flt_fast_begin(const struct flt_file_call *call, UCHAR major, PLARGE_INTEGER offset,
			   ULONG length, ULONG key, PMDL *chain, PIO_STATUS_BLOCK result)
{
	FLT_IO_PARAMETER_BLOCK iopb = { .MajorFunction = major };

	if (!offset || !chain || !result || offset->QuadPart < 0) {
		fsh_violation(call->caller, call->routine, "no offset, or nowhere for the result");
		if (result)
			result->Status = STATUS_INVALID_PARAMETER;
		return false;
	}
	*chain = NULL;
	iopb.Parameters.MdlRead.FileOffset = *offset;
	iopb.Parameters.MdlRead.Length = length;
	iopb.Parameters.MdlRead.Key = key;
	iopb.Parameters.MdlRead.MdlChain = chain;
	return flt_fast_call(call, &iopb, result);
}

static_assert(offsetof(FLT_PARAMETERS, MdlRead.MdlChain) ==
	      offsetof(FLT_PARAMETERS, PrepareMdlWrite.MdlChain));

/**
 * FltFastIoMdlRead() - get the pages of a file's cache that hold a range
 * @InitiatingInstance: only instances below it see the operation
 * @FileObject: open file of its volume
 * @FileOffset: where the range begins, in bytes
 * @Length: bytes
 * @LockKey: of the caller's byte-range locks
 * @MdlChain: receives the MDLs, to be given back with FltFastIoMdlReadComplete()
 * @IoStatus: receives the status, and how many bytes they hold
 *
 * WDK page: fltfastiomdlread. IRQL: <= APC_LEVEL. A file system that has not cached the range
 * refuses; an IRP_MJ_READ with IRP_MN_MDL may do then, or a plain read. fltfs always refuses, with
 * STATUS_INVALID_DEVICE_REQUEST.
 *
 * Return: TRUE when the pages are there
 */
BOOLEAN FltFastIoMdlRead(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
			 PLARGE_INTEGER FileOffset, ULONG Length, ULONG LockKey, PMDL *MdlChain,
			 PIO_STATUS_BLOCK IoStatus)
{
	const struct flt_file_call call = { __func__, fsh_caller(), InitiatingInstance,
					    FileObject };

	if (!ke_at_most(APC_LEVEL)) {
		IoStatus->Status = STATUS_INVALID_PARAMETER;
		return FALSE;
	}
	return flt_fast_begin(&call, IRP_MJ_MDL_READ, FileOffset, Length, LockKey, MdlChain,
			      IoStatus);
}
EXPORT_SYMBOL_GPL(FltFastIoMdlRead);

/**
 * FltFastIoMdlReadComplete() - give back what FltFastIoMdlRead() got
 * @InitiatingInstance: see there
 * @FileObject: likewise
 * @MdlChain: from there
 *
 * WDK page: fltfastiomdlreadcomplete. IRQL: PASSIVE_LEVEL.
 *
 * Return: TRUE when that is done; FALSE when it has to be done by an IRP_MJ_READ with
 * IRP_MN_COMPLETE_MDL
 */
BOOLEAN FltFastIoMdlReadComplete(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
				 PMDL MdlChain)
{
	const struct flt_file_call call = { __func__, fsh_caller(), InitiatingInstance,
					    FileObject };
	FLT_IO_PARAMETER_BLOCK iopb = { .MajorFunction = IRP_MJ_MDL_READ_COMPLETE };
	IO_STATUS_BLOCK result;

	if (!ke_at_most(PASSIVE_LEVEL))
		return FALSE;
	iopb.Parameters.MdlReadComplete.MdlChain = MdlChain;
	return flt_fast_call(&call, &iopb, &result);
}
EXPORT_SYMBOL_GPL(FltFastIoMdlReadComplete);

/**
 * FltFastIoPrepareMdlWrite() - get the pages of a file's cache that a range is to be written to
 * @InitiatingInstance: only instances below it see the operation
 * @FileObject: open file of its volume
 * @FileOffset: where the range begins, in bytes
 * @Length: bytes
 * @LockKey: of the caller's byte-range locks
 * @MdlChain: receives the MDLs; FltFastIoMdlWriteComplete() ends the write
 * @IoStatus: receives the status, and how many bytes they hold
 *
 * WDK page: fltfastiopreparemdlwrite. IRQL: <= APC_LEVEL. As FltFastIoMdlRead(); when it fails with
 * Information not 0 there are MDLs all the same, which have to be given back.
 *
 * Return: TRUE when the pages are there
 */
BOOLEAN FltFastIoPrepareMdlWrite(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
				 PLARGE_INTEGER FileOffset, ULONG Length, ULONG LockKey,
				 PMDL *MdlChain, PIO_STATUS_BLOCK IoStatus)
{
	const struct flt_file_call call = { __func__, fsh_caller(), InitiatingInstance,
					    FileObject };

	if (!ke_at_most(APC_LEVEL)) {
		IoStatus->Status = STATUS_INVALID_PARAMETER;
		return FALSE;
	}
	return flt_fast_begin(&call, IRP_MJ_PREPARE_MDL_WRITE, FileOffset, Length, LockKey,
			      MdlChain, IoStatus);
}
EXPORT_SYMBOL_GPL(FltFastIoPrepareMdlWrite);

/**
 * FltFastIoMdlWriteComplete() - the pages of FltFastIoPrepareMdlWrite() are written
 * @InitiatingInstance: see there
 * @FileObject: likewise
 * @FileOffset: likewise
 * @MdlChain: from there
 *
 * WDK page: fltfastiomdlwritecomplete. IRQL: PASSIVE_LEVEL.
 *
 * Return: TRUE; FALSE when the file system failed it, and for a file that is written through
 */
BOOLEAN FltFastIoMdlWriteComplete(PFLT_INSTANCE InitiatingInstance, PFILE_OBJECT FileObject,
				  PLARGE_INTEGER FileOffset, PMDL MdlChain)
{
	const struct flt_file_call call = { __func__, fsh_caller(), InitiatingInstance,
					    FileObject };
	FLT_IO_PARAMETER_BLOCK iopb = { .MajorFunction = IRP_MJ_MDL_WRITE_COMPLETE };
	IO_STATUS_BLOCK result;

	if (!ke_at_most(PASSIVE_LEVEL))
		return FALSE;
	if (!FileOffset) {
		fsh_violation(call.caller, call.routine, "no offset");
		return FALSE;
	}
	iopb.Parameters.MdlWriteComplete.FileOffset = *FileOffset;
	iopb.Parameters.MdlWriteComplete.MdlChain = MdlChain;
	return flt_fast_call(&call, &iopb, &result) &&
	       !(READ_ONCE(FileObject->Flags) & FO_WRITE_THROUGH);
}
EXPORT_SYMBOL_GPL(FltFastIoMdlWriteComplete);
