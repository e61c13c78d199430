// SPDX-License-Identifier: GPL-2.0
/*
 * Questions for names: options, formats and methods, the cache, and where only the cache may be
 * asked (NAME-01 to NAME-34).
 */
#include <linux/sched/mm.h>
#include <linux/module.h>
#include "fltmgr/name.h"
#include "kunit/async_issue.h"
#include "kunit/name_ask.h"
#include "nt/io_driver.h"
#include "nt/ke_irql.h"
#include "nt/violation.h"

static void name_options(struct kunit *test)
{
	struct world *w = ask_world(test, "");
	const ULONG flags[] = {
		FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER, FLT_FILE_NAME_DO_NOT_CACHE,
		FLT_FILE_NAME_ALLOW_QUERY_ON_REPARSE,
	};
	unsigned int format, method, bit, wrong = 0;
	FLT_FILE_NAME_OPTIONS options;

	w->quiet = true;
	for (method = 0; method < 256; method++) {
		for (format = 0; format < 256; format++) {
			bool good = format >= 1 && format <= 3 && method >= 1 && method <= 4;
			NTSTATUS status = ask_unsafe(w, format | method << 8);

			wrong += (status != STATUS_INVALID_PARAMETER) != good;
		}
	}
	FLT_PROVES(test, "NAME-01", !wrong);
	for (bit = 16; bit < 24; bit++)
		FLT_PROVES(test, "NAME-01",
			   ask_unsafe(w, NORMALIZED | BIT(bit)) == STATUS_INVALID_PARAMETER);
	for (bit = 24; bit < 27; bit++)
		FLT_PROVES(test, "NAME-01", NT_SUCCESS(ask_unsafe(w, NORMALIZED | BIT(bit))));
	FLT_PROVES(test, "NAME-01", flags[0] == BIT(24) && flags[1] == BIT(25) &&
		   flags[2] == BIT(26));

	/* Values, not bits: 3 is SHORT, of which there is none; 0x300 does not ask the cache. */
	FLT_PROVES(test, "NAME-02", ask_unsafe(w, 0x103) == STATUS_OBJECT_NAME_NOT_FOUND);
	atomic_set(&w->fake->asked, 0);
	FLT_PROVES(test, "NAME-02", NT_SUCCESS(ask_unsafe(w, 0x301)) &&
		   atomic_read(&w->fake->asked) == 1);
	options = FLT_FILE_NAME_SHORT | FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY |
		  FLT_FILE_NAME_DO_NOT_CACHE;
	FLT_PROVES(test, "NAME-02", FltGetFileNameFormat(options) == 3 &&
		   FltGetFileNameQueryMethod(options) == 0x300);
}

static NTSTATUS name_null[2];

static void name_ask_null(struct probe *p, PFLT_CALLBACK_DATA data,
			  PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	name_null[0] = FltGetFileNameInformation(data, NORMALIZED, NULL);
}

static void name_arguments(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	PFLT_FILE_NAME_INFORMATION info;

	w->probe[0]->on_pre = name_ask_null;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "NAME-03", name_null[0] == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "NAME-03",
		   FltGetFileNameInformation(NULL, NORMALIZED, &info) == STATUS_INVALID_PARAMETER);
	FLT_EXPECT(test, FltGetFileNameInformationUnsafe(NULL, NULL, NORMALIZED, &info) ==
		   STATUS_INVALID_PARAMETER);
	FLT_EXPECT(test, FltGetFileNameInformationUnsafe(w->file, NULL, NORMALIZED, NULL) ==
		   STATUS_INVALID_PARAMETER);
}

static bool name_inside(const UNICODE_STRING *part, const UNICODE_STRING *whole)
{
	return !part->Length ||
	       ((u8 *)part->Buffer >= (u8 *)whole->Buffer &&
		(u8 *)part->Buffer + part->Length <= (u8 *)whole->Buffer + whole->Length);
}

