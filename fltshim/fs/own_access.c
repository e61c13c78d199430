// SPDX-License-Identifier: GPL-2.0
/*
 * What the current user may do with a file that a filter opens for him (IO_FORCE_ACCESS_CHECK):
 * each right of Windows, asked of the file system below as the system call would be that needs it.
 * Afterwards only the rights that were granted are looked at, and the kernel's own do the rest.
 */
#include <linux/capability.h>
#include <linux/fs.h>
#include "fs/own.h"

/* A name goes with the rights to its directory (may_delete() of the VFS). */
static int fltfs_may_delete(struct fltfs_sb *fsb, struct dentry *lower)
{
	flt_idmap *idmap = flt_mnt_idmap(fsb->mnt);
	struct inode *inode = d_inode(lower), *dir;
	struct dentry *parent;
	int err;

	/* The root of the volume has no name in it. */
	if (lower == fsb->mnt->mnt_root)
		return 0;
	parent = dget_parent(lower);
	dir = d_inode(parent);
	err = inode_permission(idmap, dir, MAY_WRITE | MAY_EXEC);
	if (!err && (IS_APPEND(dir) || IS_APPEND(inode) || IS_IMMUTABLE(inode)))
		err = -EPERM;
	if (!err && check_sticky(idmap, dir, inode))
		err = -EACCES;
	dput(parent);
	return err;
}

static int fltfs_may_have(struct fltfs_sb *fsb, struct dentry *lower, ACCESS_MASK right)
{
	flt_idmap *idmap = flt_mnt_idmap(fsb->mnt);
	struct inode *inode = d_inode(lower);

	switch (right) {
	case FILE_READ_DATA:
	case FILE_READ_EA:
		return inode_permission(idmap, inode, MAY_READ);
	case FILE_WRITE_DATA:
	case FILE_APPEND_DATA:
	case FILE_WRITE_EA:
		return inode_permission(idmap, inode, MAY_WRITE);
	case FILE_EXECUTE:
		return inode_permission(idmap, inode, MAY_EXEC);
	case FILE_DELETE_CHILD:
		return S_ISDIR(inode->i_mode) ?
		       inode_permission(idmap, inode, MAY_WRITE | MAY_EXEC) : 0;
	case FILE_WRITE_ATTRIBUTES:
	case WRITE_DAC:
		return inode_owner_or_capable(idmap, inode) ? 0 : -EACCES;
	case WRITE_OWNER:
		return capable_wrt_inode_uidgid(idmap, inode, CAP_CHOWN) ? 0 : -EACCES;
	case DELETE:
		return fltfs_may_delete(fsb, lower);
	}
	/* What stat(2) tells everybody. */
	return 0;
}

/**
 * fltfs_own_access() - which of the rights that are asked for has the current user?
 * @fsb: the mount
 * @lower: lower dentry, positive
 * @needed: those that he has to have
 * @access: those that are asked for; what he has not is taken out
 *
 * FILE_GENERIC_WRITE has the right to change attributes in it, which on Linux is the owner's: with
 * a right to write it is not needed, and is taken out where he has it not.
 *
 * Return: 0, or why he has not what is needed
 */
int fltfs_own_access(struct fltfs_sb *fsb, struct dentry *lower, ACCESS_MASK needed,
		     ACCESS_MASK *access)
{
	ACCESS_MASK left = (needed | *access) & FILE_ALL_ACCESS;
	int err;

	if (needed & (FILE_WRITE_DATA | FILE_APPEND_DATA))
		needed &= ~FILE_WRITE_ATTRIBUTES;
	while (left) {
		ACCESS_MASK right = left & -left;

		left &= ~right;
		err = fltfs_may_have(fsb, lower, right);
		if (err && needed & right)
			return err;
		if (err)
			*access &= ~right;
	}
	return 0;
}
