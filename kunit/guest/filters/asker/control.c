/*++

Module Name:

    control.c

Abstract:

    Control codes and flushes.

Environment:

    Kernel mode

--*/

#include "asker.h"

#define UNKNOWN_CODE    CTL_CODE( FILE_DEVICE_FILE_SYSTEM, 0xfff, METHOD_BUFFERED, FILE_ANY_ACCESS )

static NTSTATUS
AskerRanges (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _Out_writes_(Count) PFILE_ALLOCATED_RANGE_BUFFER Ranges,
    _In_ ULONG Count,
    _Out_ PULONG Returned
    )
{
    FILE_ALLOCATED_RANGE_BUFFER Whole;

    Whole.FileOffset.QuadPart = 0;
    Whole.Length.QuadPart = 0x10000000;
    *Returned = 0;

    return FltFsControlFile( Instance,
                             FileObject,
                             FSCTL_QUERY_ALLOCATED_RANGES,
                             &Whole,
                             sizeof(Whole),
                             Ranges,
                             Count * sizeof(*Ranges),
                             Returned );
}

static NTSTATUS
AskerZero (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ LONGLONG From,
    _In_ LONGLONG To
    )
{
    FILE_ZERO_DATA_INFORMATION Zero;

    Zero.FileOffset.QuadPart = From;
    Zero.BeyondFinalZero.QuadPart = To;

    return FltFsControlFile( Instance,
                             FileObject,
                             FSCTL_SET_ZERO_DATA,
                             &Zero,
                             sizeof(Zero),
                             NULL,
                             0,
                             NULL );
}

static NTSTATUS
AskerPlainCode (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ ULONG Code
    )
{
    return FltFsControlFile( Instance, FileObject, Code, NULL, 0, NULL, 0, NULL );
}

static VOID
AskerData (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject
    )
/*++

Routine Description:

    The file has 4096 letters, then nothing, and 4096 letters more from 524288 on.

--*/
{
    FILE_ALLOCATED_RANGE_BUFFER Ranges[4];
    LARGE_INTEGER Offset;
    ULONG Returned;
    UCHAR Text[8];
    NTSTATUS Status;

    Status = AskerRanges( Instance, FileObject, Ranges, RTL_NUMBER_OF(Ranges), &Returned );
    Row( "INFO-60",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 2 * sizeof(Ranges[0]) &&
                   Ranges[0].FileOffset.QuadPart == 0 && Ranges[0].Length.QuadPart >= 4096 &&
                   Ranges[0].Length.QuadPart < 524288 &&
                   Ranges[1].FileOffset.QuadPart == 524288 &&
                   Ranges[1].Length.QuadPart == 4096) );

    Status = AskerRanges( Instance, FileObject, Ranges, 1, &Returned );
    Row( "INFO-61",
         (BOOLEAN)(Status == STATUS_BUFFER_OVERFLOW && Returned == sizeof(Ranges[0]) &&
                   Ranges[0].FileOffset.QuadPart == 0) );

    //
    //  Letters in the midst of a page go; behind the end there is nothing to go
    //

    Status = AskerZero( Instance, FileObject, 1000, 1004 );
    Row( "INFO-60", (BOOLEAN)(Status == STATUS_SUCCESS) );
    Offset.QuadPart = 998;
    Status = FltReadFile( Instance, FileObject, &Offset, 8, Text, 0, &Returned, NULL, NULL );
    Row( "INFO-61",
         (BOOLEAN)(Status == STATUS_SUCCESS && Text[1] == 'x' && Text[2] == 0 && Text[5] == 0 &&
                   Text[6] == 'x') );

    Status = AskerZero( Instance, FileObject, 524288 + 4094, 524288 + 100000 );
    Row( "INFO-61", (BOOLEAN)(Status == STATUS_SUCCESS) );
    Status = AskerZero( Instance, FileObject, 700000, 800000 );
    Row( "INFO-61", (BOOLEAN)(Status == STATUS_SUCCESS) );
    Offset.QuadPart = 524288 + 4092;
    Status = FltReadFile( Instance, FileObject, &Offset, 8, Text, 0, &Returned, NULL, NULL );
    Row( "INFO-61",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 4 && Text[1] == 'x' && Text[2] == 0) );
    Status = AskerZero( Instance, FileObject, 2000, 1000 );
    Row( "INFO-61", (BOOLEAN)(Status == STATUS_INVALID_PARAMETER) );
}

static VOID
AskerPlaces (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject
    )
