/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Data buffers of operations: where the parameters of each operation have them, and the MDLs that
 * the walk frees when it is through with what they were for.
 */
#ifndef FLTMGR_BUFFER_H
#define FLTMGR_BUFFER_H

#include "fltmgr/operation.h"

/**
 * struct flt_buffer_members - where an operation's parameters describe its data
 * @mdl: MDL member, or NULL
 * @buffer: address member
 * @length: length member, or NULL
 * @access: IoReadAccess where the data is consumed, IoWriteAccess where it is delivered
 */
struct flt_buffer_members {
	PMDL *mdl;
	PVOID *buffer;
	PULONG length;
	LOCK_OPERATION access;
};

bool flt_buffer_members(FLT_IO_PARAMETER_BLOCK *iopb, ULONG form, struct flt_buffer_members *out);

struct flt_filter;

bool flt_buffer_accept(struct flt_operation *op, struct flt_filter *filter,
		       FLT_IO_PARAMETER_BLOCK *before, bool owed);
void flt_buffer_swapped_note(struct flt_operation *op, struct flt_record *record);
void flt_buffer_swapped_free(struct flt_record *record);
void flt_buffer_forget(struct flt_operation *op);

#endif
