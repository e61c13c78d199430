// SPDX-License-Identifier: GPL-2.0
/*
 * Suite file_lock: the file-lock package (LOCK-47 to LOCK-59). B keeps all locks of the file in a
 * file lock of its own; requests come as from system calls, or from A, the Windows way.
 */
#include <linux/sched/signal.h>
#include "fltmgr/file_lock.h"
#include "kunit/async_issue.h"
#include "nt/violation.h"

enum { LOCK_SHARED, LOCK_EXCLUSIVE = 1, LOCK_WAITS = 2, LOCK_FAST = 4 };

#define LOCK_CONTEXT	((void *)0x10cc)

static struct {
	struct world *world;
	PFILE_LOCK lock;
	FLT_PREOP_CALLBACK_STATUS returned;
	/* of the completion routine */
	unsigned int completed;
	int irql;
	NTSTATUS last;
	NTSTATUS make;		/* what it makes of a success */
	void (*hook)(void);	/* called in it, for the next lock that is granted */
	PFLT_CALLBACK_DATA data[8];
	bool good_context;
	/* of the unlock routine */
	unsigned int unlocked;
	FILE_LOCK_INFO info;
	struct task_struct *task;
	bool free_to_ask;
} keep;

static NTSTATUS lock_complete(PVOID context, PFLT_CALLBACK_DATA data)
{
	NTSTATUS make = keep.make;
	void (*hook)(void) = keep.hook;

	if (keep.completed < ARRAY_SIZE(keep.data))
		keep.data[keep.completed] = data;
	keep.completed++;
	keep.irql = KeGetCurrentIrql();
	keep.last = data->IoStatus.Status;
	keep.good_context = context == LOCK_CONTEXT;
	if (!NT_SUCCESS(data->IoStatus.Status))
		return data->IoStatus.Status;
	if (hook && data->Iopb->MinorFunction == IRP_MN_LOCK) {
		keep.hook = NULL;
		hook();
	}
	return make;
}

static VOID lock_unlocked(PVOID context, PFILE_LOCK_INFO info)
{
	FLT_IO_PARAMETER_BLOCK iopb = { .MajorFunction = IRP_MJ_READ };
	FLT_CALLBACK_DATA data = { .Iopb = &iopb, .Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION };

	keep.unlocked++;
	keep.info = *info;
	keep.task = current;
	keep.good_context = context == LOCK_CONTEXT;
	/* The package's own lock is not held here. */
	iopb.Parameters.Read.Length = 1;
	keep.free_to_ask = FltCheckLockForReadAccess(keep.lock, &data);
}

static void lock_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     int *status, void **context)
{
	if (data->Iopb->MajorFunction != IRP_MJ_LOCK_CONTROL)
		return;
	keep.returned = FltProcessFileLock(keep.lock, data, LOCK_CONTEXT);
	*status = keep.returned;
}

static struct world *lock_world(struct kunit *test)
{
	struct world *w = world_of(test);

	memset(&keep, 0, sizeof(keep));
	keep.world = w;
	world_probes(w, "AB");
	w->probe[1]->on_pre = lock_pre;
	keep.lock = FltAllocateFileLock(lock_complete, lock_unlocked);
	KUNIT_ASSERT_NOT_NULL(test, keep.lock);
	return w;
}

/* A request, and where its length lies. */
struct lock_request {
	struct request request;
	LARGE_INTEGER length;
};

static void lock_fill(FLT_IO_PARAMETER_BLOCK *iopb, LARGE_INTEGER *length, UCHAR minor, s64 start,
		      s64 bytes, ULONG key, unsigned int how)
{
	FLT_PARAMETERS *p = &iopb->Parameters;

	length->QuadPart = bytes;
	iopb->MajorFunction = IRP_MJ_LOCK_CONTROL;
	iopb->MinorFunction = minor;
	p->LockControl.Length = length;
	p->LockControl.ByteOffset.QuadPart = start;
	p->LockControl.Key = key;
	p->LockControl.ProcessId = (PEPROCESS)current;
	p->LockControl.ExclusiveLock = !!(how & LOCK_EXCLUSIVE);
	p->LockControl.FailImmediately = !(how & LOCK_WAITS);
	if (how & LOCK_FAST)
		return;
	if (how & LOCK_EXCLUSIVE)
		iopb->OperationFlags |= SL_EXCLUSIVE_LOCK;
	if (!(how & LOCK_WAITS))
		iopb->OperationFlags |= SL_FAIL_IMMEDIATELY;
}

