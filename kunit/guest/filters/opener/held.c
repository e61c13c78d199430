/*++

Module Name:

    held.c

Abstract:

    Files and folders that are kept open while the test moves or opens them, one with a long path, and
    a program's file that is renamed.

Environment:

    Kernel mode

--*/

#include "opener.h"

//
//  What "hold" opens for "use"
//

static OPENER_FILE OpenerHeld;
static OPENER_FILE OpenerAway;

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

VOID
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

VOID
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

VOID
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
