// SPDX-License-Identifier: GPL-2.0
/*
 * What is done to a range of a file besides plain reading and writing: seeking, allocation,
 * advice, splicing, copying and sharing of blocks.
 */
#include <linux/bvec.h>
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/mm.h>
#include <linux/pipe_fs_i.h>
#include <linux/uio.h>
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

	if ((whence == SEEK_DATA || whence == SEEK_HOLE) && offset >= 0 &&
	    offset < fltfs_size(inode) && fltfs_wants(inode, FLT_WANT(IRP_MJ_FILE_SYSTEM_CONTROL)))
		return fltfs_seek_data_filtered(file, offset, whence);

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

#define FLTFS_CHUNK_PAGES	16	/* what a pipe has, as a rule */

/**
 * struct fltfs_chunk - data that was taken from a pipe, and is not in the file yet
 * @pages: its memory
 * @count: how many
 * @length: of the data, which begins with the first page
 */
struct fltfs_chunk {
	struct page *pages[FLTFS_CHUNK_PAGES];
	unsigned int count;
	size_t length;
};

static void fltfs_chunk_free(struct fltfs_chunk *chunk)
{
	while (chunk->count)
		put_page(chunk->pages[--chunk->count]);
}

/* Memory for @length bytes, or for less. Return: false without any. */
static bool fltfs_chunk_alloc(struct fltfs_chunk *chunk, size_t length)
{
	unsigned int want = min_t(size_t, DIV_ROUND_UP(length, PAGE_SIZE), FLTFS_CHUNK_PAGES);

	for (chunk->count = 0; chunk->count < want; chunk->count++) {
		chunk->pages[chunk->count] = alloc_page(GFP_KERNEL_ACCOUNT | __GFP_NOWARN);
		if (!chunk->pages[chunk->count])
			break;
	}
	return chunk->count;
}

/* One buffer of the pipe, or a part of it. Return: how much of it was taken. */
static int fltfs_chunk_take(struct pipe_inode_info *pipe, struct pipe_buffer *buf,
			    struct splice_desc *sd)
{
	struct fltfs_chunk *chunk = sd->u.data;
	const char *from = page_address(buf->page) + buf->offset;
	size_t left, part;

	for (left = sd->len; left; left -= part) {
		size_t offset = offset_in_page(chunk->length);

		part = min_t(size_t, left, PAGE_SIZE - offset);
		memcpy(page_address(chunk->pages[chunk->length >> PAGE_SHIFT]) + offset, from,
		       part);
		chunk->length += part;
		from += part;
	}
	return sd->len;
}

/* Waits for data if there is none and @flags allow it. Return: bytes or a negative errno. */
static ssize_t fltfs_chunk_fill(struct fltfs_chunk *chunk, struct pipe_inode_info *pipe,
				size_t length, unsigned int flags)
{
	struct splice_desc sd = {
		.total_len	= min_t(size_t, length, (size_t)chunk->count << PAGE_SHIFT),
		.flags		= flags,
		.u.data		= chunk,
	};
	ssize_t ret;

	chunk->length = 0;
	pipe_lock(pipe);
	ret = __splice_from_pipe(pipe, &sd, fltfs_chunk_take);
	pipe_unlock(pipe);
	return ret;
}

/* Return: bytes that are in the file now, or why there are none. */
static ssize_t fltfs_chunk_write(const struct fltfs_chunk *chunk, struct file *out, loff_t *ppos)
{
	struct bio_vec vecs[FLTFS_CHUNK_PAGES];
	ssize_t ret = 0, done = 0;
	struct iov_iter iter;
	struct kiocb iocb;
	unsigned int i;

	for (i = 0; i < chunk->count; i++) {
		vecs[i].bv_page = chunk->pages[i];
		vecs[i].bv_offset = 0;
		vecs[i].bv_len = PAGE_SIZE;
	}
	init_sync_kiocb(&iocb, out);
	iocb.ki_pos = *ppos;
	while (done < chunk->length) {
		iov_iter_bvec(&iter, ITER_SOURCE, vecs, chunk->count, chunk->length);
		iov_iter_advance(&iter, done);
		ret = fltfs_write_iter(&iocb, &iter);
		if (ret <= 0)
			break;
		done += ret;
	}
	*ppos = iocb.ki_pos;
	return done ?: ret;
}

