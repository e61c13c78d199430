// SPDX-License-Identifier: GPL-2.0
/*
 * Suite model: random stacks of one to six probes, random verdicts, random bottoms, and a
 * reference model that says for each operation which callbacks have to come in which order with
 * what they see, and how it ends. Callbacks write into the log of their operation only, so several
 * may be under way at a time.
 */
#include <linux/interrupt.h>
#include <linux/moduleparam.h>
#include <linux/prandom.h>
#include "kunit/world.h"

static unsigned int model_operations = 50000;
module_param(model_operations, uint, 0444);
MODULE_PARM_DESC(model_operations, "operations of the suite model, in all");

static unsigned int model_seed = 1;
module_param(model_seed, uint, 0444);
MODULE_PARM_DESC(model_seed, "first seed of the suite model, not 0");

enum {
	MODEL_CASE = 2500,	/* operations of one seed: some seconds */
	MODEL_PROBES = 6,
	MODEL_BATCH = 4,
	MODEL_EVENTS = 2 * MODEL_PROBES + 1,
};

/* How an operation that is kept comes back. */
enum model_back {
	MODEL_SELF,	/* the callback hands it back before it returns */
	MODEL_WORKER,
	MODEL_SOFTIRQ,
	MODEL_DEFERRED,	/* a deferred I/O work item does; pre-operations only */
	MODEL_BACKS,
};

struct model_op;

/**
 * struct model_step - what one callback does with one operation
 * @op: whose
 * @verdict: what it returns: an FLT_PREOP_ or FLT_POSTOP_ value
 * @resume: what a pended one is resumed with
 * @back: how
 * @context: completion context that it leaves
 * @move: moves the offset of a transfer by so much, with the data marked dirty
 * @change: sets the result
 * @status: to this
 * @information: and this
 * @data: of the operation if it was kept
 * @post: this step is a post-operation's
 * @work: hands the operation back
 * @tasklet: likewise
 */
struct model_step {
	struct model_op *op;
	int verdict;
	int resume;
	enum model_back back;
	void *context;
	s64 move;
	bool change;
	NTSTATUS status;
	ULONG_PTR information;
	PFLT_CALLBACK_DATA data;
	bool post;
	struct work_struct work;
	struct tasklet_struct tasklet;
};

/* One call: "who" is the probe's index, or -1 for the file system. */
struct model_event {
	int who;
	bool post;
	NTSTATUS status;
	ULONG_PTR information;
	s64 offset;
	void *context;
};

struct model_log {
	unsigned int count;
	struct model_event event[MODEL_EVENTS];
};

/**
 * struct model_op - an operation, what is to happen to it, and what did
 * @request: it
 * @asynchronous: started, not run
 * @offset: at its start
 * @step: of each probe, on the way down and up
 * @when: how the file system finishes it
 * @status: with what
 * @information: and how much
 * @seen: what happened
 * @expected: what the model says
 * @end_status: and how it ends
 * @end_information: with how much
 */
struct model_op {
	struct request request;
	bool asynchronous;
	s64 offset;
	struct model_step step[MODEL_PROBES][2];
	enum fake_when when;
	NTSTATUS status;
	ULONG_PTR information;
	struct model_log seen;
	struct model_log expected;
	NTSTATUS end_status;
	ULONG_PTR end_information;
};

struct model {
	struct world *world;
	struct rnd_state random;
	unsigned int probes;
	struct model_op op[MODEL_BATCH];
};

static struct model_op *model_op_of(PFLT_CALLBACK_DATA data)
{
	return container_of(flt_operation_of(data), struct model_op, request.op);
}

static u32 model_below(struct model *m, u32 limit)
{
	return prandom_u32_state(&m->random) % limit;
}

static bool model_chance(struct model *m, u32 percent)
{
	return model_below(m, 100) < percent;
}

static void model_note(struct model_log *log, int who, bool post, NTSTATUS status,
		       ULONG_PTR information, s64 offset, void *context)
{
	if (log->count < MODEL_EVENTS)
		log->event[log->count] = (struct model_event) {
			.who = who, .post = post, .status = status, .information = information,
			.offset = offset, .context = context,
		};
	log->count++;
}

static s64 model_offset(PFLT_CALLBACK_DATA data)
{
	return data->Iopb->Parameters.Read.ByteOffset.QuadPart;
}

