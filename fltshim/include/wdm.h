// SPDX-License-Identifier: GPL-2.0
/* wdm.h: the NT kernel interface, under one of its WDK names. */
#ifndef _FSH_WDM_H_
#define _FSH_WDM_H_

#include "fsh/wdk.h"

#endif /* _FSH_WDM_H_ */
