// SPDX-License-Identifier: GPL-2.0
/*
 * Suite irql_routines: the levels up to which Flt routines may be called, one line for each
 * (IRQL-14, IRQL-54, IRQL-60). At the limit it does its work without a word; above it that is a
 * violation, and refused, unless PASSIVE_LEVEL was exceeded by APC_LEVEL only.
 */
#include "kunit/opening.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

static struct {
	struct world *w;
	PFLT_CALLBACK_DATA data;	/* of the operation whose pre-operation callback runs */
	PFLT_INSTANCE instance;		/* B, between A and C */
	PFILE_LOCK lock;
	OPLOCK oplock;
	PFILE_OBJECT file;		/* an open one */
	PMDL mdl;
	unsigned int given;		/* MDLs handed out by the bottom */
	const struct irql_routine *routine;
	const char *row;
	KIRQL limit;
} lvl;

/* Calls it; whether it did what it is for. */
struct irql_routine {
	const char *name;
	UCHAR major;	/* of the operation that it is called for, if it needs one of a kind */
	bool (*works)(void);
};

static VOID lvl_status_said(PCFLT_RELATED_OBJECTS objects, PFLT_IO_PARAMETER_BLOCK iopb,
			    NTSTATUS status, PVOID context)
{
}

static bool lvl_status(void)
{
	return NT_SUCCESS(FltRequestOperationStatusCallback(lvl.data, lvl_status_said, NULL));
}

static bool lvl_is_32bit(void)
{
	/* This thread is no program's; a refusal says FALSE too, and is told by the violation. */
	return !FltIs32bitProcess(lvl.data);
}

static bool lvl_session(void)
{
	ULONG session = 77;

	return NT_SUCCESS(FltGetRequestorSessionId(lvl.data, &session)) && session != 77;
}

static bool lvl_found(NTSTATUS status, PFLT_INSTANCE instance)
{
	if (NT_SUCCESS(status))
		FltObjectDereference(instance);
	return NT_SUCCESS(status);
}

static bool lvl_top(void)
{
	PFLT_INSTANCE found = NULL;
	NTSTATUS status = FltGetTopInstance((PFLT_VOLUME)lvl.w->fake->volume, &found);

	return lvl_found(status, found) && found == lvl.w->probe[0]->instance[0];
}

static bool lvl_bottom(void)
{
	PFLT_INSTANCE found = NULL;
	NTSTATUS status = FltGetBottomInstance((PFLT_VOLUME)lvl.w->fake->volume, &found);

	return lvl_found(status, found) && found == lvl.w->probe[2]->instance[0];
}

static bool lvl_lower(void)
{
	PFLT_INSTANCE found = NULL;
	NTSTATUS status = FltGetLowerInstance(lvl.instance, &found);

	return lvl_found(status, found) && found == lvl.w->probe[2]->instance[0];
}

static bool lvl_upper(void)
{
	PFLT_INSTANCE found = NULL;
	NTSTATUS status = FltGetUpperInstance(lvl.instance, &found);

	return lvl_found(status, found) && found == lvl.w->probe[0]->instance[0];
}

static bool lvl_ecps(void)
{
	PECP_LIST list = (PECP_LIST)8;

	return !FltGetEcpListFromCallbackData(lvl.w->probe[1]->filter, lvl.data, &list) && !list;
}

static bool lvl_file_lock(void)
{
	return FltProcessFileLock(lvl.lock, lvl.data, NULL) == FLT_PREOP_COMPLETE &&
	       NT_SUCCESS(lvl.data->IoStatus.Status);
}

static bool lvl_oplock(void)
{
	return FltCheckOplockEx(&lvl.oplock, lvl.data, 0, NULL, NULL, NULL) ==
	       FLT_PREOP_SUCCESS_WITH_CALLBACK;
}

static bool lvl_mdl_read(void)
{
	LARGE_INTEGER offset = { .QuadPart = 0 };
	IO_STATUS_BLOCK result;
	PMDL mdl = NULL;

	return FltFastIoMdlRead(lvl.instance, lvl.file, &offset, 100, 0, &mdl, &result) &&
	       mdl == lvl.mdl && result.Information == 100;
}

