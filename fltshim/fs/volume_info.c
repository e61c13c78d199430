// SPDX-License-Identifier: GPL-2.0
/*
 * Information about the volume in the classes that Windows has: sizes from the lower file system's
 * statfs, features from what its methods show that it can do.
 */
#include <linux/blkdev.h>
#include <linux/exportfs.h>
#include <linux/statfs.h>
#include "fs/request.h"

#define FLTFS_SECTOR	512

static ULONG fltfs_volume_features(const struct fltfs_fo *fo)
{
	const struct super_block *sb = fltfs_sb(fo->dentry->d_sb)->sb;
	const struct inode_operations *root = d_inode(sb->s_root)->i_op;
	ULONG features = FILE_CASE_SENSITIVE_SEARCH | FILE_CASE_PRESERVED_NAMES |
			 FILE_UNICODE_ON_DISK | FILE_SUPPORTS_POSIX_UNLINK_RENAME;
	FLT_FILESYSTEM_TYPE type;

	if (sb_rdonly(fo->dentry->d_sb) || sb_rdonly(sb))
		features |= FILE_READ_ONLY_VOLUME;
	if (root->link)
		features |= FILE_SUPPORTS_HARD_LINKS;
	if (root->symlink)
		features |= FILE_SUPPORTS_REPARSE_POINTS;
	if (sb->s_xattr)
		features |= FILE_SUPPORTS_EXTENDED_ATTRIBUTES;
	if (sb->s_export_op && sb->s_export_op->fh_to_dentry)
		features |= FILE_SUPPORTS_OPEN_BY_FILE_ID;
	fltfs_type_of(sb->s_type->name, NULL, &type);
	if (type == FLT_FSTYPE_NTFS)
		features |= FILE_SUPPORTS_SPARSE_FILES;
	if (fo->lower && fo->lower->f_op->remap_file_range)
		features |= FILE_SUPPORTS_BLOCK_REFCOUNTING;
	return features;
}

