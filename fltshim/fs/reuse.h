/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The lower file of an open: one of its own, or (mount option open=reuse) one that an earlier open
 * has left.
 */
#ifndef FS_REUSE_H
#define FS_REUSE_H

#include "compat/open.h"
#include "fs/fltfs.h"

bool fltfs_reuse_suits(const struct super_block *lower);
long fltfs_nr_kept(struct super_block *sb, struct shrink_control *sc);
long fltfs_free_kept(struct super_block *sb, struct shrink_control *sc);
void fltfs_reuse_init(struct fltfs_sb *fsb);
void fltfs_reuse_exit(struct fltfs_sb *fsb);
void fltfs_reuse_set(struct fltfs_sb *fsb, bool on);
void fltfs_reuse_free(struct inode *inode);
struct file *fltfs_open_kept(struct inode *inode, const struct path *path, int flags);
void fltfs_keep_or_close(struct inode *inode, struct file *lower);

/* Return: the file, to be given to fltfs_close_lower(), or an error pointer. */
static inline struct file *fltfs_open_lower(struct inode *inode, const struct path *path,
					    const struct file *file)
{
	int flags = (file->f_flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)) |
		    FLTFS_LOWER_OPEN_FLAGS;

	if (unlikely(READ_ONCE(fltfs_sb(inode->i_sb)->reuse)) && !(file->f_flags & O_TRUNC))
		return fltfs_open_kept(inode, path, flags);
	return flt_file_open(path, flags);
}

static inline void fltfs_close_lower(struct inode *inode, struct file *lower)
{
	if (unlikely(READ_ONCE(fltfs_sb(inode->i_sb)->reuse)))
		fltfs_keep_or_close(inode, lower);
	else
		flt_file_close(lower);
}

#endif
