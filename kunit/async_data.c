// SPDX-License-Identifier: GPL-2.0
/*
 * Suite async_data: callback data that a filter allocates, frees and reuses, and its life against
 * teardown (ASYNC-001 to ASYNC-025, ASYNC-127, ASYNC-128, ASYNC-130).
 */
#include <linux/spinlock.h>
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "nt/violation.h"

static struct world *data_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	return w;
}

static bool data_all_zero(const void *p, size_t size)
{
	return !memchr_inv(p, 0, size);
}

static void data_allocate(struct kunit *test)
{
	struct world *w = data_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	PFLT_CALLBACK_DATA data = (void *)1;
	s64 before = atomic64_read(&fsh_violations);
	static DEFINE_SPINLOCK(lock);

	FLT_PROVES(test, "ASYNC-001",
		   FltAllocateCallbackData(b, w->file, &data) == STATUS_SUCCESS && data &&
		   data->Iopb);
	FLT_PROVES(test, "ASYNC-006", FLT_IS_IRP_OPERATION(data) &&
		   !FLT_IS_FASTIO_OPERATION(data) && !FLT_IS_FS_FILTER_OPERATION(data) &&
		   data->Iopb->TargetInstance == b && data->Iopb->TargetFileObject == w->file);
	FLT_PROVES(test, "ASYNC-006", !data->Iopb->MajorFunction && !data->Iopb->MinorFunction &&
		   !data->Iopb->IrpFlags && !data->Iopb->OperationFlags &&
		   !data->IoStatus.Status && !data->IoStatus.Information && !data->TagData &&
		   data_all_zero(&data->Iopb->Parameters, sizeof(data->Iopb->Parameters)));
	spin_lock(&lock);
	data->Iopb->Parameters.Read.Length = data->IoStatus.Information + 1;
	data->IoStatus.Information = data->Iopb->Parameters.Read.Length;
	spin_unlock(&lock);
	FLT_PROVES(test, "ASYNC-005", data->IoStatus.Information == 1);
	FltFreeCallbackData(data);
	FLT_PROVES(test, "ASYNC-019", atomic64_read(&fsh_violations) == before);

	FLT_PROVES(test, "ASYNC-003",
		   FltAllocateCallbackData(b, NULL, &data) == STATUS_SUCCESS && data &&
		   !data->Iopb->TargetFileObject);
	FltFreeCallbackData(data);
	data = (void *)1;
	FLT_PROVES(test, "ASYNC-002",
		   FltAllocateCallbackData(NULL, w->file, &data) == STATUS_INVALID_PARAMETER &&
		   !data && atomic64_read(&fsh_violations) == before + 1);
	data = (void *)1;
	/* A filter is an object, but no instance. */
	FLT_PROVES(test, "ASYNC-002",
		   FltAllocateCallbackData((PFLT_INSTANCE)w->probe[1]->filter, w->file, &data) ==
		   STATUS_INVALID_PARAMETER && !data &&
		   atomic64_read(&fsh_violations) == before + 2);
}

static void data_create_with_file(struct kunit *test)
{
	struct world *w = data_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);

	issue_fill(i, IRP_MJ_CREATE);
	FLT_PROVES(test, "ASYNC-003", issue_run(i) == STATUS_INVALID_PARAMETER &&
		   world_trace_is(w, "") && world_violations(w) == 1);
	issue_free(i);
}

static void data_flags(struct kunit *test)
{
	struct world *w = data_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	PFLT_CALLBACK_DATA data;
	s64 before = atomic64_read(&fsh_violations);
	ULONG bit;

	for (bit = 0; bit < 2; bit++) {
		FLT_PROVES(test, "ASYNC-010", FltAllocateCallbackDataEx(b, w->file, bit ?
				FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY : 0, &data) ==
			   STATUS_SUCCESS && data);
		FltFreeCallbackData(data);
	}
	for (bit = 1; bit; bit <<= 1) {
		if (bit == FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY)
			continue;
		FLT_PROVES(test, "ASYNC-010",
			   FltAllocateCallbackDataEx(b, w->file, bit, &data) ==
			   STATUS_INVALID_PARAMETER && !data);
	}
	FLT_PROVES(test, "ASYNC-010", atomic64_read(&fsh_violations) == before + 31);
}

/* Every allocation fails in turn. */
struct data_fault {
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	ULONG flags;
	PFLT_CALLBACK_DATA data;
	NTSTATUS status;
};

