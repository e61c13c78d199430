// SPDX-License-Identifier: GPL-2.0
/*
 * Lists of filters, volumes and instances. Each list is taken in one go under flt_filters_lock,
 * so nothing is in it twice; every pointer carries a reference for FltObjectDereference().
 */
#include <linux/export.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"

/* A list that is being filled; entries beyond its size are only counted. */
struct flt_list {
	void **entries;
	ULONG size;
	ULONG count;
};

static void flt_list_add(struct flt_list *list, struct flt_object *obj)
{
	if (!READ_ONCE(obj->deleting) && list->count++ < list->size)
		list->entries[list->count - 1] = obj;
}

/* Hands the list out, or nothing but the number when it does not fit. Under flt_filters_lock. */
static NTSTATUS flt_list_give(struct flt_list *list, PULONG returned, const void *caller)
{
	ULONG i, given = 0;

	if (list->count > list->size) {
		*returned = list->count;
		return STATUS_BUFFER_TOO_SMALL;
	}
	for (i = 0; i < list->count; i++) {
		/* One whose teardown has begun since is left out. */
		if (NT_SUCCESS(flt_object_give(list->entries[i]))) {
			flt_object_given_to(list->entries[i], caller);
			list->entries[given++] = list->entries[i];
		}
	}
	*returned = given;
	return STATUS_SUCCESS;
}

/**
 * FltEnumerateFilters() - all registered filters
 * @FilterList: receives referenced filters, highest default altitude first; may be NULL if
 *	@FilterListSize is 0
 * @FilterListSize: how many fit
 * @NumberFiltersReturned: receives how many there are
 *
 * WDK page: fltenumeratefilters. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL when they do not fit
 */
NTSTATUS FltEnumerateFilters(PFLT_FILTER *FilterList, ULONG FilterListSize,
			     PULONG NumberFiltersReturned)
{
	struct flt_list list = { (void **)FilterList, FilterListSize };
	struct flt_filter *filter;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(filter, &flt_filters, link)
		flt_list_add(&list, &filter->obj);
	status = flt_list_give(&list, NumberFiltersReturned, __builtin_return_address(0));
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateFilters);

/**
 * FltEnumerateVolumes() - all volumes
 * @Filter: the caller's filter
 * @VolumeList: receives referenced volumes; may be NULL if @VolumeListSize is 0
 * @VolumeListSize: how many fit
 * @NumberVolumesReturned: receives how many there are
 *
 * WDK page: fltenumeratevolumes. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL when they do not fit
 */
NTSTATUS FltEnumerateVolumes(PFLT_FILTER Filter, PFLT_VOLUME *VolumeList, ULONG VolumeListSize,
			     PULONG NumberVolumesReturned)
{
	struct flt_list list = { (void **)VolumeList, VolumeListSize };
	struct flt_volume *volume;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(volume, &flt_volumes, link)
		flt_list_add(&list, &volume->obj);
	status = flt_list_give(&list, NumberVolumesReturned, __builtin_return_address(0));
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateVolumes);

/**
 * FltEnumerateInstances() - instances of a volume, of a filter, or of a filter on a volume
 * @Volume: on which volume; NULL for all
 * @Filter: of which filter; NULL for all
 * @InstanceList: receives referenced instances, from the top down on each volume; may be NULL if
 *	@InstanceListSize is 0
 * @InstanceListSize: how many fit
 * @NumberInstancesReturned: receives how many there are
 *
 * WDK page: fltenumerateinstances. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL when they do not fit, STATUS_INVALID_PARAMETER
 * when neither a volume nor a filter is given
 */
NTSTATUS FltEnumerateInstances(PFLT_VOLUME Volume, PFLT_FILTER Filter,
			       PFLT_INSTANCE *InstanceList, ULONG InstanceListSize,
			       PULONG NumberInstancesReturned)
{
	struct flt_list list = { (void **)InstanceList, InstanceListSize };
	struct flt_instance *instance;
	struct flt_volume *volume;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!Volume && !Filter)
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(volume, &flt_volumes, link) {
		if (Volume && volume != (struct flt_volume *)Volume)
			continue;
		list_for_each_entry(instance, &volume->instances, volume_link) {
			if (instance->state == FLT_INSTANCE_ATTACHED &&
			    (!Filter || instance->filter == flt_filter_of(Filter)))
				flt_list_add(&list, &instance->obj);
		}
	}
	status = flt_list_give(&list, NumberInstancesReturned, __builtin_return_address(0));
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateInstances);
