/*++

Module Name:

    asker.h

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

#define ASKER_TAG       'eksA'
#define ASKER_BUFFER    4096

extern PFLT_FILTER AskerFilter;

//
//  asker.c
//

NTSTATUS
AskerOpen (
    _In_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Path,
    _In_ ACCESS_MASK Access,
    _In_ ULONG Options,
    _Out_ PHANDLE Handle,
    _Out_ PFILE_OBJECT *FileObject
    );

VOID
AskerClose (
    _In_ HANDLE Handle,
    _In_ PFILE_OBJECT FileObject
    );

//
//  classes.c
//

VOID
AskerClasses (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
AskerDispositions (
    _In_ PFLT_INSTANCE Instance
    );

//
//  ea.c
//

VOID
AskerEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
AskerNoEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ NTSTATUS Expected
    );

//
//  secure.c
//

VOID
AskerSecurity (
    _In_ PFLT_INSTANCE Instance
    );

//
//  control.c
//

VOID
AskerControl (
    _In_ PFLT_INSTANCE Instance
    );

VOID
AskerFlush (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ ULONG Type
    );

VOID
AskerFlushRefused (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

//
//  folder.c
//

VOID
AskerFolderAsked (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
AskerFolderAnswered (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
AskerPatterns (
    _In_ PFLT_INSTANCE Instance
    );
