// SPDX-License-Identifier: GPL-2.0
/* fltuserstructures.h: structures that minifilters share with programs. */
#ifndef _FSH_FLTUSERSTRUCTURES_H_
#define _FSH_FLTUSERSTRUCTURES_H_

#include "fsh/wdk.h"
#include "fsh/fltuser.h"

#endif /* _FSH_FLTUSERSTRUCTURES_H_ */
