// SPDX-License-Identifier: GPL-2.0
/*
 * I/O priority hints of operations, file objects and threads. A thread's is its ioprio, as
 * ionice(1) shows it; the other two are what filters set. The file system below goes by the
 * thread's alone.
 */
#include <linux/export.h>
#include <linux/ioprio.h>
#include <linux/sched/task.h>
#include "fltmgr/file_object.h"
#include "fltmgr/generated.h"
#include "nt/ke_irql.h"
#include "nt/ps_process.h"

/* What a thread without nice value, and a page without a reason, has on Windows. */
#define FLT_THREAD_PRIORITY	8
#define FLT_PAGE_PRIORITY	5
#define FLT_PRIORITY_KEEP	0xffff	/* leave it as it is */

static bool flt_hint_good(IO_PRIORITY_HINT hint)
{
	return hint >= IoPriorityVeryLow && hint < MaxIoPriorityTypes;
}

static IO_PRIORITY_HINT flt_hint_from_ioprio(int ioprio)
{
	switch (IOPRIO_PRIO_CLASS(ioprio)) {
	case IOPRIO_CLASS_RT:
		return IoPriorityCritical;
	case IOPRIO_CLASS_IDLE:
		return IoPriorityVeryLow;
	case IOPRIO_CLASS_BE:
		break;
	default:
		return IoPriorityNormal;
	}
	if (IOPRIO_PRIO_LEVEL(ioprio) == IOPRIO_BE_NORM)
		return IoPriorityNormal;
	return IOPRIO_PRIO_LEVEL(ioprio) > IOPRIO_BE_NORM ? IoPriorityLow : IoPriorityHigh;
}

static int flt_ioprio_from_hint(IO_PRIORITY_HINT hint)
{
	switch (hint) {
	case IoPriorityVeryLow:
		return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_IDLE, 0);
	case IoPriorityLow:
		return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, IOPRIO_NR_LEVELS - 1);
	case IoPriorityHigh:
		return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, 0);
	case IoPriorityCritical:
		return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_RT, 0);
	default:
		return IOPRIO_PRIO_VALUE(IOPRIO_CLASS_BE, IOPRIO_BE_NORM);
	}
}

/* Another thread's can be read where its lock may be taken only; else it counts as Normal. */
static IO_PRIORITY_HINT flt_hint_of_task(struct task_struct *task)
{
	int ioprio;

	if (in_hardirq() || in_serving_softirq() || irqs_disabled())
		return IoPriorityNormal;
	task_lock(task);
	ioprio = task->io_context ? task->io_context->ioprio : 0;
	task_unlock(task);
	return flt_hint_from_ioprio(ioprio);
}

/* The hint that a filter gave an operation; false when none did. */
static bool flt_hint_of_data(PFLT_CALLBACK_DATA data, IO_PRIORITY_HINT *hint)
{
	struct flt_generated *gen;
	struct flt_operation *op = flt_irp_get(data, &gen);
	int given = op ? op->priority : FLT_NO_PRIORITY;

	flt_irp_put(gen);
	*hint = given;
	return given != FLT_NO_PRIORITY;
}

/* The hint that a filter gave a file object; false when none did. */
static bool flt_hint_of_file(PFILE_OBJECT file, IO_PRIORITY_HINT *hint)
{
	if (!file || READ_ONCE(flt_file_of(file)->priority) == FLT_NO_PRIORITY)
		return false;
	*hint = READ_ONCE(flt_file_of(file)->priority);
	return true;
}

/**
 * FltGetIoPriorityHintFromCallbackData() - I/O priority of an operation
 * @Data: the operation
 *
 * WDK page: fltgetiopriorityhintfromcallbackdata. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: what a filter set, else that of the thread that asked for it, else IoPriorityNormal
 */
IO_PRIORITY_HINT FltGetIoPriorityHintFromCallbackData(PFLT_CALLBACK_DATA Data)
{
	IO_PRIORITY_HINT hint;

	if (flt_hint_of_data(Data, &hint))
		return hint;
	if (!Data || !FLT_IS_IRP_OPERATION(Data) || !Data->Thread)
		return IoPriorityNormal;
	return flt_hint_of_task(ps_task(Data->Thread));
}
EXPORT_SYMBOL_GPL(FltGetIoPriorityHintFromCallbackData);

