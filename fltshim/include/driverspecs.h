// SPDX-License-Identifier: GPL-2.0
/* driverspecs.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_DRIVERSPECS_H_
#define _FSH_DRIVERSPECS_H_

#include "fsh/wdk.h"

#endif /* _FSH_DRIVERSPECS_H_ */
