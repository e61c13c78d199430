// SPDX-License-Identifier: GPL-2.0
/*
 * Properties, GUID names, drive letters and writability of volumes (VOL-13, VOL-15, VOL-16, VOL-18,
 * VOL-23 to VOL-29).
 */
#include "fltmgr/filter.h"
#include "kunit/name_ask.h"

static PFLT_VOLUME prop_volume(struct world *w)
{
	return (PFLT_VOLUME)w->fake->volume;
}

static bool prop_is_hex(const WCHAR *text, unsigned int units)
{
	unsigned int i;

	for (i = 0; i < units; i++) {
		if (!((text[i] >= '0' && text[i] <= '9') || (text[i] >= 'a' && text[i] <= 'f')))
			return false;
	}
	return true;
}

/* Every way to say a drive letter, and what is none. */
static void prop_letter(struct kunit *test)
{
	static const struct {
		const char *name;
		bool found;
	} rows[] = {
		{ "Q:", true }, { "q:", true }, { "Q:\\", true }, { "\\??\\Q:", true },
		{ "\\??\\q:\\", true }, { "\\DosDevices\\Q:", true },
		{ "\\dosdevices\\q:\\", true },
		{ "R:", false }, { "QQ:", false }, { "\\Q:", false }, { "\\??\\Q", false },
		{ "\\?\\Q:", false }, { "\\??\\\\Q:", false }, { "1:", false },
		{ "\\DosDevicesQ:", false }, { "\\DosDevices\\QQ:", false },
	};
	struct world *w = ask_world(test, "A");
	struct fake_volume *other = world_second_volume(w);
	WCHAR text[32];
	UNICODE_STRING name = { 0, sizeof(text), text };
	PFLT_VOLUME found;
	NTSTATUS status;
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (j = 0; rows[i].name[j]; j++)
			text[j] = rows[i].name[j];
		name.Length = j * sizeof(WCHAR);
		w->fake->volume->info.letter = 0;
		status = FltGetVolumeFromName(w->probe[0]->filter, &name, &found);
		FLT_PROVES(test, "VOL-16", !NT_SUCCESS(status));
		w->fake->volume->info.letter = 'Q';
		other->volume->info.letter = 'P';
		status = FltGetVolumeFromName(w->probe[0]->filter, &name, &found);
		FLT_PROVES(test, "VOL-18", NT_SUCCESS(status) == rows[i].found);
		if (NT_SUCCESS(status)) {
			FLT_PROVES(test, "VOL-18", found == prop_volume(w));
			FltObjectDereference(found);
		}
	}
}

static void prop_guid_name(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	struct fake_volume *other = world_second_volume(w);
	PFLT_VOLUME volume = prop_volume(w), found;
	WCHAR text[56], another[56];
	UNICODE_STRING name = { 0, 0, text }, second = { 0, sizeof(another), another };
	unsigned int room;
	NTSTATUS status;
	ULONG n;

	FLT_PROVES(test, "VOL-13", FltGetVolumeGuidName(volume, NULL, NULL) ==
		   STATUS_INVALID_PARAMETER);
	n = 0;
	status = FltGetVolumeGuidName(volume, NULL, &n);
	FLT_PROVES(test, "VOL-13", status == STATUS_BUFFER_TOO_SMALL && n == 96);
	for (room = 0; room <= 98; room++) {
		memset(text, 0x5a, sizeof(text));
		name.Length = 0;
		name.MaximumLength = room;
		n = 0;
		status = FltGetVolumeGuidName(volume, &name, &n);
		if (room < 96)
			FLT_PROVES(test, "VOL-13", status == STATUS_BUFFER_TOO_SMALL &&
				   n == 96 && !name.Length && text[0] == 0x5a5a);
		else
			FLT_PROVES(test, "VOL-13", NT_SUCCESS(status) && name.Length == 96 &&
				   text[48] == 0x5a5a);
	}
	FLT_PROVES(test, "VOL-13", !memcmp(text, u"\\??\\Volume{", 22) && text[47] == '}' &&
		   prop_is_hex(text + 11, 8) && text[19] == '-' && prop_is_hex(text + 20, 4) &&
		   text[24] == '-' && prop_is_hex(text + 25, 4) && text[29] == '-' &&
		   prop_is_hex(text + 30, 4) && text[34] == '-' && prop_is_hex(text + 35, 12));
	status = FltGetVolumeGuidName((PFLT_VOLUME)other->volume, &second, NULL);
	FLT_EXPECT(test, NT_SUCCESS(status) && !RtlEqualUnicodeString(&name, &second, TRUE));

	/* It finds the volume again, in both spellings. */
	status = FltGetVolumeFromName(w->probe[0]->filter, &name, &found);
	FLT_PROVES(test, "VOL-18", NT_SUCCESS(status) && found == volume);
	FltObjectDereference(found);
	text[1] = '\\';
	text[4] = 'v';
	status = FltGetVolumeFromName(w->probe[0]->filter, &name, &found);
	FLT_PROVES(test, "VOL-18", NT_SUCCESS(status) && found == volume);
	FltObjectDereference(found);
	text[20] ^= 1;
	status = FltGetVolumeFromName(w->probe[0]->filter, &name, &found);
	FLT_PROVES(test, "VOL-18", status == STATUS_FLT_VOLUME_NOT_FOUND);

	w->fake->volume->info.local = false;
	name.MaximumLength = sizeof(text);
	FLT_PROVES(test, "VOL-15", FltGetVolumeGuidName(volume, &name, &n) ==
		   STATUS_INVALID_DEVICE_REQUEST);
	w->fake->volume->info.local = true;
	w->fake->volume->obj.deleting = true;
	FLT_PROVES(test, "VOL-15", FltGetVolumeGuidName(volume, &name, &n) ==
		   STATUS_FLT_DELETING_OBJECT);
	w->fake->volume->obj.deleting = false;
}

