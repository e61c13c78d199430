// SPDX-License-Identifier: GPL-2.0
/*
 * The file-lock package: byte-range locks that a filter keeps itself, FltProcessFileLock and its
 * companions. What meets what is in lock_range.c, whether a transfer may pass in lock_check.c.
 *
 * A FILE_LOCK is the driver's memory; the state is an object of ours, found by the address
 * (keyed.h). No routine of a driver runs under a state's lock. A state has one reference as long as
 * it can be found, and one for each request that waits in it.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/cancel.h"
#include "fltmgr/file_lock.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/keyed.h"
#include "fltmgr/stack.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

/**
 * struct flt_lock_waiter - a request for a lock, which may have to wait
 * @link: in the list of those that wait
 * @locks: where; referenced while it waits
 * @op: the operation
 * @range: what is asked for; NULL when it was granted and is among the locks
 * @spare: FLT_RANGE_SPARE ranges
 * @context: of FltProcessFileLock()
 * @id: of the range that was granted
 * @status: how the wait ended
 */
struct flt_lock_waiter {
	struct list_head link;
	struct flt_locks *locks;
	struct flt_operation *op;
	struct flt_range *range;
	struct list_head spare;
	PVOID context;
	u64 id;
	NTSTATUS status;
};

static struct flt_keyed_table flt_locks_table = {
	.lock = __SPIN_LOCK_UNLOCKED(flt_locks_table.lock),
};

static PFILE_LOCK flt_locks_address(const struct flt_locks *locks)
{
	return locks->keyed.address;
}

void flt_locks_put(struct flt_locks *locks)
{
	if (refcount_dec_and_test(&locks->keyed.refs))
		kfree(locks);
}

/* A state by the driver's address, referenced; NULL for what was never initialised. */
struct flt_locks *flt_locks_get(PFILE_LOCK address)
{
	struct flt_keyed *keyed = flt_keyed_get(&flt_locks_table, address);

	return keyed ? container_of(keyed, struct flt_locks, keyed) : NULL;
}

static struct flt_locks *flt_locks_new(PFILE_LOCK address)
{
	struct flt_locks *locks = kzalloc(sizeof(*locks), GFP_NOFS);

	if (!locks)
		return NULL;
	spin_lock_init(&locks->lock);
	INIT_LIST_HEAD(&locks->held);
	INIT_LIST_HEAD(&locks->waiting);
	locks->ready = true;
	flt_keyed_add(&flt_locks_table, &locks->keyed, address);
	return locks;
}

/* Nobody finds it any more; false when somebody else has seen to that. */
static bool flt_locks_forget(struct flt_locks *locks)
{
	if (!flt_keyed_del(&flt_locks_table, &locks->keyed))
		return false;
	flt_locks_put(locks);
	return true;
}

static void flt_ranges_free(struct list_head *ranges)
{
	struct flt_range *range, *next;

	list_for_each_entry_safe(range, next, ranges, link)
		kfree(range);
	INIT_LIST_HEAD(ranges);
}

/* One range that may have to be made of another. */
static bool flt_range_spares(struct list_head *spare)
{
	struct flt_range *range = kmalloc(sizeof(*range), GFP_NOFS);

	if (range)
		list_add(&range->link, spare);
	return range;
}

struct flt_unlock_call {
	PUNLOCK_ROUTINE routine;
	PVOID context;
	FILE_LOCK_INFO info;
};

static seh_raises void flt_unlock_thunk(void *arg)
{
	struct flt_unlock_call *call = arg;

	call->routine(call->context, &call->info);
}

/* Tells the driver of every lock that is gone, without a lock held, and frees them. */
static void flt_ranges_removed(struct flt_locks *locks, struct list_head *removed)
{
	struct flt_range *range;
	NTSTATUS code;

	if (!locks->unlock) {
		flt_ranges_free(removed);
		return;
	}
	list_for_each_entry(range, removed, link) {
		struct flt_unlock_call call = {
			.routine = locks->unlock,
			.context = range->context,
			.info = {
				.StartingByte.QuadPart = range->start,
				.Length.QuadPart = range->end - range->start + 1,
				.EndingByte.QuadPart = range->end,
				.ExclusiveLock = range->exclusive,
				.Key = range->key,
				.FileObject = range->file,
				.ProcessId = range->process,
			},
		};

		fsh_call((unsigned long)call.routine, "unlock routine", flt_unlock_thunk, &call,
			 &code);
	}
	flt_ranges_free(removed);
}

