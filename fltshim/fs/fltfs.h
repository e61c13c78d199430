/* SPDX-License-Identifier: GPL-2.0 */
/*
 * fltfs, the stackable file system: what its files share. An upper object (super block, inode,
 * dentry, file) is ours; the lower one is what it stands for on the file system below.
 *
 * Lifetimes: an upper inode holds its lower inode until it is evicted, and never changes it. An
 * upper dentry holds its lower dentry in d_fsdata, negative ones too. A positive upper dentry
 * always has a positive lower dentry with the lower inode of its inode (see fltfs_unlink()). An
 * upper file holds one lower file from ->open to ->release.
 */
#ifndef FS_FLTFS_H
#define FS_FLTFS_H

#include <linux/fs.h>
#include <linux/mount.h>
#include <linux/workqueue.h>
#include <linux/xarray.h>
#include "compat/acl.h"
#include "compat/idmap.h"
#include "compat/inode.h"
#include "compat/lock.h"

struct flt_volume;
struct fltfs_fo;
struct fltfs_known_name;
struct fltfs_reuse;
struct fltfs_stream;

#define FLTFS_NAME	"fltfs"
#define FLTFS_MAGIC	0x464c5446

/*
 * Added to the flags of every lower open: watchers of the lower file system are not told of each
 * access a second time.
 */
#define FLTFS_LOWER_OPEN_FLAGS	(O_LARGEFILE | __FMODE_NONOTIFY)

/**
 * struct fltfs_sb - a mounted fltfs
 * @mnt: private mount of the lower directory tree
 * @sb: the lower super block
 * @upper: the upper one
 * @volume: what filters attach to
 * @mounts: among all mounts, from the moment it is complete until it goes
 * @moves: how many directories were renamed; names cached before are void
 * @dev: device number of the root below, as stat() says it
 * @devices: index of each other device in the tree (fltfs_file_id())
 * @nr_devices: how many of them
 * @query_open: everybody who is interested in a stat takes it as QUERY_OPEN
 * @passive: completions run filters at PASSIVE_LEVEL, in a worker
 * @classes_ex: removal, rename and link are shown with their Ex classes
 * @type_said: the volume's type was chosen at the mount
 * @create_locked: callbacks of a create that may make a file run with its directory locked
 * @create_waits: some filter may wait in its callbacks of a create
 * @cache: enum fltfs_cache_option
 * @write_back: writes to the own page cache stay there for a while
 * @zeroing: enum fltfs_zeroing
 * @own_cache: some filter needs paging I/O, so files use fltfs's own page cache (fs/cache.h)
 * @interests: how often what filters want has changed; at least once when one is there
 * @told: the log has been told of a file that cannot, since it is mapped; since the last of these
 * @cached: files may use an own page cache, now or after a remount; as it was mounted
 * @copies: how many runs of dirty pages are on their way down, by @copies_turn when they began
 * @copies_turn: changed by each sync
 * @copies_lock: one sync at a time waits for them
 * @brackets: flushes that filters are being told of (page_write.c)
 * @brackets_lock: protects them
 * @copy_pool: memory that they can have at any time; NULL unless @cached
 * @reuse: lower files are kept for the next open; changed under @reuse_lock
 * @nr_reused: how many are in @reused
 * @reuse_lock: protects the next and the last two
 * @reused: the inodes' struct fltfs_reuse, the one that came first at the front
 * @reuse_excess: how many of them are to go for lack of memory
 * @reuse_work: sees to that
 * @cred: who mounted
 * @mapped: the lower mount shows other owners than the file system below has
 * @shows_clones: whoever wants to see writes sees control requests too, so may see blocks shared
 * @unpin: drops the last reference of a file object: it unmounts, which no context of a filter may
 *	be kept for
 */
struct fltfs_sb {
	struct vfsmount *mnt;
	struct super_block *sb;
	struct super_block *upper;
	struct flt_volume *volume;
	struct list_head mounts;
	atomic_t moves;
	dev_t dev;
	struct xarray devices;
	atomic_t nr_devices;
	bool query_open;
	bool passive;
	bool classes_ex;
	bool type_said;
	bool create_locked;
	bool create_waits;
	bool shows_clones;
	bool mapped;
	struct work_struct unpin;
	u8 cache;
	bool write_back;
	u8 zeroing;
	bool own_cache;
	bool told;
	u32 interests;
	bool cached;
	u8 copies_turn;
	atomic_t copies[2];
	struct mutex copies_lock;	/* copies_turn */
	struct list_head brackets;
	spinlock_t brackets_lock;	/* brackets */
	struct mempool_s *copy_pool;
	bool reuse;
	unsigned int nr_reused;
	spinlock_t reuse_lock;	/* reuse, nr_reused, reused */
	struct list_head reused;
	atomic_long_t reuse_excess;
	struct work_struct reuse_work;
	const struct cred *cred;
};

