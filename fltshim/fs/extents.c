// SPDX-License-Identifier: GPL-2.0
/*
 * Where a file has data and where that lies, as filters see it asked for: SEEK_DATA and SEEK_HOLE
 * are FSCTL_QUERY_ALLOCATED_RANGES, FS_IOC_FIEMAP is FSCTL_GET_RETRIEVAL_POINTERS. Both codes have
 * buffers of METHOD_NEITHER; they are the kernel's here, and so the requestor is, too.
 */
#include <linux/dcache.h>
#include <linux/fiemap.h>
#include <linux/fs.h>
#include <linux/slab.h>
#include <linux/uaccess.h>
#include "fs/cache.h"
#include "fs/request.h"

/**
 * fltfs_next_range() - the next part of a file with data
 * @lower: file below
 * @at: from where on; where it begins
 * @end: no further
 * @length: its length
 * @err: set to 0 or the lower file system's error when there is none
 *
 * Return: false when there is none before @end.
 */
bool fltfs_next_range(struct file *lower, loff_t *at, loff_t end, loff_t *length, int *err)
{
	loff_t start = vfs_llseek(lower, *at, SEEK_DATA), stop;

	if (start < 0 || start >= end) {
		*err = start < 0 && start != -ENXIO ? start : 0;
		return false;
	}
	stop = vfs_llseek(lower, start, SEEK_HOLE);
	if (stop < 0) {
		*err = stop;
		return false;
	}
	*at = start;
	*length = min(stop, end) - start;
	return true;
}

/* A program asks where data is next, or where there is none. */
static void fltfs_bottom_ranges(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	const FILE_ALLOCATED_RANGE_BUFFER *within =
		parameters->FileSystemControl.Neither.InputBuffer;
	FILE_ALLOCATED_RANGE_BUFFER *to = parameters->FileSystemControl.Neither.OutputBuffer;
	loff_t at, end, length;
	struct fltfs_fo *fo;
	int err = -EINVAL;

	if (!fltfs_op_is_open(op) || !within || !to ||
	    parameters->FileSystemControl.Neither.InputBufferLength < sizeof(*within) ||
	    parameters->FileSystemControl.Neither.OutputBufferLength < sizeof(*to) ||
	    within->FileOffset.QuadPart < 0 || within->Length.QuadPart < 0 ||
	    within->Length.QuadPart > LLONG_MAX - within->FileOffset.QuadPart) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	fo = fltfs_op_fo(op);
	if (!fo->lower) {
		fltfs_op_errno(op, -EBADF, 0);
		return;
	}
	at = within->FileOffset.QuadPart;
	end = at + within->Length.QuadPart;
	/* What only the own page cache has is data too. */
	err = fltfs_own(d_inode(fo->dentry)) ?
	      fltfs_flush_pages(d_inode(fo->dentry), 0, LLONG_MAX) : 0;
	if (err || !fltfs_next_range(fo->lower, &at, end, &length, &err)) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	to->FileOffset.QuadPart = at;
	to->Length.QuadPart = length;
	flt_operation_result(op, STATUS_SUCCESS, sizeof(*to));
}

/**
 * fltfs_seek_data_filtered() - SEEK_DATA or SEEK_HOLE that a filter wants to see
 * @file: upper file
 * @offset: from where; before the end of the file
 * @whence: which of the two
 *
 * Return: the place, which has been made the file's position; -ENXIO when there is no data behind
 * @offset, a filter's errno, or that of the lower file system.
 */
loff_t fltfs_seek_data_filtered(struct file *file, loff_t offset, int whence)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_ranges };
	struct inode *inode = file_inode(file);
	struct fltfs_fo *fo = fltfs_file_get_fo(file);
	loff_t size = fltfs_size(inode), place;
	FILE_ALLOCATED_RANGE_BUFFER within = {
		.FileOffset.QuadPart	= offset,
		.Length.QuadPart	= size - offset,
	}, found = {};
	const struct fltfs_control control = {
		.code		= FSCTL_QUERY_ALLOCATED_RANGES,
		.buffer		= &within,
		.input_length	= sizeof(within),
		.output		= &found,
		.output_length	= sizeof(found),
	};
	int err;

	if (!fo)
		return -ENOMEM;
	err = fltfs_control_send(fo, &control, &request);
	if (err)
		return err;
	place = found.FileOffset.QuadPart;
	if (found.Length.QuadPart <= 0)
		place = whence == SEEK_DATA ? -ENXIO : offset;
	else if (whence == SEEK_HOLE)
		place = place > offset ? offset : place + found.Length.QuadPart;
	else
		place = max(place, offset);
	return place < 0 ? place : vfs_setpos(file, place, inode->i_sb->s_maxbytes);
}

/* As many extents are shown of what a program is told at once, each with the hole before it. */
#define FLTFS_EXTENTS_SHOWN	64

/**
 * struct fltfs_fiemap - a request for the extents of a file
 * @request: first member
 * @info: the program's
 * @start: from where on
 * @length: how far
 */
struct fltfs_fiemap {
	struct fltfs_request request;
	struct fiemap_extent_info *info;
	u64 start;
	u64 length;
};

