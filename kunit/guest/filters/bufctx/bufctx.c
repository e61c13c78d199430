/*++

Module Name:

    bufctx.c

Abstract:

    For tests: a minifilter that does with buffers and contexts what the name of the file asks for,
    and prints a line "row ID ok" or "row ID failed" for what it can judge itself.

        word        operation       what is done
        flip        post-read       the bytes that were read are changed where they are
        sum         pre-write       a line with the length and the sum of the bytes
        both        read            the MDL describes another buffer than the address
        chain       read, write     the buffer is exchanged for a chain of three
        odd         pre-read        the buffer is exchanged for one at an odd address
        exact       pre-read        the buffer is exchanged for one of the length asked for
        touch       read, write     the buffer is used as it comes, in a try block
        lock        pre-read        the buffer is locked
        worker      pre-write       a worker locks the buffer and compares it with the address
        raw         pre-write       the buffer is copied from where it is
        renamed     pre-rename      the buffer is compared with that name

    How the data of each operation comes is compared with what the device says, and told when the
    filter is unloaded.

    Every create, read and close looks at the contexts of the file as well.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>

#define BUFCTX_TAG 'xcuB'

#define PIECES      3
#define PIECE       8192

typedef struct _EXCHANGE {

    PUCHAR Piece[PIECES];
    ULONG Length[PIECES];
    PUCHAR Decoy;
    BOOLEAN Chain;

} EXCHANGE, *PEXCHANGE;

typedef struct _MARK {

    FAST_MUTEX Lock;
    ULONG Value;

} MARK, *PMARK;

static PFLT_FILTER Filter;
static volatile LONG Marks;

DRIVER_INITIALIZE DriverEntry;

static VOID
Row (
    _In_ PCSTR Name,
    _In_ BOOLEAN Holds
    )
{
    DbgPrint("row %s %s\n", Name, Holds ? "ok" : "failed");
}

static BOOLEAN
Asked (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PCWSTR Word
    )
{
    PCUNICODE_STRING Name;
    USHORT Start;
    USHORT Index;

    if (FltObjects->FileObject == NULL) {

        return FALSE;
    }

    Name = &FltObjects->FileObject->FileName;

    for (Start = 0; Start < Name->Length / sizeof(WCHAR); Start += 1) {

        for (Index = 0; Word[Index] != UNICODE_NULL; Index += 1) {

            if (Start + Index >= Name->Length / (USHORT)sizeof(WCHAR) ||
                Name->Buffer[Start + Index] != Word[Index]) {

                break;
            }
        }

        if (Word[Index] == UNICODE_NULL) {

            return TRUE;
        }
    }

    return FALSE;
}

//
//  How data comes: major functions that were seen, and those where it came in another way
//

static volatile LONG MethodSeen[IRP_MJ_MAXIMUM_FUNCTION + 1];
static volatile LONG MethodWrong[IRP_MJ_MAXIMUM_FUNCTION + 1];

static VOID
CheckMethod (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    UCHAR Major = Data->Iopb->MajorFunction;
    PDEVICE_OBJECT Device;
    PVOID *Buffer;
    PMDL *Mdl;
    ULONG Flags;
    BOOLEAN Right;

    if (!FLT_IS_IRP_OPERATION( Data ) ||
        !NT_SUCCESS( FltDecodeParameters( Data, &Mdl, &Buffer, NULL, NULL ) ) ||
        *Buffer == NULL || Data->RequestorMode != UserMode ||
        !NT_SUCCESS( FltGetDeviceObject( FltObjects->Volume, &Device ) )) {

        return;
    }

    Flags = Device->Flags;
    ObDereferenceObject( Device );

    switch (Major) {

    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_SET_INFORMATION:
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
    case IRP_MJ_SET_VOLUME_INFORMATION:

        Flags = DO_BUFFERED_IO;
        break;

    case IRP_MJ_QUERY_SECURITY:
    case IRP_MJ_SET_SECURITY:

        Flags = 0;
        break;
    }

    if (FlagOn( Flags, DO_BUFFERED_IO )) {

        Right = FLT_IS_SYSTEM_BUFFER( Data ) != 0 && (ULONG_PTR)*Buffer >> 63 != 0;

    } else if (FlagOn( Flags, DO_DIRECT_IO )) {

        Right = Mdl != NULL && *Mdl != NULL && FlagOn( (*Mdl)->MdlFlags, MDL_PAGES_LOCKED );

    } else {

        Right = FLT_IS_SYSTEM_BUFFER( Data ) == 0 && (Mdl == NULL || *Mdl == NULL);
    }

    InterlockedIncrement( &MethodSeen[Major] );

    if (!Right) {

        InterlockedIncrement( &MethodWrong[Major] );
        DbgPrint("%s has its buffer at %p, flags %08x\n", FltGetIrpName( Major ), *Buffer,
                 Data->Flags);
    }
}

static BOOLEAN
MethodHolds (
    _In_ const UCHAR *Majors,
    _In_ ULONG Count
    )
{
    ULONG Index;

    for (Index = 0; Index < Count; Index += 1) {

        if (MethodSeen[Majors[Index]] == 0 || MethodWrong[Majors[Index]] != 0) {

            DbgPrint("%s: %d times, %d wrong\n", FltGetIrpName( Majors[Index] ),
                     MethodSeen[Majors[Index]], MethodWrong[Majors[Index]]);
            return FALSE;
        }
    }

    return TRUE;
}

static VOID
TellMethods (
    VOID
    )
{
    static const UCHAR Device[] = { IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_DIRECTORY_CONTROL,
                                    IRP_MJ_QUERY_EA, IRP_MJ_SET_EA };
    static const UCHAR Buffered[] = { IRP_MJ_QUERY_INFORMATION, IRP_MJ_SET_INFORMATION,
                                      IRP_MJ_QUERY_VOLUME_INFORMATION };
    static const UCHAR Neither[] = { IRP_MJ_SET_SECURITY };

    if (MethodSeen[IRP_MJ_SET_EA] == 0) {

        return;
    }

    Row( "BUF-006", MethodHolds( Device, ARRAYSIZE( Device ) ) );
    Row( "BUF-007", MethodHolds( Buffered, ARRAYSIZE( Buffered ) ) );

    //
    //  Only a filter may be the first to ask for a descriptor.
    //

    Row( "BUF-008", MethodHolds( Neither, ARRAYSIZE( Neither ) ) &&
                    MethodWrong[IRP_MJ_QUERY_SECURITY] == 0 );
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreOther (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    PFILE_RENAME_INFORMATION Rename;

    UNREFERENCED_PARAMETER( CompletionContext );

    CheckMethod( Data, FltObjects );

    if (Iopb->MajorFunction == IRP_MJ_SET_INFORMATION &&
        Iopb->Parameters.SetFileInformation.FileInformationClass == FileRenameInformation &&
        Asked( FltObjects, L"renamed" )) {

        Rename = Iopb->Parameters.SetFileInformation.InfoBuffer;
        Row( "BUF-001", FLT_IS_SYSTEM_BUFFER( Data ) && (ULONG_PTR)Rename >> 63 != 0 &&
                        Data->Thread == PsGetCurrentThread() &&
                        Iopb->Parameters.SetFileInformation.Length >=
                            FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) +
                            Rename->FileNameLength &&
                        Rename->FileNameLength >= 7 * sizeof(WCHAR) &&
                        RtlEqualMemory( (PUCHAR)Rename->FileName + Rename->FileNameLength -
                                            7 * sizeof(WCHAR),
                                        L"new-one",
                                        7 * sizeof(WCHAR) ) );
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

//
//  Contexts
//

static VOID
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

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( CompletionContext );

    if (Asked( FltObjects, L"context" )) {

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

static FLT_POSTOP_CALLBACK_STATUS
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

    if (!Asked( FltObjects, L"context" )) {

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

    if (!Asked( FltObjects, L"context" )) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Row( "CTX-50", NT_SUCCESS( LookFor( FltObjects, FALSE ) ) &&
                   NT_SUCCESS( LookFor( FltObjects, TRUE ) ) );

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
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

//
//  Buffers
//

static VOID
FreeExchange (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PEXCHANGE Exchange
    )
{
    ULONG Index;

    for (Index = 0; Index < PIECES; Index += 1) {

        if (Exchange->Piece[Index] != NULL) {

            FltFreePoolAlignedWithTag( FltObjects->Instance, Exchange->Piece[Index], BUFCTX_TAG );
        }
    }

    if (Exchange->Decoy != NULL) {

        ExFreePoolWithTag( Exchange->Decoy, BUFCTX_TAG );
    }

    ExFreePoolWithTag( Exchange, BUFCTX_TAG );
}

static PEXCHANGE
NewExchange (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ ULONG Length,
    _In_ ULONG Pieces,
    _Out_ PMDL *First
    )
/*++

Routine Description:

    Buffers for an operation, and the chain of their MDLs. All of three pieces but the last are of
    a fixed size.

--*/
{
    PEXCHANGE Exchange = ExAllocatePool2( POOL_FLAG_NON_PAGED, sizeof(EXCHANGE), BUFCTX_TAG );
    PMDL *Place = First;
    ULONG Index;

    for (Index = 0; Index < Pieces; Index += 1) {

        Exchange->Length[Index] = Index + 1 < Pieces ? min( Length, PIECE ) : Length;
        Length -= Exchange->Length[Index];

        if (Exchange->Length[Index] == 0) {

            break;
        }

        Exchange->Piece[Index] = FltAllocatePoolAlignedWithTag( FltObjects->Instance,
                                                                NonPagedPoolNx,
                                                                Exchange->Length[Index],
                                                                BUFCTX_TAG );
        RtlFillMemory( Exchange->Piece[Index], Exchange->Length[Index], 0xEE );
        *Place = IoAllocateMdl( Exchange->Piece[Index], Exchange->Length[Index], FALSE, FALSE,
                                NULL );
        MmBuildMdlForNonPagedPool( *Place );
        Place = &(*Place)->Next;
    }

    return Exchange;
}