struct flt_complete_call {
	PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE routine;
	PVOID context;
	PFLT_CALLBACK_DATA data;
	NTSTATUS status;
};

static seh_raises void flt_complete_thunk(void *arg)
{
	struct flt_complete_call *call = arg;

	call->status = call->routine(call->context, call->data);
}

/*
 * Puts the range of a request among the locks; the lock is held, and nothing is in its way. The
 * driver is asked next, and flt_lock_settle() is owed then.
 */
static void flt_lock_grant(struct flt_locks *locks, struct flt_lock_waiter *waiter)
{
	struct flt_range *range = waiter->range;

	lockdep_assert_held(&locks->lock);
	range->id = ++locks->last;
	range->pending = true;
	list_add_tail(&range->link, &locks->held);
	waiter->id = range->id;
	waiter->range = NULL;
}

/*
 * The driver has had its say about a lock that was granted. An error takes the lock away again;
 * else it takes the place of what a program had there before. It may be unlocked by now.
 *
 * Return: whether others may have what they wait for now
 */
static bool flt_lock_settle(struct flt_locks *locks, struct flt_lock_waiter *waiter,
			    NTSTATUS status)
{
	struct flt_range *range;
	bool changed = false;
	LIST_HEAD(removed);

	spin_lock_bh(&locks->lock);
	/* It was added at the end, and little has come since. */
	list_for_each_entry_reverse(range, &locks->held, link) {
		if (range->id != waiter->id)
			continue;
		changed = range->posix || !NT_SUCCESS(status);
		if (!NT_SUCCESS(status))
			list_move(&range->link, &removed);
		else if (range->posix)
			flt_range_replace(&locks->held, range, &waiter->spare, &removed);
		range->pending = false;
		break;
	}
	spin_unlock_bh(&locks->lock);
	flt_ranges_removed(locks, &removed);
	return changed;
}

/*
 * Sets the result of a request, and lets the driver have its say unless it is fast I/O. An error
 * that the driver makes of a lock that was granted to @waiter, if any, takes the lock away again.
 *
 * Return: whether others may have what they wait for now
 */
static bool flt_lock_conclude(struct flt_locks *locks, PFLT_CALLBACK_DATA data, PVOID context,
			      NTSTATUS status, struct flt_lock_waiter *waiter)
{
	struct flt_complete_call call = { locks->complete, context, data, status };
	NTSTATUS code;

	data->IoStatus.Status = status;
	data->IoStatus.Information = 0;
	if (locks->complete && !FLT_IS_FASTIO_OPERATION(data)) {
		if (!fsh_call((unsigned long)call.routine, "lock completion routine",
			      flt_complete_thunk, &call, &code))
			call.status = code;
		data->IoStatus.Status = call.status;
	}
	return waiter && NT_SUCCESS(status) && flt_lock_settle(locks, waiter, call.status);
}

static void flt_lock_waiter_free(struct flt_lock_waiter *waiter)
{
	flt_ranges_free(&waiter->spare);
	kfree(waiter->range);
	kfree(waiter);
}

/* A request that waited leaves the structure, and its operation goes on. Return: as above. */
static bool flt_lock_waiter_end(struct flt_lock_waiter *waiter)
{
	PFLT_CALLBACK_DATA data = &waiter->op->data;
	struct flt_locks *locks = waiter->locks;
	bool changed = flt_lock_conclude(locks, data, waiter->context, waiter->status, waiter);

	flt_lock_waiter_free(waiter);
	flt_locks_put(locks);
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
	return changed;
}

/*
 * After a release: who can have what it waits for now, in order of arrival? What the driver does
 * not let one of them have, or what one had before, may be what another waits for.
 */
