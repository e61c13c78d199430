// SPDX-License-Identifier: GPL-2.0
/*
 * Who holds references to file objects by ObReferenceObject() and its like: so that a driver which
 * gives back more than it has takes nothing from others, and what it keeps for ever does not keep
 * the mount. Files that a filter opened itself are known elsewhere (own_file.c).
 *
 * A reference is a driver's by the code that took it. One that another driver gives back is taken
 * off whoever has one: what counts is that no file object loses more than was taken.
 */
#include <linux/hashtable.h>
#include <linux/slab.h>
#include "fltmgr/file_object.h"
#include "nt/io_driver.h"
#include "nt/violation.h"

/* What one driver holds of one file object, which these references keep. */
struct flt_file_ref {
	struct hlist_node link;
	struct flt_file *file;
	const struct fsh_driver *driver;
	unsigned int count;
};

static DEFINE_HASHTABLE(flt_file_refs, 8);
static DEFINE_SPINLOCK(flt_file_refs_lock);	/* IRQL <= DISPATCH_LEVEL */

/* The entry of a driver, or, for @any, of whoever has one. */
static struct flt_file_ref *flt_file_ref_find(const struct flt_file *file,
					      const struct fsh_driver *driver, bool any)
{
	struct flt_file_ref *ref;

	hash_for_each_possible(flt_file_refs, ref, link, (unsigned long)file)
		if (ref->file == file && (any || ref->driver == driver))
			return ref;
	return NULL;
}

/**
 * flt_file_ref_taken() - a driver has got a reference
 * @file: file object, not a filter's own
 * @caller: in the driver's code
 *
 * IRQL <= DISPATCH_LEVEL. Without memory nobody is told off, here or for what others of the file
 * give back.
 */
void flt_file_ref_taken(struct flt_file *file, const void *caller)
{
	const struct fsh_driver *driver = fsh_driver_at((unsigned long)caller);
	struct flt_file_ref *ref, *fresh;
	unsigned long flags;

	if (!driver)
		return;
	fresh = kmalloc(sizeof(*fresh), GFP_ATOMIC | __GFP_NOWARN);
	spin_lock_irqsave(&flt_file_refs_lock, flags);
	ref = flt_file_ref_find(file, driver, false);
	if (ref) {
		ref->count++;
	} else if (fresh) {
		fresh->file = file;
		fresh->driver = driver;
		fresh->count = 1;
		hash_add(flt_file_refs, &fresh->link, (unsigned long)file);
		fresh = NULL;
	} else {
		file->untold = true;
	}
	spin_unlock_irqrestore(&flt_file_refs_lock, flags);
	kfree(fresh);
}

/**
 * flt_file_ref_returned() - a driver gives a reference back
 * @file: file object, not a filter's own
 * @caller: in the driver's code
 *
 * IRQL <= DISPATCH_LEVEL.
 *
 * Return: false if no driver has one (a breach, which is reported): it must not be taken
 */
bool flt_file_ref_returned(struct flt_file *file, const void *caller)
{
	const struct fsh_driver *driver = fsh_driver_at((unsigned long)caller);
	struct flt_file_ref *ref, *gone = NULL;
	unsigned long flags;
	bool had;

	if (!driver)
		return true;
	spin_lock_irqsave(&flt_file_refs_lock, flags);
	ref = flt_file_ref_find(file, driver, false) ?: flt_file_ref_find(file, NULL, true);
	had = ref || file->untold;
	if (ref && !--ref->count) {
		hash_del(&ref->link);
		gone = ref;
	}
	spin_unlock_irqrestore(&flt_file_refs_lock, flags);
	kfree(gone);
	if (!had)
		fsh_violation(driver->service, "ObDereferenceObject",
			      "no driver has a reference to file object %p", &file->fo);
	return had;
}

/* Takes an entry of the driver's out of the table. */
static struct flt_file_ref *flt_file_ref_steal(const struct fsh_driver *driver)
{
	struct flt_file_ref *ref, *found = NULL;
	unsigned int bucket;

	spin_lock_irq(&flt_file_refs_lock);
	hash_for_each(flt_file_refs, bucket, ref, link) {
		if (ref->driver == driver) {
			found = ref;
			hash_del(&ref->link);
			break;
		}
	}
	spin_unlock_irq(&flt_file_refs_lock);
	return found;
}

/**
 * flt_file_refs_gone() - a driver goes: what it still holds is given back
 * @driver: none of its code runs any more
 *
 * Task context.
 */
void flt_file_refs_gone(struct fsh_driver *driver)
{
	struct flt_file_ref *ref;

	while ((ref = flt_file_ref_steal(driver))) {
		fsh_violation(driver->service, "DriverUnload",
			      "%u references to file object %p were never given back",
			      ref->count, &ref->file->fo);
		while (ref->count--)
			flt_file_put(ref->file);
		kfree(ref);
	}
}
