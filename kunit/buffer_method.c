// SPDX-License-Identifier: GPL-2.0
/*
 * Suite buffer_method: how the data of an operation is handed over, by kind of operation and by
 * the method of a control code, and what fails in it (BUF-002, BUF-008, BUF-016, BUF-019,
 * BUF-035).
 */
#include <linux/vmalloc.h>
#include "kunit/async_issue.h"
#include "kunit/name_ask.h"
#include "nt/mm_mdl.h"
#include "nt/rtl_status.h"

#define METHOD_FSCTL(method)	(0x90000 | (method))
#define METHOD_IN		48
#define METHOD_OUT		80

/* What C, the first below the caller, and the file system saw of a control request. */
static struct {
	FLT_IO_PARAMETER_BLOCK first;
	ULONG first_flags;
	FLT_IO_PARAMETER_BLOCK last;
	bool locked;		/* C found the output's pages locked */
	void *mapped;		/* and this system address of theirs */
	bool right;		/* the system buffer had the input */
} method_seen;

static void method_look(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			int *status, void **context)
{
	FLT_PARAMETERS *parameters = &data->Iopb->Parameters;
	PMDL mdl = parameters->FileSystemControl.Neither.OutputMdlAddress;

	method_seen.first = *data->Iopb;
	method_seen.first_flags = data->Flags;
	if ((parameters->FileSystemControl.Common.FsControlCode & 3) == METHOD_BUFFERED) {
		char *system = parameters->FileSystemControl.Buffered.SystemBuffer;

		method_seen.right = system[0] == 'i' && system[METHOD_IN - 1] == 'i';
		/* KASAN sees a byte too few. */
		memset(system + METHOD_IN, 7, METHOD_OUT - METHOD_IN);
		return;
	}
	if (!mdl)
		return;
	method_seen.locked = mdl->MdlFlags & (MDL_PAGES_LOCKED | MDL_SOURCE_IS_NONPAGED_POOL);
	method_seen.mapped = MmGetSystemAddressForMdlSafe(mdl, NormalPagePriority);
}

static void method_perform(struct fake_volume *fake, struct flt_operation *op,
			   struct fake_order *order)
{
	method_seen.last = op->iopb;
	order->information = 3;
}

static void method_controls(struct kunit *test)
{
	struct world *w = ask_world(test, "ABC");
	const FLT_PARAMETERS *p = &method_seen.first.Parameters;
	char *in = kunit_kzalloc(test, METHOD_IN, GFP_KERNEL);
	char *out = kunit_kzalloc(test, METHOD_OUT, GFP_KERNEL);
	PFLT_INSTANCE b;
	ULONG method;

	FLT_REQUIRE(test, in && out);
	b = w->probe[1]->instance[0];
	w->probe[2]->on_pre = method_look;
	w->fake->on_perform = method_perform;
	for (method = 0; method < 4; method++) {
		ULONG used = 0;
		NTSTATUS status;

		memset(&method_seen, 0, sizeof(method_seen));
		memset(in, 'i', METHOD_IN);
		status = FltFsControlFile(b, w->file, METHOD_FSCTL(method), in, METHOD_IN, out,
					  METHOD_OUT, &used);
		FLT_EXPECT(test, NT_SUCCESS(status) && used == 3);
		FLT_PROVES(test, "BUF-016",
			   p->FileSystemControl.Common.FsControlCode == METHOD_FSCTL(method) &&
			   p->FileSystemControl.Common.InputBufferLength == METHOD_IN &&
			   p->FileSystemControl.Common.OutputBufferLength == METHOD_OUT);
		switch (method) {
		case METHOD_BUFFERED:
			/* One buffer, as large as the larger of the two, for both ways. */
			FLT_PROVES(test, "BUF-016", method_seen.right && out[0] == 'i');
			FLT_PROVES(test, "BUF-016", method_seen.first_flags &
				   FLTFL_CALLBACK_DATA_SYSTEM_BUFFER &&
				   p->FileSystemControl.Buffered.SystemBuffer != in &&
				   p->FileSystemControl.Buffered.SystemBuffer != out);
			break;
		case METHOD_NEITHER:
			FLT_PROVES(test, "BUF-016",
				   p->FileSystemControl.Neither.InputBuffer == in &&
				   p->FileSystemControl.Neither.OutputBuffer == out &&
				   !p->FileSystemControl.Neither.OutputMdlAddress);
			break;
		default:
			/* The output's pages are locked before the first filter sees them. */
			FLT_PROVES(test, "BUF-016",
				   p->FileSystemControl.Direct.InputSystemBuffer == in &&
				   p->FileSystemControl.Direct.OutputMdlAddress);
			FLT_PROVES(test, "BUF-002", method_seen.locked &&
				   method_seen.mapped == out);
		}
	}
	/* No output, no MDL. */
	memset(&method_seen, 0, sizeof(method_seen));
	FLT_EXPECT(test, NT_SUCCESS(FltFsControlFile(b, w->file, METHOD_FSCTL(METHOD_OUT_DIRECT),
						     in, METHOD_IN, NULL, 0, NULL)));
	FLT_PROVES(test, "BUF-016", !p->FileSystemControl.Direct.OutputMdlAddress);
}

