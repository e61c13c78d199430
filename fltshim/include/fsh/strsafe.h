// SPDX-License-Identifier: GPL-2.0
/*
 * Safe string routines: the exported workers behind ntstrsafe.h, and the printing ones, which
 * are exported under their own names because they are variadic. Sizes of workers are in
 * characters. May include nothing but its neighbours here.
 */
#ifndef _FSH_STRSAFE_H
#define _FSH_STRSAFE_H

#include "types.h"
#include "nt.h"

#ifdef __cplusplus
extern "C" {
#endif

#define STRSAFE_IGNORE_NULLS 0x00000100
#define STRSAFE_FILL_BEHIND_NULL 0x00000200
#define STRSAFE_FILL_ON_FAILURE 0x00000400
#define STRSAFE_NULL_ON_FAILURE 0x00000800
#define STRSAFE_NO_TRUNCATION 0x00001000
#define STRSAFE_ZERO_LENGTH_ON_FAILURE 0x00002000
#define STRSAFE_FILL_BYTE(x) ((ULONG)(((x) & 0x000000FF) | STRSAFE_FILL_BEHIND_NULL))
#define STRSAFE_FAILURE_BYTE(x) ((ULONG)(((x) & 0x000000FF) | STRSAFE_FILL_ON_FAILURE))

/* Append says where to start: at the string's beginning (copy) or its end (concatenate). */
NTSTATUS FshStringJoinA(PSTR Destination, SIZE_T Size, BOOLEAN Append, PCSTR Source, SIZE_T SourceMax,
                        PSTR *End, PSIZE_T Remaining, ULONG Flags);
NTSTATUS FshStringLengthA(PCSTR String, SIZE_T Maximum, PSIZE_T Length);
NTSTATUS FshStringJoinW(PWSTR Destination, SIZE_T Size, BOOLEAN Append, PCWSTR Source, SIZE_T SourceMax,
                        PWSTR *End, PSIZE_T Remaining, ULONG Flags);
NTSTATUS FshStringLengthW(PCWSTR String, SIZE_T Maximum, PSIZE_T Length);
SIZE_T FshStringPrefixW(PCWSTR String, SIZE_T Maximum);
NTSTATUS FshUnicodeStringJoin(PUNICODE_STRING Destination, BOOLEAN Append, PCWSTR Source,
                              SIZE_T SourceMax, PUNICODE_STRING Remaining, ULONG Flags);

NTSTATUS FSH_MS_ABI RtlStringCbPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, ...);
NTSTATUS FSH_MS_ABI RtlStringCbPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End,
                                         PSIZE_T Remaining, ULONG Flags, PCSTR Format, ...);
NTSTATUS RtlStringCbVPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, FSH_VA_LIST ArgList);
NTSTATUS RtlStringCbVPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End, PSIZE_T Remaining,
                               ULONG Flags, PCSTR Format, FSH_VA_LIST ArgList);
NTSTATUS FSH_MS_ABI RtlStringCchPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, ...);
NTSTATUS FSH_MS_ABI RtlStringCchPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End,
                                          PSIZE_T Remaining, ULONG Flags, PCSTR Format, ...);
NTSTATUS RtlStringCchVPrintfA(PSTR Destination, SIZE_T Size, PCSTR Format, FSH_VA_LIST ArgList);
NTSTATUS RtlStringCchVPrintfExA(PSTR Destination, SIZE_T Size, PSTR *End, PSIZE_T Remaining,
                                ULONG Flags, PCSTR Format, FSH_VA_LIST ArgList);
NTSTATUS FSH_MS_ABI RtlStringCbPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, ...);
NTSTATUS FSH_MS_ABI RtlStringCbPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End,
                                         PSIZE_T Remaining, ULONG Flags, PCWSTR Format, ...);
NTSTATUS RtlStringCbVPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, FSH_VA_LIST ArgList);
NTSTATUS RtlStringCbVPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End, PSIZE_T Remaining,
                               ULONG Flags, PCWSTR Format, FSH_VA_LIST ArgList);
NTSTATUS FSH_MS_ABI RtlStringCchPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, ...);
NTSTATUS FSH_MS_ABI RtlStringCchPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End,
                                          PSIZE_T Remaining, ULONG Flags, PCWSTR Format, ...);
NTSTATUS RtlStringCchVPrintfW(PWSTR Destination, SIZE_T Size, PCWSTR Format, FSH_VA_LIST ArgList);
NTSTATUS RtlStringCchVPrintfExW(PWSTR Destination, SIZE_T Size, PWSTR *End, PSIZE_T Remaining,
                                ULONG Flags, PCWSTR Format, FSH_VA_LIST ArgList);
NTSTATUS FSH_MS_ABI RtlUnicodeStringPrintf(PUNICODE_STRING Destination, PCWSTR Format, ...);
NTSTATUS FSH_MS_ABI RtlUnicodeStringPrintfEx(PUNICODE_STRING Destination,
                                             PUNICODE_STRING Remaining, ULONG Flags,
                                             PCWSTR Format, ...);
NTSTATUS RtlUnicodeStringVPrintf(PUNICODE_STRING Destination, PCWSTR Format, FSH_VA_LIST ArgList);
NTSTATUS RtlUnicodeStringVPrintfEx(PUNICODE_STRING Destination, PUNICODE_STRING Remaining,
                                   ULONG Flags, PCWSTR Format, FSH_VA_LIST ArgList);

#ifdef __cplusplus
}
#endif
#endif /* _FSH_STRSAFE_H */
