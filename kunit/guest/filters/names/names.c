/*++

Module Name:

    names.c

Abstract:

    For tests: asks for the name of the file in every callback of every operation, and for the
    destination of renames and links, and prints what it is told.

        > MAJOR n STATUS NAME       normalized
        > MAJOR o STATUS NAME       opened
        > MAJOR s STATUS NAME       short, in CREATE and CLEANUP
        > MAJOR d STATUS NAME       destination
        < MAJOR n STATUS NAME
        < MAJOR t STATUS NAME       tunneled, for the name that the pre-operation got

    Of files below a folder "load" only failures are printed. Of files whose path begins with
    "\info" it also asks what they are, before their CLEANUP:

        info WRONG links=.. pending=.. dir=.. size=.. alloc=.. ino=.. attr=.. tag=.. mode=.. when=..

    WRONG counts answers that contradict each other, or the lengths that were asked for.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

static PFLT_FILTER NamesFilter;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static BOOLEAN
NamesIsLoad (
    _In_opt_ PCUNICODE_STRING Name
    )
/*++

Routine Description:

    Whether a file is one of many that nobody wants to read about.

--*/
{
    static CONST WCHAR Folder[] = L"\\load";
    USHORT Chars = ARRAYSIZE(Folder) - 1;
    USHORT Index;

    if (Name == NULL) {

        return FALSE;
    }

    for (Index = 0; Index + Chars <= Name->Length / sizeof(WCHAR); Index += 1) {

        if (RtlCompareMemory(Name->Buffer + Index, Folder, Chars * sizeof(WCHAR)) ==
            Chars * sizeof(WCHAR)) {

            return TRUE;
        }
    }

    return FALSE;
}

static VOID
NamesPrint (
    _In_ CHAR Phase,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ CHAR What,
    _In_ NTSTATUS Status,
    _In_opt_ PFLT_FILE_NAME_INFORMATION Information
    )
{
    UNICODE_STRING None = RTL_CONSTANT_STRING(L"");
    PCUNICODE_STRING Name = &None;

    if (NT_SUCCESS(Status) && Information != NULL) {

        Name = &Information->Name;

        if (NamesIsLoad(Name)) {

            return;
        }

    } else if (!NT_SUCCESS(Status) &&
               NamesIsLoad(&Data->Iopb->TargetFileObject->FileName)) {

        //
        //  After the cleanup a name is known only if it was cached.
        //

        if (Phase == '<' || Data->Iopb->MajorFunction == IRP_MJ_CLOSE) {

            return;
        }

        DbgPrint("names: FAILED %u %c %x %wZ\n",
                 Data->Iopb->MajorFunction,
                 What,
                 Status,
                 &Data->Iopb->TargetFileObject->FileName);
        return;
    }

    DbgPrint("names: %c %u %c %x %wZ\n",
             Phase,
             Data->Iopb->MajorFunction,
             What,
             Status,
             Name);
}

static PFLT_FILE_NAME_INFORMATION
NamesAsk (
    _In_ CHAR Phase,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ CHAR What,
    _In_ FLT_FILE_NAME_OPTIONS Options
    )
/*++

Routine Description:

    One question, printed with its answer.

Return Value:

    The name, to be released, or NULL.

--*/
{
    PFLT_FILE_NAME_INFORMATION Information = NULL;
    NTSTATUS Status;

    Status = FltGetFileNameInformation(Data, Options, &Information);

    NamesPrint(Phase, Data, What, Status, Information);

    if (NT_SUCCESS(Status)) {

        Status = FltParseFileNameInformation(Information);

        if (!NT_SUCCESS(Status)) {

            DbgPrint("names: FAILED to parse %x\n", Status);
        }
    }

    return Information;
}

