/*++

Module Name:

    basics.c

Abstract:

    Files that are opened, read, written and made; ones the user may not open; ones that are forgotten.

Environment:

    Kernel mode

--*/

#include "opener.h"

VOID
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
    File.Attributes |= OBJ_CASE_INSENSITIVE;
    OpenerTry(&File, "other-case", L"\\play\\F");
    OpenerTry(&File, "same-case", L"\\play\\f");
    File.Attributes &= ~OBJ_CASE_INSENSITIVE;
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

VOID
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
}

VOID
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
