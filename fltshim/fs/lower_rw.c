// SPDX-License-Identifier: GPL-2.0
/*
 * The bottom of READ and WRITE: length, offset and memory as the filters left them, carried out on
 * the lower file, at once or as an asynchronous request. The memory is the caller's own when no
 * filter looks at data and none has put another in its place; otherwise it is the kernel's, ours or
 * a filter's.
 */
#include <linux/cred.h>
#include <linux/ioprio.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "compat/kiocb.h"
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"

static struct kmem_cache *fltfs_lower_aio_cache;

bool fltfs_vecs_alloc(struct fltfs_vecs *vecs, unsigned int count)
{
	vecs->vecs = vecs->inline_vecs;
	vecs->count = count;
	if (count > FLTFS_INLINE_VECS)
		vecs->vecs = kvmalloc_array(count, sizeof(*vecs->vecs), GFP_KERNEL);
	return vecs->vecs;
}

void fltfs_vecs_free(struct fltfs_vecs *vecs)
{
	if (vecs->vecs != vecs->inline_vecs)
		kvfree(vecs->vecs);
	vecs->vecs = vecs->inline_vecs;
}

/* A range of the kernel's memory. Return: 0 or a negative errno. */
static int fltfs_vecs_fill(struct fltfs_vecs *vecs, void *buffer, size_t length)
{
	unsigned int count = DIV_ROUND_UP(offset_in_page(buffer) + length, PAGE_SIZE);
	unsigned int i;

	if (!fltfs_vecs_alloc(vecs, count))
		return -ENOMEM;
	for (i = 0; i < count; i++) {
		size_t part = min_t(size_t, length, PAGE_SIZE - offset_in_page(buffer));

		vecs->vecs[i].bv_page = mm_kernel_page(buffer);
		if (!vecs->vecs[i].bv_page) {
			/* What a filter put there is no memory of the kernel's (CBD-046). */
			fltfs_vecs_free(vecs);
			return -EFAULT;
		}
		vecs->vecs[i].bv_offset = offset_in_page(buffer);
		vecs->vecs[i].bv_len = part;
		buffer += part;
		length -= part;
	}
	return 0;
}

/* How many pages the first @length bytes of a chain lie in; 0 for an MDL without any. */
static unsigned int fltfs_chain_pages(const MDL *mdl, size_t length)
{
	unsigned int count = 0;

	for (; mdl && length; mdl = mdl->Next) {
		size_t part = min_t(size_t, length, mdl->ByteCount);

		/* (Empty ones could go round in a circle.) */
		if (!part || !mm_mdl_has_pages(mdl))
			return 0;
		count += DIV_ROUND_UP(mdl->ByteOffset + part, PAGE_SIZE);
		length -= part;
	}
	return count;
}

/* The memory of a chain of MDLs; *@length becomes what it has, if that is less. */
static int fltfs_vecs_fill_chain(struct fltfs_vecs *vecs, const MDL *mdl, size_t *length)
{
	unsigned int count = fltfs_chain_pages(mdl, *length), i = 0;
	size_t left = *length;

	if (!count && left)
		return -EFAULT;
	if (!fltfs_vecs_alloc(vecs, count))
		return -ENOMEM;
	for (; mdl && left; mdl = mdl->Next) {
		size_t rest = min_t(size_t, left, mdl->ByteCount);
		unsigned int offset = mdl->ByteOffset;
		ULONG page;

		left -= rest;
		for (page = 0; rest; page++, i++, offset = 0) {
			size_t part = min_t(size_t, rest, PAGE_SIZE - offset);

			vecs->vecs[i].bv_page = mm_mdl_page(mdl, page);
			vecs->vecs[i].bv_offset = offset;
			vecs->vecs[i].bv_len = part;
			if (!vecs->vecs[i].bv_page)
				return -EFAULT;
			rest -= part;
		}
	}
	*length -= left;
	return 0;
}

