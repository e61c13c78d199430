// SPDX-License-Identifier: GPL-2.0
/*
 * What drivers ask the cache manager and the memory manager about the data of a stream, mostly by
 * the section object pointers of its file objects. The answers are the file system's
 * (flt_section_ops); here it is found out which stream is meant, and whether the caller may ask.
 */
#include <linux/export.h>
#include <linux/uaccess.h>
#include "fltmgr/file_object.h"
#include "fltmgr/section.h"
#include "fltmgr/volume.h"
#include "nt/ke_irql.h"
#include "nt/ob_object.h"
#include "nt/violation.h"

/* Flags of CcCoherencyFlushAndPurgeCache(). */
#define FLT_CC_NO_PURGE		0x1

/* The stream that a driver means, or NULL, which is reported. */
static struct flt_sections *flt_sections_of(PSECTION_OBJECT_POINTERS pointers, const char *who,
					    const char *routine)
{
	struct flt_sections *sections = (struct flt_sections *)pointers;
	const struct flt_sections *self;

	static_assert(!offsetof(struct flt_sections, shown));
	if (!pointers || copy_from_kernel_nofault(&self, &sections->self, sizeof(self)) ||
	    self != sections) {
		fsh_violation(who, routine, "%p are no section object pointers of a volume's file",
			      pointers);
		return NULL;
	}
	return flt_volume_maps(sections->volume) ? sections : NULL;
}

/* A byte range as a driver says it. @to_end: length 0 stands for all that follows. */
struct flt_range {
	s64 start;
	s64 last;
	bool empty;
};

static struct flt_range flt_range_of(const LARGE_INTEGER *offset, ULONG length, bool to_end)
{
	struct flt_range range = { 0, LLONG_MAX, false };

	if (!offset)
		return range;
	range.start = max_t(s64, offset->QuadPart, 0);
	range.empty = !length && !to_end;
	if (length && check_add_overflow(range.start, (s64)length - 1, &range.last))
		range.last = LLONG_MAX;
	return range;
}

/*
 * May the caller wait for pages of a stream? Not where it is called to read or write some, whose
 * own pages it would wait for (SECT-52).
 */
static bool flt_may_wait_for_pages(const char *who, const char *routine)
{
	if (likely(!ke_holds(KE_HOLD_PAGING)))
		return true;
	fsh_violation(who, routine, "called in paging I/O");
	return false;
}

static void flt_cc_result(PIO_STATUS_BLOCK result, NTSTATUS status, ULONG_PTR information)
{
	if (!result)
		return;
	result->Status = status;
	result->Information = information;
}

static NTSTATUS flt_cc_flush(struct flt_sections *sections, const struct flt_range *range)
{
	if (range->empty)
		return STATUS_SUCCESS;
	return sections->volume->ops->section->flush(sections, range->start, range->last);
}

/**
 * CcFlushCache() - write the dirty pages of a file, and wait
 * @SectionObjectPointer: of a file object
 * @FileOffset: where the range begins; NULL for the whole file
 * @Length: bytes
 * @IoStatus: NULL, or receives the status, and @Length on success
 *
 * WDK page: ccflushcache. IRQL: <= APC_LEVEL, not in paging I/O, which is a violation. Where the
 * data is in the page cache of the lower file system, its pages are written.
 */
VOID CcFlushCache(PSECTION_OBJECT_POINTERS SectionObjectPointer, PLARGE_INTEGER FileOffset,
		  ULONG Length, PIO_STATUS_BLOCK IoStatus)
{
	const struct flt_range range = flt_range_of(FileOffset, Length, false);
	struct flt_sections *sections;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL) || !flt_may_wait_for_pages(fsh_caller(), __func__)) {
		flt_cc_result(IoStatus, STATUS_INVALID_DEVICE_STATE, 0);
		return;
	}
	sections = flt_sections_of(SectionObjectPointer, fsh_caller(), __func__);
	status = sections ? flt_cc_flush(sections, &range) : STATUS_INVALID_PARAMETER;
	flt_cc_result(IoStatus, status, NT_SUCCESS(status) ? Length : 0);
}
EXPORT_SYMBOL_GPL(CcFlushCache);

