// SPDX-License-Identifier: GPL-2.0
/*
 * Single questions about a volume: its name, and the type of its file system.
 */
#include <linux/export.h>
#include <linux/string.h>
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"

/**
 * FltGetVolumeName() - the device name of a volume
 * @Volume: the volume
 * @VolumeName: its buffer receives the name, its Length the size; NULL to learn the size only
 * @BufferSizeNeeded: receives the size in bytes; may be NULL
 *
 * WDK page: fltgetvolumename. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, with nothing written to @VolumeName;
 * STATUS_INVALID_PARAMETER when both pointers are NULL; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetVolumeName(PFLT_VOLUME Volume, PUNICODE_STRING VolumeName, PULONG BufferSizeNeeded)
{
	struct flt_volume *volume = (struct flt_volume *)Volume;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__) ||
	    (!VolumeName && !BufferSizeNeeded))
		return STATUS_INVALID_PARAMETER;
	if (READ_ONCE(volume->obj.deleting))
		return STATUS_FLT_DELETING_OBJECT;
	if (BufferSizeNeeded)
		*BufferSizeNeeded = volume->name.Length;
	if (!VolumeName || VolumeName->MaximumLength < volume->name.Length)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(VolumeName->Buffer, volume->name.Buffer, volume->name.Length);
	VolumeName->Length = volume->name.Length;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetVolumeName);

/**
 * FltGetFileSystemType() - what a volume's file system counts as
 * @FltObject: a volume or an instance
 * @FileSystemType: receives it; FLT_FSTYPE_UNKNOWN for any other object
 *
 * WDK page: fltgetfilesystemtype. IRQL: <= APC_LEVEL. Local file systems of Linux count as NTFS,
 * since many filters attach to nothing else.
 *
 * Return: STATUS_SUCCESS, STATUS_INVALID_PARAMETER
 */
NTSTATUS FltGetFileSystemType(PVOID FltObject, PFLT_FILESYSTEM_TYPE FileSystemType)
{
	struct flt_object *obj = FltObject;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	*FileSystemType = FLT_FSTYPE_UNKNOWN;
	if (obj && obj->type == FLT_TYPE_INSTANCE)
		obj = &container_of(obj, struct flt_instance, obj)->volume->obj;
	if (!flt_object_is(obj, FLT_TYPE_VOLUME, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	*FileSystemType = container_of(obj, struct flt_volume, obj)->info.fs_type;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetFileSystemType);
