// SPDX-License-Identifier: GPL-2.0
/*
 * Cancellation of single operations: FltCancelIo, FltSetCancelCompletion and their companions.
 *
 * op->cancel is the whole truth. Arming, disarming and cancelling are one compare-and-exchange
 * each, so exactly one of a cancel and of whoever takes the operation back wins, and no lock is
 * held while a driver's routine runs. A cancel that won owns the operation until its routine
 * resumes it. The memory is kept by who cancels: it is the issuer itself, or holds a reference.
 */
#include <linux/export.h>
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/redirect.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"
#include "nt/seh.h"
#include "nt/violation.h"

/* The file system's part of a cancel; false when it has nothing to cancel. */
bool flt_cancel_bottom(struct flt_operation *op)
{
	if (READ_ONCE(op->phase) != FLT_PHASE_BOTTOM)
		return false;
	if (READ_ONCE(op->redirect))
		return flt_redirect_cancel(op);
	if (!op->volume->ops->cancel)
		return false;
	return op->volume->ops->cancel(op);
}

/**
 * flt_operation_cancel() - cancel an operation
 * @op: kept in memory by the caller, whatever happens to it meanwhile
 *
 * Task or softirq context. The mark stays: what is armed later, and a file system that gets the
 * operation later, see it.
 *
 * Return: whether somebody was there to be told; false the second time
 */
bool flt_operation_cancel(struct flt_operation *op)
{
	int old = atomic_read(&op->cancel), state;

	do {
		if (old & FLT_CANCEL_ASKED)
			return false;
		state = old & FLT_CANCEL_STATE;
		if (state == FLT_CANCEL_ARMED)
			state = FLT_CANCEL_FIRING;
	} while (!atomic_try_cmpxchg(&op->cancel, &old, state | FLT_CANCEL_ASKED));
	if (state == FLT_CANCEL_FIRING) {
		op->cancel_ops->fire(op);
		return true;
	}
	return flt_cancel_bottom(op);
}

/**
 * flt_cancel_arm() - say what a cancel shall do
 * @op: held by the caller
 * @ops: what is called when it is cancelled, or lost
 * @arg: its argument
 * @context: another one
 *
 * Return: STATUS_SUCCESS; STATUS_CANCELLED when it was cancelled already; STATUS_INVALID_PARAMETER
 * when something is armed already; STATUS_VOLUME_DISMOUNTED after a forced unmount
 */
NTSTATUS flt_cancel_arm(struct flt_operation *op, const struct flt_cancel_ops *ops, void *arg,
			void *context)
{
	int old = atomic_read(&op->cancel);

	if (old & FLT_CANCEL_ASKED)
		return STATUS_CANCELLED;
	if (old != FLT_CANCEL_NONE)
		return STATUS_INVALID_PARAMETER;
	op->cancel_ops = ops;
	op->cancel_arg = arg;
	op->cancel_context = context;
	/* Orders the three members before the state that lets a cancel read them. */
	if (!atomic_try_cmpxchg_release(&op->cancel, &old, FLT_CANCEL_ARMED))
		return STATUS_CANCELLED;
	/* Pairs with flt_volume_abort(). */
	smp_mb__after_atomic();
	if (unlikely(READ_ONCE(op->volume->aborted)) && flt_cancel_disarm(op))
		return STATUS_VOLUME_DISMOUNTED;
	return STATUS_SUCCESS;
}

struct flt_abort {
	const struct flt_volume *volume;
	struct flt_operation *op;	/* claimed */
};

/* Claims one operation of the volume for its cancel. */
static bool flt_abort_look(struct flt_operation *op, void *arg)
{
	struct flt_abort *abort = arg;
	int old = FLT_CANCEL_ARMED;

	if (op->volume != abort->volume || op->flags & FLT_OP_UNKILLABLE ||
	    !atomic_try_cmpxchg(&op->cancel, &old, FLT_CANCEL_FIRING | FLT_CANCEL_ASKED))
		return false;
	abort->op = op;
	return true;
}

/**
 * flt_volume_abort() - cancel what filters keep of a volume and let them keep nothing more
 * @volume: the volume
 *
 * Task context, may sleep. Until flt_volume_resume(), who wants to keep an operation so that it can
 * be cancelled is refused with STATUS_VOLUME_DISMOUNTED (VOL-79). What cannot be cancelled stays.
 */
void flt_volume_abort(struct flt_volume *volume)
{
	struct flt_abort abort = { .volume = volume };

	WRITE_ONCE(volume->aborted, true);
	/* Pairs with flt_cancel_arm(): who arms sees the mark, or is seen armed here. */
	smp_mb();
	/* What is claimed cannot end before its routine has resumed it. */
	while (flt_live_walk(flt_abort_look, &abort))
		abort.op->cancel_ops->fire(abort.op);
}

