// SPDX-License-Identifier: GPL-2.0
/*
 * Suite ecp: extra create parameters, alone and on their way with a create (CREATE-47, CREATE-69 to
 * CREATE-77).
 */
#include <linux/module.h>
#include "fltmgr/instance.h"
#include "kunit/opening.h"
#include "nt/seh.h"
#include "nt/violation.h"

static const GUID ecp_type[] = {
	{ 1, 2, 3, { 4 } }, { 1, 2, 3, { 5 } }, { 1, 2, 3, { 6 } },
};

#define ECP_TAG	0x31706345

static unsigned int ecp_cleaned;
static PVOID ecp_last;

static void ecp_cleanup(PVOID context, const GUID *type)
{
	ecp_cleaned++;
	ecp_last = context;
}

static PVOID ecp_new(struct world *w, unsigned int type, ULONG size)
{
	PVOID context = NULL;

	FltAllocateExtraCreateParameter(w->probe[1]->filter, &ecp_type[type], size, 0, ecp_cleanup,
					ECP_TAG, &context);
	return context;
}

static struct world *ecp_world(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "ABC");
	ecp_cleaned = 0;
	return w;
}

static PECP_LIST ecp_list(struct world *w)
{
	PECP_LIST list = NULL;

	FltAllocateExtraCreateParameterList(w->probe[1]->filter, 0, &list);
	return list;
}

static void ecp_lists(struct kunit *test)
{
	struct world *w = ecp_world(test);
	PFLT_FILTER filter = w->probe[1]->filter;
	PECP_LIST list = ecp_list(w);
	u64 *a = ecp_new(w, 0, 24), *b = ecp_new(w, 1, 8), *again = ecp_new(w, 0, 8), *c;
	ULONG size = 99;
	NTSTATUS status;
	PVOID found;
	GUID type;

	FLT_REQUIRE(test, list && a && b && again);
	FLT_PROVES(test, "CREATE-69", !a[0] && !a[1] && !a[2]);
	status = FltAllocateExtraCreateParameter(filter, &ecp_type[2], 8,
						 FSRTL_ALLOCATE_ECP_FLAG_NONPAGED_POOL, NULL,
						 ECP_TAG, (PVOID *)&c);
	FLT_PROVES(test, "CREATE-69", NT_SUCCESS(status) && !*c);
	FLT_PROVES(test, "CREATE-71", FltGetNextExtraCreateParameter(filter, list, NULL, &type,
								     &found, &size) ==
		   STATUS_NOT_FOUND && !found && !size);
	FLT_EXPECT(test, NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, a)) &&
		   NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, b)));
	FLT_PROVES(test, "CREATE-70", FltInsertExtraCreateParameter(filter, list, again) ==
		   STATUS_INVALID_PARAMETER);
	status = FltFindExtraCreateParameter(filter, list, &ecp_type[0], &found, &size);
	FLT_PROVES(test, "CREATE-71", NT_SUCCESS(status) && found == a && size == 24);
	FLT_PROVES(test, "CREATE-71", FltFindExtraCreateParameter(filter, list, &ecp_type[2],
								  &found, &size) ==
		   STATUS_NOT_FOUND && !found && !size);
	FLT_PROVES(test, "CREATE-71", FltFindExtraCreateParameter(filter, NULL, &ecp_type[0],
								  &found, &size) ==
		   STATUS_INVALID_PARAMETER &&
		   FltGetNextExtraCreateParameter(filter, NULL, NULL, NULL, NULL, NULL) ==
		   STATUS_INVALID_PARAMETER);
	status = FltGetNextExtraCreateParameter(filter, list, NULL, &type, &found, &size);
	FLT_PROVES(test, "CREATE-71", NT_SUCCESS(status) && found == a && size == 24 &&
		   !memcmp(&type, &ecp_type[0], sizeof(type)));
	status = FltGetNextExtraCreateParameter(filter, list, a, NULL, &found, NULL);
	FLT_PROVES(test, "CREATE-71", NT_SUCCESS(status) && found == b);
	FLT_PROVES(test, "CREATE-71", FltGetNextExtraCreateParameter(filter, list, b, NULL, &found,
								     NULL) == STATUS_NOT_FOUND);

	status = FltRemoveExtraCreateParameter(filter, list, &ecp_type[0], &found, &size);
	FLT_PROVES(test, "CREATE-72", NT_SUCCESS(status) && found == a && size == 24 &&
		   !ecp_cleaned);
	FLT_PROVES(test, "CREATE-72", FltRemoveExtraCreateParameter(filter, list, &ecp_type[0],
								    &found, NULL) ==
		   STATUS_NOT_FOUND);
	FltFreeExtraCreateParameter(filter, a);
	FLT_PROVES(test, "CREATE-72", ecp_cleaned == 1 && ecp_last == a);
	FLT_EXPECT(test, NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, again)) &&
		   NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, c)));
	FltFreeExtraCreateParameterList(filter, list);
	FLT_PROVES(test, "CREATE-72", ecp_cleaned == 3);
}

