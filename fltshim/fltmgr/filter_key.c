// SPDX-License-Identifier: GPL-2.0
/*
 * What the service key of a minifilter says: its instance definitions, below "Instances" or
 * below "Parameters\Instances", SupportedFeatures, BufferAccess and MayWait.
 */
#include <linux/slab.h>
#include "fltmgr/altitude.h"
#include "fltmgr/filter.h"
#include "nt/zw_registry.h"

void flt_filter_free_defs(struct flt_filter *filter)
{
	unsigned int i;

	for (i = 0; i < filter->nr_defs; i++) {
		kfree(filter->defs[i].name.Buffer);
		kfree(filter->defs[i].altitude.Buffer);
	}
	kfree(filter->defs);
}

/* Copies a string, with a NUL behind it; false without memory. */
bool flt_copy_string(UNICODE_STRING *to, const UNICODE_STRING *from)
{
	to->Buffer = kzalloc(from->Length + sizeof(WCHAR), GFP_KERNEL);
	if (!to->Buffer)
		return false;
	memcpy(to->Buffer, from->Buffer, from->Length);
	to->Length = from->Length;
	to->MaximumLength = from->Length + sizeof(WCHAR);
	return true;
}

/* Reads one definition; one without a usable altitude is left out, with a word in the log. */
static NTSTATUS flt_read_def(struct flt_filter *filter, struct reg_key *key)
{
	struct flt_instance_def *def = &filter->defs[filter->nr_defs];
	UNICODE_STRING altitude;
	NTSTATUS status = reg_get_string(key, "Altitude", &altitude);

	if (status == STATUS_INSUFFICIENT_RESOURCES)
		return status;
	if (!NT_SUCCESS(status)) {
		pr_warn("fltshim: an instance of filter %s has no altitude\n", filter->name_utf8);
		return STATUS_SUCCESS;
	}
	if (!flt_altitude_valid(&altitude)) {
		pr_warn("fltshim: an instance of filter %s has an altitude that is no number\n",
			filter->name_utf8);
		kfree(altitude.Buffer);
		return STATUS_SUCCESS;
	}
	if (!flt_copy_string(&def->name, reg_key_name(key))) {
		kfree(altitude.Buffer);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	def->altitude = altitude;
	if (!NT_SUCCESS(reg_get_dword(key, "Flags", &def->flags)))
		def->flags = 0;
	filter->nr_defs++;
	return STATUS_SUCCESS;
}

/* The default instance goes first; without one, the first in the key is it. */
static NTSTATUS flt_order_defs(struct flt_filter *filter, struct reg_key *instances)
{
	UNICODE_STRING name;
	NTSTATUS status = reg_get_string(instances, "DefaultInstance", &name);
	unsigned int i;

	if (!NT_SUCCESS(status))
		return status == STATUS_INSUFFICIENT_RESOURCES ? status : STATUS_SUCCESS;
	for (i = 1; i < filter->nr_defs; i++) {
		if (RtlEqualUnicodeString(&filter->defs[i].name, &name, TRUE)) {
			swap(filter->defs[0], filter->defs[i]);
			break;
		}
	}
	kfree(name.Buffer);
	return STATUS_SUCCESS;
}

static NTSTATUS flt_read_instances(struct flt_filter *filter, struct reg_key *instances)
{
	NTSTATUS status = STATUS_SUCCESS;
	struct reg_key *key;
	unsigned int count = 0, i;

	while ((key = reg_subkey_at(instances, count))) {
		reg_put(key);
		count++;
	}
	if (!count)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	filter->defs = kcalloc(count, sizeof(*filter->defs), GFP_KERNEL);
	if (!filter->defs)
		return STATUS_INSUFFICIENT_RESOURCES;
	for (i = 0; i < count && NT_SUCCESS(status); i++) {
		key = reg_subkey_at(instances, i);
		if (!key)
			break;
		status = flt_read_def(filter, key);
		reg_put(key);
	}
	if (!NT_SUCCESS(status))
		return status;
	if (!filter->nr_defs)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	return flt_order_defs(filter, instances);
}

/**
 * flt_filter_read_key() - read the service key of a filter that registers
 * @filter: the filter
 *
 * Return: STATUS_OBJECT_NAME_NOT_FOUND when there is no key or no instance definition in it
 */
NTSTATUS flt_filter_read_key(struct flt_filter *filter)
{
	struct reg_key *service = reg_open_service(filter->name_utf8);
	struct reg_key *parameters, *instances = NULL;
	NTSTATUS status;
	u32 value;

	if (!service)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	parameters = reg_open_subkey(service, "Parameters");
	if (parameters)
		instances = reg_open_subkey(parameters, "Instances");
	if (!instances)
		instances = reg_open_subkey(service, "Instances");

	filter->buffer_access = true;
	if (parameters && NT_SUCCESS(reg_get_dword(parameters, "BufferAccess", &value)))
		filter->buffer_access = value;
	filter->may_wait = true;
	if (parameters && NT_SUCCESS(reg_get_dword(parameters, "MayWait", &value)))
		filter->may_wait = value;
	if (!NT_SUCCESS(reg_get_dword(service, "SupportedFeatures", &filter->features)) &&
	    (!parameters ||
	     !NT_SUCCESS(reg_get_dword(parameters, "SupportedFeatures", &filter->features))))
		filter->features = 0;

	status = instances ? flt_read_instances(filter, instances) : STATUS_OBJECT_NAME_NOT_FOUND;
	if (instances)
		reg_put(instances);
	if (parameters)
		reg_put(parameters);
	reg_put(service);
	return status;
}
