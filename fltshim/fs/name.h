/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names across the border: UTF-8 with slashes here, UTF-16 with backslashes there.
 */
#ifndef FS_NAME_H
#define FS_NAME_H

#include <linux/dcache.h>
#include "fs/fltfs.h"
#include "nt/nt.h"

#define FLTFS_NAME_BYTES_MAX	65534	/* of UTF-16: what a UNICODE_STRING can hold */
#define FLTFS_NAME_SHORT	256	/* bytes of a path that fit on the stack */

int fltfs_name_to_utf16(const char *from, size_t len, bool path, WCHAR *to, size_t max);
int fltfs_name_from_utf16(const WCHAR *from, size_t units, char *to, size_t max);
NTSTATUS fltfs_path_text(const UNICODE_STRING *path, char *text, size_t *used, bool *directory);
char *fltfs_path_from(const struct dentry *dentry, const struct dentry *root, char *small,
		      size_t size, char **heap);
int fltfs_dentry_name(struct dentry *dentry, UNICODE_STRING *name);
int fltfs_component_name(const struct qstr *component, UNICODE_STRING *name);

/* flt_volume_ops.query_name and name_stamp */
struct flt_file;
struct flt_name;

struct flt_name *fltfs_query_name(struct flt_file *base, NTSTATUS *status);
u64 fltfs_name_stamp(struct flt_file *base);
void fltfs_dentry_moved(struct dentry *dentry);
void fltfs_known_drop(struct inode *inode);

/* No dentry that the inode's known name may be of keeps its address beyond this. */
static inline void fltfs_name_forget(struct inode *inode)
{
	if (rcu_access_pointer(fltfs_i(inode)->known))
		fltfs_known_drop(inode);
}

int fltfs_tmpfile_name(struct dentry *dir, UNICODE_STRING *name);

static inline void fltfs_name_free(UNICODE_STRING *name)
{
	kvfree(name->Buffer);
	name->Buffer = NULL;
	name->Length = 0;
	name->MaximumLength = 0;
}

#endif
