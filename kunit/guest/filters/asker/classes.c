/*++

Module Name:

    classes.c

Abstract:

    The classes of information about a file, and marks for deletion.

Environment:

    Kernel mode

--*/

#include "asker.h"

#define FILL    0xa5

static NTSTATUS
AskerQuery (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ FILE_INFORMATION_CLASS Class,
    _Out_writes_bytes_(ASKER_BUFFER) PVOID Buffer,
    _In_ ULONG Length,
    _Out_ PULONG Returned
    )
/*++

Routine Description:

    Asks with a buffer that is full of something before.

--*/
{
    RtlFillMemory( Buffer, ASKER_BUFFER, FILL );
    *Returned = 0;

    return FltQueryInformationFile( Instance, FileObject, Buffer, Length, Class, Returned );
}

static BOOLEAN
AskerIs (
    _In_ PVOID Buffer,
    _In_ ULONG From,
    _In_ ULONG To,
    _In_ UCHAR Value
    )
{
    for (; From < To; From += 1) {

        if (((PUCHAR)Buffer)[From] != Value) {

            return FALSE;
        }
    }

    return TRUE;
}

static VOID
AskerPadding (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    Between members there is nothing, and behind the last one what was there before.

--*/
{
    static CONST struct {

        FILE_INFORMATION_CLASS Class;
        ULONG Size;
        ULONG From;
        ULONG To;

    } Gaps[] = {

        { FileBasicInformation, 40, 36, 40 },
        { FileStandardInformation, 24, 22, 24 },
        { FileNetworkOpenInformation, 56, 52, 56 },
        { FileEaInformation, 4, 0, 4 },
        { FileStatLxInformation, 96, 88, 96 }
    };
    ULONG Returned;
    ULONG Index;
    NTSTATUS Status;

    for (Index = 0; Index < RTL_NUMBER_OF(Gaps); Index += 1) {

        Status = AskerQuery( Instance,
                             FileObject,
                             Gaps[Index].Class,
                             Buffer,
                             ASKER_BUFFER,
                             &Returned );
        Row( "INFO-06",
             (BOOLEAN)(Status == STATUS_SUCCESS && Returned == Gaps[Index].Size &&
                       AskerIs( Buffer, Gaps[Index].From, Gaps[Index].To, 0 ) &&
                       AskerIs( Buffer, Returned, ASKER_BUFFER, FILL )) );
    }

    Status = AskerQuery( Instance, FileObject, FileAllInformation, Buffer, ASKER_BUFFER, &Returned );
    Row( "INFO-06",
         (BOOLEAN)(Status == STATUS_SUCCESS && AskerIs( Buffer, 36, 40, 0 ) &&
                   AskerIs( Buffer, 62, 64, 0 ) &&
                   AskerIs( Buffer, Returned, ASKER_BUFFER, FILL )) );
}

static VOID
AskerAll (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PUCHAR Buffer,
    _In_ PUCHAR Part
    )
/*++

Routine Description:

    All of it is its parts, one behind the other.

--*/
{
    static CONST struct {

        FILE_INFORMATION_CLASS Class;
        ULONG Offset;
        ULONG Size;

    } Parts[] = {

        { FileBasicInformation, 0, 40 },
        { FileStandardInformation, 40, 24 },
        { FileInternalInformation, 64, 8 },
        { FileEaInformation, 72, 4 },
        { FileAccessInformation, 76, 4 },
        { FilePositionInformation, 80, 8 },
        { FileModeInformation, 88, 4 },
        { FileAlignmentInformation, 92, 4 }
    };
    PFILE_ALL_INFORMATION All = (PFILE_ALL_INFORMATION)Buffer;
    PFILE_NAME_INFORMATION Name = (PFILE_NAME_INFORMATION)Part;
    ULONG Returned;
    ULONG Length;
    ULONG Index;
    NTSTATUS Status;

    FileObject->CurrentByteOffset.QuadPart = 5;
    Status = AskerQuery( Instance, FileObject, FileAllInformation, Buffer, ASKER_BUFFER, &Length );
    Row( "INFO-15",
         (BOOLEAN)(Status == STATUS_SUCCESS && Length == 100 + FileObject->FileName.Length) );

    for (Index = 0; Index < RTL_NUMBER_OF(Parts); Index += 1) {

        Status = AskerQuery( Instance,
                             FileObject,
                             Parts[Index].Class,
                             Part,
                             ASKER_BUFFER,
                             &Returned );
        Row( "INFO-15",
             (BOOLEAN)(Status == STATUS_SUCCESS && Returned == Parts[Index].Size &&
                       RtlCompareMemory( Buffer + Parts[Index].Offset, Part, Returned ) ==
                           Returned) );
    }

    Status = AskerQuery( Instance, FileObject, FileNameInformation, Part, ASKER_BUFFER, &Returned );
    Row( "INFO-15",
         (BOOLEAN)(Status == STATUS_SUCCESS &&
                   Name->FileNameLength == FileObject->FileName.Length &&
                   RtlCompareMemory( Buffer + 96, Part, Returned ) == Returned) );
    Row( "INFO-15",
         (BOOLEAN)(All->PositionInformation.CurrentByteOffset.QuadPart == 5 &&
                   FlagOn( All->AccessInformation.AccessFlags, FILE_READ_DATA ) &&
                   FlagOn( All->ModeInformation.Mode, FILE_SYNCHRONOUS_IO_NONALERT )) );
    FileObject->CurrentByteOffset.QuadPart = 0;
}

static VOID
AskerNumber (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    The number of a file, by all of its names: in two classes, and in the listing of the root.

--*/
{
    PFILE_ID_BOTH_DIR_INFORMATION Entry = (PFILE_ID_BOTH_DIR_INFORMATION)Buffer;
    PFILE_INTERNAL_INFORMATION Internal = (PFILE_INTERNAL_INFORMATION)Buffer;
    PFILE_ID_INFORMATION Id = (PFILE_ID_INFORMATION)Buffer;
    UNICODE_STRING Pattern = RTL_CONSTANT_STRING( L"ask-classes" );
    ULONGLONG Number;
    PFILE_OBJECT Volume;
    HANDLE Handle;
    ULONG Returned;
    NTSTATUS Status;

    Status = AskerQuery( Instance,
                         FileObject,
                         FileInternalInformation,
                         Buffer,
                         ASKER_BUFFER,
                         &Returned );
    Number = (ULONGLONG)Internal->IndexNumber.QuadPart;
    Row( "INFO-23", (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 8) );
    DbgPrint( "number %I64u\n", Number );

    Status = AskerQuery( Instance, FileObject, FileIdInformation, Buffer, ASKER_BUFFER, &Returned );
    Row( "INFO-23",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 24 &&
                   RtlCompareMemory( &Id->FileId, &Number, 8 ) == 8 &&
                   AskerIs( &Id->FileId, 8, 16, 0 )) );

    Status = FltOpenVolume( Instance, &Handle, &Volume );

    if (NT_SUCCESS( Status )) {

        Status = FltQueryDirectoryFile( Instance,
                                        Volume,
                                        Buffer,
                                        ASKER_BUFFER,
                                        FileIdBothDirectoryInformation,
                                        TRUE,
                                        &Pattern,
                                        TRUE,
                                        &Returned );
        AskerClose( Handle, Volume );
    }

    Row( "INFO-23",
         (BOOLEAN)(Status == STATUS_SUCCESS && (ULONGLONG)Entry->FileId.QuadPart == Number) );
}

static BOOLEAN
AskerNamed (
    _In_ PFILE_NAME_INFORMATION Name,
    _In_ PCWSTR Text
    )
{
    UNICODE_STRING Expected;
    UNICODE_STRING Found;

    RtlInitUnicodeString( &Expected, Text );
    Found.Buffer = Name->FileName;
    Found.Length = (USHORT)Name->FileNameLength;
    Found.MaximumLength = Found.Length;

    return RtlEqualUnicodeString( &Expected, &Found, FALSE );
}

static VOID
AskerNames (
    _In_ PFLT_INSTANCE Instance,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    \way is a link to the folder \real, in which there is a file.

--*/
{
    PFILE_NAME_INFORMATION Name = (PFILE_NAME_INFORMATION)Buffer;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    ULONG Returned;
    ULONG Length;
    NTSTATUS Status;

    Status = AskerOpen( Instance, L"\\way\\file", FILE_READ_ATTRIBUTES, 0, &Handle, &FileObject );
    Row( "INFO-24", NT_SUCCESS( Status ) );

    if (!NT_SUCCESS( Status )) {

        return;
    }

    Status = AskerQuery( Instance, FileObject, FileNameInformation, Buffer, ASKER_BUFFER, &Returned );
    Row( "INFO-24", (BOOLEAN)(Status == STATUS_SUCCESS && AskerNamed( Name, L"\\way\\file" )) );

    Status = AskerQuery( Instance,
                         FileObject,
                         FileNormalizedNameInformation,
                         Buffer,
                         ASKER_BUFFER,
                         &Returned );
    Row( "INFO-24", (BOOLEAN)(Status == STATUS_SUCCESS && AskerNamed( Name, L"\\real\\file" )) );

    //
    //  With room for some of it: whole letters, and the length in full
    //

    for (Length = 4; Length < 4 + 9 * sizeof(WCHAR); Length += 1) {

        Status = AskerQuery( Instance,
                             FileObject,
                             FileNameInformation,
                             Buffer,
                             Length,
                             &Returned );
        Row( "INFO-24",
             (BOOLEAN)(Status == STATUS_BUFFER_OVERFLOW && Returned == (Length & ~1U) &&
                       Name->FileNameLength == 9 * sizeof(WCHAR) &&
                       AskerIs( Buffer, Returned, ASKER_BUFFER, FILL )) );
    }

    AskerClose( Handle, FileObject );
}

static VOID
AskerStreams (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PUCHAR Buffer
    )
{
    static CONST WCHAR Text[] = L"::$DATA";
    PFILE_STREAM_INFORMATION Stream = (PFILE_STREAM_INFORMATION)Buffer;
    FILE_STANDARD_INFORMATION Standard;
    PFILE_OBJECT Folder;
    HANDLE Handle;
    ULONG Returned;
    NTSTATUS Status;

    FltQueryInformationFile( Instance,
                             FileObject,
                             &Standard,
                             sizeof(Standard),
                             FileStandardInformation,
                             NULL );
    Status = AskerQuery( Instance,
                         FileObject,
                         FileStreamInformation,
                         Buffer,
                         ASKER_BUFFER,
                         &Returned );
    Row( "INFO-37",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 24 + 14 && Stream->NextEntryOffset == 0 &&
                   Stream->StreamNameLength == 14 &&
                   Stream->StreamSize.QuadPart == Standard.EndOfFile.QuadPart &&
                   Stream->StreamAllocationSize.QuadPart == Standard.AllocationSize.QuadPart &&
                   RtlCompareMemory( Stream->StreamName, Text, 14 ) == 14) );

    if (NT_SUCCESS( AskerOpen( Instance, L"\\real", FILE_READ_ATTRIBUTES, 0, &Handle, &Folder ) )) {

        Status = AskerQuery( Instance,
                             Folder,
                             FileStreamInformation,
                             Buffer,
                             ASKER_BUFFER,
                             &Returned );
        Row( "INFO-37",
             (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 0 &&
                       AskerIs( Buffer, 24, ASKER_BUFFER, FILL )) );
        AskerClose( Handle, Folder );
    }
}

static VOID
AskerStats (
    _In_ PFLT_INSTANCE Instance,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    \node is a character device 5:7 of user 12 and group 34, which these may read and write.

--*/
{
    PFILE_STAT_LX_INFORMATION Lx = (PFILE_STAT_LX_INFORMATION)Buffer;
    PFILE_STAT_INFORMATION Stat = (PFILE_STAT_INFORMATION)Buffer;
    PFILE_STAT_BASIC_INFORMATION Basic = (PFILE_STAT_BASIC_INFORMATION)Buffer;
    LARGE_INTEGER Number;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    ULONG Returned;
    NTSTATUS Status;

    Status = AskerOpen( Instance,
                        L"\\node",
                        FILE_READ_ATTRIBUTES,
                        FILE_OPEN_REPARSE_POINT,
                        &Handle,
                        &FileObject );
    Row( "INFO-40", NT_SUCCESS( Status ) );

    if (!NT_SUCCESS( Status )) {

        return;
    }

    Status = AskerQuery( Instance, FileObject, FileStatInformation, Buffer, ASKER_BUFFER, &Returned );
    Number = Stat->FileId;
    Row( "INFO-40",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 72 &&
                   Stat->ReparseTag == IO_REPARSE_TAG_LX_CHR && Stat->NumberOfLinks == 1 &&
                   FlagOn( Stat->FileAttributes, FILE_ATTRIBUTE_REPARSE_POINT ) &&
                   Stat->EffectiveAccess == FILE_ALL_ACCESS) );

    Status = AskerQuery( Instance,
                         FileObject,
                         FileStatLxInformation,
                         Buffer,
                         ASKER_BUFFER,
                         &Returned );
    Row( "INFO-40",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == 96 &&
                   Lx->FileId.QuadPart == Number.QuadPart && Lx->LxMode == 020660 &&
                   Lx->LxUid == 12 && Lx->LxGid == 34 && Lx->LxDeviceIdMajor == 5 &&
                   Lx->LxDeviceIdMinor == 7 &&
                   FlagOn( Lx->LxFlags, LX_FILE_METADATA_HAS_UID ) &&
                   FlagOn( Lx->LxFlags, LX_FILE_METADATA_HAS_GID ) &&
                   FlagOn( Lx->LxFlags, LX_FILE_METADATA_HAS_MODE ) &&
                   FlagOn( Lx->LxFlags, LX_FILE_METADATA_HAS_DEVICE_ID )) );

    Status = AskerQuery( Instance,
                         FileObject,
                         FileStatBasicInformation,
                         Buffer,
                         ASKER_BUFFER,
                         &Returned );
    Row( "INFO-40",
         (BOOLEAN)(Status == STATUS_SUCCESS && Returned == sizeof(FILE_STAT_BASIC_INFORMATION) &&
                   Basic->FileId.QuadPart == Number.QuadPart &&
                   RtlCompareMemory( &Basic->FileId128, &Number, 8 ) == 8 &&
                   Basic->ReparseTag == IO_REPARSE_TAG_LX_CHR &&
                   Basic->DeviceType == FILE_DEVICE_DISK) );
    AskerClose( Handle, FileObject );
}

