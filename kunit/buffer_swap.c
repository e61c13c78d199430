// SPDX-License-Identifier: GPL-2.0
/*
 * Suite buffer_swap: filters that exchange an operation's buffer, and the life of the MDLs that
 * they leave in the parameters (BUF-062 to BUF-090, POSTOP-48). KASAN and kmemleak watch what
 * the assertions cannot see: an MDL used after its end, or never freed.
 */
#include "kunit/world.h"
#include "nt/mm_mdl.h"
#include "nt/violation.h"

#define SWAP_BYTES	3000

/* What a probe does in its callbacks, and what it found there. */
struct swap {
	bool no_mdl;		/* address only */
	bool no_dirty;
	bool below_locks;	/* the next probe locks the buffer */
	bool retain;
	bool pend_post;
	char *buffer;
	PMDL mdl;
	PMDL got;		/* FltGetSwappedBufferMdlAddress() */
	bool alive;		/* the MDL was as it had been made */
	void *seen_buffer;	/* in the post-operation callback */
	PMDL seen_mdl;
	PFLT_CALLBACK_DATA data;
};

static void swap_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	struct swap *s = p->private;

	s->buffer = kzalloc(SWAP_BYTES, GFP_KERNEL);
	s->mdl = NULL;
	if (!s->no_mdl) {
		s->mdl = IoAllocateMdl(s->buffer, SWAP_BYTES, FALSE, FALSE, NULL);
		MmBuildMdlForNonPagedPool(s->mdl);
	}
	data->Iopb->Parameters.Read.ReadBuffer = s->buffer;
	data->Iopb->Parameters.Read.MdlAddress = s->mdl;
	if (!s->no_dirty)
		FltSetCallbackDataDirty(data);
}

static void swap_pre_locks(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltLockUserBuffer(data);
}

static void swap_look(struct swap *s, PFLT_CALLBACK_DATA data)
{
	s->got = FltGetSwappedBufferMdlAddress(data);
	s->alive = s->got && s->got->ByteCount && MmGetMdlVirtualAddress(s->got) == s->buffer;
	s->seen_buffer = data->Iopb->Parameters.Read.ReadBuffer;
	s->seen_mdl = data->Iopb->Parameters.Read.MdlAddress;
	if (s->retain) {
		FltRetainSwappedBufferMdlAddress(data);
		FltRetainSwappedBufferMdlAddress(data);
	}
}

static int swap_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     void *context)
{
	struct swap *s = p->private;

	if (s->pend_post) {
		s->data = data;
		return FLT_POSTOP_MORE_PROCESSING_REQUIRED;
	}
	swap_look(s, data);
	kfree(s->buffer);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* The next @n probes from @first on exchange buffers. */
static void swap_arm(struct world *w, struct swap *s, int first, int n)
{
	for (; n--; first++, s++) {
		w->probe[first]->on_pre = swap_pre;
		w->probe[first]->on_post = swap_post;
		w->probe[first]->private = s;
	}
}

static struct request *swap_request(struct world *w, UCHAR major, void *buffer)
{
	struct request *r = request_new(w, major);

	r->op.iopb.Parameters.Read.ReadBuffer = buffer;
	r->op.iopb.Parameters.Read.Length = 2000;
	return r;
}

static void swap_one(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER, FAKE_SOFTIRQ };
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_WRITE };
	struct world *w = world_of(test);
	char mine[16];
	unsigned int i, j;

	world_probes(w, "ABC");
	for (i = 0; i < ARRAY_SIZE(whens); i++) {
		for (j = 0; j < ARRAY_SIZE(majors); j++) {
			const struct world_event *c, *a;
			struct swap s = {};

			w->fake->when = whens[i];
			world_clear(w);
			swap_arm(w, &s, 1, 1);
			request_run(swap_request(w, majors[j], mine));
			c = world_event(w, 'C', WORLD_PRE, 0);
			a = world_event(w, 'A', WORLD_POST, 0);
			FLT_PROVES(test, "BUF-062",
				   c->iopb.Parameters.Read.ReadBuffer == s.buffer &&
				   w->fake->seen.Parameters.Read.ReadBuffer == s.buffer &&
				   w->fake->seen.Parameters.Read.MdlAddress == s.mdl);
			FLT_PROVES(test, "BUF-072", s.seen_buffer == mine && !s.seen_mdl &&
				   a->iopb.Parameters.Read.ReadBuffer == mine &&
				   !a->iopb.Parameters.Read.MdlAddress);
			FLT_PROVES(test, "BUF-082", s.got == s.mdl);
			FLT_PROVES(test, "BUF-069", s.alive);
		}
	}
}

