// SPDX-License-Identifier: GPL-2.0
/*
 * Suite irql: which level is reported in which context, what raises it, and how routines answer
 * when they are called above their limit (IRQL-01 to IRQL-14, IRQL-41 to IRQL-62 as far as no
 * other suite has them).
 */
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/sched.h>
#include "fltmgr/filter.h"
#include "kunit/world.h"
#include "nt/ke_irql.h"

/* Runs a function elsewhere than in a task. */
struct irql_call {
	struct irq_work hard;
	struct tasklet_struct soft;
	void (*fn)(struct irql_call *call);
	struct world *world;
	void *arg;
	int irql;
	NTSTATUS status;
	u64 results;	/* one bit a question, set when the answer was wrong */
};

static void irql_hard(struct irq_work *work)
{
	struct irql_call *call = container_of(work, struct irql_call, hard);

	call->fn(call);
}

static void irql_soft(struct tasklet_struct *tasklet)
{
	struct irql_call *call = from_tasklet(call, tasklet, soft);

	call->fn(call);
}

static void irql_in_hardirq(struct irql_call *call)
{
	call->hard = IRQ_WORK_INIT_HARD(irql_hard);
	irq_work_queue(&call->hard);
	irq_work_sync(&call->hard);
}

static void irql_in_softirq(struct irql_call *call)
{
	tasklet_setup(&call->soft, irql_soft);
	tasklet_schedule(&call->soft);
	/* tasklet_kill() waits for one that is scheduled. */
	tasklet_kill(&call->soft);
}

static void irql_ask(struct irql_call *call)
{
	call->irql = KeGetCurrentIrql();
}

#define IRQL_TAG	0x6c717249	/* 'Irql' */

static s64 irql_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

static void irql_values(struct kunit *test)
{
	FLT_PROVES(test, "IRQL-01", PASSIVE_LEVEL < APC_LEVEL && APC_LEVEL < DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-01", PASSIVE_LEVEL == 0 && APC_LEVEL == 1 && DISPATCH_LEVEL == 2 &&
		   sizeof(KIRQL) == 1);
}

