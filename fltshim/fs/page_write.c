// SPDX-License-Identifier: GPL-2.0
/*
 * Writing dirty pages of the own page cache: they are copied, their write-back ends at once, and
 * the copy goes through the stack as a paging WRITE. So a filter that keeps the operation holds up
 * neither memory reclaim nor anybody who wants the page, and what it does to the buffer it does to
 * the copy. Each inode has a list of the copies that are on their way: who fills, writes, flushes
 * or truncates the same range waits for them, since the lower file is behind meanwhile.
 *
 * Memory for copies comes from a mempool: without memory, the writer waits for earlier copies. No
 * folio lock is waited for with an unsent copy at hand, so no two writers wait for each other. Each
 * mount has a pool of its own, since what lies below it may be on a file of another mount (by way
 * of a loop device): a copy on its way down needs one there, and must find it.
 */
#include <linux/backing-dev.h>
#include <linux/cred.h>
#include <linux/delay.h>
#include <linux/file.h>
#include <linux/mempool.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include <linux/pagevec.h>
#include <linux/sched/mm.h>
#include <linux/sched/signal.h>
#include <linux/workqueue.h>
#include <linux/writeback.h>
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_irql.h"

#define FLTFS_COPY_ORDER	4
#define FLTFS_COPY_SIZE		(PAGE_SIZE << FLTFS_COPY_ORDER)
#define FLTFS_COPIES_MIN	4
/* Without memory, a WRITE is tried this often, so long apart: else its data is lost. */
#define FLTFS_SEND_TRIES	50
#define FLTFS_SEND_PAUSE_MS	100

/*
 * For what the task at hand cannot write. Two, since with no memory for threads a queue has one: a
 * run takes the lower file system's freeze protection, and what is left of one is waited for with
 * it held.
 */
static struct workqueue_struct *fltfs_copy_wq, *fltfs_rest_wq;

/**
 * struct fltfs_copy - pages on their way down
 * @link: in fltfs_inode.copies, under its lock, while @end is not @start
 * @start: where in the file
 * @end: and how far
 * @number: fltfs_inode.copy_number when it was begun
 * @turn: which of fltfs_sb.copies counts it
 * @buffer: their contents, FLTFS_COPY_SIZE bytes
 * @folios: the pages, referenced: the copy may have to be made once more
 */
struct fltfs_copy {
	struct list_head link;
	loff_t start;
	loff_t end;
	u32 number;
	u8 turn;
	void *buffer;
	struct folio *folios[1 << FLTFS_COPY_ORDER];
};

/* Copies the page at @pos, whether it has been cut off since or not. */
static void fltfs_copy_fill(struct inode *inode, const struct fltfs_copy *copy, loff_t pos)
{
	const struct folio *folio = copy->folios[(pos - copy->start) >> PAGE_SHIFT];
	void *target = copy->buffer + (pos - copy->start);
	loff_t size = i_size_read(inode);

	memcpy(target, folio_address(folio), PAGE_SIZE);
	/* What a mapping left behind the end of the file is nobody's data. */
	if (size > pos && size < pos + PAGE_SIZE)
		memset(target + (size - pos), 0, pos + PAGE_SIZE - size);
}

static void fltfs_copy_put(struct fltfs_copy *copy)
{
	unsigned int i;

	for (i = 0; i < (copy->end - copy->start) >> PAGE_SHIFT; i++)
		folio_put(copy->folios[i]);
	copy->start = 0;
	copy->end = 0;
}

/* Is a copy of the range on its way that was begun no later than @number? */
static bool fltfs_copies_overlap(struct fltfs_inode *fi, loff_t start, loff_t end, u32 number)
{
	struct fltfs_copy *copy;
	bool overlap = false;

	spin_lock(&fi->lock);
	list_for_each_entry(copy, &fi->copies, link) {
		if (copy->start < end && copy->end > start &&
		    (s32)(copy->number - number) <= 0) {
			overlap = true;
			break;
		}
	}
	spin_unlock(&fi->lock);
	return overlap;
}

/**
 * fltfs_copies_wait() - wait until no copy of a range is on its way down
 * @inode: upper inode
 * @start: where the range begins
 * @end: its end, exclusive
 *
 * Not for those that are begun meanwhile: somebody who writes all the time holds up nobody.
 */