static void name_structure(struct kunit *test)
{
	struct world *w = ask_world(test, "ABC");
	int before = atomic_read(&flt_names_alive);
	struct ask a = {}, b = {};
	FLT_FILE_NAME_INFORMATION copy;
	PFLT_FILE_NAME_INFORMATION info, other;
	PFILE_OBJECT file;

	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	ask_with(w->probe[1], &b, NORMALIZED, true, false);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	info = a.pre_name;
	FLT_REQUIRE(test, NT_SUCCESS(a.pre) && NT_SUCCESS(b.pre));
	FLT_PROVES(test, "NAME-05", a.pre_name == b.pre_name);
	FLT_PROVES(test, "NAME-06", info->Size == sizeof(*info) &&
		   info->Format == FLT_FILE_NAME_NORMALIZED && !info->NamesParsed &&
		   ask_is(w->fake, info, u"\\dir\\a.txt") &&
		   info->Volume.Length == w->fake->volume->name.Length &&
		   info->Volume.Buffer == info->Name.Buffer);
	FLT_PROVES(test, "FIELD-03", !info->Name.Buffer[info->Name.Length / sizeof(WCHAR)]);
	FLT_EXPECT(test, NT_SUCCESS(FltParseFileNameInformation(info)));
	FLT_PROVES(test, "NAME-06", name_inside(&info->Volume, &info->Name) &&
		   name_inside(&info->ParentDir, &info->Name) &&
		   name_inside(&info->FinalComponent, &info->Name) &&
		   name_inside(&info->Extension, &info->Name) &&
		   name_inside(&info->Stream, &info->Name));
	copy = *info;
	FLT_EXPECT(test, NT_SUCCESS(FltParseFileNameInformation(info)));
	FLT_PROVES(test, "NAME-05", !memcmp(&copy, info, sizeof(copy)));

	/* The file moves: the next answer is another structure, this one stays as it is. */
	w->fake->path = u"\\elsewhere\\b";
	w->fake->stamp++;
	FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(w->file, NULL, NORMALIZED,
								     &other)));
	FLT_PROVES(test, "NAME-25", other != info && ask_is(w->fake, other, u"\\elsewhere\\b") &&
		   ask_is(w->fake, info, u"\\dir\\a.txt"));
	FLT_PROVES(test, "NAME-05", !memcmp(&copy, info, sizeof(copy)));
	FltReleaseFileNameInformation(other);

	/* Two holders, one more reference, then none; the cache has let go of it too. */
	FltReferenceFileNameInformation(info);
	ask_forget(&a);
	ask_forget(&b);
	FLT_PROVES(test, "NAME-04", ask_is(w->fake, info, u"\\dir\\a.txt") &&
		   atomic_read(&flt_names_alive) == before + 2);
	FltReleaseFileNameInformation(info);
	FLT_PROVES(test, "NAME-04", atomic_read(&flt_names_alive) == before + 1);

	/* What the cache of a file object has goes with that. */
	file = fake_open(w->fake);
	ask_name_file(file, u"\\x", true);
	FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(file, NULL, OPENED, &info)));
	fake_close(file);
	FLT_PROVES(test, "NAME-04", ask_is(w->fake, info, u"\\x") &&
		   atomic_read(&flt_names_alive) == before + 2);
	FltReleaseFileNameInformation(info);
	FLT_PROVES(test, "NAME-04", atomic_read(&flt_names_alive) == before + 1);
}

static void name_misuse(struct kunit *test)
{
	struct world *w = ask_world(test, "");
	FLT_FILE_NAME_INFORMATION own = { .Size = sizeof(own) };
	s64 before = atomic64_read(&fsh_violations);

	w->breaches = true;
	FltReferenceFileNameInformation(NULL);
	FltReleaseFileNameInformation(NULL);
	FltReleaseFileNameInformation(&own);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 3);
}

