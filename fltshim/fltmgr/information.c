// SPDX-License-Identifier: GPL-2.0
/*
 * What filters, instances and volumes tell about themselves, in the structures that fltmc and
 * minifilters know (fsh/fltuser.h). One entry a call: NextEntryOffset is 0. Lengths are bytes,
 * offsets count from the start of the structure, strings have no terminator.
 */
#include <linux/export.h>
#include <linux/minmax.h>
#include <linux/string.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"

/* An answer under construction: the fixed part is there, strings are appended. */
struct flt_answer {
	u8 *buffer;
	ULONG size;
	ULONG used;
};

/*
 * Begins an answer of @fixed bytes and @text bytes of strings.
 * Return: STATUS_BUFFER_TOO_SMALL when they do not fit; *@returned is the size in either case
 */
static NTSTATUS flt_answer_begin(struct flt_answer *answer, PVOID buffer, ULONG size,
				 ULONG fixed, ULONG text, PULONG returned)
{
	*returned = fixed + text;
	if (!buffer || size < fixed + text)
		return STATUS_BUFFER_TOO_SMALL;
	memset(buffer, 0, fixed);
	answer->buffer = buffer;
	answer->size = size;
	answer->used = fixed;
	return STATUS_SUCCESS;
}

/* Appends a string; its place goes to *@length and *@offset. */
static void flt_answer_add(struct flt_answer *answer, const UNICODE_STRING *text,
			   USHORT *length, USHORT *offset)
{
	memcpy(answer->buffer + answer->used, text->Buffer, text->Length);
	*length = text->Length;
	*offset = answer->used;
	answer->used += text->Length;
}

/* Attached instances over all volumes; under flt_filters_lock. */
static ULONG flt_filter_count_instances(const struct flt_filter *filter)
{
	const struct flt_instance *instance;
	ULONG count = 0;

	list_for_each_entry(instance, &filter->instances, filter_link)
		count += instance->state == FLT_INSTANCE_ATTACHED;
	return count;
}

