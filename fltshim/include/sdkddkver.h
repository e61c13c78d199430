// SPDX-License-Identifier: GPL-2.0
/* sdkddkver.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_SDKDDKVER_H_
#define _FSH_SDKDDKVER_H_

#include "fsh/wdk.h"

#endif /* _FSH_SDKDDKVER_H_ */