static NTSTATUS ecp_from(PFLT_FILTER filter, PVOID lookaside, ULONG size, PVOID *context)
{
	const GUID *type = &ecp_type[1];

	return FltAllocateExtraCreateParameterFromLookasideList(filter, type, size, 0, ecp_cleanup,
								lookaside, context);
}

static void ecp_marks(struct kunit *test)
{
	struct world *w = ecp_world(test);
	PFLT_FILTER filter = w->probe[1]->filter;
	s64 before = atomic64_read(&fsh_violations);
	PECP_LIST list = ecp_list(w);
	PVOID a = ecp_new(w, 0, 8), b;
	NPAGED_LOOKASIDE_LIST lookaside;
	NTSTATUS status;

	FLT_REQUIRE(test, list && a);
	FLT_PROVES(test, "CREATE-76", !FltIsEcpAcknowledged(filter, a) &&
		   !FltIsEcpFromUserMode(filter, a));
	FltAcknowledgeEcp(filter, a);
	FLT_PROVES(test, "CREATE-76", FltIsEcpAcknowledged(filter, a));
	FltPrepareToReuseEcp(filter, a);
	FLT_PROVES(test, "CREATE-76", !FltIsEcpAcknowledged(filter, a));

	FltInitExtraCreateParameterLookasideList(filter, &lookaside,
						 FSRTL_ECP_LOOKASIDE_FLAG_NONPAGED_POOL, 32,
						 ECP_TAG);
	status = ecp_from(filter, &lookaside, 32, &b);
	FLT_PROVES(test, "CREATE-77", NT_SUCCESS(status) && !*(u64 *)b);
	FLT_EXPECT(test, NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, b)));

	w->breaches = true;
	FltFreeExtraCreateParameter(filter, b);
	FLT_PROVES(test, "CREATE-72", ecp_cleaned == 1 &&
		   atomic64_read(&fsh_violations) == before + 1 &&
		   FltFindExtraCreateParameter(filter, list, &ecp_type[1], NULL, NULL) ==
		   STATUS_NOT_FOUND);
	FLT_EXPECT(test, NT_SUCCESS(ecp_from(filter, &lookaside, 8, &b)));
	FltDeleteExtraCreateParameterLookasideList(filter, &lookaside, 0);
	FLT_PROVES(test, "CREATE-77", atomic64_read(&fsh_violations) == before + 2);
	*(u64 *)b = 1;
	FltFreeExtraCreateParameter(filter, b);
	FLT_PROVES(test, "CREATE-77", ecp_cleaned == 2);
	FltFreeExtraCreateParameter(filter, a);
	FltFreeExtraCreateParameterList(filter, list);
}

