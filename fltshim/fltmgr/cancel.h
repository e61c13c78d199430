/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cancelling one operation: by its initiator, by a fatal signal to who waits for it, by the
 * caller of an asynchronous request. Who holds it arms what shall happen then.
 */
#ifndef FLTMGR_CANCEL_H
#define FLTMGR_CANCEL_H

#include "fltmgr/operation.h"

bool flt_operation_cancel(struct flt_operation *op);
bool flt_cancel_bottom(struct flt_operation *op);
NTSTATUS flt_cancel_arm(struct flt_operation *op, void (*fire)(struct flt_operation *op),
			void *arg, void *context);
bool flt_cancel_disarm(struct flt_operation *op);
void flt_volume_abort(struct flt_volume *volume);
void flt_volume_resume(struct flt_volume *volume);

/* cancel_queue.c */
bool flt_cancel_is_queued(const struct flt_operation *op);

#endif
