// SPDX-License-Identifier: GPL-2.0
/*
 * Upper dentries and the lower dentries they hold. Whether a name changed underneath us is seen by
 * one comparison: the lower dentry's d_seq changes whenever it is instantiated, unhashed, unlinked
 * or moved, and the value that was right last time is kept in the upper dentry's d_time.
 *
 * Everything here may run in RCU path walk. d_fsdata is read without a lock: a lower dentry is
 * freed by RCU after the upper one let go of it.
 */
#include <linux/namei.h>
#include "fltmgr/volume.h"
#include "fs/fltfs.h"
#include "fs/name.h"

static unsigned int fltfs_lower_seq(const struct dentry *lower)
{
	return lower->d_seq.seqcount.sequence;
}

/**
 * fltfs_dentry_matches() - does a lower dentry still stand for an upper one?
 * @dentry: upper dentry, with a stable parent or the caller able to bear a wrong "no"
 * @lower: its lower dentry
 * @inode: the upper inode it should have, or NULL if it should be negative
 *
 * A dentry without a parent (the root, or one that a file handle gave) stands for its inode, by
 * whatever name that is known below; an overlayfs above asks about such dentries too.
 *
 * On yes, the present sequence of @lower is remembered, so the next check is the quick one. A
 * change that comes after the check changes the sequence, so it is never missed.
 */
bool fltfs_dentry_matches(struct dentry *dentry, struct dentry *lower, struct inode *inode)
{
	struct inode *want = inode ? fltfs_lower_inode(inode) : NULL;
	bool match;

	/* Both are dentries to lockdep; the upper one always comes first. */
	spin_lock(&dentry->d_lock);
	spin_lock_nested(&lower->d_lock, DENTRY_D_LOCK_NESTED);
	match = d_inode(lower) == want;
	if (match && !IS_ROOT(dentry))
		match = !d_unhashed(lower) &&
			lower->d_parent == fltfs_lower_dentry(dentry->d_parent) &&
			lower->d_name.len == dentry->d_name.len &&
			!memcmp(lower->d_name.name, dentry->d_name.name, dentry->d_name.len);
	if (match)
		dentry->d_time = fltfs_lower_seq(lower);
	spin_unlock(&lower->d_lock);
	spin_unlock(&dentry->d_lock);
	return match;
}

/* The lower dentry was changed by our own operation, under the lower directory's lock. */
void fltfs_dentry_renew(struct dentry *dentry)
{
	struct dentry *lower = fltfs_lower_dentry(dentry);

	spin_lock(&lower->d_lock);
	dentry->d_time = fltfs_lower_seq(lower);
	spin_unlock(&lower->d_lock);
}

/**
 * fltfs_dentry_set_lower() - give an upper dentry its lower one
 * @dentry: upper dentry without a lower one, or negative and under its directory's exclusive lock
 * @lower: lower dentry; the caller's reference goes over
 */
void fltfs_dentry_set_lower(struct dentry *dentry, struct dentry *lower)
{
	struct dentry *old = xchg((struct dentry **)&dentry->d_fsdata, lower);

	dput(old);
}

static int fltfs_revalidate_slow(struct dentry *dentry, unsigned int flags)
{
	struct dentry *lower;
	int ret;

	if (flags & LOOKUP_RCU)
		return -ECHILD;

	/* A negative upper dentry may be given another lower one meanwhile. */
	rcu_read_lock();
	lower = fltfs_lower_dentry(dentry);
	if (!lower || !lockref_get_not_dead(&lower->d_lockref)) {
		rcu_read_unlock();
		return 0;
	}
	rcu_read_unlock();

	ret = 1;
	if (lower->d_flags & DCACHE_OP_REVALIDATE) {
		ret = lower->d_op->d_revalidate(lower, flags);
		if (!ret)
			d_invalidate(lower);
	}
	if (ret > 0) {
		ret = fltfs_dentry_matches(dentry, lower, d_inode(dentry));
		if (ret && d_really_is_positive(dentry))
			fltfs_copy_attr(d_inode(dentry));
	}
	dput(lower);
	return ret;
}

/*
 * An open of a name that is known not to exist ends in the walk, unless it is looked up anew: then
 * it comes to ->atomic_open, where filters are shown it (VFS-105).
 */
static bool fltfs_open_shows_absent(const struct dentry *dentry, unsigned int flags)
{
	return (flags & (LOOKUP_OPEN | LOOKUP_CREATE)) == LOOKUP_OPEN && d_is_negative(dentry) &&
	       flt_volume_wants(fltfs_sb(dentry->d_sb)->volume, FLT_WANT(IRP_MJ_CREATE));
}

static int fltfs_d_revalidate(struct dentry *dentry, unsigned int flags)
{
	struct dentry *lower = READ_ONCE(dentry->d_fsdata);

	if (unlikely(fltfs_open_shows_absent(dentry, flags)))
		return 0;

	if (unlikely(!lower || READ_ONCE(lower->d_seq.seqcount.sequence) != dentry->d_time))
		return fltfs_revalidate_slow(dentry, flags);
	if (likely(!(lower->d_flags & DCACHE_OP_REVALIDATE)))
		return 1;
	/* A file system that changes without its dcache (a network one) is asked each time. */
	if (flags & LOOKUP_RCU)
		return lower->d_op->d_revalidate(lower, flags);
	return fltfs_revalidate_slow(dentry, flags);
}

static void fltfs_d_release(struct dentry *dentry)
{
	dput(fltfs_lower_dentry(dentry));
}

/* A name of the inode goes, and its address may come to stand for another one. */
static void fltfs_d_iput(struct dentry *dentry, struct inode *inode)
{
	fltfs_name_forget(inode);
	iput(inode);
}

const struct dentry_operations fltfs_dentry_operations = {
	.d_revalidate	= fltfs_d_revalidate,
	.d_release	= fltfs_d_release,
	.d_iput		= fltfs_d_iput,
};
