// SPDX-License-Identifier: GPL-2.0
/*
 * Notification of processes. The kernel's tracepoints of fork, exec and exit say when; they run
 * where nobody may sleep, so each leaves a task work that calls the drivers in the context of the
 * process itself, at PASSIVE_LEVEL: after a fork or exec before the first instruction of the
 * program, at exit before the process is gone.
 *
 * A process of Windows runs one program. Here an exec ends one and begins another under the same
 * id, so drivers are told of both. Each creation that they see is followed by one exit.
 *
 * The list of routines is under ps_notify_lock for writers and SRCU for callers. The tracepoints
 * are hooked while the list is not empty; ps_pending counts the task works that are on their way.
 */
#include <linux/export.h>
#include <linux/mutex.h>
#include <linux/rculist.h>
#include <linux/sched/signal.h>
#include <linux/srcu.h>
#include <linux/task_work.h>
#include <linux/tracepoint.h>
#include <linux/wait.h>
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/ps_image.h"
#include "nt/ps_notify.h"
#include "nt/ps_process.h"
#include "nt/rtl_format.h"
#include "nt/seh.h"

#define PS_ROUTINES_MAX	64

struct linux_binprm;

enum ps_kind {
	PS_PROCESS,		/* ParentId, ProcessId, Create */
	PS_PROCESS_EX,		/* Process, ProcessId, CreateInfo */
	PS_THREAD,		/* never called */
	PS_IMAGE,		/* FullImageName, ProcessId, ImageInfo */
};

struct ps_routine {
	struct list_head link;
	enum ps_kind kind;
	void *routine;
	struct fsh_driver *driver;
};

/* What happened to a process. */
enum ps_event {
	PS_FORKED,
	PS_EXECUTED,
	PS_EXITED,
};

struct ps_work {
	struct callback_head work;
	enum ps_event event;
	pid_t parent;		/* ids of who made it, at the time */
	pid_t parent_thread;
};

static DEFINE_MUTEX(ps_notify_lock);
static LIST_HEAD(ps_routines);
static unsigned int ps_routine_count;
DEFINE_STATIC_SRCU(ps_srcu);
static atomic_t ps_pending;
static DECLARE_WAIT_QUEUE_HEAD(ps_idle);

/* One call of one routine, inside the barrier. */
struct ps_call {
	const struct ps_routine *routine;
	PEPROCESS process;
	HANDLE id;
	HANDLE parent;
	bool create;
	PS_CREATE_NOTIFY_INFO *info;
	UNICODE_STRING *image;
};

static seh_raises void ps_call(void *arg)
{
	struct ps_call *call = arg;
	void *routine = call->routine->routine;

	switch (call->routine->kind) {
	case PS_PROCESS:
		((PCREATE_PROCESS_NOTIFY_ROUTINE)routine)(call->parent, call->id, call->create);
		break;
	case PS_PROCESS_EX:
		((PCREATE_PROCESS_NOTIFY_ROUTINE_EX)routine)(call->process, call->id, call->info);
		break;
	case PS_IMAGE: {
		IMAGE_INFO image = { .ImageAddressingMode = 3 };

		((PLOAD_IMAGE_NOTIFY_ROUTINE)routine)(call->image, call->id, &image);
		break;
	}
	case PS_THREAD:
		break;
	}
}

/* Calls everybody; false when somebody does not want the process. */
static bool ps_tell(struct ps_call *call)
{
	bool wanted = true;
	NTSTATUS code;
	int index;

	index = srcu_read_lock(&ps_srcu);
	list_for_each_entry_srcu(call->routine, &ps_routines, link,
				 srcu_read_lock_held(&ps_srcu)) {
		const char *who = call->routine->driver->service;

		if (call->routine->kind == PS_IMAGE && !call->image)
			continue;
		if (call->info)
			call->info->CreationStatus = STATUS_SUCCESS;
		if (!seh_call(ps_call, call, &code))
			pr_err("fltshim: %s: its process notify routine raised %#x\n", who, code);
		if (call->info && !NT_SUCCESS(call->info->CreationStatus)) {
			pr_info("fltshim: %s denies process %u with status %#x\n", who,
				(u32)(ULONG_PTR)call->id, call->info->CreationStatus);
			wanted = false;
		}
	}
	srcu_read_unlock(&ps_srcu, index);
	return wanted;
}

