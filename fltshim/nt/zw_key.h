/* SPDX-License-Identifier: GPL-2.0 */
/* What the files with registry routines share: the object behind a key handle. */
#ifndef NT_ZW_KEY_H
#define NT_ZW_KEY_H

#include "nt/zw_registry.h"

struct zw_key {
	struct reg_key *key;
};

NTSTATUS zw_key_get(HANDLE handle, struct zw_key **key);
bool zw_key_deleted(const struct reg_key *key);

#endif
