// SPDX-License-Identifier: GPL-2.0
/*
 * Control requests as filters see them. An ioctl that the VFS leaves to the file system is
 * DEVICE_CONTROL with a code from which its number can be rebuilt (VOL-61), its argument a user
 * address that nobody has checked; blocks that files come to share are
 * FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX.
 */
#include <linux/fs.h>
#include <linux/ioctl.h>
#include "fs/request.h"

/**
 * fltfs_control_send() - send a FILE_SYSTEM_CONTROL
 * @fo: open file object
 * @control: code and buffers
 * @request: its bottom is the operation's
 *
 * Buffers of METHOD_NEITHER are the kernel's, and so is the requestor: a filter that probes what a
 * program gave would find no address of one.
 *
 * Return: 0 or a negative errno; STATUS_INVALID_DEVICE_REQUEST is -ENOTTY.
 */
int fltfs_control_send(struct fltfs_fo *fo, const struct fltfs_control *control,
		       struct fltfs_request *request)
{
	bool neither = (control->code & 3) == METHOD_NEITHER;
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_FILE_SYSTEM_CONTROL, &fo->base.fo);
	op.vfs_lock = control->lock;
	op.data.RequestorMode = neither ? KernelMode : fltfs_requestor();
	op.iopb.MinorFunction = IRP_MN_USER_FS_REQUEST;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.Parameters.FileSystemControl.Common.OutputBufferLength = control->output_length;
	op.iopb.Parameters.FileSystemControl.Common.InputBufferLength = control->input_length;
	op.iopb.Parameters.FileSystemControl.Common.FsControlCode = control->code;
	if (neither) {
		op.iopb.Parameters.FileSystemControl.Neither.InputBuffer = control->buffer;
		op.iopb.Parameters.FileSystemControl.Neither.OutputBuffer = control->output;
	} else {
		op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
		op.iopb.IrpFlags |= IRP_BUFFERED_IO;
		op.iopb.Parameters.FileSystemControl.Buffered.SystemBuffer = control->buffer;
	}
	op.front = request;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* The code of an ioctl number, and back: VOL-61. */
static ULONG fltfs_ioctl_code(unsigned int cmd)
{
	return (0x8000 + _IOC_TYPE(cmd)) << 16 | _IOC_DIR(cmd) << 14 |
	       (0x800 + _IOC_NR(cmd)) << 2 | METHOD_NEITHER;
}

static unsigned int fltfs_ioctl_number(ULONG code, ULONG in, ULONG out)
{
	unsigned int dir = code >> 14 & 3;
	unsigned int size = dir & _IOC_WRITE ? in : out;

	return _IOC(dir, code >> 16 & 0xff, code >> 2 & 0xff, size & _IOC_SIZEMASK);
}

/* An ioctl under way. */
struct fltfs_ioctl {
	struct fltfs_request request;
	unsigned int cmd;
	bool compat;
};

/* The file system below is asked. */
long fltfs_ioctl_lower(struct file *lower, unsigned int cmd, unsigned long arg, bool compat)
{
	if (!compat)
		return vfs_ioctl(lower, cmd, arg);
	if (!lower->f_op->compat_ioctl)
		return -ENOIOCTLCMD;
	return lower->f_op->compat_ioctl(lower, cmd, arg);
}

static void fltfs_bottom_ioctl(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	ULONG in = parameters->DeviceIoControl.Neither.InputBufferLength;
	ULONG out = parameters->DeviceIoControl.Neither.OutputBufferLength;
	ULONG code = parameters->DeviceIoControl.Neither.IoControlCode;
	const struct fltfs_ioctl *ioctl = op->front;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	unsigned int cmd = ioctl->cmd;
	long ret;

	if (!fltfs_op_is_open(op) || !fo->lower) {
		flt_operation_result(op, STATUS_INVALID_DEVICE_REQUEST, 0);
		return;
	}
	/* A number without a direction may have bits in place of the size: it stays as it came. */
	if (code != fltfs_ioctl_code(cmd))
		cmd = fltfs_ioctl_number(code, in, out);
	ret = fltfs_ioctl_lower(fo->lower, cmd,
				(unsigned long)parameters->DeviceIoControl.Neither.InputBuffer,
				ioctl->compat);
	if (ret < 0)
		fltfs_op_errno(op, ret, 0);
	else
		flt_operation_result(op, STATUS_SUCCESS, ret);
}

/**
 * fltfs_ioctl_filtered() - ioctl that a filter wants to see
 * @file: upper file
 * @cmd: number
 * @arg: argument
 * @compat: a 32-bit program's
 *
 * Return: what the ioctl returns; a filter's own result is what it says in Information, if that
 * fits.
 */
