// SPDX-License-Identifier: GPL-2.0
/*
 * Memory descriptor lists. The array behind an MDL holds real page frame numbers. Kernel memory
 * needs neither locking nor a mapping on Linux: its own address serves as the system address.
 * Pages of a program are pinned, and mapped at the same time, since the system address may be
 * asked for at DISPATCH_LEVEL, where nothing can be mapped.
 *
 * What an MDL of ours needs beyond the structure of Windows stands in front of it. One in memory
 * of the driver's own (MmInitializeMdl) has nothing there and can describe kernel memory only.
 *
 * Locking: none. An MDL belongs to one holder at a time, as on Windows.
 */
#include <linux/export.h>
#include <linux/kthread.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include <linux/sched/task_stack.h>
#include <linux/vmalloc.h>
#include <linux/workqueue.h>
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/seh.h"

/* Set in MdlFlags of every MDL with a struct mm_mdl in front. */
#define MM_OURS		MDL_ALLOCATED_FIXED_SIZE
#define MM_MAGIC	0x4c444d46	/* "FMDL" */
#define MM_KEPT		(MDL_ALLOCATED_FIXED_SIZE | MDL_ALLOCATED_MUST_SUCCEED)

enum mm_mdl_state {
	MM_IDLE,
	MM_BUSY,	/* a worker unpins and unmaps */
	MM_DYING,	/* and frees it then */
};

/**
 * struct mm_mdl - an MDL of ours
 * @magic: MM_MAGIC while it lives
 * @room: page frame numbers that fit
 * @state: enum mm_mdl_state
 * @pinned: how many pages of a program are pinned
 * @dirty: they may have been written
 * @window: mapping made for it, or NULL
 * @list: of the operation that keeps it, and frees it in place of the driver; or NULL
 * @next: in that list
 * @work: undoes @pinned and @window where that cannot be done at once
 * @mdl: what the driver has; page frame numbers follow
 */
struct mm_mdl {
	u32 magic;
	u32 room;
	atomic_t state;
	u32 pinned;
	bool dirty;
	void *window;
	PMDL *list;
	PMDL next;
	struct work_struct work;
	MDL mdl;
};

static struct workqueue_struct *mm_mdl_wq;
static atomic_long_t mm_mdls;

static struct mm_mdl *mm_mdl_ours(const MDL *mdl)
{
	struct mm_mdl *own;

	if (!mdl || !(mdl->MdlFlags & MM_OURS))
		return NULL;
	own = container_of(mdl, struct mm_mdl, mdl);
	return own->magic == MM_MAGIC ? own : NULL;
}

static void *mm_mdl_va(const MDL *mdl)
{
	return (char *)mdl->StartVa + mdl->ByteOffset;
}

static ULONG mm_mdl_pages(const MDL *mdl)
{
	return DIV_ROUND_UP((u64)mdl->ByteOffset + mdl->ByteCount, PAGE_SIZE);
}

static PFN_NUMBER *mm_mdl_frames(const MDL *mdl)
{
	return (PFN_NUMBER *)(mdl + 1);
}

static bool mm_is_kernel(const void *address)
{
	return (unsigned long)address >= TASK_SIZE_MAX;
}

/**
 * mm_kernel_page() - the page behind an address of the kernel's
 * @address: any value
 *
 * Return: NULL where there is no memory
 */
struct page *mm_kernel_page(const void *address)
{
	unsigned long at = (unsigned long)address;

	/* is_vmalloc_or_module_addr() is not exported everywhere. */
	if (is_vmalloc_addr(address) || (at >= MODULES_VADDR && at < MODULES_END))
		return vmalloc_to_page(address);
	return virt_addr_valid(address) ? virt_to_page(address) : NULL;
}

/* Are the pages known: built, locked, or part of such an MDL? */
bool mm_mdl_has_pages(const MDL *mdl)
{
	return mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_PARTIAL | MDL_SOURCE_IS_NONPAGED_POOL);
}

