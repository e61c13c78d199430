// SPDX-License-Identifier: GPL-2.0
/*
 * Suite buffer_post: data buffers in post-operation callbacks, in every thread and at every level
 * in which an operation may complete, and what is left of them afterwards (BUF-009 to BUF-011,
 * BUF-027 to BUF-029, BUF-038, BUF-040, BUF-068 to BUF-074, BUF-085 to BUF-097).
 */
#include <linux/kthread.h>
#include <linux/mman.h>
#include <linux/sched/task.h>
#include "kunit/world.h"
#include "nt/mm_mdl.h"
#include "nt/violation.h"

#define POST_TAG	0x74736f50	/* "Post" */
#define POST_BYTES	512

static const char post_text[] = "what the file system has read";

/* What the file system does with a read: it fills what the parameters describe. */
static void post_fill(struct fake_volume *fake, struct flt_operation *op, struct fake_order *order)
{
	PMDL mdl = op->iopb.Parameters.Read.MdlAddress;
	char *to = mdl ? MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) :
			 op->iopb.Parameters.Read.ReadBuffer;

	memcpy(to, post_text, sizeof(post_text));
	order->information = sizeof(post_text);
}

/* What B's post-operation callback found. */
struct post_probe {
	char *buffer;		/* B's own, if it exchanges */
	PMDL mdl;
	PMDL got;
	bool copies;
	bool retains;
	bool only_mdl;
	bool safe_ran;
	bool right;		/* the data was there to be read */
	NTSTATUS status;	/* of FltLockUserBuffer() */
	KIRQL irql;
	KIRQL safe_irql;
	PVOID new_buffer;
	ULONG flags;
	unsigned int calls;
};

static struct post_probe post;

static struct request *post_request(struct world *w, UCHAR major, void *buffer)
{
	struct request *r = request_new(w, major);

	r->op.iopb.Parameters.Read.ReadBuffer = buffer;
	r->op.iopb.Parameters.Read.Length = POST_BYTES;
	return r;
}

/* It completes in softirq, and is the test's again. */
static void post_in_softirq(struct kunit *test, struct request *r)
{
	struct fake_volume *fake = r->world->fake;

	fake->when = FAKE_HOLD;
	request_start(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(fake)));
	fake_release_in_softirq(fake);
	FLT_EXPECT(test, request_wait(r));
	flt_operation_fini(&r->op);
}

