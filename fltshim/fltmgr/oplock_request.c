// SPDX-License-Identifier: GPL-2.0
/*
 * The routines by which a filter answers the control codes about oplocks: requests for one,
 * acknowledgments of a break, and what is asked about requests and keys.
 */
#include <linux/export.h>
#include <linux/slab.h>
#include "fltmgr/cancel.h"
#include "fltmgr/file_object.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/oplock.h"
#include "fltmgr/stack.h"
#include "fltmgr/walk.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* One call, and what it works on. */
struct flt_oplock_control {
	struct flt_oplock *oplock;
	struct flt_operation *op;
	PFLT_CALLBACK_DATA data;
	ULONG open_count;
	bool keys_match;
};

static PFILE_OBJECT flt_control_file(const struct flt_oplock_control *c)
{
	return c->data->Iopb->TargetFileObject;
}

static const GUID *flt_control_key(const struct flt_oplock_control *c)
{
	return READ_ONCE(flt_file_of(flt_control_file(c))->oplock_key);
}

/* The input of FSCTL_REQUEST_OPLOCK; NULL for what is none. */
static const REQUEST_OPLOCK_INPUT_BUFFER *flt_oplock_input(const FLT_CALLBACK_DATA *data)
{
	const FLT_PARAMETERS *p = &data->Iopb->Parameters;
	const REQUEST_OPLOCK_INPUT_BUFFER *in = p->FileSystemControl.Buffered.SystemBuffer;

	if (p->FileSystemControl.Common.FsControlCode != FSCTL_REQUEST_OPLOCK || !in ||
	    p->FileSystemControl.Common.InputBufferLength < sizeof(*in) ||
	    p->FileSystemControl.Common.OutputBufferLength < sizeof(REQUEST_OPLOCK_OUTPUT_BUFFER) ||
	    in->StructureVersion != REQUEST_OPLOCK_CURRENT_VERSION ||
	    in->StructureLength < sizeof(*in))
		return NULL;
	return in;
}

/* Which oplock is asked for; false: it is no request for one. */
static bool flt_oplock_wanted(const FLT_CALLBACK_DATA *data, enum flt_oplock_kind *kind)
{
	const REQUEST_OPLOCK_INPUT_BUFFER *in;

	switch (data->Iopb->Parameters.FileSystemControl.Common.FsControlCode) {
	case FSCTL_REQUEST_OPLOCK_LEVEL_1:
		*kind = FLT_OPLOCK_LEVEL_1;
		return true;
	case FSCTL_REQUEST_OPLOCK_LEVEL_2:
		*kind = FLT_OPLOCK_LEVEL_2;
		return true;
	case FSCTL_REQUEST_BATCH_OPLOCK:
		*kind = FLT_OPLOCK_BATCH;
		return true;
	case FSCTL_REQUEST_FILTER_OPLOCK:
		*kind = FLT_OPLOCK_FILTER;
		return true;
	case FSCTL_REQUEST_OPLOCK:
		in = flt_oplock_input(data);
		return in && in->Flags == REQUEST_OPLOCK_INPUT_FLAG_REQUEST &&
		       flt_oplock_kind_of_level(in->RequestedOplockLevel, kind);
	default:
		return false;
	}
}

/*
 * Can it be kept pended? Who waits for it in this thread could not be told of a break: its issuer,
 * or a filter above that has synchronized it.
 */
static bool flt_oplock_may_pend(const struct flt_operation *op)
{
	return op->flags & FLT_OP_ASYNC && !flt_operation_waits(op);
}

static bool flt_oplock_on_directory(const struct flt_oplock_control *c)
{
	PFLT_INSTANCE instance = flt_instance_opaque(c->op->nodes[c->op->cursor].instance);
	BOOLEAN directory = FALSE;

	return flt_control_file(c)->FsContext &&
	       NT_SUCCESS(FltIsDirectory(flt_control_file(c), instance, &directory)) && directory;
}

static struct flt_oplock_grant *flt_oplock_grant_new(const struct flt_oplock_control *c,
						     enum flt_oplock_kind kind, bool asked)
{
	const GUID *key = flt_control_key(c);
	struct flt_oplock_grant *grant = kzalloc(sizeof(*grant), GFP_NOFS);

	if (!grant)
		return NULL;
	grant->oplock = c->oplock;
	grant->kind = kind;
	grant->file = flt_control_file(c);
	grant->keyed = key;
	if (key)
		grant->key = *key;
	if (!asked)
		return grant;
	grant->request = kzalloc(sizeof(*grant->request), GFP_NOFS);
	if (!grant->request) {
		kfree(grant);
		return NULL;
	}
	grant->request->op = c->op;
	return grant;
}

