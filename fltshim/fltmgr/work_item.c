// SPDX-License-Identifier: GPL-2.0
/*
 * Work items of minifilters. CriticalWorkQueue is a high-priority workqueue and DelayedWorkQueue
 * one of ordinary priority; both have a rescuer, so write paths make progress without memory.
 * Here are the machinery of both families and the generic family; deferred_io.c has the other.
 *
 * Every filter has two queues of its own. A workqueue runs so many items at a time and no more,
 * and an item may wait for those of the filters below, by I/O of its own: they must not stand
 * behind it.
 */
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/slab.h>
#include "fltmgr/callback.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/work_item.h"
#include "nt/violation.h"

static DEFINE_HASHTABLE(flt_items, 8);
static DEFINE_SPINLOCK(flt_items_lock);	/* softirq-safe; the hash, item states, running calls */
static LIST_HEAD(flt_items_running);		/* of deferred items */
static DECLARE_WAIT_QUEUE_HEAD(flt_items_ended);

static void flt_item_work(struct work_struct *work);

/* The item at an address, or NULL when there is none; flt_items_lock is held. */
static struct flt_item *flt_item_find(struct flt_item *address, enum flt_item_type type)
{
	struct flt_item *item;

	hash_for_each_possible(flt_items, item, link, (unsigned long)address) {
		if (item == address && item->type == type)
			return item;
	}
	return NULL;
}

/* IRQL <= DISPATCH_LEVEL. Return: the item, or NULL without memory */
struct flt_item *flt_item_alloc(enum flt_item_type type)
{
	struct flt_item *item = kzalloc(sizeof(*item), GFP_ATOMIC);

	if (!item)
		return NULL;
	item->type = type;
	INIT_WORK(&item->work, flt_item_work);
	spin_lock_bh(&flt_items_lock);
	hash_add(flt_items, &item->link, (unsigned long)item);
	spin_unlock_bh(&flt_items_lock);
	return item;
}

/**
 * flt_item_free() - release a work item
 * @address: what the driver says is its item
 * @type: family
 *
 * IRQL <= DISPATCH_LEVEL. An item that is queued stays until its routine has run.
 *
 * Return: false for a misuse: no such item, or still queued
 */
bool flt_item_free(struct flt_item *address, enum flt_item_type type)
{
	struct flt_item *item;
	bool queued = false;

	spin_lock_bh(&flt_items_lock);
	item = flt_item_find(address, type);
	if (item && item->state == FLT_ITEM_QUEUED) {
		item->free_wanted = true;
		queued = true;
	} else if (item) {
		hash_del(&item->link);
	}
	spin_unlock_bh(&flt_items_lock);
	if (!item || queued)
		return false;
	kfree(item);
	return true;
}

/* What a run of a routine needs; copied out, since the routine may free or queue the item. */
struct flt_item_call {
	struct list_head link;
	struct flt_item *item;
	void *routine;
	PFLT_CALLBACK_DATA data;
	struct flt_object *object;
	void *context;
};

static seh_raises void flt_item_call_deferred(void *arg)
{
	struct flt_item_call *call = arg;
	PFLT_DEFERRED_IO_WORKITEM_ROUTINE routine = call->routine;

	routine((PFLT_DEFERRED_IO_WORKITEM)call->item, call->data, call->context);
}

static seh_raises void flt_item_call_generic(void *arg)
{
	struct flt_item_call *call = arg;
	PFLT_GENERIC_WORKITEM_ROUTINE routine = call->routine;

	routine((PFLT_GENERIC_WORKITEM)call->item, call->object, call->context);
}

static struct flt_instance *flt_item_instance(struct flt_object *object)
{
	return object->type == FLT_TYPE_INSTANCE ? container_of(object, struct flt_instance, obj) :
						   NULL;
}

static struct flt_filter *flt_item_filter(struct flt_object *object)
{
	if (object->type == FLT_TYPE_FILTER)
		return container_of(object, struct flt_filter, obj);
	return flt_item_instance(object)->filter;
}

/*
 * Keeps the object of a routine that is to be queued, from teardown too; false while that is under
 * way. An instance's teardown waits for what is owed, so that is counted before it is asked.
 */
static bool flt_item_hold(struct flt_object *object)
{
	struct flt_instance *instance = flt_item_instance(object);

	if (instance)
		atomic_inc(&instance->owed);
	if (flt_object_enter(object))
		return true;
	if (instance)
		flt_instance_settle(instance);
	return false;
}

static void flt_item_let_go(struct flt_object *object)
{
	struct flt_instance *instance = flt_item_instance(object);

	if (instance)
		flt_instance_settle(instance);
	flt_object_put(object);
}

