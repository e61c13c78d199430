// SPDX-License-Identifier: GPL-2.0
/*
 * Objects by address, and the table of handles.
 *
 * Drivers reference and dereference objects without saying what they are. File, device and driver
 * objects say so themselves in their first words, as on Windows; objects of ob_create() have a
 * header in front; threads and processes are tasks of the kernel, and recognised last. All of
 * that is read with care, because the address is what a driver says.
 *
 * Handles are numbers of the system, not of a process: drivers only ever make kernel handles on
 * Linux. A handle holds one reference. The table is under its own spin lock.
 */
#include <linux/export.h>
#include <linux/hash.h>
#include <linux/pid.h>
#include <linux/random.h>
#include <linux/refcount.h>
#include <linux/sched/signal.h>
#include <linux/uaccess.h>
#include <linux/xarray.h>
#include "nt/io_device.h"
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/mm_section.h"
#include "nt/ob_object.h"
#include "nt/ps_process.h"

#define OB_HANDLE_BASE		0xffffffff80000000UL	/* where Windows has its kernel handles */
#define OB_CURRENT_PROCESS	((HANDLE)~0UL)
#define OB_CURRENT_THREAD	((HANDLE)~1UL)
#define OB_TASK_REFS_MAX	BIT(24)

/**
 * struct ob_header - in front of an object of ob_create()
 * @type: its type
 * @refs: references
 * @check: says that this is a header at this very place
 */
struct ob_header {
	OBJECT_TYPE *type;
	refcount_t refs;
	u32 check;
};

struct ob_handle {
	OBJECT_TYPE *type;
	void *object;
	ACCESS_MASK access;
	ULONG attributes;
	struct fsh_driver *driver;
};

static DEFINE_XARRAY_FLAGS(ob_handles, XA_FLAGS_ALLOC1);
static u32 ob_secret;

/* Tasks */

static void ob_task_get(void *object)
{
	get_task_struct(ps_task(object));
}

static void ob_task_put(void *object)
{
	put_task_struct(ps_task(object));
}

/* Driver objects live as long as their modules, which whoever asks keeps loaded. */
static void ob_driver_ref(void *object)
{
}

static void ob_device_get(void *object)
{
	io_device_get(object);
}

static void ob_device_put(void *object)
{
	io_device_put(object);
}

OBJECT_TYPE ob_file_type = { .name = "File" };
OBJECT_TYPE ob_device_type = { .name = "Device", .get = ob_device_get, .put = ob_device_put };
OBJECT_TYPE ob_driver_type = { .name = "Driver", .get = ob_driver_ref, .put = ob_driver_ref };
OBJECT_TYPE ob_process_type = { .name = "Process", .get = ob_task_get, .put = ob_task_put };
OBJECT_TYPE ob_thread_type = { .name = "Thread", .get = ob_task_get, .put = ob_task_put };

/* Of these there are no objects. */
static OBJECT_TYPE ob_transaction_type = { .name = "TmTx" };
static OBJECT_TYPE ob_key_type = { .name = "Key" };

static POBJECT_TYPE ob_file_pointer = &ob_file_type;
static POBJECT_TYPE ob_device_pointer = &ob_device_type;
static POBJECT_TYPE ob_driver_pointer = &ob_driver_type;
static POBJECT_TYPE ob_process_pointer = &ob_process_type;
static POBJECT_TYPE ob_thread_pointer = &ob_thread_type;
static POBJECT_TYPE ob_transaction_pointer = &ob_transaction_type;
static POBJECT_TYPE ob_key_pointer = &ob_key_type;

/*
 * What drivers compare with and hand to ObReferenceObjectByHandle():
 * IoFileObjectType - a file object
 * IoDeviceObjectType - a device object
 * IoDriverObjectType - a driver object
 * PsProcessType - a process
 * PsThreadType - a thread
 * TmTransactionObjectType - a transaction, which there are none of
 * CmKeyObjectType - an open registry key, of which a driver never gets the object
 */
