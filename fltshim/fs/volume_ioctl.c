// SPDX-License-Identifier: GPL-2.0
/*
 * Requests about the whole volume that programs make of any file of it, and that have a twin on
 * Windows: trimming is FSCTL_FILE_LEVEL_TRIM, the label is volume information. The file system
 * below is asked as ever, with the program's own argument: what filters change is put there for it.
 */
#include <linux/fs.h>
#include <linux/uaccess.h>
#include "fs/name.h"
#include "fs/request.h"

/**
 * struct fltfs_volume_ioctl - a request under way
 * @request: first member
 * @cmd: number of the ioctl
 * @arg: the program's argument
 * @compat: a 32-bit program's
 * @range: of FITRIM, as the program asked
 * @label: of the volume, as the program or the file system below has it
 */
struct fltfs_volume_ioctl {
	struct fltfs_request request;
	unsigned int cmd;
	void __user *arg;
	bool compat;
	union {
		struct fstrim_range range;
		char label[FSLABEL_MAX];
	};
};

/* The two classes with a label of any length, each with room for the longest. */
union fltfs_label_info {
	FILE_FS_VOLUME_INFORMATION volume;
	FILE_FS_LABEL_INFORMATION label;
	u8 room[sizeof(FILE_FS_VOLUME_INFORMATION) + FSLABEL_MAX * sizeof(WCHAR)];
};

/* The operation that a number is shown as. */
u64 fltfs_want_ioctl(unsigned int cmd)
{
	switch (cmd) {
	case FITRIM:
		return FLT_WANT(IRP_MJ_FILE_SYSTEM_CONTROL);
	case FS_IOC_GETFSLABEL:
		return FLT_WANT(IRP_MJ_QUERY_VOLUME_INFORMATION);
	case FS_IOC_SETFSLABEL:
		return FLT_WANT(IRP_MJ_SET_VOLUME_INFORMATION);
	default:
		return FLT_WANT(IRP_MJ_DEVICE_CONTROL);
	}
}

static int fltfs_volume_ask(const struct flt_operation *op, const struct fltfs_volume_ioctl *ioctl)
{
	return fltfs_ioctl_lower(fltfs_op_fo(op)->lower, ioctl->cmd, (unsigned long)ioctl->arg,
				 ioctl->compat);
}

static void fltfs_bottom_trim(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	FILE_LEVEL_TRIM *trim = parameters->FileSystemControl.Buffered.SystemBuffer;
	struct fltfs_volume_ioctl *ioctl = op->front;
	struct fstrim_range range = ioctl->range;
	int err = 0;

	if (!fltfs_op_is_open(op) || !fltfs_op_fo(op)->lower || !trim || trim->NumRanges != 1 ||
	    parameters->FileSystemControl.Buffered.InputBufferLength < sizeof(*trim)) {
		fltfs_op_errno(op, -EINVAL, 0);
		return;
	}
	range.start = trim->Ranges[0].Offset;
	range.len = trim->Ranges[0].Length;
	if (memcmp(&range, &ioctl->range, sizeof(range)) &&
	    copy_to_user(ioctl->arg, &range, sizeof(range)))
		err = -EFAULT;
	if (!err)
		err = fltfs_volume_ask(op, ioctl);
	if (!err)
		((FILE_LEVEL_TRIM_OUTPUT *)trim)->NumRangesProcessed = 1;
	fltfs_op_errno(op, err, err ? 0 : sizeof(FILE_LEVEL_TRIM_OUTPUT));
}

static long fltfs_trim_filtered(struct fltfs_fo *fo, struct fltfs_volume_ioctl *ioctl)
{
	FILE_LEVEL_TRIM trim = { .NumRanges = 1 };
	const struct fltfs_control control = {
		.code		= FSCTL_FILE_LEVEL_TRIM,
		.buffer		= &trim,
		.input_length	= sizeof(trim),
		.output_length	= sizeof(FILE_LEVEL_TRIM_OUTPUT),
	};

	if (copy_from_user(&ioctl->range, ioctl->arg, sizeof(ioctl->range)))
		return -EFAULT;
	trim.Ranges[0].Offset = ioctl->range.start;
	trim.Ranges[0].Length = ioctl->range.len;
	ioctl->request.bottom = fltfs_bottom_trim;
	return fltfs_control_send(fo, &control, &ioctl->request);
}

/* A label for filters. Return: its bytes. */
static ULONG fltfs_label_show(const char *label, WCHAR *to)
{
	int units = fltfs_name_to_utf16(label, strnlen(label, FSLABEL_MAX), false, to, FSLABEL_MAX);

	return units < 0 ? 0 : units * sizeof(WCHAR);
}

/* A label that filters left, into @label; false if it is the one there. */
static int fltfs_label_take(const WCHAR *from, ULONG bytes, char *label)
{
	WCHAR shown[FSLABEL_MAX];
	int len;

	if (bytes == fltfs_label_show(label, shown) && !memcmp(shown, from, bytes))
		return 0;
	memset(label, 0, FSLABEL_MAX);
	if (!bytes)
		return 1;
	len = fltfs_name_from_utf16(from, bytes / sizeof(WCHAR), label, FSLABEL_MAX - 1);
	return len < 0 ? -EINVAL : 1;
}

