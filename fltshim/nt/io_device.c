// SPDX-License-Identifier: GPL-2.0
/*
 * Device objects: what drivers reference, and look at. Nothing is sent to one on Linux but what the
 * file that made it says. Knows nothing of volumes.
 */
#include <linux/atomic.h>
#include <linux/slab.h>
#include "nt/io_device.h"

#define IO_TYPE_VPB	0x0a

/* With what its members point to. */
struct io_device {
	DEVICE_OBJECT object;
	DEVOBJ_EXTENSION extension;
	VPB vpb;
	u8 private[] __aligned(16);
};

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
	object->Size = sizeof(*object) + extension;
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
		kfree(container_of(object, struct io_device, object));
}
