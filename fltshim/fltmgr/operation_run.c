// SPDX-License-Identifier: GPL-2.0
/*
 * Life of an operation around the walk (operation.c): it is initialised, enters the stack, is run
 * by its issuer or started asynchronously, continues where somebody hands it back, and leaves.
 */
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "fltmgr/buffer.h"
#include "fltmgr/cancel.h"
#include "fltmgr/ecp.h"
#include "fltmgr/file_object.h"
#include "fltmgr/held.h"
#include "fltmgr/operation.h"
#include "fltmgr/stack.h"
#include "fltmgr/status_request.h"
#include "fltmgr/verdict.h"
#include "fltmgr/volume.h"
#include "nt/ex_pool.h"
#include "nt/mm_mdl.h"

static struct workqueue_struct *flt_resume_wq;

static void flt_resume_worker(struct work_struct *work);

/**
 * flt_operation_reset() - make a finished operation ready to be run again
 * @op: its parameters stay as they are
 */
void flt_operation_reset(struct flt_operation *op)
{
	const struct flt_op_desc *desc = &flt_op_table[op->op_index];

	flt_operation_reset_walk(op, desc->cannot_fail, desc->paging);
	flt_fail(op, STATUS_SUCCESS);
}

/**
 * flt_operation_init() - prepare an operation
 * @op: memory of the front half's
 * @volume: the volume
 * @major: major function
 * @file: file object, or NULL where the operation has none
 *
 * The parameters are zero and RequestorMode is UserMode afterwards; the front half sets what it
 * knows in op->iopb.
 */
void flt_operation_init(struct flt_operation *op, struct flt_volume *volume, UCHAR major,
			PFILE_OBJECT file)
{
	__flt_operation_init(op, volume, major, file);
	op->stack = NULL;
}

/* Somebody looks at the data: the file system gives it memory of its own. False when it cannot. */
static noinline bool flt_operation_substitute(struct flt_operation *op)
{
	if (!op->front || !op->volume->ops->substitute)
		return true;
	if (op->volume->ops->substitute(op)) {
		op->accepted = op->iopb;
		return true;
	}
	flt_inflight_leave(op);
	return false;
}

/*
 * Enters the stack: in flight, snapshot and guard; false when the operation has failed before that.
 * Whoever looks at what is in flight sees no nodes before they are there.
 */
static __always_inline bool flt_operation_enter(struct flt_operation *op)
{
	unsigned int index = op->op_index;
	const struct flt_stack *stack;
	int above = 0;

	op->accepted = op->iopb;
	op->thread = op->data.Thread;
	op->mode = op->data.RequestorMode;
	op->cursor = 0;
	op->nr_nodes = 0;
	op->start = jiffies;
	flt_inflight_enter(op);
	stack = op->guard;
	if (unlikely(stack->interest & flt_want_data(index)) && !flt_operation_substitute(op))
		return false;
	if (unlikely(op->initiator))
		above = flt_stack_above(stack, index, op->initiator);
	else if (unlikely(op->iopb.IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO)))
		op->flags |= FLT_OP_PAGING;
	op->stack = op->guard;
	op->nodes = &stack->nodes[stack->first[index] + above];
	/* After @nodes, for who looks at what is in flight. */
	smp_store_release(&op->nr_nodes, stack->count[index] - above);
	return true;
}

/* Finds room for many records; false without memory: the operation has left, and failed. */
static noinline bool flt_operation_find_room(struct flt_operation *op)
{
	struct flt_record *records = op->reserve;

	if (op->nr_nodes > op->nr_reserve) {
		records = kmalloc_array(op->nr_nodes, sizeof(*records), GFP_NOFS);
		if (!records) {
			flt_inflight_leave(op);
			flt_fail(op, STATUS_INSUFFICIENT_RESOURCES);
			return false;
		}
		op->allocated = true;
	}
	op->records = records;
	return true;
}

static __always_inline bool flt_operation_begin(struct flt_operation *op)
{
	return likely(op->nr_nodes <= FLT_INLINE_RECORDS) || flt_operation_find_room(op);
}

/* What hardly any operation has. */
static noinline void flt_operation_leave_rest(struct flt_operation *op)
{
	flt_status_forget(op);
	if (op->stack_ref)
		flt_stack_put(op->stack);
	if (op->allocated)
		kfree(op->records);
	op->allocated = false;
	op->records = op->inline_records;
}

