// SPDX-License-Identifier: GPL-2.0
/* Does f_op->setlease take an int? (Before, it was a long.) What a lease is has changed, too. */
#include <linux/fs.h>

struct file_lease;

typedef int flt_old_setlease(struct file *file, int arg, struct file_lock **lease, void **priv);
typedef int flt_new_setlease(struct file *file, int arg, struct file_lease **lease, void **priv);

#define FLT_SETLEASE typeof(((const struct file_operations *)0)->setlease)

static_assert(__builtin_types_compatible_p(FLT_SETLEASE, flt_old_setlease *) ||
	      __builtin_types_compatible_p(FLT_SETLEASE, flt_new_setlease *));
