// SPDX-License-Identifier: GPL-2.0
/*
 * IRP_MJ_CREATE of a program's open: the front half (open flags become a create, table 5.1) and
 * its bottom (the create, as the filters left it, becomes an open of the lower file).
 *
 * An existing file is opened from ->open, without a lock of the VFS. A new one is made in
 * ->atomic_open, where the VFS holds the directory: pre-operation, creation, opening and
 * post-operation all happen there, so a filter keeps that directory waiting. A name that does not
 * exist and is not to be made is shown from there too. Every open has exactly one create, and its
 * post-operation runs in the opener's thread.
 *
 * A FIFO, socket or device node lives outside the volume: its create ends with STATUS_REPARSE and
 * the tag of its kind, its file object is gone then, and the kernel's own open follows.
 */
#include <linux/namei.h>
#include <linux/slab.h>
#include "compat/open.h"
#include "fs/namei.h"
#include "fs/name.h"
#include "fs/request.h"
#include "nt/ex_pool.h"

#define FLTFS_TAG_POOL	0x67546c46	/* "FlTg" */

/**
 * struct fltfs_create - a create under way
 * @request: first member
 * @security: what SecurityContext points to
 * @state: its AccessState
 * @fo: file object
 * @file: upper file
 * @dir: upper directory when the name may be created, else NULL
 * @mode: mode of a new file
 * @tmpfile: a file without a name is made
 * @special: it is a FIFO, socket or device node
 * @created: the bottom made the file
 */
struct fltfs_create {
	struct fltfs_request request;
	IO_SECURITY_CONTEXT security;
	ACCESS_STATE state;
	struct fltfs_fo *fo;
	struct file *file;
	struct inode *dir;
	umode_t mode;
	bool tmpfile;
	bool special;
	bool created;
};

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

static int fltfs_lower_flags(const struct file *file)
{
	return (file->f_flags & ~(O_CREAT | O_EXCL | O_NOCTTY | O_TRUNC)) | FLTFS_LOWER_OPEN_FLAGS;
}

/*
 * Truncation as part of the create, so that post-create sees an empty file. It was decided above
 * that the caller may; a filter that turned an open into an overwrite needs the right below.
 */
static int fltfs_create_truncate(struct fltfs_create *create, struct file *lower)
{
	struct dentry *dentry = create->fo->dentry;
	struct iattr attr = {
		.ia_valid	= ATTR_SIZE | ATTR_MTIME | ATTR_CTIME | ATTR_OPEN | ATTR_FILE,
		.ia_file	= lower,
	};
	int err;

	if (create->file->f_flags & O_DIRECT && !(lower->f_mode & FMODE_CAN_ODIRECT))
		return -EINVAL;
	if (!S_ISREG(file_inode(lower)->i_mode))
		return 0;
	if (!(create->file->f_flags & O_TRUNC)) {
		err = fltfs_permission(NULL, d_inode(dentry), MAY_WRITE);
		if (err)
			return err;
	}
	return fltfs_setattr_lower(dentry, &attr);
}

static int fltfs_create_open(struct fltfs_create *create, const FLT_PARAMETERS *parameters,
			     ULONG disposition, ULONG_PTR *information)
{
	bool overwrite = disposition == FILE_OVERWRITE || disposition == FILE_OVERWRITE_IF ||
			 disposition == FILE_SUPERSEDE;
	struct path path = fltfs_fo_path(create->fo);
	umode_t mode = d_inode(path.dentry)->i_mode;
	struct file *lower;
	int err;

	if (disposition == FILE_CREATE && !create->created) {
		*information = FILE_EXISTS;
		return -EEXIST;
	}
	if (S_ISDIR(mode) && parameters->Create.Options & FILE_NON_DIRECTORY_FILE)
		return -EISDIR;
	if (!S_ISDIR(mode) && parameters->Create.Options & FILE_DIRECTORY_FILE)
		return -ENOTDIR;

	lower = flt_file_open(&path, fltfs_lower_flags(create->file));
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	*information = create->created ? FILE_CREATED : FILE_OPENED;
	if (overwrite && !create->created) {
		err = fltfs_create_truncate(create, lower);
		if (err) {
			flt_file_close(lower);
			return err;
		}
		*information = disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED : FILE_OVERWRITTEN;
	}
	create->fo->lower = lower;
	return 0;
}

