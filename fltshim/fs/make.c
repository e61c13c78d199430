// SPDX-License-Identifier: GPL-2.0
/*
 * New names that no descriptor follows (mkdir, mknod, symlink, a create by an NFS server): shown as
 * a create that makes the object in its bottom, then CLEANUP and CLOSE. The directory is locked by
 * the VFS all the time.
 */
#include <linux/string.h>
#include "fltmgr/ecp.h"
#include "fs/namei.h"
#include "fs/request.h"
#include "nt/guid.h"

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

/*
 * What a symbolic link or a special file is made as: in Windows that is a reparse point, which is
 * set in the create by a parameter of its own (CREATE-79). It is for filters to look at.
 */
static struct _ECP_LIST *fltfs_atomic_list(const struct fltfs_make *make)
{
	ULONG room = fltfs_reparse_size(make->target);
	ATOMIC_CREATE_ECP_CONTEXT *atomic;
	struct _ECP_LIST *list;
	void *context;

	list = flt_ecps_make(&GUID_ECP_ATOMIC_CREATE, sizeof(*atomic) + room, &context);
	if (!list)
		return NULL;
	atomic = context;
	atomic->Size = sizeof(*atomic);
	atomic->InFlags = ATOMIC_CREATE_ECP_IN_FLAG_REPARSE_POINT_SPECIFIED;
	atomic->ReparseBufferLength = room;
	atomic->ReparseBuffer = (PREPARSE_DATA_BUFFER)(atomic + 1);
	fltfs_reparse_fill(atomic->ReparseBuffer, fltfs_reparse_tag(make->mode), make->target);
	return list;
}

/**
 * fltfs_atomic_made() - the parameter of fltfs_atomic_list() has had its effect
 * @op: the create, at its bottom; a filter may have taken the parameter out
 */
void fltfs_atomic_made(struct flt_operation *op)
{
	ATOMIC_CREATE_ECP_CONTEXT *atomic;
	ULONG size;
	PVOID context;

	if (!op->ecps || !NT_SUCCESS(FltFindExtraCreateParameter(NULL, op->ecps,
								 &GUID_ECP_ATOMIC_CREATE,
								 &context, &size)) ||
	    size < sizeof(*atomic))
		return;
	atomic = context;
	atomic->OutFlags |= ATOMIC_CREATE_ECP_OUT_FLAG_REPARSE_POINT_SET;
	FltAcknowledgeEcp(NULL, context);
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
	if (how.options & FILE_OPEN_REPARSE_POINT) {
		how.ecps = fltfs_atomic_list(make);
		if (!how.ecps)
			return -ENOMEM;
	}
	fo = fltfs_short_open(make->dentry, &how, NULL, fltfs_make_bottom, make);
	if (IS_ERR_OR_NULL(fo))
		return PTR_ERR_OR_ZERO(fo);
	fltfs_fo_release(fo);
	return 0;
}
