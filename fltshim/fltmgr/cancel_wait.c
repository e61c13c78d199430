// SPDX-License-Identifier: GPL-2.0
/*
 * Waits that end when the thread is killed or the operation it works for is cancelled:
 * FltCancellableWaitForSingleObject and FltCancellableWaitForMultipleObjects.
 */
#include <linux/export.h>
#include <linux/sched/signal.h>
#include <linux/sched/task.h>
#include "fltmgr/cancel.h"
#include "fltmgr/held.h"
#include "nt/ke_irql.h"
#include "nt/ke_wait.h"
#include "nt/violation.h"

/* Who waits; on the waiter's stack, which it leaves only when @stop is set or it disarmed. */
struct flt_waiter {
	struct task_struct *task;
	bool stop;
};

/* Cancel of an operation whose holder waits; and its loss, which ends the wait as well. */
static void flt_waiter_stop(struct flt_operation *op)
{
	struct flt_waiter *waiter = op->cancel_arg;
	struct task_struct *task = get_task_struct(waiter->task);

	/* The waiter is gone the moment it sees this. */
	smp_store_release(&waiter->stop, true);
	wake_up_process(task);
	put_task_struct(task);
}

static const struct flt_cancel_ops flt_waiter_ops = {
	.fire	= flt_waiter_stop,
	.lost	= flt_waiter_stop,
};

/* A cancel that has won is about to set @stop: its last touch of the waiter is awaited. */
static void flt_waiter_end(struct flt_operation *op, struct flt_waiter *waiter)
{
	if (flt_cancel_disarm(op))
		return;
	/* Pairs with the release in flt_waiter_stop(). */
	while (!smp_load_acquire(&waiter->stop))
		cpu_relax();
}

/* The operation that a wait is for; NULL where none counts, which is reported. */
static struct flt_operation *flt_wait_operation(PFLT_CALLBACK_DATA data, const char *who,
						const char *routine)
{
	struct flt_operation *op;

	if (!data || !FLT_IS_IRP_OPERATION(data))
		return NULL;
	op = flt_operation_lookup(data);
	if (!op)
		fsh_violation(who, routine, "no operation at %p", data);
	return op;
}

/*
 * Is it for an operation of the paging path, of a section's synchronization or around a flush?
 * Nobody can cancel that, and a program that is waited for may need its pages or its locks to go
 * on (VFS-893). Who waits for a worker of his own does not say for which operation.
 */
static bool flt_wait_is_paging(PFLT_CALLBACK_DATA data)
{
	if (!data || !data->Iopb)
		return false;
	if (ke_holds(KE_HOLD_PAGING) || FLT_IS_FS_FILTER_OPERATION(data))
		return true;
	return FLT_IS_IRP_OPERATION(data) && data->Iopb->IrpFlags & IRP_PAGING_IO;
}

static NTSTATUS flt_cancellable_wait(ULONG count, void **objects, bool all,
				     PLARGE_INTEGER timeout, KWAIT_BLOCK *blocks,
				     PFLT_CALLBACK_DATA data, unsigned long ip,
				     const char *routine)
{
	const char *who = fsh_driver_name_at(ip);
	struct flt_waiter waiter = { .task = current };
	LARGE_INTEGER now = { .QuadPart = 0 };
	struct flt_operation *op;
	NTSTATUS status;
	KIRQL limit;

	if (flt_wait_is_paging(data) && !(timeout && !timeout->QuadPart)) {
		fsh_violation(who, routine, "a wait with an operation of the paging path, %s",
			      FltGetIrpName(data->Iopb->MajorFunction));
		status = ke_wait_checked(count, objects, all, KE_WAKE_FATAL, &now, blocks, NULL,
					 ip, routine);
		return status == STATUS_TIMEOUT ? STATUS_CANCELLED : status;
	}
	op = flt_wait_operation(data, who, routine);
	limit = op ? PASSIVE_LEVEL : APC_LEVEL;
	/* Above APC_LEVEL the wait itself says so, unless it only tests. */
	if (!ke_is_atomic() && !ke_level_at_most(limit))
		ke_level_breach(who, routine, limit);
	if (op) {
		status = flt_cancel_arm(op, &flt_waiter_ops, &waiter, NULL);
		if (status == STATUS_INVALID_PARAMETER) {
			fsh_violation(who, routine, "operation %p has a cancel routine", data);
			op = NULL;
		} else if (status != STATUS_SUCCESS) {
			const NTSTATUS canceled = status;

			status = ke_wait_checked(count, objects, all, KE_WAKE_FATAL, &now, blocks,
						 NULL, ip, routine);
			return status == STATUS_TIMEOUT ? canceled : status;
		}
	}
	status = ke_wait_checked(count, objects, all, KE_WAKE_FATAL, timeout, blocks,
				 op ? &waiter.stop : NULL, ip, routine);
	if (op)
		flt_waiter_end(op, &waiter);
	return status == STATUS_USER_APC ? STATUS_THREAD_IS_TERMINATING : status;
}

