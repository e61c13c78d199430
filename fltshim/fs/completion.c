// SPDX-License-Identifier: GPL-2.0
/*
 * Where completions of the lower file go on. They may arrive in hard interrupt, where no filter's
 * code may run; then they are handed, per CPU and in batches, to a bottom half, and post-operation
 * callbacks run at DISPATCH_LEVEL as a driver expects. A mount with completion=passive gets them
 * in workers, at PASSIVE_LEVEL. What arrives in a task that may sleep is completed there.
 *
 * Each list hangs on its tasklet, so a CPU that is taken away takes nothing with it. For a worker
 * each request is a work item of its own: a callback may sleep there, even for another request of
 * the same CPU, and the workqueue sees to it that the others go on.
 */
#include <linux/interrupt.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "fs/request.h"

struct fltfs_completions {
	struct llist_head softirq;
	struct tasklet_struct tasklet;
};

static DEFINE_PER_CPU(struct fltfs_completions, fltfs_completions);
static struct workqueue_struct *fltfs_completion_wq;

/* In the order in which they came. */
static void fltfs_completion_tasklet(struct tasklet_struct *tasklet)
{
	struct fltfs_completions *completions = from_tasklet(completions, tasklet, tasklet);
	struct llist_node *node = llist_reverse_order(llist_del_all(&completions->softirq));
	struct fltfs_lower_aio *aio, *next;

	llist_for_each_entry_safe(aio, next, node, node)
		fltfs_lower_aio_finish(aio);
}

/* The request, and with it the work item, may be gone afterwards. */
static void fltfs_completion_worker(struct work_struct *work)
{
	fltfs_lower_aio_finish(container_of(work, struct fltfs_lower_aio, work));
}

/**
 * fltfs_complete() - the lower file has completed an asynchronous request
 * @aio: the request, its result set; not the caller's any more after this
 *
 * Any context. A lower file system that calls from inside a transaction of its journal, or with a
 * spin lock held, is let out of it first.
 */
void fltfs_complete(struct fltfs_lower_aio *aio)
{
	bool passive = READ_ONCE(((struct fltfs_sb *)aio->op->volume->private)->passive);
	struct fltfs_completions *completions;
	unsigned long flags;

	if (preemptible() && !current->journal_info) {
		fltfs_lower_aio_finish(aio);
		return;
	}
	if (!passive && in_serving_softirq() && !in_hardirq() && !irqs_disabled()) {
		fltfs_lower_aio_finish(aio);
		return;
	}
	if (passive) {
		INIT_WORK(&aio->work, fltfs_completion_worker);
		queue_work(fltfs_completion_wq, &aio->work);
		return;
	}
	local_irq_save(flags);
	completions = this_cpu_ptr(&fltfs_completions);
	if (llist_add(&aio->node, &completions->softirq))
		tasklet_schedule(&completions->tasklet);
	local_irq_restore(flags);
}

int fltfs_completion_init(void)
{
	int cpu;

	fltfs_completion_wq = alloc_workqueue("fltfs_completion", WQ_MEM_RECLAIM | WQ_HIGHPRI, 0);
	if (!fltfs_completion_wq)
		return -ENOMEM;
	for_each_possible_cpu(cpu) {
		struct fltfs_completions *completions = per_cpu_ptr(&fltfs_completions, cpu);

		init_llist_head(&completions->softirq);
		tasklet_setup(&completions->tasklet, fltfs_completion_tasklet);
	}
	return 0;
}

/*
 * No mount is left, so every request was completed; what may still run is the tail of a
 * completion, in a tasklet, a worker of ours, or the lower file system's own task.
 */
void fltfs_completion_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&fltfs_completions, cpu)->tasklet);
	destroy_workqueue(fltfs_completion_wq);
	synchronize_rcu_tasks();
	synchronize_rcu();
}
