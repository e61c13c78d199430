// SPDX-License-Identifier: GPL-2.0
/*
 * Views of sections in the kernel's address space. A view has all its pages, read and held, before
 * its address is given out: a plain load from it never faults, whatever becomes of the file. So a
 * view costs the memory of what it covers, and how much that may be is limited, for one view and
 * for all of them. A view keeps its section.
 *
 * Views are found by any address in them, in a tree under a lock that nothing sleeps under.
 */
#include <linux/export.h>
#include <linux/highmem.h>
#include <linux/mm.h>
#include <linux/moduleparam.h>
#include <linux/rbtree.h>
#include <linux/sched/signal.h>
#include <linux/vmalloc.h>
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/mm_section.h"
#include "nt/ob_object.h"
#include "nt/ps_process.h"
#include "nt/violation.h"

#define MM_VIEW_ALIGN	SZ_64K	/* of the offset in the section */
#define MM_VIEW_BATCH	256	/* pages that a provider is asked for at once */
#define MM_MIB_PAGES	(SZ_1M / PAGE_SIZE)

static unsigned int view_limit = 256;
module_param(view_limit, uint, 0644);
MODULE_PARM_DESC(view_limit, "MiB that one view of a section may cover");

static unsigned int views_limit;
module_param(views_limit, uint, 0644);
MODULE_PARM_DESC(views_limit, "MiB that all views may cover; 0: an eighth of the memory");

/**
 * struct mm_view - a view
 * @node: in mm_views, by @base
 * @base: its address
 * @nr_pages: how many
 * @pages: the pages, referenced
 * @section: referenced
 * @driver: who mapped it, or NULL
 */
struct mm_view {
	struct rb_node node;
	void *base;
	unsigned int nr_pages;
	struct page **pages;
	struct mm_section *section;
	struct fsh_driver *driver;
};

static struct rb_root mm_views = RB_ROOT;
static DEFINE_SPINLOCK(mm_views_lock);	/* mm_views */
static atomic_long_t mm_view_pages;

/* How many pages all views hold. */
long mm_views_count(void)
{
	return atomic_long_read(&mm_view_pages);
}

static bool mm_view_less(struct rb_node *a, const struct rb_node *b)
{
	return rb_entry(a, struct mm_view, node)->base < rb_entry(b, struct mm_view, node)->base;
}

static int mm_view_compare(const void *address, const struct rb_node *node)
{
	const struct mm_view *view = rb_entry(node, struct mm_view, node);

	if (address < view->base)
		return -1;
	return address >= view->base + (size_t)view->nr_pages * PAGE_SIZE;
}

static bool mm_view_charge(unsigned long pages)
{
	unsigned long limit = READ_ONCE(views_limit) * (unsigned long)MM_MIB_PAGES ?:
			      totalram_pages() / 8;

	if (pages > READ_ONCE(view_limit) * (unsigned long)MM_MIB_PAGES)
		return false;
	if (atomic_long_add_return(pages, &mm_view_pages) <= (long)limit)
		return true;
	atomic_long_sub(pages, &mm_view_pages);
	return false;
}

/* Of a view that is in no tree. Task context. */
static void mm_view_free(struct mm_view *view)
{
	vunmap(view->base);
	release_pages(view->pages, view->nr_pages);
	atomic_long_sub(view->nr_pages, &mm_view_pages);
	kvfree(view->pages);
	mm_section_put(view->section);
	kfree(view);
}

/* After a part of a view: may the next one follow? */
static NTSTATUS mm_view_pause(void)
{
	cond_resched();
	return fatal_signal_pending(current) ? STATUS_CANCELLED : STATUS_SUCCESS;
}

/* Copies of pages take their places; all or none. */
static NTSTATUS mm_view_copy(struct page **pages, unsigned int count)
{
	NTSTATUS status = STATUS_SUCCESS;
	unsigned int i;

	for (i = 0; i < count && NT_SUCCESS(status); i++) {
		struct page *copy = alloc_page(GFP_KERNEL | __GFP_NOWARN);

		if (!copy)
			return STATUS_INSUFFICIENT_RESOURCES;
		copy_highpage(copy, pages[i]);
		put_page(pages[i]);
		pages[i] = copy;
		if (!((i + 1) % MM_VIEW_BATCH))
			status = mm_view_pause();
	}
	return status;
}

