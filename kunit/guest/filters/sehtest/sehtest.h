/*++

    What the sources of this test driver share: the checks report here.

--*/

#pragma once

//
//  The checks that follow belong to this row of the contract; one line says how they went.
//

VOID
SehRow (
    _In_opt_ PCSTR Row
    );

VOID
SehCheck (
    _In_ BOOLEAN Holds,
    _In_ PCSTR What,
    _In_ ULONG Line
    );

#define CHECK(_e) SehCheck((BOOLEAN)((_e) != 0), #_e, __LINE__)

//
//  In a source file of its own, so that the compiler cannot see through it.
//

VOID
RaiseDeep (
    _In_ ULONG Depth,
    _In_ NTSTATUS Status
    );

VOID
CheckLanguage (
    VOID
    );

VOID
CheckFaults (
    VOID
    );