static VOID
NamesAskDestination (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    PFLT_FILE_NAME_INFORMATION Information;
    PFILE_RENAME_INFORMATION Rename;
    NTSTATUS Status;

    switch (Parameters->SetFileInformation.FileInformationClass) {

    case FileRenameInformation:
    case FileRenameInformationEx:
    case FileLinkInformation:
    case FileLinkInformationEx:

        //
        //  Both structures are laid out alike.
        //

        Rename = Parameters->SetFileInformation.InfoBuffer;

        Status = FltGetDestinationFileNameInformation(FltObjects->Instance,
                                                      FltObjects->FileObject,
                                                      Rename->RootDirectory,
                                                      Rename->FileName,
                                                      Rename->FileNameLength,
                                                      FLT_FILE_NAME_NORMALIZED |
                                                          FLT_FILE_NAME_QUERY_DEFAULT,
                                                      &Information);

        NamesPrint('>', Data, 'd', Status, Information);

        if (NT_SUCCESS(Status)) {

            FltReleaseFileNameInformation(Information);
        }
        break;

    default:

        break;
    }
}

#define NAMES_ROOM  512
#define NAMES_GUARD 0x5a

typedef struct _NAMES_CLASS {

    FILE_INFORMATION_CLASS Class;
    ULONG Fixed;

} NAMES_CLASS;

//
//  Classes without a variable part.
//

static CONST NAMES_CLASS NamesClasses[] = {

    { FileBasicInformation, 40 },
    { FileStandardInformation, 24 },
    { FileInternalInformation, 8 },
    { FileEaInformation, 4 },
    { FileAccessInformation, 4 },
    { FileModeInformation, 4 },
    { FileAlignmentInformation, 4 },
    { FileNetworkOpenInformation, 56 },
    { FileAttributeTagInformation, 8 },
    { FileStatInformation, 72 },
    { FileStatLxInformation, 96 },
};

static BOOLEAN
NamesGuarded (
    _In_reads_(Length) PUCHAR Buffer,
    _In_ ULONG From,
    _In_ ULONG Length
    )
{
    ULONG Index;

    for (Index = From; Index < Length; Index += 1) {

        if (Buffer[Index] != NAMES_GUARD) {

            return FALSE;
        }
    }

    return TRUE;
}

static ULONG
NamesCountWrong (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Out_writes_(NAMES_ROOM) PUCHAR Buffer
    )
/*++

Routine Description:

    Asks for every class with every length, and counts the answers that must not be.

--*/
{
    PFILE_NAME_INFORMATION Name = (PFILE_NAME_INFORMATION)Buffer;
    ULONG Chars = FltObjects->FileObject->FileName.Length;
    ULONG Fixed = FIELD_OFFSET(FILE_NAME_INFORMATION, FileName);
    ULONG Wrong = 0;
    ULONG Index;
    ULONG Length;
    ULONG Returned;
    NTSTATUS Status;

    for (Index = 0; Index < ARRAYSIZE(NamesClasses); Index += 1) {

        for (Length = 0; Length <= NamesClasses[Index].Fixed + 2; Length += 1) {

            RtlFillMemory(Buffer, NAMES_ROOM, NAMES_GUARD);

            Status = FltQueryInformationFile(FltObjects->Instance,
                                             FltObjects->FileObject,
                                             Buffer,
                                             Length,
                                             NamesClasses[Index].Class,
                                             &Returned);

            if (Length < NamesClasses[Index].Fixed) {

                Wrong += (Status != STATUS_INFO_LENGTH_MISMATCH) || (Returned != 0) ||
                         !NamesGuarded(Buffer, 0, NAMES_ROOM);

            } else {

                Wrong += !NT_SUCCESS(Status) || (Returned != NamesClasses[Index].Fixed) ||
                         !NamesGuarded(Buffer, NamesClasses[Index].Fixed, NAMES_ROOM);
            }
        }
    }

    Status = FltQueryInformationFile(FltObjects->Instance,
                                     FltObjects->FileObject,
                                     Buffer,
                                     NAMES_ROOM,
                                     (FILE_INFORMATION_CLASS)200,
                                     &Returned);

    Wrong += (Status != STATUS_INVALID_INFO_CLASS);

    for (Length = 0; Length <= Fixed + Chars + 2; Length += 1) {

        RtlFillMemory(Buffer, NAMES_ROOM, NAMES_GUARD);

        Status = FltQueryInformationFile(FltObjects->Instance,
                                         FltObjects->FileObject,
                                         Buffer,
                                         Length,
                                         FileNameInformation,
                                         &Returned);

        if (Length < Fixed) {

            Wrong += (Status != STATUS_INFO_LENGTH_MISMATCH);

        } else if (Length < Fixed + Chars) {

            Wrong += (Status != STATUS_BUFFER_OVERFLOW) || (Name->FileNameLength != Chars) ||
                     (Returned != Fixed + ((Length - Fixed) & ~1)) ||
                     !NamesGuarded(Buffer, Returned, NAMES_ROOM);

        } else {

            Wrong += !NT_SUCCESS(Status) || (Name->FileNameLength != Chars) ||
                     (Returned != Fixed + Chars) ||
                     !NamesGuarded(Buffer, Fixed + Chars, NAMES_ROOM) ||
                     !RtlEqualMemory(Buffer + Fixed,
                                     FltObjects->FileObject->FileName.Buffer,
                                     Chars);
        }
    }

    return Wrong;
}

