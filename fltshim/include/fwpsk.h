// SPDX-License-Identifier: GPL-2.0
/*
 * fwpsk.h: accepted, because sources include it without need. Networking routines are not
 * provided; a call of one is reported when the source is compiled.
 */
#ifndef _FSH_FWPSK_H_
#define _FSH_FWPSK_H_

#include "fsh/net.h"

#endif /* _FSH_FWPSK_H_ */
