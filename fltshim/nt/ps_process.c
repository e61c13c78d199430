// SPDX-License-Identifier: GPL-2.0
/*
 * Queries about processes and threads. Ids are those of the initial namespace.
 */
#include <linux/export.h>
#include <linux/pid.h>
#include <linux/sched/signal.h>
#include "nt/ke_time.h"
#include "nt/ps_process.h"

static HANDLE ps_handle(pid_t id)
{
	return (HANDLE)(ULONG_PTR)id;
}

static pid_t ps_process_id(const struct task_struct *process)
{
	return process->flags & PF_KTHREAD ? PS_SYSTEM_PROCESS_ID :
	       task_tgid_nr((struct task_struct *)process);
}

/**
 * PsGetCurrentProcess() - process of the calling thread
 *
 * WDK page: psgetcurrentprocess. IRQL: any in a thread. Not referenced.
 */
PEPROCESS PsGetCurrentProcess(void)
{
	return ps_process_of(current);
}
EXPORT_SYMBOL_GPL(PsGetCurrentProcess);

/**
 * IoGetCurrentProcess() - process of the calling thread
 *
 * WDK page: iogetcurrentprocess. IRQL: any in a thread. Not referenced.
 */
PEPROCESS IoGetCurrentProcess(void)
{
	return ps_process_of(current);
}
EXPORT_SYMBOL_GPL(IoGetCurrentProcess);

/**
 * PsGetCurrentThread() - the calling thread
 *
 * WDK page: psgetcurrentthread. IRQL: any in a thread. Not referenced.
 */
PETHREAD PsGetCurrentThread(void)
{
	return (PETHREAD)current;
}
EXPORT_SYMBOL_GPL(PsGetCurrentThread);

/**
 * PsGetCurrentProcessId() - id of the calling thread's process
 *
 * WDK page: psgetcurrentprocessid. IRQL: any in a thread. Kernel threads are in process 4.
 */
HANDLE PsGetCurrentProcessId(void)
{
	return ps_handle(ps_process_id(current));
}
EXPORT_SYMBOL_GPL(PsGetCurrentProcessId);

/**
 * PsGetCurrentThreadId() - id of the calling thread
 *
 * WDK page: psgetcurrentthreadid. IRQL: any in a thread.
 */
HANDLE PsGetCurrentThreadId(void)
{
	return ps_handle(task_pid_nr(current));
}
EXPORT_SYMBOL_GPL(PsGetCurrentThreadId);

/**
 * PsGetProcessId() - id of a process
 * @Process: the process
 *
 * WDK page: psgetprocessid. IRQL: any.
 */
HANDLE PsGetProcessId(PEPROCESS Process)
{
	return ps_handle(ps_process_id(ps_task(Process)));
}
EXPORT_SYMBOL_GPL(PsGetProcessId);

/**
 * PsGetThreadId() - id of a thread
 * @Thread: the thread
 *
 * WDK page: psgetthreadid. IRQL: any.
 */
HANDLE PsGetThreadId(PETHREAD Thread)
{
	return ps_handle(task_pid_nr(ps_task(Thread)));
}
EXPORT_SYMBOL_GPL(PsGetThreadId);

/**
 * PsGetThreadProcessId() - id of a thread's process
 * @Thread: the thread
 *
 * WDK page: psgetthreadprocessid. IRQL: any.
 */
HANDLE PsGetThreadProcessId(PETHREAD Thread)
{
	return ps_handle(ps_process_id(ps_task(Thread)));
}
EXPORT_SYMBOL_GPL(PsGetThreadProcessId);

/**
 * PsGetThreadProcess() - process of a thread
 * @Thread: the thread
 *
 * IRQL: any. Not referenced: it lives at least as long as the thread runs.
 */
PEPROCESS PsGetThreadProcess(PETHREAD Thread)
{
	return ps_process_of(ps_task(Thread));
}
EXPORT_SYMBOL_GPL(PsGetThreadProcess);

/**
 * IoThreadToProcess() - process of a thread
 * @Thread: the thread
 *
 * WDK page: iothreadtoprocess. IRQL: any. Not referenced: it lives at least as long as the
 * thread runs.
 */
