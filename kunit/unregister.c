// SPDX-License-Identifier: GPL-2.0
/*
 * Suite unregister: FltUnregisterFilter: what it waits for and says of it, and what becomes of the
 * filter's contexts (REG-36, REG-49 to REG-54, UNLOAD-23, UNLOAD-24, INST-40).
 */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/violation.h"

static void unreg_sleep(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			int *status, void **context)
{
	msleep(600);
}

static int unreg_drop_later(void *arg)
{
	msleep(300);
	FltObjectDereference(arg);
	return 0;
}

static void unreg_waits_for_references(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	unsigned long start = jiffies;
	struct task_struct *thread;

	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(p->filter)));
	thread = kthread_run(unreg_drop_later, p->filter, "flt-drop");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	FltUnregisterFilter(p->filter);
	p->filter = NULL;
	FLT_PROVES(test, "REG-50", time_after_eq(jiffies, start + msecs_to_jiffies(290)));
	msleep(20);
}

static int unreg_drop_when_told(void *arg)
{
	/*
	 * Two warnings, at least: it goes on telling. Snapshots that go by RCU have references in
	 * the beginning.
	 */
	WORLD_WAIT(prove_log_count() >= 2 && prove_log_last_has(": 1 references left"));
	FltObjectDereference(arg);
	return 0;
}

/* A leaked reference: the wait is told of, again and again, and nothing is freed before. */
static void unreg_says_that_it_waits(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	unsigned long patience = flt_patience;
	struct task_struct *thread;

	FLT_PROVES(test, "REG-51", patience == 30 * HZ);
	FLT_EXPECT(test, !prove_log_start(test, "cannot go yet"));
	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(p->filter)));
	thread = kthread_run(unreg_drop_when_told, p->filter, "flt-drop");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	flt_patience = HZ / 20;
	FltUnregisterFilter(p->filter);
	flt_patience = patience;
	p->filter = NULL;
	FLT_PROVES(test, "REG-51", prove_log_count() >= 2 && prove_log_last_has("filter probeA") &&
		   prove_log_last_has(": 1 references left") &&
		   prove_log_last_has("no operation of it is in flight"));
	msleep(20);
}

/* Unregisters in a thread of its own, which is waited for by unreg_unregistered(). */
static int unreg_thread(void *arg)
{
	struct probe *p = arg;
	PFLT_FILTER filter = p->filter;

	FltUnregisterFilter(filter);
	WRITE_ONCE(p->filter, NULL);
	return 0;
}

/* A pended operation holds the teardown up: the warning names it, the oldest of two. */
static void unreg_names_the_oldest(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *old = request_new(w, IRP_MJ_WRITE), *young = request_new(w, IRP_MJ_READ);
	unsigned long patience = flt_patience;
	struct keeper *k;
	PFLT_CALLBACK_DATA first;

	FLT_EXPECT(test, !prove_log_start(test, "cannot go yet"));
	world_probes(w, "AB");
	k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	request_spawn(old);
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&k->kept) == 1));
	first = k->data;
	msleep(20);
	request_spawn(young);
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&k->kept) == 2));
	flt_patience = HZ / 20;
	FLT_EXPECT(test, !IS_ERR(kthread_run(unreg_thread, w->probe[1], "flt-gone")));
	FLT_PROVES(test, "REG-51", WORLD_WAIT(prove_log_count() >= 2));
	FLT_PROVES(test, "REG-51", prove_log_last_has("filter probeB cannot") &&
		   prove_log_last_has("2 operations left") &&
		   prove_log_last_has("the oldest operation is IRP_MJ_WRITE") &&
		   prove_log_last_has("\"pended in pre\", filter probeB"));
	FLT_PROVES(test, "REG-51", READ_ONCE(w->probe[1]->filter) &&
		   request_busy(old) && request_busy(young));
	FltCompletePendedPreOperation(first, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FltCompletePendedPreOperation(k->data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_EXPECT(test, request_wait(old) && request_wait(young));
	FLT_EXPECT(test, WORLD_WAIT(!READ_ONCE(w->probe[1]->filter)));
	flt_patience = patience;
}

/* So does a callback that does not return. */
static void unreg_names_a_callback(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	unsigned long patience = flt_patience;

	FLT_EXPECT(test, !prove_log_start(test, "cannot go yet"));
	world_probes(w, "AB");
	w->probe[1]->on_pre = unreg_sleep;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(world_count(w, 'B', WORLD_PRE) == 1));
	flt_patience = HZ / 20;
	FltUnregisterFilter(w->probe[1]->filter);
	flt_patience = patience;
	w->probe[1]->filter = NULL;
	FLT_PROVES(test, "REG-51", prove_log_count() >= 2 &&
		   prove_log_last_has("filter probeB cannot") &&
		   prove_log_last_has("the oldest operation is IRP_MJ_READ") &&
		   prove_log_last_has("in \"pre\", filter probeB"));
	FLT_EXPECT(test, request_wait(r));
}

