// SPDX-License-Identifier: GPL-2.0
/*
 * Suite irql_any: what may be called at any level (IRQL-40) is, in a task, in soft and hard
 * interrupt and with interrupts disabled, for operations that run, that a filter keeps, and of
 * which there are more than places; and when what was interrupted has a lock that is needed.
 */
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include "fltmgr/held.h"
#include "kunit/world.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/violation.h"

/* A question that is asked in each context; the answers that were wrong, one bit each. */
static struct any_call {
	struct irq_work hard;
	struct tasklet_struct soft;
	u64 (*ask)(PFLT_CALLBACK_DATA data);
	PFLT_CALLBACK_DATA data;
	u64 wrong;
	unsigned int asked;
} any;

static void any_ask(void)
{
	any.wrong |= any.ask(any.data);
	any.asked++;
}

static void any_hard(struct irq_work *work)
{
	any_ask();
}

static void any_soft(struct tasklet_struct *tasklet)
{
	any_ask();
}

/* Above DISPATCH_LEVEL; may be called with a spin lock held. */
static void any_in_hardirq(void)
{
	any.hard = IRQ_WORK_INIT_HARD(any_hard);
	irq_work_queue(&any.hard);
	while (irq_work_is_busy(&any.hard))
		cpu_relax();
}

static u64 any_above(u64 (*ask)(PFLT_CALLBACK_DATA data), PFLT_CALLBACK_DATA data)
{
	any.ask = ask;
	any.data = data;
	any.wrong = 0;
	any.asked = 0;
	any_in_hardirq();
	local_irq_disable();
	any_ask();
	local_irq_enable();
	return any.asked == 2 ? any.wrong : ~0ULL;
}

static u64 any_everywhere(u64 (*ask)(PFLT_CALLBACK_DATA data), PFLT_CALLBACK_DATA data)
{
	u64 above = any_above(ask, data);

	any_ask();
	tasklet_setup(&any.soft, any_soft);
	tasklet_schedule(&any.soft);
	/* Waits for one that is scheduled. */
	tasklet_kill(&any.soft);
	return any.asked == 4 ? above | any.wrong : ~0ULL;
}

static s64 any_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

static struct any_results {
	u64 pre, post;
	PFLT_INSTANCE instance;
	PMDL mdl;
	bool retain;
	atomic_t inside;
	struct completion go;
	PFLT_CALLBACK_DATA held;
	NTSTATUS armed;
} results;

/* Callbacks of a queue, none of which is called. */
static NTSTATUS any_insert(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data, PVOID context)
{
	return STATUS_UNSUCCESSFUL;
}

static VOID any_remove(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data)
{
}

static PFLT_CALLBACK_DATA any_peek(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data,
				   PVOID context)
{
	return NULL;
}

static VOID any_acquire(PFLT_CALLBACK_DATA_QUEUE queue, PKIRQL irql)
{
}

static VOID any_release(PFLT_CALLBACK_DATA_QUEUE queue, KIRQL irql)
{
}

static VOID any_canceled(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data)
{
}

/* Of a read that runs, and for which nothing is armed. */
static u64 any_of_running(PFLT_CALLBACK_DATA data)
{
	FLT_CALLBACK_DATA_QUEUE queue;
	PMDL *mdl = NULL;
	PVOID *buffer = NULL;
	PULONG length = NULL;
	LOCK_OPERATION access = IoReadAccess;
	u64 wrong = 0;

	wrong |= (u64)(KeGetCurrentIrql() > HIGH_LEVEL);
	FltSetCallbackDataDirty(data);
	wrong |= (u64)!FltIsCallbackDataDirty(data) << 1;
	FltClearCallbackDataDirty(data);
	wrong |= (u64)!!FltIsCallbackDataDirty(data) << 2;
	wrong |= (u64)!FltIsOperationSynchronous(data) << 3;
	wrong |= (u64)!FltGetIrpName(IRP_MJ_READ) << 4;
	wrong |= (u64)!FLT_IS_IRP_OPERATION(data) << 5;
	wrong |= (u64)!!FLT_IS_FASTIO_OPERATION(data) << 6;
	wrong |= (u64)!!FLT_IS_FS_FILTER_OPERATION(data) << 7;
	wrong |= (u64)!!FLT_IS_REISSUED_IO(data) << 8;
	wrong |= (u64)!!FLT_IS_SYSTEM_BUFFER(data) << 9;
	wrong |= (u64)(FltDecodeParameters(data, &mdl, &buffer, &length, &access) ||
		       mdl != &data->Iopb->Parameters.Read.MdlAddress ||
		       buffer != &data->Iopb->Parameters.Read.ReadBuffer ||
		       length != &data->Iopb->Parameters.Read.Length ||
		       access != IoWriteAccess) << 10;
	wrong |= (u64)!!FltIsIoCanceled(data) << 11;
	wrong |= (u64)(FltClearCancelCompletion(data) != STATUS_CANCELLED) << 12;
	wrong |= (u64)!!FltCbdqInitialize(results.instance, &queue, any_insert, any_remove,
					  any_peek, any_acquire, any_release,
					  any_canceled) << 13;
	return wrong;
}

