// SPDX-License-Identifier: GPL-2.0
/*
 * Data scans: sections that a filter maps a file by to look at its data. The section context hangs
 * on the stream from the moment the section is made until it is closed; meanwhile the filter is
 * told when an operation would take mapped data away. The data itself is the file system's matter
 * (flt_section_ops), views are the memory manager's (nt/mm_view.c).
 *
 * Lock: flt_scans_lock protects the lists of scans, the calls of each, and what section object
 * pointers show; only the locks of wait queues are taken under it. Whoever closes a scan waits for
 * the notifications that are under way, except its own.
 */
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/nls.h>
#include <linux/wait.h>
#include "fltmgr/callback.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "fltmgr/section.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/**
 * struct flt_scan - a data scan
 * @hash: by @context
 * @context: section context; the link on the stream has a reference of it
 * @instance: whose; it closes what is left before it goes
 * @file: what it was made from, referenced
 * @object: section object, referenced
 * @size: of the section
 * @id: rises from one scan to the next
 * @refs: of the lists, and of notifications
 * @stream_link: in the stream's list
 * @instance_link: in the instance's
 * @calls: notifications under way
 * @nr_calls: how many
 * @quiet: woken when one has ended
 */
struct flt_scan {
	struct hlist_node hash;
	PFLT_CONTEXT context;
	struct flt_instance *instance;
	struct flt_file *file;
	void *object;
	u64 size;
	u64 id;
	refcount_t refs;
	struct list_head stream_link;
	struct list_head instance_link;
	struct list_head calls;
	unsigned int nr_calls;
	wait_queue_head_t quiet;
};

/* A notification that a thread is in; in its frame. */
struct flt_scan_call {
	struct list_head link;
	const struct task_struct *task;
};

static DEFINE_HASHTABLE(flt_scans, 6);
static DEFINE_SPINLOCK(flt_scans_lock);	/* scans: lists, calls */
static u64 flt_scans_made;

/**
 * flt_sections_init() - prepare what a stream has for sections
 * @sections: all zero
 * @volume: of the stream; outlives it
 */
void flt_sections_init(struct flt_sections *sections, struct flt_volume *volume)
{
	sections->self = sections;
	sections->volume = volume;
	INIT_LIST_HEAD(&sections->scans);
}

/* What drivers see of who maps the stream: scans, and what the file system says. */
static void flt_sections_show(struct flt_sections *sections)
{
	bool data = sections->data || !list_empty(&sections->scans);

	lockdep_assert_held(&flt_scans_lock);
	sections->shown.DataSectionObject = data ? sections : NULL;
	sections->shown.ImageSectionObject = sections->image ? sections : NULL;
}

/**
 * flt_sections_mapped() - the stream is mapped, other than for a data scan
 * @sections: of the stream
 * @execute: to be executed
 */
void flt_sections_mapped(struct flt_sections *sections, bool execute)
{
	spin_lock(&flt_scans_lock);
	if (execute)
		sections->image = true;
	else
		sections->data = true;
	flt_sections_show(sections);
	spin_unlock(&flt_scans_lock);
}

/**
 * flt_sections_unmapped() - nothing of that kind maps the stream any more
 * @sections: of the stream
 */
void flt_sections_unmapped(struct flt_sections *sections)
{
	spin_lock(&flt_scans_lock);
	sections->image = false;
	sections->data = false;
	flt_sections_show(sections);
	spin_unlock(&flt_scans_lock);
}

static void flt_scan_place(const struct flt_scan *scan, struct flt_context_place *place)
{
	struct flt_instance *instance = scan->instance;

	*place = (struct flt_context_place) {
		.anchor = scan->file->stream,
		.owner = instance,
		.owned = &instance->contexts,
		.deleting = &instance->obj.deleting,
		.owner_deleting = &instance->obj.deleting,
		.filter = instance->filter,
		.type = FLT_SECTION_CONTEXT,
	};
}

static void flt_scan_put(struct flt_scan *scan)
{
	if (refcount_dec_and_test(&scan->refs))
		kfree(scan);
}

