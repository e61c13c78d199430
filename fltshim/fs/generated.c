// SPDX-License-Identifier: GPL-2.0
/*
 * What filters start themselves on an open file object (FltPerformSynchronousIo and what is built
 * on it), besides reading and writing: the bottoms of operations that no program asked for. Only
 * lower objects are touched and no upper lock is taken, so any callback that may sleep may ask,
 * also on the very file that its operation is about (VFS-911).
 */
#include <linux/backing-dev.h>
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/pagemap.h>
#include <linux/writeback.h>
#include "fs/cache.h"
#include "fs/namei.h"
#include "fs/own.h"
#include "fs/request.h"
#include "nt/ke_irql.h"
#include "nt/ke_time.h"

static bool fltfs_may(const struct fltfs_fo *fo, ACCESS_MASK access)
{
	return fo->granted & access;
}

static int fltfs_set_size(struct flt_operation *op, s64 size)
{
	struct fltfs_fo *fo = fltfs_op_fo(op);
	struct iattr attr = {
		.ia_valid	= ATTR_SIZE | ATTR_MTIME | ATTR_CTIME,
		.ia_size	= size,
	};
	int err;

	if (!fltfs_may(fo, FILE_WRITE_DATA))
		return -EACCES;
	if (!d_is_reg(fo->dentry) || size < 0)
		return -EINVAL;
	if (fo->lower && fo->lower->f_mode & FMODE_WRITE) {
		attr.ia_valid |= ATTR_FILE;
		attr.ia_file = fo->lower;
	}
	fltfs_conflict_size(op, d_inode(fo->dentry), size);
	err = fltfs_resize_below(fo->dentry, &attr);
	if (!err)
		fltfs_fo_flag(fo, FO_FILE_SIZE_CHANGED);
	return err;
}

static int fltfs_set_end(struct flt_operation *op, const FLT_PARAMETERS *parameters)
{
	const FILE_END_OF_FILE_INFORMATION *info = parameters->SetFileInformation.InfoBuffer;
	const struct fltfs_fo *fo = fltfs_op_fo(op);

	/* Only the valid data length, of which there is none here. */
	if (parameters->SetFileInformation.AdvanceOnly)
		return fltfs_may(fo, FILE_WRITE_DATA) ? 0 : -EACCES;
	return fltfs_set_size(op, info->EndOfFile.QuadPart);
}

/* Less than the file is long cuts it; more is set aside where the file system can (INFO-26). */
static int fltfs_set_allocation(struct flt_operation *op, const FLT_PARAMETERS *parameters)
{
	struct fltfs_fo *fo = fltfs_op_fo(op);
	const FILE_ALLOCATION_INFORMATION *info = parameters->SetFileInformation.InfoBuffer;
	s64 size = info->AllocationSize.QuadPart;
	int err;

	if (!fltfs_may(fo, FILE_WRITE_DATA))
		return -EACCES;
	if (!d_is_reg(fo->dentry) || size < 0)
		return -EINVAL;
	if (size < fltfs_size(d_inode(fo->dentry)))
		return fltfs_set_size(op, size);
	if (!size || !fo->lower || !(fo->lower->f_mode & FMODE_WRITE))
		return 0;
	err = vfs_fallocate(fo->lower, FALLOC_FL_KEEP_SIZE, 0, size);
	fltfs_copy_attr(d_inode(fo->dentry));
	return err == -EOPNOTSUPP ? 0 : err;
}

/* 0 leaves a time alone; -1 and -2 are about automatic updates, which the lower file makes. */
static int fltfs_set_time(struct iattr *attr, unsigned int valid, struct timespec64 *time,
			  s64 value)
{
	if (value == 0 || value == -1 || value == -2)
		return 0;
	if (!timespec_from_nt_time(value, time))
		return -EINVAL;
	attr->ia_valid |= valid;
	return 0;
}

