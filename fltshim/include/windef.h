// SPDX-License-Identifier: GPL-2.0
/* windef.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_WINDEF_H_
#define _FSH_WINDEF_H_

#include "fsh/wdk.h"

#endif /* _FSH_WINDEF_H_ */