/**
 * CcPurgeCacheSection() - drop cached pages of a file
 * @SectionObjectPointer: of a file object
 * @FileOffset: where the range begins; NULL for the whole file
 * @Length: bytes; 0 for all to the end
 * @Flags: UNINITIALIZE_CACHE_MAPS, which is not looked at
 *
 * WDK page: ccpurgecachesection. IRQL: <= APC_LEVEL, not in paging I/O, which is a violation. What
 * is dirty in the page cache of the lower file system is written first: it is not the filter's to
 * lose.
 *
 * Return: FALSE when a page is mapped by a program or cannot be dropped
 */
BOOLEAN CcPurgeCacheSection(PSECTION_OBJECT_POINTERS SectionObjectPointer,
			    PLARGE_INTEGER FileOffset, ULONG Length, ULONG Flags)
{
	const struct flt_range range = flt_range_of(FileOffset, Length, true);
	struct flt_sections *sections;

	if (!ke_at_most(APC_LEVEL) || !flt_may_wait_for_pages(fsh_caller(), __func__))
		return FALSE;
	sections = flt_sections_of(SectionObjectPointer, fsh_caller(), __func__);
	return sections && sections->volume->ops->section->purge(sections, range.start,
								 range.last, false);
}
EXPORT_SYMBOL_GPL(CcPurgeCacheSection);

/**
 * CcCoherencyFlushAndPurgeCache() - write the dirty pages of a file, and drop all of them
 * @SectionObjectPointer: of a file object
 * @FileOffset: where the range begins; NULL for the whole file
 * @Length: bytes
 * @IoStatus: receives the status: STATUS_CACHE_PAGE_LOCKED, a success, when not all could be
 *	dropped
 * @Flags: CC_FLUSH_AND_PURGE_NO_PURGE to write only
 *
 * WDK page: cccoherencyflushandpurgecache. IRQL: <= APC_LEVEL, not in paging I/O, which is a
 * violation. Pages are taken away from programs that map them, which fault them in anew.
 */
VOID CcCoherencyFlushAndPurgeCache(PSECTION_OBJECT_POINTERS SectionObjectPointer,
				   PLARGE_INTEGER FileOffset, ULONG Length,
				   PIO_STATUS_BLOCK IoStatus, ULONG Flags)
{
	const struct flt_range range = flt_range_of(FileOffset, Length, false);
	struct flt_sections *sections;
	NTSTATUS status;

	if (!ke_at_most(APC_LEVEL) || !flt_may_wait_for_pages(fsh_caller(), __func__)) {
		flt_cc_result(IoStatus, STATUS_INVALID_DEVICE_STATE, 0);
		return;
	}
	sections = flt_sections_of(SectionObjectPointer, fsh_caller(), __func__);
	status = sections ? flt_cc_flush(sections, &range) : STATUS_INVALID_PARAMETER;
	if (NT_SUCCESS(status) && !(Flags & FLT_CC_NO_PURGE) && !range.empty &&
	    !sections->volume->ops->section->purge(sections, range.start, range.last, true))
		status = STATUS_CACHE_PAGE_LOCKED;
	flt_cc_result(IoStatus, status, NT_SUCCESS(status) ? Length : 0);
}
EXPORT_SYMBOL_GPL(CcCoherencyFlushAndPurgeCache);

static bool flt_section_users(PSECTION_OBJECT_POINTERS pointers, const char *who,
			      const char *routine, struct flt_section_users *users)
{
	struct flt_sections *sections = flt_sections_of(pointers, who, routine);

	memset(users, 0, sizeof(*users));
	if (sections)
		sections->volume->ops->section->users(sections, users);
	return sections;
}

/**
 * MmFlushImageSection() - can a file be written to, or deleted, as far as its mappings go?
 * @SectionObjectPointer: of a file object
 * @FlushType: MmFlushForWrite or MmFlushForDelete
 *
 * WDK page: mmflushimagesection. IRQL: <= APC_LEVEL. No operation of a program depends on the
 * answer: Linux lets mapped files be deleted.
 *
 * Return: FALSE while it is executed or mapped executable, and for a deletion also while it is
 * mapped writable
 */
