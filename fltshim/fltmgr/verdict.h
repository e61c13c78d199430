/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What minifilters may return from a callback and leave in IoStatus, and what becomes of it when
 * they do not keep to that.
 */
#ifndef FLTMGR_VERDICT_H
#define FLTMGR_VERDICT_H

#include "fltmgr/operation.h"

struct flt_filter;
struct flt_node;

/* The operation ends with @status and no information. */
static inline void flt_fail(struct flt_operation *op, NTSTATUS status)
{
	op->data.IoStatus.Status = status;
	op->data.IoStatus.Information = 0;
}

bool flt_create_stands(const struct flt_operation *op);
void flt_check_status(struct flt_operation *op, struct flt_filter *filter, bool completed);
void flt_check_information(struct flt_operation *op, struct flt_filter *filter);
FLT_PREOP_CALLBACK_STATUS flt_preop_legal(struct flt_operation *op, const struct flt_node *node,
					  int verdict, void **context);

/* cancel_open.c */
void flt_create_failed(struct flt_operation *op, const struct flt_node *node);

#endif
