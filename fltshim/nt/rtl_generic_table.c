// SPDX-License-Identifier: GPL-2.0
/*
 * Generic tables of drivers, both kinds, over the kernel's red-black trees: what a driver can see
 * of a splay or AVL tree is only the order of its elements. The links of Windows are as large as
 * a node of ours, and the root fits too, so the tables keep the layout that the WDK gives them.
 *
 * The driver locks its tables. Its routines may raise; nothing has been changed then.
 */
#include <linux/export.h>
#include <linux/rbtree.h>
#include "nt/nt.h"
#include "nt/seh.h"

/* Elements: @data follows, as aligned as a LONGLONG. */
struct rtl_splay_element {
	struct rb_node node;
	struct list_head link;		/* in order of insertion */
	u8 data[];
};

struct rtl_avl_element {
	struct rb_node node;
	u64 unused;
	u8 data[];
};

static_assert(sizeof(struct rb_node) == sizeof(RTL_SPLAY_LINKS));
static_assert(sizeof(struct rb_root) == sizeof(PRTL_SPLAY_LINKS));
static_assert(sizeof(struct list_head) == sizeof(LIST_ENTRY));
static_assert(sizeof(struct rtl_avl_element) == sizeof(RTL_BALANCED_LINKS));

/* What WhichOrderedElement of a splay table says while OrderedPointer is an enumeration's place. */
#define RTL_ENUMERATING	MAXULONG

/* Where an element is, or would go. */
struct rtl_place {
	struct rb_node *node;
	struct rb_node *parent;
	struct rb_node **link;
};

static struct rb_root *rtl_splay_root(PRTL_GENERIC_TABLE table)
{
	return (struct rb_root *)&table->TableRoot;
}

static struct list_head *rtl_splay_list(PRTL_GENERIC_TABLE table)
{
	return (struct list_head *)&table->InsertOrderList;
}

static struct rtl_splay_element *rtl_splay_element(struct rb_node *node)
{
	return rb_entry(node, struct rtl_splay_element, node);
}

static seh_raises struct rtl_place rtl_splay_find(PRTL_GENERIC_TABLE table, void *buffer)
{
	struct rtl_place place = { .link = &rtl_splay_root(table)->rb_node };

	while (*place.link) {
		struct rb_node *node = *place.link;

		switch (table->CompareRoutine(table, buffer, rtl_splay_element(node)->data)) {
		case GenericLessThan:
			place.link = &node->rb_left;
			break;
		case GenericGreaterThan:
			place.link = &node->rb_right;
			break;
		default:
			place.node = node;
			return place;
		}
		place.parent = node;
	}
	return place;
}

/**
 * RtlInitializeGenericTable() - set up an empty table
 * @Table: table
 * @CompareRoutine: orders elements
 * @AllocateRoutine: gives memory for one
 * @FreeRoutine: takes it back
 * @TableContext: the driver's
 *
 * Any IRQL. WDK: RtlInitializeGenericTable.
 */
VOID RtlInitializeGenericTable(PRTL_GENERIC_TABLE Table,
			       PRTL_GENERIC_COMPARE_ROUTINE CompareRoutine,
			       PRTL_GENERIC_ALLOCATE_ROUTINE AllocateRoutine,
			       PRTL_GENERIC_FREE_ROUTINE FreeRoutine, PVOID TableContext)
{
	memset(Table, 0, sizeof(*Table));
	INIT_LIST_HEAD(rtl_splay_list(Table));
	Table->CompareRoutine = CompareRoutine;
	Table->AllocateRoutine = AllocateRoutine;
	Table->FreeRoutine = FreeRoutine;
	Table->TableContext = TableContext;
}
EXPORT_SYMBOL_GPL(RtlInitializeGenericTable);

