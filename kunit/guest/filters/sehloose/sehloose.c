/*++

    A minifilter with errors: it raises, or uses an address that is none, where nothing handles it,
    in the callback that the name of the opened file asks for.

--*/

#include <fltKernel.h>

static PFLT_FILTER Filter;

static volatile ULONG * volatile Nowhere = (PULONG)0xffff800000001000;

DRIVER_INITIALIZE DriverEntry;

static BOOLEAN
NameContains (
    _In_ PCUNICODE_STRING Name,
    _In_ PCWSTR Part
    )
{
    USHORT Start;
    USHORT Index;
    USHORT Length = Name->Length / sizeof(WCHAR);

    for (Start = 0; Start < Length; Start += 1) {

        for (Index = 0; Part[Index] != UNICODE_NULL; Index += 1) {

            if (Start + Index >= Length || Name->Buffer[Start + Index] != Part[Index]) {

                break;
            }
        }

        if (Part[Index] == UNICODE_NULL) {

            return TRUE;
        }
    }

    return FALSE;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
LoosePreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER(Data);

    *CompletionContext = NULL;

    if (NameContains(&FltObjects->FileObject->FileName, L"raise-pre")) {

        try {

            ExRaiseStatus(STATUS_DISK_FULL);

        } finally {

            DbgPrint("sehloose: the finally block ran\n");
        }
    }

    if (NameContains(&FltObjects->FileObject->FileName, L"fault-pre")) {

        *Nowhere += 1;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
LoosePostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(CompletionContext);
    UNREFERENCED_PARAMETER(Flags);

    if (NameContains(&FltObjects->FileObject->FileName, L"raise-post")) {

        ExRaiseAccessViolation();
    }

    if (NameContains(&FltObjects->FileObject->FileName, L"fault-post")) {

        *Nowhere += 1;
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
LooseUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(Filter);

    return STATUS_SUCCESS;
}

static CONST FLT_OPERATION_REGISTRATION Operations[] = {

    { IRP_MJ_CREATE, 0, LoosePreCreate, LoosePostCreate },
    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION Registration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,
    NULL,
    Operations,
    LooseUnload
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &Registration, &Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Filter);
        }
    }

    return Status;
}
