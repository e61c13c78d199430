// SPDX-License-Identifier: GPL-2.0
/*
 * Setting and removing extended attributes: a program's request as a filter sees it, and the bottom
 * of SET_EA. What is shown, and how an empty value looks, is said in ea.c.
 */
#include <linux/slab.h>
#include <linux/xattr.h>
#include "fs/ea_entry.h"
#include "fs/request.h"

/* Setting an attribute; the flags of setxattr are for the bottom only. */
struct fltfs_ea_setting {
	struct fltfs_request request;
	int flags;
};

/**
 * fltfs_set_ea() - SET_EA at the bottom
 * @fo: open file object
 * @buffer: list of FILE_FULL_EA_INFORMATION
 * @length: its size
 * @flags: XATTR_CREATE or XATTR_REPLACE
 *
 * Return: STATUS_SUCCESS, STATUS_EA_LIST_INCONSISTENT or STATUS_INVALID_EA_NAME (nothing was
 * changed), or the lower file system's error.
 */
NTSTATUS fltfs_set_ea(struct fltfs_fo *fo, const void *buffer, ULONG length, int flags)
{
	const FILE_FULL_EA_INFORMATION *entry;
	ULONG at = 0;
	int err;

	if (!buffer)
		return STATUS_INVALID_PARAMETER;
	do {
		entry = fltfs_ea_at(buffer, length, at);
		if (!entry)
			return STATUS_EA_LIST_INCONSISTENT;
		if (!fltfs_ea_shown(fltfs_ea_name(entry)))
			return STATUS_INVALID_EA_NAME;
		at += entry->NextEntryOffset;
	} while (entry->NextEntryOffset);
	at = 0;
	do {
		bool remove;

		entry = buffer + at;
		remove = !entry->EaValueLength && !(entry->Flags & FLTFS_EA_EMPTY);
		err = fltfs_xattr_change(fo->dentry, fltfs_ea_name(entry),
					 remove ? NULL : fltfs_ea_value(entry),
					 entry->EaValueLength, flags);
		if (err)
			return flt_status_from_errno(err);
		at += entry->NextEntryOffset;
	} while (entry->NextEntryOffset);
	return STATUS_SUCCESS;
}

static void fltfs_bottom_set_ea(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const struct fltfs_ea_setting *setting = op->front;
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

	if (fltfs_op_is_open(op))
		status = fltfs_set_ea(fltfs_op_fo(op), parameters->SetEa.EaBuffer,
				      parameters->SetEa.Length, setting->flags);
	flt_operation_result(op, status, 0);
}

static noinline int fltfs_ea_set_send(struct fltfs_fo *fo, FILE_FULL_EA_INFORMATION *entry,
				      int flags)
{
	struct fltfs_ea_setting setting = {
		.request.bottom	= fltfs_bottom_set_ea,
		.flags		= flags,
	};
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_SET_EA, &fo->base.fo);
	op.vfs_lock = FLT_LOCK_INODE;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.Parameters.SetEa.Length = fltfs_ea_size(entry);
	op.iopb.Parameters.SetEa.EaBuffer = entry;
	op.front = &setting;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* The one entry of an operation that sets an attribute, to be freed; or NULL. */
static FILE_FULL_EA_INFORMATION *fltfs_ea_entry(const char *name, const void *value, size_t size)
{
	FILE_FULL_EA_INFORMATION *entry;

	entry = kvzalloc(FLTFS_EA_FIXED + strlen(name) + 1 + size, GFP_KERNEL);
	if (!entry)
		return NULL;
	entry->EaNameLength = strlen(name);
	entry->EaValueLength = size;
	memcpy((u8 *)entry + FLTFS_EA_FIXED, name, strlen(name) + 1);
	if (size)
		memcpy((u8 *)entry + FLTFS_EA_FIXED + strlen(name) + 1, value, size);
	else if (value)
		entry->Flags = FLTFS_EA_EMPTY;
	return entry;
}

/**
 * fltfs_ea_set() - setxattr or removexattr that a filter wants to see
 * @dentry: upper dentry; its inode is locked by the VFS
 * @name: one for which fltfs_ea_shown() holds
 * @value: value, or NULL to remove the attribute
 * @size: its size
 * @flags: XATTR_CREATE or XATTR_REPLACE
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
int fltfs_ea_set(struct dentry *dentry, const char *name, const void *value, size_t size,
		 int flags)
{
	FILE_FULL_EA_INFORMATION *entry = NULL;
	struct fltfs_subject subject;
	int err;

	if (size <= FLTFS_EA_VALUE_MAX) {
		entry = fltfs_ea_entry(name, value, size);
		if (!entry)
			return -ENOMEM;
	} else {
		pr_warn_once("fltfs: an extended attribute of more than 65535 bytes is not shown to filters\n");
	}
	err = fltfs_subject_open(&subject, dentry, FILE_WRITE_EA | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (!err) {
		if (entry)
			err = fltfs_ea_set_send(subject.fo, entry, flags);
		else
			err = fltfs_xattr_change(subject.fo->dentry, name, value, size, flags);
		fltfs_subject_close(&subject);
	}
	kvfree(entry);
	return err;
}
