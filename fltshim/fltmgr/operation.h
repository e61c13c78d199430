/* SPDX-License-Identifier: GPL-2.0 */
/*
 * One operation on its way through the filters of a volume: the callback data that minifilters
 * see, the cursor of the walk, and one completion record per interested instance. The file
 * system's front half fills it and runs it; the walk itself is in operation.c.
 *
 * Life: a synchronous operation lives in its issuer's frame from flt_operation_init() to
 * flt_operation_fini(), whoever holds it meanwhile; flt_operation_run() does not return before
 * it is finished. An asynchronous one (FLT_OP_ASYNC) belongs to the machine from
 * flt_operation_start() until op->done() is called, which may be before start returns.
 */
#ifndef FLTMGR_OPERATION_H
#define FLTMGR_OPERATION_H

#include <linux/atomic.h>
#include <linux/completion.h>
#include <linux/list.h>
#include <linux/sched.h>
#include <linux/workqueue.h>
#include "nt/nt.h"
#include "fltmgr/file_object.h"
#include "fltmgr/op_table.h"
#include "fltmgr/volume_ops.h"

struct flt_cancel_ops;
struct flt_instance;
struct flt_live;
struct flt_node;
struct flt_redirect;
struct flt_stack;
struct flt_status_request;
struct task_struct;

#define FLT_INLINE_RECORDS	4	/* instances that an operation needs no allocation for */
#define FLT_DEEP_RECORDS	12	/* ... whose issuer waits, in a frame of its own */
#define FLT_RESERVED_RECORDS	64	/* ... with memory preallocated */

#define FLT_NO_PRIORITY		(-1)

/*
 * A local variable that is large, and set up by a routine of ours: a kernel that clears all local
 * variables leaves it alone, since clearing an operation costs as much as calling a filter.
 */
#define FLT_NOT_CLEARED		__attribute__((__uninitialized__))

/* flags of struct flt_operation */
#define FLT_OP_ASYNC		0x01	/* nobody waits; op->done() at the end */
#define FLT_OP_UNKILLABLE	0x02	/* a fatal signal does not cancel it (cleanup, close) */
#define FLT_OP_UNSENT		0x04	/* it ended for lack of memory before a filter saw it */
#define FLT_OP_WAS_HELD		0x08	/* somebody pended it at some time */
#define FLT_OP_BY_FILTER	0x10	/* a filter completed it, not the file system */
#define FLT_OP_OPENED		0x20	/* a create for which the file system opened a file */
#define FLT_OP_POSTED		0x40	/* the running callback gave it to a worker */
#define FLT_OP_WORKER_RESUMES	0x80	/* held until that worker ends, whatever it does */
#define FLT_OP_PAGING		0x100	/* the file system's own, in its paging path */
#define FLT_OP_INTERRUPTIBLE	0x200	/* any signal cancels it, as it would the caller's wait */

enum flt_phase {
	FLT_PHASE_PRE,		/* going down */
	FLT_PHASE_BOTTOM,	/* with the file system */
	FLT_PHASE_POST,		/* coming up */
	FLT_PHASE_DONE,
};

/* Who owns the operation between a callback's start and its resumption (op->hold). */
enum flt_hold {
	FLT_HOLD_NONE,		/* the machine runs */
	FLT_HOLD_CALLING,	/* inside a callback (or the bottom) that may yet pend it */
	FLT_HOLD_PENDED,	/* the callback (or the bottom) kept it */
	FLT_HOLD_CLAIMED,	/* being handed back: @resume is written */
	FLT_HOLD_RESUMED,	/* handed back, the machine has not looked yet */
};

/* State of cancellation (op->cancel), moved by cmpxchg; see cancel.c. */
enum {
	FLT_CANCEL_NONE,	/* no cancel routine */
	FLT_CANCEL_ARMED,	/* cancel_ops->fire is called by who cancels */
	FLT_CANCEL_FIRING,	/* it was claimed for that, which owns the operation */
	FLT_CANCEL_STATE = 3,	/* mask of these */
	FLT_CANCEL_ASKED = 4,	/* the operation was cancelled */
};

