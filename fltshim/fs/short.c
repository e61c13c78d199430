// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on a path that need no descriptor, shown as Windows would do them: CREATE, the
 * operation, CLEANUP, CLOSE on a file object of their own (rule R2). Such a create never opens a
 * lower file: what it stands for is a lower path, so it neither blocks on a FIFO nor fails for a
 * right that the operation itself does not need.
 */
#include <linux/namei.h>
#include <linux/slab.h>
#include "fltmgr/create_name.h"
#include "fs/name.h"
#include "fs/open.h"
#include "fs/own.h"

/**
 * struct fltfs_short_create - the create of such an object
 * @request: first member
 * @security: what SecurityContext points to
 * @state: its AccessState
 * @how: what was asked for
 * @target: name whose parent directory is opened (SL_OPEN_TARGET_DIRECTORY), or NULL
 * @make: makes the object below, for FILE_CREATE
 * @context: for @make
 * @ecps: what the one before, which a filter sent elsewhere, has left
 */
struct fltfs_short_create {
	struct fltfs_request request;
	IO_SECURITY_CONTEXT security;
	ACCESS_STATE state;
	const struct fltfs_how *how;
	struct dentry *target;
	fltfs_make_fn make;
	void *context;
	struct flt_ecps_kept ecps;
};

static void fltfs_bottom_short_create(struct flt_operation *op)
{
	struct fltfs_short_create *create = op->front;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	ULONG_PTR information = FILE_OPENED;
	int err = 0;

	if (create->make) {
		err = create->make(create->context, &op->iopb.Parameters);
		information = err == -EEXIST ? FILE_EXISTS : FILE_CREATED;
	} else if (create->target) {
		information = d_really_is_positive(create->target) ? FILE_EXISTS :
								     FILE_DOES_NOT_EXIST;
	}
	/* What was made may not be visible here (fltfs_instantiate()): then nothing is open. */
	if (!err && d_really_is_positive(fo->dentry))
		err = fltfs_fo_opened(fo, create->security.DesiredAccess);
	if (!err && create->how->volume) {
		fo->base.fo.FsContext2 = NULL;
		fltfs_fo_flag(fo, FO_VOLUME_OPEN);
	}
	if (!err && op->iopb.Parameters.Create.Options & FILE_DELETE_ON_CLOSE &&
	    create->security.DesiredAccess & DELETE) {
		set_bit(FLTFS_FO_DELETE, &fo->state);
		fltfs_fo_flag(fo, FO_DELETE_ON_CLOSE);
	}
	if (!err && unlikely(create->how->ecps))
		fltfs_atomic_made(op);
	fltfs_op_errno(op, err, err && err != -EEXIST ? 0 : information);
}

/* What is asked for: nothing that filters made of it is carried over to another name. */
static void fltfs_short_ask(struct fltfs_short_create *create)
{
	const struct fltfs_how *how = create->how;

	create->request = (struct fltfs_request) { .bottom = fltfs_bottom_short_create };
	create->state = (ACCESS_STATE) {
		.RemainingDesiredAccess	= how->access,
		.OriginalDesiredAccess	= how->access,
	};
	create->security = (IO_SECURITY_CONTEXT) {
		.AccessState		= &create->state,
		.DesiredAccess		= how->access,
		.FullCreateOptions	= how->options | how->disposition << 24,
	};
}

/* Return: 0, a negative errno, or 1 when a filter sent it to another name. */
static noinline int fltfs_short_send(struct fltfs_fo *fo, struct fltfs_short_create *create)
{
	const struct fltfs_how *how = create->how;
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	fltfs_short_ask(create);
	__flt_operation_init(&op, fo->base.volume, IRP_MJ_CREATE, &fo->base.fo);
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.IrpFlags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API;
	op.iopb.OperationFlags = SL_CASE_SENSITIVE | how->flags;
	op.iopb.Parameters.Create.SecurityContext = &create->security;
	op.iopb.Parameters.Create.Options = how->options | how->disposition << 24;
	op.iopb.Parameters.Create.FileAttributes = how->attributes;
	op.iopb.Parameters.Create.ShareAccess = FILE_SHARE_VALID_FLAGS;
	op.front = create;
	flt_ecps_give(&create->ecps, &op);
	flt_operation_run(&op);
	if (likely(op.data.IoStatus.Status != STATUS_REPARSE))
		err = fltfs_op_result(&op);
	else if (how->follows && op.data.IoStatus.Information == IO_REPARSE)
		err = 1;
	else
		err = -EXDEV;	/* the VFS has chosen the object already (rule R7) */
	/* Cancelled by a filter that said nothing else, or a success that opened nothing. */
	if (!err && fo->base.fo.Flags & FO_FILE_OPEN_CANCELLED)
		err = -EACCES;
	if (err > 0)
		flt_ecps_keep(&op, &create->ecps);
	flt_operation_fini(&op);
	return err;
}

