// SPDX-License-Identifier: GPL-2.0
/*
 * Holding, finding and draining operations. Lock order: flt_live.lock (per CPU) or flt_held.lock ->
 * what flt_cancel_ops.lost takes, the locks of an oplock, a file lock or a waiter; instance->lock
 * -> nothing. No callback runs under any of them.
 *
 * Every operation that visits a filter is known to the CPU where it began from its start to its
 * end, and in a hash besides while a filter holds it. The former serves who looks at what is in
 * flight (inflight.c), and both make a resume call with a stale pointer harmless: an address that
 * is in neither is never dereferenced. Since there may be thousands of held operations but no more
 * running ones than tasks, the hash is asked first.
 */
#include <linux/bitops.h>
#include <linux/hash.h>
#include <linux/jiffies.h>
#include <linux/sched/task.h>
#include <linux/slab.h>
#include "fltmgr/callback.h"
#include "fltmgr/cancel.h"
#include "fltmgr/file_object.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"

DEFINE_PER_CPU_ALIGNED(struct flt_live, flt_live);

#define FLT_HELD_BITS	8

static struct flt_held {
	spinlock_t lock;	/* ops; taken in softirq too */
	struct hlist_head ops;
} flt_held[1 << FLT_HELD_BITS];

static struct flt_held *flt_held_of(PFLT_CALLBACK_DATA data)
{
	return &flt_held[hash_ptr(data, FLT_HELD_BITS)];
}

/* An operation that a filter holds, by its address; the bucket's lock is held. */
static struct flt_operation *flt_held_find(struct flt_held *held, PFLT_CALLBACK_DATA data)
{
	struct flt_operation *op;

	hlist_for_each_entry(op, &held->ops, held_link) {
		if (&op->data == data)
			return op;
	}
	return NULL;
}

/* The first place is taken: another one, or the list. */
void flt_live_find_place(struct flt_operation *op)
{
	struct flt_live *live = op->live;
	unsigned int i;

	for (i = 1; i < FLT_LIVE_SLOTS; i++) {
		op->slot = &live->slots[i];
		if (!READ_ONCE(*op->slot) && !cmpxchg(op->slot, NULL, op))
			return;
	}
	op->slot = NULL;
	spin_lock_bh(&live->lock);
	list_add_tail(&op->inflight, &live->ops);
	spin_unlock_bh(&live->lock);
	/* As the exchange would be. */
	smp_mb();
}

void flt_live_list_del(struct flt_operation *op)
{
	struct flt_live *live = op->live;

	spin_lock_bh(&live->lock);
	list_del(&op->inflight);
	spin_unlock_bh(&live->lock);
}

/* Whoever may be looking at an operation that has given its place back has stopped when it ends. */
void flt_live_wait(struct flt_live *live)
{
	spin_lock_bh(&live->lock);
	spin_unlock_bh(&live->lock);
}

/**
 * flt_guard_renew() - go under the guard of the snapshot that is current now
 * @op: in flight; under none, or under that of one that was replaced while it entered
 */
void flt_guard_renew(struct flt_operation *op)
{
	struct flt_stack *left = NULL;

	spin_lock_bh(&op->live->lock);
	if (op->counted)
		left = op->guard;
	op->counted = false;
	/* Who replaces it from here on takes the lock afterwards, and counts the operation. */
	op->guard = rcu_access_pointer(op->volume->stack);
	spin_unlock_bh(&op->live->lock);
	if (left)
		flt_guard_leave(left);
}

/* Leaves the guard, in flight still or not any more. */
void flt_guard_drop(struct flt_operation *op)
{
	struct flt_stack *left = NULL;

	spin_lock_bh(&op->live->lock);
	if (op->counted)
		left = op->guard;
	op->counted = false;
	op->guard = NULL;
	spin_unlock_bh(&op->live->lock);
	if (left)
		flt_guard_leave(left);
}

/**
 * flt_live_walk_cpu() - look at the operations in flight that began on one CPU
 * @cpu: a possible one
 * @look: called for each, under a lock which keeps it; true ends the walk
 * @arg: its argument
 *
 * Up to softirq. Return: whether @look said so
 */
