// SPDX-License-Identifier: GPL-2.0
/*
 * What fltfs does for sections (fltmgr/section.h): the pages that views show, the file that
 * programs map, who else uses the data, and what of it is cached.
 *
 * The pages of a view are those of the page cache that has the file's data, held as long as the
 * view is: a truncation takes them out of the cache and leaves them to the view. Where that is the
 * lower file system's, but a filter takes paging reads, and so may change what is read, or what
 * programs read is not in such pages, they are copies, filled by paging reads that the filters see,
 * at APC_LEVEL as all of those; so they are for who may have pages locked. The data is read with
 * the rights of the kernel: what a scanner may look at does not depend on how a program opened the
 * file.
 *
 * A section of a file in own mode (fs/cache.h) counts as a mapping: the file stays in that mode.
 * One of a file in lower mode keeps it there while it is a data scan.
 */
#include <linux/cred.h>
#include <linux/fadvise.h>
#include <linux/magic.h>
#include <linux/pagemap.h>
#include <linux/shmem_fs.h>
#include <linux/vmalloc.h>
#include "compat/open.h"
#include "fltmgr/section.h"
#include "fs/cache.h"
#include "fs/own.h"
#include "fs/request.h"
#include "nt/ke_irql.h"
#include "nt/mm_mdl.h"

#define FLTFS_AHEAD	32	/* pages of the own page cache that are read ahead at a time */

/**
 * struct fltfs_source - where the pages of a section come from
 * @fo: file object that it was made from, referenced
 * @lower: lower file, open for reading
 * @own: it is counted as a mapping of the own page cache
 */
struct fltfs_source {
	struct fltfs_fo *fo;
	struct file *lower;
	bool own;
};

static struct inode *fltfs_source_inode(const struct fltfs_source *source)
{
	return d_inode(source->fo->dentry);
}

/* How many pages the file has now. */
static pgoff_t fltfs_source_end(const struct fltfs_source *source)
{
	return DIV_ROUND_UP_ULL(fltfs_size(fltfs_source_inode(source)), PAGE_SIZE);
}

/* Has the own page cache the data? It has as long as it is mapped; else a filter may be coming. */
static bool fltfs_source_owns(const struct fltfs_source *source)
{
	return source->own || fltfs_cache_choose(fltfs_source_inode(source), true);
}

/*
 * Are there pages that hold what programs read? With the own page cache, not for who is called to
 * read or write some: it would wait for pages of its own. The lower file's are such where they are
 * all there is, or are filled from a disk; a server's file may be read past its pages, or have them
 * dropped at each read.
 */
static bool fltfs_source_shares(const struct fltfs_source *source, bool own)
{
	const struct inode *inode = file_inode(source->lower);

	if (own)
		return !ke_holds(KE_HOLD_PAGING);
	if (fltfs_wants(fltfs_source_inode(source), FLT_WANT_READ_PAGING) || IS_DAX(inode))
		return false;
	if (inode->i_sb->s_magic == TMPFS_MAGIC)
		return true;
	return source->lower->f_mapping->a_ops->read_folio && inode->i_sb->s_bdev;
}

static struct page *fltfs_source_page(const struct fltfs_source *source,
				      struct address_space *mapping, pgoff_t index)
{
	struct page *page;

	filemap_invalidate_lock_shared(mapping);
	if (index >= fltfs_source_end(source))
		page = ERR_PTR(-EIO);
	else if (mapping->host == fltfs_source_inode(source))
		page = read_mapping_page(mapping, index, NULL);
	else if (mapping->a_ops->read_folio)
		page = read_mapping_page(mapping, index, source->lower);
	else
		page = shmem_read_mapping_page(mapping, index);
	filemap_invalidate_unlock_shared(mapping);
	return page;
}

/* Pages of a page cache. A truncation of the file is kept out while they are read. */
static int fltfs_source_take(const struct fltfs_source *source, struct address_space *mapping,
			     pgoff_t index, unsigned int count, struct page **pages)
{
	bool own = mapping->host == fltfs_source_inode(source);
	struct file_ra_state ahead = {};
	unsigned int i;
	int err = 0;

	/* Read ahead: they are waited for one by one. */
	if (own)
		file_ra_state_init(&ahead, mapping);
	else
		vfs_fadvise(source->lower, (loff_t)index << PAGE_SHIFT,
			    (loff_t)count << PAGE_SHIFT, POSIX_FADV_WILLNEED);
	for (i = 0; i < count && !err; i++) {
		if (own && !(i % FLTFS_AHEAD))
			page_cache_sync_readahead(mapping, &ahead, NULL, index + i,
						  min_t(unsigned int, count - i, FLTFS_AHEAD));
		pages[i] = fltfs_source_page(source, mapping, index + i);
		err = PTR_ERR_OR_ZERO(pages[i]);
	}
	if (err)
		release_pages(pages, i - 1);
	return err;
}

