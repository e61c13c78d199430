// SPDX-License-Identifier: GPL-2.0
/*
 * fallocate as filters see it: space set aside is SET_INFORMATION(FileAllocationInformation), with
 * FileEndOfFileInformation inside it where the file grows; zeroed ranges are FSCTL_SET_ZERO_DATA;
 * what has no Windows twin has a code of the shim's own. The lower file system is asked once.
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include "fs/cache.h"
#include "fs/request.h"
#include "include/fltshim.h"

#define FLTFS_ALLOCATE_SET	(FALLOC_FL_KEEP_SIZE)
#define FLTFS_ALLOCATE_ZERO	(FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)

/**
 * struct fltfs_allocate - a fallocate under way
 * @request: first member
 * @fo: file object
 * @mode: as the program asked
 * @offset: start of the range; as the filters left it
 * @length: its length
 * @grow: EndOfFile is still to be shown
 * @grows: it is shown at all
 * @changed: filters want other numbers than were asked for
 * @reserve: how far space is set aside, as the filters left it
 * @end: the end of a file that grows, as they left it
 * @allocation: what is shown of the allocation
 * @end_of_file: and of the size
 */
struct fltfs_allocate {
	struct fltfs_request request;
	struct fltfs_fo *fo;
	int mode;
	loff_t offset;
	loff_t length;
	bool grow;
	bool grows;
	bool changed;
	loff_t reserve;
	loff_t end;
	FILE_ALLOCATION_INFORMATION allocation;
	FILE_END_OF_FILE_INFORMATION end_of_file;
};

static bool fltfs_allocate_is_set(int mode)
{
	return !(mode & ~FLTFS_ALLOCATE_SET);
}

/* The operations that a mode is shown as. */
u64 fltfs_want_allocate(int mode)
{
	return fltfs_allocate_is_set(mode) ? FLT_WANT(IRP_MJ_SET_INFORMATION) :
					     FLT_WANT(IRP_MJ_FILE_SYSTEM_CONTROL);
}

/* The end of the file is set as a truncation sets it (VFS-321). */
static int fltfs_allocate_resize(struct fltfs_allocate *allocate)
{
	struct iattr attr = {
		.ia_valid	= ATTR_SIZE | ATTR_MTIME | ATTR_CTIME | ATTR_FILE,
		.ia_size	= allocate->end,
		.ia_file	= allocate->fo->lower,
	};
	struct inode *inode = d_inode(allocate->fo->dentry);
	int err;

	inode_lock(inode);
	err = fltfs_setattr_lower(allocate->fo->dentry, &attr);
	inode_unlock(inode);
	return err;
}

static int fltfs_allocate_lower(struct fltfs_allocate *allocate)
{
	return fltfs_fallocate_lower(allocate->fo, allocate->fo->lower, allocate->mode,
				     allocate->offset, allocate->length);
}

/*
 * What is set aside and where the file ends are numbers of their own: the first never moves the
 * second (INFO-26).
 */
static int fltfs_allocate_changed(struct fltfs_allocate *allocate)
{
	int err = 0;

	if (allocate->reserve > allocate->offset)
		err = fltfs_fallocate_lower(allocate->fo, allocate->fo->lower,
					    allocate->mode | FALLOC_FL_KEEP_SIZE, allocate->offset,
					    allocate->reserve - allocate->offset);
	if (!err && allocate->grows)
		err = fltfs_allocate_resize(allocate);
	return err;
}

static noinline int fltfs_allocate_send(struct fltfs_allocate *allocate,
					FILE_INFORMATION_CLASS class, void *info)
{
	struct fltfs_fo *fo = allocate->fo;
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_SET_INFORMATION, &fo->base.fo);
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	op.iopb.Parameters.SetFileInformation.Length = sizeof(LARGE_INTEGER);
	op.iopb.Parameters.SetFileInformation.FileInformationClass = class;
	op.iopb.Parameters.SetFileInformation.InfoBuffer = info;
	op.front = allocate;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* What filters made of one number; the other one follows inside, or the call below. */
