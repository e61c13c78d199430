// SPDX-License-Identifier: GPL-2.0
/*
 * Suite deep_run: a filter's synchronous request where little of the stack is left runs in another
 * thread, which stands in for the caller.
 */
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include "fltmgr/deep_run.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "kunit/world.h"
#include "nt/ke_irql.h"

struct deep {
	struct flt_operation *op;
	struct task_struct *task;	/* of the callback, and the following as it found them */
	const struct cred *cred;
	unsigned int scopes;
	bool critical;
	PIRP top;
	unsigned long left;		/* of the stack */
};

static unsigned long deep_left(void)
{
	return (unsigned long)__builtin_frame_address(0) -
	       (unsigned long)task_stack_page(current);
}

static void deep_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	struct deep *d = p->private;

	d->task = current;
	d->cred = current_cred();
	d->scopes = current->flags & PF_MEMALLOC_NOFS;
	d->critical = KeAreApcsDisabled();
	d->top = IoGetTopLevelIrp();
	d->left = deep_left();
}

/* As deep as it has to be: a quarter of the stack is left. */
static noinline int deep_go(struct deep *d, int depth)
{
	char frame[256];

	/* A frame that is used, and so is there. */
	OPTIMIZER_HIDE_VAR(depth);
	memset(frame, depth, sizeof(frame));
	barrier_data(frame);
	if (deep_left() > THREAD_SIZE / 4)
		depth = deep_go(d, depth + 1);
	else
		flt_operation_run_own(d->op);
	barrier_data(frame);
	return depth + frame[0];
}

static struct request *deep_request(struct world *w, struct deep *d)
{
	struct flt_instance *instance = flt_instance_of(w->probe[0]->instance[0]);
	struct request *r = request_new(w, IRP_MJ_READ);

	r->op.initiator = instance;
	w->probe[1]->on_pre = deep_pre;
	w->probe[1]->private = d;
	d->op = &r->op;
	atomic_inc(&instance->owed);
	return r;
}

static void deep_stands_in(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r;
	struct deep d = { };
	unsigned int scopes;

	world_probes(w, "AB");
	r = deep_request(w, &d);
	KeEnterCriticalRegion();
	IoSetTopLevelIrp((PIRP)FSRTL_FSP_TOP_LEVEL_IRP);
	scopes = memalloc_nofs_save();
	deep_go(&d, 0);
	memalloc_nofs_restore(scopes);
	IoSetTopLevelIrp(NULL);
	KeLeaveCriticalRegion();
	flt_instance_settle(r->op.initiator);
	FLT_EXPECT(test, NT_SUCCESS(r->op.data.IoStatus.Status) && world_trace_is(w, "B+ F B-"));
	FLT_EXPECT(test, d.task && d.task != current && d.left > THREAD_SIZE / 2);
	FLT_EXPECT(test, d.cred == current_cred() && d.scopes && d.critical &&
		   d.top == (PIRP)FSRTL_FSP_TOP_LEVEL_IRP);
	FLT_EXPECT(test, ke_thread_is_clean());
	flt_operation_fini(&r->op);
}

static void deep_not_needed(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r;
	struct deep d = { };

	world_probes(w, "AB");
	r = deep_request(w, &d);
	flt_operation_run_own(&r->op);
	flt_instance_settle(r->op.initiator);
	FLT_EXPECT(test, NT_SUCCESS(r->op.data.IoStatus.Status) && d.task == current && !d.top);
	flt_operation_fini(&r->op);
}

static struct kunit_case deep_cases[] = {
	KUNIT_CASE(deep_stands_in),
	KUNIT_CASE(deep_not_needed),
	{}
};

static struct kunit_suite deep_suite = {
	.name = "deep_run",
	.init = world_init,
	.exit = world_exit,
	.test_cases = deep_cases,
};

kunit_test_suite(deep_suite);
