// SPDX-License-Identifier: GPL-2.0
/*
 * Extended attributes and ACLs: names and values are the lower file system's. Filters are shown
 * user.* and trusted.* as extended attributes (ea.c), and changes of ACLs as changes of security
 * (security.c); everything else passes unseen.
 */
#include <linux/xattr.h>
#include "fs/request.h"

static bool fltfs_xattr_is_acl(const char *name)
{
	return !strcmp(name, XATTR_NAME_POSIX_ACL_ACCESS) ||
	       !strcmp(name, XATTR_NAME_POSIX_ACL_DEFAULT);
}

static int fltfs_xattr_get(const struct xattr_handler *handler, struct dentry *dentry,
			   struct inode *inode, const char *name, void *value, size_t size)
{
	int err;

	if (fltfs_wants(inode, FLTFS_SEQ_QUERY_EA) && fltfs_ea_shown(name))
		return fltfs_ea_get(dentry, name, value, size);
	/* On kernels where ->get_acl() has no dentry. */
	if (fltfs_wants(inode, FLTFS_SEQ_QUERY_SECURITY) && fltfs_xattr_is_acl(name)) {
		err = fltfs_acl_get_filtered(dentry);
		if (err)
			return err;
	}
	return vfs_getxattr(fltfs_lower_idmap(dentry->d_sb), fltfs_lower_dentry(dentry), name,
			    value, size);
}

/**
 * fltfs_xattr_change() - set or remove an attribute below
 * @dentry: upper dentry
 * @name: full name
 * @value: value, or NULL to remove the attribute
 * @size: its size
 * @flags: XATTR_CREATE or XATTR_REPLACE
 *
 * Return: 0 or the lower file system's error.
 */
int fltfs_xattr_change(struct dentry *dentry, const char *name, const void *value, size_t size,
		       int flags)
{
	struct fltfs_sb *fsb = fltfs_sb(dentry->d_sb);
	struct dentry *lower = fltfs_lower_dentry(dentry);
	flt_idmap *idmap;
	int err;

	err = mnt_want_write(fsb->mnt);
	if (err)
		return err;
	idmap = flt_mnt_idmap(fsb->mnt);
	if (value)
		err = vfs_setxattr(idmap, lower, name, value, size, flags);
	else
		err = vfs_removexattr(idmap, lower, name);
	mnt_drop_write(fsb->mnt);
	/* An ACL changes the mode. */
	fltfs_copy_attr(d_inode(dentry));
	return err;
}

/* A call of the above, to be made later, of the file that it has come to by then. */
struct fltfs_xattr_call {
	const char *name;
	const void *value;
	size_t size;
	int flags;
};

static int fltfs_xattr_call(void *context, struct dentry *dentry)
{
	const struct fltfs_xattr_call *call = context;

	return fltfs_xattr_change(dentry, call->name, call->value, call->size, call->flags);
}

/* An ACL that comes as an extended attribute: kernels without ->get_inode_acl. */
static noinline int fltfs_xattr_set_acl(struct dentry *dentry, struct fltfs_xattr_call *call)
{
	int err, type = strcmp(call->name, XATTR_NAME_POSIX_ACL_DEFAULT) ? ACL_TYPE_ACCESS :
									   ACL_TYPE_DEFAULT;
	struct posix_acl *acl = NULL;

	if (call->value) {
		acl = posix_acl_from_xattr(&init_user_ns, call->value, call->size);
		/* What is none the lower file system refuses with an errno of its own. */
		if (IS_ERR(acl))
			return fltfs_xattr_call(call, dentry);
	}
	err = fltfs_acl_set_filtered(dentry, acl, type, fltfs_xattr_call, call);
	posix_acl_release(acl);
	return err;
}

static int fltfs_xattr_set(const struct xattr_handler *handler, flt_idmap *idmap,
			   struct dentry *dentry, struct inode *inode, const char *name,
			   const void *value, size_t size, int flags)
{
	struct fltfs_xattr_call call = { name, value, size, flags };

	if (fltfs_wants(inode, FLTFS_SEQ_SET_EA) && fltfs_ea_shown(name))
		return fltfs_ea_set(dentry, name, value, size, flags);
	if (fltfs_wants(inode, FLTFS_SEQ_SECURITY) && fltfs_xattr_is_acl(name))
		return fltfs_xattr_set_acl(dentry, &call);
	return fltfs_xattr_change(dentry, name, value, size, flags);
}

/* The empty prefix matches every name. */
static const struct xattr_handler fltfs_xattr_handler = {
	.prefix	= "",
	.get	= fltfs_xattr_get,
	.set	= fltfs_xattr_set,
};

flt_xattr_table fltfs_xattr_handlers[] = {
	&fltfs_xattr_handler,
	NULL,
};

