// SPDX-License-Identifier: GPL-2.0
/*
 * See name_ask.h. Questions are asked in callbacks, answers are looked at by the test.
 */
#include "kunit/name_ask.h"

/* Probes, and a file of the world that is open as \dir\a.txt. */
struct world *ask_world(struct kunit *test, const char *probes)
{
	struct world *w = world_of(test);

	world_probes(w, probes);
	ask_name_file(w->file, u"\\dir\\a.txt", true);
	return w;
}

static void ask_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    int *status, void **context)
{
	struct ask *ask = p->private;

	if (!ask || !ask->in_pre)
		return;
	if (ask->before)
		ask->before(data);
	if (ask->pre_name)
		FltReleaseFileNameInformation(ask->pre_name);
	ask->pre_name = NULL;
	ask->pre = FltGetFileNameInformation(data, ask->options, &ask->pre_name);
	if (ask->after)
		ask->after(data);
}

static int ask_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    void *context)
{
	struct ask *ask = p->private;

	if (!ask || !ask->in_post)
		return FLT_POSTOP_FINISHED_PROCESSING;
	if (ask->before)
		ask->before(data);
	if (ask->post_name)
		FltReleaseFileNameInformation(ask->post_name);
	ask->post_name = NULL;
	ask->post = FltGetFileNameInformation(data, ask->options, &ask->post_name);
	if (ask->after)
		ask->after(data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* From now on the probe asks; what it had before is given back. */
void ask_with(struct probe *p, struct ask *ask, FLT_FILE_NAME_OPTIONS options, bool pre,
	      bool post)
{
	ask_forget(ask);
	ask->options = options;
	ask->in_pre = pre;
	ask->in_post = post;
	ask->pre = STATUS_PENDING;
	ask->post = STATUS_PENDING;
	p->private = ask;
	p->on_pre = ask_pre;
	p->on_post = ask_post;
}

void ask_forget(struct ask *ask)
{
	if (ask->pre_name)
		FltReleaseFileNameInformation(ask->pre_name);
	if (ask->post_name)
		FltReleaseFileNameInformation(ask->post_name);
	ask->pre_name = NULL;
	ask->post_name = NULL;
}

static size_t ask_units(const WCHAR *text)
{
	size_t n = 0;

	while (text[n])
		n++;
	return n;
}

/* @path has to live as long as the file. */
void ask_name_file(PFILE_OBJECT file, const WCHAR *path, bool open)
{
	file->FileName.Buffer = (PWSTR)path;
	file->FileName.Length = ask_units(path) * sizeof(WCHAR);
	file->FileName.MaximumLength = file->FileName.Length;
	file->FsContext = open ? file : NULL;
}

bool ask_text_is(const UNICODE_STRING *text, const WCHAR *expected)
{
	size_t units = ask_units(expected);

	return text->Length == units * sizeof(WCHAR) &&
	       !memcmp(text->Buffer, expected, text->Length);
}

/* Is it the volume's name and this path, with a NUL behind? */
bool ask_is(struct fake_volume *fake, const FLT_FILE_NAME_INFORMATION *info, const WCHAR *path)
{
	const UNICODE_STRING *volume = &fake->volume->name;
	UNICODE_STRING rest;

	if (!info || info->Name.Length < volume->Length ||
	    memcmp(info->Name.Buffer, volume->Buffer, volume->Length) ||
	    info->Name.Buffer[info->Name.Length / sizeof(WCHAR)])
		return false;
	rest.Buffer = info->Name.Buffer + volume->Length / sizeof(WCHAR);
	rest.Length = info->Name.Length - volume->Length;
	return ask_text_is(&rest, path);
}

/* Asks about the world's file without an operation and forgets the answer. */
NTSTATUS ask_unsafe(struct world *w, FLT_FILE_NAME_OPTIONS options)
{
	PFLT_FILE_NAME_INFORMATION info;
	NTSTATUS status;

	status = FltGetFileNameInformationUnsafe(w->file, NULL, options, &info);
	if (NT_SUCCESS(status))
		FltReleaseFileNameInformation(info);
	return status;
}

bool ask_unsafe_is(struct world *w, FLT_FILE_NAME_OPTIONS options, const WCHAR *path)
{
	PFLT_FILE_NAME_INFORMATION info;
	bool is;

	if (!NT_SUCCESS(FltGetFileNameInformationUnsafe(w->file, NULL, options, &info)))
		return false;
	is = ask_is(w->fake, info, path);
	FltReleaseFileNameInformation(info);
	return is;
}