/* The write bits of a new file follow the READONLY attribute if a filter changed it. */
static umode_t fltfs_create_mode(umode_t mode, USHORT attributes)
{
	if (attributes & FILE_ATTRIBUTE_READONLY)
		return mode & ~0222;
	return mode & 0222 ? mode : mode | 0200;
}

static int fltfs_create_new(struct fltfs_create *create, const FLT_PARAMETERS *parameters,
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
	if (!err && d_really_is_negative(dentry))
		err = -ESTALE;	/* made, but not to be shown by this dentry: look it up anew */
	create->created = !err;
	return err;
}

static int fltfs_create_tmpfile(struct fltfs_create *create, const FLT_PARAMETERS *parameters,
				ULONG_PTR *information)
{
	struct file *lower;

	lower = fltfs_tmpfile_lower(create->dir, create->file,
				    fltfs_create_mode(create->mode,
						      parameters->Create.FileAttributes));
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	create->fo->lower = lower;
	create->created = true;
	*information = FILE_CREATED;
	return 0;
}

static void fltfs_bottom_create(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	ULONG disposition = parameters->Create.Options >> 24;
	struct fltfs_create *create = op->front;
	struct fltfs_fo *fo = create->fo;
	ULONG_PTR information = 0;
	int err;

	if (disposition > FILE_MAXIMUM_DISPOSITION) {
		flt_operation_result(op, STATUS_INVALID_PARAMETER, 0);
		return;
	}
	if (create->tmpfile) {
		err = fltfs_create_tmpfile(create, parameters, &information);
	} else {
		err = 0;
		if (d_really_is_negative(fo->dentry))
			err = fltfs_create_new(create, parameters, disposition, &information);
		if (!err)
			err = fltfs_create_open(create, parameters, disposition, &information);
	}
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

/* What a special file is, is all that the volume knows of it (VFS-113, CBD-017). */
static void fltfs_bottom_special(struct flt_operation *op)
{
	const struct fltfs_create *create = op->front;
	ULONG tag = fltfs_reparse_tag(d_inode(create->fo->dentry)->i_mode);
	FLT_TAG_DATA_BUFFER *data;

	data = pool_alloc(fltfs_bottom_special, POOL_FLAG_NON_PAGED, sizeof(*data),
			  FLTFS_TAG_POOL);
	if (!data) {
		flt_operation_result(op, STATUS_INSUFFICIENT_RESOURCES, 0);
		return;
	}
	data->FileTag = tag;
	op->data.TagData = data;
	flt_operation_result(op, STATUS_REPARSE, tag);
}

/* The tag data is ours, or what a filter put in its place (CBD-018). */
static void fltfs_create_drop_tag(struct flt_operation *op)
{
	if (likely(!op->data.TagData))
		return;
	pool_free(fltfs_create_drop_tag, __func__, op->data.TagData, 0);
	op->data.TagData = NULL;
}

/* What the filters and the bottom made of it. */
static int fltfs_create_result(const struct fltfs_create *create, const struct flt_operation *op)
{
	int err;

	if (op->data.IoStatus.Status == STATUS_REPARSE)
		err = create->special ? 0 : -EXDEV;	/* no other name can be opened instead */
	else
		err = fltfs_op_result(op);
	if (!err && create->fo->base.fo.Flags & FO_FILE_OPEN_CANCELLED)
		err = -EACCES;
	if (!err && !create->special && !test_bit(FLTFS_FO_OPEN, &create->fo->state))
		err = -EIO;
	return err;
}

/* Runs the create; the object is open afterwards, or an errno says why not. */
static noinline int fltfs_create_send(struct fltfs_create *create)
{
	bool directory = d_is_dir(create->fo->dentry) && !create->tmpfile;
	ULONG options = fltfs_create_options(create->file, directory);
	struct fltfs_fo *fo = create->fo;
	USHORT attributes = FILE_ATTRIBUTE_NORMAL;
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	if (create->dir && !(create->mode & 0222))
		attributes = FILE_ATTRIBUTE_READONLY;
	if (create->tmpfile)
		attributes = (attributes & ~FILE_ATTRIBUTE_NORMAL) | FILE_ATTRIBUTE_TEMPORARY;
	options |= (create->tmpfile ? FILE_CREATE : fltfs_disposition(create->file->f_flags)) << 24;
	create->security.FullCreateOptions = options;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_CREATE, &fo->base.fo);
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.IrpFlags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API;
	op.iopb.OperationFlags = SL_CASE_SENSITIVE;
	op.iopb.Parameters.Create.SecurityContext = &create->security;
	op.iopb.Parameters.Create.Options = options;
	op.iopb.Parameters.Create.FileAttributes = attributes;
	op.iopb.Parameters.Create.ShareAccess = FILE_SHARE_VALID_FLAGS;
	op.front = create;
	flt_operation_run(&op);

	err = fltfs_create_result(create, &op);
	fltfs_create_drop_tag(&op);
	flt_operation_fini(&op);
	return err;
}