static void unreg_foreign(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	s64 before = atomic64_read(&fsh_violations);
	PFLT_FILTER stale = p->filter;

	FltUnregisterFilter((PFLT_FILTER)0xdead4ead00000020UL);
	FLT_PROVES(test, "REG-52", atomic64_read(&fsh_violations) == before + 1);
	FltUnregisterFilter(p->filter);
	p->filter = NULL;
	FltUnregisterFilter(stale);
	FLT_PROVES(test, "REG-52", atomic64_read(&fsh_violations) == before + 2);
}

static void unreg_inside(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 int *status, void **context)
{
	FltUnregisterFilter(objects->Filter);
	p->filter = NULL;
}

static void unreg_in_a_callback(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	int users = module_refcount(THIS_MODULE);

	FLT_EXPECT(test, !prove_log_start(test, "own callback"));
	w->breaches = true;
	p->on_pre = unreg_inside;
	FLT_PROVES(test, "REG-53", NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "REG-53", prove_log_count() >= 1);
	FLT_PROVES(test, "REG-53", WORLD_WAIT(!READ_ONCE(p->driver->filter)) &&
		   atomic_read(&p->completes) == 1);
	/* The worker's last step is to unpin the module. */
	FLT_EXPECT(test, WORLD_WAIT(module_refcount(THIS_MODULE) == users - 1));
}

/* Where else it would wait for itself: setup, status request, work routine. */
static void unreg_now(struct probe *p, PFLT_FILTER filter)
{
	FltUnregisterFilter(filter);
	WRITE_ONCE(p->filter, NULL);
}

static NTSTATUS unreg_in_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	unreg_now(p, objects->Filter);
	return STATUS_SUCCESS;
}

static void unreg_set_setup(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = unreg_in_setup;
}

static VOID unreg_in_status(PCFLT_RELATED_OBJECTS objects, PFLT_IO_PARAMETER_BLOCK iopb,
			    NTSTATUS status, PVOID context)
{
	unreg_now(context, objects->Filter);
}

static void unreg_ask_status(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltRequestOperationStatusCallback(data, unreg_in_status, p);
}

static NTSTATUS unreg_detached;

/* Its own instance cannot be detached here, and the filter by a worker only. */
static VOID unreg_in_work(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	struct probe *p = context;

	FltFreeGenericWorkItem(item);
	unreg_detached = FltDetachVolume(p->filter, (PFLT_VOLUME)p->world->fake->volume, NULL);
	unreg_now(p, p->filter);
}

