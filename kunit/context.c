// SPDX-License-Identifier: GPL-2.0
/*
 * Suite context: contexts from registration to cleanup, on a volume, an instance, and a file
 * object that is open on the fake volume (CTX-01 to CTX-66).
 */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include "kunit/world.h"
#include "nt/violation.h"

#define CTX_TAG		0x78744374	/* "tCtx" */
#define CTX_FIXED	64

/* What the callbacks of the registered contexts saw. */
static atomic_t ctx_cleaned;
static atomic_t ctx_allocated;
static atomic_t ctx_freed;
static SIZE_T ctx_asked;
static void *ctx_last;
static int ctx_irql;
static struct task_struct *ctx_cleaner;	/* for comparison only */
static bool ctx_grab;

/* Where file and stream contexts of the test's file object hang. */
static struct flt_anchor ctx_anchor;

static void ctx_cleanup(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	/* of several at once, any */
	WRITE_ONCE(ctx_last, context);
	WRITE_ONCE(ctx_irql, KeGetCurrentIrql());
	WRITE_ONCE(ctx_cleaner, current);
	if (ctx_grab)
		FltReferenceContext(context);
	atomic_inc(&ctx_cleaned);
}

static void *ctx_allocate(POOL_TYPE pool, SIZE_T size, FLT_CONTEXT_TYPE type)
{
	ctx_asked = size;
	atomic_inc(&ctx_allocated);
	return kmalloc(size, GFP_KERNEL);
}

static void ctx_free(void *pool, FLT_CONTEXT_TYPE type)
{
	atomic_inc(&ctx_freed);
	kfree(pool);
}

#define CTX_DEF(type, size)	{ type, 0, ctx_cleanup, size, CTX_TAG }
#define CTX_OWN(type)		{ type, 0, ctx_cleanup, 0, 0, ctx_allocate, ctx_free }
#define CTX_END			{ FLT_CONTEXT_END }

static const FLT_CONTEXT_REGISTRATION ctx_usual[] = {
	CTX_DEF(FLT_VOLUME_CONTEXT, CTX_FIXED), CTX_DEF(FLT_INSTANCE_CONTEXT, CTX_FIXED),
	CTX_DEF(FLT_FILE_CONTEXT, CTX_FIXED), CTX_DEF(FLT_STREAM_CONTEXT, CTX_FIXED),
	CTX_DEF(FLT_STREAM_CONTEXT, FLT_VARIABLE_SIZED_CONTEXTS),
	CTX_DEF(FLT_STREAMHANDLE_CONTEXT, CTX_FIXED), CTX_END
};

static const FLT_CONTEXT_REGISTRATION *ctx_registration;

static void ctx_change(struct probe *p, FLT_REGISTRATION *registration,
		       FLT_OPERATION_REGISTRATION *ops)
{
	registration->ContextRegistration = ctx_registration;
}

static struct probe *ctx_probe(struct world *w, char name, const FLT_CONTEXT_REGISTRATION *reg)
{
	static const struct probe_config config = { .change = ctx_change };
	FILE_OBJECT *file = w->file;

	ctx_registration = reg;
	/* As a file system shows an open file. */
	file->FsContext = &ctx_anchor;
	flt_file_of(w->file)->stream = &ctx_anchor;
	atomic_set(&ctx_cleaned, 0);
	return world_probe(w, name, &config);
}

static struct probe *ctx_world(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = ctx_probe(w, 'A', ctx_usual);

	world_do(w, IRP_MJ_READ);
	FLT_REQUIRE(test, p && p->instance[0]);
	return p;
}

static NTSTATUS ctx_new(struct probe *p, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *context)
{
	return FltAllocateContext(p->filter, type, CTX_FIXED, NonPagedPool, context);
}

/* The routines of each kind, as one. */
static NTSTATUS ctx_set(struct probe *p, FLT_CONTEXT_TYPE type, int how, PFLT_CONTEXT new,
			PFLT_CONTEXT *old)
{
	PFILE_OBJECT file = p->world->file;

	switch (type) {
	case FLT_VOLUME_CONTEXT:
		return FltSetVolumeContext((PFLT_VOLUME)p->world->fake->volume, how, new, old);
	case FLT_INSTANCE_CONTEXT:
		return FltSetInstanceContext(p->instance[0], how, new, old);
	case FLT_FILE_CONTEXT:
		return FltSetFileContext(p->instance[0], file, how, new, old);
	case FLT_STREAM_CONTEXT:
		return FltSetStreamContext(p->instance[0], file, how, new, old);
	default:
		return FltSetStreamHandleContext(p->instance[0], file, how, new, old);
	}
}

