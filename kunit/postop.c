// SPDX-License-Identifier: GPL-2.0
/*
 * Suite postop: order, arguments and context of post-operation callbacks (POSTOP-02 to
 * POSTOP-25), and what they may do to a result (POSTOP-66 to POSTOP-72).
 */
#include "kunit/world.h"
#include "nt/rtl_status.h"
#include "nt/violation.h"

static void postop_order(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->fake->when = FAKE_WORKER;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "POSTOP-02", world_trace_is(w, "A+ B+ C+ F f C- B- A-"));
	/* "f" is the file system's completion: before C's post-operation. */
	FLT_PROVES(test, "POSTOP-03", world_trace_is(w, "A+ B+ C+ F f C- B- A-"));
	FLT_PROVES(test, "POSTOP-23", world_trace_is(w, "A+ B+ C+ F f C- B- A-"));
	FLT_PROVES(test, "POSTOP-25", world_count(w, 'A', WORLD_POST) == 1 &&
		   world_count(w, 'B', WORLD_POST) == 1 && world_count(w, 'C', WORLD_POST) == 1);
}

static void postop_flags(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "ABC");
	world_do(w, IRP_MJ_READ);
	for (i = 0; i < 3; i++) {
		FLT_PROVES(test, "POSTOP-09",
			   !(world_event(w, 'A' + i, WORLD_PRE, 0)->data.Flags &
			     FLTFL_CALLBACK_DATA_POST_OPERATION));
		FLT_PROVES(test, "POSTOP-09",
			   world_event(w, 'A' + i, WORLD_POST, 0)->data.Flags &
			   FLTFL_CALLBACK_DATA_POST_OPERATION);
		FLT_PROVES(test, "POSTOP-43",
			   !(world_event(w, 'A' + i, WORLD_POST, 0)->data.Flags &
			     FLTFL_CALLBACK_DATA_DRAINING_IO));
	}
}

static int postop_to_disk_full(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->IoStatus.Status = STATUS_DISK_FULL;
	data->IoStatus.Information = 0;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void postop_result_so_far(struct kunit *test)
{
	struct world *w = world_of(test);
	NTSTATUS status;

	world_probes(w, "ABC");
	w->fake->status = STATUS_ACCESS_DENIED;
	w->probe[2]->on_post = postop_to_disk_full;
	status = world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "POSTOP-10", world_event(w, 'C', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_ACCESS_DENIED);
	FLT_PROVES(test, "POSTOP-10",
		   world_event(w, 'B', WORLD_POST, 0)->data.IoStatus.Status == STATUS_DISK_FULL &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status == STATUS_DISK_FULL);
	FLT_PROVES(test, "POSTOP-24", status == STATUS_DISK_FULL);
}

static void postop_of_failed_operations(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "AB");
	w->fake->status = STATUS_OBJECT_NAME_NOT_FOUND;
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "POSTOP-11", world_count(w, 'B', WORLD_POST) == 1 &&
		   world_event(w, 'B', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_OBJECT_NAME_NOT_FOUND);
	world_clear(w);
	w->fake->status = STATUS_DISK_FULL;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "POSTOP-11", world_count(w, 'B', WORLD_POST) == 1 &&
		   world_event(w, 'B', WORLD_POST, 0)->data.IoStatus.Status == STATUS_DISK_FULL);
}

static FLT_TAG_DATA_BUFFER *postop_new_tag(struct kunit *test)
{
	FLT_TAG_DATA_BUFFER *tag = ExAllocatePool2(POOL_FLAG_NON_PAGED, sizeof(*tag) + 32,
						   0x74736574);

	KUNIT_ASSERT_NOT_NULL(test, tag);
	tag->FileTag = 0xA000000C;
	tag->TagDataLength = 24;
	tag->UnparsedNameLength = 6;
	return tag;
}

static FLT_TAG_DATA_BUFFER postop_seen_tag, *postop_other_tag;

