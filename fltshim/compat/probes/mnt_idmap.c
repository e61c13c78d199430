// SPDX-License-Identifier: GPL-2.0
/* Do inode operations take a struct mnt_idmap, or still a user name space? */
#include <linux/fs.h>
#include <linux/mount.h>

int flt_probe(struct vfsmount *mnt, struct inode *dir, struct dentry *dentry);
int flt_probe(struct vfsmount *mnt, struct inode *dir, struct dentry *dentry)
{
	struct mnt_idmap *idmap = mnt_idmap(mnt);
	struct renamedata rd = { .old_mnt_idmap = idmap };

	return vfs_create(idmap, dir, dentry, 0600, true) + !rd.old_mnt_idmap;
}
