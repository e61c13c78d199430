// SPDX-License-Identifier: GPL-2.0
/*
 * Suite context_rules: which definition serves a request and what its memory is like (CTX-10,
 * CTX-11, CTX-16, CTX-17), a driver's own allocation (CTX-19, CTX-20), contexts of a filter with
 * two instances on a volume (CTX-42, CTX-43), and when those of instances and volumes go (CTX-53).
 */
#include <linux/slab.h>
#include "kunit/world.h"
#include "nt/ex_pool.h"
#include "nt/violation.h"

#define RULE_TAG	0x656c7552	/* 'Rule' */

/* What the callbacks did, in this order: allocated, cleaned up, freed. */
static struct {
	unsigned int clock;
	unsigned int allocated, cleaned, freed;
	unsigned int allocated_at, cleaned_at, freed_at;
	SIZE_T asked;
	POOL_TYPE pool;
	FLT_CONTEXT_TYPE type, cleaned_type, freed_type;
	void *block, *cleaned_block, *freed_block;
	bool refuse;
	unsigned int small, large, variable;	/* cleaned up, by definition */
} rule;

static void *rule_allocate(POOL_TYPE pool, SIZE_T size, FLT_CONTEXT_TYPE type)
{
	rule.allocated++;
	rule.allocated_at = ++rule.clock;
	rule.asked = size;
	rule.pool = pool;
	rule.type = type;
	rule.block = rule.refuse ? NULL : kmalloc(size, GFP_KERNEL);
	return rule.block;
}

static void rule_cleanup(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	rule.cleaned++;
	rule.cleaned_at = ++rule.clock;
	rule.cleaned_block = context;
	rule.cleaned_type = type;
}

static void rule_free(void *pool, FLT_CONTEXT_TYPE type)
{
	rule.freed++;
	rule.freed_at = ++rule.clock;
	rule.freed_block = pool;
	rule.freed_type = type;
	kfree(pool);
}

static void rule_small(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	rule.small++;
}

static void rule_large(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	rule.large++;
}

static void rule_variable(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	rule.variable++;
}

#define RULE_LARGER	FLTFL_CONTEXT_REGISTRATION_NO_EXACT_SIZE_MATCH
#define RULE_DEF(type, size)	{ type, 0, rule_cleanup, size, RULE_TAG }

static const FLT_CONTEXT_REGISTRATION rule_registration[] = {
	{ FLT_FILE_CONTEXT, RULE_LARGER, rule_large, 128, RULE_TAG },
	{ FLT_FILE_CONTEXT, RULE_LARGER, rule_small, 96, RULE_TAG },
	{ FLT_STREAM_CONTEXT, 0, rule_small, 96, RULE_TAG },
	{ FLT_STREAM_CONTEXT, 0, rule_variable, FLT_VARIABLE_SIZED_CONTEXTS, RULE_TAG },
	{ FLT_STREAMHANDLE_CONTEXT, 0, rule_cleanup, 0, 0, rule_allocate, rule_free },
	RULE_DEF(FLT_VOLUME_CONTEXT, 16), RULE_DEF(FLT_INSTANCE_CONTEXT, 16),
	{ FLT_CONTEXT_END }
};

static void rule_change(struct probe *p, FLT_REGISTRATION *registration,
			FLT_OPERATION_REGISTRATION *ops)
{
	registration->ContextRegistration = rule_registration;
}

static struct probe *rule_probe(struct kunit *test)
{
	static const struct probe_config config = { .change = rule_change };

	memset(&rule, 0, sizeof(rule));
	return world_probe(world_of(test), 'A', &config);
}

/* A context of this size, all of which is written to. */
static NTSTATUS rule_use(struct probe *p, FLT_CONTEXT_TYPE type, SIZE_T size)
{
	PFLT_CONTEXT context;
	NTSTATUS status = FltAllocateContext(p->filter, type, size, PagedPool, &context);

	if (NT_SUCCESS(status)) {
		memset(context, 0x55, size);
		FltReleaseContext(context);
	}
	return status;
}

