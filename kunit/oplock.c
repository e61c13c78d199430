// SPDX-License-Identifier: GPL-2.0
/*
 * Suite oplock: who is granted an oplock, what a request becomes, and which operation breaks what
 * (CREATE-81 to CREATE-87, LOCK-63).
 */
#include "fltmgr/cancel.h"
#include "kunit/oplocks.h"
#include "nt/violation.h"
static void opl_values(struct kunit *test)
{
	FLT_EXPECT(test, FILE_OPLOCK_BROKEN_TO_LEVEL_2 == 7 && FILE_OPLOCK_BROKEN_TO_NONE == 8 &&
		   FILE_OPBATCH_BREAK_UNDERWAY == 9 && CACHE_R == 1 && CACHE_H == 2 &&
		   CACHE_W == 4 && FSCTL_REQUEST_OPLOCK == 0x90240 &&
		   FSCTL_OPLOCK_BREAK_ACKNOWLEDGE == 0x9000c);
	FLT_EXPECT(test, offsetof(REQUEST_OPLOCK_OUTPUT_BUFFER, NewOplockLevel) == 8 &&
		   offsetof(REQUEST_OPLOCK_OUTPUT_BUFFER, AccessMode) == 16 &&
		   offsetof(REQUEST_OPLOCK_OUTPUT_BUFFER, ShareMode) == 20);
}

static void opl_life(struct kunit *test)
{
	s64 before = atomic64_read(&fsh_violations);
	struct opl_request *first, *second, *waiter;
	OPLOCK other = NULL;
	KIRQL old;

	opl_world(test);
	old = KfRaiseIrql(APC_LEVEL);
	FltInitializeOplock(&other);
	FltUninitializeOplock(&other);
	KeLowerIrql(old);
	FLT_PROVES(test, "CREATE-81", !other && !opl.oplock &&
		   atomic64_read(&fsh_violations) == before);
	/* Requests that were granted end with it, and so does the wait for them. */
	first = opl_ask(opl.file[0], KIND_RW);
	FLT_EXPECT(test, opl_granted(first));
	opl_clean();
	FLT_PROVES(test, "CREATE-81", opl_over(first, STATUS_OPLOCK_HANDLE_CLOSED) &&
		   !FltCurrentOplock(&opl.oplock));
	second = opl_ask(opl.file[0], KIND_1);
	waiter = opl_do(opl.file[1], IRP_MJ_WRITE);
	FLT_EXPECT(test, opl_over(second, STATUS_SUCCESS) && request_busy(&waiter->request));
	opl_clean();
	FLT_PROVES(test, "CREATE-81", opl_over(waiter, STATUS_SUCCESS) && opl.waits == 1);
	first = opl_ask(opl.file[0], KIND_B);
	opl_clean();
	FLT_PROVES(test, "CREATE-81", opl_over(first, STATUS_SUCCESS) &&
		   first->request.information == FILE_OPLOCK_BROKEN_TO_NONE &&
		   atomic64_read(&fsh_violations) == before);
	/* Twice, and not at all: said, and as if there were none. */
	first = opl_ask(opl.file[0], KIND_1);
	FltInitializeOplock(&opl.oplock);
	FLT_PROVES(test, "CREATE-81", opl_over(first, STATUS_SUCCESS) &&
		   atomic64_read(&fsh_violations) == before + 1);
	FltUninitializeOplock(&opl.oplock);
	FltUninitializeOplock(&opl.oplock);
	FLT_PROVES(test, "CREATE-81", atomic64_read(&fsh_violations) == before + 2);
	FLT_PROVES(test, "CREATE-81", opl_over(opl_do(opl.file[0], IRP_MJ_WRITE), STATUS_SUCCESS) &&
		   atomic64_read(&fsh_violations) == before + 3);
	FLT_PROVES(test, "CREATE-81",
		   opl_refused(opl.file[0], KIND_1, STATUS_OPLOCK_NOT_GRANTED) &&
		   atomic64_read(&fsh_violations) == before + 4);
	opl.world->breaches = true;
	FltInitializeOplock(&opl.oplock);
	opl_end();
}

