// SPDX-License-Identifier: GPL-2.0
/*
 * Name providers (NAME-51 to NAME-61): probes with the callbacks of one, between probes that ask.
 */
#include "fltmgr/name.h"
#include "kunit/name_ask.h"
#include "nt/violation.h"

#define PROVIDER_CALLS	16

/* One call of the generate callback. */
struct provider_call {
	PFLT_INSTANCE instance;
	PFILE_OBJECT file;
	PFLT_CALLBACK_DATA data;
	FLT_FILE_NAME_OPTIONS options;
	KIRQL irql;
};

/* One call of the normalize callback. */
struct provider_step {
	WCHAR parent[64];
	WCHAR component[32];
	USHORT volume_length;
	ULONG length;
	FLT_NORMALIZE_NAME_FLAGS flags;
	void *context;
	bool ex;
};

/* What the provider is to do, and what was asked of it. */
static struct provider {
	const WCHAR *path;		/* of the name that it gives, behind the volume */
	bool bare;			/* without the volume's name */
	USHORT lie;			/* the length that it gives instead */
	bool cache;
	bool no_normalized;		/* STATUS_NOT_SUPPORTED for that format */
	bool ask_below;			/* asks for the lower name first */
	bool ask_self;			/* asks for its own first, and so on */
	bool ask_nobody;		/* likewise, without an operation and an instance */
	bool use_context;
	int grow;			/* to the size of what it gives */
	NTSTATUS component_status;	/* for a component called "absent" */
	PFLT_INSTANCE self;
	NTSTATUS asked;
	WCHAR below[64];
	NTSTATUS grown[3];
	bool kept;
	unsigned int calls;
	struct provider_call call[PROVIDER_CALLS];
	unsigned int steps;
	struct provider_step step[PROVIDER_CALLS];
	unsigned int cleanups;
	void *cleaned;
} provider;

static void provider_copy(WCHAR *to, size_t room, const UNICODE_STRING *from)
{
	size_t units = min_t(size_t, room - 1, from->Length / sizeof(WCHAR));

	memcpy(to, from->Buffer, units * sizeof(WCHAR));
	to[units] = 0;
}

static void provider_ask(PFILE_OBJECT file, PFLT_CALLBACK_DATA data, PFLT_INSTANCE instance,
			 FLT_FILE_NAME_OPTIONS options)
{
	PFLT_FILE_NAME_INFORMATION info;
	UNICODE_STRING path;

	if (data)
		provider.asked = FltGetFileNameInformation(data, options, &info);
	else
		provider.asked = FltGetFileNameInformationUnsafe(file, instance, options, &info);
	if (!NT_SUCCESS(provider.asked))
		return;
	path.Buffer = info->Name.Buffer + info->Volume.Length / sizeof(WCHAR);
	path.Length = info->Name.Length - info->Volume.Length;
	provider_copy(provider.below, ARRAY_SIZE(provider.below), &path);
	FltReleaseFileNameInformation(info);
}

static void provider_grow(PFLT_NAME_CONTROL control, size_t bytes)
{
	const u64 mark = 0x0123456789abcdefULL;
	PWSTR before = control->Name.Buffer;

	*(u64 *)before = mark;
	provider.grown[0] = FltCheckAndGrowNameControl(control, control->Name.MaximumLength);
	provider.kept = control->Name.Buffer == before;
	provider.grown[1] = FltCheckAndGrowNameControl(control, bytes);
	provider.kept &= *(u64 *)control->Name.Buffer == mark &&
			 control->Name.MaximumLength >= bytes;
}