static void flt_oplock_grant_free(struct flt_oplock_grant *grant)
{
	kfree(grant->request);
	kfree(grant);
}

/* Puts a new grant, whose operation is armed, in the list. The lock is held. */
static void flt_oplock_enter(struct flt_oplock_grant *grant)
{
	refcount_inc(&grant->oplock->keyed.refs);
	list_add_tail(&grant->link, &grant->oplock->grants);
}

/* Grants an oplock, if those that are there let it. Return: STATUS_PENDING, or why not. */
static NTSTATUS flt_oplock_grant(struct flt_oplock_control *c, struct flt_oplock_grant *wanted)
{
	struct flt_oplock_grant *old, *next;
	LIST_HEAD(answers);
	NTSTATUS status;

	spin_lock_bh(&c->oplock->lock);
	status = c->oplock->dead ? STATUS_OPLOCK_NOT_GRANTED :
				   flt_oplock_admits(c->oplock, wanted);
	if (status == STATUS_SUCCESS)
		status = flt_cancel_arm(c->op, &flt_oplock_request_ops, wanted, NULL);
	if (status == STATUS_SUCCESS) {
		list_for_each_entry_safe(old, next, &c->oplock->grants, link) {
			if (!flt_oplock_replaces(wanted, old))
				continue;
			if (old->kind == FLT_OPLOCK_LEVEL_2)
				flt_oplock_let_go(old, STATUS_SUCCESS, 0, &answers);
			else
				flt_oplock_let_go(old, STATUS_OPLOCK_SWITCHED_TO_NEW_HANDLE,
						  flt_oplock_level(wanted->kind), &answers);
		}
		flt_oplock_enter(wanted);
		*(POPLOCK)c->oplock->keyed.address = c->oplock;
	}
	spin_unlock_bh(&c->oplock->lock);
	flt_oplock_answer(&answers);
	return status == STATUS_SUCCESS ? STATUS_PENDING : status;
}

/* CREATE-83, CREATE-84: what does not depend on other oplocks comes first. */
static NTSTATUS flt_oplock_ask(struct flt_oplock_control *c, enum flt_oplock_kind kind)
{
	bool new = flt_oplock_is_new(kind), shared = flt_oplock_is_shared(kind);
	struct flt_oplock_grant *wanted;
	NTSTATUS status;

	if ((!new || !shared) && flt_oplock_on_directory(c))
		return STATUS_INVALID_PARAMETER;
	if (!flt_oplock_may_pend(c->op))
		return STATUS_OPLOCK_NOT_GRANTED;
	/* Handles, or for a shared one whether there are byte-range locks. */
	if (shared ? c->open_count : c->open_count > 1 && !(new && c->keys_match))
		return STATUS_OPLOCK_NOT_GRANTED;
	wanted = flt_oplock_grant_new(c, kind, true);
	if (!wanted)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = flt_oplock_grant(c, wanted);
	if (status != STATUS_PENDING)
		flt_oplock_grant_free(wanted);
	return status;
}

/* The grant of this file whose break has to be acknowledged, of the old kinds or the new. */
static struct flt_oplock_grant *flt_oplock_breaking(const struct flt_oplock_control *c, bool new)
{
	struct flt_oplock_grant *grant;

	list_for_each_entry(grant, &c->oplock->grants, link) {
		if (!grant->breaking || grant->closing || flt_oplock_is_new(grant->kind) != new)
			continue;
		if (grant->file == flt_control_file(c) ||
		    (new && flt_oplock_same_key(grant, flt_control_file(c), flt_control_key(c))))
			return grant;
	}
	return NULL;
}

/*
 * The holder goes on with less: its acknowledgment stays pended as the request of that. Return:
 * STATUS_PENDING, or why it has nothing more. The lock is held.
 */
static NTSTATUS flt_oplock_keep(struct flt_oplock_control *c, struct flt_oplock_grant *grant,
				enum flt_oplock_kind kind, struct flt_oplock_request *request)
{
	NTSTATUS status;

	request->op = c->op;
	grant->request = request;
	/* From here on a cancel may come, and wait for the lock. */
	status = flt_cancel_arm(c->op, &flt_oplock_request_ops, grant, NULL);
	if (status != STATUS_SUCCESS) {
		grant->request = NULL;
		return status;
	}
	grant->kind = kind;
	grant->breaking = false;
	grant->file = flt_control_file(c);
	return STATUS_PENDING;
}