/* What of the memory may be used: ours has its size, a filter's own is as large as it says. */
static size_t fltfs_transfer_bound(const struct flt_operation *op, const char *buffer,
				   size_t length)
{
	const struct fltfs_transfer *transfer = op->front;
	size_t offset;

	if (!transfer || !transfer->buffer)
		return length;
	offset = buffer - (const char *)transfer->buffer;
	return offset < transfer->size ? min(length, transfer->size - offset) : length;
}

/* Is the memory that the request was made for still what the filters want to be used? */
static __always_inline bool fltfs_transfer_is_own(const struct flt_operation *op,
						  const struct fltfs_transfer *transfer)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;

	return transfer && !transfer->buffer && !parameters->Read.MdlAddress &&
	       parameters->Read.ReadBuffer == transfer->shown;
}

/**
 * fltfs_transfer_iter() - the memory of a request, as the filters left it
 * @op: read or write, of a program's, of the page cache's or of a filter's
 * @vecs: filled; has to last as long as the request, fltfs_vecs_free() afterwards
 * @write: which
 * @iter: receives it: an iterator of its own, so that the caller's stays where it is
 *
 * Return: 0 or a negative errno
 */
int fltfs_transfer_iter(struct flt_operation *op, struct fltfs_vecs *vecs, bool write,
			struct iov_iter *iter)
{
	const struct fltfs_transfer *transfer = op->front;
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	size_t length = parameters->Read.Length;
	void *buffer;
	int err;

	vecs->vecs = vecs->inline_vecs;
	if (fltfs_transfer_is_own(op, transfer)) {
		if (transfer->async && transfer->async->err)
			return transfer->async->err;
		*iter = *transfer->iter;
		iov_iter_truncate(iter, length);
		return 0;
	}
	/* An MDL wins over an address (BUF-017). */
	if (parameters->Read.MdlAddress) {
		err = fltfs_vecs_fill_chain(vecs, parameters->Read.MdlAddress, &length);
	} else {
		buffer = parameters->Read.ReadBuffer;
		length = fltfs_transfer_bound(op, buffer, length);
		err = fltfs_vecs_fill(vecs, buffer, length);
	}
	if (err)
		fltfs_vecs_free(vecs);
	else
		iov_iter_bvec(iter, write ? ITER_SOURCE : ITER_DEST, vecs->vecs, vecs->count,
			      length);
	return err;
}

/* A program's request goes down with its own flags; a filter's with what the operation says. */
static __always_inline void fltfs_transfer_iocb(const struct flt_operation *op, struct kiocb *iocb)
{
	const struct fltfs_transfer *transfer = op->front;

	if (transfer) {
		iocb->ki_flags = transfer->caller->ki_flags & FLT_IOCB_REQUEST;
		iocb->ki_ioprio = transfer->caller->ki_ioprio;
		return;
	}
	iocb->ki_ioprio = get_current_ioprio();
	if (op->iopb.IrpFlags & IRP_NOCACHE && iocb->ki_filp->f_mode & FMODE_CAN_ODIRECT)
		iocb->ki_flags |= IOCB_DIRECT;
	if (op->iopb.OperationFlags & SL_WRITE_THROUGH)
		iocb->ki_flags |= IOCB_DSYNC;
}

/*
 * FILE_WRITE_TO_END_OF_FILE stands in the offset of an append. A filter's real offset is used if
 * it is not inside the file; otherwise the append stands (VFS-412).
 */
static __always_inline int fltfs_transfer_position(const struct flt_operation *op,
						   struct kiocb *iocb)
{
	const struct fltfs_transfer *transfer = op->front;
	s64 offset = op->iopb.Parameters.Read.ByteOffset.QuadPart;

	if (!(iocb->ki_flags & IOCB_WRITE)) {
		iocb->ki_pos = offset;
		return offset < 0 ? -EINVAL : 0;
	}
	if (offset == -2)	/* FILE_USE_FILE_POINTER_POSITION */
		offset = op->iopb.TargetFileObject->CurrentByteOffset.QuadPart;
	if (offset < -1)
		return -EINVAL;
	if (offset == -1) {
		iocb->ki_flags |= IOCB_APPEND;
		/* Not the end yet: some look at the alignment of what the program said. */
		iocb->ki_pos = transfer ? transfer->caller->ki_pos : 0;
		return 0;
	}
	if (iocb->ki_flags & IOCB_APPEND &&
	    offset >= fltfs_size(d_inode(fltfs_op_fo(op)->dentry)))
		iocb->ki_flags &= ~IOCB_APPEND;
	iocb->ki_pos = offset;
	return 0;
}

