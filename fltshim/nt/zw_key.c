// SPDX-License-Identifier: GPL-2.0
/*
 * The registry routines of drivers, over the key tree of zw_registry.c. The tree holds what the
 * INF of each driver says, with the overrides of module parameters; what a driver writes lives
 * as long as fltshim is loaded. Access masks are not checked: kernel mode has every access.
 */
#include <linux/export.h>
#include <linux/mutex.h>
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/rtl_case.h"
#include "nt/zw_key.h"

static void zw_key_free(void *object)
{
	reg_put(((struct zw_key *)object)->key);
}

static OBJECT_TYPE zw_key_type = { .name = "Key", .free = zw_key_free };

/* A handle to a key, whose reference it takes over in any case. */
static NTSTATUS zw_key_handle(const void *caller, struct reg_key *key, ACCESS_MASK access,
			      ULONG attributes, HANDLE *handle)
{
	struct zw_key *object = ob_create(&zw_key_type, sizeof(*object));
	NTSTATUS status;

	if (!object) {
		reg_put(key);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	object->key = key;
	status = ob_open_handle(caller, &zw_key_type, object, access, attributes, handle);
	if (status != STATUS_SUCCESS)
		ob_put(object);
	return status;
}

/* The key of a handle, referenced: ob_put() when done. */
NTSTATUS zw_key_get(HANDLE handle, struct zw_key **key)
{
	return ob_get_by_handle(handle, &zw_key_type, (void **)key);
}

/* Cuts a prefix and the backslashes behind it off a path. */
static bool zw_cut_prefix(UNICODE_STRING *path, const char *prefix)
{
	size_t i, n = strlen(prefix), units = path->Length / sizeof(WCHAR);

	if (units < n || (units > n && path->Buffer[n] != '\\'))
		return false;
	for (i = 0; i < n; i++) {
		if (rtl_upper(path->Buffer[i]) != prefix[i])
			return false;
	}
	while (n < units && path->Buffer[n] == '\\')
		n++;
	path->Buffer += n;
	path->Length -= n * sizeof(WCHAR);
	return true;
}

/*
 * Where object attributes lead: the key to start from (NULL for \Registry\Machine), referenced
 * through @root, and the rest of the path.
 */
static NTSTATUS zw_key_start(const OBJECT_ATTRIBUTES *attributes, struct zw_key **root,
			     UNICODE_STRING *path)
{
	*root = NULL;
	if (!attributes || attributes->Length != sizeof(*attributes))
		return STATUS_INVALID_PARAMETER;
	if (attributes->ObjectName)
		*path = *attributes->ObjectName;
	else
		memset(path, 0, sizeof(*path));
	if (path->Length % sizeof(WCHAR))
		return STATUS_OBJECT_NAME_INVALID;
	if (attributes->RootDirectory) {
		if (path->Length && path->Buffer[0] == '\\')
			return STATUS_OBJECT_PATH_SYNTAX_BAD;
		return zw_key_get(attributes->RootDirectory, root);
	}
	if (!path->Length || path->Buffer[0] != '\\')
		return STATUS_OBJECT_PATH_SYNTAX_BAD;
	if (!zw_cut_prefix(path, "\\REGISTRY\\MACHINE"))
		return STATUS_OBJECT_NAME_NOT_FOUND;
	return STATUS_SUCCESS;
}

/* May be asked without reg_lock: a key is deleted once and for all. */
bool zw_key_deleted(const struct reg_key *key)
{
	return key->parent && list_empty(&key->link);
}

static NTSTATUS zw_open_key(const void *caller, PHANDLE handle, ACCESS_MASK access,
			    const OBJECT_ATTRIBUTES *attributes)
{
	struct reg_key *key;
	struct zw_key *root;
	UNICODE_STRING path;
	NTSTATUS status;

	status = zw_key_start(attributes, &root, &path);
	if (status != STATUS_SUCCESS)
		return status;
	key = reg_open_path(root ? root->key : NULL, &path, false, NULL);
	if (root)
		ob_put(root);
	if (!key)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	return zw_key_handle(caller, key, access, attributes->Attributes, handle);
}

/**
 * ZwOpenKey() - open a registry key
 * @KeyHandle: receives the handle: ZwClose() when done
 * @DesiredAccess: granted as it is
 * @ObjectAttributes: \Registry\Machine\..., or relative to RootDirectory; case does not matter
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwOpenKey.
 *
 * Return: STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_PATH_SYNTAX_BAD,
 * STATUS_OBJECT_NAME_INVALID, STATUS_INVALID_HANDLE, STATUS_INVALID_PARAMETER,
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS ZwOpenKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
		   POBJECT_ATTRIBUTES ObjectAttributes)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return zw_open_key(__builtin_return_address(0), KeyHandle, DesiredAccess,
			   ObjectAttributes);
}
EXPORT_SYMBOL_GPL(ZwOpenKey);

/**
 * ZwOpenKeyEx() - open a registry key
 * @KeyHandle: receives the handle: ZwClose() when done
 * @DesiredAccess: granted as it is
 * @ObjectAttributes: as for ZwOpenKey()
 * @OpenOptions: not used: there are no links, and nothing to back up
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwOpenKeyEx.
 *
 * Return: as ZwOpenKey()
 */
NTSTATUS ZwOpenKeyEx(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
		     POBJECT_ATTRIBUTES ObjectAttributes, ULONG OpenOptions)
{
	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	return zw_open_key(__builtin_return_address(0), KeyHandle, DesiredAccess,
			   ObjectAttributes);
}
EXPORT_SYMBOL_GPL(ZwOpenKeyEx);

/* Splits the last name off a path. */
static void zw_split(const UNICODE_STRING *path, UNICODE_STRING *parent, UNICODE_STRING *last)
{
	size_t end = path->Length / sizeof(WCHAR), at;

	while (end && path->Buffer[end - 1] == '\\')
		end--;
	for (at = end; at && path->Buffer[at - 1] != '\\'; at--)
		;
	*parent = *path;
	parent->Length = at * sizeof(WCHAR);
	last->Buffer = path->Buffer + at;
	last->Length = (end - at) * sizeof(WCHAR);
	last->MaximumLength = last->Length;
}

/**
 * ZwCreateKey() - open a registry key, or make it
 * @KeyHandle: receives the handle: ZwClose() when done
 * @DesiredAccess: granted as it is
 * @ObjectAttributes: as for ZwOpenKey(); all names but the last must exist
 * @TitleIndex: not used
 * @Class: not kept
 * @CreateOptions: not used: every key is volatile
 * @Disposition: receives REG_CREATED_NEW_KEY or REG_OPENED_EXISTING_KEY; may be NULL
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwCreateKey.
 *
 * Return: as ZwOpenKey(); STATUS_KEY_DELETED below a deleted key
 */
NTSTATUS ZwCreateKey(PHANDLE KeyHandle, ACCESS_MASK DesiredAccess,
		     POBJECT_ATTRIBUTES ObjectAttributes, ULONG TitleIndex,
		     PUNICODE_STRING Class, ULONG CreateOptions, PULONG Disposition)
{
	UNICODE_STRING path, parent_path, last;
	struct reg_key *parent, *key = NULL;
	bool created = false;
	struct zw_key *root;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_start(ObjectAttributes, &root, &path);
	if (status != STATUS_SUCCESS)
		return status;
	zw_split(&path, &parent_path, &last);
	parent = reg_open_path(root ? root->key : NULL, &parent_path, false, NULL);
	if (!parent) {
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	} else if (zw_key_deleted(parent)) {
		status = STATUS_KEY_DELETED;
	} else {
		key = reg_open_path(parent, &last, true, &created);
		if (!key)
			status = STATUS_INSUFFICIENT_RESOURCES;
	}
	reg_put(parent);
	if (root)
		ob_put(root);
	if (!key)
		return status;
	status = zw_key_handle(__builtin_return_address(0), key, DesiredAccess,
			       ObjectAttributes->Attributes, KeyHandle);
	if (Disposition && status == STATUS_SUCCESS)
		*Disposition = created ? REG_CREATED_NEW_KEY : REG_OPENED_EXISTING_KEY;
	return status;
}
EXPORT_SYMBOL_GPL(ZwCreateKey);

/**
 * IoOpenDriverRegistryKey() - open a key of a driver
 * @DriverObject: the driver
 * @RegKeyType: DriverRegKeyParameters; the other kinds are one key "PersistentState" here
 * @DesiredAccess: granted as it is
 * @Flags: 0
 * @DriverRegKey: receives the handle: ZwClose() when done
 *
 * The key is made when it is missing. IRQL PASSIVE_LEVEL. WDK: IoOpenDriverRegistryKey.
 *
 * Return: STATUS_INVALID_PARAMETER, STATUS_OBJECT_NAME_NOT_FOUND, STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS IoOpenDriverRegistryKey(PDRIVER_OBJECT DriverObject, DRIVER_REGKEY_TYPE RegKeyType,
				 ACCESS_MASK DesiredAccess, ULONG Flags, PHANDLE DriverRegKey)
{
	static const WCHAR names[2][16] = { L"Parameters", L"PersistentState" };
	struct reg_key *service, *key;
	struct fsh_driver *driver;
	UNICODE_STRING name;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	driver = fsh_driver_of(DriverObject);
	if (!driver || Flags || RegKeyType < DriverRegKeyParameters ||
	    RegKeyType > DriverRegKeySharedPersistentState)
		return STATUS_INVALID_PARAMETER;
	service = reg_open_service(driver->service);
	if (!service)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	RtlInitUnicodeString(&name, names[RegKeyType != DriverRegKeyParameters]);
	key = reg_open_path(service, &name, true, NULL);
	reg_put(service);
	if (!key)
		return STATUS_INSUFFICIENT_RESOURCES;
	return zw_key_handle(__builtin_return_address(0), key, DesiredAccess, OBJ_KERNEL_HANDLE,
			     DriverRegKey);
}
EXPORT_SYMBOL_GPL(IoOpenDriverRegistryKey);

/**
 * ZwDeleteKey() - delete a registry key
 * @KeyHandle: key without subkeys; it is gone at once, handles to it stay valid
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwDeleteKey.
 *
 * Return: STATUS_CANNOT_DELETE, STATUS_KEY_DELETED, STATUS_INVALID_HANDLE
 */
NTSTATUS ZwDeleteKey(HANDLE KeyHandle)
{
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_get(KeyHandle, &key);
	if (status != STATUS_SUCCESS)
		return status;
	status = reg_delete_key(key->key);
	ob_put(key);
	return status;
}
EXPORT_SYMBOL_GPL(ZwDeleteKey);

/**
 * ZwFlushKey() - write a key to disk
 * @KeyHandle: key
 *
 * The registry is in memory only: there is nothing to write. IRQL PASSIVE_LEVEL. WDK: ZwFlushKey.
 *
 * Return: STATUS_INVALID_HANDLE
 */
NTSTATUS ZwFlushKey(HANDLE KeyHandle)
{
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_get(KeyHandle, &key);
	if (status == STATUS_SUCCESS)
		ob_put(key);
	return status;
}
EXPORT_SYMBOL_GPL(ZwFlushKey);