/* Of one whose buffer this filter has exchanged, in its post-operation callback. */
static u64 any_of_ended(PFLT_CALLBACK_DATA data)
{
	u64 wrong = 0;

	wrong |= (u64)(FltGetSwappedBufferMdlAddress(data) != results.mdl);
	wrong |= (u64)!!FltIsIoCanceled(data) << 1;
	if (results.retain)
		FltRetainSwappedBufferMdlAddress(data);
	return wrong;
}

static void any_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    int *status, void **context)
{
	results.instance = objects->Instance;
	results.pre = any_everywhere(any_of_running, data);
	data->Iopb->Parameters.Read.MdlAddress = results.mdl;
	data->Iopb->Parameters.Read.ReadBuffer = MmGetMdlVirtualAddress(results.mdl);
	FltSetCallbackDataDirty(data);
}

static int any_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    void *context)
{
	results.post = any_everywhere(any_of_ended, data);
	/* The last of them in a hard interrupt. */
	results.retain = true;
	results.post |= any_above(any_of_ended, data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void any_running(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = any_breaches();
	static u8 buffer[PAGE_SIZE];

	memset(&results, 0, sizeof(results));
	results.mdl = IoAllocateMdl(buffer, sizeof(buffer), FALSE, FALSE, NULL);
	FLT_REQUIRE(test, results.mdl);
	MmBuildMdlForNonPagedPool(results.mdl);
	results.pre = ~0ULL;
	results.post = ~0ULL;
	world_probes(w, "A");
	w->probe[0]->on_pre = any_pre;
	w->probe[0]->on_post = any_post;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	if (!FLT_PROVES(test, "IRQL-40", !results.pre && !results.post &&
			any_breaches() == before && !world_violations(w)))
		kunit_info(test, "wrong: %#llx %#llx, %lld breaches", results.pre, results.post,
			   any_breaches() - before);
	/* It was retained, so it is here still. */
	IoFreeMdl(results.mdl);
}

static VOID any_cancel(PFLT_CALLBACK_DATA data)
{
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

static void any_keep(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	results.armed = FltSetCancelCompletion(data, any_cancel);
	WRITE_ONCE(results.held, data);
	*status = FLT_PREOP_PENDING;
}

static u64 any_is_canceled(PFLT_CALLBACK_DATA data)
{
	return !!FltIsIoCanceled(data);
}

static u64 any_clear(PFLT_CALLBACK_DATA data)
{
	return FltClearCancelCompletion(data) != STATUS_SUCCESS;
}

static u64 any_clear_nothing(PFLT_CALLBACK_DATA data)
{
	return FltClearCancelCompletion(data) != STATUS_CANCELLED;
}

static void any_kept(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = any_breaches();

	memset(&results, 0, sizeof(results));
	world_probes(w, "A");
	w->probe[0]->on_pre = any_keep;
	request_start(r);
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&r->op.hold) == FLT_HOLD_PENDED));
	FLT_EXPECT(test, NT_SUCCESS(results.armed));
	FLT_PROVES(test, "IRQL-40", !any_everywhere(any_is_canceled, results.held));
	any.ask = any_clear;
	any.wrong = 0;
	any_in_hardirq();
	FLT_PROVES(test, "IRQL-40", !any.wrong && !any_everywhere(any_clear_nothing, results.held));
	FLT_PROVES(test, "IRQL-40", any_breaches() == before && !world_violations(w));
	FltCompletePendedPreOperation(results.held, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status));
}

