// SPDX-License-Identifier: GPL-2.0
/*
 * Suite io_workitem: the executive's work items (nt/io_workitem.c): which queue has which priority,
 * at which level their routines run and with what, and what is refused.
 */
#include <linux/completion.h>
#include <linux/interrupt.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "kunit/prove.h"
#include "nt/io_workitem.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* What a routine saw. */
static struct workitem_seen {
	struct completion begun;
	struct completion ran;
	struct completion go;
	bool waits;
	unsigned int runs;
	int nice;
	bool worker;
	KIRQL irql;
	void *object;
	void *context;
	void *item;
} workitem_seen;

static PIO_WORKITEM workitem_io;
static WORK_QUEUE_ITEM workitem_ex;

static void workitem_look(void *object, void *context, void *item)
{
	struct workitem_seen *seen = &workitem_seen;

	seen->runs++;
	seen->nice = task_nice(current);
	seen->worker = current->flags & PF_WQ_WORKER;
	seen->irql = KeGetCurrentIrql();
	seen->object = object;
	seen->context = context;
	seen->item = item;
	complete(&seen->begun);
	if (seen->waits)
		wait_for_completion(&seen->go);
	complete(&seen->ran);
}

static VOID workitem_routine(PDEVICE_OBJECT device, PVOID context)
{
	workitem_look(device, context, NULL);
}

static VOID workitem_routine_ex(PVOID object, PVOID context, PIO_WORKITEM item)
{
	workitem_look(object, context, item);
}

static VOID workitem_routine_old(PVOID parameter)
{
	workitem_look(NULL, parameter, NULL);
}

#define WORKITEM_OBJECT		((void *)0x1230)
#define WORKITEM_CONTEXT	((void *)0x4560)

static void workitem_by_device(WORK_QUEUE_TYPE type)
{
	IoQueueWorkItem(workitem_io, workitem_routine, type, WORKITEM_CONTEXT);
}

static void workitem_by_object(WORK_QUEUE_TYPE type)
{
	IoQueueWorkItemEx(workitem_io, workitem_routine_ex, type, WORKITEM_CONTEXT);
}

/* As ExInitializeWorkItem() of the WDK, which is a macro. */
static void workitem_storage(WORK_QUEUE_ITEM *item, void *context)
{
	item->WorkerRoutine = workitem_routine_old;
	item->Parameter = context;
	item->List.Flink = NULL;
}

static void workitem_by_storage(WORK_QUEUE_TYPE type)
{
	workitem_storage(&workitem_ex, WORKITEM_CONTEXT);
	ExQueueWorkItem(&workitem_ex, type);
}

static const struct workitem_way {
	void (*queue)(WORK_QUEUE_TYPE type);
	void *object;
	bool item;
} workitem_ways[] = {
	{ workitem_by_device, WORKITEM_OBJECT, false },
	{ workitem_by_object, WORKITEM_OBJECT, true },
	{ workitem_by_storage, NULL, false },
};

static s64 workitem_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

static int workitem_init(struct kunit *test)
{
	memset(&workitem_seen, 0, sizeof(workitem_seen));
	init_completion(&workitem_seen.begun);
	init_completion(&workitem_seen.ran);
	init_completion(&workitem_seen.go);
	workitem_io = IoAllocateWorkItem(WORKITEM_OBJECT);
	return workitem_io ? 0 : -ENOMEM;
}

/* The routine's item may be reported as queued until it has begun, which every case waits for. */
static void workitem_exit(struct kunit *test)
{
	if (workitem_io)
		IoFreeWorkItem(workitem_io);
	workitem_io = NULL;
}

/* The nice value of the thread that a routine gets by this way and type. */
static int workitem_nice(const struct workitem_way *way, WORK_QUEUE_TYPE type)
{
	way->queue(type);
	wait_for_completion(&workitem_seen.ran);
	return workitem_seen.nice;
}

static void workitem_priorities(struct kunit *test)
{
	s64 before = workitem_breaches();
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(workitem_ways); i++) {
		const struct workitem_way *way = &workitem_ways[i];
		int ordinary = workitem_nice(way, DelayedWorkQueue);

		FLT_EXPECT(test, workitem_nice(way, CriticalWorkQueue) < ordinary);
		FLT_EXPECT(test, workitem_nice(way, HyperCriticalWorkQueue) < ordinary);
		FLT_EXPECT(test, workitem_nice(way, RealTimeWorkQueue) < ordinary);
		FLT_EXPECT(test, workitem_nice(way, SuperCriticalWorkQueue) < ordinary);
		FLT_EXPECT(test, workitem_nice(way, CustomPriorityWorkQueue + 13) < ordinary);
		FLT_EXPECT(test, workitem_nice(way, CustomPriorityWorkQueue + 31) < ordinary);
		FLT_EXPECT(test, workitem_nice(way, CustomPriorityWorkQueue + 12) == ordinary);
		FLT_EXPECT(test, workitem_nice(way, NormalWorkQueue) == ordinary);
		FLT_EXPECT(test, workitem_nice(way, BackgroundWorkQueue) == ordinary);
		FLT_EXPECT(test, workitem_breaches() == before);
		/* There are no such queues: said, and run all the same. */
		FLT_EXPECT(test, workitem_nice(way, MaximumWorkQueue) == ordinary &&
			   workitem_breaches() == before + 1);
		FLT_EXPECT(test, workitem_nice(way, CustomPriorityWorkQueue + 32) == ordinary &&
			   workitem_breaches() == before + 2);
		before += 2;
	}
}

