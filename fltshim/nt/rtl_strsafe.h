/* SPDX-License-Identifier: GPL-2.0 */
/* What the files with safe string routines share: how a destination is left behind. */
#ifndef NT_RTL_STRSAFE_H
#define NT_RTL_STRSAFE_H

#include "nt/nt.h"
#include "include/fsh/strsafe.h"

#define RTL_SAFE_MAX	((size_t)INT_MAX)
#define RTL_SAFE_FLAGS	(0xff | STRSAFE_IGNORE_NULLS | STRSAFE_FILL_BEHIND_NULL | \
			 STRSAFE_FILL_ON_FAILURE | STRSAFE_NULL_ON_FAILURE | \
			 STRSAFE_NO_TRUNCATION)
#define RTL_SAFE_ON_FAILURE (STRSAFE_FILL_ON_FAILURE | STRSAFE_NULL_ON_FAILURE | \
			     STRSAFE_NO_TRUNCATION)

#define RTL_COUNTED_FLAGS (0xff | STRSAFE_IGNORE_NULLS | STRSAFE_FILL_BEHIND_NULL | \
			   STRSAFE_FILL_ON_FAILURE | STRSAFE_NO_TRUNCATION | \
			   STRSAFE_ZERO_LENGTH_ON_FAILURE)

/* A destination with its width. */
struct rtl_dest {
	void *buffer;
	size_t size;
	bool wide;
};

bool rtl_safe_valid(const struct rtl_dest *dest, ULONG flags);
NTSTATUS rtl_safe_finish(const struct rtl_dest *dest, size_t start, size_t end, NTSTATUS status,
			 ULONG flags, size_t *at);
bool rtl_counted_valid(const UNICODE_STRING *string);
NTSTATUS rtl_counted_finish(PUNICODE_STRING string, size_t start, size_t end, NTSTATUS status,
			    ULONG flags, PUNICODE_STRING remaining);

#endif
