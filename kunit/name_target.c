// SPDX-License-Identifier: GPL-2.0
/*
 * Names of destinations and tunneled names (NAME-45 to NAME-50).
 */
#include "kunit/name_ask.h"
#include "nt/violation.h"

static NTSTATUS target_ask(struct world *w, PFILE_OBJECT file, HANDLE root, const WCHAR *name,
			   FLT_FILE_NAME_OPTIONS options, PFLT_FILE_NAME_INFORMATION *info)
{
	UNICODE_STRING text;

	RtlInitUnicodeString(&text, name);
	return FltGetDestinationFileNameInformation(w->probe[0]->instance[0], file, root,
						    text.Buffer, text.Length, options, info);
}

static bool target_is(struct world *w, HANDLE root, const WCHAR *name,
		      FLT_FILE_NAME_OPTIONS options, const WCHAR *expected)
{
	PFLT_FILE_NAME_INFORMATION info;
	bool is;

	if (!NT_SUCCESS(target_ask(w, w->file, root, name, options, &info)))
		return false;
	is = ask_is(w->fake, info, expected) && info->Format == FltGetFileNameFormat(options);
	FltReleaseFileNameInformation(info);
	return is;
}

/* A name of the given volume and then this. */
static const WCHAR *target_full(struct kunit *test, struct fake_volume *fake, const WCHAR *path)
{
	size_t units = fake->volume->name.Length / sizeof(WCHAR), more = 0;
	WCHAR *text;

	while (path[more])
		more++;
	text = kunit_kcalloc(test, units + more + 1, sizeof(WCHAR), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, text);
	memcpy(text, fake->volume->name.Buffer, units * sizeof(WCHAR));
	memcpy(text + units, path, more * sizeof(WCHAR));
	return text;
}

static void target_forms(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	struct fake_volume *other = world_second_volume(w);
	PFILE_OBJECT folder = fake_open(w->fake), foreign = fake_open(other);
	PFLT_FILE_NAME_INFORMATION info;
	HANDLE handle, foreign_handle;

	ask_name_file(folder, u"\\other\\folder", true);
	ask_name_file(foreign, u"\\x", true);
	FLT_REQUIRE(test, NT_SUCCESS(ObOpenObjectByPointer(folder, OBJ_KERNEL_HANDLE, NULL, 0,
							   *IoFileObjectType, KernelMode,
							   &handle)));
	FLT_REQUIRE(test, NT_SUCCESS(ObOpenObjectByPointer(foreign, OBJ_KERNEL_HANDLE, NULL, 0,
							   *IoFileObjectType, KernelMode,
							   &foreign_handle)));

	FLT_PROVES(test, "NAME-45", target_is(w, NULL, u"new", NORMALIZED, u"\\dir\\new"));
	FLT_PROVES(test, "NAME-45", target_is(w, NULL, u"new", OPENED, u"\\dir\\new"));
	FLT_PROVES(test, "NAME-45", target_is(w, handle, u"sub\\new", NORMALIZED,
					      u"\\other\\folder\\sub\\new"));
	FLT_PROVES(test, "NAME-45", target_is(w, NULL, u"\\top\\new", NORMALIZED,
					      u"\\top\\new"));
	FLT_PROVES(test, "NAME-45", target_is(w, NULL, target_full(test, w->fake, u"\\top\\new"),
					      OPENED, u"\\top\\new"));
	/* A folder may be called as no volume is. */
	FLT_PROVES(test, "NAME-45",
		   target_is(w, NULL, u"\\Device\\HarddiskVolume65000\\x", NORMALIZED,
			     u"\\Device\\HarddiskVolume65000\\x"));
	/* The file is in the root. */
	ask_name_file(w->file, u"\\a.txt", true);
	w->fake->stamp++;
	FLT_PROVES(test, "NAME-45", target_is(w, NULL, u"new", NORMALIZED, u"\\new"));

	FLT_PROVES(test, "NAME-47",
		   target_ask(w, w->file, NULL, target_full(test, other, u"\\x"), NORMALIZED,
			      &info) == STATUS_MOUNT_POINT_NOT_RESOLVED && !info);
	FLT_PROVES(test, "NAME-47",
		   target_ask(w, w->file, foreign_handle, u"x", NORMALIZED, &info) ==
		   STATUS_MOUNT_POINT_NOT_RESOLVED);
	ZwClose(handle);
	ZwClose(foreign_handle);
	fake_close(folder);
	fake_close(foreign);
}

