// SPDX-License-Identifier: GPL-2.0
/*
 * Sequenced singly linked lists of drivers. On Windows the header is exchanged as a whole without
 * a lock; here a lock chosen by the header's address guards it, which gives the same results and
 * never reads an entry that somebody else has popped and freed.
 */
#include <linux/export.h>
#include "nt/ke_wait.h"

static PSLIST_ENTRY ex_slist_first(const SLIST_HEADER *head)
{
	/* The member has 60 bits, and so would its shift. */
	return (PSLIST_ENTRY)((unsigned long)head->HeaderX64.NextEntry << 4);
}

static void ex_slist_set(SLIST_HEADER *head, PSLIST_ENTRY first, unsigned int depth)
{
	head->HeaderX64.NextEntry = (unsigned long)first >> 4;
	head->HeaderX64.Depth = depth;
	head->HeaderX64.Sequence++;
}

/**
 * InitializeSListHead() - make an empty list
 * @SListHead: storage of the driver, aligned to 16 bytes
 *
 * WDK: InitializeSListHead, ExInitializeSListHead. IRQL: any.
 */
void InitializeSListHead(PSLIST_HEADER SListHead)
{
	SListHead->Alignment = 0;
	SListHead->Region = 0;
}
EXPORT_SYMBOL_GPL(InitializeSListHead);

/**
 * ExpInterlockedPushEntrySList() - put an entry in front
 * @ListHead: the list
 * @ListEntry: the entry, aligned to 16 bytes
 *
 * WDK: ExInterlockedPushEntrySList, InterlockedPushEntrySList. IRQL: any. Return: the first entry
 * before, or NULL.
 */
PSLIST_ENTRY ExpInterlockedPushEntrySList(PSLIST_HEADER ListHead, PSLIST_ENTRY ListEntry)
{
	raw_spinlock_t *lock = ke_object_lock(ListHead);
	PSLIST_ENTRY first;
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	first = ex_slist_first(ListHead);
	ListEntry->Next = first;
	ex_slist_set(ListHead, ListEntry, ListHead->HeaderX64.Depth + 1);
	raw_spin_unlock_irqrestore(lock, flags);
	return first;
}
EXPORT_SYMBOL_GPL(ExpInterlockedPushEntrySList);

/**
 * ExpInterlockedPopEntrySList() - take the first entry
 * @ListHead: the list
 *
 * WDK: ExInterlockedPopEntrySList, InterlockedPopEntrySList. IRQL: any. Return: the entry, or
 * NULL.
 */
PSLIST_ENTRY ExpInterlockedPopEntrySList(PSLIST_HEADER ListHead)
{
	raw_spinlock_t *lock = ke_object_lock(ListHead);
	PSLIST_ENTRY first;
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	first = ex_slist_first(ListHead);
	if (first)
		ex_slist_set(ListHead, first->Next, ListHead->HeaderX64.Depth - 1);
	raw_spin_unlock_irqrestore(lock, flags);
	return first;
}
EXPORT_SYMBOL_GPL(ExpInterlockedPopEntrySList);

/**
 * ExpInterlockedFlushSList() - take all entries
 * @ListHead: the list
 *
 * WDK: ExInterlockedFlushSList, InterlockedFlushSList. IRQL: any. Return: the first entry, with
 * the others behind it, or NULL.
 */
PSLIST_ENTRY ExpInterlockedFlushSList(PSLIST_HEADER ListHead)
{
	raw_spinlock_t *lock = ke_object_lock(ListHead);
	PSLIST_ENTRY first;
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	first = ex_slist_first(ListHead);
	ex_slist_set(ListHead, NULL, 0);
	raw_spin_unlock_irqrestore(lock, flags);
	return first;
}
EXPORT_SYMBOL_GPL(ExpInterlockedFlushSList);

/**
 * ExQueryDepthSList() - number of entries
 * @SListHead: the list
 *
 * WDK: ExQueryDepthSList. IRQL: any. Return: the number, modulo 65536.
 */
USHORT ExQueryDepthSList(PSLIST_HEADER SListHead)
{
	return SListHead->HeaderX64.Depth;
}
EXPORT_SYMBOL_GPL(ExQueryDepthSList);
