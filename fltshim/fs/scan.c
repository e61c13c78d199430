// SPDX-License-Identifier: GPL-2.0
/*
 * Directory listing as filters see it: buffers of FILE_ID_BOTH_DIR_INFORMATION, filled from the
 * lower directory, edited by filters, then handed to the program entry by entry. What the program
 * had no room for is kept for its next call, so each entry is delivered once.
 *
 * Cookies stay the lower file system's: each entry's FileIndex is its number in a table beside the
 * buffer, where its cookie and type are found again after filters have edited the entries. An entry
 * that a filter made up has no number and shares the cookie of the one after it.
 *
 * The lower lock is held only while names are gathered; attributes are looked up and filters run
 * without it.
 *
 * Where no filter looks at entries (BufferAccess), a plain scan keeps what the lower directory says
 * of them until the filters have had the operation. The buffer that they are shown is there.
 */
#include <linux/mm.h>
#include <linux/namei.h>
#include <linux/slab.h>
#include "compat/open.h"
#include "fs/cache.h"
#include "fs/name.h"
#include "fs/request.h"
#include "fs/scan.h"
#include "nt/ke_time.h"

#define FLTFS_ENTRY_FIXED	offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName)

/* Names being gathered, under the lower directory's lock. */
struct fltfs_gather {
	struct fltfs_request request;
	struct dir_context ctx;
	struct fltfs_scan *scan;
	struct file *lower;
	void *buffer;
	ULONG length;
	ULONG used;
	FILE_ID_BOTH_DIR_INFORMATION *last;
	int err;
};

void fltfs_scan_free(struct fltfs_scan *scan)
{
	if (!scan)
		return;
	kvfree(scan->buffer);
	kvfree(scan);
}

struct fltfs_scan *fltfs_scan_new(void)
{
	struct fltfs_scan *scan = kvzalloc(sizeof(*scan), GFP_KERNEL);

	if (!scan)
		return NULL;
	scan->buffer = kvmalloc(FLTFS_SCAN_LENGTH, GFP_KERNEL);
	if (!scan->buffer) {
		kvfree(scan);
		return NULL;
	}
	return scan;
}

static bool fltfs_gather_actor(struct dir_context *ctx, const char *name, int len, loff_t offset,
			       u64 ino, unsigned int type)
{
	struct fltfs_gather *gather = container_of(ctx, struct fltfs_gather, ctx);
	struct fltfs_scan *scan = gather->scan;
	FILE_ID_BOTH_DIR_INFORMATION *entry;
	ULONG at = ALIGN(gather->used, 8);
	int units;

	if (at + FLTFS_ENTRY_FIXED > gather->length || scan->nr_entries == FLTFS_SCAN_ENTRIES)
		return false;
	entry = gather->buffer + at;
	units = fltfs_name_to_utf16(name, len, false, (void *)entry + FLTFS_ENTRY_FIXED,
				    (gather->length - at - FLTFS_ENTRY_FIXED) / sizeof(WCHAR));
	if (units < 0)
		return false;
	memset(entry, 0, FLTFS_ENTRY_FIXED);
	entry->FileNameLength = units * sizeof(WCHAR);
	entry->FileId.QuadPart = ino;
	scan->entries[scan->nr_entries].cookie = offset;
	scan->entries[scan->nr_entries].ino = ino;
	scan->entries[scan->nr_entries].id = ino;
	scan->entries[scan->nr_entries].type = type;
	entry->FileIndex = ++scan->nr_entries;
	if (gather->last)
		gather->last->NextEntryOffset = (void *)entry - (void *)gather->last;
	gather->last = entry;
	gather->used = at + FLTFS_ENTRY_FIXED + units * sizeof(WCHAR);
	return true;
}

/* As many as would be shown, each in its place. */
static bool fltfs_gather_plain(struct dir_context *ctx, const char *name, int len, loff_t offset,
			       u64 ino, unsigned int type)
{
	struct fltfs_gather *gather = container_of(ctx, struct fltfs_gather, ctx);
	ULONG at = ALIGN(gather->used, 8), end = at + FLTFS_ENTRY_FIXED + len * sizeof(WCHAR);
	struct fltfs_scan *scan = gather->scan;
	struct fltfs_scan_entry *entry;

	if (end > gather->length || scan->nr_entries == FLTFS_SCAN_ENTRIES || len > NAME_MAX)
		return false;
	entry = &scan->entries[scan->nr_entries++];
	entry->cookie = offset;
	entry->ino = ino;
	entry->type = type;
	entry->length = len;
	entry->at = at + FLTFS_ENTRY_FIXED;
	memcpy(scan->buffer + entry->at, name, len);
	gather->used = end;
	return true;
}

