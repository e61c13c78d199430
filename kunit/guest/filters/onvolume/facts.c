/*++

Module Name:

    facts.c

Abstract:

    What a volume is, and what can be done with its own file object.

Environment:

    Kernel mode

--*/

#include "onvolume.h"

//
//  The numbers of the kinds of file systems, in the order of the enumeration.
//

static CONST FLT_FILESYSTEM_TYPE OnVolumeTypes[] = {

    FLT_FSTYPE_UNKNOWN, FLT_FSTYPE_RAW, FLT_FSTYPE_NTFS, FLT_FSTYPE_FAT, FLT_FSTYPE_CDFS,
    FLT_FSTYPE_UDFS, FLT_FSTYPE_LANMAN, FLT_FSTYPE_WEBDAV, FLT_FSTYPE_RDPDR, FLT_FSTYPE_NFS,
    FLT_FSTYPE_MS_NETWARE, FLT_FSTYPE_NETWARE, FLT_FSTYPE_BSUDF, FLT_FSTYPE_MUP, FLT_FSTYPE_RSFX,
    FLT_FSTYPE_ROXIO_UDF1, FLT_FSTYPE_ROXIO_UDF2, FLT_FSTYPE_ROXIO_UDF3, FLT_FSTYPE_TACIT,
    FLT_FSTYPE_FS_REC, FLT_FSTYPE_INCD, FLT_FSTYPE_INCD_FAT, FLT_FSTYPE_EXFAT, FLT_FSTYPE_PSFS,
    FLT_FSTYPE_GPFS, FLT_FSTYPE_NPFS, FLT_FSTYPE_MSFS, FLT_FSTYPE_CSVFS, FLT_FSTYPE_REFS,
    FLT_FSTYPE_OPENAFS, FLT_FSTYPE_CIMFS
};