static void data_fault(void *arg)
{
	struct data_fault *fault = arg;

	fault->status = FltAllocateCallbackDataEx(fault->instance, fault->file, fault->flags,
						  &fault->data);
}

static void data_no_memory(struct kunit *test)
{
	struct world *w = data_world(test);
	struct data_fault fault = { .instance = w->probe[1]->instance[0], .file = w->file };
	unsigned int round, refused, nth;

	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	for (round = 0; round < 2; round++) {
		fault.flags = round ? FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY : 0;
		refused = 0;
		for (nth = 1; async_with_fault(nth, data_fault, &fault); nth++) {
			/* What a debugging aid of the kernel allocates may fail unnoticed. */
			if (NT_SUCCESS(fault.status)) {
				FltFreeCallbackData(fault.data);
				continue;
			}
			refused++;
			FLT_PROVES(test, round ? "ASYNC-012" : "ASYNC-004",
				   fault.status == STATUS_INSUFFICIENT_RESOURCES && !fault.data);
		}
		FLT_PROVES(test, round ? "ASYNC-012" : "ASYNC-004", refused &&
			   NT_SUCCESS(fault.status) && fault.data);
		FltFreeCallbackData(fault.data);
	}
}

static void data_generated_flag(struct kunit *test)
{
	struct world *w = data_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	const struct world_event *pre, *post;

	issue_start(i);
	pre = world_event(w, 'C', WORLD_PRE, 0);
	post = world_event(w, 'C', WORLD_POST, 0);
	FLT_PROVES(test, "ASYNC-007", pre->data.Flags & FLTFL_CALLBACK_DATA_GENERATED_IO &&
		   post->data.Flags & FLTFL_CALLBACK_DATA_GENERATED_IO);
	FLT_PROVES(test, "ASYNC-008", pre->data.RequestorMode == KernelMode &&
		   post->data.RequestorMode == KernelMode);
	FLT_PROVES(test, "CBD-007", pre->data.RequestorMode == KernelMode);
	issue_free(i);
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-007", world_count(w, 'C', WORLD_PRE) == 1 &&
		   !(world_event(w, 'C', WORLD_PRE, 0)->data.Flags &
		     FLTFL_CALLBACK_DATA_GENERATED_IO));
	FLT_PROVES(test, "CBD-007",
		   world_event(w, 'C', WORLD_PRE, 0)->data.RequestorMode == UserMode);
}

/* A pre-operation callback frees or reuses what is not its own. */
static void data_free_foreign(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltFreeCallbackData(data);
}

static void data_reuse_foreign(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltReuseCallbackData(data);
}

static void data_foreign(struct kunit *test)
{
	struct world *w = data_world(test);
	s64 before = atomic64_read(&fsh_violations);
	struct issue *i;

	w->probe[1]->on_pre = data_free_foreign;
	FLT_PROVES(test, "ASYNC-015", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   atomic64_read(&fsh_violations) == before + 1);
	w->probe[1]->on_pre = data_reuse_foreign;
	world_clear(w);
	FLT_PROVES(test, "ASYNC-023", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_event(w, 'C', WORLD_PRE, 0)->iopb.Parameters.Read.Length == PAGE_SIZE &&
		   atomic64_read(&fsh_violations) == before + 2);
	FltFreeCallbackData(NULL);
	FLT_PROVES(test, "ASYNC-016", atomic64_read(&fsh_violations) == before + 3);
	/* Fresh data was not issued yet. */
	i = issue_new(w, 'B', IRP_MJ_READ);
	FltReuseCallbackData(i->data);
	FLT_PROVES(test, "ASYNC-023", atomic64_read(&fsh_violations) == before + 4 &&
		   i->data->Iopb->Parameters.Read.Length == PAGE_SIZE);
	issue_free(i);
}

