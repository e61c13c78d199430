// SPDX-License-Identifier: GPL-2.0
/*
 * Suite instance: attaching, setup and teardown callbacks, order by altitude, references
 * (INST-04 to INST-61 as far as no name or enumeration routine is needed).
 */
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fs/request.h"
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/violation.h"

static NTSTATUS inst_detach(struct probe *p, ULONG reason)
{
	return flt_instance_detach(flt_instance_of(p->instance[0]), reason);
}

static bool inst_text_is(const UNICODE_STRING *s, const WCHAR *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return s->Length == n * sizeof(WCHAR) && !memcmp(s->Buffer, text, s->Length);
}

static void inst_altitude_as_configured(struct kunit *test)
{
	static const struct probe_config config = { .altitude = u"0370030.50" };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);
	struct flt_instance *instance = flt_instance_of(p->instance[0]);

	FLT_PROVES(test, "INST-04", inst_text_is(&instance->altitude, u"0370030.50"));
	FLT_EXPECT(test, inst_text_is(&instance->name, u"main"));
}

static void inst_one_per_altitude(struct kunit *test)
{
	static const struct probe_config same = { .altitude = u"0800000.00" };
	struct world *w = world_of(test);
	UNICODE_STRING name = { .Buffer = u"other", .Length = 10, .MaximumLength = 12 };
	UNICODE_STRING altitude = { .Buffer = u"0800000.00", .Length = 20, .MaximumLength = 22 };
	struct probe *a = world_probe(w, 'A', NULL), *b;

	FLT_EXPECT(test, !prove_log_start(test, "altitude"));
	b = world_probe(w, 'B', &same);
	FLT_PROVES(test, "INST-06",
		   flt_instance_attach(flt_filter_of(b->filter), w->fake->volume, &name, &altitude,
				       FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT, NULL) ==
		   STATUS_FLT_INSTANCE_ALTITUDE_COLLISION);
	/* The automatic one was left out, with a word in the log. */
	FLT_PROVES(test, "INST-07", NT_SUCCESS(b->start_status) && !atomic_read(&b->setups) &&
		   prove_log_count() >= 1 && a->instance[0]);
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "INST-06", world_trace_is(w, "A+ F A-"));
}

static void inst_names(struct kunit *test)
{
	struct world *w = world_of(test);
	UNICODE_STRING name = { .Buffer = u"MAIN", .Length = 8, .MaximumLength = 10 };
	UNICODE_STRING altitude = { .Buffer = u"42", .Length = 4, .MaximumLength = 6 };
	struct probe *a;

	world_second_volume(w);
	flt_volume_ready(w->other->volume);
	a = world_probe(w, 'A', NULL);
	FLT_PROVES(test, "INST-08",
		   flt_instance_attach(flt_filter_of(a->filter), w->fake->volume, &name, &altitude,
				       FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT, NULL) ==
		   STATUS_FLT_INSTANCE_NAME_COLLISION);
	/* The default instance has the same name on both volumes. */
	FLT_PROVES(test, "INST-08", a->instance[0] && a->instance[1] &&
		   a->instance[0] != a->instance[1]);
}

static void inst_not_ready(struct kunit *test)
{
	static const struct probe_config config = { .no_start = true };
	struct world *w = world_of(test);
	UNICODE_STRING name = { .Buffer = u"x", .Length = 2, .MaximumLength = 4 };
	UNICODE_STRING altitude = { .Buffer = u"42", .Length = 4, .MaximumLength = 6 };
	struct probe *a = world_probe(w, 'A', &config);
	struct flt_filter *filter = flt_filter_of(a->filter);

	FLT_PROVES(test, "INST-12",
		   flt_instance_attach(filter, w->fake->volume, &name, &altitude,
				       FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT, NULL) ==
		   STATUS_FLT_FILTER_NOT_READY);
	FLT_EXPECT(test, NT_SUCCESS(FltStartFiltering(a->filter)));
	world_second_volume(w);
	flt_volume_leave(w->other->volume);
	FLT_PROVES(test, "INST-12",
		   flt_instance_attach(filter, w->other->volume, &name, &altitude,
				       FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT, NULL) ==
		   STATUS_FLT_DELETING_OBJECT);
}

