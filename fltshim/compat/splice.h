/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Splice reads and the copying fallback of copy_file_range().
 */
#ifndef COMPAT_SPLICE_H
#define COMPAT_SPLICE_H

#include <linux/fs.h>
#include <linux/splice.h>
#include "compat/config.h"

/* Splice from a lower file, by whatever means it has. */
static inline ssize_t flt_splice_read_lower(struct file *lower, loff_t *ppos,
					    struct pipe_inode_info *pipe, size_t len,
					    unsigned int flags)
{
#ifdef FLT_HAVE_VFS_SPLICE_READ
	return vfs_splice_read(lower, ppos, pipe, len, flags);
#else
	if (!lower->f_op->splice_read)
		return -EINVAL;
	return lower->f_op->splice_read(lower, ppos, pipe, len, flags);
#endif
}

/* Splice through @upper's own ->read_iter, so that a reader of @upper is seen. */
static inline ssize_t flt_splice_read_upper(struct file *upper, loff_t *ppos,
					    struct pipe_inode_info *pipe, size_t len,
					    unsigned int flags)
{
#ifdef FLT_HAVE_VFS_SPLICE_READ
	return copy_splice_read(upper, ppos, pipe, len, flags);
#else
	return generic_file_splice_read(upper, ppos, pipe, len, flags);
#endif
}

/* Copy through ->splice_read of @in and ->splice_write of @out. */
static inline ssize_t flt_copy_by_splice(struct file *in, loff_t pos_in, struct file *out,
					 loff_t pos_out, size_t len)
{
#ifdef FLT_HAVE_SPLICE_FILE_RANGE
	return splice_file_range(in, &pos_in, out, &pos_out, len);
#else
	return generic_copy_file_range(in, pos_in, out, pos_out, len, 0);
#endif
}

#endif
