// SPDX-License-Identifier: GPL-2.0
/*
 * Which page cache an inode uses, and how that changes: to the own one with the first operation
 * after a filter that needs paging I/O was attached, back when nobody needs it any more and the
 * file is opened or closed. No open and no operation fails because of it.
 *
 * To the own cache nothing has to be moved: the lower cache is current once the writes to the lower
 * file that are under way have ended. They are counted for that, in a mount that may have
 * an own page cache. Mappings of the lower file cannot be taken back, so such an inode stays as it
 * is until they are gone, which the log is told of. Back, dirty pages are written
 * and the own cache is emptied, under the inode lock that own writes hold.
 *
 * While a file is open in own mode its inode keeps one file object for paging I/O (the pager) and
 * lower files to read and write through. At the last close, which comes after the last unmapping,
 * what is dirty is written and they are let go: so nothing is ever dirty without them. The pages
 * stay; the next to open the file keeps them if nothing has changed the lower one meanwhile.
 */
#include <linux/cred.h>
#include <linux/iversion.h>
#include <linux/mm.h>
#include <linux/pagemap.h>
#include "compat/inode.h"
#include "compat/open.h"
#include "fs/cache.h"
#include "fs/request.h"

/* How long writers of the lower file are waited for at a time. */
#define FLTFS_ENTER_PATIENCE	(2 * HZ)

/*
 * Somebody maps the lower file, or may be about to, or a filter has views of its pages: then it
 * stays there, and the log is told.
 */
static bool fltfs_stays_below(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	u32 now;

	if (!READ_ONCE(fi->lower_mapped) && !mapping_mapped(fi->lower->i_mapping) &&
	    !fltfs_is_scanned(inode))
		return false;
	now = READ_ONCE(fltfs_sb(inode->i_sb)->interests);
	if (READ_ONCE(fi->told) != now && xchg(&fi->told, now) != now)
		fltfs_tell_mapped(inode);
	return true;
}

/*
 * The file is at rest, from here on: under @lock, with nothing open. The time of a change tells
 * only by its tick, so one in this tick might come again unseen; and a program that maps the lower
 * file already need not change its time. A network file system has its server's clock, but keeps
 * the server's version of the file as well.
 */
static void fltfs_rest(struct fltfs_inode *fi)
{
	struct timespec64 changed = flt_inode_ctime(fi->lower), now = current_time(fi->lower);

	lockdep_assert_held(&fi->lock);
	fi->rest_changed = timespec64_to_ns(&changed);
	fi->rest_version = inode_peek_iversion_raw(fi->lower);
	fi->rest_sure = timespec64_compare(&changed, &now) < 0 &&
			!mapping_writably_mapped(fi->lower->i_mapping);
	smp_store_release(&fi->resting, true);	/* pairs with fltfs_size() */
}

/* Under cache_lock. Return: false when writers did not end in time, and nothing has changed. */
static bool fltfs_cache_enter(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	/* A mapper sets lower_mapped before it looks at the mode. */
	WRITE_ONCE(fi->cache, FLTFS_CACHE_MOVING);
	smp_mb();	/* against fltfs_lower_begin() and fltfs_map_lower() */
	if (fltfs_stays_below(inode)) {
		WRITE_ONCE(fi->cache, FLTFS_CACHE_LOWER);
		return true;
	}
	if (!wait_var_event_timeout(&fi->writers, !atomic_read(&fi->writers),
				    FLTFS_ENTER_PATIENCE)) {
		WRITE_ONCE(fi->cache, FLTFS_CACHE_LOWER);
		return false;
	}
	/* Left by reads that were under way when the inode went the other way. */
	invalidate_inode_pages2(inode->i_mapping);
	/* Who opens the file from here on looks again, if nobody has it open. */
	spin_lock(&fi->lock);
	WRITE_ONCE(fi->resting, !atomic_read(&fi->opens));
	fi->rest_sure = false;
	spin_unlock(&fi->lock);
	i_size_write(inode, i_size_read(fi->lower));
	/* Pairs with fltfs_cache_choose(): size and mapping are settled. */
	smp_store_release(&fi->cache, FLTFS_CACHE_OWN);
	return true;
}

