// SPDX-License-Identifier: GPL-2.0
/*
 * Volumes: one for each mount. The file system creates a volume at mount, calls
 * flt_volume_ready() at its first use, flt_volume_leave() when the unmount begins and
 * flt_volume_destroy() when nothing can arrive any more.
 */
#include <linux/idr.h>
#include <linux/slab.h>
#include "fltmgr/device.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"

LIST_HEAD(flt_volumes);			/* under flt_filters_lock */
static DEFINE_IDA(flt_volume_numbers);

static void flt_volume_release(struct flt_object *obj)
{
	struct flt_volume *volume = container_of(obj, struct flt_volume, obj);

	flt_devices_release(volume);
	ida_free(&flt_volume_numbers, volume->number);
	kfree(volume->info.mount_name);
	kfree(volume->info.lower_type);
	kfree(volume->name.Buffer);
	kfree_rcu(volume, rcu);
}

static bool flt_volume_set_name(struct flt_volume *volume)
{
	char text[48];
	int len = snprintf(text, sizeof(text), "\\Device\\HarddiskVolume%u", volume->number);
	int i;

	volume->name.Buffer = kcalloc(len + 1, sizeof(WCHAR), GFP_KERNEL);
	if (!volume->name.Buffer)
		return false;
	for (i = 0; i < len; i++)
		volume->name.Buffer[i] = text[i];
	volume->name.Length = len * sizeof(WCHAR);
	volume->name.MaximumLength = volume->name.Length + sizeof(WCHAR);
	return true;
}

/**
 * flt_volume_create() - a file system is mounted
 * @ops: what it provides
 * @private: its own pointer
 * @info: what it is; strings are copied
 *
 * No filter is asked yet: that happens at the first flt_volume_ready().
 *
 * Return: the volume, or an error pointer: -EEXIST when another volume has what this one must
 * have, which @info->taken then names
 */
struct flt_volume *flt_volume_create(const struct flt_volume_ops *ops, void *private,
				     struct flt_volume_info *info)
{
	struct flt_volume *volume = kzalloc(sizeof(*volume), GFP_KERNEL);
	int number, ret;

	if (!volume)
		return ERR_PTR(-ENOMEM);
	info->taken = "number";
	if (info->number)
		number = ida_alloc_range(&flt_volume_numbers, info->number, info->number,
					 GFP_KERNEL);
	else
		number = ida_alloc_min(&flt_volume_numbers, 1, GFP_KERNEL);
	if (number < 0) {
		kfree(volume);
		return ERR_PTR(info->number && number == -ENOSPC ? -EEXIST : number);
	}
	flt_object_init(&volume->obj, FLT_TYPE_VOLUME, flt_volume_release);
	volume->number = number;
	volume->ops = ops;
	volume->private = private;
	volume->info = *info;
	volume->info.mount_name = kstrdup(info->mount_name, GFP_KERNEL);
	volume->info.lower_type = kstrdup(info->lower_type, GFP_KERNEL);
	mutex_init(&volume->lock);
	mutex_init(&volume->setup_lock);
	INIT_LIST_HEAD(&volume->mounting);
	INIT_LIST_HEAD(&volume->instances);
	volume->setup_pending = true;
	ret = -ENOMEM;
	if (!volume->info.mount_name || !volume->info.lower_type || !flt_volume_set_name(volume) ||
	    !flt_devices_create(volume))
		goto put;
	mutex_lock(&volume->lock);
	ret = flt_stack_publish(volume);
	mutex_unlock(&volume->lock);
	if (ret)
		goto put;
	mutex_lock(&flt_filters_lock);
	info->taken = flt_volume_set_identity(volume);
	if (!info->taken)
		list_add_tail(&volume->link, &flt_volumes);
	mutex_unlock(&flt_filters_lock);
	if (!info->taken)
		return volume;
	ret = -EEXIST;
	flt_stack_retire(volume);

put:
	flt_object_put(&volume->obj);
	return ERR_PTR(ret);
}

/**
 * flt_filters_get() - every filter that filters
 * @count: receives how many
 *
 * Return: an array to be freed of referenced filters, lowest default altitude first (INST-20); NULL
 * without memory (one of none is not NULL)
 */
struct flt_filter **flt_filters_get(unsigned int *count)
{
	struct flt_filter **filters, *filter;
	unsigned int n = 0;

	mutex_lock(&flt_filters_lock);
	list_for_each_entry(filter, &flt_filters, link)
		n++;
	filters = kcalloc(n, sizeof(*filters), GFP_KERNEL);
	n = 0;
	if (filters) {
		list_for_each_entry_reverse(filter, &flt_filters, link) {
			if (filter->state != FLT_FILTER_FILTERING)
				continue;
			flt_object_get(&filter->obj);
			filters[n++] = filter;
		}
	}
	mutex_unlock(&flt_filters_lock);
	*count = n;
	return filters;
}