static void unreg_in_other_callbacks(struct kunit *test)
{
	static const struct probe_config in_setup = { .on_entry = unreg_set_setup };
	struct world *w = world_of(test);
	int users = module_refcount(THIS_MODULE);
	unsigned int way;

	w->breaches = true;
	for (way = 0; way < 3; way++) {
		struct probe *p = world_probe(w, 'A', way ? NULL : &in_setup);
		PFLT_GENERIC_WORKITEM item;

		if (way == 1) {
			p->on_pre = unreg_ask_status;
			world_do(w, IRP_MJ_READ);
		} else if (way == 2) {
			unreg_detached = STATUS_SUCCESS;
			item = FltAllocateGenericWorkItem();
			KUNIT_ASSERT_NOT_NULL(test, item);
			FLT_EXPECT(test, NT_SUCCESS(FltQueueGenericWorkItem(item, p->instance[0],
									    unreg_in_work,
									    DelayedWorkQueue, p)));
		}
		FLT_REQUIRE(test, WORLD_WAIT(!READ_ONCE(p->driver->filter)));
		FLT_EXPECT(test, WORLD_WAIT(module_refcount(THIS_MODULE) == users));
		FLT_EXPECT(test, atomic_read(&p->completes) == 1);
		if (way == 2)
			FLT_EXPECT(test, unreg_detached == STATUS_FLT_DO_NOT_DETACH);
		probe_unload(p);
		w->probe[0] = NULL;
	}
}

#define UNREG_SIZE	48

/* Where file and stream contexts of the test's file hang. */
static struct flt_anchor unreg_anchor;

/* What the cleanup callback saw. */
static atomic_t unreg_set, unreg_cleaned;
static unsigned int unreg_after_complete;
static bool unreg_over, unreg_late;

static void unreg_cleanup(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	struct probe *p = *(struct probe **)context;

	atomic_inc(&unreg_cleaned);
	if (READ_ONCE(unreg_over))
		unreg_late = true;
	if (type != FLT_VOLUME_CONTEXT && atomic_read(&p->completes))
		unreg_after_complete++;
}

#define UNREG_DEF(type)	{ type, 0, unreg_cleanup, UNREG_SIZE, 0x74736554 }
/* No type that there is: to be read by nobody. */
#define UNREG_POISON	{ 0xdead, 0xdead, (void *)0xdead, 1, 1 }

static const FLT_CONTEXT_REGISTRATION unreg_up[] = {
	UNREG_DEF(FLT_VOLUME_CONTEXT), UNREG_DEF(FLT_INSTANCE_CONTEXT),
	UNREG_DEF(FLT_FILE_CONTEXT), UNREG_DEF(FLT_STREAM_CONTEXT),
	UNREG_DEF(FLT_STREAMHANDLE_CONTEXT), { FLT_CONTEXT_END }, UNREG_POISON
};

static const FLT_CONTEXT_REGISTRATION unreg_down[] = {
	UNREG_DEF(FLT_STREAMHANDLE_CONTEXT), UNREG_DEF(FLT_STREAM_CONTEXT),
	UNREG_DEF(FLT_FILE_CONTEXT), UNREG_DEF(FLT_INSTANCE_CONTEXT),
	UNREG_DEF(FLT_VOLUME_CONTEXT), { FLT_CONTEXT_END }, UNREG_POISON
};

static const FLT_CONTEXT_TYPE unreg_types[] = {
	FLT_VOLUME_CONTEXT, FLT_INSTANCE_CONTEXT, FLT_FILE_CONTEXT, FLT_STREAM_CONTEXT,
	FLT_STREAMHANDLE_CONTEXT,
};

static const FLT_CONTEXT_REGISTRATION *unreg_registration;

static void unreg_change(struct probe *p, FLT_REGISTRATION *registration,
			 FLT_OPERATION_REGISTRATION *ops)
{
	registration->ContextRegistration = unreg_registration;
}

static struct probe *unreg_probe(struct world *w, const FLT_CONTEXT_REGISTRATION *registration)
{
	static const struct probe_config config = { .change = unreg_change };

	unreg_registration = registration;
	atomic_set(&unreg_set, 0);
	atomic_set(&unreg_cleaned, 0);
	unreg_after_complete = 0;
	unreg_over = false;
	unreg_late = false;
	return world_probe(w, 'A', &config);
}