static void fltfs_entry_fill(FILE_ID_BOTH_DIR_INFORMATION *entry, const struct kstat *stat,
			     u64 id)
{
	entry->FileId.QuadPart = id;
	entry->CreationTime.QuadPart = fltfs_creation_time(stat);
	entry->LastAccessTime.QuadPart = nt_time_from_timespec(&stat->atime);
	entry->LastWriteTime.QuadPart = nt_time_from_timespec(&stat->mtime);
	entry->ChangeTime.QuadPart = nt_time_from_timespec(&stat->ctime);
	entry->EndOfFile.QuadPart = stat->size;
	entry->AllocationSize.QuadPart = stat->blocks * 512;
	entry->FileAttributes = fltfs_attributes(stat);
	if (entry->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT)
		entry->EaSize = fltfs_reparse_tag(stat->mode);
}

/* What is still in the own page cache counts, too. */
static noinline void fltfs_entry_size(struct fltfs_sb *fsb, struct inode *lower,
				      struct kstat *stat)
{
	struct inode *inode = S_ISREG(lower->i_mode) ? fltfs_find_inode(fsb->upper, lower) : NULL;

	if (inode)
		fltfs_stat_size(inode, stat);
	iput(inode);
}

/* Attributes of one entry; one that went meanwhile keeps what the listing itself said. */
static void fltfs_entry_stat(struct fltfs_sb *fsb, struct dentry *dir, const char *name, int len,
			     FILE_ID_BOTH_DIR_INFORMATION *entry, struct fltfs_scan_entry *known)
{
	struct vfsmount *mnt = fsb->mnt;
	struct path path = { .mnt = mnt };
	struct kstat stat;

	entry->FileAttributes = known->type == DT_DIR ? FILE_ATTRIBUTE_DIRECTORY :
							FILE_ATTRIBUTE_NORMAL;
	if (len == 1 && name[0] == '.') {
		path.dentry = dget(dir);
	} else if (len == 2 && name[0] == '.' && name[1] == '.') {
		path.dentry = dir == mnt->mnt_root ? dget(dir) : dget_parent(dir);
	} else {
		path.dentry = lookup_one_unlocked(flt_mnt_idmap(mnt), name, dir, len);
		if (IS_ERR(path.dentry))
			return;
	}
	if (d_is_positive(path.dentry) &&
	    !vfs_getattr_nosec(&path, &stat, STATX_BASIC_STATS | STATX_BTIME, 0)) {
		if (unlikely(fsb->cached))
			fltfs_entry_size(fsb, d_inode(path.dentry), &stat);
		known->id = fltfs_file_id(fsb, &stat);
		fltfs_entry_fill(entry, &stat, known->id);
	}
	dput(path.dentry);
}

static int fltfs_entries_stat(struct fltfs_fo *fo, struct fltfs_gather *gather)
{
	struct path path = fltfs_fo_path(fo);
	FILE_ID_BOTH_DIR_INFORMATION *entry = gather->buffer;
	char *name = kmalloc(NAME_MAX * 2, GFP_KERNEL);

	if (!name)
		return -ENOMEM;
	while (gather->used) {
		int len = fltfs_name_from_utf16((void *)entry + FLTFS_ENTRY_FIXED,
						entry->FileNameLength / sizeof(WCHAR), name,
						NAME_MAX * 2);

		if (len > 0)
			fltfs_entry_stat(fltfs_sb(fo->dentry->d_sb), path.dentry, name, len, entry,
					 &gather->scan->entries[entry->FileIndex - 1]);
		if (!entry->NextEntryOffset)
			break;
		entry = (void *)entry + entry->NextEntryOffset;
	}
	kfree(name);
	return 0;
}

