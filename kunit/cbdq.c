// SPDX-License-Identifier: GPL-2.0
/*
 * Suite cbdq: cancel-safe queues of callback data (CBDQ-01 to CBDQ-44).
 */
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "nt/violation.h"

enum cbdq_lock { CBDQ_SPIN, CBDQ_MUTEX, CBDQ_RESOURCE, CBDQ_LOCKS };

/* B's queue, embedded in what would be an instance context. */
struct cbdq {
	FLT_CALLBACK_DATA_QUEUE queue;
	enum cbdq_lock kind;
	KSPIN_LOCK spin;
	FAST_MUTEX mutex;
	ERESOURCE resource;
	LIST_ENTRY list;
	bool tree;			/* kept in order of the offset instead */
	bool context_wanted;
	bool held;			/* the driver's lock */
	KIRQL held_irql;
	int irql;
	unsigned int inserts, removes, peeks, unlocked, wrong_irql;
	atomic_t canceled;
	bool canceled_locked;
	int canceled_irql;
	NTSTATUS insert_status;
	NTSTATUS inserted;
	PVOID insert_context;
	PVOID insert_context_seen;
	PVOID peek_context_seen;
	FLT_CALLBACK_DATA_QUEUE_IO_CONTEXT contexts[8];
	atomic_t nr_contexts;
	atomic_t kept;
	char order[64];
};

static struct cbdq cbdq;

/* LIST_ENTRY is laid out as the kernel's. */
static struct list_head *cbdq_link(LIST_ENTRY *entry)
{
	static_assert(offsetof(LIST_ENTRY, Blink) == offsetof(struct list_head, prev));
	return (struct list_head *)entry;
}

static void cbdq_note(char what)
{
	size_t len = strlen(cbdq.order);

	if (len < sizeof(cbdq.order) - 1)
		cbdq.order[len] = what;
}

static VOID cbdq_acquire(PFLT_CALLBACK_DATA_QUEUE queue, PKIRQL irql)
{
	switch (cbdq.kind) {
	case CBDQ_SPIN:
		*irql = KeAcquireSpinLockRaiseToDpc(&cbdq.spin);
		break;
	case CBDQ_MUTEX:
		ExAcquireFastMutex(&cbdq.mutex);
		*irql = 42;
		break;
	default:
		KeEnterCriticalRegion();
		ExAcquireResourceExclusiveLite(&cbdq.resource, TRUE);
		*irql = 42;
	}
	cbdq.held = true;
	cbdq.held_irql = *irql;
	cbdq_note('(');
}

static VOID cbdq_release(PFLT_CALLBACK_DATA_QUEUE queue, KIRQL irql)
{
	cbdq.wrong_irql += irql != cbdq.held_irql;
	cbdq.held = false;
	cbdq_note(')');
	switch (cbdq.kind) {
	case CBDQ_SPIN:
		KeReleaseSpinLock(&cbdq.spin, irql);
		break;
	case CBDQ_MUTEX:
		ExReleaseFastMutex(&cbdq.mutex);
		break;
	default:
		ExReleaseResourceLite(&cbdq.resource);
		KeLeaveCriticalRegion();
	}
}

static void cbdq_called(unsigned int *counter)
{
	(*counter)++;
	cbdq.unlocked += !cbdq.held;
	cbdq.irql = KeGetCurrentIrql();
}

static s64 cbdq_offset(PFLT_CALLBACK_DATA data)
{
	return data->Iopb->Parameters.Read.ByteOffset.QuadPart;
}

/* A list in order of arrival, or of the offset; linked through QueueLinks. */
static NTSTATUS cbdq_insert(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data, PVOID context)
{
	LIST_ENTRY *before = &cbdq.list;

	cbdq_called(&cbdq.inserts);
	cbdq.insert_context_seen = context;
	if (!NT_SUCCESS(cbdq.insert_status))
		return cbdq.insert_status;
	if (cbdq.tree) {
		for (before = cbdq.list.Flink; before != &cbdq.list; before = before->Flink) {
			if (cbdq_offset(container_of(before, FLT_CALLBACK_DATA, QueueLinks)) >
			    cbdq_offset(data))
				break;
		}
	}
	data->QueueContext[0] = (PVOID)0x51;
	list_add_tail(cbdq_link(&data->QueueLinks), cbdq_link(before));
	return cbdq.insert_status;
}

