// SPDX-License-Identifier: GPL-2.0
/*
 * Suite neighbours: walking the instances of a volume (CBD-094 to CBD-102).
 */
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "kunit/world.h"
#include "nt/violation.h"

static int neighbour_given(PFLT_INSTANCE instance)
{
	return atomic_read(&flt_instance_of(instance)->obj.given);
}

/* The routine gives @expected, with one reference more, which is dropped here. */
static bool neighbour_end_is(struct world *w, typeof(FltGetTopInstance) *fn,
			     PFLT_INSTANCE expected)
{
	PFLT_INSTANCE out = NULL;
	int before = neighbour_given(expected);
	bool good;

	if (fn((PFLT_VOLUME)w->fake->volume, &out) != STATUS_SUCCESS || out != expected)
		return false;
	good = neighbour_given(expected) == before + 1;
	FltObjectDereference(out);
	return good && neighbour_given(expected) == before;
}

static bool neighbour_next_is(PFLT_INSTANCE of, typeof(FltGetLowerInstance) *fn,
			      PFLT_INSTANCE expected)
{
	PFLT_INSTANCE out = NULL;
	int before = neighbour_given(expected);
	bool good;

	if (fn(of, &out) != STATUS_SUCCESS || out != expected)
		return false;
	good = neighbour_given(expected) == before + 1;
	FltObjectDereference(out);
	return good && neighbour_given(expected) == before;
}

static void neighbour_found(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE a, b, c;

	world_probes(w, "ABC");
	a = w->probe[0]->instance[0];
	b = w->probe[1]->instance[0];
	c = w->probe[2]->instance[0];
	FLT_PROVES(test, "CBD-094", neighbour_end_is(w, FltGetTopInstance, a));
	FLT_PROVES(test, "CBD-095", neighbour_end_is(w, FltGetBottomInstance, c));
	FLT_PROVES(test, "CBD-096", neighbour_next_is(a, FltGetLowerInstance, b));
	FLT_PROVES(test, "CBD-096", neighbour_next_is(b, FltGetLowerInstance, c));
	FLT_PROVES(test, "CBD-097", neighbour_next_is(c, FltGetUpperInstance, b));
	FLT_PROVES(test, "CBD-097", neighbour_next_is(b, FltGetUpperInstance, a));
}

#define NEIGHBOUR_NONE	((PFLT_INSTANCE)0x4e4f4e45)

static void neighbour_missing(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume;
	PFLT_INSTANCE out = NEIGHBOUR_NONE, a, c;

	FLT_PROVES(test, "CBD-098", FltGetTopInstance(volume, &out) == STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "CBD-098", FltGetBottomInstance(volume, &out) == STATUS_NO_MORE_ENTRIES);
	world_probes(w, "ABC");
	a = w->probe[0]->instance[0];
	c = w->probe[2]->instance[0];
	FLT_PROVES(test, "CBD-098", FltGetLowerInstance(c, &out) == STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "CBD-098", FltGetUpperInstance(a, &out) == STATUS_NO_MORE_ENTRIES);
	FLT_PROVES(test, "CBD-098", !neighbour_given(a) && !neighbour_given(c) &&
		   NT_WARNING(STATUS_NO_MORE_ENTRIES));
}