VOID
OnVolumeFacts (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Says: facts device N type N writable N N STATUS driver NAME system NAME

--*/
{
    UCHAR Buffer[512];
    UCHAR Attribute[128];
    PFLT_VOLUME_PROPERTIES Properties = (PFLT_VOLUME_PROPERTIES)Buffer;
    PFILE_FS_ATTRIBUTE_INFORMATION System = (PFILE_FS_ATTRIBUTE_INFORMATION)Attribute;
    UNICODE_STRING SystemName = { 0, 0, NULL };
    FLT_FILESYSTEM_TYPE Type = FLT_FSTYPE_UNKNOWN;
    BOOLEAN ByInstance = 9;
    BOOLEAN ByVolume = 9;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    ULONG Length;
    ULONG Index;
    BOOLEAN Same = TRUE;
    NTSTATUS Writable;
    NTSTATUS Status;

    for (Index = 0; Index < RTL_NUMBER_OF( OnVolumeTypes ); Index += 1) {

        Same = (BOOLEAN)(Same && (ULONG)OnVolumeTypes[Index] == Index);
    }

    Row( "VOL-21", (BOOLEAN)(Same && RTL_NUMBER_OF( OnVolumeTypes ) == 31) );

    Status = FltGetVolumeProperties( FltObjects->Volume, Properties, sizeof(Buffer), &Length );

    if (!NT_SUCCESS( Status )) {

        DbgPrint("no properties: %08x\n", Status);
        return;
    }

    FltGetFileSystemType( FltObjects->Volume, &Type );
    Writable = FltIsVolumeWritable( FltObjects->Instance, &ByInstance );
    FltIsVolumeWritable( FltObjects->Volume, &ByVolume );

    Status = FltOpenVolume( FltObjects->Instance, &Handle, &FileObject );

    if (NT_SUCCESS( Status )) {

        Status = FltQueryVolumeInformationFile( FltObjects->Instance,
                                                FileObject,
                                                System,
                                                sizeof(Attribute),
                                                FileFsAttributeInformation,
                                                &Length );

        if (NT_SUCCESS( Status )) {

            SystemName.Buffer = System->FileSystemName;
            SystemName.Length = (USHORT)System->FileSystemNameLength;
            SystemName.MaximumLength = SystemName.Length;
        }

        ObDereferenceObject( FileObject );
        FltClose( Handle );
    }

    DbgPrint("facts device %x type %u writable %u %u %08x flags %u driver %wZ system %wZ\n",
             Properties->DeviceType,
             (ULONG)Type,
             ByInstance,
             ByVolume,
             Writable,
             NT_SUCCESS( Status ) ? !!FlagOn( System->FileSystemAttributes,
                                              FILE_READ_ONLY_VOLUME ) : 9,
             &Properties->FileSystemDriverName,
             &SystemName);
}

VOID
OnVolumeSectors (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Says: sectors LOGICAL PHYSICAL PHYSICAL PHYSICAL FLAGS OFFSET OFFSET

--*/
{
    FILE_FS_SECTOR_SIZE_INFORMATION Sectors;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    ULONG Length;
    NTSTATUS Status;

    RtlZeroMemory( &Sectors, sizeof(Sectors) );
    Status = FltOpenVolume( FltObjects->Instance, &Handle, &FileObject );

    if (!NT_SUCCESS( Status )) {

        DbgPrint("no volume: %08x\n", Status);
        return;
    }

    Status = FltQueryVolumeInformationFile( FltObjects->Instance,
                                            FileObject,
                                            &Sectors,
                                            sizeof(Sectors),
                                            FileFsSectorSizeInformation,
                                            &Length );

    DbgPrint("sectors %08x %u %u %u %u %x %x %x\n",
             Status,
             Sectors.LogicalBytesPerSector,
             Sectors.PhysicalBytesPerSectorForAtomicity,
             Sectors.PhysicalBytesPerSectorForPerformance,
             Sectors.FileSystemEffectivePhysicalBytesPerSectorForAtomicity,
             Sectors.Flags,
             Sectors.ByteOffsetForSectorAlignment,
             Sectors.ByteOffsetForPartitionAlignment);

    ObDereferenceObject( FileObject );
    FltClose( Handle );
}

static NTSTATUS
OnVolumeMap (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject
    )
/*++

Routine Description:

    Tries to have what was opened mapped.

--*/
{
    LARGE_INTEGER Size;
    PFLT_CONTEXT Context;
    PVOID Section;
    HANDLE Handle;
    NTSTATUS Status;

    Status = FltAllocateContext( OnVolumeFilter,
                                 FLT_SECTION_CONTEXT,
                                 sizeof(ULONG),
                                 NonPagedPool,
                                 &Context );

    if (NT_SUCCESS( Status )) {

        Status = FltCreateSectionForDataScan( Instance,
                                              FileObject,
                                              Context,
                                              SECTION_MAP_READ,
                                              NULL,
                                              NULL,
                                              PAGE_READONLY,
                                              SEC_COMMIT,
                                              0,
                                              &Handle,
                                              &Section,
                                              &Size );

        if (NT_SUCCESS( Status )) {

            FltCloseSectionForDataScan( Context );
            ZwClose( Handle );
            ObDereferenceObject( Section );
        }

        FltReleaseContext( Context );
    }

    return Status;
}

VOID
OnVolumeObject (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What works on the volume's own file object, and what does not.

--*/
{
    PFLT_INSTANCE Instance = FltObjects->Instance;
    FILE_FS_FULL_SIZE_INFORMATION Size;
    FILE_BASIC_INFORMATION Basic;
    PFLT_FILE_NAME_INFORMATION Name;
    UCHAR Entries[512];
    LARGE_INTEGER Offset;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    ULONG Length = 0;
    NTSTATUS Status;

    Status = FltOpenVolume( Instance, &Handle, &FileObject );
    Row( "VOL-45", NT_SUCCESS( Status ) );

    if (!NT_SUCCESS( Status )) {

        return;
    }

    Status = FltQueryVolumeInformationFile( Instance,
                                            FileObject,
                                            &Size,
                                            sizeof(Size),
                                            FileFsFullSizeInformation,
                                            &Length );
    Row( "VOL-45", (BOOLEAN)(NT_SUCCESS( Status ) && Size.TotalAllocationUnits.QuadPart > 0) );

    Status = FltFlushBuffers( Instance, FileObject );
    Row( "VOL-45", NT_SUCCESS( Status ) );

    Status = FltQueryDirectoryFile( Instance,
                                    FileObject,
                                    Entries,
                                    sizeof(Entries),
                                    FileNamesInformation,
                                    FALSE,
                                    NULL,
                                    TRUE,
                                    &Length );
    Row( "VOL-45",
         (BOOLEAN)(NT_SUCCESS( Status ) && Length > 0 &&
                   ((PFILE_NAMES_INFORMATION)Entries)->FileNameLength > 0) );

    Status = FltGetFileNameInformationUnsafe( FileObject,
                                              Instance,
                                              FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT,
                                              &Name );
    Row( "VOL-45", (BOOLEAN)(NT_SUCCESS( Status ) && Name->Name.Length == Name->Volume.Length) );

    if (NT_SUCCESS( Status )) {

        FltReleaseFileNameInformation( Name );
    }

    Offset.QuadPart = 0;
    Status = FltReadFile( Instance, FileObject, &Offset, 512, Entries, 0, &Length, NULL, NULL );
    Row( "VOL-45", (BOOLEAN)(Status == STATUS_INVALID_DEVICE_REQUEST) );

    Status = FltWriteFile( Instance, FileObject, &Offset, 512, Entries, 0, &Length, NULL, NULL );
    Row( "VOL-45", (BOOLEAN)(Status == STATUS_INVALID_DEVICE_REQUEST) );

    RtlZeroMemory( &Basic, sizeof(Basic) );
    Basic.LastWriteTime.QuadPart = 132000000000000000;
    Status = FltSetInformationFile( Instance,
                                    FileObject,
                                    &Basic,
                                    sizeof(Basic),
                                    FileBasicInformation );
    Row( "VOL-45", (BOOLEAN)(Status == STATUS_INVALID_DEVICE_REQUEST) );

    Status = OnVolumeMap( Instance, FileObject );
    DbgPrint("map the volume: %08x\n", Status);
    Row( "VOL-45", (BOOLEAN)(Status == STATUS_INVALID_FILE_FOR_SECTION) );

    ObDereferenceObject( FileObject );
    FltClose( Handle );
}

static BOOLEAN
OnVolumeIsNetwork (
    _In_ PFLT_VOLUME Volume
    )
{
    UCHAR Buffer[512];
    PFLT_VOLUME_PROPERTIES Properties = (PFLT_VOLUME_PROPERTIES)Buffer;
    ULONG Length;

    return (BOOLEAN)(NT_SUCCESS( FltGetVolumeProperties( Volume,
                                                         Properties,
                                                         sizeof(Buffer),
                                                         &Length ) ) &&
                     Properties->DeviceType == FILE_DEVICE_NETWORK);
}

static NTSTATUS
OnVolumeSetLabel (
    _In_ PFLT_INSTANCE Instance,
    _In_ ULONG Length
    )
{
    FILE_FS_LABEL_INFORMATION Label;
    IO_STATUS_BLOCK Result;

    RtlZeroMemory( &Label, sizeof(Label) );
    Label.VolumeLabelLength = sizeof(WCHAR);
    Label.VolumeLabel[0] = L'x';

    return FltSetVolumeInformation( Instance, &Result, &Label, Length, FileFsLabelInformation );
}

VOID
OnVolumeByInstance (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What is asked of the volume without a file.

--*/
{
    PFLT_INSTANCE Instance = FltObjects->Instance;
    struct {

        FILE_FS_FULL_SIZE_INFORMATION Size;
        ULONG Guard;

    } Room;
    FILE_FS_ATTRIBUTE_INFORMATION System;
    IO_STATUS_BLOCK Result;
    NTSTATUS Status;

    RtlFillMemory( &Room, sizeof(Room), 0xa5 );
    RtlZeroMemory( &Result, sizeof(Result) );
    Status = FltQueryVolumeInformation( Instance,
                                        &Result,
                                        &Room.Size,
                                        sizeof(Room.Size),
                                        FileFsFullSizeInformation );

    if (OnVolumeIsNetwork( FltObjects->Volume )) {

        Row( "VOL-57", (BOOLEAN)(Status == STATUS_INVALID_PARAMETER) );
        Row( "VOL-57",
             (BOOLEAN)(OnVolumeSetLabel( Instance, sizeof(FILE_FS_LABEL_INFORMATION) ) ==
                       STATUS_INVALID_PARAMETER) );
        return;
    }

    Row( "INFO-46",
         (BOOLEAN)(Status == STATUS_SUCCESS && Result.Information == sizeof(Room.Size) &&
                   Room.Size.TotalAllocationUnits.QuadPart > 0 && Room.Guard == 0xa5a5a5a5) );

    Status = FltQueryVolumeInformation( Instance,
                                        &Result,
                                        &Room.Size,
                                        sizeof(Room.Size) - 1,
                                        FileFsFullSizeInformation );
    Row( "INFO-46", (BOOLEAN)(Status == STATUS_INFO_LENGTH_MISMATCH && Result.Information == 0) );

    Status = FltQueryVolumeInformation( Instance,
                                        &Result,
                                        &Room.Size,
                                        sizeof(Room.Size),
                                        (FS_INFORMATION_CLASS)77 );
    Row( "INFO-46", (BOOLEAN)(Status == STATUS_INVALID_INFO_CLASS) );

    //
    //  Room for one letter of its name
    //

    Status = FltQueryVolumeInformation( Instance,
                                        &Result,
                                        &System,
                                        FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION,
                                                     FileSystemName) + sizeof(WCHAR),
                                        FileFsAttributeInformation );
    Row( "INFO-46",
         (BOOLEAN)(Status == STATUS_BUFFER_OVERFLOW &&
                   Result.Information == FIELD_OFFSET(FILE_FS_ATTRIBUTE_INFORMATION,
                                                      FileSystemName) + sizeof(WCHAR) &&
                   System.FileSystemNameLength > sizeof(WCHAR)) );

    Row( "INFO-52",
         (BOOLEAN)(OnVolumeSetLabel( Instance, sizeof(FILE_FS_LABEL_INFORMATION) ) ==
                   STATUS_NOT_SUPPORTED &&
                   OnVolumeSetLabel( Instance, 2 ) == STATUS_INFO_LENGTH_MISMATCH) );
}

VOID
OnVolumeByFile (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    The same through a file that is open.

--*/
{
    FILE_FS_FULL_SIZE_INFORMATION Size;
    ULONG Length = 0;
    NTSTATUS Status;

    RtlZeroMemory( &Size, sizeof(Size) );
    Status = FltQueryVolumeInformationFile( FltObjects->Instance,
                                            FltObjects->FileObject,
                                            &Size,
                                            sizeof(Size),
                                            FileFsFullSizeInformation,
                                            &Length );

    if (OnVolumeIsNetwork( FltObjects->Volume )) {

        Row( "VOL-57",
             (BOOLEAN)(Status == STATUS_SUCCESS && Length == sizeof(Size) &&
                       Size.TotalAllocationUnits.QuadPart > 0) );
    }
}