static void flt_locks_advance(struct flt_locks *locks)
{
	struct flt_lock_waiter *waiter, *next;
	bool changed;

	do {
		LIST_HEAD(granted);

		spin_lock_bh(&locks->lock);
		list_for_each_entry_safe(waiter, next, &locks->waiting, link) {
			if (flt_range_conflicts(&locks->held, waiter->range))
				continue;
			/* A cancel that was quicker takes it out itself. */
			if (!flt_cancel_disarm(waiter->op))
				continue;
			flt_lock_grant(locks, waiter);
			waiter->status = STATUS_SUCCESS;
			list_move_tail(&waiter->link, &granted);
		}
		flt_locks_address(locks)->FastIoIsQuestionable = !list_empty(&locks->held);
		spin_unlock_bh(&locks->lock);
		changed = false;
		list_for_each_entry_safe(waiter, next, &granted, link)
			changed |= flt_lock_waiter_end(waiter);
	} while (changed);
}

/* Cancel of a waiting request: in the context of who cancels, up to softirq. */
static void flt_lock_cancel(struct flt_operation *op)
{
	struct flt_instance *instance = op->nodes[op->cursor].instance;
	struct flt_lock_waiter *waiter = op->cancel_arg;
	struct flt_locks *locks = waiter->locks;

	/* The driver's routine is called: its text stays until that is over. */
	atomic_inc(&instance->owed);
	spin_lock_bh(&locks->lock);
	list_del(&waiter->link);
	spin_unlock_bh(&locks->lock);
	waiter->status = STATUS_CANCELLED;
	flt_lock_waiter_end(waiter);
	flt_instance_settle(instance);
}

/* A waiting request has gone on without a lock. */
static void flt_lock_lost(struct flt_operation *op)
{
	struct flt_lock_waiter *waiter = op->cancel_arg;
	struct flt_locks *locks = waiter->locks;

	spin_lock_bh(&locks->lock);
	list_del(&waiter->link);
	spin_unlock_bh(&locks->lock);
	flt_lock_waiter_free(waiter);
	flt_locks_put(locks);
}

static const struct flt_cancel_ops flt_lock_waiter_ops = {
	.fire	= flt_lock_cancel,
	.lost	= flt_lock_lost,
};

/* Everything goes: locks silently known to the driver, requests with STATUS_CANCELLED. */
static void flt_locks_clear(struct flt_locks *locks)
{
	struct flt_lock_waiter *waiter, *next;
	LIST_HEAD(removed);
	LIST_HEAD(ended);

	spin_lock_bh(&locks->lock);
	list_splice_init(&locks->held, &removed);
	list_for_each_entry_safe(waiter, next, &locks->waiting, link) {
		if (!flt_cancel_disarm(waiter->op))
			continue;
		waiter->status = STATUS_CANCELLED;
		list_move_tail(&waiter->link, &ended);
	}
	spin_unlock_bh(&locks->lock);
	flt_ranges_removed(locks, &removed);
	list_for_each_entry_safe(waiter, next, &ended, link)
		flt_lock_waiter_end(waiter);
}

/**
 * FltInitializeFileLock() - make memory of the driver's a file lock
 * @FileLock: the memory
 *
 * WDK page: fltinitializefilelock. IRQL: <= APC_LEVEL. Without callbacks. One that is initialised
 * already loses what it had, which is reported (LOCK-49).
 */
VOID FltInitializeFileLock(PFILE_LOCK FileLock)
{
	struct flt_locks *locks;

	if (!ke_at_most(APC_LEVEL))
		return;
	locks = flt_locks_get(FileLock);
	if (locks) {
		if (locks->ready) {
			fsh_violation(fsh_caller(), __func__, "%p is initialised already",
				      FileLock);
			flt_locks_clear(locks);
		}
		locks->complete = NULL;
		locks->unlock = NULL;
		locks->ready = true;
		flt_locks_put(locks);
	} else {
		/* Without memory for it, the first request finds out. */
		flt_locks_new(FileLock);
	}
	memset(FileLock, 0, sizeof(*FileLock));
}
EXPORT_SYMBOL_GPL(FltInitializeFileLock);

