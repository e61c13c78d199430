// SPDX-License-Identifier: GPL-2.0
/*
 * stat: asked of the lower file system; shown to interested filters on the caller's own open file
 * object, as QUERY_OPEN, or as the full sequence of a create and a query. What a filter changed in
 * the answer is what the program sees; nothing of it is kept.
 */
#include <linux/slab.h>
#include "compat/inode.h"
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_time.h"

/**
 * struct fltfs_stat - a stat under way
 * @request: first member
 * @stat: the lower attributes, and the answer
 * @mask: what the caller asked for
 * @flags: AT_STATX_SYNC_TYPE
 * @length: size of the answer as filters are told it (QUERY_OPEN points here)
 * @room: and as it is
 * @asked: class that an object is asked for
 * @class: of the answer, as the bottom gave it
 * @before: the answer as the bottom gave it; zero when it was not asked
 * @answer: what filters see, zero at first
 */
struct fltfs_stat {
	struct fltfs_request request;
	struct kstat *stat;
	u32 mask;
	unsigned int flags;
	ULONG length;
	ULONG room;
	FILE_INFORMATION_CLASS asked;
	FILE_INFORMATION_CLASS class;
	union {
		FILE_ALL_INFORMATION all;
		FILE_STAT_LX_INFORMATION lx;
	} before;
	void *answer;
};

/* A full answer and a name of 64 units: what a stat seldom needs more than. */
#define FLTFS_ANSWER_SHORT	(sizeof(FILE_ALL_INFORMATION) + 128)

static int fltfs_stat_lower(const struct path *path, struct kstat *stat, u32 mask,
			    unsigned int flags)
{
	struct path lower = fltfs_lower_path(path->dentry);
	int err;

	/* The security hook ran for the upper path, and @stat is what the VFS began with. */
	err = flt_getattr_go_on(&lower, stat, mask, flags);
	if (!err)
		fltfs_stat_size(d_inode(path->dentry), stat);
	return err;
}

/* The bottom of QUERY_INFORMATION and of QUERY_OPEN; the class may have been changed. */
static void fltfs_stat_fill(struct flt_operation *op, FILE_INFORMATION_CLASS class, void *buffer,
			    ULONG length)
{
	struct fltfs_fo *fo = fltfs_op_fo(op);
	struct fltfs_stat *query = op->front;
	NTSTATUS status;
	ULONG used;
	int err;

	err = fltfs_lower_stat(fo, query->mask, query->flags, query->stat);
	if (err) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	if (buffer == query->answer)
		length = min(length, query->room);
	status = fltfs_fill_information(class, buffer, length, query->stat, fo, &used);
	if (class == FileAllInformation || class == FileStatLxInformation) {
		size_t known = min_t(size_t, used, sizeof(query->before));

		query->class = class;
		memcpy(&query->before, buffer, known);
		memset((u8 *)&query->before + known, 0, sizeof(query->before) - known);
	}
	flt_operation_result(op, status, used);
}

static void fltfs_bottom_stat(struct flt_operation *op)
{
	FLT_PARAMETERS *parameters = &op->iopb.Parameters;

	fltfs_stat_fill(op, parameters->QueryFileInformation.FileInformationClass,
			parameters->QueryFileInformation.InfoBuffer,
			parameters->QueryFileInformation.Length);
}

static void fltfs_bottom_query_open(struct flt_operation *op)
{
	FLT_PARAMETERS *parameters = &op->iopb.Parameters;

	fltfs_stat_fill(op, parameters->QueryOpen.FileInformationClass,
			parameters->QueryOpen.FileInformation, *parameters->QueryOpen.Length);
	op->data.IoStatus.Information = 0;
}

static void fltfs_take_time(struct timespec64 *time, const LARGE_INTEGER *before,
			    const LARGE_INTEGER *after)
{
	if (before->QuadPart != after->QuadPart)
		timespec_from_nt_time(after->QuadPart, time);
}

