// SPDX-License-Identifier: GPL-2.0
/*
 * Whether a read or write may pass the locks that a filter keeps itself: FltCheckLockForReadAccess
 * and FltCheckLockForWriteAccess. Looks at a file lock (file_lock.c) under its lock.
 */
#include <linux/export.h>
#include "fltmgr/file_lock.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

/* Nothing of others' is in the way of a transfer, nor of its own if that is no more than shared. */
static bool flt_lock_permits(PFILE_LOCK address, PFLT_CALLBACK_DATA data, const char *caller,
			     const char *routine, bool write)
{
	const FLT_IO_PARAMETER_BLOCK *iopb = data->Iopb;
	struct flt_range transfer = {
		.start = iopb->Parameters.Read.ByteOffset.QuadPart,
		.end = iopb->Parameters.Read.ByteOffset.QuadPart + iopb->Parameters.Read.Length - 1,
		.file = iopb->TargetFileObject,
		.process = FltGetRequestorProcess(data),
		.key = iopb->Parameters.Read.Key,
		.posix = !(data->Flags & FLTFL_CALLBACK_DATA_GENERATED_IO),
	};
	struct flt_locks *locks;
	struct flt_range *range;
	bool permitted = true;

	if (iopb->MajorFunction != IRP_MJ_READ && iopb->MajorFunction != IRP_MJ_WRITE) {
		fsh_violation(caller, routine, "operation %#x is no transfer",
			      iopb->MajorFunction);
		return true;
	}
	/* Where an append goes is known to the file system alone. */
	if (iopb->IrpFlags & (IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO) ||
	    !iopb->Parameters.Read.Length || iopb->Parameters.Read.ByteOffset.QuadPart < 0)
		return true;
	locks = flt_locks_get(address);
	if (!locks || !locks->ready) {
		fsh_violation(caller, routine, "%p is not initialised", address);
		if (locks)
			flt_locks_put(locks);
		return true;
	}
	spin_lock_bh(&locks->lock);
	list_for_each_entry(range, &locks->held, link) {
		bool own = flt_range_same_owner(range, &transfer);

		if (!flt_range_overlaps(range, &transfer))
			continue;
		if (write ? !own || !range->exclusive : !own && range->exclusive) {
			permitted = false;
			break;
		}
	}
	spin_unlock_bh(&locks->lock);
	flt_locks_put(locks);
	return permitted;
}

/**
 * FltCheckLockForReadAccess() - do the locks of a file lock let a read pass?
 * @FileLock: initialised
 * @CallbackData: IRP_MJ_READ
 *
 * WDK page: fltchecklockforreadaccess. IRQL: <= APC_LEVEL. The operation is not changed.
 *
 * Return: FALSE where an exclusive lock of another owner is in the way
 */
BOOLEAN FltCheckLockForReadAccess(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData)
{
	if (!ke_at_most(APC_LEVEL))
		return FALSE;
	return flt_lock_permits(FileLock, CallbackData, fsh_caller(), __func__, false);
}
EXPORT_SYMBOL_GPL(FltCheckLockForReadAccess);

/**
 * FltCheckLockForWriteAccess() - do the locks of a file lock let a write pass?
 * @FileLock: initialised
 * @CallbackData: IRP_MJ_WRITE
 *
 * WDK page: fltchecklockforwriteaccess. IRQL: <= APC_LEVEL. The operation is not changed.
 *
 * Return: FALSE where any lock of another owner, or a shared one of the same, is in the way
 */
BOOLEAN FltCheckLockForWriteAccess(PFILE_LOCK FileLock, PFLT_CALLBACK_DATA CallbackData)
{
	if (!ke_at_most(APC_LEVEL))
		return FALSE;
	return flt_lock_permits(FileLock, CallbackData, fsh_caller(), __func__, true);
}
EXPORT_SYMBOL_GPL(FltCheckLockForWriteAccess);
