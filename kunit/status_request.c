// SPDX-License-Identifier: GPL-2.0
/*
 * Suite status_request: FltRequestOperationStatusCallback (CBD-083 to CBD-093, IRQL-24). B asks;
 * what it is told is recorded here.
 */
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "kunit/keeper.h"
#include "kunit/world.h"
#include "nt/violation.h"

static struct told {
	NTSTATUS asked;		/* what the routine said */
	unsigned int calls;
	FLT_RELATED_OBJECTS objects;
	FLT_IO_PARAMETER_BLOCK iopb;
	NTSTATUS status;
	void *context;
	struct task_struct *task;
	int irql;
	unsigned int held;	/* what the file system still had then */
	struct fake_volume *fake;
} told;

static VOID told_callback(PCFLT_RELATED_OBJECTS objects, PFLT_IO_PARAMETER_BLOCK iopb,
			  NTSTATUS status, PVOID context)
{
	told.objects = *objects;
	told.iopb = *iopb;
	told.status = status;
	told.context = context;
	told.task = current;
	told.irql = KeGetCurrentIrql();
	if (told.fake)
		told.held = fake_nr_held(told.fake);
	/* Last, since another thread waits for it and looks at the rest then. */
	smp_store_release(&told.calls, told.calls + 1);
}

#define TOLD_CONTEXT	((void *)0x5157)

static void told_ask(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	told.asked = FltRequestOperationStatusCallback(data, told_callback, TOLD_CONTEXT);
}

static struct world *told_world(struct kunit *test)
{
	struct world *w = world_of(test);

	memset(&told, 0, sizeof(told));
	told.fake = w->fake;
	world_probes(w, "ABC");
	w->probe[1]->on_pre = told_ask;
	return w;
}

static void told_status(struct kunit *test)
{
	struct world *w = told_world(test);

	w->fake->status = STATUS_DISK_FULL;
	FLT_EXPECT(test, world_do(w, IRP_MJ_WRITE) == STATUS_DISK_FULL);
	FLT_PROVES(test, "CBD-083", told.asked == STATUS_SUCCESS && told.calls == 1 &&
		   told.status == STATUS_DISK_FULL);
	FLT_PROVES(test, "CBD-084", told.objects.Instance == w->probe[1]->instance[0] &&
		   told.objects.Filter == w->probe[1]->filter &&
		   told.objects.Volume == (PFLT_VOLUME)w->fake->volume &&
		   told.objects.FileObject == w->file &&
		   told.objects.Size == sizeof(told.objects));
	FLT_PROVES(test, "CBD-084", told.iopb.MajorFunction == IRP_MJ_WRITE &&
		   told.iopb.Parameters.Write.Length == PAGE_SIZE &&
		   told.iopb.TargetFileObject == w->file && told.context == TOLD_CONTEXT);
	FLT_PROVES(test, "CBD-092", told.task == current && told.irql <= APC_LEVEL);
	FLT_PROVES(test, "IRQL-24", told.task == current && told.irql <= APC_LEVEL);
	/* Once for each request: the next operation has none. */
	w->probe[1]->on_pre = NULL;
	world_do(w, IRP_MJ_WRITE);
	FLT_EXPECT(test, told.calls == 1);
}

static void told_pending(struct kunit *test)
{
	struct world *w = told_world(test);
	unsigned int async;

	w->fake->when = FAKE_HOLD;
	for (async = 0; async < 2; async++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		told.calls = 0;
		if (async)
			request_start(r);
		else
			request_spawn(r);
		/* Pairs with told_callback(). */
		FLT_REQUIRE(test, WORLD_WAIT(smp_load_acquire(&told.calls)));
		FLT_PROVES(test, "CBD-083", told.status == STATUS_PENDING && told.held == 1 &&
			   request_busy(r));
		FLT_PROVES(test, "IRQL-24", told.irql <= APC_LEVEL &&
			   told.task == (async ? current : r->thread));
		FLT_REQUIRE(test, WORLD_WAIT(fake_release(w->fake)));
		FLT_REQUIRE(test, request_wait(r));
		FLT_EXPECT(test, told.calls == 1 && NT_SUCCESS(r->status));
	}
}