/* What is exchanged by its place in the parameters, which FltDecodeParameters() tells. */
struct swap_any {
	char buffer[64];
	PMDL mdl;
	size_t at;		/* of the buffer in the parameter block */
	size_t mdl_at;		/* 0: these parameters have no MDL */
	void *seen;
};

static void *swap_member(const FLT_IO_PARAMETER_BLOCK *iopb, size_t at)
{
	return *(void **)((char *)iopb + at);
}

static void swap_any_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 int *status, void **context)
{
	struct swap_any *any = p->private;
	PVOID *buffer;
	PMDL *mdl;

	any->at = 0;
	any->mdl_at = 0;
	if (!NT_SUCCESS(FltDecodeParameters(data, &mdl, &buffer, NULL, NULL)))
		return;
	any->at = (char *)buffer - (char *)data->Iopb;
	*buffer = any->buffer;
	if (mdl) {
		any->mdl_at = (char *)mdl - (char *)data->Iopb;
		any->mdl = IoAllocateMdl(any->buffer, sizeof(any->buffer), FALSE, FALSE, NULL);
		MmBuildMdlForNonPagedPool(any->mdl);
		*mdl = any->mdl;
	}
	FltSetCallbackDataDirty(data);
}

static int swap_any_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 void *context)
{
	struct swap_any *any = p->private;

	any->seen = any->at ? swap_member(data->Iopb, any->at) : NULL;
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void swap_of_every_kind(struct kunit *test)
{
	static const struct {
		UCHAR major, minor;
		bool mdl;
	} kinds[] = {
		{ IRP_MJ_DIRECTORY_CONTROL, IRP_MN_QUERY_DIRECTORY, true },
		{ IRP_MJ_QUERY_EA, 0, true }, { IRP_MJ_SET_EA, 0, true },
		{ IRP_MJ_QUERY_SECURITY, 0, true }, { IRP_MJ_SET_SECURITY },
		{ IRP_MJ_QUERY_INFORMATION }, { IRP_MJ_SET_INFORMATION },
		{ IRP_MJ_QUERY_VOLUME_INFORMATION }, { IRP_MJ_SET_VOLUME_INFORMATION },
		{ IRP_MJ_FILE_SYSTEM_CONTROL, IRP_MN_USER_FS_REQUEST },
		{ IRP_MJ_DEVICE_CONTROL },
	};
	struct swap_any *any = kunit_kzalloc(test, sizeof(*any), GFP_KERNEL);
	long mdls = mm_mdl_count();
	struct world *w = world_of(test);
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, any);
	world_probes(w, "ABC");
	w->probe[1]->private = any;
	w->probe[1]->on_pre = swap_any_pre;
	w->probe[1]->on_post = swap_any_post;
	for (i = 0; i < ARRAY_SIZE(kinds); i++) {
		struct request *r = request_new(w, kinds[i].major);
		void *given;

		r->op.iopb.MinorFunction = kinds[i].minor;
		world_clear(w);
		any->seen = any;
		request_run(r);
		FLT_REQUIRE(test, any->at);
		given = swap_member(&world_event(w, 'A', WORLD_PRE, 0)->iopb, any->at);
		FLT_PROVES(test, "BUF-078",
			   swap_member(&w->fake->seen, any->at) == any->buffer &&
			   swap_member(&world_event(w, 'C', WORLD_POST, 0)->iopb, any->at) ==
			   any->buffer && given != any->buffer && any->seen == given);
		FLT_PROVES(test, "BUF-078", !any->mdl_at == !kinds[i].mdl &&
			   (!any->mdl_at || swap_member(&w->fake->seen, any->mdl_at) == any->mdl) &&
			   mm_mdl_count() == mdls);
	}
	FLT_EXPECT(test, !world_violations(w));
}

static void swap_all(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s[3] = {};
	char mine[16];
	int i;

	world_probes(w, "ABC");
	swap_arm(w, s, 0, 3);
	request_run(swap_request(w, IRP_MJ_READ, mine));
	for (i = 0; i < 3; i++) {
		void *given = i ? (void *)s[i - 1].buffer : mine;
		PMDL mdl = i ? s[i - 1].mdl : NULL;

		FLT_PROVES(test, "BUF-075", s[i].seen_buffer == given && s[i].seen_mdl == mdl &&
			   s[i].got == s[i].mdl);
	}
	FLT_PROVES(test, "BUF-075", w->fake->seen.Parameters.Read.ReadBuffer == s[2].buffer);
}

