// SPDX-License-Identifier: GPL-2.0
/*
 * References on filters, instances and volumes, and the routines by which a minifilter takes and
 * drops them.
 */
#include <linux/export.h>
#include <linux/sched.h>
#include "fltmgr/driver_refs.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/object.h"
#include "fltmgr/volume.h"
#include "nt/violation.h"

void flt_object_init(struct flt_object *obj, enum flt_object_type type,
		     void (*release)(struct flt_object *obj))
{
	obj->type = type;
	obj->deleting = false;
	refcount_set(&obj->refs, 1);
	atomic_set(&obj->given, 0);
	obj->release = release;
	init_waitqueue_head(&obj->idle);
}

/**
 * flt_object_put() - drop a reference
 * @obj: the object
 *
 * May run in softirq (a snapshot's last user): release functions do not sleep. A waiter for the
 * count holds a reference itself, so the wake-up below touches live memory only because
 * rcu_read_lock() keeps the object (freed by kfree_rcu) until it is over.
 */
void flt_object_put(struct flt_object *obj)
{
	rcu_read_lock();
	if (refcount_dec_and_test(&obj->refs)) {
		obj->type = FLT_TYPE_DEAD;
		obj->release(obj);
	} else if (READ_ONCE(obj->deleting)) {
		wake_up_all(&obj->idle);
	}
	rcu_read_unlock();
}

/**
 * flt_object_enter() - take a reference to what may be torn down at the same time
 * @obj: the object, whose memory stays for the length of this call
 *
 * Any context. Counted first and asked then, so that a teardown either is seen here or waits for
 * the reference.
 *
 * Return: false when it is being torn down
 */
bool flt_object_enter(struct flt_object *obj)
{
	if (!refcount_inc_not_zero(&obj->refs))
		return false;
	/* Pairs with flt_object_delete(). */
	smp_mb__after_atomic();
	if (likely(!READ_ONCE(obj->deleting)))
		return true;
	flt_object_put(obj);
	return false;
}

/**
 * flt_object_delete() - the teardown of an object begins
 * @obj: the object
 *
 * References are refused from here on; whoever waits for those there are reads the count later.
 */
void flt_object_delete(struct flt_object *obj)
{
	WRITE_ONCE(obj->deleting, true);
	/* Pairs with flt_object_enter() and flt_item_hold(): one of the two sees the other. */
	smp_mb();
}

/**
 * flt_object_give() - take a reference that a driver is to drop by FltObjectDereference()
 * @obj: the object, alive
 *
 * Return: STATUS_FLT_DELETING_OBJECT when it is being torn down
 */
NTSTATUS flt_object_give(struct flt_object *obj)
{
	if (!flt_object_enter(obj))
		return STATUS_FLT_DELETING_OBJECT;
	atomic_inc(&obj->given);
	return STATUS_SUCCESS;
}

/* For a driver that is gone: nothing, if somebody else has given it back unnoticed. */
static void flt_object_ref_put(void *object)
{
	struct flt_object *obj = object;

	if (atomic_dec_if_positive(&obj->given) >= 0)
		flt_object_put(obj);
}

static const UNICODE_STRING *flt_filter_called(const void *object)
{
	return &container_of(object, struct flt_filter, obj)->name;
}

static const UNICODE_STRING *flt_instance_called(const void *object)
{
	return &container_of(object, struct flt_instance, obj)->name;
}

static const UNICODE_STRING *flt_volume_called(const void *object)
{
	return &container_of(object, struct flt_volume, obj)->name;
}

static const struct flt_ref_kind flt_filter_refs = {
	"filter", flt_object_ref_put, flt_filter_called
};

static const struct flt_ref_kind flt_instance_refs = {
	"instance", flt_object_ref_put, flt_instance_called
};

static const struct flt_ref_kind flt_volume_refs = {
	"volume", flt_object_ref_put, flt_volume_called
};

/**
 * flt_object_given_to() - who got the reference that flt_object_give() has taken
 * @obj: the object
 * @caller: in the driver's code
 *
 * What cannot be noted for want of memory is not given back when the driver is gone.
 */
void flt_object_given_to(struct flt_object *obj, const void *caller)
{
	flt_ref_taken(obj, obj->type == FLT_TYPE_FILTER ? &flt_filter_refs :
		      obj->type == FLT_TYPE_INSTANCE ? &flt_instance_refs : &flt_volume_refs,
		      caller, NULL, 0);
}

static const char *flt_object_kind(enum flt_object_type type)
{
	switch (type) {
	case FLT_TYPE_FILTER:
		return "filter";
	case FLT_TYPE_INSTANCE:
		return "instance";
	default:
		return "volume";
	}
}

/**
 * flt_object_is() - whether a pointer that a driver passed is an object of a kind
 * @object: the pointer, reported if it is not
 * @type: the kind
 * @who: the driver
 * @routine: the routine
 */
bool flt_object_is(const void *object, enum flt_object_type type, const char *who,
		   const char *routine)
{
	if (object && ((const struct flt_object *)object)->type == type)
		return true;
	fsh_violation(who, routine, "%p is no %s", object, flt_object_kind(type));
	return false;
}

static struct flt_object *flt_object_check(PVOID object, const char *routine)
{
	struct flt_object *obj = object;

	if (obj && (obj->type == FLT_TYPE_FILTER || obj->type == FLT_TYPE_INSTANCE ||
		    obj->type == FLT_TYPE_VOLUME))
		return obj;
	fsh_violation(fsh_caller(), routine, "%p is no filter, instance or volume", object);
	return NULL;
}

/**
 * FltObjectReference() - take a rundown reference on a filter, instance or volume
 * @FltObject: opaque pointer of one of the three kinds
 *
 * WDK page: fltobjectreference. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_FLT_DELETING_OBJECT when it is being torn down,
 * STATUS_INVALID_PARAMETER for a pointer of another kind
 */
NTSTATUS FltObjectReference(PVOID FltObject)
{
	struct flt_object *obj = flt_object_check(FltObject, __func__);
	NTSTATUS status;

	if (!obj)
		return STATUS_INVALID_PARAMETER;
	status = flt_object_give(obj);
	if (NT_SUCCESS(status))
		flt_object_given_to(obj, __builtin_return_address(0));
	return status;
}
EXPORT_SYMBOL_GPL(FltObjectReference);

/**
 * FltObjectDereference() - drop a reference taken by FltObjectReference() or given by a query
 * @FltObject: opaque pointer of a filter, instance or volume
 *
 * WDK page: fltobjectdereference. IRQL: <= APC_LEVEL. A dereference of what no driver has a
 * reference of is reported and ignored (INST-42); the manager's own references are never touched.
 */
VOID FltObjectDereference(PVOID FltObject)
{
	struct flt_object *obj = flt_object_check(FltObject, __func__);

	if (!obj)
		return;
	if (atomic_dec_if_positive(&obj->given) < 0) {
		fsh_violation(fsh_caller(), __func__, "one dereference too many of %p", FltObject);
		return;
	}
	flt_ref_returned(obj, __builtin_return_address(0));
	flt_object_put(obj);
}
EXPORT_SYMBOL_GPL(FltObjectDereference);
