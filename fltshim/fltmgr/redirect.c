// SPDX-License-Identifier: GPL-2.0
/*
 * Redirection of an operation to another volume (TargetInstance), and the routines that say where
 * it is possible. On the other volume it is an operation of its own, started below the target
 * instance in the same machine; it is the bottom of the operation that was redirected.
 *
 * Life: made when the change is accepted, ended when the walk comes back up to who changed it. A
 * cancel may still look at it then, under a reference that it takes under RCU.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/altitude.h"
#include "fltmgr/cancel.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "fltmgr/redirect.h"
#include "fltmgr/verdict.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"

/**
 * struct flt_redirect - the other volume's part of a redirected operation
 * @child: the operation there
 * @parent: the operation here
 * @to: the target instance; referenced, and it counts this as I/O of its own
 * @nr_nodes: how many instances @parent would visit here
 * @refs: one of @parent, one for each cancel that looks at it
 * @rcu: for cancels that find it
 */
struct flt_redirect {
	struct flt_operation child;
	struct flt_operation *parent;
	struct flt_instance *to;
	int nr_nodes;
	refcount_t refs;
	struct rcu_head rcu;
};

/* One filter, one altitude, two volumes of one kind (CBD-051). */
static bool flt_redirect_allowed(const struct flt_instance *from, const struct flt_instance *to)
{
	return from->filter == to->filter && from->volume != to->volume &&
	       from->volume->ops == to->volume->ops &&
	       !flt_altitude_compare(&from->altitude, &to->altitude);
}

/* An open begins and ends where its file object is; what is not IRP-based stays in its thread. */
static bool flt_redirect_possible(const FLT_CALLBACK_DATA *data)
{
	UCHAR major = data->Iopb->MajorFunction;

	return FLT_IS_IRP_OPERATION(data) && major != IRP_MJ_CREATE &&
	       major != IRP_MJ_CLEANUP && major != IRP_MJ_CLOSE;
}

/* Why a redirection cannot be; STATUS_SUCCESS when it can. */
static NTSTATUS flt_redirect_check(struct flt_operation *op, struct flt_instance *from,
				   struct flt_instance *to)
{
	PFILE_OBJECT file = op->iopb.TargetFileObject;

