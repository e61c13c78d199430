// SPDX-License-Identifier: GPL-2.0
/*
 * Suite registration: FltRegisterFilter, FltStartFiltering and shutdown (REG-06 to REG-48, REG-56,
 * VOL-81, VOL-82).
 */
#include <linux/completion.h>
#include <linux/fault-inject.h>
#include <linux/kthread.h>
#include <linux/moduleparam.h>
#include <linux/vmalloc.h>
#include "fltmgr/filter.h"
#include "fltmgr/shutdown.h"
#include "kunit/world.h"
#include "nt/violation.h"

static unsigned int register_rounds = 80;
module_param(register_rounds, uint, 0444);
MODULE_PARM_DESC(register_rounds, "how often a filter comes and goes while others look");

/* Registrations that are refused: a change to a good one, and the status. */
static void reg_refused(struct kunit *test, const char *id, const struct probe_config *config,
			NTSTATUS expected)
{
	struct world *w = world_of(test);
	unsigned int before = world_filters();
	struct probe *p;

	probe_load(w, 'H', config, &p);
	FLT_PROVES(test, id, p->register_status == expected);
	if (p->register_status != expected)
		kunit_info(test, "status is %#x", p->register_status);
	FLT_PROVES(test, id, world_filters() == before);
	probe_unload(p);
}

static USHORT reg_version;
static ULONG reg_size;

static void reg_set_version(struct probe *p, FLT_REGISTRATION *registration,
			    FLT_OPERATION_REGISTRATION *ops)
{
	registration->Version = reg_version;
	if (reg_size)
		registration->Size = reg_size;
}

static void reg_versions(struct kunit *test)
{
	static const USHORT bad[] = { 0, 0x9999, 0x0204, 0x01ff };
	static const struct probe_config config = { .change = reg_set_version };
	unsigned int i;

	reg_size = 0;
	for (i = 0; i < ARRAY_SIZE(bad); i++) {
		reg_version = bad[i];
		reg_refused(test, "REG-07", &config, STATUS_INVALID_PARAMETER);
	}
	for (reg_version = 0x0200; reg_version <= 0x0203; reg_version++) {
		reg_size = sizeof(ULONG);
		reg_refused(test, "REG-09", &config, STATUS_INVALID_PARAMETER);
	}
	reg_version = FLT_REGISTRATION_VERSION;
	reg_size = sizeof(FLT_REGISTRATION) - sizeof(void *);
	reg_refused(test, "REG-09", &config, STATUS_INVALID_PARAMETER);
}

/* An older structure at the very end of its memory: nothing behind it is read. */
static void reg_old_driver(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	static const USHORT versions[] = { 0x0200, 0x0202 };
	static const size_t sizes[] = {
		offsetof(FLT_REGISTRATION, NormalizeNameComponentExCallback),
		offsetof(FLT_REGISTRATION, SectionNotificationCallback),
	};
	unsigned int n = *(unsigned int *)p->config.ops, size = sizes[n];
	char *page = vmalloc(PAGE_SIZE);
	FLT_REGISTRATION *registration;

	p->register_status = STATUS_INSUFFICIENT_RESOURCES;
	if (!page)
		return;
	registration = (FLT_REGISTRATION *)(page + PAGE_SIZE - size);
	memset(registration, 0, size);
	registration->Size = size;
	registration->Version = versions[n];
	p->register_status = FltRegisterFilter(object, registration, &p->filter);
	vfree(page);
	if (NT_SUCCESS(p->register_status))
		FltUnregisterFilter(p->filter);
	p->filter = NULL;
}

static void reg_old_versions(struct kunit *test)
{
	struct world *w = world_of(test);
	unsigned int n;

	for (n = 0; n < 2; n++) {
		const struct probe_config config = {
			.no_register = true,
			.on_entry = reg_old_driver,
			.ops = (const struct probe_op *)&n,
		};
		struct probe *p;

		probe_load(w, 'A', &config, &p);
		FLT_PROVES(test, "REG-08", NT_SUCCESS(p->register_status));
		probe_unload(p);
	}
}

static unsigned int reg_names;

