// SPDX-License-Identifier: GPL-2.0
/* ntstatus.h: NTSTATUS values. */
#ifndef _FSH_NTSTATUS_H_
#define _FSH_NTSTATUS_H_

#include "fsh/wdk.h"

#endif /* _FSH_NTSTATUS_H_ */
