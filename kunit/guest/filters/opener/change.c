/*++

Module Name:

    change.c

Abstract:

    Files that are removed, renamed and linked.

Environment:

    Kernel mode

--*/

#include "opener.h"

VOID
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

NTSTATUS
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

VOID
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
    Status = OpenerSetName(&File, FileRenameInformation, L"\\play\\nowhere\\x", NULL, 0);
    OpenerSay("rename-no-path", Status, 0, 0, 0);
    OpenerClose(&File);
    OpenerClose(&Directory);

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
