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
	flt_cursor_move(op, -1);
}

/* A post-operation callback keeps its operation. Return: false unless it was resumed already. */
static bool flt_post_kept(struct flt_operation *op, const struct flt_node *node)
{
	if (!FLT_IS_IRP_OPERATION(&op->data))
		flt_violation(node->filter, FLT_VIOLATION_POSTOP_STATUS, op,
			      "halted completion of what is not IRP-based");
	return !flt_hold(op, node->instance);
}

/* What a filter has left as the operation's status. */
static void flt_post_judge(struct flt_operation *op, const struct flt_node *node)
{
	flt_check_status(op, node->filter, false);
	if (op->op_index == IRP_MJ_CREATE && !NT_SUCCESS(op->data.IoStatus.Status))
		flt_create_failed(op, node);
}

/* What a post-operation callback that did not keep the operation changed in its outcome. */
static void flt_post_apply(struct flt_operation *op, const struct flt_node *node, int verdict,
			   NTSTATUS before)
{
	if (verdict == FLT_POSTOP_DISALLOW_FSFILTER_IO &&
	    op->accepted.MajorFunction == IRP_MJ_QUERY_OPEN) {
		flt_fail(op, STATUS_FLT_DISALLOW_FSFILTER_IO);
	} else {
		if (verdict != FLT_POSTOP_FINISHED_PROCESSING)
			flt_violation(node->filter, FLT_VIOLATION_POSTOP_STATUS, op,
				      "post-operation callback returned %d", verdict);
		/* FltCancelFileOpen() makes a success wrong that was right before (POSTOP-80). */
		if (op->data.IoStatus.Status != before || op->op_index == IRP_MJ_CREATE)
			flt_post_judge(op, node);
	}
	flt_check_information(op, node->filter);
}

/* Return: false when the callback keeps the operation. */
static bool flt_post_act(struct flt_walk *walk, int verdict)
{
	struct flt_operation *op = walk->op;
	const struct flt_node *node = &op->nodes[op->cursor];
	struct flt_record *record = &op->records[op->cursor];
	struct flt_filter *filter = node->filter;

	flt_callback_back(walk, filter, flt_post_name);
	flt_record_finish(record);
	/* Has to be known before it may be handed away. */
	walk->waits = flt_operation_waits(op);
	if (verdict == FLT_POSTOP_MORE_PROCESSING_REQUIRED)
		return flt_post_kept(op, node);
	if (unlikely(!flt_callback_ended(op, filter, verdict)))
		return !flt_hold_for_worker(op, node->instance);
	if (unlikely(flt_unhold(op)))
		flt_violation(filter, FLT_VIOLATION_RESUME, op,
			      "resumed before the callback returned %d", verdict);
	if (verdict != FLT_POSTOP_FINISHED_PROCESSING || op->op_index == IRP_MJ_CREATE ||
	    op->data.IoStatus.Status != walk->before.Status ||
	    op->data.IoStatus.Information != walk->before.Information)
		flt_post_apply(op, node, verdict, walk->before.Status);
	op->iopb = op->accepted;
	flt_post_next(op, record);
	return true;
}

/*
 * Acts on a post-operation callback that is back. A record that is counted may be all that keeps
 * its instance, which has left the stack: that lasts until what the callback said has been done.
 * Return: false when it keeps the operation, which may be over then.
 */
static noinline bool flt_post_back(struct flt_walk *walk, int verdict)
{
	struct flt_operation *op = walk->op;
	struct flt_instance *instance = op->nodes[op->cursor].instance;
	bool counted = op->records[op->cursor].counted, on;

	if (unlikely(counted))
		atomic_inc(&instance->owed);
	on = flt_post_act(walk, verdict);
	if (unlikely(counted))
		flt_instance_settle(instance);
	return on;
}

