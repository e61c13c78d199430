/*++

Module Name:

    ea.c

Abstract:

    Extended attributes.

Environment:

    Kernel mode

--*/

#include "asker.h"

static ULONG
AskerCountEa (
    _In_ PUCHAR Buffer,
    _In_ ULONG Length
    )
{
    PFILE_FULL_EA_INFORMATION Ea = (PFILE_FULL_EA_INFORMATION)Buffer;
    ULONG Count = 1;

    if (Length == 0) {

        return 0;
    }

    while (Ea->NextEntryOffset != 0 && (Ea->NextEntryOffset & 3) == 0) {

        Count += 1;
        Ea = (PFILE_FULL_EA_INFORMATION)((PUCHAR)Ea + Ea->NextEntryOffset);
    }

    return Count;
}

static NTSTATUS
AskerQueryEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Out_writes_bytes_(ASKER_BUFFER) PUCHAR Buffer,
    _In_ ULONG Length,
    _In_ BOOLEAN Single,
    _In_ BOOLEAN Restart,
    _In_ ULONG Index,
    _Out_ PULONG Returned
    )
{
    RtlZeroMemory( Buffer, ASKER_BUFFER );
    *Returned = 0;

    return FltQueryEaFile( FltObjects->Instance,
                           FltObjects->FileObject,
                           Buffer,
                           Length,
                           Single,
                           NULL,
                           0,
                           (Index == MAXULONG) ? NULL : &Index,
                           Restart,
                           Returned );
}

static ULONG
AskerPutEa (
    _Out_writes_bytes_(64) PUCHAR To,
    _In_ PCSTR Name,
    _In_ PCSTR Value,
    _In_ BOOLEAN Last
    )
/*++

Routine Description:

    Makes an entry. Returns where the next one begins.

--*/
{
    PFILE_FULL_EA_INFORMATION Ea = (PFILE_FULL_EA_INFORMATION)To;
    ULONG Size;

    RtlZeroMemory( Ea, 64 );
    Ea->EaNameLength = (UCHAR)strlen( Name );
    Ea->EaValueLength = (USHORT)strlen( Value );
    RtlCopyMemory( Ea->EaName, Name, Ea->EaNameLength + 1 );
    RtlCopyMemory( Ea->EaName + Ea->EaNameLength + 1, Value, Ea->EaValueLength );
    Size = (FIELD_OFFSET(FILE_FULL_EA_INFORMATION, EaName) + Ea->EaNameLength + 1 +
            Ea->EaValueLength + 3) & ~3U;
    Ea->NextEntryOffset = Last ? 0 : Size;

    return Size;
}

static VOID
AskerWalkEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    There are three: trusted.a, trusted.b and trusted.c, of which b is the longest.

--*/
{
    UCHAR Names[3] = { 0, 0, 0 };
    ULONG Returned;
    ULONG Index;
    ULONG All;
    NTSTATUS Status;

    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, FALSE, TRUE, MAXULONG, &All );
    Row( "INFO-65", (BOOLEAN)(Status == STATUS_SUCCESS && AskerCountEa( Buffer, All ) == 3) );

    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, FALSE, FALSE, MAXULONG, &Returned );
    Row( "INFO-66", (BOOLEAN)(Status == STATUS_NO_MORE_EAS && Returned == 0) );

    //
    //  One by one, each of them once
    //

    for (Index = 0; Index < 3; Index += 1) {

        Status = AskerQueryEa( FltObjects,
                               Buffer,
                               ASKER_BUFFER,
                               TRUE,
                               (BOOLEAN)(Index == 0),
                               MAXULONG,
                               &Returned );
        Names[Index] = ((PFILE_FULL_EA_INFORMATION)Buffer)->EaName[8];
        Row( "INFO-65",
             (BOOLEAN)(Status == STATUS_SUCCESS && AskerCountEa( Buffer, Returned ) == 1) );
    }

    Row( "INFO-65",
         (BOOLEAN)(Names[0] + Names[1] + Names[2] == 'a' + 'b' + 'c' && Names[0] != Names[1] &&
                   Names[1] != Names[2]) );

    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, TRUE, FALSE, MAXULONG, &Returned );
    Row( "INFO-66", (BOOLEAN)(Status == STATUS_NO_MORE_EAS) );

    //
    //  From the second one on
    //

    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, FALSE, FALSE, 2, &Returned );
    Row( "INFO-65",
         (BOOLEAN)(Status == STATUS_SUCCESS && AskerCountEa( Buffer, Returned ) == 2 &&
                   ((PFILE_FULL_EA_INFORMATION)Buffer)->EaName[8] == Names[1]) );

    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, FALSE, FALSE, 0, &Returned );
    Row( "INFO-66", (BOOLEAN)(Status == STATUS_NONEXISTENT_EA_ENTRY) );
    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, FALSE, FALSE, 9, &Returned );
    Row( "INFO-66", (BOOLEAN)(Status == STATUS_NONEXISTENT_EA_ENTRY) );

    //
    //  Without room for all of them, or for any
    //

    Status = AskerQueryEa( FltObjects, Buffer, All - 1, FALSE, TRUE, MAXULONG, &Returned );
    Row( "INFO-66",
         (BOOLEAN)(Status == STATUS_BUFFER_OVERFLOW && AskerCountEa( Buffer, Returned ) == 2) );
    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, FALSE, FALSE, MAXULONG, &Returned );
    Row( "INFO-66",
         (BOOLEAN)(Status == STATUS_SUCCESS && AskerCountEa( Buffer, Returned ) == 1) );
    Status = AskerQueryEa( FltObjects, Buffer, 8, FALSE, TRUE, MAXULONG, &Returned );
    Row( "INFO-66", (BOOLEAN)(Status == STATUS_BUFFER_TOO_SMALL && Returned == 0) );
}

