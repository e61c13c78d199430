// SPDX-License-Identifier: GPL-2.0
/*
 * The routines by which a minifilter attaches itself to a volume, or detaches, by hand. What
 * happens then is in instance.c.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/altitude.h"
#include "fltmgr/callback.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/rtl_status.h"

static const struct flt_instance_def *flt_find_def(const struct flt_filter *filter,
						   PCUNICODE_STRING name)
{
	unsigned int i;

	for (i = 0; i < filter->nr_defs; i++) {
		if (RtlEqualUnicodeString(&filter->defs[i].name, name, TRUE))
			return &filter->defs[i];
	}
	return NULL;
}

static NTSTATUS flt_attach_manual(struct flt_filter *filter, struct flt_volume *volume,
				  const UNICODE_STRING *name, const UNICODE_STRING *altitude,
				  PFLT_INSTANCE *RetInstance, const void *caller)
{
	struct flt_instance *instance = NULL;
	NTSTATUS status;
	int ret;

	if (filter->state == FLT_FILTER_REGISTERED)
		return STATUS_FLT_FILTER_NOT_READY;
	/* The automatic instances of a volume that nobody has used yet come first (INST-20). */
	ret = READ_ONCE(volume->leaving) ? 0 : flt_volume_ready(volume);
	if (ret)
		return flt_status_from_errno(ret);
	status = flt_instance_attach(filter, volume, name, altitude,
				     FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT,
				     RetInstance ? &instance : NULL);
	if (instance) {
		atomic_inc(&instance->obj.given);
		flt_object_given_to(&instance->obj, caller);
		*RetInstance = flt_instance_opaque(instance);
	}
	return status;
}

/**
 * FltAttachVolume() - attach a filter to a volume, at the altitude of its service key
 * @Filter: the caller's filter, which has started
 * @Volume: the volume
 * @InstanceName: an instance of the service key; NULL for the default instance
 * @RetInstance: receives a referenced instance; may be NULL
 *
 * WDK page: fltattachvolume. IRQL: PASSIVE_LEVEL.
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND for a name that the key does not have;
 * STATUS_FLT_DO_NOT_ATTACH when its flags forbid it; STATUS_FLT_INSTANCE_NAME_COLLISION,
 * STATUS_FLT_INSTANCE_ALTITUDE_COLLISION; STATUS_FLT_FILTER_NOT_READY before FltStartFiltering();
 * STATUS_FLT_DELETING_OBJECT; or what the setup callback said
 */
NTSTATUS FltAttachVolume(PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING InstanceName,
			 PFLT_INSTANCE *RetInstance)
{
	const struct flt_instance_def *def;
	struct flt_filter *filter;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	filter = flt_filter_get(Filter, fsh_caller(), __func__);
	if (!filter)
		return STATUS_FLT_DELETING_OBJECT;
	def = InstanceName ? flt_find_def(filter, InstanceName) : &filter->defs[0];
	if (!def)
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	else if (def->flags & FLT_DEF_NO_MANUAL)
		status = STATUS_FLT_DO_NOT_ATTACH;
	else
		status = flt_attach_manual(filter, (struct flt_volume *)Volume, &def->name,
					   &def->altitude, RetInstance,
					   __builtin_return_address(0));
	flt_object_put(&filter->obj);
	return status;
}
EXPORT_SYMBOL_GPL(FltAttachVolume);

/* "filter altitude", at most INSTANCE_NAME_MAX_CHARS (INST-11); its buffer is the caller's. */
static bool flt_make_instance_name(const struct flt_filter *filter, PCUNICODE_STRING altitude,
				   UNICODE_STRING *name)
{
	/* sparse does not know u" " */
	static const WCHAR space[] = { ' ', 0 };

	name->Length = 0;
	name->MaximumLength = INSTANCE_NAME_MAX_BYTES;
	name->Buffer = kmalloc(INSTANCE_NAME_MAX_BYTES, GFP_KERNEL);
	if (!name->Buffer)
		return false;
	RtlCopyUnicodeString(name, &filter->name);
	RtlAppendUnicodeToString(name, space);
	if (altitude->Length > name->MaximumLength - name->Length) {
		UNICODE_STRING part = *altitude;

		part.Length = name->MaximumLength - name->Length;
		RtlAppendUnicodeStringToString(name, &part);
	} else {
		RtlAppendUnicodeStringToString(name, altitude);
	}
	return true;
}

