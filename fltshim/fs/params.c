// SPDX-License-Identifier: GPL-2.0
/*
 * Mount options and the life of a mount request. Every refusal is one sentence that names what is
 * wrong; it goes to the caller's message log where it has one, and to the kernel log always.
 */
#include <linux/ctype.h>
#include <linux/fs_context.h>
#include <linux/fs_parser.h>
#include <linux/slab.h>
#include "fs/fltfs.h"
#include "fs/params.h"

enum {
	FLTFS_OPT_COMPLETION,
	FLTFS_OPT_CREATE,
	FLTFS_OPT_CACHE,
	FLTFS_OPT_OPEN,
	FLTFS_OPT_WRITE,
	FLTFS_OPT_CLASSES,
	FLTFS_OPT_TYPE,
	FLTFS_OPT_VOLUME,
	FLTFS_OPT_GUID,
	FLTFS_OPT_DOSNAME,
};

/* The highest number that a volume can be given. */
#define FLTFS_VOLUME_MAX 65535

static const struct constant_table fltfs_completion_words[] = {
	{ "dispatch",	FLTFS_COMPLETION_DISPATCH },
	{ "passive",	FLTFS_COMPLETION_PASSIVE },
	{}
};

static const struct constant_table fltfs_create_words[] = {
	{ "early",	FLTFS_CREATE_EARLY },
	{ "locked",	FLTFS_CREATE_LOCKED },
	{}
};

/* In the order of enum fltfs_cache_option. */
const struct constant_table fltfs_cache_words[] = {
	{ "lower",	FLTFS_CACHE_NEVER },
	{ "auto",	FLTFS_CACHE_AUTO },
	{ "own",	FLTFS_CACHE_ALWAYS },
	{}
};

static const struct constant_table fltfs_open_words[] = {
	{ "own",	FLTFS_OPEN_OWN },
	{ "reuse",	FLTFS_OPEN_REUSE },
	{}
};

static const struct constant_table fltfs_write_words[] = {
	{ "through",	FLTFS_WRITE_THROUGH },
	{ "back",	FLTFS_WRITE_BACK },
	{}
};

static const struct constant_table fltfs_classes_words[] = {
	{ "classic",	FLTFS_CLASSES_CLASSIC },
	{ "ex",		FLTFS_CLASSES_EX },
	{}
};

/* What filters look for before they attach. */
const struct constant_table fltfs_type_words[] = {
	{ "unknown",	FLT_FSTYPE_UNKNOWN },
	{ "ntfs",	FLT_FSTYPE_NTFS },
	{ "refs",	FLT_FSTYPE_REFS },
	{ "fat",	FLT_FSTYPE_FAT },
	{ "exfat",	FLT_FSTYPE_EXFAT },
	{ "cdfs",	FLT_FSTYPE_CDFS },
	{ "udfs",	FLT_FSTYPE_UDFS },
	{ "lanman",	FLT_FSTYPE_LANMAN },
	{ "nfs",	FLT_FSTYPE_NFS },
	{ "csvfs",	FLT_FSTYPE_CSVFS },
	{}
};

const struct fs_parameter_spec fltfs_parameters[] = {
	fsparam_enum("completion", FLTFS_OPT_COMPLETION, fltfs_completion_words),
	fsparam_enum("create", FLTFS_OPT_CREATE, fltfs_create_words),
	fsparam_enum("cache", FLTFS_OPT_CACHE, fltfs_cache_words),
	fsparam_enum("open", FLTFS_OPT_OPEN, fltfs_open_words),
	fsparam_enum("write", FLTFS_OPT_WRITE, fltfs_write_words),
	fsparam_enum("classes", FLTFS_OPT_CLASSES, fltfs_classes_words),
	fsparam_enum("fstype", FLTFS_OPT_TYPE, fltfs_type_words),
	fsparam_u32("volume", FLTFS_OPT_VOLUME),
	fsparam_string("guid", FLTFS_OPT_GUID),
	fsparam_string("dosname", FLTFS_OPT_DOSNAME),
	{}
};

