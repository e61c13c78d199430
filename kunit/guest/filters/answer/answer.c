/*++

Module Name:

    answer.c

Abstract:

    For tests: does with an operation what the name of its file says. A name has

        =MMxSSSSSSSS

    somewhere, where MM is a major function in hex, SSSSSSSS a status in hex, and x

        a   completes the operation with the status before it goes down
        p   replaces its status when it comes back
        s   completes it with success and says that everything was transferred, or that a buffer
            for extended attributes, in which it has written nothing, is full
        d   says that the operation is not wanted in its fast form
        w   waits for so many milliseconds, or until the operation is cancelled
        k   keeps the operation, which a work item lets go on after so many milliseconds
        z   waits when it comes back, and leaves its status alone; not an open for an operation by
            path
        g   waits until a gate is opened: by the open of a file that has !ffg00000001 in its name;
            not an open for an operation by path
        i   sends it down once more when it comes back
        r   sends a create to another name: 0 the same up to its first mark, 1 the very same, 2 the
            one up to the mark, in the folder \d, 3 one on a volume that there is not
        e   changes what it carries: see AnswerChange and AnswerChangeResult

    Operations on the volume itself have no name: a file whose name has '!' in the place of '='
    says, by being opened, what is done with them from then on.

    With the value Narrow in its service key it is interested in nothing but file system controls;
    with NoMounts it refuses every mount with STATUS_ACCESS_DENIED.

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

typedef struct _ANSWER {

    UCHAR MajorFunction;
    WCHAR Action;
    NTSTATUS Status;

} ANSWER, *PANSWER;

#define AnswerAny   0xffffffff

static PFLT_FILTER AnswerFilter;
static ANSWER AnswerForVolume;
static KEVENT AnswerNever;
static KEVENT AnswerGate;
static BOOLEAN AnswerNoMounts;

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

static ULONG
AnswerHex (
    _In_reads_(Digits) PCWCH Text,
    _In_ ULONG Digits
    )
{
    ULONG Value = 0;

    while (Digits > 0) {

        Value <<= 4;

        if (*Text >= L'0' && *Text <= L'9') {

            Value |= (ULONG)(*Text - L'0');

        } else {

            Value |= (ULONG)((*Text | 0x20) - L'a' + 10);
        }

        Text += 1;
        Digits -= 1;
    }

    return Value;
}

static BOOLEAN
AnswerParse (
    _In_ PCUNICODE_STRING Name,
    _In_ WCHAR Mark,
    _In_ ULONG MajorFunction,
    _Out_ PANSWER Answer
    )
/*++

Routine Description:

    What a name says of a major function, or, if that is AnswerAny, of any.

Return Value:

    FALSE if it says nothing.

--*/
{
    USHORT Length = Name->Length / sizeof(WCHAR);
    USHORT At;

    for (At = 0; At + 12 <= Length; At += 1) {

        if (Name->Buffer[At] != Mark) {

            continue;
        }

        Answer->MajorFunction = (UCHAR)AnswerHex(Name->Buffer + At + 1, 2);

        if (MajorFunction != AnswerAny && MajorFunction != Answer->MajorFunction) {

            continue;
        }

        Answer->Action = Name->Buffer[At + 3];
        Answer->Status = (NTSTATUS)AnswerHex(Name->Buffer + At + 4, 8);
        return TRUE;
    }

    return FALSE;
}

static BOOLEAN
AnswerIsFor (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Out_ PANSWER Answer
    )
{
    PFILE_OBJECT FileObject = FltObjects->FileObject;

    if (FileObject == NULL) {

        return FALSE;
    }

    if (FileObject->FileName.Length == 0) {

        *Answer = AnswerForVolume;

    } else {

        if (Data->Iopb->MajorFunction == IRP_MJ_CREATE) {

            if (AnswerParse(&FileObject->FileName, L'!', AnswerAny, &AnswerForVolume) &&
                AnswerForVolume.Action == L'g') {

                AnswerForVolume.Action = 0;
                KeSetEvent(&AnswerGate, 0, FALSE);
            }
        }

        if (!AnswerParse(&FileObject->FileName,
                         L'=',
                         Data->Iopb->MajorFunction,
                         Answer)) {

            return FALSE;
        }
    }

    return (BOOLEAN)(Answer->Action != 0 && Answer->MajorFunction == Data->Iopb->MajorFunction);
}

