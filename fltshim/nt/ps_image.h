/* SPDX-License-Identifier: GPL-2.0 */
/* Names of programs, for the shim's own code, and who knows the names of volumes. */
#ifndef NT_PS_IMAGE_H
#define NT_PS_IMAGE_H

#include "nt/nt.h"

struct super_block;

/*
 * Writes the name of the volume that a file system is, without a terminator, and returns its
 * length; 0 for a file system that is no volume. Task context.
 */
typedef size_t ps_volume_namer(const struct super_block *sb, char *text, size_t size);

void ps_set_volume_namer(ps_volume_namer *namer);
NTSTATUS ps_image_name(PEPROCESS process, char **text, size_t *length);
NTSTATUS ps_command_line(PEPROCESS process, char **text, size_t *length);

#endif
