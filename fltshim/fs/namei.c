// SPDX-License-Identifier: GPL-2.0
/*
 * Names: looking them up, making and removing them. The VFS holds the upper directory's lock as
 * the operation needs it; the lower directory is locked here, inside freeze protection of the
 * lower mount, and before anything is changed the lower dentry is checked to be the one that the
 * VFS means.
 */
#include <linux/namei.h>
#include "compat/open.h"
#include "fs/name.h"
#include "fs/namei.h"
#include "fs/request.h"

/**
 * fltfs_lookup() - i_op->lookup
 * @dir: upper directory, locked at least shared
 * @dentry: upper dentry to fill
 * @flags: LOOKUP_*
 *
 * No lower lock is needed, and the lower dentry is kept for negative results too: a name that
 * appears below is noticed at the next walk.
 *
 * Return: NULL, another dentry for the same directory, or an error pointer.
 */
struct dentry *fltfs_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags)
{
	struct dentry *lower_dir = fltfs_lower_dentry(dentry->d_parent);
	struct inode *inode = NULL;
	struct dentry *lower, *res;

	if (dentry->d_name.len > NAME_MAX)
		return ERR_PTR(-ENAMETOOLONG);
	lower = lookup_one_unlocked(fltfs_lower_idmap(dir->i_sb), dentry->d_name.name, lower_dir,
				    dentry->d_name.len);
	if (IS_ERR(lower))
		return lower;
	fltfs_dentry_set_lower(dentry, lower);

	if (d_is_positive(lower)) {
		inode = fltfs_iget(dir->i_sb, d_inode(lower));
		if (IS_ERR(inode))
			return ERR_CAST(inode);
	}
	/*
	 * If the lower name changed since, d_time stays what it is and the first walk over the
	 * new dentry finds out. It must differ from any valid sequence until then: those are even.
	 */
	dentry->d_time = 1;
	fltfs_dentry_matches(dentry, lower, inode);

	res = d_splice_alias(inode, dentry);
	if (!IS_ERR_OR_NULL(res) && fltfs_lower_dentry(res) != lower) {
		/* A directory has one dentry below as above; two would mean it was replaced. */
		d_drop(res);
		dput(res);
		res = ERR_PTR(-ESTALE);
	}
	/* A directory that was moved below follows. */
	if (!IS_ERR_OR_NULL(res))
		fltfs_dentry_moved(res);
	return res;
}

/**
 * fltfs_name_begin() - lock a lower directory for a change of one of its names
 * @name: filled
 * @dentry: upper dentry, its directory locked exclusively
 *
 * Return: 0 (then fltfs_name_end() is owed), -ESTALE when the name below is another one by now,
 * which makes the VFS look it up anew, or the error of getting write access.
 */
int fltfs_name_begin(struct fltfs_name *name, struct dentry *dentry)
{
	struct fltfs_sb *fsb = fltfs_sb(dentry->d_sb);
	int err;

	name->mnt = fsb->mnt;
	name->idmap = flt_mnt_idmap(fsb->mnt);
	name->parent = fltfs_lower_dentry(dentry->d_parent);
	name->dir = d_inode(name->parent);
	err = mnt_want_write(fsb->mnt);
	if (err)
		return err;
	inode_lock_nested(name->dir, I_MUTEX_PARENT);
	err = fltfs_name_check(name->idmap, name->parent, dentry);
	if (err)
		fltfs_name_end(name);
	name->dentry = fltfs_lower_dentry(dentry);
	return err;
}

void fltfs_name_end(struct fltfs_name *name)
{
	inode_unlock(name->dir);
	mnt_drop_write(name->mnt);
}

/**
 * fltfs_name_check() - is the lower dentry of an upper one still the one by that name?
 * @idmap: map of the lower mount
 * @parent: lower directory, locked exclusively
 * @dentry: upper dentry, its directory locked exclusively
 *
 * A negative dentry that was thrown out of the lower cache is replaced by a new one, so that it
 * can be created; what changed otherwise is -ESTALE.
 *
 * Return: 0, -ESTALE, or the error of the lower lookup.
 */
