// SPDX-License-Identifier: GPL-2.0
/*
 * Section objects: their life, and their handles. A section lives as long as it has an object or a
 * view; an object as long as it has a handle or a reference. Views are in mm_view.c, handles of
 * programs in mm_section_fd.c.
 */
#include <linux/export.h>
#include <linux/preempt.h>
#include <linux/workqueue.h>
#include "nt/mm_section.h"
#include "nt/ob_object.h"

/* What a section object holds: drivers know its address. */
struct mm_section_object {
	struct mm_section *section;
};

void mm_section_get(struct mm_section *section)
{
	refcount_inc(&section->refs);
}

static void mm_section_free(struct mm_section *section)
{
	section->ops->free(section->source);
	kfree(section);
}

static LLIST_HEAD(mm_sections_to_free);

static void mm_sections_free(struct work_struct *unused)
{
	struct mm_section *section, *next;

	llist_for_each_entry_safe(section, next, llist_del_all(&mm_sections_to_free), free_link)
		mm_section_free(section);
}

static DECLARE_WORK(mm_sections_work, mm_sections_free);

/* IRQL <= DISPATCH_LEVEL. */
void mm_section_put(struct mm_section *section)
{
	if (!refcount_dec_and_test(&section->refs))
		return;
	if (preemptible())
		mm_section_free(section);
	else if (llist_add(&section->free_link, &mm_sections_to_free))
		schedule_work(&mm_sections_work);
}

/* No driver is left. */
void mm_section_exit(void)
{
	flush_work(&mm_sections_work);
}

static void mm_section_object_free(void *object)
{
	mm_section_put(mm_section_of(object));
}

OBJECT_TYPE mm_section_type = { .name = "Section", .free = mm_section_object_free };

/**
 * mm_section_of() - the section of a section object
 * @object: of mm_section_create(); the caller has a reference
 */
struct mm_section *mm_section_of(void *object)
{
	return ((struct mm_section_object *)object)->section;
}

/**
 * mm_section_create() - make a section object
 * @ops: what can be done with @source
 * @source: where its pages come from; the section's own on success
 * @size: bytes, not 0
 *
 * Task context.
 *
 * Return: the object with one reference (ob_put()), or NULL without memory
 */
void *mm_section_create(const struct mm_section_source *ops, void *source, u64 size)
{
	struct mm_section_object *object;
	struct mm_section *section;

	section = kzalloc(sizeof(*section), GFP_KERNEL);
	if (!section)
		return NULL;
	object = ob_create(&mm_section_type, sizeof(*object));
	if (!object) {
		kfree(section);
		return NULL;
	}
	refcount_set(&section->refs, 1);
	section->ops = ops;
	section->source = source;
	section->size = size;
	object->section = section;
	return object;
}

/**
 * mm_section_open() - make a handle of a section object
 * @caller: a place in the code of the driver that has to close it
 * @object: the object; the handle takes a reference of its own
 * @access: SECTION_* that are granted
 * @attributes: with OBJ_KERNEL_HANDLE the handle is one of the kernel; otherwise, and where this is
 *	NULL, it is one of the current process
 * @handle: receives it
 *
 * Task context.
 *
 * Return: STATUS_SUCCESS; STATUS_INSUFFICIENT_RESOURCES; STATUS_TOO_MANY_OPENED_FILES;
 * STATUS_NOT_SUPPORTED for a handle of a process where there is none
 */
NTSTATUS mm_section_open(const void *caller, void *object, ACCESS_MASK access,
			 const OBJECT_ATTRIBUTES *attributes, HANDLE *handle)
{
	ULONG flags = attributes ? attributes->Attributes : 0;
	NTSTATUS status;

	if (!(flags & OBJ_KERNEL_HANDLE))
		return mm_section_open_fd(object, access, handle);
	ob_get(object);
	status = ob_open_handle(caller, &mm_section_type, object, access, flags, handle);
	if (!NT_SUCCESS(status))
		ob_put(object);
	return status;
}

/**
 * mm_section_by_handle() - the section object of a handle
 * @handle: of the kernel, or of the current process
 * @object: receives the object, referenced (ob_put())
 * @access: receives what the handle grants
 *
 * Task context.
 *
 * Return: STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH
 */
NTSTATUS mm_section_by_handle(HANDLE handle, void **object, ACCESS_MASK *access)
{
	OBJECT_HANDLE_INFORMATION information;
	NTSTATUS status;

	status = ob_get_by_handle_ex(handle, &mm_section_type, object, &information);
	if (NT_SUCCESS(status))
		*access = information.GrantedAccess;
	else if (status == STATUS_INVALID_HANDLE)
		status = mm_section_by_fd(handle, object, access);
	return status;
}
