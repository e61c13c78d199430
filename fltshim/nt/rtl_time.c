// SPDX-License-Identifier: GPL-2.0
/*
 * Calendar time: ticks of 100 ns since 1601 to dates and back, and the local time of the machine.
 */
#include <linux/export.h>
#include <linux/math64.h>
#include <linux/time.h>
#include "nt/ke_time.h"

#define RTL_TICKS_PER_MS	10000
#define RTL_MS_PER_DAY		86400000
#define RTL_DAYS_PER_400_YEARS	146097
#define RTL_LAST_YEAR		30827

/* What local time is ahead of UTC, in ticks, as settimeofday() told the kernel. */
static s64 rtl_local_ahead(void)
{
	return -(s64)sys_tz.tz_minuteswest * 60 * NT_TICKS_PER_SEC;
}

/**
 * ExSystemTimeToLocalTime() - from UTC to local time
 * @SystemTime: UTC
 * @LocalTime: receives the local time
 *
 * The zone is the kernel's, which most systems leave at UTC: programs on Linux know zones, the
 * kernel does not. Any IRQL. WDK: ExSystemTimeToLocalTime.
 */
VOID ExSystemTimeToLocalTime(PLARGE_INTEGER SystemTime, PLARGE_INTEGER LocalTime)
{
	LocalTime->QuadPart = SystemTime->QuadPart + rtl_local_ahead();
}
EXPORT_SYMBOL_GPL(ExSystemTimeToLocalTime);

/**
 * ExLocalTimeToSystemTime() - from local time to UTC
 * @LocalTime: local time, as ExSystemTimeToLocalTime() gives it
 * @SystemTime: receives UTC
 *
 * Any IRQL. WDK: ExLocalTimeToSystemTime.
 */
VOID ExLocalTimeToSystemTime(PLARGE_INTEGER LocalTime, PLARGE_INTEGER SystemTime)
{
	SystemTime->QuadPart = LocalTime->QuadPart - rtl_local_ahead();
}
EXPORT_SYMBOL_GPL(ExLocalTimeToSystemTime);

static bool rtl_leap_year(unsigned int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static unsigned int rtl_month_days(unsigned int year, unsigned int month)
{
	static const u8 days[12] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	return days[month] + (month == 1 && rtl_leap_year(year));
}

/* Days from 1601-01-01 to the first of January. */
static u64 rtl_days_before_year(unsigned int year)
{
	unsigned int n = year - 1601;

	return (u64)n * 365 + n / 4 - n / 100 + n / 400;
}

/**
 * RtlTimeToTimeFields() - from ticks to a date
 * @Time: ticks since 1601; not negative
 * @TimeFields: receives the date; January is month 1, Sunday is weekday 0
 *
 * Any IRQL. WDK: RtlTimeToTimeFields.
 */
VOID RtlTimeToTimeFields(PLARGE_INTEGER Time, PTIME_FIELDS TimeFields)
{
	u64 ms = div_u64(max(Time->QuadPart, 0LL), RTL_TICKS_PER_MS), days;
	u32 rest, day, year, month;

	days = div_u64_rem(ms, RTL_MS_PER_DAY, &rest);
	TimeFields->Milliseconds = rest % 1000;
	TimeFields->Second = rest / 1000 % 60;
	TimeFields->Minute = rest / 60000 % 60;
	TimeFields->Hour = rest / 3600000;
	TimeFields->Weekday = (days + 1) % 7;	/* 1601 began on a Monday */
	year = 1601 + div_u64(days * 400, RTL_DAYS_PER_400_YEARS);
	while (rtl_days_before_year(year + 1) <= days)
		year++;
	while (rtl_days_before_year(year) > days)
		year--;
	day = days - rtl_days_before_year(year);
	for (month = 0; day >= rtl_month_days(year, month); month++)
		day -= rtl_month_days(year, month);
	TimeFields->Year = year;
	TimeFields->Month = month + 1;
	TimeFields->Day = day + 1;
}
EXPORT_SYMBOL_GPL(RtlTimeToTimeFields);

/**
 * RtlTimeFieldsToTime() - from a date to ticks
 * @TimeFields: date; the weekday is not looked at
 * @Time: receives ticks since 1601
 *
 * Any IRQL. WDK: RtlTimeFieldsToTime.
 *
 * Return: FALSE for what is no date
 */
BOOLEAN RtlTimeFieldsToTime(PTIME_FIELDS TimeFields, PLARGE_INTEGER Time)
{
	const TIME_FIELDS *t = TimeFields;
	u64 days, ms;
	int month;

	if (t->Year < 1601 || t->Year > RTL_LAST_YEAR || t->Month < 1 || t->Month > 12 ||
	    t->Day < 1 || t->Day > rtl_month_days(t->Year, t->Month - 1) ||
	    t->Hour < 0 || t->Hour > 23 || t->Minute < 0 || t->Minute > 59 ||
	    t->Second < 0 || t->Second > 59 || t->Milliseconds < 0 || t->Milliseconds > 999)
		return FALSE;
	days = rtl_days_before_year(t->Year) + t->Day - 1;
	for (month = 0; month < t->Month - 1; month++)
		days += rtl_month_days(t->Year, month);
	ms = days * RTL_MS_PER_DAY + t->Hour * 3600000 + t->Minute * 60000 + t->Second * 1000 +
	     t->Milliseconds;
	Time->QuadPart = ms * RTL_TICKS_PER_MS;
	return TRUE;
}
EXPORT_SYMBOL_GPL(RtlTimeFieldsToTime);

/**
 * RtlTimeToSecondsSince1970() - from ticks to seconds
 * @Time: ticks since 1601
 * @ElapsedSeconds: receives seconds since 1970
 *
 * Any IRQL. WDK: RtlTimeToSecondsSince1970.
 *
 * Return: FALSE, with nothing stored, for what 32 bits cannot hold
 */
BOOLEAN RtlTimeToSecondsSince1970(PLARGE_INTEGER Time, PULONG ElapsedSeconds)
{
	s64 seconds = div_s64(Time->QuadPart, NT_TICKS_PER_SEC) - NT_EPOCH_BIAS_SEC;

	if (seconds < 0 || seconds > U32_MAX)
		return FALSE;
	*ElapsedSeconds = seconds;
	return TRUE;
}
EXPORT_SYMBOL_GPL(RtlTimeToSecondsSince1970);

/**
 * RtlSecondsSince1970ToTime() - from seconds to ticks
 * @ElapsedSeconds: seconds since 1970
 * @Time: receives ticks since 1601
 *
 * Any IRQL. WDK: RtlSecondsSince1970ToTime.
 */
VOID RtlSecondsSince1970ToTime(ULONG ElapsedSeconds, PLARGE_INTEGER Time)
{
	Time->QuadPart = (ElapsedSeconds + NT_EPOCH_BIAS_SEC) * NT_TICKS_PER_SEC;
}
EXPORT_SYMBOL_GPL(RtlSecondsSince1970ToTime);
