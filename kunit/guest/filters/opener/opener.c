/*++

Module Name:

    opener.c

Abstract:

    For tests: when a file is cleaned up whose name ends in "run", this opens, lists, renames and
    removes files in its folder by itself, and prints what came of each step; for one that ends in
    "user" it asks for files with the rights of that user; for one that ends in "hold" it opens what
    the test then moves away and opens too, and for one that ends in "use" it uses that; one that
    ends in "mv" it renames; for one that ends in "leave" it opens two files and forgets them. Whenever a file whose name ends in "cb" is created, renamed, removed or
    cleaned up, its folder is opened and listed, and a file is made and removed in it.

        opener: NAME status=X info=N a=N b=N

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <ntstrsafe.h>
#include <dontuse.h>
#include <suppress.h>

#define OPENER_TAG      'nepO'
#define OPENER_BUFFER   4096

static PFLT_FILTER OpenerFilter;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

//
//  A file that is opened, with defaults
//

typedef struct _OPENER_FILE {

    PFLT_INSTANCE Instance;
    PFLT_VOLUME Volume;
    HANDLE Root;
    ULONG Attributes;
    ACCESS_MASK Access;
    ULONG Disposition;
    ULONG Options;
    ULONG Flags;
    ULONG FileAttributes;
    PSECURITY_DESCRIPTOR Descriptor;
    PVOID Ea;
    ULONG EaLength;
    HANDLE Handle;
    PFILE_OBJECT FileObject;
    IO_STATUS_BLOCK Result;

} OPENER_FILE, *POPENER_FILE;

//
//  What "hold" opens for "use"
//

static OPENER_FILE OpenerHeld;
static OPENER_FILE OpenerAway;

static VOID
OpenerSay (
    _In_ PCSTR Name,
    _In_ NTSTATUS Status,
    _In_ ULONG_PTR Information,
    _In_ LONGLONG A,
    _In_ LONGLONG B
    )
{
    DbgPrint("opener: %s status=%x info=%I64u a=%I64d b=%I64d\n",
             Name,
             Status,
             (ULONGLONG)Information,
             A,
             B);
}

static VOID
OpenerPrepare (
    _Out_ POPENER_FILE File,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    RtlZeroMemory(File, sizeof(*File));
    File->Instance = FltObjects->Instance;
    File->Volume = FltObjects->Volume;
    File->Attributes = OBJ_KERNEL_HANDLE;
    File->Access = FILE_GENERIC_READ;
    File->Disposition = FILE_OPEN;
    File->Options = FILE_SYNCHRONOUS_IO_NONALERT;
}

static NTSTATUS
OpenerOpen (
    _Inout_ POPENER_FILE File,
    _In_ PCWSTR Path
    )
/*++

Routine Description:

    Opens a path of the volume, or one that is relative to Root.

--*/
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    PWCHAR Buffer;
    NTSTATUS Status;

    Buffer = ExAllocatePool2(POOL_FLAG_PAGED, OPENER_BUFFER, OPENER_TAG);

    if (Buffer == NULL) {

        return STATUS_INSUFFICIENT_RESOURCES;
    }

    RtlInitEmptyUnicodeString(&Name, Buffer, OPENER_BUFFER);

    if (File->Root == NULL) {

        FltGetVolumeName(File->Volume, &Name, NULL);
    }

    RtlAppendUnicodeToString(&Name, Path);

    InitializeObjectAttributes(&Attributes, &Name, File->Attributes, File->Root,
                               File->Descriptor);

    Status = FltCreateFileEx(OpenerFilter,
                             File->Instance,
                             &File->Handle,
                             &File->FileObject,
                             File->Access,
                             &Attributes,
                             &File->Result,
                             NULL,
                             File->FileAttributes,
                             FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                             File->Disposition,
                             File->Options,
                             File->Ea,
                             File->EaLength,
                             File->Flags);

    ExFreePoolWithTag(Buffer, OPENER_TAG);
    return Status;
}

static VOID
OpenerClose (
    _Inout_ POPENER_FILE File
    )
{
    if (File->Handle != NULL) {

        FltClose(File->Handle);
        File->Handle = NULL;
    }

    if (File->FileObject != NULL) {

        ObDereferenceObject(File->FileObject);
        File->FileObject = NULL;
    }
}

static VOID
OpenerTry (
    _Inout_ POPENER_FILE File,
    _In_ PCSTR Name,
    _In_ PCWSTR Path
    )
/*++

Routine Description:

    Opens, prints the status, the size and the attributes, and closes.

--*/
{
    FILE_NETWORK_OPEN_INFORMATION Information;
    NTSTATUS Status;

    RtlZeroMemory(&Information, sizeof(Information));
    Status = OpenerOpen(File, Path);

    if (NT_SUCCESS(Status)) {

        FltQueryInformationFile(File->Instance,
                                File->FileObject,
                                &Information,
                                sizeof(Information),
                                FileNetworkOpenInformation,
                                NULL);
    }

    OpenerSay(Name,
              Status,
              File->Result.Information,
              Information.EndOfFile.QuadPart,
              Information.FileAttributes);

    OpenerClose(File);
}

