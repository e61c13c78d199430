/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Names that filters open files by: which volume, which folder, which path.
 */
#ifndef FLTMGR_CREATE_NAME_H
#define FLTMGR_CREATE_NAME_H

#include "nt/nt.h"

struct flt_file;
struct flt_volume;

/**
 * struct flt_place - what a name means
 * @volume: referenced
 * @related: open file that @path is relative to, referenced, or NULL
 * @path: from the root of the volume, with a backslash at the start; empty: the volume itself. With
 *	@related: relative to it; empty: the same file. In the memory of the name.
 */
struct flt_place {
	struct flt_volume *volume;
	struct flt_file *related;
	UNICODE_STRING path;
};

NTSTATUS flt_place_from_name(const UNICODE_STRING *name, ULONG options, struct flt_place *place);
NTSTATUS flt_place_from_attributes(const OBJECT_ATTRIBUTES *attributes, ULONG options,
				   struct flt_place *place);
void flt_place_put(struct flt_place *place);
NTSTATUS flt_object_rename(PFILE_OBJECT fo, const WCHAR *name, USHORT bytes);

#endif
