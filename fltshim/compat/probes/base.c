// SPDX-License-Identifier: GPL-2.0
/* Can a file be compiled against these headers at all? */
#include <linux/fs.h>
#include <linux/namei.h>

struct inode *flt_probe(struct file *file);
struct inode *flt_probe(struct file *file)
{
	return file_inode(file);
}
