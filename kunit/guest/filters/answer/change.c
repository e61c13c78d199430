/*++

Module Name:

    change.c

Abstract:

    What an operation asks for, and what it has answered, is changed.

Environment:

    Kernel mode

--*/

#include "answer.h"
#include <fltshim.h>

#define ANSWER_NODUMP 0x40
#define ANSWER_NOATIME 0x80

//
//  A descriptor that gives a file to user 9, who may do anything with it, while its group may read
//  it and nobody else may do anything.
//

typedef struct _ANSWER_SID {

    UCHAR Revision;
    UCHAR SubAuthorityCount;
    UCHAR IdentifierAuthority[6];
    ULONG SubAuthority[2];

} ANSWER_SID;

typedef struct _ANSWER_ACE {

    ACE_HEADER Header;
    ACCESS_MASK Mask;
    ANSWER_SID Sid;

} ANSWER_ACE;

static struct {

    SECURITY_DESCRIPTOR_RELATIVE Head;
    ANSWER_SID Owner;
    ACL Dacl;
    ANSWER_ACE Aces[3];

} AnswerDescriptor = {

    { SECURITY_DESCRIPTOR_REVISION, 0, SE_SELF_RELATIVE | SE_DACL_PRESENT, 20, 0, 0, 36 },
    { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 1, 9 } },
    { ACL_REVISION, 0, 8 + 24 + 24 + 20, 3, 0 },
    {
        { { 0, 0, 24 }, FILE_GENERIC_READ | FILE_GENERIC_WRITE | FILE_GENERIC_EXECUTE,
          { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 1, 9 } } },
        { { 0, 0, 24 }, FILE_GENERIC_READ,
          { 1, 2, { 0, 0, 0, 0, 0, 22 }, { 2, 0 } } },
        { { 0, 0, 20 }, 0,
          { 1, 1, { 0, 0, 0, 0, 0, 1 }, { 0, 0 } } }
    }
};

C_ASSERT(FIELD_OFFSET(SECURITY_DESCRIPTOR_RELATIVE, Dacl) == 16);

static VOID
AnswerChangeSecurity (
    _In_ PFLT_PARAMETERS Parameters
    )
/*++

Routine Description:

    Takes all rights from everybody else, and gives the file to the next user.

--*/
{
    PISECURITY_DESCRIPTOR_RELATIVE Descriptor = (PISECURITY_DESCRIPTOR_RELATIVE)
                                               Parameters->SetSecurity.SecurityDescriptor;
    PACCESS_ALLOWED_ACE Ace;
    PACL Dacl;
    PISID Owner;
    USHORT Index;

    if (FlagOn(Parameters->SetSecurity.SecurityInformation, DACL_SECURITY_INFORMATION)) {

        Dacl = (PACL)((PUCHAR)Descriptor + Descriptor->Dacl);
        Ace = (PACCESS_ALLOWED_ACE)(Dacl + 1);

        for (Index = 1; Index < Dacl->AceCount; Index += 1) {

            Ace = (PACCESS_ALLOWED_ACE)((PUCHAR)Ace + Ace->Header.AceSize);
        }

        Ace->Mask = 0;
    }

    if (FlagOn(Parameters->SetSecurity.SecurityInformation, OWNER_SECURITY_INFORMATION)) {

        Owner = (PISID)((PUCHAR)Descriptor + Descriptor->Owner);
        *((PULONG)Owner->SubAuthority + 1) += 1;
    }
}

VOID
AnswerChange (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ NTSTATUS Number
    )
