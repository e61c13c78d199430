/*++

Module Name:

    probe.c

Abstract:

    For tests: prints a line for every callback with what the test wants to know of it, and
    changes nothing. A test reads the lines from the log and compares them with the contract.

        > MAJOR.MINOR fo=.. pid=.. irql=. mode=. fl=.. of=.. a=.. b=.. c=.. d=.. ff=.. x=.. y=.. r=.. p=.. v=.. name=..
        < MAJOR.MINOR fo=.. irql=. fl=.. st=.. info=.. ff=.. x=.. y=.. r=..
        = ino=.. attr=.. tag=.. links=.. del=.. dir=.. eof=.. alloc=.. c=.. a=.. w=.. h=..

    MAJOR and MINOR are numbers, a to d are of the operation: see ProbeDetails; ff, x, y and r are
    Flags, FsContext, FsContext2 and the access members of the file object, the latter as bits;
    p is its CurrentByteOffset, and v the volume.
    The last line comes before the end of a query that answers with attributes. Lines that begin
    with a star tell of the instance: what its volume is called, and its teardown.

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

static ULONGLONG
ProbeSum (
    _In_opt_ PMDL Mdl,
    _In_ ULONG Length
    )
/*++

Routine Description:

    The bytes that an MDL describes, added up; 0 without an MDL.

--*/
{
    PUCHAR Byte = NULL;
    ULONGLONG Sum = 0;
    ULONG Index;

    if (Mdl != NULL && MmGetMdlByteCount(Mdl) >= Length) {

        Byte = MmGetSystemAddressForMdlSafe(Mdl, NormalPagePriority);
    }

    if (Byte != NULL) {

        for (Index = 0; Index < Length; Index += 1) {

            Sum += Byte[Index];
        }
    }

    return Sum;
}

static ULONGLONG
ProbeSections (
    _In_ PFILE_OBJECT FileObject
    )
