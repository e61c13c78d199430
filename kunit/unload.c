// SPDX-License-Identifier: GPL-2.0
/*
 * Suite unload: unload requests, what their callback may refuse, and what is left afterwards
 * (UNLOAD-01 to UNLOAD-29, REG-38, REG-40).
 */
#include <linux/kthread.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "kunit/world.h"

static void unload_flags(struct kunit *test)
{
	struct world *w = world_of(test);
	int mandatory;

	for (mandatory = 0; mandatory < 2; mandatory++) {
		int users = module_refcount(THIS_MODULE);
		struct probe *p = world_probe(w, 'A', NULL);

		/* Registered, it pins its module. */
		FLT_PROVES(test, "UNLOAD-01", module_refcount(THIS_MODULE) == users + 1);
		FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(p, mandatory)));
		FLT_PROVES(test, "UNLOAD-01", atomic_read(&p->unloads) == 1 &&
			   world_event(w, 'A', WORLD_UNLOAD, 0)->flags ==
			   (mandatory ? FLTFL_FILTER_UNLOAD_MANDATORY : 0));
		FLT_PROVES(test, "UNLOAD-14", world_trace_is(w, "Au At Ac") &&
			   world_event(w, 'A', WORLD_START, 0)->flags ==
			   (mandatory ? FLTFL_INSTANCE_TEARDOWN_MANDATORY_FILTER_UNLOAD :
					FLTFL_INSTANCE_TEARDOWN_FILTER_UNLOAD) &&
			   world_event(w, 'A', WORLD_COMPLETE, 0)->flags ==
			   world_event(w, 'A', WORLD_START, 0)->flags);
		FLT_PROVES(test, "INST-35", world_event(w, 'A', WORLD_START, 0)->flags ==
			   (mandatory ? FLTFL_INSTANCE_TEARDOWN_MANDATORY_FILTER_UNLOAD :
					FLTFL_INSTANCE_TEARDOWN_FILTER_UNLOAD));
		FLT_EXPECT(test, module_refcount(THIS_MODULE) == users);
		FLT_PROVES(test, "INST-30", !atomic_read(&p->queries));
		probe_unload(p);
	}
}

static void unload_refused(struct kunit *test)
{
	static const NTSTATUS statuses[] = {
		STATUS_FLT_DO_NOT_DETACH, STATUS_ACCESS_DENIED, STATUS_BUFFER_OVERFLOW,
	};
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(statuses); i++) {
		p->unload_status = statuses[i];
		FLT_PROVES(test, "UNLOAD-02", probe_request_unload(p, false) == statuses[i]);
		world_clear(w);
		world_do(w, IRP_MJ_READ);
		FLT_PROVES(test, "UNLOAD-02", world_trace_is(w, "A+ F A-"));
		FLT_PROVES(test, "UNLOAD-08", atomic_read(&p->unloads) == i + 1);
	}
	p->unload_status = STATUS_SUCCESS;
	FLT_PROVES(test, "UNLOAD-08", NT_SUCCESS(probe_request_unload(p, false)));
	FLT_PROVES(test, "UNLOAD-08", atomic_read(&p->unloads) == ARRAY_SIZE(statuses) + 1);
}

static void unload_mandatory_anyway(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);

	w->breaches = true;
	p->unload_status = STATUS_FLT_DO_NOT_DETACH;
	FLT_PROVES(test, "UNLOAD-03", NT_SUCCESS(probe_request_unload(p, true)));
	FLT_PROVES(test, "UNLOAD-03", !p->driver->filter && atomic_read(&p->completes) == 1);
	p->filter = NULL;
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "UNLOAD-03", world_trace_is(w, "F"));
}

static void unload_without_callback(struct kunit *test)
{
	static const struct probe_config config = { .no_unload = true };
	struct world *w = world_of(test);
	int users = module_refcount(THIS_MODULE);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "UNLOAD-04",
		   probe_request_unload(p, false) == STATUS_FLT_DO_NOT_DETACH &&
		   probe_request_unload(p, true) == STATUS_FLT_DO_NOT_DETACH);
	FLT_PROVES(test, "UNLOAD-04", module_refcount(THIS_MODULE) == users + 1);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-38", world_trace_is(w, "A+ F A-") &&
		   module_refcount(THIS_MODULE) == users + 1);
}

