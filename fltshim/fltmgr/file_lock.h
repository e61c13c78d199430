/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The ranges of a file lock that a filter keeps (file_lock.c), and how they meet (lock_range.c).
 */
#ifndef FLTMGR_FILE_LOCK_H
#define FLTMGR_FILE_LOCK_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
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
};

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