/**
 * RtlInsertElementGenericTable() - insert a copy of an element
 * @Table: table
 * @Buffer: element
 * @BufferSize: bytes of it
 * @NewElement: receives whether it was inserted; may be NULL
 *
 * Any IRQL at which the driver's routines may run. WDK: RtlInsertElementGenericTable.
 *
 * Return: the element in the table, the one that was there if there was one; NULL without memory
 */
seh_raises PVOID RtlInsertElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer,
					      CLONG BufferSize, PBOOLEAN NewElement)
{
	struct rtl_place place = rtl_splay_find(Table, Buffer);
	struct rtl_splay_element *element;

	if (NewElement)
		*NewElement = FALSE;
	if (place.node)
		return rtl_splay_element(place.node)->data;
	element = Table->AllocateRoutine(Table, sizeof(*element) + BufferSize);
	if (!element)
		return NULL;
	memcpy(element->data, Buffer, BufferSize);
	rb_link_node(&element->node, place.parent, place.link);
	rb_insert_color(&element->node, rtl_splay_root(Table));
	list_add_tail(&element->link, rtl_splay_list(Table));
	Table->NumberGenericTableElements++;
	if (NewElement)
		*NewElement = TRUE;
	return element->data;
}
EXPORT_SYMBOL_GPL(RtlInsertElementGenericTable);

/**
 * RtlDeleteElementGenericTable() - delete an element
 * @Table: table
 * @Buffer: something that compares equal to it
 *
 * An enumeration that stands at the element goes on behind it.
 *
 * Any IRQL at which the driver's routines may run. WDK: RtlDeleteElementGenericTable.
 *
 * Return: FALSE when there is none
 */
seh_raises BOOLEAN RtlDeleteElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
	struct rtl_place place = rtl_splay_find(Table, Buffer);
	struct rtl_splay_element *element;

	if (!place.node)
		return FALSE;
	element = rtl_splay_element(place.node);
	if (Table->WhichOrderedElement != RTL_ENUMERATING)
		Table->WhichOrderedElement = 0;
	else if (Table->OrderedPointer == (PLIST_ENTRY)place.node)
		Table->OrderedPointer = (PLIST_ENTRY)rb_prev(place.node);
	list_del(&element->link);
	rb_erase(place.node, rtl_splay_root(Table));
	Table->NumberGenericTableElements--;
	Table->FreeRoutine(Table, element);
	return TRUE;
}
EXPORT_SYMBOL_GPL(RtlDeleteElementGenericTable);

/**
 * RtlLookupElementGenericTable() - find an element
 * @Table: table
 * @Buffer: something that compares equal to it
 *
 * Any IRQL at which the driver's routines may run. WDK: RtlLookupElementGenericTable.
 *
 * Return: the element in the table, or NULL
 */
seh_raises PVOID RtlLookupElementGenericTable(PRTL_GENERIC_TABLE Table, PVOID Buffer)
{
	struct rtl_place place = rtl_splay_find(Table, Buffer);

	return place.node ? rtl_splay_element(place.node)->data : NULL;
}
EXPORT_SYMBOL_GPL(RtlLookupElementGenericTable);

/**
 * RtlEnumerateGenericTable() - step through a table in its order
 * @Table: table, which remembers the place
 * @Restart: start with the first element
 *
 * Any IRQL. WDK: RtlEnumerateGenericTable.
 *
 * Return: the element in the table; NULL behind the last one
 */
PVOID RtlEnumerateGenericTable(PRTL_GENERIC_TABLE Table, BOOLEAN Restart)
{
	struct rb_node *node = NULL;

	if (!Restart && Table->WhichOrderedElement == RTL_ENUMERATING)
		node = (struct rb_node *)Table->OrderedPointer;
	node = node ? rb_next(node) : rb_first(rtl_splay_root(Table));
	Table->OrderedPointer = (PLIST_ENTRY)node;
	Table->WhichOrderedElement = node ? RTL_ENUMERATING : 0;
	return node ? rtl_splay_element(node)->data : NULL;
}
EXPORT_SYMBOL_GPL(RtlEnumerateGenericTable);