int fltfs_fiemap_lower(struct inode *inode, struct fiemap_extent_info *info, u64 start, u64 length)
{
	struct inode *lower = fltfs_lower_inode(inode);
	int err = 0;

	if (!lower->i_op->fiemap)
		return -EOPNOTSUPP;
	if (fltfs_own(inode))
		err = fltfs_flush_pages(inode, 0, LLONG_MAX);
	if (err)
		return err;
	return lower->i_op->fiemap(lower, info, start, length);
}

/*
 * What the program has been told, which is in its own memory: a filter may look at it, and nothing
 * comes of what it changes.
 */
static ULONG fltfs_show_extents(const struct fltfs_fiemap *fiemap, unsigned int bits,
				RETRIEVAL_POINTERS_BUFFER *to, ULONG room)
{
	ULONG fixed = offsetof(RETRIEVAL_POINTERS_BUFFER, Extents), count = 0;
	typeof(to->Extents[0]) *shown = to->Extents;	/* declared as one of them */
	s64 next = fiemap->start >> bits;
	struct fiemap_extent extent;
	unsigned int i;

	to->StartingVcn.QuadPart = next;
	room = (room - fixed) / sizeof(to->Extents[0]);
	for (i = 0; i < fiemap->info->fi_extents_mapped && count + 2 <= room; i++) {
		if (!fiemap->info->fi_extents_max ||
		    copy_from_user(&extent, fiemap->info->fi_extents_start + i, sizeof(extent)))
			break;
		if ((s64)(extent.fe_logical >> bits) > next) {
			shown[count].NextVcn.QuadPart = extent.fe_logical >> bits;
			shown[count++].Lcn.QuadPart = -1;
		}
		next = (extent.fe_logical + extent.fe_length) >> bits;
		shown[count].NextVcn.QuadPart = next;
		shown[count++].Lcn.QuadPart =
			extent.fe_flags & FIEMAP_EXTENT_UNKNOWN ? -1 : extent.fe_physical >> bits;
	}
	to->ExtentCount = count;
	return fixed + count * sizeof(to->Extents[0]);
}

static void fltfs_bottom_fiemap(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	ULONG room = parameters->FileSystemControl.Neither.OutputBufferLength, used;
	const STARTING_VCN_INPUT_BUFFER *from = parameters->FileSystemControl.Neither.InputBuffer;
	RETRIEVAL_POINTERS_BUFFER *to = parameters->FileSystemControl.Neither.OutputBuffer;
	struct fltfs_fiemap *fiemap = op->front;
	struct inode *inode;
	int err = -EINVAL;

	if (!fltfs_op_is_open(op) || !from || !to || room < sizeof(*to) ||
	    parameters->FileSystemControl.Neither.InputBufferLength < sizeof(*from)) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	inode = d_inode(fltfs_op_fo(op)->dentry);
	err = fltfs_fiemap_lower(inode, fiemap->info, fiemap->start, fiemap->length);
	if (err) {
		fltfs_op_errno(op, err, 0);
		return;
	}
	used = fltfs_show_extents(fiemap, fltfs_lower_inode(inode)->i_blkbits, to, room);
	flt_operation_result(op, STATUS_SUCCESS, used);
}

/**
 * fltfs_fiemap_filtered() - FS_IOC_FIEMAP that a filter wants to see
 * @inode: upper inode
 * @info: the program's; extents are told below
 * @start: first byte asked about
 * @length: bytes
 *
 * The VFS gives no name: one of the file's is taken, and the caller's open of it if there is one.
 *
 * Return: 0, a filter's errno, or that of the lower file system.
 */
int fltfs_fiemap_filtered(struct inode *inode, struct fiemap_extent_info *info, u64 start,
			  u64 length)
{
	struct fltfs_fiemap fiemap = {
		.request.bottom	= fltfs_bottom_fiemap,
		.info		= info,
		.start		= start,
		.length		= length,
	};
	const unsigned int bits = fltfs_lower_inode(inode)->i_blkbits;
	STARTING_VCN_INPUT_BUFFER from = { .StartingVcn.QuadPart = start >> bits };
	struct fltfs_control control = {
		.code		= FSCTL_GET_RETRIEVAL_POINTERS,
		.buffer		= &from,
		.input_length	= sizeof(from),
		.output_length	= offsetof(RETRIEVAL_POINTERS_BUFFER,
					   Extents[2 * FLTFS_EXTENTS_SHOWN]),
	};
	struct dentry *dentry = d_find_any_alias(inode);
	struct fltfs_subject subject;
	int err = -ENOMEM;

	control.output = kzalloc(control.output_length, GFP_KERNEL);
	if (!dentry || !control.output)
		goto out;
	err = fltfs_subject_open(&subject, dentry, FILE_READ_ATTRIBUTES | SYNCHRONIZE,
				 FILE_OPEN_FOR_BACKUP_INTENT);
	if (err)
		goto out;
	err = fltfs_control_send(subject.fo, &control, &fiemap.request);
	fltfs_subject_close(&subject);
out:
	kfree(control.output);
	dput(dentry);
	return err;
}
