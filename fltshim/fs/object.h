/* SPDX-License-Identifier: GPL-2.0 */
/*
 * File objects of fltfs: what filters see of an open file, or of one operation on a path. Nothing
 * of this exists for files that no filter is interested in.
 */
#ifndef FS_OBJECT_H
#define FS_OBJECT_H

#include "fltmgr/file_object.h"
#include "fltmgr/operation.h"
#include "fltmgr/section.h"
#include "fltmgr/volume.h"
#include "fs/fltfs.h"

struct fltfs_lister;
struct fltfs_scan;

/**
 * struct fltfs_stream - what all file objects of an inode share; FsContext points to @header
 * @contexts: of file and stream
 * @header: for filters that use FsRtl macros
 * @sections: SectionObjectPointer, and data scans
 * @inode: whose it is
 * @lock: protects @opens and the marks of those in it, and @keepers
 * @opens: file objects that are open, the newest first
 * @keepers: lock owners whose locks a filter keeps (lock.c)
 */
struct fltfs_stream {
	struct flt_anchor contexts;
	FSRTL_ADVANCED_FCB_HEADER header;
	struct flt_sections sections;
	struct inode *inode;
	spinlock_t lock;	/* opens, keepers */
	struct list_head opens;
	struct list_head keepers;
};

/* state bits of a file object; only these decide, the filter-visible copies do not */
enum {
	FLTFS_FO_OPEN,		/* the create succeeded: CLEANUP and CLOSE are owed */
	FLTFS_FO_CLEANED,	/* CLEANUP was sent */
	FLTFS_FO_CLOSED,	/* CLOSE was sent */
	FLTFS_FO_DELETE,	/* the name goes with CLEANUP */
	FLTFS_FO_POSIX,		/* ... with this one, even if it is open elsewhere */
	FLTFS_FO_TRUNCATED,	/* the create dealt with O_TRUNC: the VFS's own has no effect */
	FLTFS_FO_PINNED,	/* it outlives its file and keeps the super block */
	FLTFS_FO_NAMELESS,	/* made without a name; FileName is made up */
	FLTFS_FO_OWN,		/* a filter opened it; the filter manager sends CLEANUP and CLOSE */
	FLTFS_FO_VOLUME,	/* it is the volume itself */
	FLTFS_FO_WRITER,	/* it counts as a writer of its inode */
};

/**
 * struct fltfs_fo - a file object
 * @base: filter manager's part
 * @dentry: upper dentry, referenced
 * @below: what a filter's own open stands for, if it is not what @dentry does: another name of the
 *	same file, perhaps; or of a program's file, what a filter has renamed; referenced, and
 *	never another one while it is open
 * @lower: lower file, closed with the object; NULL when the object is for one operation by path
 * @stream: of the dentry's inode, once open
 * @link: in @stream->opens
 * @opener: thread group that opened it, referenced
 * @granted: access that the create asked for, as the filters left it
 * @sync: IOCB_* of each write: IOCB_DSYNC when a filter asked for write-through, IOCB_APPEND where
 *	it may do no more than append
 * @state: FLTFS_FO_* bits
 * @scan: directory being listed
 * @lister: the same for filters that list it themselves (own_scan.c)
 * @ea_cursor: extended attributes that the QUERY_EA of filters have told of
 * @maps: mappings of the own page cache made through it
 */
struct fltfs_fo {
	struct flt_file base;
	struct dentry *dentry;
	struct dentry *below;
	struct file *lower;
	struct fltfs_stream *stream;
	struct list_head link;
	struct pid *opener;
	ACCESS_MASK granted;
	int sync;
	unsigned long state;
	struct fltfs_scan *scan;
	struct fltfs_lister *lister;
	unsigned int ea_cursor;
	atomic_t maps;
};

static inline struct fltfs_fo *fltfs_fo_of(PFILE_OBJECT fo)
{
	return container_of(flt_file_of(fo), struct fltfs_fo, base);
}

static inline struct flt_volume *fltfs_volume(const struct super_block *sb)
{
	return fltfs_sb(sb)->volume;
}

/* Is any filter of this mount interested in one of the operations? One load and one branch. */
static inline bool fltfs_wants(const struct inode *inode, u64 mask)
{
	return unlikely(flt_volume_wants(fltfs_i(inode)->volume, mask));
}

