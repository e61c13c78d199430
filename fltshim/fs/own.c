// SPDX-License-Identifier: GPL-2.0
/*
 * Reading, writing, truncating and allocating a file whose data is in the own page cache: the
 * bottom of those operations, and all there is to them when no filter takes them. Writes go
 * through: into the cache, and from there as paging WRITE before the call returns, so that a full
 * disk is told to who wrote. With the mount option write=back they stay there until write-back,
 * fsync or the last close; the upper inode has the size then.
 *
 * What lies between the old end of a file and where it grows to, up to the end of that page, is
 * written too, as zeros: it reaches the filters as data, like the rest of the page. Whole pages
 * that nobody wrote stay holes (pages.c).
 *
 * Everything that changes data or size holds the upper inode lock, taken here, where no callback
 * of the operation itself runs any more; only the paging operations inside do.
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/signal.h>
#include <linux/uio.h>
#include <linux/writeback.h>
#include "compat/kiocb.h"
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_irql.h"

#define FLTFS_WRITE_PIECE	SZ_64K	/* written through at a time, by one paging WRITE */

static bool fltfs_is_own(const struct inode *inode)
{
	return READ_ONCE(fltfs_i(inode)->cache) == FLTFS_CACHE_OWN;
}

/* The inode lock, with the file still in own mode; false and no lock otherwise. */
static bool fltfs_own_lock(struct inode *inode)
{
	inode_lock(inode);
	if (likely(fltfs_is_own(inode)))
		return true;
	inode_unlock(inode);
	return false;
}

/*
 * Drops pages, mapped ones too; what became dirty meanwhile is written first. Return: 0, or why
 * something of that could not be.
 */
static int fltfs_drop_pages(struct inode *inode, loff_t start, loff_t end)
{
	unsigned int tries;
	int err = 0;

	for (tries = 0; tries < 8 && !err; tries++) {
		if (!invalidate_inode_pages2_range(inode->i_mapping, start >> PAGE_SHIFT,
						   end >> PAGE_SHIFT))
			break;
		err = fltfs_flush_pages(inode, start, end);
	}
	return err;
}

/* Zeros in cached pages, dirty afterwards. Return: 0 or a negative errno. */
static int fltfs_zero(struct inode *inode, loff_t start, loff_t end)
{
	while (start < end) {
		size_t offset = offset_in_page(start);
		size_t length = min_t(u64, end - start, PAGE_SIZE - offset);
		struct folio *folio = fltfs_grab(inode, start >> PAGE_SHIFT, true);

		if (IS_ERR(folio))
			return PTR_ERR(folio);
		folio_zero_range(folio, offset, length);
		folio_mark_dirty(folio);
		folio_unlock(folio);
		folio_put(folio);
		start += length;
	}
	return 0;
}

/*
 * The part of the last page behind the end @old of a file that grows to @new. Before the size
 * changes, so that nobody sees what a mapping left there; and once more afterwards, since
 * write-back may have come in between, and has cut it off.
 */
static int fltfs_zero_tail(struct inode *inode, loff_t old, loff_t new)
{
	return fltfs_zero(inode, old, min_t(loff_t, new, round_up(old, PAGE_SIZE)));
}

/* One page. Return: bytes that became dirty there, 0 if the memory has to be faulted in again. */
static ssize_t fltfs_copy_in(struct inode *inode, loff_t pos, size_t bytes, struct iov_iter *iter)
{
	size_t offset = offset_in_page(pos), copied;
	struct folio *folio = fltfs_grab(inode, pos >> PAGE_SHIFT, bytes != PAGE_SIZE);

	if (IS_ERR(folio))
		return PTR_ERR(folio);
	copied = copy_page_from_iter_atomic(&folio->page, offset, bytes, iter);
	if (!folio_test_uptodate(folio)) {
		if (copied == PAGE_SIZE) {
			folio_mark_uptodate(folio);
		} else {
			iov_iter_revert(iter, copied);
			copied = 0;
		}
	}
	if (copied) {
		if (pos + copied > i_size_read(inode))
			i_size_write(inode, pos + copied);
		folio_mark_dirty(folio);
	}
	folio_unlock(folio);
	folio_put(folio);
	return copied;
}

