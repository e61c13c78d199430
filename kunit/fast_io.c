// SPDX-License-Identifier: GPL-2.0
/*
 * Suite fast_io: operations that are no IRPs (fast-io.md, as far as no file system is needed).
 */
#include <linux/mm.h>
#include "kunit/keeper.h"
#include "kunit/world.h"

static struct request *fast_read(struct world *w)
{
	struct request *r = request_new(w, IRP_MJ_READ);

	r->op.iopb.IrpFlags = 0;
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	world_clear(w);
	return r;
}

/* Which form each major function has by nature, as callbacks see it. */
static bool fast_io_form_is(struct world *w, UCHAR major, ULONG form)
{
	const struct world_event *pre, *post;

	world_clear(w);
	world_do(w, major);
	pre = world_event(w, 'A', WORLD_PRE, 0);
	post = world_event(w, 'A', WORLD_POST, 0);
	return pre->iopb.MajorFunction == major && (pre->data.Flags & WORLD_FORMS) == form &&
	       (post->data.Flags & WORLD_FORMS) == form;
}

static void fast_io_forms(struct kunit *test)
{
	static const UCHAR fast[] = {
		IRP_MJ_FAST_IO_CHECK_IF_POSSIBLE, IRP_MJ_NETWORK_QUERY_OPEN, IRP_MJ_MDL_READ,
		IRP_MJ_MDL_READ_COMPLETE, IRP_MJ_PREPARE_MDL_WRITE, IRP_MJ_MDL_WRITE_COMPLETE,
		IRP_MJ_VOLUME_MOUNT, IRP_MJ_VOLUME_DISMOUNT,
	};
	static const UCHAR fs_filter[] = {
		IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION,
		IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, IRP_MJ_ACQUIRE_FOR_MOD_WRITE,
		IRP_MJ_RELEASE_FOR_MOD_WRITE, IRP_MJ_ACQUIRE_FOR_CC_FLUSH,
		IRP_MJ_RELEASE_FOR_CC_FLUSH, IRP_MJ_QUERY_OPEN,
	};
	struct world *w = world_of(test);
	unsigned int i;

	world_probe(w, 'A', NULL);
	for (i = 0; i < ARRAY_SIZE(fast); i++)
		FLT_PROVES(test, "FASTIO-03",
			   fast_io_form_is(w, fast[i], FLTFL_CALLBACK_DATA_FAST_IO_OPERATION));
	for (i = 0; i < ARRAY_SIZE(fs_filter); i++)
		FLT_PROVES(test, "FASTIO-04",
			   fast_io_form_is(w, fs_filter[i],
					   FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION));
}

static void fast_io_same_routine(struct kunit *test)
{
	static const struct probe_op ops[] = {
		{ IRP_MJ_READ, true, true }, { IRP_MJ_OPERATION_END } };
	static const struct probe_config config = { .ops = ops };
	struct world *w = world_of(test);

	world_probe(w, 'A', &config);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "FASTIO-05", world_trace_is(w, "A+ F A-") &&
		   FLT_IS_IRP_OPERATION(&world_event(w, 'A', WORLD_PRE, 0)->data));
	request_run(fast_read(w));
	FLT_PROVES(test, "FASTIO-05", world_trace_is(w, "A+ F A-") &&
		   FLT_IS_FASTIO_OPERATION(&world_event(w, 'A', WORLD_PRE, 0)->data) &&
		   FLT_IS_FASTIO_OPERATION(&world_event(w, 'A', WORLD_POST, 0)->data));
}

