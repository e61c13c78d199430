/* SPDX-License-Identifier: GPL-2.0 */
/* Calls of single routines of drivers: behind an exception barrier, and checked when back. */
#ifndef NT_DRIVER_CALL_H
#define NT_DRIVER_CALL_H

#include "nt/nt.h"

bool fsh_call(unsigned long routine, const char *what, void (*fn)(void *arg),
	      void *arg, NTSTATUS *code);

#endif
