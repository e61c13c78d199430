// SPDX-License-Identifier: GPL-2.0
/*
 * Building, publishing and retiring stack snapshots. Everything that changes volume->stack is
 * here, under volume->lock.
 */
#include <linux/slab.h>
#include "fltmgr/altitude.h"
#include "fltmgr/filter.h"
#include "fltmgr/held.h"
#include "fltmgr/instance.h"
#include "fltmgr/stack.h"
#include "fltmgr/volume.h"

static void flt_stack_free(struct rcu_head *rcu)
{
	struct flt_stack *stack = container_of(rcu, struct flt_stack, rcu);
	unsigned int i;

	for (i = 0; i < stack->nr_instances; i++)
		flt_instance_forget(stack->instances[i]);
	kfree(stack->instances);
	kfree(stack);
}

/* Whoever peeks at it (flt_stack_peek()) may be looking still. */
void flt_stack_put(struct flt_stack *stack)
{
	if (refcount_dec_and_test(&stack->memory))
		call_rcu(&stack->rcu, flt_stack_free);
}

/**
 * flt_guard_leave() - the end of what flt_guard_enter() or flt_stack_close() has begun
 * @stack: its instances may be torn down when nobody else keeps them
 *
 * Up to softirq.
 */
void flt_guard_leave(struct flt_stack *stack)
{
	unsigned int i;

	if (!refcount_dec_and_test(&stack->guards))
		return;
	for (i = 0; i < stack->nr_instances; i++) {
		struct flt_instance *instance = stack->instances[i];

		if (atomic_dec_and_test(&instance->guarded))
			wake_up_all(&instance->obj.idle);
	}
	flt_stack_put(stack);
}

/**
 * flt_guard_enter() - protect the instances of a volume outside its operations
 * @volume: the volume
 *
 * The snapshot that is current is entered. One that nobody keeps has a successor already, so the
 * loop ends with the next load.
 *
 * Return: the snapshot, to be left with flt_guard_leave()
 */
struct flt_stack *flt_guard_enter(struct flt_volume *volume)
{
	struct flt_stack *stack;

	rcu_read_lock();
	for (;;) {
		stack = rcu_dereference(volume->stack);
		if (refcount_inc_not_zero(&stack->guards))
			break;
		cpu_relax();
	}
	rcu_read_unlock();
	return stack;
}

/**
 * flt_stack_peek() - look at the current snapshot without entering it
 * @volume: a volume, which may be gone from the file system and is kept by a reference only
 *
 * Under rcu_read_lock(), which keeps what is returned.
 *
 * Return: the snapshot; NULL when the volume is gone
 */
const struct flt_stack *flt_stack_peek(const struct flt_volume *volume)
{
	/* The last snapshot goes an RCU period after the volume was marked. */
	if (READ_ONCE(volume->obj.deleting))
		return NULL;
	return rcu_dereference(volume->stack);
}

/**
 * flt_stack_depth() - how many instances an operation on a volume can visit as it is now
 * @volume: the volume, whose instances may change the next moment
 */
unsigned int flt_stack_depth(const struct flt_volume *volume)
{
	const struct flt_stack *stack;
	unsigned int depth;

	rcu_read_lock();
	stack = flt_stack_peek(volume);
	depth = stack ? stack->nr_instances : 0;
	rcu_read_unlock();
	return depth;
}

/**
 * flt_stack_above() - how many nodes of a major function are not below an instance
 * @stack: the snapshot
 * @op_index: dense index of the major function
 * @instance: need not be in the snapshot (it may be going away): its altitude decides then
 */
int flt_stack_above(const struct flt_stack *stack, u8 op_index,
		    const struct flt_instance *instance)
{
	const struct flt_node *node = &stack->nodes[stack->first[op_index]];
	unsigned int order, i;

	for (order = 0; order < stack->nr_instances; order++) {
		if (flt_altitude_compare(&stack->instances[order]->altitude,
					 &instance->altitude) < 0)
			break;
	}
	/* @order is the first instance below. */
	for (i = 0; i < stack->count[op_index] && node[i].order < order; i++)
		;
	return i;
}

/* Interest bits of one registered element. */
static u64 flt_node_interest(unsigned int index, ULONG skip)
{
	u64 cached = 1ULL << index;
	u64 want = 0;

	if (skip & FLTFL_OPERATION_REGISTRATION_SKIP_NON_DASD_IO)
		return cached;	/* decided per file object; volume opens are rare */
	if (index != IRP_MJ_READ && index != IRP_MJ_WRITE)
		return cached;
	if (!(skip & FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO))
		want |= cached;
	if (!(skip & FLTFL_OPERATION_REGISTRATION_SKIP_PAGING_IO))
		want |= index == IRP_MJ_READ ? FLT_WANT_READ_PAGING : FLT_WANT_WRITE_PAGING;
	if (!(skip & FLTFL_OPERATION_REGISTRATION_SKIP_NON_CACHED_NON_PAGING_IO))
		want |= index == IRP_MJ_READ ? FLT_WANT_READ_NOCACHE : FLT_WANT_WRITE_NOCACHE;
	return want;
}

/* An instance takes part once its setup said yes and until its teardown begins. */
static bool flt_instance_on_stack(const struct flt_instance *instance)
{
	return instance->state == FLT_INSTANCE_ATTACHED;
}

