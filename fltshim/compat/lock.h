/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File locks. Newer kernels have what locks and leases share in a structure of its own, and the
 * declarations in a header of their own.
 */
#ifndef COMPAT_LOCK_H
#define COMPAT_LOCK_H

#include <linux/fs.h>
#include "compat/config.h"

#ifdef FLT_HAVE_FILE_LOCK_CORE
#include <linux/filelock.h>

#define flt_lock_type(fl)	((fl)->c.flc_type)
#define flt_lock_flags(fl)	((fl)->c.flc_flags)
#define flt_lock_owner(fl)	((fl)->c.flc_owner)
#define flt_lock_file(fl)	((fl)->c.flc_file)
#define FLT_LOCK_HEAD		file_lock_core
#define FLT_LOCK_LIST		flc_list
#define FLT_LOCK_OWNER		flc_owner
#define flt_lock_of(head)	container_of(head, struct file_lock, c)
#define FLT_LEASE		file_lease
#else
#define flt_lock_type(fl)	((fl)->fl_type)
#define flt_lock_flags(fl)	((fl)->fl_flags)
#define flt_lock_owner(fl)	((fl)->fl_owner)
#define flt_lock_file(fl)	((fl)->fl_file)
#define FLT_LOCK_HEAD		file_lock
#define FLT_LOCK_LIST		fl_list
#define FLT_LOCK_OWNER		fl_owner
#define flt_lock_of(head)	(head)
#define FLT_LEASE		file_lock
#endif

#ifdef FLT_HAVE_SETLEASE_INT
typedef int flt_lease_arg;
#else
typedef long flt_lease_arg;
#endif

/* Does this owner hold a lock of the list somewhere between @start and @end? */
static inline bool flt_lock_listed(struct file_lock_context *ctx, struct list_head *locks,
				   fl_owner_t owner, loff_t start, loff_t end)
{
	struct FLT_LOCK_HEAD *lock;
	bool found = false;

	if (list_empty_careful(locks))
		return false;
	spin_lock(&ctx->flc_lock);
	list_for_each_entry(lock, locks, FLT_LOCK_LIST) {
		const struct file_lock *fl = flt_lock_of(lock);

		if (lock->FLT_LOCK_OWNER == owner && fl->fl_start <= end && fl->fl_end >= start) {
			found = true;
			break;
		}
	}
	spin_unlock(&ctx->flc_lock);
	return found;
}

/* Does this owner hold a POSIX or open-file-description lock on the inode? */
static inline bool flt_owner_has_lock(struct inode *inode, fl_owner_t owner)
{
	/* Pairs with the cmpxchg() that publishes it. */
	struct file_lock_context *ctx = smp_load_acquire(&inode->i_flctx);

	return ctx && flt_lock_listed(ctx, &ctx->flc_posix, owner, 0, OFFSET_MAX);
}

/* Does the owner of a lock hold one of its kind in its range? */
static inline bool flt_lock_held(struct inode *inode, const struct file_lock *fl)
{
	/* As above. */
	struct file_lock_context *ctx = smp_load_acquire(&inode->i_flctx);

	return ctx && flt_lock_listed(ctx, flt_lock_flags(fl) & FL_FLOCK ? &ctx->flc_flock :
									   &ctx->flc_posix,
				      flt_lock_owner(fl), fl->fl_start, fl->fl_end);
}

#endif
