/*++

Module Name:

    deferwork.c

Abstract:

    Hands every create and every write to a system worker thread, on the way down and on the way
    up, and resumes it from there: the way for a filter whose work takes long or must not be done
    in the thread of the program. An operation that cannot be posted takes the direct way.

    Values of the Parameters key:

        Mode     0x1 defers pre-operations, 0x2 post-operations
        DelayMs  how long a worker sleeps, as if it had something to do

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

#define DW_DEFER_PRE    0x00000001
#define DW_DEFER_POST   0x00000002

//
//  What became of the operations of one kind, in one direction.
//

typedef struct _DW_COUNTS {

    volatile LONG64 Deferred;
    volatile LONG64 Resumed;
    volatile LONG64 NotSafe;            //  STATUS_FLT_NOT_SAFE_TO_POST_OPERATION
    volatile LONG64 Deleting;           //  STATUS_FLT_DELETING_OBJECT
    volatile LONG64 Refused;            //  for another reason, or without memory
    volatile LONG64 Direct;             //  not IRP-based, or draining
    volatile LONG64 SameThread;         //  worker in the thread that asked
    volatile LONG64 HighLevel;          //  worker above PASSIVE_LEVEL

} DW_COUNTS, *PDW_COUNTS;

typedef enum _DW_WAY {

    DwPreCreate,
    DwPostCreate,
    DwPreWrite,
    DwPostWrite,
    DwWays

} DW_WAY;

typedef struct _DW_GLOBALS {

    PFLT_FILTER Filter;
    ULONG Mode;
    ULONG DelayMs;
    DW_COUNTS Counts[DwWays];

} DW_GLOBALS;

static DW_GLOBALS Dw;

static CONST PCSTR DwWayNames[DwWays] = {

    "pre-create",
    "post-create",
    "pre-write",
    "post-write"
};

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
DwReadParameters (
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
DwPrintCounts (
    VOID
    );

static NTSTATUS
FLTAPI
DwUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static NTSTATUS
FLTAPI
DwInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    );

static NTSTATUS
FLTAPI
DwInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
DwPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
DwPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

static BOOLEAN
DwDefer (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ DW_WAY Way,
    _In_ PFLT_DEFERRED_IO_WORKITEM_ROUTINE Routine
    );

static VOID
FLTAPI
DwPreWorker (
    _In_ PFLT_DEFERRED_IO_WORKITEM WorkItem,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    );

static VOID
FLTAPI
DwPostWorker (
    _In_ PFLT_DEFERRED_IO_WORKITEM WorkItem,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, DwReadParameters)
#pragma alloc_text(PAGE, DwPrintCounts)
#pragma alloc_text(PAGE, DwUnload)
#pragma alloc_text(PAGE, DwInstanceSetup)
#pragma alloc_text(PAGE, DwInstanceQueryTeardown)
#endif

static CONST FLT_OPERATION_REGISTRATION DwOperations[] = {

    { IRP_MJ_CREATE, 0, DwPreOperation, DwPostOperation },
    { IRP_MJ_WRITE, 0, DwPreOperation, DwPostOperation },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION DwRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    DwOperations,
    DwUnload,
    DwInstanceSetup,
    DwInstanceQueryTeardown,
    NULL,                               //  InstanceTeardownStart
    NULL                                //  InstanceTeardownComplete
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    DwReadParameters(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &DwRegistration, &Dw.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Dw.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Dw.Filter);
        }
    }

    return Status;
}

static ULONG
DwQueryValue (
    _In_ HANDLE Key,
    _In_ PCWSTR Name,
    _In_ ULONG Default
    )
/*++

Return Value:

    The REG_DWORD of that name, or the default.

--*/
{
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    UNICODE_STRING ValueName;
    ULONG Length;
    NTSTATUS Status;

    RtlInitUnicodeString(&ValueName, Name);

    Status = ZwQueryValueKey(Key,
                             &ValueName,
                             KeyValuePartialInformation,
                             Value,
                             sizeof(Buffer),
                             &Length);

    if (NT_SUCCESS(Status) &&
        Value->Type == REG_DWORD &&
        Value->DataLength == sizeof(ULONG)) {

        return *(PULONG)Value->Data;
    }

    return Default;
}

static VOID
DwReadParameters (
    _In_ PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    OBJECT_ATTRIBUTES Attributes;
    HANDLE ServiceKey;
    HANDLE ParametersKey;
    NTSTATUS Status;

    PAGED_CODE();

    Dw.Mode = DW_DEFER_PRE | DW_DEFER_POST;

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

        Dw.Mode = DwQueryValue(ParametersKey, L"Mode", Dw.Mode);
        Dw.DelayMs = DwQueryValue(ParametersKey, L"DelayMs", 0);

        ZwClose(ParametersKey);
    }

    ZwClose(ServiceKey);
}

static VOID
DwPrintCounts (
    VOID
    )
{
    PDW_COUNTS Counts;
    ULONG Way;

    PAGED_CODE();

    for (Way = 0; Way < DwWays; Way += 1) {

        Counts = &Dw.Counts[Way];

        DbgPrint("deferwork: %s: deferred %I64d resumed %I64d notsafe %I64d deleting %I64d "
                 "refused %I64d direct %I64d samethread %I64d highlevel %I64d\n",
                 DwWayNames[Way],
                 Counts->Deferred,
                 Counts->Resumed,
                 Counts->NotSafe,
                 Counts->Deleting,
                 Counts->Refused,
                 Counts->Direct,
                 Counts->SameThread,
                 Counts->HighLevel);
    }
}