/* A piece into the cache. Return: bytes, or why there are none. */
static ssize_t fltfs_copy_piece(struct inode *inode, loff_t pos, size_t length,
				struct iov_iter *iter)
{
	size_t limit = PAGE_SIZE, done = 0;
	ssize_t ret = 0;

	while (done < length) {
		size_t bytes = min3(length - done, limit, PAGE_SIZE - offset_in_page(pos + done));

		if (fault_in_iov_iter_readable(iter, bytes) == bytes) {
			ret = -EFAULT;
			break;
		}
		if (fatal_signal_pending(current)) {
			ret = -EINTR;
			break;
		}
		ret = fltfs_copy_in(inode, pos + done, bytes, iter);
		if (ret < 0)
			break;
		/* Only a part of the memory is there: not more than one segment at a time then. */
		limit = ret ? PAGE_SIZE : max_t(size_t, iov_iter_single_seg_count(iter), 1);
		done += ret;
		cond_resched();
	}
	return done ?: ret;
}

/*
 * What did not reach the lower file is not in the file. Return: how much of the piece did, as far
 * as it made the file longer.
 */
static size_t fltfs_write_undo(struct inode *inode, loff_t pos, size_t length, loff_t old)
{
	loff_t size = max(old, i_size_read(fltfs_lower_inode(inode)));

	if (i_size_read(inode) > size)
		truncate_setsize(inode, size);
	invalidate_inode_pages2_range(inode->i_mapping, pos >> PAGE_SHIFT,
				      (pos + length - 1) >> PAGE_SHIFT);
	return old <= pos && size > pos ? min_t(u64, length, size - pos) : 0;
}

/* Under the inode lock. Return: bytes or a negative errno. */
static ssize_t fltfs_write_cached(struct inode *inode, struct kiocb *iocb, struct iov_iter *iter,
				  bool through)
{
	ssize_t ret = 0, done = 0;

	while (iov_iter_count(iter)) {
		loff_t pos = iocb->ki_pos, old = i_size_read(inode);
		size_t length = min_t(size_t, iov_iter_count(iter),
				      FLTFS_WRITE_PIECE - (pos & (FLTFS_WRITE_PIECE - 1)));
		u32 failures = fltfs_failures(inode);
		int err = 0;

		if (pos > old)
			err = fltfs_zero_tail(inode, old, pos);
		ret = err ?: fltfs_copy_piece(inode, pos, length, iter);
		if (ret <= 0)
			break;
		if (pos > old)
			err = fltfs_zero_tail(inode, old, pos);
		if (!err && through)
			err = fltfs_flush_since(inode, min(pos, old), pos + ret - 1,
						failures);
		if (err) {
			size_t kept = fltfs_write_undo(inode, pos, ret, old);

			iov_iter_revert(iter, ret - kept);
			iocb->ki_pos += kept;
			done += kept;
			ret = err;
			break;
		}
		iocb->ki_pos += ret;
		done += ret;
		if (ret < length)
			break;
	}
	return done ?: ret;
}

/*
 * What a write does to the file's privileges and times is done by who writes: its pages may reach
 * the lower file by the flusher, or another worker, who may keep privileges.
 */
static int fltfs_own_touch(struct file *lower)
{
	struct inode *inode = file_inode(lower);
	int err = 0;

	sb_start_write(inode->i_sb);
	if (!IS_NOSEC(inode)) {
		inode_lock(inode);
		err = file_remove_privs(lower);
		inode_unlock(inode);
	}
	err = err ?: file_update_time(lower);
	sb_end_write(inode->i_sb);
	return err;
}

static ssize_t fltfs_own_write(struct inode *inode, struct fltfs_fo *fo, struct kiocb *iocb,
			       struct iov_iter *iter)
{
	bool sync = (iocb->ki_flags | fo->sync) & IOCB_DSYNC, through;
	ssize_t ret;
	int err;

