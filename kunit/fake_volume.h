/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A volume without a file system: what the operations reach at the bottom of the unit tests'
 * stacks. It does what it is told with each operation: finishes it at once, from a worker, from
 * softirq, before perform() returns, or holds it until it is released or cancelled.
 */
#ifndef KUNIT_FAKE_VOLUME_H
#define KUNIT_FAKE_VOLUME_H

#include <linux/interrupt.h>
#include <linux/list.h>
#include <linux/spinlock.h>
#include <linux/workqueue.h>
#include "fltmgr/file_object.h"
#include "fltmgr/operation.h"
#include "fltmgr/section.h"
#include "fltmgr/volume.h"

struct world;

enum fake_when {
	FAKE_INLINE,	/* perform() finishes it */
	FAKE_EARLY,	/* it is finished before perform() says that it is under way */
	FAKE_WORKER,	/* a worker finishes it */
	FAKE_SOFTIRQ,	/* a tasklet finishes it */
	FAKE_HOLD,	/* nobody does, until fake_release() or a cancel */
};

/* Information: as much as a read or write asked for, 0 for the rest. */
#define FAKE_AS_ASKED	ULONG_MAX

/* What is to become of one operation. */
struct fake_order {
	enum fake_when when;
	NTSTATUS status;
	ULONG_PTR information;
};

/**
 * struct fake_volume - a volume and its orders
 * @volume: the filter manager's
 * @world: where events go
 * @when: and the following four: the orders for each operation from now on
 * @status: its final status
 * @information: its final Information
 * @tag: TagData of the next create, from the pool; the operation's then
 * @cancellable: a held operation ends with STATUS_CANCELLED when it is cancelled
 * @on_perform: NULL, or changes the orders for one operation
 * @delay_ms: how long the worker sleeps first
 * @performed: calls of perform()
 * @completed: operations finished
 * @cancelled: calls of cancel()
 * @files: file objects that were not freed
 * @lock: protects the lists
 * @held: held requests, oldest first
 * @soft: requests for @tasklet
 * @seen: parameters at the last perform()
 * @path: where files are; NULL for what their FileName says
 * @path_status: what a question for it is answered with
 * @stamp: of the names
 * @asked: how often it was asked for one
 * @ops: what the filter manager may ask of it after fake_volume_sections()
 * @sections: of the stream that fake_map() files belong to; and the following: of that
 * @stream: where its contexts hang
 * @size: of the stream
 * @open_status: what making a section of it comes to
 * @page_status: what reading its pages comes to
 * @sources: sections that it has the source of
 * @flushes: calls of flush(), with the last range in @range
 * @purges: calls of purge()
 * @purge_fails: what it answers
 * @users: what users() says
 */
struct fake_volume {
	struct flt_volume *volume;
	struct world *world;
	enum fake_when when;
	NTSTATUS status;
	ULONG_PTR information;
	struct _FLT_TAG_DATA_BUFFER *tag;
	bool cancellable;
	void (*on_perform)(struct fake_volume *fake, struct flt_operation *op,
			   struct fake_order *order);
	unsigned int delay_ms;
	atomic_t performed;
	atomic_t completed;
	atomic_t cancelled;
	atomic_t files;
	spinlock_t lock;	/* @held, @soft */
	struct list_head held;
	struct list_head soft;
	struct tasklet_struct tasklet;
	FLT_IO_PARAMETER_BLOCK seen;
	const WCHAR *path;
	NTSTATUS path_status;
	u64 stamp;
	atomic_t asked;
	struct flt_volume_ops ops;
	struct flt_sections sections;
	struct flt_anchor stream;
	u64 size;
	NTSTATUS open_status;
	NTSTATUS page_status;
	atomic_t sources;
	unsigned int flushes;
	unsigned int purges;
	bool purge_fails;
	s64 range[2];
	struct flt_section_users users;
};

void fake_volume_sections(struct fake_volume *fake, const struct flt_section_ops *section);
extern const struct flt_section_ops fake_section_ops;	/* fake_section.c */
void fake_map(struct fake_volume *fake, PFILE_OBJECT file, u64 size);
u8 fake_byte(u64 offset);

struct fake_volume *fake_volume_create(struct world *w, const char *name);
void fake_volume_unmount(struct fake_volume *fake);
int fake_volume_mount(struct fake_volume *fake, const char *name);
void fake_volume_destroy(struct fake_volume *fake);
PFILE_OBJECT fake_open(struct fake_volume *fake);
void fake_close(PFILE_OBJECT file);
bool fake_release(struct fake_volume *fake);
void fake_release_in_softirq(struct fake_volume *fake);
unsigned int fake_release_all(struct fake_volume *fake);
unsigned int fake_nr_held(struct fake_volume *fake);

#endif