static struct lock_request *lock_request(UCHAR minor, s64 start, s64 bytes, ULONG key,
					 unsigned int how)
{
	struct world *w = keep.world;
	struct lock_request *r = kunit_kzalloc(w->test, sizeof(*r), GFP_KERNEL);

	KUNIT_ASSERT_NOT_NULL(w->test, r);
	request_setup(&r->request, w, w->fake, w->file, IRP_MJ_LOCK_CONTROL);
	if (how & LOCK_FAST)
		request_form(&r->request, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
	lock_fill(&r->request.op.iopb, &r->length, minor, start, bytes, key, how);
	return r;
}

/* As a system call asks for it. */
static NTSTATUS lock_posix(UCHAR minor, s64 start, s64 bytes, ULONG key, unsigned int how)
{
	return request_run(&lock_request(minor, start, bytes, key, how)->request);
}

/* As a driver asks for it. */
static NTSTATUS lock_windows(UCHAR minor, s64 start, s64 bytes, ULONG key, unsigned int how)
{
	struct world *w = keep.world;
	PFLT_CALLBACK_DATA data;
	LARGE_INTEGER length;
	NTSTATUS status;

	status = FltAllocateCallbackData(w->probe[0]->instance[0], w->file, &data);
	if (!NT_SUCCESS(status))
		return status;
	lock_fill(data->Iopb, &length, minor, start, bytes, key, how);
	FltPerformSynchronousIo(data);
	status = data->IoStatus.Status;
	FltFreeCallbackData(data);
	return status;
}

static void lock_clean(void)
{
	FltUninitializeFileLock(keep.lock);
	FltInitializeFileLock(keep.lock);
}

static void lock_layout(struct kunit *test)
{
	FLT_PROVES(test, "LOCK-47", sizeof(FILE_LOCK) == 96 && sizeof(FILE_LOCK_INFO) == 48 &&
		   offsetof(FILE_LOCK_INFO, StartingByte) == 0 &&
		   offsetof(FILE_LOCK_INFO, Length) == 8 &&
		   offsetof(FILE_LOCK_INFO, ExclusiveLock) == 16 &&
		   offsetof(FILE_LOCK_INFO, Key) == 20 &&
		   offsetof(FILE_LOCK_INFO, FileObject) == 24 &&
		   offsetof(FILE_LOCK_INFO, ProcessId) == 32 &&
		   offsetof(FILE_LOCK_INFO, EndingByte) == 40);
	FLT_PROVES(test, "LOCK-02", offsetof(FLT_PARAMETERS, LockControl.Length) == 0 &&
		   offsetof(FLT_PARAMETERS, LockControl.Key) == 8 &&
		   offsetof(FLT_PARAMETERS, LockControl.ByteOffset) == 16 &&
		   offsetof(FLT_PARAMETERS, LockControl.ProcessId) == 24 &&
		   offsetof(FLT_PARAMETERS, LockControl.FailImmediately) == 32 &&
		   offsetof(FLT_PARAMETERS, LockControl.ExclusiveLock) == 33);
	FLT_PROVES(test, "LOCK-01", IRP_MJ_LOCK_CONTROL == 0x11 && IRP_MN_LOCK == 1 &&
		   IRP_MN_UNLOCK_SINGLE == 2 && IRP_MN_UNLOCK_ALL == 3 &&
		   IRP_MN_UNLOCK_ALL_BY_KEY == 4 && SL_FAIL_IMMEDIATELY == 1 &&
		   SL_EXCLUSIVE_LOCK == 2);
}

static void lock_allocate(void *arg)
{
	PFILE_LOCK *lock = arg;

	*lock = FltAllocateFileLock(NULL, NULL);
}

static void lock_life(struct kunit *test)
{
	s64 before = atomic64_read(&fsh_violations);
	unsigned int nth, refused = 0;
	FILE_LOCK own;
	PFILE_LOCK lock;
	KIRQL old;

	lock_world(test);
	old = KfRaiseIrql(APC_LEVEL);
	FltInitializeFileLock(&own);
	lock = FltAllocateFileLock(NULL, NULL);
	KeLowerIrql(old);
	FLT_PROVES(test, "LOCK-48", lock && atomic64_read(&fsh_violations) == before);
	FltFreeFileLock(lock);
	FltUninitializeFileLock(&own);
	FltInitializeFileLock(&own);
	FLT_PROVES(test, "LOCK-50", atomic64_read(&fsh_violations) == before);
	FltUninitializeFileLock(&own);
	if (async_faults_work()) {
		for (nth = 1; async_with_fault(nth, lock_allocate, &lock); nth++) {
			refused += !lock;
			if (lock)
				FltFreeFileLock(lock);
		}
		FLT_PROVES(test, "LOCK-48", refused >= 2 && lock);
		FltFreeFileLock(lock);
	}
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before);
	/* Uninitialised first, and then freed: once, with a word about it; and not twice. */
	lock = FltAllocateFileLock(NULL, NULL);
	FltUninitializeFileLock(lock);
	FltFreeFileLock(lock);
	FLT_PROVES(test, "LOCK-50", atomic64_read(&fsh_violations) == before + 1);
	FltFreeFileLock(lock);
	FLT_PROVES(test, "LOCK-50", atomic64_read(&fsh_violations) == before + 2);
	FltFreeFileLock(keep.lock);
	keep.world->breaches = true;
}