static int postop_look_at_tag(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	if (data->TagData)
		postop_seen_tag = *data->TagData;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static int postop_replace_tag(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	ExFreePool(data->TagData);
	data->TagData = postop_other_tag;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void postop_tag_data(struct kunit *test)
{
	struct world *w = world_of(test);
	FLT_TAG_DATA_BUFFER *tag = postop_new_tag(test);

	world_probes(w, "AB");
	w->fake->status = STATUS_REPARSE;
	w->fake->tag = tag;
	w->probe[0]->on_post = postop_look_at_tag;
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "CBD-017", world_event(w, 'B', WORLD_POST, 0)->data.TagData == tag &&
		   world_event(w, 'A', WORLD_POST, 0)->data.TagData == tag &&
		   !world_event(w, 'A', WORLD_PRE, 0)->data.TagData);
	FLT_PROVES(test, "CBD-017", postop_seen_tag.FileTag == 0xA000000C &&
		   postop_seen_tag.TagDataLength == 24 && postop_seen_tag.UnparsedNameLength == 6);
	/* Another block in its place is the shim's to free: a leak would be found. */
	w->fake->tag = postop_new_tag(test);
	postop_other_tag = postop_new_tag(test);
	postop_other_tag->FileTag = 0xA0000003;
	w->probe[1]->on_post = postop_replace_tag;
	world_clear(w);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "CBD-018",
		   world_event(w, 'A', WORLD_POST, 0)->data.TagData == postop_other_tag &&
		   postop_seen_tag.FileTag == 0xA0000003);
}

static void postop_set_tag_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
				  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->TagData = &postop_seen_tag;
}

static int postop_set_tag(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->TagData = &postop_seen_tag;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void postop_no_tag_elsewhere(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_CLEANUP, IRP_MJ_QUERY_OPEN };
	struct world *w = world_of(test);
	unsigned int i;
	u64 before;

	world_probes(w, "ABC");
	w->probe[1]->on_post = postop_set_tag;
	w->probe[1]->on_pre = postop_set_tag_in_pre;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		before = world_violations(w);
		world_clear(w);
		world_do(w, majors[i]);
		FLT_PROVES(test, "CBD-016", !world_event(w, 'C', WORLD_PRE, 0)->data.TagData &&
			   !world_event(w, 'B', WORLD_POST, 0)->data.TagData &&
			   !world_event(w, 'A', WORLD_POST, 0)->data.TagData);
		FLT_PROVES(test, "CBD-016", world_violations(w) == before + 2);
	}
	w->probe[1]->on_post = NULL;
	before = world_violations(w);
	world_clear(w);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "CBD-016", !world_event(w, 'C', WORLD_PRE, 0)->data.TagData &&
		   !world_event(w, 'A', WORLD_POST, 0)->data.TagData &&
		   world_violations(w) == before + 1);
}

/* B halves the length and moves the offset, and says so. */
static void postop_change(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->Parameters.Read.Length /= 2;
	data->Iopb->Parameters.Read.ByteOffset.QuadPart += 4096;
	data->Iopb->Parameters.Read.ReadBuffer = &data->Iopb->Parameters;
	FltSetCallbackDataDirty(data);
}

static void postop_sees_what_pre_saw(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	unsigned int i;

	world_probes(w, "ABC");
	w->probe[1]->on_pre = postop_change;
	/* A system buffer may be exchanged for another without an MDL. */
	r->op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	request_run(r);
	for (i = 0; i < 3; i++)
		FLT_PROVES(test, "POSTOP-08",
			   !memcmp(&world_event(w, 'A' + i, WORLD_PRE, 0)->iopb,
				   &world_event(w, 'A' + i, WORLD_POST, 0)->iopb,
				   sizeof(FLT_IO_PARAMETER_BLOCK)));
	FLT_PROVES(test, "POSTOP-08",
		   world_event(w, 'B', WORLD_POST, 0)->iopb.Parameters.Read.Length == PAGE_SIZE &&
		   world_event(w, 'C', WORLD_POST, 0)->iopb.Parameters.Read.Length ==
		   PAGE_SIZE / 2);
}