/* What a callback does to the operation, or whoever hands it back on its behalf. */
static void model_touch(struct model_step *step, PFLT_CALLBACK_DATA data)
{
	if (step->move) {
		data->Iopb->Parameters.Read.ByteOffset.QuadPart += step->move;
		FltSetCallbackDataDirty(data);
	}
	if (step->change) {
		data->IoStatus.Status = step->status;
		data->IoStatus.Information = step->information;
	}
}

static void model_resume(struct model_step *step)
{
	model_touch(step, step->data);
	if (step->post)
		FltCompletePendedPostOperation(step->data);
	else
		FltCompletePendedPreOperation(step->data, step->resume, step->context);
}

static void model_work(struct work_struct *work)
{
	model_resume(container_of(work, struct model_step, work));
}

static void model_tasklet(struct tasklet_struct *tasklet)
{
	struct model_step *step = from_tasklet(step, tasklet, tasklet);

	model_resume(step);
}

static VOID model_deferred(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	struct model_step *step = context;

	FltFreeDeferredIoWorkItem(item);
	model_resume(step);
}

/* Deferrals of a case: what the model defers may be deferred, so none is refused. */
static atomic_t model_deferrals, model_refusals;

static void model_keep(struct model_step *step, PFLT_CALLBACK_DATA data)
{
	PFLT_DEFERRED_IO_WORKITEM item;

	step->data = data;
	switch (step->back) {
	case MODEL_SELF:
		model_resume(step);
		break;
	case MODEL_SOFTIRQ:
		tasklet_schedule(&step->tasklet);
		break;
	case MODEL_DEFERRED:
		atomic_inc(&model_deferrals);
		item = FltAllocateDeferredIoWorkItem();
		if (item && NT_SUCCESS(FltQueueDeferredIoWorkItem(item, data, model_deferred,
								  DelayedWorkQueue, step)))
			break;
		if (item)
			FltFreeDeferredIoWorkItem(item);
		atomic_inc(&model_refusals);
		fallthrough;
	default:
		queue_work(system_unbound_wq, &step->work);
	}
}

static void model_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	struct model_op *op = model_op_of(data);
	struct model_step *step = &op->step[p->name - 'A'][0];

	model_note(&op->seen, p->name - 'A', false, 0, 0, model_offset(data), NULL);
	*status = step->verdict;
	if (step->verdict == FLT_PREOP_PENDING) {
		model_keep(step, data);
		return;
	}
	model_touch(step, data);
	*context = step->context;
}

static int model_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      void *context)
{
	struct model_op *op = model_op_of(data);
	struct model_step *step = &op->step[p->name - 'A'][1];
	int verdict = step->verdict;

	model_note(&op->seen, p->name - 'A', true, data->IoStatus.Status,
		   data->IoStatus.Information, model_offset(data), context);
	if (verdict == FLT_POSTOP_MORE_PROCESSING_REQUIRED)
		model_keep(step, data);
	else
		model_touch(step, data);
	return verdict;
}

static void model_bottom(struct fake_volume *fake, struct flt_operation *flt,
			 struct fake_order *order)
{
	struct model_op *op = container_of(flt, struct model_op, request.op);

	model_note(&op->seen, -1, false, 0, 0, flt->iopb.Parameters.Read.ByteOffset.QuadPart,
		   NULL);
	order->when = op->when;
	order->status = op->status;
	order->information = op->information;
}

/* What the model says about an operation whose steps are known. */
static void model_predict(struct model *m, struct model_op *op)
{
	struct model_log *log = &op->expected;
	s64 at[MODEL_PROBES], offset = op->offset;
	bool owed[MODEL_PROBES] = { };
	NTSTATUS status = STATUS_SUCCESS;
	ULONG_PTR information = 0;
	bool down = true;
	int i;

	log->count = 0;
	for (i = 0; i < m->probes && down; i++) {
		struct model_step *step = &op->step[i][0];
		int verdict = step->verdict == FLT_PREOP_PENDING ? step->resume : step->verdict;

		at[i] = offset;
		model_note(log, i, false, 0, 0, offset, NULL);
		switch (verdict) {
		case FLT_PREOP_SUCCESS_WITH_CALLBACK:
		case FLT_PREOP_SYNCHRONIZE:
			owed[i] = true;
			fallthrough;
		case FLT_PREOP_SUCCESS_NO_CALLBACK:
			offset += step->move;
			break;
		case FLT_PREOP_COMPLETE:
			status = step->status;
			information = step->information;
			down = false;
			break;
		case FLT_PREOP_DISALLOW_FASTIO:
			status = STATUS_FLT_DISALLOW_FAST_IO;
			down = false;
			break;
		default:
			status = STATUS_FLT_DISALLOW_FSFILTER_IO;
			down = false;
		}
	}
	if (down) {
		model_note(log, -1, false, 0, 0, offset, NULL);
		status = op->status;
		information = op->information;
	}
	while (--i >= 0) {
		struct model_step *step = &op->step[i][1];

		if (!owed[i])
			continue;
		model_note(log, i, true, status, information, at[i], op->step[i][0].context);
		if (step->verdict == FLT_POSTOP_DISALLOW_FSFILTER_IO) {
			status = STATUS_FLT_DISALLOW_FSFILTER_IO;
			information = 0;
		} else if (step->change) {
			status = step->status;
			information = step->information;
		}
	}
	op->end_status = status;
	op->end_information = information;
}

