// SPDX-License-Identifier: GPL-2.0
/*
 * IRQL on Linux (contract IRQL-01 to IRQL-14): the current level from the context, raising and
 * lowering, regions without APCs, and what a driver's routine left of all this when it returned.
 * Touches the preemption counter and two small tables of its own.
 *
 * The two tables. DISPATCH_LEVEL raised by a driver means bottom halves disabled, so nothing else
 * can run on this CPU and a per-CPU record says whose raise it was and how many spin locks of
 * drivers are held here. APC_LEVEL and the regions belong to a task that may sleep and move; such
 * a task owns a slot in an open hash table as long as it is in any of them. Only the owner
 * changes a slot, so claiming one is a compare-and-exchange and the rest needs no lock. When the
 * places for a task's hash are all taken (hundreds of tasks inside such regions at once), the
 * region is not recorded: the level then reads as PASSIVE_LEVEL, nothing else depends on it.
 */
#include <linux/bottom_half.h>
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/percpu.h>
#include <linux/sched.h>
#include <asm/fpu/api.h>
#include "nt/ke_irql.h"

#define KE_SLOT_BITS	11
#define KE_PROBES	8

struct ke_slot {
	struct task_struct *task;	/* NULL: free */
	u64 start_time;			/* tells a dead owner from a new task at its address */
	struct ke_regions regions;
};

static struct ke_slot ke_slots[1 << KE_SLOT_BITS];

static DEFINE_PER_CPU(struct ke_cpu, ke_cpu);

static struct ke_slot *ke_slot_probe(unsigned int i)
{
	return &ke_slots[(hash_ptr(current, KE_SLOT_BITS) + i) & ((1 << KE_SLOT_BITS) - 1)];
}

static bool ke_slot_is_empty(const struct ke_slot *slot)
{
	unsigned int i;

	for (i = 0; i < KE_HOLDS; i++) {
		if (slot->regions.holds[i])
			return false;
	}
	return !slot->regions.raised;
}

static void ke_slot_put(struct ke_slot *slot)
{
	if (!ke_slot_is_empty(slot))
		return;
	/* Pairs with the cmpxchg of the next owner, who has to find the slot empty. */
	smp_store_release(&slot->task, NULL);
}

static void ke_slot_clear(struct ke_slot *slot)
{
	slot->regions = (struct ke_regions){ };
	ke_slot_put(slot);
}

static struct ke_slot *ke_slot_find(void)
{
	unsigned int i;

	for (i = 0; i < KE_PROBES; i++) {
		struct ke_slot *slot = ke_slot_probe(i);

		if (READ_ONCE(slot->task) != current)
			continue;
		if (unlikely(slot->start_time != current->start_time)) {
			slot->start_time = current->start_time;
			ke_slot_clear(slot);
			return NULL;
		}
		return slot;
	}
	return NULL;
}

static struct ke_slot *ke_slot_get(void)
{
	struct ke_slot *slot = ke_slot_find();
	unsigned int i;

	for (i = 0; !slot && i < KE_PROBES; i++) {
		slot = ke_slot_probe(i);
		if (READ_ONCE(slot->task) || cmpxchg(&slot->task, NULL, current))
			slot = NULL;
		else
			slot->start_time = current->start_time;
	}
	return slot;
}

/**
 * ke_hold() - the current task enters a region
 * @what: which kind; regions nest
 */
void ke_hold(enum ke_hold what)
{
	struct ke_slot *slot = ke_slot_get();

	if (slot)
		slot->regions.holds[what]++;
}

/**
 * ke_release() - the current task leaves a region
 * @what: which kind
 *
 * Return: false if it was in none that is recorded.
 */
bool ke_release(enum ke_hold what)
{
	struct ke_slot *slot = ke_slot_find();

	if (!slot || !slot->regions.holds[what])
		return false;
	slot->regions.holds[what]--;
	ke_slot_put(slot);
	return true;
}

/**
 * ke_holds() - whether the current task is in a region
 * @what: which kind
 */
