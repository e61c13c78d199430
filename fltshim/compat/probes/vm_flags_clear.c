// SPDX-License-Identifier: GPL-2.0
/* Are the flags of a mapping changed by routines? */
#include <linux/mm.h>

void flt_probe(struct vm_area_struct *vma);
void flt_probe(struct vm_area_struct *vma)
{
	vm_flags_clear(vma, VM_MAYEXEC);
}
