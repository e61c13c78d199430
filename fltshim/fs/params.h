/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mount options, and refusing a mount request.
 */
#ifndef FS_PARAMS_H
#define FS_PARAMS_H

#include <linux/fs_context.h>
#include <linux/fs_parser.h>

extern const struct fs_parameter_spec fltfs_parameters[];

/* errorf() without a message log prints to the kernel log by itself. */
#define fltfs_refuse(fc, err, fmt, ...)						\
({										\
	struct fs_context *__fc = (fc);						\
										\
	errorf(__fc, "fltfs: " fmt, ##__VA_ARGS__);				\
	if (__fc->log.log)							\
		pr_err("fltfs: " fmt "\n", ##__VA_ARGS__);			\
	(err);									\
})

#endif