static VOID
OpenerBasics (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFLT_FILE_NAME_INFORMATION NameInformation;
    LARGE_INTEGER Offset;
    OPENER_FILE File;
    OPENER_FILE Again;
    UNICODE_STRING Expected;
    CHAR Text[16];
    ULONG Bytes = 0;
    NTSTATUS Status;

    //
    //  Data, and the name
    //

    OpenerPrepare(&File, FltObjects);
    File.Access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    Status = OpenerOpen(&File, L"\\play\\f");
    OpenerSay("open", Status, File.Result.Information, File.FileObject != NULL, File.Handle != NULL);

    if (!NT_SUCCESS(Status)) {

        return;
    }

    Offset.QuadPart = 0;
    RtlZeroMemory(Text, sizeof(Text));
    Status = FltReadFile(File.Instance, File.FileObject, &Offset, 5, Text, 0, &Bytes, NULL, NULL);
    OpenerSay("read", Status, Bytes, RtlCompareMemory(Text, "hello", 5), 0);

    Offset.QuadPart = 5;
    Status = FltWriteFile(File.Instance, File.FileObject, &Offset, 6, " world", 0, &Bytes, NULL, NULL);
    OpenerSay("write", Status, Bytes, 0, 0);

    RtlInitUnicodeString(&Expected, L"\\play\\f");
    Status = FltGetFileNameInformationUnsafe(File.FileObject,
                                             File.Instance,
                                             FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT,
                                             &NameInformation);

    if (NT_SUCCESS(Status)) {

        OpenerSay("name", Status, 0, RtlSuffixUnicodeString(&Expected, &NameInformation->Name, FALSE), 0);
        FltReleaseFileNameInformation(NameInformation);

    } else {

        OpenerSay("name", Status, 0, 0, 0);
    }

    Status = FltFlushBuffers(File.Instance, File.FileObject);
    OpenerSay("flush", Status, 0, 0, 0);

    //
    //  The same file once more
    //

    OpenerPrepare(&Again, FltObjects);
    Again.Root = File.Handle;
    Status = OpenerOpen(&Again, L"");
    OpenerSay("reopen",
              Status,
              Again.Result.Information,
              NT_SUCCESS(Status) && Again.FileObject->FsContext == File.FileObject->FsContext,
              Again.FileObject != File.FileObject);
    OpenerClose(&Again);
    OpenerClose(&File);

    //
    //  What is there and what is not
    //

    OpenerPrepare(&File, FltObjects);
    OpenerTry(&File, "missing", L"\\play\\none");
    OpenerTry(&File, "missing-path", L"\\play\\none\\x");
    OpenerTry(&File, "through-file", L"\\play\\f\\x");
    File.Disposition = FILE_OVERWRITE;
    OpenerTry(&File, "overwrite-missing", L"\\play\\none");
    File.Disposition = FILE_CREATE;
    OpenerTry(&File, "create-existing", L"\\play\\f");
    OpenerTry(&File, "create", L"\\play\\created");
    File.Disposition = FILE_OPEN_IF;
    OpenerTry(&File, "open-if", L"\\play\\created");
    OpenerTry(&File, "open-if-new", L"\\play\\created2");
    File.Disposition = FILE_OVERWRITE_IF;
    OpenerTry(&File, "overwrite", L"\\play\\full");
    File.Disposition = FILE_SUPERSEDE;
    OpenerTry(&File, "supersede", L"\\play\\full2");
    File.Disposition = FILE_CREATE;
    File.FileAttributes = FILE_ATTRIBUTE_READONLY;
    OpenerTry(&File, "create-readonly", L"\\play\\readonly");
    File.FileAttributes = 0;
    File.Options |= FILE_DIRECTORY_FILE;
    OpenerTry(&File, "mkdir", L"\\play\\newdir");
    File.Disposition = FILE_OPEN;
    OpenerTry(&File, "directory-on-file", L"\\play\\f");
    OpenerTry(&File, "slash", L"\\play\\d\\");
    File.Options = FILE_SYNCHRONOUS_IO_NONALERT | FILE_NON_DIRECTORY_FILE;
    OpenerTry(&File, "file-on-directory", L"\\play\\d");
    File.Options = FILE_SYNCHRONOUS_IO_NONALERT;
    OpenerTry(&File, "slash-file", L"\\play\\f\\");
    OpenerTry(&File, "dots", L"\\play\\..\\play\\f");
    OpenerTry(&File, "stream", L"\\play\\f::$DATA");
    OpenerTry(&File, "root", L"\\");
    OpenerTry(&File, "star", L"\\play\\*");

    //
    //  Links and what is mounted
    //

    OpenerTry(&File, "link", L"\\play\\link");
    OpenerTry(&File, "link-up", L"\\play\\d\\up");
    OpenerTry(&File, "link-dir", L"\\play\\dirlink\\a");
    OpenerTry(&File, "link-absolute", L"\\play\\absolute");
    OpenerTry(&File, "link-out", L"\\play\\out");
    OpenerTry(&File, "link-dangling", L"\\play\\dangling");
    OpenerTry(&File, "link-loop", L"\\play\\loop");
    File.Flags = IO_STOP_ON_SYMLINK;
    OpenerTry(&File, "link-stop", L"\\play\\link");
    OpenerTry(&File, "link-stop-dir", L"\\play\\dirlink\\a");
    File.Flags = 0;
    File.Options |= FILE_OPEN_REPARSE_POINT;
    OpenerTry(&File, "link-itself", L"\\play\\link");
    File.Options = FILE_SYNCHRONOUS_IO_NONALERT;
    OpenerTry(&File, "fifo", L"\\play\\fifo");
    OpenerTry(&File, "mounted", L"\\play\\mounted\\x");
    File.Flags = IO_OPEN_TARGET_DIRECTORY;
    OpenerTry(&File, "target", L"\\play\\d\\a");
    OpenerTry(&File, "target-new", L"\\play\\d\\nothing");
    File.Flags = 0;

    //
    //  A file that goes when it is closed, and one that is marked
    //

    File.Access = DELETE | SYNCHRONIZE;
    File.Options |= FILE_DELETE_ON_CLOSE;
    Status = OpenerOpen(&File, L"\\play\\gone");
    OpenerSay("delete-on-close",
              Status,
              File.Result.Information,
              NT_SUCCESS(Status) && FlagOn(File.FileObject->Flags, FO_DELETE_ON_CLOSE),
              0);
    OpenerClose(&File);
    OpenerPrepare(&File, FltObjects);
    OpenerTry(&File, "delete-on-close-after", L"\\play\\gone");

    //
    //  What the kernel may and this file's opener may not
    //

    File.Access = FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    Status = OpenerOpen(&File, L"\\play\\f");
    Offset.QuadPart = 0;
    Bytes = 99;

    if (NT_SUCCESS(Status)) {

        Status = FltReadFile(File.Instance, File.FileObject, &Offset, 5, Text, 0, &Bytes, NULL, NULL);
    }

    OpenerSay("no-read-access", Status, 0, Bytes, 0);
    OpenerClose(&File);
}

