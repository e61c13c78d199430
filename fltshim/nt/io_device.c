// SPDX-License-Identifier: GPL-2.0
/*
 * Device objects: what drivers make, reference and look at, and the names of those they make. A
 * named device can be opened by programs as /dev/fltshim/NAME (io_device_file.c). Knows nothing of
 * volumes.
 *
 * Locking: io_names_lock protects the list of names and that of the devices which drivers have
 * made. No driver's code runs under it, and no open takes it, so a driver may make and delete
 * devices wherever it is called. A device lives as long as it is referenced.
 */
#include <linux/atomic.h>
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include <linux/slab.h>
#include "nt/io_device.h"
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define IO_TYPE_VPB	0x0a
#define IO_NAME_MAX	64	/* of the last part, which becomes a file's name */

/* With what its members point to. */
struct io_device {
	DEVICE_OBJECT object;
	DEVOBJ_EXTENSION extension;
	VPB vpb;
	struct list_head link;	/* among those that drivers made and did not delete */
	struct fsh_driver *driver;	/* of these, who did */
	atomic_t claimed;	/* an exclusive one is open */
	u8 private[] __aligned(16);
};

/* A name of a device, or a symbolic link to one. */
struct io_name {
	struct list_head link;
	UNICODE_STRING path;
	struct fsh_driver *driver;
	PDEVICE_OBJECT device;	/* referenced; NULL for a link to what is no more */
	bool symbolic;
	struct io_node *node;	/* for programs; NULL where another name has the same last part */
};

static DEFINE_MUTEX(io_names_lock);
static LIST_HEAD(io_names);
static LIST_HEAD(io_devices);

static struct io_device *io_device_of(PDEVICE_OBJECT object)
{
	return container_of(object, struct io_device, object);
}

/**
 * io_device_new() - make a device object
 * @driver: whose it is; outlives it
 * @type: FILE_DEVICE_*
 * @extension: bytes of its device extension
 *
 * Return: the object with one reference; NULL without memory
 */
PDEVICE_OBJECT io_device_new(PDRIVER_OBJECT driver, DEVICE_TYPE type, size_t extension)
{
	struct io_device *device = kzalloc(struct_size(device, private, extension), GFP_KERNEL);
	PDEVICE_OBJECT object;

	if (!device)
		return NULL;
	object = &device->object;
	object->Type = IO_TYPE_DEVICE;
	object->Size = min_t(size_t, sizeof(*object) + extension, S16_MAX);
	object->ReferenceCount = 1;
	object->DriverObject = driver;
	object->DeviceType = type;
	object->StackSize = 1;
	object->Vpb = &device->vpb;
	object->DeviceExtension = extension ? device->private : NULL;
	object->DeviceObjectExtension = &device->extension;
	device->extension.Size = sizeof(device->extension);
	device->extension.DeviceObject = object;
	device->vpb.Type = IO_TYPE_VPB;
	device->vpb.Size = sizeof(device->vpb);
	return object;
}

static atomic_t *io_device_refs(PDEVICE_OBJECT object)
{
	return (atomic_t *)&object->ReferenceCount;
}

/* IRQL <= DISPATCH_LEVEL. */
void io_device_get(PDEVICE_OBJECT object)
{
	atomic_inc(io_device_refs(object));
}

/* IRQL <= DISPATCH_LEVEL. */
void io_device_put(PDEVICE_OBJECT object)
{
	if (atomic_dec_and_test(io_device_refs(object)))
		kfree(io_device_of(object));
}

/* For an exclusive device: false while it is open. */
bool io_device_claim(PDEVICE_OBJECT object)
{
	return !atomic_cmpxchg(&io_device_of(object)->claimed, 0, 1);
}

void io_device_unclaim(PDEVICE_OBJECT object)
{
	atomic_set(&io_device_of(object)->claimed, 0);
}

/* \??\ and \DosDevices\ are one folder. Return: was it there, and is cut off now? */
static bool io_skip_dos(UNICODE_STRING *path)
{
	static WCHAR dos[] = L"\\DosDevices\\", short_dos[] = L"\\??\\";
	UNICODE_STRING prefixes[] = {
		{ sizeof(dos) - sizeof(WCHAR), sizeof(dos), dos },
		{ sizeof(short_dos) - sizeof(WCHAR), sizeof(short_dos), short_dos },
	};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		if (!RtlPrefixUnicodeString(&prefixes[i], path, TRUE))
			continue;
		path->Buffer += prefixes[i].Length / sizeof(WCHAR);
		path->Length -= prefixes[i].Length;
		return true;
	}
	return false;
}