static int fltfs_set_basic(struct flt_operation *op, const FLT_PARAMETERS *parameters)
{
	struct fltfs_fo *fo = fltfs_op_fo(op);
	const FILE_BASIC_INFORMATION *info = parameters->SetFileInformation.InfoBuffer;
	umode_t mode = fltfs_lower_inode(d_inode(fo->dentry))->i_mode;
	struct iattr attr = {};
	int err;

	if (!fltfs_own_may(fo, FILE_WRITE_ATTRIBUTES))
		return -EACCES;
	err = fltfs_set_time(&attr, ATTR_ATIME | ATTR_ATIME_SET, &attr.ia_atime,
			     info->LastAccessTime.QuadPart);
	if (!err)
		err = fltfs_set_time(&attr, ATTR_MTIME | ATTR_MTIME_SET, &attr.ia_mtime,
				     info->LastWriteTime.QuadPart);
	if (err)
		return err;
	if (info->FileAttributes & FILE_ATTRIBUTE_DIRECTORY && !S_ISDIR(mode))
		return -EINVAL;
	if (info->FileAttributes) {
		/* Read-only is the write bits (VFS-823). */
		attr.ia_mode = mode & ~0222;
		if (!(info->FileAttributes & FILE_ATTRIBUTE_READONLY))
			attr.ia_mode = mode & 0222 ? mode : mode | 0200;
		if (attr.ia_mode != mode)
			attr.ia_valid |= ATTR_MODE;
	}
	if (!attr.ia_valid)
		return 0;
	attr.ia_valid |= ATTR_CTIME;
	return fltfs_setattr_lower(fo->dentry, &attr);
}

static int fltfs_set_position(struct flt_operation *op, const FLT_PARAMETERS *parameters)
{
	struct fltfs_fo *fo = fltfs_op_fo(op);
	const FILE_POSITION_INFORMATION *info = parameters->SetFileInformation.InfoBuffer;

	if (info->CurrentByteOffset.QuadPart < 0)
		return -EINVAL;
	fo->base.fo.CurrentByteOffset = info->CurrentByteOffset;
	return 0;
}

/* Is it a program that runs? (Who may write to it then is kept out.) */
static bool fltfs_is_running(const struct fltfs_fo *fo)
{
	const struct inode *inode = d_inode(fo->dentry);

	return atomic_read(&inode->i_writecount) < 0 ||
	       atomic_read(&fltfs_lower_inode(inode)->i_writecount) < 0;
}

/* The mark is acted on in CLEANUP; what speaks against it is said now (INFO-29). */
static NTSTATUS fltfs_mark_deleted(struct fltfs_fo *fo, bool delete, ULONG flags)
{
	bool even_readonly = flags & FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE;
	int err;

	if (!fltfs_may(fo, DELETE))
		return STATUS_ACCESS_DENIED;
	if (fo->dentry == fo->dentry->d_sb->s_root)
		return STATUS_CANNOT_DELETE;
	if (delete && !even_readonly &&
	    !(fltfs_lower_inode(d_inode(fo->dentry))->i_mode & 0222))
		return STATUS_CANNOT_DELETE;
	/* With POSIX semantics only who asks for it is told. */
	if (delete && d_is_reg(fo->dentry) && fltfs_is_running(fo) &&
	    (!(flags & FILE_DISPOSITION_POSIX_SEMANTICS) ||
	     flags & FILE_DISPOSITION_FORCE_IMAGE_SECTION_CHECK))
		return STATUS_CANNOT_DELETE;
	if (delete && d_is_dir(fo->dentry)) {
		err = fltfs_check_empty(fo);
		if (err)
			return flt_status_from_errno(err);
	}
	assign_bit(FLTFS_FO_DELETE, &fo->state, delete);
	assign_bit(FLTFS_FO_POSIX, &fo->state, delete && flags & FILE_DISPOSITION_POSIX_SEMANTICS);
	fo->base.fo.DeletePending = delete;
	return STATUS_SUCCESS;
}

static NTSTATUS fltfs_set_disposition(struct fltfs_fo *fo, const FLT_PARAMETERS *parameters)
{
	const FILE_DISPOSITION_INFORMATION *info = parameters->SetFileInformation.InfoBuffer;

	return fltfs_mark_deleted(fo, info->DeleteFile, 0);
}

static NTSTATUS fltfs_set_disposition_ex(struct fltfs_fo *fo, const FLT_PARAMETERS *parameters)
{
	const FILE_DISPOSITION_INFORMATION_EX *info = parameters->SetFileInformation.InfoBuffer;

	return fltfs_mark_deleted(fo, info->Flags & FILE_DISPOSITION_DELETE, info->Flags);
}

