// SPDX-License-Identifier: GPL-2.0
/*
 * Suite section_cache: routines of the cache and memory managers on the stream of a file object
 * (SECT-47 to SECT-61).
 */
#include "kunit/async_issue.h"
#include "kunit/world.h"
#include "nt/ke_irql.h"
#include "nt/seh.h"
#include "nt/violation.h"

#define SIZE	9000

static PSECTION_OBJECT_POINTERS cache_world(struct kunit *test)
{
	struct world *w = world_of(test);

	fake_map(w->fake, w->file, SIZE);
	return w->file->SectionObjectPointer;
}

static void cache_wrong(struct kunit *test)
{
	SECTION_OBJECT_POINTERS own[4] = {}, *wrong[] = { NULL, own };
	IO_STATUS_BLOCK result;
	s64 before;
	int i;

	cache_world(test);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		before = atomic64_read(&fsh_violations);
		result.Status = STATUS_SUCCESS;
		CcFlushCache(wrong[i], NULL, 0, &result);
		FLT_PROVES(test, "SECT-47", result.Status == STATUS_INVALID_PARAMETER &&
			   !result.Information);
		CcFlushCache(wrong[i], NULL, 0, NULL);
		CcCoherencyFlushAndPurgeCache(wrong[i], NULL, 0, &result, 0);
		FLT_PROVES(test, "SECT-47", result.Status == STATUS_INVALID_PARAMETER);
		FLT_PROVES(test, "SECT-47", !CcPurgeCacheSection(wrong[i], NULL, 0, 0));
		FLT_PROVES(test, "SECT-47", !MmFlushImageSection(wrong[i], MmFlushForWrite));
		FLT_PROVES(test, "SECT-47", !MmDoesFileHaveUserWritableReferences(wrong[i]));
		FLT_PROVES(test, "SECT-47", !MmCanFileBeTruncated(wrong[i], NULL));
		FLT_PROVES(test, "SECT-47", !MmForceSectionClosed(wrong[i], FALSE));
		FLT_PROVES(test, "SECT-47", atomic64_read(&fsh_violations) == before + 8);
	}
}

static void cache_ranges(struct kunit *test)
{
	struct fake_volume *fake = world_of(test)->fake;
	PSECTION_OBJECT_POINTERS pointers = cache_world(test);
	LARGE_INTEGER offset = { .QuadPart = 4096 };
	IO_STATUS_BLOCK result;

	CcFlushCache(pointers, NULL, 77, &result);
	FLT_EXPECT(test, !result.Status && result.Information == 77 && fake->flushes == 1 &&
		   !fake->range[0] && fake->range[1] == LLONG_MAX);
	CcFlushCache(pointers, &offset, 100, NULL);
	FLT_EXPECT(test, fake->flushes == 2 && fake->range[0] == 4096 && fake->range[1] == 4195);
	CcFlushCache(pointers, &offset, 0, &result);
	FLT_EXPECT(test, !result.Status && fake->flushes == 2);
	fake->page_status = STATUS_IO_DEVICE_ERROR;
	CcFlushCache(pointers, &offset, 100, &result);
	FLT_EXPECT(test, result.Status == STATUS_IO_DEVICE_ERROR && !result.Information);
	fake->page_status = STATUS_SUCCESS;

	FLT_EXPECT(test, CcPurgeCacheSection(pointers, &offset, 0, 0) && fake->purges == 1 &&
		   fake->range[0] == 4096 && fake->range[1] == LLONG_MAX);
	fake->users.mapped = true;
	FLT_EXPECT(test, !CcPurgeCacheSection(pointers, NULL, 0, 0) && fake->purges == 2);
	FLT_EXPECT(test, !MmForceSectionClosed(pointers, FALSE) &&
		   !MmCanFileBeTruncated(pointers, &offset));
	CcCoherencyFlushAndPurgeCache(pointers, &offset, 10, &result, 0);
	FLT_EXPECT(test, result.Status == STATUS_SUCCESS && result.Information == 10 &&
		   fake->purges == 4 && fake->range[1] == 4105);
	fake->purge_fails = true;
	CcCoherencyFlushAndPurgeCache(pointers, NULL, 0, &result, 0);
	FLT_EXPECT(test, result.Status == STATUS_CACHE_PAGE_LOCKED && NT_SUCCESS(result.Status));
	CcCoherencyFlushAndPurgeCache(pointers, NULL, 0, &result, 0x1);
	FLT_EXPECT(test, result.Status == STATUS_SUCCESS && fake->purges == 5);

	fake->users = (struct flt_section_users) { .writers = 2, .writable = 1 };
	FLT_EXPECT(test, MmDoesFileHaveUserWritableReferences(pointers) == 3);
	FLT_EXPECT(test, MmFlushImageSection(pointers, MmFlushForWrite) &&
		   !MmFlushImageSection(pointers, MmFlushForDelete) &&
		   MmCanFileBeTruncated(pointers, NULL));
	fake->users = (struct flt_section_users) { .executable = true };
	FLT_EXPECT(test, !MmFlushImageSection(pointers, MmFlushForWrite) &&
		   !MmFlushImageSection(pointers, MmFlushForDelete) &&
		   !MmDoesFileHaveUserWritableReferences(pointers));
}

