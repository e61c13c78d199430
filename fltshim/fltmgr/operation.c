// SPDX-License-Identifier: GPL-2.0
/*
 * The walk: a state machine that calls pre-operation callbacks from the highest altitude down,
 * the file system once, and post-operation callbacks from the lowest altitude up. Whoever
 * finishes a step goes on with the same machine, so pended, deferred and asynchronous operations
 * need no second path. What a callback may return is in verdict.c; what follows from it is here;
 * how an operation begins and ends is in operation_run.c.
 */
#include <linux/mempool.h>
#include <linux/slab.h>
#include "fltmgr/buffer.h"
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/operation.h"
#include "fltmgr/stack.h"
#include "fltmgr/verdict.h"
#include "fltmgr/volume.h"
#include "fltmgr/work_item.h"

/*
 * One way of the machine through callbacks: down or up, behind one exception barrier. It outlives
 * an exception and the operation, which may be gone when @on is false.
 */
struct flt_walk {
	struct flt_operation *op;
	FLT_RELATED_OBJECTS objects;
	void *context;		/* completion context that the running callback leaves */
	IO_STATUS_BLOCK before;	/* what the running post-operation callback was shown */
	int level;		/* preemption count of every callback's start */
	bool on;		/* the machine still has the operation */
	bool waits;		/* a hold is waited out by this thread */
};

static const char flt_pre_name[] = "pre-operation callback";
static const char flt_post_name[] = "post-operation callback";

static struct kmem_cache *flt_iopb_cache;
static mempool_t *flt_iopb_pool;

/* Is this element's callback to be left out, by the SKIP flags of its registration? */
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

/* Show the callback data to one instance: the parameters in force, and itself as the target. */
static __always_inline void flt_operation_show(struct flt_operation *op,
					       struct flt_instance *instance, ULONG flags)
{
	op->iopb = op->accepted;
	op->iopb.TargetInstance = flt_instance_opaque(instance);
	op->shown = (op->data.Flags & ~FLTFL_CALLBACK_DATA_DIRTY) | flags;
	op->data.Flags = op->shown;
}

/* What a callback may not touch: everything in Flags but DIRTY, the thread and so on. */
static __always_inline bool flt_operation_intact(const struct flt_operation *op)
{
	const FLT_CALLBACK_DATA *data = &op->data;

	return !(((data->Flags ^ op->shown) & ~FLTFL_CALLBACK_DATA_DIRTY) |
		 ((unsigned long)data->Thread ^ (unsigned long)op->thread) |
		 ((unsigned long)data->Iopb ^ (unsigned long)&op->iopb) |
		 (data->RequestorMode ^ op->mode) |
		 (op->iopb.MajorFunction ^ op->accepted.MajorFunction));
}

/* It is put back where a callback has touched it. */
static noinline void flt_operation_mend(struct flt_operation *op, struct flt_filter *filter)
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
}

/* After every callback: the level, and what it may not touch. */
static __always_inline void flt_callback_back(struct flt_walk *walk, struct flt_filter *filter,
					      const char *what)
{
	struct flt_operation *op = walk->op;

	if (unlikely(preempt_count() != walk->level))
		flt_call_level(filter, op, what, walk->level);
	if (unlikely(!flt_operation_intact(op)))
		flt_operation_mend(op, filter);
	op->iopb.Reserved = op->accepted.Reserved;
}

/*
 * A filter's changes to the parameters count below it if it marked the data dirty (CBD-035); the
 * values before are kept for its own post-operation callback and those above. Retargeting to
 * another file object or instance has to stay on this volume and with this instance here. @owed:
 * the filter's post-operation callback will be called.
 *
 * Return: false when the change cannot be taken; the operation fails then
 */