PEPROCESS IoThreadToProcess(PETHREAD Thread)
{
	return ps_process_of(ps_task(Thread));
}
EXPORT_SYMBOL_GPL(IoThreadToProcess);

/**
 * PsIsSystemThread() - does a thread run in the kernel only?
 * @Thread: the thread
 *
 * WDK page: psissystemthread. IRQL: any.
 */
BOOLEAN PsIsSystemThread(PETHREAD Thread)
{
	return !!(ps_task(Thread)->flags & PF_KTHREAD);
}
EXPORT_SYMBOL_GPL(PsIsSystemThread);

/**
 * PsIsThreadTerminating() - is a thread on its way out?
 * @Thread: the thread
 *
 * WDK page: psisthreadterminating. IRQL: any.
 */
BOOLEAN PsIsThreadTerminating(PETHREAD Thread)
{
	return !!(ps_task(Thread)->flags & PF_EXITING);
}
EXPORT_SYMBOL_GPL(PsIsThreadTerminating);

/**
 * PsGetProcessImageFileName() - short name of a process
 * @Process: the process
 *
 * IRQL: any. What ps(1) calls comm: at most 15 characters, and it follows a program that renames
 * itself.
 */
PCHAR PsGetProcessImageFileName(PEPROCESS Process)
{
	struct task_struct *process = ps_task(Process);

	return process == &init_task ? (PCHAR)"System" : process->comm;
}
EXPORT_SYMBOL_GPL(PsGetProcessImageFileName);

/**
 * PsGetProcessCreateTimeQuadPart() - when a process was started
 * @Process: the process
 *
 * WDK page: psgetprocesscreatetimequadpart. IRQL: any.
 *
 * Return: 100-nanosecond units since 1601
 */
LONGLONG PsGetProcessCreateTimeQuadPart(PEPROCESS Process)
{
	struct timespec64 now;
	s64 age;

	ktime_get_real_ts64(&now);
	age = ktime_get_boottime_ns() - ps_task(Process)->start_boottime;
	return nt_time_from_timespec(&now) - age / 100;
}
EXPORT_SYMBOL_GPL(PsGetProcessCreateTimeQuadPart);

static struct task_struct *ps_lookup(HANDLE id, enum pid_type type)
{
	struct task_struct *task = NULL;
	struct pid *pid;

	if ((ULONG_PTR)id > PID_MAX_LIMIT)
		return NULL;
	rcu_read_lock();
	pid = find_pid_ns((pid_t)(ULONG_PTR)id, &init_pid_ns);
	if (pid)
		task = get_pid_task(pid, type);
	rcu_read_unlock();
	return task;
}

/**
 * PsLookupProcessByProcessId() - find a process
 * @ProcessId: its id
 * @Process: receives it, referenced: ObDereferenceObject() when done
 *
 * WDK page: pslookupprocessbyprocessid. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, or STATUS_INVALID_CID when there is none
 */
NTSTATUS PsLookupProcessByProcessId(HANDLE ProcessId, PEPROCESS *Process)
{
	struct task_struct *task;

	if (ProcessId == ps_handle(PS_SYSTEM_PROCESS_ID)) {
		*Process = (PEPROCESS)get_task_struct(&init_task);
		return STATUS_SUCCESS;
	}
	task = ps_lookup(ProcessId, PIDTYPE_TGID);
	if (task && task->flags & PF_KTHREAD) {
		put_task_struct(task);
		task = NULL;
	}
	*Process = (PEPROCESS)task;
	return task ? STATUS_SUCCESS : STATUS_INVALID_CID;
}
EXPORT_SYMBOL_GPL(PsLookupProcessByProcessId);

/**
 * PsLookupThreadByThreadId() - find a thread
 * @ThreadId: its id
 * @Thread: receives it, referenced: ObDereferenceObject() when done
 *
 * WDK page: pslookupthreadbythreadid. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, or STATUS_INVALID_CID when there is none
 */
NTSTATUS PsLookupThreadByThreadId(HANDLE ThreadId, PETHREAD *Thread)
{
	struct task_struct *task = ps_lookup(ThreadId, PIDTYPE_PID);

	*Thread = (PETHREAD)task;
	return task ? STATUS_SUCCESS : STATUS_INVALID_CID;
}
EXPORT_SYMBOL_GPL(PsLookupThreadByThreadId);