ssize_t fltfs_listxattr(struct dentry *dentry, char *list, size_t size)
{
	if (fltfs_wants(d_inode(dentry), FLTFS_SEQ_QUERY_EA))
		return fltfs_ea_list(dentry, list, size);
	return vfs_listxattr(fltfs_lower_dentry(dentry), list, size);
}

/**
 * fltfs_map_acl() - an ACL of the lower file system, as the lower mount shows it
 * @sb: upper super block
 * @acl: ACL, NULL or an error pointer; its reference goes
 *
 * Return: the same, or, where the mount maps owners, a copy with those mapped; an error pointer
 */
struct posix_acl *fltfs_map_acl(struct super_block *sb, struct posix_acl *acl)
{
	flt_idmap *idmap = fltfs_lower_idmap(sb);
	struct posix_acl_entry *entry, *end;
	struct posix_acl *mapped;

	if (likely(!fltfs_sb(sb)->mapped) || IS_ERR_OR_NULL(acl))
		return acl;
	mapped = posix_acl_clone(acl, GFP_KERNEL);
	posix_acl_release(acl);
	if (!mapped)
		return ERR_PTR(-ENOMEM);
	FOREACH_ACL_ENTRY(entry, mapped, end) {
		if (entry->e_tag == ACL_USER)
			entry->e_uid = vfsuid_into_kuid(make_vfsuid(idmap, &init_user_ns,
								    entry->e_uid));
		else if (entry->e_tag == ACL_GROUP)
			entry->e_gid = vfsgid_into_kgid(make_vfsgid(idmap, &init_user_ns,
								    entry->e_gid));
	}
	return mapped;
}

struct posix_acl *fltfs_check_acl(struct inode *inode, int type, bool rcu)
{
	struct inode *lower = fltfs_lower_inode(inode);

	if (!IS_POSIXACL(lower))
		return NULL;
	if (rcu && fltfs_sb(inode->i_sb)->mapped)
		return ERR_PTR(-ECHILD);
	if (rcu)
		return get_cached_acl_rcu(lower, type);
	return fltfs_map_acl(inode->i_sb, flt_check_acl(lower, type));
}

struct posix_acl *fltfs_get_acl(flt_idmap *idmap, struct dentry *dentry, int type)
{
	struct posix_acl *acl;
	int err;

	if (fltfs_wants(d_inode(dentry), FLTFS_SEQ_QUERY_SECURITY)) {
		err = fltfs_acl_get_filtered(dentry);
		if (err)
			return ERR_PTR(err);
	}
	acl = flt_get_acl(fltfs_lower_idmap(dentry->d_sb), fltfs_lower_dentry(dentry), type);
	return fltfs_map_acl(dentry->d_sb, acl);
}

/* An ACL on its way down. */
struct fltfs_acl_call {
	struct posix_acl *acl;
	int type;
};

static int fltfs_set_acl_lower(void *context, struct dentry *dentry)
{
	const struct fltfs_acl_call *call = context;
	struct fltfs_sb *fsb = fltfs_sb(dentry->d_sb);
	int err;

	err = mnt_want_write(fsb->mnt);
	if (err)
		return err;
	err = flt_set_acl(flt_mnt_idmap(fsb->mnt), fltfs_lower_dentry(dentry), call->acl,
			  call->type);
	mnt_drop_write(fsb->mnt);
	fltfs_copy_attr(d_inode(dentry));
	return err;
}

/**
 * fltfs_acl_below() - set an ACL of the lower file, for a filter
 * @dentry: upper dentry
 * @acl: the ACL, as the lower mount shows it
 * @type: ACL_TYPE_*
 *
 * Takes lower locks only.
 *
 * Return: 0 or the lower file system's error; -EOPNOTSUPP where owners could not be mapped back
 */
int fltfs_acl_below(struct dentry *dentry, struct posix_acl *acl, int type)
{
	struct fltfs_acl_call call = { .acl = acl, .type = type };

	if (!FLT_SET_ACL_MAPS && fltfs_sb(dentry->d_sb)->mapped)
		return -EOPNOTSUPP;
	return fltfs_set_acl_lower(&call, dentry);
}

int fltfs_set_acl(flt_idmap *idmap, flt_acl_object *object, struct posix_acl *acl, int type)
{
	struct fltfs_acl_call call = { .acl = acl, .type = type };
	struct dentry *dentry = flt_acl_dentry(object);
	int err;

	if (!dentry)
		return -ESTALE;
	if (!FLT_SET_ACL_MAPS && fltfs_sb(dentry->d_sb)->mapped)
		err = -EOPNOTSUPP;	/* an NFS server's; programs' come as attributes */
	else if (fltfs_wants(d_inode(dentry), FLTFS_SEQ_SECURITY))
		err = fltfs_acl_set_filtered(dentry, acl, type, fltfs_set_acl_lower, &call);
	else
		err = fltfs_set_acl_lower(&call, dentry);
	dput(dentry);
	return err;
}