static bool lvl_mdl_write(void)
{
	LARGE_INTEGER offset = { .QuadPart = 0 };
	IO_STATUS_BLOCK result;
	PMDL mdl = NULL;

	return FltFastIoPrepareMdlWrite(lvl.instance, lvl.file, &offset, 100, 0, &mdl, &result) &&
	       mdl == lvl.mdl && result.Information == 100;
}

static const struct irql_routine lvl_apc[] = {
	{ "FltRequestOperationStatusCallback", IRP_MJ_READ, lvl_status },
	{ "FltIs32bitProcess", IRP_MJ_READ, lvl_is_32bit },
	{ "FltGetRequestorSessionId", IRP_MJ_READ, lvl_session },
	{ "FltGetTopInstance", IRP_MJ_READ, lvl_top },
	{ "FltGetBottomInstance", IRP_MJ_READ, lvl_bottom },
	{ "FltGetLowerInstance", IRP_MJ_READ, lvl_lower },
	{ "FltGetUpperInstance", IRP_MJ_READ, lvl_upper },
	{ "FltGetEcpListFromCallbackData", IRP_MJ_CREATE, lvl_ecps },
	{ "FltProcessFileLock", IRP_MJ_LOCK_CONTROL, lvl_file_lock },
	{ "FltCheckOplockEx", IRP_MJ_READ, lvl_oplock },
	{ "FltFastIoMdlRead", IRP_MJ_READ, lvl_mdl_read },
	{ "FltFastIoPrepareMdlWrite", IRP_MJ_READ, lvl_mdl_write },
};

static bool lvl_device_control(void)
{
	return NT_SUCCESS(FltDeviceIoControlFile(lvl.instance, lvl.file, 0x70000, NULL, 0, NULL, 0,
						 NULL));
}

static bool lvl_fs_control(void)
{
	return NT_SUCCESS(FltFsControlFile(lvl.instance, lvl.file, FSCTL_GET_COMPRESSION, NULL, 0,
					   NULL, 0, NULL));
}

static bool lvl_flush(void)
{
	return NT_SUCCESS(FltFlushBuffers(lvl.instance, lvl.file));
}

static bool lvl_read_complete(void)
{
	return FltFastIoMdlReadComplete(lvl.instance, lvl.file, lvl.mdl);
}

static bool lvl_write_complete(void)
{
	LARGE_INTEGER offset = { .QuadPart = 0 };

	return FltFastIoMdlWriteComplete(lvl.instance, lvl.file, &offset, lvl.mdl);
}

static bool lvl_detach(void)
{
	static const UNICODE_STRING nobody = { 12, 14, u"nobody" };

	return FltDetachVolume(lvl.w->probe[1]->filter, (PFLT_VOLUME)lvl.w->fake->volume,
			       &nobody) == STATUS_FLT_INSTANCE_NOT_FOUND;
}

static const struct irql_routine lvl_passive[] = {
	{ "FltDetachVolume", 0, lvl_detach },
	{ "FltDeviceIoControlFile", 0, lvl_device_control },
	{ "FltFsControlFile", 0, lvl_fs_control },
	{ "FltFlushBuffers", 0, lvl_flush },
	{ "FltFastIoMdlReadComplete", 0, lvl_read_complete },
	{ "FltFastIoMdlWriteComplete", 0, lvl_write_complete },
};

/* The bottom: hands out and takes back the pages of a cache. */
static void lvl_perform(struct fake_volume *fake, struct flt_operation *op,
			struct fake_order *order)
{
	switch (op->iopb.MajorFunction) {
	case IRP_MJ_MDL_READ:
	case IRP_MJ_PREPARE_MDL_WRITE:
		*op->iopb.Parameters.MdlRead.MdlChain = lvl.mdl;
		order->information = op->iopb.Parameters.MdlRead.Length;
		lvl.given++;
		break;
	case IRP_MJ_MDL_READ_COMPLETE:
		lvl.given -= op->iopb.Parameters.MdlReadComplete.MdlChain == lvl.mdl;
		break;
	case IRP_MJ_MDL_WRITE_COMPLETE:
		lvl.given -= op->iopb.Parameters.MdlWriteComplete.MdlChain == lvl.mdl;
		break;
	}
}

