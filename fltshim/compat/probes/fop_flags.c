// SPDX-License-Identifier: GPL-2.0
/* Do file operations carry feature flags? */
#include <linux/fs.h>

const struct file_operations flt_probe = { .fop_flags = FOP_DIO_PARALLEL_WRITE };