static NTSTATUS ctx_get(struct probe *p, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *context)
{
	PFILE_OBJECT file = p->world->file;

	switch (type) {
	case FLT_VOLUME_CONTEXT:
		return FltGetVolumeContext(p->filter, (PFLT_VOLUME)p->world->fake->volume, context);
	case FLT_INSTANCE_CONTEXT:
		return FltGetInstanceContext(p->instance[0], context);
	case FLT_FILE_CONTEXT:
		return FltGetFileContext(p->instance[0], file, context);
	case FLT_STREAM_CONTEXT:
		return FltGetStreamContext(p->instance[0], file, context);
	default:
		return FltGetStreamHandleContext(p->instance[0], file, context);
	}
}

static NTSTATUS ctx_delete(struct probe *p, FLT_CONTEXT_TYPE type, PFLT_CONTEXT *old)
{
	PFILE_OBJECT file = p->world->file;

	switch (type) {
	case FLT_VOLUME_CONTEXT:
		return FltDeleteVolumeContext(p->filter, (PFLT_VOLUME)p->world->fake->volume, old);
	case FLT_INSTANCE_CONTEXT:
		return FltDeleteInstanceContext(p->instance[0], old);
	case FLT_FILE_CONTEXT:
		return FltDeleteFileContext(p->instance[0], file, old);
	case FLT_STREAM_CONTEXT:
		return FltDeleteStreamContext(p->instance[0], file, old);
	default:
		return FltDeleteStreamHandleContext(p->instance[0], file, old);
	}
}

static const FLT_CONTEXT_TYPE ctx_types[] = {
	FLT_VOLUME_CONTEXT, FLT_INSTANCE_CONTEXT, FLT_FILE_CONTEXT, FLT_STREAM_CONTEXT,
	FLT_STREAMHANDLE_CONTEXT,
};

static void ctx_values(struct kunit *test)
{
	FLT_PROVES(test, "CTX-01", FLT_VOLUME_CONTEXT == 1 && FLT_INSTANCE_CONTEXT == 2 &&
		   FLT_FILE_CONTEXT == 4 && FLT_STREAM_CONTEXT == 8 &&
		   FLT_STREAMHANDLE_CONTEXT == 0x10 && FLT_TRANSACTION_CONTEXT == 0x20 &&
		   FLT_SECTION_CONTEXT == 0x40);
}

/* Registers once; the status. */
static NTSTATUS ctx_try(struct kunit *test, const FLT_CONTEXT_REGISTRATION *reg)
{
	static const struct probe_config config = { .change = ctx_change };
	struct world *w = world_of(test);
	NTSTATUS status;
	struct probe *p = NULL;

	ctx_registration = reg;
	/* DriverEntry fails with the registration, so the slot may be empty afterwards. */
	probe_load(w, 'B', &config, &p);
	status = p ? p->register_status : STATUS_UNSUCCESSFUL;
	if (p)
		probe_unload(p);
	return status;
}

