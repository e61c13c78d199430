// SPDX-License-Identifier: GPL-2.0
/*
 * Mounting: what may lie below, the super block that is made of it, and its end.
 */
#include <linux/exportfs.h>
#include <linux/fs_context.h>
#include <linux/module.h>
#include <linux/namei.h>
#include <linux/seq_file.h>
#include <linux/statfs.h>
#include "fltmgr/cancel.h"
#include "fs/own.h"
#include "fs/cache.h"
#include "fs/request.h"
#include "fs/params.h"
#include "fs/reuse.h"

static int fltfs_statfs(struct dentry *dentry, struct kstatfs *buf)
{
	struct flt_volume *volume = fltfs_volume(dentry->d_sb);
	struct path lower = fltfs_lower_path(dentry);
	int err;

	err = flt_volume_ready(volume);
	if (err)
		return err;
	if (flt_volume_wants(volume, FLTFS_SEQ_STATFS))
		err = fltfs_statfs_filtered(dentry->d_sb, dentry, buf);
	else
		err = vfs_statfs(&lower, buf);
	buf->f_type = FLTFS_MAGIC;
	return err;
}

/* sync(2) may have visited the lower file system before us. */
int fltfs_sync_lower(struct super_block *sb)
{
	struct super_block *lower = fltfs_sb(sb)->sb;
	int err;

	down_read(&lower->s_umount);
	err = sync_filesystem(lower);
	up_read(&lower->s_umount);
	return err;
}

/* Unmounting syncs too, when no root is left to show it on. */
static int fltfs_sync_fs(struct super_block *sb, int wait)
{
	struct flt_volume *volume = fltfs_volume(sb);

	if (!wait)
		return 0;
	/* Pages are clean by now, their copies may be on their way. */
	fltfs_copies_wait_all(sb);
	if (sb->s_root && !READ_ONCE(volume->leaving) && flt_volume_wants(volume, FLTFS_SEQ_SYNC))
		return fltfs_sync_filtered(sb);
	return fltfs_sync_lower(sb);
}

/*
 * What was written is on its way to the lower file system by now, or beyond: sync_fs was called.
 * Writers are kept out above; the lower file system itself is not frozen (VFS-605).
 */
static int fltfs_freeze_fs(struct super_block *sb)
{
	return 0;
}

static int fltfs_unfreeze_fs(struct super_block *sb)
{
	return 0;
}

/*
 * umount -f: what filters keep is cancelled where it can be, and they are not to keep more
 * (VFS-608). The mount may stay all the same, since others use it; a remount ends that state.
 */
static void fltfs_umount_begin(struct super_block *sb)
{
	flt_volume_abort(fltfs_volume(sb));
}

/* What differs from the defaults. */
static int fltfs_show_options(struct seq_file *m, struct dentry *root)
{
	const struct fltfs_sb *fsb = fltfs_sb(root->d_sb);
	const struct flt_volume_info *info = &fsb->volume->info;
	const struct constant_table *word;

	if (READ_ONCE(fsb->passive))
		seq_puts(m, ",completion=passive");
	if (READ_ONCE(fsb->create_locked))
		seq_puts(m, ",create=locked");
	if (READ_ONCE(fsb->cache) != FLTFS_CACHE_AUTO)
		seq_printf(m, ",cache=%s", fltfs_cache_words[READ_ONCE(fsb->cache)].name);
	if (READ_ONCE(fsb->reuse))
		seq_puts(m, ",open=reuse");
	if (READ_ONCE(fsb->write_back))
		seq_puts(m, ",write=back");
	if (READ_ONCE(fsb->classes_ex))
		seq_puts(m, ",classes=ex");
	for (word = fltfs_type_words; fsb->type_said && word->name; word++)
		if (word->value == info->fs_type)
			seq_printf(m, ",fstype=%s", word->name);
	if (info->number)
		seq_printf(m, ",volume=%u", info->number);
	if (info->guid_said)
		seq_printf(m, ",guid=%pUl", &info->guid);
	if (info->letter)
		seq_printf(m, ",dosname=%c:", info->letter);
	return 0;
}

