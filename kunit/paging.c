// SPDX-License-Identifier: GPL-2.0
/*
 * Suite paging: operations that come from inside the file system (page faults, read-ahead,
 * write-back), on the fake volume, which issues them as a file system does: nested in another
 * operation, or in a thread of its own. Their level, TopLevelIrp and memory; and that callbacks of
 * the operations around them hold nobody up.
 */
#include <linux/anon_inodes.h>
#include <linux/file.h>
#include <linux/lockdep.h>
#include <linux/sched/mm.h>
#include "fs/cache.h"
#include "fs/request.h"
#include "kunit/async_issue.h"
#include "kunit/keeper.h"
#include "nt/ke_irql.h"

enum { PAGING_CALLS = 32 };

/* What a callback found. */
struct paging_call {
	char who;
	bool post;
	UCHAR major;
	ULONG flags;
	PIRP top;
	int irql;
	bool nofs;
	bool synchronous;
	int locks;
	struct task_struct *task;
	NTSTATUS posted;
};

static struct {
	struct paging_call call[PAGING_CALLS];
	atomic_t count;
	struct request *inner;		/* what the file system issues in between */
	struct issue *issue;		/* what A starts in its pre-operation */
	UCHAR outer;			/* major function that @inner is nested in */
	bool posts;			/* A posts what it may post */
	struct completion *gate;	/* B's callbacks wait for it */
	atomic_t waiting;
	struct kunit *test;
} paging;

static int paging_locks(void)
{
#ifdef CONFIG_LOCKDEP
	return current->lockdep_depth;
#else
	return 0;
#endif
}

static struct paging_call *paging_note(const struct probe *p, PFLT_CALLBACK_DATA data, bool post)
{
	static struct paging_call lost;
	unsigned int n = atomic_inc_return(&paging.count) - 1;
	struct paging_call *call = n < PAGING_CALLS ? &paging.call[n] : &lost;

	*call = (struct paging_call) {
		.who = p->name, .post = post, .major = data->Iopb->MajorFunction,
		.flags = data->Iopb->IrpFlags, .top = IoGetTopLevelIrp(),
		.irql = KeGetCurrentIrql(), .nofs = current->flags & PF_MEMALLOC_NOFS,
		.synchronous = FltIsOperationSynchronous(data), .locks = paging_locks(),
		.task = current, .posted = STATUS_UNSUCCESSFUL,
	};
	return call;
}

static VOID paging_worker(PFLT_DEFERRED_IO_WORKITEM item, PFLT_CALLBACK_DATA data, PVOID context)
{
	FltFreeDeferredIoWorkItem(item);
	FltCompletePendedPreOperation(data, FLT_PREOP_SUCCESS_WITH_CALLBACK, NULL);
}

static void paging_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       int *status, void **context)
{
	struct paging_call *call = paging_note(p, data, false);
	PFLT_DEFERRED_IO_WORKITEM item;
	struct issue *issue;

	issue = p->name == 'A' ? xchg(&paging.issue, NULL) : NULL;
	if (issue)
		issue_run(issue);
	if (!paging.posts)
		return;
	item = FltAllocateDeferredIoWorkItem();
	call->posted = FltQueueDeferredIoWorkItem(item, data, paging_worker, DelayedWorkQueue,
						  NULL);
	if (NT_SUCCESS(call->posted))
		*status = FLT_PREOP_PENDING;
	else
		FltFreeDeferredIoWorkItem(item);
}