static void fltfs_bottom_get_label(struct flt_operation *op)
{
	const ULONG fixed = offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel);
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	FILE_FS_VOLUME_INFORMATION *info = parameters->QueryVolumeInformation.VolumeBuffer;
	struct fltfs_volume_ioctl *ioctl = op->front;
	NTSTATUS status;
	ULONG used;
	int err;

	if (!fltfs_op_is_open(op) || !fltfs_op_fo(op)->lower ||
	    parameters->QueryVolumeInformation.Length < sizeof(union fltfs_label_info)) {
		fltfs_op_errno(op, -EINVAL, 0);
		return;
	}
	status = fltfs_query_volume(fltfs_op_fo(op), FileFsVolumeInformation, info,
				    parameters->QueryVolumeInformation.Length, NULL, &used);
	if (!NT_SUCCESS(status)) {
		flt_operation_result(op, status, 0);
		return;
	}
	err = fltfs_volume_ask(op, ioctl);
	if (!err && copy_from_user(ioctl->label, ioctl->arg, FSLABEL_MAX))
		err = -EFAULT;
	if (!err)
		info->VolumeLabelLength = fltfs_label_show(ioctl->label, info->VolumeLabel);
	fltfs_op_errno(op, err, err ? 0 : fixed + info->VolumeLabelLength);
}

/* Both ways: what is in @info goes down, or comes back. */
static noinline int fltfs_label_send(struct fltfs_fo *fo, struct fltfs_volume_ioctl *ioctl,
				     UCHAR major, union fltfs_label_info *info, ULONG length)
{
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, major, &fo->base.fo);
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	if (major == IRP_MJ_QUERY_VOLUME_INFORMATION) {
		op.iopb.Parameters.QueryVolumeInformation.Length = length;
		op.iopb.Parameters.QueryVolumeInformation.FsInformationClass =
			FileFsVolumeInformation;
		op.iopb.Parameters.QueryVolumeInformation.VolumeBuffer = info;
	} else {
		op.iopb.Parameters.SetVolumeInformation.Length = length;
		op.iopb.Parameters.SetVolumeInformation.FsInformationClass =
			FileFsLabelInformation;
		op.iopb.Parameters.SetVolumeInformation.VolumeBuffer = info;
	}
	op.front = ioctl;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

static long fltfs_get_label_filtered(struct fltfs_fo *fo, struct fltfs_volume_ioctl *ioctl)
{
	union fltfs_label_info info = {};
	int err;

	ioctl->request.bottom = fltfs_bottom_get_label;
	err = fltfs_label_send(fo, ioctl, IRP_MJ_QUERY_VOLUME_INFORMATION, &info, sizeof(info));
	if (err)
		return err;
	err = fltfs_label_take(info.volume.VolumeLabel,
			       min_t(ULONG, info.volume.VolumeLabelLength,
				     FSLABEL_MAX * sizeof(WCHAR)), ioctl->label);
	if (err > 0 || (!err && !ioctl->request.reached))
		err = copy_to_user(ioctl->arg, ioctl->label, FSLABEL_MAX) ? -EFAULT : 0;
	return err;
}

/* The program's memory has a changed label only as long as the file system below looks at it. */
static void fltfs_bottom_set_label(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const FILE_FS_LABEL_INFORMATION *info = parameters->SetVolumeInformation.VolumeBuffer;
	const ULONG fixed = offsetof(FILE_FS_LABEL_INFORMATION, VolumeLabel);
	ULONG length = parameters->SetVolumeInformation.Length;
	struct fltfs_volume_ioctl *ioctl = op->front;
	char label[FSLABEL_MAX];
	int err = -EINVAL, changed;

	if (fltfs_op_is_open(op) && fltfs_op_fo(op)->lower && info && length >= fixed &&
	    info->VolumeLabelLength <= min_t(ULONG, length - fixed, FSLABEL_MAX * sizeof(WCHAR))) {
		memcpy(label, ioctl->label, sizeof(label));
		changed = fltfs_label_take(info->VolumeLabel, info->VolumeLabelLength, label);
		err = min(changed, 0);
		if (changed > 0 && copy_to_user(ioctl->arg, label, sizeof(label)))
			err = -EFAULT;
		if (!err)
			err = fltfs_volume_ask(op, ioctl);
		if (changed > 0 && copy_to_user(ioctl->arg, ioctl->label, sizeof(label)))
			err = err ?: -EFAULT;
	}
	fltfs_op_errno(op, err, 0);
}

static long fltfs_set_label_filtered(struct fltfs_fo *fo, struct fltfs_volume_ioctl *ioctl)
{
	union fltfs_label_info info = {};

	if (copy_from_user(ioctl->label, ioctl->arg, FSLABEL_MAX))
		return -EFAULT;
	ioctl->request.bottom = fltfs_bottom_set_label;
	info.label.VolumeLabelLength = fltfs_label_show(ioctl->label, info.label.VolumeLabel);
	return fltfs_label_send(fo, ioctl, IRP_MJ_SET_VOLUME_INFORMATION, &info,
				offsetof(FILE_FS_LABEL_INFORMATION, VolumeLabel) +
				info.label.VolumeLabelLength);
}

/**
 * fltfs_volume_ioctl_filtered() - a request with a twin that a filter wants to see
 * @file: upper file
 * @cmd: FITRIM, FS_IOC_GETFSLABEL or FS_IOC_SETFSLABEL
 * @arg: the program's argument
 * @compat: a 32-bit program's
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
long fltfs_volume_ioctl_filtered(struct file *file, unsigned int cmd, unsigned long arg,
				 bool compat)
{
	struct fltfs_volume_ioctl ioctl = {
		.cmd	= cmd,
		.arg	= (void __user *)arg,
		.compat	= compat,
	};
	struct fltfs_fo *fo = fltfs_file_get_fo(file);

	if (!fo)
		return -ENOMEM;
	if (cmd == FITRIM)
		return fltfs_trim_filtered(fo, &ioctl);
	if (cmd == FS_IOC_GETFSLABEL)
		return fltfs_get_label_filtered(fo, &ioctl);
	return fltfs_set_label_filtered(fo, &ioctl);
}