bool ke_holds(enum ke_hold what)
{
	struct ke_slot *slot = ke_slot_find();

	return slot && slot->regions.holds[what];
}

/**
 * ke_thread_is_clean() - whether the current task is in no region and has nothing raised
 */
bool ke_thread_is_clean(void)
{
	return !ke_slot_find();
}

/**
 * ke_thread_clean() - forget all regions of the current task
 *
 * For a thread of a driver that ends, so that its slot is free for others.
 */
void ke_thread_clean(void)
{
	struct ke_slot *slot = ke_slot_find();

	if (slot)
		ke_slot_clear(slot);
}

static bool ke_task_is_at_apc(void)
{
	struct ke_slot *slot = ke_slot_find();

	return slot && (slot->regions.raised || slot->regions.holds[KE_HOLD_FAST_MUTEX] ||
			slot->regions.holds[KE_HOLD_PAGING]);
}

/**
 * KeGetCurrentIrql() - current level
 *
 * WDK: KeGetCurrentIrql. Hard interrupts, and interrupts disabled, read as HIGH_LEVEL; softirqs
 * and whatever else may not sleep as DISPATCH_LEVEL; a task with a fast mutex, in the paging path
 * or raised by KeRaiseIrql as APC_LEVEL.
 *
 * IRQL: any. Return: the level.
 */
KIRQL KeGetCurrentIrql(void)
{
	if (in_hardirq() || in_nmi() || irqs_disabled())
		return HIGH_LEVEL;
	if (preempt_count())
		return DISPATCH_LEVEL;
	return ke_task_is_at_apc() ? APC_LEVEL : PASSIVE_LEVEL;
}
EXPORT_SYMBOL_GPL(KeGetCurrentIrql);

/**
 * ke_level_at_most() - whether the current level is @limit or below
 * @limit: a level
 *
 * Costs a compare for the limits that most routines have.
 */
bool ke_level_at_most(KIRQL limit)
{
	if (limit >= DISPATCH_LEVEL)
		return limit >= HIGH_LEVEL || !(in_hardirq() || in_nmi() || irqs_disabled());
	if (ke_is_atomic())
		return false;
	return limit >= APC_LEVEL || !ke_task_is_at_apc();
}

static const char *ke_level_name(KIRQL irql)
{
	static const char *const names[] = { "PASSIVE_LEVEL", "APC_LEVEL", "DISPATCH_LEVEL" };

	return irql < ARRAY_SIZE(names) ? names[irql] : "interrupt level";
}

/**
 * ke_level_breach() - report a routine called above its level
 * @who: the driver
 * @routine: the routine
 * @limit: its limit
 *
 * Return: true if the routine may do its work all the same.
 */
bool ke_level_breach(const char *who, const char *routine, KIRQL limit)
{
	KIRQL irql = KeGetCurrentIrql();

	fsh_level_violation(who, routine, "called at %s, at most %s is allowed",
			    ke_level_name(irql), ke_level_name(limit));
	return irql < DISPATCH_LEVEL;
}

/**
 * ke_raise_to_dispatch() - raise to DISPATCH_LEVEL unless the level is there already
 *
 * Return: the level before.
 */
KIRQL ke_raise_to_dispatch(void)
{
	KIRQL old = KeGetCurrentIrql();

	if (old < DISPATCH_LEVEL) {
		local_bh_disable();
		this_cpu_write(ke_cpu.raised, true);
		/* Nobody can hold a lock here: a routine in softirq may have forgotten one. */
		this_cpu_write(ke_cpu.lower_later, false);
		this_cpu_write(ke_cpu.locks, 0);
	}
	return old;
}

/**
 * ke_raise_until_unlocked() - raise to DISPATCH_LEVEL for a caller that will not lower
 *
 * For a spin lock that is taken by a routine which does not raise: the release of the driver's
 * last lock on this CPU lowers again.
 */
void ke_raise_until_unlocked(void)
{
	ke_raise_to_dispatch();
	this_cpu_write(ke_cpu.lower_later, true);
}