/* May this be done on this object at all? Return: 0 or a negative errno. */
static __always_inline int fltfs_transfer_check(const struct fltfs_fo *fo, bool write)
{
	const ACCESS_MASK needs = write ? FILE_WRITE_DATA | FILE_APPEND_DATA :
					  FILE_READ_DATA | FILE_EXECUTE;

	if (!fo->lower)
		return -ENOTTY;
	if (!(fo->granted & needs))
		return -EACCES;
	if (write ? !fo->lower->f_op->write_iter : !fo->lower->f_op->read_iter)
		return -ENOTTY;
	return 0;
}

/**
 * fltfs_paging_lower() - the lower file of paging I/O
 * @op: the operation at the bottom
 *
 * It has no rights of its own to be looked at. What a filter has sent to another file is of that
 * one's, and with its rights.
 *
 * Return: the file, or an error
 */
struct file *fltfs_paging_lower(const struct flt_operation *op)
{
	const struct fltfs_transfer *transfer = op->front;
	const struct fltfs_fo *fo;
	int err;

	if (likely(op->iopb.TargetFileObject == transfer->sent_for))
		return transfer->paging;
	fo = fltfs_op_fo(op);
	err = fltfs_transfer_check(fo, transfer->write);
	return err ? ERR_PTR(err) : fo->lower;
}

/*
 * Fills the request, member by member: where compilers clear the whole they use a string operation,
 * which is slow. Return: 0 or a negative errno.
 */
static __always_inline int fltfs_lower_prepare(const struct flt_operation *op,
					       const struct fltfs_fo *fo, bool write,
					       struct kiocb *iocb,
					       void (*complete)(struct kiocb *iocb, long ret))
{
	int err = fltfs_transfer_check(fo, write);

	if (unlikely(err))
		return err;
	iocb->ki_filp = fo->lower;
	iocb->ki_complete = complete;
	iocb->private = NULL;
	iocb->ki_flags = 0;
	iocb->ki_waitq = NULL;
	fltfs_transfer_iocb(op, iocb);
	if (write)
		iocb->ki_flags |= IOCB_WRITE | fo->sync;
	return fltfs_transfer_position(op, iocb);
}

/* Sets the operation's result from what the lower file said. */
static __always_inline void fltfs_lower_result(struct flt_operation *op, bool write,
					       const struct kiocb *iocb, loff_t size,
					       ssize_t ret)
{
	struct fltfs_transfer *transfer = op->front;

	if (write && transfer)
		transfer->end = iocb->ki_pos;
	if (unlikely(ret < 0)) {
		fltfs_op_errno(op, ret, 0);
		return;
	}
	if (write && i_size_read(file_inode(iocb->ki_filp)) != size)
		fltfs_fo_flag(fltfs_op_fo(op), FO_FILE_SIZE_CHANGED);
	if (!write && !ret && op->iopb.Parameters.Read.Length)
		flt_operation_result(op, STATUS_END_OF_FILE, 0);
	else
		flt_operation_result(op, STATUS_SUCCESS, ret);
}

/*
 * Those who look at the file's data are told of a direct write, once: the file may go from one page
 * cache to the other after that, and the write begins anew.
 */
static __always_inline void fltfs_tell_direct(struct flt_operation *op, struct inode *inode,
					      const struct kiocb *iocb, bool *told)
{
	if (!(iocb->ki_flags & IOCB_DIRECT) || *told)
		return;
	*told = true;
	fltfs_conflict(op, inode, iocb->ki_pos);
}

/*
 * A program's request on a file whose data is in the own page cache. Return: false when it is not
 * any more, or a filter has sent the request to another file: then it is the lower file's.
 */
