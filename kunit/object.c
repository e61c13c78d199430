// SPDX-License-Identifier: GPL-2.0
/*
 * Suite object: attaching and detaching by hand, the way from one object to another, lists and
 * information structures (INST-10 to INST-13, INST-27 to INST-33, INST-43 to INST-58, VOL-12,
 * VOL-20, VOL-37 to VOL-43, REG-54 to REG-57).
 */
#include <linux/kthread.h>
#include <linux/slab.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "kunit/world.h"

#define TEXT(s) { sizeof(s) - sizeof(WCHAR), sizeof(s), (WCHAR *)(s) }

static const UNICODE_STRING obj_main = TEXT(u"main");
static const UNICODE_STRING obj_second = TEXT(u"SECOND");
static const UNICODE_STRING obj_nobody = TEXT(u"nobody");

static PFLT_VOLUME obj_volume(struct world *w)
{
	return (PFLT_VOLUME)w->fake->volume;
}

static bool obj_text_is(const void *at, ULONG length, const UNICODE_STRING *expected)
{
	UNICODE_STRING text = { length, length, (WCHAR *)at };

	return RtlEqualUnicodeString(&text, expected, FALSE);
}

static int obj_refs(struct flt_object *obj)
{
	return atomic_read(&obj->given);
}

/* A probe that is attached nowhere yet. */
static struct probe *obj_manual(struct world *w, char name, ULONG flags)
{
	struct probe_config config = { .instance_flags = flags, .second = u"123.5" };
	struct probe *p = world_probe(w, name, &config);

	FLT_REQUIRE(w->test, p->filter);
	return p;
}

static void obj_attach_by_name(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE main = NULL, second = NULL;
	struct probe *p;

	world_probe(w, 'B', NULL);
	/* "second" is automatic, "main" is not. */
	p = obj_manual(w, 'A', FLT_DEF_NO_AUTOMATIC);
	FLT_PROVES(test, "INST-10", FltAttachVolume(p->filter, obj_volume(w), &obj_nobody, &main) ==
		   STATUS_OBJECT_NAME_NOT_FOUND && !main);
	FLT_PROVES(test, "INST-09", NT_SUCCESS(FltAttachVolume(p->filter, obj_volume(w), NULL,
							       &main)));
	FLT_REQUIRE(test, main);
	FLT_PROVES(test, "INST-09", RtlEqualUnicodeString(&flt_instance_of(main)->name, &obj_main,
							  FALSE));
	FLT_PROVES(test, "INST-10", obj_text_is(u"800000", 12,
						&flt_instance_of(main)->altitude));
	FLT_PROVES(test, "INST-13", obj_refs(&flt_instance_of(main)->obj) == 1);
	FLT_PROVES(test, "INST-18", world_event(w, 'A', WORLD_SETUP, 0)->flags ==
		   FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT);
	FLT_PROVES(test, "INST-08", FltAttachVolume(p->filter, obj_volume(w), &obj_second,
						    &second) ==
		   STATUS_FLT_INSTANCE_NAME_COLLISION && !second);
	FltObjectDereference(main);
	FLT_PROVES(test, "INST-13", !obj_refs(&flt_instance_of(main)->obj));
	FLT_PROVES(test, "INST-08", FltAttachVolume(p->filter, obj_volume(w), NULL, NULL) ==
		   STATUS_FLT_INSTANCE_NAME_COLLISION);
	FLT_PROVES(test, "INST-13", !obj_refs(&flt_instance_of(main)->obj));
}

static void obj_attach_at_altitude(struct kunit *test)
{
	static const UNICODE_STRING taken = TEXT(u"0700000.00"), free = TEXT(u"650000.5");
	static const UNICODE_STRING made = TEXT(u"probeA 650000.5");
	static const UNICODE_STRING wrong = TEXT(u"65x");
	struct world *w = world_of(test);
	PFLT_INSTANCE instance = NULL;
	struct probe *p;

	world_probes(w, "AB");
	p = w->probe[0];
	FLT_PROVES(test, "INST-01", FltAttachVolumeAtAltitude(p->filter, obj_volume(w), &wrong,
							      NULL, &instance) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "INST-06", FltAttachVolumeAtAltitude(p->filter, obj_volume(w), &taken,
							      NULL, &instance) ==
		   STATUS_FLT_INSTANCE_ALTITUDE_COLLISION);
	FLT_PROVES(test, "INST-11", NT_SUCCESS(FltAttachVolumeAtAltitude(p->filter, obj_volume(w),
									 &free, NULL, &instance)));
	FLT_REQUIRE(test, instance);
	FLT_PROVES(test, "INST-11", RtlEqualUnicodeString(&flt_instance_of(instance)->name, &made,
							  FALSE));
	FLT_PROVES(test, "INST-04", RtlEqualUnicodeString(&flt_instance_of(instance)->altitude,
							  &free, FALSE));
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "INST-05", world_trace_is(w, "A+ B+ A+ F A- B- A-"));
	FLT_PROVES(test, "INST-17",
		   world_event(w, 'A', WORLD_PRE, 1)->objects.Instance == instance &&
		   world_event(w, 'A', WORLD_POST, 0)->objects.Instance == instance &&
		   world_event(w, 'A', WORLD_PRE, 0)->objects.Instance != instance);
	FltObjectDereference(instance);
}