/* What C, the lowest, does with the list of a create, and what came of it. */
static struct {
	PECP_LIST give;			/* set into the callback data */
	bool redirect;			/* the first create goes to \y */
	unsigned int creates;
	NTSTATUS got;
	PECP_LIST list;
	bool found;
	NTSTATUS set;
	NTSTATUS elsewhere;
	NTSTATUS set_elsewhere;
	NTSTATUS drained;
	NTSTATUS set_drained;
	PVOID insert;			/* put into the list, once */
	NTSTATUS inserted;
	int users;			/* of the module, at the last create */
} ecp_seen;

static void ecp_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		    int *status, void **context)
{
	const UNICODE_STRING *volume = &p->world->fake->volume->name;
	WCHAR name[64];
	PECP_LIST list;
	PVOID found;

	if (data->Iopb->MajorFunction != IRP_MJ_CREATE) {
		ecp_seen.elsewhere = FltGetEcpListFromCallbackData(p->filter, data, &list);
		ecp_seen.set_elsewhere = FltSetEcpListIntoCallbackData(p->filter, data,
								       ecp_seen.list);
		return;
	}
	ecp_seen.creates++;
	ecp_seen.users = module_refcount(THIS_MODULE);
	ecp_seen.got = FltGetEcpListFromCallbackData(p->filter, data, &ecp_seen.list);
	ecp_seen.found = ecp_seen.list &&
			 NT_SUCCESS(FltFindExtraCreateParameter(p->filter, ecp_seen.list,
								&ecp_type[0], &found, NULL));
	if (ecp_seen.found)
		FltAcknowledgeEcp(p->filter, found);
	if (ecp_seen.give) {
		ecp_seen.set = FltSetEcpListIntoCallbackData(p->filter, data, ecp_seen.give);
		if (NT_SUCCESS(ecp_seen.set))
			ecp_seen.give = NULL;
	}
	if (ecp_seen.insert)
		ecp_seen.inserted = FltInsertExtraCreateParameter(p->filter, ecp_seen.list,
								  xchg(&ecp_seen.insert, NULL));
	if (ecp_seen.redirect) {
		ecp_seen.redirect = false;
		memcpy(name, volume->Buffer, volume->Length);
		name[volume->Length / 2] = '\\';
		name[volume->Length / 2 + 1] = 'y';
		IoReplaceFileObjectName(objects->FileObject, name, volume->Length + 4);
		data->IoStatus.Status = STATUS_REPARSE;
		data->IoStatus.Information = IO_REPARSE;
		*status = FLT_PREOP_COMPLETE;
	}
}

static void ecp_travels(struct kunit *test)
{
	struct world *w = ecp_world(test);
	struct opening o = opening_of(w, u"\\f");
	PFLT_FILTER filter = w->probe[1]->filter;
	IO_DRIVER_CREATE_CONTEXT context;
	PECP_LIST list = ecp_list(w), other;
	PVOID a = ecp_new(w, 0, 8);

	FLT_REQUIRE(test, list && a);
	memset(&ecp_seen, 0, sizeof(ecp_seen));
	w->probe[2]->on_pre = ecp_pre;
	/* None. */
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)));
	FLT_PROVES(test, "CREATE-73", ecp_seen.got == STATUS_SUCCESS && !ecp_seen.list &&
		   ecp_seen.elsewhere == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "CREATE-74", ecp_seen.set_elsewhere == STATUS_INVALID_PARAMETER_2);

	/* One of the caller's, twice. */
	FLT_REQUIRE(test, NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, a)));
	IoInitializeDriverCreateContext(&context);
	context.ExtraCreateParameter = list;
	o.context = &context;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)));
	FLT_PROVES(test, "CREATE-73", ecp_seen.got == STATUS_SUCCESS && ecp_seen.list == list);
	FLT_PROVES(test, "CREATE-47", ecp_seen.found && FltIsEcpAcknowledged(filter, a) &&
		   !ecp_cleaned);
	FltPrepareToReuseEcp(filter, a);
	ecp_seen.found = false;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)));
	FLT_PROVES(test, "CREATE-47", ecp_seen.found && !ecp_cleaned);

	/* Another cannot be attached. */
	other = ecp_list(w);
	ecp_seen.give = other;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)));
	FLT_PROVES(test, "CREATE-74", ecp_seen.set == STATUS_INVALID_PARAMETER_3);
	FltFreeExtraCreateParameterList(filter, list);
	FLT_EXPECT(test, ecp_cleaned == 1);

	/* Where there is none it can; it goes with the open when that starts again. */
	a = ecp_new(w, 0, 8);
	FLT_REQUIRE(test, a && NT_SUCCESS(FltInsertExtraCreateParameter(filter, other, a)));
	o.context = NULL;
	ecp_seen.redirect = true;
	ecp_seen.creates = 0;
	ecp_seen.found = false;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)));
	FLT_PROVES(test, "CREATE-74", NT_SUCCESS(ecp_seen.set));
	FLT_PROVES(test, "CREATE-75", ecp_seen.creates == 2 && ecp_seen.found &&
		   ecp_seen.list == other && ecp_cleaned == 2);
}

