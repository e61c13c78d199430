/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Calls into a minifilter: every one runs behind an exception barrier and is checked when it comes
 * back. The walk (operation.c) calls the callbacks of operations itself, those of one way behind
 * one barrier; all others go by callback.c. Routines that belong to no filter: nt/driver_call.c.
 */
#ifndef FLTMGR_CALLBACK_H
#define FLTMGR_CALLBACK_H

#include <linux/percpu.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/operation.h"
#include "fltmgr/stack.h"
#include "nt/seh.h"

/* Member by member: what compilers make of an initialiser here costs three times as much. */
static __always_inline void flt_fill_objects(FLT_RELATED_OBJECTS *objects,
					     struct flt_filter *filter, struct flt_volume *volume,
					     PFLT_INSTANCE shown, PFILE_OBJECT file)
{
	objects->Size = sizeof(FLT_RELATED_OBJECTS);
	objects->TransactionContext = 0;
	objects->Filter = flt_filter_opaque(filter);
	objects->Volume = (PFLT_VOLUME)volume;
	objects->Instance = shown;
	objects->FileObject = file;
	objects->Transaction = NULL;
}

static inline void flt_call_objects(FLT_RELATED_OBJECTS *objects,
				    const struct flt_instance *instance, PFILE_OBJECT file)
{
	flt_fill_objects(objects, instance->filter, instance->volume, instance->shown, file);
}

/* Call a pre-operation callback; @context is NULL on entry (PREOP-10). Behind a barrier. */
static __always_inline FLT_PREOP_CALLBACK_STATUS
flt_call_pre(const struct flt_node *node, PFLT_CALLBACK_DATA data, struct flt_volume *volume,
	     PFILE_OBJECT file, FLT_RELATED_OBJECTS *objects, void **context)
{
	flt_fill_objects(objects, node->filter, volume, node->shown, file);
	this_cpu_inc(*node->pre_calls);
	*context = NULL;
	return node->pre(data, objects, context);
}

/* Call a post-operation callback. Behind a barrier. */
static __always_inline FLT_POSTOP_CALLBACK_STATUS
flt_call_post(const struct flt_node *node, PFLT_CALLBACK_DATA data, struct flt_volume *volume,
	      PFILE_OBJECT file, FLT_RELATED_OBJECTS *objects, void *context,
	      FLT_POST_OPERATION_FLAGS flags)
{
	flt_fill_objects(objects, node->filter, volume, node->shown, file);
	this_cpu_inc(*node->post_calls);
	return node->post(data, objects, context, flags);
}

/**
 * struct flt_running - a callback or routine of a filter that a thread runs outside the walk
 * @link: in a list of them, the newest first
 * @task: the thread
 * @filter: whose; kept from unregistering until it has returned
 * @instance: kept from being torn down until then, or NULL
 * @names: a name provider makes a name, and this is a part of what name_provider.c keeps of that
 *
 * In the frame of who calls it. What the walk calls is found in the lists of operations.
 */
struct flt_running {
	struct list_head link;
	const struct task_struct *task;
	const struct flt_filter *filter;
	struct flt_instance *instance;
	bool names;
};

void flt_running_init(void);
void flt_running_begin(struct flt_running *running);
void flt_running_end(struct flt_running *running);
struct flt_running *flt_running_next(const struct flt_running *after);
struct flt_running *flt_running_find(bool (*match)(const struct flt_running *running,
						   const void *what), const void *what);

bool flt_call_guarded(struct flt_filter *filter, const char *what, void (*fn)(void *arg),
		      void *arg, NTSTATUS *code);
bool flt_call_run(struct flt_filter *filter, struct flt_instance *instance,
		  void (*fn)(void *arg), void *arg, const char *what, NTSTATUS *code);
void flt_call_level(struct flt_filter *filter, const struct flt_operation *op, const char *what,
		    int level);
void flt_call_raised(struct flt_filter *filter, const struct flt_operation *op, const char *what,
		     NTSTATUS code);
void flt_call_drain(PFLT_CALLBACK_DATA data, const struct flt_node *node, void *context,
		    FLT_POSTOP_CALLBACK_STATUS *verdict);
void flt_call_status(struct flt_instance *instance, PFLT_GET_OPERATION_STATUS_CALLBACK callback,
		     PFLT_IO_PARAMETER_BLOCK iopb, NTSTATUS status, void *context);
NTSTATUS flt_call_setup(struct flt_instance *instance, FLT_INSTANCE_SETUP_FLAGS flags);
NTSTATUS flt_call_query_teardown(struct flt_instance *instance);
void flt_call_section_conflict(struct flt_instance *instance, PFLT_CONTEXT context,
			       struct flt_operation *op);
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
