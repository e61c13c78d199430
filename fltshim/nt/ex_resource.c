// SPDX-License-Identifier: GPL-2.0
/*
 * Executive resources (ERESOURCE): a lock for one writer or many readers that may be taken again
 * by its owner and released on behalf of another thread. Linux's rw_semaphore can do neither, so
 * the state is kept here under a spin lock, with the waiters in the order in which they came.
 *
 * Rules. @lock guards everything; it is held for a few instructions and never while sleeping.
 * Whoever frees the resource grants it to waiters in order, all readers up to the next writer at
 * once, and counts them as owners before they run; so nobody can slip in between. A reader that
 * was granted adds itself to the table of owners: only itself, or whoever releases for it, looks
 * for that entry. The table grows by the thread that needs a place and is freed with the last
 * reader, so a resource that a driver forgets to delete loses nothing.
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "nt/ex_resource.h"
#include "nt/ke_irql.h"

#define EX_RESOURCE_MAGIC	0x53455245	/* "ERES" */
#define EX_INLINE_OWNERS	6

struct ex_owner {
	ERESOURCE_THREAD thread;	/* 0: free place */
	u32 count;
};

struct ex_resource {
	spinlock_t lock;		/* all below */
	u32 magic;
	u32 exclusive;			/* acquisitions of the writer */
	ERESOURCE_THREAD writer;
	u32 readers;			/* reading threads, granted ones included */
	u32 places;			/* size of @owners */
	struct ex_owner *owners;	/* @own or allocated */
	struct list_head waiters;
	u32 waiting_exclusive;
	u32 waiting_shared;
	struct ex_owner own[EX_INLINE_OWNERS];
};

static_assert(sizeof(struct ex_resource) <= sizeof(ERESOURCE));

struct ex_waiter {
	struct list_head link;
	struct task_struct *task;
	bool exclusive;
	u8 granted;
};

static struct ex_resource *ex_resource(PERESOURCE resource)
{
	return (struct ex_resource *)resource;
}

static ERESOURCE_THREAD ex_this_thread(void)
{
	return (ERESOURCE_THREAD)(unsigned long)current;
}

static bool ex_resource_usable(PERESOURCE resource, unsigned long ip, const char *routine)
{
	if (likely(ex_resource(resource)->magic == EX_RESOURCE_MAGIC))
		return true;
	fsh_violation(fsh_driver_name_at(ip), routine, "resource %pK is not initialised",
		      resource);
	return false;
}

static struct ex_owner *ex_find_owner(struct ex_resource *res, ERESOURCE_THREAD thread)
{
	u32 i;

	for (i = 0; i < res->places; i++) {
		if (res->owners[i].thread == thread)
			return &res->owners[i];
	}
	return NULL;
}

/* The current thread, counted in @readers already, notes its acquisition. May sleep. */
static void ex_note_reader(struct ex_resource *res)
{
	struct ex_owner *owner, *table = NULL;
	u32 places = 0;

	for (;;) {
		spin_lock_bh(&res->lock);
		owner = ex_find_owner(res, 0);
		if (owner)
			break;
		if (places > res->places) {
			memcpy(table, res->owners, res->places * sizeof(*table));
			if (res->owners != res->own)
				kfree(res->owners);
			owner = &table[res->places];
			res->owners = table;
			res->places = places;
			table = NULL;
			break;
		}
		places = res->places * 2;
		spin_unlock_bh(&res->lock);
		kfree(table);
		table = kcalloc(places, sizeof(*table), GFP_NOFS | __GFP_NOFAIL);
	}
	owner->thread = ex_this_thread();
	owner->count = 1;
	spin_unlock_bh(&res->lock);
	kfree(table);
}