/* The notifications that this thread is in. */
static unsigned int flt_scan_calls_of_mine(const struct flt_scan *scan)
{
	const struct flt_scan_call *call;
	unsigned int mine = 0;

	lockdep_assert_held(&flt_scans_lock);
	list_for_each_entry(call, &scan->calls, link)
		mine += call->task == current;
	return mine;
}

/* Out of all lists; its holder ends it. */
static void flt_scan_unlink(struct flt_scan *scan)
{
	lockdep_assert_held(&flt_scans_lock);
	hash_del(&scan->hash);
	list_del_init(&scan->stream_link);
	list_del_init(&scan->instance_link);
	flt_sections_show(scan->file->sections);
}

/* What flt_scan_unlink() took out ends: nobody is told any more, and the context goes. */
static void flt_scan_end(struct flt_scan *scan)
{
	struct flt_context_place place;
	unsigned int mine;

	spin_lock(&flt_scans_lock);
	mine = flt_scan_calls_of_mine(scan);
	spin_unlock(&flt_scans_lock);
	wait_event_idle(scan->quiet, READ_ONCE(scan->nr_calls) == mine);

	flt_scan_place(scan, &place);
	flt_context_drop(&place);
	ob_put(scan->object);
	flt_file_put(scan->file);
	flt_scan_put(scan);
}

/* Begins a scan: its context hangs on the stream then. STATUS of flt_context_set(). */
static NTSTATUS flt_scan_begin(struct flt_instance *instance, struct flt_file *file,
			       PFLT_CONTEXT context, void *object)
{
	struct flt_scan *scan = kzalloc(sizeof(*scan), GFP_KERNEL);
	struct flt_context_place place;
	NTSTATUS status;

	if (!scan)
		return STATUS_INSUFFICIENT_RESOURCES;
	scan->context = context;
	scan->instance = instance;
	scan->file = file;
	scan->object = object;
	scan->size = mm_section_of(object)->size;
	refcount_set(&scan->refs, 1);
	INIT_LIST_HEAD(&scan->calls);
	init_waitqueue_head(&scan->quiet);
	flt_scan_place(scan, &place);
	status = flt_context_set(&place, FLT_SET_CONTEXT_KEEP_IF_EXISTS, context, NULL);
	if (!NT_SUCCESS(status)) {
		kfree(scan);
		return status;
	}
	flt_file_get(file);
	ob_get(object);
	spin_lock(&flt_scans_lock);
	/* flt_scans_left() has not looked yet, or it finds this one. */
	if (!READ_ONCE(instance->obj.deleting)) {
		scan->id = ++flt_scans_made;
		hash_add(flt_scans, &scan->hash, (unsigned long)context);
		list_add_tail(&scan->stream_link, &file->sections->scans);
		list_add_tail(&scan->instance_link, &instance->scans);
		flt_sections_show(file->sections);
		scan = NULL;
	}
	spin_unlock(&flt_scans_lock);
	if (!scan)
		return STATUS_SUCCESS;
	flt_scan_end(scan);
	return STATUS_FLT_DELETING_OBJECT;
}

/* Takes the scan of a context, or the first one of an instance, out of the lists; or NULL. */
static struct flt_scan *flt_scan_take(PFLT_CONTEXT context, struct flt_instance *instance)
{
	struct flt_scan *scan, *found = NULL;

	spin_lock(&flt_scans_lock);
	if (instance) {
		found = list_first_entry_or_null(&instance->scans, struct flt_scan,
						 instance_link);
	} else {
		hash_for_each_possible(flt_scans, scan, hash, (unsigned long)context)
			if (scan->context == context)
				found = scan;
	}
	if (found)
		flt_scan_unlink(found);
	spin_unlock(&flt_scans_lock);
	return found;
}

/**
 * flt_scans_left() - close the data scans that an instance has left
 * @instance: torn down; none of its callbacks runs any more, but notifications may
 */
void flt_scans_left(struct flt_instance *instance)
{
	struct flt_scan *scan;

	while ((scan = flt_scan_take(NULL, instance))) {
		const UNICODE_STRING *name = &scan->file->fo.FileName;
		char text[128];
		int len;

		len = utf16s_to_utf8s(name->Buffer, name->Length / sizeof(WCHAR),
				      UTF16_HOST_ENDIAN, text, sizeof(text) - 1);
		text[max(len, 0)] = 0;
		flt_violation(instance->filter, FLT_VIOLATION_TEARDOWN, NULL,
			      "the section of %s was left open", text);
		flt_scan_end(scan);
	}
}

