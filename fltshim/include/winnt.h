// SPDX-License-Identifier: GPL-2.0
/* winnt.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_WINNT_H_
#define _FSH_WINNT_H_

#include "fsh/wdk.h"

#endif /* _FSH_WINNT_H_ */
