// SPDX-License-Identifier: GPL-2.0
/*
 * Work items: IoAllocateWorkItem and its kin, ExQueueWorkItem. Two work queues, the urgent one of
 * higher priority, run them at PASSIVE_LEVEL under the exception barrier; a queued item keeps its
 * driver loaded until its routine has returned; one whose DriverEntry fails waits for it. The
 * items of the filter manager are its own (fltmgr/work_item.c).
 *
 * Rules. A routine may free its item or queue it again, so all that is needed after it is copied
 * before it. The claim on an item (@queued, or List.Flink of a WORK_QUEUE_ITEM) is taken by a
 * compare-and-exchange when it is queued and given up right before the routine runs.
 */
#include <linux/export.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "nt/io_driver.h"
#include "nt/io_workitem.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"

/* Of the thread priorities on Windows, that of the threads of DelayedWorkQueue, and the highest. */
#define IO_WORK_DELAYED_PRIORITY	12
#define IO_WORK_HIGHEST_PRIORITY	31

struct workqueue_struct *io_work_queue, *io_work_urgent;

/* The work queue for a type; one that does not exist is reported and taken for the ordinary one. */
static struct workqueue_struct *io_work_queue_of(WORK_QUEUE_TYPE type, unsigned long ip,
						 const char *name)
{
	switch ((int)type) {
	case CriticalWorkQueue:
	case HyperCriticalWorkQueue:
	case RealTimeWorkQueue:
	case SuperCriticalWorkQueue:
		return io_work_urgent;
	case DelayedWorkQueue:
	case NormalWorkQueue:
	case BackgroundWorkQueue:
		return io_work_queue;
	case CustomPriorityWorkQueue ... CustomPriorityWorkQueue + IO_WORK_HIGHEST_PRIORITY:
		return type - CustomPriorityWorkQueue > IO_WORK_DELAYED_PRIORITY ?
		       io_work_urgent : io_work_queue;
	}
	fsh_violation(fsh_driver_name_at(ip), name, "there is no queue %d", (int)type);
	return io_work_queue;
}

struct _IO_WORKITEM {
	struct work_struct work;
	PVOID object;			/* device or driver object that the routine gets */
	PIO_WORKITEM_ROUTINE routine;
	PIO_WORKITEM_ROUTINE_EX routine_ex;
	PVOID context;
	struct fsh_driver *driver;	/* of the routine; io_work_get() */
	int queued;
};

/*
 * Keeps the driver that a routine is of, if it is any's, and its module, until io_work_put().
 * Return: false if it is on its way out
 */
static bool io_work_get(unsigned long routine, struct fsh_driver **of)
{
	struct fsh_driver *driver = fsh_driver_at(routine);

	*of = driver;
	if (!driver)
		return true;
	if (!try_module_get(driver->owner))
		return false;
	if (ExAcquireRundownProtection(&driver->work))
		return true;
	module_put(driver->owner);
	return false;
}

/* The module first: whoever waits for the last of the driver's work frees both. */
static void io_work_put(struct fsh_driver *driver)
{
	if (!driver)
		return;
	module_put(driver->owner);
	ExReleaseRundownProtection(&driver->work);
}

struct io_work_call {
	PIO_WORKITEM item;
	PVOID object;
	PIO_WORKITEM_ROUTINE routine;
	PIO_WORKITEM_ROUTINE_EX routine_ex;
	PVOID context;
};

static seh_raises void io_work_call(void *arg)
{
	struct io_work_call *call = arg;

	if (call->routine_ex)
		call->routine_ex(call->object, call->context, call->item);
	else
		call->routine(call->object, call->context);
}

static void io_work_run(struct work_struct *work)
{
	PIO_WORKITEM item = container_of(work, struct _IO_WORKITEM, work);
	struct io_work_call call = {
		.item = item,
		.object = item->object,
		.routine = item->routine,
		.routine_ex = item->routine_ex,
		.context = item->context,
	};
	unsigned long routine = call.routine_ex ? (unsigned long)call.routine_ex :
						  (unsigned long)call.routine;
	struct fsh_driver *driver = item->driver;
	NTSTATUS code;

	/* Pairs with the claim: whoever queues it again sees the members free. */
	smp_store_release(&item->queued, 0);
	fsh_call(routine, "work item", io_work_call, &call, &code);
	io_work_put(driver);
}

static void io_work_queue_item(PIO_WORKITEM item, PIO_WORKITEM_ROUTINE routine,
			       PIO_WORKITEM_ROUTINE_EX routine_ex, WORK_QUEUE_TYPE type,
			       PVOID context, unsigned long ip, const char *name)
{
	struct fsh_driver *driver;

	if (!item || (!routine && !routine_ex)) {
		fsh_violation(fsh_driver_name_at(ip), name, "no %s", item ? "routine" : "item");
		return;
	}
	if (cmpxchg(&item->queued, 0, 1)) {
		fsh_violation(fsh_driver_name_at(ip), name, "item %pK is queued already", item);
		return;
	}
	if (!io_work_get(routine_ex ? (unsigned long)routine_ex : (unsigned long)routine,
			 &driver)) {
		item->queued = 0;
		fsh_violation(fsh_driver_name_at(ip), name, "the driver is being unloaded");
		return;
	}
	item->routine = routine;
	item->routine_ex = routine_ex;
	item->context = context;
	item->driver = driver;
	queue_work(io_work_queue_of(type, ip, name), &item->work);
}

