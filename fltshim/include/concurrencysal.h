// SPDX-License-Identifier: GPL-2.0
/* concurrencysal.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_CONCURRENCYSAL_H_
#define _FSH_CONCURRENCYSAL_H_

#include "fsh/wdk.h"

#endif /* _FSH_CONCURRENCYSAL_H_ */
