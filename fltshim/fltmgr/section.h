/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections of files: what a stream has for them, and what a file system provides. A data scan is a
 * section that an instance made of a stream: its context hangs there until it is closed, and the
 * filter is told of operations that the mapped pages stand in the way of.
 */
#ifndef FLTMGR_SECTION_H
#define FLTMGR_SECTION_H

#include <linux/list.h>
#include "nt/mm_section.h"

struct flt_file;
struct flt_instance;
struct flt_operation;
struct flt_volume;

/**
 * struct flt_sections - what all file objects of a stream share of sections
 * @shown: SectionObjectPointer of the file objects: a driver hands it to the routines of the cache
 *	and memory managers, and may have written to it
 * @self: its own address, by which it is told from what a driver made up
 * @volume: the stream's
 * @data: the file system says that it is mapped; under the lock of section.c
 * @image: that it is mapped to be executed; likewise
 * @scans: data scans of it, the oldest first; under the lock of section.c, looked at without
 */
struct flt_sections {
	SECTION_OBJECT_POINTERS shown;
	const struct flt_sections *self;
	struct flt_volume *volume;
	bool data;
	bool image;
	struct list_head scans;
};

/* Who uses the data of a stream in a way that is not through a filter. */
struct flt_section_users {
	unsigned long writers;		/* open files that can write */
	unsigned long writable;		/* mappings by which it can be written */
	bool mapped;			/* by anybody */
	bool executable;		/* mapped so, or being executed */
};

NTSTATUS flt_section_make(struct flt_file *file, ULONG protection, ULONG allocation,
			  void **object);

/**
 * struct flt_section_ops - what a file system does for sections; all may sleep
 * @open: where the pages of an open file come from, to be freed with its free(); keeps the file
 *	object. Receives the size, which is not 0. STATUS_END_OF_FILE for an empty file,
 *	STATUS_FILE_IS_A_DIRECTORY, STATUS_INVALID_FILE_FOR_SECTION for what has no data
 * @size: of an open file, without a lock of its inode; STATUS_FILE_IS_A_DIRECTORY
 * @flush: write what is dirty from @start to @last, and wait
 * @purge: drop cached pages from @start to @last; what is mapped is unmapped first, if @unmap, else
 *	nothing is dropped. False when not all of them could be.
 * @users: who uses the data of the stream
 */
struct flt_section_ops {
	NTSTATUS (*open)(struct flt_file *file, const struct mm_section_source **ops,
			 void **source, u64 *size);
	NTSTATUS (*size)(struct flt_file *file, s64 *size);
	NTSTATUS (*flush)(struct flt_sections *sections, s64 start, s64 last);
	bool (*purge)(struct flt_sections *sections, s64 start, s64 last, bool unmap);
	void (*users)(struct flt_sections *sections, struct flt_section_users *users);
};

void flt_sections_init(struct flt_sections *sections, struct flt_volume *volume);
void flt_sections_mapped(struct flt_sections *sections, bool execute);
void flt_sections_unmapped(struct flt_sections *sections);

/* Is somebody to be told when data of the stream goes? */
static inline bool flt_sections_scanned(const struct flt_sections *sections)
{
	return !list_empty_careful(&sections->scans);
}

void flt_sections_conflict(struct flt_sections *sections, struct flt_operation *op, s64 from);
void flt_scans_left(struct flt_instance *instance);

#endif
