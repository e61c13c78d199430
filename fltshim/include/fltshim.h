// SPDX-License-Identifier: GPL-2.0
/*
 * fltshim.h: what a minifilter meets only on Linux. Requests that have no twin on Windows come as
 * FILE_SYSTEM_CONTROL with codes of fltshim's own: functions from 0xf00 on of the file system's
 * device type, where customers' codes are. A filter that wants to know them includes this; no
 * other has to.
 */
#ifndef _FLTSHIM_H
#define _FLTSHIM_H

#include "fsh/access.h"
#include "fsh/fsctl.h"

#pragma pack(push, 8)

/* fallocate(2) in modes that are neither FileAllocationInformation nor FSCTL_SET_ZERO_DATA */
#define FSCTL_FLTSHIM_ALLOCATE \
    CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 0xf00, METHOD_BUFFERED, FILE_WRITE_DATA)

typedef struct _FLTSHIM_ALLOCATE_INFORMATION {
    LARGE_INTEGER Offset;
    LARGE_INTEGER Length;
    ULONG Mode; /* FALLOC_FL_* */
    ULONG Reserved;
} FLTSHIM_ALLOCATE_INFORMATION, *PFLTSHIM_ALLOCATE_INFORMATION;

/* FS_IOC_GETFLAGS and FS_IOC_FSGETXATTR (lsattr), FS_IOC_SETFLAGS and FS_IOC_FSSETXATTR (chattr) */
#define FSCTL_FLTSHIM_GET_FLAGS \
    CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 0xf01, METHOD_BUFFERED, FILE_ANY_ACCESS)
#define FSCTL_FLTSHIM_SET_FLAGS \
    CTL_CODE(FILE_DEVICE_FILE_SYSTEM, 0xf02, METHOD_BUFFERED, FILE_SPECIAL_ACCESS)

/* Output of the first, input of the second: the same flags in the two forms that Linux has. */
typedef struct _FLTSHIM_FLAGS_INFORMATION {
    ULONG Flags;  /* FS_*_FL */
    ULONG XFlags; /* FS_XFLAG_* */
    ULONG ProjectId;
    ULONG ExtentSize;
    ULONG CowExtentSize;
    ULONG Reserved;
} FLTSHIM_FLAGS_INFORMATION, *PFLTSHIM_FLAGS_INFORMATION;

FSH_LAYOUT(sizeof(FLTSHIM_ALLOCATE_INFORMATION) == 24, "FLTSHIM_ALLOCATE_INFORMATION");
FSH_LAYOUT(sizeof(FLTSHIM_FLAGS_INFORMATION) == 24, "FLTSHIM_FLAGS_INFORMATION");

#pragma pack(pop)
#endif /* _FLTSHIM_H */
