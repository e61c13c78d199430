// SPDX-License-Identifier: GPL-2.0
/*
 * Handles of sections that belong to a process: file descriptors, closed by exec, that its programs
 * map and read as they would map the file. A driver uses the number as the handle; it means
 * something in that process only.
 *
 * What programs map is the file that the provider of the section names, so that its pages are read
 * as they are touched, written to by nobody, and taken back as those of any mapped file.
 */
#include <linux/anon_inodes.h>
#include <linux/fdtable.h>
#include <linux/file.h>
#include <linux/fs.h>
#include "compat/mm.h"
#include "nt/mm_section.h"
#include "nt/ob_object.h"

/* What such a descriptor stands for. */
struct mm_section_fd {
	void *object;
	ACCESS_MASK access;
};

static int mm_section_fd_mmap(struct file *file, struct vm_area_struct *vma)
{
	const struct mm_section_fd *fd = file->private_data;
	const struct mm_section *section = mm_section_of(fd->object);
	struct file *mapped;

	if (!section->ops->file)
		return -ENODEV;
	if (!(fd->access & SECTION_MAP_READ) || vma->vm_flags & VM_EXEC)
		return -EACCES;
	mapped = section->ops->file(section->source);
	if (!mapped || !mapped->f_op->mmap)
		return -ENODEV;
	flt_vm_flags_clear(vma, VM_MAYEXEC);
	vma_set_file(vma, mapped);
	return mapped->f_op->mmap(mapped, vma);
}

static int mm_section_fd_release(struct inode *inode, struct file *file)
{
	struct mm_section_fd *fd = file->private_data;

	ob_put(fd->object);
	kfree(fd);
	return 0;
}

static const struct file_operations mm_section_fops = {
	.owner		= THIS_MODULE,
	.mmap		= mm_section_fd_mmap,
	.release	= mm_section_fd_release,
	.llseek		= noop_llseek,
};

/* A free descriptor other than 0, which would be no handle; or a negative errno. */
static int mm_section_fd_unused(void)
{
	int fd = get_unused_fd_flags(O_CLOEXEC);

	if (!fd) {
		fd = get_unused_fd_flags(O_CLOEXEC);
		put_unused_fd(0);
	}
	return fd;
}

/**
 * mm_section_open_fd() - make a handle of the current process
 * @object: section object; the handle takes a reference of its own
 * @access: SECTION_* that are granted
 * @handle: receives it: a file descriptor
 *
 * Task context.
 *
 * Return: STATUS_SUCCESS; STATUS_NOT_SUPPORTED in a kernel thread; STATUS_TOO_MANY_OPENED_FILES;
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS mm_section_open_fd(void *object, ACCESS_MASK access, HANDLE *handle)
{
	struct mm_section_fd *private;
	struct file *file;
	int fd;

	if (current->flags & PF_KTHREAD)
		return STATUS_NOT_SUPPORTED;
	private = kmalloc(sizeof(*private), GFP_KERNEL);
	if (!private)
		return STATUS_INSUFFICIENT_RESOURCES;
	private->object = object;
	private->access = access;
	fd = mm_section_fd_unused();
	if (fd < 0) {
		kfree(private);
		return STATUS_TOO_MANY_OPENED_FILES;
	}
	/* Not to be written to, so that no mapping of it is. */
	file = anon_inode_getfile("[section]", &mm_section_fops, private, O_RDONLY | O_CLOEXEC);
	if (IS_ERR(file)) {
		put_unused_fd(fd);
		kfree(private);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	ob_get(object);
	fd_install(fd, file);
	*handle = (HANDLE)(unsigned long)fd;
	return STATUS_SUCCESS;
}

/* The open file behind a handle, if that is a descriptor of ours in this process; fput(). */
static struct file *mm_section_fd_get(HANDLE handle)
{
	unsigned long fd = (unsigned long)handle;
	struct file *file;

	if (!fd || fd > INT_MAX || current->flags & PF_KTHREAD || !current->files)
		return NULL;
	file = fget(fd);
	if (file && file->f_op != &mm_section_fops) {
		fput(file);
		file = NULL;
	}
	return file;
}

/* As mm_section_by_handle(), for handles of the current process. */
NTSTATUS mm_section_by_fd(HANDLE handle, void **object, ACCESS_MASK *access)
{
	struct file *file = mm_section_fd_get(handle);
	const struct mm_section_fd *fd;

	if (!file)
		return STATUS_INVALID_HANDLE;
	fd = file->private_data;
	ob_get(fd->object);
	*object = fd->object;
	*access = fd->access;
	fput(file);
	return STATUS_SUCCESS;
}

/* Closes a handle of the current process; false for what is none of a section. */
bool mm_section_close_fd(HANDLE handle)
{
	struct file *file = mm_section_fd_get(handle);

	if (!file)
		return false;
	close_fd((unsigned long)handle);
	fput(file);
	return true;
}
