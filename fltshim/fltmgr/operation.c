// SPDX-License-Identifier: GPL-2.0
/*
 * The walk: a state machine that calls pre-operation callbacks from the highest altitude down
 * (walk_down.c), the file system once, and post-operation callbacks from the lowest altitude up
 * (walk_up.c). Whoever finishes a step goes on with the same machine, so pended, deferred and
 * asynchronous operations need no second path. How an operation begins and ends is in
 * operation_run.c.
 */
#include <linux/sched/mm.h>
#include "fltmgr/file_object.h"
#include "fltmgr/held.h"
#include "fltmgr/redirect.h"
#include "fltmgr/status_request.h"
#include "fltmgr/volume.h"
#include "fltmgr/walk.h"
#include "fltmgr/work_item.h"
#include "nt/io_toplevel.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"

/**
 * flt_operation_mend() - put back what a callback may not touch and has touched
 * @op: the operation
 * @filter: whose callback it was; reported
 */
void flt_operation_mend(struct flt_operation *op, struct flt_filter *filter)
{
	FLT_CALLBACK_DATA *data = &op->data;

	if ((data->Flags ^ op->shown) & ~FLTFL_CALLBACK_DATA_DIRTY) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "Flags became %#x", data->Flags);
		data->Flags = op->shown | (data->Flags & FLTFL_CALLBACK_DATA_DIRTY);
	}
	if (data->Thread != op->thread || data->RequestorMode != op->mode) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "Thread or RequestorMode changed");
		data->Thread = op->thread;
		data->RequestorMode = op->mode;
	}
	if (data->Iopb != &op->iopb) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "Iopb points to %p", data->Iopb);
		data->Iopb = &op->iopb;
	}
	if (op->iopb.MajorFunction != op->accepted.MajorFunction) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "MajorFunction became %#x",
			      op->iopb.MajorFunction);
		op->iopb.MajorFunction = op->accepted.MajorFunction;
	}
	if (data->TagData && (op->op_index != IRP_MJ_CREATE ||
			      !(op->shown & FLTFL_CALLBACK_DATA_POST_OPERATION))) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "TagData became %p", data->TagData);
		data->TagData = NULL;
	}
}

/* Is everything that a callback may not touch as it was shown to it? */
static bool flt_operation_intact(const struct flt_operation *op)
{
	const FLT_CALLBACK_DATA *data = &op->data;

	return !((data->Flags ^ op->shown) & ~FLTFL_CALLBACK_DATA_DIRTY) &&
	       data->Thread == op->thread && data->RequestorMode == op->mode &&
	       data->Iopb == &op->iopb && !data->TagData &&
	       op->iopb.MajorFunction == op->accepted.MajorFunction;
}

/* Who had let the operation go resumes it once more, while it was on its way to this callback. */
static void flt_resume_late(struct flt_operation *op)
{
	int hold;

	while ((hold = atomic_read_acquire(&op->hold)) == FLT_HOLD_CLAIMED)
		cpu_relax();
	if (likely(hold != FLT_HOLD_RESUMED || op->resume_cursor == op->cursor))
		return;
	flt_violation(op->nodes[op->resume_cursor].filter, FLT_VIOLATION_RESUME, op,
		      "resumed after the callback had returned");
	atomic_set(&op->hold, FLT_HOLD_CALLING);
}

/**
 * flt_callback_back() - what is looked at after a callback that was not quiet
 * @walk: the walk
 * @filter: whose callback it was; what it did wrong is reported, and undone
 * @what: which of its callbacks
 */
void flt_callback_back(struct flt_walk *walk, struct flt_filter *filter, const char *what)
{
	struct flt_operation *op = walk->op;

	if (unlikely(preempt_count() != walk->level))
		flt_call_level(filter, op, what, walk->level);
	if (!flt_operation_intact(op))
		flt_operation_mend(op, filter);
	flt_resume_late(op);
	op->iopb.Reserved = op->accepted.Reserved;
}

/*
 * Publishes the hold after a callback or the file system said that it keeps the operation.
 *
 * Return: true when the operation is held now and must not be touched any more; false when it
 * was handed back already
 */
