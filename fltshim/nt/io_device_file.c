// SPDX-License-Identifier: GPL-2.0
/*
 * What programs do with a driver's device, /dev/fltshim/NAME: each call is an IRP for the dispatch
 * routine of its kind. An open pins the driver's module, so none of its code goes while an IRP is
 * under way. How a program sends a control code is in user/fltshim_device.h.
 *
 * An IRP lives in the call that made it: the caller waits until the driver has completed it. When
 * the caller is killed it is cancelled, which ends it as soon as the driver does so.
 */
#include <linux/completion.h>
#include <linux/export.h>
#include <linux/fs.h>
#include <linux/miscdevice.h>
#include <linux/mm.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "nt/io_device.h"
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/rtl_status.h"
#include "nt/seh.h"
#include "nt/violation.h"
#include "user/fltshim_device.h"

#define IO_MAGIC	0x50524946	/* "FIRP" */

struct io_node {
	struct miscdevice misc;
	PDEVICE_OBJECT device;
	char text[];		/* the name in sysfs, then that in /dev */
};

/* One open of a device. */
struct io_open {
	PDEVICE_OBJECT device;
	struct fsh_driver *driver;
	bool claimed;		/* an exclusive device */
	struct {
		FILE_OBJECT object;
		u64 longer;	/* so that nobody takes it for a file of a volume */
	} file;
};

/**
 * struct io_irp - an IRP under way
 * @magic: IO_MAGIC
 * @done: the driver has completed it
 * @irp: what the driver has
 * @stack: its one stack location
 */
struct io_irp {
	u32 magic;
	struct completion done;
	IRP irp;
	IO_STACK_LOCATION stack;
};

static KSPIN_LOCK io_cancel_lock;

static struct io_irp *io_irp_of(PIRP irp)
{
	struct io_irp *own = container_of(irp, struct io_irp, irp);

	return own->magic == IO_MAGIC ? own : NULL;
}

static void io_irp_init(struct io_irp *own, struct io_open *open, UCHAR major)
{
	memset(own, 0, sizeof(*own));
	own->magic = IO_MAGIC;
	init_completion(&own->done);
	own->irp.Type = IO_TYPE_IRP;
	own->irp.Size = sizeof(IRP) + sizeof(IO_STACK_LOCATION);
	own->irp.StackCount = 1;
	own->irp.CurrentLocation = 1;
	own->irp.RequestorMode = UserMode;
	own->irp.Tail.Overlay.Thread = (PETHREAD)current;
	own->irp.Tail.Overlay.OriginalFileObject = &open->file.object;
	own->irp.Tail.Overlay.CurrentStackLocation = &own->stack;
	own->stack.MajorFunction = major;
	own->stack.DeviceObject = open->device;
	own->stack.FileObject = &open->file.object;
}

struct io_dispatch {
	PDRIVER_DISPATCH routine;
	struct io_irp *own;
	NTSTATUS status;
};

static seh_raises void io_call(void *arg)
{
	struct io_dispatch *call = arg;

	call->status = call->routine(call->own->stack.DeviceObject, &call->own->irp);
}

/* Hands an IRP to the driver and waits. Return: its final status. */
static NTSTATUS io_send(struct io_open *open, struct io_irp *own)
{
	struct io_dispatch call = {
		.routine = open->driver->object->MajorFunction[own->stack.MajorFunction],
		.own = own,
	};
	NTSTATUS code;

	if (!call.routine)
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!seh_call(io_call, &call, &code)) {
		pr_err("fltshim: %s: dispatch routine %u raised %#x and nobody handled it\n",
		       open->driver->service, own->stack.MajorFunction, code);
		/* What it had begun with the request is not known: it is over now. */
		return completion_done(&own->done) ? own->irp.IoStatus.Status : code;
	}
	if (call.status != STATUS_PENDING && !completion_done(&own->done)) {
		fsh_violation(open->driver->service, "dispatch routine",
			      "returned %08x without completing request %u", call.status,
			      own->stack.MajorFunction);
		return call.status;
	}
	if (wait_for_completion_killable(&own->done)) {
		IoCancelIrp(&own->irp);
		wait_for_completion(&own->done);
	}
	return own->irp.IoStatus.Status;
}

