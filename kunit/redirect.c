// SPDX-License-Identifier: GPL-2.0
/*
 * Suite redirect: operations that a filter sends to another volume (CBD-050 to CBD-056, INST-62,
 * INST-63). B redirects; the letters of a trace do not say on which volume a probe was called, so
 * the events' volumes are looked at.
 */
#include "fltmgr/instance.h"
#include "kunit/async_issue.h"
#include "kunit/keeper.h"
#include "kunit/world.h"

static PFILE_OBJECT redirect_file;	/* on the other volume */

static void redirect_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 int *status, void **context)
{
	if (objects->Instance != p->instance[0])
		return;
	data->Iopb->TargetInstance = p->instance[1];
	data->Iopb->TargetFileObject = redirect_file;
	FltSetCallbackDataDirty(data);
}

/* Two volumes with A, B and C on each, and B redirects. */
static struct world *redirect_world(struct kunit *test)
{
	struct world *w = world_of(test);

	redirect_file = fake_open(world_second_volume(w));
	flt_volume_ready(w->other->volume);
	world_probes(w, "ABC");
	w->probe[1]->on_pre = redirect_pre;
	return w;
}

static bool redirect_was_there(struct world *w, char who, enum world_event_kind kind, int volume)
{
	const struct world_event *event = world_event(w, who, kind, 0);

	return event->volume == volume &&
	       event->objects.Instance == w->probe[who - 'A']->instance[volume] &&
	       event->iopb.TargetInstance == event->objects.Instance &&
	       event->objects.FileObject == (volume ? redirect_file : w->file) &&
	       event->iopb.TargetFileObject == event->objects.FileObject;
}

/* A and B here, C and the file system there, each in both directions. */
static bool redirect_went(struct world *w)
{
	return redirect_was_there(w, 'A', WORLD_PRE, 0) &&
	       redirect_was_there(w, 'B', WORLD_PRE, 0) &&
	       redirect_was_there(w, 'C', WORLD_PRE, 1) &&
	       redirect_was_there(w, 'C', WORLD_POST, 1) &&
	       redirect_was_there(w, 'B', WORLD_POST, 0) &&
	       redirect_was_there(w, 'A', WORLD_POST, 0) &&
	       world_event(w, 'F', WORLD_FAKE_PERFORM, 0)->volume == 1;
}

static void redirect_to_another_volume(struct kunit *test)
{
	static const enum fake_when whens[] = { FAKE_INLINE, FAKE_WORKER, FAKE_SOFTIRQ };
	struct world *w = redirect_world(test);
	unsigned int i, async;

	for (i = 0; i < 2 * ARRAY_SIZE(whens); i++) {
		struct request *r = request_new(w, i & 1 ? IRP_MJ_WRITE : IRP_MJ_READ);

		async = i & 1;
		w->other->when = whens[i / 2];
		w->other->status = async ? STATUS_SUCCESS : STATUS_DISK_FULL;
		world_clear(w);
		if (async)
			request_start(r);
		else
			request_spawn(r);
		FLT_REQUIRE(test, request_wait(r));
		FLT_PROVES(test, "CBD-050", redirect_went(w) && !atomic_read(&w->fake->performed));
		FLT_PROVES(test, "INST-62", redirect_went(w));
		FLT_EXPECT(test, r->status == w->other->status && atomic_read(&r->ended) == 1);
		FLT_EXPECT(test, r->information == (async ? PAGE_SIZE : 0));
		FLT_PROVES(test, "CBD-057", redirect_was_there(w, 'A', WORLD_POST, 0));
		world_trace(w);
		FLT_EXPECT(test, !strncmp(w->trace, "A+ B+ C+ F", 10) &&
			   strstr(w->trace, "C- B- A-"));
	}
	fake_close(redirect_file);
}

static const GUID redirect_id = { .Data1 = 0x5157 };
static NTSTATUS redirect_told;
static IO_PRIORITY_HINT redirect_hint;
static GUID redirect_seen;

static VOID redirect_tell(PCFLT_RELATED_OBJECTS objects, PFLT_IO_PARAMETER_BLOCK iopb,
			  NTSTATUS status, PVOID context)
{
	redirect_told = status;
}

static void redirect_dressed(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	FltSetIoPriorityHintIntoCallbackData(data, IoPriorityLow);
	FltSetActivityIdCallbackData(data, &redirect_id);
	FltRequestOperationStatusCallback(data, redirect_tell, NULL);
	redirect_pre(p, data, objects, status, context);
}

static void redirect_look(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	redirect_hint = FltGetIoPriorityHintFromCallbackData(data);
	FltGetActivityIdCallbackData(data, &redirect_seen);
}

/* What an IRP carries goes along, and the status comes back to who asked for it. */
static void redirect_with_all(struct kunit *test)
{
	struct world *w = redirect_world(test);
	unsigned int async;

	w->probe[1]->on_pre = redirect_dressed;
	w->probe[2]->on_pre = redirect_look;
	w->other->status = STATUS_DISK_FULL;
	for (async = 0; async < 2; async++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		redirect_told = STATUS_SUCCESS;
		redirect_hint = MaxIoPriorityTypes;
		memset(&redirect_seen, 0, sizeof(redirect_seen));
		if (async)
			request_start(r);
		else
			request_spawn(r);
		FLT_REQUIRE(test, request_wait(r));
		FLT_EXPECT(test, redirect_hint == IoPriorityLow);
		FLT_EXPECT(test, !memcmp(&redirect_seen, &redirect_id, sizeof(GUID)));
		FLT_EXPECT(test, redirect_told == STATUS_DISK_FULL);
	}
	fake_close(redirect_file);
}

static struct probe *redirect_probe;

static void redirect_change(PFLT_CALLBACK_DATA data)
{
	data->Iopb->TargetInstance = redirect_probe->instance[1];
	data->Iopb->TargetFileObject = redirect_file;
	FltSetCallbackDataDirty(data);
}

/* By who resumes it; and held on the other volume too, by a filter or below. */
static void redirect_of_what_is_held(struct kunit *test)
{
	struct world *w = redirect_world(test);
	struct keeper *b, *c;
	unsigned int async;

	redirect_probe = w->probe[1];
	b = keeper_pend(w->probe[1], KEEPER_WORKER, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	b->change = redirect_change;
	for (async = 0; async < 2; async++) {
		struct request *r = request_new(w, IRP_MJ_READ);

		world_clear(w);
		w->other->when = FAKE_HOLD;
		c = keeper_pend(w->probe[2], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
		if (async)
			request_start(r);
		else
			request_spawn(r);
		FLT_REQUIRE(test, keeper_wait(c));
		FLT_EXPECT(test, request_busy(r));
		keeper_resume(c);
		FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->other) == 1));
		FLT_EXPECT(test, request_busy(r));
		fake_release(w->other);
		FLT_REQUIRE(test, request_wait(r));
		FLT_PROVES(test, "CBD-050", redirect_went(w) && NT_SUCCESS(r->status));
	}
	fake_close(redirect_file);
}

/* In C, which is the first to be called after B has returned. */
static void redirect_drop(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	fake_close(redirect_file);
	redirect_file = NULL;
}

static void redirect_drops_its_reference(struct kunit *test)
{
	struct world *w = redirect_world(test);
	const struct world_event *event;
	struct request *r = request_new(w, IRP_MJ_READ);

	w->probe[2]->on_pre = redirect_drop;
	w->other->when = FAKE_HOLD;
	request_start(r);
	FLT_REQUIRE(test, fake_nr_held(w->other) == 1);
	event = world_event(w, 'C', WORLD_PRE, 0);
	FLT_PROVES(test, "CBD-056", atomic_read(&w->other->files) == 1 &&
		   refcount_read(&flt_file_of(event->objects.FileObject)->refs) >= 1);
	fake_release(w->other);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "CBD-056", NT_SUCCESS(r->status) && !atomic_read(&w->other->files));
}

/* A cancel finds the operation on the other volume, also one that came before it got there. */
static void redirect_cancelled(struct kunit *test)
{
	struct world *w = redirect_world(test);
	struct keeper *b;
	struct issue *i;
	unsigned int early;

	redirect_probe = w->probe[1];
	w->other->cancellable = true;
	w->other->when = FAKE_HOLD;
	for (early = 0; early < 2; early++) {
		if (early) {
			b = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
			b->change = redirect_change;
		}
		i = issue_new(w, 'A', IRP_MJ_READ);
		issue_start(i);
		if (early)
			FLT_REQUIRE(test, keeper_wait(b));
		FLT_EXPECT(test, FltCancelIo(i->data) == !early);
		if (early)
			keeper_resume(b);
		FLT_REQUIRE(test, issue_wait(i));
		FLT_PROVES(test, "CBD-050", i->status == STATUS_CANCELLED &&
			   atomic_read(&i->calls) == 1 && !fake_nr_held(w->other));
		issue_free(i);
	}
	fake_close(redirect_file);
}

/* The target instance stays as long as something is on its way below it. */
static void redirect_and_detach(struct kunit *test)
{
	struct world *w = redirect_world(test);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct flt_instance *to = flt_instance_of(w->probe[1]->instance[1]);

	w->other->when = FAKE_HOLD;
	request_start(r);
	FLT_REQUIRE(test, fake_nr_held(w->other) == 1);
	FLT_EXPECT(test, atomic_read(&to->owed) == 1);
	fake_release(w->other);
	FLT_REQUIRE(test, request_wait(r));
	FLT_EXPECT(test, !atomic_read(&to->owed));
	/* An instance that is going away cannot be redirected to. */
	flt_object_get(&to->obj);
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(to, FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	world_clear(w);
	FLT_EXPECT(test, world_do(w, IRP_MJ_READ) == STATUS_FLT_DELETING_OBJECT);
	FLT_EXPECT(test, world_trace_is(w, "A+ B+ B- A-"));
	flt_object_put(&to->obj);
	fake_close(redirect_file);
}

static atomic_t redirect_turn;

static void redirect_give_back(PFLT_CALLBACK_DATA data)
{
	data->IoStatus.Status = STATUS_CANCELLED;
	data->IoStatus.Information = 0;
	FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
}

/* C: the first one goes elsewhere, the second one is kept. */
static void redirect_or_keep(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	if (objects->Instance != p->instance[0])
		return;
	if (atomic_inc_return(&redirect_turn) == 1)
		redirect_pre(p, data, objects, status, context);
	else if (NT_SUCCESS(FltSetCancelCompletion(data, redirect_give_back)))
		*status = FLT_PREOP_PENDING;
}

static void redirect_swap(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	*context = kzalloc(16, GFP_KERNEL);
	data->Iopb->Parameters.Read.ReadBuffer = *context;
	FltSetCallbackDataDirty(data);
}

static int redirect_swap_back(struct probe *p, PFLT_CALLBACK_DATA data,
			      PCFLT_RELATED_OBJECTS objects, void *context)
{
	kfree(context);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* B, whose buffers are in place, goes: what went elsewhere and what C keeps is cancelled. */
static void redirect_and_detach_above(struct kunit *test)
{
	struct world *w = redirect_world(test);
	struct request *r[2];
	char mine[2][16];
	unsigned int i;

	atomic_set(&redirect_turn, 0);
	w->probe[1]->on_pre = redirect_swap;
	w->probe[1]->on_post = redirect_swap_back;
	w->probe[2]->on_pre = redirect_or_keep;
	w->other->cancellable = true;
	w->other->when = FAKE_HOLD;
	for (i = 0; i < 2; i++) {
		r[i] = request_new(w, IRP_MJ_READ);
		r[i]->op.iopb.Parameters.Read.ReadBuffer = mine[i];
		r[i]->op.iopb.Parameters.Read.Length = sizeof(mine[i]);
		request_start(r[i]);
	}
	FLT_REQUIRE(test, fake_nr_held(w->other) == 1);
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(w->probe[1], true)));
	for (i = 0; i < 2; i++)
		FLT_PROVES(test, "POSTOP-48", request_wait(r[i]) &&
			   r[i]->status == STATUS_CANCELLED);
	FLT_PROVES(test, "POSTOP-48", world_count(w, 'B', WORLD_POST) == 2 &&
		   !world_count(w, 'B', WORLD_DRAIN));
	fake_close(redirect_file);
}

