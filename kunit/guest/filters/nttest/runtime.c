/*++

    What the compiler and the headers provide by themselves, as far as it shows when it runs:
    interlocked operations, barriers, break points, lists; and threads, timers and processes.

--*/

#include <fltKernel.h>
#include "nttest.h"

static VOID
CheckInterlocked (
    VOID
    )
{
    LONG Number = 5;
    volatile LONG Shared = 0;
    LONG64 Large = 0x7fffffff;
    PVOID Pointer = NULL;
    SIZE_T Size = 9;
    LONG Bits = 0x0f;
    ULONG Unsigned = 7;
    SLIST_HEADER Head;
    SLIST_ENTRY DECLSPEC_ALIGN(16) First;
    SLIST_ENTRY DECLSPEC_ALIGN(16) Second;
    KSPIN_LOCK Lock;
    LIST_ENTRY List;
    LIST_ENTRY One;
    LIST_ENTRY Two;

    NtPart("interlocked");

    CHECK(InterlockedIncrement(&Number) == 6 && InterlockedDecrement(&Number) == 5);
    CHECK(InterlockedExchange(&Number, 8) == 5 && InterlockedExchangeAdd(&Number, 3) == 8);
    CHECK(InterlockedAdd(&Number, -1) == 10);
    CHECK(InterlockedCompareExchange(&Number, 1, 9) == 10 && Number == 10);
    CHECK(InterlockedCompareExchange(&Number, 1, 10) == 10 && Number == 1);
    CHECK(_InterlockedIncrement(&Shared) == 1 && InterlockedIncrementAcquire(&Shared) == 2);
    CHECK(InterlockedIncrement64(&Large) == 0x80000000LL && InterlockedAdd64(&Large, 2) ==
          0x80000002LL);
    CHECK(InterlockedExchangePointer(&Pointer, &Number) == NULL && Pointer == &Number);
    CHECK(InterlockedCompareExchangePointer(&Pointer, NULL, &Number) == &Number &&
          Pointer == NULL);
    CHECK(InterlockedIncrementSizeT(&Size) == 10);
    CHECK(InterlockedOr(&Bits, 0x30) == 0x0f && InterlockedAnd(&Bits, 0x3c) == 0x3f &&
          InterlockedXor(&Bits, 1) == 0x3c && Bits == 0x3d);
    CHECK(InterlockedBitTestAndSet(&Bits, 1) == 0 && InterlockedBitTestAndSet(&Bits, 1) == 1 &&
          Bits == 0x3f);

    KeInitializeSpinLock(&Lock);
    CHECK(ExInterlockedAddUlong(&Unsigned, 3, &Lock) == 7 && Unsigned == 10);

    InitializeSListHead(&Head);
    CHECK(InterlockedPushEntrySList(&Head, &First) == NULL);
    CHECK(InterlockedPushEntrySList(&Head, &Second) == &First && QueryDepthSList(&Head) == 2);
    CHECK(InterlockedPopEntrySList(&Head) == &Second && InterlockedPopEntrySList(&Head) == &First &&
          InterlockedPopEntrySList(&Head) == NULL);

    InitializeListHead(&List);
    CHECK(IsListEmpty(&List));
    InsertTailList(&List, &One);
    InsertHeadList(&List, &Two);
    CHECK(List.Flink == &Two && List.Blink == &One && !RemoveEntryList(&Two));
    CHECK(RemoveHeadList(&List) == &One && IsListEmpty(&List));
    CHECK(ExInterlockedInsertTailList(&List, &One, &Lock) == NULL &&
          ExInterlockedInsertHeadList(&List, &Two, &Lock) == &One &&
          ExInterlockedRemoveHeadList(&List, &Lock) == &Two);

    NtPart("barriers");

    KeMemoryBarrier();
    MemoryBarrier();
    _ReadWriteBarrier();
    YieldProcessor();
    WriteRelease(&Shared, 4);
    CHECK(ReadNoFence(&Shared) == 4 && ReadAcquire(&Shared) == 4);
    WriteNoFence(&Shared, 6);
    CHECK(Shared == 6);

    //
    //  Nobody is there to stop for.
    //

    CHECK(!KD_DEBUGGER_ENABLED && KD_DEBUGGER_NOT_PRESENT);
    DbgBreakPoint();
    KdBreakPoint();
    __debugbreak();
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static VOID
CheckBugCheck (
    VOID
    )
{
    NTSTATUS Status = STATUS_SUCCESS;

    NtPart("bugcheck");

    try {

        KeBugCheckEx(0xE2, 1, 2, 3, 4);
        Status = STATUS_PENDING;

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    CHECK(!NT_SUCCESS(Status));
}

typedef struct _THREAD {

    KEVENT Started;
    KEVENT Told;
    LONG Number;

} THREAD, *PTHREAD;

static KSTART_ROUTINE ThreadRoutine;
static KDEFERRED_ROUTINE DpcRoutine;

static VOID
ThreadRoutine (
    _In_ PVOID Context
    )
{
    PTHREAD Thread = Context;

    KeSetEvent(&Thread->Started, IO_NO_INCREMENT, FALSE);
    KeWaitForSingleObject(&Thread->Told, Executive, KernelMode, FALSE, NULL);
    Thread->Number = 42;
    PsTerminateSystemThread(STATUS_SUCCESS);
}

static VOID
DpcRoutine (
    _In_ PKDPC Dpc,
    _In_opt_ PVOID Context,
    _In_opt_ PVOID First,
    _In_opt_ PVOID Second
    )
{
    PTHREAD Thread = Context;

    UNREFERENCED_PARAMETER(Dpc);
    UNREFERENCED_PARAMETER(First);
    UNREFERENCED_PARAMETER(Second);

    Thread->Number = KeGetCurrentIrql();
    KeSetEvent(&Thread->Told, IO_NO_INCREMENT, FALSE);
}

static VOID
CheckThreads (
    VOID
    )
{
    OBJECT_ATTRIBUTES Attributes;
    KAPC_STATE ApcState;
    PEPROCESS Process;
    LARGE_INTEGER Due;
    THREAD Thread;
    HANDLE Handle;
    PVOID Object;
    KTIMER Timer;
    KDPC Dpc;

    NtPart("threads");

    Thread.Number = 0;
    KeInitializeEvent(&Thread.Started, NotificationEvent, FALSE);
    KeInitializeEvent(&Thread.Told, NotificationEvent, FALSE);
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    CHECK(NT_SUCCESS(PsCreateSystemThread(&Handle, THREAD_ALL_ACCESS, &Attributes, NULL, NULL,
                                          ThreadRoutine, &Thread)));
    CHECK(NT_SUCCESS(ObReferenceObjectByHandle(Handle, THREAD_ALL_ACCESS, *PsThreadType,
                                               KernelMode, &Object, NULL)));
    KeWaitForSingleObject(&Thread.Started, Executive, KernelMode, FALSE, NULL);
    CHECK(Thread.Number == 0);
    KeSetEvent(&Thread.Told, IO_NO_INCREMENT, FALSE);
    CHECK(KeWaitForSingleObject(Object, Executive, KernelMode, FALSE, NULL) == STATUS_SUCCESS);
    CHECK(Thread.Number == 42);
    ObDereferenceObject(Object);
    ZwClose(Handle);

    KeClearEvent(&Thread.Told);
    KeInitializeTimer(&Timer);
    KeInitializeDpc(&Dpc, DpcRoutine, &Thread);
    Due.QuadPart = -10 * 1000 * 10;
    KeSetTimer(&Timer, Due, &Dpc);
    KeWaitForSingleObject(&Thread.Told, Executive, KernelMode, FALSE, NULL);
    CHECK(Thread.Number == DISPATCH_LEVEL);
    KeFlushQueuedDpcs();

    CHECK(NT_SUCCESS(PsLookupProcessByProcessId(PsGetCurrentProcessId(), &Process)));
    CHECK(PsGetProcessImageFileName(Process) != NULL);
    KeStackAttachProcess(Process, &ApcState);
    CHECK(KeGetCurrentIrql() == PASSIVE_LEVEL);
    KeUnstackDetachProcess(&ApcState);
    ObDereferenceObject(Process);
}

static VOID
CheckValues (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
/*++

    ZwQueryValueKey with every length from nothing to more than is needed, and bytes behind the
    buffer that stay as they are; and the keys that a driver finds.

--*/
{
    static const KEY_VALUE_INFORMATION_CLASS Classes[] = {

        KeyValueBasicInformation, KeyValueFullInformation, KeyValuePartialInformation
    };
    static const ULONG Fixed[] = {

        FIELD_OFFSET(KEY_VALUE_BASIC_INFORMATION, Name),
        FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name),
        FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data)
    };
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Text");
    UNICODE_STRING None = RTL_CONSTANT_STRING(L"NoSuchValue");
    UNICODE_STRING Routine = RTL_CONSTANT_STRING(L"IoOpenDriverRegistryKey");
    UNICODE_STRING Last;
    NTSTATUS (*Open)(PDRIVER_OBJECT, DRIVER_REGKEY_TYPE, ACCESS_MASK, ULONG, PHANDLE);
    OBJECT_ATTRIBUTES Attributes;
    DRIVER_OBJECT Foreign;
    UCHAR Whole[160];
    UCHAR Buffer[160];
    ULONG Need;
    ULONG Told;
    ULONG Length;
    ULONG Kind;
    HANDLE Service;
    HANDLE Key;
    NTSTATUS Status;
    NTSTATUS Want;
    ULONG Index;
    BOOLEAN Guarded;

    NtPart("values");

    RtlZeroMemory(&Foreign, sizeof(Foreign));
    Open = (PVOID)MmGetSystemRoutineAddress(&Routine);
    CHECK(Open != NULL);
    CHECK(Open(DriverObject, DriverRegKeyParameters, KEY_READ, 1, &Key) ==
          STATUS_INVALID_PARAMETER);
    CHECK(Open(&Foreign, DriverRegKeyParameters, KEY_READ, 0, &Key) == STATUS_INVALID_PARAMETER);
    CHECK(Open(DriverObject, (DRIVER_REGKEY_TYPE)77, KEY_READ, 0, &Key) ==
          STATUS_INVALID_PARAMETER);
    CHECK(NT_SUCCESS(Open(DriverObject, DriverRegKeyParameters, KEY_READ, 0, &Key)));

    CHECK(ZwQueryValueKey(Key, &None, KeyValueBasicInformation, Buffer, sizeof(Buffer), &Told) ==
          STATUS_OBJECT_NAME_NOT_FOUND);

    for (Kind = 0; Kind < ARRAYSIZE(Classes); Kind += 1) {

        Need = 0;
        CHECK(NT_SUCCESS(ZwQueryValueKey(Key, &Name, Classes[Kind], Whole, sizeof(Whole), &Need)));
        CHECK(Need > Fixed[Kind] && Need < sizeof(Buffer) - 8);

        for (Length = 0; Length <= Need + 4; Length += 1) {

            RtlFillMemory(Buffer, sizeof(Buffer), 0xCC);
            Told = 0;
            Status = ZwQueryValueKey(Key, &Name, Classes[Kind], Buffer, Length, &Told);
            Want = Length < Fixed[Kind] ? STATUS_BUFFER_TOO_SMALL :
                   Length < Need ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
            Guarded = TRUE;

            for (Index = min(Length, Need); Index < sizeof(Buffer); Index += 1) {

                Guarded = Guarded && Buffer[Index] == 0xCC;
            }

            CHECK(Status == Want && Told == Need && Guarded);
            CHECK(Length < Need || RtlEqualMemory(Buffer, Whole, Need));
        }
    }

    ZwClose(Key);

    NtPart("path");

    RtlInitUnicodeString(&Last, L"\\Registry\\Machine\\System\\CurrentControlSet\\Services\\Nttest");
    CHECK(RtlEqualUnicodeString(RegistryPath, &Last, TRUE));
    CHECK(RegistryPath->Buffer[RegistryPath->Length / sizeof(WCHAR)] == UNICODE_NULL);
    InitializeObjectAttributes(&Attributes, RegistryPath, OBJ_KERNEL_HANDLE, NULL, NULL);
    CHECK(NT_SUCCESS(ZwOpenKey(&Service, KEY_READ, &Attributes)));
    RtlInitUnicodeString(&Last, L"Parameters");
    InitializeObjectAttributes(&Attributes, &Last, OBJ_KERNEL_HANDLE, Service, NULL);
    CHECK(NT_SUCCESS(ZwOpenKey(&Key, KEY_READ, &Attributes)));
    ZwClose(Key);
    ZwClose(Service);

    //
    //  Enums can hold what is below zero.
    //

    CHECK((POOL_TYPE)-1 < 0 && (FILE_INFORMATION_CLASS)-1 < 0 && (FLT_PREOP_CALLBACK_STATUS)-1 < 0);
    CHECK((KEY_VALUE_INFORMATION_CLASS)-1 < 0 && (LOCK_OPERATION)-1 < 0 && (MODE)-1 < 0);
    CHECK((FS_INFORMATION_CLASS)-1 < 0 && (FLT_POSTOP_CALLBACK_STATUS)-1 < 0);
}

VOID
CheckRuntime (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    CheckInterlocked();
    CheckBugCheck();
    CheckThreads();
    CheckValues(DriverObject, RegistryPath);
}
