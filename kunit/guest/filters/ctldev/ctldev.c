/*++

    For tests: a driver with a device that programs open, read, write and send control codes to,
    as filters have one beside a port. It registers no filter. With the value Early in its
    Parameters key it lets its device be opened too early, and fails in DriverEntry.

--*/

#include <fltKernel.h>
#include <dontuse.h>

#define CODE(_n, _method) CTL_CODE( FILE_DEVICE_UNKNOWN, (_n), (_method), FILE_ANY_ACCESS )

#define CTLDEV_REVERSE      CODE( 0x800, METHOD_BUFFERED )
#define CTLDEV_FILL         CODE( 0x801, METHOD_OUT_DIRECT )
#define CTLDEV_SUM          CODE( 0x801, METHOD_IN_DIRECT )
#define CTLDEV_COPY         CODE( 0x802, METHOD_NEITHER )
#define CTLDEV_DENIED       CODE( 0x803, METHOD_BUFFERED )
#define CTLDEV_LATER        CODE( 0x804, METHOD_BUFFERED )
#define CTLDEV_NEVER        CODE( 0x805, METHOD_BUFFERED )
#define CTLDEV_RAISE        CODE( 0x806, METHOD_BUFFERED )
#define CTLDEV_OVERFLOW     CODE( 0x807, METHOD_BUFFERED )
#define CTLDEV_FORGOTTEN    CODE( 0x808, METHOD_BUFFERED )
#define CTLDEV_GREEDY       CODE( 0x809, METHOD_BUFFERED )
#define CTLDEV_WRITER       CTL_CODE( FILE_DEVICE_UNKNOWN, 0x80A, METHOD_BUFFERED, FILE_WRITE_ACCESS )
#define CTLDEV_TOO_LATE     CODE( 0x80B, METHOD_BUFFERED )
#define CTLDEV_RAISE_LATE   CODE( 0x80C, METHOD_BUFFERED )
#define CTLDEV_HOLD_CREATE  CODE( 0x80D, METHOD_BUFFERED )
#define CTLDEV_FREE_CREATE  CODE( 0x80E, METHOD_BUFFERED )

typedef struct _CTLDEV_EXTENSION {

    ULONG Opens;
    ULONG Kept;
    UCHAR Data[64];

    //
    //  The request of CTLDEV_NEVER, until its cancel routine or the cleanup of its file takes it.
    //

    PIRP Endless;

    //
    //  The next create waits for this.
    //

    BOOLEAN HoldCreate;
    KEVENT FreeCreate;

} CTLDEV_EXTENSION, *PCTLDEV_EXTENSION;

DRIVER_INITIALIZE DriverEntry;
DRIVER_UNLOAD CtlUnload;

static PDEVICE_OBJECT Device;
static UNICODE_STRING Link = RTL_CONSTANT_STRING(L"\\DosDevices\\CtlLink");

static NTSTATUS
CtlComplete (
    _In_ PIRP Irp,
    _In_ NTSTATUS Status,
    _In_ ULONG_PTR Information
    )
{
    Irp->IoStatus.Status = Status;
    Irp->IoStatus.Information = Information;
    IoCompleteRequest( Irp, IO_NO_INCREMENT );

    return Status;
}

//
//  A driver may make and delete devices and links while it handles a create.
//

static VOID
CtlNames (
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\CtlShort");
    UNICODE_STRING Other = RTL_CONSTANT_STRING(L"\\DosDevices\\CtlShortLink");
    PDEVICE_OBJECT Short;

    if (NT_SUCCESS( IoCreateDevice( DriverObject, 0, &Name, FILE_DEVICE_UNKNOWN, 0, FALSE,
                                    &Short ) )) {

        if (NT_SUCCESS( IoCreateSymbolicLink( &Other, &Name ) )) {

            IoDeleteSymbolicLink( &Other );
            DbgPrint("names in a create\n");
        }

        IoDeleteDevice( Short );
    }
}

//
//  The file has no handle any more: what it asked for ends.
//

