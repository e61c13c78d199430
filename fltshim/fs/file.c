// SPDX-License-Identifier: GPL-2.0
/*
 * Open files: each upper file has one lower file, opened with the caller's credentials and flags
 * (but see reuse.c).
 */
#include "compat/open.h"
#include "fs/cache.h"
#include "fs/request.h"
#include "fs/reuse.h"

/* What fcntl(F_SETFL) can change. */
#define FLTFS_SETFL	(O_APPEND | O_NONBLOCK | O_NDELAY | O_DIRECT | O_NOATIME)

/* A flush under way. */
struct fltfs_flush {
	struct fltfs_request request;
	loff_t start;
	loff_t end;
	int datasync;
};

/* What the upper file can do is what the lower one can. The inode is not locked. */
void fltfs_file_setup(struct file *file, struct file *lower)
{
	const fmode_t position = FMODE_LSEEK | FMODE_PREAD | FMODE_PWRITE;
	struct inode *inode = file_inode(file);

	file->f_mode &= lower->f_mode | ~position;
	file->f_mode |= lower->f_mode & (FMODE_CAN_ODIRECT | FMODE_NOWAIT | FMODE_STREAM);
	file->private_data = lower;
	if (fltfs_i(inode)->cached && S_ISREG(inode->i_mode)) {
		fltfs_inode_opened(inode);
		if (unlikely(READ_ONCE(fltfs_i(inode)->resting))) {
			inode_lock(inode);
			fltfs_cache_check(inode);
			inode_unlock(inode);
		}
	}
}

/**
 * fltfs_open() - f_op->open of regular files and directories
 * @inode: upper inode
 * @file: upper file; an overlayfs above may show its own path in it, so file_dentry() it is
 *
 * Return: 0 or the lower file system's error.
 */
int fltfs_open(struct inode *inode, struct file *file)
{
	struct path path;
	struct file *lower;

	fltfs_cache_open(inode);
	if (fltfs_wants(inode, FLT_WANT(IRP_MJ_CREATE)))
		return fltfs_open_filtered(inode, file);

	path = fltfs_lower_path(file_dentry(file));
	lower = fltfs_open_lower(inode, &path, file);
	if (IS_ERR(lower))
		return PTR_ERR(lower);
	fltfs_file_setup(file, lower);
	fltfs_refresh(inode);
	return 0;
}

static int fltfs_open_given(struct inode *inode, struct file *file)
{
	fltfs_file_setup(file, file->private_data);
	return 0;
}

/**
 * fltfs_open_with() - finish an open whose lower file exists already
 * @file: upper file, not open yet
 * @dentry: its upper dentry, positive
 * @lower: lower file; the reference goes over, also on failure
 *
 * Return: 0 or the error of a security module or watcher that refused.
 */
int fltfs_open_with(struct file *file, struct dentry *dentry, struct file *lower)
{
	int err;

	file->private_data = lower;
	err = finish_open(file, dentry, fltfs_open_given);
	/* Once it is open, ->release closes the lower file, whatever the result. */
	if (err && !(file->f_mode & FMODE_OPENED)) {
		file->private_data = NULL;
		fput(lower);
	}
	return err;
}

/* A file without an object gets one for its end if that is all that a filter wants. */
int fltfs_release(struct inode *inode, struct file *file)
{
	struct fltfs_fo *fo = fltfs_file_fo(file);

	if (!fo && fltfs_wants(inode, FLTFS_SEQ_END))
		fo = fltfs_file_get_fo(file);
	/* What mappings left is written after CLEANUP; CLOSE may be the pager's last reference. */
	if (fo)
		fltfs_fo_cleanup(fo);
	if (fltfs_i(inode)->cached && S_ISREG(inode->i_mode))
		fltfs_inode_closed(inode);
	if (fo)
		fltfs_fo_release(fo);
	else
		fltfs_close_lower(inode, fltfs_lower_file(file));
	fltfs_cache_open(inode);
	return 0;
}

