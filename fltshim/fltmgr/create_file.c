// SPDX-License-Identifier: GPL-2.0
/*
 * Files that a minifilter opens itself: FltCreateFile and its Ex forms, FltOpenVolume, FltClose.
 * The create is an operation like any other: it enters the walk below the given instance, or at the
 * top without one, and the file system finds everything it needs in its parameters. How such a
 * file ends is in own_file.c.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "fltmgr/create_name.h"
#include "fltmgr/ecp.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "fltmgr/own_file.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/* How often filters below may send one open somewhere else (CREATE-63). */
#define FLT_RESTARTS_MAX	FLT_MAX_DEVICE_REPARSE_ATTEMPTS

/* What the routines are called with; the first members are filled on the way. */
struct flt_create {
	struct _ECP_LIST *ecps;
	bool ecps_lent;			/* they are the caller's */
	struct flt_filter *owner;
	struct flt_instance *below;
	struct flt_volume *volume;
	ACCESS_MASK mapped;
	const char *routine;
	const char *caller;
	const void *code;		/* in the driver's text */
	PFLT_FILTER filter;
	PFLT_INSTANCE instance;
	PHANDLE handle;
	PFILE_OBJECT *object;
	ACCESS_MASK access;
	const OBJECT_ATTRIBUTES *attributes;
	PIO_STATUS_BLOCK result;
	PLARGE_INTEGER allocation;
	ULONG file_attributes;
	ULONG share;
	ULONG disposition;
	ULONG options;
	PVOID ea;
	ULONG ea_length;
	ULONG flags;
	const IO_DRIVER_CREATE_CONTEXT *context;
};

/* A create under way; too large for the frame of what may be a callback. */
struct flt_create_call {
	struct flt_operation op;
	IO_SECURITY_CONTEXT security;
	ACCESS_STATE state;
};

static NTSTATUS flt_create_level(const struct flt_create *c)
{
	if (!ke_level_at_most(PASSIVE_LEVEL)) {
		if (!ke_level_breach(c->caller, c->routine, PASSIVE_LEVEL))
			return STATUS_INVALID_DEVICE_REQUEST;
	} else if (KeAreAllApcsDisabled()) {
		fsh_level_violation(c->caller, c->routine, "called in a guarded region");
	}
	if (IoGetTopLevelIrp()) {
		fsh_violation(c->caller, c->routine,
			      "called by a thread that came from inside a file system");
		return STATUS_INVALID_DEVICE_REQUEST;
	}
	return STATUS_SUCCESS;
}

static ACCESS_MASK flt_map_access(ACCESS_MASK access)
{
	ACCESS_MASK mapped = access & ~(GENERIC_READ | GENERIC_WRITE | GENERIC_EXECUTE |
					GENERIC_ALL);

	if (access & GENERIC_READ)
		mapped |= FILE_GENERIC_READ;
	if (access & GENERIC_WRITE)
		mapped |= FILE_GENERIC_WRITE;
	if (access & GENERIC_EXECUTE)
		mapped |= FILE_GENERIC_EXECUTE;
	if (access & GENERIC_ALL)
		mapped |= FILE_ALL_ACCESS;
	return mapped;
}

/* Combinations that no file system is asked about (CREATE-23 to CREATE-25). */
static bool flt_create_sound(const struct flt_create *c)
{
	const ULONG synchronous = FILE_SYNCHRONOUS_IO_ALERT | FILE_SYNCHRONOUS_IO_NONALERT;
	ULONG options = c->options;

	if (c->disposition > FILE_MAXIMUM_DISPOSITION || options & ~FILE_VALID_OPTION_FLAGS ||
	    c->file_attributes & ~FILE_ATTRIBUTE_VALID_FLAGS ||
	    c->share & ~FILE_SHARE_VALID_FLAGS)
		return false;
	if ((options & synchronous) == synchronous ||
	    (options & synchronous && !(c->mapped & (SYNCHRONIZE | MAXIMUM_ALLOWED))))
		return false;
	if (options & FILE_DELETE_ON_CLOSE && !(c->mapped & DELETE))
		return false;
	if (options & FILE_DIRECTORY_FILE &&
	    (options & FILE_NON_DIRECTORY_FILE ||
	     (c->disposition != FILE_CREATE && c->disposition != FILE_OPEN &&
	      c->disposition != FILE_OPEN_IF)))
		return false;
	if (options & FILE_NO_INTERMEDIATE_BUFFERING &&
	    (c->mapped & (FILE_APPEND_DATA | FILE_WRITE_DATA)) == FILE_APPEND_DATA)
		return false;
	if (c->ea_length && !c->ea)
		return false;
	return !c->context || (c->context->Size == sizeof(*c->context) &&
			       !c->context->DeviceObjectHint);
}

