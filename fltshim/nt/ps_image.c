// SPDX-License-Identifier: GPL-2.0
/*
 * The program that a process runs, as a name of Windows: \Device\HarddiskVolumeN\dir\file when
 * it lies on a volume, \Device\Linux\dir\file when it lies elsewhere. All in task context.
 */
#include <linux/dcache.h>
#include <linux/export.h>
#include <linux/file.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "compat/file_rcu.h"
#include "nt/ex_pool.h"
#include "nt/ke_irql.h"
#include "nt/ps_image.h"
#include "nt/ps_process.h"
#include "nt/rtl_format.h"

#define PS_OUTSIDE	"\\Device\\Linux"
#define PS_DELETED	" (deleted)"
#define PS_VOLUME_MAX	64

static ps_volume_namer *ps_namer;

/* One user: the file system, at its start and end. */
void ps_set_volume_namer(ps_volume_namer *namer)
{
	WRITE_ONCE(ps_namer, namer);
}

static struct file *ps_exe_file(struct task_struct *task)
{
	struct mm_struct *mm = get_task_mm(task);
	struct file *file;

	if (!mm)
		return NULL;
	file = flt_get_file_rcu(&mm->exe_file);
	mmput(mm);
	return file;
}

/* Writes the name of a file at the end of @buffer; returns where it begins, or an error. */
static char *ps_file_name(struct file *file, char *buffer, size_t size)
{
	ps_volume_namer *namer = READ_ONCE(ps_namer);
	char volume[PS_VOLUME_MAX], *path, *at;
	size_t length = 0;

	if (namer)
		length = namer(file->f_path.dentry->d_sb, volume, sizeof(volume));
	if (length) {
		path = dentry_path_raw(file->f_path.dentry, buffer + length, size - length);
	} else {
		length = strlen(PS_OUTSIDE);
		memcpy(volume, PS_OUTSIDE, length);
		path = d_path(&file->f_path, buffer + length, size - length);
	}
	if (IS_ERR(path))
		return path;
	at = path + strlen(path) - strlen(PS_DELETED);
	if (at > path && !strcmp(at, PS_DELETED))
		*at = 0;
	for (at = path; *at; at++) {
		if (*at == '/')
			*at = '\\';
	}
	return memcpy(path - length, volume, length);
}

/**
 * ps_image_name() - the program of a process
 * @process: the process
 * @text: receives UTF-8, to be freed by kfree()
 * @length: receives the bytes of it; 0 for the system process
 *
 * Return: STATUS_PROCESS_IS_TERMINATING when it has no program any more, STATUS_NAME_TOO_LONG,
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ps_image_name(PEPROCESS process, char **text, size_t *length)
{
	char *buffer = kzalloc(PATH_MAX, GFP_KERNEL), *name;
	NTSTATUS status = STATUS_SUCCESS;
	struct file *file;

	if (!buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	*text = buffer;
	*length = 0;
	if (ps_task(process)->flags & PF_KTHREAD)
		return STATUS_SUCCESS;
	file = ps_exe_file(ps_task(process));
	if (!file) {
		kfree(buffer);
		return STATUS_PROCESS_IS_TERMINATING;
	}
	name = ps_file_name(file, buffer, PATH_MAX);
	if (IS_ERR(name)) {
		status = STATUS_NAME_TOO_LONG;
		kfree(buffer);
	} else {
		*length = strlen(name);
		memmove(buffer, name, *length + 1);
	}
	fput(file);
	return status;
}

/**
 * ps_command_line() - the arguments of a process, with blanks between them
 * @process: the process
 * @text: receives UTF-8, to be freed by kfree()
 * @length: receives the bytes of it; at most a page
 *
 * Return: as ps_image_name()
 */
NTSTATUS ps_command_line(PEPROCESS process, char **text, size_t *length)
{
	struct task_struct *task = ps_task(process);
	struct mm_struct *mm = get_task_mm(task);
	unsigned long start, end;
	char *buffer;
	int i, n;

	if (!mm)
		return STATUS_PROCESS_IS_TERMINATING;
	spin_lock(&mm->arg_lock);
	start = mm->arg_start;
	end = mm->arg_end;
	spin_unlock(&mm->arg_lock);
	mmput(mm);
	buffer = kzalloc(PAGE_SIZE, GFP_KERNEL);
	if (!buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	n = access_process_vm(task, start, buffer, min(end - start, PAGE_SIZE - 1), 0);
	while (n > 0 && !buffer[n - 1])
		n--;
	for (i = 0; i < n; i++) {
		if (!buffer[i])
			buffer[i] = ' ';
	}
	*text = buffer;
	*length = max(n, 0);
	return STATUS_SUCCESS;
}

/**
 * SeLocateProcessImageName() - the program of a process
 * @Process: the process
 * @ImageFileName: receives the name and its text in one block: ExFreePool() when done. Terminated;
 *	empty for the system process
 *
 * IRQL <= APC_LEVEL. WDK: SeLocateProcessImageName.
 *
 * Return: STATUS_PROCESS_IS_TERMINATING when it has no program any more, STATUS_NAME_TOO_LONG,
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS SeLocateProcessImageName(PEPROCESS Process, PUNICODE_STRING *ImageFileName)
{
	size_t length, units;
	UNICODE_STRING *name;
	NTSTATUS status;
	char *text;

	*ImageFileName = NULL;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = ps_image_name(Process, &text, &length);
	if (status != STATUS_SUCCESS)
		return status;
	units = rtl_utf16_from_utf8(NULL, 0, text, length).need;
	name = pool_alloc(__builtin_return_address(0), POOL_FLAG_NON_PAGED,
			  sizeof(*name) + (units + 1) * sizeof(WCHAR), POOL_TAG_STRING);
	if (name) {
		name->Buffer = (PWCH)(name + 1);
		name->Length = units * sizeof(WCHAR);
		name->MaximumLength = name->Length + sizeof(WCHAR);
		rtl_utf16_from_utf8(name->Buffer, units, text, length);
		*ImageFileName = name;
	} else {
		status = STATUS_INSUFFICIENT_RESOURCES;
	}
	kfree(text);
	return status;
}
EXPORT_SYMBOL_GPL(SeLocateProcessImageName);
