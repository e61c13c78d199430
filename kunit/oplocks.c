// SPDX-License-Identifier: GPL-2.0
/*
 * See oplocks.h.
 */
#include <linux/slab.h>
#include "kunit/oplocks.h"
#include "nt/violation.h"

const struct opl_kind opl_kinds[KINDS] = {
	[KIND_2] = { "level 2", FSCTL_REQUEST_OPLOCK_LEVEL_2 },
	[KIND_1] = { "level 1", FSCTL_REQUEST_OPLOCK_LEVEL_1 },
	[KIND_B] = { "batch", FSCTL_REQUEST_BATCH_OPLOCK },
	[KIND_F] = { "filter", FSCTL_REQUEST_FILTER_OPLOCK },
	[KIND_R] = { "R", 0, CACHE_R },
	[KIND_RH] = { "RH", 0, CACHE_R | CACHE_H },
	[KIND_RW] = { "RW", 0, CACHE_R | CACHE_W },
	[KIND_RWH] = { "RWH", 0, CACHE_R | CACHE_W | CACHE_H },
};

struct opl_state opl;

static VOID opl_waited(PFLT_CALLBACK_DATA data, PVOID context)
{
	opl.waits++;
	opl.waited = data->IoStatus.Status;
	opl.good_context &= context == OPL_CONTEXT;
	FltCompletePendedPreOperation(data, NT_SUCCESS(opl.waited) ?
				      FLT_PREOP_SUCCESS_WITH_CALLBACK : FLT_PREOP_COMPLETE, NULL);
}

static VOID opl_prepost(PFLT_CALLBACK_DATA data, PVOID context)
{
	opl.preposts++;
	opl.good_context &= context == OPL_CONTEXT;
}

static FLT_PREOP_CALLBACK_STATUS opl_check(PFLT_CALLBACK_DATA data)
{
	PFLTOPLOCK_WAIT_COMPLETE_ROUTINE wait = opl.blocks ? NULL : opl_waited;

	switch (opl.routine) {
	case OPL_TO_NONE:
		return opl.flags ? FltOplockBreakToNoneEx(&opl.oplock, data, opl.flags, OPL_CONTEXT,
							  wait, opl_prepost) :
				   FltOplockBreakToNone(&opl.oplock, data, OPL_CONTEXT, wait,
							opl_prepost);
	case OPL_BREAK_H:
		return FltOplockBreakH(&opl.oplock, data, opl.flags, OPL_CONTEXT, wait,
				       opl_prepost);
	default:
		return opl.flags ? FltCheckOplockEx(&opl.oplock, data, opl.flags, OPL_CONTEXT, wait,
						    opl_prepost) :
				   FltCheckOplock(&opl.oplock, data, OPL_CONTEXT, wait,
						  opl_prepost);
	}
}

static bool opl_is_control(PFLT_CALLBACK_DATA data)
{
	if (data->Iopb->MajorFunction != IRP_MJ_FILE_SYSTEM_CONTROL)
		return false;
	return data->Iopb->Parameters.FileSystemControl.Common.FsControlCode !=
	       FSCTL_SET_ZERO_DATA;
}

static void opl_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    int *status, void **context)
{
	FLT_PREOP_CALLBACK_STATUS returned;

	if (data->Iopb->MajorFunction == IRP_MJ_QUERY_INFORMATION)
		return;
	if (!opl_is_control(data))
		returned = opl_check(data);
	else if (opl.request_flags)
		returned = FltOplockFsctrlEx(&opl.oplock, data, opl.open_count, opl.request_flags);
	else
		returned = FltOplockFsctrl(&opl.oplock, data, opl.open_count);
	*status = returned;
	if (opl.quiet)
		return;
	opl.returned = returned;
	if (opl.ignores && returned == FLT_PREOP_PENDING)
		*status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	/* Pended, it is not this thread's any more. */
	if (returned == FLT_PREOP_PENDING)
		return;
	opl.status = data->IoStatus.Status;
	if (returned == FLT_PREOP_SUCCESS_WITH_CALLBACK &&
	    opl.status == STATUS_OPLOCK_BREAK_IN_PROGRESS)
		*context = OPL_CONTEXT;
}