/**
 * fltfs_refuse() - say why a mount request is turned down
 * @fc: the request
 * @err: what to return
 * @fmt: one sentence
 *
 * Without a message log errorf() prints to the kernel log by itself.
 *
 * Return: @err.
 */
int fltfs_refuse(struct fs_context *fc, int err, const char *fmt, ...)
{
	struct va_format message = { .fmt = fmt };
	va_list args;

	va_start(args, fmt);
	message.va = &args;
	errorf(fc, "fltfs: %pV", &message);
	va_end(args);
	if (fc->log.log) {
		va_start(args, fmt);
		message.va = &args;
		pr_err("fltfs: %pV\n", &message);
		va_end(args);
	}
	return err;
}

/* What the volume is called. */
static int fltfs_parse_identity(struct fs_context *fc, int opt,
				const struct fs_parse_result *result, const char *text)
{
	struct fltfs_options *options = fc->fs_private;

	switch (opt) {
	case FLTFS_OPT_VOLUME:
		options->volume = result->uint_32;
		if (options->volume && options->volume <= FLTFS_VOLUME_MAX)
			return 0;
		return fltfs_refuse(fc, -EINVAL, "mount option \"volume\" is a number from 1 to %u",
				    FLTFS_VOLUME_MAX);
	case FLTFS_OPT_GUID:
		if (strlen(text) == UUID_STRING_LEN && !guid_parse(text, &options->guid) &&
		    !guid_is_null(&options->guid))
			return 0;
		return fltfs_refuse(fc, -EINVAL,
				    "mount option \"guid\" is a GUID that is not zero, without braces");
	default:
		options->letter = toupper(text[0]);
		if (options->letter >= 'A' && options->letter <= 'Z' && !strcmp(text + 1, ":"))
			return 0;
		return fltfs_refuse(fc, -EINVAL,
				    "mount option \"dosname\" is a letter from A to Z and a colon");
	}
}

static int fltfs_parse_param(struct fs_context *fc, struct fs_parameter *param)
{
	struct fltfs_options *options = fc->fs_private;
	struct fs_parse_result result;
	int opt;

	opt = fs_parse(fc, fltfs_parameters, param, &result);
	if (opt == -ENOPARAM) {
		opt = vfs_parse_fs_param_source(fc, param);
		if (opt == -ENOPARAM)
			return fltfs_refuse(fc, -EINVAL, "unknown mount option \"%s\"", param->key);
		return opt;
	}
	if (opt >= FLTFS_OPT_VOLUME)
		return fltfs_parse_identity(fc, opt, &result, param->string);
	if (opt == FLTFS_OPT_COMPLETION) {
		options->completion = result.uint_32;
	} else if (opt == FLTFS_OPT_CREATE) {
		options->create = result.uint_32;
	} else if (opt == FLTFS_OPT_CACHE) {
		options->cache = result.uint_32;
		options->cache_said = true;
	} else if (opt == FLTFS_OPT_OPEN) {
		options->open = result.uint_32;
	} else if (opt == FLTFS_OPT_WRITE) {
		options->write = result.uint_32;
	} else if (opt == FLTFS_OPT_CLASSES) {
		options->classes = result.uint_32;
	} else if (opt == FLTFS_OPT_TYPE) {
		options->type = result.uint_32;
		options->type_said = true;
	} else if (opt == -EINVAL && param->type == fs_value_is_string) {
		return fltfs_refuse(fc, -EINVAL, "mount option \"%s\" cannot be \"%s\"",
				    param->key, param->string);
	}
	return opt < 0 ? opt : 0;
}

static void fltfs_free_fc(struct fs_context *fc)
{
	kfree(fc->fs_private);
}

static const struct fs_context_operations fltfs_context_ops = {
	.free		= fltfs_free_fc,
	.parse_param	= fltfs_parse_param,
	.get_tree	= fltfs_get_tree,
	.reconfigure	= fltfs_reconfigure,
};

int fltfs_init_fs_context(struct fs_context *fc)
{
	struct fltfs_options *options = kzalloc(sizeof(*options), GFP_KERNEL);

	if (!options)
		return -ENOMEM;
	fc->fs_private = options;
	fc->ops = &fltfs_context_ops;
	return 0;
}
