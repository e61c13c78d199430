// SPDX-License-Identifier: GPL-2.0
/*
 * Processes by handle.
 */
#include <linux/export.h>
#include <linux/sched/signal.h>
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/ps_image.h"
#include "nt/ps_process.h"
#include "nt/rtl_format.h"

#define ZW_CURRENT_PROCESS	((HANDLE)~0UL)

/**
 * ZwOpenProcess() - open a process
 * @ProcessHandle: receives the handle: ZwClose() when done
 * @DesiredAccess: granted as it is
 * @ObjectAttributes: only the attributes are used: processes have no names
 * @ClientId: UniqueProcess says which
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwOpenProcess.
 *
 * Return: STATUS_INVALID_CID, STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ZwOpenProcess(PHANDLE ProcessHandle, ACCESS_MASK DesiredAccess,
		       POBJECT_ATTRIBUTES ObjectAttributes, PCLIENT_ID ClientId)
{
	PEPROCESS process;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!ClientId || !ObjectAttributes)
		return STATUS_INVALID_PARAMETER;
	status = PsLookupProcessByProcessId(ClientId->UniqueProcess, &process);
	if (status != STATUS_SUCCESS)
		return status;
	status = ob_open_handle(__builtin_return_address(0), &ob_process_type, process,
				DesiredAccess, ObjectAttributes->Attributes, ProcessHandle);
	if (status != STATUS_SUCCESS)
		ob_process_type.put(process);
	return status;
}
EXPORT_SYMBOL_GPL(ZwOpenProcess);

/* The process of a handle, referenced. */
static NTSTATUS zw_process_get(HANDLE handle, PEPROCESS *process)
{
	if (handle != ZW_CURRENT_PROCESS)
		return ob_get_by_handle(handle, &ob_process_type, (void **)process);
	*process = PsGetCurrentProcess();
	ob_process_type.get(*process);
	return STATUS_SUCCESS;
}

/**
 * ZwTerminateProcess() - end a process
 * @ProcessHandle: handle, or NtCurrentProcess()
 * @ExitStatus: not used: a program on Linux that is killed has no exit status
 *
 * The process gets SIGKILL, which it meets when it next leaves the kernel. IRQL PASSIVE_LEVEL.
 * WDK: ZwTerminateProcess.
 *
 * Return: STATUS_ACCESS_DENIED for the system process and for init,
 * STATUS_PROCESS_IS_TERMINATING, STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH
 */
NTSTATUS ZwTerminateProcess(HANDLE ProcessHandle, NTSTATUS ExitStatus)
{
	struct task_struct *task;
	PEPROCESS process;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_process_get(ProcessHandle, &process);
	if (status != STATUS_SUCCESS)
		return status;
	task = ps_task(process);
	if (task->flags & PF_KTHREAD || is_global_init(task))
		status = STATUS_ACCESS_DENIED;
	else if (send_sig(SIGKILL, task, 1))
		status = STATUS_PROCESS_IS_TERMINATING;
	ob_process_type.put(process);
	return status;
}
EXPORT_SYMBOL_GPL(ZwTerminateProcess);

/* A string and its text behind it. */
static NTSTATUS zw_process_string(char *text, size_t length, void *buffer, ULONG room,
				  ULONG *need)
{
	size_t units = rtl_utf16_from_utf8(NULL, 0, text, length).need;
	UNICODE_STRING *string = buffer;

	*need = sizeof(*string) + (units + 1) * sizeof(WCHAR);
	if (units > UNICODE_STRING_MAX_CHARS - 1)
		return STATUS_NAME_TOO_LONG;
	if (room < *need)
		return STATUS_INFO_LENGTH_MISMATCH;
	string->Buffer = (PWCH)(string + 1);
	string->Length = units * sizeof(WCHAR);
	string->MaximumLength = string->Length + sizeof(WCHAR);
	rtl_utf16_from_utf8(string->Buffer, units, text, length);
	string->Buffer[units] = 0;
	return STATUS_SUCCESS;
}

