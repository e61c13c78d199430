/*++

Module Name:

    asker.c

Abstract:

    For tests: asks about a file that is opened, and changes what is asked of a folder. What it
    does is in the name of the file:

        ask-classes     the classes of information that a file has
        ask-delete      marks files in the root for deletion
        ask-ea          extended attributes
        ask-plain       those of a file that has none, or whose file system knows none (ask-none)
        ask-secure      security descriptors
        ask-control     control codes
        ask-flush-N     flushes the file: 0 all of it, 1 and purges it, 2 data, 3 without the device,
                        4 data with it
        ask-refused     flushes that are refused
        ask-pattern     lists the folder \pattern by patterns
        dir-edit        a folder whose listing is changed: see folder.c

    It judges rows of the contract itself: "row ID ok|failed".

Environment:

    Kernel mode

--*/

#include "asker.h"

PFLT_FILTER AskerFilter;

//
//  The folder that the last create with SL_OPEN_TARGET_DIRECTORY opened
//

static PFILE_OBJECT AskerTarget;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
AskerOpen (
    _In_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Path,
    _In_ ACCESS_MASK Access,
    _In_ ULONG Options,
    _Out_ PHANDLE Handle,
    _Out_ PFILE_OBJECT *FileObject
    )
/*++

Routine Description:

    Opens what there is of a name on the volume.

--*/
{
    WCHAR Buffer[128];
    UNICODE_STRING Name = { 0, sizeof(Buffer), Buffer };
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;
    PFLT_VOLUME Volume;
    NTSTATUS Status;

    *Handle = NULL;
    *FileObject = NULL;
    Status = FltGetVolumeFromInstance( Instance, &Volume );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    Status = FltGetVolumeName( Volume, &Name, NULL );
    FltObjectDereference( Volume );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    RtlAppendUnicodeToString( &Name, Path );
    InitializeObjectAttributes( &Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL );

    return FltCreateFileEx( AskerFilter,
                            Instance,
                            Handle,
                            FileObject,
                            Access | SYNCHRONIZE,
                            &Attributes,
                            &Result,
                            NULL,
                            FILE_ATTRIBUTE_NORMAL,
                            FILE_SHARE_VALID_FLAGS,
                            FILE_OPEN,
                            FILE_SYNCHRONOUS_IO_NONALERT | Options,
                            NULL,
                            0,
                            0 );
}

VOID
AskerClose (
    _In_ HANDLE Handle,
    _In_ PFILE_OBJECT FileObject
    )
{
    if (FileObject != NULL) {

        ObDereferenceObject( FileObject );
    }

    if (Handle != NULL) {

        FltClose( Handle );
    }
}