static VOID
CopyExchange (
    _In_ PEXCHANGE Exchange,
    _In_ PUCHAR Buffer,
    _In_ SIZE_T Length,
    _In_ BOOLEAN Out
    )
{
    ULONG Index;
    SIZE_T Part;

    for (Index = 0; Index < PIECES && Length > 0; Index += 1) {

        Part = min( Length, Exchange->Length[Index] );

        if (Out) {

            RtlCopyMemory( Buffer, Exchange->Piece[Index], Part );

        } else {

            RtlCopyMemory( Exchange->Piece[Index], Buffer, Part );
        }

        Buffer += Part;
        Length -= Part;
    }
}

static VOID
Touch (
    _In_ PUCHAR Buffer,
    _In_ ULONG Length,
    _In_ BOOLEAN Write
    )
/*++

Routine Description:

    Uses the buffer as it comes, as a driver may in the thread that asked.

--*/
{
    NTSTATUS Status = STATUS_SUCCESS;
    volatile ULONG Sum = 0;
    ULONG Index;

    try {

        if (Write) {

            ProbeForWrite( Buffer, Length, 1 );
            Buffer[0] = 'T';

        } else {

            ProbeForRead( Buffer, Length, 1 );

            for (Index = 0; Index < Length; Index += 1) {

                Sum += Buffer[Index];
            }
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    DbgPrint("touch %s status %08x sum %u\n",
             (ULONG_PTR)Buffer >> 63 != 0 ? "kernel" : "user",
             Status,
             Sum);
}

static VOID
CopyRaw (
    _In_ PUCHAR Buffer,
    _In_ ULONG Length
    )
/*++

Routine Description:

    Copies the bytes from where they are, in the thread that asked.

--*/
{
    NTSTATUS Status = STATUS_SUCCESS;
    UCHAR Copy[16] = { 0 };
    UCHAR Back[16] = { 0 };

    try {

        ProbeForRead( Buffer, Length, 1 );
        RtlCopyMemory( Copy, Buffer, min( Length, sizeof(Copy) - 1 ) );
        RtlMoveMemory( Back, Buffer, min( Length, sizeof(Back) - 1 ) );

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    DbgPrint("raw %s %08x %s%s\n", (ULONG_PTR)Buffer >> 63 != 0 ? "kernel" : "user", Status, Copy,
             Back);
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    ULONG Length = Iopb->Parameters.Read.Length;
    PEXCHANGE Exchange;
    PMDL Mdl = NULL;

    CheckMethod( Data, FltObjects );

    if (Length == 0) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (Asked( FltObjects, L"touch" )) {

        Touch( Iopb->Parameters.Read.ReadBuffer, Length, TRUE );
    }

    if (Asked( FltObjects, L"lock" )) {

        DbgPrint("lock %08x\n", FltLockUserBuffer( Data ));
    }

    if (Asked( FltObjects, L"chain" )) {

        Exchange = NewExchange( FltObjects, Length, PIECES, &Mdl );
        Exchange->Chain = TRUE;

    } else if (Asked( FltObjects, L"both" )) {

        Exchange = NewExchange( FltObjects, Length, 1, &Mdl );
        Exchange->Decoy = ExAllocatePoolWithTag( NonPagedPoolNx, Length, BUFCTX_TAG );
        RtlFillMemory( Exchange->Decoy, Length, 0xDD );

    } else if (Asked( FltObjects, L"odd" ) || Asked( FltObjects, L"exact" )) {

        Exchange = ExAllocatePool2( POOL_FLAG_NON_PAGED, sizeof(EXCHANGE), BUFCTX_TAG );
        Exchange->Decoy = ExAllocatePoolWithTag( NonPagedPoolNx, Length + 1, BUFCTX_TAG );
        Mdl = IoAllocateMdl( Exchange->Decoy + (Asked( FltObjects, L"odd" ) ? 1 : 0), Length, FALSE,
                             FALSE, NULL );
        MmBuildMdlForNonPagedPool( Mdl );
        Iopb->Parameters.Read.ReadBuffer = MmGetMdlVirtualAddress( Mdl );
        Iopb->Parameters.Read.MdlAddress = Mdl;
        FltSetCallbackDataDirty( Data );
        *CompletionContext = Exchange;
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;

    } else {

        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    }

    Iopb->Parameters.Read.ReadBuffer = Exchange->Decoy != NULL ? Exchange->Decoy :
                                                                 Exchange->Piece[0];
    Iopb->Parameters.Read.MdlAddress = Mdl;
    FltSetCallbackDataDirty( Data );
    *CompletionContext = Exchange;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    PUCHAR Buffer = Data->Iopb->Parameters.Read.ReadBuffer;
    SIZE_T Length = NT_SUCCESS( Data->IoStatus.Status ) ? Data->IoStatus.Information : 0;
    PEXCHANGE Exchange = CompletionContext;
    BOOLEAN Decoy = TRUE;
    SIZE_T Index;

    UNREFERENCED_PARAMETER( Flags );

    if (Asked( FltObjects, L"flip" )) {

        for (Index = 0; Index < Length; Index += 1) {

            Buffer[Index] ^= 0x20;
        }
    }

    if (Exchange == NULL) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (Exchange->Piece[0] != NULL) {

        CopyExchange( Exchange, Buffer, Length, TRUE );

        for (Index = 0; Exchange->Decoy != NULL && Index < Length; Index += 1) {

            Decoy = Decoy && Exchange->Decoy[Index] == 0xDD;
        }

        if (Exchange->Decoy != NULL && Length > 0) {

            Row( "BUF-017", Decoy && Buffer[0] != 0xEE );
        }

    } else {

        RtlCopyMemory( Buffer,
                       MmGetMdlVirtualAddress( FltGetSwappedBufferMdlAddress( Data ) ),
                       Length );
    }

    FreeExchange( FltObjects, Exchange );

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static VOID
FLTAPI
Worker (
    _In_ PFLT_DEFERRED_IO_WORKITEM Item,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    )
/*++

Routine Description:

    In another thread a program's buffer can be locked. Used as it comes it is not there, or it is
    the kernel's and holds the same.

--*/
{
    PUCHAR Buffer = Data->Iopb->Parameters.Write.WriteBuffer;
    ULONG Length = Data->Iopb->Parameters.Write.Length;
    BOOLEAN Kernel = (ULONG_PTR)Buffer >> 63 != 0;
    NTSTATUS Status = STATUS_SUCCESS;
    volatile UCHAR Raw = 0;
    PUCHAR Locked = NULL;

    UNREFERENCED_PARAMETER( Context );

    try {

        Raw = Buffer[0];

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
    }

    Row( "BUF-025", Kernel ? Status == STATUS_SUCCESS && Raw == 'W' :
                             Status == STATUS_ACCESS_VIOLATION );

    if (NT_SUCCESS( FltLockUserBuffer( Data ) )) {

        Locked = MmGetSystemAddressForMdlSafe( Data->Iopb->Parameters.Write.MdlAddress,
                                               NormalPagePriority );
    }

    Row( "BUF-039", Locked != NULL && Locked[0] == 'W' && Locked[Length - 1] == 'Z' );

    FltCompletePendedPreOperation( Data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL );
    FltFreeDeferredIoWorkItem( Item );
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    PUCHAR Buffer = Iopb->Parameters.Write.WriteBuffer;
    ULONG Length = Iopb->Parameters.Write.Length;
    PFLT_DEFERRED_IO_WORKITEM Item;
    PEXCHANGE Exchange;
    PMDL Mdl = NULL;
    ULONG Sum = 0;
    ULONG Index;

    CheckMethod( Data, FltObjects );

    if (Length == 0) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    if (Asked( FltObjects, L"touch" )) {

        Touch( Buffer, Length, FALSE );
    }

    if (Asked( FltObjects, L"raw" )) {

        CopyRaw( Buffer, Length );
    }

    if (Asked( FltObjects, L"sum" )) {

        for (Index = 0; Index < Length; Index += 1) {

            Sum = Sum * 31 + Buffer[Index];
        }

        DbgPrint("sum %u of %u\n", Sum, Length);
    }

    if (Asked( FltObjects, L"worker" )) {

        Item = FltAllocateDeferredIoWorkItem();

        if (Item != NULL && NT_SUCCESS( FltQueueDeferredIoWorkItem( Item, Data, Worker,
                                                                    DelayedWorkQueue, NULL ) )) {

            return FLT_PREOP_PENDING;
        }
    }

    if (!Asked( FltObjects, L"chain" )) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Exchange = NewExchange( FltObjects, Length, PIECES, &Mdl );
    CopyExchange( Exchange, Buffer, Length, FALSE );
    Iopb->Parameters.Write.WriteBuffer = Exchange->Piece[0];
    Iopb->Parameters.Write.MdlAddress = Mdl;
    FltSetCallbackDataDirty( Data );
    *CompletionContext = Exchange;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Data );
    UNREFERENCED_PARAMETER( Flags );

    FreeExchange( FltObjects, CompletionContext );

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
InstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
{
    UCHAR Buffer[sizeof(FLT_VOLUME_PROPERTIES) + 512];
    PFLT_VOLUME_PROPERTIES Properties = (PFLT_VOLUME_PROPERTIES)Buffer;
    ULONG Length;

    UNREFERENCED_PARAMETER( Flags );
    UNREFERENCED_PARAMETER( VolumeDeviceType );
    UNREFERENCED_PARAMETER( VolumeFilesystemType );

    if (NT_SUCCESS( FltGetVolumeProperties( FltObjects->Volume, Properties, sizeof(Buffer),
                                            &Length ) )) {

        DbgPrint("sectors of %u bytes\n", Properties->SectorSize);
    }

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
Unload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER( Flags );

    FltUnregisterFilter( Filter );
    Row( "CTX-36", Marks == 0 );
    TellMethods();

    return STATUS_SUCCESS;
}

static CONST FLT_CONTEXT_REGISTRATION Contexts[] = {

    { FLT_STREAM_CONTEXT, 0, CleanupMark, sizeof(MARK), BUFCTX_TAG },
    { FLT_STREAMHANDLE_CONTEXT, 0, CleanupMark, sizeof(MARK), BUFCTX_TAG },
    { FLT_CONTEXT_END }
};

static CONST FLT_OPERATION_REGISTRATION Operations[] = {

    { IRP_MJ_CREATE, 0, PreCreate, PostCreate },
    { IRP_MJ_CLOSE, 0, PreClose, PostClose },
    { IRP_MJ_READ, 0, PreRead, PostRead },
    { IRP_MJ_WRITE, 0, PreWrite, PostWrite },
    { IRP_MJ_QUERY_INFORMATION, 0, PreOther, NULL },
    { IRP_MJ_SET_INFORMATION, 0, PreOther, NULL },
    { IRP_MJ_QUERY_EA, 0, PreOther, NULL },
    { IRP_MJ_SET_EA, 0, PreOther, NULL },
    { IRP_MJ_QUERY_VOLUME_INFORMATION, 0, PreOther, NULL },
    { IRP_MJ_DIRECTORY_CONTROL, 0, PreOther, NULL },
    { IRP_MJ_QUERY_SECURITY, 0, PreOther, NULL },
    { IRP_MJ_SET_SECURITY, 0, PreOther, NULL },
    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION Registration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,
    Contexts,
    Operations,
    Unload,
    InstanceSetup
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

    if (NT_SUCCESS( Status )) {

        Status = FltStartFiltering( Filter );

        if (!NT_SUCCESS( Status )) {

            FltUnregisterFilter( Filter );
        }
    }

    return Status;
}
