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

#define FLT_LIVE_LINES	128	/* of a CPU */

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
	if (phase != FLT_PHASE_BOTTOM && cursor >= 0 && cursor < flt_operation_nodes(op) &&
	    atomic_read(&op->hold) != FLT_HOLD_NONE &&
	    READ_ONCE(op->nodes[cursor].instance->state) != FLT_INSTANCE_GONE)
		strscpy(line->filter, op->nodes[cursor].instance->filter->name_utf8,
			sizeof(line->filter));
	else
		strscpy(line->filter, "-", sizeof(line->filter));
}

/* Lines that were allocated before any lock was taken; each CPU has FLT_LIVE_LINES of its own. */
struct flt_live_lines {
	struct flt_live_line *lines;
	struct list_head all;
	unsigned int cpus;	/* whose operations were begun */
	struct flt_live *live;	/* of the last of them */
	unsigned int used;	/* of that CPU's lines */
	unsigned int left_out;
};

static bool flt_live_list(struct flt_operation *op, void *arg)
{
	struct flt_live_lines *lines = arg;
	struct flt_live_line *line;

	if (op->live != lines->live) {
		lines->live = op->live;
		lines->cpus++;
		lines->used = 0;
	}
	if (lines->used >= FLT_LIVE_LINES) {
		lines->left_out++;
		return false;
	}
	line = &lines->lines[(lines->cpus - 1) * FLT_LIVE_LINES + lines->used++];
	flt_live_fill(line, op);
	list_add_tail(&line->link, &lines->all);
	return false;
}

/**
 * flt_inflight_show() - the operations in flight, oldest first
 * @m: debugfs file
 * @unused: unused
 *
 * Of each CPU those that run and the oldest that are held, FLT_LIVE_LINES; the rest is counted.
 */
int flt_inflight_show(struct seq_file *m, void *unused)
{
	struct flt_live_lines lines = { .all = LIST_HEAD_INIT(lines.all) };
	struct flt_live_line *line;

	lines.lines = kvcalloc(FLT_LIVE_LINES * num_possible_cpus(), sizeof(*lines.lines),
			       GFP_KERNEL);
	if (!lines.lines)
		return -ENOMEM;
	flt_live_walk(flt_live_list, &lines);
	list_sort(NULL, &lines.all, flt_live_older);
	seq_puts(m, "# age_ms pid operation volume step filter\n");
	list_for_each_entry(line, &lines.all, link)
		seq_printf(m, "%u %d %s %s %s %s\n", jiffies_to_msecs(jiffies - line->start),
			   line->pid, line->major, line->volume, line->step, line->filter);
	if (lines.left_out)
		seq_printf(m, "# and %u more\n", lines.left_out);
	kvfree(lines.lines);
	return 0;
}

/* The filter at whose instance an operation is; NULL with the file system. The list's lock. */
static const struct flt_filter *flt_live_at(const struct flt_operation *op)
{
	int cursor = READ_ONCE(op->cursor);

	if (READ_ONCE(op->phase) == FLT_PHASE_BOTTOM || cursor < 0 ||
	    cursor >= flt_operation_nodes(op))
		return NULL;
	return op->nodes[cursor].instance->filter;
}

/**
 * struct flt_held_long - what filters hold for long
 * @age: that is, in jiffies
 * @filter: who holds the oldest; for comparison only
 * @line: the oldest
 * @count: how many @filter holds
 */
struct flt_held_long {
	unsigned long age;
	const struct flt_filter *filter;
	struct flt_live_line line;
	unsigned int count;
};

static bool flt_is_held_long(const struct flt_operation *op, unsigned long age)
{
	/* Who holds it wrote the rest before. */
	return atomic_read_acquire(&op->hold) == FLT_HOLD_PENDED && flt_live_at(op) &&
	       !READ_ONCE(op->told) &&
	       time_after_eq(jiffies, READ_ONCE(op->held_since) + age);
}

static bool flt_held_oldest(struct flt_operation *op, void *arg)
{
	struct flt_held_long *held = arg;

	if (!flt_is_held_long(op, held->age) ||
	    (held->filter && !time_before(op->held_since, held->line.start)))
		return false;
	held->filter = flt_live_at(op);
	flt_live_fill(&held->line, op);
	held->line.start = op->held_since;
	return false;
}

static bool flt_held_count(struct flt_operation *op, void *arg)
{
	struct flt_held_long *held = arg;

	if (flt_is_held_long(op, held->age) && flt_live_at(op) == held->filter) {
		WRITE_ONCE(op->told, true);
		held->count++;
	}
	return false;
}

/**
 * flt_held_report() - name the filters that hold operations for long
 * @age: in jiffies
 *
 * Task context. Each is named with the operation that it has held longest; the others are counted,
 * and each is told of once (DEFER-36, POSTOP-29).
 *
 * Return: how many operations were told of now
 */
unsigned int flt_held_report(unsigned long age)
{
	unsigned int count = 0;

	for (;;) {
		struct flt_held_long held = { .age = age };

		flt_live_walk(flt_held_oldest, &held);
		if (!held.filter)
			return count;
		flt_live_walk(flt_held_count, &held);
		/* It was just handed back: there is nothing to tell. */
		if (!held.count)
			continue;
		count += held.count;
		pr_warn("fltshim: filter %s has held %s of process %d on %s for more than %lu s (%s), and %u other operations for long\n",
			held.line.filter, held.line.major, held.line.pid, held.line.volume,
			(jiffies - held.line.start) / HZ, held.line.step, held.count - 1);
	}
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
	int nodes = flt_operation_nodes(op);
	int passed = phase == FLT_PHASE_BOTTOM ? nodes : min(cursor + 1, nodes);

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

struct flt_live_oldest {
	const struct flt_live_wanted *wanted;
	struct flt_live_line *line;
	bool found;
};

static bool flt_live_oldest_look(struct flt_operation *op, void *arg)
{
	struct flt_live_oldest *oldest = arg;

	if (flt_live_matches(op, oldest->wanted) &&
	    (!oldest->found || time_before(op->start, oldest->line->start))) {
		flt_live_fill(oldest->line, op);
		oldest->found = true;
	}
	return false;
}

/* The oldest such operation; false when there is none. */
static bool flt_live_oldest(const struct flt_live_wanted *wanted, struct flt_live_line *line)
{
	struct flt_live_oldest oldest = { .wanted = wanted, .line = line };

	flt_live_walk(flt_live_oldest_look, &oldest);
	return oldest.found;
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