/**
 * ke_lower_from_dispatch() - undo ke_raise_to_dispatch()
 * @irql: the level that it returned
 *
 * With a driver's spin lock still held the level stays until that is released, because lowering
 * it now would let the task be preempted inside the lock.
 *
 * Return: false if no raise is to be undone here, or a lock is held.
 */
bool ke_lower_from_dispatch(KIRQL irql)
{
	if (irql >= DISPATCH_LEVEL)
		return true;
	if (!ke_is_atomic() || !this_cpu_read(ke_cpu.raised))
		return false;
	if (this_cpu_read(ke_cpu.locks)) {
		this_cpu_write(ke_cpu.lower_later, true);
		return false;
	}
	this_cpu_write(ke_cpu.lower_later, false);
	this_cpu_write(ke_cpu.raised, false);
	local_bh_enable();
	return true;
}

void ke_lock_taken(void)
{
	this_cpu_inc(ke_cpu.locks);
}

void ke_lock_dropped(void)
{
	/* Forgotten by a routine, and then released by another one. */
	if (!this_cpu_read(ke_cpu.locks))
		return;
	if (this_cpu_dec_return(ke_cpu.locks) || !this_cpu_read(ke_cpu.lower_later))
		return;
	this_cpu_write(ke_cpu.lower_later, false);
	this_cpu_write(ke_cpu.raised, false);
	local_bh_enable();
}

/**
 * ke_fpu_used() - a driver begins or ends to use the floating-point unit of this CPU
 * @used: it begins
 */
void ke_fpu_used(bool used)
{
	this_cpu_write(ke_cpu.fpu, used);
}

/* Where the task can move there is nothing of a CPU that a driver could hold. */
static struct ke_cpu ke_cpu_now(void)
{
	return ke_is_atomic() ? *this_cpu_ptr(&ke_cpu) : (struct ke_cpu){ };
}

static struct ke_regions ke_regions_now(void)
{
	struct ke_slot *slot = ke_slot_find();

	return slot ? slot->regions : (struct ke_regions){ };
}

/**
 * ke_mark() - remember how a driver's routine finds this thread and this CPU
 * @mark: filled in
 *
 * Context: any but hard interrupts.
 */
void ke_mark(struct ke_mark *mark)
{
	mark->count = preempt_count();
	mark->irqs_off = irqs_disabled();
	mark->cpu = ke_cpu_now();
	mark->regions = ke_regions_now();
}

static bool ke_same_regions(const struct ke_regions *a, const struct ke_regions *b)
{
	return !memcmp(a->holds, b->holds, sizeof(a->holds)) && a->raised == b->raised;
}

/**
 * ke_mark_breach() - how a driver's routine returned
 * @mark: as it was when the routine was called
 *
 * Return: NULL if everything is as it was, or what is not, for the log
 */
const char *ke_mark_breach(const struct ke_mark *mark)
{
	struct ke_regions regions = ke_regions_now();

	if (irqs_disabled() != mark->irqs_off || preempt_count() != mark->count)
		return "at another level";
	if (ke_cpu_now().locks != mark->cpu.locks)
		return "with another number of spin locks held";
	if (!ke_same_regions(&regions, &mark->regions))
		return "with a mutex held, in a region or at APC_LEVEL, or without one";
	return NULL;
}

/* The CPU, by what is known of how it was. */
static void ke_cpu_restore(int count, bool irqs_off, const struct ke_cpu *cpu)
{
	if (irqs_disabled() && !irqs_off)
		local_irq_enable();
	if (ke_is_atomic() && this_cpu_read(ke_cpu.fpu) && !cpu->fpu) {
		this_cpu_write(ke_cpu.fpu, false);
		kernel_fpu_end();
	}
	/* From a level at which the task can move to one at which it cannot, or the reverse. */
	local_irq_disable();
	preempt_count_set(count);
	*this_cpu_ptr(&ke_cpu) = *cpu;
	if (!irqs_off)
		local_irq_enable();
}