bool flt_live_walk_cpu(unsigned int cpu, flt_live_fn look, void *arg)
{
	struct flt_live *live = per_cpu_ptr(&flt_live, cpu);
	struct flt_operation *op;
	bool found = false;
	unsigned int i;

	spin_lock_bh(&live->lock);
	WRITE_ONCE(live->looking, true);
	/* Pairs with the exchange in flt_inflight_leave(). */
	smp_mb();
	for (i = 0; i < FLT_LIVE_SLOTS && !found; i++) {
		/* An operation that has left is through with all that it did. */
		op = smp_load_acquire(&live->slots[i]);
		found = op && look(op, arg);
	}
	if (!found) {
		list_for_each_entry(op, &live->ops, inflight) {
			found = look(op, arg);
			if (found)
				break;
		}
	}
	/* Who sees that sees what was noted in its operation. */
	smp_store_release(&live->looking, false);
	spin_unlock_bh(&live->lock);
	return found;
}

/* The same for all CPUs, this one first: who looks for an operation of its own finds it sooner. */
bool flt_live_walk(flt_live_fn look, void *arg)
{
	unsigned int i, here = raw_smp_processor_id();
	bool found = false;

	for (i = 0; i < nr_cpu_ids && !found; i++) {
		unsigned int cpu = (here + i) % nr_cpu_ids;

		found = cpu_possible(cpu) && flt_live_walk_cpu(cpu, look, arg);
	}
	return found;
}

/* Which records may be owed something at this point of the walk. */
static int flt_records_passed(const struct flt_operation *op)
{
	return op->phase == FLT_PHASE_BOTTOM ? op->nr_nodes : op->cursor;
}

/*
 * What comes to be held when the filter has let go of everything is reported (PEND-22), and held.
 * What its teardown-start callback handed back meanwhile is not of that kind, nor is what a worker
 * or whoever cancels it is about to hand back: for these no filter can wait.
 */
static void flt_hold_late(const struct flt_operation *op, struct flt_instance *holder)
{
	if (likely(flt_instance_may_start(holder)))
		return;
	if (op->flags & FLT_OP_POSTED ||
	    (atomic_read(&op->cancel) & FLT_CANCEL_STATE) == FLT_CANCEL_FIRING)
		return;
	/* Pairs with the end of that callback, before which it resumed the operation. */
	smp_rmb();
	if (atomic_read(&op->hold) == FLT_HOLD_CALLING)
		flt_violation(holder->filter, FLT_VIOLATION_PREOP_PENDING, op,
			      "pended while the instance is torn down");
}

/**
 * flt_hold_prepare() - get ready to be held
 * @op: the operation; its hold is FLT_HOLD_CALLING
 * @holder: the instance that pends it, or NULL for the file system
 *
 * Comes before the hold is published, since everything may change hands after that: the records
 * above are linked where a detacher finds them, the snapshot's memory is referenced, and the
 * guard is left.
 */
