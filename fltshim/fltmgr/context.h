/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Contexts: memory of a filter that hangs on a volume, an instance, a file, a stream or an open
 * file. What they hang on has an anchor; what they go away with (a filter or one of its
 * instances) has a list of them.
 */
#ifndef FLTMGR_CONTEXT_H
#define FLTMGR_CONTEXT_H

#include <linux/list.h>
#include "nt/nt.h"

struct flt_context;
struct flt_filter;

/* All zero is an anchor without contexts. Found under RCU, changed under flt_context_lock. */
struct flt_anchor {
	struct hlist_head contexts;
};

NTSTATUS flt_contexts_register(struct flt_filter *filter, const FLT_CONTEXT_REGISTRATION *reg);

/* Where a context goes, or is looked for. */
struct flt_context_place {
	struct flt_anchor *anchor;
	const void *owner;		/* instance, or filter for volume contexts */
	struct list_head *owned;	/* contexts of @owner */
	const u8 *deleting;		/* of what it hangs on */
	const u8 *owner_deleting;
	struct flt_filter *filter;	/* whose contexts may hang there; NULL: not known yet */
	FLT_CONTEXT_TYPE type;
};

NTSTATUS flt_context_get(const struct flt_context_place *place, PFLT_CONTEXT *context);
NTSTATUS flt_context_set(const struct flt_context_place *place, FLT_SET_CONTEXT_OPERATION how,
			 PFLT_CONTEXT new, PFLT_CONTEXT *old);
NTSTATUS flt_context_delete(const struct flt_context_place *place, PFLT_CONTEXT *old);
void flt_context_drop(const struct flt_context_place *place);
struct flt_filter *flt_context_filter(PFLT_CONTEXT context);
bool flt_context_facts(PFLT_CONTEXT memory, FLT_CONTEXT_TYPE *type, bool *used);

void flt_contexts_drop(struct flt_anchor *anchor, bool later);
void flt_contexts_drop_owned(struct list_head *owned);

int flt_contexts_init(void);
void flt_contexts_exit(void);

#endif