BOOLEAN MmFlushImageSection(PSECTION_OBJECT_POINTERS SectionObjectPointer, MMFLUSH_TYPE FlushType)
{
	struct flt_section_users users;

	if (!ke_at_most(APC_LEVEL) ||
	    !flt_section_users(SectionObjectPointer, fsh_caller(), __func__, &users))
		return FALSE;
	return !users.executable && !(FlushType == MmFlushForDelete && users.writable);
}
EXPORT_SYMBOL_GPL(MmFlushImageSection);

/**
 * MmDoesFileHaveUserWritableReferences() - who can change the data of a file?
 * @SectionPointer: of a file object
 *
 * WDK page: mmdoesfilehaveuserwritablereferences. IRQL: <= APC_LEVEL.
 *
 * Return: how many open files can write, and how many mappings can be made writable; 0: nobody
 */
ULONG MmDoesFileHaveUserWritableReferences(PSECTION_OBJECT_POINTERS SectionPointer)
{
	struct flt_section_users users;

	if (!ke_at_most(APC_LEVEL))
		return 0;
	flt_section_users(SectionPointer, fsh_caller(), __func__, &users);
	return min_t(unsigned long, users.writers + users.writable, U32_MAX);
}
EXPORT_SYMBOL_GPL(MmDoesFileHaveUserWritableReferences);

/**
 * MmCanFileBeTruncated() - would Windows let a file be truncated?
 * @SectionPointer: of a file object
 * @NewFileSize: NULL for 0
 *
 * WDK page: mmcanfilebetruncated. IRQL: <= APC_LEVEL. Linux truncates mapped files: the answer is
 * what a filter expects of Windows.
 *
 * Return: FALSE while it is mapped
 */
BOOLEAN MmCanFileBeTruncated(PSECTION_OBJECT_POINTERS SectionPointer, PLARGE_INTEGER NewFileSize)
{
	struct flt_section_users users;

	if (!ke_at_most(APC_LEVEL))
		return FALSE;
	return flt_section_users(SectionPointer, fsh_caller(), __func__, &users) &&
	       !users.mapped && !users.executable;
}
EXPORT_SYMBOL_GPL(MmCanFileBeTruncated);

/**
 * MmForceSectionClosed() - drop the cached pages of a file that nobody maps
 * @SectionObjectPointer: of a file object
 * @DelayClose: not looked at
 *
 * WDK page: mmforcesectionclosed. IRQL: <= APC_LEVEL, not in paging I/O, which is a violation.
 *
 * Return: TRUE when nobody maps it and its pages are dropped
 */
BOOLEAN MmForceSectionClosed(PSECTION_OBJECT_POINTERS SectionObjectPointer, BOOLEAN DelayClose)
{
	struct flt_sections *sections;

	if (!ke_at_most(APC_LEVEL) || !flt_may_wait_for_pages(fsh_caller(), __func__))
		return FALSE;
	sections = flt_sections_of(SectionObjectPointer, fsh_caller(), __func__);
	return sections &&
	       sections->volume->ops->section->purge(sections, 0, LLONG_MAX, false);
}
EXPORT_SYMBOL_GPL(MmForceSectionClosed);

/**
 * FsRtlGetFileSize() - the size of a file
 * @FileObject: open file object
 * @FileSize: receives it
 *
 * WDK page: fsrtlgetfilesize. IRQL: <= APC_LEVEL. Takes no lock of the inode: to be called in
 * paging and section callbacks too.
 *
 * Return: STATUS_SUCCESS; STATUS_FILE_IS_A_DIRECTORY; STATUS_INVALID_PARAMETER for a file object
 * that is not open
 */
NTSTATUS FsRtlGetFileSize(PFILE_OBJECT FileObject, PLARGE_INTEGER FileSize)
{
	s64 size = 0;
	NTSTATUS status;

	FileSize->QuadPart = 0;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!FileObject || !FileObject->FsContext) {
		fsh_violation(fsh_caller(), __func__, "%p is no open file", FileObject);
		return STATUS_INVALID_PARAMETER;
	}
	if (!flt_volume_maps(flt_file_of(FileObject)->volume))
		return STATUS_INVALID_DEVICE_REQUEST;
	status = flt_file_of(FileObject)->volume->ops->section->size(flt_file_of(FileObject),
								     &size);
	FileSize->QuadPart = size;
	return status;
}
EXPORT_SYMBOL_GPL(FsRtlGetFileSize);

