/*++

Module Name:

    ownio.c

Abstract:

    For tests: when a file whose name ends in "own" is cleaned up, this asks and changes what it
    can by operations that it starts itself, and prints what came of each; for one whose name ends
    in "direct" it reads the whole file with uncached asynchronous requests, 32 at a time. Where
    one of them completes at PASSIVE_LEVEL, every eighth starts another one there and waits for it.
    One whose name ends in "flush" it looks for in the listing of its folder, and flushes; one
    whose name ends in "bracket" it flushes and reads whenever it is told of a flush, before and
    after; and of one whose name ends in "settle" it reads the beginning.

        ownio: NAME status=X info=N a=N b=N c=N
        ownio: direct requests=N good=N bad=N pending=N passive=N dispatch=N above=N sum=N waited=N

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>
#include <suppress.h>

#define OWNIO_TAG       'oInO'
#define OWNIO_DEPTH     32
#define OWNIO_BLOCK     4096
#define OWNIO_REQUESTS  256

static PFLT_FILTER OwnioFilter;

DRIVER_INITIALIZE DriverEntry;

static VOID
FLTAPI
OwnioReadDone (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PFLT_CONTEXT Context
    );

//
//  Wrong on Windows, where it would be paged out; here nothing is.
//

#ifdef ALLOC_PRAGMA
#pragma alloc_text(PAGE, OwnioReadDone)
#endif

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

//
//  The asynchronous reads of one file
//

typedef struct _OWNIO_READS {

    PFLT_INSTANCE Instance;
    PFILE_OBJECT FileObject;
    KEVENT Idle;
    volatile LONG UnderWay;
    volatile LONG Good;
    volatile LONG Bad;
    volatile LONG Pending;
    volatile LONG Levels[3];            //  PASSIVE, DISPATCH, above
    volatile LONG64 Sum;
    volatile LONG Waited;               //  read again in a completion
    BOOLEAN Nested;                     //  this is such a read

} OWNIO_READS, *POWNIO_READS;

typedef struct _OWNIO_READ {

    POWNIO_READS Reads;
    PUCHAR Buffer;

} OWNIO_READ, *POWNIO_READ;

static NTSTATUS
OwnioPerform (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ UCHAR MajorFunction,
    _In_ FLT_PARAMETERS *Parameters,
    _Out_ PULONG_PTR Information
    )
/*++

Routine Description:

    Performs one operation below this instance and waits for it.

--*/
{
    PFLT_CALLBACK_DATA Data;
    NTSTATUS Status;

    *Information = 0;

    Status = FltAllocateCallbackData(FltObjects->Instance, FltObjects->FileObject, &Data);

    if (!NT_SUCCESS(Status)) {

        return Status;
    }

    Data->Iopb->MajorFunction = MajorFunction;
    Data->Iopb->IrpFlags = IRP_SYNCHRONOUS_API;
    Data->Iopb->Parameters = *Parameters;

    FltPerformSynchronousIo(Data);

    Status = Data->IoStatus.Status;
    *Information = Data->IoStatus.Information;

    FltFreeCallbackData(Data);

    return Status;
}

static NTSTATUS
OwnioQuery (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FILE_INFORMATION_CLASS Class,
    _Out_writes_bytes_(Length) PVOID Buffer,
    _In_ ULONG Length,
    _Out_ PULONG_PTR Information
    )
{
    FLT_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.QueryFileInformation.FileInformationClass = Class;
    Parameters.QueryFileInformation.InfoBuffer = Buffer;
    Parameters.QueryFileInformation.Length = Length;

    return OwnioPerform(FltObjects, IRP_MJ_QUERY_INFORMATION, &Parameters, Information);
}

static NTSTATUS
OwnioSet (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FILE_INFORMATION_CLASS Class,
    _In_reads_bytes_(Length) PVOID Buffer,
    _In_ ULONG Length,
    _Out_ PULONG_PTR Information
    )
{
    FLT_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.SetFileInformation.FileInformationClass = Class;
    Parameters.SetFileInformation.InfoBuffer = Buffer;
    Parameters.SetFileInformation.Length = Length;

    return OwnioPerform(FltObjects, IRP_MJ_SET_INFORMATION, &Parameters, Information);
}

