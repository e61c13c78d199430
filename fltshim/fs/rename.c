// SPDX-License-Identifier: GPL-2.0
/*
 * Renaming, within and across directories, with every flag that the lower file system has.
 */
#include <linux/namei.h>
#include "fs/name.h"
#include "fs/namei.h"
#include "fs/request.h"

/* The lower dentries still are what the VFS means by @old and @new? Lower directories locked. */
static int fltfs_rename_check(flt_idmap *idmap, struct dentry *trap, struct dentry *old,
			      struct dentry *new)
{
	struct dentry *lower_old_dir = fltfs_lower_dentry(old->d_parent);
	struct dentry *lower_new_dir = fltfs_lower_dentry(new->d_parent);
	int err;

	/* The lower directories are no longer in one tree. */
	if (IS_ERR(trap))
		return PTR_ERR(trap);
	err = fltfs_name_check(idmap, lower_old_dir, old);
	if (!err)
		err = fltfs_name_check(idmap, lower_new_dir, new);
	if (err)
		return err;
	/* The VFS made these tests above; below, somebody may have moved things since. */
	if (trap == fltfs_lower_dentry(old))
		return -EINVAL;
	if (trap == fltfs_lower_dentry(new))
		return -ENOTEMPTY;
	return 0;
}

/*
 * The upper dentries follow the lower ones. An exchange is made of two moves, since d_exchange() is
 * not for modules: @hole has the name and place of @old, and takes no part afterwards.
 */
static void fltfs_rename_upper(const struct fltfs_renaming *renaming, struct dentry *hole)
{
	struct dentry *old = renaming->old, *new = renaming->new;

	d_move(old, new);
	fltfs_dentry_renew(old);
	fltfs_dentry_moved(old);
	if (hole) {
		d_move(new, hole);
		fltfs_dentry_renew(new);
		fltfs_dentry_moved(new);
	}
}

/**
 * fltfs_rename_lower() - rename below
 * @renaming: what the VFS asks for; a target that is not replaced is negative
 *
 * The upper dentries are moved here too (FS_RENAME_DOES_D_MOVE), so that the name of the file is
 * the new one by the time that filters see the result (NAME-26). A replaced target keeps its inode
 * below (the lower dentry is unhashed, not made negative).
 *
 * Return: 0 or an error.
 */
int fltfs_rename_lower(const struct fltfs_renaming *renaming)
{
	struct dentry *old = renaming->old, *new = renaming->new;
	struct fltfs_sb *fsb = fltfs_sb(old->d_sb);
	struct dentry *lower_old_dir = fltfs_lower_dentry(old->d_parent);
	struct dentry *lower_new_dir = fltfs_lower_dentry(new->d_parent);
	flt_idmap *idmap = flt_mnt_idmap(fsb->mnt);
	struct dentry *trap, *hole = NULL;
	int err;

	if (renaming->flags & RENAME_EXCHANGE) {
		hole = d_alloc(old->d_parent, &old->d_name);
		if (!hole)
			return -ENOMEM;
	}
	err = mnt_want_write(fsb->mnt);
	if (err)
		goto out_hole;
	trap = lock_rename(lower_old_dir, lower_new_dir);
	err = fltfs_rename_check(idmap, trap, old, new);
	if (err)
		goto out;
	err = flt_vfs_rename(idmap, d_inode(lower_old_dir), fltfs_lower_dentry(old),
			     d_inode(lower_new_dir), fltfs_lower_dentry(new), renaming->flags);
	if (err)
		goto out;

	fltfs_rename_upper(renaming, hole);
	fltfs_copy_attr(d_inode(old));
	if (d_really_is_positive(new))
		fltfs_copy_attr(d_inode(new));
	fltfs_copy_attr(renaming->old_dir);
	if (renaming->new_dir != renaming->old_dir)
		fltfs_copy_attr(renaming->new_dir);
out:
	if (!IS_ERR(trap))
		unlock_rename(lower_old_dir, lower_new_dir);
	mnt_drop_write(fsb->mnt);
out_hole:
	dput(hole);
	return err;
}

int fltfs_rename(flt_idmap *idmap, struct inode *old_dir, struct dentry *old,
		 struct inode *new_dir, struct dentry *new, unsigned int flags)
{
	struct fltfs_renaming renaming = {
		.old_dir	= old_dir,
		.old		= old,
		.new_dir	= new_dir,
		.new		= new,
		.flags		= flags,
	};

	if (flags & ~(RENAME_NOREPLACE | RENAME_EXCHANGE | RENAME_WHITEOUT))
		return -EINVAL;
	if (fltfs_wants(old_dir, FLTFS_SEQ_SET))
		return fltfs_rename_filtered(&renaming);
	return fltfs_rename_lower(&renaming);
}
