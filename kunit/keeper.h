/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A keeper: what a probe needs to pend operations or halt their completion and hand them back
 * later, from a worker, from softirq, or when the test says so.
 */
#ifndef KUNIT_KEEPER_H
#define KUNIT_KEEPER_H

#include <linux/interrupt.h>
#include <linux/workqueue.h>
#include "kunit/world.h"

enum keeper_from {
	KEEPER_TEST,	/* the test calls keeper_resume() */
	KEEPER_WORKER,
	KEEPER_SOFTIRQ,
	KEEPER_CALLBACK,	/* a worker, while the callback has not returned yet */
};

/**
 * struct keeper - one kept operation
 * @from: who hands it back
 * @post: completion was halted, not the way down
 * @status: what FltCompletePendedPreOperation() is told
 * @context: completion context told to it
 * @change: called before it is handed back, to set its result or parameters
 * @data: the operation, from when it was kept
 * @kept: how many were
 * @resumed: it was handed back
 */
struct keeper {
	enum keeper_from from;
	bool post;
	FLT_PREOP_CALLBACK_STATUS status;
	void *context;
	void (*change)(PFLT_CALLBACK_DATA data);
	PFLT_CALLBACK_DATA data;
	atomic_t kept;
	struct completion resumed;
	struct work_struct work;
	struct tasklet_struct tasklet;
};

struct keeper *keeper_pend(struct probe *p, enum keeper_from from,
			   FLT_PREOP_CALLBACK_STATUS status);
struct keeper *keeper_halt(struct probe *p, enum keeper_from from);
bool keeper_wait(struct keeper *k);
void keeper_resume(struct keeper *k);
void keeper_resume_in_softirq(struct keeper *k);

#endif