static int io_errno(NTSTATUS status)
{
	return NT_ERROR(status) ? flt_errno_from_status(status, NULL) ?: -EIO : 0;
}

static void io_close(struct io_open *open)
{
	if (open->claimed)
		io_device_unclaim(open->device);
	io_device_put(open->device);
	module_put(open->driver->owner);
	kfree(open);
}

/* The node stays while this runs: misc_open() and misc_deregister() exclude each other. */
static int io_file_open(struct inode *inode, struct file *file)
{
	struct io_node *node = container_of(file->private_data, struct io_node, misc);
	IO_SECURITY_CONTEXT security = { .DesiredAccess = FILE_READ_DATA | FILE_WRITE_DATA };
	PDEVICE_OBJECT device = node->device;
	struct fsh_driver *driver = fsh_driver_of(device->DriverObject);
	struct io_open *open;
	struct io_irp own;
	int err;

	if (!driver || device->Flags & DO_DEVICE_INITIALIZING || !try_module_get(driver->owner))
		return -ENODEV;
	open = kzalloc(sizeof(*open), GFP_KERNEL);
	if (!open) {
		module_put(driver->owner);
		return -ENOMEM;
	}
	open->driver = driver;
	open->device = device;
	io_device_get(device);
	if (device->Flags & DO_EXCLUSIVE) {
		open->claimed = io_device_claim(device);
		if (!open->claimed) {
			io_close(open);
			return -EBUSY;
		}
	}
	open->file.object.Type = IO_TYPE_FILE;
	open->file.object.Size = sizeof(open->file);
	open->file.object.DeviceObject = device;
	open->file.object.ReadAccess = !!(file->f_mode & FMODE_READ);
	open->file.object.WriteAccess = !!(file->f_mode & FMODE_WRITE);
	io_irp_init(&own, open, IRP_MJ_CREATE);
	own.stack.Parameters.Create.SecurityContext = &security;
	own.stack.Parameters.Create.Options = FILE_OPEN << 24;
	own.stack.Parameters.Create.ShareAccess = FILE_SHARE_READ | FILE_SHARE_WRITE;
	err = io_errno(io_send(open, &own));
	if (err) {
		io_close(open);
		return err;
	}
	file->private_data = open;
	return 0;
}

static int io_file_release(struct inode *inode, struct file *file)
{
	static const UCHAR majors[] = { IRP_MJ_CLEANUP, IRP_MJ_CLOSE };
	struct io_open *open = file->private_data;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		struct io_irp own;

		io_irp_init(&own, open, majors[i]);
		io_send(open, &own);
	}
	io_close(open);
	return 0;
}

/* A program's memory as an MDL: NULL with *status set. */
static PMDL io_lock(void __user *at, ULONG size, LOCK_OPERATION access, NTSTATUS *status)
{
	PMDL mdl = mm_mdl_new((__force void *)at, size);

	*status = mdl ? mm_mdl_lock(mdl, current->mm, access) : STATUS_INSUFFICIENT_RESOURCES;
	if (NT_SUCCESS(*status))
		return mdl;
	if (mdl)
		mm_mdl_free(mdl);
	return NULL;
}

