/*++

Module Name:

    everywhere.c

Abstract:

    Whatever a callback may do, done in all of them.

Environment:

    Kernel mode

--*/

#include "inside.h"

static volatile LONG InsideNames;
static volatile LONG InsideParents;
static volatile LONG InsideFiles;
static volatile LONG InsideReads;
static volatile LONG InsideMarks;
static volatile LONG InsideSleeps;
static volatile LONG InsideCalls;

static VOID
InsideOpenClose (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PUNICODE_STRING Name,
    _Inout_ volatile LONG *Count
    )
/*++

Routine Description:

    Opens a file below this instance, reads from it, and closes it.

--*/
{
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;
    PFILE_OBJECT FileObject;
    LARGE_INTEGER Offset;
    HANDLE Handle;
    UCHAR Bytes[16];
    NTSTATUS Status;

    InitializeObjectAttributes( &Attributes, Name, OBJ_KERNEL_HANDLE, NULL, NULL );
    Status = FltCreateFileEx2( InsideFilter, FltObjects->Instance, &Handle, &FileObject,
                               FILE_GENERIC_READ, &Attributes, &Result, NULL, 0,
                               FILE_SHARE_VALID_FLAGS, FILE_OPEN,
                               FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT, NULL, 0, 0,
                               NULL );

    if (!NT_SUCCESS( Status )) {

        return;
    }

    InterlockedIncrement( Count );
    Offset.QuadPart = 0;
    Status = FltReadFile( FltObjects->Instance, FileObject, &Offset, sizeof(Bytes), Bytes, 0, NULL,
                          NULL, NULL );

    if (NT_SUCCESS( Status )) {

        InterlockedIncrement( &InsideReads );
    }

    FltClose( Handle );
    ObDereferenceObject( FileObject );
}

static VOID
InsideDoAll (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PFLT_FILE_NAME_INFORMATION NameInformation;
    UNICODE_STRING Parent;
    LARGE_INTEGER Timeout;
    PFLT_CONTEXT Context;
    NTSTATUS Status;

    if (KeGetCurrentIrql() > PASSIVE_LEVEL || FltObjects->FileObject == NULL ||
        FlagOn( Data->Iopb->IrpFlags, IRP_PAGING_IO )) {

        return;
    }

    Status = FltGetFileNameInformation( Data, FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT,
                                        &NameInformation );

    if (NT_SUCCESS( Status )) {

        InterlockedIncrement( &InsideNames );

        if (NT_SUCCESS( FltParseFileNameInformation( NameInformation ) ) &&
            NameInformation->ParentDir.Length > 0) {

            //
            //  The volume and the folder, which stand one after the other.
            //

            Parent = NameInformation->Name;
            Parent.Length = (USHORT)((PUCHAR)NameInformation->ParentDir.Buffer +
                                     NameInformation->ParentDir.Length -
                                     (PUCHAR)NameInformation->Name.Buffer);
            InsideOpenClose( FltObjects, &Parent, &InsideParents );
        }

        InsideOpenClose( FltObjects, &NameInformation->Name, &InsideFiles );
        FltReleaseFileNameInformation( NameInformation );
    }

    Status = FltAllocateContext( InsideFilter, FLT_STREAMHANDLE_CONTEXT, sizeof(ULONG),
                                 NonPagedPoolNx, &Context );

    if (NT_SUCCESS( Status )) {

        *(PULONG)Context = 0;
        Status = FltSetStreamHandleContext( FltObjects->Instance, FltObjects->FileObject,
                                            FLT_SET_CONTEXT_REPLACE_IF_EXISTS, Context, NULL );
        FltReleaseContext( Context );

        if (NT_SUCCESS( Status )) {

            InterlockedIncrement( &InsideMarks );
        }
    }

    //
    //  Now and then a callback sleeps; all of them would take too long.
    //

    if (InterlockedIncrement( &InsideCalls ) % 16 == 0) {

        Timeout.QuadPart = -10000;
        KeDelayExecutionThread( KernelMode, FALSE, &Timeout );
        InterlockedIncrement( &InsideSleeps );
    }
}

FLT_PREOP_CALLBACK_STATUS
FLTAPI
InsideEverywherePre (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    *CompletionContext = NULL;
    InsideDoAll( Data, FltObjects );
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
InsideEverywherePost (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( CompletionContext );

    if (!FlagOn( Flags, FLTFL_POST_OPERATION_DRAINING )) {

        InsideDoAll( Data, FltObjects );
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

VOID
InsideEverywhereSay (
    VOID
    )
{
    if (InsideCalls > 0) {

        DbgPrint("everywhere calls=%d names=%d parents=%d files=%d reads=%d marks=%d sleeps=%d\n",
                 InsideCalls, InsideNames, InsideParents, InsideFiles, InsideReads, InsideMarks,
                 InsideSleeps);
    }
}