/* As a file system shows an open file. */
static PFILE_OBJECT unreg_open(struct fake_volume *fake)
{
	PFILE_OBJECT file = fake_open(fake);

	file->FsContext = &unreg_anchor;
	flt_file_of(file)->stream = &unreg_anchor;
	return file;
}

/* A context of the type, with the probe in it, set where it belongs; or NULL. */
static PFLT_CONTEXT unreg_context(struct probe *p, FLT_CONTEXT_TYPE type, int volume,
				  PFILE_OBJECT file)
{
	struct fake_volume *fake = volume ? p->world->other : p->world->fake;
	PFLT_INSTANCE instance = p->instance[volume];
	PFLT_CONTEXT context;
	NTSTATUS status;

	if (!NT_SUCCESS(FltAllocateContext(p->filter, type, UNREG_SIZE, NonPagedPool, &context)))
		return NULL;
	*(struct probe **)context = p;
	switch (type) {
	case FLT_VOLUME_CONTEXT:
		status = FltSetVolumeContext((PFLT_VOLUME)fake->volume,
					     FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
		break;
	case FLT_INSTANCE_CONTEXT:
		status = FltSetInstanceContext(instance, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context,
					       NULL);
		break;
	case FLT_FILE_CONTEXT:
		status = FltSetFileContext(instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context,
					   NULL);
		break;
	case FLT_STREAM_CONTEXT:
		status = FltSetStreamContext(instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS,
					     context, NULL);
		break;
	default:
		status = FltSetStreamHandleContext(instance, file, FLT_SET_CONTEXT_KEEP_IF_EXISTS,
						   context, NULL);
	}
	if (NT_SUCCESS(status))
		atomic_inc(&unreg_set);
	return context;
}

/* One context of each type on each of two volumes, none of them referenced any more. */
static void unreg_hang(struct kunit *test, struct probe *p, PFILE_OBJECT *files)
{
	unsigned int volume, i;

	for (volume = 0; volume < 2; volume++) {
		for (i = 0; i < ARRAY_SIZE(unreg_types); i++) {
			PFLT_CONTEXT context = unreg_context(p, unreg_types[i], volume,
							     files[volume]);

			if (FLT_EXPECT(test, context))
				FltReleaseContext(context);
		}
	}
}

static void unreg_definitions(struct kunit *test)
{
	static const FLT_CONTEXT_REGISTRATION *const orders[] = { NULL, unreg_up, unreg_down };
	struct world *w = world_of(test);
	unsigned int order, i;

	for (order = 0; order < ARRAY_SIZE(orders); order++) {
		struct probe *p = unreg_probe(w, orders[order]);

		FLT_PROVES(test, "REG-36", NT_SUCCESS(p->register_status));
		for (i = 0; i < ARRAY_SIZE(unreg_types); i++) {
			PFLT_CONTEXT context = NULL_CONTEXT;
			NTSTATUS status = FltAllocateContext(p->filter, unreg_types[i], UNREG_SIZE,
							     NonPagedPool, &context);

			FLT_PROVES(test, "REG-36", status == (orders[order] ? STATUS_SUCCESS :
				   STATUS_FLT_CONTEXT_ALLOCATION_NOT_FOUND));
			if (NT_SUCCESS(status)) {
				*(struct probe **)context = p;
				FltReleaseContext(context);
			}
		}
		probe_unload(p);
		w->probe[0] = NULL;
	}
}

static void unreg_ends_all(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);
	PFILE_OBJECT files[2];
	PFLT_FILTER stale;
	struct probe *p;

	FLT_REQUIRE(test, !flt_volume_ready(world_second_volume(w)->volume));
	p = unreg_probe(w, unreg_up);
	files[0] = unreg_open(w->fake);
	files[1] = unreg_open(w->other);
	unreg_hang(test, p, files);
	FLT_EXPECT(test, atomic_read(&unreg_set) == 10 && !atomic_read(&unreg_cleaned));
	stale = p->filter;
	FltUnregisterFilter(p->filter);
	unreg_over = true;
	p->filter = NULL;
	FLT_PROVES(test, "REG-49", atomic_read(&unreg_cleaned) == atomic_read(&unreg_set));
	FLT_PROVES(test, "UNLOAD-23", atomic_read(&unreg_cleaned) == atomic_read(&unreg_set));
	FLT_PROVES(test, "REG-49", atomic_read(&p->starts) == 2 && atomic_read(&p->completes) == 2);
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-49", world_trace_is(w, "F"));
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before);
	FLT_PROVES(test, "REG-49", FltStartFiltering(stale) == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == before + 1);
	/* The files go, and find nothing to clean up any more. */
	fake_close(files[0]);
	fake_close(files[1]);
	FLT_PROVES(test, "UNLOAD-24", !unreg_late && atomic_read(&unreg_cleaned) == 10);
}