/* What a callback of a paging write gets. */
static struct {
	IO_STATUS_BLOCK flush;
	IO_STATUS_BLOCK both;
	BOOLEAN purge;
	NTSTATUS size_status;
	LARGE_INTEGER size;
	unsigned int calls;
} paging;

static void cache_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		      int *status, void **context)
{
	PFILE_OBJECT file = objects->FileObject;

	if (!(data->Iopb->IrpFlags & IRP_PAGING_IO))
		return;
	paging.calls++;
	CcFlushCache(file->SectionObjectPointer, NULL, 0, &paging.flush);
	paging.purge = CcPurgeCacheSection(file->SectionObjectPointer, NULL, 0, 0);
	CcCoherencyFlushAndPurgeCache(file->SectionObjectPointer, NULL, 0, &paging.both, 0);
	paging.size_status = FsRtlGetFileSize(file, &paging.size);
}

static void cache_in_paging(struct kunit *test)
{
	struct world *w = world_of(test);
	struct request *r;
	struct probe *p;
	s64 before;

	cache_world(test);
	memset(&paging, 0, sizeof(paging));
	p = world_probe(w, 'A', NULL);
	w->breaches = true;
	p->on_pre = cache_pre;
	r = request_new(w, IRP_MJ_WRITE);
	r->op.iopb.IrpFlags |= IRP_PAGING_IO | IRP_NOCACHE | IRP_SYNCHRONOUS_PAGING_IO;
	before = atomic64_read(&fsh_violations);
	FLT_EXPECT(test, request_run(r) == STATUS_SUCCESS);
	FLT_REQUIRE(test, paging.calls == 1);
	FLT_PROVES(test, "SECT-52", !NT_SUCCESS(paging.flush.Status) &&
		   !NT_SUCCESS(paging.both.Status) && !paging.purge);
	FLT_PROVES(test, "SECT-52", atomic64_read(&fsh_violations) == before + 3 &&
		   !w->fake->flushes && !w->fake->purges);
	FLT_PROVES(test, "SECT-60", paging.size_status == STATUS_SUCCESS &&
		   paging.size.QuadPart == SIZE);
	w->fake->open_status = STATUS_FILE_IS_A_DIRECTORY;
	FLT_PROVES(test, "SECT-60", FsRtlGetFileSize(w->file, &paging.size) ==
		   STATUS_FILE_IS_A_DIRECTORY);
}

static KEVENT cache_event;
static struct task_struct *cache_poster;	/* for comparison only */
static void *cache_context;
static int cache_irql;

static void cache_posted(PVOID context, PKEVENT event)
{
	cache_poster = current;
	cache_context = context;
	cache_irql = KeGetCurrentIrql();
	KeSetEvent(event, 0, FALSE);
}

static void cache_small(struct kunit *test)
{
	static const struct {
		NTSTATUS status;
		bool expected;
	} rows[] = {
		{ STATUS_ACCESS_VIOLATION, false }, { STATUS_ILLEGAL_INSTRUCTION, false },
		{ STATUS_BREAKPOINT, false }, { STATUS_SINGLE_STEP, false },
		{ STATUS_DATATYPE_MISALIGNMENT, false },
		{ STATUS_INSUFFICIENT_RESOURCES, true }, { STATUS_IN_PAGE_ERROR, true },
		{ STATUS_UNSUCCESSFUL, true }, { STATUS_SUCCESS, true },
	};
	struct world *w = world_of(test);
	unsigned int i;
	KIRQL old;

	cache_world(test);
	FLT_PROVES(test, "SECT-61", !FsRtlIsPagingFile(w->file));
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		FLT_PROVES(test, "SECT-61", FsRtlIsNtstatusExpected(rows[i].status) ==
			   rows[i].expected);
	FsRtlEnterFileSystem();
	FsRtlEnterFileSystem();
	FLT_PROVES(test, "SECT-61", KeAreApcsDisabled() && KeGetCurrentIrql() == PASSIVE_LEVEL);
	FsRtlExitFileSystem();
	FLT_PROVES(test, "SECT-61", KeAreApcsDisabled());
	FsRtlExitFileSystem();
	FLT_PROVES(test, "SECT-61", !KeAreApcsDisabled());

	KeInitializeEvent(&cache_event, NotificationEvent, FALSE);
	cache_context = NULL;
	old = KfRaiseIrql(DISPATCH_LEVEL);
	FsRtlPostStackOverflow(w, &cache_event, cache_posted);
	KeLowerIrql(old);
	KeWaitForSingleObject(&cache_event, Executive, KernelMode, FALSE, NULL);
	FLT_PROVES(test, "SECT-61", cache_context == w && cache_poster != current &&
		   cache_irql == PASSIVE_LEVEL);
}