/* The routine of a deferred item has returned: who waits for that goes on. */
static void flt_item_ended(struct flt_item_call *call)
{
	spin_lock_bh(&flt_items_lock);
	list_del(&call->link);
	spin_unlock_bh(&flt_items_lock);
	flt_hold_release(call->data);
	if (wq_has_sleeper(&flt_items_ended))
		wake_up_all(&flt_items_ended);
}

/* Is an item with this callback data queued, or its routine running? */
bool flt_item_has_data(PFLT_CALLBACK_DATA data)
{
	struct flt_item_call *call;
	struct flt_item *item;
	bool has = false;
	unsigned int i;

	spin_lock_bh(&flt_items_lock);
	hash_for_each(flt_items, i, item, link)
		has |= item->state == FLT_ITEM_QUEUED && item->data == data;
	list_for_each_entry(call, &flt_items_running, link)
		has |= call->data == data;
	spin_unlock_bh(&flt_items_lock);
	return has;
}

/**
 * flt_item_wait_data() - wait until no worker has an operation's callback data any more
 * @data: the callback data
 *
 * May sleep. For callbacks that posted an operation and did not keep it; looks at every item.
 */
void flt_item_wait_data(PFLT_CALLBACK_DATA data)
{
	wait_event_idle(flt_items_ended, !flt_item_has_data(data));
}

static void flt_item_work(struct work_struct *work)
{
	struct flt_item *item = container_of(work, struct flt_item, work);
	struct flt_item_call call = {
		.item = item,
		.routine = item->routine,
		.data = item->data,
		.object = item->object,
		.context = item->context,
	};
	enum flt_item_type type = item->type;
	bool free_wanted;
	NTSTATUS code;

	spin_lock_bh(&flt_items_lock);
	item->state = FLT_ITEM_IDLE;
	free_wanted = item->free_wanted;
	if (free_wanted)
		hash_del(&item->link);
	if (type == FLT_ITEM_DEFERRED)
		list_add(&call.link, &flt_items_running);
	spin_unlock_bh(&flt_items_lock);

	/* From here on the item is the driver's: it may be freed or queued again any time. */
	flt_call_run(flt_item_filter(call.object), flt_item_instance(call.object),
		     type == FLT_ITEM_DEFERRED ? flt_item_call_deferred : flt_item_call_generic,
		     &call, "work item", &code);
	if (type == FLT_ITEM_DEFERRED)
		flt_item_ended(&call);
	if (free_wanted)
		kfree(item);
	flt_item_let_go(call.object);
}

/**
 * flt_item_queue() - queue a work item
 * @address: what the driver says is its item
 * @type: family
 * @queue: CriticalWorkQueue or DelayedWorkQueue
 * @routine: the driver's
 * @data: for a deferred item
 * @object: filter or instance; kept until the routine has returned, an instance's teardown and a
 *	filter's unregistration wait for that
 * @context: the driver's
 *
 * IRQL <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for no item, an item that is queued already, or
 * an unknown queue; STATUS_FLT_DELETING_OBJECT while the object is being torn down
 */
NTSTATUS flt_item_queue(struct flt_item *address, enum flt_item_type type, WORK_QUEUE_TYPE queue,
			void *routine, PFLT_CALLBACK_DATA data, struct flt_object *object,
			void *context)
{
	struct flt_item_queues *queues;
	struct flt_item *item;

	if (queue != DelayedWorkQueue && queue != CriticalWorkQueue &&
	    queue != HyperCriticalWorkQueue)
		return STATUS_INVALID_PARAMETER;
	if (!flt_item_hold(object))
		return STATUS_FLT_DELETING_OBJECT;
	queues = &flt_item_filter(object)->queues;
	spin_lock_bh(&flt_items_lock);
	item = flt_item_find(address, type);
	if (item && item->state == FLT_ITEM_QUEUED)
		item = NULL;
	if (item) {
		item->state = FLT_ITEM_QUEUED;
		item->routine = routine;
		item->data = data;
		item->object = object;
		item->context = context;
		queue_work(queue == DelayedWorkQueue ? queues->delayed : queues->critical,
			   &item->work);
	}
	spin_unlock_bh(&flt_items_lock);
	if (item)
		return STATUS_SUCCESS;
	flt_item_let_go(object);
	return STATUS_INVALID_PARAMETER;
}

/**
 * FltAllocateGenericWorkItem() - allocate a generic work item
 *
 * WDK page: fltallocategenericworkitem. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: the item, or NULL without memory
 */