static VOID
OpenerDisposition (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    FILE_DISPOSITION_INFORMATION Disposition;
    FILE_DISPOSITION_INFORMATION_EX DispositionEx;
    FILE_STANDARD_INFORMATION Standard;
    OPENER_FILE File;
    OPENER_FILE Second;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.Access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    Status = OpenerOpen(&File, L"\\play\\doomed");

    if (!NT_SUCCESS(Status)) {

        OpenerSay("disposition", Status, 0, 0, 0);
        return;
    }

    OpenerPrepare(&Second, FltObjects);
    OpenerOpen(&Second, L"\\play\\doomed");

    Disposition.DeleteFile = TRUE;
    Status = FltSetInformationFile(File.Instance,
                                   File.FileObject,
                                   &Disposition,
                                   sizeof(Disposition),
                                   FileDispositionInformation);
    OpenerSay("disposition", Status, 0, File.FileObject->DeletePending, 0);
    OpenerClose(&File);

    OpenerPrepare(&File, FltObjects);
    OpenerTry(&File, "delete-pending", L"\\play\\doomed");

    if (Second.FileObject != NULL) {

        RtlZeroMemory(&Standard, sizeof(Standard));
        Status = FltQueryInformationFile(Second.Instance,
                                         Second.FileObject,
                                         &Standard,
                                         sizeof(Standard),
                                         FileStandardInformation,
                                         NULL);
        OpenerSay("delete-pending-other", Status, 0, Standard.DeletePending, Standard.NumberOfLinks);
    }

    OpenerClose(&Second);
    OpenerTry(&File, "deleted", L"\\play\\doomed");

    //
    //  The name goes at once
    //

    File.Access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    Status = OpenerOpen(&File, L"\\play\\posix");

    if (NT_SUCCESS(Status)) {

        OpenerPrepare(&Second, FltObjects);
        OpenerOpen(&Second, L"\\play\\posix");
        DispositionEx.Flags = FILE_DISPOSITION_DELETE | FILE_DISPOSITION_POSIX_SEMANTICS;
        Status = FltSetInformationFile(File.Instance,
                                       File.FileObject,
                                       &DispositionEx,
                                       sizeof(DispositionEx),
                                       FileDispositionInformationEx);
        OpenerSay("posix", Status, 0, 0, 0);
        OpenerClose(&File);
        OpenerTry(&File, "posix-gone", L"\\play\\posix");
        OpenerClose(&Second);
    }

    //
    //  An object that is kept after its handle
    //

    OpenerPrepare(&File, FltObjects);
    Status = OpenerOpen(&File, L"\\play\\f");

    if (NT_SUCCESS(Status)) {

        FltClose(File.Handle);
        File.Handle = NULL;
        Status = FltQueryInformationFile(File.Instance,
                                         File.FileObject,
                                         &Standard,
                                         sizeof(Standard),
                                         FileStandardInformation,
                                         NULL);
        OpenerSay("kept", Status, 0, Standard.EndOfFile.QuadPart,
                  FlagOn(File.FileObject->Flags, FO_CLEANUP_COMPLETE) != 0);
        Status = FltReadFile(File.Instance, File.FileObject, NULL, sizeof(Standard), &Standard, 0,
                             NULL, NULL, NULL);
        OpenerSay("kept-read", Status, 0, 0, 0);
    }

    OpenerClose(&File);

    //
    //  Taken back
    //

    Disposition.DeleteFile = TRUE;

    File.Access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    Status = OpenerOpen(&File, L"\\play\\spared");

    if (NT_SUCCESS(Status)) {

        FltSetInformationFile(File.Instance, File.FileObject, &Disposition, sizeof(Disposition),
                              FileDispositionInformation);
        Disposition.DeleteFile = FALSE;
        Status = FltSetInformationFile(File.Instance, File.FileObject, &Disposition,
                                       sizeof(Disposition), FileDispositionInformation);
    }

    OpenerSay("taken-back",
              Status,
              0,
              NT_SUCCESS(Status) ? File.FileObject->DeletePending : 99,
              0);
    OpenerClose(&File);
}

static NTSTATUS
OpenerSetName (
    _In_ POPENER_FILE File,
    _In_ FILE_INFORMATION_CLASS Class,
    _In_ PCWSTR Name,
    _In_opt_ HANDLE Root,
    _In_ ULONG Flags
    )
{
    struct {

        FILE_RENAME_INFORMATION Information;
        WCHAR More[64];

    } Rename;
    UNICODE_STRING Text;

    RtlInitUnicodeString(&Text, Name);
    RtlZeroMemory(&Rename, sizeof(Rename));
    Rename.Information.RootDirectory = Root;
    Rename.Information.FileNameLength = Text.Length;

    if (Class == FileRenameInformationEx || Class == FileLinkInformationEx) {

        Rename.Information.Flags = Flags;

    } else {

        Rename.Information.ReplaceIfExists = (Flags != 0);
    }

    RtlCopyMemory((PUCHAR)&Rename + FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName),
                  Text.Buffer,
                  Text.Length);

    return FltSetInformationFile(File->Instance, File->FileObject, &Rename, sizeof(Rename), Class);
}