/* Who asks, and whether the arguments make sense. */
static NTSTATUS flt_create_check(struct flt_create *c)
{
	if (!flt_object_is(c->filter, FLT_TYPE_FILTER, c->caller, c->routine))
		return STATUS_INVALID_PARAMETER;
	c->owner = flt_filter_of(c->filter);
	c->below = flt_instance_check(c->instance);
	if (c->instance && (!c->below || c->below->filter != c->owner)) {
		fsh_violation(c->caller, c->routine, "%p is no instance of the filter",
			      c->instance);
		return STATUS_INVALID_PARAMETER;
	}
	if (!c->handle || !c->result || !c->attributes)
		return STATUS_INVALID_PARAMETER;
	c->mapped = flt_map_access(c->access);
	if (!flt_create_sound(c))
		return STATUS_INVALID_PARAMETER;
	/* There are kernel handles only: nothing gets into a process's table (CREATE-36). */
	if (!(c->attributes->Attributes & OBJ_KERNEL_HANDLE) && !(current->flags & PF_KTHREAD))
		fsh_violation(c->caller, c->routine, "no OBJ_KERNEL_HANDLE in a user's process");
	return STATUS_SUCCESS;
}

static void flt_create_fill(struct flt_create *c, struct flt_create_call *call,
			    struct flt_file *file)
{
	struct flt_operation *op = &call->op;
	FLT_PARAMETERS *p = &op->iopb.Parameters;
	ULONG options = c->options | c->disposition << 24;

	memset(&call->security, 0, sizeof(call->security));
	memset(&call->state, 0, sizeof(call->state));
	call->state.RemainingDesiredAccess = c->mapped;
	call->state.OriginalDesiredAccess = c->access;
	call->state.SecurityDescriptor = c->attributes->SecurityDescriptor;
	call->security.AccessState = &call->state;
	call->security.DesiredAccess = c->mapped;
	call->security.FullCreateOptions = options;

	flt_operation_init(op, c->volume, IRP_MJ_CREATE, &file->fo);
	op->initiator = c->below;
	op->data.Flags |= FLTFL_CALLBACK_DATA_GENERATED_IO;
	op->data.RequestorMode = KernelMode;
	op->iopb.IrpFlags = IRP_CREATE_OPERATION | IRP_SYNCHRONOUS_API;
	op->iopb.OperationFlags = SL_CASE_SENSITIVE;
	if (c->flags & IO_FORCE_ACCESS_CHECK ||
	    c->attributes->Attributes & OBJ_FORCE_ACCESS_CHECK)
		op->iopb.OperationFlags |= SL_FORCE_ACCESS_CHECK;
	if (c->flags & IO_OPEN_TARGET_DIRECTORY)
		op->iopb.OperationFlags |= SL_OPEN_TARGET_DIRECTORY;
	if (c->flags & IO_STOP_ON_SYMLINK)
		op->iopb.OperationFlags |= SL_STOP_ON_SYMLINK;
	p->Create.SecurityContext = &call->security;
	p->Create.Options = options;
	p->Create.FileAttributes = c->file_attributes;
	p->Create.ShareAccess = c->share;
	p->Create.EaBuffer = c->ea;
	p->Create.EaLength = c->ea_length;
	if (c->allocation)
		p->Create.AllocationSize = *c->allocation;
	op->ecps = c->ecps;
	op->ecps_lent = c->ecps_lent;
	c->ecps = NULL;
}

/* The object as pre-create shows it. */
static void flt_create_flags(const struct flt_create *c, PFILE_OBJECT fo)
{
	static const struct {
		ULONG option;
		ULONG flag;
	} rows[] = {
		{ FILE_SYNCHRONOUS_IO_ALERT, FO_SYNCHRONOUS_IO | FO_ALERTABLE_IO },
		{ FILE_SYNCHRONOUS_IO_NONALERT, FO_SYNCHRONOUS_IO },
		{ FILE_NO_INTERMEDIATE_BUFFERING, FO_NO_INTERMEDIATE_BUFFERING },
		{ FILE_WRITE_THROUGH, FO_WRITE_THROUGH },
		{ FILE_SEQUENTIAL_ONLY, FO_SEQUENTIAL_ONLY },
		{ FILE_RANDOM_ACCESS, FO_RANDOM_ACCESS },
	};
	unsigned int i;

	fo->Flags = FO_OPENED_CASE_SENSITIVE;
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		if (c->options & rows[i].option)
			fo->Flags |= rows[i].flag;
	}
}

