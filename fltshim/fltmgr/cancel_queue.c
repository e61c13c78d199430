// SPDX-License-Identifier: GPL-2.0
/*
 * Cancel-safe queues: FltCbdqInitialize and its kin. The minifilter brings storage and lock, this
 * file the race with cancellation.
 *
 * An entry is armed (cancel.c) inside the driver's lock, after its InsertIo and before anybody can
 * take it out. Whoever disarms it may remove it. A cancel that won finds it still in the queue,
 * takes the lock, removes it and hands it to CompleteCanceledIo. No lock of ours is involved.
 *
 * The driver's callbacks run in the driver's own call of a queue routine, whose exceptions are
 * the driver's business; only a cancel, which comes from elsewhere, puts up a barrier.
 */
#include <linux/export.h>
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "nt/seh.h"
#include "nt/violation.h"

#define FLT_CBDQ_MAGIC	0x51444243UL

/* What the opaque members of FLT_CALLBACK_DATA_QUEUE_IO_CONTEXT hold. */
enum { FLT_CBDQ_ENTRY, FLT_CBDQ_QUEUE };

static bool flt_cbdq_valid(const FLT_CALLBACK_DATA_QUEUE *queue)
{
	return queue && queue->FshOpaque[0] == FLT_CBDQ_MAGIC;
}

/* It leaves the queue: under the driver's lock, by who disarmed it or by the cancel. */
static seh_raises void flt_cbdq_take(PFLT_CALLBACK_DATA_QUEUE queue, struct flt_operation *op)
{
	PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT context = op->cancel_context;

	queue->RemoveIo(queue, &op->data);
	if (context)
		WRITE_ONCE(context->FshOpaque[FLT_CBDQ_ENTRY], NULL);
}

static seh_raises void flt_cbdq_cancel_thunk(void *arg)
{
	struct flt_operation *op = arg;
	PFLT_CALLBACK_DATA_QUEUE queue = op->cancel_arg;
	KIRQL irql = PASSIVE_LEVEL;

	queue->Acquire(queue, &irql);
	flt_cbdq_take(queue, op);
	queue->Release(queue, irql);
	queue->CompleteCanceledIo(queue, &op->data);
}

/* Cancel of a queued operation, which may be gone when this returns. */
static void flt_cbdq_cancel(struct flt_operation *op)
{
	PFLT_CALLBACK_DATA_QUEUE queue = op->cancel_arg;
	struct flt_instance *instance = flt_instance_of(queue->Instance);
	NTSTATUS code;

	/* The queue and the filter's text stay until this is over. */
	atomic_inc(&instance->owed);
	flt_call_guarded(instance->filter, "cancel-safe queue callback", flt_cbdq_cancel_thunk, op,
			 &code);
	flt_instance_settle(instance);
}

static const struct flt_cancel_ops flt_cbdq_ops = {
	.fire	= flt_cbdq_cancel,
};

/**
 * FltCbdqInitialize() - initialise a cancel-safe queue of callback data
 * @Instance: whose operations it will hold
 * @Cbdq: the driver's memory
 * @CbdqInsertIo: puts an entry in; called with the lock held, as the next two
 * @CbdqRemoveIo: takes it out
 * @CbdqPeekNextIo: the entry after the one given, or the first, that matches the peek context
 * @CbdqAcquire: takes the queue's lock
 * @CbdqRelease: releases it
 * @CbdqCompleteCanceledIo: completes an entry that was cancelled and is out of the queue; called
 *	without the lock
 *
 * WDK page: fltcbdqinitialize. IRQL: any. The queue is enabled.
 *
 * Return: STATUS_SUCCESS or STATUS_INVALID_PARAMETER
 */
