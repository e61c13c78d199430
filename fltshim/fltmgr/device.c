// SPDX-License-Identifier: GPL-2.0
/*
 * The device objects of a volume: the one that file systems and filters attach to, and the disk
 * below. Both are shells that tell what the volume's properties tell. They live as long as somebody
 * references them; from which volume one is, only the volume knows.
 */
#include <linux/export.h>
#include "fltmgr/device.h"
#include "fltmgr/filter.h"
#include "fltmgr/volume.h"
#include "nt/ex_pool.h"
#include "nt/io_device.h"
#include "nt/ke_irql.h"

static WCHAR flt_driver_name[] = L"\\FileSystem\\FltMgr";

static DRIVER_OBJECT flt_driver_object = {
	.Type = IO_TYPE_DRIVER,
	.Size = sizeof(DRIVER_OBJECT),
	.DriverName = {
		sizeof(flt_driver_name) - sizeof(WCHAR), sizeof(flt_driver_name), flt_driver_name
	},
};

static PDEVICE_OBJECT flt_device_new(struct flt_volume *volume, DEVICE_TYPE type)
{
	const struct flt_volume_info *info = &volume->info;
	PDEVICE_OBJECT device = io_device_new(&flt_driver_object, type, 0);

	if (!device)
		return NULL;
	/* Neither DO_BUFFERED_IO nor DO_DIRECT_IO: that is how reads and writes come (BUF-006). */
	device->Characteristics = info->characteristics | FILE_DEVICE_IS_MOUNTED |
				  (info->local ? 0 : FILE_REMOTE_DEVICE);
	device->AlignmentRequirement = info->alignment;
	device->SectorSize = info->local ? info->sector_size ?: 512 : 0;
	return device;
}

/**
 * flt_devices_create() - make the device objects of a volume
 * @volume: not in the list of volumes yet
 *
 * Return: false without memory
 */
bool flt_devices_create(struct flt_volume *volume)
{
	DEVICE_TYPE type = flt_volume_device_type(volume);

	volume->device = flt_device_new(volume, type == FILE_DEVICE_CD_ROM ?
					FILE_DEVICE_CD_ROM_FILE_SYSTEM :
					volume->info.local ? FILE_DEVICE_DISK_FILE_SYSTEM :
							     FILE_DEVICE_NETWORK_FILE_SYSTEM);
	if (!volume->device)
		return false;
	if (!volume->info.local)
		return true;
	volume->disk = flt_device_new(volume, type);
	if (!volume->disk)
		return false;
	volume->device->Vpb->DeviceObject = volume->device;
	volume->device->Vpb->RealDevice = volume->disk;
	volume->disk->Vpb->DeviceObject = volume->device;
	volume->disk->Vpb->RealDevice = volume->disk;
	return true;
}

/* The volume goes; the objects stay for those who reference them, and name each other no more. */
void flt_devices_release(struct flt_volume *volume)
{
	PDEVICE_OBJECT devices[] = { volume->device, volume->disk };
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(devices); i++) {
		if (!devices[i])
			continue;
		devices[i]->Vpb->DeviceObject = NULL;
		devices[i]->Vpb->RealDevice = NULL;
		io_device_put(devices[i]);
	}
}

/* The volume that an object is the device of; under flt_filters_lock. @object may be anything. */
static struct flt_volume *flt_volume_of_device(const void *object, bool disk)
{
	struct flt_volume *volume;

	list_for_each_entry(volume, &flt_volumes, link) {
		if (object && (volume->device == object || (disk && volume->disk == object)))
			return volume;
	}
	return NULL;
}

static NTSTATUS flt_device_give(PFLT_VOLUME Volume, PDEVICE_OBJECT *to, bool disk,
				const char *caller, const char *routine)
{
	struct flt_volume *volume = (struct flt_volume *)Volume;
	PDEVICE_OBJECT device;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, caller, routine) || !to)
		return STATUS_INVALID_PARAMETER;
	if (READ_ONCE(volume->obj.deleting))
		return STATUS_FLT_DELETING_OBJECT;
	device = disk ? volume->disk : volume->device;
	if (!device)
		return STATUS_FLT_NO_DEVICE_OBJECT;
	io_device_get(device);
	*to = device;
	return STATUS_SUCCESS;
}