/**
 * FltUninitializeFileLock() - end of a file lock
 * @FileLock: initialised
 *
 * WDK page: fltuninitializefilelock. IRQL: <= APC_LEVEL. All locks go; requests that wait end with
 * STATUS_CANCELLED.
 */
VOID FltUninitializeFileLock(PFILE_LOCK FileLock)
{
	struct flt_locks *locks;

	if (!ke_at_most(APC_LEVEL))
		return;
	locks = flt_locks_get(FileLock);
	if (!locks || !locks->ready) {
		fsh_violation(fsh_caller(), __func__, "%p is not initialised", FileLock);
	} else {
		flt_locks_clear(locks);
		locks->ready = false;
		if (!locks->allocated)
			flt_locks_forget(locks);
	}
	if (locks)
		flt_locks_put(locks);
}
EXPORT_SYMBOL_GPL(FltUninitializeFileLock);

/**
 * FltAllocateFileLock() - allocate a file lock
 * @CompleteLockCallbackDataRoutine: called for each IRP-based request that is completed, at IRQL
 *	<= APC_LEVEL but for a cancel; may be NULL. An error that it returns becomes the result.
 * @UnlockRoutine: called for each lock that goes; may be NULL
 *
 * WDK page: fltallocatefilelock. IRQL: <= APC_LEVEL.
 *
 * Return: the file lock, initialised; NULL without memory
 */
PFILE_LOCK FltAllocateFileLock(PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE
				       CompleteLockCallbackDataRoutine,
			       PUNLOCK_ROUTINE UnlockRoutine)
{
	struct flt_locks *locks;
	PFILE_LOCK lock;

	if (!ke_at_most(APC_LEVEL))
		return NULL;
	lock = kzalloc(sizeof(*lock), GFP_NOFS);
	locks = lock ? flt_locks_new(lock) : NULL;
	if (!locks) {
		kfree(lock);
		return NULL;
	}
	locks->complete = CompleteLockCallbackDataRoutine;
	locks->unlock = UnlockRoutine;
	locks->allocated = true;
	return lock;
}
EXPORT_SYMBOL_GPL(FltAllocateFileLock);

/**
 * FltFreeFileLock() - free a file lock
 * @FileLock: from FltAllocateFileLock()
 *
 * WDK page: fltfreefilelock. IRQL: <= APC_LEVEL. As FltUninitializeFileLock(), and the memory goes.
 */
VOID FltFreeFileLock(PFILE_LOCK FileLock)
{
	struct flt_locks *locks;

	if (!ke_at_most(APC_LEVEL))
		return;
	locks = flt_locks_get(FileLock);
	if (!locks || !locks->allocated) {
		fsh_violation(fsh_caller(), __func__, "%p was not allocated, or is free", FileLock);
	} else {
		if (!locks->ready)
			fsh_violation(fsh_caller(), __func__, "%p is not initialised", FileLock);
		flt_locks_clear(locks);
		if (flt_locks_forget(locks))
			kfree(FileLock);
	}
	if (locks)
		flt_locks_put(locks);
}
EXPORT_SYMBOL_GPL(FltFreeFileLock);

/* The range of a request; false for one that is none. */
static bool flt_lock_range(const FLT_CALLBACK_DATA *data, PVOID context, struct flt_range *range)
{
	const FLT_PARAMETERS *p = &data->Iopb->Parameters;
	s64 offset = p->LockControl.ByteOffset.QuadPart;
	s64 length = p->LockControl.Length ? p->LockControl.Length->QuadPart : 0;

	*range = (struct flt_range) {
		.start = offset,
		.end = length ? (u64)offset + length - 1 : offset,
		.file = data->Iopb->TargetFileObject,
		.process = p->LockControl.ProcessId,
		.context = context,
		.key = p->LockControl.Key,
		.exclusive = p->LockControl.ExclusiveLock,
		.posix = !(data->Flags & FLTFL_CALLBACK_DATA_GENERATED_IO),
	};
	return offset >= 0 && length > 0 && range->end >= range->start;
}