/* FSCTL_OPLOCK_BREAK_ACKNOWLEDGE and its two relatives. */
static NTSTATUS flt_oplock_acknowledge(struct flt_oplock_control *c, ULONG code)
{
	NTSTATUS status = STATUS_INVALID_OPLOCK_PROTOCOL;
	struct flt_oplock_request *request = NULL;
	struct flt_oplock_grant *grant;

	if (code == FSCTL_OPLOCK_BREAK_ACKNOWLEDGE && flt_oplock_may_pend(c->op)) {
		request = kzalloc(sizeof(*request), GFP_NOFS);
		if (!request)
			return STATUS_INSUFFICIENT_RESOURCES;
	}
	c->data->IoStatus.Information = 0;
	spin_lock_bh(&c->oplock->lock);
	grant = flt_oplock_breaking(c, false);
	if (grant) {
		status = STATUS_SUCCESS;
		if (code == FSCTL_OPBATCH_ACK_CLOSE_PENDING && grant->kind != FLT_OPLOCK_LEVEL_1) {
			grant->closing = true;
		} else if (request && grant->to) {
			status = flt_oplock_keep(c, grant, FLT_OPLOCK_LEVEL_2, request);
			if (status == STATUS_PENDING)
				request = NULL;
			else
				flt_oplock_gone(grant);
		} else {
			c->data->IoStatus.Information = FILE_OPLOCK_BROKEN_TO_NONE;
			flt_oplock_gone(grant);
		}
	}
	spin_unlock_bh(&c->oplock->lock);
	kfree(request);
	if (grant)
		flt_oplock_advance(c->oplock);
	return status;
}

/* FSCTL_REQUEST_OPLOCK as an acknowledgment: with the level that the holder keeps. */
static NTSTATUS flt_oplock_acknowledge_new(struct flt_oplock_control *c,
					   const REQUEST_OPLOCK_INPUT_BUFFER *in)
{
	NTSTATUS status = STATUS_INVALID_OPLOCK_PROTOCOL;
	struct flt_oplock_request *request = NULL;
	ULONG level = in->RequestedOplockLevel;
	struct flt_oplock_grant *grant;
	enum flt_oplock_kind kind;

	if (level) {
		if (!flt_oplock_kind_of_level(level, &kind))
			return STATUS_INVALID_PARAMETER;
		request = kzalloc(sizeof(*request), GFP_NOFS);
		if (!request)
			return STATUS_INSUFFICIENT_RESOURCES;
	}
	spin_lock_bh(&c->oplock->lock);
	grant = flt_oplock_breaking(c, true);
	if (grant) {
		status = STATUS_SUCCESS;
		if (in->Flags & REQUEST_OPLOCK_INPUT_FLAG_COMPLETE_ACK_ON_CLOSE) {
			grant->closing = true;
		} else if (!level) {
			flt_oplock_gone(grant);
		} else {
			status = STATUS_CANNOT_GRANT_REQUESTED_OPLOCK;
			if (!(level & ~grant->to) && flt_oplock_may_pend(c->op))
				status = flt_oplock_keep(c, grant, kind, request);
			if (status == STATUS_PENDING)
				request = NULL;
			else
				flt_oplock_gone(grant);
		}
	}
	spin_unlock_bh(&c->oplock->lock);
	kfree(request);
	if (grant)
		flt_oplock_advance(c->oplock);
	return status;
}

/* FSCTL_OPLOCK_BREAK_NOTIFY: is done when no break is under way. */
static NTSTATUS flt_oplock_notify(struct flt_oplock_control *c)
{
	struct flt_oplock_waiter *waiter = kzalloc(sizeof(*waiter), GFP_NOFS);
	NTSTATUS status = STATUS_SUCCESS;

	if (!waiter)
		return STATUS_INSUFFICIENT_RESOURCES;
	waiter->oplock = c->oplock;
	waiter->op = c->op;
	waiter->query.use = FLT_OPLOCK_NOTIFY;
	waiter->ready = true;
	spin_lock_bh(&c->oplock->lock);
	if (flt_oplock_meet(c->oplock, &waiter->query, NULL)) {
		status = flt_cancel_arm(c->op, &flt_oplock_waiter_ops, waiter, NULL);
		if (status == STATUS_SUCCESS) {
			refcount_inc(&c->oplock->keyed.refs);
			list_add_tail(&waiter->link, &c->oplock->waiters);
			waiter = NULL;
			status = STATUS_PENDING;
		}
	}
	spin_unlock_bh(&c->oplock->lock);
	kfree(waiter);
	return status;
}

/*
 * A create sets a filter oplock aside, or whatever it will ask for if it requires an oplock, until
 * the request comes; another's open takes it away.
 */