static VOID cbdq_remove(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data)
{
	cbdq_called(&cbdq.removes);
	cbdq_note('-');
	cbdq.unlocked += data->QueueContext[0] != (PVOID)0x51;
	list_del(cbdq_link(&data->QueueLinks));
}

/* Context: a pointer to the only offset that is wanted, or NULL for any. */
static PFLT_CALLBACK_DATA cbdq_peek(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data,
				    PVOID context)
{
	LIST_ENTRY *at = data ? data->QueueLinks.Flink : cbdq.list.Flink;

	cbdq_called(&cbdq.peeks);
	cbdq.peek_context_seen = context;
	for (; at != &cbdq.list; at = at->Flink) {
		PFLT_CALLBACK_DATA next = container_of(at, FLT_CALLBACK_DATA, QueueLinks);

		if (!context || cbdq_offset(next) == *(s64 *)context)
			return next;
	}
	return NULL;
}

static VOID cbdq_complete_canceled(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data)
{
	KIRQL irql;

	cbdq_note('!');
	cbdq.canceled_irql = KeGetCurrentIrql();
	/* It is free to be taken. */
	cbdq_acquire(queue, &irql);
	cbdq_release(queue, irql);
	data->IoStatus.Status = STATUS_CANCELLED;
	data->IoStatus.Information = 0;
	atomic_inc(&cbdq.canceled);
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

static void cbdq_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	PFLT_CALLBACK_DATA_QUEUE_IO_CONTEXT io = NULL;
	NTSTATUS inserted;

	if (cbdq.context_wanted)
		io = &cbdq.contexts[atomic_inc_return(&cbdq.nr_contexts) - 1];
	inserted = FltCbdqInsertIo(&cbdq.queue, data, io, cbdq.insert_context);
	cbdq.inserted = inserted;
	if (NT_SUCCESS(inserted))
		*status = FLT_PREOP_PENDING;
	atomic_inc(&cbdq.kept);
}

static NTSTATUS cbdq_initialize(PFLT_INSTANCE instance)
{
	return FltCbdqInitialize(instance, &cbdq.queue, cbdq_insert, cbdq_remove, cbdq_peek,
				 cbdq_acquire, cbdq_release, cbdq_complete_canceled);
}

static struct world *cbdq_world(struct kunit *test, enum cbdq_lock kind)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	memset(&cbdq, 0, sizeof(cbdq));
	cbdq.kind = kind;
	cbdq.insert_status = STATUS_SUCCESS;
	KeInitializeSpinLock(&cbdq.spin);
	ExInitializeFastMutex(&cbdq.mutex);
	ExInitializeResourceLite(&cbdq.resource);
	INIT_LIST_HEAD(cbdq_link(&cbdq.list));
	FLT_EXPECT(test, NT_SUCCESS(cbdq_initialize(w->probe[1]->instance[0])));
	w->probe[1]->on_pre = cbdq_pre;
	return w;
}

static void cbdq_done(void)
{
	ExDeleteResourceLite(&cbdq.resource);
}

/* A read at an offset, queued by B. */
static struct request *cbdq_queued(struct world *w, s64 offset)
{
	struct request *r = request_new(w, IRP_MJ_READ);
	int kept = atomic_read(&cbdq.kept);

	r->op.iopb.Parameters.Read.ByteOffset.QuadPart = offset;
	request_spawn(r);
	KUNIT_EXPECT_TRUE(w->test, WORLD_WAIT(atomic_read(&cbdq.kept) > kept));
	msleep(20);
	return r;
}