bool flt_hold(struct flt_operation *op, struct flt_instance *holder)
{
	int old = FLT_HOLD_CALLING;

	op->flags |= FLT_OP_WAS_HELD;
	/* Whoever was told of the end of the last hold has woken up before it came to this one. */
	init_completion(&op->resumed);
	if (holder && op->phase == FLT_PHASE_PRE && op->front && op->flags & FLT_OP_ASYNC &&
	    op->volume->ops->keep)
		op->volume->ops->keep(op);
	flt_hold_prepare(op, holder);
	while (!atomic_try_cmpxchg(&op->hold, &old, FLT_HOLD_PENDED)) {
		if (old != FLT_HOLD_CLAIMED)
			return false;
		/* See flt_unhold(). */
		cpu_relax();
		old = FLT_HOLD_CALLING;
	}
	return true;
}

/*
 * A callback gave its operation to a worker, or armed a cancel routine, and then did not keep it.
 * The callback data stays until the worker is through (DEFER-35). Where that cannot be awaited the
 * operation is held for it.
 *
 * Return: false when it has to be held
 */
bool flt_callback_strayed(struct flt_operation *op, struct flt_filter *filter, int verdict)
{
	if (flt_cancel_lose(op))
		flt_violation(filter, FLT_VIOLATION_RESUME, op,
			      "returned %d with a cancel routine armed", verdict);
	if (!(op->flags & FLT_OP_POSTED))
		return true;
	flt_violation(filter, FLT_VIOLATION_RESUME, op, "returned %d but has posted the operation",
		      verdict);
	op->flags &= ~FLT_OP_POSTED;
	if (!preemptible()) {
		op->flags |= FLT_OP_WORKER_RESUMES;
		return false;
	}
	flt_item_wait_data(&op->data);
	return true;
}

/*
 * Resumed when the callbacks of this way, of which nodes[@last] has the last, had all returned. In
 * an old snapshot the filter may be gone: the operation was held, perhaps, while it left.
 */
void flt_walk_strayed(struct flt_operation *op, int last)
{
	static const char did[] = "resumed when no callback had kept it";
	const struct flt_node *node = &op->nodes[last];

	/* Pairs with flt_stack_mark(). */
	if (smp_load_acquire(&node->skip) & FLT_NODE_OLD)
		pr_warn_ratelimited("fltshim: an operation was %s\n", did);
	else
		flt_violation(node->filter, FLT_VIOLATION_RESUME, op, "%s", did);
}

/*
 * A filter's own transfer on a file opened for synchronous I/O moves the file position, as a file
 * system of Windows does it (ASYNC-103); what comes from outside has moved its own already.
 */
static void flt_advance_position(struct flt_operation *op)
{
	const FLT_PARAMETERS *p = &op->accepted.Parameters;
	PFILE_OBJECT file = op->accepted.TargetFileObject;
	s64 offset;

	if (!file || !(file->Flags & FO_SYNCHRONOUS_IO) || !NT_SUCCESS(op->data.IoStatus.Status) ||
	    op->accepted.IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO))
		return;
	if (op->op_index == IRP_MJ_READ)
		offset = p->Read.ByteOffset.QuadPart;
	else if (op->op_index == IRP_MJ_WRITE)
		offset = p->Write.ByteOffset.QuadPart;
	else
		return;
	if (offset >= 0)
		WRITE_ONCE(file->CurrentByteOffset.QuadPart,
			   offset + op->data.IoStatus.Information);
}

/* What the file system said to the operation when it got it (CBD-083). */
static NTSTATUS flt_bottom_said(const struct flt_operation *op, bool done)
{
	/* One that ended on another volume has an end of its own, and comes by a resumption. */
	if (op->redirect && atomic_read_acquire(&op->hold) == FLT_HOLD_RESUMED)
		done = true;
	return done ? op->data.IoStatus.Status : STATUS_PENDING;
}

#define FLT_BOTTOM_NOTED	(FLT_WANT(IRP_MJ_CREATE) | FLT_WANT(IRP_MJ_CLOSE) | \
				 FLT_WANT(IRP_MJ_QUERY_OPEN))

/* One of these is back from the file system. */
static noinline void flt_bottom_note(struct flt_operation *op)
{
	if (op->op_index == IRP_MJ_CREATE && NT_SUCCESS(op->data.IoStatus.Status))
		op->flags |= FLT_OP_OPENED;
	else if (op->op_index == IRP_MJ_CLOSE && op->accepted.TargetFileObject)
		WRITE_ONCE(flt_file_of(op->accepted.TargetFileObject)->closed, true);
	else if (op->op_index == flt_op_index(IRP_MJ_QUERY_OPEN))
		op->data.IoStatus.Information = 0;	/* FASTIO-27 */
}