static __always_inline void flt_operation_leave(struct flt_operation *op)
{
	/* While the filters that made them are there; an open that starts again keeps them. */
	if (unlikely(op->ecps) && op->data.IoStatus.Status != STATUS_REPARSE)
		flt_ecps_drop(op);
	flt_inflight_leave(op);
	op->iopb.TargetInstance = op->accepted.TargetInstance;
	if (unlikely((uintptr_t)op->requests | op->stack_ref | op->allocated))
		flt_operation_leave_rest(op);
}

/*
 * Waits for whoever holds the operation. A killed caller cancels: once what is armed or the file
 * system that has it now, later every file system that gets it.
 */
static noinline void flt_operation_wait(struct flt_operation *op)
{
	unsigned int state = op->flags & FLT_OP_INTERRUPTIBLE ? TASK_INTERRUPTIBLE : TASK_KILLABLE;

	if (op->flags & FLT_OP_UNKILLABLE) {
		wait_for_completion_state(&op->resumed, TASK_IDLE);
	} else if (wait_for_completion_state(&op->resumed, state)) {
		if (flt_operation_canceled(op))
			flt_cancel_bottom(op);
		else
			flt_operation_cancel(op);
		wait_for_completion_state(&op->resumed, TASK_IDLE);
	}
}

/*
 * Drives the machine to the end, waiting out holds.
 *
 * Return: false when the file system has parked it
 */
static __always_inline bool flt_operation_drive(struct flt_operation *op)
{
	while (unlikely(!flt_operation_machine(op))) {
		/* Nobody but its issuer goes on with it then, so its members can be looked at. */
		if (op->parks && flt_operation_parked(op))
			return false;
		flt_operation_wait(op);
	}
	return true;
}

/* With its records. */
static __always_inline NTSTATUS flt_operation_run_ready(struct flt_operation *op)
{
	if (unlikely(!flt_operation_drive(op)))
		return STATUS_PENDING;
	flt_operation_leave(op);
	return op->data.IoStatus.Status;
}

/* On a deep stack the records live in this frame, so that nothing is allocated. */
static noinline NTSTATUS flt_operation_run_deep(struct flt_operation *op)
{
	struct flt_record records[FLT_DEEP_RECORDS] FLT_NOT_CLEARED;
	NTSTATUS status;

	op->records = records;
	status = flt_operation_run_ready(op);
	op->records = op->inline_records;
	return status;
}

static noinline NTSTATUS flt_operation_run_many(struct flt_operation *op)
{
	if (op->nr_nodes > op->nr_reserve && op->nr_nodes <= FLT_DEEP_RECORDS && !op->parks)
		return flt_operation_run_deep(op);
	if (!flt_operation_find_room(op))
		return op->data.IoStatus.Status;
	return flt_operation_run_ready(op);
}

/* Can this fast I/O be asked for as an IRP too? */
static bool flt_operation_has_irp(const struct flt_operation *op)
{
	switch (op->iopb.MajorFunction) {
	case IRP_MJ_READ:
	case IRP_MJ_WRITE:
	case IRP_MJ_QUERY_INFORMATION:
	case IRP_MJ_LOCK_CONTROL:
	case IRP_MJ_DEVICE_CONTROL:
		return true;
	}
	return false;
}

/*
 * A filter does not allow the fast I/O: what the I/O manager does then is to ask again, by an IRP,
 * which is a new operation to everybody (PREOP-55).
 */
static noinline NTSTATUS flt_operation_run_as_irp(struct flt_operation *fast)
{
	struct flt_operation op FLT_NOT_CLEARED;

	flt_operation_init(&op, fast->volume, fast->iopb.MajorFunction,
			   fast->iopb.TargetFileObject);
	op.data.Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION |
			(fast->data.Flags & FLTFL_CALLBACK_DATA_SYSTEM_BUFFER);
	op.data.Thread = fast->data.Thread;
	op.data.RequestorMode = fast->data.RequestorMode;
	op.iopb.MinorFunction = fast->iopb.MinorFunction;
	op.iopb.Parameters = fast->iopb.Parameters;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	/* For an IRP these are what counts (FASTIO-19). */
	if (op.op_index == IRP_MJ_LOCK_CONTROL && op.iopb.MinorFunction == IRP_MN_LOCK) {
		if (op.iopb.Parameters.LockControl.FailImmediately)
			op.iopb.OperationFlags |= SL_FAIL_IMMEDIATELY;
		if (op.iopb.Parameters.LockControl.ExclusiveLock)
			op.iopb.OperationFlags |= SL_EXCLUSIVE_LOCK;
	}
	if (op.op_index == IRP_MJ_READ)
		op.iopb.IrpFlags |= IRP_READ_OPERATION;
	else if (op.op_index == IRP_MJ_WRITE)
		op.iopb.IrpFlags |= IRP_WRITE_OPERATION;
	op.front = fast->front;
	op.task = fast->task;
	flt_operation_run(&op);
	fast->data.IoStatus = op.data.IoStatus;
	flt_operation_fini(&op);
	return fast->data.IoStatus.Status;
}

