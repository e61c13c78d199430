// SPDX-License-Identifier: GPL-2.0
/* guiddef.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_GUIDDEF_H_
#define _FSH_GUIDDEF_H_

#include "fsh/wdk.h"

#endif /* _FSH_GUIDDEF_H_ */
