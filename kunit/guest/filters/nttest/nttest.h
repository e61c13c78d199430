/*++

    What the sources of this test driver share: the checks report here.

--*/

#pragma once

#define TAG_TEST 'tseT'

//
//  The checks that follow belong to this part; one line says how they went.
//

VOID
NtPart (
    _In_opt_ PCSTR Part
    );

VOID
NtCheck (
    _In_ BOOLEAN Holds,
    _In_ PCSTR What,
    _In_ ULONG Line
    );

#define CHECK(_e) NtCheck((BOOLEAN)((_e) != 0), #_e, __LINE__)

VOID
CheckText (
    VOID
    );

VOID
CheckCLibrary (
    VOID
    );

VOID
CheckMemory (
    VOID
    );

VOID
CheckObjects (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

VOID
CheckRuntime (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

VOID
StopNotify (
    VOID
    );