static PFLT_INSTANCE redirect_target;

static void redirect_wrongly(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	data->Iopb->TargetInstance = redirect_target;
	data->Iopb->TargetFileObject = redirect_file;
	FltSetCallbackDataDirty(data);
}

static void redirect_refused(struct kunit *test)
{
	struct world *w = redirect_world(test);
	struct flt_instance *second = NULL;
	UNICODE_STRING name = { .Buffer = u"low", .Length = 6, .MaximumLength = 8 };
	UNICODE_STRING altitude = { .Buffer = u"42", .Length = 4, .MaximumLength = 6 };
	PFILE_OBJECT there = redirect_file;
	PFLT_INSTANCE wrong[3];
	struct flt_filter *filter;
	unsigned int i;

	filter = flt_instance_of(w->probe[1]->instance[1])->filter;
	FLT_REQUIRE(test, NT_SUCCESS(flt_instance_attach(filter, w->other->volume, &name,
							 &altitude,
							 FLTFL_INSTANCE_SETUP_MANUAL_ATTACHMENT,
							 &second)));
	wrong[0] = w->probe[2]->instance[1];		/* another filter */
	wrong[1] = flt_instance_opaque(second);		/* another altitude */
	wrong[2] = NULL;
	w->probe[1]->on_pre = redirect_wrongly;
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		redirect_target = wrong[i];
		redirect_file = there;
		world_clear(w);
		FLT_PROVES(test, "CBD-051", world_do(w, IRP_MJ_READ) == STATUS_INVALID_PARAMETER);
		FLT_PROVES(test, "INST-62", world_trace_is(w, "A+ B+ B- A-"));
		FLT_PROVES(test, "CBD-051", world_violations(w) == i + 1);
	}
	FLT_EXPECT(test, !atomic_read(&w->other->performed));
	flt_object_put(&second->obj);
	fake_close(there);
}

/* The file object has to be of the target instance's volume; opens stay where they are. */
static void redirect_wrong_file(struct kunit *test)
{
	struct world *w = redirect_world(test);
	PFILE_OBJECT there = redirect_file;

	w->probe[1]->on_pre = redirect_wrongly;
	redirect_target = w->probe[1]->instance[1];
	redirect_file = w->file;
	FLT_PROVES(test, "CBD-049", world_do(w, IRP_MJ_READ) == STATUS_INVALID_PARAMETER &&
		   world_violations(w) == 1);
	redirect_file = there;
	FLT_EXPECT(test, world_do(w, IRP_MJ_CREATE) == STATUS_NOT_SUPPORTED);
	FLT_EXPECT(test, !atomic_read(&w->other->performed) && world_violations(w) == 1);
	fake_close(there);
}

static BOOLEAN redirect_this, redirect_all;
static NTSTATUS redirect_said, redirect_said_short;

static void redirect_ask(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			 int *status, void **context)
{
	BOOLEAN alone = 2;

	redirect_this = 2;
	redirect_all = 2;
	redirect_said = FltIsIoRedirectionAllowedForOperation(data, redirect_target,
							      &redirect_this, &redirect_all);
	redirect_said_short = FltIsIoRedirectionAllowedForOperation(data, redirect_target,
								    &alone, NULL);
	if (alone != redirect_this)
		redirect_said_short = STATUS_UNSUCCESSFUL;
}

