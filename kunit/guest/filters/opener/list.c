/*++

Module Name:

    list.c

Abstract:

    Directories that are listed, attributes, rights and the volume.

Environment:

    Kernel mode

--*/

#include "opener.h"

static ULONG
OpenerCount (
    _In_ PUCHAR Buffer,
    _In_ ULONG Length
    )
{
    PFILE_DIRECTORY_INFORMATION Entry = (PFILE_DIRECTORY_INFORMATION)Buffer;
    ULONG Count = 0;

    if (Length == 0) {

        return 0;
    }

    for (;;) {

        Count++;

        if (Entry->NextEntryOffset == 0 || (Entry->NextEntryOffset & 7) != 0) {

            return Count;
        }

        Entry = (PFILE_DIRECTORY_INFORMATION)((PUCHAR)Entry + Entry->NextEntryOffset);
    }
}

VOID
OpenerList (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
{
    static const FILE_INFORMATION_CLASS Classes[] = {

        FileDirectoryInformation, FileFullDirectoryInformation, FileBothDirectoryInformation,
        FileNamesInformation, FileIdBothDirectoryInformation, FileIdFullDirectoryInformation,
        FileIdExtdDirectoryInformation, FileIdExtdBothDirectoryInformation
    };
    PFILE_ID_BOTH_DIR_INFORMATION Both;
    FILE_NETWORK_OPEN_INFORMATION Network;
    FILE_INTERNAL_INFORMATION Internal;
    UNICODE_STRING Pattern;
    OPENER_FILE Directory;
    OPENER_FILE File;
    ULONG Returned;
    ULONG Index;
    ULONG Total;
    ULONG Good = 0;
    ULONG Length;
    PUCHAR Buffer;
    NTSTATUS Status;

    Buffer = ExAllocatePool2(POOL_FLAG_PAGED, OPENER_BUFFER, OPENER_TAG);

    if (Buffer == NULL) {

        return;
    }

    //
    //  Every class: ".", "..", and five files
    //

    for (Index = 0; Index < RTL_NUMBER_OF(Classes); Index++) {

        OpenerPrepare(&Directory, FltObjects);
        OpenerOpen(&Directory, L"\\play\\list");
        Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                       Classes[Index], FALSE, NULL, FALSE, &Returned);

        if (Status == STATUS_SUCCESS && OpenerCount(Buffer, Returned) == 7) {

            Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer,
                                           OPENER_BUFFER, Classes[Index], FALSE, NULL, FALSE,
                                           &Returned);

            if (Status == STATUS_NO_MORE_FILES && Returned == 0) {

                Good++;
            }
        }

        OpenerClose(&Directory);
    }

    OpenerSay("list-classes", Status, 0, Good, RTL_NUMBER_OF(Classes));

    OpenerPrepare(&Directory, FltObjects);
    OpenerOpen(&Directory, L"\\play\\list");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileStandardInformation, FALSE, NULL, FALSE, &Returned);
    OpenerSay("list-no-class", Status, 0, 0, 0);

    //
    //  A pattern, which stays until a restart names another
    //

    RtlInitUnicodeString(&Pattern, L"a*");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, FALSE, &Returned);
    OpenerSay("list-pattern", Status, Returned, OpenerCount(Buffer, Returned), 0);
    RtlInitUnicodeString(&Pattern, L"b*");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, FALSE, &Returned);
    OpenerSay("list-other-pattern", Status, Returned, 0, 0);
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, TRUE, NULL, TRUE, &Returned);
    OpenerSay("list-single", Status, Returned, OpenerCount(Buffer, Returned), 0);
    RtlInitUnicodeString(&Pattern, L"?b");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, TRUE, &Returned);
    OpenerSay("list-restart", Status, Returned, OpenerCount(Buffer, Returned), 0);
    RtlInitUnicodeString(&Pattern, L"q*");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, &Pattern, TRUE, &Returned);
    OpenerSay("list-none", Status, Returned, 0, 0);

    //
    //  One that leaves the position alone
    //

    RtlInitUnicodeString(&Pattern, L"*");
    Status = FltQueryDirectoryFileEx(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                     FileBothDirectoryInformation, SL_NO_CURSOR_UPDATE, &Pattern,
                                     &Returned);
    Total = OpenerCount(Buffer, Returned);
    Status = FltQueryDirectoryFileEx(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                     FileBothDirectoryInformation, SL_NO_CURSOR_UPDATE, &Pattern,
                                     &Returned);
    OpenerSay("list-peek", Status, Returned, Total, OpenerCount(Buffer, Returned));
    OpenerClose(&Directory);

    //
    //  Every length of the buffer: nothing is lost
    //

    Good = 0;

    for (Length = 0; Length <= 400; Length++) {

        OpenerPrepare(&Directory, FltObjects);
        OpenerOpen(&Directory, L"\\play\\list");
        Total = 0;

        for (Index = 0; Index < 20; Index++) {

            Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, Length,
                                           FileIdBothDirectoryInformation, FALSE, NULL, FALSE,
                                           &Returned);

            if (Status == STATUS_SUCCESS && Returned <= Length) {

                Total += OpenerCount(Buffer, Returned);

            } else {

                break;
            }
        }

        if (Length < FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName)) {

            Good += (Total == 0 &&
                     (Status == STATUS_INFO_LENGTH_MISMATCH || Status == STATUS_BUFFER_TOO_SMALL));

        } else if (Length < FIELD_OFFSET(FILE_ID_BOTH_DIR_INFORMATION, FileName) + 2 * sizeof(WCHAR)) {

            //
            //  "." fits, ".." may not
            //

            Good += (Status == STATUS_BUFFER_OVERFLOW);

        } else {

            Good += ((Total == 7 && Status == STATUS_NO_MORE_FILES) ||
                     (Total < 7 && Status == STATUS_BUFFER_OVERFLOW));
        }

        OpenerClose(&Directory);
    }

    OpenerSay("list-lengths", Status, 0, Good, 401);

    //
    //  An entry says what the file says
    //

    OpenerPrepare(&Directory, FltObjects);
    OpenerOpen(&Directory, L"\\play\\list");
    RtlInitUnicodeString(&Pattern, L"ab");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileIdBothDirectoryInformation, TRUE, &Pattern, FALSE, &Returned);
    Both = (PFILE_ID_BOTH_DIR_INFORMATION)Buffer;
    OpenerPrepare(&File, FltObjects);
    OpenerOpen(&File, L"\\play\\list\\ab");

    if (File.FileObject != NULL && NT_SUCCESS(Status)) {

        FltQueryInformationFile(File.Instance, File.FileObject, &Network, sizeof(Network),
                                FileNetworkOpenInformation, NULL);
        FltQueryInformationFile(File.Instance, File.FileObject, &Internal, sizeof(Internal),
                                FileInternalInformation, NULL);
        OpenerSay("list-agrees",
                  Status,
                  Returned,
                  Both->EndOfFile.QuadPart == Network.EndOfFile.QuadPart &&
                      Both->AllocationSize.QuadPart == Network.AllocationSize.QuadPart &&
                      Both->LastWriteTime.QuadPart == Network.LastWriteTime.QuadPart &&
                      Both->CreationTime.QuadPart == Network.CreationTime.QuadPart &&
                      Both->FileAttributes == Network.FileAttributes &&
                      Both->EndOfFile.QuadPart == 7,
                  Both->FileId.QuadPart == Internal.IndexNumber.QuadPart);
        OpenerSay("list-layout",
                  Status,
                  Both->NextEntryOffset,
                  Both->ShortNameLength,
                  Both->FileNameLength);
    }

    Status = FltQueryDirectoryFile(File.Instance, File.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, NULL, FALSE, &Returned);
    OpenerSay("list-file", Status, Returned, 0, 0);
    OpenerClose(&File);
    OpenerClose(&Directory);
    Directory.Access = FILE_READ_ATTRIBUTES | SYNCHRONIZE;
    OpenerOpen(&Directory, L"\\play\\list");
    Status = FltQueryDirectoryFile(Directory.Instance, Directory.FileObject, Buffer, OPENER_BUFFER,
                                   FileBothDirectoryInformation, FALSE, NULL, FALSE, &Returned);
    OpenerSay("list-no-access", Status, Returned, 0, 0);
    OpenerClose(&Directory);

    ExFreePoolWithTag(Buffer, OPENER_TAG);
}