static struct io_name *io_name_find(const UNICODE_STRING *path)
{
	UNICODE_STRING wanted = *path, is;
	bool dos = io_skip_dos(&wanted);
	struct io_name *name;

	list_for_each_entry(name, &io_names, link) {
		is = name->path;
		if (io_skip_dos(&is) == dos && RtlEqualUnicodeString(&is, &wanted, TRUE))
			return name;
	}
	return NULL;
}

/* The last part of a name, as the name of a file. */
static bool io_file_name(const UNICODE_STRING *path, char *text)
{
	unsigned int units = path->Length / sizeof(WCHAR), at = units, i;

	while (at && path->Buffer[at - 1] != '\\')
		at--;
	if (at == units || units - at >= IO_NAME_MAX)
		return false;
	for (i = at; i < units; i++) {
		WCHAR unit = path->Buffer[i];

		*text++ = unit < 0x80 && (isalnum(unit) || strchr("-_.", unit)) ? unit : '_';
	}
	*text = 0;
	return true;
}

static bool io_path_good(const UNICODE_STRING *path)
{
	return path && path->Buffer && path->Length > sizeof(WCHAR) &&
	       !(path->Length % sizeof(WCHAR)) && path->Buffer[0] == '\\';
}

static void io_name_free(struct io_name *name)
{
	io_node_destroy(name->node);
	if (name->device)
		io_device_put(name->device);
	kfree(name->path.Buffer);
	kfree(name);
}

/* Gives a device a name, under io_names_lock. */
static NTSTATUS io_name_add(const UNICODE_STRING *path, PDEVICE_OBJECT device, bool symbolic)
{
	char text[IO_NAME_MAX], other[IO_NAME_MAX];
	struct io_name *name, *same = NULL;
	NTSTATUS status;

	if (io_name_find(path))
		return STATUS_OBJECT_NAME_COLLISION;
	if (!io_file_name(path, text) || !strcmp(text, ".") || !strcmp(text, ".."))
		return STATUS_OBJECT_NAME_INVALID;
	list_for_each_entry(name, &io_names, link) {
		if (name->node && io_file_name(&name->path, other) && !strcmp(text, other))
			same = name;
	}
	if (same && same->device != device)
		return STATUS_OBJECT_NAME_COLLISION;
	name = kzalloc(sizeof(*name), GFP_KERNEL);
	if (!name)
		return STATUS_INSUFFICIENT_RESOURCES;
	io_device_get(device);
	name->device = device;
	name->driver = io_device_of(device)->driver;
	name->symbolic = symbolic;
	name->path.Buffer = kmemdup(path->Buffer, path->Length, GFP_KERNEL);
	name->path.Length = path->Length;
	name->path.MaximumLength = path->Length;
	status = name->path.Buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
	if (NT_SUCCESS(status) && !same) {
		name->node = io_node_create(text, device, name->driver);
		if (!name->node)
			status = STATUS_INSUFFICIENT_RESOURCES;
	}
	if (!NT_SUCCESS(status)) {
		io_name_free(name);
		return status;
	}
	list_add_tail(&name->link, &io_names);
	return STATUS_SUCCESS;
}

/**
 * IoCreateDevice() - make a device
 * @DriverObject: the caller's
 * @DeviceExtensionSize: bytes of memory that come with it, zeroed
 * @DeviceName: "\Device\NAME"; NULL for a device without a name
 * @DeviceType: FILE_DEVICE_*
 * @DeviceCharacteristics: FILE_*
 * @Exclusive: only one open at a time
 * @DeviceObject: receives it
 *
 * WDK page: iocreatedevice. IRQL: <= APC_LEVEL. Programs of root open it as /dev/fltshim/NAME; what
 * they do comes to the dispatch routines of the driver (io_device_file.c).
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_COLLISION; STATUS_OBJECT_NAME_INVALID;
 * STATUS_INSUFFICIENT_RESOURCES; STATUS_INVALID_PARAMETER for what is no driver object
 */
