// SPDX-License-Identifier: GPL-2.0
/*
 * Suite cancel_storm: under a load of every kind, an instance is detached, its filter unloaded, or
 * the volume unmounted that some operations are sent to; callers are killed and requests cancelled
 * at random moments. Whatever happens, each operation ends once, each pre-operation that asked for
 * a post-operation gets it, and nothing is left. The module parameter storm_rounds says how often.
 */
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/random.h>
#include <linux/sched/signal.h>
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"

static unsigned int storm_rounds = 30;
module_param(storm_rounds, uint, 0444);
MODULE_PARM_DESC(storm_rounds, "rounds of the suite cancel_storm, in all");

enum { STORM_CASE = 50 };	/* rounds of one case: a minute at most */

enum { STORM_CALLERS = 3, STORM_ISSUERS = 3, STORM_EACH = 8 };

enum storm_end { STORM_DETACH, STORM_UNLOAD, STORM_UNMOUNT, STORM_ENDS };

/*
 * What a round is made of: B's cancel-safe queue, the callers' requests, the issuers' callback
 * data, B's instance on another volume, referenced, and a file there, which B may use as long as
 * @use lets it and closes when that instance goes. @turn is the consumer's while it has an
 * operation that is in no queue any more: B's teardown waits for that. @owed counts post-operation
 * callbacks that B asked for and did not get yet. @met counts the rounds in which the strike found
 * operations on their way, some of which B kept.
 */
struct storm {
	struct world *world;
	FLT_CALLBACK_DATA_QUEUE queue;
	KSPIN_LOCK lock;
	struct list_head list;
	struct mutex turn;	/* see above */
	struct issue *issues[STORM_ISSUERS];
	struct task_struct *callers[STORM_CALLERS];
	PFILE_OBJECT there;
	EX_RUNDOWN_REF use;
	struct flt_instance *target;
	atomic_t owed;
	atomic_t done;
	atomic_t canceled;
	atomic_t bad;
	atomic_t running;
	unsigned int met;
};

static struct storm storm;

/* Enough of a random number for any context. */
static u32 storm_below(u32 limit)
{
	return get_random_u32_below(limit);
}

static struct list_head *storm_link(PFLT_CALLBACK_DATA data)
{
	return (struct list_head *)&data->QueueLinks;
}

static VOID storm_acquire(PFLT_CALLBACK_DATA_QUEUE queue, PKIRQL irql)
{
	*irql = KeAcquireSpinLockRaiseToDpc(&storm.lock);
}

static VOID storm_release(PFLT_CALLBACK_DATA_QUEUE queue, KIRQL irql)
{
	KeReleaseSpinLock(&storm.lock, irql);
}

static NTSTATUS storm_insert(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data, PVOID context)
{
	list_add_tail(storm_link(data), &storm.list);
	return STATUS_SUCCESS;
}

static VOID storm_remove(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data)
{
	list_del(storm_link(data));
}

static PFLT_CALLBACK_DATA storm_peek(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data,
				     PVOID context)
{
	struct list_head *at = data ? storm_link(data)->next : storm.list.next;

	if (at == &storm.list)
		return NULL;
	return container_of((LIST_ENTRY *)at, FLT_CALLBACK_DATA, QueueLinks);
}

