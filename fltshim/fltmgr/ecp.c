// SPDX-License-Identifier: GPL-2.0
/*
 * Extra create parameters: pieces of memory with a type, in a list that goes with a create. A
 * parameter has a header in front of what the driver gets; a list and a parameter know themselves
 * by their first word, so that a wrong pointer is told. One list belongs to one create, and so to
 * one thread at a time: there is no lock.
 */
#include <linux/export.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "fltmgr/ecp.h"
#include "fltmgr/filter.h"
#include "nt/ex_pool.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_ECP_LIST	0x4c504345	/* "ECPL" */
#define FLT_ECP		0x31504345	/* "ECP1" */
#define FLT_ECP_SLAB	0x53504345	/* "ECPS" */
#define FLT_ECP_MAX	SZ_1M

/**
 * struct _ECP_LIST - a list
 * @check: FLT_ECP_LIST
 * @ecps: its members, the oldest first
 */
struct _ECP_LIST {
	u32 check;
	struct list_head ecps;
};

/**
 * struct flt_ecp_slab - what stands in a driver's lookaside list
 * @check: FLT_ECP_SLAB
 * @refs: one for the driver, one for each parameter
 * @size: of a parameter, without its header
 * @nonpaged: its pool
 * @tag: of the pool
 */
struct flt_ecp_slab {
	u32 check;
	refcount_t refs;
	size_t size;
	bool nonpaged;
	ULONG tag;
};

/**
 * struct flt_ecp - in front of a parameter
 * @check: FLT_ECP
 * @size: of the parameter
 * @link: in its list, or in none
 * @list: which that is, or NULL
 * @type: its type
 * @cleanup: called before it is freed, or NULL
 * @tag: of the pool
 * @acknowledged: somebody has acted on it
 * @slab: where it comes from, or NULL
 * @context: what the driver has
 */
struct flt_ecp {
	u32 check;
	ULONG size;
	struct list_head link;
	struct _ECP_LIST *list;
	GUID type;
	PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK cleanup;
	ULONG tag;
	bool acknowledged;
	struct flt_ecp_slab *slab;
	u8 context[] __aligned(16);
};

/* What a driver says is a parameter; NULL, and said, for anything else. */
static struct flt_ecp *flt_ecp_of(const char *who, const char *routine, void *context)
{
	struct flt_ecp *ecp = context ? container_of(context, struct flt_ecp, context[0]) : NULL;

	if (ecp && IS_ALIGNED((unsigned long)ecp, 16) && ecp->check == FLT_ECP)
		return ecp;
	fsh_violation(who, routine, "%p is no extra create parameter", context);
	return NULL;
}

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

static void flt_ecp_detach(struct flt_ecp *ecp)
{
	list_del_init(&ecp->link);
	ecp->list = NULL;
}

static void flt_ecp_slab_put(struct flt_ecp_slab *slab)
{
	if (refcount_dec_and_test(&slab->refs))
		kfree(slab);
}

/* A parameter, its cleanup callback called, goes; it is in no list. */
static void flt_ecp_free(struct flt_ecp *ecp)
{
	struct flt_ecp_slab *slab = ecp->slab;

	if (ecp->cleanup)
		ecp->cleanup(ecp->context, &ecp->type);
	ecp->check = 0;
	pool_free(flt_ecp_free, __func__, ecp, ecp->tag);
	if (slab)
		flt_ecp_slab_put(slab);
}

static struct flt_ecp *flt_ecp_new(const void *code, const GUID *type, ULONG size, bool nonpaged,
				   ULONG tag)
{
	struct flt_ecp *ecp;

	if (size > FLT_ECP_MAX)
		return NULL;
	/* The pool clears what it gives. */
	ecp = pool_alloc(code, nonpaged ? POOL_FLAG_NON_PAGED : POOL_FLAG_PAGED,
			 sizeof(*ecp) + size, tag);
	if (!ecp)
		return NULL;
	ecp->check = FLT_ECP;
	ecp->size = size;
	ecp->type = *type;
	ecp->tag = tag;
	INIT_LIST_HEAD(&ecp->link);
	return ecp;
}

