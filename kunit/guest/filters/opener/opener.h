/*++

Module Name:

    opener.h

Abstract:

    What the parts of the opener share: a file that is opened, with defaults, and what each part does
    when a file is cleaned up.

Environment:

    Kernel mode

--*/

#pragma once

#include <fltKernel.h>
#include <ntstrsafe.h>
#include <dontuse.h>
#include <suppress.h>

#define OPENER_TAG      'nepO'
#define OPENER_BUFFER   4096

extern PFLT_FILTER OpenerFilter;

//
//  A file that is opened, with defaults
//

typedef struct _OPENER_FILE {

    PFLT_INSTANCE Instance;
    PFLT_VOLUME Volume;
    HANDLE Root;
    ULONG Attributes;
    ACCESS_MASK Access;
    ULONG Disposition;
    ULONG Options;
    ULONG Flags;
    ULONG FileAttributes;
    HANDLE Handle;
    PFILE_OBJECT FileObject;
    IO_STATUS_BLOCK Result;

} OPENER_FILE, *POPENER_FILE;

//
//  open.c
//

VOID
OpenerSay (
    _In_ PCSTR Name,
    _In_ NTSTATUS Status,
    _In_ ULONG_PTR Information,
    _In_ LONGLONG A,
    _In_ LONGLONG B
    );

VOID
OpenerPrepare (
    _Out_ POPENER_FILE File,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

NTSTATUS
OpenerOpen (
    _Inout_ POPENER_FILE File,
    _In_ PCWSTR Path
    );

VOID
OpenerClose (
    _Inout_ POPENER_FILE File
    );

VOID
OpenerTry (
    _Inout_ POPENER_FILE File,
    _In_ PCSTR Name,
    _In_ PCWSTR Path
    );

//
//  basics.c
//

VOID
OpenerBasics (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
OpenerUser (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
OpenerLeave (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

//
//  change.c
//

VOID
OpenerDisposition (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

NTSTATUS
OpenerSetName (
    _In_ POPENER_FILE File,
    _In_ FILE_INFORMATION_CLASS Class,
    _In_ PCWSTR Name,
    _In_opt_ HANDLE Root,
    _In_ ULONG Flags
    );

VOID
OpenerRenames (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

//
//  list.c
//

VOID
OpenerList (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
OpenerMore (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );
