// SPDX-License-Identifier: GPL-2.0
/*
 * Upper inodes: one for each lower inode, found by its address, so that hard links share one and
 * identity holds for as long as it is cached. Attributes are copies for the VFS's own checks; the
 * lower inode always has the truth.
 */
#include <linux/slab.h>
#include "fs/cache.h"
#include "fs/name.h"
#include "fs/request.h"
#include "fs/reuse.h"

/* Of the lower inode's flags, those that the VFS acts on before it asks the file system. */
#define FLTFS_COPIED_FLAGS	(S_APPEND | S_IMMUTABLE)
/* Times are the lower file system's own affair, where its methods are called. */
#define FLTFS_OWN_FLAGS		(S_NOATIME | S_NOCMTIME)

/* There are as many as files that somebody looked at. (Locks that are checked are larger.) */
static_assert(IS_ENABLED(CONFIG_DEBUG_SPINLOCK) ||
	      sizeof(struct fltfs_inode) <= sizeof(struct inode) + 200);

static struct kmem_cache *fltfs_inode_cache;

struct inode *fltfs_alloc_inode(struct super_block *sb)
{
	struct fltfs_inode *fi = alloc_inode_sb(sb, fltfs_inode_cache, GFP_KERNEL);

	if (!fi)
		return NULL;
	fi->lower = NULL;
	fi->volume = fltfs_volume(sb);
	fi->stream = NULL;
	RCU_INIT_POINTER(fi->known, NULL);
	fi->moves = 0;
	fi->cache = FLTFS_CACHE_LOWER;
	fi->lower_mapped = false;
	fi->told = 0;
	fi->cached = fltfs_sb(sb)->cached;
	fi->frozen = false;
	fi->resting = false;
	fi->pager = NULL;
	fi->reader = NULL;
	fi->writer = NULL;
	fi->reuse = NULL;
	fi->copy_number = 0;
	fi->failed = 0;
	atomic_set(&fi->writers, 0);
	atomic_set(&fi->opens, 0);
	atomic_set(&fi->maps, 0);
	atomic_set(&fi->faulting, 0);
	return &fi->vfs;
}

/* After a grace period: path walk may have read ->lower until now. */
void fltfs_free_inode(struct inode *inode)
{
	kmem_cache_free(fltfs_inode_cache, fltfs_i(inode));
}

void fltfs_evict_inode(struct inode *inode)
{
	struct inode *lower = fltfs_lower_inode(inode);

	if (S_ISREG(inode->i_mode))
		fltfs_reuse_free(inode);
	truncate_inode_pages_final(&inode->i_data);
	clear_inode(inode);
	fltfs_stream_free(fltfs_i(inode)->stream);
	fltfs_name_forget(inode);
	/* The pointer stays for RCU path walk; inodes of every file system are freed by RCU. */
	iput(lower);
}

/*
 * An inode without a name below, removed through the mount or underneath it, must not be kept:
 * it would hold the lower inode and its blocks.
 */
int fltfs_drop_inode(struct inode *inode)
{
	struct inode *lower = fltfs_lower_inode(inode);

	return generic_drop_inode(inode) || (lower && !lower->i_nlink);
}

/**
 * fltfs_copy_size() - bring the upper size up to the lower one
 * @inode: upper inode
 *
 * Without a lock, since it also runs where writes complete: two racing callers cannot leave the
 * older of two sizes behind, because the one that loses the exchange looks again. With the own page
 * cache the upper size is the one that counts; it changes under the inode lock.
 */
void fltfs_copy_size(struct inode *inode)
{
	if (unlikely(READ_ONCE(fltfs_i(inode)->cache)))
		return;
	fltfs_take_size(inode);
}

/* The same, whatever the mode. */
void fltfs_take_size(struct inode *inode)
{
	struct inode *lower = fltfs_lower_inode(inode);
	loff_t old = i_size_read(inode);
	loff_t new = i_size_read(lower);

	while (old != new) {
		loff_t seen = cmpxchg(&inode->i_size, old, new);

		old = seen == old ? new : seen;
		new = i_size_read(lower);
	}
}

/* The lower file may have become longer; without the inode lock, under which the size is exact. */
void fltfs_grow_size(struct inode *inode)
{
	loff_t new = i_size_read(fltfs_lower_inode(inode));
	loff_t old = i_size_read(inode);

	while (old < new) {
		loff_t seen = cmpxchg(&inode->i_size, old, new);

		if (seen == old)
			break;
		old = seen;
	}
}

/**
 * fltfs_owners() - owner and group of an inode, as the lower mount shows them
 * @inode: upper inode
 * @uid: receives the owner
 * @gid: receives the group
 */
void fltfs_owners(const struct inode *inode, kuid_t *uid, kgid_t *gid)
{
	struct inode *lower = fltfs_lower_inode(inode);
	flt_idmap *idmap;

	*uid = lower->i_uid;
	*gid = lower->i_gid;
	if (likely(!fltfs_sb(inode->i_sb)->mapped))
		return;
	idmap = fltfs_lower_idmap(inode->i_sb);
	*uid = vfsuid_into_kuid(i_uid_into_vfsuid(idmap, lower));
	*gid = vfsgid_into_kgid(i_gid_into_vfsgid(idmap, lower));
}

/**
 * fltfs_copy_attr() - copy everything that the VFS looks at from the lower inode
 * @inode: upper inode
 */
