// SPDX-License-Identifier: GPL-2.0
/*
 * The life of a file that a filter opened, after its create: CLEANUP with the last handle, CLOSE
 * with the last reference, both to the instances below the one it was opened for, and the end of
 * what a filter forgot. create_file.c opens them.
 *
 * A file holds its instance and its filter. The instance is let go when it is torn down, the filter
 * when it unregisters: what is left open is closed then.
 */
#include <linux/mm.h>
#include <linux/nls.h>
#include <linux/slab.h>
#include <linux/wait_bit.h>
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "fltmgr/operation.h"
#include "fltmgr/own_file.h"
#include "fltmgr/volume.h"
#include "nt/ob_object.h"

static LIST_HEAD(flt_own_files);
static DEFINE_SPINLOCK(flt_own_lock);	/* see struct flt_own */

/**
 * flt_own_file_new() - say that a file object is a filter's own
 * @file: not open yet
 * @filter: who opens it
 * @below: the instance below which that is done, or NULL
 *
 * Return: what is known of it now, which goes with the file object; NULL without memory
 */
struct flt_own *flt_own_file_new(struct flt_file *file, struct flt_filter *filter,
				 struct flt_instance *below)
{
	struct flt_own *own = kzalloc(sizeof(*own), GFP_KERNEL);

	if (!own)
		return NULL;
	own->file = file;
	own->filter = filter;
	flt_object_get(&filter->obj);
	own->code = filter->driver->owner;
	own->below = below;
	if (below)
		flt_object_get(&below->obj);
	file->own = own;
	spin_lock(&flt_own_lock);
	list_add_tail(&own->link, &flt_own_files);
	spin_unlock(&flt_own_lock);
	return own;
}

/* Its instance, and with @all its filter, are no longer needed. */
static void flt_own_file_part(struct flt_own *own, bool all)
{
	struct flt_filter *filter = NULL;
	struct flt_instance *below;

	spin_lock(&flt_own_lock);
	below = own->below;
	own->below = NULL;
	if (all) {
		filter = own->filter;
		own->filter = NULL;
	}
	spin_unlock(&flt_own_lock);
	if (below)
		flt_object_put(&below->obj);
	if (filter)
		flt_object_put(&filter->obj);
}

/* The instance below which the file is, until flt_own_file_done(); its teardown waits for that. */
static struct flt_instance *flt_own_file_below(struct flt_own *own)
{
	struct flt_instance *below;

	lockdep_assert_held(&flt_own_lock);
	below = own->below;
	if (below) {
		flt_object_get(&below->obj);
		atomic_inc(&below->owed);
	}
	return below;
}

/**
 * flt_own_file_begin() - a filter's own file is used by its handle
 * @file: open, referenced by the caller
 * @below: receives the instance below which that is, whose teardown waits for flt_own_file_done();
 *	NULL: all instances see it
 *
 * Task context.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_DELETING_OBJECT while the instance is being torn down, and
 * when that is over, which closed the file; STATUS_INVALID_HANDLE when the filter has gone
 */
NTSTATUS flt_own_file_begin(struct flt_file *file, struct flt_instance **below)
{
	struct flt_own *own = file->own;
	NTSTATUS status = STATUS_SUCCESS;

	*below = NULL;
	spin_lock(&flt_own_lock);
	if (!own->filter)
		status = STATUS_INVALID_HANDLE;
	else if (test_bit(FLT_OWN_CLOSED, &own->state))
		status = STATUS_FLT_DELETING_OBJECT;
	else
		*below = flt_own_file_below(own);
	spin_unlock(&flt_own_lock);
	if (!*below || flt_instance_may_start(*below))
		return status;
	flt_own_file_done(*below);
	return STATUS_FLT_DELETING_OBJECT;
}

/* What flt_own_file_begin() succeeded for is over; @below may be NULL. */
void flt_own_file_done(struct flt_instance *below)
{
	if (!below)
		return;
	flt_instance_settle(below);
	flt_object_put(&below->obj);
}