POBJECT_TYPE *IoFileObjectType = &ob_file_pointer;
EXPORT_SYMBOL_GPL(IoFileObjectType);
POBJECT_TYPE *IoDeviceObjectType = &ob_device_pointer;
EXPORT_SYMBOL_GPL(IoDeviceObjectType);
POBJECT_TYPE *IoDriverObjectType = &ob_driver_pointer;
EXPORT_SYMBOL_GPL(IoDriverObjectType);
POBJECT_TYPE *PsProcessType = &ob_process_pointer;
EXPORT_SYMBOL_GPL(PsProcessType);
POBJECT_TYPE *PsThreadType = &ob_thread_pointer;
EXPORT_SYMBOL_GPL(PsThreadType);
POBJECT_TYPE *TmTransactionObjectType = &ob_transaction_pointer;
EXPORT_SYMBOL_GPL(TmTransactionObjectType);
POBJECT_TYPE *CmKeyObjectType = &ob_key_pointer;
EXPORT_SYMBOL_GPL(CmKeyObjectType);

/* Objects */

static struct ob_header *ob_header(void *object)
{
	return (struct ob_header *)object - 1;
}

static u32 ob_check(const struct ob_header *header)
{
	return hash_ptr(header, 32) ^ ob_secret;
}

static void ob_header_get(void *object)
{
	refcount_inc(&ob_header(object)->refs);
}

static void ob_header_put(void *object)
{
	struct ob_header *header = ob_header(object);

	if (!refcount_dec_and_test(&header->refs))
		return;
	if (header->type->free)
		header->type->free(object);
	header->check = 0;
	kfree(header);
}

/**
 * ob_create() - make an object
 * @type: its type; get and put are set here
 * @size: bytes
 *
 * Task context.
 *
 * Return: the object, zeroed, with one reference; NULL without memory
 */
void *ob_create(OBJECT_TYPE *type, size_t size)
{
	struct ob_header *header = kzalloc(sizeof(*header) + size, GFP_KERNEL);

	if (!header)
		return NULL;
	type->get = ob_header_get;
	type->put = ob_header_put;
	header->type = type;
	refcount_set(&header->refs, 1);
	header->check = ob_check(header);
	return header + 1;
}

static bool ob_read(void *to, const void *from, size_t size)
{
	return !copy_from_kernel_nofault(to, from, size);
}

/*
 * Is this a task? A living one is found by its pid. One that is gone but still referenced is
 * told by a state that nothing else is likely to show.
 */
static bool ob_is_task(void *object)
{
	struct task_struct *task = object;
	int refs, exit_state;
	struct mm_struct *mm;
	bool found;
	pid_t pid;

	if (task == &init_task)
		return true;
	if (!IS_ALIGNED((unsigned long)object, sizeof(long)) ||
	    !ob_read(&pid, &task->pid, sizeof(pid)) ||
	    !ob_read(&refs, &task->usage.refs.counter, sizeof(refs)) ||
	    !ob_read(&mm, &task->mm, sizeof(mm)) ||
	    !ob_read(&exit_state, &task->exit_state, sizeof(exit_state)))
		return false;
	if (refs <= 0 || refs > OB_TASK_REFS_MAX || pid <= 0 || pid > PID_MAX_LIMIT)
		return false;
	rcu_read_lock();
	found = pid_task(find_pid_ns(pid, &init_pid_ns), PIDTYPE_PID) == task;
	rcu_read_unlock();
	return found || (exit_state & (EXIT_DEAD | EXIT_ZOMBIE) && !mm);
}

/* NULL: there is no object at this address. */
static OBJECT_TYPE *ob_type(void *object)
{
	struct ob_header header;
	struct {
		CSHORT type;
		CSHORT size;
	} io;

	if (!ob_read(&io, object, sizeof(io)))
		return NULL;
	if (io.type == IO_TYPE_FILE && io.size == sizeof(FILE_OBJECT))
		return &ob_file_type;
	if (io.type == IO_TYPE_DEVICE && io.size >= sizeof(DEVICE_OBJECT))
		return &ob_device_type;
	if (io.type == IO_TYPE_DRIVER && io.size == sizeof(DRIVER_OBJECT))
		return &ob_driver_type;
	if (IS_ALIGNED((unsigned long)object, sizeof(long)) &&
	    ob_read(&header, ob_header(object), sizeof(header)) && header.check &&
	    header.check == ob_check(ob_header(object)))
		return header.type;
	if (ob_is_task(object))
		return thread_group_leader(ps_task(object)) ? &ob_process_type : &ob_thread_type;
	return NULL;
}

