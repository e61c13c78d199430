/*++

Module Name:

    levels.c

Abstract:

    For tests: counts at which level the post-operation callbacks of reads and writes run, and
    prints the counts when it goes. The value Mode of the Parameters key says what else it does:

        1   looks at the data: adds up the bytes that were read and written
        2   keeps every fourth operation and resumes it from a work item
        4   wants no more than the pre-operation for every other operation
        8   keeps reads until they are cancelled
        16  halves the length of every read
        32  doubles it
        64  makes nonsense of the parameters, in another way for each operation
        128 locks the buffer of a write before it keeps it, and adds up its bytes in the work item

    The test sets BufferAccess to 1 together with mode 1.

        levels: sync=N async=N passive=N apc=N dispatch=N above=N moved=N pended=N read=N written=N sum=N wrong=N pid=N wow=N

    "wrong" counts answers about the requestor that are not the same everywhere.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>
#include "..\readmode.h"

#define LEVELS_LOOK     0x00000001
#define LEVELS_PEND     0x00000002
#define LEVELS_HALF     0x00000004
#define LEVELS_HOLD     0x00000008
#define LEVELS_HALVE    0x00000010
#define LEVELS_DOUBLE   0x00000020
#define LEVELS_NONSENSE 0x00000040
#define LEVELS_LOCK     0x00000080

typedef struct _LEVELS_GLOBALS {

    PFLT_FILTER Filter;
    ULONG Mode;
    volatile LONG64 Operations;
    volatile LONG64 Synchronous;
    volatile LONG64 Asynchronous;
    volatile LONG64 Levels[4];          //  PASSIVE, APC, DISPATCH, above
    volatile LONG64 Moved;              //  post-operations in another thread
    volatile LONG64 Pended;
    volatile LONG64 Read;
    volatile LONG64 Written;
    volatile LONG64 Sum;
    volatile LONG64 Wrong;
    volatile LONG64 Wow;                //  asked for by a 32-bit program
    volatile LONG Process;

} LEVELS_GLOBALS;

static LEVELS_GLOBALS Globals;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
LevelsAdd (
    _In_reads_bytes_(Length) PVOID Buffer,
    _In_ ULONG_PTR Length
    )
/*++

Routine Description:

    Adds up the bytes of a buffer.

--*/
{
    PUCHAR Byte = Buffer;
    LONG64 Sum = 0;
    ULONG_PTR Index;

    for (Index = 0; Index < Length; Index++) {

        Sum += Byte[Index];
    }

    InterlockedAdd64(&Globals.Sum, Sum);
}

static VOID
LevelsRequestor (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PETHREAD Thread
    )
/*++

Routine Description:

    Whoever asks, the requestor is the process of the thread that the pre-operation saw.

--*/
{
    HANDLE Process = PsGetThreadProcessId(Thread);

    if (Data->Thread != Thread ||
        FltGetRequestorProcess(Data) != IoThreadToProcess(Thread) ||
        FltGetRequestorProcessIdEx(Data) != Process ||
        FltGetRequestorProcessId(Data) != HandleToULong(Process)) {

        InterlockedIncrement64(&Globals.Wrong);
    }
}

static VOID
LevelsChange (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ LONG64 Number
    )
/*++

Routine Description:

    Changes the parameters as the mode says.

--*/
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;

    if (FlagOn(Globals.Mode, LEVELS_HALVE) && Data->Iopb->MajorFunction == IRP_MJ_READ) {

        Parameters->Read.Length /= 2;
        FltSetCallbackDataDirty(Data);
    }

    if (FlagOn(Globals.Mode, LEVELS_DOUBLE) && Data->Iopb->MajorFunction == IRP_MJ_READ) {

        Parameters->Read.Length *= 2;
        FltSetCallbackDataDirty(Data);
    }

    if (!FlagOn(Globals.Mode, LEVELS_NONSENSE)) {

        return;
    }

    switch (Number % 8) {

    case 0:
        Parameters->Read.Length = MAXULONG;
        break;

    case 1:
        Parameters->Read.ByteOffset.QuadPart = -12345;
        break;

    case 2:
        Parameters->Read.ReadBuffer = NULL;
        break;

    case 3:
        Parameters->Read.ReadBuffer = (PVOID)0x10;
        break;

    case 4:
        Parameters->Read.ByteOffset.QuadPart = MAXLONGLONG;
        break;

    case 5:
        Parameters->Read.ReadBuffer = (PUCHAR)Parameters->Read.ReadBuffer + 123;
        break;

    case 6:
        Parameters->Read.Length = 0;
        break;

    default:
        return;
    }

    FltSetCallbackDataDirty(Data);
}

static VOID
LevelsAddLocked (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Adds up what a kept write will write, by the MDL that was made in the requestor's context.

--*/
{
    PMDL Mdl = Data->Iopb->Parameters.Write.MdlAddress;
    PVOID Address;

    if (!FlagOn(Globals.Mode, LEVELS_LOCK) ||
        Data->Iopb->MajorFunction != IRP_MJ_WRITE ||
        Mdl == NULL) {

        return;
    }

    Address = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);

    if (Address != NULL) {

        LevelsAdd(Address, Data->Iopb->Parameters.Write.Length);
    }
}

static VOID
FLTAPI
LevelsResume (
    _In_ PFLT_DEFERRED_IO_WORKITEM WorkItem,
    _In_ PFLT_CALLBACK_DATA Data,
    _In_opt_ PVOID Context
    )
/*++

Routine Description:

    Goes on with an operation that was kept.

--*/
{
    FltFreeDeferredIoWorkItem(WorkItem);
    LevelsRequestor(Data, Context);
    LevelsAddLocked(Data);

    if (FltIs32bitProcess(Data)) {

        InterlockedIncrement64(&Globals.Wow);
    }

    FltCompletePendedPreOperation(Data, FLT_PREOP_SUCCESS_WITH_CALLBACK, Context);
}

static BOOLEAN
LevelsKeep (
    _In_ PFLT_CALLBACK_DATA Data
    )
{
    PFLT_DEFERRED_IO_WORKITEM WorkItem = FltAllocateDeferredIoWorkItem();

    if (WorkItem == NULL) {

        return FALSE;
    }

    if (FlagOn(Globals.Mode, LEVELS_LOCK) &&
        Data->Iopb->MajorFunction == IRP_MJ_WRITE &&
        !NT_SUCCESS(FltLockUserBuffer(Data))) {

        FltFreeDeferredIoWorkItem(WorkItem);
        return FALSE;
    }

    if (!NT_SUCCESS(FltQueueDeferredIoWorkItem(WorkItem,
                                               Data,
                                               LevelsResume,
                                               DelayedWorkQueue,
                                               (PVOID)Data->Thread))) {

        FltFreeDeferredIoWorkItem(WorkItem);
        return FALSE;
    }

    InterlockedIncrement64(&Globals.Pended);
    return TRUE;
}

static VOID
FLTAPI
LevelsCanceled (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Somebody cancelled a read that was held.

--*/
{
    Data->IoStatus.Status = STATUS_CANCELLED;
    Data->IoStatus.Information = 0;
    FltCompletePendedPreOperation(Data, FLT_PREOP_COMPLETE, NULL);
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
LevelsPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    LONG64 Number = InterlockedIncrement64(&Globals.Operations);

    UNREFERENCED_PARAMETER(FltObjects);

    LevelsRequestor(Data, PsGetCurrentThread());
    Globals.Process = (LONG)FltGetRequestorProcessId(Data);

    if (FltIs32bitProcess(Data)) {

        InterlockedIncrement64(&Globals.Wow);
    }

    if (FltIsOperationSynchronous(Data)) {

        InterlockedIncrement64(&Globals.Synchronous);

    } else {

        InterlockedIncrement64(&Globals.Asynchronous);
    }

    if (FlagOn(Globals.Mode, LEVELS_LOOK) && Data->Iopb->MajorFunction == IRP_MJ_WRITE) {

        LevelsAdd(Data->Iopb->Parameters.Write.WriteBuffer,
                  Data->Iopb->Parameters.Write.Length);
    }

    LevelsChange(Data, Number);

    if (FlagOn(Globals.Mode, LEVELS_PEND) && (Number % 4) == 0 && LevelsKeep(Data)) {

        return FLT_PREOP_PENDING;
    }

    if (FlagOn(Globals.Mode, LEVELS_HOLD) &&
        Data->Iopb->MajorFunction == IRP_MJ_READ &&
        NT_SUCCESS(FltSetCancelCompletion(Data, LevelsCanceled))) {

        InterlockedIncrement64(&Globals.Pended);
        return FLT_PREOP_PENDING;
    }

    if (FlagOn(Globals.Mode, LEVELS_HALF) && (Number % 2) == 0) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    *CompletionContext = (PVOID)Data->Thread;
    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
LevelsPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    KIRQL Level = KeGetCurrentIrql();

    UNREFERENCED_PARAMETER(FltObjects);

    if (FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING)) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    InterlockedIncrement64(&Globals.Levels[(Level > DISPATCH_LEVEL) ? 3 : Level]);

    if (CompletionContext != NULL) {

        LevelsRequestor(Data, CompletionContext);
    }

    if (CompletionContext != (PVOID)PsGetCurrentThread()) {

        InterlockedIncrement64(&Globals.Moved);
    }

    if (!NT_SUCCESS(Data->IoStatus.Status)) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (Data->Iopb->MajorFunction == IRP_MJ_WRITE) {

        InterlockedAdd64(&Globals.Written, (LONG64)Data->IoStatus.Information);

    } else {

        InterlockedAdd64(&Globals.Read, (LONG64)Data->IoStatus.Information);

        if (FlagOn(Globals.Mode, LEVELS_LOOK)) {

            LevelsAdd(Data->Iopb->Parameters.Read.ReadBuffer, Data->IoStatus.Information);
        }
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
LevelsUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(Globals.Filter);

    DbgPrint("levels: sync=%I64d async=%I64d passive=%I64d apc=%I64d dispatch=%I64d above=%I64d moved=%I64d pended=%I64d read=%I64d written=%I64d sum=%I64d wrong=%I64d pid=%u wow=%I64d\n",
             Globals.Synchronous,
             Globals.Asynchronous,
             Globals.Levels[0],
             Globals.Levels[1],
             Globals.Levels[2],
             Globals.Levels[3],
             Globals.Moved,
             Globals.Pended,
             Globals.Read,
             Globals.Written,
             Globals.Sum,
             Globals.Wrong,
             (ULONG)Globals.Process,
             Globals.Wow);

    return STATUS_SUCCESS;
}

static CONST FLT_OPERATION_REGISTRATION LevelsOperations[] = {

    { IRP_MJ_READ, 0, LevelsPreOperation, LevelsPostOperation },
    { IRP_MJ_WRITE, 0, LevelsPreOperation, LevelsPostOperation },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION LevelsRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    LevelsOperations,
    LevelsUnload,
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

    Globals.Mode = ReadMode(RegistryPath);
    Status = FltRegisterFilter(DriverObject, &LevelsRegistration, &Globals.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Globals.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Globals.Filter);
        }
    }

    return Status;
}