/* What a second initialisation, and an end, do to those that wait. */
static void lock_dropped(struct kunit *test)
{
	struct world *w = lock_world(test);
	s64 before = atomic64_read(&fsh_violations);
	struct request *r;
	unsigned int n;

	for (n = 0; n < 2; n++) {
		FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE)));
		r = &lock_request(IRP_MN_LOCK, 5, 1, 0, LOCK_EXCLUSIVE | LOCK_WAITS)->request;
		request_start(r);
		FLT_EXPECT(test, request_busy(r) && keep.returned == FLT_PREOP_PENDING);
		if (n)
			FltInitializeFileLock(keep.lock);
		else
			FltUninitializeFileLock(keep.lock);
		FLT_PROVES(test, n ? "LOCK-49" : "LOCK-50", request_wait(r) &&
			   r->status == STATUS_CANCELLED &&
			   atomic64_read(&fsh_violations) == before + n);
		if (!n)
			FltInitializeFileLock(keep.lock);
		FLT_PROVES(test, n ? "LOCK-49" : "LOCK-50",
			   NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 1, LOCK_EXCLUSIVE)));
		if (!n)
			FltUninitializeFileLock(keep.lock);
		if (!n)
			FltInitializeFileLock(keep.lock);
	}
	FltFreeFileLock(keep.lock);
	w->breaches = true;
}

static void lock_values(struct kunit *test)
{
	static const unsigned int fasts[] = { 0, LOCK_FAST };
	struct world *w = lock_world(test);
	struct request *r, *quick;
	unsigned int i, completed;

	for (i = 0; i < ARRAY_SIZE(fasts); i++) {
		unsigned int fast = fasts[i];

		keep.completed = 0;
		FLT_PROVES(test, "LOCK-51",
			   lock_posix(IRP_MN_LOCK, 0, 10, 1, LOCK_EXCLUSIVE | fast) ==
			   STATUS_SUCCESS && keep.returned == FLT_PREOP_COMPLETE);
		completed = keep.completed;
		FLT_PROVES(test, "LOCK-51",
			   lock_posix(IRP_MN_UNLOCK_SINGLE, 0, 10, 1, fast) == STATUS_SUCCESS &&
			   keep.returned == FLT_PREOP_COMPLETE);
		FLT_PROVES(test, "LOCK-51",
			   lock_posix(IRP_MN_LOCK, 0, 10, 1, LOCK_EXCLUSIVE | fast) ==
			   STATUS_SUCCESS &&
			   lock_posix(IRP_MN_UNLOCK_ALL, 0, 0, 1, fast) == STATUS_SUCCESS);
		FLT_PROVES(test, "LOCK-51",
			   lock_posix(IRP_MN_LOCK, 0, 10, 1, LOCK_EXCLUSIVE | fast) ==
			   STATUS_SUCCESS &&
			   lock_posix(IRP_MN_UNLOCK_ALL_BY_KEY, 0, 0, 1, fast) == STATUS_SUCCESS &&
			   keep.unlocked == 3);
		/* The routine is for IRPs alone. */
		FLT_PROVES(test, "FASTIO-18", fast ? !keep.completed : completed == 1 &&
			   keep.completed == 6);
		FLT_PROVES(test, "LOCK-55", fast ? !keep.completed : keep.completed == 6);
		FLT_PROVES(test, "IRQL-26", fast || keep.irql <= APC_LEVEL);
		keep.unlocked = 0;
	}
	/* Both forms say the same of the request, each in its own authoritative place. */
	for (i = 0; i < 4; i++) {
		const struct world_event *irp, *fast;
		unsigned int how = (i & 1 ? LOCK_EXCLUSIVE : 0) | (i & 2 ? LOCK_WAITS : 0);

		world_clear(w);
		lock_posix(IRP_MN_LOCK, 0, 10, 1, how);
		lock_posix(IRP_MN_UNLOCK_ALL, 0, 0, 1, 0);
		lock_posix(IRP_MN_LOCK, 0, 10, 1, how | LOCK_FAST);
		lock_posix(IRP_MN_UNLOCK_ALL, 0, 0, 1, 0);
		irp = world_event(w, 'A', WORLD_PRE, 0);
		fast = world_event(w, 'A', WORLD_PRE, 2);
		FLT_PROVES(test, "FASTIO-19", irp->iopb.Parameters.LockControl.ExclusiveLock ==
			   !!(irp->iopb.OperationFlags & SL_EXCLUSIVE_LOCK) &&
			   irp->iopb.Parameters.LockControl.FailImmediately ==
			   !!(irp->iopb.OperationFlags & SL_FAIL_IMMEDIATELY));
		FLT_PROVES(test, "FASTIO-19", fast->iopb.Parameters.LockControl.ProcessId ==
			   irp->iopb.Parameters.LockControl.ProcessId &&
			   fast->iopb.Parameters.LockControl.ExclusiveLock ==
			   irp->iopb.Parameters.LockControl.ExclusiveLock &&
			   fast->iopb.Parameters.LockControl.FailImmediately ==
			   irp->iopb.Parameters.LockControl.FailImmediately &&
			   !fast->iopb.OperationFlags);
	}
	/* One that has to wait: an IRP is kept, fast I/O comes again as an IRP, which is kept. */
	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE)));
	r = &lock_request(IRP_MN_LOCK, 0, 1, 1, LOCK_EXCLUSIVE | LOCK_WAITS)->request;
	request_start(r);
	FLT_PROVES(test, "LOCK-51", keep.returned == FLT_PREOP_PENDING && request_busy(r));
	world_clear(w);
	keep.returned = FLT_PREOP_COMPLETE;
	quick = &lock_request(IRP_MN_LOCK, 0, 1, 1,
			      LOCK_EXCLUSIVE | LOCK_WAITS | LOCK_FAST)->request;
	request_spawn(quick);
	FLT_PROVES(test, "LOCK-51", WORLD_WAIT(keep.returned == FLT_PREOP_PENDING) &&
		   world_event(w, 'A', WORLD_POST, 0)->data.IoStatus.Status ==
		   STATUS_FLT_DISALLOW_FAST_IO && request_busy(quick));
	FLT_PROVES(test, "FASTIO-19", world_count(w, 'A', WORLD_PRE) == 2 &&
		   world_event(w, 'A', WORLD_PRE, 1)->iopb.MinorFunction == IRP_MN_LOCK &&
		   world_event(w, 'A', WORLD_PRE, 1)->iopb.OperationFlags == SL_EXCLUSIVE_LOCK);
	FltFreeFileLock(keep.lock);
	FLT_EXPECT(test, request_wait(r) && request_wait(quick) &&
		   r->status == STATUS_CANCELLED && quick->status == STATUS_CANCELLED);
}

