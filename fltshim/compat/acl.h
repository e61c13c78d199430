/* SPDX-License-Identifier: GPL-2.0 */
/*
 * POSIX ACLs. Newer kernels ask for them apart for permission checks (by inode) and for users
 * (by dentry); older ones ask by inode only, and users come through the xattr handlers.
 */
#ifndef COMPAT_ACL_H
#define COMPAT_ACL_H

#include <linux/posix_acl.h>
#include <linux/posix_acl_xattr.h>
#include "compat/idmap.h"

#ifdef FLT_HAVE_INODE_ACL

/* flt_set_acl() takes owners as the mount shows them; else as the file system has them. */
#define FLT_SET_ACL_MAPS	1

/* What ->set_acl is given, and the dentry behind it (put after use). */
typedef struct dentry flt_acl_object;

static inline struct dentry *flt_acl_dentry(flt_acl_object *object)
{
	return dget(object);
}

static inline struct posix_acl *flt_check_acl(struct inode *inode, int type)
{
	return get_inode_acl(inode, type);
}

static inline struct posix_acl *flt_get_acl(flt_idmap *idmap, struct dentry *dentry, int type)
{
	return vfs_get_acl(idmap, dentry, posix_acl_xattr_name(type));
}

static inline int flt_set_acl(flt_idmap *idmap, struct dentry *dentry, struct posix_acl *acl,
			      int type)
{
	if (!acl)
		return vfs_remove_acl(idmap, dentry, posix_acl_xattr_name(type));
	return vfs_set_acl(idmap, dentry, posix_acl_xattr_name(type), acl);
}

#else

#define FLT_SET_ACL_MAPS	0

typedef struct inode flt_acl_object;

static inline struct dentry *flt_acl_dentry(flt_acl_object *object)
{
	return d_find_any_alias(object);
}

static inline struct posix_acl *flt_check_acl(struct inode *inode, int type)
{
	return get_acl(inode, type);
}

static inline struct posix_acl *flt_get_acl(flt_idmap *idmap, struct dentry *dentry, int type)
{
	return get_acl(d_inode(dentry), type);
}

static inline int flt_set_acl(flt_idmap *idmap, struct dentry *dentry, struct posix_acl *acl,
			      int type)
{
	int err;

	inode_lock(d_inode(dentry));
	err = set_posix_acl(idmap, d_inode(dentry), type, acl);
	inode_unlock(d_inode(dentry));
	return err;
}

#endif

#endif
