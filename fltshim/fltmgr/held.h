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

/* A CPU's operations in flight, the youngest last. */
struct flt_live {
	spinlock_t lock;	/* ops; taken in softirq too */
	struct list_head ops;
};

DECLARE_PER_CPU(struct flt_live, flt_live);

/**
 * flt_live_walk() - look at the operations in flight
 * @look: called for each, under its list's lock, which keeps it; true ends the walk
 * @arg: its argument
 * @youngest_first: of a CPU's; who looks for an operation of its own finds it sooner, and sooner
 *	still on its own CPU, which comes first
 *
 * Up to softirq. Return: whether @look said so
 */
static __always_inline bool flt_live_walk(bool (*look)(struct flt_operation *op, void *arg),
					  void *arg, bool youngest_first)
{
	unsigned int i, here = raw_smp_processor_id();
	struct flt_operation *op;
	bool found = false;

	for (i = 0; i < nr_cpu_ids && !found; i++) {
		unsigned int cpu = (here + i) % nr_cpu_ids;
		struct flt_live *live;

		if (!cpu_possible(cpu))
			continue;
		live = per_cpu_ptr(&flt_live, cpu);
		spin_lock_bh(&live->lock);
		if (youngest_first) {
			list_for_each_entry_reverse(op, &live->ops, inflight) {
				found = look(op, arg);
				if (found)
					break;
			}
		} else {
			list_for_each_entry(op, &live->ops, inflight) {
				found = look(op, arg);
				if (found)
					break;
			}
		}
		spin_unlock_bh(&live->lock);
	}
	return found;
}

void flt_hold_prepare(struct flt_operation *op, struct flt_instance *holder);
void flt_hold_end(struct flt_operation *op, struct flt_instance *holder);
bool flt_hold_claim(PFLT_CALLBACK_DATA data, enum flt_phase phase, int resume, void *context,
		    struct flt_operation **resume_op, bool *armed);
void flt_hold_release(PFLT_CALLBACK_DATA data);
struct flt_operation *flt_operation_lookup(PFLT_CALLBACK_DATA data);
const char *flt_create_undo(struct flt_instance *instance, PFILE_OBJECT file);
void flt_record_finish(struct flt_record *record);
void flt_instance_drain(struct flt_instance *instance);

bool flt_task_in_callback(const struct flt_filter *filter, const struct flt_instance *instance);

void flt_inflight_add(struct flt_operation *op);
void flt_inflight_del(struct flt_operation *op);

/* inflight.c */
extern unsigned long flt_patience;	/* jiffies */
unsigned int flt_held_report(unsigned long age);
void flt_held_watch(bool on);
int flt_inflight_show(struct seq_file *m, void *unused);
void flt_wait_warn(const struct flt_filter *filter, const struct flt_volume *volume,
		   unsigned long since, unsigned int left, const char *what);
void flt_shutdown_warn(void);

/* lock_watch.c */
void flt_lock_watch(void);
void flt_lock_watch_exit(void);

int flt_held_init(void);
void flt_held_exit(void);

#endif