static int flt_volume_offer_all(struct flt_volume *volume)
{
	struct flt_filter **filters;
	unsigned int count, i;

	filters = flt_filters_get(&count);
	if (!filters)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		flt_attach_automatic(filters[i], volume,
				     FLTFL_INSTANCE_SETUP_NEWLY_MOUNTED_VOLUME);
		flt_object_put(&filters[i]->obj);
	}
	kfree(filters);
	return 0;
}

/**
 * flt_volume_setup() - set up the automatic instances of a new volume
 * @volume: the volume
 *
 * Called through flt_volume_ready(); the first caller does it, the others wait. Killable, so a
 * setup callback that hangs does not make its victims unkillable.
 *
 * Return: 0, -EINTR when the caller was killed while it waited, -ENOMEM
 */
int flt_volume_setup(struct flt_volume *volume)
{
	int ret;

	/* A setup callback may itself come through the mount: it is not kept waiting for itself. */
	if (READ_ONCE(volume->setup_task) == current)
		return 0;
	ret = mutex_lock_killable(&volume->setup_lock);
	if (ret)
		return ret;
	if (volume->setup_pending) {
		WRITE_ONCE(volume->setup_task, current);
		ret = flt_volume_offer_all(volume);
		WRITE_ONCE(volume->setup_task, NULL);
		if (!ret) {
			/* The instances come before the flag that says so. */
			smp_store_release(&volume->setup_pending, false);
		}
	}
	mutex_unlock(&volume->setup_lock);
	return ret;
}

/**
 * flt_volume_after() - walk over the volumes that are mounted
 * @last: NULL, or what the last call gave; its reference goes
 *
 * Return: the next one, referenced, or NULL at the end
 */
struct flt_volume *flt_volume_after(struct flt_volume *last)
{
	struct flt_volume *volume, *next = NULL;

	mutex_lock(&flt_filters_lock);
	list_for_each_entry(volume, &flt_volumes, link) {
		if (volume->leaving || (last && volume->number <= last->number))
			continue;
		if (!next || volume->number < next->number)
			next = volume;
	}
	if (next)
		flt_object_get(&next->obj);
	mutex_unlock(&flt_filters_lock);
	if (last)
		flt_object_put(&last->obj);
	return next;
}

/**
 * flt_volumes_offer() - offer every mounted volume to a filter that starts
 * @filter: the filter, FILTERING already
 *
 * A volume whose own setup has not run yet is left to it: it will find the filter. Both sides
 * doing it at once is harmless, since the second finds the instance's name taken.
 */
void flt_volumes_offer(struct flt_filter *filter)
{
	struct flt_volume *volume = NULL;

	while ((volume = flt_volume_after(volume))) {
		/* Pairs with the release at the end of flt_volume_setup(). */
		if (!smp_load_acquire(&volume->setup_pending))
			flt_attach_automatic(filter, volume, 0);
	}
}

/**
 * flt_volume_leave() - the unmount begins
 * @volume: the volume
 *
 * No instance can be attached any more; those there stay until flt_volume_destroy().
 */
void flt_volume_leave(struct flt_volume *volume)
{
	mutex_lock(&volume->lock);
	volume->leaving = true;
	mutex_unlock(&volume->lock);
}

/**
 * flt_volume_destroy() - nothing can arrive at the volume any more
 * @volume: the volume; no operation of it is under way
 *
 * Task context, may sleep. Instances are torn down with VOLUME_DISMOUNT, from the top.
 */
void flt_volume_destroy(struct flt_volume *volume)
{
	struct flt_instance *instance;

	flt_volume_leave(volume);
	/* A shutdown that has found the volume is through with it after this. */
	mutex_lock(&volume->setup_lock);
	mutex_unlock(&volume->setup_lock);
	for (;;) {
		mutex_lock(&volume->lock);
		instance = list_first_entry_or_null(&volume->instances, struct flt_instance,
						    volume_link);
		if (instance)
			flt_object_get(&instance->obj);
		mutex_unlock(&volume->lock);
		if (!instance)
			break;
		if (flt_instance_detach(instance, FLTFL_INSTANCE_TEARDOWN_VOLUME_DISMOUNT) ==
		    STATUS_FLT_DELETING_OBJECT)
			wait_event_idle(instance->obj.idle,
					READ_ONCE(instance->state) == FLT_INSTANCE_GONE);
		flt_object_put(&instance->obj);
	}
	mutex_lock(&flt_filters_lock);
	list_del(&volume->link);
	mutex_unlock(&flt_filters_lock);
	flt_object_delete(&volume->obj);
	flt_contexts_drop(&volume->contexts, false);
	flt_stack_retire(volume);
	/* The file system's part is over; filters may keep the memory. */
	mutex_lock(&volume->lock);
	volume->ops = NULL;
	volume->private = NULL;
	mutex_unlock(&volume->lock);
	flt_object_put(&volume->obj);
}

void flt_volumes_exit(void)
{
	WARN_ON_ONCE(!list_empty(&flt_volumes));
	ida_destroy(&flt_volume_numbers);
}
