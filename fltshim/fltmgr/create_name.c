// SPDX-License-Identifier: GPL-2.0
/*
 * Names that filters open files by, and the name of a file object that a filter replaces to send
 * an open somewhere else.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include "fltmgr/create_name.h"
#include "fltmgr/file_object.h"
#include "fltmgr/name.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/* No empty component, no NUL; one backslash may stand at the end. */
static bool flt_path_sound(const UNICODE_STRING *path)
{
	size_t units = path->Length / sizeof(WCHAR), i;

	for (i = 0; i < units; i++) {
		if (!path->Buffer[i])
			return false;
		if (i && path->Buffer[i] == '\\' && path->Buffer[i - 1] == '\\')
			return false;
	}
	return true;
}

/**
 * flt_place_from_name() - what a complete name means
 * @name: \Device\HarddiskVolumeN\path, \??\Volume{...}\path or \??\X:\path
 * @options: CreateOptions: with FILE_OPEN_BY_FILE_ID an id follows the volume, and no text
 * @place: filled
 *
 * Return: STATUS_SUCCESS, then flt_place_put() is owed; STATUS_OBJECT_PATH_SYNTAX_BAD,
 * STATUS_OBJECT_PATH_NOT_FOUND for a volume that there is not; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS flt_place_from_name(const UNICODE_STRING *name, ULONG options, struct flt_place *place)
{
	size_t units = name->Length / sizeof(WCHAR), end;
	UNICODE_STRING prefix = *name;
	struct flt_volume *volume;
	NTSTATUS status;

	if (!name->Buffer || !units || name->Length % sizeof(WCHAR) || name->Buffer[0] != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	end = flt_name_volume_end(name->Buffer, units);
	if (!end)
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	prefix.Length = end * sizeof(WCHAR);
	status = flt_volume_from_name(&prefix, &volume);
	if (status == STATUS_FLT_VOLUME_NOT_FOUND || status == STATUS_INVALID_PARAMETER)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	if (!NT_SUCCESS(status))
		return status;
	place->volume = volume;
	place->related = NULL;
	place->path.Buffer = name->Buffer + end;
	place->path.Length = (units - end) * sizeof(WCHAR);
	place->path.MaximumLength = place->path.Length;
	if (options & FILE_OPEN_BY_FILE_ID) {
		/* The backslash separates, the id follows. */
		if (units > end) {
			place->path.Buffer++;
			place->path.Length -= sizeof(WCHAR);
		}
	} else if (!flt_path_sound(&place->path)) {
		flt_place_put(place);
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	}
	return STATUS_SUCCESS;
}

/* What is relative to the open file of a handle. */
static NTSTATUS flt_place_below(HANDLE root, const UNICODE_STRING *name, ULONG options,
				struct flt_place *place)
{
	struct flt_file *related;
	NTSTATUS status;
	void *object;

	if (name->Length % sizeof(WCHAR) || (name->Length && !name->Buffer))
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	status = ob_get_by_handle(root, &ob_file_type, &object);
	if (!NT_SUCCESS(status))
		return status;
	related = flt_file_of(object);
	if (!related->fo.FsContext)
		status = STATUS_INVALID_HANDLE;
	else if (!(options & FILE_OPEN_BY_FILE_ID) &&
		 (!flt_path_sound(name) || (name->Length && name->Buffer[0] == '\\')))
		status = STATUS_OBJECT_PATH_SYNTAX_BAD;
	else
		status = flt_object_give(&related->volume->obj);
	if (!NT_SUCCESS(status)) {
		flt_file_put(related);
		return status;
	}
	place->volume = related->volume;
	place->related = related;
	place->path = *name;
	return STATUS_SUCCESS;
}

/**
 * flt_place_from_attributes() - what an OBJECT_ATTRIBUTES means
 * @attributes: the name, complete or relative to the handle of an open file
 * @options: CreateOptions
 * @place: filled
 *
 * Return: as flt_place_from_name(); STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_INVALID_PARAMETER
 */
NTSTATUS flt_place_from_attributes(const OBJECT_ATTRIBUTES *attributes, ULONG options,
				   struct flt_place *place)
{
	static const UNICODE_STRING none;
	const UNICODE_STRING *name;

	if (!attributes || attributes->Length != sizeof(*attributes))
		return STATUS_INVALID_PARAMETER;
	name = attributes->ObjectName ?: &none;
	if (attributes->RootDirectory)
		return flt_place_below(attributes->RootDirectory, name, options, place);
	return flt_place_from_name(name, options, place);
}

void flt_place_put(struct flt_place *place)
{
	if (place->related)
		flt_file_put(place->related);
	FltObjectDereference(place->volume);
	place->related = NULL;
	place->volume = NULL;
}

/**
 * flt_object_rename() - give a file object another name
 * @fo: not open, and nobody else's yet
 * @name: copied
 * @bytes: its length
 *
 * Return: STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES, then the old name stays
 */
NTSTATUS flt_object_rename(PFILE_OBJECT fo, const WCHAR *name, USHORT bytes)
{
	WCHAR *copy = kvmalloc(bytes + sizeof(WCHAR), GFP_KERNEL);

	if (!copy)
		return STATUS_INSUFFICIENT_RESOURCES;
	memcpy(copy, name, bytes);
	copy[bytes / sizeof(WCHAR)] = 0;
	kvfree(fo->FileName.Buffer);
	fo->FileName.Buffer = copy;
	fo->FileName.Length = bytes;
	fo->FileName.MaximumLength = bytes;
	return STATUS_SUCCESS;
}

/**
 * IoReplaceFileObjectName() - give a file that is being opened another name
 * @FileObject: of a create that is on its way down
 * @NewFileName: the name; copied
 * @FileNameLength: its bytes
 *
 * WDK page: ioreplacefileobjectname. IRQL: PASSIVE_LEVEL. With STATUS_REPARSE and IO_REPARSE the
 * open starts again with that name, which has to be complete then. The old name is freed.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for no name, and for a file that is open, whose
 * name may be in use; STATUS_INSUFFICIENT_RESOURCES, then the old name stays
 */
NTSTATUS IoReplaceFileObjectName(PFILE_OBJECT FileObject, PWSTR NewFileName,
				 USHORT FileNameLength)
{
	if (!ke_at_most(PASSIVE_LEVEL) || !FileObject || !NewFileName || !FileNameLength ||
	    FileNameLength % sizeof(WCHAR))
		return STATUS_INVALID_PARAMETER;
	if (FileObject->FsContext) {
		fsh_violation(fsh_caller(), __func__, "the file is open already");
		return STATUS_INVALID_PARAMETER;
	}
	return flt_object_rename(FileObject, NewFileName, FileNameLength);
}
EXPORT_SYMBOL_GPL(IoReplaceFileObjectName);
