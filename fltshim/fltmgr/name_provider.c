// SPDX-License-Identifier: GPL-2.0
/*
 * Minifilters that give names of their own. A question from above such a filter goes to it, that
 * of the filter itself, or from below, to the next one or to the file system. The calls that are
 * under way are listed by thread: that is where a question from inside one begins, and how one
 * that only ever asks itself is stopped.
 */
#include <linux/export.h>
#include <linux/list.h>
#include <linux/mm.h>
#include <linux/sched.h>
#include <linux/slab.h>
#include "fltmgr/altitude.h"
#include "fltmgr/callback.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/name.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_PROVIDER_DEPTH	8	/* calls of one thread inside each other */
#define FLT_PROVIDER_ROOM	1024	/* bytes that a provider has at first */
/* Of an expanded component, and the structure that it comes in. */
#define FLT_COMPONENT_BYTES	(255 * sizeof(WCHAR))
#define FLT_COMPONENT_SIZE	(sizeof(FILE_NAMES_INFORMATION) + FLT_COMPONENT_BYTES)

/**
 * struct flt_provider_call - a provider makes a name
 * @control: what it fills
 * @buffer: memory of @control, that the provider must not replace itself
 * @room: its size
 * @running: says that this thread is inside, at which instance
 */
struct flt_provider_call {
	FLT_NAME_CONTROL control;
	WCHAR *buffer;
	size_t room;
	struct flt_running running;
};

/* The newest call of this thread on a volume, and how many it has in all. */
static struct flt_instance *flt_provider_inside(const struct flt_volume *volume,
						unsigned int *depth)
{
	struct flt_instance *inside = NULL;
	struct flt_running *running = NULL;

	*depth = 0;
	while ((running = flt_running_next(running))) {
		if (!running->names)
			continue;
		++*depth;
		if (!inside && running->instance->volume == volume)
			inside = running->instance;
	}
	return inside;
}

/* Does a snapshot have providers at all? Most have none. */
static bool flt_volume_has_providers(struct flt_volume *volume)
{
	const struct flt_stack *stack;
	bool has;

	rcu_read_lock();
	stack = flt_stack_peek(volume);
	has = stack && stack->providers;
	rcu_read_unlock();
	return has;
}

/**
 * flt_provider_enter() - who is asked
 * @query: the question
 * @stack: receives the guarded snapshot, to be left with flt_guard_leave(), unless NULL is returned
 *
 * Inside a provider's callback, an operation's target instance is the one that asked first; the
 * provider itself counts then.
 *
 * Return: the provider's instance, or NULL: the file system is asked
 */
struct flt_instance *flt_provider_enter(const struct flt_name_query *query,
					struct flt_stack **stack)
{
	bool itself = query->options & FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER;
	struct flt_volume *volume = query->file->volume;
	struct flt_instance *asker = query->instance, *inside;
	unsigned int i, depth;

	if (likely(!flt_volume_has_providers(volume)))
		return NULL;
	if (query->data) {
		inside = flt_provider_inside(volume, &depth);
		if (inside)
			asker = inside;
	}
	*stack = flt_guard_enter(volume);
	for (i = 0; i < (*stack)->nr_instances; i++) {
		struct flt_instance *instance = (*stack)->instances[i];
		int order = -1;

		if (!instance->filter->generate_name)
			continue;
		if (asker)
			order = flt_altitude_compare(&instance->altitude, &asker->altitude);
		if (order < 0 || (!order && itself))
			return instance;
	}
	flt_guard_leave(*stack);
	return NULL;
}

static bool flt_provider_begin(struct flt_provider_call *call, struct flt_instance *provider)
{
	call->buffer = kvmalloc(FLT_PROVIDER_ROOM, GFP_KERNEL);
	if (!call->buffer)
		return false;
	call->room = FLT_PROVIDER_ROOM;
	call->control.Name = (UNICODE_STRING) { 0, call->room, call->buffer };
	call->running = (struct flt_running) {
		.filter = provider->filter, .instance = provider, .names = true,
	};
	flt_running_begin(&call->running);
	return true;
}

static void flt_provider_end(struct flt_provider_call *call)
{
	flt_running_end(&call->running);
	kvfree(call->buffer);
}

/* Does a name begin with the volume's, and is it no longer than a name may be? (NAME-60) */
static bool flt_provider_sane(const struct flt_provider_call *call)
{
	const UNICODE_STRING *volume = &call->running.instance->volume->name;
	const UNICODE_STRING *name = &call->control.Name;

	return name->Buffer == call->buffer && name->Length <= call->room &&
	       name->Length <= FLT_NAME_BYTES_MAX && !(name->Length % sizeof(WCHAR)) &&
	       name->Length >= volume->Length &&
	       !memcmp(name->Buffer, volume->Buffer, volume->Length) &&
	       (name->Length == volume->Length ||
		name->Buffer[volume->Length / sizeof(WCHAR)] == '\\');
}

