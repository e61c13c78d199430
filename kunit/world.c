// SPDX-License-Identifier: GPL-2.0
/*
 * Setting a test's world up and taking it down, its trace, and its requests. However a case
 * ends, world_exit() releases what is held, waits for requests, and unloads the probes.
 */
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "kunit/world.h"
#include "nt/violation.h"

/* A suite's init: one volume, set up, with a file object; no probe. */
int world_init(struct kunit *test)
{
	struct world *w;

	if (prove_stops())
		kunit_skip(test, "a case before this one has failed");
	w = kunit_kzalloc(test, sizeof(*w), GFP_KERNEL);
	if (!w)
		return -ENOMEM;
	w->test = test;
	spin_lock_init(&w->lock);
	INIT_LIST_HEAD(&w->requests);
	w->events = kvcalloc(WORLD_EVENTS, sizeof(*w->events), GFP_KERNEL);
	if (!w->events)
		return -ENOMEM;
	w->fake = fake_volume_create(w, "/fake");
	if (!w->fake || flt_volume_ready(w->fake->volume)) {
		kvfree(w->events);
		return -ENOMEM;
	}
	w->file = fake_open(w->fake);
	test->priv = w;
	return 0;
}

/* The second volume of the world, made at the first call. */
struct fake_volume *world_second_volume(struct world *w)
{
	if (!w->other) {
		struct fake_volume *other = fake_volume_create(w, "/other");

		KUNIT_ASSERT_NOT_NULL(w->test, other);
		w->other = other;
	}
	return w->other;
}

/* Hands back one operation that an instance of this volume keeps; false when none does. */
static bool world_hand_back(struct fake_volume *fake)
{
	struct flt_volume *volume = fake->volume;
	struct flt_operation *op, *run = NULL;
	struct flt_instance *instance;
	PFLT_CALLBACK_DATA data = NULL;
	u8 phase = 0;
	bool found, armed;

	mutex_lock(&volume->lock);
	list_for_each_entry(instance, &volume->instances, volume_link) {
		spin_lock_bh(&instance->lock);
		op = list_first_entry_or_null(&instance->held, struct flt_operation, held);
		if (op) {
			data = &op->data;
			phase = op->phase;
		}
		spin_unlock_bh(&instance->lock);
		if (data)
			break;
	}
	mutex_unlock(&volume->lock);
	found = data && flt_hold_claim(data, phase, FLT_PREOP_COMPLETE, NULL, 0, &run,
				       &armed);
	if (run)
		flt_operation_continue(run);
	return found;
}

/*
 * Ends what is under way. What the fake volumes hold a case may leave to this; an operation that
 * a filter of its keeps after a second is a mistake, and is taken from it, so that the mistake
 * costs this case and not those that follow.
 */
static void world_settle(struct world *w)
{
	struct request *r, *next;
	unsigned int tries = 0, kept = 0;

	/* A request that was released may be held again below: go on until none is left. */
	list_for_each_entry_safe(r, next, &w->requests, link) {
		while (!wait_for_completion_timeout(&r->done, HZ / 50) && tries++ < 500) {
			fake_release_all(w->fake);
			if (w->other)
				fake_release_all(w->other);
			if (tries < 50)
				continue;
			kept += world_hand_back(w->fake);
			if (w->other)
				kept += world_hand_back(w->other);
		}
		if (request_busy(r))
			KUNIT_FAIL(w->test, "a request never ends");
		request_wait(r);
	}
	if (kept)
		KUNIT_FAIL(w->test, "%u operations were never handed back", kept);
}

/* A suite's exit. A conforming case leaves no violation and no level above APC in a pre. */
void world_exit(struct kunit *test)
{
	struct world *w = test->priv;
	int i;

	if (!w)
		return;
	w->fake->when = FAKE_INLINE;
	world_settle(w);
	for (i = 0; i < PROBE_SLOTS; i++) {
		struct probe *p = w->probe[i];

		if (!p)
			continue;
		if (!w->breaches && probe_all_violations(p))
			KUNIT_FAIL(test, "probe %c: %llu violations in a case that breaks nothing",
				   p->name, probe_all_violations(p));
		if (p->max_pre_irql > APC_LEVEL && !w->breaches)
			KUNIT_FAIL(test, "probe %c: a pre-operation callback at level %d", p->name,
				   p->max_pre_irql);
		probe_unload(p);
	}
	fake_close(w->file);
	if (w->other) {
		FLT_EXPECT(test, !atomic_read(&w->other->files));
		fake_volume_destroy(w->other);
	}
	FLT_EXPECT(test, !atomic_read(&w->fake->files));
	fake_volume_destroy(w->fake);
	kvfree(w->events);
	test->priv = NULL;
}