NTSTATUS IoCreateDevice(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
			PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
			ULONG DeviceCharacteristics, BOOLEAN Exclusive,
			PDEVICE_OBJECT *DeviceObject)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct fsh_driver *driver;
	PDEVICE_OBJECT device;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	driver = fsh_driver_of(DriverObject);
	if (!DeviceObject || !driver || (DeviceName && !io_path_good(DeviceName)))
		return STATUS_INVALID_PARAMETER;
	if (DeviceExtensionSize > U16_MAX)
		return STATUS_INSUFFICIENT_RESOURCES;
	device = io_device_new(DriverObject, DeviceType, DeviceExtensionSize);
	if (!device)
		return STATUS_INSUFFICIENT_RESOURCES;
	device->Characteristics = DeviceCharacteristics;
	device->Flags = DO_DEVICE_INITIALIZING | (Exclusive ? DO_EXCLUSIVE : 0);
	io_device_of(device)->driver = driver;
	mutex_lock(&io_names_lock);
	if (DeviceName)
		status = io_name_add(DeviceName, device, false);
	if (NT_SUCCESS(status)) {
		list_add_tail(&io_device_of(device)->link, &io_devices);
		device->NextDevice = DriverObject->DeviceObject;
		DriverObject->DeviceObject = device;
		*DeviceObject = device;
	}
	mutex_unlock(&io_names_lock);
	if (!NT_SUCCESS(status))
		io_device_put(device);
	return status;
}
EXPORT_SYMBOL_GPL(IoCreateDevice);

/**
 * IoCreateDeviceSecure() - make a device that not everybody may open
 * @DriverObject: see IoCreateDevice()
 * @DeviceExtensionSize: likewise
 * @DeviceName: likewise
 * @DeviceType: likewise
 * @DeviceCharacteristics: likewise
 * @Exclusive: likewise
 * @DefaultSDDLString: who may; not looked at: only root may open any of them
 * @DeviceClassGuid: not looked at
 * @DeviceObject: likewise
 *
 * WDK page: wdmlibiocreatedevicesecure. IRQL: <= APC_LEVEL.
 */
NTSTATUS IoCreateDeviceSecure(PDRIVER_OBJECT DriverObject, ULONG DeviceExtensionSize,
			      PUNICODE_STRING DeviceName, DEVICE_TYPE DeviceType,
			      ULONG DeviceCharacteristics, BOOLEAN Exclusive,
			      PCUNICODE_STRING DefaultSDDLString, LPCGUID DeviceClassGuid,
			      PDEVICE_OBJECT *DeviceObject)
{
	return IoCreateDevice(DriverObject, DeviceExtensionSize, DeviceName, DeviceType,
			      DeviceCharacteristics, Exclusive, DeviceObject);
}
EXPORT_SYMBOL_GPL(IoCreateDeviceSecure);

/* The device that a driver means, if one has made it; only addresses are compared. */
static struct io_device *io_device_made(PDEVICE_OBJECT object)
{
	struct io_device *device;

	list_for_each_entry(device, &io_devices, link) {
		if (&device->object == object)
			return device;
	}
	return NULL;
}

/* The names of a device that goes; links to it lead nowhere now. */
static void io_names_drop(PDEVICE_OBJECT device)
{
	struct io_name *name, *next;

	list_for_each_entry_safe(name, next, &io_names, link) {
		if (name->device != device)
			continue;
		if (name->symbolic) {
			io_node_destroy(name->node);
			name->node = NULL;
			name->device = NULL;
			io_device_put(device);
		} else {
			list_del(&name->link);
			io_name_free(name);
		}
	}
}

/* Under io_names_lock: a device that a driver has made goes, and with it that reference. */
static void io_device_delete(struct io_device *device)
{
	PDEVICE_OBJECT *place = &device->driver->object->DeviceObject;

	list_del(&device->link);
	for (; *place; place = &(*place)->NextDevice) {
		if (*place == &device->object) {
			*place = device->object.NextDevice;
			break;
		}
	}
	device->object.NextDevice = NULL;
	io_names_drop(&device->object);
	io_device_put(&device->object);
}

/**
 * IoDeleteDevice() - give a device up
 * @DeviceObject: from IoCreateDevice()
 *
 * WDK page: iodeletedevice. IRQL: <= APC_LEVEL. Nobody can open it any more; who has it open keeps
 * it, as on Windows. Symbolic links to it stay, and lead nowhere.
 */