static void inst_pointer_stays(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	unsigned int i;

	for (i = 0; i < 4; i++) {
		const struct world_event *pre, *post;

		if (i == 2)
			world_probe(w, 'B', NULL);
		world_clear(w);
		world_do(w, IRP_MJ_READ);
		pre = world_event(w, 'A', WORLD_PRE, 0);
		post = world_event(w, 'A', WORLD_POST, 0);
		FLT_PROVES(test, "INST-14", pre->objects.Instance == a->instance[0] &&
			   post->objects.Instance == a->instance[0]);
		FLT_PROVES(test, "CBD-060", pre->objects.Filter == a->filter &&
			   pre->objects.Volume == (PFLT_VOLUME)w->fake->volume);
	}
}

static void inst_automatic_or_not(struct kunit *test)
{
	struct world *w = world_of(test);
	UNICODE_STRING name = { .Buffer = u"by hand", .Length = 14, .MaximumLength = 16 };
	UNICODE_STRING altitude = { .Buffer = u"42", .Length = 4, .MaximumLength = 6 };
	ULONG flags;

	for (flags = 0; flags < 4; flags++) {
		struct probe_config config = { .instance_flags = flags };
		struct probe *p = world_probe(w, 'A', &config);
		NTSTATUS status;

		FLT_PROVES(test, "INST-15", atomic_read(&p->setups) == !(flags & 1));
		status = flt_instance_attach(flt_filter_of(p->filter), w->fake->volume, &name,
					     &altitude, FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT,
					     NULL);
		FLT_EXPECT(test, NT_SUCCESS(status));
		FLT_PROVES(test, "INST-18", world_event(w, 'A', WORLD_SETUP, 0)->flags ==
			   FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT);
		probe_unload(p);
	}
}

static void inst_two_definitions(struct kunit *test)
{
	static const struct probe_config config = { .second = u"650000" };
	struct world *w = world_of(test);
	const struct world_event *first, *second;
	struct probe *a = world_probe(w, 'A', &config);

	world_probe(w, 'B', NULL);
	FLT_PROVES(test, "INST-16", atomic_read(&a->setups) == 2);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "INST-17", world_trace_is(w, "A+ B+ A+ F A- B- A-"));
	first = world_event(w, 'A', WORLD_PRE, 0);
	second = world_event(w, 'A', WORLD_PRE, 1);
	FLT_PROVES(test, "INST-17", first->objects.Instance != second->objects.Instance &&
		   world_event(w, 'A', WORLD_POST, 0)->objects.Instance ==
		   second->objects.Instance &&
		   world_event(w, 'A', WORLD_POST, 1)->objects.Instance ==
		   first->objects.Instance);
}

static ULONG inst_setup_flags;
static int inst_setup_irql;
static FLT_RELATED_OBJECTS inst_setup_objects;

static NTSTATUS inst_note_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	might_sleep();
	inst_setup_flags = flags;
	inst_setup_irql = KeGetCurrentIrql();
	inst_setup_objects = *objects;
	return STATUS_SUCCESS;
}

static void inst_hook_setup(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = inst_note_setup;
}

static void inst_setup_arguments(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = inst_hook_setup };
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', &config);

	FLT_PROVES(test, "INST-18",
		   inst_setup_flags == FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT);
	FLT_PROVES(test, "INST-19",
		   !(inst_setup_flags & FLTFL_INSTANCE_SETUP_NEWLY_MOUNTED_VOLUME));
	FLT_PROVES(test, "INST-22",
		   !(inst_setup_flags & (FLTFL_INSTANCE_SETUP_DEV_VOLUME |
					 FLTFL_INSTANCE_SETUP_TRUSTED_VOLUME)));
	FLT_PROVES(test, "INST-25", inst_setup_irql == PASSIVE_LEVEL &&
		   inst_setup_objects.Filter == a->filter &&
		   inst_setup_objects.Volume == (PFLT_VOLUME)w->fake->volume &&
		   inst_setup_objects.Instance && !inst_setup_objects.FileObject);
	world_second_volume(w);
	flt_volume_ready(w->other->volume);
	FLT_PROVES(test, "INST-19",
		   inst_setup_flags == (FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT |
					FLTFL_INSTANCE_SETUP_NEWLY_MOUNTED_VOLUME));
}