/* All pages from @index on, or none. */
static NTSTATUS mm_view_fill(struct mm_section *section, pgoff_t index, unsigned int count,
			     struct page **pages)
{
	NTSTATUS status = STATUS_SUCCESS;
	unsigned int done = 0;

	while (done < count && NT_SUCCESS(status)) {
		unsigned int part = min_t(unsigned int, count - done, MM_VIEW_BATCH);

		status = section->ops->pages(section->source, index + done, part, pages + done);
		if (NT_SUCCESS(status)) {
			done += part;
			status = mm_view_pause();
		}
	}
	if (!NT_SUCCESS(status))
		release_pages(pages, done);
	return status;
}

/* The pages are charged for. On success the view has the caller's charge. */
static NTSTATUS mm_view_make(struct mm_section *section, pgoff_t index, unsigned int count,
			     bool copy, struct mm_view **out)
{
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;
	struct mm_view *view = kzalloc(sizeof(*view), GFP_KERNEL);

	if (!view)
		return status;
	view->pages = kvmalloc_array(count, sizeof(*view->pages), GFP_KERNEL);
	if (!view->pages)
		goto free_view;
	status = mm_view_fill(section, index, count, view->pages);
	if (!NT_SUCCESS(status))
		goto free_pages;
	if (copy)
		status = mm_view_copy(view->pages, count);
	if (!NT_SUCCESS(status))
		goto put_pages;
	status = STATUS_INSUFFICIENT_RESOURCES;
	view->base = vmap(view->pages, count, VM_MAP, copy ? PAGE_KERNEL : PAGE_KERNEL_RO);
	if (!view->base)
		goto put_pages;
	view->nr_pages = count;
	view->section = section;
	mm_section_get(section);
	*out = view;
	return STATUS_SUCCESS;

put_pages:
	release_pages(view->pages, count);
free_pages:
	kvfree(view->pages);
free_view:
	kfree(view);
	return status;
}

/* What a routine that maps was called with. */
struct mm_view_request {
	unsigned long caller;
	bool copy;
	u64 offset;
	size_t size;	/* 0: to the end */
};