/* Goes on where the scan stands. */
static int fltfs_gather_run(struct fltfs_gather *gather, struct fltfs_fo *fo)
{
	int err;

	gather->scan->nr_entries = 0;
	gather->used = 0;
	gather->last = NULL;
	/* A file system may fix what there is to list when it is told to begin (btrfs). */
	if (!gather->scan->cursor || gather->lower->f_pos != gather->scan->cursor)
		vfs_llseek(gather->lower, gather->scan->cursor, SEEK_SET);
	gather->lower->f_pos = gather->scan->cursor;
	gather->ctx.actor = fltfs_gather_actor;
	if (gather->scan->plain) {
		gather->ctx.actor = fltfs_gather_plain;
		/* No entries are made; who looks all the same finds one without a name. */
		memset(gather->buffer, 0, FLTFS_ENTRY_FIXED);
	}
	err = iterate_dir(gather->lower, &gather->ctx);
	gather->scan->cursor = gather->lower->f_pos;
	if (!err && gather->used && !gather->scan->plain)
		err = fltfs_entries_stat(fo, gather);
	return err;
}

/**
 * fltfs_scan_fill() - the next entries of a directory, into the scan's own buffer
 * @scan: where it goes on
 * @fo: file object of the directory
 * @lower: lower directory, open for this scan alone
 *
 * Return: 0 with entries in the scan, 1 at the end, or a negative errno.
 */
int fltfs_scan_fill(struct fltfs_scan *scan, struct fltfs_fo *fo, struct file *lower)
{
	struct fltfs_gather gather = {
		.scan	= scan,
		.lower	= lower,
		.buffer	= scan->buffer,
		.length	= FLTFS_SCAN_LENGTH,
	};
	int err = fltfs_gather_run(&gather, fo);

	scan->used = gather.used;
	scan->next = 0;
	scan->valid = !err && gather.used;
	return err ?: !gather.used;
}

static void fltfs_bottom_scan(struct flt_operation *op)
{
	const FLT_PARAMETERS *parameters = &op->iopb.Parameters;
	struct fltfs_gather *gather = op->front;
	struct fltfs_fo *fo = fltfs_op_fo(op);
	PMDL mdl = parameters->DirectoryControl.QueryDirectory.MdlAddress;
	int err;

	if (parameters->DirectoryControl.QueryDirectory.FileInformationClass !=
	    FileIdBothDirectoryInformation) {
		flt_operation_result(op, STATUS_INVALID_INFO_CLASS, 0);
		return;
	}
	gather->buffer = parameters->DirectoryControl.QueryDirectory.DirectoryBuffer;
	gather->length = parameters->DirectoryControl.QueryDirectory.Length;
	if (mdl) {
		/* An MDL wins over an address (BUF-017). */
		gather->buffer = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
		gather->length = min_t(ULONG, gather->length, mdl->ByteCount);
	}
	if (gather->buffer == gather->scan->buffer)
		gather->length = min_t(ULONG, gather->length, FLTFS_SCAN_LENGTH);
	else
		gather->scan->plain = false;
	if (!gather->buffer || gather->length < FLTFS_ENTRY_FIXED + NAME_MAX * sizeof(WCHAR)) {
		flt_operation_result(op, STATUS_INFO_LENGTH_MISMATCH, 0);
		return;
	}
	if (op->iopb.OperationFlags & SL_RESTART_SCAN)
		gather->scan->cursor = 0;
	err = fltfs_gather_run(gather, fo);
	if (err)
		fltfs_op_errno(op, err, 0);
	else if (!gather->used)
		flt_operation_result(op, STATUS_NO_MORE_FILES, 0);
	else
		flt_operation_result(op, STATUS_SUCCESS, gather->used);
}

/**
 * fltfs_scan_looked_at() - flt_volume_ops.substitute of a listing: a filter looks at its entries
 * @op: the operation, of fltfs_scan_send()
 */
void fltfs_scan_looked_at(struct flt_operation *op)
{
	struct fltfs_gather *gather = op->front;

	/* Programs' listings are the only ones that fltfs issues. */
	if (!WARN_ON_ONCE(gather->request.bottom != fltfs_bottom_scan))
		gather->scan->plain = false;
}