static void name_formats(struct kunit *test)
{
	struct world *w = ask_world(test, "");
	PFILE_OBJECT volume;
	PFLT_FILE_NAME_INFORMATION info;

	w->fake->path = u"\\";
	FLT_PROVES(test, "NAME-07", ask_unsafe_is(w, NORMALIZED, u"\\"));
	w->fake->path = u"\\a\\b.txt";
	w->fake->stamp++;
	FLT_PROVES(test, "NAME-07", ask_unsafe_is(w, NORMALIZED, u"\\a\\b.txt"));
	ask_name_file(w->file, u"\\a\\folder\\", true);
	FLT_PROVES(test, "NAME-07", ask_unsafe_is(w, OPENED, u"\\a\\folder"));
	/* It stays what it was when the file moves. */
	w->fake->path = u"\\moved";
	w->fake->stamp++;
	FLT_PROVES(test, "NAME-10", ask_unsafe_is(w, OPENED, u"\\a\\folder") &&
		   ask_unsafe_is(w, NORMALIZED, u"\\moved"));
	FLT_PROVES(test, "NAME-14", ask_unsafe(w, SHORT) == STATUS_OBJECT_NAME_NOT_FOUND);

	volume = fake_open(w->fake);
	volume->FsContext = volume;
	volume->Flags |= FO_VOLUME_OPEN;
	FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(volume, NULL, NORMALIZED,
								     &info)));
	FLT_PROVES(test, "NAME-63", ask_is(w->fake, info, u""));
	FltReleaseFileNameInformation(info);
	FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(volume, NULL, OPENED,
								     &info)));
	FLT_PROVES(test, "NAME-63", ask_is(w->fake, info, u""));
	FltReleaseFileNameInformation(info);
	fake_close(volume);
}

static void name_methods(struct kunit *test)
{
	struct world *w = ask_world(test, "");
	const ULONG n = FLT_FILE_NAME_NORMALIZED;

	FLT_PROVES(test, "NAME-16",
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS && !atomic_read(&w->fake->asked));
	FLT_PROVES(test, "NAME-17", NT_SUCCESS(ask_unsafe(w, n |
			FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY)) &&
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
	FLT_PROVES(test, "NAME-19", NT_SUCCESS(ask_unsafe(w, NORMALIZED |
							  FLT_FILE_NAME_DO_NOT_CACHE)) &&
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
	FLT_PROVES(test, "NAME-18", NT_SUCCESS(ask_unsafe(w, n |
			FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP)));
	atomic_set(&w->fake->asked, 0);
	FLT_PROVES(test, "NAME-16", NT_SUCCESS(ask_unsafe(w, n |
			FLT_FILE_NAME_QUERY_CACHE_ONLY)) && !atomic_read(&w->fake->asked));
	FLT_PROVES(test, "NAME-15", NT_SUCCESS(ask_unsafe(w, NORMALIZED)) &&
		   !atomic_read(&w->fake->asked));
	/* The other format is another name. */
	FLT_PROVES(test, "NAME-16", ask_unsafe(w, FLT_FILE_NAME_OPENED |
					       FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
	/* Not read either: it is asked although the cache has it. */
	FLT_PROVES(test, "NAME-17", NT_SUCCESS(ask_unsafe(w, n |
			FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY)) &&
		   atomic_read(&w->fake->asked) == 1);

	/* Moved: what is cached is void, and so a miss for who asks nobody else. */
	w->fake->stamp++;
	FLT_PROVES(test, "NAME-25", ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
}

static void name_at_create(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	struct ask a = {};
	struct request *r;

	/* A new file: nothing of it exists. */
	ask_name_file(w->file, u"\\dir\\new", false);
	ask_with(w->probe[0], &a, OPENED, true, false);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-11", NT_SUCCESS(a.pre) &&
		   ask_is(w->fake, a.pre_name, u"\\dir\\new") && !atomic_read(&w->fake->asked));
	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-11", NT_SUCCESS(a.pre) &&
		   ask_is(w->fake, a.pre_name, u"\\dir\\new"));

	/* Not even its folder exists. */
	w->fake->stamp++;
	w->fake->path_status = STATUS_OBJECT_PATH_NOT_FOUND;
	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-11", a.pre == STATUS_OBJECT_PATH_NOT_FOUND);
	ask_with(w->probe[0], &a, FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY,
		 true, false);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-11", NT_SUCCESS(a.pre) &&
		   ask_is(w->fake, a.pre_name, u"\\dir\\new"));
	w->fake->path_status = STATUS_SUCCESS;

	ask_with(w->probe[0], &a, SHORT, true, false);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-13", a.pre == STATUS_FLT_INVALID_NAME_REQUEST);

	/* The folder of what a rename makes is opened. */
	ask_with(w->probe[0], &a, FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY,
		 true, false);
	r = request_new(w, IRP_MJ_CREATE);
	r->op.iopb.OperationFlags = SL_OPEN_TARGET_DIRECTORY;
	request_run(r);
	FLT_PROVES(test, "NAME-12", NT_SUCCESS(a.pre) && ask_is(w->fake, a.pre_name, u"\\dir"));
	ask_name_file(w->file, u"\\new", false);
	ask_with(w->probe[0], &a, FLT_FILE_NAME_OPENED | FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY,
		 true, false);
	r = request_new(w, IRP_MJ_CREATE);
	r->op.iopb.OperationFlags = SL_OPEN_TARGET_DIRECTORY;
	request_run(r);
	FLT_PROVES(test, "NAME-12", NT_SUCCESS(a.pre) && ask_is(w->fake, a.pre_name, u"\\"));
	ask_forget(&a);
}

static void name_related(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	PFILE_OBJECT folder = fake_open(w->fake);
	struct ask a = {};

	ask_name_file(folder, u"\\dir\\", true);
	ask_name_file(w->file, u"sub\\leaf", false);
	w->file->RelatedFileObject = folder;
	ask_with(w->probe[0], &a, OPENED, true, false);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-11", NT_SUCCESS(a.pre) &&
		   ask_is(w->fake, a.pre_name, u"\\dir\\sub\\leaf"));
	w->file->RelatedFileObject = NULL;
	ask_forget(&a);
	fake_close(folder);
}

static void name_after_create(struct kunit *test)
{
	struct world *w = ask_world(test, "AB");
	struct ask a = {}, b = {};

	ask_with(w->probe[0], &a, NORMALIZED, false, true);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_CREATE)));
	FLT_PROVES(test, "NAME-29", NT_SUCCESS(a.post) &&
		   ask_is(w->fake, a.post_name, u"\\dir\\a.txt"));

	/* It fails: only what was cached before is there. */
	w->fake->stamp++;
	w->fake->status = STATUS_ACCESS_DENIED;
	ask_with(w->probe[0], &a, NORMALIZED, false, true);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-29", a.post == STATUS_FLT_INVALID_NAME_REQUEST);
	ask_with(w->probe[1], &b, NORMALIZED, true, false);
	ask_with(w->probe[0], &a, NORMALIZED, false, true);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-29", NT_SUCCESS(a.post) && a.post_name == b.pre_name);

	/* It is redirected. */
	ask_forget(&b);
	w->probe[1]->private = NULL;
	w->fake->status = STATUS_REPARSE;
	ask_with(w->probe[0], &a, NORMALIZED, false, true);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-30", a.post == STATUS_FLT_INVALID_NAME_REQUEST);
	ask_with(w->probe[0], &a, NORMALIZED | FLT_FILE_NAME_ALLOW_QUERY_ON_REPARSE, false,
		 true);
	world_do(w, IRP_MJ_CREATE);
	FLT_PROVES(test, "NAME-30", NT_SUCCESS(a.post) &&
		   ask_is(w->fake, a.post_name, u"\\dir\\a.txt"));
	w->fake->status = STATUS_SUCCESS;
	ask_forget(&a);
}