static void cbdq_resume(PFLT_CALLBACK_DATA data)
{
	if (data)
		FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static void cbdq_bad_arguments(struct kunit *test)
{
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	s64 before = atomic64_read(&fsh_violations);
	FLT_CALLBACK_DATA_QUEUE queue;
	NTSTATUS status;
	unsigned int n;

	for (n = 0; n < 8; n++) {
		status = FltCbdqInitialize(n == 0 ? NULL : b, n == 1 ? NULL : &queue,
					   n == 2 ? NULL : cbdq_insert,
					   n == 3 ? NULL : cbdq_remove, n == 4 ? NULL : cbdq_peek,
					   n == 5 ? NULL : cbdq_acquire,
					   n == 6 ? NULL : cbdq_release,
					   n == 7 ? NULL : cbdq_complete_canceled);
		FLT_PROVES(test, "CBDQ-02", status == STATUS_INVALID_PARAMETER);
	}
	FLT_PROVES(test, "CBDQ-02", atomic64_read(&fsh_violations) == before + 8);
	/* Not initialised. */
	memset(&cbdq.queue, 0, sizeof(cbdq.queue));
	FLT_PROVES(test, "CBDQ-22", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   cbdq.inserted == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CBDQ-22", !FltCbdqRemoveNextIo(&cbdq.queue, NULL) &&
		   atomic64_read(&fsh_violations) == before + 10);
	FltCbdqDisable(&cbdq.queue);
	FltCbdqEnable(NULL);
	FLT_PROVES(test, "CBDQ-22", atomic64_read(&fsh_violations) == before + 12);
	cbdq_done();
}

static void cbdq_initialize_soft(void *arg)
{
	cbdq.inserted = cbdq_initialize(arg);
}

static void cbdq_initialized(struct kunit *test)
{
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	struct request *r;

	cbdq.inserted = STATUS_UNSUCCESSFUL;
	async_in_softirq(cbdq_initialize_soft, w->probe[1]->instance[0]);
	FLT_PROVES(test, "CBDQ-07", cbdq.inserted == STATUS_SUCCESS);
	FLT_PROVES(test, "CBDQ-01", cbdq.inserted == STATUS_SUCCESS);
	r = cbdq_queued(w, 0);
	FLT_PROVES(test, "CBDQ-03", cbdq.inserts == 1 && cbdq.inserted == STATUS_SUCCESS &&
		   request_busy(r));
	cbdq_resume(FltCbdqRemoveNextIo(&cbdq.queue, NULL));
	FLT_PROVES(test, "CBDQ-04", request_wait(r) && NT_SUCCESS(r->status));
	FLT_PROVES(test, "CBDQ-05", cbdq.peeks == 1 && cbdq.removes == 1);
	cbdq_done();
}

/* The queue is made in the setup callback. */
static NTSTATUS cbdq_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	cbdq.inserted = cbdq_initialize(objects->Instance);
	return STATUS_SUCCESS;
}

static void cbdq_hook_setup(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = cbdq_setup;
	p->on_pre = cbdq_pre;
}

static void cbdq_in_setup(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = cbdq_hook_setup };
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	struct request *r;

	w->probe[1]->on_pre = NULL;
	cbdq.inserted = STATUS_UNSUCCESSFUL;
	world_probe(w, 'D', &config);
	FLT_PROVES(test, "CBDQ-06", cbdq.inserted == STATUS_SUCCESS &&
		   cbdq.queue.Instance == w->probe[3]->instance[0]);
	r = cbdq_queued(w, 0);
	cbdq_resume(FltCbdqRemoveNextIo(&cbdq.queue, NULL));
	FLT_PROVES(test, "CBDQ-06", request_wait(r) && NT_SUCCESS(r->status));
	cbdq_done();
}

