// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of extra create parameters, alone and with a create. One list belongs to one create, and
 * so to one thread at a time: there is no lock. The parameters themselves are in ecp.c.
 *
 * A create may go on when filters that it has passed are gone: one does that is sent somewhere
 * else. So a parameter in the list of a create keeps the module of its cleanup callback. What a
 * driver has by itself does not: nothing but the driver would ever let go of it.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/ecp.h"
#include "fltmgr/filter.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_ECP_LIST	0x4c504345	/* "ECPL" */

/**
 * struct _ECP_LIST - a list
 * @check: FLT_ECP_LIST
 * @lent: how many creates, one inside the other, have it from a caller that gets it back
 * @given: a filter gave it to a create, which frees it
 * @ecps: its members, the oldest first
 */
struct _ECP_LIST {
	u32 check;
	unsigned int lent;
	bool given;
	struct list_head ecps;
};

static bool flt_ecp_list_is(const struct _ECP_LIST *list)
{
	return list && list->check == FLT_ECP_LIST;
}

static struct flt_ecp *flt_ecp_find(const struct _ECP_LIST *list, const GUID *type)
{
	struct flt_ecp *ecp;

	list_for_each_entry(ecp, &list->ecps, link) {
		if (!memcmp(&ecp->type, type, sizeof(*type)))
			return ecp;
	}
	return NULL;
}

/* Has a create the list? */
static bool flt_ecps_travel(const struct _ECP_LIST *list)
{
	return list->lent || list->given;
}

static void flt_ecps_free(struct _ECP_LIST *list)
{
	struct flt_ecp *ecp;

	while ((ecp = list_first_entry_or_null(&list->ecps, struct flt_ecp, link))) {
		flt_ecp_detach(ecp);
		flt_ecp_free(ecp);
	}
	list->check = 0;
	kfree(list);
}

/**
 * flt_ecps_lend() - a filter's create takes its caller's list along
 * @list: what the caller says is a list
 *
 * flt_ecps_end() is owed. What filters put into the list meanwhile is gone then.
 *
 * Return: the list; NULL for what is none
 */
struct _ECP_LIST *flt_ecps_lend(struct _ECP_LIST *list)
{
	if (!flt_ecp_list_is(list))
		return NULL;
	list->lent++;
	return list;
}

/* What was put into the list in the create that has it now, or NULL. */
static struct flt_ecp *flt_ecps_guest(const struct _ECP_LIST *list)
{
	struct flt_ecp *ecp;

	list_for_each_entry(ecp, &list->ecps, link) {
		if (ecp->guest == list->lent)
			return ecp;
	}
	return NULL;
}

/**
 * flt_ecps_end() - a create does not need its list any more
 * @list: the list
 * @lent: it is flt_ecps_lend()'s, and its owner's again; else it goes
 */
void flt_ecps_end(struct _ECP_LIST *list, bool lent)
{
	struct flt_ecp *ecp;

	if (!lent) {
		flt_ecps_free(list);
		return;
	}
	while ((ecp = flt_ecps_guest(list))) {
		flt_ecp_detach(ecp);
		flt_ecp_free(ecp);
	}
	list->lent--;
}

/**
 * flt_ecps_make() - a list with one parameter, for a create of the file system's own
 * @type: of the parameter
 * @size: its bytes
 * @context: receives it, cleared
 *
 * Task context. Who gives it to an operation has it freed with that; flt_ecps_end() frees it too.
 *
 * Return: the list, or NULL without memory
 */
struct _ECP_LIST *flt_ecps_make(const GUID *type, ULONG size, void **context)
{
	struct _ECP_LIST *list;

	if (!NT_SUCCESS(FltAllocateExtraCreateParameterList(NULL, 0, &list)))
		return NULL;
	if (!NT_SUCCESS(FltAllocateExtraCreateParameter(NULL, type, size, 0, NULL, FLT_ECP_LIST,
							context))) {
		flt_ecps_free(list);
		return NULL;
	}
	FltInsertExtraCreateParameter(NULL, list, *context);
	list->given = true;
	return list;
}

/**
 * flt_ecps_drop() - a create that has a list is over
 * @op: the create
 */
void flt_ecps_drop(struct flt_operation *op)
{
	flt_ecps_end(op->ecps, op->ecps_lent);
	op->ecps = NULL;
}