static VOID storm_complete_canceled(PFLT_CALLBACK_DATA_QUEUE queue, PFLT_CALLBACK_DATA data)
{
	data->IoStatus.Status = STATUS_CANCELLED;
	data->IoStatus.Information = 0;
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

/* Hands a pended operation back, asking for a post-operation callback. */
static void storm_resume(PFLT_CALLBACK_DATA data)
{
	atomic_inc(&storm.owed);
	FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static void storm_pre_worker(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	if (!storm_below(4))
		usleep_range(1, 500);
	storm_resume(data);
	FltFreeDeferredIoWorkItem(item);
}

static void storm_post_worker(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data,
			      PVOID context)
{
	FltFreeDeferredIoWorkItem(item);
	FltCompletePendedPostOperation(data);
}

static bool storm_defer(PFLT_CALLBACK_DATA data, PFLT_DEFERRED_IO_WORKITEM_ROUTINE routine)
{
	PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();

	if (!item)
		return false;
	if (NT_SUCCESS(FltQueueDeferredIoWorkItem(item, data, routine, storm_below(2) ?
						  CriticalWorkQueue : DelayedWorkQueue, NULL)))
		return true;
	FltFreeDeferredIoWorkItem(item);
	return false;
}

static void storm_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	*status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	switch (storm_below(9)) {
	case 8:
		if (!ExAcquireRundownProtection(&storm.use))
			break;
		*context = &storm.use;
		data->Iopb->TargetInstance = flt_instance_opaque(storm.target);
		data->Iopb->TargetFileObject = storm.there;
		FltSetCallbackDataDirty(data);
		atomic_inc(&storm.owed);
		*status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
		break;
	case 0:
	case 1:
		if (storm_defer(data, storm_pre_worker))
			*status = FLT_PREOP_PENDING;
		break;
	case 2:
	case 3:
	case 4:
		if (NT_SUCCESS(FltCbdqInsertIo(&storm.queue, data, NULL, NULL)))
			*status = FLT_PREOP_PENDING;
		break;
	case 5:
		data->IoStatus.Status = STATUS_ACCESS_DENIED;
		data->IoStatus.Information = 0;
		*status = FLT_PREOP_COMPLETE;
		break;
	case 6:
		break;
	default:
		atomic_inc(&storm.owed);
		*status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	}
}

static FLT_POSTOP_CALLBACK_STATUS storm_safe(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
					     PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static int storm_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      void *context)
{
	FLT_POSTOP_CALLBACK_STATUS status = FLT_POSTOP_FINISHED_PROCESSING;

	atomic_dec(&storm.owed);
	if (context)
		ExReleaseRundownProtection(context);
	switch (storm_below(3)) {
	case 0:
		if (storm_defer(data, storm_post_worker))
			status = FLT_POSTOP_MORE_PROCESSING_REQUIRED;
		break;
	case 1:
		FltDoCompletionProcessingWhenSafe(data, objects, NULL, 0, storm_safe, &status);
		break;
	}
	return status;
}

static int storm_drain(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       void *context)
{
	atomic_dec(&storm.owed);
	if (context)
		ExReleaseRundownProtection(context);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static bool storm_is_here(PCFLT_RELATED_OBJECTS objects)
{
	return objects->Volume == (PFLT_VOLUME)storm.world->fake->volume;
}

static NTSTATUS storm_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	if (!storm_is_here(objects)) {
		storm.target = flt_instance_of(objects->Instance);
		flt_object_get(&storm.target->obj);
		return STATUS_SUCCESS;
	}
	return FltCbdqInitialize(objects->Instance, &storm.queue, storm_insert, storm_remove,
				 storm_peek, storm_acquire, storm_release, storm_complete_canceled);
}

static void storm_start(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	PFLT_CALLBACK_DATA data;

	if (!storm_is_here(objects)) {
		ExWaitForRundownProtectionRelease(&storm.use);
		fake_close(storm.there);
		return;
	}
	FltCbdqDisable(&storm.queue);
	while ((data = FltCbdqRemoveNextIo(&storm.queue, NULL)))
		FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	mutex_lock(&storm.turn);
	mutex_unlock(&storm.turn);
}

/* No callback of the instance here comes any more, so nothing is sent to the other one. */
static void storm_complete(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	if (storm_is_here(objects))
		flt_object_put(&storm.target->obj);
}

/* Before B filters: not a single operation is to pass it by. */
static void storm_hooks(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_pre = storm_pre;
	p->on_post = storm_post;
	p->on_drain = storm_drain;
	p->on_setup = storm_setup;
	p->on_start = storm_start;
	p->on_complete = storm_complete;
}

static void storm_idle(void)
{
	while (!kthread_should_stop())
		schedule_timeout_idle(1);
}

static void storm_check(NTSTATUS status)
{
	atomic_inc(&storm.done);
	if (status == STATUS_CANCELLED)
		atomic_inc(&storm.canceled);
	else if (!NT_SUCCESS(status) && status != STATUS_ACCESS_DENIED &&
		 status != STATUS_FLT_DELETING_OBJECT)
		atomic_inc(&storm.bad);
}

/* Calls that wait, and that are killed. */
static int storm_caller(void *arg)
{
	struct request *r = arg;
	struct world *w = storm.world;
	unsigned int n;

	allow_signal(SIGKILL);
	for (n = 0; n < STORM_EACH; n++) {
		flt_operation_init(&r->op, w->fake->volume, n & 1 ? IRP_MJ_READ : IRP_MJ_WRITE,
				   w->file);
		storm_check(flt_operation_run(&r->op));
		flt_operation_fini(&r->op);
		flush_signals(current);
	}
	atomic_dec(&storm.running);
	storm_idle();
	return 0;
}

/* Requests of A, which does not wait, and cancels. */
static int storm_issuer(void *arg)
{
	struct issue *i = arg;
	unsigned int n;

	for (n = 0; n < STORM_EACH; n++) {
		issue_start(i);
		if (!issue_wait(i) || atomic_read(&i->calls) != n + 1)
			atomic_inc(&storm.bad);
		storm_check(i->status);
		FltReuseCallbackData(i->data);
		issue_fill(i, n & 1 ? IRP_MJ_READ : IRP_MJ_WRITE);
	}
	atomic_dec(&storm.running);
	storm_idle();
	return 0;
}

/* Takes operations out of the queue, and has the file system finish what it holds. */
static int storm_consumer(void *arg)
{
	while (!kthread_should_stop()) {
		PFLT_CALLBACK_DATA data;

		mutex_lock(&storm.turn);
		data = FltCbdqRemoveNextIo(&storm.queue, NULL);
		if (data)
			storm_resume(data);
		mutex_unlock(&storm.turn);
		if (storm_below(2))
			fake_release_in_softirq(storm.world->fake);
		else
			fake_release(storm.world->fake);
		fake_release(storm.world->other);
		usleep_range(10, 300);
	}
	return 0;
}

/* Changes what the file system does, cancels, and kills. */
static int storm_weather(void *arg)
{
	static const enum fake_when whens[] = {
		FAKE_INLINE, FAKE_EARLY, FAKE_WORKER, FAKE_SOFTIRQ, FAKE_HOLD, FAKE_HOLD,
	};

	while (!kthread_should_stop()) {
		WRITE_ONCE(storm.world->fake->when, whens[storm_below(ARRAY_SIZE(whens))]);
		WRITE_ONCE(storm.world->other->when, whens[storm_below(ARRAY_SIZE(whens))]);
		if (storm_below(2))
			FltCancelIo(storm.issues[storm_below(STORM_ISSUERS)]->data);
		if (!storm_below(3))
			send_sig(SIGKILL, storm.callers[storm_below(STORM_CALLERS)], 1);
		usleep_range(20, 800);
	}
	return 0;
}

static struct task_struct *storm_thread(struct kunit *test, int (*fn)(void *arg), void *arg)
{
	struct task_struct *thread = kthread_create(fn, arg, "flt-storm");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(test, thread);
	return get_task_struct(thread);
}

static void storm_end(struct task_struct *thread)
{
	kthread_stop(thread);
	put_task_struct(thread);
}

/* The other volume, and a file on it, for one round. */
static void storm_other(struct kunit *test, bool mount)
{
	struct fake_volume *other = storm.world->other;

	if (mount)
		FLT_REQUIRE(test, !fake_volume_mount(other, "/other"));
	FLT_REQUIRE(test, !flt_volume_ready(other->volume));
	storm.there = fake_open(other);
	FLT_REQUIRE(test, storm.there);
	ExInitializeRundownProtection(&storm.use);
}

static void storm_strike(struct kunit *test, struct probe *b, enum storm_end end)
{
	switch (end) {
	case STORM_DETACH:
		FLT_EXPECT(test,
			   NT_SUCCESS(flt_instance_detach(flt_instance_of(b->instance[0]),
							  FLTFL_INSTANCE_TEARDOWN_MANUAL)));
		break;
	case STORM_UNLOAD:
		FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(b, true)));
		break;
	default:
		fake_volume_unmount(storm.world->other);
		return;
	}
	FLT_EXPECT(test, !atomic_read(&storm.owed) && list_empty(&storm.list));
}

