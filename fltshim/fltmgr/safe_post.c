// SPDX-License-Identifier: GPL-2.0
/*
 * FltDoCompletionProcessingWhenSafe: the part of a post-operation callback that must not run at
 * DISPATCH_LEVEL is run at once, or given to a worker by a deferred item of the shim's own.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/callback.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/work_item.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

/* What the worker needs; the caller's related objects are gone by then. */
struct flt_safe_post {
	PFLT_CALLBACK_DATA data;
	FLT_RELATED_OBJECTS objects;
	void *context;
	FLT_POST_OPERATION_FLAGS flags;
	PFLT_POST_OPERATION_CALLBACK callback;
	FLT_POSTOP_CALLBACK_STATUS verdict;
};

static seh_raises void flt_safe_post_thunk(void *arg)
{
	struct flt_safe_post *post = arg;

	post->verdict = post->callback(post->data, &post->objects, post->context, post->flags);
}

/* The deferred item's routine. */
static void flt_safe_post_work(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data,
			       PVOID context)
{
	struct flt_safe_post *post = context;
	struct flt_instance *instance = flt_instance_of(post->objects.Instance);
	NTSTATUS code;

	FltFreeDeferredIoWorkItem(item);
	if (!flt_call_guarded(instance->filter, "safe post-operation callback",
			      flt_safe_post_thunk, post, &code)) {
		data->IoStatus.Status = code;
		data->IoStatus.Information = 0;
		post->verdict = FLT_POSTOP_FINISHED_PROCESSING;
	}
	if (post->verdict != FLT_POSTOP_MORE_PROCESSING_REQUIRED)
		FltCompletePendedPostOperation(data);
	kfree(post);
}

/* Gives the callback to a worker; false when that is not possible. */
static bool flt_safe_post_defer(const struct flt_safe_post *template)
{
	PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();
	struct flt_safe_post *post = kmemdup(template, sizeof(*template), GFP_ATOMIC);

	if (item && post &&
	    NT_SUCCESS(FltQueueDeferredIoWorkItem(item, post->data, flt_safe_post_work,
						  CriticalWorkQueue, post)))
		return true;
	kfree(post);
	if (item)
		FltFreeDeferredIoWorkItem(item);
	return false;
}

/* Is this the callback data of a post-operation callback that the caller is in? */
static bool flt_in_post_callback(PFLT_CALLBACK_DATA data)
{
	struct flt_operation *op = flt_operation_lookup(data);

	return op && op->phase == FLT_PHASE_POST && op->runner == current &&
	       atomic_read(&op->hold) != FLT_HOLD_NONE &&
	       atomic_read(&op->hold) != FLT_HOLD_PENDED;
}

/**
 * FltDoCompletionProcessingWhenSafe() - run the rest of a post-operation callback where it is safe
 * @Data: as the post-operation callback got it; the following three likewise
 * @FltObjects: related objects
 * @CompletionContext: completion context
 * @Flags: not draining
 * @SafePostCallback: run at IRQL <= APC_LEVEL: at once where the level allows, else in a worker
 * @RetPostOperationStatus: what the post-operation callback shall return
 *
 * WDK page: fltdocompletionprocessingwhensafe. IRQL: any that a post-operation callback is called
 * at: <= DISPATCH_LEVEL. When a worker's SafePostCallback returns anything but
 * FLT_POSTOP_MORE_PROCESSING_REQUIRED the operation goes on by itself.
 *
 * Return: TRUE when it has run or will; FALSE when it will not: paging I/O at DISPATCH_LEVEL,
 * no memory, an instance being torn down, a call from anywhere but a post-operation callback, or
 * above DISPATCH_LEVEL
 */
BOOLEAN FltDoCompletionProcessingWhenSafe(PFLT_CALLBACK_DATA Data,
					  PCFLT_RELATED_OBJECTS FltObjects,
					  PVOID CompletionContext,
					  FLT_POST_OPERATION_FLAGS Flags,
					  PFLT_POST_OPERATION_CALLBACK SafePostCallback,
					  PFLT_POSTOP_CALLBACK_STATUS RetPostOperationStatus)
{
	struct flt_safe_post post = {
		.data = Data,
		.context = CompletionContext,
		.flags = Flags,
		.callback = SafePostCallback,
	};

	if (RetPostOperationStatus)
		*RetPostOperationStatus = FLT_POSTOP_FINISHED_PROCESSING;
	if (!ke_at_most(DISPATCH_LEVEL))
		return FALSE;
	if (!FltObjects || !SafePostCallback || !RetPostOperationStatus ||
	    Flags & FLTFL_POST_OPERATION_DRAINING || !flt_in_post_callback(Data)) {
		fsh_violation(fsh_caller(), __func__, "data %p, flags %#x, not in its callback",
			      Data, Flags);
		return FALSE;
	}
	if (!FLT_IS_IRP_OPERATION(Data))
		fsh_violation(fsh_caller(), __func__, "for what is not IRP-based");
	if (KeGetCurrentIrql() < DISPATCH_LEVEL || !FLT_IS_IRP_OPERATION(Data)) {
		*RetPostOperationStatus = SafePostCallback(Data, FltObjects, CompletionContext,
							   Flags);
		return TRUE;
	}
	post.objects = *FltObjects;
	if (!flt_safe_post_defer(&post))
		return FALSE;
	*RetPostOperationStatus = FLT_POSTOP_MORE_PROCESSING_REQUIRED;
	return TRUE;
}
EXPORT_SYMBOL_GPL(FltDoCompletionProcessingWhenSafe);
