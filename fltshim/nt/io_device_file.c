// SPDX-License-Identifier: GPL-2.0
/*
 * What programs do with a driver's device, /dev/fltshim/NAME: each call is a request to the
 * dispatch routine of its kind (io_irp.c). An open pins the driver's module, so none of its code
 * goes while one is under way. How a program sends a control code is in user/fltshim_device.h.
 *
 * Nodes. Each is a minor number of one character device. An open finds its node, and pins what the
 * node stands for, under the lock of io_nodes, and holds nothing while the driver looks at its
 * IRP_MJ_CREATE: that may take as long as it likes, and make or delete devices.
 *
 * IRP_MJ_CLEANUP comes with the last handle, requests under way or not: drivers end those then
 * that they kept for the program. A handle is any reference to the open file but those of calls.
 */
#include <linux/cdev.h>
#include <linux/device.h>
#include <linux/fdtable.h>
#include <linux/fs.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include "nt/io_device.h"
#include "nt/io_driver.h"
#include "nt/io_irp.h"
#include "nt/mm_mdl.h"
#include "nt/rtl_status.h"
#include "user/fltshim_device.h"

#define IO_NODES_MAX	4096

struct io_node {
	PDEVICE_OBJECT device;		/* stays at least as long */
	struct fsh_driver *driver;	/* likewise */
	u32 minor;
};

static DEFINE_XARRAY_ALLOC(io_nodes);	/* by minor number */
static struct class io_class = { .name = "fltshim" };
static struct cdev *io_cdev;
static dev_t io_numbers;

static int io_errno(NTSTATUS status)
{
	return NT_ERROR(status) ? flt_errno_from_status(status, NULL) ?: -EIO : 0;
}

/* Any context. */
void io_open_put(struct io_open *open)
{
	if (!refcount_dec_and_test(&open->refs))
		return;
	io_device_put(open->device);
	kfree(open);
}

/* The file goes, or never came; requests that the driver keeps have references of their own. */
static void io_open_end(struct io_open *open)
{
	if (open->claimed)
		io_device_unclaim(open->device);
	module_put(open->driver->owner);
	io_open_put(open);
}

static NTSTATUS io_open_send(struct io_open *open, UCHAR major)
{
	struct io_irp *own = io_irp_new(open, major);
	NTSTATUS status;

	if (!own)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (major == IRP_MJ_CREATE) {
		own->stack.Parameters.Create.SecurityContext = &open->security;
		own->stack.Parameters.Create.Options = FILE_OPEN << 24;
		own->stack.Parameters.Create.ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE;
	}
	status = io_irp_send(&own);
	io_irp_free(own);
	return status;
}

/**
 * io_open_cleanup() - send IRP_MJ_CLEANUP if nobody has a handle any more
 * @open: the open; the caller has the file open, or is a call under way
 * @closing: the caller closes a handle, which is still there
 *
 * Task context. Every call that is counted has its reference while it is, so what is left of the
 * file's count is never too little. A reference that somebody takes to look at the file makes it
 * too much for a moment.
 */
void io_open_cleanup(struct io_open *open, bool closing)
{
	bool last;

	spin_lock(&open->lock);
	last = open->filp && !open->cleaned && file_count(open->filp) - open->calls == closing;
	if (last)
		open->cleaned = true;
	spin_unlock(&open->lock);
	if (last)
		io_open_send(open, IRP_MJ_CLEANUP);
}

/*
 * Does the call that is under way hold a reference of its own to its file? A task that shares its
 * table of files with nobody takes none, nor does io_uring for a registered file.
 */
static bool io_call_has_reference(void)
{
#ifdef CONFIG_IO_URING
	if (current->io_uring)
		return false;
#endif
	return !(current->flags & PF_IO_WORKER) && current->files &&
	       atomic_read(&current->files->count) > 1;
}

static bool io_call_begin(struct io_open *open)
{
	bool counted = io_call_has_reference();

	if (counted) {
		spin_lock(&open->lock);
		open->calls++;
		spin_unlock(&open->lock);
	}
	return counted;
}

