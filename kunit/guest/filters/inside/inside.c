/*++

Module Name:

    inside.c

Abstract:

    For tests: does things inside its callbacks and judges rows of the contract itself. What it
    does is in the name of a file, when that is opened or closed:

        who         create: whose thread, memory and rights it runs with
        intact      create: an open that empties the file does not
        reparse     create, ended by a filter below with STATUS_REPARSE: nothing is open
        usable      create: the file is read, written and asked about before its opener has it
        link        create, with a FILE_OPEN_REPARSE_POINT of its own: what a reparse point says
        marked      create: the file gets contexts, whose cleanups are told, as is the close
        undone      the same, and the open is cancelled
        named       create, rename: the file \by-name is opened by a complete name
        over        cleanup: more references are given back than were taken
        kept        cleanup: its object is referenced, until a file "let-go" is closed
        twice       cleanup: its name is given back more often than it was got
        forgotten   cleanup: its object, name and volume are referenced, and that is forgotten
        pendlock    a lock is kept until it is cancelled

    It says:

        row ID ok|failed
        context handle|stream goes, close of NAME, lock cancelled, lock ended STATUS, ...

Environment:

    Kernel mode

--*/

#include "inside.h"

PFLT_FILTER InsideFilter;

DRIVER_INITIALIZE DriverEntry;

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
InsidePre (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    *CompletionContext = NULL;

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        InsidePreCreate( Data, FltObjects );
        break;

    case IRP_MJ_SET_INFORMATION:

        if (Asked( FltObjects->FileObject, L"named" )) {

            InsideOpenByName( FltObjects );
        }
        break;

    case IRP_MJ_CLEANUP:

        InsideReferences( FltObjects );
        break;

    case IRP_MJ_LOCK_CONTROL:

        return InsidePreLock( Data, FltObjects );
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
InsidePost (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( CompletionContext );

    if (FlagOn( Flags, FLTFL_POST_OPERATION_DRAINING )) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        InsidePostCreate( Data, FltObjects );
        break;

    case IRP_MJ_CLEANUP:

        if (Asked( FltObjects->FileObject, L"kept" )) {

            DbgPrint("cleanup of %wZ\n", &FltObjects->FileObject->FileName);
        }
        break;

    case IRP_MJ_CLOSE:

        if (Asked( FltObjects->FileObject, L"marked" ) ||
            Asked( FltObjects->FileObject, L"kept" )) {

            DbgPrint("close of %wZ\n", &FltObjects->FileObject->FileName);
        }
        break;

    case IRP_MJ_LOCK_CONTROL:

        InsidePostLock( Data, FltObjects );
        break;
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
InsideUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    FltUnregisterFilter( InsideFilter );
    return STATUS_SUCCESS;
}

static CONST FLT_CONTEXT_REGISTRATION InsideContexts[] = {

    { FLT_STREAMHANDLE_CONTEXT, 0, InsideContextCleanup, sizeof(ULONG), INSIDE_TAG },
    { FLT_STREAM_CONTEXT, 0, InsideContextCleanup, sizeof(ULONG), INSIDE_TAG },

    { FLT_CONTEXT_END }
};

#define INSIDE(_major) { (_major), 0, InsidePre, InsidePost }

static CONST FLT_OPERATION_REGISTRATION InsideOperations[] = {

    INSIDE(IRP_MJ_CREATE),
    INSIDE(IRP_MJ_SET_INFORMATION),
    INSIDE(IRP_MJ_LOCK_CONTROL),
    INSIDE(IRP_MJ_CLEANUP),
    INSIDE(IRP_MJ_CLOSE),

    { IRP_MJ_OPERATION_END }
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    FLT_REGISTRATION Registration;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER( RegistryPath );

    RtlZeroMemory( &Registration, sizeof(Registration) );
    Registration.Size = sizeof(Registration);
    Registration.Version = FLT_REGISTRATION_VERSION;
    Registration.ContextRegistration = InsideContexts;
    Registration.OperationRegistration = InsideOperations;
    Registration.FilterUnloadCallback = InsideUnload;

    Status = FltRegisterFilter( DriverObject, &Registration, &InsideFilter );

    if (NT_SUCCESS( Status )) {

        Status = FltStartFiltering( InsideFilter );

        if (!NT_SUCCESS( Status )) {

            FltUnregisterFilter( InsideFilter );
        }
    }

    return Status;
}