static noinline void flt_own_file_send(struct flt_file *file, UCHAR major)
{
	struct flt_operation op FLT_NOT_CLEARED;
	struct flt_instance *below;

	flt_operation_init(&op, file->volume, major, &file->fo);
	spin_lock(&flt_own_lock);
	below = flt_own_file_below(file->own);
	spin_unlock(&flt_own_lock);
	op.initiator = below;
	op.data.Flags |= FLTFL_CALLBACK_DATA_GENERATED_IO;
	op.data.RequestorMode = KernelMode;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	if (major == IRP_MJ_CLOSE)
		op.iopb.IrpFlags |= IRP_CLOSE_OPERATION;
	flt_operation_run(&op);
	flt_operation_fini(&op);
	flt_own_file_done(below);
}

/**
 * flt_own_file_cleanup() - nobody has a handle any more
 * @file: a filter's own, open; calls after the first do nothing
 *
 * Task context.
 */
void flt_own_file_cleanup(struct flt_file *file)
{
	struct flt_own *own = file->own;
	bool first;

	spin_lock(&flt_own_lock);
	first = test_bit(FLT_OWN_OPEN, &own->state) &&
		!test_and_set_bit(FLT_OWN_CLEANED, &own->state);
	if (first)
		set_bit(FLT_OWN_CLEANING, &own->state);
	spin_unlock(&flt_own_lock);
	if (!first)
		return;
	flt_own_file_send(file, IRP_MJ_CLEANUP);
	if (file->volume->ops->cleaned)
		file->volume->ops->cleaned(file);
	set_mask_bits(&file->fo.Flags, 0, FO_CLEANUP_COMPLETE);
	clear_and_wake_up_bit(FLT_OWN_CLEANING, &own->state);
}

/*
 * What follows the last reference: CLEANUP if no handle was ever made, then CLOSE. When the file is
 * closed because its instance goes, the CLEANUP of another thread may still be under way.
 */
static void flt_own_file_close(struct flt_file *file)
{
	struct flt_own *own = file->own;

	flt_own_file_cleanup(file);
	wait_on_bit(&own->state, FLT_OWN_CLEANING, TASK_IDLE);
	if (test_bit(FLT_OWN_OPEN, &own->state) && !test_and_set_bit(FLT_OWN_CLOSED, &own->state))
		flt_own_file_send(file, IRP_MJ_CLOSE);
}

/**
 * flt_own_file_end() - the last reference to a filter's own file is gone
 * @file: the file; task context
 *
 * Return: false when a filter that saw it being closed keeps it: that one's reference is the last
 * now, and brings it here again
 */
bool flt_own_file_end(struct flt_file *file)
{
	struct flt_own *own = file->own;

	spin_lock(&flt_own_lock);
	set_bit(FLT_OWN_ENDING, &own->state);
	refcount_set(&file->refs, 1);
	spin_unlock(&flt_own_lock);
	flt_own_file_close(file);
	if (!refcount_dec_and_test(&file->refs))
		return false;
	spin_lock(&flt_own_lock);
	list_del(&own->link);
	spin_unlock(&flt_own_lock);
	flt_own_file_part(own, true);
	file->own = NULL;
	kfree(own);
	kvfree(file->fo.FileName.Buffer);
	RtlInitUnicodeString(&file->fo.FileName, NULL);
	return true;
}

/**
 * flt_own_file_returned() - a driver gives a reference to a filter's own file back
 * @own: of the file, which the reference keeps
 * @caller: in the driver's code
 *
 * IRQL <= DISPATCH_LEVEL. The first that its own filter gives back counts as the one that
 * FltCreateFileEx() gave: whatever references of the filter's remain after that are its own
 * business, since one put too many is worse than a file that stays.
 */
