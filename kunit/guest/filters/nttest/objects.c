/*++

    Registry, handles, processes, and routines found by name.

--*/

#include <fltKernel.h>
#include "nttest.h"

static VOID
CheckRegistry (
    _In_ PUNICODE_STRING RegistryPath
    )
{
    OBJECT_ATTRIBUTES Attributes;
    UNICODE_STRING Name;
    UNICODE_STRING Empty = { 0, 0, NULL };
    UCHAR Buffer[128];
    PKEY_VALUE_PARTIAL_INFORMATION Partial = (PKEY_VALUE_PARTIAL_INFORMATION)Buffer;
    PKEY_VALUE_FULL_INFORMATION Full = (PKEY_VALUE_FULL_INFORMATION)Buffer;
    PKEY_BASIC_INFORMATION Basic = (PKEY_BASIC_INFORMATION)Buffer;
    PKEY_NAME_INFORMATION Path = (PKEY_NAME_INFORMATION)Buffer;
    HANDLE Service;
    HANDLE Key;
    HANDLE Child;
    ULONG Disposition;
    ULONG Length;
    ULONG Value = 42;

    NtPart("registry");

    InitializeObjectAttributes(&Attributes, RegistryPath, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               NULL, NULL);
    CHECK(NT_SUCCESS(ZwOpenKey(&Service, KEY_READ, &Attributes)));

    RtlInitUnicodeString(&Name, L"PARAMETERS");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE | OBJ_CASE_INSENSITIVE,
                               Service, NULL);
    CHECK(NT_SUCCESS(ZwOpenKey(&Key, KEY_READ | KEY_WRITE, &Attributes)));

    //
    //  What the INF says: a number and a text.
    //

    RtlInitUnicodeString(&Name, L"number");
    CHECK(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, NULL, 0, &Length) ==
          STATUS_BUFFER_TOO_SMALL);
    CHECK(Length == FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data) + sizeof(ULONG));
    CHECK(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Buffer, Length - 1, &Length) ==
          STATUS_BUFFER_OVERFLOW);
    CHECK(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Buffer, sizeof(Buffer),
                          &Length) == STATUS_SUCCESS);
    CHECK(Partial->Type == REG_DWORD && Partial->DataLength == 4 &&
          *(PULONG)Partial->Data == 4711);

    RtlInitUnicodeString(&Name, L"Text");
    CHECK(NT_SUCCESS(ZwQueryValueKey(Key, &Name, KeyValueFullInformation, Buffer, sizeof(Buffer),
                                     &Length)));
    CHECK(Full->Type == REG_SZ && Full->NameLength == 8 && Full->DataLength == 12 &&
          wcscmp((PWCHAR)(Buffer + Full->DataOffset), L"words") == 0);

    RtlInitUnicodeString(&Name, L"Nothing");
    CHECK(ZwQueryValueKey(Key, &Name, KeyValuePartialInformation, Buffer, sizeof(Buffer),
                          &Length) == STATUS_OBJECT_NAME_NOT_FOUND);

    //
    //  Keys and values of our own.
    //

    RtlInitUnicodeString(&Name, L"Child");
    InitializeObjectAttributes(&Attributes, &Name, OBJ_KERNEL_HANDLE, Key, NULL);
    CHECK(NT_SUCCESS(ZwCreateKey(&Child, KEY_ALL_ACCESS, &Attributes, 0, NULL, 0, &Disposition)));
    CHECK(Disposition == REG_CREATED_NEW_KEY);
    CHECK(NT_SUCCESS(ZwSetValueKey(Child, &Name, 0, REG_DWORD, &Value, sizeof(Value))));
    CHECK(NT_SUCCESS(ZwSetValueKey(Child, &Empty, 0, REG_BINARY, "xyz", 3)));
    CHECK(NT_SUCCESS(ZwEnumerateValueKey(Child, 1, KeyValuePartialInformation, Buffer,
                                         sizeof(Buffer), &Length)));
    CHECK(Partial->Type == REG_BINARY && Partial->DataLength == 3 && Partial->Data[2] == 'z');
    CHECK(ZwEnumerateValueKey(Child, 2, KeyValuePartialInformation, Buffer, sizeof(Buffer),
                              &Length) == STATUS_NO_MORE_ENTRIES);
    CHECK(NT_SUCCESS(ZwEnumerateKey(Key, 0, KeyBasicInformation, Buffer, sizeof(Buffer),
                                    &Length)));
    CHECK(Basic->NameLength > 0);
    CHECK(ZwQueryKey(Child, KeyNameInformation, Buffer, 8, &Length) == STATUS_BUFFER_OVERFLOW);
    CHECK(Length == FIELD_OFFSET(KEY_NAME_INFORMATION, Name) + Path->NameLength);
    CHECK(NT_SUCCESS(ZwDeleteValueKey(Child, &Name)));
    CHECK(ZwDeleteKey(Key) == STATUS_CANNOT_DELETE);
    CHECK(NT_SUCCESS(ZwDeleteKey(Child)));
    CHECK(ZwSetValueKey(Child, &Name, 0, REG_DWORD, &Value, sizeof(Value)) == STATUS_KEY_DELETED);
    CHECK(NT_SUCCESS(ZwClose(Child)));
    CHECK(ZwOpenKey(&Child, KEY_READ, &Attributes) == STATUS_OBJECT_NAME_NOT_FOUND);

    CHECK(NT_SUCCESS(ZwClose(Key)));
    CHECK(NT_SUCCESS(ZwClose(Service)));
}

