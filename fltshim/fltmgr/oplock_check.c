// SPDX-License-Identifier: GPL-2.0
/*
 * The routines by which a filter has an operation break the oplocks of a file, and wait for those
 * who have to acknowledge that: FltCheckOplock and its kin.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/cancel.h"
#include "fltmgr/file_object.h"
#include "fltmgr/held.h"
#include "fltmgr/oplock.h"
#include "nt/guid.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

#define FLT_OPLOCK_FLAGS \
	(OPLOCK_FLAG_COMPLETE_IF_OPLOCKED | OPLOCK_FLAG_OPLOCK_KEY_CHECK_ONLY | \
	 OPLOCK_FLAG_BACK_OUT_ATOMIC_OPLOCK | OPLOCK_FLAG_IGNORE_OPLOCK_KEYS)

/* One call of these routines; @ip is in the driver. */
struct flt_oplock_check {
	const char *routine;
	unsigned long ip;
	POPLOCK address;
	PFLT_CALLBACK_DATA data;
	ULONG flags;
	PVOID context;
	PFLTOPLOCK_WAIT_COMPLETE_ROUTINE wait;
	PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE prepost;
	enum flt_oplock_use use;	/* FLT_OPLOCK_NOTHING: what the operation is */
};

static const char *flt_oplock_caller(const struct flt_oplock_check *check)
{
	return fsh_driver_name_at(check->ip);
}

static FLT_PREOP_CALLBACK_STATUS flt_oplock_fail(PFLT_CALLBACK_DATA data, NTSTATUS status)
{
	data->IoStatus.Status = status;
	data->IoStatus.Information = 0;
	return FLT_PREOP_COMPLETE;
}

/* The key that a create came with becomes that of its file object. */
static NTSTATUS flt_oplock_keep_key(struct flt_operation *op)
{
	struct flt_file *file = flt_file_of(op->iopb.TargetFileObject);
	OPLOCK_KEY_ECP_CONTEXT *ecp;
	GUID *key;
	ULONG size;

	if (likely(!op->ecps) || file->oplock_key ||
	    !NT_SUCCESS(FltFindExtraCreateParameter(NULL, op->ecps, &GUID_ECP_OPLOCK_KEY,
						    (PVOID *)&ecp, &size)) ||
	    size < sizeof(ecp->OplockKey))
		return STATUS_SUCCESS;
	key = kmemdup(&ecp->OplockKey, sizeof(*key), GFP_NOFS);
	if (!key)
		return STATUS_INSUFFICIENT_RESOURCES;
	/* Two filters may do so, but both in the thread that opens the file. */
	WRITE_ONCE(file->oplock_key, key);
	return STATUS_SUCCESS;
}

static seh_raises void flt_oplock_prepost_thunk(void *arg)
{
	const struct flt_oplock_check *check = *(const struct flt_oplock_check **)arg;

	check->prepost(check->data, check->context);
}

static void flt_oplock_prepost(const struct flt_oplock_check *check)
{
	NTSTATUS code;

	if (check->prepost)
		fsh_call((unsigned long)check->prepost, "routine before pending",
			 flt_oplock_prepost_thunk, &check, &code);
}

/* Waits in this thread. Return: STATUS_SUCCESS, or why not. The lock is held, and dropped. */
static NTSTATUS flt_oplock_block(struct flt_oplock *oplock, struct flt_operation *op,
				 const struct flt_oplock_query *query)
	__releases(&oplock->lock)
{
	DECLARE_COMPLETION_ONSTACK(done);
	struct flt_oplock_waiter waiter = {
		.oplock = oplock, .op = op, .query = *query, .done = &done, .ready = true,
	};
	NTSTATUS status = flt_cancel_arm(op, &flt_oplock_waiter_ops, &waiter, NULL);
	bool over;

	if (status == STATUS_SUCCESS)
		list_add_tail(&waiter.link, &oplock->waiters);
	spin_unlock_bh(&oplock->lock);
	if (status != STATUS_SUCCESS)
		return status;
	if (wait_for_completion_killable(&done)) {
		spin_lock_bh(&oplock->lock);
		over = !flt_cancel_disarm(op);
		if (!over)
			list_del(&waiter.link);
		spin_unlock_bh(&oplock->lock);
		if (!over)
			return STATUS_CANCELLED;
		/* Somebody has taken it out, and completes this last of all. */
		wait_for_completion_state(&done, TASK_IDLE);
	}
	return waiter.status;
}

