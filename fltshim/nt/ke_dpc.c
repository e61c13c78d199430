// SPDX-License-Identifier: GPL-2.0
/*
 * Deferred procedure calls: a queue per CPU that a tasklet works off, so that the routines run at
 * DISPATCH_LEVEL on the CPU that queued them. Touches nothing but the KDPC of the driver.
 *
 * Rules. A queue and the links of what is in it are under the queue's lock. A queued KDPC points
 * to its queue in DpcData; whoever sets that from NULL has queued it, so it is in one queue once.
 * Before a routine runs, all that it needs is copied, because it may free or requeue its KDPC.
 */
#include <linux/delay.h>
#include <linux/export.h>
#include <linux/interrupt.h>
#include <linux/percpu.h>
#include <linux/spinlock.h>
#include "nt/ke_dpc.h"
#include "nt/ke_irql.h"
#include "nt/rtl_status.h"
#include "nt/seh.h"

struct ke_dpc_queue {
	raw_spinlock_t lock;		/* the list and @running */
	SINGLE_LIST_ENTRY *first;
	SINGLE_LIST_ENTRY *last;
	u8 running;			/* a routine of this queue runs */
	struct tasklet_struct tasklet;
};

static DEFINE_PER_CPU(struct ke_dpc_queue, ke_dpc_queues);

struct ke_dpc_call {
	PKDEFERRED_ROUTINE routine;
	KDPC *dpc;
	PVOID context;
	PVOID argument1;
	PVOID argument2;
};

static seh_raises void ke_dpc_run(void *arg)
{
	struct ke_dpc_call *call = arg;

	call->routine(call->dpc, call->context, call->argument1, call->argument2);
}

static bool ke_dpc_next(struct ke_dpc_queue *queue, struct ke_dpc_call *call)
{
	unsigned long flags;
	KDPC *dpc;

	raw_spin_lock_irqsave(&queue->lock, flags);
	queue->running = !!queue->first;
	if (!queue->first) {
		raw_spin_unlock_irqrestore(&queue->lock, flags);
		return false;
	}
	dpc = container_of(queue->first, KDPC, DpcListEntry);
	queue->first = dpc->DpcListEntry.Next;
	call->dpc = dpc;
	call->routine = dpc->DeferredRoutine;
	call->context = dpc->DeferredContext;
	call->argument1 = dpc->SystemArgument1;
	call->argument2 = dpc->SystemArgument2;
	WRITE_ONCE(dpc->DpcData, NULL);
	raw_spin_unlock_irqrestore(&queue->lock, flags);
	return true;
}

static void ke_dpc_tasklet(struct tasklet_struct *tasklet)
{
	struct ke_dpc_queue *queue = container_of(tasklet, struct ke_dpc_queue, tasklet);
	struct ke_dpc_call call;
	NTSTATUS code;

	while (ke_dpc_next(queue, &call))
		fsh_call((unsigned long)call.routine, "DPC routine", ke_dpc_run, &call, &code);
}

/**
 * ke_dpc_queue() - queue a deferred procedure call on this CPU
 * @dpc: the call
 * @argument1: for the routine
 * @argument2: for the routine
 *
 * Context: any. Return: false if it is queued already.
 */
bool ke_dpc_queue(PRKDPC dpc, PVOID argument1, PVOID argument2)
{
	struct ke_dpc_queue *queue;
	unsigned long flags;
	bool queued;

	local_irq_save(flags);
	queue = this_cpu_ptr(&ke_dpc_queues);
	raw_spin_lock(&queue->lock);
	queued = !cmpxchg(&dpc->DpcData, NULL, (PVOID)queue);
	if (queued) {
		dpc->SystemArgument1 = argument1;
		dpc->SystemArgument2 = argument2;
		dpc->DpcListEntry.Next = NULL;
		if (queue->first)
			queue->last->Next = &dpc->DpcListEntry;
		else
			queue->first = &dpc->DpcListEntry;
		queue->last = &dpc->DpcListEntry;
	}
	raw_spin_unlock(&queue->lock);
	if (queued)
		tasklet_schedule(&queue->tasklet);
	local_irq_restore(flags);
	return queued;
}

