// SPDX-License-Identifier: GPL-2.0
/* Is the nameless open called kernel_tmpfile_open(), or still vfs_tmpfile_open()? */
#include <linux/fs.h>
#include <linux/mount.h>

struct file *flt_probe(const struct path *path, const struct cred *cred);
struct file *flt_probe(const struct path *path, const struct cred *cred)
{
	return kernel_tmpfile_open(mnt_idmap(path->mnt), path, 0600, 0, cred);
}
