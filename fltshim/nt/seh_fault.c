// SPDX-License-Identifier: GPL-2.0
/*
 * A bad address that a driver uses inside a __try, or a division by zero there, becomes an
 * exception for that __try (SRC-30 to SRC-37). The first line of defence stays what drivers are
 * handed: addresses that do not fault. This is the second, for their own code.
 *
 * page_fault_oops() is where the kernel gets to when nothing else could help with a page fault of
 * its own code, before it prints anything; a probe there, by ftrace, sees the faulting registers.
 * If the instruction is a driver's, or one that stands for a driver's (nt/seh_fault.h), and a __try
 * of the interrupted context would take the exception, the registers are set to go on in
 * seh_faulted(), on the same stack, and the probed function returns at once. #GP (an address that
 * is none) and division by zero have a notifier that is asked before anything is printed.
 *
 * Without a __try around it a fault is an oops as in any module, unless the module parameter
 * catch_faults says that the call into the driver is to be ended with an exception (SRC-36). What
 * the interrupted code holds stays held then.
 *
 * This file is compiled without fentry, see seh.h.
 */
#include <linux/kdebug.h>
#include <linux/kprobes.h>
#include <linux/module.h>
#include <linux/ptrace.h>
#include <linux/sched/task_stack.h>
#include <asm/trap_pf.h>
#include <asm/trapnr.h>
#include "nt/io_driver.h"
#include "nt/seh.h"
#include "nt/seh_fault.h"

/* What the exception needs of the stack below the fault. */
#define SEH_FAULT_STACK	2048

static bool catch_faults;
module_param(catch_faults, bool, 0644);
MODULE_PARM_DESC(catch_faults,
		 "a fault of a driver outside every __try fails the operation instead of being an oops (default: no)");

/* Entered by the return from the fault, as if the instruction had called it. */
static noinline void seh_faulted(ULONG_PTR address, NTSTATUS code, ULONG parameters,
				 ULONG_PTR write, void *instruction)
{
	seh_raise_fault(code, instruction, parameters, write, address);
}

static bool seh_driver_text(unsigned long ip)
{
	if (ip >= (unsigned long)seh_text_begin && ip < (unsigned long)seh_text_end)
		return true;
	return fsh_driver_at(ip);
}

/* Makes the return from a fault an exception. Return: false where it stays a fault. */
static bool seh_convert(struct pt_regs *regs, NTSTATUS code, ULONG parameters, bool write,
			unsigned long address)
{
	unsigned long low = (unsigned long)task_stack_page(current);
	const struct fsh_frame *frame;

	if (user_mode(regs) || in_nmi() || in_hardirq() || !seh_driver_text(regs->ip))
		return false;
	/* A stack that has run out has no room for more. */
	if (address < low && low - address <= PAGE_SIZE)
		return false;
	frame = seh_inside(regs->sp);
	if (!frame || (!frame->x && !READ_ONCE(catch_faults)))
		return false;
	if (!in_serving_softirq() && regs->sp - low < SEH_FAULT_STACK)
		return false;

	regs->di = address;
	regs->si = code;
	regs->dx = parameters;
	regs->cx = write;
	regs->r8 = regs->ip;
	/*
	 * As after a call, but for the return address: its place holds a part of @regs now, and
	 * nobody returns.
	 */
	regs->sp = ALIGN_DOWN(regs->sp, 16) - sizeof(long);
	regs->ip = (unsigned long)seh_faulted;
	regs->flags &= ~(X86_EFLAGS_AC | X86_EFLAGS_DF);
	return true;
}

/* Takes the place of page_fault_oops(). */
static noinline void seh_no_oops(void)
{
	/* so that it stays a function of its own */
	asm volatile("");
}

static int seh_page_fault(struct kprobe *probe, struct pt_regs *regs)
{
	struct pt_regs *faulted = (struct pt_regs *)regs->di;

	if (!seh_convert(faulted, STATUS_ACCESS_VIOLATION, 2, regs->si & X86_PF_WRITE, regs->dx))
		return 0;
	regs->ip = (unsigned long)seh_no_oops;
	return 1;
}

/* That there is one tells the kernel that the other may change where execution goes on. */
static void seh_page_fault_post(struct kprobe *probe, struct pt_regs *regs, unsigned long flags)
{
}

static struct kprobe seh_probe = {
	.symbol_name	= "page_fault_oops",
	.pre_handler	= seh_page_fault,
	.post_handler	= seh_page_fault_post,
};

static int seh_die(struct notifier_block *block, unsigned long event, void *data)
{
	struct die_args *args = data;
	bool done = false;

	if (event == DIE_GPF)
		/* Windows does not know the address either, and says so. */
		done = seh_convert(args->regs, STATUS_ACCESS_VIOLATION, 2, false, ULONG_MAX);
	else if (event == DIE_TRAP && args->trapnr == X86_TRAP_DE)
		done = seh_convert(args->regs, STATUS_INTEGER_DIVIDE_BY_ZERO, 0, false, 0);
	return done ? NOTIFY_STOP : NOTIFY_DONE;
}

static struct notifier_block seh_die_block = {
	.notifier_call = seh_die,
	.priority = INT_MAX,
};

/*
 * A kernel that lets nobody probe goes without, and says so once. So does one that probes by a
 * breakpoint: its handler runs as an NMI does, so that seh_convert() could never accept.
 */
void seh_fault_init(void)
{
	int err = register_kprobe(&seh_probe);

	if (!err && !(seh_probe.flags & KPROBE_FLAG_FTRACE)) {
		unregister_kprobe(&seh_probe);
		err = -EOPNOTSUPP;
	}
	if (err) {
		seh_probe.addr = NULL;
		pr_info("fltshim: a bad address in a __try of a driver will be an oops, since page_fault_oops() cannot be probed (%d)\n",
			err);
	}
	register_die_notifier(&seh_die_block);
}

void seh_fault_exit(void)
{
	unregister_die_notifier(&seh_die_block);
	if (seh_probe.addr)
		unregister_kprobe(&seh_probe);
}