static void reg_set_names(struct probe *p, FLT_REGISTRATION *registration,
			  FLT_OPERATION_REGISTRATION *ops)
{
	/* Never called: any code address will do. */
	if (reg_names & 1)
		registration->GenerateFileNameCallback = (void *)reg_set_names;
	if (reg_names & 2)
		registration->NormalizeNameComponentCallback = (void *)reg_set_names;
	if (reg_names & 4)
		registration->NormalizeNameComponentExCallback = (void *)reg_set_names;
}

static void reg_name_callbacks(struct kunit *test)
{
	static const struct probe_config config = { .change = reg_set_names };
	struct world *w = world_of(test);

	for (reg_names = 0; reg_names < 8; reg_names++) {
		bool good = !reg_names || (reg_names & 1 && reg_names & 6);
		struct probe *p;

		if (!good) {
			reg_refused(test, "REG-10", &config, STATUS_INVALID_PARAMETER);
			continue;
		}
		probe_load(w, 'A', &config, &p);
		FLT_PROVES(test, "REG-10", NT_SUCCESS(p->register_status));
		probe_unload(p);
	}
}

static void reg_no_instances(struct kunit *test)
{
	static const struct probe_config config = { .no_key = true, .service = "probeNoKey" };

	reg_refused(test, "REG-12", &config, STATUS_OBJECT_NAME_NOT_FOUND);
}

/* Looks at all filters for as long as others come and go. */
struct reg_looker {
	struct task_struct *thread;
	unsigned int looks, seen, wrong;
};

static int reg_look(void *arg)
{
	struct reg_looker *looker = arg;
	PFLT_FILTER filters[8];
	ULONG n, i;

	while (!kthread_should_stop()) {
		looker->looks++;
		if (!NT_SUCCESS(FltEnumerateFilters(filters, ARRAY_SIZE(filters), &n))) {
			looker->wrong++;
			continue;
		}
		for (i = 0; i < n; i++) {
			struct flt_filter *filter = flt_filter_of(filters[i]);

			/* Sysfs comes last when it registers and goes first when it leaves. */
			if (!READ_ONCE(filter->sysfs) && !READ_ONCE(filter->obj.deleting) &&
			    READ_ONCE(filter->state) != FLT_FILTER_GONE)
				looker->wrong++;
			looker->seen++;
			FltObjectDereference(filters[i]);
		}
		usleep_range(20, 40);
	}
	return 0;
}

static bool reg_faults_work(void)
{
#ifdef CONFIG_FAULT_INJECTION
	void *p;

	current->fail_nth = 1;
	p = kmalloc(8, GFP_KERNEL);
	current->fail_nth = 0;
	kfree(p);
	return !p;
#else
	return false;
#endif
}

static int reg_fail_nth;
static bool reg_failed;

static NTSTATUS reg_with_fault(PDRIVER_OBJECT object, FLT_REGISTRATION *registration,
			       PFLT_FILTER *filter)
{
	NTSTATUS status;

#ifdef CONFIG_FAULT_INJECTION
	current->fail_nth = reg_fail_nth;
#endif
	status = FltRegisterFilter(object, registration, filter);
#ifdef CONFIG_FAULT_INJECTION
	reg_failed = !current->fail_nth;
	current->fail_nth = 0;
#endif
	return status;
}

static void reg_faulty_driver(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	FLT_REGISTRATION registration = {
		.Size = sizeof(registration),
		.Version = FLT_REGISTRATION_VERSION,
	};

	p->register_status = reg_with_fault(object, &registration, &p->filter);
	if (NT_SUCCESS(p->register_status))
		FltUnregisterFilter(p->filter);
	p->filter = NULL;
}

/*
 * Every allocation of a registration fails once, and leaves nothing. Nor do others see the filter
 * while its sysfs entries cannot be made.
 */