static void obj_attach_refused(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe_config unstarted = { .no_start = true };
	struct probe *p = obj_manual(w, 'A', FLT_DEF_NO_AUTOMATIC | FLT_DEF_NO_MANUAL);
	PFLT_INSTANCE instance = NULL;
	struct probe *other;

	FLT_PROVES(test, "INST-15", FltAttachVolume(p->filter, obj_volume(w), NULL, &instance) ==
		   STATUS_FLT_DO_NOT_ATTACH && !instance);
	other = world_probe(w, 'B', &unstarted);
	FLT_PROVES(test, "INST-12",
		   FltAttachVolume(other->filter, obj_volume(w), NULL, &instance) ==
		   STATUS_FLT_FILTER_NOT_READY && !instance);
	other = obj_manual(w, 'C', FLT_DEF_NO_AUTOMATIC);
	other->setup_status = STATUS_MEDIA_WRITE_PROTECTED;
	FLT_PROVES(test, "INST-27",
		   FltAttachVolume(other->filter, obj_volume(w), NULL, &instance) ==
		   STATUS_MEDIA_WRITE_PROTECTED && !instance);
	flt_volume_leave(w->fake->volume);
	other->setup_status = STATUS_SUCCESS;
	FLT_PROVES(test, "INST-12",
		   FltAttachVolume(other->filter, obj_volume(w), NULL, &instance) ==
		   STATUS_FLT_DELETING_OBJECT && !instance);
}

static void obj_detach(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = obj_manual(w, 'A', 0);	/* 800000 and 123.5 */
	PFLT_VOLUME volume = obj_volume(w);

	world_probe(w, 'B', NULL);
	p->query_status = STATUS_FLT_DO_NOT_DETACH;
	world_clear(w);
	FLT_PROVES(test, "INST-31", FltDetachVolume(p->filter, volume, NULL) ==
		   STATUS_FLT_DO_NOT_DETACH);
	FLT_PROVES(test, "INST-30", world_trace_is(w, "Aq"));
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "INST-31", world_trace_is(w, "A+ B+ A+ F A- B- A-"));
	p->query_status = STATUS_SUCCESS;
	FLT_PROVES(test, "INST-33", FltDetachVolume(p->filter, volume, &obj_nobody) ==
		   STATUS_FLT_INSTANCE_NOT_FOUND);
	world_clear(w);
	FLT_PROVES(test, "INST-33", FltDetachVolume(p->filter, volume, NULL) == STATUS_SUCCESS);
	FLT_PROVES(test, "INST-34", world_trace_is(w, "Aq At Ac"));
	FLT_PROVES(test, "INST-35", world_event(w, 'A', WORLD_START, 0)->flags ==
		   FLTFL_INSTANCE_TEARDOWN_MANUAL &&
		   world_event(w, 'A', WORLD_COMPLETE, 0)->flags == FLTFL_INSTANCE_TEARDOWN_MANUAL);
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	/* The highest one went. */
	FLT_PROVES(test, "INST-33", world_trace_is(w, "B+ A+ F A- B-"));
	FLT_PROVES(test, "INST-33", FltDetachVolume(p->filter, volume, &obj_second) ==
		   STATUS_SUCCESS);
	FLT_PROVES(test, "INST-33", FltDetachVolume(p->filter, volume, NULL) ==
		   STATUS_FLT_INSTANCE_NOT_FOUND);
}

static void obj_detach_without_query(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe_config config = { .no_query = true };
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "INST-32", FltDetachVolume(p->filter, obj_volume(w), NULL) ==
		   STATUS_FLT_DO_NOT_DETACH);
	FLT_PROVES(test, "REG-39", !atomic_read(&p->starts));
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "INST-32", world_trace_is(w, "A+ F A-"));
}

static void obj_detach_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	p->private = (void *)(long)FltDetachVolume(objects->Filter, objects->Volume, NULL);
}

static void obj_detach_from_callback(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "A");
	w->probe[0]->on_pre = obj_detach_in_pre;
	world_do(w, IRP_MJ_READ);
	FLT_EXPECT(test, (NTSTATUS)(long)w->probe[0]->private == STATUS_FLT_DO_NOT_DETACH);
	FLT_EXPECT(test, world_violations(w) == 1);
	FLT_EXPECT(test, world_trace_is(w, "A+ F A-"));
}