/* By an errno or by a status of its own. */
static const struct fltfs_set_row {
	FILE_INFORMATION_CLASS class;
	ULONG length;
	int (*set)(struct flt_operation *op, const FLT_PARAMETERS *parameters);
	NTSTATUS (*set_status)(struct fltfs_fo *fo, const FLT_PARAMETERS *parameters);
} fltfs_set_rows[] = {
	{ FileBasicInformation, sizeof(FILE_BASIC_INFORMATION), fltfs_set_basic },
	{ FileEndOfFileInformation, sizeof(FILE_END_OF_FILE_INFORMATION), fltfs_set_end },
	{ FileAllocationInformation, sizeof(FILE_ALLOCATION_INFORMATION), fltfs_set_allocation },
	{ FilePositionInformation, sizeof(FILE_POSITION_INFORMATION), fltfs_set_position },
	{ FileDispositionInformation, sizeof(FILE_DISPOSITION_INFORMATION), NULL,
	  fltfs_set_disposition },
	{ FileDispositionInformationEx, sizeof(FILE_DISPOSITION_INFORMATION_EX), NULL,
	  fltfs_set_disposition_ex },
};

static NTSTATUS fltfs_set_information(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	FILE_INFORMATION_CLASS class = parameters->SetFileInformation.FileInformationClass;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fltfs_set_rows); i++) {
		const struct fltfs_set_row *row = &fltfs_set_rows[i];

		if (row->class != class)
			continue;
		if (!parameters->SetFileInformation.InfoBuffer ||
		    parameters->SetFileInformation.Length < row->length)
			return STATUS_INFO_LENGTH_MISMATCH;
		if (row->set)
			return flt_status_from_errno(row->set(op, parameters));
		return row->set_status(fo, parameters);
	}
	if (class == FileRenameInformation || class == FileRenameInformationEx ||
	    class == FileLinkInformation || class == FileLinkInformationEx)
		return fltfs_own_relink(fo, parameters);
	return STATUS_INVALID_INFO_CLASS;
}

/*
 * Who changes what is mounted syncs too, so it is not waited for. Nor is the flusher by who is told
 * of a flush, which may be the flusher. Return: 0, or an error of write-back that nobody was told
 * of before.
 */
static int fltfs_flush_volume(struct super_block *sb)
{
	errseq_t since = errseq_sample(&sb->s_wb_err);

	if (!fltfs_sb(sb)->cached || ke_holds(KE_HOLD_PAGING) || ke_holds(KE_HOLD_FLUSH) ||
	    !down_read_trylock(&sb->s_umount))
		return 0;
	if (!sb_rdonly(sb))
		sync_inodes_sb(sb);
	up_read(&sb->s_umount);
	fltfs_copies_wait_all(sb);
	return errseq_check(&sb->s_wb_err, since);
}

/* Clean pages of a file, above and below; what lives in memory only has nothing else. */
static void fltfs_purge_pages(struct inode *inode)
{
	struct address_space *lower = fltfs_lower_inode(inode)->i_mapping;

	invalidate_mapping_pages(inode->i_mapping, 0, -1);
	if (mapping_can_writeback(lower))
		invalidate_inode_pages2(lower);
}

/* The same for every file of the mount that is known. */
static void fltfs_purge_volume(struct super_block *sb)
{
	struct inode *inode, *last = NULL;

	spin_lock(&sb->s_inode_list_lock);
	list_for_each_entry(inode, &sb->s_inodes, i_sb_list) {
		if (!S_ISREG(inode->i_mode) || !fltfs_lower_inode(inode) || !igrab(inode))
			continue;
		spin_unlock(&sb->s_inode_list_lock);
		fltfs_purge_pages(inode);
		iput(last);
		last = inode;
		cond_resched();
		spin_lock(&sb->s_inode_list_lock);
	}
	spin_unlock(&sb->s_inode_list_lock);
	iput(last);
}

