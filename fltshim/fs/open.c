// SPDX-License-Identifier: GPL-2.0
/*
 * IRP_MJ_CREATE of a program's open: the front half (open flags become a create, table 5.1) and
 * its bottom (the create, as the filters left it, becomes an open of the lower file).
 *
 * An existing file is opened from ->open, without a lock of the VFS. A new one is made in
 * ->atomic_open, where the VFS holds the directory; how that is let go while the filters look at
 * it is in early.c. Where it may not be let go, pre-operation, creation, opening and
 * post-operation all happen there. A name that does not exist and is not to be made is shown from
 * ->atomic_open too. Every open has exactly one create, and its post-operation runs in the
 * opener's thread.
 *
 * A filter may send an open to another name: reopen.c.
 *
 * A FIFO, socket or device node lives outside the volume: its create ends with STATUS_REPARSE and
 * the tag of its kind, its file object is gone then, and the kernel's own open follows.
 */
#include <linux/namei.h>
#include <linux/slab.h>
#include "compat/open.h"
#include "fs/namei.h"
#include "fs/name.h"
#include "fs/open.h"
#include "fs/reuse.h"
#include "nt/ex_pool.h"

#define FLTFS_TAG_POOL	0x67546c46	/* "FlTg" */

static ACCESS_MASK fltfs_desired_access(const struct file *file)
{
	unsigned int flags = file->f_flags;
	ACCESS_MASK access = 0;

	if (flags & __FMODE_EXEC)
		return FILE_EXECUTE | SYNCHRONIZE;
	if (file->f_mode & FMODE_READ)
		access |= FILE_GENERIC_READ;
	if (file->f_mode & FMODE_WRITE)
		access |= FILE_GENERIC_WRITE;
	if (!access)	/* access mode 3: for ioctl only */
		access = FILE_READ_ATTRIBUTES | SYNCHRONIZE;
	if (flags & O_TRUNC)
		access |= FILE_WRITE_DATA;
	if (flags & __O_TMPFILE)
		access |= DELETE;
	return access;
}

static ULONG fltfs_disposition(unsigned int flags)
{
	if (flags & O_CREAT) {
		if (flags & O_EXCL)
			return FILE_CREATE;
		return flags & O_TRUNC ? FILE_OVERWRITE_IF : FILE_OPEN_IF;
	}
	return flags & O_TRUNC ? FILE_OVERWRITE : FILE_OPEN;
}

static ULONG fltfs_create_options(const struct file *file, bool directory)
{
	unsigned int flags = file->f_flags;
	ULONG options = FILE_SYNCHRONOUS_IO_NONALERT;

	if (flags & __O_TMPFILE)
		return options | FILE_NON_DIRECTORY_FILE | FILE_DELETE_ON_CLOSE;
	if (flags & O_DIRECTORY)
		options |= FILE_DIRECTORY_FILE;
	else if (file->f_mode & FMODE_WRITE || flags & (O_CREAT | O_TRUNC | __FMODE_EXEC))
		options |= FILE_NON_DIRECTORY_FILE;
	if (directory)
		options |= FILE_OPEN_FOR_BACKUP_INTENT;
	if (flags & O_DIRECT)
		options |= FILE_NO_INTERMEDIATE_BUFFERING;
	if (flags & O_DSYNC)
		options |= FILE_WRITE_THROUGH;
	return options;
}

/* The object as pre-create shows it. */
static void fltfs_create_flags(struct fltfs_fo *fo, const struct file *file)
{
	if (file->f_flags & O_DIRECT)
		fltfs_fo_flag(fo, FO_NO_INTERMEDIATE_BUFFERING);
	if (file->f_flags & O_DSYNC)
		fltfs_fo_flag(fo, FO_WRITE_THROUGH);
}

/*
 * Truncation as part of the create, so that post-create sees an empty file. It was decided above
 * that the caller may; a filter that turned an open into an overwrite needs the right below.
 */
static int fltfs_create_truncate(struct flt_operation *op, struct fltfs_create *create,
				 struct file *lower)
{
	struct dentry *dentry = create->fo->dentry;
	struct iattr attr = {
		.ia_valid	= ATTR_SIZE | ATTR_MTIME | ATTR_CTIME | ATTR_OPEN | ATTR_FILE,
		.ia_file	= lower,
	};
	int err, kill;

