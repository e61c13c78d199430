/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Extra create parameters (ecp.c) and their lists, of which a create may have one (ecp_list.c).
 */
#ifndef FLTMGR_ECP_H
#define FLTMGR_ECP_H

#include <linux/list.h>
#include "fltmgr/operation.h"

struct flt_ecp_slab;
struct module;

/**
 * struct flt_ecp - in front of a parameter
 * @check: FLT_ECP
 * @size: of the parameter
 * @link: in its list, or in none
 * @list: which that is, or NULL
 * @type: its type
 * @guest: of a list that is lent: the create in which it was put there, from 1; it ends with that
 * @cleanup: called before it is freed, or NULL
 * @code: module of @cleanup, kept, or NULL
 * @tag: of the pool
 * @acknowledged: somebody has acted on it
 * @slab: where it comes from, or NULL
 * @context: what the driver has
 */
struct flt_ecp {
	u32 check;
	ULONG size;
	struct list_head link;
	struct _ECP_LIST *list;
	unsigned int guest;
	GUID type;
	PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK cleanup;
	struct module *code;
	ULONG tag;
	bool acknowledged;
	struct flt_ecp_slab *slab;
	u8 context[] __aligned(16);
};

struct flt_ecp *flt_ecp_of(const char *who, const char *routine, void *context);
void flt_ecp_detach(struct flt_ecp *ecp);
bool flt_ecp_hold(struct flt_ecp *ecp);
void flt_ecp_free(struct flt_ecp *ecp);

struct _ECP_LIST *flt_ecps_lend(struct _ECP_LIST *list);
struct _ECP_LIST *flt_ecps_make(const GUID *type, ULONG size, void **context);
void flt_ecps_end(struct _ECP_LIST *list, bool lent);
void flt_ecps_drop(struct flt_operation *op);

/* The list of a create that starts again, on its way from one operation to the next (CREATE-60). */
struct flt_ecps_kept {
	struct _ECP_LIST *list;
	bool lent;
};

static inline void flt_ecps_keep(struct flt_operation *op, struct flt_ecps_kept *kept)
{
	kept->list = op->ecps;
	kept->lent = op->ecps && op->ecps_lent;	/* not set without them */
	op->ecps = NULL;
}

static inline void flt_ecps_give(struct flt_ecps_kept *kept, struct flt_operation *op)
{
	op->ecps = kept->list;
	op->ecps_lent = kept->lent;
	kept->list = NULL;
}

/* No operation follows. */
static inline void flt_ecps_kept_end(struct flt_ecps_kept *kept)
{
	if (unlikely(kept->list))
		flt_ecps_end(kept->list, kept->lent);
	kept->list = NULL;
}

#endif