/**
 * IoAllocateWorkItem() - make a work item
 * @DeviceObject: device or driver object that the routine will get
 *
 * WDK: IoAllocateWorkItem. IRQL: <= DISPATCH_LEVEL. Return: the item, NULL without memory.
 */
PIO_WORKITEM IoAllocateWorkItem(PDEVICE_OBJECT DeviceObject)
{
	PIO_WORKITEM item = kzalloc(sizeof(*item), ke_is_atomic() ? GFP_ATOMIC : GFP_NOFS);

	if (!item)
		return NULL;
	INIT_WORK(&item->work, io_work_run);
	item->object = DeviceObject;
	return item;
}
EXPORT_SYMBOL_GPL(IoAllocateWorkItem);

/**
 * IoFreeWorkItem() - give a work item back
 * @IoWorkItem: one that is not queued; its own routine may free it
 *
 * WDK: IoFreeWorkItem. One that is queued is reported and kept. IRQL: <= DISPATCH_LEVEL.
 */
void IoFreeWorkItem(PIO_WORKITEM IoWorkItem)
{
	if (IoWorkItem && READ_ONCE(IoWorkItem->queued)) {
		fsh_violation(fsh_caller(), __func__, "item %pK is queued", IoWorkItem);
		return;
	}
	kfree(IoWorkItem);
}
EXPORT_SYMBOL_GPL(IoFreeWorkItem);

/**
 * IoQueueWorkItem() - have a routine run in a system thread
 * @IoWorkItem: the item
 * @WorkerRoutine: what to run, with the device object and @Context
 * @QueueType: CriticalWorkQueue for the threads of higher priority, DelayedWorkQueue for the others
 * @Context: for the routine
 *
 * WDK: IoQueueWorkItem. IRQL: <= DISPATCH_LEVEL; the routine runs at PASSIVE_LEVEL.
 */
void IoQueueWorkItem(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE WorkerRoutine,
		     WORK_QUEUE_TYPE QueueType, PVOID Context)
{
	io_work_queue_item(IoWorkItem, WorkerRoutine, NULL, QueueType, Context, _RET_IP_,
			   __func__);
}
EXPORT_SYMBOL_GPL(IoQueueWorkItem);

/**
 * IoQueueWorkItemEx() - have a routine that gets its item run in a system thread
 * @IoWorkItem: the item
 * @WorkerRoutine: what to run, with the object, @Context and the item
 * @QueueType: as for IoQueueWorkItem()
 * @Context: for the routine
 *
 * WDK: IoQueueWorkItemEx. IRQL: <= DISPATCH_LEVEL; the routine runs at PASSIVE_LEVEL.
 */
void IoQueueWorkItemEx(PIO_WORKITEM IoWorkItem, PIO_WORKITEM_ROUTINE_EX WorkerRoutine,
		       WORK_QUEUE_TYPE QueueType, PVOID Context)
{
	io_work_queue_item(IoWorkItem, NULL, WorkerRoutine, QueueType, Context, _RET_IP_,
			   __func__);
}
EXPORT_SYMBOL_GPL(IoQueueWorkItemEx);

/* The older kind, whose storage is the driver's. */

struct ex_work {
	struct work_struct work;
	struct fsh_driver *driver;
};

static_assert(sizeof(struct ex_work) <= sizeof_field(WORK_QUEUE_ITEM, FshOpaque));

struct ex_work_call {
	PWORKER_THREAD_ROUTINE routine;
	PVOID parameter;
};

static seh_raises void ex_work_call(void *arg)
{
	struct ex_work_call *call = arg;

	call->routine(call->parameter);
}

static void ex_work_run(struct work_struct *work)
{
	struct ex_work *ex = container_of(work, struct ex_work, work);
	WORK_QUEUE_ITEM *item = (void *)ex - offsetof(WORK_QUEUE_ITEM, FshOpaque);
	struct ex_work_call call = { item->WorkerRoutine, item->Parameter };
	struct fsh_driver *driver = ex->driver;
	NTSTATUS code;

	/* Pairs with the claim of whoever queues it again. */
	smp_store_release(&item->List.Flink, NULL);
	fsh_call((unsigned long)call.routine, "work item", ex_work_call, &call, &code);
	io_work_put(driver);
}

