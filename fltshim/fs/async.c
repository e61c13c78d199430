// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous reads and writes (libaio, io_uring, loop) that filters see. One allocation holds the
 * operation, its front half and its bottom; no thread waits for it. As a rule the pre-operation
 * callbacks run in the submitter, the lower file takes the data from or to the caller's own memory,
 * and the completion runs the post-operation callbacks and completes the caller's request.
 *
 * What the submitter's context gave has to last beyond it in two cases: a filter looks at the data
 * of a read (then it is copied to the caller where it completes), or a filter keeps the operation
 * (then the bottom runs in another thread). The caller's pages are pinned then, in the submitter.
 *
 * Life: one reference is the operation's, dropped at the end of fltfs_async_done(); the bottom
 * has its own while the lower file may touch its request, and a cancel while it is under way.
 */
#include <linux/aio.h>
#include <linux/cred.h>
#include <linux/mm.h>
#include <linux/slab.h>
#include "compat/iter.h"
#include "compat/kiocb.h"
#include "fltmgr/cancel.h"
#include "fltmgr/stack.h"
#include "fs/request.h"

#define FLTFS_PIN_BATCH	16
#define FLTFS_ASYNC_SIZE	struct_size_t(struct fltfs_async, records, FLT_DEEP_RECORDS)

static struct kmem_cache *fltfs_async_cache;
static struct workqueue_struct *fltfs_async_wq;

/* One allocation, however deep the stack is; the cache's objects do for all but the deepest. */
static struct fltfs_async *fltfs_async_alloc(const struct flt_volume *volume)
{
	unsigned int records = flt_stack_depth(volume);
	struct fltfs_async *async;

	if (likely(records <= FLT_DEEP_RECORDS)) {
		async = kmem_cache_alloc(fltfs_async_cache, GFP_KERNEL);
		records = FLT_DEEP_RECORDS;
	} else {
		async = kmalloc(struct_size(async, records, records), GFP_KERNEL);
	}
	if (async)
		async->nr_records = records;
	return async;
}

static void fltfs_async_release(struct fltfs_async *async)
{
	if (likely(async->nr_records == FLT_DEEP_RECORDS))
		kmem_cache_free(fltfs_async_cache, async);
	else
		kfree(async);
}

/*
 * Pages of user memory from the place that @iter is at. Those that will be written to are marked
 * dirty here, where that may sleep, and again when they are let go if that was lost meanwhile.
 */
static int fltfs_pin_segment(struct fltfs_vecs *pages, unsigned int max, struct iov_iter *iter,
			     bool write_into)
{
	struct page *batch[FLTFS_PIN_BATCH];
	size_t length, pinned = 0;
	unsigned long address = (unsigned long)flt_iter_segment(iter, &length);
	unsigned int offset = offset_in_page(address);
	unsigned int want = min_t(size_t, DIV_ROUND_UP(offset + length, PAGE_SIZE),
				  min_t(unsigned int, FLTFS_PIN_BATCH, max - pages->count));
	int i, got;

	got = pin_user_pages_fast(address & PAGE_MASK, want, write_into ? FOLL_WRITE : 0, batch);
	if (got <= 0)
		return got ?: -EFAULT;
	for (i = 0; i < got; i++) {
		struct bio_vec *vec = &pages->vecs[pages->count++];

		vec->bv_page = batch[i];
		vec->bv_offset = offset;
		vec->bv_len = min_t(size_t, length - pinned, PAGE_SIZE - offset);
		pinned += vec->bv_len;
		offset = 0;
		if (write_into)
			set_page_dirty_lock(batch[i]);
	}
	iov_iter_advance(iter, pinned);
	return 0;
}

/*
 * Can the pages be let go where sleeping is not allowed? A page that is dirty now will be written
 * with what was put into it; another has to be marked again, under its lock.
 */
static bool fltfs_pages_settled(const struct fltfs_async *async)
{
	unsigned int i;

	if (!async->pinned || async->transfer.write)
		return true;
	for (i = 0; i < async->pages.count; i++) {
		if (!PageDirty(async->pages.vecs[i].bv_page))
			return false;
	}
	return true;
}

static void fltfs_pages_release(struct fltfs_async *async, bool settled)
{
	unsigned int i;

	if (!async->pinned)
		return;
	for (i = 0; i < async->pages.count; i++) {
		struct page *page = async->pages.vecs[i].bv_page;

		if (!settled && !PageDirty(page))
			set_page_dirty_lock(page);
		unpin_user_page(page);
	}
	fltfs_vecs_free(&async->pages);
	async->pinned = false;
}

/**
 * fltfs_async_pin() - make the caller's memory usable in any context
 * @async: the request, in its submitter
 * @length: how much of the memory
 *
 * Return: 0 or a negative errno; -EFAULT for memory that is not there
 */
int fltfs_async_pin(struct fltfs_async *async, size_t length)
{
	struct fltfs_transfer *transfer = &async->transfer;
	struct iov_iter iter = *transfer->iter;
	unsigned int max;
	int err = 0;

	async->place = iter;
	transfer->iter = &async->place;
	if (!user_backed_iter(&iter))
		return 0;
	iov_iter_truncate(&iter, length);
	max = iov_iter_npages(&iter, INT_MAX);
	if (!fltfs_vecs_alloc(&async->pages, max))
		return -ENOMEM;
	async->pages.count = 0;
	async->pinned = true;
	while (!err && iov_iter_count(&iter) && async->pages.count < max)
		err = fltfs_pin_segment(&async->pages, max, &iter, !transfer->write);
	length -= iov_iter_count(&iter);
	if (!length)
		return err ?: -EFAULT;
	iov_iter_bvec(&async->place, transfer->write ? ITER_SOURCE : ITER_DEST,
		      async->pages.vecs, async->pages.count, length);
	return 0;
}