static void prop_layout(struct kunit *test)
{
	FLT_PROVES(test, "VOL-23", offsetof(FLT_VOLUME_PROPERTIES, DeviceType) == 0 &&
		   offsetof(FLT_VOLUME_PROPERTIES, DeviceCharacteristics) == 4 &&
		   offsetof(FLT_VOLUME_PROPERTIES, DeviceObjectFlags) == 8 &&
		   offsetof(FLT_VOLUME_PROPERTIES, AlignmentRequirement) == 12 &&
		   offsetof(FLT_VOLUME_PROPERTIES, SectorSize) == 16 &&
		   offsetof(FLT_VOLUME_PROPERTIES, Flags) == 18 &&
		   offsetof(FLT_VOLUME_PROPERTIES, FileSystemDriverName) == 24 &&
		   offsetof(FLT_VOLUME_PROPERTIES, FileSystemDeviceName) == 40 &&
		   offsetof(FLT_VOLUME_PROPERTIES, RealDeviceName) == 56 &&
		   sizeof(FLT_VOLUME_PROPERTIES) == 72);
}

/* Inside the buffer, or nothing at all. */
static bool prop_inside(const UNICODE_STRING *text, const void *buffer, size_t size)
{
	if (!text->Length)
		return !text->Buffer;
	return (void *)text->Buffer >= buffer + sizeof(FLT_VOLUME_PROPERTIES) &&
	       (void *)text->Buffer + text->Length <= buffer + size;
}

static void prop_lengths(struct kunit *test)
{
	struct world *w = ask_world(test, "");
	FLT_VOLUME_PROPERTIES *to;
	ULONG full = 0, n, length;
	NTSTATUS status;
	u8 *bytes;

	status = FltGetVolumeProperties(prop_volume(w), NULL, 0, &full);
	FLT_PROVES(test, "VOL-24", status == STATUS_BUFFER_TOO_SMALL && full > sizeof(*to));
	bytes = kunit_kzalloc(test, full + 16, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, bytes);
	to = (void *)bytes;
	FLT_PROVES(test, "VOL-24", FltGetVolumeProperties(prop_volume(w), to, full, NULL) ==
		   STATUS_INVALID_PARAMETER);
	for (length = 0; length <= full; length++) {
		memset(bytes, 0x5a, full + 16);
		n = 0;
		status = FltGetVolumeProperties(prop_volume(w), to, length, &n);
		FLT_PROVES(test, "VOL-24", bytes[length] == 0x5a && bytes[full + 15] == 0x5a);
		if (length < sizeof(*to)) {
			FLT_PROVES(test, "VOL-24", status == STATUS_BUFFER_TOO_SMALL &&
				   n == full && bytes[0] == 0x5a);
			continue;
		}
		FLT_PROVES(test, "VOL-24", length < full ?
			   status == STATUS_BUFFER_OVERFLOW && n == sizeof(*to) :
			   status == STATUS_SUCCESS && n == full);
		FLT_PROVES(test, "VOL-24", prop_inside(&to->FileSystemDriverName, to, length) &&
			   prop_inside(&to->FileSystemDeviceName, to, length) &&
			   prop_inside(&to->RealDeviceName, to, length) &&
			   to->DeviceType == FILE_DEVICE_DISK);
	}
	FLT_PROVES(test, "VOL-29", ask_text_is(&to->FileSystemDriverName, u"\\FileSystem\\fake") &&
		   ask_text_is(&to->FileSystemDeviceName, u"\\fake") &&
		   RtlEqualUnicodeString(&to->RealDeviceName, &w->fake->volume->name, FALSE));
}

