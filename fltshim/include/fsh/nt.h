// SPDX-License-Identifier: GPL-2.0
/*
 * Routines of the NT executive that minifilters call: the headers below in one. All that the
 * contract names are declared, so that a source compiles; one that fltshim does not export is
 * found when the module is linked. Routines that exist only as inline code are in wdk.h. May
 * include nothing but them.
 */
#ifndef _FSH_NT_H
#define _FSH_NT_H

#include "ntex.h"
#include "ntrtl.h"
#include "ntps.h"
#include "ntio.h"
#include "ntmm.h"

#endif /* _FSH_NT_H */