static void ctx_registrations(struct kunit *test)
{
	static const FLT_CONTEXT_REGISTRATION four[] = {
		CTX_DEF(FLT_STREAM_CONTEXT, 8), CTX_DEF(FLT_STREAM_CONTEXT, 16),
		CTX_DEF(FLT_STREAM_CONTEXT, 24), CTX_DEF(FLT_STREAM_CONTEXT, 32), CTX_END
	};
	static const FLT_CONTEXT_REGISTRATION two_variable[] = {
		CTX_DEF(FLT_STREAM_CONTEXT, FLT_VARIABLE_SIZED_CONTEXTS),
		{ FLT_STREAM_CONTEXT, 0, NULL, FLT_VARIABLE_SIZED_CONTEXTS, CTX_TAG }, CTX_END
	};
	static const FLT_CONTEXT_REGISTRATION twice[] = {
		CTX_DEF(FLT_STREAM_CONTEXT, 8), CTX_DEF(FLT_STREAM_CONTEXT, 8),
		CTX_DEF(FLT_STREAM_CONTEXT, 16), CTX_DEF(FLT_STREAM_CONTEXT, 24),
		CTX_DEF(FLT_STREAM_CONTEXT, FLT_VARIABLE_SIZED_CONTEXTS), CTX_END
	};
	static const FLT_CONTEXT_REGISTRATION not_alone[] = {
		CTX_OWN(FLT_STREAM_CONTEXT), CTX_DEF(FLT_STREAM_CONTEXT, 8), CTX_END
	};
	static const FLT_CONTEXT_REGISTRATION no_tag[] = {
		{ FLT_STREAM_CONTEXT, 0, NULL, 8, 0 }, CTX_END
	};
	static const FLT_CONTEXT_REGISTRATION unknown[] = { CTX_DEF(0x80, 8), CTX_END };
	static const FLT_CONTEXT_REGISTRATION no_free[] = {
		{ FLT_STREAM_CONTEXT, 0, NULL, 0, 0, ctx_allocate, NULL }, CTX_END
	};

	FLT_PROVES(test, "CTX-02", ctx_try(test, four) == STATUS_FLT_INVALID_CONTEXT_REGISTRATION);
	FLT_PROVES(test, "CTX-02", ctx_try(test, two_variable) ==
		   STATUS_FLT_INVALID_CONTEXT_REGISTRATION);
	FLT_PROVES(test, "CTX-03", ctx_try(test, twice) == STATUS_SUCCESS);
	FLT_PROVES(test, "CTX-04", ctx_try(test, not_alone) ==
		   STATUS_FLT_INVALID_CONTEXT_REGISTRATION);
	FLT_PROVES(test, "CTX-05", !NT_SUCCESS(ctx_try(test, no_tag)));
	FLT_PROVES(test, "CTX-06", ctx_try(test, unknown) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CTX-07", !NT_SUCCESS(ctx_try(test, no_free)));
}

static NTSTATUS ctx_alloc_free(struct probe *p, FLT_CONTEXT_TYPE type, SIZE_T size, POOL_TYPE pool)
{
	PFLT_CONTEXT context;
	NTSTATUS status = FltAllocateContext(p->filter, type, size, pool, &context);

	if (NT_SUCCESS(status))
		FltReleaseContext(context);
	return status;
}

static void ctx_allocation(struct kunit *test)
{
	static const FLT_CONTEXT_REGISTRATION reg[] = {
		CTX_DEF(FLT_VOLUME_CONTEXT, CTX_FIXED),
		{ FLT_FILE_CONTEXT, FLTFL_CONTEXT_REGISTRATION_NO_EXACT_SIZE_MATCH, ctx_cleanup,
		  128, CTX_TAG },
		{ FLT_FILE_CONTEXT, FLTFL_CONTEXT_REGISTRATION_NO_EXACT_SIZE_MATCH, ctx_cleanup,
		  96, CTX_TAG },
		CTX_DEF(FLT_STREAM_CONTEXT, FLT_VARIABLE_SIZED_CONTEXTS),
		CTX_DEF(FLT_STREAMHANDLE_CONTEXT, 0),
		CTX_OWN(FLT_INSTANCE_CONTEXT), CTX_END
	};
	struct probe *p = ctx_probe(world_of(test), 'A', reg);
	static const char zeroes[777];
	PFLT_CONTEXT context;
	int cleaned;

	FLT_PROVES(test, "CTX-08", ctx_alloc_free(p, FLT_SECTION_CONTEXT, 8, NonPagedPool) ==
		   STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND);
	FLT_PROVES(test, "CTX-09", ctx_alloc_free(p, FLT_VOLUME_CONTEXT, 32, NonPagedPool) ==
		   STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND);
	FLT_PROVES(test, "CTX-10", ctx_alloc_free(p, FLT_FILE_CONTEXT, 32, NonPagedPool) ==
		   STATUS_SUCCESS);
	FLT_PROVES(test, "CTX-10", ctx_alloc_free(p, FLT_FILE_CONTEXT, 129, NonPagedPool) ==
		   STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND);
	FLT_REQUIRE(test, NT_SUCCESS(FltAllocateContext(p->filter, FLT_STREAM_CONTEXT,
							sizeof(zeroes), PagedPool, &context)));
	FLT_PROVES(test, "CTX-11", !memcmp(context, zeroes, sizeof(zeroes)));
	FLT_PROVES(test, "CTX-16", !memcmp(context, zeroes, sizeof(zeroes)));
	FLT_PROVES(test, "CTX-17", !((unsigned long)context & 15));
	cleaned = atomic_read(&ctx_cleaned);
	FltReleaseContext(context);
	FLT_PROVES(test, "CTX-33", atomic_read(&ctx_cleaned) == cleaned + 1 &&
		   ctx_last == context);
	FLT_PROVES(test, "CTX-12", ctx_alloc_free(p, FLT_STREAM_CONTEXT, 65536, PagedPool) ==
		   STATUS_INVALID_BUFFER_SIZE);
	FLT_PROVES(test, "CTX-12", ctx_alloc_free(p, FLT_STREAM_CONTEXT, 0, PagedPool) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CTX-12", ctx_alloc_free(p, 3, 8, PagedPool) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CTX-13", ctx_alloc_free(p, FLT_STREAMHANDLE_CONTEXT, 0, PagedPool) ==
		   STATUS_SUCCESS);
	FLT_PROVES(test, "CTX-14", ctx_alloc_free(p, FLT_VOLUME_CONTEXT, CTX_FIXED, PagedPool) ==
		   STATUS_FLT_MUST_BE_NONPAGED_POOL);
	FLT_PROVES(test, "CTX-14", ctx_alloc_free(p, FLT_VOLUME_CONTEXT, CTX_FIXED,
						  NonPagedPoolNx) == STATUS_SUCCESS);
	atomic_set(&ctx_allocated, 0);
	atomic_set(&ctx_freed, 0);
	FLT_PROVES(test, "CTX-19", ctx_alloc_free(p, FLT_INSTANCE_CONTEXT, 40, PagedPool) ==
		   STATUS_SUCCESS && atomic_read(&ctx_allocated) == 1 && ctx_asked >= 40);
	FLT_PROVES(test, "CTX-20", atomic_read(&ctx_freed) == 1);
}

static void ctx_set_and_get(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	PFLT_CONTEXT one, two, got;
	unsigned int i;
	int cleaned;

	for (i = 0; i < ARRAY_SIZE(ctx_types); i++) {
		FLT_CONTEXT_TYPE type = ctx_types[i];

		FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, type, &one)) &&
			    NT_SUCCESS(ctx_new(p, type, &two)));
		got = one;
		FLT_PROVES(test, "CTX-28", ctx_get(p, type, &got) == STATUS_NOT_FOUND && !got);
		got = one;
		FLT_PROVES(test, "CTX-40", ctx_delete(p, type, &got) == STATUS_NOT_FOUND && !got);
		got = two;
		FLT_PROVES(test, "CTX-21", ctx_set(p, type, FLT_SET_CONTEXT_KEEP_IF_EXISTS, one,
						   &got) == STATUS_SUCCESS && !got);
		FLT_PROVES(test, "CTX-28", ctx_get(p, type, &got) == STATUS_SUCCESS &&
			   got == one);
		FltReleaseContext(got);
		FLT_PROVES(test, "CTX-22", ctx_set(p, type, FLT_SET_CONTEXT_KEEP_IF_EXISTS, two,
						   &got) == STATUS_FLT_CONTEXT_ALREADY_DEFINED &&
			   got == one);
		FltReleaseContext(got);
		FLT_PROVES(test, "CTX-24", ctx_set(p, type, 7, two, NULL) ==
			   STATUS_INVALID_PARAMETER);
		FLT_PROVES(test, "CTX-25", ctx_set(p, type, FLT_SET_CONTEXT_REPLACE_IF_EXISTS, one,
						   NULL) == STATUS_FLT_CONTEXT_ALREADY_LINKED);
		FLT_PROVES(test, "CTX-23", ctx_set(p, type, FLT_SET_CONTEXT_REPLACE_IF_EXISTS, two,
						   &got) == STATUS_SUCCESS && got == one);
		/* Its link's reference came with it; then there is that of the allocation. */
		cleaned = atomic_read(&ctx_cleaned);
		FltReleaseContext(one);
		FLT_PROVES(test, "CTX-23", atomic_read(&ctx_cleaned) == cleaned);
		FLT_PROVES(test, "CTX-25", ctx_set(p, type, FLT_SET_CONTEXT_KEEP_IF_EXISTS, one,
						   NULL) == STATUS_FLT_CONTEXT_ALREADY_LINKED);
		FltReleaseContext(one);
		FLT_PROVES(test, "CTX-27", atomic_read(&ctx_cleaned) == cleaned + 1);
		FLT_PROVES(test, "CTX-40", ctx_delete(p, type, &got) == STATUS_SUCCESS &&
			   got == two);
		FltReleaseContext(two);
		FltReleaseContext(two);
		FLT_PROVES(test, "CTX-40", atomic_read(&ctx_cleaned) == cleaned + 2 &&
			   ctx_get(p, type, &got) == STATUS_NOT_FOUND);
	}
}

