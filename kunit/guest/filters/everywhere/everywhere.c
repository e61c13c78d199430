/*++

Module Name:

    everywhere.c

Abstract:

    For tests: does in each of its callbacks, before and after every operation, all that a filter
    may do there. It asks for the name of the file; it opens the folder above it and the file
    itself, below itself, and reads from it; it sets contexts; and now and then it sleeps. It
    changes nothing.

    In callbacks of paging I/O and of its brackets, and in those of a mapping, files are not opened:
    who is there may hold pages, or the address space of the process.

    When it is unloaded it says how often each of these was done:

        everywhere: names N folders N files N reads N contexts N sleeps N failed N

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#define EVERYWHERE_TAG      'yrvE'

//
//  One callback of so many sleeps.
//

#define EVERYWHERE_SLEEPS   64

static PFLT_FILTER EverywhereFilter;

static LONG EverywhereCalls;
static LONG EverywhereNames;
static LONG EverywhereFolders;
static LONG EverywhereFiles;
static LONG EverywhereReads;
static LONG EverywhereContexts;
static LONG EverywhereSleeps;
static LONG EverywhereFailed;

DRIVER_INITIALIZE DriverEntry;

static NTSTATUS
EverywhereOpen (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PUNICODE_STRING Name,
    _In_ ULONG Options,
    _Out_ PHANDLE Handle,
    _Out_ PFILE_OBJECT *FileObject
    )
/*++

Routine Description:

    Opens what is called so, whatever it is, for the instances below.

--*/
{
    OBJECT_ATTRIBUTES Attributes;
    IO_STATUS_BLOCK Result;

    InitializeObjectAttributes( &Attributes,
                                Name,
                                OBJ_KERNEL_HANDLE,
                                NULL,
                                NULL );

    return FltCreateFileEx2( EverywhereFilter,
                             FltObjects->Instance,
                             Handle,
                             FileObject,
                             FILE_READ_DATA | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
                             &Attributes,
                             &Result,
                             NULL,
                             FILE_ATTRIBUTE_NORMAL,
                             FILE_SHARE_VALID_FLAGS,
                             FILE_OPEN,
                             Options | FILE_OPEN_REPARSE_POINT | FILE_SYNCHRONOUS_IO_NONALERT,
                             NULL,
                             0,
                             IO_IGNORE_SHARE_ACCESS_CHECK,
                             NULL );
}

static VOID
EverywhereFolder (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PFLT_FILE_NAME_INFORMATION Name
    )
/*++

Routine Description:

    Opens the folder above, and looks at its first entries.

--*/
{
    UNICODE_STRING Folder = Name->Name;
    FILE_STANDARD_INFORMATION Standard;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    NTSTATUS Status;

    //
    //  The folder's name ends in a backslash, which its open may have or not.
    //

    Folder.Length = Name->Volume.Length + Name->Share.Length + Name->ParentDir.Length;

    Status = EverywhereOpen( FltObjects, &Folder, FILE_DIRECTORY_FILE, &Handle, &FileObject );

    if (!NT_SUCCESS( Status )) {

        return;
    }

    Status = FltQueryInformationFile( FltObjects->Instance,
                                      FileObject,
                                      &Standard,
                                      sizeof(Standard),
                                      FileStandardInformation,
                                      NULL );

    if (NT_SUCCESS( Status ) && Standard.Directory) {

        InterlockedIncrement( &EverywhereFolders );

    } else {

        InterlockedIncrement( &EverywhereFailed );
    }

    ObDereferenceObject( FileObject );
    FltClose( Handle );
}

static VOID
EverywhereFile (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PFLT_FILE_NAME_INFORMATION Name
    )
