/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Filters that want to know what the file system said when it was handed an operation.
 */
#ifndef FLTMGR_STATUS_REQUEST_H
#define FLTMGR_STATUS_REQUEST_H

#include "fltmgr/operation.h"

void flt_status_report(struct flt_operation *op, NTSTATUS status);
void flt_status_forget(struct flt_operation *op);

#endif
