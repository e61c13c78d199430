// SPDX-License-Identifier: GPL-2.0
/*
 * What a volume is to a filter that looks for its device: properties, the name that stays the same
 * from mount to mount, whether it can be written.
 */
#include <linux/export.h>
#include <linux/string.h>
#include <linux/uuid.h>
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"

/**
 * flt_volume_set_identity() - give a volume its unique name, and see that its letter is its own
 * @volume: not in the list of volumes yet
 *
 * Under flt_filters_lock. The GUID is the one that the file system tells, unless it tells none or
 * another mount has it (VOL-14): then a random one, or, where it was said, none.
 *
 * Return: NULL, or what another volume has already.
 */
const char *flt_volume_set_identity(struct flt_volume *volume)
{
	guid_t *guid = &volume->info.guid;
	struct flt_volume *other;
	char text[FLT_GUID_NAME_UNITS + 1];
	unsigned int i;

	list_for_each_entry(other, &flt_volumes, link) {
		if (volume->info.letter && other->info.letter == volume->info.letter)
			return "drive letter";
		if (!guid_equal(&other->info.guid, guid))
			continue;
		if (volume->info.guid_said)
			return "GUID";
		guid_copy(guid, &guid_null);
	}
	if (guid_is_null(guid))
		guid_gen(guid);
	snprintf(text, sizeof(text), "\\??\\Volume{%pUl}", guid);
	for (i = 0; i <= FLT_GUID_NAME_UNITS; i++)
		volume->guid_text[i] = text[i];
	volume->guid_name = (UNICODE_STRING) {
		sizeof(volume->guid_text) - sizeof(WCHAR), sizeof(volume->guid_text),
		volume->guid_text
	};
	return NULL;
}

/**
 * FltGetVolumeGuidName() - the name of a volume that stays the same
 * @Volume: the volume
 * @VolumeGuidName: its buffer receives the name, its Length the size; NULL to learn the size only
 * @BufferSizeNeeded: receives the size in bytes; may be NULL
 *
 * WDK page: fltgetvolumeguidname. IRQL: PASSIVE_LEVEL. Safe in every callback.
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL, with nothing written to @VolumeGuidName;
 * STATUS_INVALID_PARAMETER when both pointers are NULL; STATUS_INVALID_DEVICE_REQUEST for a network
 * volume; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetVolumeGuidName(PFLT_VOLUME Volume, PUNICODE_STRING VolumeGuidName,
			      PULONG BufferSizeNeeded)
{
	struct flt_volume *volume = (struct flt_volume *)Volume;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__) ||
	    (!VolumeGuidName && !BufferSizeNeeded))
		return STATUS_INVALID_PARAMETER;
	if (READ_ONCE(volume->obj.deleting))
		return STATUS_FLT_DELETING_OBJECT;
	if (!volume->info.local)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (BufferSizeNeeded)
		*BufferSizeNeeded = volume->guid_name.Length;
	if (!VolumeGuidName || VolumeGuidName->MaximumLength < volume->guid_name.Length)
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(VolumeGuidName->Buffer, volume->guid_name.Buffer, volume->guid_name.Length);
	VolumeGuidName->Length = volume->guid_name.Length;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetVolumeGuidName);

/* Which kind of device it is on. */
DEVICE_TYPE flt_volume_device_type(const struct flt_volume *volume)
{
	if (!volume->info.local)
		return FILE_DEVICE_NETWORK;
	if (volume->info.fs_type == FLT_FSTYPE_CDFS || volume->info.fs_type == FLT_FSTYPE_UDFS)
		return FILE_DEVICE_CD_ROM;
	return FILE_DEVICE_DISK;
}

/* Puts ASCII behind what is at *@at; the string is there afterwards. */
static UNICODE_STRING flt_properties_text(WCHAR **at, const char *prefix, const char *text)
{
	UNICODE_STRING string = { .Buffer = *at };

	while (*prefix)
		*(*at)++ = *prefix++;
	while (*text)
		*(*at)++ = *text++;
	string.Length = (*at - string.Buffer) * sizeof(WCHAR);
	string.MaximumLength = string.Length;
	return string;
}

