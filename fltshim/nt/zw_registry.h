/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The registry in memory: a tree of keys with values, filled from what the INF of each driver
 * says. This is the side that the shim uses; drivers come through the Zw routines (zw_key.c).
 */
#ifndef NT_ZW_REGISTRY_H
#define NT_ZW_REGISTRY_H

#include <linux/list.h>
#include <linux/refcount.h>
#include "nt/nt.h"

/**
 * struct reg_value - a value of a key
 * @link: in key->values, under reg_lock
 * @name: NUL-terminated UTF-16
 * @type: REG_*
 * @size: bytes of @data
 * @data: the value; strings are UTF-16LE with their NUL
 */
struct reg_value {
	struct list_head link;
	UNICODE_STRING name;
	u32 type;
	u32 size;
	u8 data[];
};

/**
 * struct reg_key - a key
 * @refs: one for the tree while it is linked, one per user; a key that was deleted lives on,
 *	empty, until its last user is gone
 * @parent: referenced; NULL for the root
 * @link: in parent->subkeys, under reg_lock
 * @subkeys: in the order in which they were made
 * @values: likewise
 * @name: NUL-terminated UTF-16
 */
struct reg_key {
	refcount_t refs;
	struct reg_key *parent;
	struct list_head link;
	struct list_head subkeys;
	struct list_head values;
	UNICODE_STRING name;
};

extern struct mutex reg_lock;

struct reg_key *reg_open_service(const char *service);
struct reg_key *reg_open_subkey(struct reg_key *key, const char *path);
struct reg_key *reg_open_path(struct reg_key *from, const UNICODE_STRING *path, bool create,
			      bool *created);
struct reg_key *reg_subkey_at(struct reg_key *key, unsigned int index);
const UNICODE_STRING *reg_key_name(const struct reg_key *key);
NTSTATUS reg_get_dword(struct reg_key *key, const char *name, u32 *value);
NTSTATUS reg_get_string(struct reg_key *key, const char *name, UNICODE_STRING *out);
struct reg_value *reg_find_value(struct reg_key *key, const UNICODE_STRING *name);
NTSTATUS reg_set_value(struct reg_key *key, const UNICODE_STRING *name, u32 type,
		       const void *data, u32 size);
NTSTATUS reg_delete_value(struct reg_key *key, const UNICODE_STRING *name);
NTSTATUS reg_delete_key(struct reg_key *key);
void reg_get(struct reg_key *key);
void reg_put(struct reg_key *key);

int reg_init(void);
void reg_exit(void);

#endif