/* A request stays until it breaks, and then tells to what. */
static void opl_states(struct kunit *test)
{
	struct opl_request *held, *kept, *other;

	opl_world(test);
	/* Level 1, broken by a read: what is left is a level 2, which a write ends. */
	held = opl_ask(opl.file[0], KIND_1);
	FLT_PROVES(test, "CREATE-82", opl_granted(held) && FltCurrentOplock(&opl.oplock));
	other = opl_do(opl.file[1], IRP_MJ_READ);
	FLT_PROVES(test, "CREATE-82", opl_over(held, STATUS_SUCCESS) &&
		   held->request.information == FILE_OPLOCK_BROKEN_TO_LEVEL_2 &&
		   request_busy(&other->request));
	kept = opl_control(opl.file[0], FSCTL_OPLOCK_BREAK_ACKNOWLEDGE);
	FLT_PROVES(test, "CREATE-82", opl_granted(kept) && opl_over(other, STATUS_SUCCESS) &&
		   opl.waits == 1 && opl.good_context);
	other = opl_do(opl.file[1], IRP_MJ_WRITE);
	FLT_PROVES(test, "CREATE-82", opl_over(kept, STATUS_SUCCESS) &&
		   kept->request.information == FILE_OPLOCK_BROKEN_TO_NONE &&
		   opl_over(other, STATUS_SUCCESS) && !FltCurrentOplock(&opl.oplock));
	/* The holder does not want level 2. */
	held = opl_ask(opl.file[0], KIND_B);
	other = opl_do(opl.file[1], IRP_MJ_READ);
	FLT_EXPECT(test, opl_over(opl_control(opl.file[0], FSCTL_OPLOCK_BREAK_ACK_NO_2),
				  STATUS_SUCCESS));
	FLT_PROVES(test, "CREATE-82", opl_over(held, STATUS_SUCCESS) &&
		   opl_over(other, STATUS_SUCCESS) && !FltCurrentOplock(&opl.oplock));
	/* A second operation wants more of it while it breaks. */
	held = opl_ask(opl.file[0], KIND_1);
	other = opl_do(opl.file[1], IRP_MJ_READ);
	kept = opl_do(opl.file[2], IRP_MJ_WRITE);
	FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS) && request_busy(&kept->request) &&
		   opl_over(opl_control(opl.file[0], FSCTL_OPLOCK_BREAK_ACKNOWLEDGE),
			    STATUS_SUCCESS) && opl_over(other, STATUS_SUCCESS) &&
		   opl_over(kept, STATUS_SUCCESS) && !FltCurrentOplock(&opl.oplock));
	/* A new kind gets a structure. */
	held = opl_ask(opl.file[0], KIND_RWH);
	other = opl_opening(opl.file[1], FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN, 0);
	request_start(&other->request);
	FLT_PROVES(test, "CREATE-82", opl_over(held, STATUS_SUCCESS) &&
		   held->request.information == sizeof(held->buffer.out) &&
		   held->buffer.out.StructureVersion == REQUEST_OPLOCK_CURRENT_VERSION &&
		   held->buffer.out.StructureLength == sizeof(held->buffer.out) &&
		   held->buffer.out.OriginalOplockLevel == (CACHE_R | CACHE_W | CACHE_H) &&
		   held->buffer.out.NewOplockLevel == (CACHE_R | CACHE_H) &&
		   held->buffer.out.Flags == (REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED |
					      REQUEST_OPLOCK_OUTPUT_FLAG_MODES_PROVIDED) &&
		   held->buffer.out.AccessMode == FILE_READ_DATA &&
		   held->buffer.out.ShareMode == FILE_SHARE_READ);
	kept = opl_acknowledge(opl.file[0], CACHE_R | CACHE_H, 0);
	FLT_PROVES(test, "CREATE-82", opl_granted(kept) && opl_over(other, STATUS_SUCCESS));
	/* One that nobody has to acknowledge is gone, and says so. */
	opl_clean();
	opl.open_count = 0;
	held = opl_ask(opl.file[0], KIND_R);
	FLT_EXPECT(test, opl_over(opl_do(opl.file[1], IRP_MJ_WRITE), STATUS_SUCCESS));
	FLT_PROVES(test, "CREATE-82", opl_over(held, STATUS_SUCCESS) &&
		   !held->buffer.out.NewOplockLevel && !held->buffer.out.Flags &&
		   !FltCurrentOplock(&opl.oplock));
	/* Cancelled, it is given up. */
	opl.open_count = 1;
	held = opl_ask(opl.file[0], KIND_RW);
	FLT_EXPECT(test, flt_operation_cancel(&held->request.op) &&
		   opl_over(held, STATUS_CANCELLED) && !FltCurrentOplock(&opl.oplock));
	FLT_EXPECT(test, opl_over(opl_do(opl.file[1], IRP_MJ_WRITE), STATUS_SUCCESS));
	opl_end();
}

