/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the two ways of the walk share: walk_down.c calls pre-operation callbacks, walk_up.c
 * post-operation callbacks, both for the machine in operation.c. Inline is what every callback
 * costs; the rest is out of the way.
 *
 * Outside a callback op->iopb is what op->accepted is, but for TargetInstance, and op->data.Flags
 * is op->shown; so all that a callback needs is written when the one before has left it otherwise.
 * The file system leaves op->iopb alone.
 * While the walk goes one way the operation stays FLT_HOLD_CALLING from callback to callback:
 * whoever resumes it too early is noticed when the present one returns.
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
	IO_STATUS_BLOCK before;	/* what the running post-operation callback was shown */
	int verdict;		/* of the last callback, when it needs a closer look */
	int level;		/* preemption count of every callback's start */
	bool waits;		/* a hold is waited out by this thread: of use when one begins */
};

/* Who looks at the operations of others (flt_live_walk()) may have it before or after: both do. */
#define flt_cursor_move(op, by) data_race((op)->cursor += (by))

/* operation.c */
bool flt_hold(struct flt_operation *op, struct flt_instance *holder);
void flt_operation_mend(struct flt_operation *op, struct flt_filter *filter);
bool flt_callback_strayed(struct flt_operation *op, struct flt_filter *filter, int verdict);
void flt_callback_back(struct flt_walk *walk, struct flt_filter *filter, const char *what);

void flt_walk_strayed(struct flt_operation *op, int last);

/*
 * walk_down.c, walk_up.c: behind an exception barrier; and what follows when one is reached. False
 * when the operation is held: then it must not be touched any more.
 */
bool flt_walk_down(struct flt_walk *walk);
bool flt_walk_down_raised(struct flt_walk *walk, NTSTATUS code);
bool flt_walk_up(struct flt_walk *walk);
bool flt_walk_up_raised(struct flt_walk *walk, NTSTATUS code);

/* parameters.c */
bool flt_accept_changes(struct flt_operation *op, struct flt_record *record, bool owed);
void flt_restore_changes(struct flt_operation *op, struct flt_record *record);

/*
 * What a callback may not touch in the callback data, in one number: Flags, of which it may set
 * DIRTY, which is looked at more closely; RequestorMode, Thread and Iopb; and TagData, which only a
 * post-create has. Five members for the price of two compares: a callback that changes several so
 * that their sum stays has to mean it.
 */
static __always_inline u64 flt_callback_sum(const FLT_CALLBACK_DATA *data)
{
	return (u64)data->Flags + (u8)data->RequestorMode + (uintptr_t)data->Thread +
	       (uintptr_t)data->Iopb + (uintptr_t)data->TagData;
}

/* The walk is about to call callbacks, which see @flags. */
static __always_inline void flt_operation_show(struct flt_operation *op, ULONG flags)
{
	op->shown = (op->data.Flags & ~FLTFL_CALLBACK_DATA_DIRTY) | flags;
	/* FltCancelIo() looks at them at any time. */
	WRITE_ONCE(op->data.Flags, op->shown);
	op->sum = (u64)op->shown + (u8)op->mode + (uintptr_t)op->thread + (uintptr_t)&op->iopb;
	atomic_set(&op->hold, FLT_HOLD_CALLING);
}

/* What is in the first word of a parameter block, which is not only parameters. */
static __always_inline u64 flt_iopb_head(const FLT_IO_PARAMETER_BLOCK *iopb)
{
	static_assert(offsetof(FLT_IO_PARAMETER_BLOCK, TargetFileObject) == sizeof(u64));
	return *(const u64 *)iopb;
}

/*
 * Did a callback leave things as nearly every one does? That is: the level, what it may not touch
 * (flt_callback_sum()), no change marked, not resumed, cancelled or given to a worker (which makes
 * op->sum wrong).
 */
static __always_inline bool flt_callback_quiet(const struct flt_walk *walk,
					       const struct flt_operation *op)
{
	return likely(preempt_count() == walk->level) &&
	       likely(READ_ONCE(op->calm) == FLT_HOLD_CALLING) &&
	       likely(flt_callback_sum(&op->data) == op->sum) &&
	       likely(flt_iopb_head(&op->iopb) == flt_iopb_head(&op->accepted));
}

/* What a quiet callback changed in the parameters counts for nobody (CBD-035). */
static __always_inline void flt_operation_restore(struct flt_operation *op)
{
	op->iopb.TargetFileObject = op->accepted.TargetFileObject;
	op->iopb.Parameters = op->accepted.Parameters;
}

/* Is a hold of the next step waited out by the thread that runs the machine? */
static __always_inline bool flt_operation_waits(const struct flt_operation *op)
{
	return op->waits && op->flags & FLT_OP_ASYNC;
}

/* Ends the callbacks of this way, or one that did not keep the operation; true: it was resumed. */
static __always_inline bool flt_unhold(struct flt_operation *op)
{
	int old = FLT_HOLD_CALLING;

	while (unlikely(!atomic_try_cmpxchg(&op->hold, &old, FLT_HOLD_NONE))) {
		if (old != FLT_HOLD_CLAIMED) {
			atomic_set(&op->hold, FLT_HOLD_NONE);
			return true;
		}
		/* It will be RESUMED, or was taken for another phase and is given back. */
		cpu_relax();
		old = FLT_HOLD_CALLING;
	}
	return false;
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
