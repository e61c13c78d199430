// SPDX-License-Identifier: GPL-2.0
/*
 * From a name that a filter gives to a lower dentry: component by component, symbolic links
 * followed inside the volume, nothing entered that is mounted on the upper side (CREATE-38,
 * CREATE-39). Only locks of lower directories are taken, one at a time, for reading.
 *
 * A link with an absolute target leads out of the volume, whose root is not the program's.
 */
#include <linux/namei.h>
#include "fs/name.h"
#include "fs/own.h"
#include "fs/request.h"

#define FLTFS_WALK_TEXT		(2 * PATH_MAX)
#define FLTFS_LINKS_MAX		40	/* as the VFS has it */

/* The path as bytes, at the end of the memory. */
static NTSTATUS fltfs_walk_text(struct fltfs_walk *walk, const UNICODE_STRING *path)
{
	size_t used;
	NTSTATUS status = fltfs_path_text(path, walk->text, &used, &walk->directory);

	if (!NT_SUCCESS(status))
		return status;
	walk->rest = walk->text + FLTFS_WALK_TEXT - used - 1;
	memmove(walk->rest, walk->text, used);
	walk->rest[used] = 0;
	return STATUS_SUCCESS;
}

/* Takes the next component; true if there is one. */
static bool fltfs_walk_next(struct fltfs_walk *walk)
{
	size_t len;

	walk->rest += strspn(walk->rest, "/");
	len = strcspn(walk->rest, "/");
	/* A link may have a longer one than any file has: then the walk ends with it. */
	if (len > NAME_MAX) {
		walk->too_long = true;
		len = 0;
	}
	memcpy(walk->last, walk->rest, len);
	walk->last[len] = 0;
	walk->rest += len;
	return len;
}

static bool fltfs_walk_at_end(const struct fltfs_walk *walk)
{
	return !walk->rest[strspn(walk->rest, "/")];
}

/* The cached upper dentry of the last component, referenced, or NULL. */
struct dentry *fltfs_walk_upper(struct fltfs_walk *walk)
{
	struct qstr name = QSTR_INIT(walk->last, strlen(walk->last));

	if (!walk->upper)
		return NULL;
	if (!name.len)
		return dget(walk->upper);
	name.hash = full_name_hash(walk->upper, name.name, name.len);
	return d_lookup(walk->upper, &name);
}

/* What is mounted there is not the volume's. */
static bool fltfs_walk_mounted(struct fltfs_walk *walk)
{
	struct dentry *upper = fltfs_walk_upper(walk);
	bool mounted = upper && d_mountpoint(upper);

	dput(upper);
	return mounted;
}

/* @found, a directory, is the one to go on in. */
static void fltfs_walk_enter(struct fltfs_walk *walk)
{
	struct dentry *upper = fltfs_walk_upper(walk);

	dput(walk->upper);
	walk->upper = upper;
	dput(walk->dir);
	walk->dir = walk->found;
	walk->found = NULL;
}

/**
 * fltfs_walk_inside() - is a lower dentry in the volume?
 * @fsb: the mount
 * @lower: lower dentry
 *
 * What was renamed below may be elsewhere by now, while it is open.
 */
bool fltfs_walk_inside(const struct fltfs_sb *fsb, struct dentry *lower)
{
	return is_subdir(lower, fsb->mnt->mnt_root);
}

/* One step up, for "..": not above the root of the volume. */
static NTSTATUS fltfs_walk_out(struct fltfs_walk *walk)
{
	struct dentry *parent, *upper = NULL;

	if (walk->dir == walk->fsb->mnt->mnt_root)
		return STATUS_MOUNT_POINT_NOT_RESOLVED;
	parent = dget_parent(walk->dir);
	if (!fltfs_walk_inside(walk->fsb, parent)) {
		dput(parent);
		return STATUS_MOUNT_POINT_NOT_RESOLVED;
	}
	if (walk->upper)
		upper = dget_parent(walk->upper);
	dput(walk->upper);
	dput(walk->dir);
	walk->upper = upper;
	walk->dir = parent;
	return STATUS_SUCCESS;
}

/* @found is a link: its target goes before what is still to be walked. */
static NTSTATUS fltfs_walk_follow(struct fltfs_walk *walk)
{
	DEFINE_DELAYED_CALL(done);
	NTSTATUS status = STATUS_SUCCESS;
	const char *link;
	size_t len;

	if (walk->flags & FLTFS_WALK_NO_LINKS)
		return STATUS_STOPPED_ON_SYMLINK;
	if (++walk->links > FLTFS_LINKS_MAX)
		return STATUS_REPARSE_POINT_NOT_RESOLVED;
	link = vfs_get_link(walk->found, &done);
	if (IS_ERR(link))
		return flt_status_from_errno(PTR_ERR(link));
	len = strlen(link);
	if (link[0] == '/') {
		status = STATUS_MOUNT_POINT_NOT_RESOLVED;
	} else if (!len) {
		status = STATUS_OBJECT_NAME_NOT_FOUND;
	} else if (len + 1 > walk->rest - walk->text) {
		status = STATUS_NAME_TOO_LONG;
	} else {
		*--walk->rest = '/';
		walk->rest -= len;
		memcpy(walk->rest, link, len);
	}
	do_delayed_call(&done);
	dput(walk->found);
	walk->found = NULL;
	return status;
}

