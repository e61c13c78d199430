// SPDX-License-Identifier: GPL-2.0
/*
 * read and write as filters see them: one operation for each call, whatever the shape of the
 * caller's memory. Filters are handed kernel memory that stands for it: a plain pointer that is
 * safe to use in every callback and thread, filled before a write and copied out after a read.
 *
 * A request that must not block is turned down before any callback runs; the caller comes back from
 * where it may (rule R8). Asynchronous requests are carried out in the submitter.
 */
#include <linux/gfp.h>
#include <linux/mm.h>
#include <linux/vmalloc.h>
#include <linux/uio.h>
#include "fs/request.h"
#include "nt/mm_mdl.h"

/* Larger calls become several operations: more memory is not taken for one. */
#define FLTFS_TRANSFER_MAX	SZ_16M
#define FLTFS_SECTOR		512

/*
 * Page-backed, so that a direct request can go to a device from it; cleared, so that a filter that
 * claims more bytes than it wrote hands out nothing of the kernel's.
 */
static void *fltfs_buffer_new(size_t *size)
{
	gfp_t gfp = GFP_KERNEL_ACCOUNT | __GFP_ZERO | __GFP_NOWARN;

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

/*
 * What a direct request's memory lacks in alignment: ours lacks it too, so that the lower file
 * system gives the answer that it would have given to the caller's own.
 */
static size_t fltfs_misalignment(const struct kiocb *iocb, const struct iov_iter *iter)
{
	if (!(iocb->ki_flags & IOCB_DIRECT))
		return 0;
	return iov_iter_alignment(iter) & (FLTFS_SECTOR - 1);
}

static void fltfs_buffer_free(void *buffer, size_t size)
{
	if (is_vmalloc_addr(buffer))
		vfree(buffer);
	else
		free_pages_exact(buffer, size);
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

static ULONG fltfs_transfer_flags(struct kiocb *iocb, ULONG operation)
{
	ULONG flags = operation;

	if (is_sync_kiocb(iocb))
		flags |= IRP_SYNCHRONOUS_API;
	if (iocb->ki_flags & IOCB_DIRECT)
		flags |= IRP_NOCACHE;
	return flags;
}

static noinline ssize_t fltfs_read_send(struct fltfs_fo *fo, struct fltfs_transfer *transfer,
					struct iov_iter *iter, size_t length)
{
	struct kiocb *iocb = transfer->iocb;
	struct flt_operation op;
	ULONG_PTR information;
	ssize_t ret;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_READ, &fo->base.fo);
	op.data.RequestorMode = fltfs_transfer_mode(iter);
	op.iopb.IrpFlags = fltfs_transfer_flags(iocb, IRP_READ_OPERATION);
	op.iopb.Parameters.Read.Length = length;
	op.iopb.Parameters.Read.ByteOffset.QuadPart = iocb->ki_pos;
	op.iopb.Parameters.Read.ReadBuffer = transfer->buffer;
	op.front = transfer;
	flt_operation_run(&op);
	information = min_t(ULONG_PTR, op.data.IoStatus.Information, length);
	if (op.data.IoStatus.Status == STATUS_END_OF_FILE)
		ret = 0;
	else
		ret = fltfs_op_result(&op) ?: information;
	flt_operation_fini(&op);
	if (ret > 0) {
		/* Memory that went away meanwhile: what was copied counts, or the fault. */
		ret = copy_to_iter(transfer->buffer, ret, iter) ?: -EFAULT;
	}
	if (ret > 0)
		iocb->ki_pos += ret;
	return ret;
}

static noinline ssize_t fltfs_write_send(struct fltfs_fo *fo, struct fltfs_transfer *transfer,
					 struct iov_iter *iter, size_t length)
{
	struct kiocb *iocb = transfer->iocb;
	struct flt_operation op;
	ssize_t ret;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_WRITE, &fo->base.fo);
	op.data.RequestorMode = fltfs_transfer_mode(iter);
	op.iopb.IrpFlags = fltfs_transfer_flags(iocb, IRP_WRITE_OPERATION);
	if (iocb->ki_flags & IOCB_DSYNC)
		op.iopb.OperationFlags = SL_WRITE_THROUGH;
	op.iopb.Parameters.Write.Length = length;
	op.iopb.Parameters.Write.ByteOffset.QuadPart =
		iocb->ki_flags & IOCB_APPEND ? -1 : iocb->ki_pos;
	op.iopb.Parameters.Write.WriteBuffer = transfer->buffer;
	op.front = transfer;
	flt_operation_run(&op);
	ret = fltfs_op_result(&op) ?:
	      min_t(ULONG_PTR, op.data.IoStatus.Information, length);
	flt_operation_fini(&op);
	if (ret > 0) {
		if (iocb->ki_flags & IOCB_APPEND && transfer->request.reached)
			iocb->ki_pos = transfer->end;
		else
			iocb->ki_pos += ret;
	}
	return ret;
}