/* Does B keep an operation now, in its queue or for a worker? */
static bool storm_keeps(struct probe *b)
{
	struct flt_instance *instance = flt_instance_of(b->instance[0]);
	bool keeps;

	spin_lock_bh(&instance->lock);
	keeps = !list_empty(&instance->held);
	spin_unlock_bh(&instance->lock);
	return keeps;
}

/* A random moment; in most rounds one at which B keeps something. */
static void storm_wait(struct probe *b)
{
	usleep_range(500, 1000 + storm_below(20000));
	if (storm_below(8)) {
		while (atomic_read(&storm.running) && !storm_keeps(b))
			usleep_range(10, 50);
	}
	storm.met += atomic_read(&storm.running) && storm_keeps(b);
}

static void storm_round(struct kunit *test, enum storm_end end)
{
	static const struct probe_config config = { .on_entry = storm_hooks };
	struct storm *s = &storm;
	struct world *w = s->world;
	struct probe *b = world_probe(w, 'B', &config);
	struct task_struct *issuers[STORM_ISSUERS], *consumer, *weather;
	unsigned int n;

	atomic_set(&s->running, STORM_CALLERS + STORM_ISSUERS);
	for (n = 0; n < STORM_ISSUERS; n++) {
		s->issues[n] = issue_new(w, 'A', IRP_MJ_READ);
		issuers[n] = storm_thread(test, storm_issuer, s->issues[n]);
	}
	for (n = 0; n < STORM_CALLERS; n++)
		s->callers[n] = storm_thread(test, storm_caller, request_new(w, IRP_MJ_READ));
	consumer = storm_thread(test, storm_consumer, NULL);
	weather = storm_thread(test, storm_weather, NULL);
	for (n = 0; n < STORM_ISSUERS; n++)
		wake_up_process(issuers[n]);
	for (n = 0; n < STORM_CALLERS; n++)
		wake_up_process(s->callers[n]);
	wake_up_process(consumer);
	wake_up_process(weather);

	storm_wait(b);
	storm_strike(test, b, end);
	for (n = 0; n < 6 && atomic_read(&s->running); n++)
		WORLD_WAIT(!atomic_read(&s->running));
	FLT_EXPECT(test, !atomic_read(&s->running));
	storm_end(weather);
	storm_end(consumer);
	for (n = 0; n < STORM_CALLERS; n++)
		storm_end(s->callers[n]);
	for (n = 0; n < STORM_ISSUERS; n++) {
		storm_end(issuers[n]);
		issue_free(s->issues[n]);
	}
	w->fake->when = FAKE_INLINE;
	w->other->when = FAKE_INLINE;
	FLT_EXPECT(test, !fake_nr_held(w->fake) && !fake_nr_held(w->other));
	FLT_EXPECT(test, end == STORM_UNLOAD ? !b->filter : !probe_all_violations(b));
	FLT_EXPECT(test, !atomic_read(&s->owed) && list_empty(&s->list));
	probe_unload(b);
}

