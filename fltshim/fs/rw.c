// SPDX-License-Identifier: GPL-2.0
/*
 * Reading and writing: with the own page cache in own.c; here in pass-through, the lower file's own
 * iterator method, which costs a tenth of vfs_iter_read() and hides which kernel takes freeze
 * protection where. The checks of range, permission and security were made on the upper file; the
 * lower file was checked when it was opened. No upper lock is taken, so direct writers stay
 * parallel.
 */
#include <linux/uio.h>
#include "compat/kiocb.h"
#include "fs/cache.h"
#include "fs/request.h"

typedef ssize_t fltfs_rw_method(struct kiocb *iocb, struct iov_iter *iter);

/*
 * A caller's request that is waited for is lent to the lower file's method: nobody but the caller,
 * who waits, has it, and of what is in it only the position is of use afterwards.
 */
static __always_inline ssize_t fltfs_rw_lend(struct kiocb *iocb, struct iov_iter *iter,
					     struct file *upper, struct file *lower,
					     fltfs_rw_method *method, bool write)
{
	int flags = iocb->ki_flags;
	ssize_t ret;

	iocb->ki_filp = lower;
	iocb->ki_flags = (flags & FLT_IOCB_REQUEST) | (write ? IOCB_WRITE : 0);
	ret = method(iocb, iter);
	iocb->ki_filp = upper;
	iocb->ki_flags = flags;
	return ret;
}

static __always_inline bool fltfs_wants_read(const struct inode *inode, const struct kiocb *iocb)
{
	return fltfs_wants(inode, iocb->ki_flags & IOCB_DIRECT ?
			   FLT_WANT_READ_NOCACHE : FLT_WANT(IRP_MJ_READ));
}

static __always_inline bool fltfs_wants_write(const struct inode *inode, const struct kiocb *iocb)
{
	return fltfs_wants(inode, iocb->ki_flags & IOCB_DIRECT ?
			   FLT_WANT_WRITE_NOCACHE : FLT_WANT(IRP_MJ_WRITE));
}

static __always_inline ssize_t fltfs_read_from(struct kiocb *iocb, struct iov_iter *iter,
					       struct file *upper, struct file *lower)
{
	fltfs_rw_method *method = lower->f_op->read_iter;

	if (unlikely(!method))
		return -EINVAL;
	if (!is_sync_kiocb(iocb))
		return fltfs_aio_read(iocb, lower, iter);
	return fltfs_rw_lend(iocb, iter, upper, lower, method, false);
}

static noinline ssize_t fltfs_read_flags(struct kiocb *iocb, struct iov_iter *iter)
{
	struct file *upper = iocb->ki_filp;

	return fltfs_read_from(iocb, iter, upper, fltfs_rw_file(upper));
}

/* What seldom happens is left by a jump, so that @iter need not be kept over a call. */
static noinline ssize_t fltfs_read_lower(struct kiocb *iocb, struct iov_iter *iter)
{
	struct file *upper = iocb->ki_filp, *lower = fltfs_lower_file(upper);

	if (unlikely(fltfs_rw_differs(upper, lower)))
		return fltfs_read_flags(iocb, iter);
	return fltfs_read_from(iocb, iter, upper, lower);
}

/* Filters may have to see it, or the data may be in a page cache of ours. */
static noinline ssize_t fltfs_read_other(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	/* To some it is an access all the same. */
	if (unlikely(!iov_iter_count(iter)))
		return fltfs_read_lower(iocb, iter);
	if (fltfs_own(inode)) {
		fltfs_rw_file(iocb->ki_filp);
		return fltfs_own_iter(iocb, iter, false);
	}
	if (fltfs_wants_read(inode, iocb))
		return fltfs_read_filtered(iocb, iter);
	return fltfs_read_lower(iocb, iter);
}

/*
 * Decides without a frame of its own. An empty request is the lower file's to answer, or that of
 * who takes the request from here.
 */
ssize_t fltfs_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (fltfs_is_plain(inode, FLT_WANT(IRP_MJ_READ) | FLT_WANT_READ_NOCACHE))
		return fltfs_read_lower(iocb, iter);
	return fltfs_read_other(iocb, iter);
}

static noinline ssize_t fltfs_write_lower(struct kiocb *iocb, struct iov_iter *iter)
{
	struct file *upper = iocb->ki_filp, *lower = fltfs_rw_file(upper);
	struct inode *inode = file_inode(upper);
	struct super_block *sb;
	ssize_t ret;

	if (unlikely(!lower->f_op->write_iter))
		return -EINVAL;
	if (!is_sync_kiocb(iocb))
		return fltfs_aio_write(iocb, lower, iter);

	sb = file_inode(lower)->i_sb;
	if (unlikely(iocb->ki_flags & IOCB_NOWAIT)) {
		if (!sb_start_write_trylock(sb))
			return -EAGAIN;
	} else {
		sb_start_write(sb);
	}
	/* After that, which may wait: a change to the own page cache waits for what has begun. */
	if (unlikely(!fltfs_lower_begin(inode))) {
		sb_end_write(sb);
		return fltfs_own_iter(iocb, iter, true);
	}
	ret = fltfs_rw_lend(iocb, iter, upper, lower, lower->f_op->write_iter, true);
	sb_end_write(sb);
	fltfs_lower_end(inode);
	/* Writing may take set-id bits away. */
	fltfs_refresh(inode);
	return ret;
}

/* As fltfs_read_other(). */
static noinline ssize_t fltfs_write_other(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (fltfs_own(inode)) {
		fltfs_rw_file(iocb->ki_filp);
		return fltfs_own_iter(iocb, iter, true);
	}
	if (fltfs_wants_write(inode, iocb) ||
	    (iocb->ki_flags & IOCB_DIRECT && fltfs_is_scanned(inode)))
		return fltfs_write_filtered(iocb, iter);
	return fltfs_write_lower(iocb, iter);
}

/* As fltfs_read_iter(). */
ssize_t fltfs_write_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);

	if (fltfs_is_plain(inode, FLT_WANT(IRP_MJ_WRITE) | FLT_WANT_WRITE_NOCACHE) &&
	    !(iocb->ki_flags & IOCB_DIRECT && fltfs_is_scanned(inode)))
		return fltfs_write_lower(iocb, iter);
	return fltfs_write_other(iocb, iter);
}
