// SPDX-License-Identifier: GPL-2.0
/*
 * Asynchronous reads and writes in pass-through: a request of our own goes down, and its completion
 * completes the caller's. Completion may come in hard interrupt, in the submitter before the
 * submission returns, or in a worker of the lower file system; nothing done there takes a lock.
 *
 * A request has two references, the submitter's and the completion's: a lower file system may look
 * at its kiocb after it has completed it.
 */
#include <linux/slab.h>
#include "compat/kiocb.h"
#include "fs/cache.h"
#include "fs/request.h"

/**
 * struct fltfs_aio - a request under way
 * @iocb: what the lower file sees
 * @caller: what the caller waits for; not ours any more once it was completed
 * @refs: submitter and completion
 */
struct fltfs_aio {
	struct kiocb iocb;
	struct kiocb *caller;
	refcount_t refs;
};

static struct kmem_cache *fltfs_aio_cache;

static void fltfs_aio_put(struct fltfs_aio *aio)
{
	if (refcount_dec_and_test(&aio->refs))
		kmem_cache_free(fltfs_aio_cache, aio);
}

/* What is common to both ways of ending: the position, and what a write has changed. */
static void fltfs_aio_finish(struct fltfs_aio *aio)
{
	struct kiocb *caller = aio->caller;

	caller->ki_pos = aio->iocb.ki_pos;
	if (aio->iocb.ki_flags & IOCB_WRITE) {
		struct super_block *sb = file_inode(aio->iocb.ki_filp)->i_sb;

		__sb_writers_acquired(sb, SB_FREEZE_WRITE);
		sb_end_write(sb);
		fltfs_copy_size(file_inode(caller->ki_filp));
		fltfs_lower_end(file_inode(caller->ki_filp));
	}
}

static void fltfs_aio_complete(struct kiocb *iocb, long res)
{
	struct fltfs_aio *aio = container_of(iocb, struct fltfs_aio, iocb);
	struct kiocb *caller = aio->caller;

	fltfs_aio_finish(aio);
	caller->ki_complete(caller, res);
	fltfs_aio_put(aio);
}

static struct fltfs_aio *fltfs_aio_new(struct kiocb *caller, struct file *lower, int flags)
{
	gfp_t gfp = caller->ki_flags & IOCB_NOWAIT ? GFP_NOWAIT : GFP_KERNEL;
	struct fltfs_aio *aio = kmem_cache_alloc(fltfs_aio_cache, gfp);

	if (!aio)
		return NULL;
	memset(&aio->iocb, 0, sizeof(aio->iocb));
	aio->iocb.ki_filp = lower;
	aio->iocb.ki_pos = caller->ki_pos;
	aio->iocb.ki_flags = (caller->ki_flags & FLT_IOCB_REQUEST) | flags;
	aio->iocb.ki_ioprio = caller->ki_ioprio;
	aio->iocb.ki_complete = fltfs_aio_complete;
	aio->caller = caller;
	refcount_set(&aio->refs, 2);
	return aio;
}

static int fltfs_aio_nomem(const struct kiocb *caller)
{
	return caller->ki_flags & IOCB_NOWAIT ? -EAGAIN : -ENOMEM;
}

/* The lower method returned: either the completion is owed or was made, or there will be none. */
static ssize_t fltfs_aio_submitted(struct fltfs_aio *aio, ssize_t ret)
{
	if (ret != -EIOCBQUEUED) {
		fltfs_aio_finish(aio);
		fltfs_aio_put(aio);
	}
	fltfs_aio_put(aio);
	return ret;
}

ssize_t fltfs_aio_read(struct kiocb *iocb, struct file *lower, struct iov_iter *iter)
{
	struct fltfs_aio *aio = fltfs_aio_new(iocb, lower, 0);

	if (!aio)
		return fltfs_aio_nomem(iocb);
	return fltfs_aio_submitted(aio, lower->f_op->read_iter(&aio->iocb, iter));
}

/*
 * Freeze protection of the lower file system, and what is begun on the inode (fltfs_lower_begin()),
 * are held until completion, in whatever context. The first may have to be waited for, so it comes
 * first: a change to the own page cache waits for what has begun.
 */
ssize_t fltfs_aio_write(struct kiocb *iocb, struct file *lower, struct iov_iter *iter)
{
	struct super_block *sb = file_inode(lower)->i_sb;
	struct fltfs_aio *aio = fltfs_aio_new(iocb, lower, IOCB_WRITE);

	if (!aio)
		return fltfs_aio_nomem(iocb);
	if (unlikely(iocb->ki_flags & IOCB_NOWAIT)) {
		if (!sb_start_write_trylock(sb)) {
			kmem_cache_free(fltfs_aio_cache, aio);
			return -EAGAIN;
		}
	} else {
		sb_start_write(sb);
	}
	if (unlikely(!fltfs_lower_begin(file_inode(iocb->ki_filp)))) {
		sb_end_write(sb);
		kmem_cache_free(fltfs_aio_cache, aio);
		return fltfs_own_iter(iocb, iter, true);
	}
	/* The completion may run in another task: tell lockdep that this one let go. */
	__sb_writers_release(sb, SB_FREEZE_WRITE);
	return fltfs_aio_submitted(aio, lower->f_op->write_iter(&aio->iocb, iter));
}

/* With a constructor, requests are not cleared at each allocation where init_on_alloc is set. */
static void fltfs_aio_init_once(void *object)
{
	memset(object, 0, sizeof(struct fltfs_aio));
}

int fltfs_aio_init(void)
{
	fltfs_aio_cache = kmem_cache_create("fltfs_aio", sizeof(struct fltfs_aio), 0,
					    SLAB_HWCACHE_ALIGN, fltfs_aio_init_once);
	return fltfs_aio_cache ? 0 : -ENOMEM;
}

void fltfs_aio_exit(void)
{
	kmem_cache_destroy(fltfs_aio_cache);
}
