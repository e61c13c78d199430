// SPDX-License-Identifier: GPL-2.0
/* fltsafe.h: part of the Filter Manager interface. */
#ifndef _FSH_FLTSAFE_H_
#define _FSH_FLTSAFE_H_

#include "fltkernel.h"

#endif /* _FSH_FLTSAFE_H_ */
