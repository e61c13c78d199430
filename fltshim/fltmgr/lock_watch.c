// SPDX-License-Identifier: GPL-2.0
/*
 * Names the filter that keeps others waiting: an operation that the VFS shows with a directory, an
 * inode, the mount or all renames of it locked, and that has been inside one filter for long
 * (VFS-917). Looks at the operations in flight now and then, and only while there are such; reads
 * their lists under the lists' locks.
 */
#include <linux/jiffies.h>
#include <linux/moduleparam.h>
#include <linux/nls.h>
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/name.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"

#define FLT_LOCK_LOOK	(HZ / 2)

static unsigned int lock_report = 10;
module_param(lock_report, uint, 0644);
MODULE_PARM_DESC(lock_report, "seconds after which a filter that keeps a directory or file locked is reported, a half of it for a mount, a tenth for renames; 0: never");

const char *const flt_lock_names[FLT_NR_LOCKS] = {
	[FLT_LOCK_DIRECTORY] = "directory",
	[FLT_LOCK_INODE] = "inode",
	[FLT_LOCK_MOUNT] = "mount",
	[FLT_LOCK_RENAME] = "renames",
};

/* What is said of one. */
struct flt_lock_line {
	struct flt_volume *volume;
	struct flt_file *file;
	const char *major;
	unsigned long since;
	pid_t pid;
	u8 lock;
	char filter[64];
};

static void flt_lock_look(struct work_struct *work);
static DECLARE_DELAYED_WORK(flt_lock_work, flt_lock_look);
static atomic_t flt_lock_armed;

static unsigned long flt_lock_limit(u8 lock)
{
	unsigned long limit = min_t(unsigned long, READ_ONCE(lock_report), INT_MAX / HZ) * HZ;

	if (lock == FLT_LOCK_MOUNT)
		limit /= 2;
	else if (lock == FLT_LOCK_RENAME)
		limit /= 10;
	return limit;
}

/**
 * flt_lock_watch() - an operation under a lock of the VFS is in flight
 *
 * Cheap after the first one.
 */
void flt_lock_watch(void)
{
	if (!atomic_read(&flt_lock_armed) && !atomic_xchg(&flt_lock_armed, 1))
		queue_delayed_work(system_power_efficient_wq, &flt_lock_work, FLT_LOCK_LOOK);
}

/*
 * The instance in which it has been for longer than its lock allows, or NULL. Tells of it once. The
 * operation may go on at any time: its place is read once.
 */
static const struct flt_instance *flt_lock_is_long(struct flt_operation *op)
{
	int phase = READ_ONCE(op->phase), cursor = READ_ONCE(op->cursor);
	int place = phase == FLT_PHASE_BOTTOM ? -1 : cursor * 2 + (phase == FLT_PHASE_POST);
	const struct flt_instance *instance;

	if (place < 0 || cursor >= flt_operation_nodes(op) || place != op->lock_place) {
		op->lock_place = place;
		op->lock_since = jiffies;
		return NULL;
	}
	if (op->lock_told || !READ_ONCE(lock_report) ||
	    time_before(jiffies, op->lock_since + flt_lock_limit(op->vfs_lock)))
		return NULL;
	/* One that it has just gone past may be gone, and its filter with it. */
	instance = op->nodes[cursor].instance;
	if (READ_ONCE(instance->state) == FLT_INSTANCE_GONE)
		return NULL;
	op->lock_told = true;
	return instance;
}

/*
 * Under the list's lock the operation, the instance and the file object (flt_target_put()) stay;
 * what is needed later is referenced.
 */
static void flt_lock_fill(struct flt_lock_line *line, const struct flt_operation *op,
			  struct flt_filter *filter)
{
	PFILE_OBJECT file = READ_ONCE(op->accepted.TargetFileObject);

	atomic_inc(&filter->slow_locks[op->vfs_lock]);
	strscpy(line->filter, filter->name_utf8, sizeof(line->filter));
	line->volume = op->volume;
	flt_object_get(&op->volume->obj);
	line->file = NULL;
	if (file && refcount_inc_not_zero(&flt_file_of(file)->refs))
		line->file = flt_file_of(file);
	line->major = flt_op_desc_at(op->op_index)->name;
	line->pid = task_tgid_nr(op->task);
	line->since = op->lock_since;
	line->lock = op->vfs_lock;
}

/* Where the file is, or "" for the volume itself and what has no name. */
static char *flt_lock_path(const struct flt_lock_line *line)
{
	struct flt_name *name = NULL;
	NTSTATUS status;
	char *path;
	int units;

	if (line->file && !(line->file->fo.Flags & FO_VOLUME_OPEN) && line->volume->ops->query_name)
		name = line->volume->ops->query_name(line->file, &status);
	if (!name)
		return NULL;
	units = (name->info.Name.Length - name->info.Volume.Length) / sizeof(WCHAR);
	path = kzalloc(3 * units + 1, GFP_KERNEL);
	if (path)
		utf16s_to_utf8s((const wchar_t *)flt_name_path(name), units, UTF16_HOST_ENDIAN,
				path, 3 * units);
	flt_name_put(name);
	return path;
}

static void flt_lock_tell(struct flt_lock_line *line)
{
	char *path = flt_lock_path(line);

	pr_warn_ratelimited("fltshim: filter %s has kept %s locked for more than %lu s, in %s of process %d on HarddiskVolume%u %s\n",
			    line->filter, flt_lock_names[line->lock],
			    flt_lock_limit(line->lock) / HZ, line->major, line->pid,
			    line->volume->number, path ?: "");
	kfree(path);
	if (line->file)
		flt_file_put(line->file);
	flt_object_put(&line->volume->obj);
}

struct flt_lock_seen {
	struct flt_lock_line line;	/* of the one that ended the walk */
	bool any;			/* some is under a lock */
};

static bool flt_lock_look_at(struct flt_operation *op, void *arg)
{
	const struct flt_instance *found;
	struct flt_lock_seen *seen = arg;

	if (!op->vfs_lock)
		return false;
	seen->any = true;
	found = flt_lock_is_long(op);
	if (!found)
		return false;
	flt_lock_fill(&seen->line, op, found->filter);
	return true;
}

static void flt_lock_look(struct work_struct *work)
{
	struct flt_lock_seen seen = {};
	int cpu;

	/* Who adds an operation after this sees to it that there is another look. */
	atomic_set(&flt_lock_armed, 0);
	/* Pairs with the exchange or the lock that adds an operation before it asks for a look. */
	smp_mb();
	for_each_possible_cpu(cpu) {
		while (flt_live_walk_cpu(cpu, flt_lock_look_at, &seen))
			flt_lock_tell(&seen.line);
	}
	if (seen.any)
		flt_lock_watch();
}

void flt_lock_watch_exit(void)
{
	cancel_delayed_work_sync(&flt_lock_work);
}