VOID IoDeleteDevice(PDEVICE_OBJECT DeviceObject)
{
	struct io_device *device;

	if (!ke_at_most(APC_LEVEL))
		return;
	mutex_lock(&io_names_lock);
	device = io_device_made(DeviceObject);
	if (device)
		io_device_delete(device);
	mutex_unlock(&io_names_lock);
	if (!device)
		fsh_violation(fsh_caller(), __func__, "%p is no device of a driver", DeviceObject);
}
EXPORT_SYMBOL_GPL(IoDeleteDevice);

/**
 * IoCreateSymbolicLink() - give a device another name
 * @SymbolicLinkName: "\DosDevices\NAME" or "\??\NAME"
 * @DeviceName: name of an existing device
 *
 * WDK page: iocreatesymboliclink. IRQL: PASSIVE_LEVEL. Programs find the device under this NAME,
 * too.
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND for a device that is not there;
 * STATUS_OBJECT_NAME_COLLISION; STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS IoCreateSymbolicLink(PUNICODE_STRING SymbolicLinkName, PUNICODE_STRING DeviceName)
{
	struct io_name *target;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!io_path_good(SymbolicLinkName) || !io_path_good(DeviceName))
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&io_names_lock);
	target = io_name_find(DeviceName);
	status = target && target->device ?
			  io_name_add(SymbolicLinkName, target->device, true) :
			  STATUS_OBJECT_NAME_NOT_FOUND;
	mutex_unlock(&io_names_lock);
	return status;
}
EXPORT_SYMBOL_GPL(IoCreateSymbolicLink);

/**
 * IoDeleteSymbolicLink() - take another name away
 * @SymbolicLinkName: from IoCreateSymbolicLink()
 *
 * WDK page: iodeletesymboliclink. IRQL: PASSIVE_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND; STATUS_INVALID_PARAMETER
 */
NTSTATUS IoDeleteSymbolicLink(PUNICODE_STRING SymbolicLinkName)
{
	NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
	struct io_name *name;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!io_path_good(SymbolicLinkName))
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&io_names_lock);
	name = io_name_find(SymbolicLinkName);
	if (name && name->symbolic) {
		list_del(&name->link);
		io_name_free(name);
		status = STATUS_SUCCESS;
	}
	mutex_unlock(&io_names_lock);
	return status;
}
EXPORT_SYMBOL_GPL(IoDeleteSymbolicLink);

/**
 * io_link_target() - the name of the device that a driver's symbolic link leads to
 * @link: name of the link
 * @target: receives a copy, whose buffer is kfree()d by the caller; without a terminator
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND, also for a link whose device is gone;
 * STATUS_OBJECT_TYPE_MISMATCH for the device's own name; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS io_link_target(const UNICODE_STRING *link, UNICODE_STRING *target)
{
	NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
	struct io_name *name, *own;

	mutex_lock(&io_names_lock);
	name = io_name_find(link);
	if (name && !name->symbolic)
		status = STATUS_OBJECT_TYPE_MISMATCH;
	list_for_each_entry(own, &io_names, link) {
		if (!name || !name->symbolic || own->symbolic || own->device != name->device)
			continue;
		*target = own->path;
		target->Buffer = kmemdup(own->path.Buffer, own->path.Length, GFP_KERNEL);
		status = target->Buffer ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
		break;
	}
	mutex_unlock(&io_names_lock);
	return status;
}

/* DriverEntry is through: what it has made may be opened. */
void io_device_driver_ready(struct fsh_driver *driver)
{
	PDEVICE_OBJECT device;

	mutex_lock(&io_names_lock);
	for (device = driver->object->DeviceObject; device; device = device->NextDevice)
		device->Flags &= ~DO_DEVICE_INITIALIZING;
	mutex_unlock(&io_names_lock);
}

/* The driver's module goes: its devices too, those that it forgot with a word. */
void io_device_driver_gone(struct fsh_driver *driver)
{
	struct io_device *device, *next_device;
	struct io_name *name, *next;

	mutex_lock(&io_names_lock);
	list_for_each_entry_safe(device, next_device, &io_devices, link) {
		if (device->driver != driver)
			continue;
		pr_warn("fltshim: %s: DriverUnload: a device was never deleted\n",
			driver->service);
		io_device_delete(device);
	}
	list_for_each_entry_safe(name, next, &io_names, link) {
		if (name->driver == driver) {
			list_del(&name->link);
			io_name_free(name);
		}
	}
	mutex_unlock(&io_names_lock);
}
