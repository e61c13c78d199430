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

#include "opener.h"

PFLT_FILTER OpenerFilter;

DRIVER_INITIALIZE DriverEntry;

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
    FILE_OBJECTID_BUFFER ObjectId;
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
    Status = FltFsControlFile(FltObjects->Instance,
                              FltObjects->FileObject,
                              FSCTL_GET_OBJECT_ID,
                              NULL,
                              0,
                              &ObjectId,
                              sizeof(ObjectId),
                              NULL);
    OpenerSay(After ? "id-after" : "id-before", Status, 0, 0, 0);
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
        OpenerUserRights(FltObjects);

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