/**
 * RtlEnumerateGenericTableWithoutSplaying() - step through a table in its order
 * @Table: table
 * @RestartKey: the place: NULL to start with the first element
 *
 * Any IRQL. WDK: RtlEnumerateGenericTableWithoutSplaying.
 *
 * Return: the element in the table; NULL behind the last one
 */
PVOID RtlEnumerateGenericTableWithoutSplaying(PRTL_GENERIC_TABLE Table, PVOID *RestartKey)
{
	struct rb_node *node = *RestartKey;

	node = node ? rb_next(node) : rb_first(rtl_splay_root(Table));
	if (node)
		*RestartKey = node;
	return node ? rtl_splay_element(node)->data : NULL;
}
EXPORT_SYMBOL_GPL(RtlEnumerateGenericTableWithoutSplaying);

/**
 * RtlGetElementGenericTable() - an element by its number
 * @Table: table
 * @Index: number from 0, in the order of insertion
 *
 * Going on from the last number asked for is quick.
 *
 * Any IRQL. WDK: RtlGetElementGenericTable.
 *
 * Return: the element in the table; NULL past the last one
 */
PVOID RtlGetElementGenericTable(PRTL_GENERIC_TABLE Table, ULONG Index)
{
	bool enumerating = Table->WhichOrderedElement == RTL_ENUMERATING;
	struct list_head *at = rtl_splay_list(Table)->next;
	ULONG number = 0;

	if (Index >= Table->NumberGenericTableElements)
		return NULL;
	if (!enumerating && Table->WhichOrderedElement && Index + 1 >= Table->WhichOrderedElement) {
		number = Table->WhichOrderedElement - 1;
		at = (struct list_head *)Table->OrderedPointer;
	}
	for (; number < Index; number++)
		at = at->next;
	if (!enumerating) {
		Table->OrderedPointer = (PLIST_ENTRY)at;
		Table->WhichOrderedElement = Index + 1;
	}
	return list_entry(at, struct rtl_splay_element, link)->data;
}
EXPORT_SYMBOL_GPL(RtlGetElementGenericTable);

/**
 * RtlNumberGenericTableElements() - how many elements are in a table?
 * @Table: table
 *
 * Any IRQL. WDK: RtlNumberGenericTableElements.
 */
ULONG RtlNumberGenericTableElements(PRTL_GENERIC_TABLE Table)
{
	return Table->NumberGenericTableElements;
}
EXPORT_SYMBOL_GPL(RtlNumberGenericTableElements);

/**
 * RtlIsGenericTableEmpty() - is a table empty?
 * @Table: table
 *
 * Any IRQL. WDK: RtlIsGenericTableEmpty.
 */
BOOLEAN RtlIsGenericTableEmpty(PRTL_GENERIC_TABLE Table)
{
	return !Table->NumberGenericTableElements;
}
EXPORT_SYMBOL_GPL(RtlIsGenericTableEmpty);

static struct rb_root *rtl_avl_root(PRTL_AVL_TABLE table)
{
	return (struct rb_root *)&table->BalancedRoot.RightChild;
}

static struct rtl_avl_element *rtl_avl_element(struct rb_node *node)
{
	return rb_entry(node, struct rtl_avl_element, node);
}

static seh_raises struct rtl_place rtl_avl_find(PRTL_AVL_TABLE table, void *buffer)
{
	struct rtl_place place = { .link = &rtl_avl_root(table)->rb_node };

	while (*place.link) {
		struct rb_node *node = *place.link;

		switch (table->CompareRoutine(table, buffer, rtl_avl_element(node)->data)) {
		case GenericLessThan:
			place.link = &node->rb_left;
			break;
		case GenericGreaterThan:
			place.link = &node->rb_right;
			break;
		default:
			place.node = node;
			return place;
		}
		place.parent = node;
	}
	return place;
}