static void fast_io_skip_flags(struct kunit *test)
{
	static const struct probe_op cached[] = {
		{ IRP_MJ_READ, true, true, FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO },
		{ IRP_MJ_OPERATION_END } };
	static const struct probe_op paging[] = {
		{ IRP_MJ_READ, true, true, FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO },
		{ IRP_MJ_OPERATION_END } };
	static const struct probe_config a = { .ops = cached }, b = { .ops = paging };
	struct world *w = world_of(test);
	struct request *r;

	world_probe(w, 'A', &a);
	world_probe(w, 'B', &b);
	request_run(fast_read(w));
	FLT_PROVES(test, "FASTIO-08", world_count(w, 'A', WORLD_PRE) == 0 &&
		   world_count(w, 'A', WORLD_POST) == 0);
	/* Fast I/O is cached whatever its flags say. */
	r = fast_read(w);
	r->op.iopb.IrpFlags = IRP_NOCACHE | IRP_PAGING_IO;
	request_run(r);
	FLT_PROVES(test, "FASTIO-08", world_count(w, 'A', WORLD_PRE) == 0);
	FLT_PROVES(test, "FASTIO-09", world_trace_is(w, "B+ F B-"));
}

static void fast_io_deny(struct probe *p, PFLT_CALLBACK_DATA data,
			 PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 0;
	*status = FLT_PREOP_COMPLETE;
}

static void fast_io_completed(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r;

	world_probes(w, "ABC");
	w->probe[1]->on_pre = fast_io_deny;
	r = fast_read(w);
	request_run(r);
	FLT_PROVES(test, "FASTIO-14", r->status == STATUS_ACCESS_DENIED &&
		   world_trace_is(w, "A+ B+ A-") && !atomic_read(&w->fake->performed));
}

static void fast_io_disallow(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	if (FLT_IS_FASTIO_OPERATION(data))
		*status = FLT_PREOP_DISALLOW_FASTIO;
	else
		*context = (void *)0x4952;
}

/*
 * The refusal as those above see it is "not done", and says nothing of the file system. The caller
 * gets what the IRP gave, which is an operation of its own.
 */
static void fast_io_refused(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_WRITE, IRP_MJ_QUERY_INFORMATION,
					IRP_MJ_LOCK_CONTROL, IRP_MJ_DEVICE_CONTROL };
	struct world *w = world_of(test);
	const struct world_event *pre[2], *post[2];
	struct request *r;
	unsigned int i;

	world_probes(w, "ABC");
	w->probe[1]->on_pre = fast_io_disallow;
	w->probe[0]->context = (void *)0x4143;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		r = request_new(w, majors[i]);
		r->op.iopb.IrpFlags = 0;
		r->op.iopb.Parameters.Read.ByteOffset.QuadPart = 8192;
		request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
		world_clear(w);
		request_run(r);
		pre[0] = world_event(w, 'A', WORLD_PRE, 0);
		pre[1] = world_event(w, 'A', WORLD_PRE, 1);
		post[0] = world_event(w, 'A', WORLD_POST, 0);
		post[1] = world_event(w, 'A', WORLD_POST, 1);
		FLT_PROVES(test, "FASTIO-17",
			   post[0]->data.IoStatus.Status == STATUS_FLT_DISALLOW_FAST_IO &&
			   !post[0]->data.IoStatus.Information);
		FLT_PROVES(test, "PREOP-55", NT_SUCCESS(r->status) &&
			   world_trace_is(w, "A+ B+ A- A+ B+ C+ F C- B- A-"));
		FLT_PROVES(test, "FASTIO-15", NT_SUCCESS(r->status) &&
			   FLT_IS_IRP_OPERATION(&pre[1]->data) &&
			   pre[1]->iopb.MajorFunction == majors[i] &&
			   pre[1]->iopb.TargetFileObject == w->file &&
			   pre[1]->iopb.Parameters.Read.ByteOffset.QuadPart == 8192);
		FLT_PROVES(test, "PREOP-55", FLT_IS_IRP_OPERATION(&post[1]->data) &&
			   NT_SUCCESS(post[1]->data.IoStatus.Status));
		FLT_PROVES(test, "FASTIO-16", pre[1]->address != pre[0]->address &&
			   !pre[1]->context && !FLT_IS_REISSUED_IO(&pre[1]->data) &&
			   post[1]->address == pre[1]->address &&
			   world_event(w, 'B', WORLD_POST, 0)->context == (void *)0x4952);
	}
	FLT_EXPECT(test, r->information == 0);
}

