/*++

Module Name:

    inside.h

Abstract:

    What the parts of the filter share.

Environment:

    Kernel mode

--*/

#pragma once

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#include "..\asked.h"

#define INSIDE_TAG      'dsnI'

extern PFLT_FILTER InsideFilter;

//
//  create.c
//

VOID
InsidePreCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
InsidePostCreate (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
FLTAPI
InsideContextCleanup (
    _In_ PFLT_CONTEXT Context,
    _In_ FLT_CONTEXT_TYPE ContextType
    );

VOID
InsideOpenByName (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

//
//  held.c
//

VOID
InsideReferences (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

FLT_PREOP_CALLBACK_STATUS
InsidePreLock (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
InsidePostLock (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );
