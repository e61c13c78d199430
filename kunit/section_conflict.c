// SPDX-License-Identifier: GPL-2.0
/*
 * Suite section_conflict: what a filter that scans a file is told of operations that take mapped
 * data away, and when no longer (SECT-34 to SECT-38).
 */
#include <linux/kthread.h>
#include <linux/sched/task.h>
#include "kunit/scan.h"

#define SIZE	(3 * PAGE_SIZE)

/* What the callback saw, and what it does. */
static struct {
	atomic_t calls;
	atomic_t running;
	PFLT_INSTANCE instance;
	PFLT_CONTEXT context;
	PFLT_CALLBACK_DATA data;
	struct task_struct *task;	/* for comparison only */
	int irql;
	UCHAR major;
	unsigned int events;
	bool close;
	NTSTATUS closed;
	NTSTATUS status;
	unsigned int delay_ms;
	struct world *world;
} seen;

static NTSTATUS conflict_notify(PFLT_INSTANCE instance, PFLT_CONTEXT context,
				PFLT_CALLBACK_DATA data)
{
	atomic_inc(&seen.running);
	seen.instance = instance;
	seen.context = context;
	seen.data = data;
	seen.task = current;
	seen.irql = KeGetCurrentIrql();
	seen.major = data->Iopb->MajorFunction;
	seen.events = seen.world->nr_events;
	atomic_inc(&seen.calls);
	if (seen.delay_ms)
		msleep(seen.delay_ms);
	if (seen.close)
		seen.closed = FltCloseSectionForDataScan(context);
	atomic_dec(&seen.running);
	return seen.status;
}

/* The bottom of a SET_INFORMATION takes data away from the offset that was asked for. */
static void conflict_perform(struct fake_volume *fake, struct flt_operation *op,
			     struct fake_order *order)
{
	if (op->iopb.MajorFunction == IRP_MJ_SET_INFORMATION)
		flt_sections_conflict(&fake->sections, op,
				      op->iopb.Parameters.SetFileInformation.Length);
}

static struct probe *conflict_world(struct kunit *test)
{
	struct world *w = world_of(test);

	memset(&seen, 0, sizeof(seen));
	seen.world = w;
	atomic_set(&scan_cleaned, 0);
	scan_conflict = conflict_notify;
	fake_map(w->fake, w->file, SIZE);
	w->fake->on_perform = conflict_perform;
	return scan_probe(w, 'A');
}

/* A change from this offset on; its status. */
static NTSTATUS conflict_change(struct world *w, ULONG from)
{
	struct request *r = request_new(w, IRP_MJ_SET_INFORMATION);

	r->op.iopb.Parameters.SetFileInformation.Length = from;
	return request_run(r);
}