static VOID
OpenerRenames (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    OPENER_FILE File;
    OPENER_FILE Directory;
    NTSTATUS Status;

    OpenerPrepare(&Directory, FltObjects);
    OpenerOpen(&Directory, L"\\play\\d");
    OpenerPrepare(&File, FltObjects);
    File.Access = DELETE | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE;
    Status = OpenerOpen(&File, L"\\play\\r1");

    if (!NT_SUCCESS(Status)) {

        OpenerSay("rename", Status, 0, 0, 0);
        OpenerClose(&Directory);
        return;
    }

    Status = OpenerSetName(&File, FileRenameInformation, L"r2", NULL, 0);
    OpenerSay("rename", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileRenameInformation, L"r2", NULL, 0);
    OpenerSay("rename-itself", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileRenameInformation, L"R2", NULL, 0);
    OpenerSay("rename-case", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileRenameInformation, L"f", NULL, 0);
    OpenerSay("rename-collision", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileRenameInformation, L"\\play\\d\\r3", NULL, 0);
    OpenerSay("rename-full", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileRenameInformationEx, L"replaced", Directory.Handle,
                           FILE_RENAME_REPLACE_IF_EXISTS);
    OpenerSay("rename-replace", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileRenameInformationEx, L"x", NULL, 0x10000);
    OpenerSay("rename-flags", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileLinkInformation, L"\\play\\linked", NULL, 0);
    OpenerSay("link-new", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileLinkInformation, L"\\play\\linked", NULL, 0);
    OpenerSay("link-collision", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileLinkInformation, L"\\play\\linkold", NULL, 1);
    OpenerSay("link-replace", Status, 0, 0, 0);
    Status = OpenerSetName(&File, FileRenameInformation, L"\\play\\nowhere\\x", NULL, 0);
    OpenerSay("rename-no-path", Status, 0, 0, 0);
    OpenerClose(&File);
    OpenerClose(&Directory);

    //
    //  One that nothing can be linked to
    //

    OpenerPrepare(&File, FltObjects);
    Status = OpenerOpen(&File, L"\\play\\fixed");

    if (NT_SUCCESS(Status)) {

        Status = OpenerSetName(&File, FileLinkInformation, L"\\play\\kept", NULL, 1);
        OpenerSay("link-fails", Status, 0, 0, 0);
    }

    OpenerClose(&File);

    OpenerPrepare(&File, FltObjects);
    File.Access = DELETE | SYNCHRONIZE;
    Status = OpenerOpen(&File, L"\\play\\tree");

    if (NT_SUCCESS(Status)) {

        Status = OpenerSetName(&File, FileRenameInformation, L"\\play\\tree\\sub\\x", NULL, 0);
        OpenerSay("rename-into-itself", Status, 0, 0, 0);
        Status = OpenerSetName(&File, FileRenameInformation, L"\\play\\forest", NULL, 0);
        OpenerSay("rename-directory", Status, 0, 0, 0);
    }

    OpenerClose(&File);
}

static ULONG
OpenerCount (
    _In_ PUCHAR Buffer,
    _In_ ULONG Length
    )
{
    PFILE_DIRECTORY_INFORMATION Entry = (PFILE_DIRECTORY_INFORMATION)Buffer;
    ULONG Count = 0;

    if (Length == 0) {

        return 0;
    }

    for (;;) {

        Count++;

        if (Entry->NextEntryOffset == 0 || (Entry->NextEntryOffset & 7) != 0) {

            return Count;
        }

        Entry = (PFILE_DIRECTORY_INFORMATION)((PUCHAR)Entry + Entry->NextEntryOffset);
    }
}

