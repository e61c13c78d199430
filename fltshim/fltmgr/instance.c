// SPDX-License-Identifier: GPL-2.0
/*
 * Attaching and detaching instances. The detach is written as numbered steps with what is true
 * after each.
 */
#include <linux/delay.h>
#include <linux/slab.h>
#include <linux/timer.h>
#include "fltmgr/altitude.h"
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/name.h"
#include "fltmgr/own_file.h"
#include "fltmgr/section.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"

static void flt_instance_release(struct flt_object *obj)
{
	struct flt_instance *instance = container_of(obj, struct flt_instance, obj);

	flt_object_put(&instance->filter->obj);
	flt_object_put(&instance->volume->obj);
	kfree(instance->name.Buffer);
	kfree(instance->altitude.Buffer);
	flt_instance_forget(instance);
}

/* One that holds the memory only, as a snapshot does, lets go of it. May be in softirq. */
void flt_instance_forget(struct flt_instance *instance)
{
	if (refcount_dec_and_test(&instance->memory))
		kfree_rcu(instance, rcu);
}

/**
 * flt_instance_alloc() - an instance that is nowhere yet
 * @filter: its filter
 * @volume: its volume
 * @name: copied
 * @altitude: copied
 *
 * Return: it, with one reference, or NULL
 */
struct flt_instance *flt_instance_alloc(struct flt_filter *filter, struct flt_volume *volume,
					const UNICODE_STRING *name, const UNICODE_STRING *altitude)
{
	struct flt_instance *instance = kzalloc(sizeof(*instance), GFP_KERNEL);

	if (!instance)
		return NULL;
	flt_object_init(&instance->obj, FLT_TYPE_INSTANCE, flt_instance_release);
	refcount_set(&instance->memory, 1);
	flt_object_get(&filter->obj);
	flt_object_get(&volume->obj);
	instance->filter = filter;
	instance->volume = volume;
	instance->shown = flt_instance_opaque(instance);
	instance->state = FLT_INSTANCE_SETUP;
	instance->names = flt_names_id();
	spin_lock_init(&instance->lock);
	INIT_LIST_HEAD(&instance->open);
	INIT_LIST_HEAD(&instance->held);
	INIT_LIST_HEAD(&instance->scans);
	INIT_LIST_HEAD(&instance->contexts);
	INIT_LIST_HEAD(&instance->volume_link);
	INIT_LIST_HEAD(&instance->filter_link);
	if (!flt_copy_string(&instance->name, name) ||
	    !flt_copy_string(&instance->altitude, altitude)) {
		flt_object_put(&instance->obj);
		return NULL;
	}
	return instance;
}

/* Puts a new instance in its place among those of the volume, or says what it collides with. */
static NTSTATUS flt_instance_reserve(struct flt_instance *instance)
{
	struct flt_volume *volume = instance->volume;
	struct list_head *before = &volume->instances;
	struct flt_instance *other;

	lockdep_assert_held(&volume->lock);
	list_for_each_entry(other, &volume->instances, volume_link) {
		int order = flt_altitude_compare(&instance->altitude, &other->altitude);

		if (RtlEqualUnicodeString(&instance->name, &other->name, TRUE) &&
		    instance->filter == other->filter)
			return STATUS_FLT_INSTANCE_NAME_COLLISION;
		if (!order) {
			pr_warn("fltshim: filter %s is not attached to %s: filter %s has its altitude there\n",
				instance->filter->name_utf8, volume->info.mount_name,
				other->filter->name_utf8);
			return STATUS_FLT_INSTANCE_ALTITUDE_COLLISION;
		}
		if (order > 0 && before == &volume->instances)
			before = &other->volume_link;
	}
	list_add_tail(&instance->volume_link, before);
	list_add_tail(&instance->filter_link, &instance->filter->instances);
	return STATUS_SUCCESS;
}

/* Out of the lists; a waiter in FltUnregisterFilter() sees GONE. */
static void flt_instance_unlink(struct flt_instance *instance)
{
	mutex_lock(&flt_filters_lock);
	mutex_lock(&instance->volume->lock);
	list_del_init(&instance->volume_link);
	list_del_init(&instance->filter_link);
	WRITE_ONCE(instance->state, FLT_INSTANCE_GONE);
	mutex_unlock(&instance->volume->lock);
	mutex_unlock(&flt_filters_lock);
	wake_up_all(&instance->obj.idle);
}

