// SPDX-License-Identifier: GPL-2.0
/*
 * More queries about processes: what they came from, how they ended, what they may be. Attaching
 * to another process has no counterpart here.
 */
#include <linux/export.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include "nt/ke_irql.h"
#include "nt/ps_process.h"

/**
 * PsGetProcessInheritedFromUniqueProcessId() - id of the parent
 * @Process: the process
 *
 * Any IRQL. On Linux the parent of an orphan is its reaper, mostly process 1.
 */
HANDLE PsGetProcessInheritedFromUniqueProcessId(PEPROCESS Process)
{
	pid_t id;

	if (ps_task(Process)->flags & PF_KTHREAD)
		return NULL;
	rcu_read_lock();
	id = task_tgid_nr(rcu_dereference(ps_task(Process)->real_parent));
	rcu_read_unlock();
	return (HANDLE)(ULONG_PTR)id;
}
EXPORT_SYMBOL_GPL(PsGetProcessInheritedFromUniqueProcessId);

/**
 * PsGetProcessSessionId() - id of the session
 * @Process: the process
 *
 * Any IRQL. What getsid(2) says; (ULONG)-1 for the system process.
 */
ULONG PsGetProcessSessionId(PEPROCESS Process)
{
	pid_t id;

	if (ps_task(Process)->flags & PF_KTHREAD)
		return MAXULONG;
	rcu_read_lock();
	id = task_session_nr_ns(ps_task(Process), &init_pid_ns);
	rcu_read_unlock();
	return id ?: MAXULONG;
}
EXPORT_SYMBOL_GPL(PsGetProcessSessionId);

/**
 * PsGetProcessExitStatus() - how did a process end?
 * @Process: the process
 *
 * Any IRQL. WDK: PsGetProcessExitStatus.
 *
 * Return: STATUS_PENDING while it runs, then its exit code; a signal that ended it, with bit 31
 */
NTSTATUS PsGetProcessExitStatus(PEPROCESS Process)
{
	struct task_struct *task = ps_task(Process);
	int code = READ_ONCE(task->exit_code);

	if (!READ_ONCE(task->exit_state))
		return STATUS_PENDING;
	return code & 0x7f ? (NTSTATUS)(0x80000000 | (code & 0x7f)) : (code >> 8 & 0xff);
}
EXPORT_SYMBOL_GPL(PsGetProcessExitStatus);

/**
 * PsGetProcessWow64Process() - is this a 32-bit program?
 * @Process: the process
 *
 * Any IRQL. On Windows the address of its 32-bit environment, which nobody may follow here.
 *
 * Return: NULL for a 64-bit program, else something that is not NULL
 */
PVOID PsGetProcessWow64Process(PEPROCESS Process)
{
	return test_tsk_thread_flag(ps_task(Process), TIF_ADDR32) ? Process : NULL;
}
EXPORT_SYMBOL_GPL(PsGetProcessWow64Process);

/**
 * IoIs32bitProcess() - does the request come from a 32-bit program?
 * @Irp: the request; NULL for the calling process
 *
 * Any IRQL. WDK: IoIs32bitProcess. Only the thread that @Irp names is looked at.
 */
BOOLEAN IoIs32bitProcess(PIRP Irp)
{
	PETHREAD thread = Irp ? Irp->Tail.Overlay.Thread : NULL;
	PEPROCESS process = thread ? IoThreadToProcess(thread) : IoGetCurrentProcess();

	return !!PsGetProcessWow64Process(process);
}
EXPORT_SYMBOL_GPL(IoIs32bitProcess);

/**
 * KeStackAttachProcess() - work in the address space of another process
 * @Process: the process
 * @ApcState: receives what KeUnstackDetachProcess() needs
 *
 * Linux does not let a thread borrow the address space of another process, so nothing changes;
 * the driver is named in the log when the process is not the current one, because what it reads
 * at a user address would be its own. What drivers mostly attach for, a handle, works without.
 * IRQL <= APC_LEVEL. WDK: KeStackAttachProcess.
 */
VOID KeStackAttachProcess(PRKPROCESS Process, PRKAPC_STATE ApcState)
{
	memset(ApcState, 0, sizeof(*ApcState));
	ApcState->Process = Process;
	if (Process != PsGetCurrentProcess() && ke_at_most(APC_LEVEL))
		pr_info_ratelimited("fltshim: %s attaches to process %u, which does nothing: user addresses stay those of process %u\n",
				    fsh_caller(), (u32)(ULONG_PTR)PsGetProcessId(Process),
				    (u32)(ULONG_PTR)PsGetCurrentProcessId());
}
EXPORT_SYMBOL_GPL(KeStackAttachProcess);

/**
 * KeUnstackDetachProcess() - the end of KeStackAttachProcess()
 * @ApcState: from there
 *
 * IRQL <= APC_LEVEL. WDK: KeUnstackDetachProcess.
 */
VOID KeUnstackDetachProcess(PRKAPC_STATE ApcState)
{
	ApcState->Process = NULL;
}
EXPORT_SYMBOL_GPL(KeUnstackDetachProcess);

/**
 * KeGetCurrentThread() - the calling thread
 *
 * Any IRQL in a thread. Not referenced. WDK: KeGetCurrentThread.
 */
PKTHREAD KeGetCurrentThread(void)
{
	return (PKTHREAD)current;
}
EXPORT_SYMBOL_GPL(KeGetCurrentThread);

/**
 * ExGetPreviousMode() - did user mode or kernel mode ask?
 *
 * IRQL <= DISPATCH_LEVEL. WDK: ExGetPreviousMode. A system call of a program is of user mode, and
 * so is all that a filter does in it; kernel threads are of kernel mode.
 */
KPROCESSOR_MODE ExGetPreviousMode(void)
{
	return current->flags & PF_KTHREAD ? KernelMode : UserMode;
}
EXPORT_SYMBOL_GPL(ExGetPreviousMode);
