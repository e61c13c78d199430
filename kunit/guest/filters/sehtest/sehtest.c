/*++

    A driver that checks structured exception handling as drivers use it, and a few habits of
    the language. It registers no filter: DriverEntry runs the checks and fails if one fails.

--*/

#include <fltKernel.h>
#include "sehtest.h"

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD SehUnload;

static ULONG Checks;
static ULONG Failures;

static PCSTR CurrentRow;
static ULONG RowFailures;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, SehUnload)
#endif

VOID
SehRow (
    _In_opt_ PCSTR Row
    )
{
    if (CurrentRow != NULL) {

        DbgPrint("sehtest: row %s %s\n", CurrentRow, RowFailures == 0 ? "ok" : "failed");
    }

    CurrentRow = Row;
    RowFailures = 0;
}

VOID
SehCheck (
    _In_ BOOLEAN Holds,
    _In_ PCSTR What,
    _In_ ULONG Line
    )
{
    Checks += 1;

    if (!Holds) {

        Failures += 1;
        RowFailures += 1;
        DbgPrint("sehtest: line %u: %s does not hold\n", Line, What);
    }
}

//
//  Handlers
//

static NTSTATUS
HandleRaise (
    _In_ NTSTATUS Status
    )
{
    NTSTATUS Caught = STATUS_SUCCESS;
    ULONG Steps = 1;

    try {

        Steps = 2;

        if (!NT_SUCCESS(Status)) {

            ExRaiseStatus(Status);
        }

        Steps = 3;

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Caught = GetExceptionCode();
        CHECK(Steps == 2);
    }

    CHECK(Steps == (NT_SUCCESS(Status) ? 3 : 2));
    return Caught;
}

