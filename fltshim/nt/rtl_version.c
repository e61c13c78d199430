// SPDX-License-Identifier: GPL-2.0
/*
 * The Windows version that drivers are told: Windows 10, version 2004, whose Filter Manager is
 * the one that fltshim follows. Nothing depends on it here; drivers choose by it what to use.
 */
#include <linux/export.h>
#include "nt/nt.h"

#define RTL_MAJOR	10
#define RTL_MINOR	0
#define RTL_BUILD	19041
#define RTL_PLATFORM_NT	2
#define RTL_SERVER	3	/* VER_NT_SERVER */

/* Condition codes, and the bits of a type mask with their places in a condition mask. */
#define RTL_EQUAL		1
#define RTL_GREATER		2
#define RTL_GREATER_EQUAL	3
#define RTL_LESS		4
#define RTL_LESS_EQUAL		5
#define RTL_AND			6
#define RTL_OR			7
#define RTL_CONDITION_BITS	3

enum rtl_version_type {
	RTL_TYPE_MINOR,
	RTL_TYPE_MAJOR,
	RTL_TYPE_BUILD,
	RTL_TYPE_PLATFORM,
	RTL_TYPE_PACK_MINOR,
	RTL_TYPE_PACK_MAJOR,
	RTL_TYPE_SUITE,
	RTL_TYPE_PRODUCT,
	RTL_TYPES
};

/**
 * RtlGetVersion() - the version of Windows
 * @VersionInformation: receives it; dwOSVersionInfoSize says whether it is the longer structure
 *
 * Any IRQL. WDK: RtlGetVersion.
 *
 * Return: STATUS_SUCCESS
 */