	ret = generic_write_checks(iocb, iter);
	if (ret <= 0)
		return ret;
	ret = fltfs_pager(fo, true);
	if (ret)
		return ret;
	through = sync || !READ_ONCE(fltfs_sb(inode->i_sb)->write_back);
	ret = fltfs_own_touch(fo->lower);
	if (ret)
		return ret;
	ret = fltfs_write_cached(inode, iocb, iter, through);
	if (ret > 0 && sync && through) {
		err = vfs_fsync_range(fltfs_i(inode)->writer, iocb->ki_pos - ret,
				      iocb->ki_pos - 1, !(iocb->ki_flags & IOCB_SYNC));
		ret = err ?: ret;
	}
	return ret;
}

/* The lower file, uncached as seen from above, while the own cache has nothing of the range. */
static ssize_t fltfs_direct_lower(struct kiocb *iocb, struct iov_iter *iter, struct file *lower,
				  bool write)
{
	struct super_block *sb = file_inode(lower)->i_sb;
	struct kiocb own = {
		.ki_filp	= lower,
		.ki_pos		= iocb->ki_pos,
		.ki_flags	= (iocb->ki_flags & FLT_IOCB_REQUEST) | (write ? IOCB_WRITE : 0),
		.ki_ioprio	= iocb->ki_ioprio,
	};
	ssize_t ret;

	/* Where the file ends is known here. */
	own.ki_flags &= ~IOCB_APPEND;
	if (!write) {
		ret = lower->f_op->read_iter(&own, iter);
	} else {
		sb_start_write(sb);
		ret = lower->f_op->write_iter(&own, iter);
		sb_end_write(sb);
	}
	iocb->ki_pos = own.ki_pos;
	return ret;
}

/* Under the inode lock. */
static ssize_t fltfs_own_direct_write(struct inode *inode, struct fltfs_fo *fo,
				      struct kiocb *iocb, struct iov_iter *iter)
{
	loff_t old = i_size_read(inode), pos, end;
	ssize_t ret;
	int err;

	if (iocb->ki_flags & IOCB_APPEND)
		iocb->ki_pos = old;
	pos = iocb->ki_pos;
	end = pos + iov_iter_count(iter) - 1;
	ret = fltfs_pager(fo, true);
	if (ret)
		return ret;
	ret = fltfs_flush_pages(inode, pos, end) ?: fltfs_drop_pages(inode, pos, end);
	if (ret)
		return ret;
	ret = fltfs_direct_lower(iocb, iter, fo->lower, true);
	/* What was read ahead, or faulted in, meanwhile: fsync tells of what fails of that. */
	fltfs_drop_pages(inode, pos, end);
	/* The lower file may be the shorter one. */
	if (i_size_read(fltfs_lower_inode(inode)) > old)
		fltfs_take_size(inode);
	if (ret > 0 && pos > old) {
		err = fltfs_zero_tail(inode, old, pos);
		err = err ?: fltfs_flush_pages(inode, old, pos - 1);
		ret = err ?: ret;
	}
	return ret;
}

/* Before the lower file is read there: all is written where that makes it as long as it seems. */
static int fltfs_flush_for_read(struct inode *inode, loff_t pos, size_t length)
{
	if (i_size_read(fltfs_lower_inode(inode)) < i_size_read(inode))
		return fltfs_flush_pages(inode, 0, LLONG_MAX);
	return fltfs_flush_pages(inode, pos, pos + length - 1);
}

/**
 * fltfs_own_transfer() - read or write with the own page cache
 * @iocb: upper file, position and flags; the position moves
 * @iter: memory; a direct request's is the kernel's
 * @write: which
 *
 * Holds no lock but those of the VFS's entry point.
 *
 * Return: bytes; a negative errno; FLTFS_LEFT when the file left own mode meanwhile: to be carried
 * out on the lower file
 */
ssize_t fltfs_own_transfer(struct kiocb *iocb, struct iov_iter *iter, bool write)
{
	struct inode *inode = file_inode(iocb->ki_filp);
	struct fltfs_fo *fo = fltfs_file_get_fo(iocb->ki_filp);
	bool direct = iocb->ki_flags & IOCB_DIRECT;
	ssize_t ret;

	if (!fo)
		return -ENOMEM;
	if (write) {
		if (!fltfs_own_lock(inode))
			return FLTFS_LEFT;
		ret = direct ? fltfs_own_direct_write(inode, fo, iocb, iter) :
			       fltfs_own_write(inode, fo, iocb, iter);
		inode_unlock(inode);
		if (ret > 0)
			balance_dirty_pages_ratelimited(inode->i_mapping);
		return ret;
	}
	if (!fltfs_is_own(inode))
		return FLTFS_LEFT;
	if (direct) {
		if (iocb->ki_pos < 0)
			return -EINVAL;
		ret = fltfs_flush_for_read(inode, iocb->ki_pos, iov_iter_count(iter));
		return ret ?: fltfs_direct_lower(iocb, iter, fo->lower, false);
	}
	ret = fltfs_pager(fo, false) ?: filemap_read(iocb, iter, 0);
	/* What came from the cache was not read below, but it was read. */
	file_accessed(fo->lower);
	return ret;
}

