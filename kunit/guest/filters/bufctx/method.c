/*++

Module Name:

    method.c

Abstract:

    How data comes: major functions that were seen, and those where it came in another way than the
    device says.

Environment:

    Kernel mode

--*/

#include "bufctx.h"

static volatile LONG MethodSeen[IRP_MJ_MAXIMUM_FUNCTION + 1];
static volatile LONG MethodWrong[IRP_MJ_MAXIMUM_FUNCTION + 1];

VOID
CheckMethod (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    UCHAR Major = Data->Iopb->MajorFunction;
    PDEVICE_OBJECT Device;
    PVOID *Buffer;
    PMDL *Mdl;
    ULONG Flags;
    BOOLEAN Right;

    if (!FLT_IS_IRP_OPERATION( Data ) ||
        !NT_SUCCESS( FltDecodeParameters( Data, &Mdl, &Buffer, NULL, NULL ) ) ||
        *Buffer == NULL || Data->RequestorMode != UserMode ||
        !NT_SUCCESS( FltGetDeviceObject( FltObjects->Volume, &Device ) )) {

        return;
    }

    Flags = Device->Flags;
    ObDereferenceObject( Device );

    switch (Major) {

    case IRP_MJ_QUERY_INFORMATION:
    case IRP_MJ_SET_INFORMATION:
    case IRP_MJ_QUERY_VOLUME_INFORMATION:
    case IRP_MJ_SET_VOLUME_INFORMATION:

        Flags = DO_BUFFERED_IO;
        break;

    case IRP_MJ_QUERY_SECURITY:
    case IRP_MJ_SET_SECURITY:

        Flags = 0;
        break;
    }

    if (FlagOn( Flags, DO_BUFFERED_IO )) {

        Right = FLT_IS_SYSTEM_BUFFER( Data ) != 0 && (ULONG_PTR)*Buffer >> 63 != 0;

    } else if (FlagOn( Flags, DO_DIRECT_IO )) {

        Right = Mdl != NULL && *Mdl != NULL && FlagOn( (*Mdl)->MdlFlags, MDL_PAGES_LOCKED );

    } else {

        Right = FLT_IS_SYSTEM_BUFFER( Data ) == 0 && (Mdl == NULL || *Mdl == NULL);
    }

    InterlockedIncrement( &MethodSeen[Major] );

    if (!Right) {

        InterlockedIncrement( &MethodWrong[Major] );
        DbgPrint("%s has its buffer at %p, flags %08x\n", FltGetIrpName( Major ), *Buffer,
                 Data->Flags);
    }
}

static BOOLEAN
MethodHolds (
    _In_ const UCHAR *Majors,
    _In_ ULONG Count
    )
{
    ULONG Index;

    for (Index = 0; Index < Count; Index += 1) {

        if (MethodSeen[Majors[Index]] == 0 || MethodWrong[Majors[Index]] != 0) {

            DbgPrint("%s: %d times, %d wrong\n", FltGetIrpName( Majors[Index] ),
                     MethodSeen[Majors[Index]], MethodWrong[Majors[Index]]);
            return FALSE;
        }
    }

    return TRUE;
}

VOID
TellMethods (
    VOID
    )
{
    static const UCHAR Device[] = { IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_DIRECTORY_CONTROL,
                                    IRP_MJ_QUERY_EA, IRP_MJ_SET_EA };
    static const UCHAR Buffered[] = { IRP_MJ_QUERY_INFORMATION, IRP_MJ_SET_INFORMATION,
                                      IRP_MJ_QUERY_VOLUME_INFORMATION };
    static const UCHAR Neither[] = { IRP_MJ_SET_SECURITY };

    if (MethodSeen[IRP_MJ_SET_EA] == 0) {

        return;
    }

    Row( "BUF-006", MethodHolds( Device, ARRAYSIZE( Device ) ) );
    Row( "BUF-007", MethodHolds( Buffered, ARRAYSIZE( Buffered ) ) );

    //
    //  Only a filter may be the first to ask for a descriptor.
    //

    Row( "BUF-008", MethodHolds( Neither, ARRAYSIZE( Neither ) ) &&
                    MethodWrong[IRP_MJ_QUERY_SECURITY] == 0 );
}

FLT_PREOP_CALLBACK_STATUS
FLTAPI
PreOther (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    PFLT_IO_PARAMETER_BLOCK Iopb = Data->Iopb;
    PFILE_RENAME_INFORMATION Rename;

    UNREFERENCED_PARAMETER( CompletionContext );

    CheckMethod( Data, FltObjects );

    if (Iopb->MajorFunction == IRP_MJ_SET_INFORMATION &&
        Iopb->Parameters.SetFileInformation.FileInformationClass == FileRenameInformation &&
        Asked( FltObjects->FileObject, L"renamed" )) {

        Rename = Iopb->Parameters.SetFileInformation.InfoBuffer;
        Row( "BUF-001", FLT_IS_SYSTEM_BUFFER( Data ) && (ULONG_PTR)Rename >> 63 != 0 &&
                        Data->Thread == PsGetCurrentThread() &&
                        Iopb->Parameters.SetFileInformation.Length >=
                            FIELD_OFFSET(FILE_RENAME_INFORMATION, FileName) +
                            Rename->FileNameLength &&
                        Rename->FileNameLength >= 7 * sizeof(WCHAR) &&
                        RtlEqualMemory( (PUCHAR)Rename->FileName + Rename->FileNameLength -
                                            7 * sizeof(WCHAR),
                                        L"new-one",
                                        7 * sizeof(WCHAR) ) );
    }

    return Iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION ? FLT_PREOP_SUCCESS_WITH_CALLBACK :
                                                             FLT_PREOP_SUCCESS_NO_CALLBACK;
}