static VOID
CheckProcesses (
    _In_ PDRIVER_OBJECT DriverObject
    )
{
    OBJECT_ATTRIBUTES Attributes;
    CLIENT_ID Client;
    PEPROCESS Process;
    PEPROCESS Again;
    PETHREAD Thread;
    HANDLE Handle;
    PUNICODE_STRING Image;
    UCHAR Buffer[512];
    PUNICODE_STRING String = (PUNICODE_STRING)Buffer;
    PROCESS_BASIC_INFORMATION Basic;
    ULONG Length;
    PVOID Object;

    NtPart("processes");

    Process = PsGetCurrentProcess();
    CHECK(PsGetProcessId(Process) == PsGetCurrentProcessId());
    CHECK(NT_SUCCESS(PsLookupProcessByProcessId(PsGetCurrentProcessId(), &Again)));
    CHECK(Again == Process);
    ObReferenceObject(Again);
    ObDereferenceObject(Again);
    ObDereferenceObject(Again);
    CHECK(NT_SUCCESS(PsLookupThreadByThreadId(PsGetCurrentThreadId(), &Thread)));
    CHECK(Thread == PsGetCurrentThread());
    CHECK(IoThreadToProcess(Thread) == Process);
    ObDereferenceObject(Thread);
    CHECK(PsLookupProcessByProcessId((HANDLE)(ULONG_PTR)0x7ffffff, &Again) == STATUS_INVALID_CID);

    CHECK(NT_SUCCESS(SeLocateProcessImageName(Process, &Image)));
    CHECK(Image->Length > 0 && Image->Buffer[0] == L'\\');
    DbgPrint("image %wZ, short name %s\n", Image, PsGetProcessImageFileName(Process));
    ExFreePool(Image);

    Client.UniqueProcess = PsGetCurrentProcessId();
    Client.UniqueThread = NULL;
    InitializeObjectAttributes(&Attributes, NULL, OBJ_KERNEL_HANDLE, NULL, NULL);
    CHECK(NT_SUCCESS(ZwOpenProcess(&Handle, PROCESS_ALL_ACCESS, &Attributes, &Client)));
    CHECK(ZwQueryInformationProcess(Handle, ProcessImageFileName, Buffer, 4, &Length) ==
          STATUS_INFO_LENGTH_MISMATCH);
    CHECK(NT_SUCCESS(ZwQueryInformationProcess(Handle, ProcessImageFileName, Buffer,
                                               sizeof(Buffer), &Length)));
    CHECK(String->Length > 0 && String->Buffer[String->Length / sizeof(WCHAR)] == 0);
    CHECK(NT_SUCCESS(ZwQueryInformationProcess(NtCurrentProcess(), ProcessCommandLineInformation,
                                               Buffer, sizeof(Buffer), &Length)));
    DbgPrint("command line %wZ\n", String);
    CHECK(NT_SUCCESS(ZwQueryInformationProcess(Handle, ProcessBasicInformation, &Basic,
                                               sizeof(Basic), NULL)));
    CHECK((HANDLE)Basic.UniqueProcessId == PsGetCurrentProcessId());

    CHECK(NT_SUCCESS(ObReferenceObjectByHandle(Handle, 0, *PsProcessType, KernelMode, &Object,
                                               NULL)));
    CHECK(Object == Process);
    ObDereferenceObject(Object);
    CHECK(ObReferenceObjectByHandle(Handle, 0, *IoFileObjectType, KernelMode, &Object, NULL) ==
          STATUS_OBJECT_TYPE_MISMATCH);
    CHECK(NT_SUCCESS(ZwClose(Handle)));
    CHECK(ObReferenceObjectByHandle(Handle, 0, NULL, KernelMode, &Object, NULL) ==
          STATUS_INVALID_HANDLE);

    CHECK(NT_SUCCESS(ObOpenObjectByPointer(Process, OBJ_KERNEL_HANDLE, NULL, 0, NULL, KernelMode,
                                           &Handle)));
    CHECK(NT_SUCCESS(ZwClose(Handle)));
    ObReferenceObject(DriverObject);
    ObDereferenceObject(DriverObject);
}