PFLT_GENERIC_WORKITEM FltAllocateGenericWorkItem(void)
{
	return (PFLT_GENERIC_WORKITEM)flt_item_alloc(FLT_ITEM_GENERIC);
}
EXPORT_SYMBOL_GPL(FltAllocateGenericWorkItem);

/**
 * FltFreeGenericWorkItem() - free a generic work item
 * @FltWorkItem: not queued; its routine may run, and may be the caller
 *
 * WDK page: fltfreegenericworkitem. IRQL: <= DISPATCH_LEVEL.
 */
VOID FltFreeGenericWorkItem(PFLT_GENERIC_WORKITEM FltWorkItem)
{
	if (!flt_item_free((struct flt_item *)FltWorkItem, FLT_ITEM_GENERIC))
		fsh_violation(fsh_caller(), __func__, "%p is queued, or no item", FltWorkItem);
}
EXPORT_SYMBOL_GPL(FltFreeGenericWorkItem);

/**
 * FltQueueGenericWorkItem() - run a routine in a system worker thread
 * @FltWorkItem: not queued
 * @FltObject: the caller's filter or instance, kept until the routine has returned
 * @WorkerRoutine: called at PASSIVE_LEVEL
 * @QueueType: CriticalWorkQueue or DelayedWorkQueue
 * @Context: handed to the routine
 *
 * WDK page: fltqueuegenericworkitem. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_DELETING_OBJECT while the object is being torn down;
 * STATUS_INVALID_PARAMETER
 */
NTSTATUS FltQueueGenericWorkItem(PFLT_GENERIC_WORKITEM FltWorkItem, PVOID FltObject,
				 PFLT_GENERIC_WORKITEM_ROUTINE WorkerRoutine,
				 WORK_QUEUE_TYPE QueueType, PVOID Context)
{
	struct flt_object *object = FltObject;
	NTSTATUS status;

	if (!object || !WorkerRoutine ||
	    (object->type != FLT_TYPE_FILTER && object->type != FLT_TYPE_INSTANCE)) {
		fsh_violation(fsh_caller(), __func__, "object %p, routine %p", FltObject,
			      WorkerRoutine);
		return STATUS_INVALID_PARAMETER;
	}
	if (QueueType == HyperCriticalWorkQueue)
		fsh_violation(fsh_caller(), __func__, "HyperCriticalWorkQueue is the system's");
	status = flt_item_queue((struct flt_item *)FltWorkItem, FLT_ITEM_GENERIC, QueueType,
				WorkerRoutine, NULL, object, Context);
	if (!NT_SUCCESS(status) && status != STATUS_FLT_DELETING_OBJECT)
		fsh_violation(fsh_caller(), __func__, "item %p, queue %d", FltWorkItem, QueueType);
	return status;
}
EXPORT_SYMBOL_GPL(FltQueueGenericWorkItem);

/**
 * flt_item_queues_init() - make the queues of a filter that is being registered
 * @queues: zeroed
 * @name: the filter's
 *
 * Return: 0; or -ENOMEM, with what was made left to flt_item_queues_destroy()
 */
int flt_item_queues_init(struct flt_item_queues *queues, const char *name)
{
	/* Unbound, because the routines may run and sleep for long; many, as on Windows. */
	const unsigned int flags = WQ_UNBOUND | WQ_MEM_RECLAIM;

	/* The name is cut to what fits everywhere. */
	queues->critical = alloc_workqueue("fltshim-c-%.12s", flags | WQ_HIGHPRI,
					   WQ_UNBOUND_MAX_ACTIVE, name);
	queues->delayed = alloc_workqueue("fltshim-d-%.12s", flags, WQ_UNBOUND_MAX_ACTIVE, name);
	return queues->critical && queues->delayed ? 0 : -ENOMEM;
}

/* Nothing can be queued any more; waits for workers in their last steps. May be called twice. */
void flt_item_queues_destroy(struct flt_item_queues *queues)
{
	if (queues->critical)
		destroy_workqueue(queues->critical);
	if (queues->delayed)
		destroy_workqueue(queues->delayed);
	queues->critical = NULL;
	queues->delayed = NULL;
}

/* No driver is left; what its items leaked goes here. */
void flt_work_items_exit(void)
{
	struct flt_item *item;
	struct hlist_node *next;
	unsigned int i, leaked = 0;

	hash_for_each_safe(flt_items, i, next, item, link) {
		hash_del(&item->link);
		kfree(item);
		leaked++;
	}
	if (leaked)
		pr_warn("fltshim: %u work items were never freed by the drivers that made them\n",
			leaked);
}
