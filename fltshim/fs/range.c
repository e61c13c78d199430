// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to a range of a file besides plain reading and writing: seeking, allocation,
 * advice, splicing, copying and sharing of blocks.
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include "compat/splice.h"
#include "fs/cache.h"
#include "fs/request.h"

/* In which form a file's data is read and written just now. */
static u64 fltfs_want_read(const struct file *file)
{
	return file->f_flags & O_DIRECT ? FLT_WANT_READ_NOCACHE : FLT_WANT(IRP_MJ_READ);
}

static u64 fltfs_want_write(const struct file *file)
{
	return file->f_flags & O_DIRECT ? FLT_WANT_WRITE_NOCACHE : FLT_WANT(IRP_MJ_WRITE);
}

/* The end is where the filters say (VFS-998); the inode's own size stays what it is. */
static noinline loff_t fltfs_seek_end_filtered(struct file *file, loff_t offset)
{
	struct fltfs_fo *fo = fltfs_file_get_fo(file);
	loff_t end;
	int err;

	if (!fo)
		return -ENOMEM;
	err = fltfs_query_end(fo, &end);
	if (err)
		return err;
	return generic_file_llseek_size(file, offset, SEEK_END,
					file_inode(file)->i_sb->s_maxbytes, end);
}

/* The position lives in the upper file; only what needs the lower file is asked there. */
loff_t fltfs_llseek(struct file *file, loff_t offset, int whence)
{
	struct inode *inode = file_inode(file);
	loff_t ret;

	if (whence == SEEK_SET || whence == SEEK_CUR)
		return generic_file_llseek_size(file, offset, whence, inode->i_sb->s_maxbytes,
						i_size_read(fltfs_lower_inode(inode)));
	if (whence == SEEK_END && fltfs_wants(inode, FLT_WANT(IRP_MJ_QUERY_INFORMATION)))
		return fltfs_seek_end_filtered(file, offset);

	/* Else the lower file system is asked: one over a network asks its server for the end. */
	if (whence == SEEK_END && fltfs_own(inode))
		return generic_file_llseek_size(file, offset, whence, inode->i_sb->s_maxbytes,
						i_size_read(inode));

	/* What only the own page cache has is data too. */
	if (fltfs_own(inode)) {
		ret = fltfs_flush_pages(inode, 0, LLONG_MAX);
		if (ret)
			return ret;
	}
	ret = vfs_llseek(fltfs_lower_file(file), offset, whence);
	if (ret < 0)
		return ret;
	return vfs_setpos(file, ret, inode->i_sb->s_maxbytes);
}

long fltfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len)
{
	struct inode *inode = file_inode(file);
	struct fltfs_fo *fo;
	long ret;

	if (fltfs_wants(inode, fltfs_want_allocate(mode)) ||
	    (mode & ~FALLOC_FL_KEEP_SIZE && fltfs_is_scanned(inode))) {
		ret = fltfs_allocate_filtered(file, mode, offset, len);
	} else if (fltfs_lower_or_own(inode)) {
		ret = vfs_fallocate(fltfs_lower_file(file), mode, offset, len);
		fltfs_lower_end(inode);
	} else {
		fo = fltfs_file_get_fo(file);
		ret = fo ? fltfs_fallocate_lower(fo, fo->lower, mode, offset, len) : -ENOMEM;
	}
	fltfs_copy_attr(inode);
	return ret;
}

int fltfs_fadvise(struct file *file, loff_t offset, loff_t len, int advice)
{
	if (fltfs_own(file_inode(file))) {
		struct fltfs_fo *fo = fltfs_file_get_fo(file);
		int err = fo ? fltfs_pager(fo, false) : -ENOMEM;

		return err ?: generic_fadvise(file, offset, len, advice);
	}
	return vfs_fadvise(fltfs_lower_file(file), offset, len, advice);
}

ssize_t fltfs_splice_read(struct file *in, loff_t *ppos, struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags)
{
	if (fltfs_own(file_inode(in)) || fltfs_wants(file_inode(in), fltfs_want_read(in)))
		return flt_splice_read_upper(in, ppos, pipe, len, flags);
	return flt_splice_read_lower(fltfs_lower_file(in), ppos, pipe, len, flags);
}

/*
 * A splice by way of the upper file's own writes, which filters see, and which look each time where
 * the file's data is. They come under the pipe's lock, before which the lower freeze protection has
 * to be taken; the writes then find that this task has it already. The own page cache needs none:
 * it keeps what is written until the pipe's lock is gone, be it direct or not, and a write that
 * finds the file there lets go of it. Else that protection would be both outside and inside the
 * upper inode lock.
 */
static noinline ssize_t fltfs_splice_write_upper(struct pipe_inode_info *pipe, struct file *out,
						 loff_t *ppos, size_t len, unsigned int flags)
{
	struct inode *inode = file_inode(out);
	struct file *lower = fltfs_lower_file(out);
	struct fltfs_fo *fo = fltfs_file_get_fo(out);
	loff_t start = *ppos, old;
	u32 failures;
	ssize_t ret;
	int err;

	if (!fo)
		return -ENOMEM;
	ret = mutex_lock_killable(&fo->splice);
	if (ret)
		return ret;
	failures = fltfs_failures(inode);
	WRITE_ONCE(fo->splicer, current);
	do {
		clear_bit(FLTFS_FO_REFUSED, &fo->state);
		if (!fltfs_own(inode)) {
			file_start_write(lower);
			set_bit(FLTFS_FO_PROTECTED, &fo->state);
		}
		old = fltfs_size(inode);
		ret = iter_file_splice_write(pipe, out, ppos, len, flags);
		fltfs_fo_unprotect(fo);
	} while (ret == -EAGAIN && test_bit(FLTFS_FO_REFUSED, &fo->state));
	WRITE_ONCE(fo->splicer, NULL);
	mutex_unlock(&fo->splice);
	err = ret > 0 ? fltfs_own_spliced(fo, start, *ppos, old, failures) : 0;
	if (!err)
		return ret;
	*ppos = start;
	return err;
}

