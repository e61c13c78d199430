/*++

Module Name:

    vault.c

Abstract:

    Keeps what is in a folder as it is: files may be added and read, but nothing there can be
    overwritten, renamed, linked or deleted, except by the programs that the service key names.

        Parameters\Folder       REG_SZ          path from the root of the volume, "\vault"
        Parameters\Programs     REG_MULTI_SZ    names of programs that may do everything

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

#define VAULT_TAG           'tlVF'
#define VAULT_VALUE_BYTES   1024

typedef struct _VAULT_GLOBALS {

    PFLT_FILTER Filter;

    //
    //  The folder, without a backslash at its end.
    //

    UNICODE_STRING Folder;

    //
    //  REG_MULTI_SZ.
    //

    PWSTR Programs;
    ULONG ProgramsChars;

    volatile LONG Refused;

} VAULT_GLOBALS;

static VAULT_GLOBALS Vault;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static NTSTATUS
VaultReadParameters (
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
VaultFreeParameters (
    VOID
    );

static NTSTATUS
FLTAPI
VaultUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static NTSTATUS
FLTAPI
VaultQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
VaultPreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
VaultPostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
VaultPreSetInformation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, VaultReadParameters)
#pragma alloc_text(PAGE, VaultFreeParameters)
#pragma alloc_text(PAGE, VaultUnload)
#pragma alloc_text(PAGE, VaultQueryTeardown)
#pragma alloc_text(PAGE, VaultPreCreate)
#pragma alloc_text(PAGE, VaultPostCreate)
#pragma alloc_text(PAGE, VaultPreSetInformation)
#endif

static CONST FLT_OPERATION_REGISTRATION VaultOperations[] = {

    { IRP_MJ_CREATE, 0, VaultPreCreate, VaultPostCreate },
    { IRP_MJ_SET_INFORMATION, 0, VaultPreSetInformation, NULL },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION VaultRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    VaultOperations,
    VaultUnload,
    NULL,                               //  InstanceSetup
    VaultQueryTeardown,
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

    Status = VaultReadParameters(RegistryPath);

    if (!NT_SUCCESS(Status)) {

        DbgPrint("vault: the service key has no Parameters\\Folder (0x%08x)\n", Status);
        return Status;
    }

    Status = FltRegisterFilter(DriverObject, &VaultRegistration, &Vault.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Vault.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Vault.Filter);
        }
    }

    if (!NT_SUCCESS(Status)) {

        VaultFreeParameters();
    }

    return Status;
}

static NTSTATUS
VaultReadValue (
    _In_ HANDLE Key,
    _In_ PCWSTR Name,
    _In_ ULONG Type,
    _Outptr_ PWSTR *Text,
    _Out_ PULONG Chars
    )
/*++

Routine Description:

    Reads a value that is text.

Return Value:

    STATUS_SUCCESS with memory that the caller frees, or why not.

--*/
{
    PKEY_VALUE_PARTIAL_INFORMATION Value;
    UNICODE_STRING ValueName;
    NTSTATUS Status;
    ULONG Length;

    *Text = NULL;
    *Chars = 0;

    Value = ExAllocatePool2(POOL_FLAG_PAGED, VAULT_VALUE_BYTES, VAULT_TAG);

    if (Value == NULL) {

        return STATUS_INSUFFICIENT_RESOURCES;
    }

    RtlInitUnicodeString(&ValueName, Name);

    Status = ZwQueryValueKey(Key,
                             &ValueName,
                             KeyValuePartialInformation,
                             Value,
                             VAULT_VALUE_BYTES,
                             &Length);

    if (NT_SUCCESS(Status) && Value->Type != Type) {

        Status = STATUS_OBJECT_TYPE_MISMATCH;
    }

    if (NT_SUCCESS(Status)) {

        *Text = ExAllocatePool2(POOL_FLAG_NON_PAGED,
                                Value->DataLength + sizeof(WCHAR),
                                VAULT_TAG);

        if (*Text == NULL) {

            Status = STATUS_INSUFFICIENT_RESOURCES;

        } else {

            RtlCopyMemory(*Text, Value->Data, Value->DataLength);
            *Chars = Value->DataLength / sizeof(WCHAR);
        }
    }

    ExFreePoolWithTag(Value, VAULT_TAG);

    return Status;
}

