// SPDX-License-Identifier: GPL-2.0
/*
 * See opening.h.
 */
#include "kunit/opening.h"

/* An open by the middle of three probes, below its instance on the first volume. */
struct opening opening_of(struct world *w, const WCHAR *path)
{
	return (struct opening) {
		.w = w,
		.probe = w->probe[1],
		.fake = w->fake,
		.path = path,
		.attributes = OBJ_KERNEL_HANDLE,
		.access = FILE_GENERIC_READ | FILE_GENERIC_WRITE,
		.disposition = FILE_OPEN,
		.options = FILE_SYNCHRONOUS_IO_NONALERT,
	};
}

/* The name: the volume's and the path, or the path alone. */
static void opening_name(struct opening *o)
{
	const UNICODE_STRING *volume = &o->fake->volume->name;
	size_t used = 0, i;

	if (!o->path)
		return;
	if (!o->root) {
		used = volume->Length / sizeof(WCHAR);
		memcpy(o->text, volume->Buffer, volume->Length);
	}
	for (i = 0; o->path[i]; i++)
		o->text[used++] = o->path[i];
	o->name.Buffer = o->text;
	o->name.Length = used * sizeof(WCHAR);
	o->name.MaximumLength = o->name.Length;
}

NTSTATUS opening_do(struct opening *o)
{
	PFLT_INSTANCE instance = o->top ? NULL : o->probe->instance[0];
	OBJECT_ATTRIBUTES attributes;

	opening_name(o);
	InitializeObjectAttributes(&attributes, &o->name, o->attributes, o->root, NULL);
	return FltCreateFileEx2(o->probe->filter, instance, &o->handle,
				o->no_object ? NULL : &o->object, o->access, &attributes,
				&o->result, NULL, o->file_attributes, FILE_SHARE_READ,
				o->disposition, o->options, NULL, 0, o->flags, o->context);
}

/* Closes what was opened. */
void opening_end(struct opening *o)
{
	if (o->handle)
		FltClose(o->handle);
	if (o->object)
		ObDereferenceObject(o->object);
	o->handle = NULL;
	o->object = NULL;
}

/* Opens and closes; the status of the open. */
NTSTATUS opening_try(struct opening o)
{
	NTSTATUS status = opening_do(&o);

	opening_end(&o);
	return status;
}
