/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Mount options, and refusing a mount request.
 */
#ifndef FS_PARAMS_H
#define FS_PARAMS_H

#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/uuid.h>
#include "fs/fltfs.h"
#include "nt/nt.h"

/* What a mount request says; zero where it says nothing. */
struct fltfs_options {
	enum {
		FLTFS_COMPLETION_UNSAID,
		FLTFS_COMPLETION_DISPATCH,
		FLTFS_COMPLETION_PASSIVE,
	} completion;
	enum {
		FLTFS_CREATE_UNSAID,
		FLTFS_CREATE_EARLY,
		FLTFS_CREATE_LOCKED,
	} create;
	enum {
		FLTFS_OPEN_UNSAID,
		FLTFS_OPEN_OWN,
		FLTFS_OPEN_REUSE,
	} open;
	enum {
		FLTFS_WRITE_UNSAID,
		FLTFS_WRITE_THROUGH,
		FLTFS_WRITE_BACK,
	} write;
	enum {
		FLTFS_CLASSES_UNSAID,
		FLTFS_CLASSES_CLASSIC,
		FLTFS_CLASSES_EX,
	} classes;
	bool type_said;
	FLT_FILESYSTEM_TYPE type;
	bool cache_said;
	enum fltfs_cache_option cache;
	unsigned int volume;		/* number of the volume */
	char letter;			/* its drive letter, A to Z */
	guid_t guid;
};

extern const struct constant_table fltfs_cache_words[];
extern const struct constant_table fltfs_type_words[];

extern const struct fs_parameter_spec fltfs_parameters[];

__printf(3, 4)
int fltfs_refuse(struct fs_context *fc, int err, const char *fmt, ...);

#endif
