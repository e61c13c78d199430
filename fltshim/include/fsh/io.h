// SPDX-License-Identifier: GPL-2.0
/*
 * The I/O manager structures: the headers below in one. May include nothing but them.
 */
#ifndef _FSH_IO_H
#define _FSH_IO_H

#include "irpcodes.h"
#include "irp.h"
#include "fcb.h"
#include "ecp.h"
#include "pnp.h"
#include "regkey.h"

#endif /* _FSH_IO_H */