/**
 * FltGetVolumeProperties() - what device and file system a volume has
 * @Volume: the volume
 * @VolumeProperties: receives the structure, with the text of its names behind it
 * @VolumePropertiesLength: bytes there
 * @LengthReturned: receives how many bytes were written, or are needed
 *
 * WDK page: fltgetvolumeproperties. IRQL: PASSIVE_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_BUFFER_TOO_SMALL when not even the structure fits;
 * STATUS_BUFFER_OVERFLOW with the structure but without the names; STATUS_INVALID_PARAMETER;
 * STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetVolumeProperties(PFLT_VOLUME Volume, PFLT_VOLUME_PROPERTIES VolumeProperties,
				ULONG VolumePropertiesLength, PULONG LengthReturned)
{
	struct flt_volume *volume = (struct flt_volume *)Volume;
	const struct flt_volume_info *info = &volume->info;
	FLT_VOLUME_PROPERTIES *to = VolumeProperties;
	size_t type, need;
	WCHAR *at;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__) || !LengthReturned)
		return STATUS_INVALID_PARAMETER;
	if (READ_ONCE(volume->obj.deleting))
		return STATUS_FLT_DELETING_OBJECT;
	type = strlen(info->lower_type);
	need = sizeof(*to) + (strlen("\\FileSystem\\") + type) * sizeof(WCHAR) +
	       volume->name.Length;
	if (info->local)
		need += (1 + type) * sizeof(WCHAR);
	*LengthReturned = need;
	if (!to || VolumePropertiesLength < sizeof(*to))
		return STATUS_BUFFER_TOO_SMALL;
	memset(to, 0, sizeof(*to));
	to->DeviceType = flt_volume_device_type(volume);
	to->DeviceCharacteristics = info->characteristics | FILE_DEVICE_IS_MOUNTED |
				    (info->local ? 0 : FILE_REMOTE_DEVICE);
	to->AlignmentRequirement = info->alignment;
	to->SectorSize = info->local ? info->sector_size ?: 512 : 0;
	to->Flags = info->dax ? VOL_PROP_FL_DAX_VOLUME : 0;
	if (VolumePropertiesLength < need) {
		*LengthReturned = sizeof(*to);
		return STATUS_BUFFER_OVERFLOW;
	}
	at = (WCHAR *)(to + 1);
	to->FileSystemDriverName = flt_properties_text(&at, "\\FileSystem\\", info->lower_type);
	if (info->local)
		to->FileSystemDeviceName = flt_properties_text(&at, "\\", info->lower_type);
	memcpy(at, volume->name.Buffer, volume->name.Length);
	/* The device of a network volume is its file system's (VOL-29). */
	*(info->local ? &to->RealDeviceName : &to->FileSystemDeviceName) = (UNICODE_STRING) {
		volume->name.Length, volume->name.Length, at
	};
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetVolumeProperties);

/* A volume, by itself or by one of its instances; NULL for anything else. */
static struct flt_volume *flt_volume_of_object(void *object)
{
	struct flt_object *obj = object;

	if (obj && obj->type == FLT_TYPE_INSTANCE)
		return container_of(obj, struct flt_instance, obj)->volume;
	return obj && obj->type == FLT_TYPE_VOLUME ? container_of(obj, struct flt_volume, obj) :
						     NULL;
}

/**
 * FltIsVolumeWritable() - whether a volume can be written
 * @FltObject: a volume or an instance
 * @IsWritable: receives the answer
 *
 * WDK page: fltisvolumewritable. IRQL: PASSIVE_LEVEL. Follows remounts.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_INVALID_DEVICE_REQUEST for a network
 * volume; STATUS_FLT_DELETING_OBJECT for one that is gone
 */
NTSTATUS FltIsVolumeWritable(PVOID FltObject, PBOOLEAN IsWritable)
{
	struct flt_volume *volume = flt_volume_of_object(FltObject);
	NTSTATUS status = STATUS_SUCCESS;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!volume || !IsWritable)
		return STATUS_INVALID_PARAMETER;
	if (!volume->info.local)
		return STATUS_INVALID_DEVICE_REQUEST;
	/* Keeps the file system from going away meanwhile. */
	mutex_lock(&volume->lock);
	if (!volume->ops)
		status = STATUS_FLT_DELETING_OBJECT;
	else if (volume->ops->writable)
		*IsWritable = volume->ops->writable(volume);
	else
		*IsWritable = !volume->info.read_only;
	mutex_unlock(&volume->lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltIsVolumeWritable);

/**
 * FltIsVolumeSnapshot() - whether a volume is a snapshot of another one
 * @FltObject: a volume or an instance
 * @IsSnapshotVolume: receives FALSE: a snapshot is a volume like any other
 *
 * WDK page: fltisvolumesnapshot. IRQL: PASSIVE_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_FLT_NO_DEVICE_OBJECT for a network
 * volume
 */
NTSTATUS FltIsVolumeSnapshot(PVOID FltObject, PBOOLEAN IsSnapshotVolume)
{
	struct flt_volume *volume = flt_volume_of_object(FltObject);

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!volume || !IsSnapshotVolume)
		return STATUS_INVALID_PARAMETER;
	if (!volume->info.local)
		return STATUS_FLT_NO_DEVICE_OBJECT;
	*IsSnapshotVolume = FALSE;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltIsVolumeSnapshot);