static NTSTATUS provider_generate(PFLT_INSTANCE instance, PFILE_OBJECT file,
				  PFLT_CALLBACK_DATA data, FLT_FILE_NAME_OPTIONS options,
				  PBOOLEAN cache, PFLT_NAME_CONTROL control)
{
	struct provider_call *call = &provider.call[min(provider.calls, PROVIDER_CALLS - 1U)];
	UNICODE_STRING path, volume = {};
	ULONG format = FltGetFileNameFormat(options);
	WCHAR *to;

	*call = (struct provider_call) { instance, file, data, options, KeGetCurrentIrql() };
	provider.calls++;
	provider.self = instance;
	if (provider.no_normalized && format == FLT_FILE_NAME_NORMALIZED)
		return STATUS_NOT_SUPPORTED;
	if (provider.ask_below)
		provider_ask(file, data, instance, options);
	if (provider.ask_self)
		provider_ask(file, data, instance,
			     options | FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER);
	if (provider.ask_nobody)
		provider_ask(file, NULL, NULL, options);
	RtlInitUnicodeString(&path, provider.path);
	if (!provider.bare)
		volume = flt_file_of(file)->volume->name;
	if (provider.grow)
		provider_grow(control, provider.grow);
	if (!NT_SUCCESS(FltCheckAndGrowNameControl(control, volume.Length + path.Length)))
		return STATUS_INSUFFICIENT_RESOURCES;
	to = control->Name.Buffer;
	memcpy(to, volume.Buffer, volume.Length);
	memcpy(to + volume.Length / sizeof(WCHAR), path.Buffer, path.Length);
	control->Name.Length = volume.Length + path.Length;
	if (provider.lie)
		control->Name.Length = provider.lie;
	*cache = provider.cache;
	return STATUS_SUCCESS;
}

/* What it normalizes is in capitals afterwards. */
static NTSTATUS provider_component(PCUNICODE_STRING parent, USHORT volume_length,
				   PCUNICODE_STRING component, PFILE_NAMES_INFORMATION names,
				   ULONG length, FLT_NORMALIZE_NAME_FLAGS flags, PVOID *context,
				   bool ex)
{
	struct provider_step *step = &provider.step[min(provider.steps, PROVIDER_CALLS - 1U)];
	PWSTR to = (PWSTR)((u8 *)names + offsetof(FILE_NAMES_INFORMATION, FileName));
	unsigned int i;

	provider.steps++;
	provider_copy(step->parent, ARRAY_SIZE(step->parent), parent);
	provider_copy(step->component, ARRAY_SIZE(step->component), component);
	step->volume_length = volume_length;
	step->length = length;
	step->flags = flags;
	step->context = *context;
	step->ex = ex;
	if (provider.use_context)
		*context = (u8 *)&provider + provider.steps;
	if (ask_text_is(component, u"absent"))
		return provider.component_status;
	for (i = 0; i < component->Length / sizeof(WCHAR); i++)
		to[i] = RtlUpcaseUnicodeChar(component->Buffer[i]);
	names->FileNameLength = component->Length;
	return STATUS_SUCCESS;
}

static NTSTATUS provider_normalize(PFLT_INSTANCE instance, PCUNICODE_STRING parent,
				   USHORT volume_length, PCUNICODE_STRING component,
				   PFILE_NAMES_INFORMATION names, ULONG length,
				   FLT_NORMALIZE_NAME_FLAGS flags, PVOID *context)
{
	return provider_component(parent, volume_length, component, names, length, flags, context,
				  false);
}

static NTSTATUS provider_normalize_ex(PFLT_INSTANCE instance, PFILE_OBJECT file,
				      PCUNICODE_STRING parent, USHORT volume_length,
				      PCUNICODE_STRING component, PFILE_NAMES_INFORMATION names,
				      ULONG length, FLT_NORMALIZE_NAME_FLAGS flags,
				      PVOID *context)
{
	return provider_component(parent, volume_length, component, names, length, flags, context,
				  file);
}

static VOID provider_cleanup(PVOID *context)
{
	provider.cleanups++;
	provider.cleaned = *context;
}

static void provider_change(struct probe *p, FLT_REGISTRATION *registration,
			    FLT_OPERATION_REGISTRATION *ops)
{
	registration->GenerateFileNameCallback = provider_generate;
	registration->NormalizeNameComponentCallback = provider_normalize;
	registration->NormalizeContextCleanupCallback = provider_cleanup;
}