/* Situations in which the file system may not be asked. */
static void name_set_top(PFLT_CALLBACK_DATA data)
{
	IoSetTopLevelIrp((PIRP)FSRTL_FSP_TOP_LEVEL_IRP);
}

static void name_clear_top(PFLT_CALLBACK_DATA data)
{
	IoSetTopLevelIrp(NULL);
}

static void name_enter_guarded(PFLT_CALLBACK_DATA data)
{
	KeEnterGuardedRegion();
}

static void name_leave_guarded(PFLT_CALLBACK_DATA data)
{
	KeLeaveGuardedRegion();
}

static KIRQL name_old_irql;

static void name_raise(PFLT_CALLBACK_DATA data)
{
	name_old_irql = KfRaiseIrql(APC_LEVEL);
}

static void name_lower(PFLT_CALLBACK_DATA data)
{
	KeLowerIrql(name_old_irql);
}

static const struct name_situation {
	const char *what;
	UCHAR major;
	ULONG irp_flags;
	ULONG file_flags;
	bool post;
	bool safe;
	void (*before)(PFLT_CALLBACK_DATA data);
	void (*after)(PFLT_CALLBACK_DATA data);
} name_situations[] = {
	{ "read", IRP_MJ_READ, .safe = true },
	{ "write, post", IRP_MJ_WRITE, .post = true, .safe = true },
	{ "paging read", IRP_MJ_READ, IRP_PAGING_IO | IRP_NOCACHE },
	{ "paging write", IRP_MJ_WRITE, IRP_PAGING_IO | IRP_NOCACHE },
	{ "top-level IRP", IRP_MJ_READ, .before = name_set_top, .after = name_clear_top },
	{ "cleanup", IRP_MJ_CLEANUP, .safe = true },
	{ "cleanup, post", IRP_MJ_CLEANUP, .post = true },
	{ "close", IRP_MJ_CLOSE },
	{ "close, post", IRP_MJ_CLOSE, .post = true },
	{ "after cleanup", IRP_MJ_READ, .file_flags = FO_CLEANUP_COMPLETE },
	{ "flush", IRP_MJ_ACQUIRE_FOR_CC_FLUSH },
	{ "flush, post", IRP_MJ_ACQUIRE_FOR_CC_FLUSH, .post = true },
	{ "flushed", IRP_MJ_RELEASE_FOR_CC_FLUSH },
	{ "flushed, post", IRP_MJ_RELEASE_FOR_CC_FLUSH, .post = true },
	{ "write-back", IRP_MJ_ACQUIRE_FOR_MOD_WRITE },
	{ "write-back, post", IRP_MJ_ACQUIRE_FOR_MOD_WRITE, .post = true },
	{ "written back", IRP_MJ_RELEASE_FOR_MOD_WRITE },
	{ "written back, post", IRP_MJ_RELEASE_FOR_MOD_WRITE, .post = true },
	{ "mapped", IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION },
	{ "mapped, post", IRP_MJ_RELEASE_FOR_SECTION_SYNCHRONIZATION, .post = true },
	{ "map", IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, .safe = true },
	{ "map, post", IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION, .post = true },
	{ "guarded region", IRP_MJ_READ, .before = name_enter_guarded,
	  .after = name_leave_guarded },
	{ "APC_LEVEL", IRP_MJ_READ, .before = name_raise, .after = name_lower },
};