static void io_call_end(struct io_open *open, bool counted)
{
	if (counted) {
		spin_lock(&open->lock);
		open->calls--;
		spin_unlock(&open->lock);
	}
}

/* The device behind a node, referenced, with its driver's module pinned. */
static PDEVICE_OBJECT io_node_pin(u32 minor, struct fsh_driver **driver)
{
	PDEVICE_OBJECT device = NULL;
	struct io_node *node;

	xa_lock(&io_nodes);
	node = xa_load(&io_nodes, minor);
	/*
	 * A module that is just coming lets itself be pinned, and goes all the same when its
	 * DriverEntry fails. The device's flag is the driver's, and no help against that.
	 */
	if (node && READ_ONCE(node->driver->entered) &&
	    !(READ_ONCE(node->device->Flags) & DO_DEVICE_INITIALIZING) &&
	    try_module_get(node->driver->owner)) {
		device = node->device;
		*driver = node->driver;
		io_device_get(device);
	}
	xa_unlock(&io_nodes);
	return device;
}

static int io_file_open(struct inode *inode, struct file *file)
{
	struct io_open *open = kzalloc(sizeof(*open), GFP_KERNEL_ACCOUNT);
	int err;

	if (!open)
		return -ENOMEM;
	open->device = io_node_pin(iminor(inode), &open->driver);
	if (!open->device) {
		kfree(open);
		return -ENODEV;
	}
	refcount_set(&open->refs, 1);
	spin_lock_init(&open->lock);
	if (open->device->Flags & DO_EXCLUSIVE) {
		open->claimed = io_device_claim(open->device);
		if (!open->claimed) {
			io_open_end(open);
			return -EBUSY;
		}
	}
	open->security.DesiredAccess = FILE_READ_DATA | FILE_WRITE_DATA;
	open->file.object.Type = IO_TYPE_FILE;
	open->file.object.Size = sizeof(open->file);
	open->file.object.DeviceObject = open->device;
	open->file.object.ReadAccess = !!(file->f_mode & FMODE_READ);
	open->file.object.WriteAccess = !!(file->f_mode & FMODE_WRITE);
	err = io_errno(io_open_send(open, IRP_MJ_CREATE));
	if (err) {
		io_open_end(open);
		return err;
	}
	open->filp = file;
	file->private_data = open;
	return 0;
}

static int io_file_flush(struct file *file, fl_owner_t id)
{
	io_open_cleanup(file->private_data, true);
	return 0;
}

static int io_file_release(struct inode *inode, struct file *file)
{
	struct io_open *open = file->private_data;

	/* No call is under way, and so nobody else sends it. */
	if (!open->cleaned) {
		open->cleaned = true;
		io_open_send(open, IRP_MJ_CLEANUP);
	}
	io_open_send(open, IRP_MJ_CLOSE);
	io_open_end(open);
	return 0;
}

/* A program's memory as the MDL of a request. */
static NTSTATUS io_lock(struct io_irp *own, void __user *at, ULONG size, LOCK_OPERATION access)
{
	PMDL mdl = mm_mdl_new((__force void *)at, size);
	NTSTATUS status;

	if (!mdl)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = mm_mdl_lock(mdl, current->mm, access);
	if (!NT_SUCCESS(status)) {
		mm_mdl_free(mdl);
		return status;
	}
	own->mdl = mdl;
	own->irp.MdlAddress = mdl;
	return STATUS_SUCCESS;
}

/* The system buffer of a request, with its input. */
static NTSTATUS io_system_buffer(struct io_irp *own, const void __user *in, ULONG in_size,
				 ULONG size)
{
	if (!size)
		return STATUS_SUCCESS;
	own->system = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!own->system)
		return STATUS_INSUFFICIENT_RESOURCES;
	own->irp.AssociatedIrp.SystemBuffer = own->system;
	return copy_from_user(own->system, in, in_size) ? STATUS_ACCESS_VIOLATION : STATUS_SUCCESS;
}

