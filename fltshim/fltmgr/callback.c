// SPDX-License-Identifier: GPL-2.0
/*
 * Calls into minifilters other than the walk's own (see callback.h). Each builds
 * FLT_RELATED_OBJECTS afresh, runs under an exception barrier (SRC-22), and compares the level
 * and the regions before and after, since what a callback leaves behind would stay with a thread or
 * a CPU that others use next.
 */
#include <linux/hash.h>
#include <linux/preempt.h>
#include "fltmgr/callback.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"

/* What a call needs and returns; handed through the barrier as one pointer. */
struct flt_call {
	const void *callback;
	const struct flt_node *node;
	PFLT_CALLBACK_DATA data;
	FLT_RELATED_OBJECTS objects;
	void *context;
	PFLT_IO_PARAMETER_BLOCK iopb;
	ULONG flags;
	ULONG device_type;
	FLT_FILESYSTEM_TYPE fs_type;
	union {
		FLT_POSTOP_CALLBACK_STATUS post;
		NTSTATUS status;
	};
};

/**
 * flt_call_level() - a callback of the walk came back at another level than it was called at
 * @filter: whose callback
 * @op: the operation, or NULL
 * @what: which callback, for the log
 * @level: the preemption count before the call; restored
 */
void flt_call_level(struct flt_filter *filter, const struct flt_operation *op, const char *what,
		    int level)
{
	int left = preempt_count();

	ke_level_restore(level);
	flt_violation(filter, FLT_VIOLATION_LEVEL, op,
		      "%s returned with preemption count %#x, was %#x", what, left, level);
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

#define FLT_RUNNING_BITS	6

/* What runs now, by thread. */
static struct flt_running_list {
	spinlock_t lock;	/* calls; asked for in softirq too */
	struct list_head calls;
} flt_running_lists[1 << FLT_RUNNING_BITS];

void flt_running_init(void)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flt_running_lists); i++) {
		spin_lock_init(&flt_running_lists[i].lock);
		INIT_LIST_HEAD(&flt_running_lists[i].calls);
	}
}

static struct flt_running_list *flt_running_of(const struct task_struct *task)
{
	return &flt_running_lists[hash_ptr(task, FLT_RUNNING_BITS)];
}

/* In task context; all but @link and @task is set. */
void flt_running_begin(struct flt_running *running)
{
	struct flt_running_list *list = flt_running_of(current);

	running->task = current;
	spin_lock_bh(&list->lock);
	list_add(&running->link, &list->calls);
	spin_unlock_bh(&list->lock);
}

void flt_running_end(struct flt_running *running)
{
	struct flt_running_list *list = flt_running_of(current);

	spin_lock_bh(&list->lock);
	list_del(&running->link);
	spin_unlock_bh(&list->lock);
}

/**
 * flt_running_next() - walk over what the current thread runs, the newest first
 * @after: NULL, or what the last call gave
 *
 * In softirq there is nothing. What is returned stays: nobody but this thread ends it.
 */
struct flt_running *flt_running_next(const struct flt_running *after)
{
	struct flt_running_list *list = flt_running_of(current);
	const struct list_head *from = after ? &after->link : &list->calls;
	struct flt_running *running, *found = NULL;

	if (list_empty(&list->calls) || !in_task())
		return NULL;
	spin_lock_bh(&list->lock);
	running = list_entry(from, struct flt_running, link);
	list_for_each_entry_continue(running, &list->calls, link) {
		if (running->task == current) {
			found = running;
			break;
		}
	}
	spin_unlock_bh(&list->lock);
	return found;
}

/* The first one of any thread that @match, called under a lock, accepts; may have ended since. */
struct flt_running *flt_running_find(bool (*match)(const struct flt_running *running,
						   const void *what), const void *what)
{
	struct flt_running *running, *found = NULL;
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(flt_running_lists) && !found; i++) {
		struct flt_running_list *list = &flt_running_lists[i];

		spin_lock_bh(&list->lock);
		list_for_each_entry(running, &list->calls, link) {
			if (match(running, what)) {
				found = running;
				break;
			}
		}
		spin_unlock_bh(&list->lock);
	}
	return found;
}

/* Behind a barrier; what the call left otherwise than it found it is reported, and put back. */
static bool flt_call_checked(struct flt_filter *filter, const char *what, void (*fn)(void *arg),
			     void *arg, NTSTATUS *code)
{
	const char *breach;
	struct ke_mark mark;
	bool returned;

	ke_mark(&mark);
	returned = seh_call(fn, arg, code);
	breach = ke_mark_breach(&mark);
	if (likely(!breach))
		return returned;
	ke_mark_restore(&mark);
	flt_violation(filter, FLT_VIOLATION_LEVEL, NULL, "%s returned %s", what, breach);
	return returned;
}