static int paging_post(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		       void *context)
{
	paging_note(p, data, true);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

/* The nth call (from 0) of a probe. Without it the case cannot go on: nothing is known of it. */
static const struct paging_call *paging_call(char who, bool post, unsigned int nth)
{
	unsigned int i, count = min_t(unsigned int, atomic_read(&paging.count), PAGING_CALLS);

	for (i = 0; i < count; i++) {
		if (paging.call[i].who == who && paging.call[i].post == post && !nth--)
			return &paging.call[i];
	}
	KUNIT_FAIL_AND_ABORT(paging.test, "no call %u of a %s-operation of %c", nth,
			     post ? "post" : "pre", who);
	return NULL;
}

/* The file system needs another operation to do this one. */
static void paging_nested(struct fake_volume *fake, struct flt_operation *op,
			  struct fake_order *order)
{
	struct request *inner;

	if (op->iopb.MajorFunction != paging.outer)
		return;
	inner = xchg(&paging.inner, NULL);
	if (inner)
		request_run(inner);
}

static struct request *paging_request(struct world *w, UCHAR major, ULONG more)
{
	struct request *r = request_new(w, major);

	r->op.iopb.IrpFlags &= ~IRP_SYNCHRONOUS_API;
	r->op.iopb.IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE | more;
	r->op.data.RequestorMode = KernelMode;
	return r;
}

static struct world *paging_world(struct kunit *test, const char *names)
{
	struct world *w = world_of(test);
	unsigned int i;

	memset(&paging, 0, sizeof(paging));
	paging.test = test;
	world_probes(w, names);
	for (i = 0; i < PROBE_SLOTS; i++) {
		if (!w->probe[i])
			continue;
		w->probe[i]->on_pre = paging_pre;
		w->probe[i]->on_post = paging_post;
	}
	w->fake->on_perform = paging_nested;
	return w;
}

static void paging_clear(void)
{
	atomic_set(&paging.count, 0);
}

static void paging_top_level(struct kunit *test)
{
	struct world *w = paging_world(test, "A");
	const struct paging_call *outer, *inner;

	/* A cached read that misses. */
	paging.posts = true;
	paging.outer = IRP_MJ_READ;
	paging.inner = paging_request(w, IRP_MJ_READ, IRP_SYNCHRONOUS_PAGING_IO);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	outer = paging_call('A', false, 0);
	inner = paging_call('A', false, 1);
	FLT_PROVES(test, "DEFER-24", !outer->top && NT_SUCCESS(outer->posted));
	FLT_PROVES(test, "DEFER-24", inner->flags & IRP_PAGING_IO && inner->top &&
		   inner->posted == STATUS_FLT_NOT_SAFE_TO_POST_OPERATION);
	FLT_PROVES(test, "DEFER-24", paging_call('A', true, 0)->top &&
		   !paging_call('A', true, 1)->top && !IoGetTopLevelIrp());
	/* Two renames for one exchange. */
	paging_clear();
	paging.outer = IRP_MJ_SET_INFORMATION;
	paging.inner = request_new(w, IRP_MJ_SET_INFORMATION);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_SET_INFORMATION)));
	outer = paging_call('A', false, 0);
	inner = paging_call('A', false, 1);
	FLT_PROVES(test, "DEFER-24", outer->major == IRP_MJ_SET_INFORMATION && !outer->top &&
		   NT_SUCCESS(outer->posted));
	FLT_PROVES(test, "DEFER-24", inner->major == IRP_MJ_SET_INFORMATION && !inner->top &&
		   NT_SUCCESS(inner->posted));
	/* What a driver had set stays. */
	IoSetTopLevelIrp((PIRP)FSRTL_MOD_WRITE_TOP_LEVEL_IRP);
	paging_clear();
	request_run(paging_request(w, IRP_MJ_READ, 0));
	FLT_EXPECT(test, paging_call('A', false, 0)->top ==
		   (PIRP)FSRTL_MOD_WRITE_TOP_LEVEL_IRP &&
		   IoGetTopLevelIrp() == (PIRP)FSRTL_MOD_WRITE_TOP_LEVEL_IRP);
	IoSetTopLevelIrp(NULL);
	FLT_EXPECT(test, !IoGetTopLevelIrp());
}

/* What a filter starts from a callback is as deep in the file system as that callback. */
static void paging_top_level_of_started(struct kunit *test)
{
	struct world *w = paging_world(test, "AC");
	struct issue *i;
	unsigned int paged;

	for (paged = 0; paged < 2; paged++) {
		i = issue_new(w, 'A', IRP_MJ_WRITE);
		if (paged)
			i->data->Iopb->IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE;
		paging.issue = i;
		paging_clear();
		FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
		FLT_PROVES(test, "DEFER-24", paging_call('C', false, 0)->major == IRP_MJ_WRITE &&
			   !paging_call('C', false, 0)->top);
		FltReuseCallbackData(i->data);
		issue_fill(i, IRP_MJ_WRITE);
		paging.issue = i;
		paging_clear();
		request_run(paging_request(w, IRP_MJ_READ, 0));
		FLT_PROVES(test, "DEFER-24", paging_call('C', false, 0)->major == IRP_MJ_WRITE &&
			   paging_call('C', false, 0)->top);
		issue_free(i);
	}
}

