/*++

Module Name:

    create.c

Abstract:

    What is done in the callbacks of creates.

Environment:

    Kernel mode

--*/

#include "inside.h"

//
//  Where the test has text in its memory when it opens a "who"
//

#define INSIDE_USER_MEMORY  ((PVOID)(ULONG_PTR)0x20000000)

static BOOLEAN
InsideReadsUser (
    VOID
    )
/*++

Routine Description:

    Is the opener's memory there?

--*/
{
    BOOLEAN Found = FALSE;
    PVOID Address;
    PMDL Mdl = IoAllocateMdl( INSIDE_USER_MEMORY, 6, FALSE, FALSE, NULL );

    if (Mdl == NULL) {

        return FALSE;
    }

    __try {

        MmProbeAndLockPages( Mdl, UserMode, IoReadAccess );
        Address = MmGetSystemAddressForMdlSafe( Mdl, NormalPagePriority );
        Found = (BOOLEAN)(Address != NULL && RtlCompareMemory( Address, "inside", 6 ) == 6);
        MmUnlockPages( Mdl );

    } __except (EXCEPTION_EXECUTE_HANDLER) {

        Found = FALSE;
    }

    IoFreeMdl( Mdl );
    return Found;
}

static NTSTATUS
InsideOpenBelow (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Path,
    _In_ ACCESS_MASK Access,
    _In_ ULONG Options,
    _In_ ULONG Flags,
    _Out_ PHANDLE Handle,
    _Out_ PFILE_OBJECT *FileObject
    )
{
    WCHAR Buffer[160];
    UNICODE_STRING Name = { 0, sizeof(Buffer), Buffer };
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;
    NTSTATUS Status;

    *Handle = NULL;
    *FileObject = NULL;
    Status = FltGetVolumeName( FltObjects->Volume, &Name, NULL );

    if (NT_SUCCESS( Status )) {

        Status = RtlAppendUnicodeToString( &Name, Path );
    }

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    InitializeObjectAttributes( &Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL );
    return FltCreateFileEx2( InsideFilter, Instance, Handle, FileObject, Access, &Attributes,
                             &Result, NULL, 0, FILE_SHARE_VALID_FLAGS, FILE_OPEN,
                             Options | FILE_SYNCHRONOUS_IO_NONALERT, NULL, 0, Flags, NULL );
}

static VOID
InsideWho (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    NTSTATUS Status;

    Row( "CREATE-02", KeGetCurrentIrql() == PASSIVE_LEVEL &&
                      Data->Thread == PsGetCurrentThread() &&
                      HandleToULong( PsGetCurrentProcessId() ) == FltGetRequestorProcessId( Data ) );
    Row( "CREATE-02", InsideReadsUser() );
    Status = InsideOpenBelow( FltObjects, FltObjects->Instance, L"\\secret", FILE_GENERIC_READ, 0,
                              IO_FORCE_ACCESS_CHECK, &Handle, &FileObject );

    if (NT_SUCCESS( Status )) {

        FltClose( Handle );
        ObDereferenceObject( FileObject );
    }

    DbgPrint("who %u secret %08x\n", HandleToULong( PsGetCurrentProcessId() ), Status);
}

VOID
InsideOpenByName (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Opens \by-name by the complete name that programs would have for it, with no instance, so that
    everybody on the volume sees it; reads it, and closes it.

--*/
{
    WCHAR Buffer[160];
    UNICODE_STRING Name = { 0, sizeof(Buffer), Buffer };
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;
    CHAR Text[4] = "";
    HANDLE Handle;
    NTSTATUS Status;

    FltGetVolumeName( FltObjects->Volume, &Name, NULL );
    RtlAppendUnicodeToString( &Name, L"\\by-name" );
    InitializeObjectAttributes( &Attributes, &Name, OBJ_KERNEL_HANDLE, NULL, NULL );
    Status = ZwCreateFile( &Handle, FILE_GENERIC_READ, &Attributes, &Result, NULL, 0,
                           FILE_SHARE_VALID_FLAGS, FILE_OPEN, FILE_SYNCHRONOUS_IO_NONALERT, NULL,
                           0 );

    if (NT_SUCCESS( Status )) {

        Status = ZwReadFile( Handle, NULL, NULL, NULL, &Result, Text, 4, NULL, NULL );
        ZwClose( Handle );
    }

    Row( "VFS-912", NT_SUCCESS( Status ) && RtlCompareMemory( Text, "text", 4 ) == 4 );
}

VOID
InsidePreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PULONG Options = &Data->Iopb->Parameters.Create.Options;
    ULONG Disposition = *Options >> 24;

    if (Asked( FltObjects->FileObject, L"who" )) {

        InsideWho( Data, FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"named" )) {

        InsideOpenByName( FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"intact" ) &&
        (Disposition == FILE_OVERWRITE || Disposition == FILE_OVERWRITE_IF)) {

        Disposition = (Disposition == FILE_OVERWRITE) ? FILE_OPEN : FILE_OPEN_IF;
        *Options = (*Options & FILE_VALID_OPTION_FLAGS) | (Disposition << 24);
        FltSetCallbackDataDirty( Data );
    }
}

