// SPDX-License-Identifier: GPL-2.0
/*
 * File system control codes that filters send themselves (FltFsControlFile()), as far as the lower
 * file system has something that answers them. What is open is looked at, not who asks; only lower
 * locks are taken. Whatever else a filter may send is STATUS_INVALID_DEVICE_REQUEST (INFO-60).
 */
#include <linux/fs.h>
#include <linux/falloc.h>
#include <linux/pagemap.h>
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"

/* A code and its buffers, wherever its method has them. */
struct fltfs_asked {
	struct flt_operation *op;
	struct fltfs_fo *fo;
	const void *input;
	ULONG input_length;
	void *output;
	ULONG output_length;
	ULONG used;
};

/* What is dirty in the own page cache is where the lower file system is asked about it. */
static int fltfs_settle_own(const struct fltfs_fo *fo)
{
	struct inode *inode = d_inode(fo->dentry);

	if (!READ_ONCE(fltfs_i(inode)->cache) || ke_holds(KE_HOLD_PAGING))
		return 0;
	return fltfs_flush_pages(inode, 0, LLONG_MAX);
}

static NTSTATUS fltfs_get_reparse(struct fltfs_asked *asked)
{
	return fltfs_query_reparse(asked->fo, asked->output, asked->output_length, &asked->used);
}

/* Nothing here has one; filters ask to learn whether a file is still there. */
static NTSTATUS fltfs_get_object_id(struct fltfs_asked *asked)
{
	return fltfs_fo_is_deleted(asked->fo) ? STATUS_FILE_DELETED : STATUS_OBJECTID_NOT_FOUND;
}

/* Linux keeps files as they are. */
static NTSTATUS fltfs_get_compression(struct fltfs_asked *asked)
{
	const USHORT format = COMPRESSION_FORMAT_NONE;

	if (!asked->output || asked->output_length < sizeof(format))
		return STATUS_BUFFER_TOO_SMALL;
	memcpy(asked->output, &format, sizeof(format));
	asked->used = sizeof(format);
	return STATUS_SUCCESS;
}

/* Every file can have holes, and none can be kept from having them. */
static NTSTATUS fltfs_set_sparse(struct fltfs_asked *asked)
{
	const FILE_SET_SPARSE_BUFFER *sparse = asked->input;

	if (!d_is_reg(asked->fo->dentry))
		return STATUS_INVALID_PARAMETER;
	if (!(asked->fo->granted & (FILE_WRITE_DATA | FILE_WRITE_ATTRIBUTES)))
		return STATUS_ACCESS_DENIED;
	if (sparse && asked->input_length >= sizeof(*sparse) && !sparse->SetSparse)
		return STATUS_NOT_SUPPORTED;
	return STATUS_SUCCESS;
}

/* As a hole where the file system has such, else by whatever it does; never beyond the end. */
static int fltfs_zero_below(struct fltfs_asked *asked, loff_t start, loff_t length)
{
	struct fltfs_fo *fo = asked->fo;
	struct inode *inode = d_inode(fo->dentry);
	bool begun;
	int err = fltfs_settle_own(fo);

	if (err)
		return err;
	fltfs_conflict(asked->op, inode, start);
	begun = fltfs_lower_begin(inode);
	err = vfs_fallocate(fo->lower, FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE, start, length);
	if (err == -EOPNOTSUPP)
		err = vfs_fallocate(fo->lower, FALLOC_FL_ZERO_RANGE | FALLOC_FL_KEEP_SIZE, start,
				    length);
	if (begun)
		fltfs_lower_end(inode);
	else
		fltfs_own_touched(inode, start, length);
	fltfs_copy_attr(inode);
	return err;
}

static NTSTATUS fltfs_set_zero(struct fltfs_asked *asked)
{
	const FILE_ZERO_DATA_INFORMATION *zero = asked->input;
	struct fltfs_fo *fo = asked->fo;
	loff_t end;
	int err;

	if (!zero || asked->input_length < sizeof(*zero) || zero->FileOffset.QuadPart < 0 ||
	    zero->BeyondFinalZero.QuadPart < zero->FileOffset.QuadPart || !d_is_reg(fo->dentry))
		return STATUS_INVALID_PARAMETER;
	if (!(fo->granted & FILE_WRITE_DATA) || !fo->lower)
		return STATUS_ACCESS_DENIED;
	end = min_t(loff_t, zero->BeyondFinalZero.QuadPart, fltfs_size(d_inode(fo->dentry)));
	if (end <= zero->FileOffset.QuadPart)
		return STATUS_SUCCESS;
	err = fltfs_zero_below(asked, zero->FileOffset.QuadPart, end - zero->FileOffset.QuadPart);
	return err == -EOPNOTSUPP ? STATUS_INVALID_DEVICE_REQUEST : flt_status_from_errno(err);
}

