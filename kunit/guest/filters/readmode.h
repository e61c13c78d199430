/*++

Module Name:

    readmode.h

Abstract:

    For filters of tests that do different things: which one a test wants. Included once, by the
    filter's only source.

--*/

static ULONG
ReadMode (
    _In_ PUNICODE_STRING RegistryPath
    )
/*++

Routine Description:

    The value Mode of the Parameters key, or 0.

--*/
{
    UNICODE_STRING Parameters = RTL_CONSTANT_STRING(L"Parameters");
    UNICODE_STRING ValueName = RTL_CONSTANT_STRING(L"Mode");
    UCHAR Buffer[FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG)];
    PKEY_VALUE_PARTIAL_INFORMATION Value = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    OBJECT_ATTRIBUTES Attributes;
    HANDLE ServiceKey;
    HANDLE ParametersKey;
    ULONG Mode = 0;
    ULONG Length;

    InitializeObjectAttributes(&Attributes,
                               RegistryPath,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               NULL,
                               NULL);

    if (!NT_SUCCESS(ZwOpenKey(&ServiceKey, KEY_READ, &Attributes))) {

        return 0;
    }

    InitializeObjectAttributes(&Attributes,
                               &Parameters,
                               OBJ_CASE_INSENSITIVE | OBJ_KERNEL_HANDLE,
                               ServiceKey,
                               NULL);

    if (NT_SUCCESS(ZwOpenKey(&ParametersKey, KEY_READ, &Attributes))) {

        if (NT_SUCCESS(ZwQueryValueKey(ParametersKey,
                                       &ValueName,
                                       KeyValuePartialInformation,
                                       Value,
                                       sizeof(Buffer),
                                       &Length)) &&
            Value->Type == REG_DWORD &&
            Value->DataLength == sizeof(ULONG)) {

            Mode = *(PULONG)Value->Data;
        }

        ZwClose(ParametersKey);
    }

    ZwClose(ServiceKey);

    return Mode;
}