static VOID
CheckHandlers (
    VOID
    )
{
    NTSTATUS Status;
    ULONG Order = 0;

    SehRow("SRC-11");

    CHECK(HandleRaise(STATUS_SUCCESS) == STATUS_SUCCESS);
    CHECK(HandleRaise(STATUS_INVALID_PARAMETER) == STATUS_INVALID_PARAMETER);

    //
    //  The inner one takes it.
    //

    try {

        try {

            ExRaiseAccessViolation();

        } except (GetExceptionCode() == STATUS_ACCESS_VIOLATION) {

            Order = Order * 10 + 1;
        }

        Order = Order * 10 + 2;

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Order = Order * 10 + 3;
    }

    CHECK(Order == 12);

    //
    //  The inner one passes it on.
    //

    Order = 0;

    __try {

        __try {

            ExRaiseDatatypeMisalignment();

        } __except (GetExceptionCode() == STATUS_ACCESS_VIOLATION ? EXCEPTION_EXECUTE_HANDLER
                                                                  : EXCEPTION_CONTINUE_SEARCH) {

            Order = Order * 10 + 1;
        }

        Order = Order * 10 + 2;

    } __except (EXCEPTION_EXECUTE_HANDLER) {

        Order = Order * 10 + 3;
        CHECK(GetExceptionCode() == STATUS_DATATYPE_MISALIGNMENT);
    }

    CHECK(Order == 3);

    //
    //  A handler raises again, five functions down.
    //

    Status = STATUS_SUCCESS;

    try {

        try {

            RaiseDeep(5, STATUS_DISK_FULL);

        } except (EXCEPTION_EXECUTE_HANDLER) {

            RaiseDeep(5, STATUS_NOT_SUPPORTED);
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    CHECK(Status == STATUS_NOT_SUPPORTED);

    SehRow("SRC-15");

    //
    //  A try inside a handler: GetExceptionCode is that of the handler around it.
    //

    try {

        ExRaiseStatus(STATUS_DISK_FULL);

    } except (EXCEPTION_EXECUTE_HANDLER) {

        try {

            CHECK(GetExceptionCode() == STATUS_DISK_FULL);
            ExRaiseStatus(STATUS_NOT_SUPPORTED);

        } except (EXCEPTION_EXECUTE_HANDLER) {

            CHECK(GetExceptionCode() == STATUS_NOT_SUPPORTED);
        }

        CHECK(GetExceptionCode() == STATUS_DISK_FULL);
    }

    SehRow("SRC-17");

    //
    //  Nothing can be continued.
    //

    try {

        try {

            ExRaiseStatus(STATUS_DISK_FULL);

        } except (EXCEPTION_CONTINUE_EXECUTION) {

            CHECK(FALSE);
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        CHECK(GetExceptionCode() == STATUS_NONCONTINUABLE_EXCEPTION);
    }
}

static LONG
FilterException (
    _In_ PEXCEPTION_POINTERS Pointers,
    _Inout_ PNTSTATUS Seen
    )
{
    *Seen = Pointers->ExceptionRecord->ExceptionCode;

    return FsRtlIsNtstatusExpected(*Seen) ? EXCEPTION_EXECUTE_HANDLER : EXCEPTION_CONTINUE_SEARCH;
}

static VOID
CheckFilterFunction (
    VOID
    )
{
    NTSTATUS Seen = STATUS_SUCCESS;
    ULONG Order = 0;

    SehRow("SRC-25");

    try {

        try {

            RaiseDeep(1, STATUS_DISK_FULL);

        } except (FilterException(GetExceptionInformation(), &Seen)) {

            Order = Order * 10 + 1;
            CHECK(Seen == STATUS_DISK_FULL);
        }

        try {

            ExRaiseAccessViolation();

        } except (FilterException(GetExceptionInformation(), &Seen)) {

            Order = Order * 10 + 2;
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Order = Order * 10 + 3;
        CHECK(Seen == STATUS_ACCESS_VIOLATION);
    }

    CHECK(Order == 13);
    SehRow("SRC-24");

    CHECK(FsRtlNormalizeNtstatus(STATUS_DISK_FULL, STATUS_UNSUCCESSFUL) == STATUS_DISK_FULL);
    CHECK(FsRtlNormalizeNtstatus(STATUS_ACCESS_VIOLATION, STATUS_UNSUCCESSFUL)
          == STATUS_UNSUCCESSFUL);
}

//
//  The routines that raise by contract, each with what it raises.
//

#define RAISES(_status, _call) \
    { \
        NTSTATUS Raised = STATUS_SUCCESS; \
        try { \
            _call; \
        } except (EXCEPTION_EXECUTE_HANDLER) { \
            Raised = GetExceptionCode(); \
        } \
        CHECK(Raised == (_status)); \
    }

static VOID
CheckRaisingRoutines (
    VOID
    )
{
    PVOID Kernel = (PVOID)(ULONG_PTR)0xffff800000000000ULL;
    PVOID Odd = (PVOID)(ULONG_PTR)0x10003;
    PVOID Nowhere = (PVOID)(ULONG_PTR)0x1000;
    PVOID Block = NULL;
    PMDL Mdl;

    SehRow("SRC-25");

    RAISES(STATUS_ACCESS_VIOLATION, ProbeForRead(Kernel, 16, 1));
    RAISES(STATUS_ACCESS_VIOLATION, ProbeForWrite(Kernel, 16, 1));
    RAISES(STATUS_DATATYPE_MISALIGNMENT, ProbeForRead(Odd, 16, 4));
    RAISES(STATUS_DATATYPE_MISALIGNMENT, ProbeForWrite(Odd, 16, 4));
    RAISES(STATUS_ACCESS_VIOLATION, ProbeForWrite(Nowhere, 16, 1));

    //
    //  Nothing is no range.
    //

    RAISES(STATUS_SUCCESS, ProbeForRead(Kernel, 0, 1));
    RAISES(STATUS_SUCCESS, ProbeForWrite(Kernel, 0, 1));

    Mdl = IoAllocateMdl(Nowhere, 100, FALSE, FALSE, NULL);
    CHECK(Mdl != NULL);
    RAISES(STATUS_ACCESS_VIOLATION, MmProbeAndLockPages(Mdl, UserMode, IoReadAccess));
    IoFreeMdl(Mdl);

    RAISES(STATUS_INSUFFICIENT_RESOURCES,
           Block = ExAllocatePoolWithQuotaTag(PagedPool, (SIZE_T)1 << 40, 'hesT'));
    CHECK(Block == NULL);
    RAISES(STATUS_SUCCESS,
           Block = ExAllocatePoolWithQuotaTag((POOL_TYPE)(PagedPool |
                                                          POOL_QUOTA_FAIL_INSTEAD_OF_RAISE),
                                              (SIZE_T)1 << 40, 'hesT'));
    CHECK(Block == NULL);
    RAISES(STATUS_SUCCESS, Block = ExAllocatePoolWithQuotaTag(PagedPool, 100, 'hesT'));
    CHECK(Block != NULL);
    ExFreePoolWithTag(Block, 'hesT');
    RAISES(STATUS_INSUFFICIENT_RESOURCES,
           Block = ExAllocatePoolWithTag((POOL_TYPE)(PagedPool | POOL_RAISE_IF_ALLOCATION_FAILURE),
                                         (SIZE_T)1 << 40, 'hesT'));
}

//
//  Finally blocks
//

static ULONG Ended;
static ULONG EndedAbnormally;

static ULONG
ReturnThrough (
    _In_ ULONG Way
    )
{
    ULONG Result = 1;

    try {

        if (Way == 1) {

            return Result;
        }

        if (Way == 2) {

            goto Out;
        }

        if (Way == 3) {

            leave;
        }

        if (Way == 4) {

            ExRaiseStatus(STATUS_DISK_FULL);
        }

        Result = 2;

    } finally {

        Ended += 1;
        EndedAbnormally += AbnormalTermination() ? 1 : 0;
        Result += 10;
    }

    return Result;

Out:

    return Result + 100;
}

static VOID
CheckFinally (
    VOID
    )
{
    ULONG Order = 0;
    ULONG Index;
    ULONG Rounds = 0;

    SehRow("SRC-16");

    Ended = EndedAbnormally = 0;

    CHECK(ReturnThrough(0) == 12);
    CHECK(Ended == 1 && EndedAbnormally == 0);
    CHECK(ReturnThrough(1) == 1);
    CHECK(Ended == 2 && EndedAbnormally == 1);
    CHECK(ReturnThrough(2) == 111);
    CHECK(Ended == 3 && EndedAbnormally == 2);
    CHECK(ReturnThrough(3) == 11);
    CHECK(Ended == 4 && EndedAbnormally == 2);

    try {

        ReturnThrough(4);
        CHECK(FALSE);

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Order = 1;
    }

    CHECK(Order == 1);
    CHECK(Ended == 5 && EndedAbnormally == 3);

    SehRow("SRC-12");

    //
    //  Inner to outer.
    //

    Order = 0;

    try {

        try {

            try {

                ExRaiseStatus(STATUS_DISK_FULL);

            } finally {

                Order = Order * 10 + 1;
            }

        } finally {

            Order = Order * 10 + 2;
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Order = Order * 10 + 3;
    }

    CHECK(Order == 123);

    //
    //  An exception that a finally block raises takes the place of the one under way; one that
    //  it handles itself does not.
    //

    try {

        try {

            ExRaiseStatus(STATUS_DISK_FULL);

        } finally {

            try {

                ExRaiseStatus(STATUS_NOT_SUPPORTED);

            } except (EXCEPTION_EXECUTE_HANDLER) {

                Order = 4;
            }
        }

    } except (GetExceptionCode() == STATUS_DISK_FULL) {

        Order = Order * 10 + 5;
    }

    CHECK(Order == 45);

    try {

        try {

            ExRaiseStatus(STATUS_DISK_FULL);

        } finally {

            ExRaiseStatus(STATUS_NOT_SUPPORTED);
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        CHECK(GetExceptionCode() == STATUS_NOT_SUPPORTED);
    }

    //
    //  break and continue of a loop around the try.
    //

    Order = 0;

    for (Index = 0; Index < 10; Index += 1) {

        try {

            if (Index == 3) {

                continue;
            }

            if (Index == 6) {

                break;
            }

            Order += 1;

        } finally {

            Rounds += 1;
        }
    }

    CHECK(Order == 5 && Rounds == 7 && Index == 6);
}

//
//  leave
//

static VOID
CheckLeave (
    VOID
    )
{
    ULONG Index;
    ULONG Order = 0;

    SehRow("SRC-13");

    try {

        for (Index = 0; Index < 10; Index += 1) {

            switch (Index) {

            case 4:

                leave;

            case 2:

                try {

                    ExRaiseStatus(STATUS_DISK_FULL);

                } except (EXCEPTION_EXECUTE_HANDLER) {

                    Order += 100;
                }

                break;

            default:

                Order += 1;
                break;
            }
        }

        CHECK(FALSE);

    } finally {

        CHECK(!AbnormalTermination());
        CHECK(Index == 4);
    }

    CHECK(Order == 103);

    //
    //  From a handler it leaves the try around.
    //

    try {

        try {

            ExRaiseStatus(STATUS_DISK_FULL);

        } except (EXCEPTION_EXECUTE_HANDLER) {

            leave;
        }

        CHECK(FALSE);

    } except (EXCEPTION_EXECUTE_HANDLER) {

        CHECK(FALSE);
    }

    if (Order == 103) try {

        Order = 1;

    } finally {

        Order += 1;

    } else {

        CHECK(FALSE);
    }

    CHECK(Order == 2);
}

//
//  Locals without volatile keep what the body stored, through every way out.
//

static ULONG
CountDown (
    _In_ ULONG Depth
    )
{
    ULONG Result = 0;
    ULONG Here = Depth;

    try {

        Here += 1;

        if (Depth == 0) {

            Here += 1;
            RaiseDeep(3, STATUS_DISK_FULL);
        }

        Result = CountDown(Depth - 1);
        Here += 10;

    } except (EXCEPTION_EXECUTE_HANDLER) {

        CHECK(Here == Depth + 2);
        Result = 1000;
    }

    return Result + Here;
}

static VOID
CheckLocals (
    VOID
    )
{
    ULONG Round;

    SehRow("SRC-18");

    for (Round = 0; Round < 1000; Round += 1) {

        if (HandleRaise(STATUS_UNSUCCESSFUL) != STATUS_UNSUCCESSFUL) {

            CHECK(FALSE);
        }
    }

    CHECK(CountDown(10) == 1000 + 2 + 55 + 10 * 11);
}

//
//  At DISPATCH_LEVEL: nothing is released by the exception itself.
//

static VOID
CheckLevel (
    VOID
    )
{
    KSPIN_LOCK Lock;
    KIRQL Irql;
    KIRQL Before = KeGetCurrentIrql();
    NTSTATUS Status = STATUS_SUCCESS;

    SehRow("SRC-23");

    KeInitializeSpinLock(&Lock);

    try {

        KeAcquireSpinLock(&Lock, &Irql);

        try {

            CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
            RaiseDeep(2, STATUS_DISK_FULL);

        } finally {

            CHECK(KeGetCurrentIrql() == DISPATCH_LEVEL);
            KeReleaseSpinLock(&Lock, Irql);
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
        CHECK(KeGetCurrentIrql() == Before);
    }

    CHECK(Status == STATUS_DISK_FULL);
}

//
//  Start and stop
//

VOID
SehUnload (
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);
    PAGED_CODE();
}

static BOOLEAN
ReadFaults (
    _In_ PDRIVER_OBJECT DriverObject
    )
/*++

    Whether Parameters\Faults asks for addresses that are none.

--*/
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Faults");
    UCHAR Buffer[FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    HANDLE Key;
    ULONG Length;
    BOOLEAN Faults = FALSE;

    if (NT_SUCCESS(IoOpenDriverRegistryKey(DriverObject, DriverRegKeyParameters, KEY_READ, 0,
                                           &Key))) {

        Faults = NT_SUCCESS(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Value,
                                            sizeof(Buffer), &Length)) &&
                 *(PULONG)Value->Data != 0;
        ZwClose(Key);
    }

    return Faults;
}

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    UNREFERENCED_PARAMETER(RegistryPath);

    DriverObject->DriverUnload = SehUnload;

    CheckHandlers();
    CheckFilterFunction();
    CheckRaisingRoutines();
    CheckFinally();
    CheckLeave();
    CheckLocals();
    CheckLevel();
    CheckLanguage();

    if (ReadFaults(DriverObject)) {

        CheckFaults();
    }

    SehRow(NULL);

    DbgPrint("sehtest: %u checks, %u failed\n", Checks, Failures);

    return Failures == 0 ? STATUS_SUCCESS : STATUS_UNSUCCESSFUL;
}
