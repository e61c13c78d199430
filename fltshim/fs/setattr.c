// SPDX-License-Identifier: GPL-2.0
/*
 * Changes of size, times, mode and owner. What the filters agreed on reaches the lower file system
 * as one change: several parts are nested operations, and the innermost bottom makes the lower call
 * with all of them (rule R5).
 */
#include <linux/slab.h>
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_time.h"

/**
 * struct fltfs_parts - the operations that a change is shown as
 * @size: EndOfFile
 * @basic: times
 * @security: owner, group, mode
 */
struct fltfs_parts {
	bool size;
	bool basic;
	SECURITY_INFORMATION security;
};

/**
 * struct fltfs_setattr - a change under way
 * @request: first member
 * @fo: file object that the operations are shown on
 * @locked: inode that the VFS has locked; a filter may have sent the open for an operation by path
 *	to another one, which is not
 * @attr: what to change, as the filters left it
 * @all: the parts
 * @left: those still to be shown
 * @basic_info: what was shown of the times
 * @basic_asked: the same, not to be changed
 * @end_of_file: what was shown of the size
 * @descriptor: what was shown of mode and owner
 * @apart: owner and mode are to be changed one after another
 */
struct fltfs_setattr {
	struct fltfs_request request;
	struct fltfs_fo *fo;
	const struct inode *locked;
	struct iattr attr;
	struct fltfs_parts all;
	struct fltfs_parts left;
	FILE_BASIC_INFORMATION basic_info;
	FILE_BASIC_INFORMATION basic_asked;
	FILE_END_OF_FILE_INFORMATION end_of_file;
	u8 descriptor[FLTFS_DESCRIPTOR_SHORT] __aligned(8);
	bool apart;
};

/**
 * fltfs_setattr_below() - change attributes of the lower inode, whatever the page cache holds
 * @dentry: upper dentry
 * @attr: what to change; ia_file, if valid, is the lower file
 *
 * What the upper notify_change() worked out from flags is left for the lower one to work out
 * again, under the lower lock.
 *
 * Return: 0 or the lower file system's error.
 */
int fltfs_setattr_below(struct dentry *dentry, struct iattr *attr)
{
	struct fltfs_sb *fsb = fltfs_sb(dentry->d_sb);
	struct dentry *lower = fltfs_lower_dentry(dentry);
	struct inode *inode = d_inode(lower);
	int err;

	err = mnt_want_write(fsb->mnt);
	if (err)
		return err;
	if (attr->ia_valid & ATTR_SIZE) {
		err = get_write_access(inode);
		if (err)
			goto out_write;
	}
	if (attr->ia_valid & (ATTR_KILL_SUID | ATTR_KILL_SGID))
		attr->ia_valid &= ~ATTR_MODE;
	attr->ia_valid &= ~ATTR_OPEN;

	inode_lock(inode);
	err = notify_change(flt_mnt_idmap(fsb->mnt), lower, attr, NULL);
	inode_unlock(inode);
	fltfs_copy_attr(d_inode(dentry));

	if (attr->ia_valid & ATTR_SIZE)
		put_write_access(inode);
out_write:
	mnt_drop_write(fsb->mnt);
	return err;
}

/**
 * fltfs_setattr_lower() - change attributes of the lower inode, and the size of what is cached
 * @dentry: upper dentry; its inode is locked where the size is to be changed
 * @attr: what to change; ia_file, if valid, is the lower file
 *
 * Return: 0 or the lower file system's error.
 */
int fltfs_setattr_lower(struct dentry *dentry, struct iattr *attr)
{
	if (attr->ia_valid & ATTR_SIZE && d_is_reg(dentry))
		return fltfs_truncate(dentry, attr, fltfs_setattr_below);
	/* What is written later would be the last change. */
	if (attr->ia_valid & (ATTR_MTIME | ATTR_ATIME) && d_is_reg(dentry) &&
	    fltfs_own(d_inode(dentry))) {
		int err = fltfs_flush_pages(d_inode(dentry), 0, LLONG_MAX);

		if (err)
			return err;
	}
	return fltfs_setattr_below(dentry, attr);
}

/**
 * fltfs_setattr_owned() - change owner and mode of what is no directory
 * @dentry: upper dentry
 * @attr: both, and that the new owner gets no privileges of the old one's making
 *
 * Below, a change that takes privileges away works the mode out by itself: so the mode that was
 * asked for comes after it, without them.
 *
 * Return: 0 or the lower file system's error.
 */
int fltfs_setattr_owned(struct dentry *dentry, struct iattr *attr)
{
	struct iattr mode = {
		.ia_valid	= ATTR_MODE | ATTR_CTIME,
		.ia_mode	= attr->ia_mode & ~(S_ISUID | S_ISGID),
	};
	int err;

	err = fltfs_setattr_lower(dentry, attr);
	return err ?: fltfs_setattr_lower(dentry, &mode);
}