/* One of them, the first is number 0; NULL where a driver has put a number that is no page's. */
struct page *mm_mdl_page(const MDL *mdl, ULONG index)
{
	PFN_NUMBER frame = mm_mdl_frames(mdl)[index];

	return pfn_valid(frame) ? pfn_to_page(frame) : NULL;
}

/* Gives back what needs to sleep. Page frame numbers are pages again on the way. */
static void mm_mdl_undo(struct mm_mdl *own)
{
	PFN_NUMBER *frames = mm_mdl_frames(&own->mdl);
	struct page **pages = (struct page **)frames;
	u32 i;

	if (own->window)
		vunmap(own->window);
	own->window = NULL;
	for (i = 0; i < own->pinned; i++)
		pages[i] = pfn_to_page(frames[i]);
	if (own->pinned)
		unpin_user_pages_dirty_lock(pages, own->pinned, own->dirty);
	own->pinned = 0;
}

static void mm_mdl_release(struct mm_mdl *own)
{
	own->magic = 0;
	kvfree(own);
	atomic_long_dec(&mm_mdls);
}

static void mm_mdl_worker(struct work_struct *work)
{
	struct mm_mdl *own = container_of(work, struct mm_mdl, work);
	int old = MM_BUSY;

	mm_mdl_undo(own);
	if (!atomic_try_cmpxchg(&own->state, &old, MM_IDLE))
		mm_mdl_release(own);
}

/*
 * Gives back pins and mapping now, or soon where that cannot sleep. While the worker is at it,
 * pins and mapping are its own: nobody else looks at them, and it is not queued once more.
 */
static void mm_mdl_let_go(struct mm_mdl *own)
{
	if (atomic_read_acquire(&own->state) != MM_IDLE || (!own->pinned && !own->window))
		return;
	if (!ke_is_atomic()) {
		mm_mdl_undo(own);
		return;
	}
	atomic_set(&own->state, MM_BUSY);
	queue_work(mm_mdl_wq, &own->work);
}

/* Before it is used again; true when nothing of its last use is under way. */
static bool mm_mdl_settled(struct mm_mdl *own)
{
	if (likely(!own || atomic_read(&own->state) == MM_IDLE))
		return true;
	if (ke_is_atomic())
		return false;
	flush_work(&own->work);
	return true;
}

static PMDL mm_mdl_alloc(void *address, ULONG length)
{
	u32 room = DIV_ROUND_UP((u64)offset_in_page(address) + length, PAGE_SIZE);
	gfp_t gfp = ke_is_atomic() ? GFP_ATOMIC : GFP_NOFS;
	struct mm_mdl *own;
	size_t size;

	size = sizeof(*own) + room * sizeof(PFN_NUMBER);
	own = gfp == GFP_NOFS ? kvmalloc(size, gfp) : kmalloc(size, gfp | __GFP_NOWARN);
	if (!own)
		return NULL;
	memset(own, 0, sizeof(*own));
	own->magic = MM_MAGIC;
	own->room = room;
	atomic_set(&own->state, MM_IDLE);
	INIT_WORK(&own->work, mm_mdl_worker);
	own->mdl.Size = (CSHORT)(sizeof(MDL) + room * sizeof(PFN_NUMBER));
	own->mdl.MdlFlags = MM_OURS;
	own->mdl.StartVa = (void *)((unsigned long)address & PAGE_MASK);
	own->mdl.ByteOffset = offset_in_page(address);
	own->mdl.ByteCount = length;
	atomic_long_inc(&mm_mdls);
	return &own->mdl;
}

/* As IoAllocateMdl(), for the shim. IRQL <= DISPATCH_LEVEL. */
PMDL mm_mdl_new(void *address, ULONG length)
{
	return mm_mdl_alloc(address, length);
}