static void reg_out_of_memory(struct kunit *test)
{
	static const struct probe_config config = { .no_register = true,
						    .on_entry = reg_faulty_driver };
	struct world *w = world_of(test);
	unsigned int before = world_filters();
	struct reg_looker looker = { };
	unsigned int wrong = 0;
	struct probe *p;
	bool good;

	if (!reg_faults_work())
		kunit_skip(test, "failslab does not fail GFP_KERNEL here");
	looker.thread = kthread_run(reg_look, &looker, "flt-look");
	KUNIT_ASSERT_FALSE(test, IS_ERR(looker.thread));
	reg_failed = true;
	for (reg_fail_nth = 1; reg_failed && reg_fail_nth < 200; reg_fail_nth++) {
		probe_load(w, 'A', &config, &p);
		/* An allocation that can do without (a log line's) may fail unnoticed. */
		good = NT_SUCCESS(p->register_status) ||
		       (reg_failed && p->register_status == STATUS_INSUFFICIENT_RESOURCES);
		if (!good || world_filters() != before) {
			kunit_info(test, "allocation %d: status %#x, %u filters", reg_fail_nth,
				   p->register_status, world_filters() - before);
			wrong++;
		}
		probe_unload(p);
	}
	kthread_stop(looker.thread);
	kunit_info(test, "%d allocations failed in turn", reg_fail_nth - 2);
	FLT_PROVES(test, "REG-13", !wrong && reg_fail_nth > 5 && !reg_failed);
	FLT_PROVES(test, "REG-56", !looker.wrong && looker.looks && world_filters() == before);
}

static void reg_tables_are_copied(struct kunit *test)
{
	struct world *w = world_of(test);

	/* Every probe turns its tables into poison after registering. */
	world_probes(w, "AB");
	FLT_PROVES(test, "REG-15", NT_SUCCESS(world_do(w, IRP_MJ_READ)) &&
		   world_trace_is(w, "A+ B+ F B- A-"));
}

static void reg_foreign_driver(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);
	FLT_REGISTRATION registration = {
		.Size = sizeof(registration),
		.Version = FLT_REGISTRATION_VERSION,
	};
	DRIVER_OBJECT copy = *p->driver->object;
	s64 before = atomic64_read(&fsh_violations);
	PFLT_FILTER filter = NULL;

	FLT_PROVES(test, "REG-16", FltRegisterFilter(&copy, &registration, &filter) ==
		   STATUS_INVALID_PARAMETER && !filter);
	FLT_PROVES(test, "REG-16", FltRegisterFilter(NULL, &registration, &filter) ==
		   STATUS_INVALID_PARAMETER && !filter);
	FLT_PROVES(test, "REG-16", atomic64_read(&fsh_violations) == before + 2);
}

static void reg_twice(struct kunit *test)
{
	static const struct probe_config same = { .service = "probeA" };
	struct world *w = world_of(test);
	struct probe *p;

	world_probe(w, 'A', NULL);
	probe_load(w, 'B', &same, &p);
	FLT_PROVES(test, "REG-17", p->register_status == STATUS_FLT_REGISTRATION_BUSY ||
		   p->register_status == STATUS_OBJECT_NAME_COLLISION);
	probe_unload(p);
	world_clear(w);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-17", world_trace_is(w, "A+ F A-"));
}

static void reg_null_operations(struct kunit *test)
{
	static const struct probe_config config = { .null_ops = true };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "REG-19", p->instance[0] && NT_SUCCESS(p->start_status));
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-19", world_trace_is(w, "F"));
}

static void reg_codes_that_cannot_be(struct kunit *test)
{
	static const struct probe_op power[] = {
		{ IRP_MJ_READ, true, true }, { IRP_MJ_POWER, true, true },
		{ IRP_MJ_OPERATION_END } };
	static const struct probe_op change[] = {
		{ IRP_MJ_DEVICE_CHANGE, true, false }, { IRP_MJ_OPERATION_END } };
	static const struct probe_op shutdown[] = {
		{ IRP_MJ_SHUTDOWN, true, true }, { IRP_MJ_OPERATION_END } };
	static const struct probe_op shutdown_pre[] = {
		{ IRP_MJ_SHUTDOWN, true, false }, { IRP_MJ_OPERATION_END } };
	struct probe_config config = { .ops = power };
	struct world *w = world_of(test);
	struct probe *p;

	reg_refused(test, "REG-24", &config, STATUS_INVALID_PARAMETER);
	config.ops = change;
	reg_refused(test, "REG-24", &config, STATUS_INVALID_PARAMETER);
	config.ops = shutdown;
	reg_refused(test, "POSTOP-12", &config, STATUS_INVALID_PARAMETER);
	config.ops = shutdown_pre;
	probe_load(w, 'A', &config, &p);
	FLT_PROVES(test, "POSTOP-12", NT_SUCCESS(p->register_status));
	FLT_PROVES(test, "REG-25", NT_SUCCESS(p->register_status));
	probe_unload(p);
	config.ops = shutdown;
	reg_refused(test, "REG-25", &config, STATUS_INVALID_PARAMETER);
}

