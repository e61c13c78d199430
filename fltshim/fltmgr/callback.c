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
	PFLT_IO_PARAMETER_BLOCK iopb;
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
			 void (*fn)(void *), struct flt_call *call, const char *what,
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

static seh_raises void flt_thunk_status(void *arg)
{
	struct flt_call *call = arg;
	PFLT_GET_OPERATION_STATUS_CALLBACK callback = call->callback;

	callback(&call->objects, call->iopb, call->status, call->context);
}

/**
 * flt_call_status() - tell a filter what the file system said when it was handed an operation
 * @op: the operation
 * @instance: who wants to know
 * @callback: its routine
 * @iopb: the parameters as they were when it asked
 * @status: what the file system said
 * @context: its own
 */
void flt_call_status(struct flt_operation *op, struct flt_instance *instance,
		     PFLT_GET_OPERATION_STATUS_CALLBACK callback, PFLT_IO_PARAMETER_BLOCK iopb,
		     NTSTATUS status, void *context)
{
	struct flt_call call = {
		.callback = callback, .iopb = iopb, .status = status, .context = context,
	};
	NTSTATUS code;

	flt_call_objects(&call, instance, iopb->TargetFileObject);
	flt_call_run(instance->filter, op, flt_thunk_status, &call, "operation status callback",
		     &code);
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