static bool flt_accept_changes(struct flt_operation *op, struct flt_record *record, bool owed)
{
	struct flt_instance *instance = record->node->instance;
	FLT_IO_PARAMETER_BLOCK *saved;

	if (likely(!(op->data.Flags & FLTFL_CALLBACK_DATA_DIRTY)))
		return true;
	op->data.Flags &= ~FLTFL_CALLBACK_DATA_DIRTY;
	if (op->iopb.TargetInstance != flt_instance_opaque(instance)) {
		flt_violation(instance->filter, FLT_VIOLATION_DATA, op,
			      "TargetInstance became %p", op->iopb.TargetInstance);
		flt_fail(op, STATUS_INVALID_PARAMETER);
		return false;
	}
	if (op->iopb.TargetFileObject != op->accepted.TargetFileObject &&
	    (!op->iopb.TargetFileObject ||
	     flt_file_of(op->iopb.TargetFileObject)->volume != op->volume)) {
		flt_violation(instance->filter, FLT_VIOLATION_DATA, op,
			      "TargetFileObject became %p, which is not of this volume",
			      op->iopb.TargetFileObject);
		flt_fail(op, STATUS_INVALID_PARAMETER);
		return false;
	}
	/* Pre-operations and resumptions of them run where sleeping is allowed: never NULL. */
	saved = mempool_alloc(flt_iopb_pool, GFP_NOFS);
	*saved = op->accepted;
	/* The filter may drop its own reference at once (CBD-056); flt_restore() drops this one. */
	if (op->iopb.TargetFileObject != saved->TargetFileObject)
		flt_file_get(flt_file_of(op->iopb.TargetFileObject));
	record->saved = saved;
	record->swaps = flt_buffer_accept(op, instance->filter, saved, owed);
	op->accepted = op->iopb;
	op->accepted.TargetInstance = NULL;
	op->flags |= FLT_OP_CHANGED;
	return true;
}

/* Is a hold of the next step waited out by the thread that runs the machine? */
static __always_inline bool flt_operation_waits(const struct flt_operation *op)
{
	return op->waits && op->flags & FLT_OP_ASYNC;
}

/* From here the operation goes up again, beginning with the record above @record. */
static void flt_turn_up(struct flt_operation *op)
{
	op->phase = FLT_PHASE_POST;
	op->cursor--;
}

/* The two answers that nearly every callback gives, without changed parameters. */
static __always_inline bool flt_preop_plain(const struct flt_operation *op,
					    const struct flt_node *node, int verdict,
					    const void *context)
{
	if (op->data.Flags & FLTFL_CALLBACK_DATA_DIRTY)
		return false;
	if (verdict == FLT_PREOP_SUCCESS_WITH_CALLBACK)
		return node->post;
	return verdict == FLT_PREOP_SUCCESS_NO_CALLBACK && !context;
}

/* The record's post-operation callback is owed, with this completion context. */
static __always_inline void flt_record_owe(struct flt_record *record, void *context)
{
	record->context = context;
	record->state = FLT_RECORD_OPEN;
}

/* Acts on what a pre-operation callback said. */
static void flt_preop_apply(struct flt_operation *op, struct flt_record *record, int verdict,
			    void *context)
{
	const struct flt_node *node = record->node;
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
			if (owed) {
				flt_record_owe(record, context);
				op->cursor++;
			}
			flt_turn_up(op);
			return;
		}
		flt_fail(op, STATUS_SUCCESS);
		if (owed)
			flt_record_owe(record, context);
		op->cursor++;
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
		flt_check_status(op, node->instance->filter, true);
		flt_check_information(op, node->instance->filter);
		flt_turn_up(op);
	}
}

/*
 * Publishes the hold after a callback or the file system said that it keeps the operation.
 *
 * Return: true when the operation is held now and must not be touched any more; false when it
 * was handed back already
 */
static bool flt_hold(struct flt_operation *op, struct flt_instance *holder)
{
	int old = FLT_HOLD_CALLING;

	op->flags |= FLT_OP_WAS_HELD;
	if (holder && op->phase == FLT_PHASE_PRE && op->front && op->flags & FLT_OP_ASYNC &&
	    op->volume->ops->keep)
		op->volume->ops->keep(op);
	flt_hold_prepare(op, holder);
	if (atomic_try_cmpxchg(&op->hold, &old, FLT_HOLD_PENDED))
		return true;
	while (old == FLT_HOLD_CLAIMED) {
		cpu_relax();
		old = atomic_read_acquire(&op->hold);
	}
	return false;
}

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

/* Ends a callback that did not keep the operation; true when it was resumed all the same. */
static __always_inline bool flt_unhold(struct flt_operation *op)
{
	int old = FLT_HOLD_CALLING;

	if (atomic_try_cmpxchg(&op->hold, &old, FLT_HOLD_NONE))
		return false;
	while (atomic_read_acquire(&op->hold) == FLT_HOLD_CLAIMED)
		cpu_relax();
	atomic_set(&op->hold, FLT_HOLD_NONE);
	return true;
}

/*
 * A callback gave its operation to a worker, or armed a cancel routine, and then did not keep it.
 * The callback data stays until the worker is through (DEFER-35). Where that cannot be awaited the
 * operation is held for it.
 *
 * Return: false when it has to be held
 */