static VOID
CtlEndless (
    _In_ PCTLDEV_EXTENSION Extension,
    _In_ PFILE_OBJECT FileObject
    )
{
    PIRP Irp;
    KIRQL Irql;

    IoAcquireCancelSpinLock( &Irql );
    Irp = Extension->Endless;

    if (Irp != NULL && IoGetCurrentIrpStackLocation( Irp )->FileObject == FileObject) {

        Extension->Endless = NULL;
        IoSetCancelRoutine( Irp, NULL );

    } else {

        Irp = NULL;
    }

    IoReleaseCancelSpinLock( Irql );

    if (Irp != NULL) {

        DbgPrint("cleanup ends a request\n");
        CtlComplete( Irp, STATUS_CANCELLED, 0 );
    }
}

static NTSTATUS
CtlOpenClose (
    _In_ PDEVICE_OBJECT DeviceObject,
    _In_ PIRP Irp
    )
{
    PCTLDEV_EXTENSION Extension = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation( Irp );

    switch (Stack->MajorFunction) {

    case IRP_MJ_CREATE:

        CtlNames( DeviceObject->DriverObject );

        if (Extension->HoldCreate) {

            Extension->HoldCreate = FALSE;
            DbgPrint("create waits\n");
            KeWaitForSingleObject( &Extension->FreeCreate, Executive, KernelMode, FALSE, NULL );
        }

        Extension->Opens += 1;
        Stack->FileObject->FsContext = Extension;
        break;

    case IRP_MJ_CLEANUP:

        DbgPrint("cleanup %d\n", Stack->FileObject->FsContext == Extension);
        CtlEndless( Extension, Stack->FileObject );
        break;

    case IRP_MJ_CLOSE:

        Extension->Opens -= 1;
        DbgPrint("close, %u open\n", Extension->Opens);
        break;
    }

    return CtlComplete( Irp, STATUS_SUCCESS, 0 );
}

static NTSTATUS
CtlReadWrite (
    _In_ PDEVICE_OBJECT DeviceObject,
    _In_ PIRP Irp
    )
{
    PCTLDEV_EXTENSION Extension = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation( Irp );
    ULONG Length;

    if (Stack->MajorFunction == IRP_MJ_WRITE) {

        Length = min( Stack->Parameters.Write.Length, sizeof(Extension->Data) );
        RtlCopyMemory( Extension->Data, Irp->AssociatedIrp.SystemBuffer, Length );
        Extension->Kept = Length;

    } else {

        Length = min( Stack->Parameters.Read.Length, Extension->Kept );
        RtlCopyMemory( Irp->AssociatedIrp.SystemBuffer, Extension->Data, Length );
    }

    return CtlComplete( Irp, STATUS_SUCCESS, Length );
}

static IO_WORKITEM_ROUTINE CtlLater;

static VOID
CtlLater (
    _In_ PDEVICE_OBJECT DeviceObject,
    _In_opt_ PVOID Context
    )
{
    PIRP Irp = Context;
    PIO_WORKITEM Item = Irp->Tail.Overlay.DriverContext[0];

    UNREFERENCED_PARAMETER( DeviceObject );

    *(PULONG)Irp->AssociatedIrp.SystemBuffer = 4711;
    CtlComplete( Irp, STATUS_SUCCESS, sizeof(ULONG) );
    IoFreeWorkItem( Item );
}

//
//  What CtlControl has returned from without an end.
//

static IO_WORKITEM_ROUTINE CtlTooLate;

static VOID
CtlTooLate (
    _In_ PDEVICE_OBJECT DeviceObject,
    _In_opt_ PVOID Context
    )
{
    PIRP Irp = Context;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation( Irp );
    PIO_WORKITEM Item = Irp->Tail.Overlay.DriverContext[0];
    LARGE_INTEGER Interval;

    Interval.QuadPart = -2000000;
    KeDelayExecutionThread( KernelMode, FALSE, &Interval );

    RtlFillMemory( Irp->AssociatedIrp.SystemBuffer,
                   Stack->Parameters.DeviceIoControl.OutputBufferLength,
                   'L' );

    if (Stack->FileObject->DeviceObject == DeviceObject) {

        DbgPrint("completes too late\n");
    }

    CtlComplete( Irp, STATUS_SUCCESS, 1 );
    IoFreeWorkItem( Item );
}

