/*++

Module Name:

    mark.c

Abstract:

    Contexts: a mark on a file and one on an open of it, looked at whenever the file is created or
    closed.

Environment:

    Kernel mode

--*/

#include "bufctx.h"

volatile LONG Marks;

VOID
FLTAPI
CleanupMark (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    )
{
    PMARK Mark = Context;
    LARGE_INTEGER Soon;

    UNREFERENCED_PARAMETER( ContextType );

    //
    //  Sleeping is allowed here, and no lock of the file system is held: its own checks see one.
    //

    Soon.QuadPart = -10000;
    ExAcquireFastMutex( &Mark->Lock );
    ExReleaseFastMutex( &Mark->Lock );

    if (KeGetCurrentIrql() != PASSIVE_LEVEL ||
        !NT_SUCCESS( KeDelayExecutionThread( KernelMode, FALSE, &Soon ) )) {

        DbgPrint("row CTX-36 failed\n");
    }

    InterlockedDecrement( &Marks );
}

static NTSTATUS
SetMark (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_CONTEXT_TYPE Type
    )
{
    PFLT_CONTEXT Context;
    NTSTATUS Status;

    Status = FltAllocateContext( FltObjects->Filter, Type, sizeof(MARK), NonPagedPoolNx, &Context );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    InterlockedIncrement( &Marks );
    ExInitializeFastMutex( &((PMARK)Context)->Lock );

    if (Type == FLT_STREAM_CONTEXT) {

        Status = FltSetStreamContext( FltObjects->Instance, FltObjects->FileObject,
                                      FLT_SET_CONTEXT_KEEP_IF_EXISTS, Context, NULL );

    } else {

        Status = FltSetStreamHandleContext( FltObjects->Instance, FltObjects->FileObject,
                                            FLT_SET_CONTEXT_KEEP_IF_EXISTS, Context, NULL );
    }

    FltReleaseContext( Context );

    return Status;
}

static NTSTATUS
LookFor (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ BOOLEAN Handle
    )
{
    PFLT_CONTEXT Context;
    NTSTATUS Status;

    if (Handle) {

        Status = FltGetStreamHandleContext( FltObjects->Instance, FltObjects->FileObject, &Context );

    } else {

        Status = FltGetStreamContext( FltObjects->Instance, FltObjects->FileObject, &Context );
    }

    if (NT_SUCCESS( Status )) {

        FltReleaseContext( Context );
    }

    return Status;
}

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );

    if (Asked( FltObjects->FileObject, L"context" )) {

        Row( "CTX-47", LookFor( FltObjects, FALSE ) == STATUS_NOT_SUPPORTED &&
                       SetMark( FltObjects, FLT_STREAM_CONTEXT ) == STATUS_NOT_SUPPORTED );
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static VOID
AskForOthers (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What belongs to the filter above cannot be looked at or taken away.

--*/
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"PassThru Instance");
    PFLT_INSTANCE Other;
    PFLT_CONTEXT Context = NULL;
    NTSTATUS Get;
    NTSTATUS Delete;
    NTSTATUS Stream;

    if (!NT_SUCCESS( FltGetVolumeInstanceFromName( NULL, FltObjects->Volume, &Name, &Other ) )) {

        DbgPrint("there is no other instance\n");
        return;
    }

    Get = FltGetInstanceContext( Other, &Context );
    Delete = FltDeleteInstanceContext( Other, NULL );
    Stream = FltGetStreamContext( Other, FltObjects->FileObject, &Context );
    Row( "CTX-66", Get == STATUS_INVALID_PARAMETER && Delete == STATUS_INVALID_PARAMETER &&
                   Stream == STATUS_INVALID_PARAMETER && Context == NULL );
    FltObjectDereference( Other );
}

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER( CompletionContext );
    UNREFERENCED_PARAMETER( Flags );

    if (!Asked( FltObjects->FileObject, L"context" )) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    Status = SetMark( FltObjects, FLT_STREAM_CONTEXT );

    if (!NT_SUCCESS( Data->IoStatus.Status )) {

        Row( "CTX-48", Status == STATUS_NOT_SUPPORTED &&
                       SetMark( FltObjects, FLT_STREAMHANDLE_CONTEXT ) == STATUS_NOT_SUPPORTED );
        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    Row( "CTX-48", (NT_SUCCESS( Status ) || Status == STATUS_FLT_CONTEXT_ALREADY_DEFINED) &&
                   NT_SUCCESS( SetMark( FltObjects, FLT_STREAMHANDLE_CONTEXT ) ) );
    AskForOthers( FltObjects );

    return FLT_POSTOP_FINISHED_PROCESSING;
}

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreClose (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );

    if (!Asked( FltObjects->FileObject, L"context" )) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Row( "CTX-50", NT_SUCCESS( LookFor( FltObjects, FALSE ) ) &&
                   NT_SUCCESS( LookFor( FltObjects, TRUE ) ) );

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostClose (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );
    UNREFERENCED_PARAMETER( Flags );

    Row( "CTX-49", LookFor( FltObjects, FALSE ) == STATUS_NOT_SUPPORTED &&
                   LookFor( FltObjects, TRUE ) == STATUS_NOT_SUPPORTED &&
                   SetMark( FltObjects, FLT_STREAM_CONTEXT ) == STATUS_NOT_SUPPORTED );

    return FLT_POSTOP_FINISHED_PROCESSING;
}
