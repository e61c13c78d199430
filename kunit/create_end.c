// SPDX-License-Identifier: GPL-2.0
/*
 * Suite create_end: files that a filter opened, and instances, filters and volumes that go
 * (CREATE-35, CREATE-48, CREATE-49, CREATE-51, INST-39, VOL-44); handles that a driver leaves.
 */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include "kunit/opening.h"
#include "nt/io_driver.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

static NTSTATUS create_end_read(HANDLE handle)
{
	static u8 buffer[8];
	LARGE_INTEGER offset = { };
	IO_STATUS_BLOCK result;

	return ZwReadFile(handle, NULL, NULL, NULL, &result, buffer, sizeof(buffer), &offset, NULL);
}

static struct opening create_end_early;
static NTSTATUS create_end_late_read;

/* The last moment to close what was opened below the instance, and too late to use it. */
static void create_end_complete(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	create_end_late_read = create_end_read(create_end_early.handle);
	world_clear(p->world);
	opening_end(&create_end_early);
}

static void create_end_detached(struct kunit *test)
{
	struct world *w = world_of(test);
	struct opening o;
	NTSTATUS status;

	world_probes(w, "ABC");
	create_end_early = opening_of(w, u"\\early");
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&create_end_early)));
	w->probe[1]->on_complete = create_end_complete;
	o = opening_of(w, u"\\f");
	FLT_REQUIRE(test, NT_SUCCESS(FltObjectReference(w->probe[1]->instance[0])));
	FLT_REQUIRE(test, NT_SUCCESS(FltDetachVolume(w->probe[1]->filter,
						     (PFLT_VOLUME)w->fake->volume, NULL)));
	/* It is closed as ever, below where the instance was. */
	FLT_PROVES(test, "CREATE-35", world_trace_is(w, "C+ F C- C+ F C-"));
	FLT_PROVES(test, "CREATE-48", create_end_late_read == STATUS_FLT_DELETING_OBJECT);
	world_clear(w);
	status = opening_do(&o);
	FLT_PROVES(test, "CREATE-48", status == STATUS_FLT_DELETING_OBJECT && !o.handle &&
		   world_trace_is(w, ""));
	FLT_PROVES(test, "VOL-44", FltOpenVolume(w->probe[1]->instance[0], &o.handle, NULL) ==
		   STATUS_FLT_DELETING_OBJECT && !o.handle);
	FltObjectDereference(w->probe[1]->instance[0]);
}

/* Files that are open when the teardown is complete; the filter stays. */
static void create_end_left_open(struct kunit *test)
{
	struct world *w = world_of(test);
	struct opening handle, object, other;
	int files;

	world_probes(w, "ABC");
	files = atomic_read(&w->fake->files);
	handle = opening_of(w, u"\\handle");
	handle.no_object = true;
	object = opening_of(w, u"\\object");
	other = opening_of(w, u"\\other");
	other.top = true;
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&handle)) && NT_SUCCESS(opening_do(&object)) &&
		    NT_SUCCESS(opening_do(&other)));
	world_clear(w);
	w->breaches = true;
	FLT_REQUIRE(test, !prove_log_start(test, "left open: "));
	FLT_REQUIRE(test, NT_SUCCESS(FltDetachVolume(w->probe[1]->filter,
						     (PFLT_VOLUME)w->fake->volume, NULL)));
	FLT_PROVES(test, "INST-39", prove_log_count() == 2 && prove_log_last_has("\\object"));
	/* One warning for each, CLEANUP and CLOSE of both; the third is not the instance's. */
	FLT_PROVES(test, "INST-39", world_violations(w) == 1 &&
		   world_count(w, 'C', WORLD_PRE) == 4 && !world_count(w, 'A', WORLD_PRE));
	FLT_PROVES(test, "INST-39", atomic_read(&w->fake->files) == files + 2 &&
		   FltClose(handle.handle) == STATUS_INVALID_HANDLE &&
		   FltClose(object.handle) == STATUS_INVALID_HANDLE);
	/* The filter may still give its reference back. */
	ObDereferenceObject(object.object);
	FLT_EXPECT(test, atomic_read(&w->fake->files) == files + 1);
	opening_end(&other);
	FLT_EXPECT(test, atomic_read(&w->fake->files) == files);
}