static NTSTATUS zw_process_name(PEPROCESS process, bool arguments, void *buffer, ULONG room,
				ULONG *need)
{
	NTSTATUS status;
	size_t length;
	char *text;

	status = arguments ? ps_command_line(process, &text, &length) :
			     ps_image_name(process, &text, &length);
	if (status != STATUS_SUCCESS)
		return status;
	status = zw_process_string(text, length, buffer, room, need);
	kfree(text);
	return status;
}

static NTSTATUS zw_process_basic(PEPROCESS process, void *buffer, ULONG room, ULONG *need)
{
	PROCESS_BASIC_INFORMATION *info = buffer;

	*need = sizeof(*info);
	if (room != sizeof(*info))
		return STATUS_INFO_LENGTH_MISMATCH;
	memset(info, 0, sizeof(*info));
	info->ExitStatus = PsGetProcessExitStatus(process);
	info->AffinityMask = ~0ULL;
	info->BasePriority = 8;
	info->UniqueProcessId = (ULONG_PTR)PsGetProcessId(process);
	info->InheritedFromUniqueProcessId =
		(ULONG_PTR)PsGetProcessInheritedFromUniqueProcessId(process);
	return STATUS_SUCCESS;
}

static NTSTATUS zw_process_number(ULONG_PTR number, void *buffer, ULONG room, ULONG *need)
{
	*need = sizeof(number);
	if (room != sizeof(number))
		return STATUS_INFO_LENGTH_MISMATCH;
	memcpy(buffer, &number, sizeof(number));
	return STATUS_SUCCESS;
}

/**
 * ZwQueryInformationProcess() - ask about a process
 * @ProcessHandle: handle, or NtCurrentProcess()
 * @ProcessInformationClass: basic information, the names of the program, the command line,
 *	whether it is a 32-bit program, or the debug port (none)
 * @ProcessInformation: receives the answer
 * @ProcessInformationLength: bytes of it
 * @ReturnLength: receives the bytes of the whole answer; may be NULL
 *
 * Both image names are names of Windows' kernel (ps_image.c). IRQL PASSIVE_LEVEL.
 * WDK: ZwQueryInformationProcess.
 *
 * Return: STATUS_INFO_LENGTH_MISMATCH, STATUS_INVALID_INFO_CLASS, STATUS_INVALID_HANDLE,
 * STATUS_PROCESS_IS_TERMINATING, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ZwQueryInformationProcess(HANDLE ProcessHandle, PROCESSINFOCLASS ProcessInformationClass,
				   PVOID ProcessInformation, ULONG ProcessInformationLength,
				   PULONG ReturnLength)
{
	ULONG room = ProcessInformationLength, need = 0;
	void *buffer = ProcessInformation;
	PEPROCESS process;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_process_get(ProcessHandle, &process);
	if (status != STATUS_SUCCESS)
		return status;
	switch (ProcessInformationClass) {
	case ProcessBasicInformation:
		status = zw_process_basic(process, buffer, room, &need);
		break;
	case ProcessDebugPort:
		status = zw_process_number(0, buffer, room, &need);
		break;
	case ProcessWow64Information:
		status = zw_process_number((ULONG_PTR)PsGetProcessWow64Process(process), buffer,
					   room, &need);
		break;
	case ProcessImageFileName:
	case ProcessImageFileNameWin32:
		status = zw_process_name(process, false, buffer, room, &need);
		break;
	case ProcessCommandLineInformation:
		status = zw_process_name(process, true, buffer, room, &need);
		break;
	default:
		status = STATUS_INVALID_INFO_CLASS;
	}
	ob_process_type.put(process);
	if (ReturnLength)
		*ReturnLength = need;
	return status;
}
EXPORT_SYMBOL_GPL(ZwQueryInformationProcess);
