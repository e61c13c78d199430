// SPDX-License-Identifier: GPL-2.0
/*
 * Calls into minifilters other than the walk's own (see callback.h). Each builds
 * FLT_RELATED_OBJECTS afresh, runs under an exception barrier (SRC-22), and compares the
 * preemption count before and after, since a callback that returns at another level would take
 * the machine with it.
 */
#include <linux/preempt.h>
#include "fltmgr/callback.h"
#include "fltmgr/volume.h"

/* What a call needs and returns; handed through the barrier as one pointer. */
struct flt_call {
	const void *callback;
	const struct flt_node *node;
	PFLT_CALLBACK_DATA data;
	FLT_RELATED_OBJECTS objects;
	void *context;
	ULONG flags;
	ULONG device_type;
	FLT_FILESYSTEM_TYPE fs_type;
	union {
		FLT_POSTOP_CALLBACK_STATUS post;
		NTSTATUS status;
	};
};

/**
 * flt_call_level() - a callback came back at another level than it was called at
 * @filter: whose callback
 * @op: the operation, or NULL
 * @what: which callback, for the log
 * @level: the preemption count before the call; restored
 */
void flt_call_level(struct flt_filter *filter, const struct flt_operation *op, const char *what,
		    int level)
{
	flt_violation(filter, FLT_VIOLATION_LEVEL, op,
		      "%s returned with preemption count %#x, was %#x", what, preempt_count(),
		      level);
	preempt_count_set(level);
}

/**
 * flt_call_raised() - an exception came through a callback
 * @filter: whose callback
 * @op: the operation, or NULL
 * @what: which callback, for the log
 * @code: the exception
 */
void flt_call_raised(struct flt_filter *filter, const struct flt_operation *op, const char *what,
		     NTSTATUS code)
{
	flt_violation(filter, FLT_VIOLATION_EXCEPTION, op, "%s raised %#x and nobody handled it",
		      what, code);
}

/* Runs @fn behind a barrier of its own; false: an exception came through, named in the log. */
static bool flt_call_run(struct flt_filter *filter, void (*fn)(void *), struct flt_call *call,
			 const char *what, NTSTATUS *code)
{
	int level = preempt_count();
	bool returned = seh_call(fn, call, code);

	if (unlikely(!returned))
		flt_call_raised(filter, NULL, what, *code);
	if (unlikely(preempt_count() != level))
		flt_call_level(filter, NULL, what, level);
	return returned;
}

static seh_raises void flt_thunk_post(void *arg)
{
	struct flt_call *call = arg;

	call->post = flt_call_post(call->node, flt_op_index(call->data->Iopb->MajorFunction),
				   call->data, &call->objects, call->context,
				   FLTFL_POST_OPERATION_DRAINING);
}

/**
 * flt_call_drain() - call a post-operation callback of an instance that goes away
 * @data: copy of the callback data
 * @node: whose callback
 * @context: completion context of the pre-operation callback
 * @verdict: what it returned; FINISHED_PROCESSING after an exception
 */
void flt_call_drain(PFLT_CALLBACK_DATA data, const struct flt_node *node, void *context,
		    FLT_POSTOP_CALLBACK_STATUS *verdict)
{
	struct flt_call call = { .node = node, .data = data, .context = context };
	NTSTATUS code;

	*verdict = FLT_POSTOP_FINISHED_PROCESSING;
	if (flt_call_run(node->instance->filter, flt_thunk_post, &call, "post-operation callback",
			 &code))
		*verdict = call.post;
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
	flt_call_objects(&call.objects, instance, NULL);
	if (!flt_call_run(instance->filter, flt_thunk_setup, &call,
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
	flt_call_objects(&call.objects, instance, NULL);
	if (!flt_call_run(instance->filter, flt_thunk_query_teardown, &call,
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
	flt_call_objects(&call.objects, instance, NULL);
	flt_call_run(instance->filter, flt_thunk_teardown, &call, "teardown callback",
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

	if (!flt_call_run(filter, flt_thunk_unload, &call, "unload callback", &code))
		return code;
	return call.status;
}
