/*++

Module Name:

    folder.c

Abstract:

    Listings: what a program's call arrives as; a folder dir-edit, of which entries are taken out,
    changed and put in; one called dir-dots, which loses "." and "..", and dir-none, which seems
    empty; and patterns.

Environment:

    Kernel mode

--*/

#include "asker.h"

#define OFFSET(Union, Member) \
    (FIELD_OFFSET(FLT_PARAMETERS, DirectoryControl.Union.Member) - \
     FIELD_OFFSET(FLT_PARAMETERS, DirectoryControl))

//
//  What is put in is in the listing by now
//

static BOOLEAN AskerMade;

VOID
AskerFolderAsked (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    PUNICODE_STRING Pattern = Parameters->DirectoryControl.QueryDirectory.FileName;
    PMDL *Mdl = NULL;
    PVOID *Buffer = NULL;
    PULONG Length = NULL;
    LOCK_OPERATION Access;

    if (!Asked( FltObjects->FileObject, L"dir-" )) {

        return;
    }

    DbgPrint( "list restart %u\n", !!FlagOn( Data->Iopb->OperationFlags, SL_RESTART_SCAN ) );

    //
    //  Judged with each call's first one, or there would be no end to it
    //

    if (!FlagOn( Data->Iopb->OperationFlags, SL_RESTART_SCAN )) {

        return;
    }

    Row( "DIR-01",
         (BOOLEAN)(FLT_IS_IRP_OPERATION( Data ) &&
                   Data->Iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY &&
                   Parameters->DirectoryControl.QueryDirectory.FileInformationClass ==
                       FileIdBothDirectoryInformation &&
                   (Pattern == NULL ||
                    (Pattern->Length == sizeof(WCHAR) && Pattern->Buffer[0] == L'*'))) );
    Row( "DIR-02",
         (BOOLEAN)(NT_SUCCESS( FltDecodeParameters( Data, &Mdl, &Buffer, &Length, &Access ) ) &&
                   Buffer == &Parameters->DirectoryControl.QueryDirectory.DirectoryBuffer &&
                   Mdl == &Parameters->DirectoryControl.QueryDirectory.MdlAddress &&
                   Length == &Parameters->DirectoryControl.QueryDirectory.Length &&
                   (*Buffer != NULL || *Mdl != NULL) && *Length > 0 && Access == IoWriteAccess) );
    Row( "DIR-02",
         (BOOLEAN)(OFFSET(QueryDirectory, Length) == 0 && OFFSET(QueryDirectory, FileName) == 8 &&
                   OFFSET(QueryDirectory, FileInformationClass) == 16 &&
                   OFFSET(QueryDirectory, FileIndex) == 24 &&
                   OFFSET(QueryDirectory, DirectoryBuffer) == 32 &&
                   OFFSET(QueryDirectory, MdlAddress) == 40) );
    Row( "DIR-02",
         (BOOLEAN)(OFFSET(NotifyDirectory, Length) == 0 &&
                   OFFSET(NotifyDirectory, CompletionFilter) == 8 &&
                   OFFSET(NotifyDirectory, DirectoryBuffer) == 32 &&
                   OFFSET(NotifyDirectory, MdlAddress) == 40 &&
                   OFFSET(NotifyDirectoryEx, CompletionFilter) == 8 &&
                   OFFSET(NotifyDirectoryEx, DirectoryNotifyInformationClass) == 16 &&
                   OFFSET(NotifyDirectoryEx, DirectoryBuffer) == 32 &&
                   OFFSET(NotifyDirectoryEx, MdlAddress) == 40) );
}

static BOOLEAN
AskerStarts (
    _In_ PFILE_ID_BOTH_DIR_INFORMATION Entry,
    _In_ PCWSTR Text
    )
{
    ULONG Index;

    for (Index = 0; Text[Index] != UNICODE_NULL; Index += 1) {

        if (Index >= Entry->FileNameLength / sizeof(WCHAR) ||
            Entry->FileName[Index] != Text[Index]) {

            return FALSE;
        }
    }

    return TRUE;
}

static ULONG
AskerAppend (
    _Inout_ PUCHAR To,
    _In_ ULONG Used,
    _In_ ULONG Room,
    _Inout_ PFILE_ID_BOTH_DIR_INFORMATION *Last,
    _In_ PFILE_ID_BOTH_DIR_INFORMATION Entry,
    _In_ ULONG Beside
    )
