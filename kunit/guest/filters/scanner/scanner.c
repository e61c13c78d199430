/*++

Module Name:

    scanner.c

Abstract:

    For tests: a minifilter that maps files as a scanner of data does. What it does with a file is
    in the file's name, when it is opened:

        view        the file is mapped, looked at and unmapped
        low         the same, by the instance below
        keep        it is mapped, and stays so until a file "drop" is opened
        closer      likewise, and a conflict closes the section
        piece       a large file: all of it cannot be mapped, a piece of it can
        handle      the program that opens it gets a handle of the section
        late        it is mapped when it is cleaned up
        check       what is kept is looked at
        drop        what is kept is let go
        cache       the file's pages are flushed and purged
        users       who uses the file's data is told
        leave       it is mapped; the section, its handle and the view are forgotten

    It prints a line "row ID ok" or "row ID failed" for what it can judge itself.

    How each file is mapped by programs is told; while a file "reach" is mapped, its data is read
    and the memory of the program is asked for.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>

#include "..\asked.h"

#define SCANNER_TAG 'nacS'

typedef struct _SCAN {

    PFLT_CONTEXT Context;
    PFILE_OBJECT FileObject;
    HANDLE Handle;
    PVOID Object;
    LARGE_INTEGER FileSize;
    PUCHAR View;
    SIZE_T Size;
    ULONG Sum;

} SCAN, *PSCAN;

static PFLT_FILTER Filter;
static PFLT_INSTANCE High;
static PFLT_INSTANCE Low;
static SCAN Kept;
static BOOLEAN CloseOnConflict;
static volatile LONG Conflicts;
static volatile LONG Callbacks;
static volatile LONG Acquired;
static volatile LONG Released;
static PFILE_OBJECT LateFile;
static BOOLEAN LateClosed;

DRIVER_INITIALIZE DriverEntry;

static ULONG
SumOf (
    _In_reads_bytes_(Length) PUCHAR Bytes,
    _In_ SIZE_T Length
    )
{
    ULONG Sum = 0;
    SIZE_T Index;

    for (Index = 0; Index < Length; Index += 1) {

        Sum = Sum * 31 + Bytes[Index];
    }

    return Sum;
}

//
//  Sections
//

static NTSTATUS
BeginScan (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ BOOLEAN KernelHandle,
    _Out_ PSCAN Scan
    )
{
    OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status;

    RtlZeroMemory( Scan, sizeof(SCAN) );
    Scan->FileObject = FileObject;

    Status = FltAllocateContext( Filter, FLT_SECTION_CONTEXT, sizeof(ULONG), NonPagedPoolNx,
                                 &Scan->Context );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    InitializeObjectAttributes( &Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL );

    Status = FltCreateSectionForDataScan( Instance, FileObject, Scan->Context,
                                          SECTION_MAP_READ | SECTION_QUERY,
                                          KernelHandle ? &Attributes : NULL, NULL, PAGE_READONLY,
                                          SEC_COMMIT, 0, &Scan->Handle, &Scan->Object,
                                          &Scan->FileSize );

    if (!NT_SUCCESS( Status )) {

        FltReleaseContext( Scan->Context );
        Scan->Context = NULL;
    }

    return Status;
}

static NTSTATUS
MapScan (
    _Inout_ PSCAN Scan,
    _In_ LONGLONG Offset,
    _In_ SIZE_T Size
    )
{
    LARGE_INTEGER At;
    PVOID View = NULL;
    NTSTATUS Status;

    At.QuadPart = Offset;
    Scan->Size = Size;
    Status = ZwMapViewOfSection( Scan->Handle, NtCurrentProcess(), &View, 0, 0, &At, &Scan->Size,
                                 ViewUnmap, 0, PAGE_READONLY );
    Scan->View = View;

    if (NT_SUCCESS( Status ) && Scan->FileSize.QuadPart <= (LONGLONG)Scan->Size) {

        Scan->Sum = SumOf( Scan->View, (SIZE_T)Scan->FileSize.QuadPart );
    }

    return Status;
}

static VOID
EndScan (
    _Inout_ PSCAN Scan
    )
{
    if (Scan->Context == NULL) {

        return;
    }

    if (Scan->View != NULL) {

        ZwUnmapViewOfSection( NtCurrentProcess(), Scan->View );
    }

    FltCloseSectionForDataScan( Scan->Context );

    if (Scan->Handle != NULL) {

        ZwClose( Scan->Handle );
    }

    ObDereferenceObject( Scan->Object );
    FltReleaseContext( Scan->Context );
    RtlZeroMemory( Scan, sizeof(SCAN) );
}

static VOID
LookAt (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject
    )
/*++

Routine Description:

    Maps a file, looks at all of it, and lets it go.

--*/
{
    LONG Before = Callbacks;
    PFLT_CONTEXT Context;
    NTSTATUS Status;
    BOOLEAN Zero = TRUE;
    SIZE_T Index;
    SCAN Scan;

    Status = BeginScan( Instance, FileObject, TRUE, &Scan );

    if (!NT_SUCCESS( Status )) {

        DbgPrint("no section: %08x\n", Status);
        return;
    }

    Row( "SECT-19", NT_SUCCESS( FltGetSectionContext( Instance, FileObject, &Context ) ) &&
                    Context == Scan.Context );
    FltReleaseContext( Context );

    Status = MapScan( &Scan, 0, 0 );

    if (NT_SUCCESS( Status )) {

        for (Index = (SIZE_T)Scan.FileSize.QuadPart; Index < Scan.Size; Index += 1) {

            Zero = (BOOLEAN)(Zero && Scan.View[Index] == 0);
        }

        Row( "SECT-24", Scan.Size == ROUND_TO_PAGES( Scan.FileSize.QuadPart ) && Zero );
        Row( "SECT-23", Callbacks == Before );
        DbgPrint("view %u of %u in %u\n", Scan.Sum, (ULONG)Scan.FileSize.QuadPart,
                 (ULONG)Scan.Size);

    } else {

        DbgPrint("no view: %08x\n", Status);
    }

    EndScan( &Scan );
}

