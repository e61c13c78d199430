/*++

Module Name:

    open.c

Abstract:

    A file is opened with defaults, closed, and told of in a line.

Environment:

    Kernel mode

--*/

#include "opener.h"

VOID
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

VOID
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

NTSTATUS
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

    InitializeObjectAttributes(&Attributes, &Name, File->Attributes, File->Root, NULL);

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
                             NULL,
                             0,
                             File->Flags);

    ExFreePoolWithTag(Buffer, OPENER_TAG);
    return Status;
}

VOID
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

VOID
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
