// SPDX-License-Identifier: GPL-2.0
/*
 * Minifilters: registration, start of filtering, unregistration and unloading. Lock order:
 * flt_filters_lock -> volume->lock. No callback runs under either.
 */
#include <linux/delay.h>
#include <linux/module.h>
#include <linux/slab.h>
#include "fltmgr/altitude.h"
#include "fltmgr/callback.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/own_file.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/mm_routine.h"
#include "nt/violation.h"

DEFINE_MUTEX(flt_filters_lock);	/* the lists of filters, volumes, their instances */
LIST_HEAD(flt_filters);
static LIST_HEAD(flt_filters_coming);	/* have a name and no sysfs entries: nobody finds them */
static struct workqueue_struct *flt_unregister_wq;
bool flt_filters_ready;		/* between flt_filters_init() and flt_filters_exit() */

static void flt_unregister_worker(struct work_struct *work);

static const ULONG flt_known_flags = FLTFL_REGISTRATION_DO_NOT_SUPPORT_SERVICE_STOP |
				     FLTFL_REGISTRATION_SUPPORT_NPFS_MSFS |
				     FLTFL_REGISTRATION_SUPPORT_DAX_VOLUME;

/* Who walks over what is in flight may still read its name. */
static void flt_filter_free(struct rcu_head *rcu)
{
	struct flt_filter *filter = container_of(rcu, struct flt_filter, rcu);

	kfree(filter->name_utf8);
	kfree(filter);
}

static void flt_filter_release(struct flt_object *obj)
{
	struct flt_filter *filter = container_of(obj, struct flt_filter, obj);

	flt_filter_free_defs(filter);
	kfree(filter->context_defs);
	free_percpu(filter->stats);
	kfree(filter->name.Buffer);
	call_rcu(&filter->rcu, flt_filter_free);
}

/**
 * flt_filter_has() - may this code act for a minifilter?
 * @filter: the minifilter
 * @ip: address of a running driver's code
 *
 * Any context. The filter's own code is seen at once; code of no minifilter, as of a driver that
 * helps one, is let through.
 *
 * Return: false for another minifilter's code
 */
bool flt_filter_has(const struct flt_filter *filter, unsigned long ip)
{
	const struct fsh_driver *driver;

	if (likely(within_module(ip, filter->driver->owner)))
		return true;
	driver = fsh_driver_at(ip);
	return !driver || !driver->filter || driver->filter == filter;
}

/* The size of FLT_REGISTRATION that each known version has; 0 for an unknown version. */
static size_t flt_registration_size(USHORT version)
{
	switch (version) {
	case FLT_REGISTRATION_VERSION_0200:
	case 0x0201:
		return offsetof(FLT_REGISTRATION, NormalizeNameComponentExCallback);
	case FLT_REGISTRATION_VERSION_0202:
		return offsetof(FLT_REGISTRATION, SectionNotificationCallback);
	case FLT_REGISTRATION_VERSION_0203:
		return sizeof(FLT_REGISTRATION);
	}
	return 0;
}

/* Copies what the caller's structure has; members beyond its size stay NULL (REG-08). */
static NTSTATUS flt_registration_copy(const FLT_REGISTRATION *from, FLT_REGISTRATION *to)
{
	size_t size;

	if (!from)
		return STATUS_INVALID_PARAMETER;
	size = flt_registration_size(from->Version);
	if (!size || from->Size < size)
		return STATUS_INVALID_PARAMETER;
	memset(to, 0, sizeof(*to));
	memcpy(to, from, size);
	if (to->GenerateFileNameCallback) {
		if (!to->NormalizeNameComponentCallback && !to->NormalizeNameComponentExCallback)
			return STATUS_INVALID_PARAMETER;
	} else if (to->NormalizeNameComponentCallback || to->NormalizeNameComponentExCallback) {
		return STATUS_INVALID_PARAMETER;
	}
	return STATUS_SUCCESS;
}

