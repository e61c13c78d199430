/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Cancelling one operation: by its initiator, by a fatal signal to who waits for it, by the
 * caller of an asynchronous request. Who holds it arms what shall happen then.
 */
#ifndef FLTMGR_CANCEL_H
#define FLTMGR_CANCEL_H

#include "fltmgr/operation.h"

/**
 * struct flt_cancel_ops - who keeps an operation so that it can be cancelled
 * @fire: called once when it is cancelled, in the context of who cancels, up to softirq
 * @lost: called instead, perhaps under a lock of held.c, when it goes on without who keeps it,
 *	because a driver took it back: forgets it, and calls nobody; NULL: the keeper is the driver
 */
struct flt_cancel_ops {
	void (*fire)(struct flt_operation *op);
	void (*lost)(struct flt_operation *op);
};

bool flt_operation_cancel(struct flt_operation *op);
bool flt_cancel_bottom(struct flt_operation *op);
NTSTATUS flt_cancel_arm(struct flt_operation *op, const struct flt_cancel_ops *ops, void *arg,
			void *context);
bool flt_cancel_disarm(struct flt_operation *op);
bool flt_cancel_lose(struct flt_operation *op);
void flt_volume_abort(struct flt_volume *volume);
void flt_volume_resume(struct flt_volume *volume);
void flt_instance_cancel_swapped(struct flt_instance *instance);

/* Is a cancel armed by one who keeps operations so? */
static inline bool flt_cancel_is_armed(const struct flt_operation *op,
				       const struct flt_cancel_ops *ops)
{
	return (atomic_read(&op->cancel) & FLT_CANCEL_STATE) == FLT_CANCEL_ARMED &&
	       op->cancel_ops == ops;
}

#endif
