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

NTSTATUS flt_file_call_objects(const struct flt_file_call *call);
NTSTATUS flt_file_call_check(const struct flt_file_call *call);
struct flt_generated *flt_file_call_alloc(const struct flt_file_call *call, UCHAR major);
struct flt_generated *flt_file_call_buffered(const struct flt_file_call *call, UCHAR major);
NTSTATUS flt_file_call_run(struct flt_generated *gen, ULONG *information);

#endif
