// SPDX-License-Identifier: GPL-2.0
/*
 * The key tree behind the Zw registry routines. Names compare without case. One mutex protects
 * the whole tree: it is read when drivers load and rarely afterwards.
 */
#include <linux/mutex.h>
#include <linux/slab.h>
#include "nt/zw_registry.h"

DEFINE_MUTEX(reg_lock);		/* the tree and all values */
static struct reg_key *reg_root;	/* \Registry\Machine */

static const char reg_services_path[] = "System\\CurrentControlSet\\Services";

static bool reg_name_equal(const UNICODE_STRING *a, const UNICODE_STRING *b)
{
	return RtlEqualUnicodeString((PUNICODE_STRING)a, (PUNICODE_STRING)b, TRUE);
}

static bool reg_name_copy(UNICODE_STRING *to, const UNICODE_STRING *from)
{
	to->Buffer = kzalloc(from->Length + sizeof(WCHAR), GFP_KERNEL);
	if (!to->Buffer)
		return false;
	memcpy(to->Buffer, from->Buffer, from->Length);
	to->Length = from->Length;
	to->MaximumLength = from->Length + sizeof(WCHAR);
	return true;
}

static struct reg_key *reg_key_alloc(struct reg_key *parent, const UNICODE_STRING *name)
{
	struct reg_key *key = kzalloc(sizeof(*key), GFP_KERNEL);

	if (!key)
		return NULL;
	if (!reg_name_copy(&key->name, name)) {
		kfree(key);
		return NULL;
	}
	refcount_set(&key->refs, 1);
	INIT_LIST_HEAD(&key->link);
	INIT_LIST_HEAD(&key->subkeys);
	INIT_LIST_HEAD(&key->values);
	if (parent) {
		reg_get(parent);
		key->parent = parent;
	}
	return key;
}

void reg_get(struct reg_key *key)
{
	refcount_inc(&key->refs);
}

static void reg_drop_values(struct reg_key *key)
{
	struct reg_value *value, *next;

	list_for_each_entry_safe(value, next, &key->values, link) {
		list_del(&value->link);
		kfree(value->name.Buffer);
		kfree(value);
	}
}

/* Task context; may take no lock of its own: an unlinked key has no reader left. */
void reg_put(struct reg_key *key)
{
	while (key && refcount_dec_and_test(&key->refs)) {
		struct reg_key *parent = key->parent;

		reg_drop_values(key);
		kfree(key->name.Buffer);
		kfree(key);
		key = parent;
	}
}

static struct reg_key *reg_child(struct reg_key *key, const UNICODE_STRING *name)
{
	struct reg_key *child;

	list_for_each_entry(child, &key->subkeys, link) {
		if (reg_name_equal(&child->name, name))
			return child;
	}
	return NULL;
}

/**
 * reg_open_path() - open or make a key below another
 * @from: where to start; NULL for \Registry\Machine
 * @path: names with backslashes between them; empty means @from itself
 * @create: make what is missing
 * @created: set when the last component was made; may be NULL
 *
 * Return: the key, referenced, or NULL when it is missing (or memory is)
 */
struct reg_key *reg_open_path(struct reg_key *from, const UNICODE_STRING *path, bool create,
			      bool *created)
{
	struct reg_key *key = from ?: reg_root, *child;
	unsigned int at = 0, end, n = path->Length / sizeof(WCHAR);

	if (created)
		*created = false;
	mutex_lock(&reg_lock);
	while (at < n && key) {
		UNICODE_STRING name;

		if (path->Buffer[at] == '\\') {
			at++;
			continue;
		}
		for (end = at; end < n && path->Buffer[end] != '\\'; end++)
			;
		name.Buffer = path->Buffer + at;
		name.Length = (end - at) * sizeof(WCHAR);
		name.MaximumLength = name.Length;
		at = end;
		child = reg_child(key, &name);
		if (!child && create) {
			child = reg_key_alloc(key, &name);
			if (child) {
				list_add_tail(&child->link, &key->subkeys);
				if (created)
					*created = true;
			}
		}
		key = child;
	}
	if (key)
		reg_get(key);
	mutex_unlock(&reg_lock);
	return key;
}