/*
 * What could not be written is the pipe's again, in front of what has come meanwhile; as a splice
 * that fails leaves it. Somebody may have filled the pipe, though: then it is lost, as it is for
 * who reads from a pipe and writes himself.
 */
static void fltfs_chunk_return(struct fltfs_chunk *chunk, size_t written,
			       struct pipe_inode_info *pipe)
{
	unsigned int first = written >> PAGE_SHIFT, index = DIV_ROUND_UP(chunk->length, PAGE_SIZE);
	size_t end = chunk->length;

	pipe_lock(pipe);
	if (pipe_occupancy(pipe->head, pipe->tail) + index - first > pipe->ring_size)
		index = first;
	while (index-- > first) {
		size_t start = max_t(size_t, written, (size_t)index << PAGE_SHIFT);
		struct pipe_buffer *buf = &pipe->bufs[--pipe->tail & (pipe->ring_size - 1)];

		get_page(chunk->pages[index]);
		*buf = (struct pipe_buffer) {
			.page	= chunk->pages[index],
			.offset	= offset_in_page(start),
			.len	= end - start,
			.ops	= &nosteal_pipe_buf_ops,
		};
		end = start;
	}
	wake_up_interruptible(&pipe->rd_wait);
	pipe_unlock(pipe);
}

/*
 * A splice that filters see, or that goes to the own page cache. Nothing is written under the lock
 * of the pipe, where filters would have to wait and the lower freeze protection, which comes before
 * that lock, would be taken: the data is taken out of the pipe first. Nor is anything kept locked
 * while the pipe is empty.
 */
static noinline ssize_t fltfs_splice_write_taken(struct pipe_inode_info *pipe, struct file *out,
						 loff_t *ppos, size_t len, unsigned int flags)
{
	struct fltfs_chunk chunk;
	ssize_t ret = 0, total = 0;

	if (!fltfs_chunk_alloc(&chunk, len))
		return -ENOMEM;
	while (total < len) {
		ret = fltfs_chunk_fill(&chunk, pipe, len - total,
				       total ? flags | SPLICE_F_NONBLOCK : flags);
		if (ret <= 0)
			break;
		ret = fltfs_chunk_write(&chunk, out, ppos);
		if (ret > 0)
			total += ret;
		if (ret < (ssize_t)chunk.length) {
			fltfs_chunk_return(&chunk, max_t(ssize_t, ret, 0), pipe);
			break;
		}
	}
	fltfs_chunk_free(&chunk);
	return total ?: ret;
}

/*
 * A splice to the lower file. Freeze protection comes before the pipe's lock, which
 * iter_file_splice_write() takes. That must not wait for data in here: a change to the own page
 * cache waits for who has begun. Return: -EAGAIN if there is none, or the file has changed over.
 */
static ssize_t fltfs_splice_write_lower(struct pipe_inode_info *pipe, struct file *out,
					loff_t *ppos, size_t len, unsigned int flags)
{
	struct inode *inode = file_inode(out);
	struct file *lower = fltfs_lower_file(out);
	ssize_t ret = -EAGAIN;

	file_start_write(lower);
	if (fltfs_lower_begin(inode)) {
		ret = iter_file_splice_write(pipe, lower, ppos, len, flags | SPLICE_F_NONBLOCK);
		fltfs_lower_end(inode);
	}
	file_end_write(lower);
	fltfs_refresh(inode);
	return ret;
}

ssize_t fltfs_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *ppos,
			   size_t len, unsigned int flags)
{
	struct inode *inode = file_inode(out);
	ssize_t ret;

	if (fltfs_is_plain(inode, fltfs_want_write(out)) &&
	    !(out->f_flags & O_DIRECT && fltfs_is_scanned(inode))) {
		ret = fltfs_splice_write_lower(pipe, out, ppos, len, flags);
		if (ret != -EAGAIN)
			return ret;
	}
	return fltfs_splice_write_taken(pipe, out, ppos, len, flags);
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
