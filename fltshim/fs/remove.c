// SPDX-License-Identifier: GPL-2.0
/*
 * Removal as filters see it: a delete disposition on an object of its own, and the name going in
 * the bottom of CLEANUP (so it still exists below in pre-cleanup). Also what happens to a file that
 * a filter marked for deletion through its create.
 */
#include <linux/namei.h>
#include "compat/open.h"
#include "fs/namei.h"
#include "fs/own.h"
#include "fs/request.h"

/* CLEANUP of an object whose name goes with it. */
struct fltfs_cleanup {
	struct fltfs_request request;
	int (*remove)(void *context);
	void *context;
	int err;
};

static void fltfs_bottom_cleanup(struct flt_operation *op)
{
	struct fltfs_cleanup *cleanup = op->front;

	cleanup->err = cleanup->remove(cleanup->context);
	/* CLEANUP itself cannot fail; the errno is kept for unlink(2). */
	flt_operation_result(op, STATUS_SUCCESS, 0);
}

/* The removal is made whatever the filters do with the CLEANUP (PREOP-45). */
static noinline int fltfs_cleanup_send(struct fltfs_fo *fo, int (*remove)(void *context),
				       void *context)
{
	struct fltfs_cleanup cleanup = {
		.request.bottom	= fltfs_bottom_cleanup,
		.remove		= remove,
		.context	= context,
	};
	struct flt_operation op FLT_NOT_CLEARED;

	__flt_operation_init(&op, fo->base.volume, IRP_MJ_CLEANUP, &fo->base.fo);
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.front = &cleanup;
	flt_operation_run(&op);
	flt_operation_fini(&op);
	if (!cleanup.request.reached)
		cleanup.err = remove(context);
	return cleanup.err;
}

/*
 * Another open object of the same name takes the mark over: the last one to go removes it. The name
 * is the one below, since a filter's own open may have an upper dentry without one. Objects of
 * one operation by path do not count.
 */
static bool fltfs_pass_delete_on(struct fltfs_fo *fo)
{
	const struct dentry *lower = fltfs_fo_path(fo).dentry;
	struct fltfs_fo *other;
	bool passed = false;

	if (test_bit(FLTFS_FO_POSIX, &fo->state))
		return false;
	spin_lock(&fo->stream->lock);
	list_for_each_entry(other, &fo->stream->opens, link) {
		if (other != fo && fltfs_fo_path(other).dentry == lower &&
		    (other->lower || test_bit(FLTFS_FO_OWN, &other->state)) &&
		    !test_bit(FLTFS_FO_CLEANED, &other->state)) {
			set_bit(FLTFS_FO_DELETE, &other->state);
			passed = true;
			break;
		}
	}
	spin_unlock(&fo->stream->lock);
	return passed;
}

/**
 * fltfs_remove_below() - remove a lower name, with the rights of the kernel
 * @fsb: the mount
 * @lower: lower dentry, referenced by the caller: it keeps its inode
 *
 * No upper lock is needed, and none of a lower directory may be held.
 *
 * Return: 0; -ENOENT when it is gone or elsewhere by now; or the lower file system's error
 */
int fltfs_remove_below(struct fltfs_sb *fsb, struct dentry *lower)
{
	struct dentry *parent = dget_parent(lower);
	struct inode *dir = d_inode(parent);
	const struct cred *old;
	int err;

	old = override_creds(fltfs_kernel_cred);
	err = mnt_want_write(fsb->mnt);
	if (err)
		goto out;
	inode_lock_nested(dir, I_MUTEX_PARENT);
	if (lower->d_parent != parent || d_unhashed(lower))
		err = -ENOENT;
	else if (d_is_dir(lower))
		err = vfs_rmdir(flt_mnt_idmap(fsb->mnt), dir, lower);
	else
		err = vfs_unlink(flt_mnt_idmap(fsb->mnt), dir, lower, NULL);
	inode_unlock(dir);
	mnt_drop_write(fsb->mnt);
out:
	revert_creds(old);
	dput(parent);
	return err;
}

