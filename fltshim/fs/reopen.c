// SPDX-License-Identifier: GPL-2.0
/*
 * A program's open that a filter sends to another name (IoReplaceFileObjectName(), STATUS_REPARSE
 * with IO_REPARSE): it starts again with that name, from the top of the stack (CREATE-59).
 *
 * The VFS has chosen a dentry by then. If the name does not exist, that was in ->atomic_open, and
 * the VFS is given the other dentry to check and to open (early.c). If it does, that is in ->open:
 * the file, which nobody but the opener has yet, becomes one of the other dentry; so the checks
 * that the VFS made of the first are made of the other here. Those of a security module's
 * file_open hook are not, since nothing that is exported calls it.
 *
 * Names are looked up through the mount, with the caller's rights; so no lock of the VFS may be
 * held here. An open under its directory's lock cannot be sent elsewhere.
 */
#include <linux/mount.h>
#include <linux/namei.h>
#include <linux/pagemap.h>
#include "compat/lock.h"
#include "compat/path_lookup.h"
#include "fltmgr/create_name.h"
#include "fs/name.h"
#include "fs/open.h"

/*
 * May names be looked up? Not for an overlayfs above, whose file has a path of its own, nor for a
 * server in the kernel, which may have the directory locked.
 */
static bool fltfs_reopen_allowed(const struct file *file, const struct super_block *sb)
{
	return file->f_path.mnt->mnt_sb == sb && !(current->flags & PF_KTHREAD);
}

/**
 * fltfs_redirect_place() - where a filter sent a create
 * @fo: its file object, which has the name
 * @place: filled; flt_place_put() is owed
 *
 * Return: 0; -EXDEV for what is on no volume, or on another one (CREATE-62); or what is wrong with
 * the name
 */
int fltfs_redirect_place(const struct fltfs_fo *fo, struct flt_place *place)
{
	NTSTATUS status = flt_place_from_name(&fo->base.fo.FileName, 0, place);

	if (status == STATUS_OBJECT_PATH_NOT_FOUND)
		return -EXDEV;
	if (!NT_SUCCESS(status))
		return flt_errno_from_status(status, NULL);
	if (place->volume == fo->base.volume)
		return 0;
	flt_place_put(place);
	return -EXDEV;
}

/**
 * fltfs_redirect_permit() - what the VFS checks that depends on which file it is
 * @idmap: of the mount
 * @inode: upper inode that a filter sent an open, or an operation by path, to
 * @mask: MAY_*
 * @flags: open flags; O_WRONLY | O_TRUNC for a truncation by path
 *
 * Return: 0 or a negative errno
 */
int fltfs_redirect_permit(flt_idmap *idmap, struct inode *inode, int mask, unsigned int flags)
{
	bool writes = (flags & O_ACCMODE) != O_RDONLY;
	int err = inode_permission(idmap, inode, mask);

	if (err)
		return err;
	if (IS_APPEND(inode) && (flags & O_TRUNC || (writes && !(flags & O_APPEND))))
		return -EPERM;
	if (flags & O_NOATIME && !inode_owner_or_capable(idmap, inode))
		return -EPERM;
	return break_lease(inode, flags);
}

/* The name as bytes from the root of the mount; @text has PATH_MAX. */
static int fltfs_reopen_text(const struct fltfs_fo *fo, char *text, bool *directory)
{
	struct flt_place place;
	NTSTATUS status;
	size_t used = 0;
	int err;

	err = fltfs_redirect_place(fo, &place);
	if (err)
		return err;
	status = fltfs_path_text(&place.path, text, &used, directory);
	flt_place_put(&place);
	text[used] = 0;
	return flt_errno_from_status(status, NULL);
}

static int fltfs_reopen_walk(const struct file *file, struct dentry *root, const char *text,
			     bool directory, struct path *path)
{
	unsigned int flags = LOOKUP_FOLLOW | (directory ? LOOKUP_DIRECTORY : 0);
	int err;

	if (!*text) {
		path->mnt = mntget(file->f_path.mnt);
		path->dentry = dget(root);
		return 0;
	}
	err = vfs_path_lookup(root, file->f_path.mnt, text, flags, path);
	if (!err && path->mnt != file->f_path.mnt) {
		path_put(path);
		err = -EXDEV;	/* what is mounted there is not the volume's */
	}
	return err;
}

/* The dentry of a name that does not exist, in a directory that does. */
static struct dentry *fltfs_reopen_absent(const struct file *file, struct dentry *root, char *text)
{
	char *last = strrchr(text, '/');
	struct dentry *dentry;
	struct path parent;
	int err;