static VOID
OpenerList (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    static const FILE_INFORMATION_CLASS Classes[] = {

        FileDirectoryInformation, FileFullDirectoryInformation, FileBothDirectoryInformation,
        FileNamesInformation, FileIdBothDirectoryInformation, FileIdFullDirectoryInformation,
        FileIdExtdDirectoryInformation, FileIdExtdBothDirectoryInformation
    };
    PFILE_ID_BOTH_DIR_INFORMATION Both;
    FILE_NETWORK_OPEN_INFORMATION Network;
    FILE_INTERNAL_INFORMATION Internal;
    UNICODE_STRING Pattern;
    OPENER_FILE Directory;
    OPENER_FILE File;
    ULONG Returned;
    ULONG Index;
    ULONG Total;
    ULONG Good = 0;
    ULONG Length;
    PUCHAR Buffer;
    NTSTATUS Status;

    Buffer = ExAllocatePool2(POOL_FLAG_PAGED, OPENER_BUFFER, OPENER_TAG);

    if (Buffer == NULL) {

        return;
    }

    //
    //  Every class: ".", "..", and five files
    //

    for (Index = 0; Index < RTL_NUMBER_OF(Classes); Index++) {

        OpenerPrepare(&Directory, FltObjects);
        OpenerOpen(&Directory, L"\\play\\list");
        Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                       Classes[Index], FALSE, NULL, FALSE, &Returned);

        if (Status == STATUS_SUCCESS && OpenerCount(Buffer, Returned) == 7) {

            Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer,
                                           OPENER_BUFFER, Classes[Index], FALSE, NULL, FALSE,
                                           &Returned);

            if (Status == STATUS_NO_MORE_FILES && Returned == 0) {

                Good++;
            }
        }

        OpenerClose(&Directory);
    }

    OpenerSay("list-classes", Status, 0, Good, RTL_NUMBER_OF(Classes));

    OpenerPrepare(&Directory, FltObjects);
    OpenerOpen(&Directory, L"\\play\\list");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileStandardInformation, FALSE, NULL, FALSE, &Returned);
    OpenerSay("list-no-class", Status, 0, 0, 0);

    //
    //  A pattern, which stays until a restart names another
    //

    RtlInitUnicodeString(&Pattern, L"a*");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, FALSE, &Returned);
    OpenerSay("list-pattern", Status, Returned, OpenerCount(Buffer, Returned), 0);
    RtlInitUnicodeString(&Pattern, L"b*");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, FALSE, &Returned);
    OpenerSay("list-other-pattern", Status, Returned, 0, 0);
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, TRUE, NULL, TRUE, &Returned);
    OpenerSay("list-single", Status, Returned, OpenerCount(Buffer, Returned), 0);
    RtlInitUnicodeString(&Pattern, L"?b");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, TRUE, &Returned);
    OpenerSay("list-restart", Status, Returned, OpenerCount(Buffer, Returned), 0);
    RtlInitUnicodeString(&Pattern, L"q*");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, TRUE, &Returned);
    OpenerSay("list-none", Status, Returned, 0, 0);

    //
    //  One that leaves the position alone
    //

    RtlInitUnicodeString(&Pattern, L"*");
    Status = FltQueryDirectoryFileEx(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                     FileBothDirectoryInformation, SL_NO_CURSOR_UPDATE, &Pattern,
                                     &Returned);
    Total = OpenerCount(Buffer, Returned);
    Status = FltQueryDirectoryFileEx(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                     FileBothDirectoryInformation, SL_NO_CURSOR_UPDATE, &Pattern,
                                     &Returned);
    OpenerSay("list-peek", Status, Returned, Total, OpenerCount(Buffer, Returned));
    OpenerClose(&Directory);

    //
    //  Every length of the buffer: nothing is lost
    //

    Good = 0;

    for (Length = 0; Length <= 400; Length++) {

        OpenerPrepare(&Directory, FltObjects);
        OpenerOpen(&Directory, L"\\play\\list");
        Total = 0;

        for (Index = 0; Index < 20; Index++) {

            Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, Length,
                                           FileIdBothDirectoryInformation, FALSE, NULL, FALSE,
                                           &Returned);

            if (Status == STATUS_SUCCESS && Returned <= Length) {

                Total += OpenerCount(Buffer, Returned);

            } else {

                break;
            }
        }

        if (Length < FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName)) {

            Good += (Total == 0 &&
                     (Status == STATUS_INFO_LENGTH_MISMATCH || Status == STATUS_BUFFER_TOO_SMALL));

        } else if (Length < FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName) + 2 * sizeof(WCHAR)) {

            //
            //  "." fits, ".." may not
            //

            Good += (Status == STATUS_BUFFER_OVERFLOW);

        } else {

            Good += ((Total == 7 && Status == STATUS_NO_MORE_FILES) ||
                     (Total < 7 && Status == STATUS_BUFFER_OVERFLOW));
        }

        OpenerClose(&Directory);
    }

    OpenerSay("list-lengths", Status, 0, Good, 401);

    //
    //  An entry says what the file says
    //

    OpenerPrepare(&Directory, FltObjects);
    OpenerOpen(&Directory, L"\\play\\list");
    RtlInitUnicodeString(&Pattern, L"ab");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileIdBothDirectoryInformation, TRUE, &Pattern, FALSE, &Returned);
    Both = (PFILE_ID_BOTH_DIR_INFORMATION)Buffer;
    OpenerPrepare(&File, FltObjects);
    OpenerOpen(&File, L"\\play\\list\\ab");

    if (File.FileObject != NULL && NT_SUCCESS(Status)) {

        FltQueryInformationFile(File.Instance, File.FileObject, &Network, sizeof(Network),
                                FileNetworkOpenInformation, NULL);
        FltQueryInformationFile(File.Instance, File.FileObject, &Internal, sizeof(Internal),
                                FileInternalInformation, NULL);
        OpenerSay("list-agrees",
                  Status,
                  Returned,
                  Both->EndOfFile.QuadPart == Network.EndOfFile.QuadPart &&
                      Both->AllocationSize.QuadPart == Network.AllocationSize.QuadPart &&
                      Both->LastWriteTime.QuadPart == Network.LastWriteTime.QuadPart &&
                      Both->CreationTime.QuadPart == Network.CreationTime.QuadPart &&
                      Both->FileAttributes == Network.FileAttributes &&
                      Both->EndOfFile.QuadPart == 7,
                  Both->FileId.QuadPart == Internal.IndexNumber.QuadPart);
        OpenerSay("list-layout",
                  Status,
                  Both->NextEntryOffset,
                  Both->ShortNameLength,
                  Both->FileNameLength);
    }

    Status = FltQueryDirectoryFile(File.Instance, File.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, NULL, FALSE, &Returned);
    OpenerSay("list-file", Status, Returned, 0, 0);
    OpenerClose(&File);
    OpenerClose(&Directory);
    Directory.Access = FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    OpenerOpen(&Directory, L"\\play\\list");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, NULL, FALSE, &Returned);
    OpenerSay("list-no-access", Status, Returned, 0, 0);
    OpenerClose(&Directory);

    ExFreePoolWithTag(Buffer, OPENER_TAG);
}