static struct world *lvl_world(struct kunit *test)
{
	struct world *w = world_of(test);

	memset(&lvl, 0, sizeof(lvl));
	lvl.w = w;
	world_probes(w, "ABC");
	w->fake->on_perform = lvl_perform;
	lvl.instance = w->probe[1]->instance[0];
	lvl.file = w->file;
	lvl.file->FsContext = lvl.file;
	lvl.mdl = IoAllocateMdl(w, 100, FALSE, FALSE, NULL);
	KUNIT_ASSERT_NOT_NULL(test, lvl.mdl);
	lvl.lock = FltAllocateFileLock(NULL, NULL);
	KUNIT_ASSERT_NOT_NULL(test, lvl.lock);
	FltInitializeOplock(&lvl.oplock);
	FLT_REQUIRE(test, !prove_log_start(test, "misused"));
	return w;
}

static void lvl_end(void)
{
	FltUninitializeOplock(&lvl.oplock);
	FltFreeFileLock(lvl.lock);
	IoFreeMdl(lvl.mdl);
	lvl.file->FsContext = NULL;
	lvl.w->breaches = true;
}

static s64 lvl_breaches(void)
{
	return atomic64_read(&fsh_violations);
}

/* At the limit, and above it. */
static void lvl_at_both(void)
{
	s64 before = lvl_breaches(), at_limit, above;
	unsigned int performed;
	s64 wanted = lvl.limit < APC_LEVEL ? 1 : 0;
	bool worked, refused;
	char text[128];
	KIRQL old;

	old = KfRaiseIrql(APC_LEVEL);
	worked = lvl.routine->works();
	KeLowerIrql(old);
	at_limit = lvl_breaches() - before;
	performed = atomic_read(&lvl.w->fake->performed);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	refused = !lvl.routine->works() || lvl.routine->works == lvl_is_32bit;
	KeLowerIrql(old);
	above = lvl_breaches() - before - at_limit;
	snprintf(text, sizeof(text), "misused %s: called at DISPATCH_LEVEL, at most %s is allowed",
		 lvl.routine->name, lvl.limit == APC_LEVEL ? "APC_LEVEL" : "PASSIVE_LEVEL");
	if (!FLT_PROVES(lvl.w->test, "IRQL-14", prove_log_last_has(text) &&
			prove_log_last_has("driver probe")))
		kunit_info(lvl.w->test, "not told: %s", text);
	if (!FLT_PROVES(lvl.w->test, lvl.row, worked && at_limit == wanted) ||
	    !FLT_PROVES(lvl.w->test, lvl.row, refused && above == 1 &&
			performed == atomic_read(&lvl.w->fake->performed)))
		kunit_info(lvl.w->test, "%s: worked %d, refused %d, violations %lld and %lld",
			   lvl.routine->name, worked, refused, at_limit, above);
}

static void lvl_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    int *status, void **context)
{
	static LARGE_INTEGER length = { .QuadPart = 10 };

	lvl.data = data;
	if (data->Iopb->MajorFunction == IRP_MJ_LOCK_CONTROL) {
		data->Iopb->MinorFunction = IRP_MN_LOCK;
		data->Iopb->Parameters.LockControl.Length = &length;
	}
	lvl_at_both();
	data->IoStatus.Status = STATUS_SUCCESS;
}

static void irql_up_to_apc(struct kunit *test)
{
	struct world *w = lvl_world(test);
	unsigned int i;

	lvl.row = "IRQL-54";
	lvl.limit = APC_LEVEL;
	w->probe[1]->on_pre = lvl_pre;
	for (i = 0; i < ARRAY_SIZE(lvl_apc); i++) {
		lvl.routine = &lvl_apc[i];
		lvl.data = NULL;
		world_do(w, lvl.routine->major);
		FLT_EXPECT(test, lvl.data);
	}
	FLT_EXPECT(test, lvl.given == 2);
	lvl_end();
}

