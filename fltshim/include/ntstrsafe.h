// SPDX-License-Identifier: GPL-2.0
/*
 * ntstrsafe.h: safe string handling. Counts of bytes (Cb) and of characters (Cch) become counts
 * of characters; the work is done by the routines in fsh/strsafe.h.
 */
#ifndef _NTSTRSAFE_H_INCLUDED_
#define _NTSTRSAFE_H_INCLUDED_

#include "fsh/wdk.h"
#include "fsh/strsafe.h"

#define NTSTRSAFE_MAX_CCH 2147483647
#define NTSTRSAFE_UNICODE_STRING_MAX_CCH (0xffff / sizeof(WCHAR))
#define NTSTRSAFE_MAX_LENGTH (NTSTRSAFE_MAX_CCH - 1)
#define STRSAFE_MAX_CCH NTSTRSAFE_MAX_CCH
#define STRSAFE_FILL_BEHIND STRSAFE_FILL_BEHIND_NULL
#define NTSTRSAFEDDI FSH_INLINE NTSTATUS
#define NTSTRSAFE_INLINE_API FSH_INLINE NTSTATUS

typedef PCHAR NTSTRSAFE_PSTR;
typedef PCSTR NTSTRSAFE_PCSTR;
typedef PWSTR NTSTRSAFE_PWSTR;
typedef PCWSTR NTSTRSAFE_PCWSTR;

FSH_INLINE NTSTATUS RtlStringCbCopyA(PSTR Destination, SIZE_T Size, PCSTR Source)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, NTSTRSAFE_MAX_CCH, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCopyNA(PSTR Destination, SIZE_T Size, PCSTR Source, SIZE_T Maximum)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, Maximum, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCopyExA(PSTR Destination, SIZE_T Size, PCSTR Source, PSTR *End,
                                       PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, NTSTRSAFE_MAX_CCH, End, Remaining,
                          Flags);
}

FSH_INLINE NTSTATUS RtlStringCbCopyNExA(PSTR Destination, SIZE_T Size, PCSTR Source,
                                        SIZE_T Maximum, PSTR *End, PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, Maximum, End, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlStringCbCatA(PSTR Destination, SIZE_T Size, PCSTR Source)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, NTSTRSAFE_MAX_CCH, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCatNA(PSTR Destination, SIZE_T Size, PCSTR Source, SIZE_T Maximum)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, Maximum, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCatExA(PSTR Destination, SIZE_T Size, PCSTR Source, PSTR *End,
                                      PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, NTSTRSAFE_MAX_CCH, End, Remaining,
                          Flags);
}

FSH_INLINE NTSTATUS RtlStringCbCatNExA(PSTR Destination, SIZE_T Size, PCSTR Source,
                                       SIZE_T Maximum, PSTR *End, PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, Maximum, End, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlStringCbLengthA(PCSTR String, SIZE_T Maximum, PSIZE_T Length)
{
    return FshStringLengthA(String, Maximum, Length);
}

FSH_INLINE NTSTATUS RtlStringCchCopyA(PSTR Destination, SIZE_T Size, PCSTR Source)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, NTSTRSAFE_MAX_CCH, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCopyNA(PSTR Destination, SIZE_T Size, PCSTR Source, SIZE_T Maximum)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, Maximum, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCopyExA(PSTR Destination, SIZE_T Size, PCSTR Source, PSTR *End,
                                        PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, NTSTRSAFE_MAX_CCH, End, Remaining,
                          Flags);
}

FSH_INLINE NTSTATUS RtlStringCchCopyNExA(PSTR Destination, SIZE_T Size, PCSTR Source,
                                         SIZE_T Maximum, PSTR *End, PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, FALSE, Source, Maximum, End, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlStringCchCatA(PSTR Destination, SIZE_T Size, PCSTR Source)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, NTSTRSAFE_MAX_CCH, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCatNA(PSTR Destination, SIZE_T Size, PCSTR Source, SIZE_T Maximum)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, Maximum, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCatExA(PSTR Destination, SIZE_T Size, PCSTR Source, PSTR *End,
                                       PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, NTSTRSAFE_MAX_CCH, End, Remaining,
                          Flags);
}

