// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes and ACLs: names and values are the lower file system's, untouched.
 */
#include <linux/xattr.h>
#include "fs/fltfs.h"

static int fltfs_xattr_get(const struct xattr_handler *handler, struct dentry *dentry,
			   struct inode *inode, const char *name, void *value, size_t size)
{
	return vfs_getxattr(fltfs_lower_idmap(dentry->d_sb), fltfs_lower_dentry(dentry), name,
			    value, size);
}

static int fltfs_xattr_set(const struct xattr_handler *handler, flt_idmap *idmap,
			   struct dentry *dentry, struct inode *inode, const char *name,
			   const void *value, size_t size, int flags)
{
	struct fltfs_sb *fsb = fltfs_sb(dentry->d_sb);
	struct dentry *lower = fltfs_lower_dentry(dentry);
	int err;

	err = mnt_want_write(fsb->mnt);
	if (err)
		return err;
	idmap = flt_mnt_idmap(fsb->mnt);
	if (value)
		err = vfs_setxattr(idmap, lower, name, value, size, flags);
	else
		err = vfs_removexattr(idmap, lower, name);
	mnt_drop_write(fsb->mnt);
	/* An ACL changes the mode. */
	fltfs_copy_attr(inode);
	return err;
}

/* The empty prefix matches every name. */
static const struct xattr_handler fltfs_xattr_handler = {
	.prefix	= "",
	.get	= fltfs_xattr_get,
	.set	= fltfs_xattr_set,
};

flt_xattr_table fltfs_xattr_handlers[] = {
	&fltfs_xattr_handler,
	NULL,
};

ssize_t fltfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	return vfs_listxattr(fltfs_lower_dentry(dentry), list, size);
}

struct posix_acl *fltfs_check_acl(struct inode *inode, int type, bool rcu)
{
	struct inode *lower = fltfs_lower_inode(inode);

	if (!IS_POSIXACL(lower))
		return NULL;
	if (rcu)
		return get_cached_acl_rcu(lower, type);
	return flt_check_acl(lower, type);
}

struct posix_acl *fltfs_get_acl(flt_idmap *idmap, struct dentry *dentry, int type)
{
	return flt_get_acl(fltfs_lower_idmap(dentry->d_sb), fltfs_lower_dentry(dentry), type);
}

int fltfs_set_acl(flt_idmap *idmap, flt_acl_object *object, struct posix_acl *acl, int type)
{
	struct dentry *dentry = flt_acl_dentry(object);
	struct fltfs_sb *fsb;
	int err;

	if (!dentry)
		return -ESTALE;
	fsb = fltfs_sb(dentry->d_sb);
	err = mnt_want_write(fsb->mnt);
	if (!err) {
		err = flt_set_acl(flt_mnt_idmap(fsb->mnt), fltfs_lower_dentry(dentry), acl, type);
		mnt_drop_write(fsb->mnt);
		fltfs_copy_attr(d_inode(dentry));
	}
	dput(dentry);
	return err;
}
