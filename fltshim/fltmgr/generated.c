// SPDX-License-Identifier: GPL-2.0
/*
 * Life of the callback data that minifilters allocate for I/O of their own, and its issue into
 * the walk below the initiating instance. async_io.c and file_io.c are the routines on top.
 */
#include <linux/hashtable.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "fltmgr/buffer.h"
#include "fltmgr/callback.h"
#include "fltmgr/deep_run.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

static DEFINE_HASHTABLE(flt_generated, 8);
static DEFINE_SPINLOCK(flt_generated_lock);	/* softirq-safe; the hash and the states */
static struct workqueue_struct *flt_generated_wq;

/* Callback data of ours, by the address that a driver gave; the lock is held. */
static struct flt_generated *flt_generated_find(PFLT_CALLBACK_DATA data)
{
	struct flt_generated *gen;

	hash_for_each_possible(flt_generated, gen, link, (unsigned long)data) {
		if (&gen->op.data == data)
			return gen;
	}
	return NULL;
}

/* An instance by what a driver says is one; NULL for anything else. */
struct flt_instance *flt_instance_check(PFLT_INSTANCE opaque)
{
	struct flt_instance *instance = flt_instance_of(opaque);

	return instance && instance->obj.type == FLT_TYPE_INSTANCE ? instance : NULL;
}

static void flt_generated_reset(struct flt_generated *gen, unsigned int records)
{
	flt_operation_init(&gen->op, gen->instance->volume, IRP_MJ_CREATE, gen->file);
	gen->op.reserve = gen->records;
	gen->op.nr_reserve = records;
	gen->op.initiator = gen->instance;
	gen->op.iopb.TargetInstance = flt_instance_opaque(gen->instance);
	gen->op.data.Flags |= FLTFL_CALLBACK_DATA_GENERATED_IO;
	gen->op.data.RequestorMode = KernelMode;
	gen->op.data.Thread = NULL;
	gen->state = FLT_GENERATED_FRESH;
}

/* How many records a request on a volume can need as it is now, beyond the inline ones. */
static unsigned int flt_generated_records(const struct flt_volume *volume)
{
	unsigned int records = flt_stack_depth(volume);

	return records > FLT_INLINE_RECORDS ? records : 0;
}

/**
 * flt_generated_alloc() - allocate callback data for I/O of a filter
 * @instance: initiating instance
 * @file: target, or NULL
 * @shim: owned by the shim, not by the driver
 * @records: how many instances it has to do for without a further allocation, if more are
 *	attached meanwhile
 *
 * One allocation; everything that the request needs from the manager is in it.
 *
 * Return: the callback data, or NULL without memory
 */
struct flt_generated *flt_generated_alloc(struct flt_instance *instance, PFILE_OBJECT file,
					  bool shim, unsigned int records)
{
	struct flt_generated *gen;

	records = max(records, flt_generated_records(instance->volume));
	gen = kmalloc(struct_size(gen, records, records), GFP_NOFS);
	if (!gen)
		return NULL;
	flt_object_get(&instance->obj);
	if (file)
		flt_file_get(flt_file_of(file));
	gen->instance = instance;
	gen->file = file;
	gen->shim = shim;
	gen->freed = false;
	gen->keep_position = false;
	gen->pins = 0;
	gen->callback = NULL;
	flt_generated_reset(gen, records);
	spin_lock_bh(&flt_generated_lock);
	hash_add(flt_generated, &gen->link, (unsigned long)&gen->op.data);
	spin_unlock_bh(&flt_generated_lock);
	return gen;
}

/* Out of the hash already. IRQL <= DISPATCH_LEVEL. */
static void flt_generated_free(struct flt_generated *gen)
{
	if (!gen->shim)
		flt_buffer_forget(&gen->op);
	flt_operation_fini(&gen->op);
	if (gen->file)
		flt_file_put(flt_file_of(gen->file));
	flt_object_put(&gen->instance->obj);
	kfree(gen);
}