static VOID
AskerNamedEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    By name, of which one does not exist.

--*/
{
    UCHAR List[64];
    PFILE_GET_EA_INFORMATION First = (PFILE_GET_EA_INFORMATION)List;
    PFILE_GET_EA_INFORMATION Second = (PFILE_GET_EA_INFORMATION)(List + 16);
    PFILE_FULL_EA_INFORMATION Ea = (PFILE_FULL_EA_INFORMATION)Buffer;
    ULONG Returned = 0;
    NTSTATUS Status;

    RtlZeroMemory( List, sizeof(List) );
    First->NextEntryOffset = 16;
    First->EaNameLength = 9;
    RtlCopyMemory( First->EaName, "trusted.b", 10 );
    Second->EaNameLength = 9;
    RtlCopyMemory( Second->EaName, "trusted.z", 10 );

    Status = FltQueryEaFile( FltObjects->Instance,
                             FltObjects->FileObject,
                             Buffer,
                             ASKER_BUFFER,
                             FALSE,
                             List,
                             32,
                             NULL,
                             TRUE,
                             &Returned );
    Row( "INFO-65",
         (BOOLEAN)(Status == STATUS_SUCCESS && AskerCountEa( Buffer, Returned ) == 2 &&
                   Ea->EaName[8] == 'b' && Ea->EaValueLength == 3) );
    Ea = (PFILE_FULL_EA_INFORMATION)(Buffer + Ea->NextEntryOffset);
    Row( "INFO-65", (BOOLEAN)(Ea->EaName[8] == 'z' && Ea->EaValueLength == 0) );
}

static NTSTATUS
AskerSetEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PUCHAR Buffer,
    _In_ ULONG Length
    )
{
    return FltSetEaFile( FltObjects->Instance, FltObjects->FileObject, Buffer, Length );
}

static VOID
AskerChangeEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    Lists that are right are applied as a whole, and others not at all: the test looks at what is
    there afterwards.

--*/
{
    PFILE_FULL_EA_INFORMATION Ea = (PFILE_FULL_EA_INFORMATION)Buffer;
    ULONG First;
    ULONG Length;

    First = AskerPutEa( Buffer, "trusted.new", "one", FALSE );
    Length = First + AskerPutEa( Buffer + First, "trusted.a", "", TRUE );
    Row( "INFO-67", (BOOLEAN)(AskerSetEa( FltObjects, Buffer, Length ) == STATUS_SUCCESS) );

    //
    //  What is wrong is the second entry, or how it is found
    //

    First = AskerPutEa( Buffer, "trusted.bad", "x", FALSE );
    Length = First + AskerPutEa( Buffer + First, "trusted.also", "x", TRUE );
    Ea->NextEntryOffset = First + 2;
    Row( "INFO-67",
         (BOOLEAN)(AskerSetEa( FltObjects, Buffer, Length ) == STATUS_EA_LIST_INCONSISTENT) );
    Ea->NextEntryOffset = 400;
    Row( "INFO-67",
         (BOOLEAN)(AskerSetEa( FltObjects, Buffer, Length ) == STATUS_EA_LIST_INCONSISTENT) );
    Ea->NextEntryOffset = First;
    Row( "INFO-67",
         (BOOLEAN)(AskerSetEa( FltObjects, Buffer, First + 12 ) == STATUS_EA_LIST_INCONSISTENT) );
    ((PFILE_FULL_EA_INFORMATION)(Buffer + First))->EaName[12] = 'x';
    Row( "INFO-67",
         (BOOLEAN)(AskerSetEa( FltObjects, Buffer, Length ) == STATUS_EA_LIST_INCONSISTENT) );

    First = AskerPutEa( Buffer, "trusted.bad", "x", FALSE );
    Length = First + AskerPutEa( Buffer + First, "system.bad", "x", TRUE );
    Row( "INFO-67",
         (BOOLEAN)(AskerSetEa( FltObjects, Buffer, Length ) == STATUS_INVALID_EA_NAME) );
}

VOID
AskerEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    PUCHAR Buffer;

    Buffer = ExAllocatePoolWithTag( PagedPool, ASKER_BUFFER, ASKER_TAG );

    if (Buffer == NULL) {

        return;
    }

    AskerWalkEa( FltObjects, Buffer );
    AskerNamedEa( FltObjects, Buffer );
    AskerChangeEa( FltObjects, Buffer );
    ExFreePoolWithTag( Buffer, ASKER_TAG );
}

VOID
AskerNoEa (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ NTSTATUS Expected
    )
{
    PUCHAR Buffer;
    ULONG Returned;
    NTSTATUS Status;

    Buffer = ExAllocatePoolWithTag( PagedPool, ASKER_BUFFER, ASKER_TAG );

    if (Buffer == NULL) {

        return;
    }

    Status = AskerQueryEa( FltObjects, Buffer, ASKER_BUFFER, FALSE, TRUE, MAXULONG, &Returned );
    Row( "INFO-66", (BOOLEAN)(Status == Expected && Returned == 0) );
    ExFreePoolWithTag( Buffer, ASKER_TAG );
}
