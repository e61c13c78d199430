// SPDX-License-Identifier: GPL-2.0
/*
 * Symbolic links of the object manager: drive letters and GUID names lead to the device of a
 * volume, and what drivers made with IoCreateSymbolicLink() to that of theirs. A filter looks
 * into them to turn a program's name for a volume into the one that file names begin with. What
 * an open link leads to is settled at its opening and belongs to the link alone; no lock.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include <linux/string.h>
#include "fltmgr/object.h"
#include "fltmgr/volume.h"
#include "nt/io_device.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"

struct zw_link {
	UNICODE_STRING target;	/* kmalloc()ed */
};

static void zw_link_free(void *object)
{
	kfree(((struct zw_link *)object)->target.Buffer);
}

static OBJECT_TYPE zw_link_type = { .name = "SymbolicLink", .free = zw_link_free };

/* Where a link to a volume leads. The name of the device itself is no link. */
static NTSTATUS zw_volume_target(PCUNICODE_STRING name, UNICODE_STRING *target)
{
	struct flt_volume *volume;
	NTSTATUS status = flt_volume_from_name(name, &volume);

	if (!NT_SUCCESS(status))
		return STATUS_OBJECT_NAME_NOT_FOUND;
	if (RtlPrefixUnicodeString(&volume->name, name, TRUE)) {
		status = STATUS_OBJECT_TYPE_MISMATCH;
	} else {
		*target = volume->name;
		target->Buffer = kmemdup(volume->name.Buffer, volume->name.Length, GFP_KERNEL);
		if (!target->Buffer)
			status = STATUS_INSUFFICIENT_RESOURCES;
	}
	FltObjectDereference(volume);
	return status;
}

/**
 * ZwOpenSymbolicLinkObject() - open a symbolic link of the object manager
 * @LinkHandle: receives the handle: ZwClose() when done
 * @DesiredAccess: granted as it is
 * @ObjectAttributes: with its name: \??\X: or \DosDevices\X: for a volume whose mount was given a
 *	letter, \??\Volume{...}, or a link that a driver has made. There are no folders to begin at.
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwOpenSymbolicLinkObject.
 *
 * Return: STATUS_OBJECT_NAME_NOT_FOUND; STATUS_OBJECT_TYPE_MISMATCH for what is no link;
 * STATUS_OBJECT_PATH_SYNTAX_BAD for a name that does not begin with a backslash;
 * STATUS_INVALID_PARAMETER; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ZwOpenSymbolicLinkObject(PHANDLE LinkHandle, ACCESS_MASK DesiredAccess,
				  POBJECT_ATTRIBUTES ObjectAttributes)
{
	struct zw_link *link;
	UNICODE_STRING name;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!LinkHandle || !ObjectAttributes || !ObjectAttributes->ObjectName ||
	    ObjectAttributes->RootDirectory)
		return STATUS_INVALID_PARAMETER;
	name = *ObjectAttributes->ObjectName;
	if (name.Length < sizeof(WCHAR) || !name.Buffer || name.Buffer[0] != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	link = ob_create(&zw_link_type, sizeof(*link));
	if (!link)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = io_link_target(&name, &link->target);
	if (status == STATUS_OBJECT_NAME_NOT_FOUND)
		status = zw_volume_target(&name, &link->target);
	if (NT_SUCCESS(status))
		status = ob_open_handle(__builtin_return_address(0), &zw_link_type, link,
					DesiredAccess, ObjectAttributes->Attributes, LinkHandle);
	if (!NT_SUCCESS(status))
		ob_put(link);
	return status;
}
EXPORT_SYMBOL_GPL(ZwOpenSymbolicLinkObject);

/**
 * ZwQuerySymbolicLinkObject() - where a symbolic link leads
 * @LinkHandle: from ZwOpenSymbolicLinkObject()
 * @LinkTarget: has a buffer, which receives the name of a device, as a drive letter's
 *	"\Device\HarddiskVolume1", with a terminator where there is room
 * @ReturnedLength: may be NULL; receives the bytes of the name, also if they do not fit
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwQuerySymbolicLinkObject.
 *
 * Return: STATUS_BUFFER_TOO_SMALL, with nothing written but @ReturnedLength;
 * STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH; STATUS_INVALID_PARAMETER
 */
NTSTATUS ZwQuerySymbolicLinkObject(HANDLE LinkHandle, PUNICODE_STRING LinkTarget,
				   PULONG ReturnedLength)
{
	struct zw_link *link;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!LinkTarget || (LinkTarget->MaximumLength && !LinkTarget->Buffer))
		return STATUS_INVALID_PARAMETER;
	status = ob_get_by_handle(LinkHandle, &zw_link_type, (void **)&link);
	if (!NT_SUCCESS(status))
		return status;
	if (ReturnedLength)
		*ReturnedLength = link->target.Length;
	if (LinkTarget->MaximumLength < link->target.Length)
		status = STATUS_BUFFER_TOO_SMALL;
	else
		RtlCopyUnicodeString(LinkTarget, &link->target);
	ob_put(link);
	return status;
}
EXPORT_SYMBOL_GPL(ZwQuerySymbolicLinkObject);