	if (last)
		*last++ = 0;
	err = fltfs_reopen_walk(file, root, last ? text : "", true, &parent);
	if (err)
		return ERR_PTR(err);
	last = last ?: text;
	dentry = lookup_one_unlocked(flt_mnt_idmap(parent.mnt), last, parent.dentry, strlen(last));
	path_put(&parent);
	/* A symbolic link that leads nowhere. */
	if (!IS_ERR(dentry) && d_is_symlink(dentry)) {
		dput(dentry);
		return ERR_PTR(-ENOENT);
	}
	return dentry;
}

/**
 * fltfs_reopen_find() - where a filter sent an open
 * @create: the create; its file object has the name
 * @make: a name that does not exist will do
 *
 * Return: a referenced upper dentry, negative only with @make; -EXDEV for what is not on this
 * mount, -ENOENT, or another error of the walk
 */
struct dentry *fltfs_reopen_find(const struct fltfs_create *create, bool make)
{
	const struct file *file = create->file;
	struct dentry *root = create->fo->dentry->d_sb->s_root;
	struct dentry *found;
	bool directory = false;
	struct path path;
	char *text;
	int err;

	if (!fltfs_reopen_allowed(file, root->d_sb))
		return ERR_PTR(-EXDEV);
	text = kmalloc(PATH_MAX, GFP_KERNEL);
	if (!text)
		return ERR_PTR(-ENOMEM);
	err = fltfs_reopen_text(create->fo, text, &directory);
	if (!err)
		err = fltfs_reopen_walk(file, root, text, directory, &path);
	found = ERR_PTR(err);
	if (!err) {
		found = dget(path.dentry);
		path_put(&path);
	} else if (err == -ENOENT && make && !directory && *text) {
		found = fltfs_reopen_absent(file, root, text);
	}
	kfree(text);
	return found;
}

/* What the VFS checks before it opens a file, as far as that depends on which file it is. */
static int fltfs_reopen_permit(const struct file *file, struct inode *inode)
{
	unsigned int flags = file->f_flags;
	int mask = MAY_OPEN;

	if (flags & __FMODE_EXEC)
		mask |= MAY_EXEC;
	if (file->f_mode & FMODE_READ)
		mask |= MAY_READ;
	if (file->f_mode & FMODE_WRITE || flags & O_TRUNC)
		mask |= MAY_WRITE;
	if (flags & O_APPEND)
		mask |= MAY_APPEND;
	if (S_ISDIR(inode->i_mode) && mask & (MAY_WRITE | MAY_EXEC))
		return mask & MAY_WRITE ? -EISDIR : -EACCES;
	return fltfs_redirect_permit(flt_mnt_idmap(file->f_path.mnt), inode, mask, flags);
}

/*
 * Makes a file that is being opened one of another dentry. What the VFS counted for the first
 * inode it will take back from the second, whether the open succeeds or not.
 */
static int fltfs_reopen_move(struct file *file, struct dentry *dentry)
{
	struct inode *from = file_inode(file), *to = d_inode(dentry);
	struct dentry *old = file->f_path.dentry;
	int err;

	if (file->f_mode & FMODE_WRITER) {
		err = get_write_access(to);
		if (err)
			return err;
		put_write_access(from);
	} else if ((file->f_mode & (FMODE_READ | FMODE_WRITE)) == FMODE_READ) {
		i_readcount_inc(to);
		i_readcount_dec(from);
	}
	file->f_path.dentry = dget(dentry);
	file->f_inode = to;
	file->f_mapping = to->i_mapping;
	file->f_wb_err = filemap_sample_wb_err(file->f_mapping);
	if (file->f_op != to->i_fop)
		replace_fops(file, fops_get(to->i_fop));
	dput(old);
	return 0;
}

/**
 * fltfs_reopen() - ->open goes on with the file that a filter sent it to
 * @create: the create of the first, over
 * @op: its operation; the one of the other when this succeeds
 *
 * Regular files and directories only: the VFS has not counted a writer for a device or FIFO, so a
 * file of one cannot become one of the others, or the other way round.
 *
 * Return: 0 or a negative errno, the first operation is finished then
 */
int fltfs_reopen(struct fltfs_create *create, struct flt_operation *op)
{
	struct dentry *dentry = fltfs_reopen_find(create, false);
	int err = PTR_ERR_OR_ZERO(dentry);

	if (!err && !d_is_reg(dentry) && !d_is_dir(dentry))
		err = -EXDEV;
	if (!err)
		err = fltfs_reopen_permit(create->file, d_inode(dentry));
	if (!err)
		err = fltfs_reopen_move(create->file, dentry);
	if (err)
		flt_operation_fini(op);
	else
		err = fltfs_create_again(create, op, dentry);
	if (!IS_ERR(dentry))
		dput(dentry);
	return err;
}