/* Asynchronous, completed in softirq: callbacks run there and know it. */
static void postop_in_softirq(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	world_probes(w, "ABC");
	w->fake->when = FAKE_HOLD;
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status));
	FLT_PROVES(test, "POSTOP-14",
		   world_event(w, 'C', WORLD_POST, 0)->irql == DISPATCH_LEVEL &&
		   world_event(w, 'A', WORLD_POST, 0)->irql == DISPATCH_LEVEL);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ C+ F f C- B- A-"));
}

static KSPIN_LOCK postop_lock;
static FAST_MUTEX postop_mutex;
static KIRQL postop_inside;

static int postop_takes_locks(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	KIRQL old;

	old = KeAcquireSpinLockRaiseToDpc(&postop_lock);
	postop_inside = KeGetCurrentIrql();
	KeReleaseSpinLock(&postop_lock, old);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void postop_spin_lock_in_softirq(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	KeInitializeSpinLock(&postop_lock);
	postop_inside = PASSIVE_LEVEL;
	world_probes(w, "AB");
	w->probe[1]->on_post = postop_takes_locks;
	w->fake->when = FAKE_HOLD;
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_PROVES(test, "POSTOP-17", request_wait(r) && postop_inside == DISPATCH_LEVEL);
}

static int postop_takes_mutex(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	ExAcquireFastMutex(&postop_mutex);
	ExReleaseFastMutex(&postop_mutex);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* It would sleep there: reported, and the operation ends all the same. */
static void postop_fast_mutex_in_softirq(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);

	ExInitializeFastMutex(&postop_mutex);
	world_probes(w, "AB");
	w->breaches = true;
	w->probe[1]->on_post = postop_takes_mutex;
	w->fake->when = FAKE_HOLD;
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_PROVES(test, "POSTOP-17", request_wait(r) && NT_SUCCESS(r->status));
	FLT_PROVES(test, "POSTOP-17", atomic64_read(&fsh_violations) > before);
}

static NTSTATUS postop_lock_status;
static LONG postop_compared;

/*
 * What needs a lower level than a completion in softirq has. To compare text never sleeps here and
 * works at any level.
 */
static int postop_goes_too_far(struct probe *p, PFLT_CALLBACK_DATA data,
			       PCFLT_RELATED_OBJECTS objects, void *context)
{
	static const UNICODE_STRING one = { 2, 4, u"a" }, other = { 2, 4, u"b" };

	postop_lock_status = FltLockUserBuffer(data);
	postop_compared = RtlCompareUnicodeString(&one, &other, TRUE);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void postop_routines_in_softirq(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	s64 before = atomic64_read(&fsh_violations);

	world_probes(w, "AB");
	w->breaches = true;
	w->probe[1]->on_post = postop_goes_too_far;
	w->fake->when = FAKE_HOLD;
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_PROVES(test, "POSTOP-15", request_wait(r) && NT_SUCCESS(r->status) &&
		   world_event(w, 'B', WORLD_POST, 0)->irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "POSTOP-15", !NT_SUCCESS(postop_lock_status) &&
		   !r->op.iopb.Parameters.Read.MdlAddress);
	FLT_PROVES(test, "POSTOP-15", atomic64_read(&fsh_violations) == before + 1 &&
		   postop_compared < 0);
}

/* Contexts of B: of the stream that it has open. */
static struct flt_anchor postop_anchor;
static NTSTATUS postop_get, postop_get_handle, postop_set;
static PFLT_CONTEXT postop_context;
static atomic_t postop_cleaned;
static bool postop_release;

static void postop_cleanup(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	atomic_inc(&postop_cleaned);
}

static void postop_add_contexts(struct probe *p, FLT_REGISTRATION *registration,
				FLT_OPERATION_REGISTRATION *ops)
{
	static const FLT_CONTEXT_REGISTRATION contexts[] = {
		{ FLT_STREAM_CONTEXT, 0, postop_cleanup, 16, 0x74736554 },
		{ FLT_STREAMHANDLE_CONTEXT, 0, postop_cleanup, 16, 0x74736554 },
		{ FLT_CONTEXT_END }
	};

	registration->ContextRegistration = contexts;
}

static int postop_uses_contexts(struct probe *p, PFLT_CALLBACK_DATA data,
				PCFLT_RELATED_OBJECTS objects, void *context)
{
	PFLT_CONTEXT got;

	if (postop_release)
		FltReleaseContext(postop_context);
	postop_get = FltGetStreamContext(objects->Instance, objects->FileObject, &got);
	if (NT_SUCCESS(postop_get))
		FltReleaseContext(got);
	postop_get_handle = FltGetStreamHandleContext(objects->Instance, objects->FileObject,
						      &got);
	if (NT_SUCCESS(postop_get_handle))
		FltReleaseContext(got);
	postop_set = FltSetStreamContext(objects->Instance, objects->FileObject,
					 FLT_SET_CONTEXT_REPLACE_IF_EXISTS,
					 postop_release ? NULL : postop_context, NULL);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* A and B, of which B has a stream context set and a reference of it. */
static struct probe *postop_context_world(struct kunit *test, PFILE_OBJECT *file)
{
	static const struct probe_config config = { .change = postop_add_contexts };
	struct world *w = world_of(test);
	struct probe *b;

	world_probe(w, 'A', NULL);
	b = world_probe(w, 'B', &config);
	*file = fake_open(w->fake);
	(*file)->FsContext = &postop_anchor;
	flt_file_of(*file)->stream = &postop_anchor;
	atomic_set(&postop_cleaned, 0);
	postop_release = false;
	KUNIT_ASSERT_EQ(test, FltAllocateContext(b->filter, FLT_STREAM_CONTEXT, 16, NonPagedPool,
						 &postop_context), STATUS_SUCCESS);
	KUNIT_ASSERT_EQ(test, FltSetStreamContext(b->instance[0], *file,
						  FLT_SET_CONTEXT_KEEP_IF_EXISTS, postop_context,
						  NULL), STATUS_SUCCESS);
	b->on_post = postop_uses_contexts;
	return b;
}

static void postop_contexts_in_softirq(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);
	PFILE_OBJECT file;
	struct probe *b = postop_context_world(test, &file);
	struct request *r;

	/* Its last reference: deleted from the stream before, released in softirq. */
	FltDeleteContext(postop_context);
	postop_release = true;
	w->breaches = true;
	w->fake->when = FAKE_HOLD;
	r = request_on(w, w->fake, file, IRP_MJ_READ);
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_PROVES(test, "POSTOP-18", request_wait(r) && NT_SUCCESS(r->status) &&
		   world_event(w, 'B', WORLD_POST, 0)->irql == DISPATCH_LEVEL);
	FLT_PROVES(test, "POSTOP-18", WORLD_WAIT(atomic_read(&postop_cleaned) == 1));
	FLT_PROVES(test, "POSTOP-18", !NT_SUCCESS(postop_get) && !NT_SUCCESS(postop_get_handle) &&
		   !NT_SUCCESS(postop_set) && atomic64_read(&fsh_violations) == before + 3);
	b->on_post = NULL;
	fake_close(file);
}

/* The close is over: there is nothing that a context could hang on. */
static void postop_contexts_after_close(struct kunit *test)
{
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct probe *b = postop_context_world(test, &file);

	request_run(request_on(w, w->fake, file, IRP_MJ_READ));
	FLT_EXPECT(test, NT_SUCCESS(postop_get));
	w->fake->when = FAKE_WORKER;
	request_run(request_on(w, w->fake, file, IRP_MJ_CLOSE));
	FLT_PROVES(test, "POSTOP-13", postop_get == STATUS_NOT_SUPPORTED &&
		   postop_get_handle == STATUS_NOT_SUPPORTED && postop_set == STATUS_NOT_SUPPORTED);
	b->on_post = NULL;
	FltReleaseContext(postop_context);
	fake_close(file);
}

static int postop_may_sleep(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, void *context)
{
	might_sleep();
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void postop_create_in_the_opener(struct kunit *test)
{
	static const enum fake_when whens[] = {
		FAKE_INLINE, FAKE_EARLY, FAKE_WORKER, FAKE_SOFTIRQ,
	};
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "AB");
	w->probe[0]->on_post = postop_may_sleep;
	w->probe[1]->on_post = postop_may_sleep;
	for (i = 0; i < ARRAY_SIZE(whens); i++) {
		const struct world_event *a, *b;

		world_clear(w);
		w->fake->when = whens[i];
		FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_CREATE)));
		a = world_event(w, 'A', WORLD_POST, 0);
		b = world_event(w, 'B', WORLD_POST, 0);
		FLT_PROVES(test, "POSTOP-19", a->task == current && b->task == current &&
			   a->irql == PASSIVE_LEVEL && b->irql == PASSIVE_LEVEL);
	}
}

