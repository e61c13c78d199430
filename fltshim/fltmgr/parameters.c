// SPDX-License-Identifier: GPL-2.0
/*
 * Changes that filters make to an operation's parameters: taken on the way down, put back on the
 * way up. The walk alone calls these, with @op->cursor at the record; see walk.h.
 */
#include <linux/mempool.h>
#include <linux/slab.h>
#include "fltmgr/buffer.h"
#include "fltmgr/file_object.h"
#include "fltmgr/redirect.h"
#include "fltmgr/volume.h"
#include "fltmgr/walk.h"

static struct kmem_cache *flt_iopb_cache;
static mempool_t *flt_iopb_pool;

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
	record->swapped = NULL;
	record->changed = true;
	record->swaps = flt_buffer_accept(op, instance->filter, saved, owed);
	op->accepted = op->iopb;
	op->accepted.TargetInstance = NULL;
	return true;
}

/**
 * flt_restore_changes() - parameters as they were before a record's accepted change
 * @op: the operation
 * @record: its record, which has one
 */
void flt_restore_changes(struct flt_operation *op, struct flt_record *record)
{
	if (record->swaps)
		flt_buffer_swapped_note(op, record);
	if (unlikely(op->redirect))
		flt_redirect_end(op);
	if (op->accepted.TargetFileObject != record->saved->TargetFileObject)
		flt_file_put(flt_file_of(op->accepted.TargetFileObject));
	op->accepted = *record->saved;
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
