// SPDX-License-Identifier: GPL-2.0
/* fltkernel.h: the Filter Manager interface, with the NT kernel interface below it. */
#ifndef _FSH_FLTKERNEL_H_
#define _FSH_FLTKERNEL_H_

#include "fsh/wdk.h"
#include "fsh/fltuser.h"
#include "fsh/flt.h"
#include "fsh/fltmacros.h"

#endif /* _FSH_FLTKERNEL_H_ */