/* The same for each kind of lock and of storage. */
static void cbdq_locks(struct kunit *test)
{
	enum cbdq_lock kind = CBDQ_SPIN;
	struct world *w = cbdq_world(test, kind);
	unsigned int round;

	for (round = 0; round < 2 * CBDQ_LOCKS; round++) {
		struct request *r[4];
		PFLT_CALLBACK_DATA data[3];
		s64 offset = 1;
		int canceled = atomic_read(&cbdq.canceled);

		cbdq.kind = round / 2;
		cbdq.tree = round & 1;
		r[0] = cbdq_queued(w, 3);
		r[1] = cbdq_queued(w, 1);
		r[2] = cbdq_queued(w, 2);
		memset(cbdq.order, 0, sizeof(cbdq.order));
		r[3] = cbdq_queued(w, 9);
		FLT_PROVES(test, "CBDQ-08", !strcmp(cbdq.order, "()"));
		/* One is cancelled where it stands. */
		memset(cbdq.order, 0, sizeof(cbdq.order));
		send_sig(SIGKILL, r[3]->thread, 1);
		FLT_PROVES(test, "CBDQ-43", request_wait(r[3]) &&
			   r[3]->status == STATUS_CANCELLED &&
			   atomic_read(&cbdq.canceled) == canceled + 1);
		FLT_PROVES(test, "CBDQ-40", !strcmp(cbdq.order, "(-)!()"));
		FLT_PROVES(test, "CBDQ-14", !strcmp(cbdq.order, "(-)!()"));
		FLT_PROVES(test, "CBDQ-31", (data[0] = FltCbdqRemoveNextIo(&cbdq.queue, &offset)) &&
			   cbdq_offset(data[0]) == 1 && cbdq.peek_context_seen == &offset);
		offset = 77;
		FLT_PROVES(test, "CBDQ-32", !FltCbdqRemoveNextIo(&cbdq.queue, &offset));
		data[1] = FltCbdqRemoveNextIo(&cbdq.queue, NULL);
		FLT_PROVES(test, "CBDQ-29", data[1] &&
			   cbdq_offset(data[1]) == (cbdq.tree ? 2 : 3));
		FLT_PROVES(test, "CBDQ-13", data[1] &&
			   cbdq_offset(data[1]) == (cbdq.tree ? 2 : 3));
		FLT_PROVES(test, "CBDQ-31", !cbdq.peek_context_seen);
		data[2] = FltCbdqRemoveNextIo(&cbdq.queue, NULL);
		FLT_PROVES(test, "CBDQ-32", data[2] && !FltCbdqRemoveNextIo(&cbdq.queue, NULL));
		cbdq_resume(data[0]);
		cbdq_resume(data[1]);
		cbdq_resume(data[2]);
		FLT_PROVES(test, "CBDQ-10", request_wait(r[0]) && request_wait(r[1]) &&
			   request_wait(r[2]) && NT_SUCCESS(r[0]->status) &&
			   NT_SUCCESS(r[1]->status) && NT_SUCCESS(r[2]->status));
		if (cbdq.kind == CBDQ_SPIN) {
			FLT_PROVES(test, "CBDQ-11", cbdq.irql == DISPATCH_LEVEL);
			FLT_PROVES(test, "IRQL-28", cbdq.irql == DISPATCH_LEVEL);
		} else {
			FLT_PROVES(test, "IRQL-55", cbdq.irql <= APC_LEVEL);
		}
	}
	FLT_PROVES(test, "CBDQ-08", !cbdq.unlocked && cbdq.inserts == cbdq.removes);
	FLT_PROVES(test, "CBDQ-09", !cbdq.wrong_irql);
	FLT_PROVES(test, "CBDQ-12", !cbdq.unlocked && !cbdq.wrong_irql);
	FLT_PROVES(test, "CBDQ-23", !cbdq.unlocked);
	FLT_PROVES(test, "IRQL-55", world_violations(w) == 0);
	FLT_PROVES(test, "CBDQ-42", cbdq.inserts == 8 * CBDQ_LOCKS &&
		   atomic_read(&cbdq.canceled) == 2 * CBDQ_LOCKS);
	w->breaches = false;
	cbdq_done();
}

