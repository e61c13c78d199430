/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What each major function is: one constant descriptor per code, read by the walk, the stack
 * snapshots, the statistics and the traces alike. IRP codes, FS-filter codes and fast I/O codes
 * share one dense index, so a bit of a 64-bit mask can say "somebody wants this operation".
 */
#ifndef FLTMGR_OP_TABLE_H
#define FLTMGR_OP_TABLE_H

#include "nt/nt.h"

/* The form in which an operation with this major function is delivered. */
enum flt_form {
	FLT_FORM_IRP,
	FLT_FORM_FAST_IO,
	FLT_FORM_FS_FILTER,
};

#define FLT_NR_IRP_CODES	28	/* IRP_MJ_CREATE .. IRP_MJ_PNP */
#define FLT_NR_PSEUDO_CODES	20	/* (UCHAR)-1 .. (UCHAR)-20 */
#define FLT_NR_OPS		(FLT_NR_IRP_CODES + FLT_NR_PSEUDO_CODES)
#define FLT_OP_NONE		0xff

/**
 * struct flt_op_desc - facts about one major function
 * @name: what FltGetIrpName() says
 * @form: IRP, fast I/O or FS-filter
 * @cannot_fail: a failing status is a breach of the contract (cleanup, close, releases, dismount)
 * @no_register: FltRegisterFilter() refuses an element for it
 * @no_post: FltRegisterFilter() refuses a post-operation callback for it
 * @paging: always of the paging path
 */
struct flt_op_desc {
	const char *name;
	u8 form;
	bool cannot_fail;
	bool no_register;
	bool no_post;
	bool paging;
};

/* Dense index of a major function, or FLT_OP_NONE. */
static inline u8 flt_op_index(UCHAR major)
{
	if (major < FLT_NR_IRP_CODES)
		return major;
	if (major >= 256 - FLT_NR_PSEUDO_CODES)
		return (FLT_NR_IRP_CODES + 255 - major) & 0xff;
	return FLT_OP_NONE;
}

extern const struct flt_op_desc flt_op_table[FLT_NR_OPS];

/*
 * The same facts for whoever begins an operation: the compiler knows them where it knows the code,
 * if that is one of an IRP. Suite op_table compares.
 */
static __always_inline u8 flt_op_form(UCHAR major)
{
	if (__builtin_constant_p(major) && major < FLT_NR_IRP_CODES)
		return FLT_FORM_IRP;
	return flt_op_table[flt_op_index(major)].form;
}

static __always_inline bool flt_op_cannot_fail(UCHAR major)
{
	if (__builtin_constant_p(major) && major < FLT_NR_IRP_CODES)
		return major == IRP_MJ_CLEANUP || major == IRP_MJ_CLOSE;
	return flt_op_table[flt_op_index(major)].cannot_fail;
}

static __always_inline bool flt_op_is_paging(UCHAR major)
{
	if (__builtin_constant_p(major) && major < FLT_NR_IRP_CODES)
		return false;
	return flt_op_table[flt_op_index(major)].paging;
}

const struct flt_op_desc *flt_op_desc(UCHAR major);
const struct flt_op_desc *flt_op_desc_at(unsigned int index);

/*
 * Interest bits of a volume: one for each dense index, and reads and writes apart by form since
 * the SKIP flags of a registration are about forms. The plain READ and WRITE bits mean the
 * cached form.
 */
#define FLT_WANT(major)		BIT_ULL(flt_op_index(major))
#define FLT_WANT_READ_NOCACHE	BIT_ULL(56)
#define FLT_WANT_READ_PAGING	BIT_ULL(57)
#define FLT_WANT_WRITE_NOCACHE	BIT_ULL(58)
#define FLT_WANT_WRITE_PAGING	BIT_ULL(59)
/* Somebody who wants the operation looks at its data (service key value BufferAccess). */
#define FLT_WANT_READ_DATA	BIT_ULL(60)
#define FLT_WANT_WRITE_DATA	BIT_ULL(61)
#define FLT_WANT_ENTRIES	BIT_ULL(62)	/* of a listing */

/* The bit of the above that is about a major function's data, or 0. */
static inline u64 flt_want_data(unsigned int op_index)
{
	switch (op_index) {
	case IRP_MJ_READ:
		return FLT_WANT_READ_DATA;
	case IRP_MJ_WRITE:
		return FLT_WANT_WRITE_DATA;
	case IRP_MJ_DIRECTORY_CONTROL:
		return FLT_WANT_ENTRIES;
	default:
		return 0;
	}
}

#endif