/* What has no IRP comes back refused, and its issuer goes another way. */
static void fast_io_refused_for_good(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "AB");
	w->probe[1]->on_pre = fast_io_disallow;
	FLT_PROVES(test, "FASTIO-24",
		   world_do(w, IRP_MJ_NETWORK_QUERY_OPEN) == STATUS_FLT_DISALLOW_FAST_IO &&
		   world_trace_is(w, "A+ B+ A-") && !atomic_read(&w->fake->performed));
	world_clear(w);
	FLT_EXPECT(test, world_do(w, IRP_MJ_MDL_READ) == STATUS_FLT_DISALLOW_FAST_IO &&
		   world_trace_is(w, "A+ B+ A-"));
}

static int fast_io_refuse_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
				  PCFLT_RELATED_OBJECTS objects, void *context)
{
	return FLT_POSTOP_DISALLOW_FSFILTER_IO;
}

static void fast_io_query_open(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_QUERY_OPEN);

	world_probes(w, "ABC");
	w->fake->information = 77;
	request_run(r);
	FLT_PROVES(test, "FASTIO-27", !r->information &&
		   !world_event(w, 'C', WORLD_POST, 0)->data.IoStatus.Information &&
		   !world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Information);
	w->probe[1]->on_post = fast_io_refuse_in_post;
	world_clear(w);
	FLT_PROVES(test, "FASTIO-28",
		   world_do(w, IRP_MJ_QUERY_OPEN) == STATUS_FLT_DISALLOW_FSFILTER_IO &&
		   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	w->probe[1]->pre_status = FLT_PREOP_DISALLOW_FSFILTER_IO;
	world_clear(w);
	FLT_PROVES(test, "FASTIO-28",
		   world_do(w, IRP_MJ_QUERY_OPEN) == STATUS_FLT_DISALLOW_FSFILTER_IO &&
		   world_trace_is(w, "A+ B+ A-"));
}

static const UCHAR fast_io_fs_filter[] = {
	IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION,
	IRP_MJ_ACQUIRE_FOR_MOD_WRITE, IRP_MJ_RELEASE_FOR_MOD_WRITE, IRP_MJ_ACQUIRE_FOR_CC_FLUSH,
	IRP_MJ_RELEASE_FOR_CC_FLUSH, IRP_MJ_QUERY_OPEN,
};

static NTSTATUS fast_io_queued;

static VOID fast_io_never(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	fast_io_queued = STATUS_SUCCESS;
}

static void fast_io_defer(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	PFLT_DEFERRED_IO_WORKITEM item = FltAllocateDeferredIoWorkItem();

	fast_io_queued = FltQueueDeferredIoWorkItem(item, data, fast_io_never, DelayedWorkQueue,
						    NULL);
	FltFreeDeferredIoWorkItem(item);
}

