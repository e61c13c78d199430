// SPDX-License-Identifier: GPL-2.0
/*
 * What is told of the operations in flight: the list in debugfs, the line that names the oldest one
 * when a teardown has to wait, and the one that names a filter that holds an operation for long.
 * Reads the lists of held.c under their locks; nothing is held when it returns.
 */
#include <linux/jiffies.h>
#include <linux/list_sort.h>
#include <linux/moduleparam.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"

/* How long a teardown waits before it says so, and between two times that it does (REG-51). */
unsigned long flt_patience = 30 * HZ;

/* What is said of an operation, copied out under the list's lock. */
struct flt_live_line {
	struct list_head link;
	unsigned long start;
	pid_t pid;
	const char *major;
	const char *step;
	char filter[64];
	char volume[32];
};

static int flt_live_older(void *unused, const struct list_head *a, const struct list_head *b)
{
	const struct flt_live_line *la = list_entry(a, struct flt_live_line, link);
	const struct flt_live_line *lb = list_entry(b, struct flt_live_line, link);

	return time_after(la->start, lb->start);
}

/* Under the list's lock the operation cannot end, so its snapshot's instances stay in memory. */
static void flt_live_fill(struct flt_live_line *line, const struct flt_operation *op)
{
	int phase = READ_ONCE(op->phase), cursor = READ_ONCE(op->cursor);
	bool held = atomic_read(&op->hold) == FLT_HOLD_PENDED;

	line->start = op->start;
	line->pid = task_tgid_nr(op->task);
	line->major = flt_op_desc_at(op->op_index)->name;
	snprintf(line->volume, sizeof(line->volume), "HarddiskVolume%u", op->volume->number);
	switch (phase) {
	case FLT_PHASE_PRE:
		line->step = held ? "pended in pre" : "pre";
		break;
	case FLT_PHASE_POST:
		line->step = held ? "pended in post" : "post";
		break;
	default:
		line->step = "file system";
	}
	/* One that it only goes past may be gone, and its filter with it. */
	if (phase != FLT_PHASE_BOTTOM && cursor >= 0 && cursor < op->nr_nodes &&
	    atomic_read(&op->hold) != FLT_HOLD_NONE &&
	    READ_ONCE(op->nodes[cursor].instance->state) != FLT_INSTANCE_GONE)
		strscpy(line->filter, op->nodes[cursor].instance->filter->name_utf8,
			sizeof(line->filter));
	else
		strscpy(line->filter, "-", sizeof(line->filter));
}

/**
 * flt_inflight_show() - the operations in flight, oldest first
 * @m: debugfs file
 * @unused: unused
 *
 * At most one page of lines' worth of memory is taken for each CPU before its lock; what does
 * not fit is counted.
 */
int flt_inflight_show(struct seq_file *m, void *unused)
{
	enum { LINES = 128 };
	struct flt_live_line *line, *lines;
	unsigned int used, left_out = 0;
	LIST_HEAD(all);
	int cpu, i = 0;

	lines = kvcalloc(LINES * num_possible_cpus(), sizeof(*lines), GFP_KERNEL);
	if (!lines)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct flt_live *live = per_cpu_ptr(&flt_live, cpu);
		struct flt_operation *op;

		used = 0;
		spin_lock_bh(&live->lock);
		list_for_each_entry(op, &live->ops, inflight) {
			if (used++ >= LINES) {
				left_out++;
				continue;
			}
			flt_live_fill(&lines[i], op);
			list_add_tail(&lines[i++].link, &all);
		}
		spin_unlock_bh(&live->lock);
	}
	list_sort(NULL, &all, flt_live_older);
	seq_puts(m, "# age_ms pid operation volume step filter\n");
	list_for_each_entry(line, &all, link)
		seq_printf(m, "%u %d %s %s %s %s\n", jiffies_to_msecs(jiffies - line->start),
			   line->pid, line->major, line->volume, line->step, line->filter);
	if (left_out)
		seq_printf(m, "# and %u more\n", left_out);
	kvfree(lines);
	return 0;
}

/* Does a filter hold it, and for longer than that? An operation's own age stands for it. */
static bool flt_held_long(const struct flt_operation *op, unsigned long age)
{
	return !op->told && time_after_eq(jiffies, op->start + age) &&
	       atomic_read(&op->hold) == FLT_HOLD_PENDED &&
	       READ_ONCE(op->phase) != FLT_PHASE_BOTTOM;
}

/**
 * flt_held_report() - name the filters that hold operations for long
 * @age: in jiffies
 *
 * Task context. Each operation is told of once (DEFER-36, POSTOP-29).
 *
 * Return: how many were told of now
 */
