/* SPDX-License-Identifier: GPL-2.0 */
/*
 * What the suites about sections share: probes that scan data, and their sections. Included by one
 * file of a suite each.
 */
#ifndef KUNIT_SCAN_H
#define KUNIT_SCAN_H

#include "fltmgr/section.h"
#include "kunit/world.h"
#include "nt/mm_section.h"
#include "nt/ob_object.h"

#define SCAN_TAG	0x6e616353	/* "Scan" */
#define SCAN_CONTEXT	48

static atomic_t scan_cleaned;

static void scan_cleanup(PFLT_CONTEXT context, FLT_CONTEXT_TYPE type)
{
	atomic_inc(&scan_cleaned);
}

static const FLT_CONTEXT_REGISTRATION scan_contexts[] = {
	{ FLT_SECTION_CONTEXT, 0, scan_cleanup, SCAN_CONTEXT, SCAN_TAG },
	{ FLT_STREAM_CONTEXT, 0, scan_cleanup, SCAN_CONTEXT, SCAN_TAG },
	{ FLT_CONTEXT_END }
};

static PFLT_SECTION_CONFLICT_NOTIFICATION_CALLBACK scan_conflict;

static void scan_change(struct probe *p, FLT_REGISTRATION *registration,
			FLT_OPERATION_REGISTRATION *ops)
{
	registration->Version = FLT_REGISTRATION_VERSION_0203;
	registration->Size = sizeof(*registration);
	registration->ContextRegistration = scan_contexts;
	registration->SectionNotificationCallback = scan_conflict;
}

/* A probe whose instance may scan. Calls it with the conflict callback that is set by then. */
static struct probe *scan_probe(struct world *w, char name)
{
	static const struct probe_config config = { .change = scan_change };
	struct probe *p = world_probe(w, name, &config);

	world_do(w, IRP_MJ_READ);
	FLT_REQUIRE(w->test, p->instance[0]);
	FLT_REQUIRE(w->test, FltRegisterForDataScan(p->instance[0]) == STATUS_SUCCESS);
	world_clear(w);
	return p;
}

/* A section as a scanner makes it, and what it got. */
struct scan {
	PFLT_CONTEXT context;
	HANDLE handle;
	void *object;
	LARGE_INTEGER size;
};

static PFLT_CONTEXT scan_context(struct probe *p, FLT_CONTEXT_TYPE type)
{
	PFLT_CONTEXT context = NULL;

	FltAllocateContext(p->filter, type, SCAN_CONTEXT, NonPagedPool, &context);
	return context;
}

static NTSTATUS scan_create(struct probe *p, PFLT_CONTEXT context, ULONG protection,
			    ULONG allocation, struct scan *scan)
{
	OBJECT_ATTRIBUTES attributes = {
		.Length = sizeof(attributes), .Attributes = OBJ_KERNEL_HANDLE,
	};

	memset(scan, 0xff, sizeof(*scan));
	scan->context = context;
	return FltCreateSectionForDataScan(p->instance[0], p->world->file, context,
					   SECTION_MAP_READ | SECTION_QUERY, &attributes, NULL,
					   protection, allocation, 0, &scan->handle,
					   &scan->object, &scan->size);
}

/* A new context and its section. */
static NTSTATUS scan_begin(struct probe *p, struct scan *scan)
{
	PFLT_CONTEXT context = scan_context(p, FLT_SECTION_CONTEXT);

	FLT_REQUIRE(p->world->test, context);
	return scan_create(p, context, MM_PAGE_READONLY, MM_SEC_COMMIT, scan);
}

/* The filter's own part, after the close. */
static void scan_drop(struct scan *scan)
{
	ZwClose(scan->handle);
	ObfDereferenceObject(scan->object);
	FltReleaseContext(scan->context);
}

static NTSTATUS scan_end(struct scan *scan)
{
	NTSTATUS status = FltCloseSectionForDataScan(scan->context);

	scan_drop(scan);
	return status;
}

#endif
