/*++

Module Name:

    bufctx.c

Abstract:

    For tests: a minifilter that does with buffers and contexts what the name of the file asks for,
    and prints a line "row ID ok" or "row ID failed" for what it can judge itself.

        word        operation       what is done
        flip        post-read       the bytes that were read are changed where they are
        sum         pre-write       a line with the length and the sum of the bytes
        both        read            the MDL describes another buffer than the address
        chain       read, write     the buffer is exchanged for a chain of three
        odd         pre-read        the buffer is exchanged for one at an odd address
        exact       pre-read        the buffer is exchanged for one of the length asked for
        touch       read, write     the buffer is used as it comes, in a try block
        lock        pre-read        the buffer is locked
        worker      pre-write       a worker locks the buffer and compares it with the address
        raw         pre-write       the buffer is copied from where it is
        renamed     pre-rename      the buffer is compared with that name
        header      read, write     what lies in the file begins behind a header
                    post-query      the size is without it

    How the data of each operation comes is compared with what the device says, and told when the
    filter is unloaded.

    Every create, read and close looks at the contexts of the file as well.

Environment:

    Kernel mode

--*/

#include "bufctx.h"

PFLT_FILTER Filter;

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS
FLTAPI
InstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
{
    UCHAR Buffer[sizeof(FLT_VOLUME_PROPERTIES) + 512];
    PFLT_VOLUME_PROPERTIES Properties = (PFLT_VOLUME_PROPERTIES)Buffer;
    ULONG Length;

    UNREFERENCED_PARAMETER( Flags );
    UNREFERENCED_PARAMETER( VolumeDeviceType );
    UNREFERENCED_PARAMETER( VolumeFilesystemType );

    if (NT_SUCCESS( FltGetVolumeProperties( FltObjects->Volume, Properties, sizeof(Buffer),
                                            &Length ) )) {

        DbgPrint("sectors of %u bytes\n", Properties->SectorSize);
    }

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
Unload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    FltUnregisterFilter( Filter );
    Row( "CTX-36", Marks == 0 );
    TellMethods();

    return STATUS_SUCCESS;
}

static CONST FLT_CONTEXT_REGISTRATION Contexts[] = {

    { FLT_STREAM_CONTEXT, 0, CleanupMark, sizeof(MARK), BUFCTX_TAG },
    { FLT_STREAMHANDLE_CONTEXT, 0, CleanupMark, sizeof(MARK), BUFCTX_TAG },
    { FLT_CONTEXT_END }
};

static CONST FLT_OPERATION_REGISTRATION Operations[] = {

    { IRP_MJ_CREATE, 0, PreCreate, PostCreate },
    { IRP_MJ_CLOSE, 0, PreClose, PostClose },
    { IRP_MJ_READ, 0, PreRead, PostRead },
    { IRP_MJ_WRITE, 0, PreWrite, PostWrite },
    { IRP_MJ_QUERY_INFORMATION, 0, PreOther, PostQuery },
    { IRP_MJ_SET_INFORMATION, 0, PreOther, NULL },
    { IRP_MJ_QUERY_EA, 0, PreOther, NULL },
    { IRP_MJ_SET_EA, 0, PreOther, NULL },
    { IRP_MJ_QUERY_VOLUME_INFORMATION, 0, PreOther, NULL },
    { IRP_MJ_DIRECTORY_CONTROL, 0, PreOther, NULL },
    { IRP_MJ_QUERY_SECURITY, 0, PreOther, NULL },
    { IRP_MJ_SET_SECURITY, 0, PreOther, NULL },
    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION Registration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,
    Contexts,
    Operations,
    Unload,
    InstanceSetup
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER( RegistryPath );

    Status = FltRegisterFilter( DriverObject, &Registration, &Filter );

    if (NT_SUCCESS( Status )) {

        Status = FltStartFiltering( Filter );

        if (!NT_SUCCESS( Status )) {

            FltUnregisterFilter( Filter );
        }
    }

    return Status;
}
