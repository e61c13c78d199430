// SPDX-License-Identifier: GPL-2.0
/*
 * Renames and links that a filter starts. They are made below only; above, the old name's dentry is
 * seen to be out of date at the next walk over it, and the new name is looked up then. So no upper
 * lock is needed, and any callback may ask, that of a rename too.
 */
#include <linux/namei.h>
#include <linux/random.h>
#include "fltmgr/name.h"
#include "fs/name.h"
#include "fs/own.h"
#include "fs/request.h"
#include "nt/ob_object.h"

/* What is asked for. */
struct fltfs_own_target {
	UNICODE_STRING name;
	struct fltfs_fo *root;		/* that it is relative to, referenced, or NULL */
	bool link;
	bool replace;
	bool posix;
};

/* The path in the volume, of a name that may have a volume's in front. */
static NTSTATUS fltfs_target_strip(const struct flt_volume *volume, UNICODE_STRING *name)
{
	size_t end = flt_name_volume_end(name->Buffer, name->Length / sizeof(WCHAR));
	UNICODE_STRING prefix = *name;
	struct flt_volume *other;

	if (!end)
		return STATUS_SUCCESS;
	prefix.Length = end * sizeof(WCHAR);
	/* Without such a volume it is a folder that is called so. */
	if (!NT_SUCCESS(flt_volume_from_name(&prefix, &other)))
		return STATUS_SUCCESS;
	FltObjectDereference(other);
	if (other != volume)
		return STATUS_NOT_SAME_DEVICE;
	name->Buffer += end;
	name->Length -= prefix.Length;
	return name->Length ? STATUS_SUCCESS : STATUS_OBJECT_NAME_INVALID;
}

static NTSTATUS fltfs_target_take(const struct fltfs_fo *fo, const FLT_PARAMETERS *parameters,
				  struct fltfs_own_target *target)
{
	const FILE_RENAME_INFORMATION *info = parameters->SetFileInformation.InfoBuffer;
	const ULONG fixed = offsetof(FILE_RENAME_INFORMATION, FileName);
	ULONG length = parameters->SetFileInformation.Length;
	FILE_INFORMATION_CLASS class = parameters->SetFileInformation.FileInformationClass;
	NTSTATUS status;
	void *root;

	memset(target, 0, sizeof(*target));
	if (!info || length < fixed || info->FileNameLength > length - fixed)
		return STATUS_INFO_LENGTH_MISMATCH;
	if (!info->FileNameLength || info->FileNameLength % sizeof(WCHAR) ||
	    info->FileNameLength > FLTFS_NAME_BYTES_MAX)
		return STATUS_OBJECT_NAME_INVALID;
	target->link = class == FileLinkInformation || class == FileLinkInformationEx;
	if (class == FileRenameInformationEx || class == FileLinkInformationEx) {
		target->replace = info->Flags & FILE_RENAME_REPLACE_IF_EXISTS;
		target->posix = info->Flags & FILE_RENAME_POSIX_SEMANTICS;
	} else {
		target->replace = info->ReplaceIfExists;
	}
	target->name.Buffer = (PWSTR)((const u8 *)info + fixed);
	target->name.Length = info->FileNameLength;
	target->name.MaximumLength = info->FileNameLength;
	if (!info->RootDirectory) {
		if (target->name.Buffer[0] == '\\')
			return fltfs_target_strip(fo->base.volume, &target->name);
		return STATUS_SUCCESS;
	}
	status = ob_get_by_handle(info->RootDirectory, &ob_file_type, &root);
	if (!NT_SUCCESS(status))
		return status;
	if (flt_file_of(root)->volume != fo->base.volume || !((PFILE_OBJECT)root)->FsContext) {
		ob_put(root);
		return STATUS_NOT_SAME_DEVICE;
	}
	target->root = fltfs_fo_of(root);
	return STATUS_SUCCESS;
}

/* Looks up where it is to go. */
static NTSTATUS fltfs_target_walk(const struct fltfs_fo *fo, struct fltfs_own_target *target,
				  struct fltfs_walk *walk)
{
	struct fltfs_sb *fsb = fltfs_sb(fo->dentry->d_sb);
	struct dentry *parent;
	NTSTATUS status;

