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
        w   waits for so many milliseconds, or until the operation is cancelled, or a file is
            opened that has !ffh00000001 in its name; !ffh00000000 undoes that
        y   the same, if it is paging I/O
        u   waits for so many milliseconds for somebody to cancel it, and fails it with
            STATUS_UNSUCCESSFUL unless that is refused at once; only what nobody can cancel
        k   keeps the operation, which a work item lets go on after so many milliseconds
        z   the same when it comes back, and leaves its status alone; not an open for an operation
            by path
        g   waits until a gate is opened: by the open of a file that has !ffg00000001 in its name;
            not an open for an operation by path
        i   sends it down once more when it comes back
        r   sends a create to another name: 0 the same up to its first mark, 1 the very same, 2 the
            one up to the mark, in the folder \d, 3 one on a volume that there is not, 4 the same
            without its first mark, 5 what is no name; and leaves in it an extra create parameter,
            and an access that nobody asked for
        c   completes a create that has no such parameter with the status
        o   of a create: the file is the other one, as long as it is open; of a read: reads from
            the other one
        e   changes what it carries: see AnswerChange and AnswerChangeResult

    Operations on the volume itself have no name: a file whose name has '!' in the place of '='
    says, by being opened, what is done with them from then on.

    With the value Narrow in its service key it is interested in nothing but file system controls;
    with NoMounts it refuses every mount with STATUS_ACCESS_DENIED.

Environment:

    Kernel mode

--*/

#include "answer.h"

PFLT_FILTER AnswerFilter;
KEVENT AnswerGate;
KEVENT AnswerEnough;
static BOOLEAN AnswerNoMounts;
static PFILE_OBJECT AnswerOther;

DRIVER_INITIALIZE DriverEntry;

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

static BOOLEAN
AnswerIsCancellable (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Return Value:

    FALSE for paging I/O and what goes on around a section or a flush.

--*/
{
    return (BOOLEAN)(FLT_IS_IRP_OPERATION(Data) &&
                     !FlagOn(Data->Iopb->IrpFlags, IRP_PAGING_IO));
}

static FLT_PREOP_CALLBACK_STATUS
AnswerWaitForUser (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ LONG Milliseconds
    )
/*++

Routine Description:

    Waits for what never happens, as if a program had to answer first.

--*/
{
    LARGE_INTEGER Timeout;
    KEVENT Never;
    NTSTATUS Status;

    KeInitializeEvent(&Never, NotificationEvent, FALSE);
    Timeout.QuadPart = -10000LL * Milliseconds;
    Status = FltCancellableWaitForSingleObject(&Never, &Timeout, Data);

    if (Status == STATUS_CANCELLED) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Data->IoStatus.Status = STATUS_UNSUCCESSFUL;
    Data->IoStatus.Information = 0;
    return FLT_PREOP_COMPLETE;
}

static NTSTATUS
AnswerSleep (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PKEVENT Event,
    _In_ LONG Milliseconds
    )
/*++

Routine Description:

    Waits for an event; and for a cancel, where the operation can be cancelled.

--*/
{
    LARGE_INTEGER Timeout;

    Timeout.QuadPart = -10000LL * Milliseconds;
    return FltCancellableWaitForSingleObject(Event,
                                             &Timeout,
                                             AnswerIsCancellable(Data) ? Data : NULL);
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
    NTSTATUS Status = AnswerSleep(Data, Event, Milliseconds);

    if (Status == STATUS_SUCCESS || Status == STATUS_TIMEOUT) {

        return FLT_PREOP_SUCCESS_NO_CALLBACK;
    }

    Data->IoStatus.Status = STATUS_CANCELLED;
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

    case L'c':

        if (AnswerWasSent(Data)) {

            return FLT_PREOP_SUCCESS_NO_CALLBACK;
        }

        __fallthrough;

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

        return AnswerWait(Data, &AnswerEnough, Answer.Status);

    case L'u':

        if (AnswerIsCancellable(Data)) {

            return FLT_PREOP_SUCCESS_NO_CALLBACK;
        }
        return AnswerWaitForUser(Data, Answer.Status);

    case L'y':

        if (!FlagOn(Data->Iopb->IrpFlags, IRP_PAGING_IO)) {

            return FLT_PREOP_SUCCESS_NO_CALLBACK;
        }
        return AnswerWait(Data, &AnswerEnough, Answer.Status);

    case L'g':

        if (AnswerIsByPath(Data)) {

            return FLT_PREOP_SUCCESS_NO_CALLBACK;
        }
        return AnswerWait(Data, &AnswerGate, 60000);

    case L'r':

        return AnswerRedirect(Data, FltObjects, Answer.Status);

    case L'k':

        return AnswerKeep(Data, FltObjects, Answer.Status);

    case L'o':

        if (Data->Iopb->MajorFunction == IRP_MJ_READ && AnswerOther != NULL) {

            Data->Iopb->TargetFileObject = AnswerOther;
            FltSetCallbackDataDirty(Data);

        } else if (Data->Iopb->MajorFunction == IRP_MJ_CLEANUP) {

            AnswerOther = NULL;
        }
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;

    case L'e':

        AnswerChange(Data, Answer.Status);
        return FLT_PREOP_SUCCESS_WITH_CALLBACK;

    case L'i':

        if (Data->Iopb->MajorFunction == IRP_MJ_DIRECTORY_CONTROL) {

            return FLT_PREOP_SYNCHRONIZE;
        }
        break;
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

        AnswerSleep(Data, &AnswerEnough, Answer.Status);

    } else if (Answer.Action == L'o') {

        if (Data->Iopb->MajorFunction == IRP_MJ_CREATE && NT_SUCCESS(Data->IoStatus.Status)) {

            AnswerOther = FltObjects->FileObject;
        }

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
    ANSWERED(IRP_MJ_QUERY_SECURITY),
    ANSWERED(IRP_MJ_SET_SECURITY),
    ANSWERED(IRP_MJ_CLEANUP),
    ANSWERED(IRP_MJ_DIRECTORY_CONTROL),
    ANSWERED(IRP_MJ_FILE_SYSTEM_CONTROL),
    ANSWERED(IRP_MJ_DEVICE_CONTROL),
    ANSWERED(IRP_MJ_QUERY_VOLUME_INFORMATION),
    ANSWERED(IRP_MJ_SET_VOLUME_INFORMATION),
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

    KeInitializeEvent(&AnswerEnough, NotificationEvent, FALSE);
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
