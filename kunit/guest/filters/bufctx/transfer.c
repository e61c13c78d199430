/*++

Module Name:

    transfer.c

Abstract:

    Reads and writes: what the name of the file asks for is done with their buffers.

Environment:

    Kernel mode

--*/

#include "bufctx.h"

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

FLT_PREOP_CALLBACK_STATUS
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

    SkipHeader( Data, FltObjects );

    if (Asked( FltObjects->FileObject, L"touch" )) {

        Touch( Iopb->Parameters.Read.ReadBuffer, Length, TRUE );
    }

    if (Asked( FltObjects->FileObject, L"lock" )) {

        DbgPrint("lock %08x\n", FltLockUserBuffer( Data ));
    }

    if (Asked( FltObjects->FileObject, L"chain" )) {

        Exchange = NewExchange( FltObjects, Length, PIECES, &Mdl );
        Exchange->Chain = TRUE;

    } else if (Asked( FltObjects->FileObject, L"both" )) {

        Exchange = NewExchange( FltObjects, Length, 1, &Mdl );
        Exchange->Decoy = ExAllocatePoolWithTag( NonPagedPoolNx, Length, BUFCTX_TAG );
        RtlFillMemory( Exchange->Decoy, Length, 0xDD );

    } else if (Asked( FltObjects->FileObject, L"odd" ) ||
               Asked( FltObjects->FileObject, L"exact" )) {

        Exchange = ExAllocatePool2( POOL_FLAG_NON_PAGED, sizeof(EXCHANGE), BUFCTX_TAG );
        Exchange->Decoy = ExAllocatePoolWithTag( NonPagedPoolNx, Length + 1, BUFCTX_TAG );
        Mdl = IoAllocateMdl( Exchange->Decoy +
                                 (Asked( FltObjects->FileObject, L"odd" ) ? 1 : 0),
                             Length, FALSE, FALSE, NULL );
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

FLT_POSTOP_CALLBACK_STATUS
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

    if (Asked( FltObjects->FileObject, L"flip" )) {

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

FLT_PREOP_CALLBACK_STATUS
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

    SkipHeader( Data, FltObjects );

    if (Asked( FltObjects->FileObject, L"touch" )) {

        Touch( Buffer, Length, FALSE );
    }

    if (Asked( FltObjects->FileObject, L"raw" )) {

        CopyRaw( Buffer, Length );
    }

    if (Asked( FltObjects->FileObject, L"sum" )) {

        for (Index = 0; Index < Length; Index += 1) {

            Sum = Sum * 31 + Buffer[Index];
        }

        DbgPrint("sum %u of %u\n", Sum, Length);
    }

    if (Asked( FltObjects->FileObject, L"edit" )) {

        for (Index = 0; Index < Length; Index += 1) {

            Buffer[Index] ^= 0x20;
        }
    }

    if (Asked( FltObjects->FileObject, L"worker" )) {

        Item = FltAllocateDeferredIoWorkItem();

        if (Item != NULL && NT_SUCCESS( FltQueueDeferredIoWorkItem( Item, Data, Worker,
                                                                    DelayedWorkQueue, NULL ) )) {

            return FLT_PREOP_PENDING;
        }
    }

    if (!Asked( FltObjects->FileObject, L"chain" )) {

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

FLT_POSTOP_CALLBACK_STATUS
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