/*
 * A file object of the volume. Without an instance, which keeps the volume, it may be going: its
 * lock is what the unmount has to get first.
 */
static struct flt_file *flt_create_object(const struct flt_create *c, NTSTATUS *status)
{
	struct flt_volume *volume = c->volume;
	struct flt_file *file = NULL;

	*status = STATUS_FLT_DELETING_OBJECT;
	mutex_lock(&volume->lock);
	if (!volume->leaving && volume->ops) {
		*status = STATUS_NOT_SUPPORTED;
		if (volume->ops->new_file)
			file = volume->ops->new_file(volume, status);
	}
	mutex_unlock(&volume->lock);
	if (file && !flt_own_file_new(file, c->owner, c->below)) {
		*status = STATUS_INSUFFICIENT_RESOURCES;
		flt_file_put(file);
		file = NULL;
	}
	return file;
}

static bool flt_create_name(PFILE_OBJECT fo, const struct flt_place *place)
{
	UNICODE_STRING *name = &fo->FileName;

	fo->RelatedFileObject = place->related ? &place->related->fo : NULL;
	if (!place->path.Length)
		return true;
	name->Buffer = kvmalloc(place->path.Length + sizeof(WCHAR), GFP_KERNEL);
	if (!name->Buffer)
		return false;
	memcpy(name->Buffer, place->path.Buffer, place->path.Length);
	name->Buffer[place->path.Length / sizeof(WCHAR)] = 0;
	name->Length = place->path.Length;
	name->MaximumLength = name->Length;
	return true;
}

/*
 * One attempt. Return: its status; with success @file is open. STATUS_REPARSE: @file has the name
 * where to go on.
 */
static NTSTATUS flt_create_try(struct flt_create *c, const struct flt_place *place,
			       struct flt_create_call *call, struct flt_file **out)
{
	struct flt_file *file;
	NTSTATUS status;

	file = flt_create_object(c, &status);
	if (!file)
		return status;
	flt_create_flags(c, &file->fo);
	if (!flt_create_name(&file->fo, place)) {
		flt_file_put(file);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	flt_create_fill(c, call, file);
	status = flt_operation_run(&call->op);
	c->result->Status = status;
	c->result->Information = call->op.data.IoStatus.Information;
	if (status == STATUS_REPARSE) {
		/* They go with the open, those that filters gave it too (CREATE-75). */
		c->ecps = call->op.ecps;
		c->ecps_lent = call->op.ecps_lent;
		call->op.ecps = NULL;
	}
	flt_operation_fini(&call->op);
	/* Valid during the create only (FILEOBJ-08). */
	file->fo.RelatedFileObject = NULL;
	if (NT_SUCCESS(status) && status != STATUS_REPARSE) {
		set_bit(FLT_OWN_OPEN, &file->own->state);
		set_mask_bits(&file->fo.Flags, 0, FO_HANDLE_CREATED);
	} else if (status != STATUS_REPARSE) {
		flt_file_put(file);
		file = NULL;
	}
	*out = file;
	return status;
}

/* Where a filter below sent the open. The name stays with @file. */
static NTSTATUS flt_create_redirected(struct flt_create *c, const struct flt_file *file,
				      struct flt_place *place)
{
	NTSTATUS status;

	flt_place_put(place);
	if (c->result->Information != IO_REPARSE)
		return STATUS_REPARSE_POINT_NOT_RESOLVED;
	status = flt_place_from_name(&file->fo.FileName, c->options, place);
	if (!NT_SUCCESS(status))
		return status;
	if (c->below && place->volume != c->below->volume) {
		flt_place_put(place);
		return STATUS_MOUNT_POINT_NOT_RESOLVED;
	}
	c->volume = place->volume;
	return STATUS_SUCCESS;
}

/* Opens the file, wherever filters send it. @place is used up. */
static NTSTATUS flt_create_open(struct flt_create *c, struct flt_place *place,
				struct flt_file **out)
{
	struct flt_create_call *call = kmalloc(sizeof(*call), GFP_KERNEL);
	struct flt_file *from = NULL, *file;
	unsigned int restarts = 0;
	NTSTATUS status;

