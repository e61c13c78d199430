/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What routines share by which a minifilter asks something of an open file and waits for it.
 */
#ifndef FLTMGR_FILE_CALL_H
#define FLTMGR_FILE_CALL_H

#include "fltmgr/generated.h"

/* Who calls which routine on what. */
struct flt_file_call {
	const char *routine;
	const char *caller;
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
};

/**
 * struct flt_information - what is asked of a file or its volume, or told to a file, by a class
 * @major: IRP_MJ_QUERY_INFORMATION, IRP_MJ_SET_INFORMATION or IRP_MJ_QUERY_VOLUME_INFORMATION
 * @class: which structure; of the classes that get round access checks, the plain ones (INFO-16)
 * @buffer: the structure, kernel memory
 * @length: bytes there
 */
struct flt_information {
	UCHAR major;
	ULONG class;
	void *buffer;
	ULONG length;
};

void flt_information_init(struct flt_information *info, UCHAR major, ULONG class, void *buffer,
			  ULONG length);
bool flt_information_here(PFILE_OBJECT file, const struct flt_information *info, ULONG *used,
			  NTSTATUS *status);
void flt_information_fill(struct flt_operation *op, const struct flt_information *info);

bool flt_transfer_offset(const FILE_OBJECT *file, bool write, const LARGE_INTEGER *given,
			 LARGE_INTEGER *offset);

NTSTATUS flt_file_call_objects(const struct flt_file_call *call);
NTSTATUS flt_file_call_check(const struct flt_file_call *call);
struct flt_generated *flt_file_call_alloc(const struct flt_file_call *call, UCHAR major);
struct flt_generated *flt_file_call_buffered(const struct flt_file_call *call, UCHAR major);
struct flt_generated *flt_file_call_begin(const struct flt_file_call *call, UCHAR major,
					  NTSTATUS *status);
NTSTATUS flt_file_call_run(struct flt_generated *gen, ULONG *information);

#endif
