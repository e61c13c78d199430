/*++

Module Name:

    onvolume.c

Abstract:

    For tests: a volume's life, from its mount to its end, and what a volume is. Its callbacks say
    in which order they are called:

        pre mount, post mount, setup, pre dismount, post dismount, teardown start,
        teardown complete, context goes

    With the value Wait in its service key an instance is not set up before there is a file \go.
    What else it does is in the name of a file, when that is opened:

        vol-facts       says what the volume is
        vol-sectors     says what its device's sectors are
        vol-object      opens the volume itself, and tries what can be done with that
        vol-ask         asks the volume without a file, and then through this one
        vol-keep        takes a reference to the volume and forgets it
        vol-end-N       how the next dismount is answered: 1 fails it, 2 says that it is not wanted
                        in its fast form
        vol-size-N      what is answered about sizes from then on: 1 units of nothing, 2 more that
                        is free than there is, 0 what the volume says
        answered        a device control of the file is answered with data

    It judges rows of the contract itself: "row ID ok|failed".

Environment:

    Kernel mode

--*/

#include "onvolume.h"

PFLT_FILTER OnVolumeFilter;
static BOOLEAN OnVolumeWait;
static WCHAR OnVolumeEnd;
static WCHAR OnVolumeSize;

DRIVER_INITIALIZE DriverEntry;