	if (create->file->f_flags & O_DIRECT && !(lower->f_mode & FMODE_CAN_ODIRECT))
		return -EINVAL;
	if (!S_ISREG(file_inode(lower)->i_mode))
		return 0;
	/* Privileges go as with the truncation that the VFS makes, whoever the owner is. */
	kill = setattr_should_drop_suidgid(flt_mnt_idmap(lower->f_path.mnt), file_inode(lower));
	attr.ia_valid |= ATTR_KILL_PRIV | ATTR_FORCE | kill;
	if (!(create->file->f_flags & O_TRUNC)) {
		err = fltfs_permission(NULL, d_inode(dentry), MAY_WRITE);
		if (err)
			return err;
	}
	/* What runs is not emptied. The VFS asks this too, but after the open. */
	err = get_write_access(d_inode(dentry));
	if (err)
		return err;
	fltfs_conflict_size(op, d_inode(dentry), 0);
	inode_lock(d_inode(dentry));
	err = fltfs_setattr_lower(dentry, &attr);
	inode_unlock(d_inode(dentry));
	put_write_access(d_inode(dentry));
	return err;
}

static int fltfs_create_open(struct flt_operation *op, struct fltfs_create *create,
			     ULONG_PTR *information)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	ULONG disposition = parameters->Create.Options >> 24;
	bool overwrite = disposition == FILE_OVERWRITE || disposition == FILE_OVERWRITE_IF ||
			 disposition == FILE_SUPERSEDE;
	struct path path = fltfs_fo_path(create->fo);
	umode_t mode = d_inode(path.dentry)->i_mode;
	struct file *lower, *before = create->fo->lower;
	int err;

	if (disposition == FILE_CREATE && !create->created) {
		*information = FILE_EXISTS;
		return -EEXIST;
	}
	if (S_ISDIR(mode) && parameters->Create.Options & FILE_NON_DIRECTORY_FILE)
		return -EISDIR;
	if (!S_ISDIR(mode) && parameters->Create.Options & FILE_DIRECTORY_FILE)
		return -ENOTDIR;

	lower = fltfs_open_lower(d_inode(create->fo->dentry), &path, create->file);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	*information = create->created ? FILE_CREATED : FILE_OPENED;
	if (overwrite && !create->created) {
		err = fltfs_create_truncate(op, create, lower);
		if (err) {
			flt_file_close(lower);
			return err;
		}
		*information = disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED : FILE_OVERWRITTEN;
	}
	create->fo->lower = lower;
	/* A filter sent a create down again that had succeeded: nobody has seen it open yet. */
	if (unlikely(before))
		flt_file_close(before);
	return 0;
}

/* The write bits of a new file follow the READONLY attribute if a filter changed it. */
static umode_t fltfs_create_mode(umode_t mode, USHORT attributes)
{
	if (attributes & FILE_ATTRIBUTE_READONLY)
		return mode & ~0222;
	return mode & 0222 ? mode : mode | 0200;
}

/**
 * fltfs_create_new() - the bottom of a create makes the file
 * @create: its file object's dentry is negative
 * @parameters: of the operation
 * @disposition: as the filters left it
 * @information: set to what FILE_DOES_NOT_EXIST says when it is not to be made
 *
 * The upper directory is locked exclusively. The file may exist afterwards without being visible
 * at this dentry (fltfs_instantiate()).
 *
 * Return: 0, -ESTALE when the name is taken below by now, or another error.
 */
int fltfs_create_new(struct fltfs_create *create, const FLT_PARAMETERS *parameters,
		     ULONG disposition, ULONG_PTR *information)
{
	struct dentry *dentry = create->fo->dentry;
	struct fltfs_name name;
	int err;

	if (disposition == FILE_OPEN || disposition == FILE_OVERWRITE || !create->dir) {
		*information = FILE_DOES_NOT_EXIST;
		return -ENOENT;
	}
	err = fltfs_name_begin(&name, dentry);
	if (err)
		return err;
	err = vfs_create(name.idmap, name.dir, name.dentry,
			 fltfs_create_mode(create->mode, parameters->Create.FileAttributes), true);
	if (!err)
		err = fltfs_instantiate(create->dir, dentry);
	fltfs_name_end(&name);
	create->created = !err;
	return err;
}