/* What was not said stays as it is. */
static void fltfs_take_options(struct fltfs_sb *fsb, const struct fltfs_options *options)
{
	if (options->completion)
		WRITE_ONCE(fsb->passive, options->completion == FLTFS_COMPLETION_PASSIVE);
	if (options->create)
		WRITE_ONCE(fsb->create_locked, options->create == FLTFS_CREATE_LOCKED);
	if (options->open)
		fltfs_reuse_set(fsb, options->open == FLTFS_OPEN_REUSE);
	if (options->write)
		WRITE_ONCE(fsb->write_back, options->write == FLTFS_WRITE_BACK);
	if (options->classes)
		WRITE_ONCE(fsb->classes_ex, options->classes == FLTFS_CLASSES_EX);
	if (!options->cache_said)
		return;
	if (!fsb->volume) {
		fsb->cache = options->cache;
		return;
	}
	mutex_lock(&fsb->volume->lock);
	WRITE_ONCE(fsb->cache, options->cache);
	fltfs_interest_changed(fsb->volume);
	mutex_unlock(&fsb->volume->lock);
}

static const struct super_operations fltfs_super_ops = {
	.alloc_inode	= fltfs_alloc_inode,
	.free_inode	= fltfs_free_inode,
	.drop_inode	= fltfs_drop_inode,
	.evict_inode	= fltfs_evict_inode,
	.statfs		= fltfs_statfs,
	.sync_fs	= fltfs_sync_fs,
	.freeze_fs	= fltfs_freeze_fs,
	.unfreeze_fs	= fltfs_unfreeze_fs,
	.umount_begin	= fltfs_umount_begin,
	.show_options	= fltfs_show_options,
	.nr_cached_objects = fltfs_nr_kept,
	.free_cached_objects = fltfs_free_kept,
};

/* Names that the file system compares in a way of its own cannot be mirrored one to one. */
static bool fltfs_own_names(const struct path *path)
{
	return flt_sb_casefold(path->dentry->d_sb) ||
	       path->dentry->d_flags & (DCACHE_OP_HASH | DCACHE_OP_COMPARE);
}

static int fltfs_check_lower(struct fs_context *fc, const struct path *path)
{
	struct super_block *sb = path->dentry->d_sb;

	if (sb->s_type == &fltfs_type)
		return fltfs_refuse(fc, -ELOOP,
				    "%s is on fltfs itself: attach more filters to that mount instead",
				    fc->source);
	if (sb->s_stack_depth >= FILESYSTEM_MAX_STACK_DEPTH)
		return fltfs_refuse(fc, -EINVAL,
				    "%s is on %s, at stack depth %d: the kernel allows no more",
				    fc->source, sb->s_type->name, sb->s_stack_depth);
	if (fltfs_own_names(path))
		return fltfs_refuse(fc, -EINVAL,
				    "%s is on a case-insensitive file system (%s): not supported",
				    fc->source, sb->s_type->name);
	if (sb->s_user_ns != fc->user_ns)
		return fltfs_refuse(fc, -EPERM, "%s belongs to another user name space",
				    fc->source);
	return 0;
}

static int fltfs_check_reuse(struct fs_context *fc, const struct super_block *lower)
{
	const struct fltfs_options *options = fc->fs_private;

	if (options->open != FLTFS_OPEN_REUSE || fltfs_reuse_suits(lower))
		return 0;
	return fltfs_refuse(fc, -EINVAL,
			    "mount option \"open\" cannot be \"reuse\": %s has to hear of each open",
			    lower->s_type->name);
}