static void irql_by_context(struct kunit *test)
{
	struct irql_call call = { .fn = irql_ask };
	static DEFINE_SPINLOCK(lock);
	s64 before = irql_breaches();

	FLT_PROVES(test, "IRQL-02", KeGetCurrentIrql() == PASSIVE_LEVEL);
	FLT_PROVES(test, "IRQL-04", KeGetCurrentIrql() == PASSIVE_LEVEL);
	irql_in_softirq(&call);
	FLT_PROVES(test, "IRQL-02", call.irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-03", call.irql == DISPATCH_LEVEL);
	call.irql = 0;
	irql_in_hardirq(&call);
	FLT_PROVES(test, "IRQL-02", call.irql > DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-03", call.irql >= DISPATCH_LEVEL);
	spin_lock(&lock);
	irql_ask(&call);
	spin_unlock(&lock);
	FLT_PROVES(test, "IRQL-02", call.irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-03", call.irql == DISPATCH_LEVEL);
	preempt_disable();
	irql_ask(&call);
	preempt_enable();
	FLT_PROVES(test, "IRQL-03", call.irql == DISPATCH_LEVEL);
	local_bh_disable();
	irql_ask(&call);
	local_bh_enable();
	FLT_PROVES(test, "IRQL-03", call.irql == DISPATCH_LEVEL);
	local_irq_disable();
	irql_ask(&call);
	local_irq_enable();
	FLT_PROVES(test, "IRQL-03", call.irql >= DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-02", irql_breaches() == before);
}

static void irql_apc(struct kunit *test)
{
	static const enum ke_hold paging = KE_HOLD_PAGING;
	s64 before = irql_breaches();
	FAST_MUTEX mutex;
	KIRQL old;

	ExInitializeFastMutex(&mutex);
	ExAcquireFastMutex(&mutex);
	FLT_PROVES(test, "IRQL-05", KeGetCurrentIrql() == APC_LEVEL);
	might_sleep();
	FLT_PROVES(test, "IRQL-06", !preempt_count() && !irqs_disabled());
	ExReleaseFastMutex(&mutex);
	FLT_PROVES(test, "IRQL-05", KeGetCurrentIrql() == PASSIVE_LEVEL);

	old = KfRaiseIrql(APC_LEVEL);
	FLT_PROVES(test, "IRQL-05", old == PASSIVE_LEVEL && KeGetCurrentIrql() == APC_LEVEL);
	schedule_timeout_uninterruptible(1);
	FLT_PROVES(test, "IRQL-06", KeGetCurrentIrql() == APC_LEVEL && !preempt_count());
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-05", KeGetCurrentIrql() == PASSIVE_LEVEL);

	ke_hold(paging);
	FLT_EXPECT(test, KeGetCurrentIrql() == APC_LEVEL);
	ke_release(paging);
	schedule_timeout_uninterruptible(1);
	FLT_PROVES(test, "IRQL-06", KeGetCurrentIrql() == PASSIVE_LEVEL && !preempt_count());
	FLT_EXPECT(test, irql_breaches() == before);
	FLT_EXPECT(test, ke_thread_is_clean());
}

static void irql_spin_locks_nest(struct kunit *test)
{
	KSPIN_LOCK outer, inner;
	int level[5];
	KIRQL old, older;
	s64 before = irql_breaches();

	KeInitializeSpinLock(&outer);
	KeInitializeSpinLock(&inner);
	level[0] = KeGetCurrentIrql();
	old = KeAcquireSpinLockRaiseToDpc(&outer);
	level[1] = KeGetCurrentIrql();
	older = KeAcquireSpinLockRaiseToDpc(&inner);
	level[2] = KeGetCurrentIrql();
	KeReleaseSpinLock(&inner, older);
	level[3] = KeGetCurrentIrql();
	KeReleaseSpinLock(&outer, old);
	level[4] = KeGetCurrentIrql();
	FLT_PROVES(test, "IRQL-07", level[0] == PASSIVE_LEVEL && level[1] == DISPATCH_LEVEL &&
		   level[2] == DISPATCH_LEVEL && level[3] == DISPATCH_LEVEL &&
		   level[4] == PASSIVE_LEVEL);
	FLT_PROVES(test, "IRQL-07", old == PASSIVE_LEVEL && older == DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-07", irql_breaches() == before);

	/* From APC_LEVEL it goes back to APC_LEVEL. */
	KfRaiseIrql(APC_LEVEL);
	old = KeAcquireSpinLockRaiseToDpc(&outer);
	level[1] = KeGetCurrentIrql();
	KeReleaseSpinLock(&outer, old);
	level[2] = KeGetCurrentIrql();
	KeLowerIrql(PASSIVE_LEVEL);
	FLT_PROVES(test, "IRQL-07", old == APC_LEVEL && level[1] == DISPATCH_LEVEL &&
		   level[2] == APC_LEVEL && KeGetCurrentIrql() == PASSIVE_LEVEL);
	FLT_PROVES(test, "IRQL-07", irql_breaches() == before);
}

static void irql_lock_in_interrupt(struct irql_call *call)
{
	KSPIN_LOCK *lock = call->arg;

	KeReleaseSpinLock(lock, KeAcquireSpinLockRaiseToDpc(lock));
}

static void irql_spin_lock_above(struct kunit *test)
{
	struct irql_call call = { .fn = irql_lock_in_interrupt };
	s64 before = irql_breaches();
	KSPIN_LOCK lock;

	KeInitializeSpinLock(&lock);
	call.arg = &lock;
	irql_in_softirq(&call);
	FLT_PROVES(test, "IRQL-07", irql_breaches() == before && !lock);
	irql_in_hardirq(&call);
	FLT_PROVES(test, "IRQL-07", irql_breaches() == before + 1);
	FLT_EXPECT(test, KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static void irql_regions(struct kunit *test)
{
	s64 before = irql_breaches();
	OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
	HANDLE key;

	KeEnterCriticalRegion();
	FLT_PROVES(test, "IRQL-08", KeGetCurrentIrql() == PASSIVE_LEVEL && KeAreApcsDisabled() &&
		   !KeAreAllApcsDisabled());
	/* PASSIVE_LEVEL only; its answer is another matter */
	ZwOpenKey(&key, KEY_READ, &attributes);
	FLT_PROVES(test, "IRQL-08", irql_breaches() == before);
	KeLeaveCriticalRegion();
	FsRtlEnterFileSystem();
	FLT_PROVES(test, "IRQL-08", KeGetCurrentIrql() == PASSIVE_LEVEL && KeAreApcsDisabled());
	ZwOpenKey(&key, KEY_READ, &attributes);
	FLT_PROVES(test, "IRQL-08", irql_breaches() == before);
	FsRtlExitFileSystem();
	FLT_EXPECT(test, !KeAreApcsDisabled());

	KeEnterGuardedRegion();
	FLT_PROVES(test, "IRQL-09", KeGetCurrentIrql() == PASSIVE_LEVEL && KeAreAllApcsDisabled());
	ZwOpenKey(&key, KEY_READ, &attributes);
	FLT_PROVES(test, "IRQL-09", irql_breaches() == before);
	KeLeaveGuardedRegion();
	FLT_EXPECT(test, !KeAreAllApcsDisabled() && ke_thread_is_clean());
}

static void irql_wrong_raise_and_lower(struct kunit *test)
{
	s64 before = irql_breaches();
	KIRQL old;

	old = KfRaiseIrql(DISPATCH_LEVEL);
	KfRaiseIrql(PASSIVE_LEVEL);
	FLT_PROVES(test, "IRQL-10", KeGetCurrentIrql() == DISPATCH_LEVEL &&
		   irql_breaches() == before + 1);
	KfRaiseIrql(APC_LEVEL);
	FLT_PROVES(test, "IRQL-10", KeGetCurrentIrql() == DISPATCH_LEVEL &&
		   irql_breaches() == before + 2);
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-10", KeGetCurrentIrql() == PASSIVE_LEVEL &&
		   irql_breaches() == before + 2);

	/* Lowering what nobody raised */
	preempt_disable();
	KeLowerIrql(PASSIVE_LEVEL);
	FLT_PROVES(test, "IRQL-10", KeGetCurrentIrql() == DISPATCH_LEVEL &&
		   irql_breaches() == before + 3);
	preempt_enable();
	/* ... and lowering upwards */
	KeLowerIrql(DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-10", KeGetCurrentIrql() == PASSIVE_LEVEL &&
		   irql_breaches() == before + 4);
	FLT_EXPECT(test, !preempt_count());
}

static void irql_waits(struct kunit *test)
{
	LARGE_INTEGER none = { .QuadPart = 0 }, some = { .QuadPart = -10000 };
	s64 before = irql_breaches();
	NTSTATUS zero, signalled, timed, endless, several;
	void *objects[1];
	KEVENT event;
	KIRQL old;

	KeInitializeEvent(&event, NotificationEvent, FALSE);
	objects[0] = &event;
	old = KfRaiseIrql(DISPATCH_LEVEL);
	zero = KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &none);
	FLT_PROVES(test, "IRQL-11", irql_breaches() == before);
	timed = KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &some);
	FLT_PROVES(test, "IRQL-11", irql_breaches() == before + 1);
	endless = KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, NULL);
	FLT_PROVES(test, "IRQL-11", irql_breaches() == before + 2);
	several = KeWaitForMultipleObjects(1, objects, WaitAny, Executive, KernelMode, FALSE, NULL,
					   NULL);
	FLT_PROVES(test, "IRQL-11", irql_breaches() == before + 3);
	KeSetEvent(&event, 0, FALSE);
	signalled = KeWaitForSingleObject(&event, Executive, KernelMode, FALSE, &none);
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-11", zero == STATUS_TIMEOUT && signalled == STATUS_SUCCESS);
	FLT_PROVES(test, "IRQL-11", !NT_SUCCESS(timed) && !NT_SUCCESS(endless) &&
		   !NT_SUCCESS(several));
	FLT_PROVES(test, "IRQL-11", irql_breaches() == before + 3);
	FLT_PROVES(test, "IRQL-11", KeWaitForSingleObject(&event, Executive, KernelMode, FALSE,
							  NULL) == STATUS_SUCCESS);
}

static void irql_paged_pool(struct kunit *test)
{
	s64 before = irql_breaches();
	void *paged, *nonpaged;
	KIRQL old;

	old = KfRaiseIrql(APC_LEVEL);
	paged = ExAllocatePool2(POOL_FLAG_PAGED, 64, IRQL_TAG);
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-12", paged && irql_breaches() == before);
	ExFreePoolWithTag(paged, IRQL_TAG);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	paged = ExAllocatePool2(POOL_FLAG_PAGED, 64, IRQL_TAG);
	nonpaged = ExAllocatePool2(POOL_FLAG_NON_PAGED, 64, IRQL_TAG);
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-12", !paged && nonpaged && irql_breaches() == before + 1);
	ExFreePoolWithTag(nonpaged, IRQL_TAG);
}

/* A routine that waits or may wait, called too high: a violation, and a refusal. */
struct irql_refused {
	const char *name;
	KIRQL limit;
	bool (*refuses)(void);	/* calls it; whether it returned its kind of failure */
};

static FAST_MUTEX irql_mutex;
static KGUARDED_MUTEX irql_guarded;
static ERESOURCE irql_resource;

static bool irql_try_fast_mutex(void)
{
	return !ExTryToAcquireFastMutex(&irql_mutex);
}

static bool irql_fast_mutex(void)
{
	ExAcquireFastMutex(&irql_mutex);
	return !ke_holds(KE_HOLD_FAST_MUTEX);
}

static bool irql_guarded_mutex(void)
{
	KeAcquireGuardedMutex(&irql_guarded);
	return true;
}

static bool irql_resource_exclusive(void)
{
	return !ExAcquireResourceExclusiveLite(&irql_resource, TRUE);
}

static bool irql_resource_shared(void)
{
	return !ExAcquireResourceSharedLite(&irql_resource, FALSE);
}

static bool irql_delay(void)
{
	LARGE_INTEGER time = { .QuadPart = -10 };

	return KeDelayExecutionThread(KernelMode, FALSE, &time) == STATUS_INVALID_DEVICE_STATE;
}

static bool irql_open_key(void)
{
	OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
	HANDLE key;

	return ZwOpenKey(&key, KEY_READ, &attributes) == STATUS_INVALID_DEVICE_STATE;
}

static bool irql_close(void)
{
	return ZwClose((HANDLE)0x44) == STATUS_INVALID_DEVICE_STATE;
}

static bool irql_thread(void)
{
	HANDLE handle = NULL;
	OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };

	return !NT_SUCCESS(PsCreateSystemThread(&handle, 0, &attributes, NULL, NULL, NULL, NULL)) &&
	       !handle;
}

static bool irql_image_name(void)
{
	PUNICODE_STRING name = NULL;

	return !NT_SUCCESS(SeLocateProcessImageName(PsGetCurrentProcess(), &name)) && !name;
}

static bool irql_allocate_data(void)
{
	PFLT_CALLBACK_DATA data = NULL;

	return !NT_SUCCESS(FltAllocateCallbackData(NULL, NULL, &data)) && !data;
}

static const struct irql_refused irql_refusals[] = {
	{ "ExTryToAcquireFastMutex", APC_LEVEL, irql_try_fast_mutex },
	{ "ExAcquireFastMutex", APC_LEVEL, irql_fast_mutex },
	{ "KeAcquireGuardedMutex", APC_LEVEL, irql_guarded_mutex },
	{ "ExAcquireResourceExclusiveLite", APC_LEVEL, irql_resource_exclusive },
	{ "ExAcquireResourceSharedLite", APC_LEVEL, irql_resource_shared },
	{ "KeDelayExecutionThread", APC_LEVEL, irql_delay },
	{ "ZwOpenKey", PASSIVE_LEVEL, irql_open_key },
	{ "ZwClose", PASSIVE_LEVEL, irql_close },
	{ "PsCreateSystemThread", PASSIVE_LEVEL, irql_thread },
	{ "SeLocateProcessImageName", APC_LEVEL, irql_image_name },
	{ "FltAllocateCallbackData", APC_LEVEL, irql_allocate_data },
};

static void irql_refuse_all(struct irql_call *call)
{
	unsigned int i;

	call->results = 0;
	for (i = 0; i < ARRAY_SIZE(irql_refusals); i++) {
		s64 before = irql_breaches();

		if (!irql_refusals[i].refuses() || irql_breaches() != before + 1)
			call->results |= BIT_ULL(i);
	}
}

static void irql_refusals_hold(struct kunit *test, u64 wrong)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(irql_refusals); i++) {
		if (!FLT_PROVES(test, "IRQL-14", !(wrong & BIT_ULL(i))))
			kunit_info(test, "%s", irql_refusals[i].name);
	}
}

