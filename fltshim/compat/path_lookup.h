/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Looking a path up from a place in a mount: exported by all kernels, but older ones declare it for
 * themselves only. Where <linux/namei.h> has it too, the two declarations have to agree.
 */
#ifndef COMPAT_PATH_LOOKUP_H
#define COMPAT_PATH_LOOKUP_H

#include <linux/namei.h>

int vfs_path_lookup(struct dentry *dentry, struct vfsmount *mnt, const char *name,
		    unsigned int flags, struct path *path);

#endif
