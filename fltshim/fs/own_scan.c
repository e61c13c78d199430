// SPDX-License-Identifier: GPL-2.0
/*
 * Directory listings that a filter asks for: entries of any class, those that match a pattern, as
 * many as fit. The entries come as those of a program's listing do (scan.c); what does not fit
 * waits for the next call. Such a listing has a lower file of its own, so that it does not meet a
 * program's position.
 */
#include <linux/mm.h>
#include <linux/slab.h>
#include "compat/open.h"
#include "fs/own.h"
#include "fs/request.h"
#include "fs/scan.h"

/**
 * struct fltfs_lister - a listing of a filter's, kept with the file object
 * @lock: one call at a time; outside the lower directory's lock
 * @lower: lower directory
 * @scan: entries that were gathered
 * @class: of the first call
 * @pattern: of the first call; empty: everything
 * @started: there was a first call
 * @told: it gave an entry
 */
struct fltfs_lister {
	struct mutex lock;	/* one call at a time */
	struct file *lower;
	struct fltfs_scan *scan;
	FILE_INFORMATION_CLASS class;
	UNICODE_STRING pattern;
	bool started;
	bool told;
};

/*
 * Where the members of an entry are that not all classes have, 0: nowhere. Up to FileNameLength all
 * but one are alike.
 */
static const struct fltfs_entry_form {
	u8 class;
	u8 name;
	u8 ea_size;
	u8 id;
	u8 tag;
} fltfs_entry_forms[] = {
	{
		.class	= FileDirectoryInformation,
		.name	= offsetof(FILE_DIRECTORY_INFORMATION, FileName),
	}, {
		.class	= FileFullDirectoryInformation,
		.name	= offsetof(FILE_FULL_DIR_INFORMATION, FileName),
		.ea_size = offsetof(FILE_FULL_DIR_INFORMATION, EaSize),
	}, {
		.class	= FileBothDirectoryInformation,
		.name	= offsetof(FILE_BOTH_DIR_INFORMATION, FileName),
		.ea_size = offsetof(FILE_BOTH_DIR_INFORMATION, EaSize),
	}, {
		.class	= FileNamesInformation,
		.name	= offsetof(FILE_NAMES_INFORMATION, FileName),
	}, {
		.class	= FileIdBothDirectoryInformation,
		.name	= offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName),
		.ea_size = offsetof(FILE_ID_BOTH_DIR_INFORMATION, EaSize),
		.id	= offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileId),
	}, {
		.class	= FileIdFullDirectoryInformation,
		.name	= offsetof(FILE_ID_FULL_DIR_INFORMATION, FileName),
		.ea_size = offsetof(FILE_ID_FULL_DIR_INFORMATION, EaSize),
		.id	= offsetof(FILE_ID_FULL_DIR_INFORMATION, FileId),
	}, {
		.class	= FileIdExtdDirectoryInformation,
		.name	= offsetof(FILE_ID_EXTD_DIR_INFORMATION, FileName),
		.id	= offsetof(FILE_ID_EXTD_DIR_INFORMATION, FileId),
		.tag	= offsetof(FILE_ID_EXTD_DIR_INFORMATION, ReparsePointTag),
	}, {
		.class	= FileIdExtdBothDirectoryInformation,
		.name	= offsetof(FILE_ID_EXTD_BOTH_DIR_INFORMATION, FileName),
		.id	= offsetof(FILE_ID_EXTD_BOTH_DIR_INFORMATION, FileId),
		.tag	= offsetof(FILE_ID_EXTD_BOTH_DIR_INFORMATION, ReparsePointTag),
	},
};

static const struct fltfs_entry_form *fltfs_entry_form(FILE_INFORMATION_CLASS class)
{
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(fltfs_entry_forms); i++) {
		if (fltfs_entry_forms[i].class == class)
			return &fltfs_entry_forms[i];
	}
	return NULL;
}

void fltfs_lister_free(struct fltfs_lister *lister)
{
	if (!lister)
		return;
	if (lister->lower)
		flt_file_close(lister->lower);
	fltfs_scan_free(lister->scan);
	kvfree(lister->pattern.Buffer);
	kfree(lister);
}

static struct fltfs_lister *fltfs_lister_new(struct fltfs_fo *fo)
{
	struct fltfs_lister *lister = kzalloc(sizeof(*lister), GFP_KERNEL);
	struct path path = fltfs_fo_path(fo);
	struct file *lower;

	if (!lister)
		return ERR_PTR(-ENOMEM);
	mutex_init(&lister->lock);
	lister->scan = fltfs_scan_new();
	lower = flt_file_open(&path, O_RDONLY | O_DIRECTORY | FLTFS_LOWER_OPEN_FLAGS);
	if (!IS_ERR(lower))
		lister->lower = lower;
	if (IS_ERR(lower) || !lister->scan) {
		fltfs_lister_free(lister);
		return IS_ERR(lower) ? ERR_CAST(lower) : ERR_PTR(-ENOMEM);
	}
	return lister;
}

