// SPDX-License-Identifier: GPL-2.0
/*
 * What oplocks allow: which may be granted beside which, which operation breaks which, to what, and
 * whether that operation waits for the acknowledgment (CREATE-83 to CREATE-87, LOCK-63). Looks at
 * lists whose lock the caller holds; changes nothing.
 */
#include "fltmgr/file_object.h"
#include "fltmgr/oplock.h"

#define R	OPLOCK_LEVEL_CACHE_READ
#define H	OPLOCK_LEVEL_CACHE_HANDLE
#define W	OPLOCK_LEVEL_CACHE_WRITE

/**
 * struct flt_oplock_rule - what a use does to an oplock
 * @ack: how it breaks, if it does
 * @to: what is left then; an open that overwrites leaves nothing
 * @overwriting: an open breaks it only if it overwrites
 * @own: breaks for its holder, too
 */
struct flt_oplock_rule {
	u8 ack;
	u8 to;
	bool overwriting;
	bool own;
};

#define WAITS(left)	{ .ack = FLT_ACK_FIRST, .to = (left) }
#define LATER		{ .ack = FLT_ACK_LATER }
#define AT_ONCE		{ .ack = FLT_ACK_NEVER }

static const struct flt_oplock_rule flt_oplock_rules[FLT_NR_OPLOCKS][FLT_NR_OPLOCK_USES] = {
	[FLT_OPLOCK_LEVEL_2] = {
		[FLT_OPLOCK_OPENS] = { .ack = FLT_ACK_NEVER, .overwriting = true },
		[FLT_OPLOCK_WRITES] = { .ack = FLT_ACK_NEVER, .own = true },
		[FLT_OPLOCK_LOCKS] = { .ack = FLT_ACK_NEVER, .own = true },
	},
	[FLT_OPLOCK_LEVEL_1] = {
		[FLT_OPLOCK_OPENS] = WAITS(R),
		[FLT_OPLOCK_READS] = WAITS(R),
		[FLT_OPLOCK_WRITES] = WAITS(0),
		[FLT_OPLOCK_LOCKS] = WAITS(0),
	},
	[FLT_OPLOCK_BATCH] = {
		[FLT_OPLOCK_OPENS] = WAITS(R),
		[FLT_OPLOCK_READS] = WAITS(R),
		[FLT_OPLOCK_WRITES] = WAITS(0),
		[FLT_OPLOCK_LOCKS] = WAITS(0),
		[FLT_OPLOCK_RENAMES] = WAITS(0),
	},
	[FLT_OPLOCK_FILTER] = {
		[FLT_OPLOCK_OPENS] = WAITS(0),
		[FLT_OPLOCK_WRITES] = WAITS(0),
		[FLT_OPLOCK_RENAMES] = WAITS(0),
	},
	[FLT_OPLOCK_R] = {
		[FLT_OPLOCK_OPENS] = { .ack = FLT_ACK_NEVER, .overwriting = true },
		[FLT_OPLOCK_WRITES] = AT_ONCE,
		[FLT_OPLOCK_LOCKS] = AT_ONCE,
	},
	[FLT_OPLOCK_RH] = {
		[FLT_OPLOCK_OPENS] = { .ack = FLT_ACK_LATER, .overwriting = true },
		[FLT_OPLOCK_WRITES] = LATER,
		[FLT_OPLOCK_LOCKS] = LATER,
		[FLT_OPLOCK_RENAMES] = WAITS(R),
		[FLT_OPLOCK_DELETES] = WAITS(R),
	},
	[FLT_OPLOCK_RW] = {
		[FLT_OPLOCK_OPENS] = WAITS(R),
		[FLT_OPLOCK_READS] = WAITS(R),
		[FLT_OPLOCK_WRITES] = WAITS(0),
		[FLT_OPLOCK_LOCKS] = WAITS(0),
	},
	[FLT_OPLOCK_RWH] = {
		[FLT_OPLOCK_OPENS] = WAITS(R | H),
		[FLT_OPLOCK_READS] = WAITS(R | H),
		[FLT_OPLOCK_WRITES] = WAITS(0),
		[FLT_OPLOCK_LOCKS] = LATER,
		[FLT_OPLOCK_RENAMES] = WAITS(R | W),
		[FLT_OPLOCK_DELETES] = WAITS(R | W),
	},
};

/* What the holder may cache. */
static const u8 flt_oplock_levels[FLT_NR_OPLOCKS] = {
	[FLT_OPLOCK_LEVEL_2] = R,
	[FLT_OPLOCK_LEVEL_1] = R | W,
	[FLT_OPLOCK_BATCH] = R | W | H,
	[FLT_OPLOCK_FILTER] = R | W,
	[FLT_OPLOCK_R] = R,
	[FLT_OPLOCK_RH] = R | H,
	[FLT_OPLOCK_RW] = R | W,
	[FLT_OPLOCK_RWH] = R | W | H,
};

u8 flt_oplock_level(enum flt_oplock_kind kind)
{
	return flt_oplock_levels[kind];
}