/* The buffers of a control code, as its method wants them. */
static NTSTATUS io_control_buffers(struct io_irp *own, const struct fltshim_control *control)
{
	void __user *in = u64_to_user_ptr(control->in), *out = u64_to_user_ptr(control->out);
	ULONG method = control->code & 3;
	NTSTATUS status;

	own->irp.UserBuffer = (__force void *)out;
	if (method == METHOD_NEITHER) {
		own->stack.Parameters.DeviceIoControl.Type3InputBuffer = (__force void *)in;
		return STATUS_SUCCESS;
	}
	status = io_system_buffer(own, in, control->in_size, method == METHOD_BUFFERED ?
				  max(control->in_size, control->out_size) : control->in_size);
	if (!NT_SUCCESS(status) || method == METHOD_BUFFERED || !control->out_size)
		return status;
	return io_lock(own, out, control->out_size, method == METHOD_OUT_DIRECT ?
		       IoWriteAccess : IoReadAccess);
}

/* One control code; the caller's structure gets what came of it. */
static NTSTATUS io_control(struct io_open *open, struct fltshim_control *control)
{
	struct io_irp *own = io_irp_new(open, IRP_MJ_DEVICE_CONTROL);
	NTSTATUS status;

	if (!own)
		return STATUS_INSUFFICIENT_RESOURCES;
	own->stack.Parameters.DeviceIoControl.IoControlCode = control->code;
	own->stack.Parameters.DeviceIoControl.InputBufferLength = control->in_size;
	own->stack.Parameters.DeviceIoControl.OutputBufferLength = control->out_size;
	status = io_control_buffers(own, control);
	if (NT_SUCCESS(status)) {
		status = io_irp_send(&own);
		if (own && !NT_ERROR(status))
			control->returned = min_t(u64, own->irp.IoStatus.Information,
						  control->out_size);
	}
	if ((control->code & 3) == METHOD_BUFFERED && control->returned &&
	    copy_to_user(u64_to_user_ptr(control->out), own->system, control->returned))
		status = STATUS_ACCESS_VIOLATION;
	io_irp_free(own);
	return status;
}

static long io_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fltshim_control __user *at = (void __user *)arg;
	struct io_open *open = file->private_data;
	struct fltshim_control control;
	NTSTATUS status;
	bool counted;

	if (cmd != FLTSHIM_CONTROL)
		return -ENOTTY;
	if (copy_from_user(&control, at, sizeof(control)))
		return -EFAULT;
	if (control.reserved || control.in_size > FLTSHIM_CONTROL_MAX ||
	    control.out_size > FLTSHIM_CONTROL_MAX)
		return -EINVAL;
	/* What the code asks of the open: bits 14 and 15. */
	if ((control.code & 0x4000 && !(file->f_mode & FMODE_READ)) ||
	    (control.code & 0x8000 && !(file->f_mode & FMODE_WRITE)))
		return -EACCES;
	control.returned = 0;
	counted = io_call_begin(open);
	status = io_control(open, &control);
	io_call_end(open, counted);
	control.status = status;
	if (copy_to_user(at, &control, sizeof(control)))
		return -EFAULT;
	return io_errno(status);
}

/* A read or write, in the way that the device's flags say. */
static NTSTATUS io_transfer(struct io_open *open, char __user *data, size_t size, loff_t pos,
			    bool write, ssize_t *done)
{
	struct io_irp *own = io_irp_new(open, write ? IRP_MJ_WRITE : IRP_MJ_READ);
	ULONG flags = open->device->Flags;
	NTSTATUS status = STATUS_SUCCESS;

	if (!own)
		return STATUS_INSUFFICIENT_RESOURCES;
	own->stack.Parameters.Read.Length = size;
	own->stack.Parameters.Read.ByteOffset.QuadPart = pos;
	own->irp.UserBuffer = (__force void *)data;
	if (flags & DO_BUFFERED_IO)
		status = io_system_buffer(own, data, write ? size : 0, size);
	else if (flags & DO_DIRECT_IO && size)
		status = io_lock(own, data, size, write ? IoReadAccess : IoWriteAccess);
	if (NT_SUCCESS(status)) {
		status = io_irp_send(&own);
		if (own && !NT_ERROR(status))
			*done = min_t(u64, own->irp.IoStatus.Information, size);
	}
	if (!write && *done && own->system && copy_to_user(data, own->system, *done))
		status = STATUS_ACCESS_VIOLATION;
	io_irp_free(own);
	return status;
}