/* As IoFreeMdl(), for an MDL that is certainly ours: pins and mapping are given back too. */
void mm_mdl_free(PMDL mdl)
{
	struct mm_mdl *own = mm_mdl_ours(mdl);
	int old = MM_BUSY;

	mm_mdl_let_go(own);
	if (atomic_read(&own->state) == MM_BUSY &&
	    atomic_try_cmpxchg(&own->state, &old, MM_DYING))
		return;
	/* The worker does not look at it once it has made it idle. */
	mm_mdl_release(own);
}

/**
 * mm_mdl_free_chain() - free the MDLs that a driver left with an operation
 * @mdl: the first; what an operation keeps, or is not from IoAllocateMdl(), ends the chain
 *
 * IRQL <= DISPATCH_LEVEL. Pages that are still locked are unlocked.
 */
void mm_mdl_free_chain(PMDL mdl)
{
	while (mdl) {
		struct mm_mdl *own = mm_mdl_ours(mdl);
		PMDL next = mdl->Next;

		if (!own || own->list)
			return;
		mm_mdl_free(mdl);
		mdl = next;
	}
}

/* Puts an MDL of ours into the list of what an operation keeps; a driver cannot free it then. */
void mm_mdl_keep(PMDL *list, PMDL mdl)
{
	struct mm_mdl *own = mm_mdl_ours(mdl);

	own->list = list;
	own->next = *list;
	*list = mdl;
}

/* The operation goes, and with it what it keeps. IRQL <= DISPATCH_LEVEL. */
void mm_mdl_free_kept(PMDL *list)
{
	while (*list) {
		PMDL mdl = *list;

		*list = mm_mdl_ours(mdl)->next;
		mm_mdl_free(mdl);
	}
}

/* From now on the driver frees it; false if @list does not have it. */
bool mm_mdl_give_up(PMDL *list, PMDL mdl)
{
	PMDL *place = list;

	for (; *place; place = &mm_mdl_ours(*place)->next) {
		struct mm_mdl *own = mm_mdl_ours(mdl);

		if (*place != mdl)
			continue;
		*place = own->next;
		own->list = NULL;
		return true;
	}
	return false;
}

/* The pages of kernel memory; false where there is none. */
static bool mm_mdl_fill(PMDL mdl)
{
	PFN_NUMBER *frames = mm_mdl_frames(mdl);
	char *address = mdl->StartVa;
	ULONG i, count = mm_mdl_pages(mdl);

	for (i = 0; i < count; i++, address += PAGE_SIZE) {
		struct page *page = mm_kernel_page(address);

		if (!page)
			return false;
		frames[i] = page_to_pfn(page);
	}
	return true;
}

/* Do the pages follow each other, so that the kernel's own map of memory shows them in a row? */
static bool mm_mdl_in_a_row(const MDL *mdl)
{
	const PFN_NUMBER *frames = mm_mdl_frames(mdl);
	ULONG i, count = mm_mdl_pages(mdl);

	for (i = 1; i < count; i++) {
		if (frames[i] != frames[0] + i)
			return false;
	}
	return count;
}

/* A system address for pages that are no kernel memory; NULL without memory. */
static void *mm_mdl_window(struct mm_mdl *own)
{
	const PFN_NUMBER *frames = mm_mdl_frames(&own->mdl);
	ULONG i, count = mm_mdl_pages(&own->mdl);
	struct page **pages;

	if (mm_mdl_in_a_row(&own->mdl))
		return page_address(pfn_to_page(frames[0]));
	if (own->window)
		return own->window;
	if (ke_is_atomic())
		return NULL;
	pages = kvmalloc_array(count, sizeof(*pages), GFP_NOFS);
	if (!pages)
		return NULL;
	for (i = 0; i < count; i++)
		pages[i] = pfn_to_page(frames[i]);
	own->window = vmap(pages, count, VM_MAP, PAGE_KERNEL);
	kvfree(pages);
	return own->window;
}

