/* SPDX-License-Identifier: GPL-2.0 */
/*
 * A directory being listed: what listings of programs and of filters share.
 */
#ifndef FS_SCAN_H
#define FS_SCAN_H

#include "fs/object.h"

#define FLTFS_SCAN_LENGTH	SZ_32K
/* The smallest entry: 104 bytes and a name of one unit, rounded up. */
#define FLTFS_SCAN_ENTRIES	(FLTFS_SCAN_LENGTH / 112)

struct fltfs_scan_entry {
	loff_t cookie;		/* position of the entry */
	u64 ino;		/* its number, and */
	u64 id;			/* what filters are shown as that */
	u8 type;		/* DT_* */
	u8 length;		/* of a plain scan: of the name, which is at */
	u16 at;			/* this offset of the buffer, as the lower directory has it */
};

/**
 * struct fltfs_scan - a directory being listed; under the open file's position lock, or a lister's
 * @buffer: entries as the filters left them; names alone of a plain scan
 * @used: bytes of it in use
 * @next: offset of the entry that the program gets next, or its number in a plain scan
 * @valid: there is such an entry
 * @broken: filters have left what cannot be read, and the program has not begun anew
 * @ended: the end was reported, and the program is still to be told so
 * @plain: no filter looks at the entries, and they were left as the lower directory has them; never
 *	a filter's own listing
 * @position: cookie at which the program has to come back for @next
 * @cursor: where the lower directory goes on
 * @nr_entries: entries that the lower directory gave
 * @entries: what is known of them
 */
struct fltfs_scan {
	void *buffer;
	ULONG used;
	ULONG next;
	bool valid;
	bool broken;
	bool ended;
	bool plain;
	loff_t position;
	loff_t cursor;
	unsigned int nr_entries;
	struct fltfs_scan_entry entries[FLTFS_SCAN_ENTRIES];
};

struct fltfs_scan *fltfs_scan_new(void);
void fltfs_scan_looked_at(struct flt_operation *op);
int fltfs_scan_fill(struct fltfs_scan *scan, struct fltfs_fo *fo, struct file *lower);

#endif
