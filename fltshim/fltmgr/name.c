// SPDX-License-Identifier: GPL-2.0
/*
 * Questions for the name of a file: which are legal, when the cache alone may answer, and what an
 * answer is made from. A name is the volume's and the path from its root. Where the name is, the
 * file system knows (flt_volume_ops.query_name, which takes no lock that an operation may hold); by
 * which name the file was opened, the file object says.
 */
#include <linux/export.h>
#include <linux/string.h>
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/name.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* Exactly one format, one method, flags that exist (NAME-01). */
bool flt_name_options_valid(FLT_FILE_NAME_OPTIONS options)
{
	ULONG flags = FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER | FLT_FILE_NAME_DO_NOT_CACHE |
		      FLT_FILE_NAME_ALLOW_QUERY_ON_REPARSE;
	ULONG method = FltGetFileNameQueryMethod(options);
	ULONG format = FltGetFileNameFormat(options);

	return format >= FLT_FILE_NAME_NORMALIZED && format <= FLT_FILE_NAME_SHORT &&
	       method >= FLT_FILE_NAME_QUERY_DEFAULT &&
	       method <= FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP &&
	       !(options & ~(FLT_VALID_FILE_NAME_FORMATS | FLT_VALID_FILE_NAME_QUERY_METHODS |
			     flags));
}

/**
 * flt_name_from_text() - make a name
 * @volume: its volume
 * @path: path from the volume's root, beginning with a backslash, or nothing
 * @units: its length
 * @out: receives it
 *
 * A backslash at the end is left out, unless it is the root's own (NAME-07).
 *
 * Return: as flt_name_alloc()
 */
NTSTATUS flt_name_from_text(const struct flt_volume *volume, const WCHAR *path, size_t units,
			    struct flt_name **out)
{
	NTSTATUS status;

	while (units > 1 && path[units - 1] == '\\')
		units--;
	status = flt_name_alloc(volume, units, out);
	if (NT_SUCCESS(status))
		memcpy(flt_name_path(*out), path, units * sizeof(WCHAR));
	return status;
}

static NTSTATUS flt_name_ask(struct flt_file *file, struct flt_name **out);

/* What is relative to another file object, which is open (a create only). */
static NTSTATUS flt_name_relative(struct flt_file *file, const FILE_OBJECT *related,
				  struct flt_name **out)
{
	const UNICODE_STRING *parent = &related->FileName, *last = &file->fo.FileName;
	size_t used = parent->Length / sizeof(WCHAR), more = last->Length / sizeof(WCHAR);
	NTSTATUS status;
	WCHAR *path;

	/* One that was opened relative to a third itself does not know the whole name. */
	if (!used || parent->Buffer[0] != '\\')
		return flt_name_ask(file, out);
	while (used && parent->Buffer[used - 1] == '\\')
		used--;
	while (more && last->Buffer[more - 1] == '\\')
		more--;
	status = flt_name_alloc(file->volume, used + 1 + more, out);
	if (!NT_SUCCESS(status))
		return status;
	path = flt_name_path(*out);
	memcpy(path, parent->Buffer, used * sizeof(WCHAR));
	path[used] = '\\';
	memcpy(path + used + 1, last->Buffer, more * sizeof(WCHAR));
	return status;
}

static NTSTATUS flt_name_ask(struct flt_file *file, struct flt_name **out)
{
	const struct flt_volume_ops *ops = READ_ONCE(file->volume->ops);

	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;

	if (!ops)
		return STATUS_FLT_DELETING_OBJECT;
	*out = ops->query_name ? ops->query_name(file, &status) : NULL;
	return *out ? STATUS_SUCCESS : status;
}

/* The name by which the file was opened, or is about to be. */
static NTSTATUS flt_name_opened(const struct flt_name_query *query, struct flt_name **out)
{
	struct flt_file *file = query->file;
	const FILE_OBJECT *fo = &file->fo;
	const WCHAR *path = fo->FileName.Buffer;
	size_t units = fo->FileName.Length / sizeof(WCHAR);
	bool parent = file->target_directory;

	if (query->creating && query->data->Iopb->OperationFlags & SL_OPEN_TARGET_DIRECTORY)
		parent = true;
	if (query->creating && fo->RelatedFileObject && (!units || path[0] != '\\'))
		return flt_name_relative(file, fo->RelatedFileObject, out);
	if (!units && fo->Flags & FO_VOLUME_OPEN)
		return flt_name_alloc(file->volume, 0, out);
	/* A name that the file object cannot hold, none at all, or what a folder was needed for. */
	if (!units || (file->own && path[0] != '\\'))
		return flt_name_ask(file, out);
	if (path[0] != '\\')
		return STATUS_OBJECT_NAME_INVALID;
	while (parent && units > 1 && path[--units] != '\\')
		;
	return flt_name_from_text(file->volume, path, units, out);
}