/**
 * fltfs_cache_choose() - settle which page cache an operation uses
 * @inode: upper inode
 * @mapping: the caller holds mmap_lock for writing
 *
 * May be called with the inode lock or mmap_lock held. A writer of the lower file may be waiting
 * for just that mmap_lock, to read its caller's memory: so nobody waits for writers for ever with
 * cache_lock held, and a mapper gives up after one attempt and takes the lower file.
 *
 * Return: true for the own one
 */
bool fltfs_cache_choose(struct inode *inode, bool mapping)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	bool settled = true;
	u8 cache;

	cache = smp_load_acquire(&fi->cache);	/* pairs with fltfs_cache_enter() */
	if (!fi->cached || !S_ISREG(inode->i_mode))
		return false;
	if (cache == FLTFS_CACHE_OWN)
		return true;
	if (cache == FLTFS_CACHE_LOWER &&
	    (!READ_ONCE(fltfs_sb(inode->i_sb)->own_cache) || fltfs_stays_below(inode)))
		return false;
	do {
		mutex_lock(&fi->cache_lock);
		if (fi->cache == FLTFS_CACHE_LOWER && READ_ONCE(fltfs_sb(inode->i_sb)->own_cache))
			settled = fltfs_cache_enter(inode);
		cache = fi->cache;
		mutex_unlock(&fi->cache_lock);
	} while (!settled && !mapping);
	return cache == FLTFS_CACHE_OWN;
}

/*
 * Our read-ahead decides what is read: the lower file system's own would fill its page cache with
 * what is there already, and make blocks that were never written look like data.
 */
static void fltfs_no_readahead(struct file *lower, bool no)
{
	spin_lock(&lower->f_lock);
	if (no)
		lower->f_mode |= FMODE_RANDOM;
	else
		lower->f_mode &= ~FMODE_RANDOM;
	spin_unlock(&lower->f_lock);
}

/*
 * Has the own cache something that the lower file lacks? A page goes from one of the three states
 * to the next, so it is looked for in that order.
 */
static bool fltfs_is_behind(struct inode *inode)
{
	struct address_space *mapping = inode->i_mapping;

	if (mapping_tagged(mapping, PAGECACHE_TAG_DIRTY))
		return true;
	smp_rmb();	/* against fltfs_copy_page() */
	if (mapping_tagged(mapping, PAGECACHE_TAG_WRITEBACK))
		return true;
	smp_rmb();	/* the same */
	return !list_empty_careful(&fltfs_i(inode)->copies);
}

/**
 * fltfs_cache_leave() - nobody needs paging I/O any more: back to the lower cache
 * @inode: upper inode, in own mode; no lock is held
 *
 * Unless the own one is mapped. A mapping may have come and gone while its pages were written, so
 * what matters is what is there when no other can come: a page that cannot be dropped, or became
 * dirty, keeps the file where it is until the next time.
 */
void fltfs_cache_leave(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	inode_lock(inode);
	if (fltfs_flush_pages(inode, 0, LLONG_MAX)) {
		inode_unlock(inode);
		return;
	}
	mutex_lock(&fi->cache_lock);
	if (fi->cache == FLTFS_CACHE_OWN && !atomic_read(&fi->maps) &&
	    !READ_ONCE(fltfs_sb(inode->i_sb)->own_cache) &&
	    !invalidate_inode_pages2(inode->i_mapping) && !fltfs_is_behind(inode)) {
		WRITE_ONCE(fi->cache, FLTFS_CACHE_LOWER);
		fltfs_copy_size(inode);
		spin_lock(&fi->lock);
		if (fi->reader)
			fltfs_no_readahead(fi->reader, false);
		spin_unlock(&fi->lock);
	}
	mutex_unlock(&fi->cache_lock);
	inode_unlock(inode);
}

/**
 * fltfs_cache_check() - does the own cache still have what the lower file has?
 * @inode: upper inode, locked; the caller has counted an open
 *
 * The lower file may have been changed by others while it was not open here.
 */