static noinline bool fltfs_transfer_cached(struct flt_operation *op, struct fltfs_fo *fo,
					   bool write, bool *told)
{
	struct fltfs_transfer *transfer = op->front;
	struct file *file = transfer->caller->ki_filp;
	struct inode *inode = file_inode(file);
	struct kiocb iocb FLT_NOT_CLEARED;
	struct fltfs_vecs vecs;
	struct iov_iter iter;
	loff_t size;
	ssize_t ret;

	if (fltfs_file_fo(file) != fo || !fltfs_own(inode))
		return false;
	ret = fltfs_lower_prepare(op, fo, write, &iocb, NULL) ?:
	      fltfs_transfer_iter(op, &vecs, write, &iter);
	if (ret) {
		fltfs_op_errno(op, ret, 0);
		return true;
	}
	iocb.ki_filp = file;
	/*
	 * The file came here while a filter had the request: its memory is the program's, which may
	 * be a mapping of this very file, to be faulted in under locks that the fault takes.
	 */
	if (user_backed_iter(&iter))
		iocb.ki_flags &= ~IOCB_DIRECT;
	size = i_size_read(inode);
	if (write)
		fltfs_tell_direct(op, inode, &iocb, told);
	ret = fltfs_own_transfer(&iocb, &iter, write);
	fltfs_vecs_free(&vecs);
	if (ret == FLTFS_LEFT)
		return false;
	fltfs_lower_result(op, write, &iocb, size, ret);
	return true;
}

/*
 * A write was about to start on a lower file whose data has just moved to the own page cache.
 * Return: true when it is done there; else *@begun says whether it moved back, and a write may go
 * on below in either case: what is no program's, or was meant for another file.
 */
static noinline bool fltfs_transfer_late(struct flt_operation *op, struct fltfs_fo *fo, bool *begun,
					 bool *told)
{
	const struct fltfs_transfer *transfer = op->front;

	if (!transfer || fltfs_file_fo(transfer->caller->ki_filp) != fo)
		return false;
	while (!*begun) {
		if (fltfs_transfer_cached(op, fo, true, told))
			return true;
		*begun = fltfs_lower_begin(d_inode(fo->dentry));
	}
	return false;
}

/* Hands a prepared request to the lower file, and waits for it. @told: see fltfs_tell_direct(). */
static __always_inline void fltfs_lower_call(struct flt_operation *op, struct fltfs_fo *fo,
					     bool write, struct kiocb *iocb, struct iov_iter *iter,
					     bool told)
{
	struct inode *inode = d_inode(fo->dentry);
	struct super_block *sb;
	loff_t size = 0;
	bool begun;
	ssize_t ret;

	if (write) {
		sb = file_inode(iocb->ki_filp)->i_sb;
		size = i_size_read(file_inode(iocb->ki_filp));
		fltfs_tell_direct(op, inode, iocb, &told);
		sb_start_write(sb);
		/* After that, which may wait: a change to the own page cache waits for these. */
		begun = fltfs_lower_begin(inode);
		if (unlikely(!begun)) {
			sb_end_write(sb);
			if (fltfs_transfer_late(op, fo, &begun, &told))
				return;
			sb_start_write(sb);
		}
		ret = iocb->ki_filp->f_op->write_iter(iocb, iter);
		sb_end_write(sb);
		if (likely(begun))
			fltfs_lower_end(inode);
		else if (ret > 0)
			fltfs_own_touched(inode, iocb->ki_pos - ret, ret);
	} else {
		ret = iocb->ki_filp->f_op->read_iter(iocb, iter);
	}
	fltfs_lower_result(op, write, iocb, size, ret);
}

/* The lower file is waited for, and takes the memory that the request was made for. */
static __always_inline bool fltfs_transfer_own(struct flt_operation *op, struct fltfs_fo *fo,
					       bool write)
{
	const struct fltfs_transfer *transfer = op->front;
	struct kiocb iocb FLT_NOT_CLEARED;
	struct iov_iter iter FLT_NOT_CLEARED;
	int err = fltfs_lower_prepare(op, fo, write, &iocb, NULL);

	if (unlikely(err)) {
		fltfs_op_errno(op, err, 0);
		return true;
	}
	iter = *transfer->iter;
	iov_iter_truncate(&iter, op->iopb.Parameters.Read.Length);
	fltfs_lower_call(op, fo, write, &iocb, &iter, false);
	return true;
}

