/* SPDX-License-Identifier: GPL-2.0 */
/* Where the shim's code that stands for a driver's begins: see nt/seh_fault.h. Has no code. */
	.text
	.globl seh_text_begin
seh_text_begin:
	.section .note.GNU-stack, "", @progbits
