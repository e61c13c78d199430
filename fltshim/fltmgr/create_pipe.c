// SPDX-License-Identifier: GPL-2.0
/*
 * Named pipes and mailslots, which a volume of Linux does not have: the routines say so.
 */
#include <linux/export.h>
#include "nt/nt.h"

/**
 * FltCreateNamedPipeFile() - create or open a named pipe
 * @Filter: not looked at
 * @Instance: likewise
 * @FileHandle: receives NULL
 * @FileObject: likewise; may be NULL
 * @DesiredAccess: not looked at
 * @ObjectAttributes: likewise
 * @IoStatusBlock: receives the status
 * @ShareAccess: not looked at
 * @CreateDisposition: likewise
 * @CreateOptions: likewise
 * @NamedPipeType: likewise
 * @ReadMode: likewise
 * @CompletionMode: likewise
 * @MaximumInstances: likewise
 * @InboundQuota: likewise
 * @OutboundQuota: likewise
 * @DefaultTimeout: likewise
 * @DriverContext: likewise
 *
 * WDK page: fltcreatenamedpipefile. There are no such pipes on a volume of Linux.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltCreateNamedPipeFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
				PFILE_OBJECT *FileObject, ULONG DesiredAccess,
				POBJECT_ATTRIBUTES ObjectAttributes,
				PIO_STATUS_BLOCK IoStatusBlock, ULONG ShareAccess,
				ULONG CreateDisposition, ULONG CreateOptions,
				ULONG NamedPipeType, ULONG ReadMode, ULONG CompletionMode,
				ULONG MaximumInstances, ULONG InboundQuota, ULONG OutboundQuota,
				PLARGE_INTEGER DefaultTimeout,
				PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
	*FileHandle = NULL;
	if (FileObject)
		*FileObject = NULL;
	IoStatusBlock->Status = STATUS_NOT_SUPPORTED;
	IoStatusBlock->Information = 0;
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltCreateNamedPipeFile);

/**
 * FltCreateMailslotFile() - create or open a mailslot
 * @Filter: not looked at
 * @Instance: likewise
 * @FileHandle: receives NULL
 * @FileObject: likewise; may be NULL
 * @DesiredAccess: not looked at
 * @ObjectAttributes: likewise
 * @IoStatusBlock: receives the status
 * @CreateOptions: not looked at
 * @MailslotQuota: likewise
 * @MaximumMessageSize: likewise
 * @ReadTimeout: likewise
 * @DriverContext: likewise
 *
 * WDK page: fltcreatemailslotfile. There are none on Linux.
 *
 * Return: STATUS_NOT_SUPPORTED
 */
NTSTATUS FltCreateMailslotFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
			       PFILE_OBJECT *FileObject, ULONG DesiredAccess,
			       POBJECT_ATTRIBUTES ObjectAttributes,
			       PIO_STATUS_BLOCK IoStatusBlock, ULONG CreateOptions,
			       ULONG MailslotQuota, ULONG MaximumMessageSize,
			       PLARGE_INTEGER ReadTimeout,
			       PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
	*FileHandle = NULL;
	if (FileObject)
		*FileObject = NULL;
	IoStatusBlock->Status = STATUS_NOT_SUPPORTED;
	IoStatusBlock->Information = 0;
	return STATUS_NOT_SUPPORTED;
}
EXPORT_SYMBOL_GPL(FltCreateMailslotFile);
