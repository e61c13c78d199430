// SPDX-License-Identifier: GPL-2.0
/*
 * Suite buffer: finding, locking and describing an operation's buffer (BUF-010, BUF-031 to
 * BUF-061, BUF-094 to BUF-098).
 */
#include <linux/preempt.h>
#include "kunit/world.h"
#include "nt/mm_mdl.h"
#include "nt/violation.h"

#define BUFFER_TAG	0x74736554	/* "Test" */

/* An operation's parameters by themselves. */
struct buffer_case {
	FLT_CALLBACK_DATA data;
	FLT_IO_PARAMETER_BLOCK iopb;
};

static PFLT_CALLBACK_DATA buffer_case(struct buffer_case *c, UCHAR major, UCHAR minor, ULONG form)
{
	memset(c, 0, sizeof(*c));
	c->data.Iopb = &c->iopb;
	c->data.Flags = form;
	c->iopb.MajorFunction = major;
	c->iopb.MinorFunction = minor;
	return &c->data;
}

/* Do the outputs point at these members, with this access? */
static bool buffer_decodes(struct buffer_case *c, void *mdl, void *buffer, void *length,
			   LOCK_OPERATION access)
{
	PMDL *got_mdl = (void *)1;
	PVOID *got_buffer = (void *)1;
	PULONG got_length = (void *)1;
	LOCK_OPERATION got_access = 77;

	return FltDecodeParameters(&c->data, &got_mdl, &got_buffer, &got_length, &got_access) ==
	       STATUS_SUCCESS && got_mdl == mdl && got_buffer == buffer && got_length == length &&
	       got_access == access;
}

/* Where an operation's members are, as offsets into the parameters; 0 for no such member. */
struct buffer_row {
	const char *id;
	UCHAR major;
	UCHAR minor;
	ULONG mdl;
	ULONG buffer;
	ULONG length;
	LOCK_OPERATION access;
};

#define AT(member)	(offsetof(FLT_PARAMETERS, member) + 1)

static bool buffer_row_holds(const struct buffer_row *row, struct buffer_case *c)
{
	char *p = (char *)&c->iopb.Parameters - 1;

	return buffer_decodes(c, row->mdl ? p + row->mdl : NULL, p + row->buffer,
			      row->length ? p + row->length : NULL, row->access);
}

static const struct buffer_row buffer_rows[] = {
	{ "BUF-048", IRP_MJ_READ, 0, AT(Read.MdlAddress), AT(Read.ReadBuffer), AT(Read.Length),
	  IoWriteAccess },
	{ "BUF-049", IRP_MJ_WRITE, 0, AT(Write.MdlAddress), AT(Write.WriteBuffer),
	  AT(Write.Length), IoReadAccess },
	{ "BUF-050", IRP_MJ_DIRECTORY_CONTROL, IRP_MN_QUERY_DIRECTORY,
	  AT(DirectoryControl.QueryDirectory.MdlAddress),
	  AT(DirectoryControl.QueryDirectory.DirectoryBuffer),
	  AT(DirectoryControl.QueryDirectory.Length), IoWriteAccess },
	{ "BUF-050", IRP_MJ_DIRECTORY_CONTROL, IRP_MN_NOTIFY_CHANGE_DIRECTORY,
	  AT(DirectoryControl.NotifyDirectory.MdlAddress),
	  AT(DirectoryControl.NotifyDirectory.DirectoryBuffer),
	  AT(DirectoryControl.NotifyDirectory.Length), IoWriteAccess },
	{ "BUF-050", IRP_MJ_QUERY_EA, 0, AT(QueryEa.MdlAddress), AT(QueryEa.EaBuffer),
	  AT(QueryEa.Length), IoWriteAccess },
	{ "BUF-050", IRP_MJ_QUERY_QUOTA, 0, AT(QueryQuota.MdlAddress),
	  AT(QueryQuota.QuotaBuffer), AT(QueryQuota.Length), IoWriteAccess },
	{ "BUF-050", IRP_MJ_QUERY_SECURITY, 0, AT(QuerySecurity.MdlAddress),
	  AT(QuerySecurity.SecurityBuffer), AT(QuerySecurity.Length), IoWriteAccess },
	{ "BUF-051", IRP_MJ_SET_EA, 0, AT(SetEa.MdlAddress), AT(SetEa.EaBuffer),
	  AT(SetEa.Length), IoReadAccess },
	{ "BUF-051", IRP_MJ_SET_QUOTA, 0, AT(SetQuota.MdlAddress), AT(SetQuota.QuotaBuffer),
	  AT(SetQuota.Length), IoReadAccess },
	{ "BUF-052", IRP_MJ_QUERY_INFORMATION, 0, 0, AT(QueryFileInformation.InfoBuffer),
	  AT(QueryFileInformation.Length), IoWriteAccess },
	{ "BUF-052", IRP_MJ_SET_INFORMATION, 0, 0, AT(SetFileInformation.InfoBuffer),
	  AT(SetFileInformation.Length), IoReadAccess },
	{ "BUF-052", IRP_MJ_QUERY_VOLUME_INFORMATION, 0, 0,
	  AT(QueryVolumeInformation.VolumeBuffer), AT(QueryVolumeInformation.Length),
	  IoWriteAccess },
	{ "BUF-052", IRP_MJ_SET_VOLUME_INFORMATION, 0, 0,
	  AT(SetVolumeInformation.VolumeBuffer), AT(SetVolumeInformation.Length),
	  IoReadAccess },
	{ "BUF-053", IRP_MJ_SET_SECURITY, 0, 0, AT(SetSecurity.SecurityDescriptor), 0,
	  IoReadAccess },
	{ "BUF-056", IRP_MJ_SET_SECURITY, 0, 0, AT(SetSecurity.SecurityDescriptor), 0,
	  IoReadAccess },
};