/* Everything of the lower super block that the VFS looks at in ours. */
static void fltfs_copy_super(struct super_block *sb, const struct super_block *lower)
{
	sb->s_maxbytes = lower->s_maxbytes;
	sb->s_time_gran = lower->s_time_gran;
	sb->s_time_min = lower->s_time_min;
	sb->s_time_max = lower->s_time_max;
	sb->s_blocksize = lower->s_blocksize;
	sb->s_blocksize_bits = lower->s_blocksize_bits;
	sb->s_stack_depth = lower->s_stack_depth + 1;
	/* The umask is applied once, below. */
	sb->s_flags |= lower->s_flags & SB_POSIXACL;
#ifdef SB_I_NOUMASK
	sb->s_iflags |= lower->s_iflags & SB_I_NOUMASK;
#endif
	if (sb_rdonly(lower))
		sb->s_flags |= SB_RDONLY;
	if (lower->s_export_op && lower->s_export_op->fh_to_dentry)
		sb->s_export_op = &fltfs_export_operations;
}

/* Mounts that are there, in the order in which they were made; to tell of what they share. */
static LIST_HEAD(fltfs_mounts);
static DEFINE_MUTEX(fltfs_mounts_lock);

/* Does it have a page cache of its own, or is it to have one when it can? */
static bool fltfs_may_lag(const struct fltfs_sb *fsb)
{
	return READ_ONCE(fsb->own_cache) || READ_ONCE(fsb->cache) == FLTFS_CACHE_ALWAYS;
}

/*
 * A directory that is mounted twice, or whose parent is: each mount sees at once what the other
 * writes, but for what one of them keeps in pages of its own (VOL-86).
 */
static void fltfs_join_mounts(struct fltfs_sb *fsb, const char *source)
{
	struct dentry *root = fltfs_lower_dentry(fsb->upper->s_root);
	bool late = false;
	struct fltfs_sb *other;

	mutex_lock(&fltfs_mounts_lock);
	list_for_each_entry(other, &fltfs_mounts, mounts) {
		struct dentry *its = fltfs_lower_dentry(other->upper->s_root);

		late |= (fltfs_may_lag(fsb) || fltfs_may_lag(other)) &&
			(is_subdir(root, its) || is_subdir(its, root));
	}
	list_add_tail(&fsb->mounts, &fltfs_mounts);
	mutex_unlock(&fltfs_mounts_lock);
	if (late)
		pr_notice("fltfs: %s is mounted more than once and has a page cache of a mount's own: what is written through one mount may be seen late through another\n",
			  source);
}

static void fltfs_leave_mounts(struct fltfs_sb *fsb)
{
	mutex_lock(&fltfs_mounts_lock);
	list_del_init(&fsb->mounts);
	mutex_unlock(&fltfs_mounts_lock);
}