/* Under the lock, when an owner has gone. */
static void ex_grant(struct ex_resource *res)
{
	struct ex_waiter *waiter, *next;

	list_for_each_entry_safe(waiter, next, &res->waiters, link) {
		if (res->writer || (waiter->exclusive && res->readers))
			return;
		list_del(&waiter->link);
		if (waiter->exclusive) {
			res->waiting_exclusive--;
			res->writer = (ERESOURCE_THREAD)(unsigned long)waiter->task;
			res->exclusive = 1;
		} else {
			res->waiting_shared--;
			res->readers++;
		}
		/* The waiter returns when it has seen this and taken the lock that we hold. */
		WRITE_ONCE(waiter->granted, true);
		wake_up_process(waiter->task);
	}
}

/* Called with the lock, returns without it and with the resource. */
static void ex_wait(struct ex_resource *res, bool exclusive, bool first)
	__releases(&res->lock)
{
	struct ex_waiter waiter = { .task = current, .exclusive = exclusive };

	if (first)
		list_add(&waiter.link, &res->waiters);
	else
		list_add_tail(&waiter.link, &res->waiters);
	if (exclusive)
		res->waiting_exclusive++;
	else
		res->waiting_shared++;
	spin_unlock_bh(&res->lock);
	for (;;) {
		set_current_state(TASK_UNINTERRUPTIBLE);
		if (READ_ONCE(waiter.granted))
			break;
		schedule();
	}
	__set_current_state(TASK_RUNNING);
	/* Whoever granted may still be in wake_up_process() with our task: it has the lock. */
	spin_lock_bh(&res->lock);
	spin_unlock_bh(&res->lock);
}

/**
 * ex_resource_exclusive() - acquire for writing
 * @resource: the resource
 * @wait: whether to wait for it
 * @ip: the caller, for reports
 * @routine: the routine it called
 *
 * Context: a task that may sleep. A thread that reads already and asks for more would wait for
 * itself: it becomes the writer if it is the only reader, else it gets one more read access, and
 * a report.
 *
 * Return: whether it was acquired.
 */
bool ex_resource_exclusive(PERESOURCE resource, bool wait, unsigned long ip,
			   const char *routine)
{
	struct ex_resource *res = ex_resource(resource);
	struct ex_owner *owner;

	if (!ex_resource_usable(resource, ip, routine))
		return false;
	spin_lock_bh(&res->lock);
	if (res->writer == ex_this_thread()) {
		res->exclusive++;
		goto got;
	}
	if (!res->writer && !res->readers) {
		res->writer = ex_this_thread();
		res->exclusive = 1;
		goto got;
	}
	if (!wait) {
		spin_unlock_bh(&res->lock);
		return false;
	}
	owner = res->readers ? ex_find_owner(res, ex_this_thread()) : NULL;
	if (owner) {
		if (res->readers == 1) {
			res->writer = ex_this_thread();
			res->exclusive = owner->count + 1;
			res->readers = 0;
			owner->thread = 0;
		} else {
			owner->count++;
		}
		spin_unlock_bh(&res->lock);
		fsh_violation(fsh_driver_name_at(ip), routine,
			      "resource %pK is held shared by this thread", resource);
		return true;
	}
	ex_wait(res, true, false);
	return true;
got:
	spin_unlock_bh(&res->lock);
	return true;
}

/**
 * ex_resource_shared() - acquire for reading
 * @resource: the resource
 * @share: how to treat waiting writers
 * @wait: whether to wait for it
 * @ip: the caller, for reports
 * @routine: the routine it called
 *
 * Context: a task that may sleep. A writer that asks for read access gets one more write access.
 *
 * Return: whether it was acquired.
 */
bool ex_resource_shared(PERESOURCE resource, enum ex_share share, bool wait, unsigned long ip,
			const char *routine)
{
	struct ex_resource *res = ex_resource(resource);
	struct ex_owner *owner;
	bool queue;

	if (!ex_resource_usable(resource, ip, routine))
		return false;
	spin_lock_bh(&res->lock);
	if (res->writer == ex_this_thread()) {
		res->exclusive++;
		spin_unlock_bh(&res->lock);
		return true;
	}
	owner = res->readers ? ex_find_owner(res, ex_this_thread()) : NULL;
	queue = res->waiting_exclusive &&
		(share == EX_SHARE_YIELD || (share == EX_SHARE_QUEUE && !owner));
	if (owner && !queue) {
		owner->count++;
		spin_unlock_bh(&res->lock);
		return true;
	}
	if (res->writer || queue) {
		if (!wait) {
			spin_unlock_bh(&res->lock);
			return false;
		}
		if (owner) {
			/* Behind a writer that waits for this very thread: it may not wait. */
			owner->count++;
			spin_unlock_bh(&res->lock);
			return true;
		}
		ex_wait(res, false, share == EX_SHARE_STARVE);
	} else {
		res->readers++;
		spin_unlock_bh(&res->lock);
	}
	ex_note_reader(res);
	return true;
}