/* Nobody provides names: the file system's. */
static NTSTATUS flt_name_make(const struct flt_name_query *query, struct flt_name **out)
{
	switch (FltGetFileNameFormat(query->options)) {
	case FLT_FILE_NAME_OPENED:
		return flt_name_opened(query, out);
	case FLT_FILE_NAME_SHORT:
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
	if (query->file->fo.Flags & FO_VOLUME_OPEN)
		return flt_name_alloc(query->file->volume, 0, out);
	return flt_name_ask(query->file, out);
}

/* Cache first, where the method lets it; then who makes the name. */
static NTSTATUS flt_name_answer(const struct flt_name_query *query, struct flt_instance *provider,
				struct flt_name **out)
{
	ULONG method = FltGetFileNameQueryMethod(query->options);
	ULONG format = FltGetFileNameFormat(query->options);
	u64 id = provider ? READ_ONCE(provider->names) : 0;
	struct flt_name *name;
	bool cache = true;
	NTSTATUS status;
	u64 stamp;

	if (method != FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY) {
		*out = flt_name_cached(query->file, format, id);
		if (*out)
			return STATUS_SUCCESS;
	}
	if (method == FLT_FILE_NAME_QUERY_CACHE_ONLY)
		return STATUS_FLT_NAME_CACHE_MISS;
	if (query->cache_only)
		return method == FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP ?
		       STATUS_FLT_NAME_CACHE_MISS : STATUS_FLT_INVALID_NAME_REQUEST;

	stamp = flt_name_stamp(query->file);
	status = provider ? flt_provider_name(provider, query, &name, &cache) :
			    flt_name_make(query, &name);
	if (!NT_SUCCESS(status))
		return status;
	name->info.Format = format;
	if (cache && method != FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY &&
	    !(query->options & FLT_FILE_NAME_DO_NOT_CACHE))
		flt_name_cache(query->file, name, id, stamp);
	*out = name;
	return STATUS_SUCCESS;
}

/**
 * flt_name_get() - answer a question
 * @query: the question; its options are valid
 * @out: receives a name with a reference for the caller
 *
 * IRQL <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS or what speaks against it
 */
NTSTATUS flt_name_get(const struct flt_name_query *query, struct flt_name **out)
{
	struct flt_instance *provider;
	struct flt_stack *stack;
	NTSTATUS status;

	if (query->creating && FltGetFileNameFormat(query->options) == FLT_FILE_NAME_SHORT)
		return STATUS_FLT_INVALID_NAME_REQUEST;
	provider = flt_provider_enter(query, &stack);
	status = flt_name_answer(query, provider, out);
	if (provider)
		flt_guard_leave(stack);
	return status;
}

/* Would asking the file system be out of place here, as it is on Windows (NAME-20)? */
static bool flt_name_unsafe(const FLT_CALLBACK_DATA *data)
{
	const FLT_IO_PARAMETER_BLOCK *iopb = data->Iopb;
	bool post = data->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION;

	if (iopb->IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO) ||
	    iopb->TargetFileObject->Flags & FO_CLEANUP_COMPLETE)
		return true;
	switch (iopb->MajorFunction) {
	case IRP_MJ_CLOSE:
	case IRP_MJ_ACQUIRE_FOR_CC_FLUSH:
	case IRP_MJ_RELEASE_FOR_CC_FLUSH:
	case IRP_MJ_ACQUIRE_FOR_MOD_WRITE:
	case IRP_MJ_RELEASE_FOR_MOD_WRITE:
	case IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION:
		return true;
	case IRP_MJ_CLEANUP:
	case IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION:
		if (post)
			return true;
	}
	return IoGetTopLevelIrp() || KeAreAllApcsDisabled();
}

