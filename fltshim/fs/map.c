// SPDX-License-Identifier: GPL-2.0
/*
 * Mapping of files: of the lower file, or of the own page cache where the inode uses that, with a
 * bracket around it that filters see (FS-filter operations, which are not pended: the caller holds
 * mmap_lock for writing).
 */
#include <linux/mm.h>
#include "fs/cache.h"
#include "fs/request.h"
#include "nt/ke_irql.h"
#include "nt/mm_section.h"

/* What a mapping may do, in the words of a section (SECT-02). */
static ULONG fltfs_page_protection(const struct vm_area_struct *vma)
{
	bool shared = vma->vm_flags & VM_MAYSHARE;

	if (vma->vm_flags & VM_EXEC) {
		if (vma->vm_flags & VM_WRITE)
			return shared ? MM_PAGE_EXECUTE_READWRITE : MM_PAGE_EXECUTE_WRITECOPY;
		return vma->vm_flags & VM_READ ? MM_PAGE_EXECUTE_READ : MM_PAGE_EXECUTE;
	}
	if (vma->vm_flags & VM_WRITE)
		return shared ? MM_PAGE_READWRITE : MM_PAGE_WRITECOPY;
	return vma->vm_flags & VM_READ ? MM_PAGE_READONLY : MM_PAGE_NOACCESS;
}

/* One half of the bracket around a mapping. mmap_lock is held for writing. */
static noinline int fltfs_section_send(struct fltfs_fo *fo, UCHAR major, ULONG protection)
{
	struct fltfs_request request = { .bottom = fltfs_bottom_nothing };
	FS_FILTER_SECTION_SYNC_OUTPUT output = { .StructureSize = sizeof(output) };
	struct flt_operation op FLT_NOT_CLEARED;
	int err;

	flt_operation_init(&op, fo->base.volume, major, &fo->base.fo);
	op.data.RequestorMode = fltfs_requestor();
	if (major == IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION) {
		op.iopb.Parameters.AcquireForSectionSynchronization.SyncType =
			SyncTypeCreateSection;
		op.iopb.Parameters.AcquireForSectionSynchronization.PageProtection = protection;
		op.iopb.Parameters.AcquireForSectionSynchronization.OutputInformation = &output;
	}
	op.front = &request;
	/* mmap_lock is held: no fault and no pin of this process can be waited for. */
	ke_hold(KE_HOLD_MEMORY);
	flt_operation_run(&op);
	ke_release(KE_HOLD_MEMORY);
	err = fltfs_op_result(&op);
	flt_operation_fini(&op);
	return err;
}

/*
 * The mapping is the lower file's from here on: its pages are in the lower page cache, and the
 * upper file is not held by it.
 */
static int fltfs_mmap_lower(struct file *file, struct vm_area_struct *vma)
{
	struct file *lower = fltfs_lower_file(file);

	vma_set_file(vma, lower);
	return lower->f_op->mmap(lower, vma);
}

/* The mapping is of the upper file, and keeps it: CLOSE comes after the last unmapping. */
static noinline int fltfs_mmap_own(struct file *file, struct vm_area_struct *vma)
{
	bool write = vma->vm_flags & VM_SHARED && file->f_mode & FMODE_WRITE;
	struct fltfs_fo *fo = fltfs_file_get_fo(file);
	int err;

	if (!fo)
		return -ENOMEM;
	err = fltfs_pager(fo, write);
	if (err)
		return err;
	if (!fltfs_map_own(fo, vma->vm_flags & VM_EXEC))
		return -EAGAIN;
	atomic_inc(&fo->maps);
	vma->vm_ops = &fltfs_vm_ops;
	/* As the file system below does for a mapping of its own. */
	file_accessed(fo->lower);
	return 0;
}

/* Whichever cache it is that has the file's data, and has it still when the mapping is made. */
static int fltfs_mmap_now(struct file *file, struct vm_area_struct *vma)
{
	struct inode *inode = file_inode(file);
	int err;

	for (;;) {
		if (fltfs_cache_choose(inode, true)) {
			err = fltfs_mmap_own(file, vma);
			if (err != -EAGAIN)
				return err;
		} else if (fltfs_map_lower(inode)) {
			return fltfs_mmap_lower(file, vma);
		}
	}
}

/* A mapping is never refused once it was made, so a release that fails changes nothing. */
static noinline int fltfs_mmap_filtered(struct file *file, struct vm_area_struct *vma)
{
	struct fltfs_fo *fo = fltfs_file_get_fo(file);
	int err;

	if (!fo)
		return -ENOMEM;
	err = fltfs_section_send(fo, IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION,
				 fltfs_page_protection(vma));
	if (err)
		return err;
	err = fltfs_mmap_now(file, vma);
	fltfs_section_send(fo, IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, 0);
	return err;
}

int fltfs_mmap(struct file *file, struct vm_area_struct *vma)
{
	if (!fltfs_lower_file(file)->f_op->mmap)
		return -ENODEV;
	if (fltfs_wants(file_inode(file), FLTFS_SEQ_SECTION))
		return fltfs_mmap_filtered(file, vma);
	return fltfs_mmap_now(file, vma);
}
