// SPDX-License-Identifier: GPL-2.0
/*
 * Requests of probes (see async_issue.h). Memory is the test's; callback data is freed by the
 * case.
 */
#include <linux/interrupt.h>
#include <linux/slab.h>
#include "kunit/async_issue.h"

/* The completion callback; @context is the issue. */
void issue_callback(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
	struct issue *i = context;

	i->seen = data;
	i->status = data->IoStatus.Status;
	i->information = data->IoStatus.Information;
	i->major = data->Iopb->MajorFunction;
	i->irql = KeGetCurrentIrql();
	i->asleep = preemptible();
	i->task = current;
	i->events = READ_ONCE(i->world->nr_events);
	atomic_inc(&i->calls);
	if (i->on_done)
		i->on_done(i);
	complete(&i->done);
}

/* Sets major function and parameters: a page of a transfer at offset 0. */
void issue_fill(struct issue *i, UCHAR major)
{
	PFLT_IO_PARAMETER_BLOCK iopb = i->data->Iopb;

	iopb->MajorFunction = major;
	if (major == IRP_MJ_READ) {
		iopb->Parameters.Read.Length = PAGE_SIZE;
		iopb->IrpFlags = IRP_READ_OPERATION;
	} else if (major == IRP_MJ_WRITE) {
		iopb->Parameters.Write.Length = PAGE_SIZE;
		iopb->IrpFlags = IRP_WRITE_OPERATION;
	}
}

struct issue *issue_on(struct world *w, char who, PFLT_INSTANCE instance, PFILE_OBJECT file,
		       UCHAR major)
{
	struct issue *i = kunit_kzalloc(w->test, sizeof(*i), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(w->test, i);
	i->world = w;
	i->probe = w->probe[who - 'A'];
	init_completion(&i->done);
	KUNIT_ASSERT_EQ(w->test, FltAllocateCallbackData(instance, file, &i->data),
			STATUS_SUCCESS);
	issue_fill(i, major);
	return i;
}

/* A request of a probe's instance on the world's file. */
struct issue *issue_new(struct world *w, char who, UCHAR major)
{
	return issue_on(w, who, w->probe[who - 'A']->instance[0],
			major == IRP_MJ_CREATE ? NULL : w->file, major);
}

NTSTATUS issue_start(struct issue *i)
{
	reinit_completion(&i->done);
	i->returned = FltPerformAsynchronousIo(i->data, issue_callback, i);
	return i->returned;
}

/* Its end comes in softirq, after the submission has returned. */
void issue_start_soft(struct issue *i)
{
	i->world->fake->when = FAKE_HOLD;
	issue_start(i);
	fake_release_in_softirq(i->world->fake);
}

bool issue_wait(struct issue *i)
{
	return wait_for_completion_timeout(&i->done, 10 * HZ);
}

/* Synchronously; the data is the caller's again. */
NTSTATUS issue_run(struct issue *i)
{
	FltPerformSynchronousIo(i->data);
	return i->data->IoStatus.Status;
}

void issue_free(struct issue *i)
{
	FltFreeCallbackData(i->data);
	i->data = NULL;
}

struct async_soft {
	struct tasklet_struct tasklet;
	void (*fn)(void *arg);
	void *arg;
	struct completion done;
};

static void async_tasklet(struct tasklet_struct *tasklet)
{
	struct async_soft *soft = from_tasklet(soft, tasklet, tasklet);

	soft->fn(soft->arg);
	complete(&soft->done);
}

/* Calls @fn in a tasklet and waits for it. */
void async_in_softirq(void (*fn)(void *arg), void *arg)
{
	struct async_soft soft = { .fn = fn, .arg = arg };

	init_completion(&soft.done);
	tasklet_setup(&soft.tasklet, async_tasklet);
	tasklet_schedule(&soft.tasklet);
	wait_for_completion(&soft.done);
	tasklet_kill(&soft.tasklet);
}

/* Can an allocation be made to fail on this kernel? */
bool async_faults_work(void)
{
#ifdef CONFIG_FAULT_INJECTION
	void *p;

	current->fail_nth = 1;
	p = kmalloc(8, GFP_KERNEL);
	current->fail_nth = 0;
	kfree(p);
	return !p;
#else
	return false;
#endif
}

/* Calls @fn with its nth allocation failing; gives whether there was an nth. */
bool async_with_fault(int nth, void (*fn)(void *arg), void *arg)
{
	bool failed = false;

#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = nth;
#endif
	fn(arg);
#ifdef CONFIG_FAULT_INJECTION
	failed = !current->fail_nth;
	current->fail_nth = 0;
#endif
	return failed;
}
