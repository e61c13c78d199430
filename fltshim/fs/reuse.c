// SPDX-License-Identifier: GPL-2.0
/*
 * Mount option open=reuse: the lower file of a read-only open is kept when that is closed, for the
 * next one. It serves one open file at a time, so that nothing of one (position, flags,
 * read-ahead) is seen by another; who finds it taken opens a lower file of his own.
 *
 * A kept file has the credentials of who mounted: the caller's right to each open is checked by the
 * VFS as always. Only of file systems whose open does nothing else than that, and one mount keeps
 * FLTFS_REUSE_MAX at most, fewer when memory is short.
 *
 * Whoever takes or leaves a file exchanges one pointer; fltfs_sb.reuse_lock is for the list only,
 * where one is new or too much.
 */
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include "compat/open.h"
#include "fs/object.h"
#include "fs/reuse.h"

#define FLTFS_REUSE_MAX		1024
/* So many that were of use are passed over, in search of one that was not. */
#define FLTFS_REUSE_SEARCH	16

/* What makes an open one of its own, besides writing. */
#define FLTFS_REUSE_NOT	(O_ACCMODE | O_APPEND | O_NONBLOCK | O_DIRECT | O_NOATIME | O_DSYNC | \
			 __O_SYNC | __O_TMPFILE | O_DIRECTORY | __FMODE_EXEC)

/**
 * struct fltfs_reuse - what an inode keeps for its next read-only open
 * @lower: lower file that nobody uses, or NULL
 * @link: in fltfs_sb.reused, unless another took its place
 * @used: it was of use since it was last looked at
 */
struct fltfs_reuse {
	struct file *lower;
	struct list_head link;
	u8 used;
};

/* Does opening a file there do no more than the VFS knows of? */
bool fltfs_reuse_suits(const struct super_block *lower)
{
	return lower->s_magic == TMPFS_MAGIC ||
	       (lower->s_type->fs_flags & FS_REQUIRES_DEV && lower->s_magic != FUSE_SUPER_MAGIC);
}

static bool fltfs_is_reusable(const struct inode *lower, unsigned int flags)
{
	if (flags & FLTFS_REUSE_NOT || !S_ISREG(lower->i_mode))
		return false;
	/* Somebody has locks or leases there, perhaps: he is to hear of each open. */
	return !READ_ONCE(lower->i_flctx);
}

static struct file *fltfs_reuse_take(struct inode *inode, const struct path *path)
{
	struct fltfs_reuse *reuse = READ_ONCE(fltfs_i(inode)->reuse);
	struct file *lower;

	if (!reuse || !READ_ONCE(reuse->lower))
		return NULL;
	lower = xchg(&reuse->lower, NULL);
	if (!lower)
		return NULL;
	if (unlikely(lower->f_path.dentry != path->dentry || lower->f_path.mnt != path->mnt)) {
		flt_file_close(lower);
		return NULL;
	}
	WRITE_ONCE(reuse->used, true);
	return lower;
}

/* As if it was opened just now. */
static void fltfs_reuse_renew(struct file *lower)
{
	lower->f_pos = 0;
	lower->f_mode &= ~(FMODE_RANDOM | FMODE_NOREUSE);
	memset(&lower->f_ra, 0, sizeof(lower->f_ra));
	file_ra_state_init(&lower->f_ra, lower->f_mapping);
	lower->f_wb_err = filemap_sample_wb_err(lower->f_mapping);
	lower->f_sb_err = file_sample_sb_err(lower);
}

static struct file *fltfs_reuse_new(struct inode *inode, const struct path *path, int flags)
{
	const struct cred *old = override_creds(fltfs_sb(inode->i_sb)->cred);
	struct file *lower = flt_file_open(path, flags);

	revert_creds(old);
	return lower;
}

/**
 * fltfs_open_kept() - a lower file for an open, where lower files are kept
 * @inode: upper inode
 * @path: what to open
 * @flags: of the lower file
 *
 * Return: the file, to be given to fltfs_close_lower(), or an error pointer
 */
struct file *fltfs_open_kept(struct inode *inode, const struct path *path, int flags)
{
	struct file *lower;

	if (!fltfs_is_reusable(d_inode(path->dentry), flags))
		return flt_file_open(path, flags);
	lower = fltfs_reuse_take(inode, path);
	if (!lower)
		return fltfs_reuse_new(inode, path, flags);
	fltfs_reuse_renew(lower);
	return lower;
}

static struct fltfs_reuse *fltfs_reuse_of(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct fltfs_reuse *reuse = READ_ONCE(fi->reuse), *other;

	if (reuse)
		return reuse;
	reuse = kzalloc(sizeof(*reuse), GFP_KERNEL_ACCOUNT);
	if (!reuse)
		return NULL;
	INIT_LIST_HEAD(&reuse->link);
	other = cmpxchg(&fi->reuse, NULL, reuse);
	if (other) {
		kfree(reuse);
		return other;
	}
	return reuse;
}

/* Off the list, if it is on it; what it kept. Under reuse_lock. */
static struct file *fltfs_reuse_drop(struct fltfs_sb *fsb, struct fltfs_reuse *reuse)
{
	if (!list_empty(&reuse->link)) {
		list_del_init(&reuse->link);
		fsb->nr_reused--;
	}
	return xchg(&reuse->lower, NULL);
}

/* The oldest one that was of no use lately, without its place. Under reuse_lock. */
static struct file *fltfs_reuse_oldest(struct fltfs_sb *fsb)
{
	struct fltfs_reuse *reuse;
	int i;