/* Pages of either; those of the own one are read by way of an open file of it, which this is. */
static int fltfs_source_share(const struct fltfs_source *source, bool own, pgoff_t index,
			      unsigned int count, struct page **pages)
{
	struct inode *inode = fltfs_source_inode(source);
	int err;

	if (!own)
		return fltfs_source_take(source, source->lower->f_mapping, index, count, pages);
	fltfs_inode_opened(inode);
	/* An inode that is locked by somebody is looked at by who opens it next. */
	if (READ_ONCE(fltfs_i(inode)->resting) && inode_trylock(inode)) {
		fltfs_cache_check(inode);
		inode_unlock(inode);
	}
	err = fltfs_pager_by_path(source->fo->dentry, false) ?:
	      fltfs_source_take(source, inode->i_mapping, index, count, pages);
	fltfs_inode_closed(inode);
	return err;
}

/* A paging read of the file, into memory of ours. Return: what was read, or a negative errno. */
static noinline ssize_t fltfs_source_read(struct fltfs_fo *fo, struct fltfs_transfer *transfer,
					  loff_t pos, PMDL mdl)
{
	struct flt_operation op FLT_NOT_CLEARED;
	ssize_t got = -EIO;
	NTSTATUS status;

	flt_operation_init(&op, fo->base.volume, IRP_MJ_READ, &fo->base.fo);
	op.data.RequestorMode = KernelMode;
	op.iopb.IrpFlags = IRP_NOCACHE | IRP_PAGING_IO | IRP_SYNCHRONOUS_PAGING_IO |
			   IRP_READ_OPERATION;
	op.iopb.Parameters.Read.Length = transfer->size;
	op.iopb.Parameters.Read.ByteOffset.QuadPart = pos;
	op.iopb.Parameters.Read.ReadBuffer = transfer->buffer;
	op.iopb.Parameters.Read.MdlAddress = mdl;
	transfer->sent_for = &fo->base.fo;
	op.front = transfer;
	ke_hold(KE_HOLD_PAGING);
	status = flt_operation_run(&op);
	ke_release(KE_HOLD_PAGING);
	if (NT_SUCCESS(status))
		got = min_t(ULONG_PTR, op.data.IoStatus.Information, transfer->size);
	else if (status == STATUS_END_OF_FILE)
		got = 0;
	flt_operation_fini(&op);
	return got;
}

/*
 * Reads up to the end of the file or of the memory, since a read may give less than it is asked
 * for; what lies behind the end of the file stays zero, and in own mode a hole, of which nothing is
 * read (pages.c). Return: 0 or a negative errno.
 */
static int fltfs_source_fill(const struct fltfs_source *source, loff_t pos, void *memory,
			     size_t size)
{
	struct fltfs_transfer transfer = {
		.paging	= source->lower,
		.inode	= fltfs_source_inode(source),
	};
	ssize_t got;
	PMDL mdl;

	while (size && pos < i_size_read(file_inode(source->lower))) {
		transfer.shown = memory;
		transfer.buffer = memory;
		transfer.length = size;
		transfer.size = size;
		mdl = mm_mdl_new(memory, size);
		if (!mdl)
			return -ENOMEM;
		MmBuildMdlForNonPagedPool(mdl);
		got = fltfs_source_read(source->fo, &transfer, pos, mdl);
		mm_mdl_free(mdl);
		if (got < 0)
			return got;
		if (!got && READ_ONCE(fltfs_i(transfer.inode)->cache))
			return 0;
		if (!got && pos < i_size_read(file_inode(source->lower)))
			return -EIO;
		pos += got;
		memory += got;
		size -= got;
	}
	return 0;
}

/* Copies of pages, in new memory, as the filters show them. */
static int fltfs_source_copy(const struct fltfs_source *source, pgoff_t index, unsigned int count,
			     struct page **pages)
{
	unsigned int got = 0;
	int err = -ENOMEM;
	void *memory;

