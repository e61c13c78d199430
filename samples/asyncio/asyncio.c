/*++

Module Name:

    asyncio.c

Abstract:

    Carries out the reads and writes of programs with requests of its own. A read or write is
    cut into pieces, for each of which an asynchronous request goes down below this filter, all
    at the same time; whoever completes the last one puts the result together and completes the
    operation of the program. That is the frame of a filter that redirects, caches, encrypts or
    compresses.

    Totals when the filter goes say what FltPerformAsynchronousIo returned, and at which level,
    in whose thread and with which status the requests completed.

    ChunkSize in the Parameters key is the size of a piece.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

#define AIO_TAG             'oiAF'
#define AIO_CHUNK_DEFAULT   0x10000

typedef struct _AIO_REQUEST AIO_REQUEST, *PAIO_REQUEST;

//
//  One request of ours, for a piece of the program's.
//

typedef struct _AIO_CHUNK {

    PAIO_REQUEST Request;
    PFLT_CALLBACK_DATA Data;
    ULONG Offset;                       //  within the program's buffer
    ULONG Length;
    IO_STATUS_BLOCK IoStatus;

} AIO_CHUNK, *PAIO_CHUNK;

//
//  A read or write of a program. Nonpaged: the end of it may come at DISPATCH_LEVEL.
//

struct _AIO_REQUEST {

    PFLT_CALLBACK_DATA Data;
    PFLT_INSTANCE Instance;
    PETHREAD Thread;
    PUCHAR ProgramBuffer;               //  system address of the locked buffer
    PUCHAR Buffer;                      //  ours
    volatile LONG Outstanding;          //  pieces under way, and one for the issuer
    ULONG ChunkCount;
    AIO_CHUNK Chunks[1];
};

typedef struct _AIO_TOTALS {

    volatile LONG64 Operations;
    volatile LONG64 Bytes;
    volatile LONG64 Passed;             //  left alone

    //
    //  Returned by FltPerformAsynchronousIo
    //

    volatile LONG64 ReturnedSuccess;
    volatile LONG64 ReturnedComplete;   //  STATUS_FLT_IO_COMPLETE
    volatile LONG64 ReturnedPending;
    volatile LONG64 ReturnedFailure;

    //
    //  Completions
    //

    volatile LONG64 AtPassive;
    volatile LONG64 AtApc;
    volatile LONG64 AtDispatch;
    volatile LONG64 InSameThread;
    volatile LONG64 Succeeded;
    volatile LONG64 EndOfFile;
    volatile LONG64 Failed;

    //
    //  How the program's operation was completed
    //

    volatile LONG64 Inline;
    volatile LONG64 Resumed;

} AIO_TOTALS;

typedef struct _AIO_GLOBALS {

    PFLT_FILTER Filter;
    ULONG ChunkSize;
    AIO_TOTALS Totals;

} AIO_GLOBALS;

static AIO_GLOBALS Aio;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static ULONG
AioReadChunkSize (
    _In_ PUNICODE_STRING RegistryPath
    );

static NTSTATUS
FLTAPI
AioUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static NTSTATUS
FLTAPI
AioInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    );

static NTSTATUS
FLTAPI
AioInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
AioPreReadWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static VOID
FLTAPI
AioChunkCompleted (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, AioReadChunkSize)
#pragma alloc_text(PAGE, AioUnload)
#pragma alloc_text(PAGE, AioInstanceSetup)
#pragma alloc_text(PAGE, AioInstanceQueryTeardown)
#endif

static CONST FLT_OPERATION_REGISTRATION AioOperations[] = {

    { IRP_MJ_READ, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO, AioPreReadWrite, NULL },
    { IRP_MJ_WRITE, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO, AioPreReadWrite, NULL },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION AioRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    AioOperations,
    AioUnload,
    AioInstanceSetup,
    AioInstanceQueryTeardown,
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

    Aio.ChunkSize = AioReadChunkSize(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &AioRegistration, &Aio.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Aio.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Aio.Filter);
        }
    }

    return Status;
}

static ULONG
AioReadChunkSize (
    _In_ PUNICODE_STRING RegistryPath
    )
/*++

Return Value:

    ChunkSize from the Parameters key of the service, in whole pages, so that the pieces of a
    noncached request begin at sectors.

--*/
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING ValueName = RTL_CONSTANT_STRING(L"ChunkSize");
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    OBJECT_ATTRIBUTES Attributes;
    HANDLE ServiceKey;
    HANDLE ParametersKey;
    ULONG ChunkSize = AIO_CHUNK_DEFAULT;
    ULONG Length;
    NTSTATUS Status;

    PAGED_CODE();

    InitializeObjectAttributes(&Attributes,
                               RegistryPath,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL,
                               NULL);

    Status = ZwOpenKey(&ServiceKey, KEY_READ, &Attributes);

    if (!NT_SUCCESS(Status)) {

        return ChunkSize;
    }

    InitializeObjectAttributes(&Attributes,
                               &Parameters,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               ServiceKey,
                               NULL);

    Status = ZwOpenKey(&ParametersKey, KEY_READ, &Attributes);

    if (NT_SUCCESS(Status)) {

        Status = ZwQueryValueKey(ParametersKey,
                                 &ValueName,
                                 KeyValuePartialInformation,
                                 Value,
                                 sizeof(Buffer),
                                 &Length);

        if (NT_SUCCESS(Status) &&
            Value->Type == REG_DWORD &&
            Value->DataLength == sizeof(ULONG)) {

            ChunkSize = *(PULONG)Value->Data;
        }

        ZwClose(ParametersKey);
    }

    ZwClose(ServiceKey);

    return ChunkSize < PAGE_SIZE ? PAGE_SIZE : (ULONG)ROUND_TO_PAGES(ChunkSize);
}

static NTSTATUS
FLTAPI
AioUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    //
    //  Returns when the last request of ours has completed.
    //

    FltUnregisterFilter(Aio.Filter);

    DbgPrint("asyncio: operations %I64d bytes %I64d passed %I64d inline %I64d resumed %I64d\n",
             Aio.Totals.Operations,
             Aio.Totals.Bytes,
             Aio.Totals.Passed,
             Aio.Totals.Inline,
             Aio.Totals.Resumed);

    DbgPrint("asyncio: returned success %I64d iocomplete %I64d pending %I64d failure %I64d\n",
             Aio.Totals.ReturnedSuccess,
             Aio.Totals.ReturnedComplete,
             Aio.Totals.ReturnedPending,
             Aio.Totals.ReturnedFailure);

    DbgPrint("asyncio: completed passive %I64d apc %I64d dispatch %I64d samethread %I64d "
             "succeeded %I64d eof %I64d failed %I64d\n",
             Aio.Totals.AtPassive,
             Aio.Totals.AtApc,
             Aio.Totals.AtDispatch,
             Aio.Totals.InSameThread,
             Aio.Totals.Succeeded,
             Aio.Totals.EndOfFile,
             Aio.Totals.Failed);

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
AioInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);

    PAGED_CODE();

    if (VolumeFilesystemType == FLT_FSTYPE_RAW) {

        return STATUS_FLT_DO_NOT_ATTACH;
    }

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
AioInstanceQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(FltObjects);
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    return STATUS_SUCCESS;
}