/**
 * RtlInitializeGenericTableAvl() - set up an empty table
 * @Table: table
 * @CompareRoutine: orders elements
 * @AllocateRoutine: gives memory for one
 * @FreeRoutine: takes it back
 * @TableContext: the driver's
 *
 * Any IRQL. WDK: RtlInitializeGenericTableAvl.
 */
VOID RtlInitializeGenericTableAvl(PRTL_AVL_TABLE Table,
				  PRTL_AVL_COMPARE_ROUTINE CompareRoutine,
				  PRTL_AVL_ALLOCATE_ROUTINE AllocateRoutine,
				  PRTL_AVL_FREE_ROUTINE FreeRoutine, PVOID TableContext)
{
	memset(Table, 0, sizeof(*Table));
	Table->CompareRoutine = CompareRoutine;
	Table->AllocateRoutine = AllocateRoutine;
	Table->FreeRoutine = FreeRoutine;
	Table->TableContext = TableContext;
}
EXPORT_SYMBOL_GPL(RtlInitializeGenericTableAvl);

/**
 * RtlInsertElementGenericTableAvl() - insert a copy of an element
 * @Table: table
 * @Buffer: element
 * @BufferSize: bytes of it
 * @NewElement: receives whether it was inserted; may be NULL
 *
 * Any IRQL at which the driver's routines may run. WDK: RtlInsertElementGenericTableAvl.
 *
 * Return: the element in the table, the one that was there if there was one; NULL without memory
 */
seh_raises PVOID RtlInsertElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer,
						 CLONG BufferSize, PBOOLEAN NewElement)
{
	struct rtl_place place = rtl_avl_find(Table, Buffer);
	struct rtl_avl_element *element;

	if (NewElement)
		*NewElement = FALSE;
	if (place.node)
		return rtl_avl_element(place.node)->data;
	element = Table->AllocateRoutine(Table, sizeof(*element) + BufferSize);
	if (!element)
		return NULL;
	memcpy(element->data, Buffer, BufferSize);
	rb_link_node(&element->node, place.parent, place.link);
	rb_insert_color(&element->node, rtl_avl_root(Table));
	Table->WhichOrderedElement = 0;
	Table->NumberGenericTableElements++;
	if (NewElement)
		*NewElement = TRUE;
	return element->data;
}
EXPORT_SYMBOL_GPL(RtlInsertElementGenericTableAvl);

/**
 * RtlDeleteElementGenericTableAvl() - delete an element
 * @Table: table
 * @Buffer: something that compares equal to it
 *
 * An enumeration that stands at the element goes on behind it.
 *
 * Any IRQL at which the driver's routines may run. WDK: RtlDeleteElementGenericTableAvl.
 *
 * Return: FALSE when there is none
 */
seh_raises BOOLEAN RtlDeleteElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
	struct rtl_place place = rtl_avl_find(Table, Buffer);
	struct rtl_avl_element *element;

	if (!place.node)
		return FALSE;
	element = rtl_avl_element(place.node);
	Table->WhichOrderedElement = 0;
	Table->DeleteCount++;
	if (Table->RestartKey == (PRTL_BALANCED_LINKS)place.node)
		Table->RestartKey = (PRTL_BALANCED_LINKS)rb_prev(place.node);
	rb_erase(place.node, rtl_avl_root(Table));
	Table->NumberGenericTableElements--;
	Table->FreeRoutine(Table, element);
	return TRUE;
}
EXPORT_SYMBOL_GPL(RtlDeleteElementGenericTableAvl);

/**
 * RtlLookupElementGenericTableAvl() - find an element
 * @Table: table
 * @Buffer: something that compares equal to it
 *
 * Any IRQL at which the driver's routines may run. WDK: RtlLookupElementGenericTableAvl.
 *
 * Return: the element in the table, or NULL
 */
