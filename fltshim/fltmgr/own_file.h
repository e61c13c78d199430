/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that filters open themselves: which filter, below which instance, and how they end.
 */
#ifndef FLTMGR_OWN_FILE_H
#define FLTMGR_OWN_FILE_H

#include <linux/atomic.h>
#include <linux/list.h>
#include "nt/nt.h"

struct flt_file;
struct flt_filter;
struct flt_instance;
struct module;

/**
 * struct flt_own - a file that a filter opened
 * @file: the file object
 * @filter: who; referenced, NULL once it has gone; under flt_own_lock
 * @code: that filter's module, for comparison only
 * @below: only instances below it see what is done with the file; referenced; NULL: all see it, or
 *	its instance has gone, and then it is FLT_OWN_CLOSED; under flt_own_lock
 * @link: in the list of these; under flt_own_lock
 * @state: FLT_OWN_* bits
 * @handles: that it has; without the last one it is cleaned up; counted by the file's object type
 */
struct flt_own {
	struct flt_file *file;
	struct flt_filter *filter;
	const struct module *code;
	struct flt_instance *below;
	struct list_head link;
	unsigned long state;
	atomic_t handles;
};

enum {
	FLT_OWN_OPEN,		/* its create succeeded: CLEANUP and CLOSE are owed */
	FLT_OWN_CLEANED,	/* CLEANUP was sent; with CLEANING, under flt_own_lock */
	FLT_OWN_CLEANING,	/* and is not over; waited for */
	FLT_OWN_CLOSED,		/* CLOSE was sent */
	FLT_OWN_ENDING,		/* its last reference is gone; under flt_own_lock */
	FLT_OWN_GIVEN,		/* its filter has the reference of FltCreateFileEx() still */
};

struct flt_own *flt_own_file_new(struct flt_file *file, struct flt_filter *filter,
				 struct flt_instance *below);
NTSTATUS flt_own_file_begin(struct flt_file *file, struct flt_instance **below);
void flt_own_file_done(struct flt_instance *below);
void flt_own_file_cleanup(struct flt_file *file);
bool flt_own_file_end(struct flt_file *file);
void flt_own_file_returned(struct flt_own *own, const void *caller);
void flt_own_files_left(struct flt_filter *filter, struct flt_instance *below);

#endif