/* Looks one component up. */
static NTSTATUS fltfs_walk_step(struct fltfs_walk *walk)
{
	struct dentry *dentry;

	if (fltfs_walk_mounted(walk))
		return STATUS_MOUNT_POINT_NOT_RESOLVED;
	dentry = lookup_one_unlocked(flt_mnt_idmap(walk->fsb->mnt), walk->last, walk->dir,
				     strlen(walk->last));
	if (IS_ERR(dentry))
		return flt_status_from_errno(PTR_ERR(dentry));
	if (d_is_negative(dentry)) {
		dput(dentry);
		return STATUS_OBJECT_NAME_NOT_FOUND;
	}
	walk->found = dentry;
	return STATUS_SUCCESS;
}

/* Walks what is left. A last component that does not exist is no failure. */
static NTSTATUS fltfs_walk_rest(struct fltfs_walk *walk)
{
	NTSTATUS status;

	while (fltfs_walk_next(walk)) {
		bool last = fltfs_walk_at_end(walk);

		if (!strcmp(walk->last, "."))
			continue;
		if (!strcmp(walk->last, "..")) {
			status = fltfs_walk_out(walk);
			if (!NT_SUCCESS(status))
				return status;
			continue;
		}
		status = fltfs_walk_step(walk);
		if (status == STATUS_OBJECT_NAME_NOT_FOUND)
			return last ? STATUS_SUCCESS : STATUS_OBJECT_PATH_NOT_FOUND;
		if (!NT_SUCCESS(status))
			return status;
		if (d_is_symlink(walk->found) &&
		    !(last && walk->flags & FLTFS_WALK_LAST_LINK)) {
			status = fltfs_walk_follow(walk);
			if (!NT_SUCCESS(status))
				return status;
			continue;
		}
		if (last)
			return STATUS_SUCCESS;
		if (!d_is_dir(walk->found))
			return STATUS_OBJECT_PATH_NOT_FOUND;
		fltfs_walk_enter(walk);
	}
	if (walk->too_long)
		return STATUS_NAME_TOO_LONG;
	/* It ended in a folder: a name that is empty, or a link to "..". */
	walk->last[0] = 0;
	walk->found = dget(walk->dir);
	return STATUS_SUCCESS;
}

/**
 * fltfs_walk_from() - look a name up, from any lower directory
 * @walk: filled
 * @fsb: the mount
 * @dir: lower directory
 * @upper: its upper dentry, or NULL if it is not known
 * @path: components separated by backslashes
 * @flags: FLTFS_WALK_*
 *
 * With the rights of the current credentials. May be called under any lock of the VFS that an
 * upper operation holds.
 *
 * Return: STATUS_SUCCESS with the last component found or not, then and otherwise
 * fltfs_walk_end() is owed; STATUS_OBJECT_PATH_NOT_FOUND, STATUS_OBJECT_NAME_INVALID,
 * STATUS_NAME_TOO_LONG, STATUS_STOPPED_ON_SYMLINK, STATUS_MOUNT_POINT_NOT_RESOLVED for what is
 * outside the volume, or what the lower file system says
 */
NTSTATUS fltfs_walk_from(struct fltfs_walk *walk, struct fltfs_sb *fsb, struct dentry *dir,
			 struct dentry *upper, const UNICODE_STRING *path, unsigned int flags)
{
	NTSTATUS status;

	memset(walk, 0, sizeof(*walk));
	walk->fsb = fsb;
	walk->flags = flags;
	walk->text = kmalloc(FLTFS_WALK_TEXT, GFP_KERNEL);
	if (!walk->text)
		return STATUS_INSUFFICIENT_RESOURCES;
	walk->dir = dget(dir);
	walk->upper = dget(upper);
	status = fltfs_walk_text(walk, path);
	if (!NT_SUCCESS(status))
		return status;
	if (!d_is_dir(walk->dir) && walk->rest[0])
		return STATUS_OBJECT_PATH_NOT_FOUND;
	return fltfs_walk_rest(walk);
}

/**
 * fltfs_walk() - look a name up
 * @walk: filled
 * @fsb: the mount
 * @related: open directory that @path is relative to, or NULL for the root of the mount
 * @path: see fltfs_walk_from()
 * @flags: likewise
 *
 * Return: likewise
 */
NTSTATUS fltfs_walk(struct fltfs_walk *walk, struct fltfs_sb *fsb, const struct fltfs_fo *related,
		    const UNICODE_STRING *path, unsigned int flags)
{
	/* A folder has one dentry above as below; of a file, that may be by another name. */
	if (related)
		return fltfs_walk_from(walk, fsb, fltfs_fo_path(related).dentry, related->dentry,
				       path, flags);
	return fltfs_walk_from(walk, fsb, fsb->mnt->mnt_root, fsb->upper->s_root, path, flags);
}

/**
 * fltfs_walk_alias() - an upper dentry of what was found
 * @walk: over, with success
 *
 * Return: the cached one of this name, or any of the inode, referenced; or an error pointer
 */
struct dentry *fltfs_walk_alias(struct fltfs_walk *walk)
{
	struct dentry *found = walk->found, *upper = fltfs_walk_upper(walk);

	/* One that stood for another dentry has to be looked up anew: that is not done here. */
	if (upper && d_really_is_positive(upper) && fltfs_lower_dentry(upper) == found &&
	    fltfs_dentry_matches(upper, found, d_inode(upper)))
		return upper;
	dput(upper);
	return fltfs_obtain_alias(walk->fsb->upper, dget(found));
}

void fltfs_walk_end(struct fltfs_walk *walk)
{
	dput(walk->found);
	dput(walk->upper);
	dput(walk->dir);
	kfree(walk->text);
}
