/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Whose page cache holds the data of a file: the lower file system's (pass-through), or fltfs's
 * own, where misses and dirty pages go down the stack as paging READ and WRITE. The own one is
 * used while a filter needs to see paging I/O; cache_mode.c changes from one to the other.
 *
 * Locks, outermost first: upper inode lock, mmap_lock, fltfs_inode.cache_lock, invalidate_lock of
 * the upper mapping, upper folio lock, fltfs_inode.lock; then the lower file system's own, except
 * that a change of the lower file is made with no invalidate_lock held. A filter's paging READ runs
 * under the locks of its folios. A paging WRITE holds none: its pages were copied.
 */
#ifndef FS_CACHE_H
#define FS_CACHE_H

#include <linux/mm_types.h>
#include <linux/stat.h>
#include "fs/object.h"

struct fltfs_transfer;
struct vm_area_struct;
struct writeback_control;

/* "The file has left own mode meanwhile": no error that anything else comes back with. */
#define FLTFS_LEFT	(-EOPENSTALE)

#define FLTFS_WANT_PAGING	(FLT_WANT_READ_PAGING | FLT_WANT_WRITE_PAGING)

/* cache_mode.c */
bool fltfs_cache_choose(struct inode *inode, bool mapping);
void fltfs_cache_leave(struct inode *inode);
void fltfs_cache_check(struct inode *inode);
void fltfs_inode_opened(struct inode *inode);
void fltfs_inode_closed(struct inode *inode);
int fltfs_pager(struct fltfs_fo *fo, bool write);
int fltfs_pager_by_path(struct dentry *dentry, bool write);
bool fltfs_map_own(struct fltfs_fo *fo, bool execute);
bool fltfs_map_lower(struct inode *inode);
void fltfs_unmap_own(struct inode *inode);

/* Is it to be asked where the file's data is? */
static __always_inline bool fltfs_may_own(const struct inode *inode)
{
	const struct fltfs_inode *fi = fltfs_i(inode);

	return unlikely(READ_ONCE(fi->cache) ||
			(flt_volume_wants(fi->volume, FLTFS_WANT_PAGING) &&
			 READ_ONCE(fltfs_sb(inode->i_sb)->own_cache)));
}

/* The same in one test with what filters of these kinds of interest want to see of it. */
static __always_inline bool fltfs_is_plain(const struct inode *inode, u64 wants)
{
	const struct fltfs_inode *fi = fltfs_i(inode);

	return likely(!flt_volume_wants(fi->volume, wants | FLTFS_WANT_PAGING) &&
		      !READ_ONCE(fi->cache));
}

/* Is the file's data in the own page cache? To be asked by each entry point before it starts. */
static inline bool fltfs_own(struct inode *inode)
{
	return fltfs_may_own(inode) && fltfs_cache_choose(inode, false);
}

/* A file is being opened or was closed, and no lock is held: the time to go back. */
static inline void fltfs_cache_open(struct inode *inode)
{
	const struct fltfs_inode *fi = fltfs_i(inode);

	if (unlikely(READ_ONCE(fi->cache) == FLTFS_CACHE_OWN) && !atomic_read(&fi->maps) &&
	    !READ_ONCE(fltfs_sb(inode->i_sb)->own_cache))
		fltfs_cache_leave(inode);
}

/*
 * Around what changes the data of the lower file directly. False, and nothing to end, when the data
 * is in the own page cache by now; a change to that waits for those that are under way.
 */
static inline bool fltfs_lower_begin(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	if (likely(!fi->cached))
		return true;
	atomic_inc(&fi->writers);
	smp_mb__after_atomic();	/* against fltfs_cache_enter(): it sees the writer, or we see it */
	if (likely(!READ_ONCE(fi->cache)))
		return true;
	if (atomic_dec_and_test(&fi->writers))
		wake_up_var(&fi->writers);
	return false;
}

/* Any context. The inode may be gone afterwards unless the caller keeps it. */
static inline void fltfs_lower_end(struct inode *inode)
{
	struct fltfs_inode *fi = fltfs_i(inode);

	if (likely(!fi->cached))
		return;
	if (atomic_dec_and_test(&fi->writers) && unlikely(READ_ONCE(fi->cache)))
		wake_up_var(&fi->writers);
}

