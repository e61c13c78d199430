/* SPDX-License-Identifier: GPL-2.0 */
/* What the files with C library routines share. */
#ifndef NT_RTL_CRT_H
#define NT_RTL_CRT_H

#include <linux/export.h>
#include <linux/minmax.h>
#include "nt/rtl_bytes.h"
#include "nt/rtl_case.h"
#include "include/fsh/crt.h"

/* Microsoft's error numbers, and "as much as fits". */
#define RTL_EINVAL	22
#define RTL_ERANGE	34
#define RTL_STRUNCATE	80
#define RTL_TRUNCATE	SIZE_MAX

/* The value of a digit of any base up to 36; above that for what is none. */
static inline unsigned int rtl_digit(unsigned int unit)
{
	if (unit >= '0' && unit <= '9')
		return unit - '0';
	if (unit >= 'a' && unit <= 'z')
		return unit - 'a' + 10;
	if (unit >= 'A' && unit <= 'Z')
		return unit - 'A' + 10;
	return 99;
}

#endif