/* A counted UTF-16 copy of an ASCII string, to be freed with kfree(out->Buffer). */
static void reg_ascii(const char *text, UNICODE_STRING *out)
{
	size_t n = strlen(text), i;

	/* A short name of our own: so that "absent" is never said for want of memory. */
	out->Buffer = kcalloc(n + 1, sizeof(WCHAR), GFP_KERNEL | __GFP_NOFAIL);
	for (i = 0; i < n; i++)
		out->Buffer[i] = (unsigned char)text[i];
	out->Length = n * sizeof(WCHAR);
	out->MaximumLength = out->Length + sizeof(WCHAR);
}

/**
 * reg_open_subkey() - open a key below another by an ASCII path
 * @key: where to start
 * @path: with backslashes
 *
 * Return: the key, referenced, or NULL
 */
struct reg_key *reg_open_subkey(struct reg_key *key, const char *path)
{
	UNICODE_STRING name;
	struct reg_key *found;

	reg_ascii(path, &name);
	found = reg_open_path(key, &name, false, NULL);
	kfree(name.Buffer);
	return found;
}

/**
 * reg_open_service() - open the service key of a driver
 * @service: name of the service
 *
 * Return: the key, referenced, or NULL
 */
struct reg_key *reg_open_service(const char *service)
{
	struct reg_key *services = reg_open_subkey(reg_root, reg_services_path), *key;

	if (!services)
		return NULL;
	key = reg_open_subkey(services, service);
	reg_put(services);
	return key;
}

/**
 * reg_subkey_at() - subkey by index
 * @key: the key
 * @index: from 0, in the order in which they were made
 *
 * Return: the subkey, referenced, or NULL past the end
 */
struct reg_key *reg_subkey_at(struct reg_key *key, unsigned int index)
{
	struct reg_key *child, *found = NULL;

	mutex_lock(&reg_lock);
	list_for_each_entry(child, &key->subkeys, link) {
		if (!index--) {
			reg_get(child);
			found = child;
			break;
		}
	}
	mutex_unlock(&reg_lock);
	return found;
}

const UNICODE_STRING *reg_key_name(const struct reg_key *key)
{
	return &key->name;
}

/* The value of a name, or NULL; reg_lock is held and keeps it. */
struct reg_value *reg_find_value(struct reg_key *key, const UNICODE_STRING *name)
{
	struct reg_value *value;

	lockdep_assert_held(&reg_lock);
	list_for_each_entry(value, &key->values, link) {
		if (reg_name_equal(&value->name, name))
			return value;
	}
	return NULL;
}

/**
 * reg_get_dword() - read a REG_DWORD
 * @key: the key
 * @name: name of the value
 * @out: receives it
 *
 * Return: STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH
 */
NTSTATUS reg_get_dword(struct reg_key *key, const char *name, u32 *out)
{
	NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
	struct reg_value *value;
	UNICODE_STRING wide;

	reg_ascii(name, &wide);
	mutex_lock(&reg_lock);
	value = reg_find_value(key, &wide);
	if (value) {
		status = STATUS_OBJECT_TYPE_MISMATCH;
		if (value->type == REG_DWORD && value->size == sizeof(*out)) {
			memcpy(out, value->data, sizeof(*out));
			status = STATUS_SUCCESS;
		}
	}
	mutex_unlock(&reg_lock);
	kfree(wide.Buffer);
	return status;
}

