/* SPDX-License-Identifier: GPL-2.0 */
/*
 * Stack snapshots: the instances of a volume, sorted by altitude, with a dense array of the
 * interested ones for each major function. A snapshot never changes; attach and detach publish a
 * new one. Its guard is the rundown protection of every instance in it.
 */
#ifndef FLTMGR_STACK_H
#define FLTMGR_STACK_H

#include <linux/percpu-refcount.h>
#include <linux/rcupdate.h>
#include <linux/refcount.h>
#include "fltmgr/op_table.h"

struct flt_instance;
struct flt_volume;

#define FLT_NODE_NO_PRE	0x80000000	/* in @skip of a node: there is no @pre */

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
 * @skip: FLTFL_OPERATION_REGISTRATION_SKIP_*, FLT_NODE_NO_PRE
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
 * @guard: held while callbacks of instances in the snapshot may run; killed when the snapshot is
 *	replaced, and detach waits for it to reach zero
 * @memory: one for @guard, one for each held operation that will go on with @nodes
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
	struct percpu_ref guard;
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
const struct flt_stack *flt_stack_peek(const struct flt_volume *volume);

static inline void flt_guard_leave(struct flt_stack *stack)
{
	percpu_ref_put(&stack->guard);
}

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
void flt_stack_retire(struct flt_volume *volume);

#endif