/* Under flt_filters_lock. */
static NTSTATUS flt_tell_filter(struct flt_filter *filter, FILTER_INFORMATION_CLASS what,
				PVOID buffer, ULONG size, PULONG returned)
{
	const UNICODE_STRING *altitude = &filter->defs[0].altitude;
	FILTER_AGGREGATE_STANDARD_INFORMATION *standard = buffer;
	FILTER_AGGREGATE_BASIC_INFORMATION *basic = buffer;
	ULONG text = filter->name.Length + altitude->Length;
	FILTER_FULL_INFORMATION *full = buffer;
	struct flt_answer answer;
	NTSTATUS status;

	if (READ_ONCE(filter->obj.deleting))
		return STATUS_FLT_DELETING_OBJECT;
	switch (what) {
	case FilterFullInformation:
		status = flt_answer_begin(&answer, buffer, size,
					  offsetof(FILTER_FULL_INFORMATION, FilterNameBuffer),
					  filter->name.Length, returned);
		if (!NT_SUCCESS(status))
			return status;
		full->NumberOfInstances = flt_filter_count_instances(filter);
		full->FilterNameLength = filter->name.Length;
		memcpy(buffer + answer.used, filter->name.Buffer, filter->name.Length);
		return STATUS_SUCCESS;
	case FilterAggregateBasicInformation:
		status = flt_answer_begin(&answer, buffer, size, sizeof(*basic), text, returned);
		if (!NT_SUCCESS(status))
			return status;
		basic->Flags = FLTFL_AGGREGATE_INFO_IS_MINIFILTER;
		basic->Type.MiniFilter.NumberOfInstances = flt_filter_count_instances(filter);
		flt_answer_add(&answer, &filter->name, &basic->Type.MiniFilter.FilterNameLength,
			       &basic->Type.MiniFilter.FilterNameBufferOffset);
		flt_answer_add(&answer, altitude, &basic->Type.MiniFilter.FilterAltitudeLength,
			       &basic->Type.MiniFilter.FilterAltitudeBufferOffset);
		return STATUS_SUCCESS;
	case FilterAggregateStandardInformation:
		status = flt_answer_begin(&answer, buffer, size, sizeof(*standard), text, returned);
		if (!NT_SUCCESS(status))
			return status;
		standard->Flags = FLTFL_ASI_IS_MINIFILTER;
		standard->Type.MiniFilter.NumberOfInstances = flt_filter_count_instances(filter);
		flt_answer_add(&answer, &filter->name,
			       &standard->Type.MiniFilter.FilterNameLength,
			       &standard->Type.MiniFilter.FilterNameBufferOffset);
		flt_answer_add(&answer, altitude,
			       &standard->Type.MiniFilter.FilterAltitudeLength,
			       &standard->Type.MiniFilter.FilterAltitudeBufferOffset);
		return STATUS_SUCCESS;
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

/**
 * FltGetFilterInformation() - what a filter is
 * @Filter: the filter
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltgetfilterinformation. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_PARAMETER for another class,
 * STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetFilterInformation(PFLT_FILTER Filter, FILTER_INFORMATION_CLASS InformationClass,
				 PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Filter, FLT_TYPE_FILTER, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	status = flt_tell_filter(flt_filter_of(Filter), InformationClass, Buffer, BufferSize,
				 BytesReturned);
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltGetFilterInformation);

/**
 * FltEnumerateFilterInformation() - what the filter at an index is
 * @Index: from 0; the highest default altitude comes first
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltenumeratefilterinformation. IRQL: <= APC_LEVEL.
 *
 * Return: as FltGetFilterInformation(); STATUS_NO_MORE_ENTRIES past the end
 */
NTSTATUS FltEnumerateFilterInformation(ULONG Index, FILTER_INFORMATION_CLASS InformationClass,
				       PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
	NTSTATUS status = STATUS_NO_MORE_ENTRIES;
	struct flt_filter *filter;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(filter, &flt_filters, link) {
		if (Index--)
			continue;
		status = flt_tell_filter(filter, InformationClass, Buffer, BufferSize,
					 BytesReturned);
		break;
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateFilterInformation);

/* All four strings of an instance, in the order in which the structures have them. */
static void flt_tell_aggregate(struct flt_instance *instance, struct flt_answer *answer,
			       INSTANCE_AGGREGATE_STANDARD_INFORMATION *info)
{
	info->Flags = FLTFL_IASI_IS_MINIFILTER;
	info->Type.MiniFilter.VolumeFileSystemType = instance->volume->info.fs_type;
	info->Type.MiniFilter.SupportedFeatures = instance->filter->features;
	flt_answer_add(answer, &instance->name, &info->Type.MiniFilter.InstanceNameLength,
		       &info->Type.MiniFilter.InstanceNameBufferOffset);
	flt_answer_add(answer, &instance->altitude, &info->Type.MiniFilter.AltitudeLength,
		       &info->Type.MiniFilter.AltitudeBufferOffset);
	flt_answer_add(answer, &instance->volume->name, &info->Type.MiniFilter.VolumeNameLength,
		       &info->Type.MiniFilter.VolumeNameBufferOffset);
	flt_answer_add(answer, &instance->filter->name, &info->Type.MiniFilter.FilterNameLength,
		       &info->Type.MiniFilter.FilterNameBufferOffset);
}

static NTSTATUS flt_tell_instance(struct flt_instance *instance, INSTANCE_INFORMATION_CLASS what,
				  PVOID buffer, ULONG size, PULONG returned)
{
	ULONG one = instance->name.Length, two = one + instance->altitude.Length;
	ULONG all = two + instance->volume->name.Length + instance->filter->name.Length;
	INSTANCE_PARTIAL_INFORMATION *partial = buffer;
	INSTANCE_BASIC_INFORMATION *basic = buffer;
	INSTANCE_FULL_INFORMATION *full = buffer;
	struct flt_answer answer;
	NTSTATUS status;

	if (READ_ONCE(instance->obj.deleting))
		return STATUS_FLT_DELETING_OBJECT;
	switch (what) {
	case InstanceBasicInformation:
		status = flt_answer_begin(&answer, buffer, size, sizeof(*basic), one, returned);
		if (NT_SUCCESS(status))
			flt_answer_add(&answer, &instance->name, &basic->InstanceNameLength,
				       &basic->InstanceNameBufferOffset);
		return status;
	case InstancePartialInformation:
		status = flt_answer_begin(&answer, buffer, size, sizeof(*partial), two, returned);
		if (!NT_SUCCESS(status))
			return status;
		flt_answer_add(&answer, &instance->name, &partial->InstanceNameLength,
			       &partial->InstanceNameBufferOffset);
		flt_answer_add(&answer, &instance->altitude, &partial->AltitudeLength,
			       &partial->AltitudeBufferOffset);
		return STATUS_SUCCESS;
	case InstanceFullInformation:
		status = flt_answer_begin(&answer, buffer, size, sizeof(*full), all, returned);
		if (!NT_SUCCESS(status))
			return status;
		flt_answer_add(&answer, &instance->name, &full->InstanceNameLength,
			       &full->InstanceNameBufferOffset);
		flt_answer_add(&answer, &instance->altitude, &full->AltitudeLength,
			       &full->AltitudeBufferOffset);
		flt_answer_add(&answer, &instance->volume->name, &full->VolumeNameLength,
			       &full->VolumeNameBufferOffset);
		flt_answer_add(&answer, &instance->filter->name, &full->FilterNameLength,
			       &full->FilterNameBufferOffset);
		return STATUS_SUCCESS;
	case InstanceAggregateStandardInformation:
		status = flt_answer_begin(&answer, buffer, size,
					  sizeof(INSTANCE_AGGREGATE_STANDARD_INFORMATION), all,
					  returned);
		if (NT_SUCCESS(status))
			flt_tell_aggregate(instance, &answer, buffer);
		return status;
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

/**
 * FltGetInstanceInformation() - what an instance is
 * @Instance: the instance
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltgetinstanceinformation. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_PARAMETER for another class,
 * STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetInstanceInformation(PFLT_INSTANCE Instance,
				   INSTANCE_INFORMATION_CLASS InformationClass, PVOID Buffer,
				   ULONG BufferSize, PULONG BytesReturned)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Instance, FLT_TYPE_INSTANCE, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	return flt_tell_instance(flt_instance_of(Instance), InformationClass, Buffer, BufferSize,
				 BytesReturned);
}
EXPORT_SYMBOL_GPL(FltGetInstanceInformation);

/**
 * FltEnumerateInstanceInformationByFilter() - what a filter's instance at an index is
 * @Filter: the filter
 * @Index: from 0
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltenumerateinstanceinformationbyfilter. IRQL: <= APC_LEVEL.
 *
 * Return: as FltGetInstanceInformation(); STATUS_NO_MORE_ENTRIES past the end
 */
NTSTATUS FltEnumerateInstanceInformationByFilter(PFLT_FILTER Filter, ULONG Index,
						 INSTANCE_INFORMATION_CLASS InformationClass,
						 PVOID Buffer, ULONG BufferSize,
						 PULONG BytesReturned)
{
	NTSTATUS status = STATUS_NO_MORE_ENTRIES;
	struct flt_instance *instance;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Filter, FLT_TYPE_FILTER, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(instance, &flt_filter_of(Filter)->instances, filter_link) {
		if (instance->state == FLT_INSTANCE_SETUP || Index--)
			continue;
		status = flt_tell_instance(instance, InformationClass, Buffer, BufferSize,
					   BytesReturned);
		break;
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateInstanceInformationByFilter);

/**
 * FltEnumerateInstanceInformationByVolume() - what a volume's instance at an index is
 * @Volume: the volume
 * @Index: from 0, the highest instance
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltenumerateinstanceinformationbyvolume. IRQL: <= APC_LEVEL.
 *
 * Return: as FltGetInstanceInformation(); STATUS_NO_MORE_ENTRIES past the end
 */
NTSTATUS FltEnumerateInstanceInformationByVolume(PFLT_VOLUME Volume, ULONG Index,
						 INSTANCE_INFORMATION_CLASS InformationClass,
						 PVOID Buffer, ULONG BufferSize,
						 PULONG BytesReturned)
{
	struct flt_volume *volume = (struct flt_volume *)Volume;
	NTSTATUS status = STATUS_NO_MORE_ENTRIES;
	struct flt_instance *instance;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(instance, &volume->instances, volume_link) {
		if (instance->state == FLT_INSTANCE_SETUP || Index--)
			continue;
		status = flt_tell_instance(instance, InformationClass, Buffer, BufferSize,
					   BytesReturned);
		break;
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateInstanceInformationByVolume);

/**
 * FltEnumerateInstanceInformationByVolumeName() - what a volume's instance at an index is
 * @VolumeName: as for FltGetVolumeFromName()
 * @Index: from 0, the highest instance
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltenumerateinstanceinformationbyvolumename. IRQL: <= APC_LEVEL.
 *
 * Return: as FltEnumerateInstanceInformationByVolume(), and what FltGetVolumeFromName() says of
 * the name
 */
NTSTATUS FltEnumerateInstanceInformationByVolumeName(PUNICODE_STRING VolumeName, ULONG Index,
						     INSTANCE_INFORMATION_CLASS InformationClass,
						     PVOID Buffer, ULONG BufferSize,
						     PULONG BytesReturned)
{
	struct flt_volume *volume;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = flt_volume_from_name(VolumeName, &volume);
	if (!NT_SUCCESS(status))
		return status;
	status = FltEnumerateInstanceInformationByVolume((PFLT_VOLUME)volume, Index,
							 InformationClass, Buffer, BufferSize,
							 BytesReturned);
	FltObjectDereference(volume);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateInstanceInformationByVolumeName);

static NTSTATUS flt_tell_volume(struct flt_volume *volume, FILTER_VOLUME_INFORMATION_CLASS what,
				PVOID buffer, ULONG size, PULONG returned)
{
	FILTER_VOLUME_STANDARD_INFORMATION *standard = buffer;
	FILTER_VOLUME_BASIC_INFORMATION *basic = buffer;
	struct flt_answer answer;
	NTSTATUS status;
	USHORT offset;

	if (READ_ONCE(volume->obj.deleting))
		return STATUS_FLT_DELETING_OBJECT;
	switch (what) {
	case FilterVolumeBasicInformation:
		status = flt_answer_begin(&answer, buffer, size,
					  offsetof(FILTER_VOLUME_BASIC_INFORMATION,
						   FilterVolumeName),
					  volume->name.Length, returned);
		if (NT_SUCCESS(status))
			flt_answer_add(&answer, &volume->name, &basic->FilterVolumeNameLength,
				       &offset);
		return status;
	case FilterVolumeStandardInformation:
		status = flt_answer_begin(&answer, buffer, size,
					  offsetof(FILTER_VOLUME_STANDARD_INFORMATION,
						   FilterVolumeName),
					  volume->name.Length, returned);
		if (!NT_SUCCESS(status))
			return status;
		standard->FileSystemType = volume->info.fs_type;
		flt_answer_add(&answer, &volume->name, &standard->FilterVolumeNameLength,
			       &offset);
		return STATUS_SUCCESS;
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

/**
 * FltGetVolumeInformation() - what a volume is
 * @Volume: the volume
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltgetvolumeinformation. IRQL: <= APC_LEVEL.
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_TOO_SMALL, STATUS_INVALID_PARAMETER for another class,
 * STATUS_FLT_DELETING_OBJECT
 */
NTSTATUS FltGetVolumeInformation(PFLT_VOLUME Volume,
				 FILTER_VOLUME_INFORMATION_CLASS InformationClass, PVOID Buffer,
				 ULONG BufferSize, PULONG BytesReturned)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_object_is(Volume, FLT_TYPE_VOLUME, fsh_caller(), __func__))
		return STATUS_INVALID_PARAMETER;
	return flt_tell_volume((struct flt_volume *)Volume, InformationClass, Buffer, BufferSize,
			       BytesReturned);
}
EXPORT_SYMBOL_GPL(FltGetVolumeInformation);

/**
 * FltEnumerateVolumeInformation() - what the volume at an index is
 * @Filter: the caller's filter
 * @Index: from 0, in the order of mounting
 * @InformationClass: which structure
 * @Buffer: receives it; may be NULL if @BufferSize is 0
 * @BufferSize: bytes at @Buffer
 * @BytesReturned: receives its size, also when it does not fit
 *
 * WDK page: fltenumeratevolumeinformation. IRQL: <= APC_LEVEL.
 *
 * Return: as FltGetVolumeInformation(); STATUS_NO_MORE_ENTRIES past the end
 */
NTSTATUS FltEnumerateVolumeInformation(PFLT_FILTER Filter, ULONG Index,
				       FILTER_VOLUME_INFORMATION_CLASS InformationClass,
				       PVOID Buffer, ULONG BufferSize, PULONG BytesReturned)
{
	NTSTATUS status = STATUS_NO_MORE_ENTRIES;
	struct flt_volume *volume;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	mutex_lock(&flt_filters_lock);
	list_for_each_entry(volume, &flt_volumes, link) {
		if (Index--)
			continue;
		status = flt_tell_volume(volume, InformationClass, Buffer, BufferSize,
					 BytesReturned);
		break;
	}
	mutex_unlock(&flt_filters_lock);
	return status;
}
EXPORT_SYMBOL_GPL(FltEnumerateVolumeInformation);
