/*++

Module Name:

    census.c

Abstract:

    For tests: sees every operation, checks in every callback what holds for all of them, and
    changes nothing. What it counted is printed when it goes. The value Mode of the Parameters key
    says what else it does:

        1   refuses queries by name in the pre-operation
        2   refuses them in the post-operation

        census: ops=N fast=N fsfilter=N wrong=BITS majors=BITS apc=BITS cleanup=PID session=N

    The bits of "wrong" are CENSUS_WRONG_*; those of "majors" and "apc" are major functions that
    were seen, and that were seen at APC_LEVEL.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>
#include "..\readmode.h"

#define CENSUS_REFUSE_PRE       0x00000001
#define CENSUS_REFUSE_POST      0x00000002

#define CENSUS_WRONG_FORM       0x00000001  //  not exactly one form
#define CENSUS_WRONG_FAST       0x00000002  //  fast I/O of what is always an IRP
#define CENSUS_WRONG_MINOR      0x00000004  //  no minor code of this major code
#define CENSUS_WRONG_IRP        0x00000008  //  flags of an IRP on what is none
#define CENSUS_WRONG_FLAGS      0x00000010  //  IrpFlags do not name the operation
#define CENSUS_WRONG_TARGET     0x00000020  //  targets are not those of the related objects
#define CENSUS_WRONG_TAG        0x00000040  //  TagData where there can be none
#define CENSUS_WRONG_LEVEL      0x00000080  //  level above the one of this major code
#define CENSUS_WRONG_THREAD     0x00000100  //  not in the thread of the requestor
#define CENSUS_WRONG_CLASS      0x00000200  //  query by name of another class
#define CENSUS_WRONG_INFO       0x00000400  //  query by name with Information
#define CENSUS_WRONG_BUFFER     0x00000800  //  system buffer that is no system address
#define CENSUS_WRONG_ADVANCE    0x00001000  //  a truncation that says AdvanceOnly
#define CENSUS_WRONG_PROCESS    0x00002000  //  requestor's process is not the current one
#define CENSUS_WRONG_POST       0x00004000  //  post-operation of a create above PASSIVE_LEVEL
#define CENSUS_WRONG_SYNC       0x00008000  //  a call that waits is said not to
#define CENSUS_WRONG_SECTION    0x00010000  //  parameters of a section's bracket
#define CENSUS_WRONG_SYSTEM     0x00020000  //  IRP_BUFFERED_IO is not said of a system buffer

typedef struct _CENSUS_GLOBALS {

    PFLT_FILTER Filter;
    ULONG Mode;
    volatile LONG Operations;
    volatile LONG Fast;
    volatile LONG FsFilter;
    volatile LONG Wrong;
    volatile LONG64 Majors;
    volatile LONG64 Apc;
    volatile LONG Cleanup;
    volatile LONG Session;              //  of whoever caused the last cleanup

} CENSUS_GLOBALS;

static CENSUS_GLOBALS Globals;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
CensusIf (
    _In_ BOOLEAN Wrong,
    _In_ LONG Bit,
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Notes what is wrong, the first time with a line that says where.

--*/
{
    if (Wrong && !FlagOn(InterlockedOr(&Globals.Wrong, Bit), Bit)) {

        DbgPrint("census: bit %x at %u.%u flags %x irp %x level %u\n",
                 Bit,
                 Data->Iopb->MajorFunction,
                 Data->Iopb->MinorFunction,
                 Data->Flags,
                 Data->Iopb->IrpFlags,
                 KeGetCurrentIrql());
    }
}