/*
 * One more thing that a detach waits for, unless it has come too far: no callback follows the
 * teardown-complete callback.
 */
static bool flt_scan_may_call(struct flt_instance *instance)
{
	atomic_inc(&instance->owed);
	if (flt_instance_may_start(instance))
		return true;
	flt_instance_settle(instance);
	return false;
}

/* The next scan behind @id that data from @from on is of, as one more call of it; or NULL. */
static struct flt_scan *flt_scan_call_next(struct flt_sections *sections, u64 id, s64 from,
					   struct flt_scan_call *call)
{
	struct flt_scan *scan, *found = NULL;

	spin_lock(&flt_scans_lock);
	list_for_each_entry(scan, &sections->scans, stream_link) {
		/* What the callback does itself, it is not told of. */
		if (scan->id <= id || from >= (s64)scan->size || flt_scan_calls_of_mine(scan) ||
		    !flt_scan_may_call(scan->instance))
			continue;
		found = scan;
		refcount_inc(&scan->refs);
		list_add(&call->link, &scan->calls);
		scan->nr_calls++;
		break;
	}
	spin_unlock(&flt_scans_lock);
	return found;
}

static void flt_scan_call_end(struct flt_scan *scan, struct flt_scan_call *call)
{
	spin_lock(&flt_scans_lock);
	list_del(&call->link);
	WRITE_ONCE(scan->nr_calls, scan->nr_calls - 1);
	wake_up_all(&scan->quiet);
	spin_unlock(&flt_scans_lock);
	flt_scan_put(scan);
}

/**
 * flt_sections_conflict() - an operation is about to take data away that sections map
 * @sections: of the stream
 * @op: the operation, at the bottom: its pre-operation callbacks have run
 * @from: the first byte that it changes
 *
 * Each filter that scans the stream is told, and may close its section. The operation goes on,
 * whether it does or not (SECT-35, SECT-39). PASSIVE_LEVEL, under whatever locks the operation has.
 */
void flt_sections_conflict(struct flt_sections *sections, struct flt_operation *op, s64 from)
{
	struct flt_scan_call call = { .task = current };
	struct flt_context_place place;
	struct flt_scan *scan;
	PFLT_CONTEXT context;
	u64 id = 0;

	while ((scan = flt_scan_call_next(sections, id, from, &call))) {
		id = scan->id;
		flt_scan_place(scan, &place);
		if (scan->instance->filter->section_conflict &&
		    flt_context_get(&place, &context) == STATUS_SUCCESS) {
			flt_call_section_conflict(scan->instance, context, op);
			FltReleaseContext(context);
		}
		flt_instance_settle(scan->instance);
		flt_scan_call_end(scan, &call);
	}
}

/**
 * FltRegisterForDataScan() - say that an instance will make sections of files to look at their data
 * @Instance: an instance of the caller's, perhaps in its setup callback
 *
 * WDK page: fltregisterfordatascan. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, also when it said so before; STATUS_NOT_SUPPORTED on a volume whose files
 * cannot be mapped; STATUS_INVALID_PARAMETER
 */
NTSTATUS FltRegisterForDataScan(PFLT_INSTANCE Instance)
{
	struct flt_instance *instance = flt_instance_check(Instance);

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!instance) {
		fsh_violation(fsh_caller(), __func__, "%p is no instance", Instance);
		return STATUS_INVALID_PARAMETER;
	}
	if (!flt_volume_maps(instance->volume))
		return STATUS_NOT_SUPPORTED;
	WRITE_ONCE(instance->data_scan, true);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltRegisterForDataScan);

/* What FltCreateSectionForDataScan() was called with. */
struct flt_scan_request {
	const char *caller;
	const void *ip;
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	PFLT_CONTEXT context;
	ACCESS_MASK access;
	const OBJECT_ATTRIBUTES *attributes;
	ULONG protection;
	ULONG allocation;
	PHANDLE handle;
	PVOID *object;
	PLARGE_INTEGER size;
};

