// SPDX-License-Identifier: GPL-2.0
/*
 * Where a rename or link goes, from the parameters of its IRP_MJ_SET_INFORMATION; and tunneled
 * names, of which there are none.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/string.h>
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/name.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/* The end of "\Device\HarddiskVolumeN", "\??\X:" and the like at the start of a path; 0: none. */
size_t flt_name_volume_end(const WCHAR *path, size_t units)
{
	static const struct {
		const char *text;
		bool whole;	/* up to the next backslash, and not of digits only */
	} prefixes[] = {
		{ "\\device\\harddiskvolume", false }, { "\\??\\", true },
		{ "\\dosdevices\\", true },
	};
	size_t i, at;

	for (i = 0; i < ARRAY_SIZE(prefixes); i++) {
		const char *text = prefixes[i].text;

		for (at = 0; text[at] && at < units; at++) {
			if (path[at] >= 128 || tolower(path[at]) != text[at])
				break;
		}
		if (text[at])
			continue;
		while (at < units && path[at] != '\\') {
			if (!prefixes[i].whole && (path[at] < '0' || path[at] > '9'))
				return 0;
			at++;
		}
		return at;
	}
	return 0;
}

/* A path from the root: of the volume, or of everything with a volume's name in front. */
static NTSTATUS flt_target_absolute(const struct flt_volume *volume, const WCHAR *path,
				    size_t units, struct flt_name **out)
{
	size_t end = flt_name_volume_end(path, units);
	UNICODE_STRING prefix = { end * sizeof(WCHAR), end * sizeof(WCHAR), (PWSTR)path };
	struct flt_volume *other;

	/* Without such a volume it is a folder that is called so. */
	if (end && NT_SUCCESS(flt_volume_from_name(&prefix, &other))) {
		FltObjectDereference(other);
		if (other != volume)
			return STATUS_MOUNT_POINT_NOT_RESOLVED;
		path += end;
		units -= end;
		if (!units)
			return STATUS_OBJECT_NAME_INVALID;
	}
	return flt_name_from_text(volume, path, units, out);
}

/* What is relative: to a folder, or to that of @query's file. */
static NTSTATUS flt_target_relative(const struct flt_name_query *query, bool sibling,
				    const WCHAR *text, size_t units, struct flt_name **out)
{
	struct flt_name *base, *name;
	size_t prefix, used;
	NTSTATUS status;
	WCHAR *path;

	status = flt_name_get(query, &base);
	if (!NT_SUCCESS(status))
		return status;
	prefix = base->info.Volume.Length / sizeof(WCHAR);
	used = base->info.Name.Length / sizeof(WCHAR) - prefix;
	path = base->text + prefix;
	while (sibling && used && path[used - 1] != '\\')
		used--;
	while (used && path[used - 1] == '\\')
		used--;
	status = flt_name_alloc(query->file->volume, used + 1 + units, &name);
	if (NT_SUCCESS(status)) {
		memcpy(flt_name_path(name), path, used * sizeof(WCHAR));
		flt_name_path(name)[used] = '\\';
		memcpy(flt_name_path(name) + used + 1, text, units * sizeof(WCHAR));
		*out = name;
	}
	flt_name_put(base);
	return status;
}

/* A provider below the asker says how the components of a normalized name are really called. */
static NTSTATUS flt_target_normalize(const struct flt_name_query *query, struct flt_name **name)
{
	FLT_NORMALIZE_NAME_FLAGS flags = FLTFL_NORMALIZE_NAME_DESTINATION_FILE_NAME;
	struct flt_instance *provider;
	struct flt_name *normalized;
	struct flt_stack *stack;
	NTSTATUS status;

	if (FltGetFileNameFormat(query->options) != FLT_FILE_NAME_NORMALIZED)
		return STATUS_SUCCESS;
	provider = flt_provider_enter(query, &stack);
	if (!provider)
		return STATUS_SUCCESS;
	if (query->file->fo.Flags & FO_OPENED_CASE_SENSITIVE)
		flags |= FLTFL_NORMALIZE_NAME_CASE_SENSITIVE;
	status = STATUS_FLT_INVALID_NAME_REQUEST;
	if (ke_level_at_most(PASSIVE_LEVEL))
		status = flt_provider_normalize(provider, query->file, *name, flags, &normalized);
	flt_guard_leave(stack);
	if (NT_SUCCESS(status)) {
		flt_name_put(*name);
		*name = normalized;
	}
	return status;
}

static NTSTATUS flt_target_name(struct flt_name_query *query, HANDLE root, const WCHAR *text,
				size_t units, struct flt_name **out)
{
	struct flt_file *file = query->file;
	FILE_OBJECT *folder;
	NTSTATUS status;
	void *object;

	if (!root && text[0] == '\\')
		return flt_target_absolute(file->volume, text, units, out);
	if (!root)
		return flt_target_relative(query, true, text, units, out);
	status = ob_get_by_handle(root, &ob_file_type, &object);
	if (!NT_SUCCESS(status))
		return status;
	folder = object;
	status = STATUS_MOUNT_POINT_NOT_RESOLVED;
	if (flt_file_of(folder)->volume == file->volume) {
		query->file = flt_file_of(folder);
		status = flt_target_relative(query, false, text, units, out);
		query->file = file;
	}
	ob_put(object);
	return status;
}