int fltfs_name_check(flt_idmap *idmap, struct dentry *parent, struct dentry *dentry)
{
	struct dentry *lower = fltfs_lower_dentry(dentry);
	struct inode *inode = d_inode(dentry);

	if (likely(lower->d_parent == parent && !d_unhashed(lower))) {
		if (d_inode(lower) == (inode ? fltfs_lower_inode(inode) : NULL))
			return 0;
		return -ESTALE;
	}
	if (inode)
		return -ESTALE;
	lower = lookup_one(idmap, dentry->d_name.name, parent, dentry->d_name.len);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	if (d_is_positive(lower)) {
		dput(lower);
		return -ESTALE;
	}
	dentry->d_time = 1;	/* no valid sequence: those are even */
	fltfs_dentry_set_lower(dentry, lower);
	fltfs_dentry_matches(dentry, lower, NULL);
	return 0;
}

/**
 * fltfs_instantiate() - give a new name its inode
 * @dir: upper directory
 * @dentry: negative upper dentry
 *
 * The lower directory is still locked, so the sequence remembered is that of our own change.
 * A lower file system may make an object without filling in the dentry it was given (NFS does for
 * directories); then the upper dentry is dropped, and the next walk looks it up.
 *
 * Return: 0 or an error; the lower object exists in both cases.
 */
int fltfs_instantiate(struct inode *dir, struct dentry *dentry)
{
	struct dentry *lower = fltfs_lower_dentry(dentry);
	struct inode *inode;

	fltfs_copy_attr(dir);
	if (d_is_negative(lower) || d_unhashed(lower)) {
		d_drop(dentry);
		return 0;
	}
	inode = fltfs_iget(dir->i_sb, d_inode(lower));
	if (IS_ERR(inode))
		return PTR_ERR(inode);
	d_instantiate(dentry, inode);
	fltfs_dentry_renew(dentry);
	return 0;
}

/* What every new name has in common; the kinds differ in one call. */
int fltfs_make_lower(struct fltfs_make *make)
{
	struct fltfs_name name;
	int err;

	err = fltfs_name_begin(&name, make->dentry);
	if (err)
		return err;
	if (make->target)
		err = vfs_symlink(name.idmap, name.dir, name.dentry, make->target);
	else if (S_ISDIR(make->mode))
		err = vfs_mkdir(name.idmap, name.dir, name.dentry, make->mode & ~S_IFMT);
	else if (S_ISREG(make->mode))
		err = vfs_create(name.idmap, name.dir, name.dentry, make->mode, true);
	else
		err = vfs_mknod(name.idmap, name.dir, name.dentry, make->mode, make->dev);
	if (!err)
		err = fltfs_instantiate(make->dir, make->dentry);
	fltfs_name_end(&name);
	return err;
}

static int fltfs_make(struct fltfs_make *make)
{
	if (fltfs_wants(make->dir, FLTFS_SEQ_SHORT))
		return fltfs_make_filtered(make);
	return fltfs_make_lower(make);
}

static int fltfs_create(flt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode,
			bool excl)
{
	struct fltfs_make make = { .dir = dir, .dentry = dentry,
				   .mode = (mode & ~S_IFMT) | S_IFREG };

	return fltfs_make(&make);
}

static int fltfs_mkdir(flt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode)
{
	struct fltfs_make make = { .dir = dir, .dentry = dentry,
				   .mode = (mode & ~S_IFMT) | S_IFDIR };

	return fltfs_make(&make);
}

static int fltfs_mknod(flt_idmap *idmap, struct inode *dir, struct dentry *dentry, umode_t mode,
		       dev_t dev)
{
	struct fltfs_make make = { .dir = dir, .dentry = dentry, .mode = mode, .dev = dev };

	return fltfs_make(&make);
}

static int fltfs_symlink(flt_idmap *idmap, struct inode *dir, struct dentry *dentry,
			 const char *target)
{
	struct fltfs_make make = { .dir = dir, .dentry = dentry, .mode = S_IFLNK,
				   .target = target };

	return fltfs_make(&make);
}