static void fltfs_bottom_setattr(struct flt_operation *op);

/* One part of the change as SET_INFORMATION; the other parts happen inside its bottom. */
static noinline int fltfs_setattr_send(struct fltfs_setattr *set, FILE_INFORMATION_CLASS class,
				       void *info, ULONG length)
{
	struct fltfs_fo *fo = set->fo;
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_SET_INFORMATION, &fo->base.fo);
	op.vfs_lock = FLT_LOCK_INODE;
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	op.iopb.Parameters.SetFileInformation.Length = length;
	op.iopb.Parameters.SetFileInformation.FileInformationClass = class;
	op.iopb.Parameters.SetFileInformation.InfoBuffer = info;
	op.front = set;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* Time as a FILETIME for a set: 0 means "leave it", so no time may look like that. */
static s64 fltfs_set_time(const struct iattr *attr, unsigned int want, unsigned int given,
			  const struct timespec64 *time)
{
	struct timespec64 now;

	if (!(attr->ia_valid & want))
		return 0;
	if (attr->ia_valid & given)
		return nt_time_from_timespec(time);
	ktime_get_coarse_real_ts64(&now);
	return nt_time_from_timespec(&now);
}

static int fltfs_setattr_basic(struct fltfs_setattr *set)
{
	FILE_BASIC_INFORMATION *info = &set->basic_info;

	set->left.basic = false;
	info->LastAccessTime.QuadPart = fltfs_set_time(&set->attr, ATTR_ATIME, ATTR_ATIME_SET,
						       &set->attr.ia_atime);
	info->LastWriteTime.QuadPart = fltfs_set_time(&set->attr, ATTR_MTIME, ATTR_MTIME_SET,
						      &set->attr.ia_mtime);
	set->basic_asked = *info;
	return fltfs_setattr_send(set, FileBasicInformation, info, sizeof(*info));
}

static int fltfs_setattr_size(struct fltfs_setattr *set)
{
	set->left.size = false;
	set->end_of_file.EndOfFile.QuadPart = set->attr.ia_size;
	return fltfs_setattr_send(set, FileEndOfFileInformation, &set->end_of_file,
				  sizeof(set->end_of_file));
}

/* In a frame of its own: one with an operation has no room for a kstat. */
static noinline int fltfs_setattr_describe(struct fltfs_setattr *set)
{
	const struct iattr *attr = &set->attr;
	struct kstat stat = { .mode = attr->ia_mode };
	ULONG used;

	fltfs_owners(d_inode(set->fo->dentry), &stat.uid, &stat.gid);
	if (attr->ia_valid & ATTR_UID)
		stat.uid = attr->ia_uid;
	if (attr->ia_valid & ATTR_GID)
		stat.gid = attr->ia_gid;
	return fltfs_descriptor_build(set->descriptor, sizeof(set->descriptor),
				      set->all.security, &stat, NULL, ACL_TYPE_ACCESS,
				      &used);
}