/**
 * ex_resource_release() - undo one acquisition
 * @resource: the resource
 * @thread: whose: ex_this_thread() of it, or what ExSetResourceOwnerPointer() put in its place
 * @ip: the caller, for reports
 * @routine: the routine it called
 *
 * Context: any but hard interrupts.
 */
void ex_resource_release(PERESOURCE resource, ERESOURCE_THREAD thread, unsigned long ip,
			 const char *routine)
{
	struct ex_resource *res = ex_resource(resource);
	struct ex_owner *owner, *table = NULL;

	if (!ex_resource_usable(resource, ip, routine))
		return;
	spin_lock_bh(&res->lock);
	owner = res->writer ? NULL : ex_find_owner(res, thread);
	if (res->writer == thread) {
		if (!--res->exclusive)
			res->writer = 0;
	} else if (owner && thread) {
		if (!--owner->count) {
			owner->thread = 0;
			res->readers--;
		}
	} else {
		spin_unlock_bh(&res->lock);
		fsh_violation(fsh_driver_name_at(ip), routine,
			      "resource %pK is not held by that thread", resource);
		return;
	}
	/* The only reader may have become the writer. */
	if (!res->readers && res->owners != res->own) {
		table = res->owners;
		memset(res->own, 0, sizeof(res->own));
		res->owners = res->own;
		res->places = EX_INLINE_OWNERS;
	}
	ex_grant(res);
	spin_unlock_bh(&res->lock);
	kfree(table);
}

static void ex_resource_init(PERESOURCE resource)
{
	struct ex_resource *res = ex_resource(resource);

	memset(res, 0, sizeof(*res));
	spin_lock_init(&res->lock);
	INIT_LIST_HEAD(&res->waiters);
	res->owners = res->own;
	res->places = EX_INLINE_OWNERS;
	res->magic = EX_RESOURCE_MAGIC;
}

/**
 * ExInitializeResourceLite() - make a free resource
 * @Resource: storage of the driver
 *
 * WDK: ExInitializeResourceLite. IRQL: <= DISPATCH_LEVEL. Return: STATUS_SUCCESS.
 */