/*++

Routine Description:

    Where the file lies, if it lies anywhere: the test knows whether it does.

--*/
{
    STARTING_VCN_INPUT_BUFFER First;
    struct {

        RETRIEVAL_POINTERS_BUFFER Pointers;
        UCHAR More[64];

    } Places;
    ULONG Returned = 0;
    NTSTATUS Status;

    RtlZeroMemory( &Places, sizeof(Places) );
    First.StartingVcn.QuadPart = 0;
    Status = FltFsControlFile( Instance,
                               FileObject,
                               FSCTL_GET_RETRIEVAL_POINTERS,
                               &First,
                               sizeof(First),
                               &Places,
                               sizeof(Places),
                               &Returned );
    DbgPrint( "places %08x %u %I64d %I64d %I64d\n",
              Status,
              Places.Pointers.ExtentCount,
              Places.Pointers.Extents[0].Lcn.QuadPart,
              Places.Pointers.Extents[0].NextVcn.QuadPart,
              (&Places.Pointers.Extents[0])[1].Lcn.QuadPart );
}

static VOID
AskerClone (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ HANDLE Handle
    )
{
    DUPLICATE_EXTENTS_DATA Extents;
    NTSTATUS Status;

    Extents.FileHandle = Handle;
    Extents.SourceFileOffset.QuadPart = 524288;
    Extents.TargetFileOffset.QuadPart = 65536;
    Extents.ByteCount.QuadPart = 4096;
    Status = FltFsControlFile( Instance,
                               FileObject,
                               FSCTL_DUPLICATE_EXTENTS_TO_FILE,
                               &Extents,
                               sizeof(Extents),
                               NULL,
                               0,
                               NULL );
    DbgPrint( "clone %08x\n", Status );
}

static VOID
AskerOfVolume (
    _In_ PFLT_INSTANCE Instance
    )
{
    PFILE_OBJECT Volume;
    HANDLE Handle;

    if (!NT_SUCCESS( FltOpenVolume( Instance, &Handle, &Volume ) )) {

        Row( "INFO-60", FALSE );
        return;
    }

    Row( "INFO-60",
         (BOOLEAN)(AskerPlainCode( Instance, Volume, FSCTL_IS_VOLUME_MOUNTED ) == STATUS_SUCCESS &&
                   AskerPlainCode( Instance, Volume, FSCTL_IS_PATHNAME_VALID ) ==
                       STATUS_SUCCESS) );
    Row( "INFO-60",
         (BOOLEAN)(AskerPlainCode( Instance, Volume, FSCTL_LOCK_VOLUME ) ==
                       STATUS_ACCESS_DENIED &&
                   AskerPlainCode( Instance, Volume, FSCTL_UNLOCK_VOLUME ) == STATUS_NOT_LOCKED &&
                   AskerPlainCode( Instance, Volume, FSCTL_DISMOUNT_VOLUME ) ==
                       STATUS_NOT_SUPPORTED) );
    Row( "INFO-60",
         (BOOLEAN)(AskerPlainCode( Instance, Volume, FSCTL_GET_REPARSE_POINT ) ==
                   STATUS_INVALID_DEVICE_REQUEST) );

    //
    //  What is flushed of a volume, and what not
    //

    Row( "INFO-55",
         (BOOLEAN)(FltFlushBuffers2( Instance, Volume, 0, NULL ) == STATUS_SUCCESS &&
                   FltFlushBuffers2( Instance,
                                     Volume,
                                     FLT_FLUSH_TYPE_FLUSH_AND_PURGE,
                                     NULL ) == STATUS_SUCCESS) );
    Row( "INFO-55",
         (BOOLEAN)(FltFlushBuffers2( Instance, Volume, FLT_FLUSH_TYPE_FILE_DATA_ONLY, NULL ) ==
                       STATUS_INVALID_PARAMETER &&
                   FltFlushBuffers2( Instance, Volume, FLT_FLUSH_TYPE_NO_SYNC, NULL ) ==
                       STATUS_INVALID_PARAMETER &&
                   FltFlushBuffers2( Instance, Volume, FLT_FLUSH_TYPE_DATA_SYNC_ONLY, NULL ) ==
                       STATUS_INVALID_PARAMETER) );
    AskerClose( Handle, Volume );
}