static void irql_too_high(struct kunit *test)
{
	struct irql_call call = { .fn = irql_refuse_all };
	KIRQL old;

	ExInitializeFastMutex(&irql_mutex);
	KeInitializeGuardedMutex(&irql_guarded);
	ExInitializeResourceLite(&irql_resource);
	irql_in_softirq(&call);
	irql_refusals_hold(test, call.results);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	irql_refuse_all(&call);
	KeLowerIrql(old);
	irql_refusals_hold(test, call.results);
	FLT_PROVES(test, "IRQL-50", !(call.results & BIT_ULL(ARRAY_SIZE(irql_refusals) - 1)));
	/* Nothing was taken: */
	FLT_EXPECT(test, ExTryToAcquireFastMutex(&irql_mutex));
	ExReleaseFastMutex(&irql_mutex);
	FLT_EXPECT(test, KeTryToAcquireGuardedMutex(&irql_guarded));
	KeReleaseGuardedMutex(&irql_guarded);
	FLT_EXPECT(test, ExAcquireResourceExclusiveLite(&irql_resource, FALSE));
	ExReleaseResourceLite(&irql_resource);
	ExDeleteResourceLite(&irql_resource);
}

/* Each names the driver, the routine, the level and the limit. */
static void irql_message(struct kunit *test)
{
	struct world *w = world_of(test);
	char text[128];
	unsigned int i;
	KIRQL old;

	w->breaches = true;
	world_probes(w, "A");
	FLT_REQUIRE(test, !prove_log_start(test, "misused"));
	for (i = 0; i < ARRAY_SIZE(irql_refusals); i++) {
		const struct irql_refused *routine = &irql_refusals[i];

		old = KfRaiseIrql(DISPATCH_LEVEL);
		routine->refuses();
		KeLowerIrql(old);
		snprintf(text, sizeof(text),
			 "driver probeA misused %s: called at DISPATCH_LEVEL, at most %s is allowed",
			 routine->name,
			 routine->limit == APC_LEVEL ? "APC_LEVEL" : "PASSIVE_LEVEL");
		if (!FLT_PROVES(test, "IRQL-14", prove_log_count() == i + 1 &&
				prove_log_last_has(text)))
			kunit_info(test, "not told: %s", text);
	}
}