static void obj_neighbours(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE top = NULL, bottom = NULL, next = NULL, a, b, c;
	PFLT_VOLUME volume = obj_volume(w);

	FLT_PROVES(test, "INST-44", FltGetTopInstance(volume, &top) == STATUS_NO_MORE_ENTRIES &&
		   FltGetBottomInstance(volume, &bottom) == STATUS_NO_MORE_ENTRIES && !top &&
		   !bottom);
	world_probes(w, "ABC");
	a = w->probe[0]->instance[0];
	b = w->probe[1]->instance[0];
	c = w->probe[2]->instance[0];
	FLT_PROVES(test, "INST-44", FltGetTopInstance(volume, &top) == STATUS_SUCCESS && top == a);
	FLT_PROVES(test, "INST-44", FltGetBottomInstance(volume, &bottom) == STATUS_SUCCESS &&
		   bottom == c);
	FLT_PROVES(test, "INST-44", obj_refs(&flt_instance_of(a)->obj) == 1 &&
		   obj_refs(&flt_instance_of(c)->obj) == 1);
	FltObjectDereference(top);
	FltObjectDereference(bottom);
	FLT_PROVES(test, "INST-45", FltGetLowerInstance(a, &next) == STATUS_SUCCESS && next == b &&
		   obj_refs(&flt_instance_of(b)->obj) == 1);
	FltObjectDereference(next);
	FLT_PROVES(test, "INST-45", FltGetUpperInstance(c, &next) == STATUS_SUCCESS && next == b);
	FltObjectDereference(next);
	FLT_PROVES(test, "INST-45", FltGetUpperInstance(a, &next) == STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "INST-45", FltGetLowerInstance(c, &next) == STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "INST-43", FltCompareInstanceAltitudes(a, b) > 0 &&
		   FltCompareInstanceAltitudes(c, b) < 0 && !FltCompareInstanceAltitudes(b, b));
	next = NULL;
	world_second_volume(w);
	flt_volume_ready(w->other->volume);
	FLT_PROVES(test, "INST-45", FltGetUpperInstance(w->probe[1]->instance[1], &next) ==
		   STATUS_SUCCESS && next == w->probe[0]->instance[1]);
	FltObjectDereference(next);
	FLT_PROVES(test, "INST-43", !FltCompareInstanceAltitudes(b, w->probe[1]->instance[1]));
}

static void obj_memberships(struct kunit *test)
{
	static const UNICODE_STRING shouted = TEXT(u"PROBEb");
	struct world *w = world_of(test);
	PFLT_INSTANCE instance = NULL;
	PFLT_FILTER filter = NULL;
	PFLT_VOLUME volume = NULL;
	struct probe *b;

	world_probes(w, "AB");
	b = w->probe[1];
	FLT_PROVES(test, "INST-46", FltGetFilterFromInstance(b->instance[0], &filter) ==
		   STATUS_SUCCESS && filter == b->filter &&
		   obj_refs(&flt_filter_of(filter)->obj) == 1);
	FltObjectDereference(filter);
	FLT_PROVES(test, "INST-46", FltGetVolumeFromInstance(b->instance[0], &volume) ==
		   STATUS_SUCCESS && volume == obj_volume(w));
	FLT_PROVES(test, "VOL-40", volume == obj_volume(w) && obj_refs(&w->fake->volume->obj) == 1);
	FltObjectDereference(volume);
	volume = NULL;
	FLT_PROVES(test, "VOL-40", FltGetVolumeFromFileObject(b->filter, w->file, &volume) ==
		   STATUS_SUCCESS && volume == obj_volume(w));
	FltObjectDereference(volume);
	FLT_PROVES(test, "VOL-40", FltGetVolumeFromFileObject(b->filter, NULL, &volume) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "INST-47", FltGetFilterFromName(&shouted, &filter) == STATUS_SUCCESS &&
		   filter == b->filter && obj_refs(&flt_filter_of(filter)->obj) == 1);
	FLT_PROVES(test, "REG-57", filter == b->filter &&
		   obj_text_is(u"probeB", 12, &flt_filter_of(filter)->name));
	FltObjectDereference(filter);
	FLT_PROVES(test, "INST-47", FltGetFilterFromName(&obj_nobody, &filter) ==
		   STATUS_FLT_FILTER_NOT_FOUND);
	FLT_PROVES(test, "INST-48", FltGetVolumeInstanceFromName(NULL, obj_volume(w), NULL,
								 &instance) == STATUS_SUCCESS &&
		   instance == w->probe[0]->instance[0]);
	FltObjectDereference(instance);
	FLT_PROVES(test, "INST-48",
		   FltGetVolumeInstanceFromName(b->filter, obj_volume(w), &obj_main,
						&instance) == STATUS_SUCCESS &&
		   instance == b->instance[0]);
	FltObjectDereference(instance);
	FLT_PROVES(test, "INST-48", FltGetVolumeInstanceFromName(b->filter, obj_volume(w),
								 &obj_nobody, &instance) ==
		   STATUS_FLT_INSTANCE_NOT_FOUND);
}