/* Leaves the operation behind, for the driver's routine. As flt_oplock_block(). */
static NTSTATUS flt_oplock_leave(struct flt_oplock *oplock, struct flt_operation *op,
				 const struct flt_oplock_query *query,
				 const struct flt_oplock_check *check,
				 struct flt_oplock_waiter *waiter)
	__releases(&oplock->lock)
{
	NTSTATUS status = STATUS_SUCCESS;
	bool over;

	*waiter = (struct flt_oplock_waiter) {
		.oplock = oplock, .op = op, .query = *query, .routine = check->wait,
		.context = check->context,
	};
	refcount_inc(&oplock->keyed.refs);
	list_add_tail(&waiter->link, &oplock->waiters);
	spin_unlock_bh(&oplock->lock);
	flt_oplock_prepost(check);
	spin_lock_bh(&oplock->lock);
	over = waiter->over;
	if (!over)
		status = flt_cancel_arm(op, &flt_oplock_waiter_ops, waiter, NULL);
	if (over || status != STATUS_SUCCESS)
		list_del(&waiter->link);
	else
		waiter->ready = true;
	spin_unlock_bh(&oplock->lock);
	if (over) {
		waiter->status = STATUS_SUCCESS;
		flt_oplock_end_waiter(waiter);
	} else if (status != STATUS_SUCCESS) {
		flt_oplock_put(oplock);
		kfree(waiter);
		return status;
	}
	return STATUS_PENDING;
}