static bool model_event_is(const struct model_event *a, const struct model_event *b)
{
	return a->who == b->who && a->post == b->post && a->status == b->status &&
	       a->information == b->information && a->offset == b->offset &&
	       a->context == b->context;
}

static bool model_log_is(const struct model_log *a, const struct model_log *b)
{
	unsigned int i;

	if (a->count != b->count)
		return false;
	for (i = 0; i < a->count; i++) {
		if (!model_event_is(&a->event[i], &b->event[i]))
			return false;
	}
	return true;
}

static void model_tell(struct kunit *test, const char *what, const struct model_log *log,
		       NTSTATUS status, ULONG_PTR information)
{
	unsigned int i;

	for (i = 0; i < min_t(unsigned int, log->count, MODEL_EVENTS); i++) {
		const struct model_event *e = &log->event[i];

		kunit_info(test, "%s %c%c status %#x information %lu offset %lld context %p\n",
			   what, e->who < 0 ? 'F' : 'A' + e->who, e->post ? '-' : '+', e->status,
			   (unsigned long)e->information, e->offset, e->context);
	}
	kunit_info(test, "%s %u calls, ends with %#x, %lu\n", what, log->count, status,
		   (unsigned long)information);
}

/* The forms of operations: what is legal follows from it. */
struct model_kind {
	UCHAR major;
	ULONG form;
	bool cannot_fail;
	bool creates;
	bool transfers;
};

static const struct model_kind model_kinds[] = {
	{ IRP_MJ_READ, FLTFL_CALLBACK_DATA_IRP_OPERATION, .transfers = true },
	{ IRP_MJ_WRITE, FLTFL_CALLBACK_DATA_IRP_OPERATION, .transfers = true },
	{ IRP_MJ_MDL_READ, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION },
	{ IRP_MJ_READ, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION, .transfers = true },
	{ IRP_MJ_CREATE, FLTFL_CALLBACK_DATA_IRP_OPERATION, .creates = true },
	{ IRP_MJ_CLEANUP, FLTFL_CALLBACK_DATA_IRP_OPERATION, .cannot_fail = true },
	{ IRP_MJ_CLOSE, FLTFL_CALLBACK_DATA_IRP_OPERATION, .cannot_fail = true },
	{ IRP_MJ_FLUSH_BUFFERS, FLTFL_CALLBACK_DATA_IRP_OPERATION },
	{ IRP_MJ_QUERY_INFORMATION, FLTFL_CALLBACK_DATA_IRP_OPERATION },
	{ IRP_MJ_QUERY_OPEN, FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION },
};

static NTSTATUS model_status(struct model *m, const struct model_kind *kind, bool success)
{
	static const NTSTATUS bad[] = {
		STATUS_ACCESS_DENIED, STATUS_DISK_FULL, STATUS_OBJECT_NAME_NOT_FOUND,
		STATUS_UNSUCCESSFUL,
	};

	if (kind->cannot_fail || (success && model_chance(m, 50)))
		return STATUS_SUCCESS;
	return bad[model_below(m, ARRAY_SIZE(bad))];
}

/* A result that a filter may leave: a create that failed stays failed. */
static void model_result(struct model *m, const struct model_kind *kind, struct model_step *step)
{
	step->change = true;
	step->status = model_status(m, kind, !kind->creates);
	step->information = NT_SUCCESS(step->status) && kind->transfers ?
			    model_below(m, PAGE_SIZE + 1) : 0;
}

static void model_back(struct model *m, struct model_step *step, bool atomic)
{
	do {
		step->back = model_below(m, MODEL_BACKS);
	} while ((step->back == MODEL_SOFTIRQ && !atomic) ||
		 (step->back == MODEL_DEFERRED && step->post));
}

