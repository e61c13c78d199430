/*++

Module Name:

    swapbuf.c

Abstract:

    Exchanges the buffers of uncached and paging reads and writes: what lies in a file is not what programs
    read and write, but the same with every byte changed by a mask. A write goes down from a buffer
    of the filter's that holds the changed bytes, so the program's own memory stays as it is; a
    read fills a buffer of the filter's, from which the bytes that were read are changed back into
    the program's memory.

    Changing a byte twice gives the byte again, and where it lies in the file does not matter, so
    appended data needs no special case. This is a pattern for encryption, not encryption.

    Cached reads and writes are left alone: their data reaches the file by paging I/O, which is
    uncached. So programs see the plain bytes however they look at a file, mapped or executed too.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

#define SWAPBUF_TAG     'bwSF'

//
//  A file system may transfer whole sectors at the end of a file. No volume has larger ones.
//

#define SWAPBUF_SECTOR  4096

//
//  From the pre-operation to the post-operation of one operation. Nonpaged: an operation may
//  come back at DISPATCH_LEVEL.
//

typedef struct _SWAPBUF_EXCHANGE {

    PVOID Buffer;               //  ours
    PVOID Original;             //  where the data belongs, once it can be used

} SWAPBUF_EXCHANGE, *PSWAPBUF_EXCHANGE;

//
//  As many are given back as reads and writes were exchanged when the filter goes.
//

typedef struct _SWAPBUF_GLOBALS {

    PFLT_FILTER Filter;
    UCHAR Mask;
    NPAGED_LOOKASIDE_LIST Exchanges;
    volatile LONG64 Reads;
    volatile LONG64 Writes;
    volatile LONG64 BytesRead;
    volatile LONG64 BytesWritten;
    volatile LONG64 GivenBack;
    volatile LONG64 Failed;

} SWAPBUF_GLOBALS;

static SWAPBUF_GLOBALS SwapBuf;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static UCHAR
SwapBufReadMask (
    _In_ PDRIVER_OBJECT DriverObject
    );

static NTSTATUS
FLTAPI
SwapBufUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
SwapBufPreRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
SwapBufPostRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
SwapBufPreWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
SwapBufPostWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, SwapBufReadMask)
#pragma alloc_text(PAGE, SwapBufUnload)
#endif

static CONST FLT_OPERATION_REGISTRATION SwapBufOperations[] = {

    { IRP_MJ_READ,
      FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO,
      SwapBufPreRead,
      SwapBufPostRead },

    { IRP_MJ_WRITE,
      FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO,
      SwapBufPreWrite,
      SwapBufPostWrite },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION SwapBufRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    SwapBufOperations,
    SwapBufUnload,
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

    UNREFERENCED_PARAMETER(RegistryPath);

    SwapBuf.Mask = SwapBufReadMask(DriverObject);

    ExInitializeNPagedLookasideList(&SwapBuf.Exchanges,
                                    NULL,
                                    NULL,
                                    POOL_NX_ALLOCATION,
                                    sizeof(SWAPBUF_EXCHANGE),
                                    SWAPBUF_TAG,
                                    0);

    Status = FltRegisterFilter(DriverObject, &SwapBufRegistration, &SwapBuf.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(SwapBuf.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(SwapBuf.Filter);
        }
    }

    if (!NT_SUCCESS(Status)) {

        ExDeleteNPagedLookasideList(&SwapBuf.Exchanges);
    }

    return Status;
}

static UCHAR
SwapBufReadMask (
    _In_ PDRIVER_OBJECT DriverObject
    )
/*++

Routine Description:

    Reads Mask from the Parameters key of the service.

Return Value:

    Its low byte; without the value a mask that leaves no byte as it is.

--*/
{
    UNICODE_STRING ValueName = RTL_CONSTANT_STRING(L"Mask");
    UCHAR Buffer[FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    HANDLE Key;
    ULONG Length;
    UCHAR Mask = 0xA5;
    NTSTATUS Status;

    PAGED_CODE();

    Status = IoOpenDriverRegistryKey(DriverObject, DriverRegKeyParameters, KEY_READ, 0, &Key);

    if (!NT_SUCCESS(Status)) {

        return Mask;
    }

    Status = ZwQueryValueKey(Key,
                             &ValueName,
                             KeyValuePartialInformation,
                             Value,
                             sizeof(Buffer),
                             &Length);

    if (NT_SUCCESS(Status) && Value->Type == REG_DWORD) {

        Mask = (UCHAR)*(PULONG)Value->Data;
    }

    ZwClose(Key);

    return Mask;
}

static NTSTATUS
FLTAPI
SwapBufUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    //
    //  Every exchanged buffer has come back when this returns: an operation with one is waited
    //  for, not drained.
    //

    FltUnregisterFilter(SwapBuf.Filter);

    DbgPrint("swapbuf: reads %I64d bytes read %I64d writes %I64d bytes written %I64d "
             "given back %I64d failed %I64d\n",
             SwapBuf.Reads,
             SwapBuf.BytesRead,
             SwapBuf.Writes,
             SwapBuf.BytesWritten,
             SwapBuf.GivenBack,
             SwapBuf.Failed);

    ExDeleteNPagedLookasideList(&SwapBuf.Exchanges);

    return STATUS_SUCCESS;
}

