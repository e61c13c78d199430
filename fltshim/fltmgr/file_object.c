// SPDX-License-Identifier: GPL-2.0
/*
 * Life of file objects: initialised by the file system, referenced by operations and filters,
 * given back to the file system with the last reference.
 */
#include <linux/workqueue.h>
#include "fltmgr/file_object.h"
#include "fltmgr/volume.h"

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
	refcount_set(&file->refs, 1);
	flt_object_get(&volume->obj);
	file->volume = volume;
	file->stream = NULL;
	INIT_HLIST_HEAD(&file->contexts.contexts);
	file->closed = false;
	file->locked = false;
}

/**
 * flt_file_fini() - a file object goes
 * @file: CLOSE was delivered, or is not owed
 *
 * Called by the file system in its free_file. Task context, may sleep.
 */
void flt_file_fini(struct flt_file *file)
{
	flt_contexts_drop(&file->contexts, file->locked);
}

void flt_file_get(struct flt_file *file)
{
	refcount_inc(&file->refs);
}

static void flt_file_free(struct flt_file *file)
{
	struct flt_volume *volume = file->volume;

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

/* IRQL <= DISPATCH_LEVEL; the file system frees in task context, where it may sleep. */
void flt_file_put(struct flt_file *file)
{
	if (!refcount_dec_and_test(&file->refs))
		return;
	if (preemptible())
		flt_file_free(file);
	else if (llist_add(&file->free_link, &flt_files_to_free))
		schedule_work(&flt_files_work);
}

void flt_files_exit(void)
{
	flush_work(&flt_files_work);
}