static NTSTATUS name_in(struct world *w, const struct name_situation *s, struct ask *a,
			FLT_FILE_NAME_OPTIONS options)
{
	struct request *r = request_new(w, s->major);

	ask_with(w->probe[0], a, options, !s->post, s->post);
	a->before = s->before;
	a->after = s->after;
	r->op.iopb.IrpFlags |= s->irp_flags;
	w->file->Flags |= s->file_flags;
	request_run(r);
	w->file->Flags &= ~s->file_flags;
	return s->post ? a->post : a->pre;
}

static void name_unsafe_situations(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	const ULONG n = FLT_FILE_NAME_NORMALIZED;
	struct ask a = {};
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(name_situations); i++) {
		const struct name_situation *s = &name_situations[i];
		const char *row = s->safe ? "NAME-15" : "NAME-20";
		NTSTATUS status, always, only, direct;

		w->fake->stamp++;	/* nothing is cached */
		direct = name_in(w, s, &a, n | FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY);
		always = name_in(w, s, &a, n | FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP);
		w->fake->stamp++;
		only = name_in(w, s, &a, n | FLT_FILE_NAME_QUERY_CACHE_ONLY);
		status = name_in(w, s, &a, NORMALIZED);
		kunit_info(test, "%s: default %#x, always %#x", s->what, status, always);
		FLT_PROVES(test, "NAME-16", only == STATUS_FLT_NAME_CACHE_MISS);
		if (s->safe) {
			FLT_PROVES(test, row, status == STATUS_SUCCESS &&
				   direct == STATUS_SUCCESS);
			FLT_PROVES(test, "NAME-18", always == STATUS_SUCCESS);
		} else {
			FLT_PROVES(test, row, status == STATUS_FLT_INVALID_NAME_REQUEST &&
				   direct == STATUS_FLT_INVALID_NAME_REQUEST);
			FLT_PROVES(test, "NAME-15", status == STATUS_FLT_INVALID_NAME_REQUEST);
			FLT_PROVES(test, "NAME-18", always == STATUS_FLT_NAME_CACHE_MISS);
		}
		if (s->major == IRP_MJ_ACQUIRE_FOR_SECTION_SYNCHRONIZATION && !s->post)
			FLT_EXPECT(test, status == STATUS_SUCCESS);

		/* Once it is cached it is given everywhere. */
		ask_forget(&a);
		FLT_EXPECT(test, NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
		atomic_set(&w->fake->asked, 0);
		FLT_PROVES(test, "NAME-21", name_in(w, s, &a, NORMALIZED) == STATUS_SUCCESS &&
			   ask_is(w->fake, s->post ? a.post_name : a.pre_name,
				  u"\\dir\\a.txt") && !atomic_read(&w->fake->asked));
		FLT_PROVES(test, "NAME-18", NT_SUCCESS(name_in(w, s, &a, n |
			   FLT_FILE_NAME_QUERY_ALWAYS_ALLOW_CACHE_LOOKUP)));
	}
	ask_forget(&a);
}

