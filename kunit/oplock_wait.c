// SPDX-License-Identifier: GPL-2.0
/*
 * Suite oplock_wait: what a check returns and how it waits, acknowledgments, and the routines that
 * ask (CREATE-86, CREATE-88 to CREATE-92).
 */
#include <linux/kthread.h>
#include <linux/sched/signal.h>
#include <linux/slab.h>
#include "fltmgr/ecp.h"
#include "fltmgr/cancel.h"
#include "kunit/oplocks.h"
#include "nt/guid.h"
#include "nt/violation.h"

static void opl_start(void *request)
{
	request_start(&((struct opl_request *)request)->request);
}

/* The values of a check, and the two forms of waiting. */
static void opl_returns(struct kunit *test)
{
	s64 before = atomic64_read(&fsh_violations);
	struct world *w = opl_world(test);
	struct opl_request *held, *r;

	FLT_PROVES(test, "CREATE-86", opl_over(opl_do(opl.file[1], IRP_MJ_WRITE), STATUS_SUCCESS) &&
		   opl.returned == FLT_PREOP_SUCCESS_WITH_CALLBACK);
	held = opl_ask(opl.file[0], KIND_1);
	r = opl_do(opl.file[1], IRP_MJ_WRITE);
	FLT_PROVES(test, "CREATE-86", opl.returned == FLT_PREOP_PENDING &&
		   request_busy(&r->request) && opl.preposts == 1);
	opl_control(opl.file[0], FSCTL_OPLOCK_BREAK_ACKNOWLEDGE);
	FLT_PROVES(test, "CREATE-86", opl_over(r, STATUS_SUCCESS) && opl.waits == 1);
	FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS));
	/* Without a routine the thread waits. */
	opl.blocks = true;
	held = opl_ask(opl.file[0], KIND_RW);
	r = opl_new(opl.file[1], IRP_MJ_WRITE);
	request_spawn(&r->request);
	FLT_EXPECT(test, WORLD_WAIT(!request_busy(&held->request)));
	FLT_PROVES(test, "CREATE-86", request_busy(&r->request) &&
		   opl_over(opl_acknowledge(opl.file[0], 0, 0), STATUS_SUCCESS) &&
		   request_wait(&r->request) && NT_SUCCESS(r->request.status) && opl.waits == 1);
	FLT_EXPECT(test, request_wait(&held->request));
	opl.blocks = false;
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before);
	/* Fast I/O cannot be checked. */
	r = opl_new(opl.file[1], IRP_MJ_WRITE);
	r->request.op.iopb.IrpFlags = 0;
	request_form(&r->request, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	FLT_PROVES(test, "CREATE-86", request_run(&r->request) == STATUS_SUCCESS &&
		   atomic64_read(&fsh_violations) == before + 1);
	w->breaches = true;
	opl_end();
}

/* No memory to wait with: the operation is refused; where nothing is held, none is wanted. */
static void opl_no_memory(struct kunit *test)
{
	struct opl_request *r;
	unsigned int nth, refused = 0;

	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	opl_world(test);
	for (nth = 1; nth < 8; nth++) {
		opl_ask(opl.file[0], KIND_RW);
		r = opl_new(opl.file[1], IRP_MJ_WRITE);
		async_with_fault(nth, opl_start, r);
		refused += opl.returned == FLT_PREOP_COMPLETE &&
			   opl.status == STATUS_INSUFFICIENT_RESOURCES &&
			   opl_over(r, STATUS_INSUFFICIENT_RESOURCES);
		opl_clean();
	}
	FLT_PROVES(test, "CREATE-86", refused);
	for (nth = 1; nth < 4; nth++) {
		r = opl_new(opl.file[1], IRP_MJ_WRITE);
		opl.returned = FLT_PREOP_PENDING;
		async_with_fault(nth, opl_start, r);
		FLT_EXPECT(test, opl.returned == FLT_PREOP_SUCCESS_WITH_CALLBACK);
		FLT_EXPECT(test, opl_over(r, STATUS_SUCCESS));
	}
	opl_end();
}