	if (target->root || target->name.Buffer[0] == '\\') {
		status = fltfs_walk(walk, fsb, target->root, &target->name, FLTFS_WALK_LAST_LINK);
	} else {
		/* One component: a sibling of what the file is called now. */
		parent = dget_parent(fltfs_fo_path(fo).dentry);
		status = fltfs_walk_from(walk, fsb, parent, NULL, &target->name,
					 FLTFS_WALK_LAST_LINK);
		if (NT_SUCCESS(status) && walk->dir != parent)
			status = STATUS_OBJECT_NAME_INVALID;
		if (NT_SUCCESS(status) && !fltfs_walk_inside(fsb, parent))
			status = STATUS_MOUNT_POINT_NOT_RESOLVED;
		dput(parent);
	}
	if (NT_SUCCESS(status) && !walk->last[0])
		status = STATUS_OBJECT_NAME_COLLISION;
	return status;
}

/* May the name be taken from what has it? */
static NTSTATUS fltfs_target_free(const struct fltfs_own_target *target, const struct dentry *lower,
				  const struct dentry *new)
{
	if (d_is_negative(new))
		return STATUS_SUCCESS;
	if (!target->replace)
		return STATUS_OBJECT_NAME_COLLISION;
	if (d_is_dir(new) && !(target->posix && !target->link && d_is_dir(lower)))
		return STATUS_ACCESS_DENIED;
	return STATUS_SUCCESS;
}

/* Both directories are locked. */
static NTSTATUS fltfs_own_rename_locked(const struct fltfs_own_target *target,
					struct fltfs_walk *walk, struct dentry *old_dir,
					struct dentry *lower, struct dentry *trap)
{
	flt_idmap *idmap = flt_mnt_idmap(walk->fsb->mnt);
	struct dentry *new;
	NTSTATUS status;

	if (IS_ERR(trap))
		return flt_status_from_errno(PTR_ERR(trap));
	if (lower->d_parent != old_dir || d_unhashed(lower))
		return STATUS_FILE_DELETED;
	if (trap == lower)
		return STATUS_INVALID_PARAMETER;	/* into its own subtree */
	new = lookup_one(idmap, walk->last, walk->dir, strlen(walk->last));
	if (IS_ERR(new))
		return flt_status_from_errno(PTR_ERR(new));
	if (new == lower) {
		status = STATUS_SUCCESS;	/* its own name */
	} else {
		status = fltfs_target_free(target, lower, new);
		if (NT_SUCCESS(status) && trap == new)
			status = STATUS_ACCESS_DENIED;
		if (NT_SUCCESS(status))
			status = flt_status_from_errno(flt_vfs_rename(idmap, d_inode(old_dir),
								      lower, d_inode(walk->dir),
								      new, 0));
	}
	dput(new);
	return status;
}

static NTSTATUS fltfs_own_rename(struct fltfs_fo *fo, const struct fltfs_own_target *target,
				 struct fltfs_walk *walk)
{
	struct dentry *lower = dget(fltfs_fo_path(fo).dentry);
	struct dentry *old_dir = dget_parent(lower), *trap;
	NTSTATUS status;
	int err;

	if (!fltfs_walk_inside(walk->fsb, old_dir)) {
		status = STATUS_MOUNT_POINT_NOT_RESOLVED;
		goto out;
	}
	err = mnt_want_write(walk->fsb->mnt);
	if (err) {
		status = flt_status_from_errno(err);
		goto out;
	}
	trap = lock_rename(old_dir, walk->dir);
	status = fltfs_own_rename_locked(target, walk, old_dir, lower, trap);
	if (NT_SUCCESS(status)) {
		/* The upper dentry of a program's file keeps the old name: ask the lower one. */
		if (!cmpxchg(&fo->below, NULL, lower))
			dget(lower);
		fltfs_dentry_moved(fo->dentry);
		fltfs_copy_attr(d_inode(fo->dentry));
	}
	if (!IS_ERR(trap))
		unlock_rename(old_dir, walk->dir);
	mnt_drop_write(walk->fsb->mnt);
out:
	dput(old_dir);
	dput(lower);
	return status;
}

/* A name in the directory that nobody has: a negative dentry, or an error pointer. */
static struct dentry *fltfs_own_spare_name(flt_idmap *idmap, struct dentry *dir)
{
	struct dentry *dentry;
	char name[32];
	int tries;

