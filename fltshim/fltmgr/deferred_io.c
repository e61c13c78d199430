// SPDX-License-Identifier: GPL-2.0
/*
 * Deferred I/O work items: an operation is handed to a worker, which resumes it when it is done.
 * The documented refusals are here; queueing itself is in work_item.c.
 */
#include <linux/export.h>
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/operation.h"
#include "fltmgr/work_item.h"
#include "nt/violation.h"

/**
 * FltAllocateDeferredIoWorkItem() - allocate a deferred I/O work item
 *
 * WDK page: fltallocatedeferredioworkitem. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: the item, or NULL without memory
 */
PFLT_DEFERRED_IO_WORKITEM FltAllocateDeferredIoWorkItem(void)
{
	return (PFLT_DEFERRED_IO_WORKITEM)flt_item_alloc(FLT_ITEM_DEFERRED);
}
EXPORT_SYMBOL_GPL(FltAllocateDeferredIoWorkItem);

/**
 * FltFreeDeferredIoWorkItem() - free a deferred I/O work item
 * @FltWorkItem: not queued; its routine may run, and may be the caller
 *
 * WDK page: fltfreedeferredioworkitem. IRQL: <= DISPATCH_LEVEL.
 */
VOID FltFreeDeferredIoWorkItem(PFLT_DEFERRED_IO_WORKITEM FltWorkItem)
{
	if (!flt_item_free((struct flt_item *)FltWorkItem, FLT_ITEM_DEFERRED))
		fsh_violation(fsh_caller(), __func__, "%p is queued, or no item", FltWorkItem);
}
EXPORT_SYMBOL_GPL(FltFreeDeferredIoWorkItem);

/**
 * FltQueueDeferredIoWorkItem() - hand an operation to a system worker thread
 * @FltWorkItem: not queued
 * @Data: the operation, as the callback got it
 * @WorkerRoutine: called at PASSIVE_LEVEL; resumes the operation
 * @QueueType: CriticalWorkQueue or DelayedWorkQueue
 * @Context: handed to the routine
 *
 * WDK page: fltqueuedeferredioworkitem. IRQL: <= DISPATCH_LEVEL. After a refusal the item is
 * still the caller's and the operation is untouched.
 *
 * Return: STATUS_SUCCESS: the routine will run, once. STATUS_FLT_NOT_SAFE_TO_POST_OPERATION for
 * paging I/O, for what is not IRP-based, and while the thread's TopLevelIrp is set;
 * STATUS_FLT_DELETING_OBJECT while the target instance is being torn down;
 * STATUS_INVALID_PARAMETER
 */
NTSTATUS FltQueueDeferredIoWorkItem(PFLT_DEFERRED_IO_WORKITEM FltWorkItem, PFLT_CALLBACK_DATA Data,
				    PFLT_DEFERRED_IO_WORKITEM_ROUTINE WorkerRoutine,
				    WORK_QUEUE_TYPE QueueType, PVOID Context)
{
	struct flt_instance *instance;
	struct flt_operation *op;
	NTSTATUS status;

	if (!Data || !WorkerRoutine) {
		fsh_violation(fsh_caller(), __func__, "data %p, routine %p", Data, WorkerRoutine);
		return STATUS_INVALID_PARAMETER;
	}
	if (!FLT_IS_IRP_OPERATION(Data))
		return STATUS_FLT_NOT_SAFE_TO_POST_OPERATION;
	instance = flt_instance_check(Data->Iopb->TargetInstance);
	if (!instance) {
		fsh_violation(fsh_caller(), __func__, "data %p has no target instance", Data);
		return STATUS_INVALID_PARAMETER;
	}
	if (Data->Iopb->IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO))
		return STATUS_FLT_NOT_SAFE_TO_POST_OPERATION;
	if (IoGetTopLevelIrp())
		return STATUS_FLT_NOT_SAFE_TO_POST_OPERATION;
	if (QueueType == HyperCriticalWorkQueue)
		fsh_violation(fsh_caller(), __func__, "HyperCriticalWorkQueue is the system's");
	/* Before it is queued, since the operation may be over the next moment. */
	op = flt_operation_lookup(Data);
	if (op && atomic_read(&op->hold) == FLT_HOLD_CALLING && op->runner == current)
		flt_operation_posted(op);
	status = flt_item_queue((struct flt_item *)FltWorkItem, FLT_ITEM_DEFERRED, QueueType,
				WorkerRoutine, Data, &instance->obj, Context);
	if (NT_SUCCESS(status))
		return status;
	if (op && atomic_read(&op->hold) == FLT_HOLD_CALLING && op->runner == current)
		op->flags &= ~FLT_OP_POSTED;
	if (status != STATUS_FLT_DELETING_OBJECT)
		fsh_violation(fsh_caller(), __func__, "item %p, queue %d", FltWorkItem,
			      QueueType);
	return status;
}
EXPORT_SYMBOL_GPL(FltQueueDeferredIoWorkItem);