static BOOLEAN
AioIsAppend (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
/*++

Return Value:

    TRUE if the place is not in the parameters, so that the pieces could not be told where they
    belong.

--*/
{
    return Iopb->MajorFunction == IRP_MJ_WRITE &&
           Iopb->Parameters.Write.ByteOffset.HighPart == -1 &&
           (Iopb->Parameters.Write.ByteOffset.LowPart == FILE_WRITE_TO_END_OF_FILE ||
            Iopb->Parameters.Write.ByteOffset.LowPart == FILE_USE_FILE_POINTER_POSITION);
}

static VOID
AioFreeRequest (
    _In_ PAIO_REQUEST Request
    )
/*++

Routine Description:

    Frees a request and its pieces, none of which is under way. IRQL: up to DISPATCH_LEVEL.

--*/
{
    ULONG Index;

    for (Index = 0; Index < Request->ChunkCount; Index += 1) {

        if (Request->Chunks[Index].Data != NULL) {

            FltFreeCallbackData(Request->Chunks[Index].Data);
        }
    }

    if (Request->Buffer != NULL) {

        FltFreePoolAlignedWithTag(Request->Instance, Request->Buffer, AIO_TAG);
    }

    ExFreePoolWithTag(Request, AIO_TAG);
}

static NTSTATUS
AioMakeChunk (
    _In_ PAIO_REQUEST Request,
    _In_ PFILE_OBJECT FileObject,
    _Inout_ PAIO_CHUNK Chunk
    )
/*++

Routine Description:

    Makes the callback data of one piece: the program's parameters with another place, length
    and buffer.

--*/
{
    PFLT_IO_PARAMETER_BLOCK Source = Request->Data->Iopb;
    PFLT_IO_PARAMETER_BLOCK Iopb;
    NTSTATUS Status;

    Status = FltAllocateCallbackData(Request->Instance, FileObject, &Chunk->Data);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    Iopb = Chunk->Data->Iopb;
    Iopb->MajorFunction = Source->MajorFunction;
    Iopb->MinorFunction = Source->MinorFunction;
    Iopb->IrpFlags = Source->IrpFlags & ~IRP_SYNCHRONOUS_API;
    Iopb->OperationFlags = Source->OperationFlags;

    if (Source->MajorFunction == IRP_MJ_READ) {

        Iopb->Parameters.Read.Length = Chunk->Length;
        Iopb->Parameters.Read.Key = Source->Parameters.Read.Key;
        Iopb->Parameters.Read.ByteOffset.QuadPart =
            Source->Parameters.Read.ByteOffset.QuadPart + Chunk->Offset;
        Iopb->Parameters.Read.ReadBuffer = Request->Buffer + Chunk->Offset;

    } else {

        Iopb->Parameters.Write.Length = Chunk->Length;
        Iopb->Parameters.Write.Key = Source->Parameters.Write.Key;
        Iopb->Parameters.Write.ByteOffset.QuadPart =
            Source->Parameters.Write.ByteOffset.QuadPart + Chunk->Offset;
        Iopb->Parameters.Write.WriteBuffer = Request->Buffer + Chunk->Offset;
    }

    return STATUS_SUCCESS;
}

static PAIO_REQUEST
AioMakeRequest (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PUCHAR ProgramBuffer,
    _In_ ULONG Length
    )
/*++

Return Value:

    A request with all its pieces, or NULL without memory.

--*/
{
    PAIO_REQUEST Request;
    PAIO_CHUNK Chunk;
    ULONG ChunkSize = AioIsAppend(Data->Iopb) ? Length : Aio.ChunkSize;
    ULONG Count = (Length - 1) / ChunkSize + 1;
    ULONG Index;

    Request = ExAllocatePool2(POOL_FLAG_NON_PAGED,
                              FIELD_OFFSET(AIO_REQUEST, Chunks) + Count * sizeof(AIO_CHUNK),
                              AIO_TAG);

    if (Request == NULL) {

        return NULL;
    }

    Request->Data = Data;
    Request->Instance = FltObjects->Instance;
    Request->Thread = PsGetCurrentThread();
    Request->ProgramBuffer = ProgramBuffer;
    Request->Outstanding = (LONG)Count + 1;
    Request->ChunkCount = Count;

    Request->Buffer = FltAllocatePoolAlignedWithTag(FltObjects->Instance,
                                                    NonPagedPoolNx,
                                                    ROUND_TO_PAGES(Length),
                                                    AIO_TAG);

    if (Request->Buffer == NULL) {

        AioFreeRequest(Request);
        return NULL;
    }

    for (Index = 0; Index < Count; Index += 1) {

        Chunk = &Request->Chunks[Index];
        Chunk->Request = Request;
        Chunk->Offset = Index * ChunkSize;
        Chunk->Length = min(ChunkSize, Length - Chunk->Offset);

        if (!NT_SUCCESS(AioMakeChunk(Request, FltObjects->FileObject, Chunk))) {

            AioFreeRequest(Request);
            return NULL;
        }
    }

    if (Data->Iopb->MajorFunction == IRP_MJ_WRITE) {

        RtlCopyMemory(Request->Buffer, ProgramBuffer, Length);
    }

    return Request;
}

static VOID
AioPutTogether (
    _In_ PAIO_REQUEST Request,
    _Out_ PIO_STATUS_BLOCK IoStatus
    )
/*++

Routine Description:

    The result for the program: everything up to the first piece that came short. IRQL: up to
    DISPATCH_LEVEL.

--*/
{
    PAIO_CHUNK Chunk;
    ULONG_PTR Total = 0;
    ULONG Index;

    IoStatus->Status = STATUS_SUCCESS;

    for (Index = 0; Index < Request->ChunkCount; Index += 1) {

        Chunk = &Request->Chunks[Index];

        if (!NT_SUCCESS(Chunk->IoStatus.Status)) {

            if (Total == 0) {

                IoStatus->Status = Chunk->IoStatus.Status;
            }

            break;
        }

        Total += Chunk->IoStatus.Information;

        if (Chunk->IoStatus.Information < Chunk->Length) {

            break;
        }
    }

    if (Request->Data->Iopb->MajorFunction == IRP_MJ_READ) {

        RtlCopyMemory(Request->ProgramBuffer, Request->Buffer, Total);
    }

    IoStatus->Information = Total;
    InterlockedAdd64(&Aio.Totals.Bytes, (LONG64)Total);
}

static VOID
AioCountReturn (
    _In_ NTSTATUS Status
    )
{
    if (Status == STATUS_SUCCESS) {

        InterlockedIncrement64(&Aio.Totals.ReturnedSuccess);

    } else if (Status == STATUS_FLT_IO_COMPLETE) {

        InterlockedIncrement64(&Aio.Totals.ReturnedComplete);

    } else if (Status == STATUS_PENDING) {

        InterlockedIncrement64(&Aio.Totals.ReturnedPending);

    } else {

        InterlockedIncrement64(&Aio.Totals.ReturnedFailure);
    }
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
AioPreReadWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PAIO_REQUEST Request;
    IO_STATUS_BLOCK IoStatus;
    PMDL *Mdl;
    PULONG Length;
    PVOID Address;
    ULONG Index;
    ULONG Count;
    NTSTATUS Status;

    *CompletionContext = NULL;

    if (!FLT_IS_IRP_OPERATION(Data)) {

        //
        //  It comes again as an IRP.
        //

        return FLT_PREOP_DISALLOW_FASTIO;
    }

    if (FlagOn(Data->Iopb->MinorFunction, IRP_MN_MDL) ||
        IoGetTopLevelIrp() != NULL ||
        !NT_SUCCESS(FltDecodeParameters(Data, &Mdl, NULL, &Length, NULL)) ||
        *Length == 0) {

        InterlockedIncrement64(&Aio.Totals.Passed);
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    //
    //  The requests may complete in any thread, and above the level at which memory may be
    //  paged in.
    //

    Status = FltLockUserBuffer(Data);

    if (!NT_SUCCESS(Status)) {

        Data->IoStatus.Status = Status;
        Data->IoStatus.Information = 0;
        return FLT_PREOP_COMPLETE;
    }

    Address = MmGetSystemAddressForMdlSafe(*Mdl, NormalPagePriority | MdlMappingNoExecute);

    if (Address == NULL) {

        Data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
        Data->IoStatus.Information = 0;
        return FLT_PREOP_COMPLETE;
    }

    Request = AioMakeRequest(Data, FltObjects, Address, *Length);

    if (Request == NULL) {

        InterlockedIncrement64(&Aio.Totals.Passed);
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    InterlockedIncrement64(&Aio.Totals.Operations);

    //
    //  The count of the request includes one for this routine, so it lives to the end of the
    //  loop. Each completion routine is called, whatever is returned here.
    //

    Count = Request->ChunkCount;

    for (Index = 0; Index < Count; Index += 1) {

        Status = FltPerformAsynchronousIo(Request->Chunks[Index].Data,
                                          AioChunkCompleted,
                                          &Request->Chunks[Index]);

        AioCountReturn(Status);
    }

    if (InterlockedDecrement(&Request->Outstanding) != 0) {

        //
        //  The last completion routine resumes the operation, perhaps already has.
        //

        return FLT_PREOP_PENDING;
    }

    AioPutTogether(Request, &IoStatus);
    AioFreeRequest(Request);

    if (IoStatus.Status == STATUS_FLT_DELETING_OBJECT) {

        //
        //  This instance goes: nothing was done, and the operation can do without it.
        //

        InterlockedIncrement64(&Aio.Totals.Passed);
        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    InterlockedIncrement64(&Aio.Totals.Inline);
    Data->IoStatus = IoStatus;

    return FLT_PREOP_COMPLETE;
}

static VOID
AioCountCompletion (
    _In_ PAIO_CHUNK Chunk
    )
{
    KIRQL Irql = KeGetCurrentIrql();

    if (Irql == PASSIVE_LEVEL) {

        InterlockedIncrement64(&Aio.Totals.AtPassive);

    } else if (Irql == APC_LEVEL) {

        InterlockedIncrement64(&Aio.Totals.AtApc);

    } else {

        InterlockedIncrement64(&Aio.Totals.AtDispatch);
    }

    if (PsGetCurrentThread() == Chunk->Request->Thread) {

        InterlockedIncrement64(&Aio.Totals.InSameThread);
    }

    if (NT_SUCCESS(Chunk->IoStatus.Status)) {

        InterlockedIncrement64(&Aio.Totals.Succeeded);

    } else if (Chunk->IoStatus.Status == STATUS_END_OF_FILE) {

        InterlockedIncrement64(&Aio.Totals.EndOfFile);

    } else {

        InterlockedIncrement64(&Aio.Totals.Failed);
    }
}

static VOID
FLTAPI
AioChunkCompleted (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    )
/*++

Routine Description:

    A request of ours has completed. IRQL: up to DISPATCH_LEVEL, in any thread.

--*/
{
    PAIO_CHUNK Chunk = Context;
    PAIO_REQUEST Request = Chunk->Request;
    PFLT_CALLBACK_DATA ProgramData = Request->Data;

    Chunk->IoStatus = Data->IoStatus;

    AioCountCompletion(Chunk);

    if (InterlockedDecrement(&Request->Outstanding) != 0) {

        return;
    }

    InterlockedIncrement64(&Aio.Totals.Resumed);

    AioPutTogether(Request, &ProgramData->IoStatus);
    AioFreeRequest(Request);

    FltCompletePendedPreOperation(ProgramData, FLT_PREOP_COMPLETE, NULL);
}
