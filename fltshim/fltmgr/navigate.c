// SPDX-License-Identifier: GPL-2.0
/*
 * From one filter, instance or volume to another: by neighbourhood, by membership, by name. All
 * pointers that go out carry a reference for FltObjectDereference(). Touches the lists only
 * under flt_filters_lock.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include "fltmgr/altitude.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"

/*
 * A reference to an instance that takes part: those that are being set up or torn down do not,
 * and a teardown does not wait for flt_filters_lock before it begins.
 */
static bool flt_instance_give(struct flt_instance *instance)
{
	return READ_ONCE(instance->state) == FLT_INSTANCE_ATTACHED &&
	       NT_SUCCESS(flt_object_give(&instance->obj));
}

/* Takes that reference back. */
static void flt_instance_ungive(struct flt_instance *instance)
{
	if (!instance)
		return;
	atomic_dec(&instance->obj.given);
	flt_object_put(&instance->obj);
}

/* Is there a place for the answer? Reported if not. */
static bool flt_output_given(const void *out, const char *who, const char *routine)
{
	if (!out)
		fsh_violation(who, routine, "no place for the instance");
	return out;
}

/* Gives the first or last instance of a volume. */
static NTSTATUS flt_give_end(struct flt_volume *volume, bool top, PFLT_INSTANCE *out,
			     const void *caller)
{
	struct flt_instance *instance, *found = NULL;

	mutex_lock(&flt_filters_lock);
	list_for_each_entry(instance, &volume->instances, volume_link) {
		if (!flt_instance_give(instance))
			continue;
		flt_instance_ungive(found);
		found = instance;
		if (top)
			break;
	}
	if (found) {
		flt_object_given_to(&found->obj, caller);
		*out = flt_instance_opaque(found);
	}
	mutex_unlock(&flt_filters_lock);
	return found ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES;
}

/**
 * FltGetTopInstance() - the highest instance on a volume
 * @Volume: the volume
 * @Instance: receives a referenced instance
 *
 * WDK page: fltgettopinstance. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_NO_MORE_ENTRIES when there is none
 */