/*++

Routine Description:

    Is the file mapped as data (1), is it mapped to be executed (2)?

--*/
{
    PSECTION_OBJECT_POINTERS Sections = FileObject->SectionObjectPointer;

    if (Sections == NULL) {

        return 0;
    }

    return (Sections->DataSectionObject != NULL ? 1 : 0) |
           (Sections->ImageSectionObject != NULL ? 2 : 0);
}

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

        //
        //  What is wrong with the access state.
        //

        if (Parameters->Create.SecurityContext->AccessState == NULL) {

            SetFlag(Detail[3], 0x10000);

        } else if (Parameters->Create.SecurityContext->AccessState->RemainingDesiredAccess !=
                       Parameters->Create.SecurityContext->DesiredAccess ||
                   Parameters->Create.SecurityContext->AccessState->PreviouslyGrantedAccess != 0) {

            SetFlag(Detail[3], 0x20000);
        }
        break;

    case IRP_MJ_READ:

        Detail[0] = Parameters->Read.Length;
        Detail[1] = (Parameters->Read.ReadBuffer != NULL);
        Detail[2] = (Parameters->Read.MdlAddress != NULL) ?
                        MmGetMdlByteCount(Parameters->Read.MdlAddress) : 0;
        Detail[3] = (ULONGLONG)Parameters->Read.ByteOffset.QuadPart;
        break;

    case IRP_MJ_WRITE:

        Detail[0] = Parameters->Write.Length;
        Detail[1] = (Parameters->Write.WriteBuffer != NULL);

        if (FlagOn(Iopb->IrpFlags, IRP_PAGING_IO)) {

            Detail[2] = ProbeSum(Parameters->Write.MdlAddress, Parameters->Write.Length);
        }
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

    case IRP_MJ_QUERY_EA:

        Detail[0] = Parameters->QueryEa.Length;
        Detail[1] = Parameters->QueryEa.EaListLength;
        break;

    case IRP_MJ_SET_EA:

        Detail[0] = ((PFILE_FULL_EA_INFORMATION)Parameters->SetEa.EaBuffer)->EaNameLength;
        Detail[1] = ((PFILE_FULL_EA_INFORMATION)Parameters->SetEa.EaBuffer)->EaValueLength;
        Detail[2] = ((PFILE_FULL_EA_INFORMATION)Parameters->SetEa.EaBuffer)->Flags;
        break;

    case IRP_MJ_QUERY_SECURITY:

        Detail[0] = Parameters->QuerySecurity.SecurityInformation;
        break;

    case IRP_MJ_SET_SECURITY:

        Detail[0] = Parameters->SetSecurity.SecurityInformation;
        Detail[1] = ((PISECURITY_DESCRIPTOR_RELATIVE)
                        Parameters->SetSecurity.SecurityDescriptor)->Control;

        if (FlagOn(Detail[1], SE_DACL_PRESENT)) {

            PACL Dacl = (PACL)((PUCHAR)Parameters->SetSecurity.SecurityDescriptor +
                               ((PISECURITY_DESCRIPTOR_RELATIVE)
                                    Parameters->SetSecurity.SecurityDescriptor)->Dacl);

            if (Dacl->AceCount > 0) {

                Detail[2] = ((PACE_HEADER)(Dacl + 1))->AceFlags;
            }
        }
        break;

    case IRP_MJ_QUERY_VOLUME_INFORMATION:

        Detail[0] = (ULONG)Parameters->QueryVolumeInformation.FsInformationClass;
        Detail[1] = Parameters->QueryVolumeInformation.Length;
        break;

    case IRP_MJ_SET_VOLUME_INFORMATION:

        Detail[0] = (ULONG)Parameters->SetVolumeInformation.FsInformationClass;
        Detail[1] = Parameters->SetVolumeInformation.Length;
        break;

    case IRP_MJ_VOLUME_MOUNT:

        Detail[0] = Parameters->MountVolume.DeviceType;
        break;

    case IRP_MJ_FILE_SYSTEM_CONTROL:

        Detail[0] = Parameters->FileSystemControl.Common.FsControlCode;
        Detail[1] = Parameters->FileSystemControl.Common.InputBufferLength;

        if (Detail[0] == FSCTL_SET_ZERO_DATA) {

            Detail[2] = (ULONGLONG)((PFILE_ZERO_DATA_INFORMATION)
                            Parameters->FileSystemControl.Buffered.SystemBuffer)->FileOffset.QuadPart;
            Detail[3] = (ULONGLONG)((PFILE_ZERO_DATA_INFORMATION)
                            Parameters->FileSystemControl.Buffered.SystemBuffer)->BeyondFinalZero.QuadPart;
        }
        break;

    case IRP_MJ_DEVICE_CONTROL:

        Detail[0] = Parameters->DeviceIoControl.Common.IoControlCode;
        Detail[1] = Parameters->DeviceIoControl.Common.InputBufferLength;
        Detail[2] = Parameters->DeviceIoControl.Common.OutputBufferLength;
        Detail[3] = (ULONGLONG)(ULONG_PTR)Parameters->DeviceIoControl.Neither.InputBuffer;
        break;

    case IRP_MJ_LOCK_CONTROL:

        Detail[0] = (ULONGLONG)Parameters->LockControl.ByteOffset.QuadPart;
        Detail[1] = (ULONGLONG)Parameters->LockControl.Length->QuadPart;
        Detail[2] = Parameters->LockControl.Key;
        Detail[3] = (Parameters->LockControl.FailImmediately ? 1 : 0) |
                    (Parameters->LockControl.ExclusiveLock ? 2 : 0) |
                    (Parameters->LockControl.ProcessId == PsGetCurrentProcess() ? 4 : 0);
        break;

    case IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION:

        Detail[0] = (ULONG)Parameters->AcquireForSectionSynchronization.SyncType;
        Detail[1] = Parameters->AcquireForSectionSynchronization.PageProtection;
        Detail[2] = ProbeSections(Iopb->TargetFileObject);
        break;

    case IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION:

        Detail[2] = ProbeSections(Iopb->TargetFileObject);
        break;

    case IRP_MJ_ACQUIRE_FOR_MOD_WRITE:

        Detail[0] = (ULONGLONG)
                        Parameters->AcquireForModifiedPageWriter.EndingOffset->QuadPart;
        Detail[1] = Parameters->AcquireForModifiedPageWriter.ResourceToRelease == NULL ||
                    *Parameters->AcquireForModifiedPageWriter.ResourceToRelease != NULL;
        break;

    case IRP_MJ_RELEASE_FOR_MOD_WRITE:

        Detail[1] = Parameters->ReleaseForModifiedPageWriter.ResourceToRelease != NULL;
        break;

    case IRP_MJ_DIRECTORY_CONTROL:

        if (Iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY) {

            Detail[0] = (ULONG)Parameters->DirectoryControl.QueryDirectory.FileInformationClass;
            Detail[1] = Parameters->DirectoryControl.QueryDirectory.Length;
        }
        break;
    }
}