static VOID
AskerParameters (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Says of a create which extra parameter it has: atomic TAG LENGTH VERSION, and nothing of one
    that has none; any other kind is not this system's.

--*/
{
    PATOMIC_CREATE_ECP_CONTEXT Atomic;
    PECP_LIST List = NULL;
    PVOID Context = NULL;
    PVOID Next = NULL;
    GUID Kind;
    ULONG Length;

    if (!NT_SUCCESS( FltGetEcpListFromCallbackData( AskerFilter, Data, &List ) ) || List == NULL) {

        return;
    }

    while (NT_SUCCESS( FltGetNextExtraCreateParameter( AskerFilter,
                                                       List,
                                                       Context,
                                                       &Kind,
                                                       &Next,
                                                       &Length ) )) {

        Context = Next;

        if (!IsEqualGUID( &Kind, &GUID_ECP_ATOMIC_CREATE )) {

            Row( "CREATE-79", FALSE );
            continue;
        }

        Atomic = (PATOMIC_CREATE_ECP_CONTEXT)Context;

        Row( "CREATE-79",
             (BOOLEAN)(Length >= sizeof(*Atomic) && Atomic->Size == sizeof(*Atomic) &&
                       FlagOn( Atomic->InFlags,
                               ATOMIC_CREATE_ECP_IN_FLAG_REPARSE_POINT_SPECIFIED ) &&
                       Atomic->ReparseBufferLength ==
                           REPARSE_DATA_BUFFER_HEADER_SIZE +
                           Atomic->ReparseBuffer->ReparseDataLength) );

        DbgPrint( "atomic %x %u %.*s.\n",
                  Atomic->ReparseBuffer->ReparseTag,
                  (ULONG)Atomic->ReparseBuffer->ReparseDataLength,
                  Atomic->ReparseBuffer->ReparseDataLength > sizeof(ULONG) ?
                      (int)(Atomic->ReparseBuffer->ReparseDataLength - sizeof(ULONG)) : 0,
                  (PCSTR)Atomic->ReparseBuffer->GenericReparseBuffer.DataBuffer + sizeof(ULONG) );
    }
}

static VOID
AskerRename (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    A name in the same folder is a bare one; for another, that folder was opened before.

--*/
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    PFILE_RENAME_INFORMATION Rename;
    BOOLEAN Bare = TRUE;
    ULONG Index;

    if (Parameters->SetFileInformation.FileInformationClass != FileRenameInformation &&
        Parameters->SetFileInformation.FileInformationClass != FileLinkInformation) {

        return;
    }

    Rename = (PFILE_RENAME_INFORMATION)Parameters->SetFileInformation.InfoBuffer;

    for (Index = 0; Index < Rename->FileNameLength / sizeof(WCHAR); Index += 1) {

        if (Rename->FileName[Index] == L'\\') {

            Bare = FALSE;
        }
    }

    DbgPrint( "rename bare %u parent %u\n",
              Bare,
              Parameters->SetFileInformation.ParentOfTarget != NULL );

    Row( "INFO-32",
         (BOOLEAN)(Parameters->SetFileInformation.ParentOfTarget == AskerTarget &&
                   Bare == (AskerTarget == NULL)) );
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
AskerPre (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    *CompletionContext = NULL;

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        AskerParameters( Data );

        if (FlagOn( Data->Iopb->OperationFlags, SL_OPEN_TARGET_DIRECTORY )) {

            AskerTarget = FltObjects->FileObject;
        }
        break;

    case IRP_MJ_CLOSE:

        if (FltObjects->FileObject == AskerTarget) {

            AskerTarget = NULL;
        }
        return FLT_PREOP_SUCCESS_NO_CALLBACK;

    case IRP_MJ_QUERY_INFORMATION:

        switch (Data->Iopb->Parameters.QueryFileInformation.FileInformationClass) {

        case FileBasicInformation:
        case FileStandardInformation:
        case FileNetworkOpenInformation:

            break;

        default:

            Row( "INFO-07", (BOOLEAN)FLT_IS_IRP_OPERATION( Data ) );
        }
        return FLT_PREOP_SUCCESS_NO_CALLBACK;

    case IRP_MJ_QUERY_OPEN:

        ((PFILE_STAT_INFORMATION)
            Data->Iopb->Parameters.QueryOpen.FileInformation)->FileId.QuadPart = -1;
        break;

    case IRP_MJ_SET_INFORMATION:

        Row( "INFO-07", (BOOLEAN)FLT_IS_IRP_OPERATION( Data ) );
        AskerRename( Data );
        return FLT_PREOP_SUCCESS_NO_CALLBACK;

    case IRP_MJ_DIRECTORY_CONTROL:

        AskerFolderAsked( Data, FltObjects );
        break;

    case IRP_MJ_DEVICE_CONTROL:

        DbgPrint( "ioctl mode %u method %u at %I64x\n",
                  (ULONG)Data->RequestorMode,
                  (ULONG)METHOD_FROM_CTL_CODE(
                      Data->Iopb->Parameters.DeviceIoControl.Common.IoControlCode ),
                  (ULONGLONG)(ULONG_PTR)
                      Data->Iopb->Parameters.DeviceIoControl.Neither.InputBuffer );
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static VOID
AskerAsked (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFILE_OBJECT FileObject = FltObjects->FileObject;
    WCHAR Word[] = L"ask-flush-0";
    ULONG Type;

    if (Asked( FileObject, L"ask-classes" )) {

        AskerClasses( FltObjects );
    }

    if (Asked( FileObject, L"ask-delete" )) {

        AskerDispositions( FltObjects->Instance );
    }

    if (Asked( FileObject, L"ask-ea" )) {

        AskerEa( FltObjects );
    }

    if (Asked( FileObject, L"ask-plain" )) {

        AskerNoEa( FltObjects, STATUS_NO_EAS_ON_FILE );
    }

    if (Asked( FileObject, L"ask-none" )) {

        AskerNoEa( FltObjects, STATUS_EAS_NOT_SUPPORTED );
    }

    if (Asked( FileObject, L"ask-secure" )) {

        AskerSecurity( FltObjects->Instance );
    }

    if (Asked( FileObject, L"ask-control" )) {

        AskerControl( FltObjects->Instance );
    }

    if (Asked( FileObject, L"ask-refused" )) {

        AskerFlushRefused( FltObjects );
    }

    if (Asked( FileObject, L"ask-pattern" )) {

        AskerPatterns( FltObjects->Instance );
    }

    for (Type = 0; Type <= 4; Type += 1) {

        Word[10] = (WCHAR)(L'0' + Type);

        if (Asked( FileObject, Word )) {

            AskerFlush( FltObjects, (Type == 0) ? 0 : 1U << (Type - 1) );
        }
    }
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
AskerPost (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( CompletionContext );

    if (FlagOn( Flags, FLTFL_POST_OPERATION_DRAINING ) || !NT_SUCCESS( Data->IoStatus.Status )) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (Data->Iopb->MajorFunction == IRP_MJ_QUERY_OPEN) {

        //
        //  (All of these structures begin alike)
        //

        Row( "INFO-45",
             (BOOLEAN)((Data->Iopb->Parameters.QueryOpen.FileInformationClass ==
                            FileStatInformation ||
                        Data->Iopb->Parameters.QueryOpen.FileInformationClass ==
                            FileStatLxInformation ||
                        Data->Iopb->Parameters.QueryOpen.FileInformationClass ==
                            FileStatBasicInformation) &&
                       Data->IoStatus.Information == 0 &&
                       ((PFILE_STAT_INFORMATION)
                           Data->Iopb->Parameters.QueryOpen.FileInformation)->FileId.QuadPart !=
                           -1) );

    } else if (Data->Iopb->MajorFunction == IRP_MJ_DIRECTORY_CONTROL) {

        AskerFolderAnswered( Data, FltObjects );

    } else if (Data->IoStatus.Status != STATUS_REPARSE &&
               !FlagOn( Data->Iopb->OperationFlags, SL_OPEN_TARGET_DIRECTORY )) {

        AskerAsked( FltObjects );
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
AskerUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    FltUnregisterFilter( AskerFilter );
    return STATUS_SUCCESS;
}

static CONST FLT_OPERATION_REGISTRATION AskerOperations[] = {

    { IRP_MJ_CREATE, 0, AskerPre, AskerPost },
    { IRP_MJ_CLOSE, 0, AskerPre, NULL },
    { IRP_MJ_QUERY_INFORMATION, 0, AskerPre, NULL },
    { IRP_MJ_QUERY_OPEN, 0, AskerPre, AskerPost },
    { IRP_MJ_SET_INFORMATION, 0, AskerPre, NULL },
    { IRP_MJ_DIRECTORY_CONTROL, 0, AskerPre, AskerPost },
    { IRP_MJ_DEVICE_CONTROL, 0, AskerPre, NULL },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION AskerRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    AskerOperations,
    AskerUnload,
    NULL,                               //  InstanceSetup
    NULL,                               //  InstanceQueryTeardown
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

    UNREFERENCED_PARAMETER( RegistryPath );

    Status = FltRegisterFilter( DriverObject, &AskerRegistration, &AskerFilter );

    if (NT_SUCCESS( Status )) {

        Status = FltStartFiltering( AskerFilter );

        if (!NT_SUCCESS( Status )) {

            FltUnregisterFilter( AskerFilter );
        }
    }

    return Status;
}