/* The machine goes down: every instance hears of it once, and nobody is asked to unload. */
static void reg_shutdown(struct kunit *test)
{
	struct world *w = world_of(test);
	const struct world_event *a;

	FLT_REQUIRE(test, !flt_volume_ready(world_second_volume(w)->volume));
	world_probes(w, "AB");
	/* There is no post-operation callback that could be asked for. */
	w->probe[0]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	w->probe[1]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	flt_shutdown();
	a = world_event(w, 'A', WORLD_PRE, 0);
	FLT_PROVES(test, "REG-25", world_count(w, 'A', WORLD_PRE) == 2 &&
		   world_count(w, 'B', WORLD_PRE) == 2 && w->nr_events == 6);
	FLT_PROVES(test, "VOL-81", a->iopb.MajorFunction == IRP_MJ_SHUTDOWN &&
		   !a->objects.FileObject && a->irql == PASSIVE_LEVEL &&
		   FLT_IS_IRP_OPERATION(&a->data) &&
		   world_event(w, 'A', WORLD_PRE, 1)->volume != a->volume);
	FLT_PROVES(test, "IRQL-38", a->irql == PASSIVE_LEVEL &&
		   world_event(w, 'B', WORLD_PRE, 1)->irql == PASSIVE_LEVEL && a->task != current);
	FLT_PROVES(test, "VOL-81", !memchr_inv(&a->iopb.Parameters, 0,
					       sizeof(a->iopb.Parameters)));
	FLT_PROVES(test, "UNLOAD-09", !atomic_read(&w->probe[0]->unloads) &&
		   !atomic_read(&w->probe[1]->unloads) && world_filters() == 2);
}

/* Let go once shutting down is over, so that nobody can have waited for it. */
static DECLARE_COMPLETION(reg_let_go);

static void reg_stay_in_pre(struct probe *p, PFLT_CALLBACK_DATA data,
			    PCFLT_RELATED_OBJECTS objects, int *status, void **context)
{
	wait_for_completion_timeout(&reg_let_go, 30 * HZ);
}

/* One that does not come back is named, and left behind. */
static void reg_shutdown_is_bounded(struct kunit *test)
{
	unsigned long patience = flt_shutdown_patience;
	struct world *w = world_of(test);

	reinit_completion(&reg_let_go);
	FLT_EXPECT(test, patience == 10 * HZ);
	FLT_EXPECT(test, !prove_log_start(test, "IRP_MJ_SHUTDOWN"));
	world_probes(w, "AB");
	w->probe[0]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	w->probe[1]->pre_status = FLT_PREOP_SUCCESS_NO_CALLBACK;
	w->probe[1]->on_pre = reg_stay_in_pre;
	flt_shutdown_patience = HZ / 10;
	flt_shutdown();
	flt_shutdown_patience = patience;
	FLT_PROVES(test, "VOL-82", !world_count(w, 'F', WORLD_FAKE_PERFORM));
	complete(&reg_let_go);
	FLT_PROVES(test, "VOL-82", prove_log_count() == 1 && prove_log_last_has("filter probeB"));
	FLT_EXPECT(test, WORLD_WAIT(world_count(w, 'F', WORLD_FAKE_PERFORM) == 1) &&
		   world_trace_is(w, "A+ B+ F"));
}

static void reg_reserved(struct kunit *test)
{
	static const struct probe_op ops[] = {
		{ IRP_MJ_READ, true, true, 0, (PVOID)8 }, { IRP_MJ_OPERATION_END } };
	static const struct probe_config config = { .ops = ops };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "REG-26", NT_SUCCESS(p->register_status) && world_violations(w) == 1);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-26", world_trace_is(w, "A+ F A-"));
}

static void reg_two_elements(struct kunit *test)
{
	static const struct probe_op ops[] = {
		{ IRP_MJ_READ, true, true },
		{ IRP_MJ_READ, false, true, FLTFL_OPERATION_REGISTRATION_SKIP_CACHED_IO },
		{ IRP_MJ_OPERATION_END } };
	static const struct probe_config config = { .ops = ops };
	struct world *w = world_of(test);

	world_probe(w, 'A', &config);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-27", world_trace_is(w, "A+ F A-"));
	FLT_PROVES(test, "REG-27", world_violations(w) == 1);
}

