// SPDX-License-Identifier: GPL-2.0
/*
 * Changes that filters make to an operation's parameters: taken on the way down, put back on the
 * way up. The walk alone calls these, with @op->cursor at the record; see walk.h.
 */
#include <linux/mempool.h>
#include <linux/slab.h>
#include "fltmgr/buffer.h"
#include "fltmgr/file_object.h"
#include "fltmgr/held.h"
#include "fltmgr/parameters.h"
#include "fltmgr/redirect.h"
#include "fltmgr/volume.h"
#include "fltmgr/walk.h"

static struct kmem_cache *flt_iopb_cache;
static mempool_t *flt_iopb_pool;

/**
 * flt_target_legal() - may the operation go on with the file object that a filter has put in place?
 * @op: the operation; op->iopb is as the filter left it
 * @filter: the filter
 *
 * It has to be of this volume. Return: false when it is not, and the operation has failed
 */
bool flt_target_legal(struct flt_operation *op, struct flt_filter *filter)
{
	PFILE_OBJECT file = op->iopb.TargetFileObject;

	if (likely(file == op->accepted.TargetFileObject) ||
	    (file && flt_file_of(file)->volume == op->volume))
		return true;
	flt_violation(filter, FLT_VIOLATION_DATA, op,
		      "TargetFileObject became %p, which is not of this volume", file);
	flt_fail(op, STATUS_INVALID_PARAMETER);
	return false;
}

/*
 * A filter's changes to the parameters count below it if it marked the data dirty (CBD-035); the
 * values before are kept for its own post-operation callback and those above. Another file object
 * has to be of this volume, or of the one that another instance redirects to. @owed: the filter's
 * post-operation callback will be called.
 *
 * Return: false when the change cannot be taken; the operation fails then
 */
bool flt_accept_changes(struct flt_operation *op, struct flt_record *record, bool owed)
{
	struct flt_instance *instance = op->nodes[op->cursor].instance;
	FLT_IO_PARAMETER_BLOCK *saved;

	if (likely(!(op->data.Flags & FLTFL_CALLBACK_DATA_DIRTY)))
		return true;
	op->data.Flags &= ~FLTFL_CALLBACK_DATA_DIRTY;
	if (op->iopb.TargetInstance != flt_instance_opaque(instance)) {
		if (!flt_redirect_prepare(op, instance))
			return false;
	} else if (!flt_target_legal(op, instance->filter)) {
		return false;
	}
	/* Pre-operations and resumptions of them run where sleeping is allowed: never NULL. */
	saved = mempool_alloc(flt_iopb_pool, GFP_NOFS);
	*saved = op->accepted;
	/* The filter may drop its own reference at once (CBD-056); flt_restore() drops this one. */
	if (op->iopb.TargetFileObject != saved->TargetFileObject)
		flt_file_get(flt_file_of(op->iopb.TargetFileObject));
	record->saved = saved;
	record->swapped = NULL;
	record->changed = true;
	WRITE_ONCE(record->swaps, flt_buffer_accept(op, instance->filter, saved, owed));
	op->accepted = op->iopb;
	op->accepted.TargetInstance = NULL;
	return true;
}

/**
 * flt_target_put() - drop the reference to a file object that was in op->accepted
 * @op: the operation, under way
 * @file: it
 *
 * Who looks at what is in flight finds the file object there and nothing else that keeps it.
 */
void flt_target_put(struct flt_operation *op, PFILE_OBJECT file)
{
	flt_live_wait(op->live);
	flt_file_put(flt_file_of(file));
}

/**
 * flt_restore_changes() - parameters as they were before a record's accepted change
 * @op: the operation
 * @record: its record, which has one
 */
void flt_restore_changes(struct flt_operation *op, struct flt_record *record)
{
	PFILE_OBJECT file;

	if (record->swaps)
		flt_buffer_swapped_note(op, record);
	if (unlikely(op->redirect))
		flt_redirect_end(op);
	file = op->accepted.TargetFileObject;
	op->accepted = *record->saved;
	if (file != op->accepted.TargetFileObject)
		flt_target_put(op, file);
	mempool_free(record->saved, flt_iopb_pool);
	record->changed = false;
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
