// SPDX-License-Identifier: GPL-2.0
/*
 * Calls into minifilters. Each builds FLT_RELATED_OBJECTS afresh, runs under the exception
 * barrier (SRC-22), and compares the preemption count before and after, since a callback that
 * returns at another level would take the machine with it.
 */
#include <linux/preempt.h>
#include "fltmgr/callback.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"
#include "nt/seh.h"

/* What a call needs and returns; handed through the barrier as one pointer. */
struct flt_call {
	const void *callback;
	PFLT_CALLBACK_DATA data;
	FLT_RELATED_OBJECTS objects;
	void *context;
	ULONG flags;
	ULONG device_type;
	FLT_FILESYSTEM_TYPE fs_type;
	union {
		FLT_PREOP_CALLBACK_STATUS pre;
		FLT_POSTOP_CALLBACK_STATUS post;
		NTSTATUS status;
	};
};

static void flt_call_objects(struct flt_call *call, struct flt_instance *instance,
			     PFILE_OBJECT file)
{
	call->objects = (FLT_RELATED_OBJECTS) {
		.Size = sizeof(FLT_RELATED_OBJECTS),
		.Filter = flt_filter_opaque(instance->filter),
		.Volume = (PFLT_VOLUME)instance->volume,
		.Instance = flt_instance_opaque(instance),
		.FileObject = file,
	};
}

/* Runs @fn under the barrier; false: an exception came through, named in the log. */
static bool flt_call_run(struct flt_filter *filter, const struct flt_operation *op,
			 void (*fn)(void *), void *call, const char *what,
			 NTSTATUS *code)
{
	int level = preempt_count();
	bool returned = seh_call(fn, call, code);

	if (unlikely(!returned))
		flt_violation(filter, FLT_VIOLATION_EXCEPTION, op,
			      "%s raised %#x and nobody handled it", what, *code);
	if (unlikely(preempt_count() != level)) {
		flt_violation(filter, FLT_VIOLATION_LEVEL, op,
			      "%s returned with preemption count %#x, was %#x", what,
			      preempt_count(), level);
		preempt_count_set(level);
	}
	return returned;
}

static seh_raises void flt_thunk_pre(void *arg)
{
	struct flt_call *call = arg;
	PFLT_PRE_OPERATION_CALLBACK callback = call->callback;

	call->pre = callback(call->data, &call->objects, &call->context);
}

static seh_raises void flt_thunk_post(void *arg)
{
	struct flt_call *call = arg;
	PFLT_POST_OPERATION_CALLBACK callback = call->callback;

	call->post = callback(call->data, &call->objects, call->context, call->flags);
}

/**
 * flt_call_pre() - call a pre-operation callback
 * @op: the operation
 * @node: whose callback
 * @verdict: what it returned
 * @context: completion context that it left, NULL on entry (PREOP-10)
 * @code: the exception, when there was one
 *
 * Return: false when it ended in an exception; @verdict is not set then
 */
bool flt_call_pre(struct flt_operation *op, const struct flt_node *node,
		  FLT_PREOP_CALLBACK_STATUS *verdict, void **context, NTSTATUS *code)
{
	struct flt_filter *filter = node->instance->filter;
	struct flt_call call;
	bool returned;

	call.callback = node->pre;
	call.data = &op->data;
	call.context = NULL;
	flt_call_objects(&call, node->instance, op->iopb.TargetFileObject);
	this_cpu_inc(filter->stats->pre[op->op_index]);
	returned = flt_call_run(filter, op, flt_thunk_pre, &call, "pre-operation callback", code);
	*context = call.context;
	*verdict = call.pre;
	return returned;
}

/**
 * flt_call_post() - call a post-operation callback
 * @op: the operation
 * @data: its callback data, or a copy when draining
 * @node: whose callback
 * @context: completion context of the pre-operation callback
 * @flags: 0 or FLTFL_POST_OPERATION_DRAINING
 * @verdict: what it returned; FINISHED_PROCESSING after an exception
 * @code: the exception, when there was one
 *
 * Return: false when it ended in an exception
 */