static void irql_passive_at_apc(struct kunit *test)
{
	static WCHAR text[] = u"\\Registry\\Machine\\System\\CurrentControlSet\\Services";
	UNICODE_STRING name = { sizeof(text) - 2, sizeof(text), text };
	OBJECT_ATTRIBUTES attributes = { .Length = sizeof(attributes) };
	s64 before = irql_breaches();
	NTSTATUS passive, raised;
	HANDLE key;
	KIRQL old;

	attributes.ObjectName = &name;
	attributes.Attributes = OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE;
	passive = ZwOpenKey(&key, KEY_READ, &attributes);
	FLT_EXPECT(test, NT_SUCCESS(passive) && irql_breaches() == before);
	if (NT_SUCCESS(passive))
		ZwClose(key);
	old = KfRaiseIrql(APC_LEVEL);
	raised = ZwOpenKey(&key, KEY_READ, &attributes);
	FLT_PROVES(test, "IRQL-62", raised == passive && irql_breaches() == before + 1);
	if (NT_SUCCESS(raised))
		FLT_PROVES(test, "IRQL-62", ZwClose(key) == STATUS_SUCCESS &&
			   irql_breaches() == before + 2);
	KeLowerIrql(old);
}

/* What may be called up to DISPATCH_LEVEL, asked of the data of a request that is under way. */
static void irql_requestor(struct irql_call *call)
{
	struct flt_operation *op = call->arg;
	FLT_CALLBACK_DATA *data = &op->data;
	PEPROCESS process = FltGetRequestorProcess(data);
	HANDLE id = process ? PsGetProcessId(process) : NULL;
	u64 wrong = 0;

	wrong |= !id;
	wrong |= (u64)(FltGetRequestorProcessId(data) != (ULONG)(ULONG_PTR)id) << 1;
	wrong |= (u64)(FltGetRequestorProcessIdEx(data) != id) << 2;
	wrong |= (u64)!!IoGetTopLevelIrp() << 3;
	call->results |= wrong;
}

static struct irql_call *irql_pending;	/* what the pre-operation below runs */

static void irql_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	irql_pending->arg = flt_operation_of(data);
	irql_pending->fn = irql_requestor;
	irql_in_softirq(irql_pending);
}

static void irql_of_requestor(struct kunit *test)
{
	struct world *w = world_of(test);
	struct irql_call call = { .world = w };
	s64 before = irql_breaches();

	world_probes(w, "A");
	w->probe[0]->on_pre = irql_pre;
	irql_pending = &call;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "IRQL-47", !(call.results & 7) && irql_breaches() == before);
	FLT_PROVES(test, "IRQL-48", !(call.results & 8) && irql_breaches() == before);
	FLT_PROVES(test, "IRQL-13", !world_violations(w) && irql_breaches() == before);
}

static void irql_free_in_softirq(struct irql_call *call)
{
	FltFreeCallbackData(call->arg);
}

static void irql_work_items(struct irql_call *call)
{
	PFLT_DEFERRED_IO_WORKITEM deferred = FltAllocateDeferredIoWorkItem();
	PFLT_GENERIC_WORKITEM generic = FltAllocateGenericWorkItem();

	call->results = (deferred ? 0 : 1) | (generic ? 0 : 2);
	if (deferred)
		FltFreeDeferredIoWorkItem(deferred);
	if (generic)
		FltFreeGenericWorkItem(generic);
}

