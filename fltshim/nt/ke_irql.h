/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The level that a driver's code runs at. It is derived from the context, never stored, except
 * for what Linux has no word for: APC_LEVEL, and who raised to DISPATCH_LEVEL.
 */
#ifndef NT_KE_IRQL_H
#define NT_KE_IRQL_H

#include <linux/irqflags.h>
#include <linux/preempt.h>
#include "nt/nt.h"
#include "nt/violation.h"

/* True where nothing may sleep: DISPATCH_LEVEL and above. */
static inline bool ke_is_atomic(void)
{
	return preempt_count() || irqs_disabled();
}

/*
 * What a routine that may be called at @limit or below begins with. Reports the calling driver
 * if it is above; false then, except for a PASSIVE_LEVEL routine at APC_LEVEL, which Linux can
 * perform (IRQL-62). To be used in the exported routine itself.
 */
#define ke_at_most(limit) ({ \
	KIRQL ke_limit_ = (limit); \
	likely(ke_level_at_most(ke_limit_)) || \
		ke_level_breach(fsh_caller(), __func__, ke_limit_); \
})

bool ke_level_at_most(KIRQL limit);
bool ke_level_breach(const char *who, const char *routine, KIRQL limit);

/*
 * Task-bound state that Windows keeps in the thread. Entered and left in pairs by one task;
 * callable at APC_LEVEL and below only.
 */
enum ke_hold {
	KE_HOLD_FAST_MUTEX,	/* raises to APC_LEVEL while held */
	KE_HOLD_PAGING,		/* an operation of the paging path: APC_LEVEL */
	KE_HOLD_MEMORY,		/* mmap_lock is held: user memory cannot be reached */
	KE_HOLD_CRITICAL,	/* critical region: normal kernel APCs off, level unchanged */
	KE_HOLD_GUARDED,	/* guarded region: all APCs off, level unchanged */
	KE_HOLD_FLUSH,		/* inside a flush that filters were told of; level unchanged */
	KE_HOLDS
};

void ke_hold(enum ke_hold what);
bool ke_release(enum ke_hold what);
bool ke_holds(enum ke_hold what);
bool ke_thread_is_clean(void);
void ke_thread_clean(void);

/* What Windows keeps in the thread, of one task. */
struct ke_regions {
	u16 holds[KE_HOLDS];
	u8 raised;		/* KeRaiseIrql(APC_LEVEL) */
};

/* What a driver holds of a CPU, which nobody else can run on meanwhile. */
struct ke_cpu {
	bool raised;		/* bottom halves are disabled for a driver's raise */
	bool lower_later;	/* lowered while a spin lock was held: do it with the last one */
	bool fpu;		/* a driver uses the floating-point unit */
	u16 locks;		/* spin locks of drivers held on this CPU */
};

/*
 * What a driver's routine has to leave as it found it: marked before the call into the driver,
 * compared after it, and put back if need be, so that no other driver has to bear what one forgot.
 */
struct ke_mark {
	int count;		/* of preemption */
	bool irqs_off;
	struct ke_cpu cpu;
	struct ke_regions regions;
};

void ke_mark(struct ke_mark *mark);
const char *ke_mark_breach(const struct ke_mark *mark);
void ke_mark_restore(const struct ke_mark *mark);
void ke_level_restore(int count);

/* What ke_spinlock.c needs of the raise to DISPATCH_LEVEL. */
KIRQL ke_raise_to_dispatch(void);
void ke_raise_until_unlocked(void);
bool ke_lower_from_dispatch(KIRQL irql);
void ke_lock_taken(void);
void ke_lock_dropped(void);

/* What ke_misc.c says of the floating-point unit, with preemption disabled. */
void ke_fpu_used(bool used);

#endif