static ssize_t io_file_transfer(struct file *file, char __user *data, size_t size, loff_t *pos,
				bool write)
{
	struct io_open *open = file->private_data;
	bool counted = io_call_begin(open);
	ssize_t done = 0;
	NTSTATUS status;

	size = min_t(size_t, size, FLTSHIM_CONTROL_MAX);
	status = io_transfer(open, data, size, *pos, write, &done);
	io_call_end(open, counted);
	if (NT_ERROR(status))
		return status == STATUS_END_OF_FILE ? 0 : io_errno(status);
	*pos += done;
	return done;
}

static ssize_t io_file_read(struct file *file, char __user *data, size_t size, loff_t *pos)
{
	return io_file_transfer(file, data, size, pos, false);
}

static ssize_t io_file_write(struct file *file, const char __user *data, size_t size, loff_t *pos)
{
	return io_file_transfer(file, (char __user *)data, size, pos, true);
}

static const struct file_operations io_file_operations = {
	.owner		= THIS_MODULE,
	.open		= io_file_open,
	.flush		= io_file_flush,
	.release	= io_file_release,
	.read		= io_file_read,
	.write		= io_file_write,
	.unlocked_ioctl	= io_file_ioctl,
	.compat_ioctl	= compat_ptr_ioctl,
};

/**
 * io_node_create() - let programs open a device
 * @name: of the file, one that no other node has
 * @device: stays at least as long as the node
 * @driver: whose it is; likewise
 *
 * Task context.
 *
 * Return: the node; NULL when there is none to be had
 */
struct io_node *io_node_create(const char *name, PDEVICE_OBJECT device, struct fsh_driver *driver)
{
	struct io_node *node = kzalloc(sizeof(*node), GFP_KERNEL);
	struct device *made;

	if (!node)
		return NULL;
	node->device = device;
	node->driver = driver;
	if (xa_alloc(&io_nodes, &node->minor, node, XA_LIMIT(0, IO_NODES_MAX - 1), GFP_KERNEL)) {
		kfree(node);
		return NULL;
	}
	/* The mark stands for a slash. Without a word about it the file is root's alone. */
	made = device_create(&io_class, NULL, MKDEV(MAJOR(io_numbers), node->minor), NULL,
			     "fltshim!%s", name);
	if (IS_ERR(made)) {
		xa_erase(&io_nodes, node->minor);
		kfree(node);
		return NULL;
	}
	return node;
}

/* Task context. Nobody opens it from here on; NULL is none. */
void io_node_destroy(struct io_node *node)
{
	if (!node)
		return;
	device_destroy(&io_class, MKDEV(MAJOR(io_numbers), node->minor));
	xa_erase(&io_nodes, node->minor);
	kfree(node);
}

int io_files_init(void)
{
	int ret = alloc_chrdev_region(&io_numbers, 0, IO_NODES_MAX, "fltshim");

	if (ret)
		return ret;
	ret = class_register(&io_class);
	if (ret)
		goto no_class;
	io_cdev = cdev_alloc();
	ret = io_cdev ? 0 : -ENOMEM;
	if (ret)
		goto no_device;
	io_cdev->ops = &io_file_operations;
	io_cdev->owner = THIS_MODULE;
	ret = cdev_add(io_cdev, io_numbers, IO_NODES_MAX);
	if (!ret)
		return 0;
	kobject_put(&io_cdev->kobj);
no_device:
	class_unregister(&io_class);
no_class:
	unregister_chrdev_region(io_numbers, IO_NODES_MAX);
	return ret;
}

/* No driver is loaded, and so there are no nodes. */
void io_files_exit(void)
{
	cdev_del(io_cdev);
	class_unregister(&io_class);
	unregister_chrdev_region(io_numbers, IO_NODES_MAX);
	xa_destroy(&io_nodes);
}