static void buffer_decode(struct kunit *test)
{
	static const ULONG forms[] = {
		FLTFL_CALLBACK_DATA_IRP_OPERATION, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION
	};
	struct buffer_case c;
	unsigned int i, j;
	PVOID *buffer;
	PULONG length;

	for (i = 0; i < ARRAY_SIZE(buffer_rows); i++) {
		const struct buffer_row *row = &buffer_rows[i];

		for (j = 0; j < ARRAY_SIZE(forms); j++) {
			buffer_case(&c, row->major, row->minor, forms[j]);
			FLT_PROVES(test, row->id, buffer_row_holds(row, &c));
		}
	}
	/* Pointers to the members themselves: what is stored through them is in the parameters. */
	buffer_case(&c, IRP_MJ_WRITE, 0, forms[0]);
	FltDecodeParameters(&c.data, NULL, &buffer, &length, NULL);
	*buffer = &c;
	*length = 77;
	FLT_PROVES(test, "BUF-047", c.iopb.Parameters.Write.WriteBuffer == &c &&
		   c.iopb.Parameters.Write.Length == 77);
}

/* Control operations with the four methods: the output's members. */
static const struct buffer_row buffer_buffered = {
	NULL, 0, 0, 0, AT(DeviceIoControl.Buffered.SystemBuffer),
	AT(DeviceIoControl.Common.OutputBufferLength), IoWriteAccess
};

static const struct buffer_row buffer_other = {
	NULL, 0, 0, AT(DeviceIoControl.Neither.OutputMdlAddress),
	AT(DeviceIoControl.Neither.OutputBuffer), AT(DeviceIoControl.Common.OutputBufferLength),
	IoWriteAccess
};

static const struct buffer_row buffer_fast = {
	NULL, 0, 0, 0, AT(DeviceIoControl.FastIo.OutputBuffer),
	AT(DeviceIoControl.Common.OutputBufferLength), IoWriteAccess
};

