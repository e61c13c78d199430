/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members of struct inode and struct super_block that are reached differently: the time stamps,
 * the table of xattr handlers, the mark of a case-insensitive file system, and the end of a stat.
 */
#ifndef COMPAT_INODE_H
#define COMPAT_INODE_H

#include <linux/fs.h>
#include <linux/xattr.h>
#include "compat/config.h"
#include "compat/idmap.h"

static inline void flt_inode_copy_times(struct inode *to, const struct inode *from)
{
#ifdef FLT_HAVE_INODE_MTIME
	inode_set_atime_to_ts(to, inode_get_atime(from));
	inode_set_mtime_to_ts(to, inode_get_mtime(from));
#else
	to->i_atime = from->i_atime;
	to->i_mtime = from->i_mtime;
#endif
#ifdef FLT_HAVE_INODE_CTIME
	inode_set_ctime_to_ts(to, inode_get_ctime(from));
#else
	to->i_ctime = from->i_ctime;
#endif
}

#ifdef FLT_HAVE_INODE_MTIME
#define flt_inode_atime(inode)	inode_get_atime(inode)
#define flt_inode_mtime(inode)	inode_get_mtime(inode)
#else
#define flt_inode_atime(inode)	((inode)->i_atime)
#define flt_inode_mtime(inode)	((inode)->i_mtime)
#endif

#ifdef FLT_HAVE_INODE_CTIME
#define flt_inode_ctime(inode)	inode_get_ctime(inode)
#else
#define flt_inode_ctime(inode)	((inode)->i_ctime)
#endif

/* The head of an ->update_time(inode, flags), and that of a lower inode. */
#ifdef FLT_HAVE_UPDATE_TIME_CLOCK
#define FLT_UPDATE_TIME(name)	int name(struct inode *inode, int flags)

static inline int flt_inode_update_time(struct inode *inode, int flags)
{
	return inode_update_time(inode, flags);
}
#else
#define FLT_UPDATE_TIME(name)	int name(struct inode *inode, struct timespec64 *time, int flags)

static inline int flt_inode_update_time(struct inode *inode, int flags)
{
	struct timespec64 now = current_time(inode);

	return inode_update_time(inode, &now, flags);
}
#endif

#ifdef FLT_HAVE_CONST_XATTR_HANDLERS
typedef const struct xattr_handler * const flt_xattr_table;
#else
typedef const struct xattr_handler *flt_xattr_table;
#endif

/* Can directories of this file system be case-insensitive? */
static inline bool flt_sb_casefold(const struct super_block *sb)
{
#if IS_ENABLED(CONFIG_UNICODE)
	return sb->s_encoding;
#else
	return false;
#endif
}

/* Tells ->getattr that security modules were asked; without such a flag they always were. */
#ifdef AT_GETATTR_NOSEC
#define FLT_GETATTR_NOSEC	AT_GETATTR_NOSEC
#else
#define FLT_GETATTR_NOSEC	0
#endif

/**
 * flt_getattr_go_on() - vfs_getattr_nosec() of a lower inode, in an upper ->getattr
 * @path: lower path
 * @stat: as the VFS gave it to that: what every stat begins with has been done
 * @mask: STATX_*
 * @flags: of the upper one
 *
 * Return: 0 or a negative errno
 */
static inline int flt_getattr_go_on(const struct path *path, struct kstat *stat, u32 mask,
				    unsigned int flags)
{
	struct inode *inode = d_backing_inode(path->dentry);

	flags &= AT_STATX_SYNC_TYPE;
	if (unlikely(!inode->i_op->getattr))
		return vfs_getattr_nosec(path, stat, mask, flags);
	/* What follows from the inode is that of the lower one. */
	if (unlikely(inode->i_sb->s_flags & SB_NOATIME))
		stat->result_mask &= ~STATX_ATIME;
	if (unlikely(IS_AUTOMOUNT(inode)))
		stat->attributes |= STATX_ATTR_AUTOMOUNT;
	if (unlikely(IS_DAX(inode)))
		stat->attributes |= STATX_ATTR_DAX;
	return inode->i_op->getattr(flt_mnt_idmap(path->mnt), path, stat, mask,
				    flags | FLT_GETATTR_NOSEC);
}

#endif
