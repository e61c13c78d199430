// SPDX-License-Identifier: GPL-2.0
/*
 * Which locked ranges are in each other's way, and what an unlock takes away: the rules of Windows
 * for what a filter issues, those of POSIX for what a system call asked for (LOCK-52, LOCK-53).
 * Lists of ranges only; the caller holds their lock.
 */
#include "fltmgr/file_lock.h"

/* What Key says about the kind of a program's lock (LOCK-08). */
enum {
	FLT_KEY_POSIX,
	FLT_KEY_FLOCK,
	FLT_KEY_OFD,
};

/**
 * flt_range_same_owner() - do two ranges belong to the same owner?
 * @a: one
 * @b: the other
 *
 * An owner is file object, process and key together. POSIX locks belong to the process alone, the
 * other kinds of a program's to the open file alone.
 */
bool flt_range_same_owner(const struct flt_range *a, const struct flt_range *b)
{
	if (a->key != b->key)
		return false;
	if (!a->posix || !b->posix)
		return a->file == b->file && a->process == b->process;
	return a->key == FLT_KEY_POSIX ? a->process == b->process : a->file == b->file;
}

static bool flt_range_conflict(const struct flt_range *held, const struct flt_range *wanted)
{
	if (!flt_range_overlaps(held, wanted) || !(held->exclusive || wanted->exclusive))
		return false;
	if (held->posix && wanted->posix)
		return (held->key == FLT_KEY_FLOCK) == (wanted->key == FLT_KEY_FLOCK) &&
		       !flt_range_same_owner(held, wanted);
	/* An owner of Windows may read what it has locked exclusively, and no more than that. */
	return wanted->exclusive || !flt_range_same_owner(held, wanted);
}

/* Can a range not be had now? */
bool flt_range_conflicts(const struct list_head *held, const struct flt_range *wanted)
{
	const struct flt_range *range;

	list_for_each_entry(range, held, link) {
		if (flt_range_conflict(range, wanted))
			return true;
	}
	return false;
}

/*
 * Takes [start, end] out of one range of POSIX; what is left of it stays. Return: false when it
 * would fall in two and there is no spare one for the second.
 */
static bool flt_range_cut(struct flt_range *range, u64 start, u64 end, struct list_head *spare,
			  struct list_head *removed)
{
	struct flt_range *rest;

	if (range->start >= start && range->end <= end) {
		list_move_tail(&range->link, removed);
	} else if (range->start < start && range->end > end) {
		rest = list_first_entry_or_null(spare, struct flt_range, link);
		if (!rest)
			return false;
		list_del(&rest->link);
		*rest = *range;
		rest->start = end + 1;
		list_add(&rest->link, &range->link);
		range->end = start - 1;
	} else if (range->start < start) {
		range->end = start - 1;
	} else {
		range->start = end + 1;
	}
	return true;
}

/**
 * flt_range_replace() - what an owner of POSIX has in a range goes
 * @held: the locks
 * @wanted: owner and range
 * @spare: FLT_RANGE_SPARE ranges, of which one may be used
 * @removed: receives those that are gone
 *
 * Those that are pending stay: what an owner does at the same time comes first or last, and here it
 * comes first. No other two ranges of one owner overlap, so at most one can fall in two.
 *
 * Return: false without a spare one where that is needed; nothing was changed
 */
bool flt_range_replace(struct list_head *held, const struct flt_range *wanted,
		       struct list_head *spare, struct list_head *removed)
{
	struct flt_range *range, *next;

	list_for_each_entry_safe(range, next, held, link) {
		if (range->posix && !range->pending && flt_range_overlaps(range, wanted) &&
		    flt_range_same_owner(range, wanted) &&
		    !flt_range_cut(range, wanted->start, wanted->end, spare, removed))
			return false;
	}
	return true;
}

/**
 * flt_range_unlock() - unlock as Windows does: what was locked in one piece
 * @held: the locks
 * @wanted: owner and range
 * @removed: receives the lock; of an exclusive and a shared one the exclusive one
 *
 * Return: whether there is one
 */
bool flt_range_unlock(struct list_head *held, const struct flt_range *wanted,
		      struct list_head *removed)
{
	struct flt_range *range, *found = NULL;

	list_for_each_entry(range, held, link) {
		if (range->start != wanted->start || range->end != wanted->end ||
		    !flt_range_same_owner(range, wanted))
			continue;
		if (!found || range->exclusive)
			found = range;
		if (range->exclusive)
			break;
	}
	if (found)
		list_move_tail(&found->link, removed);
	return found;
}