static void irql_reference(struct irql_call *call)
{
	struct probe *p = call->arg;

	call->status = FltObjectReference(p->filter);
	if (NT_SUCCESS(call->status))
		FltObjectDereference(p->filter);
}

static void irql_at_dispatch(struct kunit *test)
{
	struct world *w = world_of(test);
	struct irql_call call = { .fn = irql_work_items, .world = w };
	PFLT_CALLBACK_DATA data = NULL;
	s64 before = irql_breaches();
	KIRQL old;

	world_probes(w, "A");
	irql_in_softirq(&call);
	FLT_PROVES(test, "IRQL-44", !call.results && irql_breaches() == before);
	old = KfRaiseIrql(APC_LEVEL);
	FLT_PROVES(test, "IRQL-50", NT_SUCCESS(FltAllocateCallbackData(w->probe[0]->instance[0],
								       w->file, &data)));
	if (data) {
		data->Iopb->MajorFunction = IRP_MJ_FLUSH_BUFFERS;
		FltPerformSynchronousIo(data);
		FltReuseCallbackData(data);
		FLT_PROVES(test, "IRQL-50", irql_breaches() == before);
	}
	KeLowerIrql(old);
	call.fn = irql_free_in_softirq;
	call.arg = data;
	if (data)
		irql_in_softirq(&call);
	FLT_PROVES(test, "IRQL-41", data && irql_breaches() == before);
	call.fn = irql_reference;
	call.arg = w->probe[0];
	irql_in_softirq(&call);
	FLT_PROVES(test, "IRQL-48", call.status == STATUS_SUCCESS && irql_breaches() == before);
	FLT_EXPECT(test, !world_violations(w));
}

