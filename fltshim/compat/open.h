/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Opening and closing files of the lower file system on behalf of the caller.
 */
#ifndef COMPAT_OPEN_H
#define COMPAT_OPEN_H

#include <linux/cred.h>
#include <linux/file.h>
#include "compat/idmap.h"

/*
 * The lower file is not counted against file-max where the kernel lets us choose: the upper one
 * is counted already. open_with_fake_path() of older kernels would be uncounted too, but it needs
 * a d_real method, and with one overlayfs refuses the mount as its upper layer.
 */
static inline struct file *flt_file_open(const struct path *path, int flags)
{
#ifdef FLT_HAVE_KERNEL_FILE_OPEN
	return kernel_file_open(path, flags, current_cred());
#else
	return dentry_open(path, flags, current_cred());
#endif
}

#ifndef FMODE_NOREUSE	/* POSIX_FADV_NOREUSE had no effect before */
#define FMODE_NOREUSE ((__force fmode_t)0)
#endif

/* A nameless file in the directory @path. */
static inline struct file *flt_tmpfile_open(const struct path *path, umode_t mode, int flags)
{
#ifdef FLT_HAVE_KERNEL_TMPFILE_OPEN
	return kernel_tmpfile_open(flt_mnt_idmap(path->mnt), path, mode, flags, current_cred());
#else
	return vfs_tmpfile_open(flt_mnt_idmap(path->mnt), path, mode, flags, current_cred());
#endif
}

/*
 * Close at once instead of from task work, where that is allowed: __fput_sync() was for kernel
 * threads only (and a BUG otherwise) until some time before kernel_file_open() took three
 * arguments, which headers can show.
 */
static inline void flt_file_close(struct file *file)
{
#ifdef FLT_HAVE_KERNEL_FILE_OPEN
	__fput_sync(file);
#else
	fput(file);
#endif
}

#endif
