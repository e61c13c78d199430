/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Time across the border: Linux's seconds since 1970 and Windows' 100-nanosecond ticks since
 * 1601 (UTC in both).
 */
#ifndef _FLTSHIM_NT_KE_TIME_H
#define _FLTSHIM_NT_KE_TIME_H

#include <linux/time64.h>
#include <linux/math64.h>
#include "nt/nt.h"

#define NT_TICKS_PER_SEC	10000000LL
#define NT_EPOCH_BIAS_SEC	11644473600LL	/* 1601-01-01 to 1970-01-01 */
#define NT_LAST_SEC		(S64_MAX / NT_TICKS_PER_SEC - NT_EPOCH_BIAS_SEC)

/**
 * nt_time_from_timespec() - a file or system time as filters see it
 * @ts: normalised time
 *
 * A time before 1601 becomes 1, because 0 means "do not change" to a set operation; one past
 * the range becomes the largest value (VFS-831, VFS-834, VFS-835).
 *
 * Context: any. Return: 100-nanosecond ticks since 1601.
 */
static inline s64 nt_time_from_timespec(const struct timespec64 *ts)
{
	s64 ticks;

	if (ts->tv_sec < -NT_EPOCH_BIAS_SEC)
		return 1;
	if (ts->tv_sec >= NT_LAST_SEC)
		return S64_MAX;
	ticks = (ts->tv_sec + NT_EPOCH_BIAS_SEC) * NT_TICKS_PER_SEC + ts->tv_nsec / 100;
	return ticks ?: 1;
}

/**
 * timespec_from_nt_time() - the Linux time of a value that is not a command
 * @ticks: 100-nanosecond ticks since 1601
 * @ts: filled in
 *
 * Context: any. Return: false for a negative value, which no file time is (VFS-832); 0, -1 and
 * -2 are commands of a set operation and are the caller's to handle.
 */
static inline bool timespec_from_nt_time(s64 ticks, struct timespec64 *ts)
{
	s32 rem;

	if (ticks < 0)
		return false;
	ts->tv_sec = div_s64_rem(ticks, NT_TICKS_PER_SEC, &rem) - NT_EPOCH_BIAS_SEC;
	ts->tv_nsec = (long)rem * 100;
	return true;
}

#endif /* _FLTSHIM_NT_KE_TIME_H */