void fltfs_copies_wait(struct inode *inode, loff_t start, loff_t end)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	u32 number;

	if (likely(list_empty_careful(&fi->copies)))
		return;
	spin_lock(&fi->lock);
	number = fi->copy_number;
	spin_unlock(&fi->lock);
	wait_event(fi->copies_wait, !fltfs_copies_overlap(fi, start, end, number));
}

/*
 * For sync, whoever sends them: those that are on their way when it begins. Others are counted by
 * the other counter from then on. Both take their turn: somebody may have looked which one it is
 * just before that changed.
 */
void fltfs_copies_wait_all(struct super_block *sb)
{
	struct fltfs_sb *fsb = fltfs_sb(sb);
	unsigned int i;
	u8 turn;

	mutex_lock(&fsb->copies_lock);
	for (i = 0; i < ARRAY_SIZE(fsb->copies); i++) {
		turn = fsb->copies_turn;
		WRITE_ONCE(fsb->copies_turn, !turn);
		wait_var_event(&fsb->copies[turn], !atomic_read(&fsb->copies[turn]));
	}
	mutex_unlock(&fsb->copies_lock);
}

/* A page of the run: from here on others know that the lower file lacks it. */
static void fltfs_copy_add(struct inode *inode, struct fltfs_copy *copy, struct folio *folio)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);
	loff_t pos = folio_pos(folio);

	spin_lock(&fi->lock);
	if (copy->start == copy->end) {
		copy->start = pos;
		copy->number = ++fi->copy_number;
		copy->turn = READ_ONCE(fsb->copies_turn);
		list_add_tail(&copy->link, &fi->copies);
		atomic_inc(&fsb->copies[copy->turn]);
	}
	copy->end = pos + PAGE_SIZE;
	spin_unlock(&fi->lock);
	folio_get(folio);
	copy->folios[(pos - copy->start) >> PAGE_SHIFT] = folio;
	fltfs_copy_fill(inode, copy, pos);
}

/**
 * struct fltfs_errand - what a task that is not killed and has no limits does for another
 * @work: the worker's
 * @cred: rights of the task that waits, which are used: they live as long as it does
 * @run: what is done, with no file system entered by allocations
 * @ret: what came of it
 */
struct fltfs_errand {
	struct work_struct work;
	const struct cred *cred;
	ssize_t (*run)(struct fltfs_errand *errand);
	ssize_t ret;
};

static void fltfs_errand_work(struct work_struct *work)
{
	struct fltfs_errand *errand = container_of(work, struct fltfs_errand, work);
	unsigned int throttle = current->flags & PF_LOCAL_THROTTLE;
	const struct cred *old = override_creds(errand->cred);
	unsigned int nofs = memalloc_nofs_save();

	current->flags |= PF_LOCAL_THROTTLE;
	errand->ret = errand->run(errand);
	current->flags = (current->flags & ~PF_LOCAL_THROTTLE) | throttle;
	memalloc_nofs_restore(nofs);
	revert_creds(old);
}

/* Who calls this has initialised the work: for lockdep each kind of errand is of its own. */
static ssize_t fltfs_elsewhere(struct workqueue_struct *wq, struct fltfs_errand *errand,
			       ssize_t (*run)(struct fltfs_errand *errand))
{
	errand->cred = current_cred();
	errand->run = run;
	queue_work(wq, &errand->work);
	flush_work(&errand->work);
	destroy_work_on_stack(&errand->work);
	return errand->ret;
}

/* A run that another task writes. */
struct fltfs_copy_errand {
	struct fltfs_errand errand;
	struct inode *inode;
	struct fltfs_paging *paging;
};

static ssize_t fltfs_copy_run(struct fltfs_errand *errand)
{
	struct fltfs_copy_errand *job = container_of(errand, struct fltfs_copy_errand, errand);

	return fltfs_paging(job->inode, job->paging);
}

/*
 * Writes the run. The pages may be anybody's, whose data is not to be lost because this task is
 * killed. What it may do with space and privileges stays its own.
 */
static ssize_t fltfs_copy_write(struct inode *inode, struct fltfs_paging *paging)
{
	struct fltfs_copy_errand job = { .inode = inode, .paging = paging };

	if (likely(!fatal_signal_pending(current)))
		return fltfs_copy_run(&job.errand);
	INIT_WORK_ONSTACK(&job.errand.work, fltfs_errand_work);
	return fltfs_elsewhere(fltfs_copy_wq, &job.errand, fltfs_copy_run);
}

