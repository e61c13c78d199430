/* SPDX-License-Identifier: GPL-2.0 */
/*
 * The one place that calls into a minifilter: every call goes through the exception barrier, has
 * its related objects built afresh, is counted, and is checked when it comes back.
 */
#ifndef FLTMGR_CALLBACK_H
#define FLTMGR_CALLBACK_H

#include "fltmgr/operation.h"

struct flt_filter;
struct flt_instance;
struct flt_node;

bool flt_call_pre(struct flt_operation *op, const struct flt_node *node,
		  FLT_PREOP_CALLBACK_STATUS *verdict, void **context, NTSTATUS *code);
bool flt_call_post(struct flt_operation *op, PFLT_CALLBACK_DATA data, const struct flt_node *node,
		   void *context, FLT_POST_OPERATION_FLAGS flags,
		   FLT_POSTOP_CALLBACK_STATUS *verdict, NTSTATUS *code);
NTSTATUS flt_call_setup(struct flt_instance *instance, FLT_INSTANCE_SETUP_FLAGS flags);
NTSTATUS flt_call_query_teardown(struct flt_instance *instance);
void flt_call_teardown(struct flt_instance *instance, PFLT_INSTANCE_TEARDOWN_CALLBACK callback,
		       FLT_INSTANCE_TEARDOWN_FLAGS reason);
NTSTATUS flt_call_generate_name(struct flt_instance *instance, PFILE_OBJECT file,
				PFLT_CALLBACK_DATA data, FLT_FILE_NAME_OPTIONS options,
				PBOOLEAN cache, PFLT_NAME_CONTROL control);
NTSTATUS flt_call_normalize(struct flt_instance *instance, PFILE_OBJECT file,
			    const UNICODE_STRING *parent, const UNICODE_STRING *component,
			    PFILE_NAMES_INFORMATION names, ULONG length,
			    FLT_NORMALIZE_NAME_FLAGS flags, void **context);
void flt_call_normalize_done(struct flt_instance *instance, void **context);
NTSTATUS flt_call_unload(struct flt_filter *filter, FLT_FILTER_UNLOAD_FLAGS flags);

#endif
