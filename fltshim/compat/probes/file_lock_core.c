// SPDX-License-Identifier: GPL-2.0
/* Are the common members of a file lock in a part of their own? */
#include <linux/fs.h>
#include <linux/filelock.h>

unsigned int flt_probe(struct file_lock *fl);
unsigned int flt_probe(struct file_lock *fl)
{
	return fl->c.flc_flags;
}