VOID
FLTAPI
InsideContextCleanup (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    )
{
    UNREFERENCED_PARAMETER( Context );

    if (*(PULONG)Context != 0) {

        DbgPrint("context %s goes\n", ContextType == FLT_STREAM_CONTEXT ? "stream" : "handle");
    }
}

static NTSTATUS
InsideMark (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_CONTEXT_TYPE Type
    )
{
    PFLT_CONTEXT Context;
    NTSTATUS Status;

    Status = FltAllocateContext( InsideFilter, Type, sizeof(ULONG), NonPagedPoolNx, &Context );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    //
    //  One that is not set is not worth telling.
    //

    *(PULONG)Context = 0;

    if (Type == FLT_STREAM_CONTEXT) {

        Status = FltSetStreamContext( FltObjects->Instance, FltObjects->FileObject,
                                      FLT_SET_CONTEXT_KEEP_IF_EXISTS, Context, NULL );

    } else {

        Status = FltSetStreamHandleContext( FltObjects->Instance, FltObjects->FileObject,
                                            FLT_SET_CONTEXT_KEEP_IF_EXISTS, Context, NULL );
    }

    if (NT_SUCCESS( Status )) {

        *(PULONG)Context = 1;
    }

    FltReleaseContext( Context );
    return Status;
}

static VOID
InsideReparsed (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    LARGE_INTEGER Offset;
    CHAR Byte;
    ULONG Bytes = 0;
    NTSTATUS Read;

    Offset.QuadPart = 0;
    Read = FltReadFile( FltObjects->Instance, FltObjects->FileObject, &Offset, 1, &Byte, 0, &Bytes,
                        NULL, NULL );

    Row( "CREATE-14", Data->IoStatus.Information == IO_REPARSE ||
                      (Data->TagData != NULL &&
                       Data->IoStatus.Information == Data->TagData->FileTag) );
    Row( "CREATE-16", NT_SUCCESS( Data->IoStatus.Status ) &&
                      FltObjects->FileObject->FsContext == NULL );
    Row( "CREATE-16", InsideMark( FltObjects, FLT_STREAM_CONTEXT ) == STATUS_NOT_SUPPORTED &&
                      InsideMark( FltObjects, FLT_STREAMHANDLE_CONTEXT ) == STATUS_NOT_SUPPORTED );
    Row( "CREATE-16", !NT_SUCCESS( Read ) && Bytes == 0 );
}

static VOID
InsideUsable (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFILE_OBJECT FileObject = FltObjects->FileObject;
    FILE_STANDARD_INFORMATION Standard;
    LARGE_INTEGER Offset;
    CHAR Text[4] = "";
    ULONG Bytes = 0;
    NTSTATUS Status;

    Offset.QuadPart = 0;
    Status = FltReadFile( FltObjects->Instance, FileObject, &Offset, 4, Text, 0, &Bytes, NULL,
                          NULL );
    Row( "CREATE-18", NT_SUCCESS( Status ) && Bytes == 4 &&
                      RtlCompareMemory( Text, "text", 4 ) == 4 );
    Status = FltWriteFile( FltObjects->Instance, FileObject, &Offset, 4, "TEXT", 0, &Bytes, NULL,
                           NULL );
    Row( "CREATE-18", NT_SUCCESS( Status ) && Bytes == 4 );
    Status = FltQueryInformationFile( FltObjects->Instance, FileObject, &Standard,
                                      sizeof(Standard), FileStandardInformation, NULL );
    Row( "CREATE-18", NT_SUCCESS( Status ) && Standard.EndOfFile.QuadPart == 4 );
    Row( "CREATE-18", NT_SUCCESS( InsideMark( FltObjects, FLT_STREAM_CONTEXT ) ) &&
                      NT_SUCCESS( InsideMark( FltObjects, FLT_STREAMHANDLE_CONTEXT ) ) );
    Row( "FILEOBJ-06", FileObject->FsContext != NULL && FileObject->FsContext2 != NULL &&
                       FsRtlSupportsPerStreamContexts( FileObject ) );
}