/* Which of the four new kinds has this level; false: no kind has it. */
bool flt_oplock_kind_of_level(ULONG level, enum flt_oplock_kind *kind)
{
	for (*kind = FLT_OPLOCK_R; *kind < FLT_NR_OPLOCKS; (*kind)++) {
		if (flt_oplock_levels[*kind] == level)
			return true;
	}
	return false;
}

/**
 * flt_oplock_same_key() - is a file object one of an oplock's holder?
 * @grant: the oplock
 * @file: the file object
 * @key: its oplock key, or NULL
 *
 * Without a key on both sides a holder is the file object that asked.
 */
bool flt_oplock_same_key(const struct flt_oplock_grant *grant, PFILE_OBJECT file, const GUID *key)
{
	return grant->file == file ||
	       (grant->keyed && key && !memcmp(&grant->key, key, sizeof(*key)));
}

/**
 * flt_oplock_break_of() - what an operation does to an oplock
 * @grant: the oplock; one that breaks already counts as what it was
 * @query: the operation
 * @to: receives what is left of it
 *
 * Return: how it breaks
 */
enum flt_oplock_ack flt_oplock_break_of(const struct flt_oplock_grant *grant,
					const struct flt_oplock_query *query, u8 *to)
{
	const struct flt_oplock_rule *rule;

	if (query->use >= FLT_NR_OPLOCK_USES)
		return FLT_ACK_UNBROKEN;
	rule = &flt_oplock_rules[grant->kind][query->use];
	*to = query->overwrites ? 0 : rule->to;
	if (rule->overwriting && !query->overwrites)
		return FLT_ACK_UNBROKEN;
	if (grant->kind == FLT_OPLOCK_FILTER && query->use == FLT_OPLOCK_OPENS && !query->excludes)
		return FLT_ACK_UNBROKEN;
	if (!rule->own && !query->all && flt_oplock_same_key(grant, query->file, query->key))
		return FLT_ACK_UNBROKEN;
	return rule->ack;
}

/* Beside which kinds a kind can be granted: under another key, and under its own. */
static const struct {
	u8 beside;
	u8 own;
} flt_oplock_beside[FLT_NR_OPLOCKS] = {
	[FLT_OPLOCK_LEVEL_1] = { BIT(FLT_OPLOCK_LEVEL_2), BIT(FLT_OPLOCK_LEVEL_2) },
	[FLT_OPLOCK_BATCH] = { BIT(FLT_OPLOCK_LEVEL_2), BIT(FLT_OPLOCK_LEVEL_2) },
	[FLT_OPLOCK_FILTER] = { BIT(FLT_OPLOCK_LEVEL_2), BIT(FLT_OPLOCK_LEVEL_2) },
	[FLT_OPLOCK_LEVEL_2] = {
		BIT(FLT_OPLOCK_LEVEL_2) | BIT(FLT_OPLOCK_R),
		BIT(FLT_OPLOCK_LEVEL_2) | BIT(FLT_OPLOCK_R),
	},
	[FLT_OPLOCK_R] = {
		BIT(FLT_OPLOCK_LEVEL_2) | BIT(FLT_OPLOCK_R) | BIT(FLT_OPLOCK_RH),
		BIT(FLT_OPLOCK_LEVEL_2) | BIT(FLT_OPLOCK_R),
	},
	[FLT_OPLOCK_RH] = {
		BIT(FLT_OPLOCK_R) | BIT(FLT_OPLOCK_RH),
		BIT(FLT_OPLOCK_R) | BIT(FLT_OPLOCK_RH),
	},
	[FLT_OPLOCK_RW] = { 0, BIT(FLT_OPLOCK_R) | BIT(FLT_OPLOCK_RW) },
	[FLT_OPLOCK_RWH] = {
		0, BIT(FLT_OPLOCK_R) | BIT(FLT_OPLOCK_RH) | BIT(FLT_OPLOCK_RW) |
		   BIT(FLT_OPLOCK_RWH)
	},
};

/**
 * flt_oplock_admits() - can an oplock be granted, as far as others go?
 * @oplock: of the file; its lock is held
 * @wanted: the new one
 *
 * Return: STATUS_SUCCESS or STATUS_OPLOCK_NOT_GRANTED
 */
NTSTATUS flt_oplock_admits(const struct flt_oplock *oplock, const struct flt_oplock_grant *wanted)
{
	const struct flt_oplock_grant *grant;

	list_for_each_entry(grant, &oplock->grants, link) {
		bool own = flt_oplock_same_key(grant, wanted->file,
					       wanted->keyed ? &wanted->key : NULL);
		u8 beside = own ? flt_oplock_beside[wanted->kind].own :
				  flt_oplock_beside[wanted->kind].beside;

		/* What its own create has set aside is for this. */
		if (grant->reserved && own)
			continue;
		if (grant->reserved || grant->breaking || !(beside & BIT(grant->kind)))
			return STATUS_OPLOCK_NOT_GRANTED;
	}
	return STATUS_SUCCESS;
}

