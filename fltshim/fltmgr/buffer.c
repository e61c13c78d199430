// SPDX-License-Identifier: GPL-2.0
/*
 * Data buffers: FltDecodeParameters, FltLockUserBuffer, the MDLs of swapped buffers, aligned pool.
 *
 * Who frees an MDL: one that FltLockUserBuffer made belongs to the operation and goes with it. One
 * that a filter stored in the parameters, marked dirty, is freed when the walk is through with
 * that filter's post-operation callback, unless the filter retained it. Memory behind a filter's
 * MDL is the filter's.
 */
#include <linux/export.h>
#include <linux/mm.h>
#include <linux/sched/mm.h>
#include "fltmgr/buffer.h"
#include "fltmgr/filter.h"
#include "fltmgr/generated.h"
#include "fltmgr/instance.h"
#include "nt/ex_pool.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"

static bool flt_buffer_set(struct flt_buffer_members *out, PMDL *mdl, void *buffer, PULONG length,
			   LOCK_OPERATION access)
{
	*out = (struct flt_buffer_members) { mdl, buffer, length, access };
	return true;
}

static bool flt_buffer_of_control(FLT_IO_PARAMETER_BLOCK *iopb, ULONG form,
				  struct flt_buffer_members *out)
{
	/* FileSystemControl and DeviceIoControl have the same layout. */
	FLT_PARAMETERS *p = &iopb->Parameters;
	ULONG code = p->DeviceIoControl.Common.IoControlCode;

	out->access = IoWriteAccess;
	out->length = &p->DeviceIoControl.Common.OutputBufferLength;
	if (form & FLTFL_CALLBACK_DATA_FAST_IO_OPERATION) {
		out->buffer = &p->DeviceIoControl.FastIo.OutputBuffer;
		out->mdl = NULL;
	} else if ((code & 3) == 0 /* METHOD_BUFFERED */) {
		out->buffer = &p->DeviceIoControl.Buffered.SystemBuffer;
		out->mdl = NULL;
	} else {
		out->buffer = &p->DeviceIoControl.Neither.OutputBuffer;
		out->mdl = &p->DeviceIoControl.Neither.OutputMdlAddress;
	}
	return true;
}

/**
 * flt_buffer_members() - where the data of an operation is described
 * @iopb: its parameters
 * @form: the callback data's flags, of which the form counts
 * @out: the members, in @iopb
 *
 * Any context.
 *
 * Return: false for an operation without data
 */
