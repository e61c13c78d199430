// SPDX-License-Identifier: GPL-2.0
/* intrin.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_INTRIN_H_
#define _FSH_INTRIN_H_

#include "fsh/wdk.h"

#endif /* _FSH_INTRIN_H_ */
