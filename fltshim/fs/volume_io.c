// SPDX-License-Identifier: GPL-2.0
/*
 * Operations on the mount as a whole: statfs and sync, each on a file object of the volume that is
 * made for it (empty name, FO_VOLUME_OPEN), and the news that the volume goes.
 */
#include <linux/sched/signal.h>
#include <linux/statfs.h>
#include "fs/request.h"

/**
 * struct fltfs_statfs - a statfs under way
 * @request: first member
 * @stat: what the lower file system said
 * @before: the same, as filters see it
 * @info: that, as they leave it
 */
struct fltfs_statfs {
	struct fltfs_request request;
	struct kstatfs *stat;
	FILE_FS_FULL_SIZE_INFORMATION before;
	FILE_FS_FULL_SIZE_INFORMATION info;
};

static void fltfs_bottom_statfs(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_statfs *query = op->front;
	NTSTATUS status;
	ULONG used;

	status = fltfs_query_volume(fltfs_op_fo(op),
				    parameters->QueryVolumeInformation.FsInformationClass,
				    parameters->QueryVolumeInformation.VolumeBuffer,
				    parameters->QueryVolumeInformation.Length, query->stat, &used);
	flt_operation_result(op, status, used);
}

/* Numbers that a file system cannot have are not passed on (VOL-51). */
static bool fltfs_statfs_sane(const FILE_FS_FULL_SIZE_INFORMATION *info)
{
	return info->SectorsPerAllocationUnit && info->BytesPerSector &&
	       info->TotalAllocationUnits.QuadPart >= 0 &&
	       info->ActualAvailableAllocationUnits.QuadPart >= 0 &&
	       info->CallerAvailableAllocationUnits.QuadPart >= 0 &&
	       info->ActualAvailableAllocationUnits.QuadPart <=
		       info->TotalAllocationUnits.QuadPart &&
	       info->CallerAvailableAllocationUnits.QuadPart <=
		       info->TotalAllocationUnits.QuadPart;
}

/* Counts that filters changed, in the lower file system's unit. */
static void fltfs_statfs_take(struct fltfs_statfs *query)
{
	const FILE_FS_FULL_SIZE_INFORMATION *info = &query->info;

	if (!memcmp(info, &query->before, sizeof(*info)))
		return;
	if (!fltfs_statfs_sane(info)) {
		pr_warn_ratelimited("fltfs: a filter left numbers in a volume query that no volume has; they are not used\n");
		return;
	}
	query->stat->f_blocks = info->TotalAllocationUnits.QuadPart;
	query->stat->f_bfree = info->ActualAvailableAllocationUnits.QuadPart;
	query->stat->f_bavail = info->CallerAvailableAllocationUnits.QuadPart;
}

static noinline int fltfs_statfs_send(struct fltfs_fo *fo, struct fltfs_statfs *query)
{
	struct flt_operation op FLT_NOT_CLEARED;
	ULONG used;
	int err;

	query->request.bottom = fltfs_bottom_statfs;
	fltfs_query_volume(fo, FileFsFullSizeInformation, &query->before, sizeof(query->before),
			   query->stat, &used);
	flt_operation_init(&op, fo->base.volume, IRP_MJ_QUERY_VOLUME_INFORMATION, &fo->base.fo);
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	op.iopb.Parameters.QueryVolumeInformation.Length = sizeof(query->info);
	op.iopb.Parameters.QueryVolumeInformation.FsInformationClass = FileFsFullSizeInformation;
	op.iopb.Parameters.QueryVolumeInformation.VolumeBuffer = &query->info;
	op.front = query;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	if (!err)
		fltfs_statfs_take(query);
	return err;
}

