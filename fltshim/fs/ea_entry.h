/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Entries of lists of extended attributes (FILE_FULL_EA_INFORMATION), for who reads such lists
 * (ea.c) and who changes attributes by them (ea_set.c).
 */
#ifndef FS_EA_ENTRY_H
#define FS_EA_ENTRY_H

#include "nt/nt.h"

#define FLTFS_EA_EMPTY		0x01
#define FLTFS_EA_NAME_MAX	254
#define FLTFS_EA_VALUE_MAX	65535
#define FLTFS_EA_FIXED		offsetof(FILE_FULL_EA_INFORMATION, EaName)
/* An entry with the longest name and the longest value. */
#define FLTFS_EA_ROOM		(FLTFS_EA_FIXED + FLTFS_EA_NAME_MAX + 1 + FLTFS_EA_VALUE_MAX)

/* The name of an entry; its member is declared with one element. */
static inline char *fltfs_ea_name(const FILE_FULL_EA_INFORMATION *entry)
{
	return (char *)entry + FLTFS_EA_FIXED;
}

static inline const u8 *fltfs_ea_value(const FILE_FULL_EA_INFORMATION *entry)
{
	return (const u8 *)entry + FLTFS_EA_FIXED + entry->EaNameLength + 1;
}

static inline ULONG fltfs_ea_size(const FILE_FULL_EA_INFORMATION *entry)
{
	return FLTFS_EA_FIXED + entry->EaNameLength + 1 + entry->EaValueLength;
}

const FILE_FULL_EA_INFORMATION *fltfs_ea_at(const void *buffer, ULONG length, ULONG at);

#endif