/* Was there no memory for a paging WRITE, and may there be some by now? Then it is tried again. */
bool fltfs_again(ssize_t ret, unsigned int *tries)
{
	if (likely(ret != -ENOMEM) || ++*tries == FLTFS_SEND_TRIES)
		return false;
	msleep(FLTFS_SEND_PAUSE_MS);
	return true;
}

/* What is left of a paging WRITE at the bottom, written by another task. */
struct fltfs_rest_errand {
	struct fltfs_errand errand;
	struct kiocb *iocb;
	struct iov_iter *iter;
};

static ssize_t fltfs_rest_run(struct fltfs_errand *errand)
{
	struct fltfs_rest_errand *job = container_of(errand, struct fltfs_rest_errand, errand);
	unsigned int tries = 0;
	ssize_t ret = 0;

	while (iov_iter_count(job->iter)) {
		ret = job->iocb->ki_filp->f_op->write_iter(job->iocb, job->iter);
		if (ret <= 0 && !fltfs_again(ret, &tries))
			break;
	}
	return ret;
}

/**
 * fltfs_paging_write() - a paging WRITE at the bottom
 * @iocb: lower file and position
 * @iter: the kernel's memory, as the filters left it
 *
 * A task that is being killed, or may not make files that long, does not write itself. The filters
 * have had the operation: they may have changed the memory in place, and are not asked again.
 *
 * Return: what the last write said; the data is written if nothing is left in @iter
 */
ssize_t fltfs_paging_write(struct kiocb *iocb, struct iov_iter *iter)
{
	struct fltfs_rest_errand job = { .iocb = iocb, .iter = iter };
	ssize_t ret;

	if (likely(rlimit(RLIMIT_FSIZE) == RLIM_INFINITY)) {
		ret = fltfs_rest_run(&job.errand);
		if (likely(ret != -EINTR))
			return ret;
	}
	INIT_WORK_ONSTACK(&job.errand.work, fltfs_errand_work);
	return fltfs_elsewhere(fltfs_rest_wq, &job.errand, fltfs_rest_run);
}

/*
 * Sends the run. Where there is no memory for the operation, or a filter has none, it begins anew,
 * with what the pages have then: other filters may have changed the copy in place. The bottom
 * tries by itself, so that the filters see one WRITE (fltfs_paging_write()).
 */
static ssize_t fltfs_copy_try(struct inode *inode, const struct fltfs_copy *copy, bool wait)
{
	struct fltfs_paging paging = {
		.write	= true,
		.wait	= wait,
		.pos	= copy->start,
		.buffer	= copy->buffer,
		.length	= copy->end - copy->start,
	};
	unsigned int tries = 0;
	ssize_t ret;
	loff_t pos;

	for (;;) {
		ret = fltfs_copy_write(inode, &paging);
		if (likely(ret >= 0) || paging.reached || !fltfs_again(ret, &tries))
			return ret;
		for (pos = copy->start; pos < copy->end; pos += PAGE_SIZE)
			fltfs_copy_fill(inode, copy, pos);
	}
}

/* Sends the run, if there is one. Return: 0 or a negative errno, recorded on the mapping too. */
static int fltfs_copy_send(struct inode *inode, struct fltfs_copy *copy, bool wait)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);
	size_t length = copy->end - copy->start;
	ssize_t ret;

	if (!length)
		return 0;
	ret = fltfs_copy_try(inode, copy, wait);
	/* A filter that took less has not taken it. */
	if (ret >= 0 && ret < length &&
	    ret < min_t(loff_t, length, i_size_read(inode) - copy->start))
		ret = -EIO;
	if (ret < 0)
		mapping_set_error(inode->i_mapping, ret);
	spin_lock(&fi->lock);
	if (ret < 0) {
		fi->failed++;
		fi->error = ret;
	}
	list_del(&copy->link);
	spin_unlock(&fi->lock);
	fltfs_copy_put(copy);
	wake_up_all(&fi->copies_wait);
	if (atomic_dec_and_test(&fsb->copies[copy->turn]))
		wake_up_var(&fsb->copies[copy->turn]);
	return ret < 0 ? ret : 0;
}