static int fltfs_create_tmpfile(struct fltfs_create *create, const FLT_PARAMETERS *parameters)
{
	struct file *lower;

	lower = fltfs_tmpfile_lower(create->dir, create->file,
				    fltfs_create_mode(create->mode,
						      parameters->Create.FileAttributes));
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	create->fo->lower = lower;
	create->created = true;
	return 0;
}

/**
 * fltfs_create_opened() - the bottom of a create opens what exists by now, and sets the result
 * @op: the operation
 * @create: its front half
 *
 * The caller's right to it was checked by the VFS, or it was made here.
 */
void fltfs_create_opened(struct flt_operation *op, struct fltfs_create *create)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_fo *fo = create->fo;
	ULONG_PTR information = FILE_CREATED;
	int err = 0;

	if (!create->tmpfile)
		err = fltfs_create_open(op, create, &information);
	if (!err)
		err = fltfs_fo_opened(fo, create->security.DesiredAccess);
	if (!err) {
		if (parameters->Create.Options & FILE_WRITE_THROUGH)
			fo->sync = IOCB_DSYNC;
		if (parameters->Create.Options & FILE_DELETE_ON_CLOSE) {
			if (!create->tmpfile)
				set_bit(FLTFS_FO_DELETE, &fo->state);
			fltfs_fo_flag(fo, FO_DELETE_ON_CLOSE);
		}
		if (create->tmpfile)
			fltfs_fo_flag(fo, FO_TEMPORARY_FILE);
		if (d_is_reg(fo->dentry) && !(create->file->f_flags & O_DIRECT))
			fltfs_fo_flag(fo, FO_CACHE_SUPPORTED);
		/* The VFS truncates after the open: that has no effect any more (CREATE-27). */
		if (create->file->f_flags & O_TRUNC)
			set_bit(FLTFS_FO_TRUNCATED, &fo->state);
	}
	fltfs_op_errno(op, err, information);
}

/* The VFS holds the directory, or nothing where the file exists. */
static void fltfs_bottom_create(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	ULONG disposition = parameters->Create.Options >> 24;
	struct fltfs_create *create = op->front;
	ULONG_PTR information = 0;
	int err = 0;

	if (disposition > FILE_MAXIMUM_DISPOSITION) {
		flt_operation_result(op, STATUS_INVALID_PARAMETER, 0);
		return;
	}
	if (create->tmpfile && !create->created)
		err = fltfs_create_tmpfile(create, parameters);
	else if (d_really_is_negative(create->fo->dentry))
		err = fltfs_create_new(create, parameters, disposition, &information);
	if (!err && !create->tmpfile && d_really_is_negative(create->fo->dentry))
		err = -ESTALE;	/* made, but not to be shown by this dentry: look it up anew */
	if (err)
		fltfs_op_errno(op, err, information);
	else
		fltfs_create_opened(op, create);
}

/* What exists is opened; nothing is locked, and the VFS has checked the caller's right to it. */
static void fltfs_bottom_open(struct flt_operation *op)
{
	fltfs_create_opened(op, op->front);
}

/**
 * fltfs_create_outside() - the result of a create for what lies outside the volume
 * @op: the operation
 * @create: its front half; the dentry is a FIFO's, socket's, device node's or symbolic link's
 *
 * What it is, is all that the volume knows of it (VFS-113, CBD-017).
 */
void fltfs_create_outside(struct flt_operation *op, struct fltfs_create *create)
{
	ULONG tag = fltfs_reparse_tag(d_inode(create->fo->dentry)->i_mode);
	FLT_TAG_DATA_BUFFER *data;

	create->outside = true;
	data = pool_alloc(fltfs_create_outside, POOL_FLAG_NON_PAGED, sizeof(*data),
			  FLTFS_TAG_POOL);
	if (!data) {
		flt_operation_result(op, STATUS_INSUFFICIENT_RESOURCES, 0);
		return;
	}
	data->FileTag = tag;
	op->data.TagData = data;
	flt_operation_result(op, STATUS_REPARSE, tag);
}

