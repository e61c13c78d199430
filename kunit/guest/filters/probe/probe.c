/*++

Module Name:

    probe.c

Abstract:

    For tests: prints a line for every callback with what the test wants to know of it, and
    changes nothing. A test reads the lines from the log and compares them with the contract.

        > MAJOR.MINOR fo=.. pid=.. irql=. mode=. fl=.. of=.. a=.. b=.. c=.. d=.. name=..
        < MAJOR.MINOR fo=.. irql=. st=.. info=..

    MAJOR and MINOR are numbers, a to d are of the operation: see ProbeDetails.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

static PFLT_FILTER ProbeFilter;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static VOID
ProbeDetails (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb,
    _Out_writes_(4) ULONGLONG *Detail
    )
/*++

Routine Description:

    What matters of the parameters of an operation, in four numbers.

--*/
{
    PFLT_PARAMETERS Parameters = &Iopb->Parameters;

    Detail[0] = 0;
    Detail[1] = 0;
    Detail[2] = 0;
    Detail[3] = 0;

    switch (Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        Detail[0] = Parameters->Create.SecurityContext->DesiredAccess;
        Detail[1] = Parameters->Create.Options;
        Detail[2] = Parameters->Create.FileAttributes;
        Detail[3] = Parameters->Create.ShareAccess;
        break;

    case IRP_MJ_READ:

        Detail[0] = Parameters->Read.Length;
        Detail[1] = (Parameters->Read.ReadBuffer != NULL);
        Detail[3] = (ULONGLONG)Parameters->Read.ByteOffset.QuadPart;
        break;

    case IRP_MJ_WRITE:

        Detail[0] = Parameters->Write.Length;
        Detail[1] = (Parameters->Write.WriteBuffer != NULL);
        Detail[3] = (ULONGLONG)Parameters->Write.ByteOffset.QuadPart;
        break;

    case IRP_MJ_QUERY_INFORMATION:

        Detail[0] = (ULONG)Parameters->QueryFileInformation.FileInformationClass;
        Detail[1] = Parameters->QueryFileInformation.Length;
        break;

    case IRP_MJ_SET_INFORMATION:

        Detail[0] = (ULONG)Parameters->SetFileInformation.FileInformationClass;
        Detail[1] = Parameters->SetFileInformation.Length;
        Detail[2] = (Parameters->SetFileInformation.ParentOfTarget != NULL);

        if (Parameters->SetFileInformation.FileInformationClass == FileEndOfFileInformation) {

            Detail[3] = (ULONGLONG)((PFILE_END_OF_FILE_INFORMATION)
                            Parameters->SetFileInformation.InfoBuffer)->EndOfFile.QuadPart;
        }
        break;

    case IRP_MJ_QUERY_OPEN:

        Detail[0] = (ULONG)Parameters->QueryOpen.FileInformationClass;
        break;

    case IRP_MJ_DIRECTORY_CONTROL:

        if (Iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY) {

            Detail[0] = (ULONG)Parameters->DirectoryControl.QueryDirectory.FileInformationClass;
            Detail[1] = Parameters->DirectoryControl.QueryDirectory.Length;
        }
        break;
    }
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
ProbePreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNICODE_STRING None = RTL_CONSTANT_STRING(L"");
    ULONGLONG Detail[4];

    *CompletionContext = NULL;
    ProbeDetails(Data->Iopb, Detail);

    DbgPrint("> %u.%u fo=%I64x pid=%u irql=%u mode=%u fl=%x of=%x a=%I64x b=%I64x c=%I64x d=%I64x name=%wZ\n",
             Data->Iopb->MajorFunction,
             Data->Iopb->MinorFunction,
             (ULONGLONG)(ULONG_PTR)FltObjects->FileObject,
             FltGetRequestorProcessId(Data),
             KeGetCurrentIrql(),
             Data->RequestorMode,
             Data->Iopb->IrpFlags,
             Data->Iopb->OperationFlags,
             Detail[0],
             Detail[1],
             Detail[2],
             Detail[3],
             (FltObjects->FileObject != NULL) ? &FltObjects->FileObject->FileName : &None);

    //
    //  There can be no post-operation callback for a shutdown.
    //

    return (Data->Iopb->MajorFunction == IRP_MJ_SHUTDOWN) ? FLT_PREOP_SUCCESS_NO_CALLBACK :
                                                            FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
ProbePostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(CompletionContext);

    DbgPrint("< %u.%u fo=%I64x irql=%u fl=%x st=%x info=%I64x\n",
             Data->Iopb->MajorFunction,
             Data->Iopb->MinorFunction,
             (ULONGLONG)(ULONG_PTR)FltObjects->FileObject,
             KeGetCurrentIrql(),
             Flags,
             Data->IoStatus.Status,
             (ULONGLONG)Data->IoStatus.Information);

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
ProbeUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    DbgPrint("! unload %x\n", Flags);

    FltUnregisterFilter(ProbeFilter);
    return STATUS_SUCCESS;
}

#define PROBE(_major) { (_major), 0, ProbePreOperation, ProbePostOperation }

static CONST FLT_OPERATION_REGISTRATION ProbeOperations[] = {

    PROBE(IRP_MJ_CREATE),
    PROBE(IRP_MJ_CLEANUP),
    PROBE(IRP_MJ_CLOSE),
    PROBE(IRP_MJ_READ),
    PROBE(IRP_MJ_WRITE),
    PROBE(IRP_MJ_FLUSH_BUFFERS),
    PROBE(IRP_MJ_LOCK_CONTROL),
    PROBE(IRP_MJ_QUERY_INFORMATION),
    PROBE(IRP_MJ_SET_INFORMATION),
    PROBE(IRP_MJ_QUERY_EA),
    PROBE(IRP_MJ_SET_EA),
    PROBE(IRP_MJ_QUERY_SECURITY),
    PROBE(IRP_MJ_SET_SECURITY),
    PROBE(IRP_MJ_DIRECTORY_CONTROL),
    PROBE(IRP_MJ_FILE_SYSTEM_CONTROL),
    PROBE(IRP_MJ_DEVICE_CONTROL),
    PROBE(IRP_MJ_QUERY_VOLUME_INFORMATION),
    PROBE(IRP_MJ_QUERY_OPEN),
    PROBE(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION),
    PROBE(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION),

    { IRP_MJ_SHUTDOWN, 0, ProbePreOperation, NULL },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION ProbeRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    ProbeOperations,
    ProbeUnload,
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

    Status = FltRegisterFilter(DriverObject, &ProbeRegistration, &ProbeFilter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(ProbeFilter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(ProbeFilter);
        }
    }

    return Status;
}