NTSTATUS FltGetTopInstance(PFLT_VOLUME Volume, PFLT_INSTANCE *Instance)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__) ||
	    !flt_output_given(Instance, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	return flt_give_end((struct flt_volume *)Volume, true, Instance,
			    __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(FltGetTopInstance);

/**
 * FltGetBottomInstance() - the lowest instance on a volume
 * @Volume: the volume
 * @Instance: receives a referenced instance
 *
 * WDK page: fltgetbottominstance. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_NO_MORE_ENTRIES when there is none
 */
NTSTATUS FltGetBottomInstance(PFLT_VOLUME Volume, PFLT_INSTANCE *Instance)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__) ||
	    !flt_output_given(Instance, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	return flt_give_end((struct flt_volume *)Volume, false, Instance,
			    __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(FltGetBottomInstance);

/*
 * Gives the nearest instance above or below. By altitude, not by list position: the instance
 * asked about may have left the list.
 */
static NTSTATUS flt_give_neighbour(struct flt_instance *of, bool upper, PFLT_INSTANCE *out,
				   const void *caller)
{
	struct flt_instance *instance, *found = NULL;

	mutex_lock(&flt_filters_lock);
	list_for_each_entry(instance, &of->volume->instances, volume_link) {
		int order = flt_altitude_compare(&instance->altitude, &of->altitude);

		if ((upper ? order <= 0 : order >= 0) || !flt_instance_give(instance))
			continue;
		flt_instance_ungive(found);
		found = instance;	/* the last one that is higher */
		if (!upper)
			break;		/* the first one that is lower */
	}
	if (found) {
		flt_object_given_to(&found->obj, caller);
		*out = flt_instance_opaque(found);
	}
	mutex_unlock(&flt_filters_lock);
	return found ? STATUS_SUCCESS : STATUS_NO_MORE_ENTRIES;
}

/**
 * FltGetUpperInstance() - the next higher instance on the same volume
 * @CurrentInstance: an instance
 * @UpperInstance: receives a referenced instance
 *
 * WDK page: fltgetupperinstance. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_NO_MORE_ENTRIES for the highest
 */
NTSTATUS FltGetUpperInstance(PFLT_INSTANCE CurrentInstance, PFLT_INSTANCE *UpperInstance)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(CurrentInstance, FLT_TYPE_INSTANCE, fsh_caller(), __func__) ||
	    !flt_output_given(UpperInstance, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	return flt_give_neighbour(flt_instance_of(CurrentInstance), true, UpperInstance,
				  __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(FltGetUpperInstance);

/**
 * FltGetLowerInstance() - the next lower instance on the same volume
 * @CurrentInstance: an instance
 * @LowerInstance: receives a referenced instance
 *
 * WDK page: fltgetlowerinstance. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_NO_MORE_ENTRIES for the lowest
 */
NTSTATUS FltGetLowerInstance(PFLT_INSTANCE CurrentInstance, PFLT_INSTANCE *LowerInstance)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(CurrentInstance, FLT_TYPE_INSTANCE, fsh_caller(), __func__) ||
	    !flt_output_given(LowerInstance, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	return flt_give_neighbour(flt_instance_of(CurrentInstance), false, LowerInstance,
				  __builtin_return_address(0));
}
EXPORT_SYMBOL_GPL(FltGetLowerInstance);

/**
 * FltCompareInstanceAltitudes() - which of two instances is higher
 * @Instance1: an instance
 * @Instance2: an instance, perhaps of another volume
 *
 * WDK page: fltcompareinstancealtitudes. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: below, equal to or above zero as the first is lower, as high or higher
 */
LONG FltCompareInstanceAltitudes(PFLT_INSTANCE Instance1, PFLT_INSTANCE Instance2)
{
	if (!flt_object_is(Instance1, FLT_TYPE_INSTANCE, fsh_caller(), __func__) ||
	    !flt_object_is(Instance2, FLT_TYPE_INSTANCE, fsh_caller(), __func__))
		return 0;
	return flt_altitude_compare(&flt_instance_of(Instance1)->altitude,
				    &flt_instance_of(Instance2)->altitude);
}
EXPORT_SYMBOL_GPL(FltCompareInstanceAltitudes);

/**
 * FltGetFilterFromInstance() - the filter of an instance
 * @Instance: the instance
 * @RetFilter: receives a referenced filter
 *
 * WDK page: fltgetfilterfrominstance. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetFilterFromInstance(PFLT_INSTANCE Instance, PFLT_FILTER *RetFilter)
{
	struct flt_filter *filter;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Instance, FLT_TYPE_INSTANCE, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	filter = flt_instance_of(Instance)->filter;
	status = flt_object_give(&filter->obj);
	if (NT_SUCCESS(status)) {
		flt_object_given_to(&filter->obj, __builtin_return_address(0));
		*RetFilter = flt_filter_opaque(filter);
	}
	return status;
}
EXPORT_SYMBOL_GPL(FltGetFilterFromInstance);

/**
 * FltGetVolumeFromInstance() - the volume of an instance
 * @Instance: the instance
 * @RetVolume: receives a referenced volume
 *
 * WDK page: fltgetvolumefrominstance. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetVolumeFromInstance(PFLT_INSTANCE Instance, PFLT_VOLUME *RetVolume)
{
	struct flt_volume *volume;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Instance, FLT_TYPE_INSTANCE, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	volume = flt_instance_of(Instance)->volume;
	status = flt_object_give(&volume->obj);
	if (NT_SUCCESS(status)) {
		flt_object_given_to(&volume->obj, __builtin_return_address(0));
		*RetVolume = (PFLT_VOLUME)volume;
	}
	return status;
}
EXPORT_SYMBOL_GPL(FltGetVolumeFromInstance);

/**
 * FltGetVolumeFromFileObject() - the volume that a file object belongs to
 * @Filter: the caller's filter
 * @FileObject: a file object that the filter was shown or opened
 * @RetVolume: receives a referenced volume
 *
 * WDK page: fltgetvolumefromfileobject. IRQL: <= APC_LEVEL. May be asked from pre-create on.
 *
 * Return: STATUS_SUCCESS, STATUS_FLT_DELETING_OBJECT, STATUS_INVALID_PARAMETER for a file object
 * of no volume here
 */
NTSTATUS FltGetVolumeFromFileObject(PFLT_FILTER Filter, PFILE_OBJECT FileObject,
				    PFLT_VOLUME *RetVolume)
{
	struct flt_volume *volume;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!FileObject || FileObject->Type != IO_TYPE_FILE ||
	    FileObject->Size != sizeof(*FileObject))
		return STATUS_INVALID_PARAMETER;
	volume = flt_file_of(FileObject)->volume;
	status = flt_object_give(&volume->obj);
	if (NT_SUCCESS(status)) {
		flt_object_given_to(&volume->obj, __builtin_return_address(0));
		*RetVolume = (PFLT_VOLUME)volume;
	}
	return status;
}
EXPORT_SYMBOL_GPL(FltGetVolumeFromFileObject);

/**
 * FltGetFilterFromName() - look a filter up
 * @FilterName: name of its service, in any case
 * @RetFilter: receives a referenced filter
 *
 * WDK page: fltgetfilterfromname. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_FLT_FILTER_NOT_FOUND, STATUS_FLT_DELETING_OBJECT while it
 * unloads
 */
NTSTATUS FltGetFilterFromName(PCUNICODE_STRING FilterName, PFLT_FILTER *RetFilter)
{
	struct flt_filter *filter;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	mutex_lock(&flt_filters_lock);
	filter = flt_filter_find_locked(FilterName);
	if (!filter)
		status = STATUS_FLT_FILTER_NOT_FOUND;
	else if (filter->state == FLT_FILTER_GONE)
		status = STATUS_FLT_DELETING_OBJECT;
	else
		status = flt_object_give(&filter->obj);
	if (NT_SUCCESS(status)) {
		flt_object_given_to(&filter->obj, __builtin_return_address(0));
		*RetFilter = flt_filter_opaque(filter);
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltGetFilterFromName);

/**
 * FltGetVolumeInstanceFromName() - look an instance on a volume up, from the top down
 * @Filter: whose; NULL for any filter's
 * @Volume: the volume
 * @InstanceName: which; NULL for any
 * @RetInstance: receives a referenced instance
 *
 * WDK page: fltgetvolumeinstancefromname. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_FLT_INSTANCE_NOT_FOUND, STATUS_FLT_DELETING_OBJECT when it is
 * being torn down
 */
NTSTATUS FltGetVolumeInstanceFromName(PFLT_FILTER Filter, PFLT_VOLUME Volume,
				      PCUNICODE_STRING InstanceName, PFLT_INSTANCE *RetInstance)
{
	struct flt_volume *volume = (struct flt_volume *)Volume;
	NTSTATUS status = STATUS_FLT_INSTANCE_NOT_FOUND;
	struct flt_instance *instance;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(instance, &volume->instances, volume_link) {
		if (instance->state == FLT_INSTANCE_SETUP ||
		    (Filter && instance->filter != flt_filter_of(Filter)) ||
		    (InstanceName &&
		     !RtlEqualUnicodeString(&instance->name, InstanceName, TRUE)))
			continue;
		status = flt_object_give(&instance->obj);
		if (NT_SUCCESS(status)) {
			flt_object_given_to(&instance->obj, __builtin_return_address(0));
			*RetInstance = flt_instance_opaque(instance);
		}
		break;
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltGetVolumeInstanceFromName);

/* Without the one backslash that may follow a volume's name. */
static UNICODE_STRING flt_trim_name(PCUNICODE_STRING name)
{
	UNICODE_STRING trimmed = *name;

	if (trimmed.Length >= sizeof(WCHAR) &&
	    trimmed.Buffer[trimmed.Length / sizeof(WCHAR) - 1] == '\\')
		trimmed.Length -= sizeof(WCHAR);
	return trimmed;
}

/* \??\Volume{...}, or \\?\Volume{...} as programs have it. */
static bool flt_is_guid_name(const struct flt_volume *volume, PCUNICODE_STRING name)
{
	UNICODE_STRING rest = *name, own = volume->guid_name;

	if (name->Length != own.Length || name->Buffer[0] != '\\' ||
	    (name->Buffer[1] != '?' && name->Buffer[1] != '\\'))
		return false;
	rest.Buffer += 2;
	rest.Length -= 2 * sizeof(WCHAR);
	own.Buffer += 2;
	own.Length -= 2 * sizeof(WCHAR);
	return RtlEqualUnicodeString(&rest, &own, TRUE);
}

/* X:, \??\X: or \DosDevices\X:, where the volume has that letter. */
static bool flt_is_dos_name(const struct flt_volume *volume, PCUNICODE_STRING name)
{
	static const char *const fronts[] = { "", "\\??\\", "\\dosdevices\\" };
	size_t units = name->Length / sizeof(WCHAR), i, at;

	if (!volume->info.letter || units < 2 || name->Buffer[units - 1] != ':' ||
	    (name->Buffer[units - 2] & ~0x20) != volume->info.letter)
		return false;
	for (i = 0; i < ARRAY_SIZE(fronts); i++) {
		for (at = 0; at < units - 2 && fronts[i][at]; at++)
			if (name->Buffer[at] >= 128 || tolower(name->Buffer[at]) != fronts[i][at])
				break;
		if (at == units - 2 && !fronts[i][at])
			return true;
	}
	return false;
}

/* The volume with a device name, GUID name or letter; under flt_filters_lock. */
static struct flt_volume *flt_volume_find_locked(PCUNICODE_STRING name)
{
	struct flt_volume *volume;

	list_for_each_entry(volume, &flt_volumes, link) {
		if (RtlEqualUnicodeString(&volume->name, name, TRUE) ||
		    (volume->info.local && flt_is_guid_name(volume, name)) ||
		    flt_is_dos_name(volume, name))
			return volume;
	}
	return NULL;
}

/**
 * flt_volume_from_name() - look a volume up by its device name, GUID name or drive letter
 * @name: with or without one backslash at its end, in any case
 * @out: receives a volume with a reference of a driver
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for what can be no name;
 * STATUS_FLT_VOLUME_NOT_FOUND; STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS flt_volume_from_name(PCUNICODE_STRING name, struct flt_volume **out)
{
	struct flt_volume *volume;
	UNICODE_STRING trimmed;
	NTSTATUS status;

	if (!name || !name->Buffer || name->Length % sizeof(WCHAR))
		return STATUS_INVALID_PARAMETER;
	trimmed = flt_trim_name(name);
	if (trimmed.Length < 2 * sizeof(WCHAR) ||
	    (trimmed.Buffer[0] != '\\' && trimmed.Buffer[1] != ':'))
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	volume = flt_volume_find_locked(&trimmed);
	status = volume ? flt_object_give(&volume->obj) : STATUS_FLT_VOLUME_NOT_FOUND;
	if (NT_SUCCESS(status))
		*out = volume;
	mutex_unlock(&flt_filters_lock);
	return status;
}

/**
 * FltGetVolumeFromName() - look a volume up
 * @Filter: the caller's filter
 * @VolumeName: \Device\HarddiskVolumeN, \??\Volume{...} or, where the mount was given a letter,
 *	X:, \??\X: or \DosDevices\X:; in any case, with or without a backslash at its end
 * @RetVolume: receives a referenced volume
 *
 * WDK page: fltgetvolumefromname. IRQL: <= APC_LEVEL.
 *
 * Return: as flt_volume_from_name()
 */
NTSTATUS FltGetVolumeFromName(PFLT_FILTER Filter, PCUNICODE_STRING VolumeName,
			      PFLT_VOLUME *RetVolume)
{
	struct flt_volume *volume;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = flt_volume_from_name(VolumeName, &volume);
	if (NT_SUCCESS(status)) {
		flt_object_given_to(&volume->obj, __builtin_return_address(0));
		*RetVolume = (PFLT_VOLUME)volume;
	}
	return status;
}
EXPORT_SYMBOL_GPL(FltGetVolumeFromName);