/* What is being torn down is not given out any more. */
static void obj_in_teardown(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	PFLT_INSTANCE instance = NULL;
	u64 *wrong = p->private;
	ULONG n = 0;

	*wrong = !!(FltGetTopInstance(objects->Volume, &instance) != STATUS_NO_MORE_ENTRIES);
	*wrong |= (u64)(FltGetVolumeInstanceFromName(objects->Filter, objects->Volume, NULL,
						     &instance) != STATUS_FLT_DELETING_OBJECT) << 1;
	*wrong |= (u64)(FltGetInstanceInformation(objects->Instance, InstanceBasicInformation, NULL,
						  0, &n) != STATUS_FLT_DELETING_OBJECT) << 2;
	*wrong |= (u64)(FltEnumerateInstanceInformationByVolume(objects->Volume, 0,
								InstanceBasicInformation, NULL, 0,
								&n) !=
			STATUS_FLT_DELETING_OBJECT) << 3;
	*wrong |= (u64)(FltEnumerateInstances(objects->Volume, NULL, NULL, 0, &n) !=
			STATUS_SUCCESS || n) << 4;
	*wrong |= (u64)(FltDetachVolume(objects->Filter, objects->Volume, NULL) !=
			STATUS_FLT_DELETING_OBJECT) << 5;
	*wrong |= (u64)(FltObjectReference(objects->Instance) != STATUS_FLT_DELETING_OBJECT) << 6;
}

static void obj_while_detaching(struct kunit *test)
{
	struct world *w = world_of(test);
	u64 wrong = ~0ULL;

	world_probes(w, "A");
	w->probe[0]->private = &wrong;
	w->probe[0]->on_start = obj_in_teardown;
	FLT_EXPECT(test, NT_SUCCESS(FltDetachVolume(w->probe[0]->filter, obj_volume(w), NULL)));
	FLT_PROVES(test, "INST-44", !(wrong & 1));
	FLT_PROVES(test, "INST-48", !(wrong & 2));
	FLT_PROVES(test, "INST-51", !(wrong & 0xc));
	FLT_PROVES(test, "INST-58", !(wrong & 0x10));
	FLT_PROVES(test, "INST-33", !(wrong & 0x20));
	FLT_PROVES(test, "INST-41", !(wrong & 0x40));
}

static void obj_lists(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE instances[8];
	PFLT_FILTER filters[8];
	PFLT_VOLUME volumes[8];
	ULONG n = 0, i;

	world_probes(w, "BAC");
	world_second_volume(w);
	flt_volume_ready(w->other->volume);

	FLT_PROVES(test, "INST-49", FltEnumerateFilters(NULL, 0, &n) == STATUS_BUFFER_TOO_SMALL &&
		   n == 3);
	n = 0;
	FLT_PROVES(test, "INST-49",
		   FltEnumerateFilters(filters, 2, &n) == STATUS_BUFFER_TOO_SMALL &&
		   n == 3 && !obj_refs(&flt_filter_of(w->probe[0]->filter)->obj));
	FLT_PROVES(test, "INST-49",
		   FltEnumerateFilters(filters, 8, &n) == STATUS_SUCCESS && n == 3);
	FLT_PROVES(test, "INST-52", filters[0] == w->probe[0]->filter &&
		   filters[1] == w->probe[1]->filter && filters[2] == w->probe[2]->filter);
	for (i = 0; i < n; i++) {
		FLT_PROVES(test, "INST-49", obj_refs(&flt_filter_of(filters[i])->obj) == 1);
		FltObjectDereference(filters[i]);
	}

	FLT_PROVES(test, "VOL-37", FltEnumerateVolumes(filters[0], NULL, 0, &n) ==
		   STATUS_BUFFER_TOO_SMALL && n == 2);
	FLT_PROVES(test, "VOL-37", FltEnumerateVolumes(filters[0], volumes, 1, &n) ==
		   STATUS_BUFFER_TOO_SMALL && n == 2 && !obj_refs(&w->fake->volume->obj));
	FLT_PROVES(test, "VOL-37", FltEnumerateVolumes(filters[0], volumes, 8, &n) ==
		   STATUS_SUCCESS && n == 2 && volumes[0] != volumes[1] &&
		   obj_refs(&w->fake->volume->obj) == 1);
	for (i = 0; i < n; i++)
		FltObjectDereference(volumes[i]);

	FLT_PROVES(test, "INST-50", FltEnumerateInstances(NULL, NULL, instances, 8, &n) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "INST-50", FltEnumerateInstances(obj_volume(w), NULL, instances, 2, &n) ==
		   STATUS_BUFFER_TOO_SMALL && n == 3);
	FLT_PROVES(test, "INST-50", FltEnumerateInstances(obj_volume(w), NULL, instances, 8, &n) ==
		   STATUS_SUCCESS && n == 3 && instances[0] == w->probe[0]->instance[0]);
	for (i = 0; i < n; i++) {
		FLT_PROVES(test, "INST-50", obj_refs(&flt_instance_of(instances[i])->obj) == 1);
		FltObjectDereference(instances[i]);
	}
	FLT_PROVES(test, "INST-50", FltEnumerateInstances(NULL, w->probe[1]->filter, instances, 8,
							  &n) == STATUS_SUCCESS && n == 2);
	for (i = 0; i < n; i++)
		FltObjectDereference(instances[i]);
	FLT_PROVES(test, "INST-50", FltEnumerateInstances(obj_volume(w), w->probe[1]->filter,
							  instances, 8, &n) == STATUS_SUCCESS &&
		   n == 1 && instances[0] == w->probe[1]->instance[0]);
	FltObjectDereference(instances[0]);
}