void flt_hold_prepare(struct flt_operation *op, struct flt_instance *holder)
{
	int i, passed = flt_records_passed(op);

	for (i = 0; i < passed; i++) {
		struct flt_record *record = &op->records[i];
		struct flt_instance *instance;

		if (record->state != FLT_RECORD_OPEN)
			continue;
		instance = op->nodes[i].instance;
		if (!record->counted) {
			record->op = op;
			record->index = i;
			record->counted = true;
			atomic_inc(&instance->owed);
		}
		if (record->swaps) {
			/* Its buffer is in use below: a detach waits for the end (POSTOP-48). */
			INIT_LIST_HEAD(&record->link);
			continue;
		}
		spin_lock_bh(&instance->lock);
		list_add_tail(&record->link, &instance->open);
		spin_unlock_bh(&instance->lock);
		/* A detacher may wait for this operation to be held once more. */
		if (unlikely(READ_ONCE(instance->state) >= FLT_INSTANCE_LEAVING))
			wake_up_all(&instance->obj.idle);
	}
	if (holder) {
		struct flt_held *held = flt_held_of(&op->data);

		if (op->phase == FLT_PHASE_PRE)
			flt_hold_late(op, holder);
		op->flags &= ~FLT_OP_POSTED;
		WRITE_ONCE(op->held_since, jiffies);
		WRITE_ONCE(op->told, false);
		atomic_inc(&holder->owed);
		spin_lock_bh(&holder->lock);
		list_add_tail(&op->held, &holder->held);
		spin_unlock_bh(&holder->lock);
		spin_lock_bh(&held->lock);
		hlist_add_head(&op->held_link, &held->ops);
		spin_unlock_bh(&held->lock);
	}
	if (holder && op->slot) {
		struct flt_live *live = op->live;

		/* The few places are for those that run. Who walks over them has the lock. */
		spin_lock_bh(&live->lock);
		list_add_tail(&op->inflight, &live->ops);
		WRITE_ONCE(*op->slot, NULL);
		op->slot = NULL;
		spin_unlock_bh(&live->lock);
	}
	if (!op->stack_ref) {
		op->stack_ref = true;
		flt_stack_get(op->stack);
	}
	flt_guard_drop(op);
	/* A detacher that waited for the guard above looks for records now. */
}

/**
 * flt_hold_end() - take the operation back
 * @op: the operation, resumed or never really held
 * @holder: as given to flt_hold_prepare()
 *
 * Enters the guard of the volume's present snapshot: who detaches an instance of that from here on
 * waits for this run. The holder need not be in it, so it goes on to count the operation until
 * flt_hold_settle(). A record that was drained meanwhile is DONE already.
 */
void flt_hold_end(struct flt_operation *op, struct flt_instance *holder)
{
	int i, passed = flt_records_passed(op);

	if (holder) {
		struct flt_held *held = flt_held_of(&op->data);

		spin_lock_bh(&held->lock);
		hlist_del(&op->held_link);
		spin_unlock_bh(&held->lock);
	}
	/* Before the guard: who runs it is asked for where it is under one. */
	op->runner = current;
	flt_guard_renew(op);
	for (i = 0; i < passed; i++) {
		struct flt_record *record = &op->records[i];
		struct flt_instance *instance;

		if (!record->counted)
			continue;
		instance = op->nodes[i].instance;
		spin_lock_bh(&instance->lock);
		if (record->state == FLT_RECORD_OPEN)
			list_del(&record->link);
		spin_unlock_bh(&instance->lock);
	}
	if (holder) {
		spin_lock_bh(&holder->lock);
		list_del(&op->held);
		spin_unlock_bh(&holder->lock);
	}
}

/**
 * flt_hold_settle() - what came of taking the operation back is decided
 * @op: the operation, after flt_hold_end()
 * @index: node of who held it
 *
 * Its count goes over to its record if a post-operation callback is owed now: a holder that is
 * leaving waits for that one, or drains it, like any other record of its.
 */
void flt_hold_settle(struct flt_operation *op, int index)
{
	struct flt_record *record = &op->records[index];

	if (record->state == FLT_RECORD_OPEN && !record->counted) {
		record->op = op;
		record->index = index;
		record->counted = true;
	} else {
		flt_instance_settle(op->nodes[index].instance);
	}
}

/* The walk is through with a record: nothing is owed any more. */
void flt_record_finish(struct flt_record *record)
{
	WRITE_ONCE(record->state, FLT_RECORD_DONE);
	if (record->counted) {
		record->counted = false;
		flt_instance_settle(record->op->nodes[record->index].instance);
	}
}

/* What flt_hold_claim() was asked for, and what came of it. */
struct flt_claim {
	PFLT_CALLBACK_DATA data;
	enum flt_phase phase;
	int resume;
	void *context;
	unsigned long ip;
	struct flt_operation *op;
	bool claimed;
	bool run;
	bool *armed;
};