static int fast_io_reissue(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, void *context)
{
	FltReissueSynchronousIo(objects->Instance, data);
	fast_io_queued = data->IoStatus.Status;
	data->IoStatus.Status = STATUS_SUCCESS;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void fast_io_fs_filter_stays(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "ABC");
	w->breaches = true;
	keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	for (i = 0; i < ARRAY_SIZE(fast_io_fs_filter); i++) {
		world_clear(w);
		FLT_PROVES(test, "FASTIO-40",
			   NT_SUCCESS(world_do(w, fast_io_fs_filter[i])) &&
			   world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
			   probe_violations(w->probe[1], FLT_VIOLATION_PREOP_PENDING) == i + 1);
	}
	w->probe[1]->on_pre = NULL;
	w->probe[1]->pre_status = FLT_PREOP_SYNCHRONIZE;
	for (i = 0; i < ARRAY_SIZE(fast_io_fs_filter); i++) {
		world_clear(w);
		FLT_PROVES(test, "FASTIO-40",
			   NT_SUCCESS(world_do(w, fast_io_fs_filter[i])) &&
			   world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	}
	w->probe[1]->pre_status = FLT_PREOP_SUCCESS_WITH_CALLBACK;
	w->probe[1]->on_pre = fast_io_defer;
	w->probe[2]->on_post = fast_io_reissue;
	for (i = 0; i < ARRAY_SIZE(fast_io_fs_filter); i++) {
		atomic_set(&w->fake->performed, 0);
		w->probe[2]->on_post = NULL;
		FLT_PROVES(test, "FASTIO-40",
			   NT_SUCCESS(world_do(w, fast_io_fs_filter[i])) &&
			   fast_io_queued == STATUS_FLT_NOT_SAFE_TO_POST_OPERATION);
		w->probe[2]->on_post = fast_io_reissue;
		FLT_PROVES(test, "FASTIO-40",
			   NT_SUCCESS(world_do(w, fast_io_fs_filter[i])) &&
			   fast_io_queued == STATUS_INVALID_PARAMETER &&
			   atomic_read(&w->fake->performed) == 2);
	}
}

static NTSTATUS fast_io_section(struct world *w, FS_FILTER_SECTION_SYNC_TYPE type)
{
	struct request *r = request_new(w, IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION);

	r->op.iopb.Parameters.AcquireForSectionSynchronization.SyncType = type;
	return request_run(r);
}

static NTSTATUS fast_io_no_memory_status;

static void fast_io_no_memory(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->IoStatus.Status = fast_io_no_memory_status;
	*status = FLT_PREOP_COMPLETE;
}

static void fast_io_section_lock(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "AB");
	w->probe[1]->on_pre = fast_io_no_memory;
	fast_io_no_memory_status = STATUS_INSUFFICIENT_RESOURCES;
	FLT_PROVES(test, "FASTIO-34", fast_io_section(w, SyncTypeCreateSection) ==
		   STATUS_INSUFFICIENT_RESOURCES && !probe_all_violations(w->probe[1]));
	FLT_PROVES(test, "FASTIO-34", fast_io_section(w, SyncTypeOther) == STATUS_SUCCESS &&
		   world_violations(w) == 1);
	fast_io_no_memory_status = STATUS_ACCESS_DENIED;
	FLT_EXPECT(test, fast_io_section(w, SyncTypeCreateSection) == STATUS_ACCESS_DENIED &&
		   world_violations(w) == 1);
}

static void fast_io_query_open_waits_for_nobody(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	FLT_PROVES(test, "FASTIO-31", NT_SUCCESS(world_do(w, IRP_MJ_QUERY_OPEN)));
	FLT_PROVES(test, "FASTIO-31", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_violations(w) == 1);
	w->probe[1]->on_pre = NULL;
	w->probe[1]->pre_status = FLT_PREOP_SYNCHRONIZE;
	world_clear(w);
	FLT_PROVES(test, "FASTIO-31", NT_SUCCESS(world_do(w, IRP_MJ_QUERY_OPEN)));
	FLT_PROVES(test, "FASTIO-31", world_trace_is(w, "A+ B+ C+ F C- B- A-") &&
		   world_violations(w) == 1);
}

/* A bottom with a cache of one page, which it hands out and takes back. */
static struct {
	void *page;
	PFILE_OBJECT file;
	bool cached;
	bool partly;	/* fails, with MDLs all the same */
	NTSTATUS completes;
} fast_io_cache;

static void fast_io_hand_out(struct flt_operation *op, struct fake_order *order)
{
	const FLT_PARAMETERS *p = &op->iopb.Parameters;
	PMDL mdl;

	if (!fast_io_cache.cached) {
		order->status = STATUS_UNSUCCESSFUL;
		order->information = 0;
		return;
	}
	mdl = IoAllocateMdl(fast_io_cache.page + p->MdlRead.FileOffset.QuadPart, p->MdlRead.Length,
			    FALSE, FALSE, NULL);
	if (!mdl)
		return;
	MmBuildMdlForNonPagedPool(mdl);
	get_page(virt_to_page(fast_io_cache.page));
	*p->MdlRead.MdlChain = mdl;
	order->information = p->MdlRead.Length;
	if (fast_io_cache.partly)
		order->status = STATUS_DISK_FULL;
}

static void fast_io_cached(struct fake_volume *fake, struct flt_operation *op,
			   struct fake_order *order)
{
	PMDL mdl = NULL;

