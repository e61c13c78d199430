/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Changing the flags of a mapping that is being made.
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

#endif