/**
 * ke_mark_restore() - put back what a driver's routine left otherwise
 * @mark: as it was when the routine was called
 *
 * The locks and mutexes themselves stay what the driver made of them.
 */
void ke_mark_restore(const struct ke_mark *mark)
{
	struct ke_regions regions;
	struct ke_slot *slot;

	ke_cpu_restore(mark->count, mark->irqs_off, &mark->cpu);
	regions = ke_regions_now();
	if (ke_same_regions(&regions, &mark->regions))
		return;
	slot = ke_slot_get();
	if (!slot)
		return;
	slot->regions = mark->regions;
	ke_slot_put(slot);
}

/**
 * ke_level_restore() - put back the level at which a driver's routine was called
 * @count: of preemption; interrupts were enabled
 *
 * For callers that have no time for a mark. What else was of a CPU is known where the task could
 * move: nothing. Elsewhere the locks stay counted as they are, until a raise from below.
 */
void ke_level_restore(int count)
{
	struct ke_cpu cpu = { };

	if (count) {
		cpu = ke_cpu_now();
		cpu.raised = count & SOFTIRQ_MASK && !(count & SOFTIRQ_OFFSET);
		cpu.fpu = cpu.fpu && preempt_count() <= count;
	}
	ke_cpu_restore(count, false, &cpu);
}

/**
 * KfRaiseIrql() - raise the level
 * @NewIrql: at least the current one
 *
 * WDK: KeRaiseIrql, whose macro form stores the return value. DISPATCH_LEVEL really disables
 * bottom halves and with them preemption. Levels above it disable interrupts too; nothing that a
 * minifilter may call works there.
 *
 * IRQL: any. Return: the level before.
 */
KIRQL KfRaiseIrql(KIRQL NewIrql)
{
	KIRQL old = KeGetCurrentIrql();

	if (NewIrql < old) {
		fsh_violation(fsh_caller(), "KeRaiseIrql", "from %s to %s", ke_level_name(old),
			      ke_level_name(NewIrql));
		return old;
	}
	if (NewIrql == old)
		return old;
	if (NewIrql == APC_LEVEL) {
		struct ke_slot *slot = ke_slot_get();

		if (slot)
			slot->regions.raised = 1;
		return old;
	}
	ke_raise_to_dispatch();
	if (NewIrql > DISPATCH_LEVEL)
		local_irq_disable();
	return old;
}
EXPORT_SYMBOL_GPL(KfRaiseIrql);

/**
 * KeRaiseIrqlToDpcLevel() - raise to DISPATCH_LEVEL
 *
 * WDK: KeRaiseIrqlToDpcLevel. IRQL: <= DISPATCH_LEVEL. Return: the level before.
 */
KIRQL KeRaiseIrqlToDpcLevel(void)
{
	return ke_raise_to_dispatch();
}
EXPORT_SYMBOL_GPL(KeRaiseIrqlToDpcLevel);

/**
 * KeLowerIrql() - go back to the level before a raise
 * @NewIrql: what the matching raise returned
 *
 * WDK: KeLowerIrql. A value that no raise returned leaves the level unchanged (IRQL-10).
 *
 * IRQL: any.
 */
void KeLowerIrql(KIRQL NewIrql)
{
	KIRQL old = KeGetCurrentIrql();
	bool ok = NewIrql <= old;

	if (ok && old > DISPATCH_LEVEL && NewIrql <= DISPATCH_LEVEL) {
		/* Interrupts that a driver did not disable are not the driver's to enable. */
		ok = !in_hardirq() && !in_nmi() && this_cpu_read(ke_cpu.raised);
		if (ok)
			local_irq_enable();
	}
	if (ok && old >= DISPATCH_LEVEL)
		ok = ke_lower_from_dispatch(NewIrql);
	if (ok && NewIrql == PASSIVE_LEVEL && old != PASSIVE_LEVEL) {
		struct ke_slot *slot = ke_slot_find();

		if (slot && slot->regions.raised) {
			slot->regions.raised = 0;
			ke_slot_put(slot);
		} else {
			/* Nothing was raised to APC_LEVEL; from above it is done already. */
			ok = old != APC_LEVEL;
		}
	}
	if (!ok)
		fsh_violation(fsh_caller(), __func__, "from %s to %s does not undo a raise",
			      ke_level_name(old), ke_level_name(NewIrql));
}
EXPORT_SYMBOL_GPL(KeLowerIrql);