/* Is it in the callback of the filter that this code is of, or held there (PEND-09)? */
static bool flt_claim_is_of(const struct flt_operation *op, int cursor, unsigned long ip)
{
	if (cursor < 0 || cursor >= flt_operation_nodes(op))
		return false;
	return !ip || flt_filter_has(op->nodes[cursor].filter, ip);
}

/*
 * Moves a held operation to RESUMED, unless nobody holds it in that phase, or another filter does.
 * A cancel routine that is armed still is disarmed, and who armed it told, before anybody can go
 * on with the operation.
 */
static void flt_claim_try(struct flt_operation *op, struct flt_claim *claim)
{
	int old = atomic_read(&op->hold), claimed = FLT_HOLD_CLAIMED, cursor;

	claim->op = op;
	for (;;) {
		if (READ_ONCE(op->phase) != claim->phase ||
		    (old != FLT_HOLD_CALLING && old != FLT_HOLD_PENDED))
			return;
		if (atomic_try_cmpxchg(&op->hold, &old, FLT_HOLD_CLAIMED))
			break;
	}
	/*
	 * It may have gone on before that, and be held by the file system or another filter: then
	 * it is given back, unless whoever ends that hold has not waited.
	 */
	cursor = READ_ONCE(op->cursor);
	if (unlikely(READ_ONCE(op->phase) != claim->phase ||
		     !flt_claim_is_of(op, cursor, claim->ip))) {
		atomic_try_cmpxchg(&op->hold, &claimed, old);
		return;
	}
	*claim->armed = flt_cancel_lose(op);
	op->resume = claim->resume;
	op->resume_context = claim->context;
	/* Between two callbacks it may be on its way to the next: flt_resume_late(). */
	op->resume_cursor = cursor;
	claim->run = old == FLT_HOLD_PENDED;
	claim->claimed = true;
	atomic_set_release(&op->hold, FLT_HOLD_RESUMED);
}

static bool flt_claim_look(struct flt_operation *op, void *arg)
{
	struct flt_claim *claim = arg;

	if (&op->data != claim->data)
		return false;
	flt_claim_try(op, claim);
	return true;
}

/**
 * flt_hold_claim() - resume an operation, given what a filter says is its callback data
 * @data: address; may be stale or wild, so it is looked up before it is touched
 * @phase: FLT_PHASE_PRE or FLT_PHASE_POST
 * @resume: what the operation shall go on with
 * @context: completion context
 * @ip: code of who resumes it, which must not be another filter's than the holder's
 * @resume_op: the operation if the caller has to set it going; NULL when its callback has not
 *	returned yet and will see the resumption itself
 * @armed: whether a cancel routine had to be disarmed
 *
 * Return: false if no operation with that address is held in that phase by that filter
 */
bool flt_hold_claim(PFLT_CALLBACK_DATA data, enum flt_phase phase, int resume, void *context,
		    unsigned long ip, struct flt_operation **resume_op, bool *armed)
{
	struct flt_claim claim = {
		.data = data, .phase = phase, .resume = resume, .context = context, .ip = ip,
		.armed = armed,
	};
	struct flt_held *held = flt_held_of(data);
	struct flt_operation *op;

	*resume_op = NULL;
	*armed = false;
	spin_lock_bh(&held->lock);
	op = flt_held_find(held, data);
	if (op)
		flt_claim_try(op, &claim);
	spin_unlock_bh(&held->lock);
	/* Its callback has not returned, perhaps: then it is in a list. */
	if (!op)
		flt_live_walk(flt_claim_look, &claim);
	if (claim.claimed && claim.run)
		*resume_op = claim.op;
	return claim.claimed;
}

/**
 * flt_hold_release() - resume an operation that is held only because a worker has its data
 * @data: address of the callback data that the worker had; the operation may be gone
 *
 * The answer to a post-operation callback that gave its operation to a worker, returned as if it
 * had not, and could not be made to wait (DEFER-35).
 */
