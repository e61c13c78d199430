// SPDX-License-Identifier: GPL-2.0
/*
 * Information about a file in the classes that Windows has: filled from the lower file system's
 * own attributes, laid out byte for byte as the WDK says, unknown members zero.
 */
#include <linux/fs.h>
#include <linux/stat.h>
#include <linux/statfs.h>
#include "fltmgr/name.h"
#include "fs/cache.h"
#include "fs/name.h"
#include "fs/request.h"
#include "nt/ke_time.h"

/* What a stat has to be asked for to fill every class. */
#define FLTFS_STAT_MASK	(STATX_BASIC_STATS | STATX_BTIME)

/**
 * fltfs_lower_stat() - the lower file system's attributes
 * @fo: file object, open or about to be
 * @request_mask: STATX_* that the caller wants besides what the classes need
 * @flags: AT_STATX_SYNC_TYPE part of the caller's flags
 * @stat: filled
 *
 * Return: 0 or a negative errno.
 */
int fltfs_lower_stat(const struct fltfs_fo *fo, u32 request_mask, unsigned int flags,
		     struct kstat *stat)
{
	struct inode *inode = d_inode(fo->dentry);
	struct path path = fltfs_fo_path(fo);
	int err;

	err = vfs_getattr_nosec(&path, stat, request_mask | FLTFS_STAT_MASK,
				flags & AT_STATX_SYNC_TYPE);
	if (!err && inode && fltfs_lower_inode(inode) == d_inode(path.dentry))
		fltfs_stat_size(inode, stat);
	return err;
}

/* The tag that stands for a kind of special file (VFS-822), or 0. */
ULONG fltfs_reparse_tag(umode_t mode)
{
	switch (mode & S_IFMT) {
	case S_IFLNK:
		return IO_REPARSE_TAG_LX_SYMLINK;
	case S_IFIFO:
		return IO_REPARSE_TAG_LX_FIFO;
	case S_IFSOCK:
		return IO_REPARSE_TAG_AF_UNIX;
	case S_IFCHR:
		return IO_REPARSE_TAG_LX_CHR;
	case S_IFBLK:
		return IO_REPARSE_TAG_LX_BLK;
	}
	return 0;
}

/* Attributes that follow from mode and size; those kept beside the file are not among them. */
ULONG fltfs_attributes(const struct kstat *stat)
{
	ULONG attributes = 0;

	if (S_ISDIR(stat->mode))
		attributes |= FILE_ATTRIBUTE_DIRECTORY;
	else if (fltfs_reparse_tag(stat->mode))
		attributes |= FILE_ATTRIBUTE_REPARSE_POINT;
	if (!(stat->mode & 0222))
		attributes |= FILE_ATTRIBUTE_READONLY;
	if (S_ISREG(stat->mode)) {
		if (stat->attributes & STATX_ATTR_COMPRESSED)
			attributes |= FILE_ATTRIBUTE_COMPRESSED;
		else if (stat->blocks * 512 < (u64)stat->size &&
			 round_up(stat->size, stat->blksize ?: 512) > stat->blocks * 512)
			attributes |= FILE_ATTRIBUTE_SPARSE_FILE;
		if (!stat->nlink)
			attributes |= FILE_ATTRIBUTE_TEMPORARY;
	}
	if (stat->attributes & STATX_ATTR_ENCRYPTED)
		attributes |= FILE_ATTRIBUTE_ENCRYPTED;
	return attributes ?: FILE_ATTRIBUTE_NORMAL;
}

/* A file system without a time of birth: the earlier of the two that can only have come later. */
s64 fltfs_creation_time(const struct kstat *stat)
{
	if (stat->result_mask & STATX_BTIME)
		return nt_time_from_timespec(&stat->btime);
	if (timespec64_compare(&stat->mtime, &stat->ctime) < 0)
		return nt_time_from_timespec(&stat->mtime);
	return nt_time_from_timespec(&stat->ctime);
}

/* Devices of one tree are counted as they come up; the first is the root's. */
static u64 fltfs_device_index(struct fltfs_sb *fsb, dev_t dev)
{
	void *entry = xa_load(&fsb->devices, dev), *fresh;

	if (entry)
		return xa_to_value(entry);
	fresh = xa_mk_value(atomic_inc_return(&fsb->nr_devices));
	entry = xa_cmpxchg(&fsb->devices, dev, NULL, fresh, GFP_KERNEL);
	/* Without memory it is told from the root's, at least. */
	if (xa_is_err(entry))
		return U16_MAX;
	return xa_to_value(entry ?: fresh);
}