static bool flt_callback_strayed(struct flt_operation *op, struct flt_filter *filter, int verdict)
{
	if (flt_cancel_disarm(op))
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

/* Ends a callback that did not keep the operation, as far as it can be seen cheaply. */
static inline bool flt_callback_ended(struct flt_operation *op, struct flt_filter *filter,
				      int verdict)
{
	if (likely(!(op->flags & FLT_OP_POSTED) &&
		   !(atomic_read(&op->cancel) & FLT_CANCEL_STATE)))
		return true;
	return flt_callback_strayed(op, filter, verdict);
}

/* A pre-operation callback keeps its operation. Return: false unless it was resumed already. */
static noinline bool flt_pre_kept(struct flt_walk *walk, const struct flt_node *node)
{
	struct flt_filter *filter = node->instance->filter;
	struct flt_operation *op = walk->op;

	if (walk->context)
		flt_violation(filter, FLT_VIOLATION_PREOP_CONTEXT, op,
			      "completion context %p with FLT_PREOP_PENDING", walk->context);
	if (!FLT_IS_IRP_OPERATION(&op->data))
		flt_violation(filter, FLT_VIOLATION_PREOP_PENDING, op,
			      "FLT_PREOP_PENDING for what is not IRP-based");
	op->flags &= ~FLT_OP_POSTED;
	return !flt_hold(op, node->instance);
}

/* Acts on a pre-operation callback that is back. Return: false when it keeps the operation. */
static __always_inline bool flt_pre_back(struct flt_walk *walk, int verdict)
{
	struct flt_operation *op = walk->op;
	const struct flt_node *node = &op->nodes[op->cursor];
	struct flt_record *record = &op->records[op->cursor];
	struct flt_filter *filter = node->instance->filter;
	void *context = walk->context;

	flt_callback_back(walk, filter, flt_pre_name);
	if (unlikely(verdict == FLT_PREOP_PENDING))
		return flt_pre_kept(walk, node);
	if (unlikely(flt_unhold(op))) {
		flt_violation(filter, FLT_VIOLATION_RESUME, op,
			      "resumed before the callback returned %d", verdict);
		verdict = op->resume;
		context = op->resume_context;
	}
	flt_callback_ended(op, filter, verdict);
	if (unlikely(!flt_preop_plain(op, node, verdict, context))) {
		flt_preop_apply(op, record, verdict, context);
		return true;
	}
	if (verdict == FLT_PREOP_SUCCESS_WITH_CALLBACK)
		flt_record_owe(record, context);
	flt_fail(op, STATUS_SUCCESS);
	op->cursor++;
	return true;
}

/* One pre-operation callback. Return: false when it keeps the operation. */
static __always_inline bool flt_step_pre(struct flt_walk *walk)
{
	struct flt_operation *op = walk->op;
	const struct flt_node *node;
	struct flt_record *record;

	if (op->cursor == op->nr_nodes) {
		op->phase = FLT_PHASE_BOTTOM;
		return true;
	}
	node = &op->nodes[op->cursor];
	record = &op->records[op->cursor];
	if (unlikely(atomic_read(&op->hold) == FLT_HOLD_RESUMED)) {
		atomic_set(&op->hold, FLT_HOLD_NONE);
		flt_hold_end(op, node->instance);
		flt_preop_apply(op, record, op->resume, op->resume_context);
		return true;
	}

	record->op = op;
	record->node = node;
	record->context = NULL;
	record->saved = NULL;
	record->swapped = NULL;
	record->bits = 0;
	if (unlikely(READ_ONCE(node->instance->state) != FLT_INSTANCE_ATTACHED) ||
	    (node->skip && flt_node_skipped(op, node))) {
		op->cursor++;
		return true;
	}
	if (!node->pre) {
		record->state = FLT_RECORD_OPEN;
		op->cursor++;
		return true;
	}

	flt_operation_show(op, node->instance, 0);
	atomic_set(&op->hold, FLT_HOLD_CALLING);
	return flt_pre_back(walk, flt_call_pre(node, op->op_index, &op->data, &walk->objects,
					       &walk->context));
}

/* Down the stack, until the file system's turn comes or somebody keeps the operation. */
static seh_raises void flt_walk_down(void *arg)
{
	struct flt_walk *walk = arg;

	do {
		walk->waits = flt_operation_waits(walk->op);
		walk->on = flt_step_pre(walk);
	} while (walk->on && walk->op->phase == FLT_PHASE_PRE);
}

/* An exception came through a pre-operation callback, which ends the operation with it. */
static noinline bool flt_pre_raised(struct flt_walk *walk, NTSTATUS code)
{
	struct flt_operation *op = walk->op;

	flt_call_raised(op->nodes[op->cursor].instance->filter, op, flt_pre_name, code);
	flt_fail(op, code);
	return flt_pre_back(walk, FLT_PREOP_COMPLETE);
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

/* The file system's turn. Return: false when it finishes the operation later. */
static bool flt_step_bottom(struct flt_operation *op)
{
	if (atomic_read(&op->hold) == FLT_HOLD_RESUMED) {
		atomic_set(&op->hold, FLT_HOLD_NONE);
		flt_hold_end(op, NULL);
	} else {
		op->iopb = op->accepted;
		flt_fail(op, STATUS_SUCCESS);
		atomic_set(&op->hold, FLT_HOLD_CALLING);
		if (!op->volume->ops->perform(op))
			return !flt_hold(op, NULL);
		atomic_set(&op->hold, FLT_HOLD_NONE);
	}
	if (op->op_index == IRP_MJ_CREATE && NT_SUCCESS(op->data.IoStatus.Status))
		op->flags |= FLT_OP_OPENED;
	else if (op->op_index == IRP_MJ_CLOSE && op->accepted.TargetFileObject)
		WRITE_ONCE(flt_file_of(op->accepted.TargetFileObject)->closed, true);
	if (op->initiator)
		flt_advance_position(op);
	op->phase = FLT_PHASE_POST;
	op->cursor = op->nr_nodes - 1;
	return true;
}

/* Parameters as they were before a record's accepted change. */
static void flt_restore(struct flt_operation *op, struct flt_record *record)
{
	if (likely(!record->saved))
		return;
	if (record->swaps)
		flt_buffer_swapped_note(op, record);
	if (op->accepted.TargetFileObject != record->saved->TargetFileObject)
		flt_file_put(flt_file_of(op->accepted.TargetFileObject));
	op->accepted = *record->saved;
	mempool_free(record->saved, flt_iopb_pool);
	record->saved = NULL;
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
		if (op->data.IoStatus.Status != before)
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
	if (unlikely(verdict != FLT_POSTOP_FINISHED_PROCESSING ||
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
	flt_restore(op, record);
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
static seh_raises void flt_walk_up(void *arg)
{
	struct flt_walk *walk = arg;

	do {
		walk->waits = flt_operation_waits(walk->op);
		walk->on = flt_step_post(walk);
	} while (walk->on && walk->op->phase == FLT_PHASE_POST);
}

/* An exception came through a post-operation callback, whose operation fails with it. */
static noinline bool flt_post_raised(struct flt_walk *walk, NTSTATUS code)
{
	struct flt_operation *op = walk->op;

	flt_call_raised(op->nodes[op->cursor].instance->filter, op, flt_post_name, code);
	flt_fail(op, code);
	return flt_post_back(walk, FLT_POSTOP_FINISHED_PROCESSING);
}

/*
 * Runs until the operation is done (true) or held by somebody (false: do not touch it). While a
 * filter has synchronized it with this thread (FLT_PREOP_SYNCHRONIZE), a hold is waited out here:
 * whether it is so has to be known before the step that may hand the operation away.
 *
 * The file system's turn is outside the barriers: no exception may jump over its locks.
 */
bool flt_operation_machine(struct flt_operation *op)
{
	struct flt_walk walk FLT_NOT_CLEARED;
	NTSTATUS code;

	walk.op = op;
	walk.level = preempt_count();
	do {
		switch (op->phase) {
		case FLT_PHASE_PRE:
			if (unlikely(!seh_call(flt_walk_down, &walk, &code)))
				walk.on = flt_pre_raised(&walk, code);
			break;
		case FLT_PHASE_BOTTOM:
			walk.waits = flt_operation_waits(op);
			walk.on = flt_step_bottom(op);
			break;
		case FLT_PHASE_POST:
			if (unlikely(!seh_call(flt_walk_up, &walk, &code)))
				walk.on = flt_post_raised(&walk, code);
			break;
		default:
			return true;
		}
		if (!walk.on && walk.waits) {
			wait_for_completion_state(&op->resumed, TASK_IDLE);
			reinit_completion(&op->resumed);
			walk.on = true;
		}
	} while (walk.on);
	return false;
}

int flt_walk_init(void)
{
	flt_iopb_cache = KMEM_CACHE(_FLT_IO_PARAMETER_BLOCK, 0);
	if (!flt_iopb_cache)
		return -ENOMEM;
	flt_iopb_pool = mempool_create_slab_pool(16, flt_iopb_cache);
	if (flt_iopb_pool)
		return 0;
	kmem_cache_destroy(flt_iopb_cache);
	return -ENOMEM;
}

void flt_walk_exit(void)
{
	mempool_destroy(flt_iopb_pool);
	kmem_cache_destroy(flt_iopb_cache);
}
