// SPDX-License-Identifier: GPL-2.0
/*
 * fwpmk.h: accepted, because sources include it without need. Networking routines are not
 * provided; a call of one is reported when the source is compiled.
 */
#ifndef _FSH_FWPMK_H_
#define _FSH_FWPMK_H_

#include "fsh/net.h"

#endif /* _FSH_FWPMK_H_ */
