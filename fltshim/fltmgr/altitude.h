/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Altitudes: decimal numbers of any precision, kept and reported as they were written.
 */
#ifndef FLTMGR_ALTITUDE_H
#define FLTMGR_ALTITUDE_H

#include "nt/nt.h"

bool flt_altitude_valid(PCUNICODE_STRING altitude);
int flt_altitude_compare(PCUNICODE_STRING a, PCUNICODE_STRING b);

#endif