/**
 * FltAllocateExtraCreateParameterList() - make an empty list
 * @Filter: the caller
 * @Flags: not looked at: there are no quotas of memory
 * @EcpList: receives it
 *
 * WDK page: fltallocateextracreateparameterlist. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltAllocateExtraCreateParameterList(PFLT_FILTER Filter,
					     FSRTL_ALLOCATE_ECPLIST_FLAGS Flags,
					     PECP_LIST *EcpList)
{
	struct _ECP_LIST *list;

	*EcpList = NULL;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	list = kzalloc(sizeof(*list), GFP_KERNEL);
	if (!list)
		return STATUS_INSUFFICIENT_RESOURCES;
	list->check = FLT_ECP_LIST;
	INIT_LIST_HEAD(&list->ecps);
	*EcpList = list;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltAllocateExtraCreateParameterList);

/**
 * FltFreeExtraCreateParameterList() - free a list and what is in it
 * @Filter: the caller
 * @EcpList: the list; one that a create has is left alone, which is reported
 *
 * WDK page: fltfreeextracreateparameterlist. IRQL: <= APC_LEVEL. The cleanup callback of each
 * member is called.
 */
VOID FltFreeExtraCreateParameterList(PFLT_FILTER Filter, PECP_LIST EcpList)
{
	if (!ke_at_most(APC_LEVEL))
		return;
	if (!flt_ecp_list_is(EcpList))
		fsh_violation(fsh_caller(), __func__, "%p is no list of parameters", EcpList);
	else if (flt_ecps_travel(EcpList))
		fsh_violation(fsh_caller(), __func__, "a create has the list %p", EcpList);
	else
		flt_ecps_free(EcpList);
}
EXPORT_SYMBOL_GPL(FltFreeExtraCreateParameterList);

/**
 * FltInsertExtraCreateParameter() - put a parameter into a list
 * @Filter: the caller
 * @EcpList: the list
 * @EcpContext: parameter that is in no list
 *
 * WDK page: fltinsertextracreateparameter. IRQL: <= APC_LEVEL. One that is put into the list of a
 * create goes with the create, though the list may be its caller's.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER when there is one of its type already;
 * STATUS_FLT_DELETING_OBJECT for a create's list when the parameter's driver is going
 */
NTSTATUS FltInsertExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, PVOID EcpContext)
{
	struct flt_ecp *ecp;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	ecp = flt_ecp_of(fsh_caller(), __func__, EcpContext);
	if (!ecp || !flt_ecp_list_is(EcpList) || ecp->list || flt_ecp_find(EcpList, &ecp->type))
		return STATUS_INVALID_PARAMETER;
	if (flt_ecps_travel(EcpList) && !flt_ecp_hold(ecp))
		return STATUS_FLT_DELETING_OBJECT;
	ecp->guest = EcpList->lent;
	ecp->list = EcpList;
	list_add_tail(&ecp->link, &EcpList->ecps);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltInsertExtraCreateParameter);

/* What there is of a type, told to the caller; NULL pointers are for what it does not want. */
static NTSTATUS flt_ecp_tell(const struct flt_ecp *ecp, PVOID *context, PULONG size)
{
	if (context)
		*context = ecp ? (PVOID)ecp->context : NULL;
	if (size)
		*size = ecp ? ecp->size : 0;
	return ecp ? STATUS_SUCCESS : STATUS_NOT_FOUND;
}

/**
 * FltFindExtraCreateParameter() - look for a parameter
 * @Filter: the caller
 * @EcpList: the list
 * @EcpType: its type
 * @EcpContext: receives it; may be NULL
 * @EcpContextSize: receives its bytes; may be NULL
 *
 * WDK page: fltfindextracreateparameter. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND, with NULL and 0; STATUS_INVALID_PARAMETER
 */
NTSTATUS FltFindExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, LPCGUID EcpType,
				     PVOID *EcpContext, PULONG EcpContextSize)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_ecp_list_is(EcpList) || !EcpType)
		return STATUS_INVALID_PARAMETER;
	return flt_ecp_tell(flt_ecp_find(EcpList, EcpType), EcpContext, EcpContextSize);
}
EXPORT_SYMBOL_GPL(FltFindExtraCreateParameter);

/**
 * FltRemoveExtraCreateParameter() - take a parameter out of a list
 * @Filter: the caller
 * @EcpList: the list
 * @EcpType: its type
 * @EcpContext: receives it, which is the caller's now
 * @EcpContextSize: receives its bytes; may be NULL
 *
 * WDK page: fltremoveextracreateparameter. IRQL: <= APC_LEVEL.
 *
 * Return: as FltFindExtraCreateParameter()
 */
