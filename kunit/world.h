/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The world of one unit test: fake volumes, probes, a trace of everything that was called, and
 * requests that run operations in this thread, in another, or asynchronously.
 *
 * A trace is text, one word a call: the letter of a probe and "+" for a pre-operation, "-" for a
 * post-operation, "~" for a draining call, "s" setup, "q" query teardown, "t" teardown start,
 * "c" teardown complete, "u" unload; "F" is the file system being asked, "f" its later answer.
 */
#ifndef KUNIT_WORLD_H
#define KUNIT_WORLD_H

#include <linux/completion.h>
#include <linux/delay.h>
#include <linux/spinlock.h>
#include "fltmgr/operation.h"
#include "fltmgr/violation.h"
#include "kunit/fake_volume.h"
#include "kunit/probe.h"
#include "kunit/prove.h"

enum world_event_kind {
	WORLD_PRE,
	WORLD_POST,
	WORLD_DRAIN,
	WORLD_SETUP,
	WORLD_QUERY,
	WORLD_START,
	WORLD_COMPLETE,
	WORLD_UNLOAD,
	WORLD_FAKE_PERFORM,
	WORLD_FAKE_DONE,
};

/**
 * struct world_event - one call
 * @kind: which
 * @who: letter of the probe, 'F' for the file system
 * @volume: index of the volume
 * @flags: of a post-operation, setup, unload; reason of a teardown
 * @address: of the callback data
 * @data: the callback data as it was
 * @iopb: its parameters as they were
 * @objects: related objects
 * @context: completion context: on entry of a pre-operation, argument of a post-operation
 * @task: who ran it
 * @irql: at which level
 */
struct world_event {
	enum world_event_kind kind;
	char who;
	int volume;
	ULONG flags;
	PFLT_CALLBACK_DATA address;
	FLT_CALLBACK_DATA data;
	FLT_IO_PARAMETER_BLOCK iopb;
	FLT_RELATED_OBJECTS objects;
	void *context;
	struct task_struct *task;
	int irql;
};

#define WORLD_EVENTS	256

/* Which form an operation has: one of these flags of its callback data. */
#define WORLD_FORMS	(FLTFL_CALLBACK_DATA_IRP_OPERATION |	\
			 FLTFL_CALLBACK_DATA_FAST_IO_OPERATION |	\
			 FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION)

/**
 * struct world - see above
 * @test: the case
 * @fake: the first volume
 * @other: the second one, or NULL
 * @file: a file object of @fake
 * @probe: slots by letter, 'A' first; NULL where not loaded
 * @lock: protects the events; taken in any context but hard interrupt
 * @events: what was called
 * @nr_events: how many; more than WORLD_EVENTS means that the rest is lost
 * @quiet: nothing is recorded
 * @breaches: this case breaks the contract on purpose; otherwise no violation may be counted
 * @requests: not waited for yet
 * @trace: text buffer
 */
struct world {
	struct kunit *test;
	struct fake_volume *fake;
	struct fake_volume *other;
	PFILE_OBJECT file;
	struct probe *probe[PROBE_SLOTS];
	spinlock_t lock;	/* @events, @nr_events */
	struct world_event *events;
	unsigned int nr_events;
	bool quiet;
	bool breaches;
	struct list_head requests;
	char trace[1024];
};

int world_init(struct kunit *test);
void world_exit(struct kunit *test);

static inline struct world *world_of(struct kunit *test)
{
	return test->priv;
}

/* Setting up */
struct probe *world_probe(struct world *w, char name, const struct probe_config *config);
void world_probes(struct world *w, const char *names);
struct fake_volume *world_second_volume(struct world *w);

/* What happened */
void world_clear(struct world *w);
const char *world_trace(struct world *w);
bool world_trace_is(struct world *w, const char *expected);
const struct world_event *world_event(struct world *w, char who, enum world_event_kind kind,
				      unsigned int nth);
unsigned int world_count(struct world *w, char who, enum world_event_kind kind);
u64 world_violations(struct world *w);
unsigned int world_filters(void);

/* For probes and fake volumes */
struct world_event *world_note(struct world *w, char who, enum world_event_kind kind);
void world_note_fake(struct world *w, struct flt_operation *op, enum world_event_kind kind);

/**
 * struct request - an operation of a test
 * @op: the operation; the test may set op.iopb before it runs
 * @world: whose
 * @link: in world->requests while it runs elsewhere
 * @thread: which runs it, or NULL
 * @done: it is finished
 * @ended: number of ends seen, which has to be 1
 * @status: final status
 * @information: final Information
 */
struct request {
	struct flt_operation op;
	struct world *world;
	struct list_head link;
	struct task_struct *thread;
	struct completion done;
	atomic_t ended;
	NTSTATUS status;
	ULONG_PTR information;
};

struct request *request_new(struct world *w, UCHAR major);
void request_setup(struct request *r, struct world *w, struct fake_volume *fake,
		   PFILE_OBJECT file, UCHAR major);
struct request *request_on(struct world *w, struct fake_volume *fake, PFILE_OBJECT file,
			   UCHAR major);
void request_form(struct request *r, ULONG form);
NTSTATUS request_run(struct request *r);
void request_spawn(struct request *r);
void request_start(struct request *r);
bool request_wait(struct request *r);
NTSTATUS world_do(struct world *w, UCHAR major);
const void *world_next_part(const void *last, char *description, const char *of,
			    unsigned int each, unsigned int all);

static inline bool request_busy(struct request *r)
{
	return !completion_done(&r->done);
}

/* Waits up to ten seconds for a condition; gives whether it came true. */
#define WORLD_WAIT(condition)							\
({										\
	unsigned int tries_ = 0;						\
	bool held_;								\
										\
	while (!(held_ = !!(condition)) && tries_++ < 10000)			\
		usleep_range(1000, 1500);					\
	held_;									\
})

#endif