static void ctx_deleting(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	PFLT_CONTEXT context, got;
	u64 breaches;
	int cleaned = atomic_read(&ctx_cleaned);

	FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, FLT_STREAM_CONTEXT, &context)));
	FltDeleteContext(context);
	FLT_PROVES(test, "CTX-38", atomic_read(&ctx_cleaned) == cleaned);
	ctx_set(p, FLT_STREAM_CONTEXT, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
	FltDeleteContext(context);
	FLT_PROVES(test, "CTX-37", ctx_get(p, FLT_STREAM_CONTEXT, &got) == STATUS_NOT_FOUND &&
		   atomic_read(&ctx_cleaned) == cleaned);
	FltDeleteContext(context);
	FLT_PROVES(test, "CTX-38", atomic_read(&ctx_cleaned) == cleaned);
	FltReferenceContext(context);
	FltReleaseContext(context);
	FLT_PROVES(test, "CTX-29", atomic_read(&ctx_cleaned) == cleaned);
	FltReleaseContext(context);
	FLT_PROVES(test, "CTX-31", atomic_read(&ctx_cleaned) == cleaned + 1 &&
		   ctx_irql <= APC_LEVEL);
	breaches = atomic64_read(&fsh_violations);
	FltReleaseContext(context);
	FLT_PROVES(test, "CTX-30", atomic64_read(&fsh_violations) == breaches + 1 &&
		   atomic_read(&ctx_cleaned) == cleaned + 1);
	FltReleaseContext(&breaches);
	FLT_PROVES(test, "CTX-30", atomic64_read(&fsh_violations) == breaches + 2);
	/* A cleanup that wants it back. */
	FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, FLT_STREAM_CONTEXT, &context)));
	ctx_grab = true;
	FltReleaseContext(context);
	ctx_grab = false;
	FLT_PROVES(test, "CTX-35", atomic64_read(&fsh_violations) == breaches + 3);
}