unsigned int flt_held_report(unsigned long age)
{
	struct flt_operation *op, *found;
	unsigned int count = 0;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct flt_live *live = per_cpu_ptr(&flt_live, cpu);
		struct flt_live_line line = {};

		do {
			found = NULL;
			spin_lock_bh(&live->lock);
			list_for_each_entry(op, &live->ops, inflight) {
				if (!flt_held_long(op, age))
					continue;
				op->told = true;
				flt_live_fill(&line, op);
				found = op;
				break;
			}
			spin_unlock_bh(&live->lock);
			if (!found)
				break;
			count++;
			pr_warn_ratelimited("fltshim: filter %s has held %s of process %d on %s for more than %lu s (%s)\n",
					    line.filter, line.major, line.pid, line.volume,
					    (jiffies - line.start) / HZ, line.step);
		} while (found);
	}
	return count;
}

static unsigned int held_report = 120;
module_param(held_report, uint, 0644);
MODULE_PARM_DESC(held_report, "seconds after which an operation that a filter holds is reported; 0: never");

static void flt_held_look(struct work_struct *work);
static DECLARE_DELAYED_WORK(flt_held_work, flt_held_look);

static void flt_held_look(struct work_struct *work)
{
	unsigned int seconds = READ_ONCE(held_report);

	if (seconds)
		flt_held_report(min_t(unsigned long, seconds, INT_MAX / HZ) * HZ);
	queue_delayed_work(system_power_efficient_wq, &flt_held_work,
			   (seconds ? clamp(seconds / 2, 1U, 30U) : 30) * HZ);
}

/* Begin or stop to look for operations that are held for long. */
void flt_held_watch(bool on)
{
	if (on)
		flt_held_look(NULL);
	else
		cancel_delayed_work_sync(&flt_held_work);
}

/* Does one of the instances at which the operation is, or which it owes something, belong to it? */
static bool flt_live_is_of(const struct flt_operation *op, const struct flt_filter *filter)
{
	int phase = READ_ONCE(op->phase), cursor = READ_ONCE(op->cursor), i;
	int passed = phase == FLT_PHASE_BOTTOM ? op->nr_nodes : min(cursor + 1, op->nr_nodes);

	if (op->initiator && op->initiator->filter == filter)
		return true;
	for (i = 0; i < passed; i++) {
		if (op->nodes[i].instance->filter != filter)
			continue;
		if (i == cursor || READ_ONCE(op->records[i].state) == FLT_RECORD_OPEN)
			return true;
	}
	return false;
}

/* Which operations are looked for: of a filter, those that run on a volume, or shutdowns. */
struct flt_live_wanted {
	const struct flt_filter *filter;
	const struct flt_volume *volume;
	bool shutdown;
};

static bool flt_live_matches(const struct flt_operation *op, const struct flt_live_wanted *wanted)
{
	return (wanted->filter && flt_live_is_of(op, wanted->filter)) ||
	       (wanted->volume == op->volume && READ_ONCE(op->guard)) ||
	       (wanted->shutdown && op->op_index == IRP_MJ_SHUTDOWN);
}

/* The oldest such operation; false when there is none. */
static bool flt_live_oldest(const struct flt_live_wanted *wanted, struct flt_live_line *oldest)
{
	bool found = false;
	int cpu;

	for_each_possible_cpu(cpu) {
		struct flt_live *live = per_cpu_ptr(&flt_live, cpu);
		struct flt_operation *op;

		spin_lock_bh(&live->lock);
		list_for_each_entry(op, &live->ops, inflight) {
			if (!flt_live_matches(op, wanted))
				continue;
			if (found && !time_before(op->start, oldest->start))
				continue;
			flt_live_fill(oldest, op);
			found = true;
		}
		spin_unlock_bh(&live->lock);
	}
	return found;
}

/**
 * flt_wait_warn() - say that a filter's teardown has to wait, and for what
 * @filter: whose
 * @volume: NULL, or a volume on which whatever runs is waited for
 * @since: jiffies when the wait began
 * @left: how many
 * @what: of what
 */
void flt_wait_warn(const struct flt_filter *filter, const struct flt_volume *volume,
		   unsigned long since, unsigned int left, const char *what)
{
	const struct flt_live_wanted wanted = { .filter = filter, .volume = volume };
	unsigned int waited = jiffies_to_msecs(jiffies - since) / 1000;
	struct flt_live_line line;

	if (flt_live_oldest(&wanted, &line))
		pr_warn("fltshim: filter %s cannot go yet, after %u s: %u %s left; the oldest operation is %s of process %d on %s, %u s old, in \"%s\", filter %s\n",
			filter->name_utf8, waited, left, what, line.major, line.pid, line.volume,
			jiffies_to_msecs(jiffies - line.start) / 1000, line.step, line.filter);
	else
		pr_warn("fltshim: filter %s cannot go yet, after %u s: %u %s left; no operation of it is in flight\n",
			filter->name_utf8, waited, left, what);
}

/* The machine goes down without waiting any longer for a filter (VOL-82). */
void flt_shutdown_warn(void)
{
	const struct flt_live_wanted wanted = { .shutdown = true };
	struct flt_live_line line;

	if (flt_live_oldest(&wanted, &line))
		pr_warn("fltshim: filter %s has not ended its IRP_MJ_SHUTDOWN on %s after %u s and is left behind\n",
			line.filter, line.volume, jiffies_to_msecs(jiffies - line.start) / 1000);
}