/*
 * The VFS has asked about the file that it chose, and made a mode of its kind: so it is of this one
 * here. A truncation (vfs_truncate()) counts as a writer as long as the file object is in use.
 */
static int fltfs_short_permit(struct fltfs_fo *fo, const struct fltfs_how *how, umode_t mode)
{
	struct inode *inode = d_inode(fo->dentry);
	int err;

	if (how->access & ~(FILE_READ_ATTRIBUTES | SYNCHRONIZE) &&
	    (mode ^ fltfs_lower_inode(inode)->i_mode) & S_IFMT)
		return -EXDEV;
	if (!(how->access & FILE_WRITE_DATA))
		return 0;
	err = get_write_access(inode);
	if (err)
		return err;
	set_bit(FLTFS_FO_WRITER, &fo->state);
	return fltfs_redirect_permit(fltfs_lower_idmap(inode->i_sb), inode, MAY_WRITE,
				     O_WRONLY | O_TRUNC);
}

/* The file object of what was found; it has the name that the filter gave. */
static struct fltfs_fo *fltfs_short_found(struct fltfs_walk *walk, const struct fltfs_how *how,
					  const UNICODE_STRING *path, umode_t mode)
{
	struct dentry *upper = fltfs_walk_alias(walk);
	struct fltfs_fo *fo;
	int err;

	if (IS_ERR(upper))
		return ERR_CAST(upper);
	fo = fltfs_fo_new(upper);
	dput(upper);
	if (!fo)
		return ERR_PTR(-ENOMEM);
	fo->below = dget(walk->found);
	err = fltfs_short_permit(fo, how, mode);
	if (!err && !NT_SUCCESS(flt_object_rename(&fo->base.fo, path->Buffer, path->Length)))
		err = -ENOMEM;
	if (!err)
		return fo;
	fltfs_fo_forget(fo);
	return ERR_PTR(err);
}

/* Goes on where a filter sent it: only lower locks are taken, since the VFS may hold upper ones. */
static struct fltfs_fo *fltfs_short_follow(const struct fltfs_fo *from,
					   const struct fltfs_how *how)
{
	bool itself = how->options & FILE_OPEN_REPARSE_POINT;
	struct fltfs_walk walk;
	struct flt_place place;
	struct fltfs_fo *fo;
	NTSTATUS status;
	int err;

	err = fltfs_redirect_place(from, &place);
	if (err)
		return ERR_PTR(err);
	status = fltfs_walk(&walk, fltfs_sb(from->dentry->d_sb), NULL, &place.path,
			    itself ? FLTFS_WALK_LAST_LINK : 0);
	if (!NT_SUCCESS(status))
		fo = ERR_PTR(flt_errno_from_status(status, NULL));
	else if (!walk.found)
		fo = ERR_PTR(-ENOENT);
	else
		fo = fltfs_short_found(&walk, how, &place.path, d_inode(from->dentry)->i_mode);
	fltfs_walk_end(&walk);
	flt_place_put(&place);
	return fo;
}

/**
 * fltfs_short_open() - begin an operation by path
 * @dentry: upper dentry; may be negative if @make is given
 * @how: access and options
 * @target: NULL, or the name in the directory @dentry that will be a rename's or link's target
 * @make: NULL, or makes the object below; called once, in the bottom, unless a filter refuses
 * @context: for @make
 *
 * Passive level; may be called under any lock of the VFS that the calling operation holds.
 *
 * Return: an open file object to be released with fltfs_fo_release(); NULL when what was made is
 * not visible here and so cannot have one; an error pointer when the create failed or was refused.
 */
struct fltfs_fo *fltfs_short_open(struct dentry *dentry, const struct fltfs_how *how,
				  struct dentry *target, fltfs_make_fn make, void *context)
{
	struct fltfs_short_create create FLT_NOT_CLEARED;
	unsigned int restarts = 0;
	struct fltfs_fo *fo;
	int err;

