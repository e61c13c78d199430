/*++

Module Name:

    cancelsafe.c

Abstract:

    Holds the reads of some files in a cancel-safe queue for a while, as a filter does that has
    to fetch the data from somewhere first. A thread of each instance lets them go when their
    time has come. A read that is cancelled meanwhile ends with STATUS_CANCELLED, and when the
    instance goes, all that it holds go on at once.

    Values of the Parameters key:

        HoldMs     how long a read is held
        Extension  of the files whose reads are held

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

#define CS_TAG              'fsCF'
#define CS_EXTENSION_CHARS  32
#define CS_TICK_MS          10

//
//  Of each instance. QueueContext[0] of what is in the queue is the time at which it may go on.
//

typedef struct _CS_INSTANCE {

    FLT_CALLBACK_DATA_QUEUE Queue;
    KSPIN_LOCK Lock;
    LIST_ENTRY Held;
    KEVENT Stop;
    PETHREAD Thread;

} CS_INSTANCE, *PCS_INSTANCE;

typedef struct _CS_GLOBALS {

    PFLT_FILTER Filter;
    ULONG HoldMs;
    UNICODE_STRING Extension;
    WCHAR ExtensionBuffer[CS_EXTENSION_CHARS];

    volatile LONG64 Held;
    volatile LONG64 Resumed;
    volatile LONG64 Cancelled;
    volatile LONG64 Drained;
    volatile LONG64 Refused;

} CS_GLOBALS;

static CS_GLOBALS Cs;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
CsReadParameters (
    _In_ PUNICODE_STRING RegistryPath
    );

static NTSTATUS
FLTAPI
CsUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static NTSTATUS
FLTAPI
CsInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    );

static NTSTATUS
FLTAPI
CsInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    );

static VOID
FLTAPI
CsInstanceTeardownStart (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
CsPreRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static VOID
CsReleaserThread (
    _In_ PVOID Context
    );

static NTSTATUS
FLTAPI
CsInsertIo (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    );

static VOID
FLTAPI
CsRemoveIo (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_ PFLT_CALLBACK_DATA Data
    );

static PFLT_CALLBACK_DATA
FLTAPI
CsPeekNextIo (
    _In_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_opt_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID PeekContext
    );

static VOID
FLTAPI
CsAcquire (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _Out_ PKIRQL Irql
    );

static VOID
FLTAPI
CsRelease (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_ KIRQL Irql
    );

static VOID
FLTAPI
CsCompleteCanceledIo (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _Inout_ PFLT_CALLBACK_DATA Data
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, CsReadParameters)
#pragma alloc_text(PAGE, CsUnload)
#pragma alloc_text(PAGE, CsInstanceSetup)
#pragma alloc_text(PAGE, CsInstanceQueryTeardown)
#pragma alloc_text(PAGE, CsInstanceTeardownStart)
#endif

static CONST FLT_OPERATION_REGISTRATION CsOperations[] = {

    { IRP_MJ_READ, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO, CsPreRead, NULL },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_CONTEXT_REGISTRATION CsContexts[] = {

    { FLT_INSTANCE_CONTEXT, 0, NULL, sizeof(CS_INSTANCE), CS_TAG },

    { FLT_CONTEXT_END }
};

static CONST FLT_REGISTRATION CsRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    CsContexts,
    CsOperations,
    CsUnload,
    CsInstanceSetup,
    CsInstanceQueryTeardown,
    CsInstanceTeardownStart,
    NULL                                //  InstanceTeardownComplete
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    CsReadParameters(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &CsRegistration, &Cs.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Cs.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Cs.Filter);
        }
    }

    return Status;
}

static VOID
CsReadParameters (
    _In_ PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING HoldMs = RTL_CONSTANT_STRING(L"HoldMs");
    UNICODE_STRING Extension = RTL_CONSTANT_STRING(L"Extension");
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + CS_EXTENSION_CHARS * sizeof(WCHAR)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    OBJECT_ATTRIBUTES Attributes;
    HANDLE ServiceKey;
    HANDLE ParametersKey;
    ULONG Length;
    NTSTATUS Status;

    PAGED_CODE();

    Cs.HoldMs = 50;
    RtlInitEmptyUnicodeString(&Cs.Extension, Cs.ExtensionBuffer, sizeof(Cs.ExtensionBuffer));
    RtlAppendUnicodeToString(&Cs.Extension, L".");

    InitializeObjectAttributes(&Attributes,
                               RegistryPath,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL,
                               NULL);

    Status = ZwOpenKey(&ServiceKey, KEY_READ, &Attributes);

    if (!NT_SUCCESS(Status)) {

        return;
    }

    InitializeObjectAttributes(&Attributes,
                               &Parameters,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               ServiceKey,
                               NULL);

    Status = ZwOpenKey(&ParametersKey, KEY_READ, &Attributes);

    if (NT_SUCCESS(Status)) {

        Status = ZwQueryValueKey(ParametersKey,
                                 &HoldMs,
                                 KeyValuePartialInformation,
                                 Value,
                                 sizeof(Buffer),
                                 &Length);

        if (NT_SUCCESS(Status) && Value->Type == REG_DWORD) {

            Cs.HoldMs = *(PULONG)Value->Data;
        }

        Status = ZwQueryValueKey(ParametersKey,
                                 &Extension,
                                 KeyValuePartialInformation,
                                 Value,
                                 sizeof(Buffer),
                                 &Length);

        if (NT_SUCCESS(Status) && Value->Type == REG_SZ) {

            //
            //  Terminated, since the registry counts the terminator.
            //

            RtlAppendUnicodeToString(&Cs.Extension, (PCWSTR)Value->Data);
        }

        ZwClose(ParametersKey);
    }

    ZwClose(ServiceKey);
}

static NTSTATUS
FLTAPI
CsUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    FltUnregisterFilter(Cs.Filter);

    DbgPrint("cancelsafe: held %I64d resumed %I64d cancelled %I64d drained %I64d refused %I64d\n",
             Cs.Held,
             Cs.Resumed,
             Cs.Cancelled,
             Cs.Drained,
             Cs.Refused);

    return STATUS_SUCCESS;
}

static NTSTATUS
CsStartReleaser (
    _Inout_ PCS_INSTANCE Instance
    )
{
    OBJECT_ATTRIBUTES Attributes;
    HANDLE ThreadHandle;
    NTSTATUS Status;

    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);

    Status = PsCreateSystemThread(&ThreadHandle,
                                  THREAD_ALL_ACCESS,
                                  &Attributes,
                                  NULL,
                                  NULL,
                                  CsReleaserThread,
                                  Instance);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    Status = ObReferenceObjectByHandle(ThreadHandle,
                                       THREAD_ALL_ACCESS,
                                       *PsThreadType,
                                       KernelMode,
                                       (PVOID *)&Instance->Thread,
                                       NULL);

    ZwClose(ThreadHandle);

    return Status;
}

static VOID
CsStopReleaser (
    _Inout_ PCS_INSTANCE Instance
    )
{
    if (Instance->Thread != NULL) {

        KeSetEvent(&Instance->Stop, IO_NO_INCREMENT, FALSE);
        KeWaitForSingleObject(Instance->Thread, Executive, KernelMode, FALSE, NULL);
        ObDereferenceObject(Instance->Thread);
        Instance->Thread = NULL;
    }
}

static NTSTATUS
FLTAPI
CsInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
{
    PCS_INSTANCE Instance;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);

    PAGED_CODE();

    if (VolumeFilesystemType == FLT_FSTYPE_RAW) {

        return STATUS_FLT_DO_NOT_ATTACH;
    }

    Status = FltAllocateContext(FltObjects->Filter,
                                FLT_INSTANCE_CONTEXT,
                                sizeof(CS_INSTANCE),
                                NonPagedPoolNx,
                                (PFLT_CONTEXT *)&Instance);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    RtlZeroMemory(Instance, sizeof(CS_INSTANCE));
    KeInitializeSpinLock(&Instance->Lock);
    InitializeListHead(&Instance->Held);
    KeInitializeEvent(&Instance->Stop, NotificationEvent, FALSE);

    Status = FltCbdqInitialize(FltObjects->Instance,
                               &Instance->Queue,
                               CsInsertIo,
                               CsRemoveIo,
                               CsPeekNextIo,
                               CsAcquire,
                               CsRelease,
                               CsCompleteCanceledIo);

    if (NT_SUCCESS(Status)) {

        Status = CsStartReleaser(Instance);
    }

    if (NT_SUCCESS(Status)) {

        Status = FltSetInstanceContext(FltObjects->Instance,
                                       FLT_SET_CONTEXT_KEEP_IF_EXISTS,
                                       Instance,
                                       NULL);

        if (!NT_SUCCESS(Status)) {

            CsStopReleaser(Instance);
        }
    }

    FltReleaseContext(Instance);

    return Status;
}

static NTSTATUS
FLTAPI
CsInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    return STATUS_SUCCESS;
}

static VOID
FLTAPI
CsInstanceTeardownStart (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    )
/*++

Routine Description:

    Nothing comes into the queue any more, and what is in it goes on now.

--*/
{
    PFLT_CALLBACK_DATA Data;
    PCS_INSTANCE Instance;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Reason);

    PAGED_CODE();

    Status = FltGetInstanceContext(FltObjects->Instance, (PFLT_CONTEXT *)&Instance);

    if (!NT_SUCCESS(Status)) {

        return;
    }

    FltCbdqDisable(&Instance->Queue);

    for (;;) {

        Data = FltCbdqRemoveNextIo(&Instance->Queue, NULL);

        if (Data == NULL) {

            break;
        }

        InterlockedIncrement64(&Cs.Drained);
        FltCompletePendedPreOperation(Data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    }

    CsStopReleaser(Instance);

    FltReleaseContext(Instance);
}