static char told_new_buffer[16];

static void told_ask_and_change(struct probe *p, PFLT_CALLBACK_DATA data,
				PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	told_ask(p, data, objects, status, context);
	data->Iopb->Parameters.Read.ReadBuffer = told_new_buffer;
	data->Iopb->Parameters.Read.Length = sizeof(told_new_buffer);
	FltSetCallbackDataDirty(data);
}

static void told_snapshot(struct kunit *test)
{
	struct world *w = told_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	char old[16];

	w->probe[1]->on_pre = told_ask_and_change;
	w->breaches = true;	/* another buffer without an MDL */
	r->op.iopb.Parameters.Read.ReadBuffer = old;
	request_run(r);
	FLT_PROVES(test, "CBD-085", told.iopb.Parameters.Read.ReadBuffer == old &&
		   told.iopb.Parameters.Read.Length == PAGE_SIZE &&
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters.Read.ReadBuffer ==
		   told_new_buffer);
}

static int told_ask_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, void *context)
{
	told.asked = FltRequestOperationStatusCallback(data, told_callback, NULL);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void told_ask_in_worker(PFLT_CALLBACK_DATA data)
{
	told.asked = FltRequestOperationStatusCallback(data, told_callback, NULL);
}

static void told_elsewhere(struct kunit *test)
{
	struct world *w = told_world(test);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct keeper *k;

	w->probe[1]->on_pre = NULL;
	w->probe[1]->on_post = told_ask_in_post;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-086", told.asked == STATUS_INVALID_PARAMETER && !told.calls);
	w->probe[1]->on_post = NULL;
	told.asked = STATUS_SUCCESS;
	k = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	k->change = told_ask_in_worker;
	request_spawn(r);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "CBD-086", told.asked == STATUS_INVALID_PARAMETER && !told.calls);
	FLT_PROVES(test, "CBD-086", atomic64_read(&fsh_violations) == before + 2);
}

static void told_wrong_operation(struct kunit *test)
{
	struct world *w = told_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	world_do(w, IRP_MJ_CLOSE);
	FLT_PROVES(test, "CBD-087", told.asked == STATUS_INVALID_PARAMETER && !told.calls);
	told.asked = STATUS_SUCCESS;
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	request_run(r);
	FLT_PROVES(test, "CBD-088", told.asked == STATUS_INVALID_PARAMETER && !told.calls);
	told.asked = STATUS_SUCCESS;
	world_do(w, IRP_MJ_QUERY_OPEN);
	FLT_PROVES(test, "CBD-088", told.asked == STATUS_INVALID_PARAMETER && !told.calls);
}

static struct completion told_leaving;

static void told_start(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	complete(&told_leaving);
}

/* Waits until its own instance is being torn down, and asks then. */
static void told_ask_late(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	wait_for_completion(&told_leaving);
	told_ask(p, data, objects, status, context);
}

static bool told_detach(struct probe *p)
{
	return NT_SUCCESS(flt_instance_detach(flt_instance_of(p->instance[0]),
					      FLTFL_INSTANCE_TEARDOWN_MANUAL));
}

static void told_while_detaching(struct kunit *test)
{
	struct world *w = told_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	init_completion(&told_leaving);
	w->probe[1]->on_pre = told_ask_late;
	w->probe[1]->on_start = told_start;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(world_count(w, 'B', WORLD_PRE) == 1));
	FLT_EXPECT(test, told_detach(w->probe[1]));
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "CBD-089", told.asked == STATUS_FLT_DELETING_OBJECT && !told.calls);
	FLT_EXPECT(test, NT_SUCCESS(r->status));
}