static NTSTATUS
FLTAPI
Conflict (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFLT_CONTEXT SectionContext,
    _In_ PFLT_CALLBACK_DATA Data
    )
{
    LONG Count = InterlockedIncrement( &Conflicts );

    DbgPrint("conflict %d major %u irql %u mine %u\n", Count, Data->Iopb->MajorFunction,
             KeGetCurrentIrql(),
             Instance == High && SectionContext == Kept.Context &&
             Data->Iopb->TargetFileObject != NULL);

    if (CloseOnConflict) {

        Row( "SECT-35", NT_SUCCESS( FltCloseSectionForDataScan( SectionContext ) ) );
    }

    return STATUS_SUCCESS;
}

static VOID
Keep (
    _In_ PFILE_OBJECT FileObject
    )
{
    NTSTATUS Status;

    EndScan( &Kept );
    Conflicts = 0;
    Status = BeginScan( High, FileObject, TRUE, &Kept );

    if (NT_SUCCESS( Status )) {

        Status = MapScan( &Kept, 0, 0 );
    }

    DbgPrint("kept %08x of %u\n", Status, (ULONG)Kept.FileSize.QuadPart);
}

static VOID
Check (
    VOID
    )
/*++

Routine Description:

    What is kept can still be read: each byte is what it was, or zero.

--*/
{
    ULONG Changed = 0;
    SIZE_T Index;

    if (Kept.View == NULL) {

        DbgPrint("nothing is kept\n");
        return;
    }

    for (Index = 0; Index < (SIZE_T)Kept.FileSize.QuadPart; Index += 1) {

        if (Kept.View[Index] != (UCHAR)(Index % 251 + 1) && Kept.View[Index] != 0) {

            Changed += 1;
        }
    }

    DbgPrint("check %u changed, same %u, conflicts %d\n", Changed,
             SumOf( Kept.View, (SIZE_T)Kept.FileSize.QuadPart ) == Kept.Sum, Conflicts);
}

static VOID
Piece (
    _In_ PFILE_OBJECT FileObject
    )
{
    NTSTATUS Whole;
    NTSTATUS Part;
    SCAN Scan;

    if (!NT_SUCCESS( BeginScan( High, FileObject, TRUE, &Scan ) )) {

        return;
    }

    Whole = MapScan( &Scan, 0, 0 );
    Part = MapScan( &Scan, Scan.FileSize.QuadPart - 0x20000, 0x10000 );
    Row( "SECT-28", Whole == STATUS_INSUFFICIENT_RESOURCES && NT_SUCCESS( Part ) &&
                    Scan.Size >= 0x10000 && Scan.View[0] == 0 && Scan.View[0xffff] == 0 );
    EndScan( &Scan );
}

static VOID
Give (
    _In_ PFILE_OBJECT FileObject
    )
/*++

Routine Description:

    The program gets a handle; the section stays until "drop".

--*/
{
    NTSTATUS Status;

    EndScan( &Kept );
    Status = BeginScan( High, FileObject, FALSE, &Kept );

    if (!NT_SUCCESS( Status )) {

        DbgPrint("no handle: %08x\n", Status);
        return;
    }

    Status = MapScan( &Kept, 0, 0 );
    DbgPrint("handle %u sum %u status %08x\n", (ULONG)(ULONG_PTR)Kept.Handle, Kept.Sum, Status);

    //
    //  It is the program's to close.
    //

    Kept.Handle = NULL;
}