	switch (op->iopb.MajorFunction) {
	case IRP_MJ_MDL_READ:
	case IRP_MJ_PREPARE_MDL_WRITE:
		fast_io_hand_out(op, order);
		return;
	case IRP_MJ_MDL_READ_COMPLETE:
		mdl = op->iopb.Parameters.MdlReadComplete.MdlChain;
		break;
	case IRP_MJ_MDL_WRITE_COMPLETE:
		mdl = op->iopb.Parameters.MdlWriteComplete.MdlChain;
		break;
	}
	if (mdl) {
		put_page(virt_to_page(fast_io_cache.page));
		IoFreeMdl(mdl);
	}
	order->status = fast_io_cache.completes;
}

static bool fast_io_read(PFLT_INSTANCE instance, LARGE_INTEGER *offset, PMDL *chain,
			 IO_STATUS_BLOCK *result)
{
	return FltFastIoMdlRead(instance, fast_io_cache.file, offset, 50, 7, chain, result);
}

static void fast_io_mdl(struct kunit *test)
{
	struct world *w = world_of(test);
	LARGE_INTEGER offset = { .QuadPart = 100 };
	const struct world_event *event;
	IO_STATUS_BLOCK result;
	PFLT_INSTANCE b;
	struct page *page;
	PMDL chain;
	int refs;

	world_probes(w, "ABC");
	b = w->probe[1]->instance[0];
	w->fake->on_perform = fast_io_cached;
	w->file->FsContext = w->file;
	memset(&fast_io_cache, 0, sizeof(fast_io_cache));
	fast_io_cache.file = w->file;
	fast_io_cache.page = (void *)__get_free_page(GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, fast_io_cache.page);
	page = virt_to_page(fast_io_cache.page);
	refs = page_count(page);
	/* Not cached: said, and not tried in another way. */
	chain = (PMDL)8;
	FLT_PROVES(test, "FASTIO-43", !fast_io_read(b, &offset, &chain, &result) &&
		   world_trace_is(w, "C+ F C-"));
	FLT_PROVES(test, "FASTIO-45", result.Status == STATUS_UNSUCCESSFUL && !result.Information &&
		   !chain);
	fast_io_cache.cached = true;
	world_clear(w);
	FLT_PROVES(test, "FASTIO-45", fast_io_read(b, &offset, &chain, &result) &&
		   result.Status == STATUS_SUCCESS && result.Information == 50 && chain &&
		   page_count(page) == refs + 1);
	event = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "FASTIO-42", FLT_IS_FASTIO_OPERATION(&event->data) &&
		   event->iopb.MajorFunction == IRP_MJ_MDL_READ &&
		   event->iopb.Parameters.MdlRead.FileOffset.QuadPart == 100 &&
		   event->iopb.Parameters.MdlRead.Length == 50 &&
		   event->iopb.Parameters.MdlRead.Key == 7 &&
		   event->iopb.Parameters.MdlRead.MdlChain == &chain);
	world_clear(w);
	FLT_PROVES(test, "FASTIO-46", FltFastIoMdlReadComplete(b, w->file, chain) &&
		   page_count(page) == refs && world_trace_is(w, "C+ F C-"));
	event = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "FASTIO-42", event->iopb.MajorFunction == IRP_MJ_MDL_READ_COMPLETE &&
		   event->iopb.Parameters.MdlReadComplete.MdlChain == chain);
	world_clear(w);
	FLT_PROVES(test, "FASTIO-45",
		   FltFastIoPrepareMdlWrite(b, w->file, &offset, 60, 8, &chain, &result) &&
		   result.Status == STATUS_SUCCESS && result.Information == 60 && chain);
	event = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "FASTIO-42", event->iopb.MajorFunction == IRP_MJ_PREPARE_MDL_WRITE &&
		   event->iopb.Parameters.PrepareMdlWrite.FileOffset.QuadPart == 100 &&
		   event->iopb.Parameters.PrepareMdlWrite.Length == 60 &&
		   event->iopb.Parameters.PrepareMdlWrite.Key == 8 &&
		   event->iopb.Parameters.PrepareMdlWrite.MdlChain == &chain);
	world_clear(w);
	FLT_PROVES(test, "FASTIO-46", FltFastIoMdlWriteComplete(b, w->file, &offset, chain) &&
		   page_count(page) == refs);
	event = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "FASTIO-42", event->iopb.MajorFunction == IRP_MJ_MDL_WRITE_COMPLETE &&
		   event->iopb.Parameters.MdlWriteComplete.FileOffset.QuadPart == 100 &&
		   event->iopb.Parameters.MdlWriteComplete.MdlChain == chain);
	/* A write that fails may have got pages, which are given back all the same. */
	fast_io_cache.partly = true;
	FLT_PROVES(test, "FASTIO-45",
		   !FltFastIoPrepareMdlWrite(b, w->file, &offset, 60, 8, &chain, &result) &&
		   result.Status == STATUS_DISK_FULL && result.Information == 60 && chain);
	w->file->Flags |= FO_WRITE_THROUGH;
	FLT_PROVES(test, "FASTIO-46", !FltFastIoMdlWriteComplete(b, w->file, &offset, chain) &&
		   page_count(page) == refs);
	w->file->Flags &= ~FO_WRITE_THROUGH;
	fast_io_cache.partly = false;
	fast_io_cache.completes = STATUS_DISK_FULL;
	FltFastIoPrepareMdlWrite(b, w->file, &offset, 60, 8, &chain, &result);
	FLT_PROVES(test, "FASTIO-46", !FltFastIoMdlWriteComplete(b, w->file, &offset, chain) &&
		   page_count(page) == refs);
	/* What a filter below refuses does not come again. */
	w->probe[2]->on_pre = fast_io_disallow;
	world_clear(w);
	FLT_PROVES(test, "FASTIO-43", !fast_io_read(b, &offset, &chain, &result) &&
		   result.Status == STATUS_FLT_DISALLOW_FAST_IO && world_trace_is(w, "C+"));
	free_page((unsigned long)fast_io_cache.page);
	w->file->FsContext = NULL;
}

