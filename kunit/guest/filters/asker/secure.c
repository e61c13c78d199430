/*++

Module Name:

    secure.c

Abstract:

    Security descriptors: \secured is a file of user 77 and group 88 with an ACL, \moded one of the
    same without.

Environment:

    Kernel mode

--*/

#include "asker.h"

#define EVERYTHING  (OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION | \
                     DACL_SECURITY_INFORMATION)

typedef struct _ASKER_SID {

    UCHAR Revision;
    UCHAR SubAuthorityCount;
    UCHAR IdentifierAuthority[6];
    ULONG SubAuthority[2];

} ASKER_SID, *PASKER_SID;

typedef struct _ASKER_ACE {

    ACE_HEADER Header;
    ACCESS_MASK Mask;
    ASKER_SID Sid;

} ASKER_ACE, *PASKER_ACE;

//
//  Three entries, the last of which is shorter by a number
//

typedef struct _ASKER_DESCRIPTOR {

    SECURITY_DESCRIPTOR_RELATIVE Head;
    ASKER_SID Owner;
    ASKER_SID Group;
    ACL Dacl;
    ASKER_ACE Aces[3];

} ASKER_DESCRIPTOR, *PASKER_DESCRIPTOR;

static CONST ASKER_DESCRIPTOR AskerModel = {

    { SECURITY_DESCRIPTOR_REVISION, 0, SE_SELF_RELATIVE | SE_DACL_PRESENT, 20, 36, 0, 52 },
    { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 1, 77 } },
    { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 2, 88 } },
    { ACL_REVISION, 0, 8 + 24 + 24 + 20, 3, 0 },
    {
        { { 0, 0, 24 }, 0, { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 1, 77 } } },
        { { 0, 0, 24 }, 0, { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 2, 88 } } },
        { { 0, 0, 20 }, 0, { 1, 1, { 0, 0, 0, 0, 0, 1 }, { 0, 0 } } }
    }
};

static ACCESS_MASK
AskerRights (
    _In_ ULONG Bits
    )
{
    return (FlagOn( Bits, 4 ) ? FILE_GENERIC_READ : 0) |
           (FlagOn( Bits, 2 ) ? FILE_GENERIC_WRITE : 0) |
           (FlagOn( Bits, 1 ) ? FILE_GENERIC_EXECUTE : 0);
}

static ULONG
AskerModeOf (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject
    )
{
    FILE_STAT_LX_INFORMATION Lx;

    RtlZeroMemory( &Lx, sizeof(Lx) );
    FltQueryInformationFile( Instance,
                             FileObject,
                             &Lx,
                             sizeof(Lx),
                             FileStatLxInformation,
                             NULL );
    return Lx.LxMode & 07777;
}

