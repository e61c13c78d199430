// SPDX-License-Identifier: GPL-2.0
/*
 * The oplocks of a file that a filter keeps: who holds one, breaking it, and who waits for the
 * acknowledgment. What breaks what is in oplock_rule.c.
 *
 * A granted oplock is a request that stays pended: its operation is in the list with its grant,
 * armed for a cancel. Whoever completes it disarms that first, under the lock; if the cancel was
 * quicker, that one takes the grant away itself, and to everybody else it is gone. Operations are
 * completed, and routines of drivers called, without the lock: they are collected in a list of
 * answers.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "fltmgr/oplock.h"
#include "fltmgr/stack.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

static struct flt_keyed_table flt_oplocks = {
	.lock = __SPIN_LOCK_UNLOCKED(flt_oplocks.lock),
};

void flt_oplock_put(struct flt_oplock *oplock)
{
	if (refcount_dec_and_test(&oplock->keyed.refs))
		kfree(oplock);
}

static struct flt_oplock *flt_oplock_find(const POPLOCK address)
{
	struct flt_keyed *keyed = flt_keyed_get(&flt_oplocks, address);

	return keyed ? container_of(keyed, struct flt_oplock, keyed) : NULL;
}

static void flt_oplock_unknown(const POPLOCK address, unsigned long ip, const char *routine)
{
	fsh_violation(fsh_driver_name_at(ip), routine, "%p is not initialised", address);
}

/* What a driver's OPLOCK stands for, referenced; NULL, and said, for what was not initialised. */
struct flt_oplock *flt_oplock_get(POPLOCK address, unsigned long ip, const char *routine)
{
	struct flt_oplock *oplock = flt_oplock_find(address);

	if (!oplock)
		flt_oplock_unknown(address, ip, routine);
	return oplock;
}

/* Takes a grant out, whose request is not its own any more. The lock is held. */
void flt_oplock_gone(struct flt_oplock_grant *grant)
{
	struct flt_oplock *oplock = grant->oplock;

	list_del(&grant->link);
	kfree(grant);
	/* The caller has a reference of its own. */
	refcount_dec(&oplock->keyed.refs);
}

/* Takes the request of a grant, to be completed; false when a cancel was quicker. */
static struct flt_oplock_request *flt_oplock_take(struct flt_oplock_grant *grant, NTSTATUS status,
						  u8 level, struct list_head *answers)
{
	struct flt_oplock_request *request = grant->request;

	if (!flt_cancel_disarm(request->op))
		return NULL;
	grant->request = NULL;
	request->status = status;
	if (flt_oplock_is_new(grant->kind)) {
		request->tells = true;
		request->information = sizeof(request->out);
		request->out = (REQUEST_OPLOCK_OUTPUT_BUFFER) {
			.StructureVersion = REQUEST_OPLOCK_CURRENT_VERSION,
			.StructureLength = sizeof(request->out),
			.OriginalOplockLevel = flt_oplock_level(grant->kind),
			.NewOplockLevel = level,
		};
	} else {
		request->information = level ? FILE_OPLOCK_BROKEN_TO_LEVEL_2 :
					       FILE_OPLOCK_BROKEN_TO_NONE;
	}
	list_add_tail(&request->link, answers);
	return request;
}

/**
 * flt_oplock_let_go() - end a grant
 * @grant: of an oplock whose lock is held; gone when true is returned
 * @status: what its request ends with, if it has one still
 * @level: and is told
 * @answers: gets the request
 *
 * Return: false when a cancel was quicker, which takes it away
 */
bool flt_oplock_let_go(struct flt_oplock_grant *grant, NTSTATUS status, u8 level,
		       struct list_head *answers)
{
	if (grant->request && !flt_oplock_take(grant, status, level, answers))
		return false;
	flt_oplock_gone(grant);
	return true;
}