static void model_plan_pre(struct model *m, struct model_op *op, const struct model_kind *kind,
			   struct model_step *step)
{
	bool irp = kind->form == FLTFL_CALLBACK_DATA_IRP_OPERATION;
	u32 dice = model_below(m, 100);
	int verdict;

	if (dice < 45)
		verdict = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	else if (dice < 65)
		verdict = FLT_PREOP_SUCCESS_NO_CALLBACK;
	else if (dice < 72)
		verdict = FLT_PREOP_COMPLETE;
	else if (dice < 90 && irp)
		verdict = FLT_PREOP_PENDING;
	else if (irp)
		verdict = op->asynchronous ? FLT_PREOP_SUCCESS_WITH_CALLBACK :
					     FLT_PREOP_SYNCHRONIZE;
	else if (kind->form == FLTFL_CALLBACK_DATA_FAST_IO_OPERATION)
		/* A transfer would be asked for again as an IRP (suite fast_io). */
		verdict = dice > 90 && !kind->transfers ? FLT_PREOP_DISALLOW_FASTIO :
							  FLT_PREOP_SUCCESS_WITH_CALLBACK;
	else if (dice > 90)
		verdict = FLT_PREOP_DISALLOW_FSFILTER_IO;
	else
		verdict = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	step->verdict = verdict;
	if (verdict == FLT_PREOP_PENDING) {
		static const int resumes[] = {
			FLT_PREOP_SUCCESS_WITH_CALLBACK, FLT_PREOP_SUCCESS_NO_CALLBACK,
			FLT_PREOP_COMPLETE,
		};

		verdict = resumes[model_below(m, ARRAY_SIZE(resumes))];
		step->resume = verdict;
		model_back(m, step, verdict == FLT_PREOP_COMPLETE);
	}
	if (verdict == FLT_PREOP_COMPLETE)
		model_result(m, kind, step);
	else if (kind->transfers && model_chance(m, 30) && verdict != FLT_PREOP_DISALLOW_FASTIO)
		step->move = 1 + model_below(m, 1000);
	if ((verdict == FLT_PREOP_SUCCESS_WITH_CALLBACK || verdict == FLT_PREOP_SYNCHRONIZE) &&
	    model_chance(m, 60))
		step->context = (void *)(0xdead4ead00000000UL + model_below(m, 1 << 20));
}

static void model_plan_post(struct model *m, const struct model_kind *kind,
			    struct model_step *step)
{
	step->post = true;
	step->verdict = FLT_POSTOP_FINISHED_PROCESSING;
	if (kind->form == FLTFL_CALLBACK_DATA_IRP_OPERATION && model_chance(m, 15)) {
		step->verdict = FLT_POSTOP_MORE_PROCESSING_REQUIRED;
		model_back(m, step, true);
	} else if (kind->major == IRP_MJ_QUERY_OPEN && model_chance(m, 15)) {
		step->verdict = FLT_POSTOP_DISALLOW_FSFILTER_IO;
		return;
	}
	if (model_chance(m, 15))
		model_result(m, kind, step);
}

static const struct model_kind *model_plan(struct model *m, struct model_op *op)
{
	const struct model_kind *kind = &model_kinds[model_below(m, ARRAY_SIZE(model_kinds))];
	unsigned int i;

	op->asynchronous = kind->form == FLTFL_CALLBACK_DATA_IRP_OPERATION && kind->transfers &&
			   model_chance(m, 60);
	op->offset = kind->transfers ? (s64)model_below(m, 1 << 20) << 12 : 0;
	op->when = model_below(m, FAKE_HOLD);
	op->status = model_status(m, kind, true);
	op->information = NT_SUCCESS(op->status) && kind->transfers ?
			  model_below(m, PAGE_SIZE + 1) : 0;
	for (i = 0; i < m->probes; i++) {
		struct model_step *step;
		int post;

		for (post = 0; post < 2; post++) {
			step = &op->step[i][post];
			step->op = op;
			step->data = NULL;
			step->resume = 0;
			step->context = NULL;
			step->move = 0;
			step->change = false;
			step->post = post;
		}
		model_plan_pre(m, op, kind, &op->step[i][0]);
		model_plan_post(m, kind, &op->step[i][1]);
	}
	return kind;
}

