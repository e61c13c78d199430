// SPDX-License-Identifier: GPL-2.0
/*++

Module Name:

    openonly.c

Abstract:

    Sees opens and last closes, and nothing else: what filters cost the operations they are not
    interested in. Changes nothing.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>

static PFLT_FILTER OoFilter;

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS
FLTAPI
OoUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(OoFilter);

    return STATUS_SUCCESS;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
OoPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(FltObjects);

    *CompletionContext = NULL;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
OoPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Data);
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(CompletionContext);
    UNREFERENCED_PARAMETER(Flags);

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static CONST FLT_OPERATION_REGISTRATION OoOperations[] = {

    { IRP_MJ_CREATE, 0, OoPreOperation, OoPostOperation },
    { IRP_MJ_CLEANUP, 0, OoPreOperation, OoPostOperation },
    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION OoRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    OoOperations,
    OoUnload
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &OoRegistration, &OoFilter);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    Status = FltStartFiltering(OoFilter);

    if (!NT_SUCCESS(Status)) {

        FltUnregisterFilter(OoFilter);
    }

    return Status;
}