/* Pins a program's pages; current's memory is @mm. */
static NTSTATUS mm_mdl_pin(struct mm_mdl *own, LOCK_OPERATION operation)
{
	unsigned long start = (unsigned long)own->mdl.StartVa;
	u32 count = mm_mdl_pages(&own->mdl), done = 0;
	PFN_NUMBER *frames = mm_mdl_frames(&own->mdl);
	struct page **pages = (struct page **)frames;

	own->dirty = operation != IoReadAccess;
	while (done < count) {
		int got = pin_user_pages_fast(start + (unsigned long)done * PAGE_SIZE,
					      count - done, own->dirty ? FOLL_WRITE : 0,
					      pages + done);

		if (got <= 0) {
			unpin_user_pages(pages, done);
			return got == -ENOMEM ? STATUS_INSUFFICIENT_RESOURCES :
						STATUS_ACCESS_VIOLATION;
		}
		done += got;
	}
	for (done = 0; done < count; done++)
		frames[done] = page_to_pfn(pages[done]);
	own->pinned = count;
	if (!mm_mdl_window(own)) {
		mm_mdl_undo(own);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	return STATUS_SUCCESS;
}

struct mm_pin_work {
	struct work_struct work;
	struct mm_mdl *own;
	struct mm_struct *mm;
	LOCK_OPERATION operation;
	NTSTATUS status;
};

static void mm_mdl_pin_worker(struct work_struct *work)
{
	struct mm_pin_work *pin = container_of(work, struct mm_pin_work, work);

	kthread_use_mm(pin->mm);
	pin->status = mm_mdl_pin(pin->own, pin->operation);
	kthread_unuse_mm(pin->mm);
}

/* In whatever task: a worker takes on the memory of the program if current has another. */
static NTSTATUS mm_mdl_pin_in(struct mm_mdl *own, struct mm_struct *mm, LOCK_OPERATION operation)
{
	struct mm_pin_work pin = { .own = own, .mm = mm, .operation = operation };

	if (current->mm == mm)
		return mm_mdl_pin(own, operation);
	INIT_WORK_ONSTACK(&pin.work, mm_mdl_pin_worker);
	queue_work(mm_mdl_wq, &pin.work);
	flush_work(&pin.work);
	destroy_work_on_stack(&pin.work);
	return pin.status;
}

/**
 * mm_mdl_lock() - lock the pages of an MDL
 * @mdl: with address and length
 * @mm: memory that an address below the kernel's is in; may be NULL
 * @operation: what will be done with the pages
 *
 * APC_LEVEL for a program's memory, DISPATCH_LEVEL for the kernel's.
 *
 * Return: STATUS_SUCCESS; STATUS_ACCESS_VIOLATION where there is no such memory, or its process
 * maps a file in this thread, which who calls for a driver asks mm_is_out_of_reach() to say;
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS mm_mdl_lock(PMDL mdl, struct mm_struct *mm, LOCK_OPERATION operation)
{
	struct mm_mdl *own = mm_mdl_ours(mdl);
	NTSTATUS status = STATUS_SUCCESS;

	if (!mm_mdl_settled(own))
		return STATUS_INSUFFICIENT_RESOURCES;
	if (mm_is_kernel(mdl->StartVa)) {
		if (!mm_mdl_fill(mdl))
			status = STATUS_ACCESS_VIOLATION;
	} else if (!mm || !own || ke_is_atomic() ||
		   (mm == current->mm && ke_holds(KE_HOLD_MEMORY)) ||
		   !access_ok((void __user *)mm_mdl_va(mdl), mdl->ByteCount)) {
		status = STATUS_ACCESS_VIOLATION;
	} else {
		status = mm_mdl_pin_in(own, mm, operation);
	}
	if (!NT_SUCCESS(status))
		return status;
	mdl->MdlFlags |= MDL_PAGES_LOCKED;
	if (operation != IoReadAccess)
		mdl->MdlFlags |= MDL_WRITE_OPERATION;
	return STATUS_SUCCESS;
}

/**
 * IoAllocateMdl() - allocate an MDL for a range of memory
 * @VirtualAddress: where it begins
 * @Length: its bytes
 * @SecondaryBuffer: with @Irp: put it behind the MDLs that the IRP has, instead of in their place
 * @ChargeQuota: no meaning here
 * @Irp: whose MDL it becomes, or NULL
 *
 * Neither looks at the memory nor locks it. IRQL <= DISPATCH_LEVEL. WDK: ioallocatemdl.
 *
 * Return: NULL without memory
 */
PMDL IoAllocateMdl(PVOID VirtualAddress, ULONG Length, BOOLEAN SecondaryBuffer,
		   BOOLEAN ChargeQuota, PIRP Irp)
{
	PMDL mdl, *place;

	if (!ke_at_most(DISPATCH_LEVEL))
		return NULL;
	mdl = mm_mdl_alloc(VirtualAddress, Length);
	if (mdl && Irp) {
		place = &Irp->MdlAddress;
		while (SecondaryBuffer && *place)
			place = &(*place)->Next;
		*place = mdl;
	}
	return mdl;
}
EXPORT_SYMBOL_GPL(IoAllocateMdl);

/**
 * IoFreeMdl() - free an MDL
 * @Mdl: from IoAllocateMdl(), its pages unlocked; MDLs behind it in a chain are left alone
 *
 * IRQL <= DISPATCH_LEVEL. WDK: iofreemdl. An MDL that belongs to an operation (from
 * FltLockUserBuffer()) is refused, one whose pages are still locked is unlocked; both are reported.
 */
VOID IoFreeMdl(PMDL Mdl)
{
	struct mm_mdl *own = mm_mdl_ours(Mdl);

	if (!ke_at_most(DISPATCH_LEVEL))
		return;
	if (!own || own->list) {
		fsh_violation(fsh_caller(), __func__, "%p: %s", Mdl,
			      own ? "belongs to an operation" : "is not from IoAllocateMdl");
		return;
	}
	if (own->pinned && atomic_read(&own->state) == MM_IDLE)
		fsh_violation(fsh_caller(), __func__, "%p: its pages are locked", Mdl);
	mm_mdl_free(Mdl);
}
EXPORT_SYMBOL_GPL(IoFreeMdl);

/**
 * IoBuildPartialMdl() - let one MDL describe a part of what another describes
 * @SourceMdl: built or locked
 * @TargetMdl: from IoAllocateMdl(), large enough
 * @VirtualAddress: where the part begins, within @SourceMdl
 * @Length: its bytes; 0 for all to the end
 *
 * IRQL <= DISPATCH_LEVEL. WDK: iobuildpartialmdl. A part that does not lie in the source, or does
 * not fit into the target, is reported and the target left as it was.
 */
VOID IoBuildPartialMdl(PMDL SourceMdl, PMDL TargetMdl, PVOID VirtualAddress, ULONG Length)
{
	size_t offset = (char *)VirtualAddress - (char *)mm_mdl_va(SourceMdl);
	struct mm_mdl *own = mm_mdl_ours(TargetMdl);
	ULONG left, first, pages;

	if (!ke_at_most(DISPATCH_LEVEL))
		return;
	left = offset < SourceMdl->ByteCount ? SourceMdl->ByteCount - offset : 0;
	if (!Length)
		Length = left;
	pages = DIV_ROUND_UP((u64)offset_in_page(VirtualAddress) + Length, PAGE_SIZE);
	if (!left || Length > left || (own && pages > own->room) || !mm_mdl_settled(own) ||
	    !mm_mdl_has_pages(SourceMdl)) {
		fsh_violation(fsh_caller(), __func__,
			      "%u bytes at %p of an MDL for %u at %p, target has room for %u pages",
			      Length, VirtualAddress, SourceMdl->ByteCount, mm_mdl_va(SourceMdl),
			      own ? own->room : pages);
		return;
	}
	TargetMdl->StartVa = (void *)((unsigned long)VirtualAddress & PAGE_MASK);
	TargetMdl->ByteOffset = offset_in_page(VirtualAddress);
	TargetMdl->ByteCount = Length;
	TargetMdl->Process = SourceMdl->Process;
	TargetMdl->MdlFlags &= MM_KEPT;
	TargetMdl->MdlFlags |= MDL_PARTIAL |
		(SourceMdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL | MDL_MAPPED_TO_SYSTEM_VA |
					MDL_WRITE_OPERATION | MDL_IO_PAGE_READ));
	TargetMdl->MappedSystemVa = NULL;
	if (SourceMdl->MdlFlags & (MDL_SOURCE_IS_NONPAGED_POOL | MDL_MAPPED_TO_SYSTEM_VA))
		TargetMdl->MappedSystemVa = (char *)SourceMdl->MappedSystemVa + offset;
	first = (SourceMdl->ByteOffset + offset) >> PAGE_SHIFT;
	memcpy(mm_mdl_frames(TargetMdl), mm_mdl_frames(SourceMdl) + first,
	       pages * sizeof(PFN_NUMBER));
}
EXPORT_SYMBOL_GPL(IoBuildPartialMdl);

