/*++

Module Name:

    life.c

Abstract:

    What is done with a volume while it comes and goes.

Environment:

    Kernel mode

--*/

#include "onvolume.h"

static NTSTATUS
OnVolumeOpen (
    _In_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Text,
    _In_ ACCESS_MASK Access,
    _In_ ULONG Disposition,
    _Out_ PHANDLE Handle,
    _Out_ PFILE_OBJECT *FileObject
    )
/*++

Routine Description:

    Opens a file of the volume by its complete name.

--*/
{
    WCHAR Buffer[128];
    UNICODE_STRING Name = { 0, sizeof(Buffer), Buffer };
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;
    PFLT_VOLUME Volume;
    NTSTATUS Status;

    Status = FltGetVolumeFromInstance( Instance, &Volume );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    Status = FltGetVolumeName( Volume, &Name, NULL );
    FltObjectDereference( Volume );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    RtlAppendUnicodeToString( &Name, Text );
    InitializeObjectAttributes( &Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL );

    return FltCreateFileEx( OnVolumeFilter,
                            Instance,
                            Handle,
                            FileObject,
                            Access | SYNCHRONIZE,
                            &Attributes,
                            &Result,
                            NULL,
                            FILE_ATTRIBUTE_NORMAL,
                            FILE_SHARE_VALID_FLAGS,
                            Disposition,
                            FILE_SYNCHRONOUS_IO_NONALERT,
                            NULL,
                            0,
                            0 );
}

BOOLEAN
OnVolumeThere (
    _In_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Name
    )
{
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    NTSTATUS Status;

    Status = OnVolumeOpen( Instance, Name, FILE_READ_DATA, FILE_OPEN, &Handle, &FileObject );

    if (!NT_SUCCESS( Status )) {

        return FALSE;
    }

    ObDereferenceObject( FileObject );
    FltClose( Handle );
    return TRUE;
}

VOID
OnVolumeMounted (
    _In_ PFLT_VOLUME Volume
    )
/*++

Routine Description:

    After the mount, when there is no instance yet.

--*/
{
    UCHAR Buffer[512];
    PFLT_VOLUME_PROPERTIES Properties = (PFLT_VOLUME_PROPERTIES)Buffer;
    WCHAR Text[64];
    UNICODE_STRING Name = { 0, sizeof(Text), Text };
    WCHAR GuidText[64];
    UNICODE_STRING Guid = { 0, sizeof(GuidText), GuidText };
    FLT_FILESYSTEM_TYPE Type = (FLT_FILESYSTEM_TYPE)-1;
    BOOLEAN Network;
    ULONG Length;
    NTSTATUS Status;

    Row( "VOL-08",
         (BOOLEAN)(NT_SUCCESS( FltGetVolumeProperties( Volume,
                                                       Properties,
                                                       sizeof(Buffer),
                                                       &Length ) ) &&
                   Properties->FileSystemDriverName.Length > 0) );

    Network = (BOOLEAN)(Properties->DeviceType == FILE_DEVICE_NETWORK);

    Row( "VOL-08",
         (BOOLEAN)(NT_SUCCESS( FltGetVolumeName( Volume, &Name, NULL ) ) && Name.Length > 0) );
    Row( "VOL-08",
         (BOOLEAN)(NT_SUCCESS( FltGetFileSystemType( Volume, &Type ) ) &&
                   Type != (FLT_FILESYSTEM_TYPE)-1) );

    //
    //  A network volume has no such name, and says so.
    //

    Status = FltGetVolumeGuidName( Volume, &Guid, NULL );

    Row( "VOL-08",
         (BOOLEAN)(Network ? Status == STATUS_INVALID_DEVICE_REQUEST :
                             NT_SUCCESS( Status ) && Guid.Length == 48 * sizeof(WCHAR)) );
}