bool flt_buffer_members(FLT_IO_PARAMETER_BLOCK *iopb, ULONG form, struct flt_buffer_members *out)
{
	FLT_PARAMETERS *p = &iopb->Parameters;

	if (form & FLTFL_CALLBACK_DATA_FS_FILTER_OPERATION)
		return false;

	switch (iopb->MajorFunction) {
	case IRP_MJ_READ:
		return flt_buffer_set(out, &p->Read.MdlAddress, &p->Read.ReadBuffer,
				      &p->Read.Length, IoWriteAccess);
	case IRP_MJ_WRITE:
		return flt_buffer_set(out, &p->Write.MdlAddress, &p->Write.WriteBuffer,
				      &p->Write.Length, IoReadAccess);
	case IRP_MJ_DIRECTORY_CONTROL:
		if (iopb->MinorFunction == IRP_MN_QUERY_DIRECTORY)
			return flt_buffer_set(out, &p->DirectoryControl.QueryDirectory.MdlAddress,
					      &p->DirectoryControl.QueryDirectory.DirectoryBuffer,
					      &p->DirectoryControl.QueryDirectory.Length,
					      IoWriteAccess);
		return flt_buffer_set(out, &p->DirectoryControl.NotifyDirectory.MdlAddress,
				      &p->DirectoryControl.NotifyDirectory.DirectoryBuffer,
				      &p->DirectoryControl.NotifyDirectory.Length, IoWriteAccess);
	case IRP_MJ_QUERY_EA:
		return flt_buffer_set(out, &p->QueryEa.MdlAddress, &p->QueryEa.EaBuffer,
				      &p->QueryEa.Length, IoWriteAccess);
	case IRP_MJ_SET_EA:
		return flt_buffer_set(out, &p->SetEa.MdlAddress, &p->SetEa.EaBuffer,
				      &p->SetEa.Length, IoReadAccess);
	case IRP_MJ_QUERY_QUOTA:
		return flt_buffer_set(out, &p->QueryQuota.MdlAddress, &p->QueryQuota.QuotaBuffer,
				      &p->QueryQuota.Length, IoWriteAccess);
	case IRP_MJ_SET_QUOTA:
		return flt_buffer_set(out, &p->SetQuota.MdlAddress, &p->SetQuota.QuotaBuffer,
				      &p->SetQuota.Length, IoReadAccess);
	case IRP_MJ_QUERY_SECURITY:
		return flt_buffer_set(out, &p->QuerySecurity.MdlAddress,
				      &p->QuerySecurity.SecurityBuffer, &p->QuerySecurity.Length,
				      IoWriteAccess);
	case IRP_MJ_SET_SECURITY:
		return flt_buffer_set(out, NULL, &p->SetSecurity.SecurityDescriptor, NULL,
				      IoReadAccess);
	case IRP_MJ_QUERY_INFORMATION:
		return flt_buffer_set(out, NULL, &p->QueryFileInformation.InfoBuffer,
				      &p->QueryFileInformation.Length, IoWriteAccess);
	case IRP_MJ_SET_INFORMATION:
		return flt_buffer_set(out, NULL, &p->SetFileInformation.InfoBuffer,
				      &p->SetFileInformation.Length, IoReadAccess);
	case IRP_MJ_QUERY_VOLUME_INFORMATION:
		return flt_buffer_set(out, NULL, &p->QueryVolumeInformation.VolumeBuffer,
				      &p->QueryVolumeInformation.Length, IoWriteAccess);
	case IRP_MJ_SET_VOLUME_INFORMATION:
		return flt_buffer_set(out, NULL, &p->SetVolumeInformation.VolumeBuffer,
				      &p->SetVolumeInformation.Length, IoReadAccess);
	case IRP_MJ_DEVICE_CONTROL:
	case IRP_MJ_INTERNAL_DEVICE_CONTROL:
		return flt_buffer_of_control(iopb, form, out);
	case IRP_MJ_FILE_SYSTEM_CONTROL:
		/* A mount or a verification carries no data. */
		if (iopb->MinorFunction != IRP_MN_USER_FS_REQUEST &&
		    iopb->MinorFunction != IRP_MN_KERNEL_CALL)
			return false;
		return flt_buffer_of_control(iopb, form, out);
	default:
		return false;
	}
}

/**
 * FltDecodeParameters() - find the members that describe an operation's data
 * @CallbackData: callback data of the operation
 * @MdlAddressPointer: receives the address of its MDL member
 * @Buffer: receives the address of its buffer member
 * @Length: receives the address of its length member
 * @DesiredAccess: receives IoReadAccess where the data is consumed, IoWriteAccess where it is made
 *
 * WDK page: fltdecodeparameters. IRQL: any. Every output may be left out; one for which the
 * operation has no member receives NULL. For control operations it is the output's.
 *
 * Return: STATUS_SUCCESS; STATUS_INVALID_PARAMETER for an operation without data
 */
NTSTATUS FltDecodeParameters(PFLT_CALLBACK_DATA CallbackData, PMDL **MdlAddressPointer,
			     PVOID **Buffer, PULONG *Length, LOCK_OPERATION *DesiredAccess)
{
	struct flt_buffer_members members = {};
	bool found = flt_buffer_members(CallbackData->Iopb, CallbackData->Flags, &members);

	if (MdlAddressPointer)
		*MdlAddressPointer = members.mdl;
	if (Buffer)
		*Buffer = members.buffer;
	if (Length)
		*Length = members.length;
	if (DesiredAccess)
		*DesiredAccess = members.access;
	return found ? STATUS_SUCCESS : STATUS_INVALID_PARAMETER;
}
EXPORT_SYMBOL_GPL(FltDecodeParameters);