/* The file system's turn. Return: false when it finishes the operation later. */
static bool flt_step_bottom(struct flt_operation *op)
{
	bool done;

	if (unlikely(atomic_read(&op->hold) == FLT_HOLD_RESUMED)) {
		flt_hold_end(op, NULL);
		op->iopb = op->accepted;
	} else {
		op->iopb.TargetInstance = op->accepted.TargetInstance;
		flt_fail(op, STATUS_SUCCESS);
		atomic_set(&op->hold, FLT_HOLD_CALLING);
		done = op->redirect ? flt_redirect_perform(op) : op->volume->ops->perform(op);
		if (unlikely(op->requests))
			flt_status_report(op, flt_bottom_said(op, done));
		if (!done)
			return !flt_hold(op, NULL);
	}
	atomic_set(&op->hold, FLT_HOLD_NONE);
	if (unlikely(BIT_ULL(op->op_index) & FLT_BOTTOM_NOTED))
		flt_bottom_note(op);
	if (unlikely(op->initiator))
		flt_advance_position(op);
	WRITE_ONCE(op->phase, FLT_PHASE_POST);
	WRITE_ONCE(op->cursor, op->nr_nodes - 1);
	return true;
}

/* Through the phases in their order, to the end; false when the operation is held. */
static __always_inline bool flt_machine_phases(struct flt_walk *walk, struct seh_barrier *barrier,
					       bool softirq)
{
	struct flt_operation *op = walk->op;
	bool on;

	if (likely(op->phase == FLT_PHASE_PRE)) {
		seh_barrier_up(barrier, softirq);
		on = flt_walk_down(walk);
		seh_barrier_down(barrier, softirq);
		if (unlikely(!on))
			return false;
	}
	/* Once more when it has ended before the hold was published. */
	while (op->phase == FLT_PHASE_BOTTOM) {
		/* Has to be known before it may be handed away. */
		walk->waits = flt_operation_waits(op);
		if (unlikely(!flt_step_bottom(op)))
			return false;
	}
	seh_barrier_up(barrier, softirq);
	on = flt_walk_up(walk);
	seh_barrier_down(barrier, softirq);
	return on;
}

/* An exception has come to the barrier. Return: false when the operation is held. */
static noinline bool flt_machine_raised(struct flt_walk *walk, struct seh_barrier *barrier,
					bool softirq)
{
	NTSTATUS code = barrier->frame.code;

	seh_barrier_down(barrier, softirq);
	if (walk->op->phase == FLT_PHASE_PRE)
		return flt_walk_down_raised(walk, code);
	return flt_walk_up_raised(walk, code);
}

/*
 * Runs until the operation is done (true) or held by somebody (false: do not touch it). While a
 * filter has synchronized it with this thread (FLT_PREOP_SYNCHRONIZE), a hold is waited out here:
 * whether it is so has to be known before the step that may hand the operation away.
 *
 * The file system's turn is outside the barrier: no exception may jump over its locks. One barrier
 * serves both ways, since setting it up costs as much as half a callback.
 */
static bool flt_machine_run(struct flt_operation *op)
{
	const bool softirq = in_serving_softirq();
	struct seh_barrier barrier FLT_NOT_CLEARED;
	struct flt_walk walk FLT_NOT_CLEARED;
	bool on;

	walk.op = op;
	walk.level = preempt_count();
	seh_barrier_init(&barrier);
	on = likely(!fsh_setjmp(&barrier.frame)) || flt_machine_raised(&walk, &barrier, softirq);
	for (;;) {
		/* After an exception too there may be callbacks to come. */
		if (likely(on) && likely(flt_machine_phases(&walk, &barrier, softirq)))
			return true;
		if (!walk.waits)
			return false;
		wait_for_completion_state(&walk.op->resumed, TASK_IDLE);
		on = true;
	}
}

/*
 * An operation of the file system's paging path: its callbacks run at APC_LEVEL, with a
 * TopLevelIrp (DEFER-24), and what anybody allocates meanwhile does not come back into a file
 * system. Marks the thread, so that it holds for what a callback starts there as well.
 */
static noinline bool flt_machine_paging(struct flt_operation *op)
{
	unsigned int nofs = memalloc_nofs_save();
	struct io_top_level top;
	bool done;

	ke_hold(KE_HOLD_PAGING);
	io_toplevel_enter(&top);
	done = flt_machine_run(op);
	io_toplevel_leave(&top);
	ke_release(KE_HOLD_PAGING);
	memalloc_nofs_restore(nofs);
	return done;
}

bool flt_operation_machine(struct flt_operation *op)
{
	if (unlikely(op->flags & FLT_OP_PAGING) && preemptible())
		return flt_machine_paging(op);
	return flt_machine_run(op);
}
