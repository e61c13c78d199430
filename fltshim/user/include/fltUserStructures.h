/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fltUserStructures.h for programs: the structures of the Filter Manager that programs and
 * minifilters share. See windows.h beside it for how a program is compiled.
 */
#ifndef FLTSHIM_FLTUSERSTRUCTURES_H
#define FLTSHIM_FLTUSERSTRUCTURES_H

#include "fltUser.h"

#endif