/* When files use fltfs's own page cache (mount option "cache"). */
enum fltfs_cache_option {
	FLTFS_CACHE_NEVER,
	/* while a filter takes paging I/O and leaves cached I/O alone: the default */
	FLTFS_CACHE_AUTO,
	FLTFS_CACHE_ALWAYS,	/* while a filter takes paging I/O */
};

/* Can files below have a range made zero (FALLOC_FL_ZERO_RANGE)? */
enum fltfs_zeroing {
	FLTFS_ZEROING_UNKNOWN,
	FLTFS_ZEROING_CAN,
	FLTFS_ZEROING_NONE,
};

/* Whose page cache an inode uses. */
enum fltfs_cache {
	FLTFS_CACHE_LOWER,	/* the lower file system's */
	FLTFS_CACHE_MOVING,	/* on the way to the own one; fltfs_inode.cache_lock is held */
	FLTFS_CACHE_OWN,
};

/**
 * struct fltfs_inode - an upper inode
 * @lower: the lower inode; valid until the RCU-delayed free, so path walk may read it
 * @volume: the mount's, here to be one load away
 * @stream: what file objects of this inode share; NULL until the first one is open
 * @moves: how often a name of it, if it is no directory, was changed into another
 * @known: the last name that filters were shown, or NULL; RCU (name.c)
 * @cache: enum fltfs_cache; changed under @cache_lock, to the lower one under the inode lock too
 * @lower_mapped: the lower file was mapped since the last time that no file was open
 * @told: fltfs_sb.interests when the log was last told that the lower file is mapped
 * @cached: fltfs_sb.cached: else nothing of all this is used
 * @frozen: no page of a mapping may become dirty; under the inode lock
 * @resting: the lower file has all the data, and may be changed behind the own cache: set when the
 *	last open one was closed, until the next one has looked (fltfs_cache_check()); under @lock
 * @rest_sure: whatever changes it since then shows in the next two; the same
 * @rest_changed: the lower file's change time when it came to rest, in ns; the same
 * @rest_version: its i_version; the same
 * @faulting: pages of mappings that are becoming dirty
 * @writers: changes of the lower file under way that a change of @cache waits for
 * @opens: open upper files of a regular file; it becomes 0 under @lock
 * @maps: mappings of the own page cache
 * @cache_lock: one change of @cache, or one new mapping, at a time
 * @lock: protects the next eight, @resting to @rest_version, @lower_mapped's reset and the last of
 *	@opens
 * @copy_number: how many of @copies have begun
 * @pager: file object that paging I/O is shown on, referenced; while a file is open
 * @reader: lower file that pages are read from; the same
 * @writer: lower file that pages are written to; the same
 * @copies: copies of dirty pages on their way down (page_write.c)
 * @failed: how many of @copies did not arrive
 * @error: why the last one did not
 * @copies_wait: who waits for them, or for @frozen or @faulting
 * @special: the kernel's own methods of a FIFO, socket or device node
 * @reuse: of a regular file: the lower file that is kept for the next open, or NULL (reuse.c)
 * @vfs: the VFS part
 */
struct fltfs_inode {
	struct inode *lower;
	struct flt_volume *volume;
	struct fltfs_stream *stream;
	struct fltfs_known_name __rcu *known;
	u8 cache;
	bool lower_mapped;
	bool cached;
	bool frozen;
	bool resting;
	bool rest_sure;
	u32 moves;
	u32 told;
	atomic_t writers;
	atomic_t opens;
	atomic_t maps;
	atomic_t faulting;
	struct mutex cache_lock;	/* changes of cache */
	spinlock_t lock;		/* copy_number to error */
	u32 copy_number;
	struct fltfs_fo *pager;
	struct file *reader;
	struct file *writer;
	struct list_head copies;
	u32 failed;
	int error;
	wait_queue_head_t copies_wait;
	s64 rest_changed;
	u64 rest_version;
	union {
		const struct file_operations *special;
		struct fltfs_reuse *reuse;
	};
	struct inode vfs;
};