static FLT_PREOP_CALLBACK_STATUS
OnVolumeAnswer (
    _Inout_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Answers a device control with as many letters as there is room for, and one less than that is
    said to be there.

--*/
{
    ULONG Length = Data->Iopb->Parameters.DeviceIoControl.Neither.OutputBufferLength;
    PUCHAR Buffer = NULL;
    ULONG Index;

    if (Length < 2 || !NT_SUCCESS( FltLockUserBuffer( Data ) )) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (Data->Iopb->Parameters.DeviceIoControl.Neither.OutputMdlAddress != NULL) {

        Buffer = MmGetSystemAddressForMdlSafe(
                     Data->Iopb->Parameters.DeviceIoControl.Neither.OutputMdlAddress,
                     NormalPagePriority );
    }

    if (Buffer == NULL) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    for (Index = 0; Index < Length - 1; Index += 1) {

        Buffer[Index] = (UCHAR)('a' + Index % 26);
    }

    Data->IoStatus.Status = STATUS_SUCCESS;
    Data->IoStatus.Information = Length - 1;
    return FLT_PREOP_COMPLETE;
}

static VOID
OnVolumeAsked (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    if (Asked( FltObjects->FileObject, L"vol-facts" )) {

        OnVolumeFacts( FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"vol-sectors" )) {

        OnVolumeSectors( FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"vol-object" )) {

        OnVolumeObject( FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"vol-ask" )) {

        OnVolumeByInstance( FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"vol-keep" )) {

        PFLT_VOLUME Volume;

        FltGetVolumeFromInstance( FltObjects->Instance, &Volume );
    }

    if (Asked( FltObjects->FileObject, L"vol-end-1" )) {

        OnVolumeEnd = L'1';

    } else if (Asked( FltObjects->FileObject, L"vol-end-2" )) {

        OnVolumeEnd = L'2';

    }

    if (Asked( FltObjects->FileObject, L"vol-size-0" )) {

        OnVolumeSize = 0;

    } else if (Asked( FltObjects->FileObject, L"vol-size-1" )) {

        OnVolumeSize = L'1';

    } else if (Asked( FltObjects->FileObject, L"vol-size-2" )) {

        OnVolumeSize = L'2';
    }
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
OnVolumePre (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    WCHAR End = OnVolumeEnd;

    *CompletionContext = NULL;

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        OnVolumeAsked( FltObjects );
        return Asked( FltObjects->FileObject, L"vol-ask" ) ? FLT_PREOP_SUCCESS_WITH_CALLBACK :
                                                             FLT_PREOP_SUCCESS_NO_CALLBACK;

    case IRP_MJ_DEVICE_CONTROL:

        if (Asked( FltObjects->FileObject, L"answered" )) {

            return OnVolumeAnswer( Data );
        }
        return FLT_PREOP_SUCCESS_NO_CALLBACK;

    case IRP_MJ_VOLUME_MOUNT:

        DbgPrint("pre mount\n");
        break;

    case IRP_MJ_VOLUME_DISMOUNT:

        OnVolumeEnd = 0;
        DbgPrint("pre dismount level %u object %u instance %u\n",
                 KeGetCurrentIrql(),
                 (FltObjects->FileObject != NULL),
                 (FltObjects->Instance != NULL));

        if (End == L'1') {

            Data->IoStatus.Status = STATUS_ACCESS_DENIED;
            Data->IoStatus.Information = 0;
            return FLT_PREOP_COMPLETE;
        }

        if (End == L'2') {

            return FLT_PREOP_DISALLOW_FASTIO;
        }
        break;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
OnVolumePost (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    PFILE_FS_FULL_SIZE_INFORMATION Size;

    UNREFERENCED_PARAMETER( CompletionContext );
    UNREFERENCED_PARAMETER( Flags );

    if (Data->Iopb->MajorFunction == IRP_MJ_QUERY_VOLUME_INFORMATION) {

        Size = (PFILE_FS_FULL_SIZE_INFORMATION)
               Data->Iopb->Parameters.QueryVolumeInformation.VolumeBuffer;

        if (!NT_SUCCESS( Data->IoStatus.Status ) ||
            Data->Iopb->Parameters.QueryVolumeInformation.FsInformationClass !=
                FileFsFullSizeInformation) {

            return FLT_POSTOP_FINISHED_PROCESSING;
        }

        if (OnVolumeSize == L'1') {

            Size->SectorsPerAllocationUnit = 0;

        } else if (OnVolumeSize == L'2') {

            Size->CallerAvailableAllocationUnits.QuadPart =
                Size->TotalAllocationUnits.QuadPart + 1;
        }

    } else if (Data->Iopb->MajorFunction == IRP_MJ_CREATE) {

        if (NT_SUCCESS( Data->IoStatus.Status ) && Data->IoStatus.Status != STATUS_REPARSE) {

            OnVolumeByFile( FltObjects );
        }

    } else if (Data->Iopb->MajorFunction == IRP_MJ_VOLUME_MOUNT) {

        DbgPrint("post mount\n");
        OnVolumeMounted( FltObjects->Volume );

    } else {

        DbgPrint("post dismount\n");
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
OnVolumeSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
{
    PFLT_CONTEXT Context;
    LARGE_INTEGER Timeout;
    ULONG Tries;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER( Flags );
    UNREFERENCED_PARAMETER( VolumeDeviceType );
    UNREFERENCED_PARAMETER( VolumeFilesystemType );

    DbgPrint("setup\n");

    Status = FltAllocateContext( OnVolumeFilter,
                                 FLT_VOLUME_CONTEXT,
                                 sizeof(ULONG),
                                 NonPagedPool,
                                 &Context );

    if (NT_SUCCESS( Status )) {

        FltSetVolumeContext( FltObjects->Volume,
                             FLT_SET_CONTEXT_KEEP_IF_EXISTS,
                             Context,
                             NULL );
        FltReleaseContext( Context );
    }

    FltRegisterForDataScan( FltObjects->Instance );

    //
    //  Nobody has to wait as long as that.
    //

    Timeout.QuadPart = -100000;

    for (Tries = 0; OnVolumeWait && Tries < 2500; Tries += 1) {

        if (OnVolumeThere( FltObjects->Instance, L"\\go" )) {

            Row( "VOL-07", TRUE );
            break;
        }

        KeDelayExecutionThread( KernelMode, FALSE, &Timeout );
    }

    DbgPrint("set up\n");
    return STATUS_SUCCESS;
}

static VOID
FLTAPI
OnVolumeTeardownStart (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    )
{
    UNREFERENCED_PARAMETER( FltObjects );

    DbgPrint("teardown start %x\n", Reason);
}

static VOID
FLTAPI
OnVolumeTeardownComplete (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    )
{
    UNREFERENCED_PARAMETER( FltObjects );

    DbgPrint("teardown complete %x\n", Reason);
}

static VOID
FLTAPI
OnVolumeContextCleanup (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    )
{
    UNREFERENCED_PARAMETER( Context );

    if (ContextType == FLT_VOLUME_CONTEXT) {

        DbgPrint("context goes\n");
    }
}

static NTSTATUS
FLTAPI
OnVolumeUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    FltUnregisterFilter( OnVolumeFilter );
    return STATUS_SUCCESS;
}

static CONST FLT_CONTEXT_REGISTRATION OnVolumeContexts[] = {

    { FLT_VOLUME_CONTEXT, 0, OnVolumeContextCleanup, sizeof(ULONG), ONVOLUME_TAG },
    { FLT_SECTION_CONTEXT, 0, OnVolumeContextCleanup, sizeof(ULONG), ONVOLUME_TAG },

    { FLT_CONTEXT_END }
};

static CONST FLT_OPERATION_REGISTRATION OnVolumeOperations[] = {

    { IRP_MJ_CREATE, 0, OnVolumePre, OnVolumePost },
    { IRP_MJ_DEVICE_CONTROL, 0, OnVolumePre, NULL },
    { IRP_MJ_QUERY_VOLUME_INFORMATION, 0, OnVolumePre, OnVolumePost },
    { IRP_MJ_VOLUME_MOUNT, 0, OnVolumePre, OnVolumePost },
    { IRP_MJ_VOLUME_DISMOUNT, 0, OnVolumePre, OnVolumePost },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION OnVolumeRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    OnVolumeContexts,
    OnVolumeOperations,
    OnVolumeUnload,
    OnVolumeSetup,
    NULL,                               //  InstanceQueryTeardown
    OnVolumeTeardownStart,
    OnVolumeTeardownComplete
};

static BOOLEAN
OnVolumeHasValue (
    _In_ PUNICODE_STRING RegistryPath,
    _In_ PCWSTR Text
    )
/*++

Routine Description:

    Is the value there?

--*/
{
    UNICODE_STRING Name;
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 64];
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Key;
    ULONG Length;
    NTSTATUS Status;

    RtlInitUnicodeString( &Name, Text );

    InitializeObjectAttributes( &Attributes,
                                RegistryPath,
                                OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                NULL,
                                NULL );

    Status = ZwOpenKey( &Key, KEY_READ, &Attributes );

    if (!NT_SUCCESS( Status )) {

        return FALSE;
    }

    Status = ZwQueryValueKey( Key,
                              &Name,
                              KeyValuePartialInformation,
                              Buffer,
                              sizeof(Buffer),
                              &Length );
    ZwClose( Key );

    return (BOOLEAN)NT_SUCCESS( Status );
}

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    OnVolumeWait = OnVolumeHasValue( RegistryPath, L"Wait" );

    Status = FltRegisterFilter( DriverObject, &OnVolumeRegistration, &OnVolumeFilter );

    if (NT_SUCCESS( Status )) {

        Status = FltStartFiltering( OnVolumeFilter );

        if (!NT_SUCCESS( Status )) {

            FltUnregisterFilter( OnVolumeFilter );
        }
    }

    return Status;
}