static void provider_change_both(struct probe *p, FLT_REGISTRATION *registration,
				 FLT_OPERATION_REGISTRATION *ops)
{
	provider_change(p, registration, ops);
	registration->NormalizeNameComponentExCallback = provider_normalize_ex;
}

/* A above the provider B, C below it. */
static struct world *provider_world(struct kunit *test, bool both)
{
	struct probe_config config = { .change = both ? provider_change_both : provider_change };
	struct world *w = ask_world(test, "AC");

	world_probe(w, 'B', &config);
	memset(&provider, 0, sizeof(provider));
	provider.path = u"\\secret\\b.txt";
	provider.cache = true;
	return w;
}

static void provider_who_sees_what(struct kunit *test)
{
	struct world *w = provider_world(test, false);
	struct ask a = {}, b = {}, c = {};

	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	ask_with(w->probe[1], &b, NORMALIZED, true, false);
	ask_with(w->probe[2], &c, NORMALIZED, true, false);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "NAME-51", NT_SUCCESS(a.pre) &&
		   ask_is(w->fake, a.pre_name, u"\\secret\\b.txt"));
	FLT_PROVES(test, "NAME-51", NT_SUCCESS(b.pre) &&
		   ask_is(w->fake, b.pre_name, u"\\dir\\a.txt"));
	FLT_PROVES(test, "NAME-51", NT_SUCCESS(c.pre) && c.pre_name == b.pre_name);
	FLT_PROVES(test, "NAME-52", provider.calls == 1 &&
		   provider.call[0].instance == w->probe[1]->instance[0] &&
		   provider.call[0].file == w->file && provider.call[0].data &&
		   provider.call[0].options == NORMALIZED &&
		   provider.call[0].irql == PASSIVE_LEVEL);
	FLT_PROVES(test, "NAME-57", NT_SUCCESS(b.pre) &&
		   ask_is(w->fake, b.pre_name, u"\\dir\\a.txt"));

	/* Its own name, when it asks for that. */
	ask_with(w->probe[0], &a, OPENED, true, false);
	ask_with(w->probe[1], &b, NORMALIZED | FLT_FILE_NAME_REQUEST_FROM_CURRENT_PROVIDER, true,
		 false);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "NAME-57", NT_SUCCESS(b.pre) &&
		   ask_is(w->fake, b.pre_name, u"\\secret\\b.txt"));
	FLT_PROVES(test, "NAME-51", ask_is(w->fake, a.pre_name, u"\\secret\\b.txt"));

	/* Without an operation: as if from above everybody, or from an instance. */
	provider.calls = 0;
	w->fake->stamp++;
	FLT_PROVES(test, "NAME-51", ask_unsafe_is(w, NORMALIZED, u"\\secret\\b.txt"));
	FLT_PROVES(test, "NAME-52", provider.calls == 1 && !provider.call[0].data);

	/* From its callback it asks for the lower name. */
	w->fake->stamp++;
	provider.ask_below = true;
	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	ask_with(w->probe[1], &b, NORMALIZED, false, false);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "NAME-51", NT_SUCCESS(provider.asked) &&
		   !memcmp(provider.below, u"\\dir\\a.txt", sizeof(u"\\dir\\a.txt")) &&
		   ask_is(w->fake, a.pre_name, u"\\secret\\b.txt"));
	ask_forget(&a);
	ask_forget(&b);
	ask_forget(&c);
}

static void provider_two(struct kunit *test)
{
	struct probe_config config = { .change = provider_change };
	struct world *w = provider_world(test, false);
	struct ask a = {}, d = {};

	/* D, lowest, provides too: B asks below itself and so asks D. */
	world_probe(w, 'D', &config);
	provider.ask_below = true;
	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	ask_with(w->probe[3], &d, NORMALIZED, true, false);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "NAME-51", provider.calls == 2 &&
		   provider.call[0].instance == w->probe[1]->instance[0] &&
		   provider.call[1].instance == w->probe[3]->instance[0]);
	FLT_PROVES(test, "NAME-51", ask_is(w->fake, d.pre_name, u"\\dir\\a.txt"));
	ask_forget(&a);
	ask_forget(&d);
}

