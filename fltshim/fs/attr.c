// SPDX-License-Identifier: GPL-2.0
/*
 * Permission, attributes, symbolic links and what else is asked of an inode. Every answer is the
 * lower file system's, given to the caller with the caller's own credentials.
 */
#include <linux/fs.h>
#include <linux/fileattr.h>
#include <linux/namei.h>
#include "fs/cache.h"
#include "fs/request.h"

/*
 * Mode, owner and ACL are always the lower inode's, so changes underneath count at once. The
 * security module was asked about the upper inode; it is not asked a second time.
 */
int fltfs_permission(flt_idmap *idmap, struct inode *inode, int mask)
{
	struct inode *lower = fltfs_lower_inode(inode);
	struct flt_volume *volume = fltfs_i(inode)->volume;
	int err;

	/* Every walk into the mount comes here first, without a lock if it may block (VFS-616). */
	if (unlikely(smp_load_acquire(&volume->setup_pending))) {
		if (mask & MAY_NOT_BLOCK)
			return -ECHILD;
		err = flt_volume_ready(volume);
		if (err)
			return err;
	}
	if (mask & MAY_WRITE) {
		umode_t mode = lower->i_mode;

		if (sb_rdonly(lower->i_sb) && (S_ISREG(mode) || S_ISDIR(mode) || S_ISLNK(mode)))
			return -EROFS;
		if (IS_IMMUTABLE(lower))
			return -EPERM;
	}
	idmap = fltfs_lower_idmap(inode->i_sb);
	if (unlikely(lower->i_op->permission))
		return lower->i_op->permission(idmap, lower, mask);
	return generic_permission(idmap, lower, mask);
}

int fltfs_fileattr_get(struct dentry *dentry, struct fileattr *fa)
{
	if (fltfs_wants(d_inode(dentry), FLTFS_SEQ_CONTROL))
		return fltfs_get_flags_filtered(dentry, fa);
	return vfs_fileattr_get(fltfs_lower_dentry(dentry), fa);
}

int fltfs_fileattr_set(flt_idmap *idmap, struct dentry *dentry, struct fileattr *fa)
{
	if (fltfs_wants(d_inode(dentry), FLTFS_SEQ_CONTROL))
		return fltfs_set_flags_filtered(dentry, fa);
	return fltfs_set_flags_lower(dentry, fltfs_lower_dentry(dentry), fa);
}

int fltfs_fiemap(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len)
{
	if (fltfs_wants(inode, FLTFS_SEQ_CONTROL))
		return fltfs_fiemap_filtered(inode, info, start, len);
	return fltfs_fiemap_lower(inode, info, start, len);
}

/* May touch_atime() have something to do? It cannot be called in RCU walk. */
static bool fltfs_atime_due(const struct inode *lower, const struct vfsmount *mnt)
{
	struct timespec64 atime = flt_inode_atime(lower);
	struct timespec64 mtime = flt_inode_mtime(lower);
	struct timespec64 ctime = flt_inode_ctime(lower);

	if (IS_NOATIME(lower) || mnt->mnt_flags & (MNT_NOATIME | MNT_READONLY))
		return false;
	/* Once a day, and after each change. */
	return !(mnt->mnt_flags & MNT_RELATIME) || timespec64_compare(&mtime, &atime) >= 0 ||
	       timespec64_compare(&ctime, &atime) >= 0 ||
	       ktime_get_real_seconds() - atime.tv_sec >= 24 * 60 * 60;
}

/*
 * ->update_time of FIFOs and device nodes. They have the kernel's own methods, which tell the upper
 * inode of reads and writes; the times are those of the lower one.
 */
FLT_UPDATE_TIME(fltfs_special_update_time)
{
	struct inode *lower = fltfs_lower_inode(inode);
	struct vfsmount *mnt = fltfs_sb(inode->i_sb)->mnt;
	int err;

	if (IS_NOCMTIME(lower))
		flags &= S_ATIME;
	if (!fltfs_atime_due(lower, mnt))
		flags &= ~S_ATIME;
	/* A FIFO of a frozen file system goes on, and keeps its times, as it does there. */
	if (!flags || lower->i_sb->s_writers.frozen != SB_UNFROZEN || mnt_want_write(mnt))
		return 0;
	err = flt_inode_update_time(lower, flags);
	mnt_drop_write(mnt);
	flt_inode_copy_times(inode, lower);
	return err;
}

/*
 * A link kept in memory is read without leaving RCU walk, unless its access time is to be updated.
 */
const char *fltfs_get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done)
{
	struct path lower;
	const char *link;

	if (!dentry) {
		const struct inode *target = fltfs_lower_inode(inode);

		link = READ_ONCE(target->i_link);
		if (!link || fltfs_atime_due(target, fltfs_sb(inode->i_sb)->mnt))
			return ERR_PTR(-ECHILD);
		return link;
	}
	lower = fltfs_lower_path(dentry);
	link = vfs_get_link(lower.dentry, done);
	if (!IS_ERR(link))
		touch_atime(&lower);
	return link;
}

/* Apart from ->get_link, so that filters see what a program asks for, and no walk. */
int fltfs_readlink(struct dentry *dentry, char __user *buffer, int size)
{
	struct path lower;

	if (fltfs_wants(d_inode(dentry), FLTFS_SEQ_CONTROL))
		return fltfs_readlink_filtered(dentry, buffer, size);
	lower = fltfs_lower_path(dentry);
	touch_atime(&lower);
	return vfs_readlink(lower.dentry, buffer, size);
}
