/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file object that filters see, with what the shim keeps beside it. The file system embeds
 * this structure in its own and frees it through flt_volume_ops.free_file.
 */
#ifndef FLTMGR_FILE_OBJECT_H
#define FLTMGR_FILE_OBJECT_H

#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include "fltmgr/context.h"
#include "nt/nt.h"

struct flt_own;
struct flt_volume;

/**
 * struct flt_file - a file object
 * @fo: what filters see; its address is the PFILE_OBJECT
 * @refs: one for the file system until CLOSE has been delivered, one per reference of a filter
 *	(ObReferenceObject) and per operation that may outlive its issuer
 * @volume: the volume it belongs to; the file object holds a reference to it
 * @stream: where its contexts of file and stream hang, set by the file system when it is open
 * @contexts: its stream handle contexts
 * @names: cached names of the file; found under RCU
 * @names_lock: changes of @names
 * @target_directory: opened with SL_OPEN_TARGET_DIRECTORY as the folder of a rename's or link's
 *	target, which FileName is
 * @closed: CLOSE has reached the file system
 * @priority: IO_PRIORITY_HINT that a filter gave it, or FLT_NO_PRIORITY
 * @locked: its end may come under locks of the VFS, where no filter's cleanup may run (CTX-36)
 * @own: a filter opened it: what is known of that (own_file.c), else NULL
 * @free_link: waits for a worker, when the last reference went where nobody may sleep
 */
struct flt_file {
	FILE_OBJECT fo;
	refcount_t refs;
	struct flt_volume *volume;
	struct flt_anchor *stream;
	struct flt_anchor contexts;
	struct hlist_head names;
	spinlock_t names_lock;	/* changes of names; task context */
	bool target_directory;
	bool closed;
	s8 priority;
	bool locked;
	struct flt_own *own;
	struct llist_node free_link;
};

static inline struct flt_file *flt_file_of(PFILE_OBJECT fo)
{
	return container_of(fo, struct flt_file, fo);
}

void flt_file_init(struct flt_file *file, struct flt_volume *volume);
void flt_file_fini(struct flt_file *file);
void flt_file_get(struct flt_file *file);
void flt_file_put(struct flt_file *file);

int flt_files_init(void);
void flt_files_exit(void);

#endif
