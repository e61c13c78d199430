/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The two jumps of exception handling: fsh_setjmp() notes where it was called, fsh_longjmp()
 * goes there again. Knows struct fsh_frame of fsh/seh.h by offset, and touches nothing else.
 *
 * The way back is a return, not an indirect jump, so it needs no landing pad and goes through
 * the kernel's return thunk like any other.
 */
#include <linux/linkage.h>
#include <linux/objtool.h>
#include <asm/nospec-branch.h>

#define JUMP	8		/* offsetof(struct fsh_frame, jump) */

/* int fsh_setjmp(struct fsh_frame *frame) */
SYM_FUNC_START(fsh_setjmp)
	movq	%rbx, JUMP(%rdi)
	movq	%rbp, JUMP+8(%rdi)
	movq	%r12, JUMP+16(%rdi)
	movq	%r13, JUMP+24(%rdi)
	movq	%r14, JUMP+32(%rdi)
	movq	%r15, JUMP+40(%rdi)
	leaq	8(%rsp), %rax
	movq	%rax, JUMP+48(%rdi)
	movq	(%rsp), %rax
	movq	%rax, JUMP+56(%rdi)
	xorl	%eax, %eax
	RET
SYM_FUNC_END(fsh_setjmp)
STACK_FRAME_NON_STANDARD fsh_setjmp

/* void fsh_longjmp(struct fsh_frame *frame), never returns */
SYM_FUNC_START(fsh_longjmp)
	movq	JUMP(%rdi), %rbx
	movq	JUMP+8(%rdi), %rbp
	movq	JUMP+16(%rdi), %r12
	movq	JUMP+24(%rdi), %r13
	movq	JUMP+32(%rdi), %r14
	movq	JUMP+40(%rdi), %r15
	movq	JUMP+48(%rdi), %rsp
	pushq	JUMP+56(%rdi)
	movl	$1, %eax
	RET
SYM_FUNC_END(fsh_longjmp)
STACK_FRAME_NON_STANDARD fsh_longjmp
