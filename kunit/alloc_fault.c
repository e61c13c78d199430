// SPDX-License-Identifier: GPL-2.0
/*
 * Suite alloc_fault: whatever a filter does with operations, done again and again, each time with
 * the next one of its allocations failing, until none fails any more. Each time everything ends,
 * once, with the documented status, and nothing is left. What the kernel's debugging aids allocate
 * is among them: with one of those failing, all goes well.
 */
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "kunit/opening.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"
#include "nt/violation.h"

enum { FAULT_MOST = 200 };	/* allocations of one scenario, at most */
enum { FAULT_ROUNDS = 5 };	/* through the allocations of one scenario, at most */

/*
 * A scenario's state: what it sets in each run, and what B does in its callbacks. @ended counts
 * the ends of what it started, of which there have to be @starts.
 */
static struct fault {
	struct world *world;
	NTSTATUS status;
	unsigned int starts;
	unsigned int ended;
	unsigned int callbacks;
	PFILE_OBJECT there;
	PFLT_CALLBACK_DATA early;	/* allocated when there were fewer instances */
	HANDLE handle;
	u8 buffer[PAGE_SIZE];
} fault;

struct fault_scenario {
	const char *name;
	void (*run)(void *arg);
	int refusals;		/* how many allocations there are that fail it, at least */
	void (*on_pre)(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       int *status, void **context);
	int (*on_post)(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       void *context);
};

static struct request fault_request;

static void fault_begin_request(UCHAR major)
{
	request_setup(&fault_request, fault.world, fault.world->fake, fault.world->file, major);
	fault.starts = 1;
}

/* An operation that its issuer waits for. */
static void fault_read(void *arg)
{
	fault_begin_request(IRP_MJ_READ);
	fault.status = request_run(&fault_request);
	fault.ended = atomic_read(&fault_request.ended);
}

static void fault_done(struct flt_operation *op)
{
	fault.status = op->data.IoStatus.Status;
	fault.ended++;
	complete(&fault_request.done);
}

/* One that nobody waits for. */
static void fault_async(void *arg)
{
	fault_begin_request(IRP_MJ_WRITE);
	fault_request.op.done = fault_done;
	flt_operation_start(&fault_request.op);
	wait_for_completion(&fault_request.done);
	flt_operation_fini(&fault_request.op);
}

static void fault_fill(PFLT_CALLBACK_DATA data)
{
	data->Iopb->MajorFunction = IRP_MJ_READ;
	data->Iopb->Parameters.Read.Length = PAGE_SIZE;
	data->Iopb->Parameters.Read.ReadBuffer = fault.buffer;
}

static PFLT_INSTANCE fault_instance(void)
{
	return fault.world->probe[0]->instance[0];
}

static void fault_generated(void *arg)
{
	PFLT_CALLBACK_DATA data;

	fault.status = FltAllocateCallbackData(fault_instance(), fault.world->file, &data);
	if (!NT_SUCCESS(fault.status))
		return;
	fault_fill(data);
	if (NT_SUCCESS(FltLockUserBuffer(data)))
		fault.callbacks++;
	FltPerformSynchronousIo(data);
	fault.status = data->IoStatus.Status;
	if (NT_SUCCESS(fault.status))
		FltReissueSynchronousIo(fault_instance(), data);
	FltFreeCallbackData(data);
}

static VOID fault_completed(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
	fault.status = data->IoStatus.Status;
	fault.ended++;
	FltFreeCallbackData(data);
	complete(context);
}

static void fault_generated_async(void *arg)
{
	struct completion done;
	PFLT_CALLBACK_DATA data;

	init_completion(&done);
	fault.status = FltAllocateCallbackDataEx(fault_instance(), fault.world->file,
						 FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY,
						 &data);
	if (!NT_SUCCESS(fault.status))
		return;
	fault_fill(data);
	fault.starts = 1;
	FltPerformAsynchronousIo(data, fault_completed, &done);
	wait_for_completion(&done);
}

static void fault_file_read(void *arg)
{
	LARGE_INTEGER offset = { .QuadPart = 4096 };
	ULONG count = 0;

	fault.status = FltReadFile(fault_instance(), fault.world->file, &offset, 512, fault.buffer,
				   0, &count, NULL, NULL);
}

