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
#else
#define flt_lock_type(fl)	((fl)->fl_type)
#define flt_lock_flags(fl)	((fl)->fl_flags)
#define flt_lock_owner(fl)	((fl)->fl_owner)
#define flt_lock_file(fl)	((fl)->fl_file)
#define FLT_LOCK_HEAD		file_lock
#define FLT_LOCK_LIST		fl_list
#define FLT_LOCK_OWNER		fl_owner
#endif

/* Does this owner hold a POSIX or open-file-description lock on the inode? */
static inline bool flt_owner_has_lock(struct inode *inode, fl_owner_t owner)
{
	/* Pairs with the cmpxchg() that publishes it. */
	struct file_lock_context *ctx = smp_load_acquire(&inode->i_flctx);
	struct FLT_LOCK_HEAD *lock;
	bool found = false;

	if (!ctx || list_empty_careful(&ctx->flc_posix))
		return false;
	spin_lock(&ctx->flc_lock);
	list_for_each_entry(lock, &ctx->flc_posix, FLT_LOCK_LIST) {
		if (lock->FLT_LOCK_OWNER == owner) {
			found = true;
			break;
		}
	}
	spin_unlock(&ctx->flc_lock);
	return found;
}

#endif
