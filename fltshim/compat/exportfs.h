/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File handles.
 */
#ifndef COMPAT_EXPORTFS_H
#define COMPAT_EXPORTFS_H

#include <linux/exportfs.h>
#include "compat/config.h"

static inline int flt_encode_inode_fh(struct inode *inode, u32 *fh, int *max_len,
				      struct inode *parent)
{
#ifdef FLT_HAVE_ENCODE_FH_FLAGS
	return exportfs_encode_inode_fh(inode, (struct fid *)fh, max_len, parent, 0);
#else
	return exportfs_encode_inode_fh(inode, (struct fid *)fh, max_len, parent);
#endif
}

#endif