static void obj_filter_information(struct kunit *test)
{
	static const UNICODE_STRING name = TEXT(u"probeA"), altitude = TEXT(u"800000");
	struct world *w = world_of(test);
	union {
		FILTER_FULL_INFORMATION full;
		FILTER_AGGREGATE_BASIC_INFORMATION basic;
		FILTER_AGGREGATE_STANDARD_INFORMATION standard;
		u8 bytes[256];
	} *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	PFLT_FILTER filter;
	ULONG n = 0, m = 0;

	FLT_REQUIRE(test, info);
	world_probes(w, "BA");
	filter = w->probe[0]->filter;
	memset(info, 0xee, sizeof(*info));
	FLT_PROVES(test, "INST-54", FltGetFilterInformation(filter, FilterFullInformation, NULL, 0,
							    &n) == STATUS_BUFFER_TOO_SMALL &&
		   n == offsetof(FILTER_FULL_INFORMATION, FilterNameBuffer) + name.Length);
	FLT_PROVES(test, "INST-51", FltEnumerateFilterInformation(0, FilterFullInformation, info,
								  n - 1, &m) ==
		   STATUS_BUFFER_TOO_SMALL && m == n && info->bytes[0] == 0xee);
	FLT_PROVES(test, "INST-52", FltEnumerateFilterInformation(0, FilterFullInformation, info, n,
								  &m) == STATUS_SUCCESS && m == n &&
		   obj_text_is(info->full.FilterNameBuffer, info->full.FilterNameLength, &name));
	FLT_PROVES(test, "INST-57", info->full.NumberOfInstances == 1);
	FLT_PROVES(test, "INST-54", info->full.NextEntryOffset == 0 && info->bytes[n] == 0xee);
	FLT_PROVES(test, "INST-55", info->full.FrameID == 0);
	world_second_volume(w);
	flt_volume_ready(w->other->volume);
	FLT_PROVES(test, "INST-57",
		   NT_SUCCESS(FltGetFilterInformation(filter, FilterFullInformation,
						      info, 256, &n)) &&
		   info->full.NumberOfInstances == 2);
	FLT_PROVES(test, "INST-55",
		   NT_SUCCESS(FltGetFilterInformation(filter, FilterAggregateBasicInformation, info,
						      256, &n)) &&
		   info->basic.Flags == FLTFL_AGGREGATE_INFO_IS_MINIFILTER &&
		   info->basic.Type.MiniFilter.FrameID == 0);
	FLT_PROVES(test, "INST-54", n == sizeof(info->basic) + name.Length + altitude.Length &&
		   obj_text_is(info->bytes + info->basic.Type.MiniFilter.FilterAltitudeBufferOffset,
			       info->basic.Type.MiniFilter.FilterAltitudeLength, &altitude));
	FLT_PROVES(test, "INST-55",
		   NT_SUCCESS(FltGetFilterInformation(filter, FilterAggregateStandardInformation,
						      info, 256, &n)) &&
		   info->standard.Flags == FLTFL_ASI_IS_MINIFILTER &&
		   info->standard.Type.MiniFilter.NumberOfInstances == 2);
	FLT_PROVES(test, "INST-04",
		   obj_text_is(info->bytes +
			       info->standard.Type.MiniFilter.FilterAltitudeBufferOffset,
			       info->standard.Type.MiniFilter.FilterAltitudeLength, &altitude));
	FLT_PROVES(test, "INST-51", FltGetFilterInformation(filter, 77, info, 256, &n) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "INST-51",
		   FltEnumerateFilterInformation(2, FilterFullInformation, info,
						 256, &n) == STATUS_NO_MORE_ENTRIES);
}