/* Does a new oplock, which is admitted, take the place of one that is there? */
bool flt_oplock_replaces(const struct flt_oplock_grant *wanted, const struct flt_oplock_grant *old)
{
	if (old->reserved)
		return true;
	if (old->kind == FLT_OPLOCK_LEVEL_2)
		return !flt_oplock_is_shared(wanted->kind);
	if (wanted->kind == FLT_OPLOCK_LEVEL_2)
		return old->file == wanted->file;
	return flt_oplock_same_key(old, wanted->file, wanted->keyed ? &wanted->key : NULL);
}

static void flt_oplock_classify_open(const FLT_PARAMETERS *p, struct flt_oplock_query *query)
{
	const ACCESS_MASK attributes = FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE;
	const ACCESS_MASK readers = attributes | FILE_READ_DATA | FILE_READ_EA | FILE_EXECUTE |
				    READ_CONTROL;
	ULONG disposition = p->Create.Options >> 24;

	query->access = p->Create.SecurityContext ? p->Create.SecurityContext->DesiredAccess : 0;
	query->share = p->Create.ShareAccess;
	query->modes = true;
	if (!(query->access & ~attributes) && !(p->Create.Options & FILE_RESERVE_OPFILTER))
		return;
	query->use = FLT_OPLOCK_OPENS;
	query->overwrites = p->Create.Options & FILE_RESERVE_OPFILTER ||
			    disposition == FILE_SUPERSEDE || disposition == FILE_OVERWRITE ||
			    disposition == FILE_OVERWRITE_IF;
	query->excludes = query->access & ~readers && !(query->share & FILE_SHARE_READ);
}

static enum flt_oplock_use flt_oplock_use_of_set(const FLT_PARAMETERS *p)
{
	const FILE_DISPOSITION_INFORMATION *disposition = p->SetFileInformation.InfoBuffer;
	const FILE_DISPOSITION_INFORMATION_EX *ex = p->SetFileInformation.InfoBuffer;

	switch (p->SetFileInformation.FileInformationClass) {
	case FileEndOfFileInformation:
		/* The cache manager's own was preceded by the write itself. */
		return p->SetFileInformation.AdvanceOnly ? FLT_OPLOCK_NOTHING : FLT_OPLOCK_WRITES;
	case FileAllocationInformation:
	case FileValidDataLengthInformation:
		return FLT_OPLOCK_WRITES;
	case FileRenameInformation:
	case FileRenameInformationEx:
	case FileLinkInformation:
	case FileLinkInformationEx:
	case FileShortNameInformation:
		return FLT_OPLOCK_RENAMES;
	case FileDispositionInformation:
		return p->SetFileInformation.Length >= sizeof(*disposition) &&
		       disposition->DeleteFile ? FLT_OPLOCK_DELETES : FLT_OPLOCK_NOTHING;
	case FileDispositionInformationEx:
		return p->SetFileInformation.Length >= sizeof(*ex) &&
		       ex->Flags & FILE_DISPOSITION_DELETE ? FLT_OPLOCK_DELETES :
							     FLT_OPLOCK_NOTHING;
	default:
		return FLT_OPLOCK_NOTHING;
	}
}

/**
 * flt_oplock_classify() - what an operation is to oplocks
 * @data: IRP-based, in its pre-operation callback
 * @query: filled
 */
void flt_oplock_classify(const FLT_CALLBACK_DATA *data, struct flt_oplock_query *query)
{
	const FLT_IO_PARAMETER_BLOCK *iopb = data->Iopb;
	const FLT_PARAMETERS *p = &iopb->Parameters;

	*query = (struct flt_oplock_query) {
		.use = FLT_OPLOCK_NOTHING,
		.file = iopb->TargetFileObject,
	};
	if (query->file)
		query->key = READ_ONCE(flt_file_of(query->file)->oplock_key);
	/* What the cache does it does for nobody. */
	if (iopb->IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO))
		return;
	switch (iopb->MajorFunction) {
	case IRP_MJ_CREATE:
		flt_oplock_classify_open(p, query);
		break;
	case IRP_MJ_READ:
	case IRP_MJ_FLUSH_BUFFERS:
		/* What a holder has not written yet is wanted. */
		query->use = FLT_OPLOCK_READS;
		break;
	case IRP_MJ_WRITE:
		query->use = FLT_OPLOCK_WRITES;
		break;
	case IRP_MJ_LOCK_CONTROL:
		query->use = FLT_OPLOCK_LOCKS;
		/* Letting go of a range must come through, also at the end of a program. */
		query->lazy = iopb->MinorFunction != IRP_MN_LOCK;
		break;
	case IRP_MJ_SET_INFORMATION:
		query->use = flt_oplock_use_of_set(p);
		break;
	case IRP_MJ_FILE_SYSTEM_CONTROL:
		if (p->FileSystemControl.Common.FsControlCode == FSCTL_SET_ZERO_DATA)
			query->use = FLT_OPLOCK_WRITES;
		break;
	}
}
