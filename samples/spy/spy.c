/*++

Module Name:

    spy.c

Abstract:

    Watches a volume: one line in the debugger's output for each operation that has completed,
    with its name, file, process, status and duration, and totals when the filter goes.

        spy: CREATE \dir\file pid=123 (cp) STATUS_SUCCESS 12us

    The value DebugFlags of the Parameters key says what is printed.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

#define SPY_TAG         'ypSF'
#define SPY_NAME_CHARS  200
#define SPY_IMAGE_CHARS 16

//
//  DebugFlags
//

#define SPY_PRINT_OPERATIONS    0x00000001
#define SPY_PRINT_TOTALS        0x00000002

//
//  From the pre-operation to the post-operation of one operation. Nonpaged: an operation may
//  come back at DISPATCH_LEVEL.
//

typedef struct _SPY_RECORD {

    LARGE_INTEGER Start;
    ULONG ProcessId;
    CHAR Image[SPY_IMAGE_CHARS];
    UNICODE_STRING Name;
    WCHAR NameBuffer[SPY_NAME_CHARS];

} SPY_RECORD, *PSPY_RECORD;

typedef struct _SPY_TOTAL {

    volatile LONG64 Count;
    volatile LONG64 Failed;
    volatile LONG64 Ticks;

} SPY_TOTAL, *PSPY_TOTAL;

typedef struct _SPY_GLOBALS {

    PFLT_FILTER Filter;
    ULONG DebugFlags;
    LONGLONG Frequency;
    NPAGED_LOOKASIDE_LIST Records;
    SPY_TOTAL Totals[256];

} SPY_GLOBALS;

static SPY_GLOBALS Spy;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static ULONG
SpyReadFlags (
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
SpyPrintTotals (
    VOID
    );

static NTSTATUS
FLTAPI
SpyUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static NTSTATUS
FLTAPI
SpyInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    );

static NTSTATUS
FLTAPI
SpyInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
SpyPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
SpyPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, SpyReadFlags)
#pragma alloc_text(PAGE, SpyPrintTotals)
#pragma alloc_text(PAGE, SpyUnload)
#pragma alloc_text(PAGE, SpyInstanceSetup)
#pragma alloc_text(PAGE, SpyInstanceQueryTeardown)
#endif

#define SPY_ON(_major) { (_major), 0, SpyPreOperation, SpyPostOperation }

static CONST FLT_OPERATION_REGISTRATION SpyOperations[] = {

    SPY_ON(IRP_MJ_CREATE),
    SPY_ON(IRP_MJ_CLEANUP),
    SPY_ON(IRP_MJ_CLOSE),
    SPY_ON(IRP_MJ_READ),
    SPY_ON(IRP_MJ_WRITE),
    SPY_ON(IRP_MJ_FLUSH_BUFFERS),
    SPY_ON(IRP_MJ_LOCK_CONTROL),
    SPY_ON(IRP_MJ_QUERY_INFORMATION),
    SPY_ON(IRP_MJ_SET_INFORMATION),
    SPY_ON(IRP_MJ_QUERY_EA),
    SPY_ON(IRP_MJ_SET_EA),
    SPY_ON(IRP_MJ_QUERY_SECURITY),
    SPY_ON(IRP_MJ_SET_SECURITY),
    SPY_ON(IRP_MJ_DIRECTORY_CONTROL),
    SPY_ON(IRP_MJ_FILE_SYSTEM_CONTROL),
    SPY_ON(IRP_MJ_QUERY_VOLUME_INFORMATION),
    SPY_ON(IRP_MJ_QUERY_OPEN),

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION SpyRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    SpyOperations,
    SpyUnload,
    SpyInstanceSetup,
    SpyInstanceQueryTeardown,
    NULL,                               //  InstanceTeardownStart
    NULL                                //  InstanceTeardownComplete
};

//
//  Names of the statuses that a reader meets often; the others are printed as numbers.
//

typedef struct _SPY_STATUS_NAME {

    NTSTATUS Status;
    PCSTR Name;

} SPY_STATUS_NAME;

#define STATUS_NAME(_status) { (_status), #_status }

static CONST SPY_STATUS_NAME SpyStatusNames[] = {

    STATUS_NAME(STATUS_SUCCESS),
    STATUS_NAME(STATUS_PENDING),
    STATUS_NAME(STATUS_REPARSE),
    STATUS_NAME(STATUS_BUFFER_OVERFLOW),
    STATUS_NAME(STATUS_NO_MORE_FILES),
    STATUS_NAME(STATUS_NO_SUCH_FILE),
    STATUS_NAME(STATUS_END_OF_FILE),
    STATUS_NAME(STATUS_ACCESS_DENIED),
    STATUS_NAME(STATUS_CANCELLED),
    STATUS_NAME(STATUS_DISK_FULL),
    STATUS_NAME(STATUS_SHARING_VIOLATION),
    STATUS_NAME(STATUS_DELETE_PENDING),
    STATUS_NAME(STATUS_CANNOT_DELETE),
    STATUS_NAME(STATUS_DIRECTORY_NOT_EMPTY),
    STATUS_NAME(STATUS_FILE_IS_A_DIRECTORY),
    STATUS_NAME(STATUS_NOT_A_DIRECTORY),
    STATUS_NAME(STATUS_OBJECT_NAME_COLLISION),
    STATUS_NAME(STATUS_OBJECT_NAME_INVALID),
    STATUS_NAME(STATUS_OBJECT_NAME_NOT_FOUND),
    STATUS_NAME(STATUS_OBJECT_PATH_NOT_FOUND),
    STATUS_NAME(STATUS_INSUFFICIENT_RESOURCES),
    STATUS_NAME(STATUS_INVALID_DEVICE_REQUEST),
    STATUS_NAME(STATUS_INVALID_PARAMETER),
    STATUS_NAME(STATUS_FLT_DISALLOW_FAST_IO),
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    LARGE_INTEGER Frequency;
    NTSTATUS Status;

    Spy.DebugFlags = SpyReadFlags(RegistryPath);

    KeQueryPerformanceCounter(&Frequency);
    Spy.Frequency = Frequency.QuadPart;

    ExInitializeNPagedLookasideList(&Spy.Records,
                                    NULL,
                                    NULL,
                                    POOL_NX_ALLOCATION,
                                    sizeof(SPY_RECORD),
                                    SPY_TAG,
                                    0);

    Status = FltRegisterFilter(DriverObject, &SpyRegistration, &Spy.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Spy.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Spy.Filter);
        }
    }

    if (!NT_SUCCESS(Status)) {

        ExDeleteNPagedLookasideList(&Spy.Records);
    }

    return Status;
}

static ULONG
SpyReadFlags (
    _In_ PUNICODE_STRING RegistryPath
    )
/*++

Routine Description:

    Reads DebugFlags from the Parameters key of the service.

Return Value:

    Its value; without one, lines and totals are printed.

--*/
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING ValueName = RTL_CONSTANT_STRING(L"DebugFlags");
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    OBJECT_ATTRIBUTES Attributes;
    HANDLE ServiceKey;
    HANDLE ParametersKey;
    ULONG Flags = SPY_PRINT_OPERATIONS | SPY_PRINT_TOTALS;
    ULONG Length;
    NTSTATUS Status;

    PAGED_CODE();

    InitializeObjectAttributes(&Attributes,
                               RegistryPath,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL,
                               NULL);

    Status = ZwOpenKey(&ServiceKey, KEY_READ, &Attributes);

    if (!NT_SUCCESS(Status)) {

        return Flags;
    }

    InitializeObjectAttributes(&Attributes,
                               &Parameters,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               ServiceKey,
                               NULL);

    Status = ZwOpenKey(&ParametersKey, KEY_READ, &Attributes);

    if (NT_SUCCESS(Status)) {

        Status = ZwQueryValueKey(ParametersKey,
                                 &ValueName,
                                 KeyValuePartialInformation,
                                 Value,
                                 sizeof(Buffer),
                                 &Length);

        if (NT_SUCCESS(Status) &&
            Value->Type == REG_DWORD &&
            Value->DataLength == sizeof(ULONG)) {

            Flags = *(PULONG)Value->Data;
        }

        ZwClose(ParametersKey);
    }

    ZwClose(ServiceKey);

    return Flags;
}

