// SPDX-License-Identifier: GPL-2.0
/*
 * Suite unload: unload requests, what their callback may refuse, and what is left afterwards
 * (UNLOAD-01 to UNLOAD-32, REG-38, REG-40).
 */
#include <linux/file.h>
#include <linux/fs.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include "fltmgr/filter.h"
#include "fltmgr/instance.h"
#include "kunit/world.h"
#include "nt/violation.h"

static unsigned int unload_cycles = 40;
module_param(unload_cycles, uint, 0444);
MODULE_PARM_DESC(unload_cycles, "loads and unloads of the suite unload's storm; 10000 prove its row");

enum {
	UNLOAD_CASE = 500,	/* cycles of one case: a case may not take long */
	UNLOAD_PROOF = 10000,
};

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

static const UNICODE_STRING unload_name_a = { 12, 14, u"probeA" };
static const UNICODE_STRING unload_name_b = { 12, 14, u"PROBEb" };
static const UNICODE_STRING unload_nobody = { 12, 14, u"nobody" };
static const UNICODE_STRING unload_no_name = { 10, 12, u"../no" };

/* Of a filter whose unload is under way: what the name gives then. */
static NTSTATUS unload_in_callback, unload_in_teardown, unload_lookup;

static void unload_again_by_name(struct probe *p, ULONG flags)
{
	unload_in_callback = FltUnloadFilter(&unload_name_b);
}

static void unload_name_in_teardown(struct probe *p, PCFLT_RELATED_OBJECTS objects)
{
	PFLT_FILTER filter;

	unload_in_teardown = FltUnloadFilter(&unload_name_b);
	unload_lookup = FltGetFilterFromName(&unload_name_b, &filter);
}

/* The caller is taken for the driver that was loaded first, which is A. */
static void unload_by_name(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *b;

	world_probe(w, 'A', NULL);
	b = world_probe(w, 'B', NULL);
	b->unload_status = STATUS_ACCESS_DENIED;
	FLT_PROVES(test, "UNLOAD-10", FltUnloadFilter(&unload_name_b) == STATUS_ACCESS_DENIED);
	b->unload_status = STATUS_SUCCESS;
	b->on_unload = unload_again_by_name;
	b->on_start = unload_name_in_teardown;
	world_clear(w);
	FLT_PROVES(test, "UNLOAD-10", FltUnloadFilter(&unload_name_b) == STATUS_SUCCESS);
	FLT_PROVES(test, "UNLOAD-10", world_trace_is(w, "Bu Bt Bc") && !b->driver->filter &&
		   !world_event(w, 'B', WORLD_UNLOAD, 0)->flags);
	FLT_PROVES(test, "UNLOAD-10", unload_in_callback == STATUS_FLT_DELETING_OBJECT &&
		   unload_in_teardown == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "INST-47", unload_lookup == STATUS_FLT_DELETING_OBJECT);
	FLT_PROVES(test, "UNLOAD-10",
		   FltUnloadFilter(&unload_name_b) == STATUS_FLT_FILTER_NOT_FOUND &&
		   FltUnloadFilter(&unload_nobody) == STATUS_FLT_FILTER_NOT_FOUND &&
		   FltUnloadFilter(NULL) == STATUS_FLT_FILTER_NOT_FOUND);
}

static NTSTATUS unload_inside;

static void unload_in_operation(struct probe *p, PFLT_CALLBACK_DATA data,
				PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	unload_inside = FltUnloadFilter(&unload_name_b);
}

static void unload_itself(struct kunit *test)
{
	struct world *w = world_of(test);
	s64 before = atomic64_read(&fsh_violations);
	struct probe *a = world_probe(w, 'A', NULL);

	FLT_EXPECT(test, !prove_log_start(test, "FltUnloadFilter"));
	FLT_PROVES(test, "UNLOAD-11", FltUnloadFilter(&unload_name_a) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "UNLOAD-11", atomic64_read(&fsh_violations) == before + 1 &&
		   prove_log_count() == 1 && prove_log_last_has("probeA"));
	FLT_PROVES(test, "UNLOAD-11", !atomic_read(&a->unloads));
	/* Nor another one, from where that might wait for this very operation. */
	world_probe(w, 'B', NULL);
	a->on_pre = unload_in_operation;
	FLT_EXPECT(test, NT_SUCCESS(world_do(w, IRP_MJ_READ)));
	FLT_EXPECT(test, unload_inside == STATUS_INVALID_DEVICE_STATE &&
		   !atomic_read(&w->probe[1]->unloads));
	a->on_pre = NULL;
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "UNLOAD-11", world_trace_is(w, "A+ B+ F B- A-"));
}