void fltfs_cache_check(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct timespec64 changed = flt_inode_ctime(fi->lower);

	lockdep_assert_held_write(&inode->i_rwsem);
	if (!READ_ONCE(fi->resting))
		return;
	if (READ_ONCE(fi->cache) == FLTFS_CACHE_OWN &&
	    (!fi->rest_sure || fi->rest_changed != timespec64_to_ns(&changed) ||
	     fi->rest_version != inode_peek_iversion_raw(fi->lower)) &&
	    /* Who opened it while the mode changed may have written: what cannot go down stays. */
	    !(fltfs_is_behind(inode) && fltfs_flush_pages(inode, 0, LLONG_MAX)))
		fltfs_own_renew(inode);
	spin_lock(&fi->lock);
	smp_store_release(&fi->resting, false);	/* the size is settled: fltfs_size() */
	spin_unlock(&fi->lock);
}

/* An upper file of a regular file is open now; ->release will come for it. */
void fltfs_inode_opened(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	if (atomic_inc_not_zero(&fi->opens))
		return;
	spin_lock(&fi->lock);
	atomic_inc(&fi->opens);
	spin_unlock(&fi->lock);
}

/**
 * fltfs_inode_closed() - an upper file of a regular file is closed
 * @inode: upper inode, still held
 *
 * In ->release, before the file's own object is let go, or under the inode lock. With the last one
 * go the pager, whose CLOSE may be sent here, and its lower files.
 */
void fltfs_inode_closed(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);
	struct file *reader, *writer;
	struct fltfs_fo *pager;

	while (atomic_dec_and_lock(&fi->opens, &fi->lock)) {
		if (unlikely(fltfs_is_behind(inode))) {
			/* Mappings have left something to write, or it is on its way. */
			atomic_inc(&fi->opens);
			spin_unlock(&fi->lock);
			fltfs_flush_pages(inode, 0, LLONG_MAX);
			continue;
		}
		pager = fi->pager;
		reader = fi->reader;
		writer = fi->writer;
		fi->pager = NULL;
		fi->reader = NULL;
		fi->writer = NULL;
		fi->lower_mapped = false;
		/* Who did not look when it was opened has not made the old answer a newer one. */
		if (READ_ONCE(fi->cache) && !fi->resting)
			fltfs_rest(fi);
		spin_unlock(&fi->lock);
		if (reader)
			flt_file_close(reader);
		if (writer)
			flt_file_close(writer);
		if (pager)
			flt_file_put(&pager->base);
		break;
	}
}

/* Is everything there that paging I/O needs? It stays there as long as the file is open. */
static bool fltfs_pager_ready(const struct fltfs_inode *fi, bool write)
{
	return READ_ONCE(fi->pager) && READ_ONCE(fi->reader) && (!write || READ_ONCE(fi->writer));
}

/* Takes what is missing from @fo and @lower. */
static void fltfs_pager_take(struct fltfs_inode *fi, struct fltfs_fo *fo, struct file *lower)
{
	spin_lock(&fi->lock);
	if (!fi->pager) {
		flt_file_get(&fo->base);
		WRITE_ONCE(fi->pager, fo);
	}
	if (lower && !fi->reader && lower->f_mode & FMODE_READ) {
		fltfs_no_readahead(lower, true);
		WRITE_ONCE(fi->reader, get_file(lower));
	}
	if (lower && !fi->writer && lower->f_mode & FMODE_WRITE)
		WRITE_ONCE(fi->writer, get_file(lower));
	spin_unlock(&fi->lock);
}

/* A lower file of the inode's own, with the rights of who mounted. */
static struct file *fltfs_pager_open(struct fltfs_fo *fo, int flags)
{
	struct path path = fltfs_fo_path(fo);
	const struct cred *old;
	struct file *lower;

	old = override_creds(fltfs_sb(fo->dentry->d_sb)->cred);
	lower = flt_file_open(&path, flags | FLTFS_LOWER_OPEN_FLAGS);
	revert_creds(old);
	return lower;
}

/**
 * fltfs_pager() - have what paging I/O of an inode needs
 * @fo: object of an open file of it
 * @write: pages may become dirty
 *
 * The first object becomes the pager. A file that was opened for writing only cannot fill pages;
 * then a lower file is opened for that.
 *
 * Return: 0 or a negative errno
 */