/* At DISPATCH_LEVEL releasing is left to a worker, and getting is not possible. */
static void ctx_levels(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	int cleaned = atomic_read(&ctx_cleaned);
	PFLT_CONTEXT context, got = NULL;
	NTSTATUS status;
	KIRQL irql;

	FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, FLT_STREAM_CONTEXT, &context)));
	irql = KeRaiseIrqlToDpcLevel();
	FltReleaseContext(context);
	status = ctx_get(p, FLT_STREAM_CONTEXT, &got);
	KeLowerIrql(irql);
	FLT_PROVES(test, "CTX-31", WORLD_WAIT(atomic_read(&ctx_cleaned) == cleaned + 1) &&
		   ctx_cleaner != current && ctx_irql <= APC_LEVEL);
	FLT_PROVES(test, "CTX-55", status == STATUS_NOT_SUPPORTED);
	world_of(test)->breaches = true;
}

static void ctx_of_others(struct kunit *test)
{
	struct probe *a = ctx_world(test), *b = ctx_probe(world_of(test), 'B', ctx_usual);
	PFLT_CONTEXT mine, got;
	unsigned int i;
	u64 breaches;

	world_do(world_of(test), IRP_MJ_READ);
	for (i = 0; i < ARRAY_SIZE(ctx_types); i++) {
		FLT_CONTEXT_TYPE type = ctx_types[i];

		FLT_REQUIRE(test, NT_SUCCESS(ctx_new(a, type, &mine)));
		ctx_set(a, type, FLT_SET_CONTEXT_KEEP_IF_EXISTS, mine, NULL);
		FltReleaseContext(mine);
		FLT_PROVES(test, type == FLT_VOLUME_CONTEXT ? "CTX-42" : "CTX-43",
			   ctx_get(b, type, &got) == STATUS_NOT_FOUND);
	}
	world_of(test)->breaches = true;
	breaches = atomic64_read(&fsh_violations);
	FLT_REQUIRE(test, NT_SUCCESS(ctx_new(a, FLT_INSTANCE_CONTEXT, &mine)));
	FLT_PROVES(test, "CTX-66", ctx_set(b, FLT_INSTANCE_CONTEXT,
					   FLT_SET_CONTEXT_KEEP_IF_EXISTS, mine, NULL) ==
		   STATUS_INVALID_PARAMETER && atomic64_read(&fsh_violations) == breaches + 1);
	FLT_PROVES(test, "CTX-24", ctx_set(a, FLT_STREAM_CONTEXT, FLT_SET_CONTEXT_KEEP_IF_EXISTS,
					   mine, NULL) == STATUS_INVALID_PARAMETER);
	FltReleaseContext(mine);
}

static void ctx_not_open(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	FILE_OBJECT *file = world_of(test)->file;
	PFLT_CONTEXT context, got;
	unsigned int i;

	FLT_PROVES(test, "CTX-56", FltSupportsStreamContexts(file) &&
		   FltSupportsFileContexts(file) && FltSupportsStreamHandleContexts(file));
	FLT_PROVES(test, "CTX-57", FltSupportsFileContextsEx(file, NULL) &&
		   FltSupportsFileContextsEx(file, p->instance[0]));
	FLT_PROVES(test, "CTX-56", !FltSupportsStreamContexts(NULL) &&
		   !FltSupportsStreamHandleContexts(NULL) && !FltSupportsFileContexts(NULL) &&
		   !FltSupportsFileContextsEx(NULL, p->instance[0]));
	FLT_PROVES(test, "CTX-51", FltGetStreamHandleContext(p->instance[0], NULL, &got) ==
		   STATUS_NOT_SUPPORTED);
	file->FsContext = NULL;
	FLT_PROVES(test, "CTX-56", !FltSupportsStreamContexts(file));
	for (i = 2; i < ARRAY_SIZE(ctx_types); i++) {
		FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, ctx_types[i], &context)));
		FLT_PROVES(test, "CTX-47", ctx_set(p, ctx_types[i], FLT_SET_CONTEXT_KEEP_IF_EXISTS,
						   context, NULL) == STATUS_NOT_SUPPORTED);
		FLT_PROVES(test, "CTX-47", ctx_get(p, ctx_types[i], &got) ==
			   STATUS_NOT_SUPPORTED);
		FltReleaseContext(context);
	}
	file->FsContext = &ctx_anchor;
}

/* An open volume has contexts as an open file has. */
static void ctx_volume_open(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	PFILE_OBJECT file = p->world->file;
	PFLT_CONTEXT context, got;
	unsigned int i;

	file->Flags |= FO_VOLUME_OPEN;
	FLT_PROVES(test, "CTX-58", FltSupportsStreamContexts(file) &&
		   FltSupportsStreamHandleContexts(file));
	for (i = 2; i < ARRAY_SIZE(ctx_types); i++) {
		got = NULL;
		FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, ctx_types[i], &context)));
		FLT_PROVES(test, "CTX-58", ctx_set(p, ctx_types[i], FLT_SET_CONTEXT_KEEP_IF_EXISTS,
						   context, NULL) == STATUS_SUCCESS &&
			   ctx_get(p, ctx_types[i], &got) == STATUS_SUCCESS && got == context);
		if (got)
			FltReleaseContext(got);
		FltReleaseContext(context);
		ctx_delete(p, ctx_types[i], NULL);
	}
	FLT_EXPECT(test, atomic_read(&ctx_cleaned) == ARRAY_SIZE(ctx_types) - 2);
	file->Flags &= ~FO_VOLUME_OPEN;
}