	for (i = 0; ; i++) {
		reuse = list_first_entry(&fsb->reused, struct fltfs_reuse, link);
		if (!READ_ONCE(reuse->used) || i == FLTFS_REUSE_SEARCH)
			return fltfs_reuse_drop(fsb, reuse);
		WRITE_ONCE(reuse->used, false);
		list_move_tail(&reuse->link, &fsb->reused);
	}
}

/* @reuse has a file and no place. The one that has to go for it, itself perhaps, or NULL. */
static struct file *fltfs_reuse_list(struct fltfs_sb *fsb, struct fltfs_reuse *reuse)
{
	struct file *gone = NULL;

	spin_lock(&fsb->reuse_lock);
	if (!fsb->reuse) {
		gone = fltfs_reuse_drop(fsb, reuse);
	} else if (list_empty(&reuse->link)) {
		list_add_tail(&reuse->link, &fsb->reused);
		if (++fsb->nr_reused > FLTFS_REUSE_MAX)
			gone = fltfs_reuse_oldest(fsb);
	}
	spin_unlock(&fsb->reuse_lock);
	return gone;
}

/* Nobody else may use it: a mapping, or a request under way. Nor is it the last of its file. */
static bool fltfs_may_keep(const struct inode *inode, const struct file *lower)
{
	const struct inode *below = file_inode(lower);

	return fltfs_is_reusable(below, lower->f_flags) && below == fltfs_lower_inode(inode) &&
	       lower->f_cred == fltfs_sb(inode->i_sb)->cred && file_count(lower) == 1 &&
	       below->i_nlink && inode->i_sb->s_flags & SB_ACTIVE;
}

/**
 * fltfs_keep_or_close() - the end of a lower file, where lower files are kept
 * @inode: upper inode, held
 * @lower: from fltfs_open_lower(), perhaps; nobody uses it any more
 */
void fltfs_keep_or_close(struct inode *inode, struct file *lower)
{
	struct fltfs_reuse *reuse;

	if (!fltfs_may_keep(inode, lower))
		goto close;
	reuse = fltfs_reuse_of(inode);
	if (!reuse || cmpxchg(&reuse->lower, NULL, lower))
		goto close;
	/* Off the list first, empty then (fltfs_reuse_drop()): here it is the other way round. */
	if (likely(!list_empty_careful(&reuse->link)))
		return;
	lower = fltfs_reuse_list(fltfs_sb(inode->i_sb), reuse);
	if (!lower)
		return;
close:
	flt_file_close(lower);
}

/*
 * The inode goes: nothing uses it any more. That may be where memory is short, so the file is
 * closed when the task returns to its program, or by a worker.
 */
void fltfs_reuse_free(struct inode *inode)
{
	struct fltfs_reuse *reuse = fltfs_i(inode)->reuse;
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);
	struct file *lower;

	if (!reuse)
		return;
	spin_lock(&fsb->reuse_lock);
	lower = fltfs_reuse_drop(fsb, reuse);
	spin_unlock(&fsb->reuse_lock);
	fltfs_i(inode)->reuse = NULL;
	kfree(reuse);
	if (lower)
		fput(lower);
}

/* For the VFS, which asks when memory is short. */
long fltfs_nr_kept(struct super_block *sb, struct shrink_control *sc)
{
	return READ_ONCE(fltfs_sb(sb)->nr_reused);
}

/* A file is not closed where memory is short, as that may take locks of the lower file system. */
long fltfs_free_kept(struct super_block *sb, struct shrink_control *sc)
{
	struct fltfs_sb *fsb = fltfs_sb(sb);

	atomic_long_add(sc->nr_to_scan, &fsb->reuse_excess);
	queue_work(system_unbound_wq, &fsb->reuse_work);
	return sc->nr_to_scan;
}

static void fltfs_reuse_worker(struct work_struct *work)
{
	struct fltfs_sb *fsb = container_of(work, struct fltfs_sb, reuse_work);
	long count = atomic_long_xchg(&fsb->reuse_excess, 0);
	bool over = false;
	struct file *lower;

	while (count-- > 0 && !over) {
		lower = NULL;
		spin_lock(&fsb->reuse_lock);
		over = list_empty(&fsb->reused);
		if (!over)
			lower = fltfs_reuse_oldest(fsb);
		spin_unlock(&fsb->reuse_lock);
		if (lower)
			flt_file_close(lower);
	}
}

void fltfs_reuse_init(struct fltfs_sb *fsb)
{
	INIT_LIST_HEAD(&fsb->reused);
	spin_lock_init(&fsb->reuse_lock);
	atomic_long_set(&fsb->reuse_excess, 0);
	INIT_WORK(&fsb->reuse_work, fltfs_reuse_worker);
}

/* The inodes are gone, and nobody asks for memory of this mount any more. */
void fltfs_reuse_exit(struct fltfs_sb *fsb)
{
	cancel_work_sync(&fsb->reuse_work);
}

/**
 * fltfs_reuse_set() - from now on lower files are kept, or none is
 * @fsb: the mount
 * @on: which
 */
void fltfs_reuse_set(struct fltfs_sb *fsb, bool on)
{
	struct fltfs_reuse *reuse;
	struct file *lower;

	spin_lock(&fsb->reuse_lock);
	WRITE_ONCE(fsb->reuse, on);
	while (!on && !list_empty(&fsb->reused)) {
		reuse = list_first_entry(&fsb->reused, struct fltfs_reuse, link);
		lower = fltfs_reuse_drop(fsb, reuse);
		spin_unlock(&fsb->reuse_lock);
		if (lower)
			flt_file_close(lower);
		spin_lock(&fsb->reuse_lock);
	}
	spin_unlock(&fsb->reuse_lock);
}