/*++

Routine Description:

    Beside: how far from where it belongs the entry is put, as filters do that do not round up.

--*/
{
    ULONG Size = FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName) + Entry->FileNameLength;
    ULONG At = ((Used + 7) & ~7U) + Beside;

    if (At + Size > Room) {

        return Used;
    }

    RtlCopyMemory( To + At, Entry, Size );

    if (*Last != NULL) {

        (*Last)->NextEntryOffset = (ULONG)(To + At - (PUCHAR)*Last);
    }

    *Last = (PFILE_ID_BOTH_DIR_INFORMATION)(To + At);
    (*Last)->NextEntryOffset = 0;
    return At + Size;
}

static ULONG
AskerEdit (
    _In_ PUCHAR From,
    _Out_writes_bytes_(Room) PUCHAR To,
    _In_ ULONG Room,
    _In_ BOOLEAN Dots,
    _In_ BOOLEAN First
    )
/*++

Routine Description:

    Makes the listing that is to be seen. Returns its size.

--*/
{
    PFILE_ID_BOTH_DIR_INFORMATION Entry = (PFILE_ID_BOTH_DIR_INFORMATION)From;
    PFILE_ID_BOTH_DIR_INFORMATION Last = NULL;
    struct {

        FILE_ID_BOTH_DIR_INFORMATION Entry;
        WCHAR More[8];

    } Made;
    ULONG Used = 0;

    for (;;) {

        if (Dots) {

            if (Entry->FileName[0] != L'.') {

                Used = AskerAppend( To, Used, Room, &Last, Entry, 0 );
            }

        } else if (!AskerStarts( Entry, L"hide" )) {

            if (AskerStarts( Entry, L"rename" )) {

                Entry->FileName[0] = L'R';
            }

            if (AskerStarts( Entry, L"number" )) {

                Entry->FileId.QuadPart = 4242;
            }

            Used = AskerAppend( To, Used, Room, &Last, Entry, 0 );
        }

        if (Entry->NextEntryOffset == 0) {

            break;
        }

        Entry = (PFILE_ID_BOTH_DIR_INFORMATION)((PUCHAR)Entry + Entry->NextEntryOffset);
    }

    if (First) {

        AskerMade = FALSE;
    }

    if (!Dots && !AskerMade &&
        Used + sizeof(Made) <= Room) {

        AskerMade = TRUE;
        RtlZeroMemory( &Made, sizeof(Made) );
        Made.Entry.FileAttributes = FILE_ATTRIBUTE_NORMAL;
        Made.Entry.FileId.QuadPart = 77;
        Made.Entry.FileNameLength = 4 * sizeof(WCHAR);
        RtlCopyMemory( Made.Entry.FileName, L"made", 4 * sizeof(WCHAR) );
        Used = AskerAppend( To, Used, Room, &Last, &Made.Entry, 2 );
    }

    return Used;
}

VOID
AskerFolderAnswered (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    ULONG Length = Parameters->DirectoryControl.QueryDirectory.Length;
    BOOLEAN Dots = Asked( FltObjects->FileObject, L"dir-dots" );
    PUCHAR Buffer;
    PUCHAR Fresh;
    ULONG Used;

    if (Asked( FltObjects->FileObject, L"dir-none" )) {

        Data->IoStatus.Status = STATUS_NO_MORE_FILES;
        Data->IoStatus.Information = 0;
        return;
    }

    if (!Dots && !Asked( FltObjects->FileObject, L"dir-edit" )) {

        return;
    }

    if (Parameters->DirectoryControl.QueryDirectory.MdlAddress != NULL) {

        Buffer = MmGetSystemAddressForMdlSafe(
                     Parameters->DirectoryControl.QueryDirectory.MdlAddress,
                     NormalPagePriority );

    } else {

        Buffer = Parameters->DirectoryControl.QueryDirectory.DirectoryBuffer;
    }

    Fresh = ExAllocatePoolWithTag( PagedPool, Length, ASKER_TAG );

    if (Fresh == NULL || Buffer == NULL || Data->IoStatus.Information == 0) {

        if (Fresh != NULL) {

            ExFreePoolWithTag( Fresh, ASKER_TAG );
        }

        return;
    }

    Used = AskerEdit( Buffer,
                      Fresh,
                      Length,
                      Dots,
                      (BOOLEAN)!!FlagOn( Data->Iopb->OperationFlags, SL_RESTART_SCAN ) );
    RtlCopyMemory( Buffer, Fresh, Used );
    Data->IoStatus.Information = Used;
    ExFreePoolWithTag( Fresh, ASKER_TAG );
}