static void target_refused(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	s64 before = atomic64_read(&fsh_violations);
	PFLT_FILE_NAME_INFORMATION info;
	PFILE_OBJECT folder;

	FLT_PROVES(test, "NAME-46", target_ask(w, w->file, NULL, u"x", SHORT, &info) ==
		   STATUS_FLT_INVALID_NAME_REQUEST && !info);
	IoSetTopLevelIrp((PIRP)FSRTL_FSP_TOP_LEVEL_IRP);
	FLT_PROVES(test, "NAME-46", target_ask(w, w->file, NULL, u"x", NORMALIZED, &info) ==
		   STATUS_FLT_INVALID_NAME_REQUEST);
	IoSetTopLevelIrp(NULL);
	FLT_PROVES(test, "NAME-46", target_ask(w, w->file, NULL, u"x", 0x101 | BIT(20), &info) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "NAME-46", target_ask(w, w->file, NULL, u"x", 0x001, &info) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "NAME-46", target_ask(w, w->file, NULL, u"x", 0x104, &info) ==
		   STATUS_INVALID_PARAMETER);
	FLT_EXPECT(test, target_ask(w, w->file, NULL, u"", NORMALIZED, &info) ==
		   STATUS_INVALID_PARAMETER);

	/* ParentOfTarget is not the file that gets another name. */
	folder = fake_open(w->fake);
	ask_name_file(folder, u"\\other", true);
	flt_file_of(folder)->target_directory = true;
	w->breaches = true;
	FLT_PROVES(test, "NAME-48", target_ask(w, folder, NULL, u"x", NORMALIZED, &info) ==
		   STATUS_INVALID_PARAMETER && atomic64_read(&fsh_violations) == before + 1);
	fake_close(folder);
}

static struct {
	NTSTATUS status[2];
	PFLT_FILE_NAME_INFORMATION result[2];
} target_tunneled;

static void target_tunnel(PFLT_CALLBACK_DATA data)
{
	bool post = data->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION;
	PFLT_FILE_NAME_INFORMATION name;

	target_tunneled.result[post] = (void *)1;
	if (!NT_SUCCESS(FltGetFileNameInformationUnsafe(data->Iopb->TargetFileObject, NULL,
							NORMALIZED, &name)))
		return;
	target_tunneled.status[post] = FltGetTunneledName(data, name,
							  &target_tunneled.result[post]);
	FltReleaseFileNameInformation(name);
}

static void target_no_tunnel(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_CREATE, IRP_MJ_SET_INFORMATION, IRP_MJ_READ, IRP_MJ_CLEANUP,
	};
	struct world *w = ask_world(test, "A");
	unsigned int i;
	struct ask a = {};
	s64 before;

	w->breaches = true;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		bool good = i < 2;

		ask_with(w->probe[0], &a, NORMALIZED, true, true);
		a.before = target_tunnel;
		before = atomic64_read(&fsh_violations);
		FLT_EXPECT(test, NT_SUCCESS(world_do(w, majors[i])));
		FLT_PROVES(test, "NAME-50",
			   target_tunneled.status[0] == STATUS_INVALID_PARAMETER &&
			   !target_tunneled.result[0] &&
			   atomic64_read(&fsh_violations) == before + (good ? 1 : 2));
		if (good)
			FLT_PROVES(test, "NAME-49",
				   target_tunneled.status[1] == STATUS_SUCCESS &&
				   !target_tunneled.result[1]);
		else
			FLT_PROVES(test, "NAME-50",
				   target_tunneled.status[1] == STATUS_INVALID_PARAMETER &&
				   !target_tunneled.result[1]);
	}
	ask_forget(&a);
}

static struct kunit_case target_cases[] = {
	KUNIT_CASE(target_forms),
	KUNIT_CASE(target_refused),
	KUNIT_CASE(target_no_tunnel),
	{}
};

static struct kunit_suite target_suite = {
	.name = "name_target",
	.init = world_init,
	.exit = world_exit,
	.test_cases = target_cases,
};

kunit_test_suite(target_suite);