static DRIVER_CANCEL CtlCancel;

static VOID
CtlCancel (
    _In_ PDEVICE_OBJECT DeviceObject,
    _In_ PIRP Irp
    )
{
    PCTLDEV_EXTENSION Extension = DeviceObject->DeviceExtension;

    if (Extension->Endless == Irp) {

        Extension->Endless = NULL;
    }

    IoReleaseCancelSpinLock( Irp->CancelIrql );
    DbgPrint("cancelled\n");
    CtlComplete( Irp, STATUS_CANCELLED, 0 );
}

static NTSTATUS
CtlPend (
    _In_ PDEVICE_OBJECT DeviceObject,
    _In_ PIRP Irp,
    _In_opt_ PIO_WORKITEM_ROUTINE Later
    )
{
    PCTLDEV_EXTENSION Extension = DeviceObject->DeviceExtension;
    PIO_WORKITEM Item;
    KIRQL Irql;

    if (Later != NULL) {

        Item = IoAllocateWorkItem( DeviceObject );

        if (Item == NULL) {

            return CtlComplete( Irp, STATUS_INSUFFICIENT_RESOURCES, 0 );
        }

        Irp->Tail.Overlay.DriverContext[0] = Item;
        IoMarkIrpPending( Irp );
        IoQueueWorkItem( Item, Later, DelayedWorkQueue, Irp );

        return STATUS_PENDING;
    }

    IoMarkIrpPending( Irp );
    IoAcquireCancelSpinLock( &Irql );
    IoSetCancelRoutine( Irp, CtlCancel );
    Extension->Endless = Irp;
    IoReleaseCancelSpinLock( Irql );
    DbgPrint("waits for its end\n");

    return STATUS_PENDING;
}

static NTSTATUS
CtlCopy (
    _In_ PIRP Irp,
    _In_ PIO_STACK_LOCATION Stack
    )
{
    ULONG Length = min( Stack->Parameters.DeviceIoControl.InputBufferLength,
                        Stack->Parameters.DeviceIoControl.OutputBufferLength );
    NTSTATUS Status = STATUS_SUCCESS;

    try {

        ProbeForRead( Stack->Parameters.DeviceIoControl.Type3InputBuffer, Length, 1 );
        ProbeForWrite( Irp->UserBuffer, Length, 1 );

        if (Length <= sizeof(((PCTLDEV_EXTENSION)0)->Data)) {

            UCHAR Between[64];

            RtlCopyMemory( Between, Stack->Parameters.DeviceIoControl.Type3InputBuffer, Length );
            RtlCopyMemory( Irp->UserBuffer, Between, Length );
        }

    } except (EXCEPTION_EXECUTE_HANDLER) {

        Status = GetExceptionCode();
        Length = 0;
    }

    return CtlComplete( Irp, Status, Length );
}