/* A process and its first thread are one task here. */
static bool ob_type_fits(const OBJECT_TYPE *wanted, const OBJECT_TYPE *is)
{
	return !wanted || wanted == is ||
	       (wanted == &ob_thread_type && is == &ob_process_type);
}

static bool ob_is_lent(const OBJECT_TYPE *type, void *object)
{
	return type->is_lent && type->is_lent(object);
}

/* An object that the shim knows to be one. */
void ob_get(void *object)
{
	ob_type(object)->get(object);
}

void ob_put(void *object)
{
	ob_type(object)->put(object);
}

/* A reference for @caller, in a driver's code. */
static void ob_take(OBJECT_TYPE *type, void *object, const void *caller)
{
	type->get(object);
	if (type->taken)
		type->taken(object, caller);
}

/**
 * ObfReferenceObject() - take a reference to an object
 * @Object: file, device, driver, process, thread or what ObReferenceObjectByHandle() gave
 *
 * Behind ObReferenceObject(). IRQL <= DISPATCH_LEVEL. WDK: ObReferenceObject. An address that is
 * no object is reported and nothing is done.
 *
 * Return: reserved
 */
LONG_PTR ObfReferenceObject(PVOID Object)
{
	OBJECT_TYPE *type = ob_type(Object);

	if (!type || !type->get) {
		fsh_violation(fsh_caller(), "ObReferenceObject", "%p is no object", Object);
		return 0;
	}
	if (ob_is_lent(type, Object)) {
		fsh_violation(fsh_caller(), "ObReferenceObject",
			      "%p is gone when the callback returns", Object);
		return 0;
	}
	ob_take(type, Object, __builtin_return_address(0));
	return 1;
}
EXPORT_SYMBOL_GPL(ObfReferenceObject);

/* What @caller, in a driver's code, says is an object loses the driver's reference. */
static void ob_return(OBJECT_TYPE *type, void *object, const void *caller,
		      void (*put)(void *object))
{
	/* Its reference was refused. */
	if (ob_is_lent(type, object))
		return;
	if (!type->returned || type->returned(object, caller))
		put(object);
}

/**
 * ObfDereferenceObject() - give a reference to an object back
 * @Object: object
 *
 * Behind ObDereferenceObject(). IRQL <= DISPATCH_LEVEL: an object that needs a thread to go away
 * gets one. WDK: ObDereferenceObject. An address that is no object is reported, and so is a
 * reference to a file object that no driver has.
 *
 * Return: reserved
 */
LONG_PTR ObfDereferenceObject(PVOID Object)
{
	OBJECT_TYPE *type = ob_type(Object);

	if (!type || !type->put) {
		fsh_violation(fsh_caller(), "ObDereferenceObject", "%p is no object", Object);
		return 0;
	}
	ob_return(type, Object, __builtin_return_address(0), type->put);
	return 0;
}
EXPORT_SYMBOL_GPL(ObfDereferenceObject);

/**
 * ObDereferenceObjectDeferDelete() - give a reference to an object back
 * @Object: object
 *
 * As ObDereferenceObject(), but no callback runs in it: the IRP_MJ_CLOSE that comes with the last
 * reference to a file object is sent by a worker. IRQL <= DISPATCH_LEVEL. WDK:
 * ObDereferenceObjectDeferDelete.
 */
VOID ObDereferenceObjectDeferDelete(PVOID Object)
{
	OBJECT_TYPE *type = ob_type(Object);

	if (!type || !type->put)
		fsh_violation(fsh_caller(), __func__, "%p is no object", Object);
	else
		ob_return(type, Object, __builtin_return_address(0),
			  type->put_later ?: type->put);
}
EXPORT_SYMBOL_GPL(ObDereferenceObjectDeferDelete);