/* The operation is back from the instance that kept it. */
static noinline void flt_post_resumed(struct flt_operation *op)
{
	int index = op->cursor;
	const struct flt_node *node = &op->nodes[index];

	atomic_set(&op->hold, FLT_HOLD_NONE);
	op->flags &= ~FLT_OP_WORKER_RESUMES;
	flt_hold_end(op, node->instance);
	flt_post_judge(op, node);
	flt_check_information(op, node->filter);
	op->iopb = op->accepted;
	flt_post_next(op, &op->records[index]);
	flt_hold_settle(op, index);
}

/* More than a callback is owed, or nothing. Return: whether one is. */
static noinline bool flt_post_is_called(struct flt_operation *op, struct flt_record *record)
{
	if (record->changed) {
		flt_restore_changes(op, record);
		op->iopb = op->accepted;
	}
	if (record->state == FLT_RECORD_OPEN)
		return true;
	flt_post_next(op, record);
	return false;
}

/* The same result as before, which is right still: a create may have been undone. */
static __always_inline bool flt_post_plain(const struct flt_walk *walk,
					   const struct flt_operation *op, int verdict)
{
	const FILE_OBJECT *file = op->accepted.TargetFileObject;

	return likely(verdict == FLT_POSTOP_FINISHED_PROCESSING) &&
	       likely(op->data.IoStatus.Status == walk->before.Status) &&
	       likely(op->data.IoStatus.Information == walk->before.Information) &&
	       (op->op_index != IRP_MJ_CREATE ||
		likely(file && !(READ_ONCE(file->Flags) & FO_FILE_OPEN_CANCELLED)));
}

/*
 * Calls one callback after the other. Return: true when all were called, false when the last one,
 * which said walk->verdict, needs a closer look.
 */
static __always_inline bool flt_post_all(struct flt_walk *walk, struct flt_operation *op)
{
	const struct flt_node *node = &op->nodes[op->cursor];
	struct flt_record *record = &op->records[op->cursor];
	PFILE_OBJECT file = op->accepted.TargetFileObject;
	struct flt_volume *volume = op->volume;

	for (; op->cursor > op->floor; node--, record--) {
		int verdict;

		if (unlikely(record->bits != FLT_RECORD_PLAIN)) {
			bool called = flt_post_is_called(op, record);

			file = op->accepted.TargetFileObject;
			if (!called)
				continue;
		}
		op->iopb.TargetInstance = node->shown;
		verdict = flt_call_post(node, &op->data, volume, file, &walk->objects,
					record->context, 0);
		if (unlikely(!flt_callback_quiet(walk, op) || !flt_post_plain(walk, op, verdict) ||
			     record->bits != FLT_RECORD_PLAIN)) {
			walk->verdict = verdict;
			return false;
		}
		WRITE_ONCE(record->bits, FLT_RECORD_DONE);
		flt_operation_restore(op);
		flt_cursor_move(op, -1);
	}
	return true;
}

/* Up the stack, until the operation is done or somebody keeps it. */
seh_raises bool flt_walk_up(struct flt_walk *walk)
{
	struct flt_operation *op = walk->op;

	do {
		if (unlikely(atomic_read(&op->hold) == FLT_HOLD_RESUMED))
			flt_post_resumed(op);
		walk->before = op->data.IoStatus;
		flt_operation_show(op, FLTFL_CALLBACK_DATA_POST_OPERATION);
		if (likely(flt_post_all(walk, op))) {
			if (unlikely(flt_unhold(op)) && op->cursor + 1 < op->nr_nodes)
				flt_walk_strayed(op, op->cursor + 1);
			WRITE_ONCE(op->phase, FLT_PHASE_DONE);
			return true;
		}
	} while (flt_post_back(walk, walk->verdict));
	return false;
}

/* An exception came through a post-operation callback, whose operation fails with it. */
bool flt_walk_up_raised(struct flt_walk *walk, NTSTATUS code)
{
	struct flt_operation *op = walk->op;

	flt_call_raised(op->nodes[op->cursor].filter, op, flt_post_name, code);
	flt_fail(op, code);
	return flt_post_back(walk, FLT_POSTOP_FINISHED_PROCESSING);
}
