// SPDX-License-Identifier: GPL-2.0
/*
 * Suite section: data scans and views, on a file object of the fake volume (SECT-14 to SECT-33,
 * SECT-64, CTX-63).
 */
#include <linux/sched/signal.h>
#include <linux/sizes.h>
#include "kunit/scan.h"
#include "nt/ps_process.h"

#define CURRENT_PROCESS	((HANDLE)~0UL)
#define SIZE		5000

static struct probe *section_world(struct kunit *test)
{
	struct world *w = world_of(test);

	atomic_set(&scan_cleaned, 0);
	scan_conflict = NULL;
	fake_map(w->fake, w->file, SIZE);
	return scan_probe(w, 'A');
}

static void section_register(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = section_world(test), *b;
	PFLT_CONTEXT context = NULL;
	struct scan scan;
	KIRQL old;

	/* (The first time was in scan_probe().) */
	old = KfRaiseIrql(APC_LEVEL);
	FLT_PROVES(test, "SECT-14", FltRegisterForDataScan(p->instance[0]) == STATUS_SUCCESS);
	KeLowerIrql(old);
	FLT_EXPECT(test, FltRegisterForDataScan(NULL) == STATUS_INVALID_PARAMETER);

	{
		static const struct probe_config config = { .change = scan_change };

		b = world_probe(w, 'B', &config);
	}
	world_do(w, IRP_MJ_READ);
	FLT_REQUIRE(test, b->instance[0]);
	context = scan_context(b, FLT_SECTION_CONTEXT);
	FLT_REQUIRE(test, context);
	FLT_PROVES(test, "SECT-15", scan_create(b, context, MM_PAGE_READONLY, MM_SEC_COMMIT,
						&scan) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "SECT-15", !scan.handle && !scan.object && !scan.size.QuadPart);
	FLT_PROVES(test, "SECT-14", FltRegisterForDataScan(b->instance[0]) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-15", scan_create(b, context, MM_PAGE_READONLY, MM_SEC_COMMIT,
						&scan) == STATUS_SUCCESS);
	scan_end(&scan);

	fake_volume_sections(w->fake, NULL);
	FLT_EXPECT(test, FltRegisterForDataScan(p->instance[0]) == STATUS_NOT_SUPPORTED);
	FLT_PROVES(test, "CTX-63", FltGetSectionContext(p->instance[0], w->file, &context) ==
		   STATUS_NOT_SUPPORTED && !context);
	fake_volume_sections(w->fake, &fake_section_ops);
}