static VOID
AskerParts (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    Only the parts that are asked for, and all of them or none.

--*/
{
    PISECURITY_DESCRIPTOR_RELATIVE Head = (PISECURITY_DESCRIPTOR_RELATIVE)Buffer;
    PASKER_SID Sid;
    ULONG Needed = 0;
    ULONG Length;
    NTSTATUS Status;

    Status = FltQuerySecurityObject( Instance, FileObject, EVERYTHING, NULL, 0, &Needed );
    Row( "INFO-69",
         (BOOLEAN)((Status == STATUS_BUFFER_TOO_SMALL || Status == STATUS_BUFFER_OVERFLOW) &&
                   Needed > sizeof(ASKER_DESCRIPTOR)) );

    RtlFillMemory( Buffer, ASKER_BUFFER, 0xa5 );
    Status = FltQuerySecurityObject( Instance, FileObject, EVERYTHING, Buffer, Needed, &Length );
    Sid = (PASKER_SID)(Buffer + Head->Owner);
    Row( "INFO-69",
         (BOOLEAN)(Status == STATUS_SUCCESS && Length == Needed && Buffer[Needed] == 0xa5 &&
                   FlagOn( Head->Control, SE_SELF_RELATIVE ) &&
                   Sid->SubAuthority[0] == 1 && Sid->SubAuthority[1] == 77) );
    Sid = (PASKER_SID)(Buffer + Head->Group);

    //
    //  Owner, a user, group, mask and others
    //

    Row( "INFO-69",
         (BOOLEAN)(Sid->SubAuthority[0] == 2 && Sid->SubAuthority[1] == 88 &&
                   FlagOn( Head->Control, SE_DACL_PRESENT ) &&
                   ((PACL)(Buffer + Head->Dacl))->AceCount == 5) );

    Status = FltQuerySecurityObject( Instance, FileObject, EVERYTHING, Buffer, Needed - 1, &Length );
    Row( "INFO-69", (BOOLEAN)(Status == STATUS_BUFFER_TOO_SMALL && Length == Needed) );

    Status = FltQuerySecurityObject( Instance,
                                     FileObject,
                                     OWNER_SECURITY_INFORMATION,
                                     Buffer,
                                     ASKER_BUFFER,
                                     &Length );
    Row( "INFO-69",
         (BOOLEAN)(Status == STATUS_SUCCESS && Length == 20 + 16 && Head->Owner != 0 &&
                   Head->Group == 0 && Head->Dacl == 0 &&
                   !FlagOn( Head->Control, SE_DACL_PRESENT )) );
    Status = FltQuerySecurityObject( Instance,
                                     FileObject,
                                     SACL_SECURITY_INFORMATION,
                                     Buffer,
                                     ASKER_BUFFER,
                                     &Length );
    Row( "INFO-69",
         (BOOLEAN)(Status == STATUS_SUCCESS && Length == 20 && Head->Owner == 0 &&
                   Head->Sacl == 0) );
}

static VOID
AskerModes (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PASKER_DESCRIPTOR Descriptor,
    _In_ PUCHAR Buffer
    )
/*++

Routine Description:

    Every mode there and back.

--*/
{
    ULONG Length;
    ULONG Wrong = 0;
    ULONG Mode;
    NTSTATUS Status;

    for (Mode = 0; Mode <= 0777; Mode += 1) {

        *Descriptor = AskerModel;
        Descriptor->Aces[0].Mask = AskerRights( Mode >> 6 );
        Descriptor->Aces[1].Mask = AskerRights( Mode >> 3 );
        Descriptor->Aces[2].Mask = AskerRights( Mode );
        Status = FltSetSecurityObject( Instance,
                                       FileObject,
                                       DACL_SECURITY_INFORMATION,
                                       (PSECURITY_DESCRIPTOR)Descriptor );

        if (NT_SUCCESS( Status )) {

            Status = FltQuerySecurityObject( Instance,
                                             FileObject,
                                             EVERYTHING,
                                             Buffer,
                                             ASKER_BUFFER,
                                             &Length );
        }

        if (!NT_SUCCESS( Status ) || AskerModeOf( Instance, FileObject ) != Mode ||
            Length != 52 + 8 + 24 + 24 + 20 ||
            RtlCompareMemory( Buffer, Descriptor, Length ) != Length) {

            Wrong += 1;
        }
    }

    Row( "INFO-70", (BOOLEAN)(Wrong == 0) );
}

static NTSTATUS
AskerSet (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ SECURITY_INFORMATION What,
    _In_ PASKER_DESCRIPTOR Descriptor
    )
{
    NTSTATUS Status;

    Status = FltSetSecurityObject( Instance, FileObject, What, (PSECURITY_DESCRIPTOR)Descriptor );
    *Descriptor = AskerModel;
    Descriptor->Aces[0].Mask = AskerRights( 7 );
    Descriptor->Aces[1].Mask = AskerRights( 7 );
    Descriptor->Aces[2].Mask = AskerRights( 7 );

    return Status;
}

static VOID
AskerWrong (
    _In_ PFLT_INSTANCE Instance,
    _In_ PFILE_OBJECT FileObject,
    _In_ PASKER_DESCRIPTOR Descriptor
    )
/*++

Routine Description:

    What is refused changes nothing.

--*/
{
    ULONG Mode = AskerModeOf( Instance, FileObject );

    Row( "INFO-70",
         (BOOLEAN)(FltSetSecurityObject( Instance,
                                         FileObject,
                                         DACL_SECURITY_INFORMATION,
                                         NULL ) == STATUS_ACCESS_VIOLATION) );

    *Descriptor = AskerModel;
    Descriptor->Head.Revision = 9;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_UNKNOWN_REVISION) );
    Descriptor->Head.Dacl = 4;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_INVALID_SECURITY_DESCR) );
    Descriptor->Dacl.AclRevision = 99;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_INVALID_ACL) );
    Descriptor->Dacl.AclSize = 20;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_INVALID_ACL) );
    Descriptor->Owner.SubAuthority[0] = 7;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, OWNER_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_INVALID_OWNER) );
    Descriptor->Group.Revision = 7;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, GROUP_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_INVALID_SID) );

    //
    //  An entry that denies, rights that no mode has, and somebody unknown
    //

    Descriptor->Aces[2].Header.AceType = 1;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_NOT_SUPPORTED) );
    Descriptor->Aces[1].Mask = FILE_READ_DATA;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_NOT_SUPPORTED) );
    Descriptor->Aces[0].Sid.SubAuthority[0] = 21;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_NOT_SUPPORTED) );
    Descriptor->Head.Control = SE_SELF_RELATIVE;
    Row( "INFO-70",
         (BOOLEAN)(AskerSet( Instance, FileObject, DACL_SECURITY_INFORMATION, Descriptor ) ==
                   STATUS_NOT_SUPPORTED) );
    Row( "INFO-70", (BOOLEAN)(AskerModeOf( Instance, FileObject ) == Mode) );
}