/* What of the VFS is locked, so that others wait, while an operation is under way. */
enum flt_lock {
	FLT_LOCK_NONE,
	FLT_LOCK_DIRECTORY,
	FLT_LOCK_INODE,
	FLT_LOCK_MOUNT,
	FLT_LOCK_RENAME,	/* all renames between directories of the mount */
	FLT_NR_LOCKS
};

extern const char *const flt_lock_names[FLT_NR_LOCKS];	/* lock_watch.c */

enum flt_record_state {
	FLT_RECORD_NONE,	/* no post-operation callback is owed */
	FLT_RECORD_OPEN,	/* owed */
	FLT_RECORD_DONE,	/* called, or drained */
};

/* struct flt_record.bits of one whose post-operation callback is owed, and nothing else. */
#define FLT_RECORD_PLAIN	((u64)FLT_RECORD_OPEN)

/**
 * struct flt_record - what one instance is owed on the way up
 * @bits: the members below at once; with @context all that is set for an instance that changes
 *	nothing while nobody holds the operation
 * @state: enum flt_record_state; moves OPEN -> DONE under the instance's lock while linked,
 *	by the walk alone otherwise
 * @counted: linked at least once, so the instance counts it until it is DONE
 * @sync: FLT_PREOP_SYNCHRONIZE: post belongs to the thread of pre
 * @changed: it had a change accepted: there is @saved
 * @swaps: the accepted change exchanged the data buffer; such a record cannot be drained
 * @retained: the filter frees @swapped itself
 * @index: of its node in the operation's; of one that is @counted
 * @context: completion context; of an OPEN one
 * @saved: parameters before this instance's accepted change; of one that has @changed
 * @swapped: on the way up: MDL of the buffer that it put in place, or NULL; of one that @swaps
 * @link: in the instance's list of open records while the operation is held; its lock
 * @op: the operation; of one that is @counted
 */
struct flt_record {
	union {
		u64 bits;
		struct {
			u8 state;
			bool counted;
			bool sync;
			bool changed;
			u8 swaps;
			bool retained;
			u16 index;
		};
	};
	void *context;
	FLT_IO_PARAMETER_BLOCK *saved;
	PMDL swapped;
	struct list_head link;
	struct flt_operation *op;
};

