// SPDX-License-Identifier: GPL-2.0
/*
 * The one place that judges what a pre-operation callback returned and which final status a
 * filter left. Every breach is reported and replaced by what the contract says instead.
 */
#include <linux/sched.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/verdict.h"

/* Nothing more than was asked for can have been moved (PREOP-39, POSTOP-71). */
void flt_check_information(struct flt_operation *op, struct flt_filter *filter)
{
	const FLT_PARAMETERS *parameters = &op->accepted.Parameters;
	ULONG asked;

	if (op->op_index == IRP_MJ_READ)
		asked = parameters->Read.Length;
	else if (op->op_index == IRP_MJ_WRITE)
		asked = parameters->Write.Length;
	else
		return;
	if (likely(op->data.IoStatus.Information <= asked))
		return;
	flt_violation(filter, FLT_VIOLATION_IO_STATUS, op, "Information %#llx of at most %#x",
		      (unsigned long long)op->data.IoStatus.Information, asked);
	op->data.IoStatus.Information = asked;
}

/* Must this operation succeed? */
static bool flt_cannot_fail(const struct flt_operation *op)
{
	if (flt_op_desc_at(op->op_index)->cannot_fail)
		return true;
	/* A section that is being made may be refused, the lock for another purpose may not. */
	return op->op_index == flt_op_index(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION) &&
	       op->accepted.Parameters.AcquireForSectionSynchronization.SyncType == SyncTypeOther;
}

/* Has a create opened a file that is open still? */
bool flt_create_stands(const struct flt_operation *op)
{
	const FILE_OBJECT *file = op->accepted.TargetFileObject;

	return op->flags & FLT_OP_OPENED &&
	       !(file && READ_ONCE(file->Flags) & FO_FILE_OPEN_CANCELLED);
}

/* Final statuses that no filter may leave behind (PREOP-42 to 44, 48, POSTOP-68 to 70). */
void flt_check_status(struct flt_operation *op, struct flt_filter *filter, bool completed)
{
	NTSTATUS status = op->data.IoStatus.Status;
	NTSTATUS instead;

	if (flt_cannot_fail(op)) {
		if (likely(NT_SUCCESS(status) && status != STATUS_PENDING))
			return;
		instead = STATUS_SUCCESS;
	} else if (status == STATUS_PENDING || status == STATUS_FLT_DISALLOW_FAST_IO) {
		instead = STATUS_UNSUCCESSFUL;
	} else if (op->op_index == IRP_MJ_CREATE && NT_SUCCESS(status) &&
		   status != STATUS_REPARSE && !flt_create_stands(op)) {
		/* There is no open file that the caller could get. */
		instead = completed ? STATUS_NOT_SUPPORTED : STATUS_UNSUCCESSFUL;
	} else {
		return;
	}
	flt_violation(filter, FLT_VIOLATION_IO_STATUS, op, "final status %#x", status);
	flt_fail(op, instead);
}

/* Oplock requests, change notification and locks are waits without end (PREOP-76 to 78). */
static bool flt_may_synchronize(const struct flt_operation *op)
{
	const FLT_IO_PARAMETER_BLOCK *iopb = &op->accepted;

	switch (iopb->MajorFunction) {
	case IRP_MJ_DIRECTORY_CONTROL:
		return iopb->MinorFunction != IRP_MN_NOTIFY_CHANGE_DIRECTORY;
	case IRP_MJ_LOCK_CONTROL:
		return iopb->MinorFunction != IRP_MN_LOCK;
	case IRP_MJ_FILE_SYSTEM_CONTROL:
		switch (iopb->Parameters.FileSystemControl.Common.FsControlCode) {
		case FSCTL_REQUEST_FILTER_OPLOCK:
		case FSCTL_REQUEST_BATCH_OPLOCK:
		case FSCTL_REQUEST_OPLOCK_LEVEL_1:
		case FSCTL_REQUEST_OPLOCK_LEVEL_2:
			return false;
		}
		return true;
	}
	return true;
}