/**
 * flt_call_guarded() - call a routine of a filter
 * @filter: whose; what the routine does wrong is reported for it
 * @what: which routine, for the log
 * @fn: calls it
 * @arg: its argument
 * @code: receives an exception that nobody handled
 *
 * This thread is not known to be inside: for what may be called while the filter is taken back.
 *
 * Return: false after an exception
 */
bool flt_call_guarded(struct flt_filter *filter, const char *what, void (*fn)(void *arg),
		      void *arg, NTSTATUS *code)
{
	bool returned = flt_call_checked(filter, what, fn, arg, code);

	if (unlikely(!returned))
		flt_call_raised(filter, NULL, what, *code);
	return returned;
}

/**
 * flt_call_run() - call a routine of a filter, so that this thread is known to be inside
 * @filter: whose; what the routine does wrong is reported for it
 * @instance: that is not torn down before it returns, or NULL
 * @fn: calls it
 * @arg: its argument
 * @what: which routine, for the log
 * @code: receives an exception that nobody handled
 *
 * What is called in softirq is not the interrupted thread's, and not known.
 *
 * Return: false after an exception
 */
bool flt_call_run(struct flt_filter *filter, struct flt_instance *instance,
		  void (*fn)(void *arg), void *arg, const char *what, NTSTATUS *code)
{
	struct flt_running running = { .filter = filter, .instance = instance };
	bool returned, known = in_task();

	if (known)
		flt_running_begin(&running);
	returned = flt_call_guarded(filter, what, fn, arg, code);
	if (known)
		flt_running_end(&running);
	return returned;
}

static seh_raises void flt_thunk_post(void *arg)
{
	struct flt_call *call = arg;

	call->post = flt_call_post(call->node, call->data, call->node->instance->volume,
				   call->data->Iopb->TargetFileObject, &call->objects,
				   call->context, FLTFL_POST_OPERATION_DRAINING);
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
	if (flt_call_run(node->instance->filter, node->instance, flt_thunk_post, &call,
			 "post-operation callback", &code))
		*verdict = call.post;
}

static seh_raises void flt_thunk_status(void *arg)
{
	struct flt_call *call = arg;
	PFLT_GET_OPERATION_STATUS_CALLBACK callback = call->callback;

	callback(&call->objects, call->iopb, call->status, call->context);
}

/**
 * flt_call_status() - tell a filter what the file system said when it was handed an operation
 * @instance: who wants to know
 * @callback: its routine
 * @iopb: the parameters as they were when it asked
 * @status: what the file system said
 * @context: its own
 */
void flt_call_status(struct flt_instance *instance, PFLT_GET_OPERATION_STATUS_CALLBACK callback,
		     PFLT_IO_PARAMETER_BLOCK iopb, NTSTATUS status, void *context)
{
	struct flt_call call = {
		.callback = callback, .iopb = iopb, .status = status, .context = context,
	};
	NTSTATUS code;

	flt_call_objects(&call.objects, instance, iopb->TargetFileObject);
	flt_call_run(instance->filter, instance, flt_thunk_status, &call,
		     "operation status callback", &code);
}

static seh_raises void flt_thunk_section_conflict(void *arg)
{
	struct flt_call *call = arg;
	PFLT_SECTION_CONFLICT_NOTIFICATION_CALLBACK callback = call->callback;

	call->status = callback(call->objects.Instance, call->context, call->data);
}

/**
 * flt_call_section_conflict() - tell a filter that an operation takes mapped data away
 * @instance: whose section it is
 * @context: section context, referenced
 * @op: the operation, which goes on whatever the filter says
 */
void flt_call_section_conflict(struct flt_instance *instance, PFLT_CONTEXT context,
			       struct flt_operation *op)
{
	struct flt_call call = {
		.callback = instance->filter->section_conflict, .context = context,
		.data = &op->data,
	};
	NTSTATUS code;

	flt_call_objects(&call.objects, instance, NULL);
	if (flt_call_run(instance->filter, instance, flt_thunk_section_conflict, &call,
			 "section conflict callback", &code) && !NT_SUCCESS(call.status))
		pr_warn_ratelimited("fltshim: filter %s: its section conflict callback returned %#x, which changes nothing\n",
				    instance->filter->name_utf8, call.status);
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
	if (!flt_call_run(instance->filter, instance, flt_thunk_setup, &call,
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
	if (!flt_call_run(instance->filter, instance, flt_thunk_query_teardown, &call,
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

	/* Not known to be running: unregistering the filter there is what it is for. */
	if (!flt_call_guarded(filter, "unload callback", flt_thunk_unload, &call, &code))
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

	if (!flt_call_run(instance->filter, instance, flt_thunk_generate_name, &call,
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

	if (!flt_call_run(instance->filter, instance, flt_thunk_normalize, &call,
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
		flt_call_run(instance->filter, instance, flt_thunk_normalize_done, &call,
			     "normalize cleanup callback", &code);
}