static noinline bool fltfs_transfer_own_read(struct flt_operation *op, struct fltfs_fo *fo)
{
	return fltfs_transfer_own(op, fo, false);
}

static noinline bool fltfs_transfer_own_write(struct flt_operation *op, struct fltfs_fo *fo)
{
	return fltfs_transfer_own(op, fo, true);
}

/*
 * Reads a file while mmap_lock is held, in the callback for a mapping: page by page, as a fault
 * would. Many file systems lock a file that is read, and all of them one that is written, and fault
 * the program's memory in with that held.
 */
static noinline ssize_t fltfs_read_pages(struct kiocb *iocb, struct iov_iter *iter)
{
	struct address_space *mapping = iocb->ki_filp->f_mapping;
	ssize_t done = 0;

	while (iov_iter_count(iter)) {
		size_t offset = offset_in_page(iocb->ki_pos), part, copied;
		loff_t size = i_size_read(mapping->host);
		struct page *page;

		if (iocb->ki_pos >= size)
			break;
		filemap_invalidate_lock_shared(mapping);
		page = read_mapping_page(mapping, iocb->ki_pos >> PAGE_SHIFT, iocb->ki_filp);
		filemap_invalidate_unlock_shared(mapping);
		if (IS_ERR(page))
			return done ?: PTR_ERR(page);
		part = min_t(loff_t, size - iocb->ki_pos, PAGE_SIZE - offset);
		part = min(part, iov_iter_count(iter));
		copied = copy_page_to_iter(page, offset, part, iter);
		put_page(page);
		iocb->ki_pos += copied;
		done += copied;
		if (copied < part)
			return done ?: -EFAULT;
	}
	return done;
}

/* Has the file pages that hold what a read would give? */
static bool fltfs_may_read_pages(const struct file *lower, const struct iov_iter *iter)
{
	const struct inode *inode = file_inode(lower);

	return lower->f_mapping->a_ops->read_folio && inode->i_sb->s_bdev && !IS_DAX(inode) &&
	       !user_backed_iter(iter);
}

/* The lower file is waited for; the memory is ours, or a filter's. Return: true, it is done. */
static noinline bool fltfs_transfer_other(struct flt_operation *op, struct fltfs_fo *fo, bool write,
					  bool told)
{
	struct kiocb iocb FLT_NOT_CLEARED;
	struct fltfs_vecs vecs;
	struct iov_iter iter;
	int err;

	err = fltfs_lower_prepare(op, fo, write, &iocb, NULL);
	if (!err)
		err = fltfs_transfer_iter(op, &vecs, write, &iter);
	if (err) {
		fltfs_op_errno(op, err, 0);
		return true;
	}
	if (unlikely(ke_holds(KE_HOLD_MEMORY)) && !write &&
	    fltfs_may_read_pages(fo->lower, &iter))
		fltfs_lower_result(op, false, &iocb, 0, fltfs_read_pages(&iocb, &iter));
	else
		fltfs_lower_call(op, fo, write, &iocb, &iter, told);
	fltfs_vecs_free(&vecs);
	return true;
}

/*
 * What a filter reads or writes itself below the own page cache: what is only there goes down
 * first, or the filter would have old data, or have it written over. Not for paging I/O, which may
 * be part of just such a write, in the filter's own thread too. Return: 0 or a negative errno.
 */
static int fltfs_transfer_settle(const struct flt_operation *op, const struct fltfs_fo *fo)
{
	struct inode *inode = d_inode(fo->dentry);

	/* A filter may name an object that is not open. */
	if (!fo->lower || !READ_ONCE(fltfs_i(inode)->cache) ||
	    op->iopb.IrpFlags & IRP_PAGING_IO || ke_holds(KE_HOLD_PAGING))
		return 0;
	return fltfs_flush_pages(inode, 0, LLONG_MAX);
}