/* The file object's own; of two that race one stays. */
static struct fltfs_lister *fltfs_lister_of(struct fltfs_fo *fo)
{
	struct fltfs_lister *lister = READ_ONCE(fo->lister), *other;

	if (lister)
		return lister;
	lister = fltfs_lister_new(fo);
	if (IS_ERR(lister))
		return lister;
	other = cmpxchg(&fo->lister, NULL, lister);
	if (!other)
		return lister;
	fltfs_lister_free(lister);
	return other;
}

static NTSTATUS fltfs_lister_pattern(struct fltfs_lister *lister, const UNICODE_STRING *pattern)
{
	WCHAR *copy = NULL;
	USHORT length = pattern ? pattern->Length & ~1 : 0;

	/* A star alone is everything. */
	if (length == sizeof(WCHAR) && pattern->Buffer[0] == '*')
		length = 0;
	if (length) {
		copy = kvmalloc(length, GFP_KERNEL);
		if (!copy)
			return STATUS_INSUFFICIENT_RESOURCES;
		memcpy(copy, pattern->Buffer, length);
	}
	kvfree(lister->pattern.Buffer);
	lister->pattern.Buffer = copy;
	lister->pattern.Length = length;
	lister->pattern.MaximumLength = length;
	lister->told = false;
	return STATUS_SUCCESS;
}

/* The first call says what is listed; a restart may name another pattern (DIR-07). */
static NTSTATUS fltfs_lister_begin(struct fltfs_lister *lister, const FLT_PARAMETERS *parameters,
				   bool restart)
{
	const UNICODE_STRING *pattern = parameters->DirectoryControl.QueryDirectory.FileName;
	FILE_INFORMATION_CLASS class =
		parameters->DirectoryControl.QueryDirectory.FileInformationClass;

	if (lister->started && class != lister->class)
		return STATUS_INVALID_INFO_CLASS;
	if (restart) {
		lister->scan->cursor = 0;
		lister->scan->valid = false;
	}
	if (lister->started && !(restart && pattern && pattern->Length))
		return STATUS_SUCCESS;
	lister->class = class;
	lister->started = true;
	return fltfs_lister_pattern(lister, pattern);
}

static const FILE_ID_BOTH_DIR_INFORMATION *fltfs_lister_entry(const struct fltfs_lister *lister)
{
	return lister->scan->buffer + lister->scan->next;
}

static bool fltfs_lister_matches(const struct fltfs_lister *lister)
{
	const FILE_ID_BOTH_DIR_INFORMATION *entry = fltfs_lister_entry(lister);
	UNICODE_STRING name = {
		.Buffer	= (PWSTR)((u8 *)entry + offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName)),
		.Length	= entry->FileNameLength,
		.MaximumLength = entry->FileNameLength,
	};
	UNICODE_STRING pattern = lister->pattern;

	return !pattern.Length || FsRtlIsNameInExpression(&pattern, &name, FALSE, NULL);
}

static void fltfs_lister_advance(struct fltfs_lister *lister)
{
	const FILE_ID_BOTH_DIR_INFORMATION *entry = fltfs_lister_entry(lister);

	if (entry->NextEntryOffset)
		lister->scan->next += entry->NextEntryOffset;
	else
		lister->scan->valid = false;
}

/* To the next entry that matches. Return: 0, 1 at the end, or a negative errno. */
static int fltfs_lister_seek(struct fltfs_lister *lister, struct fltfs_fo *fo)
{
	int ret;

	for (;;) {
		if (!lister->scan->valid) {
			ret = fltfs_scan_fill(lister->scan, fo, lister->lower);
			if (ret)
				return ret;
		}
		if (fltfs_lister_matches(lister))
			return 0;
		fltfs_lister_advance(lister);
	}
}

/* One entry in the form that is asked for; @bytes of its name fit. */
static void fltfs_entry_put(const struct fltfs_entry_form *form, u8 *to,
			    const FILE_ID_BOTH_DIR_INFORMATION *entry, ULONG bytes)
{
	memset(to, 0, form->name);
	if (form->class == FileNamesInformation) {
		((FILE_NAMES_INFORMATION *)to)->FileNameLength = entry->FileNameLength;
	} else {
		memcpy(to, entry, offsetof(FILE_DIRECTORY_INFORMATION, FileName));
		((FILE_DIRECTORY_INFORMATION *)to)->NextEntryOffset = 0;
		((FILE_DIRECTORY_INFORMATION *)to)->FileIndex = 0;
	}
	/* Of a reparse point, the tag stands where the size of its EAs would. */
	if (form->ea_size)
		memcpy(to + form->ea_size, &entry->EaSize, sizeof(entry->EaSize));
	if (form->tag)
		memcpy(to + form->tag, &entry->EaSize, sizeof(entry->EaSize));
	if (form->id)
		memcpy(to + form->id, &entry->FileId, sizeof(entry->FileId));
	memcpy(to + form->name,
	       (const u8 *)entry + offsetof(FILE_ID_BOTH_DIR_INFORMATION, FileName), bytes);
}

