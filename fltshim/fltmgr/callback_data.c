// SPDX-License-Identifier: GPL-2.0
/*
 * Routines that ask or mark callback data: the dirty flag, who requested the operation, whether
 * it is synchronous.
 */
#include <linux/export.h>
#include <linux/pid.h>
#include <linux/sched.h>
#include "fltmgr/operation.h"
#include "nt/ke_irql.h"
#include "nt/ps_process.h"

/**
 * FltSetCallbackDataDirty() - make the changes to the parameters count
 * @Data: callback data of the operation
 *
 * WDK page: fltsetcallbackdatadirty. IRQL: any.
 */
VOID FltSetCallbackDataDirty(PFLT_CALLBACK_DATA Data)
{
	Data->Flags |= FLTFL_CALLBACK_DATA_DIRTY;
}
EXPORT_SYMBOL_GPL(FltSetCallbackDataDirty);

/**
 * FltClearCallbackDataDirty() - take FltSetCallbackDataDirty() back
 * @Data: callback data of the operation
 *
 * WDK page: fltclearcallbackdatadirty. IRQL: any.
 */
VOID FltClearCallbackDataDirty(PFLT_CALLBACK_DATA Data)
{
	Data->Flags &= ~FLTFL_CALLBACK_DATA_DIRTY;
}
EXPORT_SYMBOL_GPL(FltClearCallbackDataDirty);

/**
 * FltIsCallbackDataDirty() - is the callback data marked dirty?
 * @Data: callback data of the operation
 *
 * WDK page: fltiscallbackdatadirty. IRQL: any.
 */
BOOLEAN FltIsCallbackDataDirty(PFLT_CALLBACK_DATA Data)
{
	return !!(Data->Flags & FLTFL_CALLBACK_DATA_DIRTY);
}
EXPORT_SYMBOL_GPL(FltIsCallbackDataDirty);

/**
 * FltIsOperationSynchronous() - does the issuer wait for the operation?
 * @CallbackData: callback data of the operation
 *
 * WDK page: fltisoperationsynchronous. IRQL: any. The tests come in the documented order; every
 * file object here is opened for synchronous I/O, so a request that came with an asynchronous
 * completion counts as made on an asynchronous file (CBD-067, CBD-070).
 */
BOOLEAN FltIsOperationSynchronous(PFLT_CALLBACK_DATA CallbackData)
{
	const FLT_IO_PARAMETER_BLOCK *iopb = CallbackData->Iopb;
	const FILE_OBJECT *file = iopb->TargetFileObject;
	ULONG code;

	if (!FLT_IS_IRP_OPERATION(CallbackData))
		return TRUE;
	if (iopb->IrpFlags & IRP_SYNCHRONOUS_PAGING_IO)
		return TRUE;
	if (iopb->IrpFlags & IRP_PAGING_IO)
		return FALSE;
	switch (iopb->MajorFunction) {
	case IRP_MJ_READ:
	case IRP_MJ_WRITE:
		return !!(iopb->IrpFlags & IRP_SYNCHRONOUS_API);
	case IRP_MJ_FILE_SYSTEM_CONTROL:
		code = iopb->Parameters.FileSystemControl.Common.FsControlCode;
		if ((code & 3) == METHOD_BUFFERED)
			return TRUE;
		break;
	case IRP_MJ_DEVICE_CONTROL:
	case IRP_MJ_INTERNAL_DEVICE_CONTROL:
		code = iopb->Parameters.DeviceIoControl.Common.IoControlCode;
		if ((code & 3) == METHOD_BUFFERED)
			return TRUE;
		break;
	}
	return (file && file->Flags & FO_SYNCHRONOUS_IO) ||
	       !!(iopb->IrpFlags & IRP_SYNCHRONOUS_API);
}
EXPORT_SYMBOL_GPL(FltIsOperationSynchronous);