static void data_reuse(struct kunit *test)
{
	struct world *w = data_world(test);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	struct issue *i = issue_new(w, 'B', IRP_MJ_WRITE);
	s64 before;
	KIRQL irql;

	i->data->Iopb->OperationFlags = SL_WRITE_THROUGH;
	issue_start(i);
	FltSetCallbackDataDirty(i->data);
	FltReuseCallbackData(i->data);
	FLT_PROVES(test, "ASYNC-021", i->data->Iopb->TargetInstance == b &&
		   i->data->Iopb->TargetFileObject == w->file && !i->data->Iopb->MajorFunction &&
		   !i->data->Iopb->IrpFlags && !i->data->Iopb->OperationFlags &&
		   !i->data->IoStatus.Information && !FltIsCallbackDataDirty(i->data) &&
		   data_all_zero(&i->data->Iopb->Parameters, sizeof(FLT_PARAMETERS)));
	issue_fill(i, IRP_MJ_READ);
	FLT_PROVES(test, "ASYNC-021", issue_start(i) == STATUS_SUCCESS);
	irql = KfRaiseIrql(APC_LEVEL);
	before = atomic64_read(&fsh_violations);
	FltReuseCallbackData(i->data);
	KeLowerIrql(irql);
	FLT_PROVES(test, "IRQL-50", atomic64_read(&fsh_violations) == before);
	issue_fill(i, IRP_MJ_READ);
	issue_start(i);
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	FltReuseCallbackData(i->data);
	KeLowerIrql(irql);
	FLT_PROVES(test, "ASYNC-025", atomic64_read(&fsh_violations) == before + 1 &&
		   i->data->Iopb->Parameters.Read.Length == PAGE_SIZE);
	FLT_PROVES(test, "IRQL-50", atomic64_read(&fsh_violations) == before + 1);
	issue_free(i);
}

static void data_allocate_levels(struct kunit *test)
{
	struct world *w = data_world(test);
	PFLT_CALLBACK_DATA data;
	s64 before = atomic64_read(&fsh_violations);
	NTSTATUS status;
	KIRQL irql;

	irql = KfRaiseIrql(APC_LEVEL);
	status = FltAllocateCallbackData(w->probe[1]->instance[0], w->file, &data);
	KeLowerIrql(irql);
	FLT_PROVES(test, "IRQL-50", NT_SUCCESS(status) &&
		   atomic64_read(&fsh_violations) == before);
	FltFreeCallbackData(data);
	irql = KfRaiseIrql(DISPATCH_LEVEL);
	status = FltAllocateCallbackData(w->probe[1]->instance[0], w->file, &data);
	KeLowerIrql(irql);
	FLT_PROVES(test, "IRQL-50", !NT_SUCCESS(status) && !data &&
		   atomic64_read(&fsh_violations) == before + 1);
}

static void data_free_it(void *arg)
{
	FltFreeCallbackData(arg);
}

static void data_free_in_softirq(struct kunit *test)
{
	struct world *w = data_world(test);
	struct issue *i = issue_new(w, 'B', IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);

	issue_start(i);
	async_in_softirq(data_free_it, i->data);
	FLT_PROVES(test, "ASYNC-020", atomic64_read(&fsh_violations) == before);
	FLT_PROVES(test, "IRQL-41", atomic64_read(&fsh_violations) == before);
}

static void data_freed_too_early(struct kunit *test)
{
	struct world *w = data_world(test);
	struct flt_instance *b = flt_instance_of(w->probe[1]->instance[0]);
	s64 before = atomic64_read(&fsh_violations);
	struct issue *i;

	w->fake->when = FAKE_HOLD;
	i = issue_new(w, 'B', IRP_MJ_READ);
	issue_start(i);
	FltReuseCallbackData(i->data);
	FLT_PROVES(test, "ASYNC-018", atomic64_read(&fsh_violations) == before + 1 &&
		   i->data->Iopb->Parameters.Read.Length == PAGE_SIZE);
	FLT_PROVES(test, "ASYNC-024", atomic64_read(&fsh_violations) == before + 1 &&
		   i->data->Iopb->Parameters.Read.Length == PAGE_SIZE);
	FltFreeCallbackData(i->data);
	FltFreeCallbackData(i->data);
	FLT_PROVES(test, "ASYNC-018", atomic64_read(&fsh_violations) == before + 3 &&
		   !atomic_read(&i->calls));
	fake_release(w->fake);
	FLT_PROVES(test, "ASYNC-018", issue_wait(i) && atomic_read(&i->calls) == 1 &&
		   NT_SUCCESS(i->status));
	/* Released once, by now: whoever frees it again is told so. */
	FLT_PROVES(test, "ASYNC-018", WORLD_WAIT(!atomic_read(&b->owed)));
	FltFreeCallbackData(i->data);
	FLT_PROVES(test, "ASYNC-018", atomic64_read(&fsh_violations) == before + 4);
}

