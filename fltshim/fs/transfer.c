// SPDX-License-Identifier: GPL-2.0
/*
 * read and write as filters see them: one operation for each call, whatever the shape of the
 * caller's memory. Where some filter on the way looks at data, all are handed kernel memory that
 * stands for the caller's: a plain pointer that is safe to use in every callback and thread, filled
 * before a write and copied out after a read. Where none does, the data goes directly between the
 * caller and the lower file system, and ReadBuffer and WriteBuffer only say where it is.
 *
 * A request that must not block is turned down before any callback runs; the caller comes back from
 * where it may (rule R8). Asynchronous requests are in async.c.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include "compat/iter.h"
#include "compat/kiocb.h"
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/mm_mdl.h"

/* Larger calls become several operations where memory stands for the caller's. */
#define FLTFS_TRANSFER_MAX	SZ_16M
#define FLTFS_SECTOR		512

/* Read and Write are used alike. */
static_assert(offsetof(FLT_PARAMETERS, Read.Length) == offsetof(FLT_PARAMETERS, Write.Length));
static_assert(offsetof(FLT_PARAMETERS, Read.ByteOffset) ==
	      offsetof(FLT_PARAMETERS, Write.ByteOffset));
static_assert(offsetof(FLT_PARAMETERS, Read.ReadBuffer) ==
	      offsetof(FLT_PARAMETERS, Write.WriteBuffer));
static_assert(offsetof(FLT_PARAMETERS, Read.MdlAddress) ==
	      offsetof(FLT_PARAMETERS, Write.MdlAddress));

/*
 * Page-backed, so that a direct request can go to a device from it; cleared for a read, so that a
 * filter that claims more bytes than it wrote hands out nothing of the kernel's.
 */
static void *fltfs_buffer_new(size_t *size, bool write)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_NOWARN | (write ? 0 : __GFP_ZERO);

	for (;;) {
		void *buffer = NULL;

		if (*size <= SZ_32K)
			buffer = alloc_pages_exact(*size, gfp);
		else
			buffer = __vmalloc(*size, gfp);
		if (buffer)
			mm_stand_in_mark(buffer, *size);
		if (buffer || *size <= PAGE_SIZE)
			return buffer;
		/* A short count is better than none. */
		*size = round_up(*size / 2, PAGE_SIZE);
	}
}

/* What fltfs_transfer_free() finds. */
void fltfs_transfer_drop(struct fltfs_transfer *transfer)
{
	if (is_vmalloc_addr(transfer->memory))
		vfree(transfer->memory);
	else
		free_pages_exact(transfer->memory, transfer->memory_size);
	transfer->memory = NULL;
	transfer->buffer = NULL;
}

/*
 * What a direct request's memory lacks in alignment: ours lacks it too, so that the lower file
 * system gives the answer that it would have given to the caller's own.
 */
static size_t fltfs_misalignment(const struct fltfs_transfer *transfer)
{
	if (!(transfer->caller->ki_flags & IOCB_DIRECT))
		return 0;
	return iov_iter_alignment(transfer->iter) & (FLTFS_SECTOR - 1);
}

/**
 * fltfs_substitute() - flt_volume_ops.substitute of data: kernel memory replaces the caller's
 * @op: a read or write that has shown nothing to any filter yet
 *
 * In the submitter's context. The front half calls it before the walk where it sees that a filter
 * looks at data; the walk calls it again, for a filter that came in between, or on the volume that
 * the operation was redirected to, where a filter may have put memory of its own in place already.
 *
 * Return: false with the result set: no memory, or the caller's cannot be read
 */