static int opl_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    void *context)
{
	if (context == OPL_CONTEXT && NT_SUCCESS(data->IoStatus.Status))
		data->IoStatus.Status = STATUS_OPLOCK_BREAK_IN_PROGRESS;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

struct world *opl_world(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	memset(&opl, 0, sizeof(opl));
	opl.world = w;
	opl.good_context = true;
	opl.open_count = 1;
	world_probes(w, "AB");
	w->probe[1]->on_pre = opl_pre;
	w->probe[1]->on_post = opl_post;
	w->quiet = true;
	for (i = 0; i < ARRAY_SIZE(opl.file); i++) {
		opl.file[i] = fake_open(w->fake);
		KUNIT_ASSERT_NOT_NULL(test, opl.file[i]);
	}
	FltInitializeOplock(&opl.oplock);
	return w;
}

void opl_end(void)
{
	unsigned int i;

	FltUninitializeOplock(&opl.oplock);
	for (i = 0; i < ARRAY_SIZE(opl.file); i++)
		fake_close(opl.file[i]);
}

/* Nobody holds anything any more. */
void opl_clean(void)
{
	FltUninitializeOplock(&opl.oplock);
	FltInitializeOplock(&opl.oplock);
}

void opl_key(PFILE_OBJECT file, UCHAR number)
{
	GUID *key = kzalloc(sizeof(*key), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(opl.world->test, key);
	key->Data4[7] = number;
	kfree(flt_file_of(file)->oplock_key);
	flt_file_of(file)->oplock_key = key;
}

void opl_setup(struct opl_request *r, PFILE_OBJECT file, UCHAR major)
{
	request_setup(&r->request, opl.world, opl.world->fake, file, major);
	memset(&r->buffer, 0, sizeof(r->buffer));
}

struct opl_request *opl_new(PFILE_OBJECT file, UCHAR major)
{
	struct opl_request *r = kunit_kzalloc(opl.world->test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(opl.world->test, r);
	opl_setup(r, file, major);
	return r;
}

void opl_code(struct opl_request *r, ULONG code)
{
	FLT_IO_PARAMETER_BLOCK *iopb = &r->request.op.iopb;

	iopb->MinorFunction = IRP_MN_USER_FS_REQUEST;
	iopb->Parameters.FileSystemControl.Common.FsControlCode = code;
	iopb->Parameters.FileSystemControl.Common.InputBufferLength = sizeof(r->buffer.in);
	iopb->Parameters.FileSystemControl.Common.OutputBufferLength = sizeof(r->buffer.out);
	iopb->Parameters.FileSystemControl.Buffered.SystemBuffer = &r->buffer;
}

void opl_fill(struct opl_request *r, ULONG level, ULONG flags)
{
	opl_code(r, FSCTL_REQUEST_OPLOCK);
	r->buffer.in.StructureVersion = REQUEST_OPLOCK_CURRENT_VERSION;
	r->buffer.in.StructureLength = sizeof(r->buffer.in);
	r->buffer.in.RequestedOplockLevel = level;
	r->buffer.in.Flags = flags;
}

void opl_ask_for(struct opl_request *r, unsigned int kind)
{
	if (opl_kinds[kind].code)
		opl_code(r, opl_kinds[kind].code);
	else
		opl_fill(r, opl_kinds[kind].level, REQUEST_OPLOCK_INPUT_FLAG_REQUEST);
}

/* Asks for an oplock through a file object; as it ought to be, nobody waits for it. */
struct opl_request *opl_ask(PFILE_OBJECT file, unsigned int kind)
{
	struct opl_request *r = opl_new(file, IRP_MJ_FILE_SYSTEM_CONTROL);

	opl_ask_for(r, kind);
	request_start(&r->request);
	return r;
}

bool opl_granted(struct opl_request *r)
{
	return request_busy(&r->request) && opl.returned == FLT_PREOP_PENDING;
}

/* Is it over, with this status? */
bool opl_over(struct opl_request *r, NTSTATUS status)
{
	return !request_busy(&r->request) && request_wait(&r->request) &&
	       r->request.status == status;
}

bool opl_refused(PFILE_OBJECT file, unsigned int kind, NTSTATUS status)
{
	return opl_over(opl_ask(file, kind), status) && opl.returned == FLT_PREOP_COMPLETE;
}

/* A control without parameters. */
struct opl_request *opl_control(PFILE_OBJECT file, ULONG code)
{
	struct opl_request *r = opl_new(file, IRP_MJ_FILE_SYSTEM_CONTROL);

	opl_code(r, code);
	request_start(&r->request);
	return r;
}

/* An acknowledgment of a break of a new kind: what the holder keeps. */
struct opl_request *opl_acknowledge(PFILE_OBJECT file, ULONG level, ULONG more)
{
	struct opl_request *r = opl_new(file, IRP_MJ_FILE_SYSTEM_CONTROL);

	opl_fill(r, level, REQUEST_OPLOCK_INPUT_FLAG_ACK | more);
	request_start(&r->request);
	return r;
}

struct opl_request *opl_do(PFILE_OBJECT file, UCHAR major)
{
	struct opl_request *r = opl_new(file, major);

	request_start(&r->request);
	return r;
}

struct opl_request *opl_opening(PFILE_OBJECT file, ACCESS_MASK access, ULONG share,
				ULONG disposition, ULONG options)
{
	struct opl_request *r = opl_new(file, IRP_MJ_CREATE);
	FLT_PARAMETERS *p = &r->request.op.iopb.Parameters;

	r->security.DesiredAccess = access;
	p->Create.SecurityContext = &r->security;
	p->Create.ShareAccess = share;
	p->Create.Options = disposition << 24 | options;
	return r;
}

/* Was the holder told what it ought to be? */
bool opl_told(const struct opl_request *held, unsigned int kind, char how)
{
	ULONG left = how == 'R' ? CACHE_R : how == 'H' ? CACHE_R | CACHE_H :
		     how == 'W' ? CACHE_R | CACHE_W : 0;

	if (opl_kinds[kind].code)
		return held->request.information == (left ? FILE_OPLOCK_BROKEN_TO_LEVEL_2 :
							    FILE_OPLOCK_BROKEN_TO_NONE);
	return held->buffer.out.OriginalOplockLevel == opl_kinds[kind].level &&
	       held->buffer.out.NewOplockLevel == left &&
	       !!(held->buffer.out.Flags & REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED) == (how != 'n');
}

struct opl_request *opl_give_up(PFILE_OBJECT file, unsigned int kind)
{
	if (opl_kinds[kind].code)
		return opl_control(file, FSCTL_OPLOCK_BREAK_ACK_NO_2);
	return opl_acknowledge(file, 0, 0);
}
