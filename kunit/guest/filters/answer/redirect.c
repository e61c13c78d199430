/*++

Module Name:

    redirect.c

Abstract:

    A create is sent to another name.

Environment:

    Kernel mode

--*/

#include "answer.h"

//
//  Of the extra create parameter that says that a create was sent here.
//

static CONST GUID AnswerSent = {
    0x1f3a7c52, 0x9d40, 0x4e1b, { 0x8a, 0x66, 0x20, 0xb1, 0x5e, 0x03, 0xc7, 0x9d }
};

BOOLEAN
AnswerWasSent (
    _In_ PFLT_CALLBACK_DATA Data
    )
/*++

Return Value:

    TRUE for a create that this filter has sent to where it is.

--*/
{
    PECP_LIST List = NULL;
    PVOID Context;

    return (BOOLEAN)(NT_SUCCESS(FltGetEcpListFromCallbackData(AnswerFilter, Data, &List)) &&
                     List != NULL &&
                     NT_SUCCESS(FltFindExtraCreateParameter(AnswerFilter,
                                                            List,
                                                            &AnswerSent,
                                                            &Context,
                                                            NULL)));
}

static VOID
AnswerMark (
    _Inout_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Leaves in a create that it was sent elsewhere, and an access that nobody asked for.

--*/
{
    PECP_LIST List;
    PVOID Context;

    SetFlag(Data->Iopb->Parameters.Create.SecurityContext->DesiredAccess, DELETE);

    if (AnswerWasSent(Data) ||
        !NT_SUCCESS(FltAllocateExtraCreateParameterList(AnswerFilter, 0, &List))) {

        return;
    }

    if (!NT_SUCCESS(FltAllocateExtraCreateParameter(AnswerFilter,
                                                    &AnswerSent,
                                                    8,
                                                    0,
                                                    NULL,
                                                    'wsnA',
                                                    &Context))) {

        FltFreeExtraCreateParameterList(AnswerFilter, List);
        return;
    }

    FltInsertExtraCreateParameter(AnswerFilter, List, Context);

    if (!NT_SUCCESS(FltSetEcpListIntoCallbackData(AnswerFilter, Data, List))) {

        FltFreeExtraCreateParameterList(AnswerFilter, List);
    }
}

static NTSTATUS
AnswerReplaceName (
    _In_ PFILE_OBJECT FileObject,
    _In_ PCUNICODE_STRING Volume,
    _In_ NTSTATUS Number
    )
/*++

Routine Description:

    Gives a file that is being opened the name on the volume that the Number stands for.

--*/
{
    PUNICODE_STRING Name = &FileObject->FileName;
    USHORT Size = Volume->Length + Name->Length + 2 * sizeof(WCHAR);
    USHORT Length = Name->Length / sizeof(WCHAR);
    USHORT Mark = 0;
    USHORT From = 0;
    USHORT At;
    USHORT Rest = Length;
    UNICODE_STRING NewName;
    UNICODE_STRING Part;
    NTSTATUS Status;

    NewName.Length = 0;
    NewName.MaximumLength = Size;
    NewName.Buffer = ExAllocatePool2(POOL_FLAG_PAGED, Size, 'wsnA');

    if (NewName.Buffer == NULL) {

        return STATUS_INSUFFICIENT_RESOURCES;
    }

    RtlCopyUnicodeString(&NewName, Volume);

    while (Mark < Length && Name->Buffer[Mark] != L'=') {

        Mark += 1;
    }

    if (Number == 1) {

        Mark = Length;

    } else if (Number == 4 && Length - Mark >= 12) {

        Rest = Mark + 12;

    } else if (Number == 2) {

        RtlAppendUnicodeToString(&NewName, L"\\d");

        for (At = 0; At < Mark; At += 1) {

            if (Name->Buffer[At] == L'\\') {

                From = At;
            }
        }
    }

    Part.Buffer = Name->Buffer + From;
    Part.Length = (Mark - From) * sizeof(WCHAR);
    Part.MaximumLength = Part.Length;
    RtlAppendUnicodeStringToString(&NewName, &Part);

    Part.Buffer = Name->Buffer + Rest;
    Part.Length = (Length - Rest) * sizeof(WCHAR);
    Part.MaximumLength = Part.Length;
    RtlAppendUnicodeStringToString(&NewName, &Part);

    Status = IoReplaceFileObjectName(FileObject, NewName.Buffer, NewName.Length);

    ExFreePoolWithTag(NewName.Buffer, 'wsnA');

    return Status;
}

FLT_PREOP_CALLBACK_STATUS
AnswerRedirect (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ NTSTATUS Number
    )
/*++

Routine Description:

    Sends a create to another name.

--*/
{
    WCHAR Buffer[64];
    UNICODE_STRING Volume;
    NTSTATUS Status;

    Volume.Buffer = Buffer;
    Volume.Length = 0;
    Volume.MaximumLength = sizeof(Buffer);

    if (Number == 3) {

        Status = RtlAppendUnicodeToString(&Volume, L"\\Device\\HarddiskVolume4711");

    } else if (Number == 5) {

        Status = RtlAppendUnicodeToString(&Volume, L"nonsense");

    } else {

        Status = FltGetVolumeName(FltObjects->Volume, &Volume, NULL);
    }

    if (NT_SUCCESS(Status)) {

        Status = AnswerReplaceName(FltObjects->FileObject, &Volume, Number);
    }

    AnswerMark(Data);
    Data->IoStatus.Status = NT_SUCCESS(Status) ? STATUS_REPARSE : Status;
    Data->IoStatus.Information = IO_REPARSE;
    return FLT_PREOP_COMPLETE;
}