static void lock_conflicts(struct kunit *test)
{
	static const struct {
		s64 start, bytes;
		unsigned int how;
		ULONG key;
		bool refused;	/* next to an exclusive lock of key 1 on 10 to 19 */
		bool refused_shared;	/* next to a shared one */
	} rows[] = {
		{ 10, 10, LOCK_EXCLUSIVE, 2, true, true },
		{ 10, 10, LOCK_SHARED, 2, true, false },
		{ 0, 10, LOCK_EXCLUSIVE, 2, false, false },
		{ 20, 10, LOCK_EXCLUSIVE, 2, false, false },
		{ 0, 11, LOCK_EXCLUSIVE, 2, true, true },
		{ 0, 11, LOCK_SHARED, 2, true, false },
		{ 19, 1, LOCK_EXCLUSIVE, 2, true, true },
		{ 19, 1, LOCK_SHARED, 2, true, false },
		{ 0, 100, LOCK_EXCLUSIVE, 2, true, true },
		{ 12, 2, LOCK_SHARED, 2, true, false },
		/* its own */
		{ 10, 10, LOCK_EXCLUSIVE, 1, true, true },
		{ 10, 10, LOCK_SHARED, 1, false, false },
		{ 15, 10, LOCK_EXCLUSIVE, 1, true, true },
		{ 15, 10, LOCK_SHARED, 1, false, false },
	};
	unsigned int i, shared;

	lock_world(test);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		for (shared = 0; shared < 2; shared++) {
			bool refused = shared ? rows[i].refused_shared : rows[i].refused;
			NTSTATUS want = refused ? STATUS_LOCK_NOT_GRANTED : STATUS_SUCCESS;

			lock_clean();
			lock_windows(IRP_MN_LOCK, 10, 10, 1, shared ? LOCK_SHARED : LOCK_EXCLUSIVE);
			if (!FLT_PROVES(test, "LOCK-52",
					lock_windows(IRP_MN_LOCK, rows[i].start, rows[i].bytes,
						     rows[i].key, rows[i].how) == want))
				kunit_info(test, "row %u, shared %u", i, shared);
			if (rows[i].key == 1)
				FLT_PROVES(test, "LOCK-53", keep.returned == FLT_PREOP_COMPLETE);
		}
	}
	FltFreeFileLock(keep.lock);
}

