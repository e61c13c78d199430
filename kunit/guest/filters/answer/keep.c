/*++

Module Name:

    keep.c

Abstract:

    An operation that is kept, and goes on in a work item.

Environment:

    Kernel mode

--*/

#include "answer.h"

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

FLT_PREOP_CALLBACK_STATUS
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
