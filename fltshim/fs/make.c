// SPDX-License-Identifier: GPL-2.0
/*
 * New names that no descriptor follows (mkdir, mknod, symlink, a create by an NFS server): shown as
 * a create that makes the object in its bottom, then CLEANUP and CLOSE. The directory is locked by
 * the VFS all the time.
 */
#include "fs/namei.h"
#include "fs/request.h"

/* Mode as the READONLY attribute says, where a filter changed it. */
static umode_t fltfs_make_mode(const struct fltfs_make *make, const FLT_PARAMETERS *parameters)
{
	bool readonly = parameters->Create.FileAttributes & FILE_ATTRIBUTE_READONLY;

	if (readonly)
		return make->mode & ~0222;
	return make->mode & 0222 ? make->mode : make->mode | 0200;
}

static int fltfs_make_bottom(void *context, const FLT_PARAMETERS *parameters)
{
	struct fltfs_make *make = context;

	if (!make->target)
		make->mode = fltfs_make_mode(make, parameters);
	return fltfs_make_lower(make);
}

/**
 * fltfs_make_filtered() - make an object that a filter wants to see being made
 * @make: what to make
 *
 * Return: 0, a filter's error, or that of the lower file system.
 */
int fltfs_make_filtered(struct fltfs_make *make)
{
	struct fltfs_how how = {
		.access		= FILE_WRITE_ATTRIBUTES | SYNCHRONIZE,
		.options	= FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE,
		.disposition	= FILE_CREATE,
		.lock		= FLT_LOCK_DIRECTORY,
		.attributes	= make->mode & 0222 || make->target ? 0 : FILE_ATTRIBUTE_READONLY,
	};
	struct fltfs_fo *fo;

	if (S_ISDIR(make->mode)) {
		how.access = FILE_LIST_DIRECTORY | SYNCHRONIZE;
		how.options = FILE_SYNCHRONOUS_IO_NONALERT | FILE_DIRECTORY_FILE;
		how.attributes |= FILE_ATTRIBUTE_DIRECTORY;
	} else if (!S_ISREG(make->mode)) {
		how.options |= FILE_OPEN_REPARSE_POINT;
	}
	if (!how.attributes)
		how.attributes = FILE_ATTRIBUTE_NORMAL;
	fo = fltfs_short_open(make->dentry, &how, NULL, fltfs_make_bottom, make);
	if (IS_ERR_OR_NULL(fo))
		return PTR_ERR_OR_ZERO(fo);
	fltfs_fo_release(fo);
	return 0;
}