/**
 * FltCancellableWaitForSingleObject() - wait for an object, or the end of the thread or operation
 * @Object: event, semaphore, mutex, timer or thread
 * @Timeout: NULL for ever; zero only tests; negative relative, positive absolute, in 100 ns
 * @CallbackData: operation that the caller holds, without a cancel routine; may be NULL
 *
 * WDK page: fltcancellablewaitforsingleobject. IRQL: PASSIVE_LEVEL with an IRP-based operation,
 * else <= APC_LEVEL.
 *
 * An operation of the paging path, of a section's synchronization or around a flush is nobody's to
 * cancel: not to wait for with @CallbackData, which is a violation that ends at once.
 *
 * Return: STATUS_SUCCESS, STATUS_TIMEOUT; STATUS_CANCELLED when the operation was cancelled;
 * STATUS_THREAD_IS_TERMINATING when the thread is being killed; for a misuse as
 * KeWaitForSingleObject()
 */
NTSTATUS FltCancellableWaitForSingleObject(PVOID Object, PLARGE_INTEGER Timeout,
					   PFLT_CALLBACK_DATA CallbackData)
{
	KWAIT_BLOCK block;

	return flt_cancellable_wait(1, &Object, false, Timeout, &block, CallbackData, _RET_IP_,
				    __func__);
}
EXPORT_SYMBOL_GPL(FltCancellableWaitForSingleObject);

/**
 * FltCancellableWaitForMultipleObjects() - the same for several objects
 * @Count: how many, at most MAXIMUM_WAIT_OBJECTS
 * @ObjectArray: the objects, each once
 * @WaitType: WaitAny or WaitAll
 * @Timeout: as FltCancellableWaitForSingleObject()
 * @WaitBlockArray: @Count blocks; may be NULL up to THREAD_WAIT_OBJECTS objects
 * @CallbackData: as FltCancellableWaitForSingleObject()
 *
 * WDK page: fltcancellablewaitformultipleobjects. IRQL: as FltCancellableWaitForSingleObject().
 *
 * Return: STATUS_WAIT_0 plus the index for WaitAny, else as FltCancellableWaitForSingleObject();
 * too many objects are a violation and STATUS_INVALID_PARAMETER
 */
NTSTATUS FltCancellableWaitForMultipleObjects(ULONG Count, PVOID ObjectArray[],
					      WAIT_TYPE WaitType, PLARGE_INTEGER Timeout,
					      PKWAIT_BLOCK WaitBlockArray,
					      PFLT_CALLBACK_DATA CallbackData)
{
	KWAIT_BLOCK own[THREAD_WAIT_OBJECTS];
	void *objects[MAXIMUM_WAIT_OBJECTS];

	if (!Count || Count > MAXIMUM_WAIT_OBJECTS ||
	    (!WaitBlockArray && Count > THREAD_WAIT_OBJECTS)) {
		fsh_violation(fsh_caller(), __func__, "%u objects%s", Count,
			      WaitBlockArray ? "" : " without an array of wait blocks");
		return STATUS_INVALID_PARAMETER;
	}
	memcpy(objects, ObjectArray, Count * sizeof(*objects));
	return flt_cancellable_wait(Count, objects, WaitType == WaitAll, Timeout,
				    WaitBlockArray ?: own, CallbackData, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(FltCancellableWaitForMultipleObjects);