bool fltfs_substitute(struct flt_operation *op)
{
	struct fltfs_transfer *transfer = op->front;
	size_t skew, size, length = transfer->length;
	int err = 0;

	if (transfer->buffer || op->iopb.Parameters.Read.MdlAddress ||
	    op->iopb.Parameters.Read.ReadBuffer != transfer->shown)
		return true;
	skew = fltfs_misalignment(transfer);
	size = min_t(size_t, transfer->length, FLTFS_TRANSFER_MAX) + skew;
	transfer->memory = fltfs_buffer_new(&size, transfer->write);
	if (!transfer->memory) {
		fltfs_op_errno(op, -ENOMEM, 0);
		return false;
	}
	transfer->memory_size = size;
	transfer->buffer = transfer->memory + skew;
	transfer->size = size - skew;
	transfer->length = min(transfer->length, transfer->size);
	if (transfer->write) {
		struct iov_iter iter = *transfer->iter;

		transfer->length = copy_from_iter(transfer->buffer, transfer->length, &iter);
		if (!transfer->length)
			err = -EFAULT;
	} else if (transfer->async) {
		err = fltfs_async_pin(transfer->async, transfer->length);
	}
	if (err) {
		fltfs_transfer_free(transfer);
		transfer->length = length;
		fltfs_op_errno(op, err, 0);
		return false;
	}
	transfer->shown = transfer->buffer;
	op->iopb.Parameters.Read.Length = transfer->length;
	op->iopb.Parameters.Read.ReadBuffer = transfer->buffer;
	return true;
}

/* Who asked: the kernel for itself, or a program (a splice and an io_uring worker included). */
static KPROCESSOR_MODE fltfs_transfer_mode(const struct iov_iter *iter)
{
	if (user_backed_iter(iter))
		return UserMode;
	if (iov_iter_is_kvec(iter))
		return KernelMode;
	return current->flags & PF_KTHREAD ? KernelMode : UserMode;
}

/*
 * Where the caller's memory is, for filters that do not look at it. What cannot be handed to the
 * lower file system as a copy of the iterator is never shown so.
 */
static __always_inline bool fltfs_transfer_direct(const struct iov_iter *iter, void **shown)
{
	size_t length;

	*shown = NULL;
	if (user_backed_iter(iter))
		*shown = (__force void *)flt_iter_segment(iter, &length);
	else if (iov_iter_is_kvec(iter))
		*shown = iter->kvec->iov_base + iter->iov_offset;
	else
		return iov_iter_is_bvec(iter);
	return true;
}

/* Every parameter of a READ or WRITE; @sync: the caller waits. */
static __always_inline bool fltfs_transfer_fill(struct flt_operation *op, struct fltfs_fo *fo,
						struct fltfs_transfer *transfer, bool write,
						bool sync)
{
	const struct kiocb *caller = transfer->caller;
	struct iov_iter *iter = transfer->iter;
	FLT_IO_PARAMETER_BLOCK *iopb = &op->iopb;
	ULONG flags = write ? IRP_WRITE_OPERATION : IRP_READ_OPERATION;
	bool direct = true;

	if (write)
		__flt_operation_init_bare(op, fo->base.volume, IRP_MJ_WRITE, &fo->base.fo);
	else
		__flt_operation_init_bare(op, fo->base.volume, IRP_MJ_READ, &fo->base.fo);
	if (sync)
		flags |= IRP_SYNCHRONOUS_API;
	if (likely(iter_is_ubuf(iter))) {
		op->data.RequestorMode = UserMode;
		transfer->shown = (__force void *)(iter->ubuf + iter->iov_offset);
	} else {
		op->data.RequestorMode = fltfs_transfer_mode(iter);
		direct = fltfs_transfer_direct(iter, &transfer->shown);
	}
	if (unlikely(caller->ki_flags & IOCB_DIRECT)) {
		flags |= IRP_NOCACHE;
		/* See fltfs_own_iter(). */
		if (fltfs_own(file_inode(caller->ki_filp)))
			direct = false;
	}
	transfer->length = iov_iter_count(iter);
	transfer->buffer = NULL;
	transfer->memory = NULL;
	transfer->paging = NULL;
	if (write)
		transfer->was = fltfs_size(d_inode(fo->dentry));
	if (write && caller->ki_flags & IOCB_DSYNC)
		iopb->OperationFlags = SL_WRITE_THROUGH;
	iopb->IrpFlags = flags;
	iopb->Parameters.Others.Argument1 = NULL;
	iopb->Parameters.Others.Argument2 = NULL;
	iopb->Parameters.Read.Length = transfer->length;
	iopb->Parameters.Read.ByteOffset.QuadPart =
		write && caller->ki_flags & IOCB_APPEND ? -1 : caller->ki_pos;
	iopb->Parameters.Read.ReadBuffer = transfer->shown;
	iopb->Parameters.Read.MdlAddress = NULL;
	iopb->Parameters.Others.Argument6.QuadPart = 0;
	op->front = transfer;
	if (unlikely(!direct) ||
	    unlikely(flt_volume_wants(fo->base.volume,
				      write ? FLT_WANT_WRITE_DATA : FLT_WANT_READ_DATA)))
		return fltfs_substitute(op);
	return true;
}

