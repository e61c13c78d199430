/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What older kernels lack that the unit suites use; for them alone.
 */
#ifndef COMPAT_KUNIT_H
#define COMPAT_KUNIT_H

#include <kunit/test.h>
#include <linux/mman.h>
#include <linux/module.h>
#include "compat/config.h"

/* For a module that is none: its code. */
static inline void flt_module_set_text(struct module *module, void *base, unsigned int size)
{
#ifdef FLT_HAVE_MODULE_MEM
	module->mem[MOD_TEXT].base = base;
	module->mem[MOD_TEXT].size = size;
#else
	module->core_layout.base = base;
	module->core_layout.size = size;
#endif
}

#ifndef KUNIT_FAIL_AND_ABORT
#define KUNIT_FAIL_AND_ABORT(test, ...)	KUNIT_ASSERT_TRUE_MSG(test, false, __VA_ARGS__)
#endif

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