/* One that leaves while the operation is held below is told nothing any more. */
static void told_after_detach(struct kunit *test)
{
	struct world *w = told_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct keeper *k = keeper_pend(w->probe[2], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);

	request_start(r);
	FLT_REQUIRE(test, keeper_wait(k));
	FLT_EXPECT(test, told.asked == STATUS_SUCCESS);
	FLT_EXPECT(test, told_detach(w->probe[1]));
	keeper_resume(k);
	FLT_REQUIRE(test, request_wait(r));
	FLT_EXPECT(test, !told.calls && NT_SUCCESS(r->status));
}

static void told_ask_without_memory(struct probe *p, PFLT_CALLBACK_DATA data,
				    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = 1;
	told_ask(p, data, objects, status, context);
	current->fail_nth = 0;
#endif
}

static void told_allocation_fails(struct kunit *test)
{
	struct world *w = told_world(test);

	if (!async_faults_work())
		kunit_skip(test, "no fault injection");
	w->probe[1]->on_pre = told_ask_without_memory;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "CBD-090", told.asked == STATUS_INSUFFICIENT_RESOURCES && !told.calls);
}

static void told_ask_badly(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	told.asked = FltRequestOperationStatusCallback(data, NULL, NULL);
	told.status = FltRequestOperationStatusCallback(NULL, told_callback, NULL);
}

static void told_arguments(struct kunit *test)
{
	struct world *w = told_world(test);
	s64 before = atomic64_read(&fsh_violations);

	w->probe[1]->on_pre = told_ask_badly;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-091", told.asked == STATUS_INVALID_PARAMETER &&
		   told.status == STATUS_INVALID_PARAMETER && !told.calls &&
		   atomic64_read(&fsh_violations) == before + 2);
}

static void told_ask_at_apc(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	KIRQL old = KfRaiseIrql(APC_LEVEL);

	told_ask(p, data, objects, status, context);
	KeLowerIrql(old);
}

static void told_ask_at_dispatch(struct probe *p, PFLT_CALLBACK_DATA data,
				 PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	KIRQL old = KfRaiseIrql(DISPATCH_LEVEL);

	told_ask(p, data, objects, status, context);
	KeLowerIrql(old);
}

static void told_levels(struct kunit *test)
{
	struct world *w = told_world(test);
	s64 before = atomic64_read(&fsh_violations);

	w->probe[1]->on_pre = told_ask_at_apc;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-093", told.asked == STATUS_SUCCESS && told.calls == 1 &&
		   atomic64_read(&fsh_violations) == before);
	w->probe[1]->on_pre = told_ask_at_dispatch;
	world_do(w, IRP_MJ_READ);
	FLT_EXPECT(test, told.asked == STATUS_INVALID_DEVICE_STATE && told.calls == 1 &&
		   atomic64_read(&fsh_violations) == before + 1);
}

/* A filter below completes the operation: the file system said nothing. */
static void told_nothing(struct kunit *test)
{
	struct world *w = told_world(test);

	w->probe[2]->pre_status = FLT_PREOP_COMPLETE;
	world_do(w, IRP_MJ_READ);
	FLT_EXPECT(test, told.asked == STATUS_SUCCESS && !told.calls &&
		   world_trace_is(w, "A+ B+ C+ B- A-"));
}

static struct kunit_case status_request_cases[] = {
	KUNIT_CASE(told_status),
	KUNIT_CASE(told_pending),
	KUNIT_CASE(told_snapshot),
	KUNIT_CASE(told_elsewhere),
	KUNIT_CASE(told_wrong_operation),
	KUNIT_CASE(told_while_detaching),
	KUNIT_CASE(told_after_detach),
	KUNIT_CASE(told_allocation_fails),
	KUNIT_CASE(told_arguments),
	KUNIT_CASE(told_levels),
	KUNIT_CASE(told_nothing),
	{}
};

static struct kunit_suite status_request_suite = {
	.name = "status_request",
	.init = world_init,
	.exit = world_exit,
	.test_cases = status_request_cases,
};

kunit_test_suite(status_request_suite);
