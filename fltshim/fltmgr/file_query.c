// SPDX-License-Identifier: GPL-2.0
/*
 * More that a minifilter asks of an open file: the entries of a directory, extended attributes and
 * the security descriptor.
 */
#include <linux/export.h>
#include "fltmgr/file_call.h"
#include "fltmgr/file_object.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

#define FLT_SCAN_FLAGS	(SL_RESTART_SCAN | SL_RETURN_SINGLE_ENTRY | SL_INDEX_SPECIFIED | \
			 SL_RETURN_ON_DISK_ENTRIES_ONLY | SL_NO_CURSOR_UPDATE)

/* Where the entries of a directory go. */
struct flt_listing {
	PVOID buffer;
	ULONG length;
	FILE_INFORMATION_CLASS class;
	ULONG flags;
	PUNICODE_STRING pattern;
	PULONG returned;
};

static NTSTATUS flt_list(const struct flt_file_call *call, const struct flt_listing *listing)
{
	struct flt_generated *gen;
	FLT_PARAMETERS *p;
	NTSTATUS status;
	ULONG used = 0;

	if (listing->returned)
		*listing->returned = 0;
	if (!listing->buffer || listing->flags & ~FLT_SCAN_FLAGS)
		return STATUS_INVALID_PARAMETER;
	gen = flt_file_call_begin(call, IRP_MJ_DIRECTORY_CONTROL, &status);
	if (!gen)
		return status;
	gen->op.iopb.MinorFunction = IRP_MN_QUERY_DIRECTORY;
	gen->op.iopb.OperationFlags = listing->flags;
	p = &gen->op.iopb.Parameters;
	p->DirectoryControl.QueryDirectory.Length = listing->length;
	p->DirectoryControl.QueryDirectory.FileName = listing->pattern;
	p->DirectoryControl.QueryDirectory.FileInformationClass = listing->class;
	p->DirectoryControl.QueryDirectory.DirectoryBuffer = listing->buffer;
	status = flt_file_call_run(gen, &used);
	if (listing->returned && status != STATUS_NO_MORE_FILES && !NT_ERROR(status))
		*listing->returned = used;
	return status;
}

/**
 * FltQueryDirectoryFileEx() - list a directory
 * @Instance: only instances below it see the request
 * @FileObject: directory of its volume, open with FILE_LIST_DIRECTORY
 * @FileInformation: receives entries, each at a multiple of 8 bytes
 * @Length: bytes there
 * @FileInformationClass: of the entries; the same in each call
 * @QueryFlags: SL_RESTART_SCAN, SL_RETURN_SINGLE_ENTRY, SL_NO_CURSOR_UPDATE. Entries have no index
 *	on Linux, and all of them are on disk: SL_INDEX_SPECIFIED and
 *	SL_RETURN_ON_DISK_ENTRIES_ONLY change nothing.
 * @FileName: pattern of the first call; NULL for all names
 * @LengthReturned: receives how many bytes were written; may be NULL
 *
 * WDK page: fltquerydirectoryfileex. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the operation; STATUS_NO_SUCH_FILE when the first call finds nothing,
 * STATUS_NO_MORE_FILES at the end; STATUS_BUFFER_OVERFLOW when one name does not fit;
 * STATUS_INVALID_PARAMETER for a file that is no directory
 */
NTSTATUS FltQueryDirectoryFileEx(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				 PVOID FileInformation, ULONG Length,
				 FILE_INFORMATION_CLASS FileInformationClass, ULONG QueryFlags,
				 PUNICODE_STRING FileName, PULONG LengthReturned)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	const struct flt_listing listing = {
		FileInformation, Length, FileInformationClass, QueryFlags, FileName, LengthReturned
	};

	return flt_list(&call, &listing);
}
EXPORT_SYMBOL_GPL(FltQueryDirectoryFileEx);

/**
 * FltQueryDirectoryFile() - list a directory
 * @Instance: see FltQueryDirectoryFileEx()
 * @FileObject: likewise
 * @FileInformation: likewise
 * @Length: likewise
 * @FileInformationClass: likewise
 * @ReturnSingleEntry: one entry only
 * @FileName: see FltQueryDirectoryFileEx()
 * @RestartScan: begin at the first entry
 * @LengthReturned: see FltQueryDirectoryFileEx()
 *
 * WDK page: fltquerydirectoryfile. IRQL: PASSIVE_LEVEL.
 */
NTSTATUS FltQueryDirectoryFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
			       PVOID FileInformation, ULONG Length,
			       FILE_INFORMATION_CLASS FileInformationClass,
			       BOOLEAN ReturnSingleEntry, PUNICODE_STRING FileName,
			       BOOLEAN RestartScan, PULONG LengthReturned)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	const struct flt_listing listing = {
		FileInformation, Length, FileInformationClass,
		(ReturnSingleEntry ? SL_RETURN_SINGLE_ENTRY : 0) |
		(RestartScan ? SL_RESTART_SCAN : 0), FileName, LengthReturned
	};

	return flt_list(&call, &listing);
}
EXPORT_SYMBOL_GPL(FltQueryDirectoryFile);

/**
 * FltQueryEaFile() - extended attributes of a file
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @ReturnedEaData: receives FILE_FULL_EA_INFORMATION entries
 * @Length: bytes there
 * @ReturnSingleEntry: one entry only
 * @EaList: FILE_GET_EA_INFORMATION entries: which; NULL for all
 * @EaListLength: bytes there
 * @EaIndex: the entry to begin with, from 1; NULL for where the last call ended
 * @RestartScan: begin at the first one
 * @LengthReturned: receives how many bytes were written; may be NULL
 *
 * WDK page: fltqueryeafile. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the operation
 */