/**
 * struct flt_operation - an operation
 * @data: what filters see
 * @iopb: data.Iopb points here: the parameters as the present callback or the bottom sees them
 * @accepted: the parameters in force at this depth; @iopb is restored from it
 * @volume: the volume
 * @initiator: the instance that started it: only those below it are visited; NULL for what
 *	came from outside
 * @stack: the snapshot taken at the start: decides which instances are visited; NULL before that
 *	where flt_operation_init() made it, not set where __flt_operation_init() did
 * @guard: the snapshot that protects the present run of the machine (stack.h)
 * @counted: in @guard->guards, since it has been replaced; under the list's lock
 * @records: @inline_records, or others when the snapshot is deeper: of the issuer's frame,
 *	@reserve, or @allocated
 * @reserve: @nr_reserve of them that the operation's owner has; if that is not 0
 * @nr_reserve: how many
 * @front: the file system's own description of the request; NULL for what a filter started
 * @done: end of an asynchronous operation; of one that is started
 * @nodes: the interested nodes that are visited, from high to low
 * @cursor: the node whose turn it is
 * @floor: the walk ends when @cursor comes up to it: -1, or the node that reissues the operation
 * @nr_nodes: how many there are
 * @phase: enum flt_phase
 * @flags: FLT_OP_*
 * @waits: synchronized records of the thread that runs the machine: it waits out holds of an
 *	asynchronous operation while there are any
 * @op_index: dense index of the major function
 * @stack_ref: a reference on the memory of @stack is held
 * @priority: IO_PRIORITY_HINT that a filter gave it, or FLT_NO_PRIORITY
 * @has_activity: a filter gave it @activity
 * @parks: when the file system leaves it under way, its issuer gets it back as it is, and goes on
 *	with flt_operation_unpark(); set between flt_operation_init() and flt_operation_run()
 * @redirect: its part on another volume, while a filter has sent it there
 * @requests: who wants to know what the file system said to it, the lowest first
 * @calm: @hold and @cancel at once: FLT_HOLD_CALLING when a callback runs and nothing is going on
 * @hold: enum flt_hold, moved by cmpxchg
 * @resume: what the resumption said (an FLT_PREOP_CALLBACK_STATUS)
 * @resume_context: completion context that came with it
 * @resume_cursor: the node whose turn it was then
 * @resumed: where a synchronous issuer waits; initialised with each hold
 * @work: where an asynchronous operation for which nobody waits continues when its resumer may not
 *	run it; initialised then
 * @live: what was in flight on the CPU where it began
 * @slot: its place there, or NULL: it is in the list
 * @inflight: in that list
 * @told: the log has been told that the present holder holds it for long
 * @vfs_lock: enum flt_lock: what the VFS keeps locked while it is under way
 * @lock_told: the log has been told of that, and
 * @lock_place: where it was when it was looked at last, and
 * @lock_since: in jiffies, since when; under the list's lock
 * @start: jiffies at the start
 * @held_since: jiffies when the present holder got it; with @told of use while it is PENDED
 * @task: the thread that asked for it (data.Thread); referenced for asynchronous operations
 * @leader: of its thread group: the requestor process; set and referenced for asynchronous
 *	operations, whose thread may exit meanwhile
 * @runner: the task that runs the machine; for comparison only
 * @shown: data.Flags as the running callback got them
 * @sum: flt_callback_sum() of what it got; 0 when it has to be looked at closely
 * @thread: data.Thread
 * @mode: data.RequestorMode
 * @held: in the holding instance's list of operations that it pends
 * @locked: MDLs that FltLockUserBuffer() made for it
 * @held_link: in the hash of operations that filters hold
 * @cancel: FLT_CANCEL_*, moved by cmpxchg
 * @cancel_ops: what happens when the operation is cancelled while ARMED, or lost
 * @cancel_arg: of @cancel_ops: the driver's routine, its queue, a grant or a waiter
 * @cancel_context: of @cancel_ops: the queue's io context
 * @activity: see @has_activity
 * @ecps: of a create: its extra create parameters, or NULL
 * @ecps_lent: they are not freed with it
 */
struct flt_operation {
	FLT_CALLBACK_DATA data;
	FLT_IO_PARAMETER_BLOCK iopb;
	FLT_IO_PARAMETER_BLOCK accepted;
	struct flt_volume *volume;
	struct flt_instance *initiator;
	struct flt_stack *stack;
	struct flt_stack *guard;
	struct flt_record *records;
	const struct flt_node *nodes;
	int cursor;
	int nr_nodes;
	int floor;
	int lock_place;
	ULONG shown;
	KPROCESSOR_MODE mode;
	u64 sum;
	PETHREAD thread;
	union {
		u64 calm;
		struct {
			atomic_t hold;
			atomic_t cancel;
		};
	};
	u8 phase;
	u8 waits;
	bool stack_ref;
	bool allocated;
	bool has_activity;
	bool parks;
	s8 priority;
	u8 op_index;
	u16 flags;
	u8 told;
	bool lock_told;
	bool counted;
	bool ecps_lent;
	u8 vfs_lock;
	struct flt_redirect *redirect;
	struct flt_status_request *requests;
	struct flt_live *live;
	struct flt_operation **slot;
	struct task_struct *task;
	struct task_struct *runner;
	unsigned long start;
	void *front;
	void (*done)(struct flt_operation *op);
	struct flt_record *reserve;
	unsigned int nr_reserve;
	PMDL locked;
	struct _ECP_LIST *ecps;
	struct flt_record inline_records[FLT_INLINE_RECORDS];
	struct task_struct *leader;
	struct list_head inflight;
	unsigned long lock_since;
	unsigned long held_since;
	int resume;
	int resume_cursor;
	void *resume_context;
	union {
		struct completion resumed;
		struct work_struct work;
	};
	struct list_head held;
	struct hlist_node held_link;
	const struct flt_cancel_ops *cancel_ops;
	void *cancel_arg;
	void *cancel_context;
	GUID activity;
};