/**
 * flt_operation_run() - take a synchronous operation through the filters and the file system
 * @op: initialised operation
 *
 * PASSIVE or APC level. Every callback and the bottom run in the calling task: when somebody
 * pends the operation, the caller sleeps until it is resumed and goes on itself. A fatal signal
 * cancels the operation; it is awaited all the same, since a filter may still hold its callback
 * data (PEND-19). Fast I/O that a filter does not allow is asked for again as an IRP, where there
 * is one.
 *
 * Return: the final status, as in op->data.IoStatus; STATUS_PENDING when it is parked (op->parks,
 * flt_operation_parked()), and then flt_operation_unpark() is owed in the same task
 */
NTSTATUS flt_operation_run(struct flt_operation *op)
{
	NTSTATUS status;

	if (unlikely(!flt_operation_enter(op)))
		return op->data.IoStatus.Status;
	if (likely(op->nr_nodes <= FLT_INLINE_RECORDS))
		status = flt_operation_run_ready(op);
	else
		status = flt_operation_run_many(op);
	if (unlikely(status == STATUS_FLT_DISALLOW_FAST_IO) &&
	    FLT_IS_FASTIO_OPERATION(&op->data) && flt_operation_has_irp(op))
		status = flt_operation_run_as_irp(op);
	return status;
}

/**
 * flt_operation_unpark() - go on with a parked operation, on its way up
 * @op: parked; its IoStatus is set
 *
 * PASSIVE level, in the task that ran it. While it was parked it kept no detach waiting: who went
 * away meanwhile has had its post-operation callback. A filter that sends it down again from
 * there finds the file system ready to finish it at once.
 *
 * Return: the final status
 */
NTSTATUS flt_operation_unpark(struct flt_operation *op)
{
	op->parks = false;
	atomic_set(&op->hold, FLT_HOLD_RESUMED);
	flt_operation_drive(op);
	flt_operation_leave(op);
	return op->data.IoStatus.Status;
}

/**
 * flt_operation_again() - send an operation down once more, from its post-operation callback
 * @op: op->cursor is the record whose callback runs, in this task; IoStatus and the parameters in
 *	op->accepted are what shall go down
 *
 * PASSIVE or APC level. Only what is below that record is visited; the caller's record is DONE to
 * a detacher meanwhile, and its instance is kept by the caller. On return the walk stands where it
 * stood, with the new IoStatus.
 */
void flt_operation_again(struct flt_operation *op)
{
	int floor = op->floor, cursor = op->cursor;
	struct flt_record *record = &op->records[cursor];
	ULONG shown = op->shown;
	u64 sum = op->sum;
	bool parks = op->parks;

	WRITE_ONCE(record->state, FLT_RECORD_NONE);
	op->parks = false;
	op->floor = cursor;
	WRITE_ONCE(op->cursor, cursor + 1);
	op->iopb = op->accepted;
	WRITE_ONCE(op->phase, FLT_PHASE_PRE);
	op->flags &= ~(FLT_OP_BY_FILTER | FLT_OP_OPENED);
	atomic_set(&op->hold, FLT_HOLD_NONE);
	flt_operation_drive(op);
	atomic_set(&op->hold, FLT_HOLD_CALLING);
	WRITE_ONCE(op->phase, FLT_PHASE_POST);
	WRITE_ONCE(op->cursor, cursor);
	op->floor = floor;
	op->parks = parks;
	WRITE_ONCE(record->state, FLT_RECORD_OPEN);
	op->shown = shown;
	op->sum = sum;
}

static void flt_operation_put_tasks(struct flt_operation *op)
{
	put_task_struct(op->leader);
	put_task_struct(op->task);
}

static void flt_operation_finish_async(struct flt_operation *op)
{
	flt_operation_leave(op);
	flt_operation_put_tasks(op);
	op->done(op);
}

/**
 * flt_operation_start_as() - start an asynchronous operation for another thread
 * @op: as for flt_operation_start()
 * @task: the thread, which may have ended
 * @leader: of its thread group
 *
 * Both are referenced by the caller for the length of this call, and by the operation till its end.
 *
 * Return: as flt_operation_start()
 */
u8 flt_operation_start_as(struct flt_operation *op, struct task_struct *task,
			  struct task_struct *leader)
{
	u8 how;