void flt_volume_resume(struct flt_volume *volume)
{
	WRITE_ONCE(volume->aborted, false);
}

/* Is it on its way with a buffer in place that @instance has put there? Its list's lock is held. */
static bool flt_is_swapped(const struct flt_operation *op, const struct flt_instance *instance)
{
	bool bottom = READ_ONCE(op->phase) == FLT_PHASE_BOTTOM;
	int nodes = flt_operation_nodes(op);
	int i, passed = bottom ? nodes : min(READ_ONCE(op->cursor), nodes);

	for (i = 0; i < passed; i++) {
		const struct flt_record *record = &op->records[i];

		if (op->nodes[i].instance == instance)
			return READ_ONCE(record->state) == FLT_RECORD_OPEN &&
			       READ_ONCE(record->swaps);
	}
	return false;
}

struct flt_swapped {
	const struct flt_instance *instance;
	struct flt_operation *op;		/* claimed */
	struct flt_redirect *redirect;		/* referenced */
};

/* Cancels one, or claims it for that. */
static bool flt_swapped_look(struct flt_operation *op, void *arg)
{
	struct flt_swapped *swapped = arg;
	int old = atomic_read(&op->cancel), state;

	if (op->volume != swapped->instance->volume || op->flags & FLT_OP_UNKILLABLE ||
	    !flt_is_swapped(op, swapped->instance))
		return false;
	do {
		if (old & FLT_CANCEL_ASKED)
			return false;
		state = old & FLT_CANCEL_STATE;
		if (state == FLT_CANCEL_ARMED)
			state = FLT_CANCEL_FIRING;
	} while (!atomic_try_cmpxchg(&op->cancel, &old, state | FLT_CANCEL_ASKED));
	if (state == FLT_CANCEL_FIRING) {
		swapped->op = op;
		return true;
	}
	if (READ_ONCE(op->phase) != FLT_PHASE_BOTTOM)
		return false;
	swapped->redirect = flt_redirect_get(op);
	if (!swapped->redirect && op->volume->ops->cancel)
		op->volume->ops->cancel(op);
	return swapped->redirect;
}

/**
 * flt_instance_cancel_swapped() - cancel what cannot be drained (POSTOP-48)
 * @instance: LEAVING
 *
 * Task context, may sleep. Operations with a buffer of the filter's own in place: whoever keeps one
 * below and can be asked gives it back, and the mark stays for who gets it later. For those that
 * nobody can be asked for the teardown waits.
 */
void flt_instance_cancel_swapped(struct flt_instance *instance)
{
	struct flt_swapped swapped = { .instance = instance };

	while (flt_live_walk(flt_swapped_look, &swapped)) {
		/* What is claimed cannot end before its routine has resumed it. */
		if (swapped.op)
			swapped.op->cancel_ops->fire(swapped.op);
		if (swapped.redirect)
			flt_redirect_cancel_child(swapped.redirect);
		swapped.op = NULL;
		swapped.redirect = NULL;
	}
}

/* Takes flt_cancel_arm() back; false when nothing is armed, or a cancel has won. */
bool flt_cancel_disarm(struct flt_operation *op)
{
	int old = FLT_CANCEL_ARMED;

	return atomic_try_cmpxchg(&op->cancel, &old, FLT_CANCEL_NONE);
}

/**
 * flt_cancel_lose() - disarm, whoever armed it: the operation goes on without them
 * @op: kept in memory by the caller
 *
 * IRQL <= DISPATCH_LEVEL, perhaps under a lock of held.c.
 *
 * Return: whether something was armed, and no cancel has won
 */
bool flt_cancel_lose(struct flt_operation *op)
{
	if (!flt_cancel_disarm(op))
		return false;
	if (op->cancel_ops->lost)
		op->cancel_ops->lost(op);
	return true;
}

static seh_raises void flt_cancel_thunk(void *arg)
{
	struct flt_operation *op = arg;
	PFLT_COMPLETE_CANCELED_CALLBACK routine = op->cancel_arg;

	routine(&op->data);
}

/* Cancel of FltSetCancelCompletion(): the routine resumes the operation, which may go then. */
static void flt_cancel_routine(struct flt_operation *op)
{
	struct flt_instance *instance = op->nodes[op->cursor].instance;
	NTSTATUS code;

	/* Until the routine has returned, its filter stays. */
	atomic_inc(&instance->owed);
	flt_call_guarded(instance->filter, "cancel routine", flt_cancel_thunk, op, &code);
	flt_instance_settle(instance);
}

