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

    Of files below a folder "load" only failures are printed.

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