static void redirect_answers(struct kunit *test)
{
	struct world *w = redirect_world(test);
	PFLT_INSTANCE *a = w->probe[0]->instance, *b = w->probe[1]->instance;
	BOOLEAN allowed = 2, modified = 2;

	FLT_PROVES(test, "CBD-053",
		   FltIsIoRedirectionAllowed(b[0], b[1], &allowed) == STATUS_SUCCESS &&
		   allowed == 1);
	FLT_PROVES(test, "INST-63", allowed == 1);
	FLT_PROVES(test, "CBD-053",
		   FltIsIoRedirectionAllowed(b[0], a[1], &allowed) == STATUS_NOT_SUPPORTED &&
		   !allowed);
	FLT_PROVES(test, "CBD-053",
		   FltIsIoRedirectionAllowed(b[0], b[0], &allowed) == STATUS_NOT_SUPPORTED &&
		   !allowed);
	FLT_PROVES(test, "CBD-055",
		   FltAdjustDeviceStackSizeForIoRedirection(b[0], b[1], &modified) ==
		   STATUS_SUCCESS && modified == 0);
	FLT_PROVES(test, "INST-63", modified == 0);
	FLT_PROVES(test, "CBD-055",
		   FltAdjustDeviceStackSizeForIoRedirection(b[0], b[1], NULL) == STATUS_SUCCESS);
	FLT_PROVES(test, "CBD-055",
		   FltAdjustDeviceStackSizeForIoRedirection(b[0], a[1], &modified) ==
		   STATUS_NOT_SUPPORTED);
	w->probe[1]->on_pre = redirect_ask;
	redirect_target = b[1];
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-054", redirect_said == STATUS_SUCCESS && redirect_this == 1 &&
		   redirect_all == 1 && redirect_said_short == STATUS_SUCCESS);
	FLT_PROVES(test, "INST-63", redirect_this == 1);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "CBD-054", redirect_said == STATUS_SUCCESS && redirect_this == 0 &&
		   redirect_all == 1 && redirect_said_short == STATUS_SUCCESS);
	redirect_target = a[1];
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "CBD-054", redirect_said == STATUS_NOT_SUPPORTED &&
		   redirect_this == 0 && redirect_all == 0);
	FLT_EXPECT(test, FltIsIoRedirectionAllowed(b[0], NULL, &allowed) ==
		   STATUS_INVALID_PARAMETER);
	fake_close(redirect_file);
}

static void redirect_run(void *request)
{
	request_run(request);
}

/* An allocation that fails on the way fails the operation, and nothing else. */
static void redirect_allocation_fails(struct kunit *test)
{
	struct world *w = redirect_world(test);
	struct request *r = NULL;
	int nth;

	if (!async_faults_work())
		kunit_skip(test, "no fault injection");
	for (nth = 1; nth < 8; nth++) {
		r = request_new(w, IRP_MJ_READ);
		world_clear(w);
		if (!async_with_fault(nth, redirect_run, r))
			break;
		FLT_EXPECT(test, r->status == STATUS_INSUFFICIENT_RESOURCES ||
			   NT_SUCCESS(r->status));
	}
	FLT_EXPECT(test, nth > 1 && nth < 8 && NT_SUCCESS(r->status));
	fake_close(redirect_file);
}

static struct kunit_case redirect_cases[] = {
	KUNIT_CASE(redirect_to_another_volume),
	KUNIT_CASE(redirect_with_all),
	KUNIT_CASE(redirect_of_what_is_held),
	KUNIT_CASE(redirect_drops_its_reference),
	KUNIT_CASE(redirect_cancelled),
	KUNIT_CASE(redirect_and_detach),
	KUNIT_CASE(redirect_and_detach_above),
	KUNIT_CASE(redirect_refused),
	KUNIT_CASE(redirect_wrong_file),
	KUNIT_CASE(redirect_answers),
	KUNIT_CASE(redirect_allocation_fails),
	{}
};

static struct kunit_suite redirect_suite = {
	.name = "redirect",
	.init = world_init,
	.exit = world_exit,
	.test_cases = redirect_cases,
};

kunit_test_suite(redirect_suite);