/* The shim's own: not issued, or completed. */
void flt_generated_release(struct flt_generated *gen)
{
	spin_lock_bh(&flt_generated_lock);
	hash_del(&gen->link);
	spin_unlock_bh(&flt_generated_lock);
	flt_generated_free(gen);
}

/**
 * flt_generated_take() - a driver wants to issue its callback data
 * @data: what it says is its callback data
 *
 * Return: the operation, ISSUED now, or NULL when it is no driver's or on its way already
 */
struct flt_generated *flt_generated_take(PFLT_CALLBACK_DATA data)
{
	struct flt_generated *gen;

	spin_lock_bh(&flt_generated_lock);
	gen = flt_generated_find(data);
	if (gen && (gen->shim || gen->freed || gen->state != FLT_GENERATED_FRESH))
		gen = NULL;
	if (gen)
		gen->state = FLT_GENERATED_ISSUED;
	spin_unlock_bh(&flt_generated_lock);
	return gen;
}

/**
 * flt_generated_pin() - keep a driver's callback data in memory for a moment
 * @data: what it says is its callback data
 * @issued: whether it is on its way
 *
 * Return: the callback data, to be given to flt_generated_unpin(); NULL when it is no driver's
 */
struct flt_generated *flt_generated_pin(PFLT_CALLBACK_DATA data, bool *issued)
{
	struct flt_generated *gen;

	spin_lock_bh(&flt_generated_lock);
	gen = flt_generated_find(data);
	if (gen && (gen->shim || gen->freed))
		gen = NULL;
	if (gen) {
		gen->pins++;
		*issued = gen->state == FLT_GENERATED_ISSUED;
	}
	spin_unlock_bh(&flt_generated_lock);
	return gen;
}

/* It goes here if the driver has freed it meanwhile. */
void flt_generated_unpin(struct flt_generated *gen)
{
	bool last;

	spin_lock_bh(&flt_generated_lock);
	last = !--gen->pins && gen->freed && gen->state != FLT_GENERATED_ISSUED;
	if (last)
		hash_del(&gen->link);
	spin_unlock_bh(&flt_generated_lock);
	if (last)
		flt_generated_free(gen);
}

/* What the last request left goes, with the cleanup callbacks of drivers: outside the lock. */
static void flt_generated_refresh(struct flt_generated *gen)
{
	flt_buffer_forget(&gen->op);
	flt_operation_fini(&gen->op);
	spin_lock_bh(&flt_generated_lock);
	flt_generated_reset(gen, gen->op.nr_reserve);
	spin_unlock_bh(&flt_generated_lock);
	flt_generated_unpin(gen);
}

/**
 * flt_generated_give_back() - FltFreeCallbackData() or FltReuseCallbackData()
 * @data: what the driver says is its callback data
 * @reuse: keep it for another request
 *
 * Freed while it is on its way, it is released after its completion callback (ASYNC-018).
 *
 * Return: false for a misuse
 */
bool flt_generated_give_back(PFLT_CALLBACK_DATA data, bool reuse)
{
	bool good = false, free = false, fresh = false;
	struct flt_generated *gen;

	spin_lock_bh(&flt_generated_lock);
	gen = flt_generated_find(data);
	if (!gen || gen->shim || gen->freed) {
		gen = NULL;
	} else if (gen->state == FLT_GENERATED_ISSUED) {
		gen->freed = !reuse;
	} else if (!reuse) {
		good = true;
		gen->freed = true;
		free = !gen->pins;
		if (free)
			hash_del(&gen->link);
	} else if (gen->state == FLT_GENERATED_DONE) {
		good = true;
		fresh = true;
		/* Nobody else's until it is fresh. */
		gen->state = FLT_GENERATED_ISSUED;
		gen->pins++;
	}
	spin_unlock_bh(&flt_generated_lock);
	if (free)
		flt_generated_free(gen);
	if (fresh)
		flt_generated_refresh(gen);
	return good;
}