static NTSTATUS
OwnioQueryVolume (
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _In_ FS_INFORMATION_CLASS Class,
    _Out_writes_bytes_(Length) PVOID Buffer,
    _In_ ULONG Length,
    _Out_ PULONG_PTR Information
    )
{
    FLT_PARAMETERS Parameters;

    RtlZeroMemory(&Parameters, sizeof(Parameters));
    Parameters.QueryVolumeInformation.FsInformationClass = Class;
    Parameters.QueryVolumeInformation.VolumeBuffer = Buffer;
    Parameters.QueryVolumeInformation.Length = Length;

    return OwnioPerform(FltObjects, IRP_MJ_QUERY_VOLUME_INFORMATION, &Parameters, Information);
}

static VOID
OwnioSay (
    _In_ PCSTR Name,
    _In_ NTSTATUS Status,
    _In_ ULONG_PTR Information,
    _In_ LONGLONG A,
    _In_ LONGLONG B,
    _In_ LONGLONG C
    )
{
    DbgPrint("ownio: %s status=%x info=%I64u a=%I64d b=%I64d c=%I64d\n",
             Name,
             Status,
             (ULONGLONG)Information,
             A,
             B,
             C);
}

static VOID
OwnioEnds (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Writes to the end of the file, and reads at the end and behind it. What was appended is read
    again from where the end was.

--*/
{
    CHAR Text[] = "appended";
    CHAR Back[32];
    FILE_STANDARD_INFORMATION Before;
    FILE_STANDARD_INFORMATION After;
    LARGE_INTEGER Offset;
    ULONG_PTR Information;
    ULONG Bytes = 0;
    NTSTATUS Status;

    OwnioQuery(FltObjects, FileStandardInformation, &Before, sizeof(Before), &Information);

    Offset.LowPart = FILE_WRITE_TO_END_OF_FILE;
    Offset.HighPart = -1;

    Status = FltWriteFile(FltObjects->Instance, FltObjects->FileObject, &Offset, 8, Text, 0,
                          &Bytes, NULL, NULL);

    OwnioQuery(FltObjects, FileStandardInformation, &After, sizeof(After), &Information);
    OwnioSay("append", Status, Bytes, Before.EndOfFile.QuadPart, After.EndOfFile.QuadPart, 0);

    Bytes = 0;
    RtlZeroMemory(Back, sizeof(Back));
    Status = FltReadFile(FltObjects->Instance, FltObjects->FileObject, &Before.EndOfFile,
                         sizeof(Back), Back, 0, &Bytes, NULL, NULL);
    OwnioSay("appended", Status, Bytes, RtlCompareMemory(Back, Text, 8), 0, 0);

    Bytes = 99;
    Status = FltReadFile(FltObjects->Instance, FltObjects->FileObject, &After.EndOfFile,
                         sizeof(Back), Back, 0, &Bytes, NULL, NULL);
    OwnioSay("at-end", Status, Bytes, 0, 0, 0);

    Bytes = 99;
    Offset.QuadPart = After.EndOfFile.QuadPart + 4711;
    Status = FltReadFile(FltObjects->Instance, FltObjects->FileObject, &Offset,
                         sizeof(Back), Back, 0, &Bytes, NULL, NULL);
    OwnioSay("behind", Status, Bytes, 0, 0, 0);
}

static VOID
OwnioEverything (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    One of each of the operations that need no data.

--*/
{
    FILE_FS_FULL_SIZE_INFORMATION FullSize;
    FILE_FS_SIZE_INFORMATION Size;
    FILE_FS_DEVICE_INFORMATION Device;
    FILE_FS_VOLUME_INFORMATION Volume;
    struct {

        FILE_FS_ATTRIBUTE_INFORMATION Information;
        WCHAR Name[32];

    } Attribute;
    FILE_STANDARD_INFORMATION Standard;
    FILE_END_OF_FILE_INFORMATION EndOfFile;
    FILE_ALLOCATION_INFORMATION Allocation;
    FILE_BASIC_INFORMATION Basic;
    FILE_POSITION_INFORMATION Position;
    FILE_DISPOSITION_INFORMATION Disposition;
    FILE_DISPOSITION_INFORMATION_EX DispositionEx;
    ULONG_PTR Information;
    NTSTATUS Status;

    Status = OwnioQueryVolume(FltObjects, FileFsFullSizeInformation, &FullSize, sizeof(FullSize), &Information);
    OwnioSay("full-size", Status, Information, FullSize.TotalAllocationUnits.QuadPart,
             FullSize.ActualAvailableAllocationUnits.QuadPart,
             (LONGLONG)FullSize.SectorsPerAllocationUnit * FullSize.BytesPerSector);

    Status = OwnioQueryVolume(FltObjects, FileFsSizeInformation, &Size, sizeof(Size), &Information);
    OwnioSay("size", Status, Information, Size.TotalAllocationUnits.QuadPart,
             Size.AvailableAllocationUnits.QuadPart,
             (LONGLONG)Size.SectorsPerAllocationUnit * Size.BytesPerSector);

    Status = OwnioQueryVolume(FltObjects, FileFsDeviceInformation, &Device, sizeof(Device), &Information);
    OwnioSay("device", Status, Information, Device.DeviceType, Device.Characteristics, 0);

    Status = OwnioQueryVolume(FltObjects, FileFsAttributeInformation, &Attribute, sizeof(Attribute), &Information);
    OwnioSay("attribute", Status, Information, Attribute.Information.FileSystemAttributes,
             Attribute.Information.MaximumComponentNameLength,
             Attribute.Information.FileSystemName[0]);

    Status = OwnioQueryVolume(FltObjects, FileFsVolumeInformation, &Volume, sizeof(Volume), &Information);
    OwnioSay("volume", Status, Information, Volume.VolumeLabelLength, Volume.SupportsObjects, 0);

    Status = OwnioQueryVolume(FltObjects, FileFsFullSizeInformation, &FullSize, 4, &Information);
    OwnioSay("short", Status, Information, 0, 0, 0);

    Status = OwnioQueryVolume(FltObjects, FileFsObjectIdInformation, &FullSize, sizeof(FullSize), &Information);
    OwnioSay("no-class", Status, Information, 0, 0, 0);

    EndOfFile.EndOfFile.QuadPart = 12345;
    Status = OwnioSet(FltObjects, FileEndOfFileInformation, &EndOfFile, sizeof(EndOfFile), &Information);
    OwnioSay("end", Status, Information, 0, 0, 0);

    EndOfFile.EndOfFile.QuadPart = -5;
    Status = OwnioSet(FltObjects, FileEndOfFileInformation, &EndOfFile, sizeof(EndOfFile), &Information);
    OwnioSay("bad-end", Status, Information, 0, 0, 0);

    Allocation.AllocationSize.QuadPart = 1048576;
    Status = OwnioSet(FltObjects, FileAllocationInformation, &Allocation, sizeof(Allocation), &Information);
    OwnioSay("allocation", Status, Information, 0, 0, 0);

    RtlZeroMemory(&Basic, sizeof(Basic));
    Basic.LastWriteTime.QuadPart = 126227808000000000LL;        //  2001-01-01
    Basic.FileAttributes = FILE_ATTRIBUTE_READONLY;
    Status = OwnioSet(FltObjects, FileBasicInformation, &Basic, sizeof(Basic), &Information);
    OwnioSay("basic", Status, Information, 0, 0, 0);

    Position.CurrentByteOffset.QuadPart = 77;
    Status = OwnioSet(FltObjects, FilePositionInformation, &Position, sizeof(Position), &Information);
    OwnioSay("position", Status, Information, FltObjects->FileObject->CurrentByteOffset.QuadPart, 0, 0);

    Disposition.DeleteFile = TRUE;
    Status = OwnioSet(FltObjects, FileDispositionInformation, &Disposition, sizeof(Disposition), &Information);
    OwnioSay("disposition", Status, Information, 0, 0, 0);

    DispositionEx.Flags = FILE_DISPOSITION_DELETE | FILE_DISPOSITION_IGNORE_READONLY_ATTRIBUTE;
    Status = OwnioSet(FltObjects, FileDispositionInformationEx, &DispositionEx, sizeof(DispositionEx), &Information);
    OwnioSay("disposition-ex", Status, Information, 0, 0, 0);

    Status = OwnioSet(FltObjects, FileValidDataLengthInformation, &EndOfFile, sizeof(EndOfFile), &Information);
    OwnioSay("no-set", Status, Information, 0, 0, 0);

    Status = OwnioSet(FltObjects, FileEndOfFileInformation, &EndOfFile, 3, &Information);
    OwnioSay("short-set", Status, Information, 0, 0, 0);

    Status = OwnioQuery(FltObjects, FileStandardInformation, &Standard, sizeof(Standard), &Information);
    OwnioSay("standard", Status, Information, Standard.EndOfFile.QuadPart,
             Standard.AllocationSize.QuadPart, Standard.DeletePending);
}

static VOID
OwnioStart (
    _In_ POWNIO_READS Reads,
    _In_ ULONG Number
    );

static VOID
OwnioReadAgain (
    _In_ POWNIO_READS Reads,
    _In_ ULONG Number
    )
/*++

Routine Description:

    Reads a block once more, asynchronously, and waits for it.

--*/
{
    OWNIO_READS Again;

    RtlZeroMemory(&Again, sizeof(Again));
    Again.Instance = Reads->Instance;
    Again.FileObject = Reads->FileObject;
    Again.Nested = TRUE;
    Again.UnderWay = 1;
    KeInitializeEvent(&Again.Idle, NotificationEvent, FALSE);

    OwnioStart(&Again, Number);

    if (InterlockedDecrement(&Again.UnderWay) != 0) {

        KeWaitForSingleObject(&Again.Idle, Executive, KernelMode, FALSE, NULL);
    }

    InterlockedAdd(&Reads->Waited, Again.Good);
}

static VOID
FLTAPI
OwnioReadDone (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PFLT_CONTEXT Context
    )
{
    ULONG Number = (ULONG)(Data->Iopb->Parameters.Read.ByteOffset.QuadPart / OWNIO_BLOCK);
    POWNIO_READ Read = (POWNIO_READ)Context;
    POWNIO_READS Reads = Read->Reads;
    KIRQL Level = KeGetCurrentIrql();
    LONG64 Sum = 0;
    ULONG_PTR Index;

    InterlockedIncrement(&Reads->Levels[(Level < DISPATCH_LEVEL) ? 0 : (Level - 1)]);

    if (NT_SUCCESS(Data->IoStatus.Status) && Data->IoStatus.Information == OWNIO_BLOCK) {

        for (Index = 0; Index < OWNIO_BLOCK; Index++) {

            Sum += Read->Buffer[Index];
        }

        InterlockedAdd64(&Reads->Sum, Sum);
        InterlockedIncrement(&Reads->Good);

    } else {

        InterlockedIncrement(&Reads->Bad);
    }

    FltFreeCallbackData(Data);
    ExFreePoolWithTag(Read->Buffer, OWNIO_TAG);
    ExFreePoolWithTag(Read, OWNIO_TAG);

    if (Level == PASSIVE_LEVEL && !Reads->Nested && (Number % 8) == 0) {

        OwnioReadAgain(Reads, Number);
    }

    if (InterlockedDecrement(&Reads->UnderWay) == 0) {

        KeSetEvent(&Reads->Idle, IO_NO_INCREMENT, FALSE);
    }
}

static VOID
OwnioStart (
    _In_ POWNIO_READS Reads,
    _In_ ULONG Number
    )
/*++

Routine Description:

    Starts one read.

--*/
{
    PFLT_CALLBACK_DATA Data;
    POWNIO_READ Read;
    NTSTATUS Status;

    Read = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(OWNIO_READ), OWNIO_TAG);

    if (Read == NULL) {

        return;
    }

    Read->Reads = Reads;
    Read->Buffer = ExAllocatePool2(POOL_FLAG_NON_PAGED, OWNIO_BLOCK, OWNIO_TAG);

    if (Read->Buffer == NULL ||
        !NT_SUCCESS(FltAllocateCallbackData(Reads->Instance, Reads->FileObject, &Data))) {

        if (Read->Buffer != NULL) {

            ExFreePoolWithTag(Read->Buffer, OWNIO_TAG);
        }

        ExFreePoolWithTag(Read, OWNIO_TAG);
        return;
    }

    Data->Iopb->MajorFunction = IRP_MJ_READ;
    Data->Iopb->IrpFlags = IRP_READ_OPERATION | IRP_NOCACHE;
    Data->Iopb->Parameters.Read.Length = OWNIO_BLOCK;
    Data->Iopb->Parameters.Read.ByteOffset.QuadPart = (LONGLONG)Number * OWNIO_BLOCK;
    Data->Iopb->Parameters.Read.ReadBuffer = Read->Buffer;

    InterlockedIncrement(&Reads->UnderWay);

    Status = FltPerformAsynchronousIo(Data, OwnioReadDone, Read);

    if (Status == STATUS_PENDING) {

        InterlockedIncrement(&Reads->Pending);
    }
}

static VOID
OwnioDirect (
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Reads the file, OWNIO_DEPTH requests at a time.

--*/
{
    OWNIO_READS Reads;
    ULONG Number = 0;
    ULONG Index;

    RtlZeroMemory(&Reads, sizeof(Reads));
    Reads.Instance = FltObjects->Instance;
    Reads.FileObject = FltObjects->FileObject;

    while (Number < OWNIO_REQUESTS) {

        KeInitializeEvent(&Reads.Idle, NotificationEvent, FALSE);

        //
        //  One for this loop, so that the event is set once.
        //

        Reads.UnderWay = 1;

        for (Index = 0; Index < OWNIO_DEPTH; Index++) {

            OwnioStart(&Reads, Number);
            Number++;
        }

        if (InterlockedDecrement(&Reads.UnderWay) != 0) {

            KeWaitForSingleObject(&Reads.Idle, Executive, KernelMode, FALSE, NULL);
        }
    }

    DbgPrint("ownio: direct requests=%u good=%d bad=%d pending=%d passive=%d dispatch=%d above=%d sum=%I64d waited=%d\n",
             Number,
             Reads.Good,
             Reads.Bad,
             Reads.Pending,
             Reads.Levels[0],
             Reads.Levels[1],
             Reads.Levels[2],
             Reads.Sum,
             Reads.Waited);
}

static VOID
OwnioList (
    _In_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects
    )
/*++

Routine Description:

    Says what size the listing of its folder has for the file.

--*/
{
    PFLT_FILE_NAME_INFORMATION Name;
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Folder;
    IO_STATUS_BLOCK IoStatus;
    PFILE_OBJECT Directory;
    HANDLE Handle;
    NTSTATUS Status;
    ULONG Length = 0;
    struct {

        FILE_ID_BOTH_DIR_INFORMATION Information;
        WCHAR Name[32];

    } Entry;

    Status = FltGetFileNameInformation(Data,
                                       FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT,
                                       &Name);

    if (!NT_SUCCESS(Status)) {

        return;
    }

    FltParseFileNameInformation(Name);
    Folder = Name->Name;
    Folder.Length -= Name->FinalComponent.Length;

    InitializeObjectAttributes(&Attributes, &Folder, OBJ_KERNEL_HANDLE, NULL, NULL);

    Status = FltCreateFileEx(OwnioFilter, FltObjects->Instance, &Handle, &Directory,
                             FILE_LIST_DIRECTORY | SYNCHRONIZE, &Attributes, &IoStatus, NULL, 0,
                             FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, FILE_OPEN,
                             FILE_DIRECTORY_FILE, NULL, 0, 0);

    RtlZeroMemory(&Entry, sizeof(Entry));

    if (NT_SUCCESS(Status)) {

        Status = FltQueryDirectoryFile(FltObjects->Instance, Directory, &Entry, sizeof(Entry),
                                       FileIdBothDirectoryInformation, TRUE,
                                       &Name->FinalComponent, FALSE, &Length);
        ObDereferenceObject(Directory);
        FltClose(Handle);
    }

    OwnioSay("list", Status, Length, Entry.Information.EndOfFile.QuadPart, 0, 0);
    FltReleaseFileNameInformation(Name);
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
OwnioPreCleanup (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNICODE_STRING Own = RTL_CONSTANT_STRING(L"own");
    UNICODE_STRING Direct = RTL_CONSTANT_STRING(L"direct");
    UNICODE_STRING Flush = RTL_CONSTANT_STRING(L"flush");
    UNICODE_STRING Settle = RTL_CONSTANT_STRING(L"settle");
    LARGE_INTEGER Offset;
    NTSTATUS Status;
    CHAR Text[16];
    ULONG Bytes = 0;

    UNREFERENCED_PARAMETER(CompletionContext);

    if (RtlSuffixUnicodeString(&Own, &FltObjects->FileObject->FileName, FALSE)) {

        OwnioEnds(FltObjects);
    }

    if (RtlSuffixUnicodeString(&Own, &FltObjects->FileObject->FileName, FALSE)) {

        OwnioEverything(FltObjects);

    } else if (RtlSuffixUnicodeString(&Direct, &FltObjects->FileObject->FileName, FALSE)) {

        OwnioDirect(FltObjects);

    } else if (RtlSuffixUnicodeString(&Flush, &FltObjects->FileObject->FileName, FALSE)) {

        OwnioList(Data, FltObjects);
        OwnioSay("flush", FltFlushBuffers(FltObjects->Instance, FltObjects->FileObject), 0, 0, 0, 0);

    } else if (RtlSuffixUnicodeString(&Settle, &FltObjects->FileObject->FileName, FALSE)) {

        Offset.QuadPart = 0;
        Status = FltReadFile(FltObjects->Instance, FltObjects->FileObject, &Offset, sizeof(Text),
                             Text, 0, &Bytes, NULL, NULL);
        OwnioSay("settle", Status, Bytes, 0, 0, 0);
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static FLT_PREOP_CALLBACK_STATUS
FLTAPI
OwnioPreBracket (
    _Inout_ PFLT_CALLBACK_DATA Data,
    _In_ PCFLT_RELATED_OBJECTS FltObjects,
    _Flt_CompletionContext_Outptr_ PVOID *CompletionContext
    )
{
    UNICODE_STRING Bracket = RTL_CONSTANT_STRING(L"bracket");
    LARGE_INTEGER Offset;
    NTSTATUS Flushed;
    NTSTATUS Read;
    CHAR Text[16];
    ULONG Bytes = 0;

    UNREFERENCED_PARAMETER(CompletionContext);

    if (RtlSuffixUnicodeString(&Bracket, &FltObjects->FileObject->FileName, FALSE)) {

        Offset.QuadPart = 0;
        Flushed = FltFlushBuffers(FltObjects->Instance, FltObjects->FileObject);
        Read = FltReadFile(FltObjects->Instance, FltObjects->FileObject, &Offset, sizeof(Text),
                           Text, 0, &Bytes, NULL, NULL);

        OwnioSay("bracket", Flushed, Bytes, Data->Iopb->MajorFunction, Read, Text[0]);
    }

    return FLT_PREOP_SUCCESS_NO_CALLBACK;
}

static NTSTATUS
FLTAPI
OwnioUnload (
    _In_ FLT_FILTER_UNLOAD_FLAGS Flags
    )
{
    UNREFERENCED_PARAMETER(Flags);

    FltUnregisterFilter(OwnioFilter);
    return STATUS_SUCCESS;
}

static CONST FLT_OPERATION_REGISTRATION OwnioOperations[] = {

    { IRP_MJ_CLEANUP, 0, OwnioPreCleanup, NULL },
    { IRP_MJ_ACQUIRE_FOR_CC_FLUSH, 0, OwnioPreBracket, NULL },
    { IRP_MJ_RELEASE_FOR_CC_FLUSH, 0, OwnioPreBracket, NULL },
    { IRP_MJ_ACQUIRE_FOR_MOD_WRITE, 0, OwnioPreBracket, NULL },
    { IRP_MJ_RELEASE_FOR_MOD_WRITE, 0, OwnioPreBracket, NULL },

    { IRP_MJ_OPERATION_END }
};

static CONST FLT_REGISTRATION OwnioRegistration = {

    sizeof(FLT_REGISTRATION),
    FLT_REGISTRATION_VERSION,
    0,                                  //  Flags
    NULL,                               //  Contexts
    OwnioOperations,
    OwnioUnload,
    NULL,                               //  InstanceSetup
    NULL,                               //  InstanceQueryTeardown
    NULL,                               //  InstanceTeardownStart
    NULL                                //  InstanceTeardownComplete
};

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    NTSTATUS Status;

    UNREFERENCED_PARAMETER(RegistryPath);

    Status = FltRegisterFilter(DriverObject, &OwnioRegistration, &OwnioFilter);

    if (NT_SUCCESS(Status)) {

        Status = FltStartFiltering(OwnioFilter);

        if (!NT_SUCCESS(Status)) {

            FltUnregisterFilter(OwnioFilter);
        }
    }

    return Status;
}