static NTSTATUS
CtlControl (
    _In_ PDEVICE_OBJECT DeviceObject,
    _In_ PIRP Irp
    )
{
    PCTLDEV_EXTENSION Extension = DeviceObject->DeviceExtension;
    PIO_STACK_LOCATION Stack = IoGetCurrentIrpStackLocation( Irp );
    ULONG In = Stack->Parameters.DeviceIoControl.InputBufferLength;
    ULONG Out = Stack->Parameters.DeviceIoControl.OutputBufferLength;
    PUCHAR System = Irp->AssociatedIrp.SystemBuffer;
    PUCHAR Mapped;
    ULONG Index;
    ULONG Sum = 0;
    UCHAR Byte;

    switch (Stack->Parameters.DeviceIoControl.IoControlCode) {

    case CTLDEV_REVERSE:

        for (Index = 0; Index < In / 2; Index += 1) {

            Byte = System[Index];
            System[Index] = System[In - 1 - Index];
            System[In - 1 - Index] = Byte;
        }

        return CtlComplete( Irp, STATUS_SUCCESS, min( In, Out ) );

    case CTLDEV_FILL:
    case CTLDEV_SUM:

        if (Irp->MdlAddress == NULL || In != 1) {

            return CtlComplete( Irp, STATUS_INVALID_PARAMETER, 0 );
        }

        Mapped = MmGetSystemAddressForMdlSafe( Irp->MdlAddress, NormalPagePriority );

        if (Mapped == NULL || MmGetMdlByteCount( Irp->MdlAddress ) != Out) {

            return CtlComplete( Irp, STATUS_INSUFFICIENT_RESOURCES, 0 );
        }

        for (Index = 0; Index < Out; Index += 1) {

            Sum += Mapped[Index];
        }

        if (Stack->Parameters.DeviceIoControl.IoControlCode == CTLDEV_FILL) {

            RtlFillMemory( Mapped, Out, System[0] );
            return CtlComplete( Irp, STATUS_SUCCESS, Out );
        }

        return CtlComplete( Irp, Sum == (ULONG)System[0] * Out ? STATUS_SUCCESS
                                                              : STATUS_DATA_ERROR, 0 );

    case CTLDEV_COPY:

        return CtlCopy( Irp, Stack );

    case CTLDEV_DENIED:

        return CtlComplete( Irp, STATUS_ACCESS_DENIED, Out );

    case CTLDEV_LATER:

        if (Out < sizeof(ULONG)) {

            return CtlComplete( Irp, STATUS_BUFFER_TOO_SMALL, 0 );
        }

        return CtlPend( DeviceObject, Irp, CtlLater );

    case CTLDEV_NEVER:

        return CtlPend( DeviceObject, Irp, NULL );

    case CTLDEV_TOO_LATE:

        CtlPend( DeviceObject, Irp, CtlTooLate );
        return STATUS_SUCCESS;

    case CTLDEV_RAISE_LATE:

        CtlPend( DeviceObject, Irp, CtlTooLate );
        ExRaiseStatus( STATUS_DISK_FULL );
        break;

    case CTLDEV_HOLD_CREATE:

        Extension->HoldCreate = TRUE;
        return CtlComplete( Irp, STATUS_SUCCESS, 0 );

    case CTLDEV_FREE_CREATE:

        KeSetEvent( &Extension->FreeCreate, IO_NO_INCREMENT, FALSE );
        return CtlComplete( Irp, STATUS_SUCCESS, 0 );

    case CTLDEV_RAISE:

        ExRaiseStatus( STATUS_DISK_FULL );
        break;

    case CTLDEV_OVERFLOW:

        RtlFillMemory( System, Out, 'o' );
        return CtlComplete( Irp, STATUS_BUFFER_OVERFLOW, Out );

    case CTLDEV_FORGOTTEN:

        return STATUS_SUCCESS;

    case CTLDEV_GREEDY:

        return CtlComplete( Irp, STATUS_SUCCESS, 1000000 );

    case CTLDEV_WRITER:

        return CtlComplete( Irp, STATUS_SUCCESS, 0 );
    }

    return CtlComplete( Irp, STATUS_INVALID_DEVICE_REQUEST, 0 );
}

//
//  Does a symbolic link lead to this device? Both names are absolute.
//

static BOOLEAN
CtlLinkLeadsTo (
    _In_ PUNICODE_STRING LinkName,
    _In_ PUNICODE_STRING DeviceName
    )
{
    OBJECT_ATTRIBUTES Attributes;
    WCHAR Buffer[32];
    UNICODE_STRING Target = { 0, sizeof(Buffer), Buffer };
    NTSTATUS Status;
    HANDLE Handle;

    InitializeObjectAttributes( &Attributes,
                                LinkName,
                                OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                NULL,
                                NULL );

    if (!NT_SUCCESS( ZwOpenSymbolicLinkObject( &Handle, GENERIC_READ, &Attributes ) )) {

        return FALSE;
    }

    Status = ZwQuerySymbolicLinkObject( Handle, &Target, NULL );
    ZwClose( Handle );

    return NT_SUCCESS( Status ) && RtlEqualUnicodeString( &Target, DeviceName, TRUE );
}

VOID
CtlUnload (
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    UNREFERENCED_PARAMETER( DriverObject );

    IoDeleteSymbolicLink( &Link );
    IoDeleteDevice( Device );
}

//
//  Is the value Early set? The path is that of DriverEntry.
//