/* On failure the super block is taken down by fltfs_kill_sb(), which frees what is set by then. */
static int fltfs_fill_super(struct super_block *sb, struct fs_context *fc)
{
	const struct fltfs_options *options;
	struct fltfs_sb *fsb;
	struct inode *root;
	struct kstat stat;
	struct path path;
	int err;

	if (!fc->source || !*fc->source)
		return fltfs_refuse(fc, -EINVAL, "which directory to mount was not said");
	fsb = kzalloc(sizeof(*fsb), GFP_KERNEL);
	if (!fsb)
		return -ENOMEM;
	sb->s_fs_info = fsb;
	INIT_LIST_HEAD(&fsb->mounts);
	fltfs_unpin_init(fsb);
	xa_init(&fsb->devices);
	mutex_init(&fsb->copies_lock);
	INIT_LIST_HEAD(&fsb->brackets);
	spin_lock_init(&fsb->brackets_lock);
	fltfs_reuse_init(fsb);
	fsb->cred = get_current_cred();
	options = fc->fs_private;
	fsb->cache = FLTFS_CACHE_AUTO;
	fsb->cached = !options->cache_said || options->cache != FLTFS_CACHE_NEVER;
	fsb->type_said = options->type_said;
	fltfs_take_options(fsb, options);

	err = kern_path(fc->source, LOOKUP_FOLLOW, &path);
	if (err)
		return fltfs_refuse(fc, err, "cannot find the directory %s (error %d)", fc->source,
				    -err);
	if (!d_is_dir(path.dentry))
		err = fltfs_refuse(fc, -ENOTDIR, "%s is not a directory", fc->source);
	else
		err = fltfs_check_lower(fc, &path);
	if (err)
		goto out_path;

	fsb->mnt = clone_private_mount(&path);
	if (IS_ERR(fsb->mnt)) {
		err = PTR_ERR(fsb->mnt);
		fsb->mnt = NULL;
		fltfs_refuse(fc, err, "cannot use the mount that %s is on (error %d)", fc->source,
			     -err);
		goto out_path;
	}
	fsb->sb = path.dentry->d_sb;
	fsb->mapped = is_idmapped_mnt(fsb->mnt);
	err = fltfs_check_reuse(fc, fsb->sb);
	if (err)
		goto out_path;
	err = vfs_getattr_nosec(&path, &stat, STATX_INO, 0);
	if (err) {
		fltfs_refuse(fc, err, "cannot look at %s (error %d)", fc->source, -err);
		goto out_path;
	}
	fsb->dev = stat.dev;

	fltfs_copy_super(sb, fsb->sb);
	if (__mnt_is_readonly(fsb->mnt))
		sb->s_flags |= SB_RDONLY;
	sb->s_magic = FLTFS_MAGIC;
	sb->s_op = &fltfs_super_ops;
	sb->s_d_op = &fltfs_dentry_operations;
	sb->s_xattr = fltfs_xattr_handlers;

	/* Else what is dirty in the own page cache would never be written. */
	err = fsb->cached ? super_setup_bdi(sb) ?: fltfs_copies_init(fsb) : 0;
	if (err)
		goto out_path;
	/* A group of processes at its limit of memory waits for its dirty pages: none is killed. */
	if (fsb->cached)
		sb->s_iflags |= SB_I_CGROUPWB;
	err = fltfs_volume_create(sb, fc);
	if (err)
		goto out_path;
	root = fltfs_iget(sb, d_inode(path.dentry));
	if (IS_ERR(root)) {
		err = PTR_ERR(root);
		goto out_path;
	}
	sb->s_root = d_make_root(root);
	if (!sb->s_root) {
		err = -ENOMEM;
		goto out_path;
	}
	fltfs_dentry_set_lower(sb->s_root, dget(path.dentry));
	err = fltfs_mount_filtered(fsb);
	if (err) {
		fltfs_refuse(fc, err, "a filter refused %s, or could not be asked (error %d)",
			     fc->source, -err);
		goto out_path;
	}
	fltfs_join_mounts(fsb, fc->source);
	sb->s_flags |= SB_ACTIVE;
out_path:
	path_put(&path);
	return err;
}

int fltfs_get_tree(struct fs_context *fc)
{
	return get_tree_nodev(fc, fltfs_fill_super);
}

int fltfs_reconfigure(struct fs_context *fc)
{
	const struct fltfs_options *options = fc->fs_private;
	struct super_block *sb = fc->root->d_sb;
	struct fltfs_sb *fsb = fltfs_sb(sb);

	if (fltfs_check_reuse(fc, fsb->sb))
		return -EINVAL;
	/* Files that are open have not been followed. */
	if (options->cache && !fsb->cached)
		return fltfs_refuse(fc, -EINVAL, "it was mounted with the option \"cache=lower\"");
	/* Filters have attached, or not, for what it was. */
	if (options->type_said && options->type != fsb->volume->info.fs_type)
		return fltfs_refuse(fc, -EINVAL,
				    "the type of a volume that is mounted stays: \"fstype\"");
	if (options->volume && options->volume != fsb->volume->number)
		return fltfs_refuse(fc, -EINVAL,
				    "the number of a volume that is mounted stays: \"volume\"");
	if (!guid_is_null(&options->guid) &&
	    !guid_equal(&options->guid, &fsb->volume->info.guid))
		return fltfs_refuse(fc, -EINVAL,
				    "the GUID of a volume that is mounted stays: \"guid\"");
	if (options->letter && options->letter != fsb->volume->info.letter)
		return fltfs_refuse(fc, -EINVAL,
				    "the letter of a volume that is mounted stays: \"dosname\"");
	if (!(fc->sb_flags & SB_RDONLY) && (sb_rdonly(fsb->sb) || __mnt_is_readonly(fsb->mnt)))
		return fltfs_refuse(fc, -EROFS, "what lies below is mounted read-only");
	if (fc->sb_flags & SB_RDONLY && !sb_rdonly(sb)) {
		int err = sync_filesystem(sb);

		if (err)
			return err;
	}
	fltfs_take_options(fsb, options);
	flt_volume_resume(fsb->volume);
	return 0;
}