static void lock_two_rules(struct kunit *test)
{
	lock_world(test);
	/* Windows: exactly what was locked; the exclusive one first. */
	lock_windows(IRP_MN_LOCK, 0, 100, 1, LOCK_EXCLUSIVE);
	FLT_PROVES(test, "LOCK-53",
		   lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 50, 1, 0) == STATUS_RANGE_NOT_LOCKED &&
		   lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 101, 1, 0) == STATUS_RANGE_NOT_LOCKED &&
		   lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 100, 2, 0) == STATUS_RANGE_NOT_LOCKED);
	FLT_PROVES(test, "LOCK-53",
		   NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 100, 1, LOCK_SHARED)) &&
		   NT_SUCCESS(lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 100, 1, 0)) &&
		   keep.info.ExclusiveLock);
	FLT_PROVES(test, "LOCK-53",
		   NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 100, 2, LOCK_SHARED)) &&
		   NT_SUCCESS(lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 100, 1, 0)) &&
		   !keep.info.ExclusiveLock &&
		   lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 100, 1, 0) == STATUS_RANGE_NOT_LOCKED);
	/* POSIX: an upgrade, a part, several at once, and nothing at all. */
	lock_clean();
	FLT_PROVES(test, "LOCK-53", NT_SUCCESS(lock_posix(IRP_MN_LOCK, 0, 100, 0, LOCK_SHARED)) &&
		   NT_SUCCESS(lock_posix(IRP_MN_LOCK, 0, 100, 0, LOCK_EXCLUSIVE)) &&
		   NT_SUCCESS(lock_posix(IRP_MN_LOCK, 40, 10, 0, LOCK_SHARED)));
	/* Of an owner of the other kind: 0 to 39 is exclusive, 40 to 49 shared, 50 to 99 not. */
	FLT_PROVES(test, "LOCK-53",
		   lock_posix(IRP_MN_LOCK, 39, 1, 2, LOCK_SHARED) == STATUS_LOCK_NOT_GRANTED &&
		   lock_posix(IRP_MN_LOCK, 40, 10, 2, LOCK_SHARED) == STATUS_SUCCESS &&
		   lock_posix(IRP_MN_LOCK, 50, 1, 2, LOCK_SHARED) == STATUS_LOCK_NOT_GRANTED);
	FLT_PROVES(test, "LOCK-53",
		   NT_SUCCESS(lock_posix(IRP_MN_UNLOCK_SINGLE, 10, 5, 0, 0)) &&
		   NT_SUCCESS(lock_posix(IRP_MN_LOCK, 10, 5, 2, LOCK_EXCLUSIVE)) &&
		   lock_posix(IRP_MN_LOCK, 9, 1, 2, LOCK_EXCLUSIVE) == STATUS_LOCK_NOT_GRANTED &&
		   lock_posix(IRP_MN_LOCK, 15, 1, 2, LOCK_EXCLUSIVE) == STATUS_LOCK_NOT_GRANTED);
	FLT_PROVES(test, "LOCK-53",
		   NT_SUCCESS(lock_posix(IRP_MN_UNLOCK_SINGLE, 0, 1000, 0, 0)) &&
		   NT_SUCCESS(lock_posix(IRP_MN_UNLOCK_SINGLE, 0, 1000, 0, 0)) &&
		   NT_SUCCESS(lock_posix(IRP_MN_LOCK, 60, 100, 2, LOCK_EXCLUSIVE)));
	/* A whole-file lock is in no other kind's way. */
	FLT_EXPECT(test, NT_SUCCESS(lock_posix(IRP_MN_LOCK, 0, MAXLONGLONG, 1, LOCK_EXCLUSIVE)));
	FltFreeFileLock(keep.lock);
}

static void lock_order(struct kunit *test)
{
	struct lock_request *r[3];
	unsigned int n;

	lock_world(test);
	lock_windows(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE);
	for (n = 0; n < 3; n++) {
		/* The first and the last want the same bytes. */
		r[n] = lock_request(IRP_MN_LOCK, n == 1 ? 5 : 0, 5, 1 + (n == 2), LOCK_EXCLUSIVE |
				    LOCK_WAITS);
		r[n]->request.op.iopb.Parameters.LockControl.Key = n == 2 ? 2 : 0;
		request_start(&r[n]->request);
	}
	keep.completed = 0;
	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 10, 0, 0)));
	FLT_PROVES(test, "LOCK-54", request_wait(&r[0]->request) && request_wait(&r[1]->request) &&
		   NT_SUCCESS(r[0]->request.status) && NT_SUCCESS(r[1]->request.status) &&
		   request_busy(&r[2]->request));
	FLT_PROVES(test, "LOCK-54", keep.completed == 3 &&
		   keep.data[1] == &r[0]->request.op.data &&
		   keep.data[2] == &r[1]->request.op.data && keep.good_context);
	lock_posix(IRP_MN_UNLOCK_SINGLE, 0, 5, 0, 0);
	FLT_PROVES(test, "LOCK-54", request_wait(&r[2]->request) &&
		   NT_SUCCESS(r[2]->request.status) &&
		   keep.data[4] == &r[2]->request.op.data);
	FLT_PROVES(test, "LOCK-55", keep.completed == 5);
	FltFreeFileLock(keep.lock);
}

/* What the routines are told, and what they can do. */
static void lock_routines(struct kunit *test)
{
	struct lock_request *waiter;
	struct world *w = lock_world(test);

	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_LOCK, 100, 50, 7, LOCK_EXCLUSIVE)));
	FLT_PROVES(test, "LOCK-55", keep.completed == 1 && keep.good_context && keep.data[0]);
	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_UNLOCK_SINGLE, 100, 50, 7, 0)));
	FLT_PROVES(test, "LOCK-56", keep.unlocked == 1 && keep.good_context &&
		   keep.info.StartingByte.QuadPart == 100 && keep.info.Length.QuadPart == 50 &&
		   keep.info.EndingByte.QuadPart == 149 && keep.info.ExclusiveLock &&
		   keep.info.Key == 7 && keep.info.FileObject == w->file &&
		   keep.info.ProcessId == current && keep.task == current && keep.free_to_ask);
	/* An error of a granted lock takes it away. */
	keep.make = STATUS_DISK_FULL;
	FLT_PROVES(test, "LOCK-55",
		   lock_windows(IRP_MN_LOCK, 0, 10, 1, LOCK_EXCLUSIVE) == STATUS_DISK_FULL &&
		   keep.unlocked == 2);
	keep.make = STATUS_SUCCESS;
	FLT_PROVES(test, "LOCK-55",
		   NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 2, LOCK_EXCLUSIVE)));
	/* The same for one that waited. */
	waiter = lock_request(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE | LOCK_WAITS);
	request_start(&waiter->request);
	keep.make = STATUS_DISK_FULL;
	lock_windows(IRP_MN_UNLOCK_ALL, 0, 0, 2, 0);
	FLT_PROVES(test, "LOCK-55", request_wait(&waiter->request) &&
		   waiter->request.status == STATUS_DISK_FULL);
	keep.make = STATUS_SUCCESS;
	FLT_PROVES(test, "LOCK-55",
		   NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 3, LOCK_EXCLUSIVE)));
	FltFreeFileLock(keep.lock);
}