static void name_level(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	s64 before = atomic64_read(&fsh_violations);
	struct request *r = request_new(w, IRP_MJ_READ);
	struct ask a = {};

	w->breaches = true;
	FLT_EXPECT(test, NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	ask_with(w->probe[0], &a, NORMALIZED, false, true);
	w->fake->when = FAKE_HOLD;
	request_start(r);
	fake_release_in_softirq(w->fake);
	FLT_EXPECT(test, request_wait(r));
	FLT_PROVES(test, "NAME-23", a.post == STATUS_FLT_INVALID_NAME_REQUEST &&
		   atomic64_read(&fsh_violations) == before + 1);
	w->fake->when = FAKE_INLINE;

	/* At APC_LEVEL there is no fault in asking. */
	name_raise(NULL);
	FLT_PROVES(test, "NAME-23", NT_SUCCESS(ask_unsafe(w, NORMALIZED)) &&
		   atomic64_read(&fsh_violations) == before + 1);
	name_lower(NULL);
}

static void name_without_operation(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	PFLT_INSTANCE instance = w->probe[0]->instance[0];
	s64 before = atomic64_read(&fsh_violations);
	PFLT_FILE_NAME_INFORMATION info;

	FLT_PROVES(test, "NAME-33", ask_unsafe_is(w, NORMALIZED, u"\\dir\\a.txt"));
	FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(w->file, instance, OPENED,
								     &info)));
	FLT_PROVES(test, "NAME-33", ask_is(w->fake, info, u"\\dir\\a.txt"));
	FltReleaseFileNameInformation(info);

	/* Situations that stop a question in an operation do not matter. */
	w->fake->stamp++;
	name_set_top(NULL);
	FLT_PROVES(test, "NAME-33", NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	name_clear_top(NULL);
	w->fake->stamp++;
	w->file->Flags |= FO_CLEANUP_COMPLETE;
	FLT_PROVES(test, "NAME-33", NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	w->file->Flags &= ~FO_CLEANUP_COMPLETE;

	ask_name_file(w->file, u"\\dir\\a.txt", false);
	FLT_PROVES(test, "NAME-33",
		   ask_unsafe(w, NORMALIZED) == STATUS_FLT_INVALID_NAME_REQUEST);
	ask_name_file(w->file, u"\\dir\\a.txt", true);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before);

	/* From inside the paging path only what is cached. */
	w->fake->stamp++;
	w->breaches = true;
	ke_hold(KE_HOLD_PAGING);
	FLT_PROVES(test, "NAME-34",
		   ask_unsafe(w, NORMALIZED) == STATUS_FLT_INVALID_NAME_REQUEST &&
		   atomic64_read(&fsh_violations) == before + 1);
	ke_release(KE_HOLD_PAGING);
	FLT_EXPECT(test, NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	ke_hold(KE_HOLD_PAGING);
	FLT_PROVES(test, "NAME-34", NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	ke_release(KE_HOLD_PAGING);
}

static void name_too_long(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	unsigned int room = FLT_NAME_BYTES_MAX / sizeof(WCHAR);
	unsigned int fits = room - w->fake->volume->name.Length / sizeof(WCHAR);
	WCHAR *path = kvmalloc_array(room + 2, sizeof(WCHAR), GFP_KERNEL);
	PFLT_FILE_NAME_INFORMATION info;
	struct ask a = {};
	unsigned int i;

	KUNIT_ASSERT_NOT_NULL(test, path);
	for (i = 0; i < room + 1; i++)
		path[i] = i % 200 ? 'x' : '\\';
	path[fits] = 0;
	w->fake->path = path;
	FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(w->file, NULL, NORMALIZED,
								     &info)));
	FLT_PROVES(test, "NAME-42", info->Name.Length == FLT_NAME_BYTES_MAX &&
		   ask_is(w->fake, info, path));
	FltReleaseFileNameInformation(info);
	path[fits] = 'x';
	path[fits + 1] = 0;
	w->fake->stamp++;
	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	FLT_PROVES(test, "NAME-42", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   a.pre == STATUS_NAME_TOO_LONG);

	/* One that the file object cannot hold either. */
	w->file->FileName.Length = 0;
	w->fake->path_status = STATUS_NAME_TOO_LONG;
	FLT_PROVES(test, "NAME-42", ask_unsafe(w, OPENED) == STATUS_NAME_TOO_LONG);
	w->fake->path = NULL;
	kvfree(path);
}