static void buffer_decode_controls(struct kunit *test)
{
	struct buffer_case c;
	ULONG method;

	for (method = 0; method < 4; method++) {
		const struct buffer_row *row = method ? &buffer_other : &buffer_buffered;

		buffer_case(&c, IRP_MJ_DEVICE_CONTROL, 0, FLTFL_CALLBACK_DATA_IRP_OPERATION);
		c.iopb.Parameters.DeviceIoControl.Common.IoControlCode = 0x220000 | method;
		FLT_PROVES(test, "BUF-054", buffer_row_holds(row, &c));
		FLT_PROVES(test, "BUF-055", buffer_row_holds(row, &c));
		buffer_case(&c, IRP_MJ_FILE_SYSTEM_CONTROL, IRP_MN_USER_FS_REQUEST,
			    FLTFL_CALLBACK_DATA_IRP_OPERATION);
		c.iopb.Parameters.FileSystemControl.Common.FsControlCode = 0x90000 | method;
		FLT_PROVES(test, "BUF-054", buffer_row_holds(row, &c));
		/* The control code's method means nothing in fast I/O. */
		buffer_case(&c, IRP_MJ_DEVICE_CONTROL, 0, FLTFL_CALLBACK_DATA_FAST_IO_OPERATION);
		c.iopb.Parameters.DeviceIoControl.Common.IoControlCode = 0x220000 | method;
		FLT_PROVES(test, "BUF-054", buffer_row_holds(&buffer_fast, &c));
	}
}

/* Operations that have no data, in every form; and outputs that nobody wants. */
static void buffer_decode_refused(struct kunit *test)
{
	static const UCHAR without[] = {
		IRP_MJ_CLEANUP, IRP_MJ_CLOSE, IRP_MJ_FLUSH_BUFFERS, IRP_MJ_SHUTDOWN, IRP_MJ_PNP,
	};
	static const UCHAR none_at_all[] = {
		IRP_MJ_CREATE_MAILSLOT, IRP_MJ_CREATE_NAMED_PIPE, IRP_MJ_LOCK_CONTROL,
	};
	static const UCHAR fs_filter[] = {
		IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, IRP_MJ_ACQUIRE_FOR_MOD_WRITE,
		IRP_MJ_RELEASE_FOR_CC_FLUSH, IRP_MJ_QUERY_OPEN,
	};
	struct buffer_case c;
	unsigned int i;
	PMDL *mdl;

	for (i = 0; i < ARRAY_SIZE(without); i++) {
		buffer_case(&c, without[i], 0, FLTFL_CALLBACK_DATA_IRP_OPERATION);
		FLT_PROVES(test, "BUF-058", FltDecodeParameters(&c.data, &mdl, NULL, NULL, NULL) ==
			   STATUS_INVALID_PARAMETER && !mdl);
	}
	for (i = 0; i < ARRAY_SIZE(none_at_all); i++) {
		buffer_case(&c, none_at_all[i], 0, FLTFL_CALLBACK_DATA_IRP_OPERATION);
		FLT_PROVES(test, "BUF-010", FltDecodeParameters(&c.data, &mdl, NULL, NULL, NULL) ==
			   STATUS_INVALID_PARAMETER);
	}
	for (i = 0; i < ARRAY_SIZE(fs_filter); i++) {
		buffer_case(&c, fs_filter[i], 0, FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION);
		FLT_PROVES(test, "BUF-059", FltDecodeParameters(&c.data, &mdl, NULL, NULL, NULL) ==
			   STATUS_INVALID_PARAMETER);
	}
	buffer_case(&c, IRP_MJ_CREATE, 0, FLTFL_CALLBACK_DATA_IRP_OPERATION);
	FLT_PROVES(test, "BUF-060", FltDecodeParameters(&c.data, &mdl, NULL, NULL, NULL) ==
		   STATUS_INVALID_PARAMETER);
	buffer_case(&c, IRP_MJ_READ, 0, FLTFL_CALLBACK_DATA_IRP_OPERATION);
	FLT_PROVES(test, "BUF-057", FltDecodeParameters(&c.data, &mdl, NULL, NULL, NULL) ==
		   STATUS_SUCCESS && mdl == &c.iopb.Parameters.Read.MdlAddress);
	FLT_PROVES(test, "BUF-057", FltDecodeParameters(&c.data, NULL, NULL, NULL, NULL) ==
		   STATUS_SUCCESS);
	local_bh_disable();
	FLT_PROVES(test, "BUF-061", FltDecodeParameters(&c.data, &mdl, NULL, NULL, NULL) ==
		   STATUS_SUCCESS);
	local_bh_enable();
}

