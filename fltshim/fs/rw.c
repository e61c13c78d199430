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

/* F_SETFL changes these at any time. */
#define FLTFS_RW_FLAGS	(O_APPEND | O_DIRECT | O_NONBLOCK | O_NOATIME)

static struct file *fltfs_rw_file(struct file *file)
{
	struct file *lower = fltfs_lower_file(file);

	if (unlikely((file->f_flags ^ lower->f_flags) & FLTFS_RW_FLAGS))
		fltfs_sync_flags(file, lower);
	return lower;
}

ssize_t fltfs_read_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct file *lower = fltfs_rw_file(iocb->ki_filp);
	struct kiocb own;
	ssize_t ret;

	if (!iov_iter_count(iter))
		return 0;
	if (unlikely(!lower->f_op->read_iter))
		return -EINVAL;
	if (fltfs_own(file_inode(iocb->ki_filp)))
		return fltfs_own_iter(iocb, iter, false);
	if (fltfs_wants(file_inode(iocb->ki_filp), iocb->ki_flags & IOCB_DIRECT ?
			FLT_WANT_READ_NOCACHE : FLT_WANT(IRP_MJ_READ)))
		return fltfs_transfer_filtered(iocb, iter, false);
	if (!is_sync_kiocb(iocb))
		return fltfs_aio_read(iocb, lower, iter);

	own = (struct kiocb) {
		.ki_filp	= lower,
		.ki_pos		= iocb->ki_pos,
		.ki_flags	= iocb->ki_flags & FLT_IOCB_REQUEST,
		.ki_ioprio	= iocb->ki_ioprio,
	};
	ret = lower->f_op->read_iter(&own, iter);
	iocb->ki_pos = own.ki_pos;
	return ret;
}

ssize_t fltfs_write_iter(struct kiocb *iocb, struct iov_iter *iter)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct file *lower = fltfs_rw_file(iocb->ki_filp);
	struct super_block *sb;
	struct fltfs_fo *fo;
	struct kiocb own;
	bool protected;
	ssize_t ret;

	if (!iov_iter_count(iter))
		return 0;
	if (unlikely(!lower->f_op->write_iter))
		return -EINVAL;
	if (fltfs_own(inode))
		return fltfs_own_iter(iocb, iter, true);
	if (fltfs_wants(inode, iocb->ki_flags & IOCB_DIRECT ?
			FLT_WANT_WRITE_NOCACHE : FLT_WANT(IRP_MJ_WRITE)) ||
	    (iocb->ki_flags & IOCB_DIRECT && fltfs_is_scanned(inode)))
		return fltfs_transfer_filtered(iocb, iter, true);
	if (!is_sync_kiocb(iocb))
		return fltfs_aio_write(iocb, lower, iter);

	own = (struct kiocb) {
		.ki_filp	= lower,
		.ki_pos		= iocb->ki_pos,
		.ki_flags	= (iocb->ki_flags & FLT_IOCB_REQUEST) | IOCB_WRITE,
		.ki_ioprio	= iocb->ki_ioprio,
	};
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