/* One QUERY_DIRECTORY. Return: 0 with entries in the scan, 1 at the end, or an errno. */
static noinline int fltfs_scan_send(struct fltfs_fo *fo, struct fltfs_scan *scan, bool restart)
{
	struct fltfs_gather gather = {
		.request.bottom	= fltfs_bottom_scan,
		.scan		= scan,
		.lower		= fo->lower,
	};
	struct flt_operation op FLT_NOT_CLEARED;
	NTSTATUS status;
	int ret;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_DIRECTORY_CONTROL, &fo->base.fo);
	/* Unless one of those that it will visit looks: fltfs_scan_looked_at(). */
	scan->plain = true;
	op.vfs_lock = FLT_LOCK_DIRECTORY;
	op.iopb.MinorFunction = IRP_MN_QUERY_DIRECTORY;
	op.iopb.IrpFlags = IRP_SYNCHRONOUS_API;
	op.iopb.OperationFlags = restart ? SL_RESTART_SCAN : 0;
	op.iopb.Parameters.DirectoryControl.QueryDirectory.Length = FLTFS_SCAN_LENGTH;
	op.iopb.Parameters.DirectoryControl.QueryDirectory.FileInformationClass =
		FileIdBothDirectoryInformation;
	op.iopb.Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer = scan->buffer;
	op.front = &gather;
	flt_operation_run(&op);
	status = op.data.IoStatus.Status;
	if (status == STATUS_NO_MORE_FILES || status == STATUS_NO_SUCH_FILE) {
		ret = 1;
	} else {
		ret = fltfs_op_result(&op);
		scan->used = min_t(ULONG_PTR, op.data.IoStatus.Information, FLTFS_SCAN_LENGTH);
		scan->next = 0;
		scan->valid = !ret && scan->used;
		/* A filter answered without entries: that is an end too. */
		if (!ret && !scan->used)
			ret = 1;
		/* One that did not ask below knows of no entry there, and has made its own. */
		if (!gather.request.reached) {
			scan->nr_entries = 0;
			scan->plain = false;
		}
	}
	flt_operation_fini(&op);
	return ret;
}

/* The entry at the present offset if it is sound, else NULL: filters may have written anything. */
static const FILE_ID_BOTH_DIR_INFORMATION *fltfs_scan_entry_at(const struct fltfs_scan *scan,
							       ULONG at)
{
	const FILE_ID_BOTH_DIR_INFORMATION *entry = scan->buffer + at;

	/* Filters that put entries in do not always round the offset of the next one up. */
	if (at % sizeof(WCHAR) || at > scan->used || scan->used - at < FLTFS_ENTRY_FIXED)
		return NULL;
	if (entry->FileNameLength % sizeof(WCHAR) || !entry->FileNameLength ||
	    entry->FileNameLength > scan->used - at - FLTFS_ENTRY_FIXED)
		return NULL;
	/* Never back: a sum that wraps would make a walk without end. */
	if (entry->NextEntryOffset && (entry->NextEntryOffset < FLTFS_ENTRY_FIXED ||
				       entry->NextEntryOffset > scan->used - at))
		return NULL;
	return entry;
}

static const struct fltfs_scan_entry *fltfs_scan_known(const struct fltfs_scan *scan,
						       const FILE_ID_BOTH_DIR_INFORMATION *entry)
{
	if (!entry->FileIndex || entry->FileIndex > scan->nr_entries)
		return NULL;
	return &scan->entries[entry->FileIndex - 1];
}

/* Position of the entry at @at: its own, or that of the next one that has one. */
static loff_t fltfs_scan_position(const struct fltfs_scan *scan, ULONG at)
{
	const FILE_ID_BOTH_DIR_INFORMATION *entry;
	const struct fltfs_scan_entry *known;

	for (;;) {
		entry = fltfs_scan_entry_at(scan, at);
		if (!entry)
			return scan->cursor;
		known = fltfs_scan_known(scan, entry);
		if (known)
			return known->cookie;
		if (!entry->NextEntryOffset)
			return scan->cursor;
		at += entry->NextEntryOffset;
	}
}

static unsigned int fltfs_entry_type(const struct fltfs_scan_entry *known,
				     const FILE_ID_BOTH_DIR_INFORMATION *entry)
{
	bool directory = entry->FileAttributes & FILE_ATTRIBUTE_DIRECTORY;
	bool was_directory = known && known->type == DT_DIR;

	/* A filter that made something else of it is believed. */
	if (known && was_directory == directory)
		return known->type;
	if (directory)
		return DT_DIR;
	return entry->FileAttributes & FILE_ATTRIBUTE_REPARSE_POINT ? DT_UNKNOWN : DT_REG;
}

static u64 fltfs_entry_number(const struct fltfs_scan_entry *known,
			      const FILE_ID_BOTH_DIR_INFORMATION *entry)
{
	u64 id = entry->FileId.QuadPart;

	return known && known->id == id ? known->ino : id;
}

