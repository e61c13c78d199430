/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A reference to the file that a pointer under RCU names. Since files are recycled without a
 * grace period, the kernel's routine takes the pointer's place and looks again.
 */
#ifndef COMPAT_FILE_RCU_H
#define COMPAT_FILE_RCU_H

#include <linux/fs.h>
#include <linux/rcupdate.h>
#include "compat/config.h"

/* NULL when there is none, or when it is on its way out. */
static inline struct file *flt_get_file_rcu(struct file __rcu **place)
{
	struct file *file;

	rcu_read_lock();
#ifdef FLT_HAVE_FILE_RCU_POINTER
	file = get_file_rcu(place);
#else
	file = rcu_dereference(*place);
	if (file && !get_file_rcu(file))
		file = NULL;
#endif
	rcu_read_unlock();
	return file;
}

#endif