static ULONG
ProbeAccess (
    _In_ PFILE_OBJECT FileObject
    )
/*++

Routine Description:

    The members of a file object that are either TRUE or FALSE, as bits, and whether others are
    what they must be.

--*/
{
    return (FileObject->ReadAccess ? 1 : 0) |
           (FileObject->WriteAccess ? 2 : 0) |
           (FileObject->DeleteAccess ? 4 : 0) |
           (FileObject->SharedRead ? 8 : 0) |
           (FileObject->SharedWrite ? 16 : 0) |
           (FileObject->SharedDelete ? 32 : 0) |
           (FileObject->LockOperation ? 64 : 0) |
           (FileObject->DeletePending ? 128 : 0) |
           (FileObject->Type == IO_TYPE_FILE && FileObject->Size == sizeof(FILE_OBJECT) ? 256 : 0) |
           (FileObject->DeviceObject != NULL ? 512 : 0) |
           (FileObject->Vpb != NULL ? 1024 : 0) |
           (FileObject->RelatedFileObject != NULL ? 2048 : 0);
}

static VOID
ProbeAnswer (
    _In_ PFLT_IO_PARAMETER_BLOCK Iopb
    )
/*++

Routine Description:

    Prints the attributes that a query has answered with.

--*/
{
    PFILE_ALL_INFORMATION All;
    PFILE_STAT_LX_INFORMATION Lx;

    if (Iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION &&
        Iopb->Parameters.QueryFileInformation.FileInformationClass == FileAllInformation) {

        All = (PFILE_ALL_INFORMATION)Iopb->Parameters.QueryFileInformation.InfoBuffer;

        DbgPrint("= ino=%I64u attr=%x tag=%x links=%u del=%u dir=%u eof=%I64d alloc=%I64d c=%I64d a=%I64d w=%I64d h=%I64d\n",
                 All->InternalInformation.IndexNumber.QuadPart,
                 All->BasicInformation.FileAttributes,
                 0,
                 All->StandardInformation.NumberOfLinks,
                 All->StandardInformation.DeletePending,
                 All->StandardInformation.Directory,
                 All->StandardInformation.EndOfFile.QuadPart,
                 All->StandardInformation.AllocationSize.QuadPart,
                 All->BasicInformation.CreationTime.QuadPart,
                 All->BasicInformation.LastAccessTime.QuadPart,
                 All->BasicInformation.LastWriteTime.QuadPart,
                 All->BasicInformation.ChangeTime.QuadPart);

    } else if (Iopb->MajorFunction == IRP_MJ_QUERY_OPEN) {

        Lx = (PFILE_STAT_LX_INFORMATION)Iopb->Parameters.QueryOpen.FileInformation;

        DbgPrint("= ino=%I64u attr=%x tag=%x links=%u del=%u dir=%u eof=%I64d alloc=%I64d c=%I64d a=%I64d w=%I64d h=%I64d mode=%u uid=%u gid=%u major=%u minor=%u\n",
                 Lx->FileId.QuadPart,
                 Lx->FileAttributes,
                 Lx->ReparseTag,
                 Lx->NumberOfLinks,
                 0,
                 0,
                 Lx->EndOfFile.QuadPart,
                 Lx->AllocationSize.QuadPart,
                 Lx->CreationTime.QuadPart,
                 Lx->LastAccessTime.QuadPart,
                 Lx->LastWriteTime.QuadPart,
                 Lx->ChangeTime.QuadPart,
                 Lx->LxMode,
                 Lx->LxUid,
                 Lx->LxGid,
                 Lx->LxDeviceIdMajor,
                 Lx->LxDeviceIdMinor);

    } else if (Iopb->MajorFunction == IRP_MJ_QUERY_VOLUME_INFORMATION) {

        PFILE_FS_FULL_SIZE_INFORMATION Size = (PFILE_FS_FULL_SIZE_INFORMATION)
                                              Iopb->Parameters.QueryVolumeInformation.VolumeBuffer;

        DbgPrint("= ino=%I64u attr=%x tag=%x links=0 del=0 dir=0 eof=%I64d alloc=%I64d c=0 a=0 w=0 h=0\n",
                 Size->TotalAllocationUnits.QuadPart,
                 Size->SectorsPerAllocationUnit,
                 Size->BytesPerSector,
                 Size->ActualAvailableAllocationUnits.QuadPart,
                 Size->CallerAvailableAllocationUnits.QuadPart);

    } else if (Iopb->MajorFunction == IRP_MJ_LOCK_CONTROL) {

        DbgPrint("= ino=0 attr=0 tag=0 links=0 del=0 dir=0 eof=%I64d alloc=0 c=0 a=0 w=0 h=0\n",
                 Iopb->Parameters.LockControl.Length->QuadPart);

    } else if (Iopb->MajorFunction == IRP_MJ_SET_INFORMATION &&
               Iopb->Parameters.SetFileInformation.FileInformationClass == FileBasicInformation) {

        PFILE_BASIC_INFORMATION Basic = (PFILE_BASIC_INFORMATION)
                                        Iopb->Parameters.SetFileInformation.InfoBuffer;

        DbgPrint("= ino=0 attr=%x tag=0 links=0 del=0 dir=0 eof=0 alloc=0 c=%I64d a=%I64d w=%I64d h=%I64d\n",
                 Basic->FileAttributes,
                 Basic->CreationTime.QuadPart,
                 Basic->LastAccessTime.QuadPart,
                 Basic->LastWriteTime.QuadPart,
                 Basic->ChangeTime.QuadPart);
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
    FILE_OBJECT Nothing;
    PFILE_OBJECT FileObject = FltObjects->FileObject;
    ULONGLONG Detail[4];

    if (FileObject == NULL) {

        RtlZeroMemory(&Nothing, sizeof(Nothing));
        FileObject = &Nothing;
    }

    *CompletionContext = NULL;
    ProbeDetails(Data->Iopb, Detail);

    if (Data->Iopb->MajorFunction == IRP_MJ_DEVICE_CONTROL) {

        Detail[3] = FltIs32bitProcess(Data);
    }

    if (FltObjects->Instance == NULL) {

        Detail[1] = 1;
    }

    DbgPrint("> %u.%u fo=%I64x pid=%u irql=%u mode=%u fl=%x of=%x a=%I64x b=%I64x c=%I64x d=%I64x ff=%x x=%I64x y=%I64x r=%x p=%I64d v=%I64x name=%wZ\n",
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
             FileObject->Flags,
             (ULONGLONG)(ULONG_PTR)FileObject->FsContext,
             (ULONGLONG)(ULONG_PTR)FileObject->FsContext2,
             ProbeAccess(FileObject),
             FileObject->CurrentByteOffset.QuadPart,
             (ULONGLONG)(ULONG_PTR)FltObjects->Volume,
             &FileObject->FileName);

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
    FILE_OBJECT Nothing;
    PFILE_OBJECT FileObject = FltObjects->FileObject;

    UNREFERENCED_PARAMETER(CompletionContext);

    if (FileObject == NULL) {

        RtlZeroMemory(&Nothing, sizeof(Nothing));
        FileObject = &Nothing;
    }

    if (NT_SUCCESS(Data->IoStatus.Status)) {

        ProbeAnswer(Data->Iopb);
    }

    DbgPrint("< %u.%u fo=%I64x irql=%u fl=%x st=%x info=%I64x ff=%x x=%I64x y=%I64x r=%x\n",
             Data->Iopb->MajorFunction,
             Data->Iopb->MinorFunction,
             (ULONGLONG)(ULONG_PTR)FltObjects->FileObject,
             KeGetCurrentIrql(),
             Flags,
             Data->IoStatus.Status,
             (ULONGLONG)Data->IoStatus.Information,
             FileObject->Flags,
             (ULONGLONG)(ULONG_PTR)FileObject->FsContext,
             (ULONGLONG)(ULONG_PTR)FileObject->FsContext2,
             ProbeAccess(FileObject));

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
ProbeSetup (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_SETUP_FLAGS Flags,
    _In_ DEVICE_TYPE VolumeDeviceType,
    _In_ FLT_FILESYSTEM_TYPE VolumeFilesystemType
    )
/*++

Routine Description:

    Prints what the volume is called.

--*/
{
    WCHAR Buffer[64];
    UNICODE_STRING Guid = { 0, sizeof(Buffer), Buffer };
    UNICODE_STRING Dos = { 0, 0, NULL };
    PDEVICE_OBJECT Device;

    UNREFERENCED_PARAMETER(Flags);
    UNREFERENCED_PARAMETER(VolumeDeviceType);
    UNREFERENCED_PARAMETER(VolumeFilesystemType);

    FltGetVolumeGuidName(FltObjects->Volume, &Guid, NULL);

    if (NT_SUCCESS(FltGetDeviceObject(FltObjects->Volume, &Device))) {

        IoVolumeDeviceToDosName(Device, &Dos);
        ObDereferenceObject(Device);
    }

    DbgPrint("* volume %wZ %wZ\n", &Guid, &Dos);

    if (Dos.Buffer != NULL) {

        ExFreePool(Dos.Buffer);
    }

    return STATUS_SUCCESS;
}

static NTSTATUS
FLTAPI
ProbeQueryTeardown (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_QUERY_TEARDOWN_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(FltObjects);

    DbgPrint("* query teardown %x\n", Flags);
    return STATUS_SUCCESS;
}

static VOID
FLTAPI
ProbeTeardownStart (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FLT_INSTANCE_TEARDOWN_FLAGS Reason
    )
{
    UNREFERENCED_PARAMETER(FltObjects);

    DbgPrint("* teardown %x\n", Reason);
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
    PROBE(IRP_MJ_SET_VOLUME_INFORMATION),
    PROBE(IRP_MJ_VOLUME_MOUNT),
    PROBE(IRP_MJ_VOLUME_DISMOUNT),
    PROBE(IRP_MJ_QUERY_OPEN),
    PROBE(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION),
    PROBE(IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION),
    PROBE(IRP_MJ_ACQUIRE_FOR_MOD_WRITE),
    PROBE(IRP_MJ_RELEASE_FOR_MOD_WRITE),
    PROBE(IRP_MJ_ACQUIRE_FOR_CC_FLUSH),
    PROBE(IRP_MJ_RELEASE_FOR_CC_FLUSH),

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
    ProbeSetup,
    ProbeQueryTeardown,
    ProbeTeardownStart,
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