void flt_ecps_free(struct _ECP_LIST *list)
{
	struct flt_ecp *ecp, *next;

	list_for_each_entry_safe(ecp, next, &list->ecps, link) {
		flt_ecp_detach(ecp);
		flt_ecp_free(ecp);
	}
	list->check = 0;
	kfree(list);
}

/* The list if it is one, else NULL. */
struct _ECP_LIST *flt_ecps_check(struct _ECP_LIST *list)
{
	return flt_ecp_list_is(list) ? list : NULL;
}

/**
 * flt_ecps_drop() - a create that has a list is over
 * @op: the create
 */
void flt_ecps_drop(struct flt_operation *op)
{
	if (!op->ecps_lent)
		flt_ecps_free(op->ecps);
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
 * @EcpList: the list; not one that a create has
 *
 * WDK page: fltfreeextracreateparameterlist. IRQL: <= APC_LEVEL. The cleanup callback of each
 * member is called.
 */
VOID FltFreeExtraCreateParameterList(PFLT_FILTER Filter, PECP_LIST EcpList)
{
	if (!ke_at_most(APC_LEVEL))
		return;
	if (flt_ecp_list_is(EcpList))
		flt_ecps_free(EcpList);
	else
		fsh_violation(fsh_caller(), __func__, "%p is no list of parameters", EcpList);
}
EXPORT_SYMBOL_GPL(FltFreeExtraCreateParameterList);

/**
 * FltAllocateExtraCreateParameter() - make a parameter
 * @Filter: the caller
 * @EcpType: its type
 * @SizeOfContext: its bytes
 * @Flags: FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL
 * @CleanupCallback: called before it is freed; may be NULL
 * @PoolTag: of its memory
 * @EcpContext: receives it, cleared
 *
 * WDK page: fltallocateextracreateparameter. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltAllocateExtraCreateParameter(PFLT_FILTER Filter, LPCGUID EcpType, ULONG SizeOfContext,
					 FSRTL_ALLOCATE_ECP_FLAGS Flags,
					 PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK
						 CleanupCallback,
					 ULONG PoolTag, PVOID *EcpContext)
{
	struct flt_ecp *ecp;

	*EcpContext = NULL;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!EcpType)
		return STATUS_INVALID_PARAMETER;
	ecp = flt_ecp_new(__builtin_return_address(0), EcpType, SizeOfContext,
			  Flags & FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL, PoolTag);
	if (!ecp)
		return STATUS_INSUFFICIENT_RESOURCES;
	ecp->cleanup = CleanupCallback;
	*EcpContext = ecp->context;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltAllocateExtraCreateParameter);

/* The driver's memory of a lookaside list holds a pointer to ours. */
static struct flt_ecp_slab *flt_ecp_slab_of(const char *who, const char *routine, void *lookaside)
{
	struct flt_ecp_slab *slab = lookaside ? *(struct flt_ecp_slab **)lookaside : NULL;

	if (slab && slab->check == FLT_ECP_SLAB)
		return slab;
	fsh_violation(who, routine, "%p is no lookaside list for parameters", lookaside);
	return NULL;
}

/**
 * FltInitExtraCreateParameterLookasideList() - prepare a lookaside list for parameters
 * @Filter: the caller
 * @Lookaside: memory of the caller's, for a PAGED_LOOKASIDE_LIST or NPAGED_LOOKASIDE_LIST
 * @Flags: FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL
 * @Size: bytes of each parameter
 * @Tag: of their memory
 *
 * WDK page: fltinitextracreateparameterlookasidelist. IRQL: <= APC_LEVEL. Linux keeps free memory
 * of each size at hand anyway, so the list keeps none itself.
 */
VOID FltInitExtraCreateParameterLookasideList(PFLT_FILTER Filter, PVOID Lookaside,
					      FSRTL_ECP_LOOKASIDE_FLAGS Flags, SIZE_T Size,
					      ULONG Tag)
{
	struct flt_ecp_slab *slab;

	if (!ke_at_most(APC_LEVEL) || !Lookaside)
		return;
	slab = kzalloc(sizeof(*slab), GFP_KERNEL | __GFP_NOFAIL);
	slab->check = FLT_ECP_SLAB;
	refcount_set(&slab->refs, 1);
	slab->size = Size;
	slab->nonpaged = Flags & FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL;
	slab->tag = Tag;
	*(struct flt_ecp_slab **)Lookaside = slab;
}
EXPORT_SYMBOL_GPL(FltInitExtraCreateParameterLookasideList);

/**
 * FltDeleteExtraCreateParameterLookasideList() - give a lookaside list up
 * @Filter: the caller
 * @Lookaside: of FltInitExtraCreateParameterLookasideList()
 * @Flags: as there
 *
 * WDK page: fltdeleteextracreateparameterlookasidelist. IRQL: <= APC_LEVEL. With parameters of it
 * left, which is reported, it goes with the last of them.
 */
VOID FltDeleteExtraCreateParameterLookasideList(PFLT_FILTER Filter, PVOID Lookaside,
						FSRTL_ECP_LOOKASIDE_FLAGS Flags)
{
	struct flt_ecp_slab *slab;

	if (!ke_at_most(APC_LEVEL))
		return;
	slab = flt_ecp_slab_of(fsh_caller(), __func__, Lookaside);
	if (!slab)
		return;
	if (refcount_read(&slab->refs) > 1)
		fsh_violation(fsh_caller(), __func__, "%u parameters of the list are in use",
			      refcount_read(&slab->refs) - 1);
	*(struct flt_ecp_slab **)Lookaside = NULL;
	flt_ecp_slab_put(slab);
}
EXPORT_SYMBOL_GPL(FltDeleteExtraCreateParameterLookasideList);

/**
 * FltAllocateExtraCreateParameterFromLookasideList() - make a parameter
 * @Filter: see FltAllocateExtraCreateParameter()
 * @EcpType: likewise
 * @SizeOfContext: at most what the list was made for
 * @Flags: not looked at: the list decides
 * @CleanupCallback: see FltAllocateExtraCreateParameter()
 * @LookasideList: of FltInitExtraCreateParameterLookasideList()
 * @EcpContext: receives it, cleared
 *
 * WDK page: fltallocateextracreateparameterfromlookasidelist. IRQL: <= APC_LEVEL.
 */
NTSTATUS
FltAllocateExtraCreateParameterFromLookasideList(PFLT_FILTER Filter, LPCGUID EcpType,
						 ULONG SizeOfContext,
						 FSRTL_ALLOCATE_ECP_FLAGS Flags,
						 PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK
							 CleanupCallback,
						 PVOID LookasideList, PVOID *EcpContext)
{
	struct flt_ecp_slab *slab;
	struct flt_ecp *ecp;

	*EcpContext = NULL;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	slab = flt_ecp_slab_of(fsh_caller(), __func__, LookasideList);
	if (!slab || !EcpType || SizeOfContext > slab->size)
		return STATUS_INVALID_PARAMETER;
	ecp = flt_ecp_new(__builtin_return_address(0), EcpType, SizeOfContext, slab->nonpaged,
			  slab->tag);
	if (!ecp)
		return STATUS_INSUFFICIENT_RESOURCES;
	refcount_inc(&slab->refs);
	ecp->slab = slab;
	ecp->cleanup = CleanupCallback;
	*EcpContext = ecp->context;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltAllocateExtraCreateParameterFromLookasideList);

/**
 * FltFreeExtraCreateParameter() - free a parameter
 * @Filter: the caller
 * @EcpContext: parameter that is in no list
 *
 * WDK page: fltfreeextracreateparameter. IRQL: <= APC_LEVEL. Its cleanup callback is called. One
 * that is in a list is taken out first, which is reported.
 */
VOID FltFreeExtraCreateParameter(PFLT_FILTER Filter, PVOID EcpContext)
{
	struct flt_ecp *ecp;

	if (!ke_at_most(APC_LEVEL))
		return;
	ecp = flt_ecp_of(fsh_caller(), __func__, EcpContext);
	if (!ecp)
		return;
	if (ecp->list) {
		fsh_violation(fsh_caller(), __func__, "%p is still in a list", EcpContext);
		flt_ecp_detach(ecp);
	}
	flt_ecp_free(ecp);
}
EXPORT_SYMBOL_GPL(FltFreeExtraCreateParameter);

/**
 * FltInsertExtraCreateParameter() - put a parameter into a list
 * @Filter: the caller
 * @EcpList: the list
 * @EcpContext: parameter that is in no list
 *
 * WDK page: fltinsertextracreateparameter. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER when there is one of its type already
 */
NTSTATUS FltInsertExtraCreateParameter(PFLT_FILTER Filter, PECP_LIST EcpList, PVOID EcpContext)
{
	struct flt_ecp *ecp;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	ecp = flt_ecp_of(fsh_caller(), __func__, EcpContext);
	if (!ecp || !flt_ecp_list_is(EcpList) || ecp->list || flt_ecp_find(EcpList, &ecp->type))
		return STATUS_INVALID_PARAMETER;
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
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for another operation
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
 * STATUS_INVALID_PARAMETER for what is no list
 */
NTSTATUS FltSetEcpListIntoCallbackData(PFLT_FILTER Filter, PFLT_CALLBACK_DATA CallbackData,
				       PECP_LIST EcpList)
{
	struct flt_operation *op;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!CallbackData || CallbackData->Iopb->MajorFunction != IRP_MJ_CREATE)
		return STATUS_INVALID_PARAMETER_2;
	op = flt_operation_of(CallbackData);
	if (op->ecps)
		return STATUS_INVALID_PARAMETER_3;
	if (!flt_ecp_list_is(EcpList))
		return STATUS_INVALID_PARAMETER;
	op->ecps = EcpList;
	op->ecps_lent = false;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltSetEcpListIntoCallbackData);

/* Sets or clears the mark. */
static void flt_ecp_mark(const char *who, const char *routine, void *context, bool mark)
{
	struct flt_ecp *ecp = flt_ecp_of(who, routine, context);

	if (ecp)
		ecp->acknowledged = mark;
}

/**
 * FltAcknowledgeEcp() - say that a parameter was acted on
 * @Filter: the caller
 * @EcpContext: the parameter
 *
 * WDK page: fltacknowledgeecp. IRQL: <= APC_LEVEL.
 */
VOID FltAcknowledgeEcp(PFLT_FILTER Filter, PVOID EcpContext)
{
	flt_ecp_mark(fsh_caller(), __func__, EcpContext, true);
}
EXPORT_SYMBOL_GPL(FltAcknowledgeEcp);

/**
 * FltPrepareToReuseEcp() - make a parameter ready for another create
 * @Filter: the caller
 * @EcpContext: the parameter
 *
 * WDK page: fltpreparetoreuseecp. IRQL: <= APC_LEVEL.
 */
VOID FltPrepareToReuseEcp(PFLT_FILTER Filter, PVOID EcpContext)
{
	flt_ecp_mark(fsh_caller(), __func__, EcpContext, false);
}
EXPORT_SYMBOL_GPL(FltPrepareToReuseEcp);

/**
 * FltIsEcpAcknowledged() - whether somebody has acted on a parameter
 * @Filter: the caller
 * @EcpContext: the parameter
 *
 * WDK page: fltisecpacknowledged. IRQL: <= APC_LEVEL.
 */
BOOLEAN FltIsEcpAcknowledged(PFLT_FILTER Filter, PVOID EcpContext)
{
	const struct flt_ecp *ecp = flt_ecp_of(fsh_caller(), __func__, EcpContext);

	return ecp && ecp->acknowledged;
}
EXPORT_SYMBOL_GPL(FltIsEcpAcknowledged);

/**
 * FltIsEcpFromUserMode() - whether a program gave a parameter
 * @Filter: the caller
 * @EcpContext: the parameter
 *
 * WDK page: fltisecpfromusermode. IRQL: <= APC_LEVEL. No program on Linux can.
 *
 * Return: FALSE
 */
BOOLEAN FltIsEcpFromUserMode(PFLT_FILTER Filter, PVOID EcpContext)
{
	return FALSE;
}
EXPORT_SYMBOL_GPL(FltIsEcpFromUserMode);
