// SPDX-License-Identifier: GPL-2.0
/*
 * aux_klib.h: accepted, because sources include it without need. The list of loaded modules is
 * not provided; a call that asks for it is reported when the source is compiled.
 */
#ifndef _FSH_AUX_KLIB_H_
#define _FSH_AUX_KLIB_H_

#include "fsh/wdk.h"

#endif /* _FSH_AUX_KLIB_H_ */