/**
 * KeEnterCriticalRegion() - disable delivery of normal kernel APCs
 *
 * WDK: KeEnterCriticalRegion. Linux has no APCs; the region is recorded for
 * KeAreApcsDisabled() and does not change the level (IRQL-08). IRQL: <= APC_LEVEL.
 */
void KeEnterCriticalRegion(void)
{
	if (ke_at_most(APC_LEVEL))
		ke_hold(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(KeEnterCriticalRegion);

/**
 * KeLeaveCriticalRegion() - undo KeEnterCriticalRegion()
 *
 * WDK: KeLeaveCriticalRegion. IRQL: <= APC_LEVEL.
 */
void KeLeaveCriticalRegion(void)
{
	if (ke_at_most(APC_LEVEL))
		ke_release(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(KeLeaveCriticalRegion);

/**
 * FsRtlEnterFileSystem() - disable delivery of normal kernel APCs
 *
 * WDK: FsRtlEnterFileSystem. As KeEnterCriticalRegion(). IRQL: <= APC_LEVEL.
 */
void FsRtlEnterFileSystem(void)
{
	if (ke_at_most(APC_LEVEL))
		ke_hold(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(FsRtlEnterFileSystem);

/**
 * FsRtlExitFileSystem() - undo FsRtlEnterFileSystem()
 *
 * WDK: FsRtlExitFileSystem. IRQL: <= APC_LEVEL.
 */
void FsRtlExitFileSystem(void)
{
	if (ke_at_most(APC_LEVEL))
		ke_release(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(FsRtlExitFileSystem);

/**
 * KeEnterGuardedRegion() - disable delivery of all APCs
 *
 * WDK: KeEnterGuardedRegion. The level stays as it is (IRQL-09). IRQL: <= APC_LEVEL.
 */
void KeEnterGuardedRegion(void)
{
	if (ke_at_most(APC_LEVEL))
		ke_hold(KE_HOLD_GUARDED);
}
EXPORT_SYMBOL_GPL(KeEnterGuardedRegion);

/**
 * KeLeaveGuardedRegion() - undo KeEnterGuardedRegion()
 *
 * WDK: KeLeaveGuardedRegion. IRQL: <= APC_LEVEL.
 */
void KeLeaveGuardedRegion(void)
{
	if (ke_at_most(APC_LEVEL))
		ke_release(KE_HOLD_GUARDED);
}
EXPORT_SYMBOL_GPL(KeLeaveGuardedRegion);

/**
 * KeAreAllApcsDisabled() - whether no APC can be delivered to the current thread
 *
 * WDK: KeAreAllApcsDisabled. IRQL: <= DISPATCH_LEVEL. Return: TRUE in a guarded region and at
 * APC_LEVEL and above.
 */
BOOLEAN KeAreAllApcsDisabled(void)
{
	return KeGetCurrentIrql() >= APC_LEVEL || ke_holds(KE_HOLD_GUARDED);
}
EXPORT_SYMBOL_GPL(KeAreAllApcsDisabled);

/**
 * KeAreApcsDisabled() - whether no normal kernel APC can be delivered to the current thread
 *
 * WDK: KeAreApcsDisabled. IRQL: <= DISPATCH_LEVEL. Return: TRUE also in a critical region.
 */
BOOLEAN KeAreApcsDisabled(void)
{
	return KeAreAllApcsDisabled() || ke_holds(KE_HOLD_CRITICAL);
}
EXPORT_SYMBOL_GPL(KeAreApcsDisabled);
