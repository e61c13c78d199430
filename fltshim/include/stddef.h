// SPDX-License-Identifier: GPL-2.0
/* stddef.h: what a driver may call of the C library. */
#ifndef _FSH_STDDEF_H_
#define _FSH_STDDEF_H_

#include "fsh/wdk.h"

#endif /* _FSH_STDDEF_H_ */
