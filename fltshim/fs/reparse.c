// SPDX-License-Identifier: GPL-2.0
/*
 * Symbolic links and special files as reparse points: what a filter that asks for one is told. The
 * data of a link is as the Linux subsystem of Windows has it: a version, and the target in UTF-8.
 */
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "fs/request.h"

#define FLTFS_LINK_VERSION	2	/* the target is in UTF-8 */

/* Header and version, then the text. */
#define FLTFS_LINK_TEXT \
	(offsetof(REPARSE_DATA_BUFFER, GenericReparseBuffer) + sizeof(ULONG))

static NTSTATUS fltfs_fill_link(const struct fltfs_fo *fo, u8 *buffer, ULONG length, ULONG *used)
{
	REPARSE_DATA_BUFFER *header = (REPARSE_DATA_BUFFER *)buffer;
	DEFINE_DELAYED_CALL(done);
	ULONG version = FLTFS_LINK_VERSION;
	struct path path = fltfs_fo_path(fo);
	const char *target;
	size_t size;

	if (length < FLTFS_LINK_TEXT)
		return STATUS_BUFFER_OVERFLOW;
	target = vfs_get_link(path.dentry, &done);
	if (IS_ERR(target))
		return flt_status_from_errno(PTR_ERR(target));
	size = strlen(target);
	header->ReparseDataLength = sizeof(version) + size;
	memcpy(buffer + offsetof(REPARSE_DATA_BUFFER, GenericReparseBuffer), &version,
	       sizeof(version));
	memcpy(buffer + FLTFS_LINK_TEXT, target, min_t(size_t, size, length - FLTFS_LINK_TEXT));
	*used = min_t(size_t, FLTFS_LINK_TEXT + size, length);
	do_delayed_call(&done);
	return *used < FLTFS_LINK_TEXT + size ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* Bytes of the data of a symbolic link with that target, or of a special file (NULL). */
ULONG fltfs_reparse_size(const char *target)
{
	return target ? FLTFS_LINK_TEXT + strlen(target) :
			offsetof(REPARSE_DATA_BUFFER, GenericReparseBuffer);
}

/**
 * fltfs_reparse_fill() - the data of what is about to be made
 * @header: filled; fltfs_reparse_size() bytes, cleared
 * @tag: of its kind
 * @target: of a symbolic link, or NULL
 */
void fltfs_reparse_fill(REPARSE_DATA_BUFFER *header, ULONG tag, const char *target)
{
	const ULONG version = FLTFS_LINK_VERSION;
	u8 *bytes = (u8 *)header;

	header->ReparseTag = tag;
	if (!target)
		return;
	header->ReparseDataLength = sizeof(version) + strlen(target);
	memcpy(bytes + offsetof(REPARSE_DATA_BUFFER, GenericReparseBuffer), &version,
	       sizeof(version));
	memcpy(bytes + FLTFS_LINK_TEXT, target, strlen(target));
}

/**
 * fltfs_query_reparse() - FSCTL_GET_REPARSE_POINT
 * @fo: open file object
 * @buffer: filled
 * @length: its size
 * @used: bytes written
 *
 * A special file has a tag and no data; its device number is in StatLx information.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_A_REPARSE_POINT; STATUS_BUFFER_TOO_SMALL, nothing written;
 * STATUS_BUFFER_OVERFLOW, the data was cut; or the lower file system's error
 */
NTSTATUS fltfs_query_reparse(const struct fltfs_fo *fo, void *buffer, ULONG length, ULONG *used)
{
	const ULONG fixed = offsetof(REPARSE_DATA_BUFFER, GenericReparseBuffer);
	ULONG tag = fltfs_reparse_tag(d_inode(fltfs_fo_path(fo).dentry)->i_mode);
	REPARSE_DATA_BUFFER *header = buffer;

	*used = 0;
	if (!tag)
		return STATUS_NOT_A_REPARSE_POINT;
	if (!buffer || length < fixed)
		return STATUS_BUFFER_TOO_SMALL;
	memset(buffer, 0, fixed);
	header->ReparseTag = tag;
	*used = fixed;
	if (tag != IO_REPARSE_TAG_LX_SYMLINK)
		return STATUS_SUCCESS;
	return fltfs_fill_link(fo, buffer, length, used);
}

/* A program asks where a link leads to, which counts as an access. */
static void fltfs_bottom_reparse(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	ULONG room = parameters->FileSystemControl.Buffered.OutputBufferLength, used = 0;
	void *buffer = parameters->FileSystemControl.Buffered.SystemBuffer;
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	struct path path;

	if (fltfs_op_is_open(op)) {
		path = fltfs_fo_path(fltfs_op_fo(op));
		touch_atime(&path);
		status = fltfs_query_reparse(fltfs_op_fo(op), buffer, room, &used);
	}
	flt_operation_result(op, status, used);
}

/* The target, as the filters left it, for the program. */
static int fltfs_link_copy(const REPARSE_DATA_BUFFER *header, ULONG length, char __user *buffer,
			   int size)
{
	ULONG data = header->ReparseDataLength, text;

	if (header->ReparseTag != IO_REPARSE_TAG_LX_SYMLINK || data < sizeof(ULONG))
		return -EINVAL;
	text = min_t(ULONG, data - sizeof(ULONG), length - FLTFS_LINK_TEXT);
	text = min_t(ULONG, text, size);
	return copy_to_user(buffer, (const u8 *)header + FLTFS_LINK_TEXT, text) ? -EFAULT : text;
}

/**
 * fltfs_readlink_filtered() - readlink that a filter wants to see
 * @dentry: upper dentry of a symbolic link
 * @buffer: the program's
 * @size: its size
 *
 * Return: bytes copied, a filter's errno, or that of the lower file system.
 */
int fltfs_readlink_filtered(struct dentry *dentry, char __user *buffer, int size)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_reparse };
	struct fltfs_control control = {
		.code		= FSCTL_GET_REPARSE_POINT,
		.output_length	= FLTFS_LINK_TEXT + PATH_MAX,
	};
	struct fltfs_subject subject;
	int ret;

	control.buffer = kzalloc(control.output_length, GFP_KERNEL);
	if (!control.buffer)
		return -ENOMEM;
	ret = fltfs_subject_open(&subject, dentry, FILE_READ_ATTRIBUTES | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (!ret) {
		ret = fltfs_control_send(subject.fo, &control, &request);
		if (!ret)
			ret = fltfs_link_copy(control.buffer, control.output_length, buffer, size);
		fltfs_subject_close(&subject);
	}
	kfree(control.buffer);
	return ret;
}