	for (tries = 0; tries < 10; tries++) {
		int len = snprintf(name, sizeof(name), ".fltshim-%016llx", get_random_u64());

		dentry = lookup_one(idmap, name, dir, len);
		if (IS_ERR(dentry) || d_is_negative(dentry))
			return dentry;
		dput(dentry);
	}
	return ERR_PTR(-EEXIST);
}

/*
 * The new name takes the place of @new. It is made beside it first: what would go must not if the
 * link cannot be made.
 */
static int fltfs_own_link_over(flt_idmap *idmap, struct dentry *parent, struct dentry *lower,
			       struct dentry *new)
{
	struct inode *dir = d_inode(parent);
	struct dentry *spare = fltfs_own_spare_name(idmap, parent);
	int err;

	if (IS_ERR(spare))
		return PTR_ERR(spare);
	err = vfs_link(lower, idmap, dir, spare, NULL);
	/* Some make a link and leave the dentry to be looked up again. */
	if (!err && d_is_negative(spare)) {
		struct dentry *made = lookup_one(idmap, spare->d_name.name, parent,
						 spare->d_name.len);

		dput(spare);
		if (IS_ERR(made))
			return PTR_ERR(made);
		spare = made;
	}
	if (!err) {
		err = flt_vfs_rename(idmap, dir, spare, dir, new, 0);
		if (err)
			vfs_unlink(idmap, dir, spare, NULL);
	}
	dput(spare);
	return err;
}

/* The directory is locked. */
static NTSTATUS fltfs_own_link_locked(const struct fltfs_own_target *target,
				      struct fltfs_walk *walk, struct dentry *lower)
{
	flt_idmap *idmap = flt_mnt_idmap(walk->fsb->mnt);
	struct inode *dir = d_inode(walk->dir);
	struct dentry *new;
	NTSTATUS status;
	int err;

	new = lookup_one(idmap, walk->last, walk->dir, strlen(walk->last));
	if (IS_ERR(new))
		return flt_status_from_errno(PTR_ERR(new));
	status = fltfs_target_free(target, lower, new);
	if (!NT_SUCCESS(status) || d_inode(new) == d_inode(lower))
		goto out;
	if (d_is_positive(new))
		err = fltfs_own_link_over(idmap, walk->dir, lower, new);
	else
		err = vfs_link(lower, idmap, dir, new, NULL);
	status = flt_status_from_errno(err);
out:
	dput(new);
	return status;
}

static NTSTATUS fltfs_own_link(struct fltfs_fo *fo, const struct fltfs_own_target *target,
			       struct fltfs_walk *walk)
{
	struct dentry *lower = dget(fltfs_fo_path(fo).dentry);
	struct inode *dir = d_inode(walk->dir);
	NTSTATUS status;
	int err;

	err = mnt_want_write(walk->fsb->mnt);
	if (err) {
		status = flt_status_from_errno(err);
	} else {
		inode_lock_nested(dir, I_MUTEX_PARENT);
		status = fltfs_own_link_locked(target, walk, lower);
		inode_unlock(dir);
		mnt_drop_write(walk->fsb->mnt);
		fltfs_copy_attr(d_inode(fo->dentry));
	}
	dput(lower);
	return status;
}

/**
 * fltfs_own_relink() - give an open file another name, or one more
 * @fo: the file
 * @parameters: of the SET_INFORMATION
 *
 * Return: its status
 */
NTSTATUS fltfs_own_relink(struct fltfs_fo *fo, const FLT_PARAMETERS *parameters)
{
	struct fltfs_own_target target;
	struct fltfs_walk walk;
	NTSTATUS status;

	if (fo->dentry == fo->dentry->d_sb->s_root)
		return STATUS_INVALID_PARAMETER;
	status = fltfs_target_take(fo, parameters, &target);
	if (!NT_SUCCESS(status))
		return status;
	if (!target.link && !fltfs_own_may(fo, DELETE)) {
		status = STATUS_ACCESS_DENIED;
	} else if (target.link && d_is_dir(fo->dentry)) {
		status = STATUS_FILE_IS_A_DIRECTORY;
	} else {
		status = fltfs_target_walk(fo, &target, &walk);
		if (NT_SUCCESS(status))
			status = target.link ? fltfs_own_link(fo, &target, &walk) :
					       fltfs_own_rename(fo, &target, &walk);
		fltfs_walk_end(&walk);
	}
	if (target.root)
		flt_file_put(&target.root->base);
	return status;
}
