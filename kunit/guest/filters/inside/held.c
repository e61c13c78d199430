/*++

Module Name:

    held.c

Abstract:

    References to file objects, names and volumes, and locks that are kept.

Environment:

    Kernel mode

--*/

#include "inside.h"

static PFILE_OBJECT InsideKept;

static VOID
InsideReleaseTwice (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Gives the name of a file back once more than it has got it. The cache has a reference, too, which
    is not taken.

--*/
{
    FLT_FILE_NAME_OPTIONS Options = FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT;
    PFLT_FILE_NAME_INFORMATION Again = NULL;
    PFLT_FILE_NAME_INFORMATION Name;
    NTSTATUS Status;

    Status = FltGetFileNameInformationUnsafe( FltObjects->FileObject, FltObjects->Instance, Options,
                                              &Name );

    if (!NT_SUCCESS( Status )) {

        Row( "NAME-04", FALSE );
        return;
    }

    FltReleaseFileNameInformation( Name );
    FltReleaseFileNameInformation( Name );
    Status = FltGetFileNameInformationUnsafe( FltObjects->FileObject, FltObjects->Instance, Options,
                                              &Again );
    Row( "NAME-04", NT_SUCCESS( Status ) && Again == Name );

    if (NT_SUCCESS( Status )) {

        FltReleaseFileNameInformation( Again );
    }
}

static VOID
InsideForget (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Takes two references to a file object, two to its name and three to its volume, for good.

--*/
{
    PFLT_FILE_NAME_INFORMATION Name;
    PFLT_VOLUME Volume;

    ObReferenceObject( FltObjects->FileObject );
    ObReferenceObject( FltObjects->FileObject );

    if (NT_SUCCESS( FltGetFileNameInformationUnsafe( FltObjects->FileObject, FltObjects->Instance,
                                                     FLT_FILE_NAME_NORMALIZED |
                                                         FLT_FILE_NAME_QUERY_DEFAULT,
                                                     &Name ) )) {

        FltReferenceFileNameInformation( Name );
    }

    if (NT_SUCCESS( FltGetVolumeFromInstance( FltObjects->Instance, &Volume ) )) {

        FltObjectReference( Volume );
        FltObjectReference( Volume );
    }
}

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

    if (Asked( FileObject, L"twice" )) {

        InsideReleaseTwice( FltObjects );
    }

    if (Asked( FileObject, L"forgotten" )) {

        InsideForget( FltObjects );
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