static void conflict_told(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = conflict_world(test);
	struct scan scan;

	FLT_EXPECT(test, conflict_change(w, 0) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-37", !atomic_read(&seen.calls));
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	world_clear(w);
	FLT_PROVES(test, "SECT-35", conflict_change(w, PAGE_SIZE) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-35", atomic_read(&seen.calls) == 1);
	FLT_PROVES(test, "SECT-34", seen.instance == p->instance[0] &&
		   seen.context == scan.context && seen.data &&
		   seen.major == IRP_MJ_SET_INFORMATION);
	FLT_PROVES(test, "SECT-35", seen.irql == PASSIVE_LEVEL && seen.task == current);
	/* (Its pre-operation callback and the bottom's beginning were before it.) */
	FLT_PROVES(test, "SECT-35", seen.events == 2 && world_trace_is(w, "A+ F A-"));
	FLT_PROVES(test, "SECT-35", FltCloseSectionForDataScan(scan.context) == STATUS_SUCCESS);

	/* What lies behind the section is no part of it. */
	scan_drop(&scan);
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-34", conflict_change(w, SIZE) == STATUS_SUCCESS &&
		   atomic_read(&seen.calls) == 1);

	/* It closes the section itself. */
	seen.close = true;
	FLT_PROVES(test, "SECT-35", conflict_change(w, 0) == STATUS_SUCCESS &&
		   atomic_read(&seen.calls) == 2 &&
		   seen.closed == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-37", conflict_change(w, 0) == STATUS_SUCCESS &&
		   atomic_read(&seen.calls) == 2);
	FLT_EXPECT(test, FltCloseSectionForDataScan(scan.context) == STATUS_NOT_FOUND);
	scan_drop(&scan);
	FLT_EXPECT(test, !atomic_read(&w->fake->sources));
}

static void conflict_status(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = conflict_world(test), *b;
	struct scan scan, other;

	scan_conflict = NULL;
	b = scan_probe(w, 'B');
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FLT_REQUIRE(test, scan_begin(b, &other) == STATUS_SUCCESS);
	FLT_EXPECT(test, !prove_log_start(test, "section conflict callback returned"));
	seen.status = STATUS_UNSUCCESSFUL;
	FLT_PROVES(test, "SECT-38", conflict_change(w, 0) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-38", atomic_read(&seen.calls) == 1 && prove_log_count() == 1);
	scan_end(&scan);
	/* Only who has no callback scans it still. */
	FLT_PROVES(test, "SECT-38", conflict_change(w, 0) == STATUS_SUCCESS &&
		   atomic_read(&seen.calls) == 1);
	scan_end(&other);
}

/* A change while the section is being made: its outputs are not there yet. */
static struct {
	HANDLE *handle;
	void **object;
	unsigned int changes;
	unsigned int done;	/* whole changes, with or without a notification */
	bool early;
} inside;

static NTSTATUS conflict_inside(PFLT_INSTANCE instance, PFLT_CONTEXT context,
				PFLT_CALLBACK_DATA data)
{
	inside.changes++;
	inside.early |= !*inside.handle && !*inside.object;
	return STATUS_SUCCESS;
}

static int conflict_changer(void *arg)
{
	struct world *w = arg;

	while (!kthread_should_stop()) {
		conflict_change(w, 0);
		WRITE_ONCE(inside.done, inside.done + 1);
		cond_resched();
	}
	return 0;
}

static void conflict_in_create(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = conflict_world(test);
	OBJECT_ATTRIBUTES attributes = {
		.Length = sizeof(attributes), .Attributes = OBJ_KERNEL_HANDLE,
	};
	unsigned long end = jiffies + 20 * HZ;
	unsigned int changes, done;
	struct task_struct *changer;
	PFLT_CONTEXT context;
	HANDLE handle;
	void *object;

	probe_unload(p);
	w->probe[0] = NULL;
	scan_conflict = conflict_inside;
	p = scan_probe(w, 'A');
	w->quiet = true;
	inside.handle = &handle;
	inside.object = &object;
	inside.changes = 0;
	inside.done = 0;
	inside.early = false;
	handle = NULL;
	object = NULL;
	changer = kthread_run(conflict_changer, w, "changer");
	FLT_REQUIRE(test, !IS_ERR(changer));
	while (!READ_ONCE(inside.early) && time_before(jiffies, end)) {
		context = scan_context(p, FLT_SECTION_CONTEXT);
		if (!context)
			break;
		if (FltCreateSectionForDataScan(p->instance[0], w->file, context,
						SECTION_MAP_READ, &attributes, NULL,
						MM_PAGE_READONLY, MM_SEC_COMMIT, 0, &handle,
						&object, NULL) == STATUS_SUCCESS) {
			FltCloseSectionForDataScan(context);
			/* None after the close, by the change after the one under way (SECT-37). */
			changes = READ_ONCE(inside.changes);
			done = READ_ONCE(inside.done);
			FLT_PROVES(test, "SECT-37", WORLD_WAIT(READ_ONCE(inside.done) - done > 1) &&
				   READ_ONCE(inside.changes) == changes);
			ZwClose(handle);
			ObfDereferenceObject(object);
		}
		FltReleaseContext(context);
	}
	kthread_stop(changer);
	FLT_PROVES(test, "SECT-36", inside.early);
	FLT_EXPECT(test, !atomic_read(&w->fake->sources));
}

static int conflict_one(void *arg)
{
	conflict_change(arg, 0);
	return 0;
}

/* A close waits for a notification that runs in another thread. */
static void conflict_waits(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = conflict_world(test);
	struct task_struct *changer;
	struct scan scan;

	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	seen.delay_ms = 100;
	changer = kthread_create(conflict_one, w, "changer");
	FLT_REQUIRE(test, !IS_ERR(changer));
	get_task_struct(changer);
	wake_up_process(changer);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&seen.running)));
	FLT_PROVES(test, "SECT-37", FltCloseSectionForDataScan(scan.context) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-37", !atomic_read(&seen.running) && atomic_read(&seen.calls) == 1);
	kthread_stop(changer);
	put_task_struct(changer);
	scan_drop(&scan);
}

/* A scan that is made in the setup callback: what happens in that is told. */
static NTSTATUS conflict_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	struct kunit *test = p->world->test;
	struct scan scan;

	FLT_EXPECT(test, FltRegisterForDataScan(objects->Instance) == STATUS_SUCCESS);
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-35", conflict_change(p->world, 0) == STATUS_SUCCESS &&
		   atomic_read(&seen.calls) == 1);
	scan_end(&scan);
	return STATUS_SUCCESS;
}

static void conflict_in_setup(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = conflict_world(test);
	PFLT_INSTANCE instance;

	FLT_REQUIRE(test, FltDetachVolume(p->filter, (PFLT_VOLUME)w->fake->volume, NULL) ==
		    STATUS_SUCCESS);
	p->on_setup = conflict_setup;
	FLT_REQUIRE(test, FltAttachVolume(p->filter, (PFLT_VOLUME)w->fake->volume, NULL,
					  &instance) == STATUS_SUCCESS);
	FltObjectDereference(instance);
	FLT_EXPECT(test, atomic_read(&seen.calls) == 1);
}

static struct kunit_case conflict_cases[] = {
	KUNIT_CASE(conflict_told),
	KUNIT_CASE(conflict_status),
	KUNIT_CASE(conflict_in_create),
	KUNIT_CASE(conflict_waits),
	KUNIT_CASE(conflict_in_setup),
	{}
};

static struct kunit_suite conflict_suite = {
	.name = "section_conflict",
	.init = world_init,
	.exit = world_exit,
	.test_cases = conflict_cases,
};

kunit_test_suite(conflict_suite);