static void reg_unknown_codes(struct kunit *test)
{
	static const struct probe_op ops[] = {
		{ 0x40, true, true }, { 0x7f, true, true }, { IRP_MJ_QUERY_QUOTA, true, true },
		{ IRP_MJ_CREATE_MAILSLOT, true, true }, { IRP_MJ_READ, true, true },
		{ IRP_MJ_OPERATION_END } };
	static const struct probe_config config = { .ops = ops };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "REG-28", NT_SUCCESS(p->register_status));
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-28", world_trace_is(w, "A+ F A-"));
}

static void reg_unknown_flags(struct kunit *test)
{
	static const struct probe_config config = { .flags = 0x40000000 };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_PROVES(test, "REG-43", NT_SUCCESS(p->register_status) && p->instance[0]);
	FLT_PROVES(test, "REG-43", world_violations(w) == 1);
}

static void reg_no_setup(struct kunit *test)
{
	static const struct probe_config config = { .no_setup = true };
	struct world *w = world_of(test);

	world_probe(w, 'A', &config);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-37", world_trace_is(w, "A+ F A-"));
}

static void reg_start_twice(struct kunit *test)
{
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', NULL);

	FLT_PROVES(test, "REG-44", FltStartFiltering(p->filter) == STATUS_INVALID_PARAMETER);
	FLT_PROVES(test, "REG-47", FltStartFiltering(p->filter) == STATUS_INVALID_PARAMETER);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-44", world_trace_is(w, "A+ F A-") &&
		   atomic_read(&p->setups) == 1);
	/* It stays registered until it says otherwise. */
	FLT_PROVES(test, "REG-47", world_filters() == 1);
	FltUnregisterFilter(p->filter);
	p->filter = NULL;
	FLT_PROVES(test, "REG-47", world_filters() == 0);
}

static void reg_nothing_before_start(struct kunit *test)
{
	static const struct probe_config config = { .no_start = true };
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);
	unsigned int i;

	for (i = 0; i < 20; i++)
		world_do(w, IRP_MJ_READ);
	world_second_volume(w);
	flt_volume_ready(w->other->volume);
	FLT_PROVES(test, "REG-45", atomic_read(&p->setups) == 0 && atomic_read(&p->pre) == 0);
	FLT_EXPECT(test, NT_SUCCESS(FltStartFiltering(p->filter)));
	FLT_PROVES(test, "REG-45", atomic_read(&p->setups) == 2);
}

static int reg_setups_in_entry;

static NTSTATUS reg_count_setup(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	/* The start has not returned yet. */
	if (p->start_status == STATUS_UNSUCCESSFUL &&
	    flags & FLTFL_INSTANCE_SETUP_AUTOMATIC_ATTACHMENT)
		reg_setups_in_entry++;
	return STATUS_SUCCESS;
}

static void reg_hook_setup(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = reg_count_setup;
}

static void reg_offered_in_start(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = reg_hook_setup };
	struct world *w = world_of(test);

	reg_setups_in_entry = 0;
	world_probe(w, 'A', &config);
	FLT_PROVES(test, "REG-46", reg_setups_in_entry == 1);
}

static NTSTATUS reg_only_second(struct probe *p, PCFLT_RELATED_OBJECTS objects, ULONG flags)
{
	return objects->Volume == (PFLT_VOLUME)p->world->other->volume ? STATUS_SUCCESS :
									STATUS_FLT_DO_NOT_ATTACH;
}

static void reg_hook_only_second(struct probe *p, PDRIVER_OBJECT object, PUNICODE_STRING path)
{
	p->on_setup = reg_only_second;
}

static void reg_one_volume_refused(struct kunit *test)
{
	static const struct probe_config config = { .on_entry = reg_hook_only_second };
	struct world *w = world_of(test);
	PFILE_OBJECT file;
	struct probe *p;

	flt_volume_ready(world_second_volume(w)->volume);
	file = fake_open(w->other);
	p = world_probe(w, 'A', &config);
	FLT_PROVES(test, "REG-48", NT_SUCCESS(p->start_status) && atomic_read(&p->setups) == 2);
	world_do(w, IRP_MJ_READ);
	FLT_PROVES(test, "REG-48", world_trace_is(w, "F"));
	world_clear(w);
	request_run(request_on(w, w->other, file, IRP_MJ_READ));
	FLT_PROVES(test, "REG-48", world_trace_is(w, "A+ F A-"));
	fake_close(file);
}