static NTSTATUS fltfs_allocated_ranges(struct fltfs_asked *asked)
{
	const FILE_ALLOCATED_RANGE_BUFFER *within = asked->input;
	FILE_ALLOCATED_RANGE_BUFFER *to = asked->output;
	ULONG room = asked->output_length / sizeof(*to), count = 0;
	struct fltfs_fo *fo = asked->fo;
	loff_t at, end, length;
	int err;

	if (!within || asked->input_length < sizeof(*within) || within->FileOffset.QuadPart < 0 ||
	    within->Length.QuadPart < 0 ||
	    within->Length.QuadPart > LLONG_MAX - within->FileOffset.QuadPart ||
	    !d_is_reg(fo->dentry))
		return STATUS_INVALID_PARAMETER;
	if (!(fo->granted & FILE_READ_DATA) || !fo->lower)
		return STATUS_ACCESS_DENIED;
	err = fltfs_settle_own(fo);
	if (err)
		return flt_status_from_errno(err);
	at = within->FileOffset.QuadPart;
	end = min_t(loff_t, at + within->Length.QuadPart, i_size_read(file_inode(fo->lower)));
	for (; at < end && fltfs_next_range(fo->lower, &at, end, &length, &err); at += length) {
		if (!to || count == room)
			return count ? STATUS_BUFFER_OVERFLOW : STATUS_BUFFER_TOO_SMALL;
		to[count].FileOffset.QuadPart = at;
		to[count].Length.QuadPart = length;
		asked->used = ++count * sizeof(*to);
	}
	return flt_status_from_errno(err);
}

/*
 * How many blocks of a hole begin at @block. Some file systems have no address for some data
 * either: these cannot be told.
 */
static int fltfs_hole(struct file *lower, sector_t block, sector_t blocks, sector_t *count)
{
	const unsigned int bits = file_inode(lower)->i_blkbits;
	loff_t data = vfs_llseek(lower, (loff_t)block << bits, SEEK_DATA);

	*count = blocks - block;
	if (data < 0)
		return data == -ENXIO ? 0 : data;
	if (data >> bits <= block)
		return -EOPNOTSUPP;
	*count = min_t(sector_t, *count, (data >> bits) - block);
	return 0;
}

/* Blocks of the file from @block on that lie one after another below, or are holes. */
static int fltfs_extent(const struct fltfs_fo *fo, sector_t block, sector_t blocks,
			sector_t *where, sector_t *count)
{
	struct inode *inode = fltfs_lower_inode(d_inode(fo->dentry));
	sector_t next;
	int err;

	*where = block;
	err = bmap(inode, where);
	if (!err && !*where && fo->lower)
		return fltfs_hole(fo->lower, block, blocks, count);
	for (*count = 1; !err && block + *count < blocks; ++*count) {
		next = block + *count;
		err = bmap(inode, &next);
		if (next != (*where ? *where + *count : 0))
			break;
		cond_resched();
		if (fatal_signal_pending(current))
			return -EINTR;
	}
	return err;
}