/**
 * fltfs_transfer_begin() - make the operation of a read or write
 * @op: filled
 * @fo: file object
 * @transfer: its request, caller, iterator and direction set
 *
 * In the submitter's context. With a filter that looks at data, or memory of an odd kind, the
 * substitution is made here.
 *
 * Return: false with the operation's result set, when it is over already
 */
bool fltfs_transfer_begin(struct flt_operation *op, struct fltfs_fo *fo,
			  struct fltfs_transfer *transfer)
{
	return fltfs_transfer_fill(op, fo, transfer, transfer->write,
				   is_sync_kiocb(transfer->caller));
}

/*
 * Where an append that a filter completed ends: behind what it took, or at the end of the file if
 * it has written more than that itself.
 */
static loff_t fltfs_append_end(const struct fltfs_transfer *transfer, ssize_t taken)
{
	return max(fltfs_size(file_inode(transfer->caller->ki_filp)), transfer->was + taken);
}

static __always_inline ssize_t fltfs_transfer_finish(struct flt_operation *op,
						     struct fltfs_transfer *transfer, bool write)
{
	struct kiocb *caller = transfer->caller;
	ssize_t ret;

	if (!write && op->data.IoStatus.Status == STATUS_END_OF_FILE)
		return 0;
	ret = fltfs_op_result(op) ?:
	      min_t(ULONG_PTR, op->data.IoStatus.Information, transfer->length);
	if (ret <= 0)
		return ret;
	if (!write && unlikely(transfer->buffer)) {
		/* Memory that went away meanwhile: what was copied counts, or the fault. */
		ret = copy_to_iter(transfer->buffer, ret, transfer->iter);
		if (!ret)
			return -EFAULT;
	} else if (!transfer->async) {
		flt_iter_advance(transfer->iter, ret);
	}
	if (write && caller->ki_flags & IOCB_APPEND)
		caller->ki_pos = transfer->request.reached ? transfer->end :
							     fltfs_append_end(transfer, ret);
	else
		caller->ki_pos += ret;
	return ret;
}

/**
 * fltfs_transfer_end() - what comes of a finished read or write
 * @op: the operation
 * @transfer: its front half; @transfer->iter is where the data of a read has to go
 *
 * Any context up to softirq, where @transfer->iter is not of user addresses. Moves the caller's
 * position.
 *
 * Return: bytes, or a negative errno
 */
ssize_t fltfs_transfer_end(struct flt_operation *op, struct fltfs_transfer *transfer)
{
	return fltfs_transfer_finish(op, transfer, transfer->write);
}

/*
 * An asynchronous request that is too large for one operation with memory of ours, and that a
 * filter looks at: it is carried out here, piece by piece, rather than end short.
 */
static bool fltfs_transfer_is_large(struct fltfs_fo *fo, const struct iov_iter *iter, bool write)
{
	return iov_iter_count(iter) > FLTFS_TRANSFER_MAX &&
	       flt_volume_wants(fo->base.volume, write ? FLT_WANT_WRITE_DATA : FLT_WANT_READ_DATA);
}

static noinline ssize_t fltfs_transfer_async(struct fltfs_fo *fo, struct kiocb *caller,
					     struct iov_iter *iter, bool write)
{
	struct kiocb iocb = {
		.ki_filp	= caller->ki_filp,
		.ki_pos		= caller->ki_pos,
		.ki_flags	= caller->ki_flags & FLT_IOCB_REQUEST,
		.ki_ioprio	= caller->ki_ioprio,
	};
	ssize_t ret;