	if (!to || !flt_redirect_allowed(from, to)) {
		flt_violation(from->filter, FLT_VIOLATION_DATA, op,
			      "TargetInstance became %p, which is none of this filter, at this altitude, on another volume",
			      op->iopb.TargetInstance);
		return STATUS_INVALID_PARAMETER;
	}
	if (!file || flt_file_of(file)->volume != to->volume) {
		flt_violation(from->filter, FLT_VIOLATION_DATA, op,
			      "TargetFileObject %p is not of the volume of TargetInstance", file);
		return STATUS_INVALID_PARAMETER;
	}
	return flt_redirect_possible(&op->data) ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

/* The operation on the other volume is what it is here, with the parameters as they are now. */
static void flt_redirect_fill(struct flt_redirect *redirect, struct flt_operation *parent)
{
	const ULONG own = FLTFL_CALLBACK_DATA_DIRTY | FLTFL_CALLBACK_DATA_POST_OPERATION;
	struct flt_operation *child = &redirect->child;

	flt_operation_init(child, redirect->to->volume, parent->iopb.MajorFunction,
			   parent->iopb.TargetFileObject);
	child->data.Flags = parent->data.Flags & ~own;
	child->data.Thread = parent->data.Thread;
	child->data.RequestorMode = parent->data.RequestorMode;
	child->task = parent->task;
	child->priority = parent->priority;
	child->activity = parent->activity;
	child->has_activity = parent->has_activity;
	child->initiator = redirect->to;
	child->flags |= parent->flags & (FLT_OP_UNKILLABLE | FLT_OP_INTERRUPTIBLE);
	/* The file system's request knows one file; only a transfer's does not depend on it. */
	if (child->op_index == IRP_MJ_READ || child->op_index == IRP_MJ_WRITE)
		child->front = parent->front;
}

/**
 * flt_redirect_prepare() - a filter has changed TargetInstance
 * @op: the operation; op->iopb has the change
 * @from: the instance that did
 *
 * Where sleeping is allowed. Until flt_redirect_end() the walk ends at @from's node, and the target
 * instance is not torn down.
 *
 * Return: false when that cannot be; the operation has failed then
 */
bool flt_redirect_prepare(struct flt_operation *op, struct flt_instance *from)
{
	struct flt_instance *to = flt_instance_check(op->iopb.TargetInstance);
	NTSTATUS status = flt_redirect_check(op, from, to);
	struct flt_redirect *redirect;

	if (!NT_SUCCESS(status)) {
		flt_fail(op, status);
		return false;
	}
	redirect = kmalloc(sizeof(*redirect), GFP_NOFS);
	if (!redirect) {
		flt_fail(op, STATUS_INSUFFICIENT_RESOURCES);
		return false;
	}
	/* Counted first: a detach that does not see this has not begun to wait. */
	atomic_inc(&to->owed);
	if (!flt_instance_may_start(to)) {
		flt_instance_settle(to);
		kfree(redirect);
		flt_fail(op, STATUS_FLT_DELETING_OBJECT);
		return false;
	}
	flt_object_get(&to->obj);
	redirect->to = to;
	redirect->parent = op;
	redirect->nr_nodes = op->nr_nodes;
	refcount_set(&redirect->refs, 1);
	flt_redirect_fill(redirect, op);
	op->nr_nodes = op->cursor + 1;
	/* A cancel that finds it finds it initialised. */
	smp_store_release(&op->redirect, redirect);
	return true;
}

static void flt_redirect_result(struct flt_redirect *redirect)
{
	struct flt_operation *op = redirect->parent, *child = &redirect->child;

	op->data.IoStatus = child->data.IoStatus;
	op->flags |= child->flags & FLT_OP_BY_FILTER;
	flt_operation_fini(child);
}

static void flt_redirect_done(struct flt_operation *child)
{
	struct flt_redirect *redirect = container_of(child, struct flt_redirect, child);

	flt_redirect_result(redirect);
	flt_operation_bottom_done(redirect->parent);
}

/**
 * flt_redirect_perform() - the bottom of a redirected operation
 * @op: the operation, at its bottom
 *
 * Return: as struct flt_volume_ops.perform does; false also when it has ended here already: the
 * parent is RESUMED then
 */
bool flt_redirect_perform(struct flt_operation *op)
{
	struct flt_redirect *redirect = op->redirect;
	struct flt_operation *child = &redirect->child;

	child->iopb = op->iopb;
	child->iopb.TargetInstance = NULL;
	/*
	 * One that was cancelled before it got here; later ones come by flt_redirect_cancel().
	 * The barrier pairs with the exchange in flt_operation_cancel(), which reads the phase
	 * after it.
	 */
	smp_mb();
	if (flt_operation_canceled(op))
		flt_operation_cancel(child);
	if (op->flags & FLT_OP_ASYNC) {
		child->done = flt_redirect_done;
		flt_operation_start_as(child, op->task, op->leader);
		return false;
	}
	flt_operation_run(child);
	flt_redirect_result(redirect);
	return true;
}

static void flt_redirect_put(struct flt_redirect *redirect)
{
	if (refcount_dec_and_test(&redirect->refs))
		kfree_rcu(redirect, rcu);
}

/**
 * flt_redirect_end() - the walk is back at who redirected the operation
 * @op: the operation; it visits what is below here again
 */
void flt_redirect_end(struct flt_operation *op)
{
	struct flt_redirect *redirect = op->redirect;
	struct flt_instance *to = redirect->to;

	op->nr_nodes = redirect->nr_nodes;
	WRITE_ONCE(op->redirect, NULL);
	flt_redirect_put(redirect);
	flt_instance_settle(to);
	flt_object_put(&to->obj);
}

/**
 * flt_redirect_get() - the redirection of an operation, referenced
 * @op: the operation; kept in memory by the caller
 *
 * Any context. Return: NULL when there is none, or it has ended
 */
struct flt_redirect *flt_redirect_get(struct flt_operation *op)
{
	struct flt_redirect *redirect;