/* The levels of all callbacks about instances and of unload. */
static void irql_of_callbacks(struct kunit *test)
{
	struct world *w = world_of(test);
	const struct world_event *event;
	unsigned int i, seen = 0;

	world_probe(w, 'A', NULL);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_CREATE)));
	event = world_event(w, 'A', WORLD_PRE, 0);
	FLT_PROVES(test, "IRQL-15", event && event->irql <= APC_LEVEL);
	FLT_PROVES(test, "IRQL-15", w->probe[0]->max_pre_irql <= APC_LEVEL);
	probe_request_unload(w->probe[0], true);
	for (i = 0; i < w->nr_events; i++) {
		event = &w->events[i];
		if (event->who != 'A' || event->kind < WORLD_START || event->kind > WORLD_UNLOAD)
			continue;
		seen |= 1 << event->kind;
		FLT_PROVES(test, "IRQL-25", event->irql == PASSIVE_LEVEL);
	}
	FLT_PROVES(test, "IRQL-25", seen & 1 << WORLD_START && seen & 1 << WORLD_COMPLETE &&
		   seen & 1 << WORLD_UNLOAD);
}

static void irql_of_setup(struct kunit *test)
{
	struct world *w = world_of(test);
	const struct world_event *event;
	struct probe *p;

	KUNIT_ASSERT_EQ(test, probe_load(w, 'A', NULL, &p), 0);
	w->probe[0] = p;
	event = world_event(w, 'A', WORLD_SETUP, 0);
	FLT_PROVES(test, "IRQL-25", event && event->irql == PASSIVE_LEVEL);
}

static void irql_release(struct irql_call *call)
{
	fake_release_all(call->world->fake);
}

static void irql_post_from_softirq(struct kunit *test)
{
	struct world *w = world_of(test);
	struct irql_call call = { .fn = irql_release, .world = w };
	const struct world_event *event;
	struct request *r;

	world_probes(w, "A");
	w->fake->when = FAKE_HOLD;
	r = request_new(w, IRP_MJ_READ);
	request_start(r);
	FLT_EXPECT(test, request_busy(r));
	irql_in_softirq(&call);
	FLT_REQUIRE(test, request_wait(r));
	event = world_event(w, 'A', WORLD_POST, 0);
	FLT_PROVES(test, "IRQL-16", event && event->irql == DISPATCH_LEVEL);
	FLT_EXPECT(test, !world_violations(w));
}

/* Misuse of a routine counts for the driver that did it, by kind. */
static void irql_counted_per_filter(struct kunit *test)
{
	struct world *w = world_of(test);
	struct flt_filter *filter;
	s64 level, other;
	KIRQL old;

	world_probes(w, "A");
	filter = flt_filter_of(w->probe[0]->filter);
	level = flt_violations_of(filter, FLT_VIOLATION_LEVEL);
	other = flt_violations_of(filter, FLT_VIOLATION_ROUTINE);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	irql_delay();
	irql_delay();
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-14", flt_violations_of(filter, FLT_VIOLATION_LEVEL) == level + 2 &&
		   flt_violations_of(filter, FLT_VIOLATION_ROUTINE) == other);
	KeLowerIrql(APC_LEVEL);
	FLT_EXPECT(test, flt_violations_of(filter, FLT_VIOLATION_ROUTINE) == other + 1);
}

static struct kunit_case irql_cases[] = {
	KUNIT_CASE(irql_values),
	KUNIT_CASE(irql_by_context),
	KUNIT_CASE(irql_apc),
	KUNIT_CASE(irql_spin_locks_nest),
	KUNIT_CASE(irql_spin_lock_above),
	KUNIT_CASE(irql_regions),
	KUNIT_CASE(irql_wrong_raise_and_lower),
	KUNIT_CASE(irql_waits),
	KUNIT_CASE(irql_paged_pool),
	KUNIT_CASE(irql_too_high),
	KUNIT_CASE(irql_message),
	KUNIT_CASE(irql_passive_at_apc),
	KUNIT_CASE(irql_of_requestor),
	KUNIT_CASE(irql_at_dispatch),
	KUNIT_CASE(irql_of_callbacks),
	KUNIT_CASE(irql_of_setup),
	KUNIT_CASE(irql_post_from_softirq),
	KUNIT_CASE(irql_counted_per_filter),
	{}
};

static struct kunit_suite irql_suite = {
	.name = "irql",
	.init = world_init,
	.exit = world_exit,
	.test_cases = irql_cases,
};

kunit_test_suite(irql_suite);