/* UTF-16 of text that is freed here; an empty string without memory. */
static void ps_widen(UNICODE_STRING *out, NTSTATUS status, char *text, size_t length)
{
	size_t units;

	memset(out, 0, sizeof(*out));
	if (status != STATUS_SUCCESS)
		return;
	units = min_t(size_t, rtl_utf16_from_utf8(NULL, 0, text, length).need,
		      UNICODE_STRING_MAX_CHARS - 1);
	out->Buffer = kcalloc(units + 1, sizeof(WCHAR), GFP_KERNEL);
	if (out->Buffer) {
		out->Length = rtl_utf16_from_utf8(out->Buffer, units, text, length).fit *
			      sizeof(WCHAR);
		out->MaximumLength = out->Length + sizeof(WCHAR);
	}
	kfree(text);
}

static void ps_tell_created(const struct ps_work *work)
{
	UNICODE_STRING image, arguments;
	PS_CREATE_NOTIFY_INFO info = {
		.Size = sizeof(info),
		.FileOpenNameAvailable = 1,
		.ParentProcessId = (HANDLE)(ULONG_PTR)work->parent,
		.CreatingThreadId = {
			.UniqueProcess = (HANDLE)(ULONG_PTR)work->parent,
			.UniqueThread = (HANDLE)(ULONG_PTR)work->parent_thread,
		},
		.ImageFileName = &image,
		.CommandLine = &arguments,
	};
	struct ps_call call = {
		.process = PsGetCurrentProcess(),
		.id = PsGetCurrentProcessId(),
		.parent = info.ParentProcessId,
		.create = true,
		.info = &info,
		.image = work->event == PS_EXECUTED ? &image : NULL,
	};
	size_t length = 0;
	char *text = NULL;
	NTSTATUS status;

	status = ps_image_name(call.process, &text, &length);
	ps_widen(&image, status, text, length);
	status = ps_command_line(call.process, &text, &length);
	ps_widen(&arguments, status, text, length);
	if (!ps_tell(&call))
		send_sig(SIGKILL, current, 1);
	kfree(image.Buffer);
	kfree(arguments.Buffer);
}

static void ps_tell_exited(const struct ps_work *work)
{
	struct ps_call call = {
		.process = PsGetCurrentProcess(),
		.id = PsGetCurrentProcessId(),
		.parent = (HANDLE)(ULONG_PTR)work->parent,
	};

	ps_tell(&call);
}

static void ps_work_run(struct callback_head *head)
{
	struct ps_work *work = container_of(head, struct ps_work, work);

	if (work->event != PS_FORKED)
		ps_tell_exited(work);
	if (work->event != PS_EXITED)
		ps_tell_created(work);
	kfree(work);
	if (atomic_dec_and_test(&ps_pending))
		wake_up(&ps_idle);
}

/* From the tracepoints, with preemption off. */
static void ps_queue(struct task_struct *task, struct task_struct *parent, enum ps_event event)
{
	struct ps_work *work = kmalloc(sizeof(*work), GFP_ATOMIC);

	if (!work)
		return;
	init_task_work(&work->work, ps_work_run);
	work->event = event;
	work->parent = task_tgid_nr(parent);
	work->parent_thread = task_pid_nr(parent);
	atomic_inc(&ps_pending);
	if (task_work_add(task, &work->work, TWA_RESUME)) {
		kfree(work);
		atomic_dec(&ps_pending);
	}
}

static void ps_on_fork(void *unused, struct task_struct *parent, struct task_struct *child)
{
	if (thread_group_leader(child) && !(child->flags & PF_KTHREAD))
		ps_queue(child, parent, PS_FORKED);
}

static void ps_on_exec(void *unused, struct task_struct *task, pid_t old_pid,
		       struct linux_binprm *bprm)
{
	rcu_read_lock();
	ps_queue(task, rcu_dereference(task->real_parent), PS_EXECUTED);
	rcu_read_unlock();
}

/* Every thread of a process ends; the process does with the last one. */
static void ps_on_exit(void *unused, struct task_struct *task)
{
	if (task->flags & PF_KTHREAD || atomic_read(&task->signal->live))
		return;
	rcu_read_lock();
	ps_queue(task, rcu_dereference(task->real_parent), PS_EXITED);
	rcu_read_unlock();
}

static struct ps_hook {
	const char *name;
	void *probe;
	struct tracepoint *tracepoint;
} ps_hooks[] = {
	{ "sched_process_fork", ps_on_fork },
	{ "sched_process_exec", ps_on_exec },
	{ "sched_process_exit", ps_on_exit },
};

static void ps_find_hook(struct tracepoint *tracepoint, void *unused)
{
	int i;

	for (i = 0; i < ARRAY_SIZE(ps_hooks); i++) {
		if (!strcmp(tracepoint->name, ps_hooks[i].name))
			ps_hooks[i].tracepoint = tracepoint;
	}
}