static void obj_instance_information(struct kunit *test)
{
	static const UNICODE_STRING filter = TEXT(u"probeB"), altitude = TEXT(u"700000");
	struct world *w = world_of(test);
	union {
		INSTANCE_BASIC_INFORMATION basic;
		INSTANCE_PARTIAL_INFORMATION partial;
		INSTANCE_FULL_INFORMATION full;
		INSTANCE_AGGREGATE_STANDARD_INFORMATION standard;
		u8 bytes[512];
	} *info = kunit_kzalloc(test, sizeof(*info), GFP_KERNEL);
	UNICODE_STRING volume, malformed = obj_nobody;
	PFLT_INSTANCE instance;
	ULONG n = 0;

	FLT_REQUIRE(test, info);
	world_probes(w, "AB");
	volume = w->fake->volume->name;
	instance = w->probe[1]->instance[0];
	FLT_PROVES(test, "INST-54", FltGetInstanceInformation(instance, InstanceBasicInformation,
							      NULL, 0, &n) ==
		   STATUS_BUFFER_TOO_SMALL && n == 8 + obj_main.Length);
	FLT_PROVES(test, "INST-54", NT_SUCCESS(FltGetInstanceInformation(instance,
									 InstanceBasicInformation,
									 info, 512, &n)) &&
		   obj_text_is(info->bytes + info->basic.InstanceNameBufferOffset,
			       info->basic.InstanceNameLength, &obj_main));
	FLT_PROVES(test, "INST-04", NT_SUCCESS(FltGetInstanceInformation(instance,
									 InstancePartialInformation,
									 info, 512, &n)) &&
		   obj_text_is(info->bytes + info->partial.AltitudeBufferOffset,
			       info->partial.AltitudeLength, &altitude));
	FLT_PROVES(test, "INST-54", NT_SUCCESS(FltGetInstanceInformation(instance,
									 InstanceFullInformation,
									 info, 512, &n)) &&
		   n == sizeof(info->full) + obj_main.Length + altitude.Length + filter.Length +
		   volume.Length &&
		   obj_text_is(info->bytes + info->full.VolumeNameBufferOffset,
			       info->full.VolumeNameLength, &volume) &&
		   obj_text_is(info->bytes + info->full.FilterNameBufferOffset,
			       info->full.FilterNameLength, &filter));
	FLT_PROVES(test, "INST-55",
		   NT_SUCCESS(FltGetInstanceInformation(instance,
							InstanceAggregateStandardInformation,
							info, 512, &n)) &&
		   info->standard.Flags == FLTFL_IASI_IS_MINIFILTER &&
		   info->standard.Type.MiniFilter.FrameID == 0);
	FLT_PROVES(test, "INST-24", info->standard.Type.MiniFilter.VolumeFileSystemType ==
		   w->fake->volume->info.fs_type);
	FLT_PROVES(test, "INST-56", info->standard.Type.MiniFilter.SupportedFeatures == 0);
	flt_filter_of(w->probe[1]->filter)->features = 5;
	FltGetInstanceInformation(instance, InstanceAggregateStandardInformation, info, 512, &n);
	FLT_PROVES(test, "INST-56", info->standard.Type.MiniFilter.SupportedFeatures == 5);
	FLT_PROVES(test, "INST-51", FltGetInstanceInformation(instance, 9, info, 512, &n) ==
		   STATUS_INVALID_PARAMETER);

	FLT_PROVES(test, "INST-51",
		   NT_SUCCESS(FltEnumerateInstanceInformationByVolume(obj_volume(w), 1,
								      InstanceFullInformation, info,
								      512, &n)) &&
		   obj_text_is(info->bytes + info->full.FilterNameBufferOffset,
			       info->full.FilterNameLength, &filter));
	FLT_PROVES(test, "INST-51", FltEnumerateInstanceInformationByVolume(obj_volume(w), 2,
									    InstanceFullInformation,
									    info, 512, &n) ==
		   STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "INST-51",
		   NT_SUCCESS(FltEnumerateInstanceInformationByFilter(w->probe[1]->filter, 0,
								      InstanceFullInformation, info,
								      512, &n)) &&
		   FltEnumerateInstanceInformationByFilter(w->probe[1]->filter, 1,
							   InstanceFullInformation, info, 512,
							   &n) == STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "INST-51",
		   NT_SUCCESS(FltEnumerateInstanceInformationByVolumeName(&volume, 0,
									  InstanceBasicInformation,
									  info, 512, &n)));
	/* malformed */
	FLT_PROVES(test, "INST-53",
		   FltEnumerateInstanceInformationByVolumeName(&malformed, 0,
							       InstanceBasicInformation, info,
							       512, &n) ==
		   STATUS_INVALID_PARAMETER);
}

