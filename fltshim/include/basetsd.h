// SPDX-License-Identifier: GPL-2.0
/* basetsd.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_BASETSD_H_
#define _FSH_BASETSD_H_

#include "fsh/wdk.h"

#endif /* _FSH_BASETSD_H_ */