/* After DriverEntry has returned: it works, it is told of, and it can be unloaded. */
static void reg_late(struct kunit *test)
{
	static const struct probe_config config = { .no_register = true };
	FLT_REGISTRATION registration = {
		.Size = sizeof(registration),
		.Version = FLT_REGISTRATION_VERSION,
	};
	struct world *w = world_of(test);
	struct probe *p = world_probe(w, 'A', &config);

	FLT_EXPECT(test, !prove_log_start(test, "filter probeA"));
	FLT_PROVES(test, "REG-18", NT_SUCCESS(FltRegisterFilter(p->driver->object, &registration,
								&p->filter)));
	FLT_PROVES(test, "REG-18", prove_log_count() == 1 &&
		   prove_log_last_has("after its DriverEntry") && world_violations(w) == 1);
	FLT_PROVES(test, "REG-18", NT_SUCCESS(FltStartFiltering(p->filter)) &&
		   flt_filter_of(p->filter)->entered);
	FltUnregisterFilter(p->filter);
	p->filter = NULL;
}

static void reg_never_half(struct kunit *test)
{
	static const struct probe_config good = { .no_start = true };
	static const struct probe_config bad = { .no_start = true,
						 .entry_status = STATUS_UNSUCCESSFUL };
	struct world *w = world_of(test);
	struct reg_looker looker = { };
	unsigned int i, tries, loaded = 0;
	struct probe *p;

	looker.thread = kthread_run(reg_look, &looker, "flt-look");
	KUNIT_ASSERT_FALSE(test, IS_ERR(looker.thread));
	w->quiet = true;
	for (i = 0; i < register_rounds; i++) {
		/* One in twenty fails in its DriverEntry, and is taken back for that. */
		loaded += !probe_load(w, 'A', i % 20 ? &good : &bad, &p);
		if (!(i % 20))
			p->filter = NULL;
		/* One stays until it has been seen; the others go as quickly as they can. */
		for (tries = 0; i == 1 && tries < 10000 && !READ_ONCE(looker.seen); tries++)
			usleep_range(100, 200);
		probe_unload(p);
	}
	kthread_stop(looker.thread);
	w->quiet = false;
	kunit_info(test, "%u looks saw a filter %u times", looker.looks, looker.seen);
	FLT_PROVES(test, "REG-56", !looker.wrong && looker.seen && looker.looks > 100 &&
		   loaded == i - DIV_ROUND_UP(i, 20) && world_filters() == 0);
}

static struct kunit_case registration_cases[] = {
	KUNIT_CASE(reg_versions),
	KUNIT_CASE(reg_old_versions),
	KUNIT_CASE(reg_name_callbacks),
	KUNIT_CASE(reg_no_instances),
	KUNIT_CASE(reg_out_of_memory),
	KUNIT_CASE(reg_tables_are_copied),
	KUNIT_CASE(reg_foreign_driver),
	KUNIT_CASE(reg_twice),
	KUNIT_CASE(reg_null_operations),
	KUNIT_CASE(reg_codes_that_cannot_be),
	KUNIT_CASE(reg_shutdown),
	KUNIT_CASE(reg_shutdown_is_bounded),
	KUNIT_CASE(reg_reserved),
	KUNIT_CASE(reg_two_elements),
	KUNIT_CASE(reg_unknown_codes),
	KUNIT_CASE(reg_unknown_flags),
	KUNIT_CASE(reg_no_setup),
	KUNIT_CASE(reg_start_twice),
	KUNIT_CASE(reg_nothing_before_start),
	KUNIT_CASE(reg_offered_in_start),
	KUNIT_CASE(reg_one_volume_refused),
	KUNIT_CASE(reg_late),
	KUNIT_CASE(reg_never_half),
	{}
};

static struct kunit_suite registration_suite = {
	.name = "registration",
	.init = world_init,
	.exit = world_exit,
	.test_cases = registration_cases,
};

kunit_test_suite(registration_suite);