VOID
AskerSecurity (
    _In_ PFLT_INSTANCE Instance
    )
{
    PASKER_DESCRIPTOR Descriptor;
    PFILE_OBJECT Secured;
    PFILE_OBJECT Moded;
    HANDLE SecuredHandle;
    HANDLE ModedHandle;
    ULONG Length = 0;
    PUCHAR Buffer;
    PUCHAR Again;
    NTSTATUS Status;

    Buffer = ExAllocatePoolWithTag( PagedPool, 3 * ASKER_BUFFER, ASKER_TAG );

    if (Buffer == NULL) {

        return;
    }

    Again = Buffer + ASKER_BUFFER;
    Descriptor = (PASKER_DESCRIPTOR)(Buffer + 2 * ASKER_BUFFER);
    AskerOpen( Instance, L"\\secured", FILE_ALL_ACCESS, 0, &SecuredHandle, &Secured );
    Status = AskerOpen( Instance, L"\\moded", FILE_ALL_ACCESS, 0, &ModedHandle, &Moded );
    Row( "INFO-69", (BOOLEAN)(NT_SUCCESS( Status ) && Secured != NULL) );

    if (NT_SUCCESS( Status ) && Secured != NULL) {

        AskerParts( Instance, Secured, Buffer );
        AskerModes( Instance, Moded, Descriptor, Buffer );
        AskerWrong( Instance, Moded, Descriptor );

        //
        //  An ACL of one file becomes another's; and a mode alone leaves nothing of it
        //

        Status = FltQuerySecurityObject( Instance,
                                         Secured,
                                         EVERYTHING,
                                         Buffer,
                                         ASKER_BUFFER,
                                         &Length );
        Row( "INFO-70",
             (BOOLEAN)(NT_SUCCESS( Status ) &&
                       NT_SUCCESS( FltSetSecurityObject( Instance,
                                                         Moded,
                                                         DACL_SECURITY_INFORMATION,
                                                         (PSECURITY_DESCRIPTOR)Buffer ) )) );
        Status = FltQuerySecurityObject( Instance, Moded, EVERYTHING, Again, ASKER_BUFFER, &Length );
        Row( "INFO-70",
             (BOOLEAN)(Status == STATUS_SUCCESS &&
                       RtlCompareMemory( Buffer, Again, Length ) == Length) );

        *Descriptor = AskerModel;
        Descriptor->Owner.SubAuthority[1] = 177;
        Descriptor->Group.SubAuthority[1] = 188;
        Descriptor->Aces[0].Mask = AskerRights( 6 );
        Descriptor->Aces[1].Mask = AskerRights( 4 );
        Row( "INFO-70",
             (BOOLEAN)(AskerSet( Instance, Secured, EVERYTHING, Descriptor ) == STATUS_SUCCESS &&
                       AskerModeOf( Instance, Secured ) == 0640) );
    }

    AskerClose( ModedHandle, Moded );
    AskerClose( SecuredHandle, Secured );
    ExFreePoolWithTag( Buffer, ASKER_TAG );
}
