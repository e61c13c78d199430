// SPDX-License-Identifier: GPL-2.0
/*
 * FltRequestOperationStatusCallback: a pre-operation callback asks to be told the status with which
 * the file system takes the operation, which is where "granted, and pending" shows. The requests
 * hang on the operation and belong to whoever runs its walk, so there is no lock.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/callback.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/status_request.h"
#include "nt/ke_irql.h"

/**
 * struct flt_status_request - one call that is owed
 * @next: of an instance above, or an earlier one of the same
 * @instance: who asked; the operation's snapshot keeps its memory
 * @callback: what to call
 * @context: its argument
 * @iopb: the parameters at the time of the request
 */
struct flt_status_request {
	struct flt_status_request *next;
	struct flt_instance *instance;
	PFLT_GET_OPERATION_STATUS_CALLBACK callback;
	void *context;
	FLT_IO_PARAMETER_BLOCK iopb;
};

static struct flt_status_request *flt_status_pop(struct flt_operation *op)
{
	struct flt_status_request *request = op->requests;

	if (request)
		op->requests = request->next;
	return request;
}

/**
 * flt_status_report() - the file system has been handed the operation
 * @op: the operation, whose walk the caller runs
 * @status: what it said; STATUS_PENDING when it finishes the operation later
 *
 * Under the walk's guard: an instance that is attached now stays so during the call.
 */
void flt_status_report(struct flt_operation *op, NTSTATUS status)
{
	struct flt_status_request *request;

	while ((request = flt_status_pop(op))) {
		if (READ_ONCE(request->instance->state) == FLT_INSTANCE_ATTACHED)
			flt_call_status(request->instance, request->callback, &request->iopb,
					status, request->context);
		kfree(request);
	}
}

/* The operation ends; what is left was completed before it came to the file system. */
void flt_status_forget(struct flt_operation *op)
{
	struct flt_status_request *request;

	while ((request = flt_status_pop(op)))
		kfree(request);
}

/* The instance in whose pre-operation callback the caller is, or NULL. */
static struct flt_instance *flt_status_asker(const struct flt_operation *op)
{
	if (!op || op->phase != FLT_PHASE_PRE || op->runner != current || !op->guard ||
	    atomic_read(&op->hold) != FLT_HOLD_CALLING)
		return NULL;
	return op->nodes[op->cursor].instance;
}

/**
 * FltRequestOperationStatusCallback() - learn what the file system says when it gets an operation
 * @Data: the operation, in whose pre-operation callback the caller is
 * @CallbackRoutine: called once, at <= APC_LEVEL, in the thread that hands the operation to the
 *	file system; not called for an operation that a filter below completes
 * @RequesterContext: its argument
 *
 * WDK page: fltrequestoperationstatuscallback. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER outside a pre-operation callback, for
 * IRP_MJ_CLOSE and for what is not IRP-based; STATUS_FLT_DELETING_OBJECT when the instance is being
 * torn down; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltRequestOperationStatusCallback(PFLT_CALLBACK_DATA Data,
					   PFLT_GET_OPERATION_STATUS_CALLBACK CallbackRoutine,
					   PVOID RequesterContext)
{
	struct flt_status_request *request;
	struct flt_instance *instance;
	struct flt_operation *op;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	op = Data && CallbackRoutine ? flt_operation_lookup(Data) : NULL;
	instance = flt_status_asker(op);
	if (!instance) {
		fsh_violation(fsh_caller(), __func__,
			      "data %p, routine %p: not in its pre-operation callback", Data,
			      CallbackRoutine);
		return STATUS_INVALID_PARAMETER;
	}
	if (op->op_index == IRP_MJ_CLOSE || !FLT_IS_IRP_OPERATION(Data))
		return STATUS_INVALID_PARAMETER;
	if (READ_ONCE(instance->state) != FLT_INSTANCE_ATTACHED)
		return STATUS_FLT_DELETING_OBJECT;
	request = kmalloc(sizeof(*request), GFP_NOFS);
	if (!request)
		return STATUS_INSUFFICIENT_RESOURCES;
	request->instance = instance;
	request->callback = CallbackRoutine;
	request->context = RequesterContext;
	request->iopb = op->iopb;
	request->next = op->requests;
	op->requests = request;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltRequestOperationStatusCallback);
