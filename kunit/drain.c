// SPDX-License-Identifier: GPL-2.0
/*
 * Suite drain: what an instance that goes away is owed (POSTOP-32, POSTOP-40 to POSTOP-45,
 * POSTOP-49, POSTOP-50, PREOP-92, PREOP-94).
 */
#include "fltmgr/instance.h"
#include "kunit/keeper.h"
#include "kunit/world.h"

#define COOKIE(n)	((void *)(0xdead4ead00010000UL + (n)))

static NTSTATUS drain_detach(struct probe *p)
{
	return flt_instance_detach(flt_instance_of(p->instance[0]),
				   FLTFL_INSTANCE_TEARDOWN_MANUAL);
}

/* Each operation gets a cookie of its own, by its offset. */
static void drain_give_cookie(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	*context = COOKIE(data->Iopb->Parameters.Read.ByteOffset.QuadPart);
}

static void drain_ten(struct kunit *test)
{
	enum { N = 10 };
	struct world *w = world_of(test);
	struct request *r[N];
	unsigned int i, good = 0;
	u32 cookies = 0;

	world_probes(w, "ABC");
	w->probe[1]->on_pre = drain_give_cookie;
	w->fake->when = FAKE_HOLD;
	for (i = 0; i < N; i++) {
		r[i] = request_new(w, IRP_MJ_READ);
		r[i]->op.iopb.Parameters.Read.ByteOffset.QuadPart = i;
		if (i & 1)
			request_start(r[i]);
		else
			request_spawn(r[i]);
	}
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == N));
	msleep(20);
	FLT_EXPECT(test, NT_SUCCESS(drain_detach(w->probe[1])));
	FLT_PROVES(test, "POSTOP-40", world_count(w, 'B', WORLD_DRAIN) == N &&
		   fake_nr_held(w->fake) == N);
	for (i = 0; i < N; i++) {
		const struct world_event *e = world_event(w, 'B', WORLD_DRAIN, i);

		cookies |= BIT((unsigned long)e->context - (unsigned long)COOKIE(0));
		FLT_PROVES(test, "POSTOP-43", e->data.Flags & FLTFL_CALLBACK_DATA_DRAINING_IO &&
			   e->data.Flags & FLTFL_CALLBACK_DATA_POST_OPERATION);
		FLT_PROVES(test, "POSTOP-40", e->flags & FLTFL_POST_OPERATION_DRAINING);
		FLT_PROVES(test, "POSTOP-42", e->irql <= APC_LEVEL);
		FLT_PROVES(test, "POSTOP-41", e->address != &r[0]->op.data &&
			   e->iopb.MajorFunction == IRP_MJ_READ &&
			   e->iopb.TargetInstance == w->probe[1]->instance[0]);
	}
	FLT_PROVES(test, "POSTOP-44", cookies == BIT(N) - 1);
	FLT_EXPECT(test, fake_release_all(w->fake) == N);
	for (i = 0; i < N; i++)
		good += request_wait(r[i]) && NT_SUCCESS(r[i]->status) &&
			r[i]->information == PAGE_SIZE;
	FLT_PROVES(test, "POSTOP-45", good == N && world_count(w, 'B', WORLD_POST) == 0 &&
		   world_count(w, 'A', WORLD_POST) == N && world_count(w, 'C', WORLD_POST) == N);
	FLT_PROVES(test, "POSTOP-43",
		   !(world_event(w, 'A', WORLD_POST, 0)->data.Flags &
		     FLTFL_CALLBACK_DATA_DRAINING_IO));
}

/* It scribbles over its copy. */
static int drain_scribble(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, void *context)
{
	data->IoStatus.Status = STATUS_ACCESS_DENIED;
	data->IoStatus.Information = 1;
	data->Iopb->Parameters.Read.Length = 1;
	data->Iopb->MajorFunction = IRP_MJ_WRITE;
	FltSetCallbackDataDirty(data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void drain_is_a_copy(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	const struct world_event *a;

	world_probes(w, "ABC");
	w->probe[1]->on_drain = drain_scribble;
	w->fake->when = FAKE_HOLD;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	msleep(20);
	FLT_EXPECT(test, NT_SUCCESS(drain_detach(w->probe[1])));
	fake_release(w->fake);
	FLT_PROVES(test, "POSTOP-41", request_wait(r) && NT_SUCCESS(r->status) &&
		   r->information == PAGE_SIZE);
	a = world_event(w, 'A', WORLD_POST, 0);
	FLT_PROVES(test, "POSTOP-41", a->iopb.MajorFunction == IRP_MJ_READ &&
		   a->iopb.Parameters.Read.Length == PAGE_SIZE &&
		   a->data.IoStatus.Status == STATUS_SUCCESS);
}

static int drain_wrong_value;

static int drain_return_it(struct probe *p, PFLT_CALLBACK_DATA data,
			   PCFLT_RELATED_OBJECTS objects, void *context)
{
	return drain_wrong_value;
}

static void drain_returns_something_else(struct kunit *test)
{
	static const int values[] = {
		FLT_POSTOP_MORE_PROCESSING_REQUIRED, FLT_POSTOP_DISALLOW_FSFILTER_IO, 0x7fff,
	};
	struct world *w = world_of(test);
	unsigned int i;

	world_probe(w, 'A', NULL);
	w->breaches = true;
	for (i = 0; i < ARRAY_SIZE(values); i++) {
		struct probe *b = world_probe(w, 'B', NULL);
		struct request *r = request_new(w, IRP_MJ_READ);

		drain_wrong_value = values[i];
		b->on_drain = drain_return_it;
		w->fake->when = FAKE_HOLD;
		request_spawn(r);
		FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
		msleep(20);
		FLT_PROVES(test, "POSTOP-32", NT_SUCCESS(drain_detach(b)));
		FLT_PROVES(test, "POSTOP-32", probe_all_violations(b) == 1);
		fake_release(w->fake);
		FLT_PROVES(test, "POSTOP-32", request_wait(r) && NT_SUCCESS(r->status));
		probe_unload(b);
	}
}

struct drain_gate {
	struct completion arrived;
	struct completion go;
};

static void drain_wait_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	struct drain_gate *gate = p->private;

	complete(&gate->arrived);
	wait_for_completion(&gate->go);
}

static int drain_wait_in_post(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	struct drain_gate *gate = p->private;

	complete(&gate->arrived);
	wait_for_completion(&gate->go);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

struct drain_work {
	struct work_struct work;
	struct probe *p;
	NTSTATUS status;
};

static void drain_detach_work(struct work_struct *work)
{
	struct drain_work *d = container_of(work, struct drain_work, work);

	d->status = drain_detach(d->p);
}

/* Callbacks that run when the teardown begins run to their end, and it waits. */
static void drain_waits_for_callbacks(struct kunit *test)
{
	struct world *w = world_of(test);
	struct drain_work d = { };
	struct drain_gate gate;
	struct probe *b;
	int post;

	world_probe(w, 'A', NULL);
	world_probe(w, 'C', NULL);
	for (post = 0; post < 2; post++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		b = world_probe(w, 'B', NULL);
		init_completion(&gate.arrived);
		init_completion(&gate.go);
		b->private = &gate;
		if (post)
			b->on_post = drain_wait_in_post;
		else
			b->on_pre = drain_wait_in_pre;
		request_spawn(r);
		wait_for_completion(&gate.arrived);
		INIT_WORK_ONSTACK(&d.work, drain_detach_work);
		d.p = b;
		queue_work(system_unbound_wq, &d.work);
		FLT_EXPECT(test, WORLD_WAIT(atomic_read(&b->starts)));
		msleep(50);
		FLT_PROVES(test, "POSTOP-49", atomic_read(&b->completes) == 0);
		FLT_PROVES(test, "POSTOP-50", atomic_read(&b->completes) == 0);
		complete(&gate.go);
		flush_work(&d.work);
		destroy_work_on_stack(&d.work);
		FLT_PROVES(test, "POSTOP-49", request_wait(r) && NT_SUCCESS(r->status) &&
			   NT_SUCCESS(d.status) && atomic_read(&b->completes) == 1);
		/* One normal post-operation or a draining one, never both or none. */
		FLT_PROVES(test, "PREOP-34",
			   atomic_read(&b->post) + atomic_read(&b->drains) == 1);
		probe_unload(b);
	}
}

static struct keeper *drain_keeper;
static struct drain_gate drain_below;

/* The operation that B holds goes on, as far as C. */
static void drain_lets_go(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	keeper_resume(drain_keeper);
	wait_for_completion(&drain_below.arrived);
}

/* Drained when it is held once more, while the teardown waits for it already. */
static void drain_held_again(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct drain_work d = { };

	world_probes(w, "ABC");
	init_completion(&drain_below.arrived);
	init_completion(&drain_below.go);
	drain_keeper = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_NO_CALLBACK);
	w->probe[0]->on_start = drain_lets_go;
	w->probe[2]->private = &drain_below;
	w->probe[2]->on_pre = drain_wait_in_pre;
	w->fake->when = FAKE_HOLD;
	request_spawn(r);
	FLT_REQUIRE(test, keeper_wait(drain_keeper));
	INIT_WORK_ONSTACK(&d.work, drain_detach_work);
	d.p = w->probe[0];
	queue_work(system_unbound_wq, &d.work);
	FLT_EXPECT(test, WORLD_WAIT(atomic_read(&w->probe[0]->starts)));
	msleep(100);
	FLT_EXPECT(test, !atomic_read(&w->probe[0]->drains));
	complete(&drain_below.go);
	FLT_PROVES(test, "POSTOP-40", WORLD_WAIT(atomic_read(&w->probe[0]->drains) == 1) &&
		   fake_nr_held(w->fake) == 1);
	flush_work(&d.work);
	destroy_work_on_stack(&d.work);
	fake_release(w->fake);
	FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status) &&
		   !atomic_read(&w->probe[0]->post));
}

