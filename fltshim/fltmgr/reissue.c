// SPDX-License-Identifier: GPL-2.0
/*
 * FltReissueSynchronousIo: an operation goes down once more, to what is below the instance that
 * reissues it. From a post-operation callback it is the same operation in the same walk; callback
 * data of a filter's own is simply issued again.
 */
#include <linux/export.h>
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/parameters.h"
#include "fltmgr/stack.h"
#include "fltmgr/verdict.h"
#include "nt/ex_pool.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* What was changed since the last time counts if the data was marked dirty (ASYNC-086). */
static void flt_reissue_parameters(struct flt_operation *op)
{
	if (op->data.Flags & FLTFL_CALLBACK_DATA_DIRTY) {
		PFLT_INSTANCE target = op->accepted.TargetInstance;
		UCHAR major = op->accepted.MajorFunction;

		op->accepted = op->iopb;
		op->accepted.TargetInstance = target;
		op->accepted.MajorFunction = major;
	}
	op->data.Flags &= ~FLTFL_CALLBACK_DATA_DIRTY;
}

/* The file system's reparse data belongs to the pass that is repeated (ASYNC-090). */
static void flt_reissue_drop_tag(struct flt_operation *op)
{
	if (op->data.TagData)
		pool_free(flt_reissue_drop_tag, __func__, op->data.TagData, 0);
	op->data.TagData = NULL;
}

/* Its open was undone by FltCancelFileOpen(): there is nothing to repeat. */
static bool flt_reissue_canceled(const struct flt_operation *op)
{
	return op->op_index == IRP_MJ_CREATE && op->accepted.TargetFileObject &&
	       op->accepted.TargetFileObject->Flags & FO_FILE_OPEN_CANCELLED;
}

/* Are they such as a pre-operation callback could leave? If not, the operation has failed. */
static bool flt_reissue_legal(struct flt_operation *op, struct flt_instance *instance)
{
	if (!(op->data.Flags & FLTFL_CALLBACK_DATA_DIRTY))
		return true;
	if (op->iopb.TargetInstance != flt_instance_opaque(instance)) {
		flt_violation(instance->filter, FLT_VIOLATION_DATA, op,
			      "TargetInstance became %p for a reissue", op->iopb.TargetInstance);
		flt_fail(op, STATUS_INVALID_PARAMETER);
		return false;
	}
	return flt_target_legal(op, instance->filter);
}

/*
 * From the post-operation callback of @op's present record, in the thread of its pre-operation.
 * All that the callback sees beside IoStatus is as before when this returns: what it put in place
 * is its own again, and in use by nobody.
 */
static void flt_reissue_in_post(struct flt_operation *op, struct flt_instance *instance)
{
	FLT_IO_PARAMETER_BLOCK accepted = op->accepted;
	FLT_IO_PARAMETER_BLOCK shown = op->iopb;
	PFILE_OBJECT file;

	if (flt_reissue_canceled(op)) {
		flt_fail(op, STATUS_CANCELLED);
		return;
	}
	if (!flt_reissue_legal(op, instance))
		return;
	flt_reissue_drop_tag(op);
	flt_reissue_parameters(op);
	/* Whoever keeps it below may outlive the callback's own reference. */
	file = op->accepted.TargetFileObject;
	if (file)
		flt_file_get(flt_file_of(file));
	op->data.Flags &= ~FLTFL_CALLBACK_DATA_POST_OPERATION;
	op->data.Flags |= FLTFL_CALLBACK_DATA_REISSUED_IO;
	/* Should somebody below hold it, the snapshot's guard is left: this keeps the caller. */
	atomic_inc(&instance->owed);
	flt_operation_again(op);
	flt_instance_settle(instance);
	op->data.Flags &= ~FLTFL_CALLBACK_DATA_REISSUED_IO;
	op->data.Flags |= FLTFL_CALLBACK_DATA_POST_OPERATION;
	op->accepted = accepted;
	op->iopb = shown;
	if (file)
		flt_target_put(op, file);
}

/* Is the caller in the synchronized post-operation callback of this instance? */
static bool flt_reissue_allowed(const struct flt_operation *op,
				const struct flt_instance *instance)
{
	if (op->phase != FLT_PHASE_POST || op->runner != current ||
	    atomic_read(&op->hold) != FLT_HOLD_CALLING)
		return false;
	return op->nodes[op->cursor].instance == instance &&
	       (op->records[op->cursor].sync || op->op_index == IRP_MJ_CREATE);
}

/**
 * FltReissueSynchronousIo() - send an operation down once more and wait for it
 * @InitiatingInstance: instance that issued it, or whose post-operation callback this is called in
 * @CallbackData: operation that the caller issued with FltPerformSynchronousIo(), or synchronized
 *	with FLT_PREOP_SYNCHRONIZE, or a create
 *
 * WDK page: fltreissuesynchronousio. IRQL: PASSIVE_LEVEL; <= APC_LEVEL for paging I/O. The result
 * is in IoStatus: STATUS_INVALID_PARAMETER for a misuse, STATUS_INVALID_DEVICE_STATE when called
 * at DISPATCH_LEVEL, STATUS_CANCELLED for a create whose open was cancelled.
 */
VOID FltReissueSynchronousIo(PFLT_INSTANCE InitiatingInstance, PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_instance *instance = flt_instance_check(InitiatingInstance);
	struct flt_operation *op;
	struct flt_generated *gen;

	if (!CallbackData) {
		fsh_violation(fsh_caller(), __func__, "no callback data");
		return;
	}
	if (!ke_at_most(CallbackData->Iopb->IrpFlags & IRP_PAGING_IO ? APC_LEVEL :
			PASSIVE_LEVEL)) {
		CallbackData->IoStatus.Status = STATUS_INVALID_DEVICE_STATE;
		CallbackData->IoStatus.Information = 0;
		return;
	}
	gen = instance ? flt_generated_retake(CallbackData, instance) : NULL;
	if (gen) {
		flt_reissue_parameters(&gen->op);
		flt_reissue_drop_tag(&gen->op);
		flt_generated_repeat(gen);
		return;
	}
	op = instance ? flt_operation_lookup(CallbackData) : NULL;
	if (op && FLT_IS_IRP_OPERATION(CallbackData) && flt_reissue_allowed(op, instance)) {
		flt_reissue_in_post(op, instance);
		return;
	}
	fsh_violation(fsh_caller(), __func__, "instance %p cannot reissue operation %p",
		      InitiatingInstance, CallbackData);
	CallbackData->IoStatus.Status = STATUS_INVALID_PARAMETER;
	CallbackData->IoStatus.Information = 0;
}
EXPORT_SYMBOL_GPL(FltReissueSynchronousIo);
