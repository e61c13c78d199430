// SPDX-License-Identifier: GPL-2.0
/*
 * Life of file objects: initialised by the file system, referenced by operations and filters,
 * given back to the file system with the last reference.
 */
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
}

void flt_file_get(struct flt_file *file)
{
	refcount_inc(&file->refs);
}

/* Task context: the file system may sleep when it frees. */
void flt_file_put(struct flt_file *file)
{
	struct flt_volume *volume = file->volume;

	if (!refcount_dec_and_test(&file->refs))
		return;
	volume->ops->free_file(file);
	flt_object_put(&volume->obj);
}