	if (index + count > fltfs_source_end(source))
		return -EIO;
	while (got < count) {
		pages[got] = alloc_page(GFP_KERNEL | __GFP_ZERO | __GFP_NOWARN);
		if (!pages[got])
			goto out;
		got++;
	}
	memory = vm_map_ram(pages, count, NUMA_NO_NODE);
	if (!memory)
		goto out;
	err = fltfs_source_fill(source, (loff_t)index << PAGE_SHIFT, memory,
				(size_t)count << PAGE_SHIFT);
	vm_unmap_ram(memory, count);
out:
	if (err)
		release_pages(pages, got);
	return err;
}

/* mm_section_source.pages */
static NTSTATUS fltfs_source_pages(void *context, pgoff_t index, unsigned int count,
				   struct page **pages)
{
	const struct fltfs_source *source = context;
	const struct cred *old = override_creds(fltfs_kernel_cred);
	bool own = fltfs_source_owns(source);
	int err;

	if (fltfs_source_shares(source, own))
		err = fltfs_source_share(source, own, index, count, pages);
	else
		err = fltfs_source_copy(source, index, count, pages);
	revert_creds(old);
	if (!err)
		return STATUS_SUCCESS;
	return err == -ENOMEM ? STATUS_INSUFFICIENT_RESOURCES : STATUS_IN_PAGE_ERROR;
}

/* mm_section_source.file: the lower one, so none while the data is in the own page cache. */
static struct file *fltfs_source_file(void *context)
{
	const struct fltfs_source *source = context;

	if (fltfs_source_owns(source) || !fltfs_map_lower(fltfs_source_inode(source)))
		return NULL;
	return source->lower;
}

/* mm_section_source.free */
static void fltfs_source_free(void *context)
{
	struct fltfs_source *source = context;

	if (source->own)
		fltfs_unmap_own(fltfs_source_inode(source));
	fput(source->lower);
	flt_file_put(&source->fo->base);
	kfree(source);
}

static const struct mm_section_source fltfs_source_ops = {
	.pages	= fltfs_source_pages,
	.file	= fltfs_source_file,
	.free	= fltfs_source_free,
};

/* The lower file, open for reading; the program's own, if it is. */
static struct file *fltfs_source_lower(const struct fltfs_fo *fo)
{
	struct path path = fltfs_fo_path(fo);
	const struct cred *old;
	struct file *lower;

	if (fo->lower && fo->lower->f_mode & FMODE_READ)
		return get_file(fo->lower);
	old = override_creds(fltfs_kernel_cred);
	lower = flt_file_open(&path, O_RDONLY | FLTFS_LOWER_OPEN_FLAGS);
	revert_creds(old);
	return lower;
}

/* Has it data of its own? */
static NTSTATUS fltfs_section_check(const struct fltfs_fo *fo)
{
	if (!test_bit(FLTFS_FO_OPEN, &fo->state))
		return STATUS_INVALID_PARAMETER;
	if (test_bit(FLTFS_FO_VOLUME, &fo->state))
		return STATUS_INVALID_FILE_FOR_SECTION;
	if (d_is_dir(fo->dentry))
		return STATUS_FILE_IS_A_DIRECTORY;
	return d_is_reg(fo->dentry) ? STATUS_SUCCESS : STATUS_INVALID_FILE_FOR_SECTION;
}

static NTSTATUS fltfs_section_open(struct flt_file *file, const struct mm_section_source **ops,
				   void **context, u64 *size)
{
	struct fltfs_fo *fo = container_of(file, struct fltfs_fo, base);
	NTSTATUS status = fltfs_section_check(fo);
	struct fltfs_source *source;

	if (!NT_SUCCESS(status))
		return status;
	*size = fltfs_size(d_inode(fo->dentry));
	if (!*size)
		return STATUS_END_OF_FILE;
	source = kmalloc(sizeof(*source), GFP_KERNEL);
	if (!source)
		return STATUS_INSUFFICIENT_RESOURCES;
	source->lower = fltfs_source_lower(fo);
	if (IS_ERR(source->lower)) {
		status = flt_status_from_errno(PTR_ERR(source->lower));
		kfree(source);
		return status;
	}
	flt_file_get(file);
	source->fo = fo;
	source->own = fltfs_cache_choose(d_inode(fo->dentry), true) && fltfs_map_own(fo, false);
	*ops = &fltfs_source_ops;
	*context = source;
	return STATUS_SUCCESS;
}