static void fltfs_async_cancel_worker(struct work_struct *work)
{
	struct fltfs_async *async = container_of(work, struct fltfs_async, cancel);

	flt_operation_cancel(&async->op);
	fltfs_async_put(async);
}

/*
 * io_cancel(), or the end of a process with requests under way. Called at most once, under a lock
 * of the kernel's with interrupts off, before the request's own completion can get past that lock:
 * so the request is there, but the filter's cancel routine has to be called from elsewhere.
 */
static int fltfs_async_cancel(struct kiocb *caller)
{
	struct fltfs_async *async = caller->private;

	refcount_inc(&async->refs);
	queue_work(fltfs_async_wq, &async->cancel);
	return 0;
}

/**
 * fltfs_keep() - flt_volume_ops.keep: a filter keeps the operation
 * @op: an asynchronous read or write that has not been below yet
 */
void fltfs_keep(struct flt_operation *op)
{
	struct fltfs_transfer *transfer = op->front;
	struct fltfs_async *async = transfer->async;

	if (async->kept)
		return;
	async->kept = true;
	async->cred = get_current_cred();
	if (!transfer->buffer)
		async->err = fltfs_async_pin(async, transfer->length);
	/* Only what a filter keeps can be cancelled; the lower file system cannot be asked to. */
	INIT_WORK(&async->cancel, fltfs_async_cancel_worker);
	transfer->caller->private = async;
	flt_kiocb_set_cancel(transfer->caller, fltfs_async_cancel);
}

static void fltfs_async_free(struct fltfs_async *async, bool settled)
{
	fltfs_pages_release(async, settled);
	fltfs_transfer_free(&async->transfer);
	if (async->cred)
		put_cred(async->cred);
	flt_operation_fini(&async->op);
	fltfs_async_release(async);
}

static void fltfs_async_free_worker(struct work_struct *work)
{
	fltfs_async_free(container_of(work, struct fltfs_async, op.work), false);
}

void fltfs_async_put(struct fltfs_async *async)
{
	bool settled;

	if (!refcount_dec_and_test(&async->refs))
		return;
	settled = fltfs_pages_settled(async);
	if (settled || preemptible()) {
		fltfs_async_free(async, settled);
		return;
	}
	INIT_WORK(&async->op.work, fltfs_async_free_worker);
	queue_work(fltfs_async_wq, &async->op.work);
}

/* The walk is through: in task or softirq context, perhaps before the submission has returned. */
static void fltfs_async_done(struct flt_operation *op)
{
	struct fltfs_async *async = container_of(op, struct fltfs_async, op);
	struct kiocb *caller = async->transfer.caller;
	ssize_t ret = fltfs_transfer_end(op, &async->transfer);

	if (async->transfer.write) {
		if (ret > 0)
			fltfs_fo_flag(fltfs_fo_of(async->op.iopb.TargetFileObject),
				      FO_FILE_MODIFIED);
		fltfs_refresh(file_inode(caller->ki_filp));
	}
	/* The file, and with it the mount, may be gone after this. */
	caller->ki_complete(caller, ret);
	fltfs_async_put(async);
}

/**
 * fltfs_async_start() - an asynchronous read or write
 * @fo: file object
 * @iocb: the caller's request
 * @iter: its memory, not empty
 * @write: which
 *
 * Return: -EIOCBQUEUED, or a negative errno and nothing was shown to anybody
 */
ssize_t fltfs_async_start(struct fltfs_fo *fo, struct kiocb *iocb, struct iov_iter *iter,
			  bool write)
{
	struct fltfs_async *async = fltfs_async_alloc(fo->base.volume);
	ssize_t ret;

	if (!async)
		return -ENOMEM;
	memset(&async->transfer, 0, sizeof(async->transfer));
	async->transfer.write = write;
	async->transfer.caller = iocb;
	async->transfer.iter = iter;
	async->transfer.async = async;
	async->pinned = false;
	async->kept = false;
	async->err = 0;
	async->cred = NULL;
	refcount_set(&async->refs, 1);
	if (!fltfs_transfer_begin(&async->op, fo, &async->transfer)) {
		ret = fltfs_op_result(&async->op);
		fltfs_async_put(async);
		return ret;
	}
	async->op.done = fltfs_async_done;
	async->op.reserve = async->records;
	async->op.nr_reserve = async->nr_records;
	flt_operation_start(&async->op);
	return -EIOCBQUEUED;
}

/* With a constructor, requests are not cleared at each allocation where init_on_alloc is set. */
static void fltfs_async_init_once(void *object)
{
	memset(object, 0, FLTFS_ASYNC_SIZE);
}

int fltfs_async_init(void)
{
	fltfs_async_cache = kmem_cache_create("fltfs_async", FLTFS_ASYNC_SIZE, 0,
					      SLAB_HWCACHE_ALIGN, fltfs_async_init_once);
	if (!fltfs_async_cache)
		return -ENOMEM;
	fltfs_async_wq = alloc_workqueue("fltfs_async", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!fltfs_async_wq) {
		kmem_cache_destroy(fltfs_async_cache);
		return -ENOMEM;
	}
	return 0;
}

/* Every completion has run to its end by now. */
void fltfs_async_exit(void)
{
	destroy_workqueue(fltfs_async_wq);
	kmem_cache_destroy(fltfs_async_cache);
}
