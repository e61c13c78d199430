// SPDX-License-Identifier: GPL-2.0
/*
 * Callbacks on handles and on the registry. Drivers register them beside their file filter and
 * treat a refusal as fatal, so they are accepted; nothing on Linux opens handles of processes or
 * writes that registry, so they are never called, which is said in the log (SRC-134, SRC-135).
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mutex.h>
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/ob_callback.h"

enum ob_callback_kind {
	OB_CALLBACK_HANDLES,
	OB_CALLBACK_REGISTRY,
};

struct ob_callback {
	struct list_head link;
	enum ob_callback_kind kind;
	struct fsh_driver *driver;
	s64 cookie;
};

static DEFINE_MUTEX(ob_callback_lock);
static LIST_HEAD(ob_callbacks);
static s64 ob_cookies;

static const char *const ob_callback_names[] = { "handles", "the registry" };

static struct ob_callback *ob_callback_add(const void *caller, enum ob_callback_kind kind)
{
	struct ob_callback *callback = kzalloc(sizeof(*callback), GFP_KERNEL);

	if (!callback)
		return NULL;
	callback->kind = kind;
	callback->driver = fsh_driver_at((unsigned long)caller);
	mutex_lock(&ob_callback_lock);
	callback->cookie = ++ob_cookies;
	list_add_tail(&callback->link, &ob_callbacks);
	mutex_unlock(&ob_callback_lock);
	pr_info("fltshim: %s wants to be told of %s, which never happens on Linux\n",
		fsh_driver_name_at((unsigned long)caller), ob_callback_names[kind]);
	return callback;
}

/* By address or, without one, by cookie. False: there is none. */
static bool ob_callback_remove(enum ob_callback_kind kind, const void *address, s64 cookie)
{
	struct ob_callback *callback, *found = NULL;

	mutex_lock(&ob_callback_lock);
	list_for_each_entry(callback, &ob_callbacks, link) {
		if (callback->kind == kind &&
		    (address ? callback == address : callback->cookie == cookie))
			found = callback;
	}
	if (found)
		list_del(&found->link);
	mutex_unlock(&ob_callback_lock);
	kfree(found);
	return found;
}

/**
 * ObRegisterCallbacks() - be asked about handles of processes and threads
 * @CallbackRegistration: what is wanted
 * @RegistrationHandle: receives what ObUnRegisterCallbacks() takes
 *
 * Accepted and never called. IRQL <= APC_LEVEL. WDK: ObRegisterCallbacks.
 *
 * Return: STATUS_INVALID_PARAMETER, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ObRegisterCallbacks(POB_CALLBACK_REGISTRATION CallbackRegistration,
			     PVOID *RegistrationHandle)
{
	*RegistrationHandle = NULL;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (CallbackRegistration->Version >> 8 != OB_FLT_REGISTRATION_VERSION >> 8 ||
	    !CallbackRegistration->OperationRegistrationCount)
		return STATUS_INVALID_PARAMETER;
	*RegistrationHandle = ob_callback_add(__builtin_return_address(0), OB_CALLBACK_HANDLES);
	return *RegistrationHandle ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
}
EXPORT_SYMBOL_GPL(ObRegisterCallbacks);

/**
 * ObUnRegisterCallbacks() - not to be asked any more
 * @RegistrationHandle: from ObRegisterCallbacks()
 *
 * IRQL <= APC_LEVEL. WDK: ObUnRegisterCallbacks.
 */
VOID ObUnRegisterCallbacks(PVOID RegistrationHandle)
{
	if (!ke_at_most(APC_LEVEL))
		return;
	if (!RegistrationHandle || !ob_callback_remove(OB_CALLBACK_HANDLES, RegistrationHandle, 0))
		fsh_violation(fsh_caller(), __func__, "%p is not registered", RegistrationHandle);
}
EXPORT_SYMBOL_GPL(ObUnRegisterCallbacks);

/**
 * ObGetFilterVersion() - the version of ObRegisterCallbacks()
 *
 * Any IRQL. WDK: ObGetFilterVersion.
 */
USHORT ObGetFilterVersion(void)
{
	return OB_FLT_REGISTRATION_VERSION;
}
EXPORT_SYMBOL_GPL(ObGetFilterVersion);

