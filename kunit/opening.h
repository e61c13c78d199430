/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Files that probes open themselves in unit tests: the arguments of FltCreateFileEx2() with
 * defaults, names on the fake volumes, and what came of it.
 */
#ifndef KUNIT_OPENING_H
#define KUNIT_OPENING_H

#include "kunit/world.h"

/**
 * struct opening - one open
 * @w: the world
 * @probe: who opens; the middle one at first
 * @top: without an instance
 * @fake: volume that the name is on
 * @path: path there; NULL: @name is set already
 * @name: the name
 * @root: RootDirectory; @path is the whole name then
 * @attributes: OBJ_*
 * @access: and the following: arguments
 * @file_attributes: likewise
 * @disposition: likewise
 * @options: likewise
 * @flags: likewise
 * @context: likewise
 * @no_object: only a handle is wanted
 * @handle: received
 * @object: likewise
 * @result: likewise
 * @text: memory for the name
 */
struct opening {
	struct world *w;
	struct probe *probe;
	bool top;
	struct fake_volume *fake;
	const WCHAR *path;
	UNICODE_STRING name;
	HANDLE root;
	ULONG attributes;
	ACCESS_MASK access;
	ULONG file_attributes;
	ULONG disposition;
	ULONG options;
	ULONG flags;
	PIO_DRIVER_CREATE_CONTEXT context;
	bool no_object;
	HANDLE handle;
	PFILE_OBJECT object;
	IO_STATUS_BLOCK result;
	WCHAR text[128];
};

struct opening opening_of(struct world *w, const WCHAR *path);
NTSTATUS opening_do(struct opening *o);
void opening_end(struct opening *o);
NTSTATUS opening_try(struct opening o);

#endif