/**
 * ExQueueWorkItem() - have a routine run in a system thread
 * @WorkItem: storage of the driver, initialised by ExInitializeWorkItem()
 * @QueueType: as for IoQueueWorkItem()
 *
 * WDK: ExQueueWorkItem. IRQL: <= DISPATCH_LEVEL; the routine runs at PASSIVE_LEVEL.
 */
void ExQueueWorkItem(PWORK_QUEUE_ITEM WorkItem, WORK_QUEUE_TYPE QueueType)
{
	struct ex_work *ex = (struct ex_work *)WorkItem->FshOpaque;
	struct fsh_driver *driver;

	if (!WorkItem->WorkerRoutine ||
	    cmpxchg(&WorkItem->List.Flink, NULL, &WorkItem->List)) {
		fsh_violation(fsh_caller(), __func__, "item %pK is %s", WorkItem,
			      WorkItem->WorkerRoutine ? "queued already" : "not initialised");
		return;
	}
	if (!io_work_get((unsigned long)WorkItem->WorkerRoutine, &driver)) {
		WorkItem->List.Flink = NULL;
		fsh_violation(fsh_caller(), __func__, "the driver is being unloaded");
		return;
	}
	INIT_WORK(&ex->work, ex_work_run);
	ex->driver = driver;
	queue_work(io_work_queue_of(QueueType, _RET_IP_, __func__), &ex->work);
}
EXPORT_SYMBOL_GPL(ExQueueWorkItem);

/* A call of FsRtlPostStackOverflow(). */
struct io_post {
	struct work_struct work;
	struct fsh_driver *driver;
	PFSRTL_STACK_OVERFLOW_ROUTINE routine;
	PVOID context;
	PKEVENT event;
};

static seh_raises void io_post_call(void *arg)
{
	struct io_post *post = arg;

	post->routine(post->context, post->event);
}

static void io_post_run(struct work_struct *work)
{
	struct io_post *post = container_of(work, struct io_post, work);
	unsigned long routine = (unsigned long)post->routine;
	struct fsh_driver *driver = post->driver;
	NTSTATUS code;

	fsh_call(routine, "posted routine", io_post_call, post, &code);
	kfree(post);
	io_work_put(driver);
}

/**
 * FsRtlPostStackOverflow() - have a routine run where there is stack left
 * @Context: for the routine
 * @Event: for the routine, which signals it
 * @StackOverflowRoutine: what to run in a system thread
 *
 * WDK: FsRtlPostStackOverflow. IRQL: <= DISPATCH_LEVEL; the routine runs at PASSIVE_LEVEL, never
 * here. Raises STATUS_INSUFFICIENT_RESOURCES without memory, at DISPATCH_LEVEL; below memory is
 * waited for.
 */
seh_raises VOID FsRtlPostStackOverflow(PVOID Context, PKEVENT Event,
				       PFSRTL_STACK_OVERFLOW_ROUTINE StackOverflowRoutine)
{
	struct fsh_driver *driver;
	struct io_post *post;

	if (!StackOverflowRoutine || !io_work_get((unsigned long)StackOverflowRoutine, &driver)) {
		fsh_violation(fsh_caller(), __func__, "%s", StackOverflowRoutine ?
			      "the driver is being unloaded" : "no routine");
		return;
	}
	post = kmalloc(sizeof(*post), preemptible() ? GFP_NOFS | __GFP_NOFAIL : GFP_ATOMIC);
	if (!post) {
		io_work_put(driver);
		seh_raise_status(STATUS_INSUFFICIENT_RESOURCES);
	}
	INIT_WORK(&post->work, io_post_run);
	post->driver = driver;
	post->routine = StackOverflowRoutine;
	post->context = Context;
	post->event = Event;
	queue_work(io_work_queue, &post->work);
}
EXPORT_SYMBOL_GPL(FsRtlPostStackOverflow);

/**
 * io_work_driver_gone() - let the work of a driver finish before its code goes
 * @driver: the driver, past its unload routine
 *
 * Only a driver whose DriverEntry failed can have any: work keeps its module loaded. What runs may
 * not queue more: that would go on for ever. Task context, sleeps.
 */
void io_work_driver_gone(struct fsh_driver *driver)
{
	ExWaitForRundownProtectionRelease(&driver->work);
}

int io_work_init(void)
{
	/* Unbound, because the routines may run and sleep for long; many, as on Windows. */
	io_work_queue = alloc_workqueue("fltshim-io", WQ_UNBOUND | WQ_MEM_RECLAIM,
					WQ_UNBOUND_MAX_ACTIVE);
	if (!io_work_queue)
		return -ENOMEM;
	io_work_urgent = alloc_workqueue("fltshim-io-c", WQ_UNBOUND | WQ_MEM_RECLAIM | WQ_HIGHPRI,
					 WQ_UNBOUND_MAX_ACTIVE);
	if (io_work_urgent)
		return 0;
	destroy_workqueue(io_work_queue);
	return -ENOMEM;
}

void io_work_exit(void)
{
	destroy_workqueue(io_work_urgent);
	destroy_workqueue(io_work_queue);
}