/* What B does in its callbacks, and what it found. */
struct buffer_probe {
	NTSTATUS status;
	NTSTATUS again;
	PMDL mdl;
	PMDL mdl_again;
	CSHORT flags;
	bool dirty;
	void *system;
	bool at_dispatch;
};

static PMDL buffer_mdl(PFLT_CALLBACK_DATA data)
{
	return data->Iopb->Parameters.Read.MdlAddress;
}

static void buffer_lock_twice(struct buffer_probe *b, PFLT_CALLBACK_DATA data)
{
	KIRQL irql = PASSIVE_LEVEL;

	if (b->at_dispatch)
		irql = KeRaiseIrqlToDpcLevel();
	b->status = FltLockUserBuffer(data);
	if (b->at_dispatch)
		KeLowerIrql(irql);
	b->mdl = buffer_mdl(data);
	b->dirty = FltIsCallbackDataDirty(data);
	if (!NT_SUCCESS(b->status) || !b->mdl)
		return;
	b->flags = b->mdl->MdlFlags;
	b->again = FltLockUserBuffer(data);
	b->mdl_again = buffer_mdl(data);
	b->system = MmGetSystemAddressForMdlSafe(b->mdl, NormalPagePriority);
}

static void buffer_pre_locks(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	buffer_lock_twice(p->private, data);
}

