// SPDX-License-Identifier: GPL-2.0
/*
 * IRP_MJ_VOLUME_MOUNT goes to the filters, not to instances: there are none yet (VOL-03). While it
 * is under way something stands for each filter on the volume's stack, at the filter's default
 * altitude, so that it is an operation as any other; callbacks are told of no instance.
 */
#include <linux/delay.h>
#include <linux/slab.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"

static void flt_mounting_drop(struct flt_volume *volume)
{
	struct flt_instance *instance, *next;

	list_for_each_entry_safe(instance, next, &volume->mounting, volume_link) {
		wait_event_idle(instance->obj.idle, !atomic_read(&instance->guarded));
		list_del_init(&instance->volume_link);
		flt_object_put(&instance->obj);
	}
}

static bool flt_mounting_add(struct flt_volume *volume, struct flt_filter *filter)
{
	const struct flt_filter_op *op = &filter->ops[flt_op_index(IRP_MJ_VOLUME_MOUNT)];
	struct flt_instance *instance;

	if (!op->pre && !op->post)
		return true;
	instance = flt_instance_alloc(filter, volume, &filter->defs[0].name,
				      &filter->defs[0].altitude);
	if (!instance)
		return false;
	instance->shown = NULL;
	instance->state = FLT_INSTANCE_ATTACHED;
	list_add(&instance->volume_link, &volume->mounting);
	return true;
}

/**
 * flt_volume_mount_begin() - get a volume ready for its IRP_MJ_VOLUME_MOUNT
 * @volume: a new volume, at which no operation can arrive
 *
 * Task context, may sleep.
 *
 * Return: 1 when a filter wants to see it: then it may be sent, and flt_volume_mount_end() is owed;
 * 0 when none does; -ENOMEM
 */
int flt_volume_mount_begin(struct flt_volume *volume)
{
	struct flt_filter **filters;
	unsigned int count, i;
	int ret = 0;

	filters = flt_filters_get(&count);
	if (!filters)
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		if (!ret && !flt_mounting_add(volume, filters[i]))
			ret = -ENOMEM;
		flt_object_put(&filters[i]->obj);
	}
	kfree(filters);
	if (!ret && !list_empty(&volume->mounting)) {
		mutex_lock(&volume->lock);
		ret = flt_stack_publish_these(volume, &volume->mounting) ?: 1;
		mutex_unlock(&volume->lock);
	}
	if (ret < 0)
		flt_mounting_drop(volume);
	return ret;
}

/**
 * flt_volume_mount_end() - IRP_MJ_VOLUME_MOUNT is over
 * @volume: after flt_volume_mount_begin() returned 1
 *
 * Task context, may sleep.
 */
void flt_volume_mount_end(struct flt_volume *volume)
{
	mutex_lock(&volume->lock);
	while (flt_stack_publish(volume))
		msleep(20);	/* out of memory: this cannot fail */
	mutex_unlock(&volume->lock);
	flt_mounting_drop(volume);
}