static NTSTATUS flt_filter_copy_ops(struct flt_filter *filter,
				    const FLT_OPERATION_REGISTRATION *ops)
{
	for (; ops && ops->MajorFunction != IRP_MJ_OPERATION_END; ops++) {
		u8 index = flt_op_index(ops->MajorFunction);
		const struct flt_op_desc *desc = flt_op_desc_at(index);
		struct flt_filter_op *op;

		if (!desc)
			continue;	/* accepted and never called (REG-28) */
		if (desc->no_register || (desc->no_post && ops->PostOperation)) {
			flt_violation(filter, FLT_VIOLATION_REGISTRATION, NULL,
				      "%s%s cannot be registered", desc->name,
				      desc->no_register ? "" : " with a post-operation callback");
			return STATUS_INVALID_PARAMETER;
		}
		if (ops->Reserved1)
			flt_violation(filter, FLT_VIOLATION_REGISTRATION, NULL,
				      "Reserved1 of %s is not NULL", desc->name);
		op = &filter->ops[index];
		if (op->pre || op->post) {
			flt_violation(filter, FLT_VIOLATION_REGISTRATION, NULL,
				      "second element for %s", desc->name);
			continue;
		}
		op->pre = ops->PreOperation;
		op->post = ops->PostOperation;
		op->skip = ops->Flags;
		if (op->pre || op->post)
			filter->nr_ops++;
	}
	return STATUS_SUCCESS;
}

/**
 * flt_filter_find_locked() - look a registered filter up
 * @name: its name, in any case
 *
 * Under flt_filters_lock. Return: the filter, or NULL
 */
struct flt_filter *flt_filter_find_locked(const UNICODE_STRING *name)
{
	struct flt_filter *filter;

	list_for_each_entry(filter, &flt_filters, link) {
		if (RtlEqualUnicodeString(&filter->name, name, TRUE))
			return filter;
	}
	return NULL;
}

/* One that is being registered has its name already. */
static bool flt_filter_name_taken_locked(const UNICODE_STRING *name)
{
	struct flt_filter *filter;

	list_for_each_entry(filter, &flt_filters_coming, link) {
		if (RtlEqualUnicodeString(&filter->name, name, TRUE))
			return true;
	}
	return flt_filter_find_locked(name);
}

/* Highest default altitude first: the order of enumeration (INST-52). */
static void flt_filter_insert_locked(struct flt_filter *filter)
{
	struct flt_filter *other;

	list_for_each_entry(other, &flt_filters, link) {
		if (flt_altitude_compare(&filter->defs[0].altitude,
					 &other->defs[0].altitude) > 0)
			break;
	}
	list_add_tail(&filter->link, &other->link);
}

static struct flt_filter *flt_filter_alloc(struct fsh_driver *driver)
{
	struct flt_filter *filter = kzalloc(sizeof(*filter), GFP_KERNEL);
	size_t len = strlen(driver->service), i;

	if (!filter)
		return NULL;
	flt_object_init(&filter->obj, FLT_TYPE_FILTER, flt_filter_release);
	INIT_LIST_HEAD(&filter->contexts);
	INIT_LIST_HEAD(&filter->instances);
	INIT_LIST_HEAD(&filter->link);
	filter->driver = driver;
	/* One filter's breaches do not hide another's. */
	ratelimit_state_init(&filter->violation_limit, 5 * HZ, 10);
	filter->stats = alloc_percpu(struct flt_filter_stats);
	filter->name_utf8 = kstrdup(driver->service, GFP_KERNEL);
	filter->name.Buffer = kcalloc(len + 1, sizeof(WCHAR), GFP_KERNEL);
	if (!filter->stats || !filter->name_utf8 || !filter->name.Buffer ||
	    flt_item_queues_init(&filter->queues, filter->name_utf8)) {
		flt_item_queues_destroy(&filter->queues);
		flt_object_put(&filter->obj);
		return NULL;
	}
	/* Service names are ASCII: the build tool sees to it. */
	for (i = 0; i < len; i++)
		filter->name.Buffer[i] = driver->service[i];
	filter->name.Length = len * sizeof(WCHAR);
	filter->name.MaximumLength = filter->name.Length + sizeof(WCHAR);
	return filter;
}

/*
 * Reserves the filter's name, makes its sysfs entries, and only then shows it to everybody
 * (REG-56).
 */