/* What needs a module to be loaded is shown in a guest. */
static void load_by_name(struct kunit *test)
{
	struct world *w = world_of(test);

	world_probes(w, "AB");
	FLT_PROVES(test, "UNLOAD-12", FltLoadFilter(&unload_name_b) ==
		   STATUS_IMAGE_ALREADY_LOADED);
	FLT_EXPECT(test, NT_SUCCESS(FltUnloadFilter(&unload_name_b)));
	/* Its module has not been removed. */
	FLT_PROVES(test, "UNLOAD-12", FltLoadFilter(&unload_name_b) ==
		   STATUS_DRIVER_FAILED_PRIOR_UNLOAD);
	FLT_PROVES(test, "UNLOAD-12", FltLoadFilter(&unload_nobody) ==
		   STATUS_OBJECT_NAME_NOT_FOUND &&
		   FltLoadFilter(&unload_no_name) == STATUS_OBJECT_NAME_NOT_FOUND &&
		   FltLoadFilter(NULL) == STATUS_OBJECT_NAME_NOT_FOUND);
}

static NTSTATUS load_status;

static void load_in_entry(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	load_status = FltLoadFilter(&unload_name_b);
}

/* While B's DriverEntry runs it was not unloaded, and A's request to load it comes too late. */
static void load_beside_a_load(struct kunit *test)
{
	static const struct probe_config config = {
		.no_register = true, .on_entry = load_in_entry,
	};
	struct world *w = world_of(test);

	world_probe(w, 'A', NULL);
	world_probe(w, 'B', &config);
	FLT_EXPECT(test, load_status == STATUS_IMAGE_ALREADY_LOADED);
}

/* B says that it depends on A: nobody asks. */
static void unload_depended_on(struct kunit *test)
{
	static const WCHAR on_a[] = u"probeA\0";
	static const u32 type = 2;
	const struct fsh_reg_value extra[] = {
		{ "", "DependOnService", REG_MULTI_SZ, on_a, sizeof(on_a) },
		{ "", "Type", REG_DWORD, &type, sizeof(type) },
	};
	const struct probe_config config = { .extra = extra };
	struct world *w = world_of(test);
	struct probe *a = world_probe(w, 'A', NULL);

	world_probe(w, 'B', &config);
	FLT_PROVES(test, "UNLOAD-13", NT_SUCCESS(probe_request_unload(a, false)));
	FLT_PROVES(test, "UNLOAD-13", !a->driver->filter);
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "UNLOAD-13", world_trace_is(w, "B+ F B-"));
}

/* Filters come, attach, detach and go in four threads while two others work on the volume. */
struct unload_storm {
	struct world *w;
	struct task_struct *loader[4], *worker[2];
	atomic_t left, wrong, running, operations;
};

struct unload_loader {
	struct unload_storm *storm;
	char name;
};

static void unload_cycle(struct unload_storm *storm, char name)
{
	struct world *w = storm->w;
	struct probe *p;

	if (probe_load(w, name, NULL, &p)) {
		atomic_inc(&storm->wrong);
		return;
	}
	if (FltDetachVolume(p->filter, (PFLT_VOLUME)w->fake->volume, NULL) ||
	    FltAttachVolume(p->filter, (PFLT_VOLUME)w->fake->volume, NULL, NULL) ||
	    probe_request_unload(p, name & 1))
		atomic_inc(&storm->wrong);
	if (atomic_read(&p->setups) != 2 || atomic_read(&p->completes) != 2)
		atomic_inc(&storm->wrong);
	probe_unload(p);
}

static int unload_load(void *arg)
{
	struct unload_loader *loader = arg;
	struct unload_storm *storm = loader->storm;

	while (atomic_dec_if_positive(&storm->left) >= 0)
		unload_cycle(storm, loader->name);
	atomic_dec(&storm->running);
	return 0;
}

static int unload_work(void *arg)
{
	struct unload_storm *storm = arg;
	struct world *w = storm->w;
	struct request *r = kzalloc(sizeof(*r), GFP_KERNEL | __GFP_NOFAIL);

	while (!kthread_should_stop()) {
		request_setup(r, w, w->fake, w->file, atomic_read(&storm->operations) & 1 ?
			      IRP_MJ_READ : IRP_MJ_QUERY_INFORMATION);
		if (!NT_SUCCESS(request_run(r)))
			atomic_inc(&storm->wrong);
		atomic_inc(&storm->operations);
		cond_resched();
	}
	kfree(r);
	return 0;
}

/*
 * Lockdep gives the classes of a workqueue that is gone back one by one, each after a grace period:
 * with thousands of filters in a row it has none left for those that come, and turns itself off.
 * So they wait until enough are back.
 */
static void unload_wait_for_lockdep(void)
{
	unsigned int tries, classes;
	char text[128];
	struct file *stats;
	loff_t pos;
	ssize_t got;

	for (tries = 0; tries < 600; tries++) {
		stats = filp_open("/proc/lockdep_stats", O_RDONLY, 0);
		if (IS_ERR(stats))
			return;
		pos = 0;
		got = kernel_read(stats, text, sizeof(text) - 1, &pos);
		fput(stats);
		text[max_t(ssize_t, got, 0)] = 0;
		if (sscanf(text, " lock-classes: %u", &classes) != 1 || classes < 4096)
			return;
		msleep(500);
	}
}