/* Locks a page; an unsent run is sent first where that has to be waited for. */
static int fltfs_copy_lock(struct inode *inode, struct fltfs_copy *copy, struct folio *folio,
			   bool wait)
{
	int err = 0;

	if (folio_trylock(folio))
		return 0;
	err = fltfs_copy_send(inode, copy, wait);
	folio_lock(folio);
	return err;
}

/* One page that was found dirty. Return: 0 or the error of a run that was sent. */
static int fltfs_copy_page(struct inode *inode, struct fltfs_copy *copy, struct folio *folio,
			   struct writeback_control *wbc)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	bool wait = wbc->sync_mode == WB_SYNC_ALL;
	loff_t pos = folio_pos(folio);
	int err = 0, ret;

	if (copy->end != copy->start &&
	    (copy->end != pos || copy->end - copy->start == FLTFS_COPY_SIZE))
		err = fltfs_copy_send(inode, copy, wait);
	ret = fltfs_copy_lock(inode, copy, folio, wait);
	err = err ?: ret;
	/* (No other copy of a locked page can begin.) */
	if (fltfs_copies_overlap(fi, pos, pos + PAGE_SIZE, READ_ONCE(fi->copy_number))) {
		/* An older copy of it is on its way: it must not come after this one. */
		ret = fltfs_copy_send(inode, copy, wait);
		err = err ?: ret;
		fltfs_copies_wait(inode, pos, pos + PAGE_SIZE);
	}
	if (folio->mapping != inode->i_mapping || !folio_clear_dirty_for_io(folio)) {
		folio_unlock(folio);
		return err;
	}
	wbc->nr_to_write--;
	folio_start_writeback(folio);
	/* What lies behind the end, a truncation is about to drop. */
	if (pos < i_size_read(inode))
		fltfs_copy_add(inode, copy, folio);
	folio_unlock(folio);
	folio_end_writeback(folio);
	return err;
}

static int fltfs_write_range(struct inode *inode, struct fltfs_copy *copy,
			     struct writeback_control *wbc)
{
	struct address_space *mapping = inode->i_mapping;
	bool wait = wbc->sync_mode == WB_SYNC_ALL;
	pgoff_t index = wbc->range_start >> PAGE_SHIFT, end = wbc->range_end >> PAGE_SHIFT;
	xa_mark_t tag = PAGECACHE_TAG_DIRTY;
	struct folio_batch batch;
	unsigned int i, count;
	int ret, err = 0;

	if (wbc->range_cyclic) {
		index = 0;
		end = -1;
	}
	/* What becomes dirty from here on is somebody else's to write. */
	if (wait || wbc->tagged_writepages) {
		tag_pages_for_writeback(mapping, index, end);
		tag = PAGECACHE_TAG_TOWRITE;
	}
	folio_batch_init(&batch);
	while (index <= end) {
		count = filemap_get_folios_tag(mapping, &index, end, tag, &batch);
		if (!count)
			break;
		for (i = 0; i < count; i++) {
			ret = fltfs_copy_page(inode, copy, batch.folios[i], wbc);
			err = err ?: ret;
		}
		folio_batch_release(&batch);
		/* Those that wait get all of it, errors or not. */
		if (!wait && wbc->nr_to_write <= 0)
			break;
		cond_resched();
	}
	ret = fltfs_copy_send(inode, copy, wait);
	return err ?: ret;
}

/**
 * struct fltfs_bracket - a flush that filters are told of, before and after
 * @link: in fltfs_sb.brackets
 * @inode: what is flushed
 * @task: who flushes it; for comparison only
 * @close: the operation that ends it
 */
struct fltfs_bracket {
	struct list_head link;
	const struct inode *inode;
	const struct task_struct *task;
	UCHAR close;
};

/*
 * Is this task in a bracket of the inode? What a filter flushes in the callbacks of one comes here
 * again, and needs no other.
 */
static bool fltfs_is_bracketed(struct inode *inode)
{
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);
	const struct fltfs_bracket *bracket;
	bool found = false;

	if (likely(list_empty_careful(&fsb->brackets)))
		return false;
	spin_lock(&fsb->brackets_lock);
	list_for_each_entry(bracket, &fsb->brackets, link)
		found |= bracket->inode == inode && bracket->task == current;
	spin_unlock(&fsb->brackets_lock);
	return found;
}

