/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that filters open themselves, and what they ask of names below: lower objects only, and no
 * lock of the mount itself, so that it can be asked in any callback.
 */
#ifndef FS_OWN_H
#define FS_OWN_H

#include <linux/path.h>
#include "fs/object.h"

/**
 * struct fltfs_walk - a name being looked up below
 * @fsb: the mount
 * @dir: lower directory that the last component is in, referenced
 * @upper: the upper dentry of @dir if that is cached, referenced; or NULL
 * @last: the last component, NUL-terminated; empty: it is @dir itself
 * @found: what has that name, positive, referenced; or NULL
 * @directory: a backslash stands at the end
 * @too_long: a component is longer than a name can be
 * @flags: FLTFS_WALK_*
 * @text: memory of the names
 * @rest: what is still to be walked; in @text
 * @links: symbolic links followed
 */
struct fltfs_walk {
	struct fltfs_sb *fsb;
	struct dentry *dir;
	struct dentry *upper;
	char last[NAME_MAX + 1];
	struct dentry *found;
	bool directory;
	bool too_long;
	unsigned int flags;
	char *text;
	char *rest;
	unsigned int links;
};

#define FLTFS_WALK_NO_LINKS	0x01	/* stop at any symbolic link */
#define FLTFS_WALK_LAST_LINK	0x02	/* the last component is not followed */

/* own_walk.c */
NTSTATUS fltfs_walk_from(struct fltfs_walk *walk, struct fltfs_sb *fsb, struct dentry *dir,
			 struct dentry *upper, const UNICODE_STRING *path, unsigned int flags);
NTSTATUS fltfs_walk(struct fltfs_walk *walk, struct fltfs_sb *fsb, const struct fltfs_fo *related,
		    const UNICODE_STRING *path, unsigned int flags);
void fltfs_walk_end(struct fltfs_walk *walk);
bool fltfs_walk_inside(const struct fltfs_sb *fsb, struct dentry *lower);
struct dentry *fltfs_walk_upper(struct fltfs_walk *walk);
struct dentry *fltfs_walk_alias(struct fltfs_walk *walk);

/* own_access.c */
int fltfs_own_access(struct fltfs_sb *fsb, struct dentry *lower, ACCESS_MASK needed,
		     ACCESS_MASK *access);

/* own_create.c */
extern const struct cred *fltfs_kernel_cred;

int fltfs_own_init(void);
void fltfs_own_exit(void);
struct flt_file *fltfs_own_new(struct flt_volume *volume, NTSTATUS *status);
void fltfs_own_create(struct flt_operation *op);
void fltfs_own_cleaned(struct flt_file *base);
struct flt_name *fltfs_own_name(struct fltfs_fo *fo, NTSTATUS *status);

/* own_relink.c */
NTSTATUS fltfs_own_relink(struct fltfs_fo *fo, const FLT_PARAMETERS *parameters);

/* own_scan.c */
void fltfs_own_scan(struct flt_operation *op);
void fltfs_lister_free(struct fltfs_lister *lister);

#endif
