// SPDX-License-Identifier: GPL-2.0
/*
 * The mount as a volume: what the filter manager may ask of fltfs, and the one place where an
 * operation reaches the bottom of the stack.
 */
#include <linux/blkdev.h>
#include <linux/kdev_t.h>
#include <linux/sched/signal.h>
#include <linux/siphash.h>
#include <linux/slab.h>
#include <linux/writeback.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fs/cache.h"
#include "fs/name.h"
#include "fs/own.h"
#include "fs/params.h"
#include "fs/request.h"
#include "fs/scan.h"

/* How long a filter's teardown waits for dirty pages to be written through it. */
#define FLTFS_SETTLE_PATIENCE	(30 * HZ)

/* For operations that need nothing of the file system. */
void fltfs_bottom_nothing(struct flt_operation *op)
{
	flt_operation_result(op, STATUS_SUCCESS, 0);
}

/**
 * fltfs_perform() - flt_volume_ops.perform
 * @op: operation; its parameters are as the filters left them
 *
 * Return: false for a read or write that finishes later, or a create that is parked.
 */
bool fltfs_perform(struct flt_operation *op)
{
	struct fltfs_request *request = op->front;

	if (op->iopb.MajorFunction == IRP_MJ_READ || op->iopb.MajorFunction == IRP_MJ_WRITE)
		return fltfs_perform_transfer(op);
	if (!request) {
		fltfs_perform_generated(op);
		return true;
	}
	request->reached = true;
	request->bottom(op);
	return !request->parked;
}

/* fltfs_op_result() of one that did not end with STATUS_SUCCESS. */
int fltfs_op_errno_of(const struct flt_operation *op)
{
	NTSTATUS status = op->data.IoStatus.Status;
	bool known;
	int err;

	/* The caller was killed while it waited, and so the operation was given up. */
	if (status == STATUS_CANCELLED && !(op->flags & FLT_OP_ASYNC) &&
	    fatal_signal_pending(current))
		return -EINTR;
	/* Only a create can be sent elsewhere; those look at this status themselves. */
	if (unlikely(status == STATUS_REPARSE)) {
		pr_warn_ratelimited("fltfs: a filter ended %s with STATUS_REPARSE\n",
				    flt_op_desc(op->iopb.MajorFunction)->name);
		return -EIO;
	}
	err = flt_errno_from_status(status, &known);
	if (unlikely(!known))
		pr_warn_ratelimited("fltfs: a filter ended %s with the unknown status %#x\n",
				    flt_op_desc(op->iopb.MajorFunction)->name, status);
	return err;
}

/* Can everybody who is interested in a stat take it as QUERY_OPEN? */
static bool fltfs_stack_takes_query_open(const struct flt_stack *stack)
{
	static const UCHAR slow[] = {
		IRP_MJ_CREATE, IRP_MJ_QUERY_INFORMATION, IRP_MJ_CLEANUP, IRP_MJ_CLOSE,
	};
	unsigned int fast = flt_op_index(IRP_MJ_QUERY_OPEN);
	unsigned int i, j, k;

	for (i = 0; i < ARRAY_SIZE(slow); i++) {
		unsigned int index = flt_op_index(slow[i]);

		for (j = 0; j < stack->count[index]; j++) {
			const struct flt_node *node = &stack->nodes[stack->first[index] + j];

			for (k = 0; k < stack->count[fast]; k++) {
				if (stack->nodes[stack->first[fast] + k].instance ==
				    node->instance)
					break;
			}
			if (k == stack->count[fast])
				return false;
		}
	}
	return stack->count[fast];
}

/*
 * Does everybody who wants to see writes see control requests too? Then blocks that files come to
 * share are shown as such; otherwise they would pass by a filter, and are refused (VFS-426).
 */
static bool fltfs_stack_shows_clones(const struct flt_stack *stack)
{
	unsigned int write = flt_op_index(IRP_MJ_WRITE);
	unsigned int control = flt_op_index(IRP_MJ_FILE_SYSTEM_CONTROL);
	unsigned int i, j;

	for (i = 0; i < stack->count[write]; i++) {
		for (j = 0; j < stack->count[control]; j++) {
			if (stack->nodes[stack->first[control] + j].instance ==
			    stack->nodes[stack->first[write] + i].instance)
				break;
		}
		if (j == stack->count[control])
			return false;
	}
	return true;
}

/* Is there somebody who may wait in a create? Others are called with the directory locked. */
static bool fltfs_stack_waits(const struct flt_stack *stack)
{
	unsigned int create = flt_op_index(IRP_MJ_CREATE);
	unsigned int i;

	for (i = 0; i < stack->count[create]; i++)
		if (stack->nodes[stack->first[create] + i].instance->filter->may_wait)
			return true;
	return false;
}