/* Mode and owner as SET_SECURITY; always the innermost part. */
static noinline int fltfs_setattr_security(struct fltfs_setattr *set)
{
	struct fltfs_fo *fo = set->fo;
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	if (WARN_ON_ONCE(fltfs_setattr_describe(set)))
		return -EIO;
	flt_operation_init(&op, fo->base.volume, IRP_MJ_SET_SECURITY, &fo->base.fo);
	op.vfs_lock = FLT_LOCK_INODE;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.Parameters.SetSecurity.SecurityInformation = set->all.security;
	op.iopb.Parameters.SetSecurity.SecurityDescriptor = set->descriptor;
	op.front = set;
	set->left.security = 0;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* The next part, or, when all were shown, the change below. */
static int fltfs_setattr_next(struct fltfs_setattr *set)
{
	if (set->left.size)
		return fltfs_setattr_size(set);
	if (set->left.basic)
		return fltfs_setattr_basic(set);
	if (set->left.security)
		return fltfs_setattr_security(set);
	if (set->apart)
		return fltfs_setattr_owned(set->fo->dentry, &set->attr);
	if (set->attr.ia_valid & ATTR_SIZE && unlikely(d_inode(set->fo->dentry) != set->locked))
		return fltfs_resize_below(set->fo->dentry, &set->attr);
	return fltfs_setattr_lower(set->fo->dentry, &set->attr);
}

/*
 * A time that comes back as it was asked for keeps its nanoseconds (VFS-833); 0, -1 and -2 are
 * commands, of which only "leave it" means something to a program's request.
 */
static int fltfs_take_set_time(struct iattr *attr, unsigned int want, unsigned int given,
			       struct timespec64 *time, s64 asked, s64 now)
{
	if (asked == now)
		return 0;
	if (now == 0 || now == -1 || now == -2) {
		attr->ia_valid &= ~(want | given);
		return 0;
	}
	if (!timespec_from_nt_time(now, time))
		return -EINVAL;
	attr->ia_valid |= want | given;
	attr->ia_valid &= ~ATTR_TOUCH;
	return 0;
}

static int fltfs_setattr_take_basic(struct fltfs_setattr *set, const FILE_BASIC_INFORMATION *info)
{
	struct iattr *attr = &set->attr;
	umode_t mode = d_inode(set->fo->dentry)->i_mode;
	int err;

	err = fltfs_take_set_time(attr, ATTR_ATIME, ATTR_ATIME_SET, &attr->ia_atime,
				  set->basic_asked.LastAccessTime.QuadPart,
				  info->LastAccessTime.QuadPart);
	if (!err)
		err = fltfs_take_set_time(attr, ATTR_MTIME, ATTR_MTIME_SET, &attr->ia_mtime,
					  set->basic_asked.LastWriteTime.QuadPart,
					  info->LastWriteTime.QuadPart);
	/* Attributes that a filter adds: read-only is the write bits (VFS-823). */
	if (!err && info->FileAttributes && !(attr->ia_valid & ATTR_MODE)) {
		if (info->FileAttributes & FILE_ATTRIBUTE_READONLY)
			attr->ia_mode = mode & ~0222;
		else
			attr->ia_mode = mode & 0222 ? mode : mode | 0200;
		if (attr->ia_mode != mode)
			attr->ia_valid |= ATTR_MODE;
	}
	return err;
}

/*
 * The bits of a mode that no descriptor can say stay; who may do it is checked below. Where a
 * filter gives the file to somebody else, privileges go as they do when a program does that.
 */
static NTSTATUS fltfs_setattr_take_security(struct fltfs_setattr *set,
					    const FLT_PARAMETERS *parameters)
{
	const SECURITY_INFORMATION owner = OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION;
	SECURITY_INFORMATION what = parameters->SetSecurity.SecurityInformation;
	umode_t mode = fltfs_lower_inode(d_inode(set->fo->dentry))->i_mode;
	struct iattr *attr = &set->attr;
	unsigned int other = attr->ia_valid & ATTR_MODE;
	NTSTATUS status;

	if (!other)
		attr->ia_mode = mode;
	/* A change of mode that another part made, or that the VFS made beside it. */
	if (set->all.security & DACL_SECURITY_INFORMATION)
		other = 0;

	status = fltfs_descriptor_take(d_inode(set->fo->dentry),
				       parameters->SetSecurity.SecurityDescriptor, what, attr);
	attr->ia_valid |= other;
	if (what & owner & ~set->all.security && !S_ISDIR(mode))
		attr->ia_valid |= FLTFS_KILL_PRIVILEGES;
	set->apart = what & DACL_SECURITY_INFORMATION && attr->ia_valid & FLTFS_KILL_PRIVILEGES;
	return status;
}

/* The parameters of one part are in; go on with the next one, or below. */
static void fltfs_bottom_setattr(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	FILE_INFORMATION_CLASS class = parameters->SetFileInformation.FileInformationClass;
	const FILE_END_OF_FILE_INFORMATION *end = parameters->SetFileInformation.InfoBuffer;
	struct fltfs_setattr *set = op->front;
	int err = -EINVAL;

	if (op->iopb.MajorFunction == IRP_MJ_SET_SECURITY) {
		NTSTATUS status = fltfs_setattr_take_security(set, parameters);

		if (NT_SUCCESS(status))
			status = flt_status_from_errno(fltfs_setattr_next(set));
		flt_operation_result(op, status, 0);
		return;
	}
	if (class == FileEndOfFileInformation && end &&
	    parameters->SetFileInformation.Length >= sizeof(*end)) {
		err = end->EndOfFile.QuadPart < 0 ? -EINVAL : 0;
		set->attr.ia_size = end->EndOfFile.QuadPart;
		if (!err)
			fltfs_conflict_size(op, d_inode(set->fo->dentry), set->attr.ia_size);
	} else if (class == FileBasicInformation && end &&
		   parameters->SetFileInformation.Length >= sizeof(FILE_BASIC_INFORMATION)) {
		err = fltfs_setattr_take_basic(set, parameters->SetFileInformation.InfoBuffer);
	}
	if (!err)
		err = fltfs_setattr_next(set);
	if (!err && class == FileEndOfFileInformation)
		fltfs_fo_flag(set->fo, FO_FILE_SIZE_CHANGED);
	fltfs_op_errno(op, err, 0);
}

/* Table 5.2: what a create of our own asks for. */
static int fltfs_setattr_open(struct fltfs_subject *subject, struct dentry *dentry,
			      const struct fltfs_parts *parts)
{
	ULONG options = FILE_OPEN_FOR_BACKUP_INTENT;
	ACCESS_MASK access = SYNCHRONIZE;

	if (parts->size)
		access |= FILE_WRITE_DATA;
	if (parts->basic)
		access |= FILE_WRITE_ATTRIBUTES;
	if (parts->security)
		access |= READ_CONTROL;
	if (parts->security & DACL_SECURITY_INFORMATION)
		access |= WRITE_DAC;
	if (parts->security & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
		access |= WRITE_OWNER;
	if (parts->size && !parts->basic && !parts->security)
		options = FILE_NON_DIRECTORY_FILE;
	return fltfs_subject_open(subject, dentry, access, options);
}

static noinline int fltfs_setattr_filtered(struct dentry *dentry, const struct iattr *attr,
					   struct file *file, const struct fltfs_parts *parts)
{
	struct fltfs_subject subject = { .own = true };
	struct fltfs_setattr *set;
	int err = 0;

	set = kzalloc(sizeof(*set), GFP_KERNEL);
	if (!set)
		return -ENOMEM;
	set->request.bottom = fltfs_bottom_setattr;
	set->locked = d_inode(dentry);
	set->attr = *attr;
	set->all = *parts;
	set->left = *parts;

	if (file) {
		set->fo = fltfs_file_get_fo(file);
		err = set->fo ? 0 : -ENOMEM;
	} else {
		err = fltfs_setattr_open(&subject, dentry, parts);
		if (!err)
			set->fo = subject.fo;
	}
	if (!err)
		err = fltfs_setattr_next(set);
	if (!file && set->fo)
		fltfs_subject_close(&subject);
	kfree(set);
	return err;
}

/* The parts of a change that filters are shown, and the operations that show them. */
static u64 fltfs_setattr_parts(const struct iattr *attr, struct fltfs_parts *parts)
{
	unsigned int valid = attr->ia_valid;
	u64 want = 0;

	parts->size = valid & ATTR_SIZE;
	parts->basic = valid & (ATTR_ATIME | ATTR_ATIME_SET | ATTR_MTIME_SET) ||
		       (valid & ATTR_MTIME && !parts->size);
	/* Bits that a change of owner or size takes away are its side effect (VFS-313). */
	if (valid & ATTR_MODE && !(valid & (ATTR_KILL_SUID | ATTR_KILL_SGID)))
		parts->security |= DACL_SECURITY_INFORMATION;
	if (valid & ATTR_UID)
		parts->security |= OWNER_SECURITY_INFORMATION;
	if (valid & ATTR_GID)
		parts->security |= GROUP_SECURITY_INFORMATION;
	if (parts->size || parts->basic)
		want |= FLT_WANT(IRP_MJ_SET_INFORMATION);
	if (parts->security)
		want |= FLT_WANT(IRP_MJ_SET_SECURITY);
	return want;
}

/**
 * fltfs_setattr() - i_op->setattr
 * @idmap: map of the upper mount
 * @dentry: upper dentry; its inode is locked by the VFS
 * @attr: what to change
 *
 * Return: 0, the lower file system's error, or a filter's.
 */
int fltfs_setattr(flt_idmap *idmap, struct dentry *dentry, struct iattr *attr)
{
	struct file *file = attr->ia_valid & ATTR_FILE ? attr->ia_file : NULL;
	struct fltfs_fo *fo = file ? fltfs_file_fo(file) : NULL;
	struct iattr lower_attr = *attr;
	struct fltfs_parts parts = {};
	u64 want;
	int err;

	/* The root is reached without a walk into the mount (VFS-616). */
	err = flt_volume_ready(fltfs_i(d_inode(dentry))->volume);
	if (err)
		return err;
	if (file)
		lower_attr.ia_file = fltfs_lower_file(file);
	if (attr->ia_valid & ATTR_OPEN) {
		/* The second half of O_TRUNC: the create has done it, or a filter prevented it. */
		if (fo && test_bit(FLTFS_FO_TRUNCATED, &fo->state)) {
			fltfs_copy_attr(d_inode(dentry));
			return 0;
		}
		/* Nobody saw the create: what tells a filter that scans the file is made here. */
		if (file && fltfs_is_scanned(d_inode(dentry))) {
			parts.size = true;
			return fltfs_setattr_filtered(dentry, &lower_attr, file, &parts);
		}
		return fltfs_setattr_lower(dentry, &lower_attr);
	}
	want = fltfs_setattr_parts(attr, &parts);
	if (want && (fltfs_wants(d_inode(dentry), file ? want : want | FLTFS_SEQ_SHORT) ||
		     (parts.size && fltfs_is_scanned(d_inode(dentry)))))
		return fltfs_setattr_filtered(dentry, &lower_attr, file, &parts);
	return fltfs_setattr_lower(dentry, &lower_attr);
}