/*++

Routine Description:

    Opens the file, which may be there or not, and reads from it if it is one.

--*/
{
    FILE_STANDARD_INFORMATION Standard;
    LARGE_INTEGER Offset;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    ULONG Read = 0;
    PVOID Buffer;
    NTSTATUS Status;

    Status = EverywhereOpen( FltObjects, &Name->Name, 0, &Handle, &FileObject );

    if (!NT_SUCCESS( Status )) {

        return;
    }

    InterlockedIncrement( &EverywhereFiles );

    Status = FltQueryInformationFile( FltObjects->Instance,
                                      FileObject,
                                      &Standard,
                                      sizeof(Standard),
                                      FileStandardInformation,
                                      NULL );

    if (!NT_SUCCESS( Status )) {

        InterlockedIncrement( &EverywhereFailed );

    } else if (!Standard.Directory && Standard.EndOfFile.QuadPart > 0) {

        Buffer = ExAllocatePoolZero( NonPagedPool, 512, EVERYWHERE_TAG );

        if (Buffer != NULL) {

            Offset.QuadPart = 0;
            Status = FltReadFile( FltObjects->Instance,
                                  FileObject,
                                  &Offset,
                                  512,
                                  Buffer,
                                  FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET,
                                  &Read,
                                  NULL,
                                  NULL );

            if (NT_SUCCESS( Status ) && Read > 0) {

                InterlockedIncrement( &EverywhereReads );
            }

            ExFreePoolWithTag( Buffer, EVERYWHERE_TAG );
        }
    }

    ObDereferenceObject( FileObject );
    FltClose( Handle );
}

static VOID
EverywhereContext (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_CONTEXT_TYPE Type
    )
/*++

Routine Description:

    Sets a context, or finds the one that is there.

--*/
{
    PFLT_CONTEXT Context;
    PFLT_CONTEXT Old = NULL;
    NTSTATUS Status;

    Status = FltAllocateContext( EverywhereFilter, Type, sizeof(ULONG), NonPagedPool, &Context );

    if (!NT_SUCCESS( Status )) {

        InterlockedIncrement( &EverywhereFailed );
        return;
    }

    if (Type == FLT_STREAM_CONTEXT) {

        Status = FltSetStreamContext( FltObjects->Instance,
                                      FltObjects->FileObject,
                                      FLT_SET_CONTEXT_KEEP_IF_EXISTS,
                                      Context,
                                      &Old );
    } else {

        Status = FltSetStreamHandleContext( FltObjects->Instance,
                                            FltObjects->FileObject,
                                            FLT_SET_CONTEXT_KEEP_IF_EXISTS,
                                            Context,
                                            &Old );
    }

    if (NT_SUCCESS( Status ) || Old != NULL) {

        InterlockedIncrement( &EverywhereContexts );
    }

    if (Old != NULL) {

        FltReleaseContext( Old );
    }

    FltReleaseContext( Context );
}

static VOID
EverywhereDo (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ BOOLEAN Opened
    )