/*
 * Who needs to see paging I/O, if anybody does? Everybody who takes it, or only those who would see
 * no data without it, since they leave cached reads and writes alone.
 */
static const struct flt_instance *fltfs_stack_takes_paging(const struct flt_stack *stack,
							   bool only)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_WRITE };
	unsigned int i, j;

	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		unsigned int index = flt_op_index(majors[i]);

		for (j = 0; j < stack->count[index]; j++) {
			const struct flt_node *node = &stack->nodes[stack->first[index] + j];

			if (node->skip & (FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO |
					  FLTFL_OPERATION_REGISTRATION_SKIP_NON_DASD_IO))
				continue;
			if (!only || node->skip & FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO)
				return node->instance;
		}
	}
	return NULL;
}

static const struct flt_instance *fltfs_stack_needs_cache(const struct fltfs_sb *fsb,
							  const struct flt_stack *stack)
{
	switch (READ_ONCE(fsb->cache)) {
	case FLTFS_CACHE_ALWAYS:
		return fltfs_stack_takes_paging(stack, false);
	case FLTFS_CACHE_AUTO:
		return fltfs_stack_takes_paging(stack, true);
	default:
		return NULL;
	}
}

/**
 * fltfs_tell_mapped() - say that a file stays in the lower page cache for the time being
 * @inode: upper inode
 *
 * Once for the files that are mapped when a filter comes, others for who debugs (SECT-13); each
 * once for each time that filters come or go.
 */
void fltfs_tell_mapped(struct inode *inode)
{
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);
	struct dentry *dentry = d_find_any_alias(inode);
	const struct flt_instance *instance = NULL;
	const struct flt_stack *stack;

	rcu_read_lock();
	stack = rcu_dereference(fsb->volume->stack);
	if (stack)
		instance = fltfs_stack_needs_cache(fsb, stack);
	if (dentry && instance && !xchg(&fsb->told, true))
		pr_notice("fltfs: the file %pd is mapped: until it is unmapped and closed, the filter %s sees no paging I/O of it\n",
			  dentry, instance->filter->name_utf8);
	else if (dentry && instance)
		pr_debug("fltfs: the file %pd is mapped: the filter %s sees no paging I/O of it\n",
			 dentry, instance->filter->name_utf8);
	rcu_read_unlock();
	dput(dentry);
}

/*
 * An instance that attaches while a stat is on its way may see it in the form that was right
 * before: no more than if it had attached a moment later.
 */
void fltfs_interest_changed(struct flt_volume *volume)
{
	struct fltfs_sb *fsb = volume->private;
	const struct flt_stack *stack;

	rcu_read_lock();
	stack = rcu_dereference(volume->stack);
	WRITE_ONCE(fsb->query_open, stack && fltfs_stack_takes_query_open(stack));
	WRITE_ONCE(fsb->create_waits, stack && fltfs_stack_waits(stack));
	WRITE_ONCE(fsb->shows_clones, !stack || fltfs_stack_shows_clones(stack));
	WRITE_ONCE(fsb->own_cache, stack && fltfs_stack_needs_cache(fsb, stack));
	WRITE_ONCE(fsb->told, false);
	/* Pairs with the exchanges of fltfs_stays_below(): who sees it may tell once more. */
	smp_store_release(&fsb->interests, fsb->interests + 1);
	rcu_read_unlock();
}

/*
 * The type that filters are told. Local POSIX file systems say NTFS, since many filters attach to
 * nothing else and its features are the nearest (VOL-20).
 */
static const struct fltfs_type_row {
	const char *name;
	u8 type;
	u8 device;	/* FILE_DEVICE_*; 0 for a disk */
} fltfs_type_rows[] = {
	{ "ext2", FLT_FSTYPE_NTFS }, { "ext3", FLT_FSTYPE_NTFS }, { "ext4", FLT_FSTYPE_NTFS },
	{ "xfs", FLT_FSTYPE_NTFS }, { "btrfs", FLT_FSTYPE_NTFS }, { "f2fs", FLT_FSTYPE_NTFS },
	{ "tmpfs", FLT_FSTYPE_NTFS }, { "overlay", FLT_FSTYPE_NTFS },
	{ "bcachefs", FLT_FSTYPE_NTFS }, { "zfs", FLT_FSTYPE_NTFS },
	{ "ntfs", FLT_FSTYPE_NTFS }, { "ntfs3", FLT_FSTYPE_NTFS },
	{ "vfat", FLT_FSTYPE_FAT }, { "msdos", FLT_FSTYPE_FAT }, { "exfat", FLT_FSTYPE_EXFAT },
	{ "iso9660", FLT_FSTYPE_CDFS, FILE_DEVICE_CD_ROM_FILE_SYSTEM },
	{ "udf", FLT_FSTYPE_UDFS, FILE_DEVICE_CD_ROM_FILE_SYSTEM },
	{ "nfs", FLT_FSTYPE_NFS, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ "nfs4", FLT_FSTYPE_NFS, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ "cifs", FLT_FSTYPE_LANMAN, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ "smb3", FLT_FSTYPE_LANMAN, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ "gpfs", FLT_FSTYPE_GPFS, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ "afs", FLT_FSTYPE_OPENAFS, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ "ceph", FLT_FSTYPE_UNKNOWN, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ "9p", FLT_FSTYPE_UNKNOWN, FILE_DEVICE_NETWORK_FILE_SYSTEM },
	{ NULL, FLT_FSTYPE_UNKNOWN },
};