/* A reference that the filter has besides the handle goes with the filter. */
static void create_end_left_object(struct kunit *test)
{
	struct world *w = world_of(test);
	struct opening object;
	int files;

	world_probes(w, "ABC");
	w->breaches = true;
	files = atomic_read(&w->fake->files);
	object = opening_of(w, u"\\object");
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&object)));
	FLT_REQUIRE(test, !prove_log_start(test, "left open"));
	FltDetachVolume(w->probe[1]->filter, (PFLT_VOLUME)w->fake->volume, NULL);
	/* How many, and which. */
	FLT_PROVES(test, "INST-39", prove_log_count() == 2 && prove_log_last_has("\\object"));
	FLT_PROVES(test, "INST-39", atomic_read(&w->fake->files) == files + 1);
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(w->probe[1], false)) &&
		   atomic_read(&w->fake->files) == files);
	/* It was told of once, and not again when the filter went. */
	FLT_PROVES(test, "INST-39", prove_log_count() == 2);
	probe_unload(w->probe[1]);
}

/* More than the violations that are told of in a time: each is named. */
static void create_end_left_many(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "ABC");
	w->breaches = true;
	for (i = 0; i < 25; i++) {
		struct opening o = opening_of(w, u"\\many");

		o.no_object = true;
		FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
	}
	FLT_REQUIRE(test, !prove_log_start(test, "left open: \\many"));
	FltDetachVolume(w->probe[1]->filter, (PFLT_VOLUME)w->fake->volume, NULL);
	FLT_PROVES(test, "INST-39", prove_log_count() == 25 && world_violations(w) == 1);
}

static struct opening create_end_refused_file;

/* Opens a file below itself, and then does not want the volume. */
static NTSTATUS create_end_refuse(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	struct opening *o = &create_end_refused_file;

	*o = opening_of(p->world, u"\\refused");
	return NT_SUCCESS(opening_do(o)) ? STATUS_FLT_DO_NOT_ATTACH : STATUS_SUCCESS;
}

static void create_end_refused(struct kunit *test)
{
	struct world *w = world_of(test);
	int files;

	world_probes(w, "ABC");
	FLT_REQUIRE(test, NT_SUCCESS(FltDetachVolume(w->probe[1]->filter,
						     (PFLT_VOLUME)w->fake->volume, NULL)));
	files = atomic_read(&w->fake->files);
	w->probe[1]->on_setup = create_end_refuse;
	w->breaches = true;
	FLT_REQUIRE(test, !prove_log_start(test, "left open: \\refused"));
	FLT_PROVES(test, "INST-39", FltAttachVolume(w->probe[1]->filter,
						    (PFLT_VOLUME)w->fake->volume, NULL, NULL) ==
		   STATUS_FLT_DO_NOT_ATTACH);
	FLT_PROVES(test, "INST-39", prove_log_count() == 1 && world_violations(w) == 1 &&
		   FltClose(create_end_refused_file.handle) == STATUS_INVALID_HANDLE);
	/* The reference is the filter's to give back. */
	ObDereferenceObject(create_end_refused_file.object);
	FLT_EXPECT(test, atomic_read(&w->fake->files) == files);
}

/* Another thread opens and closes. */
static struct {
	struct opening o;
	NTSTATUS status;
	struct completion done;
} create_end_other;

static int create_end_thread(void *unused)
{
	create_end_other.status = opening_do(&create_end_other.o);
	opening_end(&create_end_other.o);
	complete(&create_end_other.done);
	return 0;
}

/* A close of the last handle is under way when the instance goes. */
static int create_end_closes(void *unused)
{
	create_end_other.status = FltClose(create_end_other.o.handle);
	complete(&create_end_other.done);
	return 0;
}