static VOID
CsReleaserThread (
    _In_ PVOID Context
    )
/*++

Routine Description:

    Looks every few milliseconds for reads whose time has come. The instance waits for the end
    of this thread.

--*/
{
    PCS_INSTANCE Instance = Context;
    PFLT_CALLBACK_DATA Data;
    LARGE_INTEGER Tick;
    LARGE_INTEGER Now;

    Tick.QuadPart = -10000 * CS_TICK_MS;

    while (KeWaitForSingleObject(&Instance->Stop,
                                 Executive,
                                 KernelMode,
                                 FALSE,
                                 &Tick) == STATUS_TIMEOUT) {

        KeQuerySystemTime(&Now);

        for (;;) {

            Data = FltCbdqRemoveNextIo(&Instance->Queue, &Now);

            if (Data == NULL) {

                break;
            }

            InterlockedIncrement64(&Cs.Resumed);
            FltCompletePendedPreOperation(Data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
        }
    }

    PsTerminateSystemThread(STATUS_SUCCESS);
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
CsPreRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PCS_INSTANCE Instance;
    LARGE_INTEGER Now;
    NTSTATUS Status;

    *CompletionContext = NULL;

    if (!RtlSuffixUnicodeString(&Cs.Extension, &FltObjects->FileObject->FileName, TRUE)) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (!FLT_IS_IRP_OPERATION(Data)) {

        //
        //  It comes again as an IRP.
        //

        return FLT_PREOP_DISALLOW_FASTIO;
    }

    if (IoGetTopLevelIrp() != NULL) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Status = FltGetInstanceContext(FltObjects->Instance, (PFLT_CONTEXT *)&Instance);

    if (!NT_SUCCESS(Status)) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    //
    //  It goes on in another thread, where the program's memory is not.
    //

    Status = FltLockUserBuffer(Data);

    if (NT_SUCCESS(Status)) {

        KeQuerySystemTime(&Now);
        Data->QueueContext[0] = (PVOID)(LONG_PTR)(Now.QuadPart + 10000 * (LONGLONG)Cs.HoldMs);

        InterlockedIncrement64(&Cs.Held);
        Status = FltCbdqInsertIo(&Instance->Queue, Data, NULL, NULL);

        if (!NT_SUCCESS(Status)) {

            InterlockedDecrement64(&Cs.Held);
        }
    }

    FltReleaseContext(Instance);

    if (!NT_SUCCESS(Status)) {

        InterlockedIncrement64(&Cs.Refused);
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    return FLT_PREOP_PENDING;
}

static NTSTATUS
FLTAPI
CsInsertIo (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    )
{
    PCS_INSTANCE Instance = CONTAINING_RECORD(Queue, CS_INSTANCE, Queue);

    UNREFERENCED_PARAMETER(Context);

    InsertTailList(&Instance->Held, &Data->QueueLinks);

    return STATUS_SUCCESS;
}

static VOID
FLTAPI
CsRemoveIo (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_ PFLT_CALLBACK_DATA Data
    )
{
    UNREFERENCED_PARAMETER(Queue);

    RemoveEntryList(&Data->QueueLinks);
}

static PFLT_CALLBACK_DATA
FLTAPI
CsPeekNextIo (
    _In_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_opt_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID PeekContext
    )
/*++

Arguments:

    PeekContext - Points to the time up to which reads are looked for; NULL for all.

--*/
{
    PCS_INSTANCE Instance = CONTAINING_RECORD(Queue, CS_INSTANCE, Queue);
    PLARGE_INTEGER Until = PeekContext;
    PFLT_CALLBACK_DATA Next;
    PLIST_ENTRY Entry;

    Entry = Data != NULL ? Data->QueueLinks.Flink : Instance->Held.Flink;

    while (Entry != &Instance->Held) {

        Next = CONTAINING_RECORD(Entry, FLT_CALLBACK_DATA, QueueLinks);

        if (Until == NULL || (LONG_PTR)Next->QueueContext[0] <= Until->QuadPart) {

            return Next;
        }

        Entry = Entry->Flink;
    }

    return NULL;
}

static VOID
FLTAPI
CsAcquire (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _Out_ PKIRQL Irql
    )
{
    KeAcquireSpinLock(&CONTAINING_RECORD(Queue, CS_INSTANCE, Queue)->Lock, Irql);
}

static VOID
FLTAPI
CsRelease (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _In_ KIRQL Irql
    )
{
    KeReleaseSpinLock(&CONTAINING_RECORD(Queue, CS_INSTANCE, Queue)->Lock, Irql);
}

static VOID
FLTAPI
CsCompleteCanceledIo (
    _Inout_ PFLT_CALLBACK_DATA_QUEUE Queue,
    _Inout_ PFLT_CALLBACK_DATA Data
    )
{
    UNREFERENCED_PARAMETER(Queue);

    InterlockedIncrement64(&Cs.Cancelled);

    Data->IoStatus.Status = STATUS_CANCELLED;
    Data->IoStatus.Information = 0;

    FltCompletePendedPreOperation(Data, FLT_PREOP_COMPLETE, NULL);
}