static NTSTATUS ob_add_registry(const void *caller, PLARGE_INTEGER cookie)
{
	struct ob_callback *callback = ob_callback_add(caller, OB_CALLBACK_REGISTRY);

	if (!callback)
		return STATUS_INSUFFICIENT_RESOURCES;
	cookie->QuadPart = callback->cookie;
	return STATUS_SUCCESS;
}

/**
 * CmRegisterCallback() - be told of the registry
 * @Function: accepted and never called
 * @Context: not used
 * @Cookie: receives what CmUnRegisterCallback() takes
 *
 * IRQL <= APC_LEVEL. WDK: CmRegisterCallback.
 *
 * Return: STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS CmRegisterCallback(PEX_CALLBACK_FUNCTION Function, PVOID Context, PLARGE_INTEGER Cookie)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ob_add_registry(__builtin_return_address(0), Cookie);
}
EXPORT_SYMBOL_GPL(CmRegisterCallback);

/**
 * CmRegisterCallbackEx() - be told of the registry
 * @Function: accepted and never called
 * @Altitude: not used
 * @Driver: not used
 * @Context: not used
 * @Cookie: receives what CmUnRegisterCallback() takes
 * @Reserved: not used
 *
 * IRQL <= APC_LEVEL. WDK: CmRegisterCallbackEx.
 *
 * Return: STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS CmRegisterCallbackEx(PEX_CALLBACK_FUNCTION Function, PCUNICODE_STRING Altitude,
			      PVOID Driver, PVOID Context, PLARGE_INTEGER Cookie, PVOID Reserved)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ob_add_registry(__builtin_return_address(0), Cookie);
}
EXPORT_SYMBOL_GPL(CmRegisterCallbackEx);

/**
 * CmUnRegisterCallback() - not to be told of the registry any more
 * @Cookie: from CmRegisterCallback()
 *
 * IRQL <= APC_LEVEL. WDK: CmUnRegisterCallback.
 *
 * Return: STATUS_INVALID_PARAMETER when it is not registered
 */
NTSTATUS CmUnRegisterCallback(LARGE_INTEGER Cookie)
{
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return ob_callback_remove(OB_CALLBACK_REGISTRY, NULL, Cookie.QuadPart) ?
	       STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(CmUnRegisterCallback);

/**
 * CmCallbackGetKeyObjectIDEx() - name of the key of a registry callback
 * @Cookie: from CmRegisterCallback()
 * @Object: key
 * @ObjectID: receives nothing
 * @ObjectName: receives NULL
 * @Flags: not used
 *
 * There is no registry callback in which this could be asked. IRQL <= APC_LEVEL.
 * WDK: CmCallbackGetKeyObjectIDEx.
 *
 * Return: STATUS_INVALID_PARAMETER, as for an object that is no key
 */
NTSTATUS CmCallbackGetKeyObjectIDEx(PLARGE_INTEGER Cookie, PVOID Object, PULONG_PTR ObjectID,
				    PCUNICODE_STRING *ObjectName, ULONG Flags)
{
	if (ObjectName)
		*ObjectName = NULL;
	return STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(CmCallbackGetKeyObjectIDEx);

/**
 * CmCallbackReleaseKeyObjectIDEx() - give back what CmCallbackGetKeyObjectIDEx() gave
 * @ObjectName: it never gave anything
 *
 * IRQL <= APC_LEVEL. WDK: CmCallbackReleaseKeyObjectIDEx.
 */
VOID CmCallbackReleaseKeyObjectIDEx(PCUNICODE_STRING ObjectName)
{
}
EXPORT_SYMBOL_GPL(CmCallbackReleaseKeyObjectIDEx);

/* A driver goes. What it left registered costs nothing and is dropped. */
void ob_callback_driver_gone(struct fsh_driver *driver)
{
	struct ob_callback *callback, *next;

	mutex_lock(&ob_callback_lock);
	list_for_each_entry_safe(callback, next, &ob_callbacks, link) {
		if (callback->driver != driver)
			continue;
		fsh_violation(driver->service, "DriverUnload",
			      "its callback on %s was never removed",
			      ob_callback_names[callback->kind]);
		list_del(&callback->link);
		kfree(callback);
	}
	mutex_unlock(&ob_callback_lock);
}
