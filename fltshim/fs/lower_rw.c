// SPDX-License-Identifier: GPL-2.0
/*
 * The bottom of READ and WRITE: length, offset and memory as the filters left them, carried out on
 * the lower file. Memory is always the kernel's here, ours or a filter's.
 */
#include <linux/bvec.h>
#include <linux/ioprio.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/uio.h>
#include "compat/kiocb.h"
#include "fs/request.h"
#include "nt/mm_mdl.h"

#define FLTFS_INLINE_VECS	8

/* Kernel memory as a list of pages, which buffered and direct requests take alike. */
struct fltfs_vecs {
	struct bio_vec inline_vecs[FLTFS_INLINE_VECS];
	struct bio_vec *vecs;
	unsigned int count;
};

static void fltfs_vecs_free(struct fltfs_vecs *vecs)
{
	if (vecs->vecs != vecs->inline_vecs)
		kvfree(vecs->vecs);
}

static int fltfs_vecs_fill(struct fltfs_vecs *vecs, void *buffer, size_t length)
{
	unsigned int count = DIV_ROUND_UP(offset_in_page(buffer) + length, PAGE_SIZE);
	unsigned int i;

	vecs->vecs = vecs->inline_vecs;
	if (count > FLTFS_INLINE_VECS) {
		vecs->vecs = kvmalloc_array(count, sizeof(*vecs->vecs), GFP_KERNEL);
		if (!vecs->vecs)
			return -ENOMEM;
	}
	vecs->count = count;
	for (i = 0; i < count; i++) {
		size_t part = min_t(size_t, length, PAGE_SIZE - offset_in_page(buffer));
		struct page *page = mm_kernel_page(buffer);

		if (!page) {
			/* A filter's: a program's memory, or none. */
			fltfs_vecs_free(vecs);
			return -EFAULT;
		}
		vecs->vecs[i].bv_page = page;
		vecs->vecs[i].bv_offset = offset_in_page(buffer);
		vecs->vecs[i].bv_len = part;
		buffer += part;
		length -= part;
	}
	return 0;
}

/*
 * What of the memory may be used: ours has its size, a filter's own is as large as it says. An MDL
 * wins over an address (BUF-017). Of a chain only what the first MDL describes is transferred.
 */
static void *fltfs_transfer_memory(const struct flt_operation *op, void *buffer, PMDL mdl,
				   size_t *length)
{
	const struct fltfs_transfer *transfer = op->front;
	size_t offset;

	if (mdl) {
		*length = min_t(size_t, *length, mdl->ByteCount);
		return MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
	}
	offset = transfer ? (char *)buffer - (char *)transfer->buffer : SIZE_MAX;
	if (transfer && offset < transfer->size)
		*length = min(*length, transfer->size - offset);
	return buffer;
}

/* A program's request goes down with its own flags; a filter's with what the operation says. */
static struct kiocb fltfs_transfer_iocb(const struct flt_operation *op, struct file *lower)
{
	const struct fltfs_transfer *transfer = op->front;
	struct kiocb iocb = { .ki_filp = lower };

	if (transfer) {
		iocb.ki_flags = transfer->iocb->ki_flags & FLT_IOCB_REQUEST;
		iocb.ki_ioprio = transfer->iocb->ki_ioprio;
	} else {
		iocb.ki_ioprio = get_current_ioprio();
		if (op->iopb.IrpFlags & IRP_NOCACHE && lower->f_mode & FMODE_CAN_ODIRECT)
			iocb.ki_flags |= IOCB_DIRECT;
		if (op->iopb.OperationFlags & SL_WRITE_THROUGH)
			iocb.ki_flags |= IOCB_DSYNC;
	}
	return iocb;
}