static void swap_not_dirty(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = { .no_dirty = true };
	char mine[16];

	world_probes(w, "AB");
	swap_arm(w, &s, 1, 1);
	request_run(swap_request(w, IRP_MJ_READ, mine));
	FLT_PROVES(test, "BUF-076", w->fake->seen.Parameters.Read.ReadBuffer == mine &&
		   !w->fake->seen.Parameters.Read.MdlAddress);
	FLT_PROVES(test, "BUF-083", !s.got);
	/* Its own still: freeing it is right. */
	FLT_PROVES(test, "BUF-076", s.mdl->ByteCount == SWAP_BYTES);
	IoFreeMdl(s.mdl);
}

static void swap_without_mdl(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = { .no_mdl = true };
	char mine[16];

	w->breaches = true;
	world_probes(w, "ABC");
	swap_arm(w, &s, 1, 1);
	request_run(swap_request(w, IRP_MJ_READ, mine));
	FLT_PROVES(test, "BUF-065", world_violations(w) == 1 &&
		   w->fake->seen.Parameters.Read.ReadBuffer == s.buffer);
	FLT_PROVES(test, "BUF-083", !s.got);
	/* Somebody below makes an MDL for it. */
	w->probe[2]->on_pre = swap_pre_locks;
	request_run(swap_request(w, IRP_MJ_READ, mine));
	FLT_PROVES(test, "BUF-084", s.got && s.alive &&
		   s.got == w->fake->seen.Parameters.Read.MdlAddress);
}

static void swap_fast_io(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = { .no_mdl = true };
	struct request *r;
	char mine[16];

	world_probes(w, "AB");
	swap_arm(w, &s, 1, 1);
	r = swap_request(w, IRP_MJ_READ, mine);
	request_form(r, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	request_run(r);
	FLT_PROVES(test, "BUF-066", w->fake->seen.Parameters.Read.ReadBuffer == s.buffer &&
		   !world_violations(w));
	FLT_PROVES(test, "BUF-083", !s.got);
}

/* A buffered operation: no MDL, and none is missed. */
static void swap_system_buffer(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = { .no_mdl = true };
	struct request *r;
	char mine[16];

	world_probes(w, "AB");
	swap_arm(w, &s, 1, 1);
	r = swap_request(w, IRP_MJ_READ, mine);
	r->op.data.Flags |= FLTFL_CALLBACK_DATA_SYSTEM_BUFFER;
	request_run(r);
	FLT_PROVES(test, "BUF-064", w->fake->seen.Parameters.Read.ReadBuffer == s.buffer &&
		   !world_violations(w));
}

static void swap_without_post(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = {};
	char mine[16];

	w->breaches = true;
	world_probes(w, "AB");
	swap_arm(w, &s, 1, 1);
	w->probe[1]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	request_run(swap_request(w, IRP_MJ_READ, mine));
	FLT_PROVES(test, "BUF-071", world_violations(w) == 1 &&
		   w->fake->seen.Parameters.Read.ReadBuffer == s.buffer);
	kfree(s.buffer);
}

static void swap_retained(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = { .retain = true };
	char mine[16];

	world_probes(w, "AB");
	swap_arm(w, &s, 1, 1);
	request_run(swap_request(w, IRP_MJ_READ, mine));
	FLT_PROVES(test, "BUF-087", s.mdl->ByteCount == SWAP_BYTES);
	FLT_PROVES(test, "BUF-089", s.mdl->ByteCount == SWAP_BYTES);
	IoFreeMdl(s.mdl);
}

static void swap_pended_post(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = { .pend_post = true };
	struct request *r;
	char mine[16];

	world_probes(w, "AB");
	swap_arm(w, &s, 1, 1);
	r = swap_request(w, IRP_MJ_READ, mine);
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(READ_ONCE(s.data)));
	/* Kept by its post-operation callback, the buffer and its MDL are still there. */
	msleep(20);
	swap_look(&s, s.data);
	FLT_PROVES(test, "BUF-069", s.got == s.mdl && s.alive);
	kfree(s.buffer);
	FltCompletePendedPostOperation(s.data);
	FLT_EXPECT(test, request_wait(r));
}