static seh_raises void flt_generated_thunk(void *arg)
{
	struct {
		PFLT_COMPLETED_ASYNC_IO_CALLBACK callback;
		PFLT_CALLBACK_DATA data;
		void *context;
	} *call = arg;

	call->callback(call->data, call->context);
}

/* FLTFL_IO_OPERATION_DO_NOT_UPDATE_BYTE_OFFSET: lower filters saw it move, others do not. */
static void flt_generated_settle_position(struct flt_generated *gen)
{
	if (gen->keep_position)
		gen->file->CurrentByteOffset.QuadPart = gen->position;
}

/*
 * The request is over: the driver's completion callback, exactly once. The data is the driver's
 * the moment the callback begins, so nothing of it is touched afterwards, unless it is the
 * shim's or was freed too early.
 */
static void flt_generated_complete(struct flt_generated *gen)
{
	struct {
		PFLT_COMPLETED_ASYNC_IO_CALLBACK callback;
		PFLT_CALLBACK_DATA data;
		void *context;
	} call = { gen->callback, &gen->op.data, gen->context };
	struct flt_instance *instance = gen->instance;
	bool shim = gen->shim, freed = false;
	NTSTATUS code;

	flt_object_get(&instance->obj);
	flt_generated_settle_position(gen);
	spin_lock_bh(&flt_generated_lock);
	gen->state = FLT_GENERATED_DONE;
	if (gen->freed) {
		gen->pins++;	/* until the callback is over */
		freed = true;
	}
	spin_unlock_bh(&flt_generated_lock);
	flt_call_run(instance->filter, instance, flt_generated_thunk, &call, "completion callback",
		     &code);
	if (shim)
		flt_generated_release(gen);
	else if (freed)
		flt_generated_unpin(gen);
	/* Only now may the instance's teardown, and the filter's text, come to an end. */
	flt_instance_settle(instance);
	flt_object_put(&instance->obj);
}

static void flt_generated_done(struct flt_operation *op)
{
	flt_generated_complete(container_of(op, struct flt_generated, op));
}

static void flt_generated_start_worker(struct work_struct *work)
{
	struct flt_operation *op = container_of(work, struct flt_operation, work);
	struct task_struct *task = op->task, *leader = op->leader;

	flt_operation_start_as(op, task, leader);
	put_task_struct(leader);
	put_task_struct(task);
}

/* Its thread may have ended when the worker gets to it. */
static void flt_generated_start_later(struct flt_operation *op)
{
	get_task_struct(op->task);
	op->leader = get_task_struct(op->task->group_leader);
	INIT_WORK(&op->work, flt_generated_start_worker);
	queue_work(flt_generated_wq, &op->work);
}

/* Ends a request that was never sent down, with its callback (ASYNC-043, ASYNC-044). */
static NTSTATUS flt_generated_refuse(struct flt_generated *gen, NTSTATUS status)
{
	flt_operation_result(&gen->op, status, 0);
	flt_generated_complete(gen);
	return status;
}

/* The dense index follows the major function that the driver chose after the allocation. */
static bool flt_generated_prepare(struct flt_generated *gen)
{
	struct flt_operation *op = &gen->op;
	const struct flt_op_desc *desc = flt_op_desc(op->iopb.MajorFunction);

	if (op->iopb.MajorFunction == IRP_MJ_CREATE && gen->file)
		return false;
	if (!desc || desc->form != FLT_FORM_IRP || !FLT_IS_IRP_OPERATION(&op->data) ||
	    FLT_IS_FASTIO_OPERATION(&op->data) || FLT_IS_FS_FILTER_OPERATION(&op->data))
		return false;
	op->op_index = flt_op_index(op->iopb.MajorFunction);
	op->task = current;
	op->data.Thread = (PETHREAD)current;
	op->data.Flags &= ~(FLTFL_CALLBACK_DATA_DIRTY | FLTFL_CALLBACK_DATA_POST_OPERATION |
			    FLTFL_CALLBACK_DATA_DRAINING_IO);
	op->data.Flags |= FLTFL_CALLBACK_DATA_GENERATED_IO;
	if (op->data.Iopb != &op->iopb) {
		flt_violation(gen->instance->filter, FLT_VIOLATION_ROUTINE, NULL,
			      "Iopb of %p is another one's", &op->data);
		op->data.Iopb = &op->iopb;
	}
	return true;
}

