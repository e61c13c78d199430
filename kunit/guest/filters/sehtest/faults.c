/*++

    Addresses that are none, and a division by zero, in the driver's own code and in the routines
    that it calls to copy and compare: exceptions for the __try around them.

--*/

#include <fltKernel.h>
#include "sehtest.h"

//
//  None of these has memory behind it: at the start, a program's that is not mapped, the kernel's,
//  and one that is no address at all.
//

static PVOID volatile Addresses[] = {

    (PVOID)8,
    (PVOID)0x10000,
    (PVOID)0xffff800000001000,
    (PVOID)0xfffffffffffff008,
    (PVOID)0x8000000000000000
};

#define ALIEN 4     //  of which the processor does not say which address it was

static volatile ULONG Zero;

static VOID
CheckPlain (
    VOID
    )
{
    NTSTATUS Status;
    ULONG_PTR Where;
    ULONG_PTR Written;
    ULONG Index;
    ULONG Write;
    ULONG Steps;
    volatile UCHAR *At;

    SehRow("SRC-30");

    for (Index = 0; Index < ARRAYSIZE(Addresses); Index += 1) {

        for (Write = 0; Write < 2; Write += 1) {

            At = Addresses[Index];
            Status = STATUS_SUCCESS;
            Where = 0;
            Written = 77;
            Steps = 1;

            try {

                Steps = 2;

                if (Write != 0) {

                    *At = 1;

                } else {

                    Steps += *At;
                }

                Steps = 3;

            } except (Where = GetExceptionInformation()->ExceptionRecord->ExceptionInformation[1],
                      Written = GetExceptionInformation()->ExceptionRecord->ExceptionInformation[0],
                      EXCEPTION_EXECUTE_HANDLER) {

                Status = GetExceptionCode();
            }

            CHECK(Status == STATUS_ACCESS_VIOLATION);
            CHECK(Steps == 2);
            CHECK(Index == ALIEN || (Where == (ULONG_PTR)At && Written == Write));
        }
    }

    SehRow("SRC-31");

    Status = STATUS_SUCCESS;
    Steps = 1;

    try {

        Steps = 2;
        Steps = 5 / Zero;

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    CHECK(Status == STATUS_INTEGER_DIVIDE_BY_ZERO && Steps == 2);
}

//
//  What a routine that was given a bad address does is the caller's exception.
//

static NTSTATUS
Call (
    _In_ ULONG Which,
    _In_ PVOID Bad
    )
{
    NTSTATUS Status = STATUS_SUCCESS;
    UCHAR Good[300];
    UNICODE_STRING Name = { 20, 20, (PWCH)Bad };
    UNICODE_STRING Text = { 0, 200, (PWCH)Good };

    Good[0] = 0;

    try {

        switch (Which) {

        case 0: RtlCopyMemory(Good, Bad, 10); break;
        case 1: RtlCopyMemory(Good, Bad, 300); break;
        case 2: RtlCopyMemory(Bad, Good, 300); break;
        case 3: RtlMoveMemory(Good, Bad, 7); break;
        case 4: RtlZeroMemory(Bad, 20); break;
        case 5: RtlFillMemory(Bad, 200, 3); break;
        case 6: Good[0] = (UCHAR)RtlCompareMemory(Good, Bad, 30); break;
        case 7: Good[0] = (UCHAR)RtlEqualMemory(Bad, Good, 30); break;
        case 8: Good[0] = (UCHAR)wcslen((PWCHAR)Bad); break;
        case 9: Good[0] = (UCHAR)strlen((PCHAR)Bad); break;
        case 10: Good[0] = (UCHAR)_wcsnicmp((PWCHAR)Bad, L"abc", 3); break;
        case 11: wcscpy((PWCHAR)Good, (PWCHAR)Bad); break;
        case 12: RtlCopyUnicodeString(&Text, &Name); break;
        case 13: Good[0] = RtlEqualUnicodeString(&Text, &Name, TRUE) + (UCHAR)strcmp("a", Bad); break;
        case 14: Good[0] = (UCHAR)memcmp(Bad, Good, 4); break;
        case 15: *(UNICODE_STRING *)Good = *(UNICODE_STRING *)Bad; break;
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    return Status;
}

static VOID
CheckCalls (
    VOID
    )
{
    ULONG Which;
    ULONG Index;

    SehRow("SRC-35");

    for (Which = 0; Which < 16; Which += 1) {

        for (Index = 0; Index < ARRAYSIZE(Addresses); Index += 1) {

            CHECK(Call(Which, Addresses[Index]) == STATUS_ACCESS_VIOLATION);
        }
    }
}

//
//  Locals are as the source left them before the fault; finally blocks run; thousands do no harm.
//

static ULONG
Deep (
    _In_ ULONG Depth,
    _Inout_ PULONG Left
    )
{
    ULONG Here = Depth * 3;

    try {

        Here += 1;

        if (Depth == 0) {

            Here += *(volatile UCHAR *)Addresses[0];
        }

        Here += Deep(Depth - 1, Left);

    } finally {

        CHECK(Here == Depth * 3 + 1);
        *Left += AbnormalTermination() ? 1 : 100;
    }

    return Here;
}

static VOID
CheckState (
    VOID
    )
{
    KSPIN_LOCK Lock;
    KIRQL Irql;
    NTSTATUS Status = STATUS_SUCCESS;
    ULONG Left = 0;
    ULONG Index;
    ULONG a = 1, b = 2, c = 3, d = 4;

    SehRow("SRC-37");

    try {

        Deep(5, &Left);

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    CHECK(Status == STATUS_ACCESS_VIOLATION && Left == 6);

    try {

        a = 5;
        b = a + 1;
        c = b + (d = 7) + *(volatile UCHAR *)Addresses[1];
        a = 9;

    } except (EXCEPTION_EXECUTE_HANDLER) {

        CHECK(a == 5 && b == 6 && c == 3 && d == 7);
    }

    CHECK(a == 5 && b == 6 && c == 3);

    KeInitializeSpinLock(&Lock);

    try {

        KeAcquireSpinLock(&Lock, &Irql);

        try {

            a = *(volatile UCHAR *)Addresses[2];

        } finally {

            CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
            KeReleaseSpinLock(&Lock, Irql);
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        a = 77;
    }

    CHECK(a == 77 && KeGetCurrentIrql() == PASSIVE_LEVEL);

    for (Index = 0; Index < 2000; Index += 1) {

        if (Call(Index % 16, Addresses[Index % ARRAYSIZE(Addresses)]) != STATUS_ACCESS_VIOLATION) {

            CHECK(FALSE);
        }
    }
}

VOID
CheckFaults (
    VOID
    )
{
    CheckPlain();
    CheckCalls();
    CheckState();
}