static VOID
Cache (
    _In_ PFILE_OBJECT FileObject
    )
{
    PSECTION_OBJECT_POINTERS Pointers = FileObject->SectionObjectPointer;
    IO_STATUS_BLOCK Flush;
    IO_STATUS_BLOCK Both;
    LARGE_INTEGER Size;
    NTSTATUS Status;
    BOOLEAN Purge;

    CcFlushCache( Pointers, NULL, 123, &Flush );
    Purge = CcPurgeCacheSection( Pointers, NULL, 0, 0 );
    CcCoherencyFlushAndPurgeCache( Pointers, NULL, 0, &Both, 0 );
    Status = FsRtlGetFileSize( FileObject, &Size );
    DbgPrint("cache flush %08x %u purge %u both %08x size %08x %u\n", Flush.Status,
             (ULONG)Flush.Information, Purge, Both.Status, Status, (ULONG)Size.QuadPart);
}

static VOID
Users (
    _In_ PFILE_OBJECT FileObject
    )
{
    PSECTION_OBJECT_POINTERS Pointers = FileObject->SectionObjectPointer;

    DbgPrint("users writers %u write %u delete %u\n",
             MmDoesFileHaveUserWritableReferences( Pointers ),
             MmFlushImageSection( Pointers, MmFlushForWrite ),
             MmFlushImageSection( Pointers, MmFlushForDelete ));
}