/* Write-back: in a thread of the kernel's own, asynchronous, perhaps kept on its way. */
static void paging_write_back(struct kunit *test)
{
	struct world *w = paging_world(test, "ABC");
	struct request *r = paging_request(w, IRP_MJ_WRITE, 0);
	const struct paging_call *pre;
	struct keeper *k;

	request_spawn(r);
	FLT_REQUIRE(test, request_wait(r));
	pre = paging_call('A', false, 0);
	FLT_PROVES(test, "DEFER-24", pre->top);
	FLT_PROVES(test, "IRQL-34", pre->irql == APC_LEVEL && pre->task != current);
	FLT_PROVES(test, "IRQL-34", paging_call('C', true, 0)->irql <= APC_LEVEL);
	FLT_PROVES(test, "CBD-070", !pre->synchronous);
	paging_clear();
	r = paging_request(w, IRP_MJ_WRITE, IRP_SYNCHRONOUS_PAGING_IO);
	request_spawn(r);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "CBD-070", paging_call('A', false, 0)->synchronous);

	/* B keeps one; a worker goes on with it. */
	k = keeper_pend(w->probe[1], KEEPER_TEST, FLT_PREOP_SUCCESS_WITH_CALLBACK);
	paging_clear();
	r = paging_request(w, IRP_MJ_WRITE, 0);
	request_start(r);
	FLT_REQUIRE(test, keeper_wait(k));
	FLT_PROVES(test, "CBD-070", !paging_call('A', false, 0)->synchronous);
	keeper_resume(k);
	FLT_REQUIRE(test, request_wait(r));
	FLT_PROVES(test, "DEFER-24", paging_call('C', false, 0)->top && !IoGetTopLevelIrp());
	FLT_PROVES(test, "IRQL-34", paging_call('C', false, 0)->irql == APC_LEVEL &&
		   KeGetCurrentIrql() == PASSIVE_LEVEL);
}

static void paging_level(struct kunit *test)
{
	static const UCHAR controls[] = { IRP_MJ_DEVICE_CONTROL, IRP_MJ_FILE_SYSTEM_CONTROL };
	struct world *w = paging_world(test, "A");
	const struct paging_call *pre;
	struct request *r;
	unsigned int i;

	/* A page fault. */
	request_run(paging_request(w, IRP_MJ_READ, IRP_SYNCHRONOUS_PAGING_IO));
	FLT_PROVES(test, "IRQL-34", paging_call('A', false, 0)->irql == APC_LEVEL &&
		   paging_call('A', true, 0)->irql <= APC_LEVEL);
	FLT_PROVES(test, "IRQL-34", KeGetCurrentIrql() == PASSIVE_LEVEL && ke_thread_is_clean());
	paging_clear();
	world_do(w, IRP_MJ_READ);
	FLT_EXPECT(test, paging_call('A', false, 0)->irql == PASSIVE_LEVEL);

	for (i = 0; i < ARRAY_SIZE(controls); i++) {
		paging_clear();
		world_do(w, controls[i]);
		pre = paging_call('A', false, 0);
		FLT_PROVES(test, "IRQL-37", pre->irql == PASSIVE_LEVEL && pre->task == current);
		paging_clear();
		r = paging_request(w, controls[i], 0);
		request_spawn(r);
		FLT_REQUIRE(test, request_wait(r));
		pre = paging_call('A', false, 0);
		FLT_PROVES(test, "IRQL-37", pre->irql == APC_LEVEL && pre->task != current);
	}

	paging_clear();
	world_do(w, IRP_MJ_ACQUIRE_FOR_MOD_WRITE);
	world_do(w, IRP_MJ_RELEASE_FOR_MOD_WRITE);
	FLT_PROVES(test, "IRQL-29",
		   paging_call('A', false, 1)->major == IRP_MJ_RELEASE_FOR_MOD_WRITE &&
		   paging_call('A', false, 1)->irql == APC_LEVEL &&
		   paging_call('A', true, 1)->irql == APC_LEVEL);
}