/* Operations whose buffer can be locked, and where its MDL goes (BUF-031). */
static bool flt_buffer_lockable(PFLT_CALLBACK_DATA data, struct flt_buffer_members *members)
{
	FLT_IO_PARAMETER_BLOCK *iopb = data->Iopb;

	if (!flt_buffer_members(iopb, data->Flags, members))
		return false;
	switch (iopb->MajorFunction) {
	case IRP_MJ_READ:
	case IRP_MJ_WRITE:
		return !(iopb->MinorFunction & IRP_MN_MDL);
	case IRP_MJ_DEVICE_CONTROL:
	case IRP_MJ_INTERNAL_DEVICE_CONTROL:
	case IRP_MJ_FILE_SYSTEM_CONTROL:
		/* METHOD_BUFFERED has no such member, but the place is there (BUF-038). */
		members->mdl = &iopb->Parameters.DeviceIoControl.Neither.OutputMdlAddress;
		return true;
	default:
		return members->mdl;
	}
}

/* @ip is in the driver. */
static NTSTATUS flt_buffer_lock(struct flt_operation *op, PMDL mdl, LOCK_OPERATION access,
				unsigned long ip)
{
	struct mm_struct *mm = NULL;
	NTSTATUS status;

	if ((unsigned long)mdl->StartVa < TASK_SIZE_MAX && op->task)
		mm = get_task_mm(op->task);
	if (mm && mm == current->mm && mm_is_out_of_reach(ip, "FltLockUserBuffer"))
		status = STATUS_ACCESS_VIOLATION;
	else
		status = mm_mdl_lock(mdl, mm, access);
	if (mm)
		mmput(mm);
	return status;
}

/**
 * FltLockUserBuffer() - lock an operation's buffer and describe it by an MDL
 * @CallbackData: callback data of the operation, in a callback or held
 *
 * WDK page: fltlockuserbuffer. IRQL: <= APC_LEVEL. In any thread: the buffer is looked for in the
 * memory of the process that requested the operation. The MDL belongs to the operation and goes
 * with it; it is locked, and mapped by MmGetSystemAddressForMdlSafe().
 *
 * Return: STATUS_SUCCESS, also when there was an MDL already; STATUS_INVALID_PARAMETER for an
 * operation that has no such buffer; STATUS_ACCESS_VIOLATION; STATUS_INSUFFICIENT_RESOURCES;
 * STATUS_INVALID_DEVICE_STATE at DISPATCH_LEVEL; STATUS_FLT_DELETING_OBJECT in a draining call,
 * which has only a copy of the operation
 */
NTSTATUS FltLockUserBuffer(PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_buffer_members members, accepted;
	struct flt_operation *op;
	NTSTATUS status;
	void *buffer;
	PMDL mdl;

	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_buffer_lockable(CallbackData, &members))
		return STATUS_INVALID_PARAMETER;
	if (*members.mdl)
		return STATUS_SUCCESS;
	if (CallbackData->Flags & FLTFL_CALLBACK_DATA_DRAINING_IO)
		return STATUS_FLT_DELETING_OBJECT;
	buffer = *members.buffer;
	if (!buffer || !*members.length)
		return STATUS_INVALID_PARAMETER;

	op = flt_operation_of(CallbackData);
	mdl = mm_mdl_new(buffer, *members.length);
	if (!mdl)
		return STATUS_INSUFFICIENT_RESOURCES;
	status = flt_buffer_lock(op, mdl, members.access, _RET_IP_);
	if (!NT_SUCCESS(status)) {
		mm_mdl_free(mdl);
		return status;
	}
	mm_mdl_keep(&op->locked, mdl);
	*members.mdl = mdl;
	/* The parameters in force have it from now on, whatever else becomes of this callback's. */
	if (op->stack && flt_buffer_members(&op->accepted, CallbackData->Flags, &accepted) &&
	    *accepted.buffer == buffer && accepted.mdl && !*accepted.mdl)
		*accepted.mdl = mdl;
	if (!(CallbackData->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION))
		FltSetCallbackDataDirty(CallbackData);
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FltLockUserBuffer);

