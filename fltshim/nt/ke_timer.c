// SPDX-License-Identifier: GPL-2.0
/*
 * Timers of drivers: a high-resolution timer that expires in softirq, signals the object and
 * queues the DPC. Touches the wait engine and the DPC queues.
 *
 * Rules. The header and @Dpc are under the object's lock. The Linux timer is idle whenever a
 * routine here returns with the timer cancelled, so a driver may free the storage then; a DPC
 * that is queued already is the driver's to flush, as on Windows.
 */
#include <linux/export.h>
#include <linux/hrtimer.h>
#include <linux/sched/task_stack.h>
#include "nt/ke_dpc.h"
#include "nt/ke_irql.h"
#include "nt/ke_time.h"
#include "nt/ke_wait.h"

static_assert(sizeof(struct hrtimer) <= sizeof_field(KTIMER, FshOpaque));

static struct hrtimer *ke_hrtimer(PKTIMER timer)
{
	return (struct hrtimer *)timer->FshOpaque;
}

static enum hrtimer_restart ke_timer_expired(struct hrtimer *hrtimer)
{
	KTIMER *timer = (void *)hrtimer - offsetof(KTIMER, FshOpaque);
	raw_spinlock_t *lock = ke_object_lock(timer);
	unsigned long flags;
	KDPC *dpc;
	LONG period;

	raw_spin_lock_irqsave(lock, flags);
	dpc = timer->Dpc;
	period = timer->Period;
	timer->Header.SignalState = 1;
	ke_object_signalled(&timer->Header);
	raw_spin_unlock_irqrestore(lock, flags);
	if (dpc)
		ke_dpc_queue(dpc, NULL, NULL);
	if (period <= 0)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(hrtimer, ms_to_ktime(period));
	return HRTIMER_RESTART;
}

/* A timer may be a local variable; the kernel's object tracking wants to be told of that. */
static void ke_timer_init(PKTIMER timer, u8 type)
{
	memset(timer, 0, sizeof(*timer));
	ke_header_init(&timer->Header, type, sizeof(*timer), 0);
	if (object_is_on_stack(timer))
		hrtimer_init_on_stack(ke_hrtimer(timer), CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	else
		hrtimer_init(ke_hrtimer(timer), CLOCK_MONOTONIC, HRTIMER_MODE_ABS_SOFT);
	ke_hrtimer(timer)->function = ke_timer_expired;
}

static bool ke_timer_usable(PKTIMER timer, unsigned long ip, const char *routine)
{
	if (likely(ke_header_is_valid(&timer->Header) &&
		   timer->Header.Type >= KE_TIMER_NOTIFICATION))
		return true;
	fsh_violation(fsh_driver_name_at(ip), routine, "timer %pK is not initialised", timer);
	return false;
}

static bool ke_timer_set(PKTIMER timer, const LARGE_INTEGER *due, LONG period, PKDPC dpc)
{
	raw_spinlock_t *lock = ke_object_lock(timer);
	bool was_set = hrtimer_cancel(ke_hrtimer(timer)) > 0;
	unsigned long flags;

	raw_spin_lock_irqsave(lock, flags);
	timer->Header.SignalState = 0;
	timer->DueTime.QuadPart = due->QuadPart;
	timer->Period = period;
	timer->Dpc = dpc;
	raw_spin_unlock_irqrestore(lock, flags);
	hrtimer_start(ke_hrtimer(timer), ke_deadline(due), HRTIMER_MODE_ABS_SOFT);
	return was_set;
}

/**
 * KeInitializeTimer() - make a notification timer
 * @Timer: storage of the driver
 *
 * WDK: KeInitializeTimer. IRQL: <= DISPATCH_LEVEL.
 */
void KeInitializeTimer(PKTIMER Timer)
{
	ke_timer_init(Timer, KE_TIMER_NOTIFICATION);
}
EXPORT_SYMBOL_GPL(KeInitializeTimer);

/**
 * KeInitializeTimerEx() - make a timer
 * @Timer: storage of the driver
 * @Type: NotificationTimer stays signalled, SynchronizationTimer lets one wait pass
 *
 * WDK: KeInitializeTimerEx. IRQL: <= DISPATCH_LEVEL.
 */
void KeInitializeTimerEx(PKTIMER Timer, TIMER_TYPE Type)
{
	ke_timer_init(Timer, Type == SynchronizationTimer ? KE_TIMER_SYNCHRONIZATION :
		      KE_TIMER_NOTIFICATION);
}
EXPORT_SYMBOL_GPL(KeInitializeTimerEx);

/**
 * KeSetTimer() - set a timer to expire once
 * @Timer: the timer; set again if it is set
 * @DueTime: negative relative, positive absolute, in 100 ns
 * @Dpc: queued at expiry, or NULL
 *
 * WDK: KeSetTimer. IRQL: <= DISPATCH_LEVEL. Return: TRUE if it was set before.
 */
BOOLEAN KeSetTimer(PKTIMER Timer, LARGE_INTEGER DueTime, PKDPC Dpc)
{
	if (!ke_timer_usable(Timer, _RET_IP_, __func__))
		return FALSE;
	return ke_timer_set(Timer, &DueTime, 0, Dpc);
}
EXPORT_SYMBOL_GPL(KeSetTimer);

/**
 * KeSetTimerEx() - set a timer to expire, and again after each period
 * @Timer: the timer; set again if it is set
 * @DueTime: first time: negative relative, positive absolute, in 100 ns
 * @Period: in milliseconds; 0 for once
 * @Dpc: queued at each expiry, or NULL
 *
 * WDK: KeSetTimerEx. IRQL: <= DISPATCH_LEVEL. Return: TRUE if it was set before.
 */
BOOLEAN KeSetTimerEx(PKTIMER Timer, LARGE_INTEGER DueTime, LONG Period, PKDPC Dpc)
{
	if (!ke_timer_usable(Timer, _RET_IP_, __func__))
		return FALSE;
	return ke_timer_set(Timer, &DueTime, Period, Dpc);
}
EXPORT_SYMBOL_GPL(KeSetTimerEx);

/**
 * KeCancelTimer() - take a timer back
 * @Timer: the timer
 *
 * WDK: KeCancelTimer. After it the timer is idle; a DPC may still be queued.
 * IRQL: <= DISPATCH_LEVEL. Return: TRUE if it was set.
 */
BOOLEAN KeCancelTimer(PKTIMER Timer)
{
	if (!ke_timer_usable(Timer, _RET_IP_, __func__))
		return FALSE;
	return hrtimer_cancel(ke_hrtimer(Timer)) > 0;
}
EXPORT_SYMBOL_GPL(KeCancelTimer);

/**
 * KeReadStateTimer() - whether a timer has expired
 * @Timer: the timer
 *
 * WDK: KeReadStateTimer. IRQL: <= DISPATCH_LEVEL. Return: TRUE if it is signalled.
 */
BOOLEAN KeReadStateTimer(PKTIMER Timer)
{
	return READ_ONCE(Timer->Header.SignalState) > 0;
}
EXPORT_SYMBOL_GPL(KeReadStateTimer);
