/*++

Module Name:

    loader.c

Abstract:

    For tests: a driver that is no minifilter. When it is loaded it asks the Filter Manager to load
    the filter that the value Load of its Parameters key names, or to unload the one that Unload
    names, and prints the status:

        load NAME status=%x
        unload NAME status=%x

Environment:

    Kernel mode

--*/

#include <fltKernel.h>
#include <dontuse.h>

DRIVER_INITIALIZE DriverEntry;

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    );

typedef struct _LOADER_VALUE {

    KEY_VALUE_PARTIAL_INFORMATION Information;
    WCHAR Text[64];

} LOADER_VALUE, *PLOADER_VALUE;

static BOOLEAN
LoaderName (
    _In_ PUNICODE_STRING RegistryPath,
    _In_ PCWSTR Which,
    _Out_ PLOADER_VALUE Value,
    _Out_ PUNICODE_STRING Name
    )
/*++

Routine Description:

    Reads one of the two values.

Arguments:

    RegistryPath - The service key.

    Which - The value.

    Value - Receives it.

    Name - Receives its text, which stays in Value.

Return Value:

    TRUE if there is such a value.

--*/
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING( L"Parameters" );
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING ValueName;
    HANDLE ServiceKey;
    HANDLE Key;
    NTSTATUS Status;
    ULONG Length;

    InitializeObjectAttributes( &Attributes,
                                RegistryPath,
                                OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                NULL,
                                NULL );

    Status = ZwOpenKey( &ServiceKey, KEY_READ, &Attributes );

    if (!NT_SUCCESS( Status )) {

        return FALSE;
    }

    InitializeObjectAttributes( &Attributes,
                                &Parameters,
                                OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                                ServiceKey,
                                NULL );

    Status = ZwOpenKey( &Key, KEY_READ, &Attributes );
    ZwClose( ServiceKey );

    if (!NT_SUCCESS( Status )) {

        return FALSE;
    }

    RtlInitUnicodeString( &ValueName, Which );
    Status = ZwQueryValueKey( Key,
                              &ValueName,
                              KeyValuePartialInformation,
                              Value,
                              sizeof(LOADER_VALUE),
                              &Length );
    ZwClose( Key );

    if (!NT_SUCCESS( Status ) ||
        Value->Information.Type != REG_SZ ||
        Value->Information.DataLength < sizeof(WCHAR)) {

        return FALSE;
    }

    Name->Buffer = (PWCH)Value->Information.Data;
    Name->Length = (USHORT)(Value->Information.DataLength - sizeof(WCHAR));
    Name->MaximumLength = (USHORT)Value->Information.DataLength;

    return TRUE;
}

NTSTATUS
DriverEntry (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    LOADER_VALUE Value;
    UNICODE_STRING Name;

    UNREFERENCED_PARAMETER( DriverObject );

    if (LoaderName( RegistryPath, L"Load", &Value, &Name )) {

        DbgPrint( "load %wZ status=%x\n", &Name, FltLoadFilter( &Name ) );
    }

    if (LoaderName( RegistryPath, L"Unload", &Value, &Name )) {

        DbgPrint( "unload %wZ status=%x\n", &Name, FltUnloadFilter( &Name ) );
    }

    return STATUS_SUCCESS;
}
