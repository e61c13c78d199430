/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Members of struct inode and struct super_block that are reached differently: the time stamps,
 * the table of xattr handlers, and the mark of a case-insensitive file system.
 */
#ifndef COMPAT_INODE_H
#define COMPAT_INODE_H

#include <linux/fs.h>
#include <linux/xattr.h>
#include "compat/config.h"

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

#endif