static void rule_definitions(struct kunit *test)
{
	struct probe *p = rule_probe(test);

	/* The smallest that is large enough, whatever the order of the definitions. */
	FLT_PROVES(test, "CTX-10", !rule_use(p, FLT_FILE_CONTEXT, 1) && rule.small == 1);
	FLT_PROVES(test, "CTX-10", !rule_use(p, FLT_FILE_CONTEXT, 96) && rule.small == 2);
	FLT_PROVES(test, "CTX-10", !rule_use(p, FLT_FILE_CONTEXT, 97) && rule.large == 1);
	FLT_PROVES(test, "CTX-10", !rule_use(p, FLT_FILE_CONTEXT, 128) && rule.large == 2 &&
		   rule.small == 2);
	FLT_PROVES(test, "CTX-10", rule_use(p, FLT_FILE_CONTEXT, 129) ==
		   STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND);
	/* Without that flag a fixed size serves no other. */
	FLT_PROVES(test, "CTX-11", !rule_use(p, FLT_STREAM_CONTEXT, 96) && rule.small == 3 &&
		   !rule.variable);
	FLT_PROVES(test, "CTX-11", !rule_use(p, FLT_STREAM_CONTEXT, 95) && rule.variable == 1);
	FLT_PROVES(test, "CTX-11", !rule_use(p, FLT_STREAM_CONTEXT, 97) && rule.variable == 2 &&
		   rule.small == 3);
}

/* Sizes of every kind: all of the block is there, zeroed or filled, aligned. */
static void rule_memory(struct kunit *test)
{
	static const SIZE_T sizes[] = { 1, 8, 13, 95, 97, 200, 1000, 4080, 4096, 20000, 65535 };
	struct probe *p = rule_probe(test);
	bool fill = pool_fill;
	PFLT_CONTEXT context;
	unsigned int i, n;

	for (i = 0; i < ARRAY_SIZE(sizes); i++) {
		for (n = 0; n < 2; n++) {
			FLT_REQUIRE(test, NT_SUCCESS(FltAllocateContext(p->filter,
									FLT_STREAM_CONTEXT,
									sizes[i],
									n ? NonPagedPool :
									    PagedPool,
									&context)));
			FLT_PROVES(test, "CTX-17", IS_ALIGNED((unsigned long)context, 16));
			FLT_PROVES(test, "CTX-16", !memchr_inv(context, 0, sizes[i]));
			memset(context, 0x55, sizes[i]);
			FltReleaseContext(context);
		}
	}
	/* So that who relies on zeroes finds out, fixed sizes can be filled. */
	pool_fill = true;
	FLT_EXPECT(test, NT_SUCCESS(FltAllocateContext(p->filter, FLT_STREAM_CONTEXT, 96,
						       NonPagedPool, &context)));
	pool_fill = fill;
	FLT_PROVES(test, "CTX-16", !memchr_inv(context, POOL_FILL, 96));
	FltReleaseContext(context);
	pool_fill = true;
	FLT_EXPECT(test, NT_SUCCESS(FltAllocateContext(p->filter, FLT_STREAM_CONTEXT, 97,
						       NonPagedPool, &context)));
	pool_fill = fill;
	FLT_PROVES(test, "CTX-16", !memchr_inv(context, 0, 97));
	FltReleaseContext(context);
}