static PCSTR
SpyOperationName (
    _In_ UCHAR MajorFunction
    )
/*++

Routine Description:

    The name of an operation without the prefix that all of them share.

--*/
{
    static CONST CHAR Prefix[] = "IRP_MJ_";
    PCSTR Name = FltGetIrpName(MajorFunction);
    ULONG Index;

    for (Index = 0; Prefix[Index] != '\0'; Index += 1) {

        if (Name[Index] != Prefix[Index]) {

            return Name;
        }
    }

    return Name + Index;
}

static VOID
SpyPrintOperation (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PSPY_RECORD Record,
    _In_ LONGLONG Microseconds
    )
/*++

Routine Description:

    One line for an operation. IRQL: up to DISPATCH_LEVEL.

--*/
{
    PCSTR Operation = SpyOperationName(Data->Iopb->MajorFunction);
    ULONG Index;

    for (Index = 0; Index < ARRAYSIZE(SpyStatusNames); Index += 1) {

        if (SpyStatusNames[Index].Status == Data->IoStatus.Status) {

            DbgPrint("spy: %s %wZ pid=%u (%s) %s %I64dus\n",
                     Operation,
                     &Record->Name,
                     Record->ProcessId,
                     Record->Image,
                     SpyStatusNames[Index].Name,
                     Microseconds);
            return;
        }
    }

    DbgPrint("spy: %s %wZ pid=%u (%s) 0x%08x %I64dus\n",
             Operation,
             &Record->Name,
             Record->ProcessId,
             Record->Image,
             Data->IoStatus.Status,
             Microseconds);
}