bool flt_call_post(struct flt_operation *op, PFLT_CALLBACK_DATA data, const struct flt_node *node,
		   void *context, FLT_POST_OPERATION_FLAGS flags,
		   FLT_POSTOP_CALLBACK_STATUS *verdict, NTSTATUS *code)
{
	struct flt_filter *filter = node->instance->filter;
	struct flt_call call;
	bool returned;

	call.callback = node->post;
	call.data = data;
	call.context = context;
	call.flags = flags;
	flt_call_objects(&call, node->instance, data->Iopb->TargetFileObject);
	this_cpu_inc(filter->stats->post[flt_op_index(data->Iopb->MajorFunction)]);
	returned = flt_call_run(filter, op, flt_thunk_post, &call, "post-operation callback",
				code);
	*verdict = returned ? call.post : FLT_POSTOP_FINISHED_PROCESSING;
	return returned;
}

static seh_raises void flt_thunk_setup(void *arg)
{
	struct flt_call *call = arg;
	PFLT_INSTANCE_SETUP_CALLBACK callback = call->callback;

	call->status = callback(&call->objects, call->flags, call->device_type, call->fs_type);
}

/**
 * flt_call_setup() - ask a filter whether it wants an instance
 * @instance: the instance, not on the stack yet
 * @flags: FLTFL_INSTANCE_SETUP_*
 *
 * PASSIVE_LEVEL, no lock held.
 *
 * Return: the callback's status, or the code of an exception; anything but a success refuses
 */
NTSTATUS flt_call_setup(struct flt_instance *instance, FLT_INSTANCE_SETUP_FLAGS flags)
{
	struct flt_call call = {
		.callback = instance->filter->setup,
		.flags = flags,
		.device_type = instance->volume->info.device_type,
		.fs_type = instance->volume->info.fs_type,
	};
	NTSTATUS code;

	if (!call.callback)
		return STATUS_SUCCESS;
	flt_call_objects(&call, instance, NULL);
	if (!flt_call_run(instance->filter, NULL, flt_thunk_setup, &call,
			  "instance setup callback", &code))
		return code;
	return call.status;
}

static seh_raises void flt_thunk_query_teardown(void *arg)
{
	struct flt_call *call = arg;
	PFLT_INSTANCE_QUERY_TEARDOWN_CALLBACK callback = call->callback;

	call->status = callback(&call->objects, call->flags);
}

/* Ask whether a manual detach is welcome; no callback means no (INST-32). */
NTSTATUS flt_call_query_teardown(struct flt_instance *instance)
{
	struct flt_call call = { .callback = instance->filter->query_teardown };
	NTSTATUS code;

	if (!call.callback)
		return STATUS_FLT_DO_NOT_DETACH;
	flt_call_objects(&call, instance, NULL);
	if (!flt_call_run(instance->filter, NULL, flt_thunk_query_teardown, &call,
			  "query teardown callback", &code))
		return code;
	return call.status;
}

static seh_raises void flt_thunk_teardown(void *arg)
{
	struct flt_call *call = arg;
	PFLT_INSTANCE_TEARDOWN_CALLBACK callback = call->callback;

	callback(&call->objects, call->flags);
}

/* Tell a filter that one of its instances goes; @callback may be NULL. */
void flt_call_teardown(struct flt_instance *instance, PFLT_INSTANCE_TEARDOWN_CALLBACK callback,
		       FLT_INSTANCE_TEARDOWN_FLAGS reason)
{
	struct flt_call call = { .callback = callback, .flags = reason };
	NTSTATUS code;

	if (!callback)
		return;
	flt_call_objects(&call, instance, NULL);
	flt_call_run(instance->filter, NULL, flt_thunk_teardown, &call, "teardown callback",
		     &code);
}

static seh_raises void flt_thunk_unload(void *arg)
{
	struct flt_call *call = arg;
	PFLT_FILTER_UNLOAD_CALLBACK callback = call->callback;

	call->status = callback(call->flags);
}

/* Ask a filter to unload; its status, or the code of an exception. */
NTSTATUS flt_call_unload(struct flt_filter *filter, FLT_FILTER_UNLOAD_FLAGS flags)
{
	struct flt_call call = { .callback = filter->unload, .flags = flags };
	NTSTATUS code;

	if (!flt_call_run(filter, NULL, flt_thunk_unload, &call, "unload callback", &code))
		return code;
	return call.status;
}