VOID
AskerClasses (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFLT_INSTANCE Instance = FltObjects->Instance;
    PFILE_OBJECT FileObject = FltObjects->FileObject;
    PFILE_NAME_INFORMATION Name;
    PUCHAR Buffer;
    ULONG Returned;
    NTSTATUS Status;

    Buffer = ExAllocatePoolWithTag( PagedPool, 2 * ASKER_BUFFER, ASKER_TAG );

    if (Buffer == NULL) {

        return;
    }

    AskerPadding( Instance, FileObject, Buffer );
    AskerAll( Instance, FileObject, Buffer, Buffer + ASKER_BUFFER );
    AskerNumber( Instance, FileObject, Buffer );
    AskerNames( Instance, Buffer );
    AskerStreams( Instance, FileObject, Buffer );
    AskerStats( Instance, Buffer );

    //
    //  There are no short names
    //

    Status = AskerQuery( Instance,
                         FileObject,
                         FileAlternateNameInformation,
                         Buffer,
                         ASKER_BUFFER,
                         &Returned );
    Row( "INFO-42", (BOOLEAN)(Status == STATUS_OBJECT_NAME_NOT_FOUND && Returned == 0) );

    Name = (PFILE_NAME_INFORMATION)Buffer;
    Name->FileNameLength = sizeof(WCHAR);
    Name->FileName[0] = L'X';
    Status = FltSetInformationFile( Instance, FileObject, Name, 8, FileShortNameInformation );
    Row( "INFO-42",
         (BOOLEAN)(Status == STATUS_INVALID_PARAMETER ||
                   Status == STATUS_SHORT_NAMES_NOT_ENABLED_ON_VOLUME) );

    ExFreePoolWithTag( Buffer, ASKER_TAG );
}