/**
 * fltfs_file_id() - the number by which filters know a file (VFS-838)
 * @fsb: the mount
 * @stat: lower attributes
 *
 * That of its inode. Where a tree has several devices (subvolumes of btrfs, layers of overlayfs)
 * numbers repeat, and those of other devices than the root's get the device's index on top.
 *
 * Return: the number
 */
u64 fltfs_file_id(struct fltfs_sb *fsb, const struct kstat *stat)
{
	if (likely(stat->dev == fsb->dev))
		return stat->ino;
	return stat->ino ^ fltfs_device_index(fsb, stat->dev) << 48;
}

static u64 fltfs_fo_id(const struct fltfs_fo *fo, const struct kstat *stat)
{
	return fltfs_file_id(fltfs_sb(fo->dentry->d_sb), stat);
}

/* The four times stand together, in this order, wherever they occur. */
struct fltfs_times {
	LARGE_INTEGER creation;
	LARGE_INTEGER access;
	LARGE_INTEGER write;
	LARGE_INTEGER change;
};

static void fltfs_fill_times(void *where, const struct kstat *stat)
{
	struct fltfs_times *times = where;

	times->creation.QuadPart = fltfs_creation_time(stat);
	times->access.QuadPart = nt_time_from_timespec(&stat->atime);
	times->write.QuadPart = nt_time_from_timespec(&stat->mtime);
	times->change.QuadPart = nt_time_from_timespec(&stat->ctime);
}

static void fltfs_fill_basic(FILE_BASIC_INFORMATION *info, const struct kstat *stat)
{
	fltfs_fill_times(info, stat);
	info->FileAttributes = fltfs_attributes(stat);
}

static ULONG fltfs_links(const struct kstat *stat)
{
	return S_ISDIR(stat->mode) ? !!stat->nlink : stat->nlink;
}

static void fltfs_fill_standard(FILE_STANDARD_INFORMATION *info, const struct kstat *stat,
				const struct fltfs_fo *fo)
{
	info->AllocationSize.QuadPart = stat->blocks * 512;
	info->EndOfFile.QuadPart = stat->size;
	info->NumberOfLinks = fltfs_links(stat);
	info->DeletePending = !stat->nlink || test_bit(FLTFS_FO_DELETE, &fo->state);
	info->Directory = S_ISDIR(stat->mode);
}

