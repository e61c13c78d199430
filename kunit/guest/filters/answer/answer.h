/*++

Module Name:

    answer.h

Abstract:

    What the parts of the filter share: what a name says, and what is done for it.

Environment:

    Kernel mode

--*/

#pragma once

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

typedef struct _ANSWER {

    UCHAR MajorFunction;
    WCHAR Action;
    NTSTATUS Status;

} ANSWER, *PANSWER;

extern PFLT_FILTER AnswerFilter;
extern KEVENT AnswerGate;
extern KEVENT AnswerEnough;

//
//  name.c
//

BOOLEAN
AnswerIsFor (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Out_ PANSWER Answer
    );

//
//  change.c
//

VOID
AnswerChange (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ NTSTATUS Number
    );

VOID
AnswerChangeResult (
    _Inout_ PFLT_CALLBACK_DATA Data
    );

//
//  redirect.c
//

FLT_PREOP_CALLBACK_STATUS
AnswerRedirect (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ NTSTATUS Number
    );

BOOLEAN
AnswerWasSent (
    _In_ PFLT_CALLBACK_DATA Data
    );

//
//  keep.c
//

FLT_PREOP_CALLBACK_STATUS
AnswerKeep (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ LONG Milliseconds
    );