/*
 * Removes the name of an open object below; no upper lock is held, so the upper side follows.
 * Whether that may be done was asked when the mark was made; who closes the file last is not asked.
 */
static int fltfs_remove_marked(void *context)
{
	struct fltfs_fo *fo = context;
	struct dentry *lower = dget(fltfs_fo_path(fo).dentry);
	int err;

	err = fltfs_remove_below(fltfs_sb(fo->dentry->d_sb), lower);
	if (!err) {
		if (lower == fltfs_lower_dentry(fo->dentry))
			d_drop(fo->dentry);
		fltfs_copy_attr(d_inode(fo->dentry));
	}
	dput(lower);
	return err;
}

static int fltfs_remove_nothing(void *context)
{
	return 0;
}

/**
 * fltfs_fo_cleanup_delete() - CLEANUP of an open file that a filter marked for deletion
 * @fo: file object, marked as cleaned up already
 */
void fltfs_fo_cleanup_delete(struct fltfs_fo *fo)
{
	if (fltfs_pass_delete_on(fo))
		fltfs_cleanup_send(fo, fltfs_remove_nothing, NULL);
	else
		fltfs_cleanup_send(fo, fltfs_remove_marked, fo);
}

/**
 * fltfs_fo_remove_marked() - the name goes that is marked for deletion, if it is
 * @fo: open file object that comes to its end without a CLEANUP of its own
 */
void fltfs_fo_remove_marked(struct fltfs_fo *fo)
{
	if (test_bit(FLTFS_FO_DELETE, &fo->state) && !fltfs_pass_delete_on(fo))
		fltfs_remove_marked(fo);
}

struct fltfs_empty_check {
	struct dir_context ctx;
	bool empty;
};

static bool fltfs_empty_actor(struct dir_context *ctx, const char *name, int len, loff_t offset,
			      u64 ino, unsigned int type)
{
	struct fltfs_empty_check *check = container_of(ctx, struct fltfs_empty_check, ctx);

	if (len <= 2 && name[0] == '.' && (len == 1 || name[1] == '.'))
		return true;
	check->empty = false;
	return false;
}

/*
 * A hint for filters at the time of the disposition; the lower rmdir decides in the end. That does
 * not count as an access to the folder, so neither does this.
 */
int fltfs_check_empty(struct fltfs_fo *fo)
{
	struct fltfs_empty_check check = { .ctx.actor = fltfs_empty_actor, .empty = true };
	struct path path = fltfs_fo_path(fo);
	struct file *file;
	int err;

	file = flt_file_open(&path,
			     O_RDONLY | O_DIRECTORY | O_NOATIME | FLTFS_LOWER_OPEN_FLAGS);
	if (IS_ERR(file))
		return PTR_ERR(file);
	err = iterate_dir(file, &check.ctx);
	flt_file_close(file);
	return err ?: (check.empty ? 0 : -ENOTEMPTY);
}

static void fltfs_bottom_disposition(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const void *info = parameters->SetFileInformation.InfoBuffer;
	ULONG length = parameters->SetFileInformation.Length;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	bool remove;
	int err = 0;

	switch (parameters->SetFileInformation.FileInformationClass) {
	case FileDispositionInformation:
		if (!info || length < sizeof(FILE_DISPOSITION_INFORMATION))
			goto mismatch;
		remove = ((const FILE_DISPOSITION_INFORMATION *)info)->DeleteFile;
		break;
	case FileDispositionInformationEx:
		if (!info || length < sizeof(FILE_DISPOSITION_INFORMATION_EX))
			goto mismatch;
		remove = ((const FILE_DISPOSITION_INFORMATION_EX *)info)->Flags &
			 FILE_DISPOSITION_DELETE;
		break;
	default:
		flt_operation_result(op, STATUS_INVALID_INFO_CLASS, 0);
		return;
	}
	/* A server counts any listing as an access: what is said there is said at the removal. */
	if (remove && d_is_dir(fo->dentry) && fo->base.volume->info.local)
		err = fltfs_check_empty(fo);
	if (!err) {
		if (remove)
			set_bit(FLTFS_FO_DELETE, &fo->state);
		else
			clear_bit(FLTFS_FO_DELETE, &fo->state);
		fo->base.fo.DeletePending = remove;
	}
	fltfs_op_errno(op, err, 0);
	return;

mismatch:
	flt_operation_result(op, STATUS_INFO_LENGTH_MISMATCH, 0);
}