/* One reference, and no more: of a context that nothing was done with, of every kind. */
static void ctx_one_reference(struct kunit *test)
{
	static const FLT_CONTEXT_REGISTRATION reg[] = {
		CTX_DEF(FLT_VOLUME_CONTEXT, CTX_FIXED), CTX_DEF(FLT_INSTANCE_CONTEXT, CTX_FIXED),
		CTX_DEF(FLT_FILE_CONTEXT, CTX_FIXED), CTX_DEF(FLT_STREAM_CONTEXT, CTX_FIXED),
		CTX_DEF(FLT_STREAMHANDLE_CONTEXT, CTX_FIXED),
		CTX_DEF(FLT_SECTION_CONTEXT, CTX_FIXED),
		{ FLT_TRANSACTION_CONTEXT, 0, NULL, CTX_FIXED, CTX_TAG }, CTX_END
	};
	struct probe *p = ctx_probe(world_of(test), 'A', reg);
	FLT_CONTEXT_TYPE type;
	PFLT_CONTEXT context;
	u64 breaches;

	for (type = FLT_VOLUME_CONTEXT; type <= FLT_SECTION_CONTEXT; type <<= 1) {
		bool cleans = type != FLT_TRANSACTION_CONTEXT;
		int cleaned = atomic_read(&ctx_cleaned);

		FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, type, &context)));
		FLT_PROVES(test, "CTX-15", atomic_read(&ctx_cleaned) == cleaned);
		FltReleaseContext(context);
		FLT_PROVES(test, "CTX-15", atomic_read(&ctx_cleaned) == cleaned + cleans);
		if (type == FLT_SECTION_CONTEXT)
			FLT_PROVES(test, "CTX-64", atomic_read(&ctx_cleaned) == cleaned + 1 &&
				   ctx_last == context);
		/* It is gone, with a callback to call or without. */
		breaches = atomic64_read(&fsh_violations);
		FltReferenceContext(context);
		FLT_PROVES(test, cleans ? "CTX-15" : "CTX-34",
			   atomic64_read(&fsh_violations) == breaches + 1);
	}
	FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, FLT_SECTION_CONTEXT, &context)));
	breaches = atomic64_read(&fsh_violations);
	FltDeleteContext(context);
	FLT_PROVES(test, "CTX-39", atomic64_read(&fsh_violations) == breaches + 1);
	FltReleaseContext(context);
	FLT_PROVES(test, "CTX-39", atomic64_read(&fsh_violations) == breaches + 1 &&
		   ctx_last == context);
	world_of(test)->breaches = true;
}

/* From paged pool: a violation at DISPATCH_LEVEL, and a worker cleans up. */
static void ctx_paged_release(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	int cleaned = atomic_read(&ctx_cleaned);
	u64 breaches = atomic64_read(&fsh_violations);
	PFLT_CONTEXT context;
	KIRQL irql;

	FLT_REQUIRE(test, NT_SUCCESS(FltAllocateContext(p->filter, FLT_STREAM_CONTEXT, CTX_FIXED,
							PagedPool, &context)));
	irql = KeRaiseIrqlToDpcLevel();
	FltReleaseContext(context);
	KeLowerIrql(irql);
	FLT_PROVES(test, "CTX-32", atomic64_read(&fsh_violations) == breaches + 1);
	FLT_PROVES(test, "CTX-32", WORLD_WAIT(atomic_read(&ctx_cleaned) == cleaned + 1) &&
		   ctx_cleaner != current && ctx_irql <= APC_LEVEL);
	world_of(test)->breaches = true;
}

static NTSTATUS ctx_in_teardown;
static NTSTATUS ctx_deleted_in_teardown[ARRAY_SIZE(ctx_types)];
static NTSTATUS ctx_allocated_in_teardown;

/* Its private is a context that it has allocated before. */
static void ctx_set_in_teardown(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	PFLT_CONTEXT context;
	unsigned int i;

	for (i = 1; i < ARRAY_SIZE(ctx_types); i++)
		ctx_deleted_in_teardown[i] = ctx_delete(p, ctx_types[i], NULL);
	ctx_allocated_in_teardown = ctx_new(p, FLT_STREAM_CONTEXT, &context);
	ctx_in_teardown = ctx_set(p, FLT_STREAM_CONTEXT, FLT_SET_CONTEXT_KEEP_IF_EXISTS,
				  p->private, NULL);
	FltReleaseContext(p->private);
}