static void section_arguments(struct kunit *test)
{
	static const struct {
		ULONG protection, allocation;
		NTSTATUS status;
	} rows[] = {
		{ MM_PAGE_EXECUTE_READ, MM_SEC_COMMIT, STATUS_INVALID_PARAMETER_8 },
		{ MM_PAGE_WRITECOPY, MM_SEC_COMMIT, STATUS_INVALID_PARAMETER_8 },
		{ 0, MM_SEC_COMMIT, STATUS_INVALID_PARAMETER_8 },
		{ MM_PAGE_READONLY, 0, STATUS_INVALID_PARAMETER_9 },
		{ MM_PAGE_READONLY, MM_SEC_FILE, STATUS_INVALID_PARAMETER_9 },
		{ MM_PAGE_READONLY, MM_SEC_COMMIT | MM_SEC_IMAGE, STATUS_INVALID_PARAMETER_9 },
		{ MM_PAGE_READWRITE, MM_SEC_COMMIT | MM_SEC_FILE, STATUS_SUCCESS },
	};
	static const NTSTATUS files[] = {
		STATUS_END_OF_FILE, STATUS_FILE_IS_A_DIRECTORY, STATUS_INVALID_FILE_FOR_SECTION,
		STATUS_INSUFFICIENT_RESOURCES,
	};
	struct world *w = world_of(test);
	struct probe *p = section_world(test);
	PFLT_CONTEXT context = scan_context(p, FLT_SECTION_CONTEXT);
	PFLT_CONTEXT other = scan_context(p, FLT_STREAM_CONTEXT), got;
	HANDLE handle;
	void *object;
	struct scan scan;
	unsigned int i;

	FLT_REQUIRE(test, context && other);
	for (i = 0; i < ARRAY_SIZE(rows); i++) {
		NTSTATUS status = scan_create(p, context, rows[i].protection, rows[i].allocation,
					      &scan);

		if (!FLT_PROVES(test, "SECT-16", status == rows[i].status))
			kunit_info(test, "row %u: %#x", i, status);
	}
	/* (Sizes and flags that nobody looks at.) */
	FLT_EXPECT(test, scan_end(&scan) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-16", scan_create(p, other, MM_PAGE_READONLY, MM_SEC_COMMIT,
						&scan) == STATUS_INVALID_PARAMETER);
	FltReleaseContext(other);

	context = scan_context(p, FLT_SECTION_CONTEXT);
	FLT_REQUIRE(test, context);
	for (i = 0; i < ARRAY_SIZE(files); i++) {
		w->fake->open_status = files[i];
		FLT_PROVES(test, "SECT-17", scan_create(p, context, MM_PAGE_READONLY,
							MM_SEC_COMMIT, &scan) == files[i]);
		FLT_PROVES(test, "SECT-17", !scan.handle && !scan.object && !scan.size.QuadPart);
		FLT_PROVES(test, "SECT-17", FltGetSectionContext(p->instance[0], w->file, &got) ==
			   STATUS_NOT_FOUND);
	}
	w->fake->open_status = STATUS_SUCCESS;
	/* A kernel thread has no handles of its own. */
	handle = (HANDLE)1;
	object = w;
	FLT_EXPECT(test, FltCreateSectionForDataScan(p->instance[0], w->file, context,
						     SECTION_MAP_READ, NULL, NULL,
						     MM_PAGE_READONLY, MM_SEC_COMMIT, 0, &handle,
						     &object, NULL) == STATUS_NOT_SUPPORTED);
	FLT_EXPECT(test, !handle && !object && !atomic_read(&w->fake->sources));
	FLT_EXPECT(test, FltGetSectionContext(p->instance[0], w->file, &got) == STATUS_NOT_FOUND);
	FltReleaseContext(context);

	/* The context stayed the caller's: one reference, now gone. */
	FLT_PROVES(test, "SECT-17", WORLD_WAIT(atomic_read(&scan_cleaned) == 3));
}