/**
 * flt_buffer_accept() - has a filter exchanged an operation's buffer?
 * @op: the operation; op->iopb is as the filter left it and will be accepted
 * @filter: the filter, for what it did wrong
 * @before: the parameters in force until now
 * @owed: its post-operation callback will be called
 */
bool flt_buffer_accept(struct flt_operation *op, struct flt_filter *filter,
		       FLT_IO_PARAMETER_BLOCK *before, bool owed)
{
	struct flt_buffer_members old, new;
	bool buffer, mdl;

	if (!flt_buffer_members(before, op->data.Flags, &old) ||
	    !flt_buffer_members(&op->iopb, op->data.Flags, &new))
		return false;
	buffer = *old.buffer != *new.buffer;
	mdl = old.mdl && new.mdl && *old.mdl != *new.mdl;
	if (!buffer && !mdl)
		return false;
	if (!owed)
		flt_violation(filter, FLT_VIOLATION_DATA, op,
			      "buffer exchanged, and no post-operation callback to free it in");
	if (buffer && new.mdl && !*new.mdl && FLT_IS_IRP_OPERATION(&op->data) &&
	    !FLT_IS_SYSTEM_BUFFER(&op->data))
		flt_violation(filter, FLT_VIOLATION_DATA, op,
			      "buffer exchanged for %p without an MDL", *new.buffer);
	return true;
}

/**
 * flt_buffer_swapped_note() - the walk comes back up to a filter that exchanged the buffer
 * @op: its accepted parameters are still those below the filter
 * @record: the filter's
 */
void flt_buffer_swapped_note(struct flt_operation *op, struct flt_record *record)
{
	struct flt_buffer_members members;

	if (flt_buffer_members(&op->accepted, op->data.Flags, &members) && members.mdl &&
	    !FLT_IS_FASTIO_OPERATION(&op->data))
		record->swapped = *members.mdl;
}

/* The filter's post-operation callback is through with the operation. IRQL <= DISPATCH_LEVEL. */
void flt_buffer_swapped_free(struct flt_record *record)
{
	if (!record->retained)
		mm_mdl_free_chain(record->swapped);
	record->swapped = NULL;
	WRITE_ONCE(record->swaps, false);
}

/**
 * flt_buffer_forget() - callback data that a driver allocated is freed or reused
 * @op: not under way
 *
 * What the driver put into the MDL member goes too (ASYNC-017). IRQL <= DISPATCH_LEVEL.
 */
void flt_buffer_forget(struct flt_operation *op)
{
	struct flt_buffer_members members;

	if (flt_buffer_members(&op->iopb, op->data.Flags, &members) && members.mdl)
		mm_mdl_free_chain(*members.mdl);
	mm_mdl_free_kept(&op->locked);
}

/* The record whose post-operation callback has the operation now, or NULL. */
static struct flt_record *flt_buffer_post_record(PFLT_CALLBACK_DATA data)
{
	struct flt_operation *op = flt_operation_of(data);

	if (!(data->Flags & FLTFL_CALLBACK_DATA_POST_OPERATION) ||
	    data->Flags & FLTFL_CALLBACK_DATA_DRAINING_IO)
		return NULL;
	if (op->phase != FLT_PHASE_POST || op->cursor < 0)
		return NULL;
	return &op->records[op->cursor];
}

/**
 * FltGetSwappedBufferMdlAddress() - the MDL of the buffer that this filter put in place
 * @CallbackData: callback data, in the post-operation callback or kept by it
 *
 * WDK page: fltgetswappedbuffermdladdress. IRQL: any. Valid until the callback has given the
 * operation back; it may be one that somebody below made for the buffer.
 *
 * Return: NULL where the filter did not exchange the buffer, the buffer has no MDL, the operation
 * is fast I/O, or (a violation) this is no post-operation callback
 */
PMDL FltGetSwappedBufferMdlAddress(PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_record *record = flt_buffer_post_record(CallbackData);

	if (!record) {
		fsh_violation(fsh_caller(), __func__, "outside a post-operation callback");
		return NULL;
	}
	return record->swaps ? record->swapped : NULL;
}
EXPORT_SYMBOL_GPL(FltGetSwappedBufferMdlAddress);

