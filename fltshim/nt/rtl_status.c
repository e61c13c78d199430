// SPDX-License-Identifier: GPL-2.0
/*
 * The two tables of errors of the contract (vfs-map.md section 7) and the names of statuses.
 * Every errno from 1 to 4095 survives the way to a status and back; what a filter sets becomes
 * the errno of its row. Touches nothing but its tables, so it may be called in any context.
 */
#include <linux/bsearch.h>
#include "nt/rtl_status.h"

struct status_row {
	u32 status;
	u16 err;	/* 0: no row in the contract's tables */
	const char *name;
};

/* The errno of a system call that does not exist; lower file systems return it as well. */
#define RTL_NO_SUCH_CALL	38

#define KNOWN(s, e) { (u32)(s), (e), #s },
#define NAMED(s) { (u32)(s), 0, #s },
static const struct status_row status_rows[] = {
#include "nt/rtl_status_table.h"
};

#undef KNOWN
#undef NAMED

static const NTSTATUS status_of_errno[] = {
	[EPERM] = STATUS_PRIVILEGE_NOT_HELD,
	[ENOENT] = STATUS_OBJECT_NAME_NOT_FOUND,
	[EINTR] = STATUS_REQUEST_CANCELED,
	[EIO] = STATUS_IO_DEVICE_ERROR,
	[ENXIO] = STATUS_NO_SUCH_DEVICE,
	[E2BIG] = STATUS_EA_TOO_LARGE,
	[ENOEXEC] = STATUS_INVALID_IMAGE_FORMAT,
	[EBADF] = STATUS_INVALID_HANDLE,
	[EAGAIN] = STATUS_CANT_WAIT,
	[ENOMEM] = STATUS_INSUFFICIENT_RESOURCES,
	[EACCES] = STATUS_ACCESS_DENIED,
	[EFAULT] = STATUS_INVALID_USER_BUFFER,
	[EBUSY] = STATUS_RESOURCE_IN_USE,
	[EEXIST] = STATUS_OBJECT_NAME_COLLISION,
	[EXDEV] = STATUS_NOT_SAME_DEVICE,
	[ENODEV] = STATUS_DEVICE_DOES_NOT_EXIST,
	[ENOTDIR] = STATUS_NOT_A_DIRECTORY,
	[EISDIR] = STATUS_FILE_IS_A_DIRECTORY,
	[EINVAL] = STATUS_INVALID_PARAMETER,
	[EMFILE] = STATUS_TOO_MANY_OPENED_FILES,
	[ENOTTY] = STATUS_INVALID_DEVICE_REQUEST,
	[ETXTBSY] = STATUS_USER_MAPPED_FILE,
	[EFBIG] = STATUS_FILE_TOO_LARGE,
	[ENOSPC] = STATUS_DISK_FULL,
	[ESPIPE] = STATUS_ILLEGAL_FUNCTION,
	[EROFS] = STATUS_MEDIA_WRITE_PROTECTED,
	[EMLINK] = STATUS_TOO_MANY_LINKS,
	[EPIPE] = STATUS_PIPE_BROKEN,
	[ERANGE] = STATUS_BUFFER_TOO_SMALL,
	[EDEADLK] = STATUS_POSSIBLE_DEADLOCK,
	[ENAMETOOLONG] = STATUS_NAME_TOO_LONG,
	[RTL_NO_SUCH_CALL] = STATUS_NOT_IMPLEMENTED,
	[ENOTEMPTY] = STATUS_DIRECTORY_NOT_EMPTY,
	[ELOOP] = STATUS_REPARSE_POINT_NOT_RESOLVED,
	[ENODATA] = STATUS_NONEXISTENT_EA_ENTRY,
	[EPROTO] = STATUS_INVALID_NETWORK_RESPONSE,
	[EBADMSG] = STATUS_CRC_ERROR,
	[EOVERFLOW] = STATUS_INTEGER_OVERFLOW,
	[EILSEQ] = STATUS_ILLEGAL_CHARACTER,
	[EOPNOTSUPP] = STATUS_NOT_SUPPORTED,
	[ENETUNREACH] = STATUS_NETWORK_UNREACHABLE,
	[ECONNABORTED] = STATUS_CONNECTION_ABORTED,
	[ECONNRESET] = STATUS_CONNECTION_RESET,
	[ENOTCONN] = STATUS_CONNECTION_DISCONNECTED,
	[ETIMEDOUT] = STATUS_IO_TIMEOUT,
	[ECONNREFUSED] = STATUS_CONNECTION_REFUSED,
	[EHOSTUNREACH] = STATUS_HOST_UNREACHABLE,
	[ESTALE] = STATUS_FILE_INVALID,
	[EUCLEAN] = STATUS_DISK_CORRUPT_ERROR,
	[EREMOTEIO] = STATUS_UNEXPECTED_NETWORK_ERROR,
	[EDQUOT] = STATUS_DISK_QUOTA_EXCEEDED,
	[ENOMEDIUM] = STATUS_NO_MEDIA_IN_DEVICE,
	[EMEDIUMTYPE] = STATUS_UNRECOGNIZED_MEDIA,
	[ECANCELED] = STATUS_CANCELLED,
	[ENOKEY] = STATUS_DECRYPTION_FAILED,
};