/**
 * KeInitializeDpc() - make a deferred procedure call
 * @Dpc: storage of the driver
 * @DeferredRoutine: what to call
 * @DeferredContext: what to call it with
 *
 * WDK: KeInitializeDpc. IRQL: any.
 */
void KeInitializeDpc(PRKDPC Dpc, PKDEFERRED_ROUTINE DeferredRoutine, PVOID DeferredContext)
{
	memset(Dpc, 0, sizeof(*Dpc));
	Dpc->Type = 19;		/* as on Windows */
	Dpc->DeferredRoutine = DeferredRoutine;
	Dpc->DeferredContext = DeferredContext;
}
EXPORT_SYMBOL_GPL(KeInitializeDpc);

/**
 * KeInsertQueueDpc() - queue a deferred procedure call
 * @Dpc: the call
 * @SystemArgument1: for the routine
 * @SystemArgument2: for the routine
 *
 * WDK: KeInsertQueueDpc. The routine runs on this processor at DISPATCH_LEVEL. IRQL: any.
 * Return: FALSE if it is queued already.
 */
BOOLEAN KeInsertQueueDpc(PRKDPC Dpc, PVOID SystemArgument1, PVOID SystemArgument2)
{
	return ke_dpc_queue(Dpc, SystemArgument1, SystemArgument2);
}
EXPORT_SYMBOL_GPL(KeInsertQueueDpc);

/**
 * KeRemoveQueueDpc() - take a deferred procedure call back
 * @Dpc: the call
 *
 * WDK: KeRemoveQueueDpc. IRQL: any. Return: TRUE if it was queued.
 */
BOOLEAN KeRemoveQueueDpc(PRKDPC Dpc)
{
	struct ke_dpc_queue *queue = READ_ONCE(Dpc->DpcData);
	SINGLE_LIST_ENTRY **link, *previous = NULL;
	unsigned long flags;
	bool removed;

	if (!queue)
		return FALSE;
	raw_spin_lock_irqsave(&queue->lock, flags);
	for (link = &queue->first; *link && *link != &Dpc->DpcListEntry; link = &previous->Next)
		previous = *link;
	/* Another processor may have taken it from the queue a moment ago. */
	removed = *link;
	if (removed) {
		*link = Dpc->DpcListEntry.Next;
		if (queue->last == &Dpc->DpcListEntry)
			queue->last = previous;
		WRITE_ONCE(Dpc->DpcData, NULL);
	}
	raw_spin_unlock_irqrestore(&queue->lock, flags);
	return removed;
}
EXPORT_SYMBOL_GPL(KeRemoveQueueDpc);

static void ke_dpc_flush(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ke_dpc_queue *queue = per_cpu_ptr(&ke_dpc_queues, cpu);

		while (READ_ONCE(queue->first) || READ_ONCE(queue->running))
			usleep_range(50, 200);
	}
}

/**
 * KeFlushQueuedDpcs() - wait until every queued routine has run
 *
 * WDK: KeFlushQueuedDpcs. IRQL: PASSIVE_LEVEL.
 */
void KeFlushQueuedDpcs(void)
{
	if (ke_at_most(PASSIVE_LEVEL))
		ke_dpc_flush();
}
EXPORT_SYMBOL_GPL(KeFlushQueuedDpcs);

void ke_dpc_init(void)
{
	int cpu;

	for_each_possible_cpu(cpu) {
		struct ke_dpc_queue *queue = per_cpu_ptr(&ke_dpc_queues, cpu);

		raw_spin_lock_init(&queue->lock);
		tasklet_setup(&queue->tasklet, ke_dpc_tasklet);
	}
}

void ke_dpc_exit(void)
{
	int cpu;

	for_each_possible_cpu(cpu)
		tasklet_kill(&per_cpu_ptr(&ke_dpc_queues, cpu)->tasklet);
}