static void neighbour_outlives_detach(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE top = NULL, other = NULL;
	UNICODE_STRING altitude;

	world_probes(w, "AB");
	FLT_REQUIRE(test, NT_SUCCESS(FltGetTopInstance((PFLT_VOLUME)w->fake->volume, &top)));
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(flt_instance_of(top),
							FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	/* Still there to be compared and asked, but no neighbour any more. */
	altitude = flt_instance_of(top)->altitude;
	FLT_PROVES(test, "CBD-099", top == w->probe[0]->instance[0] && altitude.Length == 12 &&
		   flt_instance_of(top)->obj.type == FLT_TYPE_INSTANCE);
	FLT_PROVES(test, "CBD-099",
		   NT_SUCCESS(FltGetTopInstance((PFLT_VOLUME)w->fake->volume, &other)) &&
		   other == w->probe[1]->instance[0]);
	FltObjectDereference(other);
	FltObjectDereference(top);
}

/* One whose teardown has just begun can no longer be referenced, and is passed over. */
static void neighbour_deleting(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE a, b, c;

	world_probes(w, "ABC");
	a = w->probe[0]->instance[0];
	b = w->probe[1]->instance[0];
	c = w->probe[2]->instance[0];
	flt_instance_of(b)->obj.deleting = true;
	FLT_EXPECT(test, neighbour_next_is(a, FltGetLowerInstance, c));
	FLT_EXPECT(test, neighbour_next_is(c, FltGetUpperInstance, a));
	flt_instance_of(a)->obj.deleting = true;
	FLT_EXPECT(test, neighbour_end_is(w, FltGetTopInstance, c));
	flt_instance_of(c)->obj.deleting = true;
	FLT_EXPECT(test, FltGetBottomInstance((PFLT_VOLUME)w->fake->volume, &a) ==
		   STATUS_NO_MORE_ENTRIES);
	flt_instance_of(a)->obj.deleting = false;
	flt_instance_of(b)->obj.deleting = false;
	flt_instance_of(c)->obj.deleting = false;
}

static void neighbour_arguments(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume;
	s64 before = atomic64_read(&fsh_violations);
	PFLT_INSTANCE b;

	world_probes(w, "ABC");
	b = w->probe[1]->instance[0];
	FLT_PROVES(test, "CBD-100", FltGetTopInstance(volume, NULL) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-100", FltGetBottomInstance(volume, NULL) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-100", FltGetLowerInstance(b, NULL) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-100", FltGetUpperInstance(b, NULL) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBD-100", atomic64_read(&fsh_violations) == before + 4);
	w->breaches = true;
}

/* Attached in no order; text order, or that of rounded numbers, would be another one. */
static void neighbour_order(struct kunit *test)
{
	static const struct probe_config configs[] = {
		{ .altitude = u"100.123456" }, { .altitude = u"03333" }, { .altitude = u"99.9" },
		{ .altitude = u"100.1234560000000000000000000000000001" },
		{ .altitude = u"0000100.2" },
	};
	static const unsigned int falling[] = { 1, 4, 3, 0, 2 };
	static const struct probe_config same = { .altitude = u"3333.000" };
	struct world *w = world_of(test);
	PFLT_INSTANCE at, next;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(configs); i++)
		world_probe(w, 'A' + i, &configs[i]);
	FLT_REQUIRE(test, NT_SUCCESS(FltGetTopInstance((PFLT_VOLUME)w->fake->volume, &at)));
	for (i = 0; i < ARRAY_SIZE(falling); i++) {
		FLT_PROVES(test, "CBD-101", at == w->probe[falling[i]]->instance[0]);
		if (FltGetLowerInstance(at, &next) != STATUS_SUCCESS)
			next = NULL;
		FltObjectDereference(at);
		at = next;
		if (!at)
			break;
	}
	FLT_PROVES(test, "CBD-101", i == ARRAY_SIZE(falling) - 1 && !at);
	/* "3333.000" is where "03333" is: there is no room. */
	FLT_PROVES(test, "CBD-101", !world_probe(w, 'F', &same)->instance[0]);
}

static void neighbour_levels(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume;
	s64 before = atomic64_read(&fsh_violations);
	PFLT_INSTANCE out[4] = {};
	NTSTATUS status[4];
	PFLT_INSTANCE b;
	unsigned int i;
	KIRQL old;

	world_probes(w, "ABC");
	b = w->probe[1]->instance[0];
	old = KfRaiseIrql(APC_LEVEL);
	status[0] = FltGetTopInstance(volume, &out[0]);
	status[1] = FltGetBottomInstance(volume, &out[1]);
	status[2] = FltGetLowerInstance(b, &out[2]);
	status[3] = FltGetUpperInstance(b, &out[3]);
	for (i = 0; i < ARRAY_SIZE(out); i++) {
		if (NT_SUCCESS(status[i]))
			FltObjectDereference(out[i]);
	}
	KeLowerIrql(old);
	for (i = 0; i < ARRAY_SIZE(out); i++) {
		FLT_PROVES(test, "CBD-102", status[i] == STATUS_SUCCESS);
		FLT_EXPECT(test, out[i]);
	}
	FLT_PROVES(test, "CBD-102", atomic64_read(&fsh_violations) == before);
	/* Above that they are refused. */
	old = KfRaiseIrql(DISPATCH_LEVEL);
	status[0] = FltGetTopInstance(volume, &out[0]);
	status[1] = FltGetBottomInstance(volume, &out[1]);
	status[2] = FltGetLowerInstance(b, &out[2]);
	status[3] = FltGetUpperInstance(b, &out[3]);
	KeLowerIrql(old);
	for (i = 0; i < ARRAY_SIZE(out); i++)
		FLT_EXPECT(test, status[i] == STATUS_INVALID_DEVICE_STATE);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 4);
	w->breaches = true;
}

static struct kunit_case neighbours_cases[] = {
	KUNIT_CASE(neighbour_found),
	KUNIT_CASE(neighbour_missing),
	KUNIT_CASE(neighbour_outlives_detach),
	KUNIT_CASE(neighbour_deleting),
	KUNIT_CASE(neighbour_arguments),
	KUNIT_CASE(neighbour_order),
	KUNIT_CASE(neighbour_levels),
	{}
};

static struct kunit_suite neighbours_suite = {
	.name = "neighbours",
	.init = world_init,
	.exit = world_exit,
	.test_cases = neighbours_cases,
};

kunit_test_suite(neighbours_suite);
