// SPDX-License-Identifier: GPL-2.0
/* ntifs.h: the NT kernel interface, under one of its WDK names. */
#ifndef _FSH_NTIFS_H_
#define _FSH_NTIFS_H_

#include "fsh/wdk.h"

#endif /* _FSH_NTIFS_H_ */
