// SPDX-License-Identifier: GPL-2.0
/*
 * The own page cache: pages are filled by paging READ, one for each run of neighbouring pages, and
 * mapped from here. Paging operations enter the stack like any other; their bottom goes to the
 * lower file's own iterator methods.
 *
 * A hole of the lower file is shown, but nothing is read there (STATUS_END_OF_FILE, no bytes) and
 * the pages become zero by themselves: what was never written is beyond the valid data, and a
 * filter that transforms what it is given has nothing to transform.
 *
 * Runs under folio locks, so: no user memory, no allocation that enters a file system, no upper
 * inode lock.
 */
#include <linux/fadvise.h>
#include <linux/file.h>
#include <linux/lockdep.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/sched/mm.h>
#include <linux/vmalloc.h>
#include <linux/writeback.h>
#include "compat/kiocb.h"
#include "compat/mm.h"
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"

#define FLTFS_RUN	32	/* pages that one READ fills at most */

/*
 * Drops clean pages of the lower file. Those of a stacked file system are the cache of another, and
 * only its own method reaches them. The cheap way leaves those that somebody has a reference to, be
 * it only a processor that has not put them on their list yet.
 */
static void fltfs_forget_below(struct file *lower, loff_t pos, size_t length)
{
	struct address_space *below = lower->f_mapping;
	loff_t last = pos + length - 1;

	if (unlikely(file_inode(lower)->i_sb->s_stack_depth)) {
		vfs_fadvise(lower, pos, length, POSIX_FADV_DONTNEED);
		return;
	}
	invalidate_mapping_pages(below, pos >> PAGE_SHIFT, last >> PAGE_SHIFT);
	if (unlikely(filemap_range_has_page(below, pos, last)))
		invalidate_inode_pages2_range(below, pos >> PAGE_SHIFT, last >> PAGE_SHIFT);
}

/*
 * Where the lower file's data around @pos begins (*@data) and, if that is at @pos, how far it goes
 * (@length at most). A lower file that cannot tell is all data. Allocated blocks that were never
 * written are a hole while none of them is in the lower page cache.
 */
static size_t fltfs_data_run(struct file *lower, loff_t pos, size_t length, bool *data)
{
	loff_t found;

	fltfs_forget_below(lower, pos, length);
	found = vfs_llseek(lower, pos, SEEK_DATA);
	*data = true;
	if (found == -ENXIO || found > pos) {
		*data = false;
		return found < 0 ? length : min_t(u64, length, found - pos);
	}
	if (found < 0)
		return length;
	found = vfs_llseek(lower, pos, SEEK_HOLE);
	return found > pos ? min_t(u64, length, found - pos) : length;
}

/*
 * Is there a hole in all of what a paging READ of the own page cache is about to read? One that was
 * found to begin with data, and that no filter has moved, has none; a hole may have been filled by
 * a filter meanwhile. In lower mode, for a section, it is just read.
 */
static bool fltfs_reads_hole(const struct fltfs_transfer *transfer, struct file *lower, loff_t pos,
			     size_t length)
{
	bool data;

	if (!READ_ONCE(fltfs_i(transfer->inode)->cache) || lower != transfer->paging ||
	    (transfer->data && transfer->start == pos && transfer->size == length))
		return false;
	return fltfs_data_run(lower, pos, length, &data) >= length && !data;
}

/* Carries a paging READ or WRITE out. Offset, length and memory are as the filters left them. */
static noinline void fltfs_paging_run(struct flt_operation *op, struct file *lower,
				      struct kiocb *iocb, struct iov_iter *iter)
{
	struct fltfs_transfer *transfer = op->front;
	size_t length = op->iopb.Parameters.Read.Length;
	ssize_t ret = 0, got;

