// SPDX-License-Identifier: GPL-2.0
/*
 * Callback data that a minifilter allocates, and the routines that perform it below the
 * initiating instance: FltPerformAsynchronousIo, FltPerformSynchronousIo. What happens is in
 * generated.c; arguments are checked here.
 */
#include <linux/export.h>
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* Both routines; @who called @routine. */
static NTSTATUS flt_callback_data_new(PFLT_INSTANCE opaque, PFILE_OBJECT file,
				      FLT_ALLOCATE_CALLBACK_DATA_FLAGS flags,
				      PFLT_CALLBACK_DATA *data, const char *who,
				      const char *routine)
{
	struct flt_instance *instance = flt_instance_check(opaque);
	struct flt_generated *gen;

	if (data)
		*data = NULL;
	if (!ke_level_at_most(APC_LEVEL)) {
		ke_level_breach(who, routine, APC_LEVEL);
		return STATUS_INVALID_DEVICE_STATE;
	}
	if (!instance || !data || flags & ~FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY) {
		fsh_violation(who, routine, "instance %p, flags %#x", opaque, flags);
		return STATUS_INVALID_PARAMETER;
	}
	gen = flt_generated_alloc(instance, file, false, flags ? FLT_RESERVED_RECORDS : 0);
	if (!gen)
		return STATUS_INSUFFICIENT_RESOURCES;
	*data = &gen->op.data;
	return STATUS_SUCCESS;
}

/**
 * FltAllocateCallbackDataEx() - allocate callback data for I/O of one's own
 * @Instance: initiating instance; only those below it will see the request
 * @FileObject: target; NULL where the request will be a create
 * @Flags: 0 or FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY
 * @RetNewCallbackData: receives the callback data, to be freed with FltFreeCallbackData()
 *
 * WDK page: fltallocatecallbackdataex. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltAllocateCallbackDataEx(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				   FLT_ALLOCATE_CALLBACK_DATA_FLAGS Flags,
				   PFLT_CALLBACK_DATA *RetNewCallbackData)
{
	return flt_callback_data_new(Instance, FileObject, Flags, RetNewCallbackData, fsh_caller(),
				     __func__);
}
EXPORT_SYMBOL_GPL(FltAllocateCallbackDataEx);

/**
 * FltAllocateCallbackData() - allocate callback data for I/O of one's own
 * @Instance: initiating instance
 * @FileObject: target; NULL where the request will be a create
 * @RetNewCallbackData: receives the callback data
 *
 * WDK page: fltallocatecallbackdata. IRQL: <= APC_LEVEL. As FltAllocateCallbackDataEx() without
 * flags.
 */
NTSTATUS FltAllocateCallbackData(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				 PFLT_CALLBACK_DATA *RetNewCallbackData)
{
	return flt_callback_data_new(Instance, FileObject, 0, RetNewCallbackData, fsh_caller(),
				     __func__);
}
EXPORT_SYMBOL_GPL(FltAllocateCallbackData);

/**
 * FltFreeCallbackData() - free callback data of one's own
 * @CallbackData: from FltAllocateCallbackData(), not on its way
 *
 * WDK page: fltfreecallbackdata. IRQL: <= DISPATCH_LEVEL.
 */
VOID FltFreeCallbackData(PFLT_CALLBACK_DATA CallbackData)
{
	if (!flt_generated_give_back(CallbackData, false))
		fsh_violation(fsh_caller(), __func__, "%p is on its way, or not yours",
			      CallbackData);
}
EXPORT_SYMBOL_GPL(FltFreeCallbackData);

/**
 * FltReuseCallbackData() - make callback data ready for another request
 * @CallbackData: from FltAllocateCallbackData(), issued and completed
 *
 * WDK page: fltreusecallbackdata. IRQL: <= APC_LEVEL. Target instance and file object stay.
 */
VOID FltReuseCallbackData(PFLT_CALLBACK_DATA CallbackData)
{
	if (!ke_at_most(APC_LEVEL))
		return;
	if (!flt_generated_give_back(CallbackData, true))
		fsh_violation(fsh_caller(), __func__, "%p is on its way, fresh, or not yours",
			      CallbackData);
}
EXPORT_SYMBOL_GPL(FltReuseCallbackData);

/**
 * FltPerformAsynchronousIo() - start an operation below the initiating instance
 * @CallbackData: from FltAllocateCallbackData(), with major function and parameters set
 * @CallbackRoutine: called exactly once when the operation is over, at IRQL <= DISPATCH_LEVEL,
 *	also when this returns a failure; the callback data is the caller's again from then on
 * @CallbackContext: handed to it
 *
 * WDK page: fltperformasynchronousio. IRQL: PASSIVE_LEVEL; <= APC_LEVEL with IRP_PAGING_IO.
 *
 * Return: STATUS_SUCCESS when the file system, STATUS_FLT_IO_COMPLETE when a filter completed it
 * inline (what came of it is in IoStatus); STATUS_PENDING when somebody below pended it;
 * STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST for a create; STATUS_FLT_DELETING_OBJECT;
 * STATUS_INVALID_DEVICE_STATE at DISPATCH_LEVEL; STATUS_INVALID_PARAMETER, without a call of
 * @CallbackRoutine where it is NULL or the callback data is not the caller's
 */
NTSTATUS FltPerformAsynchronousIo(PFLT_CALLBACK_DATA CallbackData,
				  PFLT_COMPLETED_ASYNC_IO_CALLBACK CallbackRoutine,
				  PVOID CallbackContext)
{
	struct flt_generated *gen;

	gen = CallbackRoutine ? flt_generated_take(CallbackData) : NULL;
	if (!gen) {
		fsh_violation(fsh_caller(), __func__, "data %p, callback routine %p",
			      CallbackData, CallbackRoutine);
		return STATUS_INVALID_PARAMETER;
	}
	return flt_generated_start(gen, CallbackRoutine, CallbackContext);
}
EXPORT_SYMBOL_GPL(FltPerformAsynchronousIo);

/**
 * FltPerformSynchronousIo() - perform an operation below the initiating instance
 * @CallbackData: from FltAllocateCallbackData(), with major function and parameters set
 *
 * WDK page: fltperformsynchronousio. IRQL: <= APC_LEVEL. The result is in IoStatus.
 */
VOID FltPerformSynchronousIo(PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_generated *gen = flt_generated_take(CallbackData);

	if (!gen) {
		fsh_violation(fsh_caller(), __func__, "%p is on its way, or not yours",
			      CallbackData);
		return;
	}
	flt_generated_run(gen);
}
EXPORT_SYMBOL_GPL(FltPerformSynchronousIo);