static void prop_kinds(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	struct flt_volume_info *info = &w->fake->volume->info;
	PFLT_VOLUME volume = prop_volume(w);
	FLT_VOLUME_PROPERTIES *to;
	BOOLEAN is = FALSE;
	u32 dead = 0;
	ULONG n;

	to = kunit_kzalloc(test, 512, GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, to);
	FLT_EXPECT(test, NT_SUCCESS(FltGetVolumeProperties(volume, to, 512, &n)));
	FLT_PROVES(test, "VOL-26", to->SectorSize == 512);
	FLT_PROVES(test, "VOL-28", to->DeviceCharacteristics == FILE_DEVICE_IS_MOUNTED &&
		   !to->Flags);
	info->sector_size = 4096;
	info->characteristics = FILE_REMOVABLE_MEDIA | FILE_READ_ONLY_DEVICE;
	info->fs_type = FLT_FSTYPE_CDFS;
	info->dax = true;
	FLT_EXPECT(test, NT_SUCCESS(FltGetVolumeProperties(volume, to, 512, &n)));
	FLT_PROVES(test, "VOL-26", to->SectorSize == 4096);
	FLT_PROVES(test, "VOL-28", to->DeviceCharacteristics == (FILE_DEVICE_IS_MOUNTED |
		   FILE_REMOVABLE_MEDIA | FILE_READ_ONLY_DEVICE) &&
		   to->Flags == VOL_PROP_FL_DAX_VOLUME);
	FLT_EXPECT(test, to->DeviceType == FILE_DEVICE_CD_ROM);
	FLT_EXPECT(test, NT_SUCCESS(FltIsVolumeWritable(volume, &is)) && is);
	FLT_EXPECT(test, NT_SUCCESS(FltIsVolumeWritable(w->probe[0]->instance[0], &is)) && is);
	FLT_PROVES(test, "VOL-35", NT_SUCCESS(FltIsVolumeSnapshot(volume, &is)) && !is);
	FLT_PROVES(test, "VOL-35", FltIsVolumeSnapshot(&dead, &is) == STATUS_INVALID_PARAMETER);
	info->read_only = true;
	FLT_EXPECT(test, NT_SUCCESS(FltIsVolumeWritable(volume, &is)) && !is);
	FLT_EXPECT(test, FltIsVolumeWritable(&dead, &is) == STATUS_INVALID_PARAMETER);

	info->local = false;
	FLT_EXPECT(test, NT_SUCCESS(FltGetVolumeProperties(volume, to, 512, &n)));
	FLT_PROVES(test, "VOL-26", !to->SectorSize);
	FLT_PROVES(test, "VOL-29", !to->RealDeviceName.Length &&
		   RtlEqualUnicodeString(&to->FileSystemDeviceName, &w->fake->volume->name,
					 FALSE));
	FLT_EXPECT(test, to->DeviceType == FILE_DEVICE_NETWORK &&
		   to->DeviceCharacteristics & FILE_REMOTE_DEVICE);
	FLT_EXPECT(test, FltIsVolumeWritable(volume, &is) == STATUS_INVALID_DEVICE_REQUEST);
	FLT_PROVES(test, "VOL-35",
		   FltIsVolumeSnapshot(volume, &is) == STATUS_FLT_NO_DEVICE_OBJECT);
	info->local = true;
}

static struct kunit_case prop_cases[] = {
	KUNIT_CASE(prop_guid_name),
	KUNIT_CASE(prop_letter),
	KUNIT_CASE(prop_layout),
	KUNIT_CASE(prop_lengths),
	KUNIT_CASE(prop_kinds),
	{}
};

static struct kunit_suite prop_suite = {
	.name = "volume_properties",
	.init = world_init,
	.exit = world_exit,
	.test_cases = prop_cases,
};

kunit_test_suite(prop_suite);