static void postop_fast_io_where_pre_was(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER, FAKE_SOFTIRQ };
	struct world *w = world_of(test);
	unsigned int i;

	world_probes(w, "AB");
	for (i = 0; i < ARRAY_SIZE(whens); i++) {
		struct request *r = request_new(w, IRP_MJ_READ);
		const struct world_event *pre, *post;

		request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
		world_clear(w);
		w->fake->when = whens[i];
		FLT_EXPECT(test, NT_SUCCESS(request_run(r)));
		pre = world_event(w, 'B', WORLD_PRE, 0);
		post = world_event(w, 'B', WORLD_POST, 0);
		FLT_PROVES(test, "POSTOP-21", pre->task == post->task && pre->irql == post->irql);
	}
}

static NTSTATUS postop_status;
static ULONG_PTR postop_information;

static int postop_sets(struct probe *p, PFLT_CALLBACK_DATA data,
		       PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->IoStatus.Status = postop_status;
	data->IoStatus.Information = postop_information;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* One operation of which B, of A, B and C, sets the result. */
static struct request *postop_set_one(struct world *w, UCHAR major, NTSTATUS status,
				      ULONG_PTR information)
{
	struct request *r = request_new(w, major);

	postop_status = status;
	postop_information = information;
	world_clear(w);
	request_run(r);
	return r;
}

static struct world *postop_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->probe[1]->on_post = postop_sets;
	return w;
}