//
//  A descriptor that gives a file to user 9, who may do anything with it, while its group may read
//  it and nobody else may do anything.
//

typedef struct _ANSWER_SID {

    UCHAR Revision;
    UCHAR SubAuthorityCount;
    UCHAR IdentifierAuthority[6];
    ULONG SubAuthority[2];

} ANSWER_SID;

typedef struct _ANSWER_ACE {

    ACE_HEADER Header;
    ACCESS_MASK Mask;
    ANSWER_SID Sid;

} ANSWER_ACE;

static struct {

    SECURITY_DESCRIPTOR_RELATIVE Head;
    ANSWER_SID Owner;
    ACL Dacl;
    ANSWER_ACE Aces[3];

} AnswerDescriptor = {

    { SECURITY_DESCRIPTOR_REVISION, 0, SE_SELF_RELATIVE | SE_DACL_PRESENT, 20, 0, 0, 36 },
    { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 1, 9 } },
    { ACL_REVISION, 0, 8 + 24 + 24 + 20, 3, 0 },
    {
        { { 0, 0, 24 }, FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_GENERIC_EXECUTE,
          { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 1, 9 } } },
        { { 0, 0, 24 }, FILE_GENERIC_READ,
          { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 2, 0 } } },
        { { 0, 0, 20 }, 0,
          { 1, 1, { 0, 0, 0, 0, 0, 1 }, { 0, 0 } } }
    }
};

C_ASSERT(FIELD_OFFSET(SECURITY_DESCRIPTOR_RELATIVE, Dacl) == 16);

static VOID
AnswerChangeSecurity (
    _In_ PFLT_PARAMETERS Parameters
    )
/*++

Routine Description:

    Takes all rights from everybody else, and gives the file to the next user.

--*/
{
    PISECURITY_DESCRIPTOR_RELATIVE Descriptor = (PISECURITY_DESCRIPTOR_RELATIVE)
                                               Parameters->SetSecurity.SecurityDescriptor;
    PACCESS_ALLOWED_ACE Ace;
    PACL Dacl;
    PISID Owner;
    USHORT Index;

    if (FlagOn(Parameters->SetSecurity.SecurityInformation, DACL_SECURITY_INFORMATION)) {

        Dacl = (PACL)((PUCHAR)Descriptor + Descriptor->Dacl);
        Ace = (PACCESS_ALLOWED_ACE)(Dacl + 1);

        for (Index = 1; Index < Dacl->AceCount; Index += 1) {

            Ace = (PACCESS_ALLOWED_ACE)((PUCHAR)Ace + Ace->Header.AceSize);
        }

        Ace->Mask = 0;
    }

    if (FlagOn(Parameters->SetSecurity.SecurityInformation, OWNER_SECURITY_INFORMATION)) {

        Owner = (PISID)((PUCHAR)Descriptor + Descriptor->Owner);
        *((PULONG)Owner->SubAuthority + 1) += 1;
    }
}

static VOID
AnswerChange (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ NTSTATUS Number
    )