static int irql_cancel_open(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, void *context)
{
	s64 before = lvl_breaches(), at_limit;
	unsigned int performed = atomic_read(&lvl.w->fake->performed);
	KIRQL old;

	/* Above its limit nothing happens; at it CLEANUP and CLOSE reach the file system. */
	old = KfRaiseIrql(DISPATCH_LEVEL);
	FltCancelFileOpen(objects->Instance, objects->FileObject);
	KeLowerIrql(old);
	FLT_PROVES(lvl.w->test, "IRQL-60", lvl_breaches() == before + 1 &&
		   performed == atomic_read(&lvl.w->fake->performed));
	old = KfRaiseIrql(APC_LEVEL);
	at_limit = lvl_breaches();
	FltCancelFileOpen(objects->Instance, objects->FileObject);
	KeLowerIrql(old);
	FLT_PROVES(lvl.w->test, "IRQL-60", lvl_breaches() == at_limit &&
		   performed + 2 == atomic_read(&lvl.w->fake->performed));
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void irql_passive_only(struct kunit *test)
{
	struct world *w = lvl_world(test);
	FILE_FS_SIZE_INFORMATION size;
	IO_STATUS_BLOCK iosb;
	NTSTATUS status;
	struct opening o;
	s64 before;
	KIRQL old;
	unsigned int i;

	lvl.row = "IRQL-60";
	lvl.limit = PASSIVE_LEVEL;
	lvl.given = 2;
	for (i = 0; i < ARRAY_SIZE(lvl_passive); i++) {
		lvl.routine = &lvl_passive[i];
		before = lvl_breaches();
		lvl.given = 2;
		FLT_PROVES(test, "IRQL-60", lvl.routine->works() && lvl_breaches() == before);
		lvl.given = 2;
		lvl_at_both();
	}
	/* (Below DISPATCH_LEVEL it tells of the routines that it calls itself, too.) */
	before = lvl_breaches();
	old = KfRaiseIrql(DISPATCH_LEVEL);
	status = FltQueryVolumeInformation(lvl.instance, &iosb, &size, sizeof(size),
					   FileFsSizeInformation);
	KeLowerIrql(old);
	FLT_PROVES(test, "IRQL-60", status == STATUS_INVALID_PARAMETER &&
		   lvl_breaches() == before + 1);
	/* A handle is closed once. */
	for (i = 0; i < 2; i++) {
		NTSTATUS closed, refused;

		o = opening_of(w, u"\\level");
		FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
		before = lvl_breaches();
		old = KfRaiseIrql(DISPATCH_LEVEL);
		refused = FltClose(o.handle);
		KeLowerIrql(old);
		FLT_PROVES(test, "IRQL-60", !NT_SUCCESS(refused) && lvl_breaches() == before + 1);
		old = KfRaiseIrql(i ? APC_LEVEL : PASSIVE_LEVEL);
		closed = FltClose(o.handle);
		KeLowerIrql(old);
		FLT_PROVES(test, "IRQL-60", NT_SUCCESS(closed) && lvl_breaches() == before + 1 + i);
		o.handle = NULL;
		opening_end(&o);
	}
	w->probe[1]->on_post = irql_cancel_open;
	FLT_EXPECT(test, world_do(w, IRP_MJ_CREATE) == STATUS_ACCESS_DENIED);
	lvl_end();
}

static struct kunit_case irql_routines_cases[] = {
	KUNIT_CASE(irql_up_to_apc),
	KUNIT_CASE(irql_passive_only),
	{}
};

static struct kunit_suite irql_routines_suite = {
	.name = "irql_routines",
	.init = world_init,
	.exit = world_exit,
	.test_cases = irql_routines_cases,
};

kunit_test_suite(irql_routines_suite);
