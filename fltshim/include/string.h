// SPDX-License-Identifier: GPL-2.0
/* string.h: what a driver may call of the C library. */
#ifndef _FSH_STRING_H_
#define _FSH_STRING_H_

#include "fsh/wdk.h"

#endif /* _FSH_STRING_H_ */
