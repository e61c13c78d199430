// SPDX-License-Identifier: GPL-2.0
/*
 * The fake volume's side of struct flt_section_ops: a stream of a size that the test says, with
 * bytes that follow from their offset, and answers that the test says.
 */
#include <linux/highmem.h>
#include <linux/slab.h>
#include "kunit/fake_volume.h"

/* What the stream has at an offset below its size. */
u8 fake_byte(u64 offset)
{
	return offset * 7 + offset / PAGE_SIZE + 1;
}

static NTSTATUS fake_pages(void *source, pgoff_t index, unsigned int count, struct page **pages)
{
	struct fake_volume *fake = source;
	unsigned int i, j;

	if (!NT_SUCCESS(fake->page_status))
		return fake->page_status;
	for (i = 0; i < count; i++) {
		u64 at = (u64)(index + i) * PAGE_SIZE;
		u8 *bytes;

		pages[i] = alloc_page(GFP_KERNEL | __GFP_ZERO);
		if (!pages[i]) {
			while (i--)
				put_page(pages[i]);
			return STATUS_INSUFFICIENT_RESOURCES;
		}
		bytes = page_address(pages[i]);
		for (j = 0; j < PAGE_SIZE && at + j < fake->size; j++)
			bytes[j] = fake_byte(at + j);
	}
	return STATUS_SUCCESS;
}

static void fake_source_free(void *source)
{
	struct fake_volume *fake = source;

	atomic_dec(&fake->sources);
}

static const struct mm_section_source fake_source_ops = {
	.pages = fake_pages,
	.free = fake_source_free,
};

static NTSTATUS fake_section_open(struct flt_file *file, const struct mm_section_source **ops,
				  void **source, u64 *size)
{
	struct fake_volume *fake = file->volume->private;

	if (!NT_SUCCESS(fake->open_status))
		return fake->open_status;
	atomic_inc(&fake->sources);
	*ops = &fake_source_ops;
	*source = fake;
	*size = fake->size;
	return STATUS_SUCCESS;
}

static NTSTATUS fake_section_size(struct flt_file *file, s64 *size)
{
	struct fake_volume *fake = file->volume->private;

	*size = fake->size;
	return fake->open_status;
}

static NTSTATUS fake_section_flush(struct flt_sections *sections, s64 start, s64 last)
{
	struct fake_volume *fake = container_of(sections, struct fake_volume, sections);

	fake->flushes++;
	fake->range[0] = start;
	fake->range[1] = last;
	return fake->page_status;
}

static bool fake_section_purge(struct flt_sections *sections, s64 start, s64 last, bool unmap)
{
	struct fake_volume *fake = container_of(sections, struct fake_volume, sections);

	fake->purges++;
	fake->range[0] = start;
	fake->range[1] = last;
	return !fake->purge_fails && (unmap || !fake->users.mapped);
}

static void fake_section_users(struct flt_sections *sections, struct flt_section_users *users)
{
	struct fake_volume *fake = container_of(sections, struct fake_volume, sections);

	*users = fake->users;
}

const struct flt_section_ops fake_section_ops = {
	.open = fake_section_open,
	.size = fake_section_size,
	.flush = fake_section_flush,
	.purge = fake_section_purge,
	.users = fake_section_users,
};

/* Shows a file object as an open one of a data file of this size. */
void fake_map(struct fake_volume *fake, PFILE_OBJECT file, u64 size)
{
	fake->size = size;
	file->FsContext = &fake->stream;
	file->SectionObjectPointer = &fake->sections.shown;
	flt_file_of(file)->stream = &fake->stream;
	flt_file_of(file)->sections = &fake->sections;
}