NTSTATUS FltQueryEaFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID ReturnedEaData,
			ULONG Length, BOOLEAN ReturnSingleEntry, PVOID EaList, ULONG EaListLength,
			PULONG EaIndex, BOOLEAN RestartScan, PULONG LengthReturned)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	struct flt_generated *gen;
	FLT_PARAMETERS *p;
	NTSTATUS status;

	if (LengthReturned)
		*LengthReturned = 0;
	gen = flt_file_call_begin(&call, IRP_MJ_QUERY_EA, &status);
	if (!gen)
		return status;
	if (ReturnSingleEntry)
		gen->op.iopb.OperationFlags |= SL_RETURN_SINGLE_ENTRY;
	if (RestartScan)
		gen->op.iopb.OperationFlags |= SL_RESTART_SCAN;
	if (EaIndex)
		gen->op.iopb.OperationFlags |= SL_INDEX_SPECIFIED;
	p = &gen->op.iopb.Parameters;
	p->QueryEa.Length = Length;
	p->QueryEa.EaList = EaList;
	p->QueryEa.EaListLength = EaListLength;
	p->QueryEa.EaIndex = EaIndex ? *EaIndex : 0;
	p->QueryEa.EaBuffer = ReturnedEaData;
	return flt_file_call_run(gen, LengthReturned);
}
EXPORT_SYMBOL_GPL(FltQueryEaFile);

/**
 * FltSetEaFile() - change extended attributes of a file
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @EaBuffer: FILE_FULL_EA_INFORMATION entries; one without a value removes
 * @Length: bytes there
 *
 * WDK page: fltseteafile. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the operation
 */
NTSTATUS FltSetEaFile(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject, PVOID EaBuffer,
		      ULONG Length)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	struct flt_generated *gen;
	NTSTATUS status;

	gen = flt_file_call_begin(&call, IRP_MJ_SET_EA, &status);
	if (!gen)
		return status;
	gen->op.iopb.Parameters.SetEa.Length = Length;
	gen->op.iopb.Parameters.SetEa.EaBuffer = EaBuffer;
	return flt_file_call_run(gen, NULL);
}
EXPORT_SYMBOL_GPL(FltSetEaFile);

/**
 * FltQuerySecurityObject() - the security descriptor of a file
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @SecurityInformation: which parts of it
 * @SecurityDescriptor: receives it, self-relative
 * @Length: bytes there
 * @LengthNeeded: receives how many it needs; may be NULL
 *
 * WDK page: fltquerysecurityobject. IRQL: PASSIVE_LEVEL.
 *
 * Return: status of the operation; STATUS_BUFFER_TOO_SMALL when more are needed
 */
NTSTATUS FltQuerySecurityObject(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
				SECURITY_INFORMATION SecurityInformation,
				PSECURITY_DESCRIPTOR SecurityDescriptor, ULONG Length,
				PULONG LengthNeeded)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	struct flt_generated *gen;
	FLT_PARAMETERS *p;
	NTSTATUS status;

	if (LengthNeeded)
		*LengthNeeded = 0;
	gen = flt_file_call_begin(&call, IRP_MJ_QUERY_SECURITY, &status);
	if (!gen)
		return status;
	p = &gen->op.iopb.Parameters;
	p->QuerySecurity.SecurityInformation = SecurityInformation;
	p->QuerySecurity.Length = Length;
	p->QuerySecurity.SecurityBuffer = SecurityDescriptor;
	status = flt_file_call_run(gen, LengthNeeded);
	/* A file system says by a warning that its answer did not fit; this routine by an error. */
	return status == STATUS_BUFFER_OVERFLOW ? STATUS_BUFFER_TOO_SMALL : status;
}
EXPORT_SYMBOL_GPL(FltQuerySecurityObject);

/**
 * FltSetSecurityObject() - change the security descriptor of a file
 * @Instance: only instances below it see the request
 * @FileObject: open file of its volume
 * @SecurityInformation: which parts of it
 * @SecurityDescriptor: the descriptor
 *
 * WDK page: fltsetsecurityobject. IRQL: PASSIVE_LEVEL. Owner, group and mode follow it as far as
 * they can express it.
 *
 * Return: status of the operation; STATUS_ACCESS_VIOLATION without a descriptor
 */
NTSTATUS FltSetSecurityObject(PFLT_INSTANCE Instance, PFILE_OBJECT FileObject,
			      SECURITY_INFORMATION SecurityInformation,
			      PSECURITY_DESCRIPTOR SecurityDescriptor)
{
	const struct flt_file_call call = { __func__, fsh_caller(), Instance, FileObject };
	struct flt_generated *gen;
	NTSTATUS status;

	if (!SecurityDescriptor)
		return STATUS_ACCESS_VIOLATION;
	gen = flt_file_call_begin(&call, IRP_MJ_SET_SECURITY, &status);
	if (!gen)
		return status;
	gen->op.iopb.Parameters.SetSecurity.SecurityInformation = SecurityInformation;
	gen->op.iopb.Parameters.SetSecurity.SecurityDescriptor = SecurityDescriptor;
	return flt_file_call_run(gen, NULL);
}
EXPORT_SYMBOL_GPL(FltSetSecurityObject);
