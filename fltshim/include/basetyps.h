// SPDX-License-Identifier: GPL-2.0
/* basetyps.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_BASETYPS_H_
#define _FSH_BASETYPS_H_

#include "fsh/wdk.h"

#endif /* _FSH_BASETYPS_H_ */