static void ps_unhook(int count)
{
	while (count--)
		tracepoint_probe_unregister(ps_hooks[count].tracepoint, ps_hooks[count].probe,
					    NULL);
	tracepoint_synchronize_unregister();
}

/* Caller holds ps_notify_lock. */
static bool ps_hook(void)
{
	int i;

	for_each_kernel_tracepoint(ps_find_hook, NULL);
	for (i = 0; i < ARRAY_SIZE(ps_hooks); i++) {
		if (!ps_hooks[i].tracepoint ||
		    tracepoint_probe_register(ps_hooks[i].tracepoint, ps_hooks[i].probe, NULL)) {
			pr_err("fltshim: this kernel cannot tell of processes: no tracepoint %s\n",
			       ps_hooks[i].name);
			ps_unhook(i);
			return false;
		}
	}
	return true;
}

static struct ps_routine *ps_find(enum ps_kind kind, void *routine)
{
	struct ps_routine *entry;

	list_for_each_entry(entry, &ps_routines, link) {
		if (entry->kind == kind && entry->routine == routine)
			return entry;
	}
	return NULL;
}

static NTSTATUS ps_add(enum ps_kind kind, void *routine)
{
	struct fsh_driver *driver = fsh_driver_at((unsigned long)routine);
	NTSTATUS status = STATUS_INVALID_PARAMETER;
	struct ps_routine *entry;

	if (!driver)
		return STATUS_INVALID_PARAMETER;
	entry = kzalloc(sizeof(*entry), GFP_KERNEL);
	if (!entry)
		return STATUS_INSUFFICIENT_RESOURCES;
	entry->kind = kind;
	entry->routine = routine;
	entry->driver = driver;
	mutex_lock(&ps_notify_lock);
	if (!ps_find(kind, routine) && ps_routine_count < PS_ROUTINES_MAX) {
		status = STATUS_SUCCESS;
		if (!ps_routine_count && !ps_hook())
			status = STATUS_NOT_SUPPORTED;
	}
	if (status == STATUS_SUCCESS) {
		ps_routine_count++;
		list_add_tail_rcu(&entry->link, &ps_routines);
		entry = NULL;
	}
	mutex_unlock(&ps_notify_lock);
	kfree(entry);
	return status;
}

/* Caller holds ps_notify_lock. Nothing of the routine runs any more on return. */
static void ps_drop(struct ps_routine *entry)
{
	list_del_rcu(&entry->link);
	if (!--ps_routine_count)
		ps_unhook(ARRAY_SIZE(ps_hooks));
	synchronize_srcu(&ps_srcu);
	kfree(entry);
}

static NTSTATUS ps_remove(enum ps_kind kind, void *routine)
{
	struct ps_routine *entry;

	mutex_lock(&ps_notify_lock);
	entry = ps_find(kind, routine);
	if (entry)
		ps_drop(entry);
	mutex_unlock(&ps_notify_lock);
	return entry ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}

static NTSTATUS ps_set(enum ps_kind kind, void *routine, bool remove)
{
	return remove ? ps_remove(kind, routine) : ps_add(kind, routine);
}

/**
 * PsSetCreateProcessNotifyRoutine() - be told of processes
 * @NotifyRoutine: routine
 * @Remove: do not tell it any more; it does not run when this returns
 *
 * Not to be removed by the routine itself. IRQL PASSIVE_LEVEL.
 * WDK: PsSetCreateProcessNotifyRoutine.
 *
 * Return: STATUS_INVALID_PARAMETER when it is set already, or is not; STATUS_NOT_SUPPORTED where
 * the kernel has no tracepoints; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS PsSetCreateProcessNotifyRoutine(PCREATE_PROCESS_NOTIFY_ROUTINE NotifyRoutine,
					 BOOLEAN Remove)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ps_set(PS_PROCESS, NotifyRoutine, Remove);
}
EXPORT_SYMBOL_GPL(PsSetCreateProcessNotifyRoutine);

/**
 * PsSetCreateProcessNotifyRoutineEx() - be told of processes and their programs
 * @NotifyRoutine: routine. A status of failure that it leaves in CreationStatus ends the process
 *	before it has run. There is no FileObject.
 * @Remove: do not tell it any more; it does not run when this returns
 *
 * Not to be removed by the routine itself. IRQL PASSIVE_LEVEL.
 * WDK: PsSetCreateProcessNotifyRoutineEx.
 *
 * Return: as PsSetCreateProcessNotifyRoutine()
 */
