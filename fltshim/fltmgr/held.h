/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Operations that somebody keeps: a filter that pended one, or a file system that finishes it
 * later. While an operation is held it is outside every guard, its open records are linked to
 * their instances, and it can be found by its callback data's address.
 */
#ifndef FLTMGR_HELD_H
#define FLTMGR_HELD_H

#include <linux/percpu.h>
#include <linux/seq_file.h>
#include "fltmgr/operation.h"
#include "fltmgr/volume.h"

struct flt_filter;
struct flt_instance;

void flt_lock_watch(void);	/* lock_watch.c */

#define FLT_LIVE_SLOTS	6

/**
 * struct flt_live - operations in flight that began on one CPU
 * @slots: most of them; a place is taken by an exchange, and given back by its owner
 * @looking: somebody reads @slots: who gave a place back waits for the end of that
 * @lock: protects @ops, and @guard and @counted of its operations; taken by who reads @slots; in
 *	softirq too
 * @ops: those for which there was no place, the youngest last
 */
struct flt_live {
	struct flt_operation *slots[FLT_LIVE_SLOTS];
	u8 looking;
	spinlock_t lock;	/* ops, looking; taken in softirq too */
	struct list_head ops;
} ____cacheline_aligned_in_smp;

DECLARE_PER_CPU_ALIGNED(struct flt_live, flt_live);

/* Returns true to end a walk over the operations in flight. */
typedef bool (*flt_live_fn)(struct flt_operation *op, void *arg);

bool flt_live_walk_cpu(unsigned int cpu, flt_live_fn look, void *arg);
bool flt_live_walk(flt_live_fn look, void *arg);
void flt_live_find_place(struct flt_operation *op);
void flt_live_list_del(struct flt_operation *op);
void flt_live_wait(struct flt_live *live);
void flt_guard_renew(struct flt_operation *op);
void flt_guard_drop(struct flt_operation *op);

/*
 * The operation is in flight from here on, and under the guard of its volume's present snapshot,
 * which is in op->guard afterwards. Every one pays for this, and few are ever looked for: so it
 * costs an exchange to be found, and another one to be forgotten, and no lock.
 */
static __always_inline void flt_inflight_enter(struct flt_operation *op)
{
	struct flt_live *live = raw_cpu_ptr(&flt_live);
	struct flt_stack *stack = rcu_access_pointer(op->volume->stack);

	op->runner = current;
	op->live = live;
	op->slot = &live->slots[0];
	op->guard = stack;
	/* A full barrier, which pairs with flt_stack_publish_these(). */
	if (unlikely(cmpxchg(op->slot, NULL, op)))
		flt_live_find_place(op);
	if (unlikely(rcu_access_pointer(op->volume->stack) != stack))
		flt_guard_renew(op);
	if (unlikely(op->vfs_lock))
		flt_lock_watch();
}

static __always_inline void flt_inflight_leave(struct flt_operation *op)
{
	if (likely(op->slot)) {
		/* A full barrier: who looks at slots now is seen, or does not see this one. */
		xchg(op->slot, NULL);
		/* Pairs with the end of flt_live_walk_cpu(). */
		if (unlikely(smp_load_acquire(&op->live->looking)))
			flt_live_wait(op->live);
	} else {
		flt_live_list_del(op);
	}
	if (unlikely(op->counted))
		flt_guard_drop(op);
	op->guard = NULL;
}

void flt_hold_prepare(struct flt_operation *op, struct flt_instance *holder);
void flt_hold_end(struct flt_operation *op, struct flt_instance *holder);
void flt_hold_settle(struct flt_operation *op, int index);
bool flt_hold_claim(PFLT_CALLBACK_DATA data, enum flt_phase phase, int resume, void *context,
		    unsigned long ip, struct flt_operation **resume_op, bool *armed);
void flt_hold_release(PFLT_CALLBACK_DATA data);
struct flt_operation *flt_operation_lookup(PFLT_CALLBACK_DATA data);
const char *flt_create_undo(struct flt_instance *instance, PFILE_OBJECT file);
void flt_record_finish(struct flt_record *record);
void flt_instance_drain(struct flt_instance *instance);

bool flt_task_in_callback(const struct flt_filter *filter, const struct flt_instance *instance);

/* inflight.c */
extern unsigned long flt_patience;	/* jiffies */
unsigned int flt_held_report(unsigned long age);
void flt_held_watch(bool on);
int flt_inflight_show(struct seq_file *m, void *unused);
void flt_wait_warn(const struct flt_filter *filter, const struct flt_volume *volume,
		   unsigned long since, unsigned int left, const char *what);
void flt_shutdown_warn(void);

/* lock_watch.c */
void flt_lock_watch_exit(void);

int flt_held_init(void);
void flt_held_exit(void);

#endif