/**
 * FltGetFileNameInformation() - the name of the file that an operation is about
 * @CallbackData: the operation, in one of its callbacks or while it is held
 * @NameOptions: a format, a query method and flags (FLT_FILE_NAME_*)
 * @FileNameInformation: receives the name, to be released with FltReleaseFileNameInformation()
 *
 * WDK page: fltgetfilenameinformation. IRQL: <= APC_LEVEL. No lock of a file system is waited for,
 * so it may be called in every callback. There are no short names.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER; STATUS_FLT_INVALID_NAME_REQUEST where the name
 * cannot be asked for; STATUS_FLT_NAME_CACHE_MISS when only the cache was to be asked;
 * STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_NOT_FOUND, STATUS_NAME_TOO_LONG;
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltGetFileNameInformation(PFLT_CALLBACK_DATA CallbackData,
				   FLT_FILE_NAME_OPTIONS NameOptions,
				   PFLT_FILE_NAME_INFORMATION *FileNameInformation)
{
	struct flt_name_query query = { .data = CallbackData, .options = NameOptions };
	struct flt_name *name;
	NTSTATUS status;
	bool post;

	if (!CallbackData || !FileNameInformation || !flt_name_options_valid(NameOptions))
		return STATUS_INVALID_PARAMETER;
	if (!ke_at_most(APC_LEVEL) || !CallbackData->Iopb->TargetFileObject)
		return STATUS_FLT_INVALID_NAME_REQUEST;
	query.file = flt_file_of(CallbackData->Iopb->TargetFileObject);
	query.instance = flt_instance_of(CallbackData->Iopb->TargetInstance);
	query.cache_only = flt_name_unsafe(CallbackData);
	if (CallbackData->Iopb->MajorFunction == IRP_MJ_CREATE) {
		status = CallbackData->IoStatus.Status;
		post = CallbackData->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION;
		query.creating = !post;
		if (post && status == STATUS_REPARSE) {
			if (!(NameOptions & FLT_FILE_NAME_ALLOW_QUERY_ON_REPARSE))
				return STATUS_FLT_INVALID_NAME_REQUEST;
		} else if (post && !NT_SUCCESS(status)) {
			query.cache_only = true;
		}
	}
	status = flt_name_get(&query, &name);
	if (NT_SUCCESS(status))
		*FileNameInformation = flt_name_give(name, __builtin_return_address(0));
	return status;
}
EXPORT_SYMBOL_GPL(FltGetFileNameInformation);

/**
 * FltGetFileNameInformationUnsafe() - the name of an open file, without an operation
 * @FileObject: an open file
 * @Instance: who asks; NULL for no instance in particular
 * @NameOptions: as for FltGetFileNameInformation()
 * @FileNameInformation: receives the name, to be released with FltReleaseFileNameInformation()
 *
 * WDK page: fltgetfilenameinformationunsafe. IRQL: <= APC_LEVEL. Where the thread is inside the
 * paging path, only the cache is asked: a name provider may not be called there.
 *
 * Return: as FltGetFileNameInformation(); STATUS_FLT_INVALID_NAME_REQUEST for a file that is not
 * open
 */
NTSTATUS FltGetFileNameInformationUnsafe(PFILE_OBJECT FileObject, PFLT_INSTANCE Instance,
					 FLT_FILE_NAME_OPTIONS NameOptions,
					 PFLT_FILE_NAME_INFORMATION *FileNameInformation)
{
	struct flt_name_query query = {
		.instance = flt_instance_of(Instance),
		.options = NameOptions,
	};
	struct flt_name *name;
	NTSTATUS status;

	if (!FileObject || !FileNameInformation || !flt_name_options_valid(NameOptions))
		return STATUS_INVALID_PARAMETER;
	if (Instance && !flt_object_is(Instance, FLT_TYPE_INSTANCE, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	if (!ke_at_most(APC_LEVEL) || !FileObject->FsContext)
		return STATUS_FLT_INVALID_NAME_REQUEST;
	query.file = flt_file_of(FileObject);
	if (query.instance && query.instance->volume != query.file->volume)
		return STATUS_INVALID_PARAMETER;
	query.cache_only = ke_holds(KE_HOLD_PAGING);
	status = flt_name_get(&query, &name);
	if (status == STATUS_FLT_INVALID_NAME_REQUEST && query.cache_only)
		fsh_violation(fsh_caller(), __func__, "called in the paging path");
	if (NT_SUCCESS(status))
		*FileNameInformation = flt_name_give(name, __builtin_return_address(0));
	return status;
}
EXPORT_SYMBOL_GPL(FltGetFileNameInformationUnsafe);