/* The memory of an operation is used again: nothing of the last one may still run. */
static void model_settle(struct model *m, struct model_op *op)
{
	unsigned int i;

	for (i = 0; i < m->probes * 2; i++) {
		struct model_step *step = &op->step[i / 2][i % 2];

		if (!step->data)
			continue;
		if (step->back == MODEL_SOFTIRQ)
			tasklet_kill(&step->tasklet);
		else if (step->back != MODEL_SELF)
			flush_work(&step->work);
	}
}

static void model_begin(struct model *m, struct model_op *op)
{
	const struct model_kind *kind = model_plan(m, op);
	struct request *r = &op->request;

	op->seen.count = 0;
	model_predict(m, op);
	request_setup(r, m->world, m->world->fake, m->world->file, kind->major);
	/* Reads and writes have it in the same place; it is 0 in what else there is here. */
	if (kind->transfers)
		r->op.iopb.Parameters.Read.ByteOffset.QuadPart = op->offset;
	request_form(r, kind->form);
	if (kind->form != FLTFL_CALLBACK_DATA_IRP_OPERATION)
		r->op.iopb.IrpFlags = 0;
	if (op->asynchronous)
		request_start(r);
	else
		request_run(r);
}

static bool model_check(struct kunit *test, struct model *m, struct model_op *op)
{
	struct request *r = &op->request;

	if (!request_wait(r)) {
		KUNIT_FAIL(test, "an operation does not end");
		return false;
	}
	model_settle(m, op);
	if (atomic_read(&r->ended) == 1 && r->status == op->end_status &&
	    r->information == op->end_information && model_log_is(&op->seen, &op->expected))
		return true;
	model_tell(test, "expected", &op->expected, op->end_status, op->end_information);
	model_tell(test, "seen", &op->seen, r->status, r->information);
	KUNIT_FAIL(test, "%s of %u probes, %d ends: not as the model says",
		   FltGetIrpName(r->op.iopb.MajorFunction), m->probes, atomic_read(&r->ended));
	return false;
}

static void model_run(struct kunit *test, struct model *m, unsigned int count)
{
	unsigned int done = 0, batch, i;

	while (done < count) {
		batch = 1 + model_below(m, MODEL_BATCH);
		for (i = 0; i < batch; i++)
			model_begin(m, &m->op[i]);
		for (i = 0; i < batch; i++) {
			if (!model_check(test, m, &m->op[i]))
				return;
		}
		done += batch;
	}
}

static void model_random(struct kunit *test)
{
	struct world *w = world_of(test);
	struct model *m = kunit_kzalloc(test, sizeof(*m), GFP_KERNEL);
	unsigned int seed = (uintptr_t)test->param_value, i, n;

	KUNIT_ASSERT_NOT_NULL(test, m);
	kunit_info(test, "seed %u\n", seed);
	prandom_seed_state(&m->random, seed);
	m->world = w;
	m->probes = 1 + model_below(m, MODEL_PROBES);
	for (i = 0; i < MODEL_BATCH; i++) {
		for (n = 0; n < MODEL_PROBES * 2; n++) {
			INIT_WORK(&m->op[i].step[n / 2][n % 2].work, model_work);
			tasklet_setup(&m->op[i].step[n / 2][n % 2].tasklet, model_tasklet);
		}
	}
	for (i = 0; i < m->probes; i++) {
		struct probe *p = world_probe(w, 'A' + i, NULL);

		p->on_pre = model_pre;
		p->on_post = model_post;
	}
	w->quiet = true;
	w->fake->on_perform = model_bottom;
	atomic_set(&model_deferrals, 0);
	atomic_set(&model_refusals, 0);
	model_run(test, m, min_t(unsigned int, model_operations, MODEL_CASE));
	FLT_EXPECT(test, !atomic_read(&model_refusals));
	/* So many are bound to have some. */
	FLT_EXPECT(test, atomic_read(&model_deferrals) || model_operations < MODEL_CASE);
}

/* The parameter is the seed itself, which is never 0. */
static const void *model_next(const void *last, char *description)
{
	unsigned int seed = last ? (uintptr_t)last + 1 : model_seed;

	if (seed - model_seed >= DIV_ROUND_UP(model_operations, MODEL_CASE))
		return NULL;
	snprintf(description, KUNIT_PARAM_DESC_SIZE, "seed %u", seed);
	return (const void *)(uintptr_t)seed;
}

static struct kunit_case model_cases[] = {
	KUNIT_CASE_PARAM(model_random, model_next),
	{}
};

static struct kunit_suite model_suite = {
	.name = "model",
	.init = world_init,
	.exit = world_exit,
	.test_cases = model_cases,
};

kunit_test_suite(model_suite);