/* What a filter does on finding that memory cannot be mapped, in the words of the documentation. */
static void method_maps(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			int *status, void **context)
{
	if (MmGetSystemAddressForMdlSafe(data->Iopb->Parameters.Read.MdlAddress,
					 NormalPagePriority))
		return;
	data->IoStatus.Status = STATUS_INSUFFICIENT_RESOURCES;
	data->IoStatus.Information = 0;
	*status = FLT_PREOP_COMPLETE;
}

/* An MDL whose pages nobody knows has no system address. */
static void method_not_mapped(struct kunit *test)
{
	struct world *w = world_of(test);
	PMDL mdl = IoAllocateMdl((void *)0x7fff12345000, 3 * PAGE_SIZE, FALSE, FALSE, NULL);
	struct request *r;

	FLT_REQUIRE(test, mdl);
	world_probes(w, "AB");
	w->probe[1]->on_pre = method_maps;
	r = request_new(w, IRP_MJ_READ);
	r->op.iopb.Parameters.Read.MdlAddress = mdl;
	r->op.iopb.Parameters.Read.Length = 3 * PAGE_SIZE;
	request_run(r);
	FLT_PROVES(test, "BUF-019", r->status == STATUS_INSUFFICIENT_RESOURCES &&
		   !r->information && !world_violations(w) &&
		   flt_errno_from_status(r->status, NULL) == -ENOMEM);
	IoFreeMdl(mdl);
}

struct method_lock {
	struct flt_operation *op;
	NTSTATUS status;
};

static void method_lock(void *arg)
{
	struct method_lock *lock = arg;

	lock->status = FltLockUserBuffer(&lock->op->data);
}

/* Every allocation of a lock fails in turn; the operation stays as it was. */
static void method_no_memory(struct kunit *test)
{
	void *memory = vzalloc(3 * PAGE_SIZE);
	struct world *w = world_of(test);
	long before = mm_mdl_count();
	struct flt_operation op;
	struct method_lock lock = { &op };
	unsigned int refused = 0;
	int nth;

	FLT_REQUIRE(test, memory);
	if (!async_faults_work()) {
		vfree(memory);
		kunit_skip(test, "this kernel cannot make an allocation fail");
	}
	flt_operation_init(&op, w->fake->volume, IRP_MJ_WRITE, w->file);
	op.iopb.Parameters.Write.WriteBuffer = memory;
	op.iopb.Parameters.Write.Length = 3 * PAGE_SIZE;
	for (nth = 1; nth < 50; nth++) {
		bool failed = async_with_fault(nth, method_lock, &lock);

		if (NT_SUCCESS(lock.status))
			break;
		refused++;
		FLT_PROVES(test, "BUF-035", failed &&
			   lock.status == STATUS_INSUFFICIENT_RESOURCES &&
			   !op.iopb.Parameters.Write.MdlAddress &&
			   op.iopb.Parameters.Write.WriteBuffer == memory &&
			   op.iopb.Parameters.Write.Length == 3 * PAGE_SIZE &&
			   mm_mdl_count() == before);
	}
	/* It works once there is memory. */
	FLT_PROVES(test, "BUF-035", refused && lock.status == STATUS_SUCCESS &&
		   op.iopb.Parameters.Write.MdlAddress);
	flt_operation_fini(&op);
	FLT_EXPECT(test, mm_mdl_count() == before);
	vfree(memory);
}

static struct kunit_case buffer_method_cases[] = {
	KUNIT_CASE(method_controls),
	KUNIT_CASE(method_not_mapped),
	KUNIT_CASE(method_no_memory),
	{}
};

static struct kunit_suite buffer_method_suite = {
	.name = "buffer_method",
	.init = world_init,
	.exit = world_exit,
	.test_cases = buffer_method_cases,
};

kunit_test_suite(buffer_method_suite);
