/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The header that filters, instances and volumes share. A reference keeps the memory (and, for a
 * filter, its unregistration waiting); being usable is the separate @deleting mark, which
 * FltObjectReference() respects.
 */
#ifndef FLTMGR_OBJECT_H
#define FLTMGR_OBJECT_H

#include <linux/refcount.h>
#include <linux/wait.h>
#include "nt/nt.h"

enum flt_object_type {
	FLT_TYPE_FILTER = 0x464c5446,
	FLT_TYPE_INSTANCE = 0x464c5449,
	FLT_TYPE_VOLUME = 0x464c5456,
	FLT_TYPE_DEAD = 0x464c5444,
};

/**
 * struct flt_object - first member of every filter manager object
 * @type: which object this is; FLT_TYPE_DEAD just before the memory goes
 * @deleting: teardown has begun: flt_object_delete(); set once, never cleared. Flags that are read
 *	without a lock are u8: for a bool, gcc 12 tells KCSAN of READ_ONCE() as a plain read
 * @refs: one for the manager, one per reference given out, those of the drivers among them
 * @given: how many of @refs drivers have, to be dropped by FltObjectDereference()
 * @release: frees the object; runs in the context of the last put
 * @idle: woken on each put while @deleting
 */
struct flt_object {
	u32 type;
	u8 deleting;
	refcount_t refs;
	atomic_t given;
	void (*release)(struct flt_object *obj);
	wait_queue_head_t idle;
};

void flt_object_init(struct flt_object *obj, enum flt_object_type type,
		     void (*release)(struct flt_object *obj));
void flt_object_put(struct flt_object *obj);
bool flt_object_enter(struct flt_object *obj);
void flt_object_delete(struct flt_object *obj);
NTSTATUS flt_object_give(struct flt_object *obj);
void flt_object_given_to(struct flt_object *obj, const void *caller);
bool flt_object_is(const void *object, enum flt_object_type type, const char *who,
		   const char *routine);

static inline void flt_object_get(struct flt_object *obj)
{
	refcount_inc(&obj->refs);
}

#endif
