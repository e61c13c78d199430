// SPDX-License-Identifier: GPL-2.0
/*
 * Is memory that a program named the program's, and is it there? And the mark of kernel memory
 * that stands in for a program's, which lies in its pages, so that asking costs the same however
 * many operations are under way.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/uaccess.h>
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/seh.h"

/* What page->private of a marked page is: an address that nobody else puts there. */
static const char mm_stand_in;

/**
 * mm_stand_in_mark() - kernel memory that filters get in place of a program's
 * @address: pages of the caller's own, from the page or the vmalloc allocator
 * @size: bytes
 *
 * The mark goes with the pages: the allocator clears it before it gives them to somebody else.
 */
void mm_stand_in_mark(void *address, size_t size)
{
	size_t i;

	for (i = 0; i < size; i += PAGE_SIZE)
		set_page_private(mm_kernel_page(address + i), (unsigned long)&mm_stand_in);
}

/* Has all of this memory been marked? Any address, any context. */
bool mm_stands_in(const void *address, size_t size)
{
	unsigned long at = (unsigned long)address & PAGE_MASK;
	unsigned long last;

	if (check_add_overflow((unsigned long)address, (unsigned long)(size ? size - 1 : 0), &last))
		return false;
	for (; at <= last; at += PAGE_SIZE) {
		struct page *page = mm_kernel_page((void *)at);

		if (!page || page_private(page) != (unsigned long)&mm_stand_in)
			return false;
		if (at > ULONG_MAX - PAGE_SIZE)
			break;
	}
	return true;
}

/**
 * mm_is_out_of_reach() - is the memory of the current process locked by who called us?
 * @ip: in a driver that wants to reach it, which is a violation then
 * @routine: by this routine
 */
bool mm_is_out_of_reach(unsigned long ip, const char *routine)
{
	if (likely(!ke_holds(KE_HOLD_MEMORY)))
		return false;
	fsh_violation(fsh_driver_name_at(ip), routine,
		      "memory of a program cannot be reached while it maps a file");
	return true;
}

/*
 * Where a program's memory is being mapped, touching it would wait for ourselves (SECT-08): raised
 * as memory that is not there.
 */
static seh_raises void mm_probe_reach(unsigned long ip, const char *routine, unsigned long start,
				      bool write)
{
	if (likely(!mm_is_out_of_reach(ip, routine)))
		return;
	seh_raise_access_violation(start, write);
}

/* Raises where a range cannot be a program's; false when there is nothing more to look at. */
static seh_raises bool mm_probe(unsigned long start, size_t length, ULONG alignment, bool write)
{
	if (!length)
		return false;
	if (alignment && start & (alignment - 1))
		seh_raise_status(STATUS_DATATYPE_MISALIGNMENT);
	if (mm_stands_in((const void *)start, length))
		return false;
	if (start >= TASK_SIZE_MAX || length > TASK_SIZE_MAX - start)
		seh_raise_access_violation(start, write);
	return true;
}

/**
 * ProbeForRead() - see that a range is a program's memory
 * @Address: where it begins
 * @Length: bytes; 0 is always right
 * @Alignment: power of two that the address has to be a multiple of
 *
 * IRQL <= APC_LEVEL. WDK: probeforread. Whether the memory is there shows when it is used.
 * Kernel memory that the shim put in the place of a program's is right as well (BUF-023).
 *
 * Raises STATUS_ACCESS_VIOLATION or STATUS_DATATYPE_MISALIGNMENT.
 */
seh_raises VOID ProbeForRead(FSH_PROBED_FOR_READ Address, SIZE_T Length, ULONG Alignment)
{
	if (ke_at_most(APC_LEVEL) && mm_probe((unsigned long)Address, Length, Alignment, false))
		mm_probe_reach(_RET_IP_, __func__, (unsigned long)Address, false);
}
EXPORT_SYMBOL_GPL(ProbeForRead);

/**
 * ProbeForWrite() - see that a range is a program's memory and can be written
 * @Address: where it begins
 * @Length: bytes; 0 is always right
 * @Alignment: power of two that the address has to be a multiple of
 *
 * IRQL <= APC_LEVEL. WDK: probeforwrite. Brings the memory in, without changing it.
 *
 * Raises STATUS_ACCESS_VIOLATION or STATUS_DATATYPE_MISALIGNMENT.
 */
seh_raises VOID ProbeForWrite(FSH_PROBED_FOR_WRITE Address, SIZE_T Length, ULONG Alignment)
{
	if (!ke_at_most(APC_LEVEL) || !mm_probe((unsigned long)Address, Length, Alignment, true))
		return;
	mm_probe_reach(_RET_IP_, __func__, (unsigned long)Address, true);
	if (!current->mm || fault_in_safe_writeable((char __user *)Address, Length))
		seh_raise_access_violation((ULONG_PTR)Address, true);
}
EXPORT_SYMBOL_GPL(ProbeForWrite);
