/* SPDX-License-Identifier: GPL-2.0 */
/*
 * An operation that a filter sends to another volume: what is below its instance there handles it
 * instead of what is below its instance here.
 */
#ifndef FLTMGR_REDIRECT_H
#define FLTMGR_REDIRECT_H

#include "fltmgr/operation.h"

struct flt_instance;

bool flt_redirect_prepare(struct flt_operation *op, struct flt_instance *from);
bool flt_redirect_perform(struct flt_operation *op);
void flt_redirect_end(struct flt_operation *op);
struct flt_redirect *flt_redirect_get(struct flt_operation *op);
bool flt_redirect_cancel_child(struct flt_redirect *redirect);
bool flt_redirect_cancel(struct flt_operation *op);

#endif
