/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The file object that filters see, with what the shim keeps beside it. The file system embeds
 * this structure in its own and frees it through flt_volume_ops.free_file.
 *
 * The last reference may be dropped anywhere, from callbacks and work routines of filters too: that
 * may run their CLOSE callbacks in the caller's context, never an unmount, since a teardown waits
 * for callbacks and work routines. The file system leaves that to a worker of its own.
 */
#ifndef FLTMGR_FILE_OBJECT_H
#define FLTMGR_FILE_OBJECT_H

#include <linux/llist.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include "fltmgr/context.h"
#include "nt/nt.h"

struct flt_own;
struct flt_sections;
struct flt_volume;

/**
 * struct flt_file - a file object
 * @fo: what filters see; its address is the PFILE_OBJECT
 * @refs: one for the file system until CLOSE has been delivered, one per reference of a filter
 *	(ObReferenceObject) and per operation that may outlive its issuer
 * @volume: the volume it belongs to; the file object holds a reference to it
 * @stream: where its contexts of file and stream hang, set by the file system when it is open
 * @sections: what its stream has for sections, set with @stream; NULL for what cannot be mapped
 * @contexts: its stream handle contexts
 * @names: cached names of the file; found under RCU
 * @names_lock: changes of @names
 * @target_directory: opened with SL_OPEN_TARGET_DIRECTORY as the folder of a rename's or link's
 *	target, which FileName is
 * @closed: CLOSE has reached the file system
 * @priority: IO_PRIORITY_HINT that a filter gave it, or FLT_NO_PRIORITY
 * @locked: its end may come under locks of the VFS, where no filter's cleanup may run (CTX-36)
 * @vfs_lock: enum flt_lock: what the VFS keeps locked while the operation by path lasts that it is
 *	for
 * @lent: lives in its issuer's frame, for one NETWORK_QUERY_OPEN: filters may not keep it
 * @untold: some reference of a driver could not be noted (driver_refs.c)
 * @own: a filter opened it: what is known of that (own_file.c), else NULL
 * @oplock_key: that its create came with, once an oplock was checked for it, or NULL
 * @free_link: waits for a worker, when the last reference went where nobody may sleep
 */
struct flt_file {
	FILE_OBJECT fo;
	refcount_t refs;
	struct flt_volume *volume;
	struct flt_anchor *stream;
	struct flt_sections *sections;
	struct flt_anchor contexts;
	struct hlist_head names;
	spinlock_t names_lock;	/* changes of names; task context */
	bool target_directory;
	u8 closed;
	s8 priority;
	bool locked;
	u8 vfs_lock;
	bool lent;
	u8 untold;
	struct flt_own *own;
	GUID *oplock_key;
	struct llist_node free_link;
};

static inline struct flt_file *flt_file_of(PFILE_OBJECT fo)
{
	return container_of(fo, struct flt_file, fo);
}

/* An open file: between the success of its create and its close. */
static inline bool flt_file_is_open(PFILE_OBJECT fo)
{
	return fo && fo->FsContext && !READ_ONCE(flt_file_of(fo)->closed);
}

void flt_file_init(struct flt_file *file, struct flt_volume *volume);
void flt_file_fini(struct flt_file *file);
void flt_file_get(struct flt_file *file);
void flt_file_put(struct flt_file *file);
void flt_file_put_later(struct flt_file *file);

int flt_files_init(void);
void flt_files_exit(void);

#endif