/**
 * FltGetDeviceObject() - the device object of a volume
 * @Volume: the volume
 * @DeviceObject: receives it, referenced; ObDereferenceObject() gives it back
 *
 * WDK page: fltgetdeviceobject. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetDeviceObject(PFLT_VOLUME Volume, PDEVICE_OBJECT *DeviceObject)
{
	return flt_device_give(Volume, DeviceObject, false, fsh_caller(), __func__);
}
EXPORT_SYMBOL_GPL(FltGetDeviceObject);

/**
 * FltGetDiskDeviceObject() - the device object of the disk below a volume
 * @Volume: the volume
 * @DiskDeviceObject: receives it, referenced; ObDereferenceObject() gives it back
 *
 * WDK page: fltgetdiskdeviceobject. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_FLT_NO_DEVICE_OBJECT for a network
 * volume; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetDiskDeviceObject(PFLT_VOLUME Volume, PDEVICE_OBJECT *DiskDeviceObject)
{
	return flt_device_give(Volume, DiskDeviceObject, true, fsh_caller(), __func__);
}
EXPORT_SYMBOL_GPL(FltGetDiskDeviceObject);

/**
 * FltGetVolumeFromDeviceObject() - the volume of a device object
 * @Filter: the caller's filter
 * @DeviceObject: from FltGetDeviceObject(); not looked into
 * @RetVolume: receives a referenced volume
 *
 * WDK page: fltgetvolumefromdeviceobject. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for anything else than the device object of a
 * volume, that of its disk included; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetVolumeFromDeviceObject(PFLT_FILTER Filter, PDEVICE_OBJECT DeviceObject,
				      PFLT_VOLUME *RetVolume)
{
	struct flt_volume *volume;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!RetVolume)
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	volume = flt_volume_of_device(DeviceObject, false);
	status = volume ? flt_object_give(&volume->obj) : STATUS_INVALID_PARAMETER;
	if (NT_SUCCESS(status)) {
		flt_object_given_to(&volume->obj, __builtin_return_address(0));
		*RetVolume = (PFLT_VOLUME)volume;
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltGetVolumeFromDeviceObject);

/**
 * FltIsFltMgrVolumeDeviceObject() - whether an address is the device object of a volume
 * @DeviceObject: any value; not looked into
 *
 * WDK page: fltisfltmgrvolumedeviceobject. IRQL: <= APC_LEVEL.
 */
BOOLEAN FltIsFltMgrVolumeDeviceObject(PDEVICE_OBJECT DeviceObject)
{
	BOOLEAN is;

	if (!ke_at_most(APC_LEVEL))
		return FALSE;
	mutex_lock(&flt_filters_lock);
	is = !!flt_volume_of_device(DeviceObject, false);
	mutex_unlock(&flt_filters_lock);
	return is;
}
EXPORT_SYMBOL_GPL(FltIsFltMgrVolumeDeviceObject);

static NTSTATUS flt_dos_name(const void *caller, void *object, PUNICODE_STRING name)
{
	struct flt_volume *volume;
	UNICODE_STRING text = {};
	NTSTATUS status = STATUS_INVALID_PARAMETER;
	ULONG length = 2 * sizeof(WCHAR);

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!name)
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	volume = flt_volume_of_device(object, true);
	if (volume) {
		if (!volume->info.letter)
			length = volume->guid_name.Length;
		text.Buffer = pool_alloc(caller, POOL_FLAG_PAGED, length + sizeof(WCHAR),
					 POOL_TAG_STRING);
		status = text.Buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
	}
	if (NT_SUCCESS(status)) {
		if (volume->info.letter) {
			text.Buffer[0] = volume->info.letter;
			text.Buffer[1] = ':';
		} else {
			memcpy(text.Buffer, volume->guid_name.Buffer, length);
			text.Buffer[1] = '\\';	/* as programs write it */
		}
		text.Buffer[length / sizeof(WCHAR)] = 0;
		text.Length = length;
		text.MaximumLength = length + sizeof(WCHAR);
		*name = text;
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}

/**
 * IoVolumeDeviceToDosName() - how programs name a volume
 * @VolumeDeviceObject: of the volume, or of its disk; not looked into
 * @DosName: receives a string in paged pool, which the caller frees with ExFreePool()
 *
 * WDK: nf-ntddk-iovolumedevicetodosname. IRQL: <= APC_LEVEL. A volume has a drive letter where its
 * mount was given one; else it is the form that volumes without one have, \\?\Volume{...}.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS IoVolumeDeviceToDosName(PVOID VolumeDeviceObject, PUNICODE_STRING DosName)
{
	return flt_dos_name(__builtin_return_address(0), VolumeDeviceObject, DosName);
}
EXPORT_SYMBOL_GPL(IoVolumeDeviceToDosName);

/**
 * RtlVolumeDeviceToDosName() - how programs name a volume
 * @VolumeDeviceObject: see IoVolumeDeviceToDosName(), whose older name this is
 * @DosName: likewise
 *
 * WDK: nf-ntddk-rtlvolumedevicetodosname.
 */
NTSTATUS RtlVolumeDeviceToDosName(PVOID VolumeDeviceObject, PUNICODE_STRING DosName)
{
	return flt_dos_name(__builtin_return_address(0), VolumeDeviceObject, DosName);
}
EXPORT_SYMBOL_GPL(RtlVolumeDeviceToDosName);