static void opl_create_options(struct kunit *test)
{
	struct opl_request *held, *r;
	unsigned int i;

	opl_world(test);
	for (i = 0; i < 2; i++) {
		opl.flags = i ? OPLOCK_FLAG_COMPLETE_IF_OPLOCKED : 0;
		held = opl_ask(opl.file[0], KIND_1);
		r = opl_opening(opl.file[1], FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN,
				i ? 0 : FILE_COMPLETE_IF_OPLOCKED);
		request_start(&r->request);
		FLT_PROVES(test, "CREATE-88", opl_over(r, STATUS_OPLOCK_BREAK_IN_PROGRESS) &&
			   NT_SUCCESS(r->request.status) && opl_over(held, STATUS_SUCCESS) &&
			   opl.returned == FLT_PREOP_SUCCESS_WITH_CALLBACK &&
			   FltCurrentOplock(&opl.oplock));
		opl_clean();
	}
	opl.flags = 0;
	held = opl_ask(opl.file[0], KIND_RWH);
	r = opl_opening(opl.file[1], FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN,
			FILE_OPEN_REQUIRING_OPLOCK);
	request_start(&r->request);
	FLT_PROVES(test, "CREATE-88", opl_over(r, STATUS_CANNOT_BREAK_OPLOCK) &&
		   request_busy(&held->request) && opl.returned == FLT_PREOP_COMPLETE);
	opl_clean();
	r = opl_opening(opl.file[1], FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN,
			FILE_OPEN_REQUIRING_OPLOCK);
	request_start(&r->request);
	FLT_PROVES(test, "CREATE-88", opl_over(r, STATUS_SUCCESS));
	opl_end();
}

static void opl_acknowledgments(struct kunit *test)
{
	static const ULONG codes[] = {
		FSCTL_OPLOCK_BREAK_ACKNOWLEDGE, FSCTL_OPLOCK_BREAK_ACK_NO_2,
		FSCTL_OPBATCH_ACK_CLOSE_PENDING,
	};
	struct opl_request *held, *r, *notify;
	unsigned int i;

	opl_world(test);
	for (i = 0; i < ARRAY_SIZE(codes); i++) {
		FLT_PROVES(test, "CREATE-89", opl_over(opl_control(opl.file[0], codes[i]),
						       STATUS_INVALID_OPLOCK_PROTOCOL));
		held = opl_ask(opl.file[0], KIND_B);
		FLT_PROVES(test, "CREATE-89", opl_over(opl_control(opl.file[0], codes[i]),
						       STATUS_INVALID_OPLOCK_PROTOCOL) &&
			   request_busy(&held->request));
		opl_do(opl.file[1], IRP_MJ_READ);
		/* Of somebody else's it is none either. */
		FLT_PROVES(test, "CREATE-89", opl_over(opl_control(opl.file[2], codes[i]),
						       STATUS_INVALID_OPLOCK_PROTOCOL) &&
			   opl_over(held, STATUS_SUCCESS));
		opl_clean();
	}
	FLT_EXPECT(test, opl_over(opl_acknowledge(opl.file[0], CACHE_R, 0),
				  STATUS_INVALID_OPLOCK_PROTOCOL));
	/* Who promises to close is waited for until then; once. */
	for (i = 0; i < 2; i++) {
		held = opl_ask(opl.file[0], i ? KIND_RW : KIND_B);
		r = opl_do(opl.file[1], IRP_MJ_READ);
		notify = opl_control(opl.file[2], FSCTL_OPLOCK_BREAK_NOTIFY);
		FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS));
		if (i)
			held = opl_acknowledge(opl.file[0], 0,
					       REQUEST_OPLOCK_INPUT_FLAG_COMPLETE_ACK_ON_CLOSE);
		else
			held = opl_control(opl.file[0], FSCTL_OPBATCH_ACK_CLOSE_PENDING);
		FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS) && request_busy(&r->request) &&
			   request_busy(&notify->request) &&
			   opl_over(opl_control(opl.file[0], FSCTL_OPLOCK_BREAK_ACKNOWLEDGE),
				    STATUS_INVALID_OPLOCK_PROTOCOL));
		FLT_PROVES(test, "CREATE-89",
			   opl_over(opl_do(opl.file[0], IRP_MJ_CLEANUP), STATUS_SUCCESS) &&
			   opl_over(r, STATUS_SUCCESS) && opl_over(notify, STATUS_SUCCESS) &&
			   !FltCurrentOplock(&opl.oplock));
	}
	FLT_EXPECT(test, opl_over(opl_control(opl.file[2], FSCTL_OPLOCK_BREAK_NOTIFY),
				  STATUS_SUCCESS));
	/* Closing without a word is one too; and it ends what was not broken. */
	held = opl_ask(opl.file[0], KIND_1);
	r = opl_do(opl.file[1], IRP_MJ_WRITE);
	FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS) && request_busy(&r->request));
	FLT_PROVES(test, "CREATE-89",
		   opl_over(opl_do(opl.file[0], IRP_MJ_CLEANUP), STATUS_SUCCESS) &&
		   opl_over(r, STATUS_SUCCESS));
	opl.open_count = 0;
	held = opl_ask(opl.file[0], KIND_RH);
	r = opl_ask(opl.file[1], KIND_R);
	FLT_EXPECT(test, opl_granted(r) &&
		   opl_over(opl_do(opl.file[0], IRP_MJ_CLEANUP), STATUS_SUCCESS) &&
		   opl_over(held, STATUS_OPLOCK_HANDLE_CLOSED) && request_busy(&r->request));
	/* A level that is not left any more. */
	opl_clean();
	opl.open_count = 1;
	held = opl_ask(opl.file[0], KIND_RW);
	r = opl_do(opl.file[1], IRP_MJ_WRITE);
	FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS) &&
		   opl_over(opl_acknowledge(opl.file[0], CACHE_R, 0),
			    STATUS_CANNOT_GRANT_REQUESTED_OPLOCK) &&
		   opl_over(r, STATUS_SUCCESS) && !FltCurrentOplock(&opl.oplock));
	opl_end();
}

static void opl_killed(struct kunit *test)
{
	struct opl_request *held, *r;
	unsigned int i;

	opl_world(test);
	for (i = 0; i < 2; i++) {
		opl.blocks = !i;
		opl.returned = FLT_PREOP_SUCCESS_NO_CALLBACK;
		held = opl_ask(opl.file[0], KIND_1);
		r = opl_opening(opl.file[1], FILE_READ_DATA, 0, FILE_OPEN, 0);
		request_spawn(&r->request);
		FLT_EXPECT(test, WORLD_WAIT(!request_busy(&held->request)));
		if (i)
			FLT_EXPECT(test, WORLD_WAIT(opl.returned == FLT_PREOP_PENDING));
		send_sig(SIGKILL, r->request.thread, 1);
		FLT_PROVES(test, "CREATE-90", request_wait(&r->request) &&
			   r->request.status == STATUS_CANCELLED);
		FLT_EXPECT(test, opl.waits == i && request_wait(&held->request));
		/* The break goes on without it. */
		FLT_PROVES(test, "CREATE-90", FltCurrentOplock(&opl.oplock) &&
			   opl_over(opl_control(opl.file[0], FSCTL_OPLOCK_BREAK_ACK_NO_2),
				    STATUS_SUCCESS) && !FltCurrentOplock(&opl.oplock));
	}
	FLT_EXPECT(test, opl.waited == STATUS_CANCELLED);
	opl_end();
}