static void cbdq_insert_says(struct kunit *test)
{
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	struct request *r;
	s64 before = atomic64_read(&fsh_violations);

	cbdq.insert_context = (PVOID)0xdead4ead0000bead;
	cbdq.insert_status = STATUS_PENDING;
	r = cbdq_queued(w, 0);
	FLT_PROVES(test, "CBDQ-15", cbdq.inserted == STATUS_PENDING &&
		   cbdq.insert_context_seen == cbdq.insert_context);
	cbdq_resume(FltCbdqRemoveNextIo(&cbdq.queue, NULL));
	FLT_PROVES(test, "CBDQ-15", request_wait(r) && NT_SUCCESS(r->status));
	/* An error: not queued, nothing armed, and the operation goes on. */
	cbdq.insert_status = STATUS_DEVICE_BUSY;
	world_clear(w);
	FLT_PROVES(test, "CBDQ-16", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   cbdq.inserted == STATUS_DEVICE_BUSY &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   atomic64_read(&fsh_violations) == before && !world_violations(w));
	w->breaches = false;
	/* What is no IRP. */
	r = request_new(w, IRP_MJ_READ);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	cbdq.insert_status = STATUS_SUCCESS;
	FLT_PROVES(test, "CBDQ-19", NT_SUCCESS(request_run(r)) &&
		   cbdq.inserted == STATUS_INVALID_PARAMETER && list_empty(cbdq_link(&cbdq.list)) &&
		   atomic64_read(&fsh_violations) == before + 1);
	cbdq_done();
}

static void cbdq_contexts(struct kunit *test)
{
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	s64 before = atomic64_read(&fsh_violations);
	PFLT_CALLBACK_DATA data;
	struct request *r[3];
	unsigned int n;

	cbdq.context_wanted = true;
	for (n = 0; n < 3; n++)
		r[n] = cbdq_queued(w, n);
	data = FltCbdqRemoveIo(&cbdq.queue, &cbdq.contexts[1]);
	FLT_PROVES(test, "CBDQ-24", data && cbdq_offset(data) == 1 && cbdq.removes == 1);
	FLT_PROVES(test, "CBDQ-18", data == &r[1]->op.data);
	FLT_PROVES(test, "CBDQ-25", !FltCbdqRemoveIo(&cbdq.queue, &cbdq.contexts[1]));
	FLT_PROVES(test, "CBDQ-26", !FltCbdqRemoveIo(&cbdq.queue, &cbdq.contexts[1]) &&
		   cbdq.removes == 1);
	/* Removed is not cancelled any more. */
	send_sig(SIGKILL, r[1]->thread, 1);
	msleep(50);
	FLT_PROVES(test, "CBDQ-28", !atomic_read(&cbdq.canceled) && request_busy(r[1]));
	cbdq_resume(data);
	FLT_PROVES(test, "CBDQ-28", request_wait(r[1]) && NT_SUCCESS(r[1]->status));
	send_sig(SIGKILL, r[0]->thread, 1);
	FLT_PROVES(test, "CBDQ-25", request_wait(r[0]) && r[0]->status == STATUS_CANCELLED &&
		   !FltCbdqRemoveIo(&cbdq.queue, &cbdq.contexts[0]));
	cbdq_resume(FltCbdqRemoveNextIo(&cbdq.queue, NULL));
	FLT_PROVES(test, "CBDQ-25", request_wait(r[2]) &&
		   !FltCbdqRemoveIo(&cbdq.queue, &cbdq.contexts[2]));
	FLT_PROVES(test, "CBDQ-27", !FltCbdqRemoveIo(&cbdq.queue, NULL) &&
		   atomic64_read(&fsh_violations) == before + 1);
	cbdq_done();
}