long fltfs_ioctl_filtered(struct file *file, unsigned int cmd, unsigned long arg, bool compat)
{
	struct fltfs_ioctl ioctl = {
		.request.bottom	= fltfs_bottom_ioctl,
		.cmd		= cmd,
		.compat		= compat,
	};
	struct flt_operation op FLT_NOT_CLEARED;
	struct fltfs_fo *fo;
	long ret;

	if (fltfs_want_ioctl(cmd) != FLT_WANT(IRP_MJ_DEVICE_CONTROL))
		return fltfs_volume_ioctl_filtered(file, cmd, arg, compat);
	fo = fltfs_file_get_fo(file);
	if (!fo)
		return -ENOMEM;
	flt_operation_init(&op, fo->base.volume, IRP_MJ_DEVICE_CONTROL, &fo->base.fo);
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	if (_IOC_DIR(cmd) & _IOC_WRITE)
		op.iopb.Parameters.DeviceIoControl.Neither.InputBufferLength = _IOC_SIZE(cmd);
	if (_IOC_DIR(cmd) & _IOC_READ)
		op.iopb.Parameters.DeviceIoControl.Neither.OutputBufferLength = _IOC_SIZE(cmd);
	op.iopb.Parameters.DeviceIoControl.Neither.IoControlCode = fltfs_ioctl_code(cmd);
	op.iopb.Parameters.DeviceIoControl.Neither.InputBuffer = (void *)arg;
	op.iopb.Parameters.DeviceIoControl.Neither.OutputBuffer = (void *)arg;
	op.front = &ioctl;
	flt_operation_run(&op);
	ret = fltfs_op_result(&op);
	if (!ret && op.data.IoStatus.Information <= INT_MAX)
		ret = op.data.IoStatus.Information;
	flt_operation_fini(&op);
	return ret;
}

/*
 * DUPLICATE_EXTENTS_DATA_EX. There is no handle of the source file: FileHandle is its file object,
 * which is valid while the operation lasts.
 */
struct fltfs_extents {
	SIZE_T size;
	PFILE_OBJECT source;
	LARGE_INTEGER source_offset;
	LARGE_INTEGER target_offset;
	LARGE_INTEGER bytes;
	ULONG flags;
	ULONG reserved;
};

/* Flags of the structure: one of the shim's own, for FIDEDUPERANGE. */
#define FLTFS_EXTENTS_DEDUPE	0x80000000

struct fltfs_duplicate {
	struct fltfs_request request;
	struct fltfs_extents shown;
	struct inode *target;
	loff_t (*lower)(void *context);
	void *context;
	loff_t result;
};

/* Which files and which ranges has been decided by the caller's checks: they stay. */
static void fltfs_bottom_duplicate(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const struct fltfs_extents *extents =
		parameters->FileSystemControl.Buffered.SystemBuffer;
	struct fltfs_duplicate *duplicate = op->front;

	if (!extents || parameters->FileSystemControl.Buffered.InputBufferLength <
	    sizeof(*extents) || memcmp(extents, &duplicate->shown, sizeof(*extents))) {
		fltfs_op_errno(op, -EINVAL, 0);
		return;
	}
	fltfs_conflict(op, duplicate->target, extents->target_offset.QuadPart);
	duplicate->result = duplicate->lower(duplicate->context);
	if (duplicate->result < 0)
		fltfs_op_errno(op, duplicate->result, 0);
	else
		flt_operation_result(op, STATUS_SUCCESS, 0);
}

/**
 * fltfs_duplicate_filtered() - blocks being shared, or copied below, that a filter wants to see
 * @in: upper source file
 * @pos_in: where in it
 * @out: upper target file
 * @pos_out: where in it
 * @len: bytes
 * @dedupe: only if they are equal
 * @lower: makes the change below
 * @context: for @lower
 *
 * Return: what @lower said, or a filter's errno; @len when a filter completed it with success.
 */
loff_t fltfs_duplicate_filtered(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
				loff_t len, bool dedupe, loff_t (*lower)(void *context),
				void *context)
{
	struct fltfs_fo *source = fltfs_file_get_fo(in), *target = fltfs_file_get_fo(out);
	struct fltfs_duplicate duplicate = {
		.request.bottom	= fltfs_bottom_duplicate,
		.target		= file_inode(out),
		.lower		= lower,
		.context	= context,
		.result		= len,
	};
	struct fltfs_extents extents;
	const struct fltfs_control control = {
		.code		= FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX,
		.buffer		= &extents,
		.input_length	= sizeof(extents),
	};
	int err;

	if (!source || !target)
		return -ENOMEM;
	duplicate.shown.size = sizeof(extents);
	duplicate.shown.source = &source->base.fo;
	duplicate.shown.source_offset.QuadPart = pos_in;
	duplicate.shown.target_offset.QuadPart = pos_out;
	duplicate.shown.bytes.QuadPart = len;
	duplicate.shown.flags = dedupe ? FLTFS_EXTENTS_DEDUPE : 0;
	extents = duplicate.shown;
	err = fltfs_control_send(target, &control, &duplicate.request);
	return err ?: duplicate.result;
}
