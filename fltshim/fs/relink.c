// SPDX-License-Identifier: GPL-2.0
/*
 * rename and link as filters see them: the source is opened, so is the target's directory where it
 * is another one, and SET_INFORMATION carries the new name. An exchange is two such operations, one
 * inside the other, and one change below (rule R5).
 *
 * The VFS has fixed both dentries and moves its own when this returns, so a filter cannot choose
 * another target: a changed name fails with EXDEV.
 */
#include <linux/slab.h>
#include "fs/name.h"
#include "fs/namei.h"
#include "fs/request.h"

/* One name getting another one. */
struct fltfs_side {
	struct dentry *from;
	struct dentry *to;
	struct fltfs_fo *fo;
	bool own;			/* @fo is one that the caller has open */
	struct fltfs_fo *target;	/* the other directory, or NULL */
	FILE_RENAME_INFORMATION *info;	/* FILE_LINK_INFORMATION is laid out alike */
	UNICODE_STRING name;		/* what was shown */
};

/**
 * struct fltfs_relink - a rename or link under way
 * @request: first member
 * @class: of the SET_INFORMATION
 * @replace: an existing target may go
 * @ex: @class is one of the Ex classes, with flags
 * @lock: enum flt_lock
 * @sides: both for an exchange, otherwise the first
 * @nr_sides: how many
 * @shown: how many of them the filters have seen
 * @reached: that was called
 * @lower: makes the change below
 * @context: for @lower
 */
struct fltfs_relink {
	struct fltfs_request request;
	FILE_INFORMATION_CLASS class;
	bool replace;
	bool ex;
	u8 lock;
	struct fltfs_side sides[2];
	int nr_sides;
	int shown;
	bool reached;
	int (*lower)(void *context);
	void *context;
};