static inline struct fltfs_sb *fltfs_sb(const struct super_block *sb)
{
	return sb->s_fs_info;
}

static inline struct fltfs_inode *fltfs_i(const struct inode *inode)
{
	return container_of(inode, struct fltfs_inode, vfs);
}

static inline struct inode *fltfs_lower_inode(const struct inode *inode)
{
	return fltfs_i(inode)->lower;
}

static inline struct dentry *fltfs_lower_dentry(const struct dentry *dentry)
{
	return dentry->d_fsdata;
}

/* No reference is taken: the upper dentry's lasts as long as the caller's hold on that. */
static inline struct path fltfs_lower_path(const struct dentry *dentry)
{
	return (struct path) {
		.mnt = fltfs_sb(dentry->d_sb)->mnt,
		.dentry = fltfs_lower_dentry(dentry),
	};
}

static inline flt_idmap *fltfs_lower_idmap(const struct super_block *sb)
{
	return flt_mnt_idmap(fltfs_sb(sb)->mnt);
}

/* params.c */
int fltfs_init_fs_context(struct fs_context *fc);

/* super.c */
extern struct file_system_type fltfs_type;
int fltfs_get_tree(struct fs_context *fc);
int fltfs_reconfigure(struct fs_context *fc);
int fltfs_init(void);
void fltfs_exit(void);

/* inode.c */
struct inode *fltfs_iget(struct super_block *sb, struct inode *lower);
struct inode *fltfs_alloc_inode(struct super_block *sb);
void fltfs_free_inode(struct inode *inode);
void fltfs_evict_inode(struct inode *inode);
int fltfs_drop_inode(struct inode *inode);
int fltfs_inode_cache_create(void);
void fltfs_inode_cache_destroy(void);
struct inode *fltfs_find_inode(struct super_block *sb, struct inode *lower);
void fltfs_copy_size(struct inode *inode);
void fltfs_take_size(struct inode *inode);
void fltfs_grow_size(struct inode *inode);
void fltfs_owners(const struct inode *inode, kuid_t *uid, kgid_t *gid);
void fltfs_copy_attr(struct inode *inode);

/*
 * See that mode, owner and size of the upper inode are the lower one's: exec takes set-id bits
 * from it, so a copy that is out of date would grant what was taken away below. (Owners that the
 * lower mount maps differ in any case.)
 */
static inline void fltfs_refresh(struct inode *inode)
{
	const struct inode *lower = fltfs_lower_inode(inode);

	if (unlikely(inode->i_mode != lower->i_mode || !uid_eq(inode->i_uid, lower->i_uid) ||
		     !gid_eq(inode->i_gid, lower->i_gid)))
		fltfs_copy_attr(inode);
	else
		fltfs_copy_size(inode);
}

/* attr.c */
int fltfs_permission(flt_idmap *idmap, struct inode *inode, int mask);
int fltfs_getattr(flt_idmap *idmap, const struct path *path, struct kstat *stat, u32 request_mask,
		  unsigned int flags);
int fltfs_setattr_below(struct dentry *dentry, struct iattr *attr);
int fltfs_setattr_lower(struct dentry *dentry, struct iattr *attr);
int fltfs_setattr(flt_idmap *idmap, struct dentry *dentry, struct iattr *attr);
int fltfs_fileattr_get(struct dentry *dentry, struct fileattr *fa);
int fltfs_fileattr_set(flt_idmap *idmap, struct dentry *dentry, struct fileattr *fa);
FLT_UPDATE_TIME(fltfs_special_update_time);
int fltfs_fiemap(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 len);
int fltfs_readlink(struct dentry *dentry, char __user *buffer, int size);
const char *fltfs_get_link(struct dentry *dentry, struct inode *inode, struct delayed_call *done);

/* xattr.c */
extern flt_xattr_table fltfs_xattr_handlers[];
ssize_t fltfs_listxattr(struct dentry *dentry, char *list, size_t size);
struct posix_acl *fltfs_check_acl(struct inode *inode, int type, bool rcu);
struct posix_acl *fltfs_map_acl(struct super_block *sb, struct posix_acl *acl);
int fltfs_acl_below(struct dentry *dentry, struct posix_acl *acl, int type);
struct posix_acl *fltfs_get_acl(flt_idmap *idmap, struct dentry *dentry, int type);
int fltfs_set_acl(flt_idmap *idmap, flt_acl_object *object, struct posix_acl *acl, int type);

