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

struct flt_filter;
struct flt_instance;
struct flt_volume;

void flt_lock_watch(void);	/* lock_watch.c */

#define FLT_LIVE_SLOTS	6

/**
 * struct flt_live - operations in flight that began on one CPU
 * @slots: most of them; a place is taken by an exchange, and given back by its owner
 * @looking: somebody reads @slots: who gave a place back waits for the end of that
 * @lock: protects @ops, and taken by who reads @slots; in softirq too
 * @ops: those for which there was no place, the youngest last
 */
struct flt_live {
	struct flt_operation *slots[FLT_LIVE_SLOTS];
	bool looking;
	spinlock_t lock;	/* ops, looking; taken in softirq too */
	struct list_head ops;
} ____cacheline_aligned_in_smp;

DECLARE_PER_CPU_ALIGNED(struct flt_live, flt_live);

/* Returns true to end a walk over the operations in flight. */
typedef bool (*flt_live_fn)(struct flt_operation *op, void *arg);

bool flt_live_walk_cpu(unsigned int cpu, flt_live_fn look, void *arg);
bool flt_live_walk(flt_live_fn look, void *arg);
void flt_live_list_add(struct flt_operation *op);
void flt_live_list_del(struct flt_operation *op);
void flt_live_wait(struct flt_live *live);

/*
 * The operation is in flight from here on. Every one pays for this, and few are ever looked for:
 * so it costs an exchange to be found, and another one to be forgotten, and no lock.
 */
static __always_inline void flt_inflight_add(struct flt_operation *op)
{
	struct flt_live *live = raw_cpu_ptr(&flt_live);
	unsigned int i;

	op->runner = current;
	op->live = live;
	op->lock_told = false;
	op->lock_place = -1;
	for (i = 0; i < FLT_LIVE_SLOTS; i++) {
		if (!READ_ONCE(live->slots[i])) {
			op->slot = &live->slots[i];
			if (likely(!cmpxchg(op->slot, NULL, op)))
				goto added;
		}
	}
	flt_live_list_add(op);
added:
	if (unlikely(op->vfs_lock))
		flt_lock_watch();
}

static __always_inline void flt_inflight_del(struct flt_operation *op)
{
	if (unlikely(!op->slot)) {
		flt_live_list_del(op);
		return;
	}
	/* A full barrier: who looks at slots now is seen, or does not see this one. */
	xchg(op->slot, NULL);
	if (unlikely(READ_ONCE(op->live->looking)))
		flt_live_wait(op->live);
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