static void paging_others_are_passive(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_QUERY_INFORMATION, IRP_MJ_SET_INFORMATION, IRP_MJ_QUERY_EA, IRP_MJ_SET_EA,
		IRP_MJ_QUERY_VOLUME_INFORMATION, IRP_MJ_SET_VOLUME_INFORMATION,
		IRP_MJ_QUERY_SECURITY, IRP_MJ_SET_SECURITY, IRP_MJ_QUERY_QUOTA, IRP_MJ_SET_QUOTA,
		IRP_MJ_FLUSH_BUFFERS, IRP_MJ_LOCK_CONTROL,
	};
	struct world *w = paging_world(test, "A");
	const struct paging_call *pre;
	struct issue *i;
	unsigned int n;
	KIRQL old;

	for (n = 0; n < ARRAY_SIZE(majors); n++) {
		paging_clear();
		world_do(w, majors[n]);
		pre = paging_call('A', false, 0);
		FLT_PROVES(test, "IRQL-35", pre->major == majors[n] &&
			   pre->irql == PASSIVE_LEVEL && pre->task == current);
	}
	/* The exception: what a filter issues as paging I/O, at APC_LEVEL. */
	world_probe(w, 'C', NULL);
	w->probe[2]->on_pre = paging_pre;
	for (n = 0; n < 2; n++) {
		i = issue_new(w, 'A', majors[n]);
		i->data->Iopb->IrpFlags = IRP_PAGING_IO;
		paging_clear();
		old = KfRaiseIrql(APC_LEVEL);
		issue_start(i);
		KeLowerIrql(old);
		FLT_PROVES(test, "IRQL-35", issue_wait(i) && NT_SUCCESS(i->status) &&
			   paging_call('C', false, 0)->irql <= APC_LEVEL &&
			   !probe_all_violations(w->probe[0]));
		issue_free(i);
	}
}

/* Under a lock that stands for reclaim, an allocation that could come back here is a splat. */
static void paging_no_recursion(struct kunit *test)
{
	struct world *w = paging_world(test, "ABC");
	struct issue *i = issue_new(w, 'A', IRP_MJ_WRITE);
	unsigned int nofs;

	i->data->Iopb->IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE;
	nofs = memalloc_nofs_save();
	issue_start(i);
	memalloc_nofs_restore(nofs);
	FLT_PROVES(test, "ASYNC-055", issue_wait(i) && NT_SUCCESS(i->status) &&
		   paging_call('C', false, 0)->nofs);
	issue_free(i);
	paging_clear();
	/* As reclaim does: whatever may enter a file system's reclaim again is reported. */
	i = issue_new(w, 'A', IRP_MJ_WRITE);
	i->data->Iopb->IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE;
	fs_reclaim_acquire(GFP_KERNEL);
	issue_start(i);
	fs_reclaim_release(GFP_KERNEL);
	FLT_PROVES(test, "ASYNC-055", issue_wait(i) && NT_SUCCESS(i->status));
	issue_free(i);
	/* In the file system's own, filters cannot do it either. */
	paging_clear();
	request_run(paging_request(w, IRP_MJ_WRITE, 0));
	FLT_PROVES(test, "ASYNC-055", paging_call('A', false, 0)->nofs &&
		   !(current->flags & PF_MEMALLOC_NOFS));
}

static void paging_slow_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	paging_note(p, data, false);
	if (!FLT_IS_FS_FILTER_OPERATION(data))
		return;
	atomic_inc(&paging.waiting);
	wait_for_completion(paging.gate);
}

/* A filter that takes its time in the brackets of the paging path: everybody else goes on. */
static void paging_slow_callbacks(struct kunit *test)
{
	static const UCHAR majors[] = {
		IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION,
		IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, IRP_MJ_ACQUIRE_FOR_MOD_WRITE,
		IRP_MJ_RELEASE_FOR_MOD_WRITE, IRP_MJ_ACQUIRE_FOR_CC_FLUSH,
		IRP_MJ_RELEASE_FOR_CC_FLUSH,
	};
	struct world *w = paging_world(test, "ABC");
	struct completion gate;
	struct request *slow, *r;
	struct issue *i;
	unsigned int n;

	w->probe[1]->on_pre = paging_slow_pre;
	paging.gate = &gate;
	for (n = 0; n < ARRAY_SIZE(majors); n++) {
		init_completion(&gate);
		atomic_set(&paging.waiting, 0);
		paging_clear();
		slow = request_new(w, majors[n]);
		request_spawn(slow);
		FLT_REQUIRE(test, WORLD_WAIT(atomic_read(&paging.waiting)));
		/* No lock is held around the callback. */
		FLT_PROVES(test, "FASTIO-39", !paging_call('B', false, 0)->locks);
		/* Write-back, a fault, and what a filter starts itself. */
		r = paging_request(w, IRP_MJ_WRITE, 0);
		FLT_PROVES(test, "FASTIO-39", NT_SUCCESS(request_run(r)));
		r = paging_request(w, IRP_MJ_READ, IRP_SYNCHRONOUS_PAGING_IO);
		FLT_PROVES(test, "FASTIO-39", NT_SUCCESS(request_run(r)));
		i = issue_new(w, 'A', IRP_MJ_WRITE);
		FLT_PROVES(test, "FASTIO-39", NT_SUCCESS(issue_run(i)) && request_busy(slow));
		issue_free(i);
		complete_all(&gate);
		FLT_PROVES(test, "FASTIO-39", request_wait(slow) && NT_SUCCESS(slow->status));
	}
}

static struct {
	struct fltfs_transfer transfer;
	char bytes[512];
	unsigned int task_flags;
	ssize_t written;
} paging_below;

static ssize_t paging_below_write(struct kiocb *iocb, struct iov_iter *iter)
{
	paging_below.task_flags = current->flags;
	paging_below.written = iov_iter_count(iter);
	iov_iter_advance(iter, paging_below.written);
	return paging_below.written;
}

/* What the bottom of fltfs does with it. */
static void paging_below_perform(struct fake_volume *fake, struct flt_operation *op,
				 struct fake_order *order)
{
	FLT_PARAMETERS parameters = op->iopb.Parameters;
	void *front = op->front;

	paging_below.transfer.sent_for = op->iopb.TargetFileObject;
	op->front = &paging_below.transfer;
	op->iopb.Parameters.Write.Length = sizeof(paging_below.bytes);
	op->iopb.Parameters.Write.WriteBuffer = paging_below.bytes;
	op->iopb.Parameters.Write.MdlAddress = NULL;
	op->iopb.Parameters.Write.ByteOffset.QuadPart = 0;
	fltfs_bottom_paging(op);
	op->iopb.Parameters = parameters;
	op->front = front;
}

/* While the lower file is written for the page cache, its throttling must not stop that. */
static void paging_throttle(struct kunit *test)
{
	static const struct file_operations methods = { .write_iter = paging_below_write };
	struct fltfs_inode *fi = kunit_kzalloc(test, sizeof(*fi), GFP_KERNEL);
	struct world *w = paging_world(test, "A");
	struct file *below = anon_inode_getfile("[below]", &methods, NULL, O_RDWR);

	FLT_REQUIRE(test, fi && !IS_ERR(below));
	memset(&paging_below, 0, sizeof(paging_below));
	paging_below.transfer = (struct fltfs_transfer) {
		.write = true, .inode = &fi->vfs, .paging = below,
		.length = sizeof(paging_below.bytes), .size = sizeof(paging_below.bytes),
		.shown = paging_below.bytes, .buffer = paging_below.bytes,
	};
	w->fake->on_perform = paging_below_perform;
	FLT_EXPECT(test, NT_SUCCESS(request_run(paging_request(w, IRP_MJ_WRITE, 0))));
	FLT_PROVES(test, "VFS-895", paging_below.written == sizeof(paging_below.bytes) &&
		   paging_below.task_flags & PF_LOCAL_THROTTLE &&
		   paging_below.task_flags & PF_MEMALLOC_NOFS);
	FLT_PROVES(test, "VFS-895", paging_call('A', false, 0)->nofs &&
		   paging_call('A', true, 0)->nofs);
	FLT_PROVES(test, "VFS-895", !(current->flags & (PF_LOCAL_THROTTLE | PF_MEMALLOC_NOFS)));
	fput(below);
}

static struct {
	KEVENT event;
	LARGE_INTEGER *when;
	NTSTATUS status;
	NTSTATUS several;
} paging_waits;

