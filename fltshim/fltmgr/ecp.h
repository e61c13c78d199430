/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The list of extra create parameters of a create.
 */
#ifndef FLTMGR_ECP_H
#define FLTMGR_ECP_H

#include "fltmgr/operation.h"

struct _ECP_LIST *flt_ecps_check(struct _ECP_LIST *list);
void flt_ecps_free(struct _ECP_LIST *list);
void flt_ecps_drop(struct flt_operation *op);

#endif