	iocb->ki_filp = lower;
	iocb->ki_pos = op->iopb.Parameters.Read.ByteOffset.QuadPart;
	if (iocb->ki_pos < 0) {
		fltfs_op_errno(op, -EINVAL, 0);
		return;
	}
	if (!transfer->write) {
		/*
		 * The VFS fills pages under the invalidate lock of the upper file, which faults
		 * take under the lock of the program's memory; and the lower file's lock, which
		 * some take to read, is held by who reads that file into a program's memory. In one
		 * mount these are never the same file at once, one being in own mode and the other
		 * not, but that cannot be told lockdep, which knows all lower files as one. Where
		 * another mount, or a program below, uses the same file: fltfs_fault().
		 */
		lockdep_off();
		if (!fltfs_reads_hole(transfer, lower, iocb->ki_pos, length)) {
			/*
			 * One that gives less may have met an error, or a kill: then the next says
			 * so, and nothing is taken for the end of the file that is not.
			 */
			do {
				got = lower->f_op->read_iter(iocb, iter);
				ret = got < 0 ? got : ret + got;
			} while (got > 0 && iov_iter_count(iter));
		}
		lockdep_on();
		if (ret < 0)
			fltfs_op_errno(op, ret, 0);
		else
			flt_operation_result(op, ret ? STATUS_SUCCESS : STATUS_END_OF_FILE, ret);
		return;
	}
	iocb->ki_flags |= IOCB_WRITE;
	iov_iter_truncate(iter, transfer->length);
	ret = fltfs_paging_write(iocb, iter);
	if (iov_iter_count(iter))
		fltfs_op_errno(op, ret ?: -ENOSPC, 0);
	else
		flt_operation_result(op, STATUS_SUCCESS, length);
}

/**
 * fltfs_bottom_paging() - paging I/O at the bottom of the stack
 * @op: operation whose front is a struct fltfs_transfer with a lower file for paging
 */
void fltfs_bottom_paging(struct flt_operation *op)
{
	struct fltfs_transfer *transfer = op->front;
	struct file *lower = fltfs_paging_lower(op);
	struct kiocb iocb = { .ki_ioprio = get_current_ioprio() };
	unsigned int throttle = current->flags & PF_LOCAL_THROTTLE;
	struct fltfs_vecs vecs;
	struct iov_iter iter;
	struct super_block *sb;
	unsigned int tries = 0;
	int err;

	/* Not for the caller to try again: the filters have had it. */
	do {
		err = PTR_ERR_OR_ZERO(lower) ?:
		      fltfs_transfer_iter(op, &vecs, transfer->write, &iter);
	} while (transfer->write && fltfs_again(err, &tries));
	if (err) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	sb = file_inode(lower)->i_sb;
	if (transfer->write)
		sb_start_write(sb);
	/* Waiting for the lower file system to clean pages must not stop who cleans ours. */
	current->flags |= PF_LOCAL_THROTTLE;
	fltfs_paging_run(op, lower, &iocb, &iter);
	current->flags = (current->flags & ~PF_LOCAL_THROTTLE) | throttle;
	if (transfer->write)
		sb_end_write(sb);
	fltfs_vecs_free(&vecs);
}

/* The operation itself; @transfer is filled. Return: bytes or a negative errno. */
static noinline ssize_t fltfs_paging_send(struct fltfs_fo *fo, struct fltfs_transfer *transfer,
					  loff_t pos, bool wait, PMDL mdl)
{
	bool write = transfer->write;
	struct flt_operation op FLT_NOT_CLEARED;
	ssize_t ret;

	flt_operation_init(&op, fo->base.volume, write ? IRP_MJ_WRITE : IRP_MJ_READ, &fo->base.fo);
	op.data.RequestorMode = KernelMode;
	op.iopb.IrpFlags = IRP_NOCACHE | IRP_PAGING_IO |
			   (wait ? IRP_SYNCHRONOUS_PAGING_IO : 0) |
			   (write ? IRP_WRITE_OPERATION : IRP_READ_OPERATION);
	op.iopb.Parameters.Read.Length = transfer->size;
	op.iopb.Parameters.Read.ByteOffset.QuadPart = pos;
	op.iopb.Parameters.Read.ReadBuffer = transfer->buffer;
	op.iopb.Parameters.Read.MdlAddress = mdl;
	transfer->sent_for = &fo->base.fo;
	op.front = transfer;
	if (write)
		op.flags |= FLT_OP_UNKILLABLE;
	mm_mdl_keep(&op.locked, mdl);
	flt_operation_run(&op);
	if (!write && op.data.IoStatus.Status == STATUS_END_OF_FILE)
		ret = 0;
	else
		ret = fltfs_op_result(&op) ?:
		      min_t(ULONG_PTR, op.data.IoStatus.Information, transfer->size);
	flt_operation_fini(&op);
	return ret;
}

/**
 * fltfs_paging() - read or write pages through the stack
 * @inode: upper inode, in own mode, open
 * @paging: what
 *
 * Under memalloc_nofs_save(). At APC_LEVEL to the filters.
 *
 * Return: bytes or a negative errno
 */