static struct fltfs_create *fltfs_create_new_request(struct dentry *dentry, struct file *file)
{
	struct fltfs_create *create = kzalloc(sizeof(*create), GFP_KERNEL);

	if (!create)
		return NULL;
	create->fo = fltfs_fo_new(dentry);
	if (!create->fo) {
		kfree(create);
		return NULL;
	}
	create->file = file;
	create->request.bottom = fltfs_bottom_create;
	create->security.AccessState = &create->state;
	create->security.DesiredAccess = fltfs_desired_access(file);
	create->state.RemainingDesiredAccess = create->security.DesiredAccess;
	create->state.OriginalDesiredAccess = create->security.DesiredAccess;
	fltfs_create_flags(create->fo, file);
	return create;
}

/* The object is the file's from here on, or gone. */
static int fltfs_create_end(struct fltfs_create *create, int err)
{
	struct fltfs_fo *fo = create->fo;

	kfree(create);
	if (err) {
		fltfs_fo_forget(fo);
		return err;
	}
	fltfs_fo_list(fo);
	return 0;
}

/**
 * fltfs_open_filtered() - ->open of an existing file that a filter wants to see
 * @inode: upper inode
 * @file: upper file
 *
 * Return: 0 or a negative errno; the filters' errors included.
 */
int fltfs_open_filtered(struct inode *inode, struct file *file)
{
	struct fltfs_create *create = fltfs_create_new_request(file_dentry(file), file);
	struct fltfs_fo *fo;
	int err;

	if (!create)
		return -ENOMEM;
	fo = create->fo;
	err = fltfs_create_end(create, fltfs_create_send(create));
	if (err)
		return err;
	fltfs_file_setup(file, fo->lower);
	fltfs_file_set_fo(file, fo);
	fltfs_refresh(inode);
	return 0;
}

/* An upper file whose object is open already, from ->atomic_open or ->tmpfile. */
static int fltfs_finish_open(struct file *file, struct dentry *dentry, struct fltfs_fo *fo)
{
	int err;

	file->private_data = fo;
	err = finish_open(file, dentry, fltfs_open_fo);
	/* Refused above: filters see an open file being closed. Once it is open, ->release does. */
	if (err && !(file->f_mode & FMODE_OPENED)) {
		file->private_data = NULL;
		fltfs_fo_release(fo);
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
	struct fltfs_create *create;
	int err;

	if (fltfs_wants(inode, FLT_WANT(IRP_MJ_CREATE))) {
		create = fltfs_create_new_request(file_dentry(file), file);
		if (!create)
			return -ENOMEM;
		create->request.bottom = fltfs_bottom_special;
		create->special = true;
		err = fltfs_create_send(create);
		fltfs_fo_forget(create->fo);
		kfree(create);
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
 * fltfs_create_filtered() - ->atomic_open of a name that does not exist
 * @dir: upper directory, locked by the VFS; NULL if nothing is to be made
 * @dentry: negative upper dentry, hashed
 * @file: upper file
 * @mode: mode of the new file
 *
 * Return: 0 when the file is open, or a negative errno.
 */
int fltfs_create_filtered(struct inode *dir, struct dentry *dentry, struct file *file,
			  umode_t mode)
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
	err = fltfs_create_send(create);
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
	err = fltfs_create_end(create, err ?: fltfs_create_send(create));
	if (err)
		return err;
	return fltfs_finish_open(file, dentry, fo);
}