static NTSTATUS flt_scan_misuse(const struct flt_scan_request *request, const char *what)
{
	fsh_violation(request->caller, "FltCreateSectionForDataScan", "%s", what);
	return STATUS_INVALID_PARAMETER;
}

/* A context for a section that was not used yet, of the same filter (SECT-64). */
static NTSTATUS flt_scan_check_context(const struct flt_scan_request *request,
				       const struct flt_instance *instance)
{
	FLT_CONTEXT_TYPE type;
	bool used;

	if (flt_context_filter(request->context) != instance->filter)
		return flt_scan_misuse(request, "the context is not one of the caller's");
	if (!flt_context_facts(request->context, &type, &used) || type != FLT_SECTION_CONTEXT)
		return flt_scan_misuse(request, "the context is not one for a section");
	if (used)
		return flt_scan_misuse(request, "the context was used for a section before");
	return STATUS_SUCCESS;
}

static NTSTATUS flt_scan_check(const struct flt_scan_request *request,
			       const struct flt_instance *instance)
{
	if (!instance || !request->file || !request->handle || !request->object)
		return flt_scan_misuse(request, "no instance, file object or place for results");
	if (flt_file_of(request->file)->volume != instance->volume)
		return flt_scan_misuse(request, "the file is on another volume than the instance");
	if (!READ_ONCE(instance->data_scan))
		return flt_scan_misuse(request, "FltRegisterForDataScan was not called");
	if (!flt_file_is_open(request->file) || !flt_file_of(request->file)->sections)
		return flt_scan_misuse(request, "the file is not open");
	return flt_scan_check_context(request, instance);
}

/**
 * flt_section_make() - the section object of a file
 * @file: open, and can be mapped
 * @protection: as a driver says it: PAGE_READONLY or PAGE_READWRITE
 * @allocation: likewise: SEC_COMMIT, perhaps with SEC_FILE
 * @object: receives it: ob_put()
 *
 * Return: what FltCreateSectionForDataScan() says of the file, the protection and the attributes
 */
NTSTATUS flt_section_make(struct flt_file *file, ULONG protection, ULONG allocation,
			  void **object)
{
	const struct mm_section_source *ops;
	NTSTATUS status;
	void *source;
	u64 size;

	if (protection != MM_PAGE_READONLY && protection != MM_PAGE_READWRITE)
		return STATUS_INVALID_PARAMETER_8;
	if (!(allocation & MM_SEC_COMMIT) || allocation & ~(MM_SEC_COMMIT | MM_SEC_FILE))
		return STATUS_INVALID_PARAMETER_9;
	if (!flt_volume_maps(file->volume))
		return STATUS_NOT_SUPPORTED;
	status = file->volume->ops->section->open(file, &ops, &source, &size);
	if (!NT_SUCCESS(status))
		return status;
	*object = mm_section_create(ops, source, size);
	if (*object)
		return STATUS_SUCCESS;
	ops->free(source);
	return STATUS_INSUFFICIENT_RESOURCES;
}

static NTSTATUS flt_scan_create(const struct flt_scan_request *request,
				struct flt_instance *instance)
{
	struct flt_file *file = flt_file_of(request->file);
	struct flt_scan *scan;
	HANDLE handle;
	NTSTATUS status;
	void *object;
	u64 size;

	status = flt_section_make(file, request->protection, request->allocation, &object);
	if (!NT_SUCCESS(status))
		return status;
	size = mm_section_of(object)->size;
	status = flt_scan_begin(instance, file, request->context, object);
	if (!NT_SUCCESS(status)) {
		ob_put(object);
		return status;
	}
	status = mm_section_open(request->ip, object, request->access, request->attributes,
				 &handle);
	if (!NT_SUCCESS(status)) {
		scan = flt_scan_take(request->context, NULL);
		if (scan)
			flt_scan_end(scan);
		ob_put(object);
		return status;
	}
	*request->handle = handle;
	*request->object = object;
	if (request->size)
		request->size->QuadPart = size;
	return STATUS_SUCCESS;
}