/**
 * fltfs_statfs_filtered() - statfs that a filter wants to see
 * @sb: upper super block
 * @dentry: upper dentry that was asked about
 * @buf: filled
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
int fltfs_statfs_filtered(struct super_block *sb, struct dentry *dentry, struct kstatfs *buf)
{
	struct fltfs_statfs query = { .stat = buf };
	struct path path = fltfs_lower_path(dentry);
	struct fltfs_fo *fo;
	int err;

	/* Asked about the same dentry as without filters: quotas by project depend on it. */
	err = vfs_statfs(&path, buf);
	if (err)
		return err;
	fo = fltfs_short_volume(sb, FILE_READ_ATTRIBUTES | SYNCHRONIZE);
	if (IS_ERR(fo))
		return PTR_ERR(fo);
	err = fltfs_statfs_send(fo, &query);
	fltfs_fo_release(fo);
	return err;
}

static void fltfs_bottom_sync(struct flt_operation *op)
{
	fltfs_op_errno(op, fltfs_sync_lower(fltfs_op_fo(op)->dentry->d_sb), 0);
}

static noinline int fltfs_sync_send(struct fltfs_fo *fo, bool *reached)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_sync };
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_FLUSH_BUFFERS, &fo->base.fo);
	op.data.RequestorMode = fltfs_requestor();
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.front = &request;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	*reached = request.reached;
	flt_operation_fini(&op);
	return err;
}

/**
 * fltfs_sync_filtered() - sync_fs that a filter wants to see
 * @sb: upper super block; the VFS holds s_umount
 *
 * A caller that is killed while a filter keeps the operation leaves, and the lower file system is
 * synced all the same. A filter that says success and does not pass the flush down has taken it
 * upon itself (VFS-604).
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
int fltfs_sync_filtered(struct super_block *sb)
{
	struct fltfs_fo *fo;
	bool reached = false;
	int err;

	fo = fltfs_short_volume(sb, FILE_WRITE_DATA | SYNCHRONIZE);
	if (IS_ERR(fo)) {
		err = PTR_ERR(fo);
	} else {
		err = fltfs_sync_send(fo, &reached);
		fltfs_fo_release(fo);
	}
	if (reached)
		return err;
	if (fatal_signal_pending(current))
		fltfs_sync_lower(sb);
	else if (!err)
		pr_warn_ratelimited("fltfs: a filter completed a sync, so the lower file system was not synced\n");
	return err;
}

static noinline int fltfs_mount_send(struct flt_volume *volume)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_nothing };
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, volume, IRP_MJ_VOLUME_MOUNT, NULL);
	op.data.RequestorMode = KernelMode;
	op.iopb.Parameters.MountVolume.DeviceType = volume->info.device_type;
	op.front = &request;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/**
 * fltfs_mount_filtered() - VOLUME_MOUNT: everything is there, nothing has been used
 * @fsb: the mount; the VFS holds s_umount
 *
 * Return: 0, a filter's errno, which fails the mount, or -ENOMEM
 */
int fltfs_mount_filtered(struct fltfs_sb *fsb)
{
	int ret = flt_volume_mount_begin(fsb->volume);

	if (ret <= 0)
		return ret;
	ret = fltfs_mount_send(fsb->volume);
	flt_volume_mount_end(fsb->volume);
	return ret;
}

/**
 * fltfs_dismount_filtered() - VOLUME_DISMOUNT: every inode is gone, the instances are still there
 * @fsb: the mount
 *
 * Nobody can prevent it (VOL-76).
 */
void fltfs_dismount_filtered(struct fltfs_sb *fsb)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_nothing };
	struct flt_operation op FLT_NOT_CLEARED;

	if (!fsb->volume || !flt_volume_wants(fsb->volume, FLT_WANT(IRP_MJ_VOLUME_DISMOUNT)))
		return;
	flt_operation_init(&op, fsb->volume, IRP_MJ_VOLUME_DISMOUNT, NULL);
	op.data.RequestorMode = KernelMode;
	op.front = &request;
	flt_operation_run(&op);
	flt_operation_fini(&op);
}