/* The oplocks are there: breaks them, waits. Return: as flt_oplock_check_run(). */
static FLT_PREOP_CALLBACK_STATUS flt_oplock_check_on(struct flt_oplock *oplock,
						     struct flt_operation *op,
						     const struct flt_oplock_query *query,
						     const struct flt_oplock_check *check)
{
	ULONG options = op->op_index == IRP_MJ_CREATE ? op->iopb.Parameters.Create.Options : 0;
	bool asked = check->flags & OPLOCK_FLAG_COMPLETE_IF_OPLOCKED ||
		     options & FILE_COMPLETE_IF_OPLOCKED;
	/* A close or an exit cannot wait for somebody who need not answer. */
	bool lazy = asked || query->lazy || op->flags & FLT_OP_UNKILLABLE;
	struct flt_oplock_waiter *waiter = NULL;
	NTSTATUS status = STATUS_SUCCESS;
	LIST_HEAD(answers);
	bool wait;

	spin_lock_bh(&oplock->lock);
	if (options & FILE_OPEN_REQUIRING_OPLOCK && flt_oplock_breaks(oplock, query)) {
		spin_unlock_bh(&oplock->lock);
		return flt_oplock_fail(check->data, STATUS_CANNOT_BREAK_OPLOCK);
	}
	for (;;) {
		wait = flt_oplock_meet(oplock, query, &answers);
		if (!wait || lazy || (list_empty(&answers) && (waiter || !check->wait)))
			break;
		/* The holders are told first: they may acknowledge right there. */
		spin_unlock_bh(&oplock->lock);
		flt_oplock_answer(&answers);
		if (check->wait && !waiter) {
			waiter = kmalloc(sizeof(*waiter), GFP_NOFS);
			if (!waiter)
				return flt_oplock_fail(check->data, STATUS_INSUFFICIENT_RESOURCES);
		}
		spin_lock_bh(&oplock->lock);
	}
	if (!wait || lazy) {
		spin_unlock_bh(&oplock->lock);
	} else {
		/* Both give the lock back. */
		if (waiter)
			status = flt_oplock_leave(oplock, op, query, check, waiter);
		else
			status = flt_oplock_block(oplock, op, query);
		waiter = NULL;
		wait = false;
	}
	flt_oplock_answer(&answers);
	if (wait && asked)
		check->data->IoStatus.Status = STATUS_OPLOCK_BREAK_IN_PROGRESS;
	kfree(waiter);
	if (status == STATUS_PENDING)
		return FLT_PREOP_PENDING;
	if (status != STATUS_SUCCESS)
		return flt_oplock_fail(check->data, status);
	return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

/* Is it an operation that oplocks have to do with? If not, what the routine returns. */
static struct flt_operation *flt_oplock_operation(const struct flt_oplock_check *check,
						  FLT_PREOP_CALLBACK_STATUS *refusal)
{
	PFLT_CALLBACK_DATA data = check->data;
	struct flt_operation *op = flt_operation_lookup(data);

	*refusal = FLT_PREOP_COMPLETE;
	if (!op || !flt_operation_in_pre(op) || !data->Iopb->TargetFileObject) {
		fsh_violation(flt_oplock_caller(check), check->routine,
			      "%p is no operation on a file in its pre-operation callback", data);
		if (op)
			flt_oplock_fail(data, STATUS_INVALID_PARAMETER);
		return NULL;
	}
	if (!FLT_IS_IRP_OPERATION(data)) {
		fsh_violation(flt_oplock_caller(check), check->routine, "%s is not IRP-based",
			      FltGetIrpName(data->Iopb->MajorFunction));
		if (FLT_IS_FASTIO_OPERATION(data))
			*refusal = FLT_PREOP_DISALLOW_FASTIO;
		else
			flt_oplock_fail(data, STATUS_INVALID_PARAMETER);
		return NULL;
	}
	if (check->flags & ~FLT_OPLOCK_FLAGS) {
		fsh_violation(flt_oplock_caller(check), check->routine, "flags %#x", check->flags);
		flt_oplock_fail(data, STATUS_INVALID_PARAMETER);
		return NULL;
	}
	return op;
}

/* Takes back what FltOplockFsctrl() set aside for a create that fails. */
static void flt_oplock_back_out(struct flt_oplock *oplock, PFILE_OBJECT file)
{
	struct flt_oplock_grant *grant, *next;

	spin_lock_bh(&oplock->lock);
	list_for_each_entry_safe(grant, next, &oplock->grants, link) {
		if (grant->reserved && grant->file == file)
			flt_oplock_gone(grant);
	}
	spin_unlock_bh(&oplock->lock);
}

/* A handle is closed: what its file object holds is gone, which acknowledges any break. */
static void flt_oplock_close(struct flt_oplock *oplock, PFILE_OBJECT file)
{
	LIST_HEAD(answers);
	bool any;

	spin_lock_bh(&oplock->lock);
	any = flt_oplock_closed(oplock, file, &answers);
	spin_unlock_bh(&oplock->lock);
	flt_oplock_answer(&answers);
	if (any)
		flt_oplock_advance(oplock);
}

static FLT_PREOP_CALLBACK_STATUS flt_oplock_check_run(const struct flt_oplock_check *check)
{
	FLT_PREOP_CALLBACK_STATUS verdict = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	PFLT_CALLBACK_DATA data = check->data;
	struct flt_oplock_query query;
	struct flt_oplock *oplock;
	struct flt_operation *op;
	NTSTATUS status;

	if (!ke_level_at_most(APC_LEVEL) &&
	    !ke_level_breach(flt_oplock_caller(check), check->routine, APC_LEVEL))
		return flt_oplock_fail(data, STATUS_INVALID_PARAMETER);
	op = flt_oplock_operation(check, &verdict);
	if (!op)
		return verdict;
	verdict = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	oplock = flt_oplock_get(check->address, check->ip, check->routine);
	/* Never initialised: as if there were no oplock (CREATE-81). */
	if (!oplock)
		return verdict;
	if (op->op_index == IRP_MJ_CREATE) {
		status = flt_oplock_keep_key(op);
		if (!NT_SUCCESS(status)) {
			flt_oplock_put(oplock);
			return flt_oplock_fail(data, status);
		}
	}
	flt_oplock_classify(data, &query);
	if (check->use != FLT_OPLOCK_NOTHING) {
		query.use = check->use;
		query.overwrites = false;
	}
	query.all = check->flags & OPLOCK_FLAG_IGNORE_OPLOCK_KEYS;
	if (check->flags & OPLOCK_FLAG_BACK_OUT_ATOMIC_OPLOCK)
		flt_oplock_back_out(oplock, query.file);
	else if (check->flags & OPLOCK_FLAG_OPLOCK_KEY_CHECK_ONLY)
		verdict = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	else if (query.use == FLT_OPLOCK_NOTHING && op->op_index == IRP_MJ_CLEANUP)
		flt_oplock_close(oplock, query.file);
	else if (query.use != FLT_OPLOCK_NOTHING)
		verdict = flt_oplock_check_on(oplock, op, &query, check);
	flt_oplock_put(oplock);
	return verdict;
}

/**
 * FltCheckOplockEx() - have an operation break the oplocks that it breaks
 * @Oplock: of the operation's file; initialised
 * @CallbackData: IRP-based, in its pre-operation callback
 * @Flags: OPLOCK_FLAG_*
 * @Context: handed to the routines
 * @WaitCompletionRoutine: called once when the wait for an acknowledgment is over, up to
 *	DISPATCH_LEVEL, perhaps before this returns, with STATUS_SUCCESS or STATUS_CANCELLED in
 *	IoStatus; it goes on with the operation by FltCompletePendedPreOperation(). NULL: the
 *	thread waits here
 * @PrePostCallbackDataRoutine: called in this thread before the operation is left to wait; may be
 *	NULL
 *
 * WDK page: fltcheckoplockex. IRQL: <= APC_LEVEL. A create's oplock key (GUID_ECP_OPLOCK_KEY)
 * becomes its file object's; IRP_MJ_CLEANUP ends what its file object holds. An unlock, and what
 * a fatal signal would not stop, breaks oplocks and goes on. Sharing is the
 * caller's matter: see FltOplockBreakH().
 *
 * Return: what the callback returns: FLT_PREOP_SUCCESS_WITH_CALLBACK, with
 * STATUS_OPLOCK_BREAK_IN_PROGRESS in IoStatus where a break goes on and need not be waited for;
 * FLT_PREOP_PENDING; FLT_PREOP_COMPLETE with the error in IoStatus: STATUS_CANCELLED,
 * STATUS_CANNOT_BREAK_OPLOCK for FILE_OPEN_REQUIRING_OPLOCK, STATUS_INSUFFICIENT_RESOURCES, and
 * STATUS_INVALID_PARAMETER for a misuse; FLT_PREOP_DISALLOW_FASTIO for fast I/O, which is one
 */
FLT_PREOP_CALLBACK_STATUS FltCheckOplockEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
					   ULONG Flags, PVOID Context,
					   PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
					   PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
						   PrePostCallbackDataRoutine)
{
	const struct flt_oplock_check check = {
		__func__, _RET_IP_, Oplock, CallbackData, Flags, Context,
		WaitCompletionRoutine, PrePostCallbackDataRoutine, FLT_OPLOCK_NOTHING,
	};

	return flt_oplock_check_run(&check);
}
EXPORT_SYMBOL_GPL(FltCheckOplockEx);

