// SPDX-License-Identifier: GPL-2.0
/* ntdef.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_NTDEF_H_
#define _FSH_NTDEF_H_

#include "fsh/wdk.h"

#endif /* _FSH_NTDEF_H_ */