/**
 * fltfs_own_iter() - f_op->read_iter and ->write_iter of a file in own mode
 * @iocb: the caller's request
 * @iter: its memory
 * @write: which
 *
 * Direct requests take the way of those that filters see, which gives them memory of the kernel's:
 * the program's may be a mapping of this very file, whose pages the lower file system would fault
 * in under its own locks.
 *
 * Return: bytes, -EIOCBQUEUED or a negative errno
 */
ssize_t fltfs_own_iter(struct kiocb *iocb, struct iov_iter *iter, bool write)
{
	struct kiocb own = {
		.ki_filp	= iocb->ki_filp,
		.ki_pos		= iocb->ki_pos,
		.ki_flags	= iocb->ki_flags & FLT_IOCB_REQUEST,
		.ki_ioprio	= iocb->ki_ioprio,
	};
	struct inode *inode = file_inode(iocb->ki_filp);
	ssize_t ret;

	if (!iov_iter_count(iter))
		return 0;
	if (iocb->ki_flags & (IOCB_DIRECT | IOCB_NOWAIT) ||
	    fltfs_wants(inode, write ? FLT_WANT(IRP_MJ_WRITE) : FLT_WANT(IRP_MJ_READ)))
		return fltfs_transfer_filtered(iocb, iter, write);
	ret = fltfs_own_transfer(&own, iter, write);
	if (ret == FLTFS_LEFT)
		return fltfs_transfer_filtered(iocb, iter, write);
	iocb->ki_pos = own.ki_pos;
	if (write)
		fltfs_refresh(inode);
	return ret;
}

/**
 * fltfs_own_touched() - a filter wrote to the lower file itself
 * @inode: upper inode
 * @pos: where
 * @length: how much; 0: the size was changed
 *
 * Takes no upper lock, since the filter may run under one: pages that are in use or dirty stay.
 */
void fltfs_own_touched(struct inode *inode, loff_t pos, size_t length)
{
	if (!fltfs_is_own(inode) || ke_holds(KE_HOLD_PAGING))
		return;
	if (length)
		invalidate_mapping_pages(inode->i_mapping, pos >> PAGE_SHIFT,
					 (pos + length - 1) >> PAGE_SHIFT);
	else if (i_size_read(fltfs_lower_inode(inode)) < i_size_read(inode))
		truncate_setsize(inode, i_size_read(fltfs_lower_inode(inode)));
	fltfs_grow_size(inode);
}

/**
 * fltfs_own_behind() - something may have changed the lower file of an inode in own mode
 * @inode: upper inode; dirty pages were written before
 */
void fltfs_own_behind(struct inode *inode)
{
	if (!READ_ONCE(fltfs_i(inode)->cache))
		return;
	inode_lock(inode);
	if (fltfs_is_own(inode))
		fltfs_own_renew(inode);
	inode_unlock(inode);
}

/* The same for who holds the inode lock and knows that the file is in own mode. */
void fltfs_own_renew(struct inode *inode)
{
	lockdep_assert_held_write(&inode->i_rwsem);
	fltfs_drop_pages(inode, 0, LLONG_MAX);
	fltfs_take_size(inode);
}

/*
 * Drops what is cached from @start to the end of the file or, with @last, to there. Faults that are
 * reading pages end first; those that come later read anew.
 */
static void fltfs_forget(struct inode *inode, loff_t start, loff_t last)
{
	filemap_invalidate_lock(inode->i_mapping);
	if (last)
		truncate_pagecache_range(inode, start, last);
	else
		truncate_pagecache(inode, start);
	filemap_invalidate_unlock(inode->i_mapping);
}

