// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds references to file objects, names, volumes and the like: so that a driver which gives
 * back more than it has takes nothing from others, and what it keeps for ever keeps neither a mount
 * nor memory. Files that a filter opened itself are known elsewhere (own_file.c).
 *
 * A reference is a driver's by the code that took it. One that another driver gives back is taken
 * off whoever has one: what counts is that no object loses more than was taken. Locks of buckets
 * are innermost.
 */
#include <linux/hash.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include "fltmgr/driver_refs.h"
#include "nt/io_driver.h"
#include "nt/violation.h"

#define FLT_REFS_BITS	8

static struct flt_refs {
	spinlock_t lock;	/* refs; IRQL <= DISPATCH_LEVEL */
	struct hlist_head refs;
} flt_refs[1 << FLT_REFS_BITS];

static struct flt_refs *flt_refs_of(const void *object)
{
	return &flt_refs[hash_ptr(object, FLT_REFS_BITS)];
}

/* A place in the object itself, if one is free; the bucket's lock is held. */
static struct flt_ref *flt_ref_place(struct flt_ref *places, unsigned int count)
{
	unsigned int i;

	for (i = 0; i < count; i++)
		if (!places[i].object)
			return &places[i];
	return NULL;
}

/* The entry of a driver, or, for NULL, of whoever has one; the bucket's lock is held. */
static struct flt_ref *flt_ref_find(struct flt_refs *refs, const void *object,
				    const struct fsh_driver *driver)
{
	struct flt_ref *ref;

	hlist_for_each_entry(ref, &refs->refs, link)
		if (ref->object == object && (!driver || ref->driver == driver))
			return ref;
	return NULL;
}

/**
 * flt_ref_taken() - a driver has got a reference
 * @object: of what
 * @kind: what that is
 * @caller: in the driver's code; code of nobody's is not looked after
 * @places: in @object, for what the first drivers hold, so that they need no memory; or NULL
 * @count: of those
 *
 * IRQL <= DISPATCH_LEVEL.
 *
 * Return: false without memory: then nobody must be told off for what is given back of @object
 */
bool flt_ref_taken(void *object, const struct flt_ref_kind *kind, const void *caller,
		   struct flt_ref *places, unsigned int count)
{
	const struct fsh_driver *driver = fsh_driver_at((unsigned long)caller);
	struct flt_refs *refs = flt_refs_of(object);
	struct flt_ref *ref, *place, *fresh = NULL;
	unsigned long flags;
	int tries;

	if (!driver)
		return true;
	for (tries = 0; tries < 2; tries++) {
		spin_lock_irqsave(&refs->lock, flags);
		ref = flt_ref_find(refs, object, driver);
		if (ref) {
			ref->count++;
		} else {
			place = flt_ref_place(places, count);
			ref = place ?: fresh;
			if (ref) {
				*ref = (struct flt_ref) {
					.object = object, .kind = kind, .driver = driver,
					.count = 1, .placed = place,
				};
				hlist_add_head(&ref->link, &refs->refs);
			}
		}
		spin_unlock_irqrestore(&refs->lock, flags);
		if (ref)
			break;
		fresh = kmalloc(sizeof(*fresh), GFP_ATOMIC | __GFP_NOWARN);
	}
	if (ref != fresh)
		kfree(fresh);
	return ref;
}

/* It is forgotten; its bucket's lock is held. */
static void flt_ref_drop(struct flt_ref *ref)
{
	hlist_del(&ref->link);
	if (ref->placed)
		ref->object = NULL;
	else
		kfree(ref);
}

/**
 * flt_ref_returned() - a driver gives a reference back
 * @object: of this
 * @caller: in the driver's code
 *
 * IRQL <= DISPATCH_LEVEL.
 *
 * Return: false if no driver has one as far as is known
 */
bool flt_ref_returned(void *object, const void *caller)
{
	const struct fsh_driver *driver = fsh_driver_at((unsigned long)caller);
	struct flt_refs *refs = flt_refs_of(object);
	struct flt_ref *ref;
	unsigned long flags;
	bool known;

	if (!driver)
		return true;
	spin_lock_irqsave(&refs->lock, flags);
	ref = flt_ref_find(refs, object, driver) ?: flt_ref_find(refs, object, NULL);
	known = ref;
	if (ref && !--ref->count)
		flt_ref_drop(ref);
	spin_unlock_irqrestore(&refs->lock, flags);
	return known;
}

/* Takes an entry of the driver's out of a bucket. */
static bool flt_ref_steal(struct flt_refs *refs, const struct fsh_driver *driver,
			  struct flt_ref *stolen)
{
	struct flt_ref *ref;
	bool found = false;

	spin_lock_irq(&refs->lock);
	hlist_for_each_entry(ref, &refs->refs, link) {
		if (ref->driver == driver) {
			found = true;
			*stolen = *ref;
			flt_ref_drop(ref);
			break;
		}
	}
	spin_unlock_irq(&refs->lock);
	return found;
}

/* By the object's own name, if it has one: names of volumes and instances are ASCII mostly. */
static void flt_ref_report(const struct fsh_driver *driver, const struct flt_ref *ref)
{
	const UNICODE_STRING *name = ref->kind->called ? ref->kind->called(ref->object) : NULL;
	char text[80] = "";
	unsigned int i;

	for (i = 0; name && i < name->Length / sizeof(WCHAR) && i < sizeof(text) - 1; i++)
		text[i] = name->Buffer[i] < 0x80 ? name->Buffer[i] : '?';
	fsh_violation(driver->service, "DriverUnload",
		      "%u references to %s %p%s%s were never given back", ref->count,
		      ref->kind->name, ref->object, *text ? " " : "", text);
}

/**
 * flt_refs_gone() - a driver goes: what it still holds is given back
 * @driver: none of its code runs any more
 *
 * Task context.
 */
void flt_refs_gone(struct fsh_driver *driver)
{
	struct flt_ref ref;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flt_refs); i++) {
		while (flt_ref_steal(&flt_refs[i], driver, &ref)) {
			flt_ref_report(driver, &ref);
			while (ref.count--)
				ref.kind->put(ref.object);
		}
	}
}

int flt_refs_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flt_refs); i++)
		spin_lock_init(&flt_refs[i].lock);
	return 0;
}