/* Carry what F_SETFL changed over to the lower file, for lower code that looks at f_flags. */
void fltfs_sync_flags(struct file *file, struct file *lower)
{
	unsigned int flags = file->f_flags & FLTFS_SETFL;

	spin_lock(&lower->f_lock);
	lower->f_flags = (lower->f_flags & ~FLTFS_SETFL) | flags;
	lower->f_iocb_flags = iocb_flags(lower);
	spin_unlock(&lower->f_lock);
}

/*
 * Called for each descriptor that is closed. The last one is told by the reference count, less the
 * mappings of the own page cache; in pass-through no mapping holds the upper file. Where something
 * else still does (a request under way in another thread), CLEANUP comes from ->release; so it does
 * for a file of a file system above, which passes each close of a descriptor of its own on to the
 * one file that it has.
 */
static noinline int fltfs_flush_told(struct file *file, fl_owner_t id)
{
	struct file *lower = fltfs_lower_file(file);
	struct fltfs_fo *fo = fltfs_file_fo(file);
	int err = 0;

	fltfs_lock_flush(file, id);
	if (lower->f_op->flush)
		err = lower->f_op->flush(lower, id);
	if (file_count(file) != 1 + (fo ? atomic_read(&fo->maps) : 0) ||
	    file->f_mode & FMODE_NOACCOUNT)
		return err;
	if (!fo && fltfs_wants(file_inode(file), FLT_WANT(IRP_MJ_CLEANUP)))
		fo = fltfs_file_get_fo(file);
	if (fo)
		fltfs_fo_cleanup(fo);
	return err;
}

/* Nobody has to be told: most files of most mounts, each time that they are closed. */
int fltfs_flush(struct file *file, fl_owner_t id)
{
	const u64 mask = FLT_WANT(IRP_MJ_LOCK_CONTROL) | FLT_WANT(IRP_MJ_CLEANUP);

	if (likely(!fltfs_file_fo(file) && !fltfs_lower_file(file)->f_op->flush &&
		   !fltfs_wants(file_inode(file), mask)))
		return 0;
	return fltfs_flush_told(file, id);
}

static void fltfs_bottom_flush(struct flt_operation *op)
{
	struct fltfs_flush *flush = op->front;

	fltfs_op_errno(op, vfs_fsync_range(fltfs_op_fo(op)->lower, flush->start, flush->end,
					   flush->datasync), 0);
}