static struct flt_stack *flt_stack_build(struct list_head *instances)
{
	unsigned int nr_instances = 0, nr_nodes = 0, index, i = 0;
	struct flt_instance *instance;
	struct flt_stack *stack;

	list_for_each_entry(instance, instances, volume_link) {
		if (!flt_instance_on_stack(instance))
			continue;
		nr_instances++;
		nr_nodes += instance->filter->nr_ops;
	}
	stack = kzalloc(struct_size(stack, nodes, nr_nodes), GFP_KERNEL);
	if (!stack)
		return NULL;
	stack->instances = kcalloc(nr_instances, sizeof(*stack->instances), GFP_KERNEL);
	if (nr_instances && !stack->instances)
		goto free_stack;
	refcount_set(&stack->guards, 1);
	refcount_set(&stack->memory, 1);

	list_for_each_entry(instance, instances, volume_link) {
		if (!flt_instance_on_stack(instance))
			continue;
		refcount_inc(&instance->memory);
		atomic_inc(&instance->guarded);
		stack->instances[i++] = instance;
		if (instance->filter->generate_name)
			stack->providers = true;
	}
	stack->nr_instances = nr_instances;
	nr_nodes = 0;
	for (index = 0; index < FLT_NR_OPS; index++) {
		stack->first[index] = nr_nodes;
		for (i = 0; i < nr_instances; i++) {
			struct flt_filter *filter = stack->instances[i]->filter;
			const struct flt_filter_op *op = &filter->ops[index];

			if (!op->pre && !op->post)
				continue;
			stack->nodes[nr_nodes++] = (struct flt_node) {
				.instance = stack->instances[i],
				.filter = filter,
				.shown = stack->instances[i]->shown,
				.pre = op->pre,
				.post = op->post,
				.pre_calls = &filter->stats->pre[index],
				.post_calls = &filter->stats->post[index],
				.skip = op->skip | (op->pre ? 0 : FLT_NODE_NO_PRE),
				.order = i,
			};
			stack->interest |= flt_node_interest(index, op->skip);
			if (filter->buffer_access)
				stack->interest |= flt_want_data(index);
		}
		stack->count[index] = nr_nodes - stack->first[index];
	}
	return stack;

free_stack:
	kfree(stack);
	return NULL;
}

/*
 * From here on whoever is about to call a pre-operation callback of the snapshot looks at the state
 * of its instance before: one of them may be leaving, now or later.
 */
static void flt_stack_mark(struct flt_stack *stack)
{
	unsigned int i, count = stack->first[FLT_NR_OPS - 1] + stack->count[FLT_NR_OPS - 1];

	for (i = 0; i < count; i++) {
		struct flt_node *node = &stack->nodes[i];

		/* Pairs with flt_pre_all(), which reads the state after the mark. */
		smp_store_release(&node->skip, node->skip | FLT_NODE_OLD);
	}
}

/**
 * flt_stack_outdate() - an instance of the current snapshot has begun to leave
 * @volume: the volume; its lock is held
 */
void flt_stack_outdate(struct flt_volume *volume)
{
	flt_stack_mark(rcu_dereference_protected(volume->stack, lockdep_is_held(&volume->lock)));
}

/* The operation's end is to be waited for, if the snapshot protects it. Under the list's lock. */
static bool flt_guard_count(struct flt_operation *op, void *arg)
{
	struct flt_stack *stack = arg;

	if (READ_ONCE(op->guard) == stack && !op->counted) {
		op->counted = true;
		refcount_inc(&stack->guards);
	}
	return false;
}

/* It is not current any more; what runs under it is counted now, see stack.h. */
static void flt_stack_close(struct flt_stack *stack)
{
	flt_live_walk(flt_guard_count, stack);
	flt_guard_leave(stack);
}

/**
 * flt_stack_publish() - make the present instances of a volume the ones that operations visit
 * @volume: the volume; its lock is held
 *
 * The interest mask grows before and shrinks after the snapshot changes, so no entry point skips
 * an instance that it could visit.
 *
 * Return: 0 or -ENOMEM; then the old snapshot stays
 */
int flt_stack_publish(struct flt_volume *volume)
{
	return flt_stack_publish_these(volume, &volume->instances);
}

/**
 * flt_stack_publish_these() - make some instances the ones that a volume's operations visit
 * @volume: the volume; its lock is held
 * @instances: by their volume_link, highest altitude first
 *
 * Return: as flt_stack_publish()
 */
int flt_stack_publish_these(struct flt_volume *volume, struct list_head *instances)
{
	struct flt_stack *stack, *old;

	lockdep_assert_held(&volume->lock);
	stack = flt_stack_build(instances);
	if (!stack)
		return -ENOMEM;
	WRITE_ONCE(volume->interest, volume->interest | stack->interest);
	old = rcu_replace_pointer(volume->stack, stack, lockdep_is_held(&volume->lock));
	WRITE_ONCE(volume->interest, stack->interest);
	/* Pairs with flt_inflight_enter(). */
	smp_mb();
	if (old) {
		flt_stack_mark(old);
		flt_stack_close(old);
	}
	return 0;
}

/* The last snapshot goes with its volume; nobody can enter it any more. */
void flt_stack_retire(struct flt_volume *volume)
{
	struct flt_stack *stack = rcu_dereference_protected(volume->stack, 1);

	if (stack)
		flt_stack_close(stack);
}