/**
 * FltGetIoPriorityHintFromFileObject() - I/O priority of a file object
 * @FileObject: the file object
 *
 * WDK page: fltgetiopriorityhintfromfileobject. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: what a filter set, else IoPriorityNormal
 */
IO_PRIORITY_HINT FltGetIoPriorityHintFromFileObject(PFILE_OBJECT FileObject)
{
	IO_PRIORITY_HINT hint;

	return flt_hint_of_file(FileObject, &hint) ? hint : IoPriorityNormal;
}
EXPORT_SYMBOL_GPL(FltGetIoPriorityHintFromFileObject);

/**
 * FltGetIoPriorityHintFromThread() - I/O priority of a thread
 * @Thread: the thread
 *
 * WDK page: fltgetiopriorityhintfromthread. IRQL: <= DISPATCH_LEVEL; in a bottom half, where a
 * thread's cannot be read, the answer is IoPriorityNormal.
 */
IO_PRIORITY_HINT FltGetIoPriorityHintFromThread(PETHREAD Thread)
{
	return Thread ? flt_hint_of_task(ps_task(Thread)) : IoPriorityNormal;
}
EXPORT_SYMBOL_GPL(FltGetIoPriorityHintFromThread);

/**
 * FltGetIoPriorityHint() - I/O priority that applies to an operation
 * @Data: the operation
 *
 * WDK page: fltgetiopriorityhint. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: that of the operation, else of its file object, else of its thread
 */
IO_PRIORITY_HINT FltGetIoPriorityHint(PFLT_CALLBACK_DATA Data)
{
	IO_PRIORITY_HINT hint;

	if (flt_hint_of_data(Data, &hint) ||
	    flt_hint_of_file(Data->Iopb->TargetFileObject, &hint))
		return hint;
	return FltGetIoPriorityHintFromThread(Data->Thread);
}
EXPORT_SYMBOL_GPL(FltGetIoPriorityHint);

/**
 * FltSetIoPriorityHintIntoCallbackData() - set the I/O priority of an operation
 * @Data: the operation
 * @PriorityHint: the priority
 *
 * WDK page: fltsetiopriorityhintintocallbackdata. IRQL: <= DISPATCH_LEVEL. Filters see it; for what
 * is not IRP-based it has no effect.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a priority that there is none
 */