/* Fills the buffer. */
static NTSTATUS fltfs_lister_fill(struct fltfs_lister *lister, struct fltfs_fo *fo, u8 *buffer,
				  ULONG length, bool single, ULONG *used)
{
	const struct fltfs_entry_form *form = fltfs_entry_form(lister->class);
	ULONG *last = NULL;	/* NextEntryOffset of the entry before */
	ULONG at = 0;
	int ret;

	*used = 0;
	while (!(ret = fltfs_lister_seek(lister, fo))) {
		const FILE_ID_BOTH_DIR_INFORMATION *entry = fltfs_lister_entry(lister);
		ULONG bytes = entry->FileNameLength;

		if (at + form->name > length || length - at - form->name < bytes) {
			if (at)
				break;
			/* As much as fits of one that comes again next time (DIR-09). */
			bytes = (length - form->name) & ~1U;
			fltfs_entry_put(form, buffer, entry, bytes);
			*used = form->name + bytes;
			return STATUS_BUFFER_OVERFLOW;
		}
		fltfs_entry_put(form, buffer + at, entry, bytes);
		if (last)
			*last = buffer + at - (u8 *)last;
		last = (ULONG *)(buffer + at);
		*used = at + form->name + bytes;
		at = ALIGN(*used, 8);
		lister->told = true;
		fltfs_lister_advance(lister);
		if (single || at >= length)
			break;
	}
	if (ret < 0 && !at)
		return flt_status_from_errno(ret);
	if (ret == 1 && !at)
		return lister->told ? STATUS_NO_MORE_FILES : STATUS_NO_SUCH_FILE;
	return STATUS_SUCCESS;
}

static NTSTATUS fltfs_own_list(struct flt_operation *op, struct fltfs_fo *fo, ULONG *used)
{
	const FLT_PARAMETERS *p = &op->iopb.Parameters;
	void *buffer = p->DirectoryControl.QueryDirectory.DirectoryBuffer;
	PMDL mdl = p->DirectoryControl.QueryDirectory.MdlAddress;
	ULONG length = p->DirectoryControl.QueryDirectory.Length;
	bool peek = op->iopb.OperationFlags & SL_NO_CURSOR_UPDATE;
	const struct fltfs_entry_form *form;
	struct fltfs_lister *lister;
	NTSTATUS status;

	if (!d_is_dir(fo->dentry))
		return STATUS_INVALID_PARAMETER;
	if (!(fo->granted & FILE_LIST_DIRECTORY))
		return STATUS_ACCESS_DENIED;
	form = fltfs_entry_form(p->DirectoryControl.QueryDirectory.FileInformationClass);
	if (!form)
		return STATUS_INVALID_INFO_CLASS;
	if (mdl) {
		/* An MDL wins over an address (BUF-017). */
		buffer = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
		length = min_t(ULONG, length, mdl->ByteCount);
	}
	if (!buffer || length < form->name)
		return STATUS_INFO_LENGTH_MISMATCH;
	/* One that leaves the position alone begins anew each time (DIR-11). */
	lister = peek ? fltfs_lister_new(fo) : fltfs_lister_of(fo);
	if (IS_ERR(lister))
		return flt_status_from_errno(PTR_ERR(lister));
	mutex_lock(&lister->lock);
	status = fltfs_lister_begin(lister, p, op->iopb.OperationFlags & SL_RESTART_SCAN);
	if (NT_SUCCESS(status))
		status = fltfs_lister_fill(lister, fo, buffer, length,
					   op->iopb.OperationFlags & SL_RETURN_SINGLE_ENTRY, used);
	mutex_unlock(&lister->lock);
	if (peek)
		fltfs_lister_free(lister);
	return status;
}

/**
 * fltfs_own_scan() - DIRECTORY_CONTROL that a filter started
 * @op: the operation
 */
void fltfs_own_scan(struct flt_operation *op)
{
	NTSTATUS status = STATUS_INVALID_DEVICE_REQUEST;
	ULONG used = 0;

	if (op->iopb.MinorFunction == IRP_MN_QUERY_DIRECTORY)
		status = fltfs_own_list(op, fltfs_op_fo(op), &used);
	flt_operation_result(op, status, used);
}