static void inst_setup_order_at_mount(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;

	world_probes(w, "BCA");
	file = fake_open(world_second_volume(w));
	flt_volume_ready(w->other->volume);
	request_run(request_on(w, w->other, file, IRP_MJ_CREATE));
	/* Lowest first, and before any operation. */
	FLT_PROVES(test, "INST-20", world_trace_is(w, "Cs Bs As A+ B+ C+ F C- B- A-"));
	FLT_PROVES(test, "INST-09", world_trace_is(w, "Cs Bs As A+ B+ C+ F C- B- A-"));
	fake_close(file);
}

static NTSTATUS inst_refusal;

static NTSTATUS inst_refuse(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	return inst_refusal;
}

static void inst_hook_refuse(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = inst_refuse;
}

static void inst_setup_refuses(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = inst_hook_refuse };
	static const NTSTATUS statuses[] = {
		STATUS_FLT_DO_NOT_ATTACH, STATUS_BUFFER_OVERFLOW, STATUS_ACCESS_DENIED,
	};
	UNICODE_STRING name = { .Buffer = u"x", .Length = 2, .MaximumLength = 4 };
	UNICODE_STRING altitude = { .Buffer = u"42", .Length = 4, .MaximumLength = 6 };
	struct world *w = world_of(test);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		struct probe *a;

		inst_refusal = statuses[i];
		a = world_probe(w, 'A', &config);
		FLT_PROVES(test, "INST-27",
			   flt_instance_attach(flt_filter_of(a->filter), w->fake->volume, &name,
					       &altitude, FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT,
					       NULL) == statuses[i]);
		world_clear(w);
		FLT_PROVES(test, "INST-26", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
			   world_trace_is(w, "F"));
		FLT_PROVES(test, "INST-26", atomic_read(&a->setups) == 2 &&
			   !atomic_read(&a->starts) && !atomic_read(&a->completes));
		probe_unload(a);
	}
}

static NTSTATUS inst_io_in_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	world_do(p->world, IRP_MJ_READ);
	return STATUS_SUCCESS;
}

static void inst_hook_io(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = inst_io_in_setup;
}

static void inst_no_io_during_setup(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = inst_hook_io };
	struct world *w = world_of(test);
	struct probe *a;

	world_probe(w, 'B', NULL);
	a = world_probe(w, 'A', &config);
	FLT_PROVES(test, "INST-28", !atomic_read(&a->pre) && !atomic_read(&a->post) &&
		   atomic_read(&w->probe[1]->pre) == 1);
}

/* B is attached while A holds an operation: that one does not visit it. */
static void inst_attached_too_late(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct keeper *k;

	world_probe(w, 'A', NULL);
	k = keeper_pend(w->probe[0], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(k));
	msleep(20);
	world_probe(w, 'B', NULL);
	keeper_resume(k);
	FLT_PROVES(test, "INST-29", request_wait(r) && world_trace_is(w, "F A-"));
	w->probe[0]->on_pre = NULL;
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ F B- A-"));
}

static void inst_teardown(struct kunit *test)
{
	static const ULONG reasons[] = {
		FLTFL_INSTANCE_TEARDOWN_MANUAL, FLTFL_INSTANCE_TEARDOWN_INTERNAL_ERROR,
	};
	static const struct probe_config quiet = { .no_teardown = true };
	struct world *w = world_of(test);
	struct probe *a;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(reasons); i++) {
		a = world_probe(w, 'A', NULL);
		FLT_EXPECT(test, NT_SUCCESS(inst_detach(a, reasons[i])));
		FLT_PROVES(test, "INST-34", world_trace_is(w, "At Ac") &&
			   world_event(w, 'A', WORLD_START, 0)->irql == PASSIVE_LEVEL &&
			   world_event(w, 'A', WORLD_COMPLETE, 0)->irql == PASSIVE_LEVEL);
		FLT_PROVES(test, "INST-35",
			   world_event(w, 'A', WORLD_START, 0)->flags == reasons[i] &&
			   world_event(w, 'A', WORLD_COMPLETE, 0)->flags == reasons[i]);
		FLT_PROVES(test, "INST-30", !atomic_read(&a->queries));
		probe_unload(a);
	}
	a = world_probe(w, 'A', &quiet);
	FLT_PROVES(test, "INST-34",
		   NT_SUCCESS(inst_detach(a, FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "INST-34", world_trace_is(w, "F"));
}

static void inst_dismount(struct kunit *test)
{
	struct world *w = world_of(test);
	struct fake_volume *other = world_second_volume(w);
	struct probe *a, *b;

	flt_volume_ready(other->volume);
	a = world_probe(w, 'A', NULL);
	b = world_probe(w, 'B', NULL);
	fake_volume_destroy(other);
	w->other = NULL;
	FLT_PROVES(test, "INST-35",
		   world_event(w, 'A', WORLD_START, 0)->flags ==
		   FLTFL_INSTANCE_TEARDOWN_VOLUME_DISMOUNT &&
		   world_event(w, 'B', WORLD_COMPLETE, 0)->flags ==
		   FLTFL_INSTANCE_TEARDOWN_VOLUME_DISMOUNT);
	FLT_PROVES(test, "INST-30", !atomic_read(&a->queries) && !atomic_read(&b->queries));
	FLT_PROVES(test, "UNLOAD-31", atomic_read(&a->starts) == 1 &&
		   !atomic_read(&a->unloads) && !atomic_read(&b->unloads));
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "UNLOAD-31", world_trace_is(w, "A+ B+ F B- A-"));
}

