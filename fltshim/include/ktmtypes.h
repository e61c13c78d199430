// SPDX-License-Identifier: GPL-2.0
/* ktmtypes.h: transactions. */
#ifndef _FSH_KTMTYPES_H_
#define _FSH_KTMTYPES_H_

#include "fsh/wdk.h"

#endif /* _FSH_KTMTYPES_H_ */
