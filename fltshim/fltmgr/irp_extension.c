// SPDX-License-Identifier: GPL-2.0
/*
 * What an IRP carries beside its parameters: the activity id of event tracing and the description
 * of a kernel-mode copy. Linux has neither, so an id is there only if a filter attached it.
 */
#include <linux/export.h>
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "nt/violation.h"

/**
 * flt_irp_get() - an IRP-based operation that a filter sees or has made
 * @data: what the filter says is its callback data
 * @gen: receives what flt_irp_put() needs
 *
 * Return: the operation, or NULL
 */
struct flt_operation *flt_irp_get(PFLT_CALLBACK_DATA data, struct flt_generated **gen)
{
	bool issued;

	*gen = NULL;
	if (!data || !FLT_IS_IRP_OPERATION(data))
		return NULL;
	*gen = flt_generated_pin(data, &issued);
	return *gen ? &(*gen)->op : flt_operation_lookup(data);
}

void flt_irp_put(struct flt_generated *gen)
{
	if (gen)
		flt_generated_unpin(gen);
}

static NTSTATUS flt_activity_get(PFLT_CALLBACK_DATA data, GUID *id)
{
	struct flt_generated *gen;
	struct flt_operation *op = flt_irp_get(data, &gen);
	NTSTATUS status = STATUS_NOT_SUPPORTED;

	if (op && op->has_activity) {
		*id = op->activity;
		status = STATUS_SUCCESS;
	} else if (op) {
		status = STATUS_NOT_FOUND;
	}
	flt_irp_put(gen);
	return status;
}

/**
 * FltGetActivityIdCallbackData() - activity id of an operation
 * @CallbackData: the operation
 * @Guid: receives the id
 *
 * WDK page: fltgetactivityidcallbackdata. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND when nobody attached one; STATUS_NOT_SUPPORTED for what
 * is not IRP-based
 */
NTSTATUS FltGetActivityIdCallbackData(PFLT_CALLBACK_DATA CallbackData, LPGUID Guid)
{
	return Guid ? flt_activity_get(CallbackData, Guid) : STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(FltGetActivityIdCallbackData);

/**
 * FltSetActivityIdCallbackData() - attach an activity id to an operation
 * @CallbackData: the operation
 * @Guid: the id; NULL asks for the thread's, which there is none of on Linux
 *
 * WDK page: fltsetactivityidcallbackdata. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED for what is not IRP-based, and without an id
 */
NTSTATUS FltSetActivityIdCallbackData(PFLT_CALLBACK_DATA CallbackData, LPCGUID Guid)
{
	struct flt_generated *gen;
	struct flt_operation *op;

	if (!Guid)
		return STATUS_NOT_SUPPORTED;
	op = flt_irp_get(CallbackData, &gen);
	if (op) {
		op->activity = *Guid;
		op->has_activity = true;
	}
	flt_irp_put(gen);
	return op ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltSetActivityIdCallbackData);

/**
 * FltPropagateActivityIdToThread() - give an operation's activity id to the current thread
 * @CallbackData: the operation
 * @PropagateId: receives the id, for the time that the thread has it
 * @OriginalId: receives NULL: threads have no activity id on Linux, so none has to be put back
 *
 * WDK page: fltpropagateactivityidtothread. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: as FltGetActivityIdCallbackData()
 */
NTSTATUS FltPropagateActivityIdToThread(PFLT_CALLBACK_DATA CallbackData, LPGUID PropagateId,
					LPGUID *OriginalId)
{
	NTSTATUS status;

	if (!PropagateId || !OriginalId)
		return STATUS_INVALID_PARAMETER;
	status = flt_activity_get(CallbackData, PropagateId);
	if (NT_SUCCESS(status))
		*OriginalId = NULL;
	return status;
}
EXPORT_SYMBOL_GPL(FltPropagateActivityIdToThread);

/**
 * FltPropagateIrpExtension() - hand what an operation carries on to another
 * @SourceData: the operation
 * @TargetData: as a rule one that the caller starts for its sake
 * @Flags: 0
 *
 * WDK page: fltpropagateirpextension. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS, with nothing to hand on too; STATUS_INVALID_PARAMETER for what is not
 * IRP-based and for other flags
 */
NTSTATUS FltPropagateIrpExtension(PFLT_CALLBACK_DATA SourceData, PFLT_CALLBACK_DATA TargetData,
				  ULONG Flags)
{
	struct flt_generated *from_gen, *to_gen;
	struct flt_operation *from, *to;

	if (Flags) {
		fsh_violation(fsh_caller(), __func__, "flags %#x", Flags);
		return STATUS_INVALID_PARAMETER;
	}
	from = flt_irp_get(SourceData, &from_gen);
	to = flt_irp_get(TargetData, &to_gen);
	if (from && to && from->has_activity) {
		to->activity = from->activity;
		to->has_activity = true;
	}
	flt_irp_put(from_gen);
	flt_irp_put(to_gen);
	return from && to ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(FltPropagateIrpExtension);

/**
 * FltGetCopyInformationFromCallbackData() - is an operation part of a kernel-mode copy?
 * @Data: the operation
 * @CopyInformation: not filled in
 *
 * WDK page: fltgetcopyinformationfromcallbackdata. IRQL: <= DISPATCH_LEVEL. The reads and writes of
 * copy_file_range(2) are not told apart from others.
 *
 * Return: STATUS_NOT_FOUND; STATUS_INVALID_PARAMETER for what is not IRP-based
 */
NTSTATUS FltGetCopyInformationFromCallbackData(PFLT_CALLBACK_DATA Data,
					       PCOPY_INFORMATION CopyInformation)
{
	return Data && FLT_IS_IRP_OPERATION(Data) ? STATUS_NOT_FOUND : STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(FltGetCopyInformationFromCallbackData);
