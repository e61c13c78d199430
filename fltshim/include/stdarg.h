// SPDX-License-Identifier: GPL-2.0
/* stdarg.h: what a driver may call of the C library. */
#ifndef _FSH_STDARG_H_
#define _FSH_STDARG_H_

#include "fsh/wdk.h"

#endif /* _FSH_STDARG_H_ */