/* Members of inode_operations. */
#ifdef FLT_HAVE_INODE_ACL
#define FLTFS_ACL_IOPS	.get_inode_acl = fltfs_check_acl, .get_acl = fltfs_get_acl, \
			.set_acl = fltfs_set_acl
#else
#define FLTFS_ACL_IOPS	.get_acl = fltfs_check_acl, .set_acl = fltfs_set_acl
#endif

/* dentry.c */
extern const struct dentry_operations fltfs_dentry_operations;
bool fltfs_dentry_matches(struct dentry *dentry, struct dentry *lower, struct inode *inode);
void fltfs_dentry_set_lower(struct dentry *dentry, struct dentry *lower);
void fltfs_dentry_renew(struct dentry *dentry);

/* namei.c, rename.c */
extern const struct inode_operations fltfs_dir_iops;
struct dentry *fltfs_lookup(struct inode *dir, struct dentry *dentry, unsigned int flags);
int fltfs_rename(flt_idmap *idmap, struct inode *old_dir, struct dentry *old_dentry,
		 struct inode *new_dir, struct dentry *new_dentry, unsigned int flags);
struct file *fltfs_tmpfile_lower(struct inode *dir, struct file *file, umode_t mode);
int fltfs_tmpfile(flt_idmap *idmap, struct inode *dir, struct file *file, umode_t mode);

/* file.c, open.c */
extern const struct file_operations fltfs_special_fops;
extern const struct file_operations fltfs_file_fops;
extern const struct file_operations fltfs_dir_fops;
int fltfs_open(struct inode *inode, struct file *file);
void fltfs_file_setup(struct file *file, struct file *lower);
int fltfs_open_with(struct file *file, struct dentry *dentry, struct file *lower);
int fltfs_release(struct inode *inode, struct file *file);
int fltfs_flush(struct file *file, fl_owner_t id);
int fltfs_fsync(struct file *file, loff_t start, loff_t end, int datasync);
long fltfs_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
long fltfs_compat_ioctl(struct file *file, unsigned int cmd, unsigned long arg);
void fltfs_sync_flags(struct file *file, struct file *lower);

/* rw.c, aio.c */
ssize_t fltfs_read_iter(struct kiocb *iocb, struct iov_iter *iter);
ssize_t fltfs_write_iter(struct kiocb *iocb, struct iov_iter *iter);
ssize_t fltfs_aio_read(struct kiocb *iocb, struct file *lower, struct iov_iter *iter);
ssize_t fltfs_aio_write(struct kiocb *iocb, struct file *lower, struct iov_iter *iter);
int fltfs_aio_init(void);
void fltfs_aio_exit(void);

/* range.c: operations on a range of bytes other than reading and writing */
loff_t fltfs_llseek(struct file *file, loff_t offset, int whence);
long fltfs_fallocate(struct file *file, int mode, loff_t offset, loff_t len);
int fltfs_fadvise(struct file *file, loff_t offset, loff_t len, int advice);
ssize_t fltfs_splice_read(struct file *in, loff_t *ppos, struct pipe_inode_info *pipe, size_t len,
			  unsigned int flags);
ssize_t fltfs_splice_write(struct pipe_inode_info *pipe, struct file *out, loff_t *ppos,
			   size_t len, unsigned int flags);
ssize_t fltfs_copy_file_range(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			      size_t len, unsigned int flags);
loff_t fltfs_remap_file_range(struct file *in, loff_t pos_in, struct file *out, loff_t pos_out,
			      loff_t len, unsigned int flags);

/* map.c */
int fltfs_mmap(struct file *file, struct vm_area_struct *vma);

/* lock.c */
int fltfs_lock(struct file *file, int cmd, struct file_lock *fl);
int fltfs_flock(struct file *file, int cmd, struct file_lock *fl);
int fltfs_setlease(struct file *file, flt_lease_arg arg, struct FLT_LEASE **lease, void **priv);
void fltfs_lock_flush(struct file *file, fl_owner_t id);

/* dir.c */
int fltfs_iterate(struct file *file, struct dir_context *ctx);
loff_t fltfs_dir_llseek(struct file *file, loff_t offset, int whence);

/* export.c */
extern const struct export_operations fltfs_export_operations;
struct dentry *fltfs_obtain_alias(struct super_block *sb, struct dentry *lower);

#endif
