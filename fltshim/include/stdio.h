// SPDX-License-Identifier: GPL-2.0
/* stdio.h: what a driver may call of the C library. */
#ifndef _FSH_STDIO_H_
#define _FSH_STDIO_H_

#include "fsh/wdk.h"

#endif /* _FSH_STDIO_H_ */