NTSTATUS RtlGetVersion(PRTL_OSVERSIONINFOW VersionInformation)
{
	ULONG size = VersionInformation->dwOSVersionInfoSize;

	VersionInformation->dwMajorVersion = RTL_MAJOR;
	VersionInformation->dwMinorVersion = RTL_MINOR;
	VersionInformation->dwBuildNumber = RTL_BUILD;
	VersionInformation->dwPlatformId = RTL_PLATFORM_NT;
	VersionInformation->szCSDVersion[0] = 0;
	if (size == sizeof(RTL_OSVERSIONINFOEXW)) {
		PRTL_OSVERSIONINFOEXW more = (PRTL_OSVERSIONINFOEXW)VersionInformation;

		more->wServicePackMajor = 0;
		more->wServicePackMinor = 0;
		more->wSuiteMask = 0;
		more->wProductType = RTL_SERVER;
		more->wReserved = 0;
	}
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(RtlGetVersion);

/**
 * PsGetVersion() - the version of Windows
 * @MajorVersion: receives 10; may be NULL
 * @MinorVersion: receives 0; may be NULL
 * @BuildNumber: receives the build; may be NULL
 * @CSDVersion: receives an empty string; may be NULL
 *
 * Any IRQL. WDK: PsGetVersion.
 *
 * Return: FALSE: no checked build
 */
BOOLEAN PsGetVersion(PULONG MajorVersion, PULONG MinorVersion, PULONG BuildNumber,
		     PUNICODE_STRING CSDVersion)
{
	if (MajorVersion)
		*MajorVersion = RTL_MAJOR;
	if (MinorVersion)
		*MinorVersion = RTL_MINOR;
	if (BuildNumber)
		*BuildNumber = RTL_BUILD;
	if (CSDVersion)
		memset(CSDVersion, 0, sizeof(*CSDVersion));
	return FALSE;
}
EXPORT_SYMBOL_GPL(PsGetVersion);

/**
 * RtlIsNtDdiVersionAvailable() - is this Windows at least so new?
 * @Version: NTDDI_* without a service pack
 *
 * Any IRQL. WDK: RtlIsNtDdiVersionAvailable.
 */
BOOLEAN RtlIsNtDdiVersionAvailable(ULONG Version)
{
	return !(Version & 0xffff) && Version >> 16 <= (RTL_MAJOR << 8 | RTL_MINOR);
}
EXPORT_SYMBOL_GPL(RtlIsNtDdiVersionAvailable);

/**
 * VerSetConditionMask() - say how a part of a version is to be compared
 * @ConditionMask: what was said so far
 * @TypeMask: which parts: VER_*
 * @Condition: how: VER_EQUAL and so on
 *
 * Any IRQL. WDK: VerSetConditionMask.
 *
 * Return: the new mask
 */
ULONGLONG VerSetConditionMask(ULONGLONG ConditionMask, ULONG TypeMask, UCHAR Condition)
{
	int type;

	for (type = 0; type < RTL_TYPES; type++) {
		if (TypeMask & BIT(type)) {
			ConditionMask &= ~(7ULL << type * RTL_CONDITION_BITS);
			ConditionMask |= (u64)(Condition & 7) << type * RTL_CONDITION_BITS;
		}
	}
	return ConditionMask;
}
EXPORT_SYMBOL_GPL(VerSetConditionMask);

static bool rtl_version_holds(u32 is, u32 wanted, unsigned int condition)
{
	switch (condition) {
	case RTL_EQUAL:
		return is == wanted;
	case RTL_GREATER:
		return is > wanted;
	case RTL_GREATER_EQUAL:
		return is >= wanted;
	case RTL_LESS:
		return is < wanted;
	case RTL_LESS_EQUAL:
		return is <= wanted;
	default:
		return false;
	}
}

/* A mask of product suites: all of the wanted ones, or one. */
static bool rtl_suite_holds(u32 is, u32 wanted, unsigned int condition)
{
	if (condition == RTL_AND)
		return (is & wanted) == wanted;
	return condition == RTL_OR && is & wanted;
}

struct rtl_version_part {
	enum rtl_version_type type;
	u32 is;
	u32 wanted;
};

static unsigned int rtl_condition(u64 mask, enum rtl_version_type type)
{
	return mask >> type * RTL_CONDITION_BITS & 7;
}

/* Parts of one number: the first that differs decides, or the last when all are equal. */
static bool rtl_chain_holds(const struct rtl_version_part *parts, int n, u32 types, u64 mask)
{
	bool holds = true;

	for (; n--; parts++) {
		if (!(types & BIT(parts->type)))
			continue;
		holds = rtl_version_holds(parts->is, parts->wanted,
					  rtl_condition(mask, parts->type));
		if (parts->is != parts->wanted)
			break;
	}
	return holds;
}

/**
 * RtlVerifyVersionInfo() - does the version of Windows meet conditions?
 * @VersionInfo: what to compare with
 * @TypeMask: which parts: VER_*
 * @ConditionMask: how, as VerSetConditionMask() makes it
 *
 * Major, minor and service pack versions count as one number, as far as they are asked for. Any
 * IRQL. WDK: RtlVerifyVersionInfo.
 *
 * Return: STATUS_REVISION_MISMATCH when they do not hold, STATUS_INVALID_PARAMETER
 */
NTSTATUS RtlVerifyVersionInfo(PRTL_OSVERSIONINFOEXW VersionInfo, ULONG TypeMask,
			      ULONGLONG ConditionMask)
{
	const struct rtl_version_part number[] = {
		{ RTL_TYPE_MAJOR, RTL_MAJOR, VersionInfo->dwMajorVersion },
		{ RTL_TYPE_MINOR, RTL_MINOR, VersionInfo->dwMinorVersion },
		{ RTL_TYPE_PACK_MAJOR, 0, VersionInfo->wServicePackMajor },
		{ RTL_TYPE_PACK_MINOR, 0, VersionInfo->wServicePackMinor },
	};
	const struct rtl_version_part others[] = {
		{ RTL_TYPE_BUILD, RTL_BUILD, VersionInfo->dwBuildNumber },
		{ RTL_TYPE_PLATFORM, RTL_PLATFORM_NT, VersionInfo->dwPlatformId },
		{ RTL_TYPE_PRODUCT, RTL_SERVER, VersionInfo->wProductType },
	};
	bool holds;
	int i;

	if (!TypeMask || TypeMask & ~(BIT(RTL_TYPES) - 1) || !ConditionMask)
		return STATUS_INVALID_PARAMETER;
	holds = rtl_chain_holds(number, ARRAY_SIZE(number), TypeMask, ConditionMask);
	for (i = 0; i < ARRAY_SIZE(others); i++)
		holds = holds && rtl_chain_holds(&others[i], 1, TypeMask, ConditionMask);
	if (TypeMask & BIT(RTL_TYPE_SUITE))
		holds = holds && rtl_suite_holds(0, VersionInfo->wSuiteMask,
						 rtl_condition(ConditionMask, RTL_TYPE_SUITE));
	return holds ? STATUS_SUCCESS : STATUS_REVISION_MISMATCH;
}
EXPORT_SYMBOL_GPL(RtlVerifyVersionInfo);
