// SPDX-License-Identifier: GPL-2.0
/*
 * System threads of drivers: kernel threads that run a driver's routine under the exception
 * barrier and can be waited for.
 *
 * A thread is known to drivers by its task, as all threads are (nt/ps_process.h). What a wait
 * needs lies beside it in a record, found by the task's address. Rules: the table is under
 * @ps_threads_lock, readers use RCU; the header in a record is under its object lock. A record
 * holds a reference to its task and goes when the thread has ended and nobody else has one, so
 * somebody who waits for a task that he references always finds the record.
 *
 * A running thread keeps two modules loaded: its driver, until the routine has returned, and this
 * one, until its last instruction.
 */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/hashtable.h>
#include <linux/kthread.h>
#include <linux/module.h>
#include <linux/pid.h>
#include <linux/rculist.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/ke_wait.h"
#include "nt/ob_object.h"
#include "nt/ps_process.h"
#include "nt/ps_thread.h"
#include "nt/seh.h"

struct ps_thread {
	DISPATCHER_HEADER header;
	struct task_struct *task;
	struct module *owner;		/* of the routine; NULL once it has returned */
	PKSTART_ROUTINE routine;
	PVOID context;
	u8 ended;
	struct hlist_node link;
	struct rcu_head rcu;
};

static DEFINE_HASHTABLE(ps_threads, 6);
static DEFINE_SPINLOCK(ps_threads_lock);	/* the table; writers only */
static unsigned int ps_thread_count;

static struct ps_thread *ps_thread_find(const void *task)
{
	struct ps_thread *thread;

	hash_for_each_possible_rcu(ps_threads, thread, link, (unsigned long)task) {
		if (thread->task == task)
			return thread;
	}
	return NULL;
}

/**
 * ps_thread_header() - the waitable part of a thread that a driver started
 * @object: anything that a driver waits for; if it is a thread, the caller has a reference
 *
 * Context: any. Return: NULL if it is no such thread.
 */
DISPATCHER_HEADER *ps_thread_header(const void *object)
{
	struct ps_thread *thread;

	if (likely(!READ_ONCE(ps_thread_count)))
		return NULL;
	rcu_read_lock();
	thread = ps_thread_find(object);
	rcu_read_unlock();
	return thread ? &thread->header : NULL;
}

/* Forgets ended threads that nobody else references. */
static void ps_threads_reap(void)
{
	struct ps_thread *thread;
	struct hlist_node *next;
	unsigned int i;

	spin_lock_bh(&ps_threads_lock);
	hash_for_each_safe(ps_threads, i, next, thread, link) {
		/* Pairs with the store of the thread's end. */
		if (!smp_load_acquire(&thread->ended) ||
		    refcount_read(&thread->task->usage) != 1)
			continue;
		hash_del_rcu(&thread->link);
		WRITE_ONCE(ps_thread_count, ps_thread_count - 1);
		put_task_struct(thread->task);
		kfree_rcu(thread, rcu);
	}
	spin_unlock_bh(&ps_threads_lock);
}

static seh_raises void ps_thread_run(void *arg)
{
	struct ps_thread *thread = arg;

	thread->routine(thread->context);
}

/* The end of the current thread, from wherever in the driver it is. */
static void __noreturn ps_thread_end(struct ps_thread *thread)
{
	raw_spinlock_t *lock = ke_object_lock(&thread->header);
	unsigned long flags;

	ke_thread_clean();
	/* Before the signal: who waits for it may unload the driver at once. */
	module_put(thread->owner);
	raw_spin_lock_irqsave(lock, flags);
	thread->header.SignalState = 1;
	ke_object_signalled(&thread->header);
	raw_spin_unlock_irqrestore(lock, flags);
	/* Pairs with the load in ps_threads_reap(): the record is not touched after this. */
	smp_store_release(&thread->ended, true);
	module_put_and_kthread_exit(0);
}

static int ps_thread_main(void *arg)
{
	struct ps_thread *thread = arg;
	NTSTATUS code;

	if (!seh_call(ps_thread_run, thread, &code))
		pr_err("fltshim: driver %s: exception 0x%08x ended a system thread\n",
		       fsh_driver_name_at((unsigned long)thread->routine), code);
	ps_thread_end(thread);
}

static struct ps_thread *ps_thread_new(PKSTART_ROUTINE routine, PVOID context,
				       unsigned long ip)
{
	struct fsh_driver *driver = fsh_driver_at((unsigned long)routine);
	struct ps_thread *thread;

	if (!driver)
		driver = fsh_driver_at(ip);
	thread = kzalloc(sizeof(*thread), GFP_KERNEL);
	if (!thread)
		return NULL;
	thread->routine = routine;
	thread->context = context;
	thread->owner = driver ? driver->owner : NULL;
	ke_header_init(&thread->header, KE_THREAD, sizeof(thread->header), 0);
	if (!try_module_get(thread->owner))
		goto free;
	thread->task = kthread_create(ps_thread_main, thread, "%s",
				      driver ? driver->service : "fltshim-thread");
	if (IS_ERR(thread->task))
		goto put;
	return thread;
put:
	module_put(thread->owner);
free:
	kfree(thread);
	return NULL;
}

/**
 * PsCreateSystemThread() - start a thread
 * @ThreadHandle: receives a handle, closed with ZwClose()
 * @DesiredAccess: not looked at: kernel mode has every access
 * @ObjectAttributes: optional; only Attributes matter
 * @ProcessHandle: NULL or the current process: a system thread has no address space here
 * @ClientId: optional; receives the ids
 * @StartRoutine: what it runs; may end with PsTerminateSystemThread() or by returning
 * @StartContext: for the routine
 *
 * WDK: PsCreateSystemThread. The thread keeps its driver loaded. IRQL: PASSIVE_LEVEL.
 *
 * Return: STATUS_INVALID_PARAMETER without a routine or a handle, STATUS_NOT_SUPPORTED for
 * another process, STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_DEVICE_STATE when called too
 * high.
 */
