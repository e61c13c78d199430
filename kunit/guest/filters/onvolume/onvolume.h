/*++

Module Name:

    onvolume.h

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

#define ONVOLUME_TAG    'lovO'

extern PFLT_FILTER OnVolumeFilter;

//
//  life.c
//

BOOLEAN
OnVolumeThere (
    _In_ PFLT_INSTANCE Instance,
    _In_ PCWSTR Name
    );

VOID
OnVolumeMounted (
    _In_ PFLT_VOLUME Volume
    );

//
//  facts.c
//

VOID
OnVolumeFacts (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
OnVolumeSectors (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
OnVolumeObject (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
OnVolumeByInstance (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );

VOID
OnVolumeByFile (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    );
