// SPDX-License-Identifier: GPL-2.0
/*
 * The bottom of a create that a filter started (fltmgr/create_file.c): everything it needs is in
 * the operation's parameters and its file object, as filters left them.
 *
 * The file object begins on the root of the mount and gets its own dentry when it is open: the
 * cached one of that name, or one without a name (d_obtain_alias()), since a lookup above would
 * need locks that the caller may hold. What it stands for below is kept beside that.
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/namei.h>
#include <linux/sched/task.h>
#include "compat/open.h"
#include "fltmgr/name.h"
#include "fs/cache.h"
#include "fs/name.h"
#include "fs/own.h"
#include "fs/request.h"

const struct cred *fltfs_kernel_cred;	/* for what nobody's rights are looked at */
static struct workqueue_struct *fltfs_own_wq;

/* A create under way. */
struct fltfs_own_open {
	struct flt_operation *op;
	struct fltfs_fo *fo;
	struct fltfs_sb *fsb;
	struct fltfs_walk walk;
	const FLT_PARAMETERS *parameters;
	ACCESS_MASK access;
	ULONG options;
	ULONG disposition;
	bool created;
	ULONG_PTR information;
	NTSTATUS status;
	const struct cred *cred;
	struct work_struct work;
};

/**
 * fltfs_own_new() - flt_volume_ops.new_file
 * @volume: a volume; its lock is held, so it is not gone
 * @status: why not
 *
 * Return: a file object on the root, without a name; NULL without memory, while the mount is being
 * made, or when it goes
 */
struct flt_file *fltfs_own_new(struct flt_volume *volume, NTSTATUS *status)
{
	struct fltfs_sb *fsb = volume->private;
	struct super_block *sb = fsb->upper;
	struct fltfs_fo *fo;

	*status = STATUS_DEVICE_NOT_READY;
	/* One that is being mounted has no root yet; pairs with vfs_get_tree(). */
	if (!(smp_load_acquire(&sb->s_flags) & SB_BORN))
		return NULL;
	*status = STATUS_FLT_DELETING_OBJECT;
	if (!atomic_inc_not_zero(&sb->s_active))
		return NULL;
	*status = STATUS_INSUFFICIENT_RESOURCES;
	fo = fltfs_fo_new(sb->s_root);
	if (!fo) {
		fltfs_unpin(sb);
		return NULL;
	}
	fltfs_name_free(&fo->base.fo.FileName);
	set_bit(FLTFS_FO_OWN, &fo->state);
	set_bit(FLTFS_FO_PINNED, &fo->state);
	return &fo->base;
}

/* The rights of the kernel; what is made belongs to the current user. NULL without memory. */
static const struct cred *fltfs_own_cred(void)
{
	struct cred *cred = prepare_kernel_cred(&init_task);

	if (cred) {
		cred->fsuid = current_fsuid();
		cred->fsgid = current_fsgid();
	}
	return cred;
}

/* Looks the name up. Not found is no failure. */
static NTSTATUS fltfs_own_find(struct fltfs_own_open *open)
{
	PFILE_OBJECT shown = &open->fo->base.fo, related = shown->RelatedFileObject;
	unsigned int flags = 0;
	NTSTATUS status;

	if (open->op->iopb.OperationFlags & SL_STOP_ON_SYMLINK)
		flags |= FLTFS_WALK_NO_LINKS;
	if (open->options & FILE_OPEN_REPARSE_POINT || open->disposition == FILE_CREATE ||
	    open->op->iopb.OperationFlags & SL_OPEN_TARGET_DIRECTORY)
		flags |= FLTFS_WALK_LAST_LINK;
	status = fltfs_walk(&open->walk, open->fsb, related ? fltfs_fo_of(related) : NULL,
			    &shown->FileName, flags);
	if (!NT_SUCCESS(status))
		return status;
	if (open->op->iopb.OperationFlags & SL_OPEN_TARGET_DIRECTORY) {
		if (!open->walk.last[0])
			return STATUS_INVALID_PARAMETER;
		open->information = open->walk.found ? FILE_EXISTS : FILE_DOES_NOT_EXIST;
		dput(open->walk.found);
		open->walk.found = dget(open->walk.dir);
		open->walk.last[0] = 0;
		open->walk.directory = true;
		open->fo->base.target_directory = true;
	}
	return STATUS_SUCCESS;
}

/* In a directory that is locked: what has the name by now, or a new file or directory. */
static int fltfs_own_make_locked(struct fltfs_own_open *open)
{
	flt_idmap *idmap = flt_mnt_idmap(open->fsb->mnt);
	struct fltfs_walk *walk = &open->walk;
	struct inode *dir = d_inode(walk->dir);
	size_t len = strlen(walk->last);
	struct dentry *dentry;
	umode_t mode = 0666;
	int err;

	dentry = lookup_one(idmap, walk->last, walk->dir, len);
	if (IS_ERR(dentry))
		return PTR_ERR(dentry);
	if (d_is_negative(dentry)) {
		if (open->parameters->Create.FileAttributes & FILE_ATTRIBUTE_READONLY)
			mode = 0444;
		if (open->options & FILE_DIRECTORY_FILE)
			err = vfs_mkdir(idmap, dir, dentry, mode | 0111);
		else
			err = vfs_create(idmap, dir, dentry, mode, true);
		if (err)
			goto out;
		open->created = true;
		/* Some make an object and leave the dentry to be looked up again. */
		if (d_is_negative(dentry) || d_unhashed(dentry)) {
			dput(dentry);
			dentry = lookup_one(idmap, walk->last, walk->dir, len);
			if (IS_ERR(dentry))
				return PTR_ERR(dentry);
		}
	}
	err = d_is_negative(dentry) ? -ENOENT : 0;
out:
	if (err)
		dput(dentry);
	else
		walk->found = dentry;
	return err;
}