int fltfs_link_lower(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	struct fltfs_name name;
	int err;

	err = fltfs_name_begin(&name, dentry);
	if (err)
		return err;
	err = vfs_link(fltfs_lower_dentry(old), name.idmap, name.dir, name.dentry, NULL);
	if (!err)
		err = fltfs_instantiate(dir, dentry);
	fltfs_name_end(&name);
	/* Also when the new dentry could not be shown: the link count is the old name's too. */
	fltfs_copy_attr(d_inode(old));
	return err;
}

static int fltfs_link(struct dentry *old, struct inode *dir, struct dentry *dentry)
{
	if (fltfs_wants(dir, FLTFS_SEQ_SET))
		return fltfs_link_filtered(old, dir, dentry);
	return fltfs_link_lower(old, dir, dentry);
}

/*
 * Removal of a name. When nobody else uses the lower dentry, the lower file system turns it into a
 * negative one, and then no upper dentry with an inode may be reachable any more. So: if the VFS
 * is the only user of the upper dentry it is unhashed first, under d_lock, after which nobody can
 * find it; otherwise the lower dentry is held, and so keeps its inode. While the upper one is
 * unhashed, others who look for the name wait for the directory's lock.
 */
struct fltfs_removal {
	struct dentry *held;
	bool dropped;
};

static void fltfs_removal_begin(struct fltfs_removal *removal, struct dentry *dentry)
{
	removal->held = NULL;
	spin_lock(&dentry->d_lock);
	removal->dropped = dentry->d_lockref.count == 1 && !d_unhashed(dentry);
	if (removal->dropped)
		__d_drop(dentry);
	spin_unlock(&dentry->d_lock);
	if (!removal->dropped)
		removal->held = dget(fltfs_lower_dentry(dentry));
}

static void fltfs_removal_end(struct fltfs_removal *removal, struct inode *dir,
			      struct dentry *dentry, int err)
{
	if (err && removal->dropped)
		d_rehash(dentry);
	else if (!err)
		d_drop(dentry);
	dput(removal->held);
	fltfs_copy_attr(d_inode(dentry));
	fltfs_copy_attr(dir);
}

int fltfs_unlink_lower(struct inode *dir, struct dentry *dentry)
{
	struct fltfs_removal removal;
	struct fltfs_name name;
	int err;

	err = fltfs_name_begin(&name, dentry);
	if (err)
		return err;
	fltfs_removal_begin(&removal, dentry);
	err = vfs_unlink(name.idmap, name.dir, name.dentry, NULL);
	fltfs_removal_end(&removal, dir, dentry, err);
	fltfs_name_end(&name);
	return err;
}

int fltfs_rmdir_lower(struct inode *dir, struct dentry *dentry)
{
	struct fltfs_removal removal;
	struct fltfs_name name;
	int err;

	err = fltfs_name_begin(&name, dentry);
	if (err)
		return err;
	fltfs_removal_begin(&removal, dentry);
	err = vfs_rmdir(name.idmap, name.dir, name.dentry);
	fltfs_removal_end(&removal, dir, dentry, err);
	fltfs_name_end(&name);
	return err;
}

static int fltfs_unlink(struct inode *dir, struct dentry *dentry)
{
	if (fltfs_wants(dir, FLTFS_SEQ_SET))
		return fltfs_remove_filtered(dir, dentry);
	return fltfs_unlink_lower(dir, dentry);
}

static int fltfs_rmdir(struct inode *dir, struct dentry *dentry)
{
	if (fltfs_wants(dir, FLTFS_SEQ_SET))
		return fltfs_remove_filtered(dir, dentry);
	return fltfs_rmdir_lower(dir, dentry);
}

/**
 * fltfs_tmpfile_lower() - make a nameless file below and give the upper dentry its inode
 * @dir: upper directory, not locked
 * @file: upper file, its dentry allocated by the VFS
 * @mode: mode, the umask applied where the lower file system has no ACLs
 *
 * Return: the open lower file, or an error pointer.
 */