/**
 * MmBuildMdlForNonPagedPool() - fill in an MDL for memory that is always there
 * @MemoryDescriptorList: with address and length; pool or a driver's own variables
 *
 * IRQL <= DISPATCH_LEVEL. WDK: mmbuildmdlfornonpagedpool. The kernel's stack, which goes with the
 * caller's return, and memory of a program are refused: such an MDL has no system address.
 */
VOID MmBuildMdlForNonPagedPool(PMDL MemoryDescriptorList)
{
	void *address = mm_mdl_va(MemoryDescriptorList);

	if (!ke_at_most(DISPATCH_LEVEL))
		return;
	if (object_is_on_stack(address) || !mm_is_kernel(address) ||
	    !mm_mdl_settled(mm_mdl_ours(MemoryDescriptorList)) ||
	    !mm_mdl_fill(MemoryDescriptorList)) {
		fsh_violation(fsh_caller(), __func__, "%p is not nonpaged pool", address);
		return;
	}
	MemoryDescriptorList->MappedSystemVa = address;
	MemoryDescriptorList->MdlFlags |= MDL_SOURCE_IS_NONPAGED_POOL;
}
EXPORT_SYMBOL_GPL(MmBuildMdlForNonPagedPool);

/**
 * MmProbeAndLockPages() - lock the memory that an MDL describes
 * @MemoryDescriptorList: with address and length
 * @AccessMode: UserMode for memory that a program named
 * @Operation: what will be done with it
 *
 * IRQL <= APC_LEVEL, for kernel memory <= DISPATCH_LEVEL. WDK: mmprobeandlockpages. Kernel memory
 * in UserMode is taken if it stands in for the program's (BUF-023). A program's memory needs an
 * MDL from IoAllocateMdl() and, since it is looked up in the calling thread, that program's thread.
 *
 * Raises STATUS_ACCESS_VIOLATION or STATUS_INSUFFICIENT_RESOURCES.
 */