static void flt_generated_report_major(struct flt_generated *gen)
{
	flt_violation(gen->instance->filter, FLT_VIOLATION_ROUTINE, NULL,
		      gen->file && gen->op.iopb.MajorFunction == IRP_MJ_CREATE ?
		      "operation %#x cannot be started for an open file" :
		      "operation %#x cannot be started, since it is not IRP-based",
		      gen->op.iopb.MajorFunction);
}

/*
 * I/O of its own is refused once the teardown-start callback of an instance has returned. Asked
 * after the caller has counted itself in instance->owed.
 */
bool flt_instance_may_start(struct flt_instance *instance)
{
	/* Pairs with flt_instance_detach(): it sees the count, or this sees what it did before. */
	smp_mb__after_atomic();
	/* Pairs with the release in flt_instance_detach(). */
	return smp_load_acquire(&instance->state) < FLT_INSTANCE_LEAVING ||
	       READ_ONCE(instance->still_starts);
}

/* Called above @limit? At APC_LEVEL it is performed all the same (IRQL-62). */
static bool flt_generated_level(struct flt_generated *gen, KIRQL limit)
{
	if (likely(ke_level_at_most(limit)))
		return true;
	flt_violation(gen->instance->filter, FLT_VIOLATION_ROUTINE, NULL,
		      "I/O started at level %u, above %u", KeGetCurrentIrql(), limit);
	return preemptible();
}

/**
 * flt_generated_start() - issue a request asynchronously
 * @gen: ISSUED, its parameters are set; not the caller's any more after this
 * @callback: called exactly once
 * @context: its argument
 *
 * Return: as FltPerformAsynchronousIo() does
 */
NTSTATUS flt_generated_start(struct flt_generated *gen,
			     PFLT_COMPLETED_ASYNC_IO_CALLBACK callback, void *context)
{
	struct flt_operation *op = &gen->op;
	struct flt_instance *instance = gen->instance;
	u8 how;

	gen->callback = callback;
	gen->context = context;
	op->done = flt_generated_done;
	op->accepted = op->iopb;	/* for a reissue, if this is refused */
	atomic_inc(&instance->owed);
	if (op->iopb.IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO) &&
	    op->iopb.MajorFunction != IRP_MJ_READ && op->iopb.MajorFunction != IRP_MJ_WRITE &&
	    op->iopb.MajorFunction != IRP_MJ_QUERY_INFORMATION &&
	    op->iopb.MajorFunction != IRP_MJ_SET_INFORMATION) {
		flt_violation(instance->filter, FLT_VIOLATION_ROUTINE, NULL,
			      "IRP_PAGING_IO for %s", FltGetIrpName(op->iopb.MajorFunction));
		op->iopb.IrpFlags &= ~(IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO);
	}
	if (!flt_generated_level(gen, op->iopb.IrpFlags & IRP_PAGING_IO ? APC_LEVEL :
				 PASSIVE_LEVEL))
		return flt_generated_refuse(gen, STATUS_INVALID_DEVICE_STATE);
	if (op->iopb.MajorFunction == IRP_MJ_CREATE)
		return flt_generated_refuse(gen, STATUS_FLT_INVALID_ASYNCHRONOUS_REQUEST);
	if (!flt_generated_prepare(gen)) {
		flt_generated_report_major(gen);
		return flt_generated_refuse(gen, STATUS_INVALID_PARAMETER);
	}
	if (!flt_instance_may_start(instance))
		return flt_generated_refuse(gen, STATUS_FLT_DELETING_OBJECT);
	if (flt_stack_is_short()) {	/* ASYNC-050 */
		flt_generated_start_later(op);
		return STATUS_PENDING;
	}
	how = flt_operation_start(op);
	if (how & FLT_OP_UNSENT)
		return STATUS_INSUFFICIENT_RESOURCES;
	if (how & FLT_OP_WAS_HELD)
		return STATUS_PENDING;
	return how & FLT_OP_BY_FILTER ? STATUS_FLT_IO_COMPLETE : STATUS_SUCCESS;
}