static void fltfs_lower_aio_put(struct fltfs_lower_aio *aio)
{
	if (!refcount_dec_and_test(&aio->refs))
		return;
	if (aio->async)
		fltfs_async_put(aio->async);
	else
		kmem_cache_free(fltfs_lower_aio_cache, aio);
}

/* The lower request is over: freeze protection goes, and the operation has its result. */
static void fltfs_lower_aio_end(struct fltfs_lower_aio *aio, ssize_t ret)
{
	if (aio->iocb.ki_flags & IOCB_WRITE) {
		struct super_block *sb = file_inode(aio->iocb.ki_filp)->i_sb;

		__sb_writers_acquired(sb, SB_FREEZE_WRITE);
		sb_end_write(sb);
		fltfs_lower_end(d_inode(fltfs_op_fo(aio->op)->dentry));
	}
	fltfs_vecs_free(&aio->vecs);
	fltfs_lower_result(aio->op, aio->iocb.ki_flags & IOCB_WRITE, &aio->iocb, aio->size, ret);
}

/* From completion.c: task or softirq context. The operation goes on, up through the filters. */
void fltfs_lower_aio_finish(struct fltfs_lower_aio *aio)
{
	fltfs_lower_aio_end(aio, aio->result);
	flt_operation_bottom_done(aio->op);
	fltfs_lower_aio_put(aio);
}

/* Any context, hard interrupt included; possibly before the submission has returned. */
static void fltfs_lower_aio_complete(struct kiocb *iocb, long ret)
{
	struct fltfs_lower_aio *aio = container_of(iocb, struct fltfs_lower_aio, iocb);

	aio->result = ret;
	fltfs_complete(aio);
}

static struct fltfs_lower_aio *fltfs_lower_aio_new(struct flt_operation *op)
{
	struct fltfs_transfer *transfer = op->front;
	struct fltfs_lower_aio *aio;

	if (transfer) {
		aio = &transfer->async->lower;
		aio->async = transfer->async;
		refcount_inc(&aio->async->refs);
	} else {
		aio = kmem_cache_alloc(fltfs_lower_aio_cache, GFP_NOFS);
		if (!aio)
			return NULL;
		aio->async = NULL;
	}
	aio->op = op;
	aio->size = 0;
	refcount_set(&aio->refs, 2);
	return aio;
}

/*
 * Hands the request to the lower file. What is refused at once, or done at once, has no
 * completion. Return: false when the completion is owed or has been made.
 */
static noinline bool fltfs_transfer_submit(struct flt_operation *op, struct fltfs_fo *fo,
					   bool write, bool told)
{
	struct fltfs_lower_aio *aio = fltfs_lower_aio_new(op);
	struct super_block *sb;
	struct iov_iter iter;
	ssize_t ret;

	if (!aio) {
		fltfs_op_errno(op, -ENOMEM, 0);
		return true;
	}
	ret = fltfs_lower_prepare(op, fo, write, &aio->iocb, fltfs_lower_aio_complete) ?:
	      fltfs_transfer_iter(op, &aio->vecs, write, &iter);
	if (ret) {
		fltfs_op_errno(op, ret, 0);
		goto put;
	}
	/* Before anybody waits for this write to end, since filters are called. */
	if (write)
		fltfs_tell_direct(op, d_inode(fo->dentry), &aio->iocb, &told);
	if (write) {
		sb = file_inode(aio->iocb.ki_filp)->i_sb;
		aio->size = i_size_read(file_inode(aio->iocb.ki_filp));
		sb_start_write(sb);
		/* After that, which may wait: a change to the own page cache waits for these. */
		if (unlikely(!fltfs_lower_begin(d_inode(fo->dentry)))) {
			/* In own mode: what a filter wrote is to be seen there when it is over. */
			sb_end_write(sb);
			fltfs_vecs_free(&aio->vecs);
			fltfs_lower_aio_put(aio);
			fltfs_lower_aio_put(aio);
			fltfs_transfer_other(op, fo, write, told);
			return true;
		}
		/* The completion may run in another task: tell lockdep that this one let go. */
		__sb_writers_release(sb, SB_FREEZE_WRITE);
		ret = aio->iocb.ki_filp->f_op->write_iter(&aio->iocb, &iter);
	} else {
		ret = aio->iocb.ki_filp->f_op->read_iter(&aio->iocb, &iter);
	}
	if (ret == -EIOCBQUEUED) {
		fltfs_lower_aio_put(aio);
		return false;
	}
	fltfs_lower_aio_end(aio, ret);
put:
	fltfs_lower_aio_put(aio);
	fltfs_lower_aio_put(aio);
	return true;
}

