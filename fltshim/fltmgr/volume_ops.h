/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The border between the filter manager and a file system: everything that fltmgr may ask of
 * what lies below. fltfs is one implementation, the fake volume of the unit tests another.
 */
#ifndef FLTMGR_VOLUME_OPS_H
#define FLTMGR_VOLUME_OPS_H

#include "nt/nt.h"

struct flt_operation;
struct flt_file;
struct flt_section_ops;
struct flt_name;
struct flt_volume;

/*
 * None of these runs when flt_volume_destroy() has ended: @perform, @cancel, @substitute and @keep
 * are for an operation that is under way, @free_file, @query_name and @name_stamp for a file,
 * either of which the file system waits for before it begins. @writable, @interest_changed and @pin
 * are for a volume that somebody has a reference of and may be at its end: they are called under
 * volume->lock, which flt_volume_destroy() takes to clear volume->ops.
 */

/**
 * struct flt_volume_ops - what a file system provides to the filter manager
 * @perform: the bottom of the stack. Carries out op->iopb on op->iopb.TargetFileObject and sets
 *	op->data.IoStatus. Returns true when that is done, false when the operation is under way
 *	and flt_operation_bottom_done() will be called for it exactly once: from task or softirq
 *	context, never from hard interrupt, possibly before @perform has returned. A synchronous
 *	operation is performed in the context of its issuer; one marked FLT_OP_ASYNC may arrive in
 *	any task context that may sleep.
 * @cancel: ask for the early end of an operation that @perform left under way; in any context up
 *	to softirq, perhaps under a lock of held.c, more than once for an operation, before @perform
 *	made it findable or after it has finished. Returns whether it found it and cancels it; the
 *	end comes from elsewhere. NULL where nothing below can be cancelled, as on fltfs: the kernel
 *	has no call that takes a read or a write of a file back.
 * @substitute: NULL, or: an instance that the operation will visit looks at its data, so
 *	op->iopb has to have addresses of the kernel's. Before the first pre-operation callback, in
 *	the issuer's context, for operations of the file system's own (op->front); may find that it
 *	did so already. Returns false with op->data.IoStatus set when the operation fails.
 * @keep: NULL, or: a pre-operation callback keeps an asynchronous operation of the file system's
 *	own, so what it refers to in its issuer's frame and address space has to be made to last.
 *	Before anybody may go on with it; the first time in the issuer's context, again each time
 *	that it is kept.
 * @free_file: the last reference to a file object of this volume is gone (task context).
 * @new_file: NULL where filters cannot open files, or: a file object with one reference for an open
 *	that a filter begins, its FileName empty. Keeps the volume from going until @free_file. NULL
 *	with the status why not: without memory, or the volume is not there yet, or goes already.
 *	May be called under locks of the VFS.
 * @cleaned: NULL, or: CLEANUP of a file of @new_file is over, whoever ended it: what the file
 *	system does then is done by now, or has to be done here. May be called more than once.
 * @query_name: where a file is: a name of flt_name_alloc() with the path from the volume's root,
 *	without . and .. and links, or NULL and why not. Before its create is done too, when the
 *	file need not exist, but its folder (STATUS_OBJECT_PATH_NOT_FOUND). Waits for no lock that
 *	an operation may be shown under; may allocate.
 * @name_stamp: a number that is another one after @query_name's answer may have changed; without a
 *	lock
 * @writable: NULL, or whether the volume can be written now; NULL: it never changes. Under
 *	volume->lock; does not wait.
 * @section: NULL where files cannot be mapped, or what sections need (fltmgr/section.h); for files
 *	that somebody has a reference of
 * @interest_changed: NULL, or tell the file system that instances were attached or detached, after
 *	the new interest mask is published (task context, may sleep).
 * @pin: NULL, or: keep the volume from going, for @settle; false when it goes already
 * @settle: NULL without @pin, or: an instance is about to go. Dirty pages, which it has not been
 *	shown yet, are written now; then the pin is dropped. No lock is held.
 */
struct flt_volume_ops {
	bool (*perform)(struct flt_operation *op);
	bool (*cancel)(struct flt_operation *op);
	bool (*substitute)(struct flt_operation *op);
	void (*keep)(struct flt_operation *op);
	void (*free_file)(struct flt_file *file);
	struct flt_file *(*new_file)(struct flt_volume *volume, NTSTATUS *status);
	void (*cleaned)(struct flt_file *file);
	u64 (*name_stamp)(struct flt_file *file);
	struct flt_name *(*query_name)(struct flt_file *file, NTSTATUS *status);
	bool (*writable)(struct flt_volume *volume);
	void (*interest_changed)(struct flt_volume *volume);
	const struct flt_section_ops *section;
	bool (*pin)(struct flt_volume *volume);
	void (*settle)(struct flt_volume *volume);
};

#endif