static void fltfs_kill_sb(struct super_block *sb)
{
	struct fltfs_sb *fsb = fltfs_sb(sb);

	/*
	 * 1. No filter can attach any more; those attached see what eviction still brings.
	 * 2. Sync, and every inode goes; no file and no file object is left by then.
	 * 3. Nothing can arrive: instances are torn down.
	 * 4. The lower tree is let go.
	 */
	if (fsb)
		fltfs_leave_mounts(fsb);
	if (fsb && fsb->volume)
		flt_volume_leave(fsb->volume);
	kill_anon_super(sb);
	if (!fsb)
		return;
	fltfs_reuse_exit(fsb);
	fltfs_dismount_filtered(fsb);
	fltfs_volume_destroy(fsb);
	if (fsb->mnt)
		kern_unmount(fsb->mnt);
	fltfs_copies_exit(fsb);
	xa_destroy(&fsb->devices);
	put_cred(fsb->cred);
	kfree(fsb);
}

struct file_system_type fltfs_type = {
	.owner			= THIS_MODULE,
	.name			= FLTFS_NAME,
	.init_fs_context	= fltfs_init_fs_context,
	.parameters		= fltfs_parameters,
	.kill_sb		= fltfs_kill_sb,
	/* A filter's post-operation of a rename already sees the new name. */
	.fs_flags		= FS_RENAME_DOES_D_MOVE,
};
MODULE_ALIAS_FS(FLTFS_NAME);

/**
 * fltfs_init() - make the file system type known
 *
 * Return: 0 or a negative errno.
 */
int fltfs_init(void)
{
	int err;

	err = fltfs_inode_cache_create();
	if (err)
		return err;
	err = fltfs_aio_init();
	if (err)
		goto out_inode;
	err = fltfs_fo_cache_create();
	if (err)
		goto out_aio;
	err = fltfs_lower_rw_init();
	if (err)
		goto out_fo;
	err = fltfs_async_init();
	if (err)
		goto out_lower_rw;
	err = fltfs_completion_init();
	if (err)
		goto out_async;
	err = fltfs_own_init();
	if (err)
		goto out_completion;
	err = fltfs_page_write_init();
	if (err)
		goto out_own;
	fltfs_early_init();
	err = register_filesystem(&fltfs_type);
	if (err)
		goto out_page_write;
	return 0;

out_page_write:
	fltfs_page_write_exit();
out_own:
	fltfs_own_exit();
out_completion:
	fltfs_completion_exit();
out_async:
	fltfs_async_exit();
out_lower_rw:
	fltfs_lower_rw_exit();
out_fo:
	fltfs_fo_cache_destroy();
out_aio:
	fltfs_aio_exit();
out_inode:
	fltfs_inode_cache_destroy();
	return err;
}

void fltfs_exit(void)
{
	unregister_filesystem(&fltfs_type);
	fltfs_early_exit();
	fltfs_page_write_exit();
	fltfs_own_exit();
	/* Requests are over, their completions may be on their last instructions. */
	fltfs_completion_exit();
	fltfs_async_exit();
	fltfs_lower_rw_exit();
	fltfs_fo_cache_destroy();
	fltfs_aio_exit();
	fltfs_inode_cache_destroy();
}