ssize_t fltfs_paging(struct inode *inode, struct fltfs_paging *paging)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	size_t length = paging->length;
	struct fltfs_transfer transfer = {
		.write	= paging->write,
		.inode	= inode,
		.length	= length,
		.shown	= paging->buffer,
		.buffer	= paging->buffer,
		.size	= length,
		.data	= paging->data,
		.start	= paging->pos,
	};
	struct fltfs_fo *fo;
	ssize_t ret;
	PMDL mdl;

	paging->reached = false;
	if (paging->write) {
		loff_t size = i_size_read(inode);

		if (paging->pos >= size)
			return length;	/* truncated meanwhile */
		transfer.length = min_t(u64, length, size - paging->pos);
	}
	spin_lock(&fi->lock);
	fo = fi->pager;
	transfer.paging = paging->write ? fi->writer : fi->reader;
	if (fo)
		flt_file_get(&fo->base);
	if (transfer.paging)
		get_file(transfer.paging);
	spin_unlock(&fi->lock);
	ret = -EIO;
	if (WARN_ON_ONCE(!fo || !transfer.paging))
		goto put;

	ret = -ENOMEM;
	mdl = mm_mdl_new(paging->buffer, length);
	if (!mdl)
		goto put;
	MmBuildMdlForNonPagedPool(mdl);
	ke_hold(KE_HOLD_PAGING);
	ret = fltfs_paging_send(fo, &transfer, paging->pos, paging->wait, mdl);
	ke_release(KE_HOLD_PAGING);
	paging->reached = transfer.request.reached;
put:
	if (transfer.paging)
		fput(transfer.paging);
	if (fo)
		flt_file_put(&fo->base);
	return ret;
}

/* One run of data or hole. Return: 0 or a negative errno; then the pages stay not up to date. */
static int fltfs_fill_run(struct inode *inode, struct folio **folios, unsigned int count,
			  bool wait, bool data)
{
	struct page *pages[FLTFS_RUN];
	size_t length = (size_t)count << PAGE_SHIFT;
	struct fltfs_paging paging = {
		.wait	= wait,
		.data	= data,
		.pos	= folio_pos(folios[0]),
		.length	= length,
	};
	void *buffer;
	unsigned int i;
	ssize_t ret;

	for (i = 0; i < count; i++)
		pages[i] = &folios[i]->page;
	buffer = count == 1 ? folio_address(folios[0]) :
			      vm_map_ram(pages, count, NUMA_NO_NODE);
	if (!buffer)
		return -ENOMEM;
	paging.buffer = buffer;
	ret = fltfs_paging(inode, &paging);
	if (ret >= 0)
		memset(buffer + ret, 0, length - ret);
	if (count > 1)
		vm_unmap_ram(buffer, count);
	if (ret < 0)
		return ret;
	for (i = 0; i < count; i++)
		folio_mark_uptodate(folios[i]);
	return 0;
}

/**
 * fltfs_fill() - fill pages
 * @inode: upper inode
 * @folios: locked, neighbours, a page each, not up to date
 * @count: how many, FLTFS_RUN at most
 * @wait: somebody waits for them
 *
 * They stay locked. What a copy still on its way down will write there is waited for.
 *
 * Return: 0 or the first error
 */
int fltfs_fill(struct inode *inode, struct folio **folios, unsigned int count, bool wait)
{
	loff_t pos = folio_pos(folios[0]);
	unsigned int nofs = memalloc_nofs_save();
	unsigned int done, part;
	bool data = false;
	int ret, err = 0;

	fltfs_copies_wait(inode, pos, pos + ((loff_t)count << PAGE_SHIFT));
	for (done = 0; done < count; done += part) {
		size_t length = (size_t)(count - done) << PAGE_SHIFT;
		struct file *reader = READ_ONCE(fltfs_i(inode)->reader);

		pos = folio_pos(folios[done]);
		if (reader)
			length = fltfs_data_run(reader, pos, length, &data);
		/* A page that is partly data is data; a hole is whole pages. */
		part = length >> PAGE_SHIFT;
		if (data)
			part = DIV_ROUND_UP(length, PAGE_SIZE);
		part = clamp(part, 1U, count - done);
		ret = fltfs_fill_run(inode, folios + done, part, wait, data);
		if (ret == -ENOMEM && part > 1) {
			part = 1;
			ret = fltfs_fill_run(inode, folios + done, part, wait, data);
		}
		if (ret && !err)
			err = ret;
	}
	memalloc_nofs_restore(nofs);
	return err;
}

/**
 * fltfs_grab() - a page to be changed
 * @inode: upper inode, locked
 * @index: which
 * @fill: it has to be up to date
 *
 * Return: the page locked and referenced, or an error pointer
 */
struct folio *fltfs_grab(struct inode *inode, pgoff_t index, bool fill)
{
	struct address_space *mapping = inode->i_mapping;
	struct folio *folio;
	int err = 0;