ssize_t fltfs_read_filtered(struct kiocb *iocb, struct iov_iter *iter)
{
	struct fltfs_transfer transfer = { .request.bottom = fltfs_bottom_read, .iocb = iocb };
	ssize_t ret = 0, done = 0;
	struct fltfs_fo *fo;
	size_t size, skew;
	void *memory;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	fo = fltfs_file_get_fo(iocb->ki_filp);
	if (!fo)
		return -ENOMEM;
	skew = fltfs_misalignment(iocb, iter);
	size = min_t(size_t, iov_iter_count(iter), FLTFS_TRANSFER_MAX) + skew;
	memory = fltfs_buffer_new(&size);
	if (!memory)
		return -ENOMEM;
	transfer.buffer = memory + skew;
	transfer.size = size - skew;
	fo->base.fo.CurrentByteOffset.QuadPart = iocb->ki_filp->f_pos;
	while (iov_iter_count(iter)) {
		size_t length = min(iov_iter_count(iter), transfer.size);

		ret = fltfs_read_send(fo, &transfer, iter, length);
		if (ret > 0)
			done += ret;
		if (ret < (ssize_t)length)
			break;
	}
	fltfs_buffer_free(memory, size);
	return done ?: ret;
}

ssize_t fltfs_write_filtered(struct kiocb *iocb, struct iov_iter *iter)
{
	struct fltfs_transfer transfer = { .request.bottom = fltfs_bottom_write, .iocb = iocb };
	ssize_t ret = 0, done = 0;
	struct fltfs_fo *fo;
	size_t size, skew;
	void *memory;

	if (iocb->ki_flags & IOCB_NOWAIT)
		return -EAGAIN;
	fo = fltfs_file_get_fo(iocb->ki_filp);
	if (!fo)
		return -ENOMEM;
	skew = fltfs_misalignment(iocb, iter);
	size = min_t(size_t, iov_iter_count(iter), FLTFS_TRANSFER_MAX) + skew;
	memory = fltfs_buffer_new(&size);
	if (!memory)
		return -ENOMEM;
	transfer.buffer = memory + skew;
	transfer.size = size - skew;
	fo->base.fo.CurrentByteOffset.QuadPart = iocb->ki_filp->f_pos;
	while (iov_iter_count(iter)) {
		size_t length = min(iov_iter_count(iter), transfer.size);

		length = copy_from_iter(transfer.buffer, length, iter);
		if (!length) {
			ret = -EFAULT;
			break;
		}
		ret = fltfs_write_send(fo, &transfer, iter, length);
		if (ret > 0)
			done += ret;
		if (ret < (ssize_t)length) {
			/* Leave the iterator behind what was written. */
			iov_iter_revert(iter, length - max_t(ssize_t, ret, 0));
			break;
		}
	}
	fltfs_buffer_free(memory, size);
	if (done > 0)
		fltfs_fo_flag(fo, FO_FILE_MODIFIED);
	fltfs_refresh(file_inode(iocb->ki_filp));
	return done ?: ret;
}