/* Completes the requests of oplocks that broke, without a lock. */
void flt_oplock_answer(struct list_head *answers)
{
	struct flt_oplock_request *request, *next;

	list_for_each_entry_safe(request, next, answers, link) {
		PFLT_CALLBACK_DATA data = &request->op->data;

		if (request->tells)
			memcpy(data->Iopb->Parameters.FileSystemControl.Buffered.SystemBuffer,
			       &request->out, sizeof(request->out));
		flt_operation_result(request->op, request->status, request->information);
		kfree(request);
		FltCompletePendedPreOperation(data, FLT_PREOP_COMPLETE, NULL);
	}
	INIT_LIST_HEAD(answers);
}

/* Breaks one; false when a cancel was quicker. */
static bool flt_oplock_break(struct flt_oplock_grant *grant, enum flt_oplock_ack ack, u8 to,
			     const struct flt_oplock_query *query, struct list_head *answers)
{
	struct flt_oplock_request *request;

	if (ack == FLT_ACK_NEVER)
		return flt_oplock_let_go(grant, STATUS_SUCCESS, to, answers);
	request = flt_oplock_take(grant, STATUS_SUCCESS, to, answers);
	if (!request)
		return false;
	grant->breaking = true;
	grant->to = to;
	if (!request->tells)
		return true;
	request->out.Flags = REQUEST_OPLOCK_OUTPUT_FLAG_ACK_REQUIRED;
	if (query->modes) {
		request->out.Flags |= REQUEST_OPLOCK_OUTPUT_FLAG_MODES_PROVIDED;
		request->out.AccessMode = query->access;
		request->out.ShareMode = query->share;
	}
	return true;
}

/**
 * flt_oplock_meet() - break what an operation breaks
 * @oplock: of the file; its lock is held
 * @query: the operation; asked again after every acknowledgment, as long as it waits
 * @answers: gets the requests of what broke
 *
 * Return: whether the operation has to wait
 */
bool flt_oplock_meet(struct flt_oplock *oplock, const struct flt_oplock_query *query,
		     struct list_head *answers)
{
	struct flt_oplock_grant *grant, *next;
	bool wait = false;

	lockdep_assert_held(&oplock->lock);
	list_for_each_entry_safe(grant, next, &oplock->grants, link) {
		enum flt_oplock_ack ack;
		u8 to = 0;

		if (query->use == FLT_OPLOCK_NOTIFY) {
			wait |= grant->breaking;
			continue;
		}
		ack = flt_oplock_break_of(grant, query, &to);
		if (ack == FLT_ACK_UNBROKEN)
			continue;
		if (grant->reserved) {
			flt_oplock_gone(grant);
			continue;
		}
		if (grant->breaking)
			grant->to &= to;
		else if (!flt_oplock_break(grant, ack, to, query, answers))
			continue;
		wait |= ack == FLT_ACK_FIRST;
	}
	return wait;
}

/* Would an operation break anything, or wait for a break? The lock is held. */
bool flt_oplock_breaks(const struct flt_oplock *oplock, const struct flt_oplock_query *query)
{
	const struct flt_oplock_grant *grant;
	u8 to;

	list_for_each_entry(grant, &oplock->grants, link) {
		if (!grant->reserved &&
		    flt_oplock_break_of(grant, query, &to) != FLT_ACK_UNBROKEN)
			return true;
	}
	return false;
}

/**
 * flt_oplock_closed() - the last handle of a file object is closed: its oplocks are gone
 * @oplock: of the file; its lock is held
 * @file: the file object
 * @answers: gets the requests
 *
 * Return: whether there was any
 */
bool flt_oplock_closed(struct flt_oplock *oplock, PFILE_OBJECT file, struct list_head *answers)
{
	struct flt_oplock_grant *grant, *next;
	bool any = false;

	list_for_each_entry_safe(grant, next, &oplock->grants, link) {
		if (grant->file != file)
			continue;
		any |= flt_oplock_let_go(grant, flt_oplock_is_new(grant->kind) ?
					 STATUS_OPLOCK_HANDLE_CLOSED : STATUS_SUCCESS, 0, answers);
	}
	return any;
}

struct flt_oplock_call {
	PFLTOPLOCK_WAIT_COMPLETE_ROUTINE routine;
	PFLT_CALLBACK_DATA data;
	void *context;
};