void fltfs_bottom_read(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	struct kiocb iocb = fltfs_transfer_iocb(op, fo->lower);
	size_t length = parameters->Read.Length;
	struct fltfs_vecs vecs;
	struct iov_iter iter;
	void *buffer;
	ssize_t ret;

	if (!(fo->granted & (FILE_READ_DATA | FILE_EXECUTE))) {
		flt_operation_result(op, STATUS_ACCESS_DENIED, 0);
		return;
	}
	buffer = fltfs_transfer_memory(op, parameters->Read.ReadBuffer,
				       parameters->Read.MdlAddress, &length);
	if (!buffer) {
		flt_operation_result(op, STATUS_INVALID_USER_BUFFER, 0);
		return;
	}
	iocb.ki_pos = parameters->Read.ByteOffset.QuadPart;
	if (iocb.ki_pos < 0) {
		flt_operation_result(op, STATUS_INVALID_PARAMETER, 0);
		return;
	}
	ret = fltfs_vecs_fill(&vecs, buffer, length);
	if (!ret) {
		iov_iter_bvec(&iter, ITER_DEST, vecs.vecs, vecs.count, length);
		ret = fo->lower->f_op->read_iter(&iocb, &iter);
		fltfs_vecs_free(&vecs);
	}
	if (ret < 0)
		fltfs_op_errno(op, ret, 0);
	else
		flt_operation_result(op, ret || !length ? STATUS_SUCCESS : STATUS_END_OF_FILE, ret);
}

/*
 * FILE_WRITE_TO_END_OF_FILE stands in the offset of an append. A filter's real offset is used if
 * it is not inside the file; otherwise the append stands (VFS-412).
 */
static int fltfs_write_position(const struct flt_operation *op, struct kiocb *iocb)
{
	s64 offset = op->iopb.Parameters.Write.ByteOffset.QuadPart;
	struct inode *inode = file_inode(iocb->ki_filp);

	if (offset == -2)	/* FILE_USE_FILE_POINTER_POSITION */
		offset = op->iopb.TargetFileObject->CurrentByteOffset.QuadPart;
	if (offset < -1)
		return -EINVAL;
	if (offset == -1) {
		iocb->ki_flags |= IOCB_APPEND;
		iocb->ki_pos = 0;
		return 0;
	}
	if (iocb->ki_flags & IOCB_APPEND && offset >= i_size_read(inode))
		iocb->ki_flags &= ~IOCB_APPEND;
	iocb->ki_pos = offset;
	return 0;
}

void fltfs_bottom_write(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_transfer *transfer = op->front;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	struct super_block *sb = file_inode(fo->lower)->i_sb;
	struct kiocb iocb = fltfs_transfer_iocb(op, fo->lower);
	size_t length = parameters->Write.Length;
	loff_t size = i_size_read(file_inode(fo->lower));
	struct fltfs_vecs vecs;
	struct iov_iter iter;
	void *buffer;
	ssize_t ret;

	if (!(fo->granted & (FILE_WRITE_DATA | FILE_APPEND_DATA))) {
		flt_operation_result(op, STATUS_ACCESS_DENIED, 0);
		return;
	}
	buffer = fltfs_transfer_memory(op, parameters->Write.WriteBuffer,
				       parameters->Write.MdlAddress, &length);
	if (!buffer) {
		flt_operation_result(op, STATUS_INVALID_USER_BUFFER, 0);
		return;
	}
	iocb.ki_flags |= IOCB_WRITE | fo->sync;
	ret = fltfs_write_position(op, &iocb);
	if (!ret)
		ret = fltfs_vecs_fill(&vecs, buffer, length);
	if (!ret) {
		iov_iter_bvec(&iter, ITER_SOURCE, vecs.vecs, vecs.count, length);
		sb_start_write(sb);
		ret = fo->lower->f_op->write_iter(&iocb, &iter);
		sb_end_write(sb);
		fltfs_vecs_free(&vecs);
	}
	if (transfer)
		transfer->end = iocb.ki_pos;
	if (ret < 0) {
		fltfs_op_errno(op, ret, 0);
		return;
	}
	if (i_size_read(file_inode(fo->lower)) != size)
		fltfs_fo_flag(fo, FO_FILE_SIZE_CHANGED);
	flt_operation_result(op, STATUS_SUCCESS, ret);
}