static int create_end_reads(void *unused)
{
	create_end_other.status = create_end_read(create_end_other.o.handle);
	complete(&create_end_other.done);
	return 0;
}

static int create_end_detach(void *p)
{
	struct probe *probe = p;

	FltDetachVolume(probe->filter, (PFLT_VOLUME)probe->world->fake->volume, NULL);
	return 0;
}

/* The detach of B waits for what @thread does below it. */
static void create_end_waits(struct kunit *test, int (*thread)(void *unused))
{
	struct world *w = world_of(test);
	struct task_struct *detacher;

	/* The other thread closes after the teardown, as a rule, which is too late. */
	w->breaches = true;
	init_completion(&create_end_other.done);
	w->fake->when = FAKE_HOLD;
	FLT_REQUIRE(test, !IS_ERR(kthread_run(thread, NULL, "opens")));
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	w->fake->when = FAKE_INLINE;
	detacher = kthread_create(create_end_detach, w->probe[1], "detaches");
	FLT_REQUIRE(test, !IS_ERR(detacher));
	get_task_struct(detacher);
	wake_up_process(detacher);
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&w->probe[1]->starts) == 1));
	/* It is under way: the teardown is not complete. */
	msleep(20);
	FLT_PROVES(test, "CREATE-48", !atomic_read(&w->probe[1]->completes));
	fake_release_all(w->fake);
	FLT_PROVES(test, "CREATE-48",
		   wait_for_completion_timeout(&create_end_other.done, 30 * HZ) &&
		   NT_SUCCESS(create_end_other.status) &&
		   WORLD_WAIT(atomic_read(&w->probe[1]->completes) == 1));
	kthread_stop(detacher);
	put_task_struct(detacher);
}

static void create_end_in_flight(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	create_end_other.o = opening_of(w, u"\\f");
	create_end_waits(test, create_end_thread);
}

/* What is done by the handle of a file is waited for as well. */
static void create_end_used(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	create_end_other.o = opening_of(w, u"\\f");
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&create_end_other.o)));
	create_end_waits(test, create_end_reads);
	opening_end(&create_end_other.o);
}

/*
 * So is a close: what is left of the file goes after its CLEANUP, to those below the instance. The
 * reference is the filter's still.
 */
static void create_end_closed_meanwhile(struct kunit *test)
{
	struct world *w = world_of(test);
	const struct world_event *close;

	world_probes(w, "ABC");
	create_end_other.o = opening_of(w, u"\\f");
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&create_end_other.o)));
	world_clear(w);
	create_end_waits(test, create_end_closes);
	close = world_event(w, 'C', WORLD_PRE, 1);
	FLT_PROVES(test, "INST-39", world_trace_is(w, "C+ F Bq Bt f C- Bc C+ F C-"));
	FLT_PROVES(test, "INST-39", close && close->iopb.MajorFunction == IRP_MJ_CLOSE);
	ObDereferenceObject(create_end_other.o.object);
}

/* A detach loop against a filter that opens. */
static void create_end_race(struct kunit *test)
{
	struct world *w = world_of(test);
	int files, i, good = 0;

	world_probes(w, "ABC");
	w->quiet = true;
	/* The other thread may close after the teardown, which is too late. */
	w->breaches = true;
	files = atomic_read(&w->fake->files);
	for (i = 0; i < 50; i++) {
		init_completion(&create_end_other.done);
		create_end_other.o = opening_of(w, u"\\f");
		FLT_REQUIRE(test, !IS_ERR(kthread_run(create_end_thread, NULL, "opens")));
		if (i & 1)
			cond_resched();
		/* Referenced: the other thread may still be about to use it. */
		FltObjectReference(create_end_other.o.probe->instance[0]);
		FltDetachVolume(w->probe[1]->filter, (PFLT_VOLUME)w->fake->volume, NULL);
		wait_for_completion(&create_end_other.done);
		FltObjectDereference(create_end_other.o.probe->instance[0]);
		good += create_end_other.status == STATUS_SUCCESS ||
			create_end_other.status == STATUS_FLT_DELETING_OBJECT;
		FLT_REQUIRE(test, NT_SUCCESS(FltAttachVolume(w->probe[1]->filter,
							     (PFLT_VOLUME)w->fake->volume, NULL,
							     NULL)));
	}
	FLT_PROVES(test, "CREATE-48", good == 50 && atomic_read(&w->fake->files) == files);
}