/* What filters put into the caller's list goes with the create, and the list is the caller's. */
static void ecp_guests(struct kunit *test)
{
	struct world *w = ecp_world(test);
	struct opening o = opening_of(w, u"\\f");
	PFLT_FILTER filter = w->probe[1]->filter;
	int users = module_refcount(THIS_MODULE);
	IO_DRIVER_CREATE_CONTEXT context;
	PECP_LIST list = ecp_list(w);
	PVOID a = ecp_new(w, 0, 8);
	unsigned int redirected;

	FLT_REQUIRE(test, list && a &&
		    NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, a)));
	IoInitializeDriverCreateContext(&context);
	context.ExtraCreateParameter = list;
	o.context = &context;
	w->probe[2]->on_pre = ecp_pre;
	for (redirected = 0; redirected < 2; redirected++) {
		ecp_cleaned = 0;
		memset(&ecp_seen, 0, sizeof(ecp_seen));
		ecp_seen.insert = ecp_new(w, 1, 8);
		ecp_seen.redirect = redirected;
		FLT_EXPECT(test, NT_SUCCESS(opening_try(o)));
		FLT_PROVES(test, "CREATE-47", NT_SUCCESS(ecp_seen.inserted) && ecp_cleaned == 1 &&
			   FltFindExtraCreateParameter(filter, list, &ecp_type[1], NULL, NULL) ==
			   STATUS_NOT_FOUND &&
			   NT_SUCCESS(FltFindExtraCreateParameter(filter, list, &ecp_type[0], NULL,
								  NULL)));
		/* Its driver could have gone between the two creates, but not its code. */
		FLT_PROVES(test, "CREATE-75", ecp_seen.creates == 1 + redirected &&
			   ecp_seen.users == users + redirected &&
			   module_refcount(THIS_MODULE) == users);
	}
	/* Without a create they are the list's. */
	ecp_cleaned = 0;
	FLT_EXPECT(test, NT_SUCCESS(FltInsertExtraCreateParameter(filter, list,
								  ecp_new(w, 1, 8))));
	ecp_seen.insert = NULL;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)) && !ecp_cleaned);
	FltFreeExtraCreateParameterList(filter, list);
	FLT_PROVES(test, "CREATE-47", ecp_cleaned == 2 && module_refcount(THIS_MODULE) == users);
}

/* B passes the list of A's create on, in a create of its own, to C. */
static NTSTATUS ecp_inner;
static unsigned int ecp_cleaned_inside;

static void ecp_pass_on(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			int *status, void **context)
{
	struct opening o = opening_of(p->world, u"\\inner");
	IO_DRIVER_CREATE_CONTEXT create;
	PECP_LIST list = NULL;

	if (data->Iopb->MajorFunction != IRP_MJ_CREATE)
		return;
	FltGetEcpListFromCallbackData(p->filter, data, &list);
	IoInitializeDriverCreateContext(&create);
	create.ExtraCreateParameter = list;
	o.context = &create;
	ecp_inner = opening_try(o);
	ecp_cleaned_inside = ecp_cleaned;
	/* It is with the outer create still. */
	FltFreeExtraCreateParameterList(p->filter, list);
	ecp_seen.insert = ecp_new(p->world, 2, 8);
}

