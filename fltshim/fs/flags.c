// SPDX-License-Identifier: GPL-2.0
/*
 * Flags of a file (lsattr, chattr) as filters see them: FILE_SYSTEM_CONTROL with codes of the
 * shim's own. The file system below keeps them, and says who may change which.
 */
#include <linux/fs.h>
#include <linux/fileattr.h>
#include <linux/mount.h>
#include "fs/request.h"
#include "include/fltshim.h"

/**
 * struct fltfs_flags - flags being asked for or set
 * @request: first member
 * @attr: what the VFS wants to know, or has set
 * @shown: as the filters were first shown it
 */
struct fltfs_flags {
	struct fltfs_request request;
	struct fileattr *attr;
	FLTSHIM_FLAGS_INFORMATION shown;
};

static void fltfs_flags_show(FLTSHIM_FLAGS_INFORMATION *to, const struct fileattr *attr)
{
	*to = (FLTSHIM_FLAGS_INFORMATION) {
		.Flags		= attr->flags,
		.XFlags		= attr->fsx_xflags,
		.ProjectId	= attr->fsx_projid,
		.ExtentSize	= attr->fsx_extsize,
		.CowExtentSize	= attr->fsx_cowextsize,
	};
}

/* What filters changed; of the two forms of the flags each is taken as it is. */
static void fltfs_flags_take(struct fltfs_flags *flags, const FLTSHIM_FLAGS_INFORMATION *info)
{
	struct fileattr *attr = flags->attr;

	if (!memcmp(info, &flags->shown, sizeof(*info)))
		return;
	attr->flags = info->Flags;
	attr->fsx_xflags = info->XFlags;
	attr->fsx_projid = info->ProjectId;
	attr->fsx_extsize = info->ExtentSize;
	attr->fsx_cowextsize = info->CowExtentSize;
}

static FLTSHIM_FLAGS_INFORMATION *fltfs_flags_of(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;

	if (!fltfs_op_is_open(op))
		return NULL;
	return parameters->FileSystemControl.Buffered.SystemBuffer;
}

static void fltfs_bottom_get_flags(struct flt_operation *op)
{
	ULONG room = op->iopb.Parameters.FileSystemControl.Buffered.OutputBufferLength;
	FLTSHIM_FLAGS_INFORMATION *info = fltfs_flags_of(op);
	struct fltfs_flags *flags = op->front;
	int err = -EINVAL;

	if (info && room >= sizeof(*info))
		err = vfs_fileattr_get(fltfs_fo_path(fltfs_op_fo(op)).dentry, flags->attr);
	if (err) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	fltfs_flags_show(&flags->shown, flags->attr);
	*info = flags->shown;
	flt_operation_result(op, STATUS_SUCCESS, sizeof(*info));
}

/**
 * fltfs_get_flags_filtered() - what flags a file has, where a filter wants to see that asked
 * @dentry: upper dentry; its inode may be locked by the VFS
 * @attr: filled
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
int fltfs_get_flags_filtered(struct dentry *dentry, struct fileattr *attr)
{
	struct fltfs_flags flags = { .request.bottom = fltfs_bottom_get_flags, .attr = attr };
	FLTSHIM_FLAGS_INFORMATION info = {};
	const struct fltfs_control control = {
		.code		= FSCTL_FLTSHIM_GET_FLAGS,
		.buffer		= &info,
		.output_length	= sizeof(info),
	};
	struct fltfs_subject subject;
	int err;

	err = fltfs_subject_open(&subject, dentry, FILE_READ_ATTRIBUTES | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (err)
		return err;
	err = fltfs_control_send(subject.fo, &control, &flags.request);
	if (!err)
		fltfs_flags_take(&flags, &info);
	fltfs_subject_close(&subject);
	return err;
}

/**
 * fltfs_set_flags_lower() - set the flags of a file below
 * @dentry: upper dentry
 * @lower: the dentry below
 * @attr: the flags
 *
 * Return: 0 or the lower file system's error.
 */
int fltfs_set_flags_lower(struct dentry *dentry, struct dentry *lower, struct fileattr *attr)
{
	struct fltfs_sb *fsb = fltfs_sb(dentry->d_sb);
	int err;

	err = mnt_want_write(fsb->mnt);
	if (err)
		return err;
	err = vfs_fileattr_set(flt_mnt_idmap(fsb->mnt), lower, attr);
	mnt_drop_write(fsb->mnt);
	fltfs_copy_attr(d_inode(dentry));
	return err;
}

static void fltfs_bottom_set_flags(struct flt_operation *op)
{
	ULONG size = op->iopb.Parameters.FileSystemControl.Buffered.InputBufferLength;
	const FLTSHIM_FLAGS_INFORMATION *info = fltfs_flags_of(op);
	struct fltfs_flags *flags = op->front;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	int err = -EINVAL;

	if (info && size >= sizeof(*info)) {
		fltfs_flags_take(flags, info);
		err = fltfs_set_flags_lower(fo->dentry, fltfs_fo_path(fo).dentry, flags->attr);
	}
	fltfs_op_errno(op, err, 0);
}

/**
 * fltfs_set_flags_filtered() - change of flags that a filter wants to see
 * @dentry: upper dentry; its inode is locked by the VFS
 * @attr: the flags
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
int fltfs_set_flags_filtered(struct dentry *dentry, struct fileattr *attr)
{
	struct fltfs_flags flags = { .request.bottom = fltfs_bottom_set_flags, .attr = attr };
	FLTSHIM_FLAGS_INFORMATION info;
	const struct fltfs_control control = {
		.code		= FSCTL_FLTSHIM_SET_FLAGS,
		.buffer		= &info,
		.input_length	= sizeof(info),
		.lock		= FLT_LOCK_INODE,
	};
	struct fltfs_subject subject;
	int err;

	fltfs_flags_show(&flags.shown, attr);
	info = flags.shown;
	err = fltfs_subject_open(&subject, dentry, FILE_WRITE_ATTRIBUTES | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (err)
		return err;
	err = fltfs_control_send(subject.fo, &control, &flags.request);
	fltfs_subject_close(&subject);
	return err;
}
