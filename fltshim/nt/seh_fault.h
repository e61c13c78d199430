/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Faults of a driver's code that become exceptions, and what of the shim's code counts as a
 * driver's there: the objects between rtl_text_begin.o and rtl_text_end.o in nt/Kbuild. Such code
 * may be left at any instruction that touches an address of a driver's: it takes no lock, calls
 * nothing of the kernel's with such an address (nt/rtl_bytes.h has what it needs), and has no
 * tracer's hook.
 */
#ifndef NT_SEH_FAULT_H
#define NT_SEH_FAULT_H

void seh_fault_init(void);
void seh_fault_exit(void);

extern const char seh_text_begin[], seh_text_end[];	/* rtl_text_begin.S, rtl_text_end.S */

#endif