/*
 * The front half's part, in this order:
 *
 *	if (!flt_volume_wants(volume, FLT_WANT(IRP_MJ_READ)))
 *		return the lower file system's answer;
 *	flt_operation_init(&op, volume, IRP_MJ_READ, file_object);
 *	op.iopb.Parameters.Read.Length = ...; op.iopb.IrpFlags = ...;
 *	op.front = &my_request;
 *	status = flt_operation_run(&op);
 *	information = op.data.IoStatus.Information;
 *	flt_operation_fini(&op);
 *
 * flt_operation_run() works with no interested instance too (the bottom is called at once), so a
 * sequence of which only a part is wanted needs no second path.
 */
void flt_operation_init(struct flt_operation *op, struct flt_volume *volume, UCHAR major,
			PFILE_OBJECT file);
NTSTATUS flt_operation_run(struct flt_operation *op);
NTSTATUS flt_operation_unpark(struct flt_operation *op);
u8 flt_operation_start(struct flt_operation *op);
u8 flt_operation_start_as(struct flt_operation *op, struct task_struct *task,
			  struct task_struct *leader);
void flt_operation_reset(struct flt_operation *op);
void flt_operation_again(struct flt_operation *op);
void flt_operation_drop(struct flt_operation *op);

/* pend.c: the operation was held and has been claimed for resumption. */
void flt_operation_continue(struct flt_operation *op);

/* operation.c: the machine runs until the operation is done (true) or held (false). */
bool flt_operation_machine(struct flt_operation *op);
int flt_walk_init(void);
void flt_walk_exit(void);

int flt_operations_init(void);
void flt_operations_exit(void);

/* The bottom's part: an operation that perform() left under way has its IoStatus now. */
void flt_operation_bottom_done(struct flt_operation *op);
void flt_operation_bottom_waits(struct flt_operation *op);
void flt_operation_bottom_waited(struct flt_operation *op);

/*
 * The state of the walk before it begins. Members that lie next to each other are set one after the
 * other, so that compilers make one store of them.
 */
static __always_inline void flt_operation_reset_walk(struct flt_operation *op, bool cannot_fail,
						     bool paging)
{
	op->phase = FLT_PHASE_PRE;
	op->waits = 0;
	op->stack_ref = false;
	op->allocated = false;
	op->flags = (cannot_fail ? FLT_OP_UNKILLABLE : 0) | (paging ? FLT_OP_PAGING : 0);
	op->told = false;
	op->lock_told = false;
	op->counted = false;
	op->floor = -1;
	op->lock_place = -1;
	op->calm = FLT_HOLD_NONE;
	op->guard = NULL;
	op->records = op->inline_records;
	op->redirect = NULL;
	op->requests = NULL;
}

/*
 * flt_operation_init() for paths that are counted in instructions, but for the parameters, which
 * the caller sets all. Member by member: what compilers make of clearing a whole structure costs
 * more.
 */