/* Where the file lies on its volume, in blocks; only block-based file systems can say. */
static NTSTATUS fltfs_retrieval_pointers(struct fltfs_asked *asked)
{
	const ULONG fixed = offsetof(RETRIEVAL_POINTERS_BUFFER, Extents);
	const STARTING_VCN_INPUT_BUFFER *from = asked->input;
	RETRIEVAL_POINTERS_BUFFER *to = asked->output;
	typeof(to->Extents[0]) *extents = to ? to->Extents : NULL;
	struct inode *inode = fltfs_lower_inode(d_inode(asked->fo->dentry));
	sector_t block, blocks, where, count;
	ULONG room;
	int err;

	if (!from || asked->input_length < sizeof(*from) || from->StartingVcn.QuadPart < 0)
		return STATUS_INVALID_PARAMETER;
	if (!inode->i_mapping->a_ops->bmap || !d_is_reg(asked->fo->dentry))
		return STATUS_INVALID_DEVICE_REQUEST;
	if (!to || asked->output_length < sizeof(*to))
		return STATUS_BUFFER_TOO_SMALL;
	err = fltfs_settle_own(asked->fo) ?: filemap_write_and_wait(inode->i_mapping);
	if (err)
		return flt_status_from_errno(err);
	blocks = DIV_ROUND_UP_ULL(i_size_read(inode), i_blocksize(inode));
	block = from->StartingVcn.QuadPart;
	if (block >= blocks)
		return STATUS_END_OF_FILE;
	room = (asked->output_length - fixed) / sizeof(to->Extents[0]);
	memset(to, 0, fixed);
	to->StartingVcn.QuadPart = block;
	for (; block < blocks; block += count) {
		if (to->ExtentCount == room)
			return STATUS_BUFFER_OVERFLOW;
		err = fltfs_extent(asked->fo, block, blocks, &where, &count);
		if (err == -EOPNOTSUPP)
			return STATUS_INVALID_DEVICE_REQUEST;
		if (err)
			return flt_status_from_errno(err);
		extents[to->ExtentCount].NextVcn.QuadPart = block + count;
		extents[to->ExtentCount].Lcn.QuadPart = where ? (s64)where : -1;
		to->ExtentCount++;
		asked->used = fixed + to->ExtentCount * sizeof(to->Extents[0]);
	}
	return STATUS_SUCCESS;
}

/* Blocks of another file of the volume, which a handle names, come to be this one's too. */
static NTSTATUS fltfs_clone(struct fltfs_asked *asked, const DUPLICATE_EXTENTS_DATA *what)
{
	loff_t from = what->SourceFileOffset.QuadPart, to = what->TargetFileOffset.QuadPart;
	loff_t length = what->ByteCount.QuadPart, done;
	struct fltfs_fo *target = asked->fo, *source;
	struct inode *inode = d_inode(target->dentry);
	NTSTATUS status;
	bool begun;
	void *object;
	int err;

	if (from < 0 || to < 0 || length < 0)
		return STATUS_INVALID_PARAMETER;
	if (!(target->granted & FILE_WRITE_DATA) || !target->lower)
		return STATUS_ACCESS_DENIED;
	status = ob_get_by_handle(what->FileHandle, &ob_file_type, &object);
	if (!NT_SUCCESS(status))
		return status;
	source = fltfs_fo_of(object);
	if (source->base.volume != target->base.volume) {
		status = STATUS_NOT_SAME_DEVICE;
	} else if (!(source->granted & FILE_READ_DATA) || !source->lower) {
		status = STATUS_ACCESS_DENIED;
	} else if (length) {
		err = fltfs_settle_own(source) ?: fltfs_settle_own(target);
		if (!err) {
			fltfs_conflict(asked->op, inode, to);
			begun = fltfs_lower_begin(inode);
			done = vfs_clone_file_range(source->lower, from, target->lower, to, length,
						    0);
			err = min_t(loff_t, done, 0);
			if (begun)
				fltfs_lower_end(inode);
			else
				fltfs_own_touched(inode, to, length);
			fltfs_copy_attr(inode);
		}
		status = err == -EOPNOTSUPP ? STATUS_INVALID_DEVICE_REQUEST :
					      flt_status_from_errno(err);
	}
	ob_put(object);
	return status;
}

static NTSTATUS fltfs_duplicate(struct fltfs_asked *asked)
{
	if (!asked->input || asked->input_length < sizeof(DUPLICATE_EXTENTS_DATA))
		return STATUS_INVALID_PARAMETER;
	return fltfs_clone(asked, asked->input);
}

static NTSTATUS fltfs_duplicate_ex(struct fltfs_asked *asked)
{
	const DUPLICATE_EXTENTS_DATA_EX *ex = asked->input;
	DUPLICATE_EXTENTS_DATA plain;

	if (!ex || asked->input_length < sizeof(*ex) || ex->Size < sizeof(*ex) || ex->Flags)
		return STATUS_INVALID_PARAMETER;
	plain.FileHandle = ex->FileHandle;
	plain.SourceFileOffset = ex->SourceFileOffset;
	plain.TargetFileOffset = ex->TargetFileOffset;
	plain.ByteCount = ex->ByteCount;
	return fltfs_clone(asked, &plain);
}

static NTSTATUS fltfs_is_so(struct fltfs_asked *asked)
{
	return STATUS_SUCCESS;
}