static void section_context(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = section_world(test), *b = scan_probe(w, 'B');
	PFLT_CONTEXT fresh = scan_context(p, FLT_SECTION_CONTEXT), got;
	FLT_RELATED_OBJECTS objects = {
		.Size = sizeof(objects), .Filter = p->filter, .Instance = p->instance[0],
		.Volume = (PFLT_VOLUME)w->fake->volume, .FileObject = w->file,
	};
	FLT_RELATED_CONTEXTS_EX all;
	struct scan mine, theirs, again;

	FLT_REQUIRE(test, fresh);
	FLT_PROVES(test, "SECT-64", scan_create(b, fresh, MM_PAGE_READONLY, MM_SEC_COMMIT,
						&again) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CTX-63", FltGetSectionContext(p->instance[0], w->file, &got) ==
		   STATUS_NOT_FOUND && !got);
	FLT_REQUIRE(test, scan_begin(p, &mine) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-19", mine.size.QuadPart == SIZE && mine.object && mine.handle);
	FLT_PROVES(test, "SECT-19", ObReferenceObjectByPointer(mine.object, 0, &mm_section_type,
							       KernelMode) == STATUS_SUCCESS);
	ObfDereferenceObject(mine.object);
	FLT_PROVES(test, "CTX-63", FltGetSectionContext(p->instance[0], w->file, &got) ==
		   STATUS_SUCCESS && got == mine.context);
	FLT_PROVES(test, "SECT-19", got == mine.context);
	FltReleaseContext(got);
	FLT_EXPECT(test, FltGetContextsEx(&objects, FLT_SECTION_CONTEXT, sizeof(all), &all) ==
		   STATUS_SUCCESS && all.SectionContext == mine.context);
	FltReleaseContextsEx(sizeof(all), &all);
	FLT_EXPECT(test, w->file->SectionObjectPointer->DataSectionObject);

	/* One of an instance, and the other's is its own. */
	FLT_PROVES(test, "SECT-18", scan_create(p, fresh, MM_PAGE_READONLY, MM_SEC_COMMIT,
						&again) == STATUS_FLT_CONTEXT_ALREADY_DEFINED);
	FLT_PROVES(test, "SECT-18", !again.handle && !again.object);
	FLT_PROVES(test, "SECT-18", scan_begin(b, &theirs) == STATUS_SUCCESS);
	FLT_PROVES(test, "CTX-63", FltGetSectionContext(b->instance[0], w->file, &got) ==
		   STATUS_SUCCESS && got == theirs.context);
	FltReleaseContext(got);

	FLT_PROVES(test, "SECT-31", FltCloseSectionForDataScan(mine.context) == STATUS_SUCCESS);
	FLT_PROVES(test, "CTX-63", FltGetSectionContext(p->instance[0], w->file, &got) ==
		   STATUS_NOT_FOUND);
	FLT_PROVES(test, "SECT-31", FltCloseSectionForDataScan(mine.context) == STATUS_NOT_FOUND);
	FLT_PROVES(test, "SECT-31", FltCloseSectionForDataScan(fresh) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "SECT-64", scan_create(p, mine.context, MM_PAGE_READONLY, MM_SEC_COMMIT,
						&again) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "SECT-18", scan_create(p, fresh, MM_PAGE_READONLY, MM_SEC_COMMIT,
						&again) == STATUS_SUCCESS);
	scan_drop(&mine);
	scan_end(&again);
	scan_end(&theirs);
	FLT_EXPECT(test, !w->file->SectionObjectPointer->DataSectionObject);
	FLT_PROVES(test, "SECT-32", WORLD_WAIT(!atomic_read(&w->fake->sources)));
	FLT_PROVES(test, "SECT-32", WORLD_WAIT(atomic_read(&scan_cleaned) == 3));
}

/* What programs map and what is scanned show in the same pointers. */
static void section_shown(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = section_world(test);
	const SECTION_OBJECT_POINTERS *shown = w->file->SectionObjectPointer;
	struct scan scan;

	flt_sections_mapped(&w->fake->sections, true);
	FLT_EXPECT(test, shown->ImageSectionObject && !shown->DataSectionObject);
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FLT_EXPECT(test, shown->ImageSectionObject && shown->DataSectionObject);
	flt_sections_unmapped(&w->fake->sections);
	FLT_EXPECT(test, !shown->ImageSectionObject && shown->DataSectionObject);
	flt_sections_mapped(&w->fake->sections, false);
	scan_end(&scan);
	FLT_EXPECT(test, shown->DataSectionObject);
	flt_sections_unmapped(&w->fake->sections);
	FLT_EXPECT(test, !shown->ImageSectionObject && !shown->DataSectionObject);
}

/* Handle, object, context and close, in any order. */
static void section_orders(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = section_world(test);
	unsigned int order, step, what, left, keeping, cleaned = 0;
	struct scan scan;

	for (order = 0; order < 24; order++) {
		unsigned int rest[4] = { 0, 1, 2, 3 }, code = order;

		FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
		/* The close needs the context, and only that. */
		FltReferenceContext(scan.context);
		keeping = BIT(0) | BIT(1) | BIT(3);
		for (step = 0; step < 4; step++) {
			FLT_PROVES(test, "SECT-32", atomic_read(&w->fake->sources) == !!keeping);
			left = 4 - step;
			what = rest[code % left];
			rest[code % left] = rest[left - 1];
			code /= left;
			keeping &= ~BIT(what);
			if (what == 0)
				FLT_EXPECT(test, ZwClose(scan.handle) == STATUS_SUCCESS);
			else if (what == 1)
				ObfDereferenceObject(scan.object);
			else if (what == 2)
				FltReleaseContext(scan.context);
			else
				FLT_EXPECT(test, FltCloseSectionForDataScan(scan.context) ==
					   STATUS_SUCCESS);
		}
		FLT_PROVES(test, "SECT-32", !atomic_read(&w->fake->sources));
		FltReleaseContext(scan.context);
		FLT_PROVES(test, "SECT-32", atomic_read(&scan_cleaned) == ++cleaned);
	}
}

static NTSTATUS section_map(HANDLE section, void **base, u64 offset, SIZE_T *size,
			    ULONG protection)
{
	LARGE_INTEGER at = { .QuadPart = offset };

	*base = NULL;
	return ZwMapViewOfSection(section, CURRENT_PROCESS, base, 0, 0, &at, size, ViewUnmap, 0,
				  protection);
}

/* Shows the view what the stream has? */
static bool section_shows(const u8 *view, u64 offset, size_t count, u64 size)
{
	size_t i;

	for (i = 0; i < count; i++) {
		u8 byte = offset + i < size ? fake_byte(offset + i) : 0;

		if (READ_ONCE(view[i]) != byte)
			return false;
	}
	return true;
}

static void section_views(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = section_world(test);
	LARGE_INTEGER offset = { .QuadPart = SZ_64K + 300 };
	long pages = mm_views_count();
	struct scan scan;
	SIZE_T size = 0;
	void *base, *copy;

	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-24", section_map(scan.handle, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_SUCCESS);
	FLT_REQUIRE(test, base);
	FLT_PROVES(test, "SECT-24", size == 2 * PAGE_SIZE);
	FLT_PROVES(test, "SECT-24", section_shows(base, 0, size, SIZE));
	FLT_EXPECT(test, mm_views_count() == pages + 2);

	size = 100;
	FLT_EXPECT(test, section_map(scan.handle, &copy, 0, &size, MM_PAGE_WRITECOPY) ==
		   STATUS_SUCCESS && size == PAGE_SIZE);
	memset(copy, 0, size);
	FLT_EXPECT(test, section_shows(base, 0, PAGE_SIZE, SIZE));
	FLT_EXPECT(test, ZwUnmapViewOfSection(CURRENT_PROCESS, copy) == STATUS_SUCCESS);

	size = 3 * PAGE_SIZE;
	FLT_EXPECT(test, section_map(scan.handle, &copy, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_INVALID_VIEW_SIZE);

	/* A view keeps what it shows. */
	scan_end(&scan);
	FLT_PROVES(test, "SECT-29", atomic_read(&w->fake->sources) == 1 &&
		   section_shows(base, 0, 2 * PAGE_SIZE, SIZE));
	FLT_PROVES(test, "SECT-29", ZwUnmapViewOfSection(CURRENT_PROCESS, base + 6000) ==
		   STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-29", ZwUnmapViewOfSection(CURRENT_PROCESS, base) ==
		   STATUS_NOT_MAPPED_VIEW);
	FLT_EXPECT(test, mm_views_count() == pages && !atomic_read(&w->fake->sources));

	fake_map(w->fake, w->file, SZ_64K + 2 * PAGE_SIZE);
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	base = NULL;
	size = 100;
	FLT_PROVES(test, "SECT-25", ZwMapViewOfSection(scan.handle, CURRENT_PROCESS, &base, 0, 0,
						       &offset, &size, ViewUnmap, 0,
						       MM_PAGE_READONLY) == STATUS_SUCCESS);
	FLT_REQUIRE(test, base);
	FLT_PROVES(test, "SECT-25", offset.QuadPart == SZ_64K && size == PAGE_SIZE);
	FLT_PROVES(test, "SECT-25", section_shows(base, SZ_64K, size, w->fake->size));
	copy = base;
	FLT_PROVES(test, "SECT-25", ZwMapViewOfSection(scan.handle, CURRENT_PROCESS, &copy, 0, 0,
						       NULL, &size, ViewUnmap, 0,
						       MM_PAGE_READONLY) ==
		   STATUS_CONFLICTING_ADDRESSES);
	ZwUnmapViewOfSection(CURRENT_PROCESS, base);

	size = 0;
	FLT_EXPECT(test, MmMapViewInSystemSpace(scan.object, &base, &size) == STATUS_SUCCESS &&
		   size == SZ_64K + 2 * PAGE_SIZE &&
		   section_shows(base, 0, size, w->fake->size));
	FLT_EXPECT(test, MmUnmapViewInSystemSpace(base) == STATUS_SUCCESS);
	FLT_EXPECT(test, MmUnmapViewInSystemSpace(base) == STATUS_NOT_MAPPED_VIEW);
	FLT_EXPECT(test, MmMapViewInSystemSpace(w->file, &base, &size) ==
		   STATUS_INVALID_PARAMETER);
	scan_end(&scan);
}

static void section_protection(struct kunit *test)
{
	static const struct {
		ULONG protection;
		NTSTATUS status;
	} rows[] = {
		{ MM_PAGE_READWRITE, STATUS_ACCESS_DENIED },
		{ MM_PAGE_EXECUTE_READ, STATUS_ACCESS_DENIED },
		{ 0, STATUS_INVALID_PAGE_PROTECTION },
		{ 0x3, STATUS_INVALID_PAGE_PROTECTION },
		{ 0x1000, STATUS_INVALID_PAGE_PROTECTION },
	};
	struct world *w = world_of(test);
	struct probe *p = section_world(test);
	HANDLE full, query, wrong;
	struct scan scan;
	SIZE_T size = 0;
	unsigned int i;
	void *base;

	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FLT_REQUIRE(test, ObOpenObjectByPointer(scan.object, OBJ_KERNEL_HANDLE, NULL,
						SECTION_ALL_ACCESS, &mm_section_type, KernelMode,
						&full) == STATUS_SUCCESS);
	FLT_REQUIRE(test, ObOpenObjectByPointer(scan.object, OBJ_KERNEL_HANDLE, NULL,
						SECTION_QUERY, &mm_section_type, KernelMode,
						&query) == STATUS_SUCCESS);
	FLT_REQUIRE(test, ObOpenObjectByPointer(w->file, OBJ_KERNEL_HANDLE, NULL, 0, NULL,
						KernelMode, &wrong) == STATUS_SUCCESS);
	for (i = 0; i < ARRAY_SIZE(rows); i++)
		FLT_PROVES(test, "SECT-26", section_map(scan.handle, &base, 0, &size,
							rows[i].protection) == rows[i].status);
	FLT_PROVES(test, "SECT-26", section_map(full, &base, 0, &size, MM_PAGE_READWRITE) ==
		   STATUS_SECTION_PROTECTION);
	FLT_PROVES(test, "SECT-26", section_map(full, &base, 0, &size, MM_PAGE_EXECUTE_READ) ==
		   STATUS_SECTION_PROTECTION);
	FLT_PROVES(test, "SECT-26", section_map(query, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_ACCESS_DENIED);
	FLT_PROVES(test, "SECT-26", section_map(wrong, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_OBJECT_TYPE_MISMATCH);
	FLT_EXPECT(test, section_map((HANDLE)0x7777, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_INVALID_HANDLE);
	FLT_EXPECT(test, !size);
	ZwClose(full);
	ZwClose(query);
	ZwClose(wrong);
	scan_end(&scan);
}

static void section_limits(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = section_world(test);
	long pages = mm_views_count();
	struct scan scan;
	SIZE_T size;
	void *base;

	/* A page that cannot be read. */
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	w->fake->page_status = STATUS_IN_PAGE_ERROR;
	size = 0;
	FLT_PROVES(test, "SECT-27", section_map(scan.handle, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_IN_PAGE_ERROR && !base);
	w->fake->page_status = STATUS_SUCCESS;
	FLT_EXPECT(test, mm_views_count() == pages);
	scan_end(&scan);

	/* A killed thread does not wait for the rest. */
	fake_map(w->fake, w->file, SZ_16M);
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	allow_signal(SIGKILL);
	send_sig(SIGKILL, current, 1);
	size = 0;
	FLT_PROVES(test, "SECT-27", section_map(scan.handle, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_CANCELLED && !base);
	FLT_EXPECT(test, MmMapViewInSystemSpace(scan.object, &base, &size) == STATUS_CANCELLED);
	flush_signals(current);
	disallow_signal(SIGKILL);
	FLT_EXPECT(test, mm_views_count() == pages);
	FLT_EXPECT(test, section_map(scan.handle, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_SUCCESS);
	ZwUnmapViewOfSection(CURRENT_PROCESS, base);
	scan_end(&scan);

	/* 100 GiB: not at once, but piece by piece. */
	fake_map(w->fake, w->file, 100ULL * SZ_1G);
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FLT_EXPECT(test, !prove_log_start(test, "a view of"));
	size = 0;
	FLT_PROVES(test, "SECT-28", section_map(scan.handle, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_INSUFFICIENT_RESOURCES && !base);
	FLT_PROVES(test, "SECT-28", prove_log_count() == 1 && prove_log_last_has("102400 MiB"));
	size = SZ_64K;
	FLT_PROVES(test, "SECT-28", section_map(scan.handle, &base, 99ULL * SZ_1G, &size,
						MM_PAGE_READONLY) == STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-28", base && section_shows(base, 99ULL * SZ_1G, 300,
							  w->fake->size));
	ZwUnmapViewOfSection(CURRENT_PROCESS, base);
	FLT_EXPECT(test, mm_views_count() == pages);
	scan_end(&scan);
}

/* What an instance leaves is closed, and its user keeps the data. */
static void section_left(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = section_world(test);
	struct scan scan;
	SIZE_T size = 0;
	void *base;

	w->breaches = true;
	FLT_REQUIRE(test, scan_begin(p, &scan) == STATUS_SUCCESS);
	FltReleaseContext(scan.context);
	FLT_EXPECT(test, !prove_log_start(test, "was left open"));
	FLT_REQUIRE(test, FltDetachVolume(p->filter, (PFLT_VOLUME)w->fake->volume, NULL) ==
		    STATUS_SUCCESS);
	FLT_PROVES(test, "SECT-33", WORLD_WAIT(atomic_read(&scan_cleaned) == 1));
	FLT_PROVES(test, "SECT-33", prove_log_count() == 1);
	FLT_PROVES(test, "SECT-33", !flt_sections_scanned(&w->fake->sections));
	/* The handle still maps. */
	FLT_PROVES(test, "SECT-33", section_map(scan.handle, &base, 0, &size, MM_PAGE_READONLY) ==
		   STATUS_SUCCESS && section_shows(base, 0, SIZE, SIZE));
	ZwUnmapViewOfSection(CURRENT_PROCESS, base);
	ZwClose(scan.handle);
	ObfDereferenceObject(scan.object);
	FLT_EXPECT(test, !atomic_read(&w->fake->sources));
}

static struct kunit_case section_cases[] = {
	KUNIT_CASE(section_register),
	KUNIT_CASE(section_arguments),
	KUNIT_CASE(section_context),
	KUNIT_CASE(section_shown),
	KUNIT_CASE(section_orders),
	KUNIT_CASE(section_views),
	KUNIT_CASE(section_protection),
	KUNIT_CASE(section_limits),
	KUNIT_CASE(section_left),
	{}
};

static struct kunit_suite section_suite = {
	.name = "section",
	.init = world_init,
	.exit = world_exit,
	.test_cases = section_cases,
};

kunit_test_suite(section_suite);
