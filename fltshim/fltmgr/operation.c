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
#include "fltmgr/redirect.h"
#include "fltmgr/stack.h"
#include "fltmgr/status_request.h"
#include "fltmgr/verdict.h"
#include "fltmgr/volume.h"
#include "fltmgr/work_item.h"

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
static void flt_operation_show(struct flt_operation *op, struct flt_instance *instance)
{
	op->iopb = op->accepted;
	op->iopb.TargetInstance = flt_instance_opaque(instance);
	op->data.Flags &= ~FLTFL_CALLBACK_DATA_DIRTY;
}

/*
 * What a callback may not touch is put back: everything in Flags but DIRTY, the thread, the
 * requestor mode, the pointer to the parameter block, the major function; and TagData, which
 * there is in a post-create only.
 */
static void flt_operation_check(struct flt_operation *op, struct flt_filter *filter, ULONG flags,
				PETHREAD thread, KPROCESSOR_MODE mode)
{
	FLT_CALLBACK_DATA *data = &op->data;

	if (unlikely((data->Flags ^ flags) & ~FLTFL_CALLBACK_DATA_DIRTY)) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "Flags became %#x", data->Flags);
		data->Flags = flags | (data->Flags & FLTFL_CALLBACK_DATA_DIRTY);
	}
	if (unlikely(data->Thread != thread || data->RequestorMode != mode)) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "Thread or RequestorMode changed");
		data->Thread = thread;
		data->RequestorMode = mode;
	}
	if (unlikely(data->Iopb != &op->iopb)) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "Iopb points to %p", data->Iopb);
		data->Iopb = &op->iopb;
	}
	if (unlikely(op->iopb.MajorFunction != op->accepted.MajorFunction)) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "MajorFunction became %#x",
			      op->iopb.MajorFunction);
		op->iopb.MajorFunction = op->accepted.MajorFunction;
	}
	if (unlikely(data->TagData) &&
	    (op->op_index != IRP_MJ_CREATE || !(flags & FLTFL_CALLBACK_DATA_POST_OPERATION))) {
		flt_violation(filter, FLT_VIOLATION_DATA, op, "TagData became %p", data->TagData);
		data->TagData = NULL;
	}
	op->iopb.Reserved = op->accepted.Reserved;
}

/*
 * A filter's changes to the parameters count below it if it marked the data dirty (CBD-035); the
 * values before are kept for its own post-operation callback and those above. Another file object
 * has to be of this volume, or of the one that another instance redirects to. @owed: the filter's
 * post-operation callback will be called.
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
		if (!flt_redirect_prepare(op, instance))
			return false;
	} else if (op->iopb.TargetFileObject != op->accepted.TargetFileObject &&
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

/* From here the operation goes up again, beginning with the record above @record. */
static void flt_turn_up(struct flt_operation *op)
{
	op->phase = FLT_PHASE_POST;
	op->cursor--;
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
				record->context = context;
				record->state = FLT_RECORD_OPEN;
				op->cursor++;
			}
			flt_turn_up(op);
			return;
		}
		flt_fail(op, STATUS_SUCCESS);
		if (owed) {
			record->context = context;
			record->state = FLT_RECORD_OPEN;
		}
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
static bool flt_unhold(struct flt_operation *op)
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