static void unload_no_service_stop(struct kunit *test)
{
	static const struct probe_config config = {
		.flags = FLTFL_REGISTRATION_DO_NOT_SUPPORT_SERVICE_STOP };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "UNLOAD-05", probe_request_unload(p, true) == STATUS_FLT_DO_NOT_DETACH &&
		   !atomic_read(&p->unloads));
	FLT_PROVES(test, "UNLOAD-05", NT_SUCCESS(probe_request_unload(p, false)) &&
		   atomic_read(&p->unloads) == 1);
	FLT_PROVES(test, "REG-40", !p->driver->filter);
}

static int unload_irql;

static int unload_a_thread(void *arg)
{
	complete(arg);
	return 0;
}

static void unload_sleep_and_join(struct probe *p, ULONG flags)
{
	struct completion done;

	unload_irql = KeGetCurrentIrql();
	init_completion(&done);
	if (IS_ERR(kthread_run(unload_a_thread, &done, "flt-join")))
		return;
	wait_for_completion(&done);
	msleep(20);
}

static void unload_may_wait(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);

	unload_irql = -1;
	p->on_unload = unload_sleep_and_join;
	FLT_PROVES(test, "UNLOAD-06", NT_SUCCESS(probe_request_unload(p, false)) &&
		   unload_irql == PASSIVE_LEVEL);
}

static NTSTATUS unload_second;

static void unload_request_again(struct probe *p, ULONG flags)
{
	unload_second = flt_filter_unload_claim(flt_filter_of(p->filter), false);
}

static void unload_once_at_a_time(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);

	p->on_unload = unload_request_again;
	FLT_PROVES(test, "UNLOAD-07", NT_SUCCESS(probe_request_unload(p, false)) &&
		   atomic_read(&p->unloads) == 1);
	FLT_PROVES(test, "UNLOAD-07", unload_second == STATUS_FLT_DELETING_OBJECT);
}

static void unload_forgets_to_unregister(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);

	FLT_EXPECT(test, !prove_log_start(test, "probeA"));
	w->breaches = true;
	p->keep = true;
	FLT_PROVES(test, "UNLOAD-27", NT_SUCCESS(probe_request_unload(p, false)));
	FLT_PROVES(test, "UNLOAD-27", !p->driver->filter && atomic_read(&p->completes) == 1 &&
		   prove_log_count() >= 1);
	p->filter = NULL;
}

static void unload_unregister(struct probe *p, ULONG flags)
{
	FltUnregisterFilter(p->filter);
	p->filter = NULL;
}

static void unload_contradiction(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);

	FLT_EXPECT(test, !prove_log_start(test, "probeA"));
	w->breaches = true;
	p->on_unload = unload_unregister;
	p->unload_status = STATUS_FLT_DO_NOT_DETACH;
	FLT_PROVES(test, "UNLOAD-28", NT_SUCCESS(probe_request_unload(p, false)));
	FLT_PROVES(test, "UNLOAD-28", !p->driver->filter && prove_log_count() >= 1);
}

/* While DriverEntry runs nobody can unload it. */
static NTSTATUS unload_early;

static void unload_in_entry(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	unload_early = flt_filter_unload_claim(flt_filter_of(p->filter), true);
}

static void unload_during_entry(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = unload_in_entry };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_EXPECT(test, unload_early == STATUS_FLT_FILTER_NOT_READY);
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(p, false)));
}

/* The file object stays usable; what follows no longer visits the filter. */
static void unload_open_files(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *b;

	world_probe(w, 'A', NULL);
	b = world_probe(w, 'B', NULL);
	world_do(w, IRP_MJ_CREATE);
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(b, false)));
	world_clear(w);
	FLT_PROVES(test, "UNLOAD-29", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   NT_SUCCESS(world_do(w, IRP_MJ_CLEANUP)) &&
		   NT_SUCCESS(world_do(w, IRP_MJ_CLOSE)));
	FLT_PROVES(test, "UNLOAD-29", world_trace_is(w, "A+ F A- A+ F A- A+ F A-"));
}

static struct kunit_case unload_cases[] = {
	KUNIT_CASE(unload_flags),
	KUNIT_CASE(unload_refused),
	KUNIT_CASE(unload_mandatory_anyway),
	KUNIT_CASE(unload_without_callback),
	KUNIT_CASE(unload_no_service_stop),
	KUNIT_CASE(unload_may_wait),
	KUNIT_CASE(unload_once_at_a_time),
	KUNIT_CASE(unload_forgets_to_unregister),
	KUNIT_CASE(unload_contradiction),
	KUNIT_CASE(unload_during_entry),
	KUNIT_CASE(unload_open_files),
	{}
};

static struct kunit_suite unload_suite = {
	.name = "unload",
	.init = world_init,
	.exit = world_exit,
	.test_cases = unload_cases,
};

kunit_test_suite(unload_suite);
