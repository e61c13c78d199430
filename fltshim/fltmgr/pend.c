// SPDX-License-Identifier: GPL-2.0
/*
 * The routines by which a minifilter hands back an operation that it kept.
 */
#include <linux/export.h>
#include "fltmgr/held.h"
#include "nt/violation.h"

/**
 * FltCompletePendedPreOperation() - resume an operation pended in its pre-operation callback
 * @CallbackData: the operation
 * @CallbackStatus: FLT_PREOP_COMPLETE, FLT_PREOP_SUCCESS_NO_CALLBACK or
 *	FLT_PREOP_SUCCESS_WITH_CALLBACK
 * @Context: completion context for the last one, NULL otherwise
 *
 * WDK page: fltcompletependedpreoperation. IRQL: <= DISPATCH_LEVEL with FLT_PREOP_COMPLETE,
 * otherwise <= APC_LEVEL; what has to run lower is moved to where it may. The operation may be
 * gone when this returns.
 */
VOID FltCompletePendedPreOperation(PFLT_CALLBACK_DATA CallbackData,
				   FLT_PREOP_CALLBACK_STATUS CallbackStatus, PVOID Context)
{
	int status = CallbackStatus;
	struct flt_operation *op;
	bool armed;

	if (status != FLT_PREOP_COMPLETE && status != FLT_PREOP_SUCCESS_NO_CALLBACK &&
	    status != FLT_PREOP_SUCCESS_WITH_CALLBACK) {
		fsh_violation(fsh_caller(), __func__, "status %d is not allowed", status);
		/* WITH_CALLBACK without a callback is reduced to NO_CALLBACK by the walk. */
		if (status == FLT_PREOP_SYNCHRONIZE) {
			status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
		} else {
			status = FLT_PREOP_SUCCESS_NO_CALLBACK;
			Context = NULL;
		}
	}
	if (status != FLT_PREOP_COMPLETE && KeGetCurrentIrql() > APC_LEVEL)
		fsh_violation(fsh_caller(), __func__, "status %d at DISPATCH_LEVEL", status);
	if (!flt_hold_claim(CallbackData, FLT_PHASE_PRE, status, Context, _RET_IP_, &op,
			    &armed))
		fsh_violation(fsh_caller(), __func__, "operation %p is not pended", CallbackData);
	else if (armed)
		fsh_violation(fsh_caller(), __func__, "operation %p can still be cancelled",
			      CallbackData);
	if (op)
		flt_operation_continue(op);
}
EXPORT_SYMBOL_GPL(FltCompletePendedPreOperation);

/**
 * FltCompletePendedPostOperation() - resume completion halted by a post-operation callback
 * @CallbackData: the operation
 *
 * WDK page: fltcompletependedpostoperation. IRQL: <= DISPATCH_LEVEL. The operation may be gone
 * when this returns.
 */
VOID FltCompletePendedPostOperation(PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_operation *op;
	bool armed;

	if (!flt_hold_claim(CallbackData, FLT_PHASE_POST, 0, NULL, _RET_IP_, &op, &armed))
		fsh_violation(fsh_caller(), __func__, "operation %p is not halted", CallbackData);
	else if (armed)
		fsh_violation(fsh_caller(), __func__, "operation %p can still be cancelled",
			      CallbackData);
	if (op)
		flt_operation_continue(op);
}
EXPORT_SYMBOL_GPL(FltCompletePendedPostOperation);
