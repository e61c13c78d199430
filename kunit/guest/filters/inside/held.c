/*++

Module Name:

    held.c

Abstract:

    References to file objects, and locks that are kept.

Environment:

    Kernel mode

--*/

#include "inside.h"

static PFILE_OBJECT InsideKept;

VOID
InsideReferences (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Before a cleanup.

--*/
{
    PFILE_OBJECT FileObject = FltObjects->FileObject;
    FILE_STANDARD_INFORMATION Standard;
    NTSTATUS Status;

    if (Asked( FileObject, L"over" )) {

        ObReferenceObject( FileObject );
        ObDereferenceObject( FileObject );
        ObDereferenceObject( FileObject );
        ObDereferenceObject( FileObject );
        Status = FltQueryInformationFile( FltObjects->Instance, FileObject, &Standard,
                                          sizeof(Standard), FileStandardInformation, NULL );
        Row( "FILEOBJ-28", NT_SUCCESS( Status ) && Standard.EndOfFile.QuadPart == 4 );
    }

    if (Asked( FileObject, L"kept" ) && InsideKept == NULL) {

        ObReferenceObject( FileObject );
        InsideKept = FileObject;
    }

    if (Asked( FileObject, L"forgotten" )) {

        ObReferenceObject( FileObject );
        ObReferenceObject( FileObject );
    }

    if (Asked( FileObject, L"let-go" ) && InsideKept != NULL) {

        //
        //  Its program has closed it: what lies below is still there.
        //

        Status = FltQueryInformationFile( FltObjects->Instance, InsideKept, &Standard,
                                          sizeof(Standard), FileStandardInformation, NULL );
        Row( "FILEOBJ-27", NT_SUCCESS( Status ) && Standard.EndOfFile.QuadPart == 4 &&
                           FlagOn( InsideKept->Flags, FO_CLEANUP_COMPLETE ) );
        DbgPrint("let go\n");
        ObDereferenceObject( InsideKept );
        InsideKept = NULL;
    }
}

static VOID
FLTAPI
InsideLockCanceled (
    _In_ PFLT_CALLBACK_DATA Data
    )
{
    DbgPrint("lock cancelled\n");
    Data->IoStatus.Status = STATUS_CANCELLED;
    Data->IoStatus.Information = 0;
    FltCompletePendedPreOperation( Data, FLT_PREOP_COMPLETE, NULL );
}

FLT_PREOP_CALLBACK_STATUS
InsidePreLock (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    LARGE_INTEGER Timeout;
    NTSTATUS Status;

    Row( "LOCK-14", FLT_IS_IRP_OPERATION( Data ) && !FLT_IS_FASTIO_OPERATION( Data ) );
    Row( "LOCK-18", KeGetCurrentIrql() == PASSIVE_LEVEL && Data->Thread == PsGetCurrentThread() &&
                    Data->Iopb->TargetFileObject == FltObjects->FileObject &&
                    FltObjects->FileObject->FsContext2 != NULL );

    //
    //  Sleeps, as a callback may.
    //

    Timeout.QuadPart = -10000;
    KeDelayExecutionThread( KernelMode, FALSE, &Timeout );

    if (Data->Iopb->MinorFunction != IRP_MN_LOCK ||
        !Asked( FltObjects->FileObject, L"pendlock" )) {

        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    }

    Status = FltSetCancelCompletion( Data, InsideLockCanceled );

    if (!NT_SUCCESS( Status )) {

        DbgPrint("lock not kept %08x\n", Status);
        Data->IoStatus.Status = Status;
        Data->IoStatus.Information = 0;
        return FLT_PREOP_COMPLETE;
    }

    DbgPrint("lock kept\n");
    return FLT_PREOP_PENDING;
}

VOID
InsidePostLock (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    UNREFERENCED_PARAMETER( FltObjects );

    Row( "LOCK-18", KeGetCurrentIrql() == PASSIVE_LEVEL && Data->Thread == PsGetCurrentThread() );
}