static void storm_case(struct kunit *test)
{
	struct storm *s = &storm;
	struct world *w = world_of(test);
	unsigned int round, all = STORM_EACH * (STORM_CALLERS + STORM_ISSUERS);
	unsigned int first = (uintptr_t)test->param_value - 1;
	unsigned int rounds = min_t(unsigned int, storm_rounds - first, STORM_CASE);
	bool unmounted = false;

	memset(s, 0, sizeof(*s));
	s->world = w;
	INIT_LIST_HEAD(&s->list);
	mutex_init(&s->turn);
	KeInitializeSpinLock(&s->lock);
	world_second_volume(w);
	world_probes(w, "AC");
	w->quiet = true;
	w->fake->cancellable = true;
	w->other->cancellable = true;
	for (round = 0; round < rounds; round++) {
		storm_other(test, unmounted);
		storm_round(test, round % STORM_ENDS);
		unmounted = round % STORM_ENDS == STORM_UNMOUNT;
	}
	if (unmounted)
		FLT_REQUIRE(test, !fake_volume_mount(w->other, "/other"));
	kunit_info(test, "%u rounds, %d operations, %d cancelled; %u strikes met kept ones", round,
		   atomic_read(&s->done), atomic_read(&s->canceled), s->met);
	FLT_EXPECT(test, 2 * s->met >= rounds && atomic_read(&s->canceled));
	FLT_PROVES(test, "CBDQ-42", atomic_read(&s->done) == round * all &&
		   !atomic_read(&s->bad));
	FLT_PROVES(test, "POSTOP-44", !atomic_read(&s->owed));
	FLT_PROVES(test, "PEND-20", !atomic_read(&s->owed) && list_empty(&s->list));
	FLT_PROVES(test, "CBDQ-50", !atomic_read(&s->bad));
	/* The queue is no driver's any more. */
	FLT_EXPECT(test, !world_violations(w));
	w->breaches = false;
}

/* The parameter is the number of the case's first round. */
static const void *storm_next(const void *last, char *description)
{
	return world_next_part(last, description, "round", STORM_CASE, storm_rounds);
}

static struct kunit_case storm_cases[] = {
	KUNIT_CASE_PARAM(storm_case, storm_next),
	{}
};

static struct kunit_suite storm_suite = {
	.name = "cancel_storm",
	.init = world_init,
	.exit = world_exit,
	.test_cases = storm_cases,
};

kunit_test_suite(storm_suite);
