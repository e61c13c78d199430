/*++

Module Name:

    rights.c

Abstract:

    Rights that a file is opened with or without, and what a new file gets besides its name.

Environment:

    Kernel mode

--*/

#include "opener.h"

VOID
OpenerLittle (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What a file that is open for reading is not open for.

--*/
{
    FILE_BASIC_INFORMATION Basic;
    FILE_FULL_EA_INFORMATION Ea;
    UCHAR Buffer[256];
    OPENER_FILE File;
    ULONG Needed;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    Status = OpenerOpen(&File, L"\\play\\f");

    if (!NT_SUCCESS(Status)) {

        return;
    }

    RtlZeroMemory(&Basic, sizeof(Basic));
    Basic.FileAttributes = FILE_ATTRIBUTE_READONLY;
    Status = FltSetInformationFile(File.Instance, File.FileObject, &Basic, sizeof(Basic),
                                   FileBasicInformation);
    OpenerSay("little-basic", Status, 0, 0, 0);
    RtlZeroMemory(&Ea, sizeof(Ea));
    Ea.EaNameLength = 1;
    Ea.EaName[0] = 'x';
    Status = FltSetEaFile(File.Instance, File.FileObject, &Ea, sizeof(Ea));
    OpenerSay("little-ea", Status, 0, 0, 0);
    Status = FltQuerySecurityObject(File.Instance, File.FileObject,
                                    OWNER_SECURITY_INFORMATION | DACL_SECURITY_INFORMATION, Buffer,
                                    sizeof(Buffer), &Needed);

    if (NT_SUCCESS(Status)) {

        Status = FltSetSecurityObject(File.Instance, File.FileObject, DACL_SECURITY_INFORMATION,
                                      Buffer);
        OpenerSay("little-dacl", Status, 0, 0, 0);
        Status = FltSetSecurityObject(File.Instance, File.FileObject, OWNER_SECURITY_INFORMATION,
                                      Buffer);
        OpenerSay("little-owner", Status, 0, 0, 0);
    }

    Status = OpenerSetName(&File, FileRenameInformation, L"little", NULL, 0);
    OpenerSay("little-rename", Status, 0, 0, 0);
    OpenerClose(&File);
}

VOID
OpenerFurnish (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    What a new file gets besides its name, and one that cannot get it.

--*/
{
    UCHAR Buffer[256];
    SECURITY_DESCRIPTOR Everything;
    FILE_FULL_EA_INFORMATION Ea;
    OPENER_FILE File;
    ULONG Needed;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.Access = FILE_GENERIC_READ | FILE_GENERIC_WRITE;
    File.Disposition = FILE_CREATE;
    RtlZeroMemory(&Ea, sizeof(Ea));
    Ea.NextEntryOffset = 1;
    File.Ea = &Ea;
    File.EaLength = sizeof(Ea);
    OpenerTry(&File, "create-bad-ea", L"\\play\\bad-ea");
    File.Ea = NULL;
    File.EaLength = 0;

    RtlZeroMemory(&Everything, sizeof(Everything));
    Everything.Revision = SECURITY_DESCRIPTOR_REVISION;
    Everything.Control = SE_DACL_PRESENT;
    File.Descriptor = &Everything;
    OpenerTry(&File, "create-no-dacl", L"\\play\\no-dacl");
    File.Descriptor = NULL;

    File.Disposition = FILE_OPEN;
    Status = OpenerOpen(&File, L"\\play\\secret");

    if (NT_SUCCESS(Status)) {

        Status = FltQuerySecurityObject(File.Instance, File.FileObject, DACL_SECURITY_INFORMATION,
                                        Buffer, sizeof(Buffer), &Needed);
    }

    OpenerClose(&File);

    if (NT_SUCCESS(Status)) {

        File.Disposition = FILE_CREATE;
        File.Descriptor = Buffer;
        OpenerTry(&File, "create-dacl", L"\\play\\dacl");
    }
}

static VOID
OpenerRights (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ PCSTR Name,
    _In_ PCWSTR Path,
    _In_ ACCESS_MASK Access
    )
/*++

Routine Description:

    Asks for rights that the user has or has not, and prints which came.

--*/
{
    OPENER_FILE File;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.Flags = IO_FORCE_ACCESS_CHECK;
    File.Access = Access | SYNCHRONIZE;
    Status = OpenerOpen(&File, Path);
    OpenerSay(Name,
              Status,
              0,
              NT_SUCCESS(Status) ? File.FileObject->ReadAccess * 4 +
                                       File.FileObject->WriteAccess * 2 +
                                       File.FileObject->DeleteAccess : 0,
              0);
    OpenerClose(&File);
}

VOID
OpenerUserRights (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    OpenerRights(FltObjects, "may-write", L"\\play\\f", FILE_GENERIC_WRITE);
    OpenerRights(FltObjects, "may-write-open", L"\\play\\open", FILE_GENERIC_WRITE);
    OpenerRights(FltObjects, "may-attributes", L"\\play\\open", FILE_WRITE_ATTRIBUTES);
    OpenerRights(FltObjects, "may-dac", L"\\play\\open", WRITE_DAC);
    OpenerRights(FltObjects, "may-dac-own", L"\\play\\user", WRITE_DAC);
    OpenerRights(FltObjects, "may-owner", L"\\play\\user", WRITE_OWNER);
    OpenerRights(FltObjects, "may-ea", L"\\play\\f", FILE_WRITE_EA);
    OpenerRights(FltObjects, "may-delete", L"\\play\\f", DELETE);
    OpenerRights(FltObjects, "may-delete-there", L"\\play\\d\\a", DELETE);
    OpenerRights(FltObjects, "may-delete-sticky", L"\\play\\sticky\\a", DELETE);
    OpenerRights(FltObjects, "may-all", L"\\play\\d\\a", MAXIMUM_ALLOWED);
    OpenerRights(FltObjects, "may-all-own", L"\\play\\user", MAXIMUM_ALLOWED);
    OpenerRights(FltObjects, "may-all-and-write", L"\\play\\d\\a",
                 MAXIMUM_ALLOWED | FILE_WRITE_DATA);
}
