// SPDX-License-Identifier: GPL-2.0
/* May a page fault hold another lock than mmap_lock? */
#include <linux/mm.h>

void flt_probe(struct vm_fault *vmf);
void flt_probe(struct vm_fault *vmf)
{
	release_fault_lock(vmf);
}