typedef NTSTATUS
(*PFN_GET_VERSION) (
    PRTL_OSVERSIONINFOW
    );

static BOOLEAN
IsLike (
    _In_ PCWSTR Pattern,
    _In_ PCWSTR Name
    )
{
    UNICODE_STRING PatternString;
    UNICODE_STRING NameString;

    RtlInitUnicodeString(&PatternString, Pattern);
    RtlInitUnicodeString(&NameString, Name);

    return FsRtlIsNameInExpression(&PatternString, &NameString, TRUE, NULL);
}

static VOID
CheckNames (
    VOID
    )
{
    UNICODE_STRING Name;
    PFN_GET_VERSION GetVersion;
    RTL_OSVERSIONINFOW Version;

    NtPart("names");

    CHECK(IsLike(L"*.TXT", L"a.b.txt") && !IsLike(L"*.TXT", L"a.txt.b"));
    CHECK(IsLike(L"A?C", L"abc") && !IsLike(L"A?C", L"ac"));
    CHECK(IsLike(L"FOO<", L"foobar") && !IsLike(L"FOO<", L"foo.bar"));
    CHECK(IsLike(L"FOO>>>.TXT", L"fooa.txt") && IsLike(L"FOO\"", L"foo"));

    RtlInitUnicodeString(&Name, L"RtlGetVersion");
    GetVersion = (PFN_GET_VERSION)MmGetSystemRoutineAddress(&Name);
    CHECK(GetVersion != NULL);
    Version.dwOSVersionInfoSize = sizeof(Version);
    CHECK(NT_SUCCESS(GetVersion(&Version)) && Version.dwMajorVersion == 10);

    RtlInitUnicodeString(&Name, L"NoSuchRoutine");
    CHECK(MmGetSystemRoutineAddress(&Name) == NULL);
    RtlInitUnicodeString(&Name, L"vfree");
    CHECK(MmGetSystemRoutineAddress(&Name) == NULL);
}

//
//  Told of every process from DriverEntry to the unload. One whose program is called "denied" does
//  not run.
//

