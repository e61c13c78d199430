// SPDX-License-Identifier: GPL-2.0
/*
 * Routines of the NT executive that minifilters call. May include nothing but its neighbours
 * here.
 */
#ifndef _FSH_NT_H
#define _FSH_NT_H

#include "types.h"
#include "status.h"
#include "ke.h"
#include "file.h"
#include "io.h"

#endif /* _FSH_NT_H */
