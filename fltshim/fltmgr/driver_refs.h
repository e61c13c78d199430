/* SPDX-License-Identifier: GPL-2.0 */
/*
 * References that drivers hold: noted when one is taken, and forgotten when it is given back.
 */
#ifndef FLTMGR_DRIVER_REFS_H
#define FLTMGR_DRIVER_REFS_H

#include <linux/types.h>

struct _UNICODE_STRING;
struct fsh_driver;

/**
 * struct flt_ref_kind - what references are to
 * @name: for messages
 * @put: gives one back for a driver that is gone; task context
 * @called: what an object is called, or NULL where it has no name
 */
struct flt_ref_kind {
	const char *name;
	void (*put)(void *object);
	const struct _UNICODE_STRING *(*called)(const void *object);
};

/**
 * struct flt_ref - what one driver holds of one object, which these references keep
 * @link: in a bucket; its lock protects all of it
 * @object: which; NULL for a place that is free
 * @kind: what that is
 * @driver: whose
 * @count: how many
 * @placed: it lies in the object
 */
struct flt_ref {
	struct hlist_node link;
	void *object;
	const struct flt_ref_kind *kind;
	const struct fsh_driver *driver;
	unsigned int count;
	bool placed;
};

bool flt_ref_taken(void *object, const struct flt_ref_kind *kind, const void *caller,
		   struct flt_ref *places, unsigned int count);
bool flt_ref_returned(void *object, const void *caller);
void flt_refs_gone(struct fsh_driver *driver);
int flt_refs_init(void);

#endif