static void rule_own_memory(struct kunit *test)
{
	struct probe *p = rule_probe(test);
	PFLT_CONTEXT context = NULL;

	FLT_REQUIRE(test, NT_SUCCESS(FltAllocateContext(p->filter, FLT_STREAMHANDLE_CONTEXT, 40,
							PagedPool, &context)));
	/* The shim's own header is elsewhere: the whole block is the context. */
	FLT_PROVES(test, "CTX-19", rule.allocated == 1 && rule.asked == 40 &&
		   rule.pool == PagedPool && rule.type == FLT_STREAMHANDLE_CONTEXT &&
		   context == rule.block);
	memset(context, 0x55, 40);
	FltReleaseContext(context);
	FLT_PROVES(test, "CTX-20", rule.cleaned == 1 && rule.freed == 1 &&
		   rule.cleaned_block == rule.block && rule.freed_block == rule.block &&
		   rule.allocated_at < rule.cleaned_at && rule.cleaned_at < rule.freed_at &&
		   rule.cleaned_type == FLT_STREAMHANDLE_CONTEXT &&
		   rule.freed_type == FLT_STREAMHANDLE_CONTEXT);
	rule.refuse = true;
	context = (PFLT_CONTEXT)8;
	FLT_PROVES(test, "CTX-19", FltAllocateContext(p->filter, FLT_STREAMHANDLE_CONTEXT, 72,
						      NonPagedPool, &context) ==
		   STATUS_INSUFFICIENT_RESOURCES && !context && rule.asked == 72 &&
		   rule.pool == NonPagedPool);
	FLT_PROVES(test, "CTX-20", rule.cleaned == 1 && rule.freed == 1);
}

static NTSTATUS rule_new(struct probe *p, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *context)
{
	return FltAllocateContext(p->filter, type, 16, NonPagedPool, context);
}