static void fltfs_bottom_special(struct flt_operation *op)
{
	fltfs_create_outside(op, op->front);
}

/**
 * fltfs_create_result() - what the filters and the bottom made of a create
 * @create: its front half
 * @op: the operation, finished
 *
 * Return: 0 when the file object is open, or the file lies outside the volume; or a negative errno
 */
int fltfs_create_result(const struct fltfs_create *create, const struct flt_operation *op)
{
	int err;

	if (op->data.IoStatus.Status == STATUS_REPARSE)
		err = create->outside ? 0 : -EXDEV;	/* it cannot go on elsewhere */
	else
		err = fltfs_op_result(op);
	if (!err && create->fo->base.fo.Flags & FO_FILE_OPEN_CANCELLED)
		err = -EACCES;
	if (!err && !create->outside && !test_bit(FLTFS_FO_OPEN, &create->fo->state))
		err = -EIO;
	return err;
}

/**
 * fltfs_create_prepare() - make the operation of a create
 * @create: filled
 * @op: memory of the caller's
 */
void fltfs_create_prepare(struct fltfs_create *create, struct flt_operation *op)
{
	bool directory = d_is_dir(create->fo->dentry) && !create->tmpfile;
	ULONG options = fltfs_create_options(create->file, directory);
	struct fltfs_fo *fo = create->fo;
	USHORT attributes = FILE_ATTRIBUTE_NORMAL;

	if (create->dir && !(create->mode & 0222))
		attributes = FILE_ATTRIBUTE_READONLY;
	if (create->tmpfile)
		attributes = (attributes & ~FILE_ATTRIBUTE_NORMAL) | FILE_ATTRIBUTE_TEMPORARY;
	options |= (create->tmpfile ? FILE_CREATE : fltfs_disposition(create->file->f_flags)) << 24;
	create->security.FullCreateOptions = options;

	__flt_operation_init(op, fo->base.volume, IRP_MJ_CREATE, &fo->base.fo);
	op->data.RequestorMode = fltfs_requestor();
	op->iopb.IrpFlags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API;
	op->iopb.OperationFlags = SL_CASE_SENSITIVE;
	op->iopb.Parameters.Create.SecurityContext = &create->security;
	op->iopb.Parameters.Create.Options = options;
	op->iopb.Parameters.Create.FileAttributes = attributes;
	op->iopb.Parameters.Create.ShareAccess = FILE_SHARE_VALID_FLAGS;
	op->front = create;
	flt_ecps_give(&create->ecps, op);
}

/**
 * fltfs_create_again() - a create that was sent to another name starts again
 * @create: over; its file object becomes another one
 * @op: its operation, over; the new one when this succeeds, finished otherwise
 * @dentry: upper dentry of the other name
 *
 * Nothing of the first is carried over but its extra create parameters (CREATE-60).
 *
 * Return: 0; -ELOOP when it was sent elsewhere too often; -ENOMEM
 */
int fltfs_create_again(struct fltfs_create *create, struct flt_operation *op,
		       struct dentry *dentry)
{
	struct fltfs_create next = {
		.request.bottom	= create->request.bottom,
		.dir		= create->dir,
		.mode		= create->mode,
		.restarts	= create->restarts + 1,
	};
	int err = -ELOOP;

	if (next.restarts <= FLT_MAX_DEVICE_REPARSE_ATTEMPTS)
		err = fltfs_create_init(&next, dentry, create->file);
	if (err) {
		flt_operation_fini(op);
		return err;
	}
	flt_ecps_keep(op, &next.ecps);
	flt_operation_fini(op);
	fltfs_fo_forget(create->fo);
	*create = next;
	create->security.AccessState = &create->state;
	fltfs_create_prepare(create, op);
	return 0;
}

/* Runs the create; the object is open afterwards, or an errno says why not. */
static noinline int fltfs_create_send(struct fltfs_create *create)
{
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	fltfs_create_prepare(create, &op);
	flt_operation_run(&op);
	err = fltfs_create_result(create, &op);
	flt_operation_fini(&op);
	return err;
}