static VOID
OpenerMore (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Extended attributes, security descriptors, and the volume.

--*/
{
    struct {

        FILE_FULL_EA_INFORMATION Information;
        CHAR More[32];

    } Ea;
    FILE_FS_DEVICE_INFORMATION Device;
    UCHAR Buffer[256];
    LARGE_INTEGER Offset;
    OPENER_FILE File;
    OPENER_FILE Volume;
    ULONG Needed = 0;
    ULONG Length;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.Access = FILE_ALL_ACCESS;
    OpenerOpen(&File, L"\\play\\more");

    if (File.FileObject == NULL) {

        OpenerSay("ea-set", File.Result.Status, 0, 0, 0);
        return;
    }

    RtlZeroMemory(&Ea, sizeof(Ea));
    Ea.Information.EaNameLength = 9;
    Ea.Information.EaValueLength = 3;
    RtlCopyMemory(Ea.Information.EaName, "user.test", 10);
    RtlCopyMemory(Ea.Information.EaName + 10, "xyz", 3);
    Status = FltSetEaFile(File.Instance, File.FileObject, &Ea, sizeof(Ea));
    OpenerSay("ea-set", Status, 0, 0, 0);
    RtlZeroMemory(Buffer, sizeof(Buffer));
    Status = FltQueryEaFile(File.Instance, File.FileObject, Buffer, sizeof(Buffer), FALSE, NULL, 0,
                            NULL, TRUE, &Length);
    OpenerSay("ea-query",
              Status,
              Length,
              ((PFILE_FULL_EA_INFORMATION)Buffer)->EaNameLength,
              ((PFILE_FULL_EA_INFORMATION)Buffer)->EaValueLength);

    Status = FltQuerySecurityObject(File.Instance, File.FileObject, OWNER_SECURITY_INFORMATION, NULL,
                                    0, &Needed);
    OpenerSay("security-size", Status, 0, Needed > 0 && Needed <= sizeof(Buffer), 0);
    Status = FltQuerySecurityObject(File.Instance, File.FileObject,
                                    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                        DACL_SECURITY_INFORMATION,
                                    Buffer, sizeof(Buffer), &Needed);
    OpenerSay("security-query", Status, 0, Needed, 0);

    if (NT_SUCCESS(Status)) {

        Status = FltSetSecurityObject(File.Instance, File.FileObject, DACL_SECURITY_INFORMATION,
                                      Buffer);
    }

    OpenerSay("security-set", Status, 0, 0, 0);
    OpenerClose(&File);

    OpenerPrepare(&Volume, FltObjects);
    Status = FltOpenVolume(FltObjects->Instance, &Volume.Handle, &Volume.FileObject);
    OpenerSay("volume",
              Status,
              0,
              NT_SUCCESS(Status) && FlagOn(Volume.FileObject->Flags, FO_VOLUME_OPEN),
              NT_SUCCESS(Status) ? Volume.FileObject->FileName.Length : 99);

    if (NT_SUCCESS(Status)) {

        Status = FltQueryVolumeInformationFile(Volume.Instance, Volume.FileObject, &Device,
                                               sizeof(Device), FileFsDeviceInformation, &Length);
        OpenerSay("volume-query", Status, Length, Device.DeviceType, 0);
        Status = FltFlushBuffers(Volume.Instance, Volume.FileObject);
        OpenerSay("volume-flush", Status, 0, 0, 0);
        Offset.QuadPart = 0;
        Status = FltReadFile(Volume.Instance, Volume.FileObject, &Offset, 8, Buffer, 0, &Length, NULL,
                             NULL);
        OpenerSay("volume-read", Status, 0, 0, 0);
        Status = FltWriteFile(Volume.Instance, Volume.FileObject, &Offset, 8, Buffer, 0, &Length, NULL,
                              NULL);
        OpenerSay("volume-write", Status, 0, 0, 0);
        RtlZeroMemory(Buffer, sizeof(Buffer));
        Status = FltSetInformationFile(Volume.Instance, Volume.FileObject, Buffer,
                                       sizeof(FILE_BASIC_INFORMATION), FileBasicInformation);
        OpenerSay("volume-set", Status, 0, 0, 0);
        Status = FltQueryDirectoryFile(Volume.Instance, Volume.FileObject, Buffer, sizeof(Buffer),
                                       FileBothDirectoryInformation, TRUE, NULL, TRUE, &Length);
        OpenerSay("volume-list", Status, Length, 0, 0);
    }

    OpenerClose(&Volume);
}

static VOID
OpenerLittle (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What a file that is open for reading is not open for.

--*/
{
    FILE_BASIC_INFORMATION Basic;
    FILE_FULL_EA_INFORMATION Ea;
    UCHAR Buffer[256];
    OPENER_FILE File;
    ULONG Needed;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    Status = OpenerOpen(&File, L"\\play\\f");

    if (!NT_SUCCESS(Status)) {

        return;
    }

    RtlZeroMemory(&Basic, sizeof(Basic));
    Basic.FileAttributes = FILE_ATTRIBUTE_READONLY;
    Status = FltSetInformationFile(File.Instance, File.FileObject, &Basic, sizeof(Basic),
                                   FileBasicInformation);
    OpenerSay("little-basic", Status, 0, 0, 0);
    RtlZeroMemory(&Ea, sizeof(Ea));
    Ea.EaNameLength = 1;
    Ea.EaName[0] = 'x';
    Status = FltSetEaFile(File.Instance, File.FileObject, &Ea, sizeof(Ea));
    OpenerSay("little-ea", Status, 0, 0, 0);
    Status = FltQuerySecurityObject(File.Instance, File.FileObject,
                                    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, Buffer,
                                    sizeof(Buffer), &Needed);

    if (NT_SUCCESS(Status)) {

        Status = FltSetSecurityObject(File.Instance, File.FileObject, DACL_SECURITY_INFORMATION,
                                      Buffer);
        OpenerSay("little-dacl", Status, 0, 0, 0);
        Status = FltSetSecurityObject(File.Instance, File.FileObject, OWNER_SECURITY_INFORMATION,
                                      Buffer);
        OpenerSay("little-owner", Status, 0, 0, 0);
    }

    Status = OpenerSetName(&File, FileRenameInformation, L"little", NULL, 0);
    OpenerSay("little-rename", Status, 0, 0, 0);
    OpenerClose(&File);
}

static VOID
OpenerFurnish (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What a new file gets besides its name, and one that cannot get it.

--*/
{
    UCHAR Buffer[256];
    SECURITY_DESCRIPTOR Everything;
    FILE_FULL_EA_INFORMATION Ea;
    OPENER_FILE File;
    ULONG Needed;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.Access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    File.Disposition = FILE_CREATE;
    RtlZeroMemory(&Ea, sizeof(Ea));
    Ea.NextEntryOffset = 1;
    File.Ea = &Ea;
    File.EaLength = sizeof(Ea);
    OpenerTry(&File, "create-bad-ea", L"\\play\\bad-ea");
    File.Ea = NULL;
    File.EaLength = 0;

    RtlZeroMemory(&Everything, sizeof(Everything));
    Everything.Revision = SECURITY_DESCRIPTOR_REVISION;
    Everything.Control = SE_DACL_PRESENT;
    File.Descriptor = &Everything;
    OpenerTry(&File, "create-no-dacl", L"\\play\\no-dacl");
    File.Descriptor = NULL;

    File.Disposition = FILE_OPEN;
    Status = OpenerOpen(&File, L"\\play\\secret");

    if (NT_SUCCESS(Status)) {

        Status = FltQuerySecurityObject(File.Instance, File.FileObject, DACL_SECURITY_INFORMATION,
                                        Buffer, sizeof(Buffer), &Needed);
    }

    OpenerClose(&File);

    if (NT_SUCCESS(Status)) {

        File.Disposition = FILE_CREATE;
        File.Descriptor = Buffer;
        OpenerTry(&File, "create-dacl", L"\\play\\dacl");
    }
}

static VOID
OpenerHold (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    NTSTATUS Status;

    OpenerPrepare(&OpenerHeld, FltObjects);
    OpenerHeld.Access = DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    Status = OpenerOpen(&OpenerHeld, L"\\play\\held");
    OpenerSay("hold", Status, 0, 0, 0);
    OpenerPrepare(&OpenerAway, FltObjects);
    Status = OpenerOpen(&OpenerAway, L"\\play\\away\\in");
    OpenerSay("hold-away", Status, 0, 0, 0);
}

static VOID
OpenerSayName (
    _In_ PCSTR Name,
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PCWSTR End
    )
{
    PFLT_FILE_NAME_INFORMATION NameInformation;
    UNICODE_STRING Suffix;
    NTSTATUS Status;

    Status = FltGetFileNameInformationUnsafe(FileObject,
                                             Instance,
                                             FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT,
                                             &NameInformation);

    if (!NT_SUCCESS(Status)) {

        OpenerSay(Name, Status, 0, 0, 0);
        return;
    }

    RtlInitUnicodeString(&Suffix, End);
    OpenerSay(Name, Status, 0, RtlSuffixUnicodeString(&Suffix, &NameInformation->Name, FALSE),
              NameInformation->Name.Length);
    FltReleaseFileNameInformation(NameInformation);
}

static VOID
OpenerUse (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What "hold" has opened: a file that is open elsewhere by now, and a folder that has left the
    volume. And a folder so deep that its path is longer than that of any system call.

--*/
{
    static WCHAR Part[201];
    FILE_DISPOSITION_INFORMATION Disposition;
    OPENER_FILE File;
    OPENER_FILE Next;
    ULONG Index;
    NTSTATUS Status;

    if (OpenerHeld.FileObject != NULL) {

        Disposition.DeleteFile = TRUE;
        Status = FltSetInformationFile(OpenerHeld.Instance, OpenerHeld.FileObject, &Disposition,
                                       sizeof(Disposition), FileDispositionInformation);
        OpenerSay("held-marked", Status, 0, 0, 0);
        OpenerClose(&OpenerHeld);
        OpenerPrepare(&File, FltObjects);
        OpenerTry(&File, "held-pending", L"\\play\\held");
    }

    if (OpenerAway.FileObject != NULL) {

        OpenerPrepare(&File, FltObjects);
        File.Root = OpenerAway.Handle;
        OpenerTry(&File, "away-out", L"up");
        File.Access = DELETE | SYNCHRONIZE;
        Status = OpenerOpen(&File, L"x");
        OpenerSay("away-in", Status, 0, 0, 0);

        if (NT_SUCCESS(Status)) {

            Status = OpenerSetName(&File, FileRenameInformation, L"y", NULL, 0);
            OpenerSay("away-rename", Status, 0, 0, 0);
            OpenerClose(&File);
        }

        OpenerSayName("away-name", FltObjects->Instance, OpenerAway.FileObject, L"in");
        OpenerClose(&OpenerAway);
    }

    for (Index = 0; Index < 200; Index += 1) {

        Part[Index] = L'n';
    }

    OpenerPrepare(&File, FltObjects);
    Status = OpenerOpen(&File, L"\\play\\deep");

    for (Index = 0; NT_SUCCESS(Status) && Index < 25; Index += 1) {

        OpenerPrepare(&Next, FltObjects);
        Next.Root = File.Handle;
        Status = OpenerOpen(&Next, Part);
        OpenerClose(&File);
        File = Next;
    }

    OpenerSay("deep", Status, 0, 0, 0);

    if (NT_SUCCESS(Status)) {

        OpenerSayName("deep-name", FltObjects->Instance, File.FileObject, Part);
    }

    OpenerClose(&File);
}

static VOID
OpenerMove (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Renames a program's file, which its object knows of then.

--*/
{
    OPENER_FILE File;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.FileObject = FltObjects->FileObject;
    Status = OpenerSetName(&File, FileRenameInformation, L"\\play\\d\\moved", NULL, 0);
    OpenerSay("move", Status, 0, 0, 0);
    OpenerSayName("move-name", File.Instance, File.FileObject, L"\\play\\d\\moved");
}

static VOID
OpenerRights (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PCSTR Name,
    _In_ PCWSTR Path,
    _In_ ACCESS_MASK Access
    )
/*++

Routine Description:

    Asks for rights that the user has or has not, and prints which came.

--*/
{
    OPENER_FILE File;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.Flags = IO_FORCE_ACCESS_CHECK;
    File.Access = Access | SYNCHRONIZE;
    Status = OpenerOpen(&File, Path);
    OpenerSay(Name,
              Status,
              0,
              NT_SUCCESS(Status) ? File.FileObject->ReadAccess * 4 +
                                       File.FileObject->WriteAccess * 2 +
                                       File.FileObject->DeleteAccess : 0,
              0);
    OpenerClose(&File);
}

static VOID
OpenerUser (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    OPENER_FILE File;

    OpenerPrepare(&File, FltObjects);
    OpenerTry(&File, "secret", L"\\play\\secret");
    File.Flags = IO_FORCE_ACCESS_CHECK;
    OpenerTry(&File, "secret-checked", L"\\play\\secret");
    OpenerTry(&File, "open-checked", L"\\play\\f");
    File.Disposition = FILE_CREATE;
    OpenerTry(&File, "create-checked", L"\\play\\d\\users");
    File.Flags = 0;
    OpenerTry(&File, "create-unchecked", L"\\play\\d\\users");
    OpenerRights(FltObjects, "may-write", L"\\play\\f", FILE_GENERIC_WRITE);
    OpenerRights(FltObjects, "may-write-open", L"\\play\\open", FILE_GENERIC_WRITE);
    OpenerRights(FltObjects, "may-attributes", L"\\play\\open", FILE_WRITE_ATTRIBUTES);
    OpenerRights(FltObjects, "may-dac", L"\\play\\open", WRITE_DAC);
    OpenerRights(FltObjects, "may-dac-own", L"\\play\\user", WRITE_DAC);
    OpenerRights(FltObjects, "may-owner", L"\\play\\user", WRITE_OWNER);
    OpenerRights(FltObjects, "may-ea", L"\\play\\f", FILE_WRITE_EA);
    OpenerRights(FltObjects, "may-delete", L"\\play\\f", DELETE);
    OpenerRights(FltObjects, "may-delete-there", L"\\play\\d\\a", DELETE);
    OpenerRights(FltObjects, "may-delete-sticky", L"\\play\\sticky\\a", DELETE);
    OpenerRights(FltObjects, "may-all", L"\\play\\d\\a", MAXIMUM_ALLOWED);
    OpenerRights(FltObjects, "may-all-own", L"\\play\\user", MAXIMUM_ALLOWED);
    OpenerRights(FltObjects, "may-all-and-write", L"\\play\\d\\a",
                 MAXIMUM_ALLOWED | FILE_WRITE_DATA);
}

static VOID
OpenerLeave (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    OPENER_FILE File;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    Status = OpenerOpen(&File, L"\\play\\f");
    OpenerSay("left", Status, 0, 0, 0);
    File.Attributes = 0;
    Status = OpenerOpen(&File, L"\\play\\d");
    OpenerSay("left-too", Status, 0, 0, 0);
}

static VOID
OpenerInCallback (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PCSTR What
    )
/*++

Routine Description:

    The folder, a file that is made and removed in it, and the list of what is there; in the midst
    of an operation, whatever is locked meanwhile.

--*/
{
    UCHAR Buffer[512];
    OPENER_FILE Directory;
    OPENER_FILE File;
    NTSTATUS Opened;
    NTSTATUS Listed = STATUS_UNSUCCESSFUL;
    NTSTATUS Made;
    NTSTATUS Renamed = STATUS_UNSUCCESSFUL;
    ULONG Length;

    OpenerPrepare(&Directory, FltObjects);
    Opened = OpenerOpen(&Directory, L"\\play");

    if (NT_SUCCESS(Opened)) {

        Listed = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer,
                                       sizeof(Buffer), FileBothDirectoryInformation, FALSE, NULL,
                                       TRUE, &Length);
    }

    OpenerPrepare(&File, FltObjects);
    File.Root = Directory.Handle;
    File.Access = DELETE | FILE_GENERIC_WRITE;
    File.Disposition = FILE_OPEN_IF;
    File.Options |= FILE_DELETE_ON_CLOSE;
    Made = OpenerOpen(&File, L"in-callback");

    if (NT_SUCCESS(Made)) {

        Renamed = OpenerSetName(&File, FileRenameInformation, L"\\play\\d\\in-callback", NULL, 1);
    }

    OpenerClose(&File);
    OpenerClose(&Directory);

    DbgPrint("opener: in %s opened=%x listed=%x made=%x renamed=%x\n", What, Opened, Listed, Made,
             Renamed);
}

static VOID
OpenerRemoval (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ BOOLEAN After
    )
/*++

Routine Description:

    Whether the file is still there, and what its object says of it, in a cleanup.

--*/
{
    FILE_STANDARD_INFORMATION Standard;
    OPENER_FILE File;
    NTSTATUS Status;

    RtlZeroMemory(&Standard, sizeof(Standard));
    Status = FltQueryInformationFile(FltObjects->Instance,
                                     FltObjects->FileObject,
                                     &Standard,
                                     sizeof(Standard),
                                     FileStandardInformation,
                                     NULL);
    OpenerSay(After ? "object-after" : "object-before", Status, 0, Standard.NumberOfLinks, 0);
    OpenerPrepare(&File, FltObjects);
    OpenerTry(&File, After ? "name-after" : "name-before", L"\\play\\a.rm");
}

static BOOLEAN
OpenerNamed (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PCWSTR End
    )
{
    UNICODE_STRING Suffix;

    RtlInitUnicodeString(&Suffix, End);
    return RtlSuffixUnicodeString(&Suffix, &FltObjects->FileObject->FileName, FALSE);
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
OpenerPre (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER(CompletionContext);

    if (OpenerNamed(FltObjects, L"cb")) {

        switch (Data->Iopb->MajorFunction) {

            case IRP_MJ_CREATE:
                OpenerInCallback(FltObjects, "pre-create");
                break;

            case IRP_MJ_SET_INFORMATION:
                OpenerInCallback(FltObjects, "pre-set");
                break;

            case IRP_MJ_CLEANUP:
                OpenerInCallback(FltObjects, "pre-cleanup");
                break;
        }

        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    }

    if (Data->Iopb->MajorFunction != IRP_MJ_CLEANUP) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (OpenerNamed(FltObjects, L"rm")) {

        OpenerRemoval(FltObjects, FALSE);
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    }

    if (OpenerNamed(FltObjects, L"run")) {

        OpenerBasics(FltObjects);
        OpenerDisposition(FltObjects);
        OpenerRenames(FltObjects);
        OpenerList(FltObjects);
        OpenerMore(FltObjects);
        OpenerLittle(FltObjects);
        OpenerFurnish(FltObjects);

    } else if (OpenerNamed(FltObjects, L"user")) {

        OpenerUser(FltObjects);

    } else if (OpenerNamed(FltObjects, L"hold")) {

        OpenerHold(FltObjects);

    } else if (OpenerNamed(FltObjects, L"use")) {

        OpenerUse(FltObjects);

    } else if (OpenerNamed(FltObjects, L"mv")) {

        OpenerMove(FltObjects);

    } else if (OpenerNamed(FltObjects, L"leave")) {

        OpenerLeave(FltObjects);
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
OpenerPost (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(CompletionContext);

    if (FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING)) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    switch (Data->Iopb->MajorFunction) {

        case IRP_MJ_CREATE:
            OpenerInCallback(FltObjects, "post-create");
            break;

        case IRP_MJ_SET_INFORMATION:
            OpenerInCallback(FltObjects, "post-set");
            break;

        case IRP_MJ_CLEANUP:

            if (OpenerNamed(FltObjects, L"rm")) {

                OpenerRemoval(FltObjects, TRUE);
            }

            break;
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
OpenerUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(OpenerFilter);
    return STATUS_SUCCESS;
}

static CONST FLT_OPERATION_REGISTRATION OpenerOperations[] = {

    { IRP_MJ_CREATE, 0, OpenerPre, OpenerPost },
    { IRP_MJ_SET_INFORMATION, 0, OpenerPre, OpenerPost },
    { IRP_MJ_CLEANUP, 0, OpenerPre, OpenerPost },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION OpenerRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    OpenerOperations,
    OpenerUnload,
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

    Status = FltRegisterFilter(DriverObject, &OpenerRegistration, &OpenerFilter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(OpenerFilter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(OpenerFilter);
        }
    }

    return Status;
}
