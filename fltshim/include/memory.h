// SPDX-License-Identifier: GPL-2.0
/* memory.h: what a driver may call of the C library. */
#ifndef _FSH_MEMORY_H_
#define _FSH_MEMORY_H_

#include "fsh/wdk.h"

#endif /* _FSH_MEMORY_H_ */