	op->flags |= FLT_OP_ASYNC;
	op->task = get_task_struct(task);
	op->leader = get_task_struct(leader);
	if (!flt_operation_enter(op) || !flt_operation_begin(op)) {
		flt_operation_put_tasks(op);
		op->done(op);
		return FLT_OP_UNSENT;
	}
	if (!flt_operation_machine(op))
		return FLT_OP_WAS_HELD;
	how = op->flags & (FLT_OP_WAS_HELD | FLT_OP_BY_FILTER);
	flt_operation_finish_async(op);
	return how;
}

/**
 * flt_operation_start() - start an asynchronous operation of the current thread
 * @op: initialised operation with op->done set; lives until that is called
 *
 * PASSIVE or APC level. May complete before it returns, so @op is not the caller's any more.
 * op->done() is called in task or softirq context.
 *
 * Return: FLT_OP_UNSENT, or FLT_OP_WAS_HELD and FLT_OP_BY_FILTER as they apply; without
 * FLT_OP_WAS_HELD op->done() has been called
 */
u8 flt_operation_start(struct flt_operation *op)
{
	return flt_operation_start_as(op, op->task, op->task->group_leader);
}

static void flt_resume_worker(struct work_struct *work)
{
	struct flt_operation *op = container_of(work, struct flt_operation, work);

	if (flt_operation_machine(op))
		flt_operation_finish_async(op);
}

/*
 * Goes on with an operation that was PENDED and is RESUMED now. A synchronous one is continued
 * by its issuer, a synchronized one by the thread that waits for it. Another asynchronous one is
 * continued here if what comes next may run at this level: on the way up always, on the way down
 * only where sleeping is allowed.
 */
void flt_operation_continue(struct flt_operation *op)
{
	if (!(op->flags & FLT_OP_ASYNC) || op->waits) {
		complete(&op->resumed);
	} else if (!preemptible()) {
		bool up = op->phase != FLT_PHASE_PRE || op->resume == FLT_PREOP_COMPLETE;

		if (up && !in_hardirq() && !irqs_disabled()) {
			flt_resume_worker(&op->work);
			return;
		}
		INIT_WORK(&op->work, flt_resume_worker);
		queue_work(flt_resume_wq, &op->work);
	} else {
		flt_resume_worker(&op->work);
	}
}

/**
 * flt_operation_bottom_done() - an operation that perform() left under way is finished
 * @op: its IoStatus is set
 *
 * Task or softirq context; called once.
 */
void flt_operation_bottom_done(struct flt_operation *op)
{
	int old;

	for (;;) {
		old = FLT_HOLD_CALLING;
		if (atomic_try_cmpxchg_release(&op->hold, &old, FLT_HOLD_RESUMED))
			return;		/* perform() has not returned yet */
		if (old != FLT_HOLD_CLAIMED)
			break;
		/* Taken by somebody who means a callback, and gives it back: flt_hold_try(). */
		cpu_relax();
	}
	atomic_set_release(&op->hold, FLT_HOLD_RESUMED);
	flt_operation_continue(op);
}

/**
 * flt_operation_bottom_waits() - perform() of a synchronous operation is about to wait for long
 * @op: the operation; in the file system's turn
 *
 * For what ends when another program pleases: filters may go meanwhile, and what they are owed is
 * drained. The caller's file system must see to it that its bottom routine needs none of them.
 */
void flt_operation_bottom_waits(struct flt_operation *op)
{
	flt_hold_prepare(op, NULL);
}

/* The wait is over; in the same task. */
void flt_operation_bottom_waited(struct flt_operation *op)
{
	flt_hold_end(op, NULL);
}

/* What flt_operation_fini() finds in an operation. */
void flt_operation_drop(struct flt_operation *op)
{
	WARN_ON_ONCE(op->guard);
	/* The file system's reparse data, or what a filter put in its place (CBD-018). */
	if (unlikely(op->data.TagData)) {
		pool_free(flt_operation_drop, __func__, op->data.TagData, 0);
		op->data.TagData = NULL;
	}
	if (unlikely(op->locked))
		mm_mdl_free_kept(&op->locked);
	if (unlikely(op->ecps))
		flt_ecps_drop(op);
}

int flt_operations_init(void)
{
	int ret = flt_walk_init();

	if (ret)
		return ret;
	flt_resume_wq = alloc_workqueue("fltshim_resume", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (flt_resume_wq)
		return 0;
	flt_walk_exit();
	return -ENOMEM;
}

void flt_operations_exit(void)
{
	destroy_workqueue(flt_resume_wq);
	flt_walk_exit();
}
