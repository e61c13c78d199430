// SPDX-License-Identifier: GPL-2.0
/*
 * Lookaside lists. The kernel's slab allocator keeps free blocks per CPU already, so a list here
 * holds none of its own: it remembers size, tag and routines, and counts. The paged and the
 * nonpaged kind differ in their level only.
 */
#include <linux/export.h>
#include "nt/ex_pool.h"
#include "nt/nt.h"
#include "nt/violation.h"

static void ex_lookaside_init(GENERAL_LOOKASIDE *list, POOL_TYPE type, SIZE_T size, ULONG tag)
{
	memset(list, 0, sizeof(*list));
	list->Type = type;
	list->Size = size;
	list->Tag = tag;
	list->FshState = list;
}

/* A list that was never initialised, or was deleted, does not point to itself. */
static bool ex_lookaside_good(GENERAL_LOOKASIDE *list, const char *caller, const char *routine)
{
	if (list && list->FshState == list)
		return true;
	fsh_violation(caller, routine, "%p is no initialised lookaside list", list);
	return false;
}

static void *ex_lookaside_pool(const GENERAL_LOOKASIDE *list, const void *caller)
{
	POOL_FLAGS flags = list->Type == PagedPool ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED;

	return pool_alloc(caller, flags | POOL_FLAG_UNINITIALIZED, list->Size, list->Tag);
}

static void *ex_lookaside_alloc(GENERAL_LOOKASIDE *list, const void *caller, const char *name,
				const char *routine)
{
	if (!ex_lookaside_good(list, name, routine))
		return NULL;
	list->TotalAllocates++;
	list->AllocateMisses++;
	if (list->Allocate)
		return list->Allocate(list->Type, list->Size, list->Tag);
	return ex_lookaside_pool(list, caller);
}

static void ex_lookaside_free(GENERAL_LOOKASIDE *list, void *entry, const void *caller,
			      const char *name, const char *routine)
{
	if (!ex_lookaside_good(list, name, routine))
		return;
	list->TotalFrees++;
	list->FreeMisses++;
	if (list->Free)
		list->Free(entry);
	else
		pool_free(caller, routine, entry, list->Tag);
}

/**
 * ExInitializeNPagedLookasideList() - make a lookaside list of nonpaged memory
 * @Lookaside: the driver's
 * @Allocate: NULL for pool memory
 * @Free: NULL for pool memory
 * @Flags: POOL_NX_ALLOCATION or 0: memory is never executable here
 * @Size: bytes of an entry
 * @Tag: pool tag
 * @Depth: reserved
 *
 * WDK page: exinitializenpagedlookasidelist. IRQL: <= DISPATCH_LEVEL.
 */
VOID ExInitializeNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
				     PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
				     USHORT Depth)
{
	ex_lookaside_init(&Lookaside->L, NonPagedPoolNx, Size, Tag);
	Lookaside->L.Allocate = Allocate;
	Lookaside->L.Free = Free;
}
EXPORT_SYMBOL_GPL(ExInitializeNPagedLookasideList);

/**
 * ExDeleteNPagedLookasideList() - end a lookaside list
 * @Lookaside: entries that are out may not be freed to it any more
 *
 * WDK page: exdeletenpagedlookasidelist. IRQL: <= DISPATCH_LEVEL.
 */
VOID ExDeleteNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
	if (ex_lookaside_good(&Lookaside->L, fsh_caller(), __func__))
		Lookaside->L.FshState = NULL;
}
EXPORT_SYMBOL_GPL(ExDeleteNPagedLookasideList);

/**
 * ExAllocateFromNPagedLookasideList() - take an entry
 * @Lookaside: the list
 *
 * WDK page: exallocatefromnpagedlookasidelist. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: memory that is not cleared, or NULL
 */
PVOID ExAllocateFromNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside)
{
	return ex_lookaside_alloc(&Lookaside->L, __builtin_return_address(0), fsh_caller(),
				  __func__);
}
EXPORT_SYMBOL_GPL(ExAllocateFromNPagedLookasideList);

/**
 * ExFreeToNPagedLookasideList() - give an entry back
 * @Lookaside: the list
 * @Entry: from ExAllocateFromNPagedLookasideList()
 *
 * WDK page: exfreetonpagedlookasidelist. IRQL: <= DISPATCH_LEVEL.
 */
VOID ExFreeToNPagedLookasideList(PNPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
	ex_lookaside_free(&Lookaside->L, Entry, __builtin_return_address(0), fsh_caller(),
			  __func__);
}
EXPORT_SYMBOL_GPL(ExFreeToNPagedLookasideList);

/**
 * ExInitializePagedLookasideList() - make a lookaside list of paged memory
 * @Lookaside: the driver's
 * @Allocate: NULL for pool memory
 * @Free: NULL for pool memory
 * @Flags: 0 or POOL_NX_ALLOCATION
 * @Size: bytes of an entry
 * @Tag: pool tag
 * @Depth: reserved
 *
 * WDK page: exinitializepagedlookasidelist. IRQL: <= APC_LEVEL.
 */
VOID ExInitializePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PALLOCATE_FUNCTION Allocate,
				    PFREE_FUNCTION Free, ULONG Flags, SIZE_T Size, ULONG Tag,
				    USHORT Depth)
{
	ex_lookaside_init(&Lookaside->L, PagedPool, Size, Tag);
	Lookaside->L.Allocate = Allocate;
	Lookaside->L.Free = Free;
}
EXPORT_SYMBOL_GPL(ExInitializePagedLookasideList);