static void postop_fails_a_success(struct kunit *test)
{
	struct world *w = postop_world(test);
	struct request *r = postop_set_one(w, IRP_MJ_READ, STATUS_ACCESS_DENIED, 0);

	FLT_PROVES(test, "POSTOP-66", r->status == STATUS_ACCESS_DENIED && !r->information &&
		   flt_errno_from_status(r->status, NULL) == -EACCES);
	FLT_PROVES(test, "POSTOP-66", world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_ACCESS_DENIED);
	/* The file system has done it. */
	r = postop_set_one(w, IRP_MJ_WRITE, STATUS_ACCESS_DENIED, 0);
	FLT_PROVES(test, "POSTOP-67", r->status == STATUS_ACCESS_DENIED &&
		   world_count(w, 'F', WORLD_FAKE_PERFORM) == 1);
}

static void postop_forbidden_statuses(struct kunit *test)
{
	static const NTSTATUS bad[] = { STATUS_PENDING, STATUS_FLT_DISALLOW_FAST_IO };
	struct world *w = postop_world(test);
	unsigned int i;

	w->breaches = true;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		struct request *r = postop_set_one(w, IRP_MJ_READ, bad[i], 0);

		FLT_PROVES(test, "POSTOP-68", r->status == STATUS_UNSUCCESSFUL);
		FLT_PROVES(test, "POSTOP-68",
			   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
			   STATUS_UNSUCCESSFUL);
		FLT_PROVES(test, "POSTOP-68", world_violations(w) == i + 1);
	}
}

static void postop_cleanup_and_close_cannot_fail(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_CLEANUP, IRP_MJ_CLOSE };
	struct world *w = postop_world(test);
	unsigned int i;

	w->breaches = true;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		struct request *r = postop_set_one(w, majors[i], STATUS_ACCESS_DENIED, 0);

		FLT_PROVES(test, "POSTOP-69", r->status == STATUS_SUCCESS);
		FLT_PROVES(test, "POSTOP-69", world_violations(w) == i + 1);
	}
}

