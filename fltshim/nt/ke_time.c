// SPDX-License-Identifier: GPL-2.0
/*
 * Clocks: system time, interrupt time, ticks and the performance counter, all from the kernel's
 * timekeeping. The performance counter runs at 10 MHz, as it does on Windows.
 */
#include <linux/export.h>
#include <linux/jiffies.h>
#include <linux/ktime.h>
#include "nt/ke_time.h"

#define KE_NS_PER_TICK	100	/* one unit of Windows time */

/**
 * KeQuerySystemTime() - time of day
 * @CurrentTime: receives 100-nanosecond units since 1601, UTC, as of the last timer tick
 *
 * WDK page: kequerysystemtime. IRQL: any.
 */
VOID KeQuerySystemTime(PLARGE_INTEGER CurrentTime)
{
	struct timespec64 ts;

	ktime_get_coarse_real_ts64(&ts);
	CurrentTime->QuadPart = nt_time_from_timespec(&ts);
}
EXPORT_SYMBOL_GPL(KeQuerySystemTime);

/**
 * KeQuerySystemTimePrecise() - time of day, as exact as the hardware has it
 * @CurrentTime: receives 100-nanosecond units since 1601, UTC
 *
 * WDK page: kequerysystemtimeprecise. IRQL: any.
 */
VOID KeQuerySystemTimePrecise(PLARGE_INTEGER CurrentTime)
{
	struct timespec64 ts;

	ktime_get_real_ts64(&ts);
	CurrentTime->QuadPart = nt_time_from_timespec(&ts);
}
EXPORT_SYMBOL_GPL(KeQuerySystemTimePrecise);

/**
 * KeQueryPerformanceCounter() - a monotonic high-resolution counter
 * @PerformanceFrequency: receives counts per second; may be NULL
 *
 * WDK page: kequeryperformancecounter. IRQL: any.
 *
 * Return: the counter
 */
LARGE_INTEGER KeQueryPerformanceCounter(PLARGE_INTEGER PerformanceFrequency)
{
	LARGE_INTEGER counter;

	if (PerformanceFrequency)
		PerformanceFrequency->QuadPart = NT_TICKS_PER_SEC;
	counter.QuadPart = ktime_get_ns() / KE_NS_PER_TICK;
	return counter;
}
EXPORT_SYMBOL_GPL(KeQueryPerformanceCounter);

/**
 * KeQueryInterruptTime() - time since boot, sleep included, as of the last timer tick
 *
 * WDK page: kequeryinterrupttime. IRQL: any.
 *
 * Return: 100-nanosecond units
 */
ULONGLONG KeQueryInterruptTime(void)
{
	return ktime_to_ns(ktime_get_coarse_boottime()) / KE_NS_PER_TICK;
}
EXPORT_SYMBOL_GPL(KeQueryInterruptTime);

/**
 * KeQueryInterruptTimePrecise() - time since boot, sleep included
 * @QpcTimeStamp: receives the performance counter at that moment
 *
 * WDK page: kequeryinterrupttimeprecise. IRQL: any.
 *
 * Return: 100-nanosecond units
 */
ULONGLONG KeQueryInterruptTimePrecise(PULONG64 QpcTimeStamp)
{
	*QpcTimeStamp = ktime_get_ns() / KE_NS_PER_TICK;
	return ktime_get_boottime_ns() / KE_NS_PER_TICK;
}
EXPORT_SYMBOL_GPL(KeQueryInterruptTimePrecise);

/**
 * KeQueryUnbiasedInterruptTime() - time since boot, without sleep
 *
 * WDK page: kequeryunbiasedinterrupttime. IRQL: any.
 *
 * Return: 100-nanosecond units
 */
ULONGLONG KeQueryUnbiasedInterruptTime(void)
{
	return ktime_get_ns() / KE_NS_PER_TICK;
}
EXPORT_SYMBOL_GPL(KeQueryUnbiasedInterruptTime);

/**
 * KeQueryTickCount() - timer ticks since boot
 * @CurrentCount: receives them
 *
 * WDK page: kequerytickcount. IRQL: any.
 */
VOID KeQueryTickCount(PLARGE_INTEGER CurrentCount)
{
	CurrentCount->QuadPart = get_jiffies_64() - INITIAL_JIFFIES;
}
EXPORT_SYMBOL_GPL(KeQueryTickCount);

/**
 * KeQueryTimeIncrement() - length of a timer tick
 *
 * WDK page: kequerytimeincrement. IRQL: any.
 *
 * Return: 100-nanosecond units
 */
ULONG KeQueryTimeIncrement(void)
{
	return NT_TICKS_PER_SEC / HZ;
}
EXPORT_SYMBOL_GPL(KeQueryTimeIncrement);