static void fltfs_take_attributes(struct kstat *stat, ULONG before, ULONG after)
{
	if (after & ~before & FILE_ATTRIBUTE_READONLY)
		stat->mode &= ~0222;
}

/* Whatever differs from what the bottom wrote replaces what the lower file system said. */
static void fltfs_take_all(struct kstat *stat, const FILE_ALL_INFORMATION *before,
			   const FILE_ALL_INFORMATION *after)
{
	const FILE_STANDARD_INFORMATION *old = &before->StandardInformation;
	const FILE_STANDARD_INFORMATION *new = &after->StandardInformation;

	fltfs_take_time(&stat->btime, &before->BasicInformation.CreationTime,
			&after->BasicInformation.CreationTime);
	fltfs_take_time(&stat->atime, &before->BasicInformation.LastAccessTime,
			&after->BasicInformation.LastAccessTime);
	fltfs_take_time(&stat->mtime, &before->BasicInformation.LastWriteTime,
			&after->BasicInformation.LastWriteTime);
	fltfs_take_time(&stat->ctime, &before->BasicInformation.ChangeTime,
			&after->BasicInformation.ChangeTime);
	fltfs_take_attributes(stat, before->BasicInformation.FileAttributes,
			      after->BasicInformation.FileAttributes);
	if (old->EndOfFile.QuadPart != new->EndOfFile.QuadPart)
		stat->size = new->EndOfFile.QuadPart;
	if (old->AllocationSize.QuadPart != new->AllocationSize.QuadPart)
		stat->blocks = new->AllocationSize.QuadPart / 512;
	if (old->NumberOfLinks != new->NumberOfLinks)
		stat->nlink = new->NumberOfLinks;
	if (before->InternalInformation.IndexNumber.QuadPart !=
	    after->InternalInformation.IndexNumber.QuadPart)
		stat->ino = after->InternalInformation.IndexNumber.QuadPart;
}

static void fltfs_take_lx(struct kstat *stat, const FILE_STAT_LX_INFORMATION *before,
			  const FILE_STAT_LX_INFORMATION *after)
{
	fltfs_take_time(&stat->btime, &before->CreationTime, &after->CreationTime);
	fltfs_take_time(&stat->atime, &before->LastAccessTime, &after->LastAccessTime);
	fltfs_take_time(&stat->mtime, &before->LastWriteTime, &after->LastWriteTime);
	fltfs_take_time(&stat->ctime, &before->ChangeTime, &after->ChangeTime);
	fltfs_take_attributes(stat, before->FileAttributes, after->FileAttributes);
	if (before->EndOfFile.QuadPart != after->EndOfFile.QuadPart)
		stat->size = after->EndOfFile.QuadPart;
	if (before->AllocationSize.QuadPart != after->AllocationSize.QuadPart)
		stat->blocks = after->AllocationSize.QuadPart / 512;
	if (before->NumberOfLinks != after->NumberOfLinks)
		stat->nlink = after->NumberOfLinks;
	if (before->FileId.QuadPart != after->FileId.QuadPart)
		stat->ino = after->FileId.QuadPart;
	if (before->LxMode != after->LxMode)
		stat->mode = (stat->mode & S_IFMT) | (after->LxMode & 07777);
	if (before->LxUid != after->LxUid)
		stat->uid = make_kuid(&init_user_ns, after->LxUid);
	if (before->LxGid != after->LxGid)
		stat->gid = make_kgid(&init_user_ns, after->LxGid);
}

/*
 * The end of a query that succeeded. A filter that answered it without asking below has left us
 * without attributes: they are taken from below first, and its answer replaces what it covers.
 */