	if (!call) {
		flt_place_put(place);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	c->ecps = c->context ? flt_ecps_check(c->context->ExtraCreateParameter) : NULL;
	c->ecps_lent = true;
	for (;;) {
		file = NULL;
		status = flt_create_try(c, place, call, &file);
		/* What was named by the last one is no longer needed. */
		if (from)
			flt_file_put(from);
		from = NULL;
		if (status != STATUS_REPARSE) {
			flt_place_put(place);
			break;
		}
		if (++restarts > FLT_RESTARTS_MAX) {
			flt_place_put(place);
			status = STATUS_REPARSE_POINT_NOT_RESOLVED;
		} else {
			status = flt_create_redirected(c, file, place);
		}
		if (!NT_SUCCESS(status)) {
			flt_file_put(file);
			file = NULL;
			break;
		}
		from = file;
	}
	kfree(call);
	if (c->ecps && !c->ecps_lent)
		flt_ecps_free(c->ecps);
	*out = file;
	return status;
}

/* Hands the open file out: a handle, and a reference if that is wanted. */
static NTSTATUS flt_create_hand_out(const struct flt_create *c, struct flt_file *file)
{
	NTSTATUS status;

	flt_file_get(file);
	status = ob_open_handle(c->code, &ob_file_type, &file->fo, c->mapped,
				c->attributes->Attributes, c->handle);
	if (!NT_SUCCESS(status)) {
		flt_file_put(file);
		flt_file_put(file);
		return status;
	}
	if (c->object) {
		set_bit(FLT_OWN_GIVEN, &file->own->state);
		*c->object = &file->fo;
	} else {
		flt_file_put(file);
	}
	return STATUS_SUCCESS;
}

/* At @place, which is used up; the arguments are checked. */
static NTSTATUS flt_create_at(struct flt_create *c, struct flt_place *place)
{
	struct flt_file *file;
	NTSTATUS status;

	if (c->below) {
		atomic_inc(&c->below->owed);
		if (!flt_instance_may_start(c->below))
			status = STATUS_FLT_DELETING_OBJECT;
		else if (place->volume != c->below->volume)
			status = STATUS_INVALID_DEVICE_OBJECT_PARAMETER;
		else
			status = STATUS_SUCCESS;
		if (!NT_SUCCESS(status)) {
			flt_place_put(place);
			goto out;
		}
	}
	c->volume = place->volume;
	status = flt_create_open(c, place, &file);
	if (NT_SUCCESS(status)) {
		NTSTATUS handed = flt_create_hand_out(c, file);

		/* A create may succeed with another code than STATUS_SUCCESS. */
		if (!NT_SUCCESS(handed))
			status = handed;
	}
out:
	if (c->below)
		flt_instance_settle(c->below);
	return status;
}

static NTSTATUS flt_create(struct flt_create *c)
{
	struct flt_place place;
	NTSTATUS status;

	if (c->handle)
		*c->handle = NULL;
	if (c->object)
		*c->object = NULL;
	status = flt_create_level(c);
	if (NT_SUCCESS(status))
		status = flt_create_check(c);
	if (NT_SUCCESS(status))
		status = flt_place_from_attributes(c->attributes, c->options, &place);
	if (NT_SUCCESS(status))
		status = flt_create_at(c, &place);
	if (c->result) {
		c->result->Status = status;
		if (NT_ERROR(status) && status != STATUS_OBJECT_NAME_COLLISION &&
		    status != STATUS_OBJECT_NAME_NOT_FOUND)
			c->result->Information = 0;
	}
	return status;
}

/**
 * FltCreateFileEx2() - open or create a file
 * @Filter: the caller
 * @Instance: only instances below it, and the file system, see the open and what is done with the
 *	handle; NULL: everybody does, the caller too
 * @FileHandle: receives a kernel handle: FltClose()
 * @FileObject: receives a reference to the file object: ObDereferenceObject(); may be NULL
 * @DesiredAccess: what for
 * @ObjectAttributes: \Device\HarddiskVolumeN\path, or a path relative to the handle of an open
 *	file; OBJ_KERNEL_HANDLE; case always matters
 * @IoStatusBlock: receives the status and what was done (FILE_OPENED, FILE_CREATED and so on)
 * @AllocationSize: bytes to set aside for a new file; may be NULL
 * @FileAttributes: of a new file
 * @ShareAccess: shown to filters; there are no share modes on Linux
 * @CreateDisposition: FILE_OPEN and so on
 * @CreateOptions: FILE_*
 * @EaBuffer: extended attributes of a new file; may be NULL
 * @EaLength: bytes there
 * @Flags: IO_FORCE_ACCESS_CHECK and so on
 * @DriverContext: with a list of extra create parameters, which stays the caller's; may be NULL
 *
 * WDK page: fltcreatefileex2. IRQL: PASSIVE_LEVEL. Works on the file system below and takes no lock
 * of the mount itself, so it may be called in every callback. Links are followed inside the volume.
 * Without IO_FORCE_ACCESS_CHECK nobody's rights are looked at; with it the user in whose thread
 * that is has to have each right asked for (FILE_WRITE_ATTRIBUTES and WRITE_DAC are the owner's,
 * WRITE_OWNER takes CAP_CHOWN, DELETE the rights to the directory). What is created is his.
 *
 * Return: status of the create; STATUS_INVALID_PARAMETER; STATUS_INVALID_DEVICE_REQUEST where it
 * may not be called; STATUS_OBJECT_PATH_SYNTAX_BAD; STATUS_OBJECT_PATH_NOT_FOUND;
 * STATUS_INVALID_DEVICE_OBJECT_PARAMETER for another volume than the instance's;
 * STATUS_MOUNT_POINT_NOT_RESOLVED for what is outside the volume; STATUS_DEVICE_NOT_READY while the
 * volume is being mounted; STATUS_FLT_DELETING_OBJECT when it goes, or the instance
 */
NTSTATUS FltCreateFileEx2(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
			  PFILE_OBJECT *FileObject, ACCESS_MASK DesiredAccess,
			  POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
			  PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
			  ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
			  ULONG EaLength, ULONG Flags, PIO_DRIVER_CREATE_CONTEXT DriverContext)
{
	struct flt_create c = {
		.routine = __func__, .caller = fsh_caller(),
		.code = __builtin_return_address(0), .filter = Filter, .instance = Instance,
		.handle = FileHandle, .object = FileObject, .access = DesiredAccess,
		.attributes = ObjectAttributes, .result = IoStatusBlock,
		.allocation = AllocationSize, .file_attributes = FileAttributes,
		.share = ShareAccess, .disposition = CreateDisposition, .options = CreateOptions,
		.ea = EaBuffer, .ea_length = EaLength, .flags = Flags, .context = DriverContext
	};

	return flt_create(&c);
}
EXPORT_SYMBOL_GPL(FltCreateFileEx2);

/**
 * FltCreateFileEx() - open or create a file
 * @Filter: see FltCreateFileEx2()
 * @Instance: likewise
 * @FileHandle: likewise
 * @FileObject: likewise
 * @DesiredAccess: likewise
 * @ObjectAttributes: likewise
 * @IoStatusBlock: likewise
 * @AllocationSize: likewise
 * @FileAttributes: likewise
 * @ShareAccess: likewise
 * @CreateDisposition: likewise
 * @CreateOptions: likewise
 * @EaBuffer: likewise
 * @EaLength: likewise
 * @Flags: likewise
 *
 * WDK page: fltcreatefileex. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS FltCreateFileEx(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
			 PFILE_OBJECT *FileObject, ACCESS_MASK DesiredAccess,
			 POBJECT_ATTRIBUTES ObjectAttributes, PIO_STATUS_BLOCK IoStatusBlock,
			 PLARGE_INTEGER AllocationSize, ULONG FileAttributes, ULONG ShareAccess,
			 ULONG CreateDisposition, ULONG CreateOptions, PVOID EaBuffer,
			 ULONG EaLength, ULONG Flags)
{
	struct flt_create c = {
		.routine = __func__, .caller = fsh_caller(),
		.code = __builtin_return_address(0), .filter = Filter, .instance = Instance,
		.handle = FileHandle, .object = FileObject, .access = DesiredAccess,
		.attributes = ObjectAttributes, .result = IoStatusBlock,
		.allocation = AllocationSize, .file_attributes = FileAttributes,
		.share = ShareAccess, .disposition = CreateDisposition, .options = CreateOptions,
		.ea = EaBuffer, .ea_length = EaLength, .flags = Flags
	};

	return flt_create(&c);
}
EXPORT_SYMBOL_GPL(FltCreateFileEx);

/**
 * FltCreateFile() - open or create a file
 * @Filter: see FltCreateFileEx2()
 * @Instance: likewise
 * @FileHandle: likewise
 * @DesiredAccess: likewise
 * @ObjectAttributes: likewise
 * @IoStatusBlock: likewise
 * @AllocationSize: likewise
 * @FileAttributes: likewise
 * @ShareAccess: likewise
 * @CreateDisposition: likewise
 * @CreateOptions: likewise
 * @EaBuffer: likewise
 * @EaLength: likewise
 * @Flags: likewise
 *
 * WDK page: fltcreatefile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS FltCreateFile(PFLT_FILTER Filter, PFLT_INSTANCE Instance, PHANDLE FileHandle,
		       ACCESS_MASK DesiredAccess, POBJECT_ATTRIBUTES ObjectAttributes,
		       PIO_STATUS_BLOCK IoStatusBlock, PLARGE_INTEGER AllocationSize,
		       ULONG FileAttributes, ULONG ShareAccess, ULONG CreateDisposition,
		       ULONG CreateOptions, PVOID EaBuffer, ULONG EaLength, ULONG Flags)
{
	struct flt_create c = {
		.routine = __func__, .caller = fsh_caller(),
		.code = __builtin_return_address(0), .filter = Filter, .instance = Instance,
		.handle = FileHandle, .access = DesiredAccess, .attributes = ObjectAttributes,
		.result = IoStatusBlock, .allocation = AllocationSize,
		.file_attributes = FileAttributes, .share = ShareAccess,
		.disposition = CreateDisposition, .options = CreateOptions, .ea = EaBuffer,
		.ea_length = EaLength, .flags = Flags
	};

	return flt_create(&c);
}
EXPORT_SYMBOL_GPL(FltCreateFile);

/**
 * FltOpenVolume() - open the volume of an instance
 * @Instance: only instances below it see the open and what is done with the handle
 * @VolumeHandle: receives a kernel handle: FltClose()
 * @VolumeFileObject: receives a reference to the file object; may be NULL
 *
 * WDK page: fltopenvolume. IRQL: PASSIVE_LEVEL. For questions about the volume, flushes, control
 * codes and listing of its root; there are no raw reads and writes.
 *
 * Return: as FltCreateFileEx2(); STATUS_INVALID_PARAMETER for a network volume
 */
NTSTATUS FltOpenVolume(PFLT_INSTANCE Instance, PHANDLE VolumeHandle,
		       PFILE_OBJECT *VolumeFileObject)
{
	struct flt_instance *instance = flt_instance_check(Instance);
	OBJECT_ATTRIBUTES attributes = {
		.Length = sizeof(attributes), .Attributes = OBJ_KERNEL_HANDLE
	};
	IO_STATUS_BLOCK result;
	struct flt_create c = {
		.routine = __func__, .caller = fsh_caller(),
		.code = __builtin_return_address(0), .instance = Instance,
		.handle = VolumeHandle, .object = VolumeFileObject,
		.access = FILE_LIST_DIRECTORY | FILE_READ_ATTRIBUTES | SYNCHRONIZE,
		.attributes = &attributes, .result = &result, .share = FILE_SHARE_VALID_FLAGS,
		.disposition = FILE_OPEN, .options = FILE_SYNCHRONOUS_IO_NONALERT
	};

	if (!instance || !instance->volume->info.local)
		return STATUS_INVALID_PARAMETER;
	c.filter = flt_filter_opaque(instance->filter);
	attributes.ObjectName = &instance->volume->name;
	return flt_create(&c);
}
EXPORT_SYMBOL_GPL(FltOpenVolume);

/**
 * FltClose() - close a file
 * @FileHandle: of FltCreateFile() and its like
 *
 * WDK page: fltclose. IRQL: PASSIVE_LEVEL. The instances below the one that it was opened for see
 * IRP_MJ_CLEANUP, and IRP_MJ_CLOSE with the last reference.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE for what is no handle of a file
 */
NTSTATUS FltClose(HANDLE FileHandle)
{
	NTSTATUS status;
	void *object;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = ob_get_by_handle(FileHandle, &ob_file_type, &object);
	if (!NT_SUCCESS(status)) {
		fsh_violation(fsh_caller(), __func__, "%#lx is no handle of a file",
			      (unsigned long)FileHandle);
		return STATUS_INVALID_HANDLE;
	}
	status = ob_close_handle(FileHandle);
	ob_put(object);
	return status;
}
EXPORT_SYMBOL_GPL(FltClose);
