/* SPDX-License-Identifier: GPL-2.0 */
/*
 * I/O that a probe starts: callback data allocated for its instance, issued, with a completion
 * callback that records where, when and with what it was called; and running code in softirq or
 * with an allocation that fails.
 */
#ifndef KUNIT_ASYNC_ISSUE_H
#define KUNIT_ASYNC_ISSUE_H

#include "kunit/world.h"

/**
 * struct issue - one request of a probe
 * @world: the world
 * @probe: who starts it
 * @data: its callback data
 * @returned: what FltPerformAsynchronousIo() said
 * @calls: calls of the completion callback; the following are from the last one
 * @seen: callback data it was given
 * @status: final status
 * @information: final Information
 * @major: major function
 * @irql: level
 * @asleep: whether sleeping was possible there
 * @task: current task
 * @events: calls recorded before it
 * @on_done: called in it
 * @done: it has run
 */
struct issue {
	struct world *world;
	struct probe *probe;
	PFLT_CALLBACK_DATA data;
	NTSTATUS returned;
	atomic_t calls;
	PFLT_CALLBACK_DATA seen;
	NTSTATUS status;
	ULONG_PTR information;
	UCHAR major;
	int irql;
	bool asleep;
	struct task_struct *task;
	unsigned int events;
	void (*on_done)(struct issue *i);
	struct completion done;
};

struct issue *issue_on(struct world *w, char who, PFLT_INSTANCE instance, PFILE_OBJECT file,
		       UCHAR major);
struct issue *issue_new(struct world *w, char who, UCHAR major);
void issue_fill(struct issue *i, UCHAR major);
NTSTATUS issue_start(struct issue *i);
void issue_start_soft(struct issue *i);
bool issue_wait(struct issue *i);
NTSTATUS issue_run(struct issue *i);
void issue_free(struct issue *i);
void issue_callback(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context);

void async_in_softirq(void (*fn)(void *arg), void *arg);
bool async_faults_work(void);
bool async_with_fault(int nth, void (*fn)(void *arg), void *arg);

#endif