static int post_reads(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      void *context)
{
	post.irql = KeGetCurrentIrql();
	post.right = FLT_IS_SYSTEM_BUFFER(data) &&
		     !memcmp(data->Iopb->Parameters.Read.ReadBuffer, post_text,
			     data->IoStatus.Information);
	post.flags = data->Flags;
	post.new_buffer = FltGetNewSystemBufferAddress(data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void post_system_buffer(struct kunit *test)
{
	struct world *w = world_of(test);
	char *memory = kzalloc(POST_BYTES, GFP_KERNEL);
	struct request *r;

	FLT_REQUIRE(test, memory);
	world_probes(w, "AB");
	w->probe[1]->on_post = post_reads;
	w->fake->on_perform = post_fill;
	r = post_request(w, IRP_MJ_READ, memory);
	r->op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	post_in_softirq(test, r);
	FLT_PROVES(test, "BUF-027", post.right && post.irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "BUF-092", !post.new_buffer);
	FLT_PROVES(test, "BUF-091", !(post.flags & FLTFL_CALLBACK_DATA_NEW_SYSTEM_BUFFER));
	FLT_PROVES(test, "BUF-093", !post.new_buffer && !world_violations(w));
	kfree(memory);
}

/* The way of the documentation: at once where there is an address for it, else when it is safe. */
static FLT_POSTOP_CALLBACK_STATUS post_safe(PFLT_CALLBACK_DATA data,
					    PCFLT_RELATED_OBJECTS objects, PVOID context,
					    FLT_POST_OPERATION_FLAGS flags)
{
	PMDL *mdl;
	char *at;

	post.safe_ran = true;
	post.safe_irql = KeGetCurrentIrql();
	post.status = FltLockUserBuffer(data);
	FltDecodeParameters(data, &mdl, NULL, NULL, NULL);
	if (NT_SUCCESS(post.status)) {
		at = MmGetSystemAddressForMdlSafe(*mdl, NormalPagePriority);
		post.right = at && !memcmp(at, post_text, sizeof(post_text));
	}
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static int post_when_safe(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, void *context)
{
	FLT_POSTOP_CALLBACK_STATUS status = FLT_POSTOP_FINISHED_PROCESSING;

	post.irql = KeGetCurrentIrql();
	FltDoCompletionProcessingWhenSafe(data, objects, context, 0, post_safe, &status);
	return status;
}

static void post_fill_directory(struct fake_volume *fake, struct flt_operation *op,
				struct fake_order *order)
{
	memcpy(op->iopb.Parameters.DirectoryControl.QueryDirectory.DirectoryBuffer, post_text,
	       sizeof(post_text));
	order->information = sizeof(post_text);
}

static void post_directory(struct kunit *test)
{
	struct world *w = world_of(test);
	char *memory = kzalloc(POST_BYTES, GFP_KERNEL);
	int softirq;

	FLT_REQUIRE(test, memory);
	world_probes(w, "AB");
	w->probe[1]->on_post = post_when_safe;
	w->fake->on_perform = post_fill_directory;
	for (softirq = 0; softirq < 2; softirq++) {
		struct request *r = request_new(w, IRP_MJ_DIRECTORY_CONTROL);
		FLT_PARAMETERS *p = &r->op.iopb.Parameters;

		memset(&post, 0, sizeof(post));
		memset(memory, 0, POST_BYTES);
		r->op.iopb.MinorFunction = IRP_MN_QUERY_DIRECTORY;
		p->DirectoryControl.QueryDirectory.DirectoryBuffer = memory;
		p->DirectoryControl.QueryDirectory.Length = POST_BYTES;
		if (softirq)
			post_in_softirq(test, r);
		else
			request_run(r);
		FLT_PROVES(test, "BUF-028", post.safe_ran && post.safe_irql <= APC_LEVEL &&
			   post.status == STATUS_SUCCESS && post.right);
		FLT_EXPECT(test, post.irql == (softirq ? DISPATCH_LEVEL : PASSIVE_LEVEL));
	}
	kfree(memory);
}

static int post_fast(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     void *context)
{
	post.irql = KeGetCurrentIrql();
	post.mdl = data->Iopb->Parameters.Read.MdlAddress;
	post.right = !memcmp(data->Iopb->Parameters.Read.ReadBuffer, post_text,
			     data->IoStatus.Information) &&
		     PsGetCurrentThread() == data->Thread;
	post.calls = FLT_IS_SYSTEM_BUFFER(data) != 0;
	post.status = FltLockUserBuffer(data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void post_fast_io(struct kunit *test)
{
	struct world *w = world_of(test);
	char *memory = kzalloc(POST_BYTES, GFP_KERNEL);
	const struct world_event *pre;
	struct request *r;
	ULONG method;

	FLT_REQUIRE(test, memory);
	world_probes(w, "AB");
	w->probe[1]->on_post = post_fast;
	w->fake->on_perform = post_fill;
	r = post_request(w, IRP_MJ_READ, memory);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	request_run(r);
	pre = world_event(w, 'B', WORLD_PRE, 0);
	FLT_PROVES(test, "BUF-011", !pre->iopb.Parameters.Read.MdlAddress && !post.mdl &&
		   !FLT_IS_SYSTEM_BUFFER(&pre->data) && !post.calls);
	FLT_PROVES(test, "BUF-029", post.right && post.irql <= APC_LEVEL &&
		   post.status == STATUS_SUCCESS);
	w->fake->on_perform = NULL;
	w->probe[1]->on_post = NULL;
	for (method = 0; method < 4; method++) {
		FLT_PARAMETERS *p;
		PVOID *buffer;
		PMDL *mdl;

		r = request_new(w, IRP_MJ_DEVICE_CONTROL);
		p = &r->op.iopb.Parameters;
		request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
		p->DeviceIoControl.FastIo.IoControlCode = 0x220000 | method;
		p->DeviceIoControl.FastIo.OutputBuffer = memory;
		p->DeviceIoControl.FastIo.OutputBufferLength = POST_BYTES;
		FltDecodeParameters(&r->op.data, &mdl, &buffer, NULL, NULL);
		FLT_PROVES(test, "BUF-011", !mdl && *buffer == memory);
		FLT_PROVES(test, "BUF-009", METHOD_FROM_CTL_CODE(0x220000 | method) == method);
		request_run(r);
	}
	kfree(memory);
}

/* METHOD_BUFFERED has no MDL of its own: the system buffer is what gets described. */
static void post_buffered_control(struct kunit *test)
{
	struct world *w = world_of(test);
	char *memory = kzalloc(POST_BYTES, GFP_KERNEL);
	struct flt_operation op;
	PMDL mdl;

	FLT_REQUIRE(test, memory);
	flt_operation_init(&op, w->fake->volume, IRP_MJ_DEVICE_CONTROL, w->file);
	op.iopb.Parameters.DeviceIoControl.Buffered.IoControlCode = 0x220000;
	op.iopb.Parameters.DeviceIoControl.Buffered.SystemBuffer = memory;
	op.iopb.Parameters.DeviceIoControl.Buffered.OutputBufferLength = POST_BYTES;
	op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	FLT_PROVES(test, "BUF-038", FltLockUserBuffer(&op.data) == STATUS_SUCCESS);
	mdl = op.iopb.Parameters.DeviceIoControl.Neither.OutputMdlAddress;
	FLT_PROVES(test, "BUF-038", mdl && MmGetMdlVirtualAddress(mdl) == memory &&
		   MmGetMdlByteCount(mdl) == POST_BYTES &&
		   op.iopb.Parameters.DeviceIoControl.Buffered.SystemBuffer == memory);
	flt_operation_fini(&op);
	kfree(memory);
}

static int post_gone(void *arg)
{
	return 0;
}

/* The program that asked is gone: its addresses are not looked for in anybody else's memory. */
static void post_requestor_gone(struct kunit *test)
{
	unsigned long at = flt_kunit_memory(test, PAGE_SIZE, PROT_READ | PROT_WRITE);
	struct task_struct *task = kthread_create(post_gone, NULL, "post_gone");
	struct world *w = world_of(test);
	struct flt_operation op;

	FLT_REQUIRE(test, !IS_ERR(task) && at && at < TASK_SIZE_MAX);
	get_task_struct(task);
	wake_up_process(task);
	kthread_stop(task);
	flt_operation_init(&op, w->fake->volume, IRP_MJ_READ, w->file);
	op.task = task;
	op.iopb.Parameters.Read.ReadBuffer = (void *)at;
	op.iopb.Parameters.Read.Length = 100;
	FLT_PROVES(test, "BUF-040", FltLockUserBuffer(&op.data) == STATUS_ACCESS_VIOLATION &&
		   !op.iopb.Parameters.Read.MdlAddress &&
		   op.iopb.Parameters.Read.ReadBuffer == (void *)at);
	op.task = current;
	flt_operation_fini(&op);
	put_task_struct(task);
}

static void post_exchange(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	post.buffer = kzalloc(POST_BYTES, GFP_KERNEL);
	post.mdl = IoAllocateMdl(post.buffer, POST_BYTES, FALSE, FALSE, NULL);
	MmBuildMdlForNonPagedPool(post.mdl);
	if (!post.only_mdl)
		data->Iopb->Parameters.Read.ReadBuffer = post.buffer;
	data->Iopb->Parameters.Read.MdlAddress = post.mdl;
	FltSetCallbackDataDirty(data);
}

static int post_exchanged(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, void *context)
{
	post.irql = KeGetCurrentIrql();
	post.got = FltGetSwappedBufferMdlAddress(data);
	post.right = !memcmp(post.buffer, post_text, data->IoStatus.Information) &&
		     data->IoStatus.Information == sizeof(post_text);
	if (post.retains)
		FltRetainSwappedBufferMdlAddress(data);
	if (post.copies)
		memcpy(data->Iopb->Parameters.Read.ReadBuffer, post.buffer,
		       data->IoStatus.Information);
	kfree(post.buffer);
	post.calls++;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static struct world *post_exchanging(struct kunit *test)
{
	struct world *w = world_of(test);

	memset(&post, 0, sizeof(post));
	world_probes(w, "AB");
	w->probe[1]->on_pre = post_exchange;
	w->probe[1]->on_post = post_exchanged;
	w->fake->on_perform = post_fill;
	return w;
}

/* What the filter does not copy, the caller does not get; what it does, he gets in this length. */
static void post_nobody_copies(struct kunit *test)
{
	struct world *w = post_exchanging(test);
	char *mine = kzalloc(POST_BYTES, GFP_KERNEL);
	struct request *r = post_request(w, IRP_MJ_READ, mine);

	FLT_REQUIRE(test, mine);
	request_run(r);
	FLT_PROVES(test, "BUF-073", post.right && !mine[0] && r->information == sizeof(post_text));
	post.copies = true;
	r = post_request(w, IRP_MJ_READ, mine);
	request_run(r);
	FLT_PROVES(test, "BUF-074", r->information == sizeof(post_text) &&
		   !memcmp(mine, post_text, sizeof(post_text)) && !mine[sizeof(post_text)]);
	kfree(mine);
}

/* As paging I/O comes: no address at all, and only the MDL is exchanged. */
static void post_only_mdl(struct kunit *test)
{
	struct world *w = post_exchanging(test);
	char *mine = kzalloc(POST_BYTES, GFP_KERNEL);
	PMDL mdl = IoAllocateMdl(mine, POST_BYTES, FALSE, FALSE, NULL);
	struct request *r = post_request(w, IRP_MJ_READ, NULL);

	FLT_REQUIRE(test, mine && mdl);
	MmBuildMdlForNonPagedPool(mdl);
	post.only_mdl = true;
	r->op.iopb.IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE;
	r->op.iopb.Parameters.Read.MdlAddress = mdl;
	request_run(r);
	FLT_PROVES(test, "BUF-085", post.got && post.got == post.mdl && post.right);
	FLT_PROVES(test, "BUF-013", world_event(w, 'A', WORLD_PRE, 0)->
		   iopb.Parameters.Read.MdlAddress == mdl &&
		   world_event(w, 'A', WORLD_POST, 0)->iopb.Parameters.Read.MdlAddress == mdl);
	/* The one that was replaced is still its owner's. */
	FLT_PROVES(test, "BUF-067", mdl->ByteCount == POST_BYTES &&
		   MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority) == mine);
	IoFreeMdl(mdl);
	kfree(mine);
}

static void post_at_dispatch(struct kunit *test)
{
	struct world *w = post_exchanging(test);
	char *mine = kzalloc(POST_BYTES, GFP_KERNEL);
	struct request *r = post_request(w, IRP_MJ_READ, mine);

	FLT_REQUIRE(test, mine);
	post.retains = true;
	post_in_softirq(test, r);
	FLT_PROVES(test, "BUF-090", post.irql == DISPATCH_LEVEL && post.got == post.mdl &&
		   post.mdl->ByteCount == POST_BYTES && !world_violations(w));
	IoFreeMdl(post.mdl);
	kfree(mine);
}

/* As many MDLs live afterwards as before, whatever becomes of the operations. */
static void post_each_mdl_goes(struct kunit *test)
{
	static const struct {
		enum fake_when when;
		NTSTATUS status;
	} ends[] = {
		{ FAKE_INLINE, STATUS_SUCCESS }, { FAKE_INLINE, STATUS_DISK_FULL },
		{ FAKE_WORKER, STATUS_SUCCESS }, { FAKE_SOFTIRQ, STATUS_SUCCESS },
		{ FAKE_SOFTIRQ, STATUS_CANCELLED }, { FAKE_EARLY, STATUS_SUCCESS },
	};
	struct world *w = post_exchanging(test);
	char *mine = kzalloc(POST_BYTES, GFP_KERNEL);
	long before = mm_mdl_count();
	unsigned int i, wrong = 0;

	FLT_REQUIRE(test, mine);
	w->quiet = true;
	for (i = 0; i < 10000; i++) {
		struct flt_operation op;

		/* Most of them in this thread, since that is quick. */
		w->fake->when = i % 100 ? ends[i % 2].when : ends[i / 100 % 6].when;
		w->fake->status = i % 100 ? ends[i % 2].status : ends[i / 100 % 6].status;
		flt_operation_init(&op, w->fake->volume, IRP_MJ_READ, w->file);
		op.iopb.Parameters.Read.ReadBuffer = mine;
		op.iopb.Parameters.Read.Length = POST_BYTES;
		flt_operation_run(&op);
		if (post.got != post.mdl)
			wrong++;
		flt_operation_fini(&op);
	}
	FLT_PROVES(test, "BUF-068", !wrong && mm_mdl_count() == before);
	FLT_PROVES(test, "BUF-070", post.calls == 10000 && !world_violations(w));
	kfree(mine);
}

static void post_aligned_pool_of_another(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE mine, other;
	u64 breaches;
	void *block;

	world_probes(w, "AB");
	world_do(w, IRP_MJ_READ);
	mine = w->probe[0]->instance[0];
	other = w->probe[1]->instance[0];
	w->breaches = true;
	block = FltAllocatePoolAlignedWithTag(mine, NonPagedPool, 100, POST_TAG);
	FLT_REQUIRE(test, block);
	breaches = atomic64_read(&fsh_violations);
	FltFreePoolAlignedWithTag(mine, block, POST_TAG + 1);
	FLT_PROVES(test, "BUF-097", atomic64_read(&fsh_violations) == breaches + 1);
	/* It was freed all the same: it cannot be freed again. */
	FltFreePoolAlignedWithTag(mine, block, POST_TAG);
	FLT_PROVES(test, "BUF-097", atomic64_read(&fsh_violations) == breaches + 2);
	block = FltAllocatePoolAlignedWithTag(mine, NonPagedPool, 100, POST_TAG);
	FLT_REQUIRE(test, block);
	FltFreePoolAlignedWithTag(other, block, POST_TAG);
	FLT_PROVES(test, "BUF-097", atomic64_read(&fsh_violations) == breaches + 3);
	FltFreePoolAlignedWithTag(mine, block, POST_TAG);
	FLT_PROVES(test, "BUF-097", atomic64_read(&fsh_violations) == breaches + 4);
}

static struct kunit_case buffer_post_cases[] = {
	KUNIT_CASE(post_system_buffer),
	KUNIT_CASE(post_directory),
	KUNIT_CASE(post_fast_io),
	KUNIT_CASE(post_buffered_control),
	KUNIT_CASE(post_requestor_gone),
	KUNIT_CASE(post_nobody_copies),
	KUNIT_CASE(post_only_mdl),
	KUNIT_CASE(post_at_dispatch),
	KUNIT_CASE(post_each_mdl_goes),
	KUNIT_CASE(post_aligned_pool_of_another),
	{}
};

static struct kunit_suite buffer_post_suite = {
	.name = "buffer_post",
	.init = world_init,
	.exit = world_exit,
	.test_cases = buffer_post_cases,
};

kunit_test_suite(buffer_post_suite);