/* Is somebody to be told before data of the file goes (fltfs_conflict())? */
static inline bool fltfs_is_scanned(const struct inode *inode)
{
	const struct fltfs_stream *stream = READ_ONCE(fltfs_i(inode)->stream);

	return unlikely(stream && flt_sections_scanned(&stream->sections));
}

static inline struct path fltfs_fo_path(const struct fltfs_fo *fo)
{
	struct path path = fltfs_lower_path(fo->dentry);

	if (unlikely(fo->below))
		path.dentry = fo->below;
	return path;
}

/*
 * May a filter change the file so? Its own one was opened for that or not; a program's is open for
 * less than its user may do on Linux.
 */
static inline bool fltfs_own_may(const struct fltfs_fo *fo, ACCESS_MASK access)
{
	return !test_bit(FLTFS_FO_OWN, &fo->state) || (fo->granted & access) == access;
}

/* Set a flag in the copy that filters see; others may be doing the same. */
static inline void fltfs_fo_flag(struct fltfs_fo *fo, ULONG flag)
{
	if (!(READ_ONCE(fo->base.fo.Flags) & flag))
		set_mask_bits(&fo->base.fo.Flags, 0, flag);
}

struct fltfs_fo *fltfs_fo_new(struct dentry *dentry);
void fltfs_fo_free(struct flt_file *base);
void fltfs_unpin_init(struct fltfs_sb *fsb);
void fltfs_unpin(struct super_block *sb);
void fltfs_unpin_later(struct work_struct *work);
int fltfs_fo_opened(struct fltfs_fo *fo, ACCESS_MASK access);
void fltfs_fo_list(struct fltfs_fo *fo);
void fltfs_fo_forget(struct fltfs_fo *fo);
bool fltfs_fo_clean(struct fltfs_fo *fo, bool *marked);
void fltfs_fo_cleanup(struct fltfs_fo *fo);
void fltfs_fo_release(struct fltfs_fo *fo);
struct fltfs_fo *fltfs_fo_own(struct dentry *dentry);
void fltfs_stream_free(struct fltfs_stream *stream);
void fltfs_keepers_free(struct fltfs_stream *stream);
int fltfs_fo_cache_create(void);
void fltfs_fo_cache_destroy(void);

/*
 * An upper file holds its lower file, or its file object (then the lowest bit is set), which holds
 * the lower file. The first becomes the second when a filter gets interested in a file that was
 * opened before; never the other way round.
 */
static inline struct fltfs_fo *fltfs_file_fo(const struct file *file)
{
	unsigned long private = (unsigned long)READ_ONCE(file->private_data);

	return private & 1 ? (struct fltfs_fo *)(private - 1) : NULL;
}

static inline struct file *fltfs_lower_file(const struct file *file)
{
	unsigned long private = (unsigned long)READ_ONCE(file->private_data);

	if (likely(!(private & 1)))
		return (struct file *)private;
	return ((struct fltfs_fo *)(private - 1))->lower;
}

/* F_SETFL changes these at any time. */
#define FLTFS_RW_FLAGS	(O_APPEND | O_DIRECT | O_NONBLOCK | O_NOATIME)

static inline bool fltfs_rw_differs(const struct file *file, const struct file *lower)
{
	return (file->f_flags ^ lower->f_flags) & FLTFS_RW_FLAGS;
}

/* The lower file of a read or write, with the flags that the upper one has now. */
static inline struct file *fltfs_rw_file(struct file *file)
{
	struct file *lower = fltfs_lower_file(file);

	if (unlikely(fltfs_rw_differs(file, lower)))
		fltfs_sync_flags(file, lower);
	return lower;
}

static inline void fltfs_file_set_fo(struct file *file, struct fltfs_fo *fo)
{
	file->private_data = (void *)((unsigned long)fo | 1);
}

struct fltfs_fo *fltfs_file_make_fo(struct file *file);

/**
 * fltfs_file_get_fo() - the file object of an open file, made now if need be
 * @file: open upper file, held by the caller
 *
 * Return: the object, which lives as long as the file, or NULL for lack of memory.
 */
static inline struct fltfs_fo *fltfs_file_get_fo(struct file *file)
{
	struct fltfs_fo *fo = fltfs_file_fo(file);

	if (unlikely(!fo))
		return fltfs_file_make_fo(file);
	fltfs_fo_flag(fo, FO_HANDLE_CREATED);
	return fo;
}

#endif
