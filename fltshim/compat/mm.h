/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changing the flags of a mapping that is being made; the lock of a page fault.
 */
#ifndef COMPAT_MM_H
#define COMPAT_MM_H

#include <linux/mm.h>
#include "compat/config.h"

/* Under mmap_lock, held for writing. */
static inline void flt_vm_flags_clear(struct vm_area_struct *vma, unsigned long flags)
{
#ifdef FLT_HAVE_VM_FLAGS_CLEAR
	vm_flags_clear(vma, flags);
#else
	vma->vm_flags &= ~flags;
#endif
}

/* The mapping may be gone afterwards. ->fault returns VM_FAULT_RETRY then. */
static inline void flt_release_fault_lock(struct vm_fault *vmf)
{
#ifdef FLT_HAVE_RELEASE_FAULT_LOCK
	release_fault_lock(vmf);
#else
	mmap_read_unlock(vmf->vma->vm_mm);
#endif
}

#endif
