/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mount options, and refusing a mount request.
 */
#ifndef FS_PARAMS_H
#define FS_PARAMS_H

#include <linux/fs_context.h>
#include <linux/fs_parser.h>

extern const struct fs_parameter_spec fltfs_parameters[];

__printf(3, 4)
int fltfs_refuse(struct fs_context *fc, int err, const char *fmt, ...);

#endif
