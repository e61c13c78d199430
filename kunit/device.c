// SPDX-License-Identifier: GPL-2.0
/*
 * Suite device: the device objects of volumes, what they are called, and the links of those names
 * (VOL-17, VOL-30, VOL-31, VOL-92).
 */
#include "kunit/name_ask.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

static void device_of_volume(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	struct fake_volume *other = world_second_volume(w);
	PFLT_FILTER filter = w->probe[0]->filter;
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume, found = NULL;
	PDEVICE_OBJECT device = NULL, again = NULL, second = NULL;
	DEVICE_OBJECT alike;
	LONG references;

	FLT_REQUIRE(test, NT_SUCCESS(FltGetDeviceObject(volume, &device)) && device);
	references = device->ReferenceCount;
	FLT_PROVES(test, "VOL-30", NT_SUCCESS(FltGetDeviceObject(volume, &again)) &&
		   again == device && device->ReferenceCount == references + 1);
	ObDereferenceObject(again);
	FLT_PROVES(test, "VOL-30", device->ReferenceCount == references);
	FLT_PROVES(test, "VOL-30", NT_SUCCESS(FltGetDeviceObject((PFLT_VOLUME)other->volume,
								 &second)) && second != device);
	FLT_PROVES(test, "VOL-30", NT_SUCCESS(FltGetVolumeFromDeviceObject(filter, device,
									   &found)) &&
		   found == volume);
	FltObjectDereference(found);
	FLT_PROVES(test, "VOL-30", FltIsFltMgrVolumeDeviceObject(device) &&
		   FltIsFltMgrVolumeDeviceObject(second));
	/* Nothing of what is no such object is looked at. */
	alike = *device;
	FLT_PROVES(test, "VOL-30", !FltIsFltMgrVolumeDeviceObject(&alike) &&
		   !FltIsFltMgrVolumeDeviceObject(NULL) &&
		   !FltIsFltMgrVolumeDeviceObject((void *)8) &&
		   !FltIsFltMgrVolumeDeviceObject((void *)0x8000000000000000));
	FLT_PROVES(test, "VOL-30", FltGetVolumeFromDeviceObject(filter, &alike, &found) ==
		   STATUS_INVALID_PARAMETER &&
		   FltGetVolumeFromDeviceObject(filter, (void *)8, &found) ==
		   STATUS_INVALID_PARAMETER);
	FLT_EXPECT(test, device->DriverObject && device->Vpb && device->StackSize == 1 &&
		   device->Type == IO_TYPE_DEVICE && device->Vpb->DeviceObject == device);
	w->fake->volume->obj.deleting = true;
	FLT_EXPECT(test, FltGetDeviceObject(volume, &again) == STATUS_FLT_DELETING_OBJECT);
	w->fake->volume->obj.deleting = false;
	ObDereferenceObject(second);
	ObDereferenceObject(device);
}

static void device_of_disk(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume, found = NULL;
	u8 room[sizeof(FLT_VOLUME_PROPERTIES) + 200];
	const FLT_VOLUME_PROPERTIES *is = (void *)room;
	PDEVICE_OBJECT disk = NULL, device, none = NULL;
	ULONG used;

	FLT_REQUIRE(test, NT_SUCCESS(FltGetDiskDeviceObject(volume, &disk)) && disk);
	FLT_REQUIRE(test, NT_SUCCESS(FltGetDeviceObject(volume, &device)));
	FLT_REQUIRE(test, NT_SUCCESS(FltGetVolumeProperties(volume, (void *)room, sizeof(room),
							    &used)));
	FLT_PROVES(test, "VOL-31", disk != device && disk->DeviceType == FILE_DEVICE_DISK &&
		   disk->DeviceType == is->DeviceType &&
		   disk->Characteristics == is->DeviceCharacteristics &&
		   disk->SectorSize == is->SectorSize && disk->SectorSize);
	FLT_PROVES(test, "VOL-31", FltGetVolumeFromDeviceObject(w->probe[0]->filter, disk,
								&found) ==
		   STATUS_INVALID_PARAMETER && !FltIsFltMgrVolumeDeviceObject(disk));
	ObDereferenceObject(device);
	/* It stays what it is for who has it. */
	ObDereferenceObject(disk);
	device = w->fake->volume->disk;
	w->fake->volume->disk = NULL;
	FLT_PROVES(test, "VOL-31", FltGetDiskDeviceObject(volume, &none) ==
		   STATUS_FLT_NO_DEVICE_OBJECT && !none);
	w->fake->volume->disk = device;
}

static void device_outlives_volume(struct kunit *test)
{
	struct world *w = world_of(test);
	struct fake_volume *fake = fake_volume_create(w, "/short");
	PDEVICE_OBJECT device, disk;

	FLT_REQUIRE(test, !IS_ERR_OR_NULL(fake));
	FLT_REQUIRE(test, NT_SUCCESS(FltGetDeviceObject((PFLT_VOLUME)fake->volume, &device)) &&
		    NT_SUCCESS(FltGetDiskDeviceObject((PFLT_VOLUME)fake->volume, &disk)));
	fake_volume_destroy(fake);
	/* KASAN looks after this. */
	FLT_PROVES(test, "VOL-30", !FltIsFltMgrVolumeDeviceObject(device) &&
		   device->Type == IO_TYPE_DEVICE && disk->DeviceType == FILE_DEVICE_DISK);
	ObDereferenceObject(device);
	ObDereferenceObject(disk);
}

