// SPDX-License-Identifier: GPL-2.0
/*
 * File handles: the lower file system's, decoded there and then found again here. An NFS server
 * and an overlayfs above need them.
 */
#include "compat/exportfs.h"
#include "fs/object.h"

static int fltfs_encode_fh(struct inode *inode, u32 *fh, int *max_len, struct inode *parent)
{
	return flt_encode_inode_fh(fltfs_lower_inode(inode), fh, max_len,
				   parent ? fltfs_lower_inode(parent) : NULL);
}

/*
 * An upper dentry for a lower one, whose reference is used up. A dentry that d_obtain_alias() made
 * has no lower one until it is given here; two that race give it the same.
 */
struct dentry *fltfs_obtain_alias(struct super_block *sb, struct dentry *lower)
{
	struct inode *inode;
	struct dentry *dentry;

	if (IS_ERR_OR_NULL(lower))
		return lower;
	/* Directories outside the tree that was mounted do not exist here. */
	if (d_is_dir(lower) && !is_subdir(lower, fltfs_sb(sb)->mnt->mnt_root)) {
		dput(lower);
		return ERR_PTR(-ESTALE);
	}
	inode = fltfs_iget(sb, d_inode(lower));
	if (IS_ERR(inode)) {
		dput(lower);
		return ERR_CAST(inode);
	}
	dentry = d_obtain_alias(inode);
	if (IS_ERR(dentry) || cmpxchg(&dentry->d_fsdata, NULL, lower))
		dput(lower);
	return dentry;
}

static int fltfs_fh_acceptable(void *context, struct dentry *dentry)
{
	return 1;
}

/* A handle needs no walk, so it may be the first that is heard of the mount (VFS-616). */
static struct dentry *fltfs_fh_to_dentry(struct super_block *sb, struct fid *fid, int len,
					 int type)
{
	int err = flt_volume_ready(fltfs_volume(sb));

	if (err)
		return ERR_PTR(err);
	return fltfs_obtain_alias(sb, exportfs_decode_fh(fltfs_sb(sb)->mnt, fid, len, type,
							 fltfs_fh_acceptable, NULL));
}

static struct dentry *fltfs_fh_to_parent(struct super_block *sb, struct fid *fid, int len,
					 int type)
{
	struct super_block *lower = fltfs_sb(sb)->sb;

	if (!lower->s_export_op->fh_to_parent)
		return NULL;
	return fltfs_obtain_alias(sb, lower->s_export_op->fh_to_parent(lower, fid, len, type));
}

static struct dentry *fltfs_get_parent(struct dentry *child)
{
	struct dentry *lower = fltfs_lower_dentry(child);
	struct dentry *parent;

	/* Decoding connects directories below, so the lower parent is the real one. */
	parent = lower->d_flags & DCACHE_DISCONNECTED ?
		lower->d_sb->s_export_op->get_parent(lower) : dget_parent(lower);
	return fltfs_obtain_alias(child->d_sb, parent);
}

static int fltfs_commit_metadata(struct inode *inode)
{
	struct inode *lower = fltfs_lower_inode(inode);
	const struct export_operations *op = lower->i_sb->s_export_op;

	return op->commit_metadata ? op->commit_metadata(lower) : sync_inode_metadata(lower, 1);
}

const struct export_operations fltfs_export_operations = {
	.encode_fh		= fltfs_encode_fh,
	.fh_to_dentry		= fltfs_fh_to_dentry,
	.fh_to_parent		= fltfs_fh_to_parent,
	.get_parent		= fltfs_get_parent,
	.commit_metadata	= fltfs_commit_metadata,
};