/**
 * FltRetainSwappedBufferMdlAddress() - keep the MDL of the buffer that this filter put in place
 * @CallbackData: callback data, in the post-operation callback or kept by it
 *
 * WDK page: fltretainswappedbuffermdladdress. IRQL: any. The filter frees the MDL itself then.
 */
VOID FltRetainSwappedBufferMdlAddress(PFLT_CALLBACK_DATA CallbackData)
{
	struct flt_record *record = flt_buffer_post_record(CallbackData);

	if (!record || !record->swaps) {
		fsh_violation(fsh_caller(), __func__,
			      record ? "the filter exchanged no buffer" :
				       "outside a post-operation callback");
		return;
	}
	if (record->swapped)
		mm_mdl_give_up(&flt_operation_of(CallbackData)->locked, record->swapped);
	record->retained = true;
}
EXPORT_SYMBOL_GPL(FltRetainSwappedBufferMdlAddress);

/**
 * FltGetNewSystemBufferAddress() - the buffer that the file system used in place of the given one
 * @CallbackData: callback data, in the post-operation callback
 *
 * WDK page: fltgetnewsystembufferaddress. IRQL: <= DISPATCH_LEVEL.
 *
 * Return: NULL: on Linux no file system exchanges the buffer of an operation, so
 * FLTFL_CALLBACK_DATA_NEW_SYSTEM_BUFFER is never set
 */
PVOID FltGetNewSystemBufferAddress(PFLT_CALLBACK_DATA CallbackData)
{
	return NULL;
}
EXPORT_SYMBOL_GPL(FltGetNewSystemBufferAddress);

/**
 * FltAllocatePoolAlignedWithTag() - pool that a noncached request can use
 * @Instance: the caller's instance on the volume
 * @PoolType: type of pool
 * @NumberOfBytes: size; 0 gives the smallest block
 * @Tag: not zero
 *
 * WDK page: fltallocatepoolalignedwithtag. IRQL: <= DISPATCH_LEVEL, paged pool <= APC_LEVEL. The
 * block begins at a page, which is enough for every device.
 *
 * Return: NULL without memory, and for misuse
 */
PVOID FltAllocatePoolAlignedWithTag(PFLT_INSTANCE Instance, POOL_TYPE PoolType,
				    SIZE_T NumberOfBytes, ULONG Tag)
{
	bool paged = PoolType & 1;
	POOL_FLAGS flags = paged ? POOL_FLAG_PAGED : POOL_FLAG_NON_PAGED;
	void *block;

	if (!flt_instance_check(Instance) || !Tag || (paged && ke_is_atomic())) {
		fsh_violation(fsh_caller(), __func__, "instance %p, tag %#x, pool type %d%s",
			      Instance, Tag, PoolType,
			      paged && ke_is_atomic() ? " at DISPATCH_LEVEL" : "");
		return NULL;
	}
	block = pool_alloc(__builtin_return_address(0), flags | POOL_FLAG_UNINITIALIZED,
			   max_t(size_t, NumberOfBytes, PAGE_SIZE), Tag);
	if (block)
		pool_set_whose(block, Instance);
	return block;
}
EXPORT_SYMBOL_GPL(FltAllocatePoolAlignedWithTag);

/**
 * FltFreePoolAlignedWithTag() - free what FltAllocatePoolAlignedWithTag() gave
 * @Instance: as at the allocation
 * @Buffer: the block
 * @Tag: as at the allocation; another one is reported, as another instance is, and it is freed
 *
 * WDK page: fltfreepoolalignedwithtag. IRQL: as at the allocation.
 */
VOID FltFreePoolAlignedWithTag(PFLT_INSTANCE Instance, PVOID Buffer, ULONG Tag)
{
	if (!flt_instance_check(Instance))
		fsh_violation(fsh_caller(), __func__, "%p is no instance", Instance);
	else if (!pool_is_whose(Buffer, Instance))
		fsh_violation(fsh_caller(), __func__, "%p was allocated for another than %p",
			      Buffer, Instance);
	pool_free(__builtin_return_address(0), __func__, Buffer, Tag);
}
EXPORT_SYMBOL_GPL(FltFreePoolAlignedWithTag);