static seh_raises void flt_oplock_thunk(void *arg)
{
	struct flt_oplock_call *call = arg;

	call->routine(call->data, call->context);
}

/* A wait is over: out of the list, its status set. No lock is held. */
void flt_oplock_end_waiter(struct flt_oplock_waiter *waiter)
{
	struct flt_operation *op = waiter->op;
	struct flt_oplock_call call = { waiter->routine, &op->data, waiter->context };
	struct flt_instance *instance;
	NTSTATUS code;

	if (waiter->done) {
		complete(waiter->done);
		return;
	}
	/* The driver's routine is called: its text stays until that is over. */
	instance = op->nodes[op->cursor].instance;
	atomic_inc(&instance->owed);
	flt_operation_result(op, waiter->status, 0);
	flt_oplock_put(waiter->oplock);
	kfree(waiter);
	if (!call.routine)
		FltCompletePendedPreOperation(call.data, FLT_PREOP_COMPLETE, NULL);
	else
		flt_call_guarded(instance->filter, "oplock wait routine", flt_oplock_thunk, &call,
				 &code);
	flt_instance_settle(instance);
}

/**
 * flt_oplock_advance() - something has changed: who need not wait any more?
 * @oplock: of the file; referenced by the caller
 *
 * Task context or softirq, without a lock.
 */
void flt_oplock_advance(struct flt_oplock *oplock)
{
	struct flt_oplock_waiter *waiter, *next;
	LIST_HEAD(answers);
	LIST_HEAD(ended);

	spin_lock_bh(&oplock->lock);
	list_for_each_entry_safe(waiter, next, &oplock->waiters, link) {
		if (waiter->over || flt_oplock_meet(oplock, &waiter->query, &answers))
			continue;
		if (!waiter->ready) {
			waiter->over = true;
		} else if (flt_cancel_disarm(waiter->op)) {
			waiter->status = STATUS_SUCCESS;
			list_move_tail(&waiter->link, &ended);
		}
	}
	spin_unlock_bh(&oplock->lock);
	flt_oplock_answer(&answers);
	list_for_each_entry_safe(waiter, next, &ended, link)
		flt_oplock_end_waiter(waiter);
}

/* Cancel of a waiting operation: in the context of who cancels, up to softirq. */
static void flt_oplock_cancel_waiter(struct flt_operation *op)
{
	struct flt_oplock_waiter *waiter = op->cancel_arg;

	spin_lock_bh(&waiter->oplock->lock);
	list_del(&waiter->link);
	spin_unlock_bh(&waiter->oplock->lock);
	waiter->status = STATUS_CANCELLED;
	flt_oplock_end_waiter(waiter);
}

/* A waiting operation has gone on. A thread that waits with it does, too. */
static void flt_oplock_lost_waiter(struct flt_operation *op)
{
	struct flt_oplock_waiter *waiter = op->cancel_arg;
	struct flt_oplock *oplock = waiter->oplock;

	spin_lock_bh(&oplock->lock);
	list_del(&waiter->link);
	spin_unlock_bh(&oplock->lock);
	if (waiter->done) {
		waiter->status = STATUS_CANCELLED;
		complete(waiter->done);
		return;
	}
	kfree(waiter);
	flt_oplock_put(oplock);
}

const struct flt_cancel_ops flt_oplock_waiter_ops = {
	.fire	= flt_oplock_cancel_waiter,
	.lost	= flt_oplock_lost_waiter,
};

/* Cancel of the request of a granted oplock: it is given up. */
static void flt_oplock_cancel_request(struct flt_operation *op)
{
	struct flt_oplock_grant *grant = op->cancel_arg;
	struct flt_oplock *oplock = grant->oplock;
	struct flt_oplock_request *request = grant->request;
	LIST_HEAD(answers);

	spin_lock_bh(&oplock->lock);
	refcount_inc(&oplock->keyed.refs);
	flt_oplock_gone(grant);
	spin_unlock_bh(&oplock->lock);
	request->status = STATUS_CANCELLED;
	list_add(&request->link, &answers);
	flt_oplock_answer(&answers);
	flt_oplock_advance(oplock);
	flt_oplock_put(oplock);
}