/* As much of the name as fits, in capitals: the lower file system's own (INFO-49). */
static NTSTATUS fltfs_fill_fs_attribute(const struct fltfs_fo *fo, const struct kstatfs *stat,
					FILE_FS_ATTRIBUTE_INFORMATION *info, ULONG length,
					ULONG *used)
{
	const char *name = fltfs_sb(fo->dentry->d_sb)->sb->s_type->name;
	ULONG fixed = offsetof(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName);
	ULONG i, units = strlen(name);
	WCHAR *to = (void *)info + fixed;

	info->FileSystemAttributes = fltfs_volume_features(fo);
	info->MaximumComponentNameLength = stat->f_namelen;
	info->FileSystemNameLength = units * sizeof(WCHAR);
	for (i = 0; i < units && fixed + (i + 1) * sizeof(WCHAR) <= length; i++)
		to[i] = name[i] >= 'a' && name[i] <= 'z' ? name[i] - 'a' + 'A' : name[i];
	*used = fixed + i * sizeof(WCHAR);
	return i < units ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static void fltfs_fill_fs_device(const struct fltfs_fo *fo, FILE_FS_DEVICE_INFORMATION *info)
{
	bool local = fo->base.volume->info.local;

	info->DeviceType = local ? FILE_DEVICE_DISK : FILE_DEVICE_NETWORK;
	info->Characteristics = FILE_DEVICE_IS_MOUNTED | (local ? 0 : FILE_REMOTE_DEVICE);
	if (sb_rdonly(fltfs_sb(fo->dentry->d_sb)->sb))
		info->Characteristics |= FILE_READ_ONLY_DEVICE;
}

static void fltfs_fill_fs_size(const struct kstatfs *stat, FILE_FS_SIZE_INFORMATION *info)
{
	info->TotalAllocationUnits.QuadPart = stat->f_blocks;
	info->AvailableAllocationUnits.QuadPart = stat->f_bavail;
	info->SectorsPerAllocationUnit = max_t(ULONG, stat->f_bsize / FLTFS_SECTOR, 1);
	info->BytesPerSector = FLTFS_SECTOR;
}

static void fltfs_fill_fs_full_size(const struct kstatfs *stat,
				    FILE_FS_FULL_SIZE_INFORMATION *info)
{
	info->TotalAllocationUnits.QuadPart = stat->f_blocks;
	info->CallerAvailableAllocationUnits.QuadPart = stat->f_bavail;
	info->ActualAvailableAllocationUnits.QuadPart = stat->f_bfree;
	info->SectorsPerAllocationUnit = max_t(ULONG, stat->f_bsize / FLTFS_SECTOR, 1);
	info->BytesPerSector = FLTFS_SECTOR;
}

/* What the lower device's queue says (VOL-55); without one, a page that is aligned. */
static void fltfs_fill_fs_sectors(const struct fltfs_fo *fo, FILE_FS_SECTOR_SIZE_INFORMATION *info)
{
	struct block_device *bdev = fltfs_sb(fo->dentry->d_sb)->sb->s_bdev;
	ULONG physical = bdev ? bdev_physical_block_size(bdev) : 4096;
	int shift = bdev ? bdev_alignment_offset(bdev) : 0;

	info->LogicalBytesPerSector = bdev ? bdev_logical_block_size(bdev) : FLTFS_SECTOR;
	info->PhysicalBytesPerSectorForAtomicity = physical;
	info->PhysicalBytesPerSectorForPerformance = physical;
	info->FileSystemEffectivePhysicalBytesPerSectorForAtomicity = physical;
	info->ByteOffsetForSectorAlignment = shift < 0 ? SSINFO_OFFSET_UNKNOWN : shift;
	if (bdev)
		info->ByteOffsetForPartitionAlignment =
			(get_start_sect(bdev) << SECTOR_SHIFT) & (physical - 1);
	if (!shift)
		info->Flags |= SSINFO_FLAGS_ALIGNED_DEVICE;
	if (!info->ByteOffsetForPartitionAlignment)
		info->Flags |= SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE;
	if (bdev && bdev_nonrot(bdev))
		info->Flags |= SSINFO_FLAGS_NO_SEEK_PENALTY;
	if (bdev && bdev_max_discard_sectors(bdev))
		info->Flags |= SSINFO_FLAGS_TRIM_ENABLED;
}

static ULONG fltfs_fs_fixed_size(FS_INFORMATION_CLASS class)
{
	switch (class) {
	case FileFsVolumeInformation:
		return offsetof(FILE_FS_VOLUME_INFORMATION, VolumeLabel);
	case FileFsSizeInformation:
		return sizeof(FILE_FS_SIZE_INFORMATION);
	case FileFsDeviceInformation:
		return sizeof(FILE_FS_DEVICE_INFORMATION);
	case FileFsAttributeInformation:
		return offsetof(FILE_FS_ATTRIBUTE_INFORMATION, FileSystemName);
	case FileFsFullSizeInformation:
		return sizeof(FILE_FS_FULL_SIZE_INFORMATION);
	case FileFsSectorSizeInformation:
		return sizeof(FILE_FS_SECTOR_SIZE_INFORMATION);
	default:
		return 0;
	}
}

/**
 * fltfs_query_volume() - answer a class of volume information
 * @fo: open file object of the volume
 * @class: information class
 * @buffer: filled; nothing is written past @length
 * @length: its size
 * @known: what the lower file system's statfs said, or NULL to ask it
 * @used: bytes written
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW (the name was cut), STATUS_INFO_LENGTH_MISMATCH
 * or STATUS_INVALID_INFO_CLASS (nothing written), or the lower file system's error
 */
NTSTATUS fltfs_query_volume(const struct fltfs_fo *fo, FS_INFORMATION_CLASS class, void *buffer,
			    ULONG length, const struct kstatfs *known, ULONG *used)
{
	ULONG fixed = fltfs_fs_fixed_size(class);
	struct path path = fltfs_fo_path(fo);
	FILE_FS_VOLUME_INFORMATION *volume = buffer;
	struct kstatfs stat;
	int err;

	*used = 0;
	if (!fixed)
		return STATUS_INVALID_INFO_CLASS;
	if (length < fixed || !buffer)
		return STATUS_INFO_LENGTH_MISMATCH;
	err = known ? 0 : vfs_statfs(&path, &stat);
	if (err)
		return flt_status_from_errno(err);
	if (known)
		stat = *known;
	memset(buffer, 0, fixed);
	*used = fixed;
	switch (class) {
	case FileFsVolumeInformation:
		/* Stable over remounts; there is no label to be had from here. */
		volume->VolumeSerialNumber = stat.f_fsid.val[0] ^ stat.f_fsid.val[1];
		break;
	case FileFsSizeInformation:
		fltfs_fill_fs_size(&stat, buffer);
		break;
	case FileFsDeviceInformation:
		fltfs_fill_fs_device(fo, buffer);
		break;
	case FileFsAttributeInformation:
		return fltfs_fill_fs_attribute(fo, &stat, buffer, length, used);
	case FileFsSectorSizeInformation:
		fltfs_fill_fs_sectors(fo, buffer);
		break;
	default:
		fltfs_fill_fs_full_size(&stat, buffer);
	}
	return STATUS_SUCCESS;
}