static void device_names(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume;
	UNICODE_STRING name = {}, other = {};
	PDEVICE_OBJECT device, disk;

	FLT_REQUIRE(test, NT_SUCCESS(FltGetDeviceObject(volume, &device)) &&
		    NT_SUCCESS(FltGetDiskDeviceObject(volume, &disk)));
	FLT_PROVES(test, "VOL-17", NT_SUCCESS(IoVolumeDeviceToDosName(device, &name)) &&
		   NT_SUCCESS(RtlVolumeDeviceToDosName(disk, &other)) &&
		   RtlEqualUnicodeString(&name, &other, FALSE));
	FLT_PROVES(test, "VOL-17", name.Length == 96 &&
		   !memcmp(name.Buffer, u"\\\\?\\Volume{", 22) &&
		   !memcmp(name.Buffer + 4, w->fake->volume->guid_name.Buffer + 4, 88) &&
		   !name.Buffer[48]);
	/* Both are the caller's; the pool and kmemleak see whether they are freed. */
	ExFreePool(name.Buffer);
	ExFreePool(other.Buffer);
	FLT_PROVES(test, "VOL-17", IoVolumeDeviceToDosName((void *)8, &name) ==
		   STATUS_INVALID_PARAMETER &&
		   IoVolumeDeviceToDosName(NULL, &name) == STATUS_INVALID_PARAMETER);
	/* One that was given a letter is called by it (VOL-16). */
	w->fake->volume->info.letter = 'Q';
	FLT_PROVES(test, "VOL-17", NT_SUCCESS(IoVolumeDeviceToDosName(disk, &name)) &&
		   name.Length == 4 && name.Buffer[0] == 'Q' && name.Buffer[1] == ':' &&
		   !name.Buffer[2]);
	ExFreePool(name.Buffer);
	w->fake->volume->info.letter = 0;
	ObDereferenceObject(device);
	ObDereferenceObject(disk);
}

/* What a program calls a volume leads to what file names begin with. */
static void device_link(struct kunit *test)
{
	static WCHAR letter[] = u"\\??\\q:", bare[] = u"q:", absent[] = u"\\??\\R:";
	struct world *w = ask_world(test, "A");
	UNICODE_STRING name, own = w->fake->volume->name, is = {};
	OBJECT_ATTRIBUTES attributes;
	ULONG length = 0;
	HANDLE handle;
	WCHAR text[64];

	w->fake->volume->info.letter = 'Q';
	RtlInitUnicodeString(&name, letter);
	InitializeObjectAttributes(&attributes, &name, OBJ_KERNEL_HANDLE, NULL, NULL);
	FLT_REQUIRE(test, NT_SUCCESS(ZwOpenSymbolicLinkObject(&handle, GENERIC_READ,
							      &attributes)));
	is.Buffer = text;
	is.MaximumLength = own.Length - sizeof(WCHAR);
	FLT_PROVES(test, "VOL-92", ZwQuerySymbolicLinkObject(handle, &is, &length) ==
		   STATUS_BUFFER_TOO_SMALL && !is.Length && length == own.Length);
	is.MaximumLength = sizeof(text);
	FLT_PROVES(test, "VOL-92", NT_SUCCESS(ZwQuerySymbolicLinkObject(handle, &is, NULL)) &&
		   RtlEqualUnicodeString(&is, &own, FALSE));
	FLT_EXPECT(test, NT_SUCCESS(ZwClose(handle)));
	FLT_EXPECT(test, ZwQuerySymbolicLinkObject(handle, &is, NULL) == STATUS_INVALID_HANDLE);

	name = w->fake->volume->guid_name;
	FLT_PROVES(test, "VOL-92", NT_SUCCESS(ZwOpenSymbolicLinkObject(&handle, GENERIC_READ,
								       &attributes)) &&
		   NT_SUCCESS(ZwQuerySymbolicLinkObject(handle, &is, &length)) &&
		   RtlEqualUnicodeString(&is, &own, FALSE) && length == own.Length);
	ZwClose(handle);

	name = own;
	FLT_PROVES(test, "VOL-92",
		   ZwOpenSymbolicLinkObject(&handle, GENERIC_READ, &attributes) ==
		   STATUS_OBJECT_TYPE_MISMATCH);
	RtlInitUnicodeString(&name, bare);
	FLT_PROVES(test, "VOL-92",
		   ZwOpenSymbolicLinkObject(&handle, GENERIC_READ, &attributes) ==
		   STATUS_OBJECT_PATH_SYNTAX_BAD);
	RtlInitUnicodeString(&name, absent);
	FLT_PROVES(test, "VOL-92",
		   ZwOpenSymbolicLinkObject(&handle, GENERIC_READ, &attributes) ==
		   STATUS_OBJECT_NAME_NOT_FOUND);
	w->fake->volume->info.letter = 0;
}

static struct kunit_case device_cases[] = {
	KUNIT_CASE(device_of_volume),
	KUNIT_CASE(device_of_disk),
	KUNIT_CASE(device_outlives_volume),
	KUNIT_CASE(device_names),
	KUNIT_CASE(device_link),
	{}
};

static struct kunit_suite device_suite = {
	.name = "device",
	.init = world_init,
	.exit = world_exit,
	.test_cases = device_cases,
};

kunit_test_suite(device_suite);