void flt_hold_release(PFLT_CALLBACK_DATA data)
{
	bool armed = false;
	struct flt_claim claim = { .data = data, .phase = FLT_PHASE_POST, .armed = &armed };
	struct flt_held *held = flt_held_of(data);
	struct flt_operation *op;

	spin_lock_bh(&held->lock);
	op = flt_held_find(held, data);
	if (op && READ_ONCE(op->flags) & FLT_OP_WORKER_RESUMES)
		flt_claim_try(op, &claim);
	spin_unlock_bh(&held->lock);
	if (claim.run)
		flt_operation_continue(op);
}

/* What a walk over the operations in flight looks for, by its callback data, and finds. */
struct flt_sought {
	PFLT_CALLBACK_DATA data;
	struct flt_operation *op;
};

static bool flt_sought_look(struct flt_operation *op, void *arg)
{
	struct flt_sought *sought = arg;

	if (&op->data != sought->data)
		return false;
	sought->op = op;
	return true;
}

/* Does a filter hold it? Sets @busy where that cannot be told now. */
static bool flt_held_has(PFLT_CALLBACK_DATA data, bool *busy)
{
	struct flt_held *held = flt_held_of(data);
	bool has;

	if (!spin_trylock(&held->lock)) {
		*busy = true;
		return false;
	}
	has = flt_held_find(held, data);
	spin_unlock(&held->lock);
	return has;
}

/* The same for a CPU's operations; its places are compared without the lock. */
static bool flt_live_has(struct flt_live *live, const struct flt_operation *claimed, bool *busy)
{
	const struct flt_operation *op;
	bool has = false;
	unsigned int i;

	for (i = 0; i < FLT_LIVE_SLOTS; i++)
		has |= READ_ONCE(live->slots[i]) == claimed;
	if (has || !spin_trylock(&live->lock)) {
		*busy = true;
		return has;
	}
	list_for_each_entry(op, &live->ops, inflight)
		has |= op == claimed;
	spin_unlock(&live->lock);
	return has;
}

/* Above DISPATCH_LEVEL, where the lock of a list may be held by what was interrupted here. */
static struct flt_operation *flt_operation_lookup_busy(PFLT_CALLBACK_DATA data)
{
	struct flt_operation *claimed = flt_operation_of(data);
	bool busy = false, has = flt_held_has(data, &busy);
	int cpu;

	for_each_possible_cpu(cpu)
		has = has || flt_live_has(per_cpu_ptr(&flt_live, cpu), claimed, &busy);
	return has || busy ? claimed : NULL;
}

/**
 * flt_operation_lookup() - an operation by what a filter says is its callback data
 * @data: address; may be stale or wild
 *
 * Any level; above DISPATCH_LEVEL the caller's word is taken where a list is busy. The caller holds
 * the operation, or owns the callback data; nothing here keeps it.
 *
 * Return: the operation, or NULL when none of that address is under way
 */
struct flt_operation *flt_operation_lookup(PFLT_CALLBACK_DATA data)
{
	struct flt_held *held = flt_held_of(data);
	struct flt_sought sought = { .data = data };

	if (unlikely(irqs_disabled()))
		return data ? flt_operation_lookup_busy(data) : NULL;
	spin_lock_bh(&held->lock);
	sought.op = flt_held_find(held, data);
	spin_unlock_bh(&held->lock);
	if (!sought.op)
		flt_live_walk(flt_sought_look, &sought);
	return sought.op;
}

/* Is it the post-operation part of the create of this file, at this instance? */
static bool flt_is_post_create(const struct flt_operation *op, const struct flt_instance *instance,
			       PFILE_OBJECT file)
{
	int hold = atomic_read(&op->hold);

	return op->op_index == IRP_MJ_CREATE && op->phase == FLT_PHASE_POST && op->cursor >= 0 &&
	       (hold == FLT_HOLD_CALLING || hold == FLT_HOLD_PENDED) &&
	       op->nodes[op->cursor].instance == instance &&
	       op->accepted.TargetFileObject == file;
}