static void name_bounded(struct kunit *test)
{
	struct world *w = ask_world(test, "A");
	int before = atomic_read(&flt_names_alive);
	unsigned int i;

	/* However often the file moves, it has one name of a kind. */
	for (i = 0; i < 100; i++) {
		w->fake->stamp++;
		ask_unsafe(w, NORMALIZED);
		ask_unsafe(w, OPENED);
	}
	FLT_PROVES(test, "NAME-62", atomic_read(&flt_names_alive) == before + 2);
}

/* Code of four drivers, each with a module of its own. */
static u8 name_code[FLT_NAME_HOLDERS];

struct name_holder {
	struct flt_name *name;
	const u8 *code;
};

static void name_give(void *arg)
{
	struct name_holder *holder = arg;

	refcount_inc(&holder->name->refs);
	flt_name_give(holder->name, holder->code);
}

/* A name that is there is had without memory, by several drivers at once, again and again. */
static void name_without_memory(struct kunit *test)
{
	struct world *w = ask_world(test, "ABCD");
	unsigned int i, round, allocated = 0, unknown = 0;
	struct module *modules, *own = w->probe[0]->driver->owner;
	struct name_holder holder;

	if (!async_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	modules = kvcalloc(FLT_NAME_HOLDERS, sizeof(*modules), GFP_KERNEL);
	KUNIT_ASSERT_NOT_NULL(test, modules);
	FLT_REQUIRE(test, NT_SUCCESS(flt_name_alloc(w->fake->volume, 1, &holder.name)));
	for (i = 0; i < FLT_NAME_HOLDERS; i++) {
		flt_module_set_text(&modules[i], &name_code[i], 1);
		w->probe[i]->driver->owner = &modules[i];
	}
	for (round = 0; round < 2; round++) {
		for (i = 0; i < 2 * FLT_NAME_HOLDERS; i++) {
			holder.code = &name_code[i % FLT_NAME_HOLDERS];
			allocated += async_with_fault(1, name_give, &holder);
		}
		/* Each is known for what it has, and for no more. */
		for (i = 0; i < 2 * FLT_NAME_HOLDERS; i++) {
			unknown += !flt_ref_returned(holder.name,
						     &name_code[i % FLT_NAME_HOLDERS]);
			flt_name_put(holder.name);
		}
		FLT_EXPECT(test, !flt_ref_returned(holder.name, name_code));
	}
	FLT_EXPECT(test, !allocated);
	FLT_EXPECT(test, !unknown && !holder.name->untold);
	for (i = 0; i < FLT_NAME_HOLDERS; i++)
		w->probe[i]->driver->owner = own;
	flt_name_put(holder.name);
	kvfree(modules);
}

static struct kunit_case name_cases[] = {
	KUNIT_CASE(name_options),
	KUNIT_CASE(name_arguments),
	KUNIT_CASE(name_structure),
	KUNIT_CASE(name_misuse),
	KUNIT_CASE(name_formats),
	KUNIT_CASE(name_methods),
	KUNIT_CASE(name_at_create),
	KUNIT_CASE(name_related),
	KUNIT_CASE(name_after_create),
	KUNIT_CASE(name_unsafe_situations),
	KUNIT_CASE(name_level),
	KUNIT_CASE(name_without_operation),
	KUNIT_CASE(name_too_long),
	KUNIT_CASE(name_bounded),
	KUNIT_CASE(name_without_memory),
	{}
};

static struct kunit_suite name_suite = {
	.name = "name",
	.init = world_init,
	.exit = world_exit,
	.test_cases = name_cases,
};

kunit_test_suite(name_suite);