/* All kinds set, then the filter goes: each is cleaned up, the file is open all the time. */
static void ctx_go_with_their_owner(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	PFLT_CONTEXT context;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(ctx_types); i++) {
		FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, ctx_types[i], &context)));
		ctx_set(p, ctx_types[i], FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
		FltReleaseContext(context);
	}
	FLT_EXPECT(test, !atomic_read(&ctx_cleaned));
	FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, FLT_STREAM_CONTEXT, &context)));
	p->private = context;
	p->on_complete = ctx_set_in_teardown;
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(p, true)));
	for (i = 1; i < ARRAY_SIZE(ctx_types); i++)
		FLT_PROVES(test, "CTX-41", ctx_deleted_in_teardown[i] ==
			   STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "CTX-18", ctx_allocated_in_teardown == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "CTX-26", ctx_in_teardown == STATUS_FLT_DELETING_OBJECT);
	/* That one too. */
	FLT_PROVES(test, "CTX-54", WORLD_WAIT(atomic_read(&ctx_cleaned) == 6) &&
		   hlist_empty(&ctx_anchor.contexts));
	FLT_PROVES(test, "CTX-53", atomic_read(&ctx_cleaned) == 6);
	FLT_PROVES(test, "CTX-33", atomic_read(&ctx_cleaned) == 6);
}

static void ctx_several_at_once(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	FLT_RELATED_OBJECTS objects = {
		.Size = sizeof(objects), .Filter = p->filter, .Instance = p->instance[0],
		.Volume = (PFLT_VOLUME)world_of(test)->fake->volume,
		.FileObject = world_of(test)->file,
	};
	FLT_RELATED_CONTEXTS_EX ex;
	FLT_RELATED_CONTEXTS got;
	PFLT_CONTEXT stream, handle;

	FLT_REQUIRE(test, NT_SUCCESS(ctx_new(p, FLT_STREAM_CONTEXT, &stream)) &&
		    NT_SUCCESS(ctx_new(p, FLT_STREAMHANDLE_CONTEXT, &handle)));
	ctx_set(p, FLT_STREAM_CONTEXT, FLT_SET_CONTEXT_KEEP_IF_EXISTS, stream, NULL);
	ctx_set(p, FLT_STREAMHANDLE_CONTEXT, FLT_SET_CONTEXT_KEEP_IF_EXISTS, handle, NULL);
	memset(&got, 0xff, sizeof(got));
	FltGetContexts(&objects, FLT_ALL_CONTEXTS, &got);
	FLT_PROVES(test, "CTX-62", got.StreamContext == stream &&
		   got.StreamHandleContext == handle && !got.VolumeContext &&
		   !got.InstanceContext && !got.FileContext && !got.TransactionContext);
	FltReleaseContexts(&got);
	FLT_PROVES(test, "CTX-61", !got.StreamContext && !got.StreamHandleContext);
	FltReleaseContexts(&got);
	memset(&got, 0xff, sizeof(got));
	FltGetContexts(&objects, FLT_STREAM_CONTEXT, &got);
	FLT_PROVES(test, "CTX-59", got.StreamContext == stream && !got.StreamHandleContext);
	FltReleaseContexts(&got);
	FLT_PROVES(test, "CTX-60", FltGetContextsEx(&objects, 0x80, sizeof(ex), &ex) ==
		   STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CTX-60", FltGetContextsEx(&objects, FLT_ALL_CONTEXTS, sizeof(ex) - 8,
						    &ex) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CTX-60", FltGetContextsEx(&objects, FLT_VOLUME_CONTEXT, sizeof(ex),
						    &ex) == STATUS_SUCCESS && !ex.VolumeContext);
	FLT_PROVES(test, "CTX-60", FltGetContextsEx(&objects, FLT_ALL_CONTEXTS, sizeof(ex),
						    &ex) == STATUS_SUCCESS &&
		   ex.StreamContext == stream && !ex.SectionContext);
	FLT_PROVES(test, "CTX-61", FltReleaseContextsEx(sizeof(ex), &ex) == STATUS_SUCCESS &&
		   !ex.StreamContext);
	FltReleaseContext(stream);
	FltReleaseContext(handle);
}

/* So often each of the racers does something. */
#define CTX_TURNS	500

static atomic_t ctx_racers;	/* that have begun: one told to stop before that never would */

/* Threads that set, replace, get and delete on one stream; KASAN sees what is used too late. */
static int ctx_racer(void *arg)
{
	struct probe *p = arg;
	PFLT_CONTEXT context, old;
	unsigned int i;

	atomic_inc(&ctx_racers);
	for (i = 0; i < CTX_TURNS; i++) {
		switch (i % 4) {
		case 0:
		case 1:
			if (!NT_SUCCESS(ctx_new(p, FLT_STREAM_CONTEXT, &context)))
				break;
			*(unsigned long *)context = (unsigned long)context;
			ctx_set(p, FLT_STREAM_CONTEXT, i & 1 ? FLT_SET_CONTEXT_KEEP_IF_EXISTS :
				FLT_SET_CONTEXT_REPLACE_IF_EXISTS, context, &old);
			if (old)
				FltReleaseContext(old);
			FltReleaseContext(context);
			break;
		case 2:
			if (NT_SUCCESS(ctx_get(p, FLT_STREAM_CONTEXT, &context))) {
				if (*(unsigned long *)context != (unsigned long)context)
					atomic_inc(&ctx_freed);
				FltReleaseContext(context);
			}
			break;
		default:
			ctx_delete(p, FLT_STREAM_CONTEXT, NULL);
		}
	}
	return 0;
}