/* The same for ->open, which may go on with another file. */
static noinline int fltfs_create_send_on(struct fltfs_create *create)
{
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	fltfs_create_prepare(create, &op);
	flt_operation_run(&op);
	while (fltfs_create_redirected(create, &op)) {
		err = fltfs_reopen(create, &op);
		if (err)
			return err;
		flt_operation_run(&op);
	}
	err = fltfs_create_result(create, &op);
	flt_operation_fini(&op);
	return err;
}

/**
 * fltfs_create_init() - fill the front half of a create
 * @create: cleared
 * @dentry: upper dentry
 * @file: upper file
 *
 * Return: 0 or -ENOMEM.
 */
int fltfs_create_init(struct fltfs_create *create, struct dentry *dentry, struct file *file)
{
	create->fo = fltfs_fo_new(dentry);
	if (!create->fo)
		return -ENOMEM;
	create->file = file;
	create->request.bottom = fltfs_bottom_create;
	create->security.AccessState = &create->state;
	create->security.DesiredAccess = fltfs_desired_access(file);
	create->state.RemainingDesiredAccess = create->security.DesiredAccess;
	create->state.OriginalDesiredAccess = create->security.DesiredAccess;
	fltfs_create_flags(create->fo, file);
	return 0;
}

static struct fltfs_create *fltfs_create_new_request(struct dentry *dentry, struct file *file)
{
	struct fltfs_create *create = kzalloc(sizeof(*create), GFP_KERNEL);

	if (create && fltfs_create_init(create, dentry, file)) {
		kfree(create);
		return NULL;
	}
	return create;
}

/* The object is the file's from here on, or gone. */
static int fltfs_create_over(struct fltfs_fo *fo, int err)
{
	if (err) {
		fltfs_fo_forget(fo);
		return err;
	}
	fltfs_fo_list(fo);
	return 0;
}

static int fltfs_create_end(struct fltfs_create *create, int err)
{
	struct fltfs_fo *fo = create->fo;

	kfree(create);
	return fltfs_create_over(fo, err);
}

/*
 * The create of an existing file. It is over when this returns, so it lives in this frame; only one
 * that is begun in ->atomic_open and ends elsewhere has memory of its own.
 *
 * Return: an open file object, or an error pointer.
 */
static noinline struct fltfs_fo *fltfs_open_existing(struct file *file)
{
	struct fltfs_create create = {};
	int err;

	err = fltfs_create_init(&create, file_dentry(file), file);
	if (err)
		return ERR_PTR(err);
	fltfs_early_inherit(&create);
	err = fltfs_create_send_on(&create);
	err = fltfs_create_over(create.fo, err);
	return err ? ERR_PTR(err) : create.fo;
}

/**
 * fltfs_open_filtered() - ->open of an existing file that a filter wants to see
 * @inode: upper inode
 * @file: upper file
 *
 * A create that was begun in ->atomic_open ends here.
 *
 * Return: 0 or a negative errno; the filters' errors included.
 */
int fltfs_open_filtered(struct inode *inode, struct file *file)
{
	struct fltfs_fo *fo;

	if (!fltfs_early_open(file, fltfs_bottom_open, &fo))
		fo = fltfs_open_existing(file);
	if (IS_ERR(fo))
		return PTR_ERR(fo);
	fltfs_file_setup(file, fo->lower);
	fltfs_file_set_fo(file, fo);
	fltfs_refresh(file_inode(file));
	return 0;
}

/**
 * fltfs_finish_open() - an upper file whose object is open already, from ->atomic_open or ->tmpfile
 * @file: upper file
 * @dentry: upper dentry, positive
 * @fo: open file object, listed
 *
 * The directory may be locked; what filters keep with the object does not go under it (CTX-36).
 *
 * Return: 0, or the error of who refused the open above; the object is gone then.
 */
int fltfs_finish_open(struct file *file, struct dentry *dentry, struct fltfs_fo *fo)
{
	int err;

	file->private_data = fo;
	fo->base.locked = true;
	err = finish_open(file, dentry, fltfs_open_fo);
	/* Refused above: filters see an open file being closed. Once it is open, ->release does. */
	if (err && !(file->f_mode & FMODE_OPENED)) {
		file->private_data = NULL;
		fltfs_fo_release(fo);
	} else {
		fo->base.locked = false;
	}
	return err;
}