/* One call of the generate callback; the name goes to *@out. */
static NTSTATUS flt_provider_generate(struct flt_instance *provider,
				      const struct flt_name_query *query,
				      FLT_FILE_NAME_OPTIONS options, struct flt_name **out,
				      bool *cache)
{
	size_t prefix = provider->volume->name.Length / sizeof(WCHAR);
	struct flt_provider_call call;
	BOOLEAN cacheable = FALSE;
	NTSTATUS status;

	if (!flt_provider_begin(&call, provider))
		return STATUS_INSUFFICIENT_RESOURCES;
	status = flt_call_generate_name(provider, &query->file->fo, query->data, options,
					&cacheable, &call.control);
	*cache = cacheable;
	if (NT_SUCCESS(status) && !flt_provider_sane(&call)) {
		flt_violation(provider->filter, FLT_VIOLATION_ROUTINE, NULL,
			      "gave a file name that is none of its volume");
		status = STATUS_OBJECT_NAME_INVALID;
	} else if (NT_SUCCESS(status)) {
		status = flt_name_from_text(provider->volume, call.buffer + prefix,
					    call.control.Name.Length / sizeof(WCHAR) - prefix,
					    out);
	}
	flt_provider_end(&call);
	return status;
}

/**
 * flt_provider_name() - have a provider make a name
 * @provider: its instance; guarded
 * @query: the question
 * @out: receives the name
 * @cache: receives whether it may be cached
 *
 * A normalized name that it does not make by itself is made from the opened one, component by
 * component (NAME-53).
 *
 * Return: STATUS_SUCCESS, what the provider said, STATUS_OBJECT_NAME_INVALID for a name that
 * cannot be one, STATUS_FLT_INVALID_NAME_REQUEST where a provider may not be called
 */
NTSTATUS flt_provider_name(struct flt_instance *provider, const struct flt_name_query *query,
			   struct flt_name **out, bool *cache)
{
	FLT_FILE_NAME_OPTIONS options = query->options;
	FLT_NORMALIZE_NAME_FLAGS flags = 0;
	struct flt_name *opened;
	unsigned int depth;
	NTSTATUS status;

	if (!ke_level_at_most(PASSIVE_LEVEL))
		return STATUS_FLT_INVALID_NAME_REQUEST;
	flt_provider_inside(provider->volume, &depth);
	if (depth >= FLT_PROVIDER_DEPTH) {
		flt_violation(provider->filter, FLT_VIOLATION_ROUTINE, NULL,
			      "asks itself for the name that it is to make");
		return STATUS_FLT_INVALID_NAME_REQUEST;
	}
	status = flt_provider_generate(provider, query, options, out, cache);
	if (NT_SUCCESS(status) || FltGetFileNameFormat(options) != FLT_FILE_NAME_NORMALIZED ||
	    status == STATUS_OBJECT_NAME_INVALID || status == STATUS_FLT_INVALID_NAME_REQUEST)
		return status;
	options = (options & ~FLT_VALID_FILE_NAME_FORMATS) | FLT_FILE_NAME_OPENED;
	status = flt_provider_generate(provider, query, options, &opened, cache);
	if (!NT_SUCCESS(status))
		return status;
	if (query->file->fo.Flags & FO_OPENED_CASE_SENSITIVE)
		flags = FLTFL_NORMALIZE_NAME_CASE_SENSITIVE;
	status = flt_provider_normalize(provider, query->file, opened, flags, out);
	flt_name_put(opened);
	return status;
}

/* A path that is normalized so far, and room for one more component. */
struct flt_normalized {
	WCHAR *text;
	size_t units;
	FILE_NAMES_INFORMATION *names;
	void *context;
};

/* One component: the provider says how it is really called. */
static NTSTATUS flt_normalize_one(struct flt_instance *provider, struct flt_file *file,
				  struct flt_normalized *to, const UNICODE_STRING *component,
				  bool last, FLT_NORMALIZE_NAME_FLAGS flags)
{
	const WCHAR *name = component->Buffer;
	UNICODE_STRING parent = { to->units * sizeof(WCHAR), to->units * sizeof(WCHAR),
				  to->text };
	size_t i, units = component->Length / sizeof(WCHAR);
	NTSTATUS status;

	memset(to->names, 0, FLT_COMPONENT_SIZE);
	status = flt_call_normalize(provider, &file->fo, &parent, component, to->names,
				    FLT_COMPONENT_SIZE, flags, &to->context);
	/* What does not exist yet keeps its name; nothing can be below it. */
	if (status == STATUS_NO_SUCH_FILE && !last)
		return STATUS_OBJECT_PATH_NOT_FOUND;
	if (!NT_SUCCESS(status) && status != STATUS_NO_SUCH_FILE)
		return status;
	if (NT_SUCCESS(status)) {
		units = to->names->FileNameLength / sizeof(WCHAR);
		name = (const WCHAR *)((u8 *)to->names +
				       offsetof(FILE_NAMES_INFORMATION, FileName));
		for (i = 0; i < units && units <= FLT_COMPONENT_BYTES / sizeof(WCHAR); i++) {
			if (name[i] == '\\')
				break;
		}
		if (!units || i < units || to->names->FileNameLength % sizeof(WCHAR)) {
			flt_violation(provider->filter, FLT_VIOLATION_ROUTINE, NULL,
				      "normalized a component to what cannot be one");
			return STATUS_OBJECT_NAME_INVALID;
		}
	}
	if ((to->units + units + 1) * sizeof(WCHAR) > FLT_NAME_BYTES_MAX)
		return STATUS_NAME_TOO_LONG;
	memcpy(to->text + to->units, name, units * sizeof(WCHAR));
	to->units += units;
	if (!last)
		to->text[to->units++] = '\\';
	return STATUS_SUCCESS;
}

