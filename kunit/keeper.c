// SPDX-License-Identifier: GPL-2.0
/*
 * Keepers (see keeper.h). Memory is the test's; workers and tasklets are waited for when it ends.
 */
#include "kunit/keeper.h"

/* Hands the operation back, in this context. */
void keeper_resume(struct keeper *k)
{
	PFLT_CALLBACK_DATA data = k->data;

	if (k->change)
		k->change(data);
	if (k->post)
		FltCompletePendedPostOperation(data);
	else
		FltCompletePendedPreOperation(data, k->status, k->context);
	complete(&k->resumed);
}

static void keeper_work(struct work_struct *work)
{
	keeper_resume(container_of(work, struct keeper, work));
}

static void keeper_tasklet(struct tasklet_struct *tasklet)
{
	struct keeper *k = from_tasklet(k, tasklet, tasklet);

	keeper_resume(k);
}

/* The same in a tasklet; returns when that is over. */
void keeper_resume_in_softirq(struct keeper *k)
{
	tasklet_schedule(&k->tasklet);
	wait_for_completion(&k->resumed);
}

static void keeper_keep(struct keeper *k, PFLT_CALLBACK_DATA data)
{
	k->data = data;
	atomic_inc(&k->kept);
	switch (k->from) {
	case KEEPER_WORKER:
		queue_work(system_unbound_wq, &k->work);
		break;
	case KEEPER_SOFTIRQ:
		tasklet_schedule(&k->tasklet);
		break;
	case KEEPER_CALLBACK:
		queue_work(system_unbound_wq, &k->work);
		wait_for_completion(&k->resumed);
		break;
	case KEEPER_TEST:
		break;
	}
}

static void keeper_on_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	*status = FLT_PREOP_PENDING;
	keeper_keep(p->private, data);
}

static int keeper_on_post(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, void *context)
{
	keeper_keep(p->private, data);
	return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
}

static void keeper_end(void *arg)
{
	struct keeper *k = arg;

	cancel_work_sync(&k->work);
	tasklet_kill(&k->tasklet);
}

static struct keeper *keeper_new(struct probe *p, enum keeper_from from)
{
	struct kunit *test = p->world->test;
	struct keeper *k = kunit_kzalloc(test, sizeof(*k), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(test, k);
	k->from = from;
	init_completion(&k->resumed);
	INIT_WORK(&k->work, keeper_work);
	tasklet_setup(&k->tasklet, keeper_tasklet);
	KUNIT_ASSERT_EQ(test, flt_kunit_defer(test, keeper_end, k), 0);
	p->private = k;
	return k;
}

/* The probe pends every operation in its pre-operation callback. */
struct keeper *keeper_pend(struct probe *p, enum keeper_from from,
			   FLT_PREOP_CALLBACK_STATUS status)
{
	struct keeper *k = keeper_new(p, from);

	k->status = status;
	p->on_pre = keeper_on_pre;
	return k;
}

/* The probe halts completion of every operation in its post-operation callback. */
struct keeper *keeper_halt(struct probe *p, enum keeper_from from)
{
	struct keeper *k = keeper_new(p, from);

	k->post = true;
	p->on_post = keeper_on_post;
	return k;
}

/* Waits until the probe keeps an operation. */
bool keeper_wait(struct keeper *k)
{
	return WORLD_WAIT(atomic_read(&k->kept));
}