static void inst_references(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	PFLT_INSTANCE instance = a->instance[0];
	s64 before = atomic64_read(&fsh_violations);

	FLT_PROVES(test, "INST-41", NT_SUCCESS(FltObjectReference(instance)) &&
		   NT_SUCCESS(FltObjectReference(a->filter)) &&
		   NT_SUCCESS(FltObjectReference(w->fake->volume)));
	FltObjectDereference(a->filter);
	FltObjectDereference(w->fake->volume);
	/* The reference keeps the memory, not the instance. */
	FLT_PROVES(test, "INST-38",
		   NT_SUCCESS(inst_detach(a, FLTFL_INSTANCE_TEARDOWN_MANUAL)) &&
		   atomic_read(&a->completes) == 1);
	FLT_PROVES(test, "INST-41",
		   FltObjectReference(instance) == STATUS_FLT_DELETING_OBJECT);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before);
	FltObjectDereference(instance);
}

/* At the manager's own reference a dereference is refused. */
static void inst_one_dereference_too_many(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);
	s64 before = atomic64_read(&fsh_violations);
	unsigned int i;

	/* Detached, referenced by this test alone. */
	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(a->instance[0])));
	FLT_EXPECT(test, NT_SUCCESS(inst_detach(a, FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	FLT_EXPECT(test, WORLD_WAIT(refcount_read(&((struct flt_object *)a->filter)->refs) == 2));
	FltObjectDereference(a->instance[0]);
	FLT_EXPECT(test, WORLD_WAIT(refcount_read(&((struct flt_object *)a->filter)->refs) == 1));
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before);
	for (i = 0; i < 3; i++)
		FltObjectDereference(a->filter);
	FLT_PROVES(test, "INST-42", atomic64_read(&fsh_violations) == before + 3);
	/* Those that the manager itself has of it are no drivers'. */
	FltObjectDereference(w->fake->volume);
	FLT_PROVES(test, "INST-42", atomic64_read(&fsh_violations) == before + 4);
	FLT_PROVES(test, "INST-42", refcount_read(&((struct flt_object *)a->filter)->refs) == 1 &&
		   NT_SUCCESS(world_do(w, IRP_MJ_READ)));
}

static void inst_same_altitudes_again(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "AC");
	for (i = 0; i < 3; i++) {
		struct probe *b = world_probe(w, 'B', NULL);

		world_do(w, IRP_MJ_READ);
		FLT_PROVES(test, "INST-59", world_trace_is(w, "A+ B+ C+ F C- B- A-"));
		probe_unload(b);
	}
}

