/* SPDX-License-Identifier: GPL-2.0 */
/* Where it ends: see nt/seh_fault.h. Has no code. */
	.text
	.globl seh_text_end
seh_text_end:
	.section .note.GNU-stack, "", @progbits
