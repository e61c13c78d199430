/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two ways of the walk share: walk_down.c calls pre-operation callbacks, walk_up.c
 * post-operation callbacks, both for the machine in operation.c. Inline is what every callback
 * costs; the rest is out of the way.
 */
#ifndef FLTMGR_WALK_H
#define FLTMGR_WALK_H

#include <linux/processor.h>
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "fltmgr/verdict.h"

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

/* operation.c */
bool flt_hold(struct flt_operation *op, struct flt_instance *holder);
void flt_operation_mend(struct flt_operation *op, struct flt_filter *filter);
bool flt_callback_strayed(struct flt_operation *op, struct flt_filter *filter, int verdict);

/* walk_down.c, walk_up.c: behind an exception barrier; and what follows when one is reached */
void flt_walk_down(void *arg);
bool flt_walk_down_raised(struct flt_walk *walk, NTSTATUS code);
void flt_walk_up(void *arg);
bool flt_walk_up_raised(struct flt_walk *walk, NTSTATUS code);

/* parameters.c */
bool flt_accept_changes(struct flt_operation *op, struct flt_record *record, bool owed);
void flt_restore_changes(struct flt_operation *op, struct flt_record *record);

/* Show the callback data to one instance: the parameters in force, and itself as the target. */
static __always_inline void flt_operation_show(struct flt_operation *op,
					       struct flt_instance *instance, ULONG flags)
{
	op->iopb = op->accepted;
	op->iopb.TargetInstance = instance->shown;
	op->shown = (op->data.Flags & ~FLTFL_CALLBACK_DATA_DIRTY) | flags;
	op->data.Flags = op->shown;
}

/*
 * What a callback may not touch: everything in Flags but DIRTY, the thread and so on. TagData,
 * which only a post-create has, is looked at when it is there.
 */
static __always_inline bool flt_operation_intact(const struct flt_operation *op)
{
	const FLT_CALLBACK_DATA *data = &op->data;

	return !(((data->Flags ^ op->shown) & ~FLTFL_CALLBACK_DATA_DIRTY) |
		 ((unsigned long)data->Thread ^ (unsigned long)op->thread) |
		 ((unsigned long)data->Iopb ^ (unsigned long)&op->iopb) |
		 (data->RequestorMode ^ op->mode) |
		 (op->iopb.MajorFunction ^ op->accepted.MajorFunction) |
		 (unsigned long)data->TagData);
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

/* Is a hold of the next step waited out by the thread that runs the machine? */
static __always_inline bool flt_operation_waits(const struct flt_operation *op)
{
	return op->waits && op->flags & FLT_OP_ASYNC;
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

/* Ends a callback that did not keep the operation, as far as it can be seen cheaply. */
static inline bool flt_callback_ended(struct flt_operation *op, struct flt_filter *filter,
				      int verdict)
{
	if (likely(!(op->flags & FLT_OP_POSTED) &&
		   !(atomic_read(&op->cancel) & FLT_CANCEL_STATE)))
		return true;
	return flt_callback_strayed(op, filter, verdict);
}

#endif