/**
 * ObReferenceObjectByPointer() - take a reference to an object of a known type
 * @Object: object
 * @DesiredAccess: not looked at: kernel mode has every access
 * @ObjectType: what it should be; NULL for anything
 * @AccessMode: not looked at
 *
 * IRQL <= DISPATCH_LEVEL. WDK: ObReferenceObjectByPointer.
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_TYPE_MISMATCH; STATUS_ACCESS_DENIED for the file object of
 * a NETWORK_QUERY_OPEN, which is gone when the callback returns (a violation)
 */
NTSTATUS ObReferenceObjectByPointer(PVOID Object, ACCESS_MASK DesiredAccess,
				    POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode)
{
	OBJECT_TYPE *type = ob_type(Object);

	if (!type || !type->get || !ob_type_fits(ObjectType, type))
		return STATUS_OBJECT_TYPE_MISMATCH;
	if (ob_is_lent(type, Object)) {
		fsh_violation(fsh_caller(), __func__, "%p is gone when the callback returns",
			      Object);
		return STATUS_ACCESS_DENIED;
	}
	ob_take(type, Object, __builtin_return_address(0));
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(ObReferenceObjectByPointer);

/* Handles */

static unsigned long ob_handle_index(HANDLE handle)
{
	unsigned long value = (unsigned long)handle;

	return value > OB_HANDLE_BASE && value < (unsigned long)OB_CURRENT_THREAD ?
	       (value - OB_HANDLE_BASE) / 4 : 0;
}

/**
 * ob_open_handle() - make a handle
 * @caller: a place in the code of the driver that will have to close it
 * @type: type of the object
 * @object: object; its reference passes to the handle on success
 * @access: what is granted
 * @attributes: OBJ_*
 * @handle: receives the handle
 *
 * Task context.
 *
 * Return: STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ob_open_handle(const void *caller, OBJECT_TYPE *type, void *object, ACCESS_MASK access,
			ULONG attributes, HANDLE *handle)
{
	struct ob_handle *entry = kmalloc(sizeof(*entry), GFP_KERNEL);
	u32 index;

	if (!entry)
		return STATUS_INSUFFICIENT_RESOURCES;
	entry->type = type;
	entry->object = object;
	entry->access = access;
	entry->attributes = attributes;
	entry->driver = fsh_driver_at((unsigned long)caller);
	/* Before anybody can close it. */
	if (type->open)
		type->open(object);
	if (xa_alloc(&ob_handles, &index, entry, XA_LIMIT(1, BIT(24)), GFP_KERNEL)) {
		if (type->close)
			type->close(object);
		kfree(entry);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	*handle = (HANDLE)(OB_HANDLE_BASE + index * 4UL);
	return STATUS_SUCCESS;
}

/**
 * ob_get_by_handle_ex() - the object of a handle, and what the handle grants
 * @handle: handle
 * @type: what it should be; NULL for anything
 * @object: receives it, referenced
 * @information: NULL, or receives what the handle was opened with
 *
 * Task context.
 *
 * Return: STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH
 */
NTSTATUS ob_get_by_handle_ex(HANDLE handle, const OBJECT_TYPE *type, void **object,
			     POBJECT_HANDLE_INFORMATION information)
{
	NTSTATUS status = STATUS_INVALID_HANDLE;
	struct ob_handle *entry;

	xa_lock(&ob_handles);
	entry = xa_load(&ob_handles, ob_handle_index(handle));
	if (entry) {
		status = STATUS_OBJECT_TYPE_MISMATCH;
		if (ob_type_fits(type, entry->type)) {
			entry->type->get(entry->object);
			*object = entry->object;
			if (information) {
				information->HandleAttributes = entry->attributes;
				information->GrantedAccess = entry->access;
			}
			status = STATUS_SUCCESS;
		}
	}
	xa_unlock(&ob_handles);
	return status;
}

/**
 * ob_get_by_handle() - the object of a handle
 * @handle: handle
 * @type: what it should be; NULL for anything
 * @object: receives it, referenced
 *
 * Task context.
 *
 * Return: STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH
 */
NTSTATUS ob_get_by_handle(HANDLE handle, const OBJECT_TYPE *type, void **object)
{
	return ob_get_by_handle_ex(handle, type, object, NULL);
}

static void ob_free_entry(struct ob_handle *entry)
{
	if (entry->type->close)
		entry->type->close(entry->object);
	entry->type->put(entry->object);
	kfree(entry);
}

/* Task context. STATUS_INVALID_HANDLE for what is no handle. */
NTSTATUS ob_close_handle(HANDLE handle)
{
	unsigned long index = ob_handle_index(handle);
	struct ob_handle *entry = index ? xa_erase(&ob_handles, index) : NULL;

	if (!entry)
		return STATUS_INVALID_HANDLE;
	ob_free_entry(entry);
	return STATUS_SUCCESS;
}

/*
 * Takes the handle at @index out of the table if it is one of @object, and of @driver; NULL for
 * any. It is looked at under the lock alone: somebody else may close it meanwhile.
 */
static struct ob_handle *ob_take_entry(unsigned long index, const void *object,
				       const struct fsh_driver *driver)
{
	struct ob_handle *entry;

	xa_lock(&ob_handles);
	entry = xa_load(&ob_handles, index);
	if (entry && (!object || entry->object == object) && (!driver || entry->driver == driver))
		__xa_erase(&ob_handles, index);
	else
		entry = NULL;
	xa_unlock(&ob_handles);
	return entry;
}

/* Closes all handles of an object, which the caller has a reference to. Task context. */
void ob_close_handles_of(const void *object)
{
	struct ob_handle *entry;
	unsigned long i;

	xa_for_each(&ob_handles, i, entry) {
		entry = ob_take_entry(i, object, NULL);
		if (entry)
			ob_free_entry(entry);
	}
}

static NTSTATUS ob_close(const char *who, const char *routine, HANDLE handle)
{
	NTSTATUS status;

	if (handle == OB_CURRENT_PROCESS || handle == OB_CURRENT_THREAD)
		return STATUS_SUCCESS;
	if (mm_section_close_fd(handle))
		return STATUS_SUCCESS;
	status = ob_close_handle(handle);
	if (status != STATUS_SUCCESS)
		fsh_violation(who, routine, "%#lx is no handle", (unsigned long)handle);
	return status;
}

/**
 * ZwClose() - close a handle
 * @Handle: handle
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwClose.
 *
 * Return: STATUS_INVALID_HANDLE, which is reported as well
 */
NTSTATUS ZwClose(HANDLE Handle)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ob_close(fsh_caller(), __func__, Handle);
}
EXPORT_SYMBOL_GPL(ZwClose);