//
//  Callbacks
//

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( FltObjects );
    UNREFERENCED_PARAMETER( CompletionContext );

    InterlockedIncrement( &Callbacks );
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    PFILE_OBJECT FileObject = FltObjects->FileObject;

    UNREFERENCED_PARAMETER( CompletionContext );
    UNREFERENCED_PARAMETER( Flags );

    if (!NT_SUCCESS( Data->IoStatus.Status )) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (FltObjects->Instance == Low) {

        if (Asked( FileObject, L"low" )) {

            LookAt( Low, FileObject );
        }

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (Asked( FileObject, L"view" )) {

        LookAt( High, FileObject );

    } else if (Asked( FileObject, L"keep" )) {

        CloseOnConflict = FALSE;
        Keep( FileObject );

    } else if (Asked( FileObject, L"leave" )) {

        Keep( FileObject );

        if (Kept.Object != NULL) {

            ObDereferenceObject( Kept.Object );
            FltReleaseContext( Kept.Context );
            RtlZeroMemory( &Kept, sizeof(SCAN) );
        }

    } else if (Asked( FileObject, L"closer" )) {

        CloseOnConflict = TRUE;
        Keep( FileObject );

    } else if (Asked( FileObject, L"piece" )) {

        Piece( FileObject );

    } else if (Asked( FileObject, L"handle" )) {

        CloseOnConflict = FALSE;
        Give( FileObject );

    } else if (Asked( FileObject, L"check" )) {

        if (LateFile != NULL) {

            Row( "SECT-30", !LateClosed );
        }

        Check();

    } else if (Asked( FileObject, L"drop" )) {

        EndScan( &Kept );

    } else if (Asked( FileObject, L"cache" )) {

        Cache( FileObject );

    } else if (Asked( FileObject, L"users" )) {

        Users( FileObject );
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreCleanup (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );

    InterlockedIncrement( &Callbacks );

    if (FltObjects->Instance == High && LateFile == NULL &&
        Asked( FltObjects->FileObject, L"late" )) {

        LateClosed = FALSE;
        LateFile = FltObjects->FileObject;
        CloseOnConflict = FALSE;
        Keep( FltObjects->FileObject );
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreClose (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );

    if (FltObjects->Instance == High && FltObjects->FileObject == LateFile) {

        LateClosed = TRUE;
        DbgPrint("late closed\n");
        LateFile = NULL;
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static NTSTATUS
AskForMemory (
    _In_ PVOID Address,
    _In_ BOOLEAN Write
    )
{
    NTSTATUS Status = STATUS_SUCCESS;

    try {

        if (Write) {

            ProbeForWrite( Address, 16, 1 );

        } else {

            ProbeForRead( Address, 16, 1 );
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    return Status;
}

static VOID
Reach (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    In the program's mapping of a file: its data can be read, the program's memory not be had.

--*/
{
    PVOID Address = (PVOID)(ULONG_PTR)0x10000;
    LARGE_INTEGER Offset;
    LARGE_INTEGER Size;
    UCHAR Bytes[16];
    ULONG Got = 0;
    NTSTATUS Status;
    NTSTATUS Lock;
    PMDL Mdl;

    Offset.QuadPart = 0;
    Status = FltReadFile( FltObjects->Instance, FltObjects->FileObject, &Offset, sizeof(Bytes),
                          Bytes, FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET, &Got, NULL, NULL );
    Row( "SECT-08", NT_SUCCESS( Status ) && Got == sizeof(Bytes) && Bytes[0] == 1 &&
                    KeGetCurrentIrql() == PASSIVE_LEVEL );

    Mdl = IoAllocateMdl( Address, 16, FALSE, FALSE, NULL );
    Lock = STATUS_SUCCESS;

    if (Mdl != NULL) {

        try {

            MmProbeAndLockPages( Mdl, UserMode, IoReadAccess );
            MmUnlockPages( Mdl );

        } except (EXCEPTION_EXECUTE_HANDLER) {

            Lock = GetExceptionCode();
        }

        IoFreeMdl( Mdl );
    }

    Row( "SECT-08", AskForMemory( Address, FALSE ) == STATUS_ACCESS_VIOLATION &&
                    AskForMemory( Address, TRUE ) == STATUS_ACCESS_VIOLATION &&
                    Lock == STATUS_ACCESS_VIOLATION );

    Row( "SECT-60", NT_SUCCESS( FsRtlGetFileSize( FltObjects->FileObject, &Size ) ) &&
                    Size.QuadPart == 5000 );
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreAcquire (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;

    UNREFERENCED_PARAMETER( CompletionContext );

    InterlockedIncrement( &Callbacks );

    if (FltObjects->Instance != High) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    InterlockedIncrement( &Acquired );

    if (Parameters->AcquireForSectionSynchronization.SyncType == SyncTypeCreateSection) {

        DbgPrint("map %02x\n", Parameters->AcquireForSectionSynchronization.PageProtection);
    }

    if (Asked( FltObjects->FileObject, L"reach" )) {

        Reach( FltObjects );
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreRelease (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );

    InterlockedIncrement( &Callbacks );

    if (FltObjects->Instance == High) {

        InterlockedIncrement( &Released );
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

//
//  Instances
//

static NTSTATUS
FLTAPI
InstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
{
    union {

        INSTANCE_FULL_INFORMATION Full;
        UCHAR Room[1024];

    } Information;

    NTSTATUS Status;
    ULONG Length;
    PWCHAR Altitude;

    UNREFERENCED_PARAMETER( Flags );
    UNREFERENCED_PARAMETER( VolumeDeviceType );
    UNREFERENCED_PARAMETER( VolumeFilesystemType );

    Status = FltGetInstanceInformation( FltObjects->Instance, InstanceFullInformation,
                                        &Information, sizeof(Information), &Length );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    Altitude = (PWCHAR)(Information.Room + Information.Full.AltitudeBufferOffset);

    if (Altitude[4] == L'9') {

        High = FltObjects->Instance;

    } else {

        Low = FltObjects->Instance;
    }

    Row( "SECT-14", NT_SUCCESS( FltRegisterForDataScan( FltObjects->Instance ) ) &&
                    NT_SUCCESS( FltRegisterForDataScan( FltObjects->Instance ) ) );
    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
QueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( FltObjects );
    UNREFERENCED_PARAMETER( Flags );

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
Unload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    DbgPrint("acquired %d released %d\n", Acquired, Released);
    Row( "SECT-01", Acquired != 0 && Acquired == Released );
    FltUnregisterFilter( Filter );

    return STATUS_SUCCESS;
}

static const FLT_OPERATION_REGISTRATION Operations[] = {

    { IRP_MJ_CREATE, 0, PreCreate, PostCreate },
    { IRP_MJ_CLEANUP, 0, PreCleanup, NULL },
    { IRP_MJ_CLOSE, 0, PreClose, NULL },
    { IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, 0, PreAcquire, NULL },
    { IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, 0, PreRelease, NULL },
    { IRP_MJ_OPERATION_END }
};

static const FLT_CONTEXT_REGISTRATION Contexts[] = {

    { FLT_SECTION_CONTEXT, 0, NULL, sizeof(ULONG), SCANNER_TAG },
    { FLT_CONTEXT_END }
};

static const FLT_REGISTRATION Registration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,
    Contexts,
    Operations,
    Unload,
    InstanceSetup,
    QueryTeardown,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    NULL,
    Conflict
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER( RegistryPath );

    Status = FltRegisterFilter( DriverObject, &Registration, &Filter );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    Status = FltStartFiltering( Filter );

    if (!NT_SUCCESS( Status )) {

        FltUnregisterFilter( Filter );
    }

    return Status;
}
