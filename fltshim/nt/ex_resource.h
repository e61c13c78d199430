/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Executive resources inside the shim, for callers that are no drivers and know what they do.
 */
#ifndef NT_EX_RESOURCE_H
#define NT_EX_RESOURCE_H

#include "nt/nt.h"

/* How a shared acquisition treats waiting exclusive ones. */
enum ex_share {
	EX_SHARE_QUEUE,		/* waits behind them, unless it holds the resource already */
	EX_SHARE_STARVE,	/* goes before them */
	EX_SHARE_YIELD,		/* waits behind them in any case */
};

bool ex_resource_exclusive(PERESOURCE resource, bool wait, unsigned long ip,
			   const char *routine);
bool ex_resource_shared(PERESOURCE resource, enum ex_share share, bool wait, unsigned long ip,
			const char *routine);
void ex_resource_release(PERESOURCE resource, ERESOURCE_THREAD thread, unsigned long ip,
			 const char *routine);

#endif