/**
 * NtClose() - close a handle
 * @Handle: handle
 *
 * IRQL PASSIVE_LEVEL. WDK: NtClose; as ZwClose().
 *
 * Return: STATUS_INVALID_HANDLE
 */
NTSTATUS NtClose(HANDLE Handle)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ob_close(fsh_caller(), __func__, Handle);
}
EXPORT_SYMBOL_GPL(NtClose);

/**
 * ObCloseHandle() - close a handle
 * @Handle: handle
 * @PreviousMode: not looked at: there are no handles of user mode
 *
 * IRQL PASSIVE_LEVEL. WDK: ObCloseHandle.
 *
 * Return: STATUS_INVALID_HANDLE
 */
NTSTATUS ObCloseHandle(HANDLE Handle, KPROCESSOR_MODE PreviousMode)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ob_close(fsh_caller(), __func__, Handle);
}
EXPORT_SYMBOL_GPL(ObCloseHandle);

/**
 * ObReferenceObjectByHandle() - take a reference to the object of a handle
 * @Handle: a handle of kernel mode, or NtCurrentProcess() or NtCurrentThread()
 * @DesiredAccess: not looked at: kernel mode has every access
 * @ObjectType: what it should be; NULL for anything
 * @AccessMode: KernelMode; a handle of user mode is a file descriptor on Linux, not this
 * @Object: receives the object: ObDereferenceObject() when done
 * @HandleInformation: receives what the handle was opened with; may be NULL
 *
 * IRQL PASSIVE_LEVEL. WDK: ObReferenceObjectByHandle.
 *
 * Return: STATUS_INVALID_HANDLE, STATUS_OBJECT_TYPE_MISMATCH
 */