/* What setup is told of the volume. */
static void inst_device_type(struct kunit *test)
{
	static const struct {
		const char *name, *subtype;
		ULONG device;
	} rows[] = {
		{ "ext4", NULL, 0x8 }, { "xfs", NULL, 0x8 }, { "tmpfs", NULL, 0x8 },
		{ "btrfs", NULL, 0x8 }, { "overlay", NULL, 0x8 }, { "unheard-of", NULL, 0x8 },
		{ "nfs", NULL, 0x14 }, { "nfs4", NULL, 0x14 }, { "cifs", NULL, 0x14 },
		{ "smb3", NULL, 0x14 }, { "9p", NULL, 0x14 }, { "ceph", NULL, 0x14 },
		{ "fuse", "sshfs", 0x14 }, { "fuse", "glusterfs", 0x14 },
		{ "fuse", NULL, 0x8 }, { "fuse", "ntfs-3g", 0x8 }, { "fuseblk", NULL, 0x8 },
		{ "iso9660", NULL, 0x3 }, { "udf", NULL, 0x3 },
	};
	struct world *w = world_of(test);
	FLT_FILESYSTEM_TYPE type;
	unsigned int i;
	struct probe *p;

	for (i = 0; i < ARRAY_SIZE(rows); i++)
		FLT_PROVES(test, "INST-23",
			   fltfs_type_of(rows[i].name, rows[i].subtype, &type) == rows[i].device);
	/* And what the file system said is what setup gets. */
	w->fake->volume->info.device_type = FILE_DEVICE_NETWORK_FILE_SYSTEM;
	p = world_probe(w, 'A', NULL);
	FLT_PROVES(test, "INST-23", p->device_type == FILE_DEVICE_NETWORK_FILE_SYSTEM);
	FLT_EXPECT(test, p->fs_type == w->fake->volume->info.fs_type);
}

/* Its group would have it elsewhere. */
static void inst_altitude_of_another_group(struct kunit *test)
{
	static const WCHAR group[] = u"FSFilter Encryption";
	static const u32 start = 3;
	const struct fsh_reg_value extra[] = {
		{ "", "Group", REG_SZ, group, sizeof(group) },
		{ "", "Start", REG_DWORD, &start, sizeof(start) },
	};
	const struct probe_config config = { .extra = extra, .altitude = u"370000" };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "INST-60", NT_SUCCESS(p->register_status) && p->instance[0]);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "INST-60", world_trace_is(w, "A+ F A-"));
}

static NTSTATUS inst_slow_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	msleep(400);
	return STATUS_SUCCESS;
}

static void inst_hook_slow(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = inst_slow_setup;
}

static void inst_setup_takes_long(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = inst_hook_slow };
	unsigned long patience = flt_setup_patience;
	struct world *w = world_of(test);

	FLT_PROVES(test, "INST-61", patience == 10 * HZ);
	FLT_EXPECT(test, !prove_log_start(test, "instance setup callback"));
	/* In time, nothing is said. */
	world_probe(w, 'A', NULL);
	FLT_PROVES(test, "INST-61", !prove_log_count());
	flt_setup_patience = HZ / 10;
	world_probe(w, 'B', &config);
	flt_setup_patience = patience;
	FLT_PROVES(test, "INST-61", prove_log_count() == 1 && prove_log_last_has("filter probeB") &&
		   prove_log_last_has("/fake"));
}

static struct kunit_case instance_cases[] = {
	KUNIT_CASE(inst_device_type),
	KUNIT_CASE(inst_altitude_of_another_group),
	KUNIT_CASE(inst_setup_takes_long),
	KUNIT_CASE(inst_altitude_as_configured),
	KUNIT_CASE(inst_one_per_altitude),
	KUNIT_CASE(inst_names),
	KUNIT_CASE(inst_not_ready),
	KUNIT_CASE(inst_pointer_stays),
	KUNIT_CASE(inst_automatic_or_not),
	KUNIT_CASE(inst_two_definitions),
	KUNIT_CASE(inst_setup_arguments),
	KUNIT_CASE(inst_setup_order_at_mount),
	KUNIT_CASE(inst_setup_refuses),
	KUNIT_CASE(inst_no_io_during_setup),
	KUNIT_CASE(inst_attached_too_late),
	KUNIT_CASE(inst_teardown),
	KUNIT_CASE(inst_dismount),
	KUNIT_CASE(inst_references),
	KUNIT_CASE(inst_one_dereference_too_many),
	KUNIT_CASE(inst_same_altitudes_again),
	{}
};

static struct kunit_suite instance_suite = {
	.name = "instance",
	.init = world_init,
	.exit = world_exit,
	.test_cases = instance_cases,
};

kunit_test_suite(instance_suite);