static int status_row_cmp(const void *key, const void *elt)
{
	u32 status = *(const u32 *)key;
	const struct status_row *row = elt;

	return status < row->status ? -1 : status > row->status;
}

static const struct status_row *status_row(NTSTATUS status)
{
	u32 key = status;

	return bsearch(&key, status_rows, ARRAY_SIZE(status_rows), sizeof(status_rows[0]),
		       status_row_cmp);
}

/**
 * flt_status_from_errno() - the status that filters see for an error of the lower file system
 * @err: negative or positive errno up to 4095, or 0
 *
 * An errno without a Windows status of its own travels in the customer-defined range, where
 * flt_errno_from_status() finds it again (VFS-851).
 *
 * Context: any. Return: STATUS_SUCCESS for 0, otherwise a status that fails NT_SUCCESS; an
 * errno above 4095 reads as EIO.
 */
NTSTATUS flt_status_from_errno(int err)
{
	unsigned int e = err < 0 ? -(unsigned int)err : err;

	if (!e)
		return STATUS_SUCCESS;
	if (e > MAX_ERRNO)
		e = EIO;
	if (e < ARRAY_SIZE(status_of_errno) && status_of_errno[e])
		return status_of_errno[e];
	return FLT_LINUX_STATUS(e);
}
EXPORT_SYMBOL_GPL(flt_status_from_errno);

/**
 * flt_errno_from_status() - the error that a program gets for a final status
 * @status: final status of an operation
 * @known: if not NULL, tells whether @status has a row in the tables; the caller reports a
 *         filter's status that has none (VFS-853)
 *
 * The rules that depend on the operation (end of file on a read, end of a listing, who
 * cancelled) belong to the caller.
 *
 * Context: any. Return: 0 for success and informational statuses, otherwise a negative errno.
 */
int flt_errno_from_status(NTSTATUS status, bool *known)
{
	const struct status_row *row;
	unsigned int e;

	if (known)
		*known = true;
	if (NT_SUCCESS(status))
		return 0;
	if (((u32)status & 0xffff0000) == (u32)FLT_LINUX_STATUS(0)) {
		e = (u32)status & 0xffff;
		if (e && e <= MAX_ERRNO)
			return -(int)e;
	} else {
		row = status_row(status);
		if (row && row->err)
			return -(int)row->err;
	}
	if (known)
		*known = false;
	return -EIO;
}
EXPORT_SYMBOL_GPL(flt_errno_from_status);

/**
 * flt_status_name() - name of a status for the log
 * @status: any status
 *
 * Context: any. Return: the name as a Windows programmer writes it, NULL if it has none here;
 * print the number then.
 */
const char *flt_status_name(NTSTATUS status)
{
	const struct status_row *row = status_row(status);

	return row ? row->name : NULL;
}
EXPORT_SYMBOL_GPL(flt_status_name);