static NTSTATUS fltfs_section_size(struct flt_file *file, s64 *size)
{
	const struct fltfs_fo *fo = container_of(file, struct fltfs_fo, base);

	if (d_is_dir(fo->dentry))
		return STATUS_FILE_IS_A_DIRECTORY;
	*size = fltfs_size(d_inode(fo->dentry));
	return STATUS_SUCCESS;
}

/* A stream's inode lives as long as any file object that a driver has the pointers from. */
static struct inode *fltfs_sections_inode(const struct flt_sections *sections)
{
	return container_of(sections, struct fltfs_stream, sections)->inode;
}

static bool fltfs_sections_own(const struct flt_sections *sections)
{
	return READ_ONCE(fltfs_i(fltfs_sections_inode(sections))->cache) == FLTFS_CACHE_OWN;
}

/* Of the page cache that programs map. */
static struct address_space *fltfs_sections_mapping(const struct flt_sections *sections)
{
	struct inode *inode = fltfs_sections_inode(sections);

	return fltfs_sections_own(sections) ? inode->i_mapping :
					      fltfs_lower_inode(inode)->i_mapping;
}

/* What is dirty in the own page cache goes to the lower one, and from there to where it is kept. */
static int fltfs_sections_write(const struct flt_sections *sections, s64 start, s64 last)
{
	struct inode *inode = fltfs_sections_inode(sections);
	int err = 0;

	if (fltfs_sections_own(sections))
		err = fltfs_flush_pages(inode, start, last);
	return err ?: filemap_write_and_wait_range(fltfs_lower_inode(inode)->i_mapping, start,
						   last);
}

static NTSTATUS fltfs_section_flush(struct flt_sections *sections, s64 start, s64 last)
{
	return flt_status_from_errno(fltfs_sections_write(sections, start, last));
}

static bool fltfs_section_purge(struct flt_sections *sections, s64 start, s64 last, bool unmap)
{
	struct address_space *mapping = fltfs_sections_mapping(sections);

	if (!unmap && mapping_mapped(mapping))
		return false;
	/* Dirty pages are the file system's, and may not be lost. */
	if (fltfs_sections_write(sections, start, last))
		return false;
	return !invalidate_inode_pages2_range(mapping, start >> PAGE_SHIFT, last >> PAGE_SHIFT);
}

/* Has any mapping of the file a right to execute it? The tree is what the kernel exports of it. */
static bool fltfs_mapped_executable(struct address_space *mapping)
{
	const struct vm_area_struct *vma;
	struct rb_node *node;
	bool found = false;

	i_mmap_lock_read(mapping);
	for (node = rb_first_cached(&mapping->i_mmap); node && !found; node = rb_next(node)) {
		vma = rb_entry(node, struct vm_area_struct, shared.rb);
		found = vma->vm_flags & VM_EXEC;
	}
	i_mmap_unlock_read(mapping);
	return found;
}

static void fltfs_section_users(struct flt_sections *sections, struct flt_section_users *users)
{
	struct address_space *mapping = fltfs_sections_mapping(sections);
	struct inode *inode = fltfs_sections_inode(sections);
	int writable = atomic_read(&mapping->i_mmap_writable);

	users->writers = max(atomic_read(&inode->i_writecount), 0);
	users->writable = max(writable, 0);
	users->mapped = mapping_mapped(mapping);
	/* A running program's file is kept from being written. */
	users->executable = atomic_read(&inode->i_writecount) < 0 ||
			    fltfs_mapped_executable(mapping);
}

const struct flt_section_ops fltfs_section_ops = {
	.open	= fltfs_section_open,
	.size	= fltfs_section_size,
	.flush	= fltfs_section_flush,
	.purge	= fltfs_section_purge,
	.users	= fltfs_section_users,
};

/**
 * fltfs_conflict() - data of a file is about to go
 * @op: the operation that takes it, at the bottom
 * @inode: upper inode
 * @from: the first byte that goes, or changes without the page cache
 *
 * Filters that look at the data are told (flt_sections_conflict()).
 */
void fltfs_conflict(struct flt_operation *op, struct inode *inode, loff_t from)
{
	if (unlikely(fltfs_is_scanned(inode)))
		flt_sections_conflict(&fltfs_i(inode)->stream->sections, op, from);
}

/* The same, for a change of size: what lies behind the new end goes. */
void fltfs_conflict_size(struct flt_operation *op, struct inode *inode, loff_t size)
{
	if (size < fltfs_size(inode))
		fltfs_conflict(op, inode, size);
}