static void fltfs_bottom_allocate(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const LARGE_INTEGER *value = parameters->SetFileInformation.InfoBuffer;
	struct fltfs_allocate *allocate = op->front;
	bool is_end = parameters->SetFileInformation.FileInformationClass ==
		      FileEndOfFileInformation;
	bool next = allocate->grow;
	int err;

	if (!value || parameters->SetFileInformation.Length < sizeof(*value) ||
	    value->QuadPart < 0) {
		fltfs_op_errno(op, -EINVAL, 0);
		return;
	}
	*(is_end ? &allocate->end : &allocate->reserve) = value->QuadPart;
	if (is_end)
		fltfs_conflict_size(op, d_inode(allocate->fo->dentry), value->QuadPart);
	if (value->QuadPart != allocate->offset + allocate->length)
		allocate->changed = true;
	allocate->grow = false;
	if (next)
		err = fltfs_allocate_send(allocate, FileEndOfFileInformation,
					  &allocate->end_of_file);
	else if (allocate->changed)
		err = fltfs_allocate_changed(allocate);
	else
		err = fltfs_allocate_lower(allocate);
	if (!err && is_end)
		fltfs_fo_flag(allocate->fo, FO_FILE_SIZE_CHANGED);
	fltfs_op_errno(op, err, 0);
}

static int fltfs_allocate_set(struct fltfs_allocate *allocate)
{
	loff_t end = allocate->offset + allocate->length;

	allocate->request.bottom = fltfs_bottom_allocate;
	allocate->allocation.AllocationSize.QuadPart = end;
	allocate->end_of_file.EndOfFile.QuadPart = end;
	allocate->reserve = end;
	allocate->end = end;
	allocate->grows = !(allocate->mode & FALLOC_FL_KEEP_SIZE) &&
			  end > fltfs_size(d_inode(allocate->fo->dentry));
	allocate->grow = allocate->grows;
	return fltfs_allocate_send(allocate, FileAllocationInformation, &allocate->allocation);
}

static void fltfs_bottom_zero(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const FILE_ZERO_DATA_INFORMATION *info =
		parameters->FileSystemControl.Buffered.SystemBuffer;
	struct fltfs_allocate *allocate = op->front;
	int err = -EINVAL;

	if (info && parameters->FileSystemControl.Buffered.InputBufferLength >= sizeof(*info) &&
	    info->FileOffset.QuadPart >= 0 &&
	    info->BeyondFinalZero.QuadPart > info->FileOffset.QuadPart) {
		allocate->offset = info->FileOffset.QuadPart;
		allocate->length = info->BeyondFinalZero.QuadPart - allocate->offset;
		fltfs_conflict(op, d_inode(allocate->fo->dentry), allocate->offset);
		err = fltfs_allocate_lower(allocate);
	}
	fltfs_op_errno(op, err, 0);
}

static int fltfs_allocate_zero(struct fltfs_allocate *allocate)
{
	FILE_ZERO_DATA_INFORMATION info = {
		.FileOffset.QuadPart		= allocate->offset,
		.BeyondFinalZero.QuadPart	= allocate->offset + allocate->length,
	};
	const struct fltfs_control control = {
		.code		= FSCTL_SET_ZERO_DATA,
		.buffer		= &info,
		.input_length	= sizeof(info),
	};

	allocate->request.bottom = fltfs_bottom_zero;
	return fltfs_control_send(allocate->fo, &control, &allocate->request);
}

static void fltfs_bottom_other(struct flt_operation *op)
{
	struct fltfs_allocate *allocate = op->front;

	fltfs_conflict(op, d_inode(allocate->fo->dentry), allocate->offset);
	fltfs_op_errno(op, fltfs_allocate_lower(allocate), 0);
}

static int fltfs_allocate_other(struct fltfs_allocate *allocate)
{
	FLTSHIM_ALLOCATE_INFORMATION info = {
		.Offset.QuadPart	= allocate->offset,
		.Length.QuadPart	= allocate->length,
		.Mode			= allocate->mode,
	};
	const struct fltfs_control control = {
		.code		= FSCTL_FLTSHIM_ALLOCATE,
		.buffer		= &info,
		.input_length	= sizeof(info),
	};

	allocate->request.bottom = fltfs_bottom_other;
	return fltfs_control_send(allocate->fo, &control, &allocate->request);
}

/**
 * fltfs_allocate_filtered() - fallocate that a filter wants to see
 * @file: upper file
 * @mode: FALLOC_FL_*
 * @offset: start of the range
 * @len: its length
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
long fltfs_allocate_filtered(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct fltfs_allocate allocate = {
		.fo	= fltfs_file_get_fo(file),
		.mode	= mode,
		.offset	= offset,
		.length	= len,
	};

	if (!allocate.fo)
		return -ENOMEM;
	if (fltfs_allocate_is_set(mode))
		return fltfs_allocate_set(&allocate);
	if (mode & FLTFS_ALLOCATE_ZERO)
		return fltfs_allocate_zero(&allocate);
	return fltfs_allocate_other(&allocate);
}
