// SPDX-License-Identifier: GPL-2.0
/*
 * Requests to the dispatch routines of drivers: made, sent, waited for, completed and cancelled.
 * Knows nothing of what a program asked (io_device_file.c) but the open that a request is for.
 *
 * Lifetime. A request belongs to its issuer, which waits until the driver has completed it; when
 * the issuer is killed it is cancelled, and over as soon as the driver ends it. The one exception:
 * a dispatch routine that raised, or returned another status than STATUS_PENDING, without
 * completing the request. What the driver still does with it is not known, so the issuer goes and
 * leaves it, with its buffers, to a late completion; at the latest it goes with the driver.
 *
 * Locking. io_irps_lock, taken at any level, protects the table of the requests that drivers have;
 * what is not in it is no request under way, whatever a driver hands in.
 */
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "nt/io_driver.h"
#include "nt/io_irp.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/seh.h"
#include "nt/violation.h"

static DEFINE_HASHTABLE(io_irps, 6);
static DEFINE_SPINLOCK(io_irps_lock);
static KSPIN_LOCK io_cancel_lock;

/**
 * io_irp_new() - make a request
 * @open: what it is for
 * @major: IRP_MJ_*
 *
 * Task context.
 *
 * Return: the request; NULL without memory, but never for the end of an open
 */
struct io_irp *io_irp_new(struct io_open *open, UCHAR major)
{
	bool end = major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE;
	struct io_irp *own = kzalloc(sizeof(*own), GFP_KERNEL | (end ? __GFP_NOFAIL : 0));

	if (!own)
		return NULL;
	init_completion(&own->done);
	refcount_inc(&open->refs);
	own->open = open;
	own->irp.Type = IO_TYPE_IRP;
	own->irp.Size = sizeof(IRP) + sizeof(IO_STACK_LOCATION);
	own->irp.StackCount = 1;
	own->irp.CurrentLocation = 1;
	own->irp.RequestorMode = UserMode;
	own->irp.Tail.Overlay.Thread = (PETHREAD)current;
	own->irp.Tail.Overlay.OriginalFileObject = &open->file.object;
	own->irp.Tail.Overlay.CurrentStackLocation = &own->stack;
	own->stack.MajorFunction = major;
	own->stack.DeviceObject = open->device;
	own->stack.FileObject = &open->file.object;
	return own;
}

/* Task context. No driver has it; NULL is none. */
void io_irp_free(struct io_irp *own)
{
	if (!own)
		return;
	kvfree(own->system);
	if (own->mdl)
		mm_mdl_free(own->mdl);
	io_open_put(own->open);
	kfree(own);
}

static LLIST_HEAD(io_irps_to_free);

static void io_irps_free(struct work_struct *unused)
{
	struct io_irp *own, *next;

	llist_for_each_entry_safe(own, next, llist_del_all(&io_irps_to_free), free_link)
		io_irp_free(own);
}

static DECLARE_WORK(io_irps_work, io_irps_free);

/* The request that a driver means, under io_irps_lock; only addresses are compared. */
static struct io_irp *io_irp_find(PIRP irp)
{
	struct io_irp *own;

	hash_for_each_possible(io_irps, own, link, (unsigned long)irp) {
		if (&own->irp == irp)
			return own;
	}
	return NULL;
}

static void io_irp_hand_over(struct io_irp *own)
{
	unsigned long flags;

	spin_lock_irqsave(&io_irps_lock, flags);
	hash_add(io_irps, &own->link, (unsigned long)&own->irp);
	spin_unlock_irqrestore(&io_irps_lock, flags);
}

/*
 * The issuer will not wait. Return: false when the driver has completed the request; else it is
 * the driver's alone, and must not be touched any more.
 */
static bool io_irp_leave(struct io_irp *own)
{
	unsigned long flags;
	bool left;

	spin_lock_irqsave(&io_irps_lock, flags);
	left = hash_hashed(&own->link);
	own->left = left;
	spin_unlock_irqrestore(&io_irps_lock, flags);
	return left;
}

/*
 * Looks now and then whether the open's handles are gone: a descriptor may end without a close
 * that could have told (on its way through a socket), or while somebody else looked at the file.
 */
static void io_irp_wait(struct io_irp *own)
{
	long left;

	do {
		left = wait_for_completion_killable_timeout(&own->done, HZ);
		if (!left)
			io_open_cleanup(own->open, false);
	} while (!left);
	if (left > 0)
		return;
	IoCancelIrp(&own->irp);
	wait_for_completion(&own->done);
}

struct io_dispatch {
	PDRIVER_DISPATCH routine;
	struct io_irp *own;
	NTSTATUS status;
};

static seh_raises void io_call(void *arg)
{
	struct io_dispatch *call = arg;

	call->status = call->routine(call->own->stack.DeviceObject, &call->own->irp);
}

/**
 * io_irp_send() - hand a request to the driver, and wait for its end
 * @irp: the request; set to NULL when the driver never ended it and still has it
 *
 * Task context.
 *
 * Return: its final status
 */