static noinline int fltfs_set_disposition(struct fltfs_fo *fo)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_disposition };
	bool ex = READ_ONCE(fltfs_sb(fo->dentry->d_sb)->classes_ex);
	FILE_DISPOSITION_INFORMATION_EX info_ex = {
		.Flags = FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS |
			 FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE,
	};
	FILE_DISPOSITION_INFORMATION info = { .DeleteFile = TRUE };
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	__flt_operation_init(&op, fo->base.volume, IRP_MJ_SET_INFORMATION, &fo->base.fo);
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	op.iopb.Parameters.SetFileInformation.Length = ex ? sizeof(info_ex) : sizeof(info);
	op.iopb.Parameters.SetFileInformation.FileInformationClass =
		ex ? FileDispositionInformationEx : FileDispositionInformation;
	op.iopb.Parameters.SetFileInformation.InfoBuffer = ex ? (void *)&info_ex : &info;
	op.front = &request;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* unlink(2) or rmdir(2), to be carried out in the bottom of CLEANUP. */
struct fltfs_removal_of {
	struct inode *dir;
	struct dentry *dentry;
};

static int fltfs_remove_named(void *context)
{
	struct fltfs_removal_of *of = context;

	return d_is_dir(of->dentry) ? fltfs_rmdir_lower(of->dir, of->dentry) :
				      fltfs_unlink_lower(of->dir, of->dentry);
}

/*
 * A filter took the mark away again: the name stays below, and the program is told that it went.
 * The upper dentry must not stand for it any more; a directory's inode, which the VFS is about to
 * mark dead, must not be found again either.
 */
static void fltfs_removal_kept(struct dentry *dentry)
{
	pr_warn_once("fltfs: a filter took back a removal: the name stays, the program does not know\n");
	d_drop(dentry);
	if (d_is_dir(dentry))
		remove_inode_hash(d_inode(dentry));
}

/**
 * fltfs_remove_filtered() - unlink or rmdir that a filter wants to see
 * @dir: upper directory, locked
 * @dentry: upper dentry, its inode locked
 *
 * Return: 0, a filter's error, or that of the lower file system.
 */
int fltfs_remove_filtered(struct inode *dir, struct dentry *dentry)
{
	struct fltfs_removal_of of = { .dir = dir, .dentry = dentry };
	struct fltfs_how how = {
		.access		= DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
		.options	= FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT |
				  FILE_OPEN_FOR_BACKUP_INTENT,
		.disposition	= FILE_OPEN,
		.lock		= FLT_LOCK_DIRECTORY,
		.attributes	= FILE_ATTRIBUTE_NORMAL,
	};
	struct fltfs_fo *fo;
	int err;

	how.options |= d_is_dir(dentry) ? FILE_DIRECTORY_FILE : FILE_NON_DIRECTORY_FILE;
	fo = fltfs_short_open(dentry, &how, NULL, NULL, NULL);
	if (IS_ERR(fo))
		return PTR_ERR(fo);
	err = fltfs_set_disposition(fo);
	if (err) {
		clear_bit(FLTFS_FO_DELETE, &fo->state);
	} else if (test_bit(FLTFS_FO_DELETE, &fo->state)) {
		set_bit(FLTFS_FO_CLEANED, &fo->state);
		err = fltfs_cleanup_send(fo, fltfs_remove_named, &of);
		fltfs_fo_flag(fo, FO_CLEANUP_COMPLETE);
	} else {
		fltfs_removal_kept(dentry);
	}
	fltfs_fo_release(fo);
	return err;
}