seh_raises VOID MmProbeAndLockPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode,
				    LOCK_OPERATION Operation)
{
	PMDL mdl = MemoryDescriptorList;
	void *address = mm_mdl_va(mdl);
	bool kernel = mm_is_kernel(address);
	NTSTATUS status;

	if (mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL | MDL_PARTIAL)) {
		fsh_violation(fsh_caller(), __func__, "%p is locked or built already", mdl);
		return;
	}
	if (!(kernel ? ke_at_most(DISPATCH_LEVEL) : ke_at_most(APC_LEVEL)))
		status = STATUS_ACCESS_VIOLATION;
	else if (kernel && AccessMode != KernelMode && !mm_stands_in(address, mdl->ByteCount))
		status = STATUS_ACCESS_VIOLATION;
	else if (!kernel && mm_is_out_of_reach(_RET_IP_, __func__))
		status = STATUS_ACCESS_VIOLATION;
	else
		status = mm_mdl_lock(mdl, current->mm, Operation);
	if (status == STATUS_ACCESS_VIOLATION)
		seh_raise_access_violation((ULONG_PTR)address, Operation != IoReadAccess);
	if (!NT_SUCCESS(status))
		seh_raise_status(status);
}
EXPORT_SYMBOL_GPL(MmProbeAndLockPages);

