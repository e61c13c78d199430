/* SPDX-License-Identifier: GPL-2.0 */
/* What a filter may make of an operation's parameters, on the way down and for a reissue. */
#ifndef FLTMGR_PARAMETERS_H
#define FLTMGR_PARAMETERS_H

#include "fltmgr/filter.h"

bool flt_target_legal(struct flt_operation *op, struct flt_filter *filter);
void flt_target_put(struct flt_operation *op, PFILE_OBJECT file);

#endif