static NTSTATUS flt_filter_publish(struct flt_filter *filter, PFLT_FILTER *shown)
{
	struct fsh_driver *driver = filter->driver;
	int ret;

	mutex_lock(&flt_filters_lock);
	if (driver->filter || flt_filter_name_taken_locked(&filter->name)) {
		mutex_unlock(&flt_filters_lock);
		return STATUS_FLT_REGISTRATION_BUSY;
	}
	driver->filter = filter;
	/* Once: what it did for an earlier registration may be in its last steps. */
	if (!driver->unregister.func)
		INIT_WORK(&driver->unregister, flt_unregister_worker);
	list_add(&filter->link, &flt_filters_coming);
	mutex_unlock(&flt_filters_lock);

	ret = flt_sysfs_add(filter);

	mutex_lock(&flt_filters_lock);
	list_del_init(&filter->link);
	if (ret) {
		driver->filter = NULL;
	} else {
		filter->state = FLT_FILTER_REGISTERED;
		filter->entered = driver->entered;
		*shown = flt_filter_opaque(filter);
		flt_filter_insert_locked(filter);
	}
	mutex_unlock(&flt_filters_lock);
	return ret ? STATUS_INSUFFICIENT_RESOURCES : STATUS_SUCCESS;
}

/**
 * FltRegisterFilter() - introduce a minifilter
 * @Driver: the DRIVER_OBJECT that its DriverEntry got
 * @Registration: callbacks; everything needed is copied out of it
 * @RetFilter: receives the opaque filter pointer
 *
 * WDK page: fltregisterfilter. IRQL: PASSIVE_LEVEL. Until FltStartFiltering() the filter is
 * asked for nothing. Its module is pinned until an unload request has succeeded.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for a registration that cannot be used;
 * STATUS_OBJECT_NAME_NOT_FOUND when the service key has no instance definition;
 * STATUS_FLT_REGISTRATION_BUSY when the service is registered already;
 * STATUS_FLT_NOT_INITIALIZED before the filter manager is up;
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FltRegisterFilter(PDRIVER_OBJECT Driver, const FLT_REGISTRATION *Registration,
			   PFLT_FILTER *RetFilter)
{
	struct fsh_driver *driver = fsh_driver_of(Driver);
	FLT_REGISTRATION reg;
	struct flt_filter *filter;
	NTSTATUS status;

	if (!READ_ONCE(flt_filters_ready))
		return STATUS_FLT_NOT_INITIALIZED;
	if (!driver || !RetFilter) {
		fsh_violation(fsh_caller(), __func__, "%p is not this driver's object", Driver);
		return STATUS_INVALID_PARAMETER;
	}
	status = flt_registration_copy(Registration, &reg);
	if (!NT_SUCCESS(status))
		return status;
	filter = flt_filter_alloc(driver);
	if (!filter)
		return STATUS_INSUFFICIENT_RESOURCES;
	filter->flags = reg.Flags;
	filter->unload = reg.FilterUnloadCallback;
	filter->setup = reg.InstanceSetupCallback;
	filter->query_teardown = reg.InstanceQueryTeardownCallback;
	filter->teardown_start = reg.InstanceTeardownStartCallback;
	filter->teardown_complete = reg.InstanceTeardownCompleteCallback;
	filter->generate_name = reg.GenerateFileNameCallback;
	filter->normalize = reg.NormalizeNameComponentCallback;
	filter->normalize_ex = reg.NormalizeNameComponentExCallback;
	filter->normalize_done = reg.NormalizeContextCleanupCallback;
	filter->section_conflict = reg.SectionNotificationCallback;
	if (reg.Flags & ~flt_known_flags)
		flt_violation(filter, FLT_VIOLATION_REGISTRATION, NULL, "unknown Flags %#x",
			      reg.Flags & ~flt_known_flags);
	status = flt_filter_copy_ops(filter, reg.OperationRegistration);
	if (NT_SUCCESS(status))
		status = flt_contexts_register(filter, reg.ContextRegistration);
	if (NT_SUCCESS(status))
		status = flt_filter_read_key(filter);
	if (!NT_SUCCESS(status))
		goto put;
	if (!try_module_get(driver->owner)) {
		status = STATUS_FLT_DELETING_OBJECT;
		goto put;
	}

	status = flt_filter_publish(filter, RetFilter);
	if (NT_SUCCESS(status)) {
		if (filter->entered)
			flt_violation(filter, FLT_VIOLATION_REGISTRATION, NULL,
				      "registered after its DriverEntry had returned");
		return STATUS_SUCCESS;
	}
	module_put(driver->owner);
put:
	flt_item_queues_destroy(&filter->queues);
	flt_object_put(&filter->obj);
	return status;
}
EXPORT_SYMBOL_GPL(FltRegisterFilter);

/* Looks a pointer up among the registered filters, so a stale one is never followed. */
static struct flt_filter *flt_filter_check(PFLT_FILTER opaque, const char *who,
					   const char *routine)
{
	struct flt_filter *filter;

	lockdep_assert_held(&flt_filters_lock);
	list_for_each_entry(filter, &flt_filters, link) {
		if (filter == flt_filter_of(opaque) && filter->state != FLT_FILTER_GONE)
			return filter;
	}
	fsh_violation(who, routine, "%p is no registered filter", opaque);
	return NULL;
}

