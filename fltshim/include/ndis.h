// SPDX-License-Identifier: GPL-2.0
/*
 * ndis.h: accepted, because sources include it without need. Networking routines are not
 * provided; a call of one is reported when the source is compiled.
 */
#ifndef _FSH_NDIS_H_
#define _FSH_NDIS_H_

#include "fsh/net.h"

#endif /* _FSH_NDIS_H_ */