/* The request has gone on: nobody could be told of a break, and nobody waits for one of it. */
static void flt_oplock_lost_request(struct flt_operation *op)
{
	struct flt_oplock_grant *grant = op->cancel_arg;
	struct flt_oplock *oplock = grant->oplock;
	struct flt_oplock_request *request;

	spin_lock_bh(&oplock->lock);
	refcount_inc(&oplock->keyed.refs);
	request = grant->request;
	flt_oplock_gone(grant);
	spin_unlock_bh(&oplock->lock);
	kfree(request);
	flt_oplock_put(oplock);
}

const struct flt_cancel_ops flt_oplock_request_ops = {
	.fire	= flt_oplock_cancel_request,
	.lost	= flt_oplock_lost_request,
};

/*
 * Everything goes: oplocks as if their handles were closed, and who waits goes on. With @dies
 * nothing is granted after that, and the driver's variable not written.
 */
static void flt_oplock_clear(struct flt_oplock *oplock, bool dies)
{
	struct flt_oplock_grant *grant, *next;
	LIST_HEAD(answers);

	spin_lock_bh(&oplock->lock);
	if (!oplock->dead)
		*(POPLOCK)oplock->keyed.address = NULL;
	oplock->dead |= dies;
	list_for_each_entry_safe(grant, next, &oplock->grants, link)
		flt_oplock_let_go(grant, flt_oplock_is_new(grant->kind) ?
				  STATUS_OPLOCK_HANDLE_CLOSED : STATUS_SUCCESS, 0, &answers);
	spin_unlock_bh(&oplock->lock);
	flt_oplock_answer(&answers);
	flt_oplock_advance(oplock);
}

/**
 * FltInitializeOplock() - make a variable of the driver's an oplock
 * @Oplock: the variable; set to NULL
 *
 * WDK page: fltinitializeoplock. IRQL: <= APC_LEVEL. One that is initialised already loses what it
 * had, which is reported.
 */
VOID FltInitializeOplock(POPLOCK Oplock)
{
	struct flt_oplock *oplock;

	if (!ke_at_most(APC_LEVEL))
		return;
	oplock = flt_oplock_find(Oplock);
	if (oplock) {
		fsh_violation(fsh_caller(), __func__, "%p is initialised already", Oplock);
		flt_oplock_clear(oplock, false);
		flt_oplock_put(oplock);
	} else {
		/* Without memory for it, the first use finds out. */
		*Oplock = NULL;
		oplock = kzalloc(sizeof(*oplock), GFP_NOFS);
		if (oplock) {
			spin_lock_init(&oplock->lock);
			INIT_LIST_HEAD(&oplock->grants);
			INIT_LIST_HEAD(&oplock->waiters);
			flt_keyed_add(&flt_oplocks, &oplock->keyed, Oplock);
		}
	}
}
EXPORT_SYMBOL_GPL(FltInitializeOplock);

/**
 * FltUninitializeOplock() - end of an oplock
 * @Oplock: initialised; may be initialised again
 *
 * WDK page: fltuninitializeoplock. IRQL: <= APC_LEVEL. Granted requests end, the old kinds broken
 * to none, the new ones with STATUS_OPLOCK_HANDLE_CLOSED; operations that wait for a break go on.
 */
VOID FltUninitializeOplock(POPLOCK Oplock)
{
	struct flt_oplock *oplock;
	struct flt_keyed *keyed;

	if (!ke_at_most(APC_LEVEL))
		return;
	keyed = flt_keyed_take(&flt_oplocks, Oplock);
	if (!keyed) {
		flt_oplock_unknown(Oplock, _RET_IP_, __func__);
		return;
	}
	/* A call that found it before that may use it still. */
	oplock = container_of(keyed, struct flt_oplock, keyed);
	flt_oplock_clear(oplock, true);
	flt_oplock_put(oplock);
}
EXPORT_SYMBOL_GPL(FltUninitializeOplock);