NTSTATUS FltCbdqInitialize(PFLT_INSTANCE Instance, PFLT_CALLBACK_DATA_QUEUE Cbdq,
			   PFLT_CALLBACK_DATA_QUEUE_INSERT_IO CbdqInsertIo,
			   PFLT_CALLBACK_DATA_QUEUE_REMOVE_IO CbdqRemoveIo,
			   PFLT_CALLBACK_DATA_QUEUE_PEEK_NEXT_IO CbdqPeekNextIo,
			   PFLT_CALLBACK_DATA_QUEUE_ACQUIRE CbdqAcquire,
			   PFLT_CALLBACK_DATA_QUEUE_RELEASE CbdqRelease,
			   PFLT_CALLBACK_DATA_QUEUE_COMPLETE_CANCELED_IO CbdqCompleteCanceledIo)
{
	if (!flt_instance_check(Instance) || !Cbdq || !CbdqInsertIo || !CbdqRemoveIo ||
	    !CbdqPeekNextIo || !CbdqAcquire || !CbdqRelease || !CbdqCompleteCanceledIo) {
		fsh_violation(fsh_caller(), __func__, "instance %p, queue %p or a callback is NULL",
			      Instance, Cbdq);
		return STATUS_INVALID_PARAMETER;
	}
	*Cbdq = (FLT_CALLBACK_DATA_QUEUE) {
		.Flags = FLT_CALLBACK_DATA_QUEUE_ENABLED,
		.Instance = Instance,
		.InsertIo = CbdqInsertIo,
		.RemoveIo = CbdqRemoveIo,
		.PeekNextIo = CbdqPeekNextIo,
		.Acquire = CbdqAcquire,
		.Release = CbdqRelease,
		.CompleteCanceledIo = CbdqCompleteCanceledIo,
		.FshOpaque = { FLT_CBDQ_MAGIC },
	};
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltCbdqInitialize);

static seh_raises void flt_cbdq_switch(PFLT_CALLBACK_DATA_QUEUE queue, ULONG flags)
{
	KIRQL irql = PASSIVE_LEVEL;

	queue->Acquire(queue, &irql);
	queue->Flags = flags;
	queue->Release(queue, irql);
}

/**
 * FltCbdqEnable() - let operations be inserted again
 * @Cbdq: initialised queue
 *
 * WDK page: fltcbdqenable. IRQL: what the queue's lock allows.
 */
seh_raises VOID FltCbdqEnable(PFLT_CALLBACK_DATA_QUEUE Cbdq)
{
	if (!flt_cbdq_valid(Cbdq))
		fsh_violation(fsh_caller(), __func__, "%p is no initialised queue", Cbdq);
	else
		flt_cbdq_switch(Cbdq, FLT_CALLBACK_DATA_QUEUE_ENABLED);
}
EXPORT_SYMBOL_GPL(FltCbdqEnable);

/**
 * FltCbdqDisable() - let no operation be inserted any more
 * @Cbdq: initialised queue
 *
 * WDK page: fltcbdqdisable. IRQL: what the queue's lock allows. What is in the queue stays, can be
 * removed and is still cancelled.
 */
seh_raises VOID FltCbdqDisable(PFLT_CALLBACK_DATA_QUEUE Cbdq)
{
	if (!flt_cbdq_valid(Cbdq))
		fsh_violation(fsh_caller(), __func__, "%p is no initialised queue", Cbdq);
	else
		flt_cbdq_switch(Cbdq, 0);
}
EXPORT_SYMBOL_GPL(FltCbdqDisable);

/* Under the driver's lock: InsertIo, then the arming. STATUS_CANCELLED goes to @canceled. */
static seh_raises NTSTATUS flt_cbdq_insert(PFLT_CALLBACK_DATA_QUEUE queue,
					   struct flt_operation *op,
					   PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT context,
					   PVOID insert_context, bool *canceled)
{
	NTSTATUS status;

	if (!(queue->Flags & FLT_CALLBACK_DATA_QUEUE_ENABLED))
		return STATUS_FLT_CBDQ_DISABLED;
	status = queue->InsertIo(queue, &op->data, insert_context);
	if (!NT_SUCCESS(status))
		return status;
	if (context) {
		context->FshOpaque[FLT_CBDQ_QUEUE] = queue;
		WRITE_ONCE(context->FshOpaque[FLT_CBDQ_ENTRY], &op->data);
	}
	if (flt_cancel_arm(op, &flt_cbdq_ops, queue, context) != STATUS_SUCCESS) {
		/* Cancelled before it came here: out again, and completed by the caller of us. */
		*canceled = true;
		op->cancel_context = context;
		flt_cbdq_take(queue, op);
	}
	return status;
}

/**
 * FltCbdqInsertIo() - put an operation into a cancel-safe queue
 * @Cbdq: initialised queue
 * @Cbd: IRP-based operation; its callback returns FLT_PREOP_PENDING then
 * @Context: driver's memory by which FltCbdqRemoveIo() finds the entry; may be NULL
 * @InsertContext: handed to the InsertIo callback
 *
 * WDK page: fltcbdqinsertio. IRQL: what the queue's lock allows. An operation that was cancelled
 * before is handed to CompleteCanceledIo at once.
 *
 * Return: what InsertIo returned; STATUS_FLT_CBDQ_DISABLED; STATUS_INVALID_PARAMETER
 */