/* The same, by asking until one of the two is settled: true for the lower file. */
static inline bool fltfs_lower_or_own(struct inode *inode)
{
	for (;;) {
		if (fltfs_own(inode))
			return false;
		if (fltfs_lower_begin(inode))
			return true;
	}
}

/* Where the file ends: while it is open, with the own page cache, the lower file may be behind. */
static inline loff_t fltfs_size(const struct inode *inode)
{
	const struct fltfs_inode *fi = fltfs_i(inode);

	/* Pairs with fltfs_rest() and fltfs_cache_check(). */
	if (unlikely(READ_ONCE(fi->cache) == FLTFS_CACHE_OWN) && !smp_load_acquire(&fi->resting))
		return i_size_read(inode);
	return i_size_read(fi->lower);
}

/*
 * The same in the lower file's attributes. They may be older than the moment at which the file came
 * to rest, so the size is asked for again.
 */
static inline void fltfs_stat_size(const struct inode *inode, struct kstat *stat)
{
	if (unlikely(READ_ONCE(fltfs_i(inode)->cache) == FLTFS_CACHE_OWN))
		stat->size = fltfs_size(inode);
}

/* volume.c */
void fltfs_tell_mapped(struct inode *inode);

/* pages.c */

/**
 * struct fltfs_paging - a paging READ or WRITE
 * @write: which
 * @wait: somebody waits for it (IRP_SYNCHRONOUS_PAGING_IO)
 * @data: of a READ: the lower file has data where it begins
 * @pos: where in the file, page-aligned
 * @buffer: kernel memory
 * @length: whole pages. Of the last one of a write only what lies before the end of the file
 *	reaches the lower file.
 * @reached: set when it came to the lower file, through all filters
 */
struct fltfs_paging {
	bool write;
	bool wait;
	bool data;
	loff_t pos;
	void *buffer;
	size_t length;
	bool reached;
};

extern const struct address_space_operations fltfs_aops;
extern const struct vm_operations_struct fltfs_vm_ops;
void fltfs_faults_stop(struct inode *inode);
void fltfs_faults_go(struct inode *inode);
int fltfs_fill(struct inode *inode, struct folio **folios, unsigned int count, bool wait);
struct folio *fltfs_grab(struct inode *inode, pgoff_t index, bool fill);
ssize_t fltfs_paging(struct inode *inode, struct fltfs_paging *paging);
void fltfs_bottom_paging(struct flt_operation *op);

/* page_write.c */
int fltfs_writepages(struct address_space *mapping, struct writeback_control *wbc);
bool fltfs_again(ssize_t ret, unsigned int *tries);
ssize_t fltfs_paging_write(struct kiocb *iocb, struct iov_iter *iter);
void fltfs_copies_wait(struct inode *inode, loff_t start, loff_t end);
void fltfs_copies_wait_all(struct super_block *sb);
int fltfs_flush_pages(struct inode *inode, loff_t start, loff_t end);
int fltfs_flush_since(struct inode *inode, loff_t start, loff_t end, u32 failures);
u32 fltfs_failures(struct inode *inode);
int fltfs_flush_shown(struct file *file, loff_t start, loff_t end);
int fltfs_copies_init(struct fltfs_sb *fsb);
void fltfs_copies_exit(struct fltfs_sb *fsb);
int fltfs_page_write_init(void);
void fltfs_page_write_exit(void);

/* own.c */
ssize_t fltfs_own_transfer(struct kiocb *iocb, struct iov_iter *iter, bool write);
ssize_t fltfs_own_iter(struct kiocb *iocb, struct iov_iter *iter, bool write);
void fltfs_own_touched(struct inode *inode, loff_t pos, size_t length);
void fltfs_own_behind(struct inode *inode);
void fltfs_own_renew(struct inode *inode);
int fltfs_truncate(struct dentry *dentry, struct iattr *attr,
		   int (*lower)(struct dentry *dentry, struct iattr *attr));
int fltfs_resize_below(struct dentry *dentry, struct iattr *attr);
int fltfs_fallocate_lower(struct fltfs_fo *fo, struct file *file, int mode, loff_t offset,
			  loff_t len);

#endif
