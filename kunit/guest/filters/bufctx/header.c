/*++

Module Name:

    header.c

Abstract:

    A file that has a header which programs are not to see: what they read and write cached lies
    behind it, and the file is shorter by it where they ask for its size. Nothing else knows of it.

Environment:

    Kernel mode

--*/

#include "bufctx.h"

#define HEADER_LENGTH 4096

VOID
SkipHeader (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Read and Write have their offset in the same place. Appended data goes to the end as it is.

--*/
{
    PLARGE_INTEGER Offset = &Data->Iopb->Parameters.Read.ByteOffset;

    if (Asked( FltObjects->FileObject, L"header" ) && Offset->QuadPart >= 0 &&
        !FlagOn( Data->Iopb->IrpFlags, IRP_PAGING_IO )) {

        Offset->QuadPart += HEADER_LENGTH;
        FltSetCallbackDataDirty( Data );
    }
}

FLT_POSTOP_CALLBACK_STATUS
FLTAPI
PostQuery (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_opt_ PVOID CompletionContext,
    _In_ FLT_POST_OPERATION_FLAGS Flags
    )
{
    PVOID Buffer = Data->Iopb->Parameters.QueryFileInformation.InfoBuffer;
    PLARGE_INTEGER EndOfFile = NULL;

    UNREFERENCED_PARAMETER( CompletionContext );
    UNREFERENCED_PARAMETER( Flags );

    if (!NT_SUCCESS( Data->IoStatus.Status )) {

        return FLT_POSTOP_FINISHED_PROCESSING;
    }

    switch (Data->Iopb->Parameters.QueryFileInformation.FileInformationClass) {

    case FileAllInformation:

        EndOfFile = &((PFILE_ALL_INFORMATION)Buffer)->StandardInformation.EndOfFile;
        break;

    case FileStandardInformation:

        EndOfFile = &((PFILE_STANDARD_INFORMATION)Buffer)->EndOfFile;
        break;

    case FileNetworkOpenInformation:

        EndOfFile = &((PFILE_NETWORK_OPEN_INFORMATION)Buffer)->EndOfFile;
        break;

    default:

        break;
    }

    if (EndOfFile != NULL && Asked( FltObjects->FileObject, L"header" ) &&
        EndOfFile->QuadPart >= HEADER_LENGTH) {

        EndOfFile->QuadPart -= HEADER_LENGTH;
    }

    return FLT_POSTOP_FINISHED_PROCESSING;
}