/* Is one of these kinds granted, whether it breaks or not? */
static bool flt_oplock_has(POPLOCK address, unsigned int kinds)
{
	struct flt_oplock *oplock = address ? flt_oplock_find(address) : NULL;
	struct flt_oplock_grant *grant;
	bool has = false;

	if (!oplock)
		return false;
	spin_lock_bh(&oplock->lock);
	list_for_each_entry(grant, &oplock->grants, link)
		has |= !grant->reserved && kinds & BIT(grant->kind);
	spin_unlock_bh(&oplock->lock);
	flt_oplock_put(oplock);
	return has;
}

/**
 * FltCurrentOplock() - is there any oplock?
 * @Oplock: initialised
 *
 * WDK page: fltcurrentoplock. IRQL: <= APC_LEVEL.
 */
BOOLEAN FltCurrentOplock(POPLOCK Oplock)
{
	return ke_at_most(APC_LEVEL) && flt_oplock_has(Oplock, BIT(FLT_NR_OPLOCKS) - 1);
}
EXPORT_SYMBOL_GPL(FltCurrentOplock);

/**
 * FltCurrentOplockH() - is there one that lets its holder cache handles (RH, RWH)?
 * @Oplock: initialised
 *
 * WDK page: fltcurrentoplockh. IRQL: <= APC_LEVEL.
 */
BOOLEAN FltCurrentOplockH(POPLOCK Oplock)
{
	return ke_at_most(APC_LEVEL) &&
	       flt_oplock_has(Oplock, BIT(FLT_OPLOCK_RH) | BIT(FLT_OPLOCK_RWH));
}
EXPORT_SYMBOL_GPL(FltCurrentOplockH);

/**
 * FltCurrentBatchOplock() - is there a batch or filter oplock?
 * @Oplock: initialised
 *
 * WDK page: fltcurrentbatchoplock. IRQL: <= APC_LEVEL.
 */
BOOLEAN FltCurrentBatchOplock(POPLOCK Oplock)
{
	return ke_at_most(APC_LEVEL) &&
	       flt_oplock_has(Oplock, BIT(FLT_OPLOCK_BATCH) | BIT(FLT_OPLOCK_FILTER));
}
EXPORT_SYMBOL_GPL(FltCurrentBatchOplock);

/**
 * FltOplockIsFastIoPossible() - do the oplocks of a file allow fast I/O?
 * @Oplock: initialised, or NULL
 *
 * WDK page: fltoplockisfastiopossible. IRQL: <= APC_LEVEL.
 *
 * Return: TRUE when there is none, or an exclusive one that is not breaking
 */
BOOLEAN FltOplockIsFastIoPossible(POPLOCK Oplock)
{
	struct flt_oplock_grant *grant;
	struct flt_oplock *oplock;
	bool possible = true;

	if (!ke_at_most(APC_LEVEL))
		return FALSE;
	oplock = Oplock ? flt_oplock_find(Oplock) : NULL;
	if (!oplock)
		return TRUE;
	spin_lock_bh(&oplock->lock);
	list_for_each_entry(grant, &oplock->grants, link)
		possible &= grant->reserved ||
			    (!grant->breaking && !flt_oplock_is_shared(grant->kind));
	spin_unlock_bh(&oplock->lock);
	flt_oplock_put(oplock);
	return possible;
}
EXPORT_SYMBOL_GPL(FltOplockIsFastIoPossible);

/* No driver is left; what they never uninitialised is freed and said. */
void flt_oplocks_exit(void)
{
	struct flt_oplock_grant *grant, *next;
	struct flt_oplock *oplock;
	struct flt_keyed *keyed;
	unsigned int leaked = 0;

	while ((keyed = flt_keyed_any(&flt_oplocks))) {
		oplock = container_of(keyed, struct flt_oplock, keyed);
		/* Their requests have ended with the instances that kept them. */
		list_for_each_entry_safe(grant, next, &oplock->grants, link) {
			kfree(grant->request);
			kfree(grant);
		}
		kfree(oplock);
		leaked++;
	}
	if (leaked)
		pr_warn("fltshim: %u oplocks were never uninitialized by the drivers that made them\n",
			leaked);
}