static int fltfs_stat_take(struct fltfs_stat *query, const struct path *path)
{
	int err;

	if (!query->request.reached) {
		err = fltfs_stat_lower(path, query->stat, query->mask, query->flags);
		if (err)
			return err;
		query->class = query->asked;
		memset(&query->before, 0, sizeof(query->before));
	}
	/* Filters are always shown the time of creation; a program only when it asked. */
	if (!(query->mask & STATX_BTIME))
		query->stat->result_mask &= ~STATX_BTIME;
	if (query->class == FileAllInformation)
		fltfs_take_all(query->stat, &query->before.all, (void *)query->answer);
	else if (query->class == FileStatLxInformation)
		fltfs_take_lx(query->stat, &query->before.lx, (void *)query->answer);
	return 0;
}

/* QUERY_INFORMATION on an open object; the answer's memory is there. */
static noinline int fltfs_stat_send(struct fltfs_fo *fo, struct fltfs_stat *query,
				    const struct path *path)
{
	struct flt_operation op FLT_NOT_CLEARED;
	int err = 0;

	query->request.bottom = fltfs_bottom_stat;
	__flt_operation_init(&op, fo->base.volume, IRP_MJ_QUERY_INFORMATION, &fo->base.fo);
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	op.iopb.Parameters.QueryFileInformation.Length = query->length;
	op.iopb.Parameters.QueryFileInformation.FileInformationClass = query->asked;
	op.iopb.Parameters.QueryFileInformation.InfoBuffer = query->answer;
	op.front = query;
	flt_operation_run(&op);
	/* A name that did not fit is no failure of a stat. */
	if (op.data.IoStatus.Status != STATUS_BUFFER_OVERFLOW)
		err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err ?: fltfs_stat_take(query, path);
}

/* The name is part of the answer and has to fit into it. */
static noinline int fltfs_stat_by_object(struct fltfs_fo *fo, struct fltfs_stat *query,
					 const struct path *path)
{
	u8 small[FLTFS_ANSWER_SHORT] __aligned(8) FLT_NOT_CLEARED;
	int err;

	query->length = sizeof(FILE_STAT_LX_INFORMATION);
	if (query->asked == FileAllInformation)
		query->length = sizeof(FILE_ALL_INFORMATION) + fo->base.fo.FileName.Length;
	query->room = query->length;
	if (query->length <= sizeof(small)) {
		memset(small, 0, query->length);
		query->answer = small;
		return fltfs_stat_send(fo, query, path);
	}
	query->answer = kvzalloc(query->length, GFP_KERNEL);
	if (!query->answer)
		return -ENOMEM;
	err = fltfs_stat_send(fo, query, path);
	kvfree(query->answer);
	return err;
}

/* QUERY_OPEN; -EAGAIN when a filter wants to see the full sequence instead. */
static noinline int fltfs_stat_by_query_open(struct fltfs_stat *query, const struct path *path)
{
	struct fltfs_fo *fo = fltfs_fo_new(path->dentry);
	FILE_STAT_LX_INFORMATION answer = {};
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	if (!fo)
		return -ENOMEM;
	query->request.bottom = fltfs_bottom_query_open;
	query->asked = FileStatLxInformation;
	query->length = sizeof(answer);
	query->room = sizeof(answer);
	query->answer = &answer;
	__flt_operation_init(&op, fo->base.volume, IRP_MJ_QUERY_OPEN, &fo->base.fo);
	op.iopb.Parameters.QueryOpen.FileInformation = query->answer;
	op.iopb.Parameters.QueryOpen.Length = &query->length;
	op.iopb.Parameters.QueryOpen.FileInformationClass = FileStatLxInformation;
	op.front = query;
	flt_operation_run(&op);
	if (op.data.IoStatus.Status == STATUS_FLT_DISALLOW_FSFILTER_IO)
		err = -EAGAIN;
	else
		err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	flt_file_put(&fo->base);
	return err ?: fltfs_stat_take(query, path);
}