static void swap_ask_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct swap *s = p->private;

	s->got = FltGetSwappedBufferMdlAddress(data);
	FltRetainSwappedBufferMdlAddress(data);
}

static void swap_asked_at_the_wrong_time(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = { .got = (PMDL)1 };
	u64 breaches = atomic64_read(&fsh_violations);

	world_probes(w, "AB");
	w->probe[1]->on_pre = swap_ask_in_pre;
	w->probe[1]->private = &s;
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "BUF-086", !s.got);
	FLT_PROVES(test, "BUF-088", atomic64_read(&fsh_violations) == breaches + 2);
}

/* The file system can cancel what B exchanged a buffer for: a detach of B does not wait for it. */
static void swap_is_cancelled(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = {};
	struct request *r;
	char mine[16];

	world_probes(w, "AB");
	swap_arm(w, &s, 1, 1);
	w->fake->when = FAKE_HOLD;
	w->fake->cancellable = true;
	r = swap_request(w, IRP_MJ_READ, mine);
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake)));
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(w->probe[1], true)));
	FLT_PROVES(test, "POSTOP-48", atomic_read(&w->fake->cancelled) &&
		   !world_count(w, 'B', WORLD_DRAIN) && world_count(w, 'B', WORLD_POST) == 1 &&
		   s.got == s.mdl);
	FLT_EXPECT(test, request_wait(r) && r->status == STATUS_CANCELLED);
}

static void swap_give_back(PFLT_CALLBACK_DATA data)
{
	data->IoStatus.Status = STATUS_CANCELLED;
	data->IoStatus.Information = 0;
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

static void swap_keep_below(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	if (NT_SUCCESS(FltSetCancelCompletion(data, swap_give_back)))
		*status = FLT_PREOP_PENDING;
}

/* The same, held by C below with a cancel routine. */
static void swap_is_cancelled_below(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = {};
	struct request *r;
	char mine[16];

	world_probes(w, "ABC");
	swap_arm(w, &s, 1, 1);
	w->probe[2]->on_pre = swap_keep_below;
	r = swap_request(w, IRP_MJ_READ, mine);
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&r->op.hold) == FLT_HOLD_PENDED));
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(w->probe[1], true)));
	FLT_PROVES(test, "POSTOP-48", !world_count(w, 'B', WORLD_DRAIN) &&
		   world_count(w, 'B', WORLD_POST) == 1 && s.got == s.mdl);
	FLT_EXPECT(test, request_wait(r) && r->status == STATUS_CANCELLED);
}

/* Detach of B waits for what it exchanged a buffer for, and calls it as usual. */
static void swap_cannot_be_drained(struct kunit *test)
{
	struct world *w = world_of(test);
	struct swap s = {};
	struct request *r;
	struct probe *b;
	char mine[16];

	world_probes(w, "AB");
	b = w->probe[1];
	swap_arm(w, &s, 1, 1);
	w->fake->when = FAKE_WORKER;
	w->fake->delay_ms = 300;
	r = swap_request(w, IRP_MJ_READ, mine);
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(world_count(w, 'F', WORLD_FAKE_PERFORM)));
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(b, true)));
	FLT_PROVES(test, "POSTOP-48", !world_count(w, 'B', WORLD_DRAIN) &&
		   world_count(w, 'B', WORLD_POST) == 1 && s.got == s.mdl);
	FLT_EXPECT(test, request_wait(r));
}

static struct kunit_case buffer_swap_cases[] = {
	KUNIT_CASE(swap_one),
	KUNIT_CASE(swap_of_every_kind),
	KUNIT_CASE(swap_all),
	KUNIT_CASE(swap_not_dirty),
	KUNIT_CASE(swap_without_mdl),
	KUNIT_CASE(swap_fast_io),
	KUNIT_CASE(swap_system_buffer),
	KUNIT_CASE(swap_without_post),
	KUNIT_CASE(swap_retained),
	KUNIT_CASE(swap_pended_post),
	KUNIT_CASE(swap_asked_at_the_wrong_time),
	KUNIT_CASE(swap_is_cancelled),
	KUNIT_CASE(swap_is_cancelled_below),
	KUNIT_CASE(swap_cannot_be_drained),
	{}
};

static struct kunit_suite buffer_swap_suite = {
	.name = "buffer_swap",
	.init = world_init,
	.exit = world_exit,
	.test_cases = buffer_swap_cases,
};

kunit_test_suite(buffer_swap_suite);