static VOID
SwapBufTransform (
    _Out_writes_bytes_(Length) PVOID To,
    _In_reads_bytes_(Length) CONST VOID *From,
    _In_ SIZE_T Length
    )
/*++

Routine Description:

    Copies bytes and changes each of them. The memory may be that of a program: it is touched
    where the caller handles exceptions, or has been locked.

--*/
{
    ULONG64 Mask = SwapBuf.Mask * 0x0101010101010101ULL;
    CONST UCHAR *Source = From;
    PUCHAR Target = To;

    for (; Length >= sizeof(ULONG64); Length -= sizeof(ULONG64)) {

        *(ULONG64 UNALIGNED *)Target = *(CONST ULONG64 UNALIGNED *)Source ^ Mask;
        Target += sizeof(ULONG64);
        Source += sizeof(ULONG64);
    }

    for (; Length > 0; Length -= 1) {

        *Target = *Source ^ SwapBuf.Mask;
        Target += 1;
        Source += 1;
    }
}

static PSWAPBUF_EXCHANGE
SwapBufBegin (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ ULONG Length,
    _Out_ PMDL *Mdl
    )
/*++

Routine Description:

    Makes a buffer for an operation, and the MDL that has to go with it.

Arguments:

    FltObjects - The buffer is aligned for the device below this instance.

    Length - Bytes of the operation.

    Mdl - Receives the MDL. Once it stands in the parameters it is the Filter Manager's.

Return Value:

    The exchange, or NULL without memory.

--*/
{
    ULONG Rounded = ROUND_TO_SIZE(Length, SWAPBUF_SECTOR);
    PSWAPBUF_EXCHANGE Exchange;

    if (Rounded < Length) {

        return NULL;
    }

    Exchange = ExAllocateFromNPagedLookasideList(&SwapBuf.Exchanges);

    if (Exchange == NULL) {

        return NULL;
    }

    Exchange->Original = NULL;
    Exchange->Buffer = FltAllocatePoolAlignedWithTag(FltObjects->Instance,
                                                     NonPagedPoolNx,
                                                     Rounded,
                                                     SWAPBUF_TAG);
    *Mdl = NULL;

    if (Exchange->Buffer != NULL) {

        //
        //  The bytes behind the operation's own go to the disk too if the file ends here.
        //

        RtlZeroMemory(Add2Ptr(Exchange->Buffer, Length), Rounded - Length);
        *Mdl = IoAllocateMdl(Exchange->Buffer, Rounded, FALSE, FALSE, NULL);
    }

    if (*Mdl == NULL) {

        if (Exchange->Buffer != NULL) {

            FltFreePoolAlignedWithTag(FltObjects->Instance, Exchange->Buffer, SWAPBUF_TAG);
        }

        ExFreeToNPagedLookasideList(&SwapBuf.Exchanges, Exchange);
        return NULL;
    }

    MmBuildMdlForNonPagedPool(*Mdl);

    return Exchange;
}

static VOID
SwapBufEnd (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PSWAPBUF_EXCHANGE Exchange
    )
/*++

Routine Description:

    Frees the buffer of an operation. The Filter Manager frees the MDL. IRQL: up to
    DISPATCH_LEVEL.

--*/
{
    FltFreePoolAlignedWithTag(FltObjects->Instance, Exchange->Buffer, SWAPBUF_TAG);
    ExFreeToNPagedLookasideList(&SwapBuf.Exchanges, Exchange);
    InterlockedIncrement64(&SwapBuf.GivenBack);
}

static FLT_PREOP_CALLBACK_STATUS
SwapBufFail (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ NTSTATUS Status
    )