NTSTATUS ExInitializeResourceLite(PERESOURCE Resource)
{
	ex_resource_init(Resource);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(ExInitializeResourceLite);

/**
 * ExReinitializeResourceLite() - make a resource free again
 * @Resource: a resource that nobody holds or waits for
 *
 * WDK: ExReinitializeResourceLite. IRQL: <= DISPATCH_LEVEL. Return: STATUS_SUCCESS.
 */
NTSTATUS ExReinitializeResourceLite(PERESOURCE Resource)
{
	ex_resource_init(Resource);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(ExReinitializeResourceLite);

/**
 * ExDeleteResourceLite() - end of a resource
 * @Resource: a resource that nobody holds or waits for
 *
 * WDK: ExDeleteResourceLite. One that is held is reported and left as it is.
 * IRQL: <= DISPATCH_LEVEL. Return: STATUS_SUCCESS, STATUS_INVALID_PARAMETER for one that is held
 * or never was initialised.
 */
NTSTATUS ExDeleteResourceLite(PERESOURCE Resource)
{
	struct ex_resource *res = ex_resource(Resource);

	if (!ex_resource_usable(Resource, _RET_IP_, __func__))
		return STATUS_INVALID_PARAMETER;
	if (res->writer || res->readers || !list_empty(&res->waiters)) {
		fsh_violation(fsh_caller(), __func__, "resource %pK is still held", Resource);
		return STATUS_INVALID_PARAMETER;
	}
	res->magic = 0;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(ExDeleteResourceLite);

/* Any may sleep in the slab allocator, so the limit holds without waiting too. */
#define ex_acquire(take) ((BOOLEAN)(ke_at_most(APC_LEVEL) && (take)))

/**
 * ExAcquireResourceExclusiveLite() - acquire a resource for writing
 * @Resource: the resource
 * @Wait: TRUE to wait for it
 *
 * WDK: ExAcquireResourceExclusiveLite. IRQL: <= APC_LEVEL; called higher it fails.
 * Return: TRUE if acquired.
 */
BOOLEAN ExAcquireResourceExclusiveLite(PERESOURCE Resource, BOOLEAN Wait)
{
	return ex_acquire(ex_resource_exclusive(Resource, Wait, _RET_IP_, __func__));
}
EXPORT_SYMBOL_GPL(ExAcquireResourceExclusiveLite);

/**
 * ExAcquireResourceSharedLite() - acquire a resource for reading
 * @Resource: the resource
 * @Wait: TRUE to wait for it
 *
 * WDK: ExAcquireResourceSharedLite. Waits behind waiting writers, unless the thread holds the
 * resource already. IRQL: <= APC_LEVEL; called higher it fails. Return: TRUE if acquired.
 */
BOOLEAN ExAcquireResourceSharedLite(PERESOURCE Resource, BOOLEAN Wait)
{
	return ex_acquire(ex_resource_shared(Resource, EX_SHARE_QUEUE, Wait, _RET_IP_, __func__));
}
EXPORT_SYMBOL_GPL(ExAcquireResourceSharedLite);

/**
 * ExAcquireSharedStarveExclusive() - acquire a resource for reading before waiting writers
 * @Resource: the resource
 * @Wait: TRUE to wait for it
 *
 * WDK: ExAcquireSharedStarveExclusive. IRQL: <= APC_LEVEL. Return: TRUE if acquired.
 */
BOOLEAN ExAcquireSharedStarveExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
	return ex_acquire(ex_resource_shared(Resource, EX_SHARE_STARVE, Wait, _RET_IP_,
					     __func__));
}
EXPORT_SYMBOL_GPL(ExAcquireSharedStarveExclusive);

/**
 * ExAcquireSharedWaitForExclusive() - acquire a resource for reading behind waiting writers
 * @Resource: the resource
 * @Wait: TRUE to wait for it
 *
 * WDK: ExAcquireSharedWaitForExclusive. IRQL: <= APC_LEVEL. Return: TRUE if acquired.
 */
BOOLEAN ExAcquireSharedWaitForExclusive(PERESOURCE Resource, BOOLEAN Wait)
{
	return ex_acquire(ex_resource_shared(Resource, EX_SHARE_YIELD, Wait, _RET_IP_, __func__));
}
EXPORT_SYMBOL_GPL(ExAcquireSharedWaitForExclusive);

/**
 * ExReleaseResourceLite() - undo one acquisition by the current thread
 * @Resource: the resource
 *
 * WDK: ExReleaseResourceLite. IRQL: <= DISPATCH_LEVEL.
 */
void ExReleaseResourceLite(PERESOURCE Resource)
{
	ex_resource_release(Resource, ex_this_thread(), _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(ExReleaseResourceLite);

/**
 * ExReleaseResourceForThreadLite() - undo one acquisition by a thread
 * @Resource: the resource
 * @ResourceThreadId: what ExGetCurrentResourceThread() said in that thread, or the owner pointer
 *
 * WDK: ExReleaseResourceForThreadLite. IRQL: <= DISPATCH_LEVEL.
 */
void ExReleaseResourceForThreadLite(PERESOURCE Resource, ERESOURCE_THREAD ResourceThreadId)
{
	ex_resource_release(Resource, ResourceThreadId, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(ExReleaseResourceForThreadLite);

/**
 * ExConvertExclusiveToSharedLite() - go on reading what the current thread wrote
 * @Resource: the resource, held exclusively by the current thread
 *
 * WDK: ExConvertExclusiveToSharedLite. IRQL: <= DISPATCH_LEVEL.
 */
void ExConvertExclusiveToSharedLite(PERESOURCE Resource)
{
	struct ex_resource *res = ex_resource(Resource);
	bool owned;

	if (!ex_resource_usable(Resource, _RET_IP_, __func__))
		return;
	spin_lock_bh(&res->lock);
	owned = res->writer == ex_this_thread();
	if (owned) {
		/* A writer is alone, so the first place is free and needs no allocation. */
		res->owners[0].thread = res->writer;
		res->owners[0].count = res->exclusive;
		res->writer = 0;
		res->exclusive = 0;
		res->readers = 1;
		ex_grant(res);
	}
	spin_unlock_bh(&res->lock);
	if (!owned)
		fsh_violation(fsh_caller(), __func__,
			      "resource %pK is not held exclusively by this thread", Resource);
}
EXPORT_SYMBOL_GPL(ExConvertExclusiveToSharedLite);

/**
 * ExIsResourceAcquiredExclusiveLite() - whether the current thread may write
 * @Resource: the resource
 *
 * WDK: ExIsResourceAcquiredExclusiveLite. IRQL: <= DISPATCH_LEVEL. Return: TRUE if it does.
 */
BOOLEAN ExIsResourceAcquiredExclusiveLite(PERESOURCE Resource)
{
	return READ_ONCE(ex_resource(Resource)->writer) == ex_this_thread();
}
EXPORT_SYMBOL_GPL(ExIsResourceAcquiredExclusiveLite);

/**
 * ExIsResourceAcquiredSharedLite() - how often the current thread holds a resource
 * @Resource: the resource
 *
 * WDK: ExIsResourceAcquiredSharedLite. IRQL: <= DISPATCH_LEVEL. Return: the number of its
 * acquisitions, for reading or writing.
 */
ULONG ExIsResourceAcquiredSharedLite(PERESOURCE Resource)
{
	struct ex_resource *res = ex_resource(Resource);
	struct ex_owner *owner;
	ULONG count = 0;

	if (!ex_resource_usable(Resource, _RET_IP_, __func__))
		return 0;
	spin_lock_bh(&res->lock);
	if (res->writer == ex_this_thread()) {
		count = res->exclusive;
	} else if (res->readers) {
		owner = ex_find_owner(res, ex_this_thread());
		count = owner ? owner->count : 0;
	}
	spin_unlock_bh(&res->lock);
	return count;
}
EXPORT_SYMBOL_GPL(ExIsResourceAcquiredSharedLite);

/**
 * ExGetExclusiveWaiterCount() - how many threads wait to write
 * @Resource: the resource
 *
 * WDK: ExGetExclusiveWaiterCount. IRQL: <= DISPATCH_LEVEL. Return: the number.
 */
ULONG ExGetExclusiveWaiterCount(PERESOURCE Resource)
{
	return READ_ONCE(ex_resource(Resource)->waiting_exclusive);
}
EXPORT_SYMBOL_GPL(ExGetExclusiveWaiterCount);

/**
 * ExGetSharedWaiterCount() - how many threads wait to read
 * @Resource: the resource
 *
 * WDK: ExGetSharedWaiterCount. IRQL: <= DISPATCH_LEVEL. Return: the number.
 */
ULONG ExGetSharedWaiterCount(PERESOURCE Resource)
{
	return READ_ONCE(ex_resource(Resource)->waiting_shared);
}
EXPORT_SYMBOL_GPL(ExGetSharedWaiterCount);

/**
 * ExGetCurrentResourceThread() - name of the current thread as an owner
 *
 * WDK: ExGetCurrentResourceThread. IRQL: <= DISPATCH_LEVEL. Return: its name.
 */
ERESOURCE_THREAD ExGetCurrentResourceThread(void)
{
	return ex_this_thread();
}
EXPORT_SYMBOL_GPL(ExGetCurrentResourceThread);

/**
 * ExSetResourceOwnerPointer() - give the current thread's ownership another name
 * @Resource: the resource, held by the current thread
 * @OwnerPointer: the name, with its two low bits set
 *
 * WDK: ExSetResourceOwnerPointer. After it only ExReleaseResourceForThreadLite() with that name
 * releases. IRQL: <= DISPATCH_LEVEL.
 */
void ExSetResourceOwnerPointer(PERESOURCE Resource, PVOID OwnerPointer)
{
	struct ex_resource *res = ex_resource(Resource);
	ERESOURCE_THREAD name = (unsigned long)OwnerPointer;
	struct ex_owner *owner = NULL;
	bool owned;

	if (!ex_resource_usable(Resource, _RET_IP_, __func__))
		return;
	spin_lock_bh(&res->lock);
	owned = res->writer == ex_this_thread();
	if (owned) {
		res->writer = name;
	} else {
		owner = res->readers ? ex_find_owner(res, ex_this_thread()) : NULL;
		if (owner)
			owner->thread = name;
	}
	spin_unlock_bh(&res->lock);
	if (!owned && !owner)
		fsh_violation(fsh_caller(), __func__, "resource %pK is not held by this thread",
			      Resource);
}
EXPORT_SYMBOL_GPL(ExSetResourceOwnerPointer);

/**
 * ExEnterCriticalRegionAndAcquireResourceExclusive() - both in one call
 * @Resource: the resource
 *
 * WDK: ExEnterCriticalRegionAndAcquireResourceExclusive. IRQL: <= APC_LEVEL.
 * Return: not to be used.
 */
PVOID ExEnterCriticalRegionAndAcquireResourceExclusive(PERESOURCE Resource)
{
	if (ke_at_most(APC_LEVEL)) {
		ke_hold(KE_HOLD_CRITICAL);
		ex_resource_exclusive(Resource, true, _RET_IP_, __func__);
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(ExEnterCriticalRegionAndAcquireResourceExclusive);

/**
 * ExEnterCriticalRegionAndAcquireResourceShared() - both in one call
 * @Resource: the resource
 *
 * WDK: ExEnterCriticalRegionAndAcquireResourceShared. IRQL: <= APC_LEVEL. Return: not to be used.
 */
PVOID ExEnterCriticalRegionAndAcquireResourceShared(PERESOURCE Resource)
{
	if (ke_at_most(APC_LEVEL)) {
		ke_hold(KE_HOLD_CRITICAL);
		ex_resource_shared(Resource, EX_SHARE_QUEUE, true, _RET_IP_, __func__);
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(ExEnterCriticalRegionAndAcquireResourceShared);

/**
 * ExEnterCriticalRegionAndAcquireSharedWaitForExclusive() - both in one call
 * @Resource: the resource
 *
 * WDK: ExEnterCriticalRegionAndAcquireSharedWaitForExclusive. IRQL: <= APC_LEVEL.
 * Return: not to be used.
 */
PVOID ExEnterCriticalRegionAndAcquireSharedWaitForExclusive(PERESOURCE Resource)
{
	if (ke_at_most(APC_LEVEL)) {
		ke_hold(KE_HOLD_CRITICAL);
		ex_resource_shared(Resource, EX_SHARE_YIELD, true, _RET_IP_, __func__);
	}
	return NULL;
}
EXPORT_SYMBOL_GPL(ExEnterCriticalRegionAndAcquireSharedWaitForExclusive);

/**
 * ExReleaseResourceAndLeaveCriticalRegion() - both in one call
 * @Resource: the resource
 *
 * WDK: ExReleaseResourceAndLeaveCriticalRegion. IRQL: <= APC_LEVEL.
 */
void ExReleaseResourceAndLeaveCriticalRegion(PERESOURCE Resource)
{
	ex_resource_release(Resource, ex_this_thread(), _RET_IP_, __func__);
	if (ke_at_most(APC_LEVEL))
		ke_release(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(ExReleaseResourceAndLeaveCriticalRegion);