/* Somebody always uses a mount: it is nobody's alone, and there is nothing to give back. */
static NTSTATUS fltfs_lock_volume(struct fltfs_asked *asked)
{
	return STATUS_ACCESS_DENIED;
}

static NTSTATUS fltfs_unlock_volume(struct fltfs_asked *asked)
{
	return STATUS_NOT_LOCKED;
}

/* Only user space unmounts (VOL-47). */
static NTSTATUS fltfs_dismount_volume(struct fltfs_asked *asked)
{
	return STATUS_NOT_SUPPORTED;
}

/* Leases are the VFS's: none is granted here. */
static NTSTATUS fltfs_oplock(struct fltfs_asked *asked)
{
	return STATUS_OPLOCK_NOT_GRANTED;
}

/* @on: what has to be open: a file (1), the volume (2), either (3). */
static const struct fltfs_control_row {
	ULONG code;
	u8 on;
	NTSTATUS (*answer)(struct fltfs_asked *asked);
} fltfs_control_rows[] = {
	{ FSCTL_GET_REPARSE_POINT, 1, fltfs_get_reparse },
	{ FSCTL_GET_OBJECT_ID, 1, fltfs_get_object_id },
	{ FSCTL_GET_COMPRESSION, 1, fltfs_get_compression },
	{ FSCTL_SET_SPARSE, 1, fltfs_set_sparse },
	{ FSCTL_SET_ZERO_DATA, 1, fltfs_set_zero },
	{ FSCTL_QUERY_ALLOCATED_RANGES, 1, fltfs_allocated_ranges },
	{ FSCTL_GET_RETRIEVAL_POINTERS, 1, fltfs_retrieval_pointers },
	{ FSCTL_DUPLICATE_EXTENTS_TO_FILE, 1, fltfs_duplicate },
	{ FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX, 1, fltfs_duplicate_ex },
	{ FSCTL_REQUEST_OPLOCK_LEVEL_1, 1, fltfs_oplock },
	{ FSCTL_REQUEST_OPLOCK_LEVEL_2, 1, fltfs_oplock },
	{ FSCTL_REQUEST_BATCH_OPLOCK, 1, fltfs_oplock },
	{ FSCTL_REQUEST_FILTER_OPLOCK, 1, fltfs_oplock },
	{ FSCTL_IS_VOLUME_MOUNTED, 3, fltfs_is_so },
	{ FSCTL_IS_PATHNAME_VALID, 3, fltfs_is_so },
	{ FSCTL_LOCK_VOLUME, 2, fltfs_lock_volume },
	{ FSCTL_UNLOCK_VOLUME, 2, fltfs_unlock_volume },
	{ FSCTL_DISMOUNT_VOLUME, 2, fltfs_dismount_volume },
};

/**
 * fltfs_own_control() - FILE_SYSTEM_CONTROL that a filter started
 * @op: the operation, on an open object
 * @used: bytes of output
 *
 * Return: the code's own status; STATUS_INVALID_DEVICE_REQUEST for one that nothing answers
 */
NTSTATUS fltfs_own_control(struct flt_operation *op, ULONG *used)
{
	const FLT_PARAMETERS *p = &op->iopb.Parameters;
	ULONG code = p->FileSystemControl.Common.FsControlCode;
	struct fltfs_asked asked = {
		.op		= op,
		.fo		= fltfs_op_fo(op),
		.input_length	= p->FileSystemControl.Common.InputBufferLength,
		.output_length	= p->FileSystemControl.Common.OutputBufferLength,
	};
	u8 on = test_bit(FLTFS_FO_VOLUME, &asked.fo->state) ? 2 : 1;
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	unsigned int i;

	if ((code & 3) == METHOD_BUFFERED) {
		asked.input = p->FileSystemControl.Buffered.SystemBuffer;
		asked.output = p->FileSystemControl.Buffered.SystemBuffer;
	} else if ((code & 3) == METHOD_NEITHER) {
		asked.input = p->FileSystemControl.Neither.InputBuffer;
		asked.output = p->FileSystemControl.Neither.OutputBuffer;
	}
	for (i = 0; i < ARRAY_SIZE(fltfs_control_rows); i++) {
		if (fltfs_control_rows[i].code != code || !(fltfs_control_rows[i].on & on))
			continue;
		status = fltfs_control_rows[i].answer(&asked);
		break;
	}
	*used = asked.used;
	return status;
}
