// SPDX-License-Identifier: GPL-2.0
/* ctype.h: what a driver may call of the C library. */
#ifndef _FSH_CTYPE_H_
#define _FSH_CTYPE_H_

#include "fsh/wdk.h"

#endif /* _FSH_CTYPE_H_ */