static void cbdq_disable(struct kunit *test)
{
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	struct request *r[2];

	r[0] = cbdq_queued(w, 0);
	r[1] = cbdq_queued(w, 1);
	FltCbdqDisable(&cbdq.queue);
	FltCbdqDisable(&cbdq.queue);
	world_clear(w);
	FLT_PROVES(test, "CBDQ-17", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   cbdq.inserted == STATUS_FLT_CBDQ_DISABLED && !NT_SUCCESS(cbdq.inserted) &&
		   cbdq.inserts == 2);
	send_sig(SIGKILL, r[0]->thread, 1);
	FLT_PROVES(test, "CBDQ-34", request_wait(r[0]) && r[0]->status == STATUS_CANCELLED &&
		   cbdq.inserted == STATUS_FLT_CBDQ_DISABLED);
	cbdq_resume(FltCbdqRemoveNextIo(&cbdq.queue, NULL));
	FLT_PROVES(test, "CBDQ-33", request_wait(r[1]) && NT_SUCCESS(r[1]->status));
	FltCbdqEnable(&cbdq.queue);
	FltCbdqEnable(&cbdq.queue);
	r[0] = cbdq_queued(w, 0);
	FLT_PROVES(test, "CBDQ-35", cbdq.inserts == 3);
	FLT_PROVES(test, "CBDQ-36", world_violations(w) == 0);
	w->breaches = false;
	cbdq_resume(FltCbdqRemoveNextIo(&cbdq.queue, NULL));
	FLT_EXPECT(test, request_wait(r[0]));
	cbdq_done();
}

static void cbdq_cancel_soft(void *arg)
{
	FltCancelIo(arg);
}

/* A's own requests, queued by B: cancelled before, at DISPATCH_LEVEL, and with a routine. */
static void cbdq_cancel_first(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltCancelIo(data);
	p->on_pre = cbdq_pre;
	cbdq_pre(p, data, objects, status, context);
}

static VOID cbdq_no_routine(PFLT_CALLBACK_DATA data)
{
	WARN_ON(1);
}

static void cbdq_arm_first(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltSetCancelCompletion(data, cbdq_no_routine);
	cbdq_pre(p, data, objects, status, context);
}

