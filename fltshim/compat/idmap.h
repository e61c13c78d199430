/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The first argument of inode operations and of the vfs_* name space calls: a mount's id map, or
 * the user name space that came before it. One type name covers both.
 */
#ifndef COMPAT_IDMAP_H
#define COMPAT_IDMAP_H

#include <linux/fs.h>
#include <linux/mount.h>
#include "compat/config.h"

#ifdef FLT_HAVE_MNT_IDMAP
typedef struct mnt_idmap flt_idmap;
#else
typedef struct user_namespace flt_idmap;
#endif

/* The map of a mount, to be handed to calls on what is mounted there. */
static inline flt_idmap *flt_mnt_idmap(struct vfsmount *mnt)
{
#ifdef FLT_HAVE_MNT_IDMAP
	return mnt_idmap(mnt);
#else
	return mnt_user_ns(mnt);
#endif
}

/* vfs_rename() within one mount; the caller holds lock_rename(). */
static inline int flt_vfs_rename(flt_idmap *idmap, struct inode *old_dir, struct dentry *old,
				 struct inode *new_dir, struct dentry *new, unsigned int flags)
{
	struct renamedata rd = {
#ifdef FLT_HAVE_MNT_IDMAP
		.old_mnt_idmap = idmap,
		.new_mnt_idmap = idmap,
#else
		.old_mnt_userns = idmap,
		.new_mnt_userns = idmap,
#endif
		.old_dir = old_dir,
		.old_dentry = old,
		.new_dir = new_dir,
		.new_dentry = new,
		.flags = flags,
	};

	return vfs_rename(&rd);
}

#endif