static NTSTATUS
FLTAPI
DwUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    //
    //  Waits for the workers: what is queued keeps its instance.
    //

    FltUnregisterFilter(Dw.Filter);

    DwPrintCounts();

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
DwInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);

    PAGED_CODE();

    if (VolumeFilesystemType == FLT_FSTYPE_RAW) {

        return STATUS_FLT_DO_NOT_ATTACH;
    }

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
DwInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    return STATUS_SUCCESS;
}

static BOOLEAN
DwDefer (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ DW_WAY Way,
    _In_ PFLT_DEFERRED_IO_WORKITEM_ROUTINE Routine
    )
/*++

Routine Description:

    Queues an operation for a worker. IRQL: up to DISPATCH_LEVEL.

Arguments:

    Data - The operation, which the worker may have finished with when this returns.

    Way - What it is and where it goes; the worker's context as well.

    Routine - The worker.

Return Value:

    FALSE if the operation was not queued and has to go on in this thread.

--*/
{
    PDW_COUNTS Counts = &Dw.Counts[Way];
    PFLT_DEFERRED_IO_WORKITEM WorkItem;
    WORK_QUEUE_TYPE Queue;
    NTSTATUS Status;

    WorkItem = FltAllocateDeferredIoWorkItem();

    if (WorkItem == NULL) {

        InterlockedIncrement64(&Counts->Refused);
        return FALSE;
    }

    //
    //  Somebody who writes waits for data that is there already; a create may take its time.
    //

    Queue = (Way == DwPreWrite || Way == DwPostWrite) ? CriticalWorkQueue : DelayedWorkQueue;

    InterlockedIncrement64(&Counts->Deferred);

    Status = FltQueueDeferredIoWorkItem(WorkItem,
                                        Data,
                                        Routine,
                                        Queue,
                                        (PVOID)(ULONG_PTR)Way);

    if (NT_SUCCESS(Status)) {

        return TRUE;
    }

    InterlockedDecrement64(&Counts->Deferred);

    if (Status == STATUS_FLT_NOT_SAFE_TO_POST_OPERATION) {

        InterlockedIncrement64(&Counts->NotSafe);

    } else if (Status == STATUS_FLT_DELETING_OBJECT) {

        InterlockedIncrement64(&Counts->Deleting);

    } else {

        InterlockedIncrement64(&Counts->Refused);
    }

    FltFreeDeferredIoWorkItem(WorkItem);

    return FALSE;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
DwPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
/*++

Routine Description:

    Not pageable: paging I/O comes through here as well, and is refused by the queue.

--*/
{
    DW_WAY Way = Data->Iopb->MajorFunction == IRP_MJ_CREATE ? DwPreCreate : DwPreWrite;

    UNREFERENCED_PARAMETER(FltObjects);

    *CompletionContext = NULL;

    if (!FLT_IS_IRP_OPERATION(Data)) {

        //
        //  The same write comes again as an IRP.
        //

        InterlockedIncrement64(&Dw.Counts[Way].Direct);
        return FLT_PREOP_DISALLOW_FASTIO;
    }

    if (FlagOn(Dw.Mode, DW_DEFER_PRE) && DwDefer(Data, Way, DwPreWorker)) {

        return FLT_PREOP_PENDING;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
DwPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
/*++

Routine Description:

    IRQL: up to DISPATCH_LEVEL.

--*/
{
    DW_WAY Way = Data->Iopb->MajorFunction == IRP_MJ_CREATE ? DwPostCreate : DwPostWrite;

    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);

    if (FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING)) {

        InterlockedIncrement64(&Dw.Counts[Way].Direct);
        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (FlagOn(Dw.Mode, DW_DEFER_POST) && DwDefer(Data, Way, DwPostWorker)) {

        return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static VOID
DwWork (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PDW_COUNTS Counts
    )
/*++

Routine Description:

    What a filter came here for. It may sleep, and it owns the operation.

--*/
{
    LARGE_INTEGER Delay;

    if (KeGetCurrentIrql() != PASSIVE_LEVEL) {

        InterlockedIncrement64(&Counts->HighLevel);
    }

    if (Data->Thread == PsGetCurrentThread()) {

        InterlockedIncrement64(&Counts->SameThread);
    }

    if (Dw.DelayMs != 0) {

        Delay.QuadPart = -10000 * (LONGLONG)Dw.DelayMs;
        KeDelayExecutionThread(KernelMode, FALSE, &Delay);
    }

    InterlockedIncrement64(&Counts->Resumed);
}

static VOID
FLTAPI
DwPreWorker (
    _In_ PFLT_DEFERRED_IO_WORKITEM WorkItem,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    )
{
    DwWork(Data, &Dw.Counts[(ULONG_PTR)Context]);

    FltCompletePendedPreOperation(Data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);

    FltFreeDeferredIoWorkItem(WorkItem);
}

static VOID
FLTAPI
DwPostWorker (
    _In_ PFLT_DEFERRED_IO_WORKITEM WorkItem,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    )
{
    DwWork(Data, &Dw.Counts[(ULONG_PTR)Context]);

    FltCompletePendedPostOperation(Data);

    FltFreeDeferredIoWorkItem(WorkItem);
}