/**
 * flt_filter_get() - the filter that a driver means
 * @opaque: its pointer, which may be stale
 * @who: the driver
 * @routine: the routine, for the report
 *
 * Return: the filter, referenced; NULL if none has this address, or it unregisters (REG-54)
 */
struct flt_filter *flt_filter_get(PFLT_FILTER opaque, const char *who, const char *routine)
{
	struct flt_filter *filter;

	mutex_lock(&flt_filters_lock);
	filter = flt_filter_check(opaque, who, routine);
	if (filter)
		flt_object_get(&filter->obj);
	mutex_unlock(&flt_filters_lock);
	return filter;
}

/**
 * FltGetRoutineAddress() - find a routine by its name
 * @FltMgrRoutineName: name; case matters
 *
 * WDK page: fltgetroutineaddress. IRQL: PASSIVE_LEVEL.
 *
 * Return: NULL for a name that fltshim does not export
 */
PVOID FltGetRoutineAddress(PCSTR FltMgrRoutineName)
{
	if (!ke_at_most(PASSIVE_LEVEL) || !FltMgrRoutineName)
		return NULL;
	return fsh_routine_by_name(FltMgrRoutineName);
}
EXPORT_SYMBOL_GPL(FltGetRoutineAddress);

/**
 * FltStartFiltering() - begin to filter
 * @Filter: registered filter
 *
 * WDK page: fltstartfiltering. IRQL: PASSIVE_LEVEL. Every mounted volume is offered before this
 * returns; setup callbacks and I/O may come meanwhile. A volume whose instance is refused is no
 * failure.
 *
 * Return: STATUS_SUCCESS, or STATUS_INVALID_PARAMETER for a second call
 */
NTSTATUS FltStartFiltering(PFLT_FILTER Filter)
{
	struct flt_filter *filter;

	mutex_lock(&flt_filters_lock);
	filter = flt_filter_check(Filter, fsh_caller(), __func__);
	if (!filter || filter->state != FLT_FILTER_REGISTERED) {
		mutex_unlock(&flt_filters_lock);
		return STATUS_INVALID_PARAMETER;
	}
	filter->state = FLT_FILTER_FILTERING;
	flt_object_get(&filter->obj);
	mutex_unlock(&flt_filters_lock);

	flt_volumes_offer(filter);
	flt_object_put(&filter->obj);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltStartFiltering);

/* Takes the filter's instances away one by one; attach refuses a filter that is GONE. */
static void flt_filter_detach_all(struct flt_filter *filter)
{
	FLT_INSTANCE_TEARDOWN_FLAGS reason = filter->unload_mandatory ?
		FLTFL_INSTANCE_TEARDOWN_MANDATORY_FILTER_UNLOAD :
		FLTFL_INSTANCE_TEARDOWN_FILTER_UNLOAD;
	struct flt_instance *instance;

	for (;;) {
		mutex_lock(&flt_filters_lock);
		instance = list_first_entry_or_null(&filter->instances, struct flt_instance,
						    filter_link);
		if (instance)
			flt_object_get(&instance->obj);
		mutex_unlock(&flt_filters_lock);
		if (!instance)
			return;
		/* Somebody else detaches it already: wait until it has left the list. */
		if (flt_instance_detach(instance, reason) == STATUS_FLT_DELETING_OBJECT)
			wait_event_idle(instance->obj.idle,
					READ_ONCE(instance->state) == FLT_INSTANCE_GONE);
		flt_object_put(&instance->obj);
	}
}

/*
 * Unregistration in numbered steps:
 *  1. the filter is GONE: no new instance, and look-ups say so instead of giving a reference;
 *  2. sysfs is removed: no unload request can come in by it;
 *  3. every instance is torn down: no callback runs or will run; files it left open are closed;
 *  4. the reference count is down to one: nobody else uses the pointer, and no work item is left;
 *  5. it is out of the list: its name is free;
 *  6. it is over, which a request that claimed it may be waiting for: it may be gone after that,
 *     unless the caller is the one to drop it.
 */
