/*++

Module Name:

    ctx.c

Abstract:

    Keeps books in contexts: an instance context for each volume, a stream context for each file
    that is opened, a stream handle context for each open. They count opens, opens for writing,
    and bytes, and each says what it has counted when it dies:

        ctx: handle \dir\file read 10 in 1 written 0 in 0
        ctx: stream \dir\file opens 2 writers 1 read 10 written 20
        ctx: volume \Device\HarddiskVolume1 streams 1 handles 2

    When the filter goes, it says how many contexts of each kind there were, and how many of them
    have died, which is the same number.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#pragma prefast(disable:__WARNING_ENCODE_MEMBER_FUNCTION_POINTER, "A driver's callbacks are fixed")

#define CTX_INSTANCE_TAG        'iCxF'
#define CTX_STREAM_TAG          'sCxF'
#define CTX_HANDLE_TAG          'hCxF'

#define CTX_NAME_BYTES          (200 * sizeof(WCHAR))

//
//  All contexts are nonpaged: bytes are counted where an operation completes.
//

typedef struct _CTX_INSTANCE {

    volatile LONG Streams;
    volatile LONG Handles;
    UNICODE_STRING VolumeName;
    WCHAR NameBuffer[64];

} CTX_INSTANCE, *PCTX_INSTANCE;

//
//  As long as the name behind it.
//

typedef struct _CTX_STREAM {

    volatile LONG Opens;
    volatile LONG Writers;
    volatile LONG64 BytesRead;
    volatile LONG64 BytesWritten;
    UNICODE_STRING Name;        //  by which it was opened first
    WCHAR NameBuffer[1];

} CTX_STREAM, *PCTX_STREAM;

//
//  Has a reference to its stream's context, which so lives at least as long.
//

typedef struct _CTX_HANDLE {

    PCTX_STREAM Stream;
    volatile LONG Reads;
    volatile LONG Writes;
    volatile LONG64 BytesRead;
    volatile LONG64 BytesWritten;

} CTX_HANDLE, *PCTX_HANDLE;

typedef struct _CTX_BOOK {

    volatile LONG Made;
    volatile LONG Died;

} CTX_BOOK;

typedef struct _CTX_GLOBALS {

    PFLT_FILTER Filter;
    BOOLEAN Quiet;
    CTX_BOOK Instances;
    CTX_BOOK Streams;
    CTX_BOOK Handles;

} CTX_GLOBALS;

static CTX_GLOBALS Ctx;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static BOOLEAN
CtxReadQuiet (
    _In_ PDRIVER_OBJECT DriverObject
    );

static NTSTATUS
FLTAPI
CtxUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    );

static NTSTATUS
FLTAPI
CtxInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    );

static VOID
FLTAPI
CtxCleanup (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
CtxPostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
CtxPreTransfer (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
CtxPostTransfer (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(INIT, CtxReadQuiet)
#pragma alloc_text(PAGE, CtxUnload)
#pragma alloc_text(PAGE, CtxInstanceSetup)
#endif

static CONST FLT_OPERATION_REGISTRATION CtxOperations[] = {

    { IRP_MJ_CREATE, 0, NULL, CtxPostCreate },
    { IRP_MJ_READ, 0, CtxPreTransfer, CtxPostTransfer },
    { IRP_MJ_WRITE, 0, CtxPreTransfer, CtxPostTransfer },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_CONTEXT_REGISTRATION CtxContexts[] = {

    { FLT_INSTANCE_CONTEXT, 0, CtxCleanup, sizeof(CTX_INSTANCE), CTX_INSTANCE_TAG },
    { FLT_STREAM_CONTEXT, 0, CtxCleanup, FLT_VARIABLE_SIZED_CONTEXTS, CTX_STREAM_TAG },
    { FLT_STREAMHANDLE_CONTEXT, 0, CtxCleanup, sizeof(CTX_HANDLE), CTX_HANDLE_TAG },

    { FLT_CONTEXT_END }
};

static CONST FLT_REGISTRATION CtxRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    CtxContexts,
    CtxOperations,
    CtxUnload,
    CtxInstanceSetup,
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

    Ctx.Quiet = CtxReadQuiet(DriverObject);

    Status = FltRegisterFilter(DriverObject, &CtxRegistration, &Ctx.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Ctx.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Ctx.Filter);
        }
    }

    return Status;
}

static BOOLEAN
CtxReadQuiet (
    _In_ PDRIVER_OBJECT DriverObject
    )
/*++

Routine Description:

    Reads Quiet from the Parameters key of the service.

Return Value:

    TRUE if it is not 0: no line for each context that dies.

--*/
{
    UNICODE_STRING ValueName = RTL_CONSTANT_STRING(L"Quiet");
    UCHAR Buffer[FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    HANDLE Key;
    ULONG Length;
    BOOLEAN Quiet = FALSE;
    NTSTATUS Status;

    PAGED_CODE();

    Status = IoOpenDriverRegistryKey(DriverObject, DriverRegKeyParameters, KEY_READ, 0, &Key);

    if (!NT_SUCCESS(Status)) {

        return Quiet;
    }

    Status = ZwQueryValueKey(Key,
                             &ValueName,
                             KeyValuePartialInformation,
                             Value,
                             sizeof(Buffer),
                             &Length);

    if (NT_SUCCESS(Status) && Value->Type == REG_DWORD) {

        Quiet = *(PULONG)Value->Data != 0;
    }

    ZwClose(Key);

    return Quiet;
}

static NTSTATUS
FLTAPI
CtxUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    PAGED_CODE();

    //
    //  All contexts have died when this returns, files that are still open or not.
    //

    FltUnregisterFilter(Ctx.Filter);

    DbgPrint("ctx: volumes made %d died %d, streams made %d died %d, handles made %d died %d\n",
             Ctx.Instances.Made,
             Ctx.Instances.Died,
             Ctx.Streams.Made,
             Ctx.Streams.Died,
             Ctx.Handles.Made,
             Ctx.Handles.Died);

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
CtxInstanceSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
/*++

Routine Description:

    Attaches to every volume on which streams can have contexts, which is all but raw ones, with
    an instance context that knows the volume's name.

--*/
{
    PCTX_INSTANCE Instance;
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);

    PAGED_CODE();

    if (VolumeFilesystemType == FLT_FSTYPE_RAW) {

        return STATUS_FLT_DO_NOT_ATTACH;
    }

    Status = FltAllocateContext(FltObjects->Filter,
                                FLT_INSTANCE_CONTEXT,
                                sizeof(CTX_INSTANCE),
                                NonPagedPoolNx,
                                (PFLT_CONTEXT *)&Instance);

    if (!NT_SUCCESS(Status)) {

        return STATUS_FLT_DO_NOT_ATTACH;
    }

    RtlZeroMemory(Instance, sizeof(CTX_INSTANCE));
    RtlInitEmptyUnicodeString(&Instance->VolumeName,
                              Instance->NameBuffer,
                              sizeof(Instance->NameBuffer));
    InterlockedIncrement(&Ctx.Instances.Made);

    FltGetVolumeName(FltObjects->Volume, &Instance->VolumeName, NULL);

    Status = FltSetInstanceContext(FltObjects->Instance,
                                   FLT_SET_CONTEXT_KEEP_IF_EXISTS,
                                   Instance,
                                   NULL);

    //
    //  The instance has its own reference now, or there is none and the context dies here.
    //

    FltReleaseContext(Instance);

    return NT_SUCCESS(Status) ? STATUS_SUCCESS : STATUS_FLT_DO_NOT_ATTACH;
}

