/*++

    A driver that checks the routines of the NT executive as drivers use them. It registers no
    filter: DriverEntry runs the checks and fails if one fails. With Parameters\Misuse it breaks
    rules instead, and leaves things behind for the unload to report.

--*/

#include <fltKernel.h>
#include "nttest.h"

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD NtUnload;

static ULONG Checks;
static ULONG Failures;

static PCSTR CurrentPart;
static ULONG PartFailures;

#ifdef ALLOC_PRAGMA
#pragma alloc_text(INIT, DriverEntry)
#pragma alloc_text(PAGE, NtUnload)
#endif

VOID
NtPart (
    _In_opt_ PCSTR Part
    )
{
    if (CurrentPart != NULL) {

        DbgPrint("part %s %s\n", CurrentPart, PartFailures == 0 ? "ok" : "failed");
    }

    CurrentPart = Part;
    PartFailures = 0;
}

VOID
NtCheck (
    _In_ BOOLEAN Holds,
    _In_ PCSTR What,
    _In_ ULONG Line
    )
{
    Checks += 1;

    if (!Holds) {

        Failures += 1;
        PartFailures += 1;
        DbgPrint("%s, line %u: %s does not hold\n", CurrentPart, Line, What);
    }
}

static ULONG
ReadMisuse (
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UCHAR Buffer[FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Misuse");
    HANDLE Key;
    ULONG Length;
    ULONG Misuse = 0;

    if (!NT_SUCCESS(IoOpenDriverRegistryKey(DriverObject, DriverRegKeyParameters, KEY_READ, 0,
                                            &Key))) {

        return 0;
    }

    if (NT_SUCCESS(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Value, sizeof(Buffer),
                                   &Length)) &&
        Value->Type == REG_DWORD) {

        Misuse = *(PULONG)Value->Data;
    }

    ZwClose(Key);

    return Misuse;
}

static VOID
BreakRules (
    _In_ PUNICODE_STRING RegistryPath
    )
{
    OBJECT_ATTRIBUTES Attributes;
    HANDLE Key;
    PUCHAR Block;
    KIRQL Irql;
    KSPIN_LOCK Lock;

    //
    //  A wrong tag is freed, an address inside a block is not, and neither is a block that is
    //  free already.
    //

    Block = (PUCHAR)ExAllocatePoolWithTag(NonPagedPool, 100, TAG_TEST);
    ExFreePoolWithTag(Block, 'gnrW');

    Block = (PUCHAR)ExAllocatePoolWithTag(NonPagedPool, 100, 'edsI');
    ExFreePool(Block + 16);
    ExFreePool(Block + 7);

    Block = (PUCHAR)ExAllocatePoolWithTag(NonPagedPool, 3 * PAGE_SIZE, 'egaP');
    ExFreePool(Block + PAGE_SIZE);
    ExFreePool(Block);
    ExFreePool(Block);

    //
    //  Paged pool with a spin lock held.
    //

    KeInitializeSpinLock(&Lock);
    KeAcquireSpinLock(&Lock, &Irql);
    Block = (PUCHAR)ExAllocatePoolWithTag(PagedPool, 100, TAG_TEST);
    KeReleaseSpinLock(&Lock, Irql);

    if (Block != NULL) {

        DbgPrint("paged pool at DISPATCH_LEVEL was given\n");
    }

    //
    //  Things that are no objects and no handles.
    //

    ObDereferenceObject(RegistryPath);
    ZwClose((HANDLE)(ULONG_PTR)0x1234);

    //
    //  A handle that stays open.
    //

    InitializeObjectAttributes(&Attributes, RegistryPath, OBJ_KERNEL_HANDLE, NULL, NULL);
    ZwOpenKey(&Key, KEY_READ, &Attributes);

    DbgPrint("rules broken\n");
}

VOID
NtUnload (
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER(DriverObject);
    PAGED_CODE();

    StopNotify();
}

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    DriverObject->DriverUnload = NtUnload;

    if (ReadMisuse(DriverObject) != 0) {

        BreakRules(RegistryPath);
        return STATUS_SUCCESS;
    }

    CheckText();
    CheckCLibrary();
    CheckMemory();
    CheckObjects(DriverObject, RegistryPath);
    CheckRuntime(DriverObject, RegistryPath);
    NtPart(NULL);

    DbgPrint("%u checks, %u failed\n", Checks, Failures);

    if (Failures != 0) {

        StopNotify();
        return STATUS_UNSUCCESSFUL;
    }

    return STATUS_SUCCESS;
}