static void provider_cache(struct kunit *test)
{
	struct world *w = provider_world(test, false);
	PFLT_INSTANCE b = w->probe[1]->instance[0];
	const ULONG n = FLT_FILE_NAME_NORMALIZED;
	PFLT_FILE_NAME_INFORMATION info;

	provider.cache = false;
	FLT_PROVES(test, "NAME-56", ask_unsafe_is(w, NORMALIZED, u"\\secret\\b.txt") &&
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
	provider.cache = true;
	FLT_PROVES(test, "NAME-56", NT_SUCCESS(ask_unsafe(w, NORMALIZED |
							  FLT_FILE_NAME_DO_NOT_CACHE)) &&
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
	FLT_PROVES(test, "NAME-56", NT_SUCCESS(ask_unsafe(w, n |
			FLT_FILE_NAME_QUERY_FILESYSTEM_ONLY)) &&
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
	FLT_EXPECT(test, NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	provider.calls = 0;
	FLT_PROVES(test, "NAME-56", ask_unsafe_is(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY,
						  u"\\secret\\b.txt") && !provider.calls);
	/* It is the provider's own: below it there is no such entry. */
	FLT_PROVES(test, "NAME-56",
		   FltGetFileNameInformationUnsafe(w->file, b, n | FLT_FILE_NAME_QUERY_CACHE_ONLY,
						   &info) == STATUS_FLT_NAME_CACHE_MISS);

	/* It takes names back: of one file, of all. Who has one keeps it. */
	FLT_REQUIRE(test, NT_SUCCESS(FltGetFileNameInformationUnsafe(w->file, NULL, NORMALIZED,
								     &info)));
	FLT_PROVES(test, "NAME-58",
		   NT_SUCCESS(FltPurgeFileNameInformationCache(b, w->file)) &&
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS && ask_is(w->fake, info, u"\\secret\\b.txt"));
	FltReleaseFileNameInformation(info);
	FLT_EXPECT(test, NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	FLT_PROVES(test, "NAME-58", NT_SUCCESS(FltPurgeFileNameInformationCache(b, NULL)) &&
		   ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS);
	FLT_EXPECT(test, NT_SUCCESS(ask_unsafe(w, NORMALIZED)));

	/* Gone: what it made is found no more. */
	probe_unload(w->probe[1]);
	w->probe[1] = NULL;
	FLT_PROVES(test, "NAME-58", ask_unsafe(w, n | FLT_FILE_NAME_QUERY_CACHE_ONLY) ==
		   STATUS_FLT_NAME_CACHE_MISS && ask_unsafe_is(w, NORMALIZED, u"\\dir\\a.txt"));
}

/* Step @i was called with this parent, behind the volume, and this component. */
static bool provider_stepped(struct world *w, unsigned int i, const WCHAR *parent,
			     const WCHAR *component)
{
	const UNICODE_STRING *volume = &w->fake->volume->name;
	const struct provider_step *step = &provider.step[i];
	UNICODE_STRING text;

	RtlInitUnicodeString(&text, step->parent + volume->Length / sizeof(WCHAR));
	if (step->volume_length != volume->Length ||
	    memcmp(step->parent, volume->Buffer, volume->Length) || !ask_text_is(&text, parent))
		return false;
	RtlInitUnicodeString(&text, step->component);
	return ask_text_is(&text, component);
}

static void provider_normalizes(struct kunit *test)
{
	struct world *w = provider_world(test, false);

	/* What it normalizes itself is taken as it is. */
	FLT_PROVES(test, "NAME-53", ask_unsafe_is(w, NORMALIZED, u"\\secret\\b.txt") &&
		   provider.calls == 1 && !provider.steps);
	w->fake->stamp++;
	provider.no_normalized = true;
	provider.calls = 0;
	FLT_PROVES(test, "NAME-53", ask_unsafe_is(w, NORMALIZED, u"\\SECRET\\B.TXT") &&
		   provider.calls == 2 && provider.steps == 2 &&
		   FltGetFileNameFormat(provider.call[0].options) == FLT_FILE_NAME_NORMALIZED &&
		   FltGetFileNameFormat(provider.call[1].options) == FLT_FILE_NAME_OPENED);
	FLT_PROVES(test, "NAME-54", provider_stepped(w, 0, u"\\", u"secret") &&
		   provider_stepped(w, 1, u"\\SECRET\\", u"b.txt") && !provider.step[0].flags &&
		   provider.step[0].length >= sizeof(FILE_NAMES_INFORMATION) + 2 * 254);
	FLT_PROVES(test, "NAME-55", !provider.cleanups);

	/* A context goes from one component to the next, and is cleaned up once. */
	w->fake->stamp++;
	provider.steps = 0;
	provider.use_context = true;
	w->file->Flags |= FO_OPENED_CASE_SENSITIVE;
	FLT_EXPECT(test, NT_SUCCESS(ask_unsafe(w, NORMALIZED)));
	FLT_PROVES(test, "NAME-54", !provider.step[0].context &&
		   provider.step[1].context == (u8 *)&provider + 1 &&
		   provider.step[1].flags == FLTFL_NORMALIZE_NAME_CASE_SENSITIVE);
	FLT_PROVES(test, "NAME-55", provider.cleanups == 1 &&
		   provider.cleaned == (u8 *)&provider + 2);

	/* What does not exist: at the end it keeps its name, before it is an error. */
	w->fake->stamp++;
	provider.component_status = STATUS_NO_SUCH_FILE;
	provider.path = u"\\dir\\absent";
	FLT_PROVES(test, "NAME-54", ask_unsafe_is(w, NORMALIZED, u"\\DIR\\absent"));
	w->fake->stamp++;
	provider.path = u"\\absent\\file";
	FLT_PROVES(test, "NAME-54",
		   ask_unsafe(w, NORMALIZED) == STATUS_OBJECT_PATH_NOT_FOUND);
	provider.component_status = STATUS_ACCESS_DENIED;
	provider.path = u"\\absent";
	FLT_PROVES(test, "NAME-54", ask_unsafe(w, NORMALIZED) == STATUS_ACCESS_DENIED);
	FLT_PROVES(test, "NAME-55", provider.cleanups == 4);
}

static void provider_ex_only(struct kunit *test)
{
	struct world *w = provider_world(test, true);

	provider.no_normalized = true;
	FLT_PROVES(test, "REG-11", ask_unsafe_is(w, NORMALIZED, u"\\SECRET\\B.TXT") &&
		   provider.steps == 2 && provider.step[0].ex && provider.step[1].ex);
}

static void provider_target(struct kunit *test)
{
	struct world *w = provider_world(test, false);
	PFLT_INSTANCE a = w->probe[0]->instance[0];
	PFLT_FILE_NAME_INFORMATION info;
	NTSTATUS status;

	status = FltGetDestinationFileNameInformation(a, w->file, NULL, (PWSTR)u"new", 6,
						      NORMALIZED, &info);
	FLT_REQUIRE(test, NT_SUCCESS(status));
	FLT_PROVES(test, "NAME-54", ask_is(w->fake, info, u"\\SECRET\\NEW") &&
		   provider.steps == 2 &&
		   provider.step[1].flags == FLTFL_NORMALIZE_NAME_DESTINATION_FILE_NAME);
	FltReleaseFileNameInformation(info);
}

static void provider_grows(struct kunit *test)
{
	struct world *w = provider_world(test, false);
	FLT_NAME_CONTROL own = {};
	s64 before;

	provider.grow = 20000;
	FLT_PROVES(test, "NAME-59", ask_unsafe_is(w, NORMALIZED, u"\\secret\\b.txt") &&
		   provider.grown[0] == STATUS_SUCCESS && provider.grown[1] == STATUS_SUCCESS &&
		   provider.kept);
	w->breaches = true;
	before = atomic64_read(&fsh_violations);
	FLT_EXPECT(test, FltCheckAndGrowNameControl(&own, 10) == STATUS_INVALID_PARAMETER &&
		   FltCheckAndGrowNameControl(NULL, 10) == STATUS_INVALID_PARAMETER &&
		   atomic64_read(&fsh_violations) == before + 2);
}

static void provider_broken(struct kunit *test)
{
	struct world *w = provider_world(test, false);

	provider.bare = true;
	FLT_PROVES(test, "NAME-60", ask_unsafe(w, NORMALIZED) == STATUS_OBJECT_NAME_INVALID &&
		   world_violations(w) == 1);
	/* The volume's name has to end there. */
	provider.bare = false;
	provider.path = u"9\\b.txt";
	FLT_PROVES(test, "NAME-60", ask_unsafe(w, NORMALIZED) == STATUS_OBJECT_NAME_INVALID &&
		   world_violations(w) == 2);
	/* It says that it has given more than there is room for, and what is no whole unit. */
	provider.path = u"\\b.txt";
	provider.lie = 2000;
	FLT_PROVES(test, "NAME-60", ask_unsafe(w, NORMALIZED) == STATUS_OBJECT_NAME_INVALID &&
		   world_violations(w) == 3);
	provider.lie = 51;
	FLT_PROVES(test, "NAME-60", ask_unsafe(w, NORMALIZED) == STATUS_OBJECT_NAME_INVALID &&
		   world_violations(w) == 4);
}

static void provider_recursion(struct kunit *test)
{
	struct world *w = provider_world(test, false);
	struct ask a = {};

	provider.cache = false;
	provider.ask_self = true;
	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "NAME-61", provider.calls > 1 && provider.calls <= PROVIDER_CALLS &&
		   world_violations(w) == 1);
	provider.ask_self = false;
	provider.ask_nobody = true;
	provider.calls = 0;
	FLT_PROVES(test, "NAME-61", NT_SUCCESS(ask_unsafe(w, NORMALIZED)) &&
		   provider.calls > 1 && provider.calls <= PROVIDER_CALLS &&
		   world_violations(w) == 2);
	ask_forget(&a);
}

static NTSTATUS provider_raised;

static void provider_raise(PFLT_CALLBACK_DATA data)
{
	KIRQL irql = KfRaiseIrql(APC_LEVEL);
	PFLT_FILE_NAME_INFORMATION info;

	provider_raised = FltGetFileNameInformationUnsafe(data->Iopb->TargetFileObject, NULL,
							  NORMALIZED, &info);
	KeLowerIrql(irql);
}

static void provider_level(struct kunit *test)
{
	struct world *w = provider_world(test, false);
	struct ask a = {};

	/* A provider runs at PASSIVE_LEVEL: higher it is not called. */
	ask_with(w->probe[0], &a, NORMALIZED, true, false);
	a.before = provider_raise;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_PROVES(test, "NAME-52", provider_raised == STATUS_FLT_INVALID_NAME_REQUEST &&
		   provider.calls == 1 && provider.call[0].irql == PASSIVE_LEVEL);
	ask_forget(&a);
}

static struct kunit_case provider_cases[] = {
	KUNIT_CASE(provider_who_sees_what),
	KUNIT_CASE(provider_two),
	KUNIT_CASE(provider_cache),
	KUNIT_CASE(provider_normalizes),
	KUNIT_CASE(provider_ex_only),
	KUNIT_CASE(provider_target),
	KUNIT_CASE(provider_grows),
	KUNIT_CASE(provider_broken),
	KUNIT_CASE(provider_recursion),
	KUNIT_CASE(provider_level),
	{}
};

static struct kunit_suite provider_suite = {
	.name = "name_provider",
	.init = world_init,
	.exit = world_exit,
	.test_cases = provider_cases,
};

kunit_test_suite(provider_suite);