/**
 * FltCheckOplock() - FltCheckOplockEx() without flags
 * @Oplock: see there
 * @CallbackData: likewise
 * @Context: likewise
 * @WaitCompletionRoutine: likewise
 * @PrePostCallbackDataRoutine: likewise
 *
 * WDK page: fltcheckoplock. IRQL: <= APC_LEVEL.
 */
FLT_PREOP_CALLBACK_STATUS FltCheckOplock(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
					 PVOID Context,
					 PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
					 PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
						 PrePostCallbackDataRoutine)
{
	const struct flt_oplock_check check = {
		__func__, _RET_IP_, Oplock, CallbackData, 0, Context,
		WaitCompletionRoutine, PrePostCallbackDataRoutine, FLT_OPLOCK_NOTHING,
	};

	return flt_oplock_check_run(&check);
}
EXPORT_SYMBOL_GPL(FltCheckOplock);

/**
 * FltOplockBreakToNoneEx() - break every oplock of a file, whatever its key
 * @Oplock: see FltCheckOplockEx()
 * @CallbackData: likewise; any IRP-based operation
 * @Flags: OPLOCK_FLAG_COMPLETE_IF_OPLOCKED or 0
 * @Context: likewise
 * @WaitCompletionRoutine: likewise
 * @PrePostCallbackDataRoutine: likewise
 *
 * WDK page: fltoplockbreaktononeex. IRQL: <= APC_LEVEL.
 *
 * Return: as FltCheckOplockEx()
 */
