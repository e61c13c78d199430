/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File locks that a filter keeps (file_lock.c), their ranges, and how those meet (lock_range.c).
 */
#ifndef FLTMGR_FILE_LOCK_H
#define FLTMGR_FILE_LOCK_H

#include <linux/list.h>
#include <linux/spinlock.h>
#include "fltmgr/keyed.h"
#include "nt/nt.h"

struct flt_operation;

/**
 * struct flt_range - a locked range, or one that is asked for
 * @link: in the list of locks that are held, or of what was removed
 * @start: first byte
 * @end: last byte
 * @file: through which it was asked for; for comparison only
 * @process: by whom; for comparison only
 * @context: that FltProcessFileLock() was given
 * @key: of the request
 * @exclusive: which kind
 * @posix: asked for by a system call: the rules of POSIX hold for it, not those of Windows
 * @id: of one that is or was held: whoever remembers it looks the range up by that, since it may
 *	be unlocked and freed at any time
 * @pending: granted, and the driver has not agreed yet: its owner has what it had there as well
 */
struct flt_range {
	struct list_head link;
	u64 start;
	u64 end;
	PFILE_OBJECT file;
	PEPROCESS process;
	PVOID context;
	ULONG key;
	bool exclusive;
	bool posix;
	u64 id;
	bool pending;
};

/**
 * struct flt_locks - what a FILE_LOCK stands for
 * @keyed: by the driver's structure; references: the table's and those of waiting requests
 * @lock: protects the lists
 * @held: struct flt_range
 * @waiting: struct flt_lock_waiter, in order of arrival
 * @last: id of the range that was granted last
 * @complete: driver's routine for requests that the package completes, or NULL
 * @unlock: driver's routine for locks that go, or NULL
 * @ready: between initialisation and its end
 * @allocated: the structure came from FltAllocateFileLock()
 */
struct flt_locks {
	struct flt_keyed keyed;
	spinlock_t lock;	/* @held, @waiting; softirq too, where a cancel comes */
	struct list_head held;
	struct list_head waiting;
	u64 last;
	PFLT_COMPLETE_LOCK_CALLBACK_DATA_ROUTINE complete;
	PUNLOCK_ROUTINE unlock;
	bool ready;
	bool allocated;
};

struct flt_locks *flt_locks_get(PFILE_LOCK address);
void flt_locks_put(struct flt_locks *locks);

bool flt_range_same_owner(const struct flt_range *a, const struct flt_range *b);
bool flt_range_conflicts(const struct list_head *held, const struct flt_range *wanted);
bool flt_range_replace(struct list_head *held, const struct flt_range *wanted,
		       struct list_head *spare, struct list_head *removed);
bool flt_range_unlock(struct list_head *held, const struct flt_range *wanted,
		      struct list_head *removed);

void flt_file_locks_exit(void);

/* How many new ranges taking a part out of others can need. */
#define FLT_RANGE_SPARE	1

static inline bool flt_range_overlaps(const struct flt_range *a, const struct flt_range *b)
{
	return a->start <= b->end && b->start <= a->end;
}

#endif
