/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A filter's two work queues and what deferred and generic work items share: allocation at any
 * level up to DISPATCH_LEVEL, one queueing at a time, and a release that waits for the routine.
 */
#ifndef FLTMGR_WORK_ITEM_H
#define FLTMGR_WORK_ITEM_H

#include <linux/workqueue.h>
#include "nt/nt.h"

enum flt_item_type {
	FLT_ITEM_DEFERRED,
	FLT_ITEM_GENERIC,
};

enum flt_item_state {
	FLT_ITEM_IDLE,
	FLT_ITEM_QUEUED,	/* its routine has not started */
};

/**
 * struct flt_item_queues - what stands for the system work queues, to one filter
 * @critical: for CriticalWorkQueue, or NULL
 * @delayed: for DelayedWorkQueue, or NULL
 */
struct flt_item_queues {
	struct workqueue_struct *critical;
	struct workqueue_struct *delayed;
};

/**
 * struct flt_item - a work item
 * @link: in the hash of all items, by address: a stale pointer is never followed
 * @work: in one of the two queues
 * @type: which of the two families it belongs to
 * @state: enum flt_item_state, under the hash's lock
 * @free_wanted: freed while queued (a violation): released when the routine has run
 * @routine: either routine type, by @type
 * @data: callback data (deferred)
 * @object: filter or instance (generic), or the target instance (deferred); referenced
 * @context: the driver's
 */
struct flt_item {
	struct hlist_node link;
	struct work_struct work;
	u8 type;
	u8 state;
	bool free_wanted;
	void *routine;
	PFLT_CALLBACK_DATA data;
	struct flt_object *object;
	void *context;
};

struct flt_item *flt_item_alloc(enum flt_item_type type);
bool flt_item_free(struct flt_item *item, enum flt_item_type type);
NTSTATUS flt_item_queue(struct flt_item *item, enum flt_item_type type, WORK_QUEUE_TYPE queue,
			void *routine, PFLT_CALLBACK_DATA data, struct flt_object *object,
			void *context);

bool flt_item_has_data(PFLT_CALLBACK_DATA data);
void flt_item_wait_data(PFLT_CALLBACK_DATA data);

int flt_item_queues_init(struct flt_item_queues *queues, const char *name);
void flt_item_queues_destroy(struct flt_item_queues *queues);
void flt_work_items_exit(void);

#endif
