// SPDX-License-Identifier: GPL-2.0
/* wdmsec.h: part of the NT kernel interface, which comes as one. */
#ifndef _FSH_WDMSEC_H_
#define _FSH_WDMSEC_H_

#include "fsh/wdk.h"

#endif /* _FSH_WDMSEC_H_ */