static NTSTATUS rule_keep(PFLT_INSTANCE instance, PFLT_CONTEXT context)
{
	return FltSetInstanceContext(instance, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
}

/* One filter, twice on the volume. */
static void rule_two_instances(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = rule_probe(test);
	PFLT_VOLUME volume = (PFLT_VOLUME)w->fake->volume;
	PFLT_INSTANCE first = p->instance[0], second = NULL;
	UNICODE_STRING altitude = { 12, 14, (PWSTR)u"370077" };
	UNICODE_STRING name = { 12, 14, (PWSTR)u"Second" };
	PFLT_CONTEXT one, two, got;
	FLT_RELATED_OBJECTS objects = { .Size = sizeof(objects), .Filter = p->filter,
					.Volume = volume };
	FLT_RELATED_CONTEXTS contexts;

	FLT_REQUIRE(test, NT_SUCCESS(FltAttachVolumeAtAltitude(p->filter, volume, &altitude,
							       &name, &second)));
	FLT_REQUIRE(test, second && second != first);
	FLT_REQUIRE(test, NT_SUCCESS(rule_new(p, FLT_INSTANCE_CONTEXT, &one)) &&
		    NT_SUCCESS(rule_new(p, FLT_INSTANCE_CONTEXT, &two)));
	FLT_PROVES(test, "CTX-43", NT_SUCCESS(rule_keep(first, one)));
	FLT_PROVES(test, "CTX-43", FltGetInstanceContext(second, &got) == STATUS_NOT_FOUND);
	FLT_PROVES(test, "CTX-43", NT_SUCCESS(rule_keep(second, two)));
	if (FLT_PROVES(test, "CTX-43", NT_SUCCESS(FltGetInstanceContext(first, &got)) &&
		       got == one))
		FltReleaseContext(got);
	if (FLT_PROVES(test, "CTX-43", NT_SUCCESS(FltGetInstanceContext(second, &got)) &&
		       got == two))
		FltReleaseContext(got);
	FltReleaseContext(one);
	FltReleaseContext(two);

	/* The volume's is the filter's, whichever instance asks. */
	FLT_REQUIRE(test, NT_SUCCESS(rule_new(p, FLT_VOLUME_CONTEXT, &one)) &&
		    NT_SUCCESS(FltSetVolumeContext(volume, FLT_SET_CONTEXT_KEEP_IF_EXISTS, one,
						   NULL)));
	objects.Instance = first;
	FltGetContexts(&objects, FLT_VOLUME_CONTEXT, &contexts);
	FLT_PROVES(test, "CTX-42", contexts.VolumeContext == one);
	FltReleaseContexts(&contexts);
	objects.Instance = second;
	FltGetContexts(&objects, FLT_VOLUME_CONTEXT, &contexts);
	FLT_PROVES(test, "CTX-42", contexts.VolumeContext == one);
	FltReleaseContexts(&contexts);
	FltReleaseContext(one);

	/* One instance goes, with its own; the volume's and the other's stay. */
	rule.cleaned = 0;
	FLT_EXPECT(test, NT_SUCCESS(FltDetachVolume(p->filter, volume, &name)));
	FltObjectDereference(second);
	FLT_PROVES(test, "CTX-53", WORLD_WAIT(rule.cleaned == 1) &&
		   rule.cleaned_type == FLT_INSTANCE_CONTEXT && rule.cleaned_block == two);
	if (FLT_PROVES(test, "CTX-53", NT_SUCCESS(FltGetInstanceContext(first, &got))))
		FltReleaseContext(got);
	if (FLT_PROVES(test, "CTX-53", NT_SUCCESS(FltGetVolumeContext(p->filter, volume, &got))))
		FltReleaseContext(got);
	FLT_EXPECT(test, NT_SUCCESS(FltDetachVolume(p->filter, volume, NULL)));
	FLT_PROVES(test, "CTX-53", WORLD_WAIT(rule.cleaned == 2));
	/* Without an instance there it is there still. */
	if (FLT_PROVES(test, "CTX-53", NT_SUCCESS(FltGetVolumeContext(p->filter, volume, &got))))
		FltReleaseContext(got);
	FLT_PROVES(test, "CTX-53", rule.cleaned == 2);
	probe_unload(p);
	FLT_PROVES(test, "CTX-53", rule.cleaned == 3 && rule.cleaned_type == FLT_VOLUME_CONTEXT);
}

static unsigned int rule_at_complete;

static void rule_complete(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	rule_at_complete = rule.cleaned;
}

/* The volume goes, the filter stays. */
static void rule_unmounted(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = rule_probe(test);
	struct fake_volume *other = world_second_volume(w);
	PFLT_CONTEXT context;

	FLT_REQUIRE(test, !flt_volume_ready(other->volume) && p->instance[1]);
	FLT_REQUIRE(test, NT_SUCCESS(rule_new(p, FLT_VOLUME_CONTEXT, &context)) &&
		    NT_SUCCESS(FltSetVolumeContext((PFLT_VOLUME)other->volume,
						   FLT_SET_CONTEXT_KEEP_IF_EXISTS, context,
						   NULL)));
	FltReleaseContext(context);
	FLT_REQUIRE(test, NT_SUCCESS(rule_new(p, FLT_INSTANCE_CONTEXT, &context)) &&
		    NT_SUCCESS(rule_keep(p->instance[1], context)));
	FltReleaseContext(context);
	FLT_EXPECT(test, !rule.cleaned);
	rule_at_complete = 99;
	p->on_complete = rule_complete;
	fake_volume_destroy(other);
	w->other = NULL;
	p->on_complete = NULL;
	/* Neither goes before teardown-complete has returned. */
	FLT_PROVES(test, "CTX-53", rule_at_complete == 0 && WORLD_WAIT(rule.cleaned == 2));
}

static struct kunit_case rule_cases[] = {
	KUNIT_CASE(rule_definitions),
	KUNIT_CASE(rule_memory),
	KUNIT_CASE(rule_own_memory),
	KUNIT_CASE(rule_two_instances),
	KUNIT_CASE(rule_unmounted),
	{}
};

static struct kunit_suite rule_suite = {
	.name = "context_rules",
	.init = world_init,
	.exit = world_exit,
	.test_cases = rule_cases,
};

kunit_test_suite(rule_suite);