/* Why the open cannot be undone, "" where it need not be, or NULL. */
static const char *flt_create_refusal(const struct flt_operation *op, const FILE_OBJECT *file)
{
	if (op->data.IoStatus.Status == STATUS_REPARSE)
		return "";
	if (file->Flags & FO_HANDLE_CREATED)
		return "which has a handle";
	if (file->Flags & FO_FILE_OPEN_CANCELLED)
		return "for the second time";
	if (!(op->flags & FLT_OP_OPENED))
		return "which is not open";
	return NULL;
}

struct flt_undo {
	const struct flt_instance *instance;
	PFILE_OBJECT file;
	const char *why;
};

static bool flt_undo_look(struct flt_operation *op, void *arg)
{
	struct flt_undo *undo = arg;

	if (!flt_is_post_create(op, undo->instance, undo->file))
		return false;
	undo->why = flt_create_refusal(op, undo->file);
	/* Another thread may be running it: nothing of its own is written. */
	if (!undo->why)
		set_mask_bits(&undo->file->Flags, 0, FO_FILE_OPEN_CANCELLED);
	return true;
}

/**
 * flt_create_undo() - make a create one that has opened nothing
 * @instance: in whose post-operation callback it is, or which holds it there
 * @file: of which file
 *
 * From here on no success can be its result (flt_create_stands()). Its memory is touched under the
 * list's lock only, since nothing else keeps it from a caller that it was not given to.
 *
 * Return: NULL when that is done, or why it is not; "" for a create that ended with STATUS_REPARSE
 */
const char *flt_create_undo(struct flt_instance *instance, PFILE_OBJECT file)
{
	struct flt_undo undo = {
		.instance = instance,
		.file = file,
		.why = "outside the post-operation callback of its create",
	};

	flt_live_walk(flt_undo_look, &undo);
	return undo.why;
}

static bool flt_callback_look(struct flt_operation *op, void *arg)
{
	const struct flt_filter *filter = arg;

	return op->runner == current && op->guard && op->cursor >= 0 &&
	       op->cursor < flt_operation_nodes(op) && op->phase != FLT_PHASE_BOTTOM &&
	       (!filter || op->nodes[op->cursor].instance->filter == filter);
}

/**
 * flt_task_in_callback() - would this task wait for itself?
 * @filter: whose callbacks it is about to wait for; NULL: is it in an operation callback at all?
 * @instance: NULL, or the one of @filter's for which alone it is about to wait
 *
 * A callback of an operation keeps every instance of its volume; what else a filter may be called
 * for keeps the filter, and as a rule one instance.
 */
bool flt_task_in_callback(const struct flt_filter *filter, const struct flt_instance *instance)
{
	struct flt_running *running = NULL;

	while (filter && (running = flt_running_next(running))) {
		if (running->filter == filter && (!instance || running->instance == instance))
			return true;
	}
	return flt_live_walk(flt_callback_look, (void *)filter);
}

/* The parameters that record @i saw on the way down. */
static const FLT_IO_PARAMETER_BLOCK *flt_record_view(const struct flt_record *record)
{
	const struct flt_operation *op = record->op;
	int i;

	for (i = record - op->records; i < flt_records_passed(op); i++) {
		if (op->records[i].changed)
			return op->records[i].saved;
	}
	return &op->accepted;
}

/*
 * What a copy of an operation's callback data points to, kept for as long as the callback that gets
 * it runs: the operation may end meanwhile, and its issuer's file and thread with it.
 */
struct flt_view {
	PFILE_OBJECT file;
	struct task_struct *task;
	struct task_struct *leader;
};

/* The instance's lock, under which the record is linked, keeps the operation. */
static void flt_view_keep(struct flt_view *view, const struct flt_operation *op,
			  const FLT_IO_PARAMETER_BLOCK *iopb)
{
	view->file = iopb->TargetFileObject;
	if (view->file)
		flt_file_get(flt_file_of(view->file));
	view->task = get_task_struct(op->task);
	view->leader = get_task_struct(op->flags & FLT_OP_ASYNC ? op->leader :
				       op->task->group_leader);
}

