// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing: with the own page cache in own.c; here in pass-through, the lower file's own
 * iterator method with a kiocb of ours, which costs a tenth of vfs_iter_read() and hides which
 * kernel takes freeze protection where. The checks of range, permission and security were made on
 * the upper file; the lower file was checked when it was opened. No upper lock is taken, so direct
 * writers stay parallel.
 */
#include <linux/uio.h>
#include "compat/kiocb.h"
#include "fs/cache.h"
#include "fs/request.h"

/*
 * The caller's request, to be waited for, as one of our own. Member by member: where compilers
 * clear the whole they use a string operation, which is slow.
 */
static __always_inline void fltfs_rw_own(struct kiocb *own, const struct kiocb *iocb,
					 struct file *lower, int flags)
{
	own->ki_filp = lower;
	own->ki_pos = iocb->ki_pos;
	own->ki_complete = NULL;
	own->private = NULL;
	own->ki_flags = (iocb->ki_flags & FLT_IOCB_REQUEST) | flags;
	own->ki_ioprio = iocb->ki_ioprio;
	own->ki_waitq = NULL;
}

/* One test where nobody wants reads of either kind. */
static __always_inline bool fltfs_wants_read(const struct inode *inode, const struct kiocb *iocb)
{
	return fltfs_wants(inode, FLT_WANT(IRP_MJ_READ) | FLT_WANT_READ_NOCACHE) &&
	       fltfs_wants(inode, iocb->ki_flags & IOCB_DIRECT ?
			   FLT_WANT_READ_NOCACHE : FLT_WANT(IRP_MJ_READ));
}

static __always_inline bool fltfs_wants_write(const struct inode *inode, const struct kiocb *iocb)
{
	return fltfs_wants(inode, FLT_WANT(IRP_MJ_WRITE) | FLT_WANT_WRITE_NOCACHE) &&
	       fltfs_wants(inode, iocb->ki_flags & IOCB_DIRECT ?
			   FLT_WANT_WRITE_NOCACHE : FLT_WANT(IRP_MJ_WRITE));
}

static noinline ssize_t fltfs_read_lower(struct kiocb *iocb, struct iov_iter *iter)
{
	struct file *lower = fltfs_rw_file(iocb->ki_filp);
	struct kiocb own FLT_NOT_CLEARED;
	ssize_t ret;

	if (unlikely(!lower->f_op->read_iter))
		return -EINVAL;
	if (!is_sync_kiocb(iocb))
		return fltfs_aio_read(iocb, lower, iter);
	fltfs_rw_own(&own, iocb, lower, 0);
	ret = lower->f_op->read_iter(&own, iter);
	iocb->ki_pos = own.ki_pos;
	return ret;
}

static __always_inline ssize_t fltfs_read_next(struct inode *inode, struct kiocb *iocb,
					       struct iov_iter *iter)
{
	if (fltfs_wants_read(inode, iocb))
		return fltfs_read_filtered(iocb, iter);
	return fltfs_read_lower(iocb, iter);
}

/* The data may be in a page cache of ours. */
static noinline ssize_t fltfs_read_cached(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (!fltfs_own(inode))
		return fltfs_read_next(inode, iocb, iter);
	fltfs_rw_file(iocb->ki_filp);
	return fltfs_own_iter(iocb, iter, false);
}

/*
 * Decides without a frame of its own. An empty request is the lower file's to answer, or that of
 * who takes the request from here.
 */
ssize_t fltfs_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (fltfs_may_own(inode))
		return fltfs_read_cached(iocb, iter);
	return fltfs_read_next(inode, iocb, iter);
}

static noinline ssize_t fltfs_write_lower(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct file *lower = fltfs_rw_file(iocb->ki_filp);
	struct kiocb own FLT_NOT_CLEARED;
	struct super_block *sb;
	struct fltfs_fo *fo;
	bool protected;
	ssize_t ret;

	if (unlikely(!lower->f_op->write_iter))
		return -EINVAL;
	if (!is_sync_kiocb(iocb))
		return fltfs_aio_write(iocb, lower, iter);

	fltfs_rw_own(&own, iocb, lower, IOCB_WRITE);
	sb = file_inode(lower)->i_sb;
	fo = fltfs_file_fo(iocb->ki_filp);
	/* The filters may have gone in the middle of a splice. */
	protected = fo && fltfs_fo_splices(fo);
	if (unlikely(iocb->ki_flags & IOCB_NOWAIT)) {
		if (!protected && !sb_start_write_trylock(sb))
			return -EAGAIN;
	} else if (!protected) {
		sb_start_write(sb);
	}
	/* After that, which may wait: a change to the own page cache waits for what has begun. */
	if (unlikely(!fltfs_lower_begin(inode))) {
		if (!protected)
			sb_end_write(sb);
		return fltfs_own_iter(iocb, iter, true);
	}
	ret = lower->f_op->write_iter(&own, iter);
	if (!protected)
		sb_end_write(sb);
	fltfs_lower_end(inode);
	iocb->ki_pos = own.ki_pos;
	/* Writing may take set-id bits away. */
	fltfs_refresh(inode);
	return ret;
}

static __always_inline ssize_t fltfs_write_next(struct inode *inode, struct kiocb *iocb,
						struct iov_iter *iter)
{
	if (fltfs_wants_write(inode, iocb) ||
	    (iocb->ki_flags & IOCB_DIRECT && fltfs_is_scanned(inode)))
		return fltfs_write_filtered(iocb, iter);
	return fltfs_write_lower(iocb, iter);
}

/* The data may be in a page cache of ours. */
static noinline ssize_t fltfs_write_cached(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (!fltfs_own(inode))
		return fltfs_write_next(inode, iocb, iter);
	fltfs_rw_file(iocb->ki_filp);
	return fltfs_own_iter(iocb, iter, true);
}

/* As fltfs_read_iter(). */
ssize_t fltfs_write_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (fltfs_may_own(inode))
		return fltfs_write_cached(iocb, iter);
	return fltfs_write_next(inode, iocb, iter);
}