static void create_end_forgotten(struct kunit *test)
{
	struct world *w = world_of(test);
	struct opening first, second;
	int files, told, i;

	world_probes(w, "ABC");
	files = atomic_read(&w->fake->files);
	first = opening_of(w, u"\\first");
	second = opening_of(w, u"\\second");
	second.no_object = true;
	second.top = true;
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&first)) && NT_SUCCESS(opening_do(&second)));
	/* Of two it has given the object back, in one way or the other, and forgets the handle. */
	for (i = 0; i < 2; i++) {
		second = opening_of(w, u"\\second");
		FLT_REQUIRE(test, NT_SUCCESS(opening_do(&second)));
		if (i)
			ObDereferenceObjectDeferDelete(second.object);
		else
			ObDereferenceObject(second.object);
	}
	w->breaches = true;
	FLT_REQUIRE(test, !prove_log_start(test, "4 files were left open"));
	world_clear(w);
	FLT_PROVES(test, "CREATE-49", NT_SUCCESS(probe_request_unload(w->probe[1], false)) &&
		   atomic_read(&w->fake->files) == files);
	told = prove_log_count();
	FLT_PROVES(test, "CREATE-49", told == 1);
	FLT_PROVES(test, "CREATE-49", world_count(w, 'C', WORLD_PRE) == 8 &&
		   world_count(w, 'A', WORLD_PRE) == 2);
	FLT_EXPECT(test, FltClose(first.handle) == STATUS_INVALID_HANDLE);
	probe_unload(w->probe[1]);
}

static void create_end_volume(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT object = NULL;
	HANDLE handle = NULL;

	world_probes(w, "ABC");
	FLT_PROVES(test, "CREATE-51", NT_SUCCESS(FltOpenVolume(w->probe[1]->instance[0], &handle,
							       &object)) &&
		   handle && object && world_trace_is(w, "C+ F C-"));
	FLT_PROVES(test, "VOL-44", object && !object->FileName.Length);
	if (object)
		ObDereferenceObject(object);
	FLT_PROVES(test, "VOL-44", NT_SUCCESS(FltClose(handle)));
	FLT_PROVES(test, "VOL-44", NT_SUCCESS(FltOpenVolume(w->probe[1]->instance[0], &handle,
							    NULL)) &&
		   NT_SUCCESS(FltClose(handle)));
	w->fake->volume->info.local = false;
	FLT_PROVES(test, "VOL-44", FltOpenVolume(w->probe[1]->instance[0], &handle, NULL) ==
		   STATUS_INVALID_PARAMETER);
	w->fake->volume->info.local = true;
}

/* A file ends with the last of its handles, whoever had it made and whichever that is. */
static void create_end_handles(struct kunit *test)
{
	struct world *w = world_of(test);
	HANDLE more[2] = {};
	struct opening o;
	unsigned int i;

	world_probes(w, "ABC");
	o = opening_of(w, u"\\f");
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
	for (i = 0; i < ARRAY_SIZE(more); i++)
		FLT_REQUIRE(test, NT_SUCCESS(ObOpenObjectByPointer(o.object, OBJ_KERNEL_HANDLE,
								   NULL, 0, *IoFileObjectType,
								   KernelMode, &more[i])));
	world_clear(w);
	FLT_PROVES(test, "CREATE-35", NT_SUCCESS(FltClose(o.handle)) &&
		   NT_SUCCESS(ZwClose(more[1])) && world_trace_is(w, ""));
	FLT_PROVES(test, "CREATE-35", NT_SUCCESS(ZwClose(more[0])) &&
		   world_trace_is(w, "C+ F C-") &&
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.MajorFunction == IRP_MJ_CLEANUP);
	/* Another one, after that, brings no second end. */
	world_clear(w);
	FLT_REQUIRE(test, NT_SUCCESS(ObOpenObjectByPointer(o.object, OBJ_KERNEL_HANDLE, NULL, 0,
							   *IoFileObjectType, KernelMode,
							   &more[0])));
	FLT_EXPECT(test, NT_SUCCESS(ZwClose(more[0])) && world_trace_is(w, ""));
	ObDereferenceObject(o.object);
	FLT_EXPECT(test, world_trace_is(w, "C+ F C-"));
}