/* Subtypes of fuse that serve another machine's files. */
static const char *const fltfs_fuse_network[] = {
	"sshfs", "s3fs", "gcsfuse", "blobfuse", "blobfuse2", "davfs", "curlftpfs", "glusterfs",
	"rclone", "cephfs", "ceph-fuse",
};

/**
 * fltfs_type_of() - what filters are told of a lower file system
 * @name: its type, "ext4" or "fuse"
 * @subtype: what follows the point in "fuse.sshfs", or NULL
 * @type: receives an FLT_FSTYPE_*
 *
 * Return: a FILE_DEVICE_* (INST-23)
 */
ULONG fltfs_type_of(const char *name, const char *subtype, FLT_FILESYSTEM_TYPE *type)
{
	const struct fltfs_type_row *row;
	unsigned int i;

	for (row = fltfs_type_rows; row->name; row++)
		if (!strcmp(row->name, name))
			break;
	*type = row->type;
	for (i = 0; subtype && i < ARRAY_SIZE(fltfs_fuse_network); i++)
		if (!strcmp(subtype, fltfs_fuse_network[i]))
			return FILE_DEVICE_NETWORK_FILE_SYSTEM;
	return row->device ?: FILE_DEVICE_DISK_FILE_SYSTEM;
}

/* flt_volume_ops.writable */
static bool fltfs_writable(struct flt_volume *volume)
{
	const struct fltfs_sb *fsb = volume->private;

	return !sb_rdonly(fsb->upper) && !sb_rdonly(fsb->sb) &&
	       !(fsb->sb->s_bdev && bdev_read_only(fsb->sb->s_bdev));
}

/*
 * flt_volume_ops.pin: only where pages may be written through filters, which is all it is for. They
 * may be still after a remount that wants no more of that.
 */
static bool fltfs_pin(struct flt_volume *volume)
{
	const struct fltfs_sb *fsb = volume->private;

	return fsb->cached && atomic_inc_not_zero(&fsb->upper->s_active);
}

/**
 * struct fltfs_settle - dirty pages on their way through a filter that is about to go
 * @work: who writes them
 * @sb: upper super block, pinned
 * @done: they are written
 * @refs: of the worker and of who waits for it
 */
struct fltfs_settle {
	struct work_struct work;
	struct super_block *sb;
	struct completion done;
	refcount_t refs;
};

static void fltfs_settle_put(struct fltfs_settle *settle)
{
	if (refcount_dec_and_test(&settle->refs))
		kfree(settle);
}

static void fltfs_settle_worker(struct work_struct *work)
{
	struct fltfs_settle *settle = container_of(work, struct fltfs_settle, work);
	struct super_block *sb = settle->sb;

	down_read(&sb->s_umount);
	if (!sb_rdonly(sb))
		sync_inodes_sb(sb);
	up_read(&sb->s_umount);
	fltfs_copies_wait_all(sb);
	/* Who waits may unmount it at once. */
	fltfs_unpin(sb);
	complete(&settle->done);
	fltfs_settle_put(settle);
}

/*
 * flt_volume_ops.settle. What becomes dirty meanwhile, the filter may miss; and it may be one that
 * keeps a write until its teardown begins: so that is not waited for without end.
 */
static void fltfs_settle(struct flt_volume *volume)
{
	struct super_block *sb = ((struct fltfs_sb *)volume->private)->upper;
	struct fltfs_settle *settle = kmalloc(sizeof(*settle), GFP_KERNEL | __GFP_NOFAIL);

	settle->sb = sb;
	init_completion(&settle->done);
	refcount_set(&settle->refs, 2);
	INIT_WORK(&settle->work, fltfs_settle_worker);
	fltfs_unpin_later(&settle->work);
	if (!wait_for_completion_timeout(&settle->done, FLTFS_SETTLE_PATIENCE))
		pr_warn("fltfs: a filter goes before all that was written to %s is written through it\n",
			volume->info.mount_name);
	fltfs_settle_put(settle);
}

