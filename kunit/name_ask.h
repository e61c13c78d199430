/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Asking for names in unit tests: probes that ask in a callback, and comparing what they get.
 */
#ifndef KUNIT_NAME_ASK_H
#define KUNIT_NAME_ASK_H

#include "kunit/world.h"

#define NORMALIZED	(FLT_FILE_NAME_NORMALIZED | FLT_FILE_NAME_QUERY_DEFAULT)
#define OPENED		(FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_DEFAULT)
#define SHORT		(FLT_FILE_NAME_SHORT | FLT_FILE_NAME_QUERY_DEFAULT)

/**
 * struct ask - a question that a probe asks in each of its callbacks
 * @options: what for; 0 for no question
 * @before: called before it, may be NULL
 * @after: called after it, may be NULL
 * @in_pre: asked in pre-operation callbacks
 * @in_post: asked in post-operation callbacks
 * @pre: answer there
 * @post: likewise
 * @pre_name: name of a positive answer, kept until ask_forget()
 * @post_name: likewise
 */
struct ask {
	FLT_FILE_NAME_OPTIONS options;
	void (*before)(PFLT_CALLBACK_DATA data);
	void (*after)(PFLT_CALLBACK_DATA data);
	bool in_pre;
	bool in_post;
	NTSTATUS pre;
	NTSTATUS post;
	PFLT_FILE_NAME_INFORMATION pre_name;
	PFLT_FILE_NAME_INFORMATION post_name;
};

struct world *ask_world(struct kunit *test, const char *probes);
void ask_with(struct probe *p, struct ask *ask, FLT_FILE_NAME_OPTIONS options, bool pre,
	      bool post);
void ask_forget(struct ask *ask);
void ask_name_file(PFILE_OBJECT file, const WCHAR *path, bool open);
bool ask_is(struct fake_volume *fake, const FLT_FILE_NAME_INFORMATION *info, const WCHAR *path);
bool ask_text_is(const UNICODE_STRING *text, const WCHAR *expected);
bool ask_unsafe_is(struct world *w, FLT_FILE_NAME_OPTIONS options, const WCHAR *path);
NTSTATUS ask_unsafe(struct world *w, FLT_FILE_NAME_OPTIONS options);

#endif