static BOOLEAN
CensusFastAllowed (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
/*++

Routine Description:

    The operations that exist as fast I/O.

--*/
{
    switch (Iopb->MajorFunction) {

    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
    case IRP_MJ_LOCK_CONTROL:
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE:
    case IRP_MJ_NETWORK_QUERY_OPEN:
    case IRP_MJ_MDL_READ:
    case IRP_MJ_MDL_READ_COMPLETE:
    case IRP_MJ_PREPARE_MDL_WRITE:
    case IRP_MJ_MDL_WRITE_COMPLETE:
    case IRP_MJ_VOLUME_MOUNT:
    case IRP_MJ_VOLUME_DISMOUNT:

        return TRUE;

    case IRP_MJ_QUERY_INFORMATION:

        switch (Iopb->Parameters.QueryFileInformation.FileInformationClass) {

        case FileBasicInformation:
        case FileStandardInformation:
        case FileNetworkOpenInformation:

            return TRUE;

        default:

            return FALSE;
        }

    default:

        return FALSE;
    }
}

static BOOLEAN
CensusMinorGood (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
{
    UCHAR Minor = Iopb->MinorFunction;

    switch (Iopb->MajorFunction) {

    case IRP_MJ_READ:
    case IRP_MJ_WRITE:

        return (Minor <= IRP_MN_COMPRESSED + IRP_MN_COMPLETE + IRP_MN_MDL + IRP_MN_DPC);

    case IRP_MJ_DIRECTORY_CONTROL:

        return (Minor == IRP_MN_QUERY_DIRECTORY || Minor == IRP_MN_NOTIFY_CHANGE_DIRECTORY);

    case IRP_MJ_FILE_SYSTEM_CONTROL:

        return (Minor <= IRP_MN_KERNEL_CALL);

    case IRP_MJ_LOCK_CONTROL:

        return (Minor >= IRP_MN_LOCK && Minor <= IRP_MN_UNLOCK_ALL_BY_KEY);

    case IRP_MJ_FLUSH_BUFFERS:

        return (Minor == 0 ||
                Minor == IRP_MN_FLUSH_AND_PURGE ||
                Minor == IRP_MN_FLUSH_DATA_ONLY ||
                Minor == IRP_MN_FLUSH_NO_SYNC ||
                Minor == IRP_MN_FLUSH_DATA_SYNC_ONLY);

    default:

        return (Minor == 0);
    }
}

static BOOLEAN
CensusFlagsGood (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
/*++

Routine Description:

    The flag that names the operation is there where there is one, and no other of them.

--*/
{
    ULONG Names = Iopb->IrpFlags &
        (IRP_CREATE_OPERATION | IRP_READ_OPERATION | IRP_WRITE_OPERATION | IRP_CLOSE_OPERATION);

    switch (Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        return (Names == IRP_CREATE_OPERATION);

    case IRP_MJ_READ:

        return (Names == IRP_READ_OPERATION);

    case IRP_MJ_WRITE:

        return (Names == IRP_WRITE_OPERATION);

    case IRP_MJ_CLOSE:

        return (Names == IRP_CLOSE_OPERATION);

    default:

        return (Names == 0);
    }
}

static BOOLEAN
CensusPaging (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
{
    return FlagOn(Iopb->IrpFlags, IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO);
}

static KIRQL
CensusHighest (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
/*++

Routine Description:

    The highest level at which a pre-operation callback may meet the operation.

--*/
{
    switch (Iopb->MajorFunction) {

    case IRP_MJ_CREATE:
    case IRP_MJ_CLEANUP:
    case IRP_MJ_CLOSE:
    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_SET_INFORMATION:
    case IRP_MJ_QUERY_EA:
    case IRP_MJ_SET_EA:
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
    case IRP_MJ_SET_VOLUME_INFORMATION:
    case IRP_MJ_QUERY_SECURITY:
    case IRP_MJ_SET_SECURITY:
    case IRP_MJ_FLUSH_BUFFERS:
    case IRP_MJ_LOCK_CONTROL:

        return PASSIVE_LEVEL;

    case IRP_MJ_READ:
    case IRP_MJ_WRITE:
    case IRP_MJ_DEVICE_CONTROL:
    case IRP_MJ_FILE_SYSTEM_CONTROL:

        return CensusPaging(Iopb) ? APC_LEVEL : PASSIVE_LEVEL;

    default:

        return APC_LEVEL;
    }
}

static PVOID
CensusSystemBuffer (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
{
    switch (Iopb->MajorFunction) {

    case IRP_MJ_QUERY_INFORMATION:

        return Iopb->Parameters.QueryFileInformation.InfoBuffer;

    case IRP_MJ_SET_INFORMATION:

        return Iopb->Parameters.SetFileInformation.InfoBuffer;

    case IRP_MJ_READ:

        return Iopb->Parameters.Read.ReadBuffer;

    case IRP_MJ_WRITE:

        return Iopb->Parameters.Write.WriteBuffer;

    case IRP_MJ_QUERY_EA:

        return Iopb->Parameters.QueryEa.EaBuffer;

    case IRP_MJ_SET_EA:

        return Iopb->Parameters.SetEa.EaBuffer;

    case IRP_MJ_QUERY_VOLUME_INFORMATION:

        return Iopb->Parameters.QueryVolumeInformation.VolumeBuffer;

    case IRP_MJ_SET_VOLUME_INFORMATION:

        return Iopb->Parameters.SetVolumeInformation.VolumeBuffer;

    case IRP_MJ_FILE_SYSTEM_CONTROL:

        return Iopb->Parameters.FileSystemControl.Buffered.SystemBuffer;

    default:

        return NULL;
    }
}

static VOID
CensusCheck (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What holds in every callback.

--*/
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    ULONG Form = Data->Flags & (FLTFL_CALLBACK_DATA_IRP_OPERATION |
                                FLTFL_CALLBACK_DATA_FAST_IO_OPERATION |
                                FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION);
    PVOID Buffer = CensusSystemBuffer(Iopb);

    CensusIf(Form == 0 || (Form & (Form - 1)) != 0, CENSUS_WRONG_FORM, Data);
    CensusIf(FLT_IS_FASTIO_OPERATION(Data) && !CensusFastAllowed(Iopb),
             CENSUS_WRONG_FAST,
             Data);
    CensusIf(!CensusMinorGood(Iopb), CENSUS_WRONG_MINOR, Data);

    if (FLT_IS_IRP_OPERATION(Data)) {

        CensusIf(!CensusFlagsGood(Iopb), CENSUS_WRONG_FLAGS, Data);

    } else {

        CensusIf(Iopb->IrpFlags != 0 || Iopb->OperationFlags != 0, CENSUS_WRONG_IRP, Data);
    }

    CensusIf(Iopb->TargetFileObject != FltObjects->FileObject ||
                 Iopb->TargetInstance != FltObjects->Instance,
             CENSUS_WRONG_TARGET,
             Data);

    if (FLT_IS_IRP_OPERATION(Data) &&
        (Iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION ||
         Iopb->MajorFunction == IRP_MJ_SET_INFORMATION ||
         Iopb->MajorFunction == IRP_MJ_QUERY_VOLUME_INFORMATION)) {

        CensusIf(!FlagOn(Iopb->IrpFlags, IRP_BUFFERED_IO), CENSUS_WRONG_SYSTEM, Data);
    }

    if (FLT_IS_SYSTEM_BUFFER(Data)) {

        CensusIf(Buffer == NULL || (LONG_PTR)Buffer > 0,
                 CENSUS_WRONG_BUFFER,
                 Data);

    } else if (Iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION ||
               Iopb->MajorFunction == IRP_MJ_SET_INFORMATION) {

        CensusIf(Buffer != NULL, CENSUS_WRONG_BUFFER, Data);
    }
}

static VOID
CensusSection (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    What the brackets around a mapping carry.

--*/
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    FLT_PARAMETERS Nothing;

    if (Data->Iopb->MajorFunction == IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION) {

        RtlZeroMemory(&Nothing, sizeof(Nothing));
        CensusIf(RtlCompareMemory(Parameters, &Nothing, sizeof(Nothing)) != sizeof(Nothing),
                 CENSUS_WRONG_SECTION,
                 Data);
        return;
    }

    if (Parameters->AcquireForSectionSynchronization.SyncType == SyncTypeCreateSection) {

        CensusIf(Parameters->AcquireForSectionSynchronization.PageProtection == 0 ||
                     Parameters->AcquireForSectionSynchronization.OutputInformation == NULL,
                 CENSUS_WRONG_SECTION,
                 Data);

    } else {

        CensusIf(Parameters->AcquireForSectionSynchronization.SyncType != SyncTypeOther ||
                     Parameters->AcquireForSectionSynchronization.PageProtection != 0,
                 CENSUS_WRONG_SECTION,
                 Data);
    }
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
CensusPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    KIRQL Level = KeGetCurrentIrql();
    ULONG Session;

    *CompletionContext = NULL;

    InterlockedIncrement(&Globals.Operations);
    CensusCheck(Data, FltObjects);

    if (FLT_IS_FASTIO_OPERATION(Data)) {

        InterlockedIncrement(&Globals.Fast);

    } else if (FLT_IS_FS_FILTER_OPERATION(Data)) {

        InterlockedIncrement(&Globals.FsFilter);
    }

    if (Iopb->MajorFunction <= IRP_MJ_MAXIMUM_FUNCTION) {

        InterlockedOr64(&Globals.Majors, 1LL << Iopb->MajorFunction);

        if (Level == APC_LEVEL) {

            InterlockedOr64(&Globals.Apc, 1LL << Iopb->MajorFunction);
        }
    }

    CensusIf(Data->TagData != NULL, CENSUS_WRONG_TAG, Data);
    CensusIf(Level > CensusHighest(Iopb), CENSUS_WRONG_LEVEL, Data);

    //
    //  Every program of this test waits for what it calls.
    //

    if (Data->RequestorMode == UserMode && !CensusPaging(Iopb)) {

        CensusIf(!FltIsOperationSynchronous(Data), CENSUS_WRONG_SYNC, Data);
    }

    //
    //  A close may come from anywhere, and so may paging I/O.
    //

    if (Iopb->MajorFunction != IRP_MJ_CLOSE && !CensusPaging(Iopb)) {

        CensusIf(Data->Thread != PsGetCurrentThread(), CENSUS_WRONG_THREAD, Data);
        CensusIf(FltGetRequestorProcess(Data) != PsGetCurrentProcess() ||
                     FltGetRequestorProcessIdEx(Data) != PsGetCurrentProcessId() ||
                     FltGetRequestorProcessId(Data) != HandleToULong(PsGetCurrentProcessId()),
                 CENSUS_WRONG_PROCESS,
                 Data);
    }

    switch (Iopb->MajorFunction) {

    case IRP_MJ_CLEANUP:

        Globals.Cleanup = (LONG)HandleToULong(PsGetCurrentProcessId());

        if (NT_SUCCESS(FltGetRequestorSessionId(Data, &Session))) {

            Globals.Session = (LONG)Session;
        }
        break;

    case IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION:
    case IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION:

        CensusSection(Data);
        break;

    case IRP_MJ_SET_INFORMATION:

        CensusIf(Iopb->Parameters.SetFileInformation.FileInformationClass ==
                         FileEndOfFileInformation &&
                     Iopb->Parameters.SetFileInformation.AdvanceOnly,
                 CENSUS_WRONG_ADVANCE,
                 Data);
        break;

    case IRP_MJ_QUERY_OPEN:

        switch (Iopb->Parameters.QueryOpen.FileInformationClass) {

        case FileStatInformation:
        case FileStatLxInformation:
        case FileCaseSensitiveInformation:
        case FileStatBasicInformation:

            break;

        default:

            CensusIf(TRUE, CENSUS_WRONG_CLASS, Data);
        }

        if (FlagOn(Globals.Mode, CENSUS_REFUSE_PRE)) {

            return FLT_PREOP_DISALLOW_FSFILTER_IO;
        }

        break;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
CensusPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(CompletionContext);

    if (FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING)) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    CensusCheck(Data, FltObjects);

    if (Data->Iopb->MajorFunction == IRP_MJ_CREATE) {

        CensusIf(KeGetCurrentIrql() != PASSIVE_LEVEL, CENSUS_WRONG_POST, Data);
        CensusIf(Data->TagData != NULL && Data->IoStatus.Status != STATUS_REPARSE,
                 CENSUS_WRONG_TAG,
                 Data);

    } else {

        CensusIf(Data->TagData != NULL, CENSUS_WRONG_TAG, Data);
    }

    if (Data->Iopb->MajorFunction == IRP_MJ_QUERY_OPEN) {

        CensusIf(Data->IoStatus.Information != 0, CENSUS_WRONG_INFO, Data);

        if (FlagOn(Globals.Mode, CENSUS_REFUSE_POST)) {

            return FLT_POSTOP_DISALLOW_FSFILTER_IO;
        }
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
CensusUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(Globals.Filter);

    DbgPrint("census: ops=%u fast=%u fsfilter=%u wrong=%x majors=%I64x apc=%I64x cleanup=%u session=%u\n",
             Globals.Operations,
             Globals.Fast,
             Globals.FsFilter,
             Globals.Wrong,
             Globals.Majors,
             Globals.Apc,
             Globals.Cleanup,
             Globals.Session);

    return STATUS_SUCCESS;
}

static CONST FLT_OPERATION_REGISTRATION CensusOperations[] = {

    { IRP_MJ_CREATE, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_CLOSE, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_READ, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_WRITE, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_QUERY_INFORMATION, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_SET_INFORMATION, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_QUERY_EA, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_SET_EA, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_FLUSH_BUFFERS, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_QUERY_VOLUME_INFORMATION, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_SET_VOLUME_INFORMATION, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_DIRECTORY_CONTROL, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_FILE_SYSTEM_CONTROL, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_DEVICE_CONTROL, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_LOCK_CONTROL, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_CLEANUP, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_QUERY_SECURITY, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_SET_SECURITY, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_QUERY_OPEN, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_NETWORK_QUERY_OPEN, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_ACQUIRE_FOR_MOD_WRITE, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_RELEASE_FOR_MOD_WRITE, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_ACQUIRE_FOR_CC_FLUSH, 0, CensusPreOperation, CensusPostOperation },
    { IRP_MJ_RELEASE_FOR_CC_FLUSH, 0, CensusPreOperation, CensusPostOperation },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION CensusRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    CensusOperations,
    CensusUnload,
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
    Status = FltRegisterFilter(DriverObject, &CensusRegistration, &Globals.Filter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(Globals.Filter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(Globals.Filter);
        }
    }

    return Status;
}