/**
 * MmUnlockPages() - unlock what MmProbeAndLockPages() locked
 * @MemoryDescriptorList: locked; a system address of it is gone afterwards
 *
 * IRQL <= DISPATCH_LEVEL. WDK: mmunlockpages. Pages that may have been written become dirty.
 */
VOID MmUnlockPages(PMDL MemoryDescriptorList)
{
	struct mm_mdl *own = mm_mdl_ours(MemoryDescriptorList);

	if (!ke_at_most(DISPATCH_LEVEL))
		return;
	if (!(MemoryDescriptorList->MdlFlags & MDL_PAGES_LOCKED) || (own && own->list)) {
		fsh_violation(fsh_caller(), __func__, "%p: %s", MemoryDescriptorList,
			      own && own->list ? "belongs to an operation" : "is not locked");
		return;
	}
	MemoryDescriptorList->MdlFlags &= ~(MDL_PAGES_LOCKED | MDL_WRITE_OPERATION |
					    MDL_MAPPED_TO_SYSTEM_VA);
	MemoryDescriptorList->MappedSystemVa = NULL;
	if (own)
		mm_mdl_let_go(own);
}
EXPORT_SYMBOL_GPL(MmUnlockPages);

/* Return: the system address, or NULL */
static void *mm_mdl_map(PMDL mdl)
{
	struct mm_mdl *own = mm_mdl_ours(mdl);
	char *window = NULL;

	if (mdl->MdlFlags & (MDL_MAPPED_TO_SYSTEM_VA | MDL_SOURCE_IS_NONPAGED_POOL))
		return mdl->MappedSystemVa;
	if (!(mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_PARTIAL)))
		return NULL;
	if (mm_is_kernel(mdl->StartVa))
		window = mdl->StartVa;
	else if (own)
		window = mm_mdl_window(own);
	if (!window)
		return NULL;
	mdl->MappedSystemVa = window + mdl->ByteOffset;
	mdl->MdlFlags |= MDL_MAPPED_TO_SYSTEM_VA;
	if (mdl->MdlFlags & MDL_PARTIAL)
		mdl->MdlFlags |= MDL_PARTIAL_HAS_BEEN_MAPPED;
	return mdl->MappedSystemVa;
}

/**
 * MmGetSystemAddressForMdlSafe() - a kernel address of what an MDL describes
 * @Mdl: built, locked, or part of such a one
 * @Priority: no meaning here; what MdlMappingNoWrite forbids is not enforced
 *
 * IRQL <= DISPATCH_LEVEL. WDK: mmgetsystemaddressformdlsafe. Valid in every thread, and the same
 * each time.
 *
 * Return: NULL without memory for a mapping, and for an MDL whose pages are not known
 */
PVOID MmGetSystemAddressForMdlSafe(PMDL Mdl, ULONG Priority)
{
	return ke_at_most(DISPATCH_LEVEL) ? mm_mdl_map(Mdl) : NULL;
}
EXPORT_SYMBOL_GPL(MmGetSystemAddressForMdlSafe);