static void paging_wait_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	void *event = &paging_waits.event;

	paging_waits.status = FltCancellableWaitForSingleObject(event, paging_waits.when, data);
	paging_waits.several = FltCancellableWaitForMultipleObjects(1, &event, WaitAny,
								    paging_waits.when, NULL, data);
}

/* Runs @r; did both waits end so, with as many violations? */
static bool paging_waited(struct request *r, NTSTATUS status, unsigned int violations)
{
	s64 before = atomic64_read(&fsh_violations);

	paging_waits.status = STATUS_UNSUCCESSFUL;
	paging_waits.several = STATUS_UNSUCCESSFUL;
	return NT_SUCCESS(request_run(r)) && paging_waits.status == status &&
	       paging_waits.several == status &&
	       atomic64_read(&fsh_violations) == before + violations;
}

/* A wait with such an operation ends at once: nobody can cancel it, and all may depend on it. */
static void paging_no_wait(struct kunit *test)
{
	static const UCHAR brackets[] = {
		IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION,
		IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, IRP_MJ_ACQUIRE_FOR_MOD_WRITE,
		IRP_MJ_RELEASE_FOR_MOD_WRITE, IRP_MJ_ACQUIRE_FOR_CC_FLUSH,
		IRP_MJ_RELEASE_FOR_CC_FLUSH,
	};
	struct world *w = paging_world(test, "A");
	LARGE_INTEGER zero = { .QuadPart = 0 }, soon = { .QuadPart = -10000 };
	unsigned int i;

	KeInitializeEvent(&paging_waits.event, NotificationEvent, FALSE);
	paging_waits.when = NULL;
	w->probe[0]->on_pre = paging_wait_pre;
	w->fake->on_perform = NULL;
	FLT_PROVES(test, "VFS-893", paging_waited(paging_request(w, IRP_MJ_READ, 0),
						  STATUS_CANCELLED, 2));
	FLT_PROVES(test, "VFS-893", paging_waited(paging_request(w, IRP_MJ_WRITE,
								 IRP_SYNCHRONOUS_PAGING_IO),
						  STATUS_CANCELLED, 2));
	for (i = 0; i < ARRAY_SIZE(brackets); i++)
		FLT_PROVES(test, "VFS-893", paging_waited(request_new(w, brackets[i]),
							  STATUS_CANCELLED, 2));
	/* Who only looks does not wait, and who waits for what is there already need not. */
	paging_waits.when = &zero;
	FLT_PROVES(test, "VFS-893", paging_waited(request_new(w, IRP_MJ_ACQUIRE_FOR_CC_FLUSH),
						  STATUS_TIMEOUT, 0));
	KeSetEvent(&paging_waits.event, 0, FALSE);
	paging_waits.when = NULL;
	FLT_PROVES(test, "VFS-893", paging_waited(paging_request(w, IRP_MJ_WRITE, 0),
						  STATUS_SUCCESS, 2));
	KeClearEvent(&paging_waits.event);
	/* All others may. */
	paging_waits.when = &soon;
	FLT_PROVES(test, "VFS-893", paging_waited(request_new(w, IRP_MJ_WRITE),
						  STATUS_TIMEOUT, 0));
}

/* Reclaim finds nothing to write pages with; uncached requests do not go through the mapping. */
static void paging_methods(struct kunit *test)
{
	FLT_PROVES(test, "VFS-455", !fltfs_aops.writepage && fltfs_aops.writepages);
	FLT_PROVES(test, "VFS-457", !fltfs_aops.direct_IO);
}

static struct kunit_case paging_cases[] = {
	KUNIT_CASE(paging_top_level),
	KUNIT_CASE(paging_top_level_of_started),
	KUNIT_CASE(paging_write_back),
	KUNIT_CASE(paging_level),
	KUNIT_CASE(paging_others_are_passive),
	KUNIT_CASE(paging_no_recursion),
	KUNIT_CASE(paging_slow_callbacks),
	KUNIT_CASE(paging_throttle),
	KUNIT_CASE(paging_no_wait),
	KUNIT_CASE(paging_methods),
	{}
};

static struct kunit_suite paging_suite = {
	.name = "paging",
	.init = world_init,
	.exit = world_exit,
	.test_cases = paging_cases,
};

kunit_test_suite(paging_suite);