/**
 * FltGetRequestorProcessId() - process id of the requestor
 * @CallbackData: callback data of the operation
 *
 * WDK page: fltgetrequestorprocessid. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: the thread group's id in the initial namespace, 4 for kernel threads, 0 for an operation
 * without a thread
 */
ULONG FltGetRequestorProcessId(PFLT_CALLBACK_DATA CallbackData)
{
	/* A draining call carries a copy of the data, so it is the thread that tells. */
	if (!CallbackData->Thread)
		return 0;
	return (ULONG)(ULONG_PTR)PsGetThreadProcessId(CallbackData->Thread);
}
EXPORT_SYMBOL_GPL(FltGetRequestorProcessId);

/**
 * FltGetRequestorProcessIdEx() - process id of the requestor, as a handle
 * @CallbackData: callback data of the operation
 *
 * WDK page: fltgetrequestorprocessidex. IRQL: <= DISPATCH_LEVEL.
 */
HANDLE FltGetRequestorProcessIdEx(PFLT_CALLBACK_DATA CallbackData)
{
	return (HANDLE)(ULONG_PTR)FltGetRequestorProcessId(CallbackData);
}
EXPORT_SYMBOL_GPL(FltGetRequestorProcessIdEx);

/**
 * FltGetRequestorProcess() - process object of the requestor
 * @CallbackData: callback data of the operation
 *
 * WDK page: fltgetrequestorprocess. IRQL: <= DISPATCH_LEVEL. Not referenced: it lives as long as
 * the operation.
 *
 * Return: the process, NULL for an operation without a thread
 */
PEPROCESS FltGetRequestorProcess(PFLT_CALLBACK_DATA CallbackData)
{
	return CallbackData->Thread ? IoThreadToProcess(CallbackData->Thread) : NULL;
}
EXPORT_SYMBOL_GPL(FltGetRequestorProcess);

/**
 * FltGetRequestorSessionId() - session of the requestor
 * @CallbackData: callback data of the operation
 * @SessionId: receives what getsid(2) says in the initial namespace; (ULONG)-1 for a process
 *	without a session and for an operation without a thread
 *
 * WDK page: fltgetrequestorsessionid. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_DEVICE_STATE when called too high
 */
NTSTATUS FltGetRequestorSessionId(PFLT_CALLBACK_DATA CallbackData, PULONG SessionId)
{
	PEPROCESS process = FltGetRequestorProcess(CallbackData);

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	*SessionId = process ? PsGetProcessSessionId(process) : MAXULONG;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetRequestorSessionId);

static bool flt_task_is_32bit(const void *thread)
{
	return thread && PsGetProcessWow64Process((PEPROCESS)thread);
}

/**
 * FltIs32bitProcess() - is an operation done for a 32-bit program?
 * @CallbackData: the operation; NULL asks about the calling thread
 *
 * WDK page: fltis32bitprocess. IRQL: <= APC_LEVEL. An IRP-based operation goes by its requestor,
 * whoever asks; another one by the calling thread, which is the requestor.
 *
 * Return: on a 64-bit kernel TRUE for a 32-bit user program, FALSE for what the kernel or a filter
 * started; always TRUE on a 32-bit one
 */
BOOLEAN FltIs32bitProcess(PFLT_CALLBACK_DATA CallbackData)
{
	if (!ke_at_most(APC_LEVEL))
		return FALSE;
	if (!IS_ENABLED(CONFIG_64BIT))
		return TRUE;
	if (!CallbackData || FLT_IS_FASTIO_OPERATION(CallbackData) ||
	    FLT_IS_FS_FILTER_OPERATION(CallbackData))
		return flt_task_is_32bit(current);
	return FLT_IS_IRP_OPERATION(CallbackData) && CallbackData->RequestorMode == UserMode &&
	       flt_task_is_32bit(CallbackData->Thread);
}
EXPORT_SYMBOL_GPL(FltIs32bitProcess);