static VOID
InsideLink (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What \a-link, which points to "usable", and \a-fifo say, and what an ordinary file does.

--*/
{
    static const PCWSTR Paths[] = { L"\\a-link", L"\\a-fifo", L"\\usable" };
    static const ULONG Tags[] = { IO_REPARSE_TAG_LX_SYMLINK, IO_REPARSE_TAG_LX_FIFO, 0 };

    union {

        REPARSE_DATA_BUFFER Data;
        UCHAR Bytes[64];

    } Buffer;

    FILE_ATTRIBUTE_TAG_INFORMATION Tag;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    ULONG Length;
    ULONG Index;
    NTSTATUS Status;

    for (Index = 0; Index < RTL_NUMBER_OF( Paths ); Index += 1) {

        Status = InsideOpenBelow( FltObjects, FltObjects->Instance, Paths[Index],
                                  FILE_READ_ATTRIBUTES | SYNCHRONIZE, FILE_OPEN_REPARSE_POINT, 0,
                                  &Handle, &FileObject );
        Row( "CREATE-68", NT_SUCCESS( Status ) );

        if (!NT_SUCCESS( Status )) {

            continue;
        }

        Status = FltFsControlFile( FltObjects->Instance, FileObject, FSCTL_GET_REPARSE_POINT, NULL,
                                   0, &Buffer, sizeof(Buffer), &Length );
        DbgPrint("reparse %08x of %u\n", Status, Length);

        if (Tags[Index] == 0) {

            Row( "CREATE-68", Status == STATUS_NOT_A_REPARSE_POINT && Length == 0 );

        } else {

            Row( "CREATE-68", NT_SUCCESS( Status ) && Buffer.Data.ReparseTag == Tags[Index] &&
                              Length == REPARSE_DATA_BUFFER_HEADER_SIZE +
                                        Buffer.Data.ReparseDataLength );
        }

        if (Index == 0) {

            Row( "CREATE-68", Buffer.Data.ReparseDataLength == 4 + 6 && Buffer.Bytes[8] == 2 &&
                              RtlCompareMemory( Buffer.Bytes + 12, "usable", 6 ) == 6 );
            Status = FltFsControlFile( FltObjects->Instance, FileObject, FSCTL_GET_REPARSE_POINT,
                                       NULL, 0, &Buffer, 15, &Length );
            Row( "CREATE-68", Status == STATUS_BUFFER_OVERFLOW && Length == 15 );
            Status = FltFsControlFile( FltObjects->Instance, FileObject, FSCTL_GET_REPARSE_POINT,
                                       NULL, 0, &Buffer, 7, &Length );
            Row( "CREATE-68", Status == STATUS_BUFFER_TOO_SMALL && Length == 0 );
        }

        Status = FltQueryInformationFile( FltObjects->Instance, FileObject, &Tag, sizeof(Tag),
                                          FileAttributeTagInformation, NULL );
        Row( "CREATE-68", NT_SUCCESS( Status ) && Tag.ReparseTag == Tags[Index] );
        FltClose( Handle );
        ObDereferenceObject( FileObject );
    }
}

VOID
InsidePostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    if (Data->IoStatus.Status == STATUS_REPARSE) {

        if (Asked( FltObjects->FileObject, L"reparse" )) {

            InsideReparsed( Data, FltObjects );
        }

        return;
    }

    if (!NT_SUCCESS( Data->IoStatus.Status )) {

        return;
    }

    if (FltObjects->FileObject->FileName.Length == 0) {

        Row( "FILEOBJ-06", FltObjects->FileObject->FsContext2 == NULL );
    }

    if (Asked( FltObjects->FileObject, L"usable" )) {

        InsideUsable( FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"link" )) {

        InsideLink( FltObjects );
    }

    if (Asked( FltObjects->FileObject, L"marked" ) || Asked( FltObjects->FileObject, L"undone" )) {

        InsideMark( FltObjects, FLT_STREAM_CONTEXT );
        InsideMark( FltObjects, FLT_STREAMHANDLE_CONTEXT );
    }

    if (Asked( FltObjects->FileObject, L"undone" )) {

        FltCancelFileOpen( FltObjects->Instance, FltObjects->FileObject );
        Data->IoStatus.Status = STATUS_ACCESS_DENIED;
        Data->IoStatus.Information = 0;
    }
}
