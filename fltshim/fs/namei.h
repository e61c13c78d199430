/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of names: what namei.c and rename.c share.
 */
#ifndef FS_NAMEI_H
#define FS_NAMEI_H

#include "fs/fltfs.h"

/**
 * struct fltfs_name - a lower name being changed
 * @mnt: lower mount, write access taken
 * @idmap: its map
 * @parent: lower directory, and
 * @dir: its inode, locked
 * @dentry: lower dentry of the name
 */
struct fltfs_name {
	struct vfsmount *mnt;
	flt_idmap *idmap;
	struct dentry *parent;
	struct inode *dir;
	struct dentry *dentry;
};

int fltfs_name_begin(struct fltfs_name *name, struct dentry *dentry);
void fltfs_name_end(struct fltfs_name *name);
int fltfs_name_check(flt_idmap *idmap, struct dentry *parent, struct dentry *dentry);
int fltfs_instantiate(struct inode *dir, struct dentry *dentry);

#endif