FSH_INLINE NTSTATUS RtlStringCchCatNExA(PSTR Destination, SIZE_T Size, PCSTR Source,
                                        SIZE_T Maximum, PSTR *End, PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinA(Destination, Size, TRUE, Source, Maximum, End, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlStringCchLengthA(PCSTR String, SIZE_T Maximum, PSIZE_T Length)
{
    return FshStringLengthA(String, Maximum, Length);
}

FSH_INLINE NTSTATUS RtlStringCbCopyW(PWSTR Destination, SIZE_T Size, PCWSTR Source)
{
    return FshStringJoinW(Destination, Size / sizeof(WCHAR), FALSE, Source, NTSTRSAFE_MAX_CCH,
                          NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCopyNW(PWSTR Destination, SIZE_T Size, PCWSTR Source,
                                      SIZE_T Maximum)
{
    return FshStringJoinW(Destination, Size / sizeof(WCHAR), FALSE, Source,
                          Maximum / sizeof(WCHAR), NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCopyExW(PWSTR Destination, SIZE_T Size, PCWSTR Source, PWSTR *End,
                                       PSIZE_T Remaining, ULONG Flags)
{
    SIZE_T left = 0;
    NTSTATUS status = FshStringJoinW(Destination, Size / sizeof(WCHAR), FALSE, Source,
                                     NTSTRSAFE_MAX_CCH, End, &left, Flags);

    if (Remaining && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
        *Remaining = left * sizeof(WCHAR) + Size % sizeof(WCHAR);
    return status;
}

FSH_INLINE NTSTATUS RtlStringCbCopyNExW(PWSTR Destination, SIZE_T Size, PCWSTR Source,
                                        SIZE_T Maximum, PWSTR *End, PSIZE_T Remaining, ULONG Flags)
{
    SIZE_T left = 0;
    NTSTATUS status = FshStringJoinW(Destination, Size / sizeof(WCHAR), FALSE, Source,
                                     Maximum / sizeof(WCHAR), End, &left, Flags);

    if (Remaining && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
        *Remaining = left * sizeof(WCHAR) + Size % sizeof(WCHAR);
    return status;
}

FSH_INLINE NTSTATUS RtlStringCbCatW(PWSTR Destination, SIZE_T Size, PCWSTR Source)
{
    return FshStringJoinW(Destination, Size / sizeof(WCHAR), TRUE, Source, NTSTRSAFE_MAX_CCH,
                          NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCatNW(PWSTR Destination, SIZE_T Size, PCWSTR Source, SIZE_T Maximum)
{
    return FshStringJoinW(Destination, Size / sizeof(WCHAR), TRUE, Source,
                          Maximum / sizeof(WCHAR), NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCbCatExW(PWSTR Destination, SIZE_T Size, PCWSTR Source, PWSTR *End,
                                      PSIZE_T Remaining, ULONG Flags)
{
    SIZE_T left = 0;
    NTSTATUS status = FshStringJoinW(Destination, Size / sizeof(WCHAR), TRUE, Source,
                                     NTSTRSAFE_MAX_CCH, End, &left, Flags);

    if (Remaining && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
        *Remaining = left * sizeof(WCHAR) + Size % sizeof(WCHAR);
    return status;
}

FSH_INLINE NTSTATUS RtlStringCbCatNExW(PWSTR Destination, SIZE_T Size, PCWSTR Source,
                                       SIZE_T Maximum, PWSTR *End, PSIZE_T Remaining, ULONG Flags)
{
    SIZE_T left = 0;
    NTSTATUS status = FshStringJoinW(Destination, Size / sizeof(WCHAR), TRUE, Source,
                                     Maximum / sizeof(WCHAR), End, &left, Flags);

    if (Remaining && (NT_SUCCESS(status) || status == STATUS_BUFFER_OVERFLOW))
        *Remaining = left * sizeof(WCHAR) + Size % sizeof(WCHAR);
    return status;
}

FSH_INLINE NTSTATUS RtlStringCbLengthW(PCWSTR String, SIZE_T Maximum, PSIZE_T Length)
{
    NTSTATUS status = FshStringLengthW(String, Maximum / sizeof(WCHAR), Length);

    if (Length && NT_SUCCESS(status))
        *Length *= sizeof(WCHAR);
    return status;
}

FSH_INLINE NTSTATUS RtlStringCchCopyW(PWSTR Destination, SIZE_T Size, PCWSTR Source)
{
    return FshStringJoinW(Destination, Size, FALSE, Source, NTSTRSAFE_MAX_CCH, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCopyNW(PWSTR Destination, SIZE_T Size, PCWSTR Source,
                                       SIZE_T Maximum)
{
    return FshStringJoinW(Destination, Size, FALSE, Source, Maximum, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCopyExW(PWSTR Destination, SIZE_T Size, PCWSTR Source, PWSTR *End,
                                        PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinW(Destination, Size, FALSE, Source, NTSTRSAFE_MAX_CCH, End, Remaining,
                          Flags);
}

FSH_INLINE NTSTATUS RtlStringCchCopyNExW(PWSTR Destination, SIZE_T Size, PCWSTR Source,
                                         SIZE_T Maximum, PWSTR *End, PSIZE_T Remaining,
                                         ULONG Flags)
{
    return FshStringJoinW(Destination, Size, FALSE, Source, Maximum, End, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlStringCchCatW(PWSTR Destination, SIZE_T Size, PCWSTR Source)
{
    return FshStringJoinW(Destination, Size, TRUE, Source, NTSTRSAFE_MAX_CCH, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCatNW(PWSTR Destination, SIZE_T Size, PCWSTR Source,
                                      SIZE_T Maximum)
{
    return FshStringJoinW(Destination, Size, TRUE, Source, Maximum, NULL, NULL, 0);
}

FSH_INLINE NTSTATUS RtlStringCchCatExW(PWSTR Destination, SIZE_T Size, PCWSTR Source, PWSTR *End,
                                       PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinW(Destination, Size, TRUE, Source, NTSTRSAFE_MAX_CCH, End, Remaining,
                          Flags);
}

FSH_INLINE NTSTATUS RtlStringCchCatNExW(PWSTR Destination, SIZE_T Size, PCWSTR Source,
                                        SIZE_T Maximum, PWSTR *End, PSIZE_T Remaining, ULONG Flags)
{
    return FshStringJoinW(Destination, Size, TRUE, Source, Maximum, End, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlStringCchLengthW(PCWSTR String, SIZE_T Maximum, PSIZE_T Length)
{
    return FshStringLengthW(String, Maximum, Length);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCopy(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source->Buffer,
                                Source->Length / sizeof(WCHAR), NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCopyEx(PUNICODE_STRING Destination, PCUNICODE_STRING Source,
                                           PUNICODE_STRING Remaining, ULONG Flags)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source->Buffer,
                                Source->Length / sizeof(WCHAR), Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCopyString(PUNICODE_STRING Destination, PCWSTR Source)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source, (SIZE_T)-1, NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCopyStringEx(PUNICODE_STRING Destination, PCWSTR Source,
                                                 PUNICODE_STRING Remaining, ULONG Flags)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source, (SIZE_T)-1, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCbCopyStringN(PUNICODE_STRING Destination, PCWSTR Source,
                                                  SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source, FshStringPrefixW(Source,
                                Maximum / sizeof(WCHAR)), NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCbCopyN(PUNICODE_STRING Destination, PCUNICODE_STRING Source,
                                            SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source->Buffer, min(Maximum / sizeof(WCHAR),
                                Source->Length / sizeof(WCHAR)), NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCchCopyStringN(PUNICODE_STRING Destination, PCWSTR Source,
                                                   SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source, FshStringPrefixW(Source, Maximum),
                                NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCchCopyN(PUNICODE_STRING Destination, PCUNICODE_STRING Source,
                                             SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, FALSE, Source->Buffer, min(Maximum,
                                Source->Length / sizeof(WCHAR)), NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCat(PUNICODE_STRING Destination, PCUNICODE_STRING Source)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source->Buffer, Source->Length / sizeof(WCHAR),
                                NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCatEx(PUNICODE_STRING Destination, PCUNICODE_STRING Source,
                                          PUNICODE_STRING Remaining, ULONG Flags)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source->Buffer, Source->Length / sizeof(WCHAR),
                                Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCatString(PUNICODE_STRING Destination, PCWSTR Source)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source, (SIZE_T)-1, NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCatStringEx(PUNICODE_STRING Destination, PCWSTR Source,
                                                PUNICODE_STRING Remaining, ULONG Flags)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source, (SIZE_T)-1, Remaining, Flags);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCbCatStringN(PUNICODE_STRING Destination, PCWSTR Source,
                                                 SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source, FshStringPrefixW(Source,
                                Maximum / sizeof(WCHAR)), NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCbCatN(PUNICODE_STRING Destination, PCUNICODE_STRING Source,
                                           SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source->Buffer, min(Maximum / sizeof(WCHAR),
                                Source->Length / sizeof(WCHAR)), NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCchCatStringN(PUNICODE_STRING Destination, PCWSTR Source,
                                                  SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source, FshStringPrefixW(Source, Maximum),
                                NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringCchCatN(PUNICODE_STRING Destination, PCUNICODE_STRING Source,
                                            SIZE_T Maximum)
{
    return FshUnicodeStringJoin(Destination, TRUE, Source->Buffer, min(Maximum,
                                Source->Length / sizeof(WCHAR)), NULL, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringInitEx(PUNICODE_STRING Destination, PCWSTR Source, ULONG Flags)
{
    SIZE_T length = 0;

    if (Flags & ~(ULONG)STRSAFE_IGNORE_NULLS)
        return STATUS_INVALID_PARAMETER;
    if (!Destination && !(Flags & STRSAFE_IGNORE_NULLS))
        return STATUS_INVALID_PARAMETER;
    if (!Destination)
        return STATUS_SUCCESS;
    Destination->Length = 0;
    Destination->MaximumLength = 0;
    Destination->Buffer = NULL;
    if (!Source)
        return STATUS_SUCCESS;
    if (!NT_SUCCESS(FshStringLengthW(Source, NTSTRSAFE_UNICODE_STRING_MAX_CCH, &length)))
        return STATUS_INVALID_PARAMETER;
    Destination->Length = (USHORT)(length * sizeof(WCHAR));
    Destination->MaximumLength = (USHORT)((length + 1) * sizeof(WCHAR));
    Destination->Buffer = (PWSTR)Source;
    return STATUS_SUCCESS;
}

FSH_INLINE NTSTATUS RtlUnicodeStringInit(PUNICODE_STRING Destination, PCWSTR Source)
{
    return RtlUnicodeStringInitEx(Destination, Source, 0);
}

FSH_INLINE NTSTATUS RtlUnicodeStringValidateEx(PCUNICODE_STRING Source, ULONG Flags)
{
    if (!Source)
        return (Flags & STRSAFE_IGNORE_NULLS) ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
    if (Source->Length % sizeof(WCHAR) || Source->MaximumLength % sizeof(WCHAR) ||
        Source->Length > Source->MaximumLength ||
        (!Source->Buffer && (Source->Length || Source->MaximumLength)))
        return STATUS_INVALID_PARAMETER;
    return STATUS_SUCCESS;
}

FSH_INLINE NTSTATUS RtlUnicodeStringValidate(PCUNICODE_STRING Source)
{
    return RtlUnicodeStringValidateEx(Source, 0);
}

#endif /* _NTSTRSAFE_H_INCLUDED_ */