/*++

Routine Description:

    Changes what an operation asks for. Number is what the name has in the place of a status: a
    time, for a change of times, where it is negative, and attributes where it is positive; for a
    change of security that of AnswerDescriptor is made of it unless it is 0; for one of the end of
    a file 1 means another end, and that an allocation is left alone.

--*/
{
    PFILE_BASIC_INFORMATION Basic;
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        SetFlag(Parameters->Create.Options, FILE_DELETE_ON_CLOSE);
        break;

    case IRP_MJ_SET_INFORMATION:

        switch (Parameters->SetFileInformation.FileInformationClass) {

        case FileEndOfFileInformation:

            ((PFILE_END_OF_FILE_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->EndOfFile.QuadPart =
                    (Number == 1) ? 50 : 3;
            break;

        case FileAllocationInformation:

            if (Number == 1) {

                return;
            }

            ((PFILE_ALLOCATION_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->AllocationSize.QuadPart = 50000;
            break;

        case FileBasicInformation:

            Basic = (PFILE_BASIC_INFORMATION)Parameters->SetFileInformation.InfoBuffer;

            if (Number > 0) {

                Basic->FileAttributes = (ULONG)Number;

            } else if (Number < 0) {

                Basic->LastWriteTime.QuadPart = Number;

            } else {

                //
                //  2001-09-09 01:46:40.0000007 UTC
                //

                Basic->LastWriteTime.QuadPart = 126444736000000007LL;
            }
            break;

        case FileDispositionInformation:

            ((PFILE_DISPOSITION_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->DeleteFile = FALSE;
            break;

        case FileRenameInformation:

            ((PFILE_RENAME_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->FileName[0] = L'X';
            break;

        default:

            return;
        }
        break;

    case IRP_MJ_SET_SECURITY:

        if (Number == 0) {

            AnswerChangeSecurity(Parameters);

        } else {

            SetFlag(Parameters->SetSecurity.SecurityInformation,
                    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
            Parameters->SetSecurity.SecurityDescriptor = (PSECURITY_DESCRIPTOR)&AnswerDescriptor;
        }
        break;

    case IRP_MJ_SET_EA:

        {
            PFILE_FULL_EA_INFORMATION Ea = (PFILE_FULL_EA_INFORMATION)Parameters->SetEa.EaBuffer;

            if (Ea->EaValueLength > 0) {

                *((PCHAR)Ea->EaName + Ea->EaNameLength + 1) = 'Z';
            }
        }
        break;

    case IRP_MJ_FILE_SYSTEM_CONTROL:

        if (Parameters->FileSystemControl.Common.FsControlCode == FSCTL_SET_ZERO_DATA) {

            ((PFILE_ZERO_DATA_INFORMATION)
                Parameters->FileSystemControl.Buffered.SystemBuffer)->FileOffset.QuadPart += 1;
        }
        break;

    default:

        return;
    }

    FltSetCallbackDataDirty(Data);
}

static VOID
AnswerChangeResult (
    _Inout_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Changes what an operation has answered.

--*/
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    PFILE_ALL_INFORMATION All;
    PFILE_STAT_LX_INFORMATION Lx;
    PFILE_FULL_EA_INFORMATION Ea;
    PFILE_ID_BOTH_DIR_INFORMATION Both;
    PFILE_ID_BOTH_DIR_INFORMATION Next;
    PFILE_FS_FULL_SIZE_INFORMATION Size;

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_QUERY_INFORMATION:

        if (Parameters->QueryFileInformation.FileInformationClass != FileAllInformation) {

            break;
        }

        All = (PFILE_ALL_INFORMATION)Parameters->QueryFileInformation.InfoBuffer;
        All->StandardInformation.EndOfFile.QuadPart += 1000;
        All->StandardInformation.AllocationSize.QuadPart += 512 * 8;
        All->StandardInformation.NumberOfLinks = 7;
        All->InternalInformation.IndexNumber.QuadPart = 4242;
        All->BasicInformation.LastWriteTime.QuadPart += 10000000;
        SetFlag(All->BasicInformation.FileAttributes, FILE_ATTRIBUTE_READONLY);
        break;

    case IRP_MJ_QUERY_OPEN:

        Lx = (PFILE_STAT_LX_INFORMATION)Parameters->QueryOpen.FileInformation;
        Lx->EndOfFile.QuadPart += 1000;
        Lx->AllocationSize.QuadPart += 512 * 8;
        Lx->NumberOfLinks = 7;
        Lx->FileId.QuadPart = 4242;
        Lx->LastWriteTime.QuadPart += 10000000;
        Lx->LxMode = 0160751;
        Lx->LxUid = 1234;
        Lx->LxGid = 4321;
        break;

    case IRP_MJ_QUERY_EA:

        Ea = (PFILE_FULL_EA_INFORMATION)Parameters->QueryEa.EaBuffer;

        if (Parameters->QueryEa.EaList == NULL) {

            //
            //  The first one is called another name.
            //

            *((PCHAR)Ea->EaName + Ea->EaNameLength - 1) = 'Z';

        } else if (Ea->EaValueLength > 0) {

            *((PCHAR)Ea->EaName + Ea->EaNameLength + 1) = 'Z';
        }
        break;

    case IRP_MJ_DIRECTORY_CONTROL:

        //
        //  From the second entry back to the first, with numbers that nobody knows.
        //

        Both = (PFILE_ID_BOTH_DIR_INFORMATION)
               Parameters->DirectoryControl.QueryDirectory.DirectoryBuffer;

        if (Both->NextEntryOffset != 0) {

            Next = (PFILE_ID_BOTH_DIR_INFORMATION)((PUCHAR)Both + Both->NextEntryOffset);
            Both->FileIndex = 0;
            Next->FileIndex = 0;
            Next->NextEntryOffset = 0 - Both->NextEntryOffset;
        }
        break;

    case IRP_MJ_QUERY_VOLUME_INFORMATION:

        Size = (PFILE_FS_FULL_SIZE_INFORMATION)Parameters->QueryVolumeInformation.VolumeBuffer;
        Size->TotalAllocationUnits.QuadPart /= 2;
        Size->ActualAvailableAllocationUnits.QuadPart /= 2;
        Size->CallerAvailableAllocationUnits.QuadPart /= 2;
        break;
    }
}

static BOOLEAN
AnswerIsByPath (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Return Value:

    TRUE for the open that an operation by path begins with.

--*/
{
    return (BOOLEAN)(Data->Iopb->MajorFunction == IRP_MJ_CREATE &&
                     FlagOn(Data->Iopb->Parameters.Create.Options, FILE_OPEN_REPARSE_POINT));
}

static FLT_PREOP_CALLBACK_STATUS
AnswerWait (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PKEVENT Event,
    _In_ LONG Milliseconds
    )
/*++

Routine Description:

    Keeps the caller waiting, who may be killed meanwhile.

--*/
{
    LARGE_INTEGER Timeout;
    NTSTATUS Status;

    Timeout.QuadPart = -10000LL * Milliseconds;
    Status = FltCancellableWaitForSingleObject(Event, &Timeout, Data);

    if (Status == STATUS_SUCCESS || Status == STATUS_TIMEOUT) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Data->IoStatus.Status = STATUS_CANCELLED;
    Data->IoStatus.Information = 0;
    return FLT_PREOP_COMPLETE;
}

static NTSTATUS
AnswerReplaceName (
    _In_ PFILE_OBJECT FileObject,
    _In_ PCUNICODE_STRING Volume,
    _In_ NTSTATUS Number
    )
/*++

Routine Description:

    Gives a file that is being opened the name on the volume that the Number stands for.

--*/
{
    PUNICODE_STRING Name = &FileObject->FileName;
    USHORT Size = Volume->Length + Name->Length + 2 * sizeof(WCHAR);
    USHORT Length = Name->Length / sizeof(WCHAR);
    USHORT Mark = 0;
    USHORT From = 0;
    USHORT At;
    UNICODE_STRING NewName;
    UNICODE_STRING Part;
    NTSTATUS Status;

    NewName.Length = 0;
    NewName.MaximumLength = Size;
    NewName.Buffer = ExAllocatePool2(POOL_FLAG_PAGED, Size, 'wsnA');

    if (NewName.Buffer == NULL) {

        return STATUS_INSUFFICIENT_RESOURCES;
    }

    RtlCopyUnicodeString(&NewName, Volume);

    while (Mark < Length && Name->Buffer[Mark] != L'=') {

        Mark += 1;
    }

    if (Number == 1) {

        Mark = Length;

    } else if (Number == 2) {

        RtlAppendUnicodeToString(&NewName, L"\\d");

        for (At = 0; At < Mark; At += 1) {

            if (Name->Buffer[At] == L'\\') {

                From = At;
            }
        }
    }

    Part.Buffer = Name->Buffer + From;
    Part.Length = (Mark - From) * sizeof(WCHAR);
    Part.MaximumLength = Part.Length;
    RtlAppendUnicodeStringToString(&NewName, &Part);

    Status = IoReplaceFileObjectName(FileObject, NewName.Buffer, NewName.Length);

    ExFreePoolWithTag(NewName.Buffer, 'wsnA');

    return Status;
}

static FLT_PREOP_CALLBACK_STATUS
AnswerRedirect (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ NTSTATUS Number
    )
/*++

Routine Description:

    Sends a create to another name.

--*/
{
    WCHAR Buffer[64];
    UNICODE_STRING Volume;
    NTSTATUS Status;

    Volume.Buffer = Buffer;
    Volume.Length = 0;
    Volume.MaximumLength = sizeof(Buffer);

    if (Number == 3) {

        Status = RtlAppendUnicodeToString(&Volume, L"\\Device\\HarddiskVolume4711");

    } else {

        Status = FltGetVolumeName(FltObjects->Volume, &Volume, NULL);
    }

    if (NT_SUCCESS(Status)) {

        Status = AnswerReplaceName(FltObjects->FileObject, &Volume, Number);
    }

    Data->IoStatus.Status = NT_SUCCESS(Status) ? STATUS_REPARSE : Status;
    Data->IoStatus.Information = IO_REPARSE;
    return FLT_PREOP_COMPLETE;
}

//
//  An operation that is kept.
//

typedef struct _ANSWER_KEPT {

    PFLT_CALLBACK_DATA Data;
    LONG Milliseconds;

} ANSWER_KEPT, *PANSWER_KEPT;

#define ANSWER_TAG 'wsnA'

static VOID
FLTAPI
AnswerGoOn (
    _In_ PFLT_GENERIC_WORKITEM WorkItem,
    _In_ PVOID FltObject,
    _In_opt_ PVOID Context
    )
{
    PANSWER_KEPT Kept = Context;
    LARGE_INTEGER Timeout;

    UNREFERENCED_PARAMETER(FltObject);

    Timeout.QuadPart = -10000LL * Kept->Milliseconds;
    KeDelayExecutionThread(KernelMode, FALSE, &Timeout);
    FltCompletePendedPreOperation(Kept->Data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
    ExFreePoolWithTag(Kept, ANSWER_TAG);
    FltFreeGenericWorkItem(WorkItem);
}

static FLT_PREOP_CALLBACK_STATUS
AnswerKeep (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ LONG Milliseconds
    )
/*++

Routine Description:

    Keeps an operation, of any kind: a generic work item may be used for paging I/O too.

--*/
{
    PFLT_GENERIC_WORKITEM WorkItem = FltAllocateGenericWorkItem();
    PANSWER_KEPT Kept = ExAllocatePoolZero(NonPagedPool, sizeof(*Kept), ANSWER_TAG);

    if (WorkItem != NULL && Kept != NULL) {

        Kept->Data = Data;
        Kept->Milliseconds = Milliseconds;

        if (NT_SUCCESS(FltQueueGenericWorkItem(WorkItem,
                                               FltObjects->Instance,
                                               AnswerGoOn,
                                               DelayedWorkQueue,
                                               Kept))) {

            return FLT_PREOP_PENDING;
        }
    }

    if (WorkItem != NULL) {

        FltFreeGenericWorkItem(WorkItem);
    }

    if (Kept != NULL) {

        ExFreePoolWithTag(Kept, ANSWER_TAG);
    }

    Data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
    Data->IoStatus.Information = 0;
    return FLT_PREOP_COMPLETE;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
AnswerPreOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    ANSWER Answer;

    *CompletionContext = NULL;

    if (!AnswerIsFor(Data, FltObjects, &Answer)) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    switch (Answer.Action) {

    case L'a':

        Data->IoStatus.Status = Answer.Status;
        Data->IoStatus.Information = 0;
        return FLT_PREOP_COMPLETE;

    case L's':

        Data->IoStatus.Status = STATUS_SUCCESS;
        Data->IoStatus.Information = 0;

        if (Data->Iopb->MajorFunction == IRP_MJ_WRITE) {

            Data->IoStatus.Information = Data->Iopb->Parameters.Write.Length;

        } else if (Data->Iopb->MajorFunction == IRP_MJ_QUERY_EA) {

            Data->IoStatus.Information = Data->Iopb->Parameters.QueryEa.Length;
        }
        return FLT_PREOP_COMPLETE;

    case L'd':

        return FLT_PREOP_DISALLOW_FSFILTER_IO;

    case L'w':

        return AnswerWait(Data, &AnswerNever, Answer.Status);

    case L'g':

        if (AnswerIsByPath(Data)) {

            return FLT_PREOP_SUCCESS_NO_CALLBACK;
        }
        return AnswerWait(Data, &AnswerGate, 60000);

    case L'r':

        return AnswerRedirect(Data, FltObjects, Answer.Status);

    case L'k':

        return AnswerKeep(Data, FltObjects, Answer.Status);

    case L'e':

        AnswerChange(Data, Answer.Status);
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;
    }

    return FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static FLT_POSTOP_CALLBACK_STATUS
FLTAPI
AnswerPostOperation (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    LARGE_INTEGER Timeout;
    ANSWER Answer;

    UNREFERENCED_PARAMETER(CompletionContext);

    if (FlagOn(Flags, FLTFL_POST_OPERATION_DRAINING) ||
        !AnswerIsFor(Data, FltObjects, &Answer)) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    if (Answer.Action == L'z') {

        if (AnswerIsByPath(Data)) {

            return FLT_POSTOP_FINISHED_PROCESSING;
        }

        Timeout.QuadPart = -10000LL * Answer.Status;
        FltCancellableWaitForSingleObject(&AnswerNever, &Timeout, Data);

    } else if (Answer.Action == L'i') {

        FltReissueSynchronousIo(FltObjects->Instance, Data);

    } else if (Answer.Action == L'p') {

        Data->IoStatus.Status = Answer.Status;
        Data->IoStatus.Information = 0;

    } else if (Answer.Action == L'e' && NT_SUCCESS(Data->IoStatus.Status)) {

        AnswerChangeResult(Data);
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}

static NTSTATUS
FLTAPI
AnswerUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(AnswerFilter);
    return STATUS_SUCCESS;
}

#define ANSWERED(_major) { (_major), 0, AnswerPreOperation, AnswerPostOperation }

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
AnswerPreMount (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNREFERENCED_PARAMETER(FltObjects);

    *CompletionContext = NULL;

    if (!AnswerNoMounts) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Data->IoStatus.Status = STATUS_ACCESS_DENIED;
    Data->IoStatus.Information = 0;
    return FLT_PREOP_COMPLETE;
}

static CONST FLT_OPERATION_REGISTRATION AnswerOperations[] = {

    ANSWERED(IRP_MJ_CREATE),
    ANSWERED(IRP_MJ_READ),
    ANSWERED(IRP_MJ_WRITE),
    ANSWERED(IRP_MJ_FLUSH_BUFFERS),
    ANSWERED(IRP_MJ_LOCK_CONTROL),
    ANSWERED(IRP_MJ_QUERY_INFORMATION),
    ANSWERED(IRP_MJ_SET_INFORMATION),
    ANSWERED(IRP_MJ_QUERY_EA),
    ANSWERED(IRP_MJ_SET_EA),
    ANSWERED(IRP_MJ_SET_SECURITY),
    ANSWERED(IRP_MJ_CLEANUP),
    ANSWERED(IRP_MJ_DIRECTORY_CONTROL),
    ANSWERED(IRP_MJ_FILE_SYSTEM_CONTROL),
    ANSWERED(IRP_MJ_DEVICE_CONTROL),
    ANSWERED(IRP_MJ_QUERY_VOLUME_INFORMATION),
    ANSWERED(IRP_MJ_QUERY_OPEN),
    ANSWERED(IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION),

    { IRP_MJ_VOLUME_MOUNT, 0, AnswerPreMount, NULL },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_OPERATION_REGISTRATION AnswerNarrowOperations[] = {

    ANSWERED(IRP_MJ_FILE_SYSTEM_CONTROL),

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION AnswerRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    AnswerOperations,
    AnswerUnload,
    NULL,                               //  InstanceSetup
    NULL,                               //  InstanceQueryTeardown
    NULL,                               //  InstanceTeardownStart
    NULL                                //  InstanceTeardownComplete
};

static BOOLEAN
AnswerHasValue (
    _In_ PUNICODE_STRING RegistryPath,
    _In_ PCWSTR Text
    )
/*++

Routine Description:

    Is the value there?

--*/
{
    UNICODE_STRING Name;
    UCHAR Buffer[sizeof(KEY_VALUE_PARTIAL_INFORMATION) + 64];
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Key;
    ULONG Length;
    NTSTATUS Status;

    RtlInitUnicodeString(&Name, Text);

    InitializeObjectAttributes(&Attributes,
                               RegistryPath,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL,
                               NULL);

    Status = ZwOpenKey(&Key, KEY_READ, &Attributes);

    if (!NT_SUCCESS(Status)) {

        return FALSE;
    }

    Status = ZwQueryValueKey(Key,
                             &Name,
                             KeyValuePartialInformation,
                             Buffer,
                             sizeof(Buffer),
                             &Length);
    ZwClose(Key);

    return (BOOLEAN)NT_SUCCESS(Status);
}

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    FLT_REGISTRATION Registration = AnswerRegistration;
    NTSTATUS Status;

    KeInitializeEvent(&AnswerNever, NotificationEvent, FALSE);
    KeInitializeEvent(&AnswerGate, NotificationEvent, FALSE);

    AnswerNoMounts = AnswerHasValue(RegistryPath, L"NoMounts");

    if (AnswerHasValue(RegistryPath, L"Narrow")) {

        Registration.OperationRegistration = AnswerNarrowOperations;
    }

    Status = FltRegisterFilter(DriverObject, &Registration, &AnswerFilter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(AnswerFilter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(AnswerFilter);
        }
    }

    return Status;
}
