/*++

Module Name:

    misfit.c

Abstract:

    For tests: a minifilter that breaks the rules, each in the way that the name of the file asks
    for. "pre-N-..." and "post-N-..." return the number N from the callback of a create, which may
    be no status at all; the other words are in the table below. A file whose name has no such
    word is left alone.

        word        callback                what is wrong
        context     pre-create              a completion context without a post-operation callback
        pended      pre-read                completed with STATUS_PENDING
        much        pre-read                completed with more bytes than were asked for
        more        post-read               more bytes than were asked for
        opened      pre-create              completed with success, though nothing is open
        kind        pre-read                another major function
        twice       pre-read                resumed a second time, when others have the operation
        volume      pre-read                a target that is no file object of the volume
        instance    pre-read                a target instance that is another's
        raised      pre-read, post-read     returns at a raised IRQL
        closed      pre-cleanup, pre-close  fails what cannot fail
        both        pre-cleanup             asks for the post-operation callback it does not have
        undone      post-create             cancels the open and leaves a success
        denied      post-create             denies the open and does not cancel it

    And what is allowed, and seldom seen:

        cancel      post-create             cancels the open and denies it
        marked      post-create             gives it a context, whose cleanup prints where it runs
        hidden      pre-cleanup, pre-close  completes it, so that nobody below sees it
        refused     pre-query-open          wants to see the full sequence instead
        discarded   post-query-open         the same, when the answer is there already

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>

static PFLT_FILTER MisfitFilter;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static BOOLEAN
MisfitAsked (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PCWSTR Word,
    _Out_opt_ PLONG Number
    )
/*++

Routine Description:

    Looks for a word in the name that the file was opened by.

Arguments:

    FltObjects - Has the file object.

    Word - The word.

    Number - Receives the decimal number that follows the word.

Return Value:

    TRUE if the name has the word.

--*/
{
    PCUNICODE_STRING Name;
    USHORT Length;
    USHORT Start;
    USHORT Index;

    if (FltObjects->FileObject == NULL) {

        return FALSE;
    }

    Name = &FltObjects->FileObject->FileName;
    Length = Name->Length / sizeof(WCHAR);

    for (Start = 0; Start < Length; Start += 1) {

        for (Index = 0; Word[Index] != UNICODE_NULL; Index += 1) {

            if (Start + Index >= Length || Name->Buffer[Start + Index] != Word[Index]) {

                break;
            }
        }

        if (Word[Index] != UNICODE_NULL) {

            continue;
        }

        if (Number != NULL) {

            *Number = 0;

            for (Index += Start;
                 Index < Length && Name->Buffer[Index] >= L'0' && Name->Buffer[Index] <= L'9';
                 Index += 1) {

                *Number = *Number * 10 + (Name->Buffer[Index] - L'0');
            }
        }

        return TRUE;
    }

    return FALSE;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
MisfitPreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    LONG Number;

    if (MisfitAsked( FltObjects, L"pre-", &Number )) {

        return (FLT_PREOP_CALLBACK_STATUS)Number;
    }

    if (MisfitAsked( FltObjects, L"context", NULL )) {

        *CompletionContext = Data;
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (MisfitAsked( FltObjects, L"opened", NULL )) {

        Data->IoStatus.Status = STATUS_SUCCESS;
        Data->IoStatus.Information = FILE_OPENED;
        return FLT_PREOP_COMPLETE;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static VOID
FLTAPI
MisfitMarkCleanup (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    )
{
    UNREFERENCED_PARAMETER( Context );
    UNREFERENCED_PARAMETER( ContextType );

    DbgPrint("misfit: a mark goes in process %u\n", HandleToULong( PsGetCurrentProcessId() ));
}

static VOID
MisfitMark (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFLT_CONTEXT Mark;

    if (!NT_SUCCESS( FltAllocateContext( MisfitFilter, FLT_STREAMHANDLE_CONTEXT, sizeof(ULONG),
                                         NonPagedPool, &Mark ) )) {

        return;
    }

    FltSetStreamHandleContext( FltObjects->Instance, FltObjects->FileObject,
                               FLT_SET_CONTEXT_KEEP_IF_EXISTS, Mark, NULL );
    FltReleaseContext( Mark );
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
MisfitPostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    LONG Number;

    UNREFERENCED_PARAMETER( CompletionContext );

    if (FlagOn( Flags, FLTFL_POST_OPERATION_DRAINING ) || !NT_SUCCESS( Data->IoStatus.Status )) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (MisfitAsked( FltObjects, L"marked", NULL )) {

        MisfitMark( FltObjects );
    }

    if (MisfitAsked( FltObjects, L"cancel", NULL )) {

        FltCancelFileOpen( FltObjects->Instance, FltObjects->FileObject );
        Data->IoStatus.Status = STATUS_ACCESS_DENIED;
        Data->IoStatus.Information = 0;
    }

    if (MisfitAsked( FltObjects, L"denied", NULL )) {

        Data->IoStatus.Status = STATUS_ACCESS_DENIED;
        Data->IoStatus.Information = 0;
    }

    if (MisfitAsked( FltObjects, L"undone", NULL )) {

        FltCancelFileOpen( FltObjects->Instance, FltObjects->FileObject );
    }

    if (MisfitAsked( FltObjects, L"post-", &Number )) {

        return (FLT_POSTOP_CALLBACK_STATUS)Number;
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static VOID
FLTAPI
MisfitResumeTwice (
    _In_ PFLT_DEFERRED_IO_WORKITEM WorkItem,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    )
{
    LARGE_INTEGER Timeout;

    UNREFERENCED_PARAMETER( Context );

    FltCompletePendedPreOperation( Data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL );

    //
    //  By now a filter below has it.
    //

    Timeout.QuadPart = -10000 * 100;
    KeDelayExecutionThread( KernelMode, FALSE, &Timeout );
    FltCompletePendedPreOperation( Data, FLT_PREOP_COMPLETE, NULL );
    FltFreeDeferredIoWorkItem( WorkItem );
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
MisfitPreRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER( CompletionContext );

    if (MisfitAsked( FltObjects, L"pended", NULL )) {

        Data->IoStatus.Status = STATUS_PENDING;
        return FLT_PREOP_COMPLETE;
    }

    if (MisfitAsked( FltObjects, L"twice", NULL )) {

        PFLT_DEFERRED_IO_WORKITEM WorkItem = FltAllocateDeferredIoWorkItem();

        if (WorkItem != NULL) {

            if (NT_SUCCESS( FltQueueDeferredIoWorkItem( WorkItem, Data, MisfitResumeTwice,
                                                        DelayedWorkQueue, NULL ) )) {

                return FLT_PREOP_PENDING;
            }

            FltFreeDeferredIoWorkItem( WorkItem );
        }
    }

    if (MisfitAsked( FltObjects, L"much", NULL )) {

        Data->IoStatus.Status = STATUS_SUCCESS;
        Data->IoStatus.Information = (ULONG_PTR)Data->Iopb->Parameters.Read.Length + 100;
        return FLT_PREOP_COMPLETE;
    }

    if (MisfitAsked( FltObjects, L"kind", NULL )) {

        Data->Iopb->MajorFunction = 99;
        FltSetCallbackDataDirty( Data );
    }

    if (MisfitAsked( FltObjects, L"volume", NULL )) {

        Data->Iopb->TargetFileObject = NULL;
        FltSetCallbackDataDirty( Data );
    }

    if (MisfitAsked( FltObjects, L"instance", NULL )) {

        Data->Iopb->TargetInstance = NULL;
        FltSetCallbackDataDirty( Data );
    }

    if (MisfitAsked( FltObjects, L"raised", NULL )) {

        KeRaiseIrql( DISPATCH_LEVEL, &OldIrql );
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
MisfitPostRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    KIRQL OldIrql;

    UNREFERENCED_PARAMETER( CompletionContext );
    UNREFERENCED_PARAMETER( Flags );

    if (MisfitAsked( FltObjects, L"more", NULL )) {

        Data->IoStatus.Information = (ULONG_PTR)Data->Iopb->Parameters.Read.Length + 100;
    }

    if (MisfitAsked( FltObjects, L"raised", NULL )) {

        KeRaiseIrql( DISPATCH_LEVEL, &OldIrql );
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
MisfitPreEnd (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
/*++

Routine Description:

    For cleanup and close: there is no post-operation callback.

--*/
{
    UNREFERENCED_PARAMETER( CompletionContext );

    if (MisfitAsked( FltObjects, L"closed", NULL )) {

        Data->IoStatus.Status = STATUS_ACCESS_DENIED;
        return FLT_PREOP_COMPLETE;
    }

    if (MisfitAsked( FltObjects, L"hidden", NULL )) {

        Data->IoStatus.Status = STATUS_SUCCESS;
        return FLT_PREOP_COMPLETE;
    }

    if (MisfitAsked( FltObjects, L"both", NULL )) {

        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
MisfitPreQueryOpen (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );

    if (MisfitAsked( FltObjects, L"refused", NULL )) {

        return FLT_PREOP_DISALLOW_FSFILTER_IO;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
MisfitPostQueryOpen (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );
    UNREFERENCED_PARAMETER( Flags );

    if (MisfitAsked( FltObjects, L"discarded", NULL )) {

        return FLT_POSTOP_DISALLOW_FSFILTER_IO;
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
MisfitUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    FltUnregisterFilter( MisfitFilter );

    return STATUS_SUCCESS;
}

static CONST FLT_OPERATION_REGISTRATION Operations[] = {

    { IRP_MJ_CREATE, 0, MisfitPreCreate, MisfitPostCreate },
    { IRP_MJ_READ, 0, MisfitPreRead, MisfitPostRead },
    { IRP_MJ_CLEANUP, 0, MisfitPreEnd, NULL },
    { IRP_MJ_CLOSE, 0, MisfitPreEnd, NULL },
    { IRP_MJ_QUERY_OPEN, 0, MisfitPreQueryOpen, MisfitPostQueryOpen },
    { IRP_MJ_OPERATION_END }
};

static CONST FLT_CONTEXT_REGISTRATION Contexts[] = {

    { FLT_STREAMHANDLE_CONTEXT, 0, MisfitMarkCleanup, sizeof(ULONG), 'tfsM' },
    { FLT_CONTEXT_END }
};

static CONST FLT_REGISTRATION Registration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,
    Contexts,
    Operations,
    MisfitUnload
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER( RegistryPath );

    Status = FltRegisterFilter( DriverObject, &Registration, &MisfitFilter );

    if (NT_SUCCESS( Status )) {

        Status = FltStartFiltering( MisfitFilter );

        if (!NT_SUCCESS( Status )) {

            FltUnregisterFilter( MisfitFilter );
        }
    }

    return Status;
}