void flt_own_file_returned(struct flt_own *own, const void *caller)
{
	const struct fsh_driver *driver;
	bool other;

	if (!test_bit(FLT_OWN_GIVEN, &own->state))
		return;
	/* Another filter has references of its own, to what it was shown. */
	rcu_read_lock();
	driver = fsh_driver_at((unsigned long)caller);
	other = driver && READ_ONCE(driver->filter) && driver->owner != own->code;
	rcu_read_unlock();
	if (!other)
		clear_bit(FLT_OWN_GIVEN, &own->state);
}

/*
 * Was it left open, by @filter below @below, if that is not NULL? One whose last reference is gone
 * is on its way already.
 */
static bool flt_own_file_is_left(const struct flt_own *own, const struct flt_filter *filter,
				 const struct flt_instance *below)
{
	return own->filter == filter && (!below || own->below == below) &&
	       !test_bit(FLT_OWN_ENDING, &own->state) && refcount_read(&own->file->refs);
}

/* How many that nobody was told of: the end of an instance has closed its own, and said so. */
static unsigned int flt_own_files_count(const struct flt_filter *filter,
					const struct flt_instance *below)
{
	unsigned int count = 0;
	struct flt_own *own;

	spin_lock(&flt_own_lock);
	list_for_each_entry(own, &flt_own_files, link)
		count += flt_own_file_is_left(own, filter, below) &&
			 !test_bit(FLT_OWN_CLOSED, &own->state);
	spin_unlock(&flt_own_lock);
	return count;
}

/* One that was left open, referenced; NULL: there is none. */
static struct flt_file *flt_own_file_left(const struct flt_filter *filter,
					  const struct flt_instance *below)
{
	struct flt_file *file = NULL;
	struct flt_own *own;

	spin_lock(&flt_own_lock);
	list_for_each_entry(own, &flt_own_files, link) {
		if (flt_own_file_is_left(own, filter, below) &&
		    refcount_inc_not_zero(&own->file->refs)) {
			file = own->file;
			break;
		}
	}
	spin_unlock(&flt_own_lock);
	return file;
}

/* As much of its name as a message needs. */
static void flt_own_file_text(const struct flt_file *file, char *text, int size)
{
	const UNICODE_STRING *name = &file->fo.FileName;
	int len = utf16s_to_utf8s(name->Buffer, name->Length / sizeof(WCHAR), UTF16_HOST_ENDIAN,
				  text, size - 1);

	text[max(len, 0)] = 0;
}

/**
 * flt_own_files_left() - close what a filter left open (CREATE-49, INST-39)
 * @filter: the filter
 * @below: its instance, whose teardown is complete: what was opened below it; or NULL: everything,
 *	when the filter unregisters and its instances are torn down
 *
 * Handles go, and CLEANUP and CLOSE are sent. The reference that FltCreateFileEx() gave goes when
 * the filter does, unless the filter has given it back itself by then. Who has a reference has an
 * object that is closed.
 */
void flt_own_files_left(struct flt_filter *filter, struct flt_instance *below)
{
	unsigned int count = flt_own_files_count(filter, below);
	struct flt_file *file;
	char text[128];

	if (count)
		flt_violation(filter, FLT_VIOLATION_ROUTINE, NULL, "%u files were left open",
			      count);
	while ((file = flt_own_file_left(filter, below))) {
		struct flt_own *own = file->own;

		/* Each by its name, however many violations there are (INST-39). */
		if (!test_bit(FLT_OWN_CLOSED, &own->state)) {
			flt_own_file_text(file, text, sizeof(text));
			pr_warn("fltshim: filter %s left open: %s\n", filter->name_utf8, text);
		}
		ob_close_handles_of(&file->fo);
		flt_own_file_close(file);
		flt_own_file_part(own, !below);
		if (!below && test_and_clear_bit(FLT_OWN_GIVEN, &own->state))
			flt_file_put(file);
		flt_file_put(file);
	}
}
