/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The TopLevelIrp of the current thread, for the paging path: set without an allocation.
 */
#ifndef NT_IO_TOPLEVEL_H
#define NT_IO_TOPLEVEL_H

#include <linux/list.h>
#include "nt/nt.h"

struct task_struct;

/**
 * struct io_top_level - that a thread has a TopLevelIrp
 * @link: in the hash
 * @task: whose
 * @start_time: tells a dead thread from a new one at its address
 * @irp: what IoGetTopLevelIrp() answers
 * @in_frame: in the frame of io_toplevel_enter()'s caller, not allocated
 */
struct io_top_level {
	struct hlist_node link;
	const struct task_struct *task;
	u64 start_time;
	PIRP irp;
	bool in_frame;
};

void io_toplevel_enter(struct io_top_level *top);
void io_toplevel_leave(struct io_top_level *top);

#endif