static int unreg_release_when_told(void *arg)
{
	WORLD_WAIT(prove_log_last_has(": 1 references left"));
	/* Where nobody may be called: its cleanup is a worker's, and is waited for as well. */
	local_bh_disable();
	FltReleaseContext(arg);
	local_bh_enable();
	return 0;
}

/* A context that the filter holds a reference of keeps it. */
static void unreg_waits_for_a_context(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned long patience = flt_patience;
	struct task_struct *thread;
	PFILE_OBJECT file;
	PFLT_CONTEXT context;
	struct probe *p;

	FLT_EXPECT(test, !prove_log_start(test, "cannot go yet"));
	p = unreg_probe(w, unreg_up);
	file = unreg_open(w->fake);
	/* Leaked references on these are no reason to wait (FIELD-15). */
	flt_file_get(flt_file_of(file));
	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(w->fake->volume)));
	context = unreg_context(p, FLT_STREAM_CONTEXT, 0, file);
	FLT_REQUIRE(test, context);
	thread = kthread_run(unreg_release_when_told, context, "flt-drop");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	flt_patience = HZ / 20;
	FltUnregisterFilter(p->filter);
	unreg_over = true;
	flt_patience = patience;
	p->filter = NULL;
	FLT_PROVES(test, "UNLOAD-23", prove_log_count() >= 1 &&
		   prove_log_last_has(": 1 references left") && atomic_read(&unreg_cleaned) == 1);
	FltObjectDereference(w->fake->volume);
	fake_close(file);
	fake_close(file);
	msleep(20);
	FLT_PROVES(test, "UNLOAD-24", !unreg_late);
}

/* What was tried with a filter that is kept by nothing but a reference any more. */
static struct {
	struct world *world;
	NTSTATUS context;
	NTSTATUS attach;
	NTSTATUS detach;
	NTSTATUS reference;
	NTSTATUS work;
	PFLT_CONTEXT allocated;
	PFLT_INSTANCE instance;
} unreg_stale;

static VOID unreg_no_work(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
}

static int unreg_use_stale(void *arg)
{
	PFLT_VOLUME volume = (PFLT_VOLUME)unreg_stale.world->fake->volume;
	PFLT_GENERIC_WORKITEM item = FltAllocateGenericWorkItem();
	PFLT_FILTER filter = arg;

	WORLD_WAIT(prove_log_last_has(": 1 references left"));
	unreg_stale.allocated = (PFLT_CONTEXT)8;
	unreg_stale.context = FltAllocateContext(filter, FLT_STREAM_CONTEXT, UNREG_SIZE,
						 NonPagedPool, &unreg_stale.allocated);
	unreg_stale.attach = FltAttachVolume(filter, volume, NULL, &unreg_stale.instance);
	unreg_stale.detach = FltDetachVolume(filter, volume, NULL);
	unreg_stale.reference = FltObjectReference(filter);
	unreg_stale.work = FltQueueGenericWorkItem(item, filter, unreg_no_work, DelayedWorkQueue,
						   NULL);
	if (!NT_SUCCESS(unreg_stale.work))
		FltFreeGenericWorkItem(item);
	FltObjectDereference(filter);
	return 0;
}