/* fltfs_scan_emit() of a plain scan. */
static int fltfs_scan_emit_plain(struct fltfs_scan *scan, struct dir_context *ctx)
{
	const struct fltfs_scan_entry *entry;

	/* A filter may have said that it is less than the lower directory gave. */
	for (; scan->next < scan->nr_entries; scan->next++) {
		entry = &scan->entries[scan->next];
		if (entry->at > scan->used)
			break;
		ctx->pos = entry->cookie;
		if (!dir_emit(ctx, scan->buffer + entry->at, entry->length, entry->ino,
			      entry->type)) {
			scan->position = ctx->pos;
			return 0;
		}
	}
	scan->valid = false;
	ctx->pos = scan->cursor;
	return 1;
}

/*
 * Hands entries to the program. Return: 1 when the buffer is used up, 0 when the program has no
 * more room, or an errno.
 */
static int fltfs_scan_emit(struct fltfs_scan *scan, struct dir_context *ctx)
{
	char *name;
	int ret = 1;

	if (scan->plain)
		return fltfs_scan_emit_plain(scan, ctx);
	name = kmalloc(NAME_MAX * 2, GFP_KERNEL);
	if (!name)
		return -ENOMEM;
	while (scan->valid) {
		const FILE_ID_BOTH_DIR_INFORMATION *entry = fltfs_scan_entry_at(scan, scan->next);
		const struct fltfs_scan_entry *known;
		int len;

		len = entry ? fltfs_name_from_utf16((const void *)entry + FLTFS_ENTRY_FIXED,
						    entry->FileNameLength / sizeof(WCHAR), name,
						    NAME_MAX * 2) : -EIO;
		if (len < 0) {
			pr_warn_ratelimited("fltfs: a filter left a directory listing that cannot be read\n");
			scan->valid = false;
			scan->broken = true;
			/* Entries have gone out: the program is not at the beginning any more. */
			if (scan->next)
				ctx->pos = scan->cursor ?: 1;
			ret = -EIO;
			break;
		}
		ctx->pos = fltfs_scan_position(scan, scan->next);
		known = fltfs_scan_known(scan, entry);
		if (!dir_emit(ctx, name, len, fltfs_entry_number(known, entry),
			      fltfs_entry_type(known, entry))) {
			scan->position = ctx->pos;
			ret = 0;
			break;
		}
		if (entry->NextEntryOffset)
			scan->next += entry->NextEntryOffset;
		else
			scan->valid = false;
	}
	if (ret == 1)
		ctx->pos = scan->cursor;
	kfree(name);
	return ret;
}

/**
 * fltfs_iterate_filtered() - getdents of a directory whose listing a filter wants to see
 * @file: upper directory
 * @ctx: where entries go
 *
 * Return: 0 or a negative errno.
 */
int fltfs_iterate_filtered(struct file *file, struct dir_context *ctx)
{
	struct fltfs_fo *fo = fltfs_file_get_fo(file);
	struct fltfs_scan *scan;
	bool restart;
	int ret = 1;

	if (!fo)
		return -ENOMEM;
	if (!fo->scan)
		fo->scan = fltfs_scan_new();
	scan = fo->scan;
	if (!scan)
		return -ENOMEM;

	/* The end was reached in the last call, which had entries to return. */
	if (scan->ended && ctx->pos == scan->cursor) {
		scan->ended = false;
		return 0;
	}
	scan->ended = false;
	restart = !ctx->pos;
	/* Somewhere else than where the last call stopped: what is left of it is of no use. */
	if (!scan->valid || ctx->pos != scan->position) {
		scan->valid = false;
		scan->cursor = ctx->pos;
	}
	/*
	 * A call that had entries to return could not tell; what filters make of a retry may be the
	 * same for ever.
	 */
	if (restart)
		scan->broken = false;
	else if (scan->broken)
		return -EIO;
	for (;;) {
		if (scan->valid)
			ret = fltfs_scan_emit(scan, ctx);
		if (ret <= 0)
			return ret;
		ret = fltfs_scan_send(fo, scan, restart);
		restart = false;
		if (ret) {
			ctx->pos = scan->cursor;
			scan->ended = ret == 1;
			return ret < 0 ? ret : 0;
		}
	}
}