static VOID
NamesAskInformation (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    FILE_STANDARD_INFORMATION Standard = { 0 };
    FILE_INTERNAL_INFORMATION Internal = { 0 };
    FILE_ATTRIBUTE_TAG_INFORMATION Tag = { 0 };
    FILE_NETWORK_OPEN_INFORMATION Open = { 0 };
    FILE_BASIC_INFORMATION Basic = { 0 };
    FILE_STAT_LX_INFORMATION Lx = { 0 };
    PFLT_INSTANCE Instance = FltObjects->Instance;
    PFILE_OBJECT FileObject = FltObjects->FileObject;
    BOOLEAN Directory = FALSE;
    PUCHAR Buffer;
    ULONG Wrong;

    Buffer = ExAllocatePool2(POOL_FLAG_PAGED, NAMES_ROOM, 'mnTF');

    if (Buffer == NULL) {

        return;
    }

    Wrong = NamesCountWrong(FltObjects, Buffer);
    ExFreePoolWithTag(Buffer, 'mnTF');

#define NAMES_QUERY(_class, _to) \
    Wrong += !NT_SUCCESS(FltQueryInformationFile(Instance, FileObject, &(_to), sizeof(_to), \
                                                 (_class), NULL))

    NAMES_QUERY(FileStandardInformation, Standard);
    NAMES_QUERY(FileInternalInformation, Internal);
    NAMES_QUERY(FileAttributeTagInformation, Tag);
    NAMES_QUERY(FileNetworkOpenInformation, Open);
    NAMES_QUERY(FileBasicInformation, Basic);
    NAMES_QUERY(FileStatLxInformation, Lx);

    Wrong += !NT_SUCCESS(FltIsDirectory(FileObject, Instance, &Directory));

    //
    //  What several classes tell is the same in each.
    //

    Wrong += (Directory != Standard.Directory) ||
             (Open.AllocationSize.QuadPart != Standard.AllocationSize.QuadPart) ||
             (Open.EndOfFile.QuadPart != Standard.EndOfFile.QuadPart) ||
             (Open.CreationTime.QuadPart != Basic.CreationTime.QuadPart) ||
             (Open.LastWriteTime.QuadPart != Basic.LastWriteTime.QuadPart) ||
             (Open.ChangeTime.QuadPart != Basic.ChangeTime.QuadPart) ||
             (Open.FileAttributes != Basic.FileAttributes) ||
             (Tag.FileAttributes != Basic.FileAttributes) ||
             (Lx.FileId.QuadPart != Internal.IndexNumber.QuadPart) ||
             (Lx.EndOfFile.QuadPart != Standard.EndOfFile.QuadPart) ||
             (Lx.LastWriteTime.QuadPart != Basic.LastWriteTime.QuadPart) ||
             (Lx.ReparseTag != Tag.ReparseTag);

    DbgPrint("names: info %u links=%u pending=%u dir=%u size=%I64d alloc=%I64d ino=%I64u attr=%x tag=%x mode=%u when=%I64d,%I64d,%I64d,%I64d\n",
             Wrong,
             Standard.NumberOfLinks,
             Standard.DeletePending,
             Standard.Directory,
             Standard.EndOfFile.QuadPart,
             Standard.AllocationSize.QuadPart,
             Internal.IndexNumber.QuadPart,
             Basic.FileAttributes,
             Tag.ReparseTag,
             Lx.LxMode,
             Basic.CreationTime.QuadPart,
             Basic.LastAccessTime.QuadPart,
             Basic.LastWriteTime.QuadPart,
             Basic.ChangeTime.QuadPart);
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
NamesPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_FILE_NAME_INFORMATION Opened;
    PFLT_FILE_NAME_INFORMATION Short;
    UNICODE_STRING Info = RTL_CONSTANT_STRING(L"\\info");

    *CompletionContext = NULL;

    if (FltObjects->FileObject == NULL) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Opened = NamesAsk('>', Data, 'o', FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT);

    if (Opened != NULL) {

        FltReleaseFileNameInformation(Opened);
    }

    //
    //  Kept for the post-operation callback.
    //

    *CompletionContext = NamesAsk('>',
                                  Data,
                                  'n',
                                  FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT);

    if (!NamesIsLoad(&FltObjects->FileObject->FileName) &&
        (Data->Iopb->MajorFunction == IRP_MJ_CREATE ||
         Data->Iopb->MajorFunction == IRP_MJ_CLEANUP)) {

        Short = NamesAsk('>', Data, 's', FLT_FILE_NAME_SHORT | FLT_FILE_NAME_QUERY_DEFAULT);

        if (Short != NULL) {

            FltReleaseFileNameInformation(Short);
        }
    }

    if (Data->Iopb->MajorFunction == IRP_MJ_CLEANUP &&
        RtlPrefixUnicodeString(&Info, &FltObjects->FileObject->FileName, FALSE)) {

        NamesAskInformation(FltObjects);
    }

    if (Data->Iopb->MajorFunction == IRP_MJ_SET_INFORMATION) {

        NamesAskDestination(Data, FltObjects);
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
NamesPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    PFLT_FILE_NAME_INFORMATION Before = CompletionContext;
    PFLT_FILE_NAME_INFORMATION After;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(FltObjects);

    //
    //  Names are for APC_LEVEL and below.
    //

    if (!FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING) && KeGetCurrentIrql() <= APC_LEVEL) {

        After = NamesAsk('<', Data, 'n', FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT);

        if (After != NULL) {

            FltReleaseFileNameInformation(After);
        }

        if (Before != NULL && (Data->Iopb->MajorFunction == IRP_MJ_CREATE ||
                               Data->Iopb->MajorFunction == IRP_MJ_SET_INFORMATION)) {

            Status = FltGetTunneledName(Data, Before, &After);

            if (!NT_SUCCESS(Status) || After != NULL) {

                NamesPrint('<', Data, 't', Status, After);

            } else if (!NamesIsLoad(&Before->Name)) {

                NamesPrint('<', Data, 't', Status, NULL);
            }
        }
    }

    if (Before != NULL) {

        FltReleaseFileNameInformation(Before);
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
NamesUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(NamesFilter);
    return STATUS_SUCCESS;
}

#define NAMES(_major) { (_major), 0, NamesPreOperation, NamesPostOperation }

static CONST FLT_OPERATION_REGISTRATION NamesOperations[] = {

    NAMES(IRP_MJ_CREATE),
    NAMES(IRP_MJ_CLEANUP),
    NAMES(IRP_MJ_CLOSE),
    NAMES(IRP_MJ_READ),
    NAMES(IRP_MJ_WRITE),
    NAMES(IRP_MJ_FLUSH_BUFFERS),
    NAMES(IRP_MJ_LOCK_CONTROL),
    NAMES(IRP_MJ_QUERY_INFORMATION),
    NAMES(IRP_MJ_SET_INFORMATION),
    NAMES(IRP_MJ_QUERY_EA),
    NAMES(IRP_MJ_SET_EA),
    NAMES(IRP_MJ_QUERY_SECURITY),
    NAMES(IRP_MJ_SET_SECURITY),
    NAMES(IRP_MJ_DIRECTORY_CONTROL),
    NAMES(IRP_MJ_FILE_SYSTEM_CONTROL),
    NAMES(IRP_MJ_DEVICE_CONTROL),
    NAMES(IRP_MJ_QUERY_VOLUME_INFORMATION),
    NAMES(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION),
    NAMES(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION),

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION NamesRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    NamesOperations,
    NamesUnload,
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

    UNREFERENCED_PARAMETER(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &NamesRegistration, &NamesFilter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(NamesFilter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(NamesFilter);
        }
    }

    return Status;
}
