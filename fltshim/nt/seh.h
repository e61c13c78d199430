/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Exceptions for the shim's own code: the barrier around every call into a driver, and raising.
 *
 * A raise leaves all functions between itself and the frame that takes it at once. So a function
 * that may be left that way (it raises, or it runs between a barrier and the driver's code)
 *   - is declared seh_raises: a tracer that hooked its return would be left with a stale hook;
 *   - holds no lock, reference or cleanup variable across the point;
 *   - is never reached through a function of the kernel proper (a sort, a timer): such a caller
 *     gets a barrier of its own.
 */
#ifndef NT_SEH_H
#define NT_SEH_H

#include <linux/compiler.h>
#include "nt/nt.h"
#include "include/fsh/seh.h"

#define seh_raises notrace

bool seh_call(void (*fn)(void *arg), void *arg, NTSTATUS *code);
void seh_raise_status(NTSTATUS status);
void seh_raise_access_violation(ULONG_PTR address, bool write);
void seh_raise_fault(NTSTATUS code, void *instruction, ULONG parameters, ULONG_PTR first,
		     ULONG_PTR second);
const struct fsh_frame *seh_inside(unsigned long sp);

void fsh_longjmp(struct fsh_frame *frame);	/* seh_jump.S; never returns */

#ifdef CONFIG_KASAN_STACK
/* The kernel's own, exported for compiled code and declared nowhere. */
void __asan_set_shadow_00(const void *shadow, ssize_t size);
#endif

int seh_init(void);

#endif