/* Is a lock one of those that an unlock without a range takes? */
static bool flt_lock_is_of(const struct flt_range *range, const struct flt_range *owner, bool key)
{
	if (key && range->key != owner->key)
		return false;
	if (range->posix && owner->posix)
		return range->key == owner->key && flt_range_same_owner(range, owner);
	return range->file == owner->file && range->process == owner->process;
}

static NTSTATUS flt_lock_release(struct flt_locks *locks, PFLT_CALLBACK_DATA data, PVOID context)
{
	UCHAR minor = data->Iopb->MinorFunction;
	struct flt_range wanted, *range, *next;
	NTSTATUS status = STATUS_SUCCESS;
	LIST_HEAD(removed);
	LIST_HEAD(spare);
	bool valid = flt_lock_range(data, context, &wanted);

	if (minor == IRP_MN_UNLOCK_SINGLE && !valid)
		return wanted.posix ? STATUS_SUCCESS : STATUS_RANGE_NOT_LOCKED;
	if (minor == IRP_MN_UNLOCK_SINGLE && wanted.posix && !flt_range_spares(&spare))
		return STATUS_INSUFFICIENT_RESOURCES;
	spin_lock_bh(&locks->lock);
	if (minor != IRP_MN_UNLOCK_SINGLE) {
		list_for_each_entry_safe(range, next, &locks->held, link) {
			if (flt_lock_is_of(range, &wanted, minor == IRP_MN_UNLOCK_ALL_BY_KEY))
				list_move_tail(&range->link, &removed);
		}
	} else if (wanted.posix) {
		flt_range_replace(&locks->held, &wanted, &spare, &removed);
	} else if (!flt_range_unlock(&locks->held, &wanted, &removed)) {
		status = STATUS_RANGE_NOT_LOCKED;
	}
	spin_unlock_bh(&locks->lock);
	list_for_each_entry(range, &removed, link)
		range->context = context;
	flt_ranges_removed(locks, &removed);
	flt_ranges_free(&spare);
	return status;
}

/* Puts a request among those that wait. Return: STATUS_PENDING, or why it cannot wait. */
static NTSTATUS flt_lock_wait(struct flt_locks *locks, struct flt_lock_waiter *waiter)
{
	NTSTATUS status;

	lockdep_assert_held(&locks->lock);
	status = flt_cancel_arm(waiter->op, &flt_lock_waiter_ops, waiter, NULL);
	if (!NT_SUCCESS(status))
		return status;
	refcount_inc(&locks->keyed.refs);
	list_add_tail(&waiter->link, &locks->waiting);
	return STATUS_PENDING;
}

static struct flt_lock_waiter *flt_lock_waiter_new(struct flt_locks *locks,
						   PFLT_CALLBACK_DATA data,
						   const struct flt_range *range)
{
	struct flt_lock_waiter *waiter = kmalloc(sizeof(*waiter), GFP_NOFS);

	if (!waiter)
		return NULL;
	INIT_LIST_HEAD(&waiter->spare);
	waiter->locks = locks;
	waiter->op = flt_operation_of(data);
	waiter->context = range->context;
	waiter->range = kmemdup(range, sizeof(*range), GFP_NOFS);
	if (waiter->range && flt_range_spares(&waiter->spare))
		return waiter;
	kfree(waiter->range);
	kfree(waiter);
	return NULL;
}

/*
 * A lock is asked for. STATUS_PENDING: it waits, and may be granted by now; else @out receives the
 * request, to be freed, if there is one.
 */
static NTSTATUS flt_lock_acquire(struct flt_locks *locks, PFLT_CALLBACK_DATA data, PVOID context,
				 struct flt_lock_waiter **out)
{
	bool fast = !FLT_IS_IRP_OPERATION(data);
	struct flt_lock_waiter *waiter;
	struct flt_range wanted;
	NTSTATUS status;