static const UCHAR fast_io_releases[] = {
	IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, IRP_MJ_RELEASE_FOR_MOD_WRITE,
	IRP_MJ_RELEASE_FOR_CC_FLUSH,
};

static int fast_io_deny_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
				PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void fast_io_releases_cannot_fail(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "AB");
	for (i = 0; i < ARRAY_SIZE(fast_io_releases); i++) {
		u64 before = world_violations(w);

		w->probe[1]->on_pre = fast_io_deny;
		w->probe[1]->on_post = NULL;
		FLT_PROVES(test, "FASTIO-36",
			   world_do(w, fast_io_releases[i]) == STATUS_SUCCESS &&
			   world_violations(w) == before + 1);
		w->probe[1]->on_pre = NULL;
		w->probe[1]->on_post = fast_io_deny_in_post;
		FLT_PROVES(test, "FASTIO-36",
			   world_do(w, fast_io_releases[i]) == STATUS_SUCCESS &&
			   world_violations(w) == before + 2);
	}
}

static struct kunit_case fast_io_cases[] = {
	KUNIT_CASE(fast_io_forms),
	KUNIT_CASE(fast_io_same_routine),
	KUNIT_CASE(fast_io_skip_flags),
	KUNIT_CASE(fast_io_completed),
	KUNIT_CASE(fast_io_refused),
	KUNIT_CASE(fast_io_refused_for_good),
	KUNIT_CASE(fast_io_query_open),
	KUNIT_CASE(fast_io_fs_filter_stays),
	KUNIT_CASE(fast_io_section_lock),
	KUNIT_CASE(fast_io_query_open_waits_for_nobody),
	KUNIT_CASE(fast_io_releases_cannot_fail),
	KUNIT_CASE(fast_io_mdl),
	{}
};

static struct kunit_suite fast_io_suite = {
	.name = "fast_io",
	.init = world_init,
	.exit = world_exit,
	.test_cases = fast_io_cases,
};

kunit_test_suite(fast_io_suite);