static void cbdq_cancel(struct kunit *test)
{
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	s64 before = atomic64_read(&fsh_violations);
	struct issue *i;

	i = issue_new(w, 'A', IRP_MJ_READ);
	issue_start(i);
	async_in_softirq(cbdq_cancel_soft, i->data);
	FLT_PROVES(test, "CBDQ-41", issue_wait(i) && i->status == STATUS_CANCELLED &&
		   cbdq.canceled_irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-27", cbdq.canceled_irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "IRQL-46", atomic64_read(&fsh_violations) == before);
	issue_free(i);

	i = issue_new(w, 'A', IRP_MJ_READ);
	w->probe[1]->on_pre = cbdq_cancel_first;
	FLT_PROVES(test, "CBDQ-20", issue_start(i) == STATUS_PENDING && issue_wait(i) &&
		   i->status == STATUS_CANCELLED && atomic_read(&i->calls) == 1 &&
		   list_empty(cbdq_link(&cbdq.list)) && atomic_read(&cbdq.canceled) == 2 &&
		   NT_SUCCESS(cbdq.inserted));
	issue_free(i);

	i = issue_new(w, 'A', IRP_MJ_READ);
	w->probe[1]->on_pre = cbdq_arm_first;
	issue_start(i);
	FLT_PROVES(test, "CBDQ-44", atomic64_read(&fsh_violations) == before + 1);
	/* And none can be armed now. */
	FLT_PROVES(test, "CBDQ-44", FltSetCancelCompletion(i->data, cbdq_no_routine) ==
		   STATUS_INVALID_PARAMETER && atomic64_read(&fsh_violations) == before + 2);
	FLT_PROVES(test, "CBDQ-44", FltCancelIo(i->data) && issue_wait(i) &&
		   i->status == STATUS_CANCELLED && atomic_read(&cbdq.canceled) == 3);
	issue_free(i);
	cbdq_done();
}

/* Producers, consumers and cancels at once. */
enum { CBDQ_PRODUCERS = 8, CBDQ_CONSUMERS = 4, CBDQ_EACH = 60 };

struct cbdq_stress {
	struct world *world;
	struct issue *issues[CBDQ_PRODUCERS];
	atomic_t done;
	atomic_t canceled;
	atomic_t bad;
	atomic_t removed;
	atomic_t producing;
	bool flip;
};

static struct cbdq_stress cbdq_stress;

static int cbdq_producer(void *arg)
{
	struct issue *i = arg;
	unsigned int n;

	for (n = 0; n < CBDQ_EACH; n++) {
		issue_start(i);
		if (!issue_wait(i) || atomic_read(&i->calls) != n + 1)
			atomic_inc(&cbdq_stress.bad);
		if (i->status == STATUS_CANCELLED)
			atomic_inc(&cbdq_stress.canceled);
		else if (!NT_SUCCESS(i->status))
			atomic_inc(&cbdq_stress.bad);
		atomic_inc(&cbdq_stress.done);
		FltReuseCallbackData(i->data);
		issue_fill(i, IRP_MJ_READ);
		cond_resched();
	}
	atomic_dec(&cbdq_stress.producing);
	while (!kthread_should_stop())
		schedule_timeout_idle(1);
	return 0;
}

static int cbdq_consumer(void *arg)
{
	while (!kthread_should_stop()) {
		PFLT_CALLBACK_DATA data = FltCbdqRemoveNextIo(&cbdq.queue, NULL);

		if (data) {
			/* Ours now: nobody can have cancelled it before. */
			if (FltIsIoCanceled(data) && data->IoStatus.Status == STATUS_CANCELLED)
				atomic_inc(&cbdq_stress.bad);
			atomic_inc(&cbdq_stress.removed);
			cbdq_resume(data);
		} else {
			usleep_range(10, 200);
		}
	}
	return 0;
}

static int cbdq_canceller(void *arg)
{
	unsigned int n = 0;

	while (!kthread_should_stop()) {
		FltCancelIo(cbdq_stress.issues[n++ % CBDQ_PRODUCERS]->data);
		usleep_range(5, 50);
		if (cbdq_stress.flip && !(n % 16)) {
			FltCbdqDisable(&cbdq.queue);
			usleep_range(5, 50);
			FltCbdqEnable(&cbdq.queue);
		}
	}
	return 0;
}

static void cbdq_stressed(struct kunit *test, enum cbdq_lock kind, bool flip)
{
	struct world *w = cbdq_world(test, kind);
	struct cbdq_stress *s = &cbdq_stress;
	struct task_struct *threads[CBDQ_PRODUCERS + CBDQ_CONSUMERS + 1];
	unsigned int n, nr = 0;

	memset(s, 0, sizeof(*s));
	s->world = w;
	s->flip = flip;
	w->quiet = true;
	atomic_set(&s->producing, CBDQ_PRODUCERS);
	for (n = 0; n < CBDQ_PRODUCERS; n++)
		s->issues[n] = issue_new(w, 'A', IRP_MJ_READ);
	for (n = 0; n < CBDQ_CONSUMERS; n++)
		threads[nr++] = kthread_run(cbdq_consumer, NULL, "flt-consumer");
	threads[nr++] = kthread_run(cbdq_canceller, NULL, "flt-canceller");
	for (n = 0; n < CBDQ_PRODUCERS; n++)
		threads[nr++] = kthread_run(cbdq_producer, s->issues[n], "flt-producer");
	for (n = 0; n < nr; n++)
		KUNIT_ASSERT_NOT_ERR_OR_NULL(test, threads[n]);
	FLT_EXPECT(test, WORLD_WAIT(!atomic_read(&s->producing)) ||
		   WORLD_WAIT(!atomic_read(&s->producing)));
	for (n = 0; n < nr; n++)
		kthread_stop(threads[n]);
	kunit_info(test, "%d done, %d cancelled, %d removed, %u inserted", atomic_read(&s->done),
		   atomic_read(&s->canceled), atomic_read(&s->removed), cbdq.inserts);
	FLT_PROVES(test, "CBDQ-21", atomic_read(&s->done) == CBDQ_PRODUCERS * CBDQ_EACH &&
		   !atomic_read(&s->bad));
	FLT_PROVES(test, "CBDQ-26", atomic_read(&s->removed) + atomic_read(&cbdq.canceled) ==
		   cbdq.inserts && cbdq.removes == cbdq.inserts);
	FLT_PROVES(test, "CBDQ-30", !atomic_read(&s->bad));
	FLT_PROVES(test, "CBDQ-42", atomic_read(&s->removed) + atomic_read(&cbdq.canceled) ==
		   cbdq.inserts && list_empty(cbdq_link(&cbdq.list)));
	FLT_PROVES(test, "CBDQ-12", !cbdq.unlocked && !cbdq.wrong_irql);
	for (n = 0; n < CBDQ_PRODUCERS; n++)
		issue_free(s->issues[n]);
	cbdq_done();
}

static void cbdq_stress_spin(struct kunit *test)
{
	cbdq_stressed(test, CBDQ_SPIN, false);
}

static void cbdq_stress_mutex(struct kunit *test)
{
	cbdq_stressed(test, CBDQ_MUTEX, false);
}

static void cbdq_stress_disable(struct kunit *test)
{
	cbdq_stressed(test, CBDQ_SPIN, true);
	FLT_PROVES(test, "CBDQ-37", list_empty(cbdq_link(&cbdq.list)) &&
		   !atomic_read(&cbdq_stress.bad));
}

/* The teardown-start callback empties the queue. */
static void cbdq_drain(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	PFLT_CALLBACK_DATA data;

	FltCbdqDisable(&cbdq.queue);
	while ((data = FltCbdqRemoveNextIo(&cbdq.queue, NULL)))
		FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
}

static void cbdq_teardown(struct kunit *test)
{
	enum { HUNDRED = 100 };
	struct world *w = cbdq_world(test, CBDQ_SPIN);
	struct request **r = kunit_kcalloc(test, HUNDRED, sizeof(*r), GFP_KERNEL);
	unsigned int n, good = 0;

	KUNIT_ASSERT_NOT_NULL(test, r);
	w->quiet = true;
	w->probe[1]->on_start = cbdq_drain;
	for (n = 0; n < HUNDRED; n++) {
		r[n] = request_new(w, IRP_MJ_READ);
		if (n & 1)
			request_start(r[n]);
		else
			request_spawn(r[n]);
	}
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&cbdq.kept) == HUNDRED));
	FLT_PROVES(test, "CBDQ-38",
		   NT_SUCCESS(flt_instance_detach(flt_instance_of(w->probe[1]->instance[0]),
						  FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	for (n = 0; n < HUNDRED; n++)
		good += request_wait(r[n]) && NT_SUCCESS(r[n]->status);
	FLT_PROVES(test, "CBDQ-38", good == HUNDRED && list_empty(cbdq_link(&cbdq.list)) &&
		   atomic_read(&w->probe[1]->completes) == 1);
	cbdq_done();
}

static struct kunit_case cbdq_cases[] = {
	KUNIT_CASE(cbdq_bad_arguments),
	KUNIT_CASE(cbdq_initialized),
	KUNIT_CASE(cbdq_in_setup),
	KUNIT_CASE(cbdq_locks),
	KUNIT_CASE(cbdq_insert_says),
	KUNIT_CASE(cbdq_contexts),
	KUNIT_CASE(cbdq_disable),
	KUNIT_CASE(cbdq_cancel),
	KUNIT_CASE(cbdq_stress_spin),
	KUNIT_CASE(cbdq_stress_mutex),
	KUNIT_CASE(cbdq_stress_disable),
	KUNIT_CASE(cbdq_teardown),
	{}
};

static struct kunit_suite cbdq_suite = {
	.name = "cbdq",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cbdq_cases,
};

kunit_test_suite(cbdq_suite);