NTSTATUS ObReferenceObjectByHandle(HANDLE Handle, ACCESS_MASK DesiredAccess,
				   POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
				   PVOID *Object, POBJECT_HANDLE_INFORMATION HandleInformation)
{
	NTSTATUS status;

	*Object = NULL;
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (Handle == OB_CURRENT_PROCESS || Handle == OB_CURRENT_THREAD) {
		bool process = Handle == OB_CURRENT_PROCESS;
		OBJECT_TYPE *type = process ? &ob_process_type : &ob_thread_type;

		if (ObjectType && ObjectType != type)
			return STATUS_OBJECT_TYPE_MISMATCH;
		*Object = process ? (void *)PsGetCurrentProcess() : PsGetCurrentThread();
		type->get(*Object);
		if (HandleInformation) {
			HandleInformation->HandleAttributes = 0;
			HandleInformation->GrantedAccess = GENERIC_ALL;
		}
		return STATUS_SUCCESS;
	}
	if (AccessMode != KernelMode)
		return STATUS_INVALID_HANDLE;
	status = ob_get_by_handle_ex(Handle, ObjectType, Object, HandleInformation);
	if (NT_SUCCESS(status)) {
		OBJECT_TYPE *type = ob_type(*Object);

		if (type && type->taken)
			type->taken(*Object, __builtin_return_address(0));
	}
	return status;
}
EXPORT_SYMBOL_GPL(ObReferenceObjectByHandle);

/**
 * ObOpenObjectByPointer() - make a handle to an object
 * @Object: object
 * @HandleAttributes: OBJ_*
 * @PassedAccessState: not looked at
 * @DesiredAccess: granted as it is: kernel mode has every access
 * @ObjectType: what it should be; NULL for anything
 * @AccessMode: not looked at
 * @Handle: receives the handle: ZwClose() when done
 *
 * IRQL <= APC_LEVEL. WDK: ObOpenObjectByPointer.
 *
 * Return: STATUS_OBJECT_TYPE_MISMATCH, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ObOpenObjectByPointer(PVOID Object, ULONG HandleAttributes,
			       PACCESS_STATE PassedAccessState, ACCESS_MASK DesiredAccess,
			       POBJECT_TYPE ObjectType, KPROCESSOR_MODE AccessMode,
			       PHANDLE Handle)
{
	OBJECT_TYPE *type;
	NTSTATUS status;

	*Handle = NULL;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	type = ob_type(Object);
	if (!type || !type->get || !ob_type_fits(ObjectType, type))
		return STATUS_OBJECT_TYPE_MISMATCH;
	type->get(Object);
	status = ob_open_handle(__builtin_return_address(0), type, Object, DesiredAccess,
				HandleAttributes, Handle);
	if (status != STATUS_SUCCESS)
		type->put(Object);
	return status;
}
EXPORT_SYMBOL_GPL(ObOpenObjectByPointer);

/**
 * ob_driver_gone() - close what a driver left open, give back what it left referenced
 * @driver: none of its code runs any more
 *
 * Task context.
 */
void ob_driver_gone(struct fsh_driver *driver)
{
	struct ob_handle *entry;
	unsigned long i;

	xa_for_each(&ob_handles, i, entry) {
		entry = ob_take_entry(i, NULL, driver);
		if (!entry)
			continue;
		fsh_violation(driver->service, "DriverUnload",
			      "handle %#lx of type %s was never closed",
			      OB_HANDLE_BASE + i * 4, entry->type->name);
		ob_free_entry(entry);
	}
	if (ob_file_type.driver_gone)
		ob_file_type.driver_gone(driver);
}

void ob_init(void)
{
	ob_secret = get_random_u32();
}

void ob_exit(void)
{
	struct ob_handle *entry;
	unsigned long i;

	xa_for_each(&ob_handles, i, entry) {
		if (xa_erase(&ob_handles, i))
			ob_free_entry(entry);
	}
	xa_destroy(&ob_handles);
}
