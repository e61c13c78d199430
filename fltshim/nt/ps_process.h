/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Processes and threads as drivers see them. A thread is its task, a process the leader of a
 * thread group; kernel threads all belong to the system process, which is the initial task.
 */
#ifndef NT_PS_PROCESS_H
#define NT_PS_PROCESS_H

#include <linux/sched.h>
#include <linux/sched/task.h>
#include "nt/nt.h"

#define PS_SYSTEM_PROCESS_ID	4	/* as on Windows */

static inline struct task_struct *ps_task(const void *object)
{
	return (struct task_struct *)object;
}

/* The process of a task that is alive or referenced by somebody who keeps its leader. */
static inline PEPROCESS ps_process_of(struct task_struct *task)
{
	return (PEPROCESS)(task->flags & PF_KTHREAD ? &init_task : task->group_leader);
}

#endif