	fo = fltfs_fo_new(target ?: dentry);
	if (!fo) {
		if (how->ecps)
			flt_ecps_end(how->ecps, false);
		return ERR_PTR(-ENOMEM);
	}
	fo->base.locked = true;
	fo->base.vfs_lock = how->lock;
	if (target) {
		/* The name is the target's, the object is its directory. */
		dput(fo->dentry);
		fo->dentry = dget(dentry);
		fo->base.target_directory = true;
	}
	if (how->volume)
		fltfs_name_free(&fo->base.fo.FileName);
	create.how = how;
	create.target = target;
	create.make = make;
	create.context = context;
	create.ecps = (struct flt_ecps_kept) { .list = how->ecps };
	err = fltfs_short_send(fo, &create);
	while (err > 0) {
		struct fltfs_fo *next = ERR_PTR(-ELOOP);

		if (++restarts <= FLT_MAX_DEVICE_REPARSE_ATTEMPTS)
			next = fltfs_short_follow(fo, how);
		err = PTR_ERR_OR_ZERO(next);
		if (err)
			break;
		fltfs_fo_forget(fo);
		fo = next;
		fo->base.locked = true;
		fo->base.vfs_lock = how->lock;
		err = fltfs_short_send(fo, &create);
	}
	flt_ecps_kept_end(&create.ecps);
	if (!err && test_bit(FLTFS_FO_OPEN, &fo->state)) {
		fltfs_fo_flag(fo, FO_HANDLE_CREATED);
		return fo;
	}
	fltfs_fo_forget(fo);
	return ERR_PTR(err);
}

/**
 * fltfs_short_volume() - begin an operation on the volume itself
 * @sb: upper super block, with a root
 * @access: DesiredAccess
 *
 * Return: as fltfs_short_open(); never NULL.
 */
struct fltfs_fo *fltfs_short_volume(struct super_block *sb, ACCESS_MASK access)
{
	/* What writes is a sync, under s_umount. */
	const struct fltfs_how how = {
		.access		= access,
		.options	= FILE_SYNCHRONOUS_IO_NONALERT,
		.disposition	= FILE_OPEN,
		.attributes	= FILE_ATTRIBUTE_NORMAL,
		.lock		= access & FILE_WRITE_DATA ? FLT_LOCK_MOUNT : FLT_LOCK_NONE,
		.volume		= true,
	};

	return fltfs_short_open(sb->s_root, &how, NULL, NULL, NULL);
}

/**
 * fltfs_subject_open() - what an operation that names a dentry is shown on
 * @subject: filled
 * @dentry: upper dentry, positive
 * @access: DesiredAccess, if the object has to be made
 * @options: its CreateOptions besides those that follow from the kind of file
 *
 * A filter may send it to another file: then the operation is that one's.
 *
 * Return: 0, or the errno of a create that was refused or failed.
 */
int fltfs_subject_open(struct fltfs_subject *subject, struct dentry *dentry, ACCESS_MASK access,
		       ULONG options)
{
	/* The VFS calls whatever changes an inode with that locked. */
	const ACCESS_MASK changes = FILE_WRITE_DATA | FILE_WRITE_EA | FILE_WRITE_ATTRIBUTES |
				    WRITE_DAC | WRITE_OWNER;
	struct fltfs_how how = {
		.access		= access,
		.options	= FILE_SYNCHRONOUS_IO_NONALERT | options,
		.disposition	= FILE_OPEN,
		.attributes	= FILE_ATTRIBUTE_NORMAL,
		.lock		= access & changes ? FLT_LOCK_INODE : FLT_LOCK_NONE,
		.follows	= true,
	};
	struct fltfs_fo *fo = fltfs_fo_own(dentry);

	subject->own = fo;
	if (!fo) {
		if (!d_is_reg(dentry) && !d_is_dir(dentry))
			how.options |= FILE_OPEN_REPARSE_POINT;
		fo = fltfs_short_open(dentry, &how, NULL, NULL, NULL);
		if (IS_ERR(fo))
			return PTR_ERR(fo);
	}
	subject->fo = fo;
	return 0;
}

/* The operation is over: an object of its own is cleaned up and closed. */
void fltfs_subject_close(struct fltfs_subject *subject)
{
	if (subject->own)
		flt_file_put(&subject->fo->base);
	else
		fltfs_fo_release(subject->fo);
}