/**
 * FltAttachVolumeAtAltitude() - attach a filter to a volume, at an altitude of its choice
 * @Filter: the caller's filter, which has started
 * @Volume: the volume
 * @Altitude: decimal string
 * @InstanceName: NULL to have one made from the filter's name and the altitude
 * @RetInstance: receives a referenced instance; may be NULL
 *
 * WDK page: fltattachvolumeataltitude. IRQL: PASSIVE_LEVEL.
 *
 * Return: as FltAttachVolume(); STATUS_INVALID_PARAMETER for an altitude that is no number
 */
NTSTATUS FltAttachVolumeAtAltitude(PFLT_FILTER Filter, PFLT_VOLUME Volume,
				   PCUNICODE_STRING Altitude, PCUNICODE_STRING InstanceName,
				   PFLT_INSTANCE *RetInstance)
{
	const struct flt_instance_def *def;
	UNICODE_STRING made = { };
	struct flt_filter *filter;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__) ||
	    !Altitude || !flt_altitude_valid(Altitude))
		return STATUS_INVALID_PARAMETER;
	filter = flt_filter_get(Filter, fsh_caller(), __func__);
	if (!filter)
		return STATUS_FLT_DELETING_OBJECT;
	def = InstanceName ? flt_find_def(filter, InstanceName) : NULL;
	if (def && def->flags & FLT_DEF_NO_MANUAL)
		status = STATUS_FLT_DO_NOT_ATTACH;
	else if (!InstanceName && !flt_make_instance_name(filter, Altitude, &made))
		status = STATUS_INSUFFICIENT_RESOURCES;
	else
		status = flt_attach_manual(filter, (struct flt_volume *)Volume,
					   InstanceName ?: &made, Altitude, RetInstance,
					   __builtin_return_address(0));
	kfree(made.Buffer);
	flt_object_put(&filter->obj);
	return status;
}
EXPORT_SYMBOL_GPL(FltAttachVolumeAtAltitude);

/* The highest instance of a filter on a volume that has this name, or any; referenced. */
static struct flt_instance *flt_find_instance(struct flt_filter *filter,
					      struct flt_volume *volume, PCUNICODE_STRING name)
{
	struct flt_instance *instance, *found = NULL;

	mutex_lock(&volume->lock);
	list_for_each_entry(instance, &volume->instances, volume_link) {
		if (instance->filter != filter)
			continue;
		if (name && !RtlEqualUnicodeString(&instance->name, name, TRUE))
			continue;
		flt_object_get(&instance->obj);
		found = instance;
		break;
	}
	mutex_unlock(&volume->lock);
	return found;
}

/**
 * FltDetachVolume() - detach an instance of a filter by hand
 * @Filter: the caller's filter
 * @Volume: the volume
 * @InstanceName: which instance; NULL for the one with the highest altitude
 *
 * WDK page: fltdetachvolume. IRQL: PASSIVE_LEVEL. The filter is asked first; without a query
 * teardown callback the answer is no. Not from an operation callback of the same filter, nor from
 * what else is called for the instance: that would wait for itself.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_INSTANCE_NOT_FOUND; STATUS_FLT_DO_NOT_DETACH, or what the
 * callback said; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltDetachVolume(PFLT_FILTER Filter, PFLT_VOLUME Volume, PCUNICODE_STRING InstanceName)
{
	struct flt_instance *instance;
	struct flt_filter *filter;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	filter = flt_filter_get(Filter, fsh_caller(), __func__);
	if (!filter)
		return STATUS_FLT_DELETING_OBJECT;
	instance = flt_find_instance(filter, (struct flt_volume *)Volume, InstanceName);
	if (!instance) {
		status = STATUS_FLT_INSTANCE_NOT_FOUND;
	} else if (flt_task_in_callback(filter, instance)) {
		flt_violation(filter, FLT_VIOLATION_TEARDOWN, NULL,
			      "detached from its own callback");
		status = STATUS_FLT_DO_NOT_DETACH;
	} else if (READ_ONCE(instance->obj.deleting)) {
		status = STATUS_FLT_DELETING_OBJECT;
	} else {
		status = flt_call_query_teardown(instance);
		if (NT_SUCCESS(status))
			status = flt_instance_detach(instance, FLTFL_INSTANCE_TEARDOWN_MANUAL);
	}
	if (instance)
		flt_object_put(&instance->obj);
	flt_object_put(&filter->obj);
	return status;
}
EXPORT_SYMBOL_GPL(FltDetachVolume);