static NTSTATUS
VaultReadParameters (
    _In_ PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    OBJECT_ATTRIBUTES Attributes;
    HANDLE ServiceKey;
    HANDLE ParametersKey;
    NTSTATUS Status;
    PWSTR Folder;
    ULONG Chars;

    PAGED_CODE();

    InitializeObjectAttributes(&Attributes,
                               RegistryPath,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL,
                               NULL);

    Status = ZwOpenKey(&ServiceKey, KEY_READ, &Attributes);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    InitializeObjectAttributes(&Attributes,
                               &Parameters,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               ServiceKey,
                               NULL);

    Status = ZwOpenKey(&ParametersKey, KEY_READ, &Attributes);

    ZwClose(ServiceKey);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    Status = VaultReadValue(ParametersKey, L"Folder", REG_SZ, &Folder, &Chars);

    if (NT_SUCCESS(Status)) {

        RtlInitUnicodeString(&Vault.Folder, Folder);

        while (Vault.Folder.Length > 0 &&
               Folder[Vault.Folder.Length / sizeof(WCHAR) - 1] == L'\\') {

            Vault.Folder.Length -= sizeof(WCHAR);
        }

        //
        //  No programs is what there may be.
        //

        (VOID)VaultReadValue(ParametersKey,
                             L"Programs",
                             REG_MULTI_SZ,
                             &Vault.Programs,
                             &Vault.ProgramsChars);
    }

    ZwClose(ParametersKey);

    return Status;
}

static VOID
VaultFreeParameters (
    VOID
    )
{
    PAGED_CODE();

    if (Vault.Folder.Buffer != NULL) {

        ExFreePoolWithTag(Vault.Folder.Buffer, VAULT_TAG);
        Vault.Folder.Buffer = NULL;
    }

    if (Vault.Programs != NULL) {

        ExFreePoolWithTag(Vault.Programs, VAULT_TAG);
        Vault.Programs = NULL;
    }
}

static NTSTATUS
FLTAPI
VaultUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    FltUnregisterFilter(Vault.Filter);

    DbgPrint("vault: refused %d\n", Vault.Refused);

    VaultFreeParameters();

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
VaultQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    return STATUS_SUCCESS;
}