NTSTATUS PsCreateSystemThread(PHANDLE ThreadHandle, ULONG DesiredAccess,
			      POBJECT_ATTRIBUTES ObjectAttributes, HANDLE ProcessHandle,
			      PCLIENT_ID ClientId, PKSTART_ROUTINE StartRoutine,
			      PVOID StartContext)
{
	struct ps_thread *thread;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!ThreadHandle || !StartRoutine) {
		fsh_violation(fsh_caller(), __func__, "no %s",
			      ThreadHandle ? "routine" : "place for the handle");
		return STATUS_INVALID_PARAMETER;
	}
	if (ProcessHandle && ProcessHandle != (HANDLE)~0UL)
		return STATUS_NOT_SUPPORTED;
	ps_threads_reap();
	thread = ps_thread_new(StartRoutine, StartContext, _RET_IP_);
	if (!thread)
		return STATUS_INSUFFICIENT_RESOURCES;
	/* One reference for the record, one for the handle. */
	get_task_struct(thread->task);
	get_task_struct(thread->task);
	status = ob_open_handle((void *)_RET_IP_, &ob_thread_type, thread->task, DesiredAccess,
				ObjectAttributes ? ObjectAttributes->Attributes : 0,
				ThreadHandle);
	if (!NT_SUCCESS(status)) {
		kthread_stop(thread->task);
		put_task_struct(thread->task);
		put_task_struct(thread->task);
		module_put(thread->owner);
		kfree(thread);
		return status;
	}
	if (ClientId) {
		ClientId->UniqueProcess = (HANDLE)(ULONG_PTR)PS_SYSTEM_PROCESS_ID;
		ClientId->UniqueThread = (HANDLE)(ULONG_PTR)task_pid_nr(thread->task);
	}
	__module_get(THIS_MODULE);
	spin_lock_bh(&ps_threads_lock);
	hash_add_rcu(ps_threads, &thread->link, (unsigned long)thread->task);
	WRITE_ONCE(ps_thread_count, ps_thread_count + 1);
	spin_unlock_bh(&ps_threads_lock);
	wake_up_process(thread->task);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(PsCreateSystemThread);

/**
 * PsTerminateSystemThread() - end the current thread
 * @ExitStatus: not kept
 *
 * WDK: PsTerminateSystemThread. Nothing of the thread is unwound: finally blocks do not run, locks
 * stay held. IRQL: PASSIVE_LEVEL.
 *
 * Return: only for a thread that PsCreateSystemThread() did not make
 * (STATUS_INVALID_PARAMETER) or that may not sleep (STATUS_INVALID_DEVICE_STATE).
 */
NTSTATUS PsTerminateSystemThread(NTSTATUS ExitStatus)
{
	struct ps_thread *thread;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	rcu_read_lock();
	thread = ps_thread_find(current);
	rcu_read_unlock();
	if (!thread) {
		fsh_violation(fsh_caller(), __func__, "in a thread that is no system thread");
		return STATUS_INVALID_PARAMETER;
	}
	ps_thread_end(thread);
}
EXPORT_SYMBOL_GPL(PsTerminateSystemThread);

/**
 * KeSetPriorityThread() - set the priority of a thread
 * @Thread: the thread
 * @Priority: 1 to 31; 8 is usual, from 16 on real time on Windows
 *
 * WDK: KeSetPriorityThread. Becomes a nice value: real time here would be more than a driver
 * expects. IRQL: PASSIVE_LEVEL. Return: the priority before.
 */
KPRIORITY KeSetPriorityThread(PKTHREAD Thread, KPRIORITY Priority)
{
	struct task_struct *task = ps_task(Thread);
	KPRIORITY old = clamp(8 - task_nice(task) / 2, 1, 31);

	if (Priority < 1 || Priority > 31)
		fsh_violation(fsh_caller(), __func__, "priority %d", Priority);
	else if (ke_at_most(PASSIVE_LEVEL))
		set_user_nice(task, clamp((8 - Priority) * 2, MIN_NICE, MAX_NICE));
	return old;
}
EXPORT_SYMBOL_GPL(KeSetPriorityThread);

/**
 * ps_driver_gone() - wait for the threads of a driver that goes
 * @driver: the driver, past its unload routine
 *
 * A module that is unloaded has no thread left, for each keeps it loaded. One whose DriverEntry
 * failed may have: its code must not go under them, so this says so and waits.
 */
void ps_driver_gone(struct fsh_driver *driver)
{
	struct ps_thread *thread;
	unsigned int i, running, said = 0;

	for (;;) {
		running = 0;
		rcu_read_lock();
		hash_for_each_rcu(ps_threads, i, thread, link) {
			if (thread->owner == driver->owner && !READ_ONCE(thread->ended))
				running++;
		}
		rcu_read_unlock();
		if (!running)
			break;
		if (!said++)
			pr_err("fltshim: driver %s: %u system threads still run, waiting for them\n",
			       driver->service, running);
		msleep(20);
	}
	ps_threads_reap();
}

/* No driver is left, so no thread runs and no handle is open. */
void ps_exit(void)
{
	while (READ_ONCE(ps_thread_count)) {
		ps_threads_reap();
		if (READ_ONCE(ps_thread_count))
			msleep(20);
	}
}