struct file *fltfs_tmpfile_lower(struct inode *dir, struct file *file, umode_t mode)
{
	struct dentry *dentry = file->f_path.dentry;
	struct path path = fltfs_lower_path(dentry->d_parent);
	struct file *lower;
	struct inode *inode;
	int err;

	err = mnt_want_write(path.mnt);
	if (err)
		return ERR_PTR(err);
	/* O_EXCL stays: it decides whether the file may be given a name later. */
	lower = flt_tmpfile_open(&path, mode,
				 (file->f_flags & ~(O_CREAT | O_NOCTTY | O_TRUNC)) |
				 FLTFS_LOWER_OPEN_FLAGS);
	mnt_drop_write(path.mnt);
	if (IS_ERR(lower))
		return lower;

	inode = fltfs_iget(dir->i_sb, file_inode(lower));
	if (IS_ERR(inode)) {
		fput(lower);
		return ERR_CAST(inode);
	}
	fltfs_dentry_set_lower(dentry, dget(lower->f_path.dentry));
	/* d_tmpfile() takes the one link of a new inode away. */
	set_nlink(inode, 1);
	d_tmpfile(file, inode);
	return lower;
}

int fltfs_tmpfile(flt_idmap *idmap, struct inode *dir, struct file *file, umode_t mode)
{
	struct file *lower;

	if (fltfs_wants(dir, FLT_WANT(IRP_MJ_CREATE)))
		return fltfs_tmpfile_filtered(dir, file, mode);
	lower = fltfs_tmpfile_lower(dir, file, mode);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	return fltfs_open_with(file, file->f_path.dentry, lower);
}

/**
 * fltfs_atomic_open() - i_op->atomic_open: an open whose last component is not cached as existing
 * @dir: upper directory; locked exclusively if the VFS means to create, shared otherwise
 * @dentry: negative upper dentry, or one still to be looked up
 * @file: upper file
 * @flags: open flags; without O_CREAT when creation is not permitted
 * @mode: mode of a new file
 *
 * A name that exists is left to ->open, so that each open has one create.
 *
 * Return: 0 or a negative errno.
 */
static int fltfs_atomic_open(struct inode *dir, struct dentry *dentry, struct file *file,
			     unsigned int flags, umode_t mode)
{
	struct fltfs_make make = { .dir = dir, .dentry = dentry,
				   .mode = (mode & ~S_IFMT) | S_IFREG };
	struct dentry *found = NULL;
	int err;

	if (d_in_lookup(dentry)) {
		found = fltfs_lookup(dir, dentry, 0);
		if (IS_ERR(found))
			return PTR_ERR(found);
	}
	if (found || d_really_is_positive(dentry))
		return finish_no_open(file, found);
	/* Not permitted to make it: the VFS replaces this, and no filter is asked (VFS-106). */
	if (file->f_flags & O_CREAT && !(flags & O_CREAT))
		return -ENOENT;
	if (fltfs_wants(dir, FLT_WANT(IRP_MJ_CREATE)))
		return fltfs_create_filtered(dir, dentry, file, flags, mode);
	if (!(flags & O_CREAT))
		return -ENOENT;
	err = fltfs_make_lower(&make);
	if (err)
		return err;
	file->f_mode |= FMODE_CREATED;
	return finish_no_open(file, NULL);
}

const struct inode_operations fltfs_dir_iops = {
	.lookup		= fltfs_lookup,
	.create		= fltfs_create,
	.link		= fltfs_link,
	.unlink		= fltfs_unlink,
	.symlink	= fltfs_symlink,
	.mkdir		= fltfs_mkdir,
	.rmdir		= fltfs_rmdir,
	.mknod		= fltfs_mknod,
	.rename		= fltfs_rename,
	.tmpfile	= fltfs_tmpfile,
	.atomic_open	= fltfs_atomic_open,
	.permission	= fltfs_permission,
	.getattr	= fltfs_getattr,
	.setattr	= fltfs_setattr,
	.listxattr	= fltfs_listxattr,
	.fiemap		= fltfs_fiemap,
	.fileattr_get	= fltfs_fileattr_get,
	.fileattr_set	= fltfs_fileattr_set,
	FLTFS_ACL_IOPS,
};