/**
 * FsRtlIsPagingFile() - is it a paging file?
 * @FileObject: a file object
 *
 * WDK page: fsrtlispagingfile. IRQL: <= APC_LEVEL. FALSE: nothing is swapped to a file of fltfs.
 */
BOOLEAN FsRtlIsPagingFile(PFILE_OBJECT FileObject)
{
	return FALSE;
}
EXPORT_SYMBOL_GPL(FsRtlIsPagingFile);

/**
 * FsRtlCreateSectionForDataScan() - make a section of a file, to look at its data
 * @SectionHandle: receives a handle: ZwClose()
 * @SectionObject: receives the section object, referenced: ObDereferenceObject()
 * @SectionFileSize: NULL, or receives the size of the file
 * @FileObject: open file object
 * @DesiredAccess: SECTION_MAP_READ and the like, which the handle grants
 * @ObjectAttributes: with OBJ_KERNEL_HANDLE
 * @MaximumSize: not looked at
 * @SectionPageProtection: PAGE_READONLY or PAGE_READWRITE; views of files are only for reading
 * @AllocationAttributes: SEC_COMMIT, perhaps with SEC_FILE
 * @Flags: not looked at
 *
 * WDK page: fsrtlcreatesectionfordatascan. IRQL: <= APC_LEVEL. As FltCreateSectionForDataScan(),
 * but without a context: nobody is told of conflicts.
 *
 * Return: STATUS_SUCCESS; STATUS_END_OF_FILE for an empty file; STATUS_FILE_IS_A_DIRECTORY;
 * STATUS_INVALID_FILE_FOR_SECTION; STATUS_INVALID_PARAMETER for a file that is not open;
 * STATUS_INVALID_PARAMETER_6 without OBJ_KERNEL_HANDLE; STATUS_INVALID_PARAMETER_8 or _9 for
 * another protection or other attributes; STATUS_INSUFFICIENT_RESOURCES
 */
NTSTATUS FsRtlCreateSectionForDataScan(PHANDLE SectionHandle, PVOID *SectionObject,
				       PLARGE_INTEGER SectionFileSize, PFILE_OBJECT FileObject,
				       ACCESS_MASK DesiredAccess,
				       POBJECT_ATTRIBUTES ObjectAttributes,
				       PLARGE_INTEGER MaximumSize, ULONG SectionPageProtection,
				       ULONG AllocationAttributes, ULONG Flags)
{
	NTSTATUS status;
	void *object;

	*SectionHandle = NULL;
	*SectionObject = NULL;
	if (SectionFileSize)
		SectionFileSize->QuadPart = 0;
	if (!ke_at_most(APC_LEVEL))
		return STATUS_INVALID_DEVICE_STATE;
	if (!flt_file_is_open(FileObject) || !flt_file_of(FileObject)->sections) {
		fsh_violation(fsh_caller(), __func__, "%p is no open file", FileObject);
		return STATUS_INVALID_PARAMETER;
	}
	if (!ObjectAttributes || !(ObjectAttributes->Attributes & OBJ_KERNEL_HANDLE))
		return STATUS_INVALID_PARAMETER_6;
	status = flt_section_make(flt_file_of(FileObject), SectionPageProtection,
				  AllocationAttributes, &object);
	if (!NT_SUCCESS(status))
		return status;
	status = mm_section_open(__builtin_return_address(0), object, DesiredAccess,
				 ObjectAttributes, SectionHandle);
	if (!NT_SUCCESS(status)) {
		ob_put(object);
		return status;
	}
	*SectionObject = object;
	if (SectionFileSize)
		SectionFileSize->QuadPart = mm_section_of(object)->size;
	return STATUS_SUCCESS;
}
EXPORT_SYMBOL_GPL(FsRtlCreateSectionForDataScan);
