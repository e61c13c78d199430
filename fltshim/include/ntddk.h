// SPDX-License-Identifier: GPL-2.0
/* ntddk.h: the NT kernel interface, under one of its WDK names. */
#ifndef _FSH_NTDDK_H_
#define _FSH_NTDDK_H_

#include "fsh/wdk.h"

#endif /* _FSH_NTDDK_H_ */