/* Teardown and unload wait for what an instance has started. */
struct data_detach {
	struct work_struct work;
	struct probe *probe;
	bool unload;
	NTSTATUS status;
};

static void data_detach_work(struct work_struct *work)
{
	struct data_detach *d = container_of(work, struct data_detach, work);

	if (d->unload)
		d->status = probe_request_unload(d->probe, true);
	else
		d->status = flt_instance_detach(flt_instance_of(d->probe->instance[0]),
						FLTFL_INSTANCE_TEARDOWN_MANUAL);
}

static void data_outlives(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int round;

	for (round = 0; round < 2; round++) {
		struct probe *b = world_probe(w, 'B', NULL);
		struct data_detach *d = kunit_kzalloc(test, sizeof(*d), GFP_KERNEL);
		struct issue *i = issue_new(w, 'B', IRP_MJ_READ);

		KUNIT_ASSERT_NOT_NULL(test, d);
		i->on_done = NULL;
		w->fake->when = FAKE_HOLD;
		issue_start(i);
		d->probe = b;
		d->unload = round;
		INIT_WORK(&d->work, data_detach_work);
		queue_work(system_unbound_wq, &d->work);
		FLT_EXPECT(test, WORLD_WAIT(atomic_read(&b->starts)));
		msleep(100);
		FLT_PROVES(test, round ? "ASYNC-128" : "ASYNC-127",
			   !atomic_read(&b->completes) && !atomic_read(&i->calls));
		i->on_done = NULL;
		fake_release(w->fake);
		FLT_EXPECT(test, issue_wait(i));
		issue_free(i);
		flush_work(&d->work);
		FLT_PROVES(test, round ? "ASYNC-128" : "ASYNC-127", NT_SUCCESS(d->status) &&
			   atomic_read(&b->completes) == 1 && atomic_read(&i->calls) == 1);
		probe_unload(b);
	}
}

/* In the teardown-start callback it still works; in the teardown-complete one it does not. */
static struct issue *data_late[4];

static void data_start_late(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	issue_start(data_late[0]);
	issue_run(data_late[1]);
}

static void data_complete_late(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	issue_start(data_late[2]);
	issue_run(data_late[3]);
}

static void data_too_late(struct kunit *test)
{
	struct world *w = data_world(test);
	unsigned int n;

	for (n = 0; n < ARRAY_SIZE(data_late); n++)
		data_late[n] = issue_new(w, 'B', IRP_MJ_READ);
	w->probe[1]->on_start = data_start_late;
	w->probe[1]->on_complete = data_complete_late;
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(flt_instance_of(w->probe[1]->instance[0]),
							FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	FLT_PROVES(test, "ASYNC-130", data_late[0]->returned == STATUS_SUCCESS &&
		   NT_SUCCESS(data_late[0]->status) &&
		   NT_SUCCESS(data_late[1]->data->IoStatus.Status));
	FLT_PROVES(test, "ASYNC-130", data_late[2]->returned == STATUS_FLT_DELETING_OBJECT &&
		   data_late[2]->status == STATUS_FLT_DELETING_OBJECT &&
		   atomic_read(&data_late[2]->calls) == 1);
	FLT_PROVES(test, "ASYNC-130",
		   data_late[3]->data->IoStatus.Status == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "ASYNC-043", atomic_read(&data_late[2]->calls) == 1);
	FLT_PROVES(test, "ASYNC-044", data_late[2]->status == data_late[2]->returned &&
		   !data_late[2]->information);
	for (n = 0; n < ARRAY_SIZE(data_late); n++)
		issue_free(data_late[n]);
}

static struct kunit_case data_cases[] = {
	KUNIT_CASE(data_allocate),
	KUNIT_CASE(data_create_with_file),
	KUNIT_CASE(data_flags),
	KUNIT_CASE(data_no_memory),
	KUNIT_CASE(data_generated_flag),
	KUNIT_CASE(data_foreign),
	KUNIT_CASE(data_reuse),
	KUNIT_CASE(data_allocate_levels),
	KUNIT_CASE(data_free_in_softirq),
	KUNIT_CASE(data_freed_too_early),
	KUNIT_CASE(data_outlives),
	KUNIT_CASE(data_too_late),
	{}
};

static struct kunit_suite data_suite = {
	.name = "async_data",
	.init = world_init,
	.exit = world_exit,
	.test_cases = data_cases,
};

kunit_test_suite(data_suite);