/* Makes the volume's operations visit (or no longer visit) what its list says now. */
static int flt_instance_publish(struct flt_volume *volume)
{
	int ret = flt_stack_publish(volume);

	if (!ret && volume->ops->interest_changed)
		volume->ops->interest_changed(volume);
	return ret;
}

/* How long a setup callback may take before it is named (INST-61). */
unsigned long flt_setup_patience = 10 * HZ;

struct flt_setup_watch {
	struct timer_list timer;
	const struct flt_instance *instance;
};

static void flt_setup_late(struct timer_list *timer)
{
	const struct flt_setup_watch *watch = from_timer(watch, timer, timer);

	pr_warn("fltshim: filter %s is still in its instance setup callback for %s after %u s\n",
		watch->instance->filter->name_utf8, watch->instance->volume->info.mount_name,
		jiffies_to_msecs(flt_setup_patience) / 1000);
}

static NTSTATUS flt_instance_setup(struct flt_instance *instance, FLT_INSTANCE_SETUP_FLAGS flags)
{
	struct flt_setup_watch watch = { .instance = instance };
	NTSTATUS status;

	timer_setup_on_stack(&watch.timer, flt_setup_late, 0);
	mod_timer(&watch.timer, jiffies + flt_setup_patience);
	status = flt_call_setup(instance, flags);
	del_timer_sync(&watch.timer);
	destroy_timer_on_stack(&watch.timer);
	return status;
}

/**
 * flt_instance_attach() - attach a filter to a volume
 * @filter: the filter
 * @volume: the volume
 * @name: instance name
 * @altitude: valid altitude
 * @flags: FLTFL_INSTANCE_SETUP_*
 * @out: receives a reference to the instance; may be NULL
 *
 * PASSIVE_LEVEL, no lock held. The altitude is reserved first, then the setup callback is asked,
 * and only then the instance takes part in operations.
 */
NTSTATUS flt_instance_attach(struct flt_filter *filter, struct flt_volume *volume,
			     const UNICODE_STRING *name, const UNICODE_STRING *altitude,
			     FLT_INSTANCE_SETUP_FLAGS flags, struct flt_instance **out)
{
	struct flt_instance *instance;
	NTSTATUS status;

	instance = flt_instance_alloc(filter, volume, name, altitude);
	if (!instance)
		return STATUS_INSUFFICIENT_RESOURCES;

	mutex_lock(&flt_filters_lock);
	mutex_lock(&volume->lock);
	if (filter->state == FLT_FILTER_REGISTERED)
		status = STATUS_FLT_FILTER_NOT_READY;
	else if (filter->state == FLT_FILTER_GONE || volume->leaving)
		status = STATUS_FLT_DELETING_OBJECT;
	else
		status = flt_instance_reserve(instance);
	mutex_unlock(&volume->lock);
	mutex_unlock(&flt_filters_lock);
	if (!NT_SUCCESS(status)) {
		flt_object_put(&instance->obj);
		return status;
	}

	status = flt_instance_setup(instance, flags);
	if (!NT_SUCCESS(status))
		goto undo;

	mutex_lock(&volume->lock);
	WRITE_ONCE(instance->state, FLT_INSTANCE_ATTACHED);
	if (flt_instance_publish(volume)) {
		WRITE_ONCE(instance->state, FLT_INSTANCE_SETUP);
		status = STATUS_INSUFFICIENT_RESOURCES;
	} else if (out) {
		flt_object_get(&instance->obj);
		*out = instance;
	}
	mutex_unlock(&volume->lock);
	if (!NT_SUCCESS(status))
		goto undo;
	/* Whoever wants it gone waits until it can be detached. */
	wake_up_all(&instance->obj.idle);
	return STATUS_SUCCESS;

undo:
	flt_object_delete(&instance->obj);
	flt_scans_left(instance);
	/* What its setup callback opened, which may have failed after that. */
	if (READ_ONCE(filter->state) != FLT_FILTER_GONE)
		flt_own_files_left(filter, instance);
	flt_contexts_drop_owned(&instance->contexts);
	flt_instance_unlink(instance);
	flt_object_put(&instance->obj);
	return status;
}

/*
 * What was written while an instance was there is shown to it, if the file system has kept it back:
 * a filter that transforms data would otherwise leave some of it as it is.
 */