/* The system buffer of a request, with its input. */
static NTSTATUS io_system_buffer(struct io_irp *own, const void __user *in, ULONG in_size,
				 ULONG size)
{
	void *buffer;

	if (!size)
		return STATUS_SUCCESS;
	buffer = kvzalloc(size, GFP_KERNEL_ACCOUNT);
	if (!buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	own->irp.AssociatedIrp.SystemBuffer = buffer;
	return copy_from_user(buffer, in, in_size) ? STATUS_ACCESS_VIOLATION : STATUS_SUCCESS;
}

/* One control code; the caller's structure gets what came of it. */
static NTSTATUS io_control(struct io_open *open, struct fltshim_control *control)
{
	void __user *in = u64_to_user_ptr(control->in), *out = u64_to_user_ptr(control->out);
	ULONG method = control->code & 3;
	NTSTATUS status = STATUS_SUCCESS;
	struct io_irp own;
	void *system;
	PMDL mdl = NULL;

	io_irp_init(&own, open, IRP_MJ_DEVICE_CONTROL);
	own.stack.Parameters.DeviceIoControl.IoControlCode = control->code;
	own.stack.Parameters.DeviceIoControl.InputBufferLength = control->in_size;
	own.stack.Parameters.DeviceIoControl.OutputBufferLength = control->out_size;
	own.irp.UserBuffer = (__force void *)out;
	if (method == METHOD_NEITHER) {
		own.stack.Parameters.DeviceIoControl.Type3InputBuffer = (__force void *)in;
	} else {
		status = io_system_buffer(&own, in, control->in_size, method == METHOD_BUFFERED ?
					  max(control->in_size, control->out_size) :
					  control->in_size);
		if (NT_SUCCESS(status) && method != METHOD_BUFFERED && control->out_size) {
			mdl = io_lock(out, control->out_size, method == METHOD_OUT_DIRECT ?
				      IoWriteAccess : IoReadAccess, &status);
			own.irp.MdlAddress = mdl;
		}
	}
	system = own.irp.AssociatedIrp.SystemBuffer;
	if (NT_SUCCESS(status)) {
		status = io_send(open, &own);
		control->returned = NT_ERROR(status) ? 0 :
				    min_t(u64, own.irp.IoStatus.Information, control->out_size);
	}
	if (method == METHOD_BUFFERED && control->returned &&
	    copy_to_user(out, system, control->returned))
		status = STATUS_ACCESS_VIOLATION;
	kvfree(system);
	if (mdl)
		mm_mdl_free(mdl);
	return status;
}

static long io_file_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct fltshim_control __user *at = (void __user *)arg;
	struct fltshim_control control;
	NTSTATUS status;

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
	status = io_control(file->private_data, &control);
	control.status = status;
	if (copy_to_user(at, &control, sizeof(control)))
		return -EFAULT;
	return io_errno(status);
}

/* A read or write, in the way that the device's flags say. */
static ssize_t io_transfer(struct file *file, char __user *data, size_t size, loff_t *pos,
			   bool write)
{
	struct io_open *open = file->private_data;
	ULONG flags = open->device->Flags;
	NTSTATUS status = STATUS_SUCCESS;
	struct io_irp own;
	ssize_t done = 0;
	void *system;
	PMDL mdl = NULL;

	size = min_t(size_t, size, FLTSHIM_CONTROL_MAX);
	io_irp_init(&own, open, write ? IRP_MJ_WRITE : IRP_MJ_READ);
	own.stack.Parameters.Read.Length = size;
	own.stack.Parameters.Read.ByteOffset.QuadPart = *pos;
	own.irp.UserBuffer = (__force void *)data;
	if (flags & DO_BUFFERED_IO) {
		status = io_system_buffer(&own, data, write ? size : 0, size);
	} else if (flags & DO_DIRECT_IO && size) {
		mdl = io_lock(data, size, write ? IoReadAccess : IoWriteAccess, &status);
		own.irp.MdlAddress = mdl;
	}
	system = own.irp.AssociatedIrp.SystemBuffer;
	if (NT_SUCCESS(status)) {
		status = io_send(open, &own);
		if (!NT_ERROR(status))
			done = min_t(u64, own.irp.IoStatus.Information, size);
	}
	if (!write && done && system && copy_to_user(data, system, done))
		status = STATUS_ACCESS_VIOLATION;
	kvfree(system);
	if (mdl)
		mm_mdl_free(mdl);
	if (NT_ERROR(status))
		return status == STATUS_END_OF_FILE ? 0 : io_errno(status);
	*pos += done;
	return done;
}

static ssize_t io_file_read(struct file *file, char __user *data, size_t size, loff_t *pos)
{
	return io_transfer(file, data, size, pos, false);
}

static ssize_t io_file_write(struct file *file, const char __user *data, size_t size, loff_t *pos)
{
	return io_transfer(file, (char __user *)data, size, pos, true);
}