static void flt_view_drop(const struct flt_view *view)
{
	put_task_struct(view->leader);
	put_task_struct(view->task);
	if (view->file)
		flt_file_put(flt_file_of(view->file));
}

/* Drains one record: its post-operation callback gets a copy, and the record is done. */
static void flt_drain_record(struct flt_instance *instance, FLT_CALLBACK_DATA *data,
			     FLT_IO_PARAMETER_BLOCK *iopb)
{
	FLT_POSTOP_CALLBACK_STATUS verdict;
	struct flt_record *record;
	const struct flt_node *node;
	struct flt_operation *op;
	struct flt_view view;
	struct flt_node copy;
	void *context;
	ULONG flags;

	spin_lock_bh(&instance->lock);
	record = list_first_entry_or_null(&instance->open, struct flt_record, link);
	if (!record) {
		spin_unlock_bh(&instance->lock);
		return;
	}
	op = record->op;
	node = &op->nodes[record->index];
	/* Once DONE and unlinked, the operation may go at any moment: copy first. */
	copy = *node;
	context = record->context;
	*data = op->data;
	data->TagData = NULL;	/* goes with the operation */
	*iopb = *flt_record_view(record);
	flt_view_keep(&view, op, iopb);
	list_del(&record->link);
	WRITE_ONCE(record->state, FLT_RECORD_DONE);
	record->counted = false;
	spin_unlock_bh(&instance->lock);

	iopb->TargetInstance = flt_instance_opaque(instance);
	data->Iopb = iopb;
	flags = data->Flags & ~FLTFL_CALLBACK_DATA_DIRTY;
	data->Flags = flags | FLTFL_CALLBACK_DATA_POST_OPERATION | FLTFL_CALLBACK_DATA_DRAINING_IO;
	flt_call_drain(data, &copy, context, &verdict);
	flt_view_drop(&view);
	if (verdict != FLT_POSTOP_FINISHED_PROCESSING)
		flt_violation(instance->filter, FLT_VIOLATION_DRAIN, NULL,
			      "%s: draining post-operation callback returned %d",
			      FltGetIrpName(iopb->MajorFunction), verdict);
	flt_instance_settle(instance);
}

/**
 * flt_instance_drain() - call what is owed to an instance that is going away
 * @instance: LEAVING, its guards are at zero
 *
 * PASSIVE_LEVEL. Returns when nothing is owed any more: linked records are drained, operations
 * that the instance holds itself have been resumed by it, resumed ones have gone past it.
 */
void flt_instance_drain(struct flt_instance *instance)
{
	FLT_CALLBACK_DATA data;
	FLT_IO_PARAMETER_BLOCK iopb;
	unsigned long start = jiffies;

	while (atomic_read(&instance->owed)) {
		if (!list_empty_careful(&instance->open)) {
			flt_drain_record(instance, &data, &iopb);
			continue;
		}
		if (!wait_event_idle_timeout(instance->obj.idle,
					     !atomic_read(&instance->owed) ||
					     !list_empty_careful(&instance->open), flt_patience))
			flt_wait_warn(instance->filter, NULL, start, atomic_read(&instance->owed),
				      "operations");
	}
}

int flt_held_init(void)
{
	unsigned int i;
	int cpu;

	flt_running_init();
	for (i = 0; i < ARRAY_SIZE(flt_held); i++)
		spin_lock_init(&flt_held[i].lock);
	for_each_possible_cpu(cpu) {
		struct flt_live *live = per_cpu_ptr(&flt_live, cpu);

		spin_lock_init(&live->lock);
		INIT_LIST_HEAD(&live->ops);
	}
	flt_held_watch(true);
	return 0;
}

void flt_held_exit(void)
{
	int cpu;

	flt_held_watch(false);
	flt_lock_watch_exit();
	for_each_possible_cpu(cpu) {
		struct flt_live *live = per_cpu_ptr(&flt_live, cpu);

		WARN_ON_ONCE(!list_empty(&live->ops) ||
			     memchr_inv(live->slots, 0, sizeof(live->slots)));
	}
}