static noinline int fltfs_fsync_filtered(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct fltfs_fo *fo = fltfs_file_get_fo(file);
	struct fltfs_flush flush = {
		.request.bottom = fltfs_bottom_flush,
		.start		= start,
		.end		= end,
		.datasync	= datasync,
	};
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	if (!fo)
		return -ENOMEM;
	__flt_operation_init(&op, fo->base.volume, IRP_MJ_FLUSH_BUFFERS, &fo->base.fo);
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.MinorFunction = datasync ? IRP_MN_FLUSH_DATA_SYNC_ONLY : 0;
	op.front = &flush;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/* What vfs_fsync_range() does, without the call. */
static __always_inline bool fltfs_times_lag(const struct inode *lower, int datasync)
{
	return !datasync && lower->i_state & I_DIRTY_TIME;
}

static __always_inline int fltfs_fsync_lower(struct file *lower, loff_t start, loff_t end,
					     int datasync)
{
	if (unlikely(!lower->f_op->fsync))
		return -EINVAL;
	if (fltfs_times_lag(file_inode(lower), datasync))
		mark_inode_dirty_sync(file_inode(lower));
	return lower->f_op->fsync(lower, start, end, datasync);
}

/* Has its own page cache ever lost what was to be written? */
static __always_inline bool fltfs_lost_pages(const struct inode *inode)
{
	return READ_ONCE(fltfs_i(inode)->failed);
}

static __always_inline int fltfs_fsync_next(struct file *file, loff_t start, loff_t end,
					    int datasync)
{
	if (fltfs_wants(file_inode(file), FLT_WANT(IRP_MJ_FLUSH_BUFFERS)))
		return fltfs_fsync_filtered(file, start, end, datasync);
	return fltfs_fsync_lower(fltfs_lower_file(file), start, end, datasync);
}

static noinline int fltfs_fsync_own(struct file *file, loff_t start, loff_t end, int datasync)
{
	int err = fltfs_flush_shown(file, start, end);
	int ret = fltfs_fsync_next(file, start, end, datasync);

	return err ?: ret;
}

static noinline int fltfs_fsync_told(struct file *file, loff_t start, loff_t end, int datasync)
{
	int err;

	if (fltfs_own(file_inode(file)))
		return fltfs_fsync_own(file, start, end, datasync);
	err = fltfs_fsync_next(file, start, end, datasync);
	/* What was in the own page cache before, and did not arrive. */
	if (!err && unlikely(fltfs_lost_pages(file_inode(file))))
		err = file_check_and_advance_wb_err(file);
	return err;
}

/* Without a frame: the lower file's method is jumped to. */
int fltfs_fsync(struct file *file, loff_t start, loff_t end, int datasync)
{
	struct file *lower = fltfs_lower_file(file);
	struct inode *inode = file_inode(file);

	if (!fltfs_is_plain(inode, FLT_WANT(IRP_MJ_FLUSH_BUFFERS)) ||
	    unlikely(fltfs_lost_pages(inode) || !lower->f_op->fsync ||
		     fltfs_times_lag(fltfs_lower_inode(inode), datasync)))
		return fltfs_fsync_told(file, start, end, datasync);
	return lower->f_op->fsync(lower, start, end, datasync);
}

/*
 * Before what may look at, or change, the lower file behind the own page cache (*@own): that would
 * be another file while it lacks something. Return: 0 or a negative errno.
 */
static int fltfs_ioctl_begin(struct inode *inode, bool *own)
{
	*own = S_ISREG(inode->i_mode) && fltfs_own(inode);
	return *own ? fltfs_flush_pages(inode, 0, LLONG_MAX) : 0;
}

static void fltfs_ioctl_end(struct inode *inode, bool own)
{
	if (own || unlikely(READ_ONCE(fltfs_i(inode)->cache)))
		fltfs_own_behind(inode);
	fltfs_copy_attr(inode);
}

long fltfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	bool own;
	long ret = fltfs_ioctl_begin(file_inode(file), &own);

	if (ret)
		return ret;
	if (fltfs_wants(file_inode(file), fltfs_want_ioctl(cmd)))
		ret = fltfs_ioctl_filtered(file, cmd, arg, false);
	else
		ret = vfs_ioctl(fltfs_lower_file(file), cmd, arg);
	fltfs_ioctl_end(file_inode(file), own);
	return ret;
}

long fltfs_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg)
{
	struct file *lower = fltfs_lower_file(file);
	bool own;
	long ret = fltfs_ioctl_begin(file_inode(file), &own);

	if (ret)
		return ret;
	ret = -ENOIOCTLCMD;
	if (fltfs_wants(file_inode(file), fltfs_want_ioctl(cmd)))
		ret = fltfs_ioctl_filtered(file, cmd, arg, true);
	else if (lower->f_op->compat_ioctl)
		ret = lower->f_op->compat_ioctl(lower, cmd, arg);
	fltfs_ioctl_end(file_inode(file), own);
	return ret;
}

const struct file_operations fltfs_file_fops = {
	.owner			= THIS_MODULE,
#ifdef FLT_HAVE_FOP_FLAGS
	.fop_flags		= FOP_DIO_PARALLEL_WRITE,
#endif
	.open			= fltfs_open,
	.release		= fltfs_release,
	.flush			= fltfs_flush,
	.llseek			= fltfs_llseek,
	.read_iter		= fltfs_read_iter,
	.write_iter		= fltfs_write_iter,
	.fsync			= fltfs_fsync,
	.fallocate		= fltfs_fallocate,
	.fadvise		= fltfs_fadvise,
	.splice_read		= fltfs_splice_read,
	.splice_write		= fltfs_splice_write,
	.copy_file_range	= fltfs_copy_file_range,
	.remap_file_range	= fltfs_remap_file_range,
	.mmap			= fltfs_mmap,
	.lock			= fltfs_lock,
	.flock			= fltfs_flock,
	.setlease		= fltfs_setlease,
	.unlocked_ioctl		= fltfs_ioctl,
	.compat_ioctl		= fltfs_compat_ioctl,
};