#define CREATE_END_HANDLES	4000

static struct {
	HANDLE handle[CREATE_END_HANDLES];
	unsigned int opened, closed, freed;
	struct completion begins;
} create_end_left;

static void create_end_opened(void *object)
{
	create_end_left.opened++;
}

static void create_end_closed(void *object)
{
	static DEFINE_SPINLOCK(lock);

	spin_lock(&lock);
	create_end_left.closed++;
	spin_unlock(&lock);
}

static void create_end_freed(void *object)
{
	create_end_left.freed++;
}

static int create_end_close_all(void *unused)
{
	unsigned int i;

	complete(&create_end_left.begins);
	for (i = 0; i < CREATE_END_HANDLES; i++)
		ob_close_handle(create_end_left.handle[i]);
	return 0;
}

/* Somebody closes the handles of a driver that is being swept away: each is closed once. */
static void create_end_handles_left(struct kunit *test)
{
	static OBJECT_TYPE type = {
		.name = "Test", .open = create_end_opened, .close = create_end_closed,
		.free = create_end_freed,
	};
	struct world *w = world_of(test);
	struct task_struct *closer;
	void *object;
	unsigned int i;

	world_probes(w, "A");
	w->breaches = true;
	memset(&create_end_left, 0, sizeof(create_end_left));
	init_completion(&create_end_left.begins);
	object = ob_create(&type, 1);
	FLT_REQUIRE(test, object);
	for (i = 0; i < CREATE_END_HANDLES; i++) {
		ob_get(object);
		/* Code of the suites is the first driver's. */
		FLT_REQUIRE(test, NT_SUCCESS(ob_open_handle((void *)_THIS_IP_, &type, object, 0, 0,
							    &create_end_left.handle[i])));
	}
	closer = kthread_create(create_end_close_all, NULL, "closes");
	FLT_REQUIRE(test, !IS_ERR(closer));
	get_task_struct(closer);
	wake_up_process(closer);
	wait_for_completion(&create_end_left.begins);
	ob_driver_gone(w->probe[0]->driver);
	kthread_stop(closer);
	put_task_struct(closer);
	FLT_EXPECT(test, create_end_left.opened == CREATE_END_HANDLES &&
		   create_end_left.closed == CREATE_END_HANDLES && !create_end_left.freed);
	FLT_EXPECT(test, ob_close_handle(create_end_left.handle[0]) == STATUS_INVALID_HANDLE);
	ob_put(object);
	FLT_EXPECT(test, create_end_left.freed == 1);
}

static struct kunit_case create_end_cases[] = {
	KUNIT_CASE(create_end_detached),
	KUNIT_CASE(create_end_left_open),
	KUNIT_CASE(create_end_left_object),
	KUNIT_CASE(create_end_left_many),
	KUNIT_CASE(create_end_refused),
	KUNIT_CASE(create_end_in_flight),
	KUNIT_CASE(create_end_used),
	KUNIT_CASE(create_end_closed_meanwhile),
	KUNIT_CASE(create_end_race),
	KUNIT_CASE(create_end_forgotten),
	KUNIT_CASE(create_end_volume),
	KUNIT_CASE(create_end_handles),
	KUNIT_CASE(create_end_handles_left),
	{}
};

static struct kunit_suite create_end_suite = {
	.name = "create_end",
	.init = world_init,
	.exit = world_exit,
	.test_cases = create_end_cases,
};

kunit_test_suite(create_end_suite);