	folio = __filemap_get_folio(mapping, index, FGP_LOCK | FGP_WRITE | FGP_CREAT | FGP_NOFS,
				    mapping_gfp_mask(mapping));
	if (IS_ERR_OR_NULL(folio))
		return ERR_PTR(-ENOMEM);
	if (fill && !folio_test_uptodate(folio))
		err = fltfs_fill(inode, &folio, 1, true);
	if (!err)
		return folio;
	folio_unlock(folio);
	folio_put(folio);
	return ERR_PTR(err);
}

/* swapon(2) comes here before it asks where the file lies, which it is not told. */
static int fltfs_read_folio(struct file *file, struct folio *folio)
{
	struct inode *inode = folio->mapping->host;
	int err = -EINVAL;

	if (READ_ONCE(fltfs_i(inode)->cache) == FLTFS_CACHE_OWN)
		err = fltfs_fill(inode, &folio, 1, true);
	folio_unlock(folio);
	return err;
}

/* What fails here is tried once more, by read_folio, when somebody needs it. */
static void fltfs_readahead(struct readahead_control *rac)
{
	struct inode *inode = rac->mapping->host;
	struct folio *folios[FLTFS_RUN];
	unsigned int count, i;

	do {
		for (count = 0; count < FLTFS_RUN; count++) {
			folios[count] = readahead_folio(rac);
			if (!folios[count])
				break;
		}
		if (!count)
			break;
		fltfs_fill(inode, folios, count, false);
		for (i = 0; i < count; i++)
			folio_unlock(folios[i]);
	} while (count == FLTFS_RUN);
}

/* No writepage: reclaim does not write, the flusher does. */
const struct address_space_operations fltfs_aops = {
	.read_folio	= fltfs_read_folio,
	.readahead	= fltfs_readahead,
	.writepages	= fltfs_writepages,
	.dirty_folio	= filemap_dirty_folio,
	.migrate_folio	= filemap_migrate_folio,
};

/**
 * fltfs_faults_stop() - no page of a mapping becomes dirty from now on
 * @inode: upper inode, locked
 *
 * So what writes pages and then drops them, for good, loses nothing in between. No lock that a
 * fault takes, since the lower file is changed meanwhile: the locks of that are held where programs
 * read other files of the lower file system into their memory, which may be such a mapping.
 */
void fltfs_faults_stop(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	WRITE_ONCE(fi->frozen, true);
	smp_mb();	/* against fltfs_fault_begin() */
	wait_event(fi->copies_wait, !atomic_read(&fi->faulting));
}

void fltfs_faults_go(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	WRITE_ONCE(fi->frozen, false);
	wake_up_all(&fi->copies_wait);
}

static void fltfs_fault_end(struct fltfs_inode *fi)
{
	if (atomic_dec_and_test(&fi->faulting) && READ_ONCE(fi->frozen))
		wake_up_all(&fi->copies_wait);
}

static bool fltfs_fault_begin(struct fltfs_inode *fi)
{
	atomic_inc(&fi->faulting);
	smp_mb__after_atomic();	/* against fltfs_faults_stop(): it sees the fault, or we see it */
	if (likely(!READ_ONCE(fi->frozen)))
		return true;
	fltfs_fault_end(fi);
	return false;
}

static vm_fault_t fltfs_dirty_mapped(struct inode *inode, struct folio *folio)
{
	folio_lock(folio);
	if (folio->mapping != inode->i_mapping) {
		folio_unlock(folio);
		return VM_FAULT_NOPAGE;
	}
	folio_mark_dirty(folio);
	folio_wait_stable(folio);
	return VM_FAULT_LOCKED;
}

/* Times of the file below change with the first write to a page, as with a mapping of its own. */
static void fltfs_mapped_touch(struct file *lower)
{
	struct super_block *sb = file_inode(lower)->i_sb;

	sb_start_pagefault(sb);
	file_update_time(lower);
	sb_end_pagefault(sb);
}

/* A page of a shared mapping is about to become dirty. */
static vm_fault_t fltfs_page_mkwrite(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	struct fltfs_inode *fi = fltfs_i(inode);
	vm_fault_t ret;

	sb_start_pagefault(inode->i_sb);
	if (likely(fltfs_fault_begin(fi))) {
		fltfs_mapped_touch(fltfs_lower_file(vmf->vma->vm_file));
		ret = fltfs_dirty_mapped(inode, page_folio(vmf->page));
		fltfs_fault_end(fi);
		sb_end_pagefault(inode->i_sb);
		return ret;
	}
	sb_end_pagefault(inode->i_sb);
	if (wait_event_killable(fi->copies_wait, !READ_ONCE(fi->frozen)))
		return VM_FAULT_SIGBUS;
	return VM_FAULT_NOPAGE;
}