/* A filter looks at the data of an operation that has shown nothing to any yet. */
static bool fltfs_looked_at(struct flt_operation *op)
{
	if (op->op_index != IRP_MJ_DIRECTORY_CONTROL)
		return fltfs_substitute(op);
	fltfs_scan_looked_at(op);
	return true;
}

static const struct flt_volume_ops fltfs_volume_ops = {
	.perform		= fltfs_perform,
	.substitute		= fltfs_looked_at,
	.keep			= fltfs_keep,
	.free_file		= fltfs_fo_free,
	.new_file		= fltfs_own_new,
	.cleaned		= fltfs_own_cleaned,
	.query_name		= fltfs_query_name,
	.name_stamp		= fltfs_name_stamp,
	.writable		= fltfs_writable,
	.interest_changed	= fltfs_interest_changed,
	.section		= &fltfs_section_ops,
	.pin			= fltfs_pin,
	.settle			= fltfs_settle,
};

/* What the device below is like. */
static void fltfs_describe_device(struct block_device *bdev, struct flt_volume_info *info)
{
	info->sector_size = bdev_logical_block_size(bdev);
	info->alignment = bdev_dma_alignment(bdev) & 0x1ff;
	if (bdev->bd_disk->flags & GENHD_FL_REMOVABLE)
		info->characteristics |= FILE_REMOVABLE_MEDIA;
	if (bdev_read_only(bdev))
		info->characteristics |= FILE_READ_ONLY_DEVICE;
}

/*
 * The same for each mount of a lower directory: made from what names its file system and from its
 * inode number. What lives in memory only has none.
 */
static void fltfs_make_guid(const struct fltfs_sb *fsb, guid_t *guid)
{
	static const siphash_key_t keys[] = { { { 0x666c7466, 1 } }, { { 0x666c7466, 2 } } };
	struct {
		uuid_t uuid;
		u64 device;
		u64 inode;
	} seed = { .inode = d_inode(fsb->mnt->mnt_root)->i_ino };
	__le64 half[2];
	unsigned int i;

	if (!fsb->sb->s_bdev)
		return;
	if (uuid_is_null(&fsb->sb->s_uuid))
		seed.device = new_encode_dev(fsb->sb->s_dev);
	else
		seed.uuid = fsb->sb->s_uuid;
	for (i = 0; i < ARRAY_SIZE(half); i++)
		half[i] = cpu_to_le64(siphash(&seed, sizeof(seed), &keys[i]));
	memcpy(guid, half, sizeof(*guid));
	/* One that was made from something else (RFC 9562). */
	guid->b[7] = (guid->b[7] & 0x0f) | 0x80;
	guid->b[8] = (guid->b[8] & 0x3f) | 0x80;
}

/**
 * fltfs_volume_create() - make a volume of a mount
 * @sb: upper super block, its fltfs_sb filled
 * @fc: the mount request
 *
 * Return: 0 or a negative errno; -EEXIST when what it is to be called is another's, which is said.
 */
int fltfs_volume_create(struct super_block *sb, struct fs_context *fc)
{
	const struct fltfs_options *options = fc->fs_private;
	struct fltfs_sb *fsb = fltfs_sb(sb);
	struct flt_volume_info info = {
		.mount_name	= fc->source,
		.lower_type	= fsb->sb->s_type->name,
		.read_only	= sb_rdonly(sb),
		.number		= options->volume,
		.letter		= options->letter,
		.guid		= options->guid,
		.guid_said	= !guid_is_null(&options->guid),
	};
	struct flt_volume *volume;

	info.device_type = fltfs_type_of(info.lower_type, fsb->sb->s_subtype, &info.fs_type);
	if (options->type_said)
		info.fs_type = options->type;
	info.local = info.device_type != FILE_DEVICE_NETWORK_FILE_SYSTEM;
	fsb->upper = sb;
	if (fsb->sb->s_bdev)
		fltfs_describe_device(fsb->sb->s_bdev, &info);
	if (!info.guid_said)
		fltfs_make_guid(fsb, &info.guid);
	volume = flt_volume_create(&fltfs_volume_ops, fsb, &info);
	if (volume == ERR_PTR(-EEXIST))
		return fltfs_refuse(fc, -EEXIST, "another volume has that %s already", info.taken);
	if (IS_ERR(volume))
		return PTR_ERR(volume);
	fsb->volume = volume;
	return 0;
}

/* Nothing can arrive any more; every inode is gone. */
void fltfs_volume_destroy(struct fltfs_sb *fsb)
{
	if (fsb->volume)
		flt_volume_destroy(fsb->volume);
	fsb->volume = NULL;
}