/* CREATE, QUERY_INFORMATION, CLEANUP, CLOSE. */
static int fltfs_stat_by_path(struct fltfs_stat *query, const struct path *path)
{
	static const struct fltfs_how plain = {
		.access		= FILE_READ_ATTRIBUTES | SYNCHRONIZE,
		.options	= FILE_SYNCHRONOUS_IO_NONALERT | FILE_OPEN_FOR_BACKUP_INTENT,
		.disposition	= FILE_OPEN,
		.attributes	= FILE_ATTRIBUTE_NORMAL,
		.follows	= true,
	};
	struct fltfs_how how = plain;
	struct fltfs_fo *fo;
	int err;

	if (!d_is_reg(path->dentry) && !d_is_dir(path->dentry))
		how.options |= FILE_OPEN_REPARSE_POINT;
	fo = fltfs_short_open(path->dentry, &how, NULL, NULL, NULL);
	if (IS_ERR(fo))
		return PTR_ERR(fo);
	err = fltfs_stat_by_object(fo, query, path);
	fltfs_fo_release(fo);
	return err;
}

/**
 * fltfs_query_end() - where does a file end, as the filters say?
 * @fo: open file object
 * @end: set to EndOfFile of FileStandardInformation, which filters may have changed
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
int fltfs_query_end(struct fltfs_fo *fo, loff_t *end)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_query };
	FILE_STANDARD_INFORMATION info = {};
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_QUERY_INFORMATION, &fo->base.fo);
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API | IRP_BUFFERED_IO;
	op.iopb.Parameters.QueryFileInformation.Length = sizeof(info);
	op.iopb.Parameters.QueryFileInformation.FileInformationClass = FileStandardInformation;
	op.iopb.Parameters.QueryFileInformation.InfoBuffer = &info;
	op.front = &request;
	flt_operation_run(&op);
	err = fltfs_op_result(&op);
	*end = info.EndOfFile.QuadPart;
	flt_operation_fini(&op);
	return err;
}

static noinline int fltfs_stat_filtered(const struct path *path, struct kstat *stat, u32 mask,
					unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct fltfs_sb *fsb = fltfs_sb(inode->i_sb);
	struct fltfs_stat query FLT_NOT_CLEARED;
	struct fltfs_fo *own;
	int err;

	own = fltfs_fo_own(path->dentry);
	if (own && !fltfs_wants(inode, FLT_WANT(IRP_MJ_QUERY_INFORMATION))) {
		err = fltfs_stat_lower(path, stat, mask, flags);
		goto out_own;
	}
	query.request.reached = false;
	query.request.parked = false;
	query.stat = stat;
	query.mask = mask;
	query.flags = flags;
	query.class = 0;
	query.asked = FileAllInformation;
	if (own) {
		err = fltfs_stat_by_object(own, &query, path);
	} else {
		err = -EAGAIN;
		/* The root has a name of its own to show, and takes the full sequence (VFS-306). */
		if (READ_ONCE(fsb->query_open) && path->dentry != inode->i_sb->s_root) {
			err = fltfs_stat_by_query_open(&query, path);
			query.request.reached = false;
		}
		if (err == -EAGAIN)
			err = fltfs_stat_by_path(&query, path);
	}
out_own:
	if (own)
		flt_file_put(&own->base);
	return err;
}

int fltfs_getattr(flt_idmap *idmap, const struct path *path, struct kstat *stat, u32 request_mask,
		  unsigned int flags)
{
	struct inode *inode = d_inode(path->dentry);
	struct super_block *sb = inode->i_sb;
	int err;

	/* The root is reached without a walk into the mount (VFS-616). */
	err = flt_volume_ready(fltfs_i(inode)->volume);
	if (err)
		return err;
	if (fltfs_wants(inode, FLTFS_SEQ_STAT))
		err = fltfs_stat_filtered(path, stat, request_mask, flags);
	else
		err = fltfs_stat_lower(path, stat, request_mask, flags);
	if (err)
		return err;
	/* Subvolumes with device numbers of their own keep them: inode numbers may repeat. */
	if (stat->dev == fltfs_sb(sb)->dev)
		stat->dev = sb->s_dev;
	fltfs_copy_size(inode);
	return 0;
}