/**
 * FltGetDestinationFileNameInformation() - the name that a rename or link is about to give
 * @Instance: who asks
 * @FileObject: target file object of the IRP_MJ_SET_INFORMATION; not its ParentOfTarget
 * @RootDirectory: of the FILE_RENAME_INFORMATION or FILE_LINK_INFORMATION
 * @FileName: likewise
 * @FileNameLength: likewise, in bytes
 * @NameOptions: as for FltGetFileNameInformation()
 * @RetFileNameInformation: receives the name, to be released with FltReleaseFileNameInformation()
 *
 * WDK page: fltgetdestinationfilenameinformation. IRQL: <= APC_LEVEL; PASSIVE_LEVEL with
 * @RootDirectory. Nothing by that name has to exist. Names of destinations are not cached.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_FLT_INVALID_NAME_REQUEST for a short
 * name and with a top-level IRP; STATUS_MOUNT_POINT_NOT_RESOLVED for another volume;
 * STATUS_NAME_TOO_LONG; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltGetDestinationFileNameInformation(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
					      HANDLE RootDirectory, PWSTR FileName,
					      ULONG FileNameLength,
					      FLT_FILE_NAME_OPTIONS NameOptions,
					      PFLT_FILE_NAME_INFORMATION *RetFileNameInformation)
{
	struct flt_name_query query = {
		.instance = flt_instance_of(Instance),
		/* Whatever is asked, the place of what exists is found in the usual way. */
		.options = (NameOptions & ~FLT_VALID_FILE_NAME_QUERY_METHODS) |
			   FLT_FILE_NAME_QUERY_DEFAULT,
	};
	struct flt_name *name;
	NTSTATUS status;

	if (!RetFileNameInformation)
		return STATUS_INVALID_PARAMETER;
	*RetFileNameInformation = NULL;
	if (!flt_object_is(Instance, FLT_TYPE_INSTANCE, fsh_caller(), __func__) || !FileObject ||
	    !FileName || !FileNameLength || FileNameLength % sizeof(WCHAR) ||
	    !flt_name_options_valid(NameOptions))
		return STATUS_INVALID_PARAMETER;
	query.file = flt_file_of(FileObject);
	if (query.file->volume != query.instance->volume || query.file->target_directory) {
		fsh_violation(fsh_caller(), __func__,
			      "%p is not the file object of a rename or link", FileObject);
		return STATUS_INVALID_PARAMETER;
	}
	if (!ke_at_most(APC_LEVEL) || IoGetTopLevelIrp() ||
	    FltGetFileNameFormat(NameOptions) == FLT_FILE_NAME_SHORT)
		return STATUS_FLT_INVALID_NAME_REQUEST;
	if (FileNameLength > FLT_NAME_BYTES_MAX)
		return STATUS_NAME_TOO_LONG;
	status = flt_target_name(&query, RootDirectory, FileName, FileNameLength / sizeof(WCHAR),
				 &name);
	if (!NT_SUCCESS(status))
		return status;
	status = flt_target_normalize(&query, &name);
	if (!NT_SUCCESS(status)) {
		flt_name_put(name);
		return status;
	}
	name->info.Format = FltGetFileNameFormat(NameOptions);
	*RetFileNameInformation = flt_name_give(name, __builtin_return_address(0));
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetDestinationFileNameInformation);

/**
 * FltGetTunneledName() - whether a name was made another by tunneling
 * @CallbackData: in a post-operation callback of IRP_MJ_CREATE or IRP_MJ_SET_INFORMATION
 * @FileNameInformation: the name that the pre-operation callback got
 * @RetTunneledFileNameInformation: receives NULL: there are no short names, so none is tunneled
 *
 * WDK page: fltgettunneledname. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for any other callback
 */
NTSTATUS FltGetTunneledName(PFLT_CALLBACK_DATA CallbackData,
			    PFLT_FILE_NAME_INFORMATION FileNameInformation,
			    PFLT_FILE_NAME_INFORMATION *RetTunneledFileNameInformation)
{
	UCHAR major;

	if (!RetTunneledFileNameInformation)
		return STATUS_INVALID_PARAMETER;
	*RetTunneledFileNameInformation = NULL;
	if (!ke_at_most(APC_LEVEL) || !CallbackData || !FileNameInformation)
		return STATUS_INVALID_PARAMETER;
	major = CallbackData->Iopb->MajorFunction;
	if (!(CallbackData->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION) ||
	    (major != IRP_MJ_CREATE && major != IRP_MJ_SET_INFORMATION)) {
		fsh_violation(fsh_caller(), __func__,
			      "not in a post-operation callback of a create or a rename");
		return STATUS_INVALID_PARAMETER;
	}
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltGetTunneledName);