static VOID
SpyPrintTotals (
    VOID
    )
{
    PSPY_TOTAL Total;
    ULONG Major;

    PAGED_CODE();

    for (Major = 0; Major < ARRAYSIZE(Spy.Totals); Major += 1) {

        Total = &Spy.Totals[Major];

        if (Total->Count != 0) {

            DbgPrint("spy: total %s %I64d operations, %I64d failed, %I64dus in all\n",
                     SpyOperationName((UCHAR)Major),
                     Total->Count,
                     Total->Failed,
                     Total->Ticks * 1000000 / Spy.Frequency);
        }
    }
}

static NTSTATUS
FLTAPI
SpyUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    //
    //  No callback runs and no record is out any more when this returns.
    //

    FltUnregisterFilter(Spy.Filter);

    if (FlagOn(Spy.DebugFlags, SPY_PRINT_TOTALS)) {

        SpyPrintTotals();
    }

    ExDeleteNPagedLookasideList(&Spy.Records);

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
SpyInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
/*++

Routine Description:

    Attaches to every volume with a file system on it.

--*/
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
SpyInstanceQueryTeardown (
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
SpyCopyImage (
    _Out_ PSPY_RECORD Record,
    _In_opt_ PEPROCESS Process
    )
/*++

Routine Description:

    Notes the program's name, cut where the kernel cuts it.

--*/
{
    PCHAR Image = Process != NULL ? PsGetProcessImageFileName(Process) : NULL;
    ULONG Index = 0;

    if (Image != NULL) {

        while (Index < SPY_IMAGE_CHARS - 1 && Image[Index] != '\0') {

            Record->Image[Index] = Image[Index];
            Index += 1;
        }
    }

    Record->Image[Index] = '\0';
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
SpyPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
/*++

Routine Description:

    Notes who asks for what. Not pageable: paging I/O comes through here as well.

--*/
{
    PSPY_RECORD Record;

    *CompletionContext = NULL;

    Record = ExAllocateFromNPagedLookasideList(&Spy.Records);

    if (Record == NULL) {

        //
        //  Rather miss one than fail it.
        //

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    RtlInitEmptyUnicodeString(&Record->Name, Record->NameBuffer, sizeof(Record->NameBuffer));

    if (FlagOn(Spy.DebugFlags, SPY_PRINT_OPERATIONS)) {

        Record->ProcessId = FltGetRequestorProcessId(Data);
        SpyCopyImage(Record, FltGetRequestorProcess(Data));

        if (FltObjects->FileObject != NULL) {

            RtlCopyUnicodeString(&Record->Name, &FltObjects->FileObject->FileName);
        }
    }

    Record->Start = KeQueryPerformanceCounter(NULL);
    *CompletionContext = Record;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
SpyPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
/*++

Routine Description:

    The operation has completed, or the instance goes and will not see its completion. IRQL: up
    to DISPATCH_LEVEL.

--*/
{
    PSPY_RECORD Record = CompletionContext;
    PSPY_TOTAL Total = &Spy.Totals[Data->Iopb->MajorFunction];
    LONGLONG Ticks;

    UNREFERENCED_PARAMETER(FltObjects);

    if (!FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING)) {

        Ticks = KeQueryPerformanceCounter(NULL).QuadPart - Record->Start.QuadPart;

        InterlockedIncrement64(&Total->Count);
        InterlockedAdd64(&Total->Ticks, Ticks);

        if (!NT_SUCCESS(Data->IoStatus.Status)) {

            InterlockedIncrement64(&Total->Failed);
        }

        if (FlagOn(Spy.DebugFlags, SPY_PRINT_OPERATIONS)) {

            SpyPrintOperation(Data, Record, Ticks * 1000000 / Spy.Frequency);
        }
    }

    ExFreeToNPagedLookasideList(&Spy.Records, Record);

    return FLT_POSTOP_FINISHED_PROCESSING;
}
