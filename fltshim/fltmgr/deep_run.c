// SPDX-License-Identifier: GPL-2.0
/*
 * Synchronous I/O of a filter where the stack is nearly used up: filters that each ask something
 * from their callbacks nest one machine in the other. Such a request runs in a worker, with a stack
 * of its own, and the caller waits for it.
 *
 * The worker stands in for the caller: credentials, address space, allocation scopes, regions,
 * level and TopLevelIrp are the caller's meanwhile. Only the thread is another one:
 * KeGetCurrentThread() of a callback below is the worker, CallbackData->Thread stays the caller.
 */
#include <linux/cred.h>
#include <linux/kthread.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include "fltmgr/cancel.h"
#include "fltmgr/deep_run.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "nt/io_toplevel.h"
#include "nt/ke_irql.h"

/*
 * What has to be left for one more machine. By the frames that x86-64 has, a nested request takes
 * 0.7 KiB, 1.4 with records on the stack, and the callbacks' frames on top; fltfs takes 0.9 KiB at
 * the bottom, and a journalling file system with its disk several more. Debug kernels have larger
 * stacks, and frames.
 */
#define FLT_DEEP_RESERVE	(THREAD_SIZE / 2)

/* What of a thread an allocation looks at. */
#define FLT_DEEP_SCOPES		(PF_MEMALLOC | PF_MEMALLOC_NOFS | PF_MEMALLOC_NOIO)

struct flt_deep_run {
	struct work_struct work;
	struct flt_operation *op;
	const struct cred *cred;
	struct mm_struct *mm;
	unsigned int scopes;
	struct ke_mark mark;
	PIRP top;
	struct completion done;
};

static void flt_deep_worker(struct work_struct *work)
{
	struct flt_deep_run *run = container_of(work, struct flt_deep_run, work);
	unsigned int scopes = current->flags & FLT_DEEP_SCOPES;
	const struct cred *old = override_creds(run->cred);

	if (run->mm)
		kthread_use_mm(run->mm);
	current->flags |= run->scopes;
	ke_mark_restore(&run->mark);
	if (run->top)
		IoSetTopLevelIrp(run->top);
	flt_operation_run(run->op);
	if (run->top)
		IoSetTopLevelIrp(NULL);
	ke_thread_clean();
	current->flags = (current->flags & ~FLT_DEEP_SCOPES) | scopes;
	if (run->mm)
		kthread_unuse_mm(run->mm);
	revert_creds(old);
	/* The last that is touched: it is in the caller's frame. */
	complete(&run->done);
}

/* In another thread, which is waited for; a killed caller cancels, as it would in its own. */
static noinline void flt_operation_run_elsewhere(struct flt_operation *op)
{
	struct flt_deep_run run = {
		.op = op,
		.cred = current_cred(),
		.mm = current->mm,
		.scopes = current->flags & FLT_DEEP_SCOPES,
		.top = IoGetTopLevelIrp(),
	};

	ke_mark(&run.mark);
	init_completion(&run.done);
	INIT_WORK_ONSTACK(&run.work, flt_deep_worker);
	/* What is waited for below belongs to other filters, and so to other queues. */
	queue_work(op->initiator->filter->queues.critical, &run.work);
	if (op->flags & FLT_OP_UNKILLABLE) {
		wait_for_completion_state(&run.done, TASK_IDLE);
	} else if (wait_for_completion_killable(&run.done)) {
		flt_operation_cancel(op);
		wait_for_completion_state(&run.done, TASK_IDLE);
	}
	destroy_work_on_stack(&run.work);
}

/**
 * flt_stack_is_short() - is a request of a filter to run elsewhere than here?
 */
bool flt_stack_is_short(void)
{
	unsigned long here = (unsigned long)__builtin_frame_address(0);

	return here - (unsigned long)task_stack_page(current) < FLT_DEEP_RESERVE;
}

/**
 * flt_operation_run_own() - flt_operation_run() for a request of a filter's own
 * @op: the operation, with op->initiator, which the caller has counted in its @owed
 *
 * PASSIVE or APC level, as flt_operation_run(). Runs where there is stack left for it.
 */
void flt_operation_run_own(struct flt_operation *op)
{
	if (likely(!flt_stack_is_short()))
		flt_operation_run(op);
	else
		flt_operation_run_elsewhere(op);
}