static void ecp_passed_on(struct kunit *test)
{
	struct world *w = ecp_world(test);
	struct opening o = opening_of(w, u"\\f");
	PFLT_FILTER filter = w->probe[0]->filter;
	s64 before = atomic64_read(&fsh_violations);
	IO_DRIVER_CREATE_CONTEXT context;
	PECP_LIST list = ecp_list(w);
	PVOID a = ecp_new(w, 0, 8);

	FLT_REQUIRE(test, list && a &&
		    NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, a)));
	memset(&ecp_seen, 0, sizeof(ecp_seen));
	ecp_seen.insert = ecp_new(w, 1, 8);
	IoInitializeDriverCreateContext(&context);
	context.ExtraCreateParameter = list;
	o.context = &context;
	o.probe = w->probe[0];
	w->probe[1]->on_pre = ecp_pass_on;
	w->probe[2]->on_pre = ecp_pre;
	w->breaches = true;
	FLT_EXPECT(test, NT_SUCCESS(opening_try(o)) && NT_SUCCESS(ecp_inner));
	FLT_PROVES(test, "CREATE-47", ecp_seen.creates == 2 && ecp_cleaned_inside == 1 &&
		   NT_SUCCESS(ecp_seen.inserted) && ecp_cleaned == 2);
	FLT_EXPECT(test, atomic64_read(&fsh_violations) == before + 1);
	FLT_PROVES(test, "CREATE-47",
		   NT_SUCCESS(FltFindExtraCreateParameter(filter, list, &ecp_type[0], NULL, NULL)));
	FltFreeExtraCreateParameterList(filter, list);
	FLT_EXPECT(test, ecp_cleaned == 3);
}

/* Cleanup callbacks that go wrong, when a create ends. */
static seh_raises void ecp_raises(PVOID context, const GUID *type)
{
	ecp_cleaned++;
	ExRaiseStatus(STATUS_DISK_FULL);
}

static void ecp_stays_raised(PVOID context, const GUID *type)
{
	ecp_cleaned++;
	preempt_disable();
}

static void ecp_cleanup_breaks(struct kunit *test)
{
	static const PFSRTL_EXTRA_CREATE_PARAMETER_CLEANUP_CALLBACK wrong[] = {
		ecp_raises, ecp_stays_raised,
	};
	struct world *w = ecp_world(test);
	PFLT_FILTER filter = w->probe[2]->filter;
	s64 before = atomic64_read(&fsh_violations);
	const struct fsh_driver *driver;
	unsigned int i;

	w->breaches = true;
	w->probe[2]->on_pre = ecp_pre;
	driver = fsh_driver_at((unsigned long)ecp_raises);
	FLT_REQUIRE(test, driver);
	for (i = 0; i < ARRAY_SIZE(wrong); i++) {
		int count = preempt_count();
		PVOID ecp = NULL;

		memset(&ecp_seen, 0, sizeof(ecp_seen));
		ecp_seen.give = ecp_list(w);
		FltAllocateExtraCreateParameter(filter, &ecp_type[0], 8, 0, wrong[i], ECP_TAG,
						&ecp);
		FLT_REQUIRE(test, ecp_seen.give && ecp &&
			    NT_SUCCESS(FltInsertExtraCreateParameter(filter, ecp_seen.give, ecp)));
		FLT_PROVES(test, "SRC-22", NT_SUCCESS(opening_try(opening_of(w, u"\\f"))) &&
			   ecp_cleaned == i + 1 && preempt_count() == count &&
			   atomic64_read(&fsh_violations) == before + i + 1);
	}
	FLT_PROVES(test, "SRC-22", atomic64_read(&driver->misuses[FSH_MISUSE_OTHER]) == 1 &&
		   atomic64_read(&driver->misuses[FSH_MISUSE_LEVEL]) == 1);
}

