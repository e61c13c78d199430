// SPDX-License-Identifier: GPL-2.0
/* minwindef.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_MINWINDEF_H_
#define _FSH_MINWINDEF_H_

#include "fsh/wdk.h"

#endif /* _FSH_MINWINDEF_H_ */