/*++

Routine Description:

    Changes what an operation asks for. Number is what the name has in the place of a status: a
    time, for a change of times, where it is negative, and attributes where it is positive; for a
    change of security that of AnswerDescriptor is made of it unless it is 0; for one of the end of
    a file 1 means another end, and that an allocation is left alone. A read gets half of what it
    asks for. A create is to delete the file when it is closed, or with 1 to supersede it, or with 2
    has no right to write.

--*/
{
    PFILE_BASIC_INFORMATION Basic;
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_CREATE:

        switch (Number) {

        case 0:

            SetFlag(Parameters->Create.Options, FILE_DELETE_ON_CLOSE);
            break;

        case 1:

            Parameters->Create.Options &= FILE_VALID_OPTION_FLAGS;
            SetFlag(Parameters->Create.Options, FILE_SUPERSEDE << 24);
            break;

        case 2:

            ClearFlag(Parameters->Create.SecurityContext->DesiredAccess,
                      FILE_WRITE_DATA | FILE_APPEND_DATA);
            break;
        }
        break;

    case IRP_MJ_READ:

        Parameters->Read.Length = (Parameters->Read.Length + 1) / 2;
        break;

    case IRP_MJ_SET_INFORMATION:

        switch (Parameters->SetFileInformation.FileInformationClass) {

        case FileEndOfFileInformation:

            ((PFILE_END_OF_FILE_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->EndOfFile.QuadPart =
                    (Number == 1) ? 50 : 3;
            break;

        case FileAllocationInformation:

            if (Number == 1) {

                return;
            }

            ((PFILE_ALLOCATION_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->AllocationSize.QuadPart = 50000;
            break;

        case FileBasicInformation:

            Basic = (PFILE_BASIC_INFORMATION)Parameters->SetFileInformation.InfoBuffer;

            if (Number > 0) {

                Basic->FileAttributes = (ULONG)Number;

            } else if (Number < 0) {

                Basic->LastWriteTime.QuadPart = Number;

            } else {

                //
                //  2001-09-09 01:46:40.0000007 UTC
                //

                Basic->LastWriteTime.QuadPart = 126444736000000007LL;
            }
            break;

        case FileDispositionInformation:

            ((PFILE_DISPOSITION_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->DeleteFile = FALSE;
            break;

        case FileRenameInformation:

            ((PFILE_RENAME_INFORMATION)
                Parameters->SetFileInformation.InfoBuffer)->FileName[0] = L'X';
            break;

        default:

            return;
        }
        break;

    case IRP_MJ_SET_SECURITY:

        if (Number == 0) {

            AnswerChangeSecurity(Parameters);

        } else {

            SetFlag(Parameters->SetSecurity.SecurityInformation,
                    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION);
            Parameters->SetSecurity.SecurityDescriptor = (PSECURITY_DESCRIPTOR)&AnswerDescriptor;
        }
        break;

    case IRP_MJ_SET_EA:

        {
            PFILE_FULL_EA_INFORMATION Ea = (PFILE_FULL_EA_INFORMATION)Parameters->SetEa.EaBuffer;

            if (Ea->EaValueLength > 0) {

                *((PCHAR)Ea->EaName + Ea->EaNameLength + 1) = 'Z';
            }
        }
        break;

    case IRP_MJ_SET_VOLUME_INFORMATION:

        ((PFILE_FS_LABEL_INFORMATION)
            Parameters->SetVolumeInformation.VolumeBuffer)->VolumeLabel[0] = L'Z';
        break;

    case IRP_MJ_FILE_SYSTEM_CONTROL:

        switch (Parameters->FileSystemControl.Common.FsControlCode) {

        case FSCTL_SET_ZERO_DATA:

            ((PFILE_ZERO_DATA_INFORMATION)
                Parameters->FileSystemControl.Buffered.SystemBuffer)->FileOffset.QuadPart += 1;
            break;

        case FSCTL_FLTSHIM_SET_FLAGS:

            ((PFLTSHIM_FLAGS_INFORMATION)
                Parameters->FileSystemControl.Buffered.SystemBuffer)->Flags ^= ANSWER_NODUMP | ANSWER_NOATIME;
            break;
        }
        break;

    default:

        return;
    }

    FltSetCallbackDataDirty(Data);
}

static VOID
AnswerChangeAnswer (
    _Inout_ PFLT_PARAMETERS Parameters
    )
/*++

Routine Description:

    Changes what a control code has answered: which flags a file has, where it has data, where a
    link leads to.

--*/
{
    PFILE_ALLOCATED_RANGE_BUFFER Range;
    PREPARSE_DATA_BUFFER Reparse;

    switch (Parameters->FileSystemControl.Common.FsControlCode) {

    case FSCTL_FLTSHIM_GET_FLAGS:

        SetFlag(((PFLTSHIM_FLAGS_INFORMATION)
                    Parameters->FileSystemControl.Buffered.SystemBuffer)->Flags,
                ANSWER_NODUMP);
        break;

    case FSCTL_QUERY_ALLOCATED_RANGES:

        Range = (PFILE_ALLOCATED_RANGE_BUFFER)Parameters->FileSystemControl.Neither.OutputBuffer;
        Range->FileOffset.QuadPart = 5;
        Range->Length.QuadPart = 2;
        break;

    case FSCTL_GET_REPARSE_POINT:

        //
        //  One character less, and another one in the place of the first. The version comes first.
        //

        Reparse = (PREPARSE_DATA_BUFFER)Parameters->FileSystemControl.Buffered.SystemBuffer;
        Reparse->GenericReparseBuffer.DataBuffer[sizeof(ULONG)] = 'Z';
        Reparse->ReparseDataLength -= 1;
        break;
    }
}

VOID
AnswerChangeResult (
    _Inout_ PFLT_CALLBACK_DATA Data
    )
/*++

Routine Description:

    Changes what an operation has answered.

--*/
{
    PFLT_PARAMETERS Parameters = &Data->Iopb->Parameters;
    PFILE_ALL_INFORMATION All;
    PFILE_STAT_LX_INFORMATION Lx;
    PFILE_FULL_EA_INFORMATION Ea;
    PFILE_ID_BOTH_DIR_INFORMATION Both;
    PFILE_ID_BOTH_DIR_INFORMATION Next;
    PFILE_FS_FULL_SIZE_INFORMATION Size;

    switch (Data->Iopb->MajorFunction) {

    case IRP_MJ_QUERY_INFORMATION:

        if (Parameters->QueryFileInformation.FileInformationClass != FileAllInformation) {

            break;
        }

        All = (PFILE_ALL_INFORMATION)Parameters->QueryFileInformation.InfoBuffer;
        All->StandardInformation.EndOfFile.QuadPart += 1000;
        All->StandardInformation.AllocationSize.QuadPart += 512 * 8;
        All->StandardInformation.NumberOfLinks = 7;
        All->InternalInformation.IndexNumber.QuadPart = 4242;
        All->BasicInformation.LastWriteTime.QuadPart += 10000000;
        SetFlag(All->BasicInformation.FileAttributes, FILE_ATTRIBUTE_READONLY);
        break;

    case IRP_MJ_QUERY_OPEN:

        Lx = (PFILE_STAT_LX_INFORMATION)Parameters->QueryOpen.FileInformation;
        Lx->EndOfFile.QuadPart += 1000;
        Lx->AllocationSize.QuadPart += 512 * 8;
        Lx->NumberOfLinks = 7;
        Lx->FileId.QuadPart = 4242;
        Lx->LastWriteTime.QuadPart += 10000000;
        Lx->LxMode = 0160751;
        Lx->LxUid = 1234;
        Lx->LxGid = 4321;
        break;

    case IRP_MJ_QUERY_EA:

        Ea = (PFILE_FULL_EA_INFORMATION)Parameters->QueryEa.EaBuffer;

        if (Parameters->QueryEa.EaList == NULL) {

            //
            //  The first one is called another name.
            //

            *((PCHAR)Ea->EaName + Ea->EaNameLength - 1) = 'Z';

        } else if (Ea->EaValueLength > 0) {

            *((PCHAR)Ea->EaName + Ea->EaNameLength + 1) = 'Z';
        }
        break;

    case IRP_MJ_DIRECTORY_CONTROL:

        //
        //  From the second entry back to the first, with numbers that nobody knows.
        //

        Both = (PFILE_ID_BOTH_DIR_INFORMATION)
               Parameters->DirectoryControl.QueryDirectory.DirectoryBuffer;

        if (Both->NextEntryOffset != 0) {

            Next = (PFILE_ID_BOTH_DIR_INFORMATION)((PUCHAR)Both + Both->NextEntryOffset);
            Both->FileIndex = 0;
            Next->FileIndex = 0;
            Next->NextEntryOffset = 0 - Both->NextEntryOffset;
        }
        break;

    case IRP_MJ_FILE_SYSTEM_CONTROL:

        AnswerChangeAnswer(Parameters);
        break;

    case IRP_MJ_QUERY_VOLUME_INFORMATION:

        if (Parameters->QueryVolumeInformation.FsInformationClass == FileFsVolumeInformation) {

            ((PFILE_FS_VOLUME_INFORMATION)
                Parameters->QueryVolumeInformation.VolumeBuffer)->VolumeLabel[0] = L'Z';
            break;
        }

        Size = (PFILE_FS_FULL_SIZE_INFORMATION)Parameters->QueryVolumeInformation.VolumeBuffer;
        Size->TotalAllocationUnits.QuadPart /= 2;
        Size->ActualAvailableAllocationUnits.QuadPart /= 2;
        Size->CallerAvailableAllocationUnits.QuadPart /= 2;
        break;
    }
}
