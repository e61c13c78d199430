/*++

Module Name:

    name.c

Abstract:

    What the name of a file says is to be done with its operations, or with those on the volume.

Environment:

    Kernel mode

--*/

#include "answer.h"

#define AnswerAny   0xffffffff

static ANSWER AnswerForVolume;

static ULONG
AnswerHex (
    _In_reads_(Digits) PCWCH Text,
    _In_ ULONG Digits
    )
{
    ULONG Value = 0;

    while (Digits > 0) {

        Value <<= 4;

        if (*Text >= L'0' && *Text <= L'9') {

            Value |= (ULONG)(*Text - L'0');

        } else {

            Value |= (ULONG)((*Text | 0x20) - L'a' + 10);
        }

        Text += 1;
        Digits -= 1;
    }

    return Value;
}

static BOOLEAN
AnswerParse (
    _In_ PCUNICODE_STRING Name,
    _In_ WCHAR Mark,
    _In_ ULONG MajorFunction,
    _Out_ PANSWER Answer
    )
/*++

Routine Description:

    What a name says of a major function, or, if that is AnswerAny, of any.

Return Value:

    FALSE if it says nothing.

--*/
{
    USHORT Length = Name->Length / sizeof(WCHAR);
    USHORT At;

    for (At = 0; At + 12 <= Length; At += 1) {

        if (Name->Buffer[At] != Mark) {

            continue;
        }

        Answer->MajorFunction = (UCHAR)AnswerHex(Name->Buffer + At + 1, 2);

        if (MajorFunction != AnswerAny && MajorFunction != Answer->MajorFunction) {

            continue;
        }

        Answer->Action = Name->Buffer[At + 3];
        Answer->Status = (NTSTATUS)AnswerHex(Name->Buffer + At + 4, 8);
        return TRUE;
    }

    return FALSE;
}

static VOID
AnswerOpenGate (
    _Inout_ PANSWER Answer
    )
{
    if (Answer->Action == L'g') {

        KeSetEvent(&AnswerGate, 0, FALSE);

    } else if (Answer->Action == L'h' && Answer->Status != 0) {

        KeSetEvent(&AnswerEnough, 0, FALSE);

    } else if (Answer->Action == L'h') {

        KeClearEvent(&AnswerEnough);

    } else {

        return;
    }

    Answer->Action = 0;
}

BOOLEAN
AnswerIsFor (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Out_ PANSWER Answer
    )
{
    PFILE_OBJECT FileObject = FltObjects->FileObject;

    if (FileObject == NULL) {

        return FALSE;
    }

    if (FileObject->FileName.Length == 0) {

        *Answer = AnswerForVolume;

    } else {

        if (Data->Iopb->MajorFunction == IRP_MJ_CREATE) {

            if (AnswerParse(&FileObject->FileName, L'!', AnswerAny, &AnswerForVolume)) {

                AnswerOpenGate(&AnswerForVolume);
            }
        }

        if (!AnswerParse(&FileObject->FileName,
                         L'=',
                         Data->Iopb->MajorFunction,
                         Answer)) {

            return FALSE;
        }
    }

    return (BOOLEAN)(Answer->Action != 0 && Answer->MajorFunction == Data->Iopb->MajorFunction);
}