static void flt_volume_settle(struct flt_volume *volume)
{
	bool pinned = false;

	mutex_lock(&volume->lock);
	if (!volume->leaving && volume->ops && volume->ops->pin)
		pinned = volume->ops->pin(volume);
	mutex_unlock(&volume->lock);
	if (pinned)
		volume->ops->settle(volume);
}

/**
 * flt_instance_detach() - tear an instance down
 * @instance: referenced by the caller
 * @reason: FLTFL_INSTANCE_TEARDOWN_*
 *
 * PASSIVE_LEVEL, no lock held, not from a callback of this volume's instances.
 *
 * Return: STATUS_FLT_DELETING_OBJECT when somebody else does it already
 */
NTSTATUS flt_instance_detach(struct flt_instance *instance, FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
	struct flt_volume *volume = instance->volume;
	struct flt_filter *filter = instance->filter;
	unsigned long start = jiffies;

	/* One whose setup callback still runs is detached when that is over. */
	wait_event_idle(instance->obj.idle,
			READ_ONCE(instance->state) != FLT_INSTANCE_SETUP);

	flt_volume_settle(volume);

	/*
	 * 1. LEAVING and out of the snapshot: operations that start from here on do not visit
	 *    it, and those under way call no pre-operation callback of it any more.
	 */
	mutex_lock(&volume->lock);
	if (instance->state != FLT_INSTANCE_ATTACHED) {
		mutex_unlock(&volume->lock);
		return STATUS_FLT_DELETING_OBJECT;
	}
	WRITE_ONCE(instance->still_starts, true);
	/* Whoever sees LEAVING sees still_starts as well. */
	smp_store_release(&instance->state, FLT_INSTANCE_LEAVING);
	flt_stack_outdate(volume);
	flt_object_delete(&instance->obj);
	while (flt_instance_publish(volume))
		msleep(20);	/* out of memory: a detach cannot fail */
	mutex_unlock(&volume->lock);

	/* 2. The filter lets go of what it holds; callbacks may still run meanwhile. */
	flt_call_teardown(instance, filter->teardown_start, reason);
	WRITE_ONCE(instance->still_starts, false);
	/* Pairs with flt_instance_may_start(): what it let through is counted below. */
	smp_mb();

	/*
	 * 3. No run of the walk can reach it: all that is left is linked to the instance. What
	 *    cannot be drained is cancelled, and again for what was in its callback meanwhile.
	 */
	flt_instance_cancel_swapped(instance);
	while (!wait_event_idle_timeout(instance->obj.idle, !atomic_read(&instance->guarded),
					flt_patience)) {
		flt_wait_warn(filter, volume, start, atomic_read(&instance->guarded),
			      "generations of running operations");
		flt_instance_cancel_swapped(instance);
	}

	/* 4. Nothing is owed to it: drained, resumed, or completed. */
	flt_instance_cancel_swapped(instance);
	flt_instance_drain(instance);

	/* 5. The filter hears that it is over; no callback comes after this one. */
	flt_call_teardown(instance, filter->teardown_complete, reason);

	flt_scans_left(instance);
	/* What it has open below it still; of a filter that goes they are all closed together. */
	if (READ_ONCE(filter->state) != FLT_FILTER_GONE)
		flt_own_files_left(filter, instance);
	flt_contexts_drop_owned(&instance->contexts);

	/* 6. Out of the lists; the memory stays as long as somebody holds a reference. */
	flt_instance_unlink(instance);
	flt_object_put(&instance->obj);
	return STATUS_SUCCESS;
}

/**
 * flt_attach_automatic() - offer a volume to every automatic instance of a filter
 * @filter: a filter that filters
 * @volume: the volume
 * @flags: NEWLY_MOUNTED_VOLUME or 0
 *
 * A refusal of the filter is its own business; what the administrator can mend is logged.
 */
void flt_attach_automatic(struct flt_filter *filter, struct flt_volume *volume,
			  FLT_INSTANCE_SETUP_FLAGS flags)
{
	unsigned int i;

	for (i = 0; i < filter->nr_defs; i++) {
		struct flt_instance_def *def = &filter->defs[i];
		NTSTATUS status;

		if (def->flags & FLT_DEF_NO_AUTOMATIC)
			continue;
		status = flt_instance_attach(filter, volume, &def->name, &def->altitude,
					     flags | FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT,
					     NULL);
		if (status == STATUS_INSUFFICIENT_RESOURCES)
			pr_warn("fltshim: filter %s is not attached to %s: no memory\n",
				filter->name_utf8, volume->info.mount_name);
	}
}