static void obj_volume_names(struct kunit *test)
{
	struct world *w = world_of(test);
	UNICODE_STRING *own = &w->fake->volume->name, name = { };
	FILTER_VOLUME_STANDARD_INFORMATION *standard;
	FILTER_VOLUME_BASIC_INFORMATION *basic;
	FLT_FILESYSTEM_TYPE type = FLT_FSTYPE_CDFS;
	PFLT_VOLUME volume = obj_volume(w), found = NULL;
	WCHAR text[64] = { };
	u8 bytes[128];
	ULONG n = 0;
	u32 dead = 0;

	world_probes(w, "A");
	FLT_PROVES(test, "VOL-12", FltGetVolumeName(volume, NULL, &n) == STATUS_BUFFER_TOO_SMALL &&
		   n == own->Length);
	FLT_PROVES(test, "VOL-12",
		   FltGetVolumeName(volume, NULL, NULL) == STATUS_INVALID_PARAMETER);
	name.Buffer = text;
	name.MaximumLength = own->Length - 2;
	n = 0;
	FLT_PROVES(test, "VOL-12", FltGetVolumeName(volume, &name, &n) == STATUS_BUFFER_TOO_SMALL &&
		   n == own->Length && !name.Length && !text[0]);
	name.MaximumLength = own->Length;
	FLT_PROVES(test, "VOL-12", FltGetVolumeName(volume, &name, NULL) == STATUS_SUCCESS &&
		   RtlEqualUnicodeString(&name, own, FALSE));
	FLT_PROVES(test, "VOL-11",
		   name.Length > 44 && !memcmp(text, u"\\Device\\HarddiskVolume", 44));

	FLT_PROVES(test, "VOL-20", FltGetFileSystemType(volume, &type) == STATUS_SUCCESS &&
		   type == w->fake->volume->info.fs_type);
	type = FLT_FSTYPE_CDFS;
	FLT_PROVES(test, "VOL-20", FltGetFileSystemType(w->probe[0]->instance[0], &type) ==
		   STATUS_SUCCESS && type == w->fake->volume->info.fs_type);
	FLT_PROVES(test, "VOL-20", FltGetFileSystemType(&dead, &type) == STATUS_INVALID_PARAMETER &&
		   type == FLT_FSTYPE_UNKNOWN);

	/* By name, in other case and with a backslash at its end */
	RtlUpcaseUnicodeString(&name, own, FALSE);
	text[name.Length / 2] = '\\';
	name.Length += 2;
	FLT_PROVES(test, "VOL-18", FltGetVolumeFromName(w->probe[0]->filter, &name, &found) ==
		   STATUS_SUCCESS && found == volume && obj_refs(&w->fake->volume->obj) == 1);
	FltObjectDereference(found);
	text[name.Length / 2 - 2]++;
	FLT_PROVES(test, "VOL-18", FltGetVolumeFromName(w->probe[0]->filter, &name, &found) ==
		   STATUS_FLT_VOLUME_NOT_FOUND);
	name.Length = 0;
	FLT_PROVES(test, "VOL-18", FltGetVolumeFromName(w->probe[0]->filter, &name, &found) ==
		   STATUS_INVALID_PARAMETER);

	basic = (void *)bytes;
	standard = (void *)bytes;
	FLT_PROVES(test, "VOL-38",
		   FltGetVolumeInformation(volume, FilterVolumeBasicInformation, NULL,
					   0, &n) == STATUS_BUFFER_TOO_SMALL &&
		   n == 2 + own->Length);
	FLT_PROVES(test, "VOL-38",
		   FltGetVolumeInformation(volume, FilterVolumeBasicInformation, bytes,
					   sizeof(bytes), &n) == STATUS_SUCCESS &&
		   obj_text_is(basic->FilterVolumeName, basic->FilterVolumeNameLength, own));
	FLT_PROVES(test, "VOL-38", FltEnumerateVolumeInformation(w->probe[0]->filter, 0,
								 FilterVolumeStandardInformation,
								 bytes, sizeof(bytes), &n) ==
		   STATUS_SUCCESS &&
		   obj_text_is(standard->FilterVolumeName, standard->FilterVolumeNameLength, own));
	FLT_PROVES(test, "VOL-39", standard->Flags == 0 && standard->FrameID == 0);
	FLT_PROVES(test, "VOL-38", FltEnumerateVolumeInformation(w->probe[0]->filter, 1,
								 FilterVolumeStandardInformation,
								 bytes, sizeof(bytes), &n) ==
		   STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "VOL-38", FltGetVolumeInformation(volume, 5, bytes, sizeof(bytes), &n) ==
		   STATUS_INVALID_PARAMETER);
}

static void obj_dead_volume(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_CALLBACK_DATA data;
	PFLT_INSTANCE instance;
	PFLT_VOLUME volume;
	BOOLEAN writable;
	u8 bytes[128];
	ULONG n;

	FLT_REQUIRE(test, !flt_volume_ready(world_second_volume(w)->volume));
	world_probes(w, "A");
	volume = (PFLT_VOLUME)w->other->volume;
	instance = w->probe[0]->instance[1];
	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(volume)));
	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(instance)));
	FLT_EXPECT(test, !atomic_read(&w->other->files));
	fake_volume_destroy(w->other);
	w->other = NULL;
	FLT_PROVES(test, "VOL-41",
		   FltGetVolumeInformation(volume, FilterVolumeBasicInformation, bytes,
					   sizeof(bytes), &n) ==
		   STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "VOL-41",
		   FltGetVolumeName(volume, NULL, &n) == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "VOL-43", FltEnumerateVolumes(w->probe[0]->filter, NULL, 0, &n) ==
		   STATUS_BUFFER_TOO_SMALL && n == 1);
	FLT_EXPECT(test, FltIsVolumeWritable(volume, &writable) == STATUS_FLT_DELETING_OBJECT &&
		   FltIsVolumeWritable(instance, &writable) == STATUS_FLT_DELETING_OBJECT);
	/* Its snapshots are free memory by now. */
	rcu_barrier();
	if (FLT_EXPECT(test, NT_SUCCESS(FltAllocateCallbackData(instance, NULL, &data))))
		FltFreeCallbackData(data);
	FltObjectDereference(instance);
	FltObjectDereference(volume);
}

