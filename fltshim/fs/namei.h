/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changes of names: what the files that make them share. "lower" routines make the change,
 * "filtered" ones show it to filters on the way.
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

/**
 * struct fltfs_make - a new object without a descriptor
 * @dir: upper directory, locked
 * @dentry: negative upper dentry
 * @mode: type and permission bits
 * @dev: device number
 * @target: of a symbolic link
 */
struct fltfs_make {
	struct inode *dir;
	struct dentry *dentry;
	umode_t mode;
	dev_t dev;
	const char *target;
};

int fltfs_make_lower(struct fltfs_make *make);
int fltfs_make_filtered(struct fltfs_make *make);

int fltfs_unlink_lower(struct inode *dir, struct dentry *dentry);
int fltfs_rmdir_lower(struct inode *dir, struct dentry *dentry);
int fltfs_remove_filtered(struct inode *dir, struct dentry *dentry);

/* A rename as the VFS asks for it, its locks held. */
struct fltfs_renaming {
	struct inode *old_dir;
	struct dentry *old;
	struct inode *new_dir;
	struct dentry *new;
	unsigned int flags;
};

int fltfs_rename_lower(const struct fltfs_renaming *renaming);
int fltfs_rename_filtered(struct fltfs_renaming *renaming);
int fltfs_link_lower(struct dentry *old, struct inode *dir, struct dentry *dentry);
int fltfs_link_filtered(struct dentry *old, struct inode *dir, struct dentry *dentry);

#endif