/**
 * flt_generated_run() - issue a request and wait for it
 * @gen: ISSUED, its parameters are set
 *
 * The result is in the callback data's IoStatus.
 */
void flt_generated_run(struct flt_generated *gen)
{
	struct flt_operation *op = &gen->op;
	struct flt_instance *instance = gen->instance;

	op->accepted = op->iopb;	/* for a reissue, if this is refused */
	atomic_inc(&instance->owed);
	if (!flt_generated_level(gen, APC_LEVEL)) {
		flt_operation_result(op, STATUS_INVALID_DEVICE_STATE, 0);
	} else if (!flt_generated_prepare(gen)) {
		flt_generated_report_major(gen);
		flt_operation_result(op, STATUS_INVALID_PARAMETER, 0);
	} else if (!flt_instance_may_start(instance)) {
		flt_operation_result(op, STATUS_FLT_DELETING_OBJECT, 0);
	} else {
		flt_operation_run_own(op);
	}
	flt_generated_settle_position(gen);
	spin_lock_bh(&flt_generated_lock);
	gen->state = FLT_GENERATED_DONE;
	gen->freed = false;	/* while it was on its way: the caller still counts on it */
	spin_unlock_bh(&flt_generated_lock);
	flt_instance_settle(instance);
}

/**
 * flt_generated_retake() - a driver wants to issue its completed callback data once more
 * @data: what it says is its callback data
 * @instance: initiating instance
 *
 * Return: the operation, ISSUED now, or NULL when it is not a completed one of that instance
 */
struct flt_generated *flt_generated_retake(PFLT_CALLBACK_DATA data, struct flt_instance *instance)
{
	struct flt_generated *gen;

	spin_lock_bh(&flt_generated_lock);
	gen = flt_generated_find(data);
	if (gen && (gen->shim || gen->freed || gen->state != FLT_GENERATED_DONE ||
		    gen->instance != instance))
		gen = NULL;
	if (gen)
		gen->state = FLT_GENERATED_ISSUED;
	spin_unlock_bh(&flt_generated_lock);
	return gen;
}

/* Issues it once more and waits; the parameters are those in op.accepted. */
void flt_generated_repeat(struct flt_generated *gen)
{
	gen->op.iopb = gen->op.accepted;
	flt_operation_reset(&gen->op);
	gen->op.data.Flags |= FLTFL_CALLBACK_DATA_REISSUED_IO;
	flt_generated_run(gen);
	gen->op.data.Flags &= ~FLTFL_CALLBACK_DATA_REISSUED_IO;
}

int flt_generated_init(void)
{
	flt_generated_wq = alloc_workqueue("fltshim_start", WQ_MEM_RECLAIM | WQ_UNBOUND, 0);
	return flt_generated_wq ? 0 : -ENOMEM;
}

/* No driver is left; what they leaked is freed and said. */
void flt_generated_exit(void)
{
	struct flt_generated *gen;
	struct hlist_node *next;
	unsigned int i, leaked = 0;

	destroy_workqueue(flt_generated_wq);
	hash_for_each_safe(flt_generated, i, next, gen, link) {
		hash_del(&gen->link);
		kfree(gen);
		leaked++;
	}
	if (leaked)
		pr_warn("fltshim: %u callback data structures were never freed by the drivers that made them\n",
			leaked);
}