	if (likely(!fltfs_transfer_is_large(fo, iter, write)))
		return fltfs_async_start(fo, caller, iter, write);
	ret = fltfs_transfer_filtered(&iocb, iter, write);
	caller->ki_pos = iocb.ki_pos;
	return ret;
}

/*
 * One operation, waited for; or an asynchronous request, started. Those that take more than one
 * operation are few: *@more is set when the request goes on.
 */
static __always_inline ssize_t fltfs_transfer_once(struct kiocb *iocb, struct iov_iter *iter,
						   bool write, bool *more)
{
	struct fltfs_transfer transfer FLT_NOT_CLEARED;
	struct flt_operation op FLT_NOT_CLEARED;
	struct file *file = iocb->ki_filp, *lower;
	struct fltfs_fo *fo;
	ssize_t ret;

	*more = false;
	if (unlikely(!iov_iter_count(iter)))
		return 0;
	lower = fltfs_rw_file(file);
	if (unlikely(write ? !lower->f_op->write_iter : !lower->f_op->read_iter))
		return -EINVAL;
	if (unlikely(iocb->ki_flags & IOCB_NOWAIT))
		return -EAGAIN;
	/* No file is that long: the lower file system says the same, and filters see nothing. */
	if (write && iocb->ki_pos >= file_inode(file)->i_sb->s_maxbytes)
		return -EFBIG;
	fo = fltfs_file_get_fo(file);
	if (unlikely(!fo))
		return -ENOMEM;
	fo->base.fo.CurrentByteOffset.QuadPart = file->f_pos;
	if (unlikely(!is_sync_kiocb(iocb)))
		return fltfs_transfer_async(fo, iocb, iter, write);
	transfer.write = write;
	transfer.caller = iocb;
	transfer.iter = iter;
	transfer.async = NULL;
	transfer.request.reached = false;
	transfer.request.parked = false;
	if (write)
		transfer.end = 0;
	if (likely(fltfs_transfer_fill(&op, fo, &transfer, write, true)))
		flt_operation_run(&op);
	ret = fltfs_transfer_finish(&op, &transfer, write);
	flt_operation_fini(&op);
	fltfs_transfer_free(&transfer);
	if (write) {
		if (likely(ret > 0))
			fltfs_fo_flag(fo, FO_FILE_MODIFIED);
		fltfs_refresh(file_inode(file));
	}
	if (ret > 0 && unlikely(ret == transfer.length))
		*more = unlikely(iov_iter_count(iter));
	return ret;
}

static noinline ssize_t fltfs_transfer_piece(struct kiocb *iocb, struct iov_iter *iter, bool write,
					     bool *more)
{
	return fltfs_transfer_once(iocb, iter, write, more);
}

/* The rest of a request of which @done is done, as many operations as it takes. */
static noinline ssize_t fltfs_transfer_rest(struct kiocb *iocb, struct iov_iter *iter, bool write,
					    ssize_t done)
{
	bool more;

	do {
		ssize_t ret = fltfs_transfer_piece(iocb, iter, write, &more);

		if (ret > 0)
			done += ret;
	} while (more);
	return done;
}

/**
 * fltfs_read_filtered() - a read that a filter wants to see
 * @iocb: the caller's request
 * @iter: its memory
 *
 * Return: bytes, -EIOCBQUEUED, or a negative errno
 */
ssize_t fltfs_read_filtered(struct kiocb *iocb, struct iov_iter *iter)
{
	bool more;
	ssize_t ret = fltfs_transfer_once(iocb, iter, false, &more);

	return unlikely(more) ? fltfs_transfer_rest(iocb, iter, false, ret) : ret;
}

/* The same for a write. */
ssize_t fltfs_write_filtered(struct kiocb *iocb, struct iov_iter *iter)
{
	bool more;
	ssize_t ret = fltfs_transfer_once(iocb, iter, true, &more);

	return unlikely(more) ? fltfs_transfer_rest(iocb, iter, true, ret) : ret;
}
