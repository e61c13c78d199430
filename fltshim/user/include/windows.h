/* SPDX-License-Identifier: GPL-2.0 */
/*
 * windows.h for programs that share a header with a minifilter: the base types, annotations and
 * status values, as the filter's own headers have them. Compile with
 *   -fshort-wchar -fms-extensions -mms-bitfields -I fltshim/user/include
 * and name characters of the C library's wide functions, which are 32 bits wide, elsewhere.
 */
#ifndef FLTSHIM_WINDOWS_H
#define FLTSHIM_WINDOWS_H

#include <stddef.h>
#include "../../include/sal.h"
#include "../../include/fsh/types.h"
#include "../../include/fsh/status.h"

#define CONST const
#define WINAPI
#define CALLBACK
#ifndef C_ASSERT
#define C_ASSERT(e) FSH_LAYOUT(e, #e)
#endif
#ifndef UNREFERENCED_PARAMETER
#define UNREFERENCED_PARAMETER(p) ((void)(p))
#endif

#endif