int fltfs_open_fo(struct inode *inode, struct file *file)
{
	struct fltfs_fo *fo = file->private_data;

	fltfs_file_setup(file, fo->lower);
	fltfs_file_set_fo(file, fo);
	return 0;
}

static int fltfs_special_create(struct file *file)
{
	struct fltfs_create *create = fltfs_create_new_request(file_dentry(file), file);
	int err;

	if (!create)
		return -ENOMEM;
	create->request.bottom = fltfs_bottom_special;
	fltfs_early_inherit(create);
	err = fltfs_create_send(create);
	fltfs_fo_forget(create->fo);
	kfree(create);
	return err;
}

/**
 * fltfs_special_open() - ->open of a FIFO, socket or device node
 * @inode: upper inode
 * @file: upper file; has the kernel's own methods afterwards
 *
 * The filters are asked before the node is touched; an open that waits for the other end of a FIFO
 * waits after their post-operations.
 *
 * Return: 0, a filter's errno, or what the kernel's own open says.
 */
static int fltfs_special_open(struct inode *inode, struct file *file)
{
	const struct file_operations *fops = fltfs_i(inode)->special;
	struct fltfs_fo *fo;
	int err = 0;

	if (fltfs_wants(inode, FLT_WANT(IRP_MJ_CREATE))) {
		if (fltfs_early_open(file, fltfs_bottom_special, &fo))
			err = PTR_ERR_OR_ZERO(fo);
		else
			err = fltfs_special_create(file);
		if (err)
			return err;
	}
	fops = fops_get(fops);
	if (!fops)
		return -ENXIO;
	replace_fops(file, fops);
	return fops->open ? fops->open(inode, file) : 0;
}

/* Until it is open: what the kernel looks at is that of the file's own methods. */
const struct file_operations fltfs_special_fops = {
	.owner	= THIS_MODULE,
	.open	= fltfs_special_open,
	.llseek	= noop_llseek,
};

/**
 * fltfs_create_locked() - ->atomic_open of a name that does not exist, all of it under the lock
 * @dir: upper directory, locked by the VFS; NULL if nothing is to be made
 * @dentry: negative upper dentry, hashed
 * @file: upper file
 * @mode: mode of the new file
 *
 * Return: 0 when the file is open, or a negative errno.
 */
int fltfs_create_locked(struct inode *dir, struct dentry *dentry, struct file *file, umode_t mode)
{
	struct fltfs_create *create = fltfs_create_new_request(dentry, file);
	struct fltfs_fo *fo;
	bool created;
	int err;

	if (!create)
		return -ENOMEM;
	create->dir = dir;
	create->mode = mode;
	fo = create->fo;
	fo->base.locked = true;
	fo->base.vfs_lock = FLT_LOCK_DIRECTORY;
	err = fltfs_create_send(create);
	fo->base.vfs_lock = FLT_LOCK_NONE;
	created = create->created;
	err = fltfs_create_end(create, err);
	if (err)
		return err;
	if (created)
		file->f_mode |= FMODE_CREATED;
	return fltfs_finish_open(file, dentry, fo);
}

/**
 * fltfs_tmpfile_filtered() - O_TMPFILE that a filter wants to see
 * @dir: upper directory
 * @file: upper file, its dentry without an inode
 * @mode: mode
 *
 * Return: 0 when the file is open, or a negative errno.
 */
int fltfs_tmpfile_filtered(struct inode *dir, struct file *file, umode_t mode)
{
	struct dentry *dentry = file->f_path.dentry;
	struct fltfs_create *create;
	struct fltfs_fo *fo;
	int err;

	create = fltfs_create_new_request(dentry, file);
	if (!create)
		return -ENOMEM;
	fo = create->fo;
	fltfs_name_free(&fo->base.fo.FileName);
	err = fltfs_tmpfile_name(dentry->d_parent, &fo->base.fo.FileName);
	create->dir = dir;
	create->mode = mode;
	create->tmpfile = true;
	set_bit(FLTFS_FO_NAMELESS, &fo->state);
	err = fltfs_create_end(create, err ?: fltfs_create_send(create));
	if (err)
		return err;
	return fltfs_finish_open(file, dentry, fo);
}