/**
 * reg_get_string() - read a REG_SZ
 * @key: the key
 * @name: name of the value
 * @out: receives a copy; kfree(out->Buffer) when done
 *
 * Return: STATUS_OBJECT_NAME_NOT_FOUND, STATUS_OBJECT_TYPE_MISMATCH,
 * STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS reg_get_string(struct reg_key *key, const char *name, UNICODE_STRING *out)
{
	NTSTATUS status = STATUS_OBJECT_NAME_NOT_FOUND;
	struct reg_value *value;
	UNICODE_STRING wide, text;

	reg_ascii(name, &wide);
	mutex_lock(&reg_lock);
	value = reg_find_value(key, &wide);
	if (value) {
		status = STATUS_OBJECT_TYPE_MISMATCH;
		if (value->type == REG_SZ || value->type == REG_EXPAND_SZ) {
			text.Buffer = (PWCH)value->data;
			text.Length = min_t(u32, value->size, 65532) & ~1;
			while (text.Length && !text.Buffer[text.Length / sizeof(WCHAR) - 1])
				text.Length -= sizeof(WCHAR);
			status = reg_name_copy(out, &text) ? STATUS_SUCCESS :
				 STATUS_INSUFFICIENT_RESOURCES;
		}
	}
	mutex_unlock(&reg_lock);
	kfree(wide.Buffer);
	return status;
}

/**
 * reg_set_value() - set or replace a value
 * @key: the key
 * @name: name of the value; empty for the default value
 * @type: REG_*
 * @data: copied
 * @size: bytes of it
 *
 * Return: STATUS_SUCCESS or STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS reg_set_value(struct reg_key *key, const UNICODE_STRING *name, u32 type,
		       const void *data, u32 size)
{
	struct reg_value *value = kzalloc(struct_size(value, data, size), GFP_KERNEL), *old;

	if (!value)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (!reg_name_copy(&value->name, name)) {
		kfree(value);
		return STATUS_INSUFFICIENT_RESOURCES;
	}
	value->type = type;
	value->size = size;
	memcpy(value->data, data, size);
	mutex_lock(&reg_lock);
	old = reg_find_value(key, name);
	if (old)
		list_replace(&old->link, &value->link);
	else
		list_add_tail(&value->link, &key->values);
	mutex_unlock(&reg_lock);
	if (old) {
		kfree(old->name.Buffer);
		kfree(old);
	}
	return STATUS_SUCCESS;
}

/* Removes a value; STATUS_OBJECT_NAME_NOT_FOUND when there is none. */
NTSTATUS reg_delete_value(struct reg_key *key, const UNICODE_STRING *name)
{
	struct reg_value *value;

	mutex_lock(&reg_lock);
	value = reg_find_value(key, name);
	if (value)
		list_del(&value->link);
	mutex_unlock(&reg_lock);
	if (!value)
		return STATUS_OBJECT_NAME_NOT_FOUND;
	kfree(value->name.Buffer);
	kfree(value);
	return STATUS_SUCCESS;
}

/**
 * reg_delete_key() - take a key out of the tree
 * @key: the key; users that have it open keep it, empty
 *
 * Return: STATUS_CANNOT_DELETE while it has subkeys, STATUS_KEY_DELETED for the second time
 */
NTSTATUS reg_delete_key(struct reg_key *key)
{
	NTSTATUS status = STATUS_SUCCESS;

	mutex_lock(&reg_lock);
	if (!list_empty(&key->subkeys) || !key->parent)
		status = STATUS_CANNOT_DELETE;
	else if (list_empty(&key->link))
		status = STATUS_KEY_DELETED;
	else
		list_del_init(&key->link);
	mutex_unlock(&reg_lock);
	if (status == STATUS_SUCCESS)
		reg_put(key);
	return status;
}

/* Takes the whole tree below @key apart; nobody uses it any more. */
static void reg_free_tree(struct reg_key *key)
{
	struct reg_key *child, *next;

	list_for_each_entry_safe(child, next, &key->subkeys, link) {
		list_del_init(&child->link);
		reg_free_tree(child);
	}
	reg_put(key);
}

int reg_init(void)
{
	UNICODE_STRING name;
	struct reg_key *services;

	reg_ascii("Machine", &name);
	reg_root = reg_key_alloc(NULL, &name);
	kfree(name.Buffer);
	if (!reg_root)
		return -ENOMEM;
	reg_ascii(reg_services_path, &name);
	services = reg_open_path(reg_root, &name, true, NULL);
	kfree(name.Buffer);
	if (!services)
		goto free;
	reg_put(services);
	return 0;
free:
	reg_free_tree(reg_root);
	return -ENOMEM;
}

void reg_exit(void)
{
	reg_free_tree(reg_root);
}