static NTSTATUS fltfs_flush_all(struct super_block *sb, UCHAR minor)
{
	int err = fltfs_flush_volume(sb), ret = fltfs_sync_lower(sb);

	if (!err && !ret && minor == IRP_MN_FLUSH_AND_PURGE)
		fltfs_purge_volume(sb);
	return flt_status_from_errno(err ?: ret);
}

/* What reaches the lower file's device, and whether that is told to keep it (INFO-55). */
static int fltfs_flush_lower(struct file *lower, UCHAR minor)
{
	struct inode *inode = file_inode(lower);
	int err;

	/* Its pages are kept elsewhere, as an overlayfs's are: only it can write them. */
	if (!inode->i_mapping->a_ops->writepages)
		return vfs_fsync(lower, minor == IRP_MN_FLUSH_DATA_ONLY ||
				 minor == IRP_MN_FLUSH_DATA_SYNC_ONLY);
	switch (minor) {
	case IRP_MN_FLUSH_DATA_ONLY:
		return filemap_write_and_wait(inode->i_mapping);
	case IRP_MN_FLUSH_NO_SYNC:
		err = filemap_write_and_wait(inode->i_mapping);
		return err ?: sync_inode_metadata(inode, 1);
	default:
		return vfs_fsync(lower, minor == IRP_MN_FLUSH_DATA_SYNC_ONLY);
	}
}

/*
 * What is open by path only has nothing of its own to flush. What is dirty in the own page cache
 * goes down first, unless that is under way in this very task.
 */
static NTSTATUS fltfs_flush_generated(const struct fltfs_fo *fo, UCHAR minor)
{
	struct super_block *sb = fo->dentry->d_sb;
	struct inode *inode = d_inode(fo->dentry);
	int err = 0;

	if (sb_rdonly(sb) || sb_rdonly(fltfs_sb(sb)->sb))
		return STATUS_MEDIA_WRITE_PROTECTED;
	if (test_bit(FLTFS_FO_VOLUME, &fo->state))
		return fltfs_flush_all(sb, minor);
	if (minor == IRP_MN_FLUSH_DATA_SYNC_ONLY && S_ISDIR(inode->i_mode))
		return STATUS_INVALID_PARAMETER;
	if (!fo->lower)
		return STATUS_SUCCESS;
	if (READ_ONCE(fltfs_i(inode)->cache) && !ke_holds(KE_HOLD_PAGING))
		err = fltfs_flush_pages(inode, 0, LLONG_MAX);
	if (!err)
		err = fltfs_flush_lower(fo->lower, minor);
	if (!err && minor == IRP_MN_FLUSH_AND_PURGE && S_ISREG(inode->i_mode))
		fltfs_purge_pages(inode);
	return flt_status_from_errno(err);
}

/*
 * The end of a file that a filter opened, or whose open a filter undid (FltCancelFileOpen()); else
 * nobody starts these.
 */
static NTSTATUS fltfs_end_generated(struct fltfs_fo *fo, UCHAR major)
{
	if (test_bit(FLTFS_FO_OWN, &fo->state)) {
		if (major == IRP_MJ_CLEANUP)
			fltfs_own_cleaned(&fo->base);
		return STATUS_SUCCESS;
	}
	if (!(fo->base.fo.Flags & FO_FILE_OPEN_CANCELLED))
		return STATUS_INVALID_DEVICE_REQUEST;
	set_bit(major == IRP_MJ_CLOSE ? FLTFS_FO_CLOSED : FLTFS_FO_CLEANED, &fo->state);
	return STATUS_SUCCESS;
}

/* Has its CLEANUP taken the file's last name (FILEOBJ-44)? */
bool fltfs_fo_is_deleted(const struct fltfs_fo *fo)
{
	return test_bit(FLTFS_FO_CLEANED, &fo->state) && test_bit(FLTFS_FO_DELETE, &fo->state) &&
	       !fltfs_lower_inode(d_inode(fo->dentry))->i_nlink;
}

static NTSTATUS fltfs_set_own_security(struct fltfs_fo *fo, const FLT_PARAMETERS *parameters)
{
	SECURITY_INFORMATION what = parameters->SetSecurity.SecurityInformation;
	ACCESS_MASK access = what & DACL_SECURITY_INFORMATION ? WRITE_DAC : 0;

	if (what & (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION))
		access |= WRITE_OWNER;
	if (!fltfs_own_may(fo, access))
		return STATUS_ACCESS_DENIED;
	return fltfs_set_security(fo, what, parameters->SetSecurity.SecurityDescriptor);
}