/* Has a page to be read? Behind the end of the file there is none. */
static bool fltfs_fault_reads(struct vm_fault *vmf)
{
	struct inode *inode = file_inode(vmf->vma->vm_file);
	struct folio *folio;
	bool ready;

	if (vmf->pgoff >= DIV_ROUND_UP_ULL(i_size_read(inode), PAGE_SIZE))
		return false;
	folio = filemap_get_folio(inode->i_mapping, vmf->pgoff);
	if (IS_ERR_OR_NULL(folio))
		return true;
	ready = folio_test_uptodate(folio);
	folio_put(folio);
	return !ready;
}

/* As much as the kernel reads around a fault. */
static void fltfs_read_around(struct file *file, pgoff_t index)
{
	struct inode *inode = file_inode(file);
	pgoff_t end = DIV_ROUND_UP_ULL(i_size_read(inode), PAGE_SIZE);
	unsigned int pages = max(file->f_ra.ra_pages, 1U);
	pgoff_t start = index - min_t(pgoff_t, index, pages / 2);
	DEFINE_READAHEAD(around, file, &file->f_ra, inode->i_mapping, start);

	if (index < end)
		page_cache_ra_unbounded(&around, min_t(pgoff_t, pages, end - start), 0);
}

/*
 * Pages are read with no lock of the program's memory held. The kernel lets go of that as well, but
 * not where it has a page that is not up to date, or is not to read ahead.
 */
static vm_fault_t fltfs_fault_read(struct vm_fault *vmf)
{
	struct file *file = get_file(vmf->vma->vm_file);
	bool alone = vmf->vma->vm_flags & VM_RAND_READ;
	pgoff_t index = vmf->pgoff;
	struct page *page;

	flt_release_fault_lock(vmf);
	if (alone) {
		filemap_invalidate_lock_shared(file->f_mapping);
		page = read_mapping_page(file->f_mapping, index, file);
		filemap_invalidate_unlock_shared(file->f_mapping);
		if (!IS_ERR(page))
			put_page(page);
	} else {
		fltfs_read_around(file, index);
	}
	fput(file);
	/* What has failed, or has gone already, the kernel tries to read itself. */
	return VM_FAULT_RETRY | VM_FAULT_MAJOR;
}

/*
 * Is the lower file locked by this very task, which changes it: below, or by way of another mount?
 * Then it has come to memory of its own that is a mapping of the same file here. The owner of a
 * lock is recorded with two bits about readers.
 */
static bool fltfs_changes_lower(const struct vm_fault *vmf)
{
	const struct inode *lower = fltfs_lower_inode(file_inode(vmf->vma->vm_file));
	unsigned long owner = atomic_long_read(&lower->i_rwsem.owner);

	return !(owner & 1) && (owner & ~3UL) == (unsigned long)current;
}

static vm_fault_t fltfs_fault(struct vm_fault *vmf)
{
	const unsigned int how = FAULT_FLAG_ALLOW_RETRY | FAULT_FLAG_RETRY_NOWAIT |
				 FAULT_FLAG_TRIED;

	/* Reading the page would wait for that lock, or for who does, for ever. */
	if (unlikely(fltfs_changes_lower(vmf)) && fltfs_fault_reads(vmf))
		return VM_FAULT_SIGBUS;
	if ((vmf->flags & how) == FAULT_FLAG_ALLOW_RETRY && fltfs_fault_reads(vmf))
		return fltfs_fault_read(vmf);
	return filemap_fault(vmf);
}

static void fltfs_vma_open(struct vm_area_struct *vma)
{
	struct fltfs_fo *fo = fltfs_file_fo(vma->vm_file);

	atomic_inc(&fltfs_i(file_inode(vma->vm_file))->maps);
	atomic_inc(&fo->maps);
}

static void fltfs_vma_close(struct vm_area_struct *vma)
{
	struct fltfs_fo *fo = fltfs_file_fo(vma->vm_file);

	atomic_dec(&fo->maps);
	fltfs_unmap_own(file_inode(vma->vm_file));
}

const struct vm_operations_struct fltfs_vm_ops = {
	.open		= fltfs_vma_open,
	.close		= fltfs_vma_close,
	.fault		= fltfs_fault,
	.map_pages	= filemap_map_pages,
	.page_mkwrite	= fltfs_page_mkwrite,
};
