/* SPDX-License-Identifier: GPL-2.0 */
/* Synchronous requests of filters, which may come when little of the stack is left. */
#ifndef FLTMGR_DEEP_RUN_H
#define FLTMGR_DEEP_RUN_H

#include "fltmgr/operation.h"

bool flt_stack_is_short(void);
void flt_operation_run_own(struct flt_operation *op);

#endif