/* All components of @from, from the root down. */
static NTSTATUS flt_normalize_path(struct flt_instance *provider, struct flt_file *file,
				   struct flt_normalized *to, const struct flt_name *from,
				   FLT_NORMALIZE_NAME_FLAGS flags)
{
	size_t at = from->info.Volume.Length / sizeof(WCHAR);
	size_t end = from->info.Name.Length / sizeof(WCHAR);
	NTSTATUS status = STATUS_SUCCESS;

	memcpy(to->text, from->text, at * sizeof(WCHAR));
	to->units = at;
	if (at < end)
		to->text[to->units++] = '\\';
	for (at++; at < end && NT_SUCCESS(status); at++) {
		UNICODE_STRING component = { .Buffer = (PWSTR)from->text + at };
		size_t first = at;

		while (at < end && from->text[at] != '\\')
			at++;
		component.Length = (at - first) * sizeof(WCHAR);
		component.MaximumLength = component.Length;
		if (at > first)
			status = flt_normalize_one(provider, file, to, &component, at >= end,
						   flags);
	}
	return status;
}

/**
 * flt_provider_normalize() - have a provider normalize a path
 * @provider: its instance; guarded
 * @file: file object that its Ex callback gets
 * @from: opened name
 * @flags: FLTFL_NORMALIZE_NAME_*
 * @out: receives the normalized name
 *
 * The parent directory that the callback gets ends in a backslash. PASSIVE_LEVEL.
 *
 * Return: STATUS_SUCCESS, what the provider said, STATUS_OBJECT_PATH_NOT_FOUND when a folder does
 * not exist
 */
NTSTATUS flt_provider_normalize(struct flt_instance *provider, struct flt_file *file,
				struct flt_name *from, FLT_NORMALIZE_NAME_FLAGS flags,
				struct flt_name **out)
{
	size_t prefix = from->info.Volume.Length / sizeof(WCHAR);
	struct flt_provider_call call;
	struct flt_normalized to = {};
	NTSTATUS status = STATUS_INSUFFICIENT_RESOURCES;

	if (!flt_provider_begin(&call, provider))
		return status;
	to.text = kvmalloc(FLT_NAME_BYTES_MAX + FLT_COMPONENT_BYTES, GFP_KERNEL);
	to.names = kmalloc(FLT_COMPONENT_SIZE, GFP_KERNEL);
	if (to.text && to.names)
		status = flt_normalize_path(provider, file, &to, from, flags);
	if (to.context)
		flt_call_normalize_done(provider, &to.context);
	if (NT_SUCCESS(status))
		status = flt_name_from_text(provider->volume, to.text + prefix,
					    to.units - prefix, out);
	kfree(to.names);
	kvfree(to.text);
	flt_provider_end(&call);
	return status;
}

static bool flt_provider_is(const struct flt_running *running, const void *control)
{
	return running->names &&
	       &container_of(running, struct flt_provider_call, running)->control == control;
}

/**
 * FltCheckAndGrowNameControl() - see that a name fits
 * @NameCtrl: what the generate callback was given
 * @NewSize: bytes that are needed
 *
 * WDK page: fltcheckandgrownamecontrol. IRQL: <= APC_LEVEL. A buffer that is replaced keeps its
 * contents and its length.
 *
 * Return: STATUS_SUCCESS, STATUS_INSUFFICIENT_RESOURCES, STATUS_INVALID_PARAMETER
 */
NTSTATUS FltCheckAndGrowNameControl(PFLT_NAME_CONTROL NameCtrl, USHORT NewSize)
{
	struct flt_provider_call *found = NULL;
	struct flt_running *running;
	WCHAR *buffer;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	running = flt_running_find(flt_provider_is, NameCtrl);
	if (running)
		found = container_of(running, struct flt_provider_call, running);
	/* It is the caller's own: the list does not lose it before the callback has returned. */
	if (!found || found->control.Name.Buffer != found->buffer) {
		fsh_violation(fsh_caller(), __func__, "%p is no name control of this callback",
			      NameCtrl);
		return STATUS_INVALID_PARAMETER;
	}
	if (NewSize <= found->room)
		return STATUS_SUCCESS;
	buffer = kvmalloc(NewSize, GFP_KERNEL);
	if (!buffer)
		return STATUS_INSUFFICIENT_RESOURCES;
	memcpy(buffer, found->buffer, found->room);
	kvfree(found->buffer);
	found->buffer = buffer;
	found->room = NewSize;
	NameCtrl->Name.Buffer = buffer;
	NameCtrl->Name.MaximumLength = NewSize;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltCheckAndGrowNameControl);
