// SPDX-License-Identifier: GPL-2.0
/*
 * More that a filter asks of an open file: the entries of a directory, extended attributes, the
 * security descriptor (fltmgr/file_query.c). The middle one of three probes asks; the fake volume
 * tells what reached it.
 */
#include "kunit/name_ask.h"
#include "nt/violation.h"

static u8 query_out[64], query_in[64];
static UNICODE_STRING query_pattern = { .Buffer = u"*.txt", .Length = 10, .MaximumLength = 10 };

/* What the file system was asked last. */
static struct {
	FLT_IO_PARAMETER_BLOCK iopb;
	ULONG flags;
	unsigned int count;
} query_seen;

static void query_perform(struct fake_volume *fake, struct flt_operation *op,
			  struct fake_order *order)
{
	query_seen.iopb = op->iopb;
	query_seen.flags = op->data.Flags;
	query_seen.count++;
}

static struct world *query_world(struct kunit *test)
{
	struct world *w = ask_world(test, "ABC");

	memset(&query_seen, 0, sizeof(query_seen));
	w->fake->on_perform = query_perform;
	return w;
}

/* Each of them, as the middle probe; the information that it tells of is in @returned. */
static NTSTATUS query_do(struct world *w, UCHAR major, ULONG *returned)
{
	PFLT_INSTANCE instance = w->probe[1]->instance[0];
	ULONG index = 3;

	switch (major) {
	case IRP_MJ_DIRECTORY_CONTROL:
		return FltQueryDirectoryFile(instance, w->file, query_out, sizeof(query_out),
					     FileNamesInformation, true, &query_pattern, true,
					     returned);
	case IRP_MJ_QUERY_EA:
		return FltQueryEaFile(instance, w->file, query_out, sizeof(query_out), true,
				      query_in, sizeof(query_in), &index, true, returned);
	case IRP_MJ_SET_EA:
		return FltSetEaFile(instance, w->file, query_in, sizeof(query_in));
	case IRP_MJ_QUERY_SECURITY:
		return FltQuerySecurityObject(instance, w->file, DACL_SECURITY_INFORMATION,
					      query_out, sizeof(query_out), returned);
	default:
		return FltSetSecurityObject(instance, w->file, DACL_SECURITY_INFORMATION, query_in);
	}
}

static const UCHAR query_majors[] = {
	IRP_MJ_DIRECTORY_CONTROL, IRP_MJ_QUERY_EA, IRP_MJ_SET_EA, IRP_MJ_QUERY_SECURITY,
	IRP_MJ_SET_SECURITY,
};

/* Does it tell how much there is? */
static bool query_tells(UCHAR major)
{
	return major != IRP_MJ_SET_EA && major != IRP_MJ_SET_SECURITY;
}

/* Below the one that asks, with its buffers as the driver's own; its status, and how much. */
static void query_routes(struct kunit *test)
{
	struct world *w = query_world(test);
	unsigned int i;
	ULONG returned;

	for (i = 0; i < ARRAY_SIZE(query_majors); i++) {
		UCHAR major = query_majors[i];

		world_clear(w);
		w->fake->information = 24;
		returned = 99;
		FLT_EXPECT(test, query_do(w, major, &returned) == STATUS_SUCCESS);
		FLT_EXPECT(test, world_trace_is(w, "C+ F C-") && query_seen.count == i + 1);
		FLT_EXPECT(test, query_seen.iopb.MajorFunction == major &&
			   query_seen.iopb.IrpFlags & IRP_BUFFERED_IO &&
			   query_seen.flags & FLTFL_CALLBACK_DATA_SYSTEM_BUFFER);
		FLT_EXPECT(test, returned == (query_tells(major) ? 24 : 99));
		w->fake->status = STATUS_DISK_CORRUPT_ERROR;
		FLT_EXPECT(test, query_do(w, major, &returned) == STATUS_DISK_CORRUPT_ERROR);
		w->fake->status = STATUS_SUCCESS;
		w->fake->when = FAKE_WORKER;
		w->fake->delay_ms = 20;
		FLT_EXPECT(test, query_do(w, major, &returned) == STATUS_SUCCESS);
		w->fake->when = FAKE_INLINE;
		query_seen.count = i + 1;
	}
	w->fake->information = FAKE_AS_ASKED;
}

static void query_parameters(struct kunit *test)
{
	struct world *w = query_world(test);
	const FLT_PARAMETERS *p = &query_seen.iopb.Parameters;
	PFLT_INSTANCE instance = w->probe[1]->instance[0];
	ULONG returned;

	query_do(w, IRP_MJ_DIRECTORY_CONTROL, &returned);
	FLT_EXPECT(test, query_seen.iopb.MinorFunction == IRP_MN_QUERY_DIRECTORY &&
		   query_seen.iopb.OperationFlags == (SL_RESTART_SCAN | SL_RETURN_SINGLE_ENTRY));
	FLT_EXPECT(test, p->DirectoryControl.QueryDirectory.Length == sizeof(query_out) &&
		   p->DirectoryControl.QueryDirectory.FileName == &query_pattern &&
		   p->DirectoryControl.QueryDirectory.DirectoryBuffer == query_out);
	FLT_EXPECT(test, p->DirectoryControl.QueryDirectory.FileInformationClass ==
		   FileNamesInformation);
	FltQueryDirectoryFileEx(instance, w->file, query_out, 8, FileNamesInformation,
				SL_NO_CURSOR_UPDATE, NULL, NULL);
	FLT_EXPECT(test, query_seen.iopb.OperationFlags == SL_NO_CURSOR_UPDATE &&
		   !p->DirectoryControl.QueryDirectory.FileName);
	query_do(w, IRP_MJ_QUERY_EA, &returned);
	FLT_EXPECT(test, query_seen.iopb.OperationFlags ==
		   (SL_RETURN_SINGLE_ENTRY | SL_RESTART_SCAN | SL_INDEX_SPECIFIED));
	FLT_EXPECT(test, p->QueryEa.Length == sizeof(query_out) && p->QueryEa.EaList == query_in &&
		   p->QueryEa.EaListLength == sizeof(query_in) && p->QueryEa.EaIndex == 3 &&
		   p->QueryEa.EaBuffer == query_out);
	FltQueryEaFile(instance, w->file, query_out, 8, false, NULL, 0, NULL, false, NULL);
	FLT_EXPECT(test, !query_seen.iopb.OperationFlags && !p->QueryEa.EaIndex);
	query_do(w, IRP_MJ_SET_EA, NULL);
	FLT_EXPECT(test, p->SetEa.Length == sizeof(query_in) && p->SetEa.EaBuffer == query_in);
	query_do(w, IRP_MJ_QUERY_SECURITY, &returned);
	FLT_EXPECT(test, p->QuerySecurity.SecurityInformation == DACL_SECURITY_INFORMATION &&
		   p->QuerySecurity.Length == sizeof(query_out) &&
		   p->QuerySecurity.SecurityBuffer == query_out);
	query_do(w, IRP_MJ_SET_SECURITY, NULL);
	FLT_EXPECT(test, p->SetSecurity.SecurityInformation == DACL_SECURITY_INFORMATION &&
		   p->SetSecurity.SecurityDescriptor == query_in);
}

/* What the file system says of an answer that does not fit, or of none, and how it is passed on. */
static void query_answers(struct kunit *test)
{
	struct world *w = query_world(test);
	ULONG returned;

	w->fake->information = 24;
	w->fake->status = STATUS_BUFFER_OVERFLOW;
	FLT_EXPECT(test, query_do(w, IRP_MJ_QUERY_SECURITY, &returned) == STATUS_BUFFER_TOO_SMALL &&
		   returned == 24);
	FLT_EXPECT(test, query_do(w, IRP_MJ_DIRECTORY_CONTROL, &returned) ==
		   STATUS_BUFFER_OVERFLOW && returned == 24);
	w->fake->status = STATUS_NO_MORE_FILES;
	FLT_EXPECT(test, query_do(w, IRP_MJ_DIRECTORY_CONTROL, &returned) ==
		   STATUS_NO_MORE_FILES && !returned);
	w->fake->status = STATUS_NO_SUCH_FILE;
	FLT_EXPECT(test, query_do(w, IRP_MJ_DIRECTORY_CONTROL, &returned) ==
		   STATUS_NO_SUCH_FILE && !returned);
	w->fake->status = STATUS_SUCCESS;
	w->fake->information = FAKE_AS_ASKED;
}

/* Nothing is sent. */
static void query_refusals(struct kunit *test)
{
	struct world *w = query_world(test);
	PFLT_INSTANCE instance = w->probe[1]->instance[0];
	s64 before = atomic64_read(&fsh_violations);
	unsigned int i;
	ULONG returned;
	KIRQL old;

	FLT_EXPECT(test, FltQueryDirectoryFile(instance, w->file, NULL, 8, FileNamesInformation,
					       false, NULL, false, &returned) ==
		   STATUS_INVALID_PARAMETER && !returned);
	FLT_EXPECT(test, FltQueryDirectoryFileEx(instance, w->file, query_out, 8,
						 FileNamesInformation, 0x40, NULL, NULL) ==
		   STATUS_INVALID_PARAMETER);
	FLT_EXPECT(test, FltSetSecurityObject(instance, w->file, DACL_SECURITY_INFORMATION, NULL) ==
		   STATUS_ACCESS_VIOLATION);
	w->breaches = true;
	for (i = 0; i < ARRAY_SIZE(query_majors); i++) {
		returned = 0;
		old = KfRaiseIrql(DISPATCH_LEVEL);
		FLT_EXPECT(test, query_do(w, query_majors[i], &returned) ==
			   STATUS_INVALID_PARAMETER && !returned);
		KeLowerIrql(old);
	}
	FLT_EXPECT(test, !query_seen.count && world_trace_is(w, ""));
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + ARRAY_SIZE(query_majors));
}

static struct kunit_case query_cases[] = {
	KUNIT_CASE(query_routes),
	KUNIT_CASE(query_parameters),
	KUNIT_CASE(query_answers),
	KUNIT_CASE(query_refusals),
	{}
};

static struct kunit_suite query_suite = {
	.name = "file_query",
	.init = world_init,
	.exit = world_exit,
	.test_cases = query_cases,
};

kunit_test_suite(query_suite);