static const struct file_operations io_file_operations = {
	.owner		= THIS_MODULE,
	.open		= io_file_open,
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
 *
 * Return: the node; NULL when there is none to be had
 */
struct io_node *io_node_create(const char *name, PDEVICE_OBJECT device)
{
	size_t size = strlen(name) + sizeof("fltshim!");
	struct io_node *node = kzalloc(struct_size(node, text, 2 * size), GFP_KERNEL);

	if (!node)
		return NULL;
	snprintf(node->text, size, "fltshim!%s", name);
	snprintf(node->text + size, size, "fltshim/%s", name);
	node->device = device;
	node->misc.minor = MISC_DYNAMIC_MINOR;
	node->misc.name = node->text;
	node->misc.nodename = node->text + size;
	node->misc.mode = 0600;
	node->misc.fops = &io_file_operations;
	if (misc_register(&node->misc)) {
		kfree(node);
		return NULL;
	}
	return node;
}

void io_node_destroy(struct io_node *node)
{
	if (!node)
		return;
	misc_deregister(&node->misc);
	kfree(node);
}

/**
 * IofCompleteRequest() - a driver is through with a request
 * @Irp: the request; not the driver's any more
 * @PriorityBoost: no meaning here
 *
 * Behind IoCompleteRequest(). WDK page: iocompleterequest. IRQL: <= DISPATCH_LEVEL.
 */
VOID IofCompleteRequest(PIRP Irp, CCHAR PriorityBoost)
{
	struct io_irp *own = io_irp_of(Irp);

	if (!own || completion_done(&own->done)) {
		fsh_violation(fsh_caller(), "IoCompleteRequest", "%p is no request under way", Irp);
		return;
	}
	complete(&own->done);
}
EXPORT_SYMBOL_GPL(IofCompleteRequest);

/**
 * IoAcquireCancelSpinLock() - take the lock of all cancel routines
 * @Irql: receives the level of before
 *
 * WDK page: ioacquirecancelspinlock. IRQL: <= DISPATCH_LEVEL.
 */
VOID IoAcquireCancelSpinLock(PKIRQL Irql)
{
	*Irql = KeAcquireSpinLockRaiseToDpc(&io_cancel_lock);
}
EXPORT_SYMBOL_GPL(IoAcquireCancelSpinLock);

/**
 * IoReleaseCancelSpinLock() - give the lock of all cancel routines back
 * @Irql: what IoAcquireCancelSpinLock() gave, or CancelIrql of the IRP
 *
 * WDK page: ioreleasecancelspinlock. IRQL: DISPATCH_LEVEL.
 */
VOID IoReleaseCancelSpinLock(KIRQL Irql)
{
	KeReleaseSpinLock(&io_cancel_lock, Irql);
}
EXPORT_SYMBOL_GPL(IoReleaseCancelSpinLock);

struct io_cancel {
	PDRIVER_CANCEL routine;
	PIRP irp;
};

static seh_raises void io_call_cancel(void *arg)
{
	struct io_cancel *call = arg;

	call->routine(io_irp_of(call->irp)->stack.DeviceObject, call->irp);
}

/**
 * IoCancelIrp() - ask for a request to be ended
 * @Irp: the request
 *
 * WDK page: iocancelirp. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: TRUE if it had a cancel routine, which was called with the cancel spin lock held
 */
BOOLEAN IoCancelIrp(PIRP Irp)
{
	struct io_cancel call = { .irp = Irp };
	NTSTATUS code;
	KIRQL irql;

	if (!io_irp_of(Irp))
		return FALSE;
	IoAcquireCancelSpinLock(&irql);
	Irp->Cancel = TRUE;
	call.routine = xchg(&Irp->CancelRoutine, NULL);
	if (!call.routine) {
		IoReleaseCancelSpinLock(irql);
		return FALSE;
	}
	/* The routine releases the lock. */
	Irp->CancelIrql = irql;
	if (!seh_call(io_call_cancel, &call, &code))
		pr_err("fltshim: a cancel routine raised %#x and nobody handled it\n", code);
	return TRUE;
}
EXPORT_SYMBOL_GPL(IoCancelIrp);