static void any_stay(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	atomic_inc(&results.inside);
	wait_for_completion(&results.go);
}

static u64 any_not_found(PFLT_CALLBACK_DATA data)
{
	s64 before = any_breaches();

	return FltIsIoCanceled(data) || any_breaches() != before + 1;
}

static void any_many(struct kunit *test)
{
	static FLT_CALLBACK_DATA wild = { .Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION };
	struct world *w = world_of(test);
	unsigned int i, many = (FLT_LIVE_SLOTS + 2) * num_possible_cpus(), listed = 0;
	struct request **r = kunit_kcalloc(test, many, sizeof(*r), GFP_KERNEL);
	struct request *last = NULL;
	s64 before = any_breaches();
	u64 wrong = 0;

	KUNIT_ASSERT_NOT_NULL(test, r);
	memset(&results, 0, sizeof(results));
	init_completion(&results.go);
	w->quiet = true;
	world_probes(w, "A");
	w->probe[0]->on_pre = any_stay;
	for (i = 0; i < many; i++) {
		r[i] = request_new(w, IRP_MJ_READ);
		request_spawn(r[i]);
	}
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&results.inside) == many));
	for (i = 0; i < many; i++) {
		if (!r[i]->op.slot) {
			listed++;
			last = r[i];
		}
		wrong |= any_everywhere(any_is_canceled, &r[i]->op.data);
	}
	/* There are so many of them that some have no place, and are in a list. */
	FLT_PROVES(test, "IRQL-40", listed && !wrong && any_breaches() == before);
	/* What was interrupted has the lock of that list: its operation is not waited for. */
	if (last) {
		any.ask = any_is_canceled;
		any.data = &last->op.data;
		any.wrong = 0;
		any.asked = 0;
		spin_lock_bh(&last->op.live->lock);
		any_in_hardirq();
		spin_unlock_bh(&last->op.live->lock);
		FLT_PROVES(test, "IRQL-40", any.asked == 1 && !any.wrong &&
			   any_breaches() == before);
	}
	/* What is no operation is found out there too. */
	w->breaches = true;
	FLT_EXPECT(test, !any_everywhere(any_not_found, &wild) && any_breaches() == before + 4);
	FLT_EXPECT(test, !any_everywhere(any_not_found, NULL) && any_breaches() == before + 8);
	complete_all(&results.go);
	for (i = 0; i < many; i++)
		FLT_EXPECT(test, request_wait(r[i]) && NT_SUCCESS(r[i]->status));
}

/* Where nothing can be given to a worker: no post-operation callback is called there. */
static u64 any_when_safe(PFLT_CALLBACK_DATA data)
{
	FLT_POSTOP_CALLBACK_STATUS status = 0x77;
	FLT_RELATED_OBJECTS objects = {};
	s64 before = any_breaches();

	return FltDoCompletionProcessingWhenSafe(data, &objects, NULL, 0,
						 (PFLT_POST_OPERATION_CALLBACK)8, &status) ||
	       status != FLT_POSTOP_FINISHED_PROCESSING || any_breaches() != before + 1;
}

static int any_post_above(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			  void *context)
{
	results.post = any_above(any_when_safe, data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void any_completion(struct kunit *test)
{
	struct world *w = world_of(test);

	memset(&results, 0, sizeof(results));
	results.post = ~0ULL;
	w->breaches = true;
	world_probes(w, "A");
	w->probe[0]->on_post = any_post_above;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "IRQL-40", !results.post);
}

static struct kunit_case any_cases[] = {
	KUNIT_CASE(any_running),
	KUNIT_CASE(any_kept),
	KUNIT_CASE(any_many),
	KUNIT_CASE(any_completion),
	{}
};

static struct kunit_suite any_suite = {
	.name = "irql_any",
	.init = world_init,
	.exit = world_exit,
	.test_cases = any_cases,
};

kunit_test_suite(any_suite);