static seh_raises void cache_post(void *arg)
{
	FsRtlPostStackOverflow(arg, &cache_event, cache_posted);
}

struct cache_no_memory {
	struct world *world;
	KIRQL level;
	bool posted;
	NTSTATUS code;
};

static void cache_post_without_memory(void *arg)
{
	struct cache_no_memory *a = arg;
	KIRQL old = KfRaiseIrql(a->level);

	a->posted = seh_call(cache_post, a->world, &a->code);
	KeLowerIrql(old);
}

/* Without memory what was posted runs elsewhere, or not at all. */
static void cache_post_fails(struct kunit *test)
{
	struct cache_no_memory a = { .world = world_of(test), .level = PASSIVE_LEVEL };

	if (!async_faults_work())
		kunit_skip(test, "allocations cannot be made to fail");
	KeInitializeEvent(&cache_event, NotificationEvent, FALSE);
	cache_context = NULL;
	async_with_fault(1, cache_post_without_memory, &a);
	KeWaitForSingleObject(&cache_event, Executive, KernelMode, FALSE, NULL);
	FLT_EXPECT(test, a.posted && cache_context == a.world && cache_poster != current);
	cache_context = NULL;
	a.level = DISPATCH_LEVEL;
	FLT_EXPECT(test, async_with_fault(1, cache_post_without_memory, &a));
	FLT_EXPECT(test, !a.posted && a.code == STATUS_INSUFFICIENT_RESOURCES && !cache_context);
}

/* The section of no filter: errors as for FltCreateSectionForDataScan(), and nobody is told. */
static void cache_section(struct kunit *test)
{
	OBJECT_ATTRIBUTES kernel = { .Length = sizeof(kernel), .Attributes = OBJ_KERNEL_HANDLE };
	PFILE_OBJECT file = world_of(test)->file;
	static const struct {
		ULONG attributes, protection, allocation;
		NTSTATUS open, status;
	} rows[] = {
		{ 0, MM_PAGE_READONLY, MM_SEC_COMMIT, 0, STATUS_INVALID_PARAMETER_6 },
		{ OBJ_KERNEL_HANDLE, MM_PAGE_EXECUTE, MM_SEC_COMMIT, 0,
		  STATUS_INVALID_PARAMETER_8 },
		{ OBJ_KERNEL_HANDLE, MM_PAGE_READONLY, 0, 0, STATUS_INVALID_PARAMETER_9 },
		{ OBJ_KERNEL_HANDLE, MM_PAGE_READONLY, MM_SEC_COMMIT, STATUS_END_OF_FILE,
		  STATUS_END_OF_FILE },
		{ OBJ_KERNEL_HANDLE, MM_PAGE_READONLY, MM_SEC_COMMIT, 0, STATUS_SUCCESS },
	};
	struct fake_volume *fake = world_of(test)->fake;
	LARGE_INTEGER size;
	unsigned int i;
	HANDLE handle;
	void *object;

	cache_world(test);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		OBJECT_ATTRIBUTES attributes = {
			.Length = sizeof(attributes), .Attributes = rows[i].attributes,
		};

		fake->open_status = rows[i].open;
		FLT_PROVES(test, "SECT-41",
			   FsRtlCreateSectionForDataScan(&handle, &object, &size,
							 world_of(test)->file, SECTION_MAP_READ,
							 &attributes, NULL, rows[i].protection,
							 rows[i].allocation, 0) == rows[i].status);
		FLT_PROVES(test, "SECT-41", !!handle == !rows[i].status && !!object == !!handle);
	}
	FLT_PROVES(test, "SECT-41", size.QuadPart == SIZE);
	FLT_PROVES(test, "SECT-41", !flt_sections_scanned(&fake->sections));
	FLT_EXPECT(test, atomic_read(&fake->sources) == 1);
	ZwClose(handle);
	ObfDereferenceObject(object);
	FLT_EXPECT(test, !atomic_read(&fake->sources));
	/* Not after the close. */
	flt_file_of(file)->closed = true;
	FLT_EXPECT(test, FsRtlCreateSectionForDataScan(&handle, &object, &size, file,
						       SECTION_MAP_READ, &kernel, NULL,
						       MM_PAGE_READONLY, MM_SEC_COMMIT, 0) ==
		   STATUS_INVALID_PARAMETER);
	flt_file_of(file)->closed = false;
	world_of(test)->breaches = true;
}

static struct kunit_case cache_cases[] = {
	KUNIT_CASE(cache_wrong),
	KUNIT_CASE(cache_ranges),
	KUNIT_CASE(cache_in_paging),
	KUNIT_CASE(cache_small),
	KUNIT_CASE(cache_post_fails),
	KUNIT_CASE(cache_section),
	{}
};

static struct kunit_suite cache_suite = {
	.name = "section_cache",
	.init = world_init,
	.exit = world_exit,
	.test_cases = cache_cases,
};

kunit_test_suite(cache_suite);
