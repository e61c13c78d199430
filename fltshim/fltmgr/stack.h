/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stack snapshots: the instances of a volume, sorted by altitude, with a dense array of the
 * interested ones for each major function. A snapshot never changes, but for being marked when it
 * is out of date; attach and detach publish a new one. Its guard is the rundown protection of every
 * instance in it.
 *
 * An operation under way is under the guard of the snapshot in op->guard and pays nothing for that:
 * it says so before it is seen to be in flight (held.h), and looks afterwards whether the snapshot
 * is still current. Who replaces a snapshot does it the other way round: publishes the new one, and
 * then counts the operations in flight under the old one. So either the operation sees the new one,
 * or it is counted, and its end is waited for.
 */
#ifndef FLTMGR_STACK_H
#define FLTMGR_STACK_H

#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include "fltmgr/op_table.h"

struct flt_instance;
struct flt_volume;

/* in @skip of a node */
#define FLT_NODE_NO_PRE	0x80000000	/* there is no @pre */
#define FLT_NODE_OLD	0x40000000	/* the instance may be leaving: its state is looked at */

/**
 * struct flt_node - one instance's callbacks for one major function: a cache line of what a call
 * of them needs
 * @instance: the instance, and of that
 * @filter: its filter
 * @shown: what callbacks are told
 * @pre: callback, or NULL
 * @post: callback, or NULL
 * @pre_calls: counts calls of @pre, one of the filter's stats
 * @post_calls: likewise
 * @skip: FLTFL_OPERATION_REGISTRATION_SKIP_*, FLT_NODE_*; 0 when @pre is called whatever comes
 * @order: index of the instance in the snapshot, 0 is the highest
 */
struct flt_node {
	struct flt_instance *instance;
	struct flt_filter *filter;
	PFLT_INSTANCE shown;
	PFLT_PRE_OPERATION_CALLBACK pre;
	PFLT_POST_OPERATION_CALLBACK post;
	u64 __percpu *pre_calls;
	u64 __percpu *post_calls;
	ULONG skip;
	unsigned int order;
};

/**
 * struct flt_stack - a snapshot
 * @guards: who keeps its instances from being torn down: one for being current; from the time
 *	when it is replaced on, one for each operation that runs under it; and who entered it
 *	without one. Detach waits for zero.
 * @memory: one for @guards, one for each held operation that will go on with @nodes
 * @rcu: for readers of volume->stack
 * @interest: FLT_WANT bits of all nodes
 * @providers: some instance's filter provides names
 * @nr_instances: how many instances
 * @instances: them, from high to low; each referenced until @memory is zero
 * @first: where the nodes of a major function begin
 * @count: how many it has
 * @nodes: all nodes
 */
struct flt_stack {
	refcount_t guards;
	refcount_t memory;
	struct rcu_head rcu;
	u64 interest;
	bool providers;
	unsigned int nr_instances;
	struct flt_instance **instances;
	u16 first[FLT_NR_OPS];
	u16 count[FLT_NR_OPS];
	struct flt_node nodes[];
};

struct flt_stack *flt_guard_enter(struct flt_volume *volume);
void flt_guard_leave(struct flt_stack *stack);
const struct flt_stack *flt_stack_peek(const struct flt_volume *volume);

static inline void flt_stack_get(struct flt_stack *stack)
{
	refcount_inc(&stack->memory);
}

void flt_stack_put(struct flt_stack *stack);
unsigned int flt_stack_depth(const struct flt_volume *volume);
int flt_stack_above(const struct flt_stack *stack, u8 op_index,
		    const struct flt_instance *instance);
int flt_stack_publish(struct flt_volume *volume);
int flt_stack_publish_these(struct flt_volume *volume, struct list_head *instances);
void flt_stack_outdate(struct flt_volume *volume);
void flt_stack_retire(struct flt_volume *volume);

#endif