/* Cycles of the cases so far, and whether they left nothing. */
static unsigned int unload_done;
static bool unload_good;

static void unload_storm(struct kunit *test)
{
	struct world *w = world_of(test);
	struct unload_storm storm = { .w = w };
	struct unload_loader loaders[ARRAY_SIZE(storm.loader)];
	int users = module_refcount(THIS_MODULE), refs;
	unsigned int first = (uintptr_t)test->param_value - 1, i;
	unsigned int cycles = min_t(unsigned int, unload_cycles - first, UNLOAD_CASE);
	bool good;

	if (!first) {
		unload_done = 0;
		unload_good = true;
	}

	refs = refcount_read(&w->fake->volume->obj.refs);
	w->quiet = true;
	atomic_set(&storm.left, cycles);
	atomic_set(&storm.running, ARRAY_SIZE(loaders));
	for (i = 0; i < ARRAY_SIZE(storm.worker); i++) {
		storm.worker[i] = kthread_run(unload_work, &storm, "flt-work");
		KUNIT_ASSERT_FALSE(test, IS_ERR(storm.worker[i]));
	}
	for (i = 0; i < ARRAY_SIZE(loaders); i++) {
		loaders[i] = (struct unload_loader) { &storm, 'E' + i };
		storm.loader[i] = kthread_run(unload_load, &loaders[i], "flt-load");
		KUNIT_ASSERT_FALSE(test, IS_ERR(storm.loader[i]));
	}
	while (atomic_read(&storm.running))
		msleep(20);
	for (i = 0; i < ARRAY_SIZE(storm.worker); i++)
		kthread_stop(storm.worker[i]);
	w->quiet = false;
	kunit_info(test, "%u cycles during %d operations", cycles,
		   atomic_read(&storm.operations));
	good = FLT_EXPECT(test, !atomic_read(&storm.wrong) &&
			  atomic_read(&storm.operations) > 10);
	good &= FLT_EXPECT(test, world_filters() == 0 && module_refcount(THIS_MODULE) == users);
	/* The last snapshots and instances go by RCU. */
	rcu_barrier();
	good &= FLT_EXPECT(test, WORLD_WAIT(refcount_read(&w->fake->volume->obj.refs) == refs));
	unload_done += cycles;
	unload_good &= good;
	if (unload_cycles >= UNLOAD_PROOF)
		unload_wait_for_lockdep();
	/* The last case speaks for all. */
	if (first + cycles == unload_cycles && unload_cycles >= UNLOAD_PROOF)
		FLT_PROVES(test, "UNLOAD-32", unload_good && unload_done == unload_cycles);
}

/* The parameter is the number of the case's first cycle. */
static const void *unload_next(const void *last, char *description)
{
	return world_next_part(last, description, "cycle", UNLOAD_CASE, unload_cycles);
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

static void unload_in_pre(struct probe *p, PFLT_CALLBACK_DATA data, PCFLT_RELATED_OBJECTS objects,
			  int *status, void **context)
{
	p->on_pre = NULL;
	p->filter = NULL;
	FltUnregisterFilter(objects->Filter);
}

static void unload_do_one(struct probe *p, ULONG flags)
{
	world_do(p->world, IRP_MJ_READ);
}

/* In its unload callback a filter does I/O, in whose callback it unregisters: one end, not two. */
static void unload_beside_a_worker(struct kunit *test)
{
	struct world *w = world_of(test);
	int users = module_refcount(THIS_MODULE);
	struct probe *p = world_probe(w, 'A', NULL);

	w->breaches = true;
	p->keep = true;
	p->on_unload = unload_do_one;
	p->on_pre = unload_in_pre;
	FLT_EXPECT(test, NT_SUCCESS(probe_request_unload(p, false)));
	FLT_EXPECT(test, atomic_read(&p->completes) == 1 && !p->driver->filter);
	FLT_EXPECT(test, module_refcount(THIS_MODULE) == users);
}

static struct kunit_case unload_cases[] = {
	KUNIT_CASE(unload_beside_a_worker),
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
	KUNIT_CASE(unload_by_name),
	KUNIT_CASE(unload_itself),
	KUNIT_CASE(load_by_name),
	KUNIT_CASE(load_beside_a_load),
	KUNIT_CASE(unload_depended_on),
	KUNIT_CASE(unload_open_files),
	KUNIT_CASE_PARAM(unload_storm, unload_next),
	{}
};

static struct kunit_suite unload_suite = {
	.name = "unload",
	.init = world_init,
	.exit = world_exit,
	.test_cases = unload_cases,
};

kunit_test_suite(unload_suite);