VOID
AskerControl (
    _In_ PFLT_INSTANCE Instance
    )
{
    FILE_SET_SPARSE_BUFFER Sparse = { TRUE };
    USHORT Format = 77;
    UCHAR Reparse[64];
    PFILE_OBJECT FileObject;
    PFILE_OBJECT Folder;
    HANDLE FolderHandle;
    HANDLE Handle;
    ULONG Returned = 0;
    NTSTATUS Status;

    AskerOfVolume( Instance );

    if (NT_SUCCESS( AskerOpen( Instance,
                               L"\\full",
                               FILE_LIST_DIRECTORY,
                               FILE_DIRECTORY_FILE,
                               &FolderHandle,
                               &Folder ) )) {

        Row( "INFO-55",
             (BOOLEAN)(FltFlushBuffers2( Instance, Folder, FLT_FLUSH_TYPE_DATA_SYNC_ONLY, NULL ) ==
                           STATUS_INVALID_PARAMETER &&
                       FltFlushBuffers2( Instance, Folder, 0, NULL ) == STATUS_SUCCESS) );
        AskerClose( FolderHandle, Folder );
    }

    Status = AskerOpen( Instance,
                        L"\\ranges",
                        FILE_GENERIC_READ | FILE_GENERIC_WRITE,
                        0,
                        &Handle,
                        &FileObject );
    Row( "INFO-60", NT_SUCCESS( Status ) );

    if (!NT_SUCCESS( Status )) {

        return;
    }

    AskerPlaces( Instance, FileObject );
    AskerData( Instance, FileObject );
    AskerClone( Instance, FileObject, Handle );

    Status = FltFsControlFile( Instance,
                               FileObject,
                               FSCTL_GET_COMPRESSION,
                               NULL,
                               0,
                               &Format,
                               sizeof(Format),
                               &Returned );
    Row( "INFO-60",
         (BOOLEAN)(Status == STATUS_SUCCESS && Format == COMPRESSION_FORMAT_NONE &&
                   Returned == sizeof(Format)) );
    Status = FltFsControlFile( Instance,
                               FileObject,
                               FSCTL_SET_SPARSE,
                               &Sparse,
                               sizeof(Sparse),
                               NULL,
                               0,
                               NULL );
    Row( "INFO-60", (BOOLEAN)(Status == STATUS_SUCCESS) );
    Status = FltFsControlFile( Instance,
                               FileObject,
                               FSCTL_GET_REPARSE_POINT,
                               NULL,
                               0,
                               Reparse,
                               sizeof(Reparse),
                               &Returned );
    Row( "INFO-60", (BOOLEAN)(Status == STATUS_NOT_A_REPARSE_POINT) );

    //
    //  Nothing on Linux becomes a link, or ceases to be one; nobody grants a lease; and what nobody
    //  knows
    //

    Row( "INFO-60",
         (BOOLEAN)(AskerPlainCode( Instance, FileObject, FSCTL_SET_REPARSE_POINT ) ==
                       STATUS_INVALID_DEVICE_REQUEST &&
                   AskerPlainCode( Instance, FileObject, FSCTL_DELETE_REPARSE_POINT ) ==
                       STATUS_INVALID_DEVICE_REQUEST &&
                   AskerPlainCode( Instance, FileObject, FSCTL_REQUEST_BATCH_OPLOCK ) ==
                       STATUS_OPLOCK_NOT_GRANTED &&
                   AskerPlainCode( Instance, FileObject, UNKNOWN_CODE ) ==
                       STATUS_INVALID_DEVICE_REQUEST) );
    AskerClose( Handle, FileObject );

    Status = AskerOpen( Instance,
                        L"\\way",
                        FILE_READ_ATTRIBUTES,
                        FILE_OPEN_REPARSE_POINT,
                        &Handle,
                        &FileObject );

    if (NT_SUCCESS( Status )) {

        Status = FltFsControlFile( Instance,
                                   FileObject,
                                   FSCTL_GET_REPARSE_POINT,
                                   NULL,
                                   0,
                                   Reparse,
                                   sizeof(Reparse),
                                   &Returned );
        AskerClose( Handle, FileObject );
    }

    Row( "INFO-60",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 12 + 4 &&
                   ((PREPARSE_DATA_BUFFER)Reparse)->ReparseTag == IO_REPARSE_TAG_LX_SYMLINK &&
                   RtlCompareMemory( Reparse + 12, "real", 4 ) == 4) );
}

VOID
AskerFlush (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ ULONG Type
    )
{
    NTSTATUS Status;

    Status = FltFlushBuffers2( FltObjects->Instance, FltObjects->FileObject, Type, NULL );
    Row( "INFO-55", (BOOLEAN)(Status == STATUS_SUCCESS) );
}

VOID
AskerFlushRefused (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFILE_OBJECT Volume;
    HANDLE Handle;

    Row( "INFO-54",
         (BOOLEAN)(FltFlushBuffers( FltObjects->Instance, FltObjects->FileObject ) ==
                   STATUS_MEDIA_WRITE_PROTECTED) );

    if (NT_SUCCESS( FltOpenVolume( FltObjects->Instance, &Handle, &Volume ) )) {

        Row( "INFO-54",
             (BOOLEAN)(FltFlushBuffers( FltObjects->Instance, Volume ) ==
                       STATUS_MEDIA_WRITE_PROTECTED) );
        AskerClose( Handle, Volume );
    }
}
