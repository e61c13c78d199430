/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Errors across the border: errno to NTSTATUS and back, and the printable name of a status.
 */
#ifndef _FLTSHIM_NT_RTL_STATUS_H
#define _FLTSHIM_NT_RTL_STATUS_H

#include "nt/nt.h"

NTSTATUS flt_status_from_errno(int err);
int flt_errno_from_status(NTSTATUS status, bool *known);
const char *flt_status_name(NTSTATUS status);

#endif /* _FLTSHIM_NT_RTL_STATUS_H */