/* From a completion routine: what was just granted, or what is granted next, is unlocked. */
static void lock_hook_unlock_first(void)
{
	lock_windows(IRP_MN_UNLOCK_ALL_BY_KEY, 0, 0, 1, 0);
}

static void lock_hook_unlock_next(void)
{
	lock_windows(IRP_MN_UNLOCK_ALL_BY_KEY, 0, 0, 2, 0);
}

static void lock_gone_when_concluded(struct kunit *test)
{
	struct lock_request *r[2];
	unsigned int n;

	lock_world(test);
	keep.make = STATUS_DISK_FULL;
	keep.hook = lock_hook_unlock_first;
	FLT_PROVES(test, "LOCK-55",
		   lock_windows(IRP_MN_LOCK, 0, 10, 1, LOCK_EXCLUSIVE) == STATUS_DISK_FULL &&
		   !keep.hook);
	FLT_PROVES(test, "LOCK-56", keep.unlocked == 1);
	keep.make = STATUS_SUCCESS;
	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 3, LOCK_EXCLUSIVE)));
	for (n = 0; n < 2; n++) {
		r[n] = lock_request(IRP_MN_LOCK, 5 * n, 5, 1 + n, LOCK_EXCLUSIVE | LOCK_WAITS);
		request_start(&r[n]->request);
	}
	FLT_EXPECT(test, request_busy(&r[0]->request) && request_busy(&r[1]->request));
	keep.unlocked = 0;
	keep.hook = lock_hook_unlock_next;
	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 10, 3, 0)));
	FLT_PROVES(test, "LOCK-54", request_wait(&r[0]->request) && request_wait(&r[1]->request) &&
		   NT_SUCCESS(r[0]->request.status) && NT_SUCCESS(r[1]->request.status));
	FLT_PROVES(test, "LOCK-55", !keep.hook && keep.good_context);
	FLT_PROVES(test, "LOCK-56", keep.unlocked == 2);
	FltFreeFileLock(keep.lock);
}

static struct lock_request *lock_next;

/* The next is agreed to; and, perhaps, comes now. */
static void lock_hook_agree(void)
{
	keep.make = STATUS_SUCCESS;
	if (lock_next)
		request_start(&lock_next->request);
}

/* A lock that the driver does not agree to is in nobody's way any more. */
static void lock_refused_lets_go(struct kunit *test)
{
	struct lock_request *r[2];
	unsigned int n;

	lock_world(test);
	/* One that comes while the driver is asked. */
	lock_next = lock_request(IRP_MN_LOCK, 0, 10, 2, LOCK_EXCLUSIVE | LOCK_WAITS);
	keep.make = STATUS_DISK_FULL;
	keep.hook = lock_hook_agree;
	FLT_PROVES(test, "LOCK-55",
		   lock_windows(IRP_MN_LOCK, 0, 10, 1, LOCK_EXCLUSIVE) == STATUS_DISK_FULL);
	FLT_PROVES(test, "LOCK-54", request_wait(&lock_next->request) &&
		   NT_SUCCESS(lock_next->request.status));
	lock_next = NULL;
	FLT_EXPECT(test, NT_SUCCESS(lock_posix(IRP_MN_UNLOCK_SINGLE, 0, 10, 2, 0)));
	/* Of two that wait for the same range, the first is refused. */
	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 9, LOCK_EXCLUSIVE)));
	for (n = 0; n < 2; n++) {
		r[n] = lock_request(IRP_MN_LOCK, 0, 10, 2 * n, LOCK_EXCLUSIVE | LOCK_WAITS);
		request_start(&r[n]->request);
	}
	FLT_EXPECT(test, request_busy(&r[0]->request) && request_busy(&r[1]->request));
	keep.make = STATUS_DISK_FULL;
	keep.hook = lock_hook_agree;
	lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 10, 9, 0);
	FLT_PROVES(test, "LOCK-55", request_wait(&r[0]->request) &&
		   r[0]->request.status == STATUS_DISK_FULL);
	FLT_PROVES(test, "LOCK-54", request_wait(&r[1]->request) &&
		   NT_SUCCESS(r[1]->request.status));
	FltFreeFileLock(keep.lock);
}

