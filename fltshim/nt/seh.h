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
#include <linux/preempt.h>
#include "nt/nt.h"
#include "include/fsh/seh.h"

#define seh_raises notrace

bool seh_call(void (*fn)(void *arg), void *arg, NTSTATUS *code);

/* driver_call.c */
bool fsh_call(unsigned long routine, const char *what, void (*fn)(void *arg), void *arg,
	      NTSTATUS *code);

/**
 * struct seh_barrier - where exceptions end that nobody handles
 * @frame: of the function that has the barrier
 * @around: in softirq: the one that this one is inside of
 *
 * For a function that calls more than one other behind its barrier; seh_call() is for one.
 * seh_barrier_init(), then fsh_setjmp() of @frame, which gives 0 first. While the barrier is up
 * what is called may raise: then fsh_setjmp() gives 1, the barrier has to be taken down and may be
 * put up again. Down, it costs an exception nothing and stops none. In one task or softirq; which
 * of them is said each time.
 */
struct seh_barrier {
	struct fsh_frame frame;
	struct fsh_frame *around;
};

extern unsigned long seh_secret;
void seh_barrier_up_softirq(struct seh_barrier *barrier);
void seh_barrier_down_softirq(struct seh_barrier *barrier);

/* What stands in the first word of an active frame, and is no pointer. */
static __always_inline unsigned long seh_mark(const struct fsh_frame *frame)
{
	return seh_secret ^ (unsigned long)frame;
}

static __always_inline void seh_barrier_init(struct seh_barrier *barrier)
{
	barrier->frame.mark = 0;
	barrier->frame.outer = NULL;
	barrier->frame.x = NULL;
	barrier->frame.preempt = preempt_count();
	barrier->frame.normal = 0;
	barrier->frame.raised = 0;
}

static __always_inline void seh_barrier_up(struct seh_barrier *barrier, bool softirq)
{
	WRITE_ONCE(barrier->frame.mark, seh_mark(&barrier->frame));
	if (unlikely(softirq))
		seh_barrier_up_softirq(barrier);
}

static __always_inline void seh_barrier_down(struct seh_barrier *barrier, bool softirq)
{
	WRITE_ONCE(barrier->frame.mark, 0);
	if (unlikely(softirq))
		seh_barrier_down_softirq(barrier);
}

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
