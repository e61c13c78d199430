/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An instance: one attachment of one filter to one volume at one altitude.
 */
#ifndef FLTMGR_INSTANCE_H
#define FLTMGR_INSTANCE_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include "fltmgr/context.h"
#include "fltmgr/object.h"

struct flt_filter;
struct flt_instance_def;
struct flt_record;
struct flt_volume;

enum flt_instance_state {
	FLT_INSTANCE_SETUP,	/* its setup callback is asked; takes no part yet */
	FLT_INSTANCE_ATTACHED,
	FLT_INSTANCE_LEAVING,	/* no new pre-operation callback */
	FLT_INSTANCE_GONE,	/* teardown is complete */
};

/**
 * struct flt_instance - an attachment
 * @obj: common header; PFLT_INSTANCE is its address
 * @memory: references to the memory alone: the object's, and those of snapshots. An operation that
 *	waits below keeps its snapshot, but not filters: what is GONE in it is not looked into
 * @filter: referenced
 * @volume: referenced
 * @shown: what callbacks are told: itself, or NULL for one that stands for its filter while a
 *	volume is mounted (volume_mount.c)
 * @name: instance name, NUL-terminated
 * @altitude: as it was configured
 * @state: enum flt_instance_state; written under volume->lock, read by the walk without
 * @still_starts: LEAVING, but its teardown-start callback has not returned: I/O of its own is
 *	still let through
 * @guarded: snapshots with this instance whose guard is still held by somebody
 * @owed: records that were linked and are not done, plus operations that this instance holds
 * @lock: protects @open and @held; taken from softirq too
 * @open: records of operations that somebody else holds: what a detach drains
 * @held: operations that this instance pends
 * @scans: data scans of it that are not closed; under the lock of section.c
 * @data_scan: FltRegisterForDataScan() was called for it, and set it, for good
 * @names: marks the file names that it has provided and not purged
 * @anchor: its own context
 * @contexts: contexts that go with it, wherever they hang
 * @volume_link: in volume->instances; like @filter_link changed under flt_filters_lock and
 *	volume->lock, so that either is enough to read
 * @filter_link: in filter->instances; read under flt_filters_lock
 */
struct flt_instance {
	struct flt_object obj;
	refcount_t memory;
	struct flt_filter *filter;
	struct flt_volume *volume;
	PFLT_INSTANCE shown;
	UNICODE_STRING name;
	UNICODE_STRING altitude;
	enum flt_instance_state state;
	u8 still_starts;
	atomic_t guarded;
	atomic_t owed;
	spinlock_t lock;	/* open, held; taken in softirq too */
	struct list_head open;
	struct list_head held;
	struct list_head scans;
	u8 data_scan;
	u64 names;
	struct flt_anchor anchor;
	struct list_head contexts;
	struct list_head volume_link;
	struct list_head filter_link;
	struct rcu_head rcu;
};

static inline PFLT_INSTANCE flt_instance_opaque(const struct flt_instance *instance)
{
	return (PFLT_INSTANCE)instance;
}

static inline struct flt_instance *flt_instance_of(PFLT_INSTANCE instance)
{
	return (struct flt_instance *)instance;
}

extern unsigned long flt_setup_patience;	/* jiffies */

struct flt_instance *flt_instance_alloc(struct flt_filter *filter, struct flt_volume *volume,
					const UNICODE_STRING *name, const UNICODE_STRING *altitude);
NTSTATUS flt_instance_attach(struct flt_filter *filter, struct flt_volume *volume,
			     const UNICODE_STRING *name, const UNICODE_STRING *altitude,
			     FLT_INSTANCE_SETUP_FLAGS flags, struct flt_instance **out);
NTSTATUS flt_instance_detach(struct flt_instance *instance, FLT_INSTANCE_TEARDOWN_FLAGS reason);
void flt_instance_forget(struct flt_instance *instance);
void flt_attach_automatic(struct flt_filter *filter, struct flt_volume *volume,
			  FLT_INSTANCE_SETUP_FLAGS flags);

/* One thing less that a detach has to wait for. */
static inline void flt_instance_settle(struct flt_instance *instance)
{
	/* The waiter holds a reference; RCU keeps the memory for the wake-up. */
	rcu_read_lock();
	if (atomic_dec_and_test(&instance->owed))
		wake_up_all(&instance->obj.idle);
	rcu_read_unlock();
}

#endif