static void drain_complete_comes_last(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r = request_new(w, IRP_MJ_READ);

	world_probes(w, "AB");
	w->fake->when = FAKE_HOLD;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	msleep(20);
	FLT_EXPECT(test, NT_SUCCESS(drain_detach(w->probe[1])));
	FLT_PROVES(test, "POSTOP-50", world_trace_is(w, "A+ B+ F Bt B~ Bc"));
	fake_release(w->fake);
	FLT_EXPECT(test, request_wait(r) && world_trace_is(w, "A+ B+ F Bt B~ Bc f A-"));
}

/* The second half of a pair is not seen by one that left in between. */
static void drain_second_half(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	world_do(w, IRP_MJ_CREATE);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ C+ F C- B- A-"));
	FLT_EXPECT(test, NT_SUCCESS(drain_detach(w->probe[1])));
	world_clear(w);
	FLT_PROVES(test, "PREOP-92", NT_SUCCESS(world_do(w, IRP_MJ_CLEANUP)) &&
		   NT_SUCCESS(world_do(w, IRP_MJ_CLOSE)));
	FLT_PROVES(test, "PREOP-92", world_trace_is(w, "A+ C+ F C- A- A+ C+ F C- A-"));
}

/* While its teardown-start callback runs, operations start and end without it. */
static void drain_run_one(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	world_do(p->world, IRP_MJ_READ);
}

static void drain_no_new_pre(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	w->probe[1]->on_start = drain_run_one;
	FLT_EXPECT(test, NT_SUCCESS(drain_detach(w->probe[1])));
	FLT_PROVES(test, "PREOP-94", world_trace_is(w, "Bt A+ C+ F C- A- Bc"));
	FLT_PROVES(test, "INST-36", atomic_read(&w->probe[1]->pre) == 0);
}

/* The operation ends while its copy is looked at, and takes its thread and its file along. */
static struct request *drain_request;
static PFILE_OBJECT drain_file;
static bool drain_stays;

static int drain_let_it_end(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, void *context)
{
	struct fake_volume *fake = p->world->fake;

	drain_stays = fake_release(fake) && request_wait(drain_request);
	fake_close(drain_file);
	rcu_barrier();
	drain_stays &= objects->FileObject == drain_file &&
		       data->Iopb->TargetFileObject == drain_file &&
		       drain_file->Size == sizeof(*drain_file) && atomic_read(&fake->files) == 2 &&
		       IoThreadToProcess(data->Thread) == FltGetRequestorProcess(data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void drain_outlives_the_operation(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "AB");
	drain_stays = false;
	drain_file = fake_open(w->fake);
	drain_request = request_on(w, w->fake, drain_file, IRP_MJ_READ);
	w->probe[1]->on_drain = drain_let_it_end;
	w->fake->when = FAKE_HOLD;
	request_spawn(drain_request);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	msleep(20);
	FLT_EXPECT(test, NT_SUCCESS(drain_detach(w->probe[1])));
	FLT_EXPECT(test, drain_stays && atomic_read(&w->fake->files) == 1);
}

static struct kunit_case drain_cases[] = {
	KUNIT_CASE(drain_ten),
	KUNIT_CASE(drain_is_a_copy),
	KUNIT_CASE(drain_returns_something_else),
	KUNIT_CASE(drain_waits_for_callbacks),
	KUNIT_CASE(drain_held_again),
	KUNIT_CASE(drain_complete_comes_last),
	KUNIT_CASE(drain_second_half),
	KUNIT_CASE(drain_no_new_pre),
	KUNIT_CASE(drain_outlives_the_operation),
	{}
};

static struct kunit_suite drain_suite = {
	.name = "drain",
	.init = world_init,
	.exit = world_exit,
	.test_cases = drain_cases,
};

kunit_test_suite(drain_suite);