static ULONG
AskerMatches (
    _In_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Text,
    _Out_writes_bytes_(ASKER_BUFFER) PUCHAR Buffer
    )
/*++

Routine Description:

    How many names match.

--*/
{
    PFILE_NAMES_INFORMATION Entry = (PFILE_NAMES_INFORMATION)Buffer;
    UNICODE_STRING Pattern;
    PFILE_OBJECT Folder;
    HANDLE Handle;
    ULONG Returned = 0;
    ULONG Count = 1;
    NTSTATUS Status;

    RtlInitUnicodeString( &Pattern, Text );
    Status = AskerOpen( Instance,
                        L"\\pattern",
                        FILE_LIST_DIRECTORY,
                        FILE_DIRECTORY_FILE,
                        &Handle,
                        &Folder );

    if (!NT_SUCCESS( Status )) {

        return MAXULONG;
    }

    Status = FltQueryDirectoryFile( Instance,
                                    Folder,
                                    Buffer,
                                    ASKER_BUFFER,
                                    FileNamesInformation,
                                    FALSE,
                                    &Pattern,
                                    TRUE,
                                    &Returned );
    AskerClose( Handle, Folder );

    if (Status == STATUS_NO_SUCH_FILE) {

        return 0;
    }

    if (!NT_SUCCESS( Status ) || Returned == 0) {

        return MAXULONG;
    }

    while (Entry->NextEntryOffset != 0) {

        Count += 1;
        Entry = (PFILE_NAMES_INFORMATION)((PUCHAR)Entry + Entry->NextEntryOffset);
    }

    return Count;
}

static BOOLEAN
AskerExpression (
    _In_ PCWSTR Expression,
    _In_ PCWSTR Text,
    _In_ BOOLEAN IgnoreCase
    )
{
    UNICODE_STRING Pattern;
    UNICODE_STRING Name;

    RtlInitUnicodeString( &Pattern, Expression );
    RtlInitUnicodeString( &Name, Text );

    return FsRtlIsNameInExpression( &Pattern, &Name, IgnoreCase, NULL );
}

VOID
AskerPatterns (
    _In_ PFLT_INSTANCE Instance
    )
/*++

Routine Description:

    There are a.txt, ab.txt, a.b.c, abc and ABC.

--*/
{
    static CONST struct {

        PCWSTR Pattern;
        ULONG Count;

    } Table[] = {

        { L"*", 7 }, { L"*.txt", 2 }, { L"a?.txt", 1 }, { L"a*", 4 }, { L"abc", 1 },
        { L"AB*", 1 }, { L"<.txt", 2 }, { L"a<.c", 1 }, { L"a>>.txt", 2 }, { L"a\"txt", 1 },
        { L"abc\"", 1 }, { L"a????", 2 }, { L"z*", 0 }
    };
    PUCHAR Buffer;
    ULONG Found;
    ULONG Index;

    Buffer = ExAllocatePoolWithTag( PagedPool, ASKER_BUFFER, ASKER_TAG );

    if (Buffer == NULL) {

        return;
    }

    for (Index = 0; Index < RTL_NUMBER_OF(Table); Index += 1) {

        Found = AskerMatches( Instance, Table[Index].Pattern, Buffer );
        Row( "DIR-13", (BOOLEAN)(Found == Table[Index].Count) );

        if (Found != Table[Index].Count) {

            DbgPrint( "pattern %S finds %u, not %u\n",
                      Table[Index].Pattern,
                      Found,
                      Table[Index].Count );
        }
    }

    //
    //  Who ignores case has to have the expression in capitals
    //

    Row( "DIR-13",
         (BOOLEAN)(AskerExpression( L"A*", L"abc", TRUE ) && !AskerExpression( L"A*", L"abc", FALSE ) &&
                   AskerExpression( L"AB>", L"abc", TRUE ) &&
                   !AskerExpression( L"a*", L"ABC", FALSE )) );

    ExFreePoolWithTag( Buffer, ASKER_TAG );
}