	rcu_read_lock();
	/* Pairs with the release in flt_redirect_prepare(). */
	redirect = smp_load_acquire(&op->redirect);
	if (redirect && !refcount_inc_not_zero(&redirect->refs))
		redirect = NULL;
	rcu_read_unlock();
	return redirect;
}

/* Task or softirq context; drops the reference. Return: whether somebody was there to be told. */
bool flt_redirect_cancel_child(struct flt_redirect *redirect)
{
	bool told = flt_operation_cancel(&redirect->child);

	flt_redirect_put(redirect);
	return told;
}

/**
 * flt_redirect_cancel() - hand a cancel on to the other volume
 * @op: the operation, at its bottom; kept in memory by the caller
 *
 * Task or softirq context.
 *
 * Return: whether somebody was there to be told
 */
bool flt_redirect_cancel(struct flt_operation *op)
{
	struct flt_redirect *redirect = flt_redirect_get(op);

	return redirect && flt_redirect_cancel_child(redirect);
}

/* Two instances of a driver's, or NULL for what is none; reported to @who. */
static bool flt_redirect_pair(PFLT_INSTANCE source, PFLT_INSTANCE target, const char *who,
			      const char *routine)
{
	return flt_object_is(source, FLT_TYPE_INSTANCE, who, routine) &&
	       flt_object_is(target, FLT_TYPE_INSTANCE, who, routine);
}

static NTSTATUS flt_redirect_answer(PFLT_INSTANCE source, PFLT_INSTANCE target, PBOOLEAN allowed)
{
	*allowed = flt_redirect_allowed(flt_instance_of(source), flt_instance_of(target));
	return *allowed ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

/**
 * FltIsIoRedirectionAllowed() - can operations be sent from one instance to another?
 * @SourceInstance: whose callbacks see them
 * @TargetInstance: whose volume they shall go to
 * @RedirectionAllowed: receives the answer
 *
 * WDK page: fltisioredirectionallowed. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS with TRUE for two instances of one filter, at one altitude, on two volumes
 * of fltfs; STATUS_NOT_SUPPORTED with FALSE for others
 */
NTSTATUS FltIsIoRedirectionAllowed(PFLT_INSTANCE SourceInstance, PFLT_INSTANCE TargetInstance,
				   PBOOLEAN RedirectionAllowed)
{
	if (!ke_at_most(DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!RedirectionAllowed ||
	    !flt_redirect_pair(SourceInstance, TargetInstance, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	return flt_redirect_answer(SourceInstance, TargetInstance, RedirectionAllowed);
}
EXPORT_SYMBOL_GPL(FltIsIoRedirectionAllowed);

/**
 * FltIsIoRedirectionAllowedForOperation() - can this operation be sent to another instance?
 * @Data: the operation; its TargetInstance is the source
 * @TargetInstance: whose volume it shall go to
 * @RedirectionAllowedThisIo: receives the answer
 * @RedirectionAllowedAllIo: receives the answer for operations in general; may be NULL
 *
 * WDK page: fltisioredirectionallowedforoperation. IRQL: <= DISPATCH_LEVEL. Creates, cleanups and
 * closes stay on the volume of their file object, and what is not IRP-based cannot leave its
 * thread: the first answer is FALSE for them, whatever the second is.
 *
 * Return: as FltIsIoRedirectionAllowed()
 */
NTSTATUS FltIsIoRedirectionAllowedForOperation(PFLT_CALLBACK_DATA Data,
					       PFLT_INSTANCE TargetInstance,
					       PBOOLEAN RedirectionAllowedThisIo,
					       PBOOLEAN RedirectionAllowedAllIo)
{
	BOOLEAN allowed = FALSE;
	NTSTATUS status;

	if (!ke_at_most(DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!Data || !RedirectionAllowedThisIo ||
	    !flt_redirect_pair(Data->Iopb->TargetInstance, TargetInstance, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	status = flt_redirect_answer(Data->Iopb->TargetInstance, TargetInstance, &allowed);
	*RedirectionAllowedThisIo = allowed && flt_redirect_possible(Data);
	if (RedirectionAllowedAllIo)
		*RedirectionAllowedAllIo = allowed;
	return status;
}
EXPORT_SYMBOL_GPL(FltIsIoRedirectionAllowedForOperation);

/**
 * FltAdjustDeviceStackSizeForIoRedirection() - make room for redirected operations
 * @SourceInstance: whose callbacks see them
 * @TargetInstance: whose volume they go to
 * @SourceDeviceStackSizeModified: receives FALSE; may be NULL
 *
 * WDK page: fltadjustdevicestacksizeforioredirection. IRQL: <= DISPATCH_LEVEL. Operations have no
 * stack locations here, so there is nothing to make larger.
 *
 * Return: STATUS_SUCCESS where redirection is allowed, else STATUS_NOT_SUPPORTED
 */
NTSTATUS FltAdjustDeviceStackSizeForIoRedirection(PFLT_INSTANCE SourceInstance,
						  PFLT_INSTANCE TargetInstance,
						  PBOOLEAN SourceDeviceStackSizeModified)
{
	BOOLEAN allowed;

	if (!ke_at_most(DISPATCH_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_redirect_pair(SourceInstance, TargetInstance, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	if (SourceDeviceStackSizeModified)
		*SourceDeviceStackSizeModified = FALSE;
	return flt_redirect_answer(SourceInstance, TargetInstance, &allowed);
}
EXPORT_SYMBOL_GPL(FltAdjustDeviceStackSizeForIoRedirection);