static NTSTATUS flt_oplock_reserve(struct flt_oplock_control *c)
{
	const FLT_PARAMETERS *p = &c->data->Iopb->Parameters;
	bool requires = p->Create.Options & FILE_OPEN_REQUIRING_OPLOCK;
	struct flt_oplock_grant *wanted;
	NTSTATUS status;

	if (!requires && (c->open_count != 1 || !p->Create.SecurityContext ||
			  p->Create.SecurityContext->DesiredAccess != FILE_READ_ATTRIBUTES ||
			  p->Create.ShareAccess != FILE_SHARE_VALID_FLAGS))
		return STATUS_OPLOCK_NOT_GRANTED;
	wanted = flt_oplock_grant_new(c, FLT_OPLOCK_FILTER, false);
	if (!wanted)
		return STATUS_INSUFFICIENT_RESOURCES;
	wanted->reserved = true;
	spin_lock_bh(&c->oplock->lock);
	if (list_empty(&c->oplock->grants) && !c->oplock->dead) {
		flt_oplock_enter(wanted);
		wanted = NULL;
	}
	spin_unlock_bh(&c->oplock->lock);
	status = !wanted ? STATUS_SUCCESS : requires ? STATUS_CANNOT_BREAK_OPLOCK :
						       STATUS_OPLOCK_NOT_GRANTED;
	kfree(wanted);
	return status;
}

static NTSTATUS flt_oplock_control_run(struct flt_oplock_control *c)
{
	ULONG code = c->data->Iopb->Parameters.FileSystemControl.Common.FsControlCode;
	const REQUEST_OPLOCK_INPUT_BUFFER *in;
	enum flt_oplock_kind kind;

	if (c->op->op_index == IRP_MJ_CREATE)
		return flt_oplock_reserve(c);
	if (flt_oplock_wanted(c->data, &kind))
		return flt_oplock_ask(c, kind);
	switch (code) {
	case FSCTL_OPLOCK_BREAK_ACKNOWLEDGE:
	case FSCTL_OPLOCK_BREAK_ACK_NO_2:
	case FSCTL_OPBATCH_ACK_CLOSE_PENDING:
		return flt_oplock_acknowledge(c, code);
	case FSCTL_OPLOCK_BREAK_NOTIFY:
		return flt_oplock_notify(c);
	case FSCTL_REQUEST_OPLOCK:
		in = flt_oplock_input(c->data);
		if (in && (in->Flags & ~REQUEST_OPLOCK_INPUT_FLAG_COMPLETE_ACK_ON_CLOSE) ==
			  REQUEST_OPLOCK_INPUT_FLAG_ACK)
			return flt_oplock_acknowledge_new(c, in);
	}
	return STATUS_INVALID_PARAMETER;
}

static FLT_PREOP_CALLBACK_STATUS flt_oplock_control(POPLOCK address, PFLT_CALLBACK_DATA data,
						    ULONG open_count, ULONG flags,
						    unsigned long ip, const char *routine)
{
	struct flt_oplock_control c = {
		.op = flt_operation_lookup(data), .data = data, .open_count = open_count,
		.keys_match = flags & OPLOCK_FSCTRL_FLAG_ALL_KEYS_MATCH,
	};
	NTSTATUS status = STATUS_INVALID_PARAMETER;

	if (!c.op || !flt_operation_in_pre(c.op) || !data->Iopb->TargetFileObject ||
	    (c.op->op_index != IRP_MJ_CREATE && c.op->op_index != IRP_MJ_FILE_SYSTEM_CONTROL) ||
	    flags & ~OPLOCK_FSCTRL_FLAG_ALL_KEYS_MATCH) {
		fsh_violation(fsh_driver_name_at(ip), routine,
			      "%p is no create or control in its pre-operation callback, or flags %#x",
			      data, flags);
		if (!c.op)
			return FLT_PREOP_COMPLETE;
	} else {
		c.oplock = flt_oplock_get(address, ip, routine);
		/* The acknowledgments set it, the rest has nothing to say there. */
		data->IoStatus.Information = 0;
		status = c.oplock ? flt_oplock_control_run(&c) : STATUS_OPLOCK_NOT_GRANTED;
	}
	if (c.oplock)
		flt_oplock_put(c.oplock);
	/* Pended, it may have ended by now. */
	if (status == STATUS_PENDING)
		return FLT_PREOP_PENDING;
	data->IoStatus.Status = status;
	return FLT_PREOP_COMPLETE;
}

/**
 * FltOplockFsctrlEx() - answer a request for an oplock, or an acknowledgment
 * @Oplock: of the operation's file; initialised
 * @CallbackData: IRP_MJ_FILE_SYSTEM_CONTROL with one of the codes about oplocks, or IRP_MJ_CREATE,
 *	in its pre-operation callback
 * @OpenCount: for an exclusive oplock how many handles there are; for a shared one not 0 if there
 *	are byte-range locks
 * @Flags: OPLOCK_FSCTRL_FLAG_ALL_KEYS_MATCH: all handles have one oplock key
 *
 * WDK page: fltoplockfsctrlex. IRQL: <= APC_LEVEL. The caller keeps opens of the file out
 * meanwhile. Only a request whose issuer does not wait for it can be granted
 * (FltPerformAsynchronousIo). A create sets a filter oplock aside that is to be asked for through
 * the new handle.
 *
 * Return: what the callback returns: FLT_PREOP_PENDING for an oplock that is granted, until it
 * breaks; FLT_PREOP_COMPLETE with IoStatus set: STATUS_OPLOCK_NOT_GRANTED,
 * STATUS_INVALID_OPLOCK_PROTOCOL for an acknowledgment that nobody waits for,
 * STATUS_CANNOT_GRANT_REQUESTED_OPLOCK for one of a level that cannot be kept,
 * STATUS_CANNOT_BREAK_OPLOCK, STATUS_INVALID_PARAMETER, STATUS_CANCELLED
 */
FLT_PREOP_CALLBACK_STATUS FltOplockFsctrlEx(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
					    ULONG OpenCount, ULONG Flags)
{
	if (!ke_at_most(APC_LEVEL)) {
		CallbackData->IoStatus.Status = STATUS_INVALID_PARAMETER;
		return FLT_PREOP_COMPLETE;
	}
	return flt_oplock_control(Oplock, CallbackData, OpenCount, Flags, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(FltOplockFsctrlEx);

/**
 * FltOplockFsctrl() - FltOplockFsctrlEx() without flags
 * @Oplock: see there
 * @CallbackData: likewise
 * @OpenCount: likewise
 *
 * WDK page: fltoplockfsctrl. IRQL: <= APC_LEVEL.
 */
FLT_PREOP_CALLBACK_STATUS FltOplockFsctrl(POPLOCK Oplock, PFLT_CALLBACK_DATA CallbackData,
					  ULONG OpenCount)
{
	if (!ke_at_most(APC_LEVEL)) {
		CallbackData->IoStatus.Status = STATUS_INVALID_PARAMETER;
		return FLT_PREOP_COMPLETE;
	}
	return flt_oplock_control(Oplock, CallbackData, OpenCount, 0, _RET_IP_, __func__);
}
EXPORT_SYMBOL_GPL(FltOplockFsctrl);

/**
 * FltOplockIsSharedRequest() - is an operation a request for a level 2, R or RH oplock?
 * @CallbackData: IRP_MJ_FILE_SYSTEM_CONTROL
 *
 * WDK page: fltoplockissharedrequest. IRQL: <= APC_LEVEL.
 */
BOOLEAN FltOplockIsSharedRequest(PFLT_CALLBACK_DATA CallbackData)
{
	enum flt_oplock_kind kind;

	return ke_at_most(APC_LEVEL) &&
	       CallbackData->Iopb->MajorFunction == IRP_MJ_FILE_SYSTEM_CONTROL &&
	       CallbackData->Iopb->MinorFunction == IRP_MN_USER_FS_REQUEST &&
	       flt_oplock_wanted(CallbackData, &kind) && flt_oplock_is_shared(kind);
}
EXPORT_SYMBOL_GPL(FltOplockIsSharedRequest);

/**
 * FltOplockKeysEqual() - have two file objects the same oplock key?
 * @Fo1: one; may be NULL
 * @Fo2: the other; may be NULL
 *
 * WDK page: fltoplockkeysequal. IRQL: <= APC_LEVEL. A file object has the key of its create once
 * FltCheckOplock() has seen that.
 *
 * Return: TRUE for the same file object, or two with equal keys
 */
BOOLEAN FltOplockKeysEqual(PFILE_OBJECT Fo1, PFILE_OBJECT Fo2)
{
	const GUID *first, *second;

	if (!ke_at_most(APC_LEVEL) || !Fo1 || !Fo2)
		return FALSE;
	if (Fo1 == Fo2)
		return TRUE;
	first = READ_ONCE(flt_file_of(Fo1)->oplock_key);
	second = READ_ONCE(flt_file_of(Fo2)->oplock_key);
	return first && second && !memcmp(first, second, sizeof(*first));
}
EXPORT_SYMBOL_GPL(FltOplockKeysEqual);
