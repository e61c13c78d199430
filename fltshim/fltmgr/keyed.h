/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the shim keeps for an opaque structure of a driver's (a file lock, an oplock): found by the
 * structure's address, since that memory may be gone or never have been set up.
 */
#ifndef FLTMGR_KEYED_H
#define FLTMGR_KEYED_H

#include <linux/list.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>

#define FLT_KEYED_BITS	8

/**
 * struct flt_keyed - first member of a state
 * @link: in its table
 * @address: the driver's structure
 * @refs: the table's, and whatever its owner counts
 */
struct flt_keyed {
	struct hlist_node link;
	void *address;
	refcount_t refs;
};

/* Its lock is the innermost. */
struct flt_keyed_table {
	spinlock_t lock;	/* buckets; softirq too, where a cancel comes */
	struct hlist_head buckets[1 << FLT_KEYED_BITS];
};

struct flt_keyed *flt_keyed_get(struct flt_keyed_table *table, const void *address);
struct flt_keyed *flt_keyed_take(struct flt_keyed_table *table, const void *address);
void flt_keyed_add(struct flt_keyed_table *table, struct flt_keyed *keyed, void *address);
bool flt_keyed_del(struct flt_keyed_table *table, struct flt_keyed *keyed);
struct flt_keyed *flt_keyed_any(struct flt_keyed_table *table);

#endif
