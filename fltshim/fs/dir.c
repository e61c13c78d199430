// SPDX-License-Identifier: GPL-2.0
/*
 * Reading directories. The position is the lower file system's cookie, kept in the upper file.
 */
#include "fs/request.h"

/* How an NFS server wants cookies hashed is noted in the file that it opened. */
#define FLTFS_HASH_MODES	(FMODE_32BITHASH | FMODE_64BITHASH)

static struct file *fltfs_dir_file(struct file *file)
{
	struct file *lower = fltfs_lower_file(file);

	if (unlikely((file->f_mode ^ lower->f_mode) & FLTFS_HASH_MODES))
		lower->f_mode = (lower->f_mode & ~FLTFS_HASH_MODES) |
				(file->f_mode & FLTFS_HASH_MODES);
	return lower;
}

/* The VFS holds the position lock of the upper file, which covers the lower position too. */
int fltfs_iterate(struct file *file, struct dir_context *ctx)
{
	struct file *lower = fltfs_dir_file(file);

	if (fltfs_wants(file_inode(file), FLT_WANT(IRP_MJ_DIRECTORY_CONTROL)))
		return fltfs_iterate_filtered(file, ctx);
	lower->f_pos = ctx->pos;
	return iterate_dir(lower, ctx);
}

loff_t fltfs_dir_llseek(struct file *file, loff_t offset, int whence)
{
	struct file *lower = fltfs_dir_file(file);
	loff_t ret;

	lower->f_pos = file->f_pos;
	ret = vfs_llseek(lower, offset, whence);
	if (ret >= 0)
		file->f_pos = lower->f_pos;
	return ret;
}

const struct file_operations fltfs_dir_fops = {
	.owner		= THIS_MODULE,
	.open		= fltfs_open,
	.release	= fltfs_release,
	.flush		= fltfs_flush,
	.llseek		= fltfs_dir_llseek,
	.read		= generic_read_dir,
	.iterate_shared	= fltfs_iterate,
	.fsync		= fltfs_fsync,
	.lock		= fltfs_lock,
	.flock		= fltfs_flock,
	.unlocked_ioctl	= fltfs_ioctl,
	.compat_ioctl	= fltfs_compat_ioctl,
};