/* Loads a probe that has to load; the trace begins after it. */
struct probe *world_probe(struct world *w, char name, const struct probe_config *config)
{
	struct probe *p;

	KUNIT_ASSERT_EQ(w->test, probe_load(w, name, config, &p), 0);
	w->probe[name - 'A'] = p;
	world_clear(w);
	return p;
}

/* "ABC": probes of the usual kind. */
void world_probes(struct world *w, const char *names)
{
	for (; *names; names++)
		world_probe(w, *names, NULL);
}

/* The record of a call that begins now, or NULL. */
struct world_event *world_note(struct world *w, char who, enum world_event_kind kind)
{
	struct world_event *event = NULL;

	if (READ_ONCE(w->quiet))
		return NULL;
	spin_lock_bh(&w->lock);
	if (w->nr_events < WORLD_EVENTS)
		event = &w->events[w->nr_events];
	w->nr_events++;
	spin_unlock_bh(&w->lock);
	if (!event)
		return NULL;
	memset(event, 0, sizeof(*event));
	event->kind = kind;
	event->who = who;
	event->task = current;
	event->irql = KeGetCurrentIrql();
	return event;
}

void world_note_fake(struct world *w, struct flt_operation *op, enum world_event_kind kind)
{
	struct world_event *event = world_note(w, 'F', kind);

	if (!event)
		return;
	event->address = &op->data;
	event->data = op->data;
	event->iopb = op->iopb;
	event->volume = w->other && op->volume == w->other->volume;
}

void world_clear(struct world *w)
{
	spin_lock_bh(&w->lock);
	w->nr_events = 0;
	spin_unlock_bh(&w->lock);
}

/* The trace as text; valid until the next call. */
const char *world_trace(struct world *w)
{
	static const char sign[] = {
		[WORLD_PRE] = '+', [WORLD_POST] = '-', [WORLD_DRAIN] = '~', [WORLD_SETUP] = 's',
		[WORLD_QUERY] = 'q', [WORLD_START] = 't', [WORLD_COMPLETE] = 'c',
		[WORLD_UNLOAD] = 'u',
	};
	size_t len = 0;
	unsigned int i;

	spin_lock_bh(&w->lock);
	w->trace[0] = 0;
	for (i = 0; i < min_t(unsigned int, w->nr_events, WORLD_EVENTS); i++) {
		const struct world_event *event = &w->events[i];
		char word[3] = { event->who };

		if (event->kind == WORLD_FAKE_DONE)
			word[0] = 'f';
		else if (event->kind != WORLD_FAKE_PERFORM)
			word[1] = sign[event->kind];
		len += scnprintf(w->trace + len, sizeof(w->trace) - len, "%s%s", i ? " " : "",
				 word);
	}
	spin_unlock_bh(&w->lock);
	return w->trace;
}

/* Is this what happened? Says what did, if not. */
bool world_trace_is(struct world *w, const char *expected)
{
	if (!strcmp(world_trace(w), expected))
		return true;
	kunit_info(w->test, "trace is \"%s\", expected \"%s\"", w->trace, expected);
	return false;
}

/*
 * The nth call (from 0) of a kind. When there is none an event that is nobody's, so that tests need
 * not look: its level is above every limit.
 */
const struct world_event *world_event(struct world *w, char who, enum world_event_kind kind,
				      unsigned int nth)
{
	static const struct world_event none = { .who = '?', .irql = HIGH_LEVEL + 1, .volume = -1 };
	unsigned int i;

	for (i = 0; i < min_t(unsigned int, READ_ONCE(w->nr_events), WORLD_EVENTS); i++) {
		if (w->events[i].who == who && w->events[i].kind == kind && !nth--)
			return &w->events[i];
	}
	return &none;
}

unsigned int world_count(struct world *w, char who, enum world_event_kind kind)
{
	unsigned int i, n = 0;

	for (i = 0; i < min_t(unsigned int, READ_ONCE(w->nr_events), WORLD_EVENTS); i++)
		n += w->events[i].who == who && w->events[i].kind == kind;
	return n;
}

/* How many filters are registered. */
unsigned int world_filters(void)
{
	struct flt_filter *filter;
	unsigned int n = 0;

	mutex_lock(&flt_filters_lock);
	list_for_each_entry(filter, &flt_filters, link)
		n++;
	mutex_unlock(&flt_filters_lock);
	return n;
}

