// SPDX-License-Identifier: GPL-2.0
/*
 * Life of file objects: initialised by the file system, referenced by operations and filters,
 * given back to the file system with the last reference.
 */
#include <linux/slab.h>
#include <linux/workqueue.h>
#include "fltmgr/driver_refs.h"
#include "fltmgr/file_object.h"
#include "fltmgr/operation.h"
#include "fltmgr/name.h"
#include "fltmgr/own_file.h"
#include "fltmgr/volume.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/**
 * flt_file_init() - prepare a file object
 * @file: embedded in the file system's own structure
 * @volume: its volume
 */
void flt_file_init(struct flt_file *file, struct flt_volume *volume)
{
	memset(&file->fo, 0, sizeof(file->fo));
	file->fo.Type = 5;		/* IO_TYPE_FILE */
	file->fo.Size = sizeof(file->fo);
	/* That of the disk, where there is one; they last as long as the volume. */
	file->fo.DeviceObject = volume->disk ?: volume->device;
	file->fo.Vpb = volume->disk ? volume->disk->Vpb : NULL;
	refcount_set(&file->refs, 1);
	flt_object_get(&volume->obj);
	file->volume = volume;
	file->stream = NULL;
	file->sections = NULL;
	INIT_HLIST_HEAD(&file->contexts.contexts);
	INIT_HLIST_HEAD(&file->names);
	spin_lock_init(&file->names_lock);
	file->target_directory = false;
	file->closed = false;
	file->priority = FLT_NO_PRIORITY;
	file->locked = false;
	file->vfs_lock = FLT_LOCK_NONE;
	file->lent = false;
	file->untold = false;
	file->own = NULL;
	file->oplock_key = NULL;
}

/**
 * flt_file_fini() - a file object goes
 * @file: CLOSE was delivered, or is not owed
 *
 * Called by the file system in its free_file. Task context, may sleep.
 */
void flt_file_fini(struct flt_file *file)
{
	flt_names_drop(file);
	if (unlikely(file->oplock_key))
		kfree(file->oplock_key);
	/* Without a reference to it nobody can set one any more: no lock where there is none. */
	if (!hlist_empty(&file->contexts.contexts))
		flt_contexts_drop(&file->contexts, file->locked);
}

void flt_file_get(struct flt_file *file)
{
	refcount_inc(&file->refs);
}

static void flt_file_free(struct flt_file *file)
{
	struct flt_volume *volume = file->volume;

	if (file->own && !flt_own_file_end(file))
		return;
	volume->ops->free_file(file);
	flt_object_put(&volume->obj);
}

static LLIST_HEAD(flt_files_to_free);

static void flt_files_free(struct work_struct *unused)
{
	struct flt_file *file, *next;

	llist_for_each_entry_safe(file, next, llist_del_all(&flt_files_to_free), free_link)
		flt_file_free(file);
}

static DECLARE_WORK(flt_files_work, flt_files_free);

/* As flt_file_put(); no callback runs in it. */
void flt_file_put_later(struct flt_file *file)
{
	if (refcount_dec_and_test(&file->refs) &&
	    llist_add(&file->free_link, &flt_files_to_free))
		schedule_work(&flt_files_work);
}

/* IRQL <= DISPATCH_LEVEL; the file system frees in task context, where it may sleep. */
void flt_file_put(struct flt_file *file)
{
	if (!preemptible())
		flt_file_put_later(file);
	else if (refcount_dec_and_test(&file->refs))
		flt_file_free(file);
}

/* ObReferenceObject() and handles of file objects. */
static void flt_file_ob_get(void *object)
{
	flt_file_get(flt_file_of(object));
}

static void flt_file_ob_put(void *object)
{
	flt_file_put(flt_file_of(object));
}

static void flt_file_ob_put_later(void *object)
{
	flt_file_put_later(flt_file_of(object));
}

static const struct flt_ref_kind flt_file_refs = { "file object", flt_file_ob_put };

static void flt_file_ob_taken(void *object, const void *caller)
{
	struct flt_file *file = flt_file_of(object);

	if (!file->own && !flt_ref_taken(object, &flt_file_refs, caller, NULL, 0))
		WRITE_ONCE(file->untold, true);
}

static bool flt_file_ob_returned(void *object, const void *caller)
{
	struct flt_file *file = flt_file_of(object);

	if (file->own) {
		flt_own_file_returned(file->own, caller);
		return true;
	}
	if (flt_ref_returned(object, caller) || READ_ONCE(file->untold))
		return true;
	fsh_violation(fsh_driver_name_at((unsigned long)caller), "ObDereferenceObject",
		      "no driver has a reference to file object %p", object);
	return false;
}

static bool flt_file_ob_is_lent(void *object)
{
	return flt_file_of(object)->lent;
}

/* The last handle is the end of what a filter opened, but not of a program's open file. */
static void flt_file_ob_open(void *object)
{
	struct flt_file *file = flt_file_of(object);

	if (file->own)
		atomic_inc(&file->own->handles);
}

static void flt_file_ob_close(void *object)
{
	struct flt_file *file = flt_file_of(object);

	if (file->own && atomic_dec_and_test(&file->own->handles))
		flt_own_file_cleanup(file);
}

int flt_files_init(void)
{
	ob_file_type.put_later = flt_file_ob_put_later;
	ob_file_type.taken = flt_file_ob_taken;
	ob_file_type.returned = flt_file_ob_returned;
	ob_file_type.driver_gone = flt_refs_gone;
	ob_file_type.is_lent = flt_file_ob_is_lent;
	ob_file_type.get = flt_file_ob_get;
	ob_file_type.put = flt_file_ob_put;
	ob_file_type.open = flt_file_ob_open;
	ob_file_type.close = flt_file_ob_close;
	return 0;
}

void flt_files_exit(void)
{
	ob_file_type.get = NULL;
	ob_file_type.put = NULL;
	ob_file_type.put_later = NULL;
	ob_file_type.taken = NULL;
	ob_file_type.returned = NULL;
	ob_file_type.driver_gone = NULL;
	ob_file_type.is_lent = NULL;
	ob_file_type.open = NULL;
	ob_file_type.close = NULL;
	flush_work(&flt_files_work);
}
