/* SPDX-License-Identifier: GPL-2.0 */
/* Routines found by name. */
#ifndef NT_MM_ROUTINE_H
#define NT_MM_ROUTINE_H

#include "nt/nt.h"

void *fsh_routine_by_name(const char *name);

#endif
