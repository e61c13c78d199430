// SPDX-License-Identifier: GPL-2.0
/* stdlib.h: what a driver may call of the C library. */
#ifndef _FSH_STDLIB_H_
#define _FSH_STDLIB_H_

#include "fsh/wdk.h"

#endif /* _FSH_STDLIB_H_ */