/* One pre-operation callback. Return: false when it keeps the operation. */
static bool flt_step_pre(struct flt_operation *op)
{
	FLT_PREOP_CALLBACK_STATUS verdict;
	const struct flt_node *node;
	struct flt_record *record;
	KPROCESSOR_MODE mode;
	struct flt_filter *filter;
	void *context;
	PETHREAD thread;
	NTSTATUS code;
	ULONG flags;

	if (op->cursor == op->nr_nodes) {
		op->phase = FLT_PHASE_BOTTOM;
		return true;
	}
	node = &op->nodes[op->cursor];
	filter = node->instance->filter;
	record = &op->records[op->cursor];
	if (atomic_read(&op->hold) == FLT_HOLD_RESUMED) {
		atomic_set(&op->hold, FLT_HOLD_NONE);
		flt_hold_end(op, node->instance);
		flt_preop_apply(op, record, op->resume, op->resume_context);
		return true;
	}

	record->op = op;
	record->node = node;
	record->context = NULL;
	record->saved = NULL;
	record->state = FLT_RECORD_NONE;
	record->counted = false;
	record->sync = false;
	record->swaps = false;
	record->retained = false;
	record->swapped = NULL;
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

	flt_operation_show(op, node->instance);
	flags = op->data.Flags;
	thread = op->data.Thread;
	mode = op->data.RequestorMode;
	atomic_set(&op->hold, FLT_HOLD_CALLING);
	if (!flt_call_pre(op, node, &verdict, &context, &code)) {
		flt_fail(op, code);
		verdict = FLT_PREOP_COMPLETE;
	}
	flt_operation_check(op, filter, flags, thread, mode);
	if (verdict == FLT_PREOP_PENDING) {
		if (context)
			flt_violation(filter, FLT_VIOLATION_PREOP_CONTEXT, op,
				      "completion context %p with FLT_PREOP_PENDING", context);
		if (!FLT_IS_IRP_OPERATION(&op->data))
			flt_violation(filter, FLT_VIOLATION_PREOP_PENDING, op,
				      "FLT_PREOP_PENDING for what is not IRP-based");
		op->flags &= ~FLT_OP_POSTED;
		return !flt_hold(op, node->instance);
	}
	if (unlikely(flt_unhold(op))) {
		flt_violation(filter, FLT_VIOLATION_RESUME, op,
			      "resumed before the callback returned %d", verdict);
		verdict = op->resume;
		context = op->resume_context;
	}
	flt_callback_ended(op, filter, verdict);
	flt_preop_apply(op, record, verdict, context);
	return true;
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
	bool done;

	if (atomic_read(&op->hold) == FLT_HOLD_RESUMED) {
		atomic_set(&op->hold, FLT_HOLD_NONE);
		flt_hold_end(op, NULL);
	} else {
		op->iopb = op->accepted;
		flt_fail(op, STATUS_SUCCESS);
		atomic_set(&op->hold, FLT_HOLD_CALLING);
		done = op->redirect ? flt_redirect_perform(op) : op->volume->ops->perform(op);
		if (unlikely(op->requests))
			flt_status_report(op, done ? op->data.IoStatus.Status : STATUS_PENDING);
		if (!done)
			return !flt_hold(op, NULL);
		atomic_set(&op->hold, FLT_HOLD_NONE);
	}
	if (op->op_index == IRP_MJ_CREATE && NT_SUCCESS(op->data.IoStatus.Status))
		op->flags |= FLT_OP_OPENED;
	else if (op->op_index == IRP_MJ_CLOSE && op->accepted.TargetFileObject)
		WRITE_ONCE(flt_file_of(op->accepted.TargetFileObject)->closed, true);
	else if (op->op_index == flt_op_index(IRP_MJ_QUERY_OPEN))
		op->data.IoStatus.Information = 0;	/* FASTIO-27 */
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
	if (unlikely(op->redirect))
		flt_redirect_end(op);
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

/* One post-operation callback. Return: false when it keeps the operation. */
static bool flt_step_post(struct flt_operation *op)
{
	FLT_POSTOP_CALLBACK_STATUS verdict;
	struct flt_filter *filter;
	struct flt_record *record;
	KPROCESSOR_MODE mode;
	PETHREAD thread;
	NTSTATUS before, code;
	ULONG flags;

	if (op->cursor <= op->floor) {
		op->phase = FLT_PHASE_DONE;
		return true;
	}
	record = &op->records[op->cursor];
	if (atomic_read(&op->hold) == FLT_HOLD_RESUMED) {
		atomic_set(&op->hold, FLT_HOLD_NONE);
		op->flags &= ~FLT_OP_WORKER_RESUMES;
		flt_hold_end(op, record->node->instance);
		flt_check_status(op, record->node->instance->filter, false);
		flt_check_information(op, record->node->instance->filter);
		flt_post_next(op, record);
		return true;
	}
	flt_restore(op, record);
	if (record->state != FLT_RECORD_OPEN) {
		flt_post_next(op, record);
		return true;
	}

	filter = record->node->instance->filter;
	flt_operation_show(op, record->node->instance);
	op->data.Flags |= FLTFL_CALLBACK_DATA_POST_OPERATION;
	flags = op->data.Flags;
	thread = op->data.Thread;
	mode = op->data.RequestorMode;
	before = op->data.IoStatus.Status;
	atomic_set(&op->hold, FLT_HOLD_CALLING);
	if (!flt_call_post(op, &op->data, record->node, record->context, 0, &verdict, &code))
		flt_fail(op, code);
	flt_operation_check(op, filter, flags, thread, mode);
	flt_record_finish(record);
	if (verdict == FLT_POSTOP_MORE_PROCESSING_REQUIRED) {
		if (!FLT_IS_IRP_OPERATION(&op->data))
			flt_violation(filter, FLT_VIOLATION_POSTOP_STATUS, op,
				      "halted completion of what is not IRP-based");
		op->flags &= ~FLT_OP_POSTED;
		return !flt_hold(op, record->node->instance);
	}
	if (!flt_callback_ended(op, filter, verdict))
		return !flt_hold_for_worker(op, record->node->instance);
	if (unlikely(flt_unhold(op)))
		flt_violation(filter, FLT_VIOLATION_RESUME, op,
			      "resumed before the callback returned %d", verdict);
	if (verdict == FLT_POSTOP_DISALLOW_FSFILTER_IO &&
	    op->accepted.MajorFunction == IRP_MJ_QUERY_OPEN) {
		flt_fail(op, STATUS_FLT_DISALLOW_FSFILTER_IO);
	} else {
		if (unlikely(verdict != FLT_POSTOP_FINISHED_PROCESSING))
			flt_violation(filter, FLT_VIOLATION_POSTOP_STATUS, op,
				      "post-operation callback returned %d", verdict);
		if (unlikely(op->data.IoStatus.Status != before))
			flt_check_status(op, filter, false);
	}
	flt_check_information(op, filter);
	flt_post_next(op, record);
	return true;
}

/*
 * Runs until the operation is done (true) or held by somebody (false: do not touch it). While a
 * filter has synchronized it with this thread (FLT_PREOP_SYNCHRONIZE), a hold is waited out here:
 * whether it is so has to be known before the step that may hand the operation away.
 */
bool flt_operation_machine(struct flt_operation *op)
{
	bool on = true;

	while (on) {
		bool waits = op->waits && op->flags & FLT_OP_ASYNC;

		switch (op->phase) {
		case FLT_PHASE_PRE:
			on = flt_step_pre(op);
			break;
		case FLT_PHASE_BOTTOM:
			on = flt_step_bottom(op);
			break;
		case FLT_PHASE_POST:
			on = flt_step_post(op);
			break;
		default:
			return true;
		}
		if (!on && waits) {
			wait_for_completion_state(&op->resumed, TASK_IDLE);
			reinit_completion(&op->resumed);
			on = true;
		}
	}
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
