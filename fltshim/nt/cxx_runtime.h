/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the compiled code of a driver in C++ asks of a runtime library: static objects are made
 * before DriverEntry and destroyed after DriverUnload (SRC-142). The generated glue of such a
 * driver, its last object, includes it; nothing else may.
 *
 * The compiler puts the addresses of constructors into .init_array. Kernels with
 * CONFIG_CONSTRUCTORS would run that before the module's start: outside the exception barrier, and
 * before fltshim knows the driver. So the section has another name in the module (mfbuild).
 */
#ifndef NT_CXX_RUNTIME_H
#define NT_CXX_RUNTIME_H

#include <linux/llist.h>
#include <linux/slab.h>
#include "nt/io_driver.h"

typedef void (*fsh_cxx_function)(void);

/* A destructor, or what atexit() was told. */
struct fsh_cxx_end {
	struct llist_node link;
	void (*fn)(void *object);
	void *object;
};

static LLIST_HEAD(fsh_cxx_ends);	/* the last comes first, as it must be run */

int __cxa_atexit(void (*fn)(void *object), void *object, void *dso);
int atexit(void (*fn)(void));
void __cxa_pure_virtual(void);
void ExRaiseStatus(NTSTATUS Status);

/* The compiler passes its address, to tell libraries apart. */
void *__dso_handle __attribute__((__visibility__("hidden")));

int __cxa_atexit(void (*fn)(void *object), void *object, void *dso)
{
	struct fsh_cxx_end *end = kmalloc(sizeof(*end), GFP_ATOMIC);

	/* Nobody looks at this; the destructor will not run then. */
	if (!end)
		return -1;
	end->fn = fn;
	end->object = object;
	llist_add(&end->link, &fsh_cxx_ends);
	return 0;
}

static void fsh_cxx_call(void *fn)
{
	((fsh_cxx_function)fn)();
}

int atexit(void (*fn)(void))
{
	return __cxa_atexit(fsh_cxx_call, fn, NULL);
}

/* A virtual function was called that has no body: the call into the driver fails. */
void __cxa_pure_virtual(void)
{
	ExRaiseStatus(STATUS_ILLEGAL_INSTRUCTION);
}

#ifdef CONFIG_KASAN
/* Around the constructors of a source. The order of those of several sources is not checked. */
void __asan_before_dynamic_init(const void *source);
void __asan_after_dynamic_init(void);

void __asan_before_dynamic_init(const void *source)
{
}

void __asan_after_dynamic_init(void)
{
}
#endif

/* The linker sorts the one before all others, and leaves the other at the end. */
static void fsh_cxx_nothing(void)
{
}

static fsh_cxx_function fsh_cxx_first __used __section(".init_array.00000") = fsh_cxx_nothing;
static fsh_cxx_function fsh_cxx_last __used __section(".init_array") = fsh_cxx_nothing;

static void fsh_cxx_construct(void)
{
	fsh_cxx_function *at = RELOC_HIDE(&fsh_cxx_first, 0);

	for (; at < RELOC_HIDE(&fsh_cxx_last, 0); at++)
		(*at)();
}

static void fsh_cxx_destroy(void)
{
	struct llist_node *node;

	/* one at a time: a destructor may make an object of its own */
	while ((node = llist_del_first(&fsh_cxx_ends))) {
		struct fsh_cxx_end *end = llist_entry(node, struct fsh_cxx_end, link);
		void (*fn)(void *object) = end->fn;
		void *object = end->object;

		kfree(end);
		fn(object);
	}
}

#endif
