/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fltUser.h for programs: the structures of the Filter Manager that programs and minifilters share.
 * See windows.h beside it for how a program is compiled.
 */
#ifndef FLTSHIM_FLTUSER_H
#define FLTSHIM_FLTUSER_H

#include "windows.h"
#include "../../include/fsh/fltuser.h"

#endif