/* The routines that ask, and the two that break what is asked for. */
static void opl_questions(struct kunit *test)
{
	static const char shared[] = "y---yy--";
	struct opl_request *held, *r;
	OPLOCK never = NULL;
	unsigned int kind;

	opl_world(test);
	FLT_PROVES(test, "CREATE-91", FltOplockIsFastIoPossible(NULL) &&
		   FltOplockIsFastIoPossible(&never) && FltOplockIsFastIoPossible(&opl.oplock) &&
		   !FltCurrentOplock(&opl.oplock) && !FltCurrentOplockH(&opl.oplock) &&
		   !FltCurrentBatchOplock(&opl.oplock));
	for (kind = 0; kind < KINDS; kind++) {
		opl.open_count = shared[kind] != 'y';
		held = opl_ask(opl.file[0], kind);
		FLT_PROVES(test, "CREATE-91", opl_granted(held) && opl.oplock &&
			   FltCurrentOplock(&opl.oplock) &&
			   FltCurrentOplockH(&opl.oplock) ==
			   (kind == KIND_RH || kind == KIND_RWH) &&
			   FltCurrentBatchOplock(&opl.oplock) ==
			   (kind == KIND_B || kind == KIND_F) &&
			   FltOplockIsFastIoPossible(&opl.oplock) == (shared[kind] != 'y'));
		FLT_PROVES(test, "CREATE-91", FltOplockIsSharedRequest(&held->request.op.data) ==
			   (shared[kind] == 'y'));
		/* Its own key makes no difference to this one. */
		opl.routine = OPL_TO_NONE;
		r = opl_do(opl.file[0], IRP_MJ_READ);
		FLT_PROVES(test, "CREATE-91", opl_over(held, STATUS_SUCCESS) &&
			   opl_told(held, kind, kind == KIND_2 || kind == KIND_R ? 'n' : 'N') &&
			   request_busy(&r->request) == (shared[kind] != 'y'));
		if (shared[kind] != 'y') {
			FLT_PROVES(test, "CREATE-91", !FltOplockIsFastIoPossible(&opl.oplock));
			opl_give_up(opl.file[0], kind);
			FLT_PROVES(test, "CREATE-91", opl_over(r, STATUS_SUCCESS));
		}
		opl.routine = OPL_CHECK;
		opl_clean();
		/* And this one breaks cached handles only. */
		held = opl_ask(opl.file[0], kind);
		opl.routine = OPL_BREAK_H;
		r = opl_opening(opl.file[1], FILE_READ_DATA, 0, FILE_OVERWRITE, 0);
		request_start(&r->request);
		if (kind == KIND_RH || kind == KIND_RWH)
			FLT_PROVES(test, "CREATE-91", opl_over(held, STATUS_SUCCESS) &&
				   opl_told(held, kind, kind == KIND_RH ? 'R' : 'W') &&
				   request_busy(&r->request));
		else
			FLT_PROVES(test, "CREATE-91", request_busy(&held->request) &&
				   opl_over(r, STATUS_SUCCESS));
		opl.routine = OPL_CHECK;
		opl_clean();
	}
	opl.routine = OPL_TO_NONE;
	opl.flags = OPLOCK_FLAG_COMPLETE_IF_OPLOCKED;
	opl.open_count = 1;
	held = opl_ask(opl.file[0], KIND_1);
	FLT_PROVES(test, "CREATE-91", opl_over(opl_do(opl.file[1], IRP_MJ_READ),
					       STATUS_OPLOCK_BREAK_IN_PROGRESS) &&
		   opl_over(held, STATUS_SUCCESS));
	FLT_PROVES(test, "CREATE-91", FltOplockKeysEqual(opl.file[0], opl.file[0]) &&
		   !FltOplockKeysEqual(opl.file[0], opl.file[1]) &&
		   !FltOplockKeysEqual(NULL, opl.file[1]) && !FltOplockKeysEqual(NULL, NULL));
	opl_key(opl.file[0], 1);
	FLT_PROVES(test, "CREATE-91", !FltOplockKeysEqual(opl.file[0], opl.file[1]));
	opl_key(opl.file[1], 1);
	opl_key(opl.file[2], 2);
	FLT_PROVES(test, "CREATE-91", FltOplockKeysEqual(opl.file[0], opl.file[1]) &&
		   !FltOplockKeysEqual(opl.file[1], opl.file[2]));
	opl_end();
}

/* A create brings a key; and sets an oplock aside for the request that is to come. */
static void opl_of_create(struct kunit *test)
{
	OPLOCK_KEY_ECP_CONTEXT *ecp;
	struct opl_request *r;
	struct world *w;
	PECP_LIST list;

	w = opl_world(test);
	KUNIT_ASSERT_EQ(test, FltAllocateExtraCreateParameterList(w->probe[0]->filter, 0, &list),
			STATUS_SUCCESS);
	KUNIT_ASSERT_EQ(test, FltAllocateExtraCreateParameter(w->probe[0]->filter,
							      &GUID_ECP_OPLOCK_KEY, sizeof(*ecp), 0,
							      NULL, 0x74736554, (PVOID *)&ecp),
			STATUS_SUCCESS);
	memset(&ecp->OplockKey, 7, sizeof(ecp->OplockKey));
	FltInsertExtraCreateParameter(w->probe[0]->filter, list, ecp);
	r = opl_opening(opl.file[0], FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN, 0);
	r->request.op.ecps = flt_ecps_lend(list);
	r->request.op.ecps_lent = true;
	request_start(&r->request);
	FLT_EXPECT(test, opl_over(r, STATUS_SUCCESS) && flt_file_of(opl.file[0])->oplock_key &&
		   flt_file_of(opl.file[0])->oplock_key->Data4[3] == 7);
	opl.flags = OPLOCK_FLAG_OPLOCK_KEY_CHECK_ONLY;
	r = opl_opening(opl.file[1], FILE_READ_DATA, FILE_SHARE_READ, FILE_OPEN, 0);
	r->request.op.ecps = flt_ecps_lend(list);
	r->request.op.ecps_lent = true;
	request_start(&r->request);
	FLT_EXPECT(test, opl_over(r, STATUS_SUCCESS) &&
		   FltOplockKeysEqual(opl.file[0], opl.file[1]));
	FltFreeExtraCreateParameterList(w->probe[0]->filter, list);
	opl_end();
}

/* One more fault of B, or of a routine's caller? */
static bool opl_fault(s64 *before)
{
	s64 now = atomic64_read(&fsh_violations) + probe_all_violations(opl.world->probe[1]);
	bool one = now == *before + 1;

	*before = now;
	return one;
}

/* An operation that ought to stay pended goes on without the package, and is forgotten by it. */
static void opl_lost(struct kunit *test)
{
	struct world *w = opl_world(test);
	struct opl_request *held, *r;
	unsigned int i;
	s64 before = 0;

	opl_fault(&before);
	for (i = 0; i < 2; i++) {
		/* The request of an oplock. */
		opl.ignores = !i;
		held = opl_ask(opl.file[0], KIND_RW);
		if (i)
			FltCompletePendedPreOperation(&held->request.op.data,
						      FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
		FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS) && opl_fault(&before) &&
			   !FltCurrentOplock(&opl.oplock));
		opl.ignores = false;
		FLT_EXPECT(test, opl_over(opl_do(opl.file[1], IRP_MJ_WRITE), STATUS_SUCCESS));
		/* Who waits for an acknowledgment. */
		held = opl_ask(opl.file[0], KIND_1);
		opl.ignores = !i;
		r = opl_do(opl.file[1], IRP_MJ_WRITE);
		if (i)
			FltCompletePendedPreOperation(&r->request.op.data,
						      FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
		FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS) && opl_over(r, STATUS_SUCCESS) &&
			   opl_fault(&before));
		opl.ignores = false;
		FLT_EXPECT(test, opl_over(opl_give_up(opl.file[0], KIND_1), STATUS_SUCCESS) &&
			   !opl.waits);
	}
	/* Who waits in his thread: the wait ends. */
	held = opl_ask(opl.file[0], KIND_1);
	opl.blocks = true;
	r = opl_new(opl.file[1], IRP_MJ_WRITE);
	request_spawn(&r->request);
	FLT_EXPECT(test, WORLD_WAIT((atomic_read(&r->request.op.cancel) & FLT_CANCEL_STATE) ==
				    FLT_CANCEL_ARMED));
	FltCompletePendedPreOperation(&r->request.op.data, FLT_PREOP_SUCCESS_NO_CALLBACK, NULL);
	FLT_EXPECT(test, request_wait(&r->request) && opl.status == STATUS_CANCELLED);
	opl_clean();
	opl.blocks = false;
	opl_fault(&before);
	/* What the package has armed is no cancel routine of the filter's. */
	held = opl_ask(opl.file[0], KIND_RW);
	FLT_EXPECT(test, FltClearCancelCompletion(&held->request.op.data) == STATUS_CANCELLED);
	r = opl_do(opl.file[1], IRP_MJ_WRITE);
	FLT_EXPECT(test, opl_over(held, STATUS_SUCCESS) &&
		   opl_over(opl_give_up(opl.file[0], KIND_RW), STATUS_SUCCESS) &&
		   opl_over(r, STATUS_SUCCESS) && !opl_fault(&before));
	w->breaches = true;
	opl_end();
}