/* As much of a name as fits; its length is told in full (INFO-05). */
static NTSTATUS fltfs_fill_text(FILE_NAME_INFORMATION *info, ULONG room,
				const UNICODE_STRING *name, ULONG *used)
{
	ULONG bytes = room - offsetof(FILE_NAME_INFORMATION, FileName);

	bytes = min_t(ULONG, bytes & ~1U, name->Length);
	info->FileNameLength = name->Length;
	if (bytes)
		memcpy((u8 *)info + offsetof(FILE_NAME_INFORMATION, FileName), name->Buffer, bytes);
	*used = offsetof(FILE_NAME_INFORMATION, FileName) + bytes;
	return bytes < name->Length ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

/* As it was opened. */
static NTSTATUS fltfs_fill_name(FILE_NAME_INFORMATION *info, ULONG room,
				const struct fltfs_fo *fo, ULONG *used)
{
	return fltfs_fill_text(info, room, &fo->base.fo.FileName, used);
}

/* As it is on the volume: without links, and where it has been moved to. */
static NTSTATUS fltfs_fill_normalized(FILE_NAME_INFORMATION *info, ULONG room,
				      const struct fltfs_fo *fo, ULONG *used)
{
	struct flt_name *name;
	UNICODE_STRING path;
	NTSTATUS status;

	name = fltfs_query_name((struct flt_file *)&fo->base, &status);
	if (!name) {
		*used = 0;
		return status;
	}
	path = name->info.Name;
	path.Buffer = flt_name_path(name);
	path.Length -= name->info.Volume.Length;
	status = fltfs_fill_text(info, room, &path, used);
	flt_name_put(name);
	return status;
}

/* The data of a file is its only stream; a directory has none. */
static NTSTATUS fltfs_fill_stream(FILE_STREAM_INFORMATION *info, ULONG room,
				  const struct kstat *stat, ULONG *used)
{
	static const char name[] = "::$DATA";
	const ULONG fixed = offsetof(FILE_STREAM_INFORMATION, StreamName);
	WCHAR *to = (void *)info + fixed;
	ULONG i;

	if (S_ISDIR(stat->mode)) {
		*used = 0;
		return STATUS_SUCCESS;
	}
	info->StreamNameLength = strlen(name) * sizeof(WCHAR);
	info->StreamSize.QuadPart = stat->size;
	info->StreamAllocationSize.QuadPart = stat->blocks * 512;
	for (i = 0; name[i] && fixed + (i + 1) * sizeof(WCHAR) <= room; i++)
		to[i] = name[i];
	*used = fixed + i * sizeof(WCHAR);
	return name[i] ? STATUS_BUFFER_OVERFLOW : STATUS_SUCCESS;
}

static ULONG fltfs_mode_of(const struct fltfs_fo *fo)
{
	ULONG flags = fo->base.fo.Flags;
	ULONG mode = FILE_SYNCHRONOUS_IO_NONALERT;

	if (flags & FO_NO_INTERMEDIATE_BUFFERING)
		mode |= FILE_NO_INTERMEDIATE_BUFFERING;
	if (flags & FO_WRITE_THROUGH)
		mode |= FILE_WRITE_THROUGH;
	if (flags & FO_DELETE_ON_CLOSE)
		mode |= FILE_DELETE_ON_CLOSE;
	return mode;
}

static NTSTATUS fltfs_fill_all(FILE_ALL_INFORMATION *info, ULONG room, const struct kstat *stat,
			       const struct fltfs_fo *fo, ULONG *used)
{
	const ULONG fixed = offsetof(FILE_ALL_INFORMATION, NameInformation);
	NTSTATUS status;

	fltfs_fill_basic(&info->BasicInformation, stat);
	fltfs_fill_standard(&info->StandardInformation, stat, fo);
	info->InternalInformation.IndexNumber.QuadPart = fltfs_fo_id(fo, stat);
	info->AccessInformation.AccessFlags = fo->granted;
	info->PositionInformation.CurrentByteOffset = fo->base.fo.CurrentByteOffset;
	info->ModeInformation.Mode = fltfs_mode_of(fo);
	status = fltfs_fill_name(&info->NameInformation, room - fixed, fo, used);
	*used += fixed;
	return status;
}

static void fltfs_fill_stat(FILE_STAT_INFORMATION *info, const struct kstat *stat,
			    const struct fltfs_fo *fo)
{
	info->FileId.QuadPart = fltfs_fo_id(fo, stat);
	fltfs_fill_times(&info->CreationTime, stat);
	info->AllocationSize.QuadPart = stat->blocks * 512;
	info->EndOfFile.QuadPart = stat->size;
	info->FileAttributes = fltfs_attributes(stat);
	info->ReparseTag = fltfs_reparse_tag(stat->mode);
	info->NumberOfLinks = fltfs_links(stat);
	info->EffectiveAccess = FILE_ALL_ACCESS;
}

static void fltfs_fill_stat_lx(FILE_STAT_LX_INFORMATION *info, const struct kstat *stat,
			       const struct fltfs_fo *fo)
{
	/* The longer structure begins as the shorter one. */
	fltfs_fill_stat((FILE_STAT_INFORMATION *)info, stat, fo);
	info->LxFlags = LX_FILE_METADATA_HAS_UID | LX_FILE_METADATA_HAS_GID |
			LX_FILE_METADATA_HAS_MODE;
	if (S_ISDIR(stat->mode))
		info->LxFlags |= LX_FILE_CASE_SENSITIVE_DIR;
	info->LxUid = from_kuid_munged(&init_user_ns, stat->uid);
	info->LxGid = from_kgid_munged(&init_user_ns, stat->gid);
	info->LxMode = stat->mode;
	if (S_ISCHR(stat->mode) || S_ISBLK(stat->mode)) {
		info->LxFlags |= LX_FILE_METADATA_HAS_DEVICE_ID;
		info->LxDeviceIdMajor = MAJOR(stat->rdev);
		info->LxDeviceIdMinor = MINOR(stat->rdev);
	}
}

static void fltfs_fill_network_open(FILE_NETWORK_OPEN_INFORMATION *info, const struct kstat *stat)
{
	fltfs_fill_times(info, stat);
	info->AllocationSize.QuadPart = stat->blocks * 512;
	info->EndOfFile.QuadPart = stat->size;
	info->FileAttributes = fltfs_attributes(stat);
}

/* What the volume is called by in numbers (INFO-50). */
static NTSTATUS fltfs_serial(const struct fltfs_fo *fo, u32 *serial)
{
	struct path path = fltfs_fo_path(fo);
	struct kstatfs vfs;
	int err = vfs_statfs(&path, &vfs);

	*serial = err ? 0 : vfs.f_fsid.val[0] ^ vfs.f_fsid.val[1];
	return flt_status_from_errno(err);
}

static NTSTATUS fltfs_fill_id(FILE_ID_INFORMATION *info, const struct kstat *stat,
			      const struct fltfs_fo *fo)
{
	u64 id = fltfs_fo_id(fo, stat);
	NTSTATUS status;
	u32 serial;

	status = fltfs_serial(fo, &serial);
	info->VolumeSerialNumber = serial;
	memcpy(&info->FileId, &id, sizeof(id));
	return status;
}

static NTSTATUS fltfs_fill_stat_basic(FILE_STAT_BASIC_INFORMATION *info, const struct kstat *stat,
				      const struct fltfs_fo *fo)
{
	const struct flt_volume_info *volume = &fo->base.volume->info;
	u64 id = fltfs_fo_id(fo, stat);
	NTSTATUS status;
	u32 serial;

	status = fltfs_serial(fo, &serial);
	info->FileId.QuadPart = id;
	fltfs_fill_times(&info->CreationTime, stat);
	info->AllocationSize.QuadPart = stat->blocks * 512;
	info->EndOfFile.QuadPart = stat->size;
	info->FileAttributes = fltfs_attributes(stat);
	info->ReparseTag = fltfs_reparse_tag(stat->mode);
	info->NumberOfLinks = fltfs_links(stat);
	info->DeviceType = volume->local ? FILE_DEVICE_DISK : FILE_DEVICE_NETWORK;
	info->DeviceCharacteristics = FILE_DEVICE_IS_MOUNTED | volume->characteristics |
				      (volume->local ? 0 : FILE_REMOTE_DEVICE);
	info->VolumeSerialNumber.QuadPart = serial;
	memcpy(&info->FileId128, &id, sizeof(id));
	return status;
}

/* Bytes without the variable tail, or 0 for a class that is not answered here. */
static ULONG fltfs_fixed_size(FILE_INFORMATION_CLASS class)
{
	switch (class) {
	case FileBasicInformation:
		return sizeof(FILE_BASIC_INFORMATION);
	case FileStandardInformation:
		return sizeof(FILE_STANDARD_INFORMATION);
	case FileInternalInformation:
		return sizeof(FILE_INTERNAL_INFORMATION);
	case FileEaInformation:
		return sizeof(FILE_EA_INFORMATION);
	case FileAccessInformation:
		return sizeof(FILE_ACCESS_INFORMATION);
	case FilePositionInformation:
		return sizeof(FILE_POSITION_INFORMATION);
	case FileModeInformation:
		return sizeof(FILE_MODE_INFORMATION);
	case FileAlignmentInformation:
		return sizeof(FILE_ALIGNMENT_INFORMATION);
	case FileNameInformation:
	case FileNormalizedNameInformation:
	case FileAlternateNameInformation:
		return offsetof(FILE_NAME_INFORMATION, FileName);
	case FileStreamInformation:
		return offsetof(FILE_STREAM_INFORMATION, StreamName);
	case FileIdInformation:
		return sizeof(FILE_ID_INFORMATION);
	case FileAllInformation:
		return offsetof(FILE_ALL_INFORMATION, NameInformation.FileName);
	case FileNetworkOpenInformation:
		return sizeof(FILE_NETWORK_OPEN_INFORMATION);
	case FileAttributeTagInformation:
		return sizeof(FILE_ATTRIBUTE_TAG_INFORMATION);
	case FileStatInformation:
		return sizeof(FILE_STAT_INFORMATION);
	case FileStatLxInformation:
		return sizeof(FILE_STAT_LX_INFORMATION);
	case FileStatBasicInformation:
		return sizeof(FILE_STAT_BASIC_INFORMATION);
	default:
		return 0;
	}
}

static NTSTATUS fltfs_fill_class(FILE_INFORMATION_CLASS class, void *buffer, ULONG room,
				 const struct kstat *stat, const struct fltfs_fo *fo, ULONG *used)
{
	FILE_ATTRIBUTE_TAG_INFORMATION *tag = buffer;

	switch (class) {
	case FileBasicInformation:
		fltfs_fill_basic(buffer, stat);
		break;
	case FileStandardInformation:
		fltfs_fill_standard(buffer, stat, fo);
		break;
	case FileInternalInformation:
		((FILE_INTERNAL_INFORMATION *)buffer)->IndexNumber.QuadPart =
			fltfs_fo_id(fo, stat);
		break;
	case FileAccessInformation:
		((FILE_ACCESS_INFORMATION *)buffer)->AccessFlags = fo->granted;
		break;
	case FilePositionInformation:
		((FILE_POSITION_INFORMATION *)buffer)->CurrentByteOffset =
			fo->base.fo.CurrentByteOffset;
		break;
	case FileModeInformation:
		((FILE_MODE_INFORMATION *)buffer)->Mode = fltfs_mode_of(fo);
		break;
	case FileNameInformation:
		return fltfs_fill_name(buffer, room, fo, used);
	case FileNormalizedNameInformation:
		return fltfs_fill_normalized(buffer, room, fo, used);
	case FileAlternateNameInformation:
		/* There are no short names. */
		*used = 0;
		return STATUS_OBJECT_NAME_NOT_FOUND;
	case FileStreamInformation:
		return fltfs_fill_stream(buffer, room, stat, used);
	case FileIdInformation:
		return fltfs_fill_id(buffer, stat, fo);
	case FileAllInformation:
		return fltfs_fill_all(buffer, room, stat, fo, used);
	case FileNetworkOpenInformation:
		fltfs_fill_network_open(buffer, stat);
		break;
	case FileAttributeTagInformation:
		tag->FileAttributes = fltfs_attributes(stat);
		tag->ReparseTag = fltfs_reparse_tag(stat->mode);
		break;
	case FileStatInformation:
		fltfs_fill_stat(buffer, stat, fo);
		break;
	case FileStatLxInformation:
		fltfs_fill_stat_lx(buffer, stat, fo);
		break;
	case FileStatBasicInformation:
		return fltfs_fill_stat_basic(buffer, stat, fo);
	default:
		break;	/* EA size and alignment are 0 */
	}
	return STATUS_SUCCESS;
}

/**
 * fltfs_fill_information() - answer a class from attributes already known
 * @class: information class
 * @buffer: filled; nothing is written past @length
 * @length: its size
 * @stat: lower attributes
 * @fo: file object
 * @used: bytes written
 *
 * Return: STATUS_SUCCESS, STATUS_BUFFER_OVERFLOW (the tail was cut), STATUS_INFO_LENGTH_MISMATCH
 * (nothing written), STATUS_INVALID_INFO_CLASS.
 */
NTSTATUS fltfs_fill_information(FILE_INFORMATION_CLASS class, void *buffer, ULONG length,
				const struct kstat *stat, const struct fltfs_fo *fo, ULONG *used)
{
	ULONG fixed = fltfs_fixed_size(class);

	*used = 0;
	if (!fixed)
		return STATUS_INVALID_INFO_CLASS;
	if (length < fixed || !buffer)
		return STATUS_INFO_LENGTH_MISMATCH;
	memset(buffer, 0, fixed);
	*used = fixed;
	return fltfs_fill_class(class, buffer, length, stat, fo, used);
}

/* QUERY_INFORMATION that a filter started. */
void fltfs_bottom_query(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	struct kstat stat;
	NTSTATUS status;
	ULONG used;
	int err;

	err = fltfs_lower_stat(fo, 0, 0, &stat);
	if (err) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	status = fltfs_fill_information(parameters->QueryFileInformation.FileInformationClass,
					parameters->QueryFileInformation.InfoBuffer,
					parameters->QueryFileInformation.Length, &stat, fo, &used);
	flt_operation_result(op, status, used);
}