int fltfs_pager(struct fltfs_fo *fo, bool write)
{
	struct fltfs_inode *fi = fltfs_i(d_inode(fo->dentry));
	struct file *lower;

	if (likely(fltfs_pager_ready(fi, write)))
		return 0;
	fltfs_pager_take(fi, fo, fo->lower);
	if (!READ_ONCE(fi->reader)) {
		lower = fltfs_pager_open(fo, O_RDONLY);
		if (IS_ERR(lower))
			return PTR_ERR(lower);
		fltfs_pager_take(fi, fo, lower);
		flt_file_close(lower);
	}
	return fltfs_pager_ready(fi, write) ? 0 : -EBADF;
}

/*
 * An open object of the inode, that can write if that is wanted, referenced; or NULL. None that a
 * filter opened itself: its CLOSE would have to wait for the programs.
 */
static struct fltfs_fo *fltfs_pager_find(struct inode *inode, bool write)
{
	struct fltfs_stream *stream = READ_ONCE(fltfs_i(inode)->stream);
	struct fltfs_fo *fo, *found = NULL;

	if (!stream)
		return NULL;
	spin_lock(&stream->lock);
	list_for_each_entry(fo, &stream->opens, link) {
		if (fo->lower && (!write || fo->lower->f_mode & FMODE_WRITE) &&
		    !test_bit(FLTFS_FO_OWN, &fo->state) &&
		    refcount_inc_not_zero(&fo->base.refs)) {
			found = fo;
			break;
		}
	}
	spin_unlock(&stream->lock);
	return found;
}

/**
 * fltfs_pager_by_path() - the same for an inode that need not be open
 * @dentry: upper dentry; the caller has counted an open (fltfs_inode_opened())
 * @write: pages may become dirty
 *
 * Where no object is open, one of the shim's own stands in (FILEOBJ-25): no create was seen for it,
 * and no end will be.
 *
 * Return: 0 or a negative errno
 */
int fltfs_pager_by_path(struct dentry *dentry, bool write)
{
	struct fltfs_inode *fi = fltfs_i(d_inode(dentry));
	struct fltfs_fo *fo;
	struct file *lower;
	int err;

	if (fltfs_pager_ready(fi, write))
		return 0;
	fo = fltfs_pager_find(d_inode(dentry), write);
	if (fo) {
		err = fltfs_pager(fo, write);
		goto put;
	}
	fo = fltfs_fo_new(dentry);
	if (!fo)
		return -ENOMEM;
	err = fltfs_fo_opened(fo, FILE_READ_DATA | FILE_WRITE_DATA);
	if (err)
		goto put;
	clear_bit(FLTFS_FO_OPEN, &fo->state);
	fltfs_fo_flag(fo, FO_STREAM_FILE);
	lower = fltfs_pager_open(fo, write ? O_RDWR : O_RDONLY);
	if (IS_ERR(lower)) {
		err = PTR_ERR(lower);
		goto put;
	}
	fltfs_pager_take(fi, fo, lower);
	flt_file_close(lower);
put:
	flt_file_put(&fo->base);
	return err;
}

/*
 * A mapping of the own cache is made: counted unless the inode has just left it. Filters see that
 * there is one, of which kind, until the last one is gone.
 */
bool fltfs_map_own(struct fltfs_fo *fo, bool execute)
{
	struct inode *inode = d_inode(fo->dentry);
	struct fltfs_inode *fi = fltfs_i(inode);
	bool own;

	mutex_lock(&fi->cache_lock);
	own = fi->cache == FLTFS_CACHE_OWN;
	if (own) {
		atomic_inc(&fi->maps);
		flt_sections_mapped(&fo->stream->sections, execute);
	}
	mutex_unlock(&fi->cache_lock);
	return own;
}

void fltfs_unmap_own(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	if (!atomic_dec_and_mutex_lock(&fi->maps, &fi->cache_lock))
		return;
	flt_sections_unmapped(&fi->stream->sections);
	mutex_unlock(&fi->cache_lock);
}

/*
 * A mapping of the lower file is about to be made. It can be seen there only after ->mmap has
 * returned, so the inode remembers until no file of it is open: the mapper's is, all that time.
 * False when the inode uses the own cache by now.
 */
bool fltfs_map_lower(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	WRITE_ONCE(fi->lower_mapped, true);
	smp_mb();	/* against fltfs_cache_enter() */
	return READ_ONCE(fi->cache) == FLTFS_CACHE_LOWER;
}