/**
 * ExDeletePagedLookasideList() - end a lookaside list
 * @Lookaside: the list
 *
 * WDK page: exdeletepagedlookasidelist. IRQL: <= APC_LEVEL.
 */
VOID ExDeletePagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
	if (ex_lookaside_good(&Lookaside->L, fsh_caller(), __func__))
		Lookaside->L.FshState = NULL;
}
EXPORT_SYMBOL_GPL(ExDeletePagedLookasideList);

/**
 * ExAllocateFromPagedLookasideList() - take an entry
 * @Lookaside: the list
 *
 * WDK page: exallocatefrompagedlookasidelist. IRQL: <= APC_LEVEL.
 *
 * Return: memory that is not cleared, or NULL
 */
PVOID ExAllocateFromPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside)
{
	return ex_lookaside_alloc(&Lookaside->L, __builtin_return_address(0), fsh_caller(),
				  __func__);
}
EXPORT_SYMBOL_GPL(ExAllocateFromPagedLookasideList);

/**
 * ExFreeToPagedLookasideList() - give an entry back
 * @Lookaside: the list
 * @Entry: from ExAllocateFromPagedLookasideList()
 *
 * WDK page: exfreetopagedlookasidelist. IRQL: <= APC_LEVEL.
 */
VOID ExFreeToPagedLookasideList(PPAGED_LOOKASIDE_LIST Lookaside, PVOID Entry)
{
	ex_lookaside_free(&Lookaside->L, Entry, __builtin_return_address(0), fsh_caller(),
			  __func__);
}
EXPORT_SYMBOL_GPL(ExFreeToPagedLookasideList);

/**
 * ExInitializeLookasideListEx() - make a lookaside list
 * @Lookaside: the driver's
 * @Allocate: NULL for pool memory
 * @Free: NULL for pool memory
 * @PoolType: of the memory
 * @Flags: EX_LOOKASIDE_LIST_EX_FLAGS_* or 0; nothing is raised here
 * @Size: bytes of an entry
 * @Tag: pool tag
 * @Depth: reserved
 *
 * WDK page: exinitializelookasidelistex. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS
 */
NTSTATUS ExInitializeLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PALLOCATE_FUNCTION_EX Allocate,
				     PFREE_FUNCTION_EX Free, POOL_TYPE PoolType, ULONG Flags,
				     SIZE_T Size, ULONG Tag, USHORT Depth)
{
	ex_lookaside_init(&Lookaside->L, PoolType, Size, Tag);
	Lookaside->L.AllocateEx = Allocate;
	Lookaside->L.FreeEx = Free;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(ExInitializeLookasideListEx);

/**
 * ExDeleteLookasideListEx() - end a lookaside list
 * @Lookaside: the list
 *
 * WDK page: exdeletelookasidelistex. IRQL: <= DISPATCH_LEVEL.
 */
VOID ExDeleteLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
	if (ex_lookaside_good(&Lookaside->L, fsh_caller(), __func__))
		Lookaside->L.FshState = NULL;
}
EXPORT_SYMBOL_GPL(ExDeleteLookasideListEx);

/**
 * ExFlushLookasideListEx() - free what the list keeps
 * @Lookaside: the list; it keeps nothing of its own, so nothing is left to do
 *
 * WDK page: exflushlookasidelistex. IRQL: <= DISPATCH_LEVEL.
 */
VOID ExFlushLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
	ex_lookaside_good(&Lookaside->L, fsh_caller(), __func__);
}
EXPORT_SYMBOL_GPL(ExFlushLookasideListEx);

/**
 * ExAllocateFromLookasideListEx() - take an entry
 * @Lookaside: the list
 *
 * WDK page: exallocatefromlookasidelistex. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: memory that is not cleared, or NULL
 */
PVOID ExAllocateFromLookasideListEx(PLOOKASIDE_LIST_EX Lookaside)
{
	GENERAL_LOOKASIDE *list = &Lookaside->L;

	if (!ex_lookaside_good(list, fsh_caller(), __func__))
		return NULL;
	list->TotalAllocates++;
	list->AllocateMisses++;
	if (list->AllocateEx)
		return list->AllocateEx(list->Type, list->Size, list->Tag, Lookaside);
	return ex_lookaside_pool(list, __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(ExAllocateFromLookasideListEx);

/**
 * ExFreeToLookasideListEx() - give an entry back
 * @Lookaside: the list
 * @Entry: from ExAllocateFromLookasideListEx()
 *
 * WDK page: exfreetolookasidelistex. IRQL: <= DISPATCH_LEVEL.
 */
VOID ExFreeToLookasideListEx(PLOOKASIDE_LIST_EX Lookaside, PVOID Entry)
{
	GENERAL_LOOKASIDE *list = &Lookaside->L;

	if (!ex_lookaside_good(list, fsh_caller(), __func__))
		return;
	list->TotalFrees++;
	list->FreeMisses++;
	if (list->FreeEx)
		list->FreeEx(Entry, Lookaside);
	else
		pool_free(__builtin_return_address(0), __func__, Entry, list->Tag);
}
EXPORT_SYMBOL_GPL(ExFreeToLookasideListEx);