seh_raises NTSTATUS FltCbdqInsertIo(PFLT_CALLBACK_DATA_QUEUE Cbdq, PFLT_CALLBACK_DATA Cbd,
				    PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context,
				    PVOID InsertContext)
{
	struct flt_operation *op = flt_operation_lookup(Cbd);
	KIRQL irql = PASSIVE_LEVEL;
	bool canceled = false;
	NTSTATUS status;

	if (!flt_cbdq_valid(Cbdq) || !op || !FLT_IS_IRP_OPERATION(Cbd)) {
		fsh_violation(fsh_caller(), __func__, "queue %p, data %p", Cbdq, Cbd);
		return STATUS_INVALID_PARAMETER;
	}
	if (flt_cancel_lose(op))
		fsh_violation(fsh_caller(), __func__, "%p has a cancel routine of its own", Cbd);
	Cbdq->Acquire(Cbdq, &irql);
	status = flt_cbdq_insert(Cbdq, op, Context, InsertContext, &canceled);
	Cbdq->Release(Cbdq, irql);
	if (canceled)
		Cbdq->CompleteCanceledIo(Cbdq, Cbd);
	return status;
}
EXPORT_SYMBOL_GPL(FltCbdqInsertIo);

/**
 * FltCbdqRemoveIo() - take a certain operation out of a cancel-safe queue
 * @Cbdq: initialised queue
 * @Context: given when it was inserted
 *
 * WDK page: fltcbdqremoveio. IRQL: what the queue's lock allows.
 *
 * Return: the operation, which is the caller's to resume now; NULL when it is not there any more
 */
seh_raises PFLT_CALLBACK_DATA FltCbdqRemoveIo(PFLT_CALLBACK_DATA_QUEUE Cbdq,
					      PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT Context)
{
	PFLT_CALLBACK_DATA data;
	KIRQL irql = PASSIVE_LEVEL;

	if (!flt_cbdq_valid(Cbdq) || !Context) {
		fsh_violation(fsh_caller(), __func__, "queue %p, context %p", Cbdq, Context);
		return NULL;
	}
	Cbdq->Acquire(Cbdq, &irql);
	data = READ_ONCE(Context->FshOpaque[FLT_CBDQ_ENTRY]);
	if (data && Context->FshOpaque[FLT_CBDQ_QUEUE] == Cbdq &&
	    flt_cancel_disarm(flt_operation_of(data)))
		flt_cbdq_take(Cbdq, flt_operation_of(data));
	else
		data = NULL;
	Cbdq->Release(Cbdq, irql);
	return data;
}
EXPORT_SYMBOL_GPL(FltCbdqRemoveIo);

/**
 * FltCbdqRemoveNextIo() - take the next matching operation out of a cancel-safe queue
 * @Cbdq: initialised queue
 * @PeekContext: handed to the PeekNextIo callback, which decides what matches
 *
 * WDK page: fltcbdqremovenextio. IRQL: what the queue's lock allows.
 *
 * Return: the operation, which is the caller's to resume now; NULL when nothing matches. Never one
 * that is being cancelled
 */
seh_raises PFLT_CALLBACK_DATA FltCbdqRemoveNextIo(PFLT_CALLBACK_DATA_QUEUE Cbdq, PVOID PeekContext)
{
	PFLT_CALLBACK_DATA data = NULL;
	KIRQL irql = PASSIVE_LEVEL;

	if (!flt_cbdq_valid(Cbdq)) {
		fsh_violation(fsh_caller(), __func__, "%p is no initialised queue", Cbdq);
		return NULL;
	}
	Cbdq->Acquire(Cbdq, &irql);
	while ((data = Cbdq->PeekNextIo(Cbdq, data, PeekContext))) {
		struct flt_operation *op = flt_operation_of(data);

		/* What a cancel has claimed is still in the list: it waits for the lock. */
		if (!flt_cancel_disarm(op))
			continue;
		flt_cbdq_take(Cbdq, op);
		break;
	}
	Cbdq->Release(Cbdq, irql);
	return data;
}
EXPORT_SYMBOL_GPL(FltCbdqRemoveNextIo);