/**
 * MmMapLockedPagesSpecifyCache() - map what an MDL describes
 * @MemoryDescriptorList: locked, or part of a locked one
 * @AccessMode: KernelMode; there is no way to put such pages into a program's memory
 * @CacheType: no meaning here, memory is cached
 * @RequestedAddress: NULL
 * @BugCheckOnFailure: no meaning here: a failure is a NULL
 * @Priority: no meaning here
 *
 * IRQL <= DISPATCH_LEVEL. WDK: mmmaplockedpagesspecifycache. Raises STATUS_NOT_SUPPORTED for
 * UserMode, as Windows raises what goes wrong there.
 *
 * Return: system address, or NULL without memory
 */
seh_raises PVOID MmMapLockedPagesSpecifyCache(PMDL MemoryDescriptorList,
					      KPROCESSOR_MODE AccessMode,
					      MEMORY_CACHING_TYPE CacheType,
					      PVOID RequestedAddress, ULONG BugCheckOnFailure,
					      ULONG Priority)
{
	if (AccessMode != KernelMode)
		seh_raise_status(STATUS_NOT_SUPPORTED);
	return ke_at_most(DISPATCH_LEVEL) ? mm_mdl_map(MemoryDescriptorList) : NULL;
}
EXPORT_SYMBOL_GPL(MmMapLockedPagesSpecifyCache);

/**
 * MmMapLockedPages() - map what an MDL describes
 * @MemoryDescriptorList: locked, or part of a locked one
 * @AccessMode: KernelMode
 *
 * As MmMapLockedPagesSpecifyCache(). WDK: mmmaplockedpages (obsolete).
 */
seh_raises PVOID MmMapLockedPages(PMDL MemoryDescriptorList, KPROCESSOR_MODE AccessMode)
{
	if (AccessMode != KernelMode)
		seh_raise_status(STATUS_NOT_SUPPORTED);
	return ke_at_most(DISPATCH_LEVEL) ? mm_mdl_map(MemoryDescriptorList) : NULL;
}
EXPORT_SYMBOL_GPL(MmMapLockedPages);

/**
 * MmUnmapLockedPages() - give back a system address
 * @BaseAddress: what a mapping routine returned
 * @MemoryDescriptorList: for this
 *
 * IRQL <= DISPATCH_LEVEL. WDK: mmunmaplockedpages.
 */
VOID MmUnmapLockedPages(PVOID BaseAddress, PMDL MemoryDescriptorList)
{
	PMDL mdl = MemoryDescriptorList;
	struct mm_mdl *own = mm_mdl_ours(mdl);

	if (!ke_at_most(DISPATCH_LEVEL))
		return;
	if (!(mdl->MdlFlags & MDL_MAPPED_TO_SYSTEM_VA) || mdl->MappedSystemVa != BaseAddress) {
		fsh_violation(fsh_caller(), __func__, "%p is not the address of %p", BaseAddress,
			      mdl);
		return;
	}
	mdl->MdlFlags &= ~(MDL_MAPPED_TO_SYSTEM_VA | MDL_PARTIAL_HAS_BEEN_MAPPED);
	mdl->MappedSystemVa = NULL;
	/* Of locked pages the mapping stays until they are unlocked, for use at DISPATCH_LEVEL. */
	if (own && !own->pinned)
		mm_mdl_let_go(own);
}
EXPORT_SYMBOL_GPL(MmUnmapLockedPages);

int mm_mdl_init(void)
{
	mm_mdl_wq = alloc_workqueue("fltshim_mm", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return mm_mdl_wq ? 0 : -ENOMEM;
}

/* MDLs of ours that live. */
long mm_mdl_count(void)
{
	return atomic_long_read(&mm_mdls);
}

/* No driver is left; what one did not free is lost, as on Windows. */
void mm_mdl_exit(void)
{
	destroy_workqueue(mm_mdl_wq);
	if (mm_mdl_count())
		pr_warn("fltshim: %ld MDLs were never freed\n", mm_mdl_count());
}
