// SPDX-License-Identifier: GPL-2.0
/*
 * The Filter Manager interface: the headers below in one. May include nothing but them.
 */
#ifndef _FSH_FLT_H
#define _FSH_FLT_H

#include "fltdata.h"
#include "flttypes.h"
#include "fltobject.h"
#include "fltio.h"
#include "fltfile.h"

#endif /* _FSH_FLT_H */