/* A call of one of a name provider's callbacks. */
struct flt_name_call {
	const struct flt_filter *filter;
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	PFLT_CALLBACK_DATA data;
	FLT_FILE_NAME_OPTIONS options;
	PBOOLEAN cache;
	PFLT_NAME_CONTROL control;
	const UNICODE_STRING *parent;
	const UNICODE_STRING *component;
	PFILE_NAMES_INFORMATION names;
	ULONG length;
	USHORT volume_length;
	void **context;
	NTSTATUS status;
};

static seh_raises void flt_thunk_generate_name(void *arg)
{
	struct flt_name_call *call = arg;

	call->status = call->filter->generate_name(call->instance, call->file, call->data,
						   call->options, call->cache, call->control);
}

/**
 * flt_call_generate_name() - ask a provider for a name
 * @instance: its instance, guarded
 * @file: of this file
 * @data: the operation in which it is asked, or NULL
 * @options: FLT_FILE_NAME_*
 * @cache: the provider says whether the name may be cached
 * @control: where it puts the name
 *
 * PASSIVE_LEVEL.
 *
 * Return: the callback's status, or the code of an exception
 */
NTSTATUS flt_call_generate_name(struct flt_instance *instance, PFILE_OBJECT file,
				PFLT_CALLBACK_DATA data, FLT_FILE_NAME_OPTIONS options,
				PBOOLEAN cache, PFLT_NAME_CONTROL control)
{
	struct flt_name_call call = {
		.filter = instance->filter,
		.instance = flt_instance_opaque(instance),
		.file = file,
		.data = data,
		.options = options,
		.cache = cache,
		.control = control,
	};
	NTSTATUS code;

	if (!flt_call_run(instance->filter, NULL, flt_thunk_generate_name, &call,
			  "generate name callback", &code))
		return code;
	return call.status;
}

static seh_raises void flt_thunk_normalize(void *arg)
{
	struct flt_name_call *call = arg;

	if (call->filter->normalize_ex)
		call->status = call->filter->normalize_ex(call->instance, call->file, call->parent,
							  call->volume_length, call->component,
							  call->names, call->length, call->options,
							  call->context);
	else
		call->status = call->filter->normalize(call->instance, call->parent,
						       call->volume_length, call->component,
						       call->names, call->length, call->options,
						       call->context);
}

/**
 * flt_call_normalize() - ask a provider how one component of a path is really called
 * @instance: its instance, guarded
 * @file: for the Ex callback, which is the only one called where there are both (REG-11)
 * @parent: volume and path so far, with a backslash at the end
 * @component: what is to be expanded
 * @names: where it is expanded to
 * @length: bytes there
 * @flags: FLTFL_NORMALIZE_NAME_*
 * @context: the provider's, for all components of a path
 *
 * PASSIVE_LEVEL.
 *
 * Return: the callback's status, or the code of an exception
 */
NTSTATUS flt_call_normalize(struct flt_instance *instance, PFILE_OBJECT file,
			    const UNICODE_STRING *parent, const UNICODE_STRING *component,
			    PFILE_NAMES_INFORMATION names, ULONG length,
			    FLT_NORMALIZE_NAME_FLAGS flags, void **context)
{
	struct flt_name_call call = {
		.filter = instance->filter,
		.instance = flt_instance_opaque(instance),
		.file = file,
		.options = flags,
		.parent = parent,
		.component = component,
		.names = names,
		.length = length,
		.volume_length = instance->volume->name.Length,
		.context = context,
	};
	NTSTATUS code;

	if (!flt_call_run(instance->filter, NULL, flt_thunk_normalize, &call,
			  "normalize name callback", &code))
		return code;
	return call.status;
}

static seh_raises void flt_thunk_normalize_done(void *arg)
{
	struct flt_name_call *call = arg;

	call->filter->normalize_done(call->context);
}

/* The path of @context is through. */
void flt_call_normalize_done(struct flt_instance *instance, void **context)
{
	struct flt_name_call call = { .filter = instance->filter, .context = context };
	NTSTATUS code;

	if (call.filter->normalize_done)
		flt_call_run(instance->filter, NULL, flt_thunk_normalize_done, &call,
			     "normalize cleanup callback", &code);
}
