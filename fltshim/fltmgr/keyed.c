// SPDX-License-Identifier: GPL-2.0
/*
 * States that are found by the address of a driver's structure; see keyed.h. Memory is the
 * owner's, who frees it with the last reference.
 */
#include <linux/hash.h>
#include "fltmgr/keyed.h"

static struct hlist_head *flt_keyed_bucket(struct flt_keyed_table *table, const void *address)
{
	return &table->buckets[hash_ptr(address, FLT_KEYED_BITS)];
}

/* A state by the driver's address, referenced; NULL for what has none. IRQL <= DISPATCH_LEVEL. */
struct flt_keyed *flt_keyed_get(struct flt_keyed_table *table, const void *address)
{
	struct flt_keyed *keyed, *found = NULL;

	spin_lock_bh(&table->lock);
	hlist_for_each_entry(keyed, flt_keyed_bucket(table, address), link) {
		if (keyed->address == address) {
			refcount_inc(&keyed->refs);
			found = keyed;
			break;
		}
	}
	spin_unlock_bh(&table->lock);
	return found;
}

/* The same, taken out: the table's reference is the caller's then. Of several one gets it. */
struct flt_keyed *flt_keyed_take(struct flt_keyed_table *table, const void *address)
{
	struct flt_keyed *keyed, *found = NULL;

	spin_lock_bh(&table->lock);
	hlist_for_each_entry(keyed, flt_keyed_bucket(table, address), link) {
		if (keyed->address == address) {
			hlist_del_init(&keyed->link);
			found = keyed;
			break;
		}
	}
	spin_unlock_bh(&table->lock);
	return found;
}

/* Makes a new state known; its one reference is the table's. */
void flt_keyed_add(struct flt_keyed_table *table, struct flt_keyed *keyed, void *address)
{
	keyed->address = address;
	refcount_set(&keyed->refs, 1);
	spin_lock_bh(&table->lock);
	hlist_add_head(&keyed->link, flt_keyed_bucket(table, address));
	spin_unlock_bh(&table->lock);
}

/*
 * Nobody finds it any more; the table's reference is the caller's now. Return: false when it was
 * taken out before.
 */
bool flt_keyed_del(struct flt_keyed_table *table, struct flt_keyed *keyed)
{
	bool found;

	spin_lock_bh(&table->lock);
	found = !hlist_unhashed(&keyed->link);
	hlist_del_init(&keyed->link);
	spin_unlock_bh(&table->lock);
	return found;
}

/* One that is left at the end, taken out; NULL: none is. */
struct flt_keyed *flt_keyed_any(struct flt_keyed_table *table)
{
	struct flt_keyed *keyed = NULL;
	unsigned int i;

	spin_lock_bh(&table->lock);
	for (i = 0; i < ARRAY_SIZE(table->buckets) && !keyed; i++) {
		if (hlist_empty(&table->buckets[i]))
			continue;
		keyed = hlist_entry(table->buckets[i].first, struct flt_keyed, link);
		hlist_del_init(&keyed->link);
	}
	spin_unlock_bh(&table->lock);
	return keyed;
}