static void opl_directory(struct fake_volume *fake, struct flt_operation *op,
			  struct fake_order *order)
{
	FILE_STANDARD_INFORMATION *info = op->iopb.Parameters.QueryFileInformation.InfoBuffer;

	if (op->op_index == IRP_MJ_QUERY_INFORMATION)
		info->Directory = TRUE;
}

static void opl_conditions(struct kunit *test)
{
	struct world *w = opl_world(test);
	struct opl_request *r;
	unsigned int kind;

	for (kind = 0; kind < KINDS; kind++) {
		bool shared = kind == KIND_2 || kind == KIND_R || kind == KIND_RH;
		const char *row = kind == KIND_1 || kind == KIND_B || kind == KIND_F ?
				  "CREATE-83" : NULL;

		/* Somebody waits for the request in his thread. */
		r = opl_new(opl.file[0], IRP_MJ_FILE_SYSTEM_CONTROL);
		opl_ask_for(r, kind);
		FLT_PROVES(test, row, request_run(&r->request) == STATUS_OPLOCK_NOT_GRANTED &&
			   opl.returned == FLT_PREOP_COMPLETE);
		/* A filter above does, where it may. */
		if (!opl_kinds[kind].code) {
			w->probe[0]->pre_status = FLT_PREOP_SYNCHRONIZE;
			FLT_EXPECT(test,
				   opl_refused(opl.file[0], kind, STATUS_OPLOCK_NOT_GRANTED));
			w->probe[0]->pre_status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
		}
		/* There are other handles, or byte-range locks. */
		opl.open_count = shared ? 1 : 2;
		FLT_PROVES(test, shared ? "CREATE-84" : row,
			   opl_refused(opl.file[0], kind, STATUS_OPLOCK_NOT_GRANTED));
		opl.open_count = 2;
		opl.request_flags = OPLOCK_FSCTRL_FLAG_ALL_KEYS_MATCH;
		r = opl_ask(opl.file[0], kind);
		/* One key for all of them is enough for the new kinds. */
		FLT_PROVES(test, row, opl_granted(r) == (kind == KIND_RW || kind == KIND_RWH));
		opl_clean();
		opl.request_flags = 0;
		opl.open_count = shared ? 0 : 1;
		FLT_PROVES(test, row, opl_granted(opl_ask(opl.file[0], kind)));
		opl_clean();
	}
	w->fake->on_perform = opl_directory;
	opl.file[0]->FsContext = opl.file[0];
	for (kind = 0; kind < KINDS; kind++) {
		bool any = kind == KIND_R || kind == KIND_RH;

		opl.open_count = !any;
		r = opl_ask(opl.file[0], kind);
		FLT_PROVES(test, "CREATE-83", any ? opl_granted(r) :
			   opl_over(r, STATUS_INVALID_PARAMETER));
		opl_clean();
	}
	w->fake->on_perform = NULL;
	/* A level that is none, and a structure of another version. */
	opl.file[0]->FsContext = NULL;
	r = opl_new(opl.file[0], IRP_MJ_FILE_SYSTEM_CONTROL);
	opl_fill(r, CACHE_W, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
	request_start(&r->request);
	FLT_EXPECT(test, opl_over(r, STATUS_INVALID_PARAMETER));
	r = opl_new(opl.file[0], IRP_MJ_FILE_SYSTEM_CONTROL);
	opl_fill(r, CACHE_R, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
	r->buffer.in.StructureVersion++;
	request_start(&r->request);
	FLT_EXPECT(test, opl_over(r, STATUS_INVALID_PARAMETER));
	opl_end();
}

/* What becomes of a request beside an oplock: + beside it, x in its place, - refused. */
static bool opl_beside_is(unsigned int wanted, unsigned int held, bool own, char how)
{
	static const char shared[] = "y---yy--";
	struct opl_request *old, *new;
	bool good;

	opl.open_count = shared[held] != 'y';
	old = opl_ask(opl.file[0], held);
	if (!opl_granted(old))
		return false;
	opl.open_count = shared[wanted] != 'y';
	new = opl_ask(opl.file[own ? 1 : 2], wanted);
	if (how == '-')
		good = opl_over(new, STATUS_OPLOCK_NOT_GRANTED) && request_busy(&old->request);
	else if (how == '+')
		good = opl_granted(new) && request_busy(&old->request);
	else if (held == KIND_2)
		good = opl_granted(new) && opl_over(old, STATUS_SUCCESS) &&
		       old->request.information == FILE_OPLOCK_BROKEN_TO_NONE;
	else
		good = opl_granted(new) && opl_over(old, STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE) &&
		       old->buffer.out.NewOplockLevel == opl_kinds[wanted].level;
	opl_clean();
	return good;
}

/* A row is of the kind that is wanted; its letters stand for 2 1 B F R RH RW RWH. */
static void opl_beside(struct kunit *test)
{
	static const char *const other_key[KINDS] = {
		[KIND_2] = "+---+---", [KIND_1] = "x-------", [KIND_B] = "x-------",
		[KIND_F] = "x-------", [KIND_R] = "+---++--", [KIND_RH] = "----++--",
		[KIND_RW] = "--------", [KIND_RWH] = "--------",
	};
	static const char *const own_key[KINDS] = {
		[KIND_2] = "+---+---", [KIND_1] = "x-------", [KIND_B] = "x-------",
		[KIND_F] = "x-------", [KIND_R] = "+---x---", [KIND_RH] = "----xx--",
		[KIND_RW] = "----x-x-", [KIND_RWH] = "----xxxx",
	};
	unsigned int wanted, held, own;

	opl_world(test);
	opl_key(opl.file[0], 1);
	opl_key(opl.file[1], 1);
	opl_key(opl.file[2], 2);
	opl.request_flags = OPLOCK_FSCTRL_FLAG_ALL_KEYS_MATCH;
	for (wanted = 0; wanted < KINDS; wanted++) {
		for (held = 0; held < KINDS; held++) {
			for (own = 0; own < 2; own++) {
				char how = (own ? own_key : other_key)[wanted][held];
				bool good = opl_beside_is(wanted, held, own, how);

				if (!FLT_PROVES(test, "CREATE-85", good))
					kunit_info(test, "%s beside %s, %s key",
						   opl_kinds[wanted].name, opl_kinds[held].name,
						   own ? "own" : "other");
			}
		}
	}
	opl_end();
}

/* What an operation of the table is. */
struct opl_use {
	const char *name;
	UCHAR major;
	UCHAR minor;
	ACCESS_MASK access;	/* and the following: of a create */
	ULONG share;
	ULONG disposition;
	ULONG options;
	FILE_INFORMATION_CLASS class;
	bool deletes;
	ULONG irp_flags;
	/*
	 * 2 1 B F R RH RW RWH: - unbroken; n gone, and nobody waits; l acknowledged later; the rest
	 * waits: N for none, R for R or level 2, H for RH, W for RW
	 */
	const char *breaks;
};

static const struct opl_use opl_uses[] = {
	{ "open", IRP_MJ_CREATE, 0, FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN,
	  .breaks = "-RR---RH" },
	{ "open for attributes", IRP_MJ_CREATE, 0,
	  FILE_READ_ATTRIBUTES | FILE_WRITE_ATTRIBUTES | SYNCHRONIZE, 0, FILE_OPEN,
	  .breaks = "--------" },
	{ "supersede for attributes", IRP_MJ_CREATE, 0, FILE_READ_ATTRIBUTES, 0, FILE_SUPERSEDE,
	  .breaks = "--------" },
	{ "reserve", IRP_MJ_CREATE, 0, FILE_READ_ATTRIBUTES, FILE_SHARE_READ, FILE_OPEN,
	  FILE_RESERVE_OPFILTER, .breaks = "nNN-nlNN" },
	{ "supersede", IRP_MJ_CREATE, 0, FILE_WRITE_DATA, FILE_SHARE_READ, FILE_SUPERSEDE,
	  .breaks = "nNN-nlNN" },
	{ "overwrite", IRP_MJ_CREATE, 0, FILE_READ_DATA, 0, FILE_OVERWRITE, .breaks = "nNN-nlNN" },
	{ "overwrite_if", IRP_MJ_CREATE, 0, FILE_READ_DATA, 0, FILE_OVERWRITE_IF,
	  .breaks = "nNN-nlNN" },
	{ "open to write alone", IRP_MJ_CREATE, 0, FILE_WRITE_DATA, 0, FILE_OPEN_IF,
	  .breaks = "-RRN--RH" },
	{ "open to write", IRP_MJ_CREATE, 0, FILE_WRITE_DATA, FILE_SHARE_READ, FILE_OPEN_IF,
	  .breaks = "-RR---RH" },
	{ "read", IRP_MJ_READ, .breaks = "-RR---RH" },
	{ "flush", IRP_MJ_FLUSH_BUFFERS, .breaks = "-RR---RH" },
	{ "write", IRP_MJ_WRITE, .breaks = "nNNNnlNN" },
	{ "paging write", IRP_MJ_WRITE, .irp_flags = IRP_PAGING_IO | IRP_NOCACHE,
	  .breaks = "--------" },
	{ "lock", IRP_MJ_LOCK_CONTROL, IRP_MN_LOCK, .breaks = "nNN-nlNl" },
	{ "unlock", IRP_MJ_LOCK_CONTROL, IRP_MN_UNLOCK_SINGLE, .breaks = "nll-nlll" },
	{ "unlock all", IRP_MJ_LOCK_CONTROL, IRP_MN_UNLOCK_ALL, .breaks = "nll-nlll" },
	{ "end of file", IRP_MJ_SET_INFORMATION, .class = FileEndOfFileInformation,
	  .breaks = "nNNNnlNN" },
	{ "allocation", IRP_MJ_SET_INFORMATION, .class = FileAllocationInformation,
	  .breaks = "nNNNnlNN" },
	{ "valid data", IRP_MJ_SET_INFORMATION, .class = FileValidDataLengthInformation,
	  .breaks = "nNNNnlNN" },
	{ "rename", IRP_MJ_SET_INFORMATION, .class = FileRenameInformation, .breaks = "--NN-R-W" },
	{ "link", IRP_MJ_SET_INFORMATION, .class = FileLinkInformation, .breaks = "--NN-R-W" },
	{ "short name", IRP_MJ_SET_INFORMATION, .class = FileShortNameInformation,
	  .breaks = "--NN-R-W" },
	{ "delete", IRP_MJ_SET_INFORMATION, .class = FileDispositionInformation, .deletes = true,
	  .breaks = "-----R-W" },
	{ "keep", IRP_MJ_SET_INFORMATION, .class = FileDispositionInformation,
	  .breaks = "--------" },
	{ "basic", IRP_MJ_SET_INFORMATION, .class = FileBasicInformation, .breaks = "--------" },
	{ "zero", IRP_MJ_FILE_SYSTEM_CONTROL, .breaks = "nNNNnlNN" },
	{ "security", IRP_MJ_QUERY_SECURITY, .breaks = "--------" },
};

static struct opl_request *opl_use(const struct opl_use *use, PFILE_OBJECT file)
{
	struct opl_request *r;
	FLT_PARAMETERS *p;

	if (use->major == IRP_MJ_CREATE) {
		r = opl_opening(file, use->access, use->share, use->disposition, use->options);
	} else {
		r = opl_new(file, use->major);
		p = &r->request.op.iopb.Parameters;
		r->request.op.iopb.IrpFlags |= use->irp_flags;
		r->request.op.iopb.MinorFunction = use->minor;
		if (use->major == IRP_MJ_FILE_SYSTEM_CONTROL)
			opl_code(r, FSCTL_SET_ZERO_DATA);
		if (use->class) {
			r->buffer.disposition.DeleteFile = use->deletes;
			p->SetFileInformation.Length = sizeof(r->buffer);
			p->SetFileInformation.FileInformationClass = use->class;
			p->SetFileInformation.InfoBuffer = &r->buffer;
		}
	}
	request_start(&r->request);
	return r;
}

/* One field of the table. */
static bool opl_breaks_as(const struct opl_use *use, unsigned int kind, char how, bool own)
{
	struct opl_request *held, *r, *ack;
	bool good;

	opl.open_count = kind != KIND_2 && kind != KIND_R && kind != KIND_RH;
	opl.waits = 0;
	opl.preposts = 0;
	held = opl_ask(opl.file[0], kind);
	if (!opl_granted(held))
		return false;
	r = opl_use(use, opl.file[own ? 0 : 1]);
	switch (how) {
	case '-':
		good = opl_over(r, STATUS_SUCCESS) && request_busy(&held->request) && !opl.waits;
		break;
	case 'n':
		good = opl_over(r, STATUS_SUCCESS) && opl_over(held, STATUS_SUCCESS) &&
		       !FltCurrentOplock(&opl.oplock);
		break;
	case 'l':
		good = opl_over(r, STATUS_SUCCESS) && opl_over(held, STATUS_SUCCESS) &&
		       !opl.waits && FltCurrentOplock(&opl.oplock) &&
		       opl_over(opl_give_up(opl.file[0], kind), STATUS_SUCCESS) &&
		       !FltCurrentOplock(&opl.oplock);
		break;
	default:
		good = request_busy(&r->request) && opl_over(held, STATUS_SUCCESS) &&
		       opl.preposts == 1 && !opl.waits;
		ack = opl_give_up(opl.file[0], kind);
		good = good && opl_over(ack, STATUS_SUCCESS) && opl_over(r, STATUS_SUCCESS) &&
		       opl.waits == 1 && opl.waited == STATUS_SUCCESS;
	}
	if (how != '-')
		good = good && opl_told(held, kind, how);
	opl_clean();
	return good;
}

static void opl_breaks(struct kunit *test)
{
	unsigned int i, kind;

	opl_world(test);
	for (i = 0; i < ARRAY_SIZE(opl_uses); i++) {
		const struct opl_use *use = &opl_uses[i];
		const char *row = use->major == IRP_MJ_LOCK_CONTROL ? "LOCK-63" : "CREATE-87";

		for (kind = 0; kind < KINDS; kind++) {
			char own = kind == KIND_2 && use->breaks[0] == 'n' &&
				   use->major != IRP_MJ_CREATE ? 'n' : '-';

			if (!FLT_PROVES(test, row,
					opl_breaks_as(use, kind, use->breaks[kind], false)))
				kunit_info(test, "%s of %s", use->name, opl_kinds[kind].name);
			if (!FLT_PROVES(test, row, opl_breaks_as(use, kind, own, true)))
				kunit_info(test, "%s of %s, its own", use->name,
					   opl_kinds[kind].name);
		}
	}
	/* Keys make two file objects one holder's. */
	opl_key(opl.file[0], 1);
	opl_key(opl.file[1], 1);
	for (kind = 0; kind < KINDS; kind++)
		FLT_PROVES(test, "CREATE-87",
			   opl_breaks_as(&opl_uses[11], kind, kind == KIND_2 ? 'n' : '-', false));
	FLT_EXPECT(test, opl_uses[11].major == IRP_MJ_WRITE && opl.good_context);
	opl_end();
}

/* The end of a handle waits for nobody. */
static void opl_breaks_at_end(struct kunit *test)
{
	struct opl_request *held;

	opl_world(test);
	held = opl_ask(opl.file[0], KIND_RW);
	opl.routine = OPL_TO_NONE;
	opl.blocks = true;
	FLT_PROVES(test, "CREATE-86",
		   opl_over(opl_do(opl.file[1], IRP_MJ_CLEANUP), STATUS_SUCCESS) &&
		   opl_over(held, STATUS_SUCCESS) && opl_told(held, KIND_RW, 'N') &&
		   FltCurrentOplock(&opl.oplock));
	FLT_EXPECT(test, opl_over(opl_give_up(opl.file[0], KIND_RW), STATUS_SUCCESS));
	opl_end();
}

#define OPL_NOT_OURS	((void *)0x0b1)

/* The oplock ends while a request for it looks whether the file is a directory. */
static void opl_ends_first(struct fake_volume *fake, struct flt_operation *op,
			   struct fake_order *order)
{
	FILE_STANDARD_INFORMATION *info = op->iopb.Parameters.QueryFileInformation.InfoBuffer;

	if (op->op_index != IRP_MJ_QUERY_INFORMATION)
		return;
	info->Directory = FALSE;
	FltUninitializeOplock(&opl.oplock);
	opl.oplock = OPL_NOT_OURS;
}

static void opl_dead(struct kunit *test)
{
	struct world *w = opl_world(test);

	w->fake->on_perform = opl_ends_first;
	opl.file[0]->FsContext = opl.file[0];
	FLT_EXPECT(test, opl_refused(opl.file[0], KIND_1, STATUS_OPLOCK_NOT_GRANTED) &&
		   opl.oplock == OPL_NOT_OURS);
	w->fake->on_perform = NULL;
	opl.file[0]->FsContext = NULL;
	FltInitializeOplock(&opl.oplock);
	opl_end();
}

static struct kunit_case oplock_cases[] = {
	KUNIT_CASE(opl_values),
	KUNIT_CASE(opl_life),
	KUNIT_CASE(opl_states),
	KUNIT_CASE(opl_conditions),
	KUNIT_CASE(opl_beside),
	KUNIT_CASE(opl_breaks),
	KUNIT_CASE(opl_breaks_at_end),
	KUNIT_CASE(opl_dead),
	{}
};

static struct kunit_suite oplock_suite = {
	.name = "oplock",
	.init = world_init,
	.exit = world_exit,
	.test_cases = oplock_cases,
};

kunit_test_suite(oplock_suite);