static VOID fault_read_completed(PFLT_CALLBACK_DATA data, PFLT_CONTEXT context)
{
	fault.status = data->IoStatus.Status;
	fault.ended++;
	complete(context);
}

static void fault_file_write_async(void *arg)
{
	LARGE_INTEGER offset = { .QuadPart = 4096 };
	struct completion done;

	init_completion(&done);
	fault.status = FltWriteFile(fault_instance(), fault.world->file, &offset, 512,
				    fault.buffer, 0, NULL, fault_read_completed, &done);
	if (fault.status == STATUS_INSUFFICIENT_RESOURCES && !fault.ended)
		return;		/* refused before it was dispatched */
	fault.starts = 1;
	wait_for_completion(&done);
}

static void fault_file_query(void *arg)
{
	FILE_STANDARD_INFORMATION info;

	fault.status = FltQueryInformationFile(fault_instance(), fault.world->file, &info,
					       sizeof(info), FileStandardInformation, NULL);
}

static void fault_file_set(void *arg)
{
	FILE_END_OF_FILE_INFORMATION info = { .EndOfFile.QuadPart = 7 };

	fault.status = FltSetInformationFile(fault_instance(), fault.world->file, &info,
					     sizeof(info), FileEndOfFileInformation);
}

static void fault_file_flush(void *arg)
{
	fault.status = FltFlushBuffers(fault_instance(), fault.world->file);
}

static void fault_file_control(void *arg)
{
	ULONG returned;

	fault.status = FltFsControlFile(fault_instance(), fault.world->file, FSCTL_SET_ZERO_DATA,
					fault.buffer, 16, fault.buffer, 16, &returned);
}

/* B changes the parameters: the old ones are kept somewhere. */
static void fault_pre_change(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->Parameters.Read.Length = 512;
	FltSetCallbackDataDirty(data);
}

static void fault_pre_redirect(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	if (objects->Instance != p->instance[0])
		return;
	data->Iopb->TargetInstance = p->instance[1];
	data->Iopb->TargetFileObject = fault.there;
	FltSetCallbackDataDirty(data);
}