/* A read or write whose issuer does not wait. */
static bool flt_is_async_transfer(const struct flt_operation *op)
{
	return op->flags & FLT_OP_ASYNC && FLT_IS_IRP_OPERATION(&op->data) &&
	       (op->op_index == IRP_MJ_READ || op->op_index == IRP_MJ_WRITE);
}

/* A value that is not allowed counts as FLT_PREOP_SUCCESS_NO_CALLBACK, and is reported. */
static FLT_PREOP_CALLBACK_STATUS flt_preop_refuse(struct flt_operation *op,
						  struct flt_filter *filter, int verdict,
						  const char *why)
{
	flt_violation(filter, FLT_VIOLATION_PREOP_STATUS, op,
		      "pre-operation callback returned %d %s", verdict, why);
	return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

/*
 * Reduces what a pre-operation callback (or the resumption of a pended one) said to one of
 * NO_CALLBACK, WITH_CALLBACK, SYNCHRONIZE, COMPLETE and the two DISALLOW values that are legal
 * here, and drops a context that may not be there.
 */
FLT_PREOP_CALLBACK_STATUS flt_preop_legal(struct flt_operation *op, const struct flt_node *node,
					  int verdict, void **context)
{
	struct flt_filter *filter = node->instance->filter;
	FLT_PREOP_CALLBACK_STATUS legal = verdict;

	switch (verdict) {
	case FLT_PREOP_SUCCESS_WITH_CALLBACK:
		if (!node->post)
			legal = flt_preop_refuse(op, filter, verdict,
						 "without a post-operation callback");
		break;
	case FLT_PREOP_SYNCHRONIZE:
		if (!node->post) {
			legal = flt_preop_refuse(op, filter, verdict,
						 "without a post-operation callback");
		} else if (!flt_may_synchronize(op)) {
			flt_preop_refuse(op, filter, verdict, "for a request that may never end");
			legal = FLT_PREOP_SUCCESS_WITH_CALLBACK;
		} else if (flt_is_async_transfer(op)) {
			/* Honoured, but not where the wait could be for oneself (PREOP-74). */
			flt_preop_refuse(op, filter, verdict, "for an asynchronous transfer");
			if (current->flags & PF_MEMALLOC || op->accepted.IrpFlags & IRP_PAGING_IO)
				legal = FLT_PREOP_SUCCESS_WITH_CALLBACK;
		}
		break;
	case FLT_PREOP_DISALLOW_FASTIO:
		if (!FLT_IS_FASTIO_OPERATION(&op->data) ||
		    op->accepted.MajorFunction == IRP_MJ_SHUTDOWN ||
		    op->accepted.MajorFunction == IRP_MJ_VOLUME_MOUNT ||
		    op->accepted.MajorFunction == IRP_MJ_VOLUME_DISMOUNT)
			legal = flt_preop_refuse(op, filter, verdict,
						 "for what is no fast I/O that can be refused");
		break;
	case FLT_PREOP_DISALLOW_FSFILTER_IO:
		if (op->accepted.MajorFunction != IRP_MJ_QUERY_OPEN)
			legal = flt_preop_refuse(op, filter, verdict, "outside QUERY_OPEN");
		break;
	case FLT_PREOP_COMPLETE:
	case FLT_PREOP_SUCCESS_NO_CALLBACK:
		break;
	default:
		legal = flt_preop_refuse(op, filter, verdict, "which is no status");
	}
	if (*context && legal != FLT_PREOP_SUCCESS_WITH_CALLBACK &&
	    legal != FLT_PREOP_SYNCHRONIZE) {
		/* Dropped by a value that was refused above: reported already. */
		if (legal == verdict)
			flt_violation(filter, FLT_VIOLATION_PREOP_CONTEXT, op,
				      "completion context %p with status %d", *context, verdict);
		*context = NULL;
	}
	return legal;
}