/* One half of a bracket around paging WRITEs. */
static noinline void fltfs_bracket_send(struct inode *inode, UCHAR major, LARGE_INTEGER *end)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct fltfs_request request = { .bottom = fltfs_bottom_nothing };
	struct flt_operation op FLT_NOT_CLEARED;
	PERESOURCE resource = NULL;
	struct fltfs_fo *fo;

	if (!fltfs_wants(inode, FLT_WANT(major)))
		return;
	spin_lock(&fi->lock);
	fo = fi->pager;
	if (fo)
		flt_file_get(&fo->base);
	spin_unlock(&fi->lock);
	if (!fo)
		return;
	flt_operation_init(&op, fo->base.volume, major, &fo->base.fo);
	op.data.RequestorMode = KernelMode;
	if (major == IRP_MJ_ACQUIRE_FOR_MOD_WRITE) {
		op.iopb.Parameters.AcquireForModifiedPageWriter.EndingOffset = end;
		op.iopb.Parameters.AcquireForModifiedPageWriter.ResourceToRelease = &resource;
	}
	op.front = &request;
	flt_operation_run(&op);
	flt_operation_fini(&op);
	flt_file_put(&fo->base);
}

/* @end: the last byte, for the flusher's; it has to last until fltfs_bracket_close(). */
static void fltfs_bracket_open(struct inode *inode, struct fltfs_bracket *bracket,
			       LARGE_INTEGER *end)
{
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);

	bracket->inode = inode;
	bracket->task = current;
	bracket->close = end ? IRP_MJ_RELEASE_FOR_MOD_WRITE : IRP_MJ_RELEASE_FOR_CC_FLUSH;
	spin_lock(&fsb->brackets_lock);
	list_add(&bracket->link, &fsb->brackets);
	spin_unlock(&fsb->brackets_lock);
	ke_hold(KE_HOLD_FLUSH);
	fltfs_bracket_send(inode, end ? IRP_MJ_ACQUIRE_FOR_MOD_WRITE : IRP_MJ_ACQUIRE_FOR_CC_FLUSH,
			   end);
}

static void fltfs_bracket_close(struct inode *inode, struct fltfs_bracket *bracket)
{
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);

	fltfs_bracket_send(inode, bracket->close, NULL);
	ke_release(KE_HOLD_FLUSH);
	spin_lock(&fsb->brackets_lock);
	list_del(&bracket->link);
	spin_unlock(&fsb->brackets_lock);
}

/*
 * What is in the lower page cache by now goes on to the disk. Else it would stay dirty there for as
 * long again; and it may count against a group of processes that waits until it has less dirty,
 * with nobody about to write it, since they are not the ones who write to the lower file.
 */
static void fltfs_flush_lower(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct file *writer;

	spin_lock(&fi->lock);
	writer = fi->writer;
	if (writer)
		get_file(writer);
	spin_unlock(&fi->lock);
	if (!writer)
		return;
	/* (An error stays with the lower file, whose fsync tells of it.) */
	filemap_flush(writer->f_mapping);
	fput(writer);
}

/* The last byte that a pass of the flusher may write. */
static loff_t fltfs_flusher_end(struct inode *inode, const struct writeback_control *wbc)
{
	loff_t size = i_size_read(inode);

	return wbc->range_cyclic ? size : min_t(u64, size, (u64)wbc->range_end + 1);
}

/**
 * fltfs_writepages() - a_ops->writepages
 * @mapping: of an upper inode
 * @wbc: which pages, and for whom
 *
 * In a flusher inside a MOD_WRITE bracket, in any other task inside a CC_FLUSH bracket, unless the
 * task is inside one already.
 *
 * Return: 0 or the first error
 */