static NTSTATUS mm_view_map(struct mm_section *section, const struct mm_view_request *request,
			    void **base, SIZE_T *size)
{
	u64 end = round_up(section->size, PAGE_SIZE), room;
	struct mm_view *view = NULL;
	unsigned long pages;
	NTSTATUS status;

	if (request->offset >= end)
		return STATUS_INVALID_VIEW_SIZE;
	room = (end - request->offset) >> PAGE_SHIFT;
	if (request->size > end - request->offset)
		return STATUS_INVALID_VIEW_SIZE;
	if (request->size)
		room = DIV_ROUND_UP(request->size, PAGE_SIZE);
	pages = room;
	if (room > UINT_MAX || !mm_view_charge(pages)) {
		pr_warn_ratelimited("fltshim: %s: a view of %llu MiB is not mapped: more than one view or all of them may cover\n",
				    fsh_driver_name_at(request->caller),
				    (unsigned long long)DIV_ROUND_UP(room, MM_MIB_PAGES));
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	status = mm_view_make(section, request->offset >> PAGE_SHIFT, pages, request->copy, &view);
	if (!NT_SUCCESS(status)) {
		atomic_long_sub(pages, &mm_view_pages);
		return status;
	}
	view->driver = fsh_driver_at(request->caller);
	*base = view->base;
	*size = pages * PAGE_SIZE;
	spin_lock(&mm_views_lock);
	rb_add(&view->node, &mm_views, mm_view_less);
	spin_unlock(&mm_views_lock);
	return STATUS_SUCCESS;
}

/* Takes the view out of the tree that an address lies in; NULL: there is none. */
static struct mm_view *mm_view_take(const void *address)
{
	struct rb_node *node;

	spin_lock(&mm_views_lock);
	node = rb_find(address, &mm_views, mm_view_compare);
	if (node)
		rb_erase(node, &mm_views);
	spin_unlock(&mm_views_lock);
	return rb_entry_safe(node, struct mm_view, node);
}

/* One of a driver's, or NULL. */
static struct mm_view *mm_view_take_of(const struct fsh_driver *driver)
{
	struct mm_view *view, *found = NULL;
	struct rb_node *node;

	spin_lock(&mm_views_lock);
	for (node = rb_first(&mm_views); node && !found; node = rb_next(node)) {
		view = rb_entry(node, struct mm_view, node);
		if (view->driver == driver)
			found = view;
	}
	if (found)
		rb_erase(&found->node, &mm_views);
	spin_unlock(&mm_views_lock);
	return found;
}

/**
 * mm_view_driver_gone() - unmap what a driver left mapped
 * @driver: none of its code runs any more
 *
 * Task context.
 */
void mm_view_driver_gone(struct fsh_driver *driver)
{
	struct mm_view *view;

	while ((view = mm_view_take_of(driver))) {
		fsh_violation(driver->service, "DriverUnload",
			      "the view at %p was never unmapped", view->base);
		mm_view_free(view);
	}
}

/* Is it a handle of the current process? STATUS_NOT_SUPPORTED for another's. */
static NTSTATUS mm_view_process(HANDLE process)
{
	NTSTATUS status;
	void *object;
	bool own;

	if (process == (HANDLE)~0UL)
		return STATUS_SUCCESS;
	status = ob_get_by_handle(process, &ob_process_type, &object);
	if (!NT_SUCCESS(status))
		return status;
	own = object == ps_process_of(current);
	ob_put(object);
	return own ? STATUS_SUCCESS : STATUS_NOT_SUPPORTED;
}

/* May a view have this protection? */
static NTSTATUS mm_view_allowed(ACCESS_MASK access, ULONG protection)
{
	switch (protection) {
	case MM_PAGE_READONLY:
	case MM_PAGE_WRITECOPY:
		return access & SECTION_MAP_READ ? STATUS_SUCCESS : STATUS_ACCESS_DENIED;
	case MM_PAGE_READWRITE:
		/* What is written to pages of a file past its file system would be lost. */
		return access & SECTION_MAP_WRITE ? STATUS_SECTION_PROTECTION :
						    STATUS_ACCESS_DENIED;
	case MM_PAGE_EXECUTE:
	case MM_PAGE_EXECUTE_READ:
	case MM_PAGE_EXECUTE_READWRITE:
	case MM_PAGE_EXECUTE_WRITECOPY:
		return access & SECTION_MAP_EXECUTE ? STATUS_SECTION_PROTECTION :
						      STATUS_ACCESS_DENIED;
	default:
		return STATUS_INVALID_PAGE_PROTECTION;
	}
}

/**
 * ZwMapViewOfSection() - map a part of a section
 * @SectionHandle: of the kernel, or of the current process
 * @ProcessHandle: NtCurrentProcess() or a handle of the current process
 * @BaseAddress: NULL in it; receives the address of the view
 * @ZeroBits: not looked at
 * @CommitSize: not looked at
 * @SectionOffset: NULL for the beginning, or where the view begins, rounded down to 64 KiB
 * @ViewSize: bytes, 0 for all to the end; receives how many there are, in whole pages
 * @InheritDisposition: ViewShare or ViewUnmap; views are never inherited
 * @AllocationType: not looked at
 * @Win32Protect: PAGE_READONLY; PAGE_WRITECOPY for a copy
 *
 * IRQL PASSIVE_LEVEL. WDK: zwmapviewofsection. The view is in the kernel's address space, for every
 * thread, and only for drivers. All its pages are there when this returns, and stay: it covers no
 * more than the module parameters view_limit and views_limit allow. What lies behind the end of a
 * file in its last page is zero.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_HANDLE; STATUS_OBJECT_TYPE_MISMATCH; STATUS_ACCESS_DENIED;
 * STATUS_INVALID_PAGE_PROTECTION; STATUS_SECTION_PROTECTION; STATUS_CONFLICTING_ADDRESSES for an
 * address of the caller's choice; STATUS_INVALID_VIEW_SIZE; STATUS_IN_PAGE_ERROR when a page cannot
 * be read; STATUS_INSUFFICIENT_RESOURCES; STATUS_CANCELLED when the thread is being killed;
 * STATUS_NOT_SUPPORTED for another process
 */
NTSTATUS ZwMapViewOfSection(HANDLE SectionHandle, HANDLE ProcessHandle, PVOID *BaseAddress,
			    ULONG_PTR ZeroBits, SIZE_T CommitSize, PLARGE_INTEGER SectionOffset,
			    PSIZE_T ViewSize, SECTION_INHERIT InheritDisposition,
			    ULONG AllocationType, ULONG Win32Protect)
{
	struct mm_view_request request = {
		.caller = _RET_IP_, .copy = Win32Protect == MM_PAGE_WRITECOPY,
	};
	ACCESS_MASK access;
	NTSTATUS status;
	void *object;
	size_t skew;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!BaseAddress || !ViewSize)
		return STATUS_ACCESS_VIOLATION;
	if (InheritDisposition != ViewShare && InheritDisposition != ViewUnmap)
		return STATUS_INVALID_PARAMETER;
	if (SectionOffset && SectionOffset->QuadPart < 0)
		return STATUS_INVALID_VIEW_SIZE;
	status = mm_view_process(ProcessHandle);
	if (NT_SUCCESS(status))
		status = mm_section_by_handle(SectionHandle, &object, &access);
	if (!NT_SUCCESS(status))
		return status;
	status = mm_view_allowed(access, Win32Protect);
	if (NT_SUCCESS(status) && *BaseAddress)
		status = STATUS_CONFLICTING_ADDRESSES;
	if (NT_SUCCESS(status)) {
		request.offset = SectionOffset ? SectionOffset->QuadPart : 0;
		skew = request.offset % MM_VIEW_ALIGN;
		request.offset -= skew;
		/* What was asked for is in it, wherever it begins. */
		request.size = *ViewSize ? size_add(*ViewSize, skew) : 0;
		status = mm_view_map(mm_section_of(object), &request, BaseAddress, ViewSize);
	}
	if (NT_SUCCESS(status) && SectionOffset)
		SectionOffset->QuadPart = request.offset;
	ob_put(object);
	return status;
}
EXPORT_SYMBOL_GPL(ZwMapViewOfSection);

