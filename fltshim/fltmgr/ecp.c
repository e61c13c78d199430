// SPDX-License-Identifier: GPL-2.0
/*
 * Extra create parameters: pieces of memory with a type, in a list that goes with a create
 * (ecp_list.c). A parameter has a header in front of what the driver gets; a list and a parameter
 * know themselves by their first word, so that a wrong pointer is told.
 */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/sizes.h>
#include <linux/slab.h>
#include "fltmgr/ecp.h"
#include "fltmgr/filter.h"
#include "nt/ex_pool.h"
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

#define FLT_ECP		0x31504345	/* "ECP1" */
#define FLT_ECP_SLAB	0x53504345	/* "ECPS" */
#define FLT_ECP_MAX	SZ_1M

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

/* What a driver says is a parameter; NULL, and said, for anything else. */
struct flt_ecp *flt_ecp_of(const char *who, const char *routine, void *context)
{
	struct flt_ecp *ecp = context ? container_of(context, struct flt_ecp, context[0]) : NULL;

	if (ecp && IS_ALIGNED((unsigned long)ecp, 16) && ecp->check == FLT_ECP)
		return ecp;
	fsh_violation(who, routine, "%p is no extra create parameter", context);
	return NULL;
}

void flt_ecp_detach(struct flt_ecp *ecp)
{
	list_del_init(&ecp->link);
	ecp->list = NULL;
	ecp->guest = 0;
}

/* Keeps the code of a parameter's cleanup callback; false when that is going already. */
bool flt_ecp_hold(struct flt_ecp *ecp)
{
	const struct fsh_driver *driver;
	bool stays = true;

	if (!ecp->cleanup || ecp->code)
		return true;
	rcu_read_lock();
	driver = fsh_driver_at((unsigned long)ecp->cleanup);
	if (driver) {
		stays = try_module_get(driver->owner);
		ecp->code = stays ? driver->owner : NULL;
	}
	rcu_read_unlock();
	return stays;
}

static void flt_ecp_slab_put(struct flt_ecp_slab *slab)
{
	if (refcount_dec_and_test(&slab->refs))
		kfree(slab);
}

static seh_raises void flt_thunk_ecp_cleanup(void *arg)
{
	struct flt_ecp *ecp = arg;

	ecp->cleanup(ecp->context, &ecp->type);
}

/* The last that its driver sees of a parameter. */
static void flt_ecp_clean(struct flt_ecp *ecp)
{
	NTSTATUS code;

	fsh_call((unsigned long)ecp->cleanup, "cleanup of an extra create parameter",
		 flt_thunk_ecp_cleanup, ecp, &code);
}

/* A parameter, its cleanup callback called, goes; it is in no list. */
void flt_ecp_free(struct flt_ecp *ecp)
{
	struct flt_ecp_slab *slab = ecp->slab;
	struct module *code = ecp->code;

	if (ecp->cleanup)
		flt_ecp_clean(ecp);
	ecp->check = 0;
	pool_free(flt_ecp_free, __func__, ecp, ecp->tag);
	if (slab)
		flt_ecp_slab_put(slab);
	module_put(code);
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