FLT_PREOP_CALLBACK_STATUS FltOplockBreakToNoneEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
						 ULONG Flags, PVOID Context,
						 PFLTOPLOCK_WAIT_COMPLETE_ROUTINE
							 WaitCompletionRoutine,
						 PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
							 PrePostCallbackDataRoutine)
{
	const struct flt_oplock_check check = {
		__func__, _RET_IP_, Oplock, CallbackData,
		Flags | OPLOCK_FLAG_IGNORE_OPLOCK_KEYS, Context, WaitCompletionRoutine,
		PrePostCallbackDataRoutine, FLT_OPLOCK_WRITES,
	};

	return flt_oplock_check_run(&check);
}
EXPORT_SYMBOL_GPL(FltOplockBreakToNoneEx);

/**
 * FltOplockBreakToNone() - FltOplockBreakToNoneEx() without flags
 * @Oplock: see there
 * @CallbackData: likewise
 * @Context: likewise
 * @WaitCompletionRoutine: likewise
 * @PrePostCallbackDataRoutine: likewise
 *
 * WDK page: fltoplockbreaktonone. IRQL: <= APC_LEVEL.
 */
FLT_PREOP_CALLBACK_STATUS FltOplockBreakToNone(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
					       PVOID Context,
					       PFLTOPLOCK_WAIT_COMPLETE_ROUTINE
						       WaitCompletionRoutine,
					       PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
						       PrePostCallbackDataRoutine)
{
	const struct flt_oplock_check check = {
		__func__, _RET_IP_, Oplock, CallbackData, OPLOCK_FLAG_IGNORE_OPLOCK_KEYS,
		Context, WaitCompletionRoutine, PrePostCallbackDataRoutine, FLT_OPLOCK_WRITES,
	};

	return flt_oplock_check_run(&check);
}
EXPORT_SYMBOL_GPL(FltOplockBreakToNone);

/**
 * FltOplockBreakH() - break what lets holders cache handles
 * @Oplock: see FltCheckOplockEx()
 * @CallbackData: likewise; as a rule an open that the handles of holders are in the way of
 * @Flags: OPLOCK_FLAG_COMPLETE_IF_OPLOCKED, OPLOCK_FLAG_IGNORE_OPLOCK_KEYS
 * @Context: likewise
 * @WaitCompletionRoutine: likewise
 * @PrePostCallbackDataRoutine: likewise
 *
 * WDK page: fltoplockbreakh. IRQL: <= APC_LEVEL. RH breaks to R, RWH to RW; the operation waits.
 *
 * Return: as FltCheckOplockEx()
 */
FLT_PREOP_CALLBACK_STATUS FltOplockBreakH(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
					  ULONG Flags, PVOID Context,
					  PFLTOPLOCK_WAIT_COMPLETE_ROUTINE WaitCompletionRoutine,
					  PFLTOPLOCK_PREPOST_CALLBACKDATA_ROUTINE
						  PrePostCallbackDataRoutine)
{
	const struct flt_oplock_check check = {
		__func__, _RET_IP_, Oplock, CallbackData, Flags, Context,
		WaitCompletionRoutine, PrePostCallbackDataRoutine, FLT_OPLOCK_DELETES,
	};

	return flt_oplock_check_run(&check);
}
EXPORT_SYMBOL_GPL(FltOplockBreakH);