/* Of an object that is open. */
static void fltfs_perform_on_open(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	NTSTATUS status;
	ULONG used = 0;

	if (!fltfs_op_is_open(op)) {
		flt_operation_result(op, STATUS_INVALID_DEVICE_REQUEST, 0);
		return;
	}
	switch (op->iopb.MajorFunction) {
	case IRP_MJ_QUERY_INFORMATION:
		if (!fltfs_fo_is_deleted(fo)) {
			fltfs_bottom_query(op);
			return;
		}
		status = STATUS_FILE_DELETED;
		break;
	case IRP_MJ_SET_INFORMATION:
		status = test_bit(FLTFS_FO_VOLUME, &fo->state) ? STATUS_INVALID_DEVICE_REQUEST :
			 fltfs_set_information(op);
		break;
	case IRP_MJ_DIRECTORY_CONTROL:
		fltfs_own_scan(op);
		return;
	case IRP_MJ_QUERY_VOLUME_INFORMATION:
		status = fltfs_query_volume(fo,
					    parameters->QueryVolumeInformation.FsInformationClass,
					    parameters->QueryVolumeInformation.VolumeBuffer,
					    parameters->QueryVolumeInformation.Length, NULL,
					    &used);
		break;
	case IRP_MJ_SET_VOLUME_INFORMATION:
		/* Labels and the like are for the tools of the file system below. */
		status = sb_rdonly(fo->dentry->d_sb) || sb_rdonly(fltfs_sb(fo->dentry->d_sb)->sb) ?
			 STATUS_MEDIA_WRITE_PROTECTED : STATUS_NOT_SUPPORTED;
		break;
	case IRP_MJ_QUERY_EA:
		status = fltfs_query_ea(op, NULL, &used);
		break;
	case IRP_MJ_SET_EA:
		status = !fltfs_own_may(fo, FILE_WRITE_EA) ? STATUS_ACCESS_DENIED :
			 fltfs_set_ea(fo, parameters->SetEa.EaBuffer, parameters->SetEa.Length, 0);
		break;
	case IRP_MJ_QUERY_SECURITY:
		status = fltfs_query_security(fo, parameters->QuerySecurity.SecurityInformation,
					      parameters->QuerySecurity.SecurityBuffer,
					      parameters->QuerySecurity.Length, &used);
		break;
	case IRP_MJ_SET_SECURITY:
		status = fltfs_set_own_security(fo, parameters);
		break;
	case IRP_MJ_FILE_SYSTEM_CONTROL:
		status = fltfs_own_control(op, &used);
		break;
	case IRP_MJ_FLUSH_BUFFERS:
		status = fltfs_flush_generated(fo, op->iopb.MinorFunction);
		break;
	case IRP_MJ_CLEANUP:
	case IRP_MJ_CLOSE:
		status = fltfs_end_generated(fo, op->iopb.MajorFunction);
		break;
	default:
		status = STATUS_INVALID_DEVICE_REQUEST;
	}
	flt_operation_result(op, status, used);
}

/**
 * fltfs_perform_generated() - carry out what a filter started
 * @op: the operation; not a read or write
 *
 * With the rights of the kernel: what the object was opened for is looked at, not who the current
 * process is. A create finds out for itself whose rights count. The rest of the major functions
 * answer that the device does not have them.
 */
void fltfs_perform_generated(struct flt_operation *op)
{
	struct fltfs_fo *fo = op->iopb.TargetFileObject ? fltfs_op_fo(op) : NULL;
	const struct cred *old;

	if (fo && op->iopb.MajorFunction == IRP_MJ_CREATE) {
		fltfs_own_create(op);
		return;
	}
	if (!fo || !test_bit(FLTFS_FO_OPEN, &fo->state)) {
		flt_operation_result(op, STATUS_INVALID_DEVICE_REQUEST, 0);
		return;
	}
	old = override_creds(fltfs_kernel_cred);
	fltfs_perform_on_open(op);
	revert_creds(old);
}