void fltfs_copy_attr(struct inode *inode)
{
	struct inode *lower = fltfs_lower_inode(inode);

	inode->i_mode = lower->i_mode;
	fltfs_owners(inode, &inode->i_uid, &inode->i_gid);
	inode->i_blocks = lower->i_blocks;
	if (inode->i_nlink != lower->i_nlink)
		set_nlink(inode, lower->i_nlink);
	if ((inode->i_flags ^ lower->i_flags) & FLTFS_COPIED_FLAGS)
		inode_set_flags(inode, lower->i_flags & FLTFS_COPIED_FLAGS, FLTFS_COPIED_FLAGS);
	flt_inode_copy_times(inode, lower);
	fltfs_copy_size(inode);
}

static const struct inode_operations fltfs_file_iops = {
	.permission	= fltfs_permission,
	.getattr	= fltfs_getattr,
	.setattr	= fltfs_setattr,
	.listxattr	= fltfs_listxattr,
	.fiemap		= fltfs_fiemap,
	.fileattr_get	= fltfs_fileattr_get,
	.fileattr_set	= fltfs_fileattr_set,
	FLTFS_ACL_IOPS,
};

/* What a lower inode has no method for is refused there as it would be here. */
static const struct inode_operations fltfs_special_iops = {
	.permission	= fltfs_permission,
	.getattr	= fltfs_getattr,
	.setattr	= fltfs_setattr,
	.listxattr	= fltfs_listxattr,
	.fileattr_get	= fltfs_fileattr_get,
	.fileattr_set	= fltfs_fileattr_set,
	.update_time	= fltfs_special_update_time,
	FLTFS_ACL_IOPS,
};

static const struct inode_operations fltfs_symlink_iops = {
	.permission	= fltfs_permission,
	.get_link	= fltfs_get_link,
	.readlink	= fltfs_readlink,
	.getattr	= fltfs_getattr,
	.setattr	= fltfs_setattr,
	.listxattr	= fltfs_listxattr,
};

static int fltfs_inode_test(struct inode *inode, void *lower)
{
	return fltfs_lower_inode(inode) == lower;
}

static int fltfs_inode_set(struct inode *inode, void *lower)
{
	fltfs_i(inode)->lower = lower;
	return 0;
}

static void fltfs_inode_init(struct inode *inode, struct inode *lower)
{
	inode->i_ino = lower->i_ino;
	inode->i_mode = lower->i_mode;
	inode->i_blkbits = lower->i_blkbits;
	inode->i_generation = lower->i_generation;
	inode->i_flags |= FLTFS_OWN_FLAGS;
	/* ACLs are asked for below each time, so a change made there counts at once. */
	inode->i_acl = ACL_DONT_CACHE;
	inode->i_default_acl = ACL_DONT_CACHE;

	switch (lower->i_mode & S_IFMT) {
	case S_IFREG:
		inode->i_op = &fltfs_file_iops;
		inode->i_fop = &fltfs_file_fops;
		inode->i_mapping->a_ops = &fltfs_aops;
		break;
	case S_IFDIR:
		inode->i_op = &fltfs_dir_iops;
		inode->i_fop = &fltfs_dir_fops;
		break;
	case S_IFLNK:
		inode->i_op = &fltfs_symlink_iops;
		break;
	default:
		inode->i_op = &fltfs_special_iops;
		inode->i_flags &= ~FLTFS_OWN_FLAGS;
		init_special_inode(inode, lower->i_mode, lower->i_rdev);
		fltfs_i(inode)->special = inode->i_fop;
		inode->i_fop = &fltfs_special_fops;
	}
	fltfs_copy_attr(inode);
}

/**
 * fltfs_iget() - the upper inode of a lower one
 * @sb: upper super block
 * @lower: lower inode, of the lower super block; the caller keeps its reference
 *
 * Return: a referenced inode, or an error pointer.
 */
struct inode *fltfs_iget(struct super_block *sb, struct inode *lower)
{
	struct inode *inode;

	/* Something was mounted or attached into the lower tree from another file system. */
	if (lower->i_sb != fltfs_sb(sb)->sb)
		return ERR_PTR(-EXDEV);
	if (!igrab(lower))
		return ERR_PTR(-ESTALE);
	inode = iget5_locked(sb, (unsigned long)lower, fltfs_inode_test, fltfs_inode_set, lower);
	if (!inode) {
		iput(lower);
		return ERR_PTR(-ENOMEM);
	}
	if (inode->i_state & I_NEW) {
		fltfs_inode_init(inode, lower);
		unlock_new_inode(inode);
	} else {
		iput(lower);
		fltfs_copy_attr(inode);
	}
	return inode;
}

/**
 * fltfs_find_inode() - the same, if there is one
 * @sb: upper super block
 * @lower: lower inode
 *
 * Return: a referenced inode, or NULL
 */
struct inode *fltfs_find_inode(struct super_block *sb, struct inode *lower)
{
	return ilookup5(sb, (unsigned long)lower, fltfs_inode_test, lower);
}

static void fltfs_inode_init_once(void *object)
{
	struct fltfs_inode *fi = object;

	inode_init_once(&fi->vfs);
	mutex_init(&fi->cache_lock);
	spin_lock_init(&fi->lock);
	INIT_LIST_HEAD(&fi->copies);
	init_waitqueue_head(&fi->copies_wait);
}

int fltfs_inode_cache_create(void)
{
	fltfs_inode_cache = kmem_cache_create("fltfs_inode", sizeof(struct fltfs_inode), 0,
					      SLAB_RECLAIM_ACCOUNT | SLAB_ACCOUNT,
					      fltfs_inode_init_once);
	return fltfs_inode_cache ? 0 : -ENOMEM;
}

/* Inodes are freed by RCU: their callbacks must have run before the cache goes. */
void fltfs_inode_cache_destroy(void)
{
	rcu_barrier();
	kmem_cache_destroy(fltfs_inode_cache);
}
