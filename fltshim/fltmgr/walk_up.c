// SPDX-License-Identifier: GPL-2.0
/*
 * The way up: post-operation callbacks from the lowest altitude to the highest, each with the
 * parameters that its pre-operation callback was shown, until the operation is done or somebody
 * keeps it.
 */
#include "fltmgr/buffer.h"
#include "fltmgr/held.h"
#include "fltmgr/volume.h"
#include "fltmgr/walk.h"
#include "fltmgr/work_item.h"

static const char flt_post_name[] = "post-operation callback";

/*
 * The same for an operation that a worker has and its callback did not keep: resumed when the
 * worker ends. One that ended before the hold was published could not do that.
 */
static bool flt_hold_for_worker(struct flt_operation *op, struct flt_instance *holder)
{
	PFLT_CALLBACK_DATA data = &op->data;

	if (!flt_hold(op, holder))
		return false;
	if (!flt_item_has_data(data))
		flt_hold_release(data);
	return true;
}

/* The walk is through with a record; its synchronization with this thread ends. */
static void flt_post_next(struct flt_operation *op, struct flt_record *record)
{
	if (record->sync) {
		record->sync = false;
		op->waits--;
	}
	if (unlikely(record->swaps))
		flt_buffer_swapped_free(record);
	op->cursor--;
}

/* A post-operation callback keeps its operation. Return: false unless it was resumed already. */
static noinline bool flt_post_kept(struct flt_operation *op, struct flt_record *record)
{
	if (!FLT_IS_IRP_OPERATION(&op->data))
		flt_violation(record->node->instance->filter, FLT_VIOLATION_POSTOP_STATUS, op,
			      "halted completion of what is not IRP-based");
	op->flags &= ~FLT_OP_POSTED;
	return !flt_hold(op, record->node->instance);
}

/* What a post-operation callback that did not keep the operation changed in its outcome. */
static noinline void flt_post_apply(struct flt_operation *op, struct flt_filter *filter,
				    int verdict, NTSTATUS before)
{
	if (verdict == FLT_POSTOP_DISALLOW_FSFILTER_IO &&
	    op->accepted.MajorFunction == IRP_MJ_QUERY_OPEN) {
		flt_fail(op, STATUS_FLT_DISALLOW_FSFILTER_IO);
	} else {
		if (verdict != FLT_POSTOP_FINISHED_PROCESSING)
			flt_violation(filter, FLT_VIOLATION_POSTOP_STATUS, op,
				      "post-operation callback returned %d", verdict);
		/* FltCancelFileOpen() makes a success wrong that was right before (POSTOP-80). */
		if (op->data.IoStatus.Status != before || op->op_index == IRP_MJ_CREATE)
			flt_check_status(op, filter, false);
	}
	flt_check_information(op, filter);
}

/* Acts on a post-operation callback that is back. Return: false when it keeps the operation. */
static __always_inline bool flt_post_back(struct flt_walk *walk, int verdict)
{
	struct flt_operation *op = walk->op;
	struct flt_record *record = &op->records[op->cursor];
	struct flt_filter *filter = record->node->instance->filter;

	flt_callback_back(walk, filter, flt_post_name);
	flt_record_finish(record);
	if (unlikely(verdict == FLT_POSTOP_MORE_PROCESSING_REQUIRED))
		return flt_post_kept(op, record);
	if (unlikely(!flt_callback_ended(op, filter, verdict)))
		return !flt_hold_for_worker(op, record->node->instance);
	if (unlikely(flt_unhold(op)))
		flt_violation(filter, FLT_VIOLATION_RESUME, op,
			      "resumed before the callback returned %d", verdict);
	if (unlikely(verdict != FLT_POSTOP_FINISHED_PROCESSING || op->op_index == IRP_MJ_CREATE ||
		     op->data.IoStatus.Status != walk->before.Status ||
		     op->data.IoStatus.Information != walk->before.Information))
		flt_post_apply(op, filter, verdict, walk->before.Status);
	flt_post_next(op, record);
	return true;
}

/* One post-operation callback. Return: false when it keeps the operation. */
static __always_inline bool flt_step_post(struct flt_walk *walk)
{
	struct flt_operation *op = walk->op;
	struct flt_filter *filter;
	struct flt_record *record;

	if (op->cursor <= op->floor) {
		op->phase = FLT_PHASE_DONE;
		return true;
	}
	record = &op->records[op->cursor];
	if (unlikely(atomic_read(&op->hold) == FLT_HOLD_RESUMED)) {
		filter = record->node->instance->filter;
		atomic_set(&op->hold, FLT_HOLD_NONE);
		op->flags &= ~FLT_OP_WORKER_RESUMES;
		flt_hold_end(op, record->node->instance);
		flt_check_status(op, filter, false);
		flt_check_information(op, filter);
		flt_post_next(op, record);
		return true;
	}
	if (unlikely(record->saved))
		flt_restore_changes(op, record);
	if (record->state != FLT_RECORD_OPEN) {
		flt_post_next(op, record);
		return true;
	}

	flt_operation_show(op, record->node->instance, FLTFL_CALLBACK_DATA_POST_OPERATION);
	walk->before = op->data.IoStatus;
	atomic_set(&op->hold, FLT_HOLD_CALLING);
	return flt_post_back(walk, flt_call_post(record->node, op->op_index, &op->data,
						 &walk->objects, record->context, 0));
}

/* Up the stack, until the operation is done or somebody keeps it. */
seh_raises void flt_walk_up(void *arg)
{
	struct flt_walk *walk = arg;

	do {
		walk->waits = flt_operation_waits(walk->op);
		walk->on = flt_step_post(walk);
	} while (walk->on && walk->op->phase == FLT_PHASE_POST);
}

/* An exception came through a post-operation callback, whose operation fails with it. */
bool flt_walk_up_raised(struct flt_walk *walk, NTSTATUS code)
{
	struct flt_operation *op = walk->op;

	flt_call_raised(op->nodes[op->cursor].instance->filter, op, flt_post_name, code);
	flt_fail(op, code);
	return flt_post_back(walk, FLT_POSTOP_FINISHED_PROCESSING);
}
