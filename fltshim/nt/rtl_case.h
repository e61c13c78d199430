/* SPDX-License-Identifier: GPL-2.0 */
/* Case of UTF-16 units, for the shim's own code; ASCII needs no call. */
#ifndef NT_RTL_CASE_H
#define NT_RTL_CASE_H

#include "nt/nt.h"

u16 rtl_upper_wide(u16 unit);
u16 rtl_lower_wide(u16 unit);

static inline u16 rtl_upper(u16 unit)
{
	if (likely(unit < 0x80))
		return unit >= 'a' && unit <= 'z' ? unit - 'a' + 'A' : unit;
	return rtl_upper_wide(unit);
}

static inline u16 rtl_lower(u16 unit)
{
	if (likely(unit < 0x80))
		return unit >= 'A' && unit <= 'Z' ? unit - 'A' + 'a' : unit;
	return rtl_lower_wide(unit);
}

#endif