/* Violations of all probes; the case that has some and asks breaks the contract on purpose. */
u64 world_violations(struct world *w)
{
	u64 sum = 0;
	int i;

	for (i = 0; i < PROBE_SLOTS; i++) {
		if (w->probe[i])
			sum += probe_all_violations(w->probe[i]);
	}
	if (sum)
		w->breaches = true;
	return sum;
}

/* Makes memory a request that was not started; it may have been one that is over. */
void request_setup(struct request *r, struct world *w, struct fake_volume *fake,
		   PFILE_OBJECT file, UCHAR major)
{
	memset(r, 0, sizeof(*r));
	r->world = w;
	INIT_LIST_HEAD(&r->link);
	init_completion(&r->done);
	r->status = STATUS_PENDING;
	flt_operation_init(&r->op, fake->volume, major, file);
	if (major == IRP_MJ_READ) {
		r->op.iopb.Parameters.Read.Length = PAGE_SIZE;
		r->op.iopb.IrpFlags = IRP_READ_OPERATION | IRP_SYNCHRONOUS_API;
	} else if (major == IRP_MJ_WRITE) {
		r->op.iopb.Parameters.Write.Length = PAGE_SIZE;
		r->op.iopb.IrpFlags = IRP_WRITE_OPERATION | IRP_SYNCHRONOUS_API;
	}
}

struct request *request_on(struct world *w, struct fake_volume *fake, PFILE_OBJECT file,
			   UCHAR major)
{
	struct request *r = kunit_kzalloc(w->test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(w->test, r);
	request_setup(r, w, fake, file, major);
	return r;
}

/* An operation on the world's file, not started. */
struct request *request_new(struct world *w, UCHAR major)
{
	return request_on(w, w->fake, w->file, major);
}

/* Makes it an operation of another form: one of the three FLTFL_CALLBACK_DATA_ form flags. */
void request_form(struct request *r, ULONG form)
{
	r->op.data.Flags &= ~WORLD_FORMS;
	r->op.data.Flags |= form;
}

static void request_end(struct request *r)
{
	r->status = r->op.data.IoStatus.Status;
	r->information = r->op.data.IoStatus.Information;
	atomic_inc(&r->ended);
}

/* Runs it in this thread. */
NTSTATUS request_run(struct request *r)
{
	NTSTATUS status = flt_operation_run(&r->op);

	request_end(r);
	flt_operation_fini(&r->op);
	complete_all(&r->done);
	return status;
}

static int request_thread(void *arg)
{
	struct request *r = arg;

	allow_signal(SIGKILL);
	r->op.data.Thread = (PETHREAD)current;
	r->op.task = current;
	request_run(r);
	return 0;
}

/* Runs it in a thread of its own. */
void request_spawn(struct request *r)
{
	struct task_struct *thread = kthread_create(request_thread, r, "flt-request");

	KUNIT_ASSERT_NOT_ERR_OR_NULL(r->world->test, thread);
	r->thread = get_task_struct(thread);
	list_add_tail(&r->link, &r->world->requests);
	wake_up_process(thread);
}

static void request_done(struct flt_operation *op)
{
	struct request *r = container_of(op, struct request, op);

	request_end(r);
	complete_all(&r->done);
}

/* Starts it asynchronously. */
void request_start(struct request *r)
{
	r->op.done = request_done;
	r->op.iopb.IrpFlags &= ~IRP_SYNCHRONOUS_API;
	list_add_tail(&r->link, &r->world->requests);
	flt_operation_start(&r->op);
}

/* Waits for a spawned or started request; false when it does not end in ten seconds. */
bool request_wait(struct request *r)
{
	if (!wait_for_completion_timeout(&r->done, 10 * HZ))
		return false;
	if (r->thread) {
		kthread_stop(r->thread);
		put_task_struct(r->thread);
		r->thread = NULL;
	}
	list_del_init(&r->link);
	return true;
}

/* One operation from start to end in this thread. */
NTSTATUS world_do(struct world *w, UCHAR major)
{
	return request_run(request_new(w, major));
}

/*
 * Parameters of a case that would take longer than a case may: @all rounds, @each of them in a
 * case, whose parameter is the number of its first one, from 1 on.
 */
const void *world_next_part(const void *last, char *description, const char *of,
			    unsigned int each, unsigned int all)
{
	unsigned int first = last ? (uintptr_t)last + each : 1;

	if (first > all)
		return NULL;
	snprintf(description, KUNIT_PARAM_DESC_SIZE, "from %s %u", of, first);
	return (const void *)(uintptr_t)first;
}