static __always_inline void __flt_operation_init_bare(struct flt_operation *op,
						      struct flt_volume *volume, UCHAR major,
						      PFILE_OBJECT file)
{
	/* First: to the compiler it may lie where stores go. */
	u8 vfs_lock = file ? flt_file_of(file)->vfs_lock : FLT_LOCK_NONE;
	FLT_CALLBACK_DATA *data = &op->data;
	FLT_IO_PARAMETER_BLOCK *iopb = &op->iopb;

	static_assert(FLTFL_CALLBACK_DATA_FAST_IO_OPERATION ==
		      FLTFL_CALLBACK_DATA_IRP_OPERATION << FLT_FORM_FAST_IO);
	static_assert(FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION ==
		      FLTFL_CALLBACK_DATA_IRP_OPERATION << FLT_FORM_FS_FILTER);

	data->Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION << flt_op_form(major);
	data->Thread = (PETHREAD)current;
	data->Iopb = iopb;
	data->IoStatus.Pointer = NULL;
	data->IoStatus.Information = 0;
	data->TagData = NULL;
	data->FilterContext[0] = NULL;
	data->FilterContext[1] = NULL;
	data->FilterContext[2] = NULL;
	data->FilterContext[3] = NULL;
	data->RequestorMode = UserMode;
	iopb->IrpFlags = 0;
	iopb->MajorFunction = major;
	iopb->MinorFunction = 0;
	iopb->OperationFlags = 0;
	iopb->Reserved = 0;
	iopb->TargetFileObject = file;
	iopb->TargetInstance = NULL;
	op->volume = volume;
	op->initiator = NULL;
	op->task = current;
	op->front = NULL;
	op->nr_reserve = 0;
	op->locked = NULL;
	op->ecps = NULL;
	op->has_activity = false;
	op->parks = false;
	op->priority = FLT_NO_PRIORITY;
	op->op_index = flt_op_index(major);
	op->ecps_lent = false;
	flt_operation_reset_walk(op, flt_op_cannot_fail(major), flt_op_is_paging(major));
	op->vfs_lock = vfs_lock;
}

/* The same, with parameters that are zero. */
static __always_inline void __flt_operation_init(struct flt_operation *op,
						 struct flt_volume *volume, UCHAR major,
						 PFILE_OBJECT file)
{
	FLT_PARAMETERS *parameters = &op->iopb.Parameters;

	static_assert(sizeof(*parameters) == sizeof(parameters->Others));

	__flt_operation_init_bare(op, volume, major, file);
	parameters->Others.Argument1 = NULL;
	parameters->Others.Argument2 = NULL;
	parameters->Others.Argument3 = NULL;
	parameters->Others.Argument4 = NULL;
	parameters->Others.Argument5 = NULL;
	parameters->Others.Argument6.QuadPart = 0;
}

/**
 * flt_operation_fini() - an operation's memory is about to go
 * @op: finished, or never run
 */
static inline void flt_operation_fini(struct flt_operation *op)
{
	/* One test for what hardly any operation has. */
	if (unlikely((uintptr_t)op->guard | (uintptr_t)op->data.TagData |
		     (uintptr_t)op->locked | (uintptr_t)op->ecps))
		flt_operation_drop(op);
}

/* How many nodes it visits; whoever finds it in flight and sees some sees them whole. */
static inline int flt_operation_nodes(const struct flt_operation *op)
{
	/* Pairs with flt_operation_enter(). */
	return smp_load_acquire(&op->nr_nodes);
}

/* Is it in a pre-operation callback, or held by one? One that was never issued is not. */
static inline bool flt_operation_in_pre(const struct flt_operation *op)
{
	return READ_ONCE(op->phase) == FLT_PHASE_PRE && atomic_read(&op->hold) != FLT_HOLD_NONE;
}

static inline struct flt_operation *flt_operation_of(PFLT_CALLBACK_DATA data)
{
	return container_of(data, struct flt_operation, data);
}

/* The running callback has given the operation to a worker: flt_callback_quiet() says no. */
static inline void flt_operation_posted(struct flt_operation *op)
{
	op->flags |= FLT_OP_POSTED;
	op->sum = 0;
}

/* Set the result; for bottoms. */
static inline void flt_operation_result(struct flt_operation *op, NTSTATUS status,
					ULONG_PTR information)
{
	op->data.IoStatus.Status = status;
	op->data.IoStatus.Information = information;
}

/*
 * Was the operation cancelled? A bottom that leaves it under way asks once more after it has made
 * it findable for volume->ops->cancel().
 */
static inline bool flt_operation_canceled(const struct flt_operation *op)
{
	return atomic_read(&op->cancel) & FLT_CANCEL_ASKED;
}

/* Did flt_operation_run() return with the operation left at the file system (op->parks)? */
static inline bool flt_operation_parked(const struct flt_operation *op)
{
	return op->phase == FLT_PHASE_BOTTOM;
}

#endif
