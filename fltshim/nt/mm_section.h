/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Sections: the right to map something that consists of pages, and views of it in the kernel's
 * address space. What the pages are of, its provider knows.
 */
#ifndef NT_MM_SECTION_H
#define NT_MM_SECTION_H

#include <linux/llist.h>
#include <linux/refcount.h>
#include "nt/nt.h"

struct file;
struct fsh_driver;
struct page;

/* Protections, as the WDK has them; the kernel has other things of these names. */
enum {
	MM_PAGE_NOACCESS		= 0x01,
	MM_PAGE_READONLY		= 0x02,
	MM_PAGE_READWRITE		= 0x04,
	MM_PAGE_WRITECOPY		= 0x08,
	MM_PAGE_EXECUTE			= 0x10,
	MM_PAGE_EXECUTE_READ		= 0x20,
	MM_PAGE_EXECUTE_READWRITE	= 0x40,
	MM_PAGE_EXECUTE_WRITECOPY	= 0x80,
};

#define MM_SEC_FILE	0x00800000
#define MM_SEC_IMAGE	0x01000000
#define MM_SEC_COMMIT	0x08000000

/* mm_section_fd.c: handles of programs */
NTSTATUS mm_section_open_fd(void *object, ACCESS_MASK access, HANDLE *handle);
NTSTATUS mm_section_by_fd(HANDLE handle, void **object, ACCESS_MASK *access);
bool mm_section_close_fd(HANDLE handle);

/**
 * struct mm_section_source - where the pages of a section come from
 * @pages: the pages from @index on, each referenced; all @count or none. They are only read. Task
 *	context, may sleep.
 * @file: the open file that a program's mapping is of, under mmap_lock; NULL, and NULL from it:
 *	programs cannot map it
 * @free: the section is gone. Task context, may sleep.
 */
struct mm_section_source {
	NTSTATUS (*pages)(void *source, pgoff_t index, unsigned int count, struct page **pages);
	struct file *(*file)(void *source);
	void (*free)(void *source);
};

/**
 * struct mm_section - a section
 * @refs: its objects, and its views
 * @ops: of its provider
 * @source: the provider's
 * @size: bytes, as it was made
 * @free_link: among those that a worker frees, where the last reference went where nobody may sleep
 */
struct mm_section {
	refcount_t refs;
	const struct mm_section_source *ops;
	void *source;
	u64 size;
	struct llist_node free_link;
};

extern OBJECT_TYPE mm_section_type;

void *mm_section_create(const struct mm_section_source *ops, void *source, u64 size);
struct mm_section *mm_section_of(void *object);
NTSTATUS mm_section_open(const void *caller, void *object, ACCESS_MASK access,
			 const OBJECT_ATTRIBUTES *attributes, HANDLE *handle);
NTSTATUS mm_section_by_handle(HANDLE handle, void **object, ACCESS_MASK *access);
void mm_section_get(struct mm_section *section);
void mm_section_put(struct mm_section *section);
void mm_section_exit(void);

/* mm_view.c */
long mm_views_count(void);
void mm_view_driver_gone(struct fsh_driver *driver);

#endif