NTSTATUS io_irp_send(struct io_irp **irp)
{
	struct io_irp *own = *irp;
	const struct fsh_driver *driver = own->open->driver;
	UCHAR major = own->stack.MajorFunction;
	struct io_dispatch call = {
		.routine = driver->object->MajorFunction[major],
		.own = own,
	};
	NTSTATUS code;

	if (!call.routine)
		return STATUS_INVALID_DEVICE_REQUEST;
	io_irp_hand_over(own);
	if (!seh_call(io_call, &call, &code)) {
		pr_err("fltshim: %s: dispatch routine %u raised %#x and nobody handled it\n",
		       driver->service, major, code);
		if (io_irp_leave(own)) {
			*irp = NULL;
			return code;
		}
	} else if (call.status != STATUS_PENDING && io_irp_leave(own)) {
		fsh_violation(driver->service, "dispatch routine",
			      "returned %08x without completing request %u", call.status, major);
		*irp = NULL;
		return call.status;
	}
	io_irp_wait(own);
	return own->irp.IoStatus.Status;
}

/**
 * io_irp_driver_gone() - end what a driver never completed
 * @driver: none of its code runs any more
 *
 * Task context.
 */
void io_irp_driver_gone(struct fsh_driver *driver)
{
	struct hlist_node *next;
	unsigned int bucket, count = 0;
	unsigned long flags;
	struct io_irp *own;
	HLIST_HEAD(gone);

	spin_lock_irqsave(&io_irps_lock, flags);
	hash_for_each_safe(io_irps, bucket, next, own, link) {
		if (own->open->driver != driver)
			continue;
		hash_del(&own->link);
		hlist_add_head(&own->link, &gone);
		count++;
	}
	spin_unlock_irqrestore(&io_irps_lock, flags);
	if (count)
		fsh_violation(driver->service, "DriverUnload", "%u requests were never completed",
			      count);
	hlist_for_each_entry_safe(own, next, &gone, link)
		io_irp_free(own);
}

void io_irp_exit(void)
{
	flush_work(&io_irps_work);
}

/**
 * IofCompleteRequest() - a driver is through with a request
 * @Irp: the request; not the driver's any more
 * @PriorityBoost: no meaning here
 *
 * Behind IoCompleteRequest(). WDK page: iocompleterequest. IRQL: <= DISPATCH_LEVEL.
 */
VOID IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
	unsigned long flags;
	struct io_irp *own;
	bool left = false;

	spin_lock_irqsave(&io_irps_lock, flags);
	own = io_irp_find(Irp);
	if (own) {
		hash_del(&own->link);
		left = own->left;
		/* The issuer may free it as soon as it knows. */
		if (!left)
			complete(&own->done);
	}
	spin_unlock_irqrestore(&io_irps_lock, flags);
	if (!own)
		fsh_violation(fsh_caller(), "IoCompleteRequest", "%p is no request under way", Irp);
	else if (left && llist_add(&own->free_link, &io_irps_to_free))
		schedule_work(&io_irps_work);
}
EXPORT_SYMBOL_GPL(IofCompleteRequest);

/**
 * IoAcquireCancelSpinLock() - take the lock of all cancel routines
 * @Irql: receives the level of before
 *
 * WDK page: ioacquirecancelspinlock. IRQL: <= DISPATCH_LEVEL.
 */
VOID IoAcquireCancelSpinLock(PKIRQL Irql)
{
	*Irql = KeAcquireSpinLockRaiseToDpc(&io_cancel_lock);
}
EXPORT_SYMBOL_GPL(IoAcquireCancelSpinLock);

/**
 * IoReleaseCancelSpinLock() - give the lock of all cancel routines back
 * @Irql: what IoAcquireCancelSpinLock() gave, or CancelIrql of the IRP
 *
 * WDK page: ioreleasecancelspinlock. IRQL: DISPATCH_LEVEL.
 */
VOID IoReleaseCancelSpinLock(KIRQL Irql)
{
	KeReleaseSpinLock(&io_cancel_lock, Irql);
}
EXPORT_SYMBOL_GPL(IoReleaseCancelSpinLock);

struct io_cancel {
	PDRIVER_CANCEL routine;
	PDEVICE_OBJECT device;
	PIRP irp;
};

static seh_raises void io_call_cancel(void *arg)
{
	struct io_cancel *call = arg;

	call->routine(call->device, call->irp);
}

/**
 * IoCancelIrp() - ask for a request to be ended
 * @Irp: the request, which the caller knows not to be completed yet
 *
 * WDK page: iocancelirp. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: TRUE if it had a cancel routine, which was called with the cancel spin lock held
 */
BOOLEAN IoCancelIrp(PIRP Irp)
{
	struct io_cancel call = { .irp = Irp };
	unsigned long flags;
	struct io_irp *own;
	NTSTATUS code;
	KIRQL irql;

	IoAcquireCancelSpinLock(&irql);
	spin_lock_irqsave(&io_irps_lock, flags);
	own = io_irp_find(Irp);
	if (own) {
		Irp->Cancel = TRUE;
		call.device = own->stack.DeviceObject;
		call.routine = xchg(&Irp->CancelRoutine, NULL);
	}
	spin_unlock_irqrestore(&io_irps_lock, flags);
	if (!call.routine) {
		IoReleaseCancelSpinLock(irql);
		return FALSE;
	}
	/* The routine releases the lock. */
	Irp->CancelIrql = irql;
	if (!seh_call(io_call_cancel, &call, &code))
		pr_err("fltshim: a cancel routine raised %#x and nobody handled it\n", code);
	return TRUE;
}
EXPORT_SYMBOL_GPL(IoCancelIrp);