/* Nothing can be done with a filter that has unregistered, though a reference keeps it. */
static void unreg_stale_filter(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned long patience = flt_patience;
	struct task_struct *thread;
	struct probe *p;

	FLT_EXPECT(test, !prove_log_start(test, "cannot go yet"));
	memset(&unreg_stale, 0, sizeof(unreg_stale));
	unreg_stale.world = w;
	p = unreg_probe(w, unreg_up);
	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(p->filter)));
	thread = kthread_create(unreg_use_stale, p->filter, "flt-stale");
	KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	get_task_struct(thread);
	wake_up_process(thread);
	flt_patience = HZ / 20;
	FltUnregisterFilter(p->filter);
	unreg_over = true;
	flt_patience = patience;
	p->filter = NULL;
	kthread_stop(thread);
	put_task_struct(thread);
	FLT_PROVES(test, "REG-54", unreg_stale.context == STATUS_FLT_DELETING_OBJECT &&
		   !unreg_stale.allocated);
	FLT_PROVES(test, "REG-54", unreg_stale.attach == STATUS_FLT_DELETING_OBJECT &&
		   !unreg_stale.instance);
	FLT_PROVES(test, "REG-54", unreg_stale.detach == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "REG-54", unreg_stale.reference == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "REG-54", unreg_stale.work == STATUS_FLT_DELETING_OBJECT);
}

/* One instance goes: what hangs on it and on files for it, after its complete callback. */
static void unreg_one_instance(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT files[2];
	PFLT_INSTANCE instance;
	struct probe *p;

	FLT_REQUIRE(test, !flt_volume_ready(world_second_volume(w)->volume));
	p = unreg_probe(w, unreg_down);
	files[0] = unreg_open(w->fake);
	files[1] = unreg_open(w->other);
	unreg_hang(test, p, files);
	instance = p->instance[0];
	FLT_EXPECT(test, NT_SUCCESS(FltObjectReference(instance)));
	FLT_EXPECT(test, NT_SUCCESS(FltDetachVolume(p->filter, (PFLT_VOLUME)w->fake->volume,
						    NULL)));
	/* All of this instance but that of the volume, which is the filter's. */
	FLT_PROVES(test, "INST-40", atomic_read(&unreg_cleaned) == 4 && unreg_after_complete == 4);
	FLT_PROVES(test, "INST-40", *(u32 *)instance == FLT_TYPE_INSTANCE &&
		   refcount_read(&((struct flt_object *)instance)->refs) == 1);
	FltObjectDereference(instance);
	fake_close(files[0]);
	FLT_PROVES(test, "INST-40", atomic_read(&unreg_cleaned) == 4);
	FltUnregisterFilter(p->filter);
	p->filter = NULL;
	FLT_PROVES(test, "INST-40", atomic_read(&unreg_cleaned) == 10);
	fake_close(files[1]);
}

static struct kunit_case unregister_cases[] = {
	KUNIT_CASE(unreg_waits_for_references),
	KUNIT_CASE(unreg_says_that_it_waits),
	KUNIT_CASE(unreg_names_the_oldest),
	KUNIT_CASE(unreg_names_a_callback),
	KUNIT_CASE(unreg_foreign),
	KUNIT_CASE(unreg_in_a_callback),
	KUNIT_CASE(unreg_in_other_callbacks),
	KUNIT_CASE(unreg_definitions),
	KUNIT_CASE(unreg_ends_all),
	KUNIT_CASE(unreg_waits_for_a_context),
	KUNIT_CASE(unreg_stale_filter),
	KUNIT_CASE(unreg_one_instance),
	{}
};

static struct kunit_suite unregister_suite = {
	.name = "unregister",
	.init = world_init,
	.exit = world_exit,
	.test_cases = unregister_cases,
};

kunit_test_suite(unregister_suite);
