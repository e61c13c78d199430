// SPDX-License-Identifier: GPL-2.0
/*
 * Loading and unloading minifilters by the name of their service, as drivers ask for it. A load is
 * the kernel's own loading of the module by that name, through modprobe; what the registration and
 * the DriverEntry of the module said decides the status.
 */
#include <linux/ctype.h>
#include <linux/export.h>
#include <linux/kmod.h>
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_SERVICE_MAX	55	/* a module's name is no longer */

/* A load under way; DriverEntry runs in a process of modprobe's. */
struct flt_load {
	struct list_head link;
	const char *service;
	bool entry_failed;
};

static LIST_HEAD(flt_loads);	/* under flt_filters_lock */

/* The DriverEntry of a driver failed: whoever asked for it by FltLoadFilter() hears of it. */
void flt_load_failed(const struct fsh_driver *driver)
{
	struct flt_load *load;

	mutex_lock(&flt_filters_lock);
	list_for_each_entry(load, &flt_loads, link) {
		if (!strcasecmp(load->service, driver->service))
			load->entry_failed = true;
	}
	mutex_unlock(&flt_filters_lock);
}

/* The module's name: the service's in lower case. False for what can be no name of a module. */
static bool flt_service_text(PCUNICODE_STRING name, char *text)
{
	unsigned int i, length = name ? name->Length / sizeof(WCHAR) : 0;

	if (!length || length > FLT_SERVICE_MAX)
		return false;
	for (i = 0; i < length; i++) {
		WCHAR c = name->Buffer[i];

		if (c >= 0x80 || (!isalnum(c) && c != '_' && c != '-'))
			return false;
		text[i] = tolower(c);
	}
	text[length] = 0;
	return true;
}

/**
 * FltLoadFilter() - load a minifilter
 * @FilterName: name of its service, in any case
 *
 * WDK page: fltloadfilter. IRQL: PASSIVE_LEVEL. modprobe has to find the module, which has the
 * service's name in lower case. Not from an operation callback: the load may itself need files of
 * the volume.
 *
 * Return: STATUS_SUCCESS; STATUS_OBJECT_NAME_NOT_FOUND when there is no such module;
 * STATUS_IMAGE_ALREADY_LOADED when the filter is registered, or somebody else has just loaded it;
 * STATUS_DRIVER_FAILED_PRIOR_UNLOAD when it was unloaded and its module has not been removed;
 * STATUS_FAILED_DRIVER_ENTRY; STATUS_INVALID_PARAMETER, STATUS_INVALID_DEVICE_STATE for a call from
 * the wrong place
 */
NTSTATUS FltLoadFilter(PCUNICODE_STRING FilterName)
{
	char service[FLT_SERVICE_MAX + 1];
	struct flt_load load = { .service = service };
	bool registered, loading, entered;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (flt_task_in_callback(NULL, NULL)) {
		fsh_violation(fsh_caller(), __func__, "called from an operation callback");
		return STATUS_INVALID_DEVICE_STATE;
	}
	if (!flt_service_text(FilterName, service))
		return STATUS_OBJECT_NAME_NOT_FOUND;

	/* DriverEntry registers before it is marked as entered, both under this lock. */
	mutex_lock(&flt_filters_lock);
	loading = fsh_driver_is_loaded(service, &entered);
	registered = flt_filter_find_locked(FilterName) ||
		     (loading && !strcasecmp(fsh_caller(), service));
	if (!registered && (!loading || !entered))
		list_add(&load.link, &flt_loads);
	mutex_unlock(&flt_filters_lock);
	if (registered)
		return STATUS_IMAGE_ALREADY_LOADED;
	if (loading && entered)
		return STATUS_DRIVER_FAILED_PRIOR_UNLOAD;

	/*
	 * Its own result only says that modprobe was not content. One that somebody else is just
	 * loading is waited for.
	 */
	request_module("%s", service);

	mutex_lock(&flt_filters_lock);
	list_del(&load.link);
	mutex_unlock(&flt_filters_lock);
	if (fsh_driver_is_loaded(service, NULL))
		return loading ? STATUS_IMAGE_ALREADY_LOADED : STATUS_SUCCESS;
	return load.entry_failed ? STATUS_FAILED_DRIVER_ENTRY : STATUS_OBJECT_NAME_NOT_FOUND;
}
EXPORT_SYMBOL_GPL(FltLoadFilter);

/**
 * FltUnloadFilter() - ask a minifilter to unload
 * @FilterName: name of its service, in any case
 *
 * WDK page: fltunloadfilter. IRQL: PASSIVE_LEVEL. Its unload callback is asked, and may refuse.
 * The module stays in memory until it is removed. Not for the caller's own filter, and not from an
 * operation callback: both would wait for themselves.
 *
 * Return: STATUS_SUCCESS; STATUS_FLT_FILTER_NOT_FOUND; STATUS_FLT_DELETING_OBJECT when it is being
 * unloaded; STATUS_FLT_DO_NOT_DETACH when it cannot be; STATUS_FLT_FILTER_NOT_READY while its
 * DriverEntry runs; STATUS_INVALID_PARAMETER for the caller itself, STATUS_INVALID_DEVICE_STATE
 * for a call from the wrong place; or what the callback said
 */
NTSTATUS FltUnloadFilter(PCUNICODE_STRING FilterName)
{
	const char *caller = fsh_caller();
	NTSTATUS status = STATUS_SUCCESS;
	struct flt_filter *filter;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!FilterName)
		return STATUS_FLT_FILTER_NOT_FOUND;
	mutex_lock(&flt_filters_lock);
	filter = flt_filter_find_locked(FilterName);
	if (!filter)
		status = STATUS_FLT_FILTER_NOT_FOUND;
	else if (filter->state == FLT_FILTER_GONE)
		status = STATUS_FLT_DELETING_OBJECT;
	else
		flt_object_get(&filter->obj);
	mutex_unlock(&flt_filters_lock);
	if (!NT_SUCCESS(status))
		return status;
	if (!strcmp(caller, filter->driver->service)) {
		fsh_violation(caller, __func__, "asked to unload itself");
		status = STATUS_INVALID_PARAMETER;
	} else if (flt_task_in_callback(NULL, NULL)) {
		fsh_violation(caller, __func__, "called from an operation callback");
		status = STATUS_INVALID_DEVICE_STATE;
	} else {
		status = flt_filter_unload_claim(filter, false);
	}
	/* A claimed filter stays; the reference would be waited for. */
	flt_object_put(&filter->obj);
	if (!NT_SUCCESS(status))
		return status;
	return flt_filter_unload(filter, false);
}
EXPORT_SYMBOL_GPL(FltUnloadFilter);
