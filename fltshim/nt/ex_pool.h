/* SPDX-License-Identifier: GPL-2.0 */
/* Pool memory for the shim's own code, on behalf of a driver that is named by a code address. */
#ifndef NT_EX_POOL_H
#define NT_EX_POOL_H

#include "nt/nt.h"

struct fsh_driver;

/* The tag of what string routines allocate, freed by RtlFreeUnicodeString() or ExFreePool(). */
#define POOL_TAG_STRING	0x67727453	/* "Strg" */

/* What drivers did not ask to be zeroed is filled with this if the parameter pool_fill says so. */
#define POOL_FILL	0xcd
extern bool pool_fill;

void *pool_alloc(const void *caller, POOL_FLAGS flags, size_t size, ULONG tag);
void pool_free(const void *caller, const char *routine, void *block, ULONG tag);
bool pool_set_whose(void *block, const void *whose);
bool pool_is_whose(void *block, const void *whose);
void pool_driver_gone(struct fsh_driver *driver);
void pool_init(void);
void pool_exit(void);

#endif