static VOID
FLTAPI
CtxCleanup (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    )
/*++

Routine Description:

    The last reference to a context has gone.

--*/
{
    PCTX_INSTANCE Instance;
    PCTX_STREAM Stream;
    PCTX_HANDLE Handle;

    switch (ContextType) {

    case FLT_INSTANCE_CONTEXT:

        Instance = Context;
        InterlockedIncrement(&Ctx.Instances.Died);

        if (!Ctx.Quiet) {

            DbgPrint("ctx: volume %wZ streams %d handles %d\n",
                     &Instance->VolumeName,
                     Instance->Streams,
                     Instance->Handles);
        }

        break;

    case FLT_STREAM_CONTEXT:

        Stream = Context;
        InterlockedIncrement(&Ctx.Streams.Died);

        //
        //  One that lost a race to be its stream's context has counted nothing.
        //

        if (!Ctx.Quiet && Stream->Opens != 0) {

            DbgPrint("ctx: stream %wZ opens %d writers %d read %I64d written %I64d\n",
                     &Stream->Name,
                     Stream->Opens,
                     Stream->Writers,
                     Stream->BytesRead,
                     Stream->BytesWritten);
        }

        break;

    case FLT_STREAMHANDLE_CONTEXT:

        Handle = Context;
        InterlockedIncrement(&Ctx.Handles.Died);

        if (!Ctx.Quiet) {

            DbgPrint("ctx: handle %wZ read %I64d in %d written %I64d in %d\n",
                     &Handle->Stream->Name,
                     Handle->BytesRead,
                     Handle->Reads,
                     Handle->BytesWritten,
                     Handle->Writes);
        }

        FltReleaseContext(Handle->Stream);
        break;
    }
}

static NTSTATUS
CtxGetStream (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Outptr_ PCTX_STREAM *Stream
    )
/*++

Routine Description:

    Finds the context of a stream, or makes it. Two threads may open a file for the first time
    at once: one of them gets the other's context then.

Return Value:

    STATUS_SUCCESS, with a reference to be released; or why there is no context.

--*/
{
    PCUNICODE_STRING Name = &FltObjects->FileObject->FileName;
    USHORT Length = min(Name->Length, CTX_NAME_BYTES);
    PCTX_INSTANCE Instance;
    PFLT_CONTEXT Existing;
    PCTX_STREAM New;
    NTSTATUS Status;

    Status = FltGetStreamContext(FltObjects->Instance,
                                 FltObjects->FileObject,
                                 (PFLT_CONTEXT *)Stream);

    if (Status != STATUS_NOT_FOUND) {

        return Status;
    }

    Status = FltAllocateContext(FltObjects->Filter,
                                FLT_STREAM_CONTEXT,
                                FIELD_OFFSET(CTX_STREAM, NameBuffer) + Length + sizeof(WCHAR),
                                NonPagedPoolNx,
                                (PFLT_CONTEXT *)&New);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    InterlockedIncrement(&Ctx.Streams.Made);
    RtlCopyMemory(New->NameBuffer, Name->Buffer, Length);
    New->Name.Buffer = New->NameBuffer;
    New->Name.Length = Length;
    New->Name.MaximumLength = Length;

    Status = FltSetStreamContext(FltObjects->Instance,
                                 FltObjects->FileObject,
                                 FLT_SET_CONTEXT_KEEP_IF_EXISTS,
                                 New,
                                 &Existing);

    if (Status == STATUS_FLT_CONTEXT_ALREADY_DEFINED) {

        FltReleaseContext(New);
        *Stream = Existing;
        return STATUS_SUCCESS;
    }

    if (!NT_SUCCESS(Status)) {

        FltReleaseContext(New);
        return Status;
    }

    if (NT_SUCCESS(FltGetInstanceContext(FltObjects->Instance, (PFLT_CONTEXT *)&Instance))) {

        InterlockedIncrement(&Instance->Streams);
        FltReleaseContext(Instance);
    }

    *Stream = New;

    return STATUS_SUCCESS;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
CtxPostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
/*++

Routine Description:

    A file was opened: its stream has one open more, and the open gets a context of its own.
    Passive level, in the thread that opens the file.

--*/
{
    ACCESS_MASK Access = Data->Iopb->Parameters.Create.SecurityContext->DesiredAccess;
    PCTX_INSTANCE Instance;
    PCTX_STREAM Stream;
    PCTX_HANDLE Handle;

    UNREFERENCED_PARAMETER(CompletionContext);

    if (FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING) ||
        !NT_SUCCESS(Data->IoStatus.Status) ||
        Data->IoStatus.Status == STATUS_REPARSE ||
        !NT_SUCCESS(CtxGetStream(FltObjects, &Stream))) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    InterlockedIncrement(&Stream->Opens);

    if (FlagOn(Access, FILE_WRITE_DATA | FILE_APPEND_DATA)) {

        InterlockedIncrement(&Stream->Writers);
    }

    if (!NT_SUCCESS(FltAllocateContext(FltObjects->Filter,
                                       FLT_STREAMHANDLE_CONTEXT,
                                       sizeof(CTX_HANDLE),
                                       NonPagedPoolNx,
                                       (PFLT_CONTEXT *)&Handle))) {

        FltReleaseContext(Stream);
        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    //
    //  The reference to the stream's context goes with it.
    //

    InterlockedIncrement(&Ctx.Handles.Made);
    RtlZeroMemory(Handle, sizeof(CTX_HANDLE));
    Handle->Stream = Stream;

    if (NT_SUCCESS(FltSetStreamHandleContext(FltObjects->Instance,
                                             FltObjects->FileObject,
                                             FLT_SET_CONTEXT_KEEP_IF_EXISTS,
                                             Handle,
                                             NULL)) &&
        NT_SUCCESS(FltGetInstanceContext(FltObjects->Instance, (PFLT_CONTEXT *)&Instance))) {

        InterlockedIncrement(&Instance->Handles);
        FltReleaseContext(Instance);
    }

    FltReleaseContext(Handle);

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
CtxPreTransfer (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
/*++

Routine Description:

    Looks for the context now, since that cannot be done at the level at which the operation may
    complete. A file that was open before the filter came has none.

--*/
{
    PCTX_HANDLE Handle;

    UNREFERENCED_PARAMETER(Data);

    if (!NT_SUCCESS(FltGetStreamHandleContext(FltObjects->Instance,
                                              FltObjects->FileObject,
                                              (PFLT_CONTEXT *)&Handle))) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    *CompletionContext = Handle;

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
CtxPostTransfer (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
/*++

Routine Description:

    Counts. IRQL: up to DISPATCH_LEVEL.

--*/
{
    PCTX_HANDLE Handle = CompletionContext;
    LONG64 Bytes = (LONG64)Data->IoStatus.Information;

    UNREFERENCED_PARAMETER(FltObjects);

    if (!FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING) && NT_SUCCESS(Data->IoStatus.Status)) {

        if (Data->Iopb->MajorFunction == IRP_MJ_READ) {

            InterlockedIncrement(&Handle->Reads);
            InterlockedAdd64(&Handle->BytesRead, Bytes);
            InterlockedAdd64(&Handle->Stream->BytesRead, Bytes);

        } else {

            InterlockedIncrement(&Handle->Writes);
            InterlockedAdd64(&Handle->BytesWritten, Bytes);
            InterlockedAdd64(&Handle->Stream->BytesWritten, Bytes);
        }
    }

    FltReleaseContext(Handle);

    return FLT_POSTOP_FINISHED_PROCESSING;
}