static BOOLEAN
VaultTrusts (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Whether the program that asks is one of those that may do everything.

--*/
{
    PEPROCESS Process = FltGetRequestorProcess(Data);
    PCHAR Image = Process != NULL ? PsGetProcessImageFileName(Process) : NULL;
    ULONG Index = 0;
    ULONG Letter;

    if (Image == NULL) {

        return FALSE;
    }

    while (Index < Vault.ProgramsChars && Vault.Programs[Index] != L'\0') {

        Letter = 0;

        while (Vault.Programs[Index] != L'\0' && Vault.Programs[Index] == (WCHAR)Image[Letter]) {

            Index += 1;
            Letter += 1;
        }

        if (Vault.Programs[Index] == L'\0' && Image[Letter] == '\0') {

            return TRUE;
        }

        while (Vault.Programs[Index] != L'\0') {

            Index += 1;
        }

        Index += 1;
    }

    return FALSE;
}

static BOOLEAN
VaultIsBelow (
    _In_ PCUNICODE_STRING Folder,
    _In_ PCUNICODE_STRING Path,
    _In_ BOOLEAN CaseInSensitive
    )
/*++

Routine Description:

    Whether a path is a folder's own, or one of something in it.

--*/
{
    return RtlPrefixUnicodeString(Folder, Path, CaseInSensitive) &&
           (Path->Length == Folder->Length ||
            Path->Buffer[Folder->Length / sizeof(WCHAR)] == L'\\');
}

static BOOLEAN
VaultProtects (
    _In_ PFLT_FILE_NAME_INFORMATION Information,
    _In_ PFILE_OBJECT FileObject,
    _In_ BOOLEAN Moves
    )
/*++

Routine Description:

    Whether a name is in the vault. What moves must not contain the vault either.

--*/
{
    BOOLEAN CaseInSensitive = !FlagOn(FileObject->Flags, FO_OPENED_CASE_SENSITIVE);
    UNICODE_STRING Path;

    Path.Buffer = Information->Name.Buffer + Information->Volume.Length / sizeof(WCHAR);
    Path.Length = Information->Name.Length - Information->Volume.Length;
    Path.MaximumLength = Path.Length;

    return VaultIsBelow(&Vault.Folder, &Path, CaseInSensitive) ||
           (Moves && VaultIsBelow(&Path, &Vault.Folder, CaseInSensitive));
}

static NTSTATUS
VaultAsk (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PFILE_OBJECT FileObject,
    _In_ BOOLEAN Moves,
    _Out_ PBOOLEAN Protected
    )
/*++

Routine Description:

    Whether the file of an operation is in the vault.

Return Value:

    STATUS_SUCCESS, or why its name is not known.

--*/
{
    PFLT_FILE_NAME_INFORMATION Information;
    NTSTATUS Status;

    *Protected = FALSE;

    Status = FltGetFileNameInformation(Data,
                                       FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT,
                                       &Information);

    if (NT_SUCCESS(Status)) {

        *Protected = VaultProtects(Information, FileObject, Moves);
        FltReleaseFileNameInformation(Information);
    }

    return Status;
}

static FLT_PREOP_CALLBACK_STATUS
VaultRefuse (
    _Inout_ PFLT_CALLBACK_DATA Data
    )
{
    InterlockedIncrement(&Vault.Refused);

    Data->IoStatus.Status = STATUS_ACCESS_DENIED;
    Data->IoStatus.Information = 0;

    return FLT_PREOP_COMPLETE;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
VaultPreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
/*++

Routine Description:

    Who may make a file in the vault may write it. So an open for writing that may make one does
    nothing else, and one that cannot make any is refused.

--*/
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    ULONG Options = Parameters->Create.Options;
    ULONG Disposition = Options >> 24;
    ACCESS_MASK Access = Parameters->Create.SecurityContext->DesiredAccess;
    NTSTATUS Status;
    BOOLEAN Writes;
    BOOLEAN Protected;

    PAGED_CODE();

    *CompletionContext = NULL;

    Writes = FlagOn(Access, FILE_WRITE_DATA | FILE_APPEND_DATA) ||
             (Disposition != FILE_OPEN && Disposition != FILE_OPEN_IF);

    if (Disposition == FILE_CREATE ||
        FlagOn(Data->Iopb->OperationFlags, SL_OPEN_TARGET_DIRECTORY) ||
        (!Writes && !FlagOn(Options, FILE_DELETE_ON_CLOSE))) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    //
    //  What has no name that could be asked for may be anything.
    //

    Status = VaultAsk(Data, FltObjects->FileObject, FALSE, &Protected);

    if ((NT_SUCCESS(Status) && !Protected) || VaultTrusts(Data)) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (!NT_SUCCESS(Status) ||
        FlagOn(Options, FILE_DELETE_ON_CLOSE) ||
        Disposition == FILE_OPEN ||
        Disposition == FILE_OVERWRITE) {

        return VaultRefuse(Data);
    }

    Parameters->Create.Options = (Options & 0x00ffffff) | (FILE_CREATE << 24);
    FltSetCallbackDataDirty(Data);

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
VaultPostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
/*++

Routine Description:

    That the file exists is not what is wrong, to who asked for any.

--*/
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);

    PAGED_CODE();

    if (!FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING) &&
        Data->IoStatus.Status == STATUS_OBJECT_NAME_COLLISION) {

        (VOID)VaultRefuse(Data);
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
VaultKeepTarget (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ BOOLEAN Ex
    )
/*++

Routine Description:

    A rename or link into the vault may add something, but replace nothing.

Return Value:

    STATUS_SUCCESS, or why the name of the target is not known.

--*/
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    PFILE_RENAME_INFORMATION Rename = Parameters->SetFileInformation.InfoBuffer;
    PFLT_FILE_NAME_INFORMATION Information;
    NTSTATUS Status;

    Status = FltGetDestinationFileNameInformation(FltObjects->Instance,
                                                  FltObjects->FileObject,
                                                  Rename->RootDirectory,
                                                  Rename->FileName,
                                                  Rename->FileNameLength,
                                                  FLT_FILE_NAME_NORMALIZED |
                                                      FLT_FILE_NAME_QUERY_DEFAULT,
                                                  &Information);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    if (VaultProtects(Information, FltObjects->FileObject, FALSE)) {

        if (Ex) {

            ClearFlag(Rename->Flags, FILE_RENAME_REPLACE_IF_EXISTS);

        } else {

            Rename->ReplaceIfExists = FALSE;
        }

        Parameters->SetFileInformation.ReplaceIfExists = FALSE;
        FltSetCallbackDataDirty(Data);
    }

    FltReleaseFileNameInformation(Information);

    return Status;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
VaultPreSetInformation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    FILE_INFORMATION_CLASS Class = Data->Iopb->Parameters.SetFileInformation.FileInformationClass;
    BOOLEAN Link = FALSE;
    BOOLEAN Moves = FALSE;
    BOOLEAN Protected;

    PAGED_CODE();

    *CompletionContext = NULL;

    switch (Class) {

    case FileLinkInformation:
    case FileLinkInformationEx:

        Link = TRUE;
        break;

    case FileRenameInformation:
    case FileRenameInformationEx:

        Moves = TRUE;
        break;

    case FileDispositionInformation:
    case FileDispositionInformationEx:
    case FileEndOfFileInformation:
    case FileAllocationInformation:

        break;

    default:

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (VaultTrusts(Data)) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    //
    //  The size of a file that is open for writing is its program's: it is a new one. A link would
    //  be a way to a file of the vault that the vault does not see.
    //

    if (!((Class == FileEndOfFileInformation || Class == FileAllocationInformation) &&
          FltObjects->FileObject->WriteAccess) &&
        (!NT_SUCCESS(VaultAsk(Data, FltObjects->FileObject, Moves, &Protected)) ||
         Protected)) {

        return VaultRefuse(Data);
    }

    if ((Link || Moves) &&
        !NT_SUCCESS(VaultKeepTarget(Data,
                                    FltObjects,
                                    Class == FileRenameInformationEx ||
                                        Class == FileLinkInformationEx))) {

        return VaultRefuse(Data);
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}