static VOID fault_worker(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	FltFreeDeferredIoWorkItem(item);
	if (context)
		FltCompletePendedPostOperation(data);
	else
		FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static bool fault_post_it(PFLT_CALLBACK_DATA data, void *post)
{
	PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();

	if (!item)
		return false;
	if (NT_SUCCESS(FltQueueDeferredIoWorkItem(item, data, fault_worker, DelayedWorkQueue,
						  post)))
		return true;
	FltFreeDeferredIoWorkItem(item);
	return false;
}

/* As every driver does: what cannot be posted is failed. */
static void fault_pre_defer(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	if (fault_post_it(data, NULL)) {
		*status = FLT_PREOP_PENDING;
		return;
	}
	data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
	data->IoStatus.Information = 0;
	*status = FLT_PREOP_COMPLETE;
}

static int fault_post_defer(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, void *context)
{
	if (fault_post_it(data, p))
		return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
	if (NT_SUCCESS(data->IoStatus.Status)) {
		data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
		data->IoStatus.Information = 0;
	}
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void fault_pre_lock(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	NTSTATUS locked;

	if (objects->Instance != p->instance[0])
		return;
	data->Iopb->Parameters.Read.ReadBuffer = fault.buffer;
	locked = FltLockUserBuffer(data);
	if (NT_SUCCESS(locked)) {
		fault.callbacks++;
		return;
	}
	data->IoStatus.Status = locked;
	data->IoStatus.Information = 0;
	*status = FLT_PREOP_COMPLETE;
}

static VOID fault_told(PCFLT_RELATED_OBJECTS objects, PFLT_IO_PARAMETER_BLOCK iopb,
		       NTSTATUS status, PVOID context)
{
	fault.callbacks++;
}

static void fault_pre_ask(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	NTSTATUS asked = FltRequestOperationStatusCallback(data, fault_told, NULL);

	if (NT_SUCCESS(asked))
		return;
	data->IoStatus.Status = asked;
	data->IoStatus.Information = 0;
	*status = FLT_PREOP_COMPLETE;
}

static FLT_POSTOP_CALLBACK_STATUS fault_safe(PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
					     PVOID context, FLT_POST_OPERATION_FLAGS flags)
{
	fault.callbacks++;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static int fault_post_when_safe(struct probe *p, PFLT_CALLBACK_DATA data,
				PCFLT_RELATED_OBJECTS objects, void *context)
{
	FLT_POSTOP_CALLBACK_STATUS status;

	if (FltDoCompletionProcessingWhenSafe(data, objects, context, 0, fault_safe, &status))
		return status;
	data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
	data->IoStatus.Information = 0;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* Its completion comes at DISPATCH_LEVEL, in this thread, so that its allocations are ours. */
static void fault_async_raised(void *arg)
{
	struct fake_volume *fake = fault.world->fake;
	KIRQL old;

	fake->when = FAKE_HOLD;
	fault_begin_request(IRP_MJ_WRITE);
	fault_request.op.done = fault_done;
	flt_operation_start(&fault_request.op);
	old = KfRaiseIrql(DISPATCH_LEVEL);
	fake_release(fake);
	KeLowerIrql(old);
	wait_for_completion(&fault_request.done);
	flt_operation_fini(&fault_request.op);
	fake->when = FAKE_INLINE;
}

static VOID fault_generic(PFLT_GENERIC_WORKITEM item, PVOID object, PVOID context)
{
	FltFreeGenericWorkItem(item);
	complete(context);
}

static void fault_generic_item(void *arg)
{
	PFLT_GENERIC_WORKITEM item = FltAllocateGenericWorkItem();
	struct completion done;

	fault.status = STATUS_INSUFFICIENT_RESOURCES;
	if (!item)
		return;
	init_completion(&done);
	fault.status = FltQueueGenericWorkItem(item, fault_instance(), fault_generic,
					       DelayedWorkQueue, &done);
	if (NT_SUCCESS(fault.status))
		wait_for_completion(&done);
	else
		FltFreeGenericWorkItem(item);
}

/* A file of a filter's own, opened and closed; by A, so that B sees it. */
static void fault_open(void *arg)
{
	struct opening o = opening_of(fault.world, u"\\fault");

	o.probe = fault.world->probe[0];
	fault.status = opening_do(&o);
	opening_end(&o);
}

/* B sends it to a file of another name. */
static void fault_pre_send(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	const UNICODE_STRING *volume = &p->world->fake->volume->name;
	WCHAR text[64];
	USHORT used = volume->Length / sizeof(WCHAR);
	NTSTATUS replaced;

	if (data->Iopb->MajorFunction != IRP_MJ_CREATE || objects->FileObject->FileName.Length < 6)
		return;
	/* That name is a short one. */
	memcpy(text, volume->Buffer, volume->Length);
	text[used++] = '\\';
	text[used++] = 'f';
	replaced = IoReplaceFileObjectName(objects->FileObject, text, used * sizeof(WCHAR));
	data->IoStatus.Status = NT_SUCCESS(replaced) ? STATUS_REPARSE : replaced;
	data->IoStatus.Information = NT_SUCCESS(replaced) ? IO_REPARSE : 0;
	*status = FLT_PREOP_COMPLETE;
}

/* By its handle. */
static void fault_zw_read(void *arg)
{
	LARGE_INTEGER offset = { .QuadPart = 0 };
	IO_STATUS_BLOCK result;

	fault.status = ZwReadFile(fault.handle, NULL, NULL, NULL, &result, fault.buffer, 512,
				  &offset, NULL);
}

static void fault_zw_query(void *arg)
{
	FILE_STANDARD_INFORMATION info;
	IO_STATUS_BLOCK result;

	fault.status = ZwQueryInformationFile(fault.handle, &result, &info, sizeof(info),
					      FileStandardInformation);
}

/* Without memory nothing is set, and nothing is told (IoSetTopLevelIrp() returns nothing). */
static void fault_top_level(void *arg)
{
	PIRP irp = (PIRP)FSRTL_FSP_TOP_LEVEL_IRP;

	IoSetTopLevelIrp(irp);
	fault.status = IoGetTopLevelIrp() == irp ? STATUS_SUCCESS : STATUS_INSUFFICIENT_RESOURCES;
	IoSetTopLevelIrp(NULL);
}

static void fault_past_reserve(void *arg)
{
	fault_fill(fault.early);
	FltPerformSynchronousIo(fault.early);
	fault.status = fault.early->IoStatus.Status;
	FltReuseCallbackData(fault.early);
}

static const struct fault_scenario fault_scenarios[] = {
	{ "a read", fault_read },
	{ "a write that nobody waits for", fault_async },
	{ "callback data, performed twice", fault_generated, 1 },
	{ "callback data, started", fault_generated_async, 1 },
	{ "FltReadFile", fault_file_read, 1 },
	{ "FltWriteFile that nobody waits for", fault_file_write_async, 1 },
	{ "FltQueryInformationFile", fault_file_query, 1 },
	{ "FltSetInformationFile", fault_file_set, 1 },
	{ "FltFlushBuffers", fault_file_flush, 1 },
	{ "FltFsControlFile", fault_file_control, 2 },
	{ "parameters changed", fault_read, 0, fault_pre_change },
	{ "parameters changed, started", fault_async, 0, fault_pre_change },
	{ "sent to another volume", fault_read, 1, fault_pre_redirect },
	{ "sent to another volume, started", fault_async, 1, fault_pre_redirect },
	{ "posted on the way down", fault_read, 1, fault_pre_defer },
	{ "posted on the way up", fault_read, 1, NULL, fault_post_defer },
	{ "posted both ways, started", fault_async, 1, fault_pre_defer, fault_post_defer },
	{ "buffer locked", fault_read, 1, fault_pre_lock },
	{ "buffer locked, started", fault_async, 1, fault_pre_lock },
	{ "status asked for", fault_read, 1, fault_pre_ask },
	{ "status asked for, started", fault_async, 1, fault_pre_ask },
	{ "completion processing when safe", fault_async_raised, 2, NULL, fault_post_when_safe },
	{ "a generic work item", fault_generic_item, 1 },
	{ "FltCreateFile", fault_open, 3 },
	{ "FltCreateFile, sent to another name", fault_open, 3, fault_pre_send },
	{ "ZwReadFile", fault_zw_read, 1 },
	{ "ZwQueryInformationFile", fault_zw_query, 1 },
	{ "a top-level IRP", fault_top_level, 1 },
};

/* Where nothing is under way there is nothing of any operation. */
static bool fault_nothing_left(struct world *w, long mdls)
{
	struct flt_instance *b = flt_instance_of(w->probe[1]->instance[0]);

	return WORLD_WAIT(atomic_read(&w->fake->performed) == atomic_read(&w->fake->completed)) &&
	       WORLD_WAIT(mm_mdl_count() == mdls) && list_empty(&b->held) &&
	       WORLD_WAIT(!atomic_read(&b->owed)) && !fake_nr_held(w->fake) &&
	       !fake_nr_held(w->other) && ke_thread_is_clean();
}

/* Fails one allocation after the other. Return: how many it cannot do without, or -1. */
static int fault_round(struct kunit *test, const struct fault_scenario *scenario, long mdls)
{
	struct world *w = fault.world;
	unsigned int nth, refused = 0;
	bool failed = true;

	for (nth = 1; failed && nth < FAULT_MOST; nth++) {
		fault.status = STATUS_PENDING;
		fault.starts = 0;
		fault.ended = 0;
		failed = async_with_fault(nth, scenario->run, NULL);
		if (!FLT_EXPECT(test, fault.status == STATUS_SUCCESS ||
				fault.status == STATUS_INSUFFICIENT_RESOURCES) ||
		    !FLT_EXPECT(test, fault.ended == fault.starts) ||
		    !FLT_EXPECT(test, fault_nothing_left(w, mdls))) {
			kunit_info(test, "%s, allocation %u: %#x, %u of %u ends", scenario->name,
				   nth, fault.status, fault.ended, fault.starts);
			return -1;
		}
		refused += !NT_SUCCESS(fault.status);
	}
	kunit_info(test, "%s: %u allocations, %u that it cannot do without", scenario->name,
		   nth - 2, refused);
	/* The last one found none to fail. */
	return FLT_EXPECT(test, !failed && NT_SUCCESS(fault.status)) ? refused : -1;
}

static void fault_run(struct kunit *test, const struct fault_scenario *scenario)
{
	struct world *w = fault.world;
	long mdls = mm_mdl_count();
	int refused, rounds = 0;

	w->probe[1]->on_pre = scenario->on_pre;
	w->probe[1]->on_post = scenario->on_post;
	/*
	 * Now and then the kernel's own checks (debug objects, kmemleak) allocate in between, and
	 * the fault meets them instead.
	 */
	do {
		refused = fault_round(test, scenario, mdls);
	} while (refused >= 0 && refused < scenario->refusals && ++rounds < FAULT_ROUNDS);
	FLT_EXPECT(test, refused >= scenario->refusals);
}

static void fault_everywhere(struct kunit *test)
{
	struct world *w = world_of(test);
	struct opening o;
	unsigned int i;

	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	memset(&fault, 0, sizeof(fault));
	fault.world = w;
	fault.there = fake_open(world_second_volume(w));
	FLT_REQUIRE(test, !flt_volume_ready(w->other->volume));
	w->file->FsContext = w;
	world_probes(w, "ABCDEFGH");
	w->quiet = true;
	o = opening_of(w, u"\\open");
	FLT_REQUIRE(test, NT_SUCCESS(opening_do(&o)));
	fault.handle = o.handle;
	for (i = 0; i < ARRAY_SIZE(fault_scenarios); i++)
		fault_run(test, &fault_scenarios[i]);
	w->probe[1]->on_pre = NULL;
	w->probe[1]->on_post = NULL;
	opening_end(&o);
	w->file->FsContext = NULL;
	fake_close(fault.there);
	FLT_EXPECT(test, !world_violations(w));
}

/* Attaches B so often below its default instance. */
static void fault_attach(struct kunit *test, unsigned int times)
{
	struct world *w = world_of(test);
	unsigned int i;

	for (i = 0; i < times; i++) {
		WCHAR digits[] = { '1', '0', '0', '0', '0', '0' };
		UNICODE_STRING text = { sizeof(digits), sizeof(digits), digits };
		PFLT_INSTANCE instance;
		NTSTATUS status;

		digits[4] += i / 10;
		digits[5] += i % 10;
		status = FltAttachVolumeAtAltitude(w->probe[1]->filter,
						   (PFLT_VOLUME)w->fake->volume, &text, &text,
						   &instance);
		FLT_REQUIRE(test, NT_SUCCESS(status));
		FltObjectDereference(instance);
	}
}

/* There are more instances than callback data has room for in any case. */
static void fault_beyond(struct kunit *test)
{
	static const struct fault_scenario scenario = {
		"callback data past what it has room for", fault_past_reserve, 1
	};
	const ULONG flags = FLT_ALLOCATE_CALLBACK_DATA_PREALLOCATE_ALL_MEMORY;
	struct world *w = world_of(test);
	NTSTATUS status;

	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	memset(&fault, 0, sizeof(fault));
	fault.world = w;
	w->file->FsContext = w;
	world_second_volume(w);
	world_probes(w, "AB");
	w->quiet = true;
	status = FltAllocateCallbackDataEx(fault_instance(), w->file, flags, &fault.early);
	FLT_REQUIRE(test, NT_SUCCESS(status));
	fault_attach(test, FLT_RESERVED_RECORDS + 2);
	fault_run(test, &scenario);
	FltFreeCallbackData(fault.early);
	w->file->FsContext = NULL;
	FLT_EXPECT(test, !world_violations(w));
}

static struct kunit_case fault_cases[] = {
	KUNIT_CASE(fault_everywhere),
	KUNIT_CASE(fault_beyond),
	{}
};

static struct kunit_suite fault_suite = {
	.name = "alloc_fault",
	.init = world_init,
	.exit = world_exit,
	.test_cases = fault_cases,
};

kunit_test_suite(fault_suite);
