/*++

Module Name:

    passthru.c

Abstract:

    The smallest complete minifilter: it sees every operation on its way down and on its way up,
    and changes nothing. A start for one's own filter, and a measure of what a filter costs.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

static PFLT_FILTER PtFilter;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static NTSTATUS
FLTAPI
PtUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static NTSTATUS
FLTAPI
PtInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    );

static NTSTATUS
FLTAPI
PtInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    );

static VOID
FLTAPI
PtInstanceTeardownStart (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    );

static VOID
FLTAPI
PtInstanceTeardownComplete (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PtPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PtPreShutdown (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PtPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, PtUnload)
#pragma alloc_text(PAGE, PtInstanceSetup)
#pragma alloc_text(PAGE, PtInstanceQueryTeardown)
#pragma alloc_text(PAGE, PtInstanceTeardownStart)
#pragma alloc_text(PAGE, PtInstanceTeardownComplete)
#endif

//
//  What the filter manager is to call. Every operation is named, so that this list doubles as
//  a table of what there is.
//

#define BOTH_WAYS(_major) { (_major), 0, PtPreOperation, PtPostOperation }

static CONST FLT_OPERATION_REGISTRATION PtOperations[] = {

    BOTH_WAYS(IRP_MJ_CREATE),
    BOTH_WAYS(IRP_MJ_CREATE_NAMED_PIPE),
    BOTH_WAYS(IRP_MJ_CREATE_MAILSLOT),
    BOTH_WAYS(IRP_MJ_CLEANUP),
    BOTH_WAYS(IRP_MJ_CLOSE),

    BOTH_WAYS(IRP_MJ_READ),
    BOTH_WAYS(IRP_MJ_WRITE),
    BOTH_WAYS(IRP_MJ_FLUSH_BUFFERS),
    BOTH_WAYS(IRP_MJ_LOCK_CONTROL),

    BOTH_WAYS(IRP_MJ_QUERY_INFORMATION),
    BOTH_WAYS(IRP_MJ_SET_INFORMATION),
    BOTH_WAYS(IRP_MJ_QUERY_EA),
    BOTH_WAYS(IRP_MJ_SET_EA),
    BOTH_WAYS(IRP_MJ_QUERY_SECURITY),
    BOTH_WAYS(IRP_MJ_SET_SECURITY),
    BOTH_WAYS(IRP_MJ_QUERY_QUOTA),
    BOTH_WAYS(IRP_MJ_SET_QUOTA),

    BOTH_WAYS(IRP_MJ_DIRECTORY_CONTROL),
    BOTH_WAYS(IRP_MJ_FILE_SYSTEM_CONTROL),
    BOTH_WAYS(IRP_MJ_DEVICE_CONTROL),
    BOTH_WAYS(IRP_MJ_INTERNAL_DEVICE_CONTROL),

    BOTH_WAYS(IRP_MJ_QUERY_VOLUME_INFORMATION),
    BOTH_WAYS(IRP_MJ_SET_VOLUME_INFORMATION),
    BOTH_WAYS(IRP_MJ_PNP),

    //
    //  Nothing comes back up from a shutdown.
    //

    { IRP_MJ_SHUTDOWN, 0, PtPreShutdown, NULL },

    BOTH_WAYS(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION),
    BOTH_WAYS(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION),
    BOTH_WAYS(IRP_MJ_ACQUIRE_FOR_MOD_WRITE),
    BOTH_WAYS(IRP_MJ_RELEASE_FOR_MOD_WRITE),
    BOTH_WAYS(IRP_MJ_ACQUIRE_FOR_CC_FLUSH),
    BOTH_WAYS(IRP_MJ_RELEASE_FOR_CC_FLUSH),

    BOTH_WAYS(IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE),
    BOTH_WAYS(IRP_MJ_NETWORK_QUERY_OPEN),
    BOTH_WAYS(IRP_MJ_MDL_READ),
    BOTH_WAYS(IRP_MJ_MDL_READ_COMPLETE),
    BOTH_WAYS(IRP_MJ_PREPARE_MDL_WRITE),
    BOTH_WAYS(IRP_MJ_MDL_WRITE_COMPLETE),
    BOTH_WAYS(IRP_MJ_QUERY_OPEN),

    BOTH_WAYS(IRP_MJ_VOLUME_MOUNT),
    BOTH_WAYS(IRP_MJ_VOLUME_DISMOUNT),

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION PtRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    PtOperations,
    PtUnload,
    PtInstanceSetup,
    PtInstanceQueryTeardown,
    PtInstanceTeardownStart,
    PtInstanceTeardownComplete
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
/*++

Routine Description:

    Registers with the filter manager and starts to filter.

Return Value:

    What the filter manager says.

--*/
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &PtRegistration, &PtFilter);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    Status = FltStartFiltering(PtFilter);

    if (!NT_SUCCESS(Status)) {

        FltUnregisterFilter(PtFilter);
        PtFilter = NULL;
    }

    return Status;
}

static NTSTATUS
FLTAPI
PtUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
/*++

Routine Description:

    The filter is to go. There is nothing of its own to wait for, so it always agrees.

--*/
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    FltUnregisterFilter(PtFilter);
    PtFilter = NULL;

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
PtInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
/*++

Routine Description:

    Attaches to every volume.

--*/
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);
    UNREFERENCED_PARAMETER(VolumeFilesystemType);

    PAGED_CODE();

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
PtInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    )
/*++

Routine Description:

    Somebody asks to detach the instance by hand; it may go at any time.

--*/
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    return STATUS_SUCCESS;
}

static VOID
FLTAPI
PtInstanceTeardownStart (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    )
/*++

Routine Description:

    A filter that holds operations would complete them here.

--*/
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Reason);

    PAGED_CODE();
}

static VOID
FLTAPI
PtInstanceTeardownComplete (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    )
/*++

Routine Description:

    Nothing will come through this instance any more.

--*/
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Reason);

    PAGED_CODE();
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PtPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
/*++

Routine Description:

    An operation on its way down. Not pageable: paging I/O comes through here as well.

--*/
{
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(FltObjects);

    *CompletionContext = NULL;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PtPreShutdown (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
/*++

Routine Description:

    The volume is told that the machine goes down.

--*/
{
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(FltObjects);

    *CompletionContext = NULL;

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PtPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
/*++

Routine Description:

    An operation on its way up, at any level up to DISPATCH_LEVEL.

--*/
{
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);
    UNREFERENCED_PARAMETER(Flags);

    return FLT_POSTOP_FINISHED_PROCESSING;
}