/*
 * Freeze protection comes before the pipe's lock, which iter_file_splice_write() takes. On a mount
 * that may have an own page cache the file may move there while the splice waits for its pipe, for
 * which nobody can be made to wait.
 */
ssize_t fltfs_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *ppos,
			   size_t len, unsigned int flags)
{
	struct file *lower = fltfs_lower_file(out);
	ssize_t ret;

	if (fltfs_i(file_inode(out))->cached ||
	    fltfs_wants(file_inode(out), fltfs_want_write(out)) ||
	    (out->f_flags & O_DIRECT && fltfs_is_scanned(file_inode(out))))
		return fltfs_splice_write_upper(pipe, out, ppos, len, flags);
	file_start_write(lower);
	ret = iter_file_splice_write(pipe, lower, ppos, len, flags);
	file_end_write(lower);
	fltfs_refresh(file_inode(out));
	return ret;
}

/* A copy or a sharing of blocks between lower files. */
struct fltfs_remap {
	struct file *in;
	loff_t pos_in;
	struct file *out;
	loff_t pos_out;
	loff_t len;
	unsigned int flags;
};

/*
 * What only the own page cache has is written first: either file may have come to use that while a
 * filter had the operation. Return: 0, and fltfs_remap_end() is owed; or a negative errno.
 */
static int fltfs_remap_begin(const struct fltfs_remap *remap, bool *begun)
{
	struct inode *source = file_inode(remap->in), *target = file_inode(remap->out);
	int err = fltfs_own(source) ? fltfs_flush_pages(source, 0, LLONG_MAX) : 0;

	if (err)
		return err;
	*begun = fltfs_lower_or_own(target);
	return *begun ? 0 : fltfs_flush_pages(target, 0, LLONG_MAX);
}

static void fltfs_remap_end(const struct fltfs_remap *remap, bool begun)
{
	if (begun)
		fltfs_lower_end(file_inode(remap->out));
	else
		fltfs_own_behind(file_inode(remap->out));
}

static loff_t fltfs_copy_lower(void *context)
{
	const struct fltfs_remap *remap = context;
	ssize_t ret;
	bool begun;

	ret = fltfs_remap_begin(remap, &begun);
	if (ret)
		return ret;
	/* The two files may belong to two mounts of ours. */
	ret = vfs_copy_file_range(fltfs_lower_file(remap->in), remap->pos_in,
				  fltfs_lower_file(remap->out), remap->pos_out, remap->len,
				  remap->flags);
	fltfs_remap_end(remap, begun);
	return ret;
}

static loff_t fltfs_remap_lower(void *context)
{
	const struct fltfs_remap *remap = context;
	struct file *in = fltfs_lower_file(remap->in), *out = fltfs_lower_file(remap->out);
	bool begun;
	loff_t ret;

	ret = fltfs_remap_begin(remap, &begun);
	if (ret)
		return ret;
	if (remap->flags & REMAP_FILE_DEDUP)
		ret = vfs_dedupe_file_range_one(in, remap->pos_in, out, remap->pos_out,
						remap->len, remap->flags);
	else
		ret = vfs_clone_file_range(in, remap->pos_in, out, remap->pos_out, remap->len,
					   remap->flags);
	fltfs_remap_end(remap, begun);
	return ret;
}

ssize_t fltfs_copy_file_range(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			      size_t len, unsigned int flags)
{
	struct fltfs_remap remap = { in, pos_in, out, pos_out, len, flags };
	struct inode *inode = file_inode(out);
	ssize_t ret;

	/*
	 * The copy becomes reads and writes when somebody wants to see them, or is to be told of
	 * those that take data from the page cache: below, it may share blocks instead.
	 */
	if (fltfs_own(file_inode(in)) || fltfs_own(inode) ||
	    fltfs_wants(file_inode(in), fltfs_want_read(in)) ||
	    fltfs_wants(inode, fltfs_want_write(out)) || fltfs_is_scanned(inode))
		return flt_copy_by_splice(in, pos_in, out, pos_out, len);
	if (fltfs_wants(inode, FLT_WANT(IRP_MJ_FILE_SYSTEM_CONTROL)))
		ret = fltfs_duplicate_filtered(in, pos_in, out, pos_out, len, false,
					       fltfs_copy_lower, &remap);
	else
		ret = fltfs_copy_lower(&remap);
	fltfs_refresh(inode);
	return ret;
}

loff_t fltfs_remap_file_range(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			      loff_t len, unsigned int flags)
{
	struct fltfs_remap remap = { in, pos_in, out, pos_out, len, flags };
	struct inode *inode = file_inode(out);
	loff_t ret;

	if (flags & ~(REMAP_FILE_DEDUP | REMAP_FILE_ADVISORY))
		return -EINVAL;
	/* Shared blocks would pass by whoever sees only what is written; programs fall back. */
	if (fltfs_wants(inode, fltfs_want_write(out)) &&
	    !READ_ONCE(fltfs_sb(inode->i_sb)->shows_clones))
		return -EOPNOTSUPP;
	if (fltfs_wants(inode, FLT_WANT(IRP_MJ_FILE_SYSTEM_CONTROL)) || fltfs_is_scanned(inode))
		ret = fltfs_duplicate_filtered(in, pos_in, out, pos_out, len,
					       flags & REMAP_FILE_DEDUP, fltfs_remap_lower,
					       &remap);
	else
		ret = fltfs_remap_lower(&remap);
	fltfs_refresh(inode);
	return ret;
}