static void postop_success_instead_of_failure(struct kunit *test)
{
	struct world *w = postop_world(test);
	struct request *r;

	w->fake->status = STATUS_DISK_FULL;
	r = postop_set_one(w, IRP_MJ_READ, STATUS_SUCCESS, 0);
	FLT_PROVES(test, "POSTOP-70", r->status == STATUS_SUCCESS && r->information == 0);
	FLT_PROVES(test, "POSTOP-70", world_violations(w) == 0);
	w->fake->status = STATUS_OBJECT_NAME_NOT_FOUND;
	r = postop_set_one(w, IRP_MJ_CREATE, STATUS_SUCCESS, FILE_OPENED);
	FLT_PROVES(test, "POSTOP-70", !NT_SUCCESS(r->status));
	FLT_PROVES(test, "POSTOP-70", world_violations(w) == 1);
	FLT_PROVES(test, "POSTOP-70",
		   !NT_SUCCESS(world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status));
	/* A create that went well stays what it is. */
	w->fake->status = STATUS_SUCCESS;
	r = postop_set_one(w, IRP_MJ_CREATE, STATUS_SUCCESS, FILE_OPENED);
	FLT_PROVES(test, "POSTOP-70", r->status == STATUS_SUCCESS && world_violations(w) == 1);
}

static void postop_information_is_capped(struct kunit *test)
{
	struct world *w = postop_world(test);
	struct request *r;

	w->breaches = true;
	r = postop_set_one(w, IRP_MJ_READ, STATUS_SUCCESS, 2 * PAGE_SIZE);
	FLT_PROVES(test, "POSTOP-71", r->information == PAGE_SIZE &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Information == PAGE_SIZE);
	FLT_PROVES(test, "POSTOP-71", world_violations(w) == 1);
	r = postop_set_one(w, IRP_MJ_WRITE, STATUS_SUCCESS, PAGE_SIZE - 1);
	FLT_PROVES(test, "POSTOP-71", r->information == PAGE_SIZE - 1 &&
		   world_violations(w) == 1);
}

/* A short transfer of the file system arrives as it is. */
static void postop_short_transfer(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	world_probes(w, "AB");
	w->fake->information = 100;
	FLT_EXPECT(test, NT_SUCCESS(request_run(r)) && r->information == 100);
	FLT_PROVES(test, "POSTOP-10",
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Information == 100);
}

static struct kunit_case postop_cases[] = {
	KUNIT_CASE(postop_order),
	KUNIT_CASE(postop_flags),
	KUNIT_CASE(postop_result_so_far),
	KUNIT_CASE(postop_of_failed_operations),
	KUNIT_CASE(postop_tag_data),
	KUNIT_CASE(postop_no_tag_elsewhere),
	KUNIT_CASE(postop_sees_what_pre_saw),
	KUNIT_CASE(postop_in_softirq),
	KUNIT_CASE(postop_spin_lock_in_softirq),
	KUNIT_CASE(postop_fast_mutex_in_softirq),
	KUNIT_CASE(postop_routines_in_softirq),
	KUNIT_CASE(postop_contexts_in_softirq),
	KUNIT_CASE(postop_contexts_after_close),
	KUNIT_CASE(postop_create_in_the_opener),
	KUNIT_CASE(postop_fast_io_where_pre_was),
	KUNIT_CASE(postop_fails_a_success),
	KUNIT_CASE(postop_forbidden_statuses),
	KUNIT_CASE(postop_cleanup_and_close_cannot_fail),
	KUNIT_CASE(postop_success_instead_of_failure),
	KUNIT_CASE(postop_information_is_capped),
	KUNIT_CASE(postop_short_transfer),
	{}
};

static struct kunit_suite postop_suite = {
	.name = "postop",
	.init = world_init,
	.exit = world_exit,
	.test_cases = postop_cases,
};

kunit_test_suite(postop_suite);
