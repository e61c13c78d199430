// SPDX-License-Identifier: GPL-2.0
/* Are ACLs asked for by inode for checks and by dentry for users? */
#include <linux/fs.h>
#include <linux/posix_acl_xattr.h>

static struct posix_acl *flt_get(struct mnt_idmap *idmap, struct dentry *dentry, int type)
{
	return vfs_get_acl(idmap, dentry, XATTR_NAME_POSIX_ACL_ACCESS);
}

static struct posix_acl *flt_check(struct inode *inode, int type, bool rcu)
{
	return NULL;
}

const struct inode_operations flt_probe = { .get_inode_acl = flt_check, .get_acl = flt_get };