/*
 * Has this a form below that does not wait? What a filter starts only where it is uncached, and not
 * where it is to be read from pages.
 */
static bool fltfs_transfer_is_async(const struct flt_operation *op, const struct fltfs_fo *fo)
{
	if (!(op->flags & FLT_OP_ASYNC) || !fo->lower)
		return false;
	return op->front || (op->iopb.IrpFlags & IRP_NOCACHE && !ke_holds(KE_HOLD_MEMORY) &&
			     fo->lower->f_mode & FMODE_CAN_ODIRECT);
}

/* In another cache than the lower file's? Of a program's request, whatever a filter made of it. */
static __always_inline bool fltfs_transfer_is_cached(const struct fltfs_transfer *transfer)
{
	return READ_ONCE(fltfs_i(file_inode(transfer->caller->ki_filp))->cache);
}

/*
 * An asynchronous one, a filter's, or one of the own page cache or by way of it: perhaps without
 * waiting, perhaps in another thread.
 */
static noinline bool fltfs_perform_other(struct flt_operation *op, struct fltfs_fo *fo, bool write)
{
	const struct fltfs_transfer *transfer = op->front;
	const struct cred *cred = NULL, *old;
	bool done = true, told = false;
	int err;

	if (transfer && transfer->paging) {
		fltfs_bottom_paging(op);
		return true;
	}
	/* In another thread the submitter's rights count, not that thread's. */
	if (transfer && transfer->async)
		cred = transfer->async->cred;
	if (cred)
		old = override_creds(cred);
	if (!transfer || !fltfs_transfer_is_cached(transfer) ||
	    !fltfs_transfer_cached(op, fo, write, &told)) {
		err = transfer ? 0 : fltfs_transfer_settle(op, fo);
		if (unlikely(err))
			fltfs_op_errno(op, err, 0);
		else if (fltfs_transfer_is_async(op, fo))
			done = fltfs_transfer_submit(op, fo, write, told);
		else
			fltfs_transfer_other(op, fo, write, told);
	}
	if (cred)
		revert_creds(old);
	return done;
}

/**
 * fltfs_perform_transfer() - READ or WRITE at the bottom of the stack
 * @op: the operation, a program's, the own page cache's or one that a filter started
 *
 * Return: true when it is done, false when it finishes later
 */
bool fltfs_perform_transfer(struct flt_operation *op)
{
	bool write = op->iopb.MajorFunction == IRP_MJ_WRITE;
	struct fltfs_transfer *transfer = op->front;
	struct fltfs_fo *fo;

	if (likely(transfer))
		transfer->request.reached = true;
	if (unlikely(!op->iopb.TargetFileObject)) {
		flt_operation_result(op, STATUS_INVALID_DEVICE_REQUEST, 0);
		return true;
	}
	fo = fltfs_op_fo(op);
	if (unlikely(!transfer || (uintptr_t)transfer->async | (uintptr_t)transfer->paging ||
		     fltfs_transfer_is_cached(transfer)))
		return fltfs_perform_other(op, fo, write);
	if (unlikely(!fltfs_transfer_is_own(op, transfer)))
		return fltfs_transfer_other(op, fo, write, false);
	return write ? fltfs_transfer_own_write(op, fo) : fltfs_transfer_own_read(op, fo);
}

int fltfs_lower_rw_init(void)
{
	fltfs_lower_aio_cache = KMEM_CACHE(fltfs_lower_aio, SLAB_HWCACHE_ALIGN);
	return fltfs_lower_aio_cache ? 0 : -ENOMEM;
}

void fltfs_lower_rw_exit(void)
{
	kmem_cache_destroy(fltfs_lower_aio_cache);
}