/* What a program has stays as it was until the driver has agreed to what takes its place. */
static void lock_replaced_when_agreed(struct kunit *test)
{
	static const struct {
		s64 start, bytes;
	} rows[] = { { 40, 10 }, { 0, 100 }, { 0, 10 }, { 90, 20 }, { 0, 200 } };
	struct lock_request *waiter;
	unsigned int i;
	s64 at;

	lock_world(test);
	FLT_EXPECT(test, NT_SUCCESS(lock_posix(IRP_MN_LOCK, 0, 100, 0, LOCK_EXCLUSIVE)));
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		keep.unlocked = 0;
		keep.make = STATUS_DISK_FULL;
		FLT_PROVES(test, "LOCK-55",
			   lock_posix(IRP_MN_LOCK, rows[i].start, rows[i].bytes, 0, LOCK_SHARED) ==
			   STATUS_DISK_FULL && keep.unlocked == 1);
		keep.make = STATUS_SUCCESS;
		for (at = 5; at < 100; at += 10)
			FLT_PROVES(test, "LOCK-53",
				   lock_posix(IRP_MN_LOCK, at, 1, 2, LOCK_SHARED) ==
				   STATUS_LOCK_NOT_GRANTED);
		FLT_PROVES(test, "LOCK-55",
			   NT_SUCCESS(lock_posix(IRP_MN_LOCK, 100, 100, 2, LOCK_EXCLUSIVE)) &&
			   NT_SUCCESS(lock_posix(IRP_MN_UNLOCK_SINGLE, 100, 100, 2, 0)));
	}
	/* Agreed to: who waits for what it gives up has it. */
	waiter = lock_request(IRP_MN_LOCK, 45, 1, 2, LOCK_SHARED | LOCK_WAITS);
	request_start(&waiter->request);
	FLT_EXPECT(test, request_busy(&waiter->request));
	FLT_PROVES(test, "LOCK-53", NT_SUCCESS(lock_posix(IRP_MN_LOCK, 40, 10, 0, LOCK_SHARED)) &&
		   request_wait(&waiter->request) && NT_SUCCESS(waiter->request.status));
	FltFreeFileLock(keep.lock);
}

static void lock_cancelled(struct kunit *test)
{
	struct lock_request *r;
	unsigned int fatal;

	lock_world(test);
	for (fatal = 0; fatal < 2; fatal++) {
		lock_clean();
		lock_windows(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE);
		r = lock_request(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE | LOCK_WAITS);
		request_spawn(&r->request);
		FLT_REQUIRE(test, WORLD_WAIT(keep.returned == FLT_PREOP_PENDING));
		/* Who waits is killed. */
		send_sig(SIGKILL, r->request.thread, 1);
		FLT_PROVES(test, "LOCK-57", request_wait(&r->request) &&
			   r->request.status == STATUS_CANCELLED);
		/* It is not there any more: the range is free once the first one is gone. */
		lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 10, 0, 0);
		FLT_PROVES(test, "LOCK-57",
			   NT_SUCCESS(lock_windows(IRP_MN_LOCK, 0, 10, 5, LOCK_EXCLUSIVE)));
		keep.returned = FLT_PREOP_COMPLETE;
	}
	FltFreeFileLock(keep.lock);
}

/* A request that waits is handed back by the filter: the package knows nothing of it any more. */
static void lock_lost(struct kunit *test)
{
	s64 before = atomic64_read(&fsh_violations);
	struct world *w = lock_world(test);
	struct lock_request *r;
	struct flt_locks *locks;

	lock_windows(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE);
	keep.completed = 0;
	r = lock_request(IRP_MN_LOCK, 0, 10, 0, LOCK_EXCLUSIVE | LOCK_WAITS);
	request_spawn(&r->request);
	FLT_REQUIRE(test, WORLD_WAIT(keep.returned == FLT_PREOP_PENDING));
	FltCompletePendedPreOperation(&r->request.op.data, FLT_PREOP_COMPLETE, NULL);
	FLT_EXPECT(test, request_wait(&r->request) && !keep.completed &&
		   atomic64_read(&fsh_violations) == before + 1);
	locks = flt_locks_get(keep.lock);
	FLT_REQUIRE(test, locks);
	FLT_EXPECT(test, list_empty(&locks->waiting));
	flt_locks_put(locks);
	FLT_EXPECT(test, NT_SUCCESS(lock_windows(IRP_MN_UNLOCK_SINGLE, 0, 10, 0, 0)));
	w->breaches = true;
	FltFreeFileLock(keep.lock);
}

/* Asks about a transfer, as in its pre-operation. */
static bool lock_permits(bool write, s64 start, ULONG bytes, ULONG key, ULONG flags)
{
	struct world *w = keep.world;
	FLT_IO_PARAMETER_BLOCK iopb = {
		.MajorFunction = write ? IRP_MJ_WRITE : IRP_MJ_READ, .IrpFlags = flags,
		.TargetFileObject = w->file,
	}, before;
	FLT_CALLBACK_DATA data = {
		.Iopb = &iopb, .Thread = (PETHREAD)current,
		.Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION | FLTFL_CALLBACK_DATA_GENERATED_IO,
	};
	bool permits;

	iopb.Parameters.Read.ByteOffset.QuadPart = start;
	iopb.Parameters.Read.Length = bytes;
	iopb.Parameters.Read.Key = key;
	before = iopb;
	permits = write ? FltCheckLockForWriteAccess(keep.lock, &data) :
			  FltCheckLockForReadAccess(keep.lock, &data);
	FLT_PROVES(w->test, "LOCK-58", !memcmp(&before, &iopb, sizeof(iopb)) &&
		   !data.IoStatus.Status);
	return permits;
}

static NTSTATUS lock_as_requestor(s64 start, s64 bytes, ULONG key, unsigned int how)
{
	struct world *w = keep.world;
	FLT_CALLBACK_DATA mine = { .Thread = (PETHREAD)current };
	PFLT_CALLBACK_DATA data;
	LARGE_INTEGER length;
	NTSTATUS status;

	status = FltAllocateCallbackData(w->probe[0]->instance[0], w->file, &data);
	if (!NT_SUCCESS(status))
		return status;
	lock_fill(data->Iopb, &length, IRP_MN_LOCK, start, bytes, key, how);
	data->Iopb->Parameters.LockControl.ProcessId = FltGetRequestorProcess(&mine);
	FltPerformSynchronousIo(data);
	status = data->IoStatus.Status;
	FltFreeCallbackData(data);
	return status;
}

static void lock_checks(struct kunit *test)
{
	FLT_IO_PARAMETER_BLOCK iopb = { .MajorFunction = IRP_MJ_CREATE };
	FLT_CALLBACK_DATA data = { .Iopb = &iopb, .Flags = FLTFL_CALLBACK_DATA_IRP_OPERATION };
	struct world *w = lock_world(test);
	s64 before;

	FLT_PROVES(test, "LOCK-58", lock_permits(false, 0, 100, 1, 0) &&
		   lock_permits(true, 0, 100, 1, 0));
	/* 0 to 9 exclusive, 20 to 29 shared, both of key 1. */
	FLT_EXPECT(test, NT_SUCCESS(lock_as_requestor(0, 10, 1, LOCK_EXCLUSIVE)) &&
		   NT_SUCCESS(lock_as_requestor(20, 10, 1, LOCK_SHARED)));
	FLT_PROVES(test, "LOCK-58", lock_permits(false, 0, 10, 1, 0) &&
		   lock_permits(true, 0, 10, 1, 0));
	FLT_PROVES(test, "LOCK-58", !lock_permits(false, 5, 1, 2, 0) &&
		   !lock_permits(true, 9, 5, 2, 0));
	FLT_PROVES(test, "LOCK-58", lock_permits(false, 10, 10, 2, 0) &&
		   lock_permits(true, 10, 10, 2, 0));
	FLT_PROVES(test, "LOCK-58", lock_permits(false, 20, 10, 2, 0) &&
		   !lock_permits(true, 20, 10, 2, 0) && !lock_permits(true, 29, 1, 1, 0));
	FLT_PROVES(test, "LOCK-58", lock_permits(false, 5, 0, 2, 0) &&
		   lock_permits(true, 5, 0, 2, 0));
	FLT_PROVES(test, "LOCK-59", lock_permits(false, 0, 10, 2, IRP_PAGING_IO | IRP_NOCACHE) &&
		   lock_permits(true, 0, 100, 2, IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO));
	/* The key is the operation's. */
	FLT_PROVES(test, "LOCK-59", lock_permits(true, 0, 10, 1, 0) &&
		   !lock_permits(true, 0, 10, 0, 0));
	before = atomic64_read(&fsh_violations);
	FLT_PROVES(test, "LOCK-59", FltCheckLockForReadAccess(keep.lock, &data) &&
		   FltCheckLockForWriteAccess(keep.lock, &data) &&
		   atomic64_read(&fsh_violations) == before + 2);
	FltFreeFileLock(keep.lock);
	w->breaches = true;
}

static struct kunit_case file_lock_cases[] = {
	KUNIT_CASE(lock_layout),
	KUNIT_CASE(lock_life),
	KUNIT_CASE(lock_dropped),
	KUNIT_CASE(lock_values),
	KUNIT_CASE(lock_conflicts),
	KUNIT_CASE(lock_two_rules),
	KUNIT_CASE(lock_order),
	KUNIT_CASE(lock_routines),
	KUNIT_CASE(lock_gone_when_concluded),
	KUNIT_CASE(lock_refused_lets_go),
	KUNIT_CASE(lock_replaced_when_agreed),
	KUNIT_CASE(lock_cancelled),
	KUNIT_CASE(lock_lost),
	KUNIT_CASE(lock_checks),
	{}
};

static struct kunit_suite file_lock_suite = {
	.name = "file_lock",
	.init = world_init,
	.exit = world_exit,
	.test_cases = file_lock_cases,
};

kunit_test_suite(file_lock_suite);