/* A file that gets shorter: what was cached goes before the lower file is cut. */
static int fltfs_own_shrink(struct dentry *dentry, struct iattr *attr,
			    int (*lower)(struct dentry *dentry, struct iattr *attr))
{
	struct inode *inode = d_inode(dentry);
	int err;

	fltfs_faults_stop(inode);
	err = attr->ia_size ? fltfs_flush_pages(inode, 0, attr->ia_size - 1) : 0;
	if (err)
		goto go;
	/* So does what is cut, in case the lower file refuses; what fails of that goes anyway. */
	fltfs_flush_pages(inode, attr->ia_size, LLONG_MAX);
	i_size_write(inode, attr->ia_size);
	fltfs_forget(inode, attr->ia_size, 0);
	/* A copy that comes later would make the file longer again. */
	fltfs_copies_wait(inode, 0, LLONG_MAX);
	err = lower(dentry, attr);
	/* A filter's own write may have looked at the lower size before that, too. */
	fltfs_take_size(inode);
	if (!err)	/* what was read before that */
		fltfs_forget(inode, attr->ia_size, 0);
go:
	fltfs_faults_go(inode);
	return err;
}

/* A file that gets longer, or stays as it is. */
static int fltfs_own_grow(struct dentry *dentry, struct iattr *attr,
			  int (*lower)(struct dentry *dentry, struct iattr *attr))
{
	struct inode *inode = d_inode(dentry);
	loff_t old = i_size_read(inode), new = attr->ia_size;
	bool tail = new > old && offset_in_page(old);
	int err = 0;

	if (tail) {
		err = fltfs_pager_by_path(dentry, true);
		err = err ?: fltfs_zero_tail(inode, old, new);
	}
	err = err ?: lower(dentry, attr);
	if (!err) {
		fltfs_take_size(inode);
		if (tail)
			err = fltfs_zero_tail(inode, old, new) ?:
			      fltfs_flush_pages(inode, old, new - 1);
	}
	return err;
}

/**
 * fltfs_truncate() - change the size of a file, whichever cache it uses
 * @dentry: upper dentry of a regular file; its inode is locked
 * @attr: with ATTR_SIZE
 * @lower: makes the change below
 *
 * Return: 0 or a negative errno
 */
int fltfs_truncate(struct dentry *dentry, struct iattr *attr,
		   int (*lower)(struct dentry *dentry, struct iattr *attr))
{
	struct inode *inode = d_inode(dentry);
	int err;

	if (fltfs_lower_or_own(inode)) {
		err = lower(dentry, attr);
		fltfs_lower_end(inode);
		return err;
	}
	fltfs_inode_opened(inode);
	fltfs_cache_check(inode);
	err = attr->ia_size < i_size_read(inode) ? fltfs_own_shrink(dentry, attr, lower) :
						   fltfs_own_grow(dentry, attr, lower);
	fltfs_inode_closed(inode);
	return err;
}

/**
 * fltfs_resize_below() - change the size of a lower file from where an upper lock may be held
 * @dentry: upper dentry
 * @attr: with ATTR_SIZE
 *
 * For what a filter does itself: no upper lock is taken.
 *
 * Return: 0 or a negative errno
 */
int fltfs_resize_below(struct dentry *dentry, struct iattr *attr)
{
	struct inode *inode = d_inode(dentry);
	bool begun = fltfs_lower_begin(inode);
	int err = fltfs_setattr_below(dentry, attr);

	if (begun)
		fltfs_lower_end(inode);
	else
		fltfs_own_touched(inode, 0, 0);
	return err;
}

/*
 * Can the lower file system make a range zero at all? Asked once for a mount, with a byte behind
 * the end of the file, which is nobody's.
 */
static int fltfs_can_zero(struct inode *inode, struct file *file)
{
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);
	u8 zeroing = READ_ONCE(fsb->zeroing);
	int err;

	if (zeroing == FLTFS_ZEROING_UNKNOWN) {
		err = vfs_fallocate(file, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE,
				    i_size_read(inode), 1);
		if (err && err != -EOPNOTSUPP)
			return err;
		zeroing = err ? FLTFS_ZEROING_NONE : FLTFS_ZEROING_CAN;
		WRITE_ONCE(fsb->zeroing, zeroing);
	}
	return zeroing == FLTFS_ZEROING_CAN ? 0 : -EOPNOTSUPP;
}