static int buffer_post_locks(struct probe *p, PFLT_CALLBACK_DATA data,
			     PCFLT_RELATED_OBJECTS objects, void *context)
{
	buffer_lock_twice(p->private, data);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void buffer_lock_in_pre(struct kunit *test)
{
	static const UCHAR majors[] = { IRP_MJ_READ, IRP_MJ_WRITE };
	struct world *w = world_of(test);
	struct buffer_probe b;
	char *memory = kzalloc(5000, GFP_KERNEL);
	unsigned int i;

	FLT_REQUIRE(test, memory);
	world_probes(w, "ABC");
	w->probe[1]->on_pre = buffer_pre_locks;
	w->probe[1]->private = &b;
	for (i = 0; i < ARRAY_SIZE(majors); i++) {
		struct request *r = request_new(w, majors[i]);

		memset(&b, 0, sizeof(b));
		world_clear(w);
		r->op.iopb.Parameters.Read.ReadBuffer = memory + 3;
		r->op.iopb.Parameters.Read.Length = 4500;
		request_run(r);
		FLT_PROVES(test, "BUF-033", b.status == STATUS_SUCCESS && b.mdl);
		FLT_PROVES(test, "BUF-034", b.again == STATUS_SUCCESS && b.mdl == b.mdl_again);
		FLT_PROVES(test, "BUF-041", b.dirty && world_event(w, 'C', WORLD_PRE, 0)->
			   iopb.Parameters.Read.MdlAddress == b.mdl);
		FLT_PROVES(test, "BUF-042", b.flags & MDL_PAGES_LOCKED &&
			   !(b.flags & MDL_MAPPED_TO_SYSTEM_VA));
		FLT_PROVES(test, "BUF-005", b.system == memory + 3);
		FLT_PROVES(test, "BUF-030", world_event(w, 'B', WORLD_POST, 0)->
			   iopb.Parameters.Read.MdlAddress == b.mdl);
	}
	kfree(memory);
}

static void buffer_lock_in_post(struct kunit *test)
{
	struct world *w = world_of(test);
	struct buffer_probe b = {};
	struct request *r;
	char *memory = kzalloc(100, GFP_KERNEL);

	FLT_REQUIRE(test, memory);
	world_probes(w, "AB");
	w->probe[1]->on_post = buffer_post_locks;
	w->probe[1]->private = &b;
	r = request_new(w, IRP_MJ_READ);
	r->op.iopb.Parameters.Read.ReadBuffer = memory;
	r->op.iopb.Parameters.Read.Length = 100;
	request_run(r);
	FLT_PROVES(test, "BUF-034", b.status == STATUS_SUCCESS && b.again == STATUS_SUCCESS &&
		   b.mdl && b.mdl == b.mdl_again);
	FLT_PROVES(test, "BUF-005", b.system == memory);
	FLT_EXPECT(test, !b.dirty);
	/* At a level where it cannot be done. */
	w->breaches = true;
	b.at_dispatch = true;
	r = request_new(w, IRP_MJ_READ);
	r->op.iopb.Parameters.Read.ReadBuffer = memory;
	r->op.iopb.Parameters.Read.Length = 100;
	request_run(r);
	FLT_PROVES(test, "BUF-044", b.status == STATUS_INVALID_DEVICE_STATE && !b.mdl);
	kfree(memory);
}

/* Every major function: which can be locked at all. */
static void buffer_lock_table(struct kunit *test)
{
	static const UCHAR can[] = {
		IRP_MJ_DEVICE_CONTROL, IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_FILE_SYSTEM_CONTROL,
		IRP_MJ_INTERNAL_DEVICE_CONTROL, IRP_MJ_QUERY_EA, IRP_MJ_QUERY_QUOTA,
		IRP_MJ_QUERY_SECURITY, IRP_MJ_READ, IRP_MJ_SET_EA, IRP_MJ_SET_QUOTA, IRP_MJ_WRITE,
	};
	struct world *w = world_of(test);
	char *memory = kzalloc(64, GFP_KERNEL);
	unsigned int i, major;

	FLT_REQUIRE(test, memory);
	for (major = 0; major < FLT_NR_IRP_CODES; major++) {
		bool expected = memchr(can, major, sizeof(can));
		struct flt_operation op;
		PVOID *buffer;
		PULONG length;
		NTSTATUS status;

		flt_operation_init(&op, w->fake->volume, major, w->file);
		if (NT_SUCCESS(FltDecodeParameters(&op.data, NULL, &buffer, &length, NULL))) {
			*buffer = memory;
			if (length)
				*length = 64;
		}
		status = FltLockUserBuffer(&op.data);
		FLT_PROVES(test, "BUF-031", status == (expected ? STATUS_SUCCESS :
						       STATUS_INVALID_PARAMETER));
		flt_operation_fini(&op);
	}
	for (i = 0; i < 2; i++) {
		struct flt_operation op;

		flt_operation_init(&op, w->fake->volume, i ? IRP_MJ_WRITE : IRP_MJ_READ, w->file);
		op.iopb.MinorFunction = IRP_MN_MDL;
		op.iopb.Parameters.Read.ReadBuffer = memory;
		op.iopb.Parameters.Read.Length = 64;
		FLT_PROVES(test, "BUF-032", FltLockUserBuffer(&op.data) ==
			   STATUS_INVALID_PARAMETER);
		op.iopb.MinorFunction = 0;
		op.data.Flags = FLTFL_CALLBACK_DATA_FAST_IO_OPERATION;
		FLT_PROVES(test, "BUF-045", FltLockUserBuffer(&op.data) == STATUS_SUCCESS);
		flt_operation_fini(&op);
		flt_operation_init(&op, w->fake->volume, IRP_MJ_ACQUIRE_FOR_MOD_WRITE, w->file);
		FLT_PROVES(test, "BUF-045", FltLockUserBuffer(&op.data) ==
			   STATUS_INVALID_PARAMETER);
		flt_operation_fini(&op);
	}
	kfree(memory);
}

static void buffer_lock_where_nothing_is(struct kunit *test)
{
	struct world *w = world_of(test);
	struct flt_operation op;

	flt_operation_init(&op, w->fake->volume, IRP_MJ_WRITE, w->file);
	op.iopb.Parameters.Write.WriteBuffer = (void *)0x10000;
	op.iopb.Parameters.Write.Length = 64;
	FLT_PROVES(test, "BUF-036", FltLockUserBuffer(&op.data) == STATUS_ACCESS_VIOLATION &&
		   !op.iopb.Parameters.Write.MdlAddress);
	op.iopb.Parameters.Write.WriteBuffer = (void *)0xffff800000001000;
	FLT_PROVES(test, "BUF-036", FltLockUserBuffer(&op.data) == STATUS_ACCESS_VIOLATION);
	flt_operation_fini(&op);
}

/* An operation of B's own: what it locked and what it put there goes with the callback data. */
static void buffer_of_ones_own(struct kunit *test)
{
	struct world *w = world_of(test);
	char *memory = kzalloc(64, GFP_KERNEL);
	PFLT_CALLBACK_DATA data;
	long mdls;
	PMDL mdl;
	int i;

	FLT_REQUIRE(test, memory);
	world_probes(w, "AB");
	mdls = mm_mdl_count();
	FLT_REQUIRE(test, NT_SUCCESS(FltAllocateCallbackData(w->probe[0]->instance[0], w->file,
							     &data)));
	for (i = 0; i < 3; i++) {
		data->Iopb->MajorFunction = IRP_MJ_READ;
		data->Iopb->Parameters.Read.ReadBuffer = memory;
		data->Iopb->Parameters.Read.Length = 64;
		if (i) {
			FLT_EXPECT(test, NT_SUCCESS(FltLockUserBuffer(data)));
		} else {
			mdl = IoAllocateMdl(memory, 64, FALSE, FALSE, NULL);
			FLT_REQUIRE(test, mdl);
			MmBuildMdlForNonPagedPool(mdl);
			data->Iopb->Parameters.Read.MdlAddress = mdl;
		}
		FltPerformSynchronousIo(data);
		FLT_EXPECT(test, NT_SUCCESS(data->IoStatus.Status));
		FLT_EXPECT(test, mm_mdl_count() == mdls + 1);
		if (i < 2) {
			FltReuseCallbackData(data);
			FLT_PROVES(test, "ASYNC-022", mm_mdl_count() == mdls &&
				   !data->Iopb->Parameters.Read.MdlAddress);
		}
	}
	FltFreeCallbackData(data);
	kfree(memory);
}

static void buffer_aligned_pool(struct kunit *test)
{
	struct world *w = world_of(test);
	PFLT_INSTANCE instance;
	u64 breaches;
	KIRQL irql;
	char *block;

	world_probes(w, "A");
	world_do(w, IRP_MJ_READ);
	instance = w->probe[0]->instance[0];
	block = FltAllocatePoolAlignedWithTag(instance, NonPagedPoolNx, 100, BUFFER_TAG);
	FLT_REQUIRE(test, block);
	FLT_PROVES(test, "BUF-094", !((unsigned long)block & 4095));
	FltFreePoolAlignedWithTag(instance, block, BUFFER_TAG);
	block = FltAllocatePoolAlignedWithTag(instance, PagedPool, 0, BUFFER_TAG);
	FLT_PROVES(test, "BUF-095", block && !((unsigned long)block & 4095));
	FltFreePoolAlignedWithTag(instance, block, BUFFER_TAG);
	irql = KeRaiseIrqlToDpcLevel();
	block = FltAllocatePoolAlignedWithTag(instance, NonPagedPool, 9000, BUFFER_TAG);
	if (block)
		FltFreePoolAlignedWithTag(instance, block, BUFFER_TAG);
	breaches = atomic64_read(&fsh_violations);
	FLT_PROVES(test, "BUF-098", block &&
		   !FltAllocatePoolAlignedWithTag(instance, PagedPool, 9000, BUFFER_TAG) &&
		   atomic64_read(&fsh_violations) == breaches + 1);
	KeLowerIrql(irql);
	breaches = atomic64_read(&fsh_violations);
	FLT_PROVES(test, "BUF-096", !FltAllocatePoolAlignedWithTag(instance, NonPagedPool, 1, 0) &&
		   atomic64_read(&fsh_violations) == breaches + 1);
}

static struct kunit_case buffer_cases[] = {
	KUNIT_CASE(buffer_decode),
	KUNIT_CASE(buffer_decode_controls),
	KUNIT_CASE(buffer_decode_refused),
	KUNIT_CASE(buffer_lock_in_pre),
	KUNIT_CASE(buffer_lock_in_post),
	KUNIT_CASE(buffer_lock_table),
	KUNIT_CASE(buffer_lock_where_nothing_is),
	KUNIT_CASE(buffer_of_ones_own),
	KUNIT_CASE(buffer_aligned_pool),
	{}
};

static struct kunit_suite buffer_suite = {
	.name = "buffer",
	.init = world_init,
	.exit = world_exit,
	.test_cases = buffer_cases,
};

kunit_test_suite(buffer_suite);