NTSTATUS FltRemoveExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, LPCGUID EcpType,
				       PVOID *EcpContext, PULONG EcpContextSize)
{
	struct flt_ecp *ecp;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_ecp_list_is(EcpList) || !EcpType)
		return STATUS_INVALID_PARAMETER;
	ecp = flt_ecp_find(EcpList, EcpType);
	/* Who takes it from a create may have it longer than its driver stays. */
	if (ecp && flt_ecps_travel(EcpList) && !flt_ecp_hold(ecp))
		ecp = NULL;
	if (ecp)
		flt_ecp_detach(ecp);
	return flt_ecp_tell(ecp, EcpContext, EcpContextSize);
}
EXPORT_SYMBOL_GPL(FltRemoveExtraCreateParameter);

/**
 * FltGetNextExtraCreateParameter() - walk over a list
 * @Filter: the caller
 * @EcpList: the list
 * @CurrentEcpContext: NULL to begin, or what the last call gave
 * @NextEcpType: receives the type; may be NULL
 * @NextEcpContext: receives the parameter; may be NULL
 * @NextEcpContextSize: receives its bytes; may be NULL
 *
 * WDK page: fltgetnextextracreateparameter. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND at the end; STATUS_INVALID_PARAMETER
 */
NTSTATUS FltGetNextExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList,
					PVOID CurrentEcpContext, LPGUID NextEcpType,
					PVOID *NextEcpContext, PULONG NextEcpContextSize)
{
	struct flt_ecp *ecp;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_ecp_list_is(EcpList))
		return STATUS_INVALID_PARAMETER;
	if (CurrentEcpContext) {
		ecp = flt_ecp_of(fsh_caller(), __func__, CurrentEcpContext);
		if (!ecp || ecp->list != EcpList)
			return STATUS_INVALID_PARAMETER;
		ecp = list_next_entry(ecp, link);
	} else {
		ecp = list_first_entry(&EcpList->ecps, struct flt_ecp, link);
	}
	if (list_entry_is_head(ecp, &EcpList->ecps, link))
		ecp = NULL;
	if (ecp && NextEcpType)
		*NextEcpType = ecp->type;
	return flt_ecp_tell(ecp, NextEcpContext, NextEcpContextSize);
}
EXPORT_SYMBOL_GPL(FltGetNextExtraCreateParameter);

/**
 * FltGetEcpListFromCallbackData() - the list of a create
 * @Filter: the caller
 * @CallbackData: a create
 * @EcpList: receives it, or NULL when it has none
 *
 * WDK page: fltgetecplistfromcallbackdata. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another operation;
 * STATUS_FLT_DELETING_OBJECT in a draining call, which has only a copy of the operation
 */
NTSTATUS FltGetEcpListFromCallbackData(PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
				       PECP_LIST *EcpList)
{
	if (EcpList)
		*EcpList = NULL;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!CallbackData || !EcpList || CallbackData->Iopb->MajorFunction != IRP_MJ_CREATE)
		return STATUS_INVALID_PARAMETER;
	if (CallbackData->Flags & FLTFL_CALLBACK_DATA_DRAINING_IO)
		return STATUS_FLT_DELETING_OBJECT;
	*EcpList = flt_operation_of(CallbackData)->ecps;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetEcpListFromCallbackData);

/**
 * FltSetEcpListIntoCallbackData() - give a create a list
 * @Filter: the caller
 * @CallbackData: a create, in its pre-operation callback
 * @EcpList: the list, which is the create's from now on and freed with it
 *
 * WDK page: fltsetecplistintocallbackdata. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER_2 for another operation;
 * STATUS_INVALID_PARAMETER_3 when it has a list, into which the caller can put its parameters;
 * STATUS_INVALID_PARAMETER for what is no list, or one that a create has;
 * STATUS_FLT_DELETING_OBJECT in a draining call, and when the driver of a parameter is going
 */
NTSTATUS FltSetEcpListIntoCallbackData(PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
				       PECP_LIST EcpList)
{
	struct flt_operation *op;
	struct flt_ecp *ecp;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!CallbackData || CallbackData->Iopb->MajorFunction != IRP_MJ_CREATE)
		return STATUS_INVALID_PARAMETER_2;
	if (CallbackData->Flags & FLTFL_CALLBACK_DATA_DRAINING_IO)
		return STATUS_FLT_DELETING_OBJECT;
	op = flt_operation_of(CallbackData);
	if (op->ecps)
		return STATUS_INVALID_PARAMETER_3;
	if (!flt_ecp_list_is(EcpList) || flt_ecps_travel(EcpList))
		return STATUS_INVALID_PARAMETER;
	list_for_each_entry(ecp, &EcpList->ecps, link) {
		if (!flt_ecp_hold(ecp))
			return STATUS_FLT_DELETING_OBJECT;
	}
	EcpList->given = true;
	op->ecps = EcpList;
	op->ecps_lent = false;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltSetEcpListIntoCallbackData);
