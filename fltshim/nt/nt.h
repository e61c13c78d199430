/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one header through which Linux-side code of fltshim sees NT: the Linux basics that every
 * file needs, then the clean type headers. It never includes the WDK-named headers, whose
 * macros clash with Linux.
 */
#ifndef _FLTSHIM_NT_NT_H
#define _FLTSHIM_NT_NT_H

#include <linux/kernel.h>
#include <linux/module.h>
#include <linux/types.h>
#include <linux/errno.h>
#include <linux/string.h>
#include <linux/slab.h>
#include <linux/list.h>
#include <linux/bug.h>

/* The shim may write what minifilters may only read (Iopb, Thread, FLT_RELATED_OBJECTS). */
#define FSH_SHIM 1

#include "include/fsh/flt.h"
#include "include/fsh/nt.h"

#endif /* _FLTSHIM_NT_NT_H */
