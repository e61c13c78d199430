// SPDX-License-Identifier: GPL-2.0
/*
 * The way down: pre-operation callbacks from the highest altitude to the lowest, until the file
 * system's turn comes, somebody completes the operation, or somebody keeps it. What a callback may
 * return is in verdict.c; what follows from it is here.
 */
#include "fltmgr/held.h"
#include "fltmgr/volume.h"
#include "fltmgr/walk.h"

static const char flt_pre_name[] = "pre-operation callback";

/* Is this element's callback left out, by the SKIP flags of its registration? */
static bool flt_node_skipped(const struct flt_operation *op, const struct flt_node *node)
{
	const FLT_IO_PARAMETER_BLOCK *iopb = &op->accepted;
	bool paging, nocache;

	if (node->skip & FLTFL_OPERATION_REGISTRATION_SKIP_NON_DASD_IO) {
		const FILE_OBJECT *file = iopb->TargetFileObject;

		if (!file || !(file->Flags & FO_VOLUME_OPEN))
			return true;
	}
	if (iopb->MajorFunction != IRP_MJ_READ && iopb->MajorFunction != IRP_MJ_WRITE)
		return false;
	if (!FLT_IS_IRP_OPERATION(&op->data))
		return node->skip & FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO;
	paging = iopb->IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO);
	nocache = iopb->IrpFlags & IRP_NOCACHE;
	if (paging)
		return node->skip & FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO;
	if (nocache)
		return node->skip & FLTFL_OPERATION_REGISTRATION_SKIP_NON_CACHED_NON_PAGING_IO;
	return node->skip & FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO;
}

/* From here the operation goes up again, beginning with the record above @record. */
static void flt_turn_up(struct flt_operation *op)
{
	WRITE_ONCE(op->phase, FLT_PHASE_POST);
	flt_cursor_move(op, -1);
}

/* The two answers that nearly every callback gives. */
static __always_inline bool flt_preop_plain(const struct flt_node *node, int verdict,
					    const void *context)
{
	if (likely(verdict == FLT_PREOP_SUCCESS_WITH_CALLBACK))
		return node->post;
	return verdict == FLT_PREOP_SUCCESS_NO_CALLBACK && !context;
}

/* The record's post-operation callback is owed, with this completion context. */
static __always_inline void flt_record_owe(struct flt_record *record, void *context)
{
	record->context = context;
	WRITE_ONCE(record->state, FLT_RECORD_OPEN);
}

/* Acts on what a pre-operation callback said. */
static void flt_preop_apply(struct flt_operation *op, struct flt_record *record, int verdict,
			    void *context)
{
	const struct flt_node *node = &op->nodes[op->cursor];
	bool owed = false;

	switch (flt_preop_legal(op, node, verdict, &context)) {
	case FLT_PREOP_SYNCHRONIZE:
		/* For anything but an IRP this is WITH_CALLBACK (PREOP-72). */
		record->sync = FLT_IS_IRP_OPERATION(&op->data);
		if (record->sync)
			op->waits++;
		fallthrough;
	case FLT_PREOP_SUCCESS_WITH_CALLBACK:
		owed = true;
		fallthrough;
	case FLT_PREOP_SUCCESS_NO_CALLBACK:
		if (!flt_accept_changes(op, record, owed)) {
			/* Its own post-operation callback still comes, with the failure. */
			op->flags |= FLT_OP_BY_FILTER;
			if (owed) {
				flt_record_owe(record, context);
				flt_cursor_move(op, 1);
			}
			flt_turn_up(op);
			return;
		}
		flt_fail(op, STATUS_SUCCESS);
		if (owed)
			flt_record_owe(record, context);
		flt_cursor_move(op, 1);
		return;
	case FLT_PREOP_DISALLOW_FASTIO:
		flt_fail(op, STATUS_FLT_DISALLOW_FAST_IO);
		flt_turn_up(op);
		return;
	case FLT_PREOP_DISALLOW_FSFILTER_IO:
		flt_fail(op, STATUS_FLT_DISALLOW_FSFILTER_IO);
		flt_turn_up(op);
		return;
	default:	/* FLT_PREOP_COMPLETE */
		op->flags |= FLT_OP_BY_FILTER;
		flt_check_status(op, node->filter, true);
		flt_check_information(op, node->filter);
		flt_turn_up(op);
	}
}

/* A pre-operation callback keeps its operation. Return: false unless it was resumed already. */
static bool flt_pre_kept(struct flt_walk *walk, const struct flt_node *node, const void *context)
{
	struct flt_filter *filter = node->filter;
	struct flt_operation *op = walk->op;

	if (context)
		flt_violation(filter, FLT_VIOLATION_PREOP_CONTEXT, op,
			      "completion context %p with FLT_PREOP_PENDING", context);
	if (!FLT_IS_IRP_OPERATION(&op->data))
		flt_violation(filter, FLT_VIOLATION_PREOP_PENDING, op,
			      "FLT_PREOP_PENDING for what is not IRP-based");
	/* Has to be known before it may be handed away. */
	walk->waits = flt_operation_waits(op);
	if (flt_hold(op, node->instance))
		return false;
	/* Whatever it armed after the resumption. */
	flt_callback_ended(op, filter, FLT_PREOP_PENDING);
	return true;
}