NTSTATUS PsSetCreateProcessNotifyRoutineEx(PCREATE_PROCESS_NOTIFY_ROUTINE_EX NotifyRoutine,
					   BOOLEAN Remove)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ps_set(PS_PROCESS_EX, NotifyRoutine, Remove);
}
EXPORT_SYMBOL_GPL(PsSetCreateProcessNotifyRoutineEx);

/**
 * PsSetCreateProcessNotifyRoutineEx2() - be told of processes and their programs
 * @NotifyType: PsCreateProcessNotifySubsystems
 * @NotifyInformation: routine, as of PsSetCreateProcessNotifyRoutineEx()
 * @Remove: do not tell it any more; it does not run when this returns
 *
 * IRQL PASSIVE_LEVEL. WDK: PsSetCreateProcessNotifyRoutineEx2.
 *
 * Return: as PsSetCreateProcessNotifyRoutine()
 */
NTSTATUS PsSetCreateProcessNotifyRoutineEx2(PSCREATEPROCESSNOTIFYTYPE NotifyType,
					    PVOID NotifyInformation, BOOLEAN Remove)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (NotifyType != PsCreateProcessNotifySubsystems)
		return STATUS_INVALID_PARAMETER;
	return ps_set(PS_PROCESS_EX, NotifyInformation, Remove);
}
EXPORT_SYMBOL_GPL(PsSetCreateProcessNotifyRoutineEx2);

/**
 * PsSetLoadImageNotifyRoutine() - be told of programs
 * @NotifyRoutine: told of the program of an exec; libraries that it maps are seen as files only
 *
 * IRQL PASSIVE_LEVEL. WDK: PsSetLoadImageNotifyRoutine.
 *
 * Return: as PsSetCreateProcessNotifyRoutine()
 */
NTSTATUS PsSetLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ps_add(PS_IMAGE, NotifyRoutine);
}
EXPORT_SYMBOL_GPL(PsSetLoadImageNotifyRoutine);

/**
 * PsRemoveLoadImageNotifyRoutine() - not to be told of programs any more
 * @NotifyRoutine: routine; does not run when this returns
 *
 * IRQL <= APC_LEVEL. WDK: PsRemoveLoadImageNotifyRoutine.
 *
 * Return: STATUS_INVALID_PARAMETER when it is not set
 */
NTSTATUS PsRemoveLoadImageNotifyRoutine(PLOAD_IMAGE_NOTIFY_ROUTINE NotifyRoutine)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ps_remove(PS_IMAGE, NotifyRoutine);
}
EXPORT_SYMBOL_GPL(PsRemoveLoadImageNotifyRoutine);

/**
 * PsSetCreateThreadNotifyRoutine() - be told of threads
 * @NotifyRoutine: accepted, never called: telling every thread would cost every program too much
 *
 * IRQL PASSIVE_LEVEL. WDK: PsSetCreateThreadNotifyRoutine.
 *
 * Return: as PsSetCreateProcessNotifyRoutine()
 */
NTSTATUS PsSetCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	pr_info("fltshim: %s wants to be told of threads, which is never done\n", fsh_caller());
	return ps_add(PS_THREAD, NotifyRoutine);
}
EXPORT_SYMBOL_GPL(PsSetCreateThreadNotifyRoutine);

/**
 * PsRemoveCreateThreadNotifyRoutine() - not to be told of threads any more
 * @NotifyRoutine: routine
 *
 * IRQL <= APC_LEVEL. WDK: PsRemoveCreateThreadNotifyRoutine.
 *
 * Return: STATUS_INVALID_PARAMETER when it is not set
 */
NTSTATUS PsRemoveCreateThreadNotifyRoutine(PCREATE_THREAD_NOTIFY_ROUTINE NotifyRoutine)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ps_remove(PS_THREAD, NotifyRoutine);
}
EXPORT_SYMBOL_GPL(PsRemoveCreateThreadNotifyRoutine);

/* A driver goes: takes its routines back, and says so. Its code is still there. */
void ps_notify_driver_gone(struct fsh_driver *driver)
{
	struct ps_routine *entry, *next;

	mutex_lock(&ps_notify_lock);
	list_for_each_entry_safe(entry, next, &ps_routines, link) {
		if (entry->driver != driver)
			continue;
		fsh_violation(driver->service, "DriverUnload",
			      "notify routine %ps was never removed", entry->routine);
		ps_drop(entry);
	}
	mutex_unlock(&ps_notify_lock);
}

/* Nobody is to be told any more: waits for the task works that are on their way. */
void ps_notify_exit(void)
{
	wait_event(ps_idle, !atomic_read(&ps_pending));
	/* Each still had to return from ps_work_run(). */
	synchronize_rcu_tasks();
}
