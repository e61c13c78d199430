/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What older versions of KUnit lack; for the unit suites alone.
 */
#ifndef COMPAT_KUNIT_H
#define COMPAT_KUNIT_H

#include <kunit/test.h>
#include <linux/mman.h>
#include "compat/config.h"

#ifdef FLT_HAVE_KUNIT_ACTION

static inline int flt_kunit_defer(struct kunit *test, void (*end)(void *arg), void *arg)
{
	return kunit_add_action_or_reset(test, end, arg);
}

#else

/* @end runs when the case ends, in the reverse order; at once if that cannot be kept. */
int flt_kunit_defer(struct kunit *test, void (*end)(void *arg), void *arg);

#endif

#ifdef FLT_HAVE_KUNIT_VM_MMAP

static inline unsigned long flt_kunit_memory(struct kunit *test, size_t size, int prot)
{
	return kunit_vm_mmap(test, NULL, 0, size, prot, MAP_ANONYMOUS | MAP_PRIVATE, 0);
}

#else

/*
 * Memory of a program, which is the case's thread's own from now on until the case ends. Zero, or
 * an error that is no address, if there is none.
 */
unsigned long flt_kunit_memory(struct kunit *test, size_t size, int prot);

#endif
#endif