static void flt_filter_teardown(struct flt_filter *filter)
{
	unsigned long start = jiffies;

	mutex_lock(&flt_filters_lock);
	filter->state = FLT_FILTER_GONE;
	flt_object_delete(&filter->obj);
	mutex_unlock(&flt_filters_lock);
	flt_sysfs_remove(filter);
	flt_filter_detach_all(filter);
	flt_own_files_left(filter, NULL);
	flt_contexts_drop_owned(&filter->contexts);
	while (!wait_event_idle_timeout(filter->obj.idle, refcount_read(&filter->obj.refs) == 1,
					flt_patience))
		flt_wait_warn(filter, NULL, start, refcount_read(&filter->obj.refs) - 1,
			      "references");
	flt_item_queues_destroy(&filter->queues);
	mutex_lock(&flt_filters_lock);
	list_del_init(&filter->link);
	filter->driver->filter = NULL;
	mutex_unlock(&flt_filters_lock);
	/* Keeps the memory for the wake-up. */
	rcu_read_lock();
	/* Who sees it sees all of the above. */
	smp_store_release(&filter->over, true);
	wake_up_all(&filter->obj.idle);
	rcu_read_unlock();
}

/*
 * The manager's reference and the module's pin go; the last step of every unregistration. A driver
 * whose DriverEntry failed may be freed since the teardown: @owner was read before it.
 */
static void flt_filter_drop(struct flt_filter *filter, struct module *owner)
{
	flt_object_put(&filter->obj);
	module_put(owner);
}

/*
 * For a filter that is GONE, whose callback cannot do it. The driver stays until the pin goes, or
 * until flt_driver_entry_failed() has waited for this.
 */
static void flt_unregister_worker(struct work_struct *work)
{
	struct fsh_driver *driver = container_of(work, struct fsh_driver, unregister);
	struct flt_filter *filter = driver->filter;
	struct module *owner = driver->owner;
	/* No request can claim it any more. */
	bool ours = !atomic_read(&filter->unloading);

	flt_filter_teardown(filter);
	if (ours)
		flt_filter_drop(filter, owner);
}

/**
 * FltUnregisterFilter() - take a minifilter back
 * @Filter: registered filter
 *
 * WDK page: fltunregisterfilter. IRQL: PASSIVE_LEVEL. Blocks until every instance is torn down
 * and every reference is dropped. Called from one of the filter's own callbacks or work
 * routines, its unload callback apart, it would wait for itself: that is reported, and done by a
 * worker (REG-53).
 */
VOID FltUnregisterFilter(PFLT_FILTER Filter)
{
	struct flt_filter *filter;
	struct module *owner;
	bool ours;

	mutex_lock(&flt_filters_lock);
	filter = flt_filter_check(Filter, fsh_caller(), __func__);
	if (filter)
		filter->state = FLT_FILTER_GONE;
	ours = filter && !atomic_read(&filter->unloading);
	mutex_unlock(&flt_filters_lock);
	if (!filter)
		return;
	if (flt_task_in_callback(filter, NULL)) {
		flt_violation(filter, FLT_VIOLATION_ROUTINE, NULL,
			      "unregistered from its own callback");
		queue_work(flt_unregister_wq, &filter->driver->unregister);
		return;
	}
	owner = filter->driver->owner;
	flt_filter_teardown(filter);
	/* The unload request still looks at it and drops it then. */
	if (ours)
		flt_filter_drop(filter, owner);
}
EXPORT_SYMBOL_GPL(FltUnregisterFilter);

/**
 * flt_filter_unload_claim() - begin an unload request
 * @filter: alive for the length of this call
 * @mandatory: the filter cannot refuse
 *
 * After success the filter stays until flt_filter_unload() returns.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_DO_NOT_DETACH for a filter that cannot be unloaded in this
 * way; STATUS_FLT_FILTER_NOT_READY while its DriverEntry runs; STATUS_FLT_DELETING_OBJECT while
 * another request is under way
 */
NTSTATUS flt_filter_unload_claim(struct flt_filter *filter, bool mandatory)
{
	NTSTATUS status = STATUS_SUCCESS;

	mutex_lock(&flt_filters_lock);
	if (!filter->unload ||
	    (mandatory && filter->flags & FLTFL_REGISTRATION_DO_NOT_SUPPORT_SERVICE_STOP))
		status = STATUS_FLT_DO_NOT_DETACH;
	else if (filter->state == FLT_FILTER_GONE || atomic_read(&filter->unloading))
		status = STATUS_FLT_DELETING_OBJECT;
	else if (!filter->entered)
		status = STATUS_FLT_FILTER_NOT_READY;
	else
		atomic_set(&filter->unloading, 1);
	mutex_unlock(&flt_filters_lock);
	return status;
}

/**
 * flt_filter_unload() - carry out a claimed unload request
 * @filter: claimed by flt_filter_unload_claim()
 * @mandatory: the filter cannot refuse
 *
 * On success the filter is gone and its module is unpinned, so that rmmod works.
 *
 * Return: STATUS_SUCCESS, or the status with which the filter's callback refused
 */
NTSTATUS flt_filter_unload(struct flt_filter *filter, bool mandatory)
{
	bool gone, refused;
	NTSTATUS status;

	filter->unload_mandatory = mandatory;
	status = flt_call_unload(filter, mandatory ? FLTFL_FILTER_UNLOAD_MANDATORY : 0);
	/* Either the driver unregisters it, or this does; who comes first under the lock. */
	mutex_lock(&flt_filters_lock);
	gone = filter->state == FLT_FILTER_GONE;
	refused = !gone && !NT_SUCCESS(status) && !mandatory;
	if (refused)
		atomic_set(&filter->unloading, 0);
	else
		filter->state = FLT_FILTER_GONE;
	mutex_unlock(&flt_filters_lock);
	if (refused)
		return status;
	if (!gone || !NT_SUCCESS(status))
		flt_violation(filter, FLT_VIOLATION_TEARDOWN, NULL,
			      "unload callback returned %#x %s FltUnregisterFilter", status,
			      gone ? "after" : "without");
	if (!gone)
		flt_filter_teardown(filter);
	/* The driver may have had it unregistered by another thread, which is not through. */
	wait_event_idle(filter->obj.idle, smp_load_acquire(&filter->over));
	/* It is claimed, so that the pin is still there, and with it the driver. */
	flt_filter_drop(filter, filter->driver->owner);
	return STATUS_SUCCESS;
}

/* DriverEntry failed: a filter that it left registered is taken back for it (REG-04). */
static void flt_driver_entry_failed(struct fsh_driver *driver)
{
	struct flt_filter *filter;
	bool gone;

	flt_load_failed(driver);
	mutex_lock(&flt_filters_lock);
	filter = driver->filter;
	gone = filter && filter->state == FLT_FILTER_GONE;
	if (filter)
		filter->state = FLT_FILTER_GONE;
	mutex_unlock(&flt_filters_lock);
	if (filter && !gone) {
		flt_violation(filter, FLT_VIOLATION_REGISTRATION, NULL,
			      "DriverEntry failed without FltUnregisterFilter");
		flt_filter_teardown(filter);
		flt_filter_drop(filter, driver->owner);
	}
	/* Another thread does it: there is no claim to wait on. */
	while (READ_ONCE(driver->filter))
		msleep(20);
	/* The worker has begun by now, if it was the one; its last step counts as well. */
	if (driver->unregister.func)
		flush_work(&driver->unregister);
}

/* DriverEntry succeeded: unload requests are welcome from now on. */
static void flt_driver_entry_done(struct fsh_driver *driver)
{
	struct flt_filter *filter;

	mutex_lock(&flt_filters_lock);
	WRITE_ONCE(driver->entered, true);
	filter = driver->filter;
	if (filter)
		filter->entered = true;
	mutex_unlock(&flt_filters_lock);
}

static const struct fsh_driver_hooks flt_driver_hooks = {
	.entry_done = flt_driver_entry_done,
	.entry_failed = flt_driver_entry_failed,
};

int flt_filters_init(void)
{
	flt_unregister_wq = alloc_workqueue("fltshim_unregister", WQ_UNBOUND, 0);
	if (!flt_unregister_wq)
		return -ENOMEM;
	fsh_driver_set_hooks(&flt_driver_hooks);
	WRITE_ONCE(flt_filters_ready, true);
	return 0;
}

void flt_filters_exit(void)
{
	WRITE_ONCE(flt_filters_ready, false);
	fsh_driver_set_hooks(NULL);
	/* Nothing is left to be done, but the worker may still be in its last steps. */
	destroy_workqueue(flt_unregister_wq);
}