int fltfs_writepages(struct address_space *mapping, struct writeback_control *wbc)
{
	struct inode *inode = mapping->host;
	bool flusher = current->flags & PF_WQ_WORKER;
	mempool_t *pool = fltfs_sb(inode->i_sb)->copy_pool;
	struct fltfs_bracket bracket;
	struct fltfs_copy copy = {};
	LARGE_INTEGER end;
	unsigned int nofs;
	struct page *pages;
	bool inside;
	int err;

	if (!mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return 0;
	nofs = memalloc_nofs_save();
	end.QuadPart = fltfs_flusher_end(inode, wbc);
	inside = fltfs_is_bracketed(inode);
	if (!inside)
		fltfs_bracket_open(inode, &bracket, flusher ? &end : NULL);
	pages = mempool_alloc(pool, GFP_NOFS);
	copy.buffer = page_address(pages);
	err = fltfs_write_range(inode, &copy, wbc);
	mempool_free(pages, pool);
	if (!inside)
		fltfs_bracket_close(inode, &bracket);
	/* Who waits for the lower file does more than that. */
	if (wbc->sync_mode == WB_SYNC_NONE)
		fltfs_flush_lower(inode);
	memalloc_nofs_restore(nofs);
	return err;
}

/**
 * fltfs_flush_pages() - write what is dirty in a range, and wait until it is in the lower file
 * @inode: upper inode
 * @start: where the range begins
 * @end: its last byte
 *
 * Not with a folio lock.
 *
 * Return: 0 or a negative errno
 */
int fltfs_flush_pages(struct inode *inode, loff_t start, loff_t end)
{
	return fltfs_flush_since(inode, start, end, fltfs_failures(inode));
}

/* How many writes of pages have failed so far; for fltfs_flush_since(). */
u32 fltfs_failures(struct inode *inode)
{
	return READ_ONCE(fltfs_i(inode)->failed);
}

/**
 * fltfs_flush_since() - the same, by who needs to know whether its pages were written by anybody
 * @inode: upper inode
 * @start: where the range begins
 * @end: its last byte
 * @failures: fltfs_failures() before the pages became dirty
 *
 * What failed before that is not the caller's: fsync tells of it.
 *
 * Return: 0 or a negative errno
 */
int fltfs_flush_since(struct inode *inode, loff_t start, loff_t end, u32 failures)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	int err = 0;

	if (inode->i_mapping->nrpages || !list_empty_careful(&fi->copies)) {
		err = filemap_fdatawrite_range(inode->i_mapping, start, end);
		filemap_fdatawait_range_keep_errors(inode->i_mapping, start, end);
		fltfs_copies_wait(inode, start, end == LLONG_MAX ? end : end + 1);
	}
	spin_lock(&fi->lock);
	if (!err && fi->failed != failures)
		err = fi->error;
	spin_unlock(&fi->lock);
	return err;
}

/**
 * fltfs_flush_shown() - the flush that an fsync begins with: in a bracket, dirty pages or not
 * @file: upper file in own mode
 * @start: where the range begins
 * @end: its last byte
 *
 * Return: 0, or the error of earlier or present writes that @file has not reported yet
 */
int fltfs_flush_shown(struct file *file, loff_t start, loff_t end)
{
	struct inode *inode = file_inode(file);
	struct fltfs_bracket bracket;
	int err, ret;

	fltfs_bracket_open(inode, &bracket, NULL);
	err = file_write_and_wait_range(file, start, end);
	fltfs_copies_wait(inode, start, end == LLONG_MAX ? end : end + 1);
	fltfs_bracket_close(inode, &bracket);
	ret = file_check_and_advance_wb_err(file);
	return err ?: ret;
}

/**
 * fltfs_copies_init() - what writing the pages of a mount needs
 * @fsb: the mount; one whose files may use an own page cache
 *
 * Return: 0 or -ENOMEM; fltfs_copies_exit() in either case
 */
int fltfs_copies_init(struct fltfs_sb *fsb)
{
	fsb->copy_pool = mempool_create_page_pool(FLTFS_COPIES_MIN, FLTFS_COPY_ORDER);
	return fsb->copy_pool ? 0 : -ENOMEM;
}

/* No inode of it is left. */
void fltfs_copies_exit(struct fltfs_sb *fsb)
{
	mempool_destroy(fsb->copy_pool);
}

int fltfs_page_write_init(void)
{
	fltfs_copy_wq = alloc_workqueue("fltfs-write", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!fltfs_copy_wq)
		return -ENOMEM;
	fltfs_rest_wq = alloc_workqueue("fltfs-rest", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	if (!fltfs_rest_wq) {
		destroy_workqueue(fltfs_copy_wq);
		return -ENOMEM;
	}
	return 0;
}

void fltfs_page_write_exit(void)
{
	destroy_workqueue(fltfs_rest_wq);
	destroy_workqueue(fltfs_copy_wq);
}