static noinline int fltfs_relink_send(struct fltfs_relink *relink)
{
	struct fltfs_side *side = &relink->sides[relink->shown++];
	struct fltfs_fo *fo = side->fo;
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	__flt_operation_init(&op, fo->base.volume, IRP_MJ_SET_INFORMATION, &fo->base.fo);
	op.vfs_lock = relink->lock;
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	op.iopb.Parameters.SetFileInformation.Length =
		max_t(ULONG, sizeof(*side->info), offsetof(FILE_RENAME_INFORMATION, FileName) +
						  side->name.Length);
	op.iopb.Parameters.SetFileInformation.FileInformationClass = relink->class;
	op.iopb.Parameters.SetFileInformation.ParentOfTarget =
		side->target ? &side->target->base.fo : NULL;
	op.iopb.Parameters.SetFileInformation.ReplaceIfExists = relink->replace;
	op.iopb.Parameters.SetFileInformation.InfoBuffer = side->info;
	op.front = relink;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

static int fltfs_relink_check(const struct fltfs_relink *relink, const FLT_PARAMETERS *parameters)
{
	const struct fltfs_side *side = &relink->sides[relink->shown - 1];
	const FILE_RENAME_INFORMATION *info = parameters->SetFileInformation.InfoBuffer;
	ULONG length = parameters->SetFileInformation.Length;
	bool replace;

	if (parameters->SetFileInformation.FileInformationClass != relink->class || !info ||
	    length < offsetof(FILE_RENAME_INFORMATION, FileName) ||
	    length - offsetof(FILE_RENAME_INFORMATION, FileName) < info->FileNameLength)
		return -EINVAL;
	if (info->RootDirectory || info->FileNameLength != side->name.Length ||
	    memcmp(info->FileName, side->name.Buffer, side->name.Length)) {
		pr_warn_ratelimited("fltfs: a filter changed the target of a rename or link, which cannot be followed\n");
		return -EXDEV;
	}
	replace = relink->ex ? info->Flags & FILE_RENAME_REPLACE_IF_EXISTS :
			       info->ReplaceIfExists;
	if (!replace && relink->replace && d_really_is_positive(side->to))
		return -EEXIST;
	return 0;
}

static void fltfs_bottom_relink(struct flt_operation *op)
{
	struct fltfs_relink *relink = op->front;
	int err;

	err = fltfs_relink_check(relink, &op->iopb.Parameters);
	if (!err && relink->shown < relink->nr_sides) {
		err = fltfs_relink_send(relink);
	} else if (!err) {
		relink->reached = true;
		err = relink->lower(relink->context);
	}
	fltfs_op_errno(op, err, 0);
}

static int fltfs_side_open(const struct fltfs_relink *relink, struct fltfs_side *side,
			   ACCESS_MASK access)
{
	const struct fltfs_how how = {
		.access		= access,
		.options	= FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_REPARSE_POINT |
				  FILE_OPEN_FOR_BACKUP_INTENT,
		.disposition	= FILE_OPEN,
		.attributes	= FILE_ATTRIBUTE_NORMAL,
		.lock		= relink->lock,
	};
	bool same = side->from->d_parent == side->to->d_parent;
	FILE_RENAME_INFORMATION *info;
	int err;

	err = same ? fltfs_component_name(&side->to->d_name, &side->name) :
		     fltfs_dentry_name(side->to, &side->name);
	if (err)
		return err;
	info = kvzalloc(sizeof(*info) + side->name.Length, GFP_KERNEL);
	if (!info)
		return -ENOMEM;
	side->info = info;
	if (relink->ex)
		info->Flags = (relink->replace ? FILE_RENAME_REPLACE_IF_EXISTS : 0) |
			      FILE_RENAME_POSIX_SEMANTICS;
	else
		info->ReplaceIfExists = relink->replace;
	info->FileNameLength = side->name.Length;
	/* The name begins in the padding of the structure: to the compiler it is longer. */
	memcpy((u8 *)info + offsetof(FILE_RENAME_INFORMATION, FileName), side->name.Buffer,
	       side->name.Length);

	/* A file that has no name yet is known by its descriptor only (VFS-110). */
	if (!d_inode(side->from)->i_nlink)
		side->fo = fltfs_fo_own(side->from);
	side->own = side->fo;
	if (!side->own)
		side->fo = fltfs_short_open(side->from, &how, NULL, NULL, NULL);
	return PTR_ERR_OR_ZERO(side->fo);
}

/* The directory that the name goes to, where it is not the one it comes from. */
static int fltfs_side_open_target(const struct fltfs_relink *relink, struct fltfs_side *side)
{
	const struct fltfs_how how = {
		.access		= SYNCHRONIZE | (d_is_dir(side->from) ? FILE_ADD_SUBDIRECTORY :
									FILE_ADD_FILE),
		.options	= FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT,
		.disposition	= FILE_OPEN,
		.attributes	= FILE_ATTRIBUTE_NORMAL,
		.flags		= SL_OPEN_TARGET_DIRECTORY,
		.lock		= relink->lock,
	};

	if (side->from->d_parent == side->to->d_parent)
		return 0;
	side->target = fltfs_short_open(side->to->d_parent, &how, side->to, NULL, NULL);
	return PTR_ERR_OR_ZERO(side->target);
}

static void fltfs_side_close(struct fltfs_side *side)
{
	if (!IS_ERR_OR_NULL(side->target))
		fltfs_fo_release(side->target);
	if (side->own)
		flt_file_put(&side->fo->base);
	else if (!IS_ERR_OR_NULL(side->fo))
		fltfs_fo_release(side->fo);
	kvfree(side->info);
	fltfs_name_free(&side->name);
}

static int fltfs_relink_run(struct fltfs_relink *relink, ACCESS_MASK access)
{
	int i, err = 0;

	relink->request.bottom = fltfs_bottom_relink;
	for (i = 0; i < relink->nr_sides && !err; i++)
		err = fltfs_side_open(relink, &relink->sides[i], access);
	for (i = 0; i < relink->nr_sides && !err; i++)
		err = fltfs_side_open_target(relink, &relink->sides[i]);
	if (!err)
		err = fltfs_relink_send(relink);
	for (i = relink->nr_sides - 1; i >= 0; i--)
		fltfs_side_close(&relink->sides[i]);
	return err;
}

static int fltfs_rename_below(void *context)
{
	struct fltfs_renaming *renaming = context;

	return fltfs_rename_lower(renaming);
}

/*
 * A filter said that it is done, and it was not done here. What the names stand for is found out
 * anew; the inode of a folder that the VFS takes for replaced, and marks as dead, is not found
 * again.
 */
static void fltfs_rename_kept(const struct fltfs_renaming *renaming)
{
	struct dentry *new = renaming->new;

	d_drop(renaming->old);
	d_drop(new);
	if (d_is_dir(new) && !(renaming->flags & RENAME_EXCHANGE))
		remove_inode_hash(d_inode(new));
}

/**
 * fltfs_rename_filtered() - rename that a filter wants to see
 * @renaming: what the VFS asks for; it holds the locks of a rename
 *
 * Return: 0, a filter's error, or that of the lower file system.
 */
int fltfs_rename_filtered(struct fltfs_renaming *renaming)
{
	struct fltfs_relink *relink = kzalloc(sizeof(*relink), GFP_KERNEL);
	bool exchange = renaming->flags & RENAME_EXCHANGE;
	int err;

	if (!relink)
		return -ENOMEM;
	/* The classic class cannot say that two names change places. */
	relink->ex = exchange || READ_ONCE(fltfs_sb(renaming->old_dir->i_sb)->classes_ex);
	relink->class = relink->ex ? FileRenameInformationEx : FileRenameInformation;
	relink->replace = !(renaming->flags & RENAME_NOREPLACE);
	relink->sides[0].from = renaming->old;
	relink->sides[0].to = renaming->new;
	relink->sides[1].from = renaming->new;
	relink->sides[1].to = renaming->old;
	relink->nr_sides = exchange ? 2 : 1;
	relink->lock = renaming->old_dir == renaming->new_dir ? FLT_LOCK_DIRECTORY :
								FLT_LOCK_RENAME;
	relink->lower = fltfs_rename_below;
	relink->context = renaming;
	err = fltfs_relink_run(relink, DELETE | FILE_READ_ATTRIBUTES | SYNCHRONIZE);
	if (!err && !relink->reached)
		fltfs_rename_kept(renaming);
	kfree(relink);
	return err;
}

struct fltfs_linking {
	struct dentry *old;
	struct inode *dir;
	struct dentry *new;
};

static int fltfs_link_below(void *context)
{
	struct fltfs_linking *linking = context;

	return fltfs_link_lower(linking->old, linking->dir, linking->new);
}

/**
 * fltfs_link_filtered() - link that a filter wants to see
 * @old: existing name
 * @dir: upper directory of the new one, locked
 * @new: negative upper dentry
 *
 * Return: 0, a filter's error, or that of the lower file system.
 */
int fltfs_link_filtered(struct dentry *old, struct inode *dir, struct dentry *new)
{
	struct fltfs_relink *relink = kzalloc(sizeof(*relink), GFP_KERNEL);
	struct fltfs_linking linking = { .old = old, .dir = dir, .new = new };
	int err;

	if (!relink)
		return -ENOMEM;
	relink->ex = READ_ONCE(fltfs_sb(dir->i_sb)->classes_ex);
	relink->class = relink->ex ? FileLinkInformationEx : FileLinkInformation;
	relink->sides[0].from = old;
	relink->sides[0].to = new;
	relink->nr_sides = 1;
	relink->lock = FLT_LOCK_DIRECTORY;
	relink->lower = fltfs_link_below;
	relink->context = &linking;
	err = fltfs_relink_run(relink, FILE_WRITE_ATTRIBUTES | FILE_READ_ATTRIBUTES | SYNCHRONIZE);
	kfree(relink);
	return err;
}