static NTSTATUS fltfs_own_make(struct fltfs_own_open *open)
{
	struct fltfs_walk *walk = &open->walk;
	struct inode *dir = d_inode(walk->dir);
	int err;

	if (open->disposition == FILE_OPEN || open->disposition == FILE_OVERWRITE) {
		open->information = FILE_DOES_NOT_EXIST;
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
	if (walk->directory && !(open->options & FILE_DIRECTORY_FILE))
		return STATUS_OBJECT_NAME_INVALID;
	err = mnt_want_write(open->fsb->mnt);
	if (err)
		return flt_status_from_errno(err);
	inode_lock_nested(dir, I_MUTEX_PARENT);
	err = fltfs_own_make_locked(open);
	inode_unlock(dir);
	mnt_drop_write(open->fsb->mnt);
	if (!err && walk->upper)
		fltfs_copy_attr(d_inode(walk->upper));
	return flt_status_from_errno(err);
}

/* Is what was found of the kind that was asked for? */
static NTSTATUS fltfs_own_check(struct fltfs_own_open *open)
{
	umode_t mode = d_inode(open->walk.found)->i_mode;

	if (open->disposition == FILE_CREATE && !open->created) {
		open->information = FILE_EXISTS;
		return STATUS_OBJECT_NAME_COLLISION;
	}
	if (S_ISDIR(mode)) {
		if (open->options & FILE_NON_DIRECTORY_FILE ||
		    (open->disposition != FILE_OPEN && open->disposition != FILE_OPEN_IF &&
		     open->disposition != FILE_CREATE))
			return STATUS_FILE_IS_A_DIRECTORY;
		return STATUS_SUCCESS;
	}
	if (open->options & FILE_DIRECTORY_FILE || open->walk.directory)
		return STATUS_NOT_A_DIRECTORY;
	if (S_ISREG(mode) || open->options & FILE_OPEN_REPARSE_POINT)
		return STATUS_SUCCESS;
	return STATUS_IO_REPARSE_TAG_NOT_HANDLED;
}

/* What the current user may not do (SL_FORCE_ACCESS_CHECK). */
static NTSTATUS fltfs_own_permit(struct fltfs_own_open *open)
{
	ACCESS_MASK needed = open->parameters->Create.SecurityContext->DesiredAccess;

	if (!(open->op->iopb.OperationFlags & SL_FORCE_ACCESS_CHECK) || open->created)
		return STATUS_SUCCESS;
	needed &= ~MAXIMUM_ALLOWED;
	if (open->disposition == FILE_OVERWRITE || open->disposition == FILE_OVERWRITE_IF ||
	    open->disposition == FILE_SUPERSEDE)
		needed |= FILE_WRITE_DATA;
	return flt_status_from_errno(fltfs_own_access(open->fsb, open->walk.found, needed,
						      &open->access));
}

/* The file object's own dentry: the cached one of this name, or any. */
static NTSTATUS fltfs_own_dentry(struct fltfs_own_open *open)
{
	struct dentry *upper = fltfs_walk_alias(&open->walk), *root;

	if (IS_ERR(upper))
		return flt_status_from_errno(PTR_ERR(upper));
	root = open->fo->dentry;
	open->fo->dentry = upper;
	dput(root);
	open->fo->below = dget(open->walk.found);
	return STATUS_SUCCESS;
}

/* Does somebody have it open who will remove this name when it is closed? */
static bool fltfs_own_doomed(const struct fltfs_fo *fo)
{
	struct fltfs_stream *stream = READ_ONCE(fltfs_i(d_inode(fo->dentry))->stream);
	struct fltfs_fo *other;
	bool doomed = false;

	if (!stream)
		return false;
	spin_lock(&stream->lock);
	list_for_each_entry(other, &stream->opens, link) {
		if (test_bit(FLTFS_FO_DELETE, &other->state) &&
		    !(other->base.fo.Flags & FO_DELETE_ON_CLOSE) &&
		    !test_bit(FLTFS_FO_CLEANED, &other->state) &&
		    fltfs_fo_path(other).dentry == fo->below)
			doomed = true;
	}
	spin_unlock(&stream->lock);
	return doomed;
}

/* Flags of the lower open; -1 when none is needed: the object stands for a path only. */
static int fltfs_own_flags(const struct fltfs_own_open *open, ACCESS_MASK access)
{
	umode_t mode = d_inode(open->fo->below)->i_mode;
	bool write = access & (FILE_WRITE_DATA | FILE_APPEND_DATA);
	bool read = access & (FILE_READ_DATA | FILE_EXECUTE);
	int flags = FLTFS_LOWER_OPEN_FLAGS;

	if (S_ISDIR(mode))
		return read ? flags | O_RDONLY | O_DIRECTORY : -1;
	if (!S_ISREG(mode) || (!read && !write))
		return -1;
	if (open->options & FILE_WRITE_THROUGH)
		flags |= O_DSYNC;
	if (!write)
		return flags | O_RDONLY;
	return flags | (read ? O_RDWR : O_WRONLY);
}

static int fltfs_own_lower(struct fltfs_own_open *open)
{
	struct path path = fltfs_fo_path(open->fo);
	struct file *lower;
	int flags;

	flags = fltfs_own_flags(open, open->access);
	if (flags == -1)
		return 0;
	lower = flt_file_open(&path, flags);
	if (IS_ERR(lower) && open->parameters->Create.SecurityContext->DesiredAccess &
	    MAXIMUM_ALLOWED) {
		open->access &= FILE_GENERIC_READ | FILE_GENERIC_EXECUTE | DELETE;
		lower = flt_file_open(&path, fltfs_own_flags(open, open->access));
	}
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	open->fo->lower = lower;
	return 0;
}

/* An existing file loses its data, if that was asked for. */
static int fltfs_own_overwrite(struct fltfs_own_open *open)
{
	struct iattr attr = {
		.ia_valid	= ATTR_SIZE | ATTR_MTIME | ATTR_CTIME | ATTR_OPEN,
	};

	open->information = open->created ? FILE_CREATED : FILE_OPENED;
	if (open->created || (open->disposition != FILE_OVERWRITE &&
			      open->disposition != FILE_OVERWRITE_IF &&
			      open->disposition != FILE_SUPERSEDE))
		return 0;
	open->information = open->disposition == FILE_SUPERSEDE ? FILE_SUPERSEDED :
								   FILE_OVERWRITTEN;
	if (open->fo->lower && open->fo->lower->f_mode & FMODE_WRITE) {
		attr.ia_valid |= ATTR_FILE;
		attr.ia_file = open->fo->lower;
	}
	fltfs_conflict_size(open->op, d_inode(open->fo->dentry), 0);
	return fltfs_resize_below(open->fo->dentry, &attr);
}

/*
 * What a new file gets besides its name. Space that cannot be set aside is no failure; a descriptor
 * that cannot be had is, or the file would be open to others than it was meant for.
 */
static NTSTATUS fltfs_own_furnish(struct fltfs_own_open *open)
{
	const FLT_PARAMETERS *p = open->parameters;
	const ACCESS_STATE *state = p->Create.SecurityContext->AccessState;
	const void *descriptor = state ? state->SecurityDescriptor : NULL;
	struct fltfs_fo *fo = open->fo;
	s64 size = p->Create.AllocationSize.QuadPart;
	SECURITY_INFORMATION what;
	NTSTATUS status;

	if (!open->created)
		return STATUS_SUCCESS;
	if (size > 0 && fo->lower && fo->lower->f_mode & FMODE_WRITE)
		vfs_fallocate(fo->lower, FALLOC_FL_KEEP_SIZE, 0, size);
	if (descriptor) {
		status = fltfs_descriptor_has(descriptor, &what);
		if (NT_SUCCESS(status) && what)
			status = fltfs_set_security(fo, what, descriptor);
		if (!NT_SUCCESS(status))
			return status;
	}
	if (p->Create.EaLength)
		return fltfs_set_ea(fo, p->Create.EaBuffer, p->Create.EaLength, 0);
	return STATUS_SUCCESS;
}

static void fltfs_own_mark(const struct fltfs_own_open *open)
{
	struct fltfs_fo *fo = open->fo;

	if (open->options & FILE_WRITE_THROUGH)
		fo->sync |= IOCB_DSYNC;
	if ((open->access & (FILE_WRITE_DATA | FILE_APPEND_DATA)) == FILE_APPEND_DATA)
		fo->sync |= IOCB_APPEND;
	if (open->options & FILE_DELETE_ON_CLOSE) {
		set_bit(FLTFS_FO_DELETE, &fo->state);
		fltfs_fo_flag(fo, FO_DELETE_ON_CLOSE);
	}
	if (d_is_reg(fo->dentry) && !(open->options & FILE_NO_INTERMEDIATE_BUFFERING))
		fltfs_fo_flag(fo, FO_CACHE_SUPPORTED);
	fo->base.fo.SharedRead = !!(open->parameters->Create.ShareAccess & FILE_SHARE_READ);
	fo->base.fo.SharedWrite = !!(open->parameters->Create.ShareAccess & FILE_SHARE_WRITE);
	fo->base.fo.SharedDelete = !!(open->parameters->Create.ShareAccess & FILE_SHARE_DELETE);
}

/* What was found becomes an open file. */
static NTSTATUS fltfs_own_enter(struct fltfs_own_open *open)
{
	struct fltfs_fo *fo = open->fo;
	ULONG_PTR information = open->information;
	NTSTATUS status;
	int err;

	if (open->options & FILE_DELETE_ON_CLOSE &&
	    open->walk.found == open->fsb->mnt->mnt_root)
		return STATUS_CANNOT_DELETE;
	status = fltfs_own_dentry(open);
	if (!NT_SUCCESS(status))
		return status;
	if (fltfs_own_doomed(fo))
		return STATUS_DELETE_PENDING;
	err = fltfs_own_lower(open);
	if (!err)
		err = fltfs_own_overwrite(open);
	if (fo->base.target_directory)
		open->information = information;
	if (err)
		return flt_status_from_errno(err);
	status = fltfs_own_furnish(open);
	if (!NT_SUCCESS(status))
		return status;
	err = fltfs_fo_opened(fo, open->access);
	if (err)
		return flt_status_from_errno(err);
	fltfs_own_mark(open);
	fltfs_fo_list(fo);
	return STATUS_SUCCESS;
}

/* It failed after all: what was made goes, and the file object is as it was, on the root. */
static void fltfs_own_undo(struct fltfs_own_open *open)
{
	struct dentry *root = open->fsb->upper->s_root;
	struct fltfs_fo *fo = open->fo;
	struct dentry *upper = fo->dentry;

	if (open->created) {
		open->information = 0;
		if (open->walk.found)
			fltfs_remove_below(open->fsb, open->walk.found);
		/* Or the inode above would stay, with its data. */
		if (upper != root)
			fltfs_copy_attr(d_inode(upper));
		if (open->walk.upper)
			fltfs_copy_attr(d_inode(open->walk.upper));
	}
	if (fo->lower)
		flt_file_close(fo->lower);
	fo->lower = NULL;
	dput(fo->below);
	fo->below = NULL;
	fo->dentry = dget(root);
	dput(upper);
}

/* The volume itself: no name, no data. */
static NTSTATUS fltfs_own_volume(struct fltfs_own_open *open)
{
	struct fltfs_fo *fo = open->fo;
	int err;

	if (open->disposition != FILE_OPEN && open->disposition != FILE_OPEN_IF)
		return STATUS_ACCESS_DENIED;
	if (open->options & FILE_DELETE_ON_CLOSE)
		return STATUS_CANNOT_DELETE;
	err = fltfs_fo_opened(fo, open->access);
	if (err)
		return flt_status_from_errno(err);
	set_bit(FLTFS_FO_VOLUME, &fo->state);
	fo->base.fo.FsContext2 = NULL;
	fltfs_fo_flag(fo, FO_VOLUME_OPEN);
	fltfs_fo_list(fo);
	open->information = FILE_OPENED;
	return STATUS_SUCCESS;
}

static NTSTATUS fltfs_own_run(struct fltfs_own_open *open)
{
	const FILE_OBJECT *shown = &open->fo->base.fo;
	NTSTATUS status;

	if (open->disposition > FILE_MAXIMUM_DISPOSITION)
		return STATUS_INVALID_PARAMETER;
	/* Inode numbers are no handles: most file systems want to know a generation too. */
	if (open->options & FILE_OPEN_BY_FILE_ID)
		return STATUS_NOT_SUPPORTED;
	if (!shown->FileName.Length && !shown->RelatedFileObject)
		return fltfs_own_volume(open);
	status = fltfs_own_find(open);
	if (NT_SUCCESS(status) && !open->walk.found)
		status = fltfs_own_make(open);
	if (NT_SUCCESS(status))
		status = fltfs_own_check(open);
	if (NT_SUCCESS(status))
		status = fltfs_own_permit(open);
	if (NT_SUCCESS(status))
		status = fltfs_own_enter(open);
	if (!NT_SUCCESS(status))
		fltfs_own_undo(open);
	fltfs_walk_end(&open->walk);
	return status;
}

static void fltfs_own_run_as(struct fltfs_own_open *open)
{
	const struct cred *old = override_creds(open->cred);

	open->status = fltfs_own_run(open);
	revert_creds(old);
}

static void fltfs_own_worker(struct work_struct *work)
{
	fltfs_own_run_as(container_of(work, struct fltfs_own_open, work));
}

/* A process that has nearly ended has no umask any more, without which nothing can be made. */
static noinline void fltfs_own_run_elsewhere(struct fltfs_own_open *open)
{
	INIT_WORK_ONSTACK(&open->work, fltfs_own_worker);
	queue_work(fltfs_own_wq, &open->work);
	flush_work(&open->work);
	destroy_work_on_stack(&open->work);
}

/**
 * fltfs_own_create() - carry out the create of a filter's own file
 * @op: the operation, as filters left it
 */
void fltfs_own_create(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	struct fltfs_own_open *open;

	if (!test_bit(FLTFS_FO_OWN, &fo->state) || test_bit(FLTFS_FO_OPEN, &fo->state)) {
		flt_operation_result(op, STATUS_INVALID_DEVICE_REQUEST, 0);
		return;
	}
	open = kzalloc(sizeof(*open), GFP_KERNEL);
	if (!open) {
		flt_operation_result(op, STATUS_INSUFFICIENT_RESOURCES, 0);
		return;
	}
	open->op = op;
	open->fo = fo;
	open->fsb = fltfs_sb(fo->dentry->d_sb);
	open->parameters = parameters;
	open->access = parameters->Create.SecurityContext->DesiredAccess;
	if (open->access & MAXIMUM_ALLOWED)
		open->access = FILE_ALL_ACCESS;
	open->options = parameters->Create.Options & FILE_VALID_OPTION_FLAGS;
	open->disposition = parameters->Create.Options >> 24;
	open->cred = op->iopb.OperationFlags & SL_FORCE_ACCESS_CHECK ? get_current_cred() :
								       fltfs_own_cred();
	if (!open->cred)
		open->status = STATUS_INSUFFICIENT_RESOURCES;
	else if (likely(current->fs))
		fltfs_own_run_as(open);
	else
		fltfs_own_run_elsewhere(open);
	if (open->cred)
		put_cred(open->cred);
	flt_operation_result(op, open->status, open->information);
	kfree(open);
}

/**
 * fltfs_own_cleaned() - flt_volume_ops.cleaned
 * @base: a filter's own file
 */
void fltfs_own_cleaned(struct flt_file *base)
{
	struct fltfs_fo *fo = container_of(base, struct fltfs_fo, base);
	bool marked;

	/* A filter may have ended the create with success: then it is open to nobody here. */
	if (test_bit(FLTFS_FO_OPEN, &fo->state) && fltfs_fo_clean(fo, &marked) && marked)
		fltfs_fo_remove_marked(fo);
}

/* The path of what is open, with the name of what is not behind it. */
static NTSTATUS fltfs_own_joined(struct fltfs_fo *fo, const UNICODE_STRING *last,
				 struct flt_name **name)
{
	const struct dentry *root = fltfs_sb(fo->dentry->d_sb)->mnt->mnt_root;
	int units, more = last ? last->Length / sizeof(WCHAR) : 0;
	char small[FLTFS_NAME_SHORT], *heap, *path;
	NTSTATUS status;
	bool join;

	path = fltfs_path_from(fltfs_fo_path(fo).dentry, root, small, sizeof(small), &heap);
	if (IS_ERR(path))
		return flt_status_from_errno(PTR_ERR(path));
	/* The root's own name is the separator already. */
	join = more && path[1];
	units = fltfs_name_to_utf16(path, strlen(path), true, NULL, 0);
	status = flt_name_alloc(fo->base.volume, units + join + more, name);
	if (NT_SUCCESS(status)) {
		WCHAR *to = flt_name_path(*name);

		fltfs_name_to_utf16(path, strlen(path), true, to, units);
		if (join)
			to[units++] = '\\';
		if (more)
			memcpy(to + units, last->Buffer, more * sizeof(WCHAR));
	}
	kvfree(heap);
	return status;
}

/**
 * fltfs_own_name() - where a filter's own file is, or one that a filter has renamed
 * @fo: file object, open or about to be
 * @status: why not
 *
 * Return: as flt_volume_ops.query_name
 */
struct flt_name *fltfs_own_name(struct fltfs_fo *fo, NTSTATUS *status)
{
	const FILE_OBJECT *shown = &fo->base.fo;
	struct flt_name *name = NULL;

	if (test_bit(FLTFS_FO_VOLUME, &fo->state))
		*status = flt_name_alloc(fo->base.volume, 0, &name);
	else if (test_bit(FLTFS_FO_OPEN, &fo->state))
		*status = fltfs_own_joined(fo, NULL, &name);
	else if (shown->RelatedFileObject)
		*status = fltfs_own_joined(fltfs_fo_of(shown->RelatedFileObject),
					   &shown->FileName, &name);
	else
		*status = flt_name_from_text(fo->base.volume, shown->FileName.Buffer,
					     shown->FileName.Length / sizeof(WCHAR), &name);
	return NT_SUCCESS(*status) ? name : NULL;
}

int fltfs_own_init(void)
{
	fltfs_kernel_cred = prepare_kernel_cred(&init_task);
	if (!fltfs_kernel_cred)
		return -ENOMEM;
	fltfs_own_wq = alloc_workqueue("fltfs_own", WQ_UNBOUND, 0);
	if (fltfs_own_wq)
		return 0;
	put_cred(fltfs_kernel_cred);
	return -ENOMEM;
}

void fltfs_own_exit(void)
{
	destroy_workqueue(fltfs_own_wq);
	put_cred(fltfs_kernel_cred);
}