/* In a draining call there is no create that could have a list. */
static int ecp_drain(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
		     void *context)
{
	ecp_seen.drained = FltGetEcpListFromCallbackData(p->filter, data, &ecp_seen.list);
	ecp_seen.set_drained = FltSetEcpListIntoCallbackData(p->filter, data, ecp_seen.give);
	return FLT_POSTOP_FINISHED_PROCESSING;
}

static void ecp_drained(struct kunit *test)
{
	struct world *w = ecp_world(test);
	struct request *r = request_new(w, IRP_MJ_CREATE);
	PECP_LIST list = ecp_list(w);

	memset(&ecp_seen, 0, sizeof(ecp_seen));
	ecp_seen.give = list;
	w->probe[1]->on_drain = ecp_drain;
	w->fake->when = FAKE_HOLD;
	request_spawn(r);
	FLT_REQUIRE(test, WORLD_WAIT(fake_nr_held(w->fake) == 1));
	/* Held there is not yet given up there. */
	msleep(20);
	FLT_EXPECT(test, NT_SUCCESS(flt_instance_detach(flt_instance_of(w->probe[1]->instance[0]),
							FLTFL_INSTANCE_TEARDOWN_MANUAL)));
	FLT_PROVES(test, "CREATE-73", ecp_seen.drained == STATUS_FLT_DELETING_OBJECT &&
		   !ecp_seen.list);
	FLT_PROVES(test, "CREATE-74", ecp_seen.set_drained == STATUS_FLT_DELETING_OBJECT);
	fake_release(w->fake);
	FLT_EXPECT(test, request_wait(r) && NT_SUCCESS(r->status));
	FltFreeExtraCreateParameterList(w->probe[1]->filter, list);
}

/* A create of a filter's own that ended with STATUS_REPARSE keeps its list till it is reused. */
static void ecp_reused(struct kunit *test)
{
	struct world *w = ecp_world(test);
	PFLT_FILTER filter = w->probe[1]->filter;
	PECP_LIST list = ecp_list(w);
	PFLT_CALLBACK_DATA data;
	PVOID a = ecp_new(w, 0, 8);
	NTSTATUS status;

	FLT_REQUIRE(test, list && a);
	FLT_EXPECT(test, NT_SUCCESS(FltInsertExtraCreateParameter(filter, list, a)));
	status = FltAllocateCallbackData(w->probe[1]->instance[0], NULL, &data);
	FLT_REQUIRE(test, NT_SUCCESS(status));
	FLT_EXPECT(test, NT_SUCCESS(FltSetEcpListIntoCallbackData(filter, data, list)));
	data->Iopb->TargetFileObject = w->file;
	w->fake->status = STATUS_REPARSE;
	FltPerformSynchronousIo(data);
	FLT_EXPECT(test, data->IoStatus.Status == STATUS_REPARSE && !ecp_cleaned);
	FltReuseCallbackData(data);
	FLT_PROVES(test, "ASYNC-021", ecp_cleaned == 1 && ecp_last == a);
	FltFreeCallbackData(data);
	FLT_EXPECT(test, ecp_cleaned == 1);
}

static struct kunit_case ecp_cases[] = {
	KUNIT_CASE(ecp_lists),
	KUNIT_CASE(ecp_marks),
	KUNIT_CASE(ecp_travels),
	KUNIT_CASE(ecp_guests),
	KUNIT_CASE(ecp_passed_on),
	KUNIT_CASE(ecp_cleanup_breaks),
	KUNIT_CASE(ecp_drained),
	KUNIT_CASE(ecp_reused),
	{}
};

static struct kunit_suite ecp_suite = {
	.name = "ecp",
	.init = world_init,
	.exit = world_exit,
	.test_cases = ecp_cases,
};

kunit_test_suite(ecp_suite);