/*++

Routine Description:

    Everything.

Arguments:

    Opened - Whether the file object is that of a file that has been opened, and still is.

--*/
{
    UCHAR Major = Data->Iopb->MajorFunction;
    PFLT_FILE_NAME_INFORMATION Name;
    LARGE_INTEGER Timeout;
    NTSTATUS Status;

    if (FltObjects->FileObject == NULL || KeGetCurrentIrql() > APC_LEVEL) {

        return;
    }

    if (Opened) {

        EverywhereContext( FltObjects, FLT_STREAMHANDLE_CONTEXT );
        EverywhereContext( FltObjects, FLT_STREAM_CONTEXT );
    }

    Status = FltGetFileNameInformation( Data,
                                        FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT,
                                        &Name );

    if (NT_SUCCESS( Status )) {

        InterlockedIncrement( &EverywhereNames );
        Status = FltParseFileNameInformation( Name );

        if (!NT_SUCCESS( Status )) {

            InterlockedIncrement( &EverywhereFailed );

        } else if (KeGetCurrentIrql() == PASSIVE_LEVEL && Major < 0x80) {

            EverywhereFolder( FltObjects, Name );
            EverywhereFile( FltObjects, Name );
        }

        FltReleaseFileNameInformation( Name );
    }

    if (InterlockedIncrement( &EverywhereCalls ) % EVERYWHERE_SLEEPS == 0) {

        InterlockedIncrement( &EverywhereSleeps );
        Timeout.QuadPart = -10000;
        KeDelayExecutionThread( KernelMode, FALSE, &Timeout );
    }
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
EverywherePre (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UCHAR Major = Data->Iopb->MajorFunction;

    *CompletionContext = NULL;
    EverywhereDo( Data,
                  FltObjects,
                  (BOOLEAN)(Major != IRP_MJ_CREATE && Major != IRP_MJ_CLOSE) );

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
EverywherePost (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UCHAR Major = Data->Iopb->MajorFunction;

    UNREFERENCED_PARAMETER( CompletionContext );

    //
    //  There is nothing to be asked about what was not opened, or is closed.
    //

    if (!FlagOn( Flags, FLTFL_POST_OPERATION_DRAINING ) &&
        Major != IRP_MJ_CLOSE &&
        (Major != IRP_MJ_CREATE ||
         (NT_SUCCESS( Data->IoStatus.Status ) && Data->IoStatus.Status != STATUS_REPARSE))) {

        EverywhereDo( Data, FltObjects, (BOOLEAN)(Major != IRP_MJ_CLEANUP) );
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
EverywhereUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    FltUnregisterFilter( EverywhereFilter );
    DbgPrint("names %d folders %d files %d reads %d contexts %d sleeps %d failed %d\n",
             EverywhereNames,
             EverywhereFolders,
             EverywhereFiles,
             EverywhereReads,
             EverywhereContexts,
             EverywhereSleeps,
             EverywhereFailed);
    return STATUS_SUCCESS;
}

static CONST FLT_CONTEXT_REGISTRATION EverywhereContextTypes[] = {

    { FLT_STREAMHANDLE_CONTEXT, 0, NULL, sizeof(ULONG), EVERYWHERE_TAG },
    { FLT_STREAM_CONTEXT, 0, NULL, sizeof(ULONG), EVERYWHERE_TAG },

    { FLT_CONTEXT_END }
};

#define EVERYWHERE(_major) { (_major), 0, EverywherePre, EverywherePost }

static CONST FLT_OPERATION_REGISTRATION EverywhereOperations[] = {

    EVERYWHERE(IRP_MJ_CREATE),
    EVERYWHERE(IRP_MJ_CLEANUP),
    EVERYWHERE(IRP_MJ_CLOSE),
    EVERYWHERE(IRP_MJ_READ),
    EVERYWHERE(IRP_MJ_WRITE),
    EVERYWHERE(IRP_MJ_FLUSH_BUFFERS),
    EVERYWHERE(IRP_MJ_LOCK_CONTROL),
    EVERYWHERE(IRP_MJ_QUERY_INFORMATION),
    EVERYWHERE(IRP_MJ_SET_INFORMATION),
    EVERYWHERE(IRP_MJ_QUERY_EA),
    EVERYWHERE(IRP_MJ_SET_EA),
    EVERYWHERE(IRP_MJ_QUERY_SECURITY),
    EVERYWHERE(IRP_MJ_SET_SECURITY),
    EVERYWHERE(IRP_MJ_DIRECTORY_CONTROL),
    EVERYWHERE(IRP_MJ_FILE_SYSTEM_CONTROL),
    EVERYWHERE(IRP_MJ_DEVICE_CONTROL),
    EVERYWHERE(IRP_MJ_QUERY_VOLUME_INFORMATION),
    EVERYWHERE(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION),
    EVERYWHERE(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION),
    EVERYWHERE(IRP_MJ_ACQUIRE_FOR_MOD_WRITE),
    EVERYWHERE(IRP_MJ_RELEASE_FOR_MOD_WRITE),
    EVERYWHERE(IRP_MJ_ACQUIRE_FOR_CC_FLUSH),
    EVERYWHERE(IRP_MJ_RELEASE_FOR_CC_FLUSH),

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION EverywhereRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    EverywhereContextTypes,
    EverywhereOperations,
    EverywhereUnload,
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

    UNREFERENCED_PARAMETER( RegistryPath );

    Status = FltRegisterFilter( DriverObject, &EverywhereRegistration, &EverywhereFilter );

    if (NT_SUCCESS( Status )) {

        Status = FltStartFiltering( EverywhereFilter );

        if (!NT_SUCCESS( Status )) {

            FltUnregisterFilter( EverywhereFilter );
        }
    }

    return Status;
}