/**
 * FltCreateSectionForDataScan() - make a section of a file, to look at its data
 * @Instance: an instance of the caller's that FltRegisterForDataScan() was called for
 * @FileObject: an open file of its volume, also between its cleanup and its close
 * @SectionContext: of FltAllocateContext() and not used before; hangs on the stream until
 *	FltCloseSectionForDataScan(); the caller keeps its reference
 * @DesiredAccess: SECTION_MAP_READ and the like, which the handle grants
 * @ObjectAttributes: with OBJ_KERNEL_HANDLE for a handle of the kernel; else, and when it is NULL,
 *	the handle is a file descriptor of the current process, closed by exec, that its
 *	programs map
 * @MaximumSize: not looked at
 * @SectionPageProtection: PAGE_READONLY or PAGE_READWRITE; views of files are only for reading
 * @AllocationAttributes: SEC_COMMIT, perhaps with SEC_FILE
 * @Flags: not looked at
 * @SectionHandle: receives a handle: ZwClose()
 * @SectionObject: receives the section object, referenced: ObDereferenceObject()
 * @SectionFileSize: NULL, or receives the size of the file
 *
 * WDK page: fltcreatesectionfordatascan. IRQL: <= APC_LEVEL. The conflict notification callback may
 * be called before this returns. IRP_MJ_CLOSE of the file waits for the section, and the context
 * hangs on the stream as long.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_CONTEXT_ALREADY_DEFINED while the instance has a section of
 * the stream; STATUS_END_OF_FILE for an empty file; STATUS_FILE_IS_A_DIRECTORY;
 * STATUS_INVALID_FILE_FOR_SECTION; STATUS_INVALID_PARAMETER for a wrong instance, file or context;
 * STATUS_INVALID_PARAMETER_8 or _9 for another protection or other attributes;
 * STATUS_FLT_DELETING_OBJECT; STATUS_INSUFFICIENT_RESOURCES; STATUS_TOO_MANY_OPENED_FILES
 */
NTSTATUS FltCreateSectionForDataScan(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				     PFLT_CONTEXT SectionContext, ACCESS_MASK DesiredAccess,
				     POBJECT_ATTRIBUTES ObjectAttributes,
				     PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
				     ULONG AllocationAttributes, ULONG Flags,
				     PHANDLE SectionHandle, PVOID *SectionObject,
				     PLARGE_INTEGER SectionFileSize)
{
	struct flt_instance *instance = flt_instance_check(Instance);
	const struct flt_scan_request request = {
		.caller = fsh_caller(),
		.ip = __builtin_return_address(0),
		.instance = Instance,
		.file = FileObject,
		.context = SectionContext,
		.access = DesiredAccess,
		.attributes = ObjectAttributes,
		.protection = SectionPageProtection,
		.allocation = AllocationAttributes,
		.handle = SectionHandle,
		.object = SectionObject,
		.size = SectionFileSize,
	};
	NTSTATUS status;

	if (SectionHandle)
		*SectionHandle = NULL;
	if (SectionObject)
		*SectionObject = NULL;
	if (SectionFileSize)
		SectionFileSize->QuadPart = 0;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = flt_scan_check(&request, instance);
	return NT_SUCCESS(status) ? flt_scan_create(&request, instance) : status;
}
EXPORT_SYMBOL_GPL(FltCreateSectionForDataScan);

/**
 * FltCloseSectionForDataScan() - end a data scan
 * @SectionContext: its context, of which the caller has a reference and keeps it
 *
 * WDK page: fltclosesectionfordatascan. IRQL: <= APC_LEVEL. The context is taken off the stream.
 * No notification for it begins any more, and none is under way but one that the caller is in.
 * Handle, object and views are the caller's to close, before or after.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_FOUND when it was closed already; STATUS_INVALID_PARAMETER for
 * what was never used for a section
 */
NTSTATUS FltCloseSectionForDataScan(PFLT_CONTEXT SectionContext)
{
	FLT_CONTEXT_TYPE type;
	struct flt_scan *scan;
	bool used;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	scan = flt_scan_take(SectionContext, NULL);
	if (scan) {
		flt_scan_end(scan);
		return STATUS_SUCCESS;
	}
	if (flt_context_facts(SectionContext, &type, &used) && type == FLT_SECTION_CONTEXT && used)
		return STATUS_NOT_FOUND;
	fsh_violation(fsh_caller(), __func__, "%p was never used for a section", SectionContext);
	return STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(FltCloseSectionForDataScan);
