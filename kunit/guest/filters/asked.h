/*++

Module Name:

    asked.h

Abstract:

    For filters of tests that do what words in the name of a file ask for, and judge rows of the
    contract themselves.

--*/

#pragma once

static __inline VOID
Row (
    _In_ PCSTR Name,
    _In_ BOOLEAN Holds
    )
{
    DbgPrint("row %s %s\n", Name, Holds ? "ok" : "failed");
}

static __inline BOOLEAN
Asked (
    _In_opt_ PFILE_OBJECT FileObject,
    _In_ PCWSTR Word
    )
/*++

Routine Description:

    Is the word somewhere in the name of the file?

--*/
{
    PCUNICODE_STRING Name;
    USHORT Start;
    USHORT Index;

    if (FileObject == NULL) {

        return FALSE;
    }

    Name = &FileObject->FileName;

    for (Start = 0; Start < Name->Length / sizeof(WCHAR); Start += 1) {

        for (Index = 0; Word[Index] != UNICODE_NULL; Index += 1) {

            if (Start + Index >= Name->Length / (USHORT)sizeof(WCHAR) ||
                Name->Buffer[Start + Index] != Word[Index]) {

                break;
            }
        }

        if (Word[Index] == UNICODE_NULL) {

            return TRUE;
        }
    }

    return FALSE;
}
