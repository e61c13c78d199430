// SPDX-License-Identifier: GPL-2.0
/*
 * The TopLevelIrp of a thread. Linux has no field for it, and almost no thread ever has one, so
 * the few that do are kept in a hash; with none at all a query is one load. Entries are told
 * apart from those of a dead thread whose memory was reused by the start time. What the paging path
 * sets is in its own frame, since it may find no memory.
 */
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/sched.h>
#include <linux/spinlock.h>
#include "nt/io_toplevel.h"
#include "nt/nt_init.h"

static DEFINE_HASHTABLE(io_top_levels, 6);
static DEFINE_SPINLOCK(io_top_level_lock);	/* the hash and its count; softirq-safe */
static unsigned int io_top_level_count;

static void io_top_level_add(struct io_top_level *top, PIRP irp)
{
	top->task = current;
	top->start_time = current->start_time;
	top->irp = irp;
	hash_add(io_top_levels, &top->link, (unsigned long)current);
	WRITE_ONCE(io_top_level_count, io_top_level_count + 1);
}

static void io_top_level_drop(struct io_top_level *top)
{
	hash_del(&top->link);
	WRITE_ONCE(io_top_level_count, io_top_level_count - 1);
	if (!top->in_frame)
		kfree(top);
}

/* The current thread's entry; those of dead threads at the same address are dropped. */
static struct io_top_level *io_top_level_find(void)
{
	struct io_top_level *top, *found = NULL;
	struct hlist_node *next;

	hash_for_each_possible_safe(io_top_levels, top, next, link, (unsigned long)current) {
		if (top->task != current)
			continue;
		if (top->start_time == current->start_time) {
			found = top;
			continue;
		}
		io_top_level_drop(top);
	}
	return found;
}

/**
 * IoGetTopLevelIrp() - what IoSetTopLevelIrp() set for the current thread
 *
 * WDK page: iogettoplevelirp. IRQL: any. Non-NULL means that the thread came from inside a file
 * system, where an operation must not be posted.
 *
 * Return: an IRP, or one of the FSRTL_ values below it, or NULL
 */
PIRP IoGetTopLevelIrp(void)
{
	struct io_top_level *top;
	PIRP irp = NULL;

	if (likely(!READ_ONCE(io_top_level_count)) || !in_task())
		return NULL;
	spin_lock_bh(&io_top_level_lock);
	top = io_top_level_find();
	if (top)
		irp = top->irp;
	spin_unlock_bh(&io_top_level_lock);
	return irp;
}
EXPORT_SYMBOL_GPL(IoGetTopLevelIrp);

/**
 * IoSetTopLevelIrp() - set the current thread's top-level IRP
 * @Irp: an IRP or an FSRTL_ value; NULL to take it back
 *
 * WDK page: iosettoplevelirp. IRQL: <= DISPATCH_LEVEL in a thread. Without memory for it nothing
 * is set: an operation is then posted that might better not have been, as on Windows where the
 * file system forgot.
 */
VOID IoSetTopLevelIrp(PIRP Irp)
{
	struct io_top_level *top, *new = NULL;

	if (!in_task())
		return;
	if (Irp)
		new = kmalloc(sizeof(*new), GFP_ATOMIC);
	spin_lock_bh(&io_top_level_lock);
	top = io_top_level_find();
	if (top && Irp) {
		top->irp = Irp;
	} else if (top) {
		io_top_level_drop(top);
	} else if (new) {
		new->in_frame = false;
		io_top_level_add(new, Irp);
		new = NULL;
	}
	spin_unlock_bh(&io_top_level_lock);
	kfree(new);
}
EXPORT_SYMBOL_GPL(IoSetTopLevelIrp);

/**
 * io_toplevel_enter() - the current thread begins work of the file system's own
 * @top: in the caller's frame
 *
 * Where a TopLevelIrp is set already, that stays. Task context.
 */
void io_toplevel_enter(struct io_top_level *top)
{
	INIT_HLIST_NODE(&top->link);
	top->in_frame = true;
	spin_lock_bh(&io_top_level_lock);
	if (!io_top_level_find())
		io_top_level_add(top, (PIRP)FSRTL_CACHE_TOP_LEVEL_IRP);
	spin_unlock_bh(&io_top_level_lock);
}

/* That work ends. */
void io_toplevel_leave(struct io_top_level *top)
{
	spin_lock_bh(&io_top_level_lock);
	if (hash_hashed(&top->link))
		io_top_level_drop(top);
	spin_unlock_bh(&io_top_level_lock);
}

void io_toplevel_exit(void)
{
	struct io_top_level *top;
	struct hlist_node *next;
	unsigned int i;

	hash_for_each_safe(io_top_levels, i, next, top, link) {
		hash_del(&top->link);
		kfree(top);
	}
}
