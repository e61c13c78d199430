// SPDX-License-Identifier: GPL-2.0
/* kernelspecs.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_KERNELSPECS_H_
#define _FSH_KERNELSPECS_H_

#include "fsh/wdk.h"

#endif /* _FSH_KERNELSPECS_H_ */