/*++

Routine Description:

    Fails an operation whose buffer cannot be exchanged: let through, it would read or write the
    wrong bytes.

--*/
{
    InterlockedIncrement64(&SwapBuf.Failed);

    Data->IoStatus.Status = Status;
    Data->IoStatus.Information = 0;

    return FLT_PREOP_COMPLETE;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
SwapBufPreRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    PSWAPBUF_EXCHANGE Exchange;
    NTSTATUS Status;
    PMDL Mdl;

    if (Iopb->Parameters.Read.Length == 0 || !FlagOn(Iopb->IrpFlags, IRP_NOCACHE)) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    //
    //  The program's buffer will be needed at a level at which it cannot be locked any more.
    //

    if (!FlagOn(Data->Flags, FLTFL_CALLBACK_DATA_SYSTEM_BUFFER)) {

        Status = FltLockUserBuffer(Data);

        if (!NT_SUCCESS(Status)) {

            return SwapBufFail(Data, Status);
        }
    }

    Exchange = SwapBufBegin(FltObjects, Iopb->Parameters.Read.Length, &Mdl);

    if (Exchange == NULL) {

        return SwapBufFail(Data, STATUS_INSUFFICIENT_RESOURCES);
    }

    Iopb->Parameters.Read.ReadBuffer = Exchange->Buffer;
    Iopb->Parameters.Read.MdlAddress = Mdl;
    FltSetCallbackDataDirty(Data);

    InterlockedIncrement64(&SwapBuf.Reads);
    *CompletionContext = Exchange;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
SwapBufPostRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
/*++

Routine Description:

    The bytes are in our buffer; the parameters are the original ones again. They are changed back
    into the original buffer, which was locked on the way down. IRQL: up to DISPATCH_LEVEL, in any
    thread.

--*/
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    PSWAPBUF_EXCHANGE Exchange = CompletionContext;

    NT_ASSERT(!FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING));

    if (!NT_SUCCESS(Data->IoStatus.Status) || Data->IoStatus.Information == 0) {

        SwapBufEnd(FltObjects, Exchange);
        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (Iopb->Parameters.Read.MdlAddress != NULL) {

        Exchange->Original = MmGetSystemAddressForMdlSafe(Iopb->Parameters.Read.MdlAddress,
                                                          NormalPagePriority | MdlMappingNoExecute);

    } else {

        Exchange->Original = Iopb->Parameters.Read.ReadBuffer;
    }

    if (Exchange->Original == NULL) {

        InterlockedIncrement64(&SwapBuf.Failed);
        Data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
        Data->IoStatus.Information = 0;

    } else {

        SwapBufTransform(Exchange->Original, Exchange->Buffer, Data->IoStatus.Information);
        InterlockedAdd64(&SwapBuf.BytesRead, (LONG64)Data->IoStatus.Information);
    }

    SwapBufEnd(FltObjects, Exchange);

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
SwapBufPreWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    ULONG Length = Iopb->Parameters.Write.Length;
    PSWAPBUF_EXCHANGE Exchange;
    NTSTATUS Status = STATUS_SUCCESS;
    PMDL Mdl;

    if (Length == 0 || !FlagOn(Iopb->IrpFlags, IRP_NOCACHE)) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Exchange = SwapBufBegin(FltObjects, Length, &Mdl);

    if (Exchange == NULL) {

        return SwapBufFail(Data, STATUS_INSUFFICIENT_RESOURCES);
    }

    if (Iopb->Parameters.Write.MdlAddress != NULL) {

        Exchange->Original = MmGetSystemAddressForMdlSafe(Iopb->Parameters.Write.MdlAddress,
                                                          NormalPagePriority | MdlMappingNoExecute);

        if (Exchange->Original == NULL) {

            Status = STATUS_INSUFFICIENT_RESOURCES;
        }

    } else {

        Exchange->Original = Iopb->Parameters.Write.WriteBuffer;
    }

    if (NT_SUCCESS(Status)) {

        try {

            SwapBufTransform(Exchange->Buffer, Exchange->Original, Length);

        } except (EXCEPTION_EXECUTE_HANDLER) {

            //
            //  The program's buffer is not there.
            //

            Status = GetExceptionCode();
        }
    }

    if (!NT_SUCCESS(Status)) {

        IoFreeMdl(Mdl);
        FltFreePoolAlignedWithTag(FltObjects->Instance, Exchange->Buffer, SWAPBUF_TAG);
        ExFreeToNPagedLookasideList(&SwapBuf.Exchanges, Exchange);
        return SwapBufFail(Data, Status);
    }

    Iopb->Parameters.Write.WriteBuffer = Exchange->Buffer;
    Iopb->Parameters.Write.MdlAddress = Mdl;
    FltSetCallbackDataDirty(Data);

    InterlockedIncrement64(&SwapBuf.Writes);
    *CompletionContext = Exchange;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
SwapBufPostWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    if (NT_SUCCESS(Data->IoStatus.Status)) {

        InterlockedAdd64(&SwapBuf.BytesWritten, (LONG64)Data->IoStatus.Information);
    }

    SwapBufEnd(FltObjects, CompletionContext);

    return FLT_POSTOP_FINISHED_PROCESSING;
}