static void obj_stale_filter(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE instance = NULL;
	PFLT_FILTER filter;

	world_probes(w, "A");
	filter = w->probe[0]->filter;
	probe_unload(w->probe[0]);
	w->probe[0] = NULL;
	FLT_PROVES(test, "REG-54", FltAttachVolume(filter, obj_volume(w), NULL, &instance) ==
		   STATUS_FLT_DELETING_OBJECT && !instance);
	FLT_PROVES(test, "REG-54", FltDetachVolume(filter, obj_volume(w), NULL) ==
		   STATUS_FLT_DELETING_OBJECT);
}

/* References are taken and dropped while the teardown begins: either side sees the other. */
static struct {
	struct flt_object obj;
	bool over;
	unsigned int late;
	atomic_t taken;
} obj_race;

static int obj_race_thread(void *unused)
{
	while (!kthread_should_stop()) {
		if (NT_SUCCESS(flt_object_give(&obj_race.obj))) {
			obj_race.late += READ_ONCE(obj_race.over);
			atomic_inc(&obj_race.taken);
			atomic_dec(&obj_race.obj.given);
			flt_object_put(&obj_race.obj);
		}
		cond_resched();
	}
	return 0;
}

static void obj_stays(struct flt_object *obj)
{
}

static void obj_teardown_races(struct kunit *test)
{
	struct task_struct *thread;
	unsigned int round, done = 0;

	memset(&obj_race, 0, sizeof(obj_race));
	for (round = 0; round < 100; round++) {
		flt_object_init(&obj_race.obj, FLT_TYPE_VOLUME, obj_stays);
		obj_race.over = false;
		atomic_set(&obj_race.taken, 0);
		thread = kthread_run(obj_race_thread, NULL, "flt-takes");
		FLT_REQUIRE(test, !IS_ERR(thread));
		FLT_EXPECT(test, WORLD_WAIT(atomic_read(&obj_race.taken)));
		flt_object_delete(&obj_race.obj);
		FLT_EXPECT(test, WORLD_WAIT(refcount_read(&obj_race.obj.refs) == 1));
		WRITE_ONCE(obj_race.over, true);
		usleep_range(20, 100);
		kthread_stop(thread);
		done += flt_object_give(&obj_race.obj) == STATUS_FLT_DELETING_OBJECT &&
			refcount_read(&obj_race.obj.refs) == 1 &&
			!atomic_read(&obj_race.obj.given);
	}
	FLT_EXPECT(test, done == 100 && !obj_race.late);
}

static void obj_routine_by_name(struct kunit *test)
{
	UNICODE_STRING name = TEXT(u"KeGetCurrentIrql"), flt = TEXT(u"fltRegisterFilter");

	FLT_PROVES(test, "REG-55", FltGetRoutineAddress("FltRegisterFilter") == FltRegisterFilter);
	FLT_PROVES(test, "REG-55", !FltGetRoutineAddress("fltregisterfilter") &&
		   !FltGetRoutineAddress("printk") && !FltGetRoutineAddress("flt_filter_get"));
	FLT_PROVES(test, "REG-55", MmGetSystemRoutineAddress(&name) == KeGetCurrentIrql &&
		   !MmGetSystemRoutineAddress(&flt));
}

static struct kunit_case object_cases[] = {
	KUNIT_CASE(obj_attach_by_name),
	KUNIT_CASE(obj_attach_at_altitude),
	KUNIT_CASE(obj_attach_refused),
	KUNIT_CASE(obj_detach),
	KUNIT_CASE(obj_detach_without_query),
	KUNIT_CASE(obj_detach_from_callback),
	KUNIT_CASE(obj_neighbours),
	KUNIT_CASE(obj_memberships),
	KUNIT_CASE(obj_while_detaching),
	KUNIT_CASE(obj_lists),
	KUNIT_CASE(obj_filter_information),
	KUNIT_CASE(obj_instance_information),
	KUNIT_CASE(obj_volume_names),
	KUNIT_CASE(obj_dead_volume),
	KUNIT_CASE(obj_stale_filter),
	KUNIT_CASE(obj_teardown_races),
	KUNIT_CASE(obj_routine_by_name),
	{}
};

static struct kunit_suite object_suite = {
	.name = "object",
	.init = world_init,
	.exit = world_exit,
	.test_cases = object_cases,
};

kunit_test_suite(object_suite);