	if (!flt_lock_range(data, context, &wanted))
		return STATUS_INVALID_PARAMETER;
	waiter = flt_lock_waiter_new(locks, data, &wanted);
	if (!waiter)
		return STATUS_INSUFFICIENT_RESOURCES;
	spin_lock_bh(&locks->lock);
	if (!flt_range_conflicts(&locks->held, &wanted)) {
		flt_lock_grant(locks, waiter);
		flt_locks_address(locks)->FastIoIsQuestionable = TRUE;
		status = STATUS_SUCCESS;
	} else if (data->Iopb->Parameters.LockControl.FailImmediately) {
		status = STATUS_LOCK_NOT_GRANTED;
	} else if (fast) {
		status = STATUS_FLT_DISALLOW_FAST_IO;
	} else {
		status = flt_lock_wait(locks, waiter);
	}
	spin_unlock_bh(&locks->lock);
	if (status != STATUS_PENDING)
		*out = waiter;
	return status;
}

/**
 * FltProcessFileLock() - carry out a lock operation on a filter's own file lock
 * @FileLock: initialised
 * @CallbackData: IRP_MJ_LOCK_CONTROL, in the pre-operation callback
 * @Context: handed to the driver's routines
 *
 * WDK page: fltprocessfilelock. IRQL: <= APC_LEVEL. What a system call asked for is treated as
 * POSIX has it, what a filter issued as Windows does (LOCK-53).
 *
 * Return: what the callback shall return: FLT_PREOP_COMPLETE with IoStatus set; FLT_PREOP_PENDING
 * for a request that waits; FLT_PREOP_DISALLOW_FASTIO for fast I/O that would have to
 */
FLT_PREOP_CALLBACK_STATUS FltProcessFileLock(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData,
					     PVOID Context)
{
	struct flt_lock_waiter *waiter = NULL;
	bool changed = false;
	struct flt_locks *locks;
	NTSTATUS status;

	CallbackData->IoStatus.Status = STATUS_INVALID_PARAMETER;
	CallbackData->IoStatus.Information = 0;
	if (!ke_at_most(APC_LEVEL))
		return FLT_PREOP_COMPLETE;
	if (CallbackData->Iopb->MajorFunction != IRP_MJ_LOCK_CONTROL ||
	    CallbackData->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION) {
		fsh_violation(fsh_caller(), __func__, "%p is no lock operation on its way down",
			      CallbackData);
		return FLT_PREOP_COMPLETE;
	}
	locks = flt_locks_get(FileLock);
	if (!locks || !locks->ready) {
		fsh_violation(fsh_caller(), __func__, "%p is not initialised", FileLock);
		if (locks)
			flt_locks_put(locks);
		return FLT_PREOP_COMPLETE;
	}
	switch (CallbackData->Iopb->MinorFunction) {
	case IRP_MN_LOCK:
		status = flt_lock_acquire(locks, CallbackData, Context, &waiter);
		break;
	case IRP_MN_UNLOCK_SINGLE:
	case IRP_MN_UNLOCK_ALL:
	case IRP_MN_UNLOCK_ALL_BY_KEY:
		status = flt_lock_release(locks, CallbackData, Context);
		changed = true;
		break;
	default:
		status = STATUS_INVALID_DEVICE_REQUEST;
	}
	if (status != STATUS_PENDING && status != STATUS_FLT_DISALLOW_FAST_IO)
		changed |= flt_lock_conclude(locks, CallbackData, Context, status, waiter);
	if (waiter)
		flt_lock_waiter_free(waiter);
	if (changed)
		flt_locks_advance(locks);
	flt_locks_put(locks);
	if (status == STATUS_PENDING)
		return FLT_PREOP_PENDING;
	return status == STATUS_FLT_DISALLOW_FAST_IO ? FLT_PREOP_DISALLOW_FASTIO :
						       FLT_PREOP_COMPLETE;
}
EXPORT_SYMBOL_GPL(FltProcessFileLock);

/* No driver is left; what they never uninitialized is freed and said. */
void flt_file_locks_exit(void)
{
	struct flt_keyed *keyed;
	struct flt_locks *locks;
	unsigned int leaked = 0;

	while ((keyed = flt_keyed_any(&flt_locks_table))) {
		locks = container_of(keyed, struct flt_locks, keyed);
		flt_ranges_free(&locks->held);
		if (locks->allocated)
			kfree(keyed->address);
		kfree(locks);
		leaked++;
	}
	if (leaked)
		pr_warn("fltshim: %u file locks were never uninitialized by the drivers that made them\n",
			leaked);
}
