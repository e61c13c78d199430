// SPDX-License-Identifier: GPL-2.0
/*
 * Values of registry keys, and what can be asked about keys. An answer that does not fit is cut:
 * the fixed part must fit, the rest is filled as far as it goes, and the full size is told.
 */
#include <linux/export.h>
#include <linux/mutex.h>
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/zw_key.h"

/* An answer while it is put together. */
struct zw_answer {
	u8 *buffer;
	ULONG room;
	ULONG need;
};

/* The part that must fit; NULL when it does not. */
static void *zw_fixed(struct zw_answer *answer, ULONG size)
{
	answer->need = size;
	if (answer->room < size)
		return NULL;
	memset(answer->buffer, 0, size);
	return answer->buffer;
}

static void zw_variable(struct zw_answer *answer, ULONG at, const void *data, ULONG size)
{
	if (at < answer->room)
		memcpy(answer->buffer + at, data, min(size, answer->room - at));
	answer->need = max(answer->need, at + size);
}

static NTSTATUS zw_result(const struct zw_answer *answer, const void *fixed)
{
	if (!fixed)
		return STATUS_BUFFER_TOO_SMALL;
	return answer->need > answer->room ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static NTSTATUS zw_value_basic(struct zw_answer *answer, const struct reg_value *value)
{
	KEY_VALUE_BASIC_INFORMATION *info;
	ULONG at = FIELD_OFFSET(KEY_VALUE_BASIC_INFORMATION, Name);

	info = zw_fixed(answer, at);
	if (info) {
		info->Type = value->type;
		info->NameLength = value->name.Length;
	}
	zw_variable(answer, at, value->name.Buffer, value->name.Length);
	return zw_result(answer, info);
}

static NTSTATUS zw_value_full(struct zw_answer *answer, const struct reg_value *value,
			      size_t align)
{
	KEY_VALUE_FULL_INFORMATION *info;
	ULONG at = FIELD_OFFSET(KEY_VALUE_FULL_INFORMATION, Name);
	ULONG data = ALIGN(at + value->name.Length, align);

	info = zw_fixed(answer, at);
	if (info) {
		info->Type = value->type;
		info->DataOffset = data;
		info->DataLength = value->size;
		info->NameLength = value->name.Length;
	}
	zw_variable(answer, at, value->name.Buffer, value->name.Length);
	zw_variable(answer, data, value->data, value->size);
	return zw_result(answer, info);
}

static NTSTATUS zw_value_partial(struct zw_answer *answer, const struct reg_value *value)
{
	KEY_VALUE_PARTIAL_INFORMATION *info;
	ULONG at = FIELD_OFFSET(KEY_VALUE_PARTIAL_INFORMATION, Data);

	info = zw_fixed(answer, at);
	if (info) {
		info->Type = value->type;
		info->DataLength = value->size;
	}
	zw_variable(answer, at, value->data, value->size);
	return zw_result(answer, info);
}

/* The same without the title index, so that the data is aligned. */
static NTSTATUS zw_value_partial_aligned(struct zw_answer *answer, const struct reg_value *value)
{
	struct {
		ULONG Type;
		ULONG DataLength;
	} *info;

	info = zw_fixed(answer, sizeof(*info));
	if (info) {
		info->Type = value->type;
		info->DataLength = value->size;
	}
	zw_variable(answer, sizeof(*info), value->data, value->size);
	return zw_result(answer, info);
}

static NTSTATUS zw_value(struct zw_answer *answer, const struct reg_value *value,
			 KEY_VALUE_INFORMATION_CLASS class)
{
	switch (class) {
	case KeyValueBasicInformation:
		return zw_value_basic(answer, value);
	case KeyValueFullInformation:
		return zw_value_full(answer, value, sizeof(ULONG));
	case KeyValueFullInformationAlign64:
		return zw_value_full(answer, value, sizeof(ULONG64));
	case KeyValuePartialInformation:
		return zw_value_partial(answer, value);
	case KeyValuePartialInformationAlign64:
		return zw_value_partial_aligned(answer, value);
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

/**
 * ZwQueryValueKey() - read a value
 * @KeyHandle: key
 * @ValueName: name of the value; empty for the default one; case does not matter
 * @KeyValueInformationClass: what to tell
 * @KeyValueInformation: receives it
 * @Length: bytes of it
 * @ResultLength: receives the bytes of the whole answer
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwQueryValueKey.
 *
 * Return: STATUS_OBJECT_NAME_NOT_FOUND, STATUS_BUFFER_TOO_SMALL when not even the fixed part fits,
 * STATUS_BUFFER_OVERFLOW when it was cut, STATUS_INVALID_PARAMETER, STATUS_KEY_DELETED,
 * STATUS_INVALID_HANDLE
 */
NTSTATUS ZwQueryValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName,
			 KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
			 PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
	struct zw_answer answer = { .buffer = KeyValueInformation, .room = Length };
	struct reg_value *value;
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_get(KeyHandle, &key);
	if (status != STATUS_SUCCESS)
		return status;
	mutex_lock(&reg_lock);
	value = reg_find_value(key->key, ValueName);
	if (zw_key_deleted(key->key))
		status = STATUS_KEY_DELETED;
	else if (!value)
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	else
		status = zw_value(&answer, value, KeyValueInformationClass);
	mutex_unlock(&reg_lock);
	ob_put(key);
	*ResultLength = answer.need;
	return status;
}
EXPORT_SYMBOL_GPL(ZwQueryValueKey);

/**
 * ZwEnumerateValueKey() - read a value by its number
 * @KeyHandle: key
 * @Index: from 0
 * @KeyValueInformationClass: what to tell
 * @KeyValueInformation: receives it
 * @Length: bytes of it
 * @ResultLength: receives the bytes of the whole answer
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwEnumerateValueKey.
 *
 * Return: STATUS_NO_MORE_ENTRIES, otherwise as ZwQueryValueKey()
 */
NTSTATUS ZwEnumerateValueKey(HANDLE KeyHandle, ULONG Index,
			     KEY_VALUE_INFORMATION_CLASS KeyValueInformationClass,
			     PVOID KeyValueInformation, ULONG Length, PULONG ResultLength)
{
	struct zw_answer answer = { .buffer = KeyValueInformation, .room = Length };
	struct reg_value *value;
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_get(KeyHandle, &key);
	if (status != STATUS_SUCCESS)
		return status;
	status = STATUS_NO_MORE_ENTRIES;
	mutex_lock(&reg_lock);
	list_for_each_entry(value, &key->key->values, link) {
		if (!Index--) {
			status = zw_value(&answer, value, KeyValueInformationClass);
			break;
		}
	}
	if (zw_key_deleted(key->key))
		status = STATUS_KEY_DELETED;
	mutex_unlock(&reg_lock);
	ob_put(key);
	*ResultLength = answer.need;
	return status;
}
EXPORT_SYMBOL_GPL(ZwEnumerateValueKey);

/**
 * ZwSetValueKey() - set or make a value
 * @KeyHandle: key
 * @ValueName: name of the value; empty for the default one; case does not matter
 * @TitleIndex: not used
 * @Type: REG_*
 * @Data: copied
 * @DataSize: bytes of it
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwSetValueKey.
 *
 * Return: STATUS_INSUFFICIENT_RESOURCES, STATUS_KEY_DELETED, STATUS_INVALID_HANDLE
 */
NTSTATUS ZwSetValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName, ULONG TitleIndex, ULONG Type,
		       PVOID Data, ULONG DataSize)
{
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_get(KeyHandle, &key);
	if (status != STATUS_SUCCESS)
		return status;
	if (zw_key_deleted(key->key))
		status = STATUS_KEY_DELETED;
	else
		status = reg_set_value(key->key, ValueName, Type, Data, DataSize);
	ob_put(key);
	return status;
}
EXPORT_SYMBOL_GPL(ZwSetValueKey);

/**
 * ZwDeleteValueKey() - delete a value
 * @KeyHandle: key
 * @ValueName: name of the value; case does not matter
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwDeleteValueKey.
 *
 * Return: STATUS_OBJECT_NAME_NOT_FOUND, STATUS_KEY_DELETED, STATUS_INVALID_HANDLE
 */
NTSTATUS ZwDeleteValueKey(HANDLE KeyHandle, PUNICODE_STRING ValueName)
{
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_get(KeyHandle, &key);
	if (status != STATUS_SUCCESS)
		return status;
	if (zw_key_deleted(key->key))
		status = STATUS_KEY_DELETED;
	else
		status = reg_delete_value(key->key, ValueName);
	ob_put(key);
	return status;
}
EXPORT_SYMBOL_GPL(ZwDeleteValueKey);

static NTSTATUS zw_key_basic(struct zw_answer *answer, const struct reg_key *key)
{
	KEY_BASIC_INFORMATION *info;
	ULONG at = FIELD_OFFSET(KEY_BASIC_INFORMATION, Name);

	info = zw_fixed(answer, at);
	if (info)
		info->NameLength = key->name.Length;
	zw_variable(answer, at, key->name.Buffer, key->name.Length);
	return zw_result(answer, info);
}

static NTSTATUS zw_key_node(struct zw_answer *answer, const struct reg_key *key)
{
	KEY_NODE_INFORMATION *info;
	ULONG at = FIELD_OFFSET(KEY_NODE_INFORMATION, Name);

	info = zw_fixed(answer, at);
	if (info) {
		info->ClassOffset = MAXULONG;	/* no class */
		info->NameLength = key->name.Length;
	}
	zw_variable(answer, at, key->name.Buffer, key->name.Length);
	return zw_result(answer, info);
}

static NTSTATUS zw_key_full(struct zw_answer *answer, const struct reg_key *key)
{
	KEY_FULL_INFORMATION *info, full = { .ClassOffset = MAXULONG };
	ULONG size = FIELD_OFFSET(KEY_FULL_INFORMATION, Class);
	struct reg_value *value;
	struct reg_key *child;

	list_for_each_entry(child, &key->subkeys, link) {
		full.SubKeys++;
		full.MaxNameLen = max_t(ULONG, full.MaxNameLen, child->name.Length);
	}
	list_for_each_entry(value, &key->values, link) {
		full.Values++;
		full.MaxValueNameLen = max_t(ULONG, full.MaxValueNameLen, value->name.Length);
		full.MaxValueDataLen = max(full.MaxValueDataLen, value->size);
	}
	info = zw_fixed(answer, size);
	if (info)
		memcpy(info, &full, size);
	return zw_result(answer, info);
}

/* The whole path; the root of the tree is \Registry\Machine. */
static NTSTATUS zw_key_path(struct zw_answer *answer, const struct reg_key *key)
{
	static const WCHAR top[] = L"\\REGISTRY\\MACHINE";
	const ULONG top_size = sizeof(top) - sizeof(WCHAR);
	ULONG at = FIELD_OFFSET(KEY_NAME_INFORMATION, Name), size = top_size;
	KEY_NAME_INFORMATION *info;
	const struct reg_key *up;

	for (up = key; up->parent; up = up->parent)
		size += sizeof(WCHAR) + up->name.Length;
	info = zw_fixed(answer, at);
	if (info)
		info->NameLength = size;
	zw_variable(answer, at, top, top_size);
	for (up = key; up->parent; up = up->parent) {
		size -= up->name.Length;
		zw_variable(answer, at + size, up->name.Buffer, up->name.Length);
		size -= sizeof(WCHAR);
		zw_variable(answer, at + size, L"\\", sizeof(WCHAR));
	}
	return zw_result(answer, info);
}

static NTSTATUS zw_key_information(struct zw_answer *answer, const struct reg_key *key,
				   KEY_INFORMATION_CLASS class)
{
	switch (class) {
	case KeyBasicInformation:
		return zw_key_basic(answer, key);
	case KeyNodeInformation:
		return zw_key_node(answer, key);
	case KeyFullInformation:
		return zw_key_full(answer, key);
	case KeyNameInformation:
		return zw_key_path(answer, key);
	default:
		return STATUS_INVALID_PARAMETER;
	}
}

/**
 * ZwQueryKey() - ask about a key
 * @KeyHandle: key
 * @KeyInformationClass: KeyBasicInformation, KeyNodeInformation, KeyFullInformation or
 *	KeyNameInformation; times of last writing are 0, keys have no class
 * @KeyInformation: receives the answer
 * @Length: bytes of it
 * @ResultLength: receives the bytes of the whole answer
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwQueryKey.
 *
 * Return: STATUS_BUFFER_TOO_SMALL when not even the fixed part fits, STATUS_BUFFER_OVERFLOW when it
 * was cut, STATUS_INVALID_PARAMETER, STATUS_KEY_DELETED, STATUS_INVALID_HANDLE
 */
NTSTATUS ZwQueryKey(HANDLE KeyHandle, KEY_INFORMATION_CLASS KeyInformationClass,
		    PVOID KeyInformation, ULONG Length, PULONG ResultLength)
{
	struct zw_answer answer = { .buffer = KeyInformation, .room = Length };
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	status = zw_key_get(KeyHandle, &key);
	if (status != STATUS_SUCCESS)
		return status;
	mutex_lock(&reg_lock);
	if (zw_key_deleted(key->key))
		status = STATUS_KEY_DELETED;
	else
		status = zw_key_information(&answer, key->key, KeyInformationClass);
	mutex_unlock(&reg_lock);
	ob_put(key);
	*ResultLength = answer.need;
	return status;
}
EXPORT_SYMBOL_GPL(ZwQueryKey);

/**
 * ZwEnumerateKey() - ask about a subkey by its number
 * @KeyHandle: key
 * @Index: from 0
 * @KeyInformationClass: KeyBasicInformation, KeyNodeInformation or KeyFullInformation
 * @KeyInformation: receives the answer
 * @Length: bytes of it
 * @ResultLength: receives the bytes of the whole answer
 *
 * IRQL PASSIVE_LEVEL. WDK: ZwEnumerateKey.
 *
 * Return: STATUS_NO_MORE_ENTRIES, otherwise as ZwQueryKey()
 */
NTSTATUS ZwEnumerateKey(HANDLE KeyHandle, ULONG Index, KEY_INFORMATION_CLASS KeyInformationClass,
			PVOID KeyInformation, ULONG Length, PULONG ResultLength)
{
	struct zw_answer answer = { .buffer = KeyInformation, .room = Length };
	struct reg_key *child;
	struct zw_key *key;
	NTSTATUS status;

	if (!ke_at_most(PASSIVE_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (KeyInformationClass == KeyNameInformation)
		return STATUS_INVALID_PARAMETER;
	status = zw_key_get(KeyHandle, &key);
	if (status != STATUS_SUCCESS)
		return status;
	status = zw_key_deleted(key->key) ? STATUS_KEY_DELETED : STATUS_NO_MORE_ENTRIES;
	child = status == STATUS_NO_MORE_ENTRIES ? reg_subkey_at(key->key, Index) : NULL;
	if (child) {
		mutex_lock(&reg_lock);
		status = zw_key_information(&answer, child, KeyInformationClass);
		mutex_unlock(&reg_lock);
		reg_put(child);
	}
	ob_put(key);
	*ResultLength = answer.need;
	return status;
}
EXPORT_SYMBOL_GPL(ZwEnumerateKey);