static NTSTATUS
AskerMark (
    _In_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Path,
    _In_ ACCESS_MASK Access,
    _In_ ULONG Flags
    )
/*++

Routine Description:

    Marks a file, and takes the mark back. Without flags in the older class.

--*/
{
    FILE_DISPOSITION_INFORMATION_EX More;
    FILE_DISPOSITION_INFORMATION Mark;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    NTSTATUS Status;

    Status = AskerOpen( Instance, Path, Access, 0, &Handle, &FileObject );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    if (Flags == 0) {

        Mark.DeleteFile = TRUE;
        Status = FltSetInformationFile( Instance,
                                        FileObject,
                                        &Mark,
                                        sizeof(Mark),
                                        FileDispositionInformation );

    } else {

        More.Flags = Flags | FILE_DISPOSITION_DELETE;
        Status = FltSetInformationFile( Instance,
                                        FileObject,
                                        &More,
                                        sizeof(More),
                                        FileDispositionInformationEx );
    }

    if (NT_SUCCESS( Status )) {

        Mark.DeleteFile = FALSE;
        FltSetInformationFile( Instance,
                               FileObject,
                               &Mark,
                               sizeof(Mark),
                               FileDispositionInformation );
    }

    AskerClose( Handle, FileObject );
    return Status;
}