/* Acts on a pre-operation callback that is back. Return: false when it keeps the operation. */
static noinline bool flt_pre_back(struct flt_walk *walk, int verdict)
{
	struct flt_operation *op = walk->op;
	const struct flt_node *node = &op->nodes[op->cursor];
	struct flt_record *record = &op->records[op->cursor];
	struct flt_filter *filter = node->filter;
	void *context = record->context;

	record->bits = 0;
	flt_callback_back(walk, filter, flt_pre_name);
	if (verdict == FLT_PREOP_PENDING)
		return flt_pre_kept(walk, node, context);
	if (unlikely(flt_unhold(op))) {
		flt_violation(filter, FLT_VIOLATION_RESUME, op,
			      "resumed before the callback returned %d", verdict);
		verdict = op->resume;
		context = op->resume_context;
	}
	flt_callback_ended(op, filter, verdict);
	flt_preop_apply(op, record, verdict, context);
	op->iopb = op->accepted;
	return true;
}

/* The operation is back from the instance that kept it. */
static noinline void flt_pre_resumed(struct flt_operation *op)
{
	int index = op->cursor;

	atomic_set(&op->hold, FLT_HOLD_NONE);
	flt_hold_end(op, op->nodes[index].instance);
	flt_preop_apply(op, &op->records[index], op->resume, op->resume_context);
	op->iopb = op->accepted;
	flt_hold_settle(op, index);
}

/*
 * An old snapshot, whose instances may be leaving, or an element with less than a callback for
 * every operation.
 */
static noinline bool flt_pre_is_called(const struct flt_operation *op, const struct flt_node *node,
				       struct flt_record *record)
{
	record->bits = 0;
	if (READ_ONCE(node->instance->state) != FLT_INSTANCE_ATTACHED ||
	    flt_node_skipped(op, node))
		return false;
	if (!node->pre)
		flt_record_owe(record, NULL);
	return node->pre;
}

/*
 * Calls one callback after the other. Return: true when all were called, false when the last one,
 * which said walk->verdict, needs a closer look.
 */
static __always_inline bool flt_pre_all(struct flt_walk *walk, struct flt_operation *op)
{
	const struct flt_node *node = &op->nodes[op->cursor], *end = &op->nodes[op->nr_nodes];
	struct flt_record *record = &op->records[op->cursor];
	PFILE_OBJECT file = op->accepted.TargetFileObject;
	struct flt_volume *volume = op->volume;

	for (; node != end; node++, record++, flt_cursor_move(op, 1)) {
		int verdict;

		/* Pairs with flt_stack_outdate(): whose instance is leaving is seen to. */
		if (unlikely(smp_load_acquire(&node->skip)) &&
		    !flt_pre_is_called(op, node, record))
			continue;
		op->iopb.TargetInstance = node->shown;
		verdict = flt_call_pre(node, &op->data, volume, file, &walk->objects,
				       &record->context);
		if (unlikely(!flt_callback_quiet(walk, op) ||
			     !flt_preop_plain(node, verdict, record->context))) {
			walk->verdict = verdict;
			return false;
		}
		record->bits = verdict == FLT_PREOP_SUCCESS_WITH_CALLBACK ? FLT_RECORD_PLAIN : 0;
		flt_operation_restore(op);
		flt_fail(op, STATUS_SUCCESS);
	}
	return true;
}

/* Down the stack, until the file system's turn comes or somebody keeps the operation. */
seh_raises bool flt_walk_down(struct flt_walk *walk)
{
	struct flt_operation *op = walk->op;

	do {
		if (unlikely(atomic_read(&op->hold) == FLT_HOLD_RESUMED)) {
			flt_pre_resumed(op);
			continue;
		}
		flt_operation_show(op, 0);
		if (likely(flt_pre_all(walk, op))) {
			if (unlikely(flt_unhold(op)) && op->nr_nodes)
				flt_walk_strayed(op, op->nr_nodes - 1);
			WRITE_ONCE(op->phase, FLT_PHASE_BOTTOM);
			return true;
		}
		if (!flt_pre_back(walk, walk->verdict))
			return false;
	} while (op->phase == FLT_PHASE_PRE);
	return true;
}

/* An exception came through a pre-operation callback, which ends the operation with it. */
bool flt_walk_down_raised(struct flt_walk *walk, NTSTATUS code)
{
	struct flt_operation *op = walk->op;

	flt_call_raised(op->nodes[op->cursor].filter, op, flt_pre_name, code);
	flt_fail(op, code);
	return flt_pre_back(walk, FLT_PREOP_COMPLETE);
}
