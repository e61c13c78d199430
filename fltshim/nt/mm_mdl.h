/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Memory descriptor lists for the shim's own code: locking on behalf of a process, and MDLs that
 * belong to an operation, which a driver may not free.
 */
#ifndef NT_MM_MDL_H
#define NT_MM_MDL_H

#include "nt/nt.h"

struct mm_struct;
struct page;

NTSTATUS mm_mdl_lock(PMDL mdl, struct mm_struct *mm, LOCK_OPERATION operation);
PMDL mm_mdl_new(void *address, ULONG length);
void mm_mdl_free(PMDL mdl);
void mm_mdl_free_chain(PMDL mdl);

/* MDLs that an operation keeps: @list begins as NULL. */
void mm_mdl_keep(PMDL *list, PMDL mdl);
void mm_mdl_free_kept(PMDL *list);
bool mm_mdl_give_up(PMDL *list, PMDL mdl);

struct page *mm_kernel_page(const void *address);

/* For who transfers data: the pages behind an MDL, without a mapping. */
bool mm_mdl_has_pages(const MDL *mdl);
struct page *mm_mdl_page(const MDL *mdl, ULONG index);

int mm_mdl_init(void);
void mm_mdl_exit(void);
long mm_mdl_count(void);

/*
 * mm_probe.c: kernel memory that stands in for a program's, so that a driver that probes what a
 * program gave finds nothing wrong with it (BUF-023). Marked memory consists of whole pages.
 */
void mm_stand_in_mark(void *address, size_t size);
bool mm_stands_in(const void *address, size_t size);
bool mm_is_out_of_reach(unsigned long ip, const char *routine);

#endif
