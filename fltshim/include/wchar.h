// SPDX-License-Identifier: GPL-2.0
/* wchar.h: what a driver may call of the C library. */
#ifndef _FSH_WCHAR_H_
#define _FSH_WCHAR_H_

#include "fsh/wdk.h"

#endif /* _FSH_WCHAR_H_ */