VOID
AskerDispositions (
    _In_ PFLT_INSTANCE Instance
    )
/*++

Routine Description:

    \full is a folder with a file in it, \fixed a file that nobody may write to, \program one that
    runs.

--*/
{
    Row( "INFO-29",
         (BOOLEAN)(AskerMark( Instance, L"\\full", DELETE, 0 ) == STATUS_DIRECTORY_NOT_EMPTY) );
    Row( "INFO-29",
         (BOOLEAN)(AskerMark( Instance, L"\\fixed", DELETE, 0 ) == STATUS_CANNOT_DELETE) );
    Row( "INFO-29",
         (BOOLEAN)(AskerMark( Instance,
                              L"\\fixed",
                              DELETE,
                              FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE ) == STATUS_SUCCESS) );
    Row( "INFO-29",
         (BOOLEAN)(AskerMark( Instance, L"\\program", DELETE, 0 ) == STATUS_CANNOT_DELETE) );
    Row( "INFO-29",
         (BOOLEAN)(AskerMark( Instance, L"\\full\\x", FILE_READ_DATA, 0 ) ==
                   STATUS_ACCESS_DENIED) );
    Row( "INFO-29",
         (BOOLEAN)(AskerMark( Instance, L"\\full\\x", DELETE, 0 ) == STATUS_SUCCESS) );
}