/**
 * ZwUnmapViewOfSection() - take a view back
 * @ProcessHandle: NtCurrentProcess() or a handle of the current process
 * @BaseAddress: any address in the view
 *
 * IRQL PASSIVE_LEVEL. WDK: zwunmapviewofsection.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_MAPPED_VIEW; STATUS_INVALID_HANDLE;
 * STATUS_OBJECT_TYPE_MISMATCH; STATUS_NOT_SUPPORTED for another process
 */
NTSTATUS ZwUnmapViewOfSection(HANDLE ProcessHandle, PVOID BaseAddress)
{
	struct mm_view *view;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = mm_view_process(ProcessHandle);
	if (!NT_SUCCESS(status))
		return status;
	view = mm_view_take(BaseAddress);
	if (!view)
		return STATUS_NOT_MAPPED_VIEW;
	mm_view_free(view);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(ZwUnmapViewOfSection);

/**
 * MmMapViewInSystemSpace() - map a section from its beginning
 * @Section: section object, of which the caller has a reference
 * @MappedBase: receives the address of the view
 * @ViewSize: bytes, 0 for all of it; receives how many there are, in whole pages
 *
 * IRQL PASSIVE_LEVEL. WDK: mmmapviewinsystemspace. As ZwMapViewOfSection(), for reading.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for what is no section;
 * STATUS_INVALID_VIEW_SIZE; STATUS_IN_PAGE_ERROR; STATUS_INSUFFICIENT_RESOURCES;
 * STATUS_CANCELLED
 */
NTSTATUS MmMapViewInSystemSpace(PVOID Section, PVOID *MappedBase, PSIZE_T ViewSize)
{
	struct mm_view_request request = { .caller = _RET_IP_ };
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!MappedBase || !ViewSize ||
	    ObReferenceObjectByPointer(Section, 0, &mm_section_type, KernelMode) !=
		    STATUS_SUCCESS) {
		fsh_violation(fsh_caller(), __func__, "%p is no section", Section);
		return STATUS_INVALID_PARAMETER;
	}
	request.size = *ViewSize;
	status = mm_view_map(mm_section_of(Section), &request, MappedBase, ViewSize);
	ob_put(Section);
	return status;
}
EXPORT_SYMBOL_GPL(MmMapViewInSystemSpace);

/**
 * MmUnmapViewInSystemSpace() - take a view back
 * @MappedBase: what MmMapViewInSystemSpace() gave
 *
 * IRQL PASSIVE_LEVEL. WDK: mmunmapviewinsystemspace.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_MAPPED_VIEW
 */
NTSTATUS MmUnmapViewInSystemSpace(PVOID MappedBase)
{
	struct mm_view *view;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	view = mm_view_take(MappedBase);
	if (!view)
		return STATUS_NOT_MAPPED_VIEW;
	mm_view_free(view);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(MmUnmapViewInSystemSpace);