static BOOLEAN
CtlEarly (
    _In_ PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"Early");
    KEY_VALUE_PARTIAL_INFORMATION Value;
    OBJECT_ATTRIBUTES Attributes;
    NTSTATUS Status;
    HANDLE Service;
    HANDLE Key;
    ULONG Length;

    InitializeObjectAttributes( &Attributes, RegistryPath, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                NULL, NULL );
    Status = ZwOpenKey( &Service, KEY_READ, &Attributes );

    if (!NT_SUCCESS( Status )) {

        return FALSE;
    }

    InitializeObjectAttributes( &Attributes, &Parameters, OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                Service, NULL );
    Status = ZwOpenKey( &Key, KEY_READ, &Attributes );
    ZwClose( Service );

    if (!NT_SUCCESS( Status )) {

        return FALSE;
    }

    Status = ZwQueryValueKey( Key, &Name, KeyValuePartialInformation, &Value, sizeof(Value),
                              &Length );
    ZwClose( Key );

    return NT_SUCCESS( Status ) && Value.Data[0] != 0;
}

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    UNICODE_STRING Name = RTL_CONSTANT_STRING(L"\\Device\\CtlDev");
    UNICODE_STRING Other = RTL_CONSTANT_STRING(L"\\device\\ctldev");
    UNICODE_STRING Absent = RTL_CONSTANT_STRING(L"\\Device\\Absent");
    UNICODE_STRING Short = RTL_CONSTANT_STRING(L"\\??\\ctllink");
    PCTLDEV_EXTENSION Extension;
    PDEVICE_OBJECT Second;
    LARGE_INTEGER Interval;
    NTSTATUS Status;

    Status = IoCreateDevice( DriverObject, sizeof(CTLDEV_EXTENSION), &Name, FILE_DEVICE_UNKNOWN,
                             FILE_DEVICE_SECURE_OPEN, FALSE, &Device );

    if (!NT_SUCCESS( Status )) {

        return Status;
    }

    Device->Flags |= DO_BUFFERED_IO;
    Extension = Device->DeviceExtension;
    KeInitializeEvent( &Extension->FreeCreate, SynchronizationEvent, FALSE );

    if (IoCreateDevice( DriverObject, 0, &Other, FILE_DEVICE_UNKNOWN, 0, FALSE, &Second )
            == STATUS_OBJECT_NAME_COLLISION &&
        IoCreateSymbolicLink( &Link, &Absent ) == STATUS_OBJECT_NAME_NOT_FOUND &&
        NT_SUCCESS( IoCreateSymbolicLink( &Link, &Other ) ) &&
        CtlLinkLeadsTo( &Link, &Other ) && !CtlLinkLeadsTo( &Other, &Other ) &&
        !CtlLinkLeadsTo( &Absent, &Other ) &&
        IoCreateSymbolicLink( &Short, &Name ) == STATUS_OBJECT_NAME_COLLISION &&
        IoDeleteSymbolicLink( &Absent ) == STATUS_OBJECT_NAME_NOT_FOUND &&
        IoDeleteSymbolicLink( &Name ) == STATUS_OBJECT_NAME_NOT_FOUND) {

        DbgPrint("names are right\n");
    }

    DriverObject->DriverUnload = CtlUnload;
    DriverObject->MajorFunction[IRP_MJ_CREATE] = CtlOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLEANUP] = CtlOpenClose;
    DriverObject->MajorFunction[IRP_MJ_CLOSE] = CtlOpenClose;
    DriverObject->MajorFunction[IRP_MJ_READ] = CtlReadWrite;
    DriverObject->MajorFunction[IRP_MJ_WRITE] = CtlReadWrite;
    DriverObject->MajorFunction[IRP_MJ_DEVICE_CONTROL] = CtlControl;

    if (CtlEarly( RegistryPath )) {

        Device->Flags &= ~DO_DEVICE_INITIALIZING;
        DbgPrint("the device is there\n");

        Interval.QuadPart = -10000000;
        KeDelayExecutionThread( KernelMode, FALSE, &Interval );
        CtlUnload( DriverObject );

        return STATUS_DEVICE_NOT_READY;
    }

    return STATUS_SUCCESS;
}