static const struct flt_cancel_ops flt_cancel_routine_ops = {
	.fire	= flt_cancel_routine,
};

/**
 * FltSetCancelCompletion() - arm a cancel routine for an operation that is about to be posted
 * @CallbackData: operation that the caller holds
 * @CanceledCallback: called once if it is cancelled, without any lock, at IRQL <= DISPATCH_LEVEL;
 *	it completes the operation
 *
 * WDK page: fltsetcancelcompletion. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_CANCELLED when it was cancelled already, or
 * STATUS_VOLUME_DISMOUNTED on a volume that was unmounted by force: nothing is armed, the caller
 * completes it; STATUS_INVALID_PARAMETER for paging I/O, for what is not IRP-based, and for
 * an operation with a routine or in a cancel-safe queue
 */
NTSTATUS FltSetCancelCompletion(PFLT_CALLBACK_DATA CallbackData,
				PFLT_COMPLETE_CANCELED_CALLBACK CanceledCallback)
{
	struct flt_operation *op = flt_operation_lookup(CallbackData);
	NTSTATUS status = STATUS_INVALID_PARAMETER;

	if (op && CanceledCallback && FLT_IS_IRP_OPERATION(CallbackData) &&
	    !(CallbackData->Iopb->IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO)) &&
	    READ_ONCE(op->phase) != FLT_PHASE_BOTTOM && atomic_read(&op->hold) != FLT_HOLD_NONE)
		status = flt_cancel_arm(op, &flt_cancel_routine_ops, CanceledCallback, NULL);
	if (status == STATUS_INVALID_PARAMETER)
		fsh_violation(fsh_caller(), __func__, "data %p, routine %p", CallbackData,
			      CanceledCallback);
	return status;
}
EXPORT_SYMBOL_GPL(FltSetCancelCompletion);

/**
 * FltClearCancelCompletion() - disarm the cancel routine of an operation
 * @CallbackData: operation that the caller holds
 *
 * WDK page: fltclearcancelcompletion. IRQL: any.
 *
 * Return: STATUS_SUCCESS: the routine will not be called. STATUS_CANCELLED: none was armed, or it
 * was or will be called and completes the operation
 */
NTSTATUS FltClearCancelCompletion(PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_operation *op = flt_operation_lookup(CallbackData);

	if (!op) {
		fsh_violation(fsh_caller(), __func__, "no operation at %p", CallbackData);
		return STATUS_CANCELLED;
	}
	/* What a queue, an oplock or a file lock has armed is no routine of the caller's. */
	if (!flt_cancel_is_armed(op, &flt_cancel_routine_ops) || !flt_cancel_disarm(op))
		return STATUS_CANCELLED;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltClearCancelCompletion);

/**
 * FltIsIoCanceled() - was an operation cancelled?
 * @CallbackData: IRP-based operation
 *
 * WDK page: fltisiocanceled. IRQL: any.
 */
BOOLEAN FltIsIoCanceled(PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_operation *op = flt_operation_lookup(CallbackData);

	if (!op || !FLT_IS_IRP_OPERATION(CallbackData)) {
		fsh_violation(fsh_caller(), __func__, "%p is no IRP-based operation",
			      CallbackData);
		return FALSE;
	}
	return flt_operation_canceled(op);
}
EXPORT_SYMBOL_GPL(FltIsIoCanceled);

/**
 * FltCancelIo() - cancel an operation that the caller initiated
 * @CallbackData: from FltAllocateCallbackData()
 *
 * WDK page: fltcancelio. IRQL: <= DISPATCH_LEVEL. The operation is marked as cancelled in any
 * case; it ends when who has it lets go, with STATUS_CANCELLED as a rule.
 *
 * Return: TRUE when a cancel routine was there and has been called; FALSE when there was none,
 * when it was cancelled before, when it is not on its way, and for an operation of somebody else
 */
BOOLEAN FltCancelIo(PFLT_CALLBACK_DATA CallbackData)
{
	bool issued = false;
	struct flt_generated *gen = flt_generated_pin(CallbackData, &issued);
	bool told = false;

	if (!gen) {
		fsh_violation(fsh_caller(), __func__, "%p was not initiated by you", CallbackData);
		return FALSE;
	}
	/* (The walk changes other flags meanwhile.) */
	if (issued && READ_ONCE(gen->op.data.Flags) & FLTFL_CALLBACK_DATA_IRP_OPERATION)
		told = flt_operation_cancel(&gen->op);
	flt_generated_unpin(gen);
	return told;
}
EXPORT_SYMBOL_GPL(FltCancelIo);