/*
 * Makes a range zero: whole pages below, as a hole or allocated, parts of pages as data. Where the
 * file ends inside the range and keeps its size, the rest of the last page is nobody's.
 */
static int fltfs_own_zero_range(struct inode *inode, struct file *file, int mode, loff_t offset,
				loff_t len)
{
	loff_t size = i_size_read(inode), end = offset + len;
	loff_t first = round_up(offset, PAGE_SIZE), last = round_down(end, PAGE_SIZE);
	bool keep = mode & FALLOC_FL_KEEP_SIZE;
	int err = 0;

	if (keep && end >= size)
		last = min_t(u64, round_up((u64)end, PAGE_SIZE), inode->i_sb->s_maxbytes);
	/* First what may be refused, while nothing is changed. */
	if (first < last) {
		fltfs_forget(inode, first, last - 1);
		fltfs_copies_wait(inode, first, last);
		err = vfs_fallocate(file, mode, first, last - first);
		fltfs_forget(inode, first, last - 1);
	} else if (mode & FALLOC_FL_ZERO_RANGE) {
		err = fltfs_can_zero(inode, file);
	}
	/* What the file grows by is allocated, and not written. */
	if (!err && !keep && end > size)
		err = vfs_fallocate(file, 0, max(offset, size), end - max(offset, size));
	if (!err && offset < min3(first, end, size))
		err = fltfs_zero(inode, offset, min3(first, end, size));
	if (!err && last >= first && last < min(end, size))
		err = fltfs_zero(inode, last, min(end, size));
	return err;
}

/* Under the inode lock, with faults stopped and what was dirty written. */
static int fltfs_own_allocate(struct inode *inode, struct file *file, int mode, loff_t offset,
			      loff_t len)
{
	loff_t old = i_size_read(inode);
	int err;

	if (mode & (FALLOC_FL_PUNCH_HOLE | FALLOC_FL_ZERO_RANGE)) {
		err = fltfs_own_zero_range(inode, file, mode, offset, len);
	} else if (mode & (FALLOC_FL_COLLAPSE_RANGE | FALLOC_FL_INSERT_RANGE)) {
		fltfs_forget(inode, round_down(offset, PAGE_SIZE), 0);
		fltfs_copies_wait(inode, 0, LLONG_MAX);
		err = vfs_fallocate(file, mode, offset, len);
		fltfs_forget(inode, round_down(offset, PAGE_SIZE), 0);
	} else {
		err = vfs_fallocate(file, mode, offset, len);
	}
	fltfs_take_size(inode);
	/* What an insertion moves is behind the old end too. */
	if (!err && i_size_read(inode) > old && !(mode & FALLOC_FL_INSERT_RANGE))
		err = fltfs_zero_tail(inode, old, i_size_read(inode));
	return err;
}

/**
 * fltfs_fallocate_lower() - fallocate, whichever cache the file uses
 * @fo: object of the open file
 * @file: its lower file
 * @mode: FALLOC_FL_*
 * @offset: start of the range
 * @len: its length
 *
 * Return: 0 or a negative errno
 */
int fltfs_fallocate_lower(struct fltfs_fo *fo, struct file *file, int mode, loff_t offset,
			  loff_t len)
{
	struct inode *inode = d_inode(fo->dentry);
	int err;

	for (;;) {
		if (fltfs_lower_or_own(inode)) {
			err = vfs_fallocate(file, mode, offset, len);
			fltfs_lower_end(inode);
			return err;
		}
		if (fltfs_own_lock(inode))
			break;
	}
	err = fltfs_pager(fo, true);
	if (!err) {
		fltfs_faults_stop(inode);
		err = fltfs_flush_pages(inode, 0, LLONG_MAX) ?:
		      fltfs_own_allocate(inode, file, mode, offset, len);
		fltfs_faults_go(inode);
	}
	err = err ?: fltfs_flush_pages(inode, 0, LLONG_MAX);
	inode_unlock(inode);
	return err;
}
