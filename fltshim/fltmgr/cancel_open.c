// SPDX-License-Identifier: GPL-2.0
/*
 * FltCancelFileOpen: a filter undoes, in its post-operation callback, the open that succeeded
 * below it. Those below see the file being closed again; those above see what the filter leaves
 * in IoStatus, which cannot be a success any more. A filter that only leaves a failure there has
 * it done for it.
 */
#include <linux/bitops.h>
#include <linux/export.h>
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/verdict.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* One of the two operations that end a file, shown to the instances below @instance. */
static noinline void flt_cancel_open_send(struct flt_instance *instance, PFILE_OBJECT file,
					  UCHAR major)
{
	struct flt_operation op FLT_NOT_CLEARED;

	flt_operation_init(&op, instance->volume, major, file);
	op.initiator = instance;
	op.data.RequestorMode = KernelMode;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	if (major == IRP_MJ_CLOSE)
		op.iopb.IrpFlags |= IRP_CLOSE_OPERATION;
	flt_operation_run(&op);
	flt_operation_fini(&op);
}

/* CLEANUP and CLOSE of a file that is marked as cancelled, below an instance. */
static void flt_cancel_open_end(struct flt_instance *instance, PFILE_OBJECT file)
{
	flt_cancel_open_send(instance, file, IRP_MJ_CLEANUP);
	set_mask_bits(&file->Flags, 0, FO_CLEANUP_COMPLETE);
	flt_cancel_open_send(instance, file, IRP_MJ_CLOSE);
}

/**
 * flt_create_failed() - a filter's post-operation callback has failed a create
 * @op: the create, at the filter; nobody keeps it
 * @node: the filter's
 *
 * A file that it did not close with FltCancelFileOpen() is closed for it (VFS-783). Task context.
 */
void flt_create_failed(struct flt_operation *op, const struct flt_node *node)
{
	PFILE_OBJECT file = op->accepted.TargetFileObject;

	if (!flt_create_stands(op) || !flt_file_is_open(file) || file->Flags & FO_HANDLE_CREATED)
		return;
	flt_violation(node->filter, FLT_VIOLATION_IO_STATUS, op,
		      "final status %#x, and the file left open", op->data.IoStatus.Status);
	set_mask_bits(&file->Flags, 0, FO_FILE_OPEN_CANCELLED);
	flt_cancel_open_end(node->instance, file);
}

/**
 * FltCancelFileOpen() - close the file that a create has just opened
 * @Instance: the caller's, in whose post-operation callback of the create this is called, or which
 *	holds the create there
 * @FileObject: the file
 *
 * WDK page: fltcancelfileopen. IRQL: <= APC_LEVEL. CLEANUP and CLOSE go to the instances below and
 * to the file system before this returns; what the create made or overwrote stays so. The caller
 * sets IoStatus to a failure; a success that it leaves becomes STATUS_UNSUCCESSFUL. After a create
 * that ended with STATUS_REPARSE nothing is open and nothing is done; anything else that is no
 * fresh open is reported, and nothing is done either.
 */
VOID FltCancelFileOpen(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject)
{
	struct flt_instance *instance = flt_instance_check(Instance);
	const char *why;

	if (!ke_at_most(APC_LEVEL))
		return;
	if (!instance || !FileObject) {
		fsh_violation(fsh_caller(), __func__, "instance %p, file object %p", Instance,
			      FileObject);
		return;
	}
	why = flt_create_undo(instance, FileObject);
	if (why) {
		if (*why)
			flt_violation(instance->filter, FLT_VIOLATION_ROUTINE, NULL,
				      "cancelled the open of a file %s", why);
		return;
	}
	flt_cancel_open_end(instance, FileObject);
}
EXPORT_SYMBOL_GPL(FltCancelFileOpen);