NTSTATUS FltSetIoPriorityHintIntoCallbackData(PFLT_CALLBACK_DATA Data,
					      IO_PRIORITY_HINT PriorityHint)
{
	struct flt_generated *gen;
	struct flt_operation *op;

	if (!Data || !flt_hint_good(PriorityHint))
		return STATUS_INVALID_PARAMETER;
	if (!FLT_IS_IRP_OPERATION(Data))
		return STATUS_SUCCESS;
	op = flt_irp_get(Data, &gen);
	if (op)
		op->priority = PriorityHint;
	flt_irp_put(gen);
	return op ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(FltSetIoPriorityHintIntoCallbackData);

/**
 * FltSetIoPriorityHintIntoFileObject() - set the I/O priority of a file object
 * @FileObject: the file object
 * @PriorityHint: the priority
 *
 * WDK page: fltsetiopriorityhintintofileobject. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a priority that there is none
 */
NTSTATUS FltSetIoPriorityHintIntoFileObject(PFILE_OBJECT FileObject,
					    IO_PRIORITY_HINT PriorityHint)
{
	if (!FileObject || !flt_hint_good(PriorityHint))
		return STATUS_INVALID_PARAMETER;
	WRITE_ONCE(flt_file_of(FileObject)->priority, PriorityHint);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltSetIoPriorityHintIntoFileObject);

/**
 * FltSetIoPriorityHintIntoThread() - set the I/O priority of a thread
 * @Thread: the thread
 * @PriorityHint: the priority
 *
 * WDK page: fltsetiopriorityhintintothread. IRQL: <= DISPATCH_LEVEL on Windows; a thread's ioprio
 * can be set where sleeping is allowed only.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a priority that there is none;
 * STATUS_INVALID_DEVICE_STATE at DISPATCH_LEVEL; STATUS_ACCESS_DENIED for a thread of another user
 */
NTSTATUS FltSetIoPriorityHintIntoThread(PETHREAD Thread, IO_PRIORITY_HINT PriorityHint)
{
	if (!Thread || !flt_hint_good(PriorityHint))
		return STATUS_INVALID_PARAMETER;
	if (ke_is_atomic())
		return STATUS_INVALID_DEVICE_STATE;
	if (set_task_ioprio(ps_task(Thread), flt_ioprio_from_hint(PriorityHint)))
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltSetIoPriorityHintIntoThread);

/**
 * FltRetrieveIoPriorityInfo() - priorities of an operation and a thread, to be applied later
 * @Data: the operation, or NULL
 * @FileObject: its file object, or NULL
 * @Thread: the thread whose other priorities are wanted, or NULL: they are to stay as they are
 * @PriorityInfo: receives them
 *
 * WDK page: fltretrieveiopriorityinfo. IRQL: <= DISPATCH_LEVEL. Threads have no page priority on
 * Linux, so the usual one of Windows is told.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER without a structure, or one of another size
 */
NTSTATUS FltRetrieveIoPriorityInfo(PFLT_CALLBACK_DATA Data, PFILE_OBJECT FileObject,
				   PETHREAD Thread, PIO_PRIORITY_INFO PriorityInfo)
{
	IO_PRIORITY_HINT hint;

	if (!PriorityInfo || PriorityInfo->Size != sizeof(*PriorityInfo))
		return STATUS_INVALID_PARAMETER;
	if (!flt_hint_of_data(Data, &hint) && !flt_hint_of_file(FileObject, &hint))
		hint = FltGetIoPriorityHintFromThread(Thread);
	PriorityInfo->IoPriority = hint;
	PriorityInfo->ThreadPriority = FLT_PRIORITY_KEEP;
	PriorityInfo->PagePriority = FLT_PRIORITY_KEEP;
	if (Thread) {
		PriorityInfo->ThreadPriority =
			clamp(FLT_THREAD_PRIORITY - task_nice(ps_task(Thread)) / 2, 1, 31);
		PriorityInfo->PagePriority = FLT_PAGE_PRIORITY;
	}
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltRetrieveIoPriorityInfo);

/**
 * FltApplyPriorityInfoThread() - give a thread saved priorities
 * @InputPriorityInfo: from FltRetrieveIoPriorityInfo() or an earlier call
 * @OutputPriorityInfo: receives those before; may be NULL, or the same structure
 * @Thread: the thread
 *
 * WDK page: fltapplypriorityinfothread. IRQL: <= DISPATCH_LEVEL on Windows; a thread's priorities
 * can be set where sleeping is allowed only.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_1 for values that there are none;
 * STATUS_INVALID_DEVICE_STATE at DISPATCH_LEVEL; STATUS_ACCESS_DENIED for a thread of another user
 */
NTSTATUS FltApplyPriorityInfoThread(PIO_PRIORITY_INFO InputPriorityInfo,
				    PIO_PRIORITY_INFO OutputPriorityInfo, PETHREAD Thread)
{
	IO_PRIORITY_INFO info;
	NTSTATUS status;

	if (!InputPriorityInfo || !Thread)
		return STATUS_INVALID_PARAMETER;
	info = *InputPriorityInfo;
	if (info.Size != sizeof(info) || !flt_hint_good(info.IoPriority) ||
	    (info.ThreadPriority != FLT_PRIORITY_KEEP &&
	     (info.ThreadPriority < 1 || info.ThreadPriority > 31)) ||
	    (info.PagePriority != FLT_PRIORITY_KEEP && info.PagePriority > 7))
		return STATUS_INVALID_PARAMETER_1;
	if (ke_is_atomic())
		return STATUS_INVALID_DEVICE_STATE;
	if (OutputPriorityInfo) {
		OutputPriorityInfo->Size = sizeof(*OutputPriorityInfo);
		FltRetrieveIoPriorityInfo(NULL, NULL, Thread, OutputPriorityInfo);
	}
	status = FltSetIoPriorityHintIntoThread(Thread, info.IoPriority);
	if (NT_SUCCESS(status) && info.ThreadPriority != FLT_PRIORITY_KEEP)
		set_user_nice(ps_task(Thread),
			      clamp((FLT_THREAD_PRIORITY - (int)info.ThreadPriority) * 2,
				    MIN_NICE, MAX_NICE));
	return status;
}
EXPORT_SYMBOL_GPL(FltApplyPriorityInfoThread);