static void ctx_race(struct kunit *test)
{
	struct probe *p = ctx_world(test);
	struct task_struct *task[16];
	unsigned int i;

	atomic_set(&ctx_freed, 0);
	atomic_set(&ctx_racers, 0);
	for (i = 0; i < ARRAY_SIZE(task); i++) {
		task[i] = kthread_create(ctx_racer, p, "ctx_racer");
		FLT_REQUIRE(test, !IS_ERR(task[i]));
		get_task_struct(task[i]);
		wake_up_process(task[i]);
	}
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&ctx_racers) == ARRAY_SIZE(task)));
	for (i = 0; i < ARRAY_SIZE(task); i++) {
		kthread_stop(task[i]);
		put_task_struct(task[i]);
	}
	ctx_delete(p, FLT_STREAM_CONTEXT, NULL);
	/* Each thread allocated half of its turns, and each context died. */
	FLT_PROVES(test, "CTX-67", !atomic_read(&ctx_freed) &&
		   atomic_read(&ctx_cleaned) == ARRAY_SIZE(task) * CTX_TURNS / 2);
}

static void ctx_transactions(struct kunit *test)
{
	static const FLT_CONTEXT_REGISTRATION reg[] = {
		CTX_DEF(FLT_TRANSACTION_CONTEXT, 8), CTX_END
	};
	struct probe *p = ctx_probe(world_of(test), 'A', reg);
	PFLT_CONTEXT context, got;

	FLT_REQUIRE(test, NT_SUCCESS(FltAllocateContext(p->filter, FLT_TRANSACTION_CONTEXT, 8,
							PagedPool, &context)));
	FLT_PROVES(test, "CTX-65", FltSetTransactionContext(p->instance[0], NULL,
							    FLT_SET_CONTEXT_KEEP_IF_EXISTS,
							    context, NULL) ==
		   STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "CTX-65", FltGetTransactionContext(p->instance[0], NULL, &got) ==
		   STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "CTX-65", FltEnlistInTransaction(p->instance[0], (PKTRANSACTION)8, NULL,
							  0) == STATUS_NOT_SUPPORTED &&
		   FltRollbackEnlistment(p->instance[0], (PKTRANSACTION)8, NULL) ==
		   STATUS_NOT_SUPPORTED &&
		   FltPrePrepareComplete(p->instance[0], (PKTRANSACTION)8, NULL) ==
		   STATUS_NOT_SUPPORTED &&
		   FltPrepareComplete(p->instance[0], (PKTRANSACTION)8, NULL) ==
		   STATUS_NOT_SUPPORTED &&
		   FltCommitComplete(p->instance[0], (PKTRANSACTION)8, NULL) ==
		   STATUS_NOT_SUPPORTED &&
		   FltCommitFinalizeComplete(p->instance[0], (PKTRANSACTION)8, NULL) ==
		   STATUS_NOT_SUPPORTED &&
		   FltRollbackComplete(p->instance[0], (PKTRANSACTION)8, NULL) ==
		   STATUS_NOT_SUPPORTED &&
		   !IoGetTransactionParameterBlock(world_of(test)->file));
	FLT_PROVES(test, "CTX-65", FltDeleteTransactionContext(p->instance[0], NULL, NULL) ==
		   STATUS_NOT_FOUND);
	FltReleaseContext(context);
}

static struct kunit_case context_cases[] = {
	KUNIT_CASE(ctx_values),
	KUNIT_CASE(ctx_registrations),
	KUNIT_CASE(ctx_allocation),
	KUNIT_CASE(ctx_set_and_get),
	KUNIT_CASE(ctx_deleting),
	KUNIT_CASE(ctx_levels),
	KUNIT_CASE(ctx_of_others),
	KUNIT_CASE(ctx_not_open),
	KUNIT_CASE(ctx_volume_open),
	KUNIT_CASE(ctx_one_reference),
	KUNIT_CASE(ctx_paged_release),
	KUNIT_CASE(ctx_go_with_their_owner),
	KUNIT_CASE(ctx_several_at_once),
	KUNIT_CASE(ctx_race),
	KUNIT_CASE(ctx_transactions),
	{}
};

static struct kunit_suite context_suite = {
	.name = "context",
	.init = world_init,
	.exit = world_exit,
	.test_cases = context_cases,
};

kunit_test_suite(context_suite);
