/*++

Module Name:

    bufctx.h

Abstract:

    What the parts of bufctx share: buffers that are exchanged, contexts that are marks, and the
    callbacks of each part.

Environment:

    Kernel mode

--*/

#pragma once

#include <fltKernel.h>
#include <dontuse.h>

#include "..\asked.h"

#define BUFCTX_TAG 'xcuB'

#define PIECES      3
#define PIECE       8192

typedef struct _EXCHANGE {

    PUCHAR Piece[PIECES];
    ULONG Length[PIECES];
    PUCHAR Decoy;
    BOOLEAN Chain;

} EXCHANGE, *PEXCHANGE;

typedef struct _MARK {

    FAST_MUTEX Lock;
    ULONG Value;

} MARK, *PMARK;

extern PFLT_FILTER Filter;
extern volatile LONG Marks;

//
//  method.c
//

VOID
CheckMethod (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
TellMethods (
    VOID
    );

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreOther (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

//
//  mark.c
//

VOID
FLTAPI
CleanupMark (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    );

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreClose (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostClose (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

//
//  exchange.c
//

VOID
FreeExchange (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PEXCHANGE Exchange
    );

PEXCHANGE
NewExchange (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ ULONG Length,
    _In_ ULONG Pieces,
    _Out_ PMDL *First
    );

VOID
CopyExchange (
    _In_ PEXCHANGE Exchange,
    _In_ PUCHAR Buffer,
    _In_ SIZE_T Length,
    _In_ BOOLEAN Out
    );

//
//  header.c
//

VOID
SkipHeader (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostQuery (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

//
//  transfer.c
//

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostRead (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    );

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostWrite (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    );