#define OPL_THREADS	4
#define OPL_ROUNDS	200

struct opl_racer {
	struct opl_request held, used, ended;
	unsigned int number;
	struct completion done;
	atomic_t *lost;
};

static void opl_racer_done(struct flt_operation *op)
{
	struct request *r = container_of(op, struct request, op);

	r->status = op->data.IoStatus.Status;
	complete_all(&r->done);
}

static void opl_race_start(struct opl_request *r)
{
	r->request.op.done = opl_racer_done;
	r->request.op.iopb.IrpFlags &= ~IRP_SYNCHRONOUS_API;
	flt_operation_start(&r->request.op);
}

static bool opl_race_wait(struct opl_request *r)
{
	bool ended = wait_for_completion_timeout(&r->request.done, 20 * HZ);

	if (ended)
		flt_operation_fini(&r->request.op);
	return ended;
}

/* Asks, uses the file, and closes: whoever waits for it goes on then. */
static int opl_race(void *arg)
{
	struct opl_racer *racer = arg;
	PFILE_OBJECT file = opl.file[racer->number];
	u32 seed = racer->number * 7919 + 1;
	unsigned int i;

	for (i = 0; i < OPL_ROUNDS; i++) {
		seed = seed * 1103515245 + 12345;
		opl_setup(&racer->held, file, IRP_MJ_FILE_SYSTEM_CONTROL);
		opl_ask_for(&racer->held, (seed >> 16) % KINDS);
		opl_race_start(&racer->held);
		opl_setup(&racer->used, file, (seed >> 20) & 1 ? IRP_MJ_WRITE : IRP_MJ_READ);
		opl_race_start(&racer->used);
		if ((seed >> 22) & 1)
			flt_operation_cancel(&racer->held.request.op);
		opl_setup(&racer->ended, file, IRP_MJ_CLEANUP);
		opl_race_start(&racer->ended);
		if (!opl_race_wait(&racer->ended) || !opl_race_wait(&racer->held) ||
		    !opl_race_wait(&racer->used)) {
			atomic_inc(racer->lost);
			break;
		}
	}
	complete(&racer->done);
	return 0;
}

static void opl_races(struct kunit *test)
{
	atomic_t lost = ATOMIC_INIT(0);
	struct opl_racer *racers;
	unsigned int i;

	racers = kunit_kcalloc(test, OPL_THREADS, sizeof(*racers), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, racers);
	opl_world(test);
	opl.quiet = true;
	for (i = 0; i < OPL_THREADS; i++) {
		struct task_struct *thread;

		racers[i].number = i;
		racers[i].lost = &lost;
		init_completion(&racers[i].done);
		thread = kthread_run(opl_race, &racers[i], "flt-oplock");
		KUNIT_ASSERT_FALSE(test, IS_ERR(thread));
	}
	for (i = 0; i < OPL_THREADS; i++)
		wait_for_completion(&racers[i].done);
	FLT_PROVES(test, "CREATE-92", !atomic_read(&lost) && !FltCurrentOplock(&opl.oplock));
	opl_end();
}

static struct kunit_case oplock_wait_cases[] = {
	KUNIT_CASE(opl_returns),
	KUNIT_CASE(opl_no_memory),
	KUNIT_CASE(opl_create_options),
	KUNIT_CASE(opl_acknowledgments),
	KUNIT_CASE(opl_killed),
	KUNIT_CASE(opl_questions),
	KUNIT_CASE(opl_of_create),
	KUNIT_CASE(opl_lost),
	KUNIT_CASE(opl_races),
	{}
};

static struct kunit_suite oplock_wait_suite = {
	.name = "oplock_wait",
	.init = world_init,
	.exit = world_exit,
	.test_cases = oplock_wait_cases,
};

kunit_test_suite(oplock_wait_suite);