VOID
OpenerMore (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Extended attributes, security descriptors, and the volume.

--*/
{
    struct {

        FILE_FULL_EA_INFORMATION Information;
        CHAR More[32];

    } Ea;
    FILE_FS_DEVICE_INFORMATION Device;
    UCHAR Buffer[256];
    LARGE_INTEGER Offset;
    OPENER_FILE File;
    OPENER_FILE Volume;
    ULONG Needed = 0;
    ULONG Length;
    NTSTATUS Status;

    OpenerPrepare(&File, FltObjects);
    File.Access = FILE_ALL_ACCESS;
    OpenerOpen(&File, L"\\play\\more");

    if (File.FileObject == NULL) {

        OpenerSay("ea-set", File.Result.Status, 0, 0, 0);
        return;
    }

    RtlZeroMemory(&Ea, sizeof(Ea));
    Ea.Information.EaNameLength = 9;
    Ea.Information.EaValueLength = 3;
    RtlCopyMemory(Ea.Information.EaName, "user.test", 10);
    RtlCopyMemory(Ea.Information.EaName + 10, "xyz", 3);
    Status = FltSetEaFile(File.Instance, File.FileObject, &Ea, sizeof(Ea));
    OpenerSay("ea-set", Status, 0, 0, 0);
    RtlZeroMemory(Buffer, sizeof(Buffer));
    Status = FltQueryEaFile(File.Instance, File.FileObject, Buffer, sizeof(Buffer), FALSE, NULL, 0,
                            NULL, TRUE, &Length);
    OpenerSay("ea-query",
              Status,
              Length,
              ((PFILE_FULL_EA_INFORMATION)Buffer)->EaNameLength,
              ((PFILE_FULL_EA_INFORMATION)Buffer)->EaValueLength);

    Status = FltQuerySecurityObject(File.Instance, File.FileObject, OWNER_SECURITY_INFORMATION, NULL,
                                    0, &Needed);
    OpenerSay("security-size", Status, 0, Needed > 0 && Needed <= sizeof(Buffer), 0);
    Status = FltQuerySecurityObject(File.Instance, File.FileObject,
                                    OWNER_SECURITY_INFORMATION | GROUP_SECURITY_INFORMATION |
                                        DACL_SECURITY_INFORMATION,
                                    Buffer, sizeof(Buffer), &Needed);
    OpenerSay("security-query", Status, 0, Needed, 0);

    if (NT_SUCCESS(Status)) {

        Status = FltSetSecurityObject(File.Instance, File.FileObject, DACL_SECURITY_INFORMATION,
                                      Buffer);
    }

    OpenerSay("security-set", Status, 0, 0, 0);
    OpenerClose(&File);

    OpenerPrepare(&Volume, FltObjects);
    Status = FltOpenVolume(FltObjects->Instance, &Volume.Handle, &Volume.FileObject);
    OpenerSay("volume",
              Status,
              0,
              NT_SUCCESS(Status) && FlagOn(Volume.FileObject->Flags, FO_VOLUME_OPEN),
              NT_SUCCESS(Status) ? Volume.FileObject->FileName.Length : 99);

    if (NT_SUCCESS(Status)) {

        Status = FltQueryVolumeInformationFile(Volume.Instance, Volume.FileObject, &Device,
                                               sizeof(Device), FileFsDeviceInformation, &Length);
        OpenerSay("volume-query", Status, Length, Device.DeviceType, 0);
        Status = FltFlushBuffers(Volume.Instance, Volume.FileObject);
        OpenerSay("volume-flush", Status, 0, 0, 0);
        Offset.QuadPart = 0;
        Status = FltReadFile(Volume.Instance, Volume.FileObject, &Offset, 8, Buffer, 0, &Length, NULL,
                             NULL);
        OpenerSay("volume-read", Status, 0, 0, 0);
        Status = FltWriteFile(Volume.Instance, Volume.FileObject, &Offset, 8, Buffer, 0, &Length, NULL,
                              NULL);
        OpenerSay("volume-write", Status, 0, 0, 0);
        RtlZeroMemory(Buffer, sizeof(Buffer));
        Status = FltSetInformationFile(Volume.Instance, Volume.FileObject, Buffer,
                                       sizeof(FILE_BASIC_INFORMATION), FileBasicInformation);
        OpenerSay("volume-set", Status, 0, 0, 0);
        Status = FltQueryDirectoryFile(Volume.Instance, Volume.FileObject, Buffer, sizeof(Buffer),
                                       FileBothDirectoryInformation, TRUE, NULL, TRUE, &Length);
        OpenerSay("volume-list", Status, Length, 0, 0);
    }

    OpenerClose(&Volume);
}