static VOID
ProcessNotify (
    _Inout_ PEPROCESS Process,
    _In_ HANDLE ProcessId,
    _Inout_opt_ PPS_CREATE_NOTIFY_INFO CreateInfo
    )
{
    static const UNICODE_STRING Denied = RTL_CONSTANT_STRING(L"\\denied");
    ULONG Id = HandleToULong(ProcessId);

    if (Process != PsGetCurrentProcess() || ProcessId != PsGetCurrentProcessId() ||
        KeGetCurrentIrql() != PASSIVE_LEVEL) {

        DbgPrint("told of process %u in the wrong place\n", Id);
    }

    if (CreateInfo == NULL) {

        DbgPrint("process %u ends\n", Id);

    } else {

        DbgPrint("process %u begins, by %u: %wZ: %wZ\n",
                 Id,
                 HandleToULong(CreateInfo->ParentProcessId),
                 CreateInfo->ImageFileName,
                 CreateInfo->CommandLine);

        if (RtlSuffixUnicodeString(&Denied, CreateInfo->ImageFileName, TRUE)) {

            CreateInfo->CreationStatus = STATUS_ACCESS_DENIED;
        }
    }
}

static VOID
ImageNotify (
    _In_opt_ PUNICODE_STRING FullImageName,
    _In_ HANDLE ProcessId,
    _In_ PIMAGE_INFO ImageInfo
    )
{
    UNREFERENCED_PARAMETER(ImageInfo);

    DbgPrint("process %u runs %wZ\n", HandleToULong(ProcessId), FullImageName);
}

static OB_PREOP_CALLBACK_STATUS
HandleNotify (
    _In_ PVOID Context,
    _Inout_ POB_PRE_OPERATION_INFORMATION Information
    )
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(Information);

    return OB_PREOP_SUCCESS;
}

static NTSTATUS
RegistryNotify (
    _In_ PVOID Context,
    _In_opt_ PVOID First,
    _In_opt_ PVOID Second
    )
{
    UNREFERENCED_PARAMETER(Context);
    UNREFERENCED_PARAMETER(First);
    UNREFERENCED_PARAMETER(Second);

    return STATUS_SUCCESS;
}

static VOID
CheckNotify (
    VOID
    )
{
    UNICODE_STRING Altitude = RTL_CONSTANT_STRING(L"385903");
    OB_OPERATION_REGISTRATION Operation = { 0 };
    OB_CALLBACK_REGISTRATION Registration = { 0 };
    LARGE_INTEGER Cookie;
    PVOID Handle;

    NtPart("notify");

    Operation.ObjectType = PsProcessType;
    Operation.Operations = OB_OPERATION_HANDLE_CREATE;
    Operation.PreOperation = HandleNotify;
    Registration.Version = ObGetFilterVersion();
    Registration.OperationRegistrationCount = 1;
    Registration.Altitude = Altitude;
    Registration.OperationRegistration = &Operation;
    CHECK(NT_SUCCESS(ObRegisterCallbacks(&Registration, &Handle)));
    ObUnRegisterCallbacks(Handle);

    CHECK(NT_SUCCESS(CmRegisterCallback(RegistryNotify, NULL, &Cookie)));
    CHECK(NT_SUCCESS(CmUnRegisterCallback(Cookie)));
    CHECK(CmUnRegisterCallback(Cookie) == STATUS_INVALID_PARAMETER);

    CHECK(NT_SUCCESS(PsSetCreateProcessNotifyRoutineEx(ProcessNotify, FALSE)));
    CHECK(PsSetCreateProcessNotifyRoutineEx(ProcessNotify, FALSE) == STATUS_INVALID_PARAMETER);
    CHECK(NT_SUCCESS(PsSetLoadImageNotifyRoutine(ImageNotify)));
    CHECK(PsRemoveCreateThreadNotifyRoutine((PCREATE_THREAD_NOTIFY_ROUTINE)(PVOID)ImageNotify) ==
          STATUS_INVALID_PARAMETER);
}

VOID
StopNotify (
    VOID
    )
{
    PsSetCreateProcessNotifyRoutineEx(ProcessNotify, TRUE);
    PsRemoveLoadImageNotifyRoutine(ImageNotify);
}

VOID
CheckObjects (
    _In_ PDRIVER_OBJECT DriverObject,
    _In_ PUNICODE_STRING RegistryPath
    )
{
    CheckRegistry(RegistryPath);
    CheckProcesses(DriverObject);
    CheckNames();
    CheckNotify();
}