seh_raises PVOID RtlLookupElementGenericTableAvl(PRTL_AVL_TABLE Table, PVOID Buffer)
{
	struct rtl_place place = rtl_avl_find(Table, Buffer);

	return place.node ? rtl_avl_element(place.node)->data : NULL;
}
EXPORT_SYMBOL_GPL(RtlLookupElementGenericTableAvl);

/**
 * RtlEnumerateGenericTableAvl() - step through a table in its order
 * @Table: table, which remembers the place
 * @Restart: start with the first element
 *
 * Any IRQL. WDK: RtlEnumerateGenericTableAvl.
 *
 * Return: the element in the table; NULL behind the last one
 */
PVOID RtlEnumerateGenericTableAvl(PRTL_AVL_TABLE Table, BOOLEAN Restart)
{
	struct rb_node *node = NULL;

	if (!Restart)
		node = (struct rb_node *)Table->RestartKey;
	node = node ? rb_next(node) : rb_first(rtl_avl_root(Table));
	Table->RestartKey = (PRTL_BALANCED_LINKS)node;
	return node ? rtl_avl_element(node)->data : NULL;
}
EXPORT_SYMBOL_GPL(RtlEnumerateGenericTableAvl);

/**
 * RtlEnumerateGenericTableWithoutSplayingAvl() - step through a table in its order
 * @Table: table
 * @RestartKey: the place: NULL to start with the first element
 *
 * Any IRQL. WDK: RtlEnumerateGenericTableWithoutSplayingAvl.
 *
 * Return: the element in the table; NULL behind the last one
 */
PVOID RtlEnumerateGenericTableWithoutSplayingAvl(PRTL_AVL_TABLE Table, PVOID *RestartKey)
{
	struct rb_node *node = *RestartKey;

	node = node ? rb_next(node) : rb_first(rtl_avl_root(Table));
	if (node)
		*RestartKey = node;
	return node ? rtl_avl_element(node)->data : NULL;
}
EXPORT_SYMBOL_GPL(RtlEnumerateGenericTableWithoutSplayingAvl);

/**
 * RtlGetElementGenericTableAvl() - an element by its number
 * @Table: table
 * @Index: number from 0, in the order of the table
 *
 * Going on from the last number asked for is quick.
 *
 * Any IRQL. WDK: RtlGetElementGenericTableAvl.
 *
 * Return: the element in the table; NULL past the last one
 */
PVOID RtlGetElementGenericTableAvl(PRTL_AVL_TABLE Table, ULONG Index)
{
	struct rb_node *node = rb_first(rtl_avl_root(Table));
	ULONG number = 0;

	if (Index >= Table->NumberGenericTableElements)
		return NULL;
	if (Table->WhichOrderedElement && Index + 1 >= Table->WhichOrderedElement) {
		number = Table->WhichOrderedElement - 1;
		node = Table->OrderedPointer;
	}
	for (; number < Index; number++)
		node = rb_next(node);
	Table->OrderedPointer = node;
	Table->WhichOrderedElement = Index + 1;
	return rtl_avl_element(node)->data;
}
EXPORT_SYMBOL_GPL(RtlGetElementGenericTableAvl);

/**
 * RtlNumberGenericTableElementsAvl() - how many elements are in a table?
 * @Table: table
 *
 * Any IRQL. WDK: RtlNumberGenericTableElementsAvl.
 */
ULONG RtlNumberGenericTableElementsAvl(PRTL_AVL_TABLE Table)
{
	return Table->NumberGenericTableElements;
}
EXPORT_SYMBOL_GPL(RtlNumberGenericTableElementsAvl);

/**
 * RtlIsGenericTableEmptyAvl() - is a table empty?
 * @Table: table
 *
 * Any IRQL. WDK: RtlIsGenericTableEmptyAvl.
 */
BOOLEAN RtlIsGenericTableEmptyAvl(PRTL_AVL_TABLE Table)
{
	return !Table->NumberGenericTableElements;
}
EXPORT_SYMBOL_GPL(RtlIsGenericTableEmptyAvl);