static void workitem_arguments(struct kunit *test)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(workitem_ways); i++) {
		const struct workitem_way *way = &workitem_ways[i];

		workitem_nice(way, i & 1 ? CriticalWorkQueue : DelayedWorkQueue);
		FLT_EXPECT(test, workitem_seen.runs == i + 1 && workitem_seen.worker &&
			   workitem_seen.irql == PASSIVE_LEVEL);
		FLT_EXPECT(test, workitem_seen.object == way->object &&
			   workitem_seen.context == WORKITEM_CONTEXT &&
			   workitem_seen.item == (way->item ? workitem_io : NULL));
	}
}

static void workitem_soft(struct tasklet_struct *tasklet)
{
	workitem_by_storage(CriticalWorkQueue);
	IoFreeWorkItem(IoAllocateWorkItem(NULL));
}

static void workitem_level(struct kunit *test)
{
	struct tasklet_struct tasklet;
	s64 before = workitem_breaches();
	KIRQL old;

	tasklet_setup(&tasklet, workitem_soft);
	tasklet_schedule(&tasklet);
	wait_for_completion(&workitem_seen.ran);
	tasklet_kill(&tasklet);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	workitem_by_device(DelayedWorkQueue);
	KeLowerIrql(old);
	wait_for_completion(&workitem_seen.ran);
	FLT_EXPECT(test, workitem_seen.runs == 2 && workitem_seen.irql == PASSIVE_LEVEL &&
		   workitem_breaches() == before);
}

/* An item is free again as soon as its routine runs, which may queue or free it. */
static VOID workitem_again(PVOID object, PVOID context, PIO_WORKITEM item)
{
	bool first = !workitem_seen.runs;

	workitem_look(object, context, item);
	if (first)
		IoQueueWorkItemEx(item, workitem_again, CriticalWorkQueue, context);
	else
		IoFreeWorkItem(item);
}

static void workitem_free_again(struct kunit *test)
{
	PIO_WORKITEM item = IoAllocateWorkItem(WORKITEM_OBJECT);
	s64 before = workitem_breaches();

	FLT_REQUIRE(test, item);
	IoQueueWorkItemEx(item, workitem_again, DelayedWorkQueue, item);
	wait_for_completion(&workitem_seen.ran);
	wait_for_completion(&workitem_seen.ran);
	FLT_EXPECT(test, workitem_seen.runs == 2 && workitem_breaches() == before);
}

static void workitem_misuse(struct kunit *test)
{
	static WORK_QUEUE_ITEM waiting, urgent;
	s64 before = workitem_breaches();
	unsigned int i;

	IoQueueWorkItem(workitem_io, NULL, DelayedWorkQueue, NULL);
	IoQueueWorkItem(NULL, workitem_routine, DelayedWorkQueue, NULL);
	memset(&workitem_ex, 0, sizeof(workitem_ex));
	ExQueueWorkItem(&workitem_ex, DelayedWorkQueue);
	FLT_EXPECT(test, workitem_breaches() == before + 3);

	/* The only worker there may be is kept, so that what is queued stays queued. */
	workqueue_set_max_active(io_work_queue, 1);
	workitem_seen.waits = true;
	workitem_by_storage(DelayedWorkQueue);
	wait_for_completion(&workitem_seen.begun);
	workitem_by_device(DelayedWorkQueue);
	FLT_EXPECT(test, workitem_breaches() == before + 3);
	workitem_by_device(DelayedWorkQueue);
	workitem_by_object(CriticalWorkQueue);
	IoFreeWorkItem(workitem_io);
	FLT_EXPECT(test, workitem_breaches() == before + 6);
	workitem_storage(&waiting, NULL);
	ExQueueWorkItem(&waiting, DelayedWorkQueue);
	ExQueueWorkItem(&waiting, DelayedWorkQueue);
	FLT_EXPECT(test, workitem_breaches() == before + 7 && workitem_seen.runs == 1);
	/* The other queue does not wait behind it. */
	workitem_storage(&urgent, NULL);
	ExQueueWorkItem(&urgent, CriticalWorkQueue);
	wait_for_completion(&workitem_seen.begun);
	FLT_EXPECT(test, workitem_seen.runs == 2 && workitem_seen.nice < 0);
	complete_all(&workitem_seen.go);
	for (i = 0; i < 4; i++)
		wait_for_completion(&workitem_seen.ran);
	workqueue_set_max_active(io_work_queue, WQ_UNBOUND_MAX_ACTIVE);
	FLT_EXPECT(test, workitem_seen.runs == 4);
}

static struct kunit_case workitem_cases[] = {
	KUNIT_CASE(workitem_priorities),
	KUNIT_CASE(workitem_arguments),
	KUNIT_CASE(workitem_level),
	KUNIT_CASE(workitem_free_again),
	KUNIT_CASE(workitem_misuse),
	{}
};

static struct kunit_suite workitem_suite = {
	.name = "io_workitem",
	.init = workitem_init,
	.exit = workitem_exit,
	.test_cases = workitem_cases,
};

kunit_test_suite(workitem_suite);
