// SPDX-License-Identifier: GPL-2.0
/* Does f_op->setlease take an int? (Before, it was a long.) What a lease is has changed, too. */
#include <linux/fs.h>

struct file_lease;

#define FLT_SETLEASE(lease) int (*)(struct file *, int, struct lease **, void **)
#define FLT_SETLEASE_IS(lease) \
	__builtin_types_compatible_p(typeof(((struct file_operations *)0)->setlease), \
				     FLT_SETLEASE(lease))

static_assert(FLT_SETLEASE_IS(file_lock) || FLT_SETLEASE_IS(file_lease));
